"""Limits, series, products and recurrences as steps: true ones are proved, near misses are not."""

from __future__ import annotations

from typing import Any

import pytest

from sgdproofs.steps.judge import check_step

UNIT = {"q": "unit"}


def verdict(left: str, right: str, rel: str = "==", **more: Any) -> str:
    case = {"id": "x", "category": "LIM", "kind": "relation", "lhs": left, "rel": rel, "rhs": right}
    return str(check_step({**case, **more}, seconds=30)["verdict"])


def recurrence(name: str, start: str, step: str, *first: str) -> list[dict]:
    starts = [[f"t == {k}", v] for k, v in enumerate((start, *first))]
    return [{"name": name, "args": ["t"], "cases": [*starts, [f"t >= {len(starts)}", step]]}]


TRUE: list[tuple[str, str, dict]] = [
    ("Limit(n*(1-(1-1/n)**k),n,oo)", "k", {"symbols": {"k": "natural"}}),
    ("Limit((a*n+b)/(c*n+d),n,oo)", "a/c", {"symbols": {"a": "real", "b": "real", "c": "nonzero", "d": "real"}}),
    ("Limit(n**2*q**n,n,oo)", "0", {"symbols": UNIT}),
    ("Limit(q**n/n,n,oo)", "0", {"symbols": {"q": "real"}, "assumptions": ["Abs(q) <= 1"]}),
    ("Limit((2**n+3**n)/3**n,n,oo)", "1", {}),
    ("Limit(n**k/2**n,n,oo)", "0", {"symbols": {"k": "natural"}}),
    ("Limit(n**(-a),n,oo)", "0", {"symbols": {"a": "positive"}}),
    ("Limit(1/(n-5),n,oo)", "0", {}),
    ("Limit(Min(n,N),n,oo)", "N", {"symbols": {"N": "posint"}}),
    ("Limit((1+a/n)**n,n,oo)", "exp(a)", {"symbols": {"a": "real"}}),
    ("Limit(sqrt(n**2+n)-n,n,oo)", "1/2", {}),
    ("Limit(log(n)/n,n,oo)", "0", {}),
    ("Limit(x*exp(-a*x),x,oo)", "0", {"symbols": {"a": "positive"}}),
    ("Limit((sqrt(1+x)-1)/x,x,0)", "1/2", {}),
    ("Limit((x**2-a**2)/(x-a),x,a)", "2*a", {"symbols": {"a": "real"}}),
    ("Limit((1-b**t)/(1-b),b,1)", "t", {"symbols": {"t": "natural"}}),
    ("Limit(Abs(x)/x,x,0,'-')", "-1", {}),
    ("Limit(x*log(x),x,0,'+')", "0", {}),
    ("Limit((exp(h*x)-1)/x,x,0)", "h", {"symbols": {"h": "real"}}),
    ("Limit(Limit(n/(n+m),n,oo),m,oo)", "1", {}),
    ("Limit(Sum(k,(k,1,n))/n**2,n,oo)", "1/2", {}),
    ("Sum(1/(k*(k+1)),(k,1,oo))", "1", {}),
    ("Sum(k**2*q**k,(k,0,oo))", "q*(1+q)/(1-q)**3", {"symbols": UNIT}),
    ("Product(1-1/i,(i,2,t))", "1/t", {"symbols": {"t": "posint"}}),
    ("Product(x(i)*y(i),(i,1,n))", "Product(x(i),(i,1,n))*Product(y(j),(j,1,n))",
     {"symbols": {"n": "natural"}, "functions": {"x": "real", "y": "real"}}),
    ("Limit(Product(1-1/i,(i,2,t)),t,oo)", "0", {}),
    ("Sum(Product(k+j,(j,1,2)),(k,1,m))", "Sum((k+1)*(k+2),(k,1,m))", {"symbols": {"m": "natural"}}),
    ("Sum(Product(k,(j,1,n)),(k,1,m))", "Sum(k**n,(k,1,m))", {"symbols": {"m": "natural", "n": "natural"}}),
    ("Product(Product(k,(j,1,2)),(k,1,3))", "36", {}),
    ("Sum(1/(i*(i+1)),(i,k,n))", "1/k-1/(n+1)",
     {"symbols": {"k": "posint", "n": "posint"}, "assumptions": ["k <= n"]}),
    ("F(t+1)*F(t-1)-F(t)**2", "(-1)**t",
     {"symbols": {"t": "posint"}, "defs": recurrence("F", "0", "F(t-1)+F(t-2)", "1")}),
    ("a(t)", "3**t+2**t", {"symbols": {"t": "natural"}, "defs": recurrence("a", "2", "5*a(t-1)-6*a(t-2)", "5")}),
    ("a(t)", "(t+1)*r**t",
     {"symbols": {"t": "natural", "r": "real"}, "defs": recurrence("a", "1", "2*r*a(t-1)-r**2*a(t-2)", "2*r")}),
    ("Limit((sqrt(a+x)-sqrt(a))/x,x,0)", "1/(2*sqrt(a))", {"symbols": {"a": "positive"}}),
    ("y(t)", "Sum(b**(t-i)*x(i),(i,1,t))",
     {"symbols": {"b": "real", "t": "natural"}, "functions": {"x": "real"},
      "defs": recurrence("y", "0", "b*y(t-1)+x(t)")}),
    ("Limit(v(t),t,oo)", "eta*s/(h*(2-eta*h))",
     {"symbols": {"eta": "positive", "h": "positive", "s": "positive", "v0": "nonnegative"},
      "assumptions": ["eta*h < 2"], "defs": recurrence("v", "v0", "(1-eta*h)**2*v(t-1)+eta**2*s")}),
]  # fmt: skip

