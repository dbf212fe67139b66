"""Where a line is claimed: the domains of its symbols, its assumptions, and the signs that follow from them.

A parameter with a lower bound is counted from it (`N >= 1` is `1 + M`, `M >= 0`), so that many signs can be
read off the coefficients.  What cannot be read off needs a certificate: a search outside the kernel
proposes one (`Advisor`), and it is verified here by multiplication.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from itertools import count
from typing import Any

from ..language.terms import Parameter, function, number
from .polynomial import (
    Atom,
    Monomial,
    Poly,
    add,
    atom,
    atoms,
    constant,
    constant_term,
    exact,
    fraction,
    is_constant,
    mul,
    power,
    replace_atoms,
    scale,
    within,
)


class Advisor:
    """What the search may propose; this one proposes nothing.

    Nothing that an advisor says is believed: each proposal is verified by arithmetic, and its words are only printed.
    """

    def factors(self, p: Poly) -> list[tuple[Poly, int]]:
        """Polynomials and exponents whose product is `p`."""
        return [(p, 1)]

    def combination(
        self, p: Poly, known: list[Poly], signed: frozenset[Atom]
    ) -> list[tuple[Poly, tuple[int, ...], Poly]]:
        """Triples (c, (i, j, ...), q) such that `p - sum c known[i] known[j] ... q^2` has nonnegative terms.

        `signed` are the atoms that are known not to be negative.
        """
        return []

    def cofactors(self, residual: Poly, premises: list[Poly]) -> Iterable[list[Poly]]:
        """Candidates for `c[k]` such that `residual = sum c[k] premises[k]`; they may contain inverses."""
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
        self.declared: dict[str, Parameter] = {}
        self.integers: set[Atom] = set()
        self.strict: set[Atom] = set()
        self.weak: set[Atom] = set()
        self.known: list[tuple[Poly, bool]] = []
        self.unequal: list[Poly] = []
        self.families: dict[str, Any] = {}
        self.signs: dict[str, int] = {}
        self.opened = count(1)
        self.asked: set[Atom] = set()
        self.origins: dict[str, Fraction] = {}

    def without_assumptions(self) -> Scope:
        """A scope with the declared domains alone; parameters are counted from where they are counted here."""
        other = Scope(self.advisor)
        other.families, other.opened, other.origins = self.families, self.opened, self.origins
        opened = {a for a in self.integers if a[0] == "var"}
        other.integers, other.weak = set(opened), {a for a in self.weak if a in opened}
        return other

    # --- parameters ---------------------------------------------------------------------------------------

    def bound(self, p: Parameter, low: Fraction | None, open_low: bool, high: Fraction | None, open_high: bool) -> None:
        """Narrow the domain of `p`, before it is first used in a polynomial."""
        own = self._bounds(p)
        if low is not None:
            if p.sort == "integer":
                low, open_low = Fraction(int(low // 1) + (1 if low % 1 or open_low else 0)), False
            if own[0] is None or (low, open_low) > (own[0], own[1]):
                own[0], own[1] = low, open_low
        if high is not None:
            if p.sort == "integer":
                high, open_high = Fraction(int(high // 1) - (1 if not high % 1 and open_high else 0)), False
            if own[2] is None or (high, not open_high) < (own[2], not own[3]):
                own[2], own[3] = high, open_high
        if own[0] is not None and own[2] is not None and (own[0] > own[2] or own[0] == own[2] and (own[1] or own[3])):
            raise Contradiction(f"no {p.name} is left: {p.name} would lie above {own[0]} and below {own[2]}")

    def _bounds(self, p: Parameter) -> list:
        if p.name not in self.bounds:
            self.bounds[p.name] = [p.lower, p.open_lower, p.upper, p.open_upper]
        return self.bounds[p.name]

    def parameter(self, p: Parameter) -> Poly:
        """`p` as its lower bound plus an atom that is not negative; from 0 if it has none, or a negative one."""
        which = ("par", p.name, ())
        low, open_low, high, open_high = self._bounds(p)
        new = p.name not in self.declared
        self.declared[p.name] = p
        if low is not None and low == high:
            return constant(exact(low))
        if new:
            if p.sort == "integer":
                self.integers.add(which)
            origin = self.origin(p.name)
            value = add(atom(which), constant(exact(origin)))
            if low is not None and low >= origin:
                (self.strict if open_low or low > origin else self.weak).add(which)
            elif low is not None:
                self.known.append((add(value, constant(exact(low)), -1), open_low))
            if high is not None:
                self.known.append((add(constant(exact(high)), value, -1), open_high))
        return add(atom(which), constant(exact(self.origin(p.name))))

    def origin(self, name: str) -> Fraction:
        """What a parameter is counted from: its lower bound at first use, if this is not negative."""
        if name not in self.origins:
            low = self.bounds[name][0]
            self.origins[name] = low if low is not None and low > 0 else Fraction(0)
        return self.origins[name]

    def open_index(self, length: Poly) -> Atom:
        """A fresh index that runs from 0 to `length - 1`."""
        which: Atom = ("var", next(self.opened), ())
        self.integers.add(which)
        self.weak.add(which)
        self.known.append((add(add(length, constant(1), -1), atom(which), -1), False))
        return which

    def assume(self, p: Poly, strict: bool, text: str) -> None:
        """Take `p >= 0` (or `p > 0`) as known; a denominator, which is not 0, is multiplied away."""
        top, below = fraction(p)
        p = top if is_constant(below) or self.sign(below, True) else mul(top, below)
        if strict and self.integral(p):
            p, strict = add(p, constant(-1)), False
        if self.sign(scale(p, -1), strict=not strict):
            raise Contradiction(f"{text} contradicts the other assumptions")
        self.known.append((p, strict))

    def assume_unequal(self, p: Poly, text: str) -> None:
        if not p:
            raise Contradiction(f"{text} cannot hold")
        numerator, _ = fraction(p)
        self.unequal += [numerator, *(q for q, _ in self.factored(numerator))]

    @contextmanager
    def apart(self, p: Poly) -> Iterator[None]:
        """`p != 0` for a while; an integer that is not negative is then at least 1."""
        signs = [s for s in (1, -1) if self.integral(p) and self.sign(scale(p, s), strict=False)]
        self.unequal.append(p)
        try:
            with self.supposing(*((add(scale(p, s), constant(1), -1), False) for s in signs)):
                yield
        finally:
            self.unequal[:] = [q for q in self.unequal if q is not p]

    # --- integers -----------------------------------------------------------------------------------------

    def integral(self, p: Poly) -> bool:
        """True only if `p` takes integer values."""
        return all(
            Fraction(c).denominator == 1 and all(e > 0 and (a in self.integers or a[0] == "bv") for a, e in m)
            for m, c in p.items()
        )

    # --- signs --------------------------------------------------------------------------------------------

    def positive(self, p: Poly) -> bool:
        return self.sign(p, strict=True)

    def nonnegative(self, p: Poly) -> bool:
        return self.sign(p, strict=False)

    def nonzero(self, p: Poly, split: bool = True) -> bool:
        """True only if `p` is never 0."""
        numerator, _ = fraction(p)
        if not numerator:
            return False
        if is_constant(numerator):
            return True
        if self.sign(numerator, True, split=False) or self.sign(scale(numerator, -1), True, split=False):
            return True
        if any(_multiple(numerator, q) for q in self.unequal):
            return True
        if len(numerator) == 1 and all(
            a[0] == "sgn" or a[0] == "pow" and self.nonzero(dict(a[2][0]), split) for a in atoms(numerator)
        ):
            return True
        return split and all(self.nonzero(q, split=False) for q, _ in self.factored(numerator))

    def sign(self, p: Poly, strict: bool, split: bool = True) -> bool:
        """True only if `p >= 0` everywhere in the scope (`p > 0` if `strict`)."""
        numerator, denominator = fraction(p)
        if is_constant(numerator):
            c = constant_term(numerator)
            same = c > 0 or (c == 0 and not strict)
            if is_constant(denominator) or (c == 0 and same):
                return same
        if not is_constant(denominator) and not self.sign(denominator, True):
            numerator = mul(numerator, denominator)
        choice = next((a for a in sorted(atoms(numerator)) if a[0] in ("Minimum", "Maximum")), None)
        if choice is not None:
            return self.by_choice(choice, numerator, lambda q: self.sign(q, strict, split))
        if self._by_terms(numerator, strict) or self._by_known(numerator, strict):
            return True
        if not split:
            return False
        parts = self.factored(numerator)
        if len(parts) < 2:
            return False
        negative, sure = 0, True
        for q, e in parts:
            if e % 2 == 0:
                if strict and not self.nonzero(q):
                    return False
            elif self.sign(q, strict, split=False):
                continue
            elif self.sign(scale(q, -1), strict, split=False):
                negative += 1
            else:
                sure = False
        return sure and negative % 2 == 0

    def by_choice(self, a: Atom, p: Poly, test: Callable[[Poly], bool]) -> bool:
        """A minimum or maximum is one of two values: the test in either case, with the case as a known inequality."""
        left, right = (dict(k) for k in a[2])
        if any(b[0] == "rv" for k in a[2] for b in within(dict(k))):
            return False  # the case would hold for some outcomes only
        for value, other in ((left, right), (right, left)):
            gap = add(other, value, -1) if a[0] == "Minimum" else add(value, other, -1)
            with self.supposing((gap, False)):
                if not test(replace_atoms(p, {a: value}.get)):
                    return False
        return True

    @contextmanager
    def supposing(self, *facts: tuple[Poly, bool]) -> Iterator[None]:
        """Some inequalities as known for a while; what else becomes known meanwhile stays."""
        self.known += facts
        try:
            yield
        finally:
            self.known[:] = [k for k in self.known if not any(k is f for f in facts)]

    def factored(self, p: Poly) -> list[tuple[Poly, int]]:
        parts = self.advisor.factors(p)
        product = constant(1)
        for q, e in parts:
            product = mul(product, power(q, e))
        return parts if product == p else [(p, 1)]

    def _atom_sign(self, a: Atom) -> int:
        """2 if the atom is positive, 1 if it is not negative, 0 if nothing is known."""
        if a in self.strict or a[0] == "Exponential":
            return 2
        if a in self.weak or a[0] in ("delta", "above", "Var", "SquareRoot", "Absolute"):
            return 1
        if a[0] in ("pow", "inv"):
            return self._sign_of_base(a)
        if a[0] in ("sum", "E"):
            return 1 if self._by_terms(dict(a[2][-1]), False) else 0
        return self.signs.get(a[1], 0) if a[0] in ("el", "rv") else 0

    def _sign_of_base(self, a: Atom) -> int:
        """The sign of a power or an inverse; 0 while it is asked for itself."""
        if a in self.asked:
            return 0
        self.asked.add(a)
        try:
            base = dict(a[2][0])
            return 2 if self.sign(base, True) else 1 if a[0] == "pow" and self.sign(base, False) else 0
        finally:
            self.asked.discard(a)

    def _monomial_sign(self, m: Monomial) -> int:
        least = 2
        for a, e in m:
            own = self._atom_sign(a)
            if e % 2 == 0:
                own = max(own, 1)
            least = min(least, own)
        return least

    def _by_terms(self, p: Poly, strict: bool) -> bool:
        """All coefficients positive, all monomials not negative, and for `strict` one of them positive."""
        found = not strict
        for m, c in p.items():
            if c < 0:
                return False
            own = self._monomial_sign(m)
            if not own:
                return False
            found = found or own == 2
        return found

    def _by_known(self, p: Poly, strict: bool) -> bool:
        """`p` as nonnegative terms, squares and multiples of known inequalities, as the advisor proposes them."""
        known = self._relevant(p)
        if strict and any(sharp and self._by_terms(add(p, q, -1), False) for q, sharp in known):
            return True
        here = {a for q in (p, *(k[0] for k in known)) for a in atoms(q)}
        proposal = self.advisor.combination(p, [k[0] for k in known], frozenset(a for a in here if self._atom_sign(a)))
        if not proposal:
            return False
        rest, found = p, not strict
        for c, product, root in proposal:
            if not self._by_terms(c, False):
                return False
            piece, sharp = mul(c, power(root, 2)), self._by_terms(c, True) and root == constant(1)
            for i in product:
                piece, sharp = mul(piece, known[i][0]), sharp and known[i][1]
            rest, found = add(rest, piece, -1), found or sharp
        return self._by_terms(rest, not found)

    def _powers_below_one(self, here: set[Atom]) -> list[tuple[Poly, bool]]:
        """`q^e <= 1` for each power with `0 <= q <= 1` and natural e; `< 1` if `q < 1` and `e >= 1`."""
        found = []
        for a in sorted(x for x in here if x[0] == "pow" and x not in self.asked):
            base, exponent = (dict(k) for k in a[2])
            rest = add(constant(1), base, -1)
            self.asked.add(a)
            try:
                if self.sign(base, False) and self.sign(rest, False) and self.sign(exponent, False):
                    sharp = self.sign(rest, True) and self.sign(add(exponent, constant(1), -1), False)
                    found.append((add(constant(1), atom(a), -1), sharp))
            finally:
                self.asked.discard(a)
        return found

    def _relevant(self, p: Poly) -> list[tuple[Poly, bool]]:
        """What is known of the symbols of `p`, and of the symbols that these facts bring in."""
        chosen: list[tuple[Poly, bool]] = []
        here, rest = set(within(p)), list(self.known)
        chosen += self._powers_below_one(here)
        for t, q in ((atom(a), dict(a[2][0])) for a in sorted(atoms(p)) if a[0] == "above"):  # t = [q > 0]
            chosen += [(add(constant(1), t, -1), False), (mul(t, q), False), (add(mul(t, q), q, -1), False)]
        while True:
            new = []
            for k in rest:
                own = set(within(k[0]))
                if own & here and all(a in here for a in own if a[0] == "var"):
                    new.append((k, own))
            if not new:
                return chosen
            for k, own in new:
                chosen.append(k)
                rest.remove(k)
                here |= {a for a in own if a[0] != "var"}


def _multiple(p: Poly, q: Poly) -> bool:
    """True if `p` is a nonzero rational multiple of `q`."""
    if p.keys() != q.keys():
        return False
    ratios = {Fraction(p[m]) / Fraction(q[m]) for m in p}
    return len(ratios) == 1
