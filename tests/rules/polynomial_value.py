"""The value of a normal form in a model: what its atoms mean, and nothing about how they came about.

A normal form is a claim: the term has this value wherever its conditions hold.  Here the claim is read by the
documentation of `kernel/polynomial.py` alone, outcome by outcome, so that it can be compared with the value
that the exact interpreter gives to the term itself.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from sgdproofs.kernel.polynomial import Poly
from sgdproofs.meaning import Model, NotEvaluable, Undefined, value


class Dangling(AssertionError):
    """An index without a binder: the normal form means nothing."""


class Reader:
    """Values of polynomials in `model`; parameters are counted from where the scope counts them."""

    def __init__(self, model: Model, scope: Any) -> None:
        self.model, self.scope = model, scope
        self.count = len(model.probabilities)
        self.parameters = {p.name: v for p, v in model.parameters.items()}

    def poly(self, p: Any, env: dict) -> tuple:
        total = [Fraction(0)] * self.count
        for monomial, c in p.items():
            product = [Fraction(c)] * self.count
            for a, e in monomial:
                own = self.atom(a, env)
                for o, v in enumerate(own):
                    if v == 0 and e < 0:
                        raise Undefined("a negative power of 0")
                    product[o] *= v**e
            total = [s + v for s, v in zip(total, product)]
        return tuple(total)

    def number(self, p: Any, env: dict) -> Fraction:
        found = set(self.poly(p, env))
        assert len(found) == 1, "an index, an exponent or a length is random"
        return found.pop()

    def whole(self, p: Any, env: dict) -> int:
        found = self.number(p, env)
        if found.denominator != 1:
            raise Undefined(f"{found} is no integer")
        return int(found)

    def same(self, number: Fraction) -> tuple:
        return (number,) * self.count

    def atom(self, a: Any, env: dict) -> tuple:
        kind, label, arguments = a
        if kind == "par":
            return self.same(self.parameters[label] - self.scope.origins[label])
        if kind in ("var", "bv"):
            if a not in env:
                raise Dangling(f"{a} is bound nowhere")
            return self.same(env[a])
        if kind in ("el", "rv"):
            family = self.scope.families[label]
            if arguments and family.first is not None and self.whole(arguments[0], env) < family.first:
                raise NotEvaluable("an element before the first one, as the name of a common law")
            found = value(
                family[tuple(self.whole(k, env) for k in arguments)] if arguments else _variable(family), self.model
            )
            return found if isinstance(found, tuple) else self.same(found)
        if kind == "pow":
            base, exponent = self.poly(arguments[0], env), self.whole(arguments[1], env)
            if exponent < 0 and 0 in base:
                raise Undefined("a negative power of 0")
            return tuple(b**exponent for b in base)
        if kind == "inv":
            base = self.poly(arguments[0], env)
            if 0 in base:
                raise Undefined("1/0")
            return tuple(1 / b for b in base)
        if kind == "sgn":
            return self.same(Fraction((-1) ** (self.whole(arguments[0], env) % 2)))
        if kind == "delta":
            return tuple(Fraction(v == 0) for v in self.poly(arguments[0], env))
        if kind == "sum":
            return self.sum(label, arguments, 0, env)
        if kind in ("Minimum", "Maximum"):
            left, right = (self.poly(k, env) for k in arguments)
            return tuple(map(min if kind == "Minimum" else max, left, right))
        if kind in ("E", "Var", "Cov"):
            return self.moment(kind, [self.poly(k, env) for k in arguments])
        raise NotEvaluable(f"an atom of kind {kind}")

    def sum(self, label: Any, arguments: tuple, k: int, env: dict) -> tuple:
        height, count = label
        if k == count:
            return self.poly(arguments[-1], env)
        start, length = self.whole(arguments[2 * k], env), self.whole(arguments[2 * k + 1], env)
        if length < 0:
            raise AssertionError("a sum of negative length")
        total = [Fraction(0)] * self.count
        for place in range(start, start + length):
            more = self.sum(label, arguments, k + 1, {**env, ("bv", (height, k), ()): Fraction(place)})
            total = [s + v for s, v in zip(total, more)]
        return tuple(total)

    def moment(self, kind: str, parts: list[tuple]) -> tuple:
        def mean(values: Any) -> Fraction:
            return sum((p * v for p, v in zip(self.model.probabilities, values)), Fraction(0))

        if kind == "E":
            return self.same(mean(parts[0]))
        left, right = parts[0], parts[-1]
        return self.same(mean([x * y for x, y in zip(left, right)]) - mean(left) * mean(right))


def _variable(family: Any) -> Any:
    from sgdproofs.language.terms import Element

    return Element(family)


def polynomial_value(p: Poly, model: Model, scope: Any) -> Any:
    """The value of `p` at every outcome."""
    return Reader(model, scope).poly(p, {})
