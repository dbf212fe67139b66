"""Each rule against the exact interpreter, on random terms and lines of its own.

A rule that did not fire counts as not tested, so that each test asserts how often it did.  With
SGDPROOFS_LONG=SECONDS each test runs for that long, with fresh seeds (SGDPROOFS_SEED=NUMBER, else the clock).
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import pytest

from sgdproofs import (
    algebra,
    differentiation,
    geometric_sum,
    identical_distribution,
    independence,
    limit,
    limits,
    linearity,
    moments,
    sums,
    variance,
)
from sgdproofs.language.errors import StatementError

from . import normal_forms, random_limits, random_pairs
from .random_facts import FactWorld
from .random_terms import World

LONG = float(os.environ.get("SGDPROOFS_LONG", 0))
SEED = os.environ.get("SGDPROOFS_SEED", str(time.time_ns()) if LONG else "")


def seeds(kind: str, trials: int) -> Iterator[tuple[int, Random]]:
    """A fixed number of trials, or as many as the time of the long mode allows."""
    if LONG:
        print(f"to see it again: SGDPROOFS_SEED={SEED}")
    end = time.monotonic() + LONG
    number = 0
    while time.monotonic() < end if LONG else number < trials:
        yield number, Random(f"{kind}/{SEED}/{number}")
        number += 1


NORMAL_FORMS: dict[str, tuple[Callable[[World], Any], Callable[[], Any], int, int]] = {
    "algebra": (lambda w: w.arithmetic(3), algebra, 250, 0),
    "finite sums": (lambda w: w.sums(), sums, 350, 60),
    "geometric sum": (lambda w: w.geometric(), geometric_sum, 90, 25),
    "random finite sums": (lambda w: w.sums(1, True), sums, 100, 10),
    "linearity": (lambda w: w.moment(), linearity, 120, 25),
    "variance": (lambda w: w.moment(), variance, 120, 25),
    "differentiation": (lambda w: w.derivative(), differentiation, 100, 20),
}


@pytest.mark.parametrize("kind", NORMAL_FORMS)
def test_normal_form_has_the_value_of_the_term(kind: str) -> None:
    make, reason, trials, least = NORMAL_FORMS[kind]
    fired = compared = 0
    for number, rng in seeds(kind, trials):
        try:
            term = make(World(rng))
        except StatementError:
            continue
        seen = normal_forms.trial(term, reason(), seed=number)
        if seen is not None and seen.compared:
            compared += 1
            fired += seen.fired
    assert fired >= least, f"{kind} fired {fired} times in {trials} trials: too few to call it tested"
    assert compared >= max(least, 10)


def _all(*facts: Any) -> Any:
    return independence(*facts) & moments(*facts) & identical_distribution(*facts)


WITH_FACTS: dict[str, tuple[Callable[[FactWorld], tuple], Callable[..., Any], int, int]] = {
    "independence": (lambda w: (w.dependence(),), independence, 120, 4),
    "independence of two kinds": (lambda w: (w.dependence(), w.dependence()), independence, 80, 2),
    "known moments": (lambda w: (w.given_moment(), w.given_moment()), moments, 60, 4),
    "identical distribution": (lambda w: (w.sameness(),), identical_distribution, 120, 4),
    "all together": (lambda w: (w.dependence(), w.sameness(), w.given_moment()), _all, 40, 3),
}


@pytest.mark.parametrize("kind", WITH_FACTS)
def test_moments_under_facts_have_their_value(kind: str) -> None:
    facts_of, reason, trials, least = WITH_FACTS[kind]
    fired = 0
    for number, rng in seeds(kind, trials):
        try:
            w = FactWorld(rng)
            term, facts = w.known_moment(), facts_of(w)
        except StatementError:
            continue
        seen = normal_forms.trial(term, reason(*facts), facts, count=4, seed=number, base=variance())
        fired += seen is not None and seen.compared > 0 and seen.fired
    assert fired >= least, f"{kind} fired {fired} times in {trials} trials: too few to call it tested"


PAIRS: dict[str, tuple[Callable[[Random], Any], int, int]] = {
    "arithmetic": (random_pairs.arithmetic, 120, 0),
    "finite sums": (random_pairs.finite_sums, 70, 5),
    "geometric sum": (random_pairs.geometric, 30, 1),
    "signs": (random_pairs.signs, 250, 0),
    "signs of sums": (random_pairs.signs_of_sums, 80, 1),
    "cited relations": (random_pairs.cited, 90, 3),
    "linear": (random_pairs.linear, 50, 3),
    "independent blocks": (random_pairs.independent_blocks, 40, 3),
    "known moments": (random_pairs.known_moments, 30, 3),
    "identical blocks": (random_pairs.identical_blocks, 25, 1),
    "everything": (random_pairs.everything, 40, 1),
}


@pytest.mark.parametrize("kind", PAIRS)
def test_what_is_proved_is_true(kind: str) -> None:
    make, trials, least = PAIRS[kind]
    fired = proved = 0
    for number, rng in seeds(kind, trials):
        try:
            line = make(rng)
        except StatementError:
            continue
        seen = random_pairs.judged(line, number)
        proved += seen.proved and seen.compared > 0
        fired += seen.fired and seen.compared > 0
    assert fired >= least, f"{kind} fired {fired} times in {trials} trials: too few to call it tested"
    assert proved >= 1


@pytest.mark.parametrize("kind", ["to infinity", "to a point"])
def test_limits_are_approached(kind: str) -> None:
    taken = 0
    for number, rng in seeds(kind, 200):
        w = random_limits.Sequences(rng)
        try:
            term = limit(w.body(rng.choice((1, 1, 2))), w.t) if kind == "to infinity" else limit(*w.near())
        except StatementError:
            continue
        taken += random_limits.trial(term, limits(), number) is True
    assert taken >= 20, f"{taken} limits were taken: too few to call it tested"
