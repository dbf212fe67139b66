"""What a statement needs in order to be defined, read off the statement as written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sympy

from ..language import functions as Fn
from ..language import terms as T
from ..language.facts import Definition
from ..language.statements import Relation, ge, gt, ne
from .normal import Environment, Normal

Need = tuple[Relation, bool]


def needs(n: Normal, node: Any, env: Environment) -> Iterator[Need]:
    """The conditions of `node`, each with whether it holds in the scope of `n`; trivial ones are left out."""
    if isinstance(node, T.Quotient):
        yield from _apart(n, node.args[1], env)
    elif isinstance(node, T.Power):
        yield from _power(n, node, env)
    elif isinstance(node, T.Element):
        yield from _indices(n, node, env)
    elif isinstance(node, T.Sum):
        yield from _ranged(n, node.body, node.ranges, env)
        return
    elif isinstance(node, Fn.Product):
        yield from _ranged(n, node.body, (node.args[1:],), env)
        return
    elif isinstance(node, (Fn.SquareRoot, Fn.Logarithm, Fn.RealPower)):
        strict = not isinstance(node, Fn.SquareRoot)
        yield (gt if strict else ge)(node.args[0], 0), n.scope.sign(n.poly(node.args[0], env), strict)
    elif isinstance(node, Fn.InfiniteSum):
        yield _exists(node), False
        return
    elif isinstance(node, T.Limit):
        body, variable, point = node.args
        inner = dict(env)
        n.open_variable(variable, inner)
        inside = list(needs(n, body, inner))
        if point is not T.INFINITY:
            yield from needs(n, point, env)
        eventually = getattr(n.opens.get(T.Limit), "eventually", None)
        yield from ((r, holds or eventually is not None and eventually(n, node, env, r)) for r, holds in inside)
        closed = n.closed(node, env)
        if n.poly(node, env) == closed and closed not in n.existing():
            yield _exists(node), False
        return
    elif (
        isinstance(node, T.Partial)
        and n.poly(node, env) == n.closed(node, env)
        and not (node.args[0] in n.smooth or _polynomial(n, node.args[0]))
    ):
        yield _exists(node), False
    for part in node.args:
        if isinstance(part, sympy.Expr):
            yield from needs(n, part, env)


def _polynomial(n: Normal, node: Any) -> bool:
    """True if a term is plainly a polynomial in everything that it mentions, so that it has derivatives."""
    if isinstance(node, T.Quotient):
        return _polynomial(n, node.args[0]) and isinstance(node.args[1], (sympy.Rational, T.Parameter))
    if isinstance(node, T.Power):
        return _polynomial(n, node.args[0]) and isinstance(node.args[1], sympy.Integer) and node.args[1] >= 0
    if isinstance(node, T.Sum):
        return _polynomial(n, node.body)
    if isinstance(node, (T.Plus, T.Times, T.Negative)):
        return all(_polynomial(n, part) for part in node.args)
    head = getattr(node, "family", node)
    return isinstance(node, (sympy.Rational, T.Parameter, T.Element)) and getattr(head, "name", "") not in n.elsewhere


def needs_of_fact(n: Normal, fact: Any) -> Iterator[Need]:
    """What a cited fact needs to make sense.  Its divisors are not 0, and its limits exist, because it is assumed."""
    relation, defined = getattr(fact, "relation", None), isinstance(fact, Definition)
    if not isinstance(relation, Relation) or defined and isinstance(fact.value, T.Limit):
        return
    for side in (fact.value, *(value for _, value in fact.start)) if defined else (relation.lhs, relation.rhs):
        for need, holds in needs(n, side, {}):
            assumed = need.rel == "!=" or isinstance(need.lhs, T.Apply) and need.lhs.args[0].name == "exists"
            yield need, holds or assumed and not defined


def _apart(n: Normal, divisor: Any, env: Environment) -> Iterator[Need]:
    """The divisor is not 0: said of each factor as written; what is plainly a number is left out."""
    if isinstance(divisor, T.Times):
        for part in divisor.args:
            yield from _apart(n, part, env)
    elif (
        isinstance(divisor, T.Power)
        and isinstance(divisor.args[1], sympy.Rational)
        and divisor.args[1] > 0
        or isinstance(divisor, T.Negative)
    ):
        yield from _apart(n, divisor.args[0], env)
    else:
        p = n.poly(divisor, env)
        if divisor.free_symbols or not p or not p.is_constant:
            yield ne(divisor, 0), n.scope.nonzero(p)


def _power(n: Normal, node: Any, env: Environment) -> Iterator[Need]:
    base, exponent = node.args
    e = n.poly(exponent, env)
    if not n.scope.integral(e):
        yield _integer(exponent), False
    elif isinstance(exponent, sympy.Rational) and exponent < 0:
        yield from _apart(n, base, env)
    elif not n.scope.nonnegative(e):
        apart = n.scope.nonzero(n.poly(base, env))
        yield ne(base, 0) if apart else ge(exponent, 0), apart


def _indices(n: Normal, node: T.Element, env: Environment) -> Iterator[Need]:
    places = [n.poly(place, env) for place in node.indices]
    for place, p in zip(node.indices, places, strict=True):
        if not n.scope.integral(p):
            yield _integer(place), False
    first = node.family.first
    if places and first is not None and not n.scope.nonnegative(places[0] - first):
        yield ge(node.indices[0], first), False


def _ranged(n: Normal, body: Any, ranges: tuple, env: Environment) -> Iterator[Need]:
    inner = dict(env)
    for variable, low, high in reversed(ranges):
        for end in (low, high):
            yield from needs(n, end, inner)
            if not n.scope.integral(n.poly(end, inner)):
                yield _integer(end), False
        _, _, length = n.open_range(variable, low, high, inner)
        if not length.is_constant or length.constant_term < 0:
            yield ge(high, low - 1), n.scope.nonnegative(length)
    yield from needs(n, body, inner)


def _exists(node: Any) -> Relation:
    return Relation(T.Apply(T.function("exists"), node), "==", 1)


def _integer(node: Any) -> Relation:
    """ "`node` is an integer", as the relation `floor(node) = node` would say it."""
    return Relation(T.Apply(T.function("floor"), node), "==", node)
