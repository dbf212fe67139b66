"""Each kind of experiment accepts the true claim, rejects the near-miss, and does not pass a wrong claim."""

from __future__ import annotations

import json
import re
from fractions import Fraction

import pytest

from sgdproofs.experiments import run
from sgdproofs.language.derivation import Refutation, branches, calc, induction, row, step
from sgdproofs.language.errors import StatementError
from sgdproofs.language.experiments import discrete, einsum, exact, monte_carlo, normal, normal_vector, precision
from sgdproofs.language.facts import Given, assume, identical_across, independent_across, recurrence
from sgdproofs.language.statements import eq, ge, independent, le, loops, not_determined
from sgdproofs.language.terms import E, Minimum, Sum, Var, family, index, limit, positive, random_family, real

from .conftest import Reason, entry


def only(name, claim, given, experiment):
    (result,) = run(entry(name, claim, given, experiment))
    return result


def accepted(result):
    assert result.passed, str(result)
    assert result.near_miss_rejected
    assert result.summary and json.loads(result.as_json())["passed"]


def refused(result):
    assert not result.passed, str(result)


# --- the seed's results ----------------------------------------------------------------------------------


def test_running_average_finite(ema):
    at = {ema.N: Fraction(7, 2), ema.sigma2: 3, ema.t: (1, 5, 20)}
    for experiment in (
        exact(near_miss=ema.finite_miss, facts_dropped=(ema.iid,)),
        precision(near_miss=ema.finite_miss, at={ema.N: (Fraction(7, 2), 1)}),
        monte_carlo(near_miss=ema.finite_miss, at=at, facts_dropped=(ema.iid,)),
    ):
        accepted(only("ema", ema.finite, ema.given, experiment))


def test_running_average_limit(ema):
    at = {ema.N: Fraction(7, 2), ema.sigma2: 3}
    for experiment in (
        precision(near_miss=ema.limit_miss, at=at),
        monte_carlo(near_miss=ema.limit_miss, at=at, facts_dropped=(ema.iid,)),
        monte_carlo(
            near_miss=ema.limit_miss, at={ema.N: 2}, law={ema.x: discrete({-1: Fraction(1, 4), 2: Fraction(3, 4)})}
        ),
    ):
        accepted(only("ema-limit", ema.limit, ema.given, experiment))


def test_minibatch_covariance(minibatch):
    m = minibatch
    law = {m.ghat: normal_vector((1, -2), ((2, Fraction(1, 2)), (Fraction(1, 2), 1)))}
    for experiment in (
        exact(near_miss=m.miss, facts_dropped=(m.iid,)),
        precision(near_miss=m.miss, at={m.B: (1, 4)}),
        monte_carlo(near_miss=m.miss, at={m.B: 4}, law=law, facts_dropped=(m.iid,)),
    ):
        result = only("minibatch", m.claim, m.given, experiment)
        accepted(result)
    assert len(result.data["points"]) == 4  # [i, j] over two components


def test_weighted_sum(weighted):
    w = weighted
    for experiment in (
        exact(near_miss=w.miss, facts_dropped=(w.iid,)),
        precision(near_miss=w.miss, at={w.n: (1, 5), w.alpha: (2, -1, Fraction(1, 3), 1, 4)}),
        monte_carlo(near_miss=w.miss, at={w.n: 4}, facts_dropped=(w.iid,)),
    ):
        accepted(only("weighted", w.claim, w.given, experiment))


def test_two_variables(two):
    law = {two.x: normal(1, 2), two.y: normal(-1, 5)}
    for experiment in (
        exact(near_miss=two.miss, facts_dropped=(two.apart,)),
        precision(near_miss=two.miss),
        monte_carlo(near_miss=two.miss, facts_dropped=(two.apart,)),
        monte_carlo(law=law, facts_dropped=(two.apart,)),
    ):
        accepted(only("two", two.claim, two.given, experiment))


def test_bias_correction(constant_input):
    c = constant_input
    for experiment in (exact(near_miss=c.bias_miss), precision(near_miss=c.bias_miss, at={c.N: (1, 3, 30)})):
        accepted(only("bias", c.bias, c.corrected, experiment))


def test_momentum_limit_takes_as_many_steps_as_it_needs(constant_input):
    c = constant_input
    result = only("momentum", c.limit, c.momentum, precision(near_miss=c.limit_miss, at={c.N: (1, 3, 30)}))
    accepted(result)
    assert result.data["steps"] > 1000


