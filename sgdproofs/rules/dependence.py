"""What depends on what: functions of the past, independence that follows from it, and what is not determined."""

from __future__ import annotations

from itertools import product
from typing import Any

from ..kernel.conditions import needs
from ..kernel.goal import Goal
from ..kernel.normal import Environment, Normal
from ..kernel.polynomial import Poly
from ..kernel.reasons import Reason, Rule, flat
from ..language import facts as F
from ..language import terms as T
from ..language.statements import FunctionOf, Independence, NotDetermined, free_indices
from .sums import open_sum


def _admitted(n: Normal, own: tuple, places: tuple, env: Environment) -> bool:
    """True if all places lie in the domains of the indices."""
    pairs = zip(own, places, strict=True)
    return all(isinstance(v, T.Index) and n.admits(v, n.poly(p, env)) for v, p in pairs)


def _function_of_past(goal: Goal) -> str:
    """ "" if the statement follows, else what is missing."""
    said, n = goal.statement, goal.normal(goal.scope)
    if not isinstance(said, FunctionOf):
        return "this rule proves statements of the form function_of(...)"
    recurrences = (f for f in goal.facts if isinstance(f, F.Definition) and f.over is not None)
    fact = next((f for f in recurrences if f.head == said.target.family), None)
    if fact is None:
        return f"no recurrence for {said.target.family.name} is cited"
    place, start, own = said.target.indices[0], fact.start[0][0], fact.target.indices
    if not isinstance(place, T.Index) or place.lower is None or place.lower < start:
        return f"{said.target} is not computed before the start, at {start}"
    if not _admitted(n, own, said.target.indices, {}):
        return f"{said.target} is not seen to be computed by the recurrence"
    if any(T.is_random(value) for _, value in fact.start):
        return f"the start of {fact.head.name} is random"
    here: dict[Any, Poly] = {}
    for v in own:  # of every step, whatever is assumed of the present one
        n.open_variable(v, here)
    for x in T.walk(fact.value):
        if isinstance(x, (T.Sum, T.Limit)) and fact.over in x.free_symbols:
            return f"{x} is not read by this rule"
        if not isinstance(x, T.Element) or not x.family.random:
            continue
        if x.family not in (said.source, fact.head):
            return f"{x} is random, and no function of {said.source.name}"
        itself, back = x.family == fact.head, here[fact.over] - n.poly(x.indices[0], here)
        first = start if itself else said.source.first
        if not back.is_constant or back.constant_term < itself:
            return f"{x} is not seen to lie in the past of {fact.target}"
        if itself and not _admitted(n, own[1:], x.indices[1:], here):
            return f"{x} is not seen to be computed by this recurrence"
        if first is not None and fact.first - back.constant_term < first:
            return f"{x} reaches back before the first {x.family.name}"
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
    said, n = goal.statement, goal.normal(goal.scope)
    if not isinstance(said, Independence) or len(said.items) != 2:
        return "this rule proves independence of two quantities"
    across = [f for f in goal.facts if isinstance(f, F.Across) and f.strength == "mutual"]
    fixed = {v for a in goal.local for v in free_indices(a)}
    past = [line for line in goal.said if isinstance(line, FunctionOf) and fixed.isdisjoint(line.target.indices)]
    for (older, newer), line, fact in product((said.items, said.items[::-1]), past, across):
        if (older.family, newer.family) != (line.target.family, line.source) or newer.family not in fact.families:
            continue
        first, index = newer.family.first, fact.index
        if first is None or index.upper is not None or index.lower is not None and index.lower > first:
            return f"independence across {index.domain_text()} leaves out some {newer.family.name}"
        if len(older.indices) < len(line.target.indices) or not newer.indices:
            return f"name the components of {older} and {newer}: of which of them {line} speaks is not said by a row"
        if not _admitted(n, line.target.indices, older.indices, {}):
            return f"{older} is not seen to lie where {line} speaks"
        later = n.scope.nonnegative(n.poly(newer.indices[0], {}) - n.poly(older.indices[0], {}) - 1)
        return "" if later else f"{newer} is not seen to be later than {older}"
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
    'undecided'
    """
    return Reason("two examples", flat(cites), (POINTS,))
