"""Which reductions of a claim with branch functions to try, and in which order: a search, and not trusted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..language import functions as L
from ..language import terms as T
from ..language.statements import Relation

__all__ = ["plans"]

POINTS = (L.Exponential, L.Logarithm, L.SquareRoot, L.RealPower)


def plans(statement: Relation, fixed: Any) -> Iterator[dict[str, Any]]:
    """What a `Plan` may choose, the quick choices first; symbols that are `fixed` stay as they are."""
    yield {}
    if any(isinstance(x, POINTS) for r in (statement, *statement.when) for s in (r.lhs, r.rhs) for x in T.walk(s)):
        tangents: list[dict[str, Any]] = [{"tangents": "one"}, {"tangents": "all"}]
        orders: list[dict[str, Any]] = [{"ordered": "all"}, {"ordered": "one"}]
        # What is assumed of a function tells something of its arguments.
        told = any(isinstance(x, POINTS) for r in statement.when for s in (r.lhs, r.rhs) for x in T.walk(s))
        yield from (*orders, *tangents) if told else (*tangents, *orders)
    if statement.rel == "!=":
        whole = [s for s in statement.free_symbols if _integer(s) and s not in fixed]
        for d in (2, 3, 4):
            yield {"moduli": dict.fromkeys(whole, d)}
    moduli = {s: 2 for s in _exponents_of_minus_one(statement) if s not in fixed}
    if moduli:
        yield {"moduli": moduli}
    yield {"factored": False}


def _exponents_of_minus_one(statement: Relation) -> set:
    found: set = set()
    for side in (statement.lhs, statement.rhs):
        for x in T.walk(side):
            if isinstance(x, T.Power) and x.args[0] in (T.number(-1), T.Negative(T.number(1))):
                found |= set(filter(_integer, x.args[1].free_symbols))
    return found


def _integer(s: Any) -> bool:
    return isinstance(s, T.Parameter) and not isinstance(s, T.Index) and s.sort == "integer"
