"""Random facts about the random families of a `World`, and moments that they speak of."""

from __future__ import annotations

from typing import Any

from sgdproofs import (
    Cov,
    E,
    Given,
    Maximum,
    Minimum,
    Sum,
    Var,
    assume,
    eq,
    ge,
    identical_across,
    independent,
    independent_across,
    index,
    ne,
    pairwise_independent_across,
    real,
    uncorrelated_across,
)

from .random_terms import World


class FactWorld(World):
    """A world with few symbols, so that facts are met."""

    def __init__(self, rng: Any) -> None:
        super().__init__(rng)
        self.c, self.s2 = real("c"), real("s2", at_least=0)
        self.r, self.s = index("r", at_least=rng.choice((0, 1, 2))), index("s", at_least=rng.choice((0, 1)))

    def dependence(self) -> Any:
        rng, x, y, g, z = self.rng, self.x, self.y, self.g, self.z
        across = rng.choice((independent_across, pairwise_independent_across, uncorrelated_across, independent_across))
        return rng.choice(
            (
                lambda: across(x, self.r),
                lambda: across(x, self.r),
                lambda: across(g, self.r),
                lambda: across((x, y), self.r),
                lambda: Given(independent(x[1], x[2])),
                lambda: Given(independent(x[self.t], y[self.t])),
                lambda: Given(independent(z, x[1], y[1])),
                lambda: Given(independent(g[1], g[2])),
                lambda: Given(independent(x[self.r], y[self.s])),
                lambda: Given(independent(x[self.r], y[self.s], when=(ge(self.r, self.s + 1),))),
                lambda: Given(independent(x[self.r], x[self.s], when=(ne(self.r, self.s),))),
            )
        )()

    def sameness(self) -> Any:
        return self.rng.choice(
            (
                lambda: identical_across(self.x, self.r),
                lambda: identical_across(self.g, self.r),
                lambda: identical_across((self.x, self.y), self.r),
            )
        )()

    def given_moment(self) -> Any:
        rng, x, g, r, s = self.rng, self.x, self.g, self.r, self.s
        relation = rng.choice(
            (
                lambda: eq(E(x[r]), self.c),
                lambda: eq(Var(x[r]), self.s2),
                lambda: eq(E(x[r]), self.A[r]),
                lambda: eq(E(x[r]), 0),
                lambda: eq(E(x[r]), r),
                lambda: eq(E(x[r] ** 2), self.s2),
                lambda: eq(Cov(x[r], x[s]), 0),
                lambda: eq(E(x[1]), self.c),
                lambda: eq(E(g[r, s]), self.A[s]),
                lambda: eq(E(g[r, s]), self.B[r, s]),
                lambda: eq(E(g[r, 1] * g[r, 2]), self.c),
                lambda: eq(Var(x[r]), self.s2 + r),
                lambda: eq(E(x[r] * self.y[r]), self.c),
                lambda: eq(E(x[r] * x[r + 1]), self.c),
            )
        )()
        if rng.random() < 0.25:
            relation = relation.given(rng.choice((ge(r, 2), ne(r, 1), ge(r, self.n))))
        return assume(relation)

    def place(self, bound: tuple) -> Any:
        rng = self.rng
        return rng.choice(
            (1, 1, 2, 3, self.t, self.t + 1, self.t - 1, self.n, *bound, *bound, *bound, *(b + 1 for b in bound))
        )

    def variable(self, bound: tuple = ()) -> Any:
        rng = self.rng
        return rng.choice(
            (lambda: self.x[self.place(bound)],) * 8
            + (
                lambda: self.y[self.place(bound)],
                lambda: self.g[self.place(bound), rng.choice((1, 2))],
                lambda: self.g[self.place(bound), self.place(bound)],
                lambda: self.z,
            )
        )()

    def quantity(self, bound: tuple = ()) -> Any:
        """A random quantity of low degree."""
        rng, v = self.rng, self.variable
        return rng.choice(
            (
                lambda: v(bound),
                lambda: v(bound) * v(bound),
                lambda: v(bound) ** 2,
                lambda: v(bound) * v(bound) * v(bound),
                lambda: v(bound) ** 2 * v(bound),
                lambda: (v(bound) - self.c) * (v(bound) - self.c),
                lambda: v(bound) * (v(bound) + v(bound)),
                lambda: Minimum(v(bound), self.c) * v(bound),
                lambda: Maximum(v(bound), v(bound)) * v(bound),
                lambda: 1 / (1 + v(bound) ** 2) * v(bound),
                lambda: (v(bound) - E(v(bound))) * (v(bound) - E(v(bound))),
                lambda: self.A[self.place(bound)] * v(bound),
            )
        )()

    def total(self) -> Any:
        """A sum of random quantities over one or two indices."""
        rng = self.rng
        high = rng.choice((self.n, self.m, self.t, 3))
        i, j, k = self.indices
        if rng.random() < 0.7:
            return Sum(
                rng.choice((self.x[i], self.x[i], self.A[i] * self.x[i], self.x[i] - self.c, self.quantity((i,)))),
                (i, rng.choice((1, 1, 2)), high),
            )
        return Sum(
            self.variable((i,)) * self.variable((j,)),
            (i, 1, high),
            (j, 1, rng.choice((self.n, high))),
            distinct=rng.random() < 0.5,
        )

    def known_moment(self) -> Any:
        rng = self.rng
        i, j, k = self.indices
        return rng.choice(
            (
                lambda: E(self.quantity()),
                lambda: E(self.quantity()),
                lambda: E(self.total() * self.variable()),
                lambda: Var(self.total()),
                lambda: Var(self.variable() + self.variable()),
                lambda: Cov(self.quantity(), self.variable()),
                lambda: E(self.total()),
                lambda: Cov(self.total(), self.variable()),
                lambda: E(self.total() ** 2),
                lambda: Cov(self.total(), self.total()),
                lambda: Sum(E(self.quantity((k,))), (k, 1, rng.choice((self.n, self.m)))),
                lambda: Var(self.total() + self.variable()),
                lambda: Sum(
                    E(self.variable((k, j)) * self.variable((k, j))),
                    (k, 1, self.n),
                    (j, 1, self.n),
                    distinct=rng.random() < 0.5,
                ),
            )
        )()
