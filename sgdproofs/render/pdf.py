"""A sheet as PDF without LaTeX: data for one template, `handout.typ`, which Typst compiles.

The template gets JSON and never a document made of strings: text is set as text, and a formula is built node by node
from its tree.  Every formula carries its plain words, so that the file can be heard; the file conforms to PDF/UA-1.
The same sheet gives the same bytes.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

from ..language.errors import MissingTool, StatementError
from . import formula, outline
from .latex import RELATIONS
from .layout import Cell, arranged, width
from .words import Math, Words

__all__ = ["compiled", "data", "write"]

TEMPLATE = Path(__file__).parent / "handout.typ"

LINE, REASON, NUMBER, GAP, STEP_IN, BOX, BAR, LETTER, WORTH = 47.6, 12.2, 2.4, 1.0, 1.4, 1.4, 1.1, 2.0, 5.0
"""The width of a line, and of what stands beside a formula, in em; the template has the same."""
SLACK = 1.12
"""Widths are estimated on the large side, and the template sets smaller what is too wide all the same."""


def write(sheet: outline.Sheet, *, stamp: int | None = None) -> bytes:
    """The file.  `stamp` is its date in seconds since 1970; without one it has no date."""
    return compiled(json.dumps(data(sheet, stamp), ensure_ascii=False))


MOST_SIGNS = 40
"""So many times a sheet is set anew with signs that no font has named by their numbers."""


def compiled(text: str) -> bytes:
    """The file of the template with these data."""
    try:
        import typst
    except ImportError:
        raise MissingTool('a PDF needs Typst, which is not installed: pip install "sgdproofs[pdf]"') from None
    for sign in {sign for sign in text if unicodedata.category(sign)[0] == "C"}:  # such as one that turns text around
        text = text.replace(sign, f"[U+{ord(sign):04X}]")
    for _ in range(MOST_SIGNS):
        try:
            found = typst.compile(
                TEMPLATE,
                root=TEMPLATE.parent,
                ignore_system_fonts=True,
                sys_inputs={"data": text},
                format="pdf",
                pdf_standards=["ua-1"],
                timestamp=0,
            )
        except typst.TypstError as error:
            missing = re.search(r'the text `"(.*?)"` could not be displayed', str(error))
            signs = set(re.sub(r"\\u\{([0-9a-f]+)\}", lambda m: chr(int(m[1], 16)), missing[1]) if missing else "")
            named = {sign for sign in signs if not sign.isascii() or not sign.isprintable()}
            if not named:
                raise StatementError(f"Typst cannot set this sheet: {' '.join(str(error).split())[:300]}") from None
            # What the fonts have not is named, as in the PDF that LaTeX makes.
            for sign in named:
                for spelled in (sign, json.dumps(sign)[1:-1]):
                    text = text.replace(spelled, f"[U+{ord(sign):04X}]")
            continue
        assert isinstance(found, bytes)
        return found
    raise StatementError(f"more than {MOST_SIGNS} signs of this sheet are in no font of Typst: use --engine latex")


def data(sheet: outline.Sheet, stamp: int | None = None) -> dict[str, Any]:
    """What the template gets."""
    made = None if stamp is None else datetime.fromtimestamp(stamp, UTC)
    return {
        "title": sheet.title,
        "subtitle": sheet.subtitle,
        "course": sheet.course,
        "date": sheet.date,
        "points": sheet.points,
        "made": made and [made.year, made.month, made.day, made.hour, made.minute, made.second],
        "blocks": _ranked(_blocks(sheet.blocks, LINE)),
    }


def _ranked(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same, each heading with its rank in the outline of the document, in which no rank is left out."""
    last = 0

    def walk(inside: list[dict[str, Any]]) -> None:
        nonlocal last
        for block in inside:
            look = {"heading": block.get("level", 0) + 1, "problem": 1, "correction": 3}.get(block["kind"])
            if look is not None:
                block["look"], last = look, min(look, last + 1)
                block["rank"] = last
            for key in ("blocks", "one", "other"):
                walk(block.get(key, []))

    walk(blocks)
    return blocks


def _blocks(blocks: Iterable[Any], room: float) -> list[dict[str, Any]]:
    said = [part for block in blocks for part in WRITE[type(block)](block, room)]
    opening = False
    for one, after in pairwise(said):
        opening = one["kind"] == "heading" and one["level"] < 2 or (opening and one["kind"] == "paragraph")
        leads = one["kind"] == "paragraph" and (
            opening or after["kind"] in ("formula", "calculation", "items", "inset", "beside", "table")
        )
        result = one.get("boxed", False) and after["kind"] in ("paragraph", "items")
        one["sticky"] = leads or result
    return said


# --- text and formulas -----------------------------------------------------------------------------------


def _math(tex: str) -> dict[str, Any]:
    tree = formula.tree(tex)
    found = formula.counts(tree)
    tall = any(found[kind] for kind in ("fraction", "sum", "row", "binomial"))
    return {"math": _applied(tree), "alt": formula.spoken(tree) or "nothing", "tall": tall}


def _applied(node: Any) -> Any:
    """The same tree, in which a function stands close to its bracket: `2 ab E[x]` and not `2 ab E [x]`."""
    if not isinstance(node, tuple):
        return node
    if node[0] != "row" or len(node) != 2 or not isinstance(node[1], tuple):
        return tuple(map(_applied, node))
    said: list[Any] = []
    for part, after in zip(node[1], (*node[1][1:], ("space", 0)), strict=False):
        bracket = after[1] if after[0] == "script" else after
        if part[0] == "operator" and not part[2] and bracket[0] == "fence":
            said += [("space", 1 / 6)] if said and said[-1][0] not in ("sign", "space", "class") else []
            said.append(("class", "normal", ("word", part[1])))
        else:
            said.append(_applied(part))
    return "row", tuple(said)


