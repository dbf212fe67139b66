"""The refuter: false statements get small witnesses that replay, true ones never do."""

from __future__ import annotations

import json
import time
from fractions import Fraction as F

import pytest

from sgdproofs.language.facts import (
    Given,
    assume,
    define,
    identical_across,
    independent_across,
    pairwise_independent_across,
    recurrence,
    uncorrelated_across,
)
from sgdproofs.language.statements import (
    eq,
    function_of,
    ge,
    independent,
    le,
    loops,
    lt,
    ne,
    not_determined,
)
from sgdproofs.language.terms import (
    Cov,
    E,
    Minimum,
    Sum,
    Var,
    family,
    function,
    index,
    limit,
    natural,
    nonnegative,
    positive,
    random_family,
    random_variable,
    real,
)
from sgdproofs.refute import replay, search

a, b, k, y, v, c = (real(name) for name in ("a", "b", "k", "y", "v", "c"))
N, sigma2, spread = real("N", at_least=1), positive("sigma2"), nonnegative("Sigma_g")
n, B = natural("n", at_least=1), natural("B", at_least=1)
t = index("t", at_least=1)
d, e, i, j = (index(name, at_least=1) for name in ("d", "e", "i", "j"))
x, mu, z = random_family("x", first=1), random_family("mu", first=0), random_family("z")
alpha, g, S = family("alpha"), family("g"), family("S", arity=2)
ghat = random_family("ghat", arity=2)
u, w = random_variable("u"), random_variable("w")

update = recurrence(mu[t], (1 - 1 / N) * mu[t - 1] + x[t] / N, start={0: 0})
inputs = (independent_across(x, t), assume(eq(Var(x[t]), sigma2)))
fixed_point = assume(eq(v, (1 - 1 / N) ** 2 * v + sigma2 / N**2))
points = (independent_across(z, i), assume(eq(Var(z[i]), spread)))
iid = (
    independent_across(ghat, d),
    identical_across(ghat, d),
    assume(eq(E(ghat[d][i]), g[i])),
    assume(eq(Cov(ghat[d][i], ghat[d][j]), S[i, j])),
)
update_sum = Sum(alpha[i] * z[i], (i, 1, n))


def total(place):
    return Sum(ghat[d][place], (d, 1, B))


def mean(place):
    return total(place) / B


def off(draw, place):
    return ghat[draw][place] - g[place]


batch_covariance = E((mean(i) - g[i]) * (mean(j) - g[j]))
double = E(Sum(off(d, i) * off(e, j), (d, 1, B), (e, 1, B))) / B**2
diagonal = Sum(E(off(d, i) * off(d, j)), (d, 1, B))
off_diagonal = Sum(E(off(d, i) * off(e, j)), (d, 1, B), (e, 1, B), distinct=True)
ema = sigma2 / (2 * N - 1) * (1 - (1 - 1 / N) ** (2 * t))

squares = eq(E(x[1] ** 2 * x[2] ** 2), E(x[1] ** 2) * E(x[2] ** 2))
weighted = eq(Var(update_sum), Sum(alpha[i] ** 2, (i, 1, n)) * spread)

FALSE = {
    "problem 6 as printed": (eq(Var(update_sum), Sum(alpha[i], (i, 1, n)) * spread), points),
    "problem 6 without independence": (weighted, points[1:]),
    "fixed point over 2N": (eq(v, sigma2 / (2 * N)), (fixed_point,)),
    "product of means": (eq(E(u * w), E(u) * E(w)), ()),
    "variance of a sum": (eq(Var(u + w), Var(u) + Var(w)), ()),
    "bracket in problem 5": (eq(batch_covariance, E((total(i) - g[i]) * (total(j) - g[j])) / B**2), iid),
    "factor over the first sum only": (eq(double, diagonal / B**2 + off_diagonal), iid[2:3]),
    "x over x": (eq(y / y, 1), ()),
    "quotient of a product": (eq(a / b, k), (assume(eq(a, b * k)),)),
    "cancelled factor": (eq(b, k), (assume(eq(a * b, a * k)),)),
    "closed form": (eq(Var(mu[t]), sigma2 / (2 * N) * (1 - (1 - 1 / N) ** (2 * t))), (update, *inputs)),
    "closed form without independence": (eq(Var(mu[t]), ema), (update, inputs[1])),
    "closed form one step late": (eq(Var(mu[t - 1]), ema), (update, *inputs)),
    "pairwise is not mutual": (
        eq(E(x[1] * x[2] * x[3]), 0),
        (pairwise_independent_across(x, t), assume(eq(E(x[t]), 0))),
    ),
    "uncorrelated is not independent": (squares, (uncorrelated_across(x, t),)),
    "convexity the wrong way": (le(E(u**2), E(u) ** 2), ()),
    "strict where equality can be": (lt(E(u) ** 2, E(u**2)), ()),
    "never zero": (ne(Var(u), 0), ()),
    "a free index": (eq(g[i], g[j]), ()),
    "min": (eq(Minimum(a, b), a), (assume(le(b, a)),)),
    "almost surely": (eq(u, E(u)), ()),
    "empty sum": (ge(Sum(1, (i, 1, natural("m"))), 1), ()),
    "not independent of its input": (independent(x[t], mu[t]), (update, *inputs)),
    "no look-ahead without independence": (independent(x[t], mu[t - 1]), (update,)),
    "looks ahead": (function_of(mu[t], x), (define(mu[t], x[t + 1]),)),
    "case left out": (eq(y / Minimum(y, 1), y).given(ge(y, 0)), ()),
    "undefined function": (eq(function("f")(a), function("f")(b)), ()),
    "wrong limit": (eq(limit(sigma2 / (2 * N - 1) * (1 - (1 - 1 / N) ** (2 * t)), t), sigma2 / (2 * N)), ()),
    "limit over a parameter": (eq(limit(N / (2 * N - 1), N), F(1, 3)), ()),
    "no limit": (eq(limit(a**t, t), 0), (assume(lt(a, 1)),)),
    "loop nest": (loops(((d, 1, B), (i, 1, 2)), g[i], alpha[d]), (define(g[i], B * alpha[1]),)),
}

