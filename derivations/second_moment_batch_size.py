"""The second moment of a batch gradient falls with the batch size, from g^2 + sigma^2 down to g^2 (Problem 4d)."""

from sgdproofs import *

B = index("B", at_least=1)
b = index("b", at_least=1)
g, sigma2 = real("g"), nonnegative("sigma2", latex=r"\sigma^2")
ghat, ghatB = random_family("ghat", first=1, latex=r"\hat g"), random_family("ghatB", first=1, latex=r"\hat g^{#1}")

average = define(ghatB[B], 1/B*Sum(ghat[b], (b, 1, B))).named("batch average")
mean = assume(eq(E(ghat[b]), g))
variance_of_one = assume(eq(Var(ghat[b]), sigma2))
independent_draws = independent_across(ghat, b)

variance_of_batch = step(
    eq(Var(ghatB[B]), sigma2/B), by=independence(average, independent_draws) & moments(variance_of_one),
)
second_moment = calc(
    E(ghatB[B]**2),
    row(E(ghatB[B])**2 + Var(ghatB[B]), by=variance()),
    row(g**2 + Var(ghatB[B]), by=moments(average, mean)),
    row(g**2 + sigma2/B, by=algebra(variance_of_batch)),
)

decreasing = calc(
    E(ghatB[B + 1]**2),
    row(g**2 + sigma2/(B + 1), by=algebra(at(second_moment, {B: B + 1}))),
    row(g**2 + sigma2/B, by=algebra(), rel="<="),
    row(E(ghatB[B]**2), by=algebra(second_moment)),
)

second_moment_batch_size = Derivation(
    name="second-moment-batch-size",
    title="The second moment and the batch size",
    source="Problem 4(d)",
    given=(average, mean, variance_of_one, independent_draws),
    claim=second_moment.conclusion,
    proof=(
        variance_of_batch,
        second_moment,
        decreasing,
        step(eq(limit(E(ghatB[B]**2), B), g**2), by=limits(second_moment)),
    ),
    sanity=(({B: 1}, g**2 + sigma2),),
    experiments=(
        exact(near_miss=eq(E(ghatB[B]**2), g**2 + sigma2), facts_dropped=(independent_draws,), count=16),
        monte_carlo(near_miss=eq(E(ghatB[B]**2), g**2 + sigma2), at={B: (2, 5), g: 1, sigma2: 4},
                    law={ghat: normal(1, 4)}, samples=2**15),
    ),
)
