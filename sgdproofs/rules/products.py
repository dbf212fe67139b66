"""Finite products of symbolic length."""

from __future__ import annotations

from typing import Any

from ..kernel.normal import UNROLL, Environment, Normal
from ..kernel.polynomial import Atom, Poly, constant
from ..kernel.reasons import Reason, Rule, flat
from ..language.functions import Product


def open_product(n: Normal, node: Any, env: Environment) -> Poly:
    """The product with a fresh index; one of random factors stays closed."""
    body, variable, low, high = node.args
    inner = dict(env)
    var, _, length = n.open_range(variable, low, high, inner)
    value = n.poly(body, inner)
    return n.closed(node, env) if any(a[0] == "rv" for a in value.within()) else _multiplied(n, var, length, value)


def _multiplied(n: Normal, var: Atom, length: Poly, body: Poly) -> Poly:
    """The product of `body` for `var` from 0 to `length - 1`; `length >= 0` is a condition of the statement."""
    ends = length.constant_term
    whole = length - ends
    last = constant(1)
    if 0 < ends <= UNROLL and n.scope.nonnegative(whole):
        for k in range(int(ends)):
            last = last * n.rename(body, {var: whole + k})
        length = whole
    if not length:
        return last
    above, below = (_by_factors(n, var, length, q) for q in body.fraction())
    return last * (above if below == constant(1) else above * n.inverse(below))


def _by_factors(n: Normal, var: Atom, length: Poly, body: Poly) -> Poly:
    """The product of the products of the factors; a factor without the index gives a power."""
    if not body:
        return n.powers(Poly(), length)
    result = constant(1)
    for q, e in n.scope.factored(body):
        free = var not in q.within()
        result = result * (n.powers(q, length) if free else n.sealed("Product", [var], (length, q))) ** e
    return result


PRODUCTS = Rule(__name__, opens=((Product, open_product),))


def products(*cites: Any) -> Reason:
    """The laws of finite products.

        prod f g = (prod f) (prod g)        prod_{i=a}^{b} c = c^(b - a + 1)        prod_{i=a}^{a-1} f = 1

    A product may be split at an end.

    Fails: an upper bound that may be less than the lower one minus 1; a factor with a pole in the range.

    >>> from sgdproofs import *; from sgdproofs.language.functions import product
    >>> from sgdproofs.verdicts import verdict
    >>> x, y, i, n = family("x"), family("y"), index("i"), natural("n")
    >>> split = eq(product(x[i]*y[i], i, 1, n + 1), product(x[i], i, 1, n)*product(y[i], i, 1, n)*x[n + 1]*y[n + 1])
    >>> verdict(split, products())
    'proved'
    >>> verdict(eq(product(x[i], i, 1, n + 1), product(x[i], i, 1, n)), products())
    'refuted'
    """
    return Reason("finite products", flat(cites), (PRODUCTS,))
