"""Searches that lie, imitations of what the kernel makes, and symbols that change: nothing is proved by them."""

from __future__ import annotations

import copy
from dataclasses import replace

import pytest

from sgdproofs import *
from sgdproofs.advice import Search
from sgdproofs.kernel.check import Proof, Sequent, Theorem
from sgdproofs.kernel.polynomial import Poly
from sgdproofs.kernel.reasons import Reason, Rule
from sgdproofs.language.functions import product
from sgdproofs.language.statements import Relation
from sgdproofs.language.terms import Index, Plus, substituted
from sgdproofs.rules import sums as sums_module

x, y = real("x"), real("y")
z, w = nonnegative("z"), nonnegative("w")
t, i, n = index("t"), index("i"), natural("n")
GIVEN = assume(eq(x, 1))
X, Y, Z, W = (("par", name, ()) for name in "xyzw")
ZERO = ("inv", "", (Poly(),))


def proved(advisor, statement, *facts):
    return Proof(facts, advisor).line(statement, algebra(*facts), facts, (), ())[1].proved


class Clearing(Search):
    def cofactors(self, residual, premises):
        for p in (residual, *premises):
            for change in (p.clear, p.popitem, lambda p=p: p.update({(): 1}), lambda p=p: p.__setitem__((), 1)):
                with pytest.raises(TypeError, match="not changed in place"):
                    change()
        return [[Poly() for _ in premises]]


class Floats(Search):
    def cofactors(self, residual, premises):
        return [[{(): 1e30}, {(): -1e30}]]


class OverZero(Search):
    def cofactors(self, residual, premises):
        other = ("inv", "", (Poly({((X, 1),): 0}),))
        return [[{((ZERO, 1),): 1, ((other, 1),): -1}]]


class Silent(Search):
    def remainder(self, p, scope):
        return ""


class Root(Search):
    """`-z = z (1/x)^2 (-x^2)`, which holds for x other than 0 only."""

    def combination(self, p, known, signed):
        found = [k for k, q in enumerate(known) if q == {((X, 2),): -1}]
        return [({((Z, 1),): 1}, (k,), {((X, -1),): 1}) for k in found]


class Multiplier(Search):
    """`y = (1/w) (w y)`, which holds for w other than 0 only."""

    def combination(self, p, known, signed):
        found = [k for k, q in enumerate(known) if q == {((W, 1), (Y, 1)): 1}]
        return [({((W, -1),): 1}, (k,), {(): 1}) for k in found]


class Factors(Search):
    """The same as factors."""

    def combination(self, p, known, signed):
        return super().combination(p, known, signed) if p != {((Y, 1),): 1} else []

    def factors(self, p):
        return [({((W, -1),): 1}, 1), ({((W, 1), (Y, 1)): 1}, 1)] if p == {((Y, 1),): 1} else [(p, 1)]


class Changing(Search):
    """Factors that are right when they are multiplied, and others when they are used."""

    def factors(self, p):
        class Shifting(list):
            times = 0

            def __iter__(self):
                Shifting.times += 1
                return list.__iter__(self) if Shifting.times % 2 else iter([({(): 1}, 1)])

        return Shifting([(p, 1)])


@pytest.mark.parametrize(
    ("advisor", "wrong", "facts"),
    [
        (Clearing, eq(y + 1, y), (GIVEN,)),
        (Floats, eq(y + 1, y), (GIVEN, GIVEN.named("again"))),
        (OverZero, eq(y, 1), (GIVEN,)),
        (Silent, eq(y, 1), ()),
        (Root, le(z, 0).given(le(x**2, 0)), ()),
        (Multiplier, ge(y, 0).given(ge(w * y, 0)), ()),
        (Factors, ge(y, 0).given(ge(w * y, 0)), ()),
        (Changing, ne(y, 0), ()),
    ],
    ids=lambda v: getattr(v, "__name__", ""),
)
def test_a_search_that_lies(advisor, wrong, facts):
    assert not proved(advisor(), wrong, *facts)
    assert proved(Search(), eq((x - y) * (x + y), x**2 - y**2), *facts)


def test_imitations_of_theorems_and_sequents():
    proof = Proof((), Search())
    sequent, _ = proof.line(eq(x, x), algebra(), (), (), ())
    theorem = proof.theorem("same", eq(x, x), (sequent,))
    assert Proof((), Search()).lemma(theorem).statement == eq(x, x)

    class Forged(Theorem):
        def __post_init__(self, seal):
            pass

    class Sure(Sequent):
        def __post_init__(self, seal):
            pass

    empty = object.__new__(Theorem)
    for name, value in {"name": "no", "claim": eq(0, 1), "facts": (), "conditions": ()}.items():
        object.__setattr__(empty, name, value)
    for wrong in (Forged("no", eq(0, 1), (), ()), empty, copy.copy(theorem)):
        with pytest.raises(StatementError, match="not given"):
            proof.lemma(wrong)
    for wrong in (Sure(proof, eq(0, 1)), copy.copy(sequent)):
        with pytest.raises(StatementError, match="no line of the proof"):
            proof.theorem("no", wrong.statement, (wrong,))
        with pytest.raises(StatementError, match="other facts"):
            proof.at(wrong, {t: t + 1})


