"""The mean of a running average that starts at 0 lags behind by a geometric factor."""

from sgdproofs import *

N = real("N", at_least=1)
mu = real("mu", latex=r"\mu")
t, s = index("t"), index("s", at_least=1)
x, mu_hat = random_family("x", first=1), random_family("mu_hat", first=0, latex=r"\hat\mu")

update = recurrence(mu_hat[t], (1 - 1/N)*mu_hat[t - 1] + 1/N*x[t], start={0: 0}).named("update")
mean_of_input = assume(eq(E(x[s]), mu)).named("mean of an input")

recursion = step(
    eq(E(mu_hat[t]), (1 - 1/N)*E(mu_hat[t - 1]) + 1/N*mu).given(t >= 1), by=linearity(update) & moments(mean_of_input)
)
closed_form = induction(
    eq(E(mu_hat[t]), mu*(1 - (1 - 1/N)**t)), over=t, base=linearity(update),
    step=calc(
        E(mu_hat[t]),
        row((1 - 1/N)*E(mu_hat[t - 1]) + 1/N*mu, by=algebra(recursion)),
        row((1 - 1/N)*(mu*(1 - (1 - 1/N)**(t - 1))) + 1/N*mu, by=substitution(HYPOTHESIS)),
        row(mu*(1 - (1 - 1/N)**t), by=algebra()),
    ),
)
unbiased_in_the_limit = step(eq(limit(E(mu_hat[t]), t), mu), by=limits(closed_form))

ema_mean = Derivation(
    name="ema-mean",
    title="The mean of a running average",
    source="Problem 1, further result",
    given=(update, mean_of_input),
    claim=closed_form.claim,
    proof=(recursion, closed_form, unbiased_in_the_limit),
    sanity=(({t: 0}, 0), ({t: 1}, mu/N), ({N: 1, t: 5}, mu)),
    note="No independence is needed.",
    experiments=(
        exact(near_miss=eq(E(mu_hat[t]), mu*(1 - (1 - 1/N)**(2*t)))),
        precision(near_miss=eq(E(mu_hat[t]), mu*(1 - (1 - 1/(N + 1))**t)), at={N: (1, 2, Fraction(7, 2), 100)}),
        monte_carlo(near_miss=eq(E(mu_hat[t]), mu), at={N: Fraction(5, 2), mu: 3, t: (1, 3, 8)}),
    ),
)
