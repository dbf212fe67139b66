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
from dataclasses import dataclass, replace
from fractions import Fraction
from time import perf_counter
from typing import Any

from ..language import derivation as D
from ..language.errors import StatementError
from ..language.facts import Definition, Equation, Fact
from ..language.statements import Relation, eq, free_indices, ge, gt, le, lt, ne
from ..language.terms import Cov, E, Element, Index, Limit, Partial, Quotient, Var, is_random, number, substituted, walk
from .conditions import needs, needs_of_fact
from .goal import Goal, factored, spelled
from .normal import Normal
from .polynomial import DEADLINE, Budget, Poly, add, constant, fraction, inverse, is_constant, mul, scale
from .reasons import Reason, flat
from .report import PROVED, UNDECIDED, Condition, Line, Report
from .scope import Advisor, Contradiction, Scope, Silent

SECONDS = 10.0
_SEAL = object()


class Theorem:
    """A proved claim.  Prints with what it rests on; only `check` makes one."""

    __slots__ = ("name", "claim", "facts", "conditions")
    name: str
    claim: Any
    facts: tuple[Fact, ...]
    conditions: tuple[Condition, ...]

    def __init__(self, seal: object, name: str, claim: Any, facts: tuple, conditions: tuple) -> None:
        if seal is not _SEAL:
            raise TypeError("a Theorem is made by check(derivation) and by nothing else")
        for slot, value in zip(self.__slots__, (name, claim, facts, conditions)):
            object.__setattr__(self, slot, value)

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError("a Theorem cannot be changed")

    def __str__(self) -> str:
        facts = "; ".join(f.name for f in self.facts)
        conditions = "; ".join(f"{c.text} ({c.discharged})" for c in self.conditions)
        return (
            f"{self.name}: {self.claim}"
            + (f"\n  given {facts}" if facts else "")
            + (f"\n  conditions {conditions}" if conditions else "")
        )

    __repr__ = __str__


@dataclass(frozen=True)
class Outcome:
    """Whether a goal follows, why not, and the conditions met."""

    proved: bool
    reason: str = ""
    needs: tuple[tuple[Relation, str | None], ...] = ()


def follows(goal_of: Any, seconds: float = SECONDS) -> Outcome:
    """Decide one goal.  `goal_of` makes the Goal, so that contradictions among its assumptions are caught here."""
    mark = DEADLINE.set(min(DEADLINE.get(), perf_counter() + seconds))
    try:
        goal: Goal = goal_of()
        if not isinstance(goal.statement, Relation):
            return _by_rule(goal)
        n = goal.normal(goal.scope)
        met = _conditions(goal, n)
        reason = _relation(goal, n, met)
        met += _ratios(goal, n)
        if any(how is None for _, how in met):
            missing = ", ".join(str(r) for r, how in met if how is None)
            return Outcome(False, f"a condition is not discharged: {missing}", tuple(met))
        return Outcome(not reason, reason, tuple(met))
    except Budget as error:
        return Outcome(False, f"budget: {error}")
    except RecursionError:
        return Outcome(False, "budget: the statement is nested too deeply")
    except Contradiction as error:
        return Outcome(False, f"the assumptions contradict each other: {error}")
    except ZeroDivisionError:
        return Outcome(False, "a divisor is 0")
    finally:
        DEADLINE.reset(mark)


def _ratios(goal: Goal, n: Normal) -> list[tuple[Relation, str | None]]:
    """`-1 < q` and `q < 1` for each ratio that a limit needed; the rule has seen that they hold."""
    found: dict[Relation, str | None] = {}
    for q in n.ratios:
        top, bottom = (factored(p, goal.scope) for p in fraction(q))
        ratio = top if is_constant(fraction(q)[1]) else Quotient(top, bottom)
        for relation in (gt(ratio, -1), lt(ratio, 1)):
            if not is_constant(q):
                found[relation] = _how(goal, relation)
    return list(found.items())


