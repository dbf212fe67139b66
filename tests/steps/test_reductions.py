"""Branch functions: true statements are proved, near misses are not, and nothing that fails at a point is proved."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest

from sgdproofs.steps import judge
from sgdproofs.steps.case import read_case
from sgdproofs.steps.enclosure import Unclear, Undefined, enclosed, fails
from sgdproofs.steps.judge import check_step


def case(text: str, symbols: str, premises: tuple = (), direction: str = "implies", functions: str = "") -> dict:
    """`lhs rel rhs` in one text, symbols as `x:real n:natural`."""
    rel = next(r for r in (" == ", " != ", " <= ", " >= ", " < ", " > ") if r in text)
    left, right = text.split(rel)
    declared = dict(s.split(":") for s in symbols.split())
    return {
        "id": "t",
        "kind": "relation",
        "lhs": left,
        "rel": rel.strip(),
        "rhs": right,
        "symbols": declared,
        "functions": dict.fromkeys(functions.split(), "real"),
        "premises": list(premises),
        "direction": direction,
    }


def verdict(*args, **more) -> str:
    # What is tested is how far the procedures reach, on a slow machine, too.
    return check_step(case(*args, **more), seconds=30)["verdict"]


TRUE = [
    ("Abs(a*b) == Abs(a)*Abs(b)", "a:real b:real"),
    ("Abs(a*b) == Abs(a)*Abs(b)", "a:complex b:complex"),
    ("Abs(x + y) <= Abs(x) + Abs(y)", "x:real y:real"),
    ("Abs(Abs(x) - Abs(y)) <= Abs(x - y)", "x:real y:real"),
    ("sqrt(x**2) == Abs(x)", "x:real"),
    ("sqrt(x)**2 == x", "x:real"),
    ("sqrt(x)**2 == x", "x:complex"),
    ("0*sqrt(x) == 0", "x:real"),
    ("sqrt(x*y) == sqrt(x)*sqrt(y)", "x:positive y:real"),
    ("sqrt(x/y) == sqrt(x)/sqrt(y)", "x:nonnegative y:positive"),
    ("sqrt(x + y) <= sqrt(x) + sqrt(y)", "x:nonnegative y:nonnegative"),
    ("(a + b)/2 >= sqrt(a*b)", "a:nonnegative b:nonnegative"),
    ("x**(1/2) == sqrt(x)", "x:real"),
    ("log(x*y) == log(x) + log(y)", "x:positive y:nonzero"),
    ("log(x**2) == 2*log(Abs(x))", "x:nonzero"),
    ("log(x**a) == a*log(x)", "x:positive a:real"),
    ("log(exp(x)) == x", "x:real"),
    ("exp(log(x)) == x", "x:positive"),
    ("exp(a + b) == exp(a)*exp(b)", "a:complex b:complex"),
    ("exp(a)**b == exp(a*b)", "a:real b:real"),
    ("exp(n*x) == exp(x)**n", "x:real n:integer"),
    ("x**a*x**b == x**(a + b)", "x:positive a:real b:real"),
    ("exp(x) >= 1 + x", "x:real"),
    ("log(x) >= 1 - 1/x", "x:positive"),
    ("exp((x + y)/2) <= (exp(x) + exp(y))/2", "x:real y:real"),
    ("1/Min(s,t) == Max(1/s,1/t)", "s:positive t:positive"),
    ("Max(a,b) == (a + b + Abs(a - b))/2", "a:real b:real"),
    ("floor(n/2) + floor((n + 1)/2) == n", "n:integer"),
    ("floor(n*(n + 1)/2) == n*(n + 1)/2", "n:integer"),
    ("floor(x + n) == floor(x) + n", "x:real n:integer"),
    ("floor(x) + floor(y) <= floor(x + y)", "x:real y:real"),
    ("Piecewise((x, x > 0),(0,True)) == Max(x,0)", "x:real"),
]


@pytest.mark.parametrize("text, symbols", TRUE, ids=[t for t, _ in TRUE])
def test_true_statements_are_proved(text, symbols):
    assert verdict(text, symbols) == "proved"


PREMISED = [
    ("sqrt(x) < sqrt(y)", "x:nonnegative y:nonnegative", ("x < y",), "iff"),
    ("log(x) < log(y)", "x:positive y:positive", ("x < y",), "iff"),
    ("x == y", "x:positive y:positive", ("log(x) == log(y)",), "implies"),
    ("x == 9", "x:real", ("sqrt(x) == 3",), "iff"),
    ("exp(log(x)) == x", "x:complex", ("x != 0",), "implies"),
]


@pytest.mark.parametrize("text, symbols, premises, direction", PREMISED, ids=[t[0] for t in PREMISED])
def test_true_statements_under_premises_are_proved(text, symbols, premises, direction):
    assert verdict(text, symbols, premises, direction) == "proved"


FAMILIES = [
    ("Sum(x(i),(i,1,n)) >= 0", "n:natural", "nonnegative", True),
    ("Sum(1/x(i),(i,1,n)) > 0", "n:posint", "positive", True),
    ("Sum(x(i),(i,1,n)) > 0", "n:natural", "positive", False),
    ("Sum(x(i),(i,1,n)) > 0", "n:posint", "nonnegative", False),
]


@pytest.mark.parametrize("text, symbols, values, true", FAMILIES)
def test_the_sign_of_the_values_of_a_function_is_known_of_all_of_them(text, symbols, values, true):
    given = case(text, symbols) | {"functions": {"x": values}}
    assert (check_step(given)["verdict"] == "proved") == true


FALSE = [
    ("Abs(a + b) == Abs(a) + Abs(b)", "a:real b:real"),
    ("sqrt(x**2) == x", "x:real"),
    ("sqrt(x**2) == x", "x:complex"),
    ("sqrt(x*y) == sqrt(x)*sqrt(y)", "x:real y:real"),
    ("sqrt(x*y) == sqrt(x)*sqrt(y)", "x:complex y:complex"),
    ("sqrt(x) >= 0", "x:real"),
    ("sqrt(x) <= x", "x:nonnegative"),
    ("0*log(x) == 0", "x:real"),
    ("0*sqrt(1/x) == 0", "x:real"),
    ("log(x*y) == log(x) + log(y)", "x:nonzero y:nonzero"),
    ("log(exp(x)) == x", "x:complex"),
    ("exp(log(x)) == x", "x:complex"),
    ("(x**a)**b == x**(a*b)", "x:real a:real b:real"),
    ("Abs(z)**2 == z**2", "z:complex"),
    ("exp(x) >= 1 + x + x**2", "x:real"),
    ("log(x) <= x - 2", "x:positive"),
    ("floor(2*x) == 2*floor(x)", "x:real"),
    ("floor(n/2) == n/2", "n:integer"),
    ("Piecewise((1/x, x > 0),(0,True)) == 1/x", "x:real"),
    ("Sum(log(a),(i,1,n)) == n*log(a)", "n:natural a:real"),
    ("Min(a,b) == a", "a:real b:real"),
]


@pytest.mark.parametrize("text, symbols", FALSE, ids=[f"{t} {s}" for t, s in FALSE])
def test_near_misses_are_not_proved(text, symbols):
    assert verdict(text, symbols) != "proved"


def test_an_empty_sum_tells_nothing_of_what_its_terms_need():
    """For n = 0 the premise holds whatever a is, and log(a) need not exist."""
    assert verdict("a/a == 1", "n:natural a:real", ("Sum(log(a),(i,1,n)) == 0",)) != "proved"


def test_a_premise_that_no_real_number_meets_is_not_a_real_root():
    """sqrt(x) != y holds for x = -1: it tells nothing of the sign of x."""
    assert verdict("x >= 0", "x:real y:real", ("sqrt(x) != y",)) != "proved"


# --- random statements -----------------------------------------------------------------------------------------

ATOMS = ("x", "y", "2", "1", "n")
ONE_PLACE = ("sqrt({})", "Abs({})", "exp({})", "log({})", "floor({})", "({})**2", "-({})", "1/({})", "({})**(1/2)")
TWO_PLACES = (
    "({}) + ({})",
    "({})*({})",
    "({}) - ({})",
    "Min({},{})",
    "Max({},{})",
    "Piecewise(({0},({0}) < 1),({1},True))",
)
LAWS = [
    ("sqrt({0}*({1}))", "sqrt({0})*sqrt({1})"),
    ("log(({0})*({1}))", "log({0}) + log({1})"),
    ("exp(({0}) + ({1}))", "exp({0})*exp({1})"),
    ("Abs(({0})*({1}))", "Abs({0})*Abs({1})"),
    ("Abs(({0}) + ({1}))", "Abs({0}) + Abs({1})"),
    ("sqrt(({0})**2)", "Abs({0})"),
    ("sqrt(({0})**2)", "{0}"),
    ("log(exp({0}))", "{0}"),
    ("exp(log({0}))", "{0}"),
    ("Min({0},{1}) + Max({0},{1})", "({0}) + ({1})"),
    ("floor(({0}) + ({1}))", "floor({0}) + floor({1})"),
    ("sqrt({0})**2", "{0}"),
    ("({0})/({1})", "({0})*(1/({1}))"),
    ("0*({0})", "0"),
    ("log(({0})**2)", "2*log({0})"),
]


def grown(chance: random.Random, depth: int) -> str:
    if depth == 0 or chance.random() < 0.3:
        return chance.choice(ATOMS)
    if chance.random() < 0.6:
        return chance.choice(ONE_PLACE).format(grown(chance, depth - 1))
    return chance.choice(TWO_PLACES).format(grown(chance, depth - 1), grown(chance, depth - 1))


def failing_point(given: dict) -> dict | None:
    """A point of a grid where the statement surely fails, by interval arithmetic."""
    claims = read_case(given).items[0].claims
    for k in range(60):
        chance = random.Random(k)
        point = {
            "x": Fraction(chance.randint(-6, 6), chance.choice((1, 2))),
            "y": Fraction(chance.randint(-6, 6), chance.choice((1, 2))),
            "n": Fraction(chance.randint(-4, 4)),
        }
        for claim in claims:
            try:
                left, right = (
                    enclosed(s, lambda p, _, at=point: at[p.name]) for s in (claim.exact.lhs, claim.exact.rhs)
                )
            except Undefined:
                return point
            except (Unclear, ZeroDivisionError, OverflowError):
                continue
            if fails(left, claim.exact.rel, right):
                return point
    return None


@pytest.mark.parametrize("seed", range(45))
def test_no_random_statement_that_fails_somewhere_is_proved(seed):
    chance = random.Random(seed)
    left, right = chance.choice(LAWS)
    parts = [grown(chance, 2) for _ in range(2)]
    rel = chance.choice(["==", "==", "==", "<=", ">="])
    given = case(f"{left.format(*parts)} {rel} {right.format(*parts)}", "x:real y:real n:integer")
    if check_step(given, seconds=3)["verdict"] == "proved":
        assert failing_point(given) is None, given


FALSE_TO_THE_PROOFS = [
    ("sqrt(x) <= y**(1/6)", "x:nonnegative y:nonnegative", ("x <= y",)),
    ("sqrt(x) <= y**(1/3)", "x:positive y:positive", ("x <= y",)),
    ("sqrt(x) <= (y + 1)**(1/3)", "x:nonnegative y:nonnegative", ("x <= y + 1",)),
    ("sqrt(x) <= x**(1/3)", "x:nonnegative", ("x >= 1",)),
    ("(1/z)**0 == 1", "z:complex", ()),
]


@pytest.mark.parametrize("text, symbols, premises", FALSE_TO_THE_PROOFS)
def test_no_proof_of_what_is_false_even_if_no_witness_is_searched_for(text, symbols, premises, monkeypatch):
    """Most false statements are refuted before the longer proofs begin: here these are on their own."""
    for name in ("refuted", "refuted_limit", "refuted_value"):
        monkeypatch.setattr(judge, name, lambda *_: None)
    assert verdict(text, symbols, premises) == "undecided"


def test_roots_of_one_order_increase():
    assert verdict("sqrt(x) + x**(1/3) <= sqrt(y) + y**(1/3)", "x:nonnegative y:nonnegative", ("x <= y",)) == "proved"
    assert verdict("(1/z)**0 == 1", "z:complex", ("z != 0",)) == "proved"


ABOUT_A_MEAN = {"vars": {"X": {"type": "scalar"}}, "let": {"m": "E(X)"}}


def test_assumptions_on_a_name_for_a_moment_are_kept():
    about = {"symbols": {"m": "real"}, "random": ABOUT_A_MEAN, "assumptions": ["m > 0"]}
    assert check_step({**case("m >= 0", "m:real"), **about})["verdict"] == "proved"
    assert check_step({**case("m >= 1", "m:real"), **about})["verdict"] == "refuted"


def test_a_declared_function_is_not_the_absolute_value():
    given = {**case("x <= 1", "x:real", functions="Abs"), "assumptions": ["Abs(x) <= 1"]}
    assert check_step(given)["verdict"] == "undecided"


def test_a_case_that_may_never_occur_tells_nothing(monkeypatch):
    for name in ("refuted", "refuted_limit", "refuted_value"):
        monkeypatch.setattr(judge, name, lambda *_: None)
    given = case("a != 0", "a:real", ("E(Piecewise((log(a), X > 0), (0, True))) <= 5",))
    assert check_step({**given, "random": {"vars": {"X": {"type": "scalar"}}}})["verdict"] == "undecided"


DEFINED_BY_ASSUMPTION = [
    ("x != 0", "x:real", ("1/x == 1/x",), "proved"),
    ("x/x == 1", "x:real", ("0/x == 0",), "proved"),
    ("z != 0", "z:complex", ("1/z == 1/z",), "proved"),
    ("1/x <= 1", "x:real", ("Not(1/x > 1)",), "proved"),
    ("x != 0", "x:real", ("Piecewise((1/x, x > 1), (0, True)) <= 1",), "refuted"),
    ("x != 0", "x:real n:natural", ("Sum(1/x, (i, 1, n)) <= 1",), "refuted"),
]


@pytest.mark.parametrize("text, symbols, premises, expected", DEFINED_BY_ASSUMPTION)
def test_what_an_assumption_divides_by_is_not_zero(text, symbols, premises, expected):
    assert verdict(text, symbols, premises) == expected


FLOORS = [
    ("floor(2*x) == floor(x) + floor(x + 1/2)", "x:real"),
    ("floor(3*x) == floor(x) + floor(x + 1/3) + floor(x + 2/3)", "x:real"),
    ("floor(floor(x)/3) == floor(x/3)", "x:real"),
    ("floor(x) + floor(y) <= floor(x + y)", "x:real y:real"),
    ("floor(x + y) <= floor(x) + floor(y) + 1", "x:real y:real"),
    ("floor(x) == 0", "x:unit"),
]
NOT_FLOORS = [
    ("floor(2*x) == 2*floor(x)", "x:real"),
    ("floor(3*x) == floor(x) + floor(x + 1/3) + floor(x + 1/2)", "x:real"),
    ("floor(x + y) <= floor(x) + floor(y)", "x:real y:real"),
    ("floor(-x) == -floor(x) - 1", "x:real"),
    ("floor(x) > 0", "x:positive"),
]
PARITIES = [
    ("(-1)**(n*(n + 1)) == 1", "n:integer", True),
    ("(-1)**(3*n**2) == (-1)**n", "n:integer", True),
    ("(-1)**(n**2*m + n*m**3) == 1", "n:integer m:integer", True),
    ("(-1)**(n**2 + n + 1) == 1", "n:integer", False),
    ("(-1)**(n**2*m) == (-1)**n", "n:integer m:integer", False),
]
RANGES = [
    ("Sum(f(i)**2, (i, 1, n)) >= 0", "n:integer", True),
    ("Sum(1, (i, 1, n)) == Max(n, 0)", "n:integer", True),
    ("Sum(f(i), (i, 1, n)) == Sum(f(i - 1), (i, 2, n + 1))", "n:integer", True),
    ("Sum(1, (i, 1, n)) == Abs(n)", "n:integer", False),
    ("Sum(f(i), (i, 1, n)) + Sum(f(i), (i, n + 1, m)) == Sum(f(i), (i, 1, m))", "n:integer m:integer", False),
    ("Sum(1/x, (i, 1, n))*x == Sum(1, (i, 1, n))", "n:integer x:real", False),
    ("Sum(1, (i, 1, floor(1/x))) >= 0", "x:real", False),
]


@pytest.mark.parametrize(
    "text, symbols, true", [(*f, True) for f in FLOORS] + [(*f, False) for f in NOT_FLOORS] + PARITIES + RANGES
)
def test_floors_parities_and_ranges_that_may_be_empty(text, symbols, true, monkeypatch):
    for name in ("refuted", "refuted_limit", "refuted_value"):
        monkeypatch.setattr(judge, name, lambda *_: None)
    assert verdict(text, symbols, functions="f") == ("proved" if true else "undecided")


def test_an_equivalence_is_one_in_an_induction_too():
    given = {
        "id": "t",
        "kind": "induction",
        "symbols": {"x": "real"},
        "direction": "iff",
        "obligations": [{"name": "base", "lhs": "x", "rel": ">", "rhs": "0", "premises": ["x == 1"]}],
    }
    assert check_step(given)["verdict"] == "refuted"


@pytest.mark.parametrize(
    "text, symbols, premises, true",
    [
        ("exp(x) >= 1 + x + x**2/2", "x:nonnegative", (), True),
        ("exp(x) <= 1 + x + x**2/2", "x:real", ("x <= 0",), True),
        ("exp(-x) <= 1 - x + x**2/2", "x:nonnegative", (), True),
        ("log(1 + x) >= x - x**2/2", "x:nonnegative", (), True),
        ("log(1 - x) <= -x - x**2/2", "x:unit", (), True),
        ("log(1 + x) >= 2*x/(2 + x)", "x:nonnegative", (), True),
        ("exp(x) >= 1 + x + x**2/2", "x:real", (), False),
        ("exp(x) > 1 + x + x**2/2", "x:nonnegative", (), False),
        ("exp(-x) <= 1 - x + x**2/2", "x:real", (), False),
        ("log(1 + x) >= x - x**2/2", "x:real", ("x > -1",), False),
        ("log(1 + x) >= 2*x/(2 + x)", "x:real", ("x > -1",), False),
    ],
)
def test_exponentials_and_logarithms_to_the_second_order(text, symbols, premises, true, monkeypatch):
    for name in ("refuted", "refuted_limit", "refuted_value"):
        monkeypatch.setattr(judge, name, lambda *_: None)
    assert verdict(text, symbols, premises) == ("proved" if true else "undecided")
