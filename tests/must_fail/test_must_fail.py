"""Derivations that must fail, each for the right reason.  A test fails if one of them is proved."""

from __future__ import annotations

from typing import Any

import pytest

from sgdproofs import *
from sgdproofs.language.errors import CatalogueError
from sgdproofs.language.report import PROVED, REFUTED, UNDECIDED, UNJUSTIFIED
from sgdproofs.verdicts import judge


def judged(*proof: Any, given: tuple = (), claim: Any = None, lemmas: tuple = (), catalogue: Any = None) -> Any:
    """The report on a derivation whose claim is its last line."""
    claim = proof[-1].conclusion if claim is None else claim
    return judge(Derivation(name="must-fail", claim=claim, proof=proof, given=given, lemmas=lemmas), catalogue or {})


def refused(
    *proof: Any,
    verdict: str | tuple = (REFUTED, UNJUSTIFIED, UNDECIDED),
    why: str = "",
    line: int = -1,
    missing: tuple = (),
    **rest: Any,
) -> Any:
    """Assert that the derivation is not proved, that `line` is what fails, and why."""
    report = judged(*proof, **rest)
    found = report.lines[line]
    assert report.verdict != PROVED and report.theorem is None, f"proved: {found.statement}"
    wanted = (verdict,) if isinstance(verdict, str) else verdict
    assert found.verdict in wanted, f"{found.statement} is {found.verdict}: {found.reason}"
    assert why in found.reason, found.reason
    assert set(missing) <= set(found.missing), found.missing
    if found.verdict == REFUTED:
        assert found.witness is not None
    return found


a, b, c, x, y, r = real("a"), real("b"), real("c"), real("x"), real("y"), real("r")
N, sigma2 = real("N", at_least=1), positive("sigma2")
n, m = natural("n"), natural("m")
t, k, i, j, s = index("t"), index("k"), index("i", at_least=1), index("j", at_least=1), index("s", at_least=1)
A, alpha = family("A"), family("alpha", first=1)
X, Y = random_family("X", first=1), random_family("Y", first=0)
U, V, W = random_variable("U"), random_variable("V"), random_variable("W")


# --- what is no line ----------------------------------------------------------------------------------------


def test_a_reason_that_is_none_is_named_with_its_mend() -> None:
    for by, mend in ((algebra, r"by=algebra\(\) or by=algebra\(facts\), not by=algebra"), ("sums", "not by='sums'")):
        with pytest.raises(StatementError, match=rf"^must-fail: the line a = b needs a reason: .*{mend}$"):
            judged(step(eq(a, b), by=by))


def test_a_base_that_is_another_statement_is_named_with_its_mend() -> None:
    start = recurrence(A[t], r * A[t - 1], start={0: 1})
    base, last = step(eq(A[0], 1), by=definition(start)), step(eq(A[t], r**t), by=algebra(start, HYPOTHESIS))
    with pytest.raises(StatementError, match=r"“base, t = 0” have to end in step\(A\[0\] = r\^0, by="):
        judged(induction(eq(A[t], r**t), over=t, base=base, step=last), given=(start,))


def test_a_range_that_is_none() -> None:
    for ranges in (((i, 1),), (i, 1, n)):
        with pytest.raises(StatementError, match=r"ranges \(index, first, last\), such as \(b, 1, B\), not "):
            Sum(A[i], *ranges)


# --- divisions ---------------------------------------------------------------------------------------------


def test_division_by_a_minus_b() -> None:
    """1 = 2: from a = b, multiplied by a, b^2 taken away, divided by a - b."""
    same = assume(eq(a, b))
    first = step(eq(a * a - b * b, a * b - b * b), by=algebra(same))
    second = step(eq((a + b) * (a - b), b * (a - b)), by=algebra(first))
    refused(first, second, step(eq(a + b, b), by=algebra(second)), given=(same,), verdict=(REFUTED, UNDECIDED))


def test_cancelling_what_may_be_zero() -> None:
    product = assume(eq(a * x, a * y))
    found = refused(step(eq(x, y), by=algebra(product)), given=(product,), verdict=REFUTED)
    assert "a" in found.witness.describe()


def test_x_over_x_is_one() -> None:
    refused(step(eq(x / x, 1), by=algebra()), verdict=REFUTED, why="division by zero")


