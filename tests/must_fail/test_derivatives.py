"""Derivatives and examples that reached for more than they may: each was once proved."""

from __future__ import annotations

import pytest

from sgdproofs import *
from sgdproofs.language.functions import EqualTo, SquareRoot
from sgdproofs.language.terms import Maximum, Minimum
from sgdproofs.rules.truth import cases as truth_values

from .single import verdict_of

x, c = real("x"), real("c")
X = random_family("X", first=1)
j = index("j")


def test_a_moment_is_known_at_the_point_and_not_around_it():
    law = assume(eq(E(X[1]), x**2))
    assert verdict_of(eq(Partial(E(X[1]), x), 2 * x), differentiation() & moments(law), law) != "proved"
    assert verdict_of(eq(Partial(E(X[1]), x), 0), differentiation(), law) != "proved"
    free = assume(eq(E(X[1]), 3))
    assert verdict_of(eq(Partial(x * E(X[1]), x), E(X[1])), differentiation() & linearity(), free) == "undecided"
    assert verdict_of(eq(Partial(x * E(X[1]), x), E(X[1])), differentiation() & linearity()) == "proved"


def test_a_case_is_not_put_into_a_derivative():
    claim = eq(EqualTo(c, 3) * Partial(c**2, c), EqualTo(c, 3) * Partial(3 * c, c))
    assert verdict_of(claim, truth_values()) != "proved"
    same = eq(EqualTo(c, 3) * Partial(c**2, c), EqualTo(c, 3) * 2 * c)
    assert verdict_of(same, truth_values() & differentiation()) == "proved"
    assert (
        verdict_of(eq(EqualTo(c, 3) * Partial(c**2, c), EqualTo(c, 3) * 6), truth_values() & differentiation())
        == "proved"
    )


def test_a_derivative_of_what_is_defined_by_a_minimum():
    w, y = family("w"), family("y")
    least = define(y[j], Minimum(w[j], 1))
    i = index("i")
    assert verdict_of(eq(0 * Partial(y[i], w[i]), 0), algebra(), least) != "proved"
    assert verdict_of(eq(0 * Partial(w[i], w[i]), 0), algebra()) == "proved"


def test_a_function_of_what_is_random_is_no_number():
    loss, slope, n, i = function("L")(), family("g", first=1), natural("n", at_least=1), index("i", at_least=1)
    for inner, partial in ((X[i], slope[i]), (slope[i], X[i])):
        with pytest.raises(StatementError, match="would be random"):
            differentiable(loss, inner, ((i, 1, n),), partial)


def test_two_points_at_which_a_definition_makes_no_sense():
    root = define(c, SquareRoot(-x * x))
    assert verdict_of(not_determined(x, 0 * x, {x: 0}, {x: 1}), two_points(), root) != "proved"
    assert verdict_of(not_determined(x, 0 * x, {x: 0}, {x: 1}), two_points()) == "proved"


def test_a_lemma_about_a_derivative_beside_a_definition():
    a = real("a")
    claim = eq(Partial(a, x), 0)
    apart = Derivation("apart", claim, (step(claim, by=differentiation()),))
    square = define(a, x**2)
    own = step(eq(Partial(a, x), 2 * x), by=differentiation(square))
    item = lemma("apart", claim)
    both = Derivation("both", eq(x, 0), (own, step(eq(x, 0), by=algebra(item, own))), (square,), lemmas=(item,))
    with pytest.raises(SgdproofsError, match="is about a derivative, and was shown without"):
        check(both, lemmas={"apart": check(apart).theorem})


def test_a_derivative_at_an_end_of_the_domain():
    low, high, inside = real("u", at_least=0), real("v", at_most=1), real("w", above=0)
    assert verdict_of(eq(Partial(Maximum(low, 0), low), 1), differentiation()) != "proved"
    assert verdict_of(eq(Partial(Minimum(high, 1), high), 1), differentiation()) != "proved"
    assert verdict_of(eq(Partial(Maximum(inside, 0), inside), 1), differentiation()) == "proved"
    assert verdict_of(eq(Partial(low**2, low), 2 * low), differentiation()) == "proved"
    assert verdict_of(eq(Partial(1 / (high - 2), high), 0), differentiation()) != "proved"


def test_a_sum_whose_range_moves_with_the_variable():
    w, i, m, n = family("w", first=0), index("i"), integer("m"), integer("n")
    moves = define(m, x)
    for wrong in (
        eq(Partial(Sum(w[i], (i, 1, m)), x), 0),
        eq(Partial(x * Sum(w[i], (i, 1, m)), x), Sum(w[i], (i, 1, m))),
    ):
        assert verdict_of(wrong.given(ge(m, 0)), differentiation(), moves) != "proved"
    right = eq(Partial(x * Sum(w[i], (i, 1, n)), x), Sum(w[i], (i, 1, n))).given(ge(n, 0))
    assert verdict_of(right, differentiation(), moves) == "proved"


def test_a_limit_over_what_a_definition_or_a_chain_rule_depends_on():
    a, b, c = real("a"), real("b"), real("c")
    chain = (define(a, c + 1), define(c, 2 * b))
    claim = eq(limit(a, b, 0), a)
    with pytest.raises(SgdproofsError, match="b is bound in"):
        check(Derivation("limit", claim, (step(claim, by=limits()),), chain))
    free = eq(limit(a, b, 0), a)
    assert verdict_of(free, limits(), define(a, c + 1)) == "proved"


def test_bad_examples_refute_nothing():
    bad = not_determined(x, x**2, {x: 1}, {x: 2})
    assert verdict_of(bad, two_points()) == "undecided"
    assert verdict_of(not_determined(x, x**2, {x: 1}, {x: -1}), two_points()) == "proved"
