"""Pairs of a term and its rewriting, relations with assumptions, and relations that follow from cited ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from sgdproofs import (
    algebra,
    assume,
    eq,
    ge,
    geometric_sum,
    gt,
    identical_distribution,
    independence,
    le,
    lt,
    moments,
    ne,
    sums,
    variance,
)
from sgdproofs.advice import Search
from sgdproofs.kernel.check import follows
from sgdproofs.kernel.goal import Goal
from sgdproofs.meaning import NotEvaluable, applies, holds
from sgdproofs.models import models

from . import laws
from .random_facts import FactWorld
from .random_terms import World

Line = tuple[Any, tuple, Any]
"""A relation, the facts that it cites, and its reason."""


def conditions(w: World) -> tuple:
    """Up to two assumptions about the parameters."""
    rng, quantities = w.rng, [w.a, w.b, w.n, w.m, w.t]
    found = []
    for _ in range(rng.choice((0, 0, 1, 1, 2))):
        left, right = (
            rng.choice(quantities),
            rng.choice((rng.choice(quantities), 0, 1, rng.choice(quantities) + 1, w.n + w.m)),
        )
        if left is not right:
            found.append(rng.choice((le, lt, ge, gt, ne, eq, ge, gt))(left, right))
    return tuple(found)


def _pair(w: World, left: Any, rules: tuple, disturbed: float = 0.3) -> Any:
    right = laws.rewritten(w.rng, left, rules, w.rng.choice((1, 2, 3)))
    return eq(left, laws.disturbed(w.rng, right) if w.rng.random() < disturbed else right)


def arithmetic(rng: Random) -> Line:
    w = World(rng)
    return _pair(w, w.arithmetic(3), (laws.arithmetic,)).given(*conditions(w)), (), algebra()


def finite_sums(rng: Random) -> Line:
    w = World(rng)
    return _pair(w, w.sums(), (laws.sums, laws.sums, laws.arithmetic)).given(*conditions(w)), (), sums()


def geometric(rng: Random) -> Line:
    w = World(rng)
    return _pair(w, w.geometric(), (laws.sums, laws.arithmetic)).given(*conditions(w)), (), geometric_sum()


def signs(rng: Random) -> Line:
    w = World(rng)
    left, right = w.arithmetic(2), w.arithmetic(rng.choice((0, 1)))
    return rng.choice((le, lt, ge, gt, ne))(left, right).given(*conditions(w)), (), algebra()


def signs_of_sums(rng: Random) -> Line:
    w = World(rng)
    return (
        rng.choice((le, lt, ge, gt, ne))(w.sums(0), w.arithmetic(rng.choice((0, 0, 1)))).given(*conditions(w)),
        (),
        sums(),
    )


def cited(rng: Random) -> Line:
    """A relation that a combination of the cited ones may give."""
    w = World(rng)
    facts = tuple(
        assume(rng.choice((eq, eq, eq, le, gt))(w.arithmetic(1), w.arithmetic(rng.choice((0, 1)))))
        for _ in range(rng.choice((1, 1, 2, 3)))
    )
    f, k = rng.choice(facts).relation, w.arithmetic(1)
    said = rng.choice(
        (
            lambda: eq(f.lhs * k, f.rhs * k),
            lambda: eq(f.lhs, f.rhs + k - k),
            lambda: eq(f.lhs / k, f.rhs / k),
            lambda: eq(f.lhs**2, f.rhs**2),
            lambda: eq(laws.rewritten(rng, f.lhs, (laws.arithmetic,), 2), f.rhs),
            lambda: eq(laws.disturbed(rng, f.lhs), f.rhs),
            lambda: rng.choice((eq, ge, lt))(w.arithmetic(1), w.arithmetic(1)),
            lambda: rng.choice((le, lt))(f.lhs, f.rhs + k),
            lambda: eq(w.a, w.arithmetic(1)),
            lambda: eq(w.b, w.arithmetic(0)),
        )
    )()
    return said.given(*conditions(w)), facts, algebra(*facts)


def _of_moments(rng: Random, facts_of: Callable[[FactWorld], tuple], reason_of: Callable[..., Any]) -> Line:
    w = FactWorld(rng)
    facts = facts_of(w)
    said = _pair(w, w.known_moment(), (laws.moments, laws.moments, laws.sums, laws.arithmetic))
    return said.given(*(conditions(w) if rng.random() < 0.3 else ())), facts, reason_of(*facts)


def linear(rng: Random) -> Line:
    return _of_moments(rng, lambda w: (), variance)


def independent_blocks(rng: Random) -> Line:
    return _of_moments(rng, lambda w: (w.dependence(), w.dependence()), independence)


def known_moments(rng: Random) -> Line:
    return _of_moments(rng, lambda w: (w.given_moment(), w.given_moment()), moments)


def identical_blocks(rng: Random) -> Line:
    return _of_moments(rng, lambda w: (w.sameness(),), identical_distribution)


def everything(rng: Random) -> Line:
    return _of_moments(
        rng,
        lambda w: (w.dependence(), w.sameness(), w.given_moment(), w.given_moment()),
        lambda *f: independence(*f) & moments(*f) & identical_distribution(*f),
    )


@dataclass(frozen=True)
class Judged:
    """`fired`: proved, and not by algebra alone; `compared` is the number of models in which it holds."""

    proved: bool
    fired: bool = False
    compared: int = 0


def judged(line: Line, seed: int, count: int = 8) -> Judged:
    """Ask the kernel, and if it says proved, the models.  AssertionError if a model disagrees."""
    said, facts, reason = line

    def goal(reason: Any, facts: tuple) -> Any:
        return lambda: Goal(said, reason, facts, (), tuple(said.when), Search(), facts)

    if not follows(goal(reason, facts)).proved:
        return Judged(False)
    fired = not follows(goal(algebra(), ())).proved
    compared = 0
    try:
        for model in models([said], facts, count=count, seed=seed, tries=6 * count):
            if applies(said, model):
                assert holds(said, model), _message(said, facts, reason, model)
                compared += 1
    except NotEvaluable:
        pass
    return Judged(True, fired, compared)


def _message(said: Any, facts: tuple, reason: Any, model: Any) -> str:
    symbols = {s for side in (said.lhs, said.rhs) for s in side.free_symbols}
    values = {
        f"{n}{list(k)}": [str(v) for v in vs] if isinstance(vs, tuple) else str(vs)
        for (n, k), vs in model.values.items()
    }
    return (
        f"\n  proved      {said}\n  by          {reason}, facts {[f.name for f in facts]}"
        f"\n  domains     {[s.domain_text() for s in symbols if hasattr(s, 'domain_text')]}"
        f"\n  false at    { {p.name: str(v) for p, v in model.parameters.items()} } {values}"
        f" p={[str(q) for q in model.probabilities]}"
    )
