"""Monte Carlo: the givens are drawn and run forward, the claim's moments are estimated, and the claim is tested.

Decision.  A comparison takes the difference of the two sides, with a standard error from leaving out one batch
at a time, and rejects beyond the threshold of Student's t at `RUN_FALSE_ALARM / RUN_COMPARISONS`: a run of up to
`RUN_COMPARISONS` comparisons rejects a true claim anywhere with probability `RUN_FALSE_ALARM` at most.

Reproducibility.  Chunk `c` of experiment `e` has the stream `SeedSequence(entropy, spawn_key=(e, variant, c))`
with entropy from the entry's name, and chunks are merged in order: the digits do not depend on who computed them.
"""

from __future__ import annotations

import hashlib
import math
import pickle
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import cache
from typing import Any

import mpmath
import numpy

from ..language.experiments import MonteCarlo
from ..language.statements import Relation
from ..language.terms import INFINITY, Limit
from .evaluate import Undefined, Unsupported
from .moments import ExactMoments, Polynomial
from .points import bindings, closure, describe, settings_at, terms_of
from .result import Result
from .sampling import Estimates, Sampler, Samples
from .setting import Setting, compare

__all__ = ["RUN_COMPARISONS", "RUN_FALSE_ALARM", "Plan", "run_monte_carlo", "simulate", "threshold"]

RUN_FALSE_ALARM = 1e-6
RUN_COMPARISONS = 1000
CHUNK = 2**15
BATCHES = 8
MOST_STEPS = 4096
REMAINDER = 0.05
"""The largest part of a standard error that a limit's remainder may have."""
_ROUNDING = 1e-11


