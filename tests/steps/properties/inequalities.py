"""Inequalities that are squares in disguise, or that follow from given ones by steps which keep the order."""

from __future__ import annotations

from random import Random

from .harness import Procedure, step


def squares(rng: Random) -> dict:
    """A weighted sum of squares of linear forms, multiplied out, with its terms on two sides."""
    names = rng.choice((("x", "y"), ("x", "y", "z")))
    coefficients: dict[tuple[str, str], int] = {}
    for _ in range(rng.choice((1, 2))):
        weight, form = rng.randint(1, 3), {n: rng.randint(-2, 2) for n in names}
        for m in names:
            for n in names:
                key = (min(m, n), max(m, n))
                coefficients[key] = coefficients.get(key, 0) + weight * form[m] * form[n]
    more = " + ".join(f"{c}*{m}*{n}" for (m, n), c in coefficients.items() if c > 0) or "0"
    less = " + ".join(f"{-c}*{m}*{n}" for (m, n), c in coefficients.items() if c < 0) or "0"
    return step(more, ">=", less, "x:real y:real z:real")


def scaled(rng: Random) -> dict:
    k = rng.choice(("p", "q", "p*q", "(p+q)", "2", "p**2", "(1-u)", "u*p"))
    shift = rng.choice(("", " + x", " - x*y"))
    rel = rng.choice(("<=", "<"))
    if rel == "<" and k in ("q", "p*q"):
        k = "p"
    return step(
        f"{k}*a{shift}", rel, f"{k}*b{shift}", "a:real b:real p:positive q:nonnegative u:unit x:real y:real",
        premises=[f"a {rel} b"],
    )  # fmt: skip


def chained(rng: Random) -> dict:
    k = rng.choice(("2", "p", "(1+p)"))
    return step(
        f"{k}*a + d", "<=", f"{k}*b + e", "a:real b:real d:real e:real p:positive", premises=["a <= b", "d <= e"]
    )


def signs(rng: Random) -> dict:
    lhs, rel, rhs = rng.choice(
        (
            ("u*(1-u)*p", ">", "0"),
            ("(1-u)**2", "<=", "1-u"),
            ("p/(p+q)", "<=", "1"),
            ("p*q + p**2*q", ">=", "0"),
            ("1/(1+p)", "<", "1"),
            ("u**2", "<", "u"),
            ("u*a**2 + (1-u)*b**2", ">=", "0"),
            ("(u*a + (1-u)*b)**2", "<=", "u*a**2 + (1-u)*b**2"),
            ("1/n", "<=", "1"),
            ("(n-1)/n", ">=", "0"),
            ("p + 1/p", ">=", "2"),
            ("n**2", ">=", "n"),
        )
    )
    return step(lhs, rel, rhs, "u:unit p:positive q:nonnegative a:real b:real n:posint")


def weighted(rng: Random) -> dict:
    """Young's inequality with a parameter."""
    k = rng.choice(("p", "2*p", "p**2", "(p+1)"))
    return step("2*x*y", "<=", f"{k}*x**2 + y**2/({k})", "x:real y:real p:positive")


def make(rng: Random) -> dict:
    return rng.choice((squares, squares, scaled, chained, signs, weighted))(rng)


PROCEDURE = Procedure("inequalities", make, 0.75)
