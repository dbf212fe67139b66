"""What depends on what: functions of the past, independence that follows from it, and what is not determined."""

from __future__ import annotations

from typing import Any

from ..kernel.conditions import needs
from ..kernel.goal import Goal
from ..kernel.normal import Normal
from ..kernel.reasons import Reason, Rule, flat
from ..language import facts as F
from ..language import terms as T
from ..language.statements import FunctionOf, Independence, NotDetermined, free_indices
from .sums import open_sum


def _admitted(n: Normal, own: tuple, places: tuple) -> bool:
    """True if all places lie in the domains of the indices."""
    pairs = zip(own, places, strict=True)
    return all(isinstance(v, T.Index) and n.admits(v, n.poly(p, {})) for v, p in pairs)


def _function_of_past(goal: Goal) -> str:
    """ "" if the statement follows, else what is missing."""
    said = goal.statement
    if not isinstance(said, FunctionOf):
        return "this rule proves statements of the form function_of(...)"
    place = said.target.indices[0]
    for fact in goal.facts:
        if isinstance(fact, F.Definition) and fact.over is not None and fact.target.family == said.target.family:
            if not isinstance(place, T.Index) or place.lower is None or place.lower < fact.start[0][0]:
                return f"{said.target} is not computed before the start, at {fact.start[0][0]}"
            n = goal.normal(goal.scope)
            if not _admitted(n, fact.target.indices, said.target.indices):
                return f"{said.target} is not seen to be computed by the recurrence"
            return _only_past(goal, fact, said.source)
    return f"no recurrence for {said.target.family.name} is cited"


def _only_past(goal: Goal, fact: F.Definition, source: T.Family) -> str:
    for _, value in fact.start:
        if any(isinstance(x, T.Element) and x.family.random for x in T.walk(value)):
            return f"the start of {fact.target.family.name} is random"
    n, own = goal.normal(goal.scope), fact.target.indices
    for x in T.walk(fact.value):
        if isinstance(x, T.Element) and x.family.random:
            if x.family not in (source, fact.target.family):
                return f"{x} is random, and no function of {source.name}"
            itself = x.family == fact.target.family
            back = n.poly(fact.over, {}) - n.poly(x.indices[0], {})
            if not back.is_constant or back.get((), 0) < (1 if itself else 0):
                return f"{x} is not seen to lie in the past of {fact.target}"
            if itself and not _admitted(n, own[1:], x.indices[1:]):
                return f"{x} is not seen to be computed by this recurrence"
            first = fact.start[0][0] if itself else source.first
            if first is not None and fact.first - back.get((), 0) < first:
                return f"{x} reaches back before the first {x.family.name}"
        if isinstance(x, (T.Sum, T.Limit)) and fact.over in x.free_symbols:
            return f"{x} is not read by this rule"
    return ""


PAST = Rule(__name__, check=_function_of_past)


def function_of_past(*cites: Any) -> Reason:
    """By induction over a recurrence: what it computes is a function of the inputs so far.

        y_0 deterministic     y_t = f(y_{t-1}, x_t, deterministic terms)
        ---------------------------------------------------------------
                    y_t is a function of the x up to t

    Fails: a random start; an input from the future; another random quantity in the recurrence.

    >>> from sgdproofs import *; from sgdproofs.verdicts import verdict
    >>> x, y, t = random_family("x", first=1), random_family("y", first=0), index("t")
    >>> update = recurrence(y[t], y[t - 1] + x[t], start={0: 0})
    >>> verdict(function_of(y[t], x), function_of_past(update), update)
    'proved'
    """
    return Reason("function of the past", flat(cites), (PAST,))


def _disjoint_blocks(goal: Goal) -> str:
    said = goal.statement
    if not isinstance(said, Independence) or len(said.items) != 2:
        return "this rule proves independence of two quantities"
    across = [f for f in goal.facts if isinstance(f, F.Across) and f.strength == "mutual"]
    fixed = {v for a in goal.local for v in free_indices(a)}
    past = [line for line in goal.said if isinstance(line, FunctionOf) and fixed.isdisjoint(line.target.indices)]
    for older, newer in (said.items, said.items[::-1]):
        for line in past:
            for fact in across:
                if older.family == line.target.family and newer.family == line.source and newer.family in fact.families:
                    if newer.family.first is None or fact.index.lower is None or fact.index.lower > newer.family.first:
                        return f"independence across {fact.index.domain_text()} leaves out some {newer.family.name}"
                    n = goal.normal(goal.scope)
                    if len(older.indices) < len(line.target.indices):
                        return f"name the components of {older}: of which of them {line} speaks is not said by a row"
                    if not _admitted(n, line.target.indices, older.indices):
                        return f"{older} is not seen to lie where {line} speaks"
                    gap = n.poly(newer.indices[0], {}) - n.poly(older.indices[0], {})
                    if n.scope.nonnegative(gap - 1):
                        return ""
                    return f"{newer} is not seen to be later than {older}"
    return "cite that one is a function of the past of a family, and that this family is independent across its index"