def test_a_statement_that_says_something_else_when_it_is_asked():
    class Gap(Relation):
        def negated(self):
            return gt(self.lhs, 5)

    class Still(Relation):
        def at(self, values):
            return Relation(0, "==", 0) if values == {t: 0} else self

    proof = Proof((), Search())
    wrong, condition = ne(x, 4), Gap(x, "<=", 3)
    one, first = proof.line(wrong, algebra(), (), (), (condition,))
    two, second = proof.line(wrong, algebra(), (), (), (gt(x, 5),))
    assert first.proved and second.proved
    with pytest.raises(StatementError, match="negation"):
        proof.cases(condition, one, two)
    claim = Still(x * 0 + t, "==", 1)
    before = proof.hypothesis(claim, t)
    base, _ = proof.line(eq(0, 0), algebra(), (), (), ())
    then, _ = proof.line(claim, algebra(), (), (before,), before.assumptions)
    with pytest.raises(StatementError, match="are its claim at"):
        proof.induction(base, then, before, t)


def test_two_symbols_of_one_name_in_the_kernel():
    wrong = gt(0 * real("u", above=0) + real("u"), 0)
    with pytest.raises(StatementError, match="called u"):
        proved(Search(), wrong)
    with pytest.raises(StatementError, match="called a"):
        proved(Search(), eq(family("a")[t], family("a", first=0)[t]))


def test_what_is_proved_does_not_change_afterwards():
    claim = eq(x, x)
    for thing, name, value in ((claim, "rel", "!="), (z, "lower", None), (family("a"), "random", True)):
        with pytest.raises(AttributeError, match="does not change"):
            setattr(thing, name, value)
    facts = [GIVEN]
    proof = Proof(facts)
    facts.clear()
    assert proof.theorem("one", eq(x, 1), (proof.fact(GIVEN),)).facts == (GIVEN,)


def test_an_index_that_goes_by_the_name_of_a_bound_one():
    with pytest.raises(StatementError, match="rename it"):
        product(Index("'k1", "integer"), i, 1, n)
    inside, K = product(x * i, i, 1, n), Index("'k1", "integer")
    with pytest.raises(StatementError, match="bound"):
        substituted(inside, {x: K})


class Persuading(Reason):
    """A reason that says other things than it holds."""

    def parts(self, name):
        return [lambda goal, n: [Poly({(): 1})]] if name == "premises" else []


TRUSTED = vars(sums_module)["SUMS"]


@pytest.mark.parametrize(
    "reason",
    [
        Reason("mine", rules=(Rule(__name__, opens=((Plus, lambda n, node, env: n.poly(node.args[0], env)),)),)),
        Reason("mine", rules=(Rule(__name__, premises=(lambda goal, n: [Poly({(): 1})],)),)),
        Reason("mine", rules=(Rule(sums_module.__name__, premises=(lambda goal, n: [Poly({(): 1})],)),)),
        Reason("mine", rules=(replace(TRUSTED, opens=((Plus, lambda n, node, env: n.poly(node.args[0], env)),)),)),
        Reason("mine", rules=(Rule("sgdproofs.rules.elsewhere"),)),
        Reason("mine", rules=("sgdproofs.rules.sums",)),
        Persuading("mine"),
    ],
)
def test_a_reason_of_ones_own_making(reason):
    claim = eq(x + 1, x)
    with pytest.raises(SgdproofsError, match=r"mine.* is a reason of no rule in sgdproofs\.rules"):
        check(Derivation("forged", claim, (step(claim, by=reason),)))


def test_a_reason_about_something_else():
    said = Reason("mine", rules=(Rule(__name__, check=lambda goal: ""),))
    claim = independent(random_variable("X"), random_variable("Y"))
    with pytest.raises(SgdproofsError, match=r"a reason of no rule in sgdproofs\.rules"):
        check(Derivation("forged", claim, (step(claim, by=said),)))


def test_the_rules_of_the_house_are_taken():
    claim = eq(x + 1, 1 + x)
    assert check(Derivation("own", claim, (step(claim, by=Reason("mine", rules=(TRUSTED,))),))).verdict == "proved"
