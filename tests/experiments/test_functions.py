"""Roots, exponentials, cases and conditional expectations in experiments."""

from __future__ import annotations

from typing import Any

import pytest

from sgdproofs import (
    Both,
    Conditional,
    Derivation,
    E,
    Negation,
    algebra,
    assume,
    choice,
    eq,
    exact,
    exp,
    floor,
    indicator,
    log,
    monte_carlo,
    positive,
    precision,
    random_variable,
    real,
    real_power,
    sqrt,
    step,
)
from sgdproofs.experiments import run

c, x = positive("c"), real("x")
X, Y = random_variable("X"), random_variable("Y")


def results(claim: Any, experiment: Any, given: tuple = ()) -> Any:
    proof = (step(claim, by=algebra(*given)),)
    (found,) = run(Derivation(name="some", claim=claim, proof=proof, given=given, experiments=(experiment,)))
    return found


@pytest.mark.parametrize(
    ("true", "near"),
    [
        (eq(sqrt(c) * sqrt(c), c), eq(sqrt(c) * sqrt(c), c + c / 100)),
        (eq(exp(log(c)), c), eq(exp(log(c)), c * c)),
        (eq(real_power(c, x) * real_power(c, -x), 1), eq(real_power(c, x) * real_power(c, x), 1)),
        (eq(abs(x) ** 2, x**2), eq(abs(x + 1) ** 2, x**2)),
        (eq(choice(x < c, c - x, x - c), abs(x - c)), eq(choice(c < x, c - x, x - c), abs(x - c))),
        (eq(indicator(Both(x < c, Negation(c <= x))), indicator(x < c)), eq(indicator(x < c), indicator(c <= x))),
        (eq(floor(x + 1), floor(x) + 1), eq(floor(x + 1), floor(x))),
    ],
)
def test_high_precision(true: Any, near: Any) -> None:
    found = results(true, precision(near_miss=near))
    assert found.passed, found.describe()
    assert not results(near, precision(near_miss=true)).passed


def test_a_root_is_taken_where_it_is_real() -> None:
    found = results(eq(sqrt(x) ** 2, x), precision(near_miss=eq(sqrt(x), x), at={x: (2, 3, -1)}))
    assert "outside" in found.describe() or "not real" in found.describe(), found.describe()


def test_conditional_expectations_that_are_given_are_met_in_finite_spaces_only() -> None:
    fact = assume(eq(Conditional(X, Y), x * Y))
    claim, near = eq(E(X * Y), x * E(Y**2)), eq(E(X * Y), x * E(Y))
    assert results(claim, exact(near_miss=near), (fact,)).passed
    for kind in (precision, monte_carlo):
        found = results(claim, kind(near_miss=near), (fact,))
        assert not found.passed and "met by exact(...) only" in found.describe()