TRUE = {
    "limit": (eq(limit(sigma2 / (2 * N - 1) * (1 - (1 - 1 / N) ** (2 * t)), t), sigma2 / (2 * N - 1)), ()),
    "limit over a parameter": (eq(limit(N / (2 * N - 1), N), F(1, 2)), ()),
    "geometric": (eq(limit(a**t, t), 0), (assume(lt(a, 1)), assume(lt(-1, a)))),
    "variance of an average": (eq(Var(Sum(z[i], (i, 1, n)) / n), spread / n), points),
    "weighted sum": (weighted, points),
    "weighted sum, pairwise": (weighted, (pairwise_independent_across(z, i), points[1])),
    "weighted sum, uncorrelated": (weighted, (uncorrelated_across(z, i), points[1])),
    "minibatch": (eq(batch_covariance, S[i, j] / B), iid),
    "split of a double sum": (eq(double, diagonal / B**2 + off_diagonal / B**2), ()),
    "factor over the first sum only, with everything": (eq(double, diagonal / B**2 + off_diagonal), iid),
    "closed form": (eq(Var(mu[t]), ema), (update, *inputs)),
    "one step": (eq(Var(mu[t]), (1 - 1 / N) ** 2 * Var(mu[t - 1]) + sigma2 / N**2), (update, *inputs)),
    "fixed point": (eq(v, sigma2 / (2 * N - 1)), (fixed_point,)),
    "no look-ahead": (independent(x[t], mu[t - 1]), (update, *inputs)),
    "function of the past": (function_of(mu[t], x), (update,)),
    "product of means": (eq(E(u * w), E(u) * E(w)), (Given(independent(u, w)),)),
    "covariance": (eq(Var(a * u + b * w), a**2 * Var(u) + b**2 * Var(w) + 2 * a * b * Cov(u, w)), ()),
    "convexity": (ge(E(u**2), E(u) ** 2), ()),
    "Cauchy and Schwarz": (le(Cov(u, w) ** 2, Var(u) * Var(w)), ()),
    "x over x": (eq(N / N, 1), ()),
    "quotient": (eq(a / b, k), (assume(eq(a, b * k)), assume(ne(b, 0)))),
    "fourth moments": (squares, (pairwise_independent_across(x, t),)),
    "identical means": (eq(E(x[1]), E(x[2])), (identical_across(x, t),)),
    "momentum": (
        eq(mu[t], N * z[t]),
        (
            recurrence(mu[t], (1 - 1 / N) * mu[t - 1] + g[t], start={0: 0}),
            recurrence(z[t], (1 - 1 / N) * z[t - 1] + g[t] / N, start={0: 0}),
        ),
    ),
}


@pytest.mark.parametrize("name", FALSE)
def test_false_statements_are_refuted(name):
    statement, facts = FALSE[name]
    began = time.monotonic()
    witness = search(statement, facts)
    assert witness is not None
    assert time.monotonic() - began < 3
    assert replay(witness, statement, facts)
    assert len(witness.model.probabilities) <= 8
    assert len(witness.describe()) < 300
    record = json.loads(json.dumps(witness.as_json()))
    assert replay(record, statement, facts)


@pytest.mark.parametrize("name", TRUE)
@pytest.mark.parametrize("seed", range(3))
def test_true_statements_are_not(name, seed):
    statement, facts = TRUE[name]
    assert search(statement, facts, seed=seed, budget=60, seconds=4) is None


def test_problem_6_is_refuted_quickly_and_readably():
    statement, facts = FALSE["problem 6 as printed"]
    began = time.monotonic()
    witness = search(statement, facts)
    assert time.monotonic() - began < 0.5
    assert witness.model.parameters[n] <= 2
    assert len(witness.model.probabilities) == 4  # two draws: the facts are verified beyond the one that is used
    assert witness.describe() == "n = 1, Sigma_g = 1, alpha[1] = 2, z[1] in {1, -1} equally likely: left 4, right 2"
    halves = search(statement, facts, fixed={n: 2, alpha[1]: F(1, 2), alpha[2]: F(1, 2), spread: 1})
    assert (halves.lhs, halves.rhs) == (F(1, 2), 1)


