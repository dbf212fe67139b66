"""Variances and covariances: bilinear, with the terms gone that a declared fact makes zero."""

from __future__ import annotations

from itertools import product
from random import Random

from .harness import Procedure, step
from .moments import fact, space


def combination(rng: Random) -> dict:
    names = ("X", "Y", "Z")
    independent = rng.random() < 0.6
    left, right = ({n: rng.choice(("0", "1", "a", "b", "2", "-1")) for n in names} for _ in range(2))
    parts = []
    for m, n in product(names, names):
        if "0" in (left[m], right[n]) or (independent and m != n):
            continue
        parts.append(f"({left[m]})*({right[n]})*" + (f"Var({m})" if m == n else f"Cov({m},{n})"))
    facts = [fact("independent", list(names))] if independent else []
    random = space({n: {"type": "scalar"} for n in names}, *facts)
    first, second = (" + ".join(f"({k})*{n}" for n, k in side.items()) for side in (left, right))
    return step(f"Cov({first} + 1,{second} - a)", "==", " + ".join(parts) or "0", "a:real b:real", random=random)


def variance(rng: Random) -> dict:
    independent = rng.random() < 0.5
    facts = [fact("independent", ["X", "Y"])] if independent else []
    random = space({"X": {"type": "scalar"}, "Y": {"type": "scalar"}}, *facts)
    k, j = rng.choice(("a", "2", "(a+b)")), rng.choice(("b", "-1", "a"))
    rhs = f"({k})**2*Var(X) + ({j})**2*Var(Y)" + ("" if independent else f" + 2*({k})*({j})*Cov(X,Y)")
    return step(f"Var({k}*X + ({j})*Y + b)", "==", rhs, "a:real b:real", random=random)


def sequence(rng: Random) -> dict:
    kind = rng.choice(("iid", "pairwise_independent", "independent_seq"))
    random = space({"g": {"type": "seq", "upto": "n"}}, fact(kind, "g"), fact("var", "g", value="s2"))
    lhs, rhs = rng.choice(
        (
            ("Var(Sum(w(i)*g(i),(i,1,n)))", "s2*Sum(w(i)**2,(i,1,n))"),
            ("Cov(Sum(w(i)*g(i),(i,1,n)),Sum(v(i)*g(i),(i,1,n)))", "s2*Sum(w(i)*v(i),(i,1,n))"),
            ("Cov(Sum(w(i)*g(i),(i,1,n)),g(1))", "w(1)*s2"),
            ("Var(Sum(g(i),(i,1,n))/n)", "s2/n"),
            ("Var(a*Sum(g(i),(i,1,n)) + g(1))", "a**2*n*s2 + 2*a*s2 + s2"),
            ("Var(g(1) - Sum(g(i),(i,1,n))/n)", "(n-1)*s2/n"),
        )
    )
    return step(lhs, "==", rhs, "n:posint s2:bound a:real", functions={"w": "real", "v": "real"}, random=random)


def equal_covariances(rng: Random) -> dict:
    random = space({"g": {"type": "seq", "upto": "n"}}, fact("equicov", "g"), fact("var", "g", value="s2"))
    random["let"] = {"kappa": "Cov(g(1),g(2))"}
    lhs, rhs = rng.choice(
        (
            ("Var(Sum(g(i),(i,1,n)))", "n*s2 + n*(n-1)*kappa"),
            ("Var(Sum(g(i),(i,1,n))/n)", "kappa + (s2-kappa)/n"),
            ("Cov(g(1),Sum(g(i),(i,1,n)))", "s2 + (n-1)*kappa"),
        )
    )
    return step(lhs, "==", rhs, "n:posint s2:bound", assumptions=["n >= 2"], random=random)


def recursive(rng: Random) -> dict:
    q, k = rng.choice((("b", "1"), ("b", "(1-b)"), ("(1-b)", "b")))
    random = space({"x": {"type": "seq", "upto": "t"}}, fact("iid", "x"), fact("var", "x", value="s2"))
    defs = [{"name": "y", "args": ["t"], "cases": [["t == 0", "0"], ["t >= 1", f"{q}*y(t-1) + {k}*x(t)"]]}]
    lhs, rhs = rng.choice(
        (
            ("Var(y(t))", f"{k}**2*s2*(1-{q}**(2*t))/(1-{q}**2)"),
            ("Var(y(t))", f"{q}**2*Var(y(t-1)) + {k}**2*s2"),
            ("Cov(y(t),x(t))", f"{k}*s2"),
            ("Cov(y(t),y(t-1))", f"{q}*Var(y(t-1))"),
        )
    )
    return step(lhs, "==", rhs, "t:posint s2:bound b:unit", defs=defs, random=random)


def make(rng: Random) -> dict:
    return rng.choice((combination, variance, sequence, equal_covariances, recursive))(rng)


PROCEDURE = Procedure("variance and covariance", make, 0.95, points=6)
