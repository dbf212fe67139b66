"""The normal form: a term as an exact polynomial in atoms.

`Normal` reads arithmetic, powers with symbolic exponents and families; every other node stays closed, as an
atom with its arguments in normal form, unless the line's reason `opens` it: the opener of a node is a rule,
and what a line's reason does not open, the line cannot use.

Divisions are carried out as in a field of fractions: the conditions under which that is right are collected
from the statement as written (`conditions.py`), and a line is proved only if all of them are discharged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from math import prod
from typing import Any

import sympy

from ..language import terms as T
from ..language.facts import Definition
from ..language.functions import Exponential, InfiniteSum, Product
from .polynomial import UNIT, Atom, Budget, Monomial, Poly, atom, constant, exact, inside, proposed, spend, total
from .scope import Scope, domain

Environment = Mapping[T.Parameter, Poly]
Opener = Callable[["Normal", Any, Environment], Poly]

WORK = 200_000
UNROLL = 32
"""A sum of at most this many terms is written out."""
MOMENTS = ("E", "Var", "Cov", "Conditional")
"""Atoms that are about all outcomes: what holds for some outcomes says nothing about them."""


class Unseen(Exception):
    """A limit or a derivative that the rules do not give."""


class Normal:
    """Normal forms in one scope, for one reason: `opens` maps node types to rules, `facts` are those cited."""

    def __init__(
        self,
        scope: Scope,
        opens: Mapping[type, Opener] | None = None,
        facts: tuple = (),
        makes: Mapping[Any, Callable[..., Poly]] | None = None,
    ) -> None:
        self.scope, self.opens, self.facts, self.makes = scope, dict(opens or {}), facts, {**MAKERS, **(makes or {})}
        self.moment_rules: tuple = ()
        self.equations: tuple = ()
        self.elsewhere: frozenset[str] = frozenset()
        self.smooth: frozenset[Any] = frozenset()
        self.laws: tuple = ()
        self.ratios: list[Poly] = []
        self.definitions: dict[Any, list[Definition]] = {}
        for f in facts:
            if isinstance(f, Definition):
                self.definitions.setdefault(f.head, []).append(f)
        self.unfolding: set = set()
        self.work = 0

    # --- terms --------------------------------------------------------------------------------------------

    def poly(self, node: Any, env: Environment) -> Poly:
        self._spend()
        kind = type(node)
        if kind in self.opens:
            return self.opens[kind](self, node, env)
        if kind in (T.Parameter, T.Index):
            return self.parameter(node, env)
        if kind is T.Element:
            return self.place(node.family, tuple(self.poly(i, env) for i in node.indices))
        if kind in self.makes:
            return self.makes[kind](self, *(self.poly(a, env) for a in node.args))
        if isinstance(node, sympy.Rational):
            return constant(exact(Fraction(int(node.p), int(node.q))))
        return self.closed(node, env)

    def _spend(self) -> None:
        self.work += 1
        if self.work > WORK:
            raise Budget("the statement takes too many steps")
        if self.work % 64 == 0:
            spend()

    def closed(self, node: Any, env: Environment) -> Poly:
        """`node` as an atom that nothing but equality of arguments can take apart."""
        if isinstance(node, (T.Sum, T.Limit, Product, InfiniteSum)):
            return self._closed_binder(node, env)
        if isinstance(node, T.Partial):
            variable = node.args[1]
            where = tuple(self.poly(i, env) for i in getattr(variable, "indices", ()))
            name = getattr(variable, "family", variable).name
            return atom(("Partial", name, (self.nearby(node.args[0], variable, env), *where)))
        applied = isinstance(node, T.Apply)
        kind, label = ("apply", node.args[0].name) if applied else (type(node).__name__, "")
        return atom((kind, label, tuple(self.lowest(self.poly(a, env)) for a in node.args[applied:])))

    def inverse(self, p: Poly) -> Poly:
        """`1 / p`, with the factors of `p` apart, so that common ones can cancel."""
        return p.inverse(self.scope.factored)

    def existing(self) -> list[Poly]:
        """The limits that exist because a cited equation speaks of them."""
        sides = [s for r in self.equations if not r.when for s in (r.lhs, r.rhs)]
        return [self.closed(s, {}) for s in sides if isinstance(s, T.Limit)]

    def raised(self, p: Poly, exponent: int) -> Poly:
        """`p ** exponent` for an integer exponent, with the factors of an inverse apart."""
        return p**exponent if exponent >= 0 else self.inverse(p) ** (-exponent)

    def lowest(self, p: Poly) -> Poly:
        """`p` with the common factors of its numerator and denominator cancelled, as far as they are found."""
        numerator, denominator = p.fraction()
        if denominator.is_constant:
            return p
        factors = [*self.scope.factored(numerator), *((q, -e) for q, e in self.scope.factored(denominator))]
        exponents = {q: sum(e for r, e in factors if r == q) for q, _ in factors}
        return prod((self.raised(q, e) for q, e in sorted(exponents.items(), key=lambda x: x[1] < 0)), start=UNIT)

    def _closed_binder(self, node: Any, env: Environment) -> Poly:
        """A sum, product, series or limit as an atom; an index is counted from the start of its range."""
        inner, opened, ends, tag = dict(env), [], [], type(node).__name__
        if isinstance(node, T.Limit):
            v, point = node.args[1:]
            ends = [] if point is T.INFINITY else [self.poly(point, env)]
            opened = [self.open_variable(v, inner)]
            tag = f"Limit{' at a point' * len(ends)} {v.sort} {v.lower} {v.open_lower} {v.upper} {v.open_upper}"
        elif isinstance(node, InfiniteSum):
            ends, opened = [self.poly(node.args[2], env)], [self.scope.fresh()]
            inner[node.variable] = ends[0] + atom(opened[0])
        else:
            for variable, low, high in reversed(node.ranges if isinstance(node, T.Sum) else (node.args[1:],)):
                which, start, length = self.open_range(variable, low, high, inner)
                opened.append(which)
                ends += [start, length]
            tag += " distinct" if getattr(node, "distinct", False) else ""
        return self.sealed(tag, opened, (*ends, self.poly(node.args[0], inner)))

    def sealed(self, tag: str, opened: list[Atom], arguments: Iterable[Poly]) -> Poly:
        """The atom of a closed binder: its open indices are named by a height that no binder inside has."""
        parts = tuple(arguments)
        height = max(_height(p) for p in parts)
        closed = {v: atom(("bv", (height, k), ())) for k, v in enumerate(opened)}
        return atom((tag, (height, len(opened)), tuple(self.rename(p, closed) for p in parts)))

    def open_range(self, variable: T.Index, low: Any, high: Any, env: dict) -> tuple[Atom, Poly, Poly]:
        """A fresh index for `variable` from `low` to `high`, put into `env`; with its first value and their number."""
        start = self.poly(low, env)
        length = self.poly(high, env) - start + 1
        which = self.scope.open_index(length)
        env[variable] = start + atom(which)
        return which, start, length

    def nearby(self, node: Any, variable: Any, env: Environment) -> Poly:
        """`node` in a whole neighbourhood of the point: without the assumptions and moments that hold only there."""
        around = self.scope.without_assumptions()
        if isinstance(variable, T.Parameter):
            around.leave_ends(variable)
        return Normal(around, self.opens, self.facts, self.makes).poly(node, env)

    def here(self, p: Poly) -> Poly:
        """What holds nearby, at the point itself: parameters that the assumptions fix get their value."""
        values = {name: self.scope.only_value(name) for name in self.scope.declared}
        fixed = {
            ("par", name, ()): constant(v - self.scope.origin(name)) for name, v in values.items() if v is not None
        }
        return self.rename(p, fixed)

    def open_variable(self, variable: T.Parameter, env: dict) -> Atom:
        """A fresh variable of a limit, with the domain of `variable`, counted from its lower bound; put into `env`."""
        which, low = self.scope.fresh(), variable.lower or 0
        self.scope.count(which, low, variable.sort == "integer", domain(variable))
        env[variable] = atom(which) + low
        return which

    def parameter(self, node: T.Parameter, env: Environment) -> Poly:
        if node in env:
            return env[node]
        for fact in self.definitions.get(node, ()):
            return self._unfold(fact, fact.value, {})
        return self.scope.parameter(node)

    def place(self, of: T.Family, places: tuple[Poly, ...]) -> Poly:
        """The element of a family at indices in normal form, taken through the cited definitions."""
        self.scope.one_symbol(of)
        self.scope.families[of.name] = of
        for fact in self.definitions.get(of, ()):
            value = self._instance(fact, places)
            if value is not None:
                return value
        return atom(("rv" if of.random else "el", of.name, places))

    def admits(self, v: T.Parameter, value: Poly) -> bool:
        """True if a value is seen to lie in the domain of `v`, or on its boundary."""
        inside = v.sort != "integer" or self.scope.integral(value)
        low = inside and (v.lower is None or self.scope.nonnegative(value - v.lower))
        return low and (v.upper is None or self.scope.nonnegative(v.upper - value))

    def _instance(self, fact: Definition, places: tuple[Poly, ...]) -> Poly | None:
        """What a definition says of the element at `places`, if these are seen to lie in the domains of its indices.

        A recurrence speaks at its start and at the index at which it was cited: nothing unrolls by itself.
        """
        at = list(zip(fact.target.indices, places, strict=True))
        env = {v: p for v, p in at if isinstance(v, T.Index)}
        elsewhere = any(p != self.poly(v, {}) for v, p in at if v not in env)
        if elsewhere or not all(self.admits(v, p) for v, p in env.items() if v != fact.over):
            return None
        if fact.over is not None:
            over = env.pop(fact.over)
            for first, value in fact.start:
                if over == constant(first):
                    return self._unfold(fact, value, env)
            cited = self.poly(fact.over if fact.at_index is None else fact.at_index, {})
            beyond = self.scope.nonnegative(cited - fact.first)
            if over != cited or not self.admits(fact.over, cited) or not beyond:
                return None
            env[fact.over] = over
        return self._unfold(fact, fact.value, env)

    def _unfold(self, fact: Definition, value: Any, env: Environment) -> Poly:
        mark = (fact.target, tuple(sorted((v.name, p) for v, p in env.items())))
        if mark in self.unfolding:
            raise Budget(f"{fact.name} goes round in a circle")
        self.unfolding.add(mark)
        try:
            return self.poly(value, env)
        finally:
            self.unfolding.discard(mark)

    # --- powers -------------------------------------------------------------------------------------------

    def powers(self, base: Poly, exponent: Poly) -> Poly:
        """`base ** exponent`, with `a^(m+n) = a^m a^n` and `(a b)^n = a^n b^n` used where they hold for all values."""
        if not self.scope.integral(exponent):
            return atom(("power", "", (base, exponent)))
        if exponent.is_constant:
            return self.raised(base, int(exponent.constant_term))
        numerator, denominator = base.fraction()
        if not numerator:
            return Poly() if self.scope.positive(exponent) else atom(("pow", "", (Poly(), exponent)))
        common = Fraction(numerator.content()).denominator
        if common > 1 or denominator != UNIT:
            return self.powers(numerator * common, exponent) * self.inverse(self.powers(denominator * common, exponent))
        result = UNIT
        for q, e in self.scope.factored(numerator):
            for r, f in self.scope.verified(q) if q.is_constant else [(q, 1)]:
                result = result * self._power_of_factor(r, exponent) ** (e * f)
        return result

    def _power_of_factor(self, base: Poly, exponent: Poly) -> Poly:
        """One factor: the exponent is split term by term where the base is never 0 or all parts are natural."""
        if base == -UNIT:  # an integer and its powers are even together, or odd together
            odd = (Poly({tuple((a, 1) for a, _ in m): 1}) for m, c in exponent.items() if c % 2)
            return prod((-UNIT if m == UNIT else atom(("sgn", "", (m,))) for m in odd), start=UNIT)
        natural = all(c > 0 and self.scope.monomial_sign(m) for m, c in exponent.items())
        if not natural and not self.scope.nonzero(base):
            return self._unsplit(base, exponent)
        result = UNIT
        for m, c in exponent.items():
            result = result * self.raised(atom(("pow", "", (base, Poly({m: 1})))) if m else base, int(c))
        return result

    def _unsplit(self, base: Poly, exponent: Poly) -> Poly:
        """A base that may be 0: only a common factor, and ones while the exponent stays natural, may be split off."""
        c, rest = 0, exponent
        while c < 8 and self.scope.nonnegative(rest - 1):
            c, rest = c + 1, rest - 1
        times = abs(rest.content())  # an integer, as the exponent is one
        whole = atom(("pow", "", (base, rest * Fraction(1, times))))
        return whole**times * base**c

    def exponential(self, p: Poly) -> Poly:
        """`exp(p)` as a product of powers: `exp(p + q) = exp(p) exp(q)`, `exp(n p) = exp(p)^n`."""
        parts = ((m, Fraction(c).as_integer_ratio()) for m, c in p.items())
        return prod((atom(("Exponential", "", (Poly({m: 1}) * Fraction(1, d),)), e) for m, (e, d) in parts), start=UNIT)

    # --- sums ---------------------------------------------------------------------------------------------

    def add_up(self, var: Atom, length: Poly, body: Poly) -> Poly:
        """The sum of `body` for `var` from 0 to `length - 1`; `length >= 0` is a condition of the statement."""
        if length.is_constant and length.constant_term <= UNROLL:
            return self._few(var, Poly(), max(int(length.constant_term), 0), body)
        result, rest = Poly(), {}
        for monomial, c in body.items():
            picked = self._picked(var, length, monomial)
            if picked is None:
                rest[monomial] = c
            else:
                result = result + picked * c
        body, ends = Poly(rest), length.constant_term
        whole = length - ends
        if 0 < ends <= UNROLL and self.scope.nonnegative(whole):
            result = result + self._few(var, whole, int(ends), body)
            shorter = self.scope.open_index(whole)
            var, length, body = shorter, whole, self.rename(body, {var: atom(shorter)})
        for own, coefficient in body.collected(lambda a: var in inside(a)).items():
            result = result + coefficient * (self._nest([(var, length)], Poly({own: 1})) if own else length)
        return result

    def _few(self, var: Atom, first: Poly, count: int, body: Poly) -> Poly:
        """The sum for `count` values of the index from `first` on; of those before, with a minus, if it is negative."""
        values = range(min(count, 0), max(count, 0))
        return total(self.rename(body, {var: first + k}) for k in values) * (1 if count > 0 else -1)

    def add_up_all(self, binders: list[tuple[Atom, Poly]], body: Poly) -> Poly:
        """The sum over several open indices; the ranges of later ones may depend on earlier ones."""
        for var, length in reversed(binders):
            body = self.add_up(var, length, body)
        return body

    def _picked(self, var: Atom, length: Poly, monomial: Monomial) -> Poly | None:
        """The sum of a monomial with a delta that picks one value of the index; None if there is none."""
        for a, _ in monomial:
            place = a[2][0].solved(var) if a[0] == "delta" else None
            if place is None or not self.scope.integral(place):
                continue
            if self.scope.nonnegative(place) and self.scope.nonnegative(length - place - 1):
                return self.rename(Poly({monomial: 1}) * atom(a, -1), {var: place})
            if self.scope.positive(-place) or self.scope.nonnegative(place - length):
                return Poly()
        return None

    def _nest(self, binders: list[tuple[Atom, Poly]], body: Poly) -> Poly:
        """A sum over several indices in the form that does not depend on their order or names.

        Sums inside that depend on an index, but not in their ranges, are taken into the same sum.
        """
        ours = {v for v, _ in binders}

        def joins(a: Atom) -> bool:
            ranges = (b for k in a[2][:-1] for b in k.within())
            return a[0] == "sum" and not ours.isdisjoint(inside(a)) and ours.isdisjoint(ranges)

        result = Poly()
        for monomial, c in body.items():
            inner = next((a for a, e in monomial if e > 0 and joins(a)), None)
            if inner is None:
                result = result + self._close(binders, monomial) * c
            else:
                extra, own = self.opened(inner)
                result = result + self._nest(binders + extra, Poly({monomial: c}) * atom(inner, -1) * own)
        return result

    def _close(self, binders: list[tuple[Atom, Poly]], monomial: Monomial) -> Poly:
        """The atom of a sum: its indices in an order in which no range depends on a later one, each shifted.

        Every order and shift is right; the advisor chooses among them, so that equal sums become equal atoms.
        """
        body, ours = Poly({monomial: 1}), {v for v, _ in binders}
        height = max(_height(body), *(_height(length) for _, length in binders))

        def arranged(order: Sequence[int], shifts: Sequence[Poly]) -> Atom:
            mapping: dict[Atom, Poly] = {}
            ranges: list[Poly] = []
            for place, (k, shift) in enumerate(zip(order, shifts, strict=True)):
                var, length = binders[k]
                ranges += [shift, self.rename(length, mapping)]
                mapping[var] = atom(("bv", (height, place), ())) - shift
            return ("sum", (height, len(binders)), (*ranges, self.rename(body, mapping)))

        def fits(shift: Poly) -> bool:
            return self.scope.integral(shift) and not any(a in ours or a[0] == "bv" for a in shift.within())

        order, offsets = self.scope.advisor.arrangement(list(binders), monomial, arranged)
        shifts = [q if fits(q) else Poly() for q in map(proposed, offsets)]
        if sorted(order) != list(range(len(binders))) or not ours.isdisjoint(inside(chosen := arranged(order, shifts))):
            raise Budget("an arrangement leaves out an index, or a range depends on a later one")
        return atom(chosen)

    def opened(self, a: Atom, replaced: Mapping[Atom, Poly] | None = None) -> tuple[list[tuple[Atom, Poly]], Poly]:
        """A sum atom as open indices with their lengths, and its body; with atoms `replaced` in the same go."""
        height, count = a[1]
        mapping: dict[Atom, Poly] = dict(replaced or {})
        binders = []
        for k in range(count):
            start = self.rename(a[2][2 * k], mapping)
            length = self.rename(a[2][2 * k + 1], mapping)
            var = self.scope.open_index(length)
            mapping[("bv", (height, k), ())] = atom(var) + start
            binders.append((var, length))
        return binders, self.rename(a[2][-1], mapping)

    # --- replacing ----------------------------------------------------------------------------------------

    def rename(self, p: Poly, mapping: Mapping[Atom, Poly]) -> Poly:
        """`p` with atoms replaced at every depth; what contains them is brought into normal form again."""
        if not mapping or not any(a in mapping for a in p.within()):
            return p
        self._spend()
        return p.replaced(lambda a: self._image(a, mapping), self.raised)

    def _image(self, a: Atom, mapping: Mapping[Atom, Poly]) -> Poly:
        if a in mapping:
            return mapping[a]
        if a[0] == "Partial":  # what holds at the point says nothing of what is around it
            mapping = {b: q for b, q in mapping.items() if b[0] in ("var", "bv")}
        if mapping.keys().isdisjoint(inside(a)):
            return atom(a)
        if a[0] == "sum":
            return self.add_up_all(*self.opened(a, mapping))
        if isinstance(a[1], tuple) and a[2]:
            return self._closed_again(a, mapping)
        return self.made(a[0], a[1], tuple(self.rename(k, mapping) for k in a[2]))

    def _closed_again(self, a: Atom, mapping: Mapping[Atom, Poly]) -> Poly:
        """A closed binder with atoms replaced inside: its indices are opened first, so that nothing is captured."""
        height, count = a[1]
        opened: list[Atom] = [self.scope.fresh() for _ in range(count)]
        inner = {("bv", (height, k), ()): atom(v) for k, v in enumerate(opened)}
        return self.sealed(a[0], opened, (self.rename(k, {**mapping, **inner}) for k in a[2]))

    def made(self, kind: str, label: Any, arguments: tuple[Poly, ...]) -> Poly:
        """The atom with new arguments, in normal form."""
        if kind in self.makes:
            return self.makes[kind](self, *arguments)
        if kind in ("el", "rv") and label in self.scope.families:
            return self.place(self.scope.families[label], arguments)
        return atom((kind, label, arguments))

    def delta(self, p: Poly) -> Poly:
        """1 where `p = 0`, else 0."""
        if not p:
            return constant(1)
        if self.scope.nonzero(p):
            return Poly()
        return atom(("delta", "", (-p if p[min(p)] < 0 else p,)))

    def minimum(self, left: Poly, right: Poly) -> Poly:
        """The smaller one, if the scope decides it."""
        if self.scope.nonnegative(right - left):
            return left
        if self.scope.nonnegative(left - right):
            return right
        return atom(("Minimum", "", tuple(sorted((left, right)))))

    # --- deciding -----------------------------------------------------------------------------------------

    def zero(self, p: Poly) -> bool:
        """True only if `p` is 0 everywhere in the scope (where it is defined)."""
        numerator, _ = self._aligned(p).fraction()
        if not numerator:
            return True
        moments = any(b[0] in MOMENTS for b in numerator.within())
        for a in sorted(numerator.atoms):
            if a[0] == "delta" and not (moments and any(b[0] == "rv" for b in inside(a))):
                return self._zero_by_cases(numerator, a)
            if a[0] == "Minimum":
                return self.scope.by_choice(a, numerator, self.zero)
        return False

    def _zero_by_cases(self, p: Poly, a: Atom) -> bool:
        """`p = 0` where the delta is 0, and where it is 1 (there one index equals the other)."""
        with self.scope.apart(a[2][0]):
            if not self.zero(self._picked_again(self.rename(p, {a: Poly()}))):
                return False
        return self.zero(self.rename(self.rename(p, {a: UNIT}), self.solution(a[2][0])))

    def solution(self, p: Poly) -> dict[Atom, Poly]:
        """A parameter or open index by which `p = 0` can be solved, with its value there; nothing if there is none."""
        for a in sorted(p.atoms):
            value = p.solved(a) if a[0] in ("par", "var") and p.get(((a, 1),)) in (1, -1) else None
            if value is not None:
                return {a: value}
        return {}

    def _picked_again(self, p: Poly) -> Poly:
        """`p` with the sums that still hold a delta summed anew, since more is known of their indices now."""
        again = [a for a in p.atoms if a[0] == "sum" and any(b[0] == "delta" for b in inside(a))]
        return self.rename(p, {a: self.add_up_all(*self.opened(a)) for a in again})

    def _aligned(self, p: Poly) -> Poly:
        """Sums of one body over ranges that differ by fixed numbers of terms, brought to one range."""
        mapping: dict[Atom, Poly] = {}
        firsts: dict[Poly, Atom] = {}
        for a in sorted(b for b in p.atoms if b[0] == "sum" and b[1][1] == 1):
            first = firsts.setdefault(a[2][2], a)
            if first != a:
                mapping[a] = self._from_other(a, first)
        return self.rename(p, mapping)

    def _from_other(self, a: Atom, other: Atom) -> Poly:
        """The sum `a` as another sum of the same body, and the terms by which their ranges differ at the ends."""
        (start, length, body), (begin, long, _) = other[2], a[2]
        ends = ((begin, start - begin), (start + length, begin + long - start - length))
        near = all(gap.is_constant and abs(gap.constant_term) <= UNROLL for _, gap in ends)
        if not near or not self.scope.nonnegative(length) or not self.scope.nonnegative(long):
            return atom(a)
        index = ("bv", (other[1][0], 0), ())
        return atom(other) + total(self._few(index, first, int(gap.constant_term), body) for first, gap in ends)


def _height(p: Poly) -> int:
    """One more than the height of every binder inside, so that closed indices of different binders differ."""
    return 1 + max((a[1][0] for a in p.within() if isinstance(a[1], tuple)), default=0)


MAKERS: dict[Any, Callable[..., Poly]] = {
    T.Plus: lambda n, *parts: total(parts),
    T.Times: lambda n, *parts: prod(parts, start=UNIT),
    T.Negative: lambda n, p: -p,
    T.Quotient: lambda n, p, q: p * n.inverse(q),
    T.Power: Normal.powers,
    T.Minimum: Normal.minimum,
    T.Maximum: lambda n, p, q: p + q - n.minimum(p, q),
    Exponential: Normal.exponential,
    "pow": Normal.powers,
    "power": Normal.powers,
    "inv": Normal.inverse,
    "sgn": lambda n, p: n.powers(-UNIT, p),
    "delta": Normal.delta,
    "Minimum": Normal.minimum,
    "Exponential": Normal.exponential,
}
"""What becomes of arguments in normal form: those of a node, or those of an atom that are given anew."""
