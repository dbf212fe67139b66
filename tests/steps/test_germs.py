"""Limits at one point, in interval arithmetic: against exact limits, and against values far out."""

from __future__ import annotations

from fractions import Fraction
from random import Random
from typing import Any

import pytest

from sgdproofs import Minimum, eq, index, limit, real
from sgdproofs.language import functions as L
from sgdproofs.language import terms as T
from sgdproofs.meaning import Model, NotEvaluable, value
from sgdproofs.meaning import Undefined as NoValue
from sgdproofs.models import small_values
from sgdproofs.steps.enclosure import Interval, Unclear, Undefined, enclosed
from sgdproofs.steps.germs import limit_of
from sgdproofs.steps.irrational import search_enclosed
from tests.rules.random_limits import Sequences

n, m = index("n", at_least=1), index("m", at_least=1)
x, h = real("x", above=0), real("h", above=0)


def found(node: Any, values: dict | None = None) -> Interval:
    def look(symbol: Any, places: tuple) -> Fraction:
        return (values or {})[symbol]

    return limit_of(node, lambda part: enclosed(part, look)[0].re)


EXACT = [
    (limit(limit(n / (n + m), n), m), 1),
    (limit(limit(n / (n + m), m), n), 0),
    (limit(L.SquareRoot(n**2 + n) - n, n), Fraction(1, 2)),
    (limit((L.SquareRoot(1 + h) - 1) / h, h, 0), Fraction(1, 2)),
    (limit((L.Exponential(h) - 1 - h) / h**2, h, 0), Fraction(1, 2)),
    (limit(h * L.Logarithm(h), h, 0), 0),
    (limit(L.Absolute(-h) / h, h, 0), 1),
    (limit(L.Logarithm(1 + L.Exponential(x)) / x, x), 1),
    (limit(x * L.Exponential(-x), x), 0),
    (limit(L.choice(L.LessThan(h, 1), 2, 3), h, 0), 2),
    (limit(Minimum(n, 5), n), 5),
]


@pytest.mark.parametrize(("node", "expected"), EXACT, ids=[str(node) for node, _ in EXACT])
def test_exact_values(node: Any, expected: Any) -> None:
    box = found(node)
    assert box.low == box.high == expected


def test_irrational_values_are_enclosed() -> None:
    box = found(limit((1 + 1 / n) ** n, n))
    assert Fraction(2718281828, 10**9) < box.low <= box.high < Fraction(2718281829, 10**9)


@pytest.mark.parametrize(
    "node",
    [
        limit(T.Power(T.number(-1), n), n),
        limit(T.Power(T.number(-1), n) * n / (n + 1), n),
        limit(1 / h, h, 0),
        limit(L.Logarithm(n), n),
        limit(L.Exponential(x), x),
        limit(T.Power(T.number(2), n) / n**3, n),
        limit(n / (n - n), n),
    ],
    ids=str,
)
def test_limits_that_do_not_exist(node: Any) -> None:
    with pytest.raises(Undefined):
        found(node)


@pytest.mark.parametrize(
    "node",
    [
        limit(limit(T.Power(1 - h, n), n), h, 0),
        limit((L.SquareRoot(2 + h) - L.SquareRoot(T.number(2))) / h, h, 0),
        limit(L.Exponential(n**2), n),
        limit(L.SquareRoot(-n), n),
        limit(L.Floor(n / 2) / n, n),
    ],
    ids=str,
)
def test_what_is_not_clear(node: Any) -> None:
    with pytest.raises(Unclear):
        found(node)


def test_agreement_with_exact_limits() -> None:
    """The same value, or the same absence of a limit, as the arithmetic of quotients of growing terms."""
    values = missing = 0
    for seed in range(700):
        rng = Random(seed)
        kinds = Sequences(rng)
        term = limit(kinds.body(rng.choice((1, 1, 2))), kinds.t)
        model = {s: rng.choice(small_values(s)) for s in term.free_symbols}
        try:
            expected = value(term, Model(model))
        except NotEvaluable:
            continue
        except NoValue:
            expected = None
        try:
            box = found(term, model)
            assert expected is not None, (str(term), model, box)
            assert box.low <= expected <= box.high, (str(term), model, box, expected)
            values += 1
        except Unclear:
            continue
        except Undefined:
            assert expected is None, (str(term), model, expected)
            missing += 1
    assert values >= 60 and missing >= 40, (values, missing)


def test_a_witness_needs_a_failure() -> None:
    a = real("a", at_least=0)
    decays = limit(L.Exponential(-a * x), x)
    assert search_enclosed(eq(decays, 0), ()) is not None
    b = real("b", above=0)
    assert search_enclosed(eq(limit(L.Exponential(-b * x), x), 0), ()) is None
