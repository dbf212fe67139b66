"""Rational identities: a random fraction, and what laws of arithmetic, applied forwards, make of it."""

from __future__ import annotations

from random import Random

from .harness import Procedure, step

SYMBOLS = {"a": "real", "b": "real", "x": "real", "p": "positive", "q": "positive", "u": "unit", "n": "natural"}
Tree = tuple | str


def text(tree: Tree) -> str:
    return tree if isinstance(tree, str) else f"({text(tree[1])} {tree[0]} {text(tree[2])})"


def _above_zero(rng: Random, depth: int) -> Tree:
    if depth == 0 or rng.random() < 0.3:
        return rng.choice(("p", "q", "u", "2", "3", ("-", "1", "u"), ("+", "p", "1"), ("+", "n", "1")))
    return (rng.choice("+*/"), _above_zero(rng, depth - 1), _above_zero(rng, depth - 1))


def expression(rng: Random, depth: int) -> Tree:
    """A random expression whose divisors are all positive."""
    if depth == 0:
        return rng.choice(("a", "b", "x", "p", "q", "u", "1", "2", "3"))
    sign = rng.choice("++-**/")
    left = expression(rng, depth - 1)
    return (sign, left, _above_zero(rng, depth - 1) if sign == "/" else expression(rng, depth - 1))


def rewritten(tree: Tree, rng: Random) -> Tree:
    """One law, at a random place of the tree."""
    if isinstance(tree, str) or rng.random() < 0.35:
        return law(tree, rng)
    left, right = tree[1], tree[2]
    if rng.random() < 0.6:
        return (tree[0], rewritten(left, rng), right)
    return law(tree, rng) if tree[0] in ("/", "**") else (tree[0], left, rewritten(right, rng))


def law(tree: Tree, rng: Random) -> Tree:
    other, above = expression(rng, 1), _above_zero(rng, 1)
    always = [
        ("-", ("+", tree, other), other),
        ("/", ("*", tree, above), above),
        ("+", ("*", tree, "u"), ("*", tree, ("-", "1", "u"))),
        ("-", ("*", "2", tree), tree),
        ("/", ("*", tree, ("**", "p", ("+", "n", "2"))), ("*", ("**", "p", "n"), ("*", "p", "p"))),
    ]
    if isinstance(tree, str):
        return rng.choice(always)
    sign, left, right = tree
    own: list[Tree] = []
    if not isinstance(left, str):
        s, a, b = left
        if sign == "*" and s in "+-":
            own.append((s, ("*", a, right), ("*", b, right)))
        if sign == "/" and s in "+-":
            own.append((s, ("/", a, right), ("/", b, right)))
        if sign in "+*" and s == sign:
            own.append((sign, a, (sign, b, right)))
        if sign == "/" and s == "/":
            own.append(("/", a, ("*", b, right)))
        if sign == "+" and s == "/" and not isinstance(right, str) and right[0] == "/":
            own.append(("/", ("+", ("*", a, right[2]), ("*", right[1], b)), ("*", b, right[2])))
    if not isinstance(right, str) and sign == "/" and right[0] == "/":
        own.append(("*", left, ("/", right[2], right[1])))
    if sign == "-":
        own.append(("-", "0", ("-", right, left)))
    if sign == "*" and left == right:
        own.append(("**", left, "2"))
    return rng.choice(own or always)


def make(rng: Random) -> dict:
    before = after = expression(rng, rng.choice((2, 2, 3)))
    for _ in range(rng.choice((1, 2, 3))):
        after = rewritten(after, rng)
    left, right = text(before), text(after)
    domains = dict(SYMBOLS)
    case = step(left, "==", right, " ".join(f"{n}:{d}" for n, d in domains.items()))
    if rng.random() < 0.3:  # a divisor that an assumption keeps from being zero
        case["lhs"], case["rhs"] = f"({left})*(a - b)", f"({right})*(a**2 - b**2)/(a + b)"
        case["assumptions"] = ["a + b != 0"]
    return case


PROCEDURE = Procedure("rational identities", make, 0.95)
