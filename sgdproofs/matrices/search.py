"""The search for certificates; nothing here is trusted.

Combinations are found by linear algebra: multiples of what is 0 whose terms occur, and an exact elimination.  Signs are
found by linear programming over squares of the half words that occur.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import combinations, permutations
from typing import Any

from .algebra import INVERTIBLE, SCALAR, Poly, ShapeError, Term, TooLarge, pieces, unkey
from .check import Checker, Part, Refused

__all__ = ["Search"]

ROUNDS, COLUMNS, UNITS = 4, 500, 80
Vector = dict[Term, Fraction]


@dataclass(frozen=True)
class Generator:
    """A known zero and its value, after multiplication from both sides."""

    left: Poly
    name: tuple
    right: Poly
    turned: bool
    value: Poly


class Search:
    def __init__(self, checker: Checker, tick: Callable[[], None] = lambda: None) -> None:
        self.checker, self.algebra, self.tick = checker, checker.algebra, tick
        self.open: set[Poly] = set()

    # --- equations ----------------------------------------------------------------------------------------

    def generators(self, *polys: Poly) -> list[Generator]:
        """Every zero that bears on what occurs; also transposed, and freed of invertible letters at its ends."""
        names: list[tuple] = [("given", k) for k, g in enumerate(self.checker.given) if g.kind == "zero"]
        seen = _pieces(*polys, *(g.poly for g in self.checker.given))
        letters = {x for x in seen if len(x) == 4}
        for x in seen:
            if len(x) == 4 and x[0] == "inverse" and not _single(unkey(x[1])):
                names += [("inverse", x[1], True), ("inverse", x[1], False)]
            elif len(x) == 2 and x[0] == "over":
                names.append(("over", x[1]))
            elif len(x) == 2 and x[0] == "det":
                names += self._determinants(unkey(x[1]))
        diagonal = [x for x in seen if len(x) == 4 and self._diagonal(x)]
        names += [("diagonal", x, y) for x, y in combinations(diagonal, 2) if x[2] == y[2]]
        for p in polys:
            for term in p.terms:
                names += self._entrywise(term)
        found: dict[Poly, Generator] = {}
        for name in dict.fromkeys(names):
            try:
                zero = self.checker.zero(name)
            except (Refused, ShapeError, TooLarge, ZeroDivisionError):
                continue
            one = [self.algebra.number(1, s) for s in zero.shape]
            self._note(found, Generator(one[0], name, one[1], False, zero))
            turned = self.algebra.transpose(zero)
            if {x for _, w in turned.terms for x in w} <= letters:
                self._note(found, Generator(one[1], name, one[0], True, turned))
        for _ in range(2):
            for g in [g for g in found.values() if g.name[0] == "given"][:60]:
                self._freed(found, g)
        return list(found.values())

    def _entrywise(self, term: Term) -> Iterator[tuple]:
        a = self.algebra
        for word in _words(term):
            for one in (word, tuple(a.turned(x) for x in reversed(word))):
                for k in range(len(one)):
                    turned = one[k:] + one[:k] if one is not term[1] else one[k:]
                    end = next((j for j, x in enumerate(turned) if x[3] == 1), None)
                    if turned[0][0] == "diag" and end:
                        yield ("entrywise", unkey(turned[0][1]), a.product(*map(a.letter, turned[1 : end + 1])))

    def _note(self, found: dict[Poly, Generator], g: Generator) -> None:
        if g.value.terms and g.value not in found and self.algebra.scale(g.value, -1) not in found:
            found[g.value] = g

    def _diagonal(self, x: tuple) -> bool:
        return x[0] == "diag" or x[0] == "name" and self.algebra.kind(x) == "diag"

    def _freed(self, found: dict[Poly, Generator], g: Generator) -> None:
        a = self.algebra
        for _, word in list(g.value.terms):
            for side, x in ((0, word[0]), (1, word[-1])) if word else ():
                inverted = self._inverse_of(x)
                if inverted is None:
                    continue
                try:
                    if side == 0:
                        new = Generator(a.mul(inverted, g.left), g.name, g.right, g.turned, a.mul(inverted, g.value))
                    else:
                        new = Generator(g.left, g.name, a.mul(g.right, inverted), g.turned, a.mul(g.value, inverted))
                    if len(found) < 150:
                        self._note(found, new)
                except (ShapeError, TooLarge):
                    continue

    def _inverse_of(self, x: tuple) -> Poly | None:
        """The inverse of a letter that is invertible by its domain, or the letter of which it is the inverse."""
        a = self.algebra
        if x[0] == "inverse":
            return unkey(x[1])
        if a.kind(x) in INVERTIBLE or ("invertible", a.letter(x)) in self.checker.known:
            before = dict(a.needs)
            found = a.inverse(a.letter(x))
            a.needs = before
            return found
        return None

    def _determinants(self, p: Poly) -> Iterator[tuple]:
        """Ways to take a determinant apart: an invertible letter in front, and the exchange of I + UV."""
        a, n = self.algebra, p.shape[0]
        if len(p.terms) < 2:
            letter = next((x for _, w in p.terms for x in w), None)
            if letter is not None and a.kind(letter) == "orthogonal":
                yield ("orthogonal", letter[1][0])
            return
        for (m, w), c in p.terms.items():
            if w and not m and len(w) == 1:
                inverted = self._inverse_of(w[0])
                if inverted is not None:
                    rest = a.scale(a.mul(inverted, p), 1 / c)
                    yield ("det", a.scale(a.letter(w[0]), c), rest)
                    yield from self._determinants(rest)
        rest = a.add(p, a.number(1, n), -1)
        if len(rest.terms) == 1:
            (((m, w), c),) = rest.terms.items()
            for k in range(1, len(w)):
                left = self._of(m, w[:k], c)
                right = self._of((), w[k:], Fraction(1))
                yield ("exchanged", left, right)

    def _of(self, m: tuple, w: tuple, c: Fraction) -> Poly:
        a = self.algebra
        total = a.scale(a.number(1, w[0][2]), c)
        for atom, e in m:
            total = a.mul(a.atom(atom, e), total)
        return a.product(total, *map(a.letter, w))

    def combination(self, target: Poly, wanted: list[Poly] | None = None) -> tuple[Part, ...] | None:
        """Parts whose sum is the target; with `wanted` also numbers for these, see `weights`."""
        found = self.weighted(target, wanted or [])
        return None if found is None else found[1]

    def weighted(self, target: Poly, wanted: list[Poly]) -> tuple[list[Fraction], tuple[Part, ...]] | None:
        """`target = sum_k c_k wanted_k + parts`; None if that is not found."""
        basis = _Basis()
        for k, p in enumerate(wanted):
            basis.insert(p.terms, ("wanted", k))
        solved = basis.solve(target.terms)
        if solved is None:
            gens = self.generators(target, *wanted)
            if not gens:
                return None
            for value, part in self._columns(target, wanted, gens):
                self.tick()
                basis.insert(value.terms, part)
            solved = basis.solve(target.terms)
        if solved is None:
            return None
        weights = [solved.pop(("wanted", k), Fraction(0)) for k in range(len(wanted))]
        parts = tuple(
            Part(self.algebra.scale(p.left, c), p.zero, p.right, p.trace, p.turned) for p, c in solved.items() if c
        )
        return weights, parts

    def _columns(self, target: Poly, wanted: list[Poly], gens: list[Generator]) -> Iterator[tuple[Poly, Part]]:
        seen: set[Term] = set()
        done: set[Any] = set()
        frontier = [t for p in (target, *wanted) for t in p.terms]
        count = 0
        for _ in range(ROUNDS):
            new: dict[Term, None] = {}
            for term in frontier:
                if term in seen:
                    continue
                seen.add(term)
                for value, part in self._multiples(target.shape, term, gens):
                    self.tick()
                    mark = frozenset(value.terms.items())
                    if mark in done or not value.terms:
                        continue
                    done.add(mark)
                    yield value, part
                    count += 1
                    if count >= COLUMNS:
                        return
                    for t in value.terms:
                        new[t] = None
            frontier = [t for t in new if sum(len(w) for w in _words(t)) < 16]

    def _multiples(self, shape: tuple, term: Term, gens: list[Generator]) -> Iterator[tuple[Poly, Part]]:
        a = self.algebra
        m, w = term
        for g in gens:
            for gm, gw in g.value.terms:
                for left, right, trace in self._places(shape, m, w, g, gm, gw):
                    try:
                        value = a.product(left, g.value, right)
                        if trace:
                            value = a.trace(value)
                        part = Part(a.mul(left, g.left), g.name, a.mul(g.right, right), trace, g.turned)
                        if value.shape == shape:
                            yield value, part
                    except (ShapeError, TooLarge):
                        continue

    def _places(
        self, shape: tuple, m: tuple, w: tuple, g: Generator, gm: tuple, gw: tuple
    ) -> Iterator[tuple[Poly, Poly, bool]]:
        a = self.algebra
        rows, columns = g.value.shape
        one = a.number(1)
        if g.value.shape == SCALAR:
            q = self._quotient(m, gm)
            if q is not None:
                yield Poly(shape, {(q, w): Fraction(1)}), one, False
            return
        q = self._quotient(m, gm)
        if q is not None and (w or shape != SCALAR):
            places = range(len(w) - len(gw) + 1) if gw else {0, len(w)}
            for k in places:
                if w[k : k + len(gw)] != gw:
                    continue
                before, after = w[:k], w[k + len(gw) :]
                width = before[-1][3] if before else shape[0]
                height = after[0][2] if after else shape[1]
                if (width, height) == (rows, columns):
                    left = Poly((shape[0], width), {(q, before): Fraction(1)})
                    yield left, Poly((height, shape[1]), {((), after): Fraction(1)}), False
        if shape != SCALAR or not gw:
            return
        for atom, e in m:
            if atom[0] != "trace" or e < 1:
                continue
            q = self._quotient(tuple((b, f - (b == atom)) for b, f in m if b != atom or f > 1), gm)
            if q is None:
                continue
            word = atom[1]
            for k in range(len(word)):
                turned = word[k:] + word[:k]
                if turned[: len(gw)] == gw:
                    rest = turned[len(gw) :]
                    if rest or rows == columns:
                        right = Poly((columns, rows), {((), rest): Fraction(1)})
                        yield Poly(SCALAR, {(q, ()): Fraction(1)}), right, True

    def _quotient(self, m: tuple, n: tuple) -> tuple | None:
        """m / n, where a negative exponent needs an atom that is not 0."""
        powers = dict(m)
        for atom, e in n:
            powers[atom] = powers.get(atom, 0) - e
            if powers[atom] < 0 and e > 0 and not self._nonzero(atom):
                return None
        return tuple(sorted(((x, e) for x, e in powers.items() if e), key=repr))

    def _nonzero(self, atom: tuple) -> bool:
        return self.checker.algebra.nonzero(atom) or ("nonzero", self.algebra.atom(atom)) in self.checker.known

    def equation(self, p: Poly, q: Poly) -> tuple[Part, ...] | None:
        """A combination that the checker accepts for `p == q`, or for a multiple of it that can be cancelled."""
        a = self.algebra
        difference = a.add(p, q, -1)
        parts = self.combination(difference)
        try:
            if parts is not None:
                self.checker.equal(p, q, parts)
                return parts
            if p.shape != SCALAR:
                self._invertible_letters(difference)
            for kind, factor in list(self.checker.known):
                if kind == "nonzero" or kind == "invertible" and factor.shape[1] == p.shape[0]:
                    parts = self.combination(a.mul(factor, difference))
                    if parts is not None:
                        self.checker.cancelled(p, q, factor, parts)
                        return parts
            square = a.trace(a.mul(difference, a.transpose(difference)))
            parts = self.combination(square) if self.checker.given and p.shape != SCALAR else None
            if parts is not None:
                self.checker.squared(p, q, parts)
                return parts
        except (Refused, ShapeError, TooLarge):
            return None
        return None

    def _invertible_letters(self, p: Poly) -> None:
        """Note the square letters of p of which what is given shows an inverse."""
        for x in dict.fromkeys(x for _, word in p.terms for x in word if x[0] == "name" and x[2] == x[3]):
            if self._inverse_of(x) is None:
                self._note_inverse(self.algebra.letter(x))

    def _note_inverse(self, p: Poly) -> None:
        """Note that p is invertible, if what is given shows an inverse."""
        if not any(g.kind == "zero" for g in self.checker.given):
            return
        for way in self._by_unit("invertible", p):
            with suppress(Refused, ShapeError, TooLarge):
                self.checker.admit(("invertible", p), way)

    # --- conditions ---------------------------------------------------------------------------------------

    def admit(self, need: tuple[str, Poly]) -> str | None:
        """Discharge a condition; how, or None."""
        if need in self.checker.known:
            return "given"
        kind, p = need
        for how, ways in (
            ("its sign", self._by_sign),
            ("what is given", self._by_others),
            ("a determinant", self._by_determinant),
            ("an explicit inverse", self._by_unit),
        ):
            if how == "its sign" and p != self.algebra.transpose(p):
                continue
            try:
                for way in ways(kind, p):
                    self.tick()
                    try:
                        self.checker.admit(need, way)
                        return how
                    except (Refused, ShapeError, TooLarge, ZeroDivisionError):
                        continue
            except (ShapeError, TooLarge, ZeroDivisionError):
                continue
        return None

    def _by_sign(self, kind: str, p: Poly) -> Iterator[tuple]:
        for factor in (1, -1) if kind != "nonnegative" else (1,):
            found = self.sign(self.algebra.scale(p, factor), kind != "nonnegative")
            if found is not None:
                yield ("sign", found[0], factor, found[1])

    def _by_others(self, kind: str, p: Poly) -> Iterator[tuple]:
        a = self.algebra
        for known, q in list(self.checker.known):
            if known == kind and q.shape == p.shape:
                for one in (q, a.scale(q, -1)):
                    parts = self.combination(a.add(p, one, -1))
                    if parts is not None:
                        yield ("factors", [a.number(1 if one is q else -1), q], parts)

    def _by_determinant(self, kind: str, p: Poly) -> Iterator[tuple]:
        if kind == "nonzero" and len(p.terms) == 1:
            (((m, _), _),) = p.terms.items()
            for atom, _ in m:
                if atom[0] == "det":
                    self._note_inverse(unkey(atom[1]))
                    yield ("det", unkey(atom[1]))
        if kind == "invertible":
            a = self.algebra
            det = a.det(p)
            factors = [a.number(1)]
            for _, word in p.terms:
                if len(word) == 1 and self._inverse_of(word[0]) is not None:
                    factors.append(a.det(a.letter(word[0])))
            for known, q in list(self.checker.known):
                for factor in dict.fromkeys(factors) if known == "nonzero" else ():
                    product = a.mul(factor, q)
                    found = self.weighted(det, [product])
                    if found is None or not found[0][0]:
                        continue
                    value = a.scale(product, found[0][0])
                    if value != q:
                        if factor != a.number(1) and self.admit(("nonzero", factor)) is None:
                            continue
                        self.checker.admit(("nonzero", value), ("factors", [a.number(found[0][0]), factor, q], ()))
                    yield ("det", value, found[1])

    def _by_unit(self, kind: str, p: Poly) -> Iterator[tuple]:
        """An inverse among combinations of short words in what occurs."""
        if kind == "nonnegative":
            return
        a = self.algebra
        words = self._short(p)
        one = a.number(1, p.shape[0])
        for left in (False, True):
            columns = [a.mul(w, p) if left else a.mul(p, w) for w in words]
            found = self.weighted(one, columns)
            if found is not None:
                total = a.zero(p.shape)
                for w, c in zip(words, found[0], strict=True):
                    total = a.add(total, w, c)
                yield ("unit", total, left, tuple(replace(part, left=a.scale(part.left, -1)) for part in found[1]))

    def _short(self, p: Poly) -> list[Poly]:
        """Short products of the letters of p, of what is known to be invertible, and of the inverses."""
        a = self.algebra
        given = [g.poly for g in self.checker.given if g.kind == "zero"]
        letters: dict[tuple, None] = {}
        for x in _pieces(p, *given):
            if len(x) == 4 and x[0] in ("name", "inverse"):
                letters[x] = None
        before = dict(a.needs)
        for kind, q in list(self.checker.known):
            if kind == "invertible":
                letters |= dict.fromkeys(x for _, w in a.inverse(q).terms for x in w)
        overs = [a.number(1)]
        overs += [a.over(q) for kind, q in list(self.checker.known) if kind == "nonzero" and q.shape == SCALAR]
        for x in list(letters):  # the inverse in place of the letter
            inverted = self._inverse_of(x) if x[0] == "name" else None
            if inverted is not None and len(inverted.terms) == 1:
                letters.pop(x)
                letters |= dict.fromkeys(y for _, w in inverted.terms for y in w)
        a.needs = before
        found: dict[Poly, None] = {a.number(1, p.shape[0]): None}
        level: list[tuple] = [(x,) for x in letters if x[2] == p.shape[0]]
        for _ in range(5):
            for w in level:
                if (w[0][2], w[-1][3]) == p.shape:
                    found[a.product(*map(a.letter, w))] = None
            if len(found) > UNITS:
                break
            level = [
                (*w, x)
                for w in level
                for x in letters
                if w[-1][3] == x[2] and w.count(x) < (2 if x[0] == "inverse" else 1)
            ][:400]
        short = list(found)[:UNITS]
        return [a.mul(o, w) for o in overs[:4] for w in short][: 2 * UNITS]

    # --- signs --------------------------------------------------------------------------------------------

    def sign(self, target: Poly, strict: bool, depth: int = 0) -> tuple[tuple, tuple[Part, ...]] | None:
        """A tree of signs and a combination, together the target."""
        self.tick()
        a = self.algebra
        if target.shape[0] != target.shape[1]:
            return None
        if not target.terms:
            return None if strict else (("number", Fraction(0), target.shape[0]), ())
        if (
            depth == 0
            and target.shape == SCALAR
            and any(x[0] == "root" or x[0] == "E" for m, _ in target.terms for x, _ in m)
        ):
            for tree in self._roots(target, depth):
                try:
                    value, positive = self.checker.sign(tree)
                except (Refused, ShapeError, TooLarge):
                    continue
                if value == target and (positive or not strict):
                    return tree, ()
        values: list[tuple[tuple, Poly, bool]] = []
        seen: set[Poly] = set()
        for tree in self._trees(target):
            self.tick()
            try:
                value, positive = self.checker.sign(tree)
            except (Refused, ShapeError, TooLarge, ZeroDivisionError):
                continue
            if value.shape == target.shape and value.terms and value not in seen:
                seen.add(value)
                values.append((tree, value, positive))
            if len(values) >= 160:
                break
        parts: list[tuple[Poly, Part]] = []
        gens = self.generators(target)
        if gens and depth == 0:
            parts = list(self._columns(target, [v for _, v, _ in values][:40], gens))[:120]
        firm: list[tuple[int | None, Fraction]] = [(None, Fraction(0))]
        if strict:
            firm = [(k, c) for k, v in enumerate(values) if v[2] for c in self._shares(target, v[1])]
        for first, share in firm:
            rest = target if first is None else a.add(target, values[first][1], -share)
            columns = [dict(v.terms) for _, v, _ in values]
            columns += [{t: s * c for t, c in v.terms.items()} for v, _ in parts for s in (1, -1)]
            weights = _nonnegative(columns, dict(rest.terms), self.tick)
            if weights is None:
                continue
            chosen = [_scaled(tree, w) for (tree, _, _), w in zip(values, weights, strict=False) if w]
            if first is not None:
                chosen.append(_scaled(values[first][0], share))
            if not chosen:
                chosen = [("number", Fraction(0), target.shape[0])]
            extra = weights[len(values) :]
            combination = []
            for k, (_, part) in enumerate(parts):
                c = extra[2 * k] - extra[2 * k + 1]
                if c:
                    combination.append(Part(a.scale(part.left, c), part.zero, part.right, part.trace, part.turned))
            tree = ("sum", *chosen) if len(chosen) > 1 else chosen[0]
            try:
                value, positive = self.checker.sign(tree)
                self.checker.equal(target, value, tuple(combination))
            except (Refused, ShapeError, TooLarge):
                continue
            if positive or not strict:
                return tree, tuple(combination)
        return None

    def _shares(self, target: Poly, value: Poly) -> list[Fraction]:
        found = {abs(target.terms[t] / c) for t, c in value.terms.items() if t in target.terms}
        return sorted(found | {c / 2 for c in found}, reverse=True)[:4] or [Fraction(1)]

    def _basic(self, target: Poly) -> list[tuple[tuple, Poly]]:
        """Matrices that are positive outright, with their trees."""
        a, d = self.algebra, self.algebra.declared
        sizes: dict[Any, None] = {target.shape[0]: None}
        found: list[tuple] = []
        for x in _pieces(target, *(g.poly for g in self.checker.given)):
            if len(x) != 4:
                continue
            sizes[x[2]] = sizes[x[3]] = None
            if x[0] == "name" and d.matrices.get(x[1][0], ("",))[0] in ("psd", "spd", "projection"):
                found.append(("name", x[1][0]))
                if a.kind(x) == "projection":  # I - K, which is its own square
                    one = ("number", Fraction(1), x[2])
                    found.append(("around", a.add(a.number(1, x[2]), a.letter(x), -1), one))
            if x[0] == "cov" and x[1][0] == x[1][1]:
                found.append(("cov", a.name(x[1][0])))
            if x[0] == "inverse":
                p = unkey(x[1])
                if p not in self.open:
                    self.open.add(p)
                    inner = self.sign(p, False, 1)
                    self.open.discard(p)
                    if inner is not None and not inner[1]:
                        found.append(("inverse", inner[0]))
        found += [("given", k) for k, g in enumerate(self.checker.given) if g.kind in ("positive", "definite")]
        found += [("number", Fraction(1), s) for s in sizes]
        result = []
        for tree in dict.fromkeys(found):
            try:
                result.append((tree, self.checker.sign(tree)[0]))
            except (Refused, ShapeError, TooLarge):
                continue
        return result

    def _scalars(self, target: Poly) -> list[tuple[tuple, Poly]]:
        """Scalars that are not negative outright: known ones, roots, squares, and products of these that occur."""
        a = self.algebra
        found: dict[tuple, None] = {}
        for m, _ in target.terms:
            tree = self._signed(m)
            if tree is not None:
                found[tree] = None
            for atom, _ in m:
                tree = self._signed(((atom, 1),))
                if tree is not None:
                    found[tree] = None
                if a.declared.scalars.get(atom[1] if atom[0] == "par" else "") == "unit":
                    found[("rest", atom[1])] = None
                    found[("times", ("name", atom[1]), ("rest", atom[1]))] = None
        for k, g in enumerate(self.checker.given):
            if g.kind in ("positive", "definite") and g.poly.shape == SCALAR:
                found[("given", k)] = None
        result: list[tuple[tuple, Poly]] = []
        for tree in list(found)[:8]:
            try:
                result.append((tree, self.checker.sign(tree)[0]))
            except (Refused, ShapeError, TooLarge):
                continue
        one: tuple = ("number", Fraction(1))
        return [(one, a.number(1)), *result]

    def _signed(self, m: tuple) -> Any:
        """The tree of a monomial whose atoms have a sign, or an even exponent."""
        a = self.algebra
        trees: list[tuple] = []
        for atom, e in m:
            own: tuple | None = None
            if atom[0] == "par" and a.declared.scalars.get(atom[1], "") in (
                "positive",
                "nonnegative",
                "unit",
                "posint",
                "natural",
            ):
                own = ("name", atom[1])
            elif atom[0] == "root":
                own = ("root", unkey(atom[1]))
            elif atom[0] == "E" and atom[1][1] == () and e == 1:
                inner = self._signed(atom[1][0])
                own = None if inner is None else ("mean", inner)
            if e % 2 == 0:
                trees.append(("around", a.atom(atom, e // 2), ("number", Fraction(1))))
            elif own is not None:
                trees += [own if e > 0 else ("over", own)] * abs(e)
            elif atom[0] != "trace":
                return None
        return None if not trees else trees[0] if len(trees) == 1 else ("times", *trees)

    def _trees(self, target: Poly) -> Iterator[tuple]:
        a = self.algebra
        basics, scalars = self._basic(target), self._scalars(target)
        halves = self._halves(target)
        vectors = [a.name(v) for v, shape in a.declared.random.items() if shape != SCALAR]
        for u, v in combinations(vectors, 2):
            if u.shape == v.shape:
                yield ("cov", a.add(u, v, -1))
                yield ("cov", a.add(u, v))
            if target.shape == SCALAR and u.shape == v.shape:
                yield ("mean gram", u, v, ("number", Fraction(1), u.shape[0]))
        for t in _pieces(target) if target.shape == SCALAR else ():
            if len(t) == 2 and t[0] == "det" and unkey(t[1]) not in self.open:
                p = unkey(t[1])
                self.open.add(p)
                signed = self.sign(p, True, 1) or self.sign(p, False, 1)
                self.open.discard(p)
                if signed is not None and not signed[1]:
                    yield ("det", signed[0])
        yield from self._inverses(target)
        for tree, value in basics:
            if value.shape != SCALAR and tree[0] != "number":
                yield ("spread", tree) if target.shape != SCALAR else ("trace", tree, ("spread", tree))
        for m in halves[:6] if target.shape != SCALAR else ():
            yield ("spread", ("around", m, ("number", Fraction(1), m.shape[1])))
        for tree, value in basics:
            if value.shape == target.shape:
                yield from self._with(scalars, tree)
            if target.shape == SCALAR:
                yield from self._with(scalars, ("trace", tree))
        if target.shape == SCALAR:
            for (one, p), (other, q) in combinations(basics, 2):
                if p.shape == q.shape and p.shape != SCALAR:
                    yield from self._with(scalars, ("trace", one, other))
            for x in self._random_scalars(target):
                yield ("cov", x)
        for wide in (False, True):
            for tree, value in basics:
                own = [h for h in halves if h.shape[1] == value.shape[0]]
                if target.shape != SCALAR:
                    own = [h for h in own if h.shape[0] == target.shape[0]]
                for rows in dict.fromkeys(h.shape[0] for h in own):
                    same = [h for h in own if h.shape[0] == rows][:7]
                    for m in self._mixed(same, value, target) if wide else same:
                        inner: tuple = ("around", m, tree)
                        if target.shape == SCALAR and rows != 1:
                            inner = ("trace", inner)
                        yield from self._with(scalars, inner)
                        if any(a.randoms(*m.terms)) and m.shape[1] == 1 and value.shape == SCALAR:
                            yield from self._with(scalars, ("cov", m))
                        if any(a.randoms(*m.terms)):
                            yield from self._with(scalars, ("mean", inner))
        if target.shape == SCALAR:
            for tree, value in basics:
                own = [a.transpose(h) for h in halves if h.shape[1] == value.shape[0]][:5]
                for m, n in combinations(own, 2):
                    if m.shape == n.shape:
                        yield ("gram", m, n, tree)
                        yield ("gram", a.mul(m, a.transpose(n)), a.mul(n, a.transpose(m)), tree)

    def _inverses(self, target: Poly) -> Iterator[tuple]:
        """`P^-1 - Q^-1 = Q^-1 (D + D P^-1 D) Q^-1` for `D = Q - P`."""
        a = self.algebra
        inside = [unkey(x[1]) for x in _pieces(target) if x[0] == "inverse" and len(x) == 4 and target.shape != SCALAR]
        for p, q in permutations(inside, 2):
            difference = a.add(q, p, -1) if p.shape == q.shape else p
            if difference in self.open or difference == p:
                continue
            self.open.add(difference)
            signs = [self.sign(x, False, 1) for x in (difference, p)]
            self.open.discard(difference)
            trees = [found[0] for found in signs if found is not None and not found[1]]
            if len(trees) == 2:
                inner = ("sum", trees[0], ("around", difference, ("inverse", trees[1])))
                yield ("around", a.letter(("inverse", q.key(), *q.shape)), inner)

    def _with(self, scalars: list[tuple[tuple, Poly]], tree: tuple) -> Iterator[tuple]:
        for s, value in scalars:
            yield tree if value == self.algebra.number(1) else ("times", s, tree)

    def _random_scalars(self, target: Poly) -> Iterator[Poly]:
        a = self.algebra
        for x in _pieces(target):
            if len(x) == 2 and x[0] == "E" and isinstance(x[1], tuple) and len(x[1]) == 2 and x[1][1] == ():
                total = a.number(1)
                for atom, e in x[1][0]:
                    total = a.mul(total, a.atom(atom, e))
                yield total
            if len(x) == 2 and x[0] in ("cov", "mean"):
                name = x[1][0] if x[0] == "cov" else x[1]
                if a.declared.random.get(name) == SCALAR:
                    yield a.name(name)

    def _halves(self, target: Poly) -> list[Poly]:
        """Beginnings of the words that occur, as rows times what may be squared; random ones for their means."""
        a = self.algebra
        found: dict[Poly, None] = {}

        def note(word: tuple) -> None:
            if word:
                found[a.product(*map(a.letter, word))] = None

        if target.shape != SCALAR:
            found[a.number(1, target.shape[0])] = None
        for m, w in sorted(target.terms, key=lambda t: sum(len(v) for v in _words(t))):
            for k in range(1, len(w) + 1):
                note(w[:k])
                note(tuple(a.turned(x) for x in reversed(w[len(w) - k :])))
            for atom, _ in m:
                if atom[0] != "trace":
                    continue
                word = atom[1]
                back = tuple(a.turned(x) for x in reversed(word))
                for one in (word, back):
                    start = next((k for k, x in enumerate(one) if x[2] == 1), None)
                    if start is not None:
                        one = one[start:] + one[:start]
                        for k in range(1, len(one)):
                            note(one[:k])
                    else:
                        for r in range(len(one)):
                            for k in range(1, len(one)):
                                note((one[r:] + one[:r])[:k])
                                found[a.number(1, one[r][2])] = None
        for name, shape in a.declared.random.items():
            x = a.name(name)
            for p in (x, a.add(x, a.mean(x), -1)):
                found[a.transpose(p)] = found[p] = None
            if shape != SCALAR:
                for h in list(found)[:10]:
                    if h.shape[1] == shape[0] and not any(a.randoms(*h.terms)):
                        found[a.mul(h, x)] = None
        return list(found)[:40]

    def _mixed(self, same: list[Poly], value: Poly, target: Poly) -> Iterator[Poly]:
        a = self.algebra
        for h in same:
            found = self._completed(h, same, value, target)
            if found is not None:
                yield found
        for g, h in combinations(same, 2):
            for c in map(Fraction, (-1, 1)):
                yield a.add(g, h, c)
        for g, h in permutations(same, 2):
            for c in map(Fraction, (-2, 2)):
                yield a.add(g, h, c)

    def _completed(self, h: Poly, same: list[Poly], value: Poly, target: Poly) -> Poly | None:
        """`h + sum_j c_j h_j` with the mixed terms of the target, where the square of h occurs in it."""
        a = self.algebra
        diagonal = self._coefficient(h, h, value, target)
        if diagonal is None or len(diagonal.terms) != 1:
            return None
        before = dict(a.needs)
        total = h
        for g in same:
            if g != h:
                mixed = self._coefficient(h, g, value, target)
                if mixed is not None and mixed.terms:
                    try:
                        total = a.add(total, a.mul(a.mul(mixed, a.over(diagonal)), g))
                    except (ShapeError, TooLarge):
                        return None
        a.needs = before
        return total if total != h else None

    def _coefficient(self, h: Poly, g: Poly, value: Poly, target: Poly) -> Poly | None:
        """What stands in the target before the word of `h P g^T`, half of it where that is a mixed trace."""
        a = self.algebra
        try:
            found = a.product(h, value, a.transpose(g))
            if target.shape == SCALAR:
                found = a.trace(found)
        except (ShapeError, TooLarge):
            return None
        if len(found.terms) != 1 or found.shape != target.shape:
            return None
        (((m, w), c),) = found.terms.items()
        total: dict[Term, Fraction] = {}
        for (n, v), d in target.terms.items():
            if v == w and all(dict(n).get(x, 0) >= e for x, e in m):
                rest = tuple((x, e - dict(m).get(x, 0)) for x, e in n if e != dict(m).get(x, 0))
                if all(x[0] in ("par", "power") for x, _ in rest):
                    total[(rest, ())] = d / c
        half = Fraction(1, 2) if target.shape == SCALAR and h != g else Fraction(1)
        return Poly(SCALAR, {t: c * half for t, c in total.items()})

    def _roots(self, target: Poly, depth: int) -> Iterator[tuple]:
        """`y - x >= 0` from `y >= 0` and `y^2 >= x^2`, with y and x the positive and the negative terms."""
        a = self.algebra
        above = {t: c for t, c in target.terms.items() if c > 0}
        splits = [Poly(SCALAR, above)]
        rooted = {t: c for t, c in above.items() if any(x[0] == "root" for x, _ in t[0])}
        if rooted and rooted != above:
            splits.append(Poly(SCALAR, rooted))
        for y in splits:
            x = a.add(y, target, -1)
            first = self._exact(y, depth + 1)
            if first is None:
                continue
            try:
                squares = a.add(a.power(y, 2), a.power(x, 2), -1)
            except TooLarge:
                continue
            second = self._exact(squares, depth + 1)
            if second is not None:
                yield ("roots", x, first, second)
            yield from self._jensen(x, first)

    def _jensen(self, s: Poly, first: tuple) -> Iterator[tuple]:
        """`E |w| >= |E w|`, from `|m| |w| >= m^T w` for `m = E w`."""
        a = self.algebra
        if len(s.terms) != 1:
            return
        vectors = [a.name(v) for v, shape in a.declared.random.items() if shape != SCALAR]
        for w in (
            *vectors,
            *(a.add(u, v, c) for u, v in combinations(vectors, 2) for c in (1, -1) if u.shape == v.shape),
        ):
            m = a.mean(w)
            long = [a.mul(a.transpose(v), v) for v in (m, w)]
            roots = ("times", ("root", long[0]), ("root", long[1]))
            pointwise = ("roots", a.mul(a.transpose(m), w), roots, ("gram", m, w, ("number", Fraction(1), m.shape[0])))
            yield ("shared", ("root", long[0]), first, ("mean", pointwise))

    def _exact(self, p: Poly, depth: int) -> tuple | None:
        """A tree whose value is p, no combination needed."""
        if depth > 3:
            return None
        found = self.sign(p, False, depth) if depth else None
        if found is not None and not found[1]:
            return found[0]
        for tree in self._roots(p, depth):
            try:
                if self.checker.sign(tree)[0] == p:
                    return tree
            except (Refused, ShapeError, TooLarge):
                continue
        return None


# --- linear algebra ----------------------------------------------------------------------------------------


class _Basis:
    """Rows reduced against one another, each with the columns of which it is a combination.

    Terms and columns are counted, since their own hashes are long.
    """

    def __init__(self) -> None:
        self.rows: dict[int, tuple[dict[int, Fraction], dict[int, Fraction]]] = {}
        self.numbers: dict[Term, int] = {}
        self.names: list[Any] = []

    def _counted(self, v: Mapping[Term, Fraction]) -> dict[int, Fraction]:
        return {self.numbers.setdefault(t, len(self.numbers)): c for t, c in v.items()}

    def _reduced(self, v: dict[int, Fraction], made: dict[int, Fraction]) -> None:
        while True:
            pivot = next((t for t in v if t in self.rows), None)
            if pivot is None:
                return
            row, own = self.rows[pivot]
            c = v[pivot]
            _subtract(v, row, c)
            _subtract(made, own, c)

    def insert(self, terms: Mapping[Term, Fraction], name: Any) -> None:
        v, made = self._counted(terms), {len(self.names): Fraction(1)}
        self.names.append(name)
        self._reduced(v, made)
        if not v:
            return
        pivot = max(v)  # a term met late: few rows have it
        c = v[pivot]
        v = {t: x / c for t, x in v.items()}
        made = {k: x / c for k, x in made.items()}
        for row, own in self.rows.values():
            if pivot in row:
                d = row[pivot]
                _subtract(row, v, d)
                _subtract(own, made, d)
        self.rows[pivot] = (v, made)

    def solve(self, terms: Mapping[Term, Fraction]) -> dict[Any, Fraction] | None:
        rest, made = self._counted(terms), dict[int, Fraction]()
        self._reduced(rest, made)
        return None if rest else {self.names[k]: -c for k, c in made.items()}


def _subtract(v: dict, w: Mapping, c: Fraction) -> None:
    for t, x in w.items():
        value = v.get(t, Fraction(0)) - c * x
        if value:
            v[t] = value
        else:
            v.pop(t, None)


def _nonnegative(columns: list[Vector], target: Vector, tick: Callable[[], None]) -> list[Fraction] | None:
    """Weights >= 0 with `sum w_k column_k = target`: phase one of the simplex method, Bland's rule, exact."""
    terms = dict.fromkeys([*target, *(t for c in columns for t in c)])
    if len(terms) * len(columns) > 60_000:
        return None
    covered = {t for c in columns for t in c}
    if any(t not in covered for t in target):
        return None
    rows: list[dict[int, Fraction]] = []
    right: list[Fraction] = []
    for t in terms:
        b = target.get(t, Fraction(0))
        sign = -1 if b < 0 else 1
        rows.append({k: sign * c[t] for k, c in enumerate(columns) if t in c})
        right.append(sign * b)
    count = len(columns)
    basis = [count + i for i in range(len(rows))]
    cost: dict[int, Fraction] = {}
    for row in rows:
        for k, c in row.items():
            cost[k] = cost.get(k, Fraction(0)) - c
    value = -sum(right, Fraction(0))
    for _ in range(600):
        tick()
        entering = min((k for k, c in cost.items() if c < 0), default=None)
        if entering is None:
            break
        ratios = [(right[i] / row[entering], basis[i], i) for i, row in enumerate(rows) if row.get(entering, 0) > 0]
        if not ratios:
            return None
        _, _, i = min(ratios)
        c = rows[i][entering]
        rows[i] = {k: x / c for k, x in rows[i].items()}
        right[i] /= c
        for j, row in enumerate(rows):
            if j != i and row.get(entering):
                d = row[entering]
                _subtract(row, rows[i], d)
                right[j] -= d * right[i]
        d = cost[entering]
        _subtract(cost, rows[i], d)
        value -= d * right[i]
        basis[i] = entering
    if value != 0:
        return None
    weights = [Fraction(0)] * count
    for i, k in enumerate(basis):
        if k < count:
            weights[k] = right[i]
    return weights


def _scaled(tree: tuple, c: Fraction) -> tuple:
    return tree if c == 1 else ("times", ("number", c), tree)


def _single(p: Poly) -> bool:
    return len(p.terms) == 1 and all(not m and len(w) == 1 for m, w in p.terms)


def _words(term: Term) -> Iterator[tuple]:
    m, w = term
    yield w
    for atom, e in m:
        if atom[0] == "trace":
            for _ in range(abs(e)):
                yield atom[1]


def _pieces(*polys: Poly) -> list[tuple]:
    """Every letter and atom inside, once."""
    return list(dict.fromkeys(x for p in polys for x, _ in pieces(*p.terms)))
