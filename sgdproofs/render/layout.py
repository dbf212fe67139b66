r"""How wide a formula prints, and where to break one that is too wide.

Widths are estimates in em, on the large side; a test compares them with what pdflatex measures.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

__all__ = ["Cell", "arranged", "broken", "width"]


class Displayed(Protocol):
    """A row `left relation right`, with what it is claimed for."""

    @property
    def left(self) -> str: ...
    @property
    def relation(self) -> str: ...
    @property
    def right(self) -> str: ...
    @property
    def tail(self) -> str: ...


@dataclass(frozen=True)
class Cell:
    """One printed line of an alignment: what ends at the relation (None if nothing can), and what begins there.

    `indent` is in em; `piece` is to fit into `room` em, behind `before`; `tail` follows at a distance.
    """

    left: str | None
    indent: float
    before: str
    piece: str
    room: float
    tail: str = ""

    @property
    def tex(self) -> str:
        """What begins at the relation, without its indentation."""
        said = f"{self.before} {self.piece}".strip()
        return rf"{said} \quad {self.tail}" if self.tail and said else said or self.tail


def arranged(rows: Sequence[Displayed], space: float) -> Iterator[list[Cell]]:
    """The lines of each row of an alignment, so that nothing is wider than `space`."""
    left = max((width(row.left) for row in rows if row.relation), default=0.0)
    right = max((width(row.right) + 1.4 for row in rows if row.relation), default=0.0)
    # A wide left side stands on a row of its own, and the line breaks before its relation.
    apart = left > 0.3 * space and left + right > space
    inside = space - (1.0 if apart else left)
    lead = 1.0 if apart else 0.0
    for row in rows:
        cells: list[Cell] = []
        if not row.relation:
            before = 0.0
            pieces = broken(row.right, space)
            cells += [Cell(None, 0.0, "", piece, space) for piece in pieces]
        else:
            room = inside - 1.4
            indent, head = lead, ""
            if apart and row.left and width(row.left) <= 0.3 * space:
                room, indent, head = space - width(row.left) - 1.4, 0.0, f"{row.left} "
            elif apart and row.left:
                for number, piece in enumerate(broken(row.left, space)):
                    cells.append(Cell(None, 2.0 if number else 0.0, "", piece, space))
            before = space - room
            pieces = broken(row.right, room, inside - 2.4)
            cells.append(Cell(None if apart else row.left, indent, head + row.relation, pieces[0], room))
            cells += [Cell(None, lead + 2.0, "", piece, inside - 2.4) for piece in pieces[1:]]
        if row.tail:
            last = cells[-1]
            end = last.indent + width(last.tex) if len(pieces) > 1 else before + width(pieces[-1])
            if end + width(row.tail) + 1.0 + (left if len(pieces) > 1 and not apart else 0.0) <= space:
                cells[-1] = Cell(last.left, last.indent, last.before, last.piece, last.room, row.tail)
            else:
                cells.append(Cell(None, lead + 2.0, "", "", space, row.tail))
        yield cells


TOKEN = re.compile(r"\\[A-Za-z]+|\\.|[{}^_&]|\s+|.", re.DOTALL)
TEXTUAL = {r"\mathrm", r"\operatorname", r"\text", r"\textbf", r"\mathbf", r"\mathit"}
MARKS = {r"\hat", r"\bar", r"\tilde", r"\displaystyle", r"\vec", r"\dot", r"\mathcal", r"\mathbb"}
WIDE = {
    "=": 1.36,
    "<": 1.36,
    ">": 1.36,
    r"\le": 1.36,
    r"\ge": 1.36,
    r"\neq": 1.36,
    r"\to": 1.6,
    r"\downarrow": 1.1,
    "+": 1.24,
    "-": 1.24,
    r"\cdot": 0.75,
    ",": 0.46,
    "(": 0.42,
    ")": 0.42,
    "[": 0.32,
    "]": 0.32,
    "/": 0.5,
    "'": 0.3,
    r"\quad": 1.0,
    r"\qquad": 2.0,
    r"\,": 0.17,
    r"\ ": 0.35,
    r"\infty": 1.0,
    r"\dots": 1.5,
    r"\lim": 1.6,
    r"\min": 1.9,
    r"\max": 2.1,
    r"\sum": 1.65,
    r"\prod": 1.5,
    r"\mid": 0.85,
    r"\exp": 1.8,
    r"\log": 1.5,
    r"\lfloor": 0.5,
    r"\rfloor": 0.5,
    "|": 0.32,
    r"\Sigma": 0.75,
    r"\Phi": 0.75,
    r"\mathrel": 0.0,
    r"\partial": 0.6,
    ".": 0.28,
}


def width(tex: str) -> float:
    """About how many em the formula takes in display style."""
    if (array := re.match(r"\\begin\{array\}\{l\}(.*)\\end\{array\}$", tex, re.DOTALL)) is not None:
        return 1.0 + max(width(row) for row in array[1].split(r"\\"))
    tokens = TOKEN.findall(tex)
    return _run(tokens, 0, len(tokens))


def _fits(tex: str, room: float) -> bool:
    """Is the formula at most `room` em wide?  Of a long one only the beginning is measured."""
    if r"\begin" in tex:
        return width(tex) <= room
    tokens = TOKEN.findall(tex)
    return _run(tokens, 0, len(tokens), room) <= room


def _run(tokens: list[str], place: int, end: int, enough: float = float("inf")) -> float:
    """The width of some tokens, or some number above `enough`."""
    total = 0.0
    while place < end and total <= enough:
        token = tokens[place]
        if token.isspace():
            place += 1
        elif token in TEXTUAL:
            start, stop = _group(tokens, place + 1, end)
            total += 0.55 * len("".join(tokens[start:stop])) + 0.17
            place = stop + 1
        elif token == r"\frac":
            first = _group(tokens, place + 1, end)
            second = _group(tokens, first[1] + 1, end)
            total += 0.25 + max(_run(tokens, *first), _run(tokens, *second))
            place = second[1] + 1
        elif token == r"\substack":
            start, stop = _group(tokens, place + 1, end)
            total += max(width(row) for row in "".join(tokens[start:stop]).split(r"\\"))
            place = stop + 1
        elif token == r"\sqrt":
            start, stop = _group(tokens, place + 1, end)
            total += 0.95 + _run(tokens, start, stop)
            place = stop + 1
        elif token == r"\begin":
            stop = _end(tokens, place, end)
            total += 1.5 + max(map(width, _rows(tokens[place:stop])), default=0.0)
            place = stop
        elif token == r"\left":
            stop = _closing(tokens, place, end)
            inside = tokens[place + 2 : stop]
            total += 2 * (0.85 if r"\frac" in inside or r"\sum" in inside else 0.5) + _run(tokens, place + 2, stop)
            place = stop + 2
        elif token in "^_":
            widest = 0.0
            while place < end and tokens[place] in "^_":
                start, stop = _group(tokens, place + 1, end)
                widest = max(widest, 0.72 * _run(tokens, start, stop))
                place = stop + 1 if stop < end and tokens[stop] == "}" else stop
            total += widest + 0.08
        elif token in (r"\sum", r"\prod", r"\lim"):
            place += 1
            limits = 0.0
            while place < end and tokens[place] in "^_":
                start, stop = _group(tokens, place + 1, end)
                limits = max(limits, 0.72 * _run(tokens, start, stop))
                place = stop + 1 if stop < end and tokens[stop] == "}" else stop
            total += max(WIDE[token], limits + 0.17)
        else:
            total += _symbol(token)
            place += 1
    return total


def _group(tokens: list[str], place: int, end: int) -> tuple[int, int]:
    """Where the argument at `place` starts and stops: a group without its braces, or one token."""
    while place < end and tokens[place].isspace():
        place += 1
    if place >= end or tokens[place] != "{":
        return place, min(place + 1, end)
    depth, stop = 1, place + 1
    while stop < end:
        depth += {"{": 1, "}": -1}.get(tokens[stop], 0)
        if depth == 0:
            break
        stop += 1
    return place + 1, stop


def _closing(tokens: list[str], place: int, end: int) -> int:
    r"""Where the `\right` of the `\left` at `place` is; the end where there is none."""
    depth = 0
    for here in range(place, end):
        depth += {r"\left": 1, r"\right": -1}.get(tokens[here], 0)
        if depth == 0:
            return here
    return end


def _end(tokens: list[str], place: int, end: int) -> int:
    r"""Behind the `\end{...}` of the `\begin{...}` at `place`."""
    depth = 0
    for here in range(place, end):
        depth += {r"\begin": 1, r"\end": -1}.get(tokens[here], 0)
        if depth == 0:
            return _group(tokens, here + 1, end)[1] + 1
    return end


def _rows(table: list[str]) -> list[str]:
    """The rows of a table with its `begin` and `end`, the cells of each beside one another."""
    inside = re.sub(r"^\\begin\{\w+\}|\\end\{\w+\}$", "", "".join(table))
    return [row.replace("&", r"\quad ") for row in re.split(r"\\\\", inside)]


def _symbol(token: str) -> float:
    if token in WIDE:
        return WIDE[token]
    if token in MARKS or token in "{}&":
        return 0.0
    if token[0] == "\\":
        return 0.64
    if token in "bcfijlrst":
        return 0.48
    if token in "mwMW":
        return 0.9 if token.islower() else 1.1
    return 0.52 if token.isdigit() else 0.84 if token.isupper() else 0.6


SIGN = re.compile(r" (?=[+-] )")
DOT = re.compile(r" (?=\\cdot )")
FACTOR = re.compile(r" (?=[A-Za-z(\\])(?!\\(?:right|cdot|le|ge|neq|to|downarrow|quad|text|mid|\\)(?![A-Za-z]))")
UNFINISHED = re.compile(
    r"(\\text\{[^{}]*\}|\\(?:sum|prod)_\{.*\}\^\{[^{}]*\}|\\lim_\{[^{}]*\}|\\frac\{\\partial\}\{.*\}|[-+=,<>]|\\[A-Za-z]+)$"
)
"""What a row cannot end in: a sum without its body, an operator, the beginning of a symbol."""
ADDED = re.compile(r"^(\\left\.\s*|\{\}\s*(\\cdot\s*)?)+")
"""What a break has put at the beginning of a row."""


def broken(tex: str, room: float, after: float | None = None) -> list[str]:
    r"""`tex` in rows, the first of at most `room` em and the others of `after`.

    It is broken before a `+` or `-`, else before a `\cdot`, else between factors, else not at all; a table never is.
    A break inside `\left( ... \right)` closes and opens the brackets with `\right.` and `\left.`.
    """
    rows: list[str] = []
    rest, here = tex, room
    while not _fits(rest, here):
        cut = _best(rest, here, room - 2.0 if after is None else after)
        if cut is None:
            break
        place, sign = cut
        head, rest = rest[:place].rstrip(), rest[place:].lstrip()
        unclosed = _unclosed(head)
        rows.append(head + r" \right." * unclosed)
        rest = r"\left. " * unclosed + sign + rest
        here = room - 2.0 if after is None else after
    return [*rows, rest]


def _best(tex: str, room: float, after: float) -> tuple[int, str] | None:
    """The last break that fits, among those with the fewest brackets around.

    A break between factors comes before one within a bracket where the rest then fits into one row.
    """
    signs, dots, products = ((SIGN, "{} "), (DOT, "{} "), (FACTOR, r"{} \cdot "))
    first = [_breaks(tex, room, *kind) for kind in (signs, dots, products)]
    outside = [found[min(found)] for found in first if found and min(found) <= 0]
    for place, sign in outside:
        if sign == "{} " and tex[place:].lstrip()[:1] in "+-" or _fits(tex[place:], after - 1.0):
            return place, sign
    return next((found[min(found)] for found in first if found), None)


def _breaks(tex: str, room: float, pattern: re.Pattern[str], sign: str) -> dict[int, tuple[int, str]]:
    """The last break that fits at each depth of brackets."""
    found: dict[int, tuple[int, str]] = {}
    for match in pattern.finditer(tex):
        head = tex[: match.start()]
        if head.count("{") != head.count("}") or head.count(r"\begin") != head.count(r"\end"):
            continue
        wide = width(head)
        if wide > room:  # and so is every longer one
            break
        if not ADDED.sub("", head) or UNFINISHED.search(head.rstrip()):
            continue
        if wide > 0.3 * room:
            found[_depth(head)] = (match.start(), sign)
    return found


def _unclosed(head: str) -> int:
    return head.count(r"\left") - head.count(r"\right")


OPENING, CLOSING = ("(", "[", r"\left|", r"\left\lfloor"), (")", "]", r"\right|", r"\right\rfloor")


def _depth(head: str) -> int:
    return sum(map(head.count, OPENING)) - sum(map(head.count, CLOSING))
