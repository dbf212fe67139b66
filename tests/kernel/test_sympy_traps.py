# ruff: noqa: F403, F405  (derivations, written as in a derivation file)
"""Where SymPy's answers are wrong or drop a condition: none of these answers is proved here.

One entry for each row of the survey, in its order.  A row that the language cannot say is listed in
`NOT_SAYABLE` with the reason; the tests count that none is left out.
"""

from __future__ import annotations

from typing import Any

import pytest
import sympy

from sgdproofs import *
from sgdproofs.language.errors import StatementError
from sgdproofs.language.report import PROVED
from sgdproofs.language.terms import Apply, Power
from sgdproofs.language.terms import number as exact
from sgdproofs.verdicts import judge

a, b, c, x, y, N = real("a"), real("b"), real("c"), real("x"), real("y"), real("N")
n, z = natural("n"), integer("z")
i, j, k, t = index("i"), index("j", at_least=None), index("k"), index("t")
M = real("M", above=0)
X, F = family("X"), family("F")
G, U = random_family("G"), random_variable("U")
v = real("v")

PRODUCT = assume(eq(a * x, b))
ZERO = assume(eq(a * x, 0))
SAME = assume(eq(N * x, N * y))
LAST = assume(eq((2 - 1 / N) * y, c / N))
QUADRATIC = assume(eq(a * x**2 + b * x + c, 0))
FIRST, SECOND = assume(eq(a * x + y, 1)), assume(eq(x + y, 1))
UPDATE = recurrence(F[t], a * F[t - 1] + b, start={0: 0})
NIL = recurrence(X[t], (1 - 1 / N) ** 2 * X[t - 1] + 1 / N**2, start={0: 0})

