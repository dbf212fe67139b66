"""Exact polynomials over the rationals in atoms.

A polynomial is a dictionary from monomials to nonzero rationals.  A monomial is a sorted tuple of pairs
(atom, exponent); exponents are nonzero integers, and a negative one stands for a division whose divisor
has been collected as a condition before.  An atom is a triple (kind, label, arguments); the arguments are
polynomials frozen by `key`, so that equality of atoms is equality of tuples:

    ("par", name, ())              a parameter, counted from its lower bound
    ("var", n, ())                 an open bound index, counted from 0; closed it is ("bv", (height, k), ())
    ("el", family, indices)        an element of a deterministic family; ("rv", family, indices): of a random one
    ("pow", "", (base, exponent))  base ** exponent for a symbolic integer exponent
    ("inv", "", (divisor,))        1 / divisor, for a divisor of two terms or more
    ("sgn", "", (n,))              (-1) ** n
    ("delta", "", (p,))            1 where p = 0, else 0
    ("sum", (height, n), (start, length, ..., body))   a sum over n indices
    ("E", "", (monomial,))         a moment that no cited fact takes further
    (other kind, label, arguments) what a rule leaves closed, with its arguments in normal form
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextvars import ContextVar
from fractions import Fraction
from math import gcd
from time import thread_time
from typing import Any

Atom = tuple
Monomial = tuple
Poly = dict[Monomial, Any]
Key = tuple


class Budget(Exception):
    """The check grew beyond its budget of terms or time."""


TERMS = 200_000
DEADLINE: ContextVar[float] = ContextVar("DEADLINE", default=float("inf"))


def spend() -> None:
    """Raise Budget if the time of the check is over."""
    if thread_time() > DEADLINE.get():
        raise Budget("the time of the check is over")


def constant(value: Any) -> Poly:
    return {(): value} if value else {}


def atom(which: Atom, exponent: int = 1) -> Poly:
    return {((which, exponent),): 1}


def key(p: Poly) -> Key:
    return tuple(sorted(p.items()))


def exact(value: Any) -> Any:
    """An integer where `value` is one: integer arithmetic is quicker."""
    return value.numerator if isinstance(value, Fraction) and value.denominator == 1 else value


def proposed(p: Poly) -> Poly:
    """A copy of a polynomial that comes from a search, with exact coefficients."""
    return {m: c if type(c) is int else exact(Fraction(c)) for m, c in p.items() if c}


def add(p: Poly, q: Poly, times: Any = 1) -> Poly:
    """`p + times * q`."""
    total = dict(p)
    for monomial, c in q.items():
        value = total.get(monomial, 0) + times * c
        if value:
            total[monomial] = value
        else:
            total.pop(monomial, None)
    return total


def total(parts: Iterable[Poly]) -> Poly:
    """The sum of some polynomials."""
    result: Poly = {}
    for part in parts:
        result = add(result, part)
    return result


def scale(p: Poly, c: Any) -> Poly:
    return {m: exact(v * c) for m, v in p.items()} if c else {}


def join(m: Monomial, n: Monomial) -> Monomial:
    """The product of two monomials; `delta * delta = delta`, as for every truth value, and `(-1)^n (-1)^n = 1`."""
    if not m:
        return n
    if not n:
        return m
    powers = dict(m)
    for a, e in n:
        power = powers.get(a, 0) + e
        if a[0] in ("delta", "above") and power:
            power = 1
        elif a[0] == "sgn":
            power %= 2
        if power:
            powers[a] = power
        else:
            del powers[a]
    return tuple(sorted(powers.items()))


def mul(p: Poly, q: Poly) -> Poly:
    if len(p) * len(q) > TERMS:
        raise Budget(f"a product of {len(p)} by {len(q)} terms")
    if len(p) * len(q) > 1000:
        spend()
    total: Poly = {}
    for m, c in p.items():
        for n, d in q.items():
            monomial = join(m, n)
            value = total.get(monomial, 0) + c * d
            if value:
                total[monomial] = exact(value)
            else:
                total.pop(monomial, None)
    return total


def power(p: Poly, exponent: int) -> Poly:
    """`p ** exponent` for a natural exponent."""
    if len(p) > 1 and exponent > 200 or len(p) == 1 and exponent > 10_000:
        raise Budget(f"a power with exponent {exponent}")
    if exponent == 1:
        return p
    result, base = constant(1), p
    while exponent:
        if exponent & 1:
            result = mul(result, base)
        exponent >>= 1
        if exponent:
            base = mul(base, base)
    return result


def raised(p: Poly, exponent: int) -> Poly:
    """`p ** exponent` for an integer exponent; that `p != 0` where it is negative is a condition."""
    return power(p, exponent) if exponent >= 0 else power(inverse(p), -exponent)


def is_constant(p: Poly) -> bool:
    return not p or (len(p) == 1 and () in p)


def constant_term(p: Poly) -> Any:
    return p.get((), 0)


def content(p: Poly) -> tuple[Any, Monomial]:
    """The rational and the monomial to take out of a `p` free of inverses: what is left has coprime integer
    coefficients, the first one positive, and no common atom."""
    numerator, denominator = 0, 1
    for c in p.values():
        f = Fraction(c)
        numerator = gcd(numerator, f.numerator)
        denominator = denominator * f.denominator // gcd(denominator, f.denominator)
    rational = Fraction(numerator, denominator)
    if p[min(p)] < 0:
        rational = -rational
    common: dict[Atom, int] | None = None
    for monomial in p:
        powers = dict(monomial)
        if common is None:
            common = powers
        else:
            common = {a: min(e, powers.get(a, 0)) for a, e in common.items()}
    return exact(rational), tuple(sorted((a, e) for a, e in (common or {}).items() if e))


def divide_monomial(p: Poly, rational: Any, monomial: Monomial) -> Poly:
    """`p / (rational * monomial)`."""
    inverse = tuple((a, -e) for a, e in monomial)
    return {join(m, inverse): exact(Fraction(c) / rational) for m, c in p.items()}


def fraction(p: Poly, over: Callable[[Atom], bool] | None = None) -> tuple[Poly, Poly]:
    """`p` as numerator and denominator free of inverses: the terms are put over one denominator.

    With `over`, only the inverses for which it is true are cleared.
    """
    powers: dict[Atom, int] = {}
    for monomial in p:
        for a, e in monomial:
            if (e < 0 or a[0] == "inv") and (over is None or over(a)):
                powers[a] = max(powers.get(a, 0), -e if e < 0 else e)
    if not powers:
        return p, constant(1)
    numerator: Poly = {}
    for monomial, c in p.items():
        own = dict(monomial)
        extra = constant(c)
        for a, e in powers.items():
            rest = e + own.pop(a, 0) if a[0] != "inv" else e - own.pop(a, 0)
            if rest:
                extra = mul(extra, power(_cleared(a), rest))
        numerator = add(numerator, mul({tuple(sorted(own.items())): 1}, extra))
    denominator = constant(1)
    for a, e in powers.items():
        denominator = mul(denominator, power(_cleared(a), e))
    more, other = fraction(numerator, over)
    return more, mul(denominator, other) if other != constant(1) else denominator


def _cleared(a: Atom) -> Poly:
    return dict(a[2][0]) if a[0] == "inv" else atom(a)


def inverse(p: Poly, factored: Callable[[Poly], list[tuple[Poly, int]]] | None = None) -> Poly:
    """`1 / p`, an atom for each factor; that `p != 0` is a condition.  ZeroDivisionError if `p` is zero outright."""
    numerator, denominator = fraction(p)
    if not numerator:
        raise ZeroDivisionError("division by zero")
    rational, monomial = content(numerator)
    rest = divide_monomial(numerator, rational, monomial)
    result = {tuple((a, -e) for a, e in monomial): exact(1 / Fraction(rational))}
    for q, e in [] if rest == constant(1) else [(rest, 1)] if factored is None else factored(rest):
        if len(q) == 1:
            result = mul(result, power(inverse(q), e))
        else:
            result = mul(result, atom(("inv", "", (key(q),)), e))
    return mul(result, denominator)


def atoms(p: Poly) -> set[Atom]:
    return {a for monomial in p for a, _ in monomial}


def inside(a: Atom) -> Iterator[Atom]:
    """`a` and every atom within it."""
    yield a
    for argument in a[2]:
        for monomial, _ in argument:
            for b, _ in monomial:
                yield from inside(b)


def within(p: Poly) -> Iterator[Atom]:
    """Every atom of `p`, at any depth."""
    for monomial in p:
        for a, _ in monomial:
            yield from inside(a)


def has(a: Atom, which: Callable[[Atom], bool]) -> bool:
    return any(which(x) for x in inside(a))


def without(m: Monomial, a: Atom) -> Monomial:
    """`m` without the atom `a`."""
    return tuple((b, e) for b, e in m if b != a)


def replace_atoms(p: Poly, value: Callable[[Atom], Poly | None]) -> Poly:
    """`p` with each of its own atoms for which `value` gives a polynomial replaced by it."""
    result: Poly = {}
    for monomial, c in p.items():
        product = constant(c)
        for a, e in monomial:
            new = value(a)
            product = mul(product, atom(a, e) if new is None else raised(new, e))
        result = add(result, product)
    return result
