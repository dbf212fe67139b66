"""The verdict on a case.

Searching and checking are apart: what is proposed here (an induction, a closed form, a case split) is handed to the
kernel as a derivation, or as single goals, and only the kernel's answer makes a line proved.  A line is refuted only
by a witness that `refute.replay` has evaluated from nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from itertools import islice, product
from time import thread_time
from typing import Any

from ..advice import Search
from ..checker import examine
from ..kernel.check import follows
from ..kernel.goal import Goal
from ..kernel.polynomial import DEADLINE, Budget, add, fraction, is_constant, within
from ..kernel.scope import Contradiction
from ..language import derivation as D
from ..language import terms as T
from ..language.errors import SgdproofsError, StatementError
from ..language.facts import Across, Definition
from ..language.functions import Product
from ..language.report import PROVED, REFUTED, UNDECIDED, UNJUSTIFIED
from ..language.statements import FunctionOf, Independence, Relation, eq, ge, gt, le, lt, ne
from ..ledger import factored, spelled
from ..refute import search
from ..rules.dependence import disjoint_blocks, function_of_past
from ..rules.derivatives import differentiation
from ..rules.expectation import conditioning, identical_distribution, independence, moments
from ..rules.limits import limits
from ..rules.products import products
from ..rules.truth import cases
from .case import Case, Claim, Item, Setting, read_case
from .certificates import WiderSearch, geometric_moments, power_sums, telescoped
from .irrational import search_enclosed
from .lemmas import induction, reversed_sums, sum_lemmas
from .matrix_judge import decide
from .moments import Moments, said, speaks_of_moments
from .reductions import reducible
from .strategies import by_reduction, settled
from .translate import CaseError, Need, integral
from .words import beyond

__all__ = ["SECONDS", "check_step", "failed", "judge"]

SECONDS = 10.0
"""How long one case may take."""
RULES = (
    independence()
    & moments()
    & identical_distribution()
    & conditioning()
    & cases()
    & differentiation()
    & limits()
    & products()
)
"""Every rule that rewrites; what a line cites is added to it."""


@dataclass
class Outcome:
    """The verdict on one claim or item."""

    verdict: str
    reason: str = ""
    conditions: list[dict] = field(default_factory=list)
    witness: Any = None


class Clock:
    """The time of a case."""

    def __init__(self, seconds: float) -> None:
        self.end = thread_time() + seconds

    def left(self) -> float:
        return self.end - thread_time()

    @contextmanager
    def spend(self, seconds: float) -> Iterator[None]:
        """At most so many seconds, and no more than are left."""
        mark = DEADLINE.set(min(DEADLINE.get(), thread_time() + seconds, self.end))
        try:
            yield
        finally:
            DEADLINE.reset(mark)


# --- cases -------------------------------------------------------------------------------------------------


def check_step(case: dict | str, *, seconds: float = SECONDS) -> dict[str, Any]:
    """The verdict on one step, chain or induction: an object of the step file format, or its JSON text.

    The answer is `{"id", "verdict", "reason", "conditions", "witness", "lines"}`; of a case that is malformed it has
    an `error`, and the verdict is undecided.
    """
    name = case.get("id") if isinstance(case, dict) else None
    try:
        if isinstance(case, str):
            from .case import parse

            case = parse(case)
            name = case.get("id")
        return judge(read_case(case), seconds=seconds)
    except CaseError as error:
        return failed(name, str(error))


def failed(name: Any, message: str) -> dict[str, Any]:
    """The answer to a case that could not be read."""
    return {
        "id": name if isinstance(name, str) else None,
        "verdict": UNDECIDED,
        "reason": f"error: {message}",
        "conditions": [],
        "witness": None,
        "lines": [],
        "error": message,
    }


def judge(case: Case, *, seconds: float = SECONDS) -> dict[str, Any]:
    """The verdict on a case that has been read."""
    clock = Clock(seconds)
    outcomes = []
    for k, item in enumerate(case.items):
        share = clock.left() / (len(case.items) - k)
        outcome = _item(item, Clock(max(share, 0.05)))
        outcomes.append(_by_its_words(item, outcome, Clock(max(share, 0.05))) if item.by else outcome)
    lines = [
        {
            "name": item.name,
            "statement": item.text,
            "verdict": o.verdict,
            "reason": o.reason,
            "conditions": o.conditions,
            "witness": o.witness,
        }
        for item, o in zip(case.items, outcomes)
    ]
    whole = _whole(outcomes)
    if len(lines) > 1 and whole.verdict != PROVED:
        at = next(k for k, o in enumerate(outcomes) if o.verdict == whole.verdict)
        whole = replace(whole, reason=f"{case.items[at].name}: {whole.reason}")
    return {
        "id": case.id,
        "verdict": whole.verdict,
        "reason": whole.reason,
        "conditions": whole.conditions,
        "witness": whole.witness,
        "lines": lines if case.kind != "relation" else [],
    }


def _whole(outcomes: list[Outcome]) -> Outcome:
    """All parts together: refuted if one is, proved if all are."""
    for verdict in (REFUTED, UNJUSTIFIED, UNDECIDED):
        for outcome in outcomes:
            if outcome.verdict == verdict:
                return outcome
    found: list[dict] = []
    for outcome in outcomes:
        found += [c for c in outcome.conditions if c not in found]
    return Outcome(PROVED, outcomes[0].reason if len(outcomes) == 1 else "", found)


def _item(item: Item, clock: Clock) -> Outcome:
    if item.unsaid:
        return Outcome(UNDECIDED, f"not in the language ({item.unsaid})")
    if item.matrices is not None:
        return Outcome(*decide(item.matrices, clock.left()))
    if not item.claims:
        return Outcome(UNDECIDED, "the assumptions exclude every point")
    assert item.setting is not None
    outcomes: list[Outcome] = []
    for k, claim in enumerate(item.claims):
        share = clock.left() / (len(item.claims) - k)
        try:
            outcomes.append(_claim(claim, item.setting, Clock(max(share, 0.05))))
        except (SgdproofsError, RecursionError) as error:
            outcomes.append(Outcome(UNDECIDED, f"not in the language ({error or 'nested too deeply'})"))
        if outcomes[-1].verdict == REFUTED:
            break
    return _whole(outcomes)


def _by_its_words(item: Item, outcome: Outcome, clock: Clock) -> Outcome:
    """A line that is proved, but not by its own reason: in a model without what the reason leaves aside it fails."""
    if outcome.verdict != PROVED or item.setting is None or item.setting.models is None or item.setting.complexes:
        return outcome
    aside = beyond(item.by, item.setting.models)
    if not aside:
        return outcome
    without = tuple(f for f in item.setting.models if f not in aside)
    for claim in item.claims:
        found = _searched(claim.exact, without, min(2.0, 0.5 * clock.left()))
        if found is None:
            continue
        needed = [f for f in aside if _searched(claim.exact, tuple(g for g in (*without, *aside) if g is not f), 0.5)]
        missing = "; ".join(f.name for f in needed or aside)
        return Outcome(
            UNJUSTIFIED,
            f"it does not follow by “{item.by}”; missing: {missing}; without it {found.describe()}",
            outcome.conditions,
            found.as_json(),
        )
    return outcome


def _claim(claim: Claim, setting: Setting, clock: Clock) -> Outcome:
    """First a quick proof, then a quick search for a witness, then the longer ways."""
    prover = Prover(setting, clock)
    with clock.spend(0.45 * clock.left()):
        open_needs = [n for n in claim.needs if not prover.holds(n)]
        proof = None
        if not open_needs and not setting.complexes:
            proof = prover.quick(claim.statement)
        elif setting.complexes and all(n.real for n in open_needs):
            proof = prover.by_reduction(claim.statement)
    if proof is not None:
        return proof
    witness = _refuted(claim, setting, clock, prover)
    if witness is not None:
        return witness
    if setting.complexes:
        return Outcome(UNDECIDED, "not in the language (complex numbers)")
    open_needs = [n for n in open_needs if not prover.holds_by_reduction(n)]
    if all(n.real for n in open_needs):
        with clock.spend(0.7 * clock.left()):
            proof = prover.by_reduction(claim.statement) if open_needs else prover.longer(claim.statement)
        if proof is not None:
            return proof
        witness = _refuted_limit(claim, setting, clock, prover) or _refuted_value(claim, setting, clock, prover)
        if witness is not None:
            return witness
    if setting.unsaid:
        return Outcome(UNDECIDED, f"not in the language ({', '.join(setting.unsaid)})")
    if clock.left() < 0:
        return Outcome(UNDECIDED, "budget: the time of the case is over")
    if open_needs:
        return Outcome(
            UNDECIDED,
            "a condition is not discharged: " + ", ".join(str(n.relation) for n in open_needs[:3]),
            [_condition(n.relation, None) for n in open_needs],
        )
    return Outcome(UNDECIDED, prover.reason or "no rule applies", prover.conditions)


def _condition(relation: Any, discharged: str | None) -> dict:
    return {"condition": str(relation), "discharged": discharged}


# --- refutation --------------------------------------------------------------------------------------------


def _refuted(claim: Claim, setting: Setting, clock: Clock, prover: Prover) -> Outcome | None:
    """A witness against the claim, or against something without which it is undefined."""
    if setting.models is None:
        return None
    necessary = [n for n in claim.needs if n.necessary and not setting.complexes and not prover.holds(n)]
    for need in necessary[:3]:
        found = _searched(need.relation, setting.models, min(1.0, 0.2 * clock.left()))
        if found is not None:
            return Outcome(
                REFUTED,
                f"undefined: {need.relation.lhs} {need.relation.rel} {need.relation.rhs} fails at {found.describe()}",
                witness=found.as_json(),
            )
    statement = claim.exact.given(
        *(
            r
            for n in necessary
            if len(n.relation.when) == len(claim.exact.when)
            for r in (Relation(n.relation.lhs, n.relation.rel, n.relation.rhs),)
        )
    )
    return _witness(statement, setting, clock)


def _witness(statement: Relation, setting: Setting, clock: Clock) -> Outcome | None:
    """A point at which the statement fails: exactly, or in rectangles that do not meet."""
    assert setting.models is not None
    if not setting.complexes:
        found = _searched(statement, setting.models, min(3.0, 0.4 * clock.left()))
        if found is not None:
            return Outcome(REFUTED, found.describe(), witness=found.as_json())
    record = search_enclosed(statement, setting.models, setting.complexes, seconds=min(2.0, 0.4 * clock.left()))
    if record is None:
        return None
    where = ", ".join(f"{name} = {v}" for name, v in record["parameters"].items())
    sides = "" if record["left"] is None else f": left {record['left'][0]}, right {record['right'][0]}"
    return Outcome(REFUTED, f"{where}{sides} ({record['why']})", witness=record)


def _searched(statement: Relation, facts: Iterable[Any], seconds: float) -> Any:
    try:
        return search(statement, facts, seconds=max(seconds, 0.2))
    except (SgdproofsError, RecursionError):
        return None


def _refuted_limit(claim: Claim, setting: Setting, clock: Clock, prover: Prover) -> Outcome | None:
    """A limit of a recurrence, refuted through the closed form that the kernel has proved."""
    if setting.models is None or not any(isinstance(x, T.Limit) for x in _nodes(claim.exact)):
        return None
    statement, facts = claim.exact, list(setting.models)
    for closed in prover.closed_forms(claim.statement):
        family, index = closed.claim.lhs.family, closed.claim.lhs.indices[0]
        if any(_uses(f, family) for f in facts if not (isinstance(f, Definition) and _about(f, family))):
            return None
        statement = _rewritten(statement, family, index, closed.claim.rhs).given(*closed.claim.when)
        facts = [f for f in facts if not (isinstance(f, Definition) and _about(f, family))]
    if statement is claim.exact:
        return None
    return _witness(statement, replace(setting, models=tuple(facts)), clock)


def _refuted_value(claim: Claim, setting: Setting, clock: Clock, prover: Prover) -> Outcome | None:
    """A limit refuted through its value, of which the kernel has proved that it is the limit at all points."""
    statement = prover.valued(claim.statement)
    if statement == claim.statement or setting.models is None:
        return None
    return _witness(statement, setting, clock)


def _about(fact: Definition, family: T.Family) -> bool:
    return getattr(fact.target, "family", None) == family


def _uses(fact: Any, family: T.Family) -> bool:
    from ..models import fact_roots

    return any(x == family for root in fact_roots(fact) for x in T.walk(root))


def _rewritten(node: Any, family: T.Family, index: T.Index, value: Any) -> Any:
    """`node` with every element of the family replaced by its closed form."""
    if isinstance(node, Relation):
        left, right, *when = (_rewritten(part, family, index, value) for part in (node.lhs, node.rhs, *node.when))
        return Relation(left, node.rel, right, tuple(when))
    if isinstance(node, T.Element) and node.family == family:
        return T.substituted(value, {index: _rewritten(node.indices[0], family, index, value)})
    if not node.args or isinstance(node, (T.Family, T.Parameter, T.Function)):
        return node
    if isinstance(node, T.Sum):
        ranges = [
            (v, _rewritten(a, family, index, value), _rewritten(b, family, index, value)) for v, a, b in node.ranges
        ]
        return T.Sum(_rewritten(node.body, family, index, value), *ranges, distinct=node.distinct)
    return node.func(*(_rewritten(a, family, index, value) for a in node.args))


# --- proof -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Closed:
    """A proved closed form: the line to be cited, and what it says."""

    item: D.Induction
    claim: Relation


class Prover:
    """Ways to a proof under one setting; every one of them ends in the kernel."""

    def __init__(self, setting: Setting, clock: Clock) -> None:
        self.setting, self.clock = setting, clock
        self.recurrences = [f for f in setting.facts if isinstance(f, Definition) and f.over is not None]
        self.reason = ""
        self.conditions: list[dict] = []
        self._closed: list[Closed] | None = None
        self._ranges: tuple | None = None

    def goal(self, statement: Relation, facts: tuple) -> Any:
        return follows(
            lambda: Goal(statement, replace(RULES, cites=facts), facts, (), statement.when, _advisor(statement), facts),
            seconds=max(0.05, min(4.0, self.clock.left())),
        )

    def valued(self, statement: Relation) -> Relation:
        """The statement with the limits whose values are proved replaced by these."""
        found = statement
        for node in _nodes(statement):
            value = self.value_of(node, statement.when) if isinstance(node, T.Limit) else None
            if value is not None:
                sides = (_with(side, node, value) for side in (found.lhs, found.rhs))
                found = Relation(next(sides), found.rel, next(sides), found.when)
        return found

    def by_value(self, statement: Relation) -> Outcome | None:
        """The statement from the values of the limits in it."""
        found = self.valued(statement)
        if found == statement:
            return None
        return self._one(found, self.setting.facts) or self.by_reduction(found)

    def value_of(self, limit: T.Limit, when: tuple) -> Any:
        """The limit as a term without limits, if that it is this is proved under the assumptions; else None."""
        items = self._closed_ranges(eq(limit, limit).given(*when))
        said = tuple(item.claim for item in items)
        try:
            probe = Goal(eq(limit, limit), RULES, self.setting.facts, said, when, Search(), self.setting.facts)
            p = probe.normal(probe.scope).poly(limit, {})
        except (Budget, Contradiction, ZeroDivisionError):
            return None
        if any(a[0].startswith("Limit") for a in within(p)):
            return None
        value = spelled(p, probe.scope)
        line = D.step(eq(limit, value).given(*when), by=replace(RULES, cites=(*self.setting.facts, *items)))
        return None if self._checked(line.statement, (*items, line)) is None else value

    def shorter(self, term: Any, when: tuple) -> Any:
        """The term as a quotient of factored polynomials; untrusted, as it is only proposed."""
        try:
            probe = Goal(eq(term, term), RULES, (), (), when, Search(), ())
            return factored(probe.normal(probe.scope).poly(term, {}), probe.scope)
        except (Budget, Contradiction, ZeroDivisionError):
            return term

    def holds(self, need: Need) -> bool:
        """True if what a claim needs is proved."""
        if need.relation.lhs == need.relation.rhs and "=" in need.relation.rel and need.relation.rel != "!=":
            return True
        if self.setting.complexes:  # the kernel takes every symbol for a real number
            return not need.real and self.holds_by_reduction(need)
        if self.goal(need.relation, self.setting.facts).proved:
            return True
        left, right, rel = need.relation.lhs, need.relation.rhs, need.relation.rel
        if isinstance(left, T.Times) and right == 0 and rel in (">=", ">", "!=") and speaks_of_moments(need.relation):
            return all(
                self.holds(replace(need, relation=Relation(p, rel, right, need.relation.when))) for p in left.args
            )
        return self.by_moments(need.relation) is not None

    def holds_by_reduction(self, need: Need) -> bool:
        """The same, where functions in what is needed stand in the way.  That a value is real, reductions see to."""
        ways = (self.by_reduction, self.by_settling, self.by_signs)
        return not need.real and any(way(need.relation) is not None for way in ways)

    def quick(self, statement: Relation) -> Outcome | None:
        """The statement as one goal, with each recurrence taken at a place where it occurs."""
        for facts in self._places(statement):
            found = self._one(statement, facts)
            if found is not None:
                return found
        return None

    def _one(self, statement: Relation, facts: tuple) -> Outcome | None:
        outcome = self.goal(statement, facts)
        met = [_condition(r, how) for r, how in outcome.needs]
        if outcome.proved:
            return Outcome(PROVED, "by the declared facts", met)
        if not self.reason or not outcome.reason.startswith("what is left"):
            self.reason, self.conditions = outcome.reason, [c for c in met if c["discharged"] is None]
        return None

    def _places(self, statement: Relation) -> Iterator[tuple]:
        """The facts; then with the recurrences unfolded at the places at which their families occur."""
        yield self.setting.facts
        seen = [place for place in self._occurring(statement) if not _bound_in(place, statement)][:4]
        for place in seen[:3]:
            yield self._at(place)
        if len(seen) > 1:
            yield self._at(*seen)

    def _occurring(self, statement: Relation) -> list:
        """The places of recurrences that a statement mentions."""
        families = {f.target.family for f in self.recurrences}
        found = (x.indices[0] for x in _nodes(statement) if isinstance(x, T.Element) and x.family in families)
        return list(dict.fromkeys(found))

    def longer(self, statement: Relation) -> Outcome | None:
        ways = (
            self.by_order,
            self.by_ranges,
            self.by_reduction,
            self.by_settling,
            self.by_sums,
            self.by_closed_form,
            self.by_power_sums,
            self.by_series,
            self.by_value,
            self.by_induction,
            self.by_differences,
            self.by_signs,
            self.by_own_induction,
            self.by_reversal,
        )
        # What is known of moments decides orders; an equation is mostly a matter of the facts.
        at = 0 if statement.rel != "==" else len(ways)
        for way in (*ways[:at], self.by_moments, *ways[at:]):
            found = None
            with suppress(SgdproofsError):  # what one way cannot say, another one may
                found = way(statement)
            if found is not None or self.clock.left() < 0.1:
                return found
        return None

    def by_reduction(self, statement: Relation) -> Outcome | None:
        """The statement without roots, absolute values, exponentials and the like."""
        sides = (s for r in (statement, *statement.when) for s in (r.lhs, r.rhs))
        divided = any(isinstance(x, T.Quotient) for w in statement.when for s in (w.lhs, w.rhs) for x in T.walk(s))
        if not (self.setting.complexes or reducible(*sides) or statement.rel == "!=" or divided):
            return None
        fixed = {s for f in self.setting.facts for s in _free(f)}
        if fixed & set(self.setting.complexes):
            return None
        with self.clock.spend(0.6 * self.clock.left()):
            if not by_reduction(statement, self._asked, self.setting.complexes, fixed, self._over):
                return None
        return Outcome(PROVED, "by cases and values of the functions in it")

    def by_settling(self, statement: Relation) -> Outcome | None:
        """The statement from few goals that the kernel proves; an integer that is not even and not odd is neither."""
        with self.clock.spend(min(2.0, 0.4 * self.clock.left())):
            found = settled(statement, self._asked)
        return Outcome(PROVED, "by the order of the real numbers") if found else None

    def by_sums(self, statement: Relation) -> Outcome | None:
        """The statement from relations between its sums that hold term by term."""
        with self.clock.spend(min(3.0, 0.4 * self.clock.left())):
            lemmas: list[Relation] = []
            for lemma in islice(sum_lemmas(statement, self._at_once), 12):
                lemmas.append(lemma)
                if self.goal(statement.given(lemma), self.setting.facts).proved:
                    break
            else:
                if not lemmas or not self._shown(statement.given(*lemmas)):
                    return None
        return Outcome(PROVED, "by inequalities that hold term by term")

    def by_reversal(self, statement: Relation) -> Outcome | None:
        """The statement with its sums in the other order."""
        turned = reversed_sums(statement)
        return None if turned is None else self.quick(turned)

    def by_own_induction(self, statement: Relation) -> Outcome | None:
        """By induction, where roots, logarithms and the like have to be reduced on the way."""
        fixed = {s for f in self.setting.facts for s in _free(f)}
        if statement.rel in ("<", ">") and integral(statement.lhs) and integral(statement.rhs):
            # Of integers: a < b says a + 1 <= b, which is the better hypothesis.
            low, high = (statement.lhs, statement.rhs)[:: 1 if statement.rel == "<" else -1]
            statement = le(T.Plus(low, T.number(1)), high).given(*statement.when)
        with self.clock.spend(min(5.0, 0.8 * self.clock.left())):
            for base, step in induction(statement, fixed, self._shown):
                if self._shown(base) and self._shown(step):
                    return Outcome(PROVED, "by induction")
        return None

    def _at_once(self, statement: Relation) -> bool:
        """Whether a relation is proved at once, or by reduction."""
        return bool(self.goal(statement, self.setting.facts).proved) or self.by_reduction(statement) is not None

    def _shown(self, statement: Relation) -> bool:
        """The same, or from few goals."""
        return self._at_once(statement) or settled(statement, self._asked)

    def _asked(self, statement: Relation) -> Any:
        return self.goal(statement, self.setting.facts)

    def _over(self) -> bool:
        return thread_time() > DEADLINE.get()

    def by_order(self, statement: Relation) -> Outcome | None:
        """An extremum is one of two numbers: the statement in either order of the first such two."""
        pairs = [x.args for x in _nodes(statement) if isinstance(x, (T.Minimum, T.Maximum)) and not T.is_random(x)]
        bound = {v for x in _nodes(statement) for v, _, _ in getattr(x, "ranges", ())}
        pairs = [(a, b) for a, b in pairs if not (a.free_symbols | b.free_symbols) & bound]
        if not pairs or any(isinstance(x, T.Limit) for x in _nodes(statement)):
            return None
        left, right = pairs[0]
        found = [self.quick(statement.given(way)) for way in (le(left, right), gt(left, right))]
        return None if None in found else _whole([f for f in found if f is not None])

    def by_ranges(self, statement: Relation) -> Outcome | None:
        """The sum over an empty range is 0: the statement where the first range that may be reversed is not empty, and
        where it is."""
        if any(isinstance(x, T.Limit) for x in _nodes(statement)):
            return None
        for x in _nodes(statement):
            if not isinstance(x, T.Sum) or len(x.ranges) != 1:
                continue
            ((_, low, high),) = x.ranges
            if any(isinstance(s, T.Index) for s in low.free_symbols | high.free_symbols):
                continue

            def proved(claim: Relation) -> bool:
                return bool(self.goal(claim.given(*statement.when), self.setting.facts).proved)

            if proved(ge(high, T.Plus(low, T.number(-1)))) or not all(proved(eq(end, end)) for end in (low, high)):
                continue
            sides = (_with(side, x, T.number(0)) for side in (statement.lhs, statement.rhs))
            empty = Relation(next(sides), statement.rel, next(sides), statement.when)
            found = []
            for case in (empty.given(lt(high, low)), statement.given(ge(high, low))):
                one = self.quick(case) or self.longer(case)
                if one is None:
                    return None
                found.append(one)
            return _whole(found)
        return None

    def by_moments(self, statement: Relation) -> Outcome | None:
        """The statement as one about numbers, with what is known of moments."""
        if not speaks_of_moments(statement):
            return None
        facts, bare = self.setting.facts, Prover(Setting(), self.clock)
        if not self.goal(eq(0, 0).given(*statement.when), facts).proved:
            return None  # what the facts themselves need

        def defined(node: Any) -> bool:
            return bool(self.goal(eq(node, node).given(*statement.when), facts).proved)

        def proves(claim: Relation, long: bool) -> bool:
            with self.clock.spend(1.0):
                return (bare.quick(claim) or (bare.longer if long else bare.by_reduction)(claim)) is not None

        with self.clock.spend(0.8 * self.clock.left()):
            try:
                goal = Goal(statement, replace(RULES, cites=facts), facts, (), statement.when, Search(), facts)
                if not Moments(statement, facts, goal.normal(goal.scope), defined, proves).proved():
                    return None
            except (Budget, Contradiction, ZeroDivisionError, SgdproofsError):
                return None
        return Outcome(PROVED, "by what is known of moments")

    def by_signs(self, statement: Relation) -> Outcome | None:
        """Symbols that are not 0 are positive or negative; one that is not positive is minus another one."""
        apart = {w.lhs for w in statement.when if w.rel == "!=" and w.rhs == 0 and isinstance(w.lhs, T.Parameter)}
        domains = []
        for s in sorted((s for s in statement.free_symbols if isinstance(s, T.Parameter)), key=lambda s: s.name):
            turned = s.lower is None and s.upper is not None and s.upper <= 0
            if turned or s in apart and (s.lower is None or s.lower < 0) and (s.upper is None or s.upper > 0):
                domains.append([(s, new) for new in _signs(s)[0 if not turned else 1 :]])
        if not 0 < len(domains) <= 3:
            return None
        found: list[Outcome] = []
        for choice in product(*domains):
            values = dict(choice)
            prover = Prover(_moved(self.setting, values), self.clock)
            case = statement.at(values)
            one = prover.quick(case) or prover.by_closed_form(case) or prover.by_induction(case)
            if one is None:
                return None
            found.append(one)
        return _whole(found)

    # --- induction ------------------------------------------------------------------------------------------

    def by_induction(self, statement: Relation) -> Outcome | None:
        """Induction over each natural symbol of the statement."""
        symbols = sorted(
            (
                s
                for s in statement.lhs.free_symbols | statement.rhs.free_symbols
                if isinstance(s, T.Parameter)
                and not isinstance(s, T.Index)
                and s.sort == "integer"
                and s.lower is not None
            ),
            key=lambda s: s.name,
        )
        for w in statement.when:
            if w.rel in ("<=", ">="):
                low, high = (w.lhs, w.rhs) if w.rel == "<=" else (w.rhs, w.lhs)
                if low in symbols and high in symbols and not any(high in _free(f) for f in self.setting.facts):
                    # high = low + m for a natural m: the induction is over m
                    more = T.Index(f"{high.name}'", "integer", 0)
                    found = self._inductive(statement.at({high: T.Plus(low, more)}), more)
                    if found is not None:
                        return found
        for symbol in symbols[:3]:
            if any(symbol in _free(f) for f in self.setting.facts) or self.clock.left() < 0.1:
                continue
            index = T.Index(symbol.name, "integer", symbol.lower, False, symbol.upper, symbol.open_upper)
            claim = self._relevant(statement, symbol).at({symbol: index})
            for way in (claim, self._cleared(claim)):
                found = None if way is None else self._inductive(way, index, claim)
                if found is not None:
                    return found
        return None

    def _cleared(self, claim: Relation) -> Relation | None:
        """An equation between moments without the divisors in it, which may be 0 at the start of an induction."""
        if claim.rel != "==" or not speaks_of_moments(claim) or not self.recurrences:
            return None
        try:
            with self.clock.spend(1.0):
                goal = Goal(claim, replace(RULES, cites=()), (), (), claim.when, Search())
                n = goal.normal(goal.scope)
                above, below = fraction(add(n.poly(claim.lhs, {}), n.poly(claim.rhs, {}), -1))
                return None if is_constant(below) else eq(said(above, n.scope), 0).given(*claim.when)
        except (Budget, Contradiction, ZeroDivisionError, SgdproofsError):
            return None

    def by_differences(self, statement: Relation) -> Outcome | None:
        """A recurrence of second order: first `a(t + 1) - r a(t)` for a base r of a power in the claim, then `a(t)`."""
        target = statement.lhs
        of_order_two = {f.target.family for f in self.recurrences if len(f.start) == 2}
        if not isinstance(target, T.Element) or target.family not in of_order_two or statement.rel != "==":
            return None
        symbol = target.indices[0]
        if not isinstance(symbol, T.Parameter) or symbol.sort != "integer" or symbol.lower is None:
            return None
        index = T.Index(symbol.name, "integer", symbol.lower)
        claim, start = statement.at({symbol: index}), T.number(int(index.lower))
        bases = {x.args[0] for x in T.walk(claim.rhs) if isinstance(x, T.Power) and index in x.args[1].free_symbols}
        for base in sorted(bases | {T.number(1)}, key=str):
            one, other = (claim.at({index: index + k}) for k in (1, 0))
            sides = (T.Plus(s, T.Negative(T.Times(base, z))) for s, z in ((one.lhs, other.lhs), (one.rhs, other.rhs)))
            first = D.induction(
                eq(*sides).given(*claim.when),
                over=index,
                start=int(index.lower),
                base=replace(RULES, cites=self._at(start, T.Plus(start, T.number(1)))),
                step=replace(RULES, cites=(*self._at(index + 1), D.HYPOTHESIS)),
            )
            then = D.induction(
                claim,
                over=index,
                start=int(index.lower),
                base=replace(RULES, cites=self._at(start)),
                step=replace(RULES, cites=(*self.setting.facts, D.at(first, {index: index - 1}), D.HYPOTHESIS)),
            )
            report = self._checked(claim, (first, then))
            if report is not None or self.clock.left() < 0.1:
                return report
        return None

    def _relevant(self, statement: Relation, symbol: T.Parameter) -> Relation:
        """The statement without assumptions on symbols that neither it nor a fact mentions: it says more."""
        here = statement.lhs.free_symbols | statement.rhs.free_symbols
        here = here.union(*(_free(f) for f in self.setting.facts))
        kept = [w for w in statement.when if _symbols(w) <= {symbol} or (_symbols(w) - {symbol}) & here]
        return Relation(statement.lhs, statement.rel, statement.rhs, kept)

    def _inductive(self, claim: Relation, index: T.Index, whole: Relation | None = None) -> Outcome | None:
        """Induction, and what follows from it; the recurrences are cited at the index, or at all places mentioned."""
        start, whole = int(index.lower), claim if whole is None else whole
        mentioned = [p for p in self._occurring(claim) if p.free_symbols <= {index}]
        several = [index, *mentioned] if len(mentioned) <= 4 and set(mentioned) - {index, index - 1} else []
        for places in [[index], several] if several else [[index]]:
            first = [T.substituted(p, {index: T.number(start)}) for p in places]
            for lines, cites in self._preparations(claim, index):
                base = replace(RULES, cites=(*self._at(*first), *(lines if lines == cites else ())))
                step = replace(RULES, cites=(*self._at(*places), *cites, D.HYPOTHESIS))
                proof = D.induction(claim, over=index, start=start, base=base, step=step)
                rest = () if whole == claim else (D.step(whole, by=replace(RULES, cites=(*self.setting.facts, proof))),)
                report = self._checked(whole, (*lines, proof, *rest))
                if report is not None:
                    return report
        return None

    def _at(self, *places: Any) -> tuple:
        """The facts, with the recurrences at these places."""
        kept = tuple(f for f in self.setting.facts if f not in self.recurrences)
        return kept + tuple(f.at(place) for f in self.recurrences for place in dict.fromkeys(places))

    def _preparations(self, claim: Relation, index: T.Index) -> Iterator[tuple[tuple, tuple]]:
        """Lines before an induction, and how its step cites them.

        There are none; or they say that what a random recurrence computes does not depend on later inputs; or they
        are closed forms of power sums.
        """
        yield (), ()
        across = [
            f for f in self.setting.facts if isinstance(f, Across) and f.strength == "mutual" and len(f.families) == 1
        ]
        lines: list = []
        for rule in self.recurrences:
            state = rule.target.family
            sources = {x.family for x in T.walk(rule.value) if isinstance(x, T.Element) and x.family.random} - {state}
            facts = [f for f in across if set(f.families) == sources]
            if rule.over is None or not state.random or len(facts) != 1 or index.lower < rule.first - 1:
                continue
            (source,) = sources
            over = T.Index(rule.over.name, "integer", rule.over.lower)
            past = D.step(FunctionOf(state[over], source), by=function_of_past(rule))
            fresh = D.step(
                Independence(state[index - 1], source[index], when=(ge(index, rule.first),)),
                by=disjoint_blocks(past, facts[0]),
            )
            lines += [past, fresh]
        if lines:
            yield tuple(lines), tuple(lines)
        items, over, _ = self._power_sums(claim)
        if items:
            yield items, tuple(D.at(item, {over: end}) for item in items for end in (index, index + 1))

    def _checked(self, claim: Relation, proof: tuple) -> Outcome | None:
        """A derivation of the claim from the facts, checked by the kernel; None unless every line is proved."""
        with self.clock.spend(min(5.0, max(0.1, self.clock.left()))):
            try:
                report = examine(D.Derivation("step", claim, proof, given=self.setting.facts), advisor=_advisor(claim))[
                    0
                ]
            except StatementError as error:
                self.reason = self.reason or str(error)
                return None
        if report.theorem is None:
            return None
        return Outcome(PROVED, "by induction", [_condition(c.relation, c.discharged) for c in report.conditions])

    # --- closed forms ---------------------------------------------------------------------------------------

    def by_closed_form(self, statement: Relation) -> Outcome | None:
        """The statement from the closed forms of the recurrences that it is about."""
        closed = [c for c in self.closed_forms(statement) if set(c.claim.when) <= set(statement.when)]
        if not closed:
            return None
        items = tuple(c.item for c in closed)
        runs = {x.args[1] for x in _nodes(statement) if isinstance(x, T.Limit) and isinstance(x.args[1], T.Index)}
        there = tuple(D.at(c.item, {c.claim.lhs.indices[0]: v}) for c in closed for v in sorted(runs, key=str))
        steps = [
            D.step(statement, by=replace(RULES, cites=(*self.setting.facts, *items, *there), rewrites=flag))
            for flag in (False, True)
        ]
        for line in steps:
            found = self._checked(statement, (*items, line))
            if found is not None:
                return replace(found, reason="by the closed form of the recurrence, which is proved by induction")
        return None

    def by_power_sums(self, statement: Relation) -> Outcome | None:
        """The statement from the closed forms of sums of powers."""
        items, over, ends = self._power_sums(statement)
        if not items or not ends:
            return None
        cites = tuple(D.at(item, {over: end}) for item in items for end in ends)
        line = D.step(statement, by=replace(RULES, cites=(*self.setting.facts, *cites)))
        found = self._checked(statement, (*items, line))
        return (
            None
            if found is None
            else replace(found, reason="by closed forms of power sums, which are proved by induction")
        )

    def by_series(self, statement: Relation) -> Outcome | None:
        """The statement from closed forms of the sums and products in its limits, each proved by induction."""
        items = self._closed_ranges(statement)
        if not items:
            return None
        line = D.step(statement, by=replace(RULES, cites=(*self.setting.facts, *items)))
        found = self._checked(statement, (*items, line))
        return (
            None
            if found is None
            else replace(found, reason="by closed forms of the partial sums, which are proved by induction")
        )

    def _closed_ranges(self, statement: Relation) -> tuple:
        """Lines that give sums and products in limits over an index in closed form, for all its values."""
        if self._ranges is None:
            found: list = []
            for x in _nodes(statement):
                if not isinstance(x, T.Limit) or not isinstance(x.args[1], T.Index):
                    continue
                over, start = x.args[1], int(x.args[1].lower)
                claims = geometric_moments(x) if start == 0 else []
                for node in T.walk(x.args[0]):
                    closed = telescoped(node) if over in node.free_symbols and _ranged(node) else None
                    claims += [] if closed is None else [eq(node, closed)]
                for claim in dict.fromkeys(claims):
                    own = claim.given(*(w for w in statement.when if over not in _symbols(w)))
                    step = replace(RULES, cites=(D.HYPOTHESIS,))
                    item = D.induction(own, over=over, start=start, base=RULES, step=step)
                    if self._checked(own, (item,)) is not None:
                        found.append(item)
            self._ranges = tuple(found)
        return self._ranges

    def _power_sums(self, statement: Relation) -> tuple[tuple, T.Index, list]:
        over, closed, ends = power_sums(_nodes(statement))
        items = tuple(
            D.induction(claim, over=over, start=0, base=RULES, step=replace(RULES, cites=(D.HYPOTHESIS,)))
            for claim in closed
        )
        return items, over, ends

    def closed_forms(self, statement: Relation) -> list[Closed]:
        """Closed forms of linear recurrences of first order with constant coefficients, each proved by induction."""
        if self._closed is None:
            wanted = {x.family for x in _nodes(statement) if isinstance(x, T.Element)}
            found = (self._closed_form(f, statement.when) for f in self.recurrences if f.target.family in wanted)
            self._closed = [c for c in found if c is not None]
        return self._closed

    def _closed_form(self, fact: Definition, when: tuple) -> Closed | None:
        family, over = fact.target.family, fact.over
        if over is None:
            return None
        before = family[over - 1]
        if family.random or len(fact.start) != 1 or over.lower != fact.start[0][0] or over.lower != 0:
            return None
        if any(
            isinstance(x, T.Element) and x != before and (x.family == family or over in x.free_symbols)
            for x in T.walk(fact.value)
        ):
            return None
        shift, whole = (_with(fact.value, before, T.number(v)) for v in (0, 1))
        try:
            rate, shift = (self.shorter(x, when) for x in (T.Plus(whole, T.Negative(shift)), shift))
        except ZeroDivisionError:  # it divides by what was before
            return None
        linear = ge(over, fact.first)
        if not self.goal(eq(fact.value, T.Plus(T.Times(rate, before), shift)).given(*when, linear), ()).proved:
            return None
        if over in shift.free_symbols | whole.free_symbols:
            return None
        start = fact.start[0][1]
        gap = self.shorter(T.Plus(T.number(1), T.Negative(rate)), when)
        apart, fixed = ne(gap, 0), T.Quotient(shift, gap)
        geometric = T.Plus(T.Times(T.Power(rate, over), T.Plus(start, T.Negative(fixed))), fixed)
        arithmetic = T.Plus(start, T.Times(over, shift))
        kept = tuple(w for w in when if over not in w.lhs.free_symbols | w.rhs.free_symbols)
        for value, assumed in ((arithmetic, kept), (geometric, kept), (geometric, (*kept, apart))):
            claim = eq(family[over], value).given(*assumed)
            base = replace(RULES, cites=(*self._at(T.number(0)),))
            step = replace(RULES, cites=(*self._at(over), D.HYPOTHESIS))
            proof = D.induction(claim, over=over, start=0, base=base, step=step)
            if self._checked(claim, (proof,)) is not None:
                return Closed(proof, claim)
        return None


def _with(node: Any, old: Any, new: Any) -> Any:
    """`node` with a subterm replaced."""
    if node == old:
        return new
    if not node.args or isinstance(node, (T.Family, T.Parameter, T.Function)):
        return node
    if isinstance(node, T.Sum):
        ranges = [(v, _with(a, old, new), _with(b, old, new)) for v, a, b in node.ranges]
        return T.Sum(_with(node.body, old, new), *ranges, distinct=node.distinct)
    return node.func(*(_with(a, old, new) for a in node.args))


def _nodes(relation: Relation) -> Iterator[Any]:
    for side in (relation.lhs, relation.rhs):
        yield from T.walk(side)


def _ranged(node: Any) -> bool:
    return isinstance(node, (T.Sum, Product))


def _bound_in(place: Any, relation: Relation) -> bool:
    """Whether a place mentions an index that is bound in the relation."""
    return any(isinstance(s, T.Index) for s in place.free_symbols) and not place.free_symbols <= (
        relation.lhs.free_symbols | relation.rhs.free_symbols
    )


def _advisor(statement: Relation) -> Search:
    """Inequalities are worth the longer search for certificates; the conditions of equations are many and easy."""
    return Search() if statement.rel in ("==", "!=") else WiderSearch()


def _symbols(relation: Relation) -> set:
    return relation.lhs.free_symbols | relation.rhs.free_symbols


def _free(fact: Any) -> set:
    from ..models import fact_roots

    return {s for root in fact_roots(fact) for s in root.free_symbols}


def _signs(s: T.Parameter) -> list[Any]:
    """`s > 0`, and `s < 0` as minus a positive one (not negative, where `s <= 0`)."""
    whole = s.sort == "integer"
    least = (1, False) if whole else (0, True)
    above = T.Parameter(s.name, s.sort, *least, s.upper, s.open_upper) if s.upper is None or s.upper > 0 else None
    if s.upper is not None and (s.upper < 0 or s.upper == 0 and not s.open_upper):
        least = (-s.upper, s.open_upper)
    below = T.Parameter(f"{s.name}'", s.sort, *least, None if s.lower is None else -s.lower, s.open_lower)
    return [above, T.Negative(below)]


def _moved(setting: Setting, domains: dict) -> Setting:
    """The setting with some symbols in narrower domains."""
    from ..language.facts import Equation

    def moved(fact: Any) -> Any:
        if isinstance(fact, Definition):
            return replace(
                fact,
                value=T.substituted(fact.value, domains),
                target=T.substituted(fact.target, domains),
                start=tuple((k, T.substituted(T.term(v), domains)) for k, v in fact.start),
            )
        if isinstance(fact, Equation):
            return replace(fact, relation=fact.relation.at(domains))
        return fact

    return replace(setting, facts=tuple(map(moved, setting.facts)))
