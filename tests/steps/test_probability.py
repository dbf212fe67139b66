"""Probability in step files: what follows from the declared facts is proved, what nearly follows is refuted."""

from __future__ import annotations

from typing import Any

import pytest

from sgdproofs.steps.judge import check_step

DRAWS = {"fact": "swor", "of": "g", "population": "a", "size": "n", "draws": "B"}
SPREAD = "(Sum((a(i)-Sum(a(j),(j,1,n))/n)**2,(i,1,n))/n)"
CENTRED = {"fact": "condmean0", "of": "xi", "given": ["w"]}
LINEAR = {"fact": "condmean", "of": "X", "given": ["Y"], "value": "a*Y+b"}
THROUGH = {"fact": "condindependent", "of": ["X", "Z"], "given": "Y"}
STEPS = {"fact": "martingale_diff", "of": "d"}
APART = {"fact": "independent", "of": ["X", "Y"]}


def case(lhs: str, rel: str, rhs: str, **own: Any) -> dict:
    random = own.pop("random", {})
    facts = own.pop("facts", [])
    return {
        "id": "a",
        "kind": "relation",
        "lhs": lhs,
        "rel": rel,
        "rhs": rhs,
        "symbols": own.pop("symbols", {}),
        "functions": own.pop("functions", {}),
        "assumptions": own.pop("assume", []),
        "premises": own.pop("premises", []),
        "random": {"vars": {n: {"type": "scalar"} if t is None else t for n, t in random.items()}, "facts": facts},
        **own,
    }


def seq(upto: str) -> dict:
    return {"type": "seq", "upto": upto}


PLAIN = {"random": dict.fromkeys("XYZ")}
NOISE = {"random": dict.fromkeys(("w", "xi")), "facts": [CENTRED]}
DRAWN = {
    "random": {"g": seq("B")},
    "facts": [DRAWS],
    "symbols": {"B": "posint", "n": "posint"},
    "functions": {"a": "real"},
    "assume": ["n >= 2", "B <= n"],
}
MARTINGALE = {
    "random": {"d": seq("n")},
    "facts": [STEPS],
    "symbols": dict.fromkeys("nst", "posint"),
    "assume": ["s <= n", "t <= n"],
}
AFFINE = {**PLAIN, "facts": [LINEAR], "symbols": {"a": "real", "b": "real"}}
THIRD = {**PLAIN, "facts": [THROUGH]}

