"""Where a line is claimed: the domains of its symbols, its assumptions, and the signs that follow from them.

A parameter with a lower bound is counted from it (`N >= 1` is `1 + M`, `M >= 0`), so that many signs can be
read off the coefficients.  What cannot be read off needs a certificate: a search outside the kernel
proposes one (`Advisor`), and it is verified here by multiplication.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from fractions import Fraction
from functools import partial
from itertools import count
from math import ceil, floor, prod
from typing import Any

from ..language.errors import StatementError
from ..language.terms import Parameter, function, number
from .polynomial import UNIT, Atom, Monomial, Poly, atom, constant, exact, inside, proposed

SIGNS = {"Exponential": 2, "delta": 1, "above": 1, "Var": 1, "Absolute": 1}
"""Kinds of atoms that are positive (2), or not negative (1), whatever their arguments."""

Certificate = list[tuple[Poly, tuple[int, ...], Poly]]


class Advisor:
    """What the search may propose; this one proposes nothing.

    Nothing that an advisor says is believed: each proposal is verified by arithmetic, and its words are only printed.
    """

    def factors(self, p: Poly) -> list[tuple[Poly, int]]:
        """Polynomials and exponents whose product is `p`."""
        return [(p, 1)]

    def combination(self, p: Poly, known: list[Poly], signed: Callable[[Atom], int]) -> Certificate:
        """Triples (c, (i, j, ...), q) such that `p - sum c known[i] known[j] ... q^2` has nonnegative terms.

        `signed` tells of an atom whether it is known to be positive (2), not to be negative (1), or nothing (0).
        """
        return []

    def cofactors(self, residual: Poly, premises: list[Poly]) -> Iterable[list[Poly]]:
        """Candidates for `c[k]` such that `residual = sum c[k] premises[k]`; they may contain inverses."""
        return ()

    def arrangement(
        self, binders: list, monomial: Monomial, arranged: Callable
    ) -> tuple[Sequence[int], Sequence[Poly]]:
        """An order and shifts for the indices of a sum of `monomial`; `arranged` makes the atom of such a choice."""
        return range(len(binders)), [Poly() for _ in binders]

    def instances(self, moment: Atom, indices: list[Poly], target: Monomial) -> Iterable[Sequence[Poly]]:
        """Values of the indices of a moment, at which what it is a moment of is a part of the target."""
        return ()

    def spelled(self, p: Poly, scope: Scope) -> Any:
        """`p` as a term, for the ledger and for messages."""
        return function("polynomial")(*(number(c) for c in p.values()))

    def remainder(self, p: Poly, scope: Scope) -> str:
        """What to say where the difference `p` of two sides is left."""
        return "the difference of the two sides is not 0"

    def discharged_by(self, relation: Any, goal: Any) -> str:
        """The domains and assumptions by which a condition holds, in words."""
        return "by calculation"


class Contradiction(Exception):
    """The assumptions exclude one another: everything would follow from them."""


class Scope:
    """Domains, assumptions and open indices; what it says of signs is right, what it does not see is left open."""

    def __init__(self, advisor: Advisor | None = None) -> None:
        self.advisor: Advisor = advisor or Advisor()
        self.bounds: dict[str, list] = {}
        self.named: dict[str, Any] = {}
        self.declared: dict[str, Parameter] = {}
        self.integers: set[Atom] = set()
        self.known: list[tuple[Poly, bool]] = []
        self.unequal: list[Poly] = []
        self.families: dict[str, Any] = {}
        self.signs: dict[tuple, int] = {}
        self.opened = count(1)
        self.asked: set[Atom] = set()
        self.origins: dict[str, Fraction] = {}

    def without_assumptions(self) -> Scope:
        """A scope with the declared domains alone; parameters are counted from where they are counted here."""
        other = Scope(self.advisor)
        other.families, other.opened, other.origins = self.families, self.opened, self.origins
        other.integers = {a for a in self.integers if a[0] == "var"}
        other.signs = {a[:2]: 1 for a in other.integers if a[:2] in self.signs}
        return other

    def leave_ends(self, p: Parameter) -> None:
        """Let `p` go a little beyond the ends of its domain that are in it, before it is first used in a polynomial."""
        self.bounds[p.name] = [end if end is None or end[1] else None for end in self.bounds_of(p)]

    # --- parameters ---------------------------------------------------------------------------------------

    def narrow(self, p: Parameter, rel: str, value: Fraction) -> None:
        """Narrow the domain of `p` by `p rel value`, before it is first used in a polynomial."""
        own, is_open = self.bounds_of(p), rel in ("<", ">")
        for side, sign in ((0, 1), (1, -1)) if rel == "==" else ((0, 1),) if rel[0] == ">" else ((1, -1),):
            low = (sign * value, is_open)
            if p.sort == "integer":
                low = (Fraction(floor(low[0]) + 1 if is_open else ceil(low[0])), False)
            own[side] = low if own[side] is None else max(own[side], low)
        if None not in own and (own[0][0] > -own[1][0] or own[0][0] == -own[1][0] and (own[0][1] or own[1][1])):
            raise Contradiction(f"no {p.name} is left: {p.name} would lie above {own[0][0]} and below {-own[1][0]}")

    def bounds_of(self, p: Parameter) -> list:
        """The lower bounds of `p` and of `-p` here."""
        self.one_symbol(p)
        return self.bounds.setdefault(p.name, domain(p))

    def one_symbol(self, symbol: Any) -> None:
        """StatementError if another symbol goes by the same name: atoms are told apart by their names."""
        if self.named.setdefault(symbol.name, symbol) != symbol:
            raise StatementError(f"two different symbols are called {symbol.name}: rename one")

    def only_value(self, name: str) -> Fraction | None:
        """The value of a parameter, if its bounds leave one."""
        low, high = self.bounds[name]
        return low[0] if low and high and low[0] == -high[0] else None

    def parameter(self, p: Parameter) -> Poly:
        """`p` as its lower bound plus an atom that is not negative; from 0 if it has none, or a negative one."""
        own, only, new = self.bounds_of(p), self.only_value(p.name), p.name not in self.declared
        self.declared[p.name] = p
        if only is not None:
            return constant(exact(only))
        which, origin = ("par", p.name, ()), self.origin(p.name)
        if new:
            self.count(which, origin, p.sort == "integer", own)
        return atom(which) + origin

    def origin(self, name: str) -> Fraction:
        """What a parameter is counted from: its lower bound at first use, if this is not negative."""
        low, _ = self.bounds[name]
        return self.origins.setdefault(name, max(low[0], Fraction(0)) if low else Fraction(0))

    def count(self, which: Atom, origin: Any, integer: bool, bounds: Sequence) -> None:
        """Take as known where `origin + which` lies: `bounds` are the lower bounds of it and of its negative."""
        low, high = bounds
        if integer:
            self.integers.add(which)
        if low and low[0] >= origin:
            self.signs[which[:2]] = 2 if low[1] or low[0] > origin else 1
        elif low:
            self.known.append((atom(which) + origin - low[0], low[1]))
        if high:
            self.known.append((-origin - atom(which) - high[0], high[1]))

    def fresh(self) -> Atom:
        """A variable of which nothing is known."""
        return ("var", next(self.opened), ())

    def open_index(self, length: Poly) -> Atom:
        """A fresh index that runs from 0 to `length - 1`."""
        which = self.fresh()
        self.count(which, 0, True, ((0, False), (1 - length, False)))
        return which

    def assume(self, p: Poly, rel: str, text: str) -> None:
        """Take `p rel 0` as known, for `==`, `!=`, `>=` or `>`; a denominator, which is not 0, is multiplied away."""
        numerator, denominator = p.fraction()
        if rel == "==":
            self.known += [(p, False), (-p, False)] if p else []
            return
        if rel == "!=":
            self.unequal += [numerator, *(q for q, _ in self.factored(numerator))]
            contradicted = not numerator
        else:
            p, strict = numerator if self.sign(denominator, True) else numerator * denominator, rel == ">"
            if strict and self.integral(p):
                p, strict = p - 1, False
            contradicted = self.sign(-p, strict=not strict)
            self.known.append((p, strict))
        if contradicted:
            raise Contradiction(f"{text} contradicts the other assumptions")

    @contextmanager
    def supposing(self, *facts: tuple[Poly, bool], apart: tuple[Poly, ...] = ()) -> Iterator[None]:
        """Some inequalities as known for a while, and what is `apart` from 0; what else becomes known then stays."""
        self.known += facts
        self.unequal += apart
        try:
            yield
        finally:
            self.known[:] = [k for k in self.known if not any(k is f for f in facts)]
            self.unequal[:] = [q for q in self.unequal if not any(q is p for p in apart)]

    def apart(self, p: Poly) -> AbstractContextManager:
        """`p != 0` for a while; an integer that is not negative is then at least 1."""
        signs = [s for s in (1, -1) if self.integral(p) and self.sign(p * s, strict=False)]
        return self.supposing(*((p * s - 1, False) for s in signs), apart=(p,))

    # --- integers -----------------------------------------------------------------------------------------

    def integral(self, p: Poly) -> bool:
        """True only if `p` takes integer values."""
        return all(
            type(c) is int and all(e > 0 and (a in self.integers or a[0] == "bv") for a, e in m) for m, c in p.items()
        )

    # --- signs --------------------------------------------------------------------------------------------

    def positive(self, p: Poly) -> bool:
        return self.sign(p, strict=True)

    def nonnegative(self, p: Poly) -> bool:
        return self.sign(p, strict=False)

    def nonzero(self, p: Poly, split: bool = True) -> bool:
        """True only if `p` is never 0."""
        p, _ = p.fraction()
        if p.is_constant:
            return bool(p)
        alike = (q for q in self.unequal if len(q) == len(p))
        if any(p * q.content() == q * p.content() for q in alike) or self._side(p, True):
            return True
        if len(p) == 1 and all(a[0] == "sgn" or a[0] == "pow" and self.nonzero(a[2][0], split) for a in p.atoms):
            return True
        return split and all(self.nonzero(q, split=False) for q, _ in self.factored(p))

    def sign(self, p: Poly, strict: bool, split: bool = True) -> bool:
        """True only if `p >= 0` everywhere in the scope (`p > 0` if `strict`)."""
        numerator, denominator = p.fraction()
        if not denominator.is_constant and not self.sign(denominator, True):
            numerator = numerator * denominator
        if numerator.is_constant:
            return numerator.constant_term > 0 or not (numerator or strict)
        choice = min((a for a in numerator.atoms if a[0] == "Minimum"), default=None)
        if choice is not None:
            return self.by_choice(choice, numerator, lambda q: self.sign(q, strict, split))
        if self._read_off(numerator) > strict or self._by_known(numerator, strict):
            return True
        parts = self.factored(numerator) if split else []
        signs = (self._side(q, strict) if e % 2 else not strict or self.nonzero(q) for q, e in parts)
        return len(parts) > 1 and prod(signs) > 0

    def _side(self, p: Poly, strict: bool) -> int:
        """1 if `p >= 0`, -1 if `p <= 0` (not 0, if `strict`), 0 if neither is seen."""
        return self.sign(p, strict, split=False) or -self.sign(-p, strict, split=False)

    def by_choice(self, a: Atom, p: Poly, test: Callable[[Poly], bool]) -> bool:
        """A minimum is one of two values: the test in either case, with the case as a known inequality."""
        if any(b[0] == "rv" for b in inside(a)):
            return False  # the case would hold for some outcomes only
        for value, other in (a[2], a[2][::-1]):
            with self.supposing((other - value, False)):
                if not test(p.replaced({a: value}.get)):
                    return False
        return True

    def factored(self, p: Poly) -> list[tuple[Poly, int]]:
        """Factors and exponents of `p`: its content, its common atoms, and what the advisor finds of the rest."""
        return [part for q, e in p.split() for part in (self.verified(q) if len(q) > 1 else [(q, e)])]

    def verified(self, p: Poly) -> list[tuple[Poly, int]]:
        """The factors that the advisor proposes, if their product is `p`."""
        parts = [(proposed(q), e) for q, e in self.advisor.factors(p)]
        whole = all(q.fraction()[1] == UNIT and type(e) is int and e > 0 for q, e in parts)
        return parts if whole and prod((q**e for q, e in parts), start=UNIT) == p else [(p, 1)]

    def atom_sign(self, a: Atom) -> int:
        """2 if the atom is positive, 1 if it is not negative, 0 if nothing is known."""
        if a[0] in ("pow", "inv", "SquareRoot", "RealPower"):
            base, whole = a[2][0], a[0] != "inv"
            return self._asking(a, lambda: 2 if self.sign(base, True) else int(whole and self.sign(base, False)))
        if a[0] in ("sum", "E"):
            return min(self._read_off(a[2][-1]), 1)
        return self.signs.get(a[:2], SIGNS.get(a[0], 0))

    def _asking(self, a: Atom, question: Callable[[], int]) -> int:
        """The answer to a question about an atom; 0 while it is asked for itself."""
        if a in self.asked:
            return 0
        self.asked.add(a)
        try:
            return question()
        finally:
            self.asked.discard(a)

    def monomial_sign(self, m: Monomial) -> int:
        return min((max(self.atom_sign(a), 1 - e % 2) for a, e in m), default=2)

    def _read_off(self, p: Poly) -> int:
        """2 if it is seen from its terms alone that `p > 0`, 1 if that `p >= 0`, else 0."""
        if any(c < 0 for c in p.values()):
            return 0
        signs = [self.monomial_sign(m) for m in p]
        return max(signs, default=1) if all(signs) else 0

    def _by_known(self, p: Poly, strict: bool) -> bool:
        """`p` as nonnegative terms, squares and multiples of known inequalities, as the advisor proposes them."""
        # What is known of an open index holds inside its sum: elsewhere the sum may be empty.
        here = set(p.within())
        known = [k for k in self.known if all(a in here for a in k[0].within() if a[0] == "var")]
        known += self._of_atoms(p)
        if strict and any(sharp and self._read_off(p - q) for q, sharp in known):
            return True
        rest, found = p, not strict
        for own, product, base in self.advisor.combination(p, [k[0] for k in known], self.atom_sign):
            c, root = proposed(own), proposed(base)
            if not self._read_off(c) or not all(self.nonzero(q.fraction()[1]) for q in (c, root)):
                return False
            piece, sharp = c * root**2, root == UNIT and self._read_off(c) == 2
            for i in product:
                piece, sharp = piece * known[i][0], sharp and known[i][1]
            rest, found = rest - piece, found or sharp
        return self._read_off(rest) > (not found)

    def _of_atoms(self, p: Poly) -> list[tuple[Poly, bool]]:
        """What holds of truth values `t = [q > 0]` (`t <= 1`, `t q >= 0`, `(t - 1) q >= 0`) and of powers (`<= 1`)."""
        found: list[tuple[Poly, bool]] = []
        for t, q in ((atom(a), a[2][0]) for a in sorted(p.atoms) if a[0] == "above"):
            found += [(1 - t, False), (t * q, False), (t * q - q, False)]
        for a in sorted({a for a in p.within() if a[0] == "pow"}):
            own = self._asking(a, partial(self._below_one, *a[2]))
            found += [(1 - atom(a), own == 2)] if own else []
        return found

    def _below_one(self, base: Poly, exponent: Poly) -> int:
        """1 if `0 <= q <= 1` and `e` is natural, so that `q^e <= 1`; 2 if `q < 1` and `e >= 1`, so that `q^e < 1`."""
        rest = 1 - base
        if not all(self.sign(q, False) for q in (base, rest, exponent)):
            return 0
        return 2 if self.sign(rest, True) and self.sign(exponent - 1, False) else 1


def domain(p: Parameter) -> list:
    """The lower bounds of `p` and of `-p`: each with whether it is excluded, or None."""
    low = None if p.lower is None else (p.lower, p.open_lower)
    high = None if p.upper is None else (-p.upper, p.open_upper)
    return [low, high]
