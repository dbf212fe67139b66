"""Derivations written by hand, as small as they can be, for the experiments to run on."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from sgdproofs.language.derivation import Derivation, step
from sgdproofs.language.facts import (
    Given,
    assume,
    define,
    differentiable,
    identical_across,
    independent_across,
    recurrence,
)
from sgdproofs.language.statements import eq, ge, independent, le
from sgdproofs.language.terms import (
    Cov,
    E,
    Minimum,
    Partial,
    Sum,
    Var,
    family,
    function,
    index,
    limit,
    natural,
    positive,
    random_family,
    random_variable,
    real,
)


class Reason:
    """Stands where a proof line names its rule; the experiments do not look at it."""

    name, cites = "some reason", ()


def entry(name, claim, given, *experiments, proof=None):
    return Derivation(
        name=name, claim=claim, given=given, proof=proof or (step(claim, by=Reason()),), experiments=experiments
    )


@pytest.fixture
def ema():
    N, sigma2, t, s = real("N", at_least=1), positive("sigma2"), index("t"), index("s", at_least=1)
    x, mu = random_family("x", first=1), random_family("mu", first=0)
    update = recurrence(mu[t], (1 - 1 / N) * mu[t - 1] + 1 / N * x[t], start={0: 0})
    iid, spread = independent_across(x, s), assume(eq(Var(x[s]), sigma2))
    tail = 1 - (1 - 1 / N) ** (2 * t)
    return SimpleNamespace(
        N=N,
        sigma2=sigma2,
        t=t,
        x=x,
        mu=mu,
        update=update,
        iid=iid,
        spread=spread,
        given=(update, iid, spread),
        finite=eq(Var(mu[t]), sigma2 / (2 * N - 1) * tail),
        finite_miss=eq(Var(mu[t]), sigma2 / (2 * N) * tail),
        limit=eq(limit(Var(mu[t]), t), sigma2 / (2 * N - 1)),
        limit_miss=eq(limit(Var(mu[t]), t), sigma2 / (2 * N)),
    )


@pytest.fixture
def minibatch():
    b, i, j, B = index("b", at_least=1), index("i", at_least=1), index("j", at_least=1), natural("B", at_least=1)
    ghat, mean = random_family("ghat", arity=2, first=1), random_family("ghatB")
    g, one, whole = family("g"), family("Sigma1", arity=2), family("SigmaB", arity=2)
    iid, same = independent_across(ghat, b), identical_across(ghat, b)
    given = (
        define(mean[i], Sum(ghat[b][i], (b, 1, B)) / B),
        define(g[i], E(ghat[1][i])),
        define(whole[i, j], E((mean[i] - g[i]) * (mean[j] - g[j]))),
        define(one[i, j], E((ghat[1][i] - g[i]) * (ghat[1][j] - g[j]))),
        iid,
        same,
    )
    return SimpleNamespace(
        B=B,
        i=i,
        j=j,
        ghat=ghat,
        iid=iid,
        given=given,
        claim=eq(whole[i, j], one[i, j] / B),
        miss=eq(whole[i, j], one[i, j] / B**2),
    )


@pytest.fixture
def weighted():
    b, i, j, n = index("b", at_least=1), index("i", at_least=1), index("j", at_least=1), natural("n", at_least=1)
    ghat, total = random_family("ghat", arity=2, first=1), random_family("Delta")
    alpha, Sigma = family("alpha"), family("Sigma", arity=2)
    iid = independent_across(ghat, b)
    given = (
        define(total[i], Sum(alpha[b] * ghat[b][i], (b, 1, n))),
        assume(eq(Cov(ghat[b][i], ghat[b][j]), Sigma[i, j])),
        iid,
    )
    return SimpleNamespace(
        n=n,
        alpha=alpha,
        iid=iid,
        given=given,
        claim=eq(Cov(total[i], total[j]), Sum(alpha[b] ** 2, (b, 1, n)) * Sigma[i, j]),
        miss=eq(Cov(total[i], total[j]), Sum(alpha[b], (b, 1, n)) * Sigma[i, j]),
    )


@pytest.fixture
def two():
    a, b, x, y = real("a"), real("b"), random_variable("x"), random_variable("y")
    apart = Given(independent(x, y))
    return SimpleNamespace(
        a=a,
        b=b,
        x=x,
        y=y,
        apart=apart,
        given=(apart,),
        claim=eq(Var(a * x + b * y), a**2 * Var(x) + b**2 * Var(y)),
        miss=eq(Var(a * x + b * y), a * Var(x) + b * Var(y)),
    )


@pytest.fixture
def constant_input():
    N, c, t = natural("N", at_least=1), real("c"), index("t")
    x, y = family("x", first=1), family("y", first=0)
    steady = assume(eq(x[t], c))
    m = Minimum(t, N)
    corrected = recurrence(y[t], (1 - 1 / m) * y[t - 1] + 1 / m * x[t], start={0: 0})
    momentum = recurrence(y[t], (1 - 1 / N) * y[t - 1] + x[t], start={0: 0})
    return SimpleNamespace(
        N=N,
        c=c,
        t=t,
        y=y,
        corrected=(corrected, steady),
        momentum=(momentum, steady),
        bias=eq(y[t], c).given(ge(t, 1)),
        bias_miss=eq(y[t], c * (1 - (1 - 1 / N) ** t)).given(ge(t, 1)),
        limit=eq(limit(y[t], t), N * c),
        limit_miss=eq(limit(y[t], t), (N + 1) * c),
    )


@pytest.fixture
def layer():
    b, i, j = index("b", at_least=1), index("i", at_least=1), index("j", at_least=1)
    B, I, J = natural("B", at_least=1), natural("I", at_least=1), natural("J", at_least=1)
    W, x, y = (family(name, arity=2, first=1) for name in ("W", "x", "y"))
    slope, total = family("ygrad", arity=2, first=1), family("wgrad", arity=2, first=1)
    loss = function("loss")()
    given = (
        define(y[b, j], Sum(W[j, i] * x[b, i], (i, 1, I))),
        differentiable(loss, y[b, j], ((b, 1, B), (j, 1, J)), slope[b, j]),
    )
    where = (le(i, I), le(j, J))
    gradient = Sum(slope[b, j] * x[b, i], (b, 1, B))
    return SimpleNamespace(
        order=((b, 1, B), (i, 1, I), (j, 1, J)),
        b=b,
        i=i,
        j=j,
        B=B,
        x=x,
        slope=slope,
        total=total,
        given=given,
        claim=eq(Partial(loss, W[j, i]), gradient).given(*where),
        miss=eq(Partial(loss, W[j, i]), gradient / B).given(*where),
    )
