"""The errata: what is printed wrongly, and what is right instead."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ..language.derivation import Erratum, Refutation
from ..language.report import REFUTED, Line, Report
from .citations import numbers_of, reason_words
from .given import letters_of
from .grounds import grounds_of, witness_of
from .outline import Block, Correction, Errata, Heading, NewPage, Row, row_of
from .subjects import place_of, settled, title_of
from .told import written
from .words import Text, Words, strong, words
from .worked import worked

__all__ = ["corrections_of", "errata", "only_a_remark", "right_claim", "see_instead"]


def errata(corrections: Sequence[Correction]) -> list[Block]:
    """The page of errata, with the remarks on reasons."""
    if not corrections:
        return []
    blocks: list[Block] = [NewPage()]
    for title, remark in (("Errata", False), ("Remarks on reasons", True)):
        if own := tuple(entry for entry in corrections if entry.is_remark == remark):
            blocks += [Heading(words(title), 0), Errata(own)]
    return blocks


def corrections_of(report: Report, known: Mapping[str, Report]) -> Iterator[Correction]:
    """What is printed wrongly in one entry."""
    subject = report.subject
    where = words(
        f"{place_of(subject)} " if subject.source else written(f"{title_of(subject)} "), f"(entry {report.name})"
    )
    if isinstance(subject, Refutation):
        why = [said for line in report.lines for said in witness_of(line, report)]
        right = right_claim(subject, known)
        see = words("see ", _corrector(known[subject.corrected_by or ""])) if right else ()
        remark = (
            words(strong("Correction: "), see_instead(subject, known)) if subject.corrected_by and not right else ()
        )
        yield Correction(
            where,
            row_of(subject.claim, domains=True),
            (),
            report.verdict,
            tuple(why),
            right,
            remark,
            right is not None,
            see,
        )
        return
    numbers = numbers_of(report)
    for line in getattr(report, "errata", ()):
        if not isinstance(line.item, Erratum):
            continue
        printed = line.item.printed
        right = line.item.correction
        right = getattr(right, "conclusion", right)
        remark = written(line.item.remark) if line.item.remark else ()
        if right == printed.statement and settled(report):
            remark = words("With all its facts the entry proves the line. ", remark)
            right = None
        reason = reason_words(line.judged(by=printed.by), numbers, letters_of(subject), {})
        yield Correction(
            where,
            row_of(printed.statement, domains=True),
            reason,
            line.verdict,
            tuple(grounds_of(line, report)),
            None if right is None else row_of(right, domains=True),
            remark,
            settled(report),
            is_remark=only_a_remark(line),
            shown=tuple(worked(line.witness, printed.statement, subject.given)) if line.verdict == REFUTED else (),
        )


def only_a_remark(line: Line) -> bool:
    """Is the printed line right, so that only its reason is corrected?"""
    correction = getattr(line.item, "correction", None)
    return bool(getattr(correction, "conclusion", correction) == line.statement)


def see_instead(subject: Refutation, known: Mapping[str, Report]) -> Words:
    """Where what is true instead stands."""
    instead = subject.corrected_by
    if instead not in known:
        return words(f"entry {instead}, which is not in this sheet.")
    return words(_corrector(known[instead]), ".")


def right_claim(subject: Refutation, known: Mapping[str, Report]) -> Row | None:
    """The claim that corrects a refuted one, where it is proved in this sheet."""
    report = known.get(subject.corrected_by or "")
    return row_of(report.subject.claim, domains=True) if report is not None and settled(report) else None


def _corrector(report: Report) -> Words:
    """How a correction names its entry: never as if it were proved when it is not."""
    proved = "" if settled(report) else ", which is not proved"
    return words(written(title_of(report.subject)), " (", Text(f"entry {report.name}", entry=report.name), f"{proved})")
