"""On a quadratic loss the stationary covariance is S[i,j] = eta_0 Sigma^1[i,j]/(h_i + h_j) (Problem 5)."""

from sgdproofs import *

t, s = index("t"), index("s", at_least=1)
i, j = index("i", at_least=1), index("j", at_least=1)
eta0, root = positive("eta_0", latex=r"\eta_0"), positive("root", latex=r"\sqrt{\Delta t}")
h, S = family("h", first=1), family("S", arity=2, first=1)
Sigma1 = family("Sigma1", arity=2, first=1, latex=r"\Sigma^1")
Phi = random_family("Phi", arity=2, first=0, latex=r"\Phi")
noise = random_family("noise", arity=2, first=1, latex=r"\epsilon")
start = family("start", first=1, latex=r"\varphi[#1]")

# The loss is the sum of h_i Phi_i^2/2, so that its gradient is h_i Phi_i; root^2 is the step of time.
curvature = (assume(h[i] > 0),)
short_steps = assume(root**2*h[i] < 1), assume(root**2*h[j] < 1)
langevin = recurrence(
    Phi[t, i], Phi[t - 1, i] - h[i]*Phi[t - 1, i]*root**2 + noise[t, i]*root, start={0: start[i]},
).named("Langevin step")
independent_noise = independent_across(noise, s)
noise_covariance = assume(eq(Cov(noise[s, i], noise[s, j]), eta0*Sigma1[i, j]))
stepwise = eta0*Sigma1[i, j]/(h[i] + h[j] - root**2*h[i]*h[j])
stationary = define(S[i, j], limit(stepwise, root, 0)).named("stationary covariance for small steps")

factor = (1 - h[i]*root**2)*(1 - h[j]*root**2)
past = step(function_of(Phi[t, i], noise), by=function_of_past(langevin))
fresh = tuple(
    step(independent(Phi[t - 1, k], noise[t], when=(t >= 1,)), by=disjoint_blocks(past, independent_noise))
    for k in (i, j)
)
recursion = step(
    eq(Cov(Phi[t, i], Phi[t, j]), factor*Cov(Phi[t - 1, i], Phi[t - 1, j]) + root**2*eta0*Sigma1[i, j]).given(t >= 1),
    by=independence(langevin, fresh) & moments(noise_covariance),
)
closed_form = induction(
    eq(Cov(Phi[t, i], Phi[t, j]), stepwise*(1 - factor**t)), over=t,
    base=variance(langevin) & algebra(curvature, short_steps[0]),
    step=algebra(recursion, HYPOTHESIS, curvature, short_steps[0]),
)
long_run = step(eq(limit(Cov(Phi[t, i], Phi[t, j]), t), stepwise), by=limits(closed_form, curvature, short_steps))
small_steps = step(eq(limit(stepwise, root, 0), eta0*Sigma1[i, j]/(h[i] + h[j])), by=limits(curvature))
solution = step(
    eq(S[i, j], eta0*Sigma1[i, j]/(h[i] + h[j])), by=definition(stationary) & algebra(small_steps, curvature),
)
lyapunov = eq(h[i]*S[i, j] + S[i, j]*h[j], eta0*Sigma1[i, j])

quadratic_temperature = Derivation(
    name="quadratic-temperature",
    title="The stationary covariance on a quadratic loss",
    source="Problem 5, for a quadratic loss",
    given=(*curvature, *short_steps, langevin, independent_noise, noise_covariance, stationary),
    claim=solution.statement,
    proof=(
        past, *fresh, recursion, closed_form, long_run, small_steps, solution,
        step(lyapunov, by=algebra(solution)),
        step(eq(S[i, j], eta0*Sigma1[i, j]/(h[i] + h[j])).given(lyapunov), by=algebra(curvature)),
    ),
    experiments=(
        exact(near_miss=eq(Cov(Phi[t, i], Phi[t, j]), stepwise), count=4),
        precision(
            near_miss=eq(S[i, j], eta0*Sigma1[i, j]/(2*(h[i] + h[j]))),
            at={eta0: Fraction(1, 3), root: Fraction(1, 2), h: (1, 2), i: 1, j: 2, start: (1, 1),
                Sigma1: {(1, 1): 2, (1, 2): 1, (2, 1): 1, (2, 2): 3}},
            law={noise: normal_vector((0, 0), ((Fraction(2, 3), Fraction(1, 3)), (Fraction(1, 3), 1)))},
        ),
    ),
    note=r"The loss is $\sum_i h_i \Phi_i^2/2$. The last two lines: $S$ solves its Lyapunov equation, and nothing else "
         "does.",
)
