"""The kernel: what exists, and who may make it.

    Goal      a statement, where it is claimed, and what its reason may use     (anybody; it is only data)
    Sequent   a statement that holds wherever its assumptions do                (only the rules of `Proof`)
    Theorem   a claim that holds under its facts alone                          (only `Proof.theorem`)

    line        from what it cites, a statement by a reason, under assumptions
    at          what holds for all values of an index, at one of them
    chain       from `a = b` and `b = c`, `a = c`
    induction   from the claim at the start, and from the claim one step before: the claim
    cases       from the claim under a condition, and under its negation: the claim
    hypothesis  the claim of an induction one step before, to be discharged by that induction
    lemma       the claim of a theorem whose facts are given
    unproved    any statement; what rests on it is no theorem

A sequent holds for all values of the free indices in their domains.  Nothing here searches: the advisor proposes
cofactors and certificates, and they are verified by arithmetic.
"""

from __future__ import annotations

from dataclasses import InitVar, dataclass, replace
from itertools import pairwise
from time import thread_time
from typing import Any
from weakref import WeakSet

from ..language.capture import refuse_capture, refuse_new_dependence
from ..language.errors import StatementError
from ..language.facts import Definition, Equation, Fact
from ..language.report import Condition, Displayed
from ..language.statements import Relation, eq, free_indices, ge, gt, le, lt, ne
from ..language.terms import Element, Index, Limit, is_random, number, walk
from .conditions import needs, needs_of_fact
from .goal import Goal, difference, seen
from .normal import Normal
from .polynomial import DEADLINE, Budget, Poly, proposed
from .reasons import Reason, Rule
from .scope import Advisor, Contradiction, Scope

SECONDS = 10.0
_SEAL = object()
_MADE = WeakSet["Theorem"]()
"""The theorems that the kernel has made, but no copies, and none of a class that imitates them."""


@dataclass(frozen=True, eq=False, repr=False)
class Theorem(Displayed):
    """A proved claim.  Prints with what it rests on; only `Proof.theorem` makes one."""

    name: str
    claim: Any
    facts: tuple[Fact, ...]
    conditions: tuple[Condition, ...]
    seal: InitVar[object] = None

    def __post_init__(self, seal: object) -> None:
        if seal is not _SEAL:
            raise TypeError("a Theorem is made by check(derivation) and by nothing else")
        _MADE.add(self)

    def __str__(self) -> str:
        facts = "; ".join(f.name for f in self.facts)
        conditions = "; ".join(f"{c.text} ({c.discharged})" for c in self.conditions)
        rests = [f"{kind} {said}" for kind, said in (("given", facts), ("conditions", conditions)) if said]
        return "\n  ".join([f"{self.name}: {self.claim}", *rests])


@dataclass(frozen=True, eq=False)
class Sequent:
    """`statement` holds wherever `assumptions` do, if the hypotheses `pending` do; only the rules of `proof` make one.

    A hypothesis is `assumed`; what rests on a line that is not proved is not `sure`; `needs` are the conditions met.
    """

    proof: Proof
    statement: Any
    assumptions: tuple[Relation, ...] = ()
    pending: frozenset[Sequent] = frozenset()
    assumed: bool = False
    sure: bool = True
    needs: tuple[tuple[Relation, str | None], ...] = ()
    seal: InitVar[object] = None

    def __post_init__(self, seal: object) -> None:
        if seal is not _SEAL:
            raise TypeError("a Sequent is made by the rules of a Proof and by nothing else")
        self.proof.made.add(self)


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
    mark = DEADLINE.set(min(DEADLINE.get(), thread_time() + seconds))
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
    check = next((rule.check for rule in goal.reason.rules if rule.check), None)
    if check is None:
        return Outcome(False, f"{goal.reason.name} does not prove a statement of this form")
    n = goal.normal(goal.scope)
    named = (*getattr(goal.statement, "items", ()), getattr(goal.statement, "target", None))
    lacking = [str(r) for x in named if isinstance(x, Element) for r, met in needs(n, x, {}) if not met]
    reason = f"a condition is not discharged: {', '.join(lacking)}" if lacking else check(goal)
    return Outcome(not reason, reason)


