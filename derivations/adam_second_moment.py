"""The mean of the running average of squares in Adam and RMSProp tends to g^2 + sigma^2/B (Problem 4d)."""

from sgdproofs import *

N = real("N", at_least=1, latex="N_s")
B, t = natural("B", at_least=1), index("t")
b, k, r = index("b", at_least=1), index("k", at_least=1), index("r", at_least=1)
g, sigma2 = real("g"), nonnegative("sigma2", latex=r"\sigma^2")
draw, ghat = random_family("draw", first=1, latex=r"\hat g"), random_family("ghat", first=1, latex=r"\hat g^B")
s = random_family("s", first=0)

# One component of the gradient; step r takes the draws (r - 1) B + 1 to r B.
average = define(ghat[r], 1/B*Sum(draw[(r - 1)*B + b], (b, 1, B))).named("batch average")
mean = assume(eq(E(draw[k]), g))
variance_of_one = assume(eq(Var(draw[k]), sigma2))
independent_draws = independent_across(draw, k)
update = recurrence(s[t], (1 - 1/N)*s[t - 1] + 1/N*ghat[t]**2, start={0: 0}).named("update")

level = g**2 + sigma2/B
second_moment = step(
    eq(E(ghat[t]**2), level).given(t >= 1),
    by=independence(average, independent_draws) & moments(mean, variance_of_one),
)
recursion = step(eq(E(s[t]), (1 - 1/N)*E(s[t - 1]) + 1/N*E(ghat[t]**2)).given(t >= 1), by=linearity(update))
closed_form = induction(
    eq(E(s[t]), level*(1 - (1 - 1/N)**t)), over=t,
    base=linearity(update), step=algebra(recursion, second_moment, HYPOTHESIS),
)
long_run = step(eq(limit(E(s[t]), t), level), by=limits(closed_form))
law = {draw: normal(1, 4)}
values = {N: 3, B: 4, g: 1, sigma2: 4}

adam_second_moment = Derivation(
    name="adam-second-moment",
    title="The batch size and the second moment in Adam and RMSProp",
    source="Problem 4(d), Adam and RMSProp",
    given=(average, mean, variance_of_one, independent_draws, update),
    claim=long_run.statement,
    proof=(
        second_moment,
        recursion,
        closed_form,
        long_run,
        step(g**2 + sigma2/(B + 1) <= level, by=algebra()),
        step(eq(limit(level, B), g**2), by=limits()),
    ),
    sanity=(({B: 1}, g**2 + sigma2),),
    experiments=(
        exact(near_miss=eq(E(s[t]), g**2*(1 - (1 - 1/N)**t)), count=6),
        precision(near_miss=eq(limit(E(s[t]), t), g**2 + sigma2), at=values, law=law),
        monte_carlo(near_miss=eq(limit(E(s[t]), t), g**2), at=values, law=law, samples=2**14),
    ),
)
