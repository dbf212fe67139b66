"""With 1/min(t, N) in place of 1/N a running average starts without bias (Problem 3)."""

from sgdproofs import *

N, c, a = real("N", at_least=1), real("c"), real("a")
t, s = index("t", at_least=1), index("s", at_least=1)
x, y = family("x", first=1), family("y", first=0)

weight = 1/Minimum(t, N)
update = recurrence(y[t], (1 - weight)*y[t - 1] + weight*x[t], start={0: a}).named("update")
constant_input = define(x[s], c).named("constant input")

first_value = calc(y[1], row(x[1], by=definition(update.at(1))), row(c, by=definition(constant_input)))
positive_weight = step(gt(weight, 0), by=algebra())
convex = step(ge(1 - weight, 0), by=algebra())


def next_value(of_input):
    """`y[t + 1]` as the combination of `y[t]` and an input."""
    weight = 1/Minimum(t + 1, N)
    return step(eq(y[t + 1], (1 - weight)*y[t] + weight*of_input), by=definition(update.at(t + 1)))


combination = next_value(x[t + 1])


def in_case(smaller):
    """The invariant after one more step, where min(t, N) is `smaller`."""
    return calc(
        y[t],
        row((1 - 1/smaller)*y[t - 1] + 1/smaller*x[t], by=definition(update)),
        row((1 - 1/smaller)*c + 1/smaller*c, by=substitution(constant_input, HYPOTHESIS)),
        row(c, by=algebra()),
    )


invariant = induction(
    eq(y[t], c), over=t, start=1, base=algebra(first_value),
    step=branches(eq(y[t], c), (t <= N, in_case(t)), (t > N, in_case(N))),
)

bias_correction = Derivation(
    name="bias-correction",
    title="Bias correction with a constant input",
    source="Problem 3",
    given=(update, constant_input),
    claim=invariant.claim,
    proof=(first_value, positive_weight, convex, combination, invariant),
    note="The value $a$ at $t = 0$, which the problem leaves open, does not matter: at $t = 1$ its weight is 0.",
    errata=(
        erratum(next_value(x[t]), correction=combination,
                remark="The solution takes the input of the step before; the update takes that of the same step."),
    ),
    experiments=(
        exact(near_miss=eq(y[t], c*(1 - (1 - 1/N)**t)), facts_dropped=(constant_input,)),
        precision(near_miss=eq(y[t], c*(1 - (1 - 1/N)**t)), at={N: (1, 2, Fraction(7, 2), 10), c: 3, a: 5}),
    ),
)
