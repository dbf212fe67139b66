"""Models: points and finite probability spaces at which given facts hold.

The facts are satisfied by construction where that is possible: what is declared independent gets factors of a
product space, what is identically distributed gets one law, means are shifted into place, and an equation is
solved for an unknown that occurs in it linearly.  Nothing that is not declared is assumed: without a fact of
independence the random quantities are dependent.  Whatever comes out is verified by `meaning.fact_holds`.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import chain, combinations, permutations, product
from math import isqrt, prod
from random import Random
from typing import Any

from .language.facts import (
    Across,
    ChainRule,
    ConditionallyIndependent,
    Definition,
    Equation,
    Fact,
    Given,
    Identical,
    MartingaleDifference,
    WithoutReplacement,
)
from .language.functions import Conditional, InfiniteSum, Product
from .language.statements import FunctionOf, Independence, NotDetermined, Relation, free_indices
from .language.terms import Apply, E, Element, Family, Index, Limit, Parameter, Power, Row, Sum, Times, Var, walk
from .meaning import (
    LARGEST_POPULATION,
    Budget,
    Model,
    NotEvaluable,
    NoValue,
    Undefined,
    applies,
    domains_hold,
    fact_holds,
    first_of,
    holds,
    in_domain,
    instances,
    value,
)

__all__ = [
    "Draft",
    "asked",
    "covers",
    "drafts",
    "fact_roots",
    "models",
    "quantified",
    "read_facts",
    "roots",
    "small_values",
    "verified",
    "with_value",
]

MOST_ELEMENTS, MOST_INSTANCES = 1_000, 100_000
"""More random elements are not drawn, and a fact is not verified for more values of its indices."""
MOST_OUTCOMES = 4096
"""A larger product space is not built."""
MANY_OUTCOMES = 128
"""A product space that would be larger is built from fair coins."""

F = Fraction
REALS = tuple(
    map(F, ("0", "1", "-1", "2", "1/2", "-2", "3", "1/3", "-1/2", "5", "10", "-3", "-5", "3/4", "-10", "1/10"))
)
WEIGHTS = tuple(map(F, ("1", "2", "-1", "1/2", "0", "3", "-2", "1/3")))

POSITIVE = tuple(map(F, ("1", "2", "1/2", "3", "1/3", "1/4", "1/10", "-1")))


def small_values(parameter: Parameter, size: bool = False) -> tuple[Fraction, ...]:
    """Readable values of the domain, its boundary first; of a `size` (a number of summands, an exponent) only few."""
    low, high = parameter.lower, parameter.upper
    if parameter.sort == "integer":
        start = low if low is not None else high - 3 if high is not None else None
        steps: Iterable[Fraction] = (
            map(F, (0, 1, -1, 2, 3, -2))
            if start is None
            else (F(-(-start.numerator // start.denominator)) + k for k in ((0, 1, 2, 3) if size else (0, 1, 2, 3, 9)))
        )
        found = tuple(steps)
    elif low is not None and high is not None:
        found = (low, high, *(low + (high - low) * F(p) for p in ("1/2", "1/3", "2/3", "1/4", "9/10", "1/100")))
    elif low is not None:
        found = (low, *(low + F(p) for p in ("1", "2", "1/2", "3", "1/10", "9")))
        found = (*found, *(r for r in REALS if r not in found)) if low != 0 else found
    else:
        found = REALS if high is None else (high, *(high - F(p) for p in ("1", "2", "1/2", "3", "1/10", "9")))
    return tuple(v for v in dict.fromkeys(found) if in_domain(parameter, v)) or found[:1]


def read_facts(facts: Iterable[Any]) -> tuple[Fact, ...]:
    """Facts, with relations and proof items among them read as assumptions for all their free indices."""
    read: list[Fact] = []
    for fact in facts:
        if isinstance(fact, Definition) and fact.at_index is not None:
            fact = replace(fact, at_index=None)
        if not isinstance(fact, Fact):
            said = getattr(fact, "conclusion", fact)
            fact = Equation(said) if isinstance(said, Relation) else Given(said)
        if fact not in read:
            read.append(fact)
    return tuple(read)


def _relation(fact: Fact) -> Relation | None:
    """The relation that a fact assumes; None for definitions and for facts of another form."""
    if isinstance(fact, Definition):
        return None
    found = getattr(fact, "relation", None)
    said = getattr(fact, "statement", None) if found is None else found
    return said if isinstance(said, Relation) else None


def roots(statement: Any) -> list[Any]:
    """The terms that a statement consists of."""
    if isinstance(statement, Relation):
        return [statement.lhs, statement.rhs, *(r for w in statement.when for r in roots(w))]
    if isinstance(statement, Independence):
        found = [i for item in statement.items for i in (item.indices if isinstance(item, Row) else (item,))]
        return found + [r for w in statement.when for r in roots(w)]
    if isinstance(statement, FunctionOf):
        return [statement.target]
    if isinstance(statement, NotDetermined):
        return [statement.target, statement.by]
    raise NotEvaluable(f"{statement} is no statement about models")


def fact_roots(fact: Fact) -> list[Any]:
    """The terms that a fact consists of."""
    if isinstance(fact, Definition):
        return [fact.target, fact.value, *(v for _, v in fact.start)]
    if isinstance(fact, ChainRule):
        return [fact.function, Sum(Times(fact.partial, fact.through), *fact.ranges)]
    if isinstance(fact, ConditionallyIndependent):
        return [*fact.items, *fact.given]
    if isinstance(fact, WithoutReplacement):
        return [fact.population, fact.size]
    if isinstance(fact, (Across, Identical, MartingaleDifference)):
        return []
    found = getattr(fact, "relation", None)
    return roots(getattr(fact, "statement", None) if found is None else found)


@dataclass(frozen=True)
class Draft:
    """A model, and how far the free indices of the facts run in it."""

    model: Model
    reach: dict[str, int]


class _Subject:
    """What the statements and facts are about: gathered once, for all trials."""

    def __init__(self, statements: tuple, facts: tuple, fixed: Mapping) -> None:
        self.statements, self.facts = statements, facts
        self.fixed = {symbol: F(v) for symbol, v in fixed.items()}
        terms = [r for s in statements for r in roots(s)] + [r for f in facts for r in fact_roots(f)]
        nodes = list(dict.fromkeys(n for t in terms for n in walk(t)))
        if any(isinstance(n, Limit) and _runs_off(n) for n in nodes):
            raise NotEvaluable("a limit is not a finite computation")
        self.families = {f.name: f for f in nodes if isinstance(f, Family)}
        for fact in facts:
            self.families |= {f.name: f for f in getattr(fact, "families", ())}
        for said in (*statements, *(getattr(f, "statement", None) for f in facts)):
            for item in getattr(said, "items", ()) if isinstance(said, Independence) else ():
                self.families.setdefault(item.family.name, item.family)
            if isinstance(said, FunctionOf):
                self.families.setdefault(said.source.name, said.source)
        self.definitions = tuple(f for f in facts if isinstance(f, (Definition, ChainRule)))
        self.defined = {f.head for f in facts if isinstance(f, Definition)}
        self.defined_names = {f.name for f in self.defined if isinstance(f, Family)}
        self.free = sorted({i for s in statements for i in quantified(s)}, key=lambda i: i.name)
        free = {s for t in terms for s in t.free_symbols}  # the variable of a limit has no value
        self.parameters = [
            n
            for n in nodes
            if isinstance(n, Parameter) and not isinstance(n, Index) and n not in self.defined and n in free
        ]
        self.sizes = {s for n in nodes for s in _sizes(n)}
        for f in facts:
            if isinstance(f, ChainRule):
                self.sizes |= {s for n in walk(fact_roots(f)[1]) for s in _sizes(n)}
            elif isinstance(f, WithoutReplacement):
                self.sizes |= f.size.free_symbols
        self.components = _component_indices(nodes, facts)
        self.indices = sorted({n for n in nodes if isinstance(n, Index)}, key=lambda i: i.name)
        self.positions = _positions(facts)
        self.quantified = [_indices_of(f) for f in facts]
        self.relations = [r for r in map(_relation, facts) if r is not None]
        self.bounds = [r for r in self.relations if r.rel != "==" and not free_indices(r)]
        self.moments = any(
            isinstance(n, (E, Var)) or type(n).__name__ == "Cov" for f in facts for r in fact_roots(f) for n in walk(r)
        )

    def opaque(self, symbol: Any) -> bool:
        return symbol not in self.defined


def _runs_off(limit: Limit) -> bool:
    """Whether a limit asks for infinitely many elements."""
    body, variable = limit.args[:2]
    return any(isinstance(n, Element) and any(variable in i.free_symbols for i in n.indices) for n in walk(body))


def quantified(statement: Any) -> set:
    """The indices for all values of which a statement is assumed."""
    if isinstance(statement, FunctionOf):
        return {i for i in statement.target.indices if isinstance(i, Index)}
    found = free_indices(statement)
    return found | {i for w in statement.when for i in free_indices(w)}


def _sizes(node: Any) -> set:
    """Parameters that say how many: in the bound of a sum, in an exponent, in the place of an element."""
    if isinstance(node, Sum):
        parts = [side for _, low, high in node.ranges for side in (low, high)]
    elif isinstance(node, (Product, InfiniteSum)):
        parts = list(node.args[2:])
    elif isinstance(node, Power):
        parts = [node.args[1]]
    elif isinstance(node, Element):
        parts = list(node.indices)
    else:
        return set()
    return {s for p in parts for s in walk(p) if isinstance(s, Parameter) and not isinstance(s, Index)}


def _component_indices(nodes: list, facts: tuple) -> set[str]:
    """Indices that number components (`i` of `ghat[b][i]`): found in a second place, in no recurrence."""
    driving = {f.over.name for f in facts if isinstance(f, Definition) and f.over is not None}
    driving |= {f.index.name for f in facts if isinstance(f, (Across, Identical))}
    later = {i.name for n in nodes if isinstance(n, Element) for i in n.indices[1:] if isinstance(i, Index)}
    return later - driving


def _positions(facts: tuple) -> list[tuple[Index, str, int]]:
    """At which places of which families the free indices of facts occur."""
    found: dict = {}
    for fact in facts:
        free = _indices_of(fact)
        named = [n for r in fact_roots(fact) for n in walk(r) if isinstance(n, Element)]
        for node in (*named, *getattr(getattr(fact, "statement", None), "items", ())):
            for position, place in enumerate(node.indices):
                for index in free & place.free_symbols:
                    found[index, node.family.name, position] = None
    return list(found)


# --- which values are needed -------------------------------------------------------------------------------


class _Recorder(dict):
    """Gives every element that is asked for some number, and remembers it."""

    def __init__(self, defined: set[str]) -> None:
        self.defined = defined

    def __missing__(self, key: tuple) -> Fraction:
        if key[0] in self.defined:
            raise KeyError(key)
        self[key] = found = F(zlib.crc32(repr(key).encode()) % 997 + 2, 7)
        return found


class _Anything(dict):
    def __missing__(self, key: tuple) -> Fraction:
        return F(1)


def _read(node: Any, model: Model, env: Mapping) -> None:
    """Evaluate for the sake of what is asked for."""
    for _ in range(200):
        try:
            value(node, model, env)
        except NoValue as missing:
            if not isinstance(missing.symbol, Family):
                return
            model.values[missing.symbol.name, missing.places] = F(1, 7)  # type: ignore[index]
        except (Undefined, NotEvaluable):
            return
        else:
            return


def _ask(statements: Iterable[Any], facts: Iterable[Fact], model: Model) -> None:
    """Evaluate the statements, and the facts that have no free indices."""
    for statement in statements:
        for root in roots(statement):
            _read(root, model, {})
    for fact in facts:
        relation = _relation(fact)
        if (relation is not None and not free_indices(relation)) or isinstance(fact, ChainRule):
            for root in fact_roots(fact):
                _read(root, model, {})


def asked(statements: Iterable[Any], facts: Iterable[Fact], model: Model) -> set:
    """The elements, computed ones included, that the statements and the facts without free indices ask for."""
    defined = {f.target.family.name for f in model.facts if isinstance(f, Definition) and isinstance(f.target, Element)}
    bare = replace(model, probabilities=(F(1),), values=_Recorder(defined), functions=_Anything())
    _ask(statements, facts, bare)
    return set(bare.values) | _computed(bare)


def _computed(model: Model) -> set:
    return {key for key in model._memo if isinstance(key, tuple)}


def _needed(subject: _Subject, parameters: dict, reach: dict) -> tuple[set, set]:
    """The elements that the statements and the facts without free indices ask for, and those that all facts ask for."""
    values = _Recorder(subject.defined_names)
    model = Model(parameters, values=values, functions=_Anything(), facts=subject.definitions)
    _ask(subject.statements, subject.facts, model)
    strict = set(values) | _computed(model)
    for fact in subject.facts:
        relation = _relation(fact)
        if relation is not None:
            for env in instances(free_indices(relation), reach):
                try:
                    if not applies(relation, model, env):
                        continue
                except NotEvaluable:
                    pass
                _read(relation.lhs, model, env)
                _read(relation.rhs, model, env)
        elif isinstance(fact, Definition) and isinstance(fact.target, Element):
            starts = dict(fact.start)
            for env in instances(fact.target.indices, reach):
                if fact.over is None or env[fact.over] in starts or env[fact.over] >= fact.first:
                    _read(fact.target, model, env)
                    _read(fact.value if fact.over is None else starts.get(int(env[fact.over]), fact.value), model, env)
        elif isinstance(fact, Definition):
            _read(fact.target, model, {})
        elif isinstance(fact, Given):
            for env in instances(quantified(fact.statement), reach):
                for item in getattr(fact.statement, "items", (getattr(fact.statement, "target", None),)):
                    if isinstance(item, Element):
                        _read(item, model, env)
        elif isinstance(fact, ConditionallyIndependent):
            for item in (*fact.items, *fact.given):
                _read(item, model, {})
        elif isinstance(fact, (MartingaleDifference, WithoutReplacement)):
            last = max((p[0] for n, p in values if n == fact.family.name), default=0)
            for place in range(1, last + 1):
                _read(fact.family[place], model, {})
            if isinstance(fact, WithoutReplacement):
                for place in range(1, min(int(_size_of(fact, model)), LARGEST_POPULATION) + 1):
                    _read(fact.population[place], model, {})
    return strict, set(values)


def _size_of(fact: WithoutReplacement, model: Model) -> Fraction:
    found = value(fact.size, model)
    return found if isinstance(found, Fraction) else F(0)


def _reach(subject: _Subject, parameters: dict) -> dict[str, int]:
    """How far free indices run at first: as far as the sizes and free indices of this trial."""
    counting = [v for p, v in parameters.items() if p in subject.sizes or isinstance(p, Index)]
    numbers = [int(v) for v in counting if v.denominator == 1]
    far = max([2, *(n for n in numbers if n <= 12)])
    return {i.name: max(2, int(parameters.get(i, 0))) if i.name in subject.components else far for i in subject.indices}


def covers(facts: Iterable[Fact], needed: set, reach: Mapping[str, int]) -> bool:
    """Whether verifying the facts up to `reach` reaches every element that is `needed`."""
    return all(
        reach.get(index.name, -1) >= places[position]
        and (index.lower is not None or places[position] >= first_of(index))
        for index, name, position in _positions(tuple(facts))
        for other, places in needed
        if other == name
    )


# --- probability spaces ------------------------------------------------------------------------------------


@dataclass
class _Law:
    """Outcomes with their probabilities and scores; the scores have mean 0 and are uncorrelated with one variance."""

    weights: list[Fraction]
    scores: list[tuple[Fraction, ...]]


def _two_point(high: Fraction, variance: Fraction) -> _Law:
    """Values `high` and `-variance/high`: mean 0, and the variance given."""
    low = variance / high
    return _Law([low / (high + low), high / (high + low)], [(high,), (-low,)])


FAIR = _Law([F(1, 2), F(1, 2)], [(F(1),), (F(-1),)])
SKEW = _two_point(F(2), F(1))
WIDE = _Law([F(1, 8), F(3, 4), F(1, 8)], [(F(2),), (F(0),), (F(-2),)])
SQUARE = _Law([F(1, 4)] * 4, [(F(1), F(1)), (F(1), F(-1)), (F(-1), F(1)), (F(-1), F(-1))])
CONSTANT = _Law([F(1)], [(F(0),)])


def _root(square: Fraction) -> Fraction | None:
    """The rational square root, if there is one."""
    found = F(isqrt(max(square.numerator, 0)), isqrt(square.denominator))
    return found if found * found == square else None


def _size(factors: list) -> int:
    return prod(len(weights) for _, weights, _ in factors)


class _Space:
    """One trial's probability space for the random elements that are needed."""

    def __init__(self, subject: _Subject, keys: set, plain: Model, reach: dict, rng: Random, trial: int) -> None:
        self.subject, self.rng, self.trial, self.parameters = subject, rng, trial, plain.parameters
        self.model = plain
        self.plain = trial < len(FIRST)
        self.small = False
        self.still = _is_still(trial)
        self.weak_mode = trial % 3 == 2
        self.same_law = subject.moments or trial % 2 == 0
        self.across = [f for f in subject.facts if isinstance(f, (Across, Identical))]
        self.keys = sorted(self._completed(keys), key=repr)
        self.separated, self.weak = self._separations(reach)
        self.loose = self._pairwise() if self.weak_mode else []
        self.units = self._units()
        self.means: dict[tuple, Fraction] = {}
        self.wanted: dict[str, Fraction] = {}
        self._read_moments(plain, reach)
        self.shapes: dict = {}

    def _completed(self, keys: set) -> set:
        """The blocks of families under one fact get the same indices and components."""
        found = set(keys)
        for fact in self.across:
            names = {f.name for f in fact.families} - self.subject.defined_names
            firsts = {p[0] for n, p in found if n in names}
            for name in names:
                rests = {p[1:] for n, p in found if n == name} or {(1,) * (self.subject.families[name].arity - 1)}
                found |= {(name, (first, *rest)) for first in firsts for rest in rests}
        return found

    def _asked(self, item: Any, env: Mapping) -> frozenset:
        """The random elements of the space that a quantity is computed from."""
        families = self.subject.families
        if isinstance(item, Row) and item.family.name not in self.subject.defined_names:
            head = tuple(int(value(i, Model(self.parameters), env)) for i in item.indices)
            return frozenset(k for k in self.keys if k[0] == item.family.name and k[1][: len(head)] == head)
        recorder = _Recorder(self.subject.defined_names)
        model = Model(self.parameters, values=recorder, functions=_Anything(), facts=self.subject.definitions)
        if isinstance(item, Row):
            width = max((max(p[1:]) for _, p in self.keys if len(p) > 1), default=2)
            for rest in product(range(1, width + 1), repeat=item.family.arity - len(item.indices)):
                _read(item.family[(*item.indices, *rest)], model, env)
        else:
            _read(item, model, env)
        return frozenset(k for k in recorder if families[k[0]].random)

    def _separations(self, reach: dict) -> tuple[set, list]:
        """Pairs of elements that have to be independent; and the weaker facts that this trial takes at their word."""
        pairs: set = set()
        weak: list = []

        def apart(groups: list[frozenset]) -> None:
            for n, one in enumerate(groups):
                for other in groups[n + 1 :]:
                    pairs.update(frozenset((a, b)) for a in one for b in other if a != b)

        for fact in self.subject.facts:
            if isinstance(fact, Across):
                computed = self.subject.defined_names & {f.name for f in fact.families}
                if fact.strength != "mutual" and self.weak_mode and not computed:
                    weak.append(fact)
                    continue
                blocks: dict = {}
                for family in fact.families:
                    if family.name in self.subject.defined_names:
                        for env in instances([fact.index], reach):
                            row = family[fact.index] if family.arity == 1 else Row(family, (fact.index,))
                            blocks.setdefault(int(env[fact.index]), set()).update(self._asked(row, env))
                    else:
                        for key in self.keys:
                            if key[0] == family.name:
                                blocks.setdefault(key[1][0], set()).add(key)
                apart([frozenset(b) for b in blocks.values()])
            elif isinstance(fact, Given) and isinstance(fact.statement, Independence):
                for env in instances(quantified(fact.statement), reach):
                    apart([self._asked(item, env) for item in fact.statement.items])
        return pairs, weak

    def _tag(self, key: tuple) -> tuple:
        """Elements with the same tag and first index belong together."""
        for fact in self.across:
            names = tuple(f.name for f in fact.families)
            if key[0] in names:
                return names
        return (key[0],)

    def _units(self) -> list[tuple]:
        """Blocks of elements that are drawn together: (tag, first index, elements)."""
        blocks: dict = {}
        for key in self.keys:
            blocks.setdefault((self._tag(key), key[1][:1]), []).append(key)
        units = []
        for (tag, first), keys in sorted(blocks.items(), key=repr):
            if any(frozenset((a, b)) in self.separated for a in keys for b in keys if a != b):
                units += [((*tag, k[0], k[1][1:]), first, [k]) for k in keys]
            else:
                units.append((tag, first, keys))
        return units

    def _read_moments(self, plain: Model, reach: dict) -> None:
        """Means of elements, and variances of families, that facts fix by what is already chosen."""
        for relation in self.subject.relations:
            for side, other in ((relation.lhs, relation.rhs), (relation.rhs, relation.lhs)):
                if relation.rel != "==" or not isinstance(side, (E, Var)) or not isinstance(side.args[0], Element):
                    continue
                family = side.args[0].family
                for env in instances(free_indices(relation), reach):
                    try:
                        found = value(other, plain, env)
                        places = tuple(int(value(i, plain, env)) for i in side.args[0].indices)
                    except (Undefined, NotEvaluable):
                        continue
                    if isinstance(found, Fraction) and isinstance(side, E):
                        self.means[family.name, places] = found
                    elif isinstance(found, Fraction):
                        self.wanted[family.name] = found

    def _clusters(self) -> list[list]:
        """Units that may depend on one another, gathered; clusters are independent of each other."""
        join = (lambda: True) if self.trial % 2 == 0 else (lambda: self.rng.random() < 0.5)
        clusters: list[list] = []
        for unit in self.units:
            room = [
                c
                for c in clusters
                if not any(frozenset((a, b)) in self.separated for other in c for a in other[2] for b in unit[2])
            ]
            if room and join():
                self.rng.choice(room).append(unit)
            else:
                clusters.append([unit])
        return clusters

    def _law(self, unit: tuple) -> _Law:
        """A law for the scores of a unit, the same for the same tag where laws are to be the same."""
        names = set(map(str, unit[0]))
        identical = any(isinstance(f, Identical) and {x.name for x in f.families} & names for f in self.across)
        key = unit[0] if identical or (self.same_law and self.trial % 4 != 3) else unit[:2]
        if self.small:
            key = (*key, "small")
        if ("law", key) not in self.shapes:
            wanted = [self.wanted[n] for n in dict.fromkeys(k[0] for k in unit[2]) if n in self.wanted]
            if wanted and _root(wanted[0]) is None and wanted[0] > 0:
                law = _two_point(self.rng.choice((F(1), F(1), F(2))), wanted[0])
            elif self.still or (wanted and wanted[0] == 0):
                law = CONSTANT
            elif self.plain or self.small:
                law = FAIR
            elif len(unit[2]) > 1 and self.rng.random() < 0.4:
                law = SQUARE
            else:
                law = self.rng.choice((FAIR, FAIR, SKEW, WIDE, CONSTANT))
            self.shapes["law", key] = law
        return self.shapes["law", key]

    def _shape(self, key: tuple, width: int) -> tuple[Fraction, tuple[Fraction, ...]]:
        """Mean and coefficients of one element: mean + coefficients . scores."""
        name, places = key
        identical = any(isinstance(f, Identical) and name in {x.name for x in f.families} for f in self.across)
        label = (name, places[1:]) if identical or self.same_law else key
        if ("shape", label) not in self.shapes:
            mean = F(0) if self.still else self.rng.choice((F(0), F(1)) if self.plain else REALS[:6])
            spread = [F(1) if self.plain and k == 0 else self.rng.choice(WEIGHTS) for k in range(2)]
            if name in self.wanted:
                root = _root(self.wanted[name])
                spread = [root if root is not None else F(1), F(0)]
            self.shapes["shape", label] = mean, tuple(spread)
        mean, spread = self.shapes["shape", label]
        return self.means.get(key, mean), spread[:width]

    def _joint(self, cluster: list) -> tuple[list, dict]:
        """Probabilities of one factor of the space, and every unit's score at each of its outcomes."""
        law = self._law(cluster[0])
        scores = {id(cluster[0]): law.scores}
        for unit in cluster[1:]:
            choices = ["same", "opposite"] if self.plain else ["same", "opposite", "turned", "squared", "constant"]
            how = choices[self.trial % 2] if self.plain else self.rng.choice(choices)
            if how == "opposite":
                scores[id(unit)] = [tuple(-z for z in s) for s in law.scores]
            elif how == "turned" and len(set(law.weights)) == 1:
                turn = self.rng.randrange(len(law.scores))
                scores[id(unit)] = law.scores[turn:] + law.scores[:turn]
            elif how == "squared":
                scores[id(unit)] = [tuple(z * z for z in s) for s in law.scores]
            elif how == "constant":
                scores[id(unit)] = [tuple(F(0) for _ in s) for s in law.scores]
            else:
                scores[id(unit)] = law.scores
        return law.weights, scores

    def _weak_joint(self, units: list, strength: str) -> tuple[list, dict]:
        """A space on which any two units are independent (or only uncorrelated), and all of them are not."""
        count = len(units)
        if strength == "pairwise":
            bits = max(2, count.bit_length())
            outcomes = list(range(2**bits))
            scores = {id(u): [(F((-1) ** (n & o).bit_count()),) for o in outcomes] for n, u in enumerate(units, 1)}
            return [F(1, len(outcomes))] * len(outcomes), scores
        axes = [(n, sign) for n in range(count) for sign in (1, -1)]
        scores = {id(u): [(F(sign if axis == n else 0),) for axis, sign in axes] for n, u in enumerate(units)}
        return [F(1, len(axes))] * len(axes), scores

    def _dependent(self, fact: Fact) -> tuple[list, dict] | None:
        """Probabilities and values for what a fact says how it depends; None for other facts."""
        if isinstance(fact, MartingaleDifference):
            return self._centred([k for k in self.keys if k[0] == fact.family.name])
        if isinstance(fact, WithoutReplacement):
            return self._drawn(fact, [k for k in self.keys if k[0] == fact.family.name])
        if isinstance(fact, ConditionallyIndependent):
            items, given = ([_element_key(e) for e in part] for part in (fact.items, fact.given))
            if set(items + given) <= set(self.keys):
                return self._through(items, given)
        side = getattr(_relation(fact), "lhs", None)
        if isinstance(side, Conditional) and self.trial % 4 != 3:
            parts = [_element_key(e) for e in side.args if isinstance(e, Element) and not e.free_symbols]
            if len(parts) == len(side.args) and set(parts) <= set(self.keys):
                return self._through(parts[:1], parts[1:])
        if isinstance(fact, Given) and self.loose:
            weights, scores = self._weak_joint([(key,) for key in self.loose], "pairwise")
            signs = [[score[0] for score in levels] for levels in scores.values()]
            shift = self.rng.choice(REALS[:4])
            return weights, {k: [shift + v for v in own] for k, own in zip(self.loose, signs, strict=True)}
        return None

    def _pairwise(self) -> list:
        """Three or more single quantities of which any two are independent, and nothing is said of all of them."""
        said = [
            f.statement for f in self.subject.facts if isinstance(f, Given) and isinstance(f.statement, Independence)
        ]
        pairs = [tuple(_element_key(i) for i in s.items if isinstance(i, Element) and not i.indices) for s in said]
        names = sorted(set(chain.from_iterable(pairs)), key=repr)
        every = {frozenset(pair) for pair in pairs}
        if len(names) < 3 or any(len(s.items) != 2 or s.when for s in said) or not set(names) <= set(self.keys):
            return []
        return names if all(frozenset(p) in every for p in combinations(names, 2)) else []

    def _centred(self, keys: list) -> tuple[list, dict]:
        """Fair or skew noise times a factor that depends on the noise before; the variance is the same for all."""
        keys = sorted(keys, key=lambda k: k[1])
        wanted = _root(self.wanted.get(keys[0][0], F(1))) if keys else None
        law = FAIR if self.plain or self.still or len(keys) > 4 else self.rng.choice((FAIR, SKEW, WIDE))
        pairs = ((F(1), F(1)), (F(7, 5), F(1, 5)), (F(1), F(-1)), (F(1, 5), F(7, 5)))
        factors = [pairs[self.trial % 2] if self.plain else self.rng.choice(pairs) for _ in keys]
        scale = F(0) if self.still and wanted is None else F(1) if wanted is None else wanted
        outcomes = list(product(range(len(law.weights)), repeat=min(len(keys), 8)))
        weights = [prod((law.weights[o] for o in outcome), start=F(1)) for outcome in outcomes]
        levels: dict = {}
        for n, key in enumerate(keys[:8]):
            levels[key] = [
                scale * law.scores[o[n]][0] * (factors[n][law.scores[o[n - 1]][0] > 0] if n else 1) for o in outcomes
            ]
        return weights, levels

    def _drawn(self, fact: WithoutReplacement, keys: list) -> tuple[list, dict]:
        keys = sorted(keys, key=lambda k: k[1])
        size = min(int(_size_of(fact, self.model)), LARGEST_POPULATION)
        population = [self.model.values[fact.population.name, (k,)] for k in range(1, size + 1)]
        choices = list(permutations(population, len(keys)))
        if not choices:
            raise Undefined("there are more draws than members")
        return [F(1, len(choices))] * len(choices), {k: [c[n] for c in choices] for n, k in enumerate(keys)}

    def _through(self, items: list, given: list) -> tuple[list, dict]:
        """Items whose mean and spread depend on what is given, and on noise of their own."""
        options = (F(1), F(2), F(-1), F(0), F(1, 2))
        outcomes = list(product((0, 1), repeat=min(len(given), 2) + len(items)))
        share = F(1, 2) if self.plain else self.rng.choice((F(1, 2), F(1, 3)))
        weights = [prod((share if bit else 1 - share for bit in o), start=F(1)) for o in outcomes]
        levels: dict = {}
        for n, key in enumerate(given):
            low, high = (F(0), F(1)) if self.plain else (self.rng.choice(options), self.rng.choice(options))
            levels[key] = [high if o[n % 2 if len(given) > 1 else 0] else low for o in outcomes]
        seen = list(zip(*(levels[k] for k in given), strict=True))
        for n, key in enumerate(items, min(len(given), 2)):
            own = {
                s: (F(k + 1), F(1)) if self.plain else (self.rng.choice(options), self.rng.choice(options))
                for k, s in enumerate(sorted(set(seen)))
            }
            levels[key] = [own[s][0] + own[s][1] * o[n] for s, o in zip(seen, outcomes, strict=True)]
        return weights, levels

    def build(self) -> tuple[tuple, dict] | None:
        """The probabilities of the outcomes, and the values of all elements; None when the space is too large."""
        factors: list = []
        apart: dict = {}
        for fact in self.subject.facts:
            found = self._dependent(fact)
            if found is not None and not set(found[1]) & set(apart):
                apart |= {key: (len(factors), levels) for key, levels in found[1].items()}
                factors.append(([], found[0], {}))
                self.units = [u for u in self.units if not set(u[2]) & set(found[1])]
        for fact in self.weak:
            names = {f.name for f in fact.families}
            units = [u for u in self.units if set(u[0]) & names]
            if units:
                factors.append((units, *self._weak_joint(units, fact.strength)))
                self.units = [u for u in self.units if u not in units]
        clusters = self._clusters()
        joint = [(cluster, *self._joint(cluster)) for cluster in clusters]
        if _size(factors + joint) > MANY_OUTCOMES:
            self.small = True
            joint = [(cluster, *self._joint(cluster)) for cluster in clusters]
        factors += joint
        if _size(factors) > MOST_OUTCOMES:
            return None
        outcomes = list(product(*(range(len(weights)) for _, weights, _ in factors)))
        probabilities = []
        for outcome in outcomes:
            weight = F(1)
            for (_, weights, _), o in zip(factors, outcome, strict=True):
                weight *= weights[o]
            probabilities.append(weight)
        values = {key: tuple(levels[o[n]] for o in outcomes) for key, (n, levels) in apart.items()}
        for n, (units, _, scores) in enumerate(factors):
            for unit in units:
                for key in unit[2]:
                    mean, spread = self._shape(key, len(scores[id(unit)][0]))
                    levels = [
                        mean + sum((c * z for c, z in zip(spread, score, strict=True)), F(0))
                        for score in scores[id(unit)]
                    ]
                    values[key] = tuple(levels[outcome[n]] for outcome in outcomes)
        return tuple(probabilities), values


