"""A setting: numbers for everything that the facts leave open, chosen so that the facts hold.

Parameters, deterministic families and laws are taken from the experiment where it states them; what a fact
determines is computed from that fact; the rest is chosen, in general position.  Where the facts state no
independence, draws are made dependent; where they state no identical distribution, laws differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Any

from ..language.experiments import Law, Normal
from ..language.facts import Across, CitedTheorem, Definition, Equation, Fact, Given, Identical
from ..language.statements import Independence, Relation
from ..language.terms import Cov, E, Element, Family, Index, Parameter, Var, walk
from .evaluate import Undefined, Unsupported, symbols_in
from .moments import ExactMoments

__all__ = ["Atom", "Setting", "Source"]

Atom = tuple[int, int, int]
"""One drawn number: the source, the member (the value of the first index) and the component."""

_SPREAD = (Fraction(7, 3), Fraction(8, 5), Fraction(11, 4), Fraction(9, 7), Fraction(13, 6), Fraction(17, 9))
_SHARE = Fraction(1, 2)
_WIDTH = 3
_BLOCK = 1 << 20
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


@dataclass(frozen=True)
class Source:
    """Random families that are drawn together; `share` is the chance with which a member copies a common draw."""

    families: tuple[Family, ...]
    law: Law | None
    share: Fraction
    identical: bool

    def offset(self, family: Family) -> int:
        before = self.families[: self.families.index(family)]
        return sum(self.width(f) for f in before)

    def side(self, family: Family) -> int:
        """How far each index of components runs."""
        if self.law is not None and family.arity == 2:
            return self.law.size // len(self.families)
        return _WIDTH

    def width(self, family: Family) -> int:
        return 1 if family.arity < 2 else self.side(family) ** (family.arity - 1)

    @property
    def size(self) -> int:
        return sum(self.width(f) for f in self.families)


class Setting:
    """Facts, stated numbers and laws, with the rules for what is not stated.  Picklable: it is all data."""

    def __init__(
        self,
        given: Iterable[Fact],
        at: Iterable[tuple] = (),
        laws: Iterable[tuple] = (),
        dropped: tuple[Fact, ...] = (),
    ) -> None:
        names = {f.name for f in dropped}
        self.given = tuple(f for f in given if f not in dropped and f.name not in names)
        self.dropped = dropped
        self.parameters: dict[Parameter, Fraction] = {}
        self.elements: dict[tuple, Fraction] = {}
        for key, value in at:
            self._set(key, value)
        self.recurrences = {f.target.family: f for f in self.given if isinstance(f, Definition) and f.over is not None}
        self.plain = tuple(f for f in self.given if isinstance(f, Definition) and f.over is None)
        self.defined = {
            f.target.family for f in self.given if isinstance(f, Definition) and isinstance(f.target, Element)
        }
        self.relations = tuple(f.relation for f in self.given if isinstance(f, (Equation, CitedTheorem)))
        self.sources = self._sources(tuple(laws))
        self._laws: dict[tuple[int, int], Law] = {}
        self._solving = False
        self._by_member: dict[Source, bool] = {}
        self._exact: Any = None

    def __getstate__(self) -> dict:
        return {**self.__dict__, "_exact": None}

    def _set(self, key: Any, value: Any) -> None:
        if isinstance(key, Parameter):
            if isinstance(value, tuple):
                raise Unsupported(f"{key} has several values: a setting takes one at a time")
            if not admissible(key, value):
                raise Unsupported(f"{key} = {value} is outside its domain, {key.domain_text()}")
            self.parameters[key] = value
        elif isinstance(key, Element):
            self.elements[key.family, tuple(int(i) for i in key.indices)] = value
        elif isinstance(value, tuple) and value and isinstance(value[0], tuple):
            for places, number in value:
                self.elements[key, places] = number
        else:
            first = 1 if key.first is None else key.first
            for place, number in enumerate(value if isinstance(value, tuple) else (value,)):
                self.elements[key, (first + place,)] = number

    # --- where values come from ---

    def exactly(self, asking: Any = None) -> Any:
        """The interpreter of this setting in fractions, moments from the laws."""
        if isinstance(asking, ExactMoments) and asking.number is Fraction:
            return asking
        if self._exact is None:
            self._exact = ExactMoments(self, Fraction)
        return self._exact

    def definitions_of(self, symbol: Any, places: tuple) -> Iterator[tuple[Any, Any, dict]]:
        """The terms that facts give for a parameter or an element: definitions first, then equations."""
        for number, fact in enumerate(self.plain):
            binding = match(fact.target, symbol, places)
            if binding is not None:
                yield ("definition", number), fact.value, binding
        for number, relation in enumerate(self.relations):
            if relation.rel != "==":
                continue
            for side, other in ((relation.lhs, relation.rhs), (relation.rhs, relation.lhs)):
                binding = match(side, symbol, places)
                if binding is None or symbol in symbols_in(other):
                    continue
                if isinstance(symbol, Parameter) and isinstance(other, Element) and not other.family.random:
                    continue  # the family takes its value from the parameter, not the other way round
                binding = {**{i: self.default_place(i) for i in _free(other)}, **binding}
                if all(self.true(w, binding) for w in relation.when):
                    yield ("equation", number, side is relation.lhs), other, binding
                    break

    def solved(self, symbol: Any, places: tuple = ()) -> Fraction | None:
        """The solution of an equation that is linear in a parameter or element: `v = q v + c`, `m = eta S[i,j]`."""
        if self._solving:
            return None
        self._solving = True
        try:
            for relation in self.relations:
                sides = (relation.lhs, relation.rhs)
                mentions = symbol in (sides if isinstance(symbol, Parameter) else set().union(*map(symbols_in, sides)))
                if relation.rel == "==" and mentions:  # a parameter only where it stands alone: others come first
                    for node in dict.fromkeys((*walk(relation.lhs), *walk(relation.rhs))):
                        binding = match(node, symbol, places)
                        value = None if binding is None else self._root_of(relation, symbol, places, binding)
                        if value is not None:
                            return value
        finally:
            self._solving = False
        return None

    def _root_of(self, relation: Relation, symbol: Any, places: tuple, binding: dict) -> Fraction | None:
        free = _free(relation.lhs) | _free(relation.rhs)
        binding = {**{i: self.default_place(i) for i in free}, **binding}
        gaps: list[Fraction] = []
        for trial in (0, 1, 2):
            reader = ExactMoments(self, Fraction)
            reader.memo[symbol if isinstance(symbol, Parameter) else (symbol, places)] = Fraction(trial)
            try:
                gap = reader.value(relation.lhs, binding) - reader.value(relation.rhs, binding)
            except (Undefined, Unsupported):
                return None
            if not isinstance(gap, Fraction):
                return None
            gaps.append(gap)
        slope = gaps[1] - gaps[0]
        value = -gaps[0] / slope if slope and gaps[2] - gaps[1] == slope else None
        return value if value is None or not isinstance(symbol, Parameter) or admissible(symbol, value) else None

    def true(self, relation: Relation, binding: dict) -> bool:
        """Whether a relation between numbers holds at `binding`."""
        exact = self.exactly()
        return compare(exact.value(relation.lhs, binding), relation.rel, exact.value(relation.rhs, binding))

    def default_place(self, index: Index) -> int:
        return 1 if index.lower is None else max(1, int(index.lower))

    def default_parameter(self, node: Parameter) -> Fraction:
        if isinstance(node, Index):
            raise Unsupported(f"the index {node} has no value here")
        pick = sum(map(ord, node.name))
        if node.sort == "integer":
            low = -2 if node.lower is None else int(node.lower)
            value = Fraction(low + 2 if low < 3 else low + 1)
            return value if node.upper is None or value <= node.upper else Fraction(int(node.upper))
        if node.lower is not None and node.upper is not None:
            return node.lower + (node.upper - node.lower) * Fraction(3 + pick % 3, 11)
        if node.lower is not None:
            return node.lower + _SPREAD[pick % len(_SPREAD)]
        if node.upper is not None:
            return node.upper - _SPREAD[pick % len(_SPREAD)]
        return _SPREAD[pick % len(_SPREAD)] * (-1) ** (pick % 2)

    def default_element(self, family: Family, places: tuple) -> Fraction:
        """Numbers in general position: small, of both signs, no two families alike."""
        pick = sum(map(ord, family.name)) + sum((7 * k + 5) * p * p + 3 * p for k, p in enumerate(places))
        value = Fraction((pick * 37) % 23 - 11, 7) or Fraction(2, 3)
        return self._within_bounds(family, places, value)

    def _within_bounds(self, symbol: Any, places: tuple, value: Fraction) -> Fraction:
        """A number that was to be chosen, moved to the right side of the bounds that facts state for it."""
        for relation in self.relations:
            for side, rel, other in (
                (relation.lhs, relation.rel, relation.rhs),
                (relation.rhs, _MIRRORED.get(relation.rel, "=="), relation.lhs),
            ):
                binding = match(side, symbol, places)
                if binding is None or rel in ("==", "!=") or symbol in symbols_in(other):
                    continue
                bound = self.exactly().value(other, {**{i: self.default_place(i) for i in _free(other)}, **binding})
                if not compare(value, rel, bound):
                    value = bound + (abs(value) + 1 if rel in (">", ">=") else -abs(value) - 1)
        return value

    # --- what is drawn ---

    def atom(self, family: Family, places: tuple) -> Atom:
        for number, source in enumerate(self.sources):
            if family in source.families:
                component, side = 0, source.side(family)
                member = places[0] if places else 0
                if source.law is None and family.arity == 2 and places[1] > side:
                    # further components of a law that nobody stated: a fresh draw of the same law
                    member += _BLOCK * ((places[1] - 1) // side)
                    places = (places[0], (places[1] - 1) % side + 1)
                for place in places[1:]:
                    if not 1 <= place <= side:
                        raise Undefined(f"{family} is drawn with {side} components, and has none of index {place}")
                    component = component * side + place - 1
                spot = source.offset(family) + component
                size = source.size if source.law is None else source.law.size
                if spot >= size:
                    raise Undefined(f"the law of {family} has {size} components, and none of index {places[1:]}")
                return number, member, spot
        raise Unsupported(f"{family} has no law")

    def law(self, number: int, member: int) -> Law:
        """The law of one member of a source, matched to the moments that facts state."""
        source = self.sources[number]
        if source.law is not None:
            return source.law
        member %= _BLOCK
        key = (number, member if self._member_matters(source) else member % 3)
        if key not in self._laws:
            self._laws[key] = self._default_law(source, member)
        return self._laws[key]

    def _sources(self, laws: tuple) -> tuple[Source, ...]:
        base = [f for f in self._random_families(laws) if f not in self.defined]
        groups: list[tuple[tuple[Family, ...], Law | None]] = []
        placed: set[Family] = set()

        def place(families: Iterable[Family], law: Law | None) -> None:
            fresh = tuple(f for f in families if f in base and f not in placed)
            if fresh:
                groups.append((fresh, law))
                placed.update(fresh)

        stated = dict(laws)
        single = [f for f in base if f.arity == 0]
        apart = {
            frozenset((a.family, b.family))
            for f in self.given
            if isinstance(f, Given) and isinstance(f.statement, Independence)
            for a in f.statement.items
            for b in f.statement.items
        }
        dependent = [f for f in single if any(frozenset((f, g)) not in apart for g in single if g != f)]
        broken = [f for f in dependent if any(f in _mentioned(d) for d in self.dropped)]
        if len(broken) > 1:
            place(broken, _joined([stated.get((f,)) for f in broken]))
        for families, law in laws:
            place(families, law)
        for fact in self.given:
            if isinstance(fact, Across):
                place(fact.families, None)
        place(dependent, None)
        for family in base:
            place((family,), None)
        return tuple(
            Source(fs, law, self._share(fs), any(isinstance(f, Identical) and fs[0] in f.families for f in self.given))
            for fs, law in groups
        )

    def _random_families(self, laws: tuple) -> list[Family]:
        found: dict[Family, None] = {}
        for families, _ in laws:
            found.update(dict.fromkeys(families))
        for fact in self.given + self.dropped:
            found.update(dict.fromkeys(_mentioned(fact)))
        return sorted((f for f in found if f.random), key=lambda f: f.name)

    def mention(self, *statements: Any) -> Setting:
        """The same setting, with the random families of further statements among its sources."""
        known = {f for s in self.sources for f in s.families} | self.defined
        fresh = {n for s in statements for n in walk(s) if isinstance(n, Family) and n.random} - known
        extra = tuple(Source((f,), None, self._share((f,)), False) for f in sorted(fresh, key=lambda f: f.name))
        self.sources += extra
        return self

    def _share(self, families: tuple[Family, ...]) -> Fraction:
        if all(f.arity == 0 for f in families):
            return Fraction(0)
        for fact in self.given:
            if isinstance(fact, Across) and families[0] in fact.families:
                return Fraction(0)
            if isinstance(fact, Given) and isinstance(fact.statement, Independence):
                said = [i.family for i in fact.statement.items]
                # independent of another member, or of what is computed from the members before it
                if said.count(families[0]) > 1 or (families[0] in said and any(f in self.recurrences for f in said)):
                    return Fraction(0)
        return _SHARE

    def scale(self, number: int, member: int) -> int:
        """2 for every other member where the experiment drops what makes the members alike, else 1."""
        families = self.sources[number].families
        alike = any(
            (isinstance(f, Identical) and set(families) & set(f.families))
            or (isinstance(f, Equation) and set(families) & _mentioned(f))
            for f in self.dropped
        )
        return 2 if alike and member % 2 else 1

    def _member_matters(self, source: Source) -> bool:
        """Whether a fact states moments that differ from member to member."""
        if source not in self._by_member:
            self._by_member[source] = False
            for relation in self.relations:
                for side, other in ((relation.lhs, relation.rhs), (relation.rhs, relation.lhs)):
                    if type(side) in (E, Var, Cov):
                        elements = [a for a in side.args if isinstance(a, Element) and a.family in source.families]
                        firsts = {e.indices[0] for e in elements if e.indices}
                        if any(not isinstance(f, Index) or f in other.free_symbols for f in firsts):
                            self._by_member[source] = True
        return self._by_member[source]

    def _default_law(self, source: Source, member: int) -> Normal:
        size = source.size
        mean: list[Any] = [None] * size
        matrix: list[list[Any]] = [[None] * size for _ in range(size)]
        held: set[tuple[int, ...]] = set()
        named: dict[Any, list[tuple[int, ...]]] = {}
        for relation in self.relations:
            if relation.rel != "==":
                continue
            for side, other in ((relation.lhs, relation.rhs), (relation.rhs, relation.lhs)):
                if type(side) in (E, Var, Cov) and all(isinstance(a, Element) for a in side.args):
                    self._impose(source, member, side, other, mean, matrix, held, named)
        varied = 0 if source.identical or source.share else member % 3
        for k in range(size):
            if mean[k] is None:
                mean[k] = Fraction(2 * k - 1, 2) + (Fraction(varied, 3) if (k,) not in held else 0)
            if matrix[k][k] is None:
                matrix[k][k] = Fraction(k + 3, 2) * (1 + (varied if (k, k) not in held else 0))
        for spots in named.values():  # one name, one value
            for spot in spots:
                if len(spot) == 1:
                    mean[spot[0]] = mean[spots[0][0]]
                elif spot[0] == spot[1] and spots[0][0] == spots[0][1]:
                    matrix[spot[0]][spot[0]] = matrix[spots[0][0]][spots[0][0]]
        for k in range(size):
            for m in range(k):
                if matrix[k][m] is None:
                    matrix[k][m] = matrix[m][k] = min(matrix[k][k], matrix[m][m]) / (2 * size)
        return Normal(tuple(mean), tuple(map(tuple, matrix)))

    def _impose(
        self, source: Source, member: int, side: Any, other: Any, mean: list, matrix: list, held: set, named: dict
    ) -> None:
        elements = side.args if len(side.args) == 2 else side.args * (1 if isinstance(side, E) else 2)
        if not all(e.family in source.families for e in elements):
            return
        free = sorted({i for e in elements for i in e.indices[1:] if isinstance(i, Index)}, key=lambda i: i.name)
        firsts = {e.indices[0] for e in elements if e.indices}
        if len(firsts) > 1:
            return
        for places in product(range(1, _WIDTH + 1), repeat=len(free)):
            binding = dict(zip(free, places, strict=True))
            for first in firsts:
                if isinstance(first, Index):
                    binding[first] = member
                elif not source.identical and first != member:
                    return
            spots = tuple(source.offset(e.family) + self._component(e, binding) for e in elements)
            held.add(spots)
            held.add(spots[::-1])
            if self._unvalued(other, binding):
                named.setdefault(self._name(other, binding), []).append(spots)
                continue  # the fact names this moment: its name takes the law's value
            value = self.exactly().value(other, binding)
            if len(spots) == 1:
                mean[spots[0]] = value
            else:
                matrix[spots[0]][spots[1]] = matrix[spots[1]][spots[0]] = value

    def _component(self, element: Element, binding: dict) -> int:
        component = 0
        for place in element.indices[1:]:
            component = component * _WIDTH + self.exactly().whole(place, binding) - 1
        return component

    def _name(self, node: Any, binding: dict) -> Any:
        if isinstance(node, Element):
            return node.family, tuple(self.exactly().whole(i, binding) for i in node.indices)
        return node, tuple(sorted((i.name, p) for i, p in binding.items() if i in node.free_symbols))

    def _unvalued(self, node: Any, binding: dict) -> bool:
        if isinstance(node, Parameter):
            return node not in self.parameters and all(f.target != node for f in self.plain)
        if isinstance(node, Element):
            if node.family.random or node.family in self.defined:
                return False
            places = tuple(self.exactly().whole(i, binding) for i in node.indices)
            return (node.family, places) not in self.elements
        return any(type(n) in (E, Var, Cov) for n in walk(node))

    # --- facts hold ---

    def default_member(self, source: Source) -> int:
        first = source.families[0].first
        return 1 if first is None else first

    def broken_fact(self, about: set, reach: int = 3) -> str | None:
        """A fact that does not hold in this setting, with the two values; None if all do.

        Only facts that bear on the symbols `about`, directly or through other facts, are asked for: a value
        that no symbol of the claim depends on changes nothing.
        """
        exact = self.exactly()
        stated = tuple(f.relation for f in self.plain if f.target in self.parameters)
        bearing = _bearing(self.relations + stated, about)
        for number, source in enumerate(self.sources):
            law = self.law(number, self.default_member(source))
            if isinstance(law, Normal) and not _is_covariance(law.covariance):
                names = ", ".join(f.name for f in source.families)
                return f"the moments of {names} in the setting are no law's: the covariance has a negative direction"
        for relation in bearing:
            free = sorted(_free(relation.lhs) | _free(relation.rhs), key=lambda i: i.name)
            low = [max(1, int(i.lower or 0)) for i in free]
            for places in product(*(range(a, a + reach - 1) for a in low)):
                binding = dict(zip(free, places, strict=True))
                try:
                    if not all(self.true(w, binding) for w in relation.when):
                        continue
                    left, right = exact.value(relation.lhs, binding), exact.value(relation.rhs, binding)
                except (Undefined, Unsupported):
                    continue
                if not compare(left, relation.rel, right):
                    where = ", ".join(f"{i} = {p}" for i, p in binding.items())
                    return (
                        f"the fact {relation} does not hold in the setting{' at ' + where if where else ''}: "
                        f"left {left}, right {right}"
                    )
        return None


def _bearing(relations: tuple[Relation, ...], about: set) -> list[Relation]:
    """The relations that share a symbol with `about`, or with another such relation; in their order."""
    symbols = {
        r: {s for side in (r.lhs, r.rhs) for s in symbols_in(side) if not isinstance(s, Index)} for r in relations
    }
    reached, found = set(about), set()
    while True:
        fresh = {r for r in relations if r not in found and symbols[r] & reached}
        if not fresh:
            return [r for r in relations if r in found]
        found |= fresh
        reached |= set().union(*(symbols[r] for r in fresh))


def _is_covariance(matrix: tuple) -> bool:
    """Whether a symmetric matrix has no negative direction, by exact elimination."""
    rows = [list(line) for line in matrix]
    for k in range(len(rows)):
        pivot = rows[k][k]
        if pivot < 0 or (pivot == 0 and any(rows[k][j] for j in range(k, len(rows)))):
            return False
        for i in range(k + 1, len(rows)):
            if pivot:
                factor = rows[i][k] / pivot
                rows[i] = [a - factor * b for a, b in zip(rows[i], rows[k], strict=True)]
    return True


def compare(left: Any, rel: str, right: Any) -> bool:
    """`left rel right` for exact values."""
    if rel == "==":
        return bool(left == right)
    if rel == "!=":
        return not bool(left == right)
    return bool({"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[rel])


def admissible(node: Parameter, value: Fraction) -> bool:
    """Whether a number lies in the domain of a parameter."""
    if node.sort == "integer" and value.denominator != 1:
        return False
    above = node.lower is None or value > node.lower or (value == node.lower and not node.open_lower)
    below = node.upper is None or value < node.upper or (value == node.upper and not node.open_upper)
    return above and below


def match(target: Any, symbol: Any, places: tuple) -> dict | None:
    """The binding under which `target` is the parameter, or the element at `places`."""
    if isinstance(symbol, Parameter):
        return {} if target == symbol else None
    if not isinstance(target, Element) or target.family != symbol:
        return None
    binding: dict = {}
    for index, place in zip(target.indices, places, strict=True):
        if isinstance(index, Index):
            if binding.setdefault(index, place) != place:
                return None
            if index.lower is not None and place < index.lower:
                return None
        elif not (getattr(index, "is_Integer", False) and int(index) == place):
            return None
    return binding


def _free(node: Any) -> set:
    return {s for s in node.free_symbols if isinstance(s, Index)}


def _mentioned(fact: Fact) -> set[Family]:
    if isinstance(fact, (Across, Identical)):
        return set(fact.families)
    if isinstance(fact, Given) and isinstance(fact.statement, Independence):
        return {i.family for i in fact.statement.items}
    if isinstance(fact, Definition):
        roots = [fact.target, fact.value, *(v for _, v in fact.start)]
    elif isinstance(fact, (Equation, CitedTheorem)):
        roots = [fact.relation.lhs, fact.relation.rhs]
    else:
        roots = []
    return {n for r in roots for n in walk(r) if isinstance(n, Family)}


def _joined(laws: list[Law | None]) -> Normal | None:
    """One correlated normal law with the given margins; None where a margin is not stated."""
    if any(law is None for law in laws):
        return None
    normals = [law for law in laws if isinstance(law, Normal) and law.size == 1]
    if len(normals) < len(laws):
        raise Unsupported("only normal laws of single variables are joined when independence is dropped")
    spreads = [law.covariance[0][0] for law in normals]
    shared = min(spreads) / 2
    return Normal(
        tuple(law.mean[0] for law in normals),
        tuple(tuple(v if i == j else shared for j in range(len(normals))) for i, v in enumerate(spreads)),
    )
