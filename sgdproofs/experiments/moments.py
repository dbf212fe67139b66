"""Exact moments: random quantities as polynomials in the drawn numbers, expectations from the stated laws."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import combinations
from typing import Any

from ..language.experiments import Discrete, Law
from ..language.terms import Cov, E
from .evaluate import Interpreter, Unsupported

__all__ = ["ExactMoments", "Polynomial", "law_moment"]


class Polynomial:
    """A polynomial in drawn numbers: `{sorted tuple of atoms: coefficient}`, with a common factor kept apart.

    The factor makes a step `q X[t-1] + c x[t]` of a recurrence cheap: the weights of the past are not touched.
    """

    __slots__ = ("base", "factor")

    def __init__(self, terms: dict, factor: Any = None) -> None:
        self.base, self.factor = terms, factor

    @property
    def terms(self) -> dict:
        if self.factor is not None:
            factor = self.factor
            self.base, self.factor = {key: value * factor for key, value in self.base.items()}, None
        return self.base

    @property
    def degree(self) -> int:
        return max(map(len, self.base), default=0)

    def __add__(self, other: Any) -> Polynomial:
        large, small = self, other if isinstance(other, Polynomial) else Polynomial({(): other})
        if len(large.base) < len(small.base):
            large, small = small, large
        total, factor = dict(large.base), large.factor
        for key, value in small.terms.items():
            value = value if factor is None else value / factor
            total[key] = total[key] + value if key in total else value
        return Polynomial(total, factor)

    __radd__ = __add__

    def __neg__(self) -> Polynomial:
        return Polynomial({key: -value for key, value in self.terms.items()})

    def __sub__(self, other: Any) -> Polynomial:
        return self + (-other)

    def __rsub__(self, other: Any) -> Polynomial:
        return -self + other

    def __mul__(self, other: Any) -> Polynomial:
        if not isinstance(other, Polynomial):
            if other == 0:
                return Polynomial({})
            if isinstance(other, float):  # a factor kept apart could underflow
                return Polynomial({key: value * other for key, value in self.terms.items()})
            return Polynomial(self.base, other if self.factor is None else self.factor * other)
        total: dict = {}
        for left, a in self.terms.items():
            for right, b in other.terms.items():
                key = tuple(sorted(left + right))
                total[key] = total[key] + a * b if key in total else a * b
        return Polynomial(total)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Polynomial:
        if isinstance(other, Polynomial):
            raise Unsupported("a division by a random quantity has no exact moments here")
        return self * (1 / other)

    def __rtruediv__(self, other: Any) -> Polynomial:
        raise Unsupported("a division by a random quantity has no exact moments here")

    def __pow__(self, exponent: int) -> Polynomial:
        if exponent < 1:
            raise Unsupported("a negative power of a random quantity has no exact moments here")
        power = self
        for _ in range(exponent - 1):
            power = power * self
        return power

    def __eq__(self, other: Any) -> bool:
        return all(value == 0 for value in (self - other).terms.values())

    __hash__ = None  # type: ignore[assignment]

    def __lt__(self, other: Any) -> bool:
        raise Unsupported("random quantities have no order here")

    __le__ = __gt__ = __ge__ = __lt__

    def __str__(self) -> str:
        return f"a polynomial of degree {self.degree} in {len({a for key in self.terms for a in key})} drawn numbers"


def law_moment(law: Law, components: tuple[int, ...]) -> Fraction:
    """`E[X_a X_b ...]` for the components `(a, b, ...)` of a vector with this law."""
    if not components:
        return Fraction(1)
    if isinstance(law, Discrete):
        total = Fraction(0)
        for point, weight in zip(law.points, law.weights, strict=True):
            for k in components:
                weight *= point[k]
            total += weight
        return total
    # Isserlis, with means: E[X_a m] = E[X_a] E[m] + sum over X_b in m of Cov(X_a, X_b) E[m without X_b]
    head, rest = components[0], components[1:]
    total = law.mean[head] * law_moment(law, rest)
    for k, other in enumerate(rest):
        if law.covariance[head][other]:
            total += law.covariance[head][other] * law_moment(law, rest[:k] + rest[k + 1 :])
    return total


class ExactMoments(Interpreter):
    """Values and moments with numbers made by `number`: fractions, or mpmath numbers of any precision."""

    def __init__(self, setting: Any, number: Callable[[Fraction], Any]) -> None:
        super().__init__(setting, number)
        self.monomials: dict = {}
        self.pairs: dict = {}

    def drawn(self, atom: Any) -> Polynomial:
        return Polynomial({(atom,): self.number(Fraction(1))})

    def moment(self, node: Any, binding: dict) -> Any:
        values = [self.value(a, binding) for a in node.args]
        if isinstance(node, E):
            return self.expectation(values[0])
        return self.covariance(values[0], values[1] if isinstance(node, Cov) else values[0])

    def expectation(self, value: Any) -> Any:
        if not isinstance(value, Polynomial):
            return value
        total = self.number(Fraction(0))
        for key, factor in value.terms.items():
            total = total + factor * self.monomial(key)
        return total

    def covariance(self, left: Any, right: Any) -> Any:
        if not isinstance(left, Polynomial) or not isinstance(right, Polynomial):
            return self.number(Fraction(0))
        if left.degree > 1 or right.degree > 1:
            return self.expectation(left * right) - self.expectation(left) * self.expectation(right)
        # Both are linear: a sum of weights times covariances of the drawn numbers, members apart only if they share.
        total = self.number(Fraction(0))
        partners: dict = {}
        for key, factor in right.terms.items():
            if key:
                source, member, _ = key[0]
                place = (source,) if self.setting.sources[source].share else (source, member)
                partners.setdefault(place, []).append((key[0], factor))
        for key, factor in left.terms.items():
            if key:
                source, member, _ = key[0]
                place = (source,) if self.setting.sources[source].share else (source, member)
                for other, weight in partners.get(place, ()):
                    total = total + factor * weight * self.pair(key[0], other)
        return total

    def pair(self, left: Any, right: Any) -> Any:
        """The covariance of two drawn numbers.  It depends on their laws and on whether they are one member."""
        (source, first, j), (_, second, k) = left, right
        laws = (id(self.setting.law(source, first)), id(self.setting.law(source, second)))  # the setting keeps its laws
        key = (source, *laws, first == second, j, k)
        if key not in self.pairs:
            product = self.monomial(tuple(sorted((left, right))))
            self.pairs[key] = product - self.monomial((left,)) * self.monomial((right,))
        return self.pairs[key]

    def monomial(self, key: tuple) -> Any:
        if key not in self.monomials:
            self.monomials[key] = self.number(self._monomial(key))
        return self.monomials[key]

    def _monomial(self, key: tuple) -> Fraction:
        product = Fraction(1)
        for number in {atom[0] for atom in key}:
            members: dict[int, tuple[int, ...]] = {}
            for source, member, component in key:
                if source == number:
                    members[member] = members.get(member, ()) + (component,)
            product *= self._source_moment(number, members)
        return product

    def _source_moment(self, number: int, members: dict[int, tuple[int, ...]]) -> Fraction:
        setting, share = self.setting, self.setting.sources[number].share
        if not share or len(members) == 1:
            product = Fraction(1)
            for member, components in members.items():
                product *= law_moment(setting.law(number, member), components)
            return product
        if len({setting.law(number, m) for m in members}) > 1:
            raise Unsupported("draws that share a common part are taken with one law")
        # Each member copies the common draw with chance `share`, on its own: sum over which of them do.
        total = Fraction(0)
        names = list(members)
        for count in range(len(names) + 1):
            for copying in combinations(names, count):
                chance = share**count * (1 - share) ** (len(names) - count)
                together = sum((members[m] for m in copying), ())
                product = chance * law_moment(setting.law(number, names[0]), together)
                for m in names:
                    if m not in copying:
                        product *= law_moment(setting.law(number, m), members[m])
                total += product
        return total
