"""The generator of models: facts by construction, and no more than the facts."""

from __future__ import annotations

from fractions import Fraction as F
from itertools import islice

import pytest

from sgdproofs.language.facts import (
    Given,
    assume,
    cited_theorem,
    define,
    differentiable,
    identical_across,
    independent_across,
    pairwise_independent_across,
    recurrence,
    uncorrelated_across,
)
from sgdproofs.language.statements import eq, ge, gt, independent, le, ne
from sgdproofs.language.terms import (
    Cov,
    E,
    Partial,
    Sum,
    Var,
    family,
    function,
    index,
    integer,
    limit,
    natural,
    nonnegative,
    positive,
    random_family,
    random_variable,
    real,
)
from sgdproofs.meaning import NotEvaluable, fact_holds, holds, in_domain, value
from sgdproofs.models import drafts, models, read_facts, small_values, verified

N, sigma2, v = real("N", at_least=1), positive("sigma2"), real("v")
B, n = natural("B", at_least=1), natural("n", at_least=1)
t, b, i, j = (index(name, at_least=1) for name in "tbij")
x, mu = random_family("x", first=1), random_family("mu", first=0)
ghat, g, S = random_family("ghat", arity=2), family("g"), family("S", arity=2)
update = recurrence(mu[t], (1 - 1 / N) * mu[t - 1] + x[t] / N, start={0: 0})
variance = assume(eq(Var(x[t]), sigma2))
batch = (
    independent_across(ghat, b),
    identical_across(ghat, b),
    assume(eq(E(ghat[b][i]), g[i])),
    assume(eq(Cov(ghat[b][i], ghat[b][j]), S[i, j])),
)
average = Sum(ghat[b][i], (b, 1, B)) / B


@pytest.mark.parametrize(
    ("parameter", "size", "first"),
    [
        (N, False, 1),
        (n, True, 1),
        (natural("k"), True, 0),
        (positive("p"), False, 1),
        (nonnegative("p"), False, 0),
        (real("r"), False, 0),
        (integer("z"), False, 0),
        (integer("z", at_most=-2), False, -5),
        (real("q", above=0, below=1), False, F(1, 2)),
        (real("q", at_least=0, at_most=1), False, 0),
        (real("q", above=F(1, 2)), False, F(3, 2)),
        (real("q", below=-1), False, -2),
    ],
)
def test_small_values_begin_at_the_boundary(parameter, size, first):
    found = small_values(parameter, size)
    assert found[0] == first
    assert len(found) > 2
    assert all(in_domain(parameter, number) for number in found)


law = function("law")

SETTINGS = {
    "iid": ((eq(Var(mu[t]), sigma2),), (update, independent_across(x, t), identical_across(x, t), variance)),
    "independent": ((eq(Var(mu[t]), sigma2),), (update, independent_across(x, t), variance)),
    "pairwise": ((eq(Var(mu[t]), sigma2),), (update, pairwise_independent_across(x, t), variance)),
    "uncorrelated": ((eq(Var(mu[t]), sigma2),), (update, uncorrelated_across(x, t), variance)),
    "dependent": ((eq(Var(mu[t]), sigma2),), (update, variance)),
    "unit variance": ((eq(Var(mu[t]), sigma2),), (update, assume(eq(E(x[t]), 0)), assume(eq(Var(x[t]), 2)))),
    "second moment": (
        (eq(E(x[1] ** 2), v),),
        (independent_across(x, t), assume(eq(E(x[t] ** 2), v)), assume(eq(E(x[t]), 1))),
    ),
    "batch": ((eq(Cov(average, average), S[i, i] / B),), batch),
    "fixed point": ((eq(v, 0),), (assume(eq(v, (1 - 1 / N) ** 2 * v + sigma2 / N**2)),)),
    "weights": ((eq(Sum(g[i], (i, 1, n)), 1),), (assume(eq(Sum(g[i], (i, 1, n)), 1)), assume(ge(g[i], 0)))),
    "order": ((eq(v, N),), (assume(le(v, N)), assume(ne(v, 0)), assume(gt(N * v, 1)))),
    "past": (
        (eq(E(x[1] * mu[1]), 0),),
        (
            update,
            Given(independent(mu[t - 1], x[t])),
        ),
    ),
    "random constant": ((eq(mu[t], v),), (update, assume(eq(x[t], v)))),
    "theorem": ((eq(v, N),), (cited_theorem("T", source="S", conclusion=eq(law(v, N), law(N, N))),)),
    "function": ((eq(law(v, N), 0),), (assume(gt(law(N, N), law(v, N))),)),
}


