"""Witnesses at points where a side is irrational or complex: the two sides lie in rectangles that do not meet."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from itertools import islice, product
from typing import Any

import sympy

from ..language import functions as L
from ..language import terms as T
from ..language.errors import SgdproofsError
from ..language.statements import Relation
from ..meaning import Model, NotEvaluable, domains_hold, fact_holds, value
from ..meaning import Undefined as NoSuchValue
from ..models import drafts, fact_roots, read_facts
from .enclosure import Box, Interval, Undefined, enclosed, fails, point

__all__ = ["search_enclosed"]

IRRATIONAL = (L.SquareRoot, L.Logarithm, L.Exponential, L.RealPower, L.Floor, L.Absolute)
COMPLEX = [(0, 1), (0, -1), (-1, 0), (1, 1), (-1, 1), (-1, -1), (2, 0), (0, 4), (0, -4), (3, 4), (Fraction(-1, 2), 0)]


def search_enclosed(
    statement: Relation, facts: Iterable[Any], complexes: tuple = (), *, seconds: float = 1.0, budget: int = 200
) -> dict | None:
    """A record of a point at which the facts and assumptions hold and the statement surely fails, or None."""
    facts = read_facts(facts)
    nodes = [x for side in (statement.lhs, statement.rhs) for x in T.walk(side)]
    if not complexes and not any(isinstance(x, (*IRRATIONAL, T.Limit)) for x in nodes):
        return None
    if any(isinstance(x, (T.Partial, T.Apply, L.InfiniteSum, L.Conditional, L.Choice)) for x in nodes):
        return None
    end = time.thread_time() + seconds
    plain = Relation(
        _plain(statement.lhs), "==", _plain(statement.rhs), tuple(w for w in statement.when if not _irrational(w))
    )
    try:
        for draft in islice(drafts((plain,), facts), budget):
            if time.thread_time() > end:
                return None
            if draft is None:
                continue
            for choice in _choices(complexes):
                record = _record(draft.model, choice, draft.reach)
                why = _replayed(record, statement, facts, complexes)
                if why:
                    return {**record, **why}
    except NotEvaluable:
        return None
    return None


def _irrational(relation: Relation) -> bool:
    return any(isinstance(x, IRRATIONAL) for side in (relation.lhs, relation.rhs) for x in T.walk(side))


def _plain(node: Any) -> Any:
    """A rational term with the same symbols, so that models give values to all of them."""
    if not node.args or isinstance(node, (T.Family, T.Parameter, T.Function)):
        return node
    if isinstance(node, T.Sum):
        return T.Sum(_plain(node.body), *map(tuple, node.ranges), distinct=node.distinct)
    if isinstance(node, T.Limit):
        free = [x for x in T.walk(node) if isinstance(x, (T.Parameter, T.Element)) and not T.is_random(x)]
        return T.Plus(T.number(0), T.number(0), *(x for x in free if x.free_symbols <= node.free_symbols))
    if isinstance(node, IRRATIONAL):
        return T.Plus(*(_plain(a) for a in node.args), T.number(0))
    return node.func(*(_plain(a) if isinstance(a, sympy.Expr) else a for a in node.args))


def _choices(complexes: tuple) -> Iterator[dict]:
    for values in islice(product(COMPLEX, repeat=len(complexes)), 150):
        yield dict(zip((c.name for c in complexes), values, strict=True))


def _record(model: Model, choice: Mapping, reach: Mapping) -> dict:
    return {
        "parameters": {p.name: str(v) for p, v in model.parameters.items() if p.name not in choice}
        | {name: f"{re} + {im} i" for name, (re, im) in choice.items()},
        "probabilities": [str(p) for p in model.probabilities],
        "values": [
            {"family": name, "indices": list(places), "value": [str(x) for x in v] if isinstance(v, tuple) else str(v)}
            for (name, places), v in model.values.items()
        ],
        "functions": [],
        "reach": dict(reach),
    }


def _replayed(record: dict, statement: Relation, facts: tuple, complexes: tuple) -> dict | None:
    """What the record shows, evaluated from nothing: None unless the facts hold and the statement surely fails."""
    symbols = {
        s.name: s
        for r in (statement, *statement.when)
        for side in (r.lhs, r.rhs)
        for s in T.walk(side)
        if isinstance(s, (T.Parameter, T.Family))
    }
    for fact in facts:
        symbols |= {
            s.name: s for root in fact_roots(fact) for s in T.walk(root) if isinstance(s, (T.Parameter, T.Family))
        }
    imaginary = {c.name for c in complexes}
    exact: dict = {}
    boxes: dict = {}
    for name, text in record["parameters"].items():
        if name not in symbols:
            return None
        if name in imaginary:
            re, im = (Fraction(part) for part in text.removesuffix(" i").split(" + "))
            boxes[symbols[name]] = Box(point(re), point(im))
        else:
            exact[symbols[name]] = Fraction(text)
    values = {
        (e["family"], tuple(e["indices"])): tuple(map(Fraction, e["value"]))
        if isinstance(e["value"], list)
        else Fraction(e["value"])
        for e in record["values"]
    }
    weights = tuple(map(Fraction, record["probabilities"]))
    model = Model(exact, weights, values, {}, tuple(f for f in facts if hasattr(f, "target")))

    def look(symbol: Any, places: tuple) -> Any:
        if symbol in boxes:
            return boxes[symbol]
        return value(T.Element(symbol, *places) if isinstance(symbol, T.Family) else symbol, model)

    def sides(relation: Relation) -> tuple[tuple, tuple]:
        return enclosed(relation.lhs, look, None, weights), enclosed(relation.rhs, look, None, weights)

    try:
        if not domains_hold(model) or not all(fact_holds(f, model, record["reach"]) for f in facts):
            return None
        if not all(_surely(*sides(w), w.rel) for w in statement.when):
            return None
    except (SgdproofsError, NoSuchValue, ValueError, ZeroDivisionError):
        return None
    try:
        left, right = sides(statement)
    except Undefined as error:
        return {"left": None, "right": None, "why": f"undefined: {error}"}
    except (SgdproofsError, ValueError, ZeroDivisionError):
        return None
    why = fails(left, statement.rel, right)
    if not why:
        return None
    return {"left": [_shown(b) for b in left], "right": [_shown(b) for b in right], "why": why}


def _surely(left: tuple, right: tuple, rel: str) -> bool:
    for a, b in zip(left, right, strict=True):
        same = a == b and all(i.low == i.high for i in (a.re, a.im))
        if rel in ("==", "!="):
            if not (same if rel == "==" else a.apart(b)):
                return False
            continue
        if not (a.real() and b.real()):
            return False
        x, y = (a.re, b.re) if rel[0] == "<" else (b.re, a.re)
        if not (x.high < y.low or "=" in rel and x.high <= y.low):
            return False
    return True


def _shown(box: Box) -> str:
    if box.real():
        return _number(box.re)
    return f"{_number(box.re)} + ({_number(box.im)}) i"


def _number(interval: Interval) -> str:
    if interval.low == interval.high:
        return str(interval.low)
    digits = 12
    scaled = interval.low * 10**digits // 1
    whole, part = divmod(abs(int(scaled)), 10**digits)
    return f"{'-' if scaled < 0 else ''}{whole}.{part:0{digits}d}..."
