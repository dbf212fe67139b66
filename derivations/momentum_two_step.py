"""Momentum written without its velocity: each step adds mu times the last move (Problem 6)."""

from sgdproofs import *

mu, eta, start = real("mu", latex=r"\mu"), real("eta", latex=r"\eta"), real("start", latex=r"\varphi")
t = index("t")
ghat = random_family("ghat", first=1, latex=r"\hat g")
v, Phi = random_family("v", first=0), random_family("Phi", first=0, latex=r"\Phi")

velocity = recurrence(v[t], mu*v[t - 1] + ghat[t], start={0: 0}).named("velocity")
position = recurrence(Phi[t], Phi[t - 1] - eta*v[t], start={0: start}).named("position")

two_step = step(
    eq(Phi[t], Phi[t - 1] - eta*ghat[t] + mu*(Phi[t - 1] - Phi[t - 2])).given(t >= 2),
    by=definition(velocity, position, position.at(t - 1)),
)

momentum_two_step = Derivation(
    name="momentum-two-step",
    title="Momentum in two-step form",
    source="Problem 6, further result",
    given=(velocity, position),
    claim=two_step.statement,
    proof=(two_step,),
    note="See B. Polyak, Some methods of speeding up the convergence of iteration methods, 1964.",
    experiments=(
        exact(near_miss=eq(Phi[t], Phi[t - 1] - eta*ghat[t] + mu*Phi[t - 1]).given(t >= 2), count=8),
    ),
)
