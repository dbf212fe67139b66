"""Truth values and cases: 1 where a condition holds, else 0."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from ..kernel.normal import Environment, Normal
from ..kernel.polynomial import Poly, atom, constant
from ..kernel.reasons import Reason, Rule, flat
from ..language import functions as L


def above(n: Normal, p: Poly) -> Poly:
    """1 where `p > 0`, else 0."""
    if not p or n.scope.nonnegative(-p):
        return Poly()
    if n.scope.positive(p):
        return constant(1)
    return atom(("above", "", (p * (1 / abs(Fraction(p.content()))),)))


def open_truth(n: Normal, node: Any, env: Environment) -> Poly:
    """`not a = 1 - a`, `a and b = a b`, and so on; `(a if c else b) = c a + (1 - c) b`: both have to be defined."""
    first, *rest = (n.poly(a, env) for a in node.args)
    if isinstance(node, L.Negation):
        return 1 - first
    if isinstance(node, L.Choice):
        return first * (rest[0] - rest[1]) + rest[1]
    if isinstance(node, L.Both):
        return first * rest[0]
    if isinstance(node, L.Either):
        return first + rest[0] - first * rest[0]
    gap = rest[0] - first
    if isinstance(node, L.EqualTo):
        return n.delta(gap)
    return above(n, gap) if isinstance(node, L.LessThan) else 1 - above(n, -gap)


TRUTH = tuple((node, open_truth) for node in (L.Negation, L.Choice, L.Both, L.Either, L.EqualTo, L.LessThan, L.AtMost))


CASES = Rule(__name__, opens=TRUTH, makes=(("above", above),))


def cases(*cites: Any) -> Reason:
    """A truth value is 0 or 1, and a case is chosen by one.

        [A and B] = [A] [B]        [A or B] = [A] + [B] - [A] [B]        [a <= b] = 1 - [b < a]

    Fails: a case that is not defined everywhere.

    >>> from sgdproofs import *; from sgdproofs.verdicts import verdict
    >>> from sgdproofs.language.functions import AtMost, LessThan
    >>> x, y = real("x"), real("y")
    >>> verdict(eq(LessThan(x, y)**2 + AtMost(y, x), 1), cases()), verdict(eq(LessThan(x, y), AtMost(x, y)), cases())
    ('proved', 'refuted')
    """
    return Reason("cases", flat(cites), (CASES,))
