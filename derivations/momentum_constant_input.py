"""Momentum with the constant input c converges to N c (Problem 2a)."""

from sgdproofs import *

N, c = real("N", at_least=1), real("c")
y_inf = real("y_inf", latex=r"y_\infty")
t, s = index("t"), index("s", at_least=1)
x, y = family("x", first=1), family("y", first=0)

update = recurrence(y[t], (1 - 1/N)*y[t - 1] + x[t], start={0: 0}).named("update")
constant_input = define(x[s], c).named("constant input")
limit_value = define(y_inf, limit(y[t], t)).named("limit")

recursion = step(eq(y[t], (1 - 1/N)*y[t - 1] + c).given(t >= 1), by=definition(update, constant_input))
closed_form = induction(
    eq(y[t], N*c*(1 - (1 - 1/N)**t)), over=t, base=definition(update),
    step=calc(
        y[t],
        row((1 - 1/N)*y[t - 1] + c, by=algebra(recursion)),
        row((1 - 1/N)*(N*c*(1 - (1 - 1/N)**(t - 1))) + c, by=substitution(HYPOTHESIS)),
        row(N*c*(1 - (1 - 1/N)**t), by=algebra()),
    ),
)

momentum_closed_form = Derivation(
    name="momentum-closed-form",
    title="Momentum with a constant input at every step",
    source="Problem 2(a)",
    given=(update, constant_input),
    claim=closed_form.claim,
    proof=(recursion, closed_form),
    sanity=(({t: 0}, 0), ({t: 1}, c), ({t: 2}, (2 - 1/N)*c), ({N: 1, t: 3}, c)),
    experiments=(
        exact(near_miss=eq(y[t], N*c*(1 - (1 - 1/N)**(t + 1)))),
        precision(near_miss=eq(y[t], c*(1 - (1 - 1/N)**t)), at={N: (1, 2, Fraction(7, 2), 100), c: 3}),
    ),
)

for_all_t = lemma("momentum-closed-form", closed_form.claim)
converges = step(eq(limit(y[t], t), N*c), by=limits(for_all_t))

momentum_constant_input = Derivation(
    name="momentum-constant-input",
    title="Momentum with a constant input in the limit",
    source="Problem 2(a)",
    given=(update, constant_input, limit_value),
    lemmas=(for_all_t,),
    claim=eq(y_inf, N*c),
    proof=(
        recursion, converges,
        step(eq(y_inf, (1 - 1/N)*y_inf + c), by=passage_to_limit(limit_value, recursion, converges)),
        step(eq(y_inf, N*c), by=algebra(PREVIOUS)),
    ),
    sanity=(({N: 1}, c), ({N: 10}, 10*c)),
    note="That the limit exists, which the problem assumes, is proved.",
    experiments=(
        exact(near_miss=eq(y[t], (1 - 1/N)*y[t - 1] + c/N).given(t >= 1)),
        precision(near_miss=eq(y_inf, (N + 1)*c), at={N: (1, 2, Fraction(7, 2), 10), c: 3}),
    ),
)
