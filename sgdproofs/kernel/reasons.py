"""Reasons: what a line says that it follows by.  A reason is data; its rules are those of `sgdproofs.rules`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass

from ..language.errors import StatementError

HOMES = f"{__package__.removesuffix('kernel')}rules."


@dataclass(frozen=True, eq=False)
class Rule:
    """A family of identities that a line may use; `home` is the module of `sgdproofs.rules` that defines it.

    `opens` are the nodes that it may take apart (pairs of node type and opener), `makes` what it makes of a node or an
    atom of a kind from arguments in normal form (pairs of kind and maker), `moments` what makes rules for moments out
    of cited facts.  `premises` turns cited lines into further equations, beside the cited ones if `plain`; `rewrites`
    says that cited equations `x[i] = value` are put in everywhere, as definitions are; `check` decides statements that
    are no relations.
    """

    home: str
    opens: tuple = ()
    makes: tuple = ()
    moments: tuple = ()
    premises: tuple = ()
    plain: bool = True
    rewrites: bool = False
    check: Callable[..., str] | None = None

    @property
    def ours(self) -> bool:
        """True if the rule is one of this package's own."""
        home = sys.modules.get(self.home) if type(self.home) is str and self.home.startswith(HOMES) else None
        return home is not None and any(self is value for value in vars(home).values())


@dataclass(frozen=True)
class Reason:
    """`name` in words; `cites` the facts and earlier lines used; `rules` what it may use beside arithmetic."""

    name: str
    cites: tuple = ()
    rules: tuple[Rule, ...] = ()

    def __and__(self, other: Reason) -> Reason:
        """Both reasons in one line: it may use the rules and facts of either."""
        if not isinstance(other, Reason):
            raise StatementError(f"a reason is joined with another reason, not with {other!r}")
        cites, rules = (tuple(dict.fromkeys(a + b)) for a, b in ((self.cites, other.cites), (self.rules, other.rules)))
        return Reason(f"{self.name}, {other.name}", cites, rules)

    def parts(self, name: str) -> list:
        """What its rules have under `name`, each once."""
        return list(dict.fromkeys(part for rule in self.rules for part in getattr(rule, name)))

    def __str__(self) -> str:
        return self.name


def flat(cites: tuple) -> tuple:
    """Cited facts; tuples of facts may be cited as one."""
    found: list = []
    for c in cites:
        found.extend(flat(c) if isinstance(c, tuple) else (c,))
    return tuple(found)
