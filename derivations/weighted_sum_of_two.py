"""The variance of a weighted sum of two independent random variables (Problem 1)."""

from sgdproofs import *

a, b = real("a"), real("b")
sigma2_x, sigma2_y = real("sigma2_x", latex=r"\sigma_x^2"), real("sigma2_y", latex=r"\sigma_y^2")
sigma2_s = real("sigma2_s", latex=r"\sigma_s^2")
x, y, s = random_variable("x"), random_variable("y"), random_variable("s")

weighted_sum = define(s, a*x + b*y).named("weighted sum")
apart = Given(independent(x, y)).named("independence of x and y")
variances = define(sigma2_s, Var(s)), define(sigma2_x, Var(x)), define(sigma2_y, Var(y))
variance_of_s, variance_of_x, variance_of_y = variances

separated = calc(
    Var(a*x + b*y),
    row(E((a*x + b*y)**2) - E(a*x + b*y)**2, by=variance()),
    row(a**2*E(x**2) + 2*a*b*E(x*y) + b**2*E(y**2) - (a*E(x) + b*E(y))**2, by=linearity()),
    row(a**2*E(x**2) + 2*a*b*E(x)*E(y) + b**2*E(y**2) - (a*E(x) + b*E(y))**2, by=independence(apart)),
    row(a**2*(E(x**2) - E(x)**2) + b**2*(E(y**2) - E(y)**2), by=algebra()),
    row(a**2*Var(x) + b**2*Var(y), by=variance()),
)
result = step(eq(sigma2_s, a**2*sigma2_x + b**2*sigma2_y), by=definition(weighted_sum, *variances, separated))

weighted_sum_of_two = Derivation(
    name="weighted-sum-of-two",
    title="The variance of a weighted sum of two independent variables",
    source="Problem 1",
    given=(weighted_sum, apart, *variances),
    claim=result.statement,
    proof=(separated, result),
    sanity=(({b: 0}, a**2*sigma2_x), ({a: Fraction(1, 2), b: Fraction(1, 2)}, (sigma2_x + sigma2_y)/4)),
    errata=(
        erratum(
            step(eq(Var(a*x + b*y), a**2*Var(x) + b**2*Var(y)), by=variance()), correction=separated,
            remark="The problem states the independence. Without it the line lacks the covariance, "
                   "and a correlated pair is a witness.",
        ),
    ),
    experiments=(
        exact(near_miss=eq(sigma2_s, a*sigma2_x + b*sigma2_y), facts_dropped=(apart,)),
        precision(
            near_miss=eq(sigma2_s, (a*sigma2_x + b*sigma2_y)**2), at={a: (Fraction(3, 2), -2), b: (1, Fraction(-1, 3))},
        ),
        monte_carlo(
            near_miss=eq(sigma2_s, a**2*sigma2_x + b*sigma2_y), facts_dropped=(apart,), at={a: Fraction(3, 2), b: -2},
        ),
    ),
)
