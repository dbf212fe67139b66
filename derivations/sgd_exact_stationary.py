"""On a quadratic loss the variance of SGD tends to eta sigma^2/(h (2 - eta h)), exactly (Problem 5)."""

from sgdproofs import *

h, eta, s2 = positive("h"), positive("eta", latex=r"\eta"), nonnegative("sigma2", latex=r"\sigma^2")
start = real("start", latex=r"w_{\mathrm{start}}")
t, s = index("t"), index("s", at_least=1)
w, noise = random_family("w", first=0), random_family("noise", first=1, latex=r"\epsilon")

# The loss is h w^2/2; its stochastic gradient is h w plus noise.
update = recurrence(w[t], w[t - 1] - eta*(h*w[t - 1] + noise[t]), start={0: start}).named("update")
independent_noise = independent_across(noise, s)
noise_variance = assume(eq(Var(noise[s]), s2))
stable = assume(eta*h < 2).named("stability")

past = step(function_of(w[t], noise), by=function_of_past(update))
fresh_noise = step(independent(w[t - 1], noise[t], when=(t >= 1,)), by=disjoint_blocks(past, independent_noise))
recursion = step(
    eq(Var(w[t]), (1 - eta*h)**2*Var(w[t - 1]) + eta**2*s2).given(t >= 1),
    by=independence(update, fresh_noise) & moments(noise_variance),
)
closed_form = induction(
    eq(Var(w[t]), eta*s2/(h*(2 - eta*h))*(1 - (1 - eta*h)**(2*t))),
    over=t, base=variance(update) & algebra(stable), step=algebra(recursion, HYPOTHESIS, stable),
)
long_run = step(eq(limit(Var(w[t]), t), eta*s2/(h*(2 - eta*h))), by=limits(closed_form, stable))

sgd_exact_stationary = Derivation(
    name="sgd-exact-stationary",
    title="The exact stationary variance of SGD",
    source="Problem 5, further result",
    given=(update, independent_noise, noise_variance, stable),
    claim=long_run.statement,
    proof=(past, fresh_noise, recursion, closed_form, long_run),
    sanity=(({eta: 1, h: 1}, s2),),
    note="See K. Liu, L. Ziyin, M. Ueda, Noise and Fluctuation of Finite Learning Rate Stochastic Gradient Descent, "
         "2021.",
    experiments=(
        exact(near_miss=eq(Var(w[t]), eta*s2/(2*h)*(1 - (1 - eta*h)**(2*t))), count=8),
        precision(near_miss=eq(limit(Var(w[t]), t), eta*s2/(2*h)), at={eta: Fraction(1, 2), h: 1, s2: 3, start: 2}),
        monte_carlo(near_miss=eq(limit(Var(w[t]), t), eta*s2/(2*h)), at={eta: Fraction(1, 2), h: 1, s2: 3, start: 2},
                    law={noise: normal(0, 3)}, samples=2**15),
    ),
)
