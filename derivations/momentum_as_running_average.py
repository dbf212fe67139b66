"""Momentum is N times the running average of its inputs (Problems 2b and 2c)."""

from sgdproofs import *

N = real("N", at_least=1)
t = index("t")
x, y, mu = family("x", first=1), family("y", first=0), family("mu", first=0, latex=r"\mu")

momentum = recurrence(y[t], (1 - 1/N)*y[t - 1] + x[t], start={0: 0}).named("momentum")
average = recurrence(mu[t], (1 - 1/N)*mu[t - 1] + 1/N*x[t], start={0: 0}).named("running average")

rewritten = step(eq(y[t], (1 - 1/N)*y[t - 1] + 1/N*(N*x[t])).given(t >= 1), by=definition(momentum))
multiple = induction(
    eq(y[t], N*mu[t]), over=t, base=definition(momentum, average),
    step=calc(
        y[t],
        row((1 - 1/N)*y[t - 1] + 1/N*(N*x[t]), by=algebra(rewritten)),
        row((1 - 1/N)*(N*mu[t - 1]) + 1/N*(N*x[t]), by=substitution(HYPOTHESIS)),
        row(N*((1 - 1/N)*mu[t - 1] + 1/N*x[t]), by=algebra()),
        row(N*mu[t], by=definition(average)),
    ),
)

momentum_as_running_average = Derivation(
    name="momentum-as-running-average",
    title="Momentum as a running average",
    source="Problem 2(b), 2(c)",
    given=(momentum, average),
    claim=multiple.claim,
    proof=(rewritten, multiple),
    sanity=(({N: 1}, mu[t]),),
    note="For every sequence of inputs; the first line is the answer to (b): $y$ is the running average of $N x$.",
    experiments=(
        exact(near_miss=eq(y[t], (N + 1)*mu[t])),
        precision(near_miss=eq(y[t], mu[t]), at={N: (2, Fraction(7, 2), 100)}),
    ),
)
