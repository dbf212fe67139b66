"""Limits, by expansion in scales of growth, each step with its condition."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from ..kernel.goal import Goal, holds
from ..kernel.normal import Environment, Normal
from ..kernel.polynomial import (
    UNIT,
    Atom,
    Poly,
    atom,
    constant,
    exact,
    has,
)
from ..kernel.reasons import Reason, Rule, flat
from ..language import terms as T
from ..language.functions import InfiniteSum, Product
from ..language.statements import Relation, free_indices
from .sums import close_geometric, open_geometric

ORDER = 4
"""How many powers of a small u are kept of `(1 + u)^a`, `exp(u)` and `log(1 + u)`."""

LARGEST = 64
"""The largest exponent that is multiplied out."""

Scale = tuple[Poly, Poly]
"""`q^t e^s` for large t, as the keys of q and of s, a polynomial in t and log t: `e^(a log t)` is `t^a`."""

Germ = dict[Scale, Poly | None]
"""A sum of coefficients times scales, for all large t.

The coefficients do not depend on t, except by powers of log t.  None in the place of a coefficient is an error:
something bounded by a constant times the scale and a power of log t.
"""

ONE: Scale = (UNIT, Poly())


class Unseen(Exception):
    """An expansion that the rules do not give."""


def small(n: Normal, q: Poly) -> bool:
    """True if `-1 < q < 1` is seen from the scope; it then goes into the ledger."""
    found = n.scope.positive(UNIT - q) and n.scope.positive(UNIT + q)
    if found:
        n.ratios.append(q)
    return found


class Near:
    """Expansions near infinity, or near a point from above: there the variable is the point plus `1/t`."""

    def __init__(self, n: Normal, node: Any, env: Environment) -> None:
        """Of the body of a limit: all values above the point and close to it have to be in the variable's domain."""
        _, variable, point = node.args
        self.n, self.at_infinity, self.here = n, point is T.INFINITY, dict(env)
        self.which, low = n.open_variable(variable, self.here), constant(exact(variable.lower or 0))
        self.t, self.log = (n.scope.fresh() for _ in range(2))
        self.up: Scale = (ONE[0], atom(self.log))
        self.variable: Germ = {self.up: UNIT}
        if not self.at_infinity:
            at, upper = n.poly(point, env), variable.upper
            inside = upper is None or n.scope.positive(upper - at)
            if not inside or not n.admits(variable, at):
                raise Unseen
            self.variable = self.sum({ONE: at - low}, {(ONE[0], -atom(self.log)): UNIT})

    # --- arithmetic of germs --------------------------------------------------------------------------------

    def sum(self, *germs: Germ) -> Germ:
        """The sum, without what an error covers: the same scale, times `t^c` with a number `c <= 0`."""
        total: Germ = {}
        for s, c in (item for g in germs for item in g.items()):
            old = total.get(s, Poly())
            total[s] = None if c is None or old is None else old + c

        def covered(s: Scale, e: Scale) -> bool:
            gap = s[1] - e[1]
            return s[0] == e[0] and gap.keys() == {((self.log, 1),)} and gap[((self.log, 1),)] < 0

        errors = [s for s, c in total.items() if c is None]
        return {s: c for s, c in total.items() if c != {} and not any(covered(s, e) for e in errors)}

    def product(self, f: Germ, g: Germ) -> Germ:
        parts: list[Germ] = []
        for (q, s), c in f.items():
            for (r, z), d in g.items():
                own = q * r, s + z
                parts.append({own: None if c is None or d is None else c * d})
        return self.sum(*parts)

    def linear(self, p: Poly) -> tuple[Poly, Poly, Poly]:
        """`p = a t + b log t + c`: the coefficients; a and b are free of t, b and c of log t."""
        found = []
        for a in (self.t, self.log):
            part = Poly({tuple(x for x in m if x != (a, 1)): c for m, c in p.items() if (a, 1) in m})
            p = p - part * atom(a)
            found.append(part)
        if any(self.t in q.within() for q in (*found, p)) or any(self.log in q.within() for q in (found[1], p)):
            raise Unseen
        return found[0], found[1], p

    # --- comparing ------------------------------------------------------------------------------------------

    def below(self, one: Scale, other: Scale) -> bool:
        """True if the first scale, also times any power of log t, vanishes against the second."""
        signs, divisor = self.n.scope, other[0]
        rate, degree, _ = self.linear(other[1] - one[1])
        if self.log in rate.within() or not signs.nonnegative(rate) or not signs.nonzero(divisor):
            return False
        ratio = one[0] * self.n.inverse(divisor)
        slower = signs.positive(rate) or signs.positive(degree)
        return small(self.n, ratio) or slower and all(signs.nonnegative(UNIT + ratio * sign) for sign in (1, -1))

    def leading(self, g: Germ) -> tuple[Scale, Poly]:
        """The scale against which all others vanish, and its coefficient; neither is 0."""
        for s, c in g.items():
            if c is None or self.log in c.within() or not all(z == s or self.below(z, s) for z in g):
                continue
            if self.n.scope.nonzero(c) and self.n.scope.nonzero(s[0]):
                return s, c
        raise Unseen

    def sign(self, p: Poly) -> int:
        """The sign for all large t."""
        g = self.of(p)
        if not g:
            return 0
        (q, _), c = self.leading(g)
        for sign in (1, -1):
            if self.n.scope.positive(c * sign) and self.n.scope.positive(q):
                return sign
        raise Unseen

    def value(self, p: Poly) -> Poly:
        g = self.of(p)
        found = g.get(ONE, Poly())
        if found is None or self.log in found.within() or not all(z == ONE or self.below(z, ONE) for z in g):
            raise Unseen
        return found

    # --- expanding ------------------------------------------------------------------------------------------

    def of(self, p: Poly) -> Germ:
        above, below = map(self.polynomial, p.fraction(lambda a: a[0] == "inv" and has(a, self.which.__eq__)))
        return above if below == {ONE: UNIT} else self.product(above, self.power(below, constant(-1)))

    def polynomial(self, p: Poly) -> Germ:
        total: list[Germ] = []
        for monomial, c in p.items():
            self.n._spend()
            product: Germ = {ONE: constant(c)}
            for a, e in monomial:
                if not has(a, self.which.__eq__):
                    product = self.product(product, {ONE: atom(a, e)})
                    continue
                if abs(e) > LARGEST:
                    raise Unseen
                g = self.of_atom(a) if e > 0 else self.power(self.of_atom(a), constant(-1))
                for _ in range(abs(e)):
                    product = self.product(product, g)
            total.append(product)
        return self.sum(*total)

    def of_atom(self, a: Atom) -> Germ:
        """One atom that depends on the variable."""
        kind, arguments = a[0], a[2]
        if a == self.which:
            return self.variable
        if kind in ("inv", "SquareRoot"):
            return self.power(self.of(arguments[0]), constant(-1 if kind == "inv" else Fraction(1, 2)))
        if kind == "sgn" and arguments[0] == atom(self.which) and self.at_infinity:
            return {(constant(-1), Poly()): UNIT}
        if kind in ("pow", "RealPower"):
            base, exponent = arguments
            if self.which not in exponent.within():
                return self.power(self.of(base), exponent)
            if kind == "pow" and self.at_infinity and self.which not in base.within():
                return self.progression(base, exponent)
            return self.exponential(self.product(self.of(exponent), self.logarithm(self.of(base))))
        if kind == "Exponential":
            return self.exponential(self.of(arguments[0]))
        if kind == "Logarithm":
            return self.logarithm(self.of(arguments[0]))
        if kind == "Absolute":
            return self.of(arguments[0] * self.sign(arguments[0]))
        if kind in ("Minimum", "Maximum"):
            first = (self.sign(arguments[0] - arguments[1]) < 0) == (kind == "Minimum")
            return self.of(arguments[0 if first else 1])
        raise Unseen

    def progression(self, q: Poly, exponent: Poly) -> Germ:
        """`q^(c t + d)` for an integer c; q may be 0 only if c and d are natural."""
        c = exponent.get(((self.which, 1),), 0)
        rest = exponent - atom(self.which) * c
        natural = c > 0 and self.n.scope.nonnegative(rest)
        if not isinstance(c, int) or self.which in rest.within() or not (natural or self.n.scope.nonzero(q)):
            raise Unseen
        return {(self.n.powers(q, constant(c)), Poly()): self.n.powers(q, rest)}

    def split(self, g: Germ) -> tuple[Scale, Poly, Germ]:
        """`c s (1 + u)` with the leading scale s, its coefficient c, and u."""
        (q, s), c = self.leading(g)
        back: Scale = (self.n.inverse(q), -s)
        rest = {z: d for z, d in g.items() if z != (q, s)}
        return (q, s), c, self.product(rest, {back: self.n.inverse(c)})

    def series(self, u: Germ, coefficients: list[Poly]) -> Germ:
        """A function that is analytic at 0, at u, if this vanishes: the rest is bounded by the next power of u."""
        if not all(self.below(z, ONE) for z in u):
            raise Unseen
        found: list[Germ] = []
        step: Germ = {ONE: UNIT}
        for c in coefficients:
            found.append(self.product(step, Poly({ONE: c})))
            step = self.product(step, u)
        return self.sum(*found, dict.fromkeys(step))

    def power(self, g: Germ, exponent: Poly) -> Germ:
        """`(c s (1 + u))^a = c^a s^a (1 + u)^a`, binomial series; where a may be no integer, for positive c and s."""
        (q, s), c, u = self.split(g)
        n, whole = self.n, self.n.scope.integral(exponent) or exponent in (constant(-1), UNIT)
        if not whole and (q != ONE[0] or not n.scope.positive(c)):
            raise Unseen
        binomial = [UNIT]
        for k in range(1, ORDER + 1):
            binomial.append(binomial[-1] * ((exponent + (1 - k)) * Fraction(1, k)))
        own: Scale = (q if q == ONE[0] else n.powers(q, exponent), s * exponent)
        real = ("SquareRoot", "", (c,)) if exponent == constant(Fraction(1, 2)) else ("RealPower", "", (c, exponent))
        lead = UNIT if c == UNIT else n.powers(c, exponent) if whole else n.made(*real)
        return self.product({own: lead}, self.series(u, binomial))

    def exponential(self, g: Germ) -> Germ:
        """`exp(s + c + u) = e^s e^c exp(u)`, where s is a polynomial in t and log t."""
        up, one = g.get(self.up, Poly()), g.get(ONE, Poly())
        if up is None or one is None:
            raise Unseen
        whole = up * atom(self.t) + one
        _, _, c = self.linear(whole)
        lead = self.n.made("Exponential", "", (c,)) if c else UNIT
        rest = {z: d for z, d in g.items() if z not in (self.up, ONE)}
        series = self.series(rest, [constant(Fraction(1, k)) for k in (1, 1, 2, 6, 24)])
        return self.product({(ONE[0], whole - c): lead}, series)

    def logarithm(self, g: Germ) -> Germ:
        """`log(c e^s (1 + u)) = s + log c + log(1 + u)` for positive c, where s is `a t + b log t`."""
        (q, s), c, u = self.split(g)
        rate, degree, _ = self.linear(s)
        if q != ONE[0] or not self.n.scope.positive(c):
            raise Unseen
        constants = (Poly() if c == UNIT else self.n.made("Logarithm", "", (c,))) + degree * atom(self.log)
        series = [constant(Fraction((-1) ** (k + 1), k)) if k else Poly() for k in range(ORDER + 1)]
        return self.sum({self.up: rate}, {ONE: constants}, self.series(u, series))


