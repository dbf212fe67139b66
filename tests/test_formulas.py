"""Formulas: plain arithmetic that all kinds of numbers pass through, and arguments that are refused."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import fake_verdicts
import mpmath
import numpy as np
import pytest
import sympy
from fake_verdicts import by

from sgdproofs import catalogue, formulas
from sgdproofs.export import to_python
from sgdproofs.formulas import Formula
from sgdproofs.language.derivation import Derivation, Refutation, step
from sgdproofs.language.errors import ConditionError, StatementError
from sgdproofs.language.facts import assume, define
from sgdproofs.language.functions import Conditional, infinite_sum
from sgdproofs.language.statements import eq, ge, gt, le, ne
from sgdproofs.language.terms import (
    Cov,
    E,
    Limit,
    Maximum,
    Minimum,
    Power,
    Quotient,
    Sum,
    Var,
    family,
    function,
    index,
    integer,
    limit,
    natural,
    number,
    positive,
    random_family,
    random_variable,
    real,
)

N, sigma2 = real("N", at_least=1), positive("sigma2_x")
i, j, t = index("i", at_least=1), index("j", at_least=1), index("t")
n = natural("n")
alpha, h = family("alpha"), family("h")
result = real("result")


def formula(rhs, given=(), when=(), name="some-result", lhs=result) -> Formula:
    claim = eq(lhs, rhs).given(*when)
    entry = Derivation(name=name, claim=claim, proof=(step(claim, by("proved")),), given=given, source="Problem 1(a)")
    return Formula(fake_verdicts.judge(entry, {name: entry}))


ema = formula(sigma2 / (2 * N - 1), name="ema-variance-limit")


class Dual:
    """A number with a derivative: stands for the tensors of automatic differentiation."""

    def __init__(self, value, slope=0.0):
        self.value, self.slope = value, slope

    @staticmethod
    def read(other):
        return other if isinstance(other, Dual) else Dual(other)

    def __add__(self, other):
        other = Dual.read(other)
        return Dual(self.value + other.value, self.slope + other.slope)

    def __sub__(self, other):
        return self + Dual.read(other) * -1

    def __mul__(self, other):
        other = Dual.read(other)
        return Dual(self.value * other.value, self.slope * other.value + self.value * other.slope)

    def __truediv__(self, other):
        other = Dual.read(other)
        return self * Dual(1 / other.value, -other.slope / other.value**2)

    def __rsub__(self, other):
        return Dual.read(other) - self

    def __rtruediv__(self, other):
        return Dual.read(other) / self

    __radd__, __rmul__ = __add__, __mul__

    def __eq__(self, other):
        return self.value == Dual.read(other).value

    def __ge__(self, other):
        return self.value >= Dual.read(other).value

    def __gt__(self, other):
        return self.value > Dual.read(other).value

    def __mod__(self, other):
        return self.value % other


def test_the_value():
    assert ema(N=10, sigma2_x=1.0) == 0.05263157894736842


def test_every_kind_of_number_goes_through_unchanged():
    assert ema(N=Fraction(3), sigma2_x=Fraction(1, 2)) == Fraction(1, 10)
    with mpmath.workdps(60):
        value = ema(N=mpmath.mpf(10), sigma2_x=mpmath.mpf(1))
        assert isinstance(value, mpmath.mpf) and value == mpmath.mpf(1) / 19
    array = ema(N=np.array([1.0, 2.0]), sigma2_x=np.float64(3))
    assert array.dtype == float and array.tolist() == [3.0, 1.0]
    assert ema(N=np.float32(2), sigma2_x=np.float32(3)).dtype == np.float32
    dual = ema(N=Dual(2.0, 1.0), sigma2_x=1.0)
    assert (dual.value, dual.slope) == pytest.approx((1 / 3, -2 / 9))


def test_a_rational_number_in_the_formula_stays_exact_and_mixes_with_arrays():
    f = formula(N / Fraction(3) + number(Fraction(1, 2)) - Fraction(5, 7) * N)
    assert f(N=Fraction(7)) == Fraction(7, 3) + Fraction(1, 2) - 5
    assert f(N=np.array([7.0])).dtype == float
    assert f(N=np.array([7.0]))[0] == pytest.approx(float(Fraction(7, 3) + Fraction(1, 2) - 5))
    assert formula(number(Fraction(1, 2)))() == Fraction(1, 2)


@pytest.mark.parametrize(
    "rhs, expected",
    [
        (-N, -3),
        (N - 2, 1),
        (2 - N, -1),
        (-(N - 2), -1),
        (N * -2, -6),
        (-2 / N, Fraction(-2, 3)),
        (N / -2, Fraction(-3, 2)),
        (N**2, 9),
        (N**-1, Fraction(1, 3)),
        (N**-2, Fraction(1, 9)),
        ((2 * N) ** 2, 36),
        ((-N) ** 3, -27),
        (number(2) ** N, 8),
        (1 - 1 / N, Fraction(2, 3)),
        ((1 - 1 / N) ** 2, Fraction(4, 9)),
        (1 / (1 / N), 3),
        (N / (N / (N + 1)), 4),
        (N / N, 1),
        (N - (N - (1 - N)), -2),
        (0 * N, 0),
        (N + 0, 3),
        (Minimum(N, 2), 2),
        (Maximum(N, 2), 3),
        ((N - 3) ** 0, 1),
        (-(N**2), -9),
        (number(Fraction(1, 2)) ** N, Fraction(1, 8)),
        (2 / (3 / N) * Fraction(1, 2), 1),
        (-(-N), 3),
        (1 - (-N), 4),
    ],
)
def test_each_operation_against_exact_arithmetic(rhs, expected):
    assert formula(rhs)(**({"N": Fraction(3)} if rhs.free_symbols else {})) == expected


def test_minimum_and_maximum_of_arrays():
    f = formula(Minimum(t, N) + Maximum(t, N) * 10)
    assert f(t=np.array([1, 2, 3]), N=2.0).tolist() == [21.0, 22.0, 32.0]


def test_sums_with_symbolic_bounds():
    f = formula(Sum(alpha[i] ** 2, (i, 1, n)) * sigma2)
    assert f(n=2, alpha=[Fraction(1, 2), Fraction(1, 2)], sigma2_x=1) == Fraction(1, 2)
    assert f(n=0, alpha=[], sigma2_x=1) == 0, "an empty sum is 0"
    assert f(n=2, alpha={1: 3, 2: 4}, sigma2_x=1) == f(n=2, alpha=lambda k: k + 2, sigma2_x=1) == 25
    assert f(n=2, alpha=np.array([3.0, 4.0]), sigma2_x=np.array([1.0, 2.0])).tolist() == [25.0, 50.0]
    assert f(n=np.int64(2), alpha=[3, 4], sigma2_x=1) == f(n=2.0, alpha=[3, 4], sigma2_x=1) == 25


def test_nested_and_distinct_sums_and_shadowed_indices():
    assert formula(Sum(i + 10 * j, (i, 1, j), (j, 1, 2)))() == sum(a + 10 * b for b in (1, 2) for a in range(1, b + 1))
    assert formula(Sum(alpha[i] * alpha[j], (i, 1, n), (j, 1, n), distinct=True))(n=3, alpha=[1, 2, 4]) == 2 * (
        2 + 4 + 8
    )
    shadowed = formula(i + Sum(i * Sum(i, (i, 1, 2)), (i, 1, 3)))
    assert shadowed(i=100) == 100 + sum(a * 3 for a in (1, 2, 3))


def test_families_of_several_indices_and_a_declared_first_index():
    w, y = family("w", arity=2), family("y", first=0)
    f = formula(w[i, 2] + y[t])
    assert f(w=[[1, 2], [3, 4]], y=[5, 6], i=2, t=0) == 9
    assert f(w=np.array([[1, 2], [3, 4]]), y=(5, 6), i=1, t=1) == 8
    assert f(w={(2, 2): 7}, y=lambda k: k, i=2, t=3) == 10


def test_moments_that_are_left_standing_are_arguments():
    x, y = random_variable("x"), random_variable("y")
    f = formula(N**2 * Var(x) + 2 * Cov(x, y) + E(x))
    assert f(N=2, var_x=3, cov_x_y=1, mean_x=5) == 19
    with pytest.raises(ConditionError, match="needs var_x >= 0, got var_x = -1"):
        f(N=2, var_x=-1, cov_x_y=0, mean_x=0)


def test_an_undefined_function_is_an_argument():
    law = function("law")
    assert formula(law(N, 2) + 1)(N=3, law=lambda a, b: a * b) == 7


@pytest.mark.parametrize(
    "bad, error, said",
    [
        (0.5, ConditionError, "ema-variance-limit needs N >= 1 (line 1), got N = 0.5"),
        (np.array([2.0, 0.5]), ConditionError, "needs N >= 1 (line 1), got N = [2. 0.5]"),
        (Fraction(1, 2), ConditionError, "needs N >= 1 (line 1), got N = 1/2"),
        (float("nan"), ConditionError, "finite number"),
        (np.array([1.0, float("nan")]), ConditionError, "finite number"),
        (float("inf"), ConditionError, "finite number"),
        (True, TypeError, "got bool True"),
        (np.array([True]), TypeError, "real number"),
        ("2", TypeError, "got str 2"),
        (None, TypeError, "got NoneType None"),
        ([1, 2], TypeError, "got list [1, 2]"),
        (2j, TypeError, "got complex 2j"),
        (np.array([2j]), TypeError, "real number"),
    ],
)
def test_what_breaks_a_domain_is_refused(bad, error, said):
    with pytest.raises(error) as caught:
        ema(N=bad, sigma2_x=1.0)
    assert said in str(caught.value)


def test_a_condition_error_is_a_value_error():
    with pytest.raises(ValueError):
        ema(N=0, sigma2_x=1)


def test_bounds_of_all_kinds():
    mu = real("mu", above=0, below=1)
    f = formula(mu)
    assert f(mu=0.5) == 0.5
    for bad in (0, 1, -1, 2.0):
        with pytest.raises(ConditionError, match=r"needs 0 < mu < 1, got mu ="):
            f(mu=bad)
    k = integer("k", at_most=3)
    assert formula(k)(k=-7) == -7
    for bad in (4, 2.5):
        with pytest.raises(ConditionError):
            formula(k)(k=bad)
    tenth = real("tenth", at_least=Fraction(3, 10))
    assert formula(tenth)(tenth=0.3) == 0.3, "0.3 as a float is just below 3/10; rounding is no offence"


def test_integers_of_fixed_width_do_not_wrap_around():
    assert formula(N**2)(N=np.int32(2**20)) == 2**40
    assert formula(1 - N)(N=np.array([3], dtype=np.uint8)).tolist() == [-2.0]


def test_assumptions_of_the_claim_and_given_conditions_are_enforced():
    f = formula(N, when=(ge(t, 1), le(N, t)))
    assert f(N=1) == 1 and "t >= 1" in f.conditions, "no argument t: the condition is told, not enforced"
    f = formula(N + 0 * t, when=(ge(t, 1),))
    assert f(N=2, t=1) == 2
    with pytest.raises(ConditionError, match="needs t >= 1, got t = 0"):
        f(N=2, t=0)
    f = formula(N / (N - sigma2), given=(assume(ne(N, sigma2)),))
    with pytest.raises(ConditionError, match="needs N != sigma2_x, got N = 2, sigma2_x = 2"):
        f(N=2, sigma2_x=2)
    f = formula(Sum(alpha[i] ** 2, (i, 1, n)), given=(assume(eq(Sum(alpha[i], (i, 1, n)), 1)),))
    assert f(n=10, alpha=[0.1] * 10) == pytest.approx(0.1)
    with pytest.raises(ConditionError, match=r"needs Sum\(alpha\[i\], i = 1..n\) = 1"):
        f(n=2, alpha=[1, 1])
    eta = real("eta")
    f = formula(eta * N, given=(define(eta, 2 * N),))
    assert f(eta=4, N=2) == 8
    with pytest.raises(ConditionError, match="needs eta = 2"):
        f(eta=4, N=3)


def test_conditions_on_the_elements_of_a_family():
    f = formula(1 / (h[i] + h[j]), given=(assume(gt(h[t], 0)),))
    assert f(h=[1, 3], i=1, j=2) == 0.25
    with pytest.raises(ConditionError, match=r"needs h\[t\] > 0, got h\[2\] = -3"):
        f(h=[1, -3], i=1, j=2)
    for values, said in (
        ([1], "not among the values"),
        ({1: 1}, "not among the values"),
        ([1, "x"], "real number"),
        ("ab", "sequence"),
        (3, "sequence"),
    ):
        with pytest.raises((ConditionError, TypeError), match=said):
            f(h=values, i=1, j=2)


def test_an_index_below_the_first_is_refused_instead_of_counting_from_the_end():
    f = formula(alpha[t])
    with pytest.raises(ConditionError, match=r"needs alpha\[0\], and the indices of alpha start at 1"):
        f(alpha=[1, 2, 3], t=0)
    with pytest.raises(TypeError, match="one integer, not an array"):
        f(alpha=[1, 2, 3], t=np.array([1, 2]))


def test_arguments_are_keywords_and_complete():
    for arguments in ({}, {"N": 1}, {"N": 1, "sigma2_x": 1, "extra": 1}):
        with pytest.raises(TypeError):
            ema(**arguments)
    with pytest.raises(TypeError):
        ema(1, 2)


def test_positional_arguments_are_answered_with_the_names():
    with pytest.raises(TypeError, match=r"ema-variance-limit: name the arguments: sigma2_x=..., N=..."):
        ema(1, 2)


def test_a_float_that_leaves_its_range_on_the_way_is_computed_again():
    assert ema(N=1e308, sigma2_x=1e308) == 0.5
    assert ema(N=10**400, sigma2_x=1.0) == 0.0, "a number too small for a float is 0"
    f = formula(sigma2 / (2 * N - 1) * (1 - (1 - 1 / N) ** (2 * t)))
    assert f(N=1e30, t=3, sigma2_x=1.0) == pytest.approx(3e-60, rel=1e-12)
    assert f(N=1.0, t=0, sigma2_x=1.0) == 0.0
    assert formula(sigma2 / (N * N))(N=1.0, sigma2_x=1e-300) == 1e-300
    tiny = positive("tiny")
    assert formula(tiny / (tiny * tiny))(tiny=1e-200) == pytest.approx(1e200), "the divisor underflows to 0"
    assert formula(Sum(alpha[i], (i, 1, n)) / (N * N))(alpha=[1e300, 1e300], n=2, N=1e300) == pytest.approx(2e-300)


def test_what_overflows_all_the_same_is_refused():
    for arguments in ({"N": 1.0, "sigma2_x": 10**400}, {"N": np.array([1.0]), "sigma2_x": 10**400}):
        with pytest.raises((ConditionError, TypeError), match="ema-variance-limit"):
            ema(**arguments)
    with pytest.raises(ConditionError, match="overflow"), np.errstate(over="ignore"):
        formula(N * sigma2)(N=np.array([1e200, 1.0]), sigma2_x=1e200)
    with pytest.raises(ConditionError, match="overflow"):
        formula(N * sigma2)(N=1e200, sigma2_x=1e200)
    assert formula(N * sigma2)(N=mpmath.mpf(10) ** 200, sigma2_x=mpmath.mpf(10) ** 200) == mpmath.mpf(10) ** 400


def test_conditions_on_quantities_that_given_equations_define_are_enforced():
    eta, base = positive("eta"), positive("base")
    given = (assume(eta * N < 2).named("stability"), assume(eq(eta, (N - 1) * base)))
    f = formula(base / N, given=given)
    assert f(N=2, base=Fraction(1, 2)) == Fraction(1, 4)
    with pytest.raises(ConditionError, match=r"needs eta N < 2, where eta = \(N - 1\) base, got N = 2, base = 3"):
        f(N=2, base=3)
    with pytest.raises(ConditionError, match="needs eta > 0, where eta"):
        f(N=1, base=3)
    assert "eta N < 2, where eta = (N - 1) base" in f.conditions
    assert "stability" not in to_python(f) and "eta N < 2, where eta = (N - 1) base" in to_python(f)
    twice = (assume(eq(eta, N)), assume(eq(eta, base)))
    assert formula(base / N, given=twice)(N=2, base=2) == 1
    with pytest.raises(ConditionError):
        formula(base / N, given=twice)(N=2, base=3)
    counted = formula(N, given=(assume(eq(N, n)),))
    assert counted(N=3) == 3
    with pytest.raises(ConditionError, match=r"needs integer n, where n = N, got N = 2.5"):
        counted(N=2.5)


def test_a_variance_is_not_negative():
    x, v, lasting = random_variable("x"), real("v"), real("lasting")
    y = random_family("y")
    f = formula(v + lasting, given=(define(v, Var(x)), assume(eq(limit(Var(y[t]), t), lasting))))
    assert f(v=1, lasting=0) == 1 and "v >= 0" in f.conditions
    for arguments in ({"v": -1, "lasting": 0}, {"v": 0, "lasting": -1}):
        with pytest.raises(ConditionError, match=r"needs (v|lasting) >= 0"):
            f(**arguments)


def test_names_that_python_reserves():
    f = formula(real("lambda") + real("sum") + real("mu'") + real("close"))
    assert f(lambda_=1, sum_=2, mu_prime=3, close_=4) == 10


@pytest.mark.parametrize(
    "rhs",
    [
        Limit(alpha[t], t, number(0)),
        limit(alpha[t], t),
        Quotient(number(1), number(0)),
        Power(number(0), number(-1)),
        N ** number(Fraction(1, 2)),
        Sum(Var(random_family("x")[i]), (i, 1, n)),
        Sum(i, (i, 1, N / 2)),
        Conditional(random_variable("X"), random_variable("Y")),
        infinite_sum(alpha[1] ** i, i, 0),
    ],
)
def test_what_is_no_plain_arithmetic_has_no_formula(rhs):
    with pytest.raises(StatementError, match="has no formula"):
        formula(rhs)


def test_an_inequality_and_an_unproved_claim_have_no_formula():
    claim = le(N, 2)
    entry = Derivation(name="a", claim=claim, proof=(step(claim, by("proved")),))
    with pytest.raises(StatementError, match="no equation"):
        Formula(fake_verdicts.judge(entry, {"a": entry}))
    entry = Derivation(name="a", claim=eq(N, 2), proof=(step(eq(N, 2), by("undecided")),))
    with pytest.raises(StatementError, match="only a proved claim"):
        Formula(fake_verdicts.judge(entry, {"a": entry}))


def test_what_a_formula_tells_of_itself():
    assert ema.conditions == ("sigma2_x > 0", "N >= 1", "2 N - 1 != 0")
    symbols = {s.name: s for s in ema.sympy.free_symbols}
    assert symbols["N"].is_positive and symbols["sigma2_x"].is_positive
    assert ema.sympy == symbols["sigma2_x"] / (2 * symbols["N"] - 1)
    assert "frac" in ema.latex
    assert ema.derivation.name == "ema-variance-limit"
    assert "N >= 1" in ema.__doc__ and "Problem 1(a)" in ema.__doc__
    assert ema.__name__ == "ema_variance_limit" and set(ema.__signature__.parameters) == {"N", "sigma2_x"}


def test_sympy_of_sums_and_minima():
    expression = formula(Sum(alpha[i] * alpha[j], (i, 1, 3), (j, 1, 3), distinct=True) + Minimum(t, n)).sympy
    assert not any(type(node).__module__.startswith("sgdproofs") for node in sympy.preorder_traversal(expression))
    a = sympy.IndexedBase("alpha", real=True)
    assert sympy.expand(
        expression.args[1].doit() if isinstance(expression.args[1], sympy.Sum) else expression.args[0].doit()
    ) == sympy.expand(2 * (a[1] * a[2] + a[1] * a[3] + a[2] * a[3]))


def test_an_exported_module_needs_nothing_and_agrees(tmp_path):
    f = formula(Sum(alpha[i] ** 2, (i, 1, n)) * N / Fraction(3) + Minimum(N, 4), given=(assume(gt(alpha[i], 0)),))
    text = to_python(f)
    assert "sgdproofs." not in text.replace("`sgdproofs export", "") and "import sympy" not in text
    (tmp_path / "exported.py").write_text(text)
    code = (
        "from fractions import Fraction as F; import sys, exported\n"
        "assert not {'sympy', 'numpy', 'sgdproofs'} & set(sys.modules)\n"
        "print(exported.some_result(n=2, alpha=[F(1, 2), F(1, 3)], N=F(5)))\n"
        "try: exported.some_result(n=2, alpha=[F(1, 2), F(-1, 3)], N=F(5))\n"
        "except exported.ConditionError as error: print(error)\n"
    )
    ran = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n{code}"],
        capture_output=True,
        text=True,
    )
    value, error = ran.stdout.splitlines()
    assert Fraction(value) == f(n=2, alpha=[Fraction(1, 2), Fraction(1, 3)], N=Fraction(5))
    assert error == "some-result needs alpha[i] > 0, got alpha[2] = -1/3"


def test_an_exported_module_says_its_facts_and_minds_overflow(tmp_path):
    text = to_python(formula(sigma2 / (2 * N - 1), given=(assume(gt(N, sigma2)).named("a fact"),)))
    assert "facts\n\n    N > sigma2_x\n" in text and "lose digits" in text
    space: dict = {}
    exec(compile(text, "exported", "exec"), space)
    assert space["some_result"](N=1e308, sigma2_x=9e307) == pytest.approx(0.45)
    with pytest.raises(TypeError, match="name the arguments"):
        space["some_result"](1)


# --- importing by name -----------------------------------------------------------------------------------


@pytest.fixture
def shipped(tmp_path, monkeypatch):
    """Entries on disk, judged by the stand-in."""
    text = """
