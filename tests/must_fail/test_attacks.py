"""Attacks on the kernel that once succeeded: each is a statement that must not be proved."""

from __future__ import annotations

import copy
import dataclasses
import pickle

import pytest

from sgdproofs import *
from sgdproofs.advice import Search
from sgdproofs.kernel.check import Proof, Sequent
from sgdproofs.language.functions import EqualTo, Logarithm, SquareRoot, product
from sgdproofs.language.terms import Index
from sgdproofs.rules.truth import cases
from sgdproofs.verdicts import judge

from .test_must_fail import judged, refused

N, x, z, c = real("N"), real("x"), real("z"), real("c")
t, s, i, j, k = index("t"), index("s", at_least=1), index("i", at_least=1), index("j", at_least=1), index("k")
n = natural("n")
y, a, w = family("y", first=0), family("a"), family("w")
X = random_family("X", first=1)


@pytest.mark.parametrize(
    "wrong",
    [
        eq(Partial(N * x, x), N - 1).given(ge(N, 1)),
        eq(Partial(x**2, x), 2 * (x - 1)).given(ge(x, 1)),
        eq(Partial(x**2, x), 0).given(eq(x, 3)),
    ],
    ids=str,
)
def test_a_derivative_does_not_feel_the_assumptions_at_the_point(wrong):
    refused(step(wrong, by=differentiation()))
    right = eq(Partial(x**2, x), 2 * x).given(ge(x, 1))
    assert judged(step(right, by=differentiation())).theorem


def test_closed_derivatives_are_told_by_their_variable():
    wrong = eq(Partial(x**2 * z, x), Partial(x**2 * z, z)).given(eq(x, 3), eq(z, 3))
    refused(step(wrong, by=algebra()))


def test_a_derivative_of_what_may_be_defined():
    square = define(y[j], w[j] ** 2)
    refused(step(eq(Partial(y[k], w[k]), 0), by=differentiation(square)), given=(square,))


def test_a_recurrence_is_not_cited_at_its_start():
    update = recurrence(y[t], 1, start={0: 0})
    with pytest.raises(StatementError, match="cite a recurrence"):
        judged(step(eq(y[0], 1), by=algebra(at(update, {t: 0}))), given=(update,))


def test_a_case_does_not_outlive_its_end():
    independent_members, table = independent_across(X, s), family("table", arity=2, first=1)
    means = assume(eq(E(X[s]), Sum(table[i, s], (i, 1, natural("m", at_least=1)))))
    wrong = eq(0 * E(X[1] * X[j]) + Maximum(j, 2), j)
    refused(step(wrong, by=independence(independent_members) & moments(means)), given=(independent_members, means))


def test_induction_needs_an_index():
    r = nonnegative("r")
    with pytest.raises(StatementError, match="over an index"):
        judged(induction(ge(r * (r - 1), 0), over=r, base=algebra(), step=algebra()))


def test_a_divisor_that_is_fine_under_a_binder_only():
    any_k, v = index("k", at_least=None), family("v")
    fact = assume(eq(any_k * w[any_k], any_k * v[any_k]))
    tail = Sum(1 / any_k, (any_k, 1, n))
    refused(step(eq(w[any_k] + tail, v[any_k] + tail), by=algebra(fact)), given=(fact,))


def test_a_divisor_that_is_fine_in_a_recurrence_only():
    u, v, q = family("u", first=0), family("v", first=0), family("q", first=0)
    update, fact = recurrence(q[t], q[t - 1] / t, start={0: 1}), assume(eq(t * u[t], t * v[t]))
    refused(step(eq(u[t], v[t]), by=algebra(fact, update)), given=(update, fact))


def test_a_random_condition_splits_no_cases():
    Z = random_variable("Z")
    claim = eq(E(Z) ** 2, E(Maximum(Z, -Z)) ** 2)
    with pytest.raises(StatementError, match="random"):
        judged(branches(claim, (ge(Z, 0), linearity()), (lt(Z, 0), linearity())))


def test_a_condition_that_is_undefined_somewhere_splits_no_cases():
    fact = assume(eq(c * x, 0))
    wrong = branches(eq(c, 0), (gt(1 / x, 0), algebra(fact)), (le(1 / x, 0), algebra(fact)))
    with pytest.raises(StatementError, match="defined everywhere"):
        judged(wrong, given=(fact,))


def test_sequents_are_made_by_the_rules_of_their_proof():
    one, other = Proof((), Search()), Proof((), Search())
    claim = eq(y[t], 0)
    before = one.hypothesis(claim, t)
    with pytest.raises(TypeError, match="made by the rules"):
        Sequent(one, claim)
    with pytest.raises(TypeError, match="made by the rules"):
        dataclasses.replace(before, assumptions=())
    with pytest.raises(StatementError, match="under other facts"):
        other.line(eq(c, c), algebra(), (), (before,), before.assumptions)
    with pytest.raises(StatementError, match="under more assumptions"):
        one.line(claim, algebra(), (), (before,), ())
    with pytest.raises(StatementError, match="one value of t only"):
        one.at(before, {t: t + 1})
    for around in ((), (ge(x, 0),)):
        unproved = one.unproved(eq(y[0], 0), around)
        step_, _ = one.line(claim, algebra(), (), (), before.assumptions)
        assert not step_.sure
        with pytest.raises(StatementError, match=r"rests on other assumptions|no line of the proof"):
            one.theorem("zero", claim, (one.induction(unproved, step_, before, t),))


