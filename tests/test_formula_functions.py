"""Roots, exponentials, cases and the like in formulas: every kind of number, and what is not real."""

from __future__ import annotations

import math
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import fake_verdicts
import mpmath
import numpy as np
import pytest
import sympy
from fake_verdicts import by

from sgdproofs import (
    Both,
    ConditionError,
    Derivation,
    Either,
    Negation,
    choice,
    eq,
    exp,
    family,
    floor,
    index,
    indicator,
    log,
    natural,
    positive,
    product,
    real,
    real_power,
    sqrt,
    step,
)
from sgdproofs.export import to_python
from sgdproofs.formulas import Formula

x, c, n, i = real("x"), positive("c"), natural("n"), index("i", at_least=1)
a, root = family("a"), real("root")


def formula(rhs: Any) -> Formula:
    claim = eq(real("result"), rhs)
    entry = Derivation(name="some-result", claim=claim, proof=(step(claim, by("proved")),))
    return Formula(fake_verdicts.judge(entry, {entry.name: entry}))


NODES = {
    "root": (sqrt(c) * x / 3, lambda x, c: math.sqrt(c) * x / 3),
    "absolute": (abs(x - c), lambda x, c: abs(x - c)),
    "exponential": (exp(-x) * c, lambda x, c: math.exp(-x) * c),
    "logarithm": (log(c) + x, lambda x, c: math.log(c) + x),
    "power": (real_power(c, x), lambda x, c: c**x),
    "floor": (floor(x / 2) + c, lambda x, c: math.floor(x / 2) + c),
    "case": (choice(x < c, x * c, 1 - x), lambda x, c: x * c if x < c else 1 - x),
    "truths": (
        2 * indicator(x <= c) + indicator(Both(x > 1, c > 1)) - indicator(Either(eq(x, c), Negation(x < 2))),
        lambda x, c: 2 * (x <= c) + (x > 1 and c > 1) - (x == c or x >= 2),
    ),
}


@pytest.mark.parametrize("name", NODES)
def test_floats_fractions_arrays_and_many_digits(name: str) -> None:
    node, expected = NODES[name]
    f = formula(node)
    for p, q in ((0.5, 2.0), (2.0, 2.0), (3.25, 0.5), (-1.5, 4.0), (0.0, 1.0)):
        value = expected(p, q)
        assert f(x=p, c=q) == pytest.approx(value, rel=1e-14)
        assert f(x=Fraction(p), c=Fraction(q)) == pytest.approx(value, rel=1e-14)
        assert f(x=mpmath.mpf(p), c=mpmath.mpf(q)) == pytest.approx(value, rel=1e-14)
        assert f(x=np.array([p, 1.0]), c=np.array([q, 3.0])) == pytest.approx([value, expected(1.0, 3.0)], rel=1e-14)


def test_many_digits_are_kept() -> None:
    with mpmath.workdps(50):
        assert abs(formula(sqrt(c))(c=mpmath.mpf(2)) ** 2 - 2) < mpmath.mpf(10) ** -49
        assert abs(formula(log(c))(c=formula(exp(x))(x=mpmath.mpf(1))) - 1) < mpmath.mpf(10) ** -49


def test_what_is_rational_stays_exact() -> None:
    assert formula(sqrt(c))(c=Fraction(4, 9)) == Fraction(2, 3)
    assert formula(sqrt(c))(c=9) == 3 and isinstance(formula(sqrt(c))(c=9), int)
    assert formula(exp(x) + log(c))(x=0, c=Fraction(1)) == 1
    assert (
        isinstance(formula(floor(x))(x=Fraction(-7, 2)), (int, Fraction)) and formula(floor(x))(x=Fraction(-7, 2)) == -4
    )
    assert isinstance(formula(sqrt(c))(c=2), float)


def test_only_the_chosen_case_is_computed() -> None:
    f = formula(choice(eq(x, 0), 0, 1 / x))
    assert f(x=0) == 0 and f(x=2) == 0.5


def test_products() -> None:
    f = formula(3 * product(1 - a[i] / 2, i, 1, n))
    assert f(a=[1, Fraction(1, 2), 9], n=2) == Fraction(9, 8)
    assert f(a=[], n=0) == 3
    nested = formula(product(product(a[i] * x, i, 1, n), index("k"), 1, 2))
    assert nested(a=[2, 3], n=2, x=1) == 36


def test_a_root_of_what_floats_make_negative_is_refused() -> None:
    f = formula(sqrt(root - x))
    with pytest.raises(ConditionError, match="the square root of"):
        f(root=1.0, x=1.5)
    with pytest.raises(ConditionError, match="the logarithm of"):
        formula(log(x))(x=-1.0)
    with pytest.raises(ConditionError, match="of the base"):
        formula(real_power(x, root))(x=-1.0, root=0.5)


def test_a_float_that_leaves_its_range_is_computed_again() -> None:
    assert formula(exp(x) * exp(-x))(x=800.0) == pytest.approx(1.0)
    assert formula(log(exp(x)))(x=5000.0) == pytest.approx(5000.0)
    assert formula(sqrt(x * x))(x=1e200) == pytest.approx(1e200)
    with pytest.raises(ConditionError, match="overflows"):
        formula(exp(x))(x=5000.0)


def test_as_ordinary_sympy() -> None:
    value = formula(sqrt(c) * exp(x) + log(c) + abs(x) + floor(x) + real_power(c, x)).sympy
    at = {symbol: {"x": -1.5, "c": 2.25}[symbol.name] for symbol in value.free_symbols}
    expected = math.sqrt(2.25) * math.exp(-1.5) + math.log(2.25) + 1.5 - 2 + 2.25**-1.5
    assert float(value.subs(at)) == pytest.approx(expected)
    assert isinstance(value, sympy.Expr)


def test_an_exported_module_needs_nothing(tmp_path: Path) -> None:
    f = formula(sqrt(c) * exp(x) * real_power(c, x) * choice(x < c, 1, 2) * log(c) + floor(x) * product(a[i], i, 1, n))
    (tmp_path / "exported.py").write_text(to_python(f))
    code = (
        "import sys\nfrom exported import some_result\nassert 'sgdproofs' not in sys.modules\n"
        "print(repr(some_result(c=3.0, x=1.5, a=[1.0, 2.0], n=2)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert float(done.stdout) == f(c=3.0, x=1.5, a=[1.0, 2.0], n=2)
