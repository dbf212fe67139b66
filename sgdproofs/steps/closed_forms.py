"""Proofs through closed forms, each proved by induction: of recurrences, of power sums, of the sums and products in
limits; and the values of limits and derivatives."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from ..advice import Search
from ..kernel.goal import Goal
from ..kernel.polynomial import Budget
from ..kernel.scope import Contradiction
from ..language import derivation as D
from ..language import terms as T
from ..language.facts import Definition
from ..language.functions import Product
from ..language.statements import Relation, eq, ge, ne
from ..ledger import spelled
from ..rules.algebra import substitution
from ..verdicts import REWRITING
from .asking import Asking, shorter
from .certificates import geometric_moments, power_sums, telescoped
from .outcome import Outcome
from .rewriting import exchanged, nodes, replaced, symbols_in

__all__ = ["Closed", "ClosedForms", "by_power_sums", "power_sum_lines"]


@dataclass(frozen=True)
class Closed:
    """A proved closed form: the line to be cited, and what it says."""

    item: D.Induction
    claim: Relation


def by_power_sums(asking: Asking, statement: Relation) -> Outcome | None:
    """The statement from the closed forms of sums of powers."""
    items, over, ends = power_sum_lines(statement)
    if not items or not ends:
        return None
    cites = tuple(D.at(item, {over: end}) for item in items for end in ends)
    line = D.step(statement, by=replace(REWRITING, cites=(*asking.setting.facts, *cites)))
    return asking.checked(statement, (*items, line), "by closed forms of power sums, which are proved by induction")


def power_sum_lines(statement: Relation) -> tuple[tuple, T.Index, list]:
    """Lines that give power sums in closed form, their index, and the lengths of the sums in the statement."""
    over, closed, ends = power_sums(nodes(statement))
    items = tuple(
        D.induction(claim, over=over, start=0, base=REWRITING, step=replace(REWRITING, cites=(D.HYPOTHESIS,)))
        for claim in closed
    )
    return items, over, ends


class ClosedForms:
    """What has a closed form under one setting; each is looked for once."""

    def __init__(self, asking: Asking) -> None:
        self.asking, self.facts = asking, asking.setting.facts
        self._closed: list[Closed] | None = None
        self._ranges: tuple | None = None

    # --- recurrences --------------------------------------------------------------------------------------

    def by_recurrences(self, statement: Relation) -> Outcome | None:
        """The statement from the closed forms of the recurrences that it is about."""
        closed = [c for c in self.of_recurrences(statement) if set(c.claim.when) <= set(statement.when)]
        if not closed:
            return None
        items = tuple(c.item for c in closed)
        runs = {x.args[1] for x in nodes(statement) if isinstance(x, T.Limit) and isinstance(x.args[1], T.Index)}
        there = tuple(D.at(c.item, {c.claim.lhs.indices[0]: v}) for c in closed for v in sorted(runs, key=str))
        reason = "by the closed form of the recurrence, which is proved by induction"
        for rules in (REWRITING, REWRITING & substitution()):
            line = D.step(statement, by=replace(rules, cites=(*self.facts, *items, *there)))
            found = self.asking.checked(statement, (*items, line), reason)
            if found is not None:
                return found
        return None

    def of_recurrences(self, statement: Relation) -> list[Closed]:
        """Closed forms of linear recurrences of first order with constant coefficients, each proved by induction."""
        if self._closed is None:
            wanted = {x.family for x in nodes(statement) if isinstance(x, T.Element)}
            found = (
                self._of_recurrence(f, statement.when) for f in self.asking.recurrences if f.target.family in wanted
            )
            self._closed = [c for c in found if c is not None]
        return self._closed

    def _of_recurrence(self, fact: Definition, when: tuple) -> Closed | None:
        family, over = fact.target.family, fact.over
        if over is None:
            return None
        before = family[over - 1]
        if family.random or len(fact.start) != 1 or over.lower != fact.start[0][0] or over.lower != 0:
            return None
        if any(
            isinstance(x, T.Element) and x != before and (x.family == family or over in x.free_symbols)
            for x in T.walk(fact.value)
        ):
            return None
        shift, whole = (exchanged(fact.value, before, T.number(v)) for v in (0, 1))
        try:
            rate, shift = (shorter(x, when) for x in (T.Plus(whole, T.Negative(shift)), shift))
        except ZeroDivisionError:  # it divides by what was before
            return None
        linear = ge(over, fact.first)
        said = eq(fact.value, T.Plus(T.Times(rate, before), shift)).given(*when, linear)
        if not self.asking.goal(said, ()).proved or over in shift.free_symbols | whole.free_symbols:
            return None
        start = fact.start[0][1]
        gap = shorter(T.Plus(T.number(1), T.Negative(rate)), when)
        apart, fixed = ne(gap, 0), T.Quotient(shift, gap)
        geometric = T.Plus(T.Times(T.Power(rate, over), T.Plus(start, T.Negative(fixed))), fixed)
        arithmetic = T.Plus(start, T.Times(over, shift))
        kept = tuple(w for w in when if over not in symbols_in(w))
        for value, assumed in ((arithmetic, kept), (geometric, kept), (geometric, (*kept, apart))):
            claim = eq(family[over], value).given(*assumed)
            base = replace(REWRITING, cites=(*self.asking.at(T.number(0)),))
            step = replace(REWRITING, cites=(*self.asking.at(over), D.HYPOTHESIS))
            proof = D.induction(claim, over=over, start=0, base=base, step=step)
            if self.asking.checked(claim, (proof,), "") is not None:
                return Closed(proof, claim)
        return None

    # --- sums and products in limits ----------------------------------------------------------------------

    def by_series(self, statement: Relation) -> Outcome | None:
        """The statement from closed forms of the sums and products in its limits, each proved by induction."""
        items = self._of_ranges(statement)
        if not items:
            return None
        line = D.step(statement, by=replace(REWRITING, cites=(*self.facts, *items)))
        return self.asking.checked(
            statement, (*items, line), "by closed forms of the partial sums, which are proved by induction"
        )

    def _of_ranges(self, statement: Relation) -> tuple:
        """Lines that give sums and products in limits over an index in closed form, for all its values."""
        if self._ranges is None:
            found: list = []
            for x in nodes(statement):
                if not isinstance(x, T.Limit) or not isinstance(x.args[1], T.Index):
                    continue
                over, start = x.args[1], int(x.args[1].lower)
                for claim in _proposed(x, over, start):
                    own = claim.given(*(w for w in statement.when if over not in symbols_in(w)))
                    step = replace(REWRITING, cites=(D.HYPOTHESIS,))
                    item = D.induction(own, over=over, start=start, base=REWRITING, step=step)
                    if self.asking.checked(own, (item,), "") is not None:
                        found.append(item)
            self._ranges = tuple(found)
        return self._ranges

    # --- values of limits ---------------------------------------------------------------------------------

    def valued(self, statement: Relation) -> Relation:
        """The statement with the limits and derivatives whose values are proved replaced by these."""
        found = statement
        for node in nodes(statement):
            value = None
            if isinstance(node, T.Limit):
                value = self._value_of(node, statement.when)
            elif isinstance(node, T.Partial):
                value = self._derivative(node, statement.when)
            if value is not None:
                found = replaced(found, node, value)
        inside = any(isinstance(x, T.Partial) for x in nodes(found))
        return self.valued(found) if inside and found != statement else found

    def _derivative(self, node: T.Partial, when: tuple) -> Any:
        """The derivative as a term, if it is proved to be the limit of the difference quotients from both sides."""
        quotients = difference_quotients(node, self.asking.fixed)
        if quotients is None:
            return None
        above, below = quotients
        value = self._value_of(above, when)
        return None if value is None or not self.asking.proves(eq(below, value).given(*when)) else value

    def _value_of(self, limit: T.Limit, when: tuple) -> Any:
        """The limit as a term without limits, if that it is this is proved under the assumptions; else None."""
        items = self._of_ranges(eq(limit, limit).given(*when))
        said = tuple(item.claim for item in items)
        try:
            probe = Goal(eq(limit, limit), REWRITING, self.facts, said, when, Search(), self.facts)
            p = probe.normal(probe.scope).poly(limit, {})
        except (Budget, Contradiction, ZeroDivisionError):
            return None
        if any(a[0].startswith("Limit") for a in p.within()):
            return None
        value = spelled(p, probe.scope)
        line = D.step(eq(limit, value).given(*when), by=replace(REWRITING, cites=(*self.facts, *items)))
        return None if self.asking.checked(line.statement, (*items, line), "") is None else value


def difference_quotients(node: T.Partial, fixed: set) -> tuple[T.Limit, T.Limit] | None:
    """`(f(x + h) - f(x)) / h` and `(f(x) - f(x - h)) / h` as h > 0 tends to 0, where the derivative of f is taken.

    None if something depends on x that is not written in f (what facts define), or on an index that is bound outside.
    """
    body, x = node.args
    inside = (T.Partial, T.Limit)
    if not isinstance(x, T.Parameter) or x in fixed or any(isinstance(y, inside) for y in T.walk(body)):
        return None
    if any(isinstance(s, T.Index) for s in body.free_symbols) or any(s in fixed for s in body.free_symbols):
        return None
    h = T.Parameter("h''", "real", 0, True)

    def at(place: Any) -> Any:
        return T.substituted(body, {x: place})

    above = T.Plus(at(T.Plus(x, h)), T.Negative(body))
    below = T.Plus(body, T.Negative(at(T.Plus(x, T.Negative(h)))))
    zero = T.number(0)
    return T.limit(T.Quotient(above, h), h, zero), T.limit(T.Quotient(below, h), h, zero)


def _proposed(limit: T.Limit, over: T.Index, start: int) -> Iterator[Relation]:
    """What sums and products in a limit may be."""
    found = geometric_moments(limit) if start == 0 else []
    for node in T.walk(limit.args[0]):
        if over in node.free_symbols and isinstance(node, (T.Sum, Product)):
            closed = telescoped(node)
            found += [] if closed is None else [eq(node, closed)]
    yield from dict.fromkeys(found)