def open_limit(n: Normal, node: Any, env: Environment) -> Poly:
    """The limit as a polynomial without the variable, or the closed node where no rule applies."""
    try:
        near = Near(n, node, env)
        body = _rewritten(n, n.poly(node.args[0], near.here), node.args[1], near.here)
        return near.value(close_geometric(n, body))
    except Unseen:
        return n.closed(node, env)


def eventually(n: Normal, node: Any, env: Environment, relation: Relation) -> bool:
    """True if what the body of a limit needs holds close to the point; that is enough for a limit."""
    symbols = relation.lhs.free_symbols | relation.rhs.free_symbols
    binders = [x for x in T.walk(node.args[0]) if isinstance(x, (T.Sum, T.Limit, Product, InfiniteSum))]
    if relation.rel == "==" or any(v in symbols - x.free_symbols for x in binders for v in T.walk(x)):
        return False
    try:
        near = Near(n, node, env)
        sign = near.sign(n.poly(relation.lhs, near.here) - n.poly(relation.rhs, near.here))
    except (Unseen, ZeroDivisionError):
        return False
    return {"!=": sign != 0, ">": sign > 0, ">=": sign >= 0, "<": sign < 0, "<=": sign <= 0}[relation.rel]


open_limit.eventually = eventually  # type: ignore[attr-defined]  # the conditions of limits ask it