def test_readable_witnesses():
    names = ("x over x", "product of means", "quotient of a product", "fixed point over 2N")
    said = {name: str(search(*FALSE[name])) for name in names}
    assert said["x over x"] == "y = 0: undefined: division by zero"
    assert said["product of means"] == "(u, w) in {(1, 1), (0, 0)} equally likely: left 1/2, right 1/4"
    assert said["quotient of a product"] == "a = 0, b = 0, k = 0: undefined: division by zero"
    assert said["fixed point over 2N"] == "sigma2 = 1, N = 1: left 1, right 1/2"


def test_the_same_search_finds_the_same_witness():
    statement, facts = FALSE["bracket in problem 5"]
    assert search(statement, facts, seed=5).as_json() == search(statement, facts, seed=5).as_json()


@pytest.mark.parametrize(
    "tamper",
    [
        lambda r: r["parameters"].update(Sigma_g="2"),  # breaks a fact
        lambda r: r["parameters"].update(Sigma_g="-1"),  # outside its domain
        lambda r: r["parameters"].update(n="1/2"),
        lambda r: r["probabilities"].__setitem__(0, "1/3"),  # no probabilities
        lambda r: r["values"].clear(),  # nothing is there
        lambda r: r["parameters"].update(n="7"),  # asks for more than is there
        lambda r: r["parameters"].update(other="7"),  # an unknown symbol
        lambda r: r["reach"].update(i=0),  # facts not verified as far as they are used
        lambda r: r["values"][0].update(value=["2", "1"]),  # a random value for alpha
    ],
)
def test_replay_refuses_a_changed_record(tamper):
    statement, facts = FALSE["problem 6 as printed"]
    record = search(statement, facts).as_json()
    assert replay(record, statement, facts)
    tamper(record)
    assert not replay(record, statement, facts)


def test_replay_refuses_another_statement_or_more_facts():
    statement, facts = FALSE["problem 6 without independence"]
    witness = search(statement, facts)
    assert not replay(witness, statement, (*facts, points[0]))
    assert not replay(witness, eq(1, 1), facts)
    assert not replay(witness, statement.given(lt(spread, 0)), facts)


def test_limits_are_not_guessed():
    assert search(eq(limit(mu[t], t), 1), (update,)) is None
    named = define(v, limit(Var(mu[t]), t))
    assert search(eq(v, 7), (named,)) is None
    assert search(eq(v + a, 7 + a), (named,)) is None
    assert search(eq(c, 7), (named, define(c, v + 1))) is None
    # A definition by a limit of what nothing else speaks of only names a value.
    assert search(eq(a, 7), (named,)) is not None


def test_contradictory_facts_give_no_witness():
    assert search(eq(a, 1), (assume(lt(a, 0)), assume(ge(a, 0)))) is None


def test_facts_are_verified_for_every_summand():
    """All g[i] are 0, so the sum is, however long; a witness may not leave the tail free."""
    for length in (2, 6):
        assert search(eq(Sum(g[i], (i, 1, length)), 0), (assume(eq(g[i], 0)),), budget=60) is None
        computed = define(g[j], alpha[j] - alpha[1])
        assert search(eq(g[length], 0), (computed, assume(eq(g[i], 0))), budget=60) is None
    walk = recurrence(mu[t], mu[t - 1] + x[t], start={0: 0})
    assert search(eq(mu[5], 0), (walk, assume(eq(mu[i], 0))), budget=60) is None
    assert search(eq(mu[5], 0), (walk,), budget=60) is not None


def test_relations_serve_as_facts():
    assert search(eq(a, 2), (eq(a, b), eq(b, 2)), budget=60) is None
    assert search(eq(a, 2), (eq(a, b),)) is not None


def test_time_is_kept():
    began = time.monotonic()
    assert search(*TRUE["minibatch"], budget=10**6, seconds=0.5) is None
    assert time.monotonic() - began < 2


GRAD, GRAD2 = Sum(g[d], (d, 1, 2)) / 2, Sum(g[d] ** 2, (d, 1, 2)) / 2


def test_not_determined():
    same = ({g[1]: 1, g[2]: 1}, {g[1]: 0, g[2]: 2})
    assert search(not_determined(GRAD2, GRAD, *same), ()) is None
    # Two points that do not show it refute nothing: two others may.
    assert search(not_determined(GRAD2, GRAD, {g[1]: 0, g[2]: 2}, {g[1]: 2, g[2]: 0}), ()) is None
    assert search(not_determined(GRAD2, GRAD, {g[1]: 1, g[2]: 1}, {g[1]: 0, g[2]: 3}), ()) is None
    with_definitions = not_determined(alpha[1], alpha[2], *same)
    assert search(with_definitions, (define(alpha[i], Sum(g[d] ** (3 - i), (d, 1, 2)) / 2),)) is None