# --- making equations true ---------------------------------------------------------------------------------


def with_value(model: Model, where: str, key: Any, number: Any) -> Model:
    """The same model, but for one value; `where` is parameters, values or functions."""
    changed: dict[str, Any] = {where: {**getattr(model, where), key: number}}
    return replace(model, **changed)


class _Filling:
    """A model under construction: equations are made true one by one, each unknown being set at most once."""

    def __init__(self, subject: _Subject, model: Model, reach: dict, rng: Random, trial: int) -> None:
        self.subject, self.model, self.reach, self.rng = subject, model, reach, rng
        # The assumptions of several statements may exclude one another: each trial serves one statement.
        self.assumed = subject.statements[trial % len(subject.statements)].when if subject.statements else ()
        self.settled: set = set(subject.fixed)

    def run(self) -> None:
        """Go through all equations twice, since a later one may have changed what an earlier one is about."""
        self.solve_together([r for r in self.assumed if r.rel == "==" and not r.when])
        for _ in range(2):
            before = self.model
            for relation in self.subject.relations:
                for env in instances(free_indices(relation), self.reach):
                    self.meet(relation, env)
            for relation in self.assumed:
                self.meet(relation, {})
            if self.model is before:
                return

    def of(self, node: Any, env: Mapping, model: Model | None = None) -> Any:
        """A value; what the model does not say yet is filled in on the way."""
        for _ in range(60):
            try:
                return value(node, model or self.model, env)
            except NoValue as missing:
                if isinstance(missing.symbol, Parameter) or model is not None:
                    raise
                key = (missing.symbol.name, missing.places)
                self.put("values" if isinstance(missing.symbol, Family) else "functions", key, self.rng.choice(WEIGHTS))
        raise Budget("too many values are missing")

    def put(self, where: str, key: Any, number: Any) -> None:
        self.model = with_value(self.model, where, key, number)

    def meet(self, relation: Relation, env: Mapping) -> None:
        if relation.rel != "==":
            return
        try:
            if not all(self._true(w, env) for w in relation.when):
                return
            left, right = self.of(relation.lhs, env), self.of(relation.rhs, env)
        except Undefined:
            return
        if left == right or (_constant(left) is not None and _constant(left) == _constant(right)):
            return
        for side, target in ((relation.lhs, right), (relation.rhs, left)):
            if isinstance(side, E) and self.shift(side, target, env):
                return
            if isinstance(side, Conditional) and self.centre(side, target, env):
                return
        for side, other, target in ((relation.lhs, relation.rhs, right), (relation.rhs, relation.lhs, left)):
            if self.assign(side, other, target, env):
                return
        self.solve(relation, env)

    def _true(self, relation: Relation, env: Mapping) -> bool:
        try:
            return applies(relation.given(relation), self.model, env)
        except (Undefined, NotEvaluable):
            return False

    def _key(self, node: Any, env: Mapping) -> tuple[str, Any] | None:
        """Where a plain symbol keeps its value; None for what is defined, fixed or no symbol."""
        if isinstance(node, Parameter) and node not in env:
            found: tuple[str, Any] = ("parameters", node)
            if not self.subject.opaque(node) or isinstance(node, Index):
                return None
        elif isinstance(node, Element) and self.subject.opaque(node.family):
            found = ("values", (node.family.name, tuple(int(value(i, self.model, env)) for i in node.indices)))
        elif isinstance(node, Apply):
            arguments = tuple(value(a, self.model, env) for a in node.args[1:])
            if any(isinstance(a, tuple) for a in arguments):
                return None
            found = ("functions", (node.args[0].name, arguments))
        else:
            return None
        return None if found[1] in self.settled else found

    def shift(self, side: E, target: Any, env: Mapping) -> bool:
        """Move a random element so that its mean is `target`."""
        inner = side.args[0]
        key = self._key(inner, env)
        if key is None or not isinstance(inner, Element) or not isinstance(_constant(target), Fraction):
            return False
        own = self.model.values.get(key[1])
        if not isinstance(own, tuple):
            return False
        mean = sum((p * v for p, v in zip(self.model.probabilities, own, strict=True)), F(0))
        self.put("values", key[1], tuple(v + _constant(target) - mean for v in own))
        return True

    def centre(self, side: Conditional, target: Any, env: Mapping) -> bool:
        """Move a random element by a function of what is given, so that its conditional mean is `target`."""
        inner = side.args[0]
        key = self._key(inner, env)
        if key is None or not isinstance(self.model.values.get(key[1]), tuple) or key[1] in self.settled:
            return False
        own, mean = self.model.values[key[1]], self.of(side, env)
        aim = target if isinstance(target, tuple) else (target,) * len(own)
        self.put("values", key[1], tuple(v - m + a for v, m, a in zip(own, mean, aim, strict=True)))
        return True

    def assign(self, side: Any, other: Any, target: Any, env: Mapping) -> bool:
        """Set a plain symbol to what the other side is."""
        key = self._key(side, env)
        if key is None or side in set(walk(other)):
            return False
        random = isinstance(side, Element) and side.family.random
        number = target if random else _constant(target)
        if number is None or (isinstance(side, Parameter) and not in_domain(side, number)):
            return False
        self.put(*key, number)
        self.settled.add(key[1])
        return True

    def solve(self, relation: Relation, env: Mapping) -> None:
        """Solve for an unknown in which the equation is affine, found by three evaluations."""
        unknowns: dict = {}
        nodes = (*walk(relation.lhs), *walk(relation.rhs))
        for node in nodes:
            if isinstance(node, Parameter) and node not in env and node not in self.subject.sizes:
                key = self._key(node, env)
                if key is not None:
                    unknowns[key] = node
        names = {n.name for n in nodes if isinstance(n, Family) and not n.random}
        found = [
            ("values", k)
            for k in self.model.values
            if k[0] in names and k not in self.settled and k[0] not in self.subject.defined_names
        ]
        self.rng.shuffle(found)
        for where, key in [*unknowns, *found]:
            root = self._affine_root(relation, where, key, env)
            if root is not None and (where != "parameters" or in_domain(key, root)):
                self.put(where, key, root)
                self.settled.add(key)
                return

    def solve_together(self, equations: list[Relation]) -> None:
        """Several equations between parameters, solved for as many parameters in which all of them are affine."""
        symbols = {s for r in equations for side in (r.lhs, r.rhs) for s in side.free_symbols}
        unknowns = sorted(
            (s for s in symbols if isinstance(s, Parameter) and s not in self.subject.sizes and self._key(s, {})),
            key=lambda s: (s.lower is not None, s.name),
        )
        if not 2 <= len(equations) <= 4 or len(unknowns) > 8:
            return
        for chosen in combinations([s for s in unknowns if s.sort == "real"], len(equations)):
            root = self._common_root(equations, chosen)
            if root is not None and all(in_domain(s, v) for s, v in zip(chosen, root, strict=True)):
                for symbol, number in zip(chosen, root, strict=True):
                    self.put("parameters", symbol, number)
                self.settled |= set(chosen)
                return

    def _common_root(self, equations: list[Relation], chosen: tuple) -> list[Fraction] | None:
        def residuals(point: list[Fraction]) -> list[Fraction]:
            model = replace(self.model, parameters={**self.model.parameters, **dict(zip(chosen, point, strict=True))})
            found = []
            for r in equations:
                left, right = (_constant(self.of(side, {}, model)) for side in (r.lhs, r.rhs))
                if left is None or right is None:
                    raise NotEvaluable("not a number")
                found.append(left - right)
            return found

        size = len(chosen)
        try:
            at = residuals([F(0)] * size)
            columns = [residuals([F(int(i == k)) for i in range(size)]) for k in range(size)]
            rows = [[columns[k][i] - at[i] for k in range(size)] + [-at[i]] for i in range(size)]
            root = _solution(rows)
            return root if root is not None and not any(residuals(root)) else None
        except (Undefined, NotEvaluable):
            return None

    def _affine_root(self, relation: Relation, where: str, key: Any, env: Mapping) -> Fraction | None:
        rests = []
        for number in (F(2), F(3), F(4), F(7)):
            model = with_value(self.model, where, key, number)
            try:
                left = _constant(self.of(relation.lhs, env, model))
                right = _constant(self.of(relation.rhs, env, model))
            except (Undefined, NotEvaluable):
                return None
            if left is None or right is None:
                return None
            rests.append(left - right)
        slope = rests[1] - rests[0]
        if slope == 0 or rests[2] - rests[1] != slope or rests[3] - rests[2] != 3 * slope:
            return None
        return F(2) - rests[0] / slope