def test_zero_over_x() -> None:
    refused(step(eq(0 / x, 0), by=algebra()), verdict=REFUTED, why="division by zero")


def test_multiplying_zero_by_what_may_be_zero() -> None:
    """`0 = A` gives `0 = N A`; back again only where N is not 0."""
    M = real("M", at_least=0)
    zero = assume(eq(0, M * a))
    refused(step(eq(0, a), by=algebra(zero)), given=(zero,), verdict=REFUTED)


def test_an_equation_step_is_no_identity() -> None:
    """`0 = A` then `= N A` is a step between equations; `A = N A` needs the equation."""
    refused(step(eq(a, N * a), by=algebra()), verdict=REFUTED)


def test_negative_power_of_what_may_be_zero() -> None:
    refused(step(eq(x * x ** (-1), 1), by=algebra()), verdict=REFUTED)


def test_exponents_of_a_base_that_may_be_zero() -> None:
    refused(step(eq(x**n * x ** (-n), 1), by=algebra()))
    refused(step(eq(x ** (n - m) * x**m, x**n), by=algebra()))


# --- Problem 5 and 6 ---------------------------------------------------------------------------------------


B = natural("B", at_least=1)
p, q = index("p", at_least=1), index("q", at_least=1)
ghat, g = random_family("ghat", arity=2, first=1), family("g", first=1)
DRAWS, SAME = independent_across(ghat, p), identical_across(ghat, p)
MEAN = assume(eq(E(ghat[p][i]), g[i])).named("mean of a gradient")


def _left() -> Any:
    return 1 / B**2 * E(Sum((ghat[p][i] - g[i]) * (ghat[q][j] - g[j]), (q, 1, B), (p, 1, B)))


def _parts(inside: bool) -> Any:
    diagonal = Sum(E((ghat[p][i] - g[i]) * (ghat[p][j] - g[j])), (p, 1, B))
    others = Sum(E((ghat[p][i] - g[i]) * (ghat[q][j] - g[j])), (q, 1, B), (p, 1, B), distinct=True)
    return 1 / B**2 * (diagonal + others) if inside else 1 / B**2 * diagonal + others


def test_bracket_of_problem_5() -> None:
    """`1/B^2` over the first sum only: true under independence, but not by splitting the sum."""
    refused(
        step(eq(_left(), _parts(False)), by=linearity()),
        given=(DRAWS, MEAN),
        verdict=UNJUSTIFIED,
        missing=(DRAWS.name, MEAN.name),
    )
    assert judged(step(eq(_left(), _parts(True)), by=linearity()), given=(DRAWS, MEAN)).verdict == PROVED


def test_bracket_of_problem_5_without_the_facts_is_false() -> None:
    refused(step(eq(_left(), _parts(False)), by=linearity()), verdict=REFUTED)


def test_dropping_the_diagonal() -> None:
    others = Sum(E(X[p] * X[q]), (q, 1, B), (p, 1, B), distinct=True)
    refused(step(eq(E(Sum(X[p], (p, 1, B)) ** 2), others), by=linearity()), verdict=REFUTED)


def test_sum_of_weights_instead_of_their_squares() -> None:
    mutual, var = independent_across(X, s), assume(eq(Var(X[s]), sigma2))
    left = Var(Sum(alpha[i] * X[i], (i, 1, n)))
    refused(
        step(eq(left, Sum(alpha[i], (i, 1, n)) * sigma2), by=independence(mutual) & moments(var)),
        given=(mutual, var),
        verdict=REFUTED,
    )
    assert (
        judged(
            step(eq(left, Sum(alpha[i] ** 2, (i, 1, n)) * sigma2), by=independence(mutual) & moments(var)),
            given=(mutual, var),
        ).verdict
        == PROVED
    )


# --- domains and recursions --------------------------------------------------------------------------------


def test_half_step_breaks_the_condition() -> None:
    """The limit of the variance at N = 1/2: (1 - 1/N)^2 = 1."""
    half = real("M", above=0)
    refused(step(eq(limit((1 - 1 / half) ** (2 * t), t), 0), by=limits()), verdict=(REFUTED, UNDECIDED))
    refused(step(eq((2 * half - 1) / (2 * half - 1), 1), by=algebra()), verdict=REFUTED, why="division by zero")


