"""The ways to a proof of one claim, in their order; every one of them ends in the kernel."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any

from ..advice import Search
from ..kernel.goal import Goal
from ..kernel.polynomial import Budget
from ..kernel.scope import Contradiction
from ..language import terms as T
from ..language.errors import SgdproofsError
from ..language.report import PROVED
from ..language.statements import Relation, eq
from ..verdicts import REWRITING
from .asking import Asking
from .case import Setting
from .clock import Clock
from .closed_forms import ClosedForms, by_power_sums
from .inductions import by_differences, by_induction
from .moments import Moments, only_spreads, speaks_of_moments
from .outcome import Outcome
from .reduced import by_own_induction, by_reduction, by_reversal, by_settling, by_sums
from .splits import by_exclusion, by_order, by_ranges, by_signs
from .translate import Need

__all__ = ["Prover"]


class Prover:
    """Ways to a proof under one setting."""

    def __init__(self, setting: Setting, clock: Clock) -> None:
        self.setting, self.clock = setting, clock
        self.asking = Asking(setting, clock)
        self.closed_forms = ClosedForms(self.asking)

    def quick(self, statement: Relation) -> Outcome | None:
        return self.asking.quick(statement)

    def by_reduction(self, statement: Relation) -> Outcome | None:
        return by_reduction(self.asking, statement)

    def any_way(self, statement: Relation) -> Outcome | None:
        return self.quick(statement) or self.longer(statement)

    def longer(self, statement: Relation) -> Outcome | None:
        """Each way in its turn, as long as there is time."""
        asking = self.asking
        ways: list[tuple[str, Any]] = [
            ("mean squares", self.by_mean_square),
            ("divisors that cannot be 0", lambda claim: by_exclusion(asking, claim)),
            ("cases of an extremum", lambda claim: by_order(asking, claim)),
            ("cases of a range", lambda claim: by_ranges(asking, claim, self.any_way)),
            ("reductions", self.by_reduction),
            ("the order of the real numbers", lambda claim: by_settling(asking, claim)),
            ("inequalities between sums", lambda claim: by_sums(asking, claim)),
            ("closed forms of recurrences", self.closed_forms.by_recurrences),
            ("closed forms of power sums", lambda claim: by_power_sums(asking, claim)),
            ("closed forms of partial sums", self.closed_forms.by_series),
            ("values of limits", self.by_values),
            ("induction", lambda claim: by_induction(asking, claim)),
            ("induction over differences", lambda claim: by_differences(asking, claim)),
            ("cases of signs", self.by_signs),
            ("induction with reductions", lambda claim: by_own_induction(asking, claim)),
            ("reversed sums", lambda claim: by_reversal(asking, claim)),
        ]
        # What is known of moments decides orders; an equation is mostly a matter of the facts.
        ways.insert(0 if statement.rel != "==" else len(ways), ("what is known of moments", self.by_moments))
        for name, way in ways:
            found = None
            with suppress(SgdproofsError), self.clock.share(0.6, name):  # what one way cannot say, another one may
                found = way(statement)
            if found is not None or self.clock.over():
                return found
        return None

    def by_values(self, statement: Relation) -> Outcome | None:
        """The statement from the values of the limits in it."""
        found = self.closed_forms.valued(statement)
        return None if found == statement else self.asking.one(found) or self.by_reduction(found)

    def by_mean_square(self, statement: Relation) -> Outcome | None:
        """Random quantities are equal with probability 1 if the mean of the square of their difference is 0."""
        left, right = statement.lhs, statement.rhs
        if statement.rel != "==" or not (T.is_random(left) or T.is_random(right)):
            return None
        if any(T.is_random(side) for w in statement.when for side in (w.lhs, w.rhs)):
            return None
        square = T.Power(T.Plus(left, T.Negative(right)), T.number(2))
        return self.quick(eq(T.E(square), 0).given(*statement.when))

    def by_signs(self, statement: Relation) -> Outcome | None:
        """The statement for each sign of the symbols that are not 0."""

        def prove(setting: Setting, case: Relation) -> Outcome | None:
            own = Prover(setting, self.clock)
            return own.quick(case) or own.closed_forms.by_recurrences(case) or by_induction(own.asking, case)

        return by_signs(self.setting, statement, prove)

    def by_moments(self, statement: Relation) -> Outcome | None:
        """The statement as one about numbers, with what is known of moments."""
        if not speaks_of_moments(statement):
            return None
        facts, bare = self.setting.facts, Prover(Setting(), self.clock)

        def defined(node: Any) -> bool:
            return self.asking.proves(eq(node, node).given(*statement.when))

        def proves(claim: Relation, long: bool) -> bool:
            with self.clock.share(0.3):
                return (bare.any_way(claim) if long else bare.quick(claim) or bare.by_reduction(claim)) is not None

        if not defined(T.number(0)):
            return None  # what the facts themselves need
        for centred in (True, False) if only_spreads(statement) else (False,):
            with suppress(Budget, Contradiction, ZeroDivisionError, SgdproofsError), self.clock.share(0.5):
                goal = Goal(statement, replace(REWRITING, cites=facts), facts, (), statement.when, Search(), facts)
                if Moments(statement, facts, goal.normal(goal.scope), defined, proves, centred).proved():
                    return Outcome(PROVED, "by what is known of moments")
        return None

    # --- what a claim needs -------------------------------------------------------------------------------

    def holds(self, need: Need) -> bool:
        """True if what a claim needs is proved."""
        if need.relation.lhs == need.relation.rhs and "=" in need.relation.rel and need.relation.rel != "!=":
            return True
        if self.setting.complexes:  # the kernel takes every symbol for a real number
            return not need.real and self.holds_by_reduction(need)
        if self.asking.proves(need.relation):
            return True
        left, right, rel = need.relation.lhs, need.relation.rhs, need.relation.rel
        if isinstance(left, T.Times) and right == 0 and rel in (">=", ">", "!=") and speaks_of_moments(need.relation):
            return all(
                self.holds(replace(need, relation=Relation(p, rel, right, need.relation.when))) for p in left.args
            )
        return self.by_moments(need.relation) is not None

    def holds_by_reduction(self, need: Need) -> bool:
        """The same, where functions in what is needed stand in the way.  That a value is real, reductions see to."""
        if need.real:
            return False
        relation = need.relation
        ways = (self.by_reduction, lambda claim: by_settling(self.asking, claim), self.by_signs)
        return any(way(relation) is not None for way in ways)
