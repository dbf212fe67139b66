"""A stand-in for `sgdproofs.verdicts`: the reason of a line is the verdict that it gets.

So the surfaces (command line, plugin, formulas) are tested without the kernel.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from sgdproofs.kernel.reasons import Reason
from sgdproofs.language.derivation import Derivation
from sgdproofs.language.report import Condition, Line, Report
from sgdproofs.language.statements import ne
from sgdproofs.language.terms import Quotient, walk

REWRITING = Reason("rewriting")
"""A name of the module that others import; no line here has this reason."""


class Witness:
    def describe(self) -> str:
        return "N = 2, c = 1:  left 2, right 3"

    def as_json(self) -> dict:
        return {"point": {"N": "2", "c": "1"}, "left": "2", "right": "3"}


def by(verdict: str, *cites: Any) -> Reason:
    """A reason that makes its line come out with `verdict`."""
    return Reason(verdict, cites)


def judge(entry: Any, catalogue: Any) -> Report:
    assert entry.name in catalogue
    if not isinstance(entry, Derivation):
        verdict = "proved" if entry.note == "in fact true" else "refuted"
        line = Line(1, entry.claim, Reason("search"), verdict, witness=None if verdict == "proved" else Witness())
        return Report(entry, verdict, (line,))
    lines = []
    for number, item in enumerate(entry.proof, 1):
        divisors = [node.args[1] for node in walk(item.statement.rhs) if isinstance(node, Quotient)]
        verdict = item.by.name
        lines.append(
            Line(
                number,
                item.statement,
                item.by,
                verdict,
                "the budget is spent" if verdict == "undecided" else "",
                tuple(Condition(ne(d, Fraction(0)), number, "from the domains") for d in divisors),
                ("x independent",) if verdict == "unjustified" else (),
                Witness() if verdict == "refuted" else None,
                item,
            )
        )
    worst = next(
        (v for v in ("refuted", "unjustified", "undecided") if v in {line.verdict for line in lines}), "proved"
    )
    errata = tuple(Line(0, e.printed.statement, e.printed.by, e.printed.by.name, item=e) for e in entry.errata)
    return Report(entry, worst, tuple(lines), theorem=object() if worst == "proved" else None, errata=errata)
