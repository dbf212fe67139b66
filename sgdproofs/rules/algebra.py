"""Algebra: equations follow from equations by exact arithmetic."""

from __future__ import annotations

from typing import Any

from ..kernel.reasons import Reason, flat


def algebra(*cites: Any) -> Reason:
    """Exact arithmetic, and multiples of the cited equations.

        lhs_1 = rhs_1  ...  lhs_k = rhs_k
        ---------------------------------     residual = sum of c_i (lhs_i - rhs_i), every divisor in c_i not 0
                  lhs = rhs

    Without cited equations the two sides must be the same polynomial once denominators are cleared.  An
    inequality follows if the sign of the difference is seen from the domains and the cited inequalities.

    Fails: a divisor that may be 0; a cofactor with such a divisor (`a x = a y` gives `x = y` only if `a != 0`);
    everything that needs another rule: sums, expectations and limits stay closed.
    """
    return Reason("algebra", flat(cites))


def definition(*cites: Any) -> Reason:
    """The cited definitions, unfolded, and exact arithmetic.

        x = value
        ---------
        p(x) = p(value)

    A recurrence is unfolded once, where it is cited (at `t`, or at `t + 1` for `update.at(t + 1)`), and at its start.

    Fails: a definition that is not cited; a recurrence at another index, or before its first step.
    """
    return Reason("definition", flat(cites))


def substitution(*cites: Any) -> Reason:
    """Equals for equals, everywhere: also inside what stays closed.

        x[i] = value for all i
        ----------------------
        f(x[j]) = f(value at j)

    Cited equations whose left side is a parameter, or an element with plain indices, are put in; others are
    used as by `algebra`.

    Fails: an equation that holds only under an assumption, or only at the present step of an induction.
    """
    return Reason("substitution", flat(cites), rewrites=True)
