"""The average gradient of a batch does not determine the average squared gradient (Problem 4c)."""

from sgdproofs import *

B = natural("B", at_least=1)
b, i, j = index("b", at_least=1), index("i", at_least=1), index("j", at_least=1)
y_grad = family("y_grad", arity=2, first=1, latex=r"y.\mathrm{grad}")
x = family("x", arity=2, first=1)
W_grad_of = family("W_grad_of", arity=3, first=1, latex=r"W.\mathrm{grad}")
W_grad = family("W_grad", arity=2, first=1, latex=r"W.\mathrm{grad}")
W_grad2 = family("W_grad2", arity=2, first=1, latex=r"W.\mathrm{grad2}")

of_one_element = define(W_grad_of[b, j, i], y_grad[b, j]*x[b, i])
average = define(W_grad[j, i], 1/B*Sum(W_grad_of[b, j, i], (b, 1, B)))
average_square = define(W_grad2[j, i], 1/B*Sum(W_grad_of[b, j, i]**2, (b, 1, B)))

statement = not_determined(
    W_grad2[1, 1], W_grad[1, 1],
    {B: 2, y_grad[1, 1]: 1, y_grad[2, 1]: 1, x[1, 1]: 1, x[2, 1]: 1},
    {B: 2, y_grad[1, 1]: 1, y_grad[2, 1]: 1, x[1, 1]: 2, x[2, 1]: 0},
)

mean_square_not_determined = Derivation(
    name="mean-square-not-determined",
    title="The mean does not determine the mean square",
    source="Problem 4(c)",
    given=(of_one_element, average, average_square),
    claim=statement,
    proof=(step(statement, by=two_points(of_one_element, average, average_square)),),
    experiments=(
        exact(near_miss=not_determined(W_grad[1, 1], W_grad[1, 1], statement.first, statement.second)),
    ),
    note="Both batches have the mean gradient 1; the mean square is 1 for the first and 2 for the second.",
)
