"""Back-propagation through a batch of matrix-vector products, as loops (Problem 4a, 4b)."""

from sgdproofs import *

B, n, m = natural("B", at_least=1), natural("n"), natural("m")
b, i, j = index("b", at_least=1), index("i", at_least=1), index("j", at_least=1)
W, x, y = family("W", arity=2, first=1), family("x", arity=2, first=1), family("y", arity=2, first=1)
own_change = family("own_change", arity=3, first=1, latex=r"\delta W")
y_grad = family("y_grad", arity=2, first=1, latex=r"y.\mathrm{grad}")
W_grad = family("W_grad", arity=2, first=1, latex=r"W.\mathrm{grad}")
W_grad_of = family("W_grad_of", arity=3, first=1, latex=r"W.\mathrm{grad}")
loss = function("loss", latex=r"\mathcal{L}")()

# own_change[b,j,i] is a change of W[j,i] that batch element b alone sees: its own derivative is taken in it.
product = define(y[b, j], Sum((W[j, i] + own_change[b, j, i])*x[b, i], (i, 1, n))).named("y = W x")
through_y = differentiable(loss, y[b, j], ((b, 1, B), (j, 1, m)), y_grad[b, j])
averaged = define(W_grad[j, i], 1/B*Partial(loss, W[j, i])).named("average over the batch")
of_one_element = define(W_grad_of[b, j, i], Partial(loss, own_change[b, j, i])).named("derivative for batch element b")

inside = (j <= m, i <= n)
averaged_sum = step(
    eq(W_grad[j, i], 1/B*Sum(y_grad[b, j]*x[b, i], (b, 1, B))).given(*inside),
    by=differentiation(product, through_y, averaged),
)
averaged_loops = step(
    loops(((b, 1, B), (i, 1, n), (j, 1, m)), W_grad[j, i], 1/B*y_grad[b, j]*x[b, i]),
    by=sums(averaged_sum),
)
single = step(
    eq(W_grad_of[b, j, i], y_grad[b, j]*x[b, i]).given(b <= B, *inside),
    by=differentiation(product, through_y, of_one_element),
)
single_loops = step(
    loops(((b, 1, B), (i, 1, n), (j, 1, m)), W_grad_of[b, j, i], y_grad[b, j]*x[b, i]),
    by=algebra(single),
)
mean_of_single = step(
    eq(W_grad[j, i], 1/B*Sum(W_grad_of[b, j, i], (b, 1, B))).given(*inside),
    by=differentiation(product, through_y, averaged, of_one_element),
)

batch_gradient_loops = Derivation(
    name="batch-gradient-loops",
    title="The gradient of a batch as loops",
    source="Problem 4(a), 4(b)",
    given=(product, through_y, averaged, of_one_element),
    claim=averaged_loops.statement,
    proof=(averaged_sum, averaged_loops, single, single_loops, mean_of_single),
    experiments=(
        einsum(
            loops(((b, 1, B), (i, 1, n), (j, 1, m)), W_grad[j, i], 1/B*y_grad[b, j]*x[b, i]),
            near_miss=loops(((b, 1, B), (i, 1, n), (j, 1, m)), W_grad[j, i], y_grad[b, j]*x[b, i]),
            at={B: 4, n: 3, m: 2},
        ),
        einsum(
            loops(((b, 1, B), (i, 1, n), (j, 1, m)), W_grad_of[b, j, i], y_grad[b, j]*x[b, i]),
            near_miss=loops(((b, 1, B), (i, 1, n), (j, 1, m)), W_grad_of[b, j, i], y_grad[b, i]*x[b, j]),
            at={B: 4, n: 3, m: 3},
        ),
        precision(
            near_miss=eq(W_grad[j, i], Sum(y_grad[b, j]*x[b, i], (b, 1, B))).given(*inside),
            at={B: 3, n: 2, m: 2},
        ),
    ),
    note=r"$\delta W[b,j,i]$ is a change of $W[j,i]$ that batch element $b$ alone sees; the derivative for that "
         "element is taken in it. In the problem it is 0; the derivatives hold at every value of it.",
)
