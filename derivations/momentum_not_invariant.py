"""The exact stationary variance with momentum is free of mu and B to first order only (Problem 6)."""

from sgdproofs import *

mu, x = real("mu", at_least=0, below=1, latex=r"\mu"), real("x", above=0, below=2)
h, Sigma, B = positive("h"), positive("Sigma", latex=r"\Sigma"), natural("B", at_least=1)
eta0 = positive("eta_0", latex=r"\eta_0")

# The variance of momentum-exact-stationary; x = B eta_0 h says how large a step is.
variance_of_w = eta0*Sigma*(1 + mu)/(h*(2*(1 + mu) - (1 - mu)*B*eta0*h))
first_order = eta0*(Sigma/(2*h))
half = Fraction(1, 2)
point = {eta0: 1, Sigma: 1, h: 1, mu: 0, B: 1}

same_limit = step(
    eq(limit(Sigma*(1 + mu)/(h*(2*(1 + mu) - (1 - mu)*x)), x, 0), Sigma/(2*h)), by=limits(),
)
depends_on_mu = step(not_determined(variance_of_w, first_order, point, {**point, mu: half}), by=two_points())
depends_on_B = step(
    not_determined(variance_of_w, first_order, {**point, eta0: half}, {**point, eta0: half, B: 2}), by=two_points(),
)

momentum_not_invariant = Derivation(
    name="momentum-not-invariant",
    title="Temperature with momentum: first order only",
    source="Problem 6, further result",
    claim=depends_on_B.statement,
    proof=(same_limit, depends_on_mu, depends_on_B),
    experiments=(
        exact(near_miss=not_determined(first_order, first_order, point, {**point, mu: half})),
    ),
    note=r"Line 1: divided by $\eta_0$, the variance of momentum-exact-stationary tends to $\Sigma/(2 h)$ for small "
         r"steps, whatever $\mu$ and $B$ are. Lines 2 and 3: at a step that is not small it differs, with $\mu$ and "
         r"with $B$, at one and the same $\eta_0$, $h$ and $\Sigma$. The size of a step is $x = B \eta_0 h$.",
)
