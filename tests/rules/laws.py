"""Laws that look true: each rewrites one node, and many hold only under conditions.

A pair (term, rewritten term) is true, or nearly so; what the kernel proves of such pairs has to be true.
"""

from __future__ import annotations

from random import Random
from typing import Any

import sympy

from sgdproofs import Cov, E, Maximum, Minimum, Sum, Var
from sgdproofs.language import terms as T
from sgdproofs.language.errors import SgdproofsError
from sgdproofs.language.terms import Negative, Plus, Power, Quotient, Times, number, substituted
from sgdproofs.mutants import rebuilt, variants


def _pick(rng: Random, items: Any) -> Any:
    return rng.choice(tuple(items))


def arithmetic(rng: Random, node: Any) -> list:
    """Laws of sums, products, quotients and powers."""
    found: list = []
    if isinstance(node, (Plus, Times)):
        parts = list(node.args)
        rng.shuffle(parts)
        found.append(node.func(*parts))
    if isinstance(node, Times):
        for k, part in enumerate(node.args):
            if isinstance(part, Plus):
                rest = [a for n, a in enumerate(node.args) if n != k]
                found.append(Plus(*(Times(*rest, p) for p in part.args)))
    if isinstance(node, Quotient):
        top, bottom = node.args
        if isinstance(top, Plus):
            found.append(Plus(*(Quotient(p, bottom) for p in top.args)))
        found.append(Times(top, Power(bottom, number(-1))))
        found.append(Times(top, Quotient(number(1), bottom)))
        if isinstance(top, Times) and top.args[-1] == bottom:
            found.append(top.args[0] if len(top.args) == 2 else Times(*top.args[:-1]))
    if isinstance(node, Power):
        base, n = node.args
        found += [
            Times(base, Power(base, n - 1)) if isinstance(n, T.Term) else node,
            Quotient(number(1), Power(base, Negative(n))),
            Times(Power(Negative(base), n), Power(number(-1), n)),
        ]
        if isinstance(n, Plus):
            found.append(Times(*(Power(base, p) for p in n.args)))
        if isinstance(n, Times):
            found.append(Power(Power(base, n.args[0]), n.args[1] if len(n.args) == 2 else Times(*n.args[1:])))
        if isinstance(n, Negative):
            found.append(Quotient(number(1), Power(base, n.args[0])))
        if isinstance(base, Times):
            found.append(Times(*(Power(p, n) for p in base.args)))
        if isinstance(base, Quotient):
            found.append(Quotient(Power(base.args[0], n), Power(base.args[1], n)))
        if isinstance(base, Power):
            found.append(Power(base.args[0], Times(base.args[1], n)))
        if base == number(0):
            found.append(number(0))
    if isinstance(node, (Minimum, Maximum)):
        left, right = node.args
        other = Maximum if isinstance(node, Minimum) else Minimum
        found += [
            left,
            right,
            type(node)(right, left),
            left + right - other(left, right) if isinstance(left, T.Term) else node,
            Negative(other(Negative(left), Negative(right))),
        ]
    return found


def sums(rng: Random, node: Any) -> list:
    """Laws of finite sums."""
    found: list = []
    if isinstance(node, Times):
        totals = [p for p in node.args if isinstance(p, Sum)]
        if totals:
            whole = totals[0]
            rest = [p for p in node.args if p is not whole]
            bound = {r[0] for r in whole.ranges}
            if not any(bound & p.free_symbols for p in rest):
                found.append(Sum(Times(*rest, whole.body), *map(tuple, whole.ranges), distinct=whole.distinct))
    if not isinstance(node, Sum):
        return found
    ranges = [tuple(r) for r in node.ranges]
    body = node.body
    if isinstance(body, Plus):
        found.append(Plus(*(Sum(p, *ranges, distinct=node.distinct) for p in body.args)))
    if isinstance(body, Times):
        bound = {r[0] for r in ranges}
        for k, p in enumerate(body.args):
            if not p.free_symbols & bound:
                rest = [a for n, a in enumerate(body.args) if n != k]
                found.append(
                    Times(p, Sum(rest[0] if len(rest) == 1 else Times(*rest), *ranges, distinct=node.distinct))
                )
    if len(ranges) == 1:
        i, low, high = ranges[0]
        if not body.free_symbols & {i}:
            found.append(Times(Plus(high, Negative(low), number(1)), body))
        if i not in low.free_symbols | high.free_symbols:

            def at(place: Any) -> Any:
                return substituted(body, {i: place})

            c = rng.choice((1, 2, -1))
            found += [
                Sum(at(Plus(i, number(c))), (i, Plus(low, number(-c)), Plus(high, number(-c)))),
                Plus(at(low), Sum(body, (i, Plus(low, number(1)), high))),
                Plus(Sum(body, (i, low, Plus(high, number(-1)))), at(high)),
                Plus(Sum(body, (i, low, Plus(high, number(1)))), Negative(at(Plus(high, number(1))))),
                Sum(at(Plus(high, low, Negative(i))), (i, low, high)),
            ]
    if len(ranges) == 2:
        (i, a, b), (j, c, d) = ranges
        if not (a.free_symbols | b.free_symbols) & {j}:
            found.append(Sum(body, (j, c, d), (i, a, b), distinct=node.distinct))
            if (a, b) == (c, d):
                diagonal = Sum(substituted(body, {j: i}), (i, a, b))
                found += [
                    Plus(Sum(body, *ranges), Negative(diagonal))
                    if node.distinct
                    else Plus(Sum(body, *ranges, distinct=True), diagonal)
                ]
                found += (
                    []
                    if node.distinct
                    else [
                        Plus(
                            Sum(body, (i, a, Plus(j, number(-1))), (j, c, d)),
                            Sum(body, (j, c, Plus(i, number(-1))), (i, a, b)),
                            diagonal,
                        )
                    ]
                )
        if not node.distinct:
            found.append(Sum(Sum(body, (i, a, b)), (j, c, d)))
    return found