BLOCKS = Rule(__name__, check=_disjoint_blocks)


def disjoint_blocks(*cites: Any) -> Reason:
    """Functions of disjoint blocks of mutually independent quantities are independent.

        y_s is a function of x up to s      x_1, x_2, ... mutually independent      s < t
        ---------------------------------------------------------------------------------
                                  y_s and x_t are independent

    Fails: pairwise independence only; `s = t`; a function that may look at other quantities.

    >>> from sgdproofs import *
    >>> x, y, t, s = random_family("x", first=1), random_family("y", first=0), index("t"), index("s", at_least=1)
    >>> update, apart = recurrence(y[t], y[t - 1] + x[t], start={0: 0}), independent_across(x, s)
    >>> past = step(function_of(y[t], x), by=function_of_past(update))
    >>> def proved(claim):
    ...     line = step(claim, by=disjoint_blocks(past, apart))
    ...     return check(Derivation("blocks", claim, (past, line), (update, apart))).verdict
    >>> proved(independent(y[t - 1], x[t], when=(t >= 1,))), proved(independent(y[t], x[t], when=(t >= 1,)))
    ('proved', 'undecided')
    """
    return Reason("functions of disjoint blocks", flat(cites), (BLOCKS,))


def _two_points(goal: Goal) -> str:
    said = goal.statement
    if not isinstance(said, NotDetermined):
        return "this rule proves statements of the form not_determined(...)"
    other = next((f for f in goal.given if not isinstance(f, F.Definition) or f.over is not None), None)
    if other is not None:
        return f"the two points would have to satisfy “{other.name}”: only definitions may be given beside it"
    values = []
    for point in (said.first, said.second):
        for v, value in point.items():
            if getattr(v, "family", v) in {f.head for f in goal.given if isinstance(f, F.Definition)}:
                return f"{v} is defined: a point gives values to free quantities only"
            if isinstance(v, T.Parameter) and not v.admits(T._rational(value)):
                return f"{v} = {value} is outside of its domain, {v.domain_text()}"
        n = goal.normal(goal.scope)
        for v, value in point.items():
            n.definitions.setdefault(getattr(v, "family", v), []).append(F.Definition(v, T.term(value)))
        sides = (said.by, said.target, *(f.value for f in goal.given if isinstance(f, F.Definition)))
        lacking = [str(r) for side in sides for r, met in needs(n, side, {}) if not met]
        if lacking:
            return f"a condition is not met at a point: {', '.join(lacking)}"
        by, target = n.poly(said.by, {}), n.poly(said.target, {})
        if not by.is_constant or not target.is_constant:
            return "the two points do not give values to everything that occurs"
        values.append((by, target))
    if values[0][0] != values[1][0]:
        return f"the two points differ already on {said.by}"
    return f"the two points agree on {said.target}" if values[0][1] == values[1][1] else ""


POINTS = Rule(__name__, opens=((T.Sum, open_sum),), check=_two_points)


def two_points(*cites: Any) -> Reason:
    """Two admissible points that agree on one quantity and differ on another: the one does not determine the other.

        f(a) = f(b)      g(a) != g(b)
        -----------------------------
        g is not determined by f

    Fails: points that leave something open; points that differ on f, or agree on g.

    >>> from sgdproofs import *; from sgdproofs.verdicts import verdict
    >>> a, b = real("a"), real("b")
    >>> one, other = {a: 1, b: 3}, {a: 2, b: 2}
    >>> verdict(not_determined(a**2 + b**2, a + b, one, other), two_points())
    'proved'
    >>> verdict(not_determined(a*2 + b*2, a + b, one, other), two_points())
    'refuted'
    """
    return Reason("two examples", flat(cites), (POINTS,))
