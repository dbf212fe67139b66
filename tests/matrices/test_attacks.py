"""Statements that look provable and are not: each was once proved, refuted or ended in an error by mistake."""

from __future__ import annotations

from fractions import Fraction
from time import perf_counter

import pytest

from sgdproofs.api import check_step
from sgdproofs.matrices.algebra import Algebra, Declared, ShapeError
from sgdproofs.matrices.check import Checker, Refused
from sgdproofs.steps.matrix_reading import prove

from .test_refuting import case, vectors

SCALARS = {"random": {"vars": {"X": {"type": "scalar"}, "Y": {"type": "scalar"}}, "facts": []}}


def counted(values):
    return {"random": {"vars": {"N": {"type": "scalar", "values": values}}, "facts": []}}


def with_facts(*facts, **named):
    return {"random": {**SCALARS["random"], "facts": list(facts), "let": named}}


WHOLE = {"a": "real", "b": "real", "k": "integer", "j": "natural"}
NOT_PROVED = {
    "a random exponent": case("E(A**N)*E(A**N)", "==", "E(A**(2*N))", **counted("natural")),
    "a random power is no constant": case("E(A**N)", "==", "A**N", **counted("natural")),
    "a random size": case("E(Eye(N))", "==", "Eye(N)", **counted("posint")),
    "0^k is defined for a k that is not negative": case(
        "Inverse(a*Eye(n))", "==", "Eye(n)/a", premises=["a**k >= 0"], symbols=WHOLE
    ),
    "det(A)^k is not 0 for k = 0": case("Inverse(A)*A", "==", "Eye(n)", premises=["Det(A)**k != 0"], symbols=WHOLE),
    "the square of an imaginary root": case(
        "sqrt(a)*Eye(n)", "psd_ge", "Zeros(n,n)", premises=["sqrt(a)**2 == a"], symbols=WHOLE
    ),
    "the product of two imaginary roots": case(
        "sqrt(a)*Eye(n)", "psd_ge", "Zeros(n,n)", premises=["sqrt(a)*sqrt(a) <= 1"], symbols=WHOLE
    ),
    "an imaginary root times 0": case(
        "sqrt(a)*Eye(n)", "psd_ge", "Zeros(n,n)", premises=["sqrt(a)*b == 0"], symbols=WHOLE
    ),
    "a named moment that may be undefined": case("r*Eye(n)", "==", "r*Eye(n)", **with_facts(r="Var(X)/a")),
    "a function of the case's own": case("Eye(n)*x", "==", "x", functions={"Eye": "real"}),
    "a symmetric part is not the matrix": case("A", "psd_ge", "B", premises=["psd_ge(A+B,2*B)"]),
    "an inverse of what is singular": case("Inverse(P)", "psd_ge", "Inverse(P+W)"),
    "inverses in the same order": case(
        "Inverse(W)", "psd_ge", "Inverse(R)", premises=["psd_ge(W,R)"], symbols={"R": "spd n"}
    ),
    "a trace of what is not positive": case("Trace(H)**2", ">=", "Trace(H*H)"),
    "above its trace": case("P", "psd_ge", "Trace(P)*Eye(n)"),
    "a sum that may be empty": case("Sum(x,(i,2,m))", "==", "(m-1)*x"),
    "a sum that counts down": case("Sum(x,(i,1,k))", "==", "k*x", symbols=WHOLE),
    "one term more": case("Sum(x,(i,0,m))", "==", "m*x"),
    "the covariance of two is the variance of neither": case(
        "Cov(u)",
        "==",
        "A",
        **vectors({"fact": "cov", "of": ["u", "v"], "value": "A"}),
    ),
}


@pytest.mark.parametrize("one", NOT_PROVED.values(), ids=NOT_PROVED)
def test_not_proved(one):
    assert check_step(one, seconds=3)["verdict"] != "proved"
    try:
        found = prove(one, one["lhs"], one["rel"], one["rhs"], lambda: None)
    except Exception as error:
        assert type(error).__name__ == "NotInLanguage"
    else:
        assert not found.proved


PROVED = {
    "the covariance of two vectors": case(
        "Cov(v,u)", "==", "Transpose(A)", **vectors({"fact": "cov", "of": ["u", "v"], "value": "A"})
    ),
    "the covariance of two numbers": case(
        "Cov(Y,X)*x", "==", "0*x", **with_facts({"fact": "cov", "of": ["X", "Y"], "value": "0"})
    ),
    "a covariance of numbers is a number": case("Cov(X,Y)*x", "==", "E(X*Y)*x - E(X)*E(Y)*x", **SCALARS),
    "a named moment is a number": case("r*x", "==", "Var(X)*x", **with_facts(r="Var(X)")),
    "a named moment that is defined": case(
        "r*x", "==", "Var(X)/a*x", symbols={"a": "positive"}, **with_facts(r="Var(X)/a")
    ),
    "names that are words of the algebra": case(
        "Inverse(over)*root*trace*det",
        "==",
        "Inverse(over)*root*trace*det",
        symbols={"over": "invertible root_", "root": "matrix root_", "trace": "matrix root_", "det": "vector root_"}
        | {"root_": "posint"},
    ),
    "the order of symmetric parts": case("Transpose(x)*A*x", ">=", "0", premises=["psd_ge(A,Zeros(n,n))"]),
    "symmetric by a premise": case(
        "Transpose(A)", "psd_ge", "B", premises=["psd_ge(A,B)", "A == Transpose(A)", "B == Transpose(B)"]
    ),
    "an equivalence of orders": case("P-H", "psd_ge", "Zeros(n,n)", premises=["psd_ge(P,H)"], direction="iff"),
    "rank one below its trace": case("x*Transpose(x)", "psd_le", "norm2(x)*Eye(n)"),
    "the trace of a square": case("Trace(P)**2", ">=", "Trace(P*P)"),
    "a projection has at most full rank": case("Trace(K)", "<=", "n"),
    "inverses in the other order": case(
        "Inverse(R)", "psd_ge", "Inverse(W)", premises=["psd_ge(W,R)"], symbols={"R": "spd n"}
    ),
    "a sum of equal terms": case("Sum(a*x,(i,1,m))/m", "==", "a*x"),
    "a sum from 0": case("Sum(x,(i,0,j))", "==", "(j+1)*x", symbols=WHOLE),
    "sizes that are words of the algebra": case(
        "norm(M)**2", "==", "norm2(M)", symbols={"root": "posint", "M": "vector root"}
    ),
    "an inverse of such a size": case("Inverse(M)*M", "==", "Eye(over)", symbols={"over": "posint", "M": "spd over"}),
}


