"""Reading: the grammar, the names, and input that is broken or hostile."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import pytest
from click.testing import CliRunner

from sgdproofs.cli import cli
from sgdproofs.steps import run
from sgdproofs.steps.judge import check_step
from sgdproofs.steps.reader import ReadingError, read
from sgdproofs.steps.run import answer, answers, lines_of


def step(lhs: str, rhs: str, rel: str = "==", **more) -> dict:
    return {"id": "x", "kind": "relation", "lhs": lhs, "rel": rel, "rhs": rhs, **more}


def seq(upto: str, *facts: dict, **let: str) -> dict:
    return {"vars": {"g": {"type": "seq", "upto": upto}}, "facts": list(facts), "let": let}


IID, VAR = {"fact": "iid", "of": "g"}, {"fact": "var", "of": "g", "value": "s2"}
NUMBERS = (
    "-2**2 == -4",
    "2**-1 == 1/2",
    "2**3**2 == 512",
    "8/4/2 == 1",
    "8-4-2 == 2",
    "0.1+0.2 == 0.3",
    "0**0 == 1",
    "2*3**2 == 18",
    "Sum(i*j,(i,1,j),(j,1,2)) == 7",
    "Sum(Sum(i,(i,1,2)),(i,1,3)) == 9",
    "Sum(1,(i,1,0)) == 0",
    "Product(i,(i,1,0)) == 1",
)


@pytest.mark.parametrize("text", NUMBERS)
def test_precedence_and_scopes(text):
    lhs, rhs = text.split(" == ")
    assert check_step(step(lhs, rhs))["verdict"] != "refuted"
    assert check_step(step(lhs, f"{rhs} + 1"))["verdict"] == "refuted"


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2x", 2),
        ("a b", 3),
        ("a==", 4),
        ("((", 3),
        ("x[1]", 2),
        ("a^b", 2),
        ("1e-3", 2),
        ("\x00", 1),
        ("", 1),
        ("a(,)", 3),
        ("1..2", 2),
        ("01", 1),
        (".5", 1),
        ("a=b", 2),
        ("()", 1),
        ("é", 1),
        ("x\n", 2),
        ("'left'", 1),
        ("a if b else c", 3),
    ],
)
def test_errors_say_where(text, at):
    with pytest.raises(ReadingError, match=f"^at {at}: "):
        read(text)


def test_limits_of_the_reader():
    for text in (
        "(" * 100 + "1" + ")" * 100,
        "-" * 100 + "1",
        "+".join(["x"] * 11_000),
        "9" * 1000,
        "x" * 110_000,
        "/".join(["x"] * 200),
    ):
        with pytest.raises(ReadingError):
            read(text)
    assert read("0.125").value == Fraction(1, 8)


def test_nothing_is_evaluated():
    for text in ("__import__('os')", "x.y", "lambda: 1", "[1]", "{1}", "a; b", 'f"x"', "1 .real"):
        with pytest.raises(ReadingError):
            read(text)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("garbage", "JSON"),
        ("[1]", "object"),
        ('{"id": "x", "id": "y"}', "twice"),
        ('{"id": "x", "difficulty": NaN}', "NaN"),
        ('{"id": "x"', "JSON"),
        ('{"id": 1, "kind": "relation", "lhs": "1", "rel": "==", "rhs": "1"}', "id"),
        ("[" * 100_000, "JSON"),
        (json.dumps(step("a", "a")), "not declared"),
        (json.dumps(step("a", "a", symbols={"a": "real"}, foo=1)), "foo"),
        (json.dumps(step("a", "a", symbols={"a": "real"}, functions={"a": "real"})), "twice"),
        (json.dumps(step("a", "a", rel="~", symbols={"a": "real"})), "rel"),
        (json.dumps({"id": "x", "kind": "relation"}), "lhs"),
        ('{"id": "x", "difficulty": ' + "9" * 5000 + "}", "5000 digits: at most"),
        (
            json.dumps(step("y(1,2)", "1", defs=[{"name": "y", "args": ["t", "t"], "cases": [["True", "t"]]}])),
            "non-unique",
        ),
        (json.dumps(step("1", "1", defs=[{"name": ["y"], "args": [], "cases": [["True", "1"]]}])), "name"),
        *(
            (json.dumps(step("1", "1", random={"vars": {"X": {"type": "scalar"}}, "facts": [fact]})), said)
            for fact, said in [
                ({"fact": "condmean0", "of": "X", "given": 5}, "given: 5 is not of type"),
                ({"fact": "mean", "of": "X", "value": ["0"]}, "value"),
                ({"fact": "mean", "of": "X", "value": None}, "value"),
                ({"fact": "swor", "of": "X", "population": 1, "size": "n", "draws": "n"}, "population"),
            ]
        ),
    ],
)
def test_broken_lines_give_one_error(line, said):
    found = answer(line)
    assert found["verdict"] == "undecided"
    assert "error" in found and (said in found["error"] or "nested" in found["error"]), found


def test_the_run_goes_on(tmp_path):
    good = json.dumps(step("a", "a", symbols={"a": "real"}))
    path = tmp_path / "some.jsonl"
    path.write_bytes("\n".join([good, "garbage", "", good]).encode() + b"\n\xff\n" + good.encode())
    verdicts = [a["verdict"] for a in answers(lines_of(path))]
    assert verdicts == ["proved", "undecided", "proved", "undecided", "proved"]
    assert [a["verdict"] for a in answers(lines_of(path), jobs=2)] == verdicts


def test_a_mark_of_byte_order_is_no_part_of_the_first_line(tmp_path):
    path = tmp_path / "some.jsonl"
    path.write_text(json.dumps(step("a", "a", symbols={"a": "real"})), encoding="utf-8-sig")
    assert [a["verdict"] for a in answers(lines_of(path))] == ["proved"]


def test_a_line_that_cannot_be_read_is_named_by_its_place(tmp_path, monkeypatch):
    runner = CliRunner()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(run, "LONGEST", 100)
    good = json.dumps(step("a", "a", symbols={"a": "real"}))
    bad = json.dumps(step("a", "a", symbol={"a": "real"}))
    Path("some.jsonl").write_text("\n".join([good, "", "garbage", " " * 500, bad]), encoding="utf-8")
    told = runner.invoke(cli, ["check", "some.jsonl"]).output.splitlines()
    assert told[0].startswith("proved ") and told[1].startswith("undecided some.jsonl:3  error: this is not JSON")
    assert told[2].startswith("undecided some.jsonl:4  error: the line is not UTF-8, or longer than 400 bytes")
    assert told[3].endswith("(some.jsonl:5)  error: 'symbol' is no field: did you mean symbols?")
    assert told[5] == "checked 4 cases: 1 proved, 3 undecided (3 could not be read)"


def test_work_that_does_not_look_at_the_clock_ends():
    found = answer(json.dumps(step("D(" * 20 + "x**30" + ",x)" * 20, "0", symbols={"x": "real"})), 1.0)
    assert found["verdict"] == "undecided"
    for text in ("9**9**9**9", "Sum(1/i,(i,1,1000000000))", "exp(exp(exp(exp(10))))", "2**(10**6)"):
        assert answer(json.dumps(step(text, "1")), 1.0)["verdict"] == "undecided"


# What must not be proved, and what must not be refuted: the translation is trusted, so it is attacked.
FALSE = (
    step("x/x", "1", symbols={"x": "real"}),
    step("log(x)-log(x)", "0", symbols={"x": "real"}),
    step("sqrt(x)**2", "0", rel=">=", symbols={"x": "real"}),
    step("1/(1+sqrt(x)**2)", "1/(1+sqrt(x)**2)", symbols={"x": "real"}),
    step("x**(1/2)*x**(1/2)", "0", rel=">=", symbols={"x": "real"}),
    step("Sum(r**k,(k,0,oo)) - Sum(r**k,(k,0,oo))", "0", symbols={"r": "real"}),
    step("Limit(Abs(x)/x,x,0)", "Limit(Abs(x)/x,x,0,'+')"),
    step("0*Limit((-1)**n,n,oo)", "0"),
    step("D(Abs(x),x) - D(Abs(x),x)", "0", symbols={"x": "real"}),
    step("n", "0", symbols={"n": "integer"}, assumptions=["Sum(1,(i,1,n)) == 0"]),
    step("Var(g(B+1))", "s2", symbols={"B": "posint", "s2": "bound"}, random=seq("B", IID, VAR)),
    step("Var(g(2))", "s2", symbols={"B": "posint", "s2": "bound"}, random=seq("B", IID, VAR)),
    step("c", "0", symbols={"B": "posint"}, random=seq("B", IID, c="Cov(g(1),g(2))")),
    step("E(Product(g(i),(i,1,n)))", "E(Product(g(1),(i,1,n)))", symbols={"n": "posint"}, random=seq("n", IID)),
    step(
        "Cov(g(1),g(2))",
        "0",
        rel=">=",
        symbols={"B": "posint"},
        assumptions=["B >= 2"],
        random=seq("B", {"fact": "equicov", "of": "g"}),
    ),
    step("a*c", "b*c", symbols={"a": "real", "b": "real", "c": "real"}, premises=["a == b"], direction="iff"),
    step("x", "0", rel=">", symbols={"x": "real"}, premises=["1/x > 0", "x < 5"], direction="iff"),
    step(
        "Product(Product(x(i)*y(j),(i,1,2)),(j,1,3))",
        "Product(Product(x(j)*y(i),(i,1,2)),(j,1,3))",
        functions={"x": "real", "y": "real"},
    ),
    step(
        "m(t)",
        "m(t)",
        symbols={"t": "natural"},
        defs=[{"name": "m", "args": ["t"], "cases": [["t == 0", "1"], ["t >= 1", "m(t-1)/(t-3)"]]}],
    ),
    step(
        "m(t)",
        "t",
        symbols={"t": "integer"},
        defs=[{"name": "m", "args": ["t"], "cases": [["t == 0", "0"], ["t >= 1", "m(t-1)+1"]]}],
    ),
)
TRUE = (
    step("sqrt(x)**2", "x", symbols={"x": "real"}),
    step("Piecewise((1/x, x != 0),(0,True))*x", "Piecewise((1, x != 0),(0,True))", symbols={"x": "real"}),
    step("f(x)+f(1)", "f(1)+f(x)", symbols={"x": "real"}, functions={"f": "real"}),
    step("f(x)", "f(1)", symbols={"x": "real"}, functions={"f": "real"}, premises=["x == 1"]),
    step("D(Max(x,0)**2,x)", "2*Max(x,0)", symbols={"x": "real"}),
    step("Limit(0**(n-n+2),n,oo)", "0"),
    step("Sum(0**k,(k,0,oo))", "1"),
    step("Sum(i,(i,1,i))", "i*(i+1)/2", symbols={"i": "natural"}),
    step(
        "Sum(v(i),(i,1,2))", "2*i", symbols={"i": "real"}, defs=[{"name": "v", "args": ["k"], "cases": [["True", "i"]]}]
    ),
    step("x**n*x**m", "x**(n+m)", symbols={"x": "real", "n": "natural", "m": "natural"}),
    step("log(exp(x))", "x", symbols={"x": "real"}),
    step("sqrt(2)*sqrt(2)", "2"),
    step("exp(1)*exp(-1)", "1"),
    step("sqrt(-1)**2", "-1"),
    step("(-8)**(1/3)*(-8)**(2/3)", "-8"),
)


@pytest.mark.parametrize("case", FALSE, ids=lambda c: f"{c['lhs']} {c['rel']} {c['rhs']}")
def test_false_is_not_proved(case):
    found = check_step(case, seconds=4)
    assert found["verdict"] != "proved" and "error" not in found, found


@pytest.mark.parametrize("case", TRUE, ids=lambda c: f"{c['lhs']} {c['rel']} {c['rhs']}")
def test_true_is_not_refuted(case):
    found = check_step(case, seconds=4)
    assert found["verdict"] != "refuted" and "error" not in found, found
