"""Plain text of terms and statements, for messages; `render.latex` makes what is printed."""

from __future__ import annotations

from typing import Any

import sympy

from .functions import (
    AtMost,
    Both,
    Choice,
    Conditional,
    Either,
    EqualTo,
    InfiniteSum,
    LessThan,
    Negation,
    Product,
    RealPower,
    opened,
)
from .statements import FunctionOf, Independence, NotDetermined, Relation
from .terms import (
    INFINITY,
    Apply,
    Element,
    Family,
    Limit,
    Negative,
    Parameter,
    Partial,
    Plus,
    Power,
    Quotient,
    Row,
    Sum,
    Times,
)

PLUS, TIMES, POWER, ATOM = 1, 2, 3, 4
TRUTH = (EqualTo, LessThan, AtMost, Both, Either, Negation)
_SIGNS = {EqualTo: "=", LessThan: "<", AtMost: "<=", Both: "and", Either: "or"}
_NAMES = {
    "Minimum": "min",
    "Maximum": "max",
    "Absolute": "abs",
    "SquareRoot": "sqrt",
    "Exponential": "exp",
    "Logarithm": "log",
    "Floor": "floor",
}


TAKEN_TO_EXIST = (Limit, InfiniteSum, Partial)


def plain(statement: Any) -> str:
    """One line of text, close to how the statement is written in a derivation file."""
    if isinstance(statement, Relation):
        if _is_existence(statement):
            return f"{plain(statement.lhs.args[1])} exists" + _assuming(statement)
        sign = "=" if statement.rel == "==" else statement.rel
        return f"{plain(statement.lhs)} {sign} {plain(statement.rhs)}" + _assuming(statement)
    if isinstance(statement, Independence):
        return f"{', '.join(map(str, statement.items))} independent"
    if isinstance(statement, FunctionOf):
        return f"{statement.target} is a function of the {statement.source.name} up to there"
    if isinstance(statement, NotDetermined):
        return f"{plain(statement.target)} is not determined by {plain(statement.by)}"
    return _text(statement)[0]


def _is_existence(relation: Relation) -> bool:
    """Is it the condition that a limit, a series or a derivative exists?"""
    at, one = relation.lhs, (relation.rel, relation.rhs) == ("==", 1)
    return one and isinstance(at, Apply) and at.args[0].name == "exists" and isinstance(at.args[1], TAKEN_TO_EXIST)


def _assuming(relation: Relation) -> str:
    when = ", ".join(plain(w) for w in relation.when)
    return f" if {when}" if when else ""


def _text(node: Any) -> tuple[str, int]:
    if isinstance(node, sympy.Rational):
        level = PLUS if node < 0 else ATOM if node.q == 1 else TIMES
        return str(node), level
    if isinstance(node, (Parameter, Family)):
        return node.name.removeprefix("'"), ATOM
    if isinstance(node, Row):
        return str(node), ATOM
    if node is INFINITY:
        return "oo", ATOM
    if isinstance(node, Element):
        places = "".join(f"[{plain(i)}]" for i in node.indices)
        return f"{node.family.name}{places}", ATOM
    if isinstance(node, Plus):
        parts = [_at(node.args[0], PLUS)]
        for arg in node.args[1:]:
            parts.append(f" - {_at(arg.args[0], TIMES)}" if isinstance(arg, Negative) else f" + {_at(arg, TIMES)}")
        return "".join(parts), PLUS
    if isinstance(node, Negative):
        return f"-{_at(node.args[0], TIMES)}", PLUS
    if isinstance(node, Times):
        text = _at(node.args[0], TIMES)
        for factor in (_at(a, POWER) for a in node.args[1:]):
            text += f" * {factor}" if factor[0].isdigit() else f" {factor}"  # `2 1/2` would be another number
        return text, TIMES
    if isinstance(node, Quotient):
        return f"{_at(node.args[0], TIMES)}/{_at(node.args[1], POWER)}", TIMES
    if isinstance(node, Power):
        return f"{_at(node.args[0], ATOM)}^{_at(node.args[1], ATOM)}", POWER
    if isinstance(node, Sum):
        ranges = ", ".join(f"{v} = {plain(a)}..{plain(b)}" for v, a, b in node.ranges)
        return f"Sum({plain(node.body)}, {ranges}{', distinct' if node.distinct else ''})", ATOM
    if isinstance(node, Limit):
        from_above = "" if node.args[2] is INFINITY else ", from above"
        return f"lim[{node.args[1]} -> {plain(node.args[2])}{from_above}] {_at(node.args[0], TIMES)}", PLUS
    if isinstance(node, Partial):
        return f"d({plain(node.args[0])})/d({plain(node.args[1])})", TIMES
    if isinstance(node, Apply):
        return f"{node.args[0]}({', '.join(plain(a) for a in node.args[1:])})", ATOM
    if isinstance(node, RealPower):
        return f"{_at(node.args[0], ATOM)}^{_at(node.args[1], ATOM)}", POWER
    if isinstance(node, (Product, InfiniteSum)):
        ends = node.args[2:]
        body, variable = opened(node)
        low, high = plain(ends[0]), plain(ends[1]) if len(ends) > 1 else "oo"
        return f"{'Product' if len(ends) > 1 else 'Sum'}({plain(body)}, {variable} = {low}..{high})", ATOM
    if isinstance(node, Conditional):
        return f"E[{plain(node.args[0])} | {', '.join(plain(a) for a in node.args[1:])}]", ATOM
    if isinstance(node, TRUTH):
        return f"[{_condition(node)}]", ATOM
    if isinstance(node, Choice):
        first, then, otherwise = node.args
        return f"choice({_condition(first)}, {plain(then)}, {plain(otherwise)})", ATOM
    name = _NAMES.get(type(node).__name__, type(node).__name__)
    return f"{name}({', '.join(plain(a) for a in node.args)})", ATOM


def _at(node: Any, level: int) -> str:
    text, own = _text(node)
    return text if own >= level else f"({text})"


def _condition(node: Any) -> str:
    """What a truth value is one of, in words: `x < y and (y = 1 or y = 2)`."""
    if type(node) in (EqualTo, LessThan, AtMost):
        left, right = node.args
        return f"{_at(left, PLUS)} {_SIGNS[type(node)]} {_at(right, PLUS)}"
    if isinstance(node, Negation):
        inner = node.args[0]
        if isinstance(inner, EqualTo):
            return f"{_at(inner.args[0], PLUS)} != {_at(inner.args[1], PLUS)}"
        return f"not ({_condition(inner)})"
    if isinstance(node, (Both, Either)):
        return f" {_SIGNS[type(node)]} ".join(
            f"({_condition(a)})" if isinstance(a, (Both, Either)) else _condition(a) for a in node.args
        )
    return "true" if node == 1 else "false"
