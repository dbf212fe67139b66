"""Writes a sheet as GitHub flavoured Markdown with `$$` formulas."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from . import outline
from .words import Math, Words, words

__all__ = ["escape", "write"]


def write(sheet: outline.Sheet) -> str:
    """The whole document."""
    head = [f"# {escape(sheet.title)}"] + ([f"*{escape(sheet.subtitle)}*"] if sheet.subtitle else [])
    head += [escape(", ".join(filter(None, [sheet.course, sheet.date])))] if sheet.course or sheet.date else []
    head += [f"{sheet.points} points in all"] if sheet.points is not None else []
    return "\n\n".join([*head, *_blocks(outline.plain(sheet.blocks))]) + "\n"


DIGRAPHS = {">=": "≥", "<=": "≤", "!=": "≠", "->": "→"}


def escape(text: str) -> str:
    """Plain text for Markdown: no sign of it marks anything up."""
    for pair, sign in DIGRAPHS.items():
        text = text.replace(pair, sign)
    text = "".join(sign if sign.isprintable() else "\ufffd" for sign in re.sub(r"\s", " ", text))
    text = re.sub(r"([\\`*_{}\[\]#|~$^<>])", r"\\\1", text).replace("&", "&amp;")
    # At the start of a line these would begin a list.
    return re.sub(r"^(\s*)([-+]|\d+[.)])(?=\s)", lambda m: m[1] + m[2][:-1] + "\\" + m[2][-1], text)


def _text(words: Words, *, cell: bool = False) -> str:
    said = []
    for part in words:
        if isinstance(part, Math):
            tex = part.tex.replace(r"\|", r"\Vert ").replace("|", r"\vert ") if cell else part.tex
            said.append(f"${tex}$")
        elif part.strong and part.text.strip():
            bare = part.text.strip()
            before = part.text[: len(part.text) - len(part.text.lstrip())]
            said.append(f"{before}**{escape(bare)}**{part.text[len(part.text.rstrip()) :]}")
        else:
            said.append(escape(part.text))
    return "".join(said)


def _cells(row: outline.Row) -> str:
    number = "" if row.number is None else rf" && \text{{({row.number})}}"
    tail = rf" \quad {row.tail}" if row.tail else ""
    return f"{row.left} &{row.relation} {row.right}{tail}{number}".strip()


def _blocks(blocks: Iterable[Any]) -> list[str]:
    return [line for block in blocks for line in WRITE[type(block)](block)]


def _calculation(block: outline.Calculation) -> list[str]:
    body = " \\\\\n".join(map(_cells, block.rows))
    reasons = [f"- {_mark(row)}{_text(row.reason)}" for row in block.rows if row.reason]
    display = f"$$\n\\begin{{aligned}}\n{body}\n\\end{{aligned}}\n$$"
    return [display] + (["\n".join(reasons)] if reasons else [])


def _formula(block: outline.Formula) -> list[str]:
    return [f"$$\n\\boxed{{{block.row.tex}}}\n$$" if block.boxed else f"$$\n{block.row.tex}\n$$"]


def _errata(block: outline.Errata) -> list[str]:
    table = ["| | Where | As printed | Verdict | Why | Correct |", "|---|---|---|---|---|---|"]
    for number, entry in enumerate(block.entries, start=1):
        table.append(_correction(number, entry))
    worked = ((number, entry.shown) for number, entry in enumerate(block.entries, start=1) if entry.shown)
    return ["\n".join(table), *(s for n, shown in worked for s in (f"Erratum {n} at its witness:", *_blocks(shown)))]


def _mark(row: outline.Row) -> str:
    """How a list of reasons names a line."""
    return f"({row.number}) " if row.number is not None else f"${row.relation} {row.right}$: "


def _correction(number: int, entry: outline.Correction) -> str:
    printed = _text(words(Math(entry.printed.tex)), cell=True)
    if entry.reason:
        printed += f"<br>(reason given: {_text(entry.reason, cell=True)})"
    right = [] if entry.correction is None else [_text(words(Math(entry.correction.tex)), cell=True)]
    right += [] if entry.correction is None or entry.proved else ["(not proved)"]
    right += [f"({_text(entry.see, cell=True)})"] if entry.see else []
    right += [_text(entry.remark, cell=True)] if entry.remark else []
    why = "<br>".join(_text(said, cell=True) for said in entry.why)
    cells = [str(number), _text(entry.where, cell=True), printed, f"**{entry.verdict}**", why, "<br>".join(right)]
    return f"| {' | '.join(cells)} |"


def _contents(block: outline.Contents) -> list[str]:
    rows = [
        f"| {_text(place, cell=True)} | {_text(title, cell=True)} | {verdict} |" for place, title, verdict in block.rows
    ]
    return ["\n".join(["| Where | Result | Verdict |", "|---|---|---|", *rows])]


def _table(block: outline.Table) -> list[str]:
    rows = [block.head, *block.rows]
    lines = [f"| {' | '.join(_text(cell, cell=True) for cell in row)} |" for row in rows]
    return ["\n".join([lines[0], "|" + "---|" * len(block.head), *lines[1:]])]


WRITE: dict[type, Callable[[Any], list[str]]] = {
    outline.Heading: lambda block: [f"{'#' * (block.level + 2)} {_text(block.words)}"],
    outline.Paragraph: lambda block: [_text(block.words)],
    outline.Items: lambda block: ["\n".join(f"- {_text(item)}" for item in block.items)],
    outline.Calculation: _calculation,
    outline.Formula: _formula,
    outline.Inset: lambda block: _blocks(block.blocks),
    outline.Beside: lambda block: _blocks((*block.printed, *block.correct)),
    outline.CrossChecks: lambda block: _blocks([outline.Items(block.items)]),
    outline.Table: _table,
    outline.Errata: _errata,
    outline.Contents: _contents,
    outline.NewPage: lambda block: ["---"],
}
