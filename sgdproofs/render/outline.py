"""The parts of a sheet, between the walk over reports and the writers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..language.statements import Loops, Relation
from .latex import RELATIONS, assuming, bare, everywhere, latex
from .words import Text, Words, words

__all__ = [
    "Beside",
    "Block",
    "Calculation",
    "Contents",
    "Correction",
    "CrossChecks",
    "Errata",
    "Formula",
    "Heading",
    "Inset",
    "Items",
    "NewPage",
    "Paragraph",
    "Part",
    "Picture",
    "Problem",
    "Row",
    "Sheet",
    "Solution",
    "Table",
    "plain",
    "row_of",
]


@dataclass(frozen=True)
class Row:
    """A displayed statement, `left relation right`, and what stands beside it.

    `tail` is what it is claimed for; `number` and `reason` are empty where there are none.
    """

    left: str
    relation: str
    right: str
    tail: str = ""
    number: int | None = None
    reason: Words = ()
    verdict: str = ""
    uses: tuple[Words, ...] = ()
    """What the reason cites, in full."""
    needs: tuple[Words, ...] = ()
    """The conditions of the line, and how each is known."""
    whole: str = ""
    """The LaTeX of the whole statement, where the row shows a part of it."""

    @property
    def tex(self) -> str:
        """The whole statement as one formula."""
        parts = [self.left, self.relation, self.right, rf"\quad {self.tail}" if self.tail else ""]
        return " ".join(part for part in parts if part)


def row_of(
    statement: Any, *, number: int | None = None, reason: Words = (), continued: bool = False, domains: bool = False
) -> Row:
    """The row of a statement; `continued` leaves out the left side, which is the right side of the row above.

    With `domains` it says for which values of its indices it is claimed, as a result has to.
    """
    if not isinstance(statement, Relation) or isinstance(statement, Loops):
        return (
            Row("", "", bare(statement), everywhere(statement), number, reason)
            if domains
            else Row("", "", latex(statement), "", number, reason)
        )
    tail = everywhere(statement) if domains else assuming(statement.when)
    return Row(
        "" if continued else latex(statement.lhs),
        RELATIONS[statement.rel],
        latex(statement.rhs),
        "" if continued else tail,
        number,
        reason,
    )


@dataclass(frozen=True)
class Heading:
    """A heading; level 0 is a problem with its entries, level 1 an entry, level 2 a part of it."""

    words: Words
    level: int = 1
    room: int = 0
    """About how many lines of text are to stand on one page with a heading of level 2; 0 leaves it to the writer."""
    entry: str = ""
    """The entry that begins here, and its verdict."""
    verdict: str = ""


@dataclass(frozen=True)
class Paragraph:
    """Running text."""

    words: Words
    small: bool = False


@dataclass(frozen=True)
class Items:
    """A list."""

    items: tuple[Words, ...]


@dataclass(frozen=True)
class Calculation:
    """Consecutive lines, aligned at their relations; `together` asks for no page break between them."""

    rows: tuple[Row, ...]
    together: bool = False


@dataclass(frozen=True)
class Formula:
    """One displayed statement."""

    row: Row
    boxed: bool = False


@dataclass(frozen=True)
class Inset:
    """Parts that belong to an induction or a case."""

    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Correction:
    """A printed statement that a check did not accept, and what is true instead."""

    where: Words
    printed: Row
    reason: Words
    verdict: str
    why: tuple[Words, ...]
    correction: Row | None
    remark: Words
    proved: bool = False
    """Is the derivation that the correction belongs to a theorem?"""
    see: Words = ()
    """Where the correction is derived, if that is elsewhere."""
    is_remark: bool = False
    """Is the line right, and only its reason corrected?"""
    shown: tuple[Any, ...] = ()
    """The statement at its witness, worked out."""


@dataclass(frozen=True)
class Errata:
    """All corrections."""

    entries: tuple[Correction, ...]


@dataclass(frozen=True)
class Contents:
    """The entries of a sheet: where each belongs, its title, its verdict."""

    rows: tuple[tuple[Words, Words, str], ...]


@dataclass(frozen=True)
class Beside:
    """What was printed, and what is true instead: side by side where there is room, else one after the other."""

    printed: tuple[Block, ...]
    correct: tuple[Block, ...]


@dataclass(frozen=True)
class Picture:
    """A picture as SVG, and what it shows in words."""

    svg: str
    text: str


@dataclass(frozen=True)
class CrossChecks:
    """What the experiments of an entry found, and their pictures, in their order."""

    items: tuple[Words, ...]
    pictures: tuple[Picture, ...] = ()


@dataclass(frozen=True)
class Table:
    """A table with a head."""

    head: tuple[Words, ...]
    rows: tuple[tuple[Words, ...], ...]


@dataclass(frozen=True)
class NewPage:
    """What follows starts on a page of its own."""


@dataclass(frozen=True)
class Problem:
    """A problem of a hand-out with its text, parts and solution; `points` are those of all its parts together."""

    number: int
    title: Words
    points: int | None
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Part:
    """A part of a problem: (a), (b), ..."""

    letter: str
    points: int | None
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Solution:
    """What only the solutions of a hand-out show."""

    blocks: tuple[Block, ...]


Block = (
    Heading
    | Paragraph
    | Items
    | Calculation
    | Formula
    | Inset
    | Beside
    | CrossChecks
    | Errata
    | Contents
    | Table
    | NewPage
    | Problem
    | Part
    | Solution
)


@dataclass(frozen=True)
class Sheet:
    """A whole sheet.  `course`, `date` and the points are those of a hand-out."""

    title: str
    subtitle: str
    blocks: tuple[Block, ...]
    course: str = ""
    date: str = ""
    points: int | None = None
    solutions: bool = True


def plain(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """The same with headings in place of problems, parts and solutions, for writers that set them no other way."""
    said: list[Block] = []
    for block in blocks:
        if isinstance(block, Problem):
            title = words(f"Problem {block.number}", ". " if block.title else "", block.title)
            said += [Heading(words(title, worth(block.points)), 0), *plain(block.blocks)]
        elif isinstance(block, Part):
            first, *rest = plain(block.blocks) or (Paragraph(()),)
            lead = words(Text(f"({block.letter})", strong=True), worth(block.points), " ")
            if isinstance(first, Paragraph):
                said += [Paragraph(words(lead, first.words), first.small), *rest]
            else:
                said += [Paragraph(lead), first, *rest]
        elif isinstance(block, Solution):
            said += [Paragraph((Text("Solution.", strong=True),)), *plain(block.blocks)]
        else:
            said.append(block)
    return tuple(said)


def worth(points: int | None) -> Words:
    """` (3 points)`, or nothing."""
    return () if points is None else words(f" ({points} point{'' if points == 1 else 's'})")
