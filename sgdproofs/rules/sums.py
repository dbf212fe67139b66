"""Finite sums of symbolic length."""

from __future__ import annotations

from typing import Any

from ..kernel.normal import Environment, Normal
from ..kernel.polynomial import Atom, Poly, atom, constant
from ..kernel.reasons import Reason, Rule, flat
from ..language import terms as T


def open_sum(n: Normal, node: Any, env: Environment) -> Poly:
    """The sum with fresh indices; `distinct` indices by the factor `1 - delta` for each pair."""
    inner = dict(env)
    opened: list[tuple[Atom, Poly]] = []
    for variable, low, high in reversed(node.ranges):
        var, _, length = n.open_range(variable, low, high, inner)
        opened.append((var, length))
    body = n.poly(node.body, inner)
    if node.distinct:
        places = [inner[variable] for variable, _, _ in node.ranges]
        for i, p in enumerate(places):
            for q in places[i + 1 :]:
                body = body * (1 - n.delta(p - q))
    return n.add_up_all(opened, body)


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
    """Each sum of a power of its index, `sum_{k=0}^{L-1} q^k`, in closed form; needs `q != 1`."""
    return p.replaced(lambda a: _geometric(n, a))


def _geometric(n: Normal, a: Atom) -> Poly | None:
    if a[0] != "sum" or a[1][1] != 1:
        return None
    binders, body = n.opened(a)
    var, length = binders[0]
    if len(body) != 1:
        return None
    ((monomial, c),) = body.items()
    ratio = first = constant(1)
    for b, e in monomial:
        if b[0] == "sgn" and b[2][0] == atom(var):
            ratio = -ratio
            continue
        exponent = b[2][1] if b[0] == "pow" else Poly()
        rate = exponent.get(((var, 1),))
        rest = exponent - atom(var) * (rate or 0)
        if b[0] != "pow" or not isinstance(rate, int):
            return None
        base = b[2][0]
        if any(x == var for p in (base, rest) for x in p.within()):
            return None
        if (rate < 0 or e < 0 or not n.scope.nonnegative(rest)) and not n.scope.nonzero(base):
            return None
        first = first * _signed(n, n.powers(base, rest), e)
        ratio = ratio * _signed(n, base, e * rate)
    gap = 1 - ratio
    if not n.scope.nonzero(gap):
        return None
    return constant(c) * first * ((1 - n.powers(ratio, length)) * n.inverse(gap))


def _signed(n: Normal, p: Poly, e: int) -> Poly:
    return p**e if e >= 0 else n.inverse(p) ** (-e)


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