FALSE: list[tuple[str, str, dict]] = [
    ("Limit(n*(1-(1-1/n)**k),n,oo)", "k+1", {"symbols": {"k": "natural"}}),
    ("Limit((a*n+b)/(c*n+d),n,oo)", "a/c", {"symbols": {"a": "real", "b": "real", "c": "real", "d": "real"}}),
    ("Limit(n**2*q**n,n,oo)", "0", {"symbols": {"q": "positive"}}),
    ("Limit(q**n,n,oo)", "0", {"symbols": {"q": "real"}, "assumptions": ["Abs(q) <= 1"]}),
    ("Limit((-1)**n*n/(n+1),n,oo)", "1", {}),
    ("Limit(2**n/n**3,n,oo)", "0", {}),
    ("Limit((1-1/n)**n,n,oo)", "1", {}),
    ("Limit(sqrt(n**2+n)-n,n,oo)", "0", {}),
    ("Limit((sqrt(1+x)-1)/x,x,0)", "1", {}),
    ("Limit(1/x,x,0)", "0", {}),
    ("Limit(Abs(x)/x,x,0)", "1", {}),
    ("Limit(Limit(n/(n+m),n,oo),m,oo)", "Limit(Limit(n/(n+m),m,oo),n,oo)", {}),
    ("Limit(Sum(k,(k,1,n))/n**2,n,oo)", "1", {}),
    ("Sum(1/(k*(k+1)),(k,1,oo))", "2", {}),
    ("Sum((-1)**k,(k,0,oo))", "1/2", {}),
    ("Product(1-1/i,(i,1,t))", "1/t", {"symbols": {"t": "posint"}}),
    ("Sum(Product(k*j,(j,1,2)),(k,1,m))", "4*m", {"symbols": {"m": "natural"}}),
    ("Sum(Product(k,(j,1,n)),(k,1,m))", "m*Product(k,(k,1,n))", {"symbols": {"m": "natural", "n": "natural"}}),
    ("Product(Product(k,(j,1,2)),(k,1,3))", "8", {}),
    ("Product(x(i)+y(i),(i,1,n))", "Product(x(i),(i,1,n))+Product(y(i),(i,1,n))",
     {"symbols": {"n": "natural"}, "functions": {"x": "real", "y": "real"}}),
    ("F(t+1)*F(t-1)-F(t)**2", "(-1)**(t+1)",
     {"symbols": {"t": "posint"}, "defs": recurrence("F", "0", "F(t-1)+F(t-2)", "1")}),
    ("a(t)", "3**t+2**t+1", {"symbols": {"t": "natural"}, "defs": recurrence("a", "2", "5*a(t-1)-6*a(t-2)", "5")}),
    ("Limit(exp(-a*x),x,oo)", "0", {"symbols": {"a": "nonnegative"}}),
    ("Limit((1+a/n)**n,n,oo)", "1+a", {"symbols": {"a": "real"}}),
    ("Limit((sqrt(a+x)-sqrt(a))/x,x,0)", "1/sqrt(a)", {"symbols": {"a": "positive"}}),
    ("Limit(Max(a,1/n),n,oo)", "a", {"symbols": {"a": "real"}}),
    ("Limit((1+1/n)**(n**2),n,oo)", "exp(1)", {}),
    ("Limit(n**k/n**m,n,oo)", "0", {"symbols": {"k": "natural", "m": "natural"}, "assumptions": ["k <= m"]}),
    ("Limit(q**n/q**n,n,oo)", "1", {"symbols": {"q": "real"}}),
    ("Limit(a(t),t,oo)", "-1", {"defs": recurrence("a", "0", "2*a(t-1)+1")}),
    ("Limit(v(t),t,oo)", "eta*s/(h*(2-eta*h))",
     {"symbols": {"eta": "positive", "h": "positive", "s": "positive", "v0": "nonnegative"},
      "defs": recurrence("v", "v0", "(1-eta*h)**2*v(t-1)+eta**2*s")}),
]  # fmt: skip


