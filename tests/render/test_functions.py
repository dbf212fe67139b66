"""Conditional expectations, roots, cases and the other functions: written in a derivation, checked, and printed."""

from __future__ import annotations

import pickle
import re
import shutil
from itertools import pairwise
from typing import Any

import pytest

from sgdproofs import (
    Both,
    Conditional,
    Cov,
    E,
    Either,
    Negation,
    StatementError,
    Var,
    cases,
    choice,
    conditioning,
    eq,
    exp,
    family,
    floor,
    index,
    indicator,
    log,
    natural,
    ne,
    product,
    random_variable,
    real,
    real_power,
    sqrt,
)
from sgdproofs.language.functions import infinite_sum
from sgdproofs.language.terms import substituted
from sgdproofs.printing import compile_latex
from sgdproofs.render import article, html, markdown, pdf
from sgdproofs.render.formula import spoken, tree
from sgdproofs.render.latex import latex
from sgdproofs.render.layout import broken
from sgdproofs.render.mathml import mathml
from sgdproofs.render.sheet import outline
from sgdproofs.render.subjects import symbols_of_entry
from sgdproofs.verdicts import judge, verdict

from .functions_of_the_language import clipping, decaying, noisy_gradient
from .reader import TOKEN

x, y, z, n = real("x"), real("y"), real("z"), natural("n")
i, k = index("i"), index("k")
a, X, Y = family("a"), random_variable("X"), random_variable("Y")
EITHER = choice(x < y, x, y)
CASES = r"\begin{cases} x & \text{if } x < y \\ y & \text{otherwise} \end{cases}"


@pytest.mark.parametrize(
    ("node", "plain", "tex", "words"),
    [
        (abs(x - y) ** 2, "abs(x - y)^2", r"\left|x - y\right|^2", "the absolute value of (x minus y) squared"),
        (sqrt(x) * y, "sqrt(x) y", r"\sqrt{x} y", "the square root of x y"),
        (sqrt(x + y) ** 2, "sqrt(x + y)^2", r"(\sqrt{x + y})^2", "(the square root of (x plus y)) squared"),
        (exp(-x) * y, "exp(-x) y", r"\exp(-x) y", "the exponential of (minus x) y"),
        (log(x) / 2, "log(x)/2", r"\frac{\log(x)}{2}", "(the logarithm of (x)) over 2"),
        (floor(x) + 1, "floor(x) + 1", r"\left\lfloor x\right\rfloor + 1", "the floor of x plus 1"),
        (real_power(x, -y), "x^(-y)", "x^{-y}", "x to the power (minus y)"),
        (
            indicator(x <= y) * z,
            "[x <= y] z",
            r"\mathbf{1}\left[x \le y\right] z",
            "the indicator of [x is at most y] z",
        ),
        (
            2 * indicator(ne(x, y)),
            "2 [x != y]",
            r"2 \cdot \mathbf{1}\left[x \neq y\right]",
            "2 times the indicator of [x is not y]",
        ),
        (
            Both(x < y, Either(eq(y, z), z > 1)),
            "[x < y and (y = z or 1 < z)]",
            r"\mathbf{1}\left[x < y \text{ and } (y = z \text{ or } 1 < z)\right]",
            "the indicator of [x is less than y and (y equals z or 1 is less than z)]",
        ),
        (
            Negation(x < y),
            "[not (x < y)]",
            r"\mathbf{1}\left[\text{not } (x < y)\right]",
            "the indicator of [not (x is less than y)]",
        ),
        (EITHER, "choice(x < y, x, y)", CASES, "x if x is less than y; y otherwise"),
        (
            EITHER + 1,
            "choice(x < y, x, y) + 1",
            rf"\left({CASES}\right) + 1",
            "(x if x is less than y; y otherwise) plus 1",
        ),
        (
            Conditional(X * Y, Y, X + 1),
            "E[X Y | Y, X + 1]",
            r"\operatorname{E}\left[X Y \mid Y, X + 1\right]",
            "the expectation of [X Y given Y, X plus 1]",
        ),
        (
            product(a[i], i, 1, n) * y,
            "Product(a[i], i = 1..n) y",
            r"\left(\prod_{i=1}^{n} a_i\right) y",
            "(the product over i equals 1 to n of a sub i) y",
        ),
        (
            product(a[i] * y, i, 1, n),
            "Product(a[i] y, i = 1..n)",
            r"\prod_{i=1}^{n} a_i y",
            "the product over i equals 1 to n of a sub i y",
        ),
        (
            infinite_sum(x**i, i, 0),
            "Sum(x^i, i = 0..oo)",
            r"\sum_{i=0}^{\infty} x^i",
            "the sum over i equals 0 to infinity of x to the power i",
        ),
    ],
)
def test_every_print(node: Any, plain: str, tex: str, words: str) -> None:
    assert str(node) == plain
    assert latex(node) == tex
    assert spoken(tree(tex)) == words
    assert mathml(tex).startswith("<math>")