def test_gradient_as_sums_and_loops(layer):
    s = layer
    shown = loops(s.order, s.total[s.j, s.i], 1 / s.B * s.slope[s.b, s.j] * s.x[s.b, s.i])
    wrong = loops(s.order, s.total[s.j, s.i], s.slope[s.b, s.j] * s.x[s.b, s.i])
    for experiment in (
        exact(near_miss=s.miss),
        precision(near_miss=s.miss, at={s.B: 3}),
        einsum(shown, near_miss=wrong),
    ):
        accepted(only("gradient", s.claim, s.given, experiment))
    refused(only("gradient", s.claim, s.given, einsum(shown, near_miss=shown)))


def test_identity_of_every_sample(ema):
    y = random_family("y", first=0)
    given = (ema.update, recurrence(y[ema.t], (1 - 1 / ema.N) * y[ema.t - 1] + ema.x[ema.t], start={0: 0}))
    claim, miss = eq(y[ema.t], ema.N * ema.mu[ema.t]), eq(y[ema.t], ema.mu[ema.t])
    for experiment in (
        exact(near_miss=miss),
        precision(near_miss=miss),
        monte_carlo(near_miss=miss, at={ema.t: (1, 9)}),
    ):
        accepted(only("same-path", claim, given, experiment))
        refused(only("same-path", eq(y[ema.t], (ema.N + 1) * ema.mu[ema.t]), given, experiment))


def test_not_determined():
    G, b = family("G", first=1), index("b", at_least=1)
    mean, square = Sum(G[b], (b, 1, 2)) / 2, Sum(G[b] ** 2, (b, 1, 2)) / 2
    points = ({G[1]: 0, G[2]: 0}, {G[1]: 1, G[2]: -1})
    good, bad = not_determined(square, mean, *points), not_determined(2 * mean, mean, *points)
    accepted(only("square", good, (), exact(near_miss=bad)))
    refused(only("square", bad, (), exact(near_miss=good)))


@pytest.mark.parametrize("kind", ["closed", "slow", "point"])
def test_limits_without_geometric_decay(kind):
    N, x, t, s, e = real("N", at_least=1), random_family("x"), index("t"), index("s"), positive("eta0")
    given = (independent_across(x, t), identical_across(x, t))
    body, variable, point, value = {
        "closed": (N / (2 * N - 1), N, None, Fraction(1, 2)),
        "slow": (Var(Sum(x[s], (s, 1, t)) / t), t, None, 0),
        "point": ((e + 2) / (3 * e + 1), e, 0, 2),
    }[kind]
    said = limit(body, variable) if point is None else limit(body, variable, point)
    accepted(only("limit", eq(said, value), given, precision(near_miss=eq(said, value + 1))))
    refused(only("limit", eq(said, value + Fraction(1, 10**30)), given, precision(near_miss=eq(said, value + 1))))


def test_a_refuted_claim_exchanges_the_roles(weighted):
    w = weighted
    printed = Refutation(
        name="as-printed",
        claim=w.miss,
        given=w.given,
        experiments=(exact(near_miss=w.claim), monte_carlo(near_miss=w.claim, at={w.n: 3})),
    )
    for result in run(printed):
        accepted(result)


# --- what must not pass ----------------------------------------------------------------------------------


def test_wrong_claims_pass_nothing(ema, minibatch, weighted, two, constant_input):
    small, spread = 2**16, Var(ema.mu[ema.t])
    wrong = [
        (
            ema.given,
            eq(spread, ema.sigma2 / (2 * ema.N + 1) * (1 - (1 - 1 / ema.N) ** (2 * ema.t))),
            ema.finite_miss,
            {},
        ),
        (ema.given, eq(spread, ema.sigma2 / (2 * ema.N - 1) * (1 - (1 - 1 / ema.N) ** ema.t)), ema.finite_miss, {}),
        (minibatch.given, minibatch.miss, eq(*reversed(minibatch.claim.args[:2])), {minibatch.B: 3}),
        (weighted.given, weighted.miss, weighted.claim, {weighted.n: 3}),
        (two.given, two.miss, two.claim, {}),
        (two.given, eq(Var(two.a * two.x), two.a * Var(two.x)), two.miss, {}),
    ]
    for given, claim, miss, at in wrong:
        for experiment in (
            exact(near_miss=miss),
            precision(near_miss=miss, at=at),
            monte_carlo(near_miss=miss, at=at, samples=small),
        ):
            result = only("wrong", claim, given, experiment)
            refused(result)
            assert "not run" not in result.summary
    c = constant_input
    refused(only("wrong", c.bias_miss, c.corrected, exact(near_miss=c.bias)))
    refused(only("wrong", c.limit_miss, c.momentum, precision(near_miss=c.limit)))


