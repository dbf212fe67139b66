"""Proofs by cases that exhaust all values: the order of two numbers, whether a range is empty, signs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import product
from typing import Any

from ..language import terms as T
from ..language.facts import Definition, Equation
from ..language.statements import Relation, eq, ge, gt, le, lt, ne
from .asking import Asking
from .case import Setting
from .outcome import Outcome, together
from .reduced import shown
from .rewriting import nodes, replaced, symbols_in

__all__ = ["by_exclusion", "by_order", "by_ranges", "by_signs"]


def by_order(asking: Asking, statement: Relation) -> Outcome | None:
    """An extremum is one of two numbers: the statement in either order of the first such two."""
    pairs = [x.args for x in nodes(statement) if isinstance(x, (T.Minimum, T.Maximum)) and not T.is_random(x)]
    bound = {v for x in nodes(statement) for v, _, _ in getattr(x, "ranges", ())}
    pairs = [(a, b) for a, b in pairs if not (a.free_symbols | b.free_symbols) & bound]
    if not pairs or any(isinstance(x, T.Limit) for x in nodes(statement)):
        return None
    left, right = pairs[0]
    found = [asking.quick(statement.given(way)) for way in (le(left, right), gt(left, right))]
    return None if None in found else together([f for f in found if f is not None])


def by_ranges(asking: Asking, statement: Relation, prove: Callable[[Relation], Outcome | None]) -> Outcome | None:
    """The sum over an empty range is 0: the statement where the first range that may be reversed is not empty, and
    where it is."""
    if any(isinstance(x, T.Limit) for x in nodes(statement)):
        return None

    def proved(claim: Relation) -> bool:
        return asking.proves(claim.given(*statement.when))

    for x in nodes(statement):
        if not isinstance(x, T.Sum) or len(x.ranges) != 1:
            continue
        ((_, low, high),) = x.ranges
        if any(isinstance(s, T.Index) for s in low.free_symbols | high.free_symbols):
            continue
        if proved(ge(high, T.Plus(low, T.number(-1)))) or not all(proved(eq(end, end)) for end in (low, high)):
            continue
        found = []
        for case in (replaced(statement, x, T.number(0)).given(lt(high, low)), statement.given(ge(high, low))):
            one = prove(case)
            if one is None:
                return None
            found.append(one)
        return together(found)
    return None


def by_exclusion(asking: Asking, statement: Relation) -> Outcome | None:
    """Divisors that cannot be 0: from `d = 0` it would follow that one side of a premise is 0, and the other is not; or
    that they are not 0 follows from few goals."""
    apart = [r for r, how in asking.goal(statement).needs if how is None and r.rel == "!=" and not T.is_random(r.lhs)]
    if not apart or any(symbols_in(r) - symbols_in(statement) for r in apart):
        return None
    premises = [f.relation for f in asking.setting.facts if isinstance(f, Equation)] + list(statement.when)
    pairs = [pair for p in premises if p.rel == "==" and not p.when for pair in ((p.lhs, p.rhs), (p.rhs, p.lhs))]
    others = [b for a, b in pairs if a != 0 and asking.proves(ne(a, 0).given(*statement.when))]
    for r in apart:
        if any(asking.proves(eq(b, 0).given(eq(r.lhs, r.rhs), *statement.when)) for b in others):
            continue
        if not shown(asking, Relation(r.lhs, r.rel, r.rhs).given(*statement.when)):
            return None
    return asking.quick(statement.given(*apart))


def by_signs(
    setting: Setting, statement: Relation, prove: Callable[[Setting, Relation], Outcome | None]
) -> Outcome | None:
    """Symbols that are not 0 are positive or negative; one that is not positive is minus another one."""
    apart = {w.lhs for w in statement.when if w.rel == "!=" and w.rhs == 0 and isinstance(w.lhs, T.Parameter)}
    domains = []
    for s in sorted((s for s in statement.free_symbols if isinstance(s, T.Parameter)), key=lambda s: s.name):
        turned = s.lower is None and s.upper is not None and s.upper <= 0
        if turned or s in apart and (s.lower is None or s.lower < 0) and (s.upper is None or s.upper > 0):
            domains.append([(s, new) for new in _signs(s)[0 if not turned else 1 :]])
    if not 0 < len(domains) <= 3:
        return None
    found: list[Outcome] = []
    for choice in product(*domains):
        values = dict(choice)
        one = prove(_moved(setting, values), statement.at(values))
        if one is None:
            return None
        found.append(one)
    return together(found)


def _signs(s: T.Parameter) -> list[Any]:
    """`s > 0`, and `s < 0` as minus a positive one (not negative, where `s <= 0`)."""
    whole = s.sort == "integer"
    least = (1, False) if whole else (0, True)
    above = T.Parameter(s.name, s.sort, *least, s.upper, s.open_upper) if s.upper is None or s.upper > 0 else None
    if s.upper is not None and (s.upper < 0 or s.upper == 0 and not s.open_upper):
        least = (-s.upper, s.open_upper)
    below = T.Parameter(f"{s.name}'", s.sort, *least, None if s.lower is None else -s.lower, s.open_lower)
    return [above, T.Negative(below)]


def _moved(setting: Setting, domains: dict) -> Setting:
    """The setting with some symbols in narrower domains."""

    def moved(fact: Any) -> Any:
        if isinstance(fact, Definition):
            return replace(
                fact,
                value=T.substituted(fact.value, domains),
                target=T.substituted(fact.target, domains),
                start=tuple((k, T.substituted(T.term(v), domains)) for k, v in fact.start),
            )
        if isinstance(fact, Equation):
            return replace(fact, relation=fact.relation.at(domains))
        return fact

    return replace(setting, facts=tuple(map(moved, setting.facts)))
