"""A running average has N/(2N - 1) of the variance of a plain mean of N values, about one half (Problem 1b)."""

from sgdproofs import *

N, n = real("N", at_least=1), natural("n", at_least=1)
sigma2 = positive("sigma2_x", latex=r"\sigma_x^2")
v, w = real("sigma2_inf", latex=r"\sigma_{\hat\mu,\infty}^2"), real("sigma2_mean", latex=r"\sigma_{\hat\mu}^2")
t, s = index("t"), index("s", at_least=1)
x, mu = random_family("x", first=1), random_family("mu_hat", first=0, latex=r"\hat\mu")
mean = random_variable("mean", latex=r"\hat\mu")

update = recurrence(mu[t], (1 - 1/N)*mu[t - 1] + 1/N*x[t], start={0: 0}).named("update")
independent_inputs = independent_across(x, s).named("independent inputs")
variance_of_input = assume(eq(Var(x[s]), sigma2)).named("variance of an input")
limit_variance = define(v, limit(Var(mu[t]), t)).named("limit variance")
plain_mean = define(mean, 1/n*Sum(x[s], (s, 1, n))).named("plain mean")
mean_variance = define(w, Var(mean)).named("variance of the plain mean")
whole_number = assume(eq(N, n)).named("N is a natural number")

in_the_limit = lemma("ema-variance-limit", eq(v, 1/((2 - 1/N)*N)*sigma2))
of_the_mean = calc(
    w,
    row(Var(1/n*Sum(x[s], (s, 1, n))), by=definition(mean_variance, plain_mean)),
    row(1/n**2*Sum(Var(x[s]), (s, 1, n)), by=independence(independent_inputs)),
    row(1/n**2*Sum(sigma2, (s, 1, n)), by=moments(variance_of_input)),
    row(1/n**2*(n*sigma2), by=sums()),
    row(sigma2/N, by=algebra(whole_number)),
)
not_zero = step(
    gt(w, 0),
    by=definition(mean_variance, plain_mean) & independence(independent_inputs) & moments(variance_of_input),
)
multiple = step(eq(v, N/(2*N - 1)*w), by=algebra(in_the_limit, of_the_mean))
ratio = step(eq(v/w, N/(2*N - 1)), by=algebra(multiple, not_zero))

ema_against_mean = Derivation(
    name="ema-against-mean",
    title="A running average against a plain mean",
    source="Problem 1(b)",
    given=(update, independent_inputs, variance_of_input, limit_variance, plain_mean, mean_variance, whole_number),
    lemmas=(in_the_limit,),
    claim=ratio.statement,
    proof=(
        of_the_mean, multiple, not_zero, ratio,
        step(eq(v/w, Fraction(1, 2) + 1/(2*(2*N - 1))), by=algebra(ratio, not_zero)),
        step(eq(limit(N/(2*N - 1), N), Fraction(1, 2)), by=limits()),
    ),
    sanity=(({N: 1}, 1), ({N: 2}, Fraction(2, 3)), ({N: 10}, Fraction(10, 19)), ({N: 1000}, Fraction(1000, 1999))),
    experiments=(
        exact(near_miss=eq(w, sigma2/(2*N))),
        precision(near_miss=eq(v/w, Fraction(1, 2)), at={n: (1, 2, 7, 10)}),
        monte_carlo(near_miss=eq(v/w, Fraction(1, 2)), at={n: 3, sigma2: 2}, samples=2**16),
    ),
)