def _by_arithmetic(goal: Goal) -> Outcome:
    """A relation: its conditions must be met, and it must follow."""
    n = goal.normal(goal.scope)
    met = _conditions(goal, n)
    reason = _relation(goal, n, met)
    for q in n.ratios:  # the rule for limits has seen that they lie between -1 and 1
        ratio = goal.scope.advisor.spelled(q, goal.scope)
        for relation in (gt(ratio, -1), lt(ratio, 1)) if not q.is_constant else ():
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
    gap, rel = difference(n, goal.statement, {}), goal.statement.rel
    if rel == "==":
        return _equation(goal, n, gap, met)
    for p in goal.premises(n) if rel != "!=" else ():
        n.scope.assume(p, "==", "")
    if seen(n, rel, gap):
        return ""
    if rel == "!=":
        return "the difference of the two sides is not seen to be different from 0"
    return "the sign of the difference of the two sides is not seen from the domains and the cited facts"


def _equation(goal: Goal, n: Normal, gap: Poly, met: dict[Relation, bool]) -> str:
    """The difference must be 0, or a combination of the cited equations with divisors that are not 0."""
    if n.zero(gap):
        return ""
    spelled, reason = goal.scope.advisor.spelled, ""
    rules = goal.reason.rules
    premises = goal.premises(n) if not rules or any(rule.plain for rule in rules) else []
    premises += [p for transform in goal.reason.parts("premises") for p in transform(goal, n) if p]
    if not premises:
        return f"{goal.scope.advisor.remainder(gap, goal.scope)}" or "the difference of the two sides is not 0"
    for candidate in n.scope.advisor.cofactors(gap, premises):
        proposal, rest = [proposed(c) for c in candidate], gap
        for c, p in zip(proposal, premises, strict=True):
            rest = rest - c * p
        if n.zero(rest):
            divisors = [q for c in proposal for q, _ in n.scope.factored(c.fraction()[1]) if not q or not q.is_constant]
            lacking = [str(ne(spelled(q, goal.scope), 0)) for q in divisors if not n.scope.nonzero(q)]
            if not lacking:
                for q in divisors:
                    met.setdefault(ne(spelled(q, goal.scope), 0), True)
                return ""
            reason = f"it follows only if {', '.join(lacking)}"
    return reason or "the difference of the two sides is not seen to be a combination of the cited equations"


# --- rules -----------------------------------------------------------------------------------------------


