"""How polynomials are spelled as terms, and what a ledger says of a discharged condition.

Words only: whether a condition holds has been decided by the kernel before.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

from .kernel.goal import Goal, holds
from .kernel.normal import Normal
from .kernel.polynomial import Poly, atom
from .kernel.scope import Scope
from .language import functions as Fn
from .language import terms as T
from .language.binders import ranges_of, terms_of
from .language.facts import Equation
from .language.statements import Relation


def discharged_by(relation: Relation, goal: Goal) -> str:
    """The domains and assumptions that speak of the symbols of a condition, and of the symbols that these bring in; of
    a bound index its range, and of a limit whether the condition holds only close to its point."""
    ranges = ranges_of(relation, terms_of((goal.statement, *goal.assumptions, *goal.said), goal.facts))
    near = next((r.near for r in ranges if r.point is not None and _only_near(relation, r.symbol, goal)), "")
    bound = {r.symbol: r.text for r in ranges}
    cited = [f.relation for f in goal.facts if isinstance(f, Equation)]
    cited += [r for r in goal.said if isinstance(r, Relation)]
    spoken = [*goal.assumptions, *(r for r in cited if r.rel != "==")]
    symbols = relation.lhs.free_symbols | relation.rhs.free_symbols
    names = {s.name for side in (relation.lhs, relation.rhs) for s in T.walk(side) if hasattr(s, "name")}
    said: list[str] = []
    while True:
        more = [a for a in spoken if names & {s.name for s in T.walk(a) if hasattr(s, "name")} and str(a) not in said]
        if not more:
            break
        said += [str(a) for a in more]
        symbols |= {x for a in more for x in a.lhs.free_symbols | a.rhs.free_symbols}
        names |= {s.name for a in more for s in T.walk(a) if hasattr(s, "name")}
    told = {r.shown for r in ranges} | {r.symbol for r in ranges if near and r.point is not None}
    domains = [
        bound[s] if s in bound else _domain(s.name, goal.scope) if s.name in goal.scope.declared else s.domain_text()
        for s in sorted(symbols - told, key=str)
    ]
    known = ", ".join(dict.fromkeys([*domains, *said]))
    return f"{near}, from {known}" if near and known else near or known or "by calculation"


def _only_near(relation: Relation, variable: Any, goal: Goal) -> bool:
    """True if what the body of a limit needs is not seen to hold for all values of its variable."""
    other = replace(goal)  # with a scope of its own
    n = other.normal(other.scope)
    env: dict[Any, Any] = {}
    n.open_variable(variable, env)
    return not holds(n, relation, env)


def _domain(name: str, scope: Scope) -> str:
    """The domain of a parameter as the assumptions leave it."""
    p, (low, high) = scope.declared[name], scope.bounds[name]
    value, is_open = low or (None, False)
    opposite, is_open_above = high or (None, False)
    upper = None if opposite is None else -opposite
    return T.Parameter(name, p.sort, value, is_open, upper, is_open_above).domain_text()


def remainder(p: Poly, scope: Scope) -> str:
    """What is left of the difference of two sides, if it can be said in a line."""
    text = str(spelled(p.fraction()[0], scope)) if len(p) < 12 else f"a sum of {len(p)} terms"
    return f"what is left, {text if len(text) < 160 else text[:157] + '...'}, is not 0"


def factored(p: Poly, scope: Scope) -> Any:
    """`p` as a product of its factors, or a quotient of two, in the parameters themselves."""
    numerator, denominator = p.fraction()
    if denominator.is_constant:
        return _product(p, scope)
    return T.Quotient(_product(numerator, scope), _product(denominator, scope))


def _product(p: Poly, scope: Scope) -> Any:
    number, factors = Fraction(1), []
    for q, e in scope.factored(p) or [(p, 1)]:
        if q.is_constant and q:
            number *= Fraction(q.constant_term) ** e
            continue
        sign = -1 if any(c < 0 for _, c in _by_degree(q)[:1]) else 1  # what is printed first is not negative
        number *= sign**e
        said = spelled(q * sign, scope)
        factors.append(said if e == 1 else T.Power(said, T.number(e)))
    if not factors:
        return T.number(number)
    if abs(number) != 1:
        factors.insert(0, T.number(number))
    product = factors[0] if len(factors) == 1 else T.Times(*factors)
    return T.Negative(product) if number == -1 else product


def _by_degree(p: Poly) -> list[tuple[Any, Any]]:
    return sorted(p.items(), key=lambda item: -sum(e for _, e in item[0]))


def spelled(p: Poly, scope: Scope) -> Any:
    """`p` as a sum of products of powers, in the parameters themselves."""
    n = Normal(Scope())
    counted = {
        ("par", name, ()): atom(("par", name, ())) + -scope.origin(name)
        for name in scope.declared
        if scope.origin(name)
    }
    return _sum(n.rename(p, counted), scope)


def _sum(p: Poly, scope: Scope) -> Any:
    total: Any = None
    for monomial, c in _by_degree(p):
        product: Any = T.number(abs(c)) if abs(c) != 1 or not monomial else None
        for a, e in monomial:
            factor = _atom(a, scope)
            factor = factor if e == 1 else T.Power(factor, T.number(e))
            product = factor if product is None else T.Times(product, factor)
        if total is None:
            total = product if c > 0 else T.Negative(product)
        else:
            total = T.Plus(total, product if c > 0 else T.Negative(product))
    return T.number(0) if total is None else total


def _anywhere(of: T.Family) -> T.Family:
    """The family without its first index: a message may speak of an element that does not exist."""
    return T.Family(of.name, of.arity, of.random, None, of.tex)


def _atom(a: Any, scope: Scope) -> Any:
    if a[0] == "par" and a[1] in scope.declared:
        return scope.declared[a[1]]
    arguments = [_sum(k, scope) for k in a[2]]
    if a[0] in ("el", "rv"):
        of = scope.families.get(a[1])
        return T.Apply(T.Function(a[1]), *arguments) if of is None else T.Element(_anywhere(of), *arguments)
    if a[0] in ("E", "Var", "Cov"):
        return {"E": T.E, "Var": T.Var, "Cov": T.Cov}[a[0]](*arguments)
    if a[0] == "bv":
        return T.index(f"k{a[1][0]}_{a[1][1]}", at_least=None)
    if a[0] == "sum":
        ranges = []
        for k in range(a[1][1]):
            start, length = arguments[2 * k], a[2][2 * k + 1]
            last = _sum(a[2][2 * k] + length - 1, scope)
            ranges.append((T.index(f"k{a[1][0]}_{k}", at_least=None), start, last))
        return T.Sum(arguments[-1], *reversed(ranges))
    if a[0] == "pow":
        return T.Power(*arguments)
    if a[0] == "inv":
        return T.Quotient(T.number(1), arguments[0])
    if a[0] in ("SquareRoot", "Exponential", "Logarithm", "RealPower", "Absolute", "Floor"):
        return getattr(Fn, a[0])(*arguments)
    return T.Apply(T.Function(a[0]), *arguments)
