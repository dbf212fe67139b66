r"""A hand-out as LaTeX that people go on editing: the `exam` class, its questions, parts and points, \printanswers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .article import LINE, MACROS, blocks_of, escape, text_of
from .outline import Part, Problem, Sheet, Solution

__all__ = ["write"]

HEAD = r"""\documentclass[10pt,a4paper,fleqn,addpoints]{exam}
% Compile with: latexmk -pdf
"""
OWN = r"""\pagestyle{headandfoot}
\runningheadrule
\firstpagefooter{}{\thepage\ / \numpages}{}
\runningfooter{}{\thepage\ / \numpages}{}
% A problem begins with its number and title, at the left margin.
\newcommand{\worth}{}
\newcommand{\titled}{\expandafter\ifx\expandafter\relax\detokenize\expandafter{\thequestiontitle}\relax\else. \fi}
\qformat{\large\bfseries Problem \thequestion\titled\thequestiontitle\hfill\normalsize\normalfont\worth}
\renewcommand{\questionshook}{\setlength{\leftmargin}{0pt}\setlength{\labelwidth}{0pt}\setlength{\labelsep}{0pt}\setlength{\parsep}{4pt}}
\renewcommand{\partshook}{\setlength{\leftmargin}{1.8em}\setlength{\labelwidth}{1.4em}\setlength{\labelsep}{0.4em}%
  \setlength{\parsep}{4pt}}
\pointsinrightmargin
% A solution flows over pages, set like the rest.
\renewenvironment{TheSolution}{\room{13\baselineskip}\par\addvspace{6pt}\noindent\textbf{Solution.}\par}{\par}
\renewcommand{\entry}[1]{\room{9\baselineskip}\par\addvspace{12pt}{\large\bfseries #1\par}\nopagebreak}
"""


def write(sheet: Sheet) -> str:
    r"""The document; of a sheet without solutions it holds none, not even hidden ones."""
    title = escape(sheet.title) + (rf" \\[2pt] \large {escape(sheet.subtitle)}" if sheet.subtitle else "")
    lines = [
        HEAD.rstrip(),
        r"\printanswers % without this line the solutions are left out" if sheet.solutions else "% \\printanswers",
        MACROS.rstrip(),
        OWN.rstrip(),
        rf"\firstpageheader{{{escape(sheet.course)}}}{{}}{{{escape(sheet.date)}}}",
        rf"\runningheader{{{escape(sheet.course)}}}{{}}{{{escape(sheet.title)}}}",
        r"\begin{document}",
        r"\begin{center}",
        rf"{{\LARGE\bfseries {title}\par}}",
        *([r"\vspace{4pt}\numpoints\ points in all\par"] if sheet.points is not None else []),
        r"\end{center}",
        "",
    ]
    return "\n".join([*lines, *_blocks(sheet.blocks), r"\end{document}"]) + "\n"


def _blocks(blocks: Iterable[Any]) -> list[str]:
    """The whole sheet: problems in a row are questions of one list, what stands between them interrupts it."""
    said: list[str] = []
    inside = False
    for block in blocks:
        if isinstance(block, Problem) != inside:
            said.append(r"\end{questions}" if inside else _begin(block))
            inside = not inside
        said += _problem(block) if isinstance(block, Problem) else blocks_of([block], LINE)
    return [*said, *([r"\end{questions}"] if inside else [])]


def _begin(problem: Problem) -> str:
    return "\\begin{questions}" + (rf"\setcounter{{question}}{{{problem.number - 1}}}" if problem.number > 1 else "")


def _problem(problem: Problem) -> list[str]:
    parts = [block for block in problem.blocks if isinstance(block, Part)]
    own = problem.points if not any(part.points for part in parts) else None
    said = [
        "",
        r"\par\addvspace{12pt}\room{7\baselineskip}",
        r"\renewcommand{\worth}{" + (r"(\totalpoints\ points)" if problem.points is not None else "") + "}",
        rf"\titledquestion{{{text_of(problem.title)}}}{_points(own)}",
        r"\leavevmode\par\nopagebreak",
    ]
    said += _inside([block for block in problem.blocks if not isinstance(block, Part)], LINE)
    if parts:
        said.append(r"\begin{parts}")
        for part in parts:
            said += [rf"\part{_points(part.points)}", *_inside(part.blocks, LINE - 1.8)]
        said.append(r"\end{parts}")
    return said


def _inside(blocks: Iterable[Any], room: float) -> list[str]:
    said: list[str] = []
    for block in blocks:
        if isinstance(block, Solution):
            said += [r"\begin{solution}", *blocks_of(block.blocks, room), r"\end{solution}"]
        else:
            said += blocks_of([block], room)
    return said


def _points(points: int | None) -> str:
    return "" if points is None else f"[{points}]"
