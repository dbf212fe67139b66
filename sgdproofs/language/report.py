"""What a check returns: plain data, for printing and for tests."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from .display import Displayed

PROVED, UNJUSTIFIED, REFUTED, UNDECIDED = "proved", "unjustified", "refuted", "undecided"


@dataclass(frozen=True)
class Condition:
    """What a line needs in order to be meaningful or valid, and how it was discharged (None: it was not).

    `line` is where it arose, or 0 in a theorem.
    """

    relation: Any
    line: int
    discharged: str | None

    @property
    def text(self) -> str:
        return str(self.relation)


@dataclass(frozen=True)
class Line:
    """One checked line.  `statement` is what is claimed; `item` is the step, row or conclusion it comes from.

    `depth` counts the inductions and cases around it; `scope` names the innermost ("base", "step", "t <= N").
    `continued` says that the left side is the line above's right side (a row of a calculation).
    """

    number: int
    statement: Any
    by: Any
    verdict: str
    reason: str = ""
    conditions: tuple[Condition, ...] = ()
    missing: tuple[str, ...] = ()
    witness: Any = None
    item: Any = None
    depth: int = 0
    scope: str = ""
    continued: bool = False

    @property
    def cites(self) -> tuple[str, ...]:
        return tuple(getattr(c, "name", None) or str(c) for c in getattr(self.by, "cites", ()))

    def judged(self, **changes: Any) -> Line:
        return replace(self, **changes)


@dataclass(frozen=True, repr=False)
class Report(Displayed):
    """The outcome of one check.  `theorem` is there if and only if every line is proved."""

    subject: Any
    verdict: str
    lines: tuple[Line, ...]
    theorem: Any = None
    reason: str = ""
    errata: tuple[Line, ...] = ()
    seconds: float = field(default=0.0, compare=False)

    @property
    def name(self) -> str:
        return self.subject.name

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """The ledger: every condition once, in the order in which the lines met them."""
        seen: dict[tuple, Condition] = {}
        for line in self.lines:
            for condition in line.conditions:
                seen.setdefault((condition.text, condition.discharged), condition)
        return tuple(seen.values())

    def __repr__(self) -> str:
        lines = f"{len(self.lines)} line{'' if len(self.lines) == 1 else 's'}"
        return f"<report {self.name}: {self.verdict or 'not checked'}, {lines}>"

    def __str__(self) -> str:
        """A table: number, verdict, statement and reason of each line, with what it cites."""
        rows = []
        for line in self.lines:
            by = getattr(line.by, "name", None) or str(line.by or "")
            reason = by + (f": {', '.join(line.cites)}" if line.cites else "")
            said = str(line.statement)
            if line.continued:  # the left side is the right side of the row above
                said = "  " + said.removeprefix(str(line.statement.lhs)).strip()
            rows.append((f"{line.number:>3}", line.verdict, "  " * line.depth + said, reason))
        widths = [min(max((len(row[k]) for row in rows), default=0), 72) for k in range(3)]
        table = ["  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths)) + f"  {row[3]}" for row in rows]
        why = f": {self.reason}" if self.reason else ""
        needs = [f"needs {c.text}: {c.discharged or 'NOT DISCHARGED'}" for c in self.conditions]
        return "\n".join([f"{self.name}: {self.verdict or 'not checked'}{why}", *table, *needs])
