"""Inequalities by weighted squares of differences: true ones, and near misses."""

from __future__ import annotations

import pytest

from sgdproofs.steps.judge import check_step

TRUE = [
    ("a/(b+c)+b/(a+c)+c/(a+b)", ">=", "3/2", "positive"),
    ("1/(b+c)+1/(a+c)+1/(a+b)", ">=", "9/(2*(a+b+c))", "positive"),
    ("a**2/b+b**2/c+c**2/a", ">=", "a+b+c", "positive"),
    ("2*(a**3+b**3+c**3)", ">=", "a**2*(b+c)+b**2*(a+c)+c**2*(a+b)", "nonnegative"),
    ("a**4+b**4+c**4", ">=", "a*b*c*(a+b+c)", "real"),
]
FALSE = [
    ("a/(b+c)+b/(a+c)+c/(a+b)", ">", "3/2", "positive"),
    ("a/(b+c)+b/(a+c)+c/(a+b)", ">=", "8/5", "positive"),
    ("a/(b+c)+b/(a+c)+c/(a+b)", ">=", "3/2", "nonnegative"),
    ("2*(a**3+b**3+c**3)", ">=", "a**2*(b+c)+b**2*(a+c)+c**2*(a+b)", "real"),
    ("a**4+b**4+c**4", ">=", "2*a*b*c*(a+b+c)", "real"),
]


def verdict(lhs: str, rel: str, rhs: str, domain: str) -> str:
    symbols = dict.fromkeys("abc", domain)
    return check_step({"id": "x", "kind": "relation", "lhs": lhs, "rel": rel, "rhs": rhs, "symbols": symbols})[
        "verdict"
    ]


@pytest.mark.parametrize("case", TRUE)
def test_true(case):
    assert verdict(*case) == "proved"


@pytest.mark.parametrize("case", FALSE)
def test_near_misses(case):
    assert verdict(*case) == "refuted"
