"""Claims about moments as claims about numbers.  What is proved rests on this file, and on the kernel.

A claim about moments is proved in one of two ways.  Both ask about numbers only: each random quantity is a real number
with the bounds that its facts state, and each moment is another one.

    lifted      E[l] = L and E[r] = R, and l rel r holds for all values, so L rel R     (rel is ==, <= or >=)
    abstract    L rel R holds for all values of the moments that satisfy what is known of them

What is known of moments are the facts, as the kernel expands them, and these consequences of probability:

    q >= 0 (q > 0) for all values      E[q] >= 0 (E[q] > 0)
    any u and v                        E[u v]^2 <= E[u^2] E[v^2]
    f convex where u has its values    f(E[u]) <= E[f(u)], for f = exp, -log, -sqrt
    the same given Z                   f(E[u | Z]) <= E[f(u) | Z], for f = exp, |.|, the square, and signs
    squares of conditional means       0 <= E[E[u | Z]^2] <= E[u^2]

A number for `E[u v]` may be written as `c + E[u] E[v]`: then c is the covariance, and for `u = v` the variance, which
is not negative.

Which q, u and v are taken is a search: squares, tangents, differences.  It is not trusted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import combinations
from typing import Any

from ..kernel.normal import Normal
from ..kernel.polynomial import Atom, Poly, atom
from ..kernel.scope import Scope
from ..language import functions as L
from ..language import terms as T
from ..language.errors import SgdproofsError
from ..language.facts import Equation
from ..language.statements import Relation, eq, free_indices, ge, gt, le
from .reductions import Path, Plan, Unsupported

__all__ = ["Moments", "Unsaid", "only_spreads", "said", "speaks_of_moments"]

MOMENTS = (T.E, T.Var, T.Cov)
ZERO, ONE, TWO = T.number(0), T.number(1), T.number(2)
TRUTH = (L.LessThan, L.AtMost, L.EqualTo, L.Both, L.Either, L.Negation)
ATOMS: dict[str, Callable[..., Any]] = {
    "E": T.E,
    "Conditional": L.Conditional,
    "inv": lambda p: T.Quotient(ONE, p),
    "pow": T.Power,
    "sgn": lambda p: T.Power(T.number(-1), p),
    "delta": lambda p: L.choice(L.EqualTo(p, ZERO), 1, 0),
    "above": lambda p: L.choice(L.LessThan(ZERO, p), 1, 0),
    "Minimum": T.Minimum,
    "Maximum": T.Maximum,
    **{f.__name__: f for f in (L.Absolute, L.Floor, L.SquareRoot, L.Exponential, L.Logarithm, L.RealPower)},
}
"""The atoms of the kernel that are said again, as the terms that they were."""
MOST = 40
"""The most moments in a claim."""
Proves = Callable[[Relation, bool], bool]
Defined = Callable[[Any], bool]


class Unsaid(SgdproofsError):
    """A claim that is not about finitely many numbers."""


def speaks_of_moments(statement: Relation) -> bool:
    return any(
        isinstance(x, (*MOMENTS, L.Conditional)) for side in (statement.lhs, statement.rhs) for x in T.walk(side)
    )


def only_spreads(statement: Relation) -> bool:
    """Whether the only moments are variances and covariances, together with functions that are no polynomials."""
    inside = [x for side in (statement.lhs, statement.rhs) for x in T.walk(side)]
    return (
        any(isinstance(x, (T.Var, T.Cov)) for x in inside)
        and any(isinstance(x, (L.SquareRoot, L.Absolute)) for x in inside)
        and not any(isinstance(x, (T.E, L.Conditional)) for x in inside)
    )


def minus(a: Any, b: Any) -> Any:
    return T.Plus(a, T.Negative(b))


def square(a: Any) -> Any:
    return T.Power(a, TWO)


def _product(factors: list[Any]) -> Any:
    return T.Times(*factors) if len(factors) > 1 else factors[0] if factors else ONE


def _power(base: Any, exponent: int) -> Any:
    if exponent < 0:
        return T.Quotient(ONE, base if exponent == -1 else T.Power(base, T.number(-exponent)))
    return base if exponent == 1 else T.Power(base, T.number(exponent))


def said(p: Poly, scope: Scope, named: Callable[[Atom], Any] | None = None) -> Any:
    """A normal form as a term; `named` gives what stands for moments and random quantities.  Unsaid if it is none."""

    def factor(a: Atom) -> Any:
        if named is not None and a[0] in ("E", "rv", "Conditional"):
            return named(a)
        if a[0] == "par" and a[1] in scope.declared:
            origin = scope.origin(a[1])
            return minus(scope.declared[a[1]], T.number(origin)) if origin else scope.declared[a[1]]
        if a[0] not in ATOMS and (a[0] not in ("el", "rv") or a[1] not in scope.families):
            raise Unsaid
        arguments = [said(k, scope, named) for k in a[2]]
        return ATOMS[a[0]](*arguments) if a[0] in ATOMS else T.Element(scope.families[a[1]], *arguments)

    total = [_product([T.number(c)] * (c != 1) + [_power(factor(a), e) for a, e in m]) for m, c in p.items()]
    return T.Plus(*total) if len(total) > 1 else total[0] if total else ZERO


def lifted(node: Any) -> Any:
    """A random quantity whose mean is `node`: linear in the moments that are lifted, with their factors as numbers."""
    if isinstance(node, T.E):
        return node.args[0]
    if isinstance(node, (T.Var, T.Cov)):
        left, right = node.args[0], node.args[-1]
        return T.Times(minus(left, T.E(left)), minus(right, T.E(right)))
    if isinstance(node, (T.Plus, T.Negative)):
        return node.func(*map(lifted, node.args))
    if isinstance(node, T.Quotient):
        return T.Quotient(lifted(node.args[0]), node.args[1])
    if isinstance(node, T.Times):
        having = [k for k, a in enumerate(node.args) if any(isinstance(x, MOMENTS) for x in T.walk(a))]
        if len(having) == 1:
            return T.Times(*(lifted(a) if k == having[0] else a for k, a in enumerate(node.args)))
    return node


def _pair(a: Atom) -> tuple[Atom, Atom] | None:
    """The two random quantities of whose product an atom is the mean."""
    if a[0] != "E" or len(a[2]) != 1 or len(a[2][0]) != 1:
        return None
    ((monomial, c),) = a[2][0].items()
    factors = [x for x, e in monomial for _ in range(e if 0 < e <= 2 else 3)]
    return (factors[0], factors[1]) if c == 1 and len(factors) == 2 and all(x[0] == "rv" for x in factors) else None


def _collected(term: Any) -> Any:
    """The term, which is a polynomial in numbers, multiplied out."""
    reader = Path(Plan(lambda p: [(p, 1)]), lambda relation: False, [])
    try:
        found = reader._term(reader.poly(term))
    except Unsupported:
        return term
    return term if found is None else found


class Moments:
    """One claim.  `normal` expands moments by the facts; `defined` says that a term is defined under them, as far as it
    is seen to be, and `proves` decides claims about numbers.  If it is `centred`, the numbers for means of products are
    written with variances and covariances."""

    def __init__(
        self, statement: Relation, facts: tuple, normal: Normal, defined: Defined, proves: Proves, centred: bool = False
    ) -> None:
        self.statement, self.facts, self.normal, self.centred = statement, facts, normal, centred
        self.defined, self.proves = defined, proves
        self.names: dict[Atom, T.Parameter] = {}
        self.when: list[Relation] = []
        """What holds for all outcomes, of the numbers."""
        self.asked: dict[tuple[Relation, bool], bool] = {}

    def proved(self) -> bool:
        try:
            return self._proved()
        except Unsaid:
            return False

    def _proved(self) -> bool:
        for r in self._everywhere():
            with suppress(Unsaid):
                self.when.append(self.numbers(r))
        left, right = self.statement.lhs, self.statement.rhs
        arguments = dict.fromkeys(
            x
            for side in (left, right)
            for m in T.walk(side)
            if isinstance(m, (*MOMENTS, L.Conditional))
            for x in m.args
        )
        if not all(self.defined(a) or self.pointwise(eq(a, a)) for a in arguments):
            return False  # not seen to be defined for all outcomes
        wanted = self.numbers(Relation(left, self.statement.rel, right))
        present = {x for side in (wanted.lhs, wanted.rhs) for x in side.free_symbols}
        defined = [eq(side, side) for side in (wanted.lhs, wanted.rhs)]
        direct = Relation(lifted(left), self.statement.rel, lifted(right))
        fixed = not any(self._random_outside(side) for side in (left, right))
        whole = fixed and all(not speaks_of_moments(eq(side, 0)) or lifted(side) != side for side in (left, right))
        if whole and self.statement.rel in ("==", "<=", ">=") and self._everywhere_true(direct):
            return all(self.known(d) for d in defined) or self._with_signs(defined, present)
        if self.known(wanted):
            return True
        return self._with_signs([wanted], present)

    def _with_signs(self, goals: list[Relation], present: set) -> bool:
        """The goals, from more and more of what is known of the moments in them."""
        for group in self._consequences():
            new = False
            for consequence in group:
                relation = self.numbers(consequence)
                symbols = relation.lhs.free_symbols | relation.rhs.free_symbols
                if relation not in self.when and symbols <= present | self.statement.free_symbols:
                    self.when.append(relation)
                    new = True
            if new and all(self.known(g, long=False) for g in goals):
                return True
        return all(self.known(g) for g in goals)

    # --- numbers ------------------------------------------------------------------------------------------

    def known(self, relation: Relation, long: bool = True) -> bool:
        """Whether a claim about numbers holds, from all that is known; after a `long` search, or a short one."""
        claim = relation.given(*self.when)
        if (claim, long) not in self.asked:
            self.asked[claim, long] = self.proves(claim, long)
        return self.asked[claim, long]

    def _everywhere_true(self, relation: Relation) -> bool:
        try:
            return self.pointwise(relation)
        except Unsaid:
            return False

    def pointwise(self, relation: Relation, long: bool = True) -> bool:
        return self.known(self.numbers(relation), long)

    def numbers(self, node: Any) -> Any:
        """A term or relation with numbers for its moments and its random quantities."""
        if isinstance(node, Relation):
            return Relation(
                self.numbers(node.lhs), node.rel, self.numbers(node.rhs), tuple(self.numbers(w) for w in node.when)
            )
        if isinstance(node, (*MOMENTS, L.Conditional)) or isinstance(node, T.Element) and node.family.random:
            number = said(self.normal.poly(node, {}), self.normal.scope, self._named)
            return _collected(number) if self.centred else number
        if isinstance(node, L.Choice):
            return L.Choice(self._condition(node.args[0]), *(self.numbers(a) for a in node.args[1:]))
        if isinstance(node, TRUTH):
            return L.choice(self._condition(node), 1, 0)
        if isinstance(node, (T.Sum, T.Limit, T.Partial, L.Product, L.InfiniteSum)):
            if any(isinstance(x, (*MOMENTS, L.Conditional)) or T.is_random(x) for x in T.walk(node)):
                raise Unsaid
            return node
        if not node.args or isinstance(node, (T.Family, T.Parameter, T.Element, T.Function)):
            return node
        if isinstance(node, T.Apply):
            return T.Apply(node.args[0], *(self.numbers(a) for a in node.args[1:]))
        return node.func(*(self.numbers(a) for a in node.args))

    def _condition(self, node: Any) -> Any:
        if isinstance(node, (L.Both, L.Either, L.Negation)):
            return node.func(*(self._condition(a) for a in node.args))
        return node.func(*(self.numbers(a) for a in node.args)) if node.args else node

    def _named(self, a: Atom) -> Any:
        pair = _pair(a) if self.centred else None
        if a not in self.names:
            if len(self.names) > MOST:
                raise Unsaid
            least = (0,) if pair and pair[0] == pair[1] else ()
            self.names[a] = T.Parameter(f"m''{len(self.names) + 1}", "real", *least)
        if pair is None:
            return self.names[a]
        means = [self.numbers(T.E(said(atom(x), self.normal.scope))) for x in pair]
        return T.Plus(self.names[a], T.Times(*means))

    def _random_outside(self, node: Any) -> bool:
        if isinstance(node, MOMENTS):
            return False
        if isinstance(node, L.Conditional) or isinstance(node, T.Element) and node.family.random:
            return True
        return any(self._random_outside(a) for a in node.args)

    def _everywhere(self) -> list[Relation]:
        """The assumptions, and the bounds of the random quantities that the claim mentions, for all outcomes."""
        found = list(self.statement.when)
        elements = {
            x
            for side in (self.statement.lhs, self.statement.rhs)
            for x in T.walk(side)
            if isinstance(x, T.Element) and x.family.random
        }
        for fact in self.facts:
            relation = getattr(fact, "relation", None)
            if not isinstance(fact, Equation) or not isinstance(relation, Relation) or relation.when:
                continue
            bound = relation.lhs
            if isinstance(bound, T.Element) and relation.rel != "==" and not relation.rhs.free_symbols:
                for e in sorted(elements, key=str):
                    if e == bound or e.family == bound.family and all(isinstance(i, T.Index) for i in bound.indices):
                        found.append(Relation(e, relation.rel, relation.rhs))
            elif not free_indices(relation) and not any(
                isinstance(x, (*MOMENTS, L.Conditional)) for s in (relation.lhs, relation.rhs) for x in T.walk(s)
            ):
                found.append(relation)
        return found

    # --- what is known of moments -----------------------------------------------------------------------------

    def _consequences(self) -> Iterator[Iterator[Relation]]:
        """Groups of true relations between moments, the simplest first."""
        inner = self._inner()
        if self.centred:
            spread = self._roots(inner)
            yield (le(square(T.Cov(a, b)), T.Times(T.Var(a), T.Var(b))) for a, b in combinations(spread, 2))
            yield (ge(T.Var(f(a, b)), 0) for a, b in combinations(spread, 2) for f in (minus, T.Plus))
            return
        yield self._written()
        yield self._signs(inner)
        yield self._given()
        yield self._projected()
        yield self._of_facts()
        yield (relation for u in inner for relation in self._convex(u))
        roots = self._roots(inner)
        yield (ge(T.Var(u), 0) for u in dict.fromkeys((*roots, *inner)))
        yield (
            relation
            for a, b in combinations(roots, 2)
            for relation in (
                ge(T.E(square(minus(a, b))), 0),
                ge(T.E(square(T.Plus(a, b))), 0),
                ge(T.Var(minus(a, b)), 0),
                ge(T.Var(T.Plus(a, b)), 0),
            )
        )
        yield (
            relation
            for a, b in combinations(roots, 2)
            for relation in (
                le(square(T.E(T.Times(a, b))), T.Times(T.E(square(a)), T.E(square(b)))),
                le(square(T.Cov(a, b)), T.Times(T.Var(a), T.Var(b))),
            )
        )
        yield self._means(q for u in inner for q in self._bends(u))
        yield self._means(q for a, b in combinations(inner, 2) for q in (minus(a, b), minus(b, a), T.Plus(a, b)))

    def _written(self) -> Iterator[Relation]:
        """The inequality of Cauchy and Schwarz for the products of two factors in the claim."""
        for x in (x for side in (self.statement.lhs, self.statement.rhs) for x in T.walk(side)):
            if isinstance(x, T.E) and isinstance(x.args[0], T.Times) and len(x.args[0].args) == 2:
                yield le(square(x), T.Times(*(T.E(square(a)) for a in x.args[0].args)))

    def _given(self) -> Iterator[Relation]:
        """Of conditional means: their signs, and for convex f that `f(E[u | Z]) <= E[f(u) | Z]`."""
        for _, _, (free, *given) in [a for a in self.names if a[0] == "Conditional"]:
            u, *known = (said(k, self.normal.scope) for k in (free, *given))
            mean = L.Conditional(u, *known)
            for q in (u, T.Negative(u)):
                if self.pointwise(ge(q, 0), long=False):
                    yield ge(L.Conditional(q, *known), 0)
            if isinstance(u, L.Absolute):
                yield from (le(L.Conditional(q, *known), mean) for q in (u.args[0], T.Negative(u.args[0])))
            elif isinstance(u, L.Exponential):
                yield le(L.Exponential(L.Conditional(u.args[0], *known)), mean)
            for root in self._roots([u]):
                yield le(square(L.Conditional(root, *known)), L.Conditional(square(root), *known))

    def _projected(self) -> Iterator[Relation]:
        """`0 <= E[E[u | Z]^2] <= E[u^2]`, for the u of which the claim has the mean square, and what is given in it."""
        given = dict.fromkeys(
            tuple(said(k, self.normal.scope) for k in a[2][1:]) for a in self.names if a[0] == "Conditional"
        )
        for x in (x for side in (self.statement.lhs, self.statement.rhs) for x in T.walk(side)):
            if isinstance(x, T.E) and isinstance(x.args[0], T.Power) and x.args[0].args[1] == TWO:
                for known in given:
                    mean = T.E(square(L.Conditional(x.args[0].args[0], *known)))
                    yield ge(mean, 0)
                    yield le(mean, x)

    def _convex(self, u: Any) -> Iterator[Relation]:
        if isinstance(u, L.Exponential):
            yield le(L.Exponential(T.E(u.args[0])), T.E(u))
        if isinstance(u, L.Logarithm) and self.pointwise(gt(u.args[0], 0), long=False):
            yield le(T.E(u), L.Logarithm(T.E(u.args[0])))
        if isinstance(u, L.SquareRoot) and self.pointwise(ge(u.args[0], 0), long=False):
            yield le(T.E(u), L.SquareRoot(T.E(u.args[0])))

    def _inner(self) -> list[Any]:
        """The random quantities of which the claim, expanded, has the means."""
        return [said(a[2][0], self.normal.scope) for a in list(self.names) if a[0] == "E"]

    def _roots(self, inner: list[Any]) -> list[Any]:
        """Random factors, and roots of those quantities that are squares."""
        found: dict[Any, None] = {}
        for u in inner:
            for m in self.normal.poly(u, {}):
                if all(e % 2 == 0 for _, e in m):
                    found[said(Poly({tuple((a, e // 2) for a, e in m): 1}), self.normal.scope)] = None
                for a, _ in m:
                    if a[0] in ("rv", "Conditional"):
                        found[said(atom(a), self.normal.scope)] = None
        return list(found)[:6]

    def _signs(self, inner: list[Any]) -> Iterator[Relation]:
        for u in inner:
            if self.pointwise(gt(u, 0), long=False):
                yield gt(T.E(u), 0)
            elif self.pointwise(ge(u, 0), long=False):
                yield ge(T.E(u), 0)
            elif self.pointwise(le(u, 0), long=False):
                yield le(T.E(u), 0)

    def _means(self, quantities: Iterator[Any]) -> Iterator[Relation]:
        """Of quantities that are not negative, the means are not."""
        for q in quantities:
            if self.pointwise(ge(q, 0), long=False):
                yield ge(T.E(q), 0)

    def _of_facts(self) -> Iterator[Relation]:
        """Variances that facts name are not negative."""
        for fact in self.facts:
            relation = getattr(fact, "relation", None)
            if isinstance(fact, Equation) and isinstance(relation, Relation) and isinstance(relation.lhs, T.Var):
                first = {v: T.number(v.lower if v.lower is not None else 1) for v in free_indices(relation)}
                yield ge(T.substituted(relation.lhs, first), 0)

    def _bends(self, u: Any) -> Iterator[Any]:
        """Quantities that are not negative: of functions beside their tangents, and squares of functions."""
        kind, mean = type(u), T.E(u)
        if kind in (L.Absolute, L.SquareRoot):
            whole = square(u.args[0]) if kind is L.Absolute else u.args[0]
            yield T.Plus(whole, T.Negative(T.Times(TWO, mean, u)), square(mean))
        for m in self.normal.poly(u, {}):
            if len(m) == 1 and m[0][1] not in (0, 1):
                at, exponent = said(atom(m[0][0]), self.normal.scope), m[0][1]
                middle = T.E(at)
                slope = T.Times(T.number(exponent), _power(middle, exponent - 1))
                yield minus(u, T.Plus(_power(middle, exponent), T.Times(slope, minus(at, middle))))
