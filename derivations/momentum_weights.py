"""With momentum the parameters are a weighted sum of all gradients so far (Problem 6)."""

from sgdproofs import *

mu, eta = real("mu", above=0, below=1, latex=r"\mu"), real("eta", latex=r"\eta")
t, s, i = index("t"), index("s", at_least=1), index("i", at_least=1)
ghat = random_family("ghat", arity=2, first=1, latex=r"\hat g")
v, Phi = random_family("v", arity=2, first=0), random_family("Phi", arity=2, first=0, latex=r"\Phi")
start = family("start", first=1, latex=r"\varphi[#1]")

velocity = recurrence(v[t, i], mu*v[t - 1, i] + ghat[t, i], start={0: 0}).named("velocity")
position = recurrence(Phi[t, i], Phi[t - 1, i] - eta*v[t, i], start={0: start[i]}).named("position")

in_velocity = induction(
    eq(v[t, i], Sum(mu**(t - s)*ghat[s, i], (s, 1, t))), over=t,
    base=sums(velocity), step=sums(velocity) & algebra(HYPOTHESIS),
)
in_position = induction(
    eq(Phi[t, i], start[i] - Sum(eta*(1 - mu**(t - s + 1))/(1 - mu)*ghat[s, i], (s, 1, t))), over=t,
    base=sums(position), step=sums(position) & algebra(HYPOTHESIS, in_velocity),
)

momentum_weights = Derivation(
    name="momentum-weights",
    title="Momentum as a weighted sum of gradients",
    source="Problem 6, claim on momentum (1)",
    given=(velocity, position),
    claim=in_position.claim,
    proof=(in_velocity, in_position),
    experiments=(
        exact(near_miss=eq(Phi[t, i], start[i] - Sum(eta*(1 - mu**(t - s))/(1 - mu)*ghat[s, i], (s, 1, t))), count=12),
    ),
    note=r"$\mu = 0$, plain gradient descent, is left out only because the weights are written with powers of $\mu$.",
)
