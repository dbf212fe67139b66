"""The verdict on a case.

Searching and checking are apart: what the rooms around propose is handed to the kernel, and only the kernel's answer
makes a line proved; a line is refuted only by a witness that was evaluated from nothing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..language.errors import SgdproofsError
from ..language.report import PROVED, REFUTED, UNDECIDED, UNJUSTIFIED
from .case import Case, Claim, Item, Setting, parse, read_case
from .clock import Clock
from .matrix_judge import decide
from .outcome import Outcome, condition, together
from .prover import Prover
from .refuting import refuted, refuted_limit, refuted_value, searched
from .translate import CaseError
from .words import beyond

__all__ = ["SECONDS", "check_step", "failed", "judge"]

SECONDS = 10.0
"""How long one case may take."""


def check_step(case: dict | str, *, seconds: float = SECONDS) -> dict[str, Any]:
    """The verdict on one step, chain or induction: an object of the step file format, or its JSON text.

    The answer is `{"id", "verdict", "reason", "conditions", "witness", "lines"}`; of a case that is malformed it has
    an `error`, and the verdict is undecided.
    """
    name = case.get("id") if isinstance(case, dict) else None
    try:
        if isinstance(case, str):
            case = parse(case)
            name = case.get("id")
        return judge(read_case(case), seconds=seconds)
    except CaseError as error:
        return failed(name, str(error))


def failed(name: Any, message: str) -> dict[str, Any]:
    """The answer to a case that could not be read."""
    return {
        "id": name if isinstance(name, str) else None,
        "verdict": UNDECIDED,
        "reason": f"error: {message}",
        "conditions": [],
        "witness": None,
        "lines": [],
        "error": message,
    }


def judge(case: Case, *, seconds: float = SECONDS) -> dict[str, Any]:
    """The verdict on a case that has been read."""
    clock = Clock(seconds)
    outcomes = []
    for k, item in enumerate(case.items):
        with clock.share(1 / (len(case.items) - k), "the line"):
            outcome = _item(item, clock)
            outcomes.append(_by_its_words(item, outcome, clock) if item.by else outcome)
    lines = [
        {
            "name": item.name,
            "statement": item.text,
            "verdict": o.verdict,
            "reason": o.reason,
            "conditions": o.conditions,
            "witness": o.witness,
        }
        for item, o in zip(case.items, outcomes)
    ]
    whole = together(outcomes)
    if len(lines) > 1 and whole.verdict != PROVED:
        at = next(k for k, o in enumerate(outcomes) if o.verdict == whole.verdict)
        whole = replace(whole, reason=f"{case.items[at].name}: {whole.reason}")
    return {
        "id": case.id,
        "verdict": whole.verdict,
        "reason": whole.reason,
        "conditions": whole.conditions,
        "witness": whole.witness,
        "lines": lines if case.kind != "relation" else [],
    }


def _item(item: Item, clock: Clock) -> Outcome:
    if item.unsaid:
        return Outcome(UNDECIDED, f"not in the language ({item.unsaid})")
    if item.matrices is not None:
        return decide(item.matrices, clock)
    if not item.claims:
        return Outcome(UNDECIDED, "the assumptions exclude every point")
    assert item.setting is not None
    outcomes: list[Outcome] = []
    for k, claim in enumerate(item.claims):
        try:
            with clock.share(1 / (len(item.claims) - k), "the claim"):
                outcomes.append(_claim(claim, item.setting, clock))
        except (SgdproofsError, RecursionError) as error:
            outcomes.append(Outcome(UNDECIDED, f"not in the language ({error or 'nested too deeply'})"))
        if outcomes[-1].verdict == REFUTED:
            if claim.sides:
                outcomes[-1] = replace(outcomes[-1], reason=f"{claim.sides}: {outcomes[-1].reason}")
            break
    return together(outcomes)


def _by_its_words(item: Item, outcome: Outcome, clock: Clock) -> Outcome:
    """A line that is proved, but not by its own reason: in a model without what the reason leaves aside it fails."""
    if outcome.verdict != PROVED or item.setting is None or item.setting.models is None or item.setting.complexes:
        return outcome
    aside = beyond(item.by, item.setting.models)
    if not aside:
        return outcome
    without = tuple(f for f in item.setting.models if f not in aside)
    for claim in item.claims:
        found = searched(claim.exact, without, clock.left(0.3))
        if found is None:
            continue
        needed = [
            f
            for f in aside
            if searched(claim.exact, tuple(g for g in (*without, *aside) if g is not f), clock.left(0.1))
        ]
        missing = "; ".join(f.name for f in needed or aside)
        return Outcome(
            UNJUSTIFIED,
            f"it does not follow by “{item.by}”; missing: {missing}; without it {found.describe()}",
            outcome.conditions,
            found.as_json(),
        )
    return outcome


def _claim(claim: Claim, setting: Setting, clock: Clock) -> Outcome:
    """First a quick proof, then a quick search for a witness, then the longer ways."""
    prover = Prover(setting, clock)
    clock.short.clear()
    with clock.share(0.45, "the quick proof"):
        open_needs = [n for n in claim.needs if not prover.holds(n)]
        proof = None
        if not open_needs and not setting.complexes:
            proof = prover.quick(claim.statement)
        elif setting.complexes and all(n.real for n in open_needs):
            proof = prover.by_reduction(claim.statement)
    if proof is not None:
        return proof
    witness = refuted(claim, setting, clock, prover)
    if witness is not None:
        return witness
    if setting.complexes:
        return Outcome(UNDECIDED, "not in the language (complex numbers)")
    open_needs = [n for n in open_needs if not prover.holds_by_reduction(n)]
    if all(n.real for n in open_needs):
        with clock.share(0.7, "the longer proofs"):
            proof = prover.by_reduction(claim.statement) if open_needs else prover.longer(claim.statement)
        if proof is not None:
            return proof
        witness = refuted_limit(claim, setting, clock, prover) or refuted_value(claim, setting, clock, prover)
        if witness is not None:
            return witness
    if setting.unsaid:
        return Outcome(UNDECIDED, f"not in the language ({', '.join(setting.unsaid)})")
    reason, conditions = prover.asking.reason or "no rule applies", prover.asking.conditions
    if open_needs:
        reason = "a condition is not discharged: " + ", ".join(str(n.relation) for n in open_needs[:3])
        conditions = [condition(n.relation, None) for n in open_needs]
    if clock.short and not reason.startswith("budget"):
        reason = f"budget: the time for {clock.short[0]} is over; without it: {reason}"
    return Outcome(UNDECIDED, reason, conditions)
