"""Sums term by term, induction, order, contradiction, alternatives: true statements proved, near misses not."""

from __future__ import annotations

import pytest

from sgdproofs.steps.judge import check_step

from .test_reductions import case

SUMS = [
    ("Sum(x(n - i),(i,0,n)) == Sum(x(i),(i,0,n))", "n:natural", {"x": "real"}, True),
    ("Sum(x(n + 1 - i),(i,1,n)) == Sum(x(i),(i,1,n))", "n:natural", {"x": "real"}, True),
    ("Sum(x(n - i),(i,1,n)) == Sum(x(i),(i,1,n))", "n:natural", {"x": "real"}, False),
    ("Sum(x(i),(i,1,n))**2 <= n*Sum(x(i)**2,(i,1,n))", "n:natural", {"x": "real"}, True),
    ("Sum(x(i),(i,1,n))**2 <= Sum(x(i)**2,(i,1,n))", "n:natural", {"x": "real"}, False),
    (
        "Sum(x(i)*y(i),(i,1,n))**2 <= Sum(x(i)**2,(i,1,n))*Sum(y(i)**2,(i,1,n))",
        "n:natural",
        {"x": "real", "y": "real"},
        True,
    ),
    (
        "Sum(w(i)*x(i),(i,1,n))**2 <= Sum(w(i)*x(i)**2,(i,1,n))*Sum(w(i),(i,1,n))",
        "n:natural",
        {"w": "nonnegative", "x": "real"},
        True,
    ),
    (
        "Sum(w(i)*x(i),(i,1,n))**2 <= Sum(w(i)*x(i)**2,(i,1,n))*Sum(w(i),(i,1,n))",
        "n:natural",
        {"w": "real", "x": "real"},
        False,
    ),
    ("Sum(x(i),(i,1,n))*Sum(1/x(i),(i,1,n)) >= n**2", "n:natural", {"x": "positive"}, True),
    ("Sum(x(i)**2,(i,1,n)) <= Sum(x(i),(i,1,n))**2", "n:natural", {"x": "nonnegative"}, True),
    ("Sum(x(i)**2,(i,1,n)) <= Sum(x(i),(i,1,n))**2", "n:natural", {"x": "real"}, False),
    ("Sum(Abs(x(i))**2,(i,1,n)) == Sum(x(i)**2,(i,1,n))", "n:natural", {"x": "real"}, True),
    ("Sum(Abs(x(i)),(i,1,n)) == Sum(x(i),(i,1,n))", "n:natural", {"x": "real"}, False),
    ("Sum(Max(x(i),0) - Max(-x(i),0),(i,1,n)) == Sum(x(i),(i,1,n))", "n:natural", {"x": "real"}, True),
]


@pytest.mark.parametrize("text, symbols, functions, true", SUMS, ids=[f"{t} {f}" for t, _, f, _ in SUMS])
def test_sums_of_symbolic_length(text, symbols, functions, true):
    found = check_step(case(text, symbols) | {"functions": functions}, seconds=30)["verdict"]
    assert (found == "proved") == true


PLAIN = [
    ("2**n > n", "n:natural", (), "implies", True),
    ("2**n > n**2", "n:natural", (), "implies", False),
    ("n**2 >= n", "n:integer", (), "implies", True),
    ("n**2 > n", "n:integer", (), "implies", False),
    ("2*n + 1 != 2*m", "n:integer m:integer", (), "implies", True),
    ("2*n != 3*m", "n:integer m:integer", (), "implies", False),
    ("n**2 != 2", "n:integer", (), "implies", True),
    ("n**2 != 4", "n:integer", (), "implies", False),
    ("a <= b", "a:real b:nonnegative", ("a**2 <= b**2",), "implies", True),
    ("a <= b", "a:real b:real", ("a**2 <= b**2",), "implies", False),
    ("x == y", "x:real y:real", ("x <= y", "y <= x"), "iff", True),
    ("x == 0", "x:real y:real", ("x**2 + y**2 == 0",), "implies", True),
    ("x == 0", "x:real y:real", ("x**2 - y**2 == 0",), "implies", False),
    ("x == 2", "x:real y:real", ("x + y == 3", "x - y == 1"), "implies", True),
    ("x == 1", "x:real y:real", ("x + y == 3", "2*x + 2*y == 6"), "implies", False),
    ("x**2 - 3*x + 2 == 0", "x:real", ("Or(x == 1, x == 2)",), "iff", True),
    ("x**2 - 3*x + 2 == 0", "x:real", ("Or(x == 1, x == 3)",), "iff", False),
    ("x*(x - 1)*(x - 2) == 0", "x:real", ("Or(x == 1, x == 2)",), "iff", False),
    ("x == 0", "x:real", ("Or(x == 0, 1/x == 2)",), "iff", False),
]


@pytest.mark.parametrize("text, symbols, premises, direction, true", PLAIN, ids=[f"{t} {p}" for t, _, p, _, _ in PLAIN])
def test_statements_without_functions(text, symbols, premises, direction, true):
    found = check_step(case(text, symbols, premises, direction), seconds=30)["verdict"]
    assert (found == "proved") == true