def _by_rule(goal: Goal) -> Outcome:
    if goal.reason.check is None:
        return Outcome(False, f"{goal.reason.name} does not prove a statement of this form")
    n = goal.normal(goal.scope.copy())
    elements = [
        e
        for e in (*getattr(goal.statement, "items", ()), getattr(goal.statement, "target", None))
        if isinstance(e, Element)
    ]
    lacking = [str(r) for e in elements for r, holds_ in needs(n, e, {}) if not holds_]
    reason = f"a condition is not discharged: {', '.join(lacking)}" if lacking else goal.reason.check(goal)
    return Outcome(not reason, reason)


def _conditions(goal: Goal, n: Normal) -> list[tuple[Relation, str | None]]:
    """What both sides, and the cited definitions, need; each with how it is discharged."""
    sides = [goal.statement.lhs, goal.statement.rhs]
    met: dict[Relation, str | None] = {}
    for side in sides:
        for relation, holds_ in needs(n, side, {}):
            how = _how(goal, relation) if holds_ else None
            if relation not in met or how is None:
                met[relation] = how
    met.update(dict.fromkeys(_needs_of_assumptions(goal)))
    for fact in goal.facts:
        fixed = tuple(a for a in goal.assumptions if not free_indices(a))
        others = tuple(f for f in goal.facts if isinstance(f, Definition))
        bare = replace(goal, statement=None, assumptions=fixed + _range_of(fact), said=(), facts=others)
        for relation, holds_ in needs_of_fact(bare.normal(bare.scope), fact):
            if relation not in met or not holds_:
                met[relation] = _how(bare, relation) if holds_ else None
    return list(met.items())


def _needs_of_assumptions(goal: Goal) -> list[Relation]:
    """What the assumptions need to make sense, and do not get from those among them that need nothing."""
    plain = [a for a in goal.assumptions if not list(_lacking(goal, a, ()))]
    return [r for a in goal.assumptions if a not in plain for r in _lacking(goal, a, tuple(plain))]


def _lacking(goal: Goal, assumption: Relation, others: tuple) -> Iterator[Relation]:
    bare = replace(goal, statement=None, assumptions=others)
    n = bare.normal(bare.scope)
    for side in (assumption.lhs, assumption.rhs):
        yield from (r for r, holds_ in needs(n, side, {}) if not holds_ and r.rel != "!=")


def _range_of(fact: Fact) -> tuple[Relation, ...]:
    """Where a fact speaks: a recurrence beyond its start, an equation under its own assumptions."""
    if isinstance(fact, Definition):
        return () if fact.over is None else (ge(fact.over, fact.first),)
    return fact.relation.when if isinstance(fact, Equation) else ()


def _how(goal: Goal, relation: Relation) -> str:
    """The domains and assumptions that speak of the symbols of a condition, and of the symbols that these bring in."""
    cited = [f.relation for f in goal.facts if isinstance(f, Equation)]
    cited += [r for r in goal.said if isinstance(r, Relation)]
    spoken = [*goal.assumptions, *(r for r in cited if r.rel != "==")]
    symbols = relation.lhs.free_symbols | relation.rhs.free_symbols
    names = {s.name for s in symbols}
    said: list[str] = []
    while True:
        more = [a for a in spoken if names & {s.name for s in walk(a) if hasattr(s, "name")} and str(a) not in said]
        if not more:
            break
        said += [str(a) for a in more]
        symbols |= {x for a in more for x in a.lhs.free_symbols | a.rhs.free_symbols}
        names |= {s.name for a in more for s in walk(a) if hasattr(s, "name")}
    domains = [
        goal.scope.said(s.name) if s.name in goal.scope.declared else f"the range of {s.name}"
        for s in sorted(symbols, key=str)
    ]
    return ", ".join(dict.fromkeys([*domains, *said])) or "by calculation"


def _relation(goal: Goal, n: Normal, met: list) -> str:
    """ "" if the relation follows, else why it was not seen to."""
    left, right = (n.poly(side, {}) for side in (goal.statement.lhs, goal.statement.rhs))
    gap, rel = add(right, left, -1), goal.statement.rel
    if rel == "==":
        return _equation(goal, n, gap, met)
    if rel == "!=":
        if n.scope.nonzero(gap):
            return ""
        return "the difference of the two sides is not seen to be different from 0"
    for _, p in goal.premises(n):
        if p:
            n.scope.known += [(p, False, ""), (scale(p, -1), False, "")]
    gap = gap if rel[0] == "<" else scale(gap, -1)
    if n.scope.sign(gap, strict="=" not in rel) or "=" in rel and n.zero(gap):
        return ""
    return "the sign of the difference of the two sides is not seen from the domains and the cited facts"


