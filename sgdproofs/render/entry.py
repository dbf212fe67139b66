"""One entry of a sheet: what is given, its proof or its refutation, its conditions and cross-checks.

Nothing is printed as a result unless its report carries a theorem.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..language.derivation import Refutation
from ..language.errors import StatementError
from ..language.report import PROVED, REFUTED, UNDECIDED, Report
from ..language.statements import Loops
from .conditions import condition_blocks, needs_of
from .corrections import corrections_of, right_claim, see_instead
from .given import given_blocks
from .grounds import described, sentence, why_not_proved, witness_of
from .latex import as_sums, latex, refuse_alike
from .outline import (
    Beside,
    Block,
    Calculation,
    Correction,
    CrossChecks,
    Formula,
    Heading,
    Items,
    Paragraph,
    Picture,
    Row,
    row_of,
)
from .proof import is_sanity, proof_blocks
from .subjects import phrases_of, settled, symbols_of_report, title_of
from .told import exact, told, written
from .words import Math, Words, counted, joined, strong, words
from .worked import worked

__all__ = ["derivation_blocks", "entry", "head_blocks", "refutation_blocks", "statement_blocks"]


Hidden = tuple[int, ...] | str
"""The numbers of the lines that are not printed, or "proof" for all of them."""


def entry(
    report: Report,
    known: Mapping[str, Report],
    outcomes: Sequence[Any] = (),
    pictures: Sequence[Picture] = (),
    hide: Hidden = (),
) -> tuple[list[Block], list[Correction]]:
    """The parts of one entry, and its corrections.  `hide` are lines of the proof that are not printed; a line that
    is not proved is printed all the same."""
    hidden = _hidden(report, hide)
    try:
        refuse_alike(symbols_of_report(report))
        own = (
            refutation_blocks(report, known)
            if isinstance(report.subject, Refutation)
            else derivation_blocks(report, hidden)
        ) + _experiments(report, outcomes, tuple(pictures))
        return own, list(corrections_of(report, known))
    except StatementError as error:
        warnings.warn(f"entry {report.name} cannot be printed: {error}", stacklevel=3)
        return _unprintable(report, error), []


def _unprintable(report: Report, error: Exception) -> list[Block]:
    return [
        Heading(words(f"Entry {report.name}")),
        Paragraph(words(strong("This entry cannot be printed. "), f"{error}")),
    ]


def _hidden(report: Report, hide: Hidden) -> frozenset[int]:
    """The lines that are left out; StatementError if there is no such line."""
    if hide and isinstance(report.subject, Refutation):
        raise StatementError("it is a refutation, and has no proof to hide")
    lines = {line.number: line.verdict for line in report.lines if not is_sanity(line)}
    wanted = set(lines) if isinstance(hide, str) else set(hide)
    if unknown := sorted(wanted - set(lines)):
        raise StatementError(f"it has no line {unknown[0]} to hide: the lines of its proof are 1 to {max(lines)}")
    return frozenset(number for number in wanted if lines[number] == PROVED)


def head_blocks(report: Report) -> list[Block]:
    """The title of an entry with its verdict, where it is from, and its note."""
    subject = report.subject
    proof = not isinstance(subject, Refutation)
    verdict = report.verdict if not proof or settled(report) or report.verdict != PROVED else UNDECIDED
    blocks: list[Block] = [Heading(written(title_of(subject)), entry=report.name, verdict=verdict)]
    if subject.source:
        blocks.append(Paragraph(words(f"{subject.source}. Entry {subject.name}."), small=True))
    else:
        blocks.append(Paragraph(words(f"Entry {subject.name}."), small=True))
    if subject.note:
        blocks.append(Paragraph(written(subject.note)))
    return blocks


def derivation_blocks(report: Report, hidden: frozenset[int] = frozenset()) -> list[Block]:
    """A derivation: what is given, the proof, the result."""
    subject = report.subject
    lines = {line.number for line in report.lines if not is_sanity(line)}
    proof = (
        [Paragraph(words(f"The proof, {counted(len(lines), 'line')} that were checked, is not printed here."))]
        if hidden == lines
        else proof_blocks(report, hidden)
    )
    blocks = [*head_blocks(report), *given_blocks(subject), Heading(words("Proof"), 2), *proof]
    if settled(report):
        blocks += [Heading(words("Result"), 2, _room(report)), *statement_blocks(subject.claim, boxed=True)]
        if points := _points(subject.claim):
            blocks.append(points)
    else:
        why = words(" ", told(sentence(report.reason), phrases_of(report))) if report.reason else ()
        blocks += [
            Heading(words("Claim, not proved"), 2),
            Paragraph(words(strong(f"The claim is not proved ({report.verdict})."), why)),
            *statement_blocks(subject.claim),
        ]
    return blocks + condition_blocks(report) + _sanity(report)


def _room(report: Report) -> int:
    """The lines of text that a result takes with its conditions and sanity checks, so that they stay on one page."""
    rows = [3 if r"\left" in latex(line.statement) else 2 for line in report.lines if is_sanity(line)]
    return min(5 + (len(report.conditions) + 1) // 2 + (3 + sum(rows) if rows else 0), 22)


def _points(claim: Any) -> Block | None:
    """The two points which show that something is not determined."""
    if not hasattr(claim, "first"):
        return None
    both = [
        joined(Math(f"{latex(symbol)} = {exact(value)}") for symbol, value in point.items())
        for point in (claim.first, claim.second)
    ]
    return Items((words("One point: ", both[0]), words("Another: ", both[1])))


def statement_blocks(statement: Any, *, boxed: bool = False) -> list[Block]:
    """A statement as a displayed formula."""
    blocks: list[Block] = [Formula(row_of(statement, domains=True), boxed)]
    if isinstance(statement, Loops):
        blocks += [Paragraph(words("As a sum:")), Formula(row_of(as_sums(statement), domains=True), boxed)]
    return blocks


def _sanity(report: Report) -> list[Block]:
    """The checked values of the claim's right-hand side at particular parameters."""
    blocks: list[Block] = []
    known = phrases_of(report)
    rows: list[Row] = []
    lines = list(filter(is_sanity, report.lines))
    for line in lines:
        point = line.scope.partition(", ")[2]
        reason = words(
            *(("for ", told(point, known)) if point else ()), *(() if line.verdict == PROVED else (": ", line.verdict))
        )
        row = row_of(line.statement, number=line.number, reason=reason)
        rows.append(replace(row, verdict=line.verdict, needs=needs_of(line, known), whole=latex(line.statement)))
        if line.verdict != PROVED or line is lines[-1]:
            blocks.append(Calculation(tuple(rows), together=True))
            rows.clear()
        if line.verdict != PROVED:
            blocks += [Paragraph(said) for said in why_not_proved(line, report)]
    return [Heading(words(f"Sanity check{'s' * (len(lines) > 1)}"), 2), *blocks] if blocks else []


