"""The exact interpreter, against values worked out by hand or by other means."""

from __future__ import annotations

import time
from fractions import Fraction as F

import pytest
import sympy

from sgdproofs.language.errors import StatementError
from sgdproofs.language.facts import (
    Definition,
    Given,
    assume,
    define,
    differentiable,
    identical_across,
    independent_across,
    pairwise_independent_across,
    recurrence,
    uncorrelated_across,
)
from sgdproofs.language.statements import eq, function_of, ge, independent, le, loops, ne
from sgdproofs.language.terms import (
    Cov,
    E,
    Maximum,
    Minimum,
    Partial,
    Sum,
    Var,
    family,
    function,
    index,
    integer,
    limit,
    natural,
    nonnegative,
    positive,
    random_family,
    random_variable,
    real,
)
from sgdproofs.meaning import (
    Budget,
    Model,
    NotEvaluable,
    NoValue,
    OutOfRange,
    Undefined,
    applies,
    domains_hold,
    fact_holds,
    holds,
    in_domain,
    sides,
    value,
)

a, b, x = real("a"), real("b"), real("x")
n = natural("n")
i, j, t = index("i", at_least=1), index("j", at_least=1), index("t", at_least=0)
HALF = (F(1, 2), F(1, 2))
QUARTERS = (F(1, 4),) * 4


def at(**numbers: object) -> Model:
    names = {"a": a, "b": b, "x": x, "n": n, "t": t, "i": i}
    return Model({names[k]: F(v) for k, v in numbers.items()})


@pytest.mark.parametrize(
    ("node", "model", "expected"),
    [
        (a / b - 1, at(a=1, b=3), F(-2, 3)),
        (-(a**2) + a * b, at(a=2, b=5), F(6)),
        (a**n, at(a=0, n=0), F(1)),
        (a**-2, at(a=2), F(1, 4)),
        (Minimum(a, b) - Maximum(a, b), at(a=2, b=5), F(-3)),
        (Sum(i, (i, 1, n)), at(n=4), F(10)),
        (Sum(i, (i, 1, n)), at(n=0), F(0)),
        (Sum(i, (i, 5, 2)), at(), F(0)),
        (Sum(i * j, (i, 1, j), (j, 1, 3)), at(), F(1 + 2 * 3 + 3 * 6)),  # the first range is the innermost
        (Sum(i * j, (i, 1, 3), (j, 1, 3), distinct=True), at(), F(36 - 14)),
        (Sum(a, (i, 1, 3)), at(a=7, i=100), F(21)),  # a bound index hides a value from outside
    ],
)
def test_values(node, model, expected):
    assert value(node, model) == expected


@pytest.mark.parametrize(
    ("node", "model"),
    [
        (a / b, at(a=0, b=0)),
        (a**-1, at(a=0)),
        (a ** (b / 2), at(a=4, b=1)),
        (Sum(i, (i, 1, a)), at(a=F(1, 2))),
        (1 / (a - a), at(a=3)),
    ],
)
def test_undefined(node, model):
    with pytest.raises(Undefined):
        value(node, model)
    assert not holds(eq(node, node), model)


def test_what_cannot_be_evaluated():
    with pytest.raises(NotEvaluable):
        value(limit(family("y")[t], t), Model(values={("y", (1,)): F(1)}))
    with pytest.raises(NotEvaluable):
        value(limit(a / x, a), at(a=1, x=1))  # x may depend on a
    with pytest.raises(NotEvaluable):
        value(limit(Minimum(t, 3), t), at())
    with pytest.raises(NoValue, match="a"):
        value(a + 1, Model())
    with pytest.raises(NoValue, match=r"alpha\[3\]"):
        value(family("alpha")[3], Model())
    with pytest.raises(Budget):
        value(Sum(i, (i, 1, 10**9)), Model(longest=1000))
    with pytest.raises(Budget):
        value((a**1000) ** 1000, at(a=3))


def test_moments_by_hand():
    p = (F(1, 2), F(1, 3), F(1, 6))
    u, w = random_variable("u"), random_variable("w")
    m = Model({a: F(3)}, p, {("u", ()): (F(1), F(2), F(5)), ("w", ()): (F(0), F(1), F(-1))})
    assert value(u, m) == (1, 2, 5)
    assert value(E(u), m) == F(1, 2) + F(2, 3) + F(5, 6) == 2
    assert value(Var(u), m) == F(1, 2) + F(4, 3) + F(25, 6) - 4
    assert value(Cov(u, w), m) == F(2, 3) - F(5, 6) - 2 * (F(1, 3) - F(1, 6))
    assert value(Var(a * u + 7), m) == 9 * value(Var(u), m)
    assert value(E(a), m) == 3
    assert value(Var(a), m) == 0
    assert value(Var(Sum(u, (i, 1, 0))), m) == 0
    assert not holds(eq(u, 1), m)
    assert holds(ge(u, 1), m)
    assert holds(ne(u, 7), m)
    assert not holds(ne(u, 2), m)  # it has to hold at every outcome
    with pytest.raises(Undefined):
        value(E(1 / w), m)


