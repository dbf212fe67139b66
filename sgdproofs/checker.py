"""Checks a derivation line by line: walks through it, and has the kernel judge and join its lines.

Nothing here is trusted: a theorem is made by the kernel, from sequents that only the kernel makes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Any

from .advice import Search
from .kernel.check import Proof, Sequent, Theorem
from .kernel.goal import Goal
from .kernel.reasons import Reason, flat
from .kernel.scope import Advisor
from .language import derivation as D
from .language.binders import bounded, ranges_of, renamed, terms_of
from .language.errors import StatementError
from .language.facts import Fact
from .language.report import PROVED, UNDECIDED, Condition, Line, Report
from .language.statements import Relation, free_indices, ge
from .language.terms import Index

Known = tuple[tuple[Any, Sequent], ...]


@dataclass(frozen=True)
class Place:
    """Where in a proof we are: assumptions in force, the induction hypothesis, and the lines that may be cited."""

    assumptions: tuple[Relation, ...] = ()
    hypothesis: Sequent | None = None
    known: Known = ()
    depth: int = 0
    scope: str = ""

    def inside(self, scope: str, *assumptions: Relation, hypothesis: Sequent | None) -> Place:
        return Place((*self.assumptions, *assumptions), hypothesis, self.known, self.depth + 1, scope)


def shown(known: Known) -> tuple:
    """The earlier lines that are proved: what follows from others is not justified by them."""
    return tuple(item for item, sequent in known if sequent.sure)


class Checker:
    """One derivation, line by line.  `goals` keeps what each line was, for the search for what is missing."""

    def __init__(self, derivation: D.Derivation, advisor: Advisor | None, lemmas: Mapping[str, Theorem]) -> None:
        self.derivation = derivation
        self.lines: list[Line] = []
        self.goals: list[tuple[Any, tuple]] = []
        self.where = ""
        with self.named():
            self.proof = Proof(derivation.given, advisor)
            lemmas_ = tuple((item, self.lemma(item, lemmas)) for item in derivation.lemmas)
            self.known = self.block(derivation.proof, Place(known=lemmas_))
            for values, expected, *by in derivation.sanity:
                statement, facts, text = D.sanity_line(derivation, values, expected)
                reason = by[0] if by else Reason("sanity check")
                self.line(statement, replace(reason, cites=(*reason.cites, *facts)), Place(scope=text), None)

    @contextmanager
    def named(self) -> Iterator[None]:
        """Errors say where in which derivation they arose."""
        try:
            yield
        except StatementError as error:
            raise StatementError(f"{self.where}{self.derivation.name}: {error}") from None

    def lemma(self, item: D.Lemma, lemmas: Mapping[str, Theorem]) -> Sequent:
        theorem = lemmas.get(item.name)
        if theorem is None or theorem.claim != item.statement:
            raise StatementError(f"no proved derivation {item.name} has the claim {item.statement}")
        return self.proof.lemma(theorem)

    def block(self, items: tuple, place: Place) -> Known:
        """Check the lines of a block; what they establish is returned, for the block's end and for what comes after."""
        for item in items:
            place = replace(place, known=(*place.known, (item, self.item(item, place))))
        return place.known

    def item(self, item: Any, place: Place) -> Sequent:
        if isinstance(item, D.Step):
            return self.line(item.statement, item.by, place, item)
        if isinstance(item, D.Calc):
            rows, left = [], item.start
            for k, row in enumerate(item.rows):
                said = Relation(left, row.rel, row.expr, item.when)
                rows.append(self.line(said, row.by, place, row, continued=k > 0))
                left = row.expr
            return self.proof.chain(*rows)
        if isinstance(item, D.Induction):
            return self.induction(item, place)
        if isinstance(item, D.Branches):
            return self.branches(item, place)
        raise StatementError(f"{item!r} is no line: use step, calc, induction or branches")

    def induction(self, item: D.Induction, place: Place) -> Sequent:
        over, start = item.over, item.start
        if any(over in w.lhs.free_symbols | w.rhs.free_symbols for w in place.assumptions):
            raise StatementError(f"{over} is not free here: an assumption speaks of it already")
        if not isinstance(over, Index):
            raise StatementError(f"induction is over an index(...), not over {over}")
        if over.lower != start:
            raise StatementError(f"the induction starts at {start}, but {over.domain_text()}: let both be the same")
        first = place.inside(f"base, {over} = {start}", hypothesis=None)
        base = self.obligation(item.claim.at({over: start}), item.base, first, item)
        before = self.proof.hypothesis(item.claim, over, place.assumptions)
        then = place.inside(f"step, {over - 1} to {over}", ge(over, start + 1), hypothesis=before)
        return self.proof.induction(base, self.obligation(item.claim, item.step, then, item), before, over)

    def branches(self, item: D.Branches, place: Place) -> Sequent:
        conditions = [c for c, _ in item.parts]
        if len(conditions) != 2 or conditions[0].negated() != conditions[1]:
            raise StatementError("cases are a condition and its negation, such as t <= N and t > N")
        first, second = (
            self.obligation(
                item.claim, lines, place.inside(f"case {condition}", condition, hypothesis=place.hypothesis), item
            )
            for condition, lines in item.parts
        )
        return self.proof.cases(conditions[0], first, second)

    def obligation(self, claim: Relation, lines: tuple, place: Place, item: Any) -> Sequent:
        """Lines that end in the claim, or in the reason why it follows from them."""
        last = lines[-1] if lines else None
        if isinstance(last, Reason):
            known = self.block(lines[:-1], place)
            return self.line(claim, last, replace(place, known=known), item)
        if getattr(last, "conclusion", None) == claim:
            return self.block(lines, place)[-1][1]
        raise StatementError(
            f"the lines for “{place.scope}” have to end in step({claim}, by=...), or in a reason for it"
        )

    def line(self, statement: Any, reason: Any, place: Place, item: Any, continued: bool = False) -> Sequent:
        line, goal, sequent = self.judged(statement, reason, place, item, len(self.lines) + 1, continued)
        self.lines.append(line)
        self.goals.append((goal, shown(place.known)))
        return sequent

    def single(self, statement: Any, reason: Any, item: Any) -> tuple[Line, Any]:
        """One more line after the proof, checked but not added to it."""
        with self.named():
            return self.judged(statement, reason, Place(known=self.known), item)[:2]

    def judged(
        self, statement: Any, reason: Any, place: Place, item: Any, count: int = 0, continued: bool = False
    ) -> tuple[Line, Any, Sequent]:
        file, number = self.derivation.file, getattr(item, "place", None)
        self.where = f"{file}:{number}: " if file and number else ""
        if not isinstance(reason, Reason):
            name = getattr(reason, "__name__", "")
            told = f"by={name}() or by={name}(facts), not by={name}" if name else f"by=algebra(), not by={reason!r}"
            raise StatementError(f"the line {statement} needs a reason: write for instance {told}")
        facts, cited = self.resolved(statement, reason, place)
        sequent, outcome = self.proof.line(statement, reason, facts, cited, place.assumptions)
        self.where = ""

        def goal(
            facts: tuple = facts, said: tuple = tuple(s.statement for s in cited), reason: Reason = reason
        ) -> Goal:
            return self.proof.goal(statement, reason, facts, said, place.assumptions)

        verdict = PROVED if outcome.proved else UNDECIDED
        stated = tuple(terms_of((statement, *place.assumptions, *(s.statement for s in cited)), facts))
        conditions = tuple(Condition(_placed(r, how, stated), count, how) for r, how in outcome.needs)
        where = {"item": item, "depth": place.depth, "scope": place.scope, "continued": continued}
        return Line(count, statement, reason, verdict, outcome.reason, conditions, **where), goal, sequent

    def resolved(self, statement: Any, reason: Reason, place: Place) -> tuple[tuple, tuple]:
        """The facts and the sequents of earlier lines that a reason cites."""
        facts: list[Fact] = []
        cited: list[Sequent] = []
        for cite in flat(reason.cites):
            if isinstance(cite, Fact):
                facts.append(cite)
            elif not isinstance(cite, D.At):
                cited.append(self.earlier(statement, cite, place)[-1])
            else:
                values, options = dict(cite.values), self.earlier(statement, cite.item, place)
                free = (s for s in options if not any(free_indices(a) & set(values) for a in s.assumptions))
                cited.append(self.proof.at(next(free, options[-1]), values))
        return tuple(facts), tuple(cited)

    def earlier(self, statement: Any, item: Any, place: Place) -> list[Sequent]:
        """What an item that is cited says, in each of the places where it was shown."""
        if isinstance(item, Fact):
            return [self.proof.fact(item)]
        if item is D.PREVIOUS and not place.known:
            raise StatementError(f"no line comes before {statement}")
        if item is D.HYPOTHESIS:
            if place.hypothesis is None:
                raise StatementError(f"there is no induction hypothesis at {statement}")
            return [place.hypothesis]
        found = place.known[-1:] if item is D.PREVIOUS else [k for k in place.known if k[0] == item]
        if not found:
            raise StatementError(f"the line {statement} cites “{item}”, which does not come before it here")
        return [sequent for _, sequent in found]