def test_fixed_point_of_a_divergent_recursion() -> None:
    """y_t = 2 y_{t-1} + 1 has the fixed point -1 and no limit."""
    update = recurrence(A[t], 2 * A[t - 1] + 1, start={0: 0})
    unfolded = step(eq(A[t], 2 * A[t - 1] + 1).given(t >= 1), by=definition(update))
    claim = step(eq(limit(A[t], t), -1), by=passage_to_limit(unfolded))
    refused(unfolded, claim, given=(update,))
    itself = step(eq(limit(A[t], t), limit(A[t], t)), by=algebra())
    refused(
        unfolded, itself, step(eq(limit(A[t], t), -1), by=passage_to_limit(unfolded, itself)), given=(update,), line=1
    )


def test_a_name_for_the_limit_does_not_make_it_exist() -> None:
    update, named = recurrence(A[t], 2 * A[t - 1] + 1, start={0: 0}), define(r, limit(A[t], t))
    unfolded = step(eq(A[t], 2 * A[t - 1] + 1).given(t >= 1), by=definition(update))
    exists = step(eq(r, limit(A[t], t)), by=definition(named))
    report = judged(
        unfolded, exists, step(eq(r, 2 * r + 1), by=passage_to_limit(named, unfolded, exists)), given=(update, named)
    )
    assert report.verdict != PROVED and report.theorem is None


@pytest.mark.parametrize(
    "ratio",
    [
        real("q_", at_least=-1, below=1),
        real("q_", above=-1, at_most=1),
        real("q_"),
        real("q_", above=1),
        real("q_", at_least=0),
    ],
    ids=lambda v: v.domain_text(),
)
def test_limit_where_the_ratio_may_reach_one(ratio: Any) -> None:
    refused(step(eq(limit(ratio**t, t), 0), by=limits()), verdict=(REFUTED, UNDECIDED))


@pytest.mark.parametrize("number", [1, -1, 2, -2])
def test_limit_of_powers_of_numbers(number: int) -> None:
    from sgdproofs.language.terms import Power
    from sgdproofs.language.terms import number as exact

    refused(step(eq(limit(Power(exact(number), t), t), 0), by=limits()))


def test_x0_of_a_family_that_starts_at_1() -> None:
    with pytest.raises(StatementError, match="starts at 1"):
        X[0]
    refused(step(eq(alpha[k] - alpha[k], 0), by=algebra()), why="starts at 1")


# --- independence ------------------------------------------------------------------------------------------


def test_independence_is_not_cited() -> None:
    fact = Given(independent(U, V))
    line = eq(Var(a * U + b * V), a**2 * Var(U) + b**2 * Var(V))
    refused(step(line, by=variance()), given=(fact,), verdict=UNJUSTIFIED, missing=(fact.name,))
    refused(step(line, by=variance()), verdict=REFUTED)


def test_pairwise_is_not_enough_for_three() -> None:
    pairwise = pairwise_independent_across(X, s)
    refused(
        step(eq(E(X[1] * X[2] * X[3]), E(X[1]) * E(X[2]) * E(X[3])), by=independence(pairwise)),
        given=(pairwise,),
        verdict=REFUTED,
    )
    two = judged(step(eq(E(X[1] * X[2]), E(X[1]) * E(X[2])), by=independence(pairwise)), given=(pairwise,))
    assert two.lines[0].verdict == PROVED


def test_uncorrelated_is_not_enough_for_squares() -> None:
    weak = uncorrelated_across(X, s)
    refused(
        step(eq(E(X[1] ** 2 * X[2] ** 2), E(X[1] ** 2) * E(X[2] ** 2)), by=independence(weak)),
        given=(weak,),
        verdict=REFUTED,
    )


def test_variance_of_a_difference() -> None:
    fact = Given(independent(U, V))
    refused(step(eq(Var(U - V), Var(U) - Var(V)), by=independence(fact)), given=(fact,), verdict=REFUTED)


def test_mean_of_an_inverse() -> None:
    positive_ = assume(gt(U, 0))
    refused(step(eq(E(1 / U), 1 / E(U)), by=linearity(positive_)), given=(positive_,))


def test_mean_of_a_product() -> None:
    refused(step(eq(E(U * V), E(U) * E(V)), by=linearity()), verdict=REFUTED)