def moments(rng: Random, node: Any) -> list:
    """Laws of expectation, some of which hold only for independent or equal quantities."""
    found: list = []
    if isinstance(node, E):
        body = node.args[0]
        if isinstance(body, Plus):
            found.append(Plus(*(E(p) for p in body.args)))
        if isinstance(body, Times):
            found.append(Times(*(E(p) for p in body.args)))
            rest = body.args[1:]
            found.append(Times(body.args[0], E(rest[0] if len(rest) == 1 else Times(*rest))))
        if isinstance(body, Sum):
            found.append(Sum(E(body.body), *map(tuple, body.ranges), distinct=body.distinct))
        if isinstance(body, Power) and body.args[1] == number(2):
            found += [Plus(Var(body.args[0]), Power(E(body.args[0]), number(2))), Power(E(body.args[0]), number(2))]
    if isinstance(node, Var):
        body = node.args[0]
        found += [
            E(Power(body, number(2))) - Power(E(body), number(2)),
            Cov(body, body),
            E(Power(Plus(body, Negative(E(body))), number(2))),
        ]
        if isinstance(body, Plus):
            found.append(Plus(*(Var(p) for p in body.args)))
            if len(body.args) == 2:
                found.append(Plus(Var(body.args[0]), Var(body.args[1]), Times(number(2), Cov(*body.args))))
        if isinstance(body, Times) and len(body.args) == 2:
            found.append(Times(Power(body.args[0], number(2)), Var(body.args[1])))
        if isinstance(body, Sum):
            found.append(Sum(Var(body.body), *map(tuple, body.ranges), distinct=body.distinct))
    if isinstance(node, Cov):
        left, right = node.args
        found += [Cov(right, left), E(Times(left, right)) - Times(E(left), E(right)), number(0)]
        if isinstance(left, Plus):
            found.append(Plus(*(Cov(p, right) for p in left.args)))
    return found


def rewritten(rng: Random, node: Any, laws: tuple, steps: int) -> Any:
    """`node` after several laws, each at a random place."""
    for _ in range(steps):
        paths = list(_paths(node))
        rng.shuffle(paths)
        for path in paths:
            here = _at(node, path)
            options = []
            for law in laws:
                try:
                    options += law(rng, here)
                except SgdproofsError:
                    continue
            if options:
                try:
                    node = _put(node, path, _pick(rng, options))
                    break
                except SgdproofsError:
                    continue
    return node


def disturbed(rng: Random, node: Any) -> Any:
    """`node` changed in one place."""
    options = list(variants(node))
    return _pick(rng, options)[1] if options else node


def _paths(node: Any, so_far: tuple = ()) -> Any:
    yield so_far
    for k, argument in enumerate(node.args):
        if isinstance(argument, sympy.Expr) and not isinstance(node, T.Element):
            yield from _paths(argument, (*so_far, k))


def _at(node: Any, path: tuple) -> Any:
    for k in path:
        node = node.args[k]
    return node


def _put(node: Any, path: tuple, new: Any) -> Any:
    return new if not path else rebuilt(node, path[0], _put(node.args[path[0]], path[1:], new))