def test_a_model_needs_probabilities():
    for weights in ((F(1, 2),), (F(1), F(0)), (F(3, 2), F(-1, 2))):
        with pytest.raises(ValueError, match="probabilities"):
            Model(probabilities=weights)


@pytest.mark.parametrize(
    ("node", "model", "expected"),
    [
        (limit(1 / t, t), at(), F(0)),
        (limit((3 * t**2 - t) / (2 * t**2 + 1), t), at(), F(3, 2)),
        (limit(b / (2 * a - 1) * (1 - (1 - 1 / a) ** (2 * t)), t), at(a=3, b=5), F(1)),
        (limit((1 - 1 / a) ** t, t), at(a=1), F(0)),  # 0**t
        (limit(t**3 * a**t, t), at(a=F(-1, 2)), F(0)),
        (limit((a**t + 1) / (2 * a**t - t), t), at(a=3), F(1, 2)),
        (limit(a / (2 * a - 1), a), at(a=7), F(1, 2)),
        (limit((a**2 + a) / (3 * a), a, 0), at(a=7), F(1, 3)),
        (limit(1 + Sum(i / t, (i, 1, n)), t), at(n=4), F(1)),
        (a + limit(t / (t + a), t), at(a=2), F(3)),
    ],
)
def test_limits_of_closed_forms(node, model, expected):
    assert value(node, model) == expected


@pytest.mark.parametrize(
    "node", [limit(t, t), limit(2**t / t, t), limit((-1) ** t, t), limit(1 / a, a, 0), limit(1 / (t - t), t)]
)
def test_limits_that_do_not_exist(node):
    with pytest.raises(Undefined):
        value(node, at(a=1))


def test_limits_of_moments():
    u = random_variable("u")
    m = Model({}, HALF, {("u", ()): (F(1), F(-1))})
    assert value(limit(Var(u * (1 + 1 / t)), t), m) == 1
    assert value(limit(u / t + u, t), m) == (1, -1)


def test_recurrences_are_deep_and_forward():
    mu, y = family("mu", first=0), family("y")
    update = recurrence(mu[t], mu[t - 1] / 2 + y[t], start={0: 1})
    m = Model({}, values={("y", (k,)): F(1) for k in range(600)}, facts=(update,))
    began = time.monotonic()
    assert value(mu[500], m) == 2 - F(1, 2**500)
    assert value(mu[0], m) == 1
    assert time.monotonic() - began < 2
    with pytest.raises(OutOfRange):
        value(mu[t], m, {t: F(-1)})
    assert fact_holds(update, m, 20)
    with pytest.raises(Budget):
        value(mu[500], Model({}, values=m.values, facts=(update,), longest=100))


def test_mutual_recurrences_and_circles():
    p, q = family("p"), family("q")
    m = Model(facts=(recurrence(p[t], q[t - 1] + 1, start={0: 0}), recurrence(q[t], 2 * p[t], start={0: 1})))
    assert value(p[300], m) == value(q[300], m) / 2 == 2 * value(p[299], m) + 1
    circle = Model(facts=(define(p[t], q[t]), define(q[t], p[t] + 1)))
    with pytest.raises(NotEvaluable, match="circle"):
        value(p[0], circle)


def test_definitions():
    grad, out, w = family("grad", arity=2), family("out"), real("w")
    width = define(w, a + 1)
    mean = define(out[j], Sum(grad[i, j], (i, 1, 2)) / w)
    values = {("grad", (p, q)): F(10 * p + q) for p in range(1, 5) for q in range(1, 5)}
    m = Model({a: F(1)}, values=values, facts=(width, mean))
    assert value(out[2], m) == F(12 + 22, 2)
    assert fact_holds(mean, m, 3)
    assert fact_holds(width, m)
    wrong = define(out[j], Sum(grad[i, j], (i, 1, 2)) / w + 1)
    assert not fact_holds(wrong, m, 3)
    outside = Definition(positive("s"), a - 5)
    assert not fact_holds(outside, Model({a: F(1)}, facts=(outside,)))
    assert not fact_holds(define(w, 1 / (a - 1)), Model({a: F(1)}, facts=(define(w, 1 / (a - 1)),)))


