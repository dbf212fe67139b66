"""Times, as ratios measured in one run; `make bench` prints them.

1. The kernel's check of the whole catalogue against `import sympy`, both in fresh processes, in CPU time.
2. Each line of the seed that SymPy can state against `sympy.simplify(lhs - rhs)`.
3. Monte-Carlo throughput against the bare numpy generator that draws the same numbers.
4. Problem 5 at symbolic B against exact enumeration at B = 2, 3, ..., 8.
"""

from __future__ import annotations

import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import product
from math import prod
from resource import RUSAGE_CHILDREN, getrusage
from typing import Any

import numpy
import sympy

from sgdproofs import catalogue
from sgdproofs.advice import Search
from sgdproofs.checker import examine
from sgdproofs.experiments import monte_carlo
from sgdproofs.kernel.check import follows
from sgdproofs.language import terms as T
from sgdproofs.language.derivation import Derivation
from sgdproofs.language.experiments import MonteCarlo
from sgdproofs.language.report import PROVED
from sgdproofs.language.statements import Relation
from sgdproofs.meaning import Model, holds

PATIENCE = 5
"""Seconds for one call of sympy.simplify."""


def cpu_of(code: str, runs: int = 3) -> float:
    """CPU seconds of a fresh interpreter that runs `code`: the least of a few runs."""
    times = []
    for _ in range(runs):
        before = getrusage(RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)
        after = getrusage(RUSAGE_CHILDREN)
        times.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(times)


CHECK = """
from sgdproofs import catalogue, check
from sgdproofs.advice import Search
from sgdproofs.language.derivation import Derivation
entries = catalogue.load()
proved = {}
def theorem(name):
    if name not in proved:
        entry = entries[name]
        lemmas = {item.name: theorem(item.name) for item in entry.lemmas}
        proved[name] = check(entry, advisor=Search(), lemmas=lemmas).theorem
    return proved[name]
for entry in entries.values():
    if isinstance(entry, Derivation):
        theorem(entry.name)
"""


def theorem_of(entry: Derivation, entries: Any, proved: dict) -> Any:
    """The theorem of an entry and the checker that made it."""
    if entry.name not in proved:
        lemmas = {item.name: theorem_of(entries[item.name], entries, proved)[0] for item in entry.lemmas}
        report, checker = examine(entry, advisor=Search(), lemmas=lemmas)
        proved[entry.name] = report.theorem, report, checker
    return proved[entry.name]


def catalogue_against_import() -> None:
    imported, checked, loaded = cpu_of("import sympy"), cpu_of(CHECK), cpu_of(CHECK[: CHECK.index("proved = {}")])
    entries = catalogue.load()
    proved: dict = {}
    lines = sum(len(theorem_of(e, entries, proved)[1].lines) for e in entries.values() if isinstance(e, Derivation))
    print(f"whole catalogue, {len(proved)} entries, {lines} lines, fresh processes, CPU time")
    print(f"  import sympy                       {imported:8.2f} s     1")
    print(f"  load the catalogue                 {loaded:8.2f} s   {loaded / imported:5.1f}")
    print(f"  load and check the catalogue       {checked:8.2f} s   {checked / imported:5.1f}")
    print(f"  the check alone                    {checked - loaded:8.2f} s   {(checked - loaded) / imported:5.1f}")


# --- lines against simplify --------------------------------------------------------------------------------


class Unsayable(Exception):
    """SymPy has no such term."""


