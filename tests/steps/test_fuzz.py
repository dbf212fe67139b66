"""Random input for the reader and the checker, a little in every run; `make fuzz` does it for as long as one likes."""

from __future__ import annotations

import importlib.util
import random
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from sgdproofs.steps.run import answer

PLACE = Path(__file__).parents[2] / "benchmarks" / "fuzz.py"
spec = importlib.util.spec_from_file_location("fuzz", PLACE)
fuzz = importlib.util.module_from_spec(spec)
sys.modules["fuzz"] = fuzz
spec.loader.exec_module(fuzz)

PIECES = [
    "x",
    "y",
    "Sum",
    "Limit",
    "E",
    "(",
    ")",
    ",",
    "+",
    "-",
    "*",
    "/",
    "**",
    "==",
    "<",
    "1",
    "0.5",
    " ",
    "'+'",
    "oo",
]


@given(some.text(max_size=80))
@settings(max_examples=300, deadline=None)
def test_any_text_is_read_or_refused(text):
    fuzz.try_reader(text)


@given(some.lists(some.sampled_from(PIECES), max_size=40).map("".join))
@settings(max_examples=500, deadline=None)
def test_words_of_the_language_in_any_order(text):
    fuzz.try_reader(text)


@given(
    some.recursive(some.none() | some.booleans() | some.integers() | some.text(max_size=5), some.lists, max_leaves=5)
)
@settings(max_examples=100, deadline=None)
def test_any_json_is_answered(value):
    import json

    for data in (value, {"id": value}, {"id": "x", "kind": "relation", "lhs": value, "rel": "==", "rhs": "1"}):
        found = answer(json.dumps(data), 1.0)
        assert found["verdict"] == "undecided" or data != value
        assert "sgdproofs itself" not in found.get("error", "")


@pytest.mark.parametrize("seed", range(4))
def test_changed_examples(seed):
    chance = random.Random(seed)
    cases = fuzz.examples()
    for _ in range(12):
        case = fuzz.changed(chance.choice(cases), chance)
        found = fuzz.answer(fuzz.json.dumps(case), 2.0)
        assert "sgdproofs itself" not in found.get("error", ""), (case, found)
        if found["verdict"] == "proved":
            assert not fuzz.contradiction(case, found), case


def test_the_contradiction_would_be_seen():
    case = {"id": "x", "kind": "relation", "lhs": "a", "rel": "==", "rhs": "a*a", "symbols": {"a": "real"}}
    assert fuzz.contradiction(case, {"verdict": "proved", "lines": []})
