"""Averaging B independent gradients divides their covariance by B (Problem 5)."""

from sgdproofs import *

B = natural("B", at_least=1)
b, c = index("b", at_least=1), index("c", at_least=1, latex="b'")
i, j = index("i", at_least=1), index("j", at_least=1)
ghat, g = random_family("ghat", arity=2, first=1, latex=r"\hat g"), family("g", first=1, latex="g[#1]")
ghatB = random_family("ghatB", first=1, latex=r"\hat g^B[#1]")
SigmaB = family("SigmaB", arity=2, first=1, latex=r"\Sigma^B")
Sigma1 = family("Sigma1", arity=2, first=1, latex=r"\Sigma^1")

average = define(ghatB[i], 1/B*Sum(ghat[b][i], (b, 1, B))).named("batch average")
covariance_of_batch = define(SigmaB[i, j], E((ghatB[i] - g[i])*(ghatB[j] - g[j])))
covariance_of_one = define(Sigma1[i, j], E((ghat[1][i] - g[i])*(ghat[1][j] - g[j])))
mean = assume(eq(E(ghat[b][i]), g[i]))
independent_draws, identical_draws = independent_across(ghat, b), identical_across(ghat, b)


def noise(b, i):
    return ghat[b][i] - g[i]


def square(b, c):
    return E(noise(b, i)*noise(c, j))


diagonal, others = Sum(square(b, b), (b, 1, B)), Sum(square(b, c), (c, 1, B), (b, 1, B), distinct=True)
others_factored = Sum(E(noise(b, i))*E(noise(c, j)), (c, 1, B), (b, 1, B), distinct=True)
batch_product = E((ghatB[i] - g[i])*(ghatB[j] - g[j]))
double_sum = 1/B**2*E(Sum(noise(b, i)*noise(c, j), (c, 1, B), (b, 1, B)))

bracket = row(1/B**2*E(Sum(noise(b, i), (b, 1, B))*Sum(noise(b, j), (b, 1, B))), by=linearity(average))
split = row(1/B**2*(diagonal + others), by=linearity())
factored = row(1/B**2*(diagonal + others_factored), by=independence(independent_draws))
chain = calc(
    SigmaB[i, j],
    row(batch_product, by=definition(covariance_of_batch)),
    bracket,
    row(double_sum, by=sums()),
    split,
    factored,
    row(1/B**2*diagonal, by=moments(mean)),
    row(1/B*Sigma1[i, j], by=identical_distribution(identical_draws, covariance_of_one)),
)
sum_minus_mean = E((Sum(ghat[b][i], (b, 1, B)) - g[i])*(Sum(ghat[b][j], (b, 1, B)) - g[j]))

minibatch_covariance = Derivation(
    name="minibatch-covariance",
    title="The covariance of a minibatch gradient",
    source="Problem 5",
    given=(average, covariance_of_batch, covariance_of_one, mean, independent_draws, identical_draws),
    claim=chain.conclusion,
    proof=(chain,),
    sanity=(({B: 1}, Sigma1[i, j]),),
    errata=(
        erratum(
            step(eq(batch_product, 1/B**2*sum_minus_mean), by=linearity(average)),
            correction=eq(batch_product, bracket.expr),
            remark="The bracket ends too early: the mean has to be subtracted from each of the $B$ gradients.",
        ),
        erratum(
            step(eq(double_sum, 1/B**2*diagonal + others), by=linearity()),
            correction=eq(double_sum, split.expr),
            remark="The factor $1/B^2$ belongs to both sums; as printed the row holds only because the second sum is "
                   "0, which later rows show.",
        ),
        erratum(
            step(eq(double_sum, 1/B**2*diagonal + others_factored), by=independence(independent_draws)),
            correction=eq(double_sum, factored.expr),
            remark="Here, too, the factor $1/B^2$ belongs to both sums.",
        ),
    ),
    experiments=(
        exact(near_miss=eq(SigmaB[i, j], 1/B**2*Sigma1[i, j]), facts_dropped=(independent_draws,), count=12),
        monte_carlo(
            near_miss=eq(SigmaB[i, j], 1/(B + 1)*Sigma1[i, j]), at={B: 4, g: (1, -2)}, samples=2**15,
            law={ghat: normal_vector((1, -2), ((2, 1), (1, 3)))},
        ),
    ),
)
