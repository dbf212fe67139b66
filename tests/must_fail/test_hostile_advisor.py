"""Nothing that an advisor says is believed: with nonsense among its proposals, nothing false is proved."""

from __future__ import annotations

import random
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import pytest

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

    def instances(self, moment: Any, indices: list[Poly], target: Any) -> Iterator[list[Poly]]:
        bound, opened = atom(("bv", (1, 0), ())), atom(("var", self.random.randrange(1, 9), ()))
        wrong = [constant(Fraction(1, 2)), constant(0), constant(-3), constant(7), bound, opened, opened + 1, *indices]
        for proposal in super().instances(moment, indices, target):
            yield [self.random.choice([p + 1, p - 1, p * 2, *wrong]) for p in proposal]
            yield proposal
        yield [self.random.choice(wrong) for _ in indices]


x, y, v, w = family("x"), family("y", arity=2), real("v"), real("w")
i, j, n, m = index("i"), index("j"), natural("n"), natural("m", at_least=1)
same = assume(eq(m * v, m**2))
X, Y, t, k = random_family("X", first=1), random_variable("Y"), index("t", at_least=1), index("k", at_least=1)
laws = (
    assume(eq(E(X[t]), w * t)),
    assume(eq(Cov(X[t], X[k]), v).given(ne(t, k))),
    assume(eq(E(Y), 0).given(le(t, n))),
    assume(eq(E(Y**3), 0).given(lt(t, m))),
    assume(eq(E(Y**2), t).given(ge(t, n), le(t, n))),
)
diagonal = Sum(x[i] ** 2, (i, 1, n))
TRUE = [
    (eq(diagonal + Sum(x[i] * x[j], (i, 1, n), (j, 1, n), distinct=True), Sum(x[i], (i, 1, n)) ** 2), sums()),
    (eq(Sum(x[i + 1], (i, 1, n)), Sum(x[i], (i, 2, n + 1))), sums()),
    (eq(Sum(y[i, j], (j, i, n), (i, 0, n)), Sum(y[j, i], (i, j, n), (j, 0, n))), sums()),
    (eq(v, m), algebra(same)),
    (ge(w**2 - 2 * w * v + v**2, 0), algebra()),
    (eq(E(Sum(X[i], (i, 1, m))), w * Sum(i, (i, 1, m))), moments(laws) & sums()),
    (eq(E(X[1] * X[3]), v + 3 * w**2), moments(laws)),
]
FALSE = [
    (eq(Sum(x[i + 1], (i, 1, n)), Sum(x[i], (i, 1, n))), sums()),
    (eq(Sum(x[i] * x[j], (i, 1, n), (j, 1, n)), diagonal), sums()),
    (eq(Sum(y[i, j], (j, i, n), (i, 0, n)), Sum(y[j, i], (j, i, n), (i, 0, n))), sums()),
    (eq(Sum(y[i, j], (j, 0, i), (i, 0, n)), Sum(y[i, j], (j, 0, n), (i, 0, n))), sums()),
    (eq(v, m + 1), algebra(same)),
    (ge(w**2 - 3 * w * v + v**2, 0), algebra()),
    (eq(E(Sum(X[i], (i, 1, m))), m * w), moments(laws) & sums()),
    (eq(E(X[2]), w), moments(laws)),
    (eq(E(X[2] ** 2), v + 4 * w**2), moments(laws)),
    (eq(E(X[1] * X[3]), v + 4 * w**2), moments(laws)),
    (eq(E(Y) + Sum(E(Y), (i, 1, n)), 0), moments(laws) & sums()),
    (eq(E(Y**3), 0), moments(laws)),
    (eq(E(Y**2), 7), moments(laws)),
]


def proofs(statements: list, advisor: Any) -> int:
    count = 0
    for statement, reason in statements:
        line = step(statement, by=reason)
        count += check(Derivation("trial", statement, (line,), (same, *laws)), advisor=advisor).verdict == PROVED
    return count


def test_nonsense_proves_nothing_false():
    assert proofs(TRUE, Search()) == len(TRUE)
    assert sum(proofs(TRUE, Hostile(seed)) for seed in range(20)) > 20
    assert not any(proofs(FALSE, Hostile(seed)) for seed in range(20))


class Stray(Search):
    """Takes what is said of all indices at indices of sums that are over: where these are empty, there are none."""

    def instances(self, moment: Any, indices: list[Poly], target: Any) -> Iterator[list[Poly]]:
        yield from ([atom(("var", k, ())) + 1 for _ in indices] for k in range(40))


def test_no_value_comes_from_an_empty_sum():
    short = eq(Sum(w, (i, 1, n)) + Sum(i * w, (i, 1, n)) + E(Y), Sum(w, (i, 1, n)) + Sum(i * w, (i, 1, n)))
    assert proofs([(short, moments(laws) & sums())], Stray()) == 0


class Malformed(Search):
    """Proposes what is no polynomial: roots of atoms, monomials that name one twice, half a power of a factor."""

    def __init__(self, form: Any) -> None:
        self.form, self.asked = form, 0

    def combination(self, p: Poly, known: list[Poly], signed: Any) -> Any:
        return [(constant(1), (), Poly({self.form(m): 1})) for m in p]

    def factors(self, p: Poly) -> list:
        self.asked += 1
        return [(p, Fraction(1, 2) if self.asked % 2 else 1)]


FORMS = {
    "roots": lambda m: tuple((a, Fraction(e, 2)) for a, e in m),
    "named twice": lambda m: tuple((a, 1) for a, e in m for _ in range((e + 1) // 2)),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("power", [1, 3])
def test_a_proposal_that_is_no_polynomial(form: str, power: int) -> None:
    advisor = Malformed(FORMS[form])
    assert proofs([(ge(w**power, 0), algebra())], advisor) == 0
    closed = function("closed")
    same_argument = eq(closed((1 + w) / (1 + w)), closed(1 / (1 + w))).given(ne(w, -1))
    for advisor.asked in range(4):
        assert proofs([(same_argument, algebra())], advisor) == 0
