"""Derivatives of polynomial expressions in parameters and family elements, and the chain rule."""

from __future__ import annotations

from math import prod
from typing import Any

from ..kernel.normal import MOMENTS, Environment, Normal, Unseen
from ..kernel.polynomial import Atom, Poly, atom, constant, inside, total
from ..kernel.reasons import Reason, Rule, flat
from ..language import facts as F
from ..language import terms as T
from .sums import open_sum


def open_partial(n: Normal, node: Any, env: Environment) -> Poly:
    """The partial derivative; closed where the body is not polynomial in the variable."""
    body, variable = node.args
    if getattr(variable, "family", variable) in n.definitions or variable in env:
        return n.closed(node, env)
    plain = isinstance(variable, T.Parameter)
    (which,) = [("par", variable.name, ())] if plain else n.poly(variable, env).atoms
    chain = next((f for f in n.facts if isinstance(f, F.ChainRule) and f.function == body), None)
    try:
        found = (
            _chain(n, chain, variable, which, env) if chain else _derivative(n, n.nearby(body, variable, env), which)
        )
    except Unseen:
        return n.closed(node, env)
    return n.here(found)


def _chain(n: Normal, fact: F.ChainRule, variable: Any, which: Atom, env: Environment) -> Poly:
    """`sum over the ranges of partial * d through / d variable`."""
    inner = dict(env)
    opened = [n.open_range(name, T.term(low), T.term(high), inner) for name, low, high in fact.ranges]
    _steady(n, which, *(p for _, start, length in opened for p in (start, length)))
    own = _derivative(n, n.nearby(fact.through, variable, inner), which)
    return n.add_up_all([(var, length) for var, _, length in opened], n.poly(fact.partial, inner) * own)


def _derivative(n: Normal, p: Poly, variable: Atom) -> Poly:
    """The derivative of `p` by the product rule."""
    slopes = ((a, Poly({m: c * dict(m)[a] for m, c in p.items() if a in dict(m)}) * atom(a, -1)) for a in p.atoms)
    return total(slope * _derivative_of_atom(n, a, variable) for a, slope in slopes)


def _derivative_of_atom(n: Normal, a: Atom, variable: Atom) -> Poly:
    """Between elements of one family it is a delta of their indices."""
    if a[:2] == variable[:2]:
        return prod((n.delta(k - j) for k, j in zip(a[2], variable[2], strict=True)), start=constant(1))
    if a[0] != "sum" or not any(_varies(n, b, variable) for b in inside(a)):
        _steady(n, variable, atom(a))
        return Poly()
    _steady(n, variable, *a[2][:-1])
    binders, body = n.opened(a)
    return n.add_up_all(binders, _derivative(n, body, variable))


def _steady(n: Normal, variable: Atom, *parts: Poly) -> None:
    """Unseen if one of the parts may vary with the variable."""
    if any(_varies(n, b, variable) for p in parts for b in p.within()):
        raise Unseen


def _varies(n: Normal, a: Atom, variable: Atom) -> bool:
    """True if the atom itself may vary with the variable: openly, by a definition, or as a moment that facts give."""
    if a[0] in MOMENTS:
        tied = {x.family.name for r in n.laws for x in T.walk(r) if isinstance(x, T.Element) and x.family.random}
        return any(b[1] in tied for b in inside(a))
    return a[:2] == variable[:2] or a[1] in n.elsewhere or a[0] == "apply" and not a[2]


DERIVATIVES = Rule(__name__, opens=((T.Partial, open_partial), (T.Sum, open_sum)))


def differentiation(*cites: Any) -> Reason:
    """Derivatives of polynomials, under finite sums, and through a cited chain rule.

        d(f g) = f dg + g df       d(sum_i f_i) = sum_i df_i       dW[j,i] / dW[k,l] = [j = k] [i = l]

        L depends on its variables through y[b,j] only, with partial derivatives G[b,j]
        --------------------------------------------------------------------------------
                    dL / dW[k,l] = sum_{b,j} G[b,j]  dy[b,j] / dW[k,l]

    Fails: an index that may lie outside the range of the sum; a body that is no polynomial in the variable.

    >>> from sgdproofs import *; from sgdproofs.verdicts import verdict
    >>> x, n, i, k = family("x"), natural("n", at_least=1), index("i", at_least=1), index("k", at_least=1)
    >>> gradient = eq(Partial(Sum(x[i]**2, (i, 1, n)), x[k]), 2*x[k])
    >>> verdict(gradient.given(k <= n), differentiation()), verdict(gradient, differentiation())
    ('proved', 'refuted')
    """
    return Reason("differentiation", flat(cites), (DERIVATIVES,))
