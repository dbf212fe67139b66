"""The weights 1/n give back the covariance of a minibatch (Problem 6 contains Problem 5)."""

from sgdproofs import *

n, k = natural("n", at_least=1), index("k", at_least=1)
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
equal_weights = define(alpha[k], 1/n).named("equal weights")
weighted = lemma("weighted-update-covariance", eq(Sigma_update[i, j], Sum(alpha[k]**2, (k, 1, n))*Sigma_g[i, j]))

chain = calc(
    Sigma_update[i, j],
    row(Sum(alpha[k]**2, (k, 1, n))*Sigma_g[i, j], by=algebra(weighted)),
    row(Sum((1/n)**2, (k, 1, n))*Sigma_g[i, j], by=definition(equal_weights)),
    row(1/n*Sigma_g[i, j], by=sums()),
)

batch_as_weighted_update = Derivation(
    name="batch-as-weighted-update",
    title="A minibatch as a weighted update",
    source="Problem 6, further result",
    given=(weighted_sum, covariance_of_update, covariance_of_gradient, independent_points, equal_weights),
    claim=chain.conclusion,
    proof=(chain,),
    lemmas=(weighted,),
    sanity=(({n: 1}, Sigma_g[i, j]),),
    experiments=(
        exact(near_miss=eq(Sigma_update[i, j], Sigma_g[i, j]), count=8),
    ),
)