@pytest.mark.parametrize("name", SETTINGS)
@pytest.mark.parametrize("seed", [0, 1])
def test_facts_hold_in_most_drafts(name, seed):
    statements, facts = SETTINGS[name]
    facts = read_facts(facts)
    tried = list(islice(drafts(statements, facts, seed=seed), 30))
    good = [d for d in tried if d is not None and verified(d, facts)]
    assert len(good) >= 10, f"{len(good)} of {len(tried)}"
    for draft in good:
        assert all(fact_holds(f, draft.model, draft.reach) for f in facts)
        for statement in statements:
            holds(statement, draft.model)  # everything that the statement asks for is there


def test_the_same_seed_gives_the_same_models():
    statements, facts = SETTINGS["batch"]

    def seen(seed: int) -> list:
        return [(m.parameters, m.probabilities, m.values) for m in models(statements, facts, seed=seed, count=12)]

    assert seen(3) == seen(3)
    assert seen(3) != seen(4)
    assert len(seen(3)) == 12


def _some(statements, facts, wanted, count=40):
    return [m for m in models(statements, facts, count=count) if wanted(m)]


def test_weak_facts_do_not_become_independence():
    three = (eq(E(x[1] * x[2] * x[3]), 0),)
    together = independent(x[1], x[2], x[3])
    pairwise, uncorrelated = pairwise_independent_across(x, t), uncorrelated_across(x, t)
    assert _some(three, (pairwise,), lambda m: not holds(together, m))
    assert _some(three, (uncorrelated,), lambda m: not holds(independent(x[1], x[2]), m))
    assert _some(three, (uncorrelated,), lambda m: holds(together, m))
    assert not _some(three, (independent_across(x, t),), lambda m: not holds(together, m))


def test_without_facts_there_is_dependence():
    u, w = random_variable("u"), random_variable("w")
    both = (eq(E(u * w), 0),)
    assert _some(both, (), lambda m: value(u, m) == value(w, m) and value(Var(u), m) > 0)
    assert _some(both, (), lambda m: value(Cov(u, w), m) < 0)
    assert _some(both, (), lambda m: value(Cov(u, w), m) == 0 and not holds(independent(u, w), m))
    assert not _some(both, (Given(independent(u, w)),), lambda m: not holds(independent(u, w), m))


def test_laws_differ_unless_they_are_identical():
    said = (eq(E(x[1]), E(x[2])),)
    assert _some(said, (independent_across(x, t),), lambda m: value(Var(x[1]), m) != value(Var(x[2]), m))
    assert not _some(said, (identical_across(x, t),), lambda m: not holds(said[0], m))
    assert _some(said, (identical_across(x, t),), lambda m: not holds(independent(x[1], x[2]), m))


def test_components_are_correlated():
    assert _some((eq(Cov(ghat[1][1], ghat[1][2]), 0),), batch, lambda m: value(Cov(ghat[1][1], ghat[1][2]), m) != 0)
    assert all(
        value(S[1, 2], m) == value(Cov(ghat[2][1], ghat[2][2]), m)
        for m in models((eq(E(ghat[2][1] + ghat[2][2]), E(average)),), batch, count=10)
    )


def test_fixed_values_are_kept():
    statements, facts = SETTINGS["iid"]
    found = list(models(statements, facts, fixed={N: F(5, 2), sigma2: 3, t: 2}, count=5))
    assert len(found) == 5
    assert all(m.parameters[N] == F(5, 2) and m.parameters[t] == 2 and value(Var(x[1]), m) == 3 for m in found)


def test_free_indices_and_assumptions():
    found = list(models((eq(g[i], g[j]).given(ne(i, j), le(i, n)),), (), count=8))
    assert found
    assert all(m.parameters[i] != m.parameters[j] and m.parameters[i] <= m.parameters[n] for m in found)
    assumed = list(models((eq(v, N).given(eq(v, 2 * N)),), (), count=5))
    assert len(assumed) == 5
    apart = (eq(v, 1).given(le(v, 0)), eq(v, 2).given(gt(v, 0)))
    assert len(list(models(apart, (), count=6))) == 6


def test_facts_reach_every_element_that_is_used():
    """A fact about g[i] is verified for all summands, not only for the first few."""
    for model in models((eq(Sum(g[i], (i, 1, 7)), 0),), (assume(eq(g[i], i * N)),), count=4):
        assert value(g[7], model) == 7 * model.parameters[N]


def test_chain_rules():
    loss, out, slope, weights = function("L")(), family("y"), family("dy"), family("W")
    facts = (define(out[b], weights[1] * b), differentiable(loss, out[b], ((b, 1, B),), slope[b]))
    said = eq(Partial(loss, weights[1]), Sum(slope[b] * b, (b, 1, B)))
    found = list(models((said,), facts, count=10))
    assert len(found) == 10
    assert all(holds(said, m) for m in found)


def test_limits_are_refused():
    with pytest.raises(NotEvaluable):
        next(models((eq(v, 1),), (define(v, limit(Var(mu[t]), t)),)))


def test_contradictory_facts_have_no_models():
    assert not list(models((eq(v, 1),), (assume(gt(v, 1)), assume(le(v, 1))), count=3))
