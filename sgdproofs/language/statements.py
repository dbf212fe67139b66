"""Statements: what a line or a fact can say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sympy
from sympy.core.basic import Basic

from .errors import StatementError
from .terms import Element, Family, Index, Parameter, Row, term, unchanging, walk

__all__ = [
    "Relation",
    "Independence",
    "FunctionOf",
    "NotDetermined",
    "Loops",
    "eq",
    "ne",
    "le",
    "lt",
    "ge",
    "gt",
    "independent",
    "function_of",
    "not_determined",
    "loops",
    "symbols_of",
]

NEGATED = {"==": "!=", "!=": "==", "<=": ">", ">": "<=", "<": ">=", ">=": "<"}


class Relation(Basic):
    """`lhs rel rhs` under the assumptions `when` (relations themselves).

    Meaning: at every point of the domains where `when` and the cited facts hold, both sides are defined
    and the relation holds.
    """

    __slots__ = ("rel",)
    __setattr__ = unchanging

    def __new__(cls, lhs: Any, rel: str, rhs: Any, when: Any = ()) -> Relation:
        if rel not in NEGATED:
            raise StatementError(f"{rel!r} is not a relation: use one of {', '.join(NEGATED)}")
        for assumption in when:
            if not isinstance(assumption, Relation) or assumption.when:
                raise StatementError(
                    f"{assumption} is no plain relation: assumptions of an assumption are not in the language"
                )
        self = Basic.__new__(cls, term(lhs), term(rhs), sympy.Tuple(*when))
        self.rel = rel
        return self

    def _hashable_content(self) -> tuple:
        return (self.rel, *self.args)

    def __reduce_ex__(self, protocol: Any) -> tuple:
        return type(self), (self.lhs, self.rel, self.rhs, tuple(self.when))

    @property
    def lhs(self) -> Any:
        return self.args[0]

    @property
    def rhs(self) -> Any:
        return self.args[1]

    @property
    def when(self) -> tuple:
        return tuple(self.args[2])

    def given(self, *assumptions: Relation) -> Relation:
        """The same relation, claimed only where `assumptions` hold as well."""
        return Relation(self.lhs, self.rel, self.rhs, self.when + assumptions)

    def at(self, values: dict) -> Relation:
        """The relation with parameters and indices replaced, in its assumptions too."""
        from .terms import substituted

        return Relation(
            substituted(self.lhs, values),
            self.rel,
            substituted(self.rhs, values),
            tuple(w.at(values) for w in self.when),
        )

    def negated(self) -> Relation:
        return Relation(self.lhs, NEGATED[self.rel], self.rhs)

    def __bool__(self) -> bool:
        raise StatementError(f"the truth of {self} is for a proof to tell: write two-sided bounds as two relations")

    def __str__(self) -> str:
        from .text import plain

        return plain(self)

    __repr__ = __str__


def eq(lhs: Any, rhs: Any) -> Relation:
    """`lhs = rhs`."""
    return Relation(lhs, "==", rhs)


def ne(lhs: Any, rhs: Any) -> Relation:
    """`lhs != rhs`."""
    return Relation(lhs, "!=", rhs)


def le(lhs: Any, rhs: Any) -> Relation:
    """`lhs <= rhs`."""
    return Relation(lhs, "<=", rhs)


def lt(lhs: Any, rhs: Any) -> Relation:
    """`lhs < rhs`."""
    return Relation(lhs, "<", rhs)


def ge(lhs: Any, rhs: Any) -> Relation:
    """`lhs >= rhs`."""
    return Relation(lhs, ">=", rhs)


def gt(lhs: Any, rhs: Any) -> Relation:
    """`lhs > rhs`."""
    return Relation(lhs, ">", rhs)


class _Said:
    """A statement that is no relation: compares and hashes by its parts."""

    parts: tuple

    def __eq__(self, other: Any) -> bool:
        return type(self) is type(other) and self.parts == other.parts

    def __hash__(self) -> int:
        return hash((type(self).__name__, self.parts))

    def __str__(self) -> str:
        from .text import plain

        return plain(self)

    __repr__ = __str__


class Independence(_Said):
    """The items (elements, or rows such as `ghat[b]`) are independent of one another."""

    def __init__(self, *items: Any, when: tuple = ()) -> None:
        if len(items) < 2:
            raise StatementError("independence is said of two or more quantities")
        items = tuple(Row(item, ()) if isinstance(item, Family) else item for item in items)
        for item in items:
            if not isinstance(item, (Row, Element)) or not item.family.random:
                raise StatementError(
                    f"{item} is not a random quantity: independence is said of elements, rows or families"
                )
        self.items, self.when, self.parts = items, when, (items, when)


class FunctionOf(_Said):
    """`target[t]` is a function of `source[first..t]` alone, for every `t`."""

    def __init__(self, target: Element, source: Family) -> None:
        self.target, self.source, self.parts, self.when = target, source, (target, source), ()


class NotDetermined(_Said):
    """`target` is not a function of `by`: two admissible points agree on `by` and differ on `target`."""

    def __init__(self, target: Any, by: Any, first: dict, second: dict) -> None:
        self.target, self.by, self.when = term(target), term(by), ()
        self.first, self.second = first, second
        self.parts = (self.target, self.by, tuple(first.items()), tuple(second.items()))


class Loops(Relation):
    """`for indices: target += increment`, started at 0.

    As a relation: `target` equals the sum of `increment` over the loop indices that `target` does not carry,
    at each entry of `target` that the loops visit.
    """

    __slots__ = ("order",)

    def __new__(cls, order: tuple, target: Element, increment: Any) -> Loops:
        from .terms import Sum

        for place in order:
            if not isinstance(place, tuple) or len(place) != 3 or not isinstance(place[0], Index):
                raise StatementError(f"a loop is (index, first, last), such as (b, 1, B), not {place}")
        if not isinstance(target, Element):
            raise StatementError(f"loops add to an element of a family, not to {target}")
        if len({place[0] for place in order}) != len(order):
            raise StatementError(f"two of the loops that add to {target} run over one index: rename one of them")
        if target.family in set(walk(term(increment))):
            raise StatementError(f"the loops read {target.family} while they change it: give the sum another name")
        free = [place for place in order if place[0] not in target.indices]
        meaning = Sum(increment, *reversed(free)) if free else term(increment)
        if not set(target.indices) <= {place[0] for place in order}:
            raise StatementError(
                f"the loops over {', '.join(str(p[0]) for p in order)} do not reach every index of {target}"
            )
        for v, low, high in order:
            hidden = {u for u, _, _ in free} & (term(low).free_symbols | term(high).free_symbols)
            if v in target.indices and hidden:
                raise StatementError(f"the range of {v} depends on a loop that {target} does not carry")
        visited = [
            bound
            for v, low, high in order
            if v in target.indices
            for bound in (ge(v, low), le(v, high))
            if not (bound.rel == ">=" and v.lower is not None and low == v.lower)
        ]
        self = super().__new__(cls, target, "==", meaning, visited)
        self.order = (tuple(order), term(increment))
        return self

    def _hashable_content(self) -> tuple:
        return (self.rel, *self.args, self.order)

    def __reduce_ex__(self, protocol: Any) -> tuple:
        return type(self), (self.order[0], self.lhs, self.order[1])


def independent(*items: Any, when: tuple = ()) -> Independence:
    """The statement that `items` are mutually independent."""
    return Independence(*items, when=when)


def function_of(target: Element, source: Family) -> FunctionOf:
    """The statement that `target[t]` depends on `source[1], ..., source[t]` only."""
    if not isinstance(target, Element) or not target.indices:
        raise StatementError(f"{target} is no element of a family such as y[t], which grows with its first index")
    if not isinstance(source, Family) or not source.random or not source.arity:
        raise StatementError(f"{source} is no family of random quantities, of which the first ones could be read")
    return FunctionOf(target, source)


def not_determined(target: Any, by: Any, first: dict, second: dict) -> NotDetermined:
    """The statement that `target` is not determined by `by`, with the two points that show it."""
    for v, value in (*first.items(), *second.items()):
        if not isinstance(v, (Parameter, Element)) or not isinstance(term(value), sympy.Rational):
            raise StatementError(f"a point gives numbers to parameters and elements of families, not {v} = {value}")
    return NotDetermined(target, by, first, second)


def loops(order: tuple, target: Element, increment: Any) -> Loops:
    """A for-loop `for order: target += increment`; each of `order` is `(index, first, last)`."""
    return Loops(order, target, increment)


def symbols_of(statement: Any) -> Iterator[Any]:
    """The parameters and families that `statement` mentions, bound indices included."""
    if isinstance(statement, Relation):
        roots: list = [statement.lhs, statement.rhs, *statement.when]
    elif isinstance(statement, Independence):
        roots = [i for item in statement.items for i in (item.indices if isinstance(item, Row) else (item,))]
        yield from (item.family for item in statement.items if isinstance(item, Row))
        roots += list(statement.when)
    elif isinstance(statement, FunctionOf):
        roots = [statement.target]
        yield statement.source
    else:
        roots = [statement.target, statement.by]
    for root in roots:
        for node in walk(root):
            if isinstance(node, (Parameter, Family)):
                yield node


def sides(statement: Any) -> tuple:
    """Both sides of a relation; other statements have none."""
    return (statement.lhs, statement.rhs) if isinstance(statement, Relation) else ()


def free_indices(statement: Any) -> set:
    """The indices that occur free in a relation: the statement holds for all their values."""
    found: set = set()
    if isinstance(statement, Relation):
        for side in (statement.lhs, statement.rhs):
            found |= {s for s in side.free_symbols if isinstance(s, Index)}
        for assumption in statement.when:
            found |= free_indices(assumption)
    elif isinstance(statement, Independence):
        for item in statement.items:
            for place in item.indices:
                found |= {s for s in place.free_symbols if isinstance(s, Index)}
    return found
