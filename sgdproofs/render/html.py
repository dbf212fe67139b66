"""Writes a sheet as one page of HTML that needs nothing from outside: no request is made, and none is allowed.

Equations are MathML, which browsers set and screen readers read.  The page has landmarks, headings in order, tables
with captions and header cells; a verdict is said in words as well as in colour.  What a line rests on is folded away.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from html import escape
from itertools import count
from typing import Any

from ..language.errors import StatementError
from . import outline
from .layout import width
from .mathml import mathml
from .style import FRAGMENT, SCRIPT, STYLE
from .words import Math, Words

__all__ = ["fragment", "plain", "write"]

WIDEST_INLINE = 12.0
"""In em: a wider formula within a sentence can be scrolled where the screen is narrow."""
LONGER_THAN_A_LINE = 30.0
"""In em: a wider formula can be scrolled everywhere."""
MARKS = {"proved": "✓", "refuted": "✗", "unjustified": "!", "undecided": "?"}


def write(sheet: outline.Sheet) -> str:
    """The whole page."""
    page = _Page(_entries(sheet.blocks))
    body = page.article(sheet.blocks)
    points = "".join(part.text for part in outline.worth(sheet.points) if not isinstance(part, Math)).strip()
    above = ", ".join(filter(None, [sheet.subtitle, sheet.course, sheet.date, points.strip("()")]))
    subtitle = f'<p class="subtitle">{_plain(above)}</p>' if above else ""
    title = _plain(sheet.title)
    tools = (
        (
            '<p class="tools"><button type="button" data-fold="open">Unfold all reasons</button> '
            '<button type="button" data-fold="close">Fold all reasons</button></p>'
        )
        if page.folds
        else ""
    )
    nav = page.navigation()
    shape = "" if nav else ' class="single"'
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
        "script-src 'unsafe-inline'; img-src data:\">\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n<link rel="icon" href="data:,">\n'
        f"<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n"
        f"<body{shape}>\n"
        '<a class="skip" href="#main">Skip to the content</a>\n'
        f"<header>\n<h1>{title}</h1>\n{subtitle}\n{tools}\n</header>\n{nav}\n"
        f'<main id="main">\n{body}\n</main>\n'
        f'<footer><p id="said" role="status" class="hidden"></p></footer>\n'
        f"<script>{SCRIPT}</script>\n</body>\n</html>\n"
    )


def fragment(blocks: Iterable[Any], *, heading: int = 3) -> str:
    """Blocks for a page of somebody else's, such as a notebook: one `<div>` with its own style, and no script.

    `heading` is the level of the first heading.
    """
    blocks = tuple(blocks)
    page = _Page(set(), top=heading, script=False)
    return f'<div class="sgdproofs"><style>{FRAGMENT}</style>{page.article(blocks)}</div>'


# --- text ------------------------------------------------------------------------------------------------

DIGRAPHS = {">=": "≥", "<=": "≤", "!=": "≠", "->": "→"}


def _plain(text: str) -> str:
    """Plain text: no sign of it marks anything up."""
    for pair, sign in DIGRAPHS.items():
        text = text.replace(pair, sign)
    return escape("".join(c if c.isprintable() or c.isspace() else "\ufffd" for c in text))


def _math(tex: str, *, display: bool = False) -> str:
    try:
        return mathml(tex, display=display)
    except StatementError:
        # LaTeX of an author that is not read here is shown as it was written, not as something else.
        return f'<code class="tex">{escape(tex)}</code>'


def plain(words: Words) -> str:
    """The words as plain text, for names and labels."""
    return "".join(part.tex if isinstance(part, Math) else part.text for part in words).strip()


def _entries(blocks: Iterable[Any]) -> set[str]:
    found: set[str] = set()
    for block in blocks:
        if isinstance(block, outline.Heading) and block.entry:
            found.add(block.entry)
        elif isinstance(block, outline.Problem | outline.Part | outline.Solution):
            found |= _entries(block.blocks)
    return found


def _badge(verdict: str, *, short: bool = False) -> str:
    """A verdict, in words and with a sign of its own; `short` shows the sign only, and says the word."""
    mark = MARKS.get(verdict, "")
    sign = f'<span aria-hidden="true">{mark}</span> ' if mark else ""
    word = f'<span class="hidden">{_plain(verdict)}</span>' if short and mark else _plain(verdict)
    return f'<span class="verdict {re.sub("[^a-z]", "", verdict)}">{sign}{word}</span>'


def _copy(tex: str, what: str) -> str:
    return (
        f'<button type="button" class="copy" data-tex="{escape(tex)}">'
        f'Copy LaTeX<span class="hidden"> of {escape(what)}</span></button>'
    )


# --- the page --------------------------------------------------------------------------------------------


@dataclass
class _Page:
    """What the writers of blocks need to know of the page around them."""

    targets: set[str]
    top: int = 2
    script: bool = True
    levels: list[int] = field(default_factory=list)
    entry: str = ""
    title: str = ""
    used: set[str] = field(default_factory=set)
    outlines: set[str] = field(default_factory=set)
    contents: list[tuple[int, str, str, str]] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    folds: int = 0

    def words(self, words: Words, *, links: bool = True) -> str:
        said = []
        for part in words:
            if isinstance(part, Math):
                inside = _math(part.tex)
                wide = width(part.tex)
                shape = "fit long" if wide > LONGER_THAN_A_LINE else "fit"
                said.append(f'<span class="{shape}">{inside}</span>' if wide > WIDEST_INLINE else inside)
                continue
            text = _plain(part.text)
            text = f"<strong>{text}</strong>" if part.strong and text.strip() else text
            link = links and part.entry in self.targets
            said.append(f'<a href="#{escape(part.entry)}">{text}</a>' if link else text)
        return "".join(said)

    def article(self, blocks: Iterable[Any]) -> str:
        """All blocks; an entry and what belongs to it, up to the next, is an article of its own."""
        said: list[str] = []
        inside = False
        for block in blocks:
            if isinstance(block, outline.Heading) and block.level < 2:
                if inside:
                    said.append("</article>")
                inside = block.level == 1
                if inside:
                    said.append("<article>")
            if isinstance(block, outline.NewPage) and inside:
                said.append("</article>")
                inside = False
            said += self.block(block)
        return "\n".join([*said, "</article>"] if inside else said)

    def block(self, block: Any) -> list[str]:
        return WRITE[type(block)](self, block)

    def blocks(self, blocks: Iterable[Any]) -> list[str]:
        return [line for block in blocks for line in self.block(block)]

    def depth(self, level: int) -> int:
        """The level of a heading in the page: below the headings around it, and never more than one below."""
        self.levels = [own for own in self.levels if own < level]
        self.levels.append(level)
        return min(self.top - 1 + len(self.levels), 6)

    def place(self, name: str) -> str:
        """An identifier that the page has not used yet; the name of an entry as it is, where it is free."""
        stem = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "part"
        if stem in self.used or stem in ("main", "said") or (stem in self.targets and stem != name):
            stem = f"{stem}-{next(self.numbers)}"
        self.used.add(stem)
        return stem

    def navigation(self) -> str:
        """The problems and entries with their verdicts, each with a link."""
        if len(self.contents) < 2:
            return ""
        said: list[str] = []
        open_list = False
        for level, place, title, verdict in self.contents:
            badge = f" {_badge(verdict, short=True)}" if verdict else ""
            link = f'<a href="#{place}">{title}</a>{badge}'
            if level == 0:
                said.append("</ul></li>" if open_list else "")
                said.append(f"<li>{link}<ul>")
                open_list = True
            else:
                said.append(f"<li>{link}</li>")
        said.append("</ul></li>" if open_list else "")
        inside = "".join(said).replace("<ul></ul>", "")
        return f'<nav aria-label="Contents"><details open><summary>Contents</summary><ul>{inside}</ul></details></nav>'


def _heading(page: _Page, block: outline.Heading) -> list[str]:
    depth = page.depth(block.level)
    text = page.words(block.words)
    if block.level > 1:
        return [f"<h{depth}>{text}</h{depth}>"]
    place = page.place(block.entry or plain(block.words))
    if block.level == 1:
        page.entry, page.title = place, plain(block.words)
    page.contents.append((block.level, escape(place), text, block.verdict))
    badge = f" {_badge(block.verdict)}" if block.verdict else ""
    return [f'<h{depth} id="{escape(place)}">{text}{badge}</h{depth}>']


def _problem(page: _Page, block: outline.Problem) -> list[str]:
    """A problem of a hand-out, with what it is worth."""
    depth = page.depth(0)
    title = page.words(block.title)
    name = f"Problem {block.number}{'. ' if block.title else ''}{title}"
    place = page.place(f"problem-{block.number}")
    page.contents.append((0, place, name, ""))
    points = (
        f' <span class="points">{page.words(outline.worth(block.points))}</span>' if block.points is not None else ""
    )
    return [
        f'<section aria-labelledby="{place}">',
        f'<h{depth} id="{place}">{name}{points}</h{depth}>',
        page.article(block.blocks),
        "</section>",
    ]


def _part(page: _Page, block: outline.Part) -> list[str]:
    points = (
        f'<span class="points">{page.words(outline.worth(block.points))}</span>' if block.points is not None else ""
    )
    return [
        f'<div class="piece"><p class="letter">({_plain(block.letter)}){points}</p><div>',
        page.article(block.blocks),
        "</div></div>",
    ]


def _solution(page: _Page, block: outline.Solution) -> list[str]:
    """Shown at first, and folded away by whoever wants to think first."""
    return ['<details class="solution" open><summary>Solution</summary>', page.article(block.blocks), "</details>"]


def _paragraph(page: _Page, block: outline.Paragraph) -> list[str]:
    shape = ' class="small"' if block.small else ""
    return [f"<p{shape}>{page.words(block.words)}</p>"]


def _items(page: _Page, block: outline.Items) -> list[str]:
    return ["<ul>", *(f"<li>{page.words(item)}</li>" for item in block.items), "</ul>"]


def _calculation(page: _Page, block: outline.Calculation) -> list[str]:
    """A table with one row a line: its number, its statement, its reason with what it rests on."""
    numbers = [row.number for row in block.rows if row.number is not None]
    if not numbers:
        return _working(page, block)
    span = f"line {numbers[0]}" if len(numbers) == 1 else f"lines {numbers[0]} to {numbers[-1]}" if numbers else "lines"
    caption = f"{span[:1].upper()}{span[1:]}" + (f" of {_plain(page.title)}" if page.title else "")
    said = [
        f'<table class="lines" role="table"><caption class="hidden">{caption}</caption>',
        '<thead class="hidden" role="rowgroup"><tr role="row"><th scope="col" role="columnheader">Line</th>'
        '<th scope="col" role="columnheader">Statement</th><th scope="col" role="columnheader">Reason</th></tr>'
        '</thead><tbody role="rowgroup">',
    ]
    for row in block.rows:
        number = "" if row.number is None else f"({row.number})"
        place = f' id="{escape(page.entry)}-line-{row.number}"' if row.number is not None and page.entry else ""
        said.append(
            f'<tr role="row"{place}><th scope="row" role="rowheader">{number}</th>'
            f'<td role="cell" class="{"continued" if row.relation and not row.left else "statement"}">'
            f"{_row_of(row)}</td>"
            f'<td role="cell" class="why">{_why(page, row)}</td></tr>'
        )
    said.append("</tbody></table>")
    if page.script and len(block.rows) > 1:
        body = " \\\\\n".join(f"{row.left} &{row.relation} {row.right}".strip() for row in block.rows)
        aligned = "\\begin{aligned}\n" + body + "\n\\end{aligned}"
        said.append(f'<p class="tools">{_copy(aligned, span)}</p>')
    return said


def _working(page: _Page, block: outline.Calculation) -> list[str]:
    """A calculation whose lines have no numbers: what it says, and why."""
    rows = (
        f'<tr role="row"><td role="cell">{_row_of(row)}</td><td role="cell">{page.words(row.reason)}</td></tr>'
        for row in block.rows
    )
    return [
        '<table class="working" role="table"><caption class="hidden">Worked out</caption>'
        '<thead class="hidden" role="rowgroup"><tr role="row"><th scope="col" role="columnheader">Statement</th>'
        '<th scope="col" role="columnheader">Reason</th></tr></thead><tbody role="rowgroup">',
        *rows,
        "</tbody></table>",
    ]


def _why(page: _Page, row: outline.Row) -> str:
    """The reason of a line with its verdict; what it uses and needs is folded away."""
    folds = bool(row.uses or row.needs)  # a summary holds nothing else that can be pressed
    reason = f'<span class="reason">{page.words(row.reason, links=not folds)}</span>' if row.reason else ""
    head = " ".join(part for part in (reason, _badge(row.verdict) if row.verdict else "") if part)
    folded = []
    if row.uses:
        folded.append('<p class="part">Uses</p><ul>' + "".join(f"<li>{page.words(w)}</li>" for w in row.uses) + "</ul>")
    if row.needs:
        folded.append(
            '<p class="part">Needs</p><ul>' + "".join(f"<li>{page.words(w)}</li>" for w in row.needs) + "</ul>"
        )
    if page.script and folds:
        folded.append(f"<p>{_copy(row.whole or row.tex, f'line {row.number}')}</p>")
    if not folded:
        return head
    page.folds += 1
    return f"<details><summary>{head}</summary>{''.join(folded)}</details>"


def _row_of(row: outline.Row) -> str:
    """The statement in a box of its own; what it is claimed for goes to the next line where there is no room."""
    tail = _math(row.tail, display=True) if row.tail else ""
    return f'<div class="wide">{_math(replace(row, tail="").tex, display=True)}{tail}</div>'


def _formula(page: _Page, block: outline.Formula) -> list[str]:
    copy = _copy(block.row.tex, "this statement") if page.script else ""
    shape = "result" if block.boxed else "display"
    return [f'<div class="{shape}">{_row_of(block.row)}{copy}</div>']


def _inset(page: _Page, block: outline.Inset) -> list[str]:
    return ['<div class="inset">', *page.blocks(block.blocks), "</div>"]


def _beside(page: _Page, block: outline.Beside) -> list[str]:
    sides = [
        ("printed", "As printed, with the witness against it", block.printed),
        ("correct", "Correction", block.correct),
    ]
    said = ['<div class="beside">']
    for shape, label, blocks in sides:
        if blocks:
            said += [f'<div class="{shape}" role="group" aria-label="{label}">', *page.blocks(blocks), "</div>"]
    return [*said, "</div>"]


def _checks(page: _Page, block: outline.CrossChecks) -> list[str]:
    said = ['<ul class="checks">']
    for number, item in enumerate(block.items):
        picture = block.pictures[number] if number < len(block.pictures) else None
        said.append(f"<li>{page.words(item)}{_picture(page, picture) if picture else ''}</li>")
    return [*said, "</ul>"]


def _picture(page: _Page, picture: outline.Picture) -> str:
    """The picture in the page itself.  Its own identifiers get a name that no other picture uses; the outlines of
    letters, which are the same in all pictures, stand in the first one that needs them."""
    svg = re.sub(r">\s+<", "><", picture.svg[picture.svg.index("<svg") :]).strip()
    svg = re.sub(r"\s*\n\s*", " ", svg).replace("xlink:href=", "href=")
    name = f"p{next(page.numbers)}-"
    svg = re.sub(r'\bid="(?!DejaVu)', f'id="{name}', svg)
    svg = re.sub(r'href="#(?!DejaVu)', f'href="#{name}', svg)
    svg = svg.replace("url(#", f"url(#{name}")

    def outline(found: re.Match[str]) -> str:
        known = found[1] in page.outlines
        page.outlines.add(found[1])
        return "" if known else found[0]

    svg = re.sub(r'<path id="(DejaVu[^"]*)"[^>]*/>', outline, svg).replace("<defs></defs>", "")
    svg = svg.replace("<svg ", f'<svg role="img" aria-label="{escape(picture.text)}" ', 1)
    return f'<figure class="wide">{svg}</figure>'


def _errata(page: _Page, block: outline.Errata) -> list[str]:
    return [line for number, entry in enumerate(block.entries, 1) for line in _correction(page, number, entry)]


def _correction(page: _Page, number: int, entry: outline.Correction) -> list[str]:
    depth = page.depth(2)
    reason = f"<p>Reason given: {page.words(entry.reason)}</p>" if entry.reason else ""
    said = [
        f'<div class="beside erratum"><div class="printed" role="group" aria-label="Erratum {number}, as printed">',
        f"<h{depth}>{number}. {page.words(entry.where)} {_badge(entry.verdict)}</h{depth}>",
        f"<p>As printed:</p>{''.join(_formula(page, outline.Formula(entry.printed)))}{reason}",
        *(f"<p>{page.words(why)}</p>" for why in entry.why),
        *page.blocks(entry.shown),
        "</div>",
    ]
    right = []
    if entry.correction is not None:
        label = "Correct" if entry.proved else "Correction, not proved"
        see = f"; {page.words(entry.see)}" if entry.see else ""
        right += [f"<p><strong>{label}</strong>{see}:</p>", *_formula(page, outline.Formula(entry.correction))]
    if entry.remark:
        right.append(f"<p>{page.words(entry.remark)}</p>")
    if right:
        said += [f'<div class="correct" role="group" aria-label="Erratum {number}, correction">', *right, "</div>"]
    return [*said, "</div>"]


def _contents(page: _Page, block: outline.Contents) -> list[str]:
    rows = []
    for place, title, verdict in block.rows:
        rows.append(
            f'<tr><td>{page.words(place)}</td><th scope="row">{page.words(title)}</th><td>{_badge(verdict)}</td></tr>'
        )
    return [
        '<div class="wide"><table class="listing"><caption>The entries of this sheet</caption><thead><tr>'
        '<th scope="col">Where</th><th scope="col">Result</th><th scope="col">Verdict</th></tr></thead><tbody>',
        *rows,
        "</tbody></table></div>",
    ]


def _table(page: _Page, block: outline.Table) -> list[str]:
    # A header of mathematics alone is taken for an empty one by some readers of screens.
    lead = '<span class="hidden">value of </span>'
    head = "".join(
        f'<th scope="col">{lead if all(isinstance(part, Math) for part in cell) else ""}{page.words(cell)}</th>'
        for cell in block.head
    )
    rows = ("".join(f"<td>{page.words(cell)}</td>" for cell in row) for row in block.rows)
    return [
        '<div class="wide"><table class="listing"><caption class="hidden">The outcomes at the witness</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>",
        *(f"<tr>{row}</tr>" for row in rows),
        "</tbody></table></div>",
    ]


WRITE: dict[type, Callable[[_Page, Any], list[str]]] = {
    outline.Heading: _heading,
    outline.Paragraph: _paragraph,
    outline.Items: _items,
    outline.Calculation: _calculation,
    outline.Formula: _formula,
    outline.Inset: _inset,
    outline.Beside: _beside,
    outline.CrossChecks: _checks,
    outline.Table: _table,
    outline.Errata: _errata,
    outline.Contents: _contents,
    outline.NewPage: lambda page, block: ['<hr class="page">'],
    outline.Problem: _problem,
    outline.Part: _part,
    outline.Solution: _solution,
}
