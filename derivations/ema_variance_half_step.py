"""For 0 < N < 1/2 the fixed point of Problem 1(a) is negative: it is the limit of no variance."""

from sgdproofs import *

N = positive("N")
sigma2 = positive("sigma2_x", latex=r"\sigma_x^2")
v = real("sigma2_inf", latex=r"\sigma_{\hat\mu,\infty}^2")

apart = assume(ne(N, Fraction(1, 2))).named("N is not 1/2")
fixed_point = assume(eq(v, (1 - 1/N)**2*v + 1/N**2*sigma2)).named("fixed point")

ema_variance_half_step = Refutation(
    name="ema-variance-half-step",
    title="The fixed point of the variance without its condition",
    source="Problem 1(a)",
    given=(apart, fixed_point),
    claim=ge(v, 0),
    witness=((N, Fraction(1, 4)), (sigma2, 1)),
    corrected_by="ema-variance-limit",
    note="A variance is not negative. So the fixed-point equation alone does not give the limit: it takes a proof that "
         "the variance converges, which needs a condition on $N$ that the solution does not state.",
    experiments=(exact(near_miss=eq(v, sigma2/(2*N - 1))),),
)
