"""Random true statements are proved, their false neighbours never, and spelling does not matter.

The seeds are fixed.  With SGDPROOFS_LONG=SECONDS each procedure runs for that long, with fresh seeds
(SGDPROOFS_SEED=NUMBER, else the clock).  `make properties` prints the counts.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterator

import pytest

from sgdproofs.steps import judge as judging

from .doubtful import judged
from .harness import Procedure, Tally
from .procedures import PROCEDURES

LONG = float(os.environ.get("SGDPROOFS_LONG", 0))
SEED = os.environ.get("SGDPROOFS_SEED", str(time.time_ns()) if LONG else "0")
STATEMENTS = 12


def seeds(procedure: Procedure) -> Iterator[str]:
    """A fixed number of seeds, or as many as the time of the long mode allows."""
    if LONG:
        print(f"to see it again: SGDPROOFS_SEED={SEED}")
    end, number = time.monotonic() + LONG, 0
    while time.monotonic() < end if LONG else number < STATEMENTS:
        yield f"{procedure.name}/{SEED}/{number}"
        number += 1


def tally(procedure: Procedure) -> Tally:
    found = Tally(procedure.name)
    for seed in seeds(procedure):
        found.one(procedure, seed, perturbations=3, neutral=1)
    return found


@pytest.mark.parametrize("procedure", PROCEDURES, ids=lambda p: p.name)
def test_true_statements_are_proved_and_false_neighbours_never(procedure: Procedure) -> None:
    found = tally(procedure)
    assert not found.wrongly_proved
    assert not found.wrongly_refuted
    assert not found.not_replayed
    assert len(found.variant) <= procedure.variant * found.changes, found.variant
    assert found.proved >= procedure.floor * found.statements, found.not_proved
    assert found.perturbed >= found.statements, "too few perturbations to call it tested"


def test_what_is_said_of_doubtful_laws_is_so() -> None:
    verdicts: Counter[str] = Counter()
    end, number = time.monotonic() + LONG, 0
    while time.monotonic() < end if LONG else number < 40:
        verdict, wrong = judged(f"doubtful/{SEED}/{number}")
        assert not wrong
        verdicts[verdict] += 1
        number += 1
    assert verdicts["proved"] >= 0.3 * number
    assert verdicts["refuted"] >= 0.15 * number


def test_a_kernel_that_accepts_everything_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judging, "_item", lambda item, clock: judging.Outcome("proved"))
    assert tally(PROCEDURES[0]).wrongly_proved


def test_a_search_that_refutes_everything_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    witness = {"parameters": {}, "probabilities": ["1"], "values": []}
    monkeypatch.setattr(judging, "_item", lambda item, clock: judging.Outcome("refuted", witness=witness))
    found = tally(PROCEDURES[0])
    assert found.wrongly_refuted and found.not_replayed
