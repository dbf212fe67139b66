"""The checker: what exists, and who may make it.

    Line      one checked statement with its verdict                        (anybody; it is only data)
    Theorem   the claim of a derivation whose every line is proved,
              with the facts and the conditions that it rests on            (only `check`, below)

    check     Derivation -> Report          every line, from what it cites and nothing else
    follows   Goal -> Outcome               one line; used by `check`, and by the search for missing facts

A line that cites a line cites its statement; that statement was checked before, in the same scope or around it.
Nothing here searches: the advisor proposes cofactors and certificates, and they are verified by arithmetic.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import InitVar, dataclass, replace
from time import perf_counter
from typing import Any

from ..language import derivation as D
from ..language.errors import StatementError
from ..language.facts import Definition, Equation, Fact
from ..language.report import PROVED, UNDECIDED, Condition, Displayed, Line, Report
from ..language.statements import Relation, eq, free_indices, ge, gt, le, lt, ne
from ..language.terms import Element, Index, Limit, Partial, bound_by, is_random, number, walk
from .conditions import needs, needs_of_fact
from .goal import Goal
from .normal import Normal
from .polynomial import DEADLINE, Budget, Poly, add, fraction, is_constant, mul, scale
from .reasons import Reason, flat
from .scope import Advisor, Contradiction, Scope

SECONDS = 10.0
_SEAL = object()


@dataclass(frozen=True, eq=False, repr=False)
class Theorem(Displayed):
    """A proved claim.  Prints with what it rests on; only `check` makes one."""

    name: str
    claim: Any
    facts: tuple[Fact, ...]
    conditions: tuple[Condition, ...]
    seal: InitVar[object] = None

    def __post_init__(self, seal: object) -> None:
        if seal is not _SEAL:
            raise TypeError("a Theorem is made by check(derivation) and by nothing else")

    def __str__(self) -> str:
        facts = "; ".join(f.name for f in self.facts)
        conditions = "; ".join(f"{c.text} ({c.discharged})" for c in self.conditions)
        rests = [f"{kind} {said}" for kind, said in (("given", facts), ("conditions", conditions)) if said]
        return "\n  ".join([f"{self.name}: {self.claim}", *rests])


# --- one line --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Outcome:
    """Whether a goal follows, why not, and the conditions met, each with how it is discharged (None: it is not)."""

    proved: bool
    reason: str = ""
    needs: tuple[tuple[Relation, str | None], ...] = ()
    impossible: bool = False
    """Whether the assumptions exclude one another."""


def follows(goal_of: Any, seconds: float = SECONDS) -> Outcome:
    """Decide one goal.  `goal_of` makes the Goal, so that contradictions among its assumptions are caught here."""
    mark = DEADLINE.set(min(DEADLINE.get(), perf_counter() + seconds))
    try:
        goal: Goal = goal_of()
        return _by_arithmetic(goal) if isinstance(goal.statement, Relation) else _by_rule(goal)
    except Budget as error:
        return Outcome(False, f"budget: {error}")
    except RecursionError:
        return Outcome(False, "budget: the statement is nested too deeply")
    except Contradiction as error:
        return Outcome(False, f"the assumptions contradict each other: {error}", impossible=True)
    except ZeroDivisionError:
        return Outcome(False, "a divisor is 0")
    finally:
        DEADLINE.reset(mark)


def _by_rule(goal: Goal) -> Outcome:
    """A statement that is no relation: the elements that it names must exist, and its rule must accept it."""
    if goal.reason.check is None:
        return Outcome(False, f"{goal.reason.name} does not prove a statement of this form")
    n = goal.normal(goal.scope)
    named = (*getattr(goal.statement, "items", ()), getattr(goal.statement, "target", None))
    lacking = [str(r) for x in named if isinstance(x, Element) for r, met in needs(n, x, {}) if not met]
    reason = f"a condition is not discharged: {', '.join(lacking)}" if lacking else goal.reason.check(goal)
    return Outcome(not reason, reason)


def _by_arithmetic(goal: Goal) -> Outcome:
    """A relation: its conditions must be met, and it must follow."""
    n = goal.normal(goal.scope)
    met = _conditions(goal, n)
    reason = _relation(goal, n, met)
    for q in n.ratios:  # the rule for limits has seen that they lie between -1 and 1
        ratio = goal.scope.advisor.spelled(q, goal.scope)
        for relation in (gt(ratio, -1), lt(ratio, 1)) if not is_constant(q) else ():
            met.setdefault(relation, True)
    lacking = [str(r) for r, holds in met.items() if not holds]
    if lacking:
        reason = f"a condition is not discharged: {', '.join(lacking)}"
    said = goal.scope.advisor.discharged_by
    return Outcome(not reason, reason, tuple((r, said(r, goal) if holds else None) for r, holds in met.items()))


def _conditions(goal: Goal, n: Normal) -> dict[Relation, bool]:
    """What both sides, the assumptions and the cited facts need to be defined, and whether it is seen to hold."""
    found = [need for side in (goal.statement.lhs, goal.statement.rhs) for need in needs(n, side, {})]
    # An assumption that needs something may rely on those that need nothing, and on no others.
    plain = tuple(a for a in goal.assumptions if not _lacking(goal, a, ()))
    found += [need for a in goal.assumptions if a not in plain for need in _lacking(goal, a, plain)]
    fixed = tuple(a for a in goal.assumptions if not free_indices(a))
    definitions = tuple(f for f in goal.facts if isinstance(f, Definition))
    for fact in goal.facts:
        found += needs_of_fact(_bare(goal, fixed + _range_of(fact), definitions), fact)
    met: dict[Relation, bool] = {}
    for relation, holds in found:
        met[relation] = met.get(relation, True) and holds
    return met


def _bare(goal: Goal, assumptions: tuple, facts: tuple) -> Normal:
    """The normal form where `assumptions` and `facts` hold, instead of those of the goal."""
    other = replace(goal, statement=None, said=(), assumptions=assumptions, facts=facts)
    return other.normal(other.scope)


def _lacking(goal: Goal, assumption: Relation, others: tuple) -> list[tuple[Relation, bool]]:
    n = _bare(goal, others, goal.facts)
    found = [need for side in (assumption.lhs, assumption.rhs) for need in needs(n, side, {})]
    return [(relation, holds) for relation, holds in found if not holds and relation.rel != "!="]


def _range_of(fact: Fact) -> tuple[Relation, ...]:
    """Where a fact speaks: a recurrence beyond its start, an equation under its own assumptions."""
    if isinstance(fact, Definition):
        return () if fact.over is None else (ge(fact.over, fact.first),)
    return fact.relation.when if isinstance(fact, Equation) else ()


def _relation(goal: Goal, n: Normal, met: dict[Relation, bool]) -> str:
    """ "" if the relation follows, else why it was not seen to."""
    left, right = (n.poly(side, {}) for side in (goal.statement.lhs, goal.statement.rhs))
    gap, rel = add(right, left, -1), goal.statement.rel
    if rel == "==":
        return _equation(goal, n, gap, met)
    if rel == "!=":
        return "" if n.scope.nonzero(gap) else "the difference of the two sides is not seen to be different from 0"
    for p in goal.premises(n):
        n.scope.known += [(p, False), (scale(p, -1), False)]
    gap = gap if rel[0] == "<" else scale(gap, -1)
    if n.scope.sign(gap, strict="=" not in rel) or "=" in rel and n.zero(gap):
        return ""
    return "the sign of the difference of the two sides is not seen from the domains and the cited facts"


def _equation(goal: Goal, n: Normal, gap: Poly, met: dict[Relation, bool]) -> str:
    """The difference must be 0, or a combination of the cited equations with divisors that are not 0."""
    if n.zero(gap):
        return ""
    spelled, reason = goal.scope.advisor.spelled, ""
    premises = goal.premises(n) if goal.reason.plain else []
    premises += [p for transform in goal.reason.premises for p in transform(goal, n) if p]
    if not premises:
        return goal.scope.advisor.remainder(gap, goal.scope)
    for proposal in n.scope.advisor.cofactors(gap, premises):
        rest = gap
        for c, p in zip(proposal, premises, strict=True):
            rest = add(rest, mul(c, p), -1)
        if n.zero(rest):
            divisors = [q for c in proposal for q, _ in n.scope.factored(fraction(c)[1]) if not is_constant(q)]
            lacking = [str(ne(spelled(q, goal.scope), 0)) for q in divisors if not n.scope.nonzero(q)]
            if not lacking:
                for q in divisors:
                    met.setdefault(ne(spelled(q, goal.scope), 0), True)
                return ""
            reason = f"it follows only if {', '.join(lacking)}"
    return reason or "the difference of the two sides is not seen to be a combination of the cited equations"


# --- derivations -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Place:
    """Where in a proof we are: assumptions in force, the induction hypothesis, and the lines that may be cited.

    Each known line comes with the indices that are fixed in it: those of the assumptions under which it was shown.
    """

    assumptions: tuple[Relation, ...] = ()
    hypothesis: Relation | None = None
    known: tuple[tuple[Any, frozenset], ...] = ()
    depth: int = 0
    scope: str = ""

    def inside(self, scope: str, *assumptions: Relation, hypothesis: Relation | None) -> _Place:
        return _Place((*self.assumptions, *assumptions), hypothesis, self.known, self.depth + 1, scope)

    def after(self, item: Any) -> _Place:
        fixed = frozenset(v for a in self.assumptions for v in free_indices(a))
        return replace(self, known=(*self.known, (item, fixed)))


class Checker:
    """One derivation, line by line.  `goals` keeps what each line was, for the search for what is missing."""

    def __init__(self, derivation: D.Derivation, advisor: Advisor | None, lemmas: Mapping[str, Theorem]) -> None:
        self.derivation, self.advisor, self.lemmas = derivation, advisor, lemmas
        self.lines: list[Line] = []
        self.goals: list[tuple[Any, tuple]] = []
        self.known: tuple[tuple[Any, frozenset], ...] = ()

    def error(self, text: str) -> StatementError:
        return StatementError(f"{self.derivation.name}: {text}")

    def run(self) -> None:
        given = self.derivation.given
        equations = [f.relation for f in given if isinstance(f, Equation) and not f.relation.when]
        fixed = tuple(r for r in equations if r.rel == "==" and not free_indices(r))
        try:
            Goal(eq(0, 0), Reason("the given facts"), given, (), fixed, self.advisor)
        except Contradiction as error:
            raise self.error(f"the given facts contradict each other: {error}") from None
        for item in self.derivation.lemmas:
            theorem = self.lemmas.get(item.name)
            if theorem is None or theorem.claim != item.statement:
                raise self.error(f"no proved derivation {item.name} has the claim {item.statement}")
            if not set(theorem.facts) <= set(given):
                raise self.error(f"the lemma {item.name} rests on facts that are not given here")
        start = _Place(known=tuple((item, frozenset()) for item in self.derivation.lemmas))
        self.known = self.block(self.derivation.proof, start)
        for values, expected, *by in self.derivation.sanity:
            statement, facts, text = D.sanity_line(self.derivation, values, expected)
            reason = by[0] if by else Reason("sanity check")
            self.line(statement, replace(reason, cites=(*reason.cites, *facts)), _Place(scope=text), None)

    def block(self, items: tuple, place: _Place) -> tuple:
        """Check the lines of a block; what they establish is returned, for the block's end and for what comes after."""
        for item in items:
            if isinstance(item, D.Step):
                self.line(item.statement, item.by, place, item)
            elif isinstance(item, D.Calc):
                left = item.start
                for k, row in enumerate(item.rows):
                    self.line(Relation(left, row.rel, row.expr, item.when), row.by, place, row, continued=k > 0)
                    left = row.expr
            elif isinstance(item, (D.Induction, D.Branches)):
                parts = self.induction(item, place) if isinstance(item, D.Induction) else self.cases(item, place)
                for claim, lines, inner in parts:
                    self.obligation(claim, lines, inner, item)
            else:
                raise self.error(f"{item!r} is no line: use step, calc, induction or branches")
            place = place.after(item)
        return place.known

    def induction(self, item: D.Induction, place: _Place) -> Iterator[tuple[Relation, tuple, _Place]]:
        """The claim at the start; and the claim, where it holds one step before."""
        over, start = item.over, item.start
        if any(over in w.lhs.free_symbols | w.rhs.free_symbols for w in place.assumptions):
            raise self.error(f"{over} is not free here: an assumption speaks of it already")
        if not isinstance(over, Index):
            raise self.error(f"induction is over an index(...), not over {over}")
        if over.lower != start:
            raise self.error(f"the induction starts at {start}, but {over.domain_text()}: let both be the same")
        base = place.inside(f"base, {over} = {start}", hypothesis=None)
        yield item.claim.at({over: start}), item.base, base
        before = item.claim.at({over: over - 1})
        yield item.claim, item.step, place.inside(f"step, {over - 1} to {over}", ge(over, start + 1), hypothesis=before)

    def cases(self, item: D.Branches, place: _Place) -> Iterator[tuple[Relation, tuple, _Place]]:
        """The claim under a condition, and under its negation."""
        conditions = [c for c, _ in item.parts]
        if len(conditions) != 2 or conditions[0].negated() != conditions[1]:
            raise self.error("cases are a condition and its negation, such as t <= N and t > N")
        if is_random(conditions[0].lhs) or is_random(conditions[0].rhs):
            raise self.error(f"{conditions[0]} is random: it may hold for some outcomes only")
        for condition, lines in item.parts:
            yield item.claim, lines, place.inside(f"case {condition}", condition, hypothesis=place.hypothesis)

    def obligation(self, claim: Relation, lines: tuple, place: _Place, item: Any) -> None:
        """Lines that end in the claim, or in the reason why it follows from them."""
        last = lines[-1] if lines else None
        if isinstance(last, Reason):
            known = self.block(lines[:-1], place)
            self.line(claim, last, replace(place, known=known), item)
        elif getattr(last, "conclusion", None) == claim:
            self.block(lines, place)
        else:
            raise self.error(f"the lines for “{place.scope}” end neither in a reason nor in {claim}")

    def line(self, statement: Any, reason: Any, place: _Place, item: Any, continued: bool = False) -> None:
        line, goal = self.judged(statement, reason, place, item, len(self.lines) + 1, continued)
        self.lines.append(line)
        self.goals.append((goal, tuple(item for item, _ in place.known)))

    def single(self, statement: Any, reason: Any, item: Any) -> tuple[Line, Any]:
        """One more line after the proof, checked but not added to it."""
        return self.judged(statement, reason, _Place(known=self.known), item)

    def judged(
        self, statement: Any, reason: Any, place: _Place, item: Any, count: int = 0, continued: bool = False
    ) -> tuple[Line, Any]:
        if not isinstance(reason, Reason):
            raise self.error(f"the line {statement} needs a reason, for instance by=algebra()")
        try:
            self.readable(statement)
            facts, said = self.resolved(statement, reason, place)
        except StatementError as error:
            where = getattr(item, "place", None)
            raise StatementError(f"{self.derivation.file}:{where}: {error}" if where else str(error)) from None
        assumptions = (*getattr(statement, "when", ()), *place.assumptions)

        def goal(facts: tuple = facts, said: tuple = said, reason: Reason = reason) -> Goal:
            given, local = self.derivation.given, place.assumptions
            return Goal(statement, reason, facts, said, assumptions, self.advisor, given, local)

        outcome = follows(goal)
        verdict = PROVED if outcome.proved else UNDECIDED
        conditions = tuple(Condition(r, count, how) for r, how in outcome.needs)
        where = {"item": item, "depth": place.depth, "scope": place.scope, "continued": continued}
        return Line(count, statement, reason, verdict, outcome.reason, conditions, **where), goal

    def readable(self, statement: Any) -> None:
        """StatementError if a limit or a sum binds a symbol that a fact about something inside uses, too."""
        sides = (statement.lhs, statement.rhs) if isinstance(statement, Relation) else ()
        defined = {f.head for f in self.derivation.given if isinstance(f, Definition)}
        for x in (x for side in sides for x in walk(side)):
            bound = bound_by(x)
            inside = {getattr(y, "family", y) for y in walk(x.args[0])} if bound else set()
            for f in self.derivation.given if bound else ():
                subjects, parameters = _about(f)
                v = next((v for v in bound & parameters if inside & subjects - {v}), None)
                if v is not None:
                    raise self.error(
                        f"{v} is bound in {x}, and used by “{f.name}” about what is inside: "
                        "make it an index of the quantities that depend on it"
                    )
            if isinstance(x, Partial) and getattr(x.args[1], "family", x.args[1]) in defined:
                raise self.error(f"{x.args[1]} is defined: nothing varies with it in {x}")

    def resolved(self, statement: Any, reason: Reason, place: _Place) -> tuple[tuple, tuple]:
        """The facts and the statements of earlier lines that a reason cites."""
        facts: list[Fact] = []
        said: list[Any] = []
        for cite in flat(reason.cites):
            item, values = (cite.item, dict(cite.values)) if isinstance(cite, D.At) else (cite, {})
            if not isinstance(item, Fact):
                said.append(self.moved(self.cited(statement, item, values, place), values))
                continue
            recurrence = isinstance(item, Definition) and item.over is not None
            if (replace(item, at_index=None) if isinstance(item, Definition) else item) not in self.derivation.given:
                raise self.error(f"the line {statement} cites “{item.name}”, which is not given: add it to given=(...)")
            if not values:
                facts.append(item)
            elif recurrence:
                raise self.error(f"cite a recurrence by its at(...), not {cite}")
            else:
                said.append(self.moved(getattr(item, "relation", item), values))
        return tuple(facts), tuple(said)

    def cited(self, statement: Any, item: Any, values: dict, place: _Place) -> Any:
        """What an earlier line says; it is taken at `values` only where it was shown for all."""
        if item is D.PREVIOUS and not place.known:
            raise self.error(f"no line comes before {statement}")
        if item is D.HYPOTHESIS and place.hypothesis is None:
            raise self.error(f"there is no induction hypothesis at {statement}")
        if item is D.HYPOTHESIS and not values:
            return place.hypothesis
        item = place.known[-1][0] if item is D.PREVIOUS else item
        established = [fixed for known, fixed in place.known if known == item]
        if not established:
            raise self.error(f"the line {statement} cites “{item}”, which does not come before it here")
        if not any(fixed.isdisjoint(values) for fixed in established):
            raise self.error(f"“{item}” was shown for one value of {next(iter(values))} only")
        return item.conclusion

    def moved(self, relation: Any, values: dict) -> Any:
        """A relation that holds for all values of its indices, at particular ones, where these are in the domains."""
        if not values:
            return relation
        if not isinstance(relation, Relation):
            raise self.error(f"only a relation can be cited at other indices, not {relation}")
        n, ranges = Normal(Scope()), []
        for v, value in values.items():
            if not isinstance(v, Index) or not n.scope.integral(n.poly(value, {})):
                raise self.error(f"at(...) takes integers for indices, not {v} = {value}")
            ranges += [] if v.lower is None else [ge(value, number(v.lower))]
            ranges += [] if v.upper is None else [le(value, number(v.upper))]
        return relation.at(values).given(*ranges)