def test_a_near_miss_that_is_true_or_too_near_is_no_check(two):
    for experiment in (exact(near_miss=two.claim), precision(near_miss=two.claim), monte_carlo(near_miss=two.claim)):
        result = only("two", two.claim, two.given, experiment)
        refused(result)
        assert "NOT rejected" in result.summary or "NO POWER" in result.summary
    close = eq(two.claim.lhs, two.claim.rhs * (1 + Fraction(1, 10**4)))  # too near for so few samples
    refused(only("two", two.claim, two.given, monte_carlo(near_miss=close, samples=2**12)))
    accepted(only("two", two.claim, two.given, exact(near_miss=close)))
    accepted(only("two", two.claim, two.given, precision(near_miss=close)))


def test_one_wrong_line_fails_the_exact_experiment(ema):
    by = Reason()
    good = eq(ema.mu[1], ema.x[1] / ema.N)
    bad = eq(ema.mu[1], ema.x[1])
    inside = [
        (step(bad, by=by),),
        (calc(ema.mu[1], row(ema.x[1] / ema.N, by=by), row(ema.x[1], by=by)),),
        (induction(ema.finite, over=ema.t, base=(step(bad, by=by),), step=(step(good, by=by),)),),
        (induction(ema.finite, over=ema.t, base=(step(good, by=by),), step=(step(bad, by=by),)),),
        (branches(good, (eq(ema.N, 1), (step(bad, by=by),)), (ema.N > 1, (step(bad, by=by),))),),
    ]
    for proof in inside:
        (result,) = run(entry("lines", ema.finite, ema.given, exact(near_miss=ema.finite_miss), proof=proof))
        refused(result)
        assert "FAILS" in result.summary
    fine = (branches(good, (eq(ema.N, 1), (step(bad, by=by),)), (ema.N > 1, (step(good, by=by),))),)
    (result,) = run(entry("lines", ema.finite, ema.given, exact(near_miss=ema.finite_miss), proof=fine))
    accepted(result)


def test_givens_that_do_not_hold_are_reported(ema):
    law = {ema.x: normal(0, 2)}
    for experiment in (
        precision(near_miss=ema.finite_miss, at={ema.sigma2: 3}, law=law),
        monte_carlo(near_miss=ema.finite_miss, at={ema.sigma2: 3}, law=law),
    ):
        result = only("ema", ema.finite, ema.given, experiment)
        refused(result)
        assert "does not hold in the setting" in result.summary


def test_independence_is_not_assumed(ema):
    given = (ema.update, ema.spread)  # nothing says that the draws are independent
    for experiment in (
        exact(near_miss=ema.finite_miss),
        precision(near_miss=ema.finite_miss),
        monte_carlo(near_miss=ema.finite_miss, at={ema.t: 5}),
    ):
        refused(only("dependent", ema.finite, given, experiment))


def test_values_outside_a_domain_and_steps_that_are_too_few(ema):
    assert (
        "outside its domain"
        in only("ema", ema.finite, ema.given, precision(near_miss=ema.finite_miss, at={ema.N: Fraction(1, 2)})).summary
    )
    early = only("ema", ema.limit, ema.given, monte_carlo(near_miss=ema.limit_miss, at={ema.N: 10}, steps=5))
    refused(early)
    slow = only("ema", ema.limit, ema.given, precision(near_miss=ema.limit_miss, at={ema.N: 1000}, steps=10))
    refused(slow)


def test_a_deterministic_claim_is_not_simulated(constant_input):
    c = constant_input
    result = only("bias", c.bias, c.corrected, monte_carlo(near_miss=c.bias_miss))
    refused(result)
    assert "no random quantity" in result.summary


