"""Sums and products inside of one another, with names used again: verdicts against values counted out by hand."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import count
from random import Random

import pytest

from sgdproofs.steps.judge import check_step

NAMES = ("i", "j", "k")
Tree = tuple


class Nested:
    """Random terms in the natural number m, as trees."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng

    def leaf(self, scope: tuple[str, ...]) -> Tree:
        return self.rng.choice([*(("name", v) for v in scope * 3), *(("number", c) for c in (1, 2, 3))])

    def term(self, depth: int, scope: tuple[str, ...]) -> Tree:
        if depth == 0:
            return self.leaf(scope)
        if self.rng.random() < 0.45:
            return (self.rng.choice("+-*"), self.term(depth - 1, scope), self.term(depth - 1, scope))
        name = self.rng.choice(NAMES)
        # An end may mention the name that is bound here: it means the one outside.
        ends = [*(("number", c) for c in (0, 1, 2)), *(("name", v) for v in scope)]
        low, high = self.rng.choice(ends), self.rng.choice(ends)
        inside = (*(v for v in scope if v != name), name)
        return (self.rng.choice(("Sum", "Product")), name, low, high, self.term(depth - 1, inside))

    def renamed(self, tree: Tree, names: dict[str, str]) -> Tree:
        """The same term with other names for what is bound."""
        kind, *parts = tree
        if kind == "name":
            return (kind, names.get(parts[0], parts[0]))
        if kind == "number":
            return tree
        if kind in ("Sum", "Product"):
            name, low, high, body = parts
            taken = {names.get(v, v) for v in free(body) - {name}}
            new = self.rng.choice([v for v in (*NAMES, "p", "n") if v not in taken])
            return (kind, new, self.renamed(low, names), self.renamed(high, names),
                    self.renamed(body, {**names, name: new}))  # fmt: skip
        return (kind, *(self.renamed(p, names) for p in parts))

    def changed(self, tree: Tree, scope: tuple[str, ...]) -> Tree:
        """The term with one leaf replaced by another one."""
        kind, *parts = tree
        if kind in ("name", "number"):
            return self.leaf(scope)
        if kind in ("Sum", "Product"):
            name, low, high, body = parts
            return (kind, name, low, high, self.changed(body, (*(v for v in scope if v != name), name)))
        at = self.rng.randrange(2)
        return (kind, *(self.changed(p, scope) if k == at else p for k, p in enumerate(parts)))


def free(tree: Tree) -> set[str]:
    kind, *parts = tree
    if kind in ("name", "number"):
        return {parts[0]} if kind == "name" else set()
    if kind in ("Sum", "Product"):
        return free(parts[1]) | free(parts[2]) | free(parts[3]) - {parts[0]}
    return free(parts[0]) | free(parts[1])


def text(tree: Tree) -> str:
    kind, *parts = tree
    if kind in ("name", "number"):
        return str(parts[0])
    if kind in ("Sum", "Product"):
        name, low, high, body = parts
        return f"{kind}({text(body)},({name},{text(low)},{text(high)}))"
    return f"({text(parts[0])}{kind}{text(parts[1])})"


def value(tree: Tree, point: dict[str, Fraction]) -> Fraction:
    kind, *parts = tree
    if kind in ("name", "number"):
        return point[parts[0]] if kind == "name" else Fraction(parts[0])
    if kind in ("Sum", "Product"):
        name, low, high, body = parts
        total = Fraction(kind == "Product")
        for k in range(int(value(low, point)), int(value(high, point)) + 1):
            one = value(body, {**point, name: Fraction(k)})
            total = total + one if kind == "Sum" else total * one
        return total
    a, b = (value(p, point) for p in parts)
    return a + b if kind == "+" else a - b if kind == "-" else a * b


def apart(tree: Tree, names: dict[str, str], unused: Iterator[str]) -> Tree:
    """The same term in which no name is bound twice."""
    kind, *parts = tree
    if kind == "name":
        return (kind, names.get(parts[0], parts[0]))
    if kind == "number":
        return tree
    if kind in ("Sum", "Product"):
        name, low, high, body = parts
        new = next(unused)
        ends = (apart(end, names, unused) for end in (low, high))
        return (kind, new, *ends, apart(body, {**names, name: new}, unused))
    return (kind, *(apart(p, names, unused) for p in parts))


def verdict(left: Tree, right: Tree) -> str:
    case = {"id": "x", "category": "SUM", "kind": "relation", "lhs": text(left), "rel": "==", "rhs": text(right)}
    return check_step({**case, "symbols": {"m": "natural"}}, seconds=5)["verdict"]


def values(tree: Tree) -> list[Fraction]:
    return [value(tree, {"m": Fraction(m)}) for m in range(5)]


