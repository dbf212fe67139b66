"""Exact: every line and the claim in small finite probability spaces, in rationals, without tolerance."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from typing import Any

import numpy

from ..language import derivation as D
from ..language.experiments import Einsum, Exact
from ..language.facts import Fact
from ..language.statements import Independence, Loops, NotDetermined, Relation, eq, ge
from ..language.terms import Element, Limit, Negative, Quotient, Times, term
from ..meaning import Budget, Model, NotEvaluable, NoValue, applies, holds, sides
from ..models import models
from .evaluate import Undefined, Unsupported
from .points import closure, terms_of
from .result import Result
from .setting import Setting

__all__ = ["lines_of", "run_einsum", "run_exact"]


_TRIES = 6
"""How many attempts a space is worth; facts that are hard to satisfy give fewer spaces, which the summary counts."""


def lines_of(items: tuple, assumptions: tuple = ()) -> Iterator[tuple[Any, tuple]]:
    """Every line of a proof, with the assumptions of the inductions and cases around it."""
    for item in items:
        if isinstance(item, D.Calc):
            above = item.start
            for row in item.rows:
                yield Relation(above, row.rel, row.expr, item.when), assumptions
                above = row.expr
        elif isinstance(item, D.Induction):
            yield from lines_of(item.base, (*assumptions, eq(item.over, item.start)))
            yield from lines_of(item.step, (*assumptions, ge(item.over, item.start + 1)))
            yield item.claim, assumptions
        elif isinstance(item, D.Branches):
            for condition, lines in item.parts:
                yield from lines_of(lines, (*assumptions, condition))
            yield item.claim, assumptions
        elif hasattr(item, "conclusion"):
            yield item.conclusion, assumptions


def _finite(statement: Any, given: tuple[Fact, ...]) -> bool:
    """Whether a statement speaks of no limit, definitions included."""
    return not any(isinstance(n, Limit) for n in closure(terms_of(statement), given))


def _under(statement: Any, assumptions: tuple) -> Any:
    if not assumptions:
        return statement
    if isinstance(statement, Relation):
        return Relation(statement.lhs, statement.rel, statement.rhs, (*statement.when, *assumptions))
    if isinstance(statement, Independence):
        return Independence(*statement.items, when=(*statement.when, *assumptions))
    return statement


def _seed(name: str, seed: int | None) -> int:
    digest = int.from_bytes(hashlib.sha256(name.encode()).digest()[:6], "big")
    return digest if seed is None else digest ^ seed


def run_exact(
    name: str, label: str, entry: Any, claim: Any, given: tuple[Fact, ...], experiment: Exact, seed: int | None
) -> Result:
    """Run one exact experiment."""
    fixed = dict(experiment.fixed)
    seed = _seed(name, seed)
    lines = [(_under(s, a), a) for s, a in lines_of(getattr(entry, "proof", ()))] + [(claim, ())]
    spaces = tested = unsaid = skipped = distinct = 0
    failure = ""
    groups: dict[tuple, list] = {}
    facts = tuple(f for f in given if _finite(f, ()))
    finite = [s for s, _ in lines if isinstance(s, Relation) and not isinstance(s, Loops) and _finite(s, given)]
    equations = [s for s in finite if s.rel == "=="]
    # The claim, or the line closest to it that speaks of no limit.
    shown = claim if claim in finite else next(reversed(equations or finite), None)
    pairs: dict[str, list] = {"claim": []}
    for statement, assumptions in lines:
        distinct += 1
        if isinstance(statement, NotDetermined):
            failure = failure or _not_determined(statement, given)
            tested += 1
        elif _finite(statement, given):
            groups.setdefault(assumptions + tuple(statement.when), []).append(statement)
        else:
            skipped += 1
    for statements in groups.values():
        found = 0
        drawn = statements.index(shown) if shown in statements and not pairs["claim"] else None
        judged = [False] * len(statements)
        try:
            for model in models(
                tuple(statements),
                facts,
                seed=seed,
                count=experiment.count,
                fixed=fixed,
                tries=_TRIES * experiment.count,
            ):
                found += 1
                for number, statement in enumerate(statements):
                    verdict = _verdict(statement, model)
                    judged[number] |= verdict is not None
                    if number == drawn and verdict is not None:
                        pairs["claim"] += _pair(statement, model, verdict)
                    if verdict is False and not failure:
                        failure = f"{statement} FAILS: {_shown(statement, model)}"
        except NotEvaluable as problem:
            failure = failure or f"{statements[0]} cannot be evaluated exactly: {problem}"
        if not found and not failure:
            failure = f"no finite space was found in which the facts hold, for {statements[0]}"
        spaces += found
        tested += sum(judged)
        unsaid += len(judged) - sum(judged)
    rejected, how = _near_misses(claim, [s for s, _ in lines], facts, given, experiment, seed, fixed, pairs)
    summary = failure or _held(entry, tested, distinct, skipped, unsaid) + _where(spaces) + how
    if not tested and not failure:
        failure = summary = f"none of the {distinct} statements can be evaluated in a finite probability space"
    miss = _miss_text(experiment)
    data = {
        "spaces": spaces,
        "statements": tested,
        "skipped": skipped + unsaid,
        "shown": "" if shown is None else str(shown),
        "is_claim": shown == claim,
        "pairs": {role: tuple(found[:MOST_PAIRS]) for role, found in pairs.items() if found},
    }
    if isinstance(claim, NotDetermined):
        data["two_points"] = {"by": str(claim.by), "target": str(claim.target), "values": _two_points(claim, given)}
    return Result(label, experiment.kind, rejected and not failure, summary, miss, rejected, data)


def _held(entry: Any, tested: int, distinct: int, limits: int, unsaid: int) -> str:
    """What was seen to hold: statements are the lines of the proof and the claim."""
    if isinstance(entry, D.Refutation):
        return "what is true instead holds exactly"
    if distinct == tested == 1:
        return "the claim holds exactly"
    if distinct == tested:
        return f"{'both' if distinct == 2 else f'all {distinct}'} statements hold exactly"
    others = [f"{limits} with limits"] if limits else []
    others += [f"{unsaid} that cannot be evaluated"] if unsaid else []
    verb = "holds" if tested == 1 else "hold"
    return f"{tested} of {distinct} statements {verb} exactly (all but {' and '.join(others)})"


def _where(spaces: int) -> str:
    if not spaces:
        return " at the two stated points"
    return f", checked in {spaces} finite probability space{'s' * (spaces != 1)}"


def _verdict(statement: Any, model: Model) -> bool | None:
    try:
        return holds(statement, model)
    except (NoValue, Budget, NotEvaluable):
        return None


def _shown(statement: Any, model: Model) -> str:
    where = ", ".join(f"{p} = {v}" for p, v in model.parameters.items())
    if not isinstance(statement, Relation):
        return f"at {where}" if where else ""
    left, right, why = sides(statement, model)
    return (
        f"left {_brief(left)}, right {_brief(right)}"
        + (f" at {where}" if where else "")
        + (f" ({why})" if "undefined" in why else "")
    )


def _brief(value: Any) -> str:
    if isinstance(value, tuple):
        return "(" + ", ".join(map(str, value[:4])) + (", ..." if len(value) > 4 else "") + ")"
    return str(value)


MOST_PAIRS = 200


def _pair(statement: Any, model: Model, verdict: bool) -> list[tuple[float, float, bool]]:
    """The two sides in a model with the verdict, for pictures; of random sides the outcome at which they differ most.
    Nothing where they are undefined, or where the assumptions do not apply."""
    if not isinstance(statement, Relation) or not applies(statement, model):
        return []
    left, right, _ = sides(statement, model)
    if left is None or right is None:
        return []
    many = max(len(side) if isinstance(side, tuple) else 1 for side in (left, right))
    left, right = (side if isinstance(side, tuple) else (side,) * many for side in (left, right))
    found = max(zip(left, right, strict=True), key=lambda pair: abs(pair[0] - pair[1]))
    return [(float(found[0]), float(found[1]), verdict)]


def _near_misses(
    claim: Any, lines: list, facts: tuple, given: tuple, experiment: Exact, seed: int, fixed: dict, pairs: dict
) -> tuple[bool, str]:
    """Whether every near-miss fails in some space, and a remark for the summary; `pairs` gets the values of its
    sides."""
    rejected, said = True, ""
    trials: list[tuple[str, list, tuple]] = []
    if experiment.near_miss is not None:
        trials.append(("the near-miss", [experiment.near_miss], facts))
    if experiment.facts_dropped:
        names = {f.name for f in experiment.facts_dropped}
        rest = tuple(f for f in facts if f not in experiment.facts_dropped and f.name not in names)
        finite = isinstance(claim, NotDetermined) or _finite(claim, given)
        tested = [claim] if finite else [s for s in lines if isinstance(s, Relation) and _finite(s, given)]
        without = "without " + " and ".join(f.name for f in experiment.facts_dropped)
        trials.append((f"{without} {'the claim' if finite else 'a line'}", tested, rest))
    for number, (what, statements, kept) in enumerate(trials):
        role = "near-miss" if experiment.near_miss is not None and number == 0 else "facts dropped"
        fails = total = 0
        for statement in statements:
            if fails:
                break
            if isinstance(statement, NotDetermined):
                fails = int(bool(_not_determined(statement, kept)))
                continue
            try:
                for model in models(
                    (statement,),
                    kept,
                    seed=seed + 1,
                    count=3 * experiment.count,
                    fixed=fixed,
                    tries=_TRIES * experiment.count,
                ):
                    total += 1
                    verdict = _verdict(statement, model)
                    fails += verdict is False
                    if verdict is not None and not isinstance(statement, Loops):
                        pairs.setdefault(role, []).extend(_pair(statement, model, verdict))
                    if fails and total >= experiment.count:
                        break
            except NotEvaluable as problem:
                said += f"; {what} cannot be evaluated exactly: {problem}"
        rejected = rejected and fails > 0
        if fails:
            said += f"; {what} fails" + (f" in {fails} of {total}" if total else "")
        else:
            said += f"; NOT rejected: {what} holds" + (f" in all of {total}" if total else "")
    return rejected, said


def _miss_text(experiment: Exact) -> str:
    parts = [str(experiment.near_miss)] if experiment.near_miss is not None else []
    if experiment.facts_dropped:
        parts.append("without " + ", ".join(f.name for f in experiment.facts_dropped))
    return " and ".join(parts)


def _not_determined(statement: NotDetermined, given: tuple[Fact, ...]) -> str:
    """Why the two points do not show it; empty if they do: they agree on `by` and differ on `target`."""
    try:
        found = _two_points(statement, given)
    except (Undefined, Unsupported) as problem:
        return f"{statement}: {problem}"
    if found[0][0] != found[1][0]:
        return f"{statement}: the points differ on {statement.by}: {found[0][0]} and {found[1][0]}"
    if found[0][1] == found[1][1]:
        return f"{statement}: the points agree on {statement.target}: {found[0][1]}"
    return ""


def _two_points(statement: NotDetermined, given: tuple[Fact, ...]) -> list[tuple[Any, Any]]:
    """The values of `by` and of `target` at the two points."""
    found = []
    for point in (statement.first, statement.second):
        plain = Setting(given)
        at = tuple(
            (
                k,
                plain.exactly().value(v, {})
                if isinstance(v, Times | Quotient | Negative)
                else Fraction(int(v.p), int(v.q))
                if hasattr(v, "p")
                else v,
            )
            for k, v in point.items()
        )
        reader = Setting(given, at).exactly()
        found.append((reader.value(statement.by, {}), reader.value(statement.target, {})))
    return found


# --- loop forms ------------------------------------------------------------------------------------------


def run_einsum(name: str, label: str, given: tuple[Fact, ...], experiment: Einsum, seed: int | None) -> Result:
    """A loop form, run as written, against numpy's einsum: whole numbers, so that equality is exact."""
    setting = Setting(given, experiment.at)
    generator = numpy.random.Generator(numpy.random.PCG64DXSM(_seed(name, seed)))
    tables: dict[tuple, int] = {}

    def entry_of(family: Any, places: tuple) -> int:
        if (family, places) not in tables:
            tables[family, places] = int(generator.integers(-9, 10))
        return tables[family, places]

    looped, size = _looped(experiment.loops, setting, entry_of)
    summed, subscripts = _einsummed(experiment.loops, setting, entry_of)
    missed, _ = _looped(experiment.near_miss, setting, entry_of)
    agrees, rejected = looped == summed, missed != summed
    summary = f"{size} passes of the loops give the same {len(looped)} entries as einsum({subscripts!r}), exactly"
    if not agrees:
        wrong = next(p for p in looped if looped[p] != summed.get(p))
        summary = f"at {wrong} the loops give {looped[wrong]} and einsum({subscripts!r}) gives {summed.get(wrong)}"
    summary += "; the near-miss gives others" if rejected else "; NOT rejected: the near-miss gives the same"
    return Result(
        label,
        experiment.kind,
        agrees and rejected,
        summary,
        str(experiment.near_miss),
        rejected,
        {
            "passes": size,
            "entries": len(looped),
            "subscripts": subscripts,
            "shown": str(experiment.loops),
            "is_claim": True,
            "pairs": {
                role: tuple(
                    (float(summed.get(spot, 0)), float(table[spot]), summed.get(spot, 0) == table[spot])
                    for spot in sorted(table)
                )[:MOST_PAIRS]
                for role, table in (("claim", looped), ("near-miss", missed))
            },
        },
    )