from fake_verdicts import by
from sgdproofs.language.terms import real
from sgdproofs.language.statements import eq, le
from sgdproofs.language.derivation import Derivation, Refutation, step
N = real("N", at_least=1)
good = Derivation(name="good-result", claim=eq(N, 1/N), proof=(step(eq(N, 1/N), by("proved")),))
bad = Derivation(name="bad-result", claim=eq(N, 1/N), proof=(step(eq(N, 1/N), by("unjustified")),))
false = Refutation(name="false-result", claim=eq(N, 2))
bound = Derivation(name="a-bound", claim=le(N, 2), proof=(step(le(N, 2), by("proved")),))
"""
    (tmp_path / "entries.py").write_text(text)
    monkeypatch.setattr(catalogue, "shipped_folders", lambda: (tmp_path,))
    monkeypatch.setitem(sys.modules, "sgdproofs.verdicts", fake_verdicts)
    formulas._entries.cache_clear()
    formulas._formula.cache_clear()
    yield
    formulas._entries.cache_clear()
    formulas._formula.cache_clear()


def test_a_formula_is_imported_by_name(shipped):
    from sgdproofs.formulas import good_result

    assert good_result(N=2) == 0.5
    assert good_result is formulas.good_result, "checked once in a process"
    assert pickle.loads(pickle.dumps(good_result))(N=4) == 0.25
    assert set(dir(formulas)) == {"Formula", "good_result", "bad_result"}


@pytest.mark.parametrize(
    "name, said",
    [
        ("god_result", "did you mean good_result"),
        ("bad_result", "bad-result is unjustified at line 1, so it has no formula"),
        ("false_result", "refutes a claim"),
        ("a_bound", "no equation"),
    ],
)
def test_names_that_are_no_formula(shipped, name, said):
    with pytest.raises(ImportError, match=said):
        exec(f"from sgdproofs.formulas import {name}")
    with pytest.raises(AttributeError, match=said):
        getattr(formulas, name)
    assert not hasattr(formulas, name)


def test_a_refutation_has_no_formula_because_it_has_no_proof():
    assert not hasattr(Refutation(name="a", claim=eq(N, 1)), "proof")


def test_importing_the_module_alone_loads_nothing():
    code = "import sys, sgdproofs.formulas; assert not any(m.startswith('_sgdproofs_entry') for m in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parent, env=dict(os.environ))
