"""On a quadratic loss the stationary covariance is S[i,j] = eta_0 Sigma^1[i,j]/(h_i + h_j) (Problem 5)."""

from sgdproofs import *

t, s = index("t", at_least=1), index("s")
i, j = index("i", at_least=1), index("j", at_least=1)
eta0, root = positive("eta_0", latex=r"\eta_0"), positive("root", latex=r"\sqrt{\Delta t}")
h, Sigma1, S = family("h", first=1), family("Sigma1", arity=2, first=1, latex=r"\Sigma^1"), family("S", arity=2, first=1)
V = family("V", arity=2, first=1, latex=r"S^{\Delta t}")
Phi, noise = random_family("Phi", arity=2, first=0, latex=r"\Phi"), random_family("noise", arity=2, first=1, latex=r"\epsilon")
start = random_family("start", first=1, latex=r"\varphi")

# The loss is the sum of h_i Phi_i^2/2, so that its gradient is h_i Phi_i; root^2 is the step of time.
curvature = assume(h[i] > 0), assume(h[j] > 0)
short_steps = assume(root**2*h[i] < 1), assume(root**2*h[j] < 1)
langevin = recurrence(
    Phi[t, i], Phi[t - 1, i] - h[i]*Phi[t - 1, i]*root**2 + noise[t, i]*root, start={0: start[i]},
).named("Langevin step")
fresh_noise = Given(independent(Phi[t - 1], noise[t]))
noise_mean = assume(eq(E(noise[t, i]), 0))
noise_covariance = assume(eq(E(noise[t, i]*noise[t, j]), eta0*Sigma1[i, j]))
stationary = assume(eq(E(Phi[s, i]*Phi[s, j]), V[i, j])).named("stationarity")
stepwise = eta0*Sigma1[i, j]/(h[i] + h[j] - root**2*h[i]*h[j])
small_steps = define(S[i, j], limit(stepwise, root, 0)).named("limit of small steps")

one_step = step(
    eq(E(Phi[t, i]*Phi[t, j]), (1 - h[i]*root**2)*(1 - h[j]*root**2)*V[i, j] + root**2*eta0*Sigma1[i, j]),
    by=independence(langevin, fresh_noise) & moments(noise_mean, noise_covariance, stationary),
)
balance = step(eq((h[i] + h[j] - root**2*h[i]*h[j])*V[i, j], eta0*Sigma1[i, j]), by=moments(stationary) & algebra(one_step))
to_zero = step(eq(limit(stepwise, root, 0), eta0*Sigma1[i, j]/(h[i] + h[j])), by=limits(curvature))
solution = step(eq(S[i, j], eta0*Sigma1[i, j]/(h[i] + h[j])), by=definition(small_steps) & algebra(to_zero, curvature))
lyapunov = eq(h[i]*S[i, j] + S[i, j]*h[j], eta0*Sigma1[i, j])

quadratic_temperature = Derivation(
    name="quadratic-temperature",
    title="The stationary covariance on a quadratic loss",
    source="Problem 5",
    given=(*curvature, *short_steps, langevin, fresh_noise, noise_mean, noise_covariance, stationary, small_steps),
    claim=solution.statement,
    proof=(
        one_step,
        balance,
        step(eq(V[i, j], stepwise), by=algebra(balance, curvature, short_steps)),
        to_zero,
        solution,
        step(lyapunov, by=algebra(solution, curvature)),
        step(eq(S[i, j], eta0*Sigma1[i, j]/(h[i] + h[j])).given(lyapunov), by=algebra(curvature)),
    ),
    note="The last two lines: S solves its Lyapunov equation, and nothing else does.",
)