def _looped(loops: Loops, setting: Setting, entry_of: Any) -> tuple[dict, int]:
    """The loops exactly as printed: every pass adds the increment to the entry that the target names."""
    order, increment = _order(loops)
    exact = setting.exactly()
    table: dict[tuple, Fraction] = {}
    passes = 0
    spans = [range(exact.whole(low, {}), exact.whole(high, {}) + 1) for _, low, high in order]
    for places in product(*spans):
        binding = dict(zip((p[0] for p in order), places, strict=True))
        factors, scalar, divisor = _factors(increment)
        value = Fraction(1)
        for factor in factors:
            value *= entry_of(factor.family, tuple(exact.whole(i, binding) for i in factor.indices))
        for number in scalar:
            value *= exact.value(number, binding)
        for number in divisor:
            value /= exact.value(number, binding)
        key = tuple(binding[i] for i in loops.lhs.indices)
        table[key] = table.get(key, Fraction(0)) + value
        passes += 1
    return table, passes


def _order(loops: Loops) -> tuple[list[tuple], Any]:
    order, increment = loops.order
    return [(index, term(low), term(high)) for index, low, high in order], increment


def _einsummed(loops: Loops, setting: Setting, entry_of: Any) -> tuple[dict, str]:
    order, increment = _order(loops)
    exact = setting.exactly()
    letters = {place[0]: chr(ord("a") + k) for k, place in enumerate(order)}
    spans = {place[0]: range(exact.whole(place[1], {}), exact.whole(place[2], {}) + 1) for place in order}
    factors, scalar, divisor = _factors(increment)
    if not factors or any(i not in letters for f in factors for i in f.indices):
        raise Unsupported(f"einsum takes products of elements with plain loop indices, not {increment}")
    arrays = []
    for factor in factors:
        shape = tuple(len(spans[i]) for i in factor.indices)
        array = numpy.empty(shape, dtype=numpy.int64)
        for spot in numpy.ndindex(*shape):
            array[spot] = entry_of(factor.family, tuple(spans[i][k] for i, k in zip(factor.indices, spot, strict=True)))
        arrays.append(array)
    missing = [i for i in letters if not any(i in f.indices for f in factors)]
    for index in missing:  # an index that no factor carries only repeats the pass
        arrays.append(numpy.ones(len(spans[index]), dtype=numpy.int64))
    inputs = ["".join(letters[i] for i in f.indices) for f in factors] + [letters[i] for i in missing]
    subscripts = ",".join(inputs) + "->" + "".join(letters[i] for i in loops.lhs.indices)
    weight = Fraction(1)
    for number in scalar:
        weight *= exact.value(number, {})
    for number in divisor:
        weight /= exact.value(number, {})
    summed = numpy.einsum(subscripts, *arrays)
    table = {
        tuple(spans[i][k] for i, k in zip(loops.lhs.indices, spot, strict=True)): weight * int(summed[spot])
        for spot in numpy.ndindex(*summed.shape)
    }
    return table, subscripts


def _factors(node: Any) -> tuple[list[Element], list, list]:
    """The elements of a product, its scalar factors, and its scalar divisors."""
    if isinstance(node, Element):
        return [node], [], []
    if isinstance(node, Times):
        parts = [_factors(a) for a in node.args]
        elements, scalar, divisor = ([f for p in parts for f in p[k]] for k in range(3))
        return elements, scalar, divisor
    if isinstance(node, Quotient):
        elements, scalar, divisor = _factors(node.args[0])
        below = _factors(node.args[1])
        if below[0]:
            raise Unsupported(f"a loop that divides by {node.args[1]} is no einsum")
        return elements, scalar + below[2], divisor + below[1]
    return [], [node], []
