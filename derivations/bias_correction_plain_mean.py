"""With 1/min(t, N) in place of 1/N a running average is at first the plain mean (Problem 3, further result)."""

from sgdproofs import *

N, a = real("N", at_least=1), real("a")
t, s = index("t", at_least=1), index("s", at_least=1)
x, y = family("x", first=1), family("y", first=0)

weight = 1/Minimum(t, N)
update = recurrence(y[t], (1 - weight)*y[t - 1] + weight*x[t], start={0: a}).named("update")

before_N = induction(
    eq(y[t], 1/t*Sum(x[s], (s, 1, t))).given(t <= N), over=t, start=1,
    base=definition(update.at(1)) & sums(),
    step=calc(
        y[t],
        row((1 - 1/t)*y[t - 1] + 1/t*x[t], by=definition(update)),
        row((1 - 1/t)*(1/(t - 1)*Sum(x[s], (s, 1, t - 1))) + 1/t*x[t], by=substitution(HYPOTHESIS)),
        row(1/t*(Sum(x[s], (s, 1, t - 1)) + x[t]), by=algebra()),
        row(1/t*Sum(x[s], (s, 1, t)), by=sums()),
        when=(t <= N,),
    ),
)

bias_correction_plain_mean = Derivation(
    name="bias-correction-plain-mean",
    title="Bias correction is a plain mean at first",
    source="Problem 3, further result",
    given=(update,),
    claim=before_N.claim,
    proof=(before_N,),
    sanity=(({t: 1}, x[1], sums()), ({t: 2}, (x[1] + x[2])/2, sums())),
    experiments=(
        exact(near_miss=eq(y[t], 1/N*Sum(x[s], (s, 1, t))).given(t <= N)),
        precision(
            near_miss=eq(y[t], 1/(t + 1)*Sum(x[s], (s, 1, t))).given(t <= N), at={N: (2, Fraction(7, 2), 10), a: 5},
        ),
    ),
)