def _about(fact: Fact) -> tuple[set, set]:
    """What a definition or an equation about random quantities is about; and its symbols, beside those it runs over."""
    if isinstance(fact, Definition):
        return {fact.head}, fact.value.free_symbols - set(getattr(fact.target, "indices", ()))
    if isinstance(fact, Equation):
        families = {x.family for x in walk(fact.relation) if isinstance(x, Element) and x.family.random}
        symbols = fact.relation.lhs.free_symbols | fact.relation.rhs.free_symbols
        return families, {s for s in symbols if not isinstance(s, Index)}
    return set(), set()


def check(
    derivation: D.Derivation, *, advisor: Advisor | None = None, lemmas: Mapping[str, Theorem] | None = None
) -> Report:
    """Check every line of a derivation; StatementError if it cannot be read as one."""
    return examine(derivation, advisor=advisor, lemmas=lemmas)[0]


def examine(
    derivation: D.Derivation, *, advisor: Advisor | None = None, lemmas: Mapping[str, Theorem] | None = None
) -> tuple[Report, Checker]:
    """`check`, with the goals of the lines for those who look for missing facts and witnesses."""
    began = perf_counter()
    checker = Checker(derivation, advisor, lemmas or {})
    checker.run()
    shown = [item.conclusion for item in derivation.proof]
    reason = "" if derivation.claim in shown else f"no line of the proof is the claim {derivation.claim}"
    reason = reason or _without_limit(derivation, shown, lemmas or {})
    proved = not reason and all(line.verdict == PROVED for line in checker.lines)
    report = Report(derivation, PROVED if proved else UNDECIDED, tuple(checker.lines), reason=reason)
    if proved:
        theorem = Theorem(derivation.name, derivation.claim, derivation.given, report.conditions, _SEAL)
        report = replace(report, theorem=theorem)
    return replace(report, seconds=perf_counter() - began), checker


def _without_limit(derivation: D.Derivation, shown: list, lemmas: Mapping[str, Theorem]) -> str:
    """ "" if every limit that a definition names is shown to exist, by a line or by a lemma; else which is not."""
    inherited = {fact for item in derivation.lemmas for fact in lemmas[item.name].facts}
    exists = {r.lhs for r in shown if isinstance(r, Relation) and r.rel == "==" and not r.when}
    for fact in derivation.given:
        if isinstance(fact, Definition) and fact not in inherited:
            for x in walk(fact.value):
                if isinstance(x, Limit) and x not in exists:
                    return f"{fact.target} is defined by a limit, and no line shows that {x} exists"
    return ""
