"""Why a line is not proved, and what shows it."""

from __future__ import annotations

from typing import Any

from ..language.report import PROVED, REFUTED, UNJUSTIFIED, Line, Report
from ..language.terms import Function
from .subjects import phrases_of, symbols_of_report
from .told import families, told
from .witness import witness_words
from .words import Words, fact_name, listed, strong, words

__all__ = ["described", "grounds_of", "sentence", "why_not_proved", "witness_of"]


def why_not_proved(line: Line, report: Report) -> list[Words]:
    """The verdict of a line that is not proved, with what shows it."""
    if line.verdict == PROVED:
        return []
    head = strong(f"Line ({line.number}): {line.verdict.capitalize()}.")
    first, *rest = grounds_of(line, report) or [()]
    return [words(head, " " if first else "", first), *rest]


def grounds_of(line: Line, report: Report) -> list[Words]:
    """Why a line is not proved: the facts it should have cited, the reason, the witness."""
    seen = witness_of(line, report)
    if line.verdict == UNJUSTIFIED and line.missing:
        missing = _missing(line, report.subject.given)
        return [words("It does not follow from what it cites; it also needs ", missing, "."), *seen]
    if line.reason and not (line.verdict == REFUTED and seen):
        return [words(told(sentence(line.reason), phrases_of(report))), *seen]
    return seen


def _missing(line: Line, given: tuple) -> Words:
    """The facts that a line would have had to cite as well."""
    named = {fact.name: fact_name(fact) for fact in given}
    return listed(named.get(name, name) for name in line.missing)


def sentence(text: str) -> str:
    """A reason as a sentence of its own."""
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."


def witness_of(line: Line, report: Report) -> list[Words]:
    """The witness against a line, in words."""
    if line.witness is None:
        return []
    kind = "Where only the cited facts hold: " if line.verdict == UNJUSTIFIED else "Witness: "
    if hasattr(line.witness, "model"):
        named = {s.name: s for s in symbols_of_report(report) if isinstance(s, Function)}
        return [words(strong(kind), witness_words(line.witness, {**named, **families(symbols_of_report(report))}))]
    first, *rest = [text.strip() for text in described(line.witness).splitlines() if text.strip()] or [""]
    return [words(strong(kind), first), *(words(text) for text in rest)]


def described(what: Any) -> str:
    """What an outcome or a witness says of itself."""
    describe = getattr(what, "describe", None)
    return describe() if callable(describe) else str(what)
