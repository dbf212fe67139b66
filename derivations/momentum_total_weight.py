"""With momentum each gradient moves the parameters by eta/(1 - mu) times itself in the long run (Problem 6)."""

from sgdproofs import *

mu, eta = real("mu", above=0, below=1, latex=r"\mu"), real("eta", latex=r"\eta")
t, s, k, n = index("t"), index("s", at_least=1), index("k"), index("n")

# By momentum-weights, after t steps the gradient of step s has the weight below; it is a sum of powers of mu.
weight = eta*(1 - mu**(t - s + 1))/(1 - mu)
finite = step(eq(Sum(eta*mu**k, (k, 0, t - s)), weight).given(s <= t), by=geometric_sum())
series = step(eq(limit(Sum(eta*mu**k, (k, 0, n)), n), eta/(1 - mu)), by=limits())
total = step(eq(limit(weight, t), eta/(1 - mu)), by=limits())

momentum_total_weight = Derivation(
    name="momentum-total-weight",
    title="The total weight of a gradient under momentum",
    source="Problem 6, claim on momentum (2)",
    claim=total.statement,
    proof=(finite, series, total),
    sanity=(({mu: Fraction(1, 2)}, 2*eta), ({mu: Fraction(9, 10)}, 10*eta)),
    experiments=(
        precision(
            near_miss=eq(limit(weight, t), eta*(1 + mu)),
            at={mu: (Fraction(1, 2), Fraction(9, 10)), eta: Fraction(1, 3), s: 2},
        ),
    ),
)
