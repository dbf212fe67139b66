"""With eta = (1 - mu) B eta_0 drift and covariance per training point are free of mu and B (Problem 6)."""

from sgdproofs import *

mu, eta0 = real("mu", above=0, below=1, latex=r"\mu"), positive("eta_0", latex=r"\eta_0")
eta, B = real("eta", latex=r"\eta"), natural("B", at_least=1)
t, T, s = index("t"), index("T", at_least=1), index("s", at_least=1)
i, j = index("i", at_least=1), index("j", at_least=1)
ghat, g = random_family("ghat", arity=2, first=1, latex=r"\hat g"), family("g", first=1, latex="g[#1]")
v, Phi = random_family("v", arity=2, first=0), random_family("Phi", arity=2, first=0, latex=r"\Phi")
start = family("start", first=1, latex=r"\varphi[#1]")
Sigma1 = family("Sigma1", arity=2, first=1, latex=r"\Sigma^1")

velocity = recurrence(v[t, i], mu*v[t - 1, i] + ghat[t, i], start={0: 0}).named("velocity")
position = recurrence(Phi[t, i], Phi[t - 1, i] - eta*v[t, i], start={0: start[i]}).named("position")
learning_rate = define(eta, (1 - mu)*B*eta0).named("learning rate")
mean = assume(eq(E(ghat[s, i]), g[i]))
# The covariance of a batch gradient is that of minibatch-covariance.
covariance = assume(eq(Cov(ghat[s, i], ghat[s, j]), 1/B*Sigma1[i, j])).named("covariance of a batch gradient")
independent_steps = independent_across(ghat, s)
weights = lemma(
    "momentum-weights",
    eq(Phi[t, i], start[i] - Sum(eta*(1 - mu**(t - s + 1))/(1 - mu)*ghat[s, i], (s, 1, t))),
)

weight = eta*(1 - mu**(T - s + 1))/(1 - mu)
drift = step(eq(E(Phi[T, i]), start[i] - Sum(weight, (s, 1, T))*g[i]), by=substitution(weights) & moments(mean))
spread = step(
    eq(Cov(Phi[T, i], Phi[T, j]), Sum(weight**2, (s, 1, T))*(1/B*Sigma1[i, j])),
    by=substitution(weights) & independence(independent_steps) & moments(covariance),
)
# T steps on batches of B use T B training points.
drift_of_point = step(
    eq(limit(1/(T*B)*(start[i] - E(Phi[T, i])), T), eta0*g[i]), by=limits(drift, learning_rate),
)
covariance_of_point = step(
    eq(limit(1/(T*B)*Cov(Phi[T, i], Phi[T, j]), T), eta0**2*Sigma1[i, j]), by=limits(spread, learning_rate),
)

momentum_temperature = Derivation(
    name="momentum-temperature",
    title="Momentum, batch size and temperature",
    source="Problem 6, claim on momentum (3)",
    given=(velocity, position, learning_rate, mean, covariance, independent_steps),
    claim=covariance_of_point.statement,
    proof=(drift, spread, drift_of_point, covariance_of_point),
    lemmas=(weights,),
    experiments=(
        exact(near_miss=eq(Cov(Phi[T, i], Phi[T, j]), Sum(weight, (s, 1, T))*(1/B*Sigma1[i, j])), count=12),
    ),
    note=r"Both limits are free of $\mu$ and $B$. To first order only: see momentum-exact-stationary.",
)
