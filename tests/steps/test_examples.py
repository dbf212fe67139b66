"""The examples with known answers: nothing false is proved, nothing true is refuted, and so much is decided."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from sgdproofs.steps import judge as judging
from sgdproofs.steps.run import answer

FILE = Path(__file__).parent / "steps.jsonl"
CASES = [json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines()]
# How many true cases are proved and how many others refuted: what is reached, to be raised and never lowered.
FLOORS = {
    "RAT": (3, 6),
    "SOL": (3, 6),
    "BR": (0, 6),
    "INT": (2, 6),
    "SUM": (6, 10),
    "GEO": (3, 6),
    "REC": (5, 9),
    "EXP": (8, 12),
    "COV": (5, 8),
    "MAT": (9, 13),
    "INEQ": (3, 9),
    "LIM": (1, 4),
    "IDX": (5, 5),
    "SDE": (1, 5),
    "IND": (3, 3),
    "MULTI": (4, 4),
}
SECONDS = 20.0


def true_parts(case: dict) -> list[bool]:
    """Whether the lines of a chain, or the obligations of an induction, are true."""
    if case["kind"] == "chain":
        return [k not in case.get("bad_lines", ()) for k in range(1, len(case["lines"]))]
    return [o["holds"] for o in case.get("obligations", ())]


@pytest.mark.parametrize("category", FLOORS)
def test_no_mistake_and_no_less_than_before(category):
    cases = [c for c in CASES if c["category"] == category]
    assert cases
    counts = Counter()
    for case in cases:
        found = answer(json.dumps(case), SECONDS)
        assert "error" not in found, found
        true = case["truth"] == "true"
        assert found["verdict"] != ("refuted" if true else "proved"), found
        for line, holds in zip(found["lines"], true_parts(case), strict=True):
            assert line["verdict"] != ("refuted" if holds else "proved"), (case["id"], line)
        counts["proved"] += true and found["verdict"] == "proved"
        counts["refuted"] += not true and found["verdict"] == "refuted"
        if found["verdict"] == "refuted":
            assert found["witness"], found
    assert counts["proved"] >= FLOORS[category][0]
    assert counts["refuted"] >= FLOORS[category][1]


def test_a_wrong_answer_would_be_seen(monkeypatch):
    """The test above can fail: with a kernel that accepts everything it does."""
    monkeypatch.setattr(judging.Prover, "quick", lambda self, statement: judging.Outcome("proved"))
    false = next(c for c in CASES if c["category"] == "RAT" and c["truth"] == "false")
    assert answer(json.dumps(false))["verdict"] == "proved"
