"""Limits, from a short list of rules, each with its condition."""

from __future__ import annotations

from typing import Any

from ..kernel.goal import Goal
from ..kernel.normal import Environment, Normal
from ..kernel.polynomial import Atom, Poly, add, atom, constant, exact, fraction, has, mul, power
from ..kernel.reasons import Reason, flat
from ..language import terms as T
from ..language.statements import Relation
from .sums import close_geometric, open_geometric


def open_limit(n: Normal, node: Any, env: Environment) -> Poly:
    """The limit as a polynomial without the variable, or the closed node where no rule applies."""
    body, variable, point = node.args
    which: Atom = ("var", n._fresh(), ())
    n._limit_variable(which, variable)
    offset = constant(exact(variable.lower or 0))
    here = {**env, variable: add(atom(which), offset)}
    value = _rewritten(n, n.poly(body, here), variable, here)
    if point is T.INFINITY:
        found = limit_at_infinity(n, close_geometric(n, value), which)
    elif n.admits(variable, n.poly(point, env)):
        found = limit_at_point(n, value, which, add(n.poly(point, env), offset, -1))
    else:
        found = None
    return n.closed(node, env) if found is None else found


def _rewritten(n: Normal, p: Poly, variable: T.Parameter, here: Environment) -> Poly:
    """`p` with what a cited equation is about, for all values of the variable, replaced by its right-hand side."""
    for relation in n.equations if isinstance(variable, T.Index) else ():
        if variable in relation.lhs.free_symbols and not relation.when:
            left = n.poly(relation.lhs, here)
            if len(left) == 1 and list(left.values()) == [1]:
                ((monomial, _),) = left.items()
                if len(monomial) == 1 and monomial[0][1] == 1:
                    p = n.rename(p, {monomial[0][0]: n.poly(relation.rhs, here)})
    return p


def limit_at_infinity(n: Normal, p: Poly, which: Atom) -> Poly | None:
    """The limit of a quotient of sums of `c t^k q^t`, for growing natural `t`.

    Terms with `|q| < 1` vanish.  Of the others, which are `c t^k`, the highest power decides; the leading
    coefficient of the denominator has to be different from 0.
    """
    numerator, denominator = fraction(p, lambda a: a[0] == "inv" and has(a, which.__eq__))
    top, bottom = _leading(n, numerator, which), _leading(n, denominator, which)
    if top is None or bottom is None:
        return None
    (degree, lead, wave), (other, divisor, ripple) = top, bottom
    if not n.scope.nonzero(divisor) or lead and degree > other or not lead and other < 0:
        return None
    if wave >= other or ripple >= other:
        return None
    return mul(lead, n.inverse(divisor)) if lead and degree == other else {}


def _leading(n: Normal, p: Poly, which: Atom) -> tuple[int, Poly, float] | None:
    """The highest power of the variable among the terms that do not decay, and its coefficient (0: all decay).

    Terms that alternate in sign are left out; the third part is the highest power among them.
    """
    parts: dict[int, Poly] = {}
    alternating = float("-inf")
    for monomial, c in p.items():
        degree, ratio, rest = 0, constant(1), []
        for a, e in monomial:
            if a == which:
                degree = e
            elif not has(a, which.__eq__):
                rest.append((a, e))
            else:
                own = _ratio(n, a, e, which)
                if own is None:
                    return None
                ratio = mul(ratio, own)
        if ratio == constant(1):
            parts[degree] = add(parts.get(degree, {}), {tuple(rest): c})
        elif ratio == constant(-1):
            alternating = max(alternating, degree)
        elif not small(n, ratio):
            return None
    degree = max((d for d, q in parts.items() if q), default=0)
    return degree, parts.get(degree, {}), alternating


def _ratio(n: Normal, a: Atom, e: int, which: Atom) -> Poly | None:
    """`q` if the atom to the power e is `q ** t` times what does not depend on t, with q not 0 where it is inverted."""
    if a[0] == "sgn" and dict(a[2][0]) == atom(which):
        return constant(-1)
    if a[0] != "pow":
        return None
    base, exponent = (dict(k) for k in a[2])
    rate = exponent.get(((which, 1),), 0)
    rest = add(exponent, atom(which), -rate)
    if not isinstance(rate, int) or any(has(b, which.__eq__) for q in (base, rest) for m in q for b, _ in m):
        return None
    power_ = rate * e
    if power_ < 0 and not n.scope.nonzero(base):
        return None
    return power(base, power_) if power_ > 0 else power(n.inverse(base), -power_)


def small(n: Normal, q: Poly) -> bool:
    """True if `-1 < q < 1` is seen from the scope; it then goes into the ledger."""
    found = n.scope.positive(add(constant(1), q, -1)) and n.scope.positive(add(constant(1), q))
    if found:
        n.ratios.append(q)
    return found


def limit_at_point(n: Normal, p: Poly, which: Atom, point: Poly) -> Poly | None:
    """The value of a rational function at a point where its denominator is not 0: there it is continuous."""
    numerator, denominator = fraction(p)
    shared = min((dict(m).get(which, 0) for q in (numerator, denominator) for m in q), default=0)
    if not point and shared:
        numerator, denominator = (mul(q, atom(which, -shared)) for q in (numerator, denominator))
    for q in (numerator, denominator):
        if any(a != which and has(a, which.__eq__) for m in q for a, _ in m):
            return None
    bottom = n.rename(denominator, {which: point})
    if not n.scope.nonzero(bottom):
        return None
    return mul(n.rename(numerator, {which: point}), n.inverse(bottom))


