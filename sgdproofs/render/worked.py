"""A refuted claim at its witness, worked out: each side line by line with its numbers, and the outcomes in a table.

Every line is evaluated by the definitions of the language; one whose value is not that of its side is not printed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from typing import Any

from sympy.core.basic import Basic
from sympy.core.numbers import Rational

from ..language.errors import SgdproofsError
from ..language.facts import Definition
from ..language.statements import Relation
from ..language.terms import Cov, E, Element, Index, Limit, Parameter, Plus, Sum, Var, number, substituted, walk
from ..meaning import Model, value
from .latex import latex
from .outline import Block, Calculation, Row, Table
from .words import Words, words

__all__ = ["worked"]

MOST_TERMS, MOST_OUTCOMES, MOST_COLUMNS = 6, 8, 5
Stage = tuple[Any, Words]


def worked(witness: Any, claim: Any, given: Iterable[Any]) -> list[Block]:
    """The outcomes at the witness, and both sides of the claim there; nothing where that does not help."""
    if not isinstance(claim, Relation) or not isinstance(getattr(witness, "model", None), Model):
        return []
    if not all(isinstance(side, Fraction) for side in (witness.lhs, witness.rhs)):
        return []
    facts = [fact for fact in given if isinstance(fact, Definition) and not fact.start]
    model = (
        witness.model
        if witness.model.facts
        else Model(
            witness.model.parameters,
            witness.model.probabilities,
            witness.model.values,
            witness.model.functions,
            tuple(fact for fact in given if isinstance(fact, Definition)),
        )
    )
    point = {**model.parameters, **witness.indices}
    blocks: list[Block] = []
    moments: list[Any] = []
    for side, target in ((claim.lhs, witness.lhs), (claim.rhs, witness.rhs)):
        stages = [stage for stage in _stages(side, point, model, facts) if _value(stage[0], model, point) == target]
        moments += [node for node, _ in stages]
        if calculation := _calculation(stages, target):
            blocks.append(calculation)
    table = _outcomes(moments, model, point, set(witness.shown))
    return [*([table] if table else []), *blocks]


def _value(node: Any, model: Model, point: dict) -> Any:
    try:
        return value(node, model, point)
    except (SgdproofsError, ArithmeticError, KeyError, TypeError, ValueError):
        return None


def _stages(side: Any, point: dict, model: Model, facts: list[Definition]) -> Iterator[Stage]:
    """The side with the witness put in, step by step."""
    node = substituted(side, {symbol: number(point[symbol]) for symbol in _places(side) & point.keys()})
    yield node, ()
    unfolded = _each(node, Element, lambda part: _defined(part, facts, point))
    if unfolded != node:
        node = unfolded
        yield node, words("by definition")
    spread = _each(node, Sum, _spread)
    if spread != node:
        node = spread
        yield node, words("the sum written out")
    moments = _each(node, (Var, Cov), _as_means)
    if moments != node:
        node = moments
        yield (
            node,
            words("definition of the ", "variance" if any(isinstance(n, Var) for n in walk(spread)) else "covariance"),
        )
    numbers = _each(node, (E, Element, Parameter), lambda part: _as_number(part, model, point))
    if numbers != node:
        yield numbers, words("the values")


def _places(side: Any) -> set[Any]:
    """The indices of a term, and the parameters in its ranges and places; bound indices are not free in them."""
    found = {s for s in side.free_symbols if isinstance(s, Index)}
    for node in walk(side):
        if isinstance(node, Sum):
            found |= {s for _, low, high in node.ranges for bound in (low, high) for s in bound.free_symbols}
        elif isinstance(node, Element):
            found |= {s for place in node.indices for s in getattr(place, "free_symbols", ())}
    return found & side.free_symbols


def _each(node: Any, kinds: Any, change: Callable[[Any], Any]) -> Any:
    """`node` with its outermost parts of these kinds changed; what stands within a moment, a sum or a limit is left."""
    if isinstance(node, kinds):
        return change(node)
    if isinstance(node, (E, Var, Cov, Sum, Limit, Element, Parameter)) or not getattr(node, "args", ()):
        return node
    arguments = [_each(part, kinds, change) if isinstance(part, Basic) else part for part in node.args]
    return node if list(node.args) == arguments else node.func(*arguments)


def _defined(part: Any, facts: list[Definition], point: dict) -> Any:
    for fact in facts:
        target = fact.target
        if not isinstance(target, Element) or target.family != part.family:
            continue
        values = dict(zip(target.indices, part.indices, strict=True))
        if all(isinstance(index, Index) for index in values):
            there = substituted(fact.value, values)
            return substituted(there, {s: number(point[s]) for s in _places(there) & point.keys()})
    return part


def _spread(part: Any) -> Any:
    """A sum over one index with numbers for bounds as its terms."""
    if len(part.ranges) != 1:
        return part
    variable, low, high = part.ranges[0]
    if not (isinstance(low, Rational) and isinstance(high, Rational) and 0 < high - low + 1 <= MOST_TERMS):
        return part
    terms = [substituted(part.body, {variable: number(Fraction(k))}) for k in range(int(low), int(high) + 1)]
    return terms[0] if len(terms) == 1 else Plus(*terms)


def _as_means(part: Any) -> Any:
    first, second = part.args if isinstance(part, Cov) else part.args * 2
    return E(first * second) - E(first) * E(second)


def _as_number(part: Any, model: Model, point: dict) -> Any:
    found = _value(part, model, point)
    return number(found) if isinstance(found, Fraction) else part


def _calculation(stages: list[Stage], target: Fraction) -> Calculation | None:
    rows: list[Row] = []
    if not stages or (isinstance(stages[0][0], Parameter) and len(stages) < 3):
        return None  # the witness names its value
    first, said = latex(stages[0][0]), {latex(stages[0][0])}
    for node, reason in [*stages[1:], (number(target), ())]:
        text = latex(node)
        if text not in said:
            said.add(text)
            rows.append(Row("" if rows else first, "=", text, reason=reason))
    return Calculation(tuple(rows), together=True) if rows else None


def _outcomes(nodes: list[Any], model: Model, point: dict, shown: set[Any]) -> Table | None:
    """The outcomes with the values of every random quantity that the moments speak of."""
    inside: list[Any] = []
    for node in nodes:
        for moment in walk(node):
            if isinstance(moment, (E, Var, Cov)):
                inside += [part for part in walk(moment) if isinstance(part, Element) and part.family.random]
    derived = [part for part in dict.fromkeys(inside) if isinstance(_value(part, model, point), tuple)]
    own = {name for (name, _), outcomes in model.values.items() if isinstance(outcomes, tuple)}
    base = [
        part
        for part in _bases(model, derived, own)
        if not shown or (part.family.name, tuple(map(int, part.indices))) in shown
    ]
    every = list(dict.fromkeys([*base, *derived]))
    if not every or len(every) > MOST_COLUMNS or not 1 < len(model.probabilities) <= MOST_OUTCOMES:
        return None
    columns = [_value(part, model, point) for part in every]
    if not all(isinstance(own, tuple) for own in columns):
        return None
    head = (words("probability"), *(words(part) for part in every))
    rows = [
        (words(number(chance)), *(words(number(own[place])) for own in columns))
        for place, chance in enumerate(model.probabilities)
    ]
    return Table(head, tuple(rows))


def _bases(model: Model, derived: list[Any], own: set[str]) -> list[Any]:
    """The given random quantities by which the derived ones are defined, in the places that have values."""
    families = {part.family for part in derived}
    speak = dict.fromkeys(
        node.family
        for fact in model.facts
        if isinstance(fact, Definition) and getattr(fact.target, "family", None) in families
        for node in walk(fact.value)
        if isinstance(node, Element) and node.family.name in own
    )
    return [
        Element(family, *map(int, places)) for family in speak for name, places in model.values if name == family.name
    ]
