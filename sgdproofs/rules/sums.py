"""Finite sums of symbolic length."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations
from math import prod
from typing import Any

from ..kernel.normal import Environment, Normal
from ..kernel.polynomial import Atom, Poly, atom
from ..kernel.reasons import Reason, Rule, flat
from ..language import terms as T


def open_sum(n: Normal, node: Any, env: Environment) -> Poly:
    """The sum with fresh indices; `distinct` indices by the factor `1 - delta` for each pair."""
    inner = dict(env)
    opened = [n.open_range(v, low, high, inner) for v, low, high in reversed(node.ranges)]
    pairs = combinations((inner[v] for v, _, _ in node.ranges), 2) if node.distinct else ()
    body = prod((1 - n.delta(p - q) for p, q in pairs), start=n.poly(node.body, inner))
    return n.add_up_all([(var, length) for var, _, length in opened], body)


SUMS = Rule(__name__, opens=((T.Sum, open_sum),))


def sums(*cites: Any) -> Reason:
    """The laws of finite sums.

        sum (f + g) = sum f + sum g        sum c f = c sum f         sum_{i=a}^{b} c = (b - a + 1) c
        (sum_i f_i) (sum_j g_j) = sum_i sum_j f_i g_j = sum_i f_i g_i + sum_{i != j} f_i g_j
        sums may be shifted, swapped, and split at an end

    Bound indices have no names in the normal form, so nothing can be captured.

    Fails: an upper bound that may be less than the lower one minus 1; an index outside the range (`sum_i [i = j] x_i`
    is `x_j` only for `j` in the range); what is inside E, Var or Cov stays there.

    >>> from sgdproofs import *; from sgdproofs.verdicts import verdict
    >>> x, i, j, n = family("x"), index("i"), index("j"), natural("n")
    >>> square = Sum(x[i]**2, (i, 1, n)) + Sum(x[i]*x[j], (i, 1, n), (j, 1, n), distinct=True)
    >>> verdict(eq(Sum(x[i], (i, 1, n))**2, square), sums())
    'proved'
    >>> verdict(eq(Sum(x[i], (i, 1, n)), x[1] + Sum(x[i], (i, 2, n))), sums())
    'refuted'
    """
    return Reason("finite sums", flat(cites), (SUMS,))


def open_geometric(n: Normal, node: Any, env: Environment) -> Poly:
    return close_geometric(n, open_sum(n, node, env))


open_geometric.extends = open_sum  # type: ignore[attr-defined]  # where both are there, the closed form is taken


def close_geometric(n: Normal, p: Poly) -> Poly:
    """Each sum `sum_{k=0}^{L-1} f(k)` with `f(k+1) = q f(k)` and `q != 1` as `f(0) (1 - q^L) / (1 - q)`."""
    return p.replaced(lambda a: _geometric(n, a) if a[0] == "sum" and a[1][1] == 1 else None)


def _geometric(n: Normal, a: Atom) -> Poly | None:
    ((var, length),), body = n.opened(a)
    after = n.rename(body, {var: atom(var) + 1})
    ratio = after * Poly({tuple((b, -e) for b, e in m): Fraction(1) / c for m, c in body.items()})
    gap = 1 - ratio
    if len(body) > 1 or var in ratio.within() or after != ratio * body:
        return None
    if not n.scope.nonzero(gap) or not n.scope.nonzero(ratio.fraction()[1]):
        return None
    return n.rename(body, {var: Poly()}) * (1 - n.powers(ratio, length)) * n.inverse(gap)


GEOMETRIC = Rule(__name__, opens=((T.Sum, open_geometric),))


def geometric_sum(*cites: Any) -> Reason:
    """The sum of a geometric progression.

              q != 1
        ----------------------------------------
        sum_{k=0}^{n-1} q^k = (1 - q^n) / (1 - q)

    By induction on `n`: both sides are 0 for `n = 0`, and `(1 - q^n) + (1 - q) q^n = 1 - q^(n+1)`.

    Fails: a ratio that may be 1; a ratio that depends on the index.

    >>> from sgdproofs import *; from sgdproofs.verdicts import verdict
    >>> q, r, k, n = real("q", above=0, below=1), real("r"), index("k"), natural("n", at_least=1)
    >>> verdict(eq(Sum(q**k, (k, 0, n - 1)), (1 - q**n)/(1 - q)), geometric_sum())
    'proved'
    >>> verdict(eq(Sum(r**k, (k, 0, n - 1)), (1 - r**n)/(1 - r)), geometric_sum())
    'refuted'
    """
    return Reason("geometric sum", flat(cites), (GEOMETRIC,))