def _solution(rows: list[list[Fraction]]) -> list[Fraction] | None:
    """The solution of linear equations, each row with its right side last; None if there is not exactly one."""
    for k in range(len(rows)):
        at = next((i for i in range(k, len(rows)) if rows[i][k]), None)
        if at is None:
            return None
        rows[k], rows[at] = rows[at], rows[k]
        rows[k] = [v / rows[k][k] for v in rows[k]]
        for i in range(len(rows)):
            if i != k:
                rows[i] = [v - rows[i][k] * w for v, w in zip(rows[i], rows[k], strict=True)]
    return [row[-1] for row in rows]


def _constant(found: Any) -> Fraction | None:
    if isinstance(found, tuple):
        return found[0] if len(set(found)) == 1 else None
    return found if isinstance(found, Fraction) else None


# --- trials ------------------------------------------------------------------------------------------------


def verified(draft: Draft, facts: Iterable[Fact]) -> bool:
    """Whether all domains and facts hold in the draft; False too where a value is missing."""
    try:
        return domains_hold(draft.model) and all(fact_holds(fact, draft.model, draft.reach) for fact in facts)
    except (NoValue, Undefined, Budget):
        return False


FIRST = ((0, 0, 1), (1, 0, 1), (1, 1, 0), (2, 1, 2), (2, 2, 1))
"""Which size and which other value the first trials take from the small values; and what elements of families are."""


