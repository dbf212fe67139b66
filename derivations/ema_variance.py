"""A running average over N steps keeps 1/(2N - 1) of the variance (Problem 1a)."""

from sgdproofs import *

N = real("N", at_least=1)
sigma2 = positive("sigma2_x", latex=r"\sigma_x^2")
v = real("sigma2_inf", latex=r"\sigma_{\hat\mu,\infty}^2")
t, s = index("t"), index("s", at_least=1)
x, mu = random_family("x", first=1), random_family("mu_hat", first=0, latex=r"\hat\mu")

update = recurrence(mu[t], (1 - 1/N)*mu[t - 1] + 1/N*x[t], start={0: 0}).named("update")
independent_inputs = independent_across(x, s).named("independent inputs")
variance_of_input = assume(eq(Var(x[s]), sigma2)).named("variance of an input")
limit_variance = define(v, limit(Var(mu[t]), t)).named("limit variance")


def after(t, factor=2*N - 1):
    """The variance after t steps."""
    return sigma2/factor*(1 - (1 - 1/N)**(2*t))


past = step(function_of(mu[t], x), by=function_of_past(update))
no_look_ahead = step(independent(mu[t - 1], x[t], when=(t >= 1,)), by=disjoint_blocks(past, independent_inputs))
recursion = step(
    eq(Var(mu[t]), (1 - 1/N)**2*Var(mu[t - 1]) + 1/N**2*sigma2).given(t >= 1),
    by=independence(update, no_look_ahead) & moments(variance_of_input),
)
closed_form = induction(
    eq(Var(mu[t]), after(t)), over=t, base=variance(update),
    step=calc(
        Var(mu[t]),
        row((1 - 1/N)**2*Var(mu[t - 1]) + 1/N**2*sigma2, by=algebra(recursion)),
        row((1 - 1/N)**2*after(t - 1) + 1/N**2*sigma2, by=substitution(HYPOTHESIS)),
        row(after(t), by=algebra()),
    ),
)

ema_variance = Derivation(
    name="ema-variance",
    title="The variance of a running average at every step",
    source="Problem 1(a)",
    given=(update, independent_inputs, variance_of_input),
    claim=closed_form.claim,
    proof=(past, no_look_ahead, recursion, closed_form),
    sanity=(({t: 0}, 0), ({t: 1}, sigma2/N**2), ({N: 1, t: 3}, sigma2)),
    experiments=(
        exact(near_miss=eq(Var(mu[t]), after(t, factor=2*N)), facts_dropped=(independent_inputs,)),
        precision(near_miss=eq(Var(mu[t]), after(t, factor=2*N)), at={N: (1, 2, Fraction(7, 2), 100)}),
        monte_carlo(
            near_miss=eq(Var(mu[t]), after(t, factor=2*N)), facts_dropped=(independent_inputs,),
            at={N: Fraction(5, 2), sigma2: 2, t: (1, 3, 8)},
        ),
    ),
)

for_all_t = lemma("ema-variance", closed_form.claim)
shrinks = step(lt((1 - 1/N)**2, 1), by=algebra())
converges = step(eq(limit(Var(mu[t]), t), sigma2/(2*N - 1)), by=limits(for_all_t))
fixed_point = step(eq(v, (1 - 1/N)**2*v + 1/N**2*sigma2), by=passage_to_limit(limit_variance, recursion, converges))

ema_variance_limit = Derivation(
    name="ema-variance-limit",
    title="The variance of a running average in the limit",
    source="Problem 1(a)",
    given=(update, independent_inputs, variance_of_input, limit_variance),
    lemmas=(for_all_t,),
    claim=eq(v, 1/((2 - 1/N)*N)*sigma2),
    proof=(
        past, no_look_ahead, recursion, shrinks, converges, fixed_point,
        step(eq(v, (1 - 2/N + 1/N**2)*v + 1/N**2*sigma2), by=algebra(PREVIOUS)),
        step(eq(0, (-2/N + 1/N**2)*v + 1/N**2*sigma2), by=algebra(PREVIOUS)),
        step(eq(0, ((-2) + 1/N)*v + 1/N*sigma2), by=algebra(PREVIOUS)),
        step(eq(v, 1/((2 - 1/N)*N)*sigma2), by=algebra(PREVIOUS)),
    ),
    sanity=(({N: 1}, sigma2), ({N: 10}, sigma2/19)),
    note="That the limit exists is proved, not assumed. Without that, the fixed point need not be a limit: "
         "see ema-variance-half-step.",
    experiments=(
        exact(near_miss=eq(Var(mu[t]), (1 - 1/N)*Var(mu[t - 1]) + 1/N**2*sigma2).given(t >= 1)),
        precision(near_miss=eq(v, sigma2/(2*N)), at={N: (1, 2, Fraction(7, 2), 10)}),
        monte_carlo(near_miss=eq(v, sigma2/(2*N)), at={N: Fraction(5, 2), sigma2: 2}, samples=2**16),
    ),
)
