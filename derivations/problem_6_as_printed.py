"""Problem 6 as printed, with the sum of the weights in place of the sum of their squares, is false."""

from sgdproofs import *

n = natural("n", at_least=1)
k = index("k", at_least=1)
i, j = index("i", at_least=1), index("j", at_least=1)
ghat = random_family("ghat", arity=2, first=1, latex=r"\hat g")
alpha = family("alpha", first=1, latex=r"\alpha")
update = random_family("update", first=1, latex=r"\Delta\Phi[#1]")
Sigma_update = family("Sigma_update", arity=2, first=1, latex=r"\Sigma_{\Delta\Phi}")
Sigma_g = family("Sigma_g", arity=2, first=1, latex=r"\Sigma_g")

weighted_sum = define(update[i], Sum(alpha[k]*ghat[k][i], (k, 1, n))).named("weighted sum")
covariance_of_update = define(Sigma_update[i, j], Cov(update[i], update[j]))
covariance_of_gradient = assume(eq(Cov(ghat[k][i], ghat[k][j]), Sigma_g[i, j]))
independent_points = independent_across(ghat, k)

problem_6_as_printed = Refutation(
    name="problem-6-as-printed",
    title="Problem 6 as printed",
    source="Problem 6",
    given=(weighted_sum, covariance_of_update, covariance_of_gradient, independent_points),
    claim=eq(Sigma_update[i, j], Sum(alpha[k], (k, 1, n))*Sigma_g[i, j]),
    witness=((n, 2), (alpha[1], Fraction(1, 2)), (alpha[2], Fraction(1, 2)), (i, 1), (j, 1)),
    corrected_by="weighted-update-covariance",
    note="A mean of two points has half the variance of one of them; the printed formula says that it has all of it.",
    experiments=(
        exact(near_miss=eq(Sigma_update[i, j], Sum(alpha[k]**2, (k, 1, n))*Sigma_g[i, j])),
    ),
)
