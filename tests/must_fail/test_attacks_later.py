"""Later attacks: on given facts that do not fit together, on witnesses, and on what can be said at all."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from time import process_time
from typing import Any

import pytest

from sgdproofs import *
from sgdproofs.language.errors import CatalogueError
from sgdproofs.language.facts import ConditionallyIndependent
from sgdproofs.language.functions import Both, Choice, Either, EqualTo, LessThan, Negation
from sgdproofs.language.terms import Element
from sgdproofs.rules.truth import cases
from sgdproofs.verdicts import judge

from .test_must_fail import judged, refused

a, b, c, x, z = real("a"), real("b"), real("c"), real("x"), real("z")
t, k, s, i = index("t"), index("k"), index("s", at_least=1), index("i", at_least=1)
B = natural("B", at_least=1)
A, y, v, w, G = family("A"), family("y"), family("v"), family("w"), family("G", first=1)
table = family("table", arity=2)
X, Y = random_family("X", first=1), random_family("Y", first=0)
Z = random_variable("Z")


# --- given facts that contradict each other ------------------------------------------------------------------


@pytest.mark.parametrize(
    "facts",
    [
        (assume(eq(limit(y[t], t), 1)), assume(eq(limit(y[k], k), 2))),
        (assume(eq(limit(table[t, i], t), A[i])), assume(eq(limit(table[t, i], t), A[i] + 1))),
        (assume(eq(limit(y[t], t), 1)), cited_theorem("A theorem", source="a book", conclusion=eq(limit(y[t], t), 7))),
        (assume(eq(limit(y[t], t), 1)), assume(eq(limit(v[t], t), 2)), assume(eq(limit(y[t], t), limit(v[t], t)))),
    ],
    ids=["two values", "for each index", "a cited theorem", "two equal limits"],
)
def test_limits_that_contradict_each_other(facts: tuple) -> None:
    """From `lim y = 1` and `lim y = 2` follows `b = 2 b` by two lines of algebra."""
    scaled = step(eq(facts[0].relation.lhs * b, facts[0].relation.rhs * b), by=algebra(facts[0]))
    report = judged(scaled, given=facts)
    assert report.lines[0].verdict == "proved"
    assert report.verdict == "undecided" and report.theorem is None and "no model" in report.reason


def test_limits_that_fit_together_are_no_contradiction() -> None:
    one, other = assume(eq(limit(y[t], t), c)), assume(eq(limit(v[t], t), 2 * c))
    assert judged(step(eq(limit(v[t], t), 2 * limit(y[k], k)), by=algebra(one, other)), given=(one, other)).theorem
    named, mean = define(b, limit(y[t], t)), assume(eq(limit(E(Y[t]), t), 3))
    exists = step(eq(limit(y[t], t), c), by=algebra(one))
    assert judged(exists, step(eq(b, c), by=algebra(named, one)), given=(one, named, mean)).theorem


def test_an_index_is_not_defined() -> None:
    """`k = 5` for all k would give `A_3 = A_5`."""
    whole = index("whole", at_least=None)
    with pytest.raises(StatementError, match="takes all its values"):
        define(whole, 5)


# --- true statements are not refuted -------------------------------------------------------------------------


def test_independence_of_all_pairs_is_met_by_a_witness_for_all_pairs() -> None:
    apart = Given(independent(X[s], X[i], when=(ne(s, i),)))
    for other in (3, 200):
        claim = eq(E(X[1] * X[other]), E(X[1]) * E(X[other]))
        assert judge(Refutation(name="true-claim", claim=claim, given=(apart,))).verdict == "undecided"
    wrong = eq(E(X[1] * X[3]), 0)
    assert judge(Refutation(name="false-claim", claim=wrong, given=(apart,))).verdict == "refuted"


def test_a_witness_meets_facts_at_the_indices_that_it_needs() -> None:
    """From s = 12 on, X_{s-9} and X_{s-11} are X_4 and X_6, too; an index without a lower end reaches -7."""
    late = Given(independent(X[s - 9], X[s - 11], when=(ge(s, 12),)))
    whole = index("whole", at_least=None)
    for claim, fact in ((eq(Cov(X[4], X[6]), 0), late), (eq(A[-7], 0), assume(eq(A[whole], 0)))):
        assert judge(Refutation(name="true-claim", claim=claim, given=(fact,))).verdict == "undecided"


@pytest.mark.parametrize(
    "claim, facts",
    [
        (eq(E(Sum(X[s], (s, 1, natural("many", at_least=100_000)))), 1), ()),
        (eq(A[10**7], 10**7), (recurrence(A[t], A[t - 1] + 1, start={0: 0}),)),
        (eq(Cov(X[1], X[10**6]), 0), (Given(independent(X[s], X[i], when=(ne(s, i),))),)),
    ],
    ids=["many members", "a long recurrence", "many pairs"],
)
def test_a_search_for_a_witness_ends(claim: Any, facts: tuple) -> None:
    began = process_time()
    assert judge(Refutation(name="large-claim", claim=claim, given=facts)).verdict == "undecided"
    assert process_time() - began < 30


def test_conditional_independence_for_all_indices_is_not_modelled() -> None:
    fact = ConditionallyIndependent((X[s], Y[s]), (Z,))
    assert judge(Refutation(name="false-claim", claim=eq(E(X[1] * Y[1]), 0), given=(fact,))).verdict == "undecided"


# --- readings that are none ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "make",
    [lambda: Negation(c), lambda: Both(c, EqualTo(x, 0)), lambda: Either(EqualTo(x, 0), 2), lambda: Choice(2, x, z)],
    ids=["not", "and", "or", "if"],
)
def test_connectives_join_truth_values(make: Callable[[], Any]) -> None:
    """`c and c` is no `c^2` for c = 3."""
    with pytest.raises(StatementError, match="no truth value"):
        make()


def test_truth_values_are_joined() -> None:
    small = LessThan(x, z)
    assert judged(step(eq(Both(small, Negation(small)) + Either(small, 1), 1), by=cases())).theorem


def test_a_chain_rule_counts_each_element_once() -> None:
    loss = function("loss")()
    for through, ranges in (
        (w[s], ((s, 1, B), (i, 1, 2))),
        (w[s - s], ((s, 1, B),)),
        (w[s], ((s, 1, B), (s, 1, 2))),
        (table[s, s], ((s, 1, B),)),
    ):
        with pytest.raises(StatementError, match="another element for each value"):
            differentiable(loss, through, ranges, G[s])


def test_loops_that_are_no_sum() -> None:
    with pytest.raises(StatementError, match="run over one index"):
        loops(((k, 1, 2), (k, 1, 3)), A[k], x)
    with pytest.raises(StatementError, match="while they change it"):
        loops(((k, 1, 3), (s, 1, 3)), A[k], A[k] + 1)


FALSE: Any = "no line"


@pytest.mark.parametrize(
    "make",
    [
        lambda: recurrence(Y[t], Y[t - 1], start=[0]),  # type: ignore[arg-type]
        lambda: recurrence(Y[t], Y[t - 1], start={"a": 0}),
        lambda: recurrence(Y[t], Y[t - 1], start={True: 0}),
        lambda: recurrence(x, x, start={0: 0}),  # type: ignore[arg-type]
        lambda: independent_across(X, 3),  # type: ignore[arg-type]
        lambda: identical_across(X, B),  # type: ignore[arg-type]
        lambda: cited_theorem("A theorem", source="a book", conclusion=3),  # type: ignore[arg-type]
        lambda: differentiable(function("loss")(), x, (), G[s]),  # type: ignore[arg-type]
        lambda: differentiable(function("loss")(), w[s], (3,), G[s]),
        lambda: loops(((k, 1, 2),), x, x),  # type: ignore[arg-type]
        lambda: loops((3,), A[k], x),
        lambda: function_of(Z, X),  # type: ignore[arg-type]
        lambda: function_of(Y[t], Z.family),
        lambda: function_of(Y[t], A),
        lambda: not_determined(A[1], z, {A[1]: b}, {A[1]: 2}),
        lambda: not_determined(A[1], z, {A: 1}, {A[1]: 2}),
        lambda: induction(function_of(Y[t], X), over=t, base=algebra(), step=algebra()),  # type: ignore[arg-type]
        lambda: branches(eq(x, x), ge(t, 1)),  # type: ignore[arg-type]
        lambda: branches(function_of(Y[t], X), (ge(t, 1), algebra()), (lt(t, 1), algebra())),  # type: ignore[arg-type]
        lambda: calc(x, FALSE),
        lambda: judged(step(eq(x, x), by=algebra(), label=None), claim=eq(x, x), given=(FALSE,)),
    ],
)
def test_what_cannot_be_read_is_one_error(make: Callable[[], Any]) -> None:
    with pytest.raises(StatementError):
        make()


@pytest.mark.parametrize("values", [{x: "a"}, {3: 1}, {x: a}, {Element(Z.family): 1}, {x: 0.5}])
def test_a_sanity_check_takes_numbers(values: dict) -> None:
    line = step(eq(x, x), by=algebra())
    with pytest.raises(StatementError):
        Derivation(name="sanity", claim=line.statement, proof=(line,), sanity=((values, Fraction(1, 2)),))


def test_an_erratum_has_a_reason() -> None:
    line = step(eq(x, x), by=algebra())
    wrong = erratum(step(eq(x, 1), by=3), correction=line)
    with pytest.raises(CatalogueError, match="needs a reason"):
        judge(Derivation(name="erratum", claim=line.statement, proof=(line,), errata=(wrong,)))


def test_a_dependence_on_the_past_needs_its_recurrence() -> None:
    update = recurrence(Y[t], Y[t - 1] + Z, start={0: 0})
    refused(step(function_of(Y[t], X), by=function_of_past(update)), given=(update,))


# --- what is missing -----------------------------------------------------------------------------------------


def test_what_is_false_is_not_justified_by_a_line_that_is_false() -> None:
    """`a + 1 = b + 1` follows from `a = b`; but that is no fact, and was not proved."""
    wrong = step(eq(a, b), by=algebra())
    refused(wrong, step(eq(a + 1, b + 1), by=algebra()), verdict="refuted")
    induced = induction(eq(A[t], 0), over=t, base=algebra(), step=algebra(HYPOTHESIS))
    refused(induced, step(eq(A[5], 0), by=algebra()), verdict="refuted")


def test_a_proved_line_that_is_not_cited_is_named() -> None:
    fact = assume(eq(a, b))
    right = step(eq(a + 1, b + 1), by=algebra(fact))
    found = refused(right, step(eq(2 * a, 2 * b), by=algebra()), given=(fact,), verdict="unjustified")
    assert found.missing == (str(fact),)
    scaled = step(eq(c * A[t], c), by=algebra(other := assume(eq(A[k], 1))))
    found = refused(scaled, step(eq(c * A[5], c), by=algebra()), given=(other,), verdict="unjustified")
    assert found.missing == (str(other),)
