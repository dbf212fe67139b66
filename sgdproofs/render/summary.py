"""What a sheet holds, and how to read it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..language.derivation import Refutation
from ..language.report import PROVED, REFUTED, UNDECIDED, UNJUSTIFIED, Report
from .corrections import only_a_remark
from .outline import Block, Contents, Heading, Items, NewPage, Paragraph
from .subjects import place_of, settled, title_of
from .told import told, written
from .words import Math, Words, counted, strong, words

__all__ = ["checked", "opening_summary"]


def checked(entries: Sequence[Report], results: Mapping[str, Sequence[Any]]) -> list[Block]:
    """What was checked, and how to read the solutions."""
    said = list(_counts(entries, results))
    every = [outcome for r in entries for outcome in results.get(r.name, ())]
    return [
        Heading(words("What was checked"), 2),
        Items(tuple(said)),
        Heading(words("How to read the solutions"), 2),
        Items(tuple(_legend(every))),
    ]


def opening_summary(entries: Sequence[Report], results: Mapping[str, Sequence[Any]]) -> list[Block]:
    """What the sheet holds, its entries in their order, and how to read it."""
    if len(entries) < 2:
        return [Paragraph(_summary(entries))] if entries else []
    every = [outcome for r in entries for outcome in results.get(r.name, ())]
    blocks: list[Block] = [Items(tuple(_counts(entries, results)))]
    blocks += [
        Heading(words("Contents"), 2),
        Contents(
            tuple(
                (words(place_of(r.subject)), written(title_of(r.subject)), "proved" if settled(r) else r.verdict)
                for r in entries
            )
        ),
    ]
    return [*blocks, Heading(words("How to read this sheet"), 2), Items(tuple(_legend(every))), NewPage()]


def _summary(entries: Sequence[Report]) -> Words:
    proofs = [r for r in entries if not isinstance(r.subject, Refutation)]
    claims = [r for r in entries if isinstance(r.subject, Refutation)]
    lines = [line for r in proofs for line in r.lines]
    counts = [
        f"{n} {kind}"
        for kind in (PROVED, UNJUSTIFIED, REFUTED, UNDECIDED)
        if (n := sum(line.verdict == kind for line in lines))
    ]
    said = []
    if proofs:
        said.append(f"{counted(len(proofs), 'derivation')} with {counted(len(lines), 'line')}: {', '.join(counts)}.")
    if claims:
        refuted = sum(r.verdict == REFUTED for r in claims)
        said.append(f"{counted(len(claims), 'printed claim')} examined: {refuted} refuted.")
    return words(" ".join(said))


def _counts(entries: Sequence[Report], results: Mapping[str, Sequence[Any]]) -> Iterator[Words]:
    yield _summary(entries)
    conditions = [c for r in entries for c in r.conditions]
    if conditions:
        met = sum(c.discharged is not None for c in conditions)
        shown = "all shown to hold" if met == len(conditions) else f"{met} shown to hold"
        yield words(
            f"{counted(len(conditions), 'condition')} (a divisor that is not 0, a ratio below 1, ...): {shown}."
        )
    slips = [line for r in entries for line in r.errata if not only_a_remark(line)]
    remarks = sum(map(only_a_remark, (line for r in entries for line in r.errata)))
    if slips:
        kinds = ", ".join(
            f"{n} {kind}"
            for kind in (REFUTED, UNJUSTIFIED, UNDECIDED, PROVED)
            if (n := sum(line.verdict == kind for line in slips))
        )
        yield words(f"{counted(len(slips), 'printed line')} examined: {kinds}. See the errata at the end.")
    if remarks:
        yield words(f"{counted(remarks, 'remark')} on a reason that leaves out a fact, at a line that is right.")
    every = [outcome for r in entries for outcome in results.get(r.name, ())]
    if every and all(hasattr(outcome, "passed") for outcome in every):
        passed = sum(outcome.passed for outcome in every)
        yield words(f"{counted(len(every), 'numeric cross-check')}: {passed} passed.")


def _legend(outcomes: Sequence[Any]) -> Iterator[Words]:
    yield words(
        "Beside each line stands its reason, with the facts and lines that it uses; but for the domains of the "
        "parameters nothing else was used to check it. A result is in a box only if every line of its proof is "
        "proved and every condition holds. A further result goes beyond the problem set."
    )
    yield words(
        strong("Unjustified"),
        " means: it does not follow from the facts that are cited for it, even if it is true for another reason. ",
        strong("Refuted"),
        " means: it is false, and an example shows it.",
    )
    kinds = {getattr(outcome, "kind", "") for outcome in outcomes}
    if not kinds - {""}:
        return
    yield words(
        "The cross-checks compute from what is given, not from the proof. Each also tries a ",
        strong("near-miss"),
        ", a wrong formula close to the right one, and passes only if that fails.",
    )
    if "exact" in kinds:
        yield words(
            strong("Exact"),
            ": in rational arithmetic, in finite probability spaces in which the given facts "
            "hold; the statements are the lines of the proof and its claim.",
        )
    if "high precision" in kinds:
        yield words(strong("High precision"), ": both sides are computed to many digits and compared.")
    if "Monte Carlo" in kinds:
        alarms = {
            (o.data["false_alarm"], o.data["false_alarm_comparisons"])
            for o in outcomes
            if "false_alarm" in getattr(o, "data", {})
        }
        chance = (
            words(
                f" (in a run of up to {max(n for _, n in alarms)} comparisons a true claim is rejected with "
                "probability at most ",
                told(f"{max(p for p, _ in alarms):.0e}"),
                ")",
            )
            if alarms
            else ()
        )
        yield words(
            strong("Monte Carlo"),
            ": what is given is simulated; ",
            Math("|z|"),
            " is the distance of the two sides in standard errors, and a claim is rejected beyond what is allowed",
            chance,
            ".",
        )
