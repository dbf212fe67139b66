"""Derivations as data: frozen values in which nothing is computed and nothing is proved on import."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field, fields, is_dataclass
from fractions import Fraction
from typing import Any

from sympy import Rational
from sympy.core.basic import Basic

from .display import Displayed
from .errors import StatementError, plain_text
from .facts import Definition, Fact
from .statements import Relation
from .terms import WORDS, Family, Function, Index, Parameter, look, substituted, term, walk
from .terms import Row as RowOf

__all__ = [
    "HYPOTHESIS",
    "PREVIOUS",
    "Branches",
    "Calc",
    "Derivation",
    "Erratum",
    "Induction",
    "Lemma",
    "Refutation",
    "At",
    "Step",
    "at",
    "branches",
    "calc",
    "erratum",
    "induction",
    "lemma",
    "row",
    "step",
]


@dataclass(frozen=True)
class _Mark:
    text: str

    def __str__(self) -> str:
        return self.text


PREVIOUS = _Mark("the previous line")
"""Cites the line directly above."""
HYPOTHESIS = _Mark("the induction hypothesis")
"""Cites the hypothesis of the innermost induction."""


@dataclass(frozen=True)
class At:
    """A line that holds for all values of its indices, cited at particular ones."""

    item: Any
    values: tuple[tuple[Any, Any], ...]

    def __str__(self) -> str:
        return f"{self.item} at {', '.join(f'{v} = {w}' for v, w in self.values)}"


class _Labelled:
    """A piece of a proof, which later lines cite by its label, or by what it says."""

    label: str | None
    conclusion: Any

    def __str__(self) -> str:
        return self.label or str(self.conclusion)


@dataclass(frozen=True)
class Step(_Labelled):
    """One printed line: a statement and its reason."""

    statement: Any
    by: Any
    label: str | None = None
    place: int | None = field(default=None, compare=False)

    @property
    def conclusion(self) -> Any:
        return self.statement


@dataclass(frozen=True)
class Row:
    """One row `rel expr` of a calculation, related to the row above."""

    expr: Any
    by: Any
    rel: str = "=="
    place: int | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Calc(_Labelled):
    """A calculation `start = ... = ... = last`; cited, it stands for `start rel last`."""

    start: Any
    rows: tuple[Row, ...]
    when: tuple = ()
    label: str | None = None

    @property
    def conclusion(self) -> Relation:
        kinds = {r.rel for r in self.rows} - {"=="}
        if not kinds:
            rel = "=="
        elif kinds <= {"<=", "<"}:
            rel = "<" if "<" in kinds else "<="
        elif kinds <= {">=", ">"}:
            rel = ">" if ">" in kinds else ">="
        else:
            raise StatementError(
                f"the rows of one calculation point in different directions: {', '.join(sorted(kinds))}"
            )
        return Relation(self.start, rel, self.rows[-1].expr, self.when)


@dataclass(frozen=True)
class Induction(_Labelled):
    """`claim` for all `over >= start`: `base` proves it at `start`, `step` at `over` from `over - 1`.

    Each of the two is a tuple of lines that ends in the obligation itself, or in the reason why it follows.
    """

    claim: Relation
    over: Index
    start: int
    base: tuple
    step: tuple
    label: str | None = None

    @property
    def conclusion(self) -> Relation:
        return self.claim


@dataclass(frozen=True)
class Branches(_Labelled):
    """`claim` by cases: each of `parts` is a condition, and lines that end in the reason why the claim then follows."""

    claim: Relation
    parts: tuple[tuple[Relation, tuple], ...]
    label: str | None = None

    @property
    def conclusion(self) -> Relation:
        return self.claim


@dataclass(frozen=True)
class Lemma:
    """The claim of another derivation of the catalogue, cited by its name."""

    name: str
    statement: Relation

    @property
    def conclusion(self) -> Relation:
        return self.statement

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Erratum:
    """A line as somebody printed it that does not hold, or not for the reason given.

    `context` are the lines of the derivation that it may cite; `correction` is the line that replaces it.
    """

    printed: Step
    correction: Any
    remark: str = ""


@dataclass(frozen=True, repr=False)
class Derivation(Displayed):
    """A result, written once.

    `given` are the facts that its lines may cite, `claim` is the statement that it ends in, `proof` its
    lines in order; each of `sanity` is values for some parameters, what the claim's right-hand side must
    then be, and, if arithmetic does not do, a reason.
    """

    name: str
    claim: Any
    proof: tuple
    given: tuple[Fact, ...] = ()
    title: str = ""
    source: str = ""
    sanity: tuple = ()
    experiments: tuple = ()
    errata: tuple[Erratum, ...] = ()
    lemmas: tuple[Lemma, ...] = ()
    note: str = ""
    file: str | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        _named(self)
        for label in ("proof", "given", "sanity", "experiments", "errata", "lemmas"):
            _is_tuple(self, label)
        if isinstance(self.claim, str) or not hasattr(self.claim, "when"):
            raise StatementError(f"{self.name}: the claim is a statement, such as eq(a, b), not {self.claim!r}")
        if not self.proof:
            raise StatementError(f"{self.name} has no lines: give proof=(step(...),)")
        _plain_fields(self)
        _one_symbol_a_name(self)
        heads = [f.head for f in self.given if isinstance(f, Definition)]
        twice = next((h for h in heads if heads.count(h) > 1), None)
        if twice is not None:
            raise StatementError(f"{self.name}: {twice} is defined twice: keep one of the definitions")


@dataclass(frozen=True, repr=False)
class Refutation(Displayed):
    """A claim as somebody printed it that is false under the facts `given`.

    `witness` may fix values of parameters for the search; `corrected_by` names the derivation that proves what is true.
    """

    name: str
    claim: Relation
    given: tuple[Fact, ...] = ()
    title: str = ""
    source: str = ""
    witness: tuple = ()
    corrected_by: str = ""
    note: str = ""
    experiments: tuple = ()
    file: str | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        _named(self)
        for label in ("given", "witness", "experiments"):
            _is_tuple(self, label)
        if not isinstance(self.claim, Relation):
            raise StatementError(f"{self.name}: a refutation refutes a relation, such as eq(a, b), not {self.claim!r}")
        for v, value in self.witness:
            exact = term(value)
            if isinstance(v, Parameter) and not v.admits(Fraction(int(exact.p), int(exact.q))):
                raise StatementError(f"{self.name}: the witness takes {v} = {value}, outside of {v.domain_text()}")
        _plain_fields(self)
        _one_symbol_a_name(self)


def _named(entry: Any) -> None:
    if not isinstance(entry.name, str) or not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", entry.name):
        raise StatementError(f"{entry.name!r} is not a name of an entry: use small letters, digits and dashes")


def _is_tuple(entry: Any, label: str) -> None:
    if not isinstance(getattr(entry, label), tuple):
        raise StatementError(f"{entry.name}: {label} is a tuple; for one item write ({label}_item,) with the comma")


LONGEST = {"title": 300, "source": 300, "note": 10_000, "corrected_by": 300}
"""Letters for which there is room on a sheet."""
KINDS = {"given": Fact, "errata": Erratum, "lemmas": Lemma}


def _plain_fields(entry: Any) -> None:
    """StatementError if a field holds something of another kind than it is meant for."""
    for label in ("title", "source", "note", "corrected_by"):
        text = getattr(entry, label, "")
        if not isinstance(text, str):
            raise StatementError(f"{entry.name}: {label} is text, not {text!r}")
        plain_text(text, f"{entry.name}: {label}", LONGEST[label])
    for label, kind in KINDS.items():
        for item in getattr(entry, label, ()):
            if not isinstance(item, kind):
                raise StatementError(f"{entry.name}: {label} holds {item!r}, which is no {kind.__name__.lower()}")
    for item in getattr(entry, "sanity", ()):
        if not isinstance(item, tuple) or len(item) not in (2, 3) or not isinstance(item[0], dict):
            raise StatementError(f"{entry.name}: a sanity check is a tuple ({{N: 1}}, value), not {item!r}")
        for v, value in item[0].items():
            if not isinstance(v, Parameter) or not isinstance(term(value), Rational):
                raise StatementError(f"{entry.name}: a sanity check gives numbers to parameters, not {v} = {value}")
        term(item[1])
    for item in entry.experiments:
        if not (is_dataclass(item) or hasattr(item, "kind")) or isinstance(item, type):
            raise StatementError(f"{entry.name}: {item!r} is no experiment: use exact, precision or monte_carlo")


def _line_of_caller() -> int:
    """The line of the file that calls step(...) or row(...), for messages."""
    return sys._getframe(2).f_lineno


def step(statement: Any, by: Any, label: str | None = None) -> Step:
    """One line of a proof."""
    return Step(statement, by, label and plain_text(label, "a label", 300), _line_of_caller())


def row(expr: Any, by: Any, rel: str = "==") -> Row:
    """One row of a calculation."""
    return Row(term(expr), by, rel, _line_of_caller())


def calc(start: Any, *rows: Row, when: tuple = (), label: str | None = None) -> Calc:
    """A calculation: `calc(a, row(b, by=...), row(c, by=...))` is `a = b = c`."""
    if not rows:
        raise StatementError("a calculation needs at least one row(...)")
    for item in rows:
        if not isinstance(item, Row):
            raise StatementError(f"a calculation consists of its start and of row(...), not of {item!r}")
    return Calc(term(start), rows, when, label)


def induction(
    claim: Relation, *, over: Index, base: Any, step: Any, start: int = 0, label: str | None = None
) -> Induction:
    """Induction over `over` from `start`.

    `base` and `step` are each a reason, or a tuple of lines that ends in a reason.  The lines of `step` may
    cite HYPOTHESIS, the claim at `over - 1`.
    """
    if not isinstance(claim, Relation):
        raise StatementError(f"an induction proves a relation, such as eq(a, b), not {claim}")
    return Induction(claim, over, start, _block(base), _block(step), label)


def _block(lines: Any) -> tuple:
    return lines if isinstance(lines, tuple) else (lines,)


def branches(claim: Relation, *parts: tuple[Relation, Any], label: str | None = None) -> Branches:
    """A proof by two cases, the second condition being the negation of the first: `(t <= N, by), (t > N, by)`."""
    for part in parts:
        if not isinstance(part, tuple) or len(part) != 2 or not isinstance(part[0], Relation):
            raise StatementError(f"a case is a pair (condition, reason), such as (t <= N, algebra()), not {part!r}")
    if not isinstance(claim, Relation):
        raise StatementError(f"cases prove a relation, such as eq(a, b), not {claim}")
    return Branches(claim, tuple((condition, _block(lines)) for condition, lines in parts), label)


def at(item: Any, values: dict) -> At:
    """An earlier line, cited at other indices: `at(recursion, {t: t + 1})`."""
    return At(item, tuple((v, term(w)) for v, w in values.items()))


def lemma(name: str, statement: Relation) -> Lemma:
    """The claim of the derivation `name`, for citing."""
    return Lemma(name, statement)


def erratum(printed: Step, *, correction: Any, remark: str = "") -> Erratum:
    """A printed line that a check must not accept, and the line that corrects it."""
    return Erratum(printed, correction, plain_text(remark, "a remark", 10_000))


def sanity_line(derivation: Derivation, values: dict, expected: Any) -> tuple[Relation, tuple[Fact, ...], str]:
    """A sanity check as a line: the claim's right-hand side at `values`, the definitions it needs, and a heading."""
    claim = derivation.claim
    if not isinstance(claim, Relation):
        raise StatementError("only a claim that is a relation has a sanity check")
    for v, value in values.items():
        if not v.admits(Fraction(value)):
            raise StatementError(f"the sanity check takes {v} = {value}, outside of {v.domain_text()}")
    text = ", ".join(f"{v} = {value}" for v, value in values.items())
    statement = Relation(substituted(claim.rhs, values), "==", expected)
    return statement, _definitions_in(claim.rhs, derivation.given), f"sanity, {text}"


