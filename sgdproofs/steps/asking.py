"""Questions to the kernel under one setting: a single goal, or a derivation.

Every way to a proof ends here: what is proposed elsewhere (an induction, a closed form, a case split) is no more than
a goal or a derivation, and only the kernel's answer makes it proved.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from ..advice import Search
from ..checker import examine
from ..kernel.check import Outcome as Answer
from ..kernel.check import follows
from ..kernel.goal import Goal
from ..kernel.polynomial import Budget
from ..kernel.scope import Contradiction
from ..language import derivation as D
from ..language import terms as T
from ..language.errors import StatementError
from ..language.facts import Definition
from ..language.report import PROVED
from ..language.statements import Relation, eq
from ..ledger import factored
from ..verdicts import REWRITING
from .case import Setting
from .certificates import WiderSearch
from .clock import Clock
from .outcome import Outcome, condition
from .rewriting import mentioned_by, nodes, symbols_in

__all__ = ["Asking", "shorter"]


class Asking:
    """The kernel, asked under one setting; `reason` and `conditions` are what it said of what is not proved."""

    def __init__(self, setting: Setting, clock: Clock) -> None:
        self.setting, self.clock = setting, clock
        self.recurrences = [f for f in setting.facts if isinstance(f, Definition) and f.over is not None]
        self.fixed = {s for f in setting.facts for s in mentioned_by(f)}
        """The symbols of which a fact speaks: a claim holds for one value of them, not for each."""
        self.reason = ""
        self.conditions: list[dict] = []

    # --- single goals -------------------------------------------------------------------------------------

    def goal(self, statement: Relation, facts: tuple | None = None) -> Answer:
        """The statement from the facts of the setting, or from others."""
        given = self.setting.facts if facts is None else facts
        reason, advisor = replace(REWRITING, cites=given), _advisor(statement)
        with self.clock.share(0.9):
            return follows(
                lambda: Goal(statement, reason, given, (), statement.when, advisor, given), seconds=self.clock.left()
            )

    def proves(self, statement: Relation) -> bool:
        return bool(self.goal(statement).proved)

    def one(self, statement: Relation, facts: tuple | None = None) -> Outcome | None:
        """The same, as a verdict; why it does not follow is kept."""
        answer = self.goal(statement, facts)
        met = [condition(r, how) for r, how in answer.needs]
        if answer.proved:
            return Outcome(PROVED, "by the declared facts", met)
        if not self.reason or not answer.reason.startswith("what is left"):
            self.reason, self.conditions = answer.reason, [c for c in met if c["discharged"] is None]
        return None

    def quick(self, statement: Relation) -> Outcome | None:
        """The statement as one goal, with each recurrence taken at a place where it occurs."""
        for facts in self._unfolded(statement):
            found = self.one(statement, facts)
            if found is not None:
                return found
        return None

    def _unfolded(self, statement: Relation) -> Iterator[tuple]:
        """The facts; then with the recurrences unfolded at the places at which their families occur."""
        yield self.setting.facts
        seen = [place for place in self.places(statement) if not _bound_in(place, statement)][:4]
        for place in seen[:3]:
            yield self.at(place)
        if len(seen) > 1:
            yield self.at(*seen)

    def places(self, statement: Relation) -> list:
        """The places of recurrences that a statement mentions."""
        families = {f.target.family for f in self.recurrences}
        found = (x.indices[0] for x in nodes(statement) if isinstance(x, T.Element) and x.family in families)
        return list(dict.fromkeys(found))

    def at(self, *places: Any) -> tuple:
        """The facts, with the recurrences at these places."""
        kept = tuple(f for f in self.setting.facts if f not in self.recurrences)
        return kept + tuple(f.at(place) for f in self.recurrences for place in dict.fromkeys(places))

    # --- derivations --------------------------------------------------------------------------------------

    def checked(self, claim: Relation, proof: tuple, reason: str) -> Outcome | None:
        """A derivation of the claim from the facts, checked by the kernel; None unless every line is proved."""
        with self.clock.share(0.7):
            try:
                derivation = D.Derivation("step", claim, proof, given=self.setting.facts)
                report = examine(derivation, advisor=_advisor(claim))[0]
            except StatementError as error:
                self.reason = self.reason or str(error)
                return None
        if report.theorem is None:
            return None
        return Outcome(PROVED, reason, [condition(c.relation, c.discharged) for c in report.conditions])


def shorter(term: Any, when: tuple) -> Any:
    """The term as a quotient of factored polynomials; untrusted, as it is only proposed."""
    try:
        probe = Goal(eq(term, term), REWRITING, (), (), when, Search(), ())
        return factored(probe.normal(probe.scope).poly(term, {}), probe.scope)
    except (Budget, Contradiction, ZeroDivisionError):
        return term


def _bound_in(place: Any, relation: Relation) -> bool:
    """Whether a place mentions an index that is bound in the relation."""
    return any(isinstance(s, T.Index) for s in place.free_symbols) and not place.free_symbols <= symbols_in(relation)


def _advisor(statement: Relation) -> Search:
    """Inequalities are worth the longer search for certificates; the conditions of equations are many and easy."""
    return Search() if statement.rel in ("==", "!=") else WiderSearch()
