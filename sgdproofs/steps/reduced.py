"""Proofs through goals of plain arithmetic: by reduction of the functions in a claim, by the order of the real numbers,
by inequalities between its sums, by induction over what is reduced."""

from __future__ import annotations

from itertools import islice

from ..language import terms as T
from ..language.report import PROVED
from ..language.statements import Relation, le
from . import strategies
from .asking import Asking
from .lemmas import induction, reversed_sums, sum_lemmas
from .outcome import Outcome
from .reductions import reducible
from .translate import integral

__all__ = ["by_own_induction", "by_reduction", "by_reversal", "by_settling", "by_sums", "shown"]


def by_reduction(asking: Asking, statement: Relation) -> Outcome | None:
    """The statement without roots, absolute values, exponentials and the like."""
    complexes = asking.setting.complexes
    sides = (s for r in (statement, *statement.when) for s in (r.lhs, r.rhs))
    divided = any(isinstance(x, T.Quotient) for w in statement.when for s in (w.lhs, w.rhs) for x in T.walk(s))
    if not (complexes or reducible(*sides) or statement.rel == "!=" or divided):
        return None
    if asking.fixed & set(complexes):
        return None
    with asking.clock.share(0.6, "reductions"):
        if not strategies.by_reduction(statement, asking.goal, complexes, asking.fixed, asking.clock.over):
            return None
    return Outcome(PROVED, "by cases and values of the functions in it")


def by_settling(asking: Asking, statement: Relation) -> Outcome | None:
    """The statement from few goals that the kernel proves; an integer that is not even and not odd is neither."""
    with asking.clock.share(0.4, "the order of the real numbers"):
        found = strategies.settled(statement, asking.goal)
    return Outcome(PROVED, "by the order of the real numbers") if found else None


def by_sums(asking: Asking, statement: Relation) -> Outcome | None:
    """The statement from relations between its sums that hold term by term."""
    lemmas: list[Relation] = []
    for lemma in islice(sum_lemmas(statement, lambda claim: _at_once(asking, claim)), 12):
        lemmas.append(lemma)
        if asking.proves(statement.given(lemma)):
            break
    else:
        if not lemmas or not shown(asking, statement.given(*lemmas)):
            return None
    return Outcome(PROVED, "by inequalities that hold term by term")


def by_reversal(asking: Asking, statement: Relation) -> Outcome | None:
    """The statement with its sums in the other order."""
    turned = reversed_sums(statement)
    return None if turned is None else asking.quick(turned)


def by_own_induction(asking: Asking, statement: Relation) -> Outcome | None:
    """By induction, where roots, logarithms and the like have to be reduced on the way."""
    if statement.rel in ("<", ">") and integral(statement.lhs) and integral(statement.rhs):
        # Of integers: a < b says a + 1 <= b, which is the better hypothesis.
        low, high = (statement.lhs, statement.rhs)[:: 1 if statement.rel == "<" else -1]
        statement = le(T.Plus(low, T.number(1)), high).given(*statement.when)
    for base, step in induction(statement, asking.fixed, lambda claim: shown(asking, claim)):
        if shown(asking, base) and shown(asking, step):
            return Outcome(PROVED, "by induction")
    return None


def _at_once(asking: Asking, statement: Relation) -> bool:
    """Whether a relation is proved at once, or by reduction."""
    return asking.proves(statement) or by_reduction(asking, statement) is not None


def shown(asking: Asking, statement: Relation) -> bool:
    """The same, or from few goals."""
    return _at_once(asking, statement) or strategies.settled(statement, asking.goal)