TRUE = [
    case("E(CondE(X,Y))", "==", "E(X)", **PLAIN),
    case("CondE(X*Y**2+X,Y)", "==", "(Y**2+1)*CondE(X,Y)", **PLAIN),
    case("CondE(CondE(X,Y,Z),Y)", "==", "CondE(X,Y)", **PLAIN),
    case("CondE(X,Y)", "==", "E(X)", **PLAIN, facts=[APART]),
    case("CondE((X+Y)**2,Y)", "==", "Y**2+2*Y*E(X)+E(X**2)", **PLAIN, facts=[APART]),
    case("Var(X)", "==", "E(CondE(X**2,Y)-CondE(X,Y)**2)+Var(CondE(X,Y))", **PLAIN),
    case("Cov(X-CondE(X,Y),Y**2)", "==", "0", **PLAIN),
    case("E(w**3*xi)", "==", "0", **NOISE),
    case("Cov(w,xi)", "==", "0", **NOISE),
    case("Cov(X,Y)", "==", "a*Var(Y)", **AFFINE),
    case("CondE(X*Z,Y)", "==", "CondE(X,Y)*CondE(Z,Y)", **THIRD),
    case("CondE(Z,X,Y)", "==", "CondE(Z,Y)", **THIRD),
    case("E(X*Z)", "==", "E(CondE(X,Y)*CondE(Z,Y))", **THIRD),
    case("Var(Sum(g(b),(b,1,B))/B)", "==", f"{SPREAD}/B*(n-B)/(n-1)", **DRAWN),
    case("E(Sum(g(b),(b,1,B))/B)", "==", "Sum(a(i),(i,1,n))/n", **DRAWN),
    case("E(d(s)*d(t))", "==", "0", **{**MARTINGALE, "assume": ["s < t", "t <= n"]}),
    case("E(d(s)**2*d(t))", "==", "0", **{**MARTINGALE, "assume": ["s < t", "t <= n"]}),
    case("E(Sum(d(i),(i,1,n))**2)", "==", "Sum(E(d(i)**2),(i,1,n))", **MARTINGALE),
    case("CondE(d(2),d(1))", "==", "0", random={"d": seq("2")}, facts=[STEPS]),
]
FALSE = [
    case("CondE(X,Y)", "==", "E(X)", **PLAIN),
    case("CondE(CondE(X,Y),Z)", "==", "CondE(X,Z)", **PLAIN),
    case("CondE((X+Y)**2,Y)", "==", "Y**2+E(X**2)", **PLAIN, facts=[APART]),
    case("Var(X)", "==", "E(CondE(X**2,Y)-CondE(X,Y)**2)", **PLAIN),
    case("E(w*xi**2)", "==", "0", **NOISE),
    case("Cov(X,Y)", "==", "a*E(Y**2)", **AFFINE),
    case("Cov(X,Z)", "==", "0", **THIRD),
    case("CondE(X*Z,Y)", "==", "CondE(X,Y)*E(Z)", **THIRD),
    case("CondE(X*Y,Z)", "==", "CondE(X,Z)*CondE(Y,Z)", **THIRD),
    case("Var(Sum(g(b),(b,1,B))/B)", "==", f"{SPREAD}/B", **DRAWN),
    case("E(g(1)*g(2))", "==", "E(g(1))*E(g(2))", **{**DRAWN, "assume": ["B >= 2", "B <= n"]}),
    case("E(d(s)*d(t))", "==", "0", **MARTINGALE),
    case("E(d(s)*d(t)**2)", "==", "0", **{**MARTINGALE, "assume": ["s < t", "t <= n"]}),
    case("CondE(d(1),d(2))", "==", "0", random={"d": seq("2")}, facts=[STEPS]),
]
POSITIVE = {"random": {"X": {"type": "scalar", "values": "positive"}}}
PARITY = {**PLAIN, "facts": [{"fact": "pairwise_independent", "of": ["X", "Y", "Z"]}]}
EVENT = {**PLAIN, "assume": ["P(Y>0) > 0", "P(Y<=0) > 0"]}
AVERAGE = {
    "symbols": {"b": "unit", "t": "posint", "m": "bound"},
    "random": {"g": seq("t")},
    "facts": [{"fact": "iid", "of": "g"}, {"fact": "mean", "of": "g", "value": "m"}],
    "defs": [{"name": "s", "args": ["t"], "cases": [["t == 0", "0"], ["t >= 1", "b*s(t-1)+(1-b)*g(t)"]]}],
}
TRUE += [
    case("E(X**2)", ">=", "E(X)**2", **PLAIN),
    case("Cov(X,Y)**2", "<=", "Var(X)*Var(Y)", **PLAIN),
    case("Var(CondE(X,Y))", "<=", "Var(X)", **PLAIN),
    case("Var(X+Y)", "<=", "2*Var(X)+2*Var(Y)", **PLAIN),
    case("E(Abs(X+Y))", "<=", "E(Abs(X))+E(Abs(Y))", **PLAIN),
    case("E(Abs(X))**2", "<=", "E(X**2)", **PLAIN),
    case("E(exp(X))", ">=", "exp(E(X))", **PLAIN),
    case("E(1/X)", ">=", "1/E(X)", **POSITIVE),
    case("E(log(X))", "<=", "log(E(X))", **POSITIVE),
    case("E(sqrt(X))", "<=", "sqrt(E(X))", **POSITIVE),
    case("E(X)", "<=", "E(Y)", **PLAIN, premises=["X <= Y"]),
    case("P(Abs(X-E(X))>=a)", "<=", "Var(X)/a**2", **PLAIN, symbols={"a": "positive"}),
    case("P(X>=a)", "<=", "E(X)/a", **POSITIVE, symbols={"a": "positive"}),
    case("P(And(X>0,Y>0))", "==", "P(X>0)*P(Y>0)", **PLAIN, facts=[APART]),
    case("P(Or(X>0,Y>0))", "<=", "P(X>0)+P(Y>0)", **PLAIN),
    case("Var(Indicator(X>0))", "==", "P(X>0)*(1-P(X>0))", **PLAIN),
    case("E(X)", "==", "EGiven(X,Y>0)*P(Y>0)+EGiven(X,Y<=0)*P(Y<=0)", **EVENT),
    case("E(s(t)/(1-b**t))", "==", "m", **AVERAGE),
]
FALSE += [
    case("E(X**3)", ">=", "E(X)**3", **PLAIN),
    case("Var(X+Y)", "<=", "Var(X)+Var(Y)", **PLAIN),
    case("Var(X)", ">", "0", **PLAIN),
    case("E(Abs(X))", "<=", "Abs(E(X))", **PLAIN),
    case("E(1/X)", "<=", "1/E(X)", **POSITIVE),
    case("P(Abs(X)>=a)", "<=", "Var(X)/a**2", **PLAIN, symbols={"a": "positive"}),
    case("P(X>=a)", "<=", "E(X)/a", **PLAIN, symbols={"a": "positive"}),
    case("P(And(X>0,Y>0))", "==", "P(X>0)*P(Y>0)", **PLAIN),
    case("EGiven(X,Y>0)", "==", "E(X)", **EVENT),
    case("E(X*Y*Z)", "==", "E(X)*E(Y)*E(Z)", **PARITY),
    case("E(xi**2*w)", "==", "E(xi**2)*E(w)", **NOISE),
    case("E(s(t))", "==", "m", **AVERAGE),
]
TWINS = {**PLAIN, "facts": [{"fact": "identical", "of": ["X", "Y"]}]}
DRAWS_OF_ONE = {**PLAIN, "facts": [{"fact": "iid", "of": ["X", "Y"]}]}
OUTSIDE = {"random": {"w": None, "g": seq("3")}, "facts": [{"fact": "independent", "of": ["w", "g"]}]}
TRUE += [
    case("E(X**3)", "==", "E(Y**3)", **TWINS),
    case("Cov(X+Y,X-Y)", "==", "0", **TWINS),
    case("Var((X+Y)/2)", "<=", "Var(X)", **TWINS),
    case("E((X-Y)**2)/2", "==", "Var(X)", **DRAWS_OF_ONE),
    case("E(w*g(1)*g(2))", "==", "E(w)*E(g(1)*g(2))", **OUTSIDE),
]
FALSE += [
    case("E((X-Y)**2)/2", "==", "Var(X)", **TWINS),
    case("P(X>Y)", "==", "1/2", **DRAWS_OF_ONE),
    case("E(w*g(1)*g(2))", "==", "E(w)*E(g(1))*E(g(2))", **OUTSIDE),
]

