"""Writes a sheet as a LaTeX article that pdflatex compiles with the recommended packages only."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import groupby
from typing import Any

from . import outline
from .layout import Cell, arranged, width
from .words import Math, Words

__all__ = ["LINE", "MACROS", "blocks_of", "escape", "fragment", "text_of", "write"]

# Text width and the columns beside the formulas, in em of the article's font.
LINE, REASON, NUMBER, GAP, STEP_IN = 46.6, 12.6, 2.4, 1.0, 1.4

CLASS = r"""\documentclass[10pt,a4paper,fleqn]{article}
"""
MACROS = r"""\IfFileExists{lmodern.sty}{\usepackage[T1]{fontenc}\usepackage{lmodern}}{}
\usepackage{amsmath,amssymb,bm}
\usepackage{graphicx}
\usepackage[a4paper,margin=23mm]{geometry}
\setlength{\mathindent}{0pt}
\setlength{\parindent}{0pt}
\setlength{\parskip}{4pt plus 1pt}
\setlength{\emergencystretch}{3em}
\setcounter{secnumdepth}{0}
\allowdisplaybreaks[2]
\raggedbottom
\AtBeginDocument{\setlength{\abovedisplayskip}{6pt plus 2pt}\setlength{\abovedisplayshortskip}{4pt plus 2pt}%
  \setlength{\belowdisplayskip}{7pt plus 2pt}\setlength{\belowdisplayshortskip}{7pt plus 2pt}}
