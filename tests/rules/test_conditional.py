"""Conditional expectation, truth values, conditional independence and martingale differences, against meaning.

Random expressions are generated for each rule.  What the rule proves must hold in random models of the facts; perturbed
claims must not be proved where a model refutes them; and a rule that did not fire counts as not tested.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from random import Random
from typing import Any

import pytest

from sgdproofs import E, eq, random_family, random_variable, real
from sgdproofs.advice import Search
from sgdproofs.kernel.check import follows
from sgdproofs.kernel.goal import Goal
from sgdproofs.kernel.reasons import Reason
from sgdproofs.language import facts as F
from sgdproofs.language.functions import AtMost, Both, Choice, Conditional, Either, LessThan, Negation
from sgdproofs.language.statements import Relation
from sgdproofs.language.terms import Negative, Plus, Power, Times, number
from sgdproofs.meaning import Model, fact_holds, holds
from sgdproofs.rules.expectation import conditioning, identical_distribution, independence, moments
from sgdproofs.rules.truth import cases

X, Y, Z, a = random_variable("X"), random_variable("Y"), random_variable("Z"), real("a")
D = random_family("d", first=1)
ALL = independence() & moments() & identical_distribution() & conditioning() & cases()


def proved(statement: Relation, *facts: Any, reason: Reason = ALL) -> bool:
    from dataclasses import replace

    goal = lambda: Goal(statement, replace(reason, cites=facts), facts, (), (), Search(), facts)  # noqa: E731
    return follows(goal).proved


def polynomial(rng: Random, symbols: tuple, terms: int = 2, degree: int = 2) -> Any:
    def one() -> Any:
        factors = [Power(rng.choice(symbols), number(rng.randint(1, 2))) for _ in range(rng.randint(1, degree))]
        return Times(number(rng.choice((1, 2, -1, 3))), *factors)

    return Plus(*(one() for _ in range(terms)))


def dependent(rng: Random) -> Model:
    """A space on which X, Y and Z depend on one another in some way."""
    weights = [rng.randint(1, 4) for _ in range(5)]
    values = {(name, ()): tuple(Fraction(rng.randint(-1, 2)) for _ in weights) for name in ("X", "Y", "Z")}
    return Model({a: Fraction(rng.randint(-2, 2))}, tuple(Fraction(w, sum(weights)) for w in weights), values)


def through(rng: Random) -> Model:
    """X and Z are independent given Y."""
    outcomes = list(product((0, 1), repeat=3))
    share = [Fraction(1, 3), Fraction(1, 2), Fraction(1, 4)]
    weights = []
    for y, x, z in outcomes:
        own = [share[0], share[1 + y], share[2 - y]]
        weight = Fraction(1)
        for bit, p in zip((y, x, z), own, strict=True):
            weight *= p if bit else 1 - p
        weights.append(weight)
    table = [[rng.randint(-2, 3) for _ in range(4)] for _ in range(2)]
    values = {
        ("Y", ()): tuple(Fraction(y) for y, _, _ in outcomes),
        ("X", ()): tuple(Fraction(table[0][2 * y + x]) for y, x, _ in outcomes),
        ("Z", ()): tuple(Fraction(table[1][2 * y + z]) for y, _, z in outcomes),
    }
    return Model({}, tuple(weights), values)


def martingale(rng: Random) -> Model:
    """d_1, d_2, d_3 are fair signs times what came before."""
    outcomes = list(product((1, -1), repeat=3))
    scale = [rng.randint(1, 3), {s: rng.randint(-2, 3) for s in (1, -1)}]
    third = {s: rng.randint(0, 3) for s in product((1, -1), repeat=2)}
    values = {
        ("d", (1,)): tuple(Fraction(scale[0] * o[0]) for o in outcomes),
        ("d", (2,)): tuple(Fraction(scale[1][o[0]] * o[1]) for o in outcomes),
        ("d", (3,)): tuple(Fraction(third[o[:2]] * o[2]) for o in outcomes),
    }
    return Model({}, (Fraction(1, 8),) * 8, values)


THROUGH = F.ConditionallyIndependent((X, Z), (Y,))
STEPS = F.MartingaleDifference(D)


def tower(rng: Random) -> Relation:
    f, g = polynomial(rng, (Y,)), polynomial(rng, (X, Y, Z))
    inner = Conditional(g, Y, Z) if rng.random() < 0.5 else g
    return eq(E(Times(f, Conditional(inner, Y))), E(Times(f, g)))


def taken_out(rng: Random) -> Relation:
    f, g = polynomial(rng, (Y, Z)), polynomial(rng, (X,))
    return eq(Conditional(Times(f, g), Y, Z), Times(f, Conditional(g, Z, Y)))


def projected(rng: Random) -> Relation:
    f = polynomial(rng, (X, Z))
    rest = Plus(f, Negative(Conditional(f, Y)))
    return eq(E(Times(rest, Conditional(polynomial(rng, (X, Y)), Y))), number(0))


def given_apart(rng: Random) -> Relation:
    f, g = polynomial(rng, (X, Y)), polynomial(rng, (Z,))
    return eq(Conditional(Times(f, g), Y), Times(Conditional(f, Y), Conditional(g, Y)))


def dropped(rng: Random) -> Relation:
    f = polynomial(rng, (Z, Y))
    return eq(Conditional(f, X, Y), Conditional(f, Y))


def later(rng: Random) -> Relation:
    last = rng.choice((2, 3))
    past = polynomial(rng, tuple(D[k] for k in range(1, last)))
    return eq(E(Times(D[last], past)), number(0))


def foreseen(rng: Random) -> Relation:
    return eq(Conditional(Times(D[3], polynomial(rng, (D[1], D[2]))), D[1]), number(0))


def truths(rng: Random) -> Relation:
    one, other = LessThan(X, polynomial(rng, (Y,), 1)), AtMost(polynomial(rng, (X,), 1), Z)
    f, g = polynomial(rng, (X,)), polynomial(rng, (Z,))
    return rng.choice(
        (
            eq(E(Either(one, other)), Plus(E(one), E(other), Negative(E(Both(one, other))))),
            eq(E(Choice(one, f, g)), Plus(E(Times(one, f)), E(g), Negative(E(Times(one, g))))),
            eq(E(Power(Negation(one), number(2))), Plus(number(1), Negative(E(one)))),
            eq(E(Both(one, Negation(one))), number(0)),
        )
    )


RULES = {
    "tower": (tower, (), dependent),
    "taken out": (taken_out, (), dependent),
    "projected": (projected, (), dependent),
    "given apart": (given_apart, (THROUGH,), through),
    "dropped": (dropped, (THROUGH,), through),
    "later": (later, (STEPS,), martingale),
    "foreseen": (foreseen, (STEPS,), martingale),
    "truth values": (truths, (), dependent),
}


@pytest.mark.parametrize("name", RULES)
def test_what_a_rule_proves_holds(name: str) -> None:
    make, facts, model = RULES[name]
    rng = Random(name)
    for _ in range(12):
        statement = make(rng)
        assert proved(statement, *facts), statement
        for _ in range(4):
            space = model(rng)
            assert all(fact_holds(f, space) for f in facts)
            assert holds(statement, space), statement


@pytest.mark.parametrize("name", [n for n in RULES if RULES[n][1]])
def test_nothing_is_proved_without_its_fact(name: str) -> None:
    make, _, _ = RULES[name]
    rng = Random(name)
    for _ in range(12):
        statement = make(rng)
        refuted = any(not holds(statement, other(rng)) for other in (_any_three(statement),) for _ in range(12))
        assert not refuted or not proved(statement), statement


def _any_three(statement: Relation) -> Any:
    def space(rng: Random) -> Model:
        plain = dependent(rng)
        values = dict(plain.values)
        for k, name in enumerate(("X", "Y", "Z"), 1):
            values["d", (k,)] = values[name, ()]
        return Model(plain.parameters, plain.probabilities, values)

    return space


@pytest.mark.parametrize("name", RULES)
def test_perturbed_claims_are_refused(name: str) -> None:
    """A claim that is changed, and false in a model, is not proved; at least some are false."""
    make, facts, model = RULES[name]
    rng = Random(f"{name}, changed")
    false = 0
    for _ in range(12):
        statement = make(rng)
        symbol = D[1] if facts == (STEPS,) else rng.choice((X, Y))
        changed = Relation(Plus(statement.lhs, E(Power(symbol, number(2)))), "==", statement.rhs)
        if any(not holds(changed, model(rng)) for _ in range(12)):
            false += 1
            assert not proved(changed, *facts), changed
    assert false


@pytest.mark.parametrize(
    "statement, facts",
    [
        (eq(Conditional(X, Y), E(X)), ()),
        (eq(Conditional(Conditional(X, Y), Z), Conditional(X, Z)), ()),
        (eq(Conditional(Times(X, Y), Y), Times(X, Conditional(Y, Y))), ()),
        (eq(E(Times(X, Conditional(X, Y))), E(Power(X, number(2)))), ()),
        (eq(E(Times(X, Z)), Times(E(X), E(Z))), (THROUGH,)),
        (eq(Conditional(Times(X, Y), Z), Times(Conditional(X, Z), Conditional(Y, Z))), (THROUGH,)),
        (eq(E(Times(D[1], Power(D[2], number(2)))), number(0)), (STEPS,)),
        (eq(Conditional(D[1], D[2]), number(0)), (STEPS,)),
        (eq(Conditional(Times(D[1], D[2]), D[2]), number(0)), (STEPS,)),
        (eq(E(LessThan(X, Y)), E(AtMost(X, Y))), ()),
    ],
)
def test_near_misses_are_refused(statement: Relation, facts: tuple) -> None:
    assert not proved(statement, *facts)
