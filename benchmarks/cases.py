"""The steps with known answers, by category: what is proved, what is refuted, what is undecided and why.

    python benchmarks/cases.py [FILE.jsonl] [--jobs N]

Ends with 1 if a false claim was proved or a true one refuted.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from sgdproofs.steps.run import answer, answers, lines_of

FILE = Path(__file__).resolve().parent.parent / "tests" / "steps" / "steps.jsonl"


def mistakes(case: dict[str, Any], found: dict[str, Any]) -> tuple[list[str], list[str]]:
    """False accepts and false refutations, lines and obligations included."""
    accepts, refutations = [], []

    def note(true: bool, verdict: str, name: str) -> None:
        if verdict == "proved" and not true:
            accepts.append(name)
        if verdict == "refuted" and true:
            refutations.append(name)

    note(case["truth"] == "true", found["verdict"], case["id"])
    for k, line in enumerate(found["lines"], 1):
        if case["kind"] == "chain":
            note(k not in case.get("bad_lines", ()), line["verdict"], f"{case['id']} line {k}")
        elif case["kind"] == "induction":
            note(case["obligations"][k - 1]["holds"], line["verdict"], f"{case['id']} {line['name']}")
    return accepts, refutations


def kind_of(reason: str) -> str:
    """A reason without what is particular to one case."""
    reason = re.sub(r"^(line \d+|\w+): ", "", reason) if not reason.startswith(("budget", "error")) else reason
    if reason.startswith(("not in the language", "budget", "error")):
        return reason.split(";")[0]
    return reason.split(",")[0].split(":")[0][:70]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", nargs="?", type=Path, default=FILE)
    parser.add_argument("--jobs", type=int, default=1)
    options = parser.parse_args()
    cases = [json.loads(line) for line in lines_of(options.file) if line]
    proved, refuted, total = Counter[str](), Counter[str](), Counter[tuple[str, bool]]()
    undecided: dict[str, list[str]] = defaultdict(list)
    accepts: list[str] = []
    refutations: list[str] = []
    began = time.perf_counter()
    seconds: list[float] = []
    last = began
    for case, found in zip(cases, answers(lines_of(options.file), options.jobs, judge=answer), strict=True):
        now = time.perf_counter()
        seconds.append(now - last)
        last = now
        true, category = case["truth"] == "true", case["category"]
        total[category, true] += 1
        proved[category] += true and found["verdict"] == "proved"
        refuted[category] += not true and found["verdict"] == "refuted"
        if found["verdict"] == "undecided":
            undecided[kind_of(found["reason"])].append(case["id"])
        for into, names in zip((accepts, refutations), mistakes(case, found), strict=True):
            into += names
    print(f"{'':8}{'true proved':>16}{'false refuted':>18}")
    for category in dict.fromkeys(c["category"] for c in cases):
        print(
            f"{category:8}{proved[category]:>9} of {total[category, True]:<4}"
            f"{refuted[category]:>11} of {total[category, False]:<4}"
        )
    true, false = (sum(n for (_, t), n in total.items() if t == kind) for kind in (True, False))
    print(f"{'all':8}{proved.total():>9} of {true:<4}{refuted.total():>11} of {false:<4}")
    print(
        f"\nfalse accepts      {len(accepts)} {' '.join(accepts)}"
        f"\nfalse refutations  {len(refutations)} {' '.join(refutations)}"
    )
    print("\nundecided")
    for reason, names in sorted(undecided.items(), key=lambda item: -len(item[1])):
        print(f"{len(names):4}  {reason}: {' '.join(names)}")
    print(f"\n{len(cases)} cases in {time.perf_counter() - began:.1f} s, the slowest {max(seconds):.1f} s")
    return 1 if accepts or refutations else 0


if __name__ == "__main__":
    sys.exit(main())
