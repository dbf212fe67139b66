"""How the lines of a proof are numbered, and how a reason names what it cites."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..kernel.reasons import flat
from ..language.derivation import HYPOTHESIS, PREVIOUS, At, Branches, Calc, Erratum, Induction, Lemma, leaves
from ..language.facts import Fact
from ..language.report import Line, Report
from .words import Text, Words, fact_name, fact_sentence, joined, listed, said_everywhere, taken, words

__all__ = ["above_lines", "numbers_of", "reason_words", "uses_of"]


def numbers_of(report: Report) -> dict[int, str]:
    """How each item of the proof is cited: a line or calculation by the number of the line in which it ends, what is
    shown by induction or by cases as a claim of its own, since no single line inside is that claim."""
    numbers = {
        id(line.item): f"({line.number})"
        for line in report.lines
        if line.item is not None and not isinstance(line.item, Induction | Branches)
    }
    for item in leaves(getattr(report.subject, "proof", ())):
        if isinstance(item, Calc):
            last = next((numbers[id(row)] for row in reversed(item.rows) if id(row) in numbers), None)
            if last is not None:
                numbers[id(item)] = last
    before = above_lines(report)
    cited = {
        id(getattr(cite, "item", cite))
        for line in (*report.lines, *report.errata)
        for cite in flat(getattr(_reason_of(line), "cites", ()))
    }
    cited |= {id(before.get(_own(line))) for line in report.lines if PREVIOUS in flat(getattr(line.by, "cites", ()))}
    claims = [
        item
        for item in _in_order(getattr(report.subject, "proof", ()))
        if isinstance(item, Induction | Branches) and id(item) in cited
    ]
    for number, item in enumerate(claims, start=1):
        numbers[id(item)] = f"claim {number}"
    return numbers


def _reason_of(line: Line) -> Any:
    return line.item.printed.by if isinstance(line.item, Erratum) else line.by


def _in_order(items: tuple) -> Iterator[Any]:
    """The items of a proof, those inside an induction or a case after it."""
    for item in items:
        if hasattr(item, "conclusion"):
            yield item
        for _, lines in _blocks_of(item):
            yield from _in_order(lines)


def _blocks_of(item: Any) -> Iterator[tuple[Any, tuple]]:
    if isinstance(item, Induction):
        yield from (("base", item.base), ("step", item.step))
    elif isinstance(item, Branches):
        yield from ((f"case {condition}", lines) for condition, lines in item.parts)


def _before(items: tuple, last: Any) -> dict[Any, Any]:
    """The item that stands directly above each line, by what `_own` says of the line."""
    found: dict[Any, Any] = {}
    for item in items:
        found[id(item)] = last
        if isinstance(item, Calc):
            found.update({id(row): last for row in item.rows})
        for part, lines in _blocks_of(item):
            found |= _before(lines[:-1], last)
            found[id(item), part] = lines[-2] if len(lines) > 1 else last
        last = item
    return found


def above_lines(report: Report) -> dict[Any, Any]:
    """What stands above each line of a proof; above the first one are the lemmas."""
    lemmas = getattr(report.subject, "lemmas", ())
    return _before(getattr(report.subject, "proof", ()), lemmas[-1] if lemmas else None)


def _own(line: Line) -> Any:
    """The place of a line in the proof: its item, or its container and the part that it ends."""
    if isinstance(line.item, Induction):
        return id(line.item), "base" if line.scope.startswith("base") else "step"
    return (id(line.item), line.scope) if isinstance(line.item, Branches) else id(line.item)


def reason_words(
    line: Line, numbers: Mapping[int, str], letters: Mapping[Fact, str], before: Mapping[Any, Any]
) -> Words:
    """The reason of a line with what it cites."""
    if line.by is None:
        return ()
    above = before.get(_own(line))
    cited = [
        _citation(above if cite is PREVIOUS and above is not None else cite, numbers, letters)
        for cite in flat(getattr(line.by, "cites", ()))
    ]
    name = getattr(line.by, "name", None) or str(line.by)
    if cited and str(getattr(cited[0][0], "text", "")).startswith(name):
        return joined(cited)
    return words(name, ": " if cited else "", joined(cited))


def uses_of(
    line: Line, numbers: Mapping[int, str], letters: Mapping[Fact, str], before: Mapping[Any, Any]
) -> tuple[Words, ...]:
    """What a reason cites, each with what it says."""
    above = before.get(_own(line))
    said: list[Words] = []
    for cite in flat(getattr(line.by, "cites", ())):
        cite = above if cite is PREVIOUS and above is not None else cite
        if isinstance(cite, Fact):
            said.append(words(f"{letters[cite]} " if cite in letters else "", fact_sentence(cite)))
            continue
        item = cite.item if isinstance(cite, At) else cite
        statement = getattr(item, "conclusion", None)
        says = words(": ", said_everywhere(statement)) if statement is not None else ()
        said.append(words(_citation(cite, numbers, letters), says))
    return tuple(said)


def _citation(cite: Any, numbers: Mapping[int, str], letters: Mapping[Fact, str]) -> Words:
    if cite in (HYPOTHESIS, PREVIOUS):
        return words(str(cite))
    if isinstance(cite, Fact):
        return words(letters[cite]) if cite in letters else fact_name(cite)
    if isinstance(cite, At):
        places = listed(taken(v, w) for v, w in cite.values)
        return words(_citation(cite.item, numbers, letters), " ", places)
    if id(cite) in numbers:
        return words(numbers[id(cite)])
    if isinstance(cite, Lemma):
        return words(Text(f"entry {cite.name}", entry=cite.name))
    return words(getattr(cite, "name", None) or str(cite))
