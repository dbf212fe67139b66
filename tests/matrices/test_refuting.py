"""False statements about matrices are refuted, each with a witness that is evaluated again; true ones are not."""

from __future__ import annotations

import re
from fractions import Fraction
from random import Random

import pytest

from sgdproofs.api import check_step
from sgdproofs.steps.matrix_values import Evaluation, Matrix, Model, replay
from sgdproofs.steps.reader import read

SYMBOLS = {"n": "posint", "m": "posint", "A": "matrix n", "B": "matrix n", "D": "matrix n", "F": "matrix n m"}
SYMBOLS |= {"S": "sym n", "H": "sym n", "P": "psd n", "R": "psd n", "W": "spd n", "V": "invertible n"}
SYMBOLS |= {"Q": "orthogonal n", "K": "projection n", "x": "vector n", "y": "vector n", "a": "real", "G": "diag n"}


def case(lhs, rel, rhs, **other):
    used = re.findall(r"\w+", " ".join([lhs, rhs, *other.get("premises", ()), *other.get("assumptions", ())]))
    symbols = {k: v for k, v in SYMBOLS.items() if k in used or k in "nm"} | other.pop("symbols", {})
    return {"id": "t", "kind": "relation", "lhs": lhs, "rel": rel, "rhs": rhs, "symbols": symbols, **other}


def vectors(*facts, names="uv", **named):
    return {"random": {"vars": {n: {"type": "vector", "dim": "n"} for n in names}, "facts": list(facts), "let": named}}


FALSE = [
    case("A*B", "==", "B*A"),
    case("Trace(A*B*D)", "==", "Trace(A*D*B)"),
    case("Inverse(V*W)", "==", "Inverse(V)*Inverse(W)"),
    case("Transpose(A*B)", "==", "Transpose(A)*Transpose(B)"),
    case("P*R", "psd_ge", "Zeros(n,n)"),
    case("P*P", "psd_ge", "R*R", premises=["psd_ge(P,R)"]),
    case("A", "==", "Zeros(n,n)", premises=["A*A == Zeros(n,n)"]),
    case("B", "==", "D", premises=["A*B == A*D"]),
    case("F*A", "==", "F*A"),
    case("A + a", "==", "a + A"),
    case("Det(A+B)", "==", "Det(A)+Det(B)"),
    case("Det(a*A)", "==", "a*Det(A)"),
    case("Inverse(A)*A", "==", "Eye(n)"),
    case("norm(x+y)", ">=", "norm(x)+norm(y)"),
    case("norm(x+y)", "==", "norm(x)+norm(y)"),
    case("Trace(A*A)", ">=", "0"),
    case("K", "==", "Eye(n)"),
    case("Q", "==", "Transpose(Q)"),
    case("G*S", "==", "S*G"),
    case("W", "==", "P/2", premises=["S*W + W*S == P"]),
    case("S", "==", "H", premises=["A*S + S*Transpose(A) == A*H + H*Transpose(A)"]),
    case("A*B", "==", "B*A", premises=["Transpose(x)*A*B*x == Transpose(x)*B*A*x"]),
    case("Cov(u,v)", "==", "Cov(v,u)", **vectors()),
    case("Cov(u+v)", "==", "Cov(u)+Cov(v)", **vectors({"fact": "mean", "of": "u", "value": "0"})),
    case("E(Transpose(u)*A*v)", "==", "0", **vectors({"fact": "independent", "of": ["u", "v"]})),
    case(
        "E(norm2(u)*norm2(v))", "==", "E(norm2(u))*E(norm2(v))", **vectors({"fact": "uncorrelated", "of": ["u", "v"]})
    ),
    case("Cov(A*u)", "==", "A*A*Cov(u)", **vectors(names="u")),
    case("x", "==", "y", premises=["norm2(x) == norm2(y)"], direction="iff"),
]
TRUE = [
    case("A*(B+D)", "==", "A*B+A*D"),
    case("Inverse(V*W)", "==", "Inverse(W)*Inverse(V)"),
    case("Trace(P*R)", ">=", "0"),
    case("P+W", "psd_ge", "P"),
    case("A*P*Transpose(A)", "psd_ge", "Zeros(n,n)"),
    case("P", "psd_ge", "Zeros(n,n)", premises=["psd_ge(P,R)"]),
    case("Trace(S*W)", "==", "Trace(P)/2", premises=["S*W + W*S == P"]),
    case("B", "==", "D", premises=["V*B == V*D"], direction="iff"),
    case("Cov(u+v)", "==", "Cov(u)+Cov(v)", **vectors({"fact": "independent", "of": ["u", "v"]})),
    case("Cov(u)", "psd_ge", "Zeros(n,n)", **vectors(names="u")),
    case("norm(x+y)", "<=", "norm(x)+norm(y)"),
]


