"""The verdict on an entry: the kernel's check, and for each line that fails, what is the matter with it.

A line that is not proved is *unjustified* if it follows from all facts of the derivation (the missing ones are
named), *refuted* if a witness shows it false although all facts hold, and *undecided* otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from time import perf_counter, thread_time
from typing import Any

from . import refute
from .advice import Search
from .checker import Checker, examine
from .kernel.check import Theorem, follows
from .kernel.goal import Goal
from .kernel.polynomial import DEADLINE
from .kernel.reasons import Reason
from .kernel.scope import Contradiction
from .language.derivation import HYPOTHESIS, PREVIOUS, Derivation, Refutation, Step, fact_relations
from .language.errors import CatalogueError
from .language.facts import Equation
from .language.report import PROVED, REFUTED, UNDECIDED, UNJUSTIFIED, Line, Report
from .language.statements import NotDetermined, Relation
from .language.terms import Limit, walk
from .meaning import NotEvaluable
from .models import models
from .rules.algebra import substitution
from .rules.derivatives import differentiation
from .rules.expectation import conditioning, identical_distribution, independence, moments
from .rules.limits import limits, passage_to_limit
from .rules.products import products
from .rules.truth import cases

SECONDS = 5.0
"""How long the search for the missing facts of one line may take."""
ORDER = (REFUTED, UNJUSTIFIED, UNDECIDED, PROVED)
EVERY_RULE = (
    independence()
    & moments()
    & identical_distribution()
    & conditioning()
    & cases()
    & differentiation()
    & limits()
    & products()
    & passage_to_limit()
    & substitution()
)
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
    for fact in (f for f in entry.given if limits_in[f] and isinstance(f, Equation) and not f.relation.when):
        others = tuple(f for f in entry.given if f is not fact)
        goal = Goal(fact.relation, EVERY_RULE, others, advisor=Search(), given=entry.given)
        n = goal.normal(goal.scope)
        if n.scope.nonzero(n.poly(fact.relation.lhs, {}) - n.poly(fact.relation.rhs, {})):
            return False
    facts = [f for f in entry.given if not limits_in[f]]
    for statements in ([], [entry.claim]):
        try:
            if next(iter(models(statements, facts, seed=0, count=1)), None) is not None:
                return True
        except NotEvaluable:
            continue
    return False


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
            witness = refute.search(line.statement, cited.facts) if not cited.said else None
            text = "; ".join(missing)
            return replace(
                line,
                verdict=UNJUSTIFIED,
                missing=missing,
                witness=witness,
                reason=f"it does not follow from what is cited; missing: {text}",
            )
    if (
        isinstance(line.statement, Relation | NotDetermined)
        and not cited.assumptions[len(getattr(line.statement, "when", ())) :]
    ):
        witness = refute.search(line.statement, entry.given)
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
    if PREVIOUS in printed.by.cites or HYPOTHESIS in printed.by.cites:
        raise CatalogueError(f"{entry.name}: an erratum cites lines by their names, not “{PREVIOUS}” or “{HYPOTHESIS}”")
    correction = getattr(erratum.correction, "conclusion", erratum.correction)
    reason = replace(EVERY_RULE, cites=(*entry.given, *(item for item, _ in checker.known)))
    if not isinstance(correction, Relation) or checker.single(correction, reason, erratum)[0].verdict != PROVED:
        raise CatalogueError(
            f"{entry.name}: the correction of the erratum “{printed.statement}” does not follow: {correction}"
        )
    line, goal = checker.single(printed.statement, printed.by, erratum)
    return line if line.verdict == PROVED else _diagnosed(line, goal, tuple(item for item, _ in checker.known), entry)


def _refutation(entry: Refutation, catalogue: Mapping[str, Any] | None) -> Report:
    began = perf_counter()
    other = (catalogue or {}).get(entry.corrected_by)
    if catalogue is not None and entry.corrected_by and not isinstance(other, Derivation):
        raise CatalogueError(f"{entry.name}: there is no derivation called {entry.corrected_by} that corrects it")
    witness = refute.search(entry.claim, entry.given, fixed=dict(entry.witness) or None)
    verdict = UNDECIDED if witness is None else REFUTED
    reason = "no witness was found" if witness is None else ""
    line = Line(1, entry.claim, AS_PRINTED, verdict, reason, witness=witness)
    return Report(entry, verdict, (line,), reason=reason, seconds=perf_counter() - began)


def verdict(statement: Any, by: Reason, *given: Any) -> str:
    """The verdict on one line under the facts `given`: a derivation of a single step."""
    return judge(Derivation("single-line", statement, (Step(statement, by),), tuple(given))).verdict