def _experiments(report: Report, outcomes: Sequence[Any], pictures: tuple[Picture, ...] = ()) -> list[Block]:
    known = phrases_of(report)
    declared = getattr(report.subject, "experiments", ())
    said: list[Words] = []
    before = None
    for number, outcome in enumerate(outcomes):
        head, colon, rest = described(outcome).partition(": ")
        miss = getattr(declared[number], "near_miss", None) if len(declared) == len(outcomes) else None
        # The near-miss of a refuted claim is what is true instead, which the entry names anyway.
        new = miss is not None and miss != before and not isinstance(report.subject, Refutation)
        shown = words(" (near-miss: ", Math(row_of(miss).tex), ")") if new and not isinstance(miss, Loops) else ()
        said.append(words(strong(f"{head}:") if colon else head, " ", told(rest, known), shown, "." * bool(colon)))
        before = miss
    return [Heading(words("Numeric cross-checks"), 2), CrossChecks(tuple(said), pictures)] if said else []


def refutation_blocks(report: Report, known: Mapping[str, Report]) -> list[Block]:
    """A printed claim that is refuted, with the witness against it, beside what is true instead."""
    subject = report.subject
    printed: list[Block] = [Heading(words("As printed"), 2), Formula(row_of(subject.claim, domains=True))]
    if report.verdict == REFUTED:
        printed.append(Paragraph(words(strong("Refuted."), " Under what is given the printed claim is false.")))
    else:
        why = words(" ", told(sentence(report.reason), phrases_of(report))) if report.reason else ()
        printed.append(Paragraph(words(strong(f"Not refuted ({report.verdict})."), why)))
    for line in report.lines:
        printed += [Paragraph(said) for said in witness_of(line, report)]
        if line.witness is not None and report.verdict == REFUTED:
            printed += worked(line.witness, subject.claim, subject.given)
    correct: list[Block] = []
    if subject.corrected_by:
        correct.append(Paragraph(words(strong("Correction: "), see_instead(subject, known))))
        if right := right_claim(subject, known):
            correct.append(Formula(right))
    return [*head_blocks(report), *given_blocks(subject), Beside(tuple(printed), tuple(correct))]