class Proof:
    """The rules that make sequents under the facts `given`; where a rule does not apply, StatementError."""

    def __init__(self, given: tuple[Fact, ...], advisor: Advisor | None = None) -> None:
        self.given, self.advisor, self.made = tuple(given), advisor, WeakSet[Sequent]()
        self.inherited: set[Fact] = set()
        equations = [f.relation for f in given if isinstance(f, Equation) and not f.relation.when]
        fixed = tuple(r for r in equations if r.rel == "==" and not free_indices(r))
        try:
            Goal(eq(0, 0), Reason("the given facts"), given, (), fixed, advisor)
        except Contradiction as error:
            raise StatementError(f"the given facts contradict each other: {error}") from None

    def _made(
        self, statement: Any, assumptions: tuple, rests_on: tuple = (), discharged: Any = None, needs: tuple = ()
    ) -> Sequent:
        """A sequent that rests on others of this proof; each hypothesis still pending was made where it is used."""
        pending = frozenset(h for s in rests_on for h in (s.pending if not s.assumed else {s})) - {discharged}
        if any(s not in self.made for s in rests_on):
            raise StatementError(f"{statement} rests on what was shown under other facts")
        if any(not set(h.assumptions) <= set(assumptions) for h in pending):
            raise StatementError(f"{statement} rests on a hypothesis outside of its induction")
        sure = all(s.sure for s in rests_on)
        met = tuple(dict.fromkeys((*needs, *(need for s in rests_on for need in s.needs))))
        return Sequent(self, statement, assumptions, pending, False, sure, met, _SEAL)

    def hypothesis(self, claim: Relation, over: Index, assumptions: tuple = ()) -> Sequent:
        """The claim at `over - 1`, for the step of an induction over `over` under `assumptions`."""
        around = (*assumptions, ge(over, self._start(over) + 1))
        return Sequent(self, Relation.at(claim, {over: over - 1}), around, assumed=True, seal=_SEAL)

    def _start(self, over: Any) -> Any:
        if not isinstance(over, Index) or over.lower is None:
            raise StatementError(f"induction is over an index(...) with a start, not over {over}")
        return number(over.lower)

    def unproved(self, statement: Any, assumptions: tuple = ()) -> Sequent:
        return Sequent(self, statement, assumptions, sure=False, seal=_SEAL)

    def lemma(self, theorem: Theorem) -> Sequent:
        if theorem not in _MADE or not set(theorem.facts) <= set(self.given):
            raise StatementError(f"the lemma {theorem.name} rests on facts that are not given here")
        refuse_capture(theorem.claim, self.given)
        refuse_new_dependence(theorem.claim, theorem.facts, self.given)
        self.inherited |= set(theorem.facts)
        return self._made(theorem.claim, ())

    def fact(self, fact: Fact) -> Sequent:
        """A fact as a sequent; a recurrence is none, since it holds after its start only."""
        if isinstance(fact, Definition) and fact.over is not None:
            raise StatementError(f"cite a recurrence by its at(...), not “{fact.name}” at other indices")
        self._is_given(fact)
        return self._made(getattr(fact, "relation", fact), ())

    def _is_given(self, fact: Fact) -> None:
        if (replace(fact, at_index=None) if isinstance(fact, Definition) else fact) not in self.given:
            raise StatementError(f"“{fact.name}” is cited, which is not given: add it to given=(...)")

    def goal(self, statement: Any, reason: Reason, facts: tuple, said: tuple, assumptions: tuple) -> Goal:
        where = (*getattr(statement, "when", ()), *assumptions)
        return Goal(statement, reason, facts, said, where, self.advisor, self.given, assumptions)

    def line(
        self, statement: Any, reason: Reason, facts: tuple, cited: tuple[Sequent, ...], assumptions: tuple
    ) -> tuple[Sequent, Outcome]:
        """One line; if it does not follow, its sequent is not sure."""
        refuse_capture(statement, self.given)
        if type(reason) is not Reason or not all(type(rule) is Rule and rule.ours for rule in reason.rules):
            raise StatementError(f"“{reason}” is a reason of no rule in sgdproofs.rules")
        for fact in facts:
            self._is_given(fact)
        if any(not set(s.assumptions) <= set(assumptions) for s in cited):
            raise StatementError(f"{statement} rests on what was shown under more assumptions than hold here")
        said = tuple(s.statement for s in cited)
        outcome = follows(lambda: self.goal(statement, reason, facts, said, assumptions))
        if not outcome.proved:
            return self.unproved(statement, assumptions), outcome
        return self._made(statement, assumptions, cited, needs=outcome.needs), outcome

    def at(self, sequent: Sequent, values: dict[Index, Any]) -> Sequent:
        """What holds for all values of its indices, at particular ones, where these are in the domains."""
        said, n, ranges = sequent.statement, Normal(Scope()), []
        if not isinstance(said, Relation):
            raise StatementError(f"only a relation can be cited at other indices, not {said}")
        fixed = {v for a in sequent.assumptions for v in free_indices(a)}
        for v, value in values.items():
            if not isinstance(v, Index) or not n.scope.integral(n.poly(value, {})):
                raise StatementError(f"at(...) takes integers for indices, not {v} = {value}")
            if v in fixed:
                raise StatementError(f"“{said}” was shown for one value of {v} only")
            ranges += [] if v.lower is None else [ge(value, number(v.lower))]
            ranges += [] if v.upper is None else [le(value, number(v.upper))]
        return self._made(said.at(values).given(*ranges), sequent.assumptions, (sequent,))

    def chain(self, *rows: Sequent) -> Sequent:
        """Relations of which each begins where the one before ends."""
        said, around = [s.statement for s in rows], rows[0].assumptions
        kinds = {r.rel for r in said} - {"=="}
        rel = min(kinds, key=len, default="==")
        if any(k[0] != rel[0] or k == "!=" for k in kinds):
            raise StatementError(f"the rows of one calculation point in different directions: {', '.join(kinds)}")
        if any(a.rhs != b.lhs or a.when != b.when for a, b in pairwise(said)):
            raise StatementError("each row of a calculation begins where the one before ends")
        if any(s.assumptions != around for s in rows):
            raise StatementError("the rows of a calculation have the same assumptions")
        return self._made(Relation(said[0].lhs, rel, said[-1].rhs, said[0].when), around, rows)

    def induction(self, base: Sequent, step: Sequent, hypothesis: Sequent, over: Index) -> Sequent:
        """The claim of `step` for all `over`: it holds at the start, and where the hypothesis does, at `over - 1`."""
        claim, around, start = step.statement, base.assumptions, self._start(over)
        if any(over in r.lhs.free_symbols | r.rhs.free_symbols for r in around):
            raise StatementError(f"{over} is not free here: an assumption speaks of it already")
        inside = (*around, ge(over, start + 1))
        if step.assumptions != inside or hypothesis.assumptions != inside or not hypothesis.assumed:
            raise StatementError(f"the step to {over} rests on other assumptions than the base and the step itself")
        first, before = (Relation.at(claim, {over: place}) for place in (start, over - 1))
        if base.statement != first or hypothesis.statement != before:
            raise StatementError(f"base and hypothesis of an induction over {over} are its claim at {start} and before")
        return self._made(claim, around, (base, step), discharged=hypothesis)

    def cases(self, condition: Relation, first: Sequent, second: Sequent) -> Sequent:
        """A statement that holds under a condition, and under its negation; each outcome and point has one of them."""
        if is_random(condition.lhs) or is_random(condition.rhs):
            raise StatementError(f"{condition} is random: it may hold for some outcomes only")
        around = tuple(a for a in first.assumptions if a != condition)
        if first.statement != second.statement or not set(second.assumptions) <= {*around, Relation.negated(condition)}:
            raise StatementError("cases are a condition and its negation, such as t <= N and t > N")
        gap = condition.lhs - condition.rhs
        defined = Relation(gap, "==", gap, getattr(first.statement, "when", ()))
        if not follows(lambda: self.goal(defined, Reason("cases"), (), (), around)).proved:
            raise StatementError(f"{condition} is not seen to be defined everywhere: where it is not, no case holds")
        return self._made(first.statement, around, (first, second))

    def theorem(self, name: str, claim: Any, lines: tuple[Sequent, ...]) -> Theorem:
        """The claim, if it is one of the lines, and every limit that a definition names is shown to exist by one."""
        shown = [s.statement for s in lines if s in self.made and s.sure and not s.assumptions and not s.pending]
        if claim not in shown:
            raise StatementError(f"no line of the proof is the claim {claim}")
        exists = {r.lhs for r in shown if isinstance(r, Relation) and r.rel == "==" and not r.when}
        for fact in self.given:
            if isinstance(fact, Definition) and fact not in self.inherited:
                for x in walk(fact.value):
                    if isinstance(x, Limit) and x not in exists:
                        raise StatementError(f"{fact.target} is defined by a limit, and no line shows that {x} exists")
        met = dict.fromkeys(need for s in lines for need in s.needs)
        return Theorem(name, claim, self.given, tuple(Condition(r, 0, how) for r, how in met), _SEAL)