def _rewritten(n: Normal, p: Poly, variable: T.Parameter, here: Environment) -> Poly:
    """`p` with what a cited equation is about, for all large values of the variable, given by its right-hand side."""
    for r in n.equations if isinstance(variable, T.Index) else ():
        fixed = [w for w in r.when if not free_indices(w) and holds(n, w, {})]
        if variable not in r.lhs.free_symbols or not all(w in fixed or _eventually(w, variable) for w in r.when):
            continue
        left = n.poly(r.lhs, here)
        for a in [a for m in left for a, e in m if a[0] in ("sum", "el", "Product", "E", "Var", "Cov") and e == 1][:1]:
            times = Poly({tuple(x for x in m if x != (a, 1)): c for m, c in left.items() if (a, 1) in m})
            rest = Poly({m: c for m, c in left.items() if (a, 1) not in m})
            if a not in {*times.within(), *rest.within()} and n.scope.nonzero(times):
                p = n.rename(p, {a: (n.poly(r.rhs, here) - rest) * n.inverse(times)})
    return p


LIMITS = Rule(__name__, opens=((T.Limit, open_limit), (T.Sum, open_geometric)))


def limits(*cites: Any) -> Reason:
    """Limits by expansion for large t; at a point, from above, with `x = a + 1/t`.  Where a rule gives one, it exists.

        |q| < 1, or |q| <= 1 and a < 0      u -> 0                                    f = c s (1 + u), c != 0, u -> 0
        ------------------------------      --------------------------------------    -------------------------------
        q^t t^a (log t)^l -> 0              (1 + u)^a = 1 + a u + ... + O(u^5)        f^a = c^a s^a (1 + u)^a
                                            exp(u) and log(1 + u) likewise            (a no integer: c > 0, s > 0)

    A sum of such terms tends to the coefficient of 1, if all other terms and all errors vanish.  Geometric sums inside
    are closed first.  What a body needs (a divisor that is not 0) it needs close to the point only.

    Fails: `|q| < 1` not seen from the domains (for `q = 1 - 1/N` it needs `N > 1/2`); a leading coefficient that may
    be 0; terms that cancel beyond the order of the expansion.

    >>> from sgdproofs import *; from sgdproofs.verdicts import verdict
    >>> N, q, t = real("N", above=Fraction(1, 2)), real("q"), index("t")
    >>> verdict(eq(limit((1 - 1/N)**t, t), 0), limits()), verdict(eq(limit(q**t, t), 0), limits())
    ('proved', 'refuted')
    >>> verdict(eq(limit((1 - 1/N)**2*t/(t + N), t), (1 - 1/N)**2), limits())
    'proved'
    """
    return Reason("limit", flat(cites), (LIMITS,))


