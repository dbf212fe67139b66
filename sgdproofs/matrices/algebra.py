"""TRUSTED.  Polynomials in matrices, vectors and scalars, exact over the rationals.

A polynomial has a shape and is a dictionary from terms to nonzero rationals.  A term is a pair: a monomial of scalar
atoms, which commute, and a word of letters, which do not.  The empty word is the identity.  What has one row and one
column is a scalar: its words are empty, because the word `x^T A y` is the atom of its trace.

    letters    (kind, what, rows, columns), or the transposed one where it is another:
               ("name", (A, turned)), ("inverse", key), ("power", (key, exponent)), ("cov", (u, v)), ("mean", u),
               ("diag", key), ("E", term)
    atoms      ("par", name), ("trace", word), ("det", key), ("over", key) for 1/p, ("root", key), ("power", (atom, n)),
               ("cov", (X, Y)), ("mean", X), ("E", term)

`Algebra` is the only maker of polynomials.  It joins words by the laws of the domains (symmetric, orthogonal,
projection, inverse), rotates and transposes the words of traces into one form, and takes expectations by exactly the
declared facts.  What an operation needs in order to be defined is noted in `needs`: true if it is undefined without
it, false if it may be defined all the same (`0^k` for a k that is not negative, the root of a negative number).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from typing import Any

__all__ = ["Algebra", "Declared", "Poly", "ShapeError", "Shape", "Term", "TooLarge"]

Shape = tuple[Any, Any]
"""Rows and columns, each a whole number or the name of a symbol."""
Letter = tuple
Word = tuple
Atom = tuple
Monomial = tuple
Term = tuple[Monomial, Word]
Key = tuple
TERMS = 4_000
LARGEST_POWER = 200
SCALAR: Shape = (1, 1)
SYMMETRIC = ("sym", "psd", "spd", "projection", "diag")
INVERTIBLE = ("invertible", "spd", "orthogonal")


class ShapeError(Exception):
    """Shapes that do not fit for all sizes."""


class TooLarge(Exception):
    """More terms than are worked with, or an operation that has no normal form here."""


@dataclass(frozen=True)
class Poly:
    shape: Shape
    terms: Mapping[Term, Fraction]

    def key(self) -> Key:
        return self._key

    @cached_property
    def _key(self) -> Key:
        return self.shape, tuple(sorted(self.terms.items(), key=repr))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Poly) and self.shape == other.shape and self.terms == other.terms

    def __hash__(self) -> int:
        return hash((self.shape, frozenset(self.terms.items())))


def unkey(key: Key) -> Poly:
    return Poly(key[0], dict(key[1]))


def pieces(*terms: Term) -> Iterator[tuple[Any, int]]:
    """The letters and atoms of terms with their exponents, and those inside them."""
    for m, w in terms:
        for x, e in (*m, *((x, 1) for x in w)):
            yield x, e
            yield from pieces(*_inside(x))


def _inside(x: Any) -> Iterable[Term]:
    """The terms of which a letter or an atom is made."""
    kind, what = x[:2]
    if kind in ("inverse", "diag", "det", "over", "root"):
        return unkey(what).terms
    if kind == "power" and len(x) == 2:
        return ((((what[0], 1), *what[1]), ()),)
    if kind == "power":
        return (*unkey(what[0]).terms, (((("par", what[1]), 1),), ()))
    if kind == "E":
        return (what if len(x) == 2 else what[0],)
    return (((), what),) if kind == "trace" else ()


@dataclass
class Declared:
    """What is declared: domains of matrices and scalars, random quantities, and the facts about these.

    `apart` are sets of mutually independent quantities, `pairs` of pairwise independent ones, `uncorrelated` of
    pairwise uncorrelated ones, `alike` of identically distributed ones; `means` and `covs` are known moments.
    """

    matrices: dict[str, tuple[str, Any, Any]] = field(default_factory=dict)
    scalars: dict[str, str] = field(default_factory=dict)
    random: dict[str, Shape] = field(default_factory=dict)
    apart: list[frozenset[str]] = field(default_factory=list)
    pairs: list[frozenset[str]] = field(default_factory=list)
    uncorrelated: list[frozenset[str]] = field(default_factory=list)
    alike: list[frozenset[str]] = field(default_factory=list)
    means: dict[str, Poly] = field(default_factory=dict)
    covs: dict[tuple[str, str], Poly] = field(default_factory=dict)


class Algebra:
    def __init__(self, declared: Declared) -> None:
        self.declared = declared
        self.needs: dict[tuple[str, Poly], bool] = {}

    def need(self, kind: str, p: Poly, sure: bool = True) -> None:
        self.needs[(kind, p)] = sure or self.needs.get((kind, p), False)

    # --- making -------------------------------------------------------------------------------------------

    def make(self, shape: Shape, terms: Mapping[Term, Fraction]) -> Poly:
        if len(terms) > TERMS:
            raise TooLarge(f"more than {TERMS} terms")
        return Poly(shape, {t: c for t, c in terms.items() if c})

    def number(self, value: Any, size: Any = 1) -> Poly:
        """The number, or its multiple of the identity."""
        return self.make((size, size), {((), ()): Fraction(value)})

    def zero(self, shape: Shape) -> Poly:
        return Poly(shape, {})

    def atom(self, atom: Atom, exponent: int = 1) -> Poly:
        return self._monomial(((atom, exponent),))

    def letter(self, letter: Letter) -> Poly:
        return self._joined((letter[2], letter[3]), (), (letter,))

    def name(self, name: str) -> Poly:
        d = self.declared
        if name in d.matrices or name in d.random and d.random[name] != SCALAR:
            rows, columns = d.matrices[name][1:] if name in d.matrices else d.random[name]
            return self.letter(("name", (name, False), rows, columns))
        return self.atom(("par", name))

    def size(self, size: Any) -> Poly:
        return self.number(size) if isinstance(size, int) else self.atom(("par", size))

    # --- sums and products --------------------------------------------------------------------------------

    def add(self, p: Poly, q: Poly, times: Any = 1) -> Poly:
        if p.shape != q.shape:
            raise ShapeError(f"shapes {p.shape} and {q.shape} do not add")
        total = dict(p.terms)
        for t, c in q.terms.items():
            total[t] = total.get(t, Fraction(0)) + times * c
        return self.make(p.shape, total)

    def scale(self, p: Poly, c: Any) -> Poly:
        return self.make(p.shape, {t: v * c for t, v in p.terms.items()})

    def mul(self, p: Poly, q: Poly) -> Poly:
        """The product; a scalar may stand on either side."""
        scalar = SCALAR in (p.shape, q.shape)
        if not scalar and p.shape[1] != q.shape[0]:
            raise ShapeError(f"shapes {p.shape} and {q.shape} do not multiply")
        shape = (p.shape[0], q.shape[1]) if not scalar else q.shape if p.shape == SCALAR else p.shape
        total: dict[Term, Fraction] = {}
        for (m, v), c in p.terms.items():
            for (n, w), d in q.terms.items():
                for t, e in self._joined(shape, (*m, *n), (*v, *w)).terms.items():
                    total[t] = total.get(t, Fraction(0)) + c * d * e
            if len(total) > TERMS:
                raise TooLarge(f"more than {TERMS} terms")
        return self.make(shape, total)

    def product(self, *factors: Poly) -> Poly:
        total = factors[0]
        for f in factors[1:]:
            total = self.mul(total, f)
        return total

    def power(self, p: Poly, n: int) -> Poly:
        return self.product(self.number(1, p.shape[0]), *([p] * n))

    def transpose(self, p: Poly) -> Poly:
        shape = (p.shape[1], p.shape[0])
        return self.make(shape, {(m, tuple(self.turned(x) for x in reversed(w))): c for (m, w), c in p.terms.items()})

    def turned(self, x: Letter) -> Letter:
        """The transposed letter."""
        kind, what, rows, columns = x
        if kind == "name":
            name, turned = what
            same = self.declared.matrices.get(name, ("",))[0] in SYMMETRIC
            return x if same else (kind, (name, not turned), columns, rows)
        if kind == "inverse":
            return (kind, self.transpose(unkey(what)).key(), columns, rows)
        if kind == "power":
            return (kind, (self.transpose(unkey(what[0])).key(), what[1]), columns, rows)
        if kind == "cov":
            return (kind, (what[1], what[0]), columns, rows)
        if kind == "diag":
            return x
        name, turned = what  # a mean, or what E leaves closed
        return (kind, (name, not turned), columns, rows)

    def _joined(self, shape: Shape, factors: Monomial, word: Word) -> Poly:
        """One word after the laws of its neighbours, with the scalars in it taken out."""
        out: list[Letter] = []
        waiting = list(reversed(word))
        while waiting:
            x = waiting.pop()
            met = self._met(out[-1], x) if out else None
            if met is None:
                out.append(x)
            else:
                out.pop()
                waiting += reversed(met)
        # Places where the word is one row or column wide: between two of them stands a scalar.
        narrow = [k for k in range(len(out) + 1) if (out[k][2] if k < len(out) else out[-1][3] if out else 0) == 1]
        if len(narrow) < 2:
            return self._monomial(factors, shape, tuple(out))
        first, last = narrow[0], narrow[-1]
        scalars = [tuple(out[a:b]) for a, b in pairwise(narrow)]
        atoms = tuple((("trace", self._cyclic(w)), 1) for w in scalars)
        return self._monomial((*factors, *atoms), shape, (*out[:first], *out[last:]))

    def _met(self, x: Letter, y: Letter) -> tuple | None:
        """What two neighbours become; None if they stay."""
        if x[0] == y[0] == "name":
            kind = self.declared.matrices.get(x[1][0], ("",))[0]
            if x[1][0] == y[1][0] and kind == "projection":
                return (x,)
            if kind == "orthogonal" and y == self.turned(x):
                return ()
        for a, b in ((x, y), (y, x)):
            if a[0] == "inverse" and a[1] == self._alone(b).key():
                return ()
        if y[0] == "power":  # powers of one matrix commute: the symbolic ones first, by name
            if x[0] == "power" and x[1][0] == y[1][0] and x[1][1] > y[1][1]:
                return (y, x)
            if x[0] != "power" and y[1][0] == self._alone(x).key():
                return (y, x)
        return None

    def _alone(self, x: Letter) -> Poly:
        return Poly((x[2], x[3]), {((), (x,)): Fraction(1)})

    def _monomial(self, factors: Monomial, shape: Shape = SCALAR, word: Word = ()) -> Poly:
        """The product of atoms; `sqrt(p)^2 = p` and `(-1)^n (-1)^n = 1`."""
        powers: dict[Atom, int] = {}
        for a, e in factors:
            powers[a] = powers.get(a, 0) + e
        roots = []
        for a, e in list(powers.items()):
            if a[0] == "root" and not 0 <= e <= 1:
                powers[a] = e % 2
                roots.append((unkey(a[1]), (e - e % 2) // 2))
            elif a[0] == "power" and a[1][0] == ("number", Fraction(-1)):
                powers[a] = e % 2
        monomial = tuple(sorted(((a, e) for a, e in powers.items() if e), key=repr))
        found = Poly(shape, {(monomial, word): Fraction(1)})
        for p, n in roots:
            found = self.mul(self.power(p if n > 0 else self.over(p), abs(n)), found)
        return found

    # --- traces, inverses, determinants -------------------------------------------------------------------

    def _cyclic(self, word: Word) -> Word:
        """One word of all rotations of a cyclic word and of its transposed."""
        back = tuple(self.turned(x) for x in reversed(word))
        return min((w[k:] + w[:k] for w in (word, back) for k in range(len(w))), key=repr)

    def trace(self, p: Poly) -> Poly:
        if p.shape[0] != p.shape[1]:
            raise ShapeError(f"a matrix of shape {p.shape} has no trace")
        if p.shape == SCALAR:
            return p
        total = self.zero(SCALAR)
        for (m, w), c in p.terms.items():
            total = self.add(total, self.mul(self._monomial(m), self._trace(w, p.shape[0])), c)
        return total

    def _trace(self, word: Word, size: Any) -> Poly:
        if not word:
            return self.size(size)
        narrow = next((k for k, x in enumerate(word) if x[2] == 1), None)
        turned = word[narrow:] + word[:narrow] if narrow is not None else word
        if narrow is not None:
            return self._joined(SCALAR, (), turned)
        while len(turned) > 1:  # the last letter meets the first
            met = self._met(turned[-1], turned[0])
            if met is None or len(met) > 1:
                break
            turned = met + turned[1:-1]
            if not turned:
                return self.size(size)
        return self.atom(("trace", self._cyclic(turned)))

    def inverse(self, p: Poly) -> Poly:
        """The inverse, noting that it has to exist.  A product of square matrices is inverted factor by factor."""
        if p.shape[0] != p.shape[1]:
            raise ShapeError(f"a matrix of shape {p.shape} has no inverse")
        if p.shape == SCALAR:
            return self.over(p)
        if len(p.terms) == 1:
            ((m, w), c) = next(iter(p.terms.items()))
            if all(x[2] == x[3] for x in w):
                scalar = self.over(self.scale(self._monomial(m), c))
                return self.product(scalar, *(self._inverted(x) for x in reversed(w)), self.number(1, p.shape[0]))
        first = next(iter(sorted(p.terms.items(), key=repr)), (None, Fraction(1)))[1]
        p = self.scale(p, 1 / first)
        self.need("invertible", p)
        return self.scale(Poly(p.shape, {((), (("inverse", p.key(), *p.shape),)): Fraction(1)}), 1 / first)

    def _inverted(self, x: Letter) -> Poly:
        kind = self.kind(x)
        if kind == "orthogonal":
            return self.letter(self.turned(x))
        p = self._alone(x)
        if x[0] == "inverse":
            return unkey(x[1])
        if kind not in INVERTIBLE:
            self.need("invertible", p)
        return self.letter(("inverse", p.key(), x[2], x[3]))

    def kind(self, x: Letter) -> str:
        return self.declared.matrices.get(x[1][0], ("",))[0] if x[0] == "name" else ""

    def over(self, p: Poly, sure: bool = True) -> Poly:
        """1/p of a scalar, noting that it is not 0."""
        if p.shape != SCALAR:
            raise ShapeError(f"a division by a matrix of shape {p.shape}")
        if not p.terms:
            raise ZeroDivisionError("division by zero")
        if len(p.terms) == 1:
            (((m, _), c),) = p.terms.items()
            for a, _ in m:
                if not self.nonzero(a):
                    self.need("nonzero", self.atom(a), sure)
            return self.scale(self._monomial(tuple((a, -e) for a, e in m)), 1 / c)
        first = min(p.terms.items(), key=repr)[1]
        p = self.scale(p, 1 / first)
        self.need("nonzero", p, sure)
        return self.scale(self.atom(("over", p.key())), 1 / first)

    def nonzero(self, atom: Atom) -> bool:
        """Whether an atom is not 0 by its domain."""
        return atom[0] == "par" and self.declared.scalars.get(atom[1]) in ("positive", "nonzero", "unit", "posint")

    def det(self, p: Poly) -> Poly:
        """Factor by factor for a product of square matrices; otherwise an atom."""
        if p.shape[0] != p.shape[1]:
            raise ShapeError(f"a matrix of shape {p.shape} has no determinant")
        if not p.terms or p.shape == SCALAR:
            return Poly(SCALAR, p.terms)
        if len(p.terms) == 1:
            (((m, w), c),) = p.terms.items()
            if all(x[2] == x[3] for x in w):
                factors = [self._det(x) for x in w]
                return self.product(self.raised(self.scale(self._monomial(m), c), self.size(p.shape[0])), *factors)
        return self._det_atom(p)

    def _det(self, x: Letter) -> Poly:
        if x[0] != "inverse":
            return self._det_atom(self._alone(x))
        (((m, _), c),) = self.det(unkey(x[1])).terms.items()
        return self.scale(self._monomial(tuple((a, -e) for a, e in m)), 1 / c)

    def _det_atom(self, p: Poly) -> Poly:
        return self.atom(("det", min(p.key(), self.transpose(p).key(), key=repr)))

    def raised(self, p: Poly, exponent: Poly) -> Poly:
        """A scalar monomial to a power: the exponent has whole coefficients, and is natural unless p != 0."""
        if len(p.terms) != 1 or p.shape != SCALAR or exponent.shape != SCALAR:
            raise TooLarge("such a power")
        (((m, _), c),) = p.terms.items()
        bases = [*m, *([(("number", c), 1)] if c != 1 else [])]
        total = self.number(1)
        for (n, _), k in exponent.terms.items():
            kinds = {self.declared.scalars.get(a[1], "") if a[0] == "par" else "" for a, _ in n}
            if k.denominator != 1 or not kinds <= {"posint", "natural", "integer"} or any(e < 0 for _, e in n):
                raise TooLarge("such a power")
            if k < 0 or self.integral(n):
                self.over(p, False)
            if abs(k) > LARGEST_POWER:
                raise TooLarge("such a power")
            for a, e in bases:
                if n:
                    total = self.mul(total, self.atom(("power", (a, n)), int(k) * e))
                elif a[0] == "number":
                    total = self.scale(total, a[1] ** int(k))
                else:
                    total = self.mul(total, self.atom(a, int(k) * e))
        return total

    def integral(self, exponent: Monomial) -> bool:
        """Whether an exponent may be negative."""
        return any(self.declared.scalars.get(a[1]) == "integer" for a, _ in exponent if a[0] == "par")

    def matrix_power(self, p: Poly, exponent: Poly) -> Poly:
        """A square matrix to a natural power: a sum of symbols and a number, none of them negative."""
        total = self.number(1, p.shape[0])
        for (n, _), k in sorted(exponent.terms.items(), key=repr, reverse=True):
            natural = len(n) == 1 and n[0][0][0] == "par" and n[0][1] == 1
            natural = natural and self.declared.scalars.get(n[0][0][1]) in ("posint", "natural")
            if k.denominator != 1 or not 0 <= k <= 12 or n and not natural or exponent.shape != SCALAR:
                raise TooLarge("such a power")
            one = self.letter(("power", (p.key(), n[0][0][1]), *p.shape)) if n else p
            if n and self.declared.scalars[n[0][0][1]] == "posint" and self.mul(p, p) == p:
                one = p
            for _ in range(int(k)):
                total = self.mul(total, one)
        return total

    def root(self, p: Poly) -> Poly:
        """The square root of a scalar, noting that it is not negative."""
        self.need("nonnegative", p, False)
        return self.atom(("root", p.key()))

    def diagonal(self, p: Poly) -> Poly:
        """`diagmat` of a column; linear in it."""
        if p.shape[1] != 1:
            raise ShapeError(f"a matrix of shape {p.shape} stands for a vector")
        n, total = p.shape[0], self.zero((p.shape[0], p.shape[0]))
        for (m, w), c in p.terms.items():
            own = Poly(p.shape, {((), w): Fraction(1)})
            total = self.add(total, self.mul(self._monomial(m), self.letter(("diag", own.key(), n, n))), c)
        return total

    # --- expectation --------------------------------------------------------------------------------------

    def randoms(self, *terms: Term) -> Iterator[str]:
        """The random quantities in terms, once for each time that they occur (more than three times count as three)."""
        for m, w in terms:
            for x, e in (*m, *((x, 1) for x in w)):
                name = x[1] if x[0] == "par" else x[1][0] if x[0] == "name" else ""
                for _ in range(min(abs(e), 3) if x[0] not in ("mean", "cov", "E") else 0):
                    if name in self.declared.random:
                        yield name
                    yield from self.randoms(*_inside(x))

    def is_random(self, x: Any) -> bool:
        """Whether a letter or an atom has a random quantity in it."""
        return any(self.randoms((((x, 1),), ())))

    def mean(self, p: Poly) -> Poly:
        """The expectation, term by term, over one block of quantities after another, each independent of the others.

        Two or fewer factors of dependent quantities are taken all the way.
        """
        total = self.zero(p.shape)
        for (m, w), c in p.terms.items():
            known = self._monomial(tuple((a, e) for a, e in m if not self.is_random(a)))
            part = Poly(p.shape, {(tuple((a, e) for a, e in m if self.is_random(a)), w): Fraction(1)})
            for block in self._blocks(frozenset(self.randoms((m, w)))):
                before, part = part, self.zero(p.shape)
                for (n, v), d in before.terms.items():
                    part = self.add(part, self._over_block(n, v, p.shape, block), d)
            total = self.add(total, self.mul(known, part), c)
        return total

    def _blocks(self, names: frozenset[str]) -> list[frozenset[str]]:
        d = self.declared
        if any(names <= f for f in d.apart) or len(names) == 2 and any(names <= f for f in d.pairs):
            return [frozenset({n}) for n in sorted(names)]
        return [names]

    def _over_block(self, m: Monomial, w: Word, shape: Shape, block: frozenset[str]) -> Poly:
        ends = self._open(m, w)
        count = [n for n in self.randoms((m, w)) if n in block]
        if not count:
            return Poly(shape, {(m, w): Fraction(1)})
        if ends is None or len(count) > 2:
            return self._closed(m, w, shape)
        scalars, chains = ends
        places = [(k, e) for k, chain in enumerate(chains) for e in (0, -1) if self._vector(chain, e) in block]
        loose = [n for n in scalars if n in block]
        if len(places) + len(loose) != len(count) or loose and places:
            return self._closed(m, w, shape)
        others = tuple((a, e) for a, e in m if a[0] != "trace" and not (a[0] == "par" and a[1] in block))
        if loose:
            moment = self.product(*(self._mean_of(n) for n in loose))
            if len(loose) == 2:
                moment = self.add(moment, self._cov_of(*loose))
            kept = tuple((a, e) for a, e in m if not (a[0] == "par" and a[1] in block))
            return self.mul(moment, Poly(shape, {(kept, w): Fraction(1)}))
        values = [[self.letter(x) for x in chain] for chain in chains]
        total = self._closed_up(self._with_means(values, chains, places), others, shape)
        if len(places) == 2:
            total = self.add(total, self._closed_up(self._contracted(chains, places), others, shape))
        return total

    def _vector(self, chain: Word, end: int) -> str:
        """The random vector at an end of a chain, where the chain is one row or column wide."""
        if not chain or len(chain) == 1 and end == -1 and chain[0][2] == 1:
            return ""
        x = chain[end]
        return x[1][0] if x[0] == "name" and x[2 if end == 0 else 3] == 1 and x[1][0] in self.declared.random else ""

    def _open(self, m: Monomial, w: Word) -> tuple[list[str], list[Word]] | None:
        """A term as random scalars and chains: `x^T A y` for each trace, then the word's left and right part."""
        scalars, chains = [], []
        for a, e in m:
            if a[0] == "trace" and e > 0:
                chains += [a[1]] * e
            elif a[0] == "par" and e > 0 and self.is_random(a):
                scalars += [a[1]] * e
            elif a[0] == "trace" or self.is_random(a):
                return None
        narrow = next((k for k in range(1, len(w)) if w[k][2] == 1), len(w))
        if w and w[0][2] == 1:
            narrow = 0
        return scalars, [self._straight(c) for c in chains] + [w[:narrow], w[narrow:]]

    def _straight(self, word: Word) -> Word:
        """A cyclic word begun where it is one wide."""
        k = next((k for k, x in enumerate(word) if x[2] == 1), 0)
        return word[k:] + word[:k]

    def _closed_up(self, chains: list[list[Poly]], others: Monomial, shape: Shape) -> Poly:
        *scalars, left, right = chains
        total = self._monomial(others)
        for chain in scalars:
            if chain:
                total = self.mul(total, self.trace(self.product(*chain)))
        return self.product(total, *left, *right) if left or right else self.mul(total, self.number(1, shape[0]))

    def _with_means(self, values: list[list[Poly]], chains: list[Word], places: list) -> list[list[Poly]]:
        found = [list(v) for v in values]
        for k, end in places:
            mean = self._mean_of(self._vector(chains[k], end))
            found[k][end] = self.transpose(mean) if chains[k][end][2] == 1 else mean
        return found

    def _contracted(self, chains: list[Word], places: list) -> list[list[Poly]]:
        """The chains with two random vectors u, v replaced by `Cov(u, v)`, which joins their ends."""
        (i, end), (j, other) = places
        found = [[self.letter(x) for x in chain] for chain in chains]
        last = len(chains) - 1
        if i == j:  # u^T A v in one chain: the trace of A Cov(v, u)
            cov = self._cov_of(self._vector(chains[i], -1), self._vector(chains[i], 0))
            inner = self.product(*found[i][1:-1], cov) if len(found[i]) > 2 else cov
            found[i] = [self.trace(inner)]
            return found
        # The first has its vector at the right end, the second at the left end; a scalar chain may be turned.
        if i == last or j == last - 1 and i != last:
            i, end, j, other = j, other, i, end
        first, second = list(chains[i]), list(chains[j])
        if end == 0:
            first = [self.turned(x) for x in reversed(first)]
        if other == -1:
            second = [self.turned(x) for x in reversed(second)]
        cov = self._cov_of(first[-1][1][0], second[0][1][0])
        joined = [*map(self.letter, first[:-1]), cov, *map(self.letter, second[1:])]
        target = i if i >= last - 1 else j
        found[i], found[j] = [], []
        found[target] = joined
        return found

    def _same(self, name: str) -> str:
        group = {name}
        for f in self.declared.alike:
            if f & group:
                group |= f
        return min(group)

    def _mean_of(self, name: str) -> Poly:
        d = self.declared
        if name in d.means:
            return d.means[name]
        name = self._same(name)
        shape = d.random[name]
        return self.atom(("mean", name)) if shape == SCALAR else self.letter(("mean", (name, False), *shape))

    def _cov_of(self, u: str, v: str) -> Poly:
        d = self.declared
        shape = (d.random[u][0], d.random[v][0])
        if u != v and any({u, v} <= f for f in (*d.apart, *d.pairs, *d.uncorrelated)):
            return self.zero(shape)
        if (u, v) in d.covs:
            return d.covs[u, v]
        if (v, u) in d.covs:
            return self.transpose(d.covs[v, u])
        if u == v:
            u = v = self._same(u)
        if shape == SCALAR:
            return self.atom(("cov", (min(u, v), max(u, v))))
        return self.letter(("cov", (u, v), *shape))

    def _closed(self, m: Monomial, w: Word, shape: Shape) -> Poly:
        """What no fact takes further: an atom or a letter, without the factors that are not random."""
        known = tuple((a, e) for a, e in m if not self.is_random(a))
        rest = tuple((a, e) for a, e in m if self.is_random(a))
        first = next((k for k, x in enumerate(w) if self.is_random(x)), len(w))
        last = next((k for k in range(len(w), first, -1) if self.is_random(w[k - 1])), first)
        inner = w[first:last]
        if not inner:
            found = self.atom(("E", (rest, ())))
            return self.product(self._monomial(known), found, Poly(shape, {((), w): Fraction(1)}))
        found = self.letter(("E", ((rest, inner), False), inner[0][2], inner[-1][3]))
        return self.product(self._monomial(known), *map(self.letter, w[:first]), found, *map(self.letter, w[last:]))

    def cov(self, p: Poly, q: Poly) -> Poly:
        """`E[p q^T] - E[p] E[q]^T`."""
        joint = self.mean(self.mul(p, self.transpose(q)))
        return self.add(joint, self.mul(self.mean(p), self.transpose(self.mean(q))), -1)