# The wrong line of each row, the facts that it may cite, and a reason that could carry it.
ROWS: dict[str, tuple[Any, tuple, Any]] = {
    "auto x/x": (eq(x / x, 1), (), algebra()),
    "auto 0/x": (eq(0 / x, 0), (), algebra()),
    "auto 1/(1/x)": (eq(1 / (1 / x), x), (), algebra()),
    "auto Eq with division": (eq(a * x / a, x), (), algebra()),
    "cancel hides three poles": (eq((N**2 - N) / (N * (2 * N - 1) * (N - 1)) * (2 * N - 1), 1), (), algebra()),
    "simplify changes a value": (eq((x**2 - 1) / (x - 1), x + 1), (), algebra()),
    "solve a*x=b": (eq(x, b / a), (PRODUCT,), algebra(PRODUCT)),
    "solve a*x=0": (eq(x, 0), (ZERO,), algebra(ZERO)),
    "solve N*x=N*y": (eq(x, y), (SAME,), algebra(SAME)),
    "Problem 1 last line by solve": (eq(y, c / (2 * N - 1)), (LAST,), algebra(LAST)),
    "solve quadratic a=0": (ne(a, 0), (QUADRATIC,), algebra(QUADRATIC)),
    "solve system a=1": (eq(x, 0), (FIRST, SECOND), algebra(FIRST, SECOND)),
    "solve of an identity": (eq(x / N, x / N + 0 * (1 / N)), (), algebra()),
    "solveset of an identity (#23254)": (ne(x / (x - 1) - 1 / (x - 1) - 1, 0), (), algebra()),
    "linsolve": (eq(x * a / a, b / a), (PRODUCT,), algebra(PRODUCT)),
    "Sum reversed numeric range (Karr)": (eq(Sum(k, (k, 1, -3)), 3), (), sums()),
    "closed form then n=-3": (eq(Sum(1, (k, 1, z)), z), (), sums()),
    "Sum with non-integer end": (eq(Sum(1, (k, 1, x)), x), (), sums()),
    "telescoping over poles in the range": (
        eq(Sum(1 / (j * (j + 1)), (j, -3, n)), Sum(1 / j - 1 / (j + 1), (j, -3, n))),
        (),
        sums(),
    ),
    "same, fully numeric end": (eq(Sum(1 / ((k - 3) * (k - 2)), (k, 1, 5)), Fraction(-5, 6)), (), sums()),
    "telescoping, symbolic pole": (
        eq(Sum(1 / ((k + a) * (k + a + 1)), (k, 0, n)), 1 / a - 1 / (a + n + 1)),
        (),
        sums(),
    ),
    "bound index escapes (#27359)": (eq(Sum(Partial(X[i], X[j]) * X[i], (i, 1, n)), X[j]), (), differentiation()),
    "bound index escapes, piecewise_fold": (
        eq(Sum(Maximum(k, 2), (k, 1, n)), Maximum(Sum(k, (k, 1, n)), Sum(2, (k, 1, n)))),
        (),
        sums(),
    ),
    "deltasummation no_piecewise": (eq(Partial(Sum(X[i] ** 2, (i, 1, n)), X[j]), 2 * X[j]), (), differentiation()),
    "limit at y=0": (eq(limit(t * y, t), 0), (), limits()),
    "seed limit, no condition": (eq(limit((1 - 1 / M) ** (2 * t), t), 0), (), limits()),
    "rsolve q=1": (eq(F[t], a**t * b / (a - 1) - b / (a - 1)), (UPDATE,), definition(UPDATE)),
    "rsolve seed recurrence": (eq(X[t], (1 - ((N - 1) ** 2 / N**2) ** t) / (2 * N - 1)), (NIL,), definition(NIL)),
    "ask: sqrt of a real is real": (
        eq(Power(x, exact(Fraction(1, 2))), Power(x, exact(Fraction(1, 2)))),
        (),
        algebra(),
    ),
    "force=True": (eq(Power(x**2, exact(Fraction(1, 2))), x), (), algebra()),
    "apart pole in parameter": (eq(1 / (x * (x + a)), 1 / (a * x) - 1 / (a * (a + x))), (), algebra()),
    "Expectation of Indexed is constant": (eq(Var(G[k]), 0), (), variance()),
    "same-named normals are one variable": (eq(Var(G[1] + G[2]), 4 * Var(G[1])), (), variance()),
    "a limit named by its formula": (eq(limit(Power(exact(-1), t), t), 0), (), limits()),
    "limit positive parameters (#22893)": (eq(limit(a**t, t), 0), (), limits()),
}


@pytest.mark.parametrize("row", ROWS)
def test_the_wrong_answer_is_not_proved(row: str) -> None:
    statement, given, reason = ROWS[row]
    report = judge(Derivation(name="trap", claim=statement, proof=(step(statement, by=reason),), given=given))
    assert report.lines[0].verdict != PROVED, f"proved: {statement}"
    assert report.theorem is None


def test_limit_at_the_sanity_value() -> None:
    """`(1 - 1/N)^(2t)` at N = 1 is 0^(2t): the limit over N >= 1 is 0, and a sanity check at N = 1 holds."""
    P = real("P", at_least=1)
    report = judge(
        Derivation(
            name="sanity-value",
            claim=eq(limit((1 - 1 / P) ** (2 * t), t), 0),
            proof=(step(eq(limit((1 - 1 / P) ** (2 * t), t), 0), by=limits()),),
        )
    )
    assert report.lines[0].verdict == PROVED


def _cited_at(line: Any, values: dict, wrong: Any) -> None:
    judge(Derivation(name="trap", claim=wrong, proof=(line, step(wrong, by=algebra(at(line, values))))))


def test_capture_by_subs_and_by_xreplace() -> None:
    """Putting the bound index for a free one is refused: `sum_k i` at i = k is not `sum_k k`."""
    line = step(eq(Sum(i, (k, 1, n)), n * i), by=sums())
    with pytest.raises(StatementError, match="rename"):
        _cited_at(line, {i: k}, eq(Sum(k, (k, 1, n)), n * k))
    line = step(eq(Sum(X[k] * i, (k, 1, n)), i * Sum(X[k], (k, 1, n))), by=sums())
    with pytest.raises(StatementError, match="rename"):
        _cited_at(line, {i: k}, eq(Sum(X[k] * k, (k, 1, n)), k * Sum(X[k], (k, 1, n))))


