"""The solution sheet: a walk over reports which makes the parts of a sheet, for the writers to print.

Nothing is checked here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ..language.report import Report
from . import article, html, markdown
from .corrections import errata
from .entry import entry
from .outline import Correction, Heading, Picture, Sheet
from .summary import opening_summary
from .words import words

__all__ = ["outline", "solution_sheet"]


WRITERS = {"latex": article.write, "markdown": markdown.write, "html": html.write}


def solution_sheet(
    entries: Sequence[Report],
    *,
    title: str,
    subtitle: str = "",
    experiments: Mapping[str, Sequence[Any]] | None = None,
    form: str = "latex",
    pictures: Mapping[str, Sequence[Picture]] | None = None,
) -> str:
    """The sheet of `entries`, in their order, as a LaTeX article, as Markdown or as one page of HTML.

    `experiments` gives, by the name of an entry, the outcomes of its numeric cross-checks (each with a
    `describe()` or a text of its own), and `pictures` what they look like, for the page of HTML.  The same input
    gives the same output, to the last character.
    An entry that cannot be printed is named in its place, with the reason, and in a warning.
    """
    if form not in WRITERS:
        raise ValueError(f"{form!r} is not a form of a sheet: use one of {', '.join(WRITERS)}")
    return WRITERS[form](outline(entries, title=title, subtitle=subtitle, experiments=experiments, pictures=pictures))


def outline(
    entries: Sequence[Report],
    *,
    title: str,
    subtitle: str = "",
    experiments: Mapping[str, Sequence[Any]] | None = None,
    pictures: Mapping[str, Sequence[Picture]] | None = None,
) -> Sheet:
    """The parts of the sheet."""
    known = {report.name: report for report in entries}
    results = experiments or {}
    problems = [_problem(report.subject.source) for report in entries]
    blocks = opening_summary(entries, results)
    corrections: list[Correction] = []
    for number, report in enumerate(entries):
        if len(set(problems)) > 1 and (number == 0 or problems[number] != problems[number - 1]):
            blocks.append(Heading(words(problems[number]), 0))
        own, slips = entry(report, known, results.get(report.name, ()), (pictures or {}).get(report.name, ()))
        blocks += own
        corrections += slips
    blocks += errata(corrections)
    return Sheet(title, subtitle, tuple(blocks))


def _problem(source: str) -> str:
    """The problem that an entry belongs to: `Problem 1` of `Problem 1(a), ...`."""
    found = re.match(r"[^\d(,;]*\d+", source)
    return found[0].strip() if found else source or "Other results"