def test_a_hypothesis_does_not_leave_its_induction():
    proof = Proof((), Search())
    claim = eq(y[t], y[t])
    before = proof.hypothesis(claim, t)
    with pytest.raises(StatementError, match="outside of its induction"):
        proof.cases(ge(t, 1), before, proof.unproved(before.statement, (lt(t, 1),)))
    base, _ = proof.line(eq(y[0], y[0]), algebra(), (), (), ())
    step_, _ = proof.line(claim, algebra(), (), (before,), before.assumptions)
    assert step_.pending and not proof.induction(base, step_, before, t).pending
    with pytest.raises(StatementError, match="are its claim at"):
        proof.induction(base, proof.line(eq(y[t], 1), algebra(), (), (), before.assumptions)[0], before, t)


def test_a_limit_in_a_parameter_uses_no_single_value():
    M = natural("M")
    fact, known = assume(eq(a[M], 3)), assume(eq(limit(a[M], M), z))
    refused(step(eq(limit(a[M], M), 3), by=limits(fact)), given=(fact,))
    refused(step(eq(z, 3), by=passage_to_limit(fact, known)), given=(fact, known))


def test_a_limit_that_exists_under_an_assumption_only():
    r = nonnegative("r")
    update = recurrence(y[t], r * y[t - 1], start={0: 1})
    closed = induction(eq(y[t], r**t), over=t, base=definition(update), step=definition(update) & algebra(HYPOTHESIS))
    small = step(eq(limit(y[t], t), 0).given(r < 1), by=limits(closed))
    exists = step(eq(limit(y[t], t), limit(y[t], t)), by=algebra(small))
    refused(closed, small, exists, given=(update,))


def test_passage_to_the_limit_forgets_what_is_assumed_of_the_index():
    l_ = real("l")
    slow, known = assume(eq(y[t], 1 / (1 + Maximum(t - 5, 0)))), assume(eq(limit(y[t], t), l_))
    refused(step(eq(l_, 1).given(t <= 5), by=passage_to_limit(slow, known)), given=(slow, known))
    other = index("u")
    late = assume(eq(w[other], c).given(other >= 5))
    refused(step(eq(w[other], c), by=passage_to_limit(late, known)), given=(late, known))


def test_functions_of_the_past_have_components():
    mu, x_ = random_family("mu", arity=2), random_family("x_", arity=2, first=1)
    update, apart = recurrence(mu[t, i], mu[t - 1, i] + x_[t, i], start={0: 0}), independent_across(x_, s)
    past = step(function_of(mu[t, i], x_), by=function_of_past(update))
    refused(
        past,
        step(independent(mu[t - 1, 0], x_[t, 1], when=(t >= 1,)), by=disjoint_blocks(past, apart)),
        given=(update, apart),
    )
    shifted = recurrence(mu[t, i], mu[t - 1, i - 1] + x_[t, i], start={0: 0})
    refused(step(function_of(mu[t, i], x_), by=function_of_past(shifted)), given=(shifted,))


def test_renaming_captures_nothing():
    p = index("p", at_least=1)
    total = define(y[p], Sum(a[j], (j, 1, n)))
    wrong = eq(
        Sum(Sum(Minimum(a[k], y[i]), (k, 1, n)), (i, 0, 1)),
        Sum(Minimum(a[k], y[0]), (k, 1, n)) + Sum(Minimum(a[k], n * a[k]), (k, 1, n)),
    )
    refused(step(wrong, by=sums() & definition(total)), given=(total,))


def test_there_is_one_infinity():
    free = index("t", at_least=None)
    wrong = eq(limit(2 * free, free), 2 * limit(free, free))
    for copied in (wrong, pickle.loads(pickle.dumps(wrong)), copy.deepcopy(wrong)):
        refused(step(copied, by=limits()))


@pytest.mark.parametrize(
    "undefined", [SquareRoot(x), 0 * Logarithm(x), product(1 / x, s, 1, 3)], ids=["root", "logarithm", "product"]
)
def test_functions_say_where_they_are_defined(undefined):
    refused(step(eq(undefined, undefined), by=algebra()))


def test_a_fact_does_not_support_itself():
    whole = integer("m")
    fact = assume(ge(Sum(1, (s, 1, whole)), 0))
    refused(step(ge(whole, 0), by=sums(fact)), given=(fact,))
    refused(step(eq(whole, 0).given(eq(Sum(1, (s, 1, whole)), 0)), by=sums()))


