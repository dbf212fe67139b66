"""High precision: both sides of the claim, computed from the givens in mpmath, and the digits in which they agree.

A recurrence is run from its start and its random inputs are carried along as a linear form, so that a variance
is the sum of squared weights times the stated variance: nothing of the claim enters.  A limit is the body at
growing steps, with an estimate of what remains; a derivative is a central difference.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

import mpmath

from ..language.experiments import Precision
from ..language.facts import ChainRule, Definition
from ..language.functions import (
    Absolute,
    AtMost,
    Both,
    Choice,
    Either,
    EqualTo,
    Exponential,
    Floor,
    LessThan,
    Logarithm,
    Negation,
    RealPower,
    SquareRoot,
)
from ..language.statements import Relation
from ..language.terms import INFINITY, Cov, E, Element, Index, Limit, Parameter, Sum, Var
from .evaluate import Undefined, Unsupported
from .moments import ExactMoments, Polynomial
from .points import bindings, closure, describe, runs_over, settings_at, terms_of
from .result import Result
from .setting import Setting, admissible, match

__all__ = ["HighPrecision", "run_precision"]

_MOST_POINTS = 200
FUNCTIONS = {SquareRoot: "sqrt", Exponential: "exp", Logarithm: "log", Absolute: "fabs", Floor: "floor"}
"""How mpmath calls them."""
TRUTHS: dict[type, Callable[..., Any]] = {
    EqualTo: operator.eq,
    LessThan: operator.lt,
    AtMost: operator.le,
    Both: lambda a, b: a and b,
    Either: lambda a, b: a or b,
    Negation: operator.not_,
}


class HighPrecision(ExactMoments):
    """Values in mpmath numbers, limits and derivatives included."""

    def __init__(self, setting: Setting, context: Any, digits: int, steps: int) -> None:
        super().__init__(setting, lambda f: context.mpf(f.numerator) / f.denominator)
        self.context, self.digits, self.steps = context, digits, steps
        self.tails: list[Any] = []
        self.reached = 0
        self.ways: set[str] = set()
        self.handlers |= dict.fromkeys((*FUNCTIONS, RealPower), self._function) | {Choice: self._choice}
        self.handlers |= dict.fromkeys(TRUTHS, self._truth)

    def again(self) -> HighPrecision:
        """The same, with nothing remembered."""
        return HighPrecision(self.setting, self.context, self.digits, self.steps)

    # --- functions ---

    def plain(self, node: Any, binding: dict) -> Any:
        """The value of an argument, which is a number."""
        value = self.value(node, binding)
        if isinstance(value, Polynomial):
            raise Unsupported(f"{node} is random, under a function that is not arithmetic")
        return value

    def _function(self, node: Any, binding: dict) -> Any:
        first, *rest = (self.plain(a, binding) for a in node.args)
        kind = type(node)
        if kind is SquareRoot and first < 0 or kind in (Logarithm, RealPower) and first <= 0:
            raise Undefined(f"{node} is not real where {node.args[0]} = {self.context.nstr(first, 5)}")
        return first ** rest[0] if kind is RealPower else getattr(self.context, FUNCTIONS[kind])(first)

    def _truth(self, node: Any, binding: dict) -> Any:
        values = [self.plain(a, binding) for a in node.args]
        return self.number(Fraction(bool(TRUTHS[type(node)](*values))))

    def _choice(self, node: Any, binding: dict) -> Any:
        condition, then, otherwise = node.args
        return self.value(then if self.plain(condition, binding) else otherwise, binding)

    # --- limits ---

    def limit(self, node: Limit, binding: dict) -> Any:
        body, variable, point = node.args
        nodes = closure([body], self.setting.given)
        if point != INFINITY:
            return self._near(body, variable, point, binding)
        if not runs_over(variable, nodes):
            return self._far(body, variable, binding)
        return self._stepped(body, variable, binding)

    def _at(self, body: Any, variable: Parameter, place: Any, binding: dict) -> Any:
        if isinstance(variable, Index):
            return self.value(body, {**binding, variable: int(place)})
        other = Setting.__new__(Setting)
        other.__dict__.update(self.setting.__dict__)
        other.parameters = {**self.setting.parameters, variable: Fraction(place)}
        other._laws, other._exact = {}, None
        reader = HighPrecision(other, self.context, self.digits, self.steps)
        return reader.value(body, binding)

    def _far(self, body: Any, variable: Parameter, binding: dict) -> Any:
        """A closed form, at a place so far out that nothing is left of an algebraic remainder."""
        far = 10 ** (2 * self.digits)
        value, nearer = (self._at(body, variable, far // k, binding) for k in (1, 2))
        self.tails.append(abs(value - nearer) * 2)
        self.ways.add(f"{variable} = 10^{2 * self.digits}")
        return value

    def _near(self, body: Any, variable: Parameter, point: Any, binding: dict) -> Any:
        base = self.setting.exactly().value(point, binding)
        step = Fraction(1, 10 ** (2 * self.digits))
        values = []
        for gap in (step, 2 * step):
            place = base + gap if admissible(variable, base + gap) else base - gap
            values.append(self._at(body, variable, place, binding))
        self.tails.append(abs(values[0] - values[1]) * 2)
        self.ways.add(f"{variable} within 10^-{2 * self.digits} of {base}")
        return values[0]

    def _stepped(self, body: Any, variable: Parameter, binding: dict) -> Any:
        """The body at doubling steps: as it stands where the remainder dies geometrically, else extrapolated."""
        wanted = self.context.mpf(10) ** -(self.digits + 3)
        drawing = any(isinstance(n, (E, Var, Cov)) for n in closure([body], self.setting.given))
        most = self.steps * (16 if drawing else 128)
        place = max(8, self.steps // 16)
        values: list[Any] = []
        while True:
            values.append(self._at(body, variable, place, binding))
            if isinstance(values[-1], Polynomial):
                raise Unsupported("the limit of a random quantity is not evaluated")
            self.reached = max(self.reached, place)
            bound = wanted * max(1, abs(values[-1]))
            tail = _remainder(values)
            if tail is not None and tail <= bound:
                value, way = values[-1], f"{variable} = {place}"
                break
            value, tail = _extrapolated(values)
            way = f"extrapolated from {variable} = {place // 2 ** (len(values) - 1)}, ..., {place}"
            if tail is not None and tail <= bound:
                break
            if place * 2 > most:
                value, tail, way = values[-1], abs(values[-1] - values[-2]), f"{variable} = {place}"
                break
            place *= 2
        self.ways.add(way)
        self.tails.append(tail)
        return value

    # --- derivatives ---

    def partial(self, node: Any, binding: dict) -> Any:
        body, variable = node.args
        if isinstance(variable, Element):
            key: Any = (variable.family, tuple(self.whole(i, binding) for i in variable.indices))
        else:
            key = variable
        here = self.value(variable, binding)
        step = self.context.mpf(10) ** -self.digits
        ends = []
        for sign in (1, -1):
            reader = self.again()
            reader.memo[key] = here + sign * step
            ends.append(reader.value(body, binding))
        self.ways.add(f"central differences of step 10^-{self.digits}")
        return (ends[0] - ends[1]) / (2 * step)

    def _apply(self, node: Any, binding: dict) -> Any:
        """A function known only as differentiable stands for one such function; its partials are differences."""
        for fact in self.setting.given:
            if isinstance(fact, ChainRule) and fact.function == node:
                return self._some_function([self.value(fact.through, b) for b in self._runs(fact, binding)])
        return super()._apply(node, binding)

    def _look_up(self, family: Any, places: tuple) -> Any:
        for fact in self.setting.given:
            if isinstance(fact, ChainRule):
                binding = match(fact.partial, family, places)
                if binding is not None:
                    return self._slope(fact, binding)
        return super()._look_up(family, places)

    def _runs(self, fact: ChainRule, binding: dict) -> list[dict]:
        free = {k: v for k, v in binding.items() if k not in {r[0] for r in fact.ranges}}
        return list(self.places(Sum(fact.through, *fact.ranges), free))

    def _some_function(self, arguments: list) -> Any:
        """`sum_k (w_k y_k^2 + sin y_k) + (sum_k y_k)^3 / 5`: smooth, not linear, and different in each argument."""
        total, joint = self.context.mpf(0), self.context.mpf(0)
        for k, y in enumerate(arguments):
            total += (k + 2) * y**2 / 7 + self.context.sin(y)
            joint += y
        return total + joint**3 / 5

    def _slope(self, fact: ChainRule, binding: dict) -> Any:
        runs = self._runs(fact, binding)
        values = [self.value(fact.through, b) for b in runs]
        mine = [k for k, b in enumerate(runs) if all(b[i] == p for i, p in binding.items() if i in b)]
        if len(mine) != 1:
            raise Unsupported(f"{fact.partial} does not say which {fact.through} is meant")
        step = self.context.mpf(10) ** -self.digits
        ends = [
            self._some_function([v + sign * step if k == mine[0] else v for k, v in enumerate(values)])
            for sign in (1, -1)
        ]
        return (ends[0] - ends[1]) / (2 * step)


def _remainder(values: list) -> Any:
    """What remains at the last of doubling steps if it dies geometrically; None where that is not seen.

    For a + K q^T at T, 2T, 4T the differences are K q^T and K q^2T, and what remains is K q^4T.
    """
    if len(values) < 3:
        return None
    first, second = abs(values[-2] - values[-3]), abs(values[-1] - values[-2])
    if second == 0:
        return second
    return second**3 / first**2 if second < first / 2**10 else None


def _extrapolated(values: list) -> tuple[Any, Any]:
    """Richardson's table for a remainder in powers of 1/T, at doubling T, and its last correction as the error.

    The error is None with fewer than four values: too few to tell such a remainder from another.
    """
    row, best, error = list(values), values[-1], None
    for order in range(1, len(values)):
        row = [(2**order * b - a) / (2**order - 1) for a, b in pairwise(row)]
        change = max(abs(r - best) for r in row[-2:])
        if error is not None and change > error:
            break
        best, error = row[-1], change
    return best, error if len(values) > 3 else None


@dataclass
class _Compared:
    where: str
    left: Any
    right: Any
    digits: float


def agreement(left: Any, right: Any, context: Any, most: int) -> float:
    """How many digits two numbers share, at most `most`."""
    if isinstance(left, Polynomial) or isinstance(right, Polynomial):
        gap = left - right
        terms = gap.terms.values() if isinstance(gap, Polynomial) else [gap]
        size = [abs(v) for side in (left, right) if isinstance(side, Polynomial) for v in side.terms.values()]
        left, right = max(map(abs, terms), default=context.mpf(0)) + max(size), max(size)
    gap = abs(left - right)
    if gap == 0:
        return float(most)
    scale = max(abs(left), abs(right)) if left and right else context.mpf(1)
    return max(0.0, min(float(most), float(-context.log10(gap / scale))))


def _agrees(relation: Relation, left: Any, right: Any, digits: float, experiment: Precision) -> bool:
    close = digits >= experiment.digits
    if relation.rel == "==":
        return close
    if relation.rel == "!=":
        return not close
    if isinstance(left, Polynomial) or isinstance(right, Polynomial):
        raise Unsupported("an inequality between random quantities is not evaluated")
    strict = left < right if relation.rel in ("<", "<=") else left > right
    return close if relation.rel in ("<=", ">=") and close else strict and not close


def run_precision(name: str, claim: Relation, near_miss: Relation, given: tuple, experiment: Precision) -> Result:
    """Run one high-precision experiment."""
    context = mpmath.MPContext()
    context.dps = 4 * experiment.digits + 20
    nodes = closure([t for r in (claim, near_miss) for t in terms_of(r)], given)
    limits = any(isinstance(n, Limit) for n in nodes)
    agreed: list[_Compared] = []
    missed: list[_Compared] = []
    worst_miss: float = float(experiment.digits)
    rejected, failure, undefined = False, "", "its conditions hold at none"
    tails: list[Any] = []
    reached = 0
    ways: set[str] = set()
    skipped = 0
    points = list(settings_at(experiment.at))
    stated = len(points)
    if not limits:
        points += _extreme_points(points[0], nodes, given)
    places = (1, 2, 7, experiment.steps)
    chosen = bindings((claim, near_miss), given, experiment.at, places)
    for number, at in enumerate(points):
        setting = Setting(given, at, experiment.law).mention(*terms_of(claim), *terms_of(near_miss))
        broken = setting.broken_fact(nodes)
        if broken:
            if number >= stated:
                continue
            return Result(name, experiment.kind, False, broken, str(near_miss), False)
        for binding in chosen if number < stated else chosen[:3]:
            where = describe(at, binding)
            if len(agreed) >= _MOST_POINTS:
                break
            reader = HighPrecision(setting, context, experiment.digits, experiment.steps)
            both = _both(claim, setting, reader, binding)
            if isinstance(both, tuple):
                left, right = both
                digits = agreement(left, right, context, 4 * experiment.digits)
                agreed.append(_Compared(where, left, right, digits))
                tails += reader.tails
                reached, ways = max(reached, reader.reached), ways | reader.ways
                if not _agrees(claim, left, right, digits, experiment):
                    failure = (
                        failure
                        or f"the sides differ at {where}: left {context.nstr(_one(left), 15)}, right "
                        f"{context.nstr(_one(right), 15)}, {digits:.0f} digits in common{_tail(reader.tails, context)}"
                    )
            else:
                skipped += 1
                undefined = both or undefined
            both = _both(near_miss, setting, reader, binding) if number < stated else ""
            if isinstance(both, tuple):
                digits = agreement(*both, context, 4 * experiment.digits)
                missed.append(_Compared(where, *both, digits))
                worst_miss = min(worst_miss, digits)
                if near_miss.rel == "==":
                    rejected = rejected or digits < experiment.digits / 2
                else:
                    rejected = rejected or not _agrees(near_miss, *both, digits, experiment)
    if not agreed:
        failure = failure or f"the claim could not be evaluated at any point: {undefined}"
    least = min((c.digits for c in agreed), default=0)
    if failure:
        summary = failure
    else:
        said = (
            f"agree to at least {int(min(least, 4 * experiment.digits))} digits"
            if claim.rel == "=="
            else "compare as claimed"
        )
        summary = f"both sides {said} at {len(agreed)} point{'s' * (len(agreed) != 1)}"
        told = _ways(ways) + _tail(tails, context)
        summary += f" ({told.removeprefix(', ')})" if told else ""
        summary += f"; {skipped} point{'s' * (skipped != 1)} outside its conditions" if skipped else ""
        if near_miss.rel == "==":
            found = int(worst_miss)
            summary += f"; the near-miss agrees to {found or 'no'} digit{'s' * (found != 1)}"
        if not rejected:
            summary += "; NOT rejected: the near-miss holds as well"
    data = {
        "points": tuple(c.where for c in agreed[:50]),
        "left": tuple(context.nstr(_one(c.left), 30) for c in agreed[:50]),
        "right": tuple(context.nstr(_one(c.right), 30) for c in agreed[:50]),
        "digits": tuple(round(c.digits, 1) for c in agreed[:50]),
        "skipped": skipped,
        "steps": reached,
        "wanted": experiment.digits,
        "near_miss_points": tuple(c.where for c in missed[:50]),
        "near_miss_right": tuple(context.nstr(_one(c.right), 30) for c in missed[:50]),
        "near_miss_digits": tuple(round(c.digits, 1) for c in missed[:50]),
        "law": _law(claim, near_miss, given, experiment, context),
    }
    return Result(name, experiment.kind, rejected and not failure, summary, str(near_miss), rejected, data)


CURVE = 49
"""At how many values of a parameter a law is drawn."""


def _law(claim: Relation, near_miss: Relation, given: tuple, experiment: Precision, context: Any) -> dict[str, Any]:
    """The right sides of claim and near-miss between the stated values of the one parameter that varies, for pictures;
    nothing where several vary, or where a right side is no formula in the parameters."""
    over = [(k, v) for k, v in experiment.at if isinstance(k, Parameter) and isinstance(v, tuple) and len(v) > 1]
    nodes = closure([claim.rhs, near_miss.rhs], given)
    if len(over) != 1 or isinstance(over[0][0], Index) or any(isinstance(n, (E, Var, Cov, Limit, Sum)) for n in nodes):
        return {}
    name, values = over[0]
    low, high = min(values), max(values)
    if low <= 0 or any(isinstance(n, Element) for n in nodes):
        return {}
    free = bindings((claim, near_miss), given, experiment.at, (1, 2, 7, experiment.steps))
    lines: list[tuple[str, list, list]] = []
    places = [
        Fraction(float(low) * (float(high) / float(low)) ** (k / (CURVE - 1))).limit_denominator(10**6)
        for k in range(CURVE)
    ]
    places = [Fraction(round(place)) for place in places] if name.sort == "integer" else places
    places = sorted({min(max(place, low), high) for place in places} | set(values))
    for binding in free[:3]:
        sides: tuple[list, list] = ([], [])
        for place in places:
            at = tuple((k, place if k == name else v) for k, v in next(settings_at(experiment.at)))
            setting = Setting(given, at, experiment.law).mention(*terms_of(claim), *terms_of(near_miss))
            reader = HighPrecision(setting, context, experiment.digits, experiment.steps)
            for side, relation in zip(sides, (claim, near_miss), strict=True):
                try:
                    side.append(float(reader.value(relation.rhs, binding)))
                except (Undefined, Unsupported, TypeError):
                    return {}
        lines.append((describe((), binding) if binding else "", *sides))
    return {
        "over": name.name,
        "places": tuple(map(float, places)),
        "lines": tuple((label, tuple(right), tuple(miss)) for label, right, miss in lines),
    }


def _both(relation: Relation, setting: Setting, reader: HighPrecision, binding: dict) -> tuple[Any, Any] | str:
    """Both sides at a point; where the relation says nothing there, why (empty: its assumptions do not hold)."""
    try:
        if not all(setting.true(w, binding) for w in relation.when):
            return ""
        return reader.value(relation.lhs, binding), reader.value(relation.rhs, binding)
    except Undefined as problem:
        return str(problem)


def _one(value: Any) -> Any:
    return max(value.terms.values(), key=abs, default=0) if isinstance(value, Polynomial) else value


def _ways(ways: set[str]) -> str:
    """How limits and derivatives were taken; the places of a stepped limit as one range."""
    places: dict[str, list[int]] = {}
    others = []
    for way in sorted(ways):
        name, _, place = way.partition(" = ")
        if place.isdigit():
            places.setdefault(name, []).append(int(place))
        else:
            others.append(way)
    ranges = [
        f"{name} = {min(found)}" + (f" to {max(found)}" if len(found) > 1 else "") for name, found in places.items()
    ]
    return ", ".join(ranges + others)


def _tail(tails: list, context: Any) -> str:
    sizes = [t for t in tails if t]
    if not tails:
        return ""
    return f", remainder below 10^{int(context.ceil(context.log10(max(sizes))))}" if sizes else ", no remainder"


def _extreme_points(at: tuple, nodes: set, given: tuple) -> list[tuple]:
    """The stated point with every real parameter close to the ends of its domain, and very large."""
    defined = {f.target for f in given if isinstance(f, Definition)}
    real = sorted(
        (n for n in nodes if type(n) is Parameter and n.sort == "real" and n not in defined), key=lambda p: p.name
    )
    points = []
    for pick in (_just_above, _far_up):
        changed = {p: pick(p, k) for k, p in enumerate(real)}
        if changed:
            points.append(tuple((k, v) for k, v in at if k not in changed) + tuple(changed.items()))
    return points


_TINY = Fraction(1, 10**12)


def _just_above(node: Parameter, k: int) -> Fraction:
    if node.lower is not None:
        gap = _TINY if node.upper is None else min(_TINY, (node.upper - node.lower) / 3)
        return node.lower + gap * (k + 1)
    return (node.upper or Fraction(0)) - (k + 1) * _TINY


def _far_up(node: Parameter, k: int) -> Fraction:
    if node.upper is not None:
        gap = _TINY if node.lower is None else min(_TINY, (node.upper - node.lower) / 3)
        return node.upper - gap / (k + 1)
    return (node.lower or Fraction(0)) + 10**12 + k