def test_identical_is_not_the_same_variable() -> None:
    same = identical_across(X, s)
    refused(step(eq(E(X[1] * X[2]), E(X[1] ** 2)), by=identical_distribution(same)), given=(same,), verdict=REFUTED)


def test_no_look_ahead() -> None:
    """A running average is not independent of the input that it has just taken in."""
    update, mutual = recurrence(Y[t], a * Y[t - 1] + X[t], start={0: 0}), independent_across(X, s)
    past = step(function_of(Y[t], X), by=function_of_past(update))
    refused(
        past, step(independent(Y[t], X[t], when=(t >= 1,)), by=disjoint_blocks(past, mutual)), given=(update, mutual)
    )


def test_function_of_the_future() -> None:
    update = recurrence(Y[t], Y[t - 1] + X[t + 1], start={0: 0})
    refused(step(function_of(Y[t], X), by=function_of_past(update)), given=(update,), why="past")


# --- induction and cases -----------------------------------------------------------------------------------


def test_faulty_base() -> None:
    """y_t = y_{t-1} from y_0 = 0 is not y_t = 1."""
    update = recurrence(A[t], A[t - 1], start={0: 0})
    report = judged(
        induction(eq(A[t], 1), over=t, base=definition(update), step=definition(update, HYPOTHESIS)), given=(update,)
    )
    assert report.verdict != PROVED
    assert [line.verdict == PROVED for line in report.lines] == [False, True]
    assert report.lines[0].verdict == REFUTED


def test_induction_with_a_gap() -> None:
    later = index("l", at_least=0)
    update = recurrence(A[later], A[later - 1], start={0: 0})
    with pytest.raises(StatementError, match="the induction starts at 2"):
        judged(
            induction(
                eq(A[later], A[0]), over=later, start=2, base=definition(update), step=definition(update, HYPOTHESIS)
            ),
            given=(update,),
        )


def test_induction_that_starts_below_the_domain() -> None:
    """The step is shown for t >= 3 only; A[2] is free."""
    late = index("l", at_least=3)
    constant = assume(eq(A[late], A[late - 1]))
    try:
        report = judged(
            induction(eq(A[late], A[0]), over=late, start=0, base=algebra(), step=algebra(constant, HYPOTHESIS)),
            given=(constant,),
        )
    except StatementError:
        return
    assert report.verdict != PROVED


def test_hypothesis_at_the_wrong_place() -> None:
    """From P(t - 1) to P(t) without the recursion."""
    report = judged(induction(eq(A[t], 0), over=t, base=algebra(), step=algebra(HYPOTHESIS)), given=())
    assert all(line.verdict != PROVED for line in report.lines)


def test_hypothesis_outside_of_an_induction() -> None:
    with pytest.raises(StatementError, match="no induction hypothesis"):
        judged(step(eq(A[t], 0), by=algebra(HYPOTHESIS)))


def test_a_case_is_missing() -> None:
    with pytest.raises(StatementError, match="negation"):
        judged(branches(le(Minimum(x, y), x), (x < y, algebra()), (x > y, algebra())))
    with pytest.raises(StatementError, match="negation"):
        judged(branches(le(Minimum(x, y), x), (x < y, algebra())))


def test_a_line_of_a_case_is_not_there_outside() -> None:
    inner = step(eq(Minimum(x, y), x), by=algebra())
    cases = branches(le(Minimum(x, y), x), (x <= y, (inner, algebra(inner))), (x > y, algebra()))
    with pytest.raises(StatementError, match="does not come before it here"):
        judged(cases, step(eq(Minimum(x, y), x), by=algebra(inner)))


def test_a_line_of_a_case_does_not_speak_of_all_indices() -> None:
    """In the case t <= n, min(t, n) = t holds at this t only: it says nothing about a limit."""
    extent = define(A[t], Minimum(t, n))
    here = step(eq(A[t], t), by=definition(extent))
    away = step(eq(limit(A[t] / (t + 1), t), 1), by=limits(here))
    report = judged(
        branches(eq(limit(A[t] / (t + 1), t), 1), (t <= n, (here, away, algebra(away))), (t > n, algebra())),
        given=(extent,),
    )
    assert report.verdict != PROVED
    assert report.lines[1].verdict != PROVED


