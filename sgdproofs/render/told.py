"""Plain text that other parts write about an entry, with its symbols, facts and relations set as mathematics.

Only texts that are exactly those of a parameter's domain, a fact, or a relation of the entry are replaced; what is
not recognised stays as it was written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any

import sympy

from ..language.binders import binds, terms_of
from ..language.derivation import Branches, Calc, Induction, leaves
from ..language.errors import StatementError
from ..language.facts import Equation, Given
from ..language.report import Condition
from ..language.statements import Relation
from ..language.terms import INFINITY, Apply, Family, Negative, Parameter, Plus, Quotient, Times, number, walk
from .formula import tree
from .latex import RELATIONS, assuming, latex, on_one_line
from .words import Math, Text, Words, fact_name, words

__all__ = ["Phrases", "condition_math", "exact", "families", "merged", "phrases", "told", "written"]

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
        parts += (
            [
                rf"(?:integer |real )?(?:{NUMBER} <=? )?{re.escape(name)}(?: (?:<=?|>=?|=) {NUMBER})?"
                for name in sorted(self.names, key=len, reverse=True)
            ]
            if self.names
            else []
        )
        # Not within a word or a larger formula.
        whole = rf"(?<![\w\[*/^])(?<![-+*/] )(?:{'|'.join(parts)})(?![\w\[(*/^]| [-+*/])"
        self.pattern = re.compile(whole) if parts else None

    def split(self, text: str) -> Iterator[Any]:
        """The pieces of `text`: words where a phrase was known, plain text between."""
        place = 0
        for match in self.pattern.finditer(text) if self.pattern else ():
            found = self.known.get(match[0]) or self._domain(match[0])
            if found:
                yield text[place : match.start()]
                yield found
                place = match.end()
        yield text[place:]

    def _domain(self, text: str) -> Words:
        """A domain such as `0 <= mu < 1`; a bare name is left alone, it may be a word."""
        kind, bare = "", text
        for sort in ("integer ", "real "):
            if text.startswith(sort):
                kind, bare = sort.strip(), text[len(sort) :]
        parts = re.split(r" (<=|<|>=|>|=) ", bare)
        if len(parts) == 1:
            return words(Math(latex(self.names[bare])), f" {kind}") if kind and bare in self.names else ()
        said = [
            RELATIONS[p]
            if p in RELATIONS
            else "="
            if p == "="
            else latex(self.names[p])
            if p in self.names
            else exact(Fraction(p))
            for p in parts
        ]
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
        known.update(
            {
                f"{symbol} = {value}": words(Math(f"{latex(symbol)} = {exact(value)}"))
                for symbol, value in values.items()
            }
        )
    parameters = [s for s in symbols if isinstance(s, Parameter)]
    stated = terms_of(
        (getattr(subject, "claim", None), *(line.statement for line in lines)), getattr(subject, "given", ())
    )
    for place in (place for term in stated for node in walk(term) for place in binds(node)):
        name = place.shown or place.symbol
        if place.point is None:
            ends = latex(place.low), "" if place.high is INFINITY else rf" \le {latex(place.high)}"
            known[place.text] = words(Math(rf"{ends[0]} \le {latex(name)}{ends[1]}"))
        else:
            known[place.near] = (
                words("for all large ", name)
                if place.point is INFINITY
                else words("for ", name, " close to ", place.point)
            )
    return Phrases(known, parameters)


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
        pieces.append(text[place : match.start()])
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
    if not all(_is_formula(part.tex) for part in said if isinstance(part, Math)):
        return words(text)
    return tuple(said)


def _is_formula(tex: str) -> bool:
    """Can every writer read it, and is it one line?"""
    try:
        return not tex.isspace() and not re.search(r"(?<!\\)[&~]|\\\\|\\$", tex) and bool(tree(tex))
    except StatementError:
        return False


def merged(conditions: Iterable[Condition]) -> list[list[Condition]]:
    """Conditions that differ only in the order of their terms or in an overall sign, together: `N - 1 != 0` with
    `1 - N != 0`.  Nothing is calculated, so that no condition is lost."""
    found: dict[tuple, list[Condition]] = {}
    for condition in conditions:
        found.setdefault((*_shape(condition.relation), condition.discharged is None), []).append(condition)
    return list(found.values())


def _shape(relation: Any) -> tuple:
    if not isinstance(relation, Relation):
        return (str(relation),)
    left, right = _signed(relation.lhs), _signed(relation.rhs)
    sign, text = _sum([left, (-right[0], right[1])])
    when = tuple(map(str, relation.when))
    if relation.rel in ("==", "!="):
        return relation.rel, text, when
    return relation.rel.replace("<", ">"), sign * (-1 if "<" in relation.rel else 1), text, when


def _sum(parts: list[tuple[int, str]]) -> tuple[int, str]:
    rest = sorted((text, sign) for sign, text in parts if text != "0")
    if not rest:
        return 1, "0"
    if len(rest) == 1:
        return rest[0][1], rest[0][0]
    first = rest[0][1]
    return first, "(" + " ".join(f"{'+' if sign == first else '-'}{text}" for text, sign in rest) + ")"


def _signed(node: Any) -> tuple[int, str]:
    """A sign and a text that two terms share if they differ in the order of sums and products only."""
    if isinstance(node, sympy.Rational):
        return (-1 if node < 0 else 1), str(abs(node))
    if isinstance(node, Negative):
        sign, text = _signed(node.args[0])
        return -sign, text
    if isinstance(node, Plus):
        return _sum([_signed(part) for part in node.args])
    if isinstance(node, Times | Quotient):
        parts = [_signed(part) for part in node.args]
        sign = -1 if sum(part[0] < 0 for part in parts) % 2 else 1
        texts = [text for _, text in parts]
        return sign, "(" + (" * ".join(sorted(texts)) if isinstance(node, Times) else " / ".join(texts)) + ")"
    return 1, str(node)


def condition_math(relation: Any) -> Math:
    """A condition within a sentence, with quotients on one line: `(N - 1)/N < 1`."""
    if not isinstance(relation, Relation):
        return Math(latex(relation))
    if isinstance(relation.lhs, Apply) and relation.lhs.args[0].name == "exists" and relation.rel == "==":
        return Math(rf"{latex(relation.lhs.args[1])} \text{{ exists}}")
    where = assuming(relation.when)
    said = f"{on_one_line(relation.lhs)} {RELATIONS[relation.rel]} {on_one_line(relation.rhs)}"
    return Math(rf"{said} \ {where}" if where else said)


def families(symbols: Iterable[Any]) -> dict[str, Family]:
    """The families among `symbols`, and those of elements, by name."""
    found = (getattr(symbol, "family", symbol) for symbol in symbols)
    return {family.name: family for family in found if isinstance(family, Family)}
