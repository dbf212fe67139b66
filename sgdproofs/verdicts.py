"""The verdict on an entry: the kernel's check, and for each line that fails, what is the matter with it.

A line that is not proved is *unjustified* if it follows from all facts of the derivation (the missing ones are
named), *refuted* if a witness shows it false although all facts hold, and *undecided* otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from time import perf_counter, thread_time
from typing import Any

from .advice import Search
from .checker import Checker, examine, shown
from .kernel.check import Theorem, follows
from .kernel.goal import Goal
from .kernel.normal import Normal
from .kernel.polynomial import DEADLINE, Budget, Poly
from .kernel.reasons import Reason
from .kernel.scope import Contradiction, Scope
from .language.derivation import HYPOTHESIS, PREVIOUS, Derivation, Refutation, Step, fact_relations
from .language.errors import CatalogueError
from .language.facts import Definition, Equation, Fact
from .language.report import PROVED, REFUTED, UNDECIDED, UNJUSTIFIED, Line, Report
from .language.statements import Relation
from .language.terms import Element, Family, Index, Limit, Sum, is_random, walk
from .meaning import NotEvaluable
from .models import models
from .refute import search
from .rules.algebra import substitution
from .rules.derivatives import differentiation
from .rules.expectation import conditioning, identical_distribution, independence, moments
from .rules.limits import limits, passage_to_limit
from .rules.products import products
from .rules.truth import cases

SECONDS = 5.0
"""How long the search for the missing facts of one line may take."""
ORDER = (REFUTED, UNJUSTIFIED, UNDECIDED, PROVED)
REWRITING = (
    independence()
    & moments()
    & identical_distribution()
    & conditioning()
    & cases()
    & differentiation()
    & limits()
    & products()
)
"""Every rule that rewrites terms."""
EVERY_RULE = REWRITING & passage_to_limit() & substitution()
AS_PRINTED = Reason("as printed")


def judge(entry: Derivation | Refutation, catalogue: Mapping[str, Any] | None = None) -> Report:
    """The report on an entry; lemmas are looked up, and proved, in `catalogue`."""
    try:
        if isinstance(entry, Refutation):
            return _refutation(entry, catalogue)
        return _derivation(entry, catalogue or {}, ())
    except RecursionError:
        raise CatalogueError(
            f"{entry.name}: its terms are nested too deeply; name their parts with define(...)"
        ) from None


def _derivation(entry: Derivation, catalogue: Mapping[str, Any], above: tuple[str, ...]) -> Report:
    began = perf_counter()
    report, checker = examine(entry, advisor=Search(), lemmas=_lemmas(entry, catalogue, (*above, entry.name)))
    lines = tuple(
        line if line.verdict == PROVED else _diagnosed(line, goal, known, entry)
        for line, (goal, known) in zip(report.lines, checker.goals, strict=True)
    )
    errata = tuple(_erratum(e, checker, entry) for e in entry.errata)
    verdicts = {line.verdict for line in lines} | ({UNDECIDED} if report.reason else set())
    verdict = next(v for v in ORDER if v in verdicts)
    reason = report.reason
    if verdict == PROVED and not _consistent(entry):
        verdict, reason = UNDECIDED, "no model of the given facts was found: they may contradict each other"
    blessed = next((e for e in errata if e.verdict in (PROVED, UNDECIDED)), None)
    if verdict == PROVED and blessed is not None:
        said = "proved as printed" if blessed.verdict == PROVED else "not seen to be wrong"
        verdict, reason = UNDECIDED, f"an erratum is {said}: {blessed.statement}"
    return replace(
        report,
        verdict=verdict,
        lines=lines,
        errata=errata,
        reason=reason,
        seconds=perf_counter() - began,
        theorem=report.theorem if verdict == PROVED else None,
    )


def _consistent(entry: Derivation) -> bool:
    """True if a model of the facts is found; what is said of limits is compared with the limits that a rule gives."""
    limits_in = {
        f: any(isinstance(x, Limit) for r in fact_relations(f) for side in (r.lhs, r.rhs) for x in walk(side))
        for f in entry.given
    }
    equations = [f for f in entry.given if isinstance(f, Equation) and f.relation.rel == "==" and not f.relation.when]
    if any(limits_in[f] and _excluded(f, entry) for f in equations):
        return False
    named = _Limits(Goal(entry.claim, AS_PRINTED).normal(Scope()))
    facts = [named.said_by(f) if limits_in[f] else f for f in entry.given]
    for statements in ([], [entry.claim]):
        try:
            if next(iter(models(statements, facts, seed=0, count=1)), None) is not None:
                return True
        except NotEvaluable:
            continue
    return False


def _excluded(fact: Equation, entry: Derivation) -> bool:
    """True if a rule finds another limit, from the other facts, than the fact says."""
    mark = DEADLINE.set(thread_time() + SECONDS)
    try:
        others = tuple(f for f in entry.given if f is not fact)
        n = (goal := Goal(fact.relation, EVERY_RULE, others, advisor=Search(), given=entry.given)).normal(goal.scope)
        return n.scope.nonzero(n.poly(fact.relation.lhs, {}) - n.poly(fact.relation.rhs, {}))
    except (Budget, ZeroDivisionError):
        return False
    except Contradiction:
        return True
    finally:
        DEADLINE.reset(mark)


class _Limits:
    """Gives each limit a number of its own: no finite model has limits, but what is said of them must fit together."""

    def __init__(self, normal: Normal) -> None:
        self.normal = normal
        self.heads: dict[Poly, Family] = {}

    def said_by(self, fact: Fact) -> Fact:
        if isinstance(fact, Definition):
            start = tuple((place, self.of(value)) for place, value in fact.start)
            return replace(fact, value=self.of(fact.value), start=start)
        (r,) = fact_relations(fact)
        return Equation(Relation(self.of(r.lhs), r.rel, self.of(r.rhs), r.when))

    def of(self, node: Any) -> Any:
        """A term with a symbol, or an element with the indices that are free in it, in the place of each limit."""
        if isinstance(node, Limit):
            free = sorted((v for v in node.free_symbols if isinstance(v, Index)), key=str)
            head = self.heads.setdefault(
                self.normal.closed(node, {}), Family(f"limit_{len(self.heads)}", len(free), is_random(node))
            )
            return head[tuple(free)] if free else Element(head)
        if not any(isinstance(x, Limit) for x in walk(node)):
            return node
        parts = [self.of(part) for part in node.args]
        return Sum(parts[0], *parts[1], distinct=node.distinct) if isinstance(node, Sum) else node.func(*parts)


def _lemmas(entry: Derivation, catalogue: Mapping[str, Any], above: tuple[str, ...]) -> dict[str, Theorem]:
    proved = {}
    for item in entry.lemmas:
        if item.name in above:
            raise CatalogueError(f"{entry.name}: the lemmas go round in a circle: {' -> '.join((*above, item.name))}")
        other = catalogue.get(item.name)
        if not isinstance(other, Derivation):
            raise CatalogueError(f"{entry.name}: there is no derivation called {item.name} to be cited as a lemma")
        theorem = _derivation(other, catalogue, above).theorem
        if theorem is not None:
            proved[item.name] = theorem
    return proved


def _diagnosed(line: Line, goal: Any, known: tuple, entry: Derivation) -> Line:
    """The verdict on a line that does not follow from what it cites."""
    if line.reason.startswith("budget"):
        return line
    try:
        cited: Goal = goal()
    except Contradiction:
        return line
    if isinstance(line.statement, Relation):
        mark = DEADLINE.set(thread_time() + SECONDS)
        try:
            missing = _missing(cited, goal, known, entry)
        finally:
            DEADLINE.reset(mark)
        if missing is not None:
            witness = search(line.statement, cited.facts) if not cited.said else None
            text = "; ".join(missing)
            return replace(
                line,
                verdict=UNJUSTIFIED,
                missing=missing,
                witness=witness,
                reason=f"it does not follow from what is cited; missing: {text}",
            )
    if isinstance(line.statement, Relation) and not cited.assumptions[len(getattr(line.statement, "when", ())) :]:
        witness = search(line.statement, entry.given)
        if witness is not None:
            return replace(line, verdict=REFUTED, witness=witness, reason=witness.why)
    return line


def _missing(cited: Goal, goal: Any, known: tuple, entry: Derivation) -> tuple[str, ...] | None:
    """The facts without which the line does not follow, or None if it does not follow from all of them."""
    facts = [f for f in entry.given if f not in cited.facts]
    lines = [i for i in known if i.conclusion not in cited.said and i.conclusion != cited.statement]

    def proved(facts: list, lines: list, reason: Reason) -> bool:
        said = (*cited.said, *(i.conclusion for i in lines))
        return follows(lambda: goal(facts=(*cited.facts, *facts), said=said, reason=reason)).proved

    wider = EVERY_RULE & replace(cited.reason, rules=tuple(r for r in cited.reason.rules if r.check is None))
    if proved([], [], wider):
        return (f"a wider reason than {cited.reason.name}",)
    if not proved(facts, [], wider):
        if not proved(facts, lines, wider):
            return None
    else:
        lines = []
    for kept in (lines, facts):
        for item in list(kept):
            fewer = [k for k in kept if k is not item]
            if proved(facts if kept is lines else fewer, fewer if kept is lines else lines, wider):
                kept[:] = fewer
    return tuple(f.name for f in facts) + tuple(f"the line {i}" for i in lines)


def _erratum(erratum: Any, checker: Checker, entry: Derivation) -> Line:
    """The verdict on a printed line that must not be accepted; it may cite every line of the proof."""
    printed = erratum.printed
    if not isinstance(printed.by, Reason):
        raise CatalogueError(f"{entry.name}: the erratum “{printed.statement}” needs a reason, not by={printed.by!r}")
    if PREVIOUS in printed.by.cites or HYPOTHESIS in printed.by.cites:
        raise CatalogueError(f"{entry.name}: an erratum cites lines by their names, not “{PREVIOUS}” or “{HYPOTHESIS}”")
    correction = getattr(erratum.correction, "conclusion", erratum.correction)
    reason = replace(EVERY_RULE, cites=(*entry.given, *(item for item, _ in checker.known)))
    if not isinstance(correction, Relation) or checker.single(correction, reason, erratum)[0].verdict != PROVED:
        raise CatalogueError(
            f"{entry.name}: the correction of the erratum “{printed.statement}” does not follow: {correction}"
        )
    line, goal = checker.single(printed.statement, printed.by, erratum)
    return line if line.verdict == PROVED else _diagnosed(line, goal, shown(checker.known), entry)


def _refutation(entry: Refutation, catalogue: Mapping[str, Any] | None) -> Report:
    began = perf_counter()
    other = (catalogue or {}).get(entry.corrected_by)
    if catalogue is not None and entry.corrected_by and not isinstance(other, Derivation):
        raise CatalogueError(f"{entry.name}: there is no derivation called {entry.corrected_by} that corrects it")
    witness = search(entry.claim, entry.given, fixed=dict(entry.witness) or None)
    verdict = UNDECIDED if witness is None else REFUTED
    reason = "no witness was found" if witness is None else ""
    line = Line(1, entry.claim, AS_PRINTED, verdict, reason, witness=witness)
    return Report(entry, verdict, (line,), reason=reason, seconds=perf_counter() - began)


def verdict(statement: Any, by: Reason, *given: Any) -> str:
    """The verdict on one line under the facts `given`: a derivation of a single step."""
    return judge(Derivation("single-line", statement, (Step(statement, by),), tuple(given))).verdict
