"""What an entry is given: its symbols and facts, and the letters by which wide facts are cited."""

from __future__ import annotations

import re
from typing import Any

from ..language.facts import Fact
from ..language.terms import Element, Family, Index, Parameter
from .latex import ranges
from .layout import width
from .outline import Block, Heading, Items
from .subjects import symbols_in, symbols_of_entry
from .words import Math, Words, domain, fact_name, fact_sentence, joined, said_everywhere, words

__all__ = ["given_blocks", "letters_of"]


def given_blocks(subject: Any) -> list[Block]:
    """The symbols of an entry with their domains, its facts and its lemmas."""
    mentioned = list(dict.fromkeys(symbols_in(subject)))
    symbols = [s for s in mentioned if not isinstance(s, Element)]
    # A family is shown at the indices of its first mention, so that `mu[t]` and a `mu` of its own differ.
    shown = {
        e.family: e
        for e in reversed(mentioned)
        if isinstance(e, Element)
        and len(set(e.indices)) == len(e.indices)
        and all(isinstance(i, Index) for i in e.indices)
    }
    parameters = [s for s in symbols if isinstance(s, Parameter) and not isinstance(s, Index)]
    random = [s for s in symbols if isinstance(s, Family) and s.random]
    fixed = [s for s in symbols if isinstance(s, Family) and not s.random]
    items = []
    for kind, sort in (("Real", "real"), ("Integer", "integer")):
        if own := [p for p in parameters if p.sort == sort]:
            items.append(words(f"{kind}: ", joined(domain(p) for p in own)))
    indices = [s for s in symbols_of_entry(subject) if isinstance(s, Index)]
    if every := ranges(sorted(indices, key=lambda index: index.name)):
        items.append(words("Indices: ", joined(map(Math, every))))
    if random:
        items.append(words("Random: ", joined(shown.get(s, s) for s in random)))
    if fixed:
        kind = "Not random: " if random else "Indexed quantities: "
        items.append(words(kind, joined(shown.get(s, s) for s in fixed)))
    letters = letters_of(subject)
    items += [words(f"{letters[fact]} " if fact in letters else "", fact_sentence(fact)) for fact in subject.given]
    items += [
        words(f"From entry {lemma.name}: ", said_everywhere(lemma.statement))
        for lemma in getattr(subject, "lemmas", ())
    ]
    return [Heading(words("Given"), 2), Items(tuple(items))] if items else []


WIDEST_CITATION = 22.0
"""In em: about two lines beside a formula."""


def letters_of(subject: Any) -> dict[Fact, str]:
    """Letters for the given facts that are too wide to be cited by what they say, or whose names do not tell them
    apart: two of one name, or a label that reads as a statement."""
    names = [fact.name for fact in subject.given]
    wide = [
        fact
        for fact in subject.given
        if _width(fact_name(fact)) > WIDEST_CITATION
        or names.count(fact.name) > 1
        or re.search("[=<>]", fact.label or "")
    ]
    return {fact: f"({_letter(number)})" for number, fact in enumerate(wide)}


def _width(said: Words) -> float:
    return sum(width(part.tex) if isinstance(part, Math) else 0.45 * len(part.text) for part in said)


def _letter(number: int) -> str:
    return chr(ord("A") + number) if number < 26 else _letter(number // 26 - 1) + _letter(number % 26)
