"""Reasons: what a line says that it follows by.  A reason is data and a few functions of the rules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from ..language.errors import StatementError


@dataclass(frozen=True)
class Reason:
    """`name` in words; `cites` the facts and earlier lines used.

    `opens` are the nodes that the rule may take apart (pairs of node type and opener), `remakes` how atoms of
    a kind are brought into normal form again, `moments` what makes rules for moments out of cited facts.
    `premises` turns cited lines into further equations, beside the cited ones if `plain`; `rewrites` says that
    cited equations `x[i] = value` are put in everywhere, as definitions are; `check` decides statements that are
    no relations.
    """

    name: str
    cites: tuple = ()
    opens: tuple = ()
    remakes: tuple = ()
    moments: tuple = ()
    premises: tuple = ()
    plain: bool = True
    rewrites: bool = False
    check: Callable[..., Any] | None = field(default=None)

    def __and__(self, other: Reason) -> Reason:
        """Both reasons in one line: it may use the rules and facts of either."""
        if not isinstance(other, Reason):
            raise StatementError(f"a reason is joined with another reason, not with {other!r}")
        parts = ("cites", "opens", "remakes", "moments", "premises")
        return replace(
            self,
            name=f"{self.name}, {other.name}",
            plain=self.plain or other.plain,
            rewrites=self.rewrites or other.rewrites,
            check=self.check or other.check,
            **{part: _united(getattr(self, part), getattr(other, part)) for part in parts},
        )

    def __str__(self) -> str:
        return self.name


def _united(left: tuple, right: tuple) -> tuple:
    return left + tuple(x for x in right if x not in left)


def flat(cites: tuple) -> tuple:
    """Cited facts; tuples of facts may be cited as one."""
    found: list = []
    for c in cites:
        found.extend(flat(c) if isinstance(c, tuple) else (c,))
    return tuple(found)
