"""Reports made by hand, with every shape that a sheet must print.  Nothing here was checked by a kernel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sgdproofs.language.derivation import (
    HYPOTHESIS,
    PREVIOUS,
    Derivation,
    Refutation,
    at,
    branches,
    calc,
    erratum,
    induction,
    row,
    step,
)
from sgdproofs.language.facts import assume, define, identical_across, independent_across, recurrence
from sgdproofs.language.report import PROVED, REFUTED, UNJUSTIFIED, Condition, Line, Report
from sgdproofs.language.statements import eq, ge, gt, le, loops, ne, not_determined
from sgdproofs.language.terms import (
    Cov,
    E,
    Minimum,
    Partial,
    Sum,
    Var,
    family,
    function,
    index,
    limit,
    natural,
    positive,
    random_family,
    real,
    term,
)

THEOREM = "a stand-in for the kernel's theorem"


@dataclass(frozen=True)
class By:
    name: str
    cites: tuple = ()


@dataclass(frozen=True)
class Shown:
    text: str

    def describe(self) -> str:
        return self.text


N = natural("N", at_least=1)
B = natural("B", at_least=1)
t, b, b2, i, j = index("t"), index("b"), index("b'"), index("i"), index("j")
sigma2 = positive("sigma2", latex=r"\sigma_x^2")
v = real("v", latex=r"\sigma_{\hat\mu,\infty}^2")
c = real("c")
x, mu = random_family("x"), random_family("mu", latex=r"\hat\mu")
y = family("y")


def ema_variance() -> Report:
    update = recurrence(mu[t], (1 - 1 / N) * mu[t - 1] + x[t] / N, start={0: 0})
    variance = assume(eq(Var(x[t]), sigma2))
    independence = independent_across(x, t)
    steps = (
        step(
            eq(v, (1 - 1 / N) ** 2 * v + 1 / N**2 * sigma2), By("limit of both sides", (update, variance, independence))
        ),
        step(eq(v, (1 - 2 / N + 1 / N**2) * v + 1 / N**2 * sigma2), By("algebra", (PREVIOUS,))),
        step(eq(term(0), (term(-2) / N + 1 / N**2) * v + 1 / N**2 * sigma2), By("algebra", (PREVIOUS,))),
        step(eq(term(0), (-2 + 1 / N) * v + 1 / N * sigma2), By("multiply by a factor that is not zero", (PREVIOUS,))),
        step(eq(v, 1 / ((2 - 1 / N) * N) * sigma2), By("solve", (PREVIOUS,))),
    )
    derivation = Derivation(
        name="ema-variance-limit",
        title="Variance of a running average",
        source="Problem 1(a)",
        given=(update, independence, identical_across(x, t), variance, define(v, limit(Var(mu[t]), t))),
        claim=eq(limit(Var(mu[t]), t), sigma2 / (2 * N - 1)),
        proof=steps,
        sanity=(({N: 1}, sigma2),),
        note="The limit exists for every N >= 1; it is not assumed.",
    )
    nonzero = Condition(ne(N, 0), 1, "from N >= 1")
    other = Condition(ne((2 - 1 / N) * N, 0), 5, "N = 1 + M: 2 M + 1 > 0")
    lines = tuple(
        Line(n, s.statement, s.by, PROVED, item=s, conditions=(nonzero, other) if n == 5 else (nonzero,))
        for n, s in enumerate(steps, start=1)
    )
    sane = Line(6, eq(sigma2 / (2 * term(1) - 1), sigma2), By("sanity check"), PROVED, scope="sanity, N = 1")
    return Report(derivation, PROVED, (*lines, sane), THEOREM)


def minibatch() -> Report:
    g = random_family("ghat", arity=2)
    mean = family("g", latex="g[#1]")
    cov, one = family("SigmaB", arity=2, latex=r"\Sigma^B"), family("Sigma1", arity=2, latex=r"\Sigma^1")
    average = random_family("gB", latex=r"\hat g^B[#1]")
    of_average = define(average[i], 1 / B * Sum(g[b][i], (b, 1, B)))
    of_cov = define(cov[i][j], E((average[i] - mean[i]) * (average[j] - mean[j])))
    of_one = define(one[i][j], E((g[1][i] - mean[i]) * (g[1][j] - mean[j])))
    mean_fact = assume(eq(E(g[b][i]), mean[i])).named("mean of the gradients")
    independence = independent_across(g, b)

    def product(left: Any, right: Any) -> Any:
        return (g[left][i] - mean[i]) * (g[right][j] - mean[j])

    diagonal = Sum(E(product(b, b)), (b, 1, B))
    off = Sum(E(product(b, b2)), (b2, 1, B), (b, 1, B), distinct=True)
    off_split = Sum(E(g[b][i] - mean[i]) * E(g[b2][j] - mean[j]), (b2, 1, B), (b, 1, B), distinct=True)
    first = E((average[i] - mean[i]) * (average[j] - mean[j]))
    whole = calc(
        cov[i][j],
        row(first, By("definition", (of_cov,))),
        row(
            1 / B**2 * E(Sum(g[b][i] - mean[i], (b, 1, B)) * Sum(g[b][j] - mean[j], (b, 1, B))),
            By("definition", (of_average,)),
        ),
        row(1 / B**2 * E(Sum(product(b, b2), (b2, 1, B), (b, 1, B))), By("product of sums")),
        row(1 / B**2 * (diagonal + off), By("linearity of expectation and splitting of the double sum")),
        row(1 / B**2 * (diagonal + off_split), By("expectation of a product", (independence,))),
        row(1 / B**2 * diagonal, By("the second sum vanishes", (mean_fact,))),
        row(1 / B * one[i][j], By("identical distribution", (of_one, identical_across(g, b)))),
    )
    printed = step(eq(cov[i][j], 1 / B**2 * diagonal + off), By("splitting of the double sum"))
    slip = erratum(
        printed,
        correction=step(eq(cov[i][j], 1 / B**2 * (diagonal + off)), By("splitting of the double sum")),
        remark="The bracket is missing in print.",
    )
    derivation = Derivation(
        name="minibatch-covariance",
        title="Covariance of a minibatch gradient",
        source="Problem 5",
        given=(of_average, of_cov, of_one, mean_fact, independence, identical_across(g, b)),
        claim=eq(cov[i][j], 1 / B * one[i][j]),
        proof=(whole,),
        errata=(slip,),
    )
    nonzero = Condition(ne(B, 0), 2, "from B >= 1")
    lines = tuple(
        Line(n, eq(cov[i][j], r.expr), r.by, PROVED, item=r, continued=n > 1, conditions=(nonzero,) if n > 1 else ())
        for n, r in enumerate(whole.rows, start=1)
    )
    bad = Line(
        1,
        printed.statement,
        printed.by,
        UNJUSTIFIED,
        item=slip,
        missing=("independence of the ghat[b]", "mean of the gradients"),
    )
    return Report(derivation, PROVED, lines, THEOREM, errata=(bad,))


def momentum() -> Report:
    update = recurrence(y[t], (1 - 1 / N) * y[t - 1] + c, start={0: 0})
    begin, end = By("start of the recurrence", (update,)), By("algebra", (PREVIOUS,))
    inner = calc(
        y[t],
        row((1 - 1 / N) * y[t - 1] + c, By("recurrence", (update,))),
        row((1 - 1 / N) * (N * c * (1 - (1 - 1 / N) ** (t - 1))) + c, By("substitution", (HYPOTHESIS,))),
    )
    closed = induction(eq(y[t], N * c * (1 - (1 - 1 / N) ** t)), over=t, base=begin, step=(inner, end))
    last = step(eq(limit(y[t], t), N * c), By("limit of a geometric term", (at(closed, {t: t + 1}), closed)))
    derivation = Derivation(
        name="momentum-constant",
        title="Momentum with a constant input",
        source="Problem 2(a)",
        given=(update,),
        claim=last.statement,
        proof=(closed, last),
    )
    nonzero = Condition(ne(N, 0), 1, "from N >= 1")
    lines = [
        Line(
            1, closed.claim.at({t: 0}), begin, PROVED, item=closed, depth=1, scope="base, t = 0", conditions=(nonzero,)
        )
    ]
    lines += [
        Line(n, eq(y[t], r.expr), r.by, PROVED, item=r, depth=1, scope="step, t - 1 to t", continued=n > 2)
        for n, r in enumerate(inner.rows, start=2)
    ]
    lines.append(Line(4, closed.claim, end, PROVED, item=closed, depth=1, scope="step, t - 1 to t"))
    lines.append(
        Line(5, last.statement, last.by, PROVED, item=last, conditions=(Condition(le(0, 1 - 1 / N), 5, "N >= 1"),))
    )
    return Report(derivation, PROVED, tuple(lines), THEOREM)


def bias() -> Report:
    m = Minimum(t, N)
    update = recurrence(y[t], (1 - 1 / m) * y[t - 1] + c / m, start={1: c})
    first = step(eq(y[t], (1 - 1 / t) * c + c / t), By("minimum", (update,)))
    second = step(eq(y[t], (1 - 1 / N) * c + c / N), By("minimum", (update,)))
    done, again = By("algebra", (PREVIOUS,)), By("algebra", (first, PREVIOUS))
    cases = branches(eq(y[t], c).given(ge(t, 2)), (le(t, N), (first, done)), (gt(t, N), (second, again)))
    derivation = Derivation(
        name="bias-correction",
        title="Bias correction",
        source="Problem 3",
        given=(update,),
        claim=eq(y[t], c).given(ge(t, 2)),
        proof=(cases,),
    )
    lines = (
        Line(1, first.statement, first.by, PROVED, item=first, depth=1, scope="case t <= N"),
        Line(2, cases.claim, done, PROVED, item=cases, depth=1, scope="case t <= N"),
        Line(
            3,
            second.statement,
            second.by,
            "undecided",
            "the budget of 2 seconds is spent",
            item=second,
            depth=1,
            scope="case t > N",
            conditions=(Condition(ne(m, 0), 3, None),),
        ),
        Line(4, cases.claim, again, PROVED, item=cases, depth=1, scope="case t > N"),
    )
    return Report(derivation, "undecided", lines, reason="Line 3 is undecided.")


def batch_gradient() -> Report:
    n, m = natural("n", at_least=1), natural("m", at_least=1)
    W, grad, xs = family("W", arity=2), family("wgrad", arity=2, latex=r"W.\mathrm{grad}[#1,#2]"), family("x", arity=2)
    ygrad = family("ygrad", arity=2, latex=r"y.\mathrm{grad}[#1,#2]")
    loss = function("loss", latex=r"\ell")(W[j][i])
    nest = loops(((b, 1, B), (i, 1, n), (j, 1, m)), grad[j][i], 1 / B * ygrad[b][j] * xs[b][i])
    line = step(nest, By("chain rule"))
    meaning = define(grad[j][i], Partial(loss, W[j][i]))
    derivation = Derivation(
        name="batch-gradient",
        title="Batch gradient as loops",
        source="Problem 4(a)",
        claim=nest,
        proof=(line,),
        given=(meaning,),
    )
    return Report(derivation, PROVED, (Line(1, nest, line.by, PROVED, item=line),), THEOREM)


def mean_square() -> Report:
    h = family("h", latex="h[#1]")
    claim = not_determined(
        1 / B * Sum(h[b] ** 2, (b, 1, B)),
        1 / B * Sum(h[b], (b, 1, B)),
        {B: 2, h[1]: 0, h[2]: 0},
        {B: 2, h[1]: -1, h[2]: 1},
    )
    line = step(claim, By("two points"))
    derivation = Derivation(
        name="mean-square",
        title="The mean does not determine the mean square",
        source="Problem 4(c)",
        claim=claim,
        proof=(line,),
    )
    return Report(derivation, PROVED, (Line(1, claim, line.by, PROVED, item=line),), THEOREM)


def weighted() -> Report:
    n, variance = natural("n", at_least=1), positive("s2", latex=r"\Sigma_g")
    weight, g = family("alpha"), random_family("g", latex=r"\hat g")
    claim = eq(Var(Sum(weight[i] * g[i], (i, 1, n))), Sum(weight[i], (i, 1, n)) * variance)
    refutation = Refutation(
        name="weighted-as-printed",
        title="Covariance of a weighted update, as printed",
        source="Problem 6",
        claim=claim,
        corrected_by="minibatch-covariance",
        given=(independent_across(g, i), assume(eq(Var(g[i]), variance)), assume(eq(Cov(g[i], g[j]), term(0)))),
    )
    line = Line(
        1,
        claim,
        None,
        REFUTED,
        item=refutation,
        witness=Shown("n = 2, alpha = (1/2, 1/2), Sigma_g = 1\nleft side 1/2, right side 1"),
    )
    return Report(refutation, REFUTED, (line,))


def every() -> list[Report]:
    return [ema_variance(), minibatch(), momentum(), bias(), batch_gradient(), mean_square(), weighted()]


def very_long() -> Report:
    """Lines that cannot stand beside their reasons as they are."""
    a = family("a")
    total: Any = a[1] * v
    for k in range(2, 40):
        total = total + a[k] * v
    deep: Any = a[1]
    for k in range(2, 14):
        deep = (deep + c) / (a[k] + sigma2) * (a[k] - N)
    product: Any = a[1]
    for k in range(2, 40):
        product = product * a[k]
    wide = E((total + c) * (total - c) * x[t])
    statements = (
        eq(a[t], total),
        eq(total, a[t]),
        eq(wide, c),
        eq(a[t], deep),
        eq(a[t], product),
        eq(total, total * total).given(ge(t, 1), le(t, N), gt(N, 2)),
        eq(a[t], (total / product) ** 2),
    )
    by = By(
        "a reason with very many words, more than a narrow column beside a formula holds in one line",
        (assume(eq(total, c)), PREVIOUS),
    )
    steps = tuple(step(s, by) for s in statements)
    derivation = Derivation(
        name="very-long",
        claim=statements[0],
        proof=steps,
        given=(assume(eq(total, c)),),
        title="A title of " + "very " * 40 + "many words",
        source="Problem 0",
    )
    lines = tuple(
        Line(n, s.statement, by, PROVED, item=s, conditions=(Condition(ne(total, 0), n, "N >= 1"),))
        for n, s in enumerate(steps, start=1)
    )
    return Report(derivation, PROVED, lines, THEOREM)
