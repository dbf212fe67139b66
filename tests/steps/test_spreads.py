"""What is equal with probability 1, best predictors, and orders of variances and covariances; and near misses."""

from __future__ import annotations

import pytest

from sgdproofs.steps.judge import check_step

PREMISES = {
    "constant": ("X", "==", "E(X)", "Var(X) == 0"),
    "zero": ("X", "==", "0", "E(X**2) == 0"),
    "a product": ("X*Y", "==", "0", "E(X**2*Y**2) == 0"),
    "no distance": ("X", "==", "Y", "E((X-Y)**2) == 0"),
    "no spread of the difference": ("X", "==", "Y", "And(Var(X-Y) == 0, E(X) == E(Y))"),
}
TRUE = {
    "predictor": ("E((Y-CondE(Y,X))**2)", "<=", "E((Y-a*X-b)**2)"),
    "predictor from a square": ("E((Y-CondE(Y,X))**2)", "<=", "E((Y-a*X**2)**2)"),
    "predictor that knows more": ("E((Z-CondE(Z,X,Y))**2)", "<=", "E((Z-CondE(Z,X))**2)"),
    "covariance under one root": ("Abs(Cov(X,Y))", "<=", "sqrt(Var(X)*Var(Y))"),
    "covariance under two roots": ("Cov(X,Y)", "<=", "sqrt(Var(X))*sqrt(Var(Y))"),
}
FALSE = {
    "not zero": ("X", "==", "0", "Var(X) == 0"),
    "a distance": ("X", "==", "Y", "Var(X-Y) == 0"),
    "means": ("X", "==", "Y", "E(X-Y) == 0"),
    "another predictor": ("E((Y-CondE(Y,X))**2)", "<=", "E((Y-a*Z-b)**2)"),
    "predictor that knows less": ("E((Z-CondE(Z,X))**2)", "<=", "E((Z-CondE(Z,X,Y))**2)"),
    "covariance below": ("Cov(X,Y)", ">=", "-sqrt(Var(X)*Var(Y))/2"),
    "strict": ("Abs(Cov(X,Y))", "<", "sqrt(Var(X)*Var(Y))"),
    "roots of sums": ("sqrt(Var(X+Y))", "<=", "sqrt(Var(X)+Var(Y))"),
}


def verdict(lhs: str, rel: str, rhs: str, *premises: str, **more) -> str:
    random = {"vars": {name: {"type": "scalar"} for name in "XYZ"}, "facts": []}
    case = {"lhs": lhs, "rel": rel, "rhs": rhs, "symbols": {"a": "real", "b": "real"}, "premises": list(premises)}
    return check_step({"id": "x", "kind": "relation", "random": random, **case, **more})["verdict"]


@pytest.mark.parametrize("name", PREMISES)
def test_equal_with_probability_1(name):
    assert verdict(*PREMISES[name]) == "proved"


@pytest.mark.parametrize("name", TRUE)
def test_orders_of_spreads(name):
    assert verdict(*TRUE[name]) == "proved"


@pytest.mark.parametrize("name", FALSE)
def test_near_misses(name):
    assert verdict(*FALSE[name]) == "refuted"


def test_a_variance_that_a_fact_names_is_not_negative():
    def own(length: str, lhs: str, rel: str) -> str:
        random = {"vars": {"g": {"type": "seq", "upto": "B"}}, "facts": [{"fact": "var", "of": "g", "value": "s2"}]}
        symbols = {"B": length, "s2": "bound"}
        case = {"id": "x", "kind": "relation", "lhs": lhs, "rel": rel, "rhs": "s2", "symbols": symbols}
        return check_step({**case, "random": random})["verdict"]

    assert own("posint", "s2*B/B**2", "<=") == "proved"
    assert own("posint", "s2*B/B**2", "<") == "refuted"
    assert own("posint", "-s2", "<=") == "proved"
    assert own("natural", "-s2", "<=") != "proved"  # there may be no member that has the variance
