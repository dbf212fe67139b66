"""Mutants: every line of every entry, changed in one place, must be refused or be equal in meaning.

    python -m sgdproofs.mutants [NAME ...]

A mutant that the kernel still proves is examined by means that know no rule: the exact interpreter, on models
in which everything that the line cites holds.  It is *wrongly proved* if one of them shows it false, *equal in
meaning* if several models agree with it, and *redundant citation* if only a cited fact was left out.  What no
model can be asked about (a limit) is compared numerically; what cannot be compared either is listed as *open*.
The exit status is 1 if a mutant is wrongly proved or open.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import sympy

from . import catalogue, models
from .advice import Search
from .checker import examine
from .kernel.check import follows
from .kernel.goal import Goal
from .language import terms as T
from .language.derivation import Derivation
from .language.errors import SgdproofsError, StatementError
from .language.report import PROVED
from .language.statements import Independence, Loops, NotDetermined, Relation
from .meaning import Model, NotEvaluable, Undefined, applies, holds, value
from .verdicts import _lemmas

__all__ = ["Mutant", "Tally", "examined", "mutants_of", "variants"]

REFUSED, UNSAYABLE, EQUAL, REDUNDANT, OPEN, WRONG = (
    "refused",
    "cannot be said",
    "equal in meaning",
    "redundant citation",
    "open",
    "PROVED WRONGLY",
)


# --- changing one place ------------------------------------------------------------------------------------


def variants(node: Any) -> Iterator[tuple[str, Any]]:
    """Terms that differ from `node` in one place, each with the kind of change."""
    yield from _here(node)
    for k, argument in enumerate(node.args):
        if not isinstance(argument, sympy.Expr) or isinstance(node, T.Limit) and k == 1:
            continue
        for kind, changed in variants(argument):
            if isinstance(argument, sympy.Rational):
                kind = _role(node, k)
            try:
                yield kind, rebuilt(node, k, changed)
            except SgdproofsError:
                continue
    if isinstance(node, T.Sum):
        yield from _changed_ranges(node)


def rebuilt(node: Any, k: int, changed: Any) -> Any:
    """`node` with its k-th argument replaced."""
    arguments = [*node.args[:k], changed, *node.args[k + 1 :]]
    if isinstance(node, T.Sum):
        return T.Sum(arguments[0], *map(tuple, node.ranges), distinct=node.distinct)
    return node.func(*arguments)


def _role(parent: Any, k: int) -> str:
    """What a number is for its parent."""
    if isinstance(parent, T.Power) and k == 1:
        return "exponent"
    return "index" if isinstance(parent, T.Element) else "coefficient"


def _here(node: Any) -> Iterator[tuple[str, Any]]:
    """The changes at the root of `node`."""
    if isinstance(node, sympy.Rational):
        yield "coefficient", T.number(Fraction(int(node.p), int(node.q)) + 1)
    elif isinstance(node, T.Negative):
        yield "sign", node.args[0]
    elif isinstance(node, T.Plus):
        for k, part in enumerate(node.args):
            yield (
                "sign",
                _with(T.Plus, node.args, k, part.args[0] if isinstance(part, T.Negative) else T.Negative(part)),
            )
            yield "dropped term", _without(T.Plus, node.args, k)
            if not isinstance(part, sympy.Rational):
                yield "coefficient", _with(T.Plus, node.args, k, T.Times(T.number(2), part))
    elif isinstance(node, T.Times):
        for k, part in enumerate(node.args):
            if part != T.number(1):
                yield "dropped factor", _without(T.Times, node.args, k)
            if isinstance(part, T.Plus):
                first, rest = part.args[0], part.args[1:]
                yield "bracket", T.Plus(_with(T.Times, node.args, k, first), *rest)
            if isinstance(part, T.Sum) and isinstance(part.body, T.Plus):
                yield from (("bracket", _with(T.Times, node.args, k, moved)) for _, moved in _out_of(part))
    elif isinstance(node, T.Power):
        base, exponent = node.args
        yield "dropped exponent", base
        if not isinstance(exponent, sympy.Rational):
            yield "exponent", T.Power(base, T.Plus(exponent, T.number(1)))
            yield "exponent", T.Power(base, T.Times(T.number(2), exponent))
        if isinstance(base, T.Plus):
            yield "bracket", T.Plus(*base.args[:-1], T.Power(base.args[-1], exponent))
        if isinstance(base, T.Times):
            yield "bracket", T.Times(*base.args[:-1], T.Power(base.args[-1], exponent))
    elif isinstance(node, T.Quotient):
        top, bottom = node.args
        if isinstance(bottom, (T.Times, T.Plus)):
            yield "bracket", bottom.func(T.Quotient(top, bottom.args[0]), *bottom.args[1:])
        if isinstance(top, T.Plus):
            yield "bracket", T.Plus(*top.args[:-1], T.Quotient(top.args[-1], bottom))
    elif isinstance(node, T.Element):
        for k, place in enumerate(node.indices):
            if not isinstance(place, sympy.Rational):
                for change in (1, -1):
                    yield (
                        "index",
                        T.Element(node.family, *node.indices[:k], _shifted(place, change), *node.indices[k + 1 :]),
                    )
    elif isinstance(node, T.Sum):
        if node.distinct:
            yield "distinct", T.Sum(node.body, *map(tuple, node.ranges))
        if isinstance(node.body, T.Plus):
            yield from _out_of(node)
        yield "dropped sum", node.body
    elif isinstance(node, (T.E, T.Var)):
        inner = node.args[0]
        if isinstance(inner, T.Times):
            yield "bracket", T.Times(*(type(node)(part) for part in inner.args))
        if isinstance(inner, T.Power) and isinstance(node, T.E):
            yield "bracket", T.Power(T.E(inner.args[0]), inner.args[1])
        yield "moment", T.Var(inner) if isinstance(node, T.E) else T.E(T.Power(inner, T.number(2)))
    elif isinstance(node, (T.Minimum, T.Maximum)):
        yield "extreme", (T.Maximum if isinstance(node, T.Minimum) else T.Minimum)(*node.args)
        yield "extreme", node.args[0]
        yield "extreme", node.args[1]


def _with(node: type, arguments: tuple, k: int, changed: Any) -> Any:
    return node(*arguments[:k], changed, *arguments[k + 1 :])


def _without(node: type, arguments: tuple, k: int) -> Any:
    rest = (*arguments[:k], *arguments[k + 1 :])
    return rest[0] if len(rest) == 1 else node(*rest)


def _shifted(place: Any, change: int) -> Any:
    return T.Plus(place, T.number(1)) if change > 0 else T.Plus(place, T.Negative(T.number(1)))


def _out_of(node: Any) -> Iterator[tuple[str, Any]]:
    """`sum (a + b)` with `b` outside, as a bracket that was forgotten leaves it."""
    bound = {place[0] for place in node.ranges}
    *kept, last = node.body.args
    if not last.free_symbols & bound:
        inner = kept[0] if len(kept) == 1 else T.Plus(*kept)
        yield "bracket", T.Plus(T.Sum(inner, *map(tuple, node.ranges), distinct=node.distinct), last)


def _changed_ranges(node: Any) -> Iterator[tuple[str, Any]]:
    for k, (variable, low, high) in enumerate(node.ranges):
        for place in (
            (variable, _shifted(low, 1), high),
            (variable, low, _shifted(high, -1)),
            (variable, low, _shifted(high, 1)),
        ):
            ranges = [tuple(r) for r in node.ranges]
            ranges[k] = place
            yield "range", T.Sum(node.body, *ranges, distinct=node.distinct)


def _changed_statements(statement: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(statement, Relation):
        for kind, left in variants(statement.lhs):
            yield kind, Relation(left, statement.rel, statement.rhs, statement.when)
        for kind, right in variants(statement.rhs):
            yield kind, Relation(statement.lhs, statement.rel, right, statement.when)
        turned = {"<=": (">=", "<"), "<": (">",), ">=": ("<=", ">"), ">": ("<",), "!=": ("==",), "==": ("!=",)}
        for rel in turned[statement.rel]:
            yield "direction", Relation(statement.lhs, rel, statement.rhs, statement.when)
        if not isinstance(statement, Loops):
            for k in range(len(statement.when)):
                yield (
                    "dropped assumption",
                    Relation(
                        statement.lhs, statement.rel, statement.rhs, (*statement.when[:k], *statement.when[k + 1 :])
                    ),
                )
    elif isinstance(statement, Independence):
        for k, item in enumerate(statement.items):
            if isinstance(item, T.Element):
                for kind, changed in variants(item):
                    yield (
                        kind,
                        Independence(*statement.items[:k], changed, *statement.items[k + 1 :], when=statement.when),
                    )
        for k in range(len(statement.when)):
            yield (
                "dropped assumption",
                Independence(*statement.items, when=(*statement.when[:k], *statement.when[k + 1 :])),
            )
    elif isinstance(statement, NotDetermined):
        for kind, changed in variants(statement.target):
            yield kind, NotDetermined(changed, statement.by, statement.first, statement.second)
        for kind, changed in variants(statement.by):
            yield kind, NotDetermined(statement.target, changed, statement.first, statement.second)


# --- mutants of an entry -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Mutant:
    """One changed line: of `line` the change `kind`, as a goal for the kernel (None where it cannot be said)."""

    line: int
    kind: str
    goal: Any


def mutants_of(entry: Derivation, others: Any) -> tuple[int, list[Mutant]]:
    """How many lines are proved, and the mutants of these."""
    report, checker = examine(entry, advisor=Search(), lemmas=_lemmas(entry, others, (entry.name,)))
    found: list[Mutant] = []
    lines = 0
    for line, (goal, _) in zip(report.lines, checker.goals, strict=True):
        if line.verdict != PROVED:
            continue
        lines += 1
        found += [Mutant(line.number, kind, made) for kind, made in _changed_goals(goal, line.statement)]
    return lines, found


def _changed_goals(goal: Any, statement: Any) -> Iterator[tuple[str, Any]]:
    try:
        original: Goal = goal()
    except Exception:
        return
    around = original.assumptions[len(getattr(statement, "when", ())) :]
    seen = {statement}
    try:
        for kind, changed in _changed_statements(statement):
            if changed in seen:
                continue
            seen.add(changed)

            def made(changed: Any = changed) -> Goal:
                return replace(original, statement=changed, assumptions=(*getattr(changed, "when", ()), *around))

            yield kind, made
    except StatementError:
        pass
    for k in range(len(original.facts)):
        yield "dropped fact", lambda k=k: replace(original, facts=(*original.facts[:k], *original.facts[k + 1 :]))
    for k in range(len(original.said)):
        yield "dropped line", lambda k=k: replace(original, said=(*original.said[:k], *original.said[k + 1 :]))


# --- what a proved mutant means ----------------------------------------------------------------------------


def judged(mutant: Mutant) -> tuple[str, str]:
    """What becomes of a mutant, and its text if it is proved."""
    try:
        outcome = follows(mutant.goal)
        if not outcome.proved:
            return REFUSED, ""
        goal: Goal = mutant.goal()
    except SgdproofsError:
        return UNSAYABLE, ""
    statement = _closed_statement(goal)
    verdict = meaning_of(statement, (*goal.facts, *goal.said))
    if verdict == OPEN:  # no model of what the line cites alone was found: those of all facts of the entry
        verdict = meaning_of(statement, _finite(goal.given))
    if verdict == EQUAL and mutant.kind.startswith("dropped") and mutant.kind[8:] in ("fact", "line"):
        verdict = REDUNDANT
    return verdict, str(statement)


def _closed_statement(goal: Goal) -> Any:
    """The statement with everything that is assumed at this place in its `when`."""
    said = goal.statement
    if isinstance(said, Relation):
        return Relation(said.lhs, said.rel, said.rhs, goal.assumptions)
    return Independence(*said.items, when=goal.assumptions) if isinstance(said, Independence) else said


def meaning_of(statement: Any, facts: tuple, enough: int = 16) -> str:
    """Whether a proved statement is true: WRONG, EQUAL, or OPEN where no model can be asked."""
    facts = tuple(f for f in facts if not isinstance(f, NotDetermined))
    if isinstance(statement, NotDetermined):
        return _two_points(statement, facts)
    if _has_limit(statement):
        return _numerically(statement, facts)
    agreed = 0
    try:
        for model in models.models([statement], _finite(facts), count=enough, tries=10 * enough):
            if not applies(statement, model):
                continue
            if not holds(statement, model):
                # Where a fact about a limit was left out of the models, they may be none of the line's.
                return OPEN if any(_has_limit(f) for f in facts) else WRONG
            agreed += 1
    except NotEvaluable:
        return OPEN
    return EQUAL if agreed else OPEN


def _has_limit(said: Any) -> bool:
    said = getattr(said, "relation", said)
    return isinstance(said, Relation) and any(
        isinstance(n, T.Limit) for side in (said.lhs, said.rhs) for n in T.walk(side)
    )


def _finite(facts: tuple) -> tuple:
    """The facts that a finite model can be asked about."""
    return tuple(
        f
        for f in facts
        if not _has_limit(f) and not any(isinstance(n, T.Limit) for n in T.walk(getattr(f, "value", T.number(0))))
    )


def _two_points(statement: NotDetermined, facts: tuple) -> str:
    found = []
    for point in (statement.first, statement.second):
        values: dict = {}
        parameters: dict = {}
        for where, number in point.items():
            exact = Fraction(T._rational(number))
            if isinstance(where, T.Element):
                values[where.family.name, tuple(int(i) for i in where.indices)] = exact
            else:
                parameters[where] = exact
        model = Model(parameters, values=values, facts=tuple(f for f in facts if hasattr(f, "target")))
        try:
            found.append((value(statement.by, model), value(statement.target, model)))
        except (NotEvaluable, Undefined):
            return OPEN
    return EQUAL if found[0][0] == found[1][0] and found[0][1] != found[1][1] else WRONG


FAR = (6, 9)
"""How far an index goes where its limit is estimated: a probability space has to be built for each step."""


def _numerically(statement: Relation, facts: tuple) -> str:
    """Limits replaced by values far out: the two sides have to come closer, or to be close already."""
    gaps = []
    for far in FAR if any(isinstance(n, (T.E, T.Var, T.Cov)) for n in _nodes(statement, facts)) else (60, 240):
        gap = _largest_gap(statement, facts, far)
        if gap is None:
            return OPEN
        gaps.append(gap)
    return EQUAL if gaps[1] < Fraction(1, 10**6) or gaps[1] <= gaps[0] * Fraction(3, 4) else WRONG


def _nodes(statement: Relation, facts: tuple) -> Iterator[Any]:
    for side in (statement.lhs, statement.rhs):
        yield from T.walk(side)
    for fact in facts:
        for part in ("value", "relation"):
            found = getattr(fact, part, None)
            if isinstance(found, sympy.Basic):
                yield from T.walk(found)


def _largest_gap(statement: Relation, facts: tuple, far: int) -> Fraction | None:
    """The largest relative difference of the two sides over a few models, with limits taken at `far`."""
    stated = Relation(_far(statement.lhs, far), statement.rel, _far(statement.rhs, far), statement.when)
    moved = tuple(_far_fact(f, far) for f in facts)
    worst, count = Fraction(0), 0
    try:
        for model in models.models([stated], moved, count=4, tries=60):
            left, right = value(stated.lhs, model), value(stated.rhs, model)
            if isinstance(left, tuple) or isinstance(right, tuple):
                return None
            if statement.rel != "==":
                ok = holds(stated, model)
                worst = max(worst, Fraction(0 if ok else 1))
            else:
                worst = max(worst, abs(left - right) / max(1, abs(left), abs(right)))
            count += 1
    except (NotEvaluable, Undefined):
        return None
    return worst if count else None


def _far(node: Any, far: int) -> Any:
    if isinstance(node, T.Limit):
        body, variable, point = node.args
        # Near a point: a parameter that approaches it from above.
        at = T.number(far) if point is T.INFINITY else T.Plus(point, T.number(Fraction(1, 10 ** (far % 50))))
        return T.substituted(_far(body, far), {variable: at})
    if not isinstance(node, T.Term) or not node.args:
        return node
    for k, argument in enumerate(node.args):
        if isinstance(argument, sympy.Expr) and any(isinstance(n, T.Limit) for n in T.walk(argument)):
            node = rebuilt(node, k, _far(argument, far))
    return node


def _far_fact(fact: Any, far: int) -> Any:
    if isinstance(fact, Relation) and _has_limit(fact):
        return Relation(_far(fact.lhs, far), fact.rel, _far(fact.rhs, far), fact.when)
    if isinstance(getattr(fact, "value", None), T.Limit):
        return replace(fact, value=_far(fact.value, far))
    if _has_limit(fact):
        said = fact.relation
        return replace(fact, relation=Relation(_far(said.lhs, far), said.rel, _far(said.rhs, far), said.when))
    return fact


# --- the whole catalogue -----------------------------------------------------------------------------------


@dataclass
class Tally:
    """The counts of one entry; `noted` are the mutants that were proved."""

    name: str
    lines: int
    counts: Counter
    kinds: Counter
    noted: list[tuple[int, str, str, str]]
    seconds: float


def examined(name: str, targets: tuple[str, ...] = ()) -> Tally:
    """All mutants of one entry."""
    began = time.perf_counter()
    entries = catalogue.load(*targets)
    tally = Tally(name, 0, Counter(), Counter(), [], 0.0)
    try:
        entry = entries.entry(name)
        assert isinstance(entry, Derivation)
        tally.lines, found = mutants_of(entry, entries)
    except SgdproofsError as error:
        tally.noted.append((0, "not read", OPEN, str(error)))
        tally.counts[OPEN] += 1
        return tally
    for mutant in found:
        verdict, text = judged(mutant)
        tally.counts[verdict] += 1
        tally.kinds[mutant.kind] += 1
        if text:
            tally.noted.append((mutant.line, mutant.kind, verdict, text))
    tally.seconds = time.perf_counter() - began
    return tally


def _one(task: tuple[str, tuple[str, ...]]) -> Tally:
    return examined(*task)


def main(arguments: list[str]) -> int:
    """Print the counts, with their denominators; 1 if a mutant is wrongly proved or open."""
    verbose = "-v" in arguments
    targets = tuple(a for a in arguments if not a.startswith("-"))
    began = time.perf_counter()
    entries = catalogue.load(*targets)
    names = [e.name for e in entries.selected if isinstance(e, Derivation)]
    total, kinds, lines = Counter[str](), Counter[str](), 0
    columns = (REFUSED, UNSAYABLE, EQUAL, REDUNDANT, OPEN, WRONG)
    print(f"{'entry':34} lines mutants " + " ".join(f"{c:>18}" for c in columns))
    with ProcessPoolExecutor() as pool:
        for tally in pool.map(_one, [(n, targets) for n in names]):
            print(
                f"{tally.name:34} {tally.lines:5} {tally.counts.total():7} "
                + " ".join(f"{tally.counts[c]:18}" for c in columns),
                flush=True,
            )
            for line, kind, verdict, text in tally.noted:
                if verbose or verdict in (WRONG, OPEN):
                    print(f"    line {line}, {kind}, {verdict}: {text}")
            total += tally.counts
            kinds += tally.kinds
            lines += tally.lines
    print(f"{'all':34} {lines:5} {total.total():7} " + " ".join(f"{total[c]:18}" for c in columns))
    print("changes: " + ", ".join(f"{k} {n}" for k, n in sorted(kinds.items())))
    print(
        f"{total[REFUSED] + total[UNSAYABLE]} of {total.total()} mutants refused, {total[EQUAL]} equal in meaning, "
        f"{total[REDUNDANT]} show a redundant citation, {total[OPEN]} open, {total[WRONG]} wrongly proved; "
        f"{time.perf_counter() - began:.0f} s"
    )
    return 1 if total[WRONG] or total[OPEN] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
