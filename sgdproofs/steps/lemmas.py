"""Inequalities about sums of symbolic length, and induction over claims that are reduced.

A sum of terms that are not negative is not negative; so `f(i) <= g(i)` for all i in the range gives the inequality of
the sums, and sums of squares give Cauchy and Schwarz's.  Which of them to try is a matter of search; each is shown term
by term before it is used.  Like `strategies.py` this file concludes from goals that the kernel has proved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations, product
from typing import Any

import sympy

from ..language import terms as T
from ..language.errors import SgdproofsError
from ..language.statements import Relation, eq, ge, le
from .reductions import Path, Plan, Unsupported

__all__ = ["induction", "reversed_sums", "sum_lemmas"]

Proves = Callable[[Relation], bool]
BODIES = 5
"""The most terms of sums over one range that are combined."""
ZERO, ONE, TWO = T.number(0), T.number(1), T.number(2)


def sum_lemmas(statement: Relation, proves: Proves) -> Iterator[Relation]:
    """Relations between sums, over the ranges of the sums in a statement, that hold term by term."""
    for place, bodies in _ranges(statement).items():
        if statement.rel not in ("==", "!="):
            yield from _squares(place, bodies, proves)
        v, low, high = place
        inside = (ge(v, low), le(v, high))
        for f, g in combinations(bodies, 2):
            for relation in (eq(f, g), le(f, g), ge(f, g)):
                if proves(relation.given(*inside)):
                    yield Relation(T.Sum(f, place), relation.rel, T.Sum(g, place))
                    break
            if proves(le(T.Negative(f), g).given(*inside)):
                yield le(T.Negative(T.Sum(f, place)), T.Sum(g, place))


def _squares(place: tuple, bodies: list, proves: Proves) -> Iterator[Relation]:
    """Double sums of squares, and of products of two terms, that are not negative."""
    v, low, high = place
    i, j = (T.Index(f"{v.name}''{n}", "integer") for n in (1, 2))
    places = ((i, low, high), (j, low, high))
    both = tuple(r for u in (i, j) for r in (ge(u, low), le(u, high)))

    def at(f: Any, u: Any) -> Any:
        return T.substituted(f, {v: u})

    for f, g, weight in _pairs(bodies):
        square = T.Power(T.Plus(T.Times(at(f, i), at(g, j)), T.Negative(T.Times(at(f, j), at(g, i)))), TWO)
        term = square if weight is ONE else T.Times(at(weight, i), at(weight, j), square)
        if proves(ge(term, ZERO).given(*both)):
            yield ge(T.Sum(term, *places), ZERO)
    for f in bodies[:BODIES]:
        term = T.Times(at(f, i), at(f, j))
        if proves(ge(term, ZERO).given(*both)):
            yield ge(T.Sum(term, *places, distinct=True), ZERO)


def _ranges(statement: Relation) -> dict[tuple, list]:
    """The sums over one index, by their ranges; all bodies of a range with the same bound index."""
    found: dict[tuple, list] = {}
    for side in (statement.lhs, statement.rhs):
        for x in T.walk(side):
            if not isinstance(x, T.Sum) or x.distinct or len(x.ranges) != 1 or T.is_random(x):
                continue
            ((v, low, high),) = x.ranges
            if any(isinstance(s, T.Index) for s in (low.free_symbols | high.free_symbols)):
                continue  # the range of a sum inside of a sum
            if any(isinstance(s, T.Index) for s in x.free_symbols):
                continue
            place = next((p for p in found if p[1:] == (low, high)), (v, low, high))
            body = x.body if place[0] == v else T.substituted(x.body, {v: place[0]})
            bodies = found.setdefault(place, [])
            if body not in bodies:
                bodies.append(body)
    return found


def _pairs(bodies: list) -> Iterator[tuple[Any, Any, Any]]:
    """Terms f, g and weights w for `sum_ij w_i w_j (f_i g_j - f_j g_i)^2`, where `w f g`, `w f^2` and `w g^2` occur."""
    roots: dict[Any, None] = {ONE: None}
    for body in bodies:
        for x in (body, *(body.args if isinstance(body, (T.Times, T.Plus)) else ())):
            x = x.args[0] if isinstance(x, T.Negative) else x
            x = x.args[0] if isinstance(x, T.Power) and x.args[1] == TWO else x
            if not isinstance(x, sympy.Rational):
                roots[x] = None
    some = list(roots)[: BODIES + 1]
    reader = Path(Plan(lambda p: [(p, 1)]), lambda relation: False, [])
    try:
        known = {reader.poly(b) for b in bodies}
    except Unsupported:
        return

    def occurs(term: Any) -> bool:
        try:
            p = reader.poly(term)
        except Unsupported:
            return False
        return p in known or p.is_constant

    for weight, (f, g) in product(some, combinations(some, 2)):
        products = (T.Times(weight, a, b) for a, b in ((f, g), (f, f), (g, g)))
        if all(map(occurs, products)):
            yield f, g, weight


def induction(statement: Relation, fixed: Any, proves: Proves) -> Iterator[tuple[Relation, Relation]]:
    """For each integer symbol n with a first value: the claim there, and the claim at n + 1 from the claim at n."""
    if T.is_random(statement.lhs) or T.is_random(statement.rhs):
        return
    symbols = {
        s
        for s in statement.lhs.free_symbols | statement.rhs.free_symbols
        if isinstance(s, T.Parameter) and not isinstance(s, T.Index) and s.sort == "integer"
    }
    for n in sorted(symbols, key=lambda s: s.name):
        if n in fixed or n.lower is None or n.upper is not None:
            continue
        try:
            after = statement.at({n: T.Plus(n, ONE)})
            before = [w for w in statement.when if n in w.lhs.free_symbols | w.rhs.free_symbols]
            if not all(proves(w.given(*after.when)) for w in before):
                continue
            here = Relation(statement.lhs, statement.rel, statement.rhs)
            yield statement.at({n: T.number(n.lower)}), after.given(*before, here)
        except SgdproofsError:
            continue


def reversed_sums(statement: Relation) -> Relation | None:
    """The statement with sums whose index counts down in the other order, `sum_{v=a}^b f(v) = sum_{v=a}^b f(a+b-v)`."""

    def turned(node: Any) -> Any:
        if not node.args or isinstance(node, (T.Family, T.Parameter, T.Function)):
            return node
        if isinstance(node, T.Sum):
            ranges = [(v, turned(a), turned(b)) for v, a, b in node.ranges]
            body = turned(node.body)
            places = [i for x in T.walk(body) if isinstance(x, T.Element) for i in x.indices]
            if len(ranges) == 1 and any(T.Negative(ranges[0][0]) in T.walk(i) for i in places):
                ((v, low, high),) = ranges
                body = T.substituted(body, {v: T.Plus(low, high, T.Negative(v))})
            return T.Sum(body, *ranges, distinct=node.distinct)
        return node.func(*(turned(a) if isinstance(a, sympy.Expr) else a for a in node.args))

    found = Relation(turned(statement.lhs), statement.rel, turned(statement.rhs), statement.when)
    return None if found == statement else found
