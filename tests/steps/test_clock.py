"""Shares of the time of a case, and what is said where one of them was too short."""

from __future__ import annotations

from time import thread_time

import pytest

from sgdproofs.kernel.polynomial import DEADLINE
from sgdproofs.steps import prover
from sgdproofs.steps.clock import Clock
from sgdproofs.steps.judge import check_step


def work(clock: Clock) -> None:
    """Until the share is over."""
    while not clock.over():
        pass


def test_a_share_ends_before_the_whole_and_leaves_the_rest():
    clock = Clock(0.2)
    with clock.share(0.25, "a part"):
        assert 0.03 < clock.left() <= 0.05
        assert DEADLINE.get() - thread_time() <= 0.05
        work(clock)
    assert DEADLINE.get() == float("inf")
    assert 0.1 < clock.left() <= 0.15 and not clock.over()
    assert clock.short == ["a part"]


def test_what_a_share_does_not_use_is_there_for_the_next():
    clock = Clock(1.0)
    for _ in range(20):
        with clock.share(0.5, "a part"):
            pass
    assert clock.left() > 0.9 and clock.short == []


def test_shares_inside_of_shares():
    clock = Clock(0.4)
    with clock.share(0.5, "outer"):
        with clock.share(0.5, "inner"), clock.share(0.5):
            assert clock.left() <= 0.05
            work(clock)
        assert clock.short == ["inner"]  # a share without a name is a piece of that around it
        assert 0.1 < clock.left() <= 0.15
        work(clock)
    assert clock.short == ["inner", "outer"] and not clock.over()


def test_a_share_ends_where_an_error_leaves_it():
    clock = Clock(1.0)
    with pytest.raises(ValueError), clock.share(0.1, "a part"):
        raise ValueError
    assert clock.left() > 0.9 and DEADLINE.get() == float("inf")


def relation(lhs: str, rel: str, rhs: str, **symbols: str) -> dict:
    return {"id": "x", "kind": "relation", "lhs": lhs, "rel": rel, "rhs": rhs, "symbols": symbols}


# True, and beyond what is looked for: this form is no sum of squares.
OPEN = relation("x**4*y**2 + x**2*y**4 + 1", ">=", "3*x**2*y**2", x="real", y="real")


def endless(asking, statement):
    work(asking.clock)


@pytest.mark.parametrize("name, purpose", [("by_order", "cases of an extremum"), ("by_reversal", "reversed sums")])
def test_a_way_that_had_too_little_time_is_named(name, purpose, monkeypatch):
    without = check_step(OPEN)
    assert without["verdict"] == "undecided" and not without["reason"].startswith("budget")
    monkeypatch.setattr(prover, name, endless)
    found = check_step(OPEN, seconds=2)
    assert found["verdict"] == "undecided"
    assert found["reason"] == f"budget: the time for {purpose} is over; without it: {without['reason']}"


def test_a_way_that_takes_all_its_time_leaves_some_for_the_others(monkeypatch):
    claim = relation("2*Sum(k,(k,1,n))", "==", "n*(n + 1)", n="natural")
    monkeypatch.setattr(prover, "by_order", endless)
    monkeypatch.setattr(prover, "by_settling", endless)
    found = check_step(claim, seconds=4)
    assert found["verdict"] == "proved" and "budget" not in found["reason"]
