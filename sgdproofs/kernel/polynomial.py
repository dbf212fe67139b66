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
    return value.numerator if isinstance(value, Fraction) and value.denominator == 1 else value


class Poly(dict[Monomial, Any]):
    """A polynomial.  Nothing changes it once it is made, so that it can stand in an atom."""

    __slots__ = ("_hash", "_key")
    _hash: int
    _key: list

    def _frozen(self, *_: Any, **__: Any) -> NoReturn:
        raise TypeError("a polynomial is not changed in place")

    __setitem__ = __delitem__ = __ior__ = update = setdefault = pop = popitem = clear = _frozen

    def __hash__(self) -> int:  # type: ignore[override]
        if not hasattr(self, "_hash"):
            self._hash = hash(frozenset(self.items()))
        return self._hash

    def __lt__(self, other: Poly) -> bool:
        return self._sorted() < other._sorted()

    def _sorted(self) -> list:
        if not hasattr(self, "_key"):
            self._key = sorted(self.items())
        return self._key

    # --- arithmetic ---------------------------------------------------------------------------------------

    def _plus(self, other: Any, sign: int) -> Poly:
        found = dict(self)
        for monomial, c in (other if isinstance(other, Poly) else constant(other)).items():
            value = found.get(monomial, 0) + sign * c
            if value:
                found[monomial] = exact(value)
            else:
                del found[monomial]
        return Poly(found)

    def __add__(self, other: Poly | int | Fraction) -> Poly:
        return self._plus(other, 1)

    def __sub__(self, other: Poly | int | Fraction) -> Poly:
        return self._plus(other, -1)

    def __neg__(self) -> Poly:
        return Poly({m: -c for m, c in self.items()})

    def __rsub__(self, other: int | Fraction) -> Poly:
        return constant(other) - self

    def __mul__(self, other: Poly | int | Fraction) -> Poly:
        if not isinstance(other, Poly):
            return Poly({m: exact(c * other) for m, c in self.items()} if other else {})
        if len(self) * len(other) > TERMS:
            raise Budget(f"a product of {len(self)} by {len(other)} terms")
        if len(self) * len(other) > 1000:
            spend()
        found: dict[Monomial, Any] = {}
        for m, c in self.items():
            for n, d in other.items():
                monomial = join(m, n)
                value = found.get(monomial, 0) + c * d
                if value:
                    found[monomial] = exact(value)
                else:
                    found.pop(monomial, None)
        return Poly(found)

    __radd__, __rmul__ = __add__, __mul__

    def __pow__(self, exponent: int) -> Poly:
        """For an integer exponent; that the polynomial is not 0 where it is negative is a condition."""
        size = max((c.numerator.bit_length() + c.denominator.bit_length() for c in self.values()), default=0)
        if abs(exponent) > (200 if len(self) > 1 else 10_000) or abs(exponent) * size > BITS:
            raise Budget(f"a power with exponent {exponent}")
        base, exponent = (self, exponent) if exponent >= 0 else (self.inverse(), -exponent)
        result = constant(1)
        while exponent:
            if exponent & 1:
                result = result * base
            exponent >>= 1
            if exponent:
                base = base * base
        return result

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
        for monomial in self:
            for a, _ in monomial:
                yield from inside(a)

    def content(self) -> tuple[Any, Monomial]:
        """The rational and the monomial to take out of a polynomial free of inverses: what is left has coprime integer
        coefficients, the first one positive, and no common atom."""
        values = [Fraction(c) for c in self.values()]
        rational = Fraction(gcd(*(c.numerator for c in values)), lcm(*(c.denominator for c in values)))
        first, *others = map(dict, self)
        common = {a: min(e, *(m.get(a, 0) for m in others), e) for a, e in first.items()}
        sign = -1 if self[min(self)] < 0 else 1
        return exact(sign * rational), tuple(sorted((a, e) for a, e in common.items() if e))

    def over(self, rational: Any, monomial: Monomial) -> Poly:
        """The polynomial divided by `rational * monomial`."""
        inverse = tuple((a, -e) for a, e in monomial)
        return Poly({join(m, inverse): exact(Fraction(c) / rational) for m, c in self.items()})

    # --- fractions ----------------------------------------------------------------------------------------

    def fraction(self, over: Callable[[Atom], bool] | None = None) -> tuple[Poly, Poly]:
        """Numerator and denominator free of inverses: the terms are put over one denominator.

        With `over`, only the inverses for which it is true are cleared.
        """
        powers: dict[Atom, int] = {}
        for monomial in self:
            for a, e in monomial:
                if (e < 0 or a[0] == "inv") and (over is None or over(a)):
                    powers[a] = max(powers.get(a, 0), abs(e))
        if not powers:
            return self, constant(1)
        numerator, denominator = Poly(), constant(1)
        for monomial, c in self.items():
            own, extra = dict(monomial), constant(c)
            for a, e in powers.items():
                used = own.pop(a, 0)
                extra = extra * _cleared(a) ** (e - used if a[0] == "inv" else e + used)
            numerator = numerator + extra * Poly({tuple(sorted(own.items())): 1})
        for a, e in powers.items():
            denominator = denominator * _cleared(a) ** e
        more, other = numerator.fraction(over)
        return more, denominator * other

    def inverse(self, factored: Callable[[Poly], list[tuple[Poly, int]]] | None = None) -> Poly:
        """`1 / p`, an atom for each factor, if `p != 0` (a condition); ZeroDivisionError if it is 0 outright."""
        numerator, denominator = self.fraction()
        if not numerator:
            raise ZeroDivisionError("division by zero")
        rational, monomial = numerator.content()
        rest = numerator.over(rational, monomial)
        result = Poly({tuple((a, -e) for a, e in monomial): exact(1 / Fraction(rational))})
        for q, e in [] if rest == UNIT else [(rest, 1)] if factored is None else factored(rest):
            result = result * (q.inverse() ** e if len(q) == 1 else atom(("inv", "", (q,)), e))
        return result * denominator

    def replaced(self, value: Callable[[Atom], Poly | None]) -> Poly:
        """Each of its own atoms for which `value` gives a polynomial replaced by it."""
        result = Poly()
        for monomial, c in self.items():
            product = constant(c)
            for a, e in monomial:
                new = value(a)
                product = product * (atom(a, e) if new is None else new**e)
            result = result + product
        return result


