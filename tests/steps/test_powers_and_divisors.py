"""Roots of equations between powers, and divisors that no integer makes 0: true ones, and near misses."""

from __future__ import annotations

import pytest

from sgdproofs.steps.judge import check_step

REALS, ABOVE = {"x": "real", "y": "real"}, {"x": "nonnegative", "y": "nonnegative"}


def verdict(lhs: str, rel: str, rhs: str, symbols: dict, *premises: str) -> str:
    case = {"lhs": lhs, "rel": rel, "rhs": rhs, "symbols": symbols, "premises": list(premises)}
    return check_step({"id": "x", "kind": "relation", **case})["verdict"]


@pytest.mark.parametrize(
    ("rhs", "symbols", "premise"),
    [
        ("y", REALS, "x**3 == y**3"),
        ("y", REALS, "x**5 == y**5"),
        ("-y", REALS, "x**3 == -y**3"),
        ("2*y", REALS, "x**3 == 8*y**3"),
        ("y", ABOVE, "x**4 == y**4"),
    ],
)
def test_equal_powers(rhs, symbols, premise):
    assert verdict("x", "==", rhs, symbols, premise) == "proved"


def test_powers_keep_the_order():
    assert verdict("x", "<=", "y", REALS, "x**5 <= y**5") == "proved"
    assert verdict("x", "<", "y", REALS, "x**3 <= y**3") == "refuted"


@pytest.mark.parametrize(
    ("lhs", "symbols", "premise"),
    [
        ("x", REALS, "x**4 == y**4"),
        ("x", {"x": "real", "y": "nonnegative"}, "x**4 == y**4"),
        ("x", REALS, "x**3*(x-1) == y**3*(x-1)"),
        ("x", {"x": "complex", "y": "complex"}, "x**3 == y**3"),
        ("x**(1/3)", REALS, "x == y**3"),
    ],
)
def test_powers_that_lose_a_sign(lhs, symbols, premise):
    assert verdict(lhs, "==", "y", symbols, premise) != "proved"


@pytest.mark.parametrize("divisor", ["x**2-2", "3*x-2", "x**2+x-1"])
def test_divisors_that_no_integer_makes_0(divisor):
    assert verdict(f"1/({divisor})*({divisor})", "==", "1", {"x": "integer"}) == "proved"
    assert verdict(f"1/({divisor})*({divisor})", "==", "1", {"x": "real"}) != "proved"


def test_a_divisor_that_an_integer_makes_0():
    assert verdict("1/(x**2+x-2)*(x**2+x-2)", "==", "1", {"x": "integer"}) == "refuted"
