"""The mean square of a batch is its squared mean plus the variance within the batch (Problem 4c)."""

from sgdproofs import *

B = natural("B", at_least=1)
b, i, j = index("b", at_least=1), index("i", at_least=1), index("j", at_least=1)
W_grad_of = family("W_grad_of", arity=3, first=1, latex=r"W.\mathrm{grad}")
W_grad = family("W_grad", arity=2, first=1, latex=r"W.\mathrm{grad}")
W_grad2 = family("W_grad2", arity=2, first=1, latex=r"W.\mathrm{grad2}")

deviation = family("deviation", arity=3, first=1, latex=r"\Delta")

average = define(W_grad[j, i], 1/B*Sum(W_grad_of[b, j, i], (b, 1, B)))
average_square = define(W_grad2[j, i], 1/B*Sum(W_grad_of[b, j, i]**2, (b, 1, B)))

deviations = define(deviation[b, j, i], W_grad_of[b, j, i] - W_grad[j, i]).named("deviation from the mean")

squares = Sum(W_grad_of[b, j, i]**2, (b, 1, B))
within = 1/B*Sum(deviation[b, j, i]**2, (b, 1, B))
add_up = step(eq(Sum(W_grad_of[b, j, i], (b, 1, B)), B*W_grad[j, i]), by=definition(average))
variance_within = calc(
    within,
    row(1/B*Sum((W_grad_of[b, j, i] - W_grad[j, i])**2, (b, 1, B)), by=definition(deviations)),
    row(1/B*(squares - 2*W_grad[j, i]*Sum(W_grad_of[b, j, i], (b, 1, B)) + B*W_grad[j, i]**2), by=sums()),
    row(1/B*(squares - 2*W_grad[j, i]*(B*W_grad[j, i]) + B*W_grad[j, i]**2), by=algebra(add_up)),
    row(W_grad2[j, i] - W_grad[j, i]**2, by=definition(average_square)),
)
conclusion = step(eq(W_grad2[j, i], W_grad[j, i]**2 + within), by=algebra(variance_within))
larger = step(W_grad2[j, i] >= W_grad[j, i]**2, by=sums(conclusion))

mean_square_decomposition = Derivation(
    name="mean-square-decomposition",
    title="Mean square, squared mean and variance within a batch",
    source="Problem 4(c), further result",
    given=(average, average_square, deviations),
    claim=conclusion.statement,
    proof=(add_up, variance_within, conclusion, larger),
    experiments=(
        exact(near_miss=eq(W_grad2[j, i], W_grad[j, i]**2 + 2*within), count=12),
        precision(near_miss=eq(W_grad2[j, i], W_grad[j, i]**2 + B*within), at={B: (2, 3, 5)}),
    ),
)
