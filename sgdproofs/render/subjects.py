"""What is said of an entry wherever it is named: its title and place, its symbols, whether it is settled."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sympy.core.basic import Basic

from ..language.derivation import Calc, leaves
from ..language.facts import Across, Identical
from ..language.functions import InfiniteSum, Product, opened
from ..language.report import PROVED, Report
from ..language.statements import symbols_of
from ..language.terms import Element, Family, Function, Index, Parameter
from .latex import free_of, latex
from .told import Phrases, phrases

__all__ = ["phrases_of", "place_of", "settled", "symbols_in", "symbols_of_entry", "symbols_of_report", "title_of"]


def settled(report: Report) -> bool:
    """Is the claim a theorem: every line proved, every condition discharged, and the theorem at hand?"""
    return (
        report.verdict == PROVED
        and report.theorem is not None
        and all(line.verdict == PROVED for line in report.lines)
        and all(condition.discharged is not None for condition in report.conditions)
    )


def title_of(subject: Any) -> str:
    return subject.title or subject.name


def place_of(subject: Any) -> str:
    return subject.source.partition(";")[0]


def symbols_of_entry(subject: Any) -> list[Any]:
    """The parameters, families and elements that an entry speaks of, each once; of the indices those that are free."""
    free = {i for statement in _said(subject) for i in free_of(statement)}
    free |= {fact.index for fact in subject.given if isinstance(fact, Across | Identical)}
    return [s for s in dict.fromkeys(symbols_in(subject)) if not isinstance(s, Index) or s in free]


def _said(subject: Any) -> Iterator[Any]:
    """The statements of an entry: its claim, its facts and lemmas, its lines."""
    yield subject.claim
    for fact in subject.given:
        found = (getattr(fact, name, None) for name in ("relation", "statement"))
        yield from (statement for statement in found if statement is not None)
    yield from (item.statement for item in getattr(subject, "lemmas", ()))
    yield from (item.conclusion for item in leaves(getattr(subject, "proof", ())))


def symbols_in(subject: Any) -> Iterator[Any]:
    """The symbols of the claim, the facts and the lines, in their order, each as often as it occurs."""
    statements = [subject.claim]
    for fact in subject.given:
        if isinstance(fact, (Across, Identical)):
            yield from (*fact.families, fact.index)
        statements += [value for value in vars(fact).values() if isinstance(value, Basic)]
        statements += [value for _, value in getattr(fact, "start", ())]
    for item in leaves(getattr(subject, "proof", ())):
        if isinstance(item, Calc):
            statements += [item.start, *(r.expr for r in item.rows)]
        else:
            statements.append(item.conclusion)
    for statement in statements:
        yield from _mentioned(statement)


def _mentioned(statement: Any) -> Iterator[Any]:
    if isinstance(statement, (Parameter, Family, Element, Function)):
        yield statement
    if isinstance(statement, Product | InfiniteSum):
        body, own = opened(statement, latex)  # its index is named as on the page
        inside = (*_mentioned(body), *(symbol for end in statement.args[2:] for symbol in _mentioned(end)))
        yield from (symbol for symbol in inside if symbol != own or own == statement.written)
    elif isinstance(statement, Basic):
        for part in statement.args:
            yield from _mentioned(part)
    else:
        yield from symbols_of(statement)


def symbols_of_report(report: Report) -> Iterator[Any]:
    """The same, and those of the lines that were judged."""
    yield from symbols_in(report.subject)
    for line in (*report.lines, *report.errata):
        yield from _mentioned(line.statement)


def phrases_of(report: Report) -> Phrases:
    """The texts that stand for mathematics in what is said of an entry."""
    return phrases(report.subject, (*report.lines, *report.errata), dict.fromkeys(symbols_of_report(report)))
