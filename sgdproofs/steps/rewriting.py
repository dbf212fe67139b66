"""Subterms of relations: what occurs in them, and relations with subterms replaced.

A bound index is not looked at: whoever replaces a subterm has seen that nothing in it, or in what takes its place, is
captured.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from ..language import terms as T
from ..language.statements import Relation
from ..models import fact_roots

__all__ = ["exchanged", "mentioned_by", "nodes", "rebuilt", "replaced", "symbols_in"]


def nodes(relation: Relation) -> Iterator[Any]:
    """The subterms of both sides."""
    for side in (relation.lhs, relation.rhs):
        yield from T.walk(side)


def symbols_in(relation: Relation) -> set:
    """The free symbols of both sides."""
    return relation.lhs.free_symbols | relation.rhs.free_symbols


def mentioned_by(fact: Any) -> set:
    """The free symbols of a fact."""
    return {s for root in fact_roots(fact) for s in root.free_symbols}


def rebuilt(node: Any, change: Callable[[Any], Any]) -> Any:
    """The term with the outermost subterms for which `change` gives another term, instead of None, replaced by it."""
    new = change(node)
    if new is not None:
        return new
    if not node.args or isinstance(node, (T.Family, T.Parameter, T.Function)):
        return node
    if isinstance(node, T.Sum):
        ranges = [(v, rebuilt(a, change), rebuilt(b, change)) for v, a, b in node.ranges]
        return T.Sum(rebuilt(node.body, change), *ranges, distinct=node.distinct)
    return node.func(*(rebuilt(a, change) for a in node.args))


def exchanged(node: Any, old: Any, new: Any) -> Any:
    """The term with a subterm replaced."""
    return rebuilt(node, lambda x: new if x == old else None)


def replaced(relation: Relation, old: Any, new: Any) -> Relation:
    """The relation, under the same assumptions, with a subterm of its sides replaced."""
    left, right = (exchanged(side, old, new) for side in (relation.lhs, relation.rhs))
    return Relation(left, relation.rel, right, relation.when)
