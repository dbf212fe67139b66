"""A square matrix with an inverse on one side: true statements, and near misses."""

from __future__ import annotations

import pytest

from sgdproofs.steps.judge import check_step

SQUARE = {"n": "posint", "A": "matrix n", "B": "matrix n", "C": "matrix n", "x": "vector n", "y": "vector n"}


def verdict(lhs: str, rel: str, rhs: str, *premises: str, **symbols: str) -> str:
    case = {"lhs": lhs, "rel": rel, "rhs": rhs, "symbols": {**SQUARE, **symbols}, "premises": list(premises)}
    return check_step({"id": "x", "kind": "relation", **case})["verdict"]


@pytest.mark.parametrize(
    ("lhs", "rel", "rhs", "premises"),
    [
        ("A", "==", "Inverse(B)", ["A*B == Eye(n)"]),
        ("B", "==", "Inverse(A)", ["A*B == Eye(n)"]),
        ("B*A", "==", "Eye(n)", ["A*B == Eye(n)"]),
        ("B*A", "==", "2*Eye(n)", ["A*B == 2*Eye(n)"]),
        ("B", "==", "C", ["A*B == Eye(n)", "A*C == Eye(n)"]),
        ("Inverse(A)", "==", "Transpose(A)", ["A*Transpose(A) == Eye(n)"]),
        ("Inverse(A)", "==", "2*Eye(n)-A", ["(A-Eye(n))**2 == Zeros(n,n)"]),
        ("Det(A)", "!=", "0", ["A*B == Eye(n)"]),
    ],
)
def test_one_side_is_enough(lhs, rel, rhs, premises):
    assert verdict(lhs, rel, rhs, *premises) == "proved"


@pytest.mark.parametrize(
    ("lhs", "rel", "rhs", "premises"),
    [
        ("B*A", "==", "A", ["A*B == A"]),
        ("B*A", "==", "C", ["A*B == C"]),
        ("B*A", "==", "Zeros(n,n)", ["A*B == Zeros(n,n)"]),
        ("Det(A)", "!=", "0", ["A*B == B"]),
        ("Inverse(A)*A", "==", "Eye(n)", ["A*x == y"]),
        ("A", "==", "Eye(n)", ["A*A == Eye(n)"]),
    ],
)
def test_other_products_are_not(lhs, rel, rhs, premises):
    assert verdict(lhs, rel, rhs, *premises) == "refuted"


def test_of_what_is_not_square_it_is_not():
    assert verdict("B*A", "==", "Eye(n)", "A*B == Eye(n)", m="posint", A="matrix n m", B="matrix m n") == "refuted"
    assert verdict("B*A", "==", "Eye(m)", "A*B == Eye(n)", m="posint", A="matrix n m", B="matrix m n") == "refuted"