def _definitions_in(node: Any, given: tuple) -> tuple[Fact, ...]:
    """The plain definitions that a term needs, directly or through others."""
    symbols = {getattr(x, "family", x) for x in walk(node)}
    own = [f for f in given if isinstance(f, Definition) and f.over is None and f.head in symbols]
    found: dict[Fact, None] = dict.fromkeys(own)
    for f in own:
        found.update(dict.fromkeys(_definitions_in(f.value, tuple(g for g in given if g is not f))))
    return tuple(found)


def leaves(items: tuple) -> Iterator[Any]:
    """The items of a proof that print as lines, inner ones included."""
    for item in items:
        if not hasattr(item, "conclusion"):
            continue
        if isinstance(item, Induction):
            yield from leaves(item.base)
            yield from leaves(item.step)
        elif isinstance(item, Branches):
            for _, lines in item.parts:
                yield from leaves(lines)
        yield item


def fact_relations(fact: Fact) -> Iterator[Any]:
    """The relations that a fact consists of."""
    if isinstance(fact, Definition):
        yield fact.relation
        for _, value in fact.start:
            yield Relation(value, "==", value)
    elif isinstance(relation := getattr(fact, "relation", None), Relation):
        yield relation


def _one_symbol_a_name(derivation: Any) -> None:
    """One symbol a name, and one a print: what looks the same on the page must be the same."""
    seen: dict[str, Any] = {}
    printed: dict[tuple[str, int], Any] = {}
    for symbol in _symbols(derivation):
        if symbol.name in WORDS:
            raise StatementError(
                f"{derivation.name}: {symbol.name} is a word of the language: use another name, and latex=... for the "
                "print"
            )
        other = seen.setdefault(look(symbol.name), symbol)
        if other != symbol and other.name != symbol.name:
            raise StatementError(
                f"{derivation.name}: the names {other.name!a} and {symbol.name!a} look alike: rename one"
            )
        if other != symbol:
            raise StatementError(
                f"{derivation.name}: two different symbols are called {symbol.name} "
                f"({_said(other)}; {_said(symbol)}): rename one"
            )
        shown = (symbol.tex or symbol.name, getattr(symbol, "arity", 0))
        alike = printed.setdefault(shown, symbol)
        if alike != symbol:
            raise StatementError(
                f"{derivation.name}: {alike.name} and {symbol.name} would both be printed as {shown[0]}: "
                "give one of them another latex=..."
            )


def _said(symbol: Any) -> str:
    if isinstance(symbol, Parameter):
        return symbol.domain_text()
    return f"a family of {symbol.arity} indices" if isinstance(symbol, Family) else "a function"


def _symbols(thing: Any) -> Iterator[Any]:
    """Every parameter, family and function anywhere in a derivation: facts, lines, reasons, instances, checks."""
    if isinstance(thing, Basic):
        yield from (node for node in walk(thing) if isinstance(node, (Parameter, Family, Function)))
    elif isinstance(thing, RowOf):
        yield thing.family
        yield from _symbols(thing.indices)
    elif isinstance(thing, dict):
        yield from _symbols(tuple(thing.items()))
    elif isinstance(thing, (tuple, frozenset)):
        for part in thing:
            yield from _symbols(part)
    elif is_dataclass(thing) and not isinstance(thing, type):
        for part in fields(thing):
            yield from _symbols(getattr(thing, part.name))
    elif hasattr(thing, "parts"):
        yield from _symbols(thing.parts)
