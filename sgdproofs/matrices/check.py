"""TRUSTED.  Certificates for statements about matrices, checked by expansion.

An equation follows if the difference of its sides is a combination of expressions that are 0: what is given, `W P - I`
for an inverse W of P that is known to exist, laws of determinants.  An inequality follows if the difference is, up to
such a combination, the value of a tree whose nodes keep nonnegative: matrices of a positive domain, covariances, sums,
`M P M^T`, traces of products of two, Gram determinants.  Nothing is searched for here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .algebra import INVERTIBLE, SCALAR, Algebra, Poly, pieces, unkey

__all__ = ["Checker", "Given", "Part", "Refused"]


class Refused(Exception):
    """A certificate that does not hold."""


@dataclass(frozen=True)
class Given:
    """A hypothesis; `kind` is zero, nonzero, invertible, nonnegative, positive (psd, >= 0) or definite (pd, > 0)."""

    kind: str
    poly: Poly


@dataclass(frozen=True)
class Part:
    """`left * zero * right`, or its trace, where `zero` is named; transposed first if `turned`."""

    left: Poly
    zero: tuple
    right: Poly
    trace: bool = False
    turned: bool = False


Combination = tuple[Part, ...]


class Checker:
    def __init__(self, algebra: Algebra, given: tuple[Given, ...] = ()) -> None:
        self.algebra, self.given = algebra, given
        self.known = {(g.kind, g.poly) for g in given if g.kind in ("nonzero", "invertible", "nonnegative")}

    # --- equations ----------------------------------------------------------------------------------------

    def zero(self, name: tuple) -> Poly:
        """An expression that is 0 at every point."""
        a, (kind, *rest) = self.algebra, name
        if kind == "given":
            if self.given[rest[0]].kind != "zero":
                raise Refused("what is given is no equation")
            return self.given[rest[0]].poly
        if kind == "inverse":
            p = unkey(rest[0])
            w, one = a.letter(("inverse", p.key(), *p.shape)), a.number(1, p.shape[0])
            self.sound(w)
            return a.add(a.mul(w, p) if rest[1] else a.mul(p, w), one, -1)
        if kind == "over":
            p = unkey(rest[0])
            w = a.atom(("over", p.key()))
            self.sound(w)
            return a.add(a.mul(w, p), a.number(1), -1)
        if kind == "det":  # det(PQ) = det P det Q
            p, q = rest
            self.sound(p, q)
            if p.shape != q.shape:
                raise Refused("factors of different shapes")
            return a.add(a.det(a.mul(p, q)), a.mul(a.det(p), a.det(q)), -1)
        if kind == "exchanged":  # det(I + UV) = det(I + VU)
            u, v = rest
            self.sound(u, v)
            sides = [a.det(a.add(a.number(1, p.shape[0]), a.product(p, q))) for p, q in ((u, v), (v, u))]
            return a.add(sides[0], sides[1], -1)
        if kind == "orthogonal":
            q = a.name(rest[0])
            if a.declared.matrices[rest[0]][0] != "orthogonal":
                raise Refused("not orthogonal")
            return a.add(a.power(a.det(q), 2), a.number(1), -1)
        if kind == "diagonal":
            x, y = (a.letter(r) for r in rest)
            if not all(r[0] == "diag" or a.kind(r) == "diag" for r in rest):
                raise Refused("not diagonal")
            self.sound(x, y)
            return a.add(a.mul(x, y), a.mul(y, x), -1)
        if kind == "entrywise":  # diagmat(x) y = diagmat(y) x
            x, y = rest
            self.sound(x, y)
            return a.add(a.mul(a.diagonal(x), y), a.mul(a.diagonal(y), x), -1)
        raise Refused(f"no such equation: {kind}")

    def sound(self, *polys: Poly) -> None:
        """Refused unless every inverse, quotient, root and power inside is known to be defined."""
        for p in polys:
            for x, e in pieces(*p.terms):
                for kind, q in self._needs(x, e):
                    if (kind, q) not in self.known and (kind, self.algebra.transpose(q)) not in self.known:
                        raise Refused(f"{kind} is not known")

    def _needs(self, x: Any, exponent: int) -> Iterator[tuple[str, Poly]]:
        """What one letter or atom with an exponent needs, what is inside it aside."""
        a, kind, what = self.algebra, x[0], x[1]
        if kind == "inverse":
            p = unkey(what)
            letters = [w[0] for m, w in p.terms if len(w) == 1 and not m and len(p.terms) == 1]
            if not (letters and a.kind(letters[0]) in INVERTIBLE):
                yield "invertible", p
        if kind in ("over", "root"):
            yield "nonzero" if kind == "over" else "nonnegative", unkey(what)
        if exponent < 0 and not a.nonzero(x):
            yield "nonzero", a.atom(x)
        if kind == "power" and len(x) == 2 and what[0][0] != "number" and not a.nonzero(what[0]):
            yield from [("nonzero", a.atom(what[0]))] if exponent < 0 or a.integral(what[1]) else []

    def equal(self, p: Poly, q: Poly, parts: Combination = ()) -> None:
        """Refused unless `p - q` is the combination."""
        a = self.algebra
        rest = a.add(p, q, -1)
        for part in parts:
            self.sound(part.left, part.right)
            zero = self.zero(part.zero)
            if part.turned:
                zero = a.transpose(zero)
            value = a.product(part.left, zero, part.right)
            rest = a.add(rest, a.trace(value) if part.trace else value, -1)
        if rest.terms:
            raise Refused("the two sides differ")

    def cancelled(self, p: Poly, q: Poly, factor: Poly, parts: Combination) -> None:
        """Refused unless `factor (p - q)` is the combination, for a factor that is invertible or a scalar not 0."""
        if ("nonzero" if factor.shape == SCALAR else "invertible", factor) not in self.known:
            raise Refused("a factor that may vanish")
        self.equal(self.algebra.mul(factor, self.algebra.add(p, q, -1)), self.algebra.zero(p.shape), parts)

    def squared(self, p: Poly, q: Poly, parts: Combination) -> None:
        """Refused unless the sum of the squares of all entries of `p - q` is the combination, and so 0."""
        a, difference = self.algebra, self.algebra.add(p, q, -1)
        self.equal(a.trace(a.mul(difference, a.transpose(difference))), a.zero(SCALAR), parts)

    # --- signs --------------------------------------------------------------------------------------------

    def sign(self, tree: tuple) -> tuple[Poly, bool]:
        """What the tree stands for, which is positive semidefinite (>= 0), and whether it is definite (> 0)."""
        a, d, (kind, *rest) = self.algebra, self.algebra.declared, tree
        if kind == "number":
            if rest[0] < 0:
                raise Refused("a negative number")
            return a.number(rest[0], *rest[1:]), rest[0] > 0
        if kind == "name":
            domain = d.matrices[rest[0]][0] if rest[0] in d.matrices else d.scalars.get(rest[0], "")
            if domain not in ("psd", "spd", "projection", "positive", "nonnegative", "unit", "posint", "natural"):
                raise Refused("a domain without a sign")
            return a.name(rest[0]), domain in ("spd", "positive", "unit", "posint")
        if kind == "rest":  # 1 - s
            if d.scalars.get(rest[0]) != "unit":
                raise Refused("a domain without a sign")
            return a.add(a.number(1), a.name(rest[0]), -1), True
        if kind == "given":
            given = self.given[rest[0]]
            if given.kind not in ("positive", "definite"):
                raise Refused("what is given has no sign")
            return given.poly, given.kind == "definite"
        if kind == "cov":
            (x,) = rest
            self.sound(x)
            if x.shape[1] != 1:
                raise Refused("the covariance of what is no column")
            return a.cov(x, x), False
        if kind == "root":
            atom = a.atom(("root", rest[0].key()))
            self.sound(atom)
            return atom, False
        values = [self.sign(t) for t in rest if isinstance(t, tuple)]
        polys, strict = [p for p, _ in values], [s for _, s in values]
        if kind == "sum":
            total = polys[0]
            for p in polys[1:]:
                total = a.add(total, p)
            return total, any(strict)
        if kind == "times":  # scalars, and at most one matrix
            if sum(p.shape != SCALAR for p in polys) > 1:
                raise Refused("a product of matrices has no sign")
            return a.product(*polys), all(strict)
        if kind == "around":  # M P M^T
            m = rest[0]
            self.sound(m)
            regular = self._regular(m) or m.shape[0] == 1 and ("nonzero", a.mul(m, a.transpose(m))) in self.known
            return a.product(m, polys[0], a.transpose(m)), regular and strict[0]
        if kind == "trace":  # of P, or of a product of two
            if len(polys) > 2:
                raise Refused("the trace of a product of three has no sign")
            return a.trace(a.product(*polys)), all(strict)
        if kind == "inverse":
            found = a.letter(("inverse", polys[0].key(), *polys[0].shape))
            self.sound(found)
            return found, True
        if kind == "spread":  # tr(P) I - P
            return a.add(a.mul(a.trace(polys[0]), a.number(1, polys[0].shape[0])), polys[0], -1), False
        if kind == "det":
            return a.det(polys[0]), strict[0]
        if kind == "over":
            found = a.over(polys[0])
            self.sound(found)
            return found, True
        if kind == "mean":
            return a.mean(polys[0]), strict[0]
        if kind in ("gram", "mean gram"):  # B(M, M) B(N, N) >= B(M, N)^2 for B(M, N) = tr(M^T P N), or E of it
            m, n = rest[0], rest[1]
            self.sound(m, n)

            def form(x: Poly, y: Poly) -> Poly:
                value = a.trace(a.product(a.transpose(x), polys[0], y))
                return value if kind == "gram" else a.mean(value)

            return a.add(a.mul(form(m, m), form(n, n)), a.power(form(m, n), 2), -1), False
        if kind == "roots":  # y - x, where y >= 0 and y^2 >= x^2
            x = rest[0]
            self.sound(x)
            y, squares = polys
            if y.shape != SCALAR:
                raise Refused("the roots of matrices")
            self.equal(squares, a.add(a.power(y, 2), a.power(x, 2), -1))
            return a.add(y, x, -1), strict[1]
        if kind == "shared":  # y - s, where s >= 0, y >= 0 and s y >= s^2
            s, y, both = polys
            if s.shape != SCALAR:
                raise Refused("a factor that is a matrix")
            self.equal(both, a.add(a.mul(s, y), a.power(s, 2), -1))
            return a.add(y, s, -1), False
        raise Refused(f"no such sign: {kind}")

    def _regular(self, m: Poly) -> bool:
        """Whether m is a number that is not 0, times a product of letters that are invertible."""
        return len(m.terms) == 1 and all(
            not n and all(self.algebra.kind(x) in INVERTIBLE or x[0] == "inverse" for x in w) for n, w in m.terms
        )

    # --- conditions ---------------------------------------------------------------------------------------

    def admit(self, need: tuple[str, Poly], way: tuple) -> None:
        """Note that something is invertible, not 0 or not negative, if the way to it holds."""
        a, (kind, p), (how, *rest) = self.algebra, need, way
        self.sound(p)  # so no condition is used for itself
        if how == "sign":  # +-p, up to a combination
            tree, factor, parts = rest
            value, strict = self.sign(tree)
            self.equal(a.scale(p, factor), value, parts)
            if not factor or (kind == "nonnegative" and factor < 0) or (kind != "nonnegative" and not strict):
                raise Refused("not the sign that is needed")
        elif how == "unit" and kind != "nonnegative":  # P W = I or W P = I: for a square P, one follows from the other
            w, left, parts = rest
            self.sound(w)
            if p.shape[0] != p.shape[1]:
                raise Refused("the inverse of what is not square")
            self.equal(a.mul(w, p) if left else a.mul(p, w), a.number(1, p.shape[0]), parts)
        elif how == "factors" and kind != "nonnegative":  # a product of what is known
            factors, parts = rest
            self.sound(*factors)
            for f in factors:
                if (kind, f) not in self.known and not self._regular(f):
                    raise Refused("a factor that may vanish")
            self.equal(p, a.product(*factors), parts)
        elif how == "det" and kind == "nonzero":  # det Q for an invertible Q
            (q,) = rest
            self.sound(q, a.inverse(q))
            self.equal(p, a.det(q))
        elif how == "det" and kind == "invertible":  # det P is a scalar that is not 0
            q, parts = rest
            if ("nonzero", q) not in self.known:
                raise Refused("a determinant that may be 0")
            self.equal(a.det(p), q, parts)
        else:
            raise Refused(f"no such way: {how}")
        self.known.add(need)
