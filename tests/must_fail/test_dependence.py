"""What depends on what, claimed of more than the facts say: each was once proved, or no clear answer."""

from __future__ import annotations

from sgdproofs import *
from sgdproofs.language.functions import EqualTo
from sgdproofs.language.terms import Index
from sgdproofs.rules.truth import cases as truth_values

x, y = random_family("x", first=0), random_family("y", first=0)
t, u, r = index("t", at_least=1), index("u", at_least=1), index("r")
apart = independent_across(x, r)


def check_of(claim, proof, *given):
    return check(Derivation("attack", claim, proof, given))


def test_a_recurrence_is_a_function_of_the_past_at_every_step_not_only_at_the_present_one():
    claim = eq(EqualTo(t, 5) * (E(y[5] * x[8]) - E(y[5]) * E(x[8])), 0)
    for place in (9 - t, Maximum(9 - t, 0)):  # y[1] depends on x[8]
        update = recurrence(y[t], y[t - 1] + x[place], start={0: 0})
        for target in (y[t], y[u]):
            past = step(function_of(target, x), by=function_of_past(update))
            separate = step(independent(y[5], x[8]), by=disjoint_blocks(past, apart))
            lines = (past, separate, independence(separate) & truth_values())
            proof = branches(claim, (eq(t, 5), lines), (ne(t, 5), truth_values()))
            assert check_of(claim, (proof,), update, apart).verdict != "proved"


update = recurrence(y[t], y[t - 1] + x[t], start={0: 0})
past = step(function_of(y[t], x), by=function_of_past(update))


def separate(claim, *given):
    line = step(claim, by=disjoint_blocks(past, *given))
    return check_of(claim, (past, line), update, *given).verdict


def test_independence_up_to_some_index_says_nothing_beyond():
    assert separate(independent(y[5], x[8]), apart) == "proved"
    assert separate(independent(y[5], x[8]), independent_across(x, index("s", at_least=None))) == "proved"
    assert separate(independent(y[5], x[8]), independent_across(x, index("s", at_least=1))) != "proved"
    few = Index("s", "integer", 0, False, 6, False)
    assert separate(independent(y[5], x[8]), independent_across(x, few)) != "proved"


def test_identical_up_to_some_index_says_nothing_beyond():
    z, before = random_family("z"), Index("s", "integer", None, False, -1, False)
    same, all_same = identical_across(z, before), identical_across(z, index("s", at_least=None))
    for claim in (eq(E(z[-2]), E(z[0])), eq(E(z[-2] ** 2), E(z[0] ** 2))):
        line = (step(claim, by=identical_distribution(same)),)
        assert check_of(claim, line, same).verdict != "proved"
        line = (step(claim, by=identical_distribution(all_same)),)
        assert check_of(claim, line, all_same).verdict == "proved"


def test_a_whole_family_is_not_later_than_anything():
    assert separate(independent(y[5], x), apart) != "proved"
    assert separate(independent(y, x[8]), apart) != "proved"
