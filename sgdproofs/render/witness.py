"""A witness in words: the point, the finite probability space, and the two sides there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from ..language.terms import Element, Family, Function
from .latex import latex, name_latex
from .told import exact
from .words import Math, Words, joined, listed, words

__all__ = ["witness_words"]

MOST = 6
"""Random quantities, and outcomes, that are listed; more are counted."""


def witness_words(witness: Any, symbols: Mapping[str, Family | Function]) -> Words:
    """What a witness takes and what it shows, with the declared LaTeX names; `symbols` gives families by name."""
    model = witness.model
    shown = set(witness.shown)
    pairs = [(type(parameter), latex(parameter), exact(value)) for parameter, value in model.parameters.items()]
    pairs += [
        (key[0], _name(key, symbols), exact(value))
        for key, value in model.values.items()
        if not isinstance(value, tuple) and (key in shown or not shown)
    ]
    pairs += [
        (name, _call(name, arguments, symbols), exact(value)) for (name, arguments), value in model.functions.items()
    ]
    random = [(key, value) for key, value in model.values.items() if isinstance(value, tuple)]
    random = [(key, value) for key, value in random if key in shown] or random
    said: Words = words("take ", listed(_together(pairs))) if pairs else ()
    if random:
        said += words("; " if said else "", _law(random, model.probabilities, symbols))
    return said + words(". " if said else "", *_outcome(witness, random, model), ".")


def _name(key: tuple, symbols: Mapping[str, Any]) -> str:
    name, places = key
    family = symbols.get(name)
    if isinstance(family, Family) and family.arity == len(places):
        return latex(Element(family, *places)) if places else latex(family)
    return name_latex(name) + (f"[{','.join(map(str, places))}]" if places else "")


def _call(name: str, arguments: Iterable[Any], symbols: Mapping[str, Any]) -> str:
    head = latex(symbols[name]) if isinstance(symbols.get(name), Function) else name_latex(name)
    return f"{head}({', '.join(map(exact, arguments))})"


def _together(pairs: list[tuple[Any, str, str]]) -> list[Math]:
    """`i = j = 1` for neighbours of one kind and value."""
    said = []
    for (_, value), run in groupby(pairs, key=lambda pair: (pair[0], pair[2])):
        said.append(Math(" = ".join([*(name for _, name, _ in run), value])))
    return said


def _law(random: list[tuple], probabilities: tuple, symbols: Mapping[str, Any]) -> Words:
    law: dict[tuple, Any] = {}
    for number, weight in enumerate(probabilities):
        seen = tuple(values[number] for _, values in random)
        law[seen] = law.get(seen, 0) + weight
    names = [_name(key, symbols) for key, _ in random[:MOST]] + ([r"\dots"] if len(random) > MOST else [])
    together = Math(names[0] if len(random) == 1 else f"({', '.join(names)})")

    def point(seen: tuple) -> Math:
        listed_ = [exact(value) for value in seen[:MOST]] + ([r"\dots"] if len(seen) > MOST else [])
        return Math(listed_[0] if len(seen) == 1 else f"({', '.join(listed_)})")

    if len(law) == 1:
        return words(together, " is always ", point(next(iter(law))))
    if len(law) > 8:
        return words(together, f" takes {len(law)} values")
    if len(set(law.values())) == 1:
        every = next(iter(law.values()))
        chance = Math(exact(every))
        return words(together, " takes the values ", listed(map(point, law)), ", each with probability ", chance)
    return words(
        together,
        " is ",
        listed(words(point(seen), " with probability ", Math(exact(weight))) for seen, weight in law.items()),
    )


def _outcome(witness: Any, random: list[tuple], model: Any) -> Words:
    left, right = witness.lhs, witness.rhs
    if (left is None and right is None) or witness.why.startswith("undefined"):
        return words(witness.why[:1].upper() + witness.why[1:])
    where: Words = words("Then")
    if isinstance(left, tuple) or isinstance(right, tuple):
        count = len(model.probabilities)
        left, right = (side if isinstance(side, tuple) else (side,) * count for side in (left, right))
        at = next((n for n, (a, b) in enumerate(zip(left, right, strict=True)) if a != b), 0)
        left, right = left[at], right[at]
        values = [Math(exact(own[at])) for _, own in random[:MOST]]
        where = words("Where the values are ", joined(values), ",") if random else where
    return words(where, " the left side is ", Math(exact(left)), " and the right side is ", Math(exact(right)))