def test_capture_under_a_limit() -> None:
    """The binder that we have instead of an integral or a lambda."""
    line = step(eq(limit(i / (t + 1), t), 0), by=limits())
    with pytest.raises(StatementError, match="rename"):
        _cited_at(line, {i: t}, eq(limit(t / (t + 1), t), 0))


def test_two_symbols_one_name() -> None:
    other = index("k", at_least=3)
    statement = eq(Sum(X[other] * X[k], (other, 1, 2)), (X[1] + X[2]) * X[k])
    with pytest.raises(StatementError, match="two different symbols"):
        judge(Derivation(name="trap", claim=statement, proof=(step(statement, by=sums()),)))


def test_a_definition_reaches_bound_indices() -> None:
    """`subs` leaves X[k] under the binder unchanged and says nothing; here the cited definition is used there too."""
    Y, bound = family("Y"), define(X[k], 2 * F[k])
    statement = eq(Sum(X[k] + Y[k], (k, 0, n)), Sum(2 * F[k] + Y[k], (k, 0, n)))
    report = judge(
        Derivation(
            name="reaches", claim=statement, proof=(step(statement, by=definition(bound) & sums()),), given=(bound,)
        )
    )
    assert report.lines[0].verdict == PROVED


def test_floats_are_refused() -> None:
    for wrong in (lambda: 0.1 * x, lambda: (1 / 3) * x, lambda: x + 0.5, lambda: Power(x, exact(2)) * 1.0):
        with pytest.raises(StatementError, match="floating point"):
            wrong()


def test_a_plain_symbol_is_refused() -> None:
    with pytest.raises(StatementError, match="no domain"):
        x + sympy.Symbol("x")


def test_no_evaluation_while_writing() -> None:
    assert str(x / x) == "x/x" and str(0 / x) == "0/x" and str(1 / (1 / x)) == "1/(1/x)"


NOT_SAYABLE = {
    "trigsimp(fu) of 0/0 (#21340)": "no trigonometric functions",
    "piecewise_fold removes singularity (#17438)": "no absolute value, no piecewise terms; cases are steps",
    "solve returns non-solution (#27062)": "no logarithm",
    "Matrix.rank generic": "no matrices: components are written out",
    "Matrix.inv generic": "no matrices",
    "A*A.I": "no matrices",
    "Product reversed": "no products of symbolic length",
    "gosper drops n=1 (#29731)": "no binomial coefficients",
    "Sum 1/gamma (#23156)": "no gamma function",
    "rsolve extra argument (#11063)": "a recurrence has one index that runs",
    "rsolve second order (#27902)": "nothing is solved for: a closed form is proved by induction",
    "dsolve a=0": "no differential equations",
}
ELSEWHERE = {
    "capture by subs",
    "capture by xreplace",
    "capture in Lambda",
    "capture in Integral",
    "two symbols, one name",
    "subs silently does nothing (#20127)",
    "seed limit at its own sanity value N=1",
    "float in a step",
    "python 1/3",
}
"""Rows with a test function of their own above."""


def test_no_row_is_left_out() -> None:
    own = {"a limit named by its formula"}
    assert len((ROWS.keys() - own) | NOT_SAYABLE.keys() | ELSEWHERE) == 55


def test_undefined_functions_are_only_functions() -> None:
    """What the language cannot say may be written as an undefined function, of which nothing is known."""
    logarithm = function("ln")
    statement = eq(Apply(logarithm, exact(1)), 0)
    report = judge(Derivation(name="log-one", claim=statement, proof=(step(statement, by=algebra()),)))
    assert report.lines[0].verdict != PROVED