def pass_to_limit(goal: Goal, n: Normal) -> list[Poly]:
    """From `lim a_t = L` and an equation between `a_t, a_{t-1}, ...` for all large t: the equation between the limits.

    Only polynomials in quantities whose limit is known to exist are passed to the limit; these are continuous.
    A limit that a cited line names by a symbol may go by that name.
    """
    equations = goal.universal()
    found: list[Poly] = []
    for index in sorted({v for r in equations for v in _tends(r)}, key=lambda v: v.name):
        here: dict[Any, Poly] = {}
        which = n.open_variable(index, here)
        images: dict[Atom, Poly] = {}
        for r in (r for r in equations if index in _tends(r)):
            value, body = n.closed(r.lhs, {}), n.poly(r.lhs.args[0], here)
            for shift in range(-2, 3):
                moved = n.rename(body, {which: atom(which) + shift})
                images.update({a: value for a in moved.within() if moved == atom(a)})
            found += [value - n.poly(r.rhs, {})] if isinstance(r.rhs, T.Parameter) else []
        for r in equations:
            if not isinstance(r.lhs, T.Limit) and all(_eventually(w, index) for w in r.when):
                numerator, _ = (n.poly(r.lhs, here) - n.poly(r.rhs, here)).fraction()
                image = numerator.replaced(images.get)
                found += [image] if which not in image.within() else []
    return found


def _tends(relation: Relation) -> tuple[T.Index, ...]:
    """The index that tends to infinity, if the relation says what a limit is."""
    side = relation.lhs
    plain = isinstance(side, T.Limit) and side.args[2] is T.INFINITY and isinstance(side.args[1], T.Index)
    return (side.args[1],) if plain and not relation.when else ()


def _eventually(assumption: Relation, index: T.Index) -> bool:
    """True for `t >= 1` and the like: it holds for all large t."""
    return assumption.lhs == index and assumption.rel in (">=", ">") and not assumption.rhs.free_symbols


PASSAGE = Rule(__name__, premises=(pass_to_limit,), plain=False)


def passage_to_limit(*cites: Any) -> Reason:
    """An equation that holds for all t holds between the limits, if these exist.

        lim_t a_t = L      a_t = f(a_{t-1}) for all t, f a polynomial
        --------------------------------------------------------------
                              L = f(L)

    Fails: no line that says that the limit exists: a fixed point alone is no limit (`a_t = 2 a_{t-1} + 1` has the
    fixed point -1 and diverges).

    >>> from sgdproofs import *; from sgdproofs.verdicts import verdict
    >>> y, t, c, L = family("y", first=0), index("t"), real("c"), real("L")
    >>> settles = assume(eq(limit(y[t], t), L))
    >>> recursion = assume(eq(y[t], y[t - 1]/2 + c).given(t >= 1))
    >>> verdict(eq(L, L/2 + c), passage_to_limit(settles, recursion), settles, recursion)
    'proved'
    >>> verdict(eq(L, L/2 + c), passage_to_limit(recursion), settles, recursion)
    'unjustified'
    """
    return Reason("passage to the limit", flat(cites), (PASSAGE,))
