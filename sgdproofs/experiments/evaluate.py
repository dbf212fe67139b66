"""Terms as numbers, forward from the givens.

One interpreter serves every kind of number: `Fraction`, an mpmath number, a float, and for random quantities
a `Polynomial` in the drawn quantities or an array of samples.  It knows no rule of the kernel: a definition is
replaced by what it defines, a recurrence is run from its start, a sum is added up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import sympy

from ..language.facts import Definition
from ..language.terms import (
    Apply,
    Cov,
    E,
    Element,
    Index,
    Limit,
    Maximum,
    Minimum,
    Negative,
    Parameter,
    Partial,
    Plus,
    Power,
    Quotient,
    Sum,
    Times,
    Var,
    walk,
)

__all__ = ["Interpreter", "Undefined", "Unsupported"]


class Undefined(Exception):
    """A division by zero, or an index out of range: the statement says nothing at this point."""


class Unsupported(Exception):
    """Something that this kind of experiment cannot evaluate; the message says what."""


class Interpreter:
    """Values of terms in a `Setting`, with numbers made by `number` from fractions.

    Subclasses say what a drawn quantity is (`drawn`), what a moment is (`moment`), and what a limit is (`limit`).
    """

    def __init__(self, setting: Any, number: Callable[[Fraction], Any]) -> None:
        self.setting = setting
        self.number = number
        self.memo: dict = {}
        self.pending: set = set()
        self.handlers: dict[type, Callable] = {
            Plus: self._plus,
            Times: self._times,
            Negative: self._negative,
            Quotient: self._quotient,
            Power: self._power,
            Minimum: self._minimum,
            Maximum: self._maximum,
            Parameter: self._parameter,
            Index: self._parameter,
            Element: self._element,
            Sum: self._sum,
            E: self.moment,
            Var: self.moment,
            Cov: self.moment,
            Limit: self.limit,
            Partial: self.partial,
            Apply: self._apply,
        }

    # --- what subclasses say ---

    def drawn(self, atom: Any) -> Any:
        raise Unsupported("this experiment draws nothing at random")

    def moment(self, node: Any, binding: dict) -> Any:
        raise Unsupported("this experiment takes no expectations")

    def limit(self, node: Any, binding: dict) -> Any:
        raise Unsupported("a limit is evaluated by the high-precision experiment only")

    def partial(self, node: Any, binding: dict) -> Any:
        raise Unsupported("a derivative is evaluated by the high-precision experiment only")

    def kept(self) -> int | None:
        """How many steps of a recurrence are kept (None: all)."""
        return None

    # --- terms ---

    def value(self, node: Any, binding: dict) -> Any:
        handler = self.handlers.get(type(node))
        if handler is not None:
            return handler(node, binding)
        if isinstance(node, sympy.Rational):
            return self.number(Fraction(int(node.p), int(node.q)))
        raise Unsupported(f"{type(node).__name__} has no value in an experiment")

    def whole(self, node: Any, binding: dict) -> int:
        """The value of an index, a bound or an exponent."""
        if isinstance(node, sympy.Integer):
            return int(node)
        if type(node) is Index and node in binding:
            return binding[node]
        value = self.setting.exactly(self).value(node, binding)
        if not isinstance(value, Fraction) or value.denominator != 1:
            raise Undefined(f"{node} = {value} is used as an index, a bound or an exponent, and is no integer")
        return int(value)

    def _plus(self, node: Any, binding: dict) -> Any:
        total = self.value(node.args[0], binding)
        for part in node.args[1:]:
            if type(part) is Negative:
                total = total - self.value(part.args[0], binding)
            else:
                total = total + self.value(part, binding)
        return total

    def _times(self, node: Any, binding: dict) -> Any:
        product = self.value(node.args[0], binding)
        for part in node.args[1:]:
            product = product * self.value(part, binding)
        return product

    def _negative(self, node: Any, binding: dict) -> Any:
        return -self.value(node.args[0], binding)

    def _quotient(self, node: Any, binding: dict) -> Any:
        divisor = self.value(node.args[1], binding)
        if divisor == 0:
            raise Undefined(f"{node.args[1]} = 0 is a divisor")
        return self.value(node.args[0], binding) / divisor

    def _power(self, node: Any, binding: dict) -> Any:
        exponent = self.whole(node.args[1], binding)
        base = self.value(node.args[0], binding)
        if exponent == 0:
            return self.number(Fraction(1))
        if exponent < 0 and base == 0:
            raise Undefined(f"{node.args[0]} = 0 has no power {exponent}")
        return base**exponent

    def _minimum(self, node: Any, binding: dict) -> Any:
        return min(self.value(node.args[0], binding), self.value(node.args[1], binding))

    def _maximum(self, node: Any, binding: dict) -> Any:
        return max(self.value(node.args[0], binding), self.value(node.args[1], binding))

    def _sum(self, node: Any, binding: dict) -> Any:
        total: Any = None
        for inner in self.places(node, binding):
            part = self.value(node.body, inner)
            total = part if total is None else total + part
        return self.number(Fraction(0)) if total is None else total

    def places(self, node: Sum, binding: dict) -> Iterator[dict]:
        """The bindings that a sum runs over; the last range is the outermost."""

        def run(k: int, inner: dict) -> Iterator[dict]:
            if k < 0:
                chosen = [inner[r[0]] for r in node.ranges]
                if not node.distinct or len(set(chosen)) == len(chosen):
                    yield inner
                return
            variable, low, high = node.ranges[k]
            for place in range(self.whole(low, inner), self.whole(high, inner) + 1):
                yield from run(k - 1, {**inner, variable: place})

        yield from run(len(node.ranges) - 1, binding)

    def _apply(self, node: Any, binding: dict) -> Any:
        """An undefined function stands for some function: this one, which separates its arguments."""
        arguments = [self.value(a, binding) for a in node.args[1:]]
        total, product = self.number(Fraction(len(node.args[0].name), 3)), self.number(Fraction(1))
        for place, argument in enumerate(arguments):
            total = total + argument * self.number(Fraction(place + 2, 7))
            product = product * (argument + self.number(Fraction(place + 1, 3)))
        return total + product

    # --- symbols ---

    def _parameter(self, node: Any, binding: dict) -> Any:
        if node in binding:
            return self.number(Fraction(binding[node]))
        if node in self.memo:
            return self.memo[node]
        self.memo[node] = value = self._resolve_parameter(node)
        return value

    def _resolve_parameter(self, node: Parameter) -> Any:
        if node in self.setting.parameters:
            return self.number(self.setting.parameters[node])
        for source, term, binding in self.setting.definitions_of(node, ()):
            found = self._follow((node, source), term, binding)
            if found is not None:
                return found
        solved = self.setting.solved(node)
        return self.number(self.setting.default_parameter(node) if solved is None else solved)

    def _follow(self, mark: Any, term: Any, binding: dict) -> Any:
        if mark in self.pending:
            return None
        self.pending.add(mark)
        try:
            return self.value(term, binding)
        finally:
            self.pending.discard(mark)

    def _element(self, node: Any, binding: dict) -> Any:
        return self.element(node.args[0], tuple(self.whole(i, binding) for i in node.args[1:]))

    def element(self, family: Any, places: tuple[int, ...]) -> Any:
        key = (family, places)
        if key in self.memo:
            return self.memo[key]
        setting = self.setting
        if key in setting.elements:
            value = self.number(setting.elements[key])
        elif family in setting.recurrences:
            return self._run(family, places)
        else:
            value = self._look_up(family, places)
            if value is None:
                if family.first is not None and places and places[0] < family.first:
                    raise Undefined(f"{family}[{places[0]}] is out of range: {family} starts at {family.first}")
                if family.random:
                    return self.drawn(setting.atom(family, places))
                solved = setting.solved(family, places)
                value = self.number(setting.default_element(family, places) if solved is None else solved)
        self.memo[key] = value
        return value

    def _look_up(self, family: Any, places: tuple) -> Any:
        for source, term, binding in self.setting.definitions_of(family, places):
            found = self._follow((family, places, source), term, binding)
            if found is not None:
                return found
        return None

    def _run(self, family: Any, places: tuple[int, ...]) -> Any:
        """A recurrence, forward from its start or from the last step that is kept."""
        rule: Definition = self.setting.recurrences[family]
        rest, variables = places[1:], rule.target.indices
        inner = dict(zip(variables[1:], rest, strict=True))
        start = dict(rule.start)
        if places[0] in start:
            value = self.memo[family, places] = self.value(start[places[0]], inner)
            return value
        if places[0] < rule.first:
            raise Undefined(f"{family}[{places[0]}] is out of range: the recurrence starts at {min(start)}")
        here = places[0]
        while here > rule.first and (family, (here - 1, *rest)) not in self.memo:
            here -= 1
        window = self.kept()
        for step in range(here, places[0] + 1):
            value = self.value(rule.value, {**inner, variables[0]: step})
            self.memo[family, (step, *rest)] = value
            if window is not None:
                self.memo.pop((family, (step - window, *rest)), None)
        return value


def symbols_in(node: Any) -> set:
    """The parameters and families of a term, bound indices included."""
    return {n for n in walk(node) if isinstance(n, Parameter) or type(n).__name__ == "Family"}
