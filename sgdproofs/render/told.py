"""Plain text that other parts write about an entry, with its symbols, facts and relations set as mathematics.

Only texts that are exactly those of a parameter's domain, a fact, or a relation of the entry are replaced; what is
not recognised stays as it was written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any

from ..language.derivation import Branches, Calc, Induction, leaves
from ..language.facts import Equation, Given
from ..language.statements import Relation
from ..language.terms import Family, Index, Parameter, number
from .latex import RELATIONS, latex, on_one_line
from .words import Math, Text, Words, fact_name, words

__all__ = ["Phrases", "condition_math", "exact", "families", "phrases", "told", "written"]

NUMBER = r"-?\d+(?:/\d+)?"
POWER = re.compile(r"(?<![\w.])(\d+)\^(-?\d+)|\|z\|( = [\d.]+)?|(?<![\w.])(\d)e-0?(\d+)")


def exact(value: Any) -> str:
    """The LaTeX of a rational number."""
    return latex(number(value))


class Phrases:
    """Texts that stand for mathematics in the texts about one entry."""

    def __init__(self, known: Mapping[str, Words], parameters: Iterable[Parameter]) -> None:
        self.known = dict(known)
        self.names = {p.name: p for p in parameters}
        parts = [re.escape(text) for text in sorted(self.known, key=len, reverse=True)]
        parts += [
            rf"(?:integer |real )?(?:{NUMBER} <=? )?{re.escape(name)}(?: (?:<=?|>=?|=) {NUMBER})?"
            for name in sorted(self.names, key=len, reverse=True)
        ] if self.names else []
        # Not within a word or a larger formula.
        whole = rf"(?<![\w\[*/^])(?<![-+*/] )(?:{'|'.join(parts)})(?![\w\[(*/^]| [-+*/])"
        self.pattern = re.compile(whole) if parts else None

    def split(self, text: str) -> Iterator[Any]:
        """The pieces of `text`: words where a phrase was known, plain text between."""
        place = 0
        for match in self.pattern.finditer(text) if self.pattern else ():
            found = self.known.get(match[0]) or self._domain(match[0])
            if found:
                yield text[place:match.start()]
                yield found
                place = match.end()
        yield text[place:]

    def _domain(self, text: str) -> Words:
        """A domain such as `0 <= mu < 1`; a bare name is left alone, it may be a word."""
        kind, bare = "", text
        for sort in ("integer ", "real "):
            if text.startswith(sort):
                kind, bare = sort.strip(), text[len(sort):]
        parts = re.split(r" (<=|<|>=|>|=) ", bare)
        if len(parts) == 1:
            return words(Math(latex(self.names[bare])), f" {kind}") if kind and bare in self.names else ()
        said = [RELATIONS[p] if p in RELATIONS else "=" if p == "=" else latex(self.names[p]) if p in self.names
                else exact(Fraction(p)) for p in parts]
        return words(Math(" ".join(said)))


def phrases(subject: Any, lines: Iterable[Any] = (), symbols: Iterable[Any] = ()) -> Phrases:
    """The phrases of an entry: its symbols, its facts, the assumptions of its lines, its sanity points."""
    known: dict[str, Words] = {}
    for fact in getattr(subject, "given", ()):
        known[fact.name] = fact_name(fact)
        relation = getattr(fact, "relation", None) if isinstance(fact, Equation) else None
        relation = getattr(fact, "statement", None) if isinstance(fact, Given) else relation
        if isinstance(relation, Relation):
            known[str(relation)] = words(relation)
    for line in lines:
        for one in getattr(line.statement, "when", ()) or ():
            known[str(one)] = words(one)
    for item in leaves(getattr(subject, "proof", ())):
        if isinstance(item, Branches):
            known.update({str(condition): words(condition) for condition, _ in item.parts})
        elif isinstance(item, Induction | Calc) or hasattr(item, "conclusion"):
            known.update({str(one): words(one) for one in getattr(item.conclusion, "when", ()) or ()})
    for values, *_ in getattr(subject, "sanity", ()):
        known.update({f"{symbol} = {value}": words(Math(f"{latex(symbol)} = {exact(value)}"))
                      for symbol, value in values.items()})
    return Phrases(known, [s for s in symbols if isinstance(s, Parameter | Index)])


def told(text: str, known: Phrases | None = None) -> Words:
    """`text` with the phrases of an entry, powers of ten and `|z|` as mathematics."""
    said: list[Any] = []
    for piece in known.split(text) if known else (text,):
        said += [piece] if isinstance(piece, tuple) else _numbers(piece)
    return words(*(piece for piece in said if piece))


def _numbers(text: str) -> list[Any]:
    pieces: list[Any] = []
    place = 0
    for match in POWER.finditer(text):
        pieces.append(text[place:match.start()])
        if match[1]:
            pieces.append(Math(f"{match[1]}^{{{match[2]}}}"))
        elif match[4]:
            times = "" if match[4] == "1" else rf"{match[4]} \cdot "
            pieces.append(Math(f"{times}10^{{-{match[5]}}}"))
        else:
            pieces.append(Math(f"|z|{match[3] or ''}"))
        place = match.end()
    return [*pieces, text[place:]]


def written(text: str) -> Words:
    """Text of an entry (title, note, remark): what stands between two dollar signs is mathematics."""
    parts = re.split(r"\$([^$]+)\$", text)
    said = [Math(part) if place % 2 else Text(part) for place, part in enumerate(parts) if part]
    if any(isinstance(part, Math) and part.tex.count("{") != part.tex.count("}") for part in said):
        return words(text)
    return tuple(said)


def condition_math(relation: Any) -> Math:
    """A condition within a sentence, with quotients on one line: `(N - 1)/N < 1`."""
    if not isinstance(relation, Relation):
        return Math(latex(relation))
    return Math(f"{on_one_line(relation.lhs)} {RELATIONS[relation.rel]} {on_one_line(relation.rhs)}")


def families(symbols: Iterable[Any]) -> dict[str, Family]:
    """The families among `symbols`, and those of elements, by name."""
    found = (getattr(symbol, "family", symbol) for symbol in symbols)
    return {family.name: family for family in found if isinstance(family, Family)}