def _equation(goal: Goal, n: Normal, gap: Poly, met: list) -> str:
    if n.zero(gap):
        return ""
    premises = [p for _, p in goal.premises(n)] if goal.reason.plain else []
    premises += [p for transform in goal.reason.premises for p in transform(goal, n)]
    premises = [p for p in premises if p]
    if not premises:
        return f"what is left, {_short(gap, goal)}, is not 0"
    reason = "the difference of the two sides is not seen to be a combination of the cited equations"
    for proposal in n.scope.advisor.cofactors(gap, premises):
        rest = gap
        for c, p in zip(proposal, premises, strict=True):
            rest = add(rest, mul(c, p), -1)
        if n.zero(rest):
            found = _divisors(goal, n, proposal, met)
            if all(how is not None for _, how in found):
                met += found
                return ""
            reason = "it follows only if " + ", ".join(str(r) for r, how in found if how is None)
    return reason


def _divisors(goal: Goal, n: Normal, proposal: list[Poly], met: list) -> list[tuple[Relation, str | None]]:
    """The conditions that the cofactors bring in, beyond those already met."""
    found: list[tuple[Relation, str | None]] = []
    for c in proposal:
        divisor = fraction(c)[1]
        for q, _ in n.scope._factored(divisor) if not is_constant(divisor) else ():
            relation = ne(spelled(q, goal.scope), 0)
            if not n.scope.nonzero(q):
                found.append((relation, None))
            elif not any(_same(n, r, q) for r, _ in met):
                found.append((relation, _how(goal, relation)))
    return found


def _same(n: Normal, relation: Relation, q: Poly) -> bool:
    p = fraction(n.poly(relation.lhs, {}))[0]
    return relation.rel == "!=" and bool(p) and fraction(mul(p, inverse(q)))[1] == constant(1)


def _short(gap: Poly, goal: Goal) -> str:
    text = str(spelled(fraction(gap)[0], goal.scope)) if len(gap) < 12 else f"a sum of {len(gap)} terms"
    return text if len(text) < 160 else text[:157] + "..."


# --- derivations -----------------------------------------------------------------------------------------


@dataclass
class _Place:
    """Where in a proof we are: assumptions in force, the induction hypothesis, and the lines that may be cited.

    Each known line comes with the indices that are fixed in it: those of the assumptions under which it was shown.
    """

    assumptions: tuple[Relation, ...] = ()
    hypothesis: Relation | None = None
    known: tuple[tuple[Any, frozenset], ...] = ()
    depth: int = 0
    scope: str = ""


