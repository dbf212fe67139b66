"""What a notebook shows: an HTML step table, LaTeX between two dollars, and one line of plain text.

The HTML brings its own style and no script, and asks nobody for anything, so that Colab shows it as Jupyter does.
Rendering is imported when something is shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from .language.derivation import Branches, Calc, Derivation, Induction, Refutation
from .language.report import Line, Report
from .language.statements import Relation

__all__ = ["mime_bundle"]

NOT_CHECKED = ""


def mime_bundle(thing: Any) -> dict[str, str]:
    """The representations of a derivation, a refutation, a report, a theorem or a result."""
    from .render.html import fragment
    from .render.single import shown, shown_theorem

    if isinstance(thing, (Derivation, Refutation)):
        report = unchecked(thing)
        return {"text/html": fragment(shown(report)), "text/latex": latex_display(report)}
    if isinstance(thing, Report):
        return {"text/html": fragment(shown(thing)), "text/latex": latex_display(thing)}
    if hasattr(thing, "facts"):
        from .render.outline import row_of

        tex = row_of(thing.claim, domains=True).tex
        return {"text/html": fragment(shown_theorem(thing)), "text/latex": _between_dollars([tex])}
    return {"text/html": _result(thing)}


def unchecked(entry: Any) -> Report:
    """The lines of an entry, none of them checked."""
    lines = tuple(_lines(entry.proof, 0, "")) if isinstance(entry, Derivation) else ()
    numbered = tuple(line.judged(number=number) for number, line in enumerate(lines, start=1))
    return Report(entry, NOT_CHECKED, numbered)


def _lines(items: tuple, depth: int, scope: str) -> Iterator[Line]:
    """The lines of a proof in the order in which a check meets them."""
    for item in items:
        if isinstance(item, Calc):
            left = item.start
            for place, row in enumerate(item.rows):
                statement = Relation(left, row.rel, row.expr, item.when)
                yield Line(0, statement, row.by, NOT_CHECKED, item=row, depth=depth, scope=scope, continued=place > 0)
                left = row.expr
        elif isinstance(item, Induction):
            start = item.claim.at({item.over: item.start})
            yield from _part(item, start, item.base, depth, f"base, {item.over} = {item.start}")
            yield from _part(item, item.claim, item.step, depth, f"step, {item.over - 1} to {item.over}")
        elif isinstance(item, Branches):
            for condition, lines in item.parts:
                yield from _part(item, item.claim, lines, depth, f"case {condition}")
        else:
            yield Line(0, item.conclusion, item.by, NOT_CHECKED, item=item, depth=depth, scope=scope)


def _part(item: Any, claim: Any, lines: tuple, depth: int, scope: str) -> Iterator[Line]:
    """The lines of a base, a step or a case, which ends in its claim or in the reason for it."""
    inner = lines if lines and hasattr(lines[-1], "conclusion") else lines[:-1]
    yield from _lines(inner, depth + 1, scope)
    if inner is not lines:
        yield Line(0, claim, lines[-1], NOT_CHECKED, item=item, depth=depth + 1, scope=scope)


def latex_display(report: Report) -> str:
    """The lines of a report, or the claim of a refutation, between two dollars: `aligned`, never `align*`."""
    from .render.outline import row_of

    rows = []
    for line in report.lines if isinstance(report.subject, Derivation) else ():
        row = row_of(line.statement, continued=line.continued)
        tail = rf" \quad {row.tail}" if row.tail else ""
        rows.append(rf"{row.left} &{row.relation} {row.right}{tail} && \text{{({line.number})}}".strip())
    return _between_dollars(rows or [row_of(report.subject.claim, domains=True).tex])


def _between_dollars(rows: list[str]) -> str:
    return "$$\n\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}\n$$"


def _result(result: Any) -> str:
    """The outcome of an experiment, and its picture where Matplotlib is there."""
    from .language.errors import MissingTool
    from .plots import picture
    from .render.html import fragment
    from .render.outline import CrossChecks, Picture
    from .render.words import strong, words

    drawn: tuple[Picture, ...] = ()
    with suppress(MissingTool):
        drawn = (Picture(*picture(result)),) if result.entry is not None else ()
    head, colon, rest = result.describe().partition(": ")
    return fragment([CrossChecks((words(strong(f"{result.name}: {head}{colon}"), rest),), drawn)])
