"""Conditions in words: each with the lines that need it and how it is known."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..language.report import Condition, Line, Report
from .latex import latex
from .outline import Block, Paragraph
from .subjects import phrases_of
from .told import Phrases, condition_math, merged, told
from .words import Math, Words, joined, strong, words

__all__ = ["condition_blocks", "how_known", "intervals", "needs_of"]


def condition_blocks(report: Report) -> list[Block]:
    """The conditions of a whole entry."""
    if not report.conditions:
        return []
    known = phrases_of(report)
    said = [_condition(relation, group, known) for relation, group in intervals(merged(report.conditions))]
    return [Paragraph(words(strong("Conditions: "), joined(said, "; "), "."), small=True)]


def needs_of(line: Line, known: Phrases) -> tuple[Words, ...]:
    """The conditions of one line, each with how it is known."""
    groups = intervals(merged(line.conditions))
    return tuple(words(relation, " (", how_known(group[0], known), ")") for relation, group in groups)


def intervals(groups: list[list[Condition]]) -> Iterator[tuple[Math, list[Condition]]]:
    """Each condition; neighbours `q > -1` and `q < 1` of the same lines are one, `-1 < q < 1`."""
    left = list(groups)
    while left:
        one, *left = left
        two = left[0] if left else one
        low, high = one[0].relation, two[0].relation
        if (
            getattr(low, "rel", "") == ">"
            and getattr(high, "rel", "") == "<"
            and low.lhs == high.lhs
            and [(c.line, c.discharged) for c in one] == [(c.line, c.discharged) for c in two]
        ):
            left = left[1:]
            yield Math(f"{latex(low.rhs)} < {condition_math(high).tex}"), two
        else:
            yield condition_math(low), one


def _condition(relation: Math, group: list[Condition], known: Phrases) -> Words:
    """A condition with the lines that need it and how it is known, each way once."""
    ways = {condition.discharged: condition for condition in reversed(group)}
    said = [words(f"line {c.line}, ", how_known(c, known)) for c in reversed(ways.values())]
    return words(relation, " (", joined(said, "; "), ")")


def how_known(condition: Condition, known: Phrases) -> Words:
    """How a condition is known."""
    if condition.discharged is None:
        return words(strong("not shown"))
    return _once(told(_from(condition.discharged), known))


def _once(said: Words) -> Words:
    """The words without a formula that stands there already, `t >= 1, t >= 1`."""
    kept: list[Any] = []
    for part in said:
        if isinstance(part, Math) and part in kept and getattr(kept[-1], "text", "") == ", ":
            kept.pop()
        else:
            kept.append(part)
    return tuple(kept)


def _from(discharged: str) -> str:
    return discharged if discharged.startswith(("from ", "by ", "since ", "for ")) else f"from {discharged}"
