"""What a statement needs in order to be defined, read off the statement as written."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import sympy

from ..language import functions as Fn
from ..language import terms as T
from ..language.facts import CitedTheorem, Definition, Equation
from ..language.statements import Relation, ge, gt, ne
from .normal import Environment, Normal
from .polynomial import add, atom, constant, exact, is_constant

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
        p = n.poly(node.args[0], env)
        if isinstance(node, Fn.SquareRoot):
            yield ge(node.args[0], 0), n.scope.nonnegative(p)
        else:
            yield gt(node.args[0], 0), n.scope.positive(p)
    elif isinstance(node, Fn.InfiniteSum):
        yield Relation(T.Apply(T.function("exists"), node), "==", 1), False
        return
    elif isinstance(node, T.Limit):
        body, variable, point = node.args
        which = ("var", n._fresh(), ())
        n._limit_variable(which, variable)
        inside = list(needs(n, body, {**env, variable: add(atom(which), constant(exact(variable.lower or 0)))}))
        if point is not T.INFINITY:
            yield from needs(n, point, env)
        eventually = getattr(n.opens.get(T.Limit), "eventually", None)
        yield from ((r, holds or eventually is not None and eventually(n, node, env, r)) for r, holds in inside)
        closed = n.closed(node, env)
        if n.poly(node, env) == closed and closed not in n.existing():
            yield Relation(T.Apply(T.function("exists"), node), "==", 1), False
        return
    elif (
        isinstance(node, T.Partial)
        and n.poly(node, env) == n.closed(node, env)
        and not (node.args[0] in n.smooth or _polynomial(node.args[0]))
    ):
        yield Relation(T.Apply(T.function("exists"), node), "==", 1), False
    for part in node.args:
        if isinstance(part, sympy.Expr):
            yield from needs(n, part, env)


def _polynomial(node: Any) -> bool:
    """True if a term is plainly a polynomial in everything that it mentions, so that it has derivatives."""
    if isinstance(node, T.Quotient):
        return _polynomial(node.args[0]) and isinstance(node.args[1], (sympy.Rational, T.Parameter))
    if isinstance(node, T.Power):
        return _polynomial(node.args[0]) and isinstance(node.args[1], sympy.Integer) and node.args[1] >= 0
    if isinstance(node, T.Sum):
        return _polynomial(node.body)
    if isinstance(node, (T.Plus, T.Times, T.Negative)):
        return all(_polynomial(part) for part in node.args)
    return isinstance(node, (sympy.Rational, T.Parameter, T.Element))


def needs_of_fact(n: Normal, fact: Any) -> Iterator[Need]:
    """What a cited fact needs to make sense.  Its divisors are not 0, and its limits exist, because it is assumed."""
    if isinstance(fact, Definition):
        value = fact.value
        if isinstance(value, T.Limit):
            return
        yield from needs(n, value, {})
        for _, start in fact.start:
            yield from needs(n, start, {})
    elif isinstance(fact, (Equation, CitedTheorem)):
        for side in (fact.relation.lhs, fact.relation.rhs):
            for relation, holds in needs(n, side, {}):
                assumed = (
                    relation.rel == "!=" or isinstance(relation.lhs, T.Apply) and relation.lhs.args[0].name == "exists"
                )
                yield relation, holds or assumed


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
        if divisor.free_symbols or not p or not is_constant(p):
            yield ne(divisor, 0), n.scope.nonzero(p)


def _power(n: Normal, node: Any, env: Environment) -> Iterator[Need]:
    base, exponent = node.args
    if isinstance(exponent, sympy.Rational):
        if exponent.q != 1:
            yield _integer(exponent), False
        if exponent < 0:
            yield from _apart(n, base, env)
        return
    e = n.poly(exponent, env)
    if is_constant(e) and Fraction(e.get((), 0)).denominator == 1 and e.get((), 0) >= 0:
        return
    if not n.scope.integral(e):
        yield _integer(exponent), False
    if not n.scope.nonnegative(e):
        b = n.poly(base, env)
        if n.scope.nonzero(b):
            yield ne(base, 0), True
        else:
            yield ge(exponent, 0), False


def _indices(n: Normal, node: T.Element, env: Environment) -> Iterator[Need]:
    for place in node.indices:
        if not isinstance(place, sympy.Rational) and not n.scope.integral(n.poly(place, env)):
            yield _integer(place), False
    if node.indices and node.family.first is not None and not isinstance(node.indices[0], sympy.Rational):
        place = n.poly(node.indices[0], env)
        if not n.scope.nonnegative(add(place, constant(node.family.first), -1)):
            yield ge(node.indices[0], node.family.first), False


def _ranged(n: Normal, body: Any, ranges: tuple, env: Environment) -> Iterator[Need]:
    inner = dict(env)
    for variable, low, high in reversed(ranges):
        yield from needs(n, low, inner)
        yield from needs(n, high, inner)
        start = n.poly(low, inner)
        length = add(add(n.poly(high, inner), start, -1), constant(1))
        for end in (low, high):
            if not n.scope.integral(n.poly(end, inner)):
                yield _integer(end), False
        if not (is_constant(length) and length.get((), 0) >= 0):
            yield (
                ge(high, low - 1 if isinstance(low, T.Term) else T.number(Fraction(int(low.p), int(low.q)) - 1)),
                n.scope.nonnegative(length),
            )
        inner[variable] = add(start, atom(n.scope.open_index(length)))
    yield from needs(n, body, inner)


def _integer(node: Any) -> Relation:
    """ "`node` is an integer", as the relation `floor(node) = node` would say it."""
    return Relation(T.Apply(T.function("floor"), node), "==", node)
