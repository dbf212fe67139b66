"""Finite products of symbolic length."""

from __future__ import annotations

from math import prod
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
    if any(a[0] == "rv" for a in value.within()):
        return n.closed(node, env)
    ends = length.constant_term
    last, whole = constant(1), length - ends
    if 0 < ends <= UNROLL and n.scope.nonnegative(whole):
        last, length = prod((n.rename(value, {var: whole + k}) for k in range(int(ends))), start=last), whole
    above, below = (_by_factors(n, var, length, q) for q in value.fraction())
    return last * above * n.inverse(below)


def _by_factors(n: Normal, var: Atom, length: Poly, body: Poly) -> Poly:
    """The product of `body` for `var` from 0 to `length - 1`, factor by factor; one without the index gives a power."""

    def whole(q: Poly) -> Poly:
        return n.powers(q, length) if not length or var not in q.within() else n.sealed("Product", [var], (length, q))

    return prod((whole(q) ** e for q, e in n.scope.factored(body)), start=constant(1))


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
