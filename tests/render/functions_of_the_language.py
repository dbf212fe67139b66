"""The spread of a stochastic gradient at a random iterate: conditional expectations and roots.

Below it are entries whose lines hold the other functions of the language, for the print.
"""
# ruff: noqa: F403, F405 - written as derivation files are

from sgdproofs import *

h, sigma, tau = real("h"), nonnegative("sigma"), nonnegative("tau")
theta, g = random_variable("theta", latex=r"\theta"), random_variable("g")

unbiased = assume(eq(Conditional(g, theta), h * theta)).named("unbiased gradient")
noise = assume(eq(Conditional((g - h * theta) ** 2, theta), sigma**2)).named("variance of the noise")
spread = assume(eq(Var(theta), tau**2)).named("spread of the iterate")

split = calc(
    Var(g),
    row(Var(g - h * theta + h * theta), by=algebra()),
    row(Var(g - h * theta) + 2 * h * Cov(g - h * theta, theta) + h**2 * Var(theta), by=variance()),
    row(
        E(Conditional((g - h * theta) ** 2, theta))
        + 2 * h * E(theta * Conditional(g - h * theta, theta))
        + h**2 * Var(theta),
        by=conditioning(unbiased),
    ),
    row(sigma**2 + h**2 * tau**2, by=conditioning(unbiased, noise, spread)),
)
root = step(eq(sqrt(Var(g)), sqrt(sigma**2 + h**2 * tau**2)), by=conditioning(unbiased, noise, spread))

noisy_gradient = Derivation(
    name="noisy-gradient",
    title="The spread of a stochastic gradient at a random iterate",
    source="Example",
    given=(unbiased, noise, spread),
    claim=root.statement,
    proof=(split, root),
    sanity=(({sigma: 0}, sqrt(h**2 * tau**2)), ({h: 0}, sqrt(sigma**2))),
)

c, x, n = positive("c"), real("x"), natural("n", at_least=1)
i = index("i", at_least=1)
a = family("a", first=1)
clipped = E(indicator(abs(g) <= c) * choice(abs(g) <= c, g, c) ** 2) + c**2 * E(indicator(c < abs(g)))

clipping = Derivation(
    name="clipping",
    title="The second moment of a clipped gradient",
    source="Example",
    claim=eq(clipped, E(choice(abs(g) <= c, g**2, c**2))),
    proof=(step(eq(clipped, E(choice(abs(g) <= c, g**2, c**2))), by=linearity() & cases()),),
)

decay = step(
    eq(
        exp(-x) * product(1 - a[i] / 2, i, 1, n + 1) * log(c),
        log(c) * exp(-x) * product(1 - a[i] / 2, i, 1, n) * (1 - a[n + 1] / 2),
    ),
    by=products(),
)
last = step(
    eq(
        2 * indicator(Either(eq(x, c), Negation(Both(x < c, x > 1)))) + floor(x / 2) + real_power(c, x),
        real_power(c, x) + floor(x / 2) + 2 * indicator(Either(Negation(Both(x < c, x > 1)), eq(x, c))),
    ),
    by=cases(),
)
decaying = Derivation(
    name="decay",
    title="A product of decays",
    source="Example",
    claim=decay.statement,
    proof=(last, decay),
)