def in_sympy(node: Any) -> Any:
    """The term with ordinary symbols; moments and limits have no counterpart there."""
    if isinstance(node, sympy.Rational):
        return node
    if isinstance(node, T.Parameter):
        return sympy.Symbol(node.name)
    if isinstance(node, T.Element):
        if node.family.random:
            raise Unsayable
        return (
            sympy.IndexedBase(node.family.name)[tuple(in_sympy(i) for i in node.indices)]
            if node.indices
            else sympy.Symbol(node.family.name)
        )
    if isinstance(node, T.Sum) and not node.distinct:
        return sympy.Sum(
            in_sympy(node.body), *((in_sympy(v), in_sympy(low), in_sympy(high)) for v, low, high in node.ranges)
        )
    parts = {
        T.Plus: sympy.Add,
        T.Times: sympy.Mul,
        T.Power: sympy.Pow,
        T.Minimum: sympy.Min,
        T.Maximum: sympy.Max,
        T.Negative: lambda a: -a,
        T.Quotient: lambda a, b: a / b,
    }
    if type(node) not in parts:
        raise Unsayable
    return parts[type(node)](*map(in_sympy, node.args))


def seconds(task: Callable[[], Any], least: float = 0.02) -> tuple[float, Any]:
    """Seconds for one run, repeated until `least` has passed."""
    began, runs = time.perf_counter(), 0
    while True:
        found = task()
        runs += 1
        gone = time.perf_counter() - began
        if gone > least:
            return gone / runs, found


def _late(*_: Any) -> None:
    raise TimeoutError


def lines_against_simplify() -> None:
    entries = catalogue.load()
    proved: dict = {}
    rows: list[tuple[float, float, bool, str]] = []
    total = late = 0
    signal.signal(signal.SIGALRM, _late)
    for entry in entries.values():
        if not isinstance(entry, Derivation) or not entry.source.startswith("Problem"):
            continue
        _, report, checker = theorem_of(entry, entries, proved)
        for line, (goal, _) in zip(report.lines, checker.goals, strict=True):
            total += 1
            said = line.statement
            if line.verdict != PROVED or not isinstance(said, Relation) or said.rel != "==":
                continue
            try:
                gap = in_sympy(said.lhs) - in_sympy(said.rhs)
            except Unsayable:
                continue
            own, _ = seconds(lambda goal=goal: follows(goal))
            signal.alarm(PATIENCE)
            try:
                sympy.core.cache.clear_cache()
                began = time.perf_counter()
                zero = sympy.simplify(gap) == 0
                theirs = time.perf_counter() - began
            except TimeoutError:
                theirs, zero, late = float(PATIENCE), False, late + 1
            finally:
                signal.alarm(0)
            rows.append((own, theirs, zero, f"{entry.name} {line.number}"))
    print(f"\nlines of the seed against sympy.simplify(lhs - rhs): SymPy can state {len(rows)} of {total} lines")
    ours, theirs = sum(r[0] for r in rows), sum(r[1] for r in rows)
    ratios = sorted(r[1] / r[0] for r in rows)
    print(f"  the kernel, all of them            {1000 * ours:8.1f} ms    1")
    print(f"  simplify, all of them              {1000 * theirs:8.1f} ms  {theirs / ours:5.1f}")
    print(f"  ratio line by line: least {ratios[0]:.2f}, median {ratios[len(ratios) // 2]:.1f}, most {ratios[-1]:.0f}")
    print(
        f"  simplify answers 0 for {sum(r[2] for r in rows)}; it is not told the facts that the others cite"
        + (f"; {late} took longer than {PATIENCE} s" if late else "")
    )
    for own, other, zero, name in sorted(rows, key=lambda r: r[1] / r[0])[:3]:
        answer = "" if zero else ", not 0"
        print(f"    slowest in comparison: {name}: kernel {1000 * own:.2f} ms, simplify {1000 * other:.2f} ms{answer}")


# --- Monte Carlo -------------------------------------------------------------------------------------------


class Counting(numpy.random.Generator):
    """A generator that counts the normal deviates that it draws."""

    drawn = 0

    def standard_normal(self, *args: Any, **kwargs: Any) -> Any:
        found = super().standard_normal(*args, **kwargs)
        Counting.drawn += numpy.size(found)
        return found


def simulations() -> Iterator[tuple[str, Any]]:
    """One plan of each entry that has a Monte-Carlo experiment."""
    for entry in catalogue.load().values():
        for number, experiment in enumerate(entry.experiments):
            if isinstance(experiment, MonteCarlo) and isinstance(entry, Derivation):
                yield (
                    entry.name,
                    monte_carlo.plans(entry.name, number, entry.claim, entry.given, experiment, None)[0].plan,
                )
                break


