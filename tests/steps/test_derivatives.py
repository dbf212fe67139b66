"""Derivatives of functions, by the limits of their difference quotients: true ones, and near misses."""

from __future__ import annotations

import pytest

from sgdproofs.steps.judge import check_step


def verdict(lhs: str, rhs: str, symbols: dict, rel: str = "==", **more) -> str:
    case = {"id": "x", "kind": "relation", "lhs": lhs, "rel": rel, "rhs": rhs, "symbols": symbols, **more}
    return check_step(case)["verdict"]


X, POSITIVE, FROM_0 = {"x": "real"}, {"x": "positive"}, {"x": "nonnegative"}


@pytest.mark.parametrize(
    ("lhs", "rhs", "symbols"),
    [
        ("D(exp(-2*h*x),x)", "-2*h*exp(-2*h*x)", {**X, "h": "real"}),
        ("D(log(x),x)", "1/x", POSITIVE),
        ("D(sqrt(x),x)", "1/(2*sqrt(x))", POSITIVE),
        ("D(x**3*exp(x),x)", "(3*x**2+x**3)*exp(x)", X),
        ("D(log(1+exp(x)),x)", "1/(1+exp(-x))", X),
        ("D(D(exp(a*x),x),x)", "a**2*exp(a*x)", {**X, "a": "real"}),
        ("D(x**n,x)", "n*x**(n-1)", {"x": "nonzero", "n": "natural"}),
        ("D(x**2*sqrt(y),x)", "2*x*sqrt(y)", {**FROM_0, "y": "nonnegative"}),
        ("D(Min(x,2*x),x)", "1", POSITIVE),
    ],
)
def test_derivatives_of_functions(lhs, rhs, symbols):
    assert verdict(lhs, rhs, symbols) == "proved"


@pytest.mark.parametrize(
    ("lhs", "rhs", "symbols"),
    [
        ("D(exp(-2*h*x),x)", "-2*x*exp(-2*h*x)", {**X, "h": "real"}),
        ("D(log(x),x)", "-1/x", POSITIVE),
        ("D(log(x),x)", "1/x", FROM_0),
        ("D(sqrt(x),x)", "1/(2*sqrt(x))", FROM_0),
        ("D(Abs(x),x)", "Abs(x)/x", X),
        ("D(f(x),x)", "0", X),
        # The symbol is in what defines w, or m, too.
        ("D(exp(w(1)),x)", "0", {**X, "w0": "real"}),
        ("D(exp(m),x)", "0", X),
    ],
)
def test_what_is_no_derivative(lhs, rhs, symbols):
    more: dict = {"functions": {"f": "real"}} if "f(" in lhs else {}
    if "w(" in lhs:
        more = {"defs": [{"name": "w", "args": ["t"], "cases": [["t == 0", "w0"], ["t >= 1", "x*w(t-1)"]]}]}
    if "m)" in lhs:
        more = {"random": {"vars": {"X": {"type": "scalar"}}, "facts": [], "let": {"m": "E(x*X)"}}}
    assert verdict(lhs, rhs, symbols, **more) != "proved"


@pytest.mark.parametrize("body", ["Max(x,0)", "Min(x,2*x)", "Abs(x)", "Piecewise((x, x >= 0),(0,True))"])
def test_a_derivative_looks_beyond_the_end_of_a_domain(body):
    assert verdict(f"D({body},x)", "1", FROM_0) != "proved"
    assert verdict("D(Min(x,1),x)", "1", X, assumptions=["x <= 1"]) != "proved"
    assert verdict("D(Min(x,1),x)", "1", X, assumptions=["x < 1"]) == "proved"


def test_an_end_of_a_domain_is_still_known():
    assert verdict("D(x**2,x)", "0", FROM_0, rel=">=") == "proved"
    assert verdict("D(x**2,x)", "2", FROM_0, rel="<=", assumptions=["x <= 1"]) == "proved"
    assert verdict("D(x**2,x)", "2", FROM_0, rel="<=", assumptions=["x <= 2"]) == "refuted"
