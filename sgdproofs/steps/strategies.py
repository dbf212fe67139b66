"""Claims with branch functions: proved if the goals that a reduction leaves are settled.

`settled` concludes from goals that the kernel has proved, by arguments of one line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from math import gcd
from typing import Any

import sympy

from ..advice import Search
from ..kernel.check import Outcome
from ..kernel.polynomial import Poly, exact
from ..language import terms as T
from ..language.errors import SgdproofsError
from ..language.statements import Relation, ge, gt, le, lt
from .plans import plans
from .reductions import Path, Plan, Restart, Unsupported, paths
from .translate import integral

__all__ = ["by_reduction", "settled"]

Kernel = Callable[[Relation], Outcome]
ZERO = T.number(0)


def by_reduction(statement: Relation, kernel: Kernel, complexes: Any, fixed: Any, over: Callable[[], bool]) -> bool:
    """Whether the claim is proved through one of the plans: first by what is quick, then by contradiction, too."""
    known: dict[Relation, Outcome] = {}

    def asked(relation: Relation) -> Outcome:
        if relation not in known:
            known[relation] = kernel(relation)
        return known[relation]

    for thorough in (False, True):
        for choices in plans(statement, fixed):
            if over():
                return False
            plan = Plan(Search().factors, frozenset(complexes), frozenset(fixed), **choices)
            try:
                if _proved(statement, plan, asked, over, thorough):
                    return True
            except (Unsupported, Restart):
                continue
    return False


def _proved(statement: Relation, plan: Plan, kernel: Kernel, over: Callable[[], bool], thorough: bool) -> bool:
    known: dict[Relation, bool] = {}

    def proves(relation: Relation) -> bool | None:
        if over():
            raise Unsupported("the time is over")
        outcome = kernel(relation)
        return None if outcome.impossible else bool(outcome.proved)

    for path in paths(statement, plan, proves):
        for goal in path.goals:
            if goal not in known:
                known[goal] = not over() and settled(goal, kernel, thorough)
            if not known[goal]:
                return False
    return True


def settled(goal: Relation, kernel: Kernel, thorough: bool = True) -> bool:
    """Whether a goal is proved: by the kernel, or from few goals that it proves."""
    outcome = kernel(goal)
    if outcome.proved or outcome.impossible:
        return True
    if _by_order(goal, kernel) or thorough and _by_contradiction(goal, kernel):
        return True
    try:
        solved = _solved(goal)
        return _remainders_differ(goal) or solved is not None and settled(solved, kernel, thorough)
    except SgdproofsError:  # a normal form that is too large, a symbol that would be captured
        return False


def _remainders_differ(goal: Relation) -> bool:
    """`a != b` for integers whose difference is a number c plus multiples of d, where d does not divide c."""
    if goal.rel != "!=" or not (integral(goal.lhs) and integral(goal.rhs)):
        return False
    p = dict(_reader().poly(T.Plus(goal.lhs, T.Negative(goal.rhs))))
    c = Fraction(p.pop((), 0))
    rest = [Fraction(v) for v in p.values()]
    whole = all(v.denominator == 1 for v in (c, *rest)) and all(e > 0 and a[0] == "par" for m in p for a, e in m)
    return whole and bool(rest) and c % gcd(*(v.numerator for v in rest)) != 0


def _reader() -> Path:
    return Path(Plan(Search().factors), lambda relation: False, [])


def _solved(goal: Relation) -> Relation | None:
    """The goal with a symbol replaced by what an assumed equation says that it is; its domain is said of that term."""
    everything = (goal, *goal.when)
    sides = [s for r in everything for s in (r.lhs, r.rhs)]
    if any(T.is_random(s) or isinstance(x, (T.Partial, T.Limit)) for s in sides for x in T.walk(s)):
        return None
    for w in goal.when:
        if w.rel != "==":
            continue
        reader = _reader()
        p, _ = reader.poly(T.Plus(w.lhs, T.Negative(w.rhs))).fraction()
        for m, c in p.items():
            a = m[0][0] if len(m) == 1 and m[0][1] == 1 else None
            symbol = reader.atoms.get(a)
            if not isinstance(symbol, T.Parameter) or isinstance(symbol, T.Index):
                continue
            rest = Poly({n: exact(Fraction(-v) / Fraction(c)) for n, v in p.items() if n != m})
            value = reader._term(rest)
            if value is None or symbol in value.free_symbols:
                continue
            if symbol.sort == "integer" and not (integral(value) and all(v.denominator == 1 for v in rest.values())):
                continue
            others = [other.at({symbol: value}) for other in goal.when if other is not w]
            others += [Relation(value, rel, T.number(bound)) for rel, bound in _bounds(symbol)]
            return Relation(goal.lhs, goal.rel, goal.rhs).at({symbol: value}).given(*others)
    return None


def _bounds(symbol: T.Parameter) -> Iterator[tuple[str, Fraction]]:
    if symbol.lower is not None:
        yield (">" if symbol.open_lower else ">="), symbol.lower
    if symbol.upper is not None:
        yield ("<" if symbol.open_upper else "<="), symbol.upper


def _by_contradiction(goal: Relation, kernel: Kernel) -> bool:
    """Where both sides are defined and the goal fails, and all assumptions but one hold, that one fails."""
    if any(T.is_random(side) for r in (goal, *goal.when) for side in (r.lhs, r.rhs)):
        return False  # what does not hold for all outcomes may still hold for some
    if not all(kernel(Relation(side, "==", side).given(*goal.when)).proved for side in (goal.lhs, goal.rhs)):
        return False
    when = goal.when
    for k in range(len(when) - 1, max(len(when) - 7, -1), -1):
        other = when[k].negated().given(*when[:k], *when[k + 1 :])

        def fails(*otherwise: Relation, other: Relation = other) -> bool:
            case = other.given(*other.when, *otherwise)
            outcome = kernel(case)
            return bool(outcome.proved or outcome.impossible or len(when) <= 4 and _by_order(case, kernel))

        # Of two real numbers that differ one is the smaller one.
        if fails(goal.negated()) or goal.rel == "==" and all(fails(r(goal.lhs, goal.rhs)) for r in (lt, gt)):
            return True
    return False


def _by_order(goal: Relation, kernel: Kernel) -> bool:
    """`a = b` from `a <= b` and `b <= a`, or from `(a - b)^2 <= 0`, or from squares of numbers that are not negative.

    `a <= b` follows from `a^2 <= b^2` and `b >= 0`; `a < b` from `a^2 < b^2` and `b >= 0`.  The same holds for other
    even powers, and for odd ones without `b >= 0`; they are tried where an assumption speaks of such powers.
    """
    a, b, rel, when = goal.lhs, goal.rhs, goal.rel, goal.when
    if rel in (">", ">="):
        a, b, rel = b, a, {">": "<", ">=": "<="}[rel]

    def proved(relation: Relation) -> bool:
        return bool(kernel(relation.given(*when)).proved)

    def power(t: Any, n: int) -> Any:
        return T.Power(t, T.number(n))

    def square(t: Any) -> Any:
        return power(t, 2)

    def at_most(a: Any, b: Any) -> bool:
        # Integers with a < b + 1 are integers with a <= b.
        return proved(le(a, b)) or integral(a) and integral(b) and proved(lt(a, T.Plus(b, T.number(1))))

    if rel == "==":
        if at_most(a, b) and at_most(b, a):
            return True
        if proved(le(square(T.Plus(a, T.Negative(b))), ZERO)):
            return True
        exponents = [2, *_powers(when)]
        if any(n % 2 == 1 and proved(Relation(power(a, n), "==", power(b, n))) for n in exponents):
            return True
        even = [n for n in exponents if n % 2 == 0]
        if not (proved(ge(a, ZERO)) and proved(ge(b, ZERO))):
            return False
        return any(proved(Relation(power(a, n), "==", power(b, n))) for n in even)
    if rel == "<=" and at_most(a, b):
        return True
    if rel in ("<", "<="):
        if b != ZERO and proved(ge(b, ZERO)) and proved(Relation(square(a), rel, square(b))):
            return True
        return any(n % 2 == 1 and proved(Relation(power(a, n), rel, power(b, n))) for n in _powers(when))
    return False


def _powers(when: tuple) -> list[int]:
    """The exponents above 2 in what is assumed."""
    found = {
        int(x.args[1])
        for w in when
        for s in (w.lhs, w.rhs)
        for x in T.walk(s)
        if isinstance(x, T.Power) and isinstance(x.args[1], sympy.Integer) and 2 < x.args[1] <= 9
    }
    return sorted(found)
