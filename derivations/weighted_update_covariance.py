"""A weighted sum of independent gradients has covariance (sum of squared weights) times that of one (Problem 6)."""

from sgdproofs import *

n = natural("n", at_least=1)
k, l = index("k", at_least=1), index("l", at_least=1)
i, j = index("i", at_least=1), index("j", at_least=1)
ghat, g = random_family("ghat", arity=2, first=1, latex=r"\hat g"), family("g", first=1)
alpha = family("alpha", first=1, latex=r"\alpha")
update = random_family("update", first=1, latex=r"\Delta\Phi[#1]")
Sigma_update = family("Sigma_update", arity=2, first=1, latex=r"\Sigma_{\Delta\Phi}")
Sigma_g = family("Sigma_g", arity=2, first=1, latex=r"\Sigma_g")

weighted_sum = define(update[i], Sum(alpha[k]*ghat[k][i], (k, 1, n))).named("weighted sum")
covariance_of_update = define(Sigma_update[i, j], Cov(update[i], update[j]))
covariance_of_gradient = assume(eq(Cov(ghat[k][i], ghat[k][j]), Sigma_g[i, j]))
independent_points = independent_across(ghat, k)

diagonal = Sum(alpha[k]**2*Cov(ghat[k][i], ghat[k][j]), (k, 1, n))
chain = calc(
    Sigma_update[i, j],
    row(Cov(update[i], update[j]), by=definition(covariance_of_update)),
    row(Sum(alpha[k]*alpha[l]*Cov(ghat[k][i], ghat[l][j]), (l, 1, n), (k, 1, n)), by=variance(weighted_sum)),
    row(diagonal + Sum(alpha[k]*alpha[l]*Cov(ghat[k][i], ghat[l][j]), (l, 1, n), (k, 1, n), distinct=True), by=sums()),
    row(diagonal, by=independence(independent_points)),
    row(Sum(alpha[k]**2*Sigma_g[i, j], (k, 1, n)), by=moments(covariance_of_gradient)),
    row(Sum(alpha[k]**2, (k, 1, n))*Sigma_g[i, j], by=sums()),
)
as_printed = eq(Sigma_update[i, j], Sum(alpha[k], (k, 1, n))*Sigma_g[i, j])

weighted_update_covariance = Derivation(
    name="weighted-update-covariance",
    title="The covariance of a weighted update",
    source="Problem 6",
    given=(weighted_sum, covariance_of_update, covariance_of_gradient, independent_points),
    claim=chain.conclusion,
    proof=(chain,),
    sanity=(({n: 1}, alpha[1]**2*Sigma_g[i, j], sums()),),
    experiments=(
        exact(near_miss=as_printed, facts_dropped=(independent_points,), count=12),
        monte_carlo(
            near_miss=as_printed, samples=2**15,
            at={n: 3, alpha: (Fraction(1, 2), -1, 2)}, law={ghat: normal_vector((1, -2), ((2, 1), (1, 3)))},
        ),
    ),
)
