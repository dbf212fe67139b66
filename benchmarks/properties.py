"""Random true statements, their false neighbours, and changes that mean nothing, by procedure.

    python benchmarks/properties.py [--statements N] [--perturbations N] [--neutral N] [--seed S] [--only NAME] [--show]

Ends with 1 if a false statement was proved, a true one refuted, or a verdict changed with the spelling.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from steps.properties.doubtful import judged
from steps.properties.harness import Tally
from steps.properties.procedures import PROCEDURES


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--statements", type=int, default=40, help="true statements of each procedure")
    parser.add_argument("--perturbations", type=int, default=4, help="false neighbours of each statement")
    parser.add_argument("--neutral", type=int, default=2, help="neutral changes of each statement")
    parser.add_argument("--seed", default="0")
    parser.add_argument("--only", default="", help="procedures whose name contains this")
    parser.add_argument("--show", action="store_true", help="show what was not proved and what was not alike")
    options = parser.parse_args()
    head = ("statements", "proved", "false", "proved!", "refuted", "true refuted!", "neutral", "verdict changed!")
    print(f"{'':28}" + "".join(f"{h:>17}" if len(h) > 12 else f"{h:>11}" for h in head))
    bad, total, began = 0, Counter[str](), time.perf_counter()
    for procedure in PROCEDURES:
        if options.only not in procedure.name:
            continue
        tally = Tally(procedure.name)
        for number in range(options.statements):
            tally.one(procedure, f"{procedure.name}/{options.seed}/{number}", options.perturbations, options.neutral)
        row = (
            tally.statements,
            tally.proved,
            tally.perturbed,
            len(tally.wrongly_proved),
            tally.refuted,
            len(tally.wrongly_refuted),
            tally.changes,
            len(tally.variant),
        )
        total.update(dict(zip(head, row)))
        print(
            f"{tally.name:28}" + "".join(f"{n:>17}" if len(h) > 12 else f"{n:>11}" for h, n in zip(head, row)),
            flush=True,
        )
        bad += len(tally.wrongly_proved) + len(tally.wrongly_refuted) + len(tally.variant) + len(tally.not_replayed)
        for case in tally.wrongly_proved:
            print("    proved but false:", _short(case))
        for case in tally.wrongly_refuted:
            print("    refuted but true:", _short(case))
        for wrong, case in tally.not_replayed:
            print(f"    refuted, but not at its witness ({wrong}):", _short(case))
        for name, before, after, first, second in tally.variant:
            print(f"    {name}: {_short(before)}\n        {first}\n      {_short(after)}\n        {second}")
        if options.show:
            for reason, case in tally.not_proved:
                print(f"    {reason}: {_short(case)}")
    print(f"{'all':28}" + "".join(f"{total[h]:>17}" if len(h) > 12 else f"{total[h]:>11}" for h in head))
    if not options.only:
        verdicts = Counter[str]()
        for number in range(5 * options.statements):
            verdict, wrong = judged(f"doubtful/{options.seed}/{number}")
            verdicts[verdict] += 1
            if wrong:
                bad += 1
                print("   ", wrong)
        print("laws applied whether their conditions hold or not:", ", ".join(f"{n} {v}" for v, n in verdicts.items()))
    print(f"{time.perf_counter() - began:.1f} s")
    return 1 if bad else 0


def _short(case: dict) -> str:
    kept = {k: v for k, v in case.items() if v and k not in ("id", "kind", "lhs", "rel", "rhs", "fails", "solved")}
    found = f"{case['lhs']} {case['rel']} {case['rhs']}  {kept}"
    return found + (f"  fails at {case['fails']}" if "fails" in case else "")


if __name__ == "__main__":
    sys.exit(main())