def check(
    derivation: D.Derivation, *, advisor: Advisor | None = None, lemmas: Mapping[str, Theorem] | None = None
) -> Report:
    """Check every line of a derivation, with the everyday search if no other advisor is named.

    StatementError if it cannot be read as a derivation.
    """
    return examine(derivation, advisor=advisor, lemmas=lemmas)[0]


def examine(
    derivation: D.Derivation, *, advisor: Advisor | None = None, lemmas: Mapping[str, Theorem] | None = None
) -> tuple[Report, Checker]:
    """`check`, with the goals of the lines for those who look for missing facts and witnesses."""
    began = perf_counter()
    checker = Checker(derivation, advisor or Search(), lemmas or {})
    sequents = tuple(sequent for _, sequent in checker.known)
    theorem, reason = None, ""
    if derivation.claim not in [item.conclusion for item in derivation.proof]:
        reason = f"no line of the proof is the claim {derivation.claim}"
    elif all(line.verdict == PROVED for line in checker.lines):
        try:
            theorem = checker.proof.theorem(derivation.name, derivation.claim, sequents)
        except StatementError as error:
            reason = str(error)
    verdict = PROVED if theorem else UNDECIDED
    report = Report(derivation, verdict, tuple(checker.lines), theorem, reason, seconds=perf_counter() - began)
    return report, checker


def _placed(relation: Relation, how: str | None, stated: tuple) -> Relation:
    """A condition with its bound indices as in print, and with their ranges where no words say them."""
    ranges = ranges_of(relation, stated)
    return renamed(relation if how else bounded(relation, ranges), ranges)