class Checker:
    """One derivation, line by line.  `goals` keeps what each line was, for the search for what is missing."""

    def __init__(self, derivation: D.Derivation, advisor: Advisor | None, lemmas: Mapping[str, Theorem]) -> None:
        self.derivation, self.advisor, self.lemmas = derivation, advisor or Silent(), lemmas
        self.lines: list[Line] = []
        self.goals: list[tuple[Any, tuple]] = []
        self.known: tuple[tuple[Any, frozenset], ...] = ()

    def run(self) -> None:
        place = _Place(known=tuple((item, frozenset()) for item in self.derivation.lemmas))
        try:
            equations = [f.relation for f in self.derivation.given if isinstance(f, Equation) and not f.relation.when]
            fixed = tuple(r for r in equations if r.rel == "==" and not free_indices(r))
            Goal(eq(0, 0), Reason("the given facts"), self.derivation.given, (), fixed, self.advisor)
        except Contradiction as error:
            raise StatementError(f"{self.derivation.name}: the given facts contradict each other: {error}") from None
        for item in self.derivation.lemmas:
            theorem = self.lemmas.get(item.name)
            if theorem is None or theorem.claim != item.statement:
                raise StatementError(
                    f"{self.derivation.name}: no proved derivation {item.name} has the claim {item.statement}"
                )
            if not set(theorem.facts) <= set(self.derivation.given):
                raise StatementError(
                    f"{self.derivation.name}: the lemma {item.name} rests on facts that are not given here"
                )
        self.known = self.block(self.derivation.proof, place)
        for values, expected, *by in self.derivation.sanity:
            self.sanity(values, expected, *by)

    def block(self, items: tuple, place: _Place) -> tuple:
        """Check the lines of a block; what they establish is returned, for the block's end and for what comes after."""
        for item in items:
            if isinstance(item, D.Calc):
                self.calculation(item, place)
            elif isinstance(item, D.Induction):
                self.by_induction(item, place)
            elif isinstance(item, D.Branches):
                self.by_cases(item, place)
            elif isinstance(item, D.Step):
                self.line(item.statement, item.by, place, item)
            else:
                raise StatementError(
                    f"{self.derivation.name}: {item!r} is no line: use step, calc, induction or branches"
                )
            fixed = frozenset(v for a in place.assumptions for v in free_indices(a))
            place = replace(place, known=(*place.known, (item, fixed)))
        return place.known

    def calculation(self, item: D.Calc, place: _Place) -> None:
        left = item.start
        for k, row in enumerate(item.rows):
            self.line(Relation(left, row.rel, row.expr, item.when), row.by, place, row, continued=k > 0)
            left = row.expr

    def by_induction(self, item: D.Induction, place: _Place) -> None:
        if any(item.over in w.lhs.free_symbols | w.rhs.free_symbols for w in place.assumptions):
            raise StatementError(
                f"{self.derivation.name}: {item.over} is not free here: an assumption speaks of it already"
            )
        if not isinstance(item.over, Index):
            raise StatementError(f"{self.derivation.name}: induction is over an index(...), not over {item.over}")
        if item.over.lower != item.start:
            raise StatementError(
                f"{self.derivation.name}: the induction starts at {item.start}, but {item.over.domain_text()}: "
                "let both be the same"
            )
        base = replace(place, depth=place.depth + 1, scope=f"base, {item.over} = {item.start}", hypothesis=None)
        self.obligation(item.claim.at({item.over: item.start}), item.base, base, item)
        inner = replace(
            place,
            depth=place.depth + 1,
            scope=f"step, {item.over - 1} to {item.over}",
            hypothesis=item.claim.at({item.over: item.over - 1}),
            assumptions=(*place.assumptions, ge(item.over, item.start + 1)),
        )
        self.obligation(item.claim, item.step, inner, item)

    def by_cases(self, item: D.Branches, place: _Place) -> None:
        conditions = [c for c, _ in item.parts]
        if len(conditions) != 2 or conditions[0].negated() != conditions[1]:
            raise StatementError(
                f"{self.derivation.name}: cases are a condition and its negation, such as t <= N and t > N"
            )
        if is_random(conditions[0].lhs) or is_random(conditions[0].rhs):
            raise StatementError(
                f"{self.derivation.name}: {conditions[0]} is random: it may hold for some outcomes only"
            )
        for condition, lines in item.parts:
            inner = replace(
                place, depth=place.depth + 1, scope=f"case {condition}", assumptions=(*place.assumptions, condition)
            )
            self.obligation(item.claim, lines, inner, item)

    def obligation(self, statement: Any, lines: tuple, place: _Place, item: Any) -> None:
        if lines and not isinstance(lines[-1], Reason) and getattr(lines[-1], "conclusion", None) == statement:
            self.block(lines, place)
            return
        if not lines or not isinstance(lines[-1], Reason):
            raise StatementError(
                f"{self.derivation.name}: the lines for “{place.scope}” end neither in a reason nor in {statement}"
            )
        known = self.block(lines[:-1], place)
        self.line(statement, lines[-1], replace(place, known=known), item)

    def sanity(self, values: dict, expected: Any, reason: Reason = Reason("sanity check")) -> None:  # noqa: B008  frozen
        claim = self.derivation.claim
        if not isinstance(claim, Relation):
            raise StatementError(f"{self.derivation.name}: only a claim that is a relation has a sanity check")
        for v, value in values.items():
            if not v.admits(Fraction(value)):
                raise StatementError(
                    f"{self.derivation.name}: the sanity check takes {v} = {value}, outside of {v.domain_text()}"
                )
        text = ", ".join(f"{v} = {value}" for v, value in values.items())
        facts = _definitions_in(claim.rhs, self.derivation.given)
        statement = Relation(substituted(claim.rhs, values), "==", expected)
        self.line(statement, replace(reason, cites=(*reason.cites, *facts)), _Place(scope=f"sanity, {text}"), None)

    # --- one line -----------------------------------------------------------------------------------------

    def line(self, statement: Any, reason: Any, place: _Place, item: Any, continued: bool = False) -> None:
        line, goal = self.judged(len(self.lines) + 1, statement, reason, place, item, continued)
        self.lines.append(line)
        self.goals.append((goal, tuple(item for item, _ in place.known)))

    def single(self, statement: Any, reason: Any, item: Any) -> tuple[Line, Any]:
        """One more line after the proof, checked but not added to it."""
        return self.judged(0, statement, reason, _Place(known=self.known), item, False)

    def judged(
        self, count: int, statement: Any, reason: Any, place: _Place, item: Any, continued: bool
    ) -> tuple[Line, Any]:
        if not isinstance(reason, Reason):
            raise StatementError(
                f"{self.derivation.name}: the line {statement} needs a reason, for instance by=algebra()"
            )
        try:
            self.readable(statement)
            facts, said = self.resolved(statement, reason, place)
        except StatementError as error:
            line_of_file = getattr(item, "place", None)
            where = f"{self.derivation.file}:{line_of_file}: " if self.derivation.file and line_of_file else ""
            raise StatementError(f"{where}{error}") from None
        assumptions = (*getattr(statement, "when", ()), *place.assumptions)

        def goal(facts: tuple = facts, said: tuple = said, reason: Reason = reason) -> Goal:
            return Goal(
                statement, reason, facts, said, assumptions, self.advisor, self.derivation.given, place.assumptions
            )

        outcome = follows(goal)
        conditions = tuple(Condition(r, count, how) for r, how in outcome.needs)
        return Line(
            count,
            statement,
            reason,
            PROVED if outcome.proved else UNDECIDED,
            outcome.reason,
            conditions,
            item=item,
            depth=place.depth,
            scope=place.scope,
            continued=continued,
        ), goal

    def readable(self, statement: Any) -> None:
        """StatementError if a limit or a sum binds a symbol that a fact about something inside uses, too."""
        for side in (statement.lhs, statement.rhs) if isinstance(statement, Relation) else ():
            for x in walk(side):
                bound = {x.args[1]} if isinstance(x, Limit) else {v for v, _, _ in getattr(x, "ranges", ())}
                inside = {getattr(y, "family", y) for y in walk(x.args[0])} if bound else set()
                for f in self.derivation.given if bound else ():
                    for v in bound & _parameters_of(f):
                        if inside & _subjects_of(f) - {v}:
                            raise StatementError(
                                f"{self.derivation.name}: {v} is bound in {x}, and used by “{f.name}” about what is "
                                f"inside: make it an index of the quantities that depend on it"
                            )
                if isinstance(x, Partial) and any(
                    getattr(x.args[1], "family", x.args[1]) in _subjects_of(f)
                    for f in self.derivation.given
                    if isinstance(f, Definition)
                ):
                    raise StatementError(
                        f"{self.derivation.name}: {x.args[1]} is defined: nothing varies with it in {x}"
                    )

    def resolved(self, statement: Any, reason: Reason, place: _Place) -> tuple[tuple, tuple]:
        """The facts and the statements of earlier lines that a reason cites."""
        facts: list[Fact] = []
        said: list[Any] = []
        for cite in flat(reason.cites):
            if isinstance(cite, D.At) and isinstance(cite.item, Fact):
                relation, values = getattr(cite.item, "relation", None), dict(cite.values)
                if isinstance(cite.item, Definition) and cite.item.over is not None:
                    raise StatementError(f"{self.derivation.name}: cite a recurrence by its at(...), not {cite}")
                if cite.item not in self.derivation.given or relation is None:
                    raise StatementError(
                        f"{self.derivation.name}: the line {statement} cites “{cite}”, which is not given"
                    )
                said.append(self.moved(relation, values))
            elif isinstance(cite, Fact):
                bare = replace(cite, at_index=None) if isinstance(cite, Definition) else cite
                if bare not in self.derivation.given:
                    raise StatementError(
                        f"{self.derivation.name}: the line {statement} cites “{cite.name}”, which is not given: "
                        "add it to given=(...)"
                    )
                facts.append(cite)
            else:
                said.append(self.cited(statement, cite, place))
        return tuple(facts), tuple(said)

    def cited(self, statement: Any, cite: Any, place: _Place) -> Any:
        if cite is D.PREVIOUS:
            if not place.known:
                raise StatementError(f"{self.derivation.name}: no line comes before {statement}")
            return place.known[-1][0].conclusion
        if cite is D.HYPOTHESIS:
            if place.hypothesis is None:
                raise StatementError(f"{self.derivation.name}: there is no induction hypothesis at {statement}")
            return place.hypothesis
        item, values = (cite.item, dict(cite.values)) if isinstance(cite, D.At) else (cite, {})
        established = [fixed for known, fixed in place.known if known == item]
        if not established:
            raise StatementError(
                f"{self.derivation.name}: the line {statement} cites “{item}”, which does not come before it here"
            )
        if not values:
            return item.conclusion
        if not any(fixed.isdisjoint(values) for fixed in established):
            raise StatementError(
                f"{self.derivation.name}: “{item}” was shown for one value of {next(iter(values))} only"
            )
        return self.moved(item.conclusion, values)

    def moved(self, relation: Any, values: dict) -> Relation:
        """A relation that holds for all values of its indices, at particular ones."""
        for v, value in values.items():
            n = Normal(Scope())
            if not isinstance(v, Index) or not n.scope.integral(n.poly(value, {})):
                raise StatementError(f"{self.derivation.name}: at(...) takes integers for indices, not {v} = {value}")
        if not isinstance(relation, Relation):
            raise StatementError(
                f"{self.derivation.name}: only a relation can be cited at other indices, not {relation}"
            )
        ranges = tuple(r for v, w in values.items() for r in _in_domain(v, w))
        moved = relation.at(values)
        return Relation(moved.lhs, moved.rel, moved.rhs, moved.when + ranges)


