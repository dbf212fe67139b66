"""Recurrences with a closed form: a random solution, and the recurrence that it satisfies."""

from __future__ import annotations

from random import Random

from .harness import Procedure, step


def recursion(name: str, start: str, rule: str) -> list[dict]:
    return [{"name": name, "args": ["t"], "cases": [["t == 0", start], ["t >= 1", rule]]}]


def affine(rng: Random) -> dict:
    q, symbols, assumptions = rng.choice(
        (
            ("q", "q:real", ["q != 1"]),
            ("b", "b:unit", []),
            ("(1-1/N)", "N:nonzero", []),
            ("(1-eta*h)", "eta:positive h:positive", []),
            ("((1-b)**2)", "b:unit", []),
            ("2", "", []),
        )
    )
    c = rng.choice(("c", "(1-b)*c" if "b:" in symbols else "2*c", "c**2", "1"))
    y0 = rng.choice(("y0", "0", "c"))
    rhs = rng.choice((f"{q}**t*({y0}) + {c}*(1-{q}**t)/(1-{q})", f"{c}/(1-{q}) + {q}**t*({y0} - {c}/(1-{q}))"))
    return step(
        "y(t)", "==", rhs, f"t:natural c:real y0:real {symbols}",
        assumptions=assumptions, defs=recursion("y", y0, f"{q}*y(t-1) + {c}"),
    )  # fmt: skip


def polynomial(rng: Random) -> dict:
    a, b, c = (rng.randint(-3, 3) for _ in range(3))
    closed = f"({a})*t**2 + ({b})*t + ({c})"
    rule = f"y(t-1) + ({2 * a})*t + ({b - a})"
    return step("y(t)", "==", closed, "t:natural", defs=recursion("y", str(c), rule))


def geometric(rng: Random) -> dict:
    q, k = rng.choice(("q", "(1-eta*h)", "2", "(-1)")), rng.choice(("w", "3", "w**2"))
    return step(
        "y(t)", "==", f"{k}*{q}**t", "t:natural w:real q:real eta:real h:real", defs=recursion("y", k, f"{q}*y(t-1)")
    )


def unrolled(rng: Random) -> dict:
    b, c = rng.choice((("b", "(1-b)"), ("b", "1"), ("(1-1/N)", "1/N")))
    rhs = f"{c}*Sum({b}**(t-i)*g(i),(i,1,t))"
    symbols = "t:natural " + ("b:unit" if b == "b" else "N:real")
    return step(
        "y(t)", "==", rhs, symbols, functions={"g": "real"}, assumptions=["N > 1"] if b != "b" else [],
        defs=recursion("y", "0", f"{b}*y(t-1) + {c}*g(t)"),
    )  # fmt: skip


def summed(rng: Random) -> dict:
    f = rng.choice(("g(i)", "a*g(i)", "g(i)**2", "i"))
    own = f.replace("(i)", "(t)") if "(" in f else "t"
    return step(
        "y(t)", "==", f"c + Sum({f},(i,1,t))", "t:natural a:real c:real", functions={"g": "real"},
        defs=recursion("y", "c", f"y(t-1) + {own}"),
    )  # fmt: skip


def inductive_step(rng: Random) -> dict:
    """The step of an induction: from the value at t to the value at t + 1."""
    q, c = rng.choice((("q", "c"), ("b", "(1-b)*c"), ("(1-b)", "b*c")))
    closed = f"{c}*(1-{q}**(%s))/(1-{q})"
    return step(
        f"{q}*m + {c}", "==", closed % "t+1", "t:natural m:real c:real b:unit q:real",
        assumptions=["q != 1"], premises=[f"m == {closed % 't'}"], solved={"m": closed % "t"},
    )  # fmt: skip


def make(rng: Random) -> dict:
    return rng.choice((affine, affine, polynomial, geometric, unrolled, summed, inductive_step))(rng)


PROCEDURE = Procedure("recurrences and inductions", make, 0.95)