def test_a_bound_index_keeps_its_letter_and_captures_nothing() -> None:
    made = product(a[i] * a[k], i, 1, n)
    assert latex(pickle.loads(pickle.dumps(made))) == r"\prod_{i=1}^{n} a_i a_k"
    assert made == product(a[t := index("t")] * a[k], t, 1, n)
    moved = substituted(made, {k: i})
    assert latex(moved) == r"\prod_{k=1}^{n} a_k a_i" and str(moved) == "Product(a[k] a[i], k = 1..n)"
    assert latex(substituted(made, {n: i})) == r"\prod_{j=1}^{i} a_j a_k"
    alike = real("u", latex="i")
    assert latex(product(a[i] * alike, i, 1, n)) == r"\prod_{k=1}^{n} a_k i"


@pytest.mark.parametrize(
    "make",
    [
        lambda: Both(x, y),
        lambda: Either(x < y, 2),
        lambda: Negation(x),
        lambda: choice(X, 1, 2),
        lambda: indicator((x < y).given(x > 0)),
        lambda: indicator(x),
    ],
)
def test_a_condition_is_a_relation_or_a_truth_value(make: Any) -> None:
    with pytest.raises(StatementError, match=r"truth value|plain relation"):
        make()


def test_a_moment_has_its_arguments() -> None:
    """`E(X, Y)` is not read as an expectation of X."""
    for make in (lambda: E(X, Y), lambda: Var(X, Y), lambda: Cov(X)):
        with pytest.raises(TypeError):
            make()


def test_a_line_breaks_only_where_it_may() -> None:
    """No factor is set apart behind a word or a bar, and no table is taken apart."""
    condition = indicator(Both(x * y * z < y * z * x, Either(x * y * z * x * y < z, eq(y * y * y * y, z * z * z))))
    given = Conditional(X * Y * X * Y * X * Y, Y * Y * Y, X * Y * X)
    for node in (
        condition * given * choice(x * y < z, x * x * x * x * x, y * y * y * y),
        condition,
        given,
        given + given * EITHER,
    ):
        for room in range(4, 40, 2):
            rows = broken(latex(node), room)
            for row, after in pairwise(rows):
                assert row.count(r"\begin") == row.count(r"\end")
                assert not re.search(r"(\\mid|\\text\{[^{}]*\})( \\right\.)*$", row)
                assert not re.match(r"(\\left\. )*(\{\} (\\cdot )?)?(\\mid|\\text|&|\\\\)", after)
            assert signs(" ".join(rows)) == signs(latex(node))


def signs(text: str) -> list[str]:
    """What is printed, but for brackets and points, which a break adds."""
    return [token for token in TOKEN.findall(text) if token not in ("{", "}", ".", r"\left", r"\right", r"\cdot")]


REPORTS = {entry.name: judge(entry) for entry in (noisy_gradient, clipping, decaying)}


@pytest.mark.parametrize("name", REPORTS)
def test_the_entries_are_proved(name: str) -> None:
    report = REPORTS[name]
    assert report.verdict == "proved" and report.theorem is not None


def test_the_sheet_prints_them() -> None:
    sheet = outline(list(REPORTS.values()), title="Functions")
    text = article.write(sheet)
    assert r"\operatorname{E}\left[g \mid \theta\right] = h \theta" in text
    assert r"\sqrt{\operatorname{Var}\left[g\right]} & = \sqrt{\sigma^2 + h^2 \tau^2}" in text
    assert r"\sqrt{\operatorname{Var}\left[g\right]} = \sqrt{\sigma^2 + h^2 \tau^2}" in markdown.write(sheet)
    page = html.write(sheet)
    assert page.count("<msqrt>") >= 8 and "∣" in page and 'class="tex"' not in page
    assert pdf.write(sheet).startswith(b"%PDF")
    assert [str(s) for s in symbols_of_entry(decaying)] == ["x", "a[i]", "a", "n", "c", "a[n + 1]"]


@pytest.mark.skipif(shutil.which("latexmk") is None, reason="latexmk is not installed")
def test_latex_sets_them() -> None:
    assert compile_latex(article.write(outline(list(REPORTS.values()), title="Functions"))).startswith(b"%PDF")


def test_reasons_by_name() -> None:
    assert verdict(eq(Conditional(X * Y, Y), Y * Conditional(X, Y)), conditioning()) == "proved"
    assert verdict(eq(Conditional(X * Y, Y), X * Conditional(Y, Y)), conditioning()) == "refuted"
    assert verdict(eq(indicator(x < y) + indicator(y <= x), 1), cases()) == "proved"
    assert verdict(eq(indicator(x < y) + indicator(y < x), 1), cases()) == "refuted"