def test_data_is_checked_when_written(two):
    for write in (
        lambda: exact(),
        lambda: monte_carlo(),
        lambda: precision(near_miss=two.claim, at={two.a: 0.5}),
        lambda: discrete({0: Fraction(1, 2)}),
        lambda: normal_vector((0, 0), ((1,),)),
        lambda: monte_carlo(near_miss=two.claim, law={two.a: normal(0, 1)}),
        lambda: monte_carlo(near_miss=two.claim, samples=10),
    ):
        with pytest.raises(StatementError):
            write()


def test_a_mean_needs_no_independence(ema):
    m = real("m")
    given = (ema.update, assume(eq(E(ema.x[ema.t]), m)))
    claim = eq(E(ema.mu[ema.t]), m * (1 - (1 - 1 / ema.N) ** ema.t))
    miss = eq(E(ema.mu[ema.t]), m)
    for experiment in (
        exact(near_miss=miss),
        precision(near_miss=miss),
        monte_carlo(near_miss=miss, at={ema.t: 4, m: 2}),
    ):
        accepted(only("mean", claim, given, experiment))


def test_each_statement_is_tested_under_its_own_assumptions(constant_input):
    c, s = constant_input, index("s")
    x = family("x", first=1)
    given = (
        recurrence(c.y[c.t], (1 - 1 / Minimum(c.t, c.N)) * c.y[c.t - 1] + 1 / Minimum(c.t, c.N) * x[c.t], start={0: 0}),
    )
    claim = eq(c.y[c.t], 1 / c.t * Sum(x[s], (s, 1, c.t))).given(ge(c.t, 1), le(c.t, c.N))
    too_far = eq(claim.lhs, claim.rhs).given(ge(c.t, 1))  # true up to N, and only there
    for experiment in (exact(near_miss=too_far), precision(near_miss=too_far)):
        accepted(only("plain-mean", claim, given, experiment))
        refused(only("plain-mean", too_far, given, experiment))


def test_an_equation_that_gives_a_parameter_by_itself_is_solved(ema):
    v = real("v")
    fixed_point = assume(eq(v, (1 - 1 / ema.N) ** 2 * v + ema.sigma2 / ema.N**2))
    claim, miss = eq(v, ema.sigma2 / (2 * ema.N - 1)), eq(v, ema.sigma2 / (2 * ema.N))
    for experiment in (exact(near_miss=miss), precision(near_miss=miss, at={ema.N: (1, Fraction(7, 2), 40)})):
        accepted(only("fixed-point", claim, (fixed_point,), experiment))


def test_dropped_facts_are_tested_on_the_finite_lines_of_a_limit(ema):
    proof = (step(ema.finite, by=Reason()), step(ema.limit, by=Reason()))
    (result,) = run(
        entry("limit", ema.limit, ema.given, exact(near_miss=ema.finite_miss, facts_dropped=(ema.iid,)), proof=proof)
    )
    accepted(result)
    assert "1 of 3 statements holds exactly (all but 2 with limits)" in result.summary
    assert re.search("; without .* a line fails in [0-9]+ of ", result.summary)


def test_facts_that_do_not_bear_on_the_claim_are_not_asked_for(ema):
    other, w = random_family("other"), real("w")
    idle = (assume(eq(Var(other[ema.t]), w)), assume(eq(w, -1)))  # no law has it, and the claim does not mention it
    accepted(only("ema", ema.finite, (*ema.given, *idle), precision(near_miss=ema.finite_miss)))
    busy = (*ema.given, assume(eq(ema.sigma2, E(ema.x[1]) - 1)), assume(eq(E(ema.x[1]), 0)))
    refused(only("ema", ema.finite, busy, precision(near_miss=ema.finite_miss)))


def test_chosen_numbers_respect_stated_bounds(ema):
    h, i = family("h", first=1), index("i", at_least=1)
    bounds = (assume(h[i] > 0), assume(eq(ema.N, ema.N)))
    claim, miss = eq(h[i] / h[i], 1), eq(h[i] / h[i], 2)
    accepted(only("bounds", claim, bounds, precision(near_miss=miss)))


def test_a_draw_that_is_independent_of_the_past_is_drawn_afresh(ema):
    fresh = Given(independent(ema.mu[ema.t - 1], ema.x[ema.t]))
    given = (ema.update, fresh, ema.spread)
    for experiment in (
        precision(near_miss=ema.finite_miss),
        monte_carlo(near_miss=ema.finite_miss, at={ema.t: 5, ema.N: 3}, facts_dropped=(fresh,)),
    ):
        accepted(only("fresh", ema.finite, given, experiment))