def _text(said: Words) -> list[dict[str, Any]]:
    return [_math(part.tex) if isinstance(part, Math) else {"text": part.text, "strong": part.strong} for part in said]


def _rows(rows: Iterable[outline.Row], space: float, *, reasons: bool) -> list[dict[str, Any]]:
    """The printed lines of an alignment; the first of each row has its reason and number."""
    every = list(rows)
    printed: list[dict[str, Any]] = []
    for row, cells in zip(every, arranged(every, SLACK * space), strict=True):
        for place, cell in enumerate(cells):
            line = _line(cell)
            if reasons and not place:
                line |= {"reason": _text(row.reason), "number": row.number}
            printed.append(line)
    return printed


def _line(cell: Cell) -> dict[str, Any]:
    right = _math(cell.tex)
    if cell.left is not None or cell.before and cell.before in RELATIONS.values():
        right["math"] = ("row", (("row", ()), right["math"]))  # the relation keeps its distance from the left side
    return {
        "left": _math(cell.left) if cell.left else None,
        "right": right,
        "indent": cell.indent,
        "whole": cell.left is None,
    }


# --- blocks ----------------------------------------------------------------------------------------------


def _calculation(block: outline.Calculation, room: float) -> list[dict[str, Any]]:
    space = room - (REASON + NUMBER + GAP)
    said = []
    for _, run in groupby(block.rows, key=lambda row: bool(row.relation)):
        lines = _rows(run, space, reasons=True)
        said.append({"kind": "calculation", "lines": lines, "together": block.together, "space": space})
    return said


def _shown(row: outline.Row, space: float) -> dict[str, Any]:
    return {"kind": "formula", "lines": _rows([row], space, reasons=False), "space": space}


def _correction(number: int, entry: outline.Correction, room: float) -> dict[str, Any]:
    space = room - BOX
    right = entry.correction
    label = "Correct" if entry.proved else "Correction, not proved"
    # A wide left side is not said twice.
    if (
        right is not None
        and width(entry.printed.tex) > space
        and (right.left, right.tail) == (entry.printed.left, entry.printed.tail)
        and width(right.left) > 0.3 * space
    ):
        label, right = f"{label}, the right side", replace(right, left="", tail="")
    return {
        "kind": "correction",
        "number": number,
        "where": _text(entry.where),
        "printed": _shown(entry.printed, space),
        "reason": _text(entry.reason),
        "verdict": entry.verdict.capitalize(),
        "why": [_text(why) for why in entry.why],
        "shown": _blocks(entry.shown, room),
        "right": None if right is None else _shown(right, space),
        "label": label,
        "see": _text(entry.see),
        "remark": _text(entry.remark),
    }


def _beside(block: outline.Beside, room: float) -> list[dict[str, Any]]:
    """The printed claim and what is true side by side where both have room, and what shows it below."""
    claims = [part.row for part in (*block.printed, *block.correct) if isinstance(part, outline.Formula)]
    half = (room - GAP) / 2 - 2 * BOX
    if not block.correct or any(width(replace(row, tail="").tex) > SLACK * half for row in claims):
        return _blocks((*block.printed, *block.correct), room)
    return [
        {"kind": "beside", "one": _blocks(block.printed[:3], half), "other": _blocks(block.correct, half)},
        *_blocks(block.printed[3:], room),
    ]


def _part(block: outline.Part, room: float) -> list[dict[str, Any]]:
    inside = room - LETTER
    asked = inside - (WORTH if block.points is not None else 0.0)
    blocks = [
        said
        for own, space in ((False, asked), (True, inside))
        for said in _blocks([b for b in block.blocks if isinstance(b, outline.Solution) == own], space)
    ]
    return [{"kind": "part", "letter": block.letter, "points": block.points, "blocks": blocks}]


WRITE: dict[type, Callable[[Any, float], list[dict[str, Any]]]] = {
    outline.Heading: lambda block, room: [{"kind": "heading", "level": block.level, "words": _text(block.words)}],
    outline.Paragraph: lambda block, room: [
        {"kind": "paragraph", "sticky": False, "small": block.small, "words": _text(block.words)}
    ],
    outline.Items: lambda block, room: [{"kind": "items", "items": [_text(item) for item in block.items]}],
    outline.Calculation: _calculation,
    outline.Formula: lambda block, room: [_shown(block.row, room - BOX) | {"boxed": block.boxed, "sticky": False}],
    outline.Beside: _beside,
    outline.CrossChecks: lambda block, room: [
        {"kind": "items", "items": [_text(item) for item in block.items]},
        *({"kind": "picture", "svg": picture.svg, "alt": picture.text} for picture in block.pictures),
    ],
    outline.Inset: lambda block, room: [{"kind": "inset", "blocks": _blocks(block.blocks, room - STEP_IN)}],
    outline.Table: lambda block, room: [
        {"kind": "table", "rows": [[_text(cell) for cell in row] for row in (block.head, *block.rows)]}
    ],
    outline.Errata: lambda block, room: [_correction(n, entry, room) for n, entry in enumerate(block.entries, start=1)],
    outline.Contents: lambda block, room: [
        {"kind": "contents", "rows": [[_text(place), _text(title), verdict] for place, title, verdict in block.rows]}
    ],
    outline.NewPage: lambda block, room: [{"kind": "page"}],
    outline.Problem: lambda block, room: [
        {
            "kind": "problem",
            "number": block.number,
            "title": _text(block.title),
            "points": block.points,
            "blocks": _blocks(block.blocks, room),
        }
    ],
    outline.Part: _part,
    outline.Solution: lambda block, room: [{"kind": "solution", "blocks": _blocks(block.blocks, room - BAR)}],
}