@pytest.mark.parametrize("one", FALSE, ids=lambda c: f"{c['lhs']} {c['rel']} {c['rhs']}")
def test_false_statements_are_refuted(one):
    found = check_step(one)
    assert found["verdict"] == "refuted", found
    again = replay(one, one["lhs"], one["rel"], one["rhs"], found["witness"])
    assert again is not None and again["why"] == found["witness"]["why"]


@pytest.mark.parametrize("one", TRUE, ids=lambda c: f"{c['lhs']} {c['rel']} {c['rhs']}")
def test_true_statements_are_proved(one):
    assert check_step(one)["verdict"] == "proved"


def test_a_witness_that_breaks_a_domain_a_premise_or_a_fact_is_none():
    one = case("S", "==", "Zeros(n,n)", premises=["Trace(S) == 0"])
    record = {"parameters": {"n": "2", "m": "1"}, "matrices": {"S": [["1", "2"], ["2", "-1"]]}}
    assert replay(one, one["lhs"], "==", one["rhs"], record)
    for broken in ([["1", "2"], ["3", "-1"]], [["1", "2"], ["2", "1"]], [["0", "0"], ["0", "0"]], [["0"]]):
        assert replay(one, one["lhs"], "==", one["rhs"], {**record, "matrices": {"S": broken}}) is None
    two = case("E(dot(u,v))", "==", "dot(E(u),E(v))", **vectors({"fact": "independent", "of": ["u", "v"]}))
    outcomes = [{"probability": "1/2", "values": {"u": [[k]], "v": [[k]]}} for k in "01"]
    dependent = {"parameters": {"n": "1", "m": "1"}, "matrices": {}, "outcomes": outcomes}
    assert replay(two, two["lhs"], "==", two["rhs"], dependent) is None
    free = {**two, "random": {**two["random"], "facts": []}}
    assert replay(free, two["lhs"], "==", two["rhs"], dependent)


def test_no_product_is_undefined_only_because_one_row_and_column_are_read_as_a_matrix():
    assert check_step(case("Transpose(x)*y*x", "==", "dot(x,y)*x"))["verdict"] == "undecided"
    assert check_step(case("Transpose(x)*y*x", "==", "dot(x,x)*y"))["verdict"] == "refuted"


def test_directions_of_decrease():
    """`downward` finds a vector where the form is negative exactly if the eigenvalues are not all nonnegative."""
    r = Random(1)
    seen = {True: 0, False: 0}
    for _ in range(400):
        n = r.randint(1, 4)
        b = Matrix(tuple(tuple(Fraction(r.randint(-2, 2)) for _ in range(r.randint(1, 1) * n)) for _ in range(n)))
        positive = r.random() < 0.5
        a = b.transposed() @ b if positive else b
        x = a.downward()
        assert not (positive and x)
        if x is not None:
            column = Matrix(tuple((v,) for v in x))
            assert (column.transposed() @ a @ column).rows[0][0] < 0
        else:  # no vector of small whole numbers shows the contrary
            for _ in range(50):
                column = Matrix(tuple((Fraction(r.randint(-3, 3)),) for _ in range(n)))
                assert (column.transposed() @ a @ column).rows[0][0] >= 0
        seen[x is None] += 1
    assert min(seen.values()) > 50


def test_values():
    e = Evaluation(Model({"A": Matrix(((Fraction(1), Fraction(2)), (Fraction(3), Fraction(4)))), "n": Fraction(2)}))
    assert e.of(read("Det(A)")) == -2
    assert e.of(read("Inverse(A)*A - Eye(n)")) == e.of(read("Zeros(n,n)"))
    assert e.of(read("Trace(A**2)")) == 29
    assert e.of(read("Sum(A**k,(k,0,2))")) == e.of(read("Eye(n) + A + A**2"))
