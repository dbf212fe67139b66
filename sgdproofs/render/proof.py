"""The lines of a proof, with the inductions and cases around them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import replace
from typing import Any

from ..language.derivation import Branches, Calc, Induction
from ..language.report import PROVED, Line, Report
from .citations import above_lines, numbers_of, reason_words, uses_of
from .conditions import needs_of
from .given import letters_of
from .grounds import why_not_proved
from .latex import latex
from .layout import width
from .outline import Block, Calculation, Formula, Inset, Paragraph, Row, row_of
from .subjects import phrases_of
from .words import Math, Words, listed, strong, words

__all__ = ["is_sanity", "proof_blocks"]


Path = tuple[tuple[Any, Any], ...]
"""The inductions and cases around a line, outermost first, each with the part that the line is in."""


def proof_blocks(report: Report, hidden: Set[int] = frozenset()) -> list[Block]:
    """The lines of the proof, but for those that are hidden."""
    paths = dict(_paths(report.subject.proof))
    numbers, letters = numbers_of(report), letters_of(report.subject)
    before, known = above_lines(report), phrases_of(report)
    stack: list[list[Block]] = [[]]
    here: Path = ()
    rows: list[Row] = []
    doubtful: set[int] = set()
    omitted: list[int] = []

    def flush() -> None:
        if rows:
            stack[-1].append(Calculation(tuple(rows)))
            rows.clear()

    def told_omitted() -> None:
        if omitted:
            stack[-1].append(Paragraph(words(_omitted(omitted)), small=True))
            omitted.clear()

    def close(path: Path) -> None:
        """Close the parts that `path` is not in."""
        flush()
        told_omitted()
        kept = 0
        while kept < min(len(path), len(here)) and _same(path[kept], here[kept]):
            kept += 1
        for depth in reversed(range(kept, len(here))):
            inner = stack.pop()
            stack[-1].append(Inset(tuple(inner)))
            container = here[depth][0]
            if (depth >= len(path) or path[depth][0] is not container) and id(container) not in doubtful:
                stack[-1] += _closing(container, numbers.get(id(container), THE_CLAIM))

    for line in report.lines:
        if is_sanity(line):
            continue
        path = _path(line, paths, here)
        if line.verdict not in (PROVED, ""):
            doubtful.update(id(container) for container, _ in path)
        same = len(path) == len(here) and all(map(_same, path, here))
        if not same:
            close(path)
        for depth in range(len(stack) - 1, len(path)):
            around, part = path[depth]
            if depth >= len(here) or here[depth][0] is not around:
                stack[-1] += _opening(around, numbers.get(id(around), THE_CLAIM))
            stack.append(_part(around, part))
        here = path
        if line.number in hidden:
            flush()
            omitted.append(line.number)
            continue
        told_omitted()
        fresh = not rows
        row = row_of(
            line.statement,
            number=line.number,
            reason=reason_words(line, numbers, letters, before),
            continued=line.continued and not fresh,
        )
        rows.append(
            replace(
                row,
                verdict=line.verdict,
                uses=uses_of(line, numbers, letters, before),
                needs=needs_of(line, known),
                whole=latex(line.statement),
            )
        )
        if line.verdict not in (PROVED, ""):
            flush()
            stack[-1] += [Paragraph(said) for said in why_not_proved(line, report)]
    close(())
    return stack[0]


def _paths(items: tuple, around: Path = ()) -> Iterator[tuple[int, Path]]:
    for item in items:
        yield id(item), around
        if isinstance(item, Calc):
            yield from ((id(r), around) for r in item.rows)
        elif isinstance(item, Induction):
            yield from _paths(item.base, (*around, (item, "base")))
            yield from _paths(item.step, (*around, (item, "step")))
        elif isinstance(item, Branches):
            for number, (_, lines) in enumerate(item.parts):
                yield from _paths(lines, (*around, (item, number)))


def _path(line: Line, paths: Mapping[int, Path], here: Path) -> Path:
    """The inductions and cases around a line.  The last line of a base, step or case comes from its container."""
    around = paths.get(id(line.item))
    if around is None:
        return here[: line.depth] + ((None, line.scope),) * (line.depth - len(here))
    if line.depth > len(around) and isinstance(line.item, Induction):
        return (*around, (line.item, "base" if line.scope.startswith("base") else "step"))
    if line.depth > len(around) and isinstance(line.item, Branches):
        found = [n for n, (condition, _) in enumerate(line.item.parts) if line.scope == f"case {condition}"]
        return (*around, (line.item, found[0]) if found else (None, line.scope))
    return around


def _same(one: tuple, other: tuple) -> bool:
    return one[0] is other[0] and one[1] == other[1]


def _omitted(numbers: Sequence[int]) -> str:
    """Which lines are left out."""
    first, last = numbers[0], numbers[-1]
    which = f"Line ({first}) is" if first == last else f"Lines ({first}) to ({last}) are"
    return f"{which} checked, and not printed here."


def is_sanity(line: Line) -> bool:
    """Does the line belong to no item of the proof, but to a sanity check of the claim?"""
    return line.item is None and line.scope.startswith("sanity")


THE_CLAIM = "the claim"


def _opening(around: Any, claim: str) -> list[Block]:
    if isinstance(around, Induction):
        start = Math(rf"{latex(around.over)} \ge {around.start}")
        return _said_of(words(strong("Induction"), " over ", start, f" for {claim}"), around.claim)
    if isinstance(around, Branches):
        cases = listed(condition for condition, _ in around.parts)
        return _said_of(words(strong("Cases "), cases, f" for {claim}"), around.claim)
    return []


def _part(around: Any, part: Any) -> list[Block]:
    if isinstance(around, Induction):
        over = latex(around.over)
        if part == "base":
            return [Paragraph(words(strong("Base, "), Math(f"{over} = {around.start}"), "."))]
        hypothesis = around.claim.at({around.over: around.over - 1})
        first = Math(rf"{over} \ge {around.start + 1}")
        return _said_of(words(strong("Step, "), first, ", with the induction hypothesis"), hypothesis)
    if isinstance(around, Branches):
        return [Paragraph(words(strong("Case "), around.parts[part][0], "."))]
    return [Paragraph(words(strong(f"{part[:1].upper()}{part[1:]}.")))] if part else []


def _closing(around: Any, claim: str) -> list[Block]:
    if isinstance(around, Induction):
        start = Math(rf"{latex(around.over)} \ge {around.start}")
        return [Paragraph(words(f"By induction {claim} holds for all ", start, "."))]
    if isinstance(around, Branches):
        return [Paragraph(words(f"The cases are exhaustive, so {claim} holds."))]
    return []


WIDEST_IN_TEXT = 14.0
"""In em: a wider formula is displayed."""


def _said_of(said: Words, statement: Any) -> list[Block]:
    """A sentence that ends in a statement, displayed where it is wide."""
    row = row_of(statement)
    if width(row.tex) <= WIDEST_IN_TEXT:
        return [Paragraph(words(said, ": ", Math(row.tex), "."))]
    return [Paragraph(words(said, ":")), Formula(row)]