def _is_still(trial: int) -> bool:
    """Now and then nothing moves: facts such as stationarity hold where everything random is 0."""
    return trial % 8 == 5


def _pick(options: tuple, trial: int, rng: Random, size: bool = False) -> Any:
    if trial < len(FIRST):
        return options[min(FIRST[trial][0 if size else 1], len(options) - 1)]
    return rng.choice(options[: 2 + trial // 6])


def _with_functions(facts: Iterable[Fact]) -> Iterator[Fact]:
    """The facts that mention an undefined function, whose values are filled in when they are asked for."""
    return (f for f in facts if any(isinstance(n, Apply) for root in fact_roots(f) for n in walk(root)))


def _indices_of(fact: Fact) -> set:
    """The indices for all values of which a fact is verified."""
    if isinstance(fact, Definition):
        return {i for i in getattr(fact.target, "indices", ()) if isinstance(i, Index)}
    said = fact.statement if isinstance(fact, Given) else _relation(fact)
    return set() if said is None else quantified(said)


def _parameters(subject: _Subject, trial: int, rng: Random) -> dict:
    chosen = {p: _pick(small_values(p, p in subject.sizes), trial, rng, p in subject.sizes) for p in subject.parameters}
    chosen |= {
        i: _pick(small_values(i, True)[: 2 if i.name in subject.components else None], trial, rng, True)
        for i in subject.free
    }
    return chosen | {s: v for s, v in subject.fixed.items() if isinstance(s, Parameter)}


def _admitted(subject: _Subject, parameters: dict, trial: int) -> bool:
    """Whether the inequalities between parameters hold, so that no space is built in vain."""
    model = Model(parameters, facts=subject.definitions)
    assumed = subject.statements[trial % len(subject.statements)].when if subject.statements else ()
    for relation in (*subject.bounds, *(w for w in assumed if w.rel != "==")):
        try:
            if not holds(relation, model):
                return False
        except NotEvaluable:
            continue
    return True


def _within_bounds(subject: _Subject, plain: Model, reach: dict, rng: Random) -> Model:
    """Draw the elements anew that break an inequality between numbers, such as `h[i] > 0`."""
    fixed = {_element_key(s) for s in subject.fixed if isinstance(s, Element)}
    bounds = [r for r in subject.relations if r.rel != "==" and free_indices(r)]
    for relation in bounds * 3:  # a later one may undo an earlier one
        for env in instances(free_indices(relation), reach):
            for _ in range(20):
                try:
                    if holds(relation, plain, env):
                        break
                except NotEvaluable:
                    break
                for key in _elements_of(relation, plain, env) - fixed:
                    plain = with_value(plain, "values", key, rng.choice(POSITIVE))
    return plain


def _elements_of(relation: Relation, model: Model, env: Mapping) -> set:
    found = set()
    for node in (*walk(relation.lhs), *walk(relation.rhs)):
        if isinstance(node, Element):
            with suppress(Undefined, NotEvaluable):
                found.add((node.family.name, tuple(int(value(i, model, env)) for i in node.indices)))
    return {key for key in found if key in model.values}


def _draft(subject: _Subject, trial: int, rng: Random) -> Draft | None:
    parameters = _parameters(subject, trial, rng)
    for again in range(20):
        if _admitted(subject, parameters, trial):
            break
        parameters = _parameters(subject, max(trial, len(FIRST)) + again, rng)
    reach = _reach(subject, parameters)
    for _ in range(4):
        strict, needed = _needed(subject, parameters, reach)
        if covers(subject.facts, strict, reach):
            break
        for index, name, position in subject.positions:
            reach[index.name] = max([reach.get(index.name, 2), *(p[position] for n, p in strict if n == name)])
        if any(prod(reach.get(i.name, 2) + 2 for i in free) > MOST_INSTANCES for free in subject.quantified):
            return None
    else:
        return None
    random = {k for k in needed if subject.families[k[0]].random}
    if len(random) > MOST_ELEMENTS:
        return None
    first = FIRST[trial][2] if trial < len(FIRST) else 0 if _is_still(trial) else None
    numbers = {k: F(first) if first is not None else rng.choice(WEIGHTS) for k in sorted(needed - random)}
    numbers |= {_element_key(s): v for s, v in subject.fixed.items() if isinstance(s, Element)}
    plain = _within_bounds(subject, Model(parameters, values=numbers, facts=subject.definitions), reach, rng)
    numbers = dict(plain.values)
    space = _Space(subject, random, plain, reach, rng, trial).build()
    if space is None:
        return None
    probabilities, values = space
    values |= numbers
    filling = _Filling(subject, Model(parameters, probabilities, values, {}, subject.definitions), reach, rng, trial)
    try:
        filling.run()
        for statement in subject.statements:
            for root in roots(statement):
                with suppress(Undefined):
                    filling.of(root, {})
        for fact in (f for f in _with_functions(subject.facts) if not isinstance(f, Definition)):
            for root in fact_roots(fact):
                for env in instances(_indices_of(fact), reach):
                    with suppress(Undefined):
                        filling.of(root, env)
    except (NoValue, Budget):
        return None
    return Draft(filling.model, reach)


def _element_key(element: Element) -> tuple:
    if any(i.free_symbols for i in element.indices):
        raise NotEvaluable(f"conditional independence of {element} for all values of its indices is not modelled")
    return element.family.name, tuple(int(i) for i in element.indices)


def drafts(
    statements: Iterable[Any], facts: Iterable[Any], *, seed: int = 0, fixed: Mapping | None = None, first: int = 0
) -> Iterator[Draft | None]:
    """Endless trials, small ones first: a draft that should satisfy the facts (not verified yet), or None.

    Raises NotEvaluable when a statement or a fact contains a limit.
    """
    subject = _Subject(tuple(statements), read_facts(facts), fixed or {})
    trial = first
    while True:
        try:
            yield _draft(subject, trial, Random(f"{seed}/{trial}"))
        except (Undefined, Budget, NoValue):
            yield None
        trial += 1


def models(
    statements: Iterable[Any],
    facts: Iterable[Any],
    *,
    seed: int = 0,
    count: int = 20,
    fixed: Mapping | None = None,
    tries: int | None = None,
) -> Iterator[Model]:
    """Up to `count` models of the facts for the symbols of `statements`, small ones first; the same for the same seed.

    Every fact is verified, and the assumptions of one of the statements apply (of the first, the second, ... in turn,
    if possible).  At most `tries` attempts (20 per model) are made.
    """
    statements, facts = tuple(statements), read_facts(facts)
    left, attempts = count, count * 20 if tries is None else tries
    for _, draft in zip(range(attempts), drafts(statements, facts, seed=seed, fixed=fixed), strict=False):
        if left <= 0:
            return
        if draft is None or not verified(draft, facts):
            continue
        try:
            if statements and not any(applies(s, draft.model) for s in statements):
                continue
        except (Undefined, NotEvaluable):
            continue
        left -= 1
        yield draft.model