def drawn(generator: Any, out: Any, times: int) -> None:
    """As many normal deviates, and nothing done with them."""
    for _ in range(times):
        generator.standard_normal(out=out)


def throughput() -> None:
    print("\nMonte Carlo against the bare generator, one chunk of each entry")
    print(f"  {'entry':30} {'draws':>10} {'million/s':>10} {'bare':>8} {'ratio':>6}")
    for name, plan in simulations():
        packed = pickle.dumps(plan)
        plain, Counting.drawn = numpy.random.Generator, 0
        numpy.random.Generator = Counting  # type: ignore[misc]
        try:
            monte_carlo.simulate(packed, 0)
        finally:
            numpy.random.Generator = plain  # type: ignore[misc]
        draws = Counting.drawn
        if not draws:
            continue
        own, _ = seconds(lambda packed=packed: monte_carlo.simulate(packed, 0), 0.2)
        generator, out = numpy.random.default_rng(1), numpy.empty(min(draws, plan.size * 16))
        whole = -(-draws // out.size)
        bare, _ = seconds(lambda: drawn(generator, out, whole), 0.2)  # noqa: B023  called at once
        bare *= draws / (whole * out.size)
        print(f"  {name:30} {draws:10} {draws / own / 1e6:10.1f} {draws / bare / 1e6:8.1f} {own / bare:6.1f}")


# --- Problem 5 ---------------------------------------------------------------------------------------------

LAW = ((Fraction(1, 4), (2, 0)), (Fraction(1, 2), (0, 1)), (Fraction(1, 4), (-2, 2)))
"""Probabilities and values of the two components of one gradient."""


def batches(entry: Derivation, size: int) -> Model:
    """The product space of `size` independent gradients."""
    average = next(f for f in entry.given if getattr(getattr(f, "target", None), "family", None) is not None)
    B = next(n for n in T.walk(average.value) if isinstance(n, T.Parameter) and not isinstance(n, T.Index))
    free = {s for side in (entry.claim.lhs, entry.claim.rhs) for s in side.free_symbols if isinstance(s, T.Index)}
    spots = dict(zip(sorted(free, key=str), (Fraction(1), Fraction(2))))
    space = list(product(range(len(LAW)), repeat=size))
    values: dict = {}
    for b in range(1, size + 1):
        for component in (1, 2):
            values["ghat", (b, component)] = tuple(Fraction(LAW[o[b - 1]][1][component - 1]) for o in space)
    for component in (1, 2):
        values["g", (component,)] = sum((p * v[component - 1] for p, v in LAW), Fraction(0))
    weights = tuple(prod((LAW[k][0] for k in o), start=Fraction(1)) for o in space)
    return Model(
        {B: Fraction(size), **spots}, weights, values, {}, tuple(f for f in entry.given if hasattr(f, "target"))
    )


def symbolic_against_enumeration() -> None:
    entries = catalogue.load()
    entry = entries["minibatch-covariance"]
    own, _ = seconds(lambda: examine(entry, advisor=Search()), 0.2)
    print("\nProblem 5: all lines at symbolic B against the claim alone, enumerated")
    print(f"  every B >= 1, proved               {1000 * own:8.1f} ms    1")
    for size in range(2, 9):
        began = time.perf_counter()
        true = holds(entry.claim, batches(entry, size))
        took = time.perf_counter() - began
        found = "holds" if true else "FAILS"
        print(f"  B = {size}, {3**size:5} outcomes, {found}       {1000 * took:8.1f} ms  {took / own:5.2f}", flush=True)
        if took > 30:
            break


def main() -> None:
    began = time.perf_counter()
    catalogue_against_import()
    lines_against_simplify()
    throughput()
    symbolic_against_enumeration()
    print(f"\n{time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
