"""Proofs by induction over a natural symbol of the claim, proposed to the kernel as derivations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ..advice import Search
from ..kernel.goal import Goal
from ..kernel.polynomial import Budget
from ..kernel.scope import Contradiction
from ..language import derivation as D
from ..language import terms as T
from ..language.errors import SgdproofsError
from ..language.facts import Across
from ..language.statements import FunctionOf, Independence, Relation, eq, ge
from ..rules.dependence import disjoint_blocks, function_of_past
from ..verdicts import REWRITING
from .asking import Asking
from .closed_forms import power_sum_lines
from .moments import said, speaks_of_moments
from .outcome import Outcome
from .rewriting import symbols_in

__all__ = ["by_differences", "by_induction"]

REASON = "by induction"


def by_induction(asking: Asking, statement: Relation) -> Outcome | None:
    """Induction over each natural symbol of the statement."""
    symbols = sorted(
        (
            s
            for s in symbols_in(statement)
            if isinstance(s, T.Parameter) and not isinstance(s, T.Index) and s.sort == "integer" and s.lower is not None
        ),
        key=lambda s: s.name,
    )
    for w in statement.when:
        if w.rel in ("<=", ">="):
            low, high = (w.lhs, w.rhs) if w.rel == "<=" else (w.rhs, w.lhs)
            if low in symbols and high in symbols and high not in asking.fixed:
                # high = low + m for a natural m: the induction is over m
                more = T.Index(f"{high.name}'", "integer", 0)
                found = _inductive(asking, statement.at({high: T.Plus(low, more)}), more)
                if found is not None:
                    return found
    for symbol in symbols[:3]:
        if symbol in asking.fixed or asking.clock.over():
            continue
        index = T.Index(symbol.name, "integer", symbol.lower, False, symbol.upper, symbol.open_upper)
        claim = _relevant(asking, statement, symbol).at({symbol: index})
        for way in (claim, _cleared(asking, claim)):
            found = None if way is None else _inductive(asking, way, index, claim)
            if found is not None:
                return found
    return None


def _relevant(asking: Asking, statement: Relation, symbol: T.Parameter) -> Relation:
    """The statement without assumptions on symbols that neither it nor a fact mentions: it says more."""
    here = symbols_in(statement) | asking.fixed
    kept = [w for w in statement.when if symbols_in(w) <= {symbol} or (symbols_in(w) - {symbol}) & here]
    return Relation(statement.lhs, statement.rel, statement.rhs, kept)


def _cleared(asking: Asking, claim: Relation) -> Relation | None:
    """An equation between moments without the divisors in it, which may be 0 at the start of an induction."""
    if claim.rel != "==" or not speaks_of_moments(claim) or not asking.recurrences:
        return None
    try:
        with asking.clock.share(0.3):
            goal = Goal(claim, replace(REWRITING, cites=()), (), (), claim.when, Search())
            n = goal.normal(goal.scope)
            above, below = (n.poly(claim.lhs, {}) - n.poly(claim.rhs, {})).fraction()
            return None if below.is_constant else eq(said(above, n.scope), 0).given(*claim.when)
    except (Budget, Contradiction, ZeroDivisionError, SgdproofsError):
        return None


def _inductive(asking: Asking, claim: Relation, index: T.Index, whole: Relation | None = None) -> Outcome | None:
    """Induction, and what follows from it; the recurrences are cited at the index, or at all places mentioned."""
    start, whole = int(index.lower), claim if whole is None else whole
    mentioned = [p for p in asking.places(claim) if p.free_symbols <= {index}]
    several = [index, *mentioned] if len(mentioned) <= 4 and set(mentioned) - {index, index - 1} else []
    for places in [[index], several] if several else [[index]]:
        first = [T.substituted(p, {index: T.number(start)}) for p in places]
        for lines, cites in _preparations(asking, claim, index):
            base = replace(REWRITING, cites=(*asking.at(*first), *(lines if lines == cites else ())))
            step = replace(REWRITING, cites=(*asking.at(*places), *cites, D.HYPOTHESIS))
            proof = D.induction(claim, over=index, start=start, base=base, step=step)
            then = D.step(whole, by=replace(REWRITING, cites=(*asking.setting.facts, proof)))
            found = asking.checked(whole, (*lines, proof, *(() if whole == claim else (then,))), REASON)
            if found is not None:
                return found
    return None


def _preparations(asking: Asking, claim: Relation, index: T.Index) -> Iterator[tuple[tuple, tuple]]:
    """Lines before an induction, and how its step cites them.

    There are none; or they say that what a random recurrence computes does not depend on later inputs; or they are
    closed forms of power sums.
    """
    yield (), ()
    across = [
        f for f in asking.setting.facts if isinstance(f, Across) and f.strength == "mutual" and len(f.families) == 1
    ]
    lines: list = []
    for rule in asking.recurrences:
        state = rule.target.family
        sources = {x.family for x in T.walk(rule.value) if isinstance(x, T.Element) and x.family.random} - {state}
        facts = [f for f in across if set(f.families) == sources]
        if rule.over is None or not state.random or len(facts) != 1 or index.lower < rule.first - 1:
            continue
        (source,) = sources
        over = T.Index(rule.over.name, "integer", rule.over.lower)
        past = D.step(FunctionOf(state[over], source), by=function_of_past(rule))
        fresh = D.step(
            Independence(state[index - 1], source[index], when=(ge(index, rule.first),)),
            by=disjoint_blocks(past, facts[0]),
        )
        lines += [past, fresh]
    if lines:
        yield tuple(lines), tuple(lines)
    items, over, _ = power_sum_lines(claim)
    if items:
        yield items, tuple(D.at(item, {over: end}) for item in items for end in (index, index + 1))


def by_differences(asking: Asking, statement: Relation) -> Outcome | None:
    """A recurrence of second order: first `a(t + 1) - r a(t)` for a base r of a power in the claim, then `a(t)`."""
    target = statement.lhs
    of_order_two = {f.target.family for f in asking.recurrences if len(f.start) == 2}
    if not isinstance(target, T.Element) or target.family not in of_order_two or statement.rel != "==":
        return None
    symbol = target.indices[0]
    if not isinstance(symbol, T.Parameter) or symbol.sort != "integer" or symbol.lower is None:
        return None
    index = T.Index(symbol.name, "integer", symbol.lower)
    claim, start = statement.at({symbol: index}), T.number(int(index.lower))
    bases = {x.args[0] for x in T.walk(claim.rhs) if isinstance(x, T.Power) and index in x.args[1].free_symbols}
    for base in sorted(bases | {T.number(1)}, key=str):
        one, other = (claim.at({index: index + k}) for k in (1, 0))
        sides = (T.Plus(s, T.Negative(T.Times(base, z))) for s, z in ((one.lhs, other.lhs), (one.rhs, other.rhs)))
        first = D.induction(
            eq(*sides).given(*claim.when),
            over=index,
            start=int(index.lower),
            base=replace(REWRITING, cites=asking.at(start, T.Plus(start, T.number(1)))),
            step=replace(REWRITING, cites=(*asking.at(index + 1), D.HYPOTHESIS)),
        )
        then = D.induction(
            claim,
            over=index,
            start=int(index.lower),
            base=replace(REWRITING, cites=asking.at(start)),
            step=replace(REWRITING, cites=(*asking.setting.facts, D.at(first, {index: index - 1}), D.HYPOTHESIS)),
        )
        found = asking.checked(claim, (first, then), REASON)
        if found is not None or asking.clock.over():
            return found
    return None
