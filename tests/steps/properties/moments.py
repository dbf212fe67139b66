"""Moments of weighted sums and polynomials: expectations taken apart by exactly the declared facts."""

from __future__ import annotations

from random import Random

from .harness import Procedure, step


def space(variables: dict, *facts: dict) -> dict:
    return {"vars": variables, "facts": list(facts), "let": {}}


def fact(kind: str, of: object, **more: str) -> dict:
    return {"fact": kind, "of": of, **more}


def polynomial(rng: Random) -> dict:
    """E of a polynomial in X and Y: linear, and products split if they are independent."""
    independent = rng.random() < 0.6
    left, right = [], []
    for _ in range(rng.choice((2, 3))):
        k, i, j = rng.choice(("a", "b", "2", "-3", "a*b")), rng.randint(0, 2), rng.randint(0, 2)
        monomial = "*".join([f"X**{i}"] * (i > 0) + [f"Y**{j}"] * (j > 0)) or "1"
        left.append(f"({k})*{monomial}")
        if monomial == "1":
            right.append(f"({k})")
        elif independent and i and j:
            right.append(f"({k})*E(X**{i})*E(Y**{j})")
        else:
            right.append(f"({k})*E({monomial})")
    facts = [fact("independent", ["X", "Y"])] if independent else []
    random = space({"X": {"type": "scalar"}, "Y": {"type": "scalar"}}, *facts)
    return step(f"E({' + '.join(left)})", "==", " + ".join(right), "a:real b:real", random=random)


def centred(rng: Random) -> dict:
    """Powers of a sum of independent quantities with mean zero."""
    power = rng.choice((2, 3))
    facts = [fact("independent", ["X", "Y"]), fact("mean", "X", value="0")]
    rhs = {
        2: "a**2*E(X**2) + b**2*E(Y**2)",
        3: "a**3*E(X**3) + 3*a**2*b*E(X**2)*E(Y) + b**3*E(Y**3)",
    }[power]
    random = space({"X": {"type": "scalar"}, "Y": {"type": "scalar"}}, *facts)
    return step(f"E((a*X + b*Y)**{power})", "==", rhs, "a:real b:real", random=random)


def weighted(rng: Random) -> dict:
    """The mean and second moment of a weighted sum of an iid sequence."""
    mean = rng.random() < 0.5
    facts = [fact("iid", "g"), fact("mean", "g", value="m"), fact("var", "g", value="s2")]
    random = space({"g": {"type": "seq", "upto": "n"}}, *facts)
    total = "Sum(w(i)*g(i),(i,1,n))"
    shift = rng.choice(("", " + c"))
    if mean:
        lhs, rhs = f"E({total}{shift})", f"m*Sum(w(i),(i,1,n)){shift}"
    else:
        lhs = f"E(({total}{shift})**2)"
        rhs = f"s2*Sum(w(i)**2,(i,1,n)) + (m*Sum(w(i),(i,1,n)){shift})**2"
    return step(lhs, "==", rhs, "n:posint m:bound s2:bound c:real", functions={"w": "real"}, random=random)


def average(rng: Random) -> dict:
    """Moments of an average and of squares."""
    facts = [fact("iid", "g"), fact("mean", "g", value="m"), fact("var", "g", value="s2")]
    random = space({"g": {"type": "seq", "upto": "B"}}, *facts)
    mean = "Sum(g(b),(b,1,B))/B"
    lhs, rhs = rng.choice(
        (
            (f"E(({mean})**2)", "m**2 + s2/B"),
            (f"E(({mean} - m)**2)", "s2/B"),
            (f"E({mean}*g(1))", "m**2 + s2/B"),
            ("E(Sum(g(b)**2,(b,1,B)))", "B*(s2 + m**2)"),
            (f"E(Sum((g(b) - {mean.replace('(b)', '(k)').replace('(b,', '(k,')})**2,(b,1,B)))", "(B-1)*s2"),
            ("E(g(1)**2*Sum(g(b),(b,1,B)))", "E(g(1)**3) + (B-1)*(s2+m**2)*m"),
        )
    )
    return step(lhs, "==", rhs, "B:posint m:bound s2:bound", random=random)


def make(rng: Random) -> dict:
    return rng.choice((polynomial, polynomial, centred, weighted, average))(rng)


PROCEDURE = Procedure("moments of weighted sums", make, 0.95, points=6)