@pytest.mark.parametrize("one", PROVED.values(), ids=PROVED)
def test_proved(one):
    found = check_step(one)
    assert found["verdict"] == "proved", found["reason"]


def test_no_refutation_by_a_fact_read_otherwise():
    one = case("Cov(u,v)", "==", "A", **vectors({"fact": "cov", "of": ["u", "v"], "value": "A"}))
    assert check_step(one)["verdict"] == "proved"
    other = case("Cov(u,v)", "==", "2*A", **vectors({"fact": "cov", "of": ["u", "v"], "value": "A"}))
    assert check_step(other)["verdict"] == "refuted"


@pytest.mark.parametrize(
    "one",
    [
        case("Det(2*Eye(1000000000))", "==", "1"),
        case("2**(j+1000000000)*A", "==", "A", symbols=WHOLE),
        case("norm2(x)**(1000000001/2)", "==", "1"),
        case("A**100000", "==", "A"),
        case("Inverse(over)*over", "==", "Eye(n)", symbols={"over": "matrix n"}),
        case("sqrt(a)*Eye(n)", "psd_ge", "Zeros(n,n)", premises=["sqrt(a)*b == 1"], symbols=WHOLE),
    ],
    ids=lambda c: c["lhs"],
)
def test_one_answer_in_time(one):
    begin = perf_counter()
    found = check_step(one, seconds=4)
    assert found["verdict"] in ("undecided", "refuted") and "error" not in found
    assert perf_counter() - begin < 8


@pytest.mark.parametrize(
    "one",
    [
        *(case("M", "==", "M", symbols={"M": d}) for d in ("matrix -1", "matrix 0", "vector 2.5", "spd 0", "matrix")),
        case("Cov(u)", "==", "Cov(u)", **vectors({"fact": "mean", "of": "u"})),
        case("Cov(u)", "==", "Cov(u)", **vectors({"fact": "mean", "value": "0"})),
        case("Cov(u)", "==", "Cov(u)", **vectors(u="Cov(v)")),
        case("Cov(u)", "==", "Cov(u)", random={"vars": {"u": {"type": "vector", "dim": -3}}}),
    ],
    ids=lambda c: str({**c["symbols"], **(c.get("random") or {})}),
)
def test_one_clear_error(one):
    found = check_step(one)
    assert found["verdict"] == "undecided" and found["error"]


def test_a_mean_of_another_shape_ends_in_no_error():
    one = case("Cov(u+v)", "==", "Cov(u)", **vectors({"fact": "mean", "of": "u", "value": "1"}))
    assert check_step(one, seconds=2)["verdict"] == "undecided"


# --- the checker by itself --------------------------------------------------------------------------------------


def checker(*given):
    matrices = {"A": ("matrix", "n", "n"), "P": ("psd", "n", "n"), "R": ("psd", "n", "n"), "W": ("spd", "n", "n")}
    return Checker(Algebra(Declared(matrices, {"n": "posint", "a": "real", "p": "positive"})), given)


def test_certificates_that_do_not_hold():
    c = checker()
    a = c.algebra
    scalar, matrix, inverse = a.name("a"), a.name("A"), a.inverse(a.name("A"))
    with pytest.raises(Refused):  # det(a A) is a^n det A
        c.zero(("det", scalar, matrix))
    with pytest.raises(ShapeError):  # a matrix is no divisor
        c.sign(("over", ("name", "W")))
    with pytest.raises(Refused):  # square roots are for numbers here
        c.sign(("roots", a.name("P"), ("name", "R"), ("name", "W")))
    with pytest.raises(Refused):
        c.sign(("shared", ("name", "P"), ("name", "R"), ("name", "W")))
    with pytest.raises(Refused):  # whether A has an inverse is what is to be shown
        c.admit(("nonzero", a.det(inverse)), ("det", inverse))
    with pytest.raises(Refused):
        c.admit(("invertible", inverse), ("factors", [inverse], ()))
    assert not c.known
    c.admit(("nonzero", a.det(a.name("W"))), ("det", a.name("W")))
    assert c.sign(("number", Fraction(2), "n"))[1]
