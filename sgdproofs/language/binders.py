"""Where a bound index of a condition runs: a condition is read off a term inside of a sum, a product or a limit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sympy

from .derivation import fact_relations
from .facts import Fact
from .functions import InfiniteSum, Product, opened
from .statements import Relation
from .terms import INFINITY, Index, Limit, Parameter, Sum, substituted, walk

__all__ = ["Range", "binds", "bounded", "ranges_of", "renamed", "terms_of"]


@dataclass(frozen=True)
class Range:
    """A bound symbol with the ends of its range, or (`point`) with what it tends to; `shown` is its name in print."""

    symbol: Parameter
    low: Any = None
    high: Any = None
    point: Any = None
    shown: Parameter | None = None

    @property
    def text(self) -> str:
        name = self.shown or self.symbol
        if self.point is not None:
            return name.domain_text()
        return f"{self.low} <= {name}" + ("" if self.high is INFINITY else f" <= {self.high}")

    @property
    def near(self) -> str:
        """Where a limit looks: close to its point, and nowhere else."""
        return f"for all large {self.symbol}" if self.point is INFINITY else f"for {self.symbol} close to {self.point}"


def terms_of(statements: Iterable[Any], facts: Iterable[Fact] = ()) -> Iterator[Any]:
    """The terms that a condition of a line is read off: of its statements, and of the facts that it cites."""
    for relation in (*statements, *(relation for fact in facts for relation in fact_relations(fact))):
        if isinstance(relation, Relation):
            yield from (relation.lhs, relation.rhs)


def ranges_of(relation: Relation, said: Iterable[Any]) -> list[Range]:
    """The binders in the terms `said` that the condition is read off inside of, for each of its bound symbols."""
    symbols = relation.lhs.free_symbols | relation.rhs.free_symbols
    sides = [side for side in (relation.lhs, relation.rhs) if not isinstance(side, sympy.Rational)]
    found: dict[Range, None] = {}
    for node in (node for term in said for node in _binders(term)):
        own = [place for place in binds(node) if place.symbol in symbols]
        if own and any(side in walk(node) for side in sides):
            found.update(dict.fromkeys(own))
    return list(found)


@lru_cache(maxsize=4096)
def _binders(term: Any) -> tuple[Any, ...]:
    """The nodes in a term that bind a symbol, outside in: each condition of a line asks for the same."""
    return tuple(node for node in walk(term) if any(binds(node)))


def binds(node: Any) -> Iterator[Range]:
    """The symbols that a node binds, each with where it runs."""
    if isinstance(node, Sum):
        yield from (Range(*place) for place in node.ranges)
    elif isinstance(node, Product | InfiniteSum):
        low, *high = node.args[2:]
        yield Range(node.variable, low, high[0] if high else INFINITY, shown=opened(node)[1])
    elif isinstance(node, Limit):
        yield Range(node.args[1], point=node.args[2])


def renamed(relation: Relation, ranges: Iterable[Range]) -> Relation:
    """The condition with the indices of products named as in print."""
    free = relation.lhs.free_symbols | relation.rhs.free_symbols
    names = {place.symbol: place.shown for place in ranges if place.shown is not None and place.shown not in free}
    if len(set(names.values())) < len(names) or not names:
        return relation
    sides = (substituted(side, names) for side in (relation.lhs, relation.rhs))
    return Relation(next(sides), relation.rel, next(sides), relation.when)


def bounded(relation: Relation, ranges: Iterable[Range]) -> Relation:
    """The condition said of every value of its bound indices."""
    assumptions: list[Relation] = []
    for place in ranges:
        name: Any = place.shown or place.symbol
        if place.point is None and isinstance(name, Index):
            assumptions.append(name >= place.low)
            assumptions += [] if place.high is INFINITY else [name <= place.high]
    return Relation(relation.lhs, relation.rel, relation.rhs, (*relation.when, *dict.fromkeys(assumptions)))
