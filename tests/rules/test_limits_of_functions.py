"""Random limits of roots, exponentials, logarithms and symbolic powers: what the rule says against values far out."""

from __future__ import annotations

from fractions import Fraction
from random import Random
from typing import Any

from sgdproofs import Minimum, eq, index, limit, limits, natural, real
from sgdproofs.advice import Search
from sgdproofs.kernel.conditions import needs
from sgdproofs.kernel.goal import Goal
from sgdproofs.kernel.polynomial import Budget
from sgdproofs.kernel.scope import Contradiction
from sgdproofs.language import functions as L
from sgdproofs.language import terms as T
from sgdproofs.ledger import spelled
from sgdproofs.models import small_values
from sgdproofs.steps.enclosure import Unclear, Undefined, enclosed

FAR = (40, 1000)


def symbols(rng: Random) -> tuple[Any, Any, Any]:
    c = real("c", **rng.choice(({}, {"above": 0}, {"at_least": 0}, {"below": 0})))
    q = real("q", **rng.choice(({"above": 0, "below": 1}, {"at_least": 0, "at_most": 1}, {"above": -1, "below": 1})))
    return c, q, natural("k", at_least=rng.choice((0, 1)))


def body(rng: Random, t: Any, names: tuple[Any, Any, Any], depth: int) -> Any:
    c, q, k = names
    if depth == 0:
        return rng.choice(
            (
                t,
                1 / t,
                c,
                k,
                T.number(2),
                L.SquareRoot(t),
                L.SquareRoot(t**2 + t),
                L.SquareRoot(1 + 1 / t),
                L.SquareRoot(1 + c / t),
                L.Logarithm(t + 1),
                L.Logarithm(1 + 1 / t),
                L.Exponential(-c * t),
                L.Exponential(c / t),
                L.Exponential(-t),
                T.Power(1 + 1 / t, t),
                T.Power(1 + c / t, t),
                T.Power(1 - 1 / t, k),
                T.Power(t, k),
                T.Power(q, t),
                L.RealPower(t, T.number(Fraction(-1, 2))),
                L.Absolute(t - 5),
                L.Absolute(5 - t) / t,
                Minimum(t, k),
                1 - T.Power(1 - 1 / t, k),
            )
        )
    left, right = body(rng, t, names, depth - 1), body(rng, t, names, depth - 1)
    return rng.choice(
        (
            lambda: left + right,
            lambda: left - right,
            lambda: left * right,
            lambda: left * right,
            lambda: left / right,
            lambda: left / (right + 1),
        )
    )()


def claimed(term: Any) -> Any:
    """The limit that the rule gives; None where the kernel does not vouch for it."""
    try:
        goal = Goal(eq(term, 0), limits(), (), (), (), Search(), ())
        n = goal.normal(goal.scope)
        if not all(holds for _, holds in needs(n, term, {})):
            return None
        p = n.poly(term, {})
    except (Budget, Contradiction, ZeroDivisionError, RecursionError):
        return None
    return None if any(a[0].startswith("Limit") for a in p.within()) else spelled(p, goal.scope)


def test_limits_of_functions_are_approached() -> None:
    taken = 0
    for seed in range(300):
        rng = Random(seed)
        t = index("t", at_least=1)
        term = limit(body(rng, t, symbols(rng), rng.choice((1, 1, 2))), t)
        said = claimed(term)
        if said is None:
            continue
        for _ in range(3):
            values = {s: rng.choice(small_values(s)) for s in sorted(term.free_symbols, key=str)}
            try:
                ends = [
                    enclosed(side, lambda s, _, values=values: values[s])[0].re
                    for side in (said, *(T.substituted(term.args[0], {t: T.number(far)}) for far in FAR))
                ]
            except (Unclear, Undefined):
                continue
            if any(e.high - e.low > Fraction(1, 10**6) for e in ends):
                continue
            value, *far = (e.low for e in ends)
            gaps = [abs(f - value) for f in far]
            good = gaps[1] <= max(max(1, abs(value)) / 20, gaps[0] * Fraction(7, 10))
            assert good, (str(term), str(said), values, [str(g)[:40] for g in gaps])
            taken += 1
    assert taken >= 80, taken