EQUAL = {
    "random": {"x": seq("n")},
    "symbols": {"n": "posint", "m": "real", "k": "real"},
    "facts": [{"fact": "equicov", "of": "x"}, {"fact": "identical", "of": "x"}],
}
MEANS = {**EQUAL, "facts": [{"fact": "mean", "of": "x", "value": v} for v in "mk"]}
EMPTY = {**MEANS, "symbols": {**EQUAL["symbols"], "n": "natural"}}
COUNTED = {"symbols": {"c": "nonnegative", "n": "posint"}}
TRUE += [
    case("m", "==", "k", **MEANS),
    case("E(Sum(x(i),(i,1,n)))", "==", "n*m", **EMPTY),
    case("KroneckerDelta(X,a)*X", "==", "KroneckerDelta(X,a)*a", **PLAIN, symbols={"a": "real"}),
]
FALSE += [
    case("Indicator(Eq(X,Y))*P(Eq(X,Y))", "==", "Indicator(Eq(X,Y))", **PLAIN),
    case("Indicator(Eq(X,Y))*E(X*Indicator(Eq(X,Y)))", "==", "Indicator(Eq(X,Y))*E(X)", **PLAIN),
    case("Sum(KroneckerDelta(i,c),(i,0,n))", "==", "1", **COUNTED, assume=["c <= n"]),
    case("Sum(KroneckerDelta(i,n/2),(i,0,n))", "==", "1", **COUNTED),
    case("m", "==", "k", **EMPTY),
    case("2*Cov(x(1),x(2))", ">=", "-Var(x(1))", **EQUAL, assume=["n >= 2"]),
]
NOT_NEGATIVE = {"random": {v: {"type": "scalar", "values": "nonnegative"} for v in "XY"}}
TRUE += [
    case("CondE(X,Y)", ">=", "0", **NOT_NEGATIVE),
    case("CondE(Abs(X),Y)", ">=", "Abs(CondE(X,Y))", **PLAIN),
    case("CondE(X**2,Y)", ">=", "CondE(X,Y)**2", **PLAIN),
    case("E((X-Z)*(2*Y+X))**2", "<=", "E((X-Z)**2)*E((2*Y+X)**2)", **PLAIN),
]
FALSE += [
    case("CondE(X,Y)", ">", "0", **NOT_NEGATIVE),
    case("CondE(X**2,Y)", ">=", "E(X)**2", **PLAIN),
    case("CondE(X**3,Y)", ">=", "CondE(X,Y)**3", **PLAIN),
    case("E((X-Z)*(2*Y+X))**2", "<=", "E((X-Z)**2)*E((2*Y-X)**2)", **PLAIN),
]
UNREFUTED = [
    case("(n-1)*Cov(x(1),x(2))", ">=", "-Var(x(1))", **EQUAL, assume=["n >= 2"]),
    case("9*Cov(x(1),x(2))", ">=", "-Var(x(1))", **EQUAL, assume=["n >= 10"]),
    case("3*Cov(x(1),x(2))", ">=", "-Var(x(1))", **EQUAL, assume=["n >= 4"]),
]