def test_derivatives_against_sympy():
    u, v = sympy.symbols("u v")
    tree = a**3 * b / (1 + a * b) - Sum(i * a**2, (i, 1, 3)) + Minimum(a, 100) * b**-2
    plain = u**3 * v / (1 + u * v) - 6 * u**2 + u / v**2
    m = at(a=2, b=3)
    for ours, theirs in (
        (Partial(tree, a), plain.diff(u)),
        (Partial(tree, b), plain.diff(v)),
        (Partial(Partial(tree, a), a), plain.diff(u, 2)),
        (Partial(Partial(tree, b), a), plain.diff(u, v)),
    ):
        expected = theirs.subs({u: 2, v: 3})
        assert value(ours, m) == F(int(expected.p), int(expected.q))
    with pytest.raises(NotEvaluable):  # min(a, b)**2, say, may have a derivative there
        value(Partial(Minimum(a, b), a), at(a=1, b=1))
    with pytest.raises(StatementError, match="integer"):
        Partial(2**n, n)


def test_derivatives_of_families_and_moments():
    alpha, g = family("alpha"), random_family("g")
    weights = {("alpha", (k,)): F(k) for k in (1, 2, 3)}
    m = Model({n: F(3)}, HALF, {**weights, **{("g", (k,)): (F(k), F(-1)) for k in (1, 2, 3)}})
    total = Sum(alpha[i] * g[i], (i, 1, n))
    assert value(Partial(total, alpha[2]), m) == value(g[2], m)
    assert value(Partial(Var(total), alpha[2]), m) == 2 * value(Cov(total, g[2]), m)
    assert value(Partial(total, alpha[4]), Model({n: F(3)}, HALF, {**m.values, ("alpha", (4,)): F(1)})) == (0, 0)


def test_chain_rule():
    loss = function("L")()
    weights, data, out, slope = (family(name, arity=2) for name in ("W", "x", "y", "ygrad"))
    batch = natural("B", at_least=1)
    layer = define(out[i, j], Sum(weights[j, t] * data[i, t], (t, 1, 2)))
    chain = differentiable(loss, out[i, j], ((i, 1, batch), (j, 1, 2)), slope[i, j])
    grid = [(p, q) for p in (1, 2) for q in (1, 2)]
    values = {(name, (p, q)): F(c * p + q) for c, name in ((3, "W"), (5, "x"), (7, "ygrad")) for p, q in grid}
    m = Model({batch: F(2)}, values=values, functions={("L", ()): F(9)}, facts=(layer, chain))
    assert fact_holds(chain, m)
    assert value(loss, m) == 9
    assert value(Partial(loss, out[2, 1]), m) == values["ygrad", (2, 1)]
    expected = sum(values["ygrad", (p, 1)] * values["x", (p, 2)] for p in (1, 2))
    assert value(Partial(loss, weights[1, 2]), m) == expected
    with pytest.raises(NotEvaluable):
        value(Partial(Partial(loss, weights[1, 1]), weights[1, 2]), m)


def test_loops_are_sums():
    grad, out, data = family("wgrad", arity=2), family("ygrad", arity=2), family("x", arity=2)
    batch = natural("B", at_least=1)
    said = loops(((i, 1, batch), (j, 1, 2), (t, 1, 2)), grad[j, t], out[i, j] * data[i, t])
    grid = [(p, q) for p in (1, 2) for q in (1, 2)]
    values = {(name, place): F(c + place[0] * place[1]) for c, name in ((1, "ygrad"), (2, "x")) for place in grid}
    true = {("wgrad", (p, q)): sum(values["ygrad", (k, p)] * values["x", (k, q)] for k in (1, 2)) for p, q in grid}
    point = {batch: F(2), j: F(1), t: F(2)}
    assert holds(said, Model(point, values={**values, **true}))
    assert not holds(said, Model(point, values={**values, **true, ("wgrad", (1, 2)): F(0)}))


def test_assumptions_make_a_relation_vacuous():
    said = eq(a, 1).given(ge(b, 0))
    assert holds(said, at(a=2, b=-1))
    assert not applies(said, at(a=2, b=-1))
    assert not holds(said, at(a=2, b=1))
    assert not applies(eq(a, 1).given(eq(1 / b, 1)), at(a=2, b=0))
    assert sides(eq(a / b, 1), at(a=1, b=0)) == (None, 1, "undefined: division by zero")