def _parameters_of(fact: Fact) -> set:
    """The symbols of a definition, or of an equation about moments, that it does not quantify over."""
    if isinstance(fact, Definition):
        return fact.value.free_symbols - set(getattr(fact.target, "indices", ()))
    if isinstance(fact, Equation) and any(isinstance(x, (E, Var, Cov)) for x in walk(fact.relation)):
        symbols = fact.relation.lhs.free_symbols | fact.relation.rhs.free_symbols
        return {s for s in symbols if not isinstance(s, Index)}
    return set()


def _subjects_of(fact: Fact) -> set:
    """What a definition or a moment is about: the family or parameter defined, the random families of the moment."""
    if isinstance(fact, Definition):
        return {fact.head}
    return {x.family for x in walk(getattr(fact, "relation", None)) if isinstance(x, Element) and x.family.random}


def _definitions_in(node: Any, given: tuple) -> tuple[Fact, ...]:
    """The plain definitions that a term needs, directly or through others."""
    symbols = {getattr(x, "family", x) for x in walk(node)}
    own = [f for f in given if isinstance(f, Definition) and f.over is None and f.head in symbols]
    found: dict[Fact, None] = dict.fromkeys(own)
    for f in own:
        found.update(dict.fromkeys(_definitions_in(f.value, tuple(g for g in given if g is not f))))
    return tuple(found)


def _in_domain(v: Any, value: Any) -> list[Relation]:
    found = [] if v.lower is None else [ge(value, number(v.lower))]
    return found if v.upper is None else [*found, le(value, number(v.upper))]


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
    theorem, verdict = None, UNDECIDED
    if not reason and all(line.verdict == PROVED for line in checker.lines):
        verdict = PROVED
        conditions = Report(derivation, verdict, tuple(checker.lines)).conditions
        theorem = Theorem(_SEAL, derivation.name, derivation.claim, derivation.given, conditions)
    return Report(derivation, verdict, tuple(checker.lines), theorem, reason, seconds=perf_counter() - began), checker


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
