"""Nothing that an advisor says is believed: with nonsense among its proposals, nothing false is proved."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from sgdproofs import *
from sgdproofs.advice import Search
from sgdproofs.kernel.polynomial import Poly, atom, constant
from sgdproofs.language.report import PROVED


class Hostile(Search):
    """Proposes what the search finds, and now and then something else."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def factors(self, p: Poly) -> list[tuple[Poly, int]]:
        found = super().factors(p)
        return found if self.random.random() < 0.7 else [*found[:-1], (p, 1)]

    def certificate(self, p: Poly, known: list[Poly], signed: frozenset) -> Any:
        if known and self.random.random() < 0.3:
            factor = constant(self.random.choice([1, -1, 2]))
            return [(factor, (self.random.randrange(len(known)),), constant(1))]
        return super().certificate(p, known, signed)

    def cofactors(self, residual: Poly, premises: list[Poly]) -> Iterator[list[Poly]]:
        for proposal in super().cofactors(residual, premises):
            yield [c + 1 for c in proposal]
            yield proposal

    def arrangement(self, binders: list, monomial: Any, arranged: Any) -> Any:
        order, shifts = map(list, super().arrangement(binders, monomial, arranged))
        if self.random.random() < 0.3:
            self.random.shuffle(order)
        if self.random.random() < 0.3:
            shifts = [constant(self.random.randrange(-2, 3)) for _ in shifts]
        if self.random.random() < 0.2:
            shifts = [atom(index) for index, _ in binders]
        return order, shifts


x, y, v, w = family("x"), family("y", arity=2), real("v"), real("w")
i, j, n, m = index("i"), index("j"), natural("n"), natural("m", at_least=1)
same = assume(eq(m * v, m**2))
diagonal = Sum(x[i] ** 2, (i, 1, n))
TRUE = [
    (eq(diagonal + Sum(x[i] * x[j], (i, 1, n), (j, 1, n), distinct=True), Sum(x[i], (i, 1, n)) ** 2), sums()),
    (eq(Sum(x[i + 1], (i, 1, n)), Sum(x[i], (i, 2, n + 1))), sums()),
    (eq(Sum(y[i, j], (j, i, n), (i, 0, n)), Sum(y[j, i], (i, j, n), (j, 0, n))), sums()),
    (eq(v, m), algebra(same)),
    (ge(w**2 - 2 * w * v + v**2, 0), algebra()),
]
FALSE = [
    (eq(Sum(x[i + 1], (i, 1, n)), Sum(x[i], (i, 1, n))), sums()),
    (eq(Sum(x[i] * x[j], (i, 1, n), (j, 1, n)), diagonal), sums()),
    (eq(Sum(y[i, j], (j, i, n), (i, 0, n)), Sum(y[j, i], (j, i, n), (i, 0, n))), sums()),
    (eq(Sum(y[i, j], (j, 0, i), (i, 0, n)), Sum(y[i, j], (j, 0, n), (i, 0, n))), sums()),
    (eq(v, m + 1), algebra(same)),
    (ge(w**2 - 3 * w * v + v**2, 0), algebra()),
]


def proofs(statements: list, advisor: Any) -> int:
    count = 0
    for statement, reason in statements:
        line = step(statement, by=reason)
        count += check(Derivation("trial", statement, (line,), (same,)), advisor=advisor).verdict == PROVED
    return count


def test_nonsense_proves_nothing_false():
    assert proofs(TRUE, Search()) == len(TRUE)
    assert sum(proofs(TRUE, Hostile(seed)) for seed in range(20)) > 20
    assert not any(proofs(FALSE, Hostile(seed)) for seed in range(20))
