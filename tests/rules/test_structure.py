# ruff: noqa: B023  (every lambda is called in the iteration that makes it)
"""Definitions, recurrences, induction, cases, citing and dependence against the exact interpreter."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from sgdproofs import (
    HYPOTHESIS,
    Derivation,
    Maximum,
    Minimum,
    Sum,
    algebra,
    assume,
    at,
    branches,
    check,
    define,
    definition,
    disjoint_blocks,
    eq,
    family,
    function_of,
    function_of_past,
    ge,
    gt,
    independent,
    independent_across,
    index,
    induction,
    integer,
    le,
    limit,
    lt,
    natural,
    ne,
    passage_to_limit,
    random_family,
    real,
    recurrence,
    step,
    substitution,
    sums,
)
from sgdproofs.advice import Search
from sgdproofs.language.errors import StatementError
from sgdproofs.language.report import PROVED
from sgdproofs.language.terms import Power, number
from sgdproofs.meaning import NotEvaluable, Undefined, applies, holds
from sgdproofs.models import models

from . import laws
from .random_terms import World
from .test_against_meaning import seeds


def verdicts(*proof: Any, given: tuple = ()) -> list[bool] | None:
    """Which lines are proved; None for what cannot be said."""
    try:
        report = check(Derivation(name="trial", claim=proof[-1].conclusion, proof=proof, given=given), advisor=Search())
    except StatementError:
        return None
    return [line.verdict == PROVED for line in report.lines]


def agrees(said: Any, given: tuple, seed: int, count: int = 6) -> int:
    """In how many models of the facts the statement holds; AssertionError if it fails in one."""
    seen = 0
    try:
        for model in models([said], given, count=count, seed=seed, tries=8 * count):
            if applies(said, model):
                assert holds(said, model), (
                    str(said),
                    [str(f) for f in given],
                    {p.name: str(v) for p, v in model.parameters.items()},
                    dict(model.values),
                )
                seen += 1
    except (NotEvaluable, Undefined):
        pass
    return seen


a, b, c = real("a"), real("b"), real("c")
n, z = natural("n"), integer("z")


def _value(rng: Random, bound: tuple, depth: int = 1) -> Any:
    w = World(rng)
    w.a, w.b, w.n = a, b, n
    return w.arithmetic(depth, bound)


def test_definitions() -> None:
    """A defined family inside sums and powers, at indices in and out of its domain."""
    fired = 0
    for number_, rng in seeds("definitions", 150):
        k, i = index("k", at_least=rng.choice((0, 1))), index("i", at_least=0)
        A = family("A", first=int(k.lower or 0))
        fact = define(
            A[k],
            rng.choice(
                (
                    lambda: k * a + b,
                    lambda: Sum(i * a, (i, 1, rng.choice((k, z, 3)))),
                    lambda: Power(a, k),
                    lambda: a / (k + 1),
                    lambda: Minimum(k, n),
                )
            )(),
        )
        place = rng.choice(
            (lambda: i, lambda: i + 1, lambda: i - 1, lambda: n, lambda: n - 1, lambda: number(rng.choice((0, 1, 2))))
        )
        try:
            left = rng.choice(
                (
                    lambda: A[place()] * c,
                    lambda: A[place()] - A[place()],
                    lambda: Sum(A[i], (i, rng.choice((0, 1)), n)),
                    lambda: A[place()] ** 2,
                )
            )()
            right = laws.rewritten(rng, left, (laws.arithmetic, laws.sums), 1)
            unfolded = _unfold(right, fact, k) if rng.random() < 0.8 else right
            said = eq(left, laws.disturbed(rng, unfolded) if rng.random() < 0.3 else unfolded)
            line = step(said, by=definition(fact) & sums())
        except StatementError:
            continue
        found = verdicts(line, given=(fact,))
        if found == [True]:
            fired += agrees(said, (fact,), number_) > 0
    assert fired >= 20


def _unfold(node: Any, fact: Any, k: Any) -> Any:
    from sgdproofs.language.terms import Element, substituted
    from sgdproofs.mutants import rebuilt

    if isinstance(node, Element) and node.family == fact.target.family:
        return substituted(fact.value, {k: node.indices[0]})
    for place, part in enumerate(node.args):
        if (
            hasattr(part, "args")
            and part.args
            and not isinstance(part, type(node.args))
            and hasattr(part, "free_symbols")
            and _is_term(part)
        ):
            node = rebuilt(node, place, _unfold(part, fact, k))
    return node


def _is_term(part: Any) -> bool:
    import sympy

    return isinstance(part, sympy.Expr)


def test_recurrences() -> None:
    """A recurrence is unfolded at the index at which it is cited, in its range, and nowhere else."""
    fired = 0
    for number_, rng in seeds("recurrences", 150):
        t = index("t", at_least=rng.choice((0, 0, 1)))
        y, x = family("y", first=rng.choice((0, None))), family("x")
        start = rng.choice(({0: 0}, {0: a}, {0: 0, 1: b}, {1: a}))
        back = rng.choice((1, 1, 2))
        try:
            fact = recurrence(y[t], a * y[t - back] + x[t], start=start)
            cite = rng.choice(
                (
                    lambda: fact,
                    lambda: fact.at(t + 1),
                    lambda: fact.at(t - 1),
                    lambda: fact.at(number(1)),
                    lambda: fact.at(n),
                )
            )()
            place = fact.over if cite.at_index is None else cite.at_index
            here = rng.choice((lambda: place, lambda: place, lambda: place, lambda: t, lambda: number(0)))()
            right = rng.choice(
                (
                    lambda: a * y[here - back] + x[here],
                    lambda: a * y[here - back] + x[here] + 0,
                    lambda: a * y[here - 1] + x[here],
                    lambda: a,
                )
            )()
            said = eq(y[here], right)
            if rng.random() < 0.7:
                said = said.given(ge(here, rng.choice((0, 1, 2))))
            line = step(said, by=definition(cite))
        except StatementError:
            continue
        if verdicts(line, given=(fact,)) == [True]:
            fired += agrees(said, (fact,), number_) > 0
    assert fired >= 15


def test_induction() -> None:
    """Closed forms of linear recurrences, right and nearly right."""
    proved = refused = 0
    for number_, rng in seeds("induction", 120):
        t = index("t", at_least=rng.choice((0, 0, 1)))
        first = int(t.lower or 0)
        y = family("y", first=rng.choice((0, None)))
        q = real("q", **rng.choice(({}, {"above": 1}, {"at_least": 0, "below": 1})))
        kind = rng.choice(("geometric", "linear", "constant"))
        value = {"geometric": q * y[t - 1] + c, "linear": y[t - 1] + c, "constant": q * y[t - 1] + (1 - q) * c}[kind]
        fact = recurrence(y[t], value, start={first: c if kind == "constant" else 0})
        closed = {"geometric": c * (1 - q ** (t - first)) / (1 - q), "linear": c * (t - first), "constant": c + 0 * t}[
            kind
        ]
        if rng.random() < 0.5:
            closed = laws.disturbed(rng, closed)
        claim = eq(y[t], closed)
        item = induction(claim, over=t, start=first, base=definition(fact), step=definition(fact, HYPOTHESIS))
        found = verdicts(item, given=(fact,))
        if found is not None and all(found):
            proved += agrees(claim, (fact,), number_) > 0
        else:
            refused += 1
    assert proved >= 15 and refused >= 15


def test_cases() -> None:
    """Relations with min and max, case by case."""
    proved = 0
    for number_, rng in seeds("cases", 200):
        x, y = rng.choice(((a, b), (n, z), (a, n)))
        claim = rng.choice((eq, le, ge, lt))(
            rng.choice((Minimum, Maximum))(x, y) + rng.choice((number(0), number(1), x)),
            rng.choice((x, y, x + y - Maximum(x, y), x + 1, x + y - Minimum(x, y), 2 * x, x + x)),
        )
        condition = rng.choice((le, lt, ge, gt, ne))(*rng.choice(((x, y), (y, x), (x, y + 1), (x, number(0)))))
        item = branches(claim, (condition, algebra()), (condition.negated(), algebra()))
        found = verdicts(item)
        if found is not None and all(found):
            proved += agrees(claim, (), number_, 12) > 0
    assert proved >= 8


def test_lines_at_other_indices() -> None:
    """A line at other values of its indices, in and out of their domain."""
    proved = 0
    for number_, rng in seeds("at", 150):
        t, s = index("t", at_least=rng.choice((0, 1, 2))), index("s", at_least=0)
        A = family("A")
        fact = (
            assume(rng.choice((eq(A[t], a * t), ge(A[t], t), eq(A[t] * A[t + 1], c))))
            if rng.random() < 0.7
            else assume(eq(A[t], b).given(rng.choice((ge(t, n), ne(t, 1), gt(t, 2)))))
        )
        line = step(fact.relation, by=algebra(fact))
        value = rng.choice((s, s + 1, s - 1, n, n + 2, z, number(1), number(0), a, t + 1, 2 * s))
        try:
            moved = fact.relation.at({t: value})
            said = rng.choice((moved, type(moved)(moved.lhs, moved.rel, moved.rhs)))
            if rng.random() < 0.3:
                said = said.given(ge(value, t.lower))
            found = verdicts(line, step(said, by=algebra(at(line, {t: value}))), given=(fact,))
        except StatementError:
            continue
        if found == [True, True]:
            proved += agrees(said, (fact,), number_) > 0
    assert proved >= 15


def test_substitution() -> None:
    """A cited equation as a rewrite, under binders as well."""
    fired = 0
    for number_, rng in seeds("substitution", 120):
        k, i = index("k", at_least=rng.choice((0, 1))), index("i", at_least=0)
        A, B = family("A"), family("B")
        fact = assume(rng.choice((eq(A[k], a * B[k]), eq(A[k], B[k + 1]), eq(c, a + b), eq(A[k], k))))
        left = rng.choice(
            (
                lambda: Sum(A[i] * c, (i, rng.choice((0, 1)), n)),
                lambda: A[i] * c,
                lambda: A[n] + A[1],
                lambda: Sum(A[k], (k, 1, n)),
                lambda: A[i - 1] * 2,
            )
        )()
        target = fact.relation.lhs
        right = laws.rewritten(rng, left, (laws.arithmetic, laws.sums), 1)
        if hasattr(target, "family"):
            right = _unfold(right, define(target, fact.relation.rhs), k)
        said = eq(left, laws.disturbed(rng, right) if rng.random() < 0.3 else right)
        if verdicts(step(said, by=substitution(fact) & sums()), given=(fact,)) == [True]:
            fired += agrees(said, (fact,), number_) > 0
    assert fired >= 15


def test_functions_of_the_past() -> None:
    """What a recurrence computes is independent of later inputs, and of no others."""
    proved = 0
    for number_, rng in seeds("past", 120):
        t, s = index("t", at_least=0), index("s", at_least=rng.choice((0, 1)))
        x = random_family("x", first=rng.choice((None, 0)))
        y = random_family("y", first=rng.choice((None, 0)))
        value = rng.choice(
            (
                lambda: a * y[t - 1] + x[t],
                lambda: y[t - 1] * x[t] + x[t - 1],
                lambda: a * y[t - 1] + x[t + 1],
                lambda: y[t - 2] + x[t],
                lambda: y[t - 1] + b,
                lambda: Minimum(y[t - 1], x[t]),
            )
        )()
        fact = recurrence(y[t], value, start=rng.choice(({0: 0}, {0: a}, {0: 0, 1: 1})))
        mutual = independent_across(x, s)
        past = step(function_of(y[t], x), by=function_of_past(fact))
        older = rng.choice((lambda: y[t], lambda: y[t - 1], lambda: y[1], lambda: y[t + 1]))()
        newer = rng.choice((lambda: x[t], lambda: x[t + 1], lambda: x[2], lambda: x[t + 2], lambda: x[t - 1]))()
        when = rng.choice(((), (ge(t, 1),), (ge(t, 2),)))
        line = step(independent(older, newer, when=when), by=disjoint_blocks(past, mutual))
        found = verdicts(past, line, given=(fact, mutual))
        if found == [True, True]:
            proved += agrees(line.statement, (fact, mutual), number_, 4) > 0
    assert proved >= 5


@pytest.mark.parametrize("ratio", ["small", "one", "large", "unknown"])
def test_passage_to_the_limit(ratio: str) -> None:
    """The fixed point is the limit only where a line says that there is one."""
    q = {
        "small": real("q", above=-1, below=1),
        "one": real("q", at_least=0, at_most=2),
        "large": real("q", above=1),
        "unknown": real("q"),
    }[ratio]
    t, y, v = index("t"), family("y"), real("v")
    fact = recurrence(y[t], q * y[t - 1] + c, start={0: 0})
    unfolded = step(eq(y[t], q * y[t - 1] + c).given(ge(t, 1)), by=definition(fact))
    named = assume(eq(limit(y[t], t), v))
    with_limit = verdicts(unfolded, step(eq(v, q * v + c), by=passage_to_limit(unfolded, named)), given=(fact, named))
    assert with_limit == [True, True]
    alone = verdicts(
        unfolded, step(eq(limit(y[t], t), q * limit(y[t], t) + c), by=passage_to_limit(unfolded)), given=(fact,)
    )
    assert alone == [True, False]