def limits(*cites: Any) -> Reason:
    """Limits by rule; the limit exists wherever a rule gives it.

        |q| < 1            deg f <= deg g, leading coefficient of g != 0      g(a) != 0
        ---------------    ----------------------------------------------     -------------------------------
        lim t^k q^t = 0    lim f(t)/g(t) = ratio of leading coefficients      lim_{x->a} f(x)/g(x) = f(a)/g(a)

    Geometric sums inside are closed first.

    Fails: `|q| < 1` not seen from the domains (for `q = 1 - 1/N` it needs `N > 1/2`); `q^t` with unknown q; a pole.

    >>> from sgdproofs import *; from sgdproofs.verdicts import verdict
    >>> N, q, t = real("N", above=Fraction(1, 2)), real("q"), index("t")
    >>> verdict(eq(limit((1 - 1/N)**t, t), 0), limits()), verdict(eq(limit(q**t, t), 0), limits())
    ('proved', 'refuted')
    """
    return Reason("limit", flat(cites), opens=((T.Limit, open_limit), (T.Sum, open_geometric)))


def pass_to_limit(goal: Goal, n: Normal) -> list[Poly]:
    """From `lim a_t = L` and an equation between `a_t, a_{t-1}, ...` for all large t: the equation between the limits.

    Only polynomials in quantities whose limit is known to exist are passed to the limit; these are continuous.
    A limit that a cited line names by a symbol may go by that name.
    """
    equations = goal.universal()
    found: list[Poly] = []
    for index in sorted({v for r in equations for v in _tends(r)}, key=lambda v: v.name):
        which: Atom = ("var", n._fresh(), ())
        n._limit_variable(which, index)
        here = {index: add(atom(which), constant(exact(index.lower or 0)))}
        known: list[tuple[Poly, Poly]] = []
        for relation in equations:
            if index in _tends(relation):
                value = n.closed(relation.lhs, {})
                known.append((n.poly(relation.lhs.args[0], here), value))
                if isinstance(relation.rhs, T.Parameter):
                    found.append(add(value, n.poly(relation.rhs, {}), -1))
        for relation in equations:
            if not isinstance(relation.lhs, T.Limit) and all(_eventually(w, index) for w in relation.when):
                gap = add(n.poly(relation.lhs, here), n.poly(relation.rhs, here), -1)
                image = _limit_of_equation(n, gap, which, known)
                if image is not None:
                    found.append(image)
    return found


def _tends(relation: Relation) -> tuple[T.Index, ...]:
    """The index that tends to infinity, if the relation says what a limit is."""
    side = relation.lhs
    plain = isinstance(side, T.Limit) and side.args[2] is T.INFINITY and isinstance(side.args[1], T.Index)
    return (side.args[1],) if plain and not relation.when else ()


def _eventually(assumption: Relation, index: T.Index) -> bool:
    """True for `t >= 1` and the like: it holds for all large t."""
    return assumption.lhs == index and assumption.rel in (">=", ">") and not assumption.rhs.free_symbols


def _limit_of_equation(n: Normal, p: Poly, which: Atom, known: list[tuple[Poly, Poly]]) -> Poly | None:
    numerator, _ = fraction(p)
    total: Poly = {}
    for monomial, c in numerator.items():
        product = constant(c)
        for a, e in monomial:
            if not has(a, which.__eq__):
                product = mul(product, atom(a, e))
                continue
            shifted = (
                (n.rename(body, {which: add(atom(which), constant(shift))}), value)
                for body, value in known
                for shift in range(-2, 3)
            )
            value = next((v for body, v in shifted if e > 0 and body == atom(a)), None)
            if value is None:
                return None
            product = mul(product, power(value, e))
        total = add(total, product)
    return total


def passage_to_limit(*cites: Any) -> Reason:
    """An equation that holds for all t holds between the limits, if these exist.

        lim_t a_t = L      a_t = f(a_{t-1}) for all t, f a polynomial
        --------------------------------------------------------------
                              L = f(L)

    Fails: no line that says that the limit exists: a fixed point alone is no limit (`a_t = 2 a_{t-1} + 1` has the
    fixed point -1 and diverges).

    >>> from sgdproofs import *; from sgdproofs.verdicts import verdict
    >>> y, t, c, L = family("y", first=0), index("t"), real("c"), real("L")
    >>> settles = assume(eq(limit(y[t], t), L))
    >>> recursion = assume(eq(y[t], y[t - 1]/2 + c).given(t >= 1))
    >>> verdict(eq(L, L/2 + c), passage_to_limit(settles, recursion), settles, recursion)
    'proved'
    >>> verdict(eq(L, L/2 + c), passage_to_limit(recursion), settles, recursion)
    'unjustified'
    """
    return Reason("passage to the limit", flat(cites), premises=(pass_to_limit,), plain=False)