# --- what may be cited -------------------------------------------------------------------------------------


def test_a_lemma_that_is_not_proved() -> None:
    false = Derivation(name="false-lemma", claim=eq(a, b), proof=(step(eq(a, b), by=algebra()),))
    item = lemma("false-lemma", eq(a, b))
    with pytest.raises(StatementError, match="no proved derivation false-lemma"):
        judged(step(eq(a, b), by=algebra(item)), lemmas=(item,), catalogue={"false-lemma": false})


def test_a_lemma_with_another_claim() -> None:
    true = Derivation(name="true-lemma", claim=eq(a, a), proof=(step(eq(a, a), by=algebra()),))
    item = lemma("true-lemma", eq(a, b))
    with pytest.raises(StatementError, match="has the claim"):
        judged(step(eq(a, b), by=algebra(item)), lemmas=(item,), catalogue={"true-lemma": true})


def test_a_lemma_whose_facts_are_not_given() -> None:
    fact = assume(eq(a, b))
    other = Derivation(name="with-facts", claim=eq(a, b), proof=(step(eq(a, b), by=algebra(fact)),), given=(fact,))
    item = lemma("with-facts", eq(a, b))
    with pytest.raises(StatementError, match="facts that are not given"):
        judged(step(eq(a, b), by=algebra(item)), lemmas=(item,), catalogue={"with-facts": other})


def test_circular_lemmas() -> None:
    one, two = lemma("one", eq(a, b)), lemma("two", eq(a, b))
    entries = {
        "one": Derivation(name="one", claim=eq(a, b), proof=(step(eq(a, b), by=algebra(two)),), lemmas=(two,)),
        "two": Derivation(name="two", claim=eq(a, b), proof=(step(eq(a, b), by=algebra(one)),), lemmas=(one,)),
    }
    with pytest.raises(CatalogueError, match="circle"):
        judge(entries["one"], entries)


def test_circular_citing() -> None:
    """A line cites a line that comes later."""
    later = step(eq(a, b), by=algebra())
    with pytest.raises(StatementError, match="does not come before it here"):
        judged(step(eq(b, a), by=algebra(later)), later)


def test_circular_definitions() -> None:
    one, two = define(a, b + 1), define(b, a - 1)
    refused(step(eq(a, 5), by=definition(one, two)), given=(one, two))


def test_a_fact_that_is_not_given() -> None:
    with pytest.raises(StatementError, match="which is not given"):
        judged(step(eq(a, b), by=algebra(assume(eq(a, b)))))


def test_the_first_line_has_no_previous_one() -> None:
    with pytest.raises(StatementError, match="no line comes before"):
        judged(step(eq(a, b), by=algebra(PREVIOUS)))


def test_an_unproved_line_is_cited() -> None:
    """What cites it may follow, but the derivation is not proved."""
    first = step(eq(a, b), by=algebra())
    report = judged(first, step(eq(b, a), by=algebra(first)))
    assert report.verdict == REFUTED and report.theorem is None


def test_the_claim_is_no_line() -> None:
    report = judged(step(eq(a, a), by=algebra()), claim=eq(a, b))
    assert report.verdict == UNDECIDED and "no line of the proof is the claim" in report.reason


def test_at_replaces_indices_only() -> None:
    fact = assume(eq(a, 3 * b))
    line = step(eq(a, 3 * b), by=algebra(fact))
    with pytest.raises(StatementError):
        judged(line, step(eq(b, 0), by=algebra(at(line, {a: b}))), given=(fact,))


def test_at_outside_of_the_domain() -> None:
    line = step(ge(t, 0), by=algebra())
    refused(line, step(ge(a, 0), by=algebra(at(line, {t: -1}))))


def test_at_needs_an_integer() -> None:
    line = step(ge(t, 1).given(gt(t, 0)), by=algebra())
    try:
        report = judged(line, step(ge(r, 1).given(gt(r, 0)), by=algebra(at(line, {t: r}))))
    except StatementError:
        return
    assert report.verdict != PROVED


def test_when_is_not_seen_to_hold() -> None:
    fact = assume(eq(a, 1).given(gt(b, 0)))
    refused(step(eq(a, 1), by=algebra(fact)), given=(fact,), verdict=REFUTED)


# --- the language ------------------------------------------------------------------------------------------


