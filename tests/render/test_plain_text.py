"""The plain text of a term means what was written, and names in it are not mistaken for others."""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Any

import pytest

from sgdproofs import (
    Derivation,
    Partial,
    Power,
    Quotient,
    StatementError,
    Times,
    algebra,
    eq,
    family,
    function,
    index,
    number,
    random_variable,
    real,
    step,
)
from sgdproofs.language.functions import product
from sgdproofs.render.latex import on_one_line, refuse_alike

from .plain_reader import PlainReader
from .test_latex import at, some_point, some_term, value

FAMILIES = {"x": 1, "ghat": 2, "W": 2, "mu": 1, "low": 1, "z": 0}
v, t, i, x = real("v"), index("t"), index("i"), family("x")


@pytest.mark.parametrize("seed", range(4))
def test_the_text_means_what_was_written(seed: int) -> None:
    draw = random.Random(f"plain {seed}")
    compared, defined = 0, 0
    for count in range(400):
        node = some_term(draw, draw.randint(1, 4))
        text = str(node)
        back = PlainReader(FAMILIES).read(text)
        for place in range(2):
            point = some_point(draw, count * 10 + place)
            written, read = at(lambda p, n=node: value(n, p), point), at(back, point)
            compared += 1
            defined += written is not None
            assert written == read, text
    assert defined > 0.6 * compared


def test_brackets() -> None:
    half = number(Fraction(-1, 2))
    assert str(v + half) == "v + (-1/2)"
    assert str(Times(v, half)) == "v (-1/2)"
    assert str(half * v) == "(-1/2) v"
    assert str(Power(Partial(v * v, v), number(2))) == "(d(v v)/d(v))^2"


def test_a_quotient_on_one_line_keeps_its_divisor_out_of_a_product() -> None:
    assert on_one_line(Quotient(product(x[i], i, 1, 3), v)) == r"\left(\prod_{i=1}^{3} x_i\right) / v"


@pytest.mark.parametrize(
    "name",
    [
        "x + y",
        "a b",
        "f)(",
        "",
        "\u05d0",
        "\u0430",
        "x\u034f",
        "x\u207f",
        "\uff58",
        "'k1",
        "a'b",
        "x\u200d",
        "1a",
        "x" * 61,
        None,
    ],
)
@pytest.mark.parametrize("make", [real, index, family, random_variable, function])
def test_what_cannot_be_read_is_no_name(make: Any, name: Any) -> None:
    with pytest.raises(StatementError, match=r"is not a name|a name of 61 letters"):
        make(name)


@pytest.mark.parametrize("name", ["mu", "\u03bc", "sigma2_x", "b'", "\u00e9ta", "_"])
def test_names(name: str) -> None:
    assert real(name).name == name


def entry(*symbols: Any) -> Derivation:
    both = symbols[0] + symbols[1]
    return Derivation(name="some", claim=eq(both, both), proof=(step(eq(both, both), by=algebra()),))


@pytest.mark.parametrize("pair", [("A", "\u0391"), ("v", "\u03bd"), ("po", "p\u03bf")])
def test_names_that_look_alike(pair: tuple[str, str]) -> None:
    with pytest.raises(StatementError, match="look alike: rename one"):
        entry(*map(real, pair))


@pytest.mark.parametrize("name", ["E", "Var", "sqrt", "Sum", "floor"])
def test_words_of_the_language_are_no_names(name: str) -> None:
    for symbol in (real(name), function(name)(v)):
        with pytest.raises(StatementError, match="is a word of the language"):
            entry(v, symbol)


def test_a_symbol_that_is_printed_like_an_element() -> None:
    for alike in (real("x1"), real("y", latex="x_0"), real("x_t")):
        with pytest.raises(StatementError, match=r"would (both )?be printed"):
            refuse_alike([x, x[t], t, alike])
    refuse_alike([x, x[t], t, real("x_max"), x[1]])
