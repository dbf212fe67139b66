"""The verdict on one claim or item, and on several together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ..language.report import PROVED, REFUTED, UNDECIDED, UNJUSTIFIED

__all__ = ["Outcome", "condition", "together"]


@dataclass
class Outcome:
    """The verdict on one claim or item."""

    verdict: str
    reason: str = ""
    conditions: list[dict] = field(default_factory=list)
    witness: Any = None


def condition(relation: Any, discharged: str | None) -> dict:
    """A condition, as it is answered, with how it was discharged."""
    return {"condition": str(relation), "discharged": discharged}


def together(outcomes: Sequence[Outcome]) -> Outcome:
    """All parts: refuted if one is, proved if all are."""
    for verdict in (REFUTED, UNJUSTIFIED, UNDECIDED):
        for outcome in outcomes:
            if outcome.verdict == verdict:
                return outcome
    found: list[dict] = []
    for outcome in outcomes:
        found += [c for c in outcome.conditions if c not in found]
    return Outcome(PROVED, outcomes[0].reason if len(outcomes) == 1 else "", found)
