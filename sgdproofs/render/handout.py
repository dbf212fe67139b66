"""A hand-out from its definition: problems, or problems with solutions, as the parts of a sheet.

The prose of a definition is plain text with `$...$`, `$$...$$`, `**...**`, lists whose lines begin with `- `, and
blank lines between paragraphs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ..language.errors import StatementError
from ..language.report import Report
from ..sheets import Definition, SheetError
from ..sheets import Part as Given
from . import formula
from .corrections import errata
from .entry import entry
from .outline import (
    Block,
    Correction,
    Formula,
    Heading,
    Items,
    NewPage,
    Paragraph,
    Part,
    Picture,
    Problem,
    Row,
    Sheet,
    Solution,
)
from .summary import checked
from .words import Math, Text, Words, words

__all__ = ["handout", "prose", "sentence"]


def handout(
    definition: Definition,
    reports: Sequence[Report],
    *,
    solutions: bool,
    experiments: Mapping[str, Sequence[Any]] | None = None,
    pictures: Mapping[str, Sequence[Picture]] | None = None,
) -> Sheet:
    """The problems alone, or with the solutions, what was checked, and the errata."""
    known, results = {report.name: report for report in reports}, experiments or {}
    corrections: list[Correction] = []

    def solved(part: Given) -> list[Solution]:
        own = prose(part.solution, part.where.get("solution", ""))
        for name in part.entries:
            try:
                said, slips = entry(
                    known[name], known, results.get(name, ()), (pictures or {}).get(name, ()), part.hide.get(name, ())
                )
            except StatementError as error:
                raise SheetError(f"{part.where['hide']}: hide of {name}: {error}") from None
            own += said
            corrections.extend(slips)
        return [Solution(tuple(own))] if own else []

    def text(part: Given) -> list[Block]:
        return prose(part.text, part.where.get("text", ""))

    blocks = prose(definition.text, definition.where.get("text", ""))
    for number, problem in enumerate(definition.problems, start=1):
        blocks += prose(problem.before, problem.where.get("before", ""))
        inside = [*text(problem), *(solved(problem) if solutions else [])]
        for place, part in enumerate(problem.parts):
            own = [*text(part), *(solved(part) if solutions else [])]
            inside.append(Part(chr(ord("a") + place), part.points, tuple(own)))
        title = sentence(problem.title, problem.where.get("title", ""))
        blocks.append(Problem(number, title, problem.worth, tuple(inside)))
    if solutions:
        if definition.further:
            (more,) = solved(Given("", entries=definition.further, where=definition.where))
            blocks += [NewPage(), Heading(words("Further results"), 0), *more.blocks]
        blocks += errata(corrections)
        blocks += [*([] if corrections else [NewPage()]), *checked(reports, results)]
    return Sheet(
        definition.title,
        "Solutions" if solutions else "",
        tuple(blocks),
        definition.course,
        definition.date,
        definition.worth,
        solutions,
    )


DISPLAY = re.compile(r"(?<!\\)\$\$(.+?)(?<!\\)\$\$", re.DOTALL)


def prose(text: str, where: str = "") -> list[Block]:
    """The blocks of a text."""
    blocks: list[Block] = []
    for paragraph in re.split(r"\n\s*\n", text.strip()):
        for place, part in enumerate(DISPLAY.split(paragraph)):
            if place % 2:
                blocks.append(Formula(Row("", "", _formula(part, where))))
            else:
                blocks += _lines(part, where)
    return blocks


def _lines(text: str, where: str) -> list[Block]:
    """Running text, and lists."""
    blocks: list[Block] = []
    for run in re.split(r"(?m)(^- .*(?:\n(?!- ).*)*(?:\n- .*(?:\n(?!- ).*)*)*)", text):
        if run.startswith("- "):
            items = re.split(r"(?m)^- ", run)[1:]
            blocks.append(Items(tuple(sentence(item, where) for item in items)))
        elif said := sentence(run, where):
            blocks.append(Paragraph(said))
    return blocks


def sentence(text: str, where: str = "") -> Words:
    """Text on one line with its formulas and what stands out."""
    said: list[Text | Math] = []
    pieces = re.split(r"(?<!\\)\$", " ".join(text.split()))
    if len(pieces) % 2 == 0:
        raise SheetError(f"{where}: a $ has no partner near {pieces[-1][:30]!r}: close the formula, or write \\$")
    strong = False
    for place, piece in enumerate(pieces):
        if place % 2:
            said.append(Math(_formula(piece, where)))
            continue
        for number, part in enumerate(re.split(r"(?<!\\)\*\*", piece)):
            strong ^= bool(number)
            if part:
                said.append(Text(part.replace(r"\$", "$").replace(r"\*", "*"), strong))
    if strong:
        raise SheetError(f"{where}: a ** has no partner in {' '.join(text.split())[:40]!r}: close it, or write \\*\\*")
    return tuple(said)


def _formula(tex: str, where: str) -> str:
    """The formula, if it can be read."""
    if not tex.strip():
        raise SheetError(f"{where}: there is nothing between two $: write a formula, or \\$ for the sign itself")
    try:
        formula.tree(" ".join(tex.split()))
    except StatementError as error:
        raise SheetError(f"{where}: {error}") from None
    return " ".join(tex.split())
