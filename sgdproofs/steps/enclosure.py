"""Rectangles in the complex plane that surely contain a value: exact arithmetic on their rational corners.

Where values are irrational or complex, two sides whose rectangles do not meet are different, and nothing has been
approximated: every operation returns a rectangle that contains all results.  Corners are rounded outwards.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from math import isqrt
from typing import Any

import sympy

from ..language import functions as L
from ..language import terms as T
from ..language.errors import SgdproofsError

__all__ = ["Box", "Interval", "Unclear", "Undefined", "enclosed", "fails"]

BITS = 160
"""Corners are multiples of 2**-BITS, unless they are exact."""
LARGEST = 4000


class Undefined(SgdproofsError):
    """There is surely no value."""


class Unclear(SgdproofsError):
    """The rectangles are too wide to tell, or the term is not of a kind that is computed here."""


@dataclass(frozen=True)
class Interval:
    """All real numbers from `low` to `high`."""

    low: Fraction
    high: Fraction

    def __add__(self, other: Interval) -> Interval:
        return _rounded(self.low + other.low, self.high + other.high)

    def __neg__(self) -> Interval:
        return Interval(-self.high, -self.low)

    def __sub__(self, other: Interval) -> Interval:
        return self + -other

    def __mul__(self, other: Interval) -> Interval:
        corners = [a * b for a in (self.low, self.high) for b in (other.low, other.high)]
        return _rounded(min(corners), max(corners))

    def inverse(self) -> Interval:
        if self.low <= 0 <= self.high:
            raise Undefined("division by zero") if self.low == self.high else Unclear("a divisor that may be 0")
        return _rounded(1 / self.high, 1 / self.low)

    def is_zero(self) -> bool:
        return self.low == self.high == 0


ZERO, ONE = (Interval(Fraction(n), Fraction(n)) for n in (0, 1))


def point(value: Fraction | int) -> Interval:
    return Interval(Fraction(value), Fraction(value))


def _rounded(low: Fraction, high: Fraction) -> Interval:
    if max(low.denominator.bit_length(), high.denominator.bit_length()) <= BITS:
        return Interval(low, high)
    if (
        max(
            abs(low.numerator).bit_length() - low.denominator.bit_length(),
            abs(high.numerator).bit_length() - high.denominator.bit_length(),
        )
        > LARGEST
    ):
        raise Unclear("too large a number")
    scale = 1 << BITS
    return Interval(Fraction(low * scale // 1, scale), Fraction(-(-high * scale // 1), scale))


@dataclass(frozen=True)
class Box:
    """All complex numbers with real part in `re` and imaginary part in `im`."""

    re: Interval
    im: Interval = ZERO

    def real(self) -> bool:
        return self.im.is_zero()

    def __add__(self, other: Box) -> Box:
        return Box(self.re + other.re, self.im + other.im)

    def __neg__(self) -> Box:
        return Box(-self.re, -self.im)

    def __mul__(self, other: Box) -> Box:
        if self.real() and other.real():
            return Box(self.re * other.re)
        return Box(self.re * other.re - self.im * other.im, self.re * other.im + self.im * other.re)

    def inverse(self) -> Box:
        if self.real():
            return Box(self.re.inverse())
        below = (_square(self.re) + _square(self.im)).inverse()
        return Box(self.re * below, -(self.im * below))

    def apart(self, other: Box) -> bool:
        """True if the two surely differ."""
        return _disjoint(self.re, other.re) or _disjoint(self.im, other.im)


def _disjoint(a: Interval, b: Interval) -> bool:
    return a.high < b.low or b.high < a.low


def _square(a: Interval) -> Interval:
    found = a * a
    return Interval(max(found.low, Fraction(0)), found.high) if a.low <= 0 <= a.high else found


# --- functions of real intervals ---------------------------------------------------------------------------


def _root(a: Interval) -> Interval:
    """The square root of an interval of nonnegative numbers."""
    return Interval(_root_of(a.low, False), _root_of(a.high, True))


def _root_of(x: Fraction, up: bool) -> Fraction:
    exact = Fraction(isqrt(x.numerator), isqrt(x.denominator))
    if exact * exact == x:
        return exact
    scale = 1 << BITS
    whole = isqrt(x.numerator * scale * scale // x.denominator)
    return Fraction(whole + up, scale)


def _exp(a: Interval) -> Interval:
    return _rounded(_exp_of(a.low).low, _exp_of(a.high).high)


@cache
def _exp_of(x: Fraction) -> Interval:
    """`e**x` by halving the argument until it is at most 1/2, and the Taylor series with its remainder."""
    if abs(x) > 2000:
        raise Unclear("too large an exponent")
    halvings = 0
    while abs(x) > Fraction(1, 2):
        x, halvings = x / 2, halvings + 1
    total, power = ONE, ONE
    here = point(x)
    for n in range(1, 60):
        power = power * here * point(Fraction(1, n))
        total = total + power
    # What is left is less than twice the next term, and that is less than 2**-200.
    error = Fraction(1, 1 << 200)
    total = _rounded(total.low - error, total.high + error)
    for _ in range(halvings):
        total = _square(total)
    return total


def _log(a: Interval) -> Interval:
    return _rounded(_log_of(a.low).low, _log_of(a.high).high)


@cache
def _log_of(x: Fraction) -> Interval:
    """`log x = k log 2 + 2 artanh((y - 1)/(y + 1))` for `x = 2**k y`, `2/3 <= y <= 4/3`."""
    k = 0
    while x > Fraction(4, 3):
        x, k = x / 2, k + 1
    while x < Fraction(2, 3):
        x, k = x * 2, k - 1
    own = _artanh((x - 1) / (x + 1))
    two = _artanh(Fraction(1, 3))  # log 2 = 2 artanh(1/3)
    return own * point(2) + two * point(2 * k) if x != 1 or k else ZERO


@cache
def _artanh(z: Fraction) -> Interval:
    """`z + z^3/3 + z^5/5 + ...` for `|z| <= 1/3`."""
    total, power, square = ZERO, point(z), point(z) * point(z)
    for n in range(1, 140, 2):
        total = total + power * point(Fraction(1, n))
        power = power * square
    error = Fraction(1, 1 << 200)
    return _rounded(total.low - error, total.high + error)


@cache
def _pi() -> Interval:
    """Machin: `pi = 16 arctan(1/5) - 4 arctan(1/239)`."""
    return _arctan_of(Fraction(1, 5)) * point(16) - _arctan_of(Fraction(1, 239)) * point(4)


@cache
def _arctan_of(z: Fraction) -> Interval:
    """`z - z^3/3 + z^5/5 - ...` for `|z| <= 1/2`."""
    total, power, square = ZERO, point(z), point(z) * point(z)
    for n in range(1, 240, 2):
        total = total + power * point(Fraction(1 if n % 4 == 1 else -1, n))
        power = power * square
    error = Fraction(1, 1 << 200)
    return _rounded(total.low - error, total.high + error)


def _arctan(z: Fraction) -> Interval:
    """`arctan z`: a large argument is inverted, one above 1/2 is brought down by `arctan(1/2)`."""
    if z < 0:
        return -_arctan(-z)
    if z > 1:
        return _pi() * point(Fraction(1, 2)) - _arctan(1 / z)
    if z > Fraction(1, 2):
        return _arctan_of(Fraction(1, 2)) + _arctan_of((z - Fraction(1, 2)) / (1 + z / 2))
    return _arctan_of(z)


def _argument(x: Interval, y: Interval) -> Interval:
    """The principal argument of `x + i y`."""
    if y.is_zero() and (x.low > 0 or x.high < 0):
        return ZERO if x.low > 0 else _pi()
    corners = [(a, b) for a in (x.low, x.high) for b in (y.low, y.high)]
    half = _pi() * point(Fraction(1, 2))
    if y.low > 0:
        found = [half - _arctan(a / b) for a, b in corners]
    elif y.high < 0:
        found = [-half - _arctan(a / b) for a, b in corners]
    elif x.low > 0:
        found = [_arctan(b / a) for a, b in corners]
    else:
        raise Unclear("a number too close to the branch cut")
    return Interval(min(f.low for f in found), max(f.high for f in found))


@cache
def _cosine_of(x: Fraction) -> Interval:
    total, power, square = ONE, ONE, point(x) * point(x)
    for n in range(1, 80):
        power = -(power * square * point(Fraction(1, (2 * n - 1) * (2 * n))))
        total = total + power
    error = Fraction(1, 1 << 150)
    return _rounded(total.low - error, total.high + error)


def _cosine(a: Interval) -> Interval:
    """The cosine: at the middle, give or take half the width."""
    if max(abs(a.low), abs(a.high)) > 20:
        raise Unclear("too large an angle")
    middle, width = (a.low + a.high) / 2, (a.high - a.low) / 2
    middle_ = _rounded(middle, middle)
    found = _cosine_of(middle_.low)
    slack = width + (middle_.high - middle_.low) + Fraction(1, 1 << (BITS - 4))
    return _rounded(found.low - slack, found.high + slack)


# --- complex functions -------------------------------------------------------------------------------------


def _complex_root(z: Box) -> Box:
    if z.real() and z.re.low >= 0:
        return Box(_root(z.re))
    if z.real() and z.re.high <= 0:
        return Box(ZERO, _root(-z.re))
    if z.real() or z.im.low <= 0 <= z.im.high:
        raise Unclear("a square root too close to the branch cut")
    # sqrt(x + i y) = sqrt((r + x)/2) + i sign(y) sqrt((r - x)/2)
    r = _root(_square(z.re) + _square(z.im))
    half = point(Fraction(1, 2))
    re, im = ((r + z.re) * half, (r - z.re) * half)
    parts = [_root(Interval(max(p.low, Fraction(0)), p.high)) for p in (re, im)]
    return Box(parts[0], parts[1] if z.im.low > 0 else -parts[1])


def _complex_log(z: Box) -> Box:
    if z.real() and z.re.is_zero():
        raise Undefined("the logarithm of 0")
    size = _square(z.re) + _square(z.im)
    if size.low <= 0:
        raise Unclear("a logarithm too close to 0")
    modulus = (
        _log(z.re)
        if z.real() and z.re.low > 0
        else _log(-z.re)
        if z.real() and z.re.high < 0
        else (_log(size) * point(Fraction(1, 2)))
    )
    return Box(modulus, _argument(z.re, z.im))


def _complex_exp(z: Box) -> Box:
    size = ONE if z.re.is_zero() else _exp(z.re)
    if z.real():
        return Box(size)
    quarter = _pi() * point(Fraction(1, 2))
    return Box(size * _cosine(z.im), size * _cosine(z.im - quarter))


def _whole_power(z: Box, n: int) -> Box:
    if abs(n) > 400:
        raise Unclear("too large an exponent")
    total = Box(ONE)
    for _ in range(abs(n)):
        total = total * z
    return total.inverse() if n < 0 else total


def _power(z: Box, w: Box) -> Box:
    if w.real() and w.re.low == w.re.high and w.re.low.denominator == 1:
        return _whole_power(z, int(w.re.low))
    if z.real() and z.re.is_zero():
        if w.re.low > 0:
            return Box(ZERO)
        raise Undefined("a power of 0") if w.re.high < 0 else Unclear("a power of 0")
    if w.real() and w.re.low == w.re.high and w.re.low.denominator == 2:
        return _whole_power(_complex_root(z), int(2 * w.re.low))
    return _complex_exp(w * _complex_log(z))


def _absolute(z: Box) -> Box:
    if z.real():
        low, high = z.re.low, z.re.high
        if low >= 0:
            return z
        return -z if high <= 0 else Box(Interval(Fraction(0), max(-low, high)))
    size = _square(z.re) + _square(z.im)
    return Box(_root(size))


def _floor(z: Box) -> Box:
    if not z.real() or z.re.low // 1 != z.re.high // 1:
        raise Unclear("a floor")
    return Box(point(z.re.low // 1))


# --- terms -------------------------------------------------------------------------------------------------


def enclosed(
    term: Any, look: Callable[[Any, tuple], Any], env: Mapping | None = None, weights: tuple = (Fraction(1),)
) -> tuple:
    """One box for every outcome.  `look(symbol, places)` gives exact values: a number, or one for each outcome."""
    return _Reader(look, weights).of(term, dict(env or {}))


class _Reader:
    def __init__(self, look: Callable[[Any, tuple], Any], weights: tuple) -> None:
        self.look, self.weights, self.left = look, weights, 20_000

    def of(self, node: Any, env: dict) -> tuple:
        self.left -= 1
        if self.left < 0:
            raise Unclear("too many operations")
        if isinstance(node, sympy.Rational):
            return self.fixed(Fraction(int(node.p), int(node.q)))
        if isinstance(node, T.Parameter):
            return self.fixed(env[node] if node in env else self.look(node, ()))
        if isinstance(node, T.Element):
            return self.fixed(self.look(node.family, tuple(self.place(i, env) for i in node.indices)))
        rule = _RULES.get(type(node))
        if rule is not None:
            columns = [self.of(a, env) for a in node.args]
            return tuple(rule(*values) for values in zip(*columns, strict=True))
        if isinstance(node, T.Sum):
            return self.total(node, env)
        if isinstance(node, L.Product):
            body, v, low, high = node.args
            found = self.fixed(Fraction(1))
            for n in range(self.place(low, env), self.place(high, env) + 1):
                found = tuple(a * b for a, b in zip(found, self.of(body, {**env, v: Fraction(n)}), strict=True))
            return found
        if isinstance(node, (T.E, T.Var, T.Cov)):
            return self.moment(node, env)
        if isinstance(node, T.Limit):
            from .germs import limit_of  # it computes with the intervals of this module

            return tuple(Box(limit_of(node, self.number(env, k))) for k in range(len(self.weights)))
        raise Unclear(f"{type(node).__name__}")

    def number(self, env: dict, outcome: int) -> Callable[[Any], Interval]:
        """What gives the interval of a real term at one outcome."""

        def found(node: Any) -> Interval:
            box = self.of(node, env)[outcome]
            if not box.real():
                raise Unclear("a limit of what is not real")
            return box.re

        return found

    def fixed(self, value: Any) -> tuple:
        values = value if isinstance(value, tuple) else (value,) * len(self.weights)
        return tuple(v if isinstance(v, Box) else Box(point(v)) for v in values)

    def place(self, node: Any, env: dict) -> int:
        boxes = set(self.of(node, env))
        (box, *others) = boxes
        if others or not box.real() or box.re.low != box.re.high or box.re.low.denominator != 1:
            raise Unclear("an index")
        return int(box.re.low)

    def total(self, node: T.Sum, env: dict, depth: int | None = None) -> tuple:
        ranges = node.ranges
        depth = len(ranges) if depth is None else depth
        if depth == 0:
            if node.distinct and len({env[v] for v, _, _ in ranges}) < len(ranges):
                return self.fixed(Fraction(0))
            return self.of(node.body, env)
        v, low, high = ranges[depth - 1]
        found = self.fixed(Fraction(0))
        for n in range(self.place(low, env), self.place(high, env) + 1):
            found = tuple(
                a + b for a, b in zip(found, self.total(node, {**env, v: Fraction(n)}, depth - 1), strict=True)
            )
        return found

    def mean(self, columns: tuple) -> Box:
        total = Box(ZERO)
        for weight, value in zip(self.weights, columns, strict=True):
            total = total + value * Box(point(weight))
        return total

    def moment(self, node: Any, env: dict) -> tuple:
        left = self.of(node.args[0], env)
        if isinstance(node, T.E):
            return (self.mean(left),) * len(self.weights)
        right = self.of(node.args[-1], env)
        joint = self.mean(tuple(a * b for a, b in zip(left, right, strict=True)))
        return (joint + -(self.mean(left) * self.mean(right)),) * len(self.weights)


def _sum_of(*values: Box) -> Box:
    total = values[0]
    for v in values[1:]:
        total = total + v
    return total


def _product_of(*values: Box) -> Box:
    total = values[0]
    for v in values[1:]:
        total = total * v
    return total


def _extreme(choose: Callable) -> Callable[[Box, Box], Box]:
    def rule(a: Box, b: Box) -> Box:
        if not (a.real() and b.real()):
            raise Unclear("min or max of what is not real")
        return Box(Interval(choose(a.re.low, b.re.low), choose(a.re.high, b.re.high)))

    return rule


_RULES: dict[type, Callable[..., Box]] = {
    T.Plus: _sum_of,
    T.Times: _product_of,
    T.Negative: lambda a: -a,
    T.Quotient: lambda a, b: a * b.inverse(),
    T.Power: _power,
    L.RealPower: _power,
    T.Minimum: _extreme(min),
    T.Maximum: _extreme(max),
    L.SquareRoot: _complex_root,
    L.Logarithm: _complex_log,
    L.Exponential: _complex_exp,
    L.Absolute: _absolute,
    L.Floor: _floor,
}


def fails(left: tuple, rel: str, right: tuple) -> str:
    """Why the relation surely fails at some outcome; "" if that is not seen.

    An order relation between numbers that are surely not real is undefined.
    """
    for a, b in zip(left, right, strict=True):
        if rel == "==" and a.apart(b):
            return "the two sides differ"
        if rel == "!=" and a == b and a.re.low == a.re.high and a.im.low == a.im.high:
            return "the two sides are equal"
        if rel in ("<", "<=", ">", ">="):
            if any(z.im.low > 0 or z.im.high < 0 for z in (a, b)):
                return "undefined: an order relation of numbers that are not real"
            x, y = (a.re, b.re) if rel[0] == "<" else (b.re, a.re)
            if a.real() and b.real() and (x.low > y.high or rel in ("<", ">") and x.low == y.high):
                return "the relation fails"
    return ""
