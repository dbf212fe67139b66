"""The rectangles contain the values that mpmath gives to 60 digits, and are narrow."""

from __future__ import annotations

import random
from fractions import Fraction

import mpmath
import pytest

from sgdproofs.language import functions as L
from sgdproofs.language import terms as T
from sgdproofs.steps.enclosure import Box, Unclear, Undefined, enclosed, point

z, w = T.real("z"), T.real("w")
FUNCTIONS = {
    "sqrt": (L.SquareRoot(z), lambda a, b: mpmath.sqrt(a)),
    "exp": (L.Exponential(z), lambda a, b: mpmath.exp(a)),
    "log": (L.Logarithm(z), lambda a, b: mpmath.log(a)),
    "abs": (L.Absolute(z), lambda a, b: abs(a)),
    "power": (L.RealPower(z, w), lambda a, b: a**b),
    "quotient": (z / w, lambda a, b: a / b),
    "cube": (z**3, lambda a, b: a**3),
    "mixed": (
        L.SquareRoot(L.Logarithm(z * w)) + L.Exponential(z - w),
        lambda a, b: mpmath.sqrt(mpmath.log(a * b)) + mpmath.exp(a - b),
    ),
}


def drawn(rng: random.Random, real: bool) -> tuple[Fraction, Fraction]:
    def part() -> Fraction:
        return Fraction(rng.randint(-12, 12), rng.choice((1, 1, 2, 3, 7)))

    return part(), Fraction(0) if real else part()


@pytest.mark.parametrize("name", FUNCTIONS)
def test_against_mpmath(name):
    term, reference = FUNCTIONS[name]
    rng, tested = random.Random(name), 0
    with mpmath.workdps(60):
        for trial in range(120):
            values = {s: drawn(rng, trial % 2 == 0) for s in (z, w)}
            boxes = {s: Box(point(re), point(im)) for s, (re, im) in values.items()}
            numbers = [
                mpmath.mpc(mpmath.mpf(re.numerator) / re.denominator, mpmath.mpf(im.numerator) / im.denominator)
                for re, im in values.values()
            ]
            try:
                (found,) = enclosed(term, lambda symbol, _, boxes=boxes: boxes[symbol])
            except (Unclear, Undefined):
                continue
            expected = reference(*numbers)
            for interval, part in ((found.re, mpmath.re(expected)), (found.im, mpmath.im(expected))):
                slack = mpmath.mpf(10) ** -45 * (1 + abs(part))
                low, high = (mpmath.mpf(x.numerator) / x.denominator for x in (interval.low, interval.high))
                assert low - slack <= part <= high + slack, (name, values)
                assert high - low < mpmath.mpf(10) ** -20 * (1 + abs(expected)), (name, values)
            tested += 1
    assert tested > 60


def test_undefined_and_unclear():
    for term in (1 / z, L.Logarithm(z), L.RealPower(z, T.number(Fraction(-1, 2)))):
        with pytest.raises(Undefined):
            enclosed(term, lambda *_: Fraction(0))
    with pytest.raises(Unclear):
        enclosed(1 / (L.SquareRoot(z) * L.SquareRoot(z) - 2), lambda *_: Fraction(2))