def test_a_float() -> None:
    with pytest.raises(StatementError, match="floating point"):
        eq(a, 0.1 * b)


def test_an_undeclared_symbol() -> None:
    import sympy

    with pytest.raises(StatementError, match="has no domain"):
        eq(a, sympy.Symbol("z"))


def test_two_symbols_of_one_name() -> None:
    other = natural("a", at_least=1)
    with pytest.raises(StatementError, match="two different symbols are called a"):
        judged(step(gt(a * a + other, -1), by=algebra()))


@pytest.mark.parametrize("where", ["at", "lemma", "across", "case"])
def test_two_symbols_of_one_name_in_hidden_places(where: str) -> None:
    other = natural("a", at_least=1)
    positive_ = step(ge(t, 0), by=algebra())
    theorem = Derivation(name="positive-one", claim=gt(other, 0), proof=(step(gt(other, 0), by=algebra()),))
    item = lemma("positive-one", gt(other, 0))
    wide = independent_across(random_family("X", arity=2), s)
    proofs: dict[str, Any] = {
        "at": lambda: judged(positive_, step(ge(a, 0), by=algebra(at(positive_, {t: other})))),
        "lemma": lambda: judged(step(gt(a, 0), by=algebra(item)), lemmas=(item,), catalogue={"positive-one": theorem}),
        "across": lambda: judged(step(eq(E(X[1] * X[2]), E(X[1]) * E(X[2])), by=independence(wide)), given=(wide,)),
        "case": lambda: judged(branches(ge(a, 0), (ge(other, 0), algebra()), (lt(other, 0), algebra()))),
    }
    with pytest.raises(StatementError, match="two different symbols"):
        proofs[where]()


def test_contradictory_facts() -> None:
    """From them everything would follow: they are refused as a derivation, or the line is."""
    for given in ((assume(eq(a, 1)), assume(eq(a, 2))), (assume(ge(a, 1)), assume(le(a, 0)))):
        try:
            report = judged(step(eq(b, 7), by=algebra(*given)), given=given)
        except StatementError as error:
            assert "contradict each other" in str(error)
            continue
        assert report.verdict != PROVED and report.theorem is None
        assert report.lines[0].verdict != PROVED


def test_contradictory_assumptions() -> None:
    refused(step(eq(b, 7).given(gt(a, 1), lt(a, 0)), by=algebra()), why="contradict")


# --- sums and indices --------------------------------------------------------------------------------------


def test_sum_of_a_constant_over_a_range_that_may_be_empty() -> None:
    z = integer("z")
    refused(step(eq(Sum(c, (k, 1, z)), z * c), by=sums()), verdict=REFUTED)
    hidden = define(b, Sum(1, (k, 1, z)))
    refused(step(eq(b, z), by=definition(hidden) & sums()), given=(hidden,))


def test_captured_index() -> None:
    """sum_k (a k) is not a sum in which a stands for k: the outer k and the bound k are different."""
    refused(step(eq(Sum(A[k] * k, (k, 1, n)), k * Sum(A[k], (k, 1, n))), by=sums()), verdict=REFUTED)
    line = step(eq(Sum(A[i] * t, (i, 1, n)), t * Sum(A[i], (i, 1, n))), by=sums())
    with pytest.raises(StatementError, match="rename"):
        judged(line, step(eq(Sum(A[i] * i, (i, 1, n)), i * Sum(A[i], (i, 1, n))), by=algebra(at(line, {t: i}))))


def test_a_delta_outside_of_its_range() -> None:
    """d/dA[k] of the sum over 1..n is 1 only for 1 <= k <= n."""
    refused(step(eq(Partial(Sum(A[i], (i, 1, n)), A[k]), 1), by=differentiation()), verdict=REFUTED)


def test_geometric_sum_with_ratio_one() -> None:
    refused(step(eq(Sum(a**k, (k, 0, n)), (1 - a ** (n + 1)) / (1 - a)), by=geometric_sum()), verdict=REFUTED)


def test_ratio_that_depends_on_the_index() -> None:
    refused(
        step(eq(Sum((k + 2) ** k, (k, 0, n)), (1 - (k + 2) ** (n + 1)) / (1 - (k + 2))), by=geometric_sum()),
        verdict=REFUTED,
    )


