"""Numeric cross-validation: exact, high precision, Monte Carlo.

An experiment simulates the givens, never the claim, and passes only if it rejects a near-miss as well.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import replace
from typing import Any

from ..language.binders import terms_of
from ..language.derivation import Refutation
from ..language.errors import SgdproofsError
from ..language.experiments import Einsum, Exact, MonteCarlo, Precision
from ..language.facts import Fact
from ..language.functions import Conditional
from ..language.terms import walk
from .evaluate import Undefined, Unsupported
from .result import Result

__all__ = ["Result", "run"]

Progress = Callable[[int, int, str], None]


def run(
    entry: Any,
    *,
    workers: int = 0,
    executor: Executor | None = None,
    progress: Progress | None = None,
    seed: int | None = None,
) -> tuple[Result, ...]:
    """Run the experiments of an entry, in its order.

    Monte-Carlo chunks go to `executor`, or to `workers` processes, or are computed here; the digits are the
    same.  `progress(done, total, label)` is called as work is done.  `seed` replaces the seed that the entry's
    name gives.  The claim of a Refutation is false, so that there the roles of claim and near-miss are exchanged.
    """
    if executor is not None or workers <= 1 or not any(isinstance(e, MonteCarlo) for e in entry.experiments):
        return _all(entry, executor, progress, seed)
    with ProcessPoolExecutor(workers) as pool:
        return _all(entry, pool, progress, seed)


def _all(entry: Any, executor: Executor | None, progress: Progress | None, seed: int | None) -> tuple[Result, ...]:
    counts: dict[str, int] = {}
    results = []
    for number, experiment in enumerate(entry.experiments):
        kind = experiment.kind
        counts[kind] = counts.get(kind, 0) + 1
        label = f"{entry.name}: {kind}" + (f" {counts[kind]}" if counts[kind] > 1 else "")
        result = _run(entry, number, label, experiment, executor, progress, seed)
        if isinstance(entry, Refutation):
            result = replace(result, summary=result.summary.replace("the near-miss", "the printed claim"))
        results.append(replace(result, entry=entry, number=number))
    return tuple(results)


def _run(
    entry: Any,
    number: int,
    label: str,
    experiment: Any,
    executor: Executor | None,
    progress: Progress | None,
    seed: int | None,
) -> Result:
    given: tuple[Fact, ...] = tuple(entry.given)
    claim, near_miss = entry.claim, experiment.near_miss
    if isinstance(entry, Refutation):
        if near_miss is None:
            return Result(
                label,
                experiment.kind,
                False,
                "not run: the experiment of a refuted claim names the true one as near_miss",
            )
        claim, near_miss = near_miss, claim
    try:
        if not isinstance(experiment, Exact) and any(_is_conditional(fact) for fact in given):
            raise Unsupported("a conditional expectation that is given is met by exact(...) only")
        if isinstance(experiment, MonteCarlo):
            from .monte_carlo import run_monte_carlo

            return run_monte_carlo(
                entry.name,
                number,
                label,
                claim,
                given,
                replace(experiment, near_miss=near_miss),
                executor=executor,
                tick=progress,
                seed=seed,
            )
        if progress is not None:
            progress(0, 1, label)
        if isinstance(experiment, Exact):
            from .exact import run_exact

            result = run_exact(entry.name, label, entry, claim, given, replace(experiment, near_miss=near_miss), seed)
        elif isinstance(experiment, Precision):
            from .precision import run_precision

            result = run_precision(label, claim, near_miss, given, experiment)
        elif isinstance(experiment, Einsum):
            from .exact import run_einsum

            result = run_einsum(entry.name, label, given, experiment, seed)
        else:
            raise SgdproofsError(f"{experiment!r} is no experiment: use exact, precision, monte_carlo or einsum")
        if progress is not None:
            progress(1, 1, label)
        return result
    except (Unsupported, Undefined) as problem:
        return Result(label, experiment.kind, False, f"not run: {problem}", "" if near_miss is None else str(near_miss))


def _is_conditional(fact: Fact) -> bool:
    """Whether a fact speaks of a conditional expectation: laws that meet it are searched for, and not drawn."""
    return any(isinstance(node, Conditional) for term in terms_of((), (fact,)) for node in walk(term))
