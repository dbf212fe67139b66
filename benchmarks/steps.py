"""Times of the step checker: cases a second, ratios to sympy.simplify, and growth; `make bench` prints them.

Growth is measured by doubling the work in one direction at a time: the number of terms, the degree, the length of a
chain, the order of a moment.  Each row says the time, and by how much it grew against the row above.
"""

from __future__ import annotations

import json
import signal
import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sympy
from bench import PATIENCE, Unsayable, _late, in_sympy

from sgdproofs.steps.case import read_case
from sgdproofs.steps.run import answer

FILE = Path(__file__).resolve().parent.parent / "tests" / "steps" / "steps.jsonl"


def simplified(claim: Any) -> tuple[float, bool, bool] | None:
    """Seconds of `simplify(lhs - rhs)`, whether it is 0, whether it was too slow; None if SymPy has no such term."""
    if claim.exact.rel != "==":
        return None
    try:
        gap = in_sympy(claim.exact.lhs) - in_sympy(claim.exact.rhs)
    except Unsayable:
        return None
    signal.signal(signal.SIGALRM, _late)
    signal.alarm(PATIENCE)
    sympy.core.cache.clear_cache()
    began = time.process_time()
    try:
        zero = sympy.simplify(gap) == 0
        return _since(began), bool(zero), False
    except TimeoutError:
        return float(PATIENCE), False, True
    except Exception:  # some of its functions fail on undefined values
        return _since(began), False, False
    finally:
        signal.alarm(0)


def _since(began: float) -> float:
    """The seconds since then, never 0: what is too short for the clock counts as a microsecond."""
    return max(time.process_time() - began, 1e-6)


def cases() -> None:
    lines = FILE.read_text(encoding="utf-8").splitlines()
    times, rows, agreed, late, blessed = [], [], 0, 0, []
    for text in lines:
        began = time.process_time()
        found = answer(text)
        took = time.process_time() - began
        times.append(took)
        case = json.loads(text)
        items = read_case(case).items
        if case["kind"] != "relation" or len(items[0].claims) != 1:
            continue
        theirs = simplified(items[0].claims[0])
        if theirs is not None:
            rows.append((took, theirs[0]))
            late += theirs[2]
            agreed += theirs[1] == (found["verdict"] == "proved")
            if theirs[1] and case["truth"] != "true":
                blessed.append(case["id"])
    print(
        f"\nsteps with known answers, one process, CPU time: {len(times)} cases, {len(times) / sum(times):.0f} a second"
    )
    print(
        f"  median {1000 * statistics.median(times):.0f} ms, mean {1000 * statistics.mean(times):.0f} ms, "
        f"worst {max(times):.1f} s"
    )
    ratios = sorted(own / other for own, other in rows)
    whole = sum(own for own, _ in rows) / sum(other for _, other in rows)
    print(
        f"  SymPy can state {len(rows)} of them: check_step takes {whole:.2f} x the "
        f"time of simplify(lhs - rhs) in sum, median {ratios[len(ratios) // 2]:.2f}, worst {ratios[-1]:.1f}"
        + (f"; simplify needs more than {PATIENCE} s for {late}" if late else "")
    )
    print(f"  simplify answers 0 for {len(blessed)} that are false as stated: {' '.join(blessed)}")


def relation(lhs: str, rhs: str, **more: Any) -> dict[str, Any]:
    return {"id": "growth", "kind": "relation", "lhs": lhs, "rel": "==", "rhs": rhs, **more}


def terms(n: int) -> dict[str, Any]:
    """A polynomial of n terms in x and y against the same terms in another order."""
    own = [f"{k + 1}*x**{k % 32}*y**{k // 32}" for k in range(n)]
    return relation(" + ".join(own), " + ".join(reversed(own)), symbols=dict.fromkeys("xy", "real"))


def degree(n: int) -> dict[str, Any]:
    """(x + y)^n (x - y)^n = (x^2 - y^2)^n."""
    return relation(f"(x + y)**{n}*(x - y)**{n}", f"(x**2 - y**2)**{n}", symbols=dict.fromkeys("xy", "real"))


def chain(n: int) -> dict[str, Any]:
    """(x + 1)^2 written in n different ways."""
    lines = [{"expr": "(x + 1)**2", "rel": "=="}]
    lines += [{"expr": f"x**2 + {2 + k}*x + 1 - {k}*x", "rel": "==", "by": "algebra"} for k in range(1, n)]
    return {"id": "growth", "kind": "chain", "lines": lines, "symbols": {"x": "real"}}


def moment(n: int) -> dict[str, Any]:
    """The n-th moment of a sum of B quantities that are independent and alike, centred on the other side."""
    random = {
        "vars": {"g": {"type": "seq", "upto": "B"}},
        "facts": [{"fact": "iid", "of": "g"}, {"fact": "mean", "of": "g", "value": "m"}],
        "let": {"m": "E(g(1))"},
    }
    return relation(
        f"E(Sum(g(i),(i,1,B))**{n})",
        f"E((B*m + Sum(g(j) - m,(j,1,B)))**{n})",
        symbols={"B": "posint", "m": "bound"},
        random=random,
    )


GROWTH = (
    ("terms", terms, (10, 30, 100, 300, 1000)),
    ("degree", degree, (4, 8, 16, 32, 64)),
    ("lines of a chain", chain, (10, 30, 100, 300, 1000)),
    ("order of a moment", moment, (1, 2, 3, 4)),
)


def growth() -> None:
    for name, make, sizes in GROWTH:
        print(f"\ngrowth with the {name}")
        for size, took, verdict, previous in _grown(make, sizes):
            grew = f"{took / previous:6.1f} x the row above" if previous else ""
            print(f"  {size:6} {1000 * took:10.1f} ms  {verdict:9} {grew}", flush=True)


def _grown(make: Any, sizes: tuple[int, ...]) -> Iterator[tuple[int, float, str, float]]:
    previous = 0.0
    for size in sizes:
        text = json.dumps(make(size))
        answer(text, 60.0)
        began = time.process_time()
        verdict = answer(text, 60.0)["verdict"]
        took = time.process_time() - began
        yield size, took, verdict, previous
        previous = took


def main() -> None:
    began = time.perf_counter()
    cases()
    growth()
    print(f"\n{time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
