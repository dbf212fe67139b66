"""On a quadratic loss the exact stationary variance with momentum still depends on mu and B (Problem 6)."""

from sgdproofs import *

mu = real("mu", at_least=0, below=1, latex=r"\mu")
h, eta0, Sigma = positive("h"), positive("eta_0", latex=r"\eta_0"), positive("Sigma", latex=r"\Sigma")
B, eta, s2 = natural("B", at_least=1), positive("eta", latex=r"\eta"), positive("sigma2", latex=r"\sigma^2")
a, P, C = real("a"), real("P", latex=r"V"), real("C", latex="C")
t, s, start = index("t"), index("s", at_least=1), real("start", latex=r"w_{\mathrm{start}}")
w, noise = random_family("w", first=0), random_family("noise", first=1, latex=r"\epsilon")

# The loss is h w^2/2; its stochastic gradient is h w plus noise.  Momentum in the form of momentum-two-step.
update = recurrence(w[t], a*w[t - 1] - mu*w[t - 2] - eta*noise[t], start={0: start, 1: start}).named("update")
coefficient = define(a, 1 + mu - eta*h)
independent_noise = independent_across(noise, s)
noise_variance = assume(eq(Var(noise[s]), s2))
settles = assume(eq(limit(Var(w[t]), t), P)), assume(eq(limit(Cov(w[t + 1], w[t]), t), C))
stable = assume(eta*h < 2*(1 + mu)).named("stability")
learning_rate = assume(eq(eta, (1 - mu)*B*eta0)).named("learning rate")
batch = assume(eq(s2, Sigma/B)).named("variance of a batch gradient")

past = step(function_of(w[t], noise), by=function_of_past(update))
fresh = (
    step(independent(w[t - 1], noise[t], when=(t >= 2,)), by=disjoint_blocks(past, independent_noise)),
    step(independent(w[t - 2], noise[t], when=(t >= 2,)), by=disjoint_blocks(past, independent_noise)),
)
variance_of_w = step(
    eq(Var(w[t]), a**2*Var(w[t - 1]) + mu**2*Var(w[t - 2]) - 2*a*mu*Cov(w[t - 1], w[t - 2]) + eta**2*s2).given(t >= 2),
    by=independence(update, fresh) & moments(noise_variance),
)
covariance = step(
    eq(Cov(w[t], w[t - 1]), a*Var(w[t - 1]) - mu*Cov(w[t - 1], w[t - 2])).given(t >= 2),
    by=independence(update, fresh[0]),
)
limit_V, limit_C = limit(Var(w[t]), t), limit(Cov(w[t + 1], w[t]), t)
in_the_limit = (
    step(
        eq(limit_V, a**2*limit_V + mu**2*limit_V - 2*a*mu*limit_C + eta**2*s2),
        by=passage_to_limit(variance_of_w, settles),
    ),
    step(eq(limit_C, a*limit_V - mu*limit_C), by=passage_to_limit(covariance, settles)),
)
first = step(eq(P, a**2*P + mu**2*P - 2*a*mu*C + eta**2*s2), by=algebra(in_the_limit[0], settles))
second = step(eq(C, a*P - mu*C), by=algebra(in_the_limit[1], settles))
solved_C = step(eq(C, a*P/(1 + mu)), by=algebra(second))
balance = step(eq((1 - mu)*((1 + mu)**2 - a**2)*P, (1 + mu)*eta**2*s2), by=algebra(first, solved_C))
curved = step(
    eq((1 - mu)*(eta*h*(2*(1 + mu) - eta*h))*P, (1 + mu)*eta**2*s2), by=definition(coefficient) & algebra(balance),
)
solved = step(eq(P, eta*s2*(1 + mu)/(h*(1 - mu)*(2*(1 + mu) - eta*h))), by=algebra(curved, stable))
scaled = step(
    eq(P, eta0*Sigma*(1 + mu)/(h*(2*(1 + mu) - (1 - mu)*B*eta0*h))),
    by=substitution(learning_rate, batch, solved, stable),
)
values = {mu: Fraction(1, 2), B: 2, eta0: Fraction(1, 2), h: 1, Sigma: 2, eta: Fraction(1, 2), s2: 1, start: 1,
          P: Fraction(3, 5), C: Fraction(2, 5)}
conclusion = step(
    eq(limit_V, scaled.statement.rhs), by=substitution(settles[0], scaled, learning_rate, stable),
)

momentum_exact_stationary = Derivation(
    name="momentum-exact-stationary",
    title="The exact stationary variance with momentum",
    source="Problem 6, further result",
    given=(update, coefficient, independent_noise, noise_variance, *settles, stable, learning_rate, batch),
    claim=conclusion.statement,
    proof=(
        past, *fresh, variance_of_w, covariance, *in_the_limit, first, second, solved_C, balance, curved, solved,
        scaled, conclusion,
    ),
    sanity=(({mu: 0, B: 1, eta0: 1, h: 1}, Sigma),),
    experiments=(
        precision(near_miss=eq(limit_V, eta0*Sigma/(2*h)), at=values),
        monte_carlo(near_miss=eq(limit_V, eta0*Sigma/(2*h)), at=values, law={noise: normal(0, 1)}, samples=2**15),
    ),
    note="That variance and covariance settle is assumed. See K. Liu, L. Ziyin, M. Ueda, Noise and Fluctuation of "
         "Finite Learning Rate Stochastic Gradient Descent, 2021.",
)
