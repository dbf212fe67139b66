"""One trial: a random term, its normal form for a reason, and both values in models."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sgdproofs import algebra, eq
from sgdproofs.advice import Search
from sgdproofs.kernel.conditions import needs
from sgdproofs.kernel.goal import Goal
from sgdproofs.kernel.polynomial import Budget
from sgdproofs.kernel.scope import Contradiction
from sgdproofs.meaning import Budget as TooMuch
from sgdproofs.meaning import NotEvaluable, Undefined, applies, value
from sgdproofs.models import models

from .polynomial_value import polynomial_value


@dataclass(frozen=True)
class Seen:
    """What became of a trial: `fired` if a weaker reason has another normal form; `compared` counts the models."""

    fired: bool
    compared: int


def trial(
    term: Any, reason: Any, facts: tuple = (), assumptions: tuple = (), count: int = 5, seed: int = 0, base: Any = None
) -> Seen | None:
    """Compare a term with its normal form; None where the kernel does not vouch for it, AssertionError on a difference.

    `base` is the weaker reason that says, without facts, whether the rule fired (algebra unless told).
    """
    statement = eq(term, 0).given(*assumptions)
    try:
        goal = Goal(statement, reason, facts, (), assumptions, Search(), facts)
        n = goal.normal(goal.scope)
        if not all(holds for _, holds in needs(n, term, {})):
            return None
        p = n.poly(term, {})
    except (Budget, Contradiction, ZeroDivisionError, RecursionError):
        return None
    fired = p != _other(statement, assumptions, base or algebra())
    compared = 0
    try:
        for model in models([statement], facts, count=count, seed=seed, tries=count * 6):
            if not applies(statement, model):
                continue
            found = _value(term, model, facts)
            if found is None:
                continue
            try:
                got = polynomial_value(p, model, goal.scope)
            except Undefined:  # in a closed form of an empty sum, which is 0
                continue
            wide = found if isinstance(found, tuple) else (found,) * len(got)
            assert wide == got, _message(term, reason, facts, assumptions, p, model, wide, got)
            compared += 1
    except (NotEvaluable, TooMuch):
        return None
    return Seen(fired, compared)


def _value(term: Any, model: Any, facts: tuple) -> Any:
    try:
        return value(term, model)
    except Undefined as error:
        raise AssertionError(
            f"{term} is undefined ({error}), but all its conditions are said to hold, in {model}"
        ) from None


def _other(statement: Any, assumptions: tuple, reason: Any) -> Any:
    """The normal form for a weaker reason without facts."""
    goal = Goal(statement, reason, (), (), assumptions, Search(), ())
    try:
        return goal.normal(goal.scope).poly(statement.lhs, {})
    except (Budget, Contradiction, ZeroDivisionError, RecursionError):
        return None


def _message(term: Any, reason: Any, facts: tuple, assumptions: tuple, p: Any, model: Any, wide: Any, got: Any) -> str:
    symbols = {str(s): s.domain_text() for s in term.free_symbols if hasattr(s, "domain_text")}
    values = {
        f"{n}{list(k)}": [str(v) for v in vs] if isinstance(vs, tuple) else str(vs)
        for (n, k), vs in model.values.items()
    }
    return (
        f"\n  term        {term}\n  domains     {symbols}\n  reason      {reason}, facts {[f.name for f in facts]}"
        f"\n  assumptions {assumptions}\n  normal form {p}"
        f"\n  model       { {p.name: str(v) for p, v in model.parameters.items()} } {values}"
        f" p={[str(q) for q in model.probabilities]}"
        f"\n  meaning     {[str(v) for v in wide]}\n  normal form {[str(v) for v in got]}"
    )