@pytest.mark.parametrize("data", UNREFUTED, ids=lambda data: name(data))
def test_a_witness_has_all_members(data: dict) -> None:
    """Two or three members may have covariances that are impossible for all of them together."""
    assert check_step(data, seconds=30)["verdict"] != "refuted"


def name(data: dict) -> str:
    return f"{data['lhs']} {data['rel']} {data['rhs']}"


@pytest.mark.parametrize("data", TRUE, ids=name)
def test_what_follows_is_proved(data: dict) -> None:
    found = check_step(data, seconds=30)
    assert found["verdict"] == "proved", found["reason"]


@pytest.mark.parametrize("data", FALSE, ids=name)
def test_what_nearly_follows_is_refuted(data: dict) -> None:
    found = check_step(data, seconds=30)
    assert found["verdict"] == "refuted", found["reason"]
    assert found["witness"]


# --- the reasons of lines ----------------------------------------------------------------------------------

BATCH = {
    "symbols": {"B": "posint", "s2": "bound", "m": "bound"},
    "random": {
        "vars": {"g": seq("B")},
        "facts": [
            {"fact": "iid", "of": "g"},
            {"fact": "var", "of": "g", "value": "s2"},
            {"fact": "mean", "of": "g", "value": "m"},
        ],
    },
}
SQUARES = "E(Sum((g(b)-m)**2,(b,1,B)))/B**2"
PAIRS = "E(Sum(Piecewise(((g(b)-m)*(g(k)-m),Ne(b,k)),(0,True)),(b,1,B),(k,1,B)))"


def verdicts(first: str, *lines: tuple[str, str], **around: Any) -> list[str]:
    rows = [{"expr": first}, *({"rel": "==", "expr": e, "by": words} for e, words in lines)]
    found = check_step({"id": "a", "kind": "chain", "lines": rows, **around}, seconds=30)
    assert len(found["lines"]) == len(lines)
    if "unjustified" in (own := [line["verdict"] for line in found["lines"]]) and "refuted" not in own:
        assert found["verdict"] == "unjustified" and "missing" in found["reason"] and found["witness"]
    return [line["verdict"] for line in found["lines"]]


def test_a_line_is_judged_by_its_own_reason() -> None:
    whole = "Var(Sum(g(b),(b,1,B)))/B**2"
    parts = "Sum(Var(g(b)),(b,1,B))/B**2"
    start = "Var(Sum(g(b),(b,1,B))/B)"
    for words, expected in (
        ("independence", "proved"),
        ("the covariances vanish", "proved"),
        ("linearity", "unjustified"),
        ("expand the square", "unjustified"),
        ("identical distribution", "unjustified"),
        ("as everybody knows", "proved"),
        ("sum of variances", "proved"),
        ("the sum rule for variances", "proved"),
    ):
        found = verdicts(start, (whole, "pull out the constant"), (parts, words), ("s2/B", "simplify"), **BATCH)
        assert found == ["proved", expected, "proved"], words


def test_a_factor_before_the_first_of_two_sums_only() -> None:
    lines = ((f"{SQUARES} + {PAIRS}", "split the double sum"), (SQUARES, "independence"), ("s2/B", "equal variances"))
    assert verdicts("E(Sum(g(b)-m,(b,1,B))**2)/B**2", *lines, **BATCH) == ["unjustified", "proved", "proved"]


def test_words_excuse_nothing_that_is_false() -> None:
    found = verdicts("Var(Sum(g(b),(b,1,B)))", ("B**2*s2", "linearity"), ("B*s2", "independence"), **BATCH)
    assert found == ["refuted", "refuted"]