def test_splitting_off_the_last_term_of_an_empty_sum() -> None:
    refused(step(eq(Sum(A[k], (k, 1, n)), Sum(A[k], (k, 1, n - 1)) + A[n]), by=sums()), verdict=(REFUTED, UNDECIDED))


# --- derivatives, extremes, what is determined --------------------------------------------------------------


def test_derivative_under_a_limit() -> None:
    refused(step(eq(limit(Partial(x**2, x), x, 3), 0), by=limits() & differentiation()))


def test_derivative_of_what_is_defined_elsewhere() -> None:
    fact = define(y, x**2)
    refused(step(eq(Partial(y, x), 0), by=differentiation()), given=(fact,))


def test_minimum_is_not_its_first_argument() -> None:
    refused(step(eq(Minimum(x, y), x), by=algebra()), verdict=REFUTED)


def test_two_points_that_are_not_admissible() -> None:
    z = positive("z")
    report = judged(step(not_determined(z, z**2, {z: 1}, {z: -1}), by=two_points()))
    assert report.verdict != PROVED


def test_two_points_that_break_a_fact() -> None:
    fact = assume(ge(x, 0))
    report = judged(step(not_determined(x, x**2, {x: 1}, {x: -1}), by=two_points()), given=(fact,))
    assert report.verdict != PROVED


def test_rows_in_different_directions() -> None:
    with pytest.raises(StatementError, match="different directions"):
        judged(calc(x, row(x + 1, by=algebra(), rel="<="), row(x, by=algebra(), rel=">=")))


def test_a_chain_does_not_turn_strict() -> None:
    """x <= x + 0 <= x is no x < x."""
    chain = calc(x, row(x + 0, by=algebra(), rel="<="), row(x, by=algebra(), rel="<="))
    refused(chain, step(lt(x, x), by=algebra(chain)), verdict=(REFUTED, UNDECIDED))


def test_nested_assumptions_are_not_in_the_language() -> None:
    with pytest.raises(StatementError):
        judged(step(ge(x, 1).given(ge(x, 1).given(gt(y, 0))), by=algebra()))


# --- found by attack ---------------------------------------------------------------------------------------


def not_proved(*proof: Any, given: tuple = ()) -> None:
    """The derivation is refused, as a statement or by a line of it."""
    try:
        report = judged(*proof, given=given)
    except StatementError:
        return
    assert report.verdict != PROVED and report.theorem is None
    assert any(line.verdict != PROVED for line in report.lines)


BOUND = real("L")


def test_an_assumption_about_another_index_does_not_hold_eventually() -> None:
    """A_t = B_s for s >= 5 and lim A_t = L say nothing about B_0."""
    F = family("F")
    pointwise = assume(eq(A[t], F[k]).given(ge(k, 5)))
    named = assume(eq(limit(A[t], t), BOUND))
    not_proved(step(eq(BOUND, F[k]), by=passage_to_limit(pointwise, named)), given=(pointwise, named))
    late = assume(eq(F[k], c).given(ge(k, 5)))
    not_proved(step(eq(F[k], c), by=passage_to_limit(late, named)), given=(late, named))


def test_a_sum_that_binds_the_index_of_the_recurrence() -> None:
    """Y_t = Y_{t-1} + sum_{t=1}^{5} X_t reads the future, although `X[t]` looks like the present."""
    try:
        update = recurrence(Y[t], Y[t - 1] + Sum(X[t], (t, 1, 5)), start={0: 0})
    except StatementError:
        return
    mutual = independent_across(X, s)
    past = step(function_of(Y[t], X), by=function_of_past(update))
    not_proved(past, step(independent(Y[1], X[2]), by=disjoint_blocks(past, mutual)), given=(update, mutual))


def test_a_recurrence_that_reaches_before_the_first_input() -> None:
    """Y_1 = Y_0 X_1 + X_0 has no value where X starts at 1."""
    update, mutual = recurrence(Y[t], Y[t - 1] * X[t] + X[t - 1], start={0: a}), independent_across(X, s)
    past = step(function_of(Y[t], X), by=function_of_past(update))
    not_proved(past, step(independent(Y[t], X[t + 1]), by=disjoint_blocks(past, mutual)), given=(update, mutual))


