"""Facts, domains and citations in plain English: text with mathematics between, for every writer alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from ..language.facts import Across, ChainRule, CitedTheorem, Definition, Equation, Given, Identical
from ..language.statements import Loops
from ..language.terms import Element, Family, Index, Parameter, Row, number, term
from .latex import bare, everywhere, free_of, latex, ranges

__all__ = [
    "Math",
    "Text",
    "Words",
    "counted",
    "domain",
    "fact_name",
    "fact_sentence",
    "index_range",
    "joined",
    "listed",
    "said_everywhere",
    "strong",
    "taken",
    "words",
]


@dataclass(frozen=True)
class Text:
    """Plain text, escaped only by the writer."""

    text: str
    strong: bool = False
    entry: str = ""
    """The entry that the text names, for writers that can lead there."""


@dataclass(frozen=True)
class Math:
    """LaTeX of a formula within a sentence."""

    tex: str


Words = tuple[Text | Math, ...]


def words(*parts: Any) -> Words:
    """A sentence of its parts: strings are text, terms and statements are formulas, words stay as they are."""
    said: list[Text | Math] = []
    for part in parts:
        if isinstance(part, tuple):
            said.extend(part)
        elif isinstance(part, (Text, Math)):
            said.append(part)
        elif isinstance(part, str):
            said.append(Text(part))
        else:
            said.append(Math(latex(part)))
    return tuple(said)


def strong(text: str) -> Text:
    """Text that stands out."""
    return Text(text, strong=True)


def joined(parts: Iterable[Any], between: str = ", ") -> Words:
    """`parts` with `between` in between."""
    said: Words = ()
    for place, part in enumerate(parts):
        said += words(*([between] if place else []), part)
    return said


def listed(parts: Iterable[Any]) -> Words:
    """`a`, `a and b`, `a, b and c`."""
    every = list(parts)
    if len(every) < 2:
        return joined(every)
    return words(joined(every[:-1]), " and ", every[-1])


def counted(count: int, thing: str) -> str:
    """`3 lines`, `1 line`."""
    return f"{count} {thing}{'' if count == 1 else 's'}"


def domain(parameter: Parameter) -> Words:
    """A parameter with its bounds."""
    name = latex(parameter)
    below, above = parameter.lower, parameter.upper
    low = "" if below is None else _exact(below) + (" < " if parameter.open_lower else r" \le ")
    high = "" if above is None else (" < " if parameter.open_upper else r" \le ") + _exact(above)
    if low and not high:
        bounds = name + (" > " if parameter.open_lower else r" \ge ") + _exact(below)
    else:
        bounds = f"{low}{name}{high}"
    return words(Math(bounds))


def _exact(value: Any) -> str:
    return latex(number(value))


# --- facts -----------------------------------------------------------------------------------------------


def fact_sentence(fact: Any) -> Words:
    """What a fact says, as one sentence without its full stop."""
    said = SENTENCES[type(fact)](fact)
    return words(f"{fact.label}: ", said) if fact.label else said


def fact_name(fact: Any) -> Words:
    """How a reason names the fact: its label, or a few words."""
    place = getattr(fact, "at_index", None)
    return words(
        fact.label if fact.label else NAMES[type(fact)](fact),
        words(" ", taken(fact.over, place)) if place is not None else (),
    )


def taken(variable: Any, value: Any) -> Words:
    """Where something is taken: `at t = 1`, but `with t + 1 for t`."""
    if variable in getattr(value, "free_symbols", ()):
        return words("with ", value, " for ", variable)
    return words("at ", Math(f"{latex(variable)} = {latex(term(value))}"))


def _for_all(statement: Any) -> Words:
    found = ranges(free_of(statement))
    return words(" for all ", listed(map(Math, found))) if found else ()


def said_everywhere(statement: Any) -> Words:
    """A statement with the values for which it is said: `y_t = c for all t >= 1`."""
    if not getattr(statement, "when", ()) or isinstance(statement, Loops):
        return words(statement, _for_all(statement))
    return words(Math(rf"{bare(statement)} \quad {everywhere(statement)}"))


def index_range(index: Index) -> Math:
    """An index with its domain."""
    return Math(ranges([index])[0])


def _block(of: Family, over: Index) -> str:
    """The members of a family at one value of its first index."""
    return latex(Element(of, over) if of.arity == 1 else Row(of, (over,)))


def _members(fact: Across | Identical) -> tuple[str, str]:
    """What `one` member is called and what several are."""
    blocks = [_block(of, fact.index) for of in fact.families]
    if len(blocks) == 1:
        return "", blocks[0]
    return {2: "pairs "}.get(len(blocks), "tuples "), f"({', '.join(blocks)})"


def _definition(fact: Definition) -> Words:
    said = words(fact.relation)
    if not fact.start:
        return words(said_everywhere(fact.relation), ", by definition")
    starts = []
    for place, value in fact.start:
        spot = [place if index == fact.over else index for index in fact.target.indices]
        starts.append(Math(f"{latex(Element(fact.target.family, *spot))} = {latex(value)}"))
    rest = ranges([index for index in free_of(fact.relation) if index != fact.over])
    span = listed([Math(rf"{latex(fact.over)} \ge {fact.first}"), *map(Math, rest)])
    return words(said, " for ", "all " if rest else "", span, ", starting from ", listed(starts))


def _across(fact: Across) -> Words:
    kind, blocks = _members(fact)
    each = " (with all their components)" if any(of.arity > 1 for of in fact.families) else ""
    if fact.strength == "mutual":
        return words(
            f"the {kind}", Math(blocks), f"{each} are independent of one another across ", index_range(fact.index)
        )
    said = {"pairwise": "independent", "uncorrelated": "uncorrelated, each component with each"}[fact.strength]
    return words(
        f"any two of the {kind}", Math(blocks), f"{each} with different ", index_range(fact.index), f" are {said}"
    )


def _across_name(fact: Across) -> Words:
    kind, blocks = _members(fact)
    said = {"mutual": "independence", "pairwise": "pairwise independence", "uncorrelated": "uncorrelatedness"}
    return words(f"{said[fact.strength]} of the {kind}", Math(blocks))


def _identical(fact: Identical) -> Words:
    kind, blocks = _members(fact)
    return words(f"the {kind}", Math(blocks), " have the same distribution for all ", index_range(fact.index))


def _identical_name(fact: Identical) -> Words:
    kind, blocks = _members(fact)
    return words(f"identical distribution of the {kind}", Math(blocks))


def _chain_rule(fact: ChainRule) -> Words:
    ranges = joined(Math(rf"{latex(v)} = {latex_of(a)}, \dots, {latex_of(b)}") for v, a, b in fact.ranges)
    slope = Math(rf"\frac{{\partial {latex(fact.function)}}}{{\partial {latex(fact.through)}}} = {latex(fact.partial)}")
    return words(
        fact.function,
        " depends on the parameters only through the ",
        fact.through,
        " (",
        ranges,
        "), in which it is differentiable, with ",
        slope,
    )


def latex_of(value: Any) -> str:
    """The LaTeX of a term that may be given as a plain number."""
    return latex(term(value))


def _cited(fact: CitedTheorem) -> Words:
    return words(
        f"theorem taken from the literature, not proved here ({fact.title}; {fact.source}): ",
        said_everywhere(fact.conclusion),
    )


SENTENCES: dict[type, Callable[[Any], Words]] = {
    Definition: _definition,
    Equation: lambda fact: said_everywhere(fact.relation),
    Given: lambda fact: said_everywhere(fact.statement),
    Across: _across,
    Identical: _identical,
    ChainRule: _chain_rule,
    CitedTheorem: _cited,
}

NAMES: dict[type, Callable[[Any], Words]] = {
    Definition: lambda fact: words("recurrence for " if fact.start else "definition of ", fact.target),
    Equation: lambda fact: words(fact.relation),
    Given: lambda fact: words(fact.statement),
    Across: _across_name,
    Identical: _identical_name,
    ChainRule: lambda fact: words("chain rule for ", fact.function),
    CitedTheorem: lambda fact: words(f"{fact.title} ({fact.source})"),
}
