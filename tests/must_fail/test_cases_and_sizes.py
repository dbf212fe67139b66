"""Cases that hold for some outcomes, or for some components only, and numbers that grow without end."""

from __future__ import annotations

from sgdproofs import *
from sgdproofs.language.functions import EqualTo
from sgdproofs.rules.truth import cases as truth_values

from .single import verdict_of

s, j = index("s", at_least=1), index("j", at_least=1)
X, Z = random_family("X", first=1), random_variable("Z")


def test_a_mean_is_not_split_by_outcomes():
    random_exception = assume(eq(E(X[s]), 3).given(ne(s, Z)))
    claim = eq((1 - EqualTo(j, Z)) * (E(X[j]) - 3), 0)
    assert verdict_of(claim, moments(random_exception) & truth_values(), random_exception) != "proved"
    k = natural("k", at_least=1)
    exception = assume(eq(E(X[s]), 3).given(ne(s, k)))
    claim = eq((1 - EqualTo(j, k)) * (E(X[j]) - 3), 0)
    assert verdict_of(claim, moments(exception) & truth_values(), exception) == "proved"


def test_what_a_row_says_in_a_case_is_not_said_of_all_components():
    t, k, i = index("t"), index("k", at_least=0), index("i", at_least=1)
    y, x = random_family("y", first=0, arity=2), random_family("x", first=1, arity=2)
    update = recurrence(y[t, i], y[t - 1, i] + x[t, i], start={0: 0})
    apart = independent_across(x, index("r", at_least=1))
    past = step(function_of(y[t, k], x), by=function_of_past(update))
    later = t >= 1

    def block(of):
        line = step(independent(y[t - 1, of], x[t, 1], when=(later,)), by=disjoint_blocks(past, apart))
        product = eq(k * (E(y[t - 1, of] * x[t, 1]) - E(y[t - 1, of]) * E(x[t, 1])), 0).given(later)
        split = branches(product, (k >= 1, (past, line, independence(line))), (k < 1, (algebra(),)))
        return check(Derivation("attack", product, (split,), (update, apart))).verdict

    assert block(0) != "proved"


def test_powers_of_powers_of_numbers_end():
    nine = real("nine")
    value = define(nine, 9)
    assert verdict_of(eq(((nine**9999) ** 9999) ** 9999, 1), definition(value), value) == "undecided"
    assert verdict_of(eq((nine**9) ** 9, nine**81), definition(value), value) == "proved"