def test_a_start_that_is_too_short() -> None:
    """Y_1 = Y_{-1} + X_1 with Y_0 = 0: Y_{-1} is free."""
    Z = random_family("Z")
    update = recurrence(Z[t], Z[t - 2] + X[t], start={0: 0})
    not_proved(step(function_of(Z[t], X), by=function_of_past(update)), given=(update,))


def test_an_assumption_with_a_sum_that_may_be_empty() -> None:
    """At z = -1 the sum is 0, and so its assumption holds."""
    z = integer("z")
    not_proved(step(eq(z, 0).given(eq(Sum(1, (k, 1, z)), 0)), by=sums()))
    not_proved(step(ge(z, 0).given(ge(Sum(1, (k, 1, z)), 0)), by=sums()))


def test_a_point_may_not_overwrite_a_definition() -> None:
    z = positive("z")
    fact = define(BOUND, z**2)
    not_proved(step(not_determined(z, BOUND, {z: 1, BOUND: 3}, {z: 2, BOUND: 3}), by=two_points(fact)), given=(fact,))


def test_a_second_derivative_through_a_chain_rule() -> None:
    """What the partial derivatives depend on is not known."""
    weights, through, slope, loss = family("w"), family("v"), family("G"), function("loss")
    chain, output = differentiable(loss(), through[k], ((k, 1, m),), slope[k]), define(through[k], weights[k] * x)
    w = weights[t]
    not_proved(step(eq(Partial(Partial(loss(), w), w), 0), by=differentiation(chain, output)), given=(chain, output))
    not_proved(step(eq(Partial(slope[k], w), 0), by=differentiation(chain, output)), given=(chain, output))


def test_a_recurrence_at_components_outside_of_their_domain() -> None:
    """v_0[i] = 0 for i >= 1 says nothing about v_0[0]."""
    pair = family("pair", arity=2)
    update = recurrence(pair[t, i], pair[t - 1, i] + 1, start={0: 0})
    not_proved(step(eq(pair[0, i - 1], 0), by=definition(update)), given=(update,))


def test_a_definition_outside_of_the_domain_of_its_index() -> None:
    fact = define(A[i], 2 * i)
    not_proved(step(eq(A[0], 0), by=definition(fact)), given=(fact,))


def test_independence_of_what_lies_before_the_start() -> None:
    update, mutual = recurrence(Y[t], a * Y[t - 1] + X[t], start={0: 0}), independent_across(X, s)
    past = step(function_of(Y[t], X), by=function_of_past(update))
    not_proved(
        past,
        step(independent(Y[t - 2], X[t], when=(t >= 1,)), by=disjoint_blocks(past, mutual)),
        given=(update, mutual),
    )


def test_a_derivative_where_there_is_none() -> None:
    not_proved(step(eq(0 * Partial(Minimum(b, 1), b), 0), by=algebra()))


def test_a_derivative_at_a_domain_of_one_point() -> None:
    """x^2 + x at x = 0 has the derivative 1; it is not the derivative of the constant 0."""
    try:
        point = real("w", at_least=0, at_most=0)
        line = step(eq(Partial(point**2 + point, point), 0), by=differentiation())
    except StatementError:
        return
    not_proved(line)


def test_limits_without_sense() -> None:
    half_line, few = real("h", at_least=0), natural("few", at_most=5)
    for make in (lambda: eq(limit(Maximum(half_line, 0), half_line, -5), -5), lambda: eq(limit(1 / (few + 1), few), 0)):
        try:
            said = make()
        except StatementError:
            continue
        not_proved(step(said, by=limits()))


def test_a_fact_with_a_sum_that_may_be_empty() -> None:
    z = integer("z")
    fact = assume(eq(Sum(1, (k, 1, z)), 0))
    not_proved(step(eq(z, 0), by=sums(fact)), given=(fact,))


def test_identical_distribution_does_not_reach_into_sums() -> None:
    """E min(X_1 + X_4, 0) and E min(X_1 + X_16, 0) may differ: pairs need not be distributed alike."""
    same = identical_across(X, s)
    not_proved(
        step(
            eq(E(Minimum(Sum(X[i * i], (i, 1, n)), 0)), E(Minimum(Sum(X[i * i * i * i], (i, 1, n)), 0))),
            by=identical_distribution(same),
        ),
        given=(same,),
    )
