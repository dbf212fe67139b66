"""Witnesses against a claim.

A claim is refuted only by a witness that `refute.replay` has evaluated from nothing, or at a point where its sides lie
in rectangles that do not meet.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from ..language import terms as T
from ..language.errors import SgdproofsError
from ..language.facts import Definition
from ..language.report import REFUTED
from ..language.statements import Relation
from ..models import fact_roots
from ..refute import search
from .case import Claim, Setting
from .clock import Clock
from .irrational import search_enclosed
from .outcome import Outcome
from .prover import Prover
from .rewriting import nodes, rebuilt

__all__ = ["refuted", "refuted_limit", "refuted_value", "searched"]


def refuted(claim: Claim, setting: Setting, clock: Clock, prover: Prover) -> Outcome | None:
    """A witness against the claim, or against something without which it is undefined."""
    if setting.models is None:
        return None
    necessary = [n for n in claim.needs if n.necessary and not setting.complexes and not prover.holds(n)]
    for need in necessary[:3]:
        found = searched(need.relation.given(*claim.exact.when), setting.models, clock.left(0.1))
        if found is not None:
            return Outcome(
                REFUTED,
                f"undefined: {need.relation.lhs} {need.relation.rel} {need.relation.rhs} fails at {found.describe()}",
                witness=found.as_json(),
            )
    statement = claim.exact.given(
        *(
            r
            for n in necessary
            if len(n.relation.when) == len(claim.exact.when)
            for r in (Relation(n.relation.lhs, n.relation.rel, n.relation.rhs),)
        )
    )
    return _witness(statement, setting, clock)


def _witness(statement: Relation, setting: Setting, clock: Clock) -> Outcome | None:
    """A point at which the statement fails: exactly, or in rectangles that do not meet."""
    assert setting.models is not None
    if not setting.complexes:
        found = searched(statement, setting.models, clock.left(0.3))
        if found is not None:
            return Outcome(REFUTED, found.describe(), witness=found.as_json())
    record = search_enclosed(statement, setting.models, setting.complexes, seconds=clock.left(0.3))
    if record is None:
        return None
    where = ", ".join(f"{name} = {v}" for name, v in record["parameters"].items())
    sides = "" if record["left"] is None else f"left {record['left'][0]}, right {record['right'][0]}"
    said = ": ".join(filter(None, (where, sides)))
    return Outcome(REFUTED, f"{said} ({record['why']})" if said else record["why"], witness=record)


def searched(statement: Relation, facts: Iterable[Any], seconds: float) -> Any:
    """A witness at which the facts hold and the statement fails, or None."""
    try:
        return search(statement, facts, seconds=seconds)
    except (SgdproofsError, RecursionError):
        return None


def refuted_limit(claim: Claim, setting: Setting, clock: Clock, prover: Prover) -> Outcome | None:
    """A limit of a recurrence, refuted through the closed form that the kernel has proved."""
    if setting.models is None or not any(isinstance(x, T.Limit) for x in nodes(claim.exact)):
        return None
    statement, facts = claim.exact, list(setting.models)
    for closed in prover.closed_forms.of_recurrences(claim.statement):
        family, index = closed.claim.lhs.family, closed.claim.lhs.indices[0]
        if any(_uses(f, family) for f in facts if not (isinstance(f, Definition) and _about(f, family))):
            return None
        statement = _closed(statement, family, index, closed.claim.rhs).given(*closed.claim.when)
        facts = [f for f in facts if not (isinstance(f, Definition) and _about(f, family))]
    if statement is claim.exact:
        return None
    return _witness(statement, replace(setting, models=tuple(facts)), clock)


def refuted_value(claim: Claim, setting: Setting, clock: Clock, prover: Prover) -> Outcome | None:
    """A limit refuted through its value, of which the kernel has proved that it is the limit at all points."""
    statement = prover.closed_forms.valued(claim.statement)
    if statement == claim.statement or setting.models is None:
        return None
    return _witness(statement, setting, clock)


def _about(fact: Definition, family: T.Family) -> bool:
    return getattr(fact.target, "family", None) == family


def _uses(fact: Any, family: T.Family) -> bool:
    return any(x == family for root in fact_roots(fact) for x in T.walk(root))


def _closed(statement: Relation, family: T.Family, index: T.Index, value: Any) -> Relation:
    """The statement with every element of the family replaced by its closed form, in its assumptions, too."""

    def change(node: Any) -> Any:
        if isinstance(node, T.Element) and node.family == family:
            return T.substituted(value, {index: rebuilt(node.indices[0], change)})
        return None

    def changed(relation: Relation) -> Relation:
        left, right = rebuilt(relation.lhs, change), rebuilt(relation.rhs, change)
        return Relation(left, relation.rel, right, tuple(map(changed, relation.when)))

    return changed(statement)
