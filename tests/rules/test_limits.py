"""Limits by expansion: true ones are proved; their near misses, and what the expansion cannot tell, are not."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from sgdproofs import Minimum, eq, index, limit, limits, natural, real
from sgdproofs.language import functions as L
from sgdproofs.language import terms as T
from sgdproofs.verdicts import verdict

n, k = index("n", at_least=1), natural("k")
a, b = real("a", above=0), real("b")
x, y, z = real("x", above=0), real("y", below=1), real("z", above=-1)
ratio, unit, weak = real("r", above=-1, below=1), real("u", at_least=0, below=1), real("w", at_least=0, at_most=1)

sqrt, exp, log, power = L.SquareRoot, L.Exponential, L.Logarithm, L.RealPower
HALF, SEVENTH = T.number(Fraction(1, 2)), T.number(Fraction(1, 7))
EXP_TO_4 = 1 + 1 / n + 1 / (2 * n**2) + 1 / (6 * n**3) + 1 / (24 * n**4)


def minus_one() -> Any:
    return T.number(-1)


TRUE: list[tuple[Any, Any]] = [
    # roots of t, and the powers that they cancel to
    (limit(sqrt(n) * power(n, HALF) - n, n), 0),
    (limit(power(n, SEVENTH) ** 7 / n, n), 1),
    (limit(log(n) ** 3 / power(n, SEVENTH), n), 0),
    (limit(sqrt(n + sqrt(n)) - sqrt(n), n), HALF),
    (limit(sqrt(n + log(n)) - sqrt(n), n), 0),
    (limit(power(n, -a) * log(n) ** 5, n), 0),
    # the first powers that do not cancel
    (limit(n * (log(n + 1) - log(n)), n), 1),
    (limit(n**2 * (log(1 + 1 / n) - 1 / n), n), -HALF),
    (limit(n**3 * (exp(1 / n) - 1 - 1 / n - 1 / (2 * n**2)), n), T.number(Fraction(1, 6))),
    (limit(n**4 * (exp(1 / n) - EXP_TO_4), n), 0),
    (limit(exp(n**2 * (log(1 + 1 / n) - 1 / n)), n), exp(T.number(1)) / exp(HALF) ** 3),
    (limit(T.Power(-1 - b / n, 2 * n), n), exp(2 * b)),
    (limit(T.Power(minus_one(), n) * T.Power(-1 - b / n, n), n), exp(b)),
    (limit(T.Power(1 - b / n, n), n), exp(-b)),
    (limit(n * (T.Power(1 + 1 / n, k) - 1), n), k),
    # powers of a number, also of -1 and of what may be 0
    (limit(T.Power(minus_one(), n) / n, n), 0),
    (limit(T.Power(minus_one(), n) * T.Power(minus_one(), n) * n / (n + 1), n), 1),
    (limit(T.Power(T.number(-3), n) / (T.Power(T.number(-3), n) + T.Power(T.number(2), n)), n), 1),
    (limit(T.Power(unit, n) * n**5, n), 0),
    (limit(T.Power(weak, n) / n, n), 0),
    (limit(T.Power(ratio, 2 * n) - (1 - T.Power(ratio, n)) / (1 - ratio), n), 1 / (ratio - 1)),
    (limit(T.Power(ratio, n) * exp(-a * n) * n**2, n), 0),
    (limit(exp(-a * n) * T.Power(n, k), n), 0),
    (limit(T.Power(2 + T.Power(unit, n), k), n), T.Power(T.number(2), k)),
    (limit(T.Power(ratio, 2 * n) / (n + 1) + T.Power(ratio, n - 1), n), 0),
    (limit(1 / (T.Power(T.number(-3), n) + T.Power(T.number(2), n)), n), 0),
    # above a point
    (limit(power(x, x), x, 0), 1),
    (limit(log(x) / (x - 1), x, 1), 1),
    (limit((power(x, b) - 1) / (x - 1), x, 1), b),
    (limit(L.Absolute(a - x) / (x - a), x, a), 1),
    (limit(Minimum(x, 1 - x) / x, x, 0), 1),
    (limit((sqrt(1 + z) - 1) / z, z, 0), HALF),
]

NOT: list[tuple[Any, Any]] = [
    (limit(sqrt(n) * power(n, HALF) - n, n), 1),
    (limit(sqrt(n + sqrt(n)) - sqrt(n), n), 0),
    (limit(power(n, SEVENTH) / log(n), n), 0),
    (limit(power(n, -b) * log(n) ** 5, n), 0),
    # what is left after the order of the expansion: 1/120, and without a limit
    (limit(n**5 * (exp(1 / n) - EXP_TO_4), n), 0),
    (limit(n**6 * (exp(1 / n) - EXP_TO_4), n), 0),
    (limit(exp(-(n**6) * (exp(1 / n) - EXP_TO_4)), n), 1),
    # two functions whose expansions agree are not the same function
    (limit(n**6 * (exp(1 / n + 1 / n**6) - exp(1 / n)), n), 0),
    (limit(n**6 * (sqrt(1 + 1 / n + 1 / n**6) - sqrt(1 + 1 / n)), n), 0),
    (limit(exp(n**6 * (exp(1 / n + 1 / n**6) - exp(1 / n))), n), 1),
    (limit((log(n + 1) - log(n)) * n / log(n) ** 0, n), 0),
    (limit(log(n) / log(n + 1), n), 0),
    (limit(log(n) * (sqrt(1 + 1 / log(n)) - 1), n), 0),
    (limit(T.Power(1 - b / n, n), n), 1 - b),
    (limit(T.Power(-1 - b / n, n), n), exp(b)),
    (limit(power(-1 - b / n, 2 * n), n), exp(2 * b)),
    # powers of a number
    (limit(T.Power(minus_one(), n), n), 0),
    (limit(T.Power(minus_one(), n) * T.Power(minus_one(), n) * n / (n + 1), n), -1),
    (limit(T.Power(minus_one(), n) * n / (n + 1), n), 1),
    (limit(T.Power(weak, n), n), 0),
    (limit(T.Power(weak, n) * log(n) / log(n), n), 0),
    (limit(T.Power(ratio, n) / T.Power(ratio, n), n), 1),
    (limit(T.Power(b, n) / n, n), 0),
    (limit(T.Power(T.number(-3), n) / (T.Power(T.number(3), n) + 1), n), 1),
    (limit(exp(-b * n), n), 0),
    (limit(exp(b * n) * T.Power(ratio, n), n), 0),
    (limit(T.Power(unit, k * n), n), 0),
    (limit(1 / (b * n + 1), n), 0),
    (limit(1 / (n * (T.Power(minus_one(), n) + 1)), n), 0),
    (limit(1 / (T.Power(T.number(-2), n) + T.Power(T.number(2), n)), n), 0),
    (limit(n / (n * T.Power(ratio, n) / T.Power(ratio, n)), n), 1),
    (limit(exp(-n * sqrt(n) * (sqrt(1 + b / n) - 1)), n), 0),
    (limit(T.Power(T.number(2), n) * exp(-a * n), n), 0),
    # above a point, within the domain
    (limit(y, y, 1), 1),
    (limit(z, z, -2), -2),
    (limit(L.Absolute(a - x) / (a - x), x, a), 1),
    (limit(power(x, x), x, 0), 0),
    (limit(log(x) / (x - 1), x, b), 1),
]


@pytest.mark.parametrize(("left", "right"), TRUE, ids=[f"{p} = {q}" for p, q in TRUE])
def test_true_limits_are_proved(left: Any, right: Any) -> None:
    assert verdict(eq(left, right), limits()) == "proved"


@pytest.mark.parametrize(("left", "right"), NOT, ids=[f"{p} = {q}" for p, q in NOT])
def test_what_need_not_hold_is_not_proved(left: Any, right: Any) -> None:
    assert verdict(eq(left, right), limits()) != "proved"
