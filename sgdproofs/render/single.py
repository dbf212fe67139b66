"""One entry, or one theorem, by itself."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from ..language.derivation import Refutation
from ..language.report import PROVED, Report
from . import article
from .conditions import condition_blocks, how_known, intervals
from .entry import derivation_blocks, head_blocks, refutation_blocks, statement_blocks
from .given import given_blocks
from .latex import refuse_alike
from .outline import Block, Heading, Items
from .proof import proof_blocks
from .subjects import settled, symbols_in, symbols_of_report
from .told import merged, phrases
from .words import fact_sentence, words

__all__ = ["result", "shown", "shown_theorem"]


def result(report: Report, correction: Report | None = None) -> str:
    """One entry as a piece of LaTeX: what is given, the claim with its verdict, and the conditions, or the witness
    against it and what is true instead."""
    subject = report.subject
    refuse_alike(symbols_of_report(report))
    if isinstance(subject, Refutation):
        blocks = refutation_blocks(report, {correction.name: correction} if correction else {})[
            len(head_blocks(report)) :
        ]
    elif settled(report):
        claim = statement_blocks(subject.claim)
        blocks = [*given_blocks(subject), Heading(words("Result"), 2), *claim, *condition_blocks(report)]
    else:
        blocks = [
            *given_blocks(subject),
            Heading(words(f"Claim, {report.verdict} and not proved"), 2),
            *statement_blocks(subject.claim),
        ]
    return article.fragment(blocks)


def shown(report: Report) -> list[Block]:
    """One entry by itself; with the verdict "" as it stands, before any check."""
    subject = report.subject
    refuse_alike(symbols_of_report(report))
    if report.verdict:
        return refutation_blocks(report, {}) if isinstance(subject, Refutation) else derivation_blocks(report)
    claim = [Heading(words("As printed" if isinstance(subject, Refutation) else "Claim"), 2)]
    proof = [Heading(words("Proof, not checked yet"), 2), *proof_blocks(report)] if report.lines else []
    return [*head_blocks(report), *given_blocks(subject), *claim, *statement_blocks(subject.claim), *proof]


def shown_theorem(theorem: Any) -> list[Block]:
    """A theorem with the facts and the conditions that it rests on."""
    subject = SimpleNamespace(claim=theorem.claim, given=theorem.facts)
    known = phrases(subject, symbols=dict.fromkeys(symbols_in(subject)))
    groups = intervals(merged(theorem.conditions))
    needs = [words(relation, " (", how_known(group[0], known), ")") for relation, group in groups]
    blocks: list[Block] = [Heading(words(f"Theorem {theorem.name}"), entry=theorem.name, verdict=PROVED)]
    blocks += statement_blocks(theorem.claim, boxed=True)
    if theorem.facts:
        blocks += [Heading(words("Given"), 2), Items(tuple(map(fact_sentence, theorem.facts)))]
    if needs:
        blocks += [Heading(words("Conditions"), 2), Items(tuple(needs))]
    return blocks
