"""The printed and the true formula of Problem 6 agree only if sum alpha_i (1 - alpha_i) = 0 or Sigma_g = 0."""

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
true_formula = lemma("weighted-update-covariance", eq(Sigma_update[i, j], Sum(alpha[k]**2, (k, 1, n))*Sigma_g[i, j]))

half = Fraction(1, 2)
weights = Sum(alpha[k]*(1 - alpha[k]), (k, 1, n))
printed = eq(Sigma_update[i, j], Sum(alpha[k], (k, 1, n))*Sigma_g[i, j])
excess = calc(
    Sum(alpha[k], (k, 1, n))*Sigma_g[i, j] - Sigma_update[i, j],
    row(Sum(alpha[k], (k, 1, n))*Sigma_g[i, j] - Sum(alpha[k]**2, (k, 1, n))*Sigma_g[i, j], by=algebra(true_formula)),
    row(weights*Sigma_g[i, j], by=sums()),
)

problem_6_agreement = Derivation(
    name="problem-6-agreement",
    title="When the printed formula of Problem 6 holds",
    source="Problem 6, further result",
    given=(weighted_sum, covariance_of_update, covariance_of_gradient, independent_points),
    claim=excess.conclusion,
    proof=(
        excess,
        step(printed.given(eq(weights, 0)), by=algebra(excess)),
        step(printed.given(eq(Sigma_g[i, j], 0)), by=algebra(excess)),
        step(eq(weights, 0).given(printed, ne(Sigma_g[i, j], 0)), by=algebra(excess)),
        step(
            eq(Sum(alpha[k]*(1 - alpha[k]), (k, 1, 2)), half).given(eq(alpha[1], half), eq(alpha[2], half)),
            by=sums(),
        ),
    ),
    lemmas=(true_formula,),
    experiments=(
        exact(near_miss=eq(excess.start, Sum(alpha[k], (k, 1, n))*Sigma_g[i, j]), count=6),
    ),
)