% No page break within an alignment that asks for none, and none after a heading.
\makeatletter
\@beginparpenalty=10000
\newcommand{\room}[1]{\par\begingroup\dimen@\pagegoal\advance\dimen@-\pagetotal
  \ifdim\pagetotal>0pt\ifdim\dimen@>0pt\ifdim\dimen@<#1\relax\newpage\fi\fi\fi\endgroup}
\makeatother
% A problem with its entries; an entry.  Neither starts at the foot of a page.
\newcommand{\problem}[1]{\room{18\baselineskip}\vspace{14pt}{\LARGE\bfseries #1\par}\nopagebreak
  \vskip 3pt\hrule\nopagebreak\vskip -6pt}
\newcommand{\entry}[1]{\room{11\baselineskip}\section{#1}}
% A part of an entry; what follows may be a formula of the same paragraph.
\newcommand{\head}[2][4]{\par\addvspace{8pt plus 2pt}\room{#1\baselineskip}\textbf{#2}\nopagebreak}
% One line of the contents.
\newcommand{\listing}[3]{\par\vskip -\parskip\parbox[t]{17em}{\raggedright\small #1\strut}\hspace{0.5em}%
  \parbox[t]{25em}{\raggedright\small #2\strut}\hfill{\small #3}\par}
% The reason beside a line, and the number of the line.
\newcommand{\reason}[2]{\parbox[t]{12.6em}{\raggedright\footnotesize #2}\makebox[2.4em][r]{#1}}
% What belongs to an induction or a case is set in from the left.
\newenvironment{inset}{\begin{list}{}{\setlength{\leftmargin}{1.4em}\setlength{\rightmargin}{0pt}%
  \setlength{\topsep}{2pt}\setlength{\parsep}{4pt}\setlength{\listparindent}{0pt}}\item[]}{\end{list}}
\newenvironment{listed}{\begin{list}{\textbullet}{\setlength{\leftmargin}{1.4em}\setlength{\labelwidth}{0.7em}\setlength{\labelsep}{5pt}%
  \setlength{\topsep}{2pt}\setlength{\itemsep}{1pt}\setlength{\parsep}{1pt}}\raggedright}{\end{list}}
"""
PREAMBLE = (
    CLASS
    + MACROS
    + r"""\begin{document}
"""
)


def write(sheet: outline.Sheet) -> str:
    """The whole article."""
    head = [r"\begin{center}", rf"{{\LARGE\bfseries {escape(sheet.title)}\par}}"]
    if sheet.subtitle:
        head.append(rf"\vspace{{4pt}}{{\large {escape(sheet.subtitle)}\par}}")
    head.append(r"\end{center}")
    return PREAMBLE + "\n".join([*head, "", *blocks_of(outline.plain(sheet.blocks), LINE), r"\end{document}"]) + "\n"


def fragment(blocks: Iterable[Any]) -> str:
    """Blocks for a text of somebody else's, with the macros of LaTeX, amsmath, amssymb and graphicx only."""
    return "\n".join(line for block in blocks for line in FRAGMENT[type(block)](block)) + "\n"


# --- text ------------------------------------------------------------------------------------------------

SPECIAL = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "{": r"\{",
    "}": r"\}",
    "&": r"\&",
    "%": r"\%",
    "#": r"\#",
    "$": r"\$",
    "_": r"\_",
    "<": r"\ensuremath{<}",
    ">": r"\ensuremath{>}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    "\n": " ",
    "\t": " ",
    "≤": r"\ensuremath{\le}",
    "≥": r"\ensuremath{\ge}",
    "≠": r"\ensuremath{\neq}",
    "→": r"\ensuremath{\to}",
    "∞": r"\ensuremath{\infty}",
    "×": r"\ensuremath{\times}",
    "·": r"\ensuremath{\cdot}",
    "±": r"\ensuremath{\pm}",
    "–": "--",
    "—": "---",
    "‘": "`",
    "’": "'",
    "“": "``",
    "”": "''",
    "…": r"\dots{}",
    "\u00a0": "~",
    "\ufdd0": "{}",
}
DIGRAPHS = {">=": r"\ensuremath{\ge}", "<=": r"\ensuremath{\le}", "!=": r"\ensuremath{\neq}", "->": r"\ensuremath{\to}"}


def escape(text: str) -> str:
    """Plain text for LaTeX: every special sign is printed as itself."""
    parts = re.split("(" + "|".join(map(re.escape, DIGRAPHS)) + ")", text)
    # Two hyphens, quotes or marks in a row would become another sign.
    return "".join(DIGRAPHS.get(part) or "".join(map(_sign, LIGATURE.sub("\ufdd0", part))) for part in parts)


LIGATURE = re.compile(r"(?<=-)(?=-)|(?<=')(?=')|(?<=`)(?=`)|(?<=,)(?=,)|(?<=[?!])(?=`)")


def _sign(sign: str) -> str:
    if sign in SPECIAL:
        return SPECIAL[sign]
    # Beyond Latin letters pdflatex has no glyphs: say which sign it was.
    return sign if sign.isprintable() and ord(sign) < 0x180 else f"[U+{ord(sign):04X}]"


def text_of(words: Words) -> str:
    """Text with formulas in it."""
    said = []
    for part in words:
        if isinstance(part, Math):
            said.append(f"${part.tex}$")
        else:
            said.append(rf"\textbf{{{escape(part.text)}}}" if part.strong else escape(part.text))
    return "".join(said)


# --- formulas --------------------------------------------------------------------------------------------


def _runs(rows: tuple[outline.Row, ...]) -> Iterator[tuple[outline.Row, ...]]:
    """Rows with a relation, and rows without one: each kind is aligned by itself."""
    for _, run in groupby(rows, key=lambda row: bool(row.relation)):
        yield tuple(run)


def _calculation(rows: tuple[outline.Row, ...], room: float) -> list[str]:
    """The rows of an alignment, reasons beside them, nothing wider than `room`."""
    printed: list[str] = []
    for row, lines in zip(rows, arranged(rows, room - (REASON + NUMBER + GAP)), strict=True):
        cells = [_cell(line) for line in lines]
        number = "" if row.number is None else f"({row.number})"
        cells[0] += rf" && \reason{{{number}}}{{{text_of(row.reason)}}}"
        printed += cells
    return printed


INDENT = {0.0: "", 1.0: r"\quad ", 2.0: r"\qquad ", 3.0: r"\quad \qquad "}


def _cell(line: Cell, mark: str = "& ") -> str:
    said = INDENT[line.indent] + " ".join(filter(None, [line.before, line.piece and _fitting(line.piece, line.room)]))
    tail = rf" \quad {line.tail}" if line.tail and line.piece else line.tail
    return f"{'' if line.left is None else f'{line.left} '}{mark}{said}{tail}"


def _fitting(piece: str, room: float) -> str:
    """`piece` itself, or scaled down where it is too wide and cannot be broken."""
    if width(piece) <= room:
        return piece
    return rf"\scalebox{{{room / width(piece):.3f}}}{{$\displaystyle {piece}$}}"


def _aligned(row: outline.Row, room: float) -> str:
    (lines,) = arranged((row,), room)
    if len(lines) == 1:
        return _cell(lines[0], "")
    cells = map(_cell, lines)
    return "\\begin{aligned}\n  " + " \\\\\n  ".join(cells) + "\n\\end{aligned}"


def _display(tex: str) -> str:
    return f"\\[\n{tex}\n\\]"


# --- blocks ----------------------------------------------------------------------------------------------


def blocks_of(blocks: Iterable[Any], room: float) -> list[str]:
    """The lines of LaTeX of `blocks` within `room` em; they need `MACROS`."""
    return [line for block in blocks for line in WRITE[type(block)](block, room)]


def _heading(block: outline.Heading, room: float) -> list[str]:
    if block.level < 2:
        return ["", rf"\{'entry' if block.level else 'problem'}{{{text_of(block.words)}}}"]
    room_for = f"[{block.room}]" if block.room else ""
    return [rf"\head{room_for}{{{text_of(block.words)}}}"]


def _paragraph(block: outline.Paragraph, room: float) -> list[str]:
    # Left open at its end: a formula that follows belongs to the paragraph.
    text = text_of(block.words)
    return [r"\par " + (rf"{{\small {text}\par}}" if block.small else text)]


def _item(said: Words) -> str:
    text = text_of(said)
    return rf"\item{'{}' if text.startswith('[') else ''} {text}"  # else the bracket would be its label


def _items(block: outline.Items, room: float) -> list[str]:
    return [r"\begin{listed}", *map(_item, block.items), r"\end{listed}"]


def _aligned_block(block: outline.Calculation, room: float) -> list[str]:
    end = r" \\*" if block.together else r" \\"
    said: list[str] = []
    for run in _runs(block.rows):
        rows = _calculation(run, room)
        said += [r"\begin{flalign*}", "  " + f"{end}\n  ".join(rows), r"\end{flalign*}"]
    return said


def _formula(block: outline.Formula, room: float) -> list[str]:
    tex = _aligned(block.row, room - (1.0 if block.boxed else 0.0))
    return [_display(rf"\boxed{{{tex}}}" if block.boxed else tex)]


def _inset(block: outline.Inset, room: float) -> list[str]:
    return [r"\begin{inset}", *blocks_of(block.blocks, room - STEP_IN), r"\end{inset}"]


def _errata(block: outline.Errata, room: float) -> list[str]:
    said: list[str] = []
    for number, entry in enumerate(block.entries, start=1):
        said += _correction(number, entry, room)
    return said


def _contents(block: outline.Contents, room: float) -> list[str]:
    rows = block.rows
    return [rf"\listing{{{text_of(place)}}}{{{text_of(title)}}}{{{escape(verdict)}}}" for place, title, verdict in rows]


def _correction(number: int, entry: outline.Correction, room: float) -> list[str]:
    reason = f" (reason given: {text_of(entry.reason)})" if entry.reason else ""
    said = [
        rf"\head{{{number}. {text_of(entry.where)}.}}",
        rf"\ As printed{reason}:",
        _display(_aligned(entry.printed, room)),
        rf"\par \textbf{{{escape(entry.verdict.capitalize())}.}}",
    ]
    said += [rf"{text_of(why)}\par" for why in entry.why]
    said += ["\n".join(blocks_of([block], room)) for block in entry.shown]
    if entry.correction is not None:
        label = "Correct" if entry.proved else "Correction, not proved"
        right = entry.correction
        same = (right.left, right.tail) == (entry.printed.left, entry.printed.tail)
        # A wide left side is not said twice.
        if same and width(right.left) > 0.3 * room and r"\begin{aligned}" in said[2]:
            label, right = f"{label}, the right side", replace(right, left="", tail="")
        told = rf"\textbf{{{label};}} {text_of(entry.see)}:" if entry.see else rf"\textbf{{{label}:}}"
        said += [rf"\par {told}", _display(_aligned(right, room))]
    if entry.remark:
        said.append(rf"\par {text_of(entry.remark)}")
    # An erratum stays on one page.
    return [f"{part}\n\\nopagebreak" for part in said[:-1]] + [said[-1]]


def _beside(block: outline.Beside, room: float) -> list[str]:
    """The printed claim and what is true side by side where both have room, and what shows it below."""
    claims = [part.row for part in (*block.printed, *block.correct) if isinstance(part, outline.Formula)]
    half = (room - GAP) / 2
    if not block.correct or any(width(replace(row, tail="").tex) > half - 1.0 for row in claims):
        return blocks_of((*block.printed, *block.correct), room)
    column = rf"\begin{{minipage}}[t]{{{half:.1f}em}}\setlength{{\parskip}}{{4pt}}\raggedright"
    return [
        r"\par\addvspace{8pt}\room{9\baselineskip}{\renewcommand{\room}[1]{}\noindent",
        *[column, *blocks_of(block.printed[:3], half), r"\end{minipage}\hfill"],
        *[column, *blocks_of(block.correct, half), r"\end{minipage}\par}"],
        *blocks_of(block.printed[3:], room),
    ]


def _table(block: outline.Table) -> list[str]:
    rows = [" & ".join(map(text_of, row)) + r" \\" for row in (block.head, *block.rows)]
    columns = "c" * len(block.head)
    head = rf"\par\smallskip{{\renewcommand{{\arraystretch}}{{1.4}}\begin{{tabular}}{{{columns}}}"
    return [head, rows[0], r"\hline", *rows[1:], r"\end{tabular}}\par"]


WRITE: dict[type, Callable[[Any, float], list[str]]] = {
    outline.Heading: _heading,
    outline.Paragraph: _paragraph,
    outline.Items: _items,
    outline.Calculation: _aligned_block,
    outline.Formula: _formula,
    outline.Inset: _inset,
    outline.Beside: _beside,
    outline.CrossChecks: lambda block, room: _items(outline.Items(block.items), room),
    outline.Table: lambda block, room: _table(block),
    outline.Errata: _errata,
    outline.Contents: _contents,
    outline.NewPage: lambda block, room: [r"\clearpage"],
}

FRAGMENT: dict[type, Callable[[Any], list[str]]] = {
    outline.Heading: lambda block: [rf"\paragraph{{{text_of(block.words)}.}}"],
    outline.Paragraph: lambda block: [rf"{text_of(block.words)}\par"],
    outline.Items: lambda block: [r"\begin{itemize}", *map(_item, block.items), r"\end{itemize}"],
    outline.Beside: lambda block: fragment((*block.printed, *block.correct)).splitlines(),
    outline.Formula: lambda block: [r"\begin{equation*}", _aligned(block.row, LINE), r"\end{equation*}"],
}
