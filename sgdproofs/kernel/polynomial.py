"""Exact polynomials over the rationals in atoms.

A polynomial maps monomials to nonzero rationals.  A monomial is a sorted tuple of pairs (atom, exponent); exponents
are nonzero integers, and a negative one stands for a division whose divisor has been collected as a condition
before.  An atom is a triple (kind, label, arguments); the arguments are polynomials:

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

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextvars import ContextVar
from fractions import Fraction
from functools import cached_property
from itertools import chain
from math import gcd, lcm
from time import thread_time
from typing import Any, NoReturn

Atom = tuple
Monomial = tuple

TERMS, BITS = 200_000, 200_000
DEADLINE: ContextVar[float] = ContextVar("DEADLINE", default=float("inf"))


class Budget(Exception):
    """The check grew beyond its budget of terms or time."""


def spend() -> None:
    """Raise Budget if the time of the check is over."""
    if thread_time() > DEADLINE.get():
        raise Budget("the time of the check is over")


def exact(value: Any) -> Any:
    """An integer where `value` is one: integer arithmetic is quicker."""
    return value if type(value) is int or value.denominator != 1 else value.numerator


class Poly(dict[Monomial, Any]):
    """A polynomial.  Nothing changes it once it is made, so that it can stand in an atom."""

    def _frozen(self, *_: Any, **__: Any) -> NoReturn:
        raise TypeError("a polynomial is not changed in place")

    __setitem__ = __delitem__ = __ior__ = update = setdefault = pop = popitem = clear = _frozen

    @cached_property
    def _hash(self) -> int:
        return hash(frozenset(self.items()))

    @cached_property
    def _key(self) -> list:
        return sorted(self.items())

    def __hash__(self) -> int:  # type: ignore[override]
        return self._hash

    def __lt__(self, other: Poly) -> bool:
        return self._key < other._key

    # --- arithmetic ---------------------------------------------------------------------------------------

    def __add__(self, other: Poly | int | Fraction) -> Poly:
        found = dict(self)
        for monomial, c in polynomial(other).items():
            value = found.pop(monomial, 0) + c
            if value:
                found[monomial] = exact(value)
        return Poly(found)

    def __neg__(self) -> Poly:
        return Poly({m: -c for m, c in self.items()})

    def __sub__(self, other: Poly | int | Fraction) -> Poly:
        return self + -other

    def __rsub__(self, other: int | Fraction) -> Poly:
        return -self + other

    def __mul__(self, other: Poly | int | Fraction) -> Poly:
        other = polynomial(other)
        if len(self) * len(other) > TERMS:
            raise Budget(f"a product of {len(self)} by {len(other)} terms")
        if len(self) * len(other) > 1000:
            spend()
        found: dict[Monomial, Any] = {}
        for m, c in self.items():
            for n, d in other.items():
                monomial = join(m, n)
                value = found.pop(monomial, 0) + c * d
                if value:
                    found[monomial] = exact(value)
        return Poly(found)

    __radd__, __rmul__ = __add__, __mul__

    def __pow__(self, exponent: int) -> Poly:
        """For an integer exponent; that the polynomial is not 0 where it is negative is a condition."""
        if exponent == 1:
            return self
        size = max((c.numerator.bit_length() + c.denominator.bit_length() for c in self.values()), default=0)
        if abs(exponent) > (200 if len(self) > 1 else 10_000) or abs(exponent) * size > BITS:
            raise Budget(f"a power with exponent {exponent}")
        if exponent < 0:
            return self.inverse() ** -exponent
        half = self ** (exponent // 2) if exponent else UNIT
        return half * half * self if exponent % 2 else half * half

    # --- parts --------------------------------------------------------------------------------------------

    @property
    def is_constant(self) -> bool:
        return not self or (len(self) == 1 and () in self)

    @property
    def constant_term(self) -> Any:
        return self.get((), 0)

    @property
    def atoms(self) -> set[Atom]:
        return {a for monomial in self for a, _ in monomial}

    def within(self) -> Iterator[Atom]:
        """Every atom, at any depth."""
        for a, _ in chain.from_iterable(self):
            yield from inside(a)

    def linear(self, a: Atom) -> tuple[Poly, Poly]:
        """The coefficient of `a` to the first power, and the rest: `p = coefficient * a + rest`."""
        coefficient = self.collected(a.__eq__).get(((a, 1),), Poly())
        return coefficient, self - coefficient * atom(a)

    def content(self) -> Any:
        """The rational by which to divide for coprime integer coefficients, the first one positive."""
        values = self.values()
        size = Fraction(gcd(*(c.numerator for c in values)), lcm(*(c.denominator for c in values)))
        return exact(-size if self[min(self)] < 0 else size)

    def split(self) -> list[tuple[Poly, int]]:
        """Factors and exponents of a polynomial free of inverses: its content, its common atoms, and what is left."""
        if not self:
            return [(self, 1)]
        powers = list(map(dict, self))
        common = [(a, e) for a in powers[0] if (e := min(own.get(a, 0) for own in powers))]
        content, inverse = self.content(), tuple((a, -e) for a, e in common)
        rest = self if content == 1 and not inverse else self * Poly({inverse: Fraction(1) / content})
        parts = [(constant(content), 1), *((atom(a), e) for a, e in common), (rest, 1)]
        return [(q, e) for q, e in parts if q != UNIT]

    def collected(self, which: Callable[[Atom], bool]) -> dict[Monomial, Poly]:
        """The monomials in the atoms for which `which` is true, each with its coefficient, which is free of them."""
        found: dict[Monomial, Poly] = {}
        for m, c in self.items():
            own = tuple(x for x in m if which(x[0]))
            found[own] = found.get(own, Poly()) + Poly({tuple(x for x in m if x not in own): c})
        return found

    # --- fractions ----------------------------------------------------------------------------------------

    def fraction(self, over: Callable[[Atom], bool] | None = None) -> tuple[Poly, Poly]:
        """Numerator and denominator free of inverses: the terms are put over one denominator.

        With `over`, only the inverses for which it is true are cleared.
        """
        powers: dict[Atom, int] = {}
        for a, e in chain.from_iterable(self):
            if (e < 0 or a[0] == "inv") and (over is None or over(a)):
                powers[a] = max(powers.get(a, 0), abs(e))
        if not powers:
            return self, UNIT
        shift = Poly({tuple(sorted((a, -e if a[0] == "inv" else e) for a, e in powers.items())): 1})

        def cleared(p: Poly) -> Poly:
            return p.replaced(lambda a: a[2][0] if a in powers and a[0] == "inv" else None, lambda q, e: q**-e)

        return cleared(self * shift), cleared(shift)

    def inverse(self, factored: Callable[[Poly], list[tuple[Poly, int]]] | None = None) -> Poly:
        """`1 / p`, an atom for each factor, if `p != 0` (a condition); ZeroDivisionError if it is 0 outright."""
        numerator, result = self.fraction()
        if not numerator:
            raise ZeroDivisionError("division by zero")
        for q, e in (factored or Poly.split)(numerator):
            one = atom(("inv", "", (q,)))
            if len(q) == 1:
                one = Poly({tuple((a, -f) for a, f in m): exact(1 / Fraction(c)) for m, c in q.items()})
            result = result * one**e
        return result

    def replaced(self, value: Callable[[Atom], Poly | None], power: Callable[[Poly, int], Poly] = pow) -> Poly:
        """Each of its own atoms for which `value` gives a polynomial replaced by it."""
        result = Poly()
        for monomial, c in self.items():
            product = constant(c)
            for a, e in monomial:
                new = value(a)
                product = product * (atom(a, e) if new is None else power(new, e))
            result = result + product
        return result

    def solved(self, a: Atom) -> Poly | None:
        """The value of `a` at which the polynomial is 0, if it is `c a + d` with a rational c and no `a` within d."""
        c = self.get(((a, 1),))
        rest = self - atom(a) * (c or 0)
        return None if c is None or a in rest.within() else rest * (Fraction(-1) / c)


def constant(value: Any) -> Poly:
    return Poly({(): exact(value)} if value else {})


def polynomial(value: Any) -> Poly:
    """A polynomial, or a number as one."""
    return value if isinstance(value, Poly) else constant(value)


def atom(which: Atom, exponent: int = 1) -> Poly:
    return Poly({((which, exponent),): 1})


UNIT = constant(1)


def proposed(p: Mapping[Monomial, Any]) -> Poly:
    """A polynomial that comes from a search, with exact coefficients; Budget if its monomials are none."""
    found = Poly({m: c if type(c) is int else exact(Fraction(c)) for m, c in p.items() if c})
    for m, c in chain.from_iterable(q.items() for q in (found, *(k for a in found.within() for k in a[2]))):
        if not c or m != tuple(sorted(dict(m).items())) or any(type(e) is not int for _, e in m):
            raise Budget("a proposal has a monomial that is out of order, or an exponent that is no integer")
    return found


def total(parts: Iterable[Poly]) -> Poly:
    """The sum of some polynomials."""
    return sum(parts, Poly())


def join(m: Monomial, n: Monomial) -> Monomial:
    """The product of two monomials; `delta * delta = delta`, as for every truth value, and `(-1)^n (-1)^n = 1`."""
    if not m or not n:
        return m or n
    powers = dict(m)
    for a, e in n:
        e += powers.pop(a, 0)
        if a[0] == "sgn":
            e %= 2
        elif a[0] in ("delta", "above"):
            e = int(e != 0)
        if e:
            powers[a] = e
    return tuple(sorted(powers.items()))


def inside(a: Atom) -> Iterator[Atom]:
    """`a` and every atom within it."""
    yield a
    for argument in a[2]:
        yield from argument.within()