@pytest.mark.parametrize("seed", (0, 2))
def test_names_of_bound_indices_do_not_matter(seed: int) -> None:
    """A term equals itself under other names just where it is seen to equal itself at all."""
    nested, found = Nested(Random(seed)), []
    for _ in range(20):
        term = ("Sum", "k", ("number", 1), ("name", "m"), nested.term(2, ("m", "k")))
        plain = apart(term, {}, (f"u{k}" for k in count()))
        assert values(term) == values(plain)
        itself = verdict(plain, plain)
        for other in (term, nested.renamed(term, {}), nested.renamed(term, {})):
            assert verdict(other, plain) == itself, (text(other), text(plain))
        found.append(itself)
    assert found.count("proved") >= 10 and "refuted" not in found


@pytest.mark.parametrize("seed", (0, 2))
def test_other_terms_are_not_proved_equal(seed: int) -> None:
    nested, refuted = Nested(Random(seed)), 0
    for _ in range(20):
        left = ("Sum", "k", ("number", 1), ("name", "m"), nested.term(2, ("m", "k")))
        right = nested.changed(nested.renamed(left, {}), ("m",))
        found = verdict(left, right)
        assert found != ("proved" if values(left) != values(right) else "refuted"), (text(left), text(right))
        refuted += found == "refuted"
    assert refuted >= 3


DECAY = [{"name": "w", "args": ["t"], "cases": [["t == 0", "w0"], ["t >= 1", "(1-eta)*w(t-1)"]]}]
PARTIAL = [{"name": "y", "args": ["k"], "cases": [["True", "Sum(a(i),(i,1,k))"]]}]
CONSTANT = [{"name": "y", "args": ["k"], "cases": [["True", "i"]]}]


@pytest.mark.parametrize(
    ("own", "verdict"),
    [
        # Inside of the limit, eta may be the name outside (then this is true) or the one that tends to 0.
        (("Limit(w(1),eta,0)", "w(1)", {"eta": "real", "w0": "real"}, DECAY), "undecided"),
        (("Sum(w(1),(eta,1,2))", "2*w(1)", {"eta": "real", "w0": "real"}, DECAY), "undecided"),
        (("Sum(y(i),(i,1,n))", "n*i", {"n": "natural", "i": "real"}, CONSTANT), "undecided"),
        (("Sum(y(k),(k,1,n))", "n*i", {"n": "natural", "i": "real"}, CONSTANT), "proved"),
        # What a definition binds itself is not captured.
        (("Sum(y(i),(i,1,n))", "Sum(Sum(a(j),(j,1,k)),(k,1,n))", {"n": "natural", "i": "real"}, PARTIAL), "proved"),
    ],
)
def test_a_bound_name_that_a_definition_mentions_is_not_guessed(own, verdict):
    lhs, rhs, symbols, defs = own
    case = {"id": "x", "kind": "relation", "lhs": lhs, "rel": "==", "rhs": rhs, "symbols": symbols, "defs": defs}
    found = check_step({**case, "functions": {"a": "real"}})
    assert found["verdict"] == verdict, found


@pytest.mark.parametrize("premise", ["Or(1/x > 0, x == 0)", "Or(x == 0, 1/x > 0)", "Not(And(1/x <= 0, x != 0))"])
def test_no_witness_where_a_part_of_a_condition_is_undefined(premise):
    own = {"id": "x", "kind": "relation", "lhs": "x", "rhs": "0", "symbols": {"x": "real"}, "premises": [premise]}
    assert check_step({**own, "rel": ">"})["verdict"] == "undecided"
    assert check_step({**own, "rel": ">="})["verdict"] == "proved"
    assert check_step({**own, "rel": "<"})["verdict"] == "refuted"


@pytest.mark.parametrize(
    ("lhs", "rhs", "premise", "verdict"),
    [
        # Where the premise is defined, i and j are at most B.
        ("g(i)", "g(j)", "E((g(i)-g(j))**2) == 0", "proved"),
        ("E(g(j))", "E(g(j))", "E(g(j)**2) == 0", "proved"),
        ("g(i)", "g(j)", "E((g(i)-g(k))**2) == 0", "refuted"),
        ("E(g(j))", "E(g(j))", "k > 0", "refuted"),
        ("E(g(j))", "E(g(j))", "Or(E(g(j)**2) == 0, j > B)", "undecided"),
    ],
)
def test_a_premise_is_true_only_where_its_elements_exist(lhs, rhs, premise, verdict):
    symbols = dict.fromkeys(("B", "i", "j", "k"), "posint")
    random = {"vars": {"g": {"type": "seq", "upto": "B"}}, "facts": []}
    own = {"lhs": lhs, "rel": "==", "rhs": rhs, "symbols": symbols, "premises": [premise], "random": random}
    found = check_step({"id": "x", "kind": "relation", **own})
    assert found["verdict"] == verdict, found