def test_a_binder_reaches_into_no_recurrence():
    B = natural("B", at_least=1)
    update = recurrence(y[t], y[t - 1] + 1 / B, start={0: 0})
    with pytest.raises(StatementError, match="is bound in"):
        judged(step(eq(limit(y[1], B), 1 / B), by=limits(update.at(1))), given=(update,))


@pytest.mark.parametrize(
    "claim, facts",
    [
        (eq(nonnegative("x0"), 0), (assume(t * nonnegative("x0") <= 1),)),
        (eq(y[0], 0), (assume(eq(y[t], w[t + 100])), assume(eq(w[k], 0)))),
        (eq(c, 0), (assume(eq(c * Maximum(t - 40, 0), 0)),)),
    ],
    ids=["small for all t", "far away", "late"],
)
def test_a_true_claim_is_not_refuted_by_what_was_seen_up_to_some_index(claim, facts):
    assert judge(Refutation(name="true-claim", claim=claim, given=facts)).verdict == "undecided"


def test_an_erratum_has_to_be_seen_wrong():
    right = step(eq(x + x, 2 * x), by=algebra())
    true_but_hard = erratum(step(ge(2**n, n), by=algebra()), correction=right)
    report = judge(Derivation(name="true-erratum", claim=right.statement, proof=(right,), errata=(true_but_hard,)))
    assert report.verdict == "undecided" and report.theorem is None


def test_a_chain_rule_does_not_feel_the_assumptions_at_the_point():
    B, loss, G = natural("B", at_least=1), function("L")(), family("G", first=1)
    inner = define(a[s], x * x * w[s])
    chain = differentiable(loss, a[s], ((s, 1, B),), G[s])
    refused(step(eq(Partial(loss, x), 0).given(eq(x, 3)), by=differentiation(chain, inner)), given=(chain, inner))


def test_a_definition_names_the_indices_that_it_depends_on():
    with pytest.raises(StatementError, match="give it t as an index"):
        define(z, t**2)


def test_a_derivative_at_a_fixed_value_counts_from_zero():
    one_up = real("x1", at_least=1)
    refused(step(eq(Partial(one_up**2, one_up), 8).given(eq(one_up, 3)), by=differentiation()))
    assert judged(step(eq(Partial(one_up**2, one_up), 6).given(eq(one_up, 3)), by=differentiation())).theorem


@pytest.mark.parametrize(
    "fact, wrong",
    [
        (assume(eq(z, 1).given(eq(x / x, 1))), eq(z, 1)),
        (assume(ge(z, 1).given(ge(x / x, 1))), ge(z, 1)),
        (assume(eq(E(X[s]), c).given(eq(x / x, 1))), eq(E(X[1]), c)),
    ],
    ids=["equation", "inequality", "moment"],
)
def test_a_fact_whose_assumption_may_be_undefined(fact, wrong):
    refused(step(wrong, by=algebra(fact) & moments(fact)), given=(fact,))


def test_a_need_is_not_met_by_an_assumption_with_the_same_need():
    whole = integer("W")
    ones = Sum(1, (s, 1, whole))
    refused(step(eq(whole + 0 * ones, 0).given(eq(ones, 0)), by=sums()))


def test_what_holds_for_some_outcomes_says_nothing_about_moments():
    Z, Y = random_variable("Z"), random_variable("Y")
    same = EqualTo(Z, Y)
    refused(step(eq(same * E(same), same), by=linearity() & cases()))
    refused(step(eq(same * E(Z * Y), same * E(Z**2)), by=linearity() & cases()))
    refused(step(eq(EqualTo(Z, c) * E(c * Z), EqualTo(Z, c) * E(Z**2)), by=linearity() & cases()))
    assert judged(step(eq(same * Z * E(Y), same * E(Y) * Z), by=linearity() & cases())).theorem
    assert judged(step(eq(EqualTo(Z, c) * Z, EqualTo(Z, c) * c), by=cases())).theorem


@pytest.mark.parametrize("place", [c, natural("m") / 2, random_variable("Z")], ids=["real", "half", "random"])
def test_an_index_is_picked_by_integers_only(place):
    refused(step(eq(Sum(EqualTo(s, place), (s, 0, 9)), 1).given(ge(place, 0), place <= 9), by=sums() & cases()))


@pytest.mark.parametrize("place", [s + s * s, s - s * s, s + Minimum(s, 3)], ids=["up", "down", "minimum"])
def test_a_moment_is_matched_by_an_index_that_occurs_once(place):
    known = assume(eq(E(random_family("Q")[place]), c * s))
    refused(step(eq(E(random_family("Q")[5]), E(random_family("Q")[4]) + c), by=moments(known)), given=(known,))


def test_the_index_of_a_closed_product_is_no_index_outside_of_it():
    own = Index("'k1", "integer")
    same, x = EqualTo(own, k), family("x")
    apart, together = product(x[s] * w[k], s, 1, n), product(x[s] * w[s], s, 1, n)
    refused(step(eq(same * apart, same * together), by=cases()))
    assert judged(step(eq(same * apart, same * product(w[k] * x[s], s, 1, n)), by=cases())).theorem
