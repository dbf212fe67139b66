"""Limits at one point of all parameters: functions of a growing variable, in interval arithmetic.

This is no part of a proof; it refutes.  A germ is a sum of scales `q^t e^(s t) t^k (log t)^l` with coefficients that
are intervals, or germs in a variable further out, up to errors, each a scale times a power of log t and a constant.
A limit is found, or surely does not exist, or the result is unclear.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from typing import Any

import sympy

from ..language import functions as L
from ..language import terms as T
from .enclosure import ONE, ZERO, Interval, Unclear, Undefined, point
from .enclosure import _exp as exponential
from .enclosure import _log as logarithm
from .enclosure import _root as root

__all__ = ["limit_of"]

ORDER = 5
MANY = 300
Scale = tuple[Fraction, Fraction, Fraction, int]
"""q, s, k and l."""
FLAT: Scale = (Fraction(1), Fraction(0), Fraction(0), 0)
UP: Scale = (Fraction(1), Fraction(0), Fraction(1), 0)
LOG: Scale = (Fraction(1), Fraction(0), Fraction(0), 1)


@dataclass(frozen=True)
class Germ:
    """A function of the variable of one limit; those of limits inside have a higher level."""

    level: int
    terms: Mapping[Scale, Any]
    errors: frozenset[Scale] = frozenset()


def _times(a: Scale, b: Scale) -> Scale:
    return a[0] * b[0], a[1] + b[1], a[2] + b[2], a[3] + b[3]


def _compared(a: Scale, b: Scale, logs: bool = True) -> int:
    """1, 0 or -1 as the first scale grows more than the second, as much (up to a sign), or less."""
    ratio = (abs(a[0]) > abs(b[0])) - (abs(a[0]) < abs(b[0]))
    rate = (a[1] > b[1]) - (a[1] < b[1])
    if ratio * rate < 0:
        raise Unclear("exponentials of different kinds")
    rest = (a[2:], b[2:]) if logs else (a[2:3], b[2:3])
    return ratio or rate or (rest[0] > rest[1]) - (rest[0] < rest[1])


def _level(x: Any) -> int:
    return x.level if isinstance(x, Germ) else 0


def _lifted(x: Any, level: int) -> Germ:
    return x if _level(x) == level else Germ(level, {} if _is_zero(x) else {FLAT: x})


def _is_zero(x: Any) -> bool:
    return not x.terms and not x.errors if isinstance(x, Germ) else bool(x.is_zero())


def _made(level: int, terms: dict, errors: set) -> Germ:
    """Without what an error covers."""
    if len(terms) + len(errors) > MANY:
        raise Unclear("a limit of too many terms")
    largest = {e for e in errors if not any(_covered(e, o) and (o < e or not _covered(o, e)) for o in errors)}
    kept = {s: c for s, c in terms.items() if not _is_zero(c) and not any(_covered(s, e) for e in largest)}
    return Germ(level, kept, frozenset(largest))


def _covered(a: Scale, error: Scale) -> bool:
    try:
        return _compared(a, error, False) <= 0
    except Unclear:
        return False


def add(a: Any, b: Any) -> Any:
    level = max(_level(a), _level(b))
    if not level:
        return a + b
    f, g = _lifted(a, level), _lifted(b, level)
    terms = dict(f.terms)
    for s, c in g.terms.items():
        terms[s] = add(terms[s], c) if s in terms else c
    return _made(level, terms, {*f.errors, *g.errors})


def mul(a: Any, b: Any) -> Any:
    level = max(_level(a), _level(b))
    if not level:
        return a * b
    f, g = _lifted(a, level), _lifted(b, level)
    terms: dict = {}
    for s, c in f.terms.items():
        for z, d in g.terms.items():
            own, value = _times(s, z), mul(c, d)
            terms[own] = add(terms[own], value) if own in terms else value
    errors = {_times(s, e) for x, y in ((f, g), (g, f)) for s in (*x.terms, *x.errors) for e in y.errors}
    return _made(level, terms, errors)


def negative(a: Any) -> Any:
    return mul(point(-1), a)


def sign(x: Any) -> int:
    """The sign of a number, or of a function far out."""
    if not isinstance(x, Germ):
        if x.is_zero():
            return 0
        if x.low <= 0 <= x.high:
            raise Unclear("a number that may be 0")
        return 1 if x.low > 0 else -1
    if _is_zero(x):
        return 0
    s, c = leading(x)
    if s[0] < 0:
        raise Unclear("a sign that alternates")
    return sign(c)


def leading(x: Germ) -> tuple[Scale, Any]:
    """The largest scale and its coefficient, which is not 0."""
    for s, c in x.terms.items():
        largest = all(z == s or _compared(z, s) < 0 for z in x.terms)
        if largest and all(_compared(e, s, False) < 0 for e in x.errors) and sign(c) != 0:
            return s, c
    raise Unclear("no term is the largest")


def inverse(x: Any) -> Any:
    if _is_zero(x):
        raise Undefined("division by zero")
    return power(x, Fraction(-1)) if isinstance(x, Germ) else x.inverse()


def _split(x: Germ) -> tuple[Scale, Any, Germ]:
    """`c s (1 + u)`, with u."""
    s, c = leading(x)
    back = (1 / s[0], -s[1], -s[2], -s[3])
    rest = Germ(x.level, {z: d for z, d in x.terms.items() if z != s}, x.errors)
    return s, c, mul(rest, Germ(x.level, {back: inverse(c)}))


def _series(u: Germ, coefficients: list[Fraction]) -> Germ:
    if not all(_compared(s, FLAT, False) < 0 for s in (*u.terms, *u.errors)):
        raise Unclear("a series in what does not vanish")
    total, step = _lifted(ZERO, u.level), _lifted(ONE, u.level)
    for c in coefficients:
        total = add(total, mul(step, point(c)))
        step = mul(step, u)
    return add(total, Germ(u.level, {}, frozenset({*step.terms, *step.errors})))


def power(x: Any, a: Fraction) -> Any:
    """`x^a`, for an integer a or positive x."""
    if not isinstance(x, Germ):
        if a.denominator == 1:
            found = (
                reduce(lambda p, _: p * x, range(abs(int(a))), ONE) if abs(a) <= 400 else _unclear("a large exponent")
            )
            return found if a >= 0 else inverse(found)
        if sign(x) <= 0:
            raise Unclear("a power of what is not positive")
        whole = power(x, Fraction(a.numerator))
        return root(whole) if a.denominator == 2 else exponential(logarithm(x) * point(a))
    if _is_zero(x) and a > 0:
        return x
    if a.denominator == 1 and 0 <= a <= 8:
        return reduce(lambda p, _: mul(p, x), range(int(a)), _lifted(ONE, x.level))
    (q, s, k, l_), c, u = _split(x)
    if a.denominator != 1 and (q != 1 or l_ or sign(c) < 0):
        raise Unclear("a root of what may be negative")
    binomial = [Fraction(1)]
    for n in range(1, ORDER + 1):
        binomial.append(binomial[-1] * (a - n + 1) / n)
    if a.denominator == 1 and abs(a) > 64:
        raise Unclear("a large exponent")
    own = (q ** int(a) if a.denominator == 1 else q, s * a, k * a, l_ * int(a) if l_ else 0)
    return mul(Germ(x.level, {own: power(c, a)}), _series(u, binomial))


def exp_of(x: Any) -> Any:
    if not isinstance(x, Germ):
        return ONE if x.is_zero() else exponential(x)
    rate, degree = (_exact(x.terms.get(s, ZERO)) for s in (UP, LOG))
    flat = x.terms.get(FLAT, ZERO)
    rest = Germ(x.level, {s: c for s, c in x.terms.items() if s not in (UP, LOG, FLAT)}, x.errors)
    coefficients = [Fraction(1)]
    for n in range(1, ORDER + 1):
        coefficients.append(coefficients[-1] / n)
    own = Germ(x.level, {(Fraction(1), rate, degree, 0): exp_of(flat)})
    return mul(own, _series(rest, coefficients))


def log_of(x: Any) -> Any:
    if not isinstance(x, Germ):
        if sign(x) <= 0:
            raise Unclear("a logarithm of what is not positive")
        return logarithm(x)
    if _is_zero(x):
        raise Undefined("the logarithm of 0")
    (q, s, k, l_), c, u = _split(x)
    if q <= 0 or l_ or sign(c) < 0:
        raise Unclear("a logarithm of what may be negative")
    rate = add(point(s), ZERO if q == 1 else logarithm(point(q)))
    found = {UP: rate, LOG: point(k), FLAT: log_of(c)}
    series = [Fraction(0)] + [Fraction((-1) ** (n + 1), n) for n in range(1, ORDER + 1)]
    return add(Germ(x.level, {z: d for z, d in found.items() if not _is_zero(d)}), _series(u, series))


def _exact(x: Any) -> Fraction:
    if isinstance(x, Germ) or x.low != x.high:
        raise Unclear("a rate of growth that is not rational")
    return Fraction(x.low)


def _unclear(text: str) -> Any:
    raise Unclear(text)


def limit(x: Any, level: int) -> Any:
    """The limit; Undefined if there surely is none."""
    if _level(x) < level:
        return x
    growing = [s for s in x.terms if _compared(s, FLAT) > 0]
    if growing:
        largest = reduce(lambda a, b: a if _compared(a, b) >= 0 else b, growing)
        if any(_compared(e, largest, False) >= 0 for e in x.errors) or not sign(x.terms[largest]):
            raise Unclear("a limit")
        raise Undefined("there is no limit: the absolute value grows without bound")
    if any(_compared(e, FLAT, False) >= 0 for e in x.errors):
        raise Unclear("a limit")
    turning = [c for s, c in x.terms.items() if _compared(s, FLAT) == 0 and s[0] < 0]
    if any(sign(c) for c in turning):
        raise Undefined("there is no limit: the sign alternates")
    return x.terms.get(FLAT, ZERO)


# --- terms -------------------------------------------------------------------------------------------------


def limit_of(node: T.Limit, number: Callable[[Any], Interval], env: Mapping | None = None, level: int = 1) -> Any:
    """The limit of a term; `number` gives the intervals of what does not depend on the variables of limits."""
    body, variable, at = node.args
    grows = Germ(level, {UP: ONE})
    if at is not T.INFINITY:
        down = Germ(level, {(Fraction(1), Fraction(0), Fraction(-1), 0): ONE})
        grows = add(down, _value(at, number, env or {}, level))
    here = {**(env or {}), variable: (grows, variable.sort == "integer")}
    return limit(_value(body, number, here, level), level)


def _value(node: Any, number: Callable[[Any], Interval], env: Mapping, level: int) -> Any:
    if isinstance(node, T.Parameter) and node in env:
        return env[node][0]
    if not any(v in node.free_symbols for v in env):
        return limit_of(node, number, {}, level + 1) if isinstance(node, T.Limit) else number(node)
    if isinstance(node, T.Limit):
        return limit_of(node, number, env, level + 1)
    rule = _RULES.get(type(node))
    if rule is not None:
        return rule(*(_value(a, number, env, level) for a in node.args))
    if isinstance(node, (T.Power, L.RealPower)):
        return _raised(node.args[0], node.args[1], number, env, level)
    if isinstance(node, L.Choice):
        return _value(node.args[1 if _truth(node.args[0], number, env, level) else 2], number, env, level)
    raise Unclear(f"the limit of a {type(node).__name__}")


def _raised(base: Any, exponent: Any, number: Callable[[Any], Interval], env: Mapping, level: int) -> Any:
    x, a = _value(base, number, env, level), _value(exponent, number, env, level)
    if not isinstance(a, Germ):
        return power(x, _exact(a))
    whole = all(whole for v, (_, whole) in env.items() if v in exponent.free_symbols)
    if not isinstance(x, Germ) and whole and not a.errors and set(a.terms) <= {UP, FLAT}:
        q, rate, rest = _exact(x), _exact(a.terms.get(UP, ZERO)), _exact(a.terms.get(FLAT, ZERO))
        if rate.denominator == rest.denominator == 1 and abs(rate) <= 64 and abs(rest) <= 400:
            if q == 0:
                return ZERO if rate > 0 else _unclear("a power of 0")
            return Germ(a.level, {(q ** int(rate), Fraction(0), Fraction(0), 0): point(q ** int(rest))})
    return exp_of(mul(a, log_of(x)))


def _truth(node: Any, number: Callable[[Any], Interval], env: Mapping, level: int) -> bool:
    if isinstance(node, L.Negation):
        return not _truth(node.args[0], number, env, level)
    if isinstance(node, (L.Both, L.Either)):
        found = [_truth(a, number, env, level) for a in node.args]
        return all(found) if isinstance(node, L.Both) else any(found)
    if isinstance(node, sympy.Integer):
        return bool(node == 1)
    if not isinstance(node, (L.EqualTo, L.LessThan, L.AtMost)):
        raise Unclear("a condition")
    a, b = (_value(part, number, env, level) for part in node.args)
    gap = sign(add(b, negative(a)))
    return gap == 0 if isinstance(node, L.EqualTo) else gap > 0 if isinstance(node, L.LessThan) else gap >= 0


def _absolute(x: Any) -> Any:
    if isinstance(x, Germ) and x.terms:
        (q, *_), c = leading(x)
        turn = Germ(x.level, {(Fraction(-1), Fraction(0), Fraction(0), 0): ONE}) if q < 0 else ONE
        return mul(mul(x, turn), point(sign(c)))
    return mul(x, point(sign(x)))


_RULES: dict[type, Callable[..., Any]] = {
    T.Plus: lambda *parts: reduce(add, parts),
    T.Times: lambda *parts: reduce(mul, parts),
    T.Negative: negative,
    T.Quotient: lambda a, b: mul(a, inverse(b)),
    T.Minimum: lambda a, b: a if sign(add(b, negative(a))) >= 0 else b,
    T.Maximum: lambda a, b: a if sign(add(a, negative(b))) >= 0 else b,
    L.SquareRoot: lambda a: power(a, Fraction(1, 2)),
    L.Exponential: exp_of,
    L.Logarithm: log_of,
    L.Absolute: _absolute,
}
