"""Equations solved, multiplied, divided and substituted, under premises with a known solution."""

from __future__ import annotations

from random import Random

from .harness import Procedure, step


def linear(rng: Random) -> dict:
    """`p*x + q == r*x + s` with a difference of slopes that is not zero."""
    p, r, assumptions = rng.choice(
        (
            ("p", "0", []),
            ("p", "-k", []),
            ("a", "b", ["a != b"]),
            ("1", "u", []),
            ("1", "(1-p)", []),
            ("(p+k)", "k", []),
        )
    )
    q, s = rng.choice(("c", "0", "2*c")), rng.choice(("d", "c*d", "1"))
    solution = f"({s} - {q})/({p} - ({r}))"
    premise = rng.choice(
        (f"{p}*x + {q} == ({r})*x + {s}", f"({p} - ({r}))*x == {s} - {q}", f"{s} - ({p})*x + ({r})*x == {q}")
    )
    return step(
        "x", "==", solution, "x:real a:real b:real c:real d:real p:positive k:positive u:unit",
        premises=[premise], assumptions=assumptions, solved={"x": solution},
    )  # fmt: skip


def balance(rng: Random) -> dict:
    """The fixed point of a variance recursion."""
    q = rng.choice(("u", "(u*w)"))
    solution = f"s/(1 - {q}**2)"
    k = rng.choice(("1", "2", "c"))
    return step(
        f"({k})*v", "==", f"({k})*{solution}", "v:real u:unit w:unit s:real c:real",
        premises=[f"v == {q}**2*v + s"], solved={"v": solution},
    )  # fmt: skip


def system(rng: Random) -> dict:
    k = rng.choice(("1", "2", "p"))
    goal, value = rng.choice((("x", "(a + b)/2"), (f"{k}*y", f"{k}*(a - b)/2"), ("x*y", "(a**2 - b**2)/4")))
    return step(
        goal, "==", value, "x:real y:real a:real b:real p:positive",
        premises=["x + y == a", "x - y == b"], solved={"x": "(a+b)/2", "y": "(a-b)/2"},
    )  # fmt: skip


def divided(rng: Random) -> dict:
    k, assumptions = rng.choice((("p", []), ("(1-u)", []), ("(a-b)", ["a != b"]), ("p*(1+p)", [])))
    return step(
        "x", "==", "y + c", "x:real y:real c:real a:real b:real p:positive u:unit",
        premises=[f"{k}*x == {k}*y + {k}*c"], assumptions=assumptions, solved={"x": "y + c"},
    )  # fmt: skip


def substituted(rng: Random) -> dict:
    f = rng.choice(("a*(%s)**2 + 1", "(%s)/p", "(%s)*(b - 2)", "p**n*(%s)"))
    value = rng.choice(("b + 1", "a*b", "b/p"))
    return step(
        f % "x", "==", f % value, "x:real a:real b:real p:positive n:natural",
        premises=[f"x == {value}"], solved={"x": value},
    )  # fmt: skip


def fractions(rng: Random) -> dict:
    return step(
        "x", "==", "p*k/(p + k)", "x:positive p:positive k:positive",
        premises=["1/x == 1/p + 1/k"], solved={"x": "p*k/(p+k)"},
    )  # fmt: skip


def zero_product(rng: Random) -> dict:
    factor, assumptions = rng.choice((("p", []), ("(p + x**2)", []), ("(a - b)", ["a != b"])))
    return step(
        "x", "==", "c", "x:real p:positive a:real b:real c:real",
        premises=[f"{factor}*(x - c) == 0"], assumptions=assumptions, solved={"x": "c"},
    )  # fmt: skip


def make(rng: Random) -> dict:
    return rng.choice((linear, linear, balance, system, divided, substituted, fractions, zero_product))(rng)


PROCEDURE = Procedure("solving", make, 0.95)