def constant(value: Any) -> Poly:
    return Poly({(): exact(value)} if value else {})


def atom(which: Atom, exponent: int = 1) -> Poly:
    return Poly({((which, exponent),): 1})


UNIT = constant(1)


def proposed(p: Mapping[Monomial, Any]) -> Poly:
    """A polynomial that comes from a search, with exact coefficients."""
    return Poly({m: c if type(c) is int else exact(Fraction(c)) for m, c in p.items() if c})


def total(parts: Iterable[Poly]) -> Poly:
    """The sum of some polynomials."""
    return sum(parts, Poly())


def join(m: Monomial, n: Monomial) -> Monomial:
    """The product of two monomials; `delta * delta = delta`, as for every truth value, and `(-1)^n (-1)^n = 1`."""
    if not m or not n:
        return m or n
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


def _cleared(a: Atom) -> Poly:
    return a[2][0] if a[0] == "inv" else atom(a)


def inside(a: Atom) -> Iterator[Atom]:
    """`a` and every atom within it."""
    yield a
    for argument in a[2]:
        yield from argument.within()


def has(a: Atom, which: Callable[[Atom], bool]) -> bool:
    return any(which(x) for x in inside(a))


def without(m: Monomial, a: Atom) -> Monomial:
    """`m` without the atom `a`."""
    return tuple((b, e) for b, e in m if b != a)
