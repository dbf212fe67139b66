"""Derivatives of polynomial expressions in parameters and family elements, and the chain rule."""

from __future__ import annotations

from typing import Any

from ..kernel.normal import MOMENTS, Environment, Normal
from ..kernel.polynomial import Atom, Poly, constant, has, inside
from ..kernel.reasons import Reason, Rule, flat
from ..language import facts as F
from ..language import terms as T
from .sums import open_sum


def open_partial(n: Normal, node: Any, env: Environment) -> Poly:
    """The partial derivative; closed where the body is not polynomial in the variable."""
    body, variable = node.args
    if isinstance(variable, T.Element):
        which: Atom = (
            "rv" if variable.family.random else "el",
            variable.family.name,
            tuple(n.poly(i, env) for i in variable.indices),
        )
    else:
        which = ("par", variable.name, ())
    if getattr(variable, "family", variable) in n.definitions or variable in env:
        return n.closed(node, env)
    for fact in n.facts:
        if isinstance(fact, F.ChainRule) and fact.function == body:
            found = _chain(n, fact, variable, which, env)
            break
    else:
        found = derivative(n, n.nearby(body, variable, env), which)
    return n.closed(node, env) if found is None else n.here(found)


def _chain(n: Normal, fact: F.ChainRule, symbol: Any, variable: Atom, env: Environment) -> Poly | None:
    """`sum over the ranges of partial * d through / d variable`."""
    inner, opened = dict(env), []
    for name, low, high in fact.ranges:
        var, _, length = n.open_range(name, T.term(low), T.term(high), inner)
        opened.append((var, length))
    ends = [end for _, low, high in fact.ranges for end in (T.term(low), T.term(high))]
    if any(has(a, lambda b: b[:2] == variable[:2]) for end in ends for m in n.poly(end, inner) for a, _ in m):
        return None
    own = derivative(n, n.nearby(fact.through, symbol, inner), variable)
    if own is None:
        return None
    return n.add_up_all(opened, n.poly(fact.partial, inner) * own)


def derivative(n: Normal, p: Poly, variable: Atom) -> Poly | None:
    """The derivative of `p` by the product rule; between elements of one family it is a delta of their indices."""
    total = Poly()
    for monomial, c in p.items():
        for a, e in monomial:
            own = _derivative_of_atom(n, a, variable)
            if own is None:
                return None
            if own:
                rest = Poly({tuple((b, f - (b == a)) for b, f in monomial if b != a or f != 1): 1})
                total = total + rest * own * (c * e)
    return total


def _derivative_of_atom(n: Normal, a: Atom, variable: Atom) -> Poly | None:
    if a == variable:
        return constant(1)
    if a[0] == variable[0] and a[1] == variable[1] and a[0] in ("el", "rv"):
        product = constant(1)
        for k, j in zip(a[2], variable[2]):
            product = product * n.delta(k - j)
        return product
    if not has(a, lambda b: _varies(n, b, variable)):
        return Poly()
    if a[0] == "sum":
        binders, body = n.opened(a)
        total = derivative(n, body, variable)
        if total is None or any(has(b, lambda x: x[:2] == variable[:2]) for _, q in binders for m in q for b, _ in m):
            return None
        return n.add_up_all(binders, total)
    return None


def _varies(n: Normal, a: Atom, variable: Atom) -> bool:
    """True if the atom itself may vary with the variable: openly, by a definition, or as a moment that facts give."""
    if a[0] in MOMENTS:
        return any(b[1] in n.laws for b in inside(a))
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
