"""Algebra: equations follow from equations by exact arithmetic."""

from __future__ import annotations

from typing import Any

from ..kernel.reasons import Reason, Rule, flat

ARITHMETIC = Rule(__name__)


def algebra(*cites: Any) -> Reason:
    """Exact arithmetic, and multiples of the cited equations.

        lhs_1 = rhs_1  ...  lhs_k = rhs_k
        ---------------------------------     residual = sum of c_i (lhs_i - rhs_i), every divisor in c_i not 0
                  lhs = rhs

    Without cited equations the two sides must be the same polynomial once denominators are cleared.  An
    inequality follows if the sign of the difference is seen from the domains and the cited inequalities.

    Fails: a divisor that may be 0; a cofactor with such a divisor (`a x = a y` gives `x = y` only if `a != 0`);
    everything that needs another rule: sums, expectations and limits stay closed.

    >>> from sgdproofs import *; from sgdproofs.verdicts import verdict
    >>> a, x, y, N = real("a"), real("x"), real("y"), real("N", at_least=1)
    >>> verdict(eq((1 - 1/N)**2, 1 - 2/N + 1/N**2), algebra()), verdict(eq(x/x, 1), algebra())
    ('proved', 'refuted')
    >>> same = assume(eq(a*x, a*y))
    >>> verdict(eq(x, y), algebra(same), same)
    'refuted'
    """
    return Reason("algebra", flat(cites), (ARITHMETIC,))


def definition(*cites: Any) -> Reason:
    """The cited definitions, unfolded, and exact arithmetic.

        x = value
        ---------
        p(x) = p(value)

    A recurrence is unfolded once, where it is cited (at `t`, or at `t + 1` for `update.at(t + 1)`), and at its start.

    Fails: a definition that is not cited; a recurrence at another index, or before its first step.

    >>> from sgdproofs import *; from sgdproofs.verdicts import verdict
    >>> y, t, c = family("y", first=0), index("t"), real("c")
    >>> update = recurrence(y[t], y[t - 1] + c, start={0: 0})
    >>> verdict(eq(y[t], y[t - 1] + c).given(t >= 1), definition(update), update)
    'proved'
    >>> verdict(eq(y[t], y[t - 1] + c), definition(update), update)
    'refuted'
    """
    return Reason("definition", flat(cites), (ARITHMETIC,))


SUBSTITUTION = Rule(__name__, rewrites=True)


def substitution(*cites: Any) -> Reason:
    """Equals for equals, everywhere: also inside what stays closed.

        x[i] = value for all i
        ----------------------
        f(x[j]) = f(value at j)

    Cited equations whose left side is a parameter, or an element with plain indices, are put in; others are
    used as by `algebra`.

    Fails: an equation that holds only under an assumption, or only at the present step of an induction.

    >>> from sgdproofs import *; from sgdproofs.verdicts import verdict
    >>> x, i, j, c, law = family("x"), index("i"), index("j"), real("c"), function("law")
    >>> constant = assume(eq(x[i], c))
    >>> verdict(eq(law(2*x[j]), law(2*c)), substitution(constant), constant)
    'proved'
    >>> verdict(eq(law(2*x[j]), law(2*c)), algebra(constant), constant)
    'unjustified'
    """
    return Reason("substitution", flat(cites), (SUBSTITUTION,))
