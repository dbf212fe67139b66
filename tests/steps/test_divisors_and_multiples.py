"""Divisors that premises keep from 0, and inequalities by multiples and squares of what is known."""

from __future__ import annotations

import pytest

from sgdproofs import check_step

REAL = dict.fromkeys("xyab", "real")


def verdict(lhs, rel, rhs, premises=(), assumptions=(), symbols=REAL):
    step = {"id": "step", "kind": "relation", "lhs": lhs, "rel": rel, "rhs": rhs, "symbols": symbols}
    return check_step({**step, "premises": list(premises), "assumptions": list(assumptions)})["verdict"]


@pytest.mark.parametrize(
    ("rhs", "premise", "assumptions"),
    [
        ("a*b/(a+b)", "1/x == 1/a + 1/b", ["a != 0", "b != 0", "x != 0"]),
        ("1/(a-b)", "x*(a-b) == 1", []),
        ("(1+y)/(a-b)", "x*(a-b) == 1+y", ["y > 0"]),
        ("a*b/(a+b)", "a*b == x*(a+b)", ["a != 0", "b != 0"]),
    ],
)
def test_a_divisor_that_a_premise_keeps_from_0(rhs, premise, assumptions):
    assert verdict("x", "==", rhs, [premise], assumptions) == "proved"


@pytest.mark.parametrize(
    ("rhs", "premise"),
    [
        ("y/(a-b)", "x*(a-b) == y"),
        ("(1+y)/(a-b)", "x*(a-b) == 1+y"),
        ("1/(a-b)", "x*(a-b)*y == y"),
    ],
)
def test_a_divisor_that_may_be_0_all_the_same(rhs, premise):
    assert verdict("x", "==", rhs, [premise]) != "proved"


DESCENT = {"f1": "real", "f0": "real", "s": "nonnegative", "eta": "positive", "L": "positive"}
STEP = ["f1 <= f0-eta*s+L*eta**2/2*s"]


def test_a_product_of_monomials_and_a_known_inequality():
    assert verdict("f1", "<=", "f0-eta/2*s", STEP, ["eta*L <= 1"], DESCENT) == "proved"
    assert verdict("f1", "<=", "f0-eta/2*s", STEP, ["eta*L <= 2"], DESCENT) != "proved"
    assert verdict("f1", "<=", "f0-eta/2*s", STEP, ["eta*L <= 1"], {**DESCENT, "s": "real"}) != "proved"
    assert verdict("f1", "<=", "f0-2*eta/3*s", STEP, ["eta*L <= 1"], DESCENT) != "proved"


def test_squares_as_coefficients_of_what_is_not_negative():
    symbols = {"q": "real", "s": "nonnegative", "v": "nonnegative", "w": "real"}
    assert verdict("(1-q)**2*v+q**2*s", ">=", "0", symbols=symbols) == "proved"
    assert verdict("(1-q)**2*v+q**2*s-2*q*v", ">=", "-q*(q+1)*v", symbols=symbols) != "proved"
    assert verdict("(1-q)**2*w+q**2*s", ">=", "0", symbols=symbols) != "proved"
    assert verdict("(1-q)**3*v+q**2*s", ">=", "0", symbols=symbols) != "proved"
