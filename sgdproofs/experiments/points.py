"""The points of an experiment: which values the parameters and the free indices of a statement take."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields
from fractions import Fraction
from itertools import product
from typing import Any

from ..language.facts import Definition, Fact
from ..language.statements import NotDetermined, Relation, free_indices
from ..language.terms import Element, Index, Parameter, Sum, walk
from .evaluate import Unsupported

__all__ = ["bindings", "closure", "describe", "runs_over", "settings_at", "terms_of"]


def terms_of(thing: Any) -> Iterator[Any]:
    """The terms that a fact or a statement consists of."""
    if isinstance(thing, Relation):
        yield from (thing.lhs, thing.rhs)
        for assumption in thing.when:
            yield from terms_of(assumption)
    elif isinstance(thing, NotDetermined):
        yield from (thing.target, thing.by)
    elif isinstance(thing, Definition):
        yield from (thing.target, thing.value)
        yield from (value for _, value in thing.start)
    elif isinstance(thing, Fact):
        for field in fields(thing):
            value = getattr(thing, field.name)
            if isinstance(value, Relation):
                yield from terms_of(value)


def closure(roots: Iterable[Any], given: tuple[Fact, ...]) -> set:
    """Every node that the roots mention, through definitions and recurrences."""
    targets: dict = {}
    for fact in given:
        if isinstance(fact, Definition):
            key = fact.target if isinstance(fact.target, Parameter) else fact.target.family
            targets.setdefault(key, []).append(fact)
    seen: set = set()
    stack = [n for r in roots for n in walk(r)]
    while stack:
        node = stack.pop()
        if node in seen:
            continue
        seen.add(node)
        for fact in targets.pop(node, ()):
            stack.extend(n for t in terms_of(fact) for n in walk(t))
    return seen


def runs_over(variable: Parameter, nodes: set) -> bool:
    """Whether `variable` counts steps: it is an index of an element, or bounds a sum."""
    for node in nodes:
        if isinstance(node, Element) and any(variable in i.free_symbols for i in node.indices):
            return True
        if isinstance(node, Sum) and any(variable in (r[1].free_symbols | r[2].free_symbols) for r in node.ranges):
            return True
    return False


def settings_at(at: tuple) -> Iterator[tuple]:
    """Each combination of the values stated for parameters; indices are left out."""
    fixed = [(k, v) for k, v in at if not isinstance(k, Index)]
    keys = [k for k, _ in fixed]
    choices = [v if isinstance(v, tuple) and isinstance(k, Parameter) else (v,) for k, v in fixed]
    for values in product(*choices):
        yield tuple(zip(keys, values, strict=True))


def bindings(statements: Iterable[Relation], given: tuple[Fact, ...], at: tuple, places: tuple[int, ...]) -> list[dict]:
    """The values of the free indices, smallest first: as stated in `at`; else 1 and 2 for an index of components,
    and `places` for one that counts draws or steps."""
    relations = [s for s in statements if isinstance(s, Relation)]
    free = sorted(set().union(*map(free_indices, relations)), key=lambda i: i.name)
    stated = {k: v for k, v in at if isinstance(k, Index)}
    nodes = [n for r in relations for t in terms_of(r) for n in walk(t)]
    nodes += [n for f in given for t in terms_of(f) for n in walk(t)]
    components = {i for n in nodes if isinstance(n, Element) for i in n.indices[1:]}
    heads = {n.indices[0] for n in nodes if isinstance(n, Element) and n.indices}
    choices = []
    for index in free:
        if index in stated:
            value = stated[index]
            chosen = [_whole(index, v) for v in (value if isinstance(value, tuple) else (value,))]
        elif index in components or index not in heads:
            chosen = [p for p in (1, 2) if index.lower is None or p >= index.lower] or [int(index.lower)]
        else:
            low = 1 if index.lower is None else int(index.lower)
            chosen = sorted({low, low + 1} | {p for p in places if p >= low})
        choices.append(chosen)
    return [dict(zip(free, values, strict=True)) for values in product(*choices)]


def _whole(index: Index, value: Fraction) -> int:
    if value.denominator != 1:
        raise Unsupported(f"the index {index} = {value} is no integer")
    return int(value)


def describe(at: Iterable[tuple], binding: dict) -> str:
    """A point in words: `N = 7/2, t = 40`."""
    said = [f"{k} = {v}" for k, v in at if isinstance(k, Parameter)] + [f"{k} = {v}" for k, v in binding.items()]
    return ", ".join(said) or "the chosen numbers"