@pytest.mark.parametrize(("left", "right", "more"), TRUE, ids=[f"{a} = {b}" for a, b, _ in TRUE])
def test_true_limits_are_proved(left: str, right: str, more: dict) -> None:
    assert verdict(left, right, **more) == "proved"


@pytest.mark.parametrize(("left", "right", "more"), FALSE, ids=[f"{a} = {b}" for a, b, _ in FALSE])
def test_near_misses_are_refuted(left: str, right: str, more: dict) -> None:
    assert verdict(left, right, **more) == "refuted"


@pytest.mark.parametrize(
    "claim",
    [
        ("Limit(x(n),n,oo)", "0", {"functions": {"x": "real"}}),
        ("Limit(Limit(x**n,n,oo),x,1,'+')", "0", {}),
        ("Limit(sqrt(-n),n,oo)", "0", {}),
        ("Limit(Sum(1/k,(k,1,n)),n,oo)", "0", {}),
        ("Limit(a**n/b**n,n,oo)", "0", {"symbols": {"a": "unit", "b": "unit"}}),
        ("Limit(1/(a*n+1),n,oo)", "0", {"symbols": {"a": "real"}}),
        ("Limit(exp(a*x),x,oo)", "0", {"symbols": {"a": "nonnegative"}}),
        ("Limit(x/(x-a),x,a)", "1", {"symbols": {"a": "real"}}),
        ("Limit((x**2-1)/(x-1)**2,x,1)", "2", {}),
        ("Product(a,(i,1,n))", "a**n", {"symbols": {"a": "real", "n": "integer"}}),
    ],
    ids=lambda c: f"{c[0]} = {c[1]}",
)
def test_what_need_not_hold_is_not_proved(claim: tuple[str, str, dict]) -> None:
    left, right, more = claim
    assert verdict(left, right, **more) != "proved"


def test_a_refuted_two_sided_limit_says_what_its_two_sides_are() -> None:
    step = {"id": "sign", "kind": "relation", "lhs": "Limit(Abs(x)/x,x,0)", "rel": "==", "rhs": "1", "symbols": {}}
    said = check_step(step)["reason"]
    assert said.startswith("the two-sided limit, from above (left) against from below (right): left 1, right -1")
    one_sided = check_step({**step, "lhs": "Limit(Abs(x)/x,x,0,'-')"})["reason"]
    assert one_sided.startswith("left -1, right 1")


@pytest.mark.parametrize(
    ("left", "right"), [("sqrt(2)", "7/5"), ("Det(Eye(2))", "2"), ("Limit(sqrt(1+x),x,0,'+')", "2"), ("1/0", "1")]
)
def test_a_witness_without_symbols_begins_with_what_it_shows(left: str, right: str) -> None:
    answer = check_step({"id": "s", "kind": "relation", "lhs": left, "rel": "==", "rhs": right, "symbols": {}})
    assert answer["verdict"] == "refuted" and answer["reason"].startswith(("left ", "undefined"))
