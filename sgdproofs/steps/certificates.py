"""More proposals for the kernel: certificates of sign with higher products, and closed forms of power sums.

Nothing here is trusted: the kernel verifies each proposal by arithmetic, or proves it by induction.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import comb
from typing import Any

import sympy
from sympy.concrete.gosper import gosper_term

from ..advice import Column, Search, _weighted
from ..kernel.polynomial import Atom, Poly, atom, constant
from ..kernel.scope import Certificate
from ..language import terms as T
from ..language.functions import Product
from ..language.statements import eq

__all__ = ["WiderSearch", "geometric_moments", "power_sums", "telescoped"]

MANY = 40
"""The most columns of one linear program."""


class WiderSearch(Search):
    """The advisor in everyday use; then squares of what is known, and products with even monomials."""

    def certificate(self, p: Poly, known: list[Poly], signed: frozenset[Atom]) -> Certificate:
        found = super().certificate(p, known, signed)
        if found or len(p) > 20 or len(known) > 6:
            return found
        one = constant(1)
        plain: list[Column] = [(one, q, (i,), one) for i, q in enumerate(known)]
        pairs: list[Column] = [
            (one, q * known[j], (i, j), one) for i, q in enumerate(known) for j in range(i, len(known))
        ]
        squares: list[Column] = [(one, q * q, (), q) for q in (p, *known)]
        even = sorted({tuple((a, e - e % 2) for a, e in m if e > 1) for m in p} - {()})[:4]
        scaled: list[Column] = [
            (Poly({m: 1}), Poly({m: 1}) * q, product, root) for m in even for _, q, product, root in (*plain, *pairs)
        ]
        for columns in (plain + pairs + squares, plain + scaled, *(plain + own for own in _distances(p, signed))):
            found = _weighted(p, columns[:MANY], signed)
            if found:
                return found
        return []


def _distances(p: Poly, signed: frozenset[Atom]) -> list[list[Column]]:
    """`m (a - b)^2` and `m (a + b)^2` for atoms a and b, or 1, and m that are not negative; of one degree, if p is.

    Then of degree 4 the same for products a and b of two atoms.
    """
    atoms = sorted(p.atoms)
    degrees = {sum(e for _, e in m) for m in p}
    if not 2 <= len(atoms) <= 4 or max(degrees) > 4 or any(e < 0 for m in p for _, e in m):
        return []
    one: Poly = constant(1)
    level = max(degrees) - 2 if len(degrees) == 1 else None
    bases = [*map(atom, atoms), *([] if level is not None else [one])]
    above = [atom(a) for a in atoms if a in signed]
    scales = {0: [one], 1: above, 2: [a * b for i, a in enumerate(above) for b in above[i:]]}
    ways = [[(m, bases) for m in ([one, *above] if level is None else scales.get(level, []))]]
    if level == 2:
        ways.append([(one, [a * b for i, a in enumerate(bases) for b in bases[i:]])])
    return [
        [
            (m, m * root * root, (), root)
            for m, own in way
            for i, a in enumerate(own)
            for b in own[i + 1 :]
            for root in (a - b, a + b)
        ]
        for way in ways
    ]


def power_sums(nodes: Iterator[Any]) -> tuple[T.Index, list[Any], list[Any]]:
    """Closed forms of `sum_{j=0}^{n-1} j^k` for the powers that occur, the index n, and the lengths of the sums."""
    over, inner = T.Index("n'", "integer", 0), T.Index("j'", "integer")
    degree = 0
    ends: dict[Any, None] = {}
    for node in nodes:
        if isinstance(node, T.Sum):
            for variable, low, high in node.ranges:
                degree = max(degree, _degree(node.body, variable))
                if not any(isinstance(s, T.Index) for s in high.free_symbols | low.free_symbols):
                    ends[T.Plus(high, T.Negative(low), T.number(1))] = None
    found: list[Any] = []
    if not 1 <= degree <= 6 or len(ends) > 4:
        return over, [], []
    for k, coefficients in enumerate(_closed_forms(degree)):
        if k:
            # From 0 to n - 1, as normal forms count: then each line is about one sum alone.
            own = [c - (e == k) for e, c in enumerate(coefficients)]
            value = T.Plus(
                T.number(0), *(T.Times(T.number(c), T.Power(over, T.number(e))) for e, c in enumerate(own) if c)
            )
            found.append(eq(T.Sum(T.Power(inner, T.number(k)), (inner, 0, over - 1)), value))
    return over, found, list(ends)


def _degree(node: Any, variable: Any) -> int:
    """The degree of a polynomial in a bound index; 0 where it is none."""
    if node == variable:
        return 1
    if isinstance(node, T.Power) and isinstance(node.args[1], sympy.Integer) and node.args[1] > 0:
        return _degree(node.args[0], variable) * int(node.args[1])
    if isinstance(node, T.Times):
        return sum(_degree(a, variable) for a in node.args)
    if isinstance(node, (T.Plus, T.Negative)):
        return max(_degree(a, variable) for a in node.args)
    if isinstance(node, T.Quotient):
        return _degree(node.args[0], variable)
    return 0


def _closed_forms(degree: int) -> list[list[Fraction]]:
    """The coefficients of `sum_{j=1}^n j^k` as a polynomial in n, from `(n+1)^(k+1) - 1 = sum_j binom(k+1, j) S_j`."""
    found: list[list[Fraction]] = []
    for k in range(degree + 1):
        own = [Fraction(comb(k + 1, e)) for e in range(k + 2)]
        own[0] -= 1
        for j, lower in enumerate(found):
            for e, c in enumerate(lower):
                own[e] -= comb(k + 1, j) * c
        found.append([c / (k + 1) for c in own])
    return found


def geometric_moments(limit: T.Limit) -> list[Any]:
    """Closed forms of `sum_{k=0}^{n-1} k^d q^k` for the sums in a limit over n, to be proved by induction over n."""
    body, over, _ = limit.args
    found: list[Any] = []
    for node in T.walk(body):
        if isinstance(node, T.Sum) and len(node.ranges) == 1:
            variable = node.ranges[0][0]
            degree, ratios = _degree(node.body, variable), _ratios(node.body, variable)
            if not 1 <= degree <= 4 or len(ratios) != 1 or over in ratios[0].free_symbols:
                continue
            inner, q = T.Index("j'", "integer"), ratios[0]
            below: list[Any] = []
            for d in range(degree + 1):
                # Shifting by one: q sum_j binom(d, j) S_j - S_d = n^d q^n - [d = 0].
                rest = T.Plus(
                    T.Times(T.Power(over, T.number(d)), T.Power(q, over)),
                    T.number(-(d == 0)),
                    *(T.Negative(T.Times(q, T.number(comb(d, j)), s)) for j, s in enumerate(below)),
                )
                below.append(T.Quotient(rest, T.Plus(q, T.number(-1))))
            found += [
                eq(T.Sum(T.Times(T.Power(inner, T.number(d)), T.Power(q, inner)), (inner, 0, over - 1)), s)
                for d, s in enumerate(below)
                if d
            ]
    return list(dict.fromkeys(found))


def _ratios(node: Any, variable: Any) -> list[Any]:
    """The `q` of the powers `q^k`, `q^(k + c)` and `q^(c k)` in a term."""
    found: dict[Any, None] = {}
    for x in T.walk(node):
        if isinstance(x, T.Power) and variable in x.args[1].free_symbols:
            base, exponent = x.args
            factors = (
                [a for a in exponent.args if isinstance(a, sympy.Integer)] if isinstance(exponent, T.Times) else []
            )
            found[T.Power(base, factors[0]) if len(factors) == 1 else base] = None
    return list(found)


# --- telescoping sums and products -------------------------------------------------------------------------


def telescoped(node: Any) -> Any:
    """A closed form of a sum or product over one range, or None: to be proved by induction, over its last index.

    For a sum by Gosper's algorithm: `f(k) = g(k + 1) - g(k)`; a product of linear factors by its quotients.
    """
    if isinstance(node, T.Sum) and len(node.ranges) == 1:
        body, (variable, low, high) = node.body, node.ranges[0]
    elif isinstance(node, Product):
        body, variable, low, high = node.args
    else:
        return None
    names: dict[Any, Any] = {}
    try:
        f, k, a, b = (_plain(x, names) for x in (body, variable, low, high))
        if isinstance(node, T.Sum):
            ratio = gosper_term(f, k)
            found = None if ratio is None else (f * (ratio + 1)).subs(k, b) - (f * ratio).subs(k, a)
        else:
            found = _quotients(f, k, a, b)
        if found is None or found.has(sympy.nan, sympy.zoo, sympy.oo):
            return None
        return _term(sympy.factor(sympy.together(sympy.powsimp(found))), {s: v for v, s in names.items()})
    except (ValueError, NotImplementedError, sympy.PolynomialError, ZeroDivisionError, TypeError, AttributeError):
        return None


def _quotients(f: Any, k: Any, a: Any, b: Any) -> Any:
    """A product of factors `(k + r)^e` with integers r, all shifts of one: what is left at the two ends."""
    c, factors = sympy.factor_list(f.as_numer_denom()[0], k), sympy.factor_list(f.as_numer_denom()[1], k)
    shifts: dict[int, int] = {}
    constant_ = c[0] / factors[0]
    for (_, parts), sign in ((c, 1), (factors, -1)):
        for q, e in parts:
            line = sympy.Poly(q, k)
            root = -line.nth(0) / line.nth(1)
            if line.degree() != 1 or not root.is_Integer:
                return None
            constant_ *= line.nth(1) ** (sign * e)
            shifts[int(-root)] = shifts.get(int(-root), 0) + sign * e
    if constant_ != 1 or sum(shifts.values()):
        return None
    total, least = sympy.Integer(1), min(shifts)
    for r, e in shifts.items():
        # prod (k + r) / prod (k + least): r - least factors at the upper end over as many at the lower one.
        for j in range(least, r):
            total *= ((b + 1 + j) / (a + j)) ** e
    return total


def _plain(node: Any, names: dict[Any, Any]) -> Any:
    """A term as a SymPy expression in symbols of its own; ValueError if it is not built from arithmetic."""
    if isinstance(node, sympy.Rational):
        return node
    if isinstance(node, T.Parameter):
        return names.setdefault(node, sympy.Dummy(node.name, integer=node.sort == "integer" or None))
    kind = {T.Plus: sympy.Add, T.Times: sympy.Mul, T.Power: sympy.Pow}.get(type(node))
    parts = [_plain(x, names) for x in node.args] if kind or isinstance(node, (T.Negative, T.Quotient)) else []
    if kind is not None:
        return kind(*parts)
    if isinstance(node, T.Negative):
        return -parts[0]
    if isinstance(node, T.Quotient):
        return parts[0] / parts[1]
    raise ValueError(f"{node} is not built from arithmetic")


def _term(e: Any, names: dict[Any, Any]) -> Any:
    """The way back."""
    if e in names:
        return names[e]
    if isinstance(e, sympy.Rational):
        return T.number(Fraction(int(e.p), int(e.q)))
    if isinstance(e, (sympy.Add, sympy.Mul)):
        return (T.Plus if isinstance(e, sympy.Add) else T.Times)(*(_term(x, names) for x in e.args))
    if isinstance(e, sympy.Pow):
        base, exponent = e.args
        if isinstance(exponent, sympy.Integer) and exponent < 0:
            return T.Quotient(T.number(1), T.Power(_term(base, names), T.number(-int(exponent))))
        return T.Power(_term(base, names), _term(exponent, names))
    raise ValueError(f"{e} is not built from arithmetic")