def test_undefined_functions():
    law = function("law")
    table = {("law", (F(1), F(2))): F(5), ("law", (F(2), F(2))): F(6)}
    m = Model({a: F(1), b: F(2)}, HALF, {("u", ()): (F(1), F(2))}, table)
    assert value(law(a, b), m) == 5
    assert value(law(a, b), m) == value(law(b - 1, b), m)
    assert value(law(random_variable("u"), b), m) == (5, 6)
    with pytest.raises(NoValue):
        value(law(b, a), m)


def test_domains():
    assert in_domain(positive("p"), F(1, 9))
    assert not in_domain(positive("p"), F(0))
    assert in_domain(nonnegative("p"), F(0))
    assert not in_domain(natural("m", at_least=2), F(1))
    assert not in_domain(integer("m"), F(1, 2))
    assert not in_domain(real("m", above=0, below=1), F(1))
    assert not domains_hold(Model({n: F(-1)}))


# Two fair signs and their product: any two independent, the three not.
SIGNS = {("x", (1,)): (1, 1, -1, -1), ("x", (2,)): (1, -1, 1, -1), ("x", (3,)): (1, -1, -1, 1)}
AXES = {("x", (1,)): (1, -1, 0, 0), ("x", (2,)): (0, 0, 1, -1)}
COPIES = {("x", (1,)): (1, 1, -1, -1), ("x", (2,)): (1, 1, -1, -1)}
SCALED = {("x", (1,)): (1, 1, -1, -1), ("x", (2,)): (2, -2, 2, -2)}


@pytest.mark.parametrize(
    ("space", "expected"),  # mutual, pairwise, uncorrelated, identical
    [
        (SIGNS, (False, True, True, True)),
        (AXES, (False, False, True, True)),
        (COPIES, (False, False, False, True)),
        (SCALED, (True, True, True, False)),
    ],
)
def test_facts_about_a_family(space, expected):
    xs = random_family("x")
    m = Model({}, QUARTERS, {k: tuple(map(F, v)) for k, v in space.items()})
    facts = (
        independent_across(xs, i),
        pairwise_independent_across(xs, i),
        uncorrelated_across(xs, i),
        identical_across(xs, i),
    )
    assert tuple(fact_holds(f, m, len(space)) for f in facts) == expected
    assert holds(independent(xs[1], xs[2]), m) == expected[1]


def test_independence_is_of_whole_blocks():
    g = random_family("g", arity=2)
    values = {
        ("g", (1, 1)): (1, 1, -1, -1),
        ("g", (1, 2)): (1, -1, 1, -1),
        ("g", (2, 1)): (1, -1, -1, 1),
        ("g", (2, 2)): (0, 0, 0, 0),
    }
    m = Model({}, QUARTERS, {k: tuple(map(F, v)) for k, v in values.items()})
    assert not fact_holds(independent_across(g, i), m)  # g[2][1] is the product of the components of g[1]
    assert not holds(independent(g[1], g[2]), m)
    assert holds(independent(g[1][1], g[2][1]), m)
    assert fact_holds(uncorrelated_across(g, i), m)


def test_equations_for_all_indices():
    xs, mean = random_family("x"), family("m")
    values = {("x", (k,)): (F(k), F(-k)) for k in range(1, 4)} | {("m", (k,)): F(k * k) for k in range(1, 4)}
    m = Model({}, HALF, values)
    assert fact_holds(assume(eq(Var(xs[i]), mean[i])), m, 3)
    assert not fact_holds(assume(eq(Var(xs[i]), 1)), m, 3)
    assert fact_holds(assume(eq(Var(xs[i]), 1).given(le(i, 1))), m, 3)
    with pytest.raises(NoValue):
        fact_holds(assume(eq(Var(xs[i]), mean[i])), m, 4)
    assert not fact_holds(Given(independent(xs[1], xs[2])), m)
    assert fact_holds(assume(eq(Var(family("z", first=2)[i]), 0)), Model({}, HALF, {("z", (2,)): F(1)}), 2)


def test_functions_of_the_past():
    xs, mu = random_family("x", first=1), random_family("mu")
    draws = {("x", (1,)): tuple(map(F, (1, 1, -1, -1))), ("x", (2,)): tuple(map(F, (1, -1, 1, -1)))}
    m = Model({t: F(1)}, QUARTERS, draws, facts=(recurrence(mu[t], mu[t - 1] + xs[t], start={0: 0}),))
    ahead = Model({t: F(1)}, QUARTERS, m.values, facts=(define(mu[t], xs[t + 1]),))
    assert holds(function_of(mu[t], xs), m)
    assert not holds(function_of(mu[t], xs), ahead)
