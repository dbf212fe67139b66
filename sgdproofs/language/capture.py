"""What a statement may not say beside given facts: that what they speak of varies, or does not, where it is bound.

A fact is about its quantities at the values that its symbols have.  Limits, sums and derivatives look at other values
of a symbol; where a given fact ties a quantity to that symbol, a statement would mean something else than it says.
"""

from __future__ import annotations

from typing import Any

from .errors import StatementError
from .facts import ChainRule, Definition, Equation, Fact
from .statements import sides
from .terms import Element, Index, Partial, bound_by, walk

__all__ = ["refuse_capture", "refuse_new_dependence"]


def refuse_capture(statement: Any, given: tuple[Fact, ...]) -> None:
    """StatementError if a limit or a sum binds a symbol that a fact about something inside uses, too.

    And if a derivative is taken with respect to something that is defined.
    """
    defined = {f.head for f in given if isinstance(f, Definition)}
    for x in (x for side in sides(statement) for x in walk(side)):
        bound = bound_by(x)
        inside = {getattr(y, "family", y) for y in walk(x.args[0])} if bound else set()
        for f in given if bound else ():
            subjects, parameters = _about(f, given)
            v = next((v for v in bound & parameters if inside & subjects - {v}), None)
            if v is not None:
                raise StatementError(
                    f"{v} is bound in {x}, and used by “{f.name}” about what is inside: "
                    "make it an index of the quantities that depend on it"
                )
        if isinstance(x, Partial) and getattr(x.args[1], "family", x.args[1]) in defined:
            raise StatementError(f"{x.args[1]} is defined: nothing varies with it in {x}")


def refuse_new_dependence(claim: Any, known: tuple[Fact, ...], given: tuple[Fact, ...]) -> None:
    """StatementError if a claim about a derivative, shown under the facts `known`, is used where more is defined."""
    more = [f.name for f in given if isinstance(f, (Definition, ChainRule)) and f not in known]
    if more and any(isinstance(x, Partial) for side in sides(claim) for x in walk(side)):
        raise StatementError(f"{claim} is about a derivative, and was shown without “{more[0]}”")


def _about(fact: Fact, given: tuple[Fact, ...]) -> tuple[set, set]:
    """What a definition, a chain rule or an equation about random quantities is about; and the symbols that tie it.

    Of a definition, also those of the definitions of what it mentions; but none that it runs over.
    """
    if isinstance(fact, Definition):
        reached, symbols = [fact], set[Any]()
        for f in reached:
            symbols |= f.value.free_symbols - set(getattr(f.target, "indices", ()))
            heads = {getattr(x, "family", x) for x in walk(f.value)}
            reached += [g for g in given if isinstance(g, Definition) and g.head in heads and g not in reached]
        return {fact.head}, symbols
    if isinstance(fact, ChainRule):
        return {fact.function}, fact.through.free_symbols - {v for v, _, _ in fact.ranges}
    if isinstance(fact, Equation):
        families = {x.family for x in walk(fact.relation) if isinstance(x, Element) and x.family.random}
        symbols = fact.relation.lhs.free_symbols | fact.relation.rhs.free_symbols
        return families, {s for s in symbols if not isinstance(s, Index)}
    return set(), set()
