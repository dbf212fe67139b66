"""Statements, perturbations and neutral changes of one procedure, counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from sgdproofs import check_step

from .changes import NEUTRAL, PERTURBATIONS, Case
from .points import falsified, refuted_at

__all__ = ["Procedure", "Tally", "step"]

SECONDS = 20.0
"""For one call of the checker."""


def step(lhs: str, rel: str, rhs: str, symbols: str = "", **more: Any) -> Case:
    """A case in short: the symbols as `a:real n:natural`."""
    case: Case = {
        "id": "random",
        "kind": "relation",
        "lhs": lhs,
        "rel": rel,
        "rhs": rhs,
        "symbols": dict(s.split(":") for s in symbols.split()),
        "functions": {},
        "defs": [],
        "random": None,
        "assumptions": [],
        "premises": [],
    }
    return {**case, **more}


@dataclass(frozen=True)
class Procedure:
    """`make` builds a true statement; `floor` is the share that is proved at least: to be raised, never lowered."""

    name: str
    make: Callable[[Random], Case]
    floor: float
    points: int = 12
    variant: float = 0.0
    """The share of neutral changes that still change the verdict: to be lowered, never raised."""


@dataclass
class Tally:
    name: str
    statements: int = 0
    proved: int = 0
    perturbed: int = 0
    """Perturbations that a point shows to be false."""
    refuted: int = 0
    wrongly_proved: list[Case] = field(default_factory=list)
    wrongly_refuted: list[Case] = field(default_factory=list)
    not_replayed: list[tuple[str, Case]] = field(default_factory=list)
    """Refutations whose witness is none, by the evaluation of these tests."""
    changes: int = 0
    variant: list[tuple[str, Case, Case, str, str]] = field(default_factory=list)
    not_proved: list[tuple[str, Case]] = field(default_factory=list)
    kinds: Counter = field(default_factory=Counter)

    def one(self, procedure: Procedure, seed: str, perturbations: int, neutral: int) -> None:
        """One statement, some of its perturbations, and some neutral changes."""
        rng = Random(seed)
        case = procedure.make(rng)
        fails = falsified(case, rng, procedure.points, wanted=2)
        assert fails is None, f"the generator of {self.name} made a false statement: {case} at {fails}"
        self.statements += 1
        found = answer(case)
        self.proved += found["verdict"] == "proved"
        if found["verdict"] == "refuted":
            self.wrongly_refuted.append(case)
        elif found["verdict"] != "proved":
            self.not_proved.append((found["reason"], case))
        for name in rng.sample(sorted(PERTURBATIONS), len(PERTURBATIONS)):
            if perturbations <= 0:
                break
            perturbations -= self.perturb(name, case, procedure, rng)
        for name in rng.sample(sorted(NEUTRAL), min(neutral, len(NEUTRAL))):
            other = NEUTRAL[name](case, rng)
            if {**other, "solved": None} == {**case, "solved": None}:
                continue
            self.changes += 1
            again = answer(other)
            if again["verdict"] != found["verdict"]:  # unless it was for want of time on a busy machine
                found, again = answer(case, 3 * SECONDS), answer(other, 3 * SECONDS)
            if again["verdict"] != found["verdict"]:
                self.variant.append(
                    (
                        name,
                        case,
                        other,
                        f"{found['verdict']}: {found['reason']}",
                        f"{again['verdict']}: {again['reason']}",
                    )
                )

    def perturb(self, name: str, case: Case, procedure: Procedure, rng: Random) -> bool:
        """Whether there was something to perturb, and the outcome was false."""
        other = PERTURBATIONS[name](case, rng)
        if other is None:
            return False
        fails = falsified(other, rng, 60, 600)
        found = answer(other)
        verdict = found["verdict"]
        if verdict == "refuted":
            wrong = refuted_at(other, found["witness"])
            if wrong:
                self.not_replayed.append((wrong, {**other, "witness": found["witness"]}))
        if fails is None:
            return False
        self.perturbed += 1
        self.kinds[name] += 1
        self.refuted += verdict == "refuted"
        if verdict == "proved":
            self.wrongly_proved.append({**other, "fails": fails})
        return True


def answer(case: Case, seconds: float = SECONDS) -> dict[str, Any]:
    found = check_step({k: v for k, v in case.items() if k not in ("solved", "fails", "witness")}, seconds=seconds)
    assert "error" not in found, (case, found)
    return found
