"""Random terms, rule by rule: small, with the cases in which rules go wrong (empty ranges, zero and negative
bases, mixed exponents, indices with offsets, dependent ranges)."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from random import Random
from typing import Any

from sgdproofs import (
    Cov,
    E,
    Maximum,
    Minimum,
    Partial,
    Sum,
    Var,
    family,
    index,
    integer,
    natural,
    random_family,
    random_variable,
    real,
)
from sgdproofs.language.terms import Power, number

REAL_DOMAINS: tuple[dict, ...] = (
    {},
    {},
    {"at_least": 0},
    {"above": 0},
    {"at_least": 1},
    {"above": 0, "below": 1},
    {"above": -1, "below": 1},
    {"at_most": 0},
    {"at_least": -2},
    {"above": 1},
    {"at_least": Fraction(1, 2)},
    {"below": 0},
)


class World:
    """The symbols of one trial, with domains drawn at random."""

    extremes = True

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.a = real("a", **rng.choice(REAL_DOMAINS))
        self.b = real("b", **rng.choice(REAL_DOMAINS))
        self.n = self.whole("n")
        self.m = self.whole("m")
        self.t = index("t", at_least=rng.choice((0, 0, 1, 2)))
        self.indices = tuple(index(name, at_least=rng.choice((0, 1))) for name in ("i", "j", "k"))
        self.A = family("A", first=rng.choice((None, None, 1)))
        self.B = family("B", arity=2)
        self.x = random_family("x", first=rng.choice((None, None, 1)))
        self.y = random_family("y")
        self.g = random_family("g", arity=2)
        self.z = random_variable("z")

    def whole(self, name: str) -> Any:
        return self.rng.choice(
            (
                natural(name),
                natural(name, at_least=1),
                natural(name, at_least=2),
                integer(name),
                integer(name, at_least=-1),
                natural(name, at_least=1, at_most=4),
            )
        )

    # --- pieces -------------------------------------------------------------------------------------------

    def small(self) -> Any:
        return number(self.rng.choice((0, 1, 1, 2, 3, -1, -2, Fraction(1, 2), Fraction(-2, 3))))

    def place(self, bound: tuple) -> Any:
        """An index of an element."""
        rng = self.rng
        options: list[Callable[[], Any]] = [lambda: number(rng.choice((1, 2, 3))), lambda: self.t]
        if bound:
            options += [
                lambda: rng.choice(bound),
                lambda: rng.choice(bound),
                lambda: rng.choice(bound) + rng.choice((1, 2)),
                lambda: rng.choice(bound) - 1,
                lambda: self.n - rng.choice(bound),
                lambda: rng.choice(bound) + rng.choice(bound),
            ]
        else:
            options += [lambda: self.t + 1, lambda: self.t - 1, lambda: self.n]
        return rng.choice(options)()

    def element(self, bound: tuple, random: bool) -> Any:
        rng = self.rng
        if random:
            which = rng.randrange(6)
            if which == 0:
                return self.g[self.place(bound), self.place(bound)]
            if which == 1:
                return self.z
            return (self.x if which < 5 else self.y)[self.place(bound)]
        return self.A[self.place(bound)] if rng.random() < 0.75 else self.B[self.place(bound), self.place(bound)]

    def exponent(self, bound: tuple) -> Any:
        rng, w = self.rng, (*bound, self.n, self.m, self.t)
        return rng.choice(
            (
                lambda: rng.choice(w),
                lambda: rng.choice(w) + rng.choice((1, 2)),
                lambda: rng.choice(w) - 1,
                lambda: 2 * rng.choice(w),
                lambda: rng.choice(w) + rng.choice(w),
                lambda: -rng.choice(w),
                lambda: rng.choice(w) - rng.choice(w),
                lambda: 2 * rng.choice(w) + 1,
                lambda: rng.choice(w) * rng.choice(w),
                lambda: number(2),
                lambda: number(3),
                lambda: number(-1),
                lambda: number(0),
                lambda: 1 - rng.choice(w),
            )
        )()

    def bounds(self, outer: tuple) -> tuple[Any, Any]:
        """The ends of a range: constant, symbolic, dependent on outer indices, possibly empty."""
        rng, w = self.rng, (self.n, self.m, self.t, *outer, *outer)
        low = rng.choice(
            (
                lambda: number(rng.choice((0, 1, 1, 2, -1))),
                lambda: number(1),
                lambda: rng.choice(w),
                lambda: rng.choice(w) + 1,
            )
        )()
        high = rng.choice(
            (
                lambda: rng.choice(w),
                lambda: rng.choice(w),
                lambda: rng.choice(w) - 1,
                lambda: rng.choice(w) + 1,
                lambda: number(rng.choice((0, 1, 3))),
                lambda: rng.choice(w) + 2,
                lambda: low + rng.choice((self.n, self.m)) - 1,
                lambda: low + rng.choice((self.n, self.m, 2)),
            )
        )()
        return low, high

    # --- terms --------------------------------------------------------------------------------------------

    def arithmetic(self, depth: int, bound: tuple = (), leaf: Callable[[], Any] | None = None) -> Any:
        """Sums, products, quotients, powers, min and max."""
        rng = self.rng
        if depth <= 0 or rng.random() < 0.12:
            if leaf is not None and rng.random() < 0.6:
                return leaf()
            return rng.choice(
                (
                    lambda: self.a,
                    lambda: self.b,
                    lambda: self.n,
                    lambda: self.t,
                    self.small,
                    self.small,
                    *((lambda: rng.choice(bound),) * 2 if bound else ()),
                )
            )()

        def more() -> Any:
            return self.arithmetic(depth - 1, bound, leaf)

        which = rng.randrange(12)
        if which < 3:
            return more() + more()
        if which < 4:
            return more() - more()
        if which < 7:
            return more() * more()
        if which < 8:
            return more() / rng.choice((lambda: self.n, lambda: self.a, lambda: self.b + 1, lambda: self.n + 1, more))()
        if which < 11:
            return Power(more(), self.exponent(bound))
        return rng.choice((Minimum, Maximum))(more(), more()) if self.extremes else more() * more()

    def summed(self, depth: int, bound: tuple = (), random: bool = False, body: Callable | None = None) -> Any:
        """Finite sums, nested and dependent, some over distinct indices."""
        rng = self.rng
        free = [i for i in self.indices if i not in bound]
        if not free:
            return self.arithmetic(1, bound, lambda: self.element(bound, random))
        count = 1 if len(free) == 1 or rng.random() < 0.6 else 2
        chosen = rng.sample(free, count)
        ranges = []
        for k, i in reversed(list(enumerate(chosen))):  # the last range is the outermost
            outer = tuple(chosen[k + 1 :])
            ranges.append((i, *self.bounds((*bound, *outer) if rng.random() < 0.5 else ())))
        ranges.reverse()
        inner = (*bound, *chosen)
        if body is not None:
            inside = body(inner)
        elif depth > 0 and rng.random() < 0.35:
            inside = self.summed(depth - 1, inner, random)
            if rng.random() < 0.5:
                inside = inside * self.element(inner, random)
        else:
            inside = self.arithmetic(rng.choice((0, 1, 1, 2)), inner, lambda: self.element(inner, random))
        distinct = count == 2 and rng.random() < 0.4
        return Sum(inside, *ranges, distinct=distinct)

    def sums(self, depth: int = 1, random: bool = False) -> Any:
        """A combination of sums."""
        rng = self.rng
        whole = self.summed(depth, random=random)
        for _ in range(rng.choice((0, 0, 1, 1, 2))):
            other = rng.choice(
                (lambda: self.summed(depth, random=random), lambda: self.element((), random), lambda: self.n)
            )()
            whole = rng.choice((whole + other, whole - other, whole * other))
        return whole

    def geometric(self) -> Any:
        """Sums of powers of a ratio."""
        rng = self.rng

        def body(bound: tuple) -> Any:
            base = rng.choice(
                (
                    self.a,
                    self.b,
                    self.a * self.b,
                    1 - self.a,
                    self.a / 2,
                    number(2),
                    number(-1),
                    number(1),
                    1 - 1 / (self.n + 2),
                    self.a * self.n,
                    number(0),
                    bound[0] + 2,
                )
            )
            power = Power(
                base,
                rng.choice(
                    (
                        bound[0],
                        bound[0] + 1,
                        2 * bound[0],
                        self.n - bound[0],
                        bound[0] - 1,
                        -bound[0],
                        self.t - bound[0],
                        bound[0] + self.m,
                    )
                ),
            )
            return rng.choice(
                (
                    lambda: power,
                    lambda: power,
                    lambda: self.b * power,
                    lambda: power * Power(self.a, bound[0]),
                    lambda: (1 - power) * (1 + power),
                    lambda: power**2,
                    lambda: power + bound[0],
                )
            )()

        return self.summed(0, body=body)

    def random_term(self, depth: int) -> Any:
        """A random quantity: mostly polynomial, with a few quotients, extremes and sums."""
        rng = self.rng
        if depth <= 0:
            return rng.choice(
                (
                    lambda: self.element((), True),
                    lambda: self.element((), True),
                    lambda: self.a,
                    self.small,
                    lambda: self.element((), False),
                )
            )()

        def more() -> Any:
            return self.random_term(depth - 1)

        return rng.choice(
            (
                lambda: more() + more(),
                lambda: more() - more(),
                lambda: more() * more(),
                lambda: more() * more(),
                lambda: more() ** 2,
                lambda: self.summed(0, random=True),
                lambda: self.summed(0, random=True) * more(),
                lambda: more() / (self.n + 1),
                lambda: Minimum(more(), more()),
                lambda: more() / (1 + more() ** 2),
                lambda: self.element((), True) - E(self.element((), True)),
            )
        )()

    def moment(self, depth: int = 2) -> Any:
        """Moments of random quantities, and sums and products of these."""
        rng = self.rng

        def one() -> Any:
            which = rng.randrange(8)
            if which < 4:
                return E(self.random_term(depth))
            if which < 6:
                return Var(self.random_term(depth - 1))
            if which < 7:
                return Cov(self.random_term(depth - 1), self.random_term(depth - 1))
            return self.summed(0, body=lambda bound: E(self.element(bound, True) * self.element(bound, True)))

        return rng.choice((one, one, one, lambda: one() + one(), lambda: one() * one(), lambda: self.a * one()))()

    def derivative(self) -> Any:
        """Partial derivatives of polynomials in parameters and elements, under sums."""
        rng, self.extremes = self.rng, False  # where two arguments are equal, min and max have no derivative
        variable = rng.choice(
            (lambda: self.a, lambda: self.b, lambda: self.element((), False), lambda: self.element((), False))
        )()
        body = rng.choice(
            (
                lambda: self.arithmetic(2, (), lambda: self.element((), False)),
                lambda: self.sums(0),
                lambda: self.sums(0) * self.arithmetic(1),
                lambda: self.summed(0) ** 2,
            )
        )()
        return Partial(body, variable)