@dataclass(frozen=True)
class Plan:
    """What every worker needs for one simulation: data only."""

    setting: Setting
    statements: tuple[tuple[Relation, tuple], ...]
    steps: int | None
    samples: int
    entropy: tuple[int, ...]
    key: tuple[int, ...]

    @property
    def size(self) -> int:
        return min(CHUNK, 2 ** int(math.log2(self.samples // 8)))

    @property
    def chunks(self) -> int:
        return -(-self.samples // self.size)


def entropy_of(name: str, seed: int | None) -> tuple[int, ...]:
    """The entropy of an entry: the hash of its name, after the seed where one is given."""
    digest = int.from_bytes(hashlib.sha256(name.encode()).digest(), "big")
    return (digest,) if seed is None else (seed, digest)


def simulate(packed: bytes, chunk: int) -> dict:
    """One chunk of a plan: the statistics of every moment of its statements.  Runs in any process."""
    plan: Plan = pickle.loads(packed)
    entropy = plan.entropy[0] if len(plan.entropy) == 1 else list(plan.entropy)
    seeds = numpy.random.SeedSequence(entropy, spawn_key=(*plan.key, chunk))
    sampler = Sampler(plan.setting, plan.steps, seeds, plan.size, BATCHES)
    paths: dict = {}
    for number, (relation, points) in enumerate(plan.statements):
        for place, binding in enumerate(points):
            try:
                left, right = (sampler.value(s, dict(binding)) for s in (relation.lhs, relation.rhs))
            except Undefined:
                continue
            if isinstance(left, Samples) or isinstance(right, Samples):
                paths["path", number, place] = _path_gap(relation, left, right)
    return {**sampler.statistics, **paths}


def _path_gap(relation: Relation, left: Any, right: Any) -> tuple:
    """The largest breach of a relation between random quantities themselves, relative to their size."""
    a, b = (v.array if isinstance(v, Samples) else v for v in (left, right))
    gap = {
        "==": lambda: numpy.abs(a - b),
        "<=": lambda: a - b,
        "<": lambda: a - b,
        ">=": lambda: b - a,
        ">": lambda: b - a,
    }.get(relation.rel)
    if gap is None:
        raise Unsupported(f"the relation {relation.rel} between random quantities is not simulated")
    size = float(max(numpy.max(numpy.abs(a)), numpy.max(numpy.abs(b)), 1e-300))
    return (float(numpy.max(gap())) / size,)


@cache
def threshold(batches: int) -> float:
    """Beyond this many standard errors, of `batches` batches, a comparison rejects (two-sided Student t)."""
    freedom, level = batches - 1, RUN_FALSE_ALARM / RUN_COMPARISONS
    low, high = 1.0, 1e4
    for _ in range(80):
        middle = math.sqrt(low * high)
        tail = mpmath.betainc(freedom / 2, 0.5, 0, freedom / (freedom + middle**2), regularized=True)
        low, high = (middle, high) if tail > level else (low, middle)
    return high


@dataclass(frozen=True)
class Comparison:
    """One comparison: both sides, the standard error of their difference, and its number of standard errors."""

    where: str
    left: float
    right: float
    error: float
    z: float
    rejected: bool


def _merged(chunks: list[dict]) -> tuple[dict, dict]:
    statistics: dict = {}
    paths: dict = {}
    for key in chunks[0]:
        if key[0] == "path":
            paths[key] = max(c[key][0] for c in chunks)
        else:
            parts = [c[key] for c in chunks]
            statistics[key] = tuple(numpy.concatenate(p) for p in zip(*parts, strict=True))
    return statistics, paths


def _compare(plan: Plan, chunks: list[dict], at: tuple) -> list[list[Comparison]]:
    """The comparisons of each statement of a plan."""
    statistics, paths = _merged(chunks)
    reader = Estimates(plan.setting, plan.steps, statistics, plan.size // BATCHES)
    bound = threshold(plan.chunks * BATCHES)
    found: list[list[Comparison]] = []
    estimated = False
    for number, (relation, points) in enumerate(plan.statements):
        mine: list[Comparison] = []
        for place, binding in enumerate(points):
            where = describe(at, dict(binding))
            if ("path", number, place) in paths:
                gap = paths["path", number, place]
                mine.append(Comparison(where, gap, 0.0, 0.0, 0.0 if gap <= 1e-9 else math.inf, gap > 1e-9))
                continue
            try:
                left, right = (reader.value(s, dict(binding)) for s in (relation.lhs, relation.rhs))
            except Undefined:
                continue
            if isinstance(left, Samples) or isinstance(right, Samples):
                estimated = True
                mine.append(_compared(relation, where, left, right, bound))
            else:
                mine.append(_certain(relation, where, float(left), float(right)))
        found.append(mine)
    if not estimated and not paths:
        raise Unsupported("the claim has no random quantity: nothing to estimate")
    return found


def _certain(relation: Relation, where: str, left: float, right: float) -> Comparison:
    """A point at which nothing is random, such as the start of a recurrence."""
    same = abs(left - right) <= 1e-9 * max(abs(left), abs(right))
    rejected = not (
        same
        if relation.rel == "=="
        else not same
        if relation.rel == "!="
        else (same and "=" in relation.rel) or compare(left, relation.rel, right)
    )
    return Comparison(where, left, right, 0.0, math.inf if rejected else 0.0, rejected)


def _compared(relation: Relation, where: str, left: Any, right: Any, bound: float) -> Comparison:
    a, b = (v.array if isinstance(v, Samples) else v for v in (left, right))
    gap = a - b
    whole, parts = gap[0], gap[1:]
    count = len(parts)
    centre = parts.mean()
    error = math.sqrt((count - 1) / count * float(((parts - centre) ** 2).sum()))
    estimate = count * whole - (count - 1) * centre
    left_value, right_value = (float(v[0]) if isinstance(v, numpy.ndarray) else float(v) for v in (a, b))
    floor = _ROUNDING * max(abs(left_value), abs(right_value))
    z = float(estimate) / max(error, floor, 1e-300)
    if relation.rel == "==":
        rejected = abs(z) > bound
    elif relation.rel == "!=":
        rejected = False
    else:
        rejected = (z if relation.rel in ("<", "<=") else -z) > bound
    return Comparison(where, left_value, right_value, error, z, rejected)


# --- how long a limit is run -----------------------------------------------------------------------------


class _At(ExactMoments):
    """The exact moments of the givens, with every limit over steps replaced by the body at `steps`."""

    def __init__(self, setting: Setting, steps: int) -> None:
        super().__init__(setting, float)
        self.steps = steps

    def limit(self, node: Limit, binding: dict) -> Any:
        body, variable, point = node.args
        if point != INFINITY:
            raise Unsupported("only a limit over steps is simulated")
        return self.value(body, {**binding, variable: self.steps})


def _gap_at(setting: Setting, relation: Relation, binding: dict, steps: int) -> tuple[float, float]:
    reader = _At(setting, steps)
    left, right = reader.value(relation.lhs, binding), reader.value(relation.rhs, binding)
    if isinstance(left, Polynomial) or isinstance(right, Polynomial):
        raise Unsupported("the limit of a random quantity is not simulated")
    return float(left) - float(right), max(abs(left), abs(right))


def _steps(setting: Setting, relation: Relation, points: list[dict], samples: int) -> int:
    """The first doubling after which more steps change the sides by a small part of what the samples resolve."""
    steps = 8
    while steps < MOST_STEPS:
        drifts = []
        for binding in points:
            here, size = _gap_at(setting, relation, binding, steps)
            drifts.append(abs(here - _gap_at(setting, relation, binding, 2 * steps)[0]) / (size or 1.0))
        if max(drifts) <= REMAINDER / 4 / math.sqrt(samples):
            return steps
        steps *= 2
    raise Unsupported(f"after {MOST_STEPS} steps the limit is not close enough: choose a faster point in `at`")


# --- the experiment --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Part:
    """One simulation of an experiment: its plan, the point, and the roles of its statements."""

    plan: Plan
    at: tuple
    roles: tuple[str, ...]


def plans(
    name: str, number: int, claim: Relation, given: tuple, experiment: MonteCarlo, seed: int | None
) -> list[_Part]:
    """The simulations of one experiment: each stated point, then each again without the dropped facts."""
    statements = [("claim", claim)]
    if experiment.near_miss is not None:
        statements.append(("near-miss", experiment.near_miss))
    relations = [r for _, r in statements]
    nodes = closure([t for r in relations for t in terms_of(r)], given)
    has_limit = any(isinstance(n, Limit) for n in nodes)
    points = bindings(relations, given, experiment.at, (1, 2, 7))
    parts: list[_Part] = []
    variant = 0
    for at in settings_at(experiment.at):
        for dropped in ((), experiment.facts_dropped):
            if dropped == () and variant and parts and parts[-1].at == at:
                continue
            setting = Setting(given, at, experiment.law, dropped)
            setting.mention(*(t for r in relations for t in terms_of(r)))
            broken = None if dropped else setting.broken_fact(nodes)
            if broken:
                raise Unsupported(broken)
            said = statements if not dropped else [("facts dropped", claim)]
            spots = [[b for b in points if all(setting.true(w, b) for w in r.when)] for _, r in said]
            chosen = spots[0]
            if not chosen:
                raise Unsupported("the conditions of the claim hold at none of the points")
            steps = experiment.steps
            if dropped:
                steps = parts[-1].plan.steps
            elif has_limit and steps is None:
                steps = _steps(setting, claim, chosen, experiment.samples)
            frozen = [tuple(tuple(b.items()) for b in spot) for spot in spots]
            asked = tuple((r, f) for (_, r), f in zip(said, frozen, strict=True))
            plan = Plan(setting, asked, steps, experiment.samples, entropy_of(name, seed), (number, variant))
            parts.append(_Part(plan, at, tuple(role for role, _ in said)))
            variant += 1
    return parts


def work(plan: Plan, executor: Executor | None) -> Iterator[dict]:
    """The chunks of a plan, in order."""
    packed = pickle.dumps(plan)
    if executor is None:
        for chunk in range(plan.chunks):
            yield simulate(packed, chunk)
        return
    waiting = [executor.submit(simulate, packed, chunk) for chunk in range(plan.chunks)]
    for future in waiting:
        yield future.result()


def run_monte_carlo(
    name: str,
    number: int,
    label: str,
    claim: Relation,
    given: tuple,
    experiment: MonteCarlo,
    *,
    executor: Executor | None = None,
    tick: Callable[[int, int, str], None] | None = None,
    seed: int | None = None,
) -> Result:
    """Run one Monte-Carlo experiment."""
    parts = plans(name, number, claim, given, experiment, seed)
    total = sum(p.plan.chunks for p in parts)
    done = 0
    by_role: dict[str, list[Comparison]] = {"claim": [], "near-miss": [], "facts dropped": []}
    worst_drift = 0.0
    running: dict[str, Any] = {}
    for part in parts:
        chunks = []
        for chunk in work(part.plan, executor):
            chunks.append(chunk)
            done += 1
            if tick is not None:
                tick(done, total, label)
        running = running or _running(part, chunks)
        for role, found in zip(part.roles, _compare(part.plan, chunks, part.at), strict=True):
            by_role[role] += found
            if role == "claim" and part.plan.steps is not None:
                worst_drift = max(worst_drift, _drift(part, claim, found))
    return _judged(label, experiment, parts, by_role, worst_drift, running)


def _running(part: _Part, chunks: list[dict]) -> dict[str, Any]:
    """How the first comparison of the claim, and of the near-miss at the same point, goes as samples are added: the
    distance of the two sides and its standard error after 4, 8, 16, ... batches of the samples that were drawn."""
    plan = part.plan
    statistics, paths = _merged(chunks)
    relations = dict(zip(part.roles, plan.statements, strict=True))
    if paths or "claim" not in relations or relations["claim"][0].rel != "==":
        return {}
    total = plan.chunks * BATCHES
    counts = [n for n in (2**k for k in range(2, 20)) if n < total] + [total]
    length = plan.size // BATCHES
    told: dict[str, Any] = {"samples": tuple(n * length for n in counts)}
    for count in counts:
        few = {key: tuple(values[:count] for values in found) for key, found in statistics.items()}
        reader = Estimates(plan.setting, plan.steps, few, length)
        for role, (relation, points) in relations.items():
            for binding in points:
                try:
                    left, right = (reader.value(s, dict(binding)) for s in (relation.lhs, relation.rhs))
                except Undefined:
                    continue
                if not isinstance(left, Samples) and not isinstance(right, Samples):
                    continue  # nothing is random there
                where = describe(part.at, dict(binding))
                found = _compared(relation, where, left, right, math.inf)
                told.setdefault("point", where)
                told.setdefault(role, []).append((abs(found.left - found.right), found.error))
                break
    return told if all(len(told.get(role, ())) == len(counts) for role in relations) else {}


def _drift(part: _Part, claim: Relation, found: list[Comparison]) -> float:
    """What is left of the limits, at most, as a part of the standard error."""
    if not any(isinstance(n, Limit) for n in closure(terms_of(claim), part.plan.setting.given)):
        return 0.0
    setting, steps = part.plan.setting, part.plan.steps
    assert steps is not None
    drift = 0.0
    errors = {c.where: c.error for c in found}
    for binding in map(dict, part.plan.statements[0][1]):
        where = describe(part.at, binding)
        if where in errors:
            gaps = [_gap_at(setting, claim, binding, n * steps)[0] for n in (1, 2)]
            drift = max(drift, 2 * abs(gaps[0] - gaps[1]) / max(errors[where], 1e-300))
    return drift


def _judged(
    label: str,
    experiment: MonteCarlo,
    parts: list[_Part],
    by_role: dict,
    drift: float,
    running: dict[str, Any],
) -> Result:
    mine = by_role["claim"]
    batches = parts[0].plan.chunks * BATCHES
    bound = threshold(batches)
    wanted = [
        role
        for role, there in (
            ("near-miss", experiment.near_miss is not None),
            ("facts dropped", bool(experiment.facts_dropped)),
        )
        if there
    ]
    rejected = {role: any(c.rejected for c in by_role[role]) for role in wanted}
    agrees = bool(mine) and not any(c.rejected for c in mine)
    settled = drift <= REMAINDER
    steps = f", {max(p.plan.steps for p in parts if p.plan.steps)} steps" if any(p.plan.steps for p in parts) else ""
    drawn = f"{parts[0].plan.chunks * parts[0].plan.size} samples{steps}"
    without = "without " + " and ".join(f.name for f in experiment.facts_dropped) + " the claim"
    if not mine:
        summary = "the claim could not be evaluated at any point"
    elif all(c.error == 0 for c in mine) and all(c.right == 0 for c in mine):
        worst = max(mine, key=lambda c: c.left)
        summary = f"the sides of every sample differ by at most {worst.left:.1e} of their size ({drawn})"
    else:
        worst = max(mine, key=lambda c: abs(c.z))
        summary = (
            f"{drawn}: {len(mine)} comparison{'s' * (len(mine) != 1)}, "
            f"largest |z| = {abs(worst.z):.2f}, allowed {bound:.2f}"
        )
    if not agrees and mine:
        summary = (
            f"REJECTED at {worst.where}: left {worst.left:.6g}, right {worst.right:.6g}, "
            f"{worst.z:.1f} standard errors apart (limit {bound:.2f}; {drawn})"
        )
    if not settled:
        summary += f"; the limits are not reached: {drift:.2g} standard errors remain"
    for role in wanted:
        far = max((abs(c.z) for c in by_role[role]), default=0.0)
        if rejected[role]:
            what = "the near-miss" if role == "near-miss" else without
            gap = "more than rounding" if math.isinf(far) else f"{far:.0f} standard errors"
            summary += f"; {what} is off by {gap}"
        else:
            summary += f"; NO POWER: {role} is not rejected (largest |z| {far:.2f})"
    miss = " and ".join(
        ([str(experiment.near_miss)] if experiment.near_miss is not None else [])
        + (["without " + ", ".join(f.name for f in experiment.facts_dropped)] if experiment.facts_dropped else [])
    )
    refuted = all(rejected.values())
    data = {
        "points": tuple(c.where for c in mine[:50]),
        "left": tuple(c.left for c in mine[:50]),
        "right": tuple(c.right for c in mine[:50]),
        "standard_error": tuple(c.error for c in mine[:50]),
        "z": tuple(c.z for c in mine[:50]),
        "threshold": bound,
        "samples": parts[0].plan.chunks * parts[0].plan.size,
        "false_alarm": RUN_FALSE_ALARM,
        "false_alarm_comparisons": RUN_COMPARISONS,
        "near_miss_z": tuple(c.z for role in wanted for c in by_role[role][:50]),
        "series": {
            role: tuple((c.where, c.left, c.right, c.error, c.z) for c in by_role[role][:50])
            for role in ("claim", *wanted)
        },
        "running": running,
    }
    return Result(label, experiment.kind, agrees and settled and refuted, summary, miss, refuted, data)
