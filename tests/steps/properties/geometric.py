"""Geometric sums and series with a ratio that is shown not to be one, or to be less than one in size."""

from __future__ import annotations

from random import Random

from .harness import Procedure, step

RATIOS = [  # the ratio, the symbols, the assumptions
    ("r", "r:unit", []),
    ("(1-1/N)", "N:real", ["N > 1/2"]),
    ("(1-eta*h)", "eta:positive h:positive", ["eta*h < 2"]),
    ("(u*v)", "u:unit v:unit", []),
    ("(1/2)", "", []),
    ("(-u)", "u:unit", []),
    ("(1-u)", "u:unit", []),
    ("(b**2)", "b:real", ["b > -1", "b < 1"]),
]


def make(rng: Random) -> dict:
    q, symbols, assumptions = rng.choice(RATIOS)
    k = rng.choice((1, 1, 2))
    ratio = q if k == 1 else f"({q}**2)"
    shift = rng.choice((0, 0, 1, 2))
    c = rng.choice(("c", "1", "(1-c)", "c**2", "3"))
    exponent = f"{k}*k+{shift}" if k != 1 else f"k+{shift}" if shift else "k"
    factor = f"{c}*{q}**{shift}" if shift else c
    symbols += " c:real"
    kind = rng.randrange(4)
    if kind == 0:
        lhs, rhs = f"Sum({c}*{q}**({exponent}),(k,0,n-1))", f"{factor}*(1-{ratio}**n)/(1-{ratio})"
        symbols += " n:natural"
    elif kind == 1:
        lhs = f"Sum({c}*{q}**({exponent}),(k,m,n))"
        rhs = f"{factor}*({ratio}**m-{ratio}**(n+1))/(1-{ratio})"
        symbols, assumptions = symbols + " m:natural n:natural", [*assumptions, "m <= n"]
        if rng.random() < 0.3 and "N" not in symbols:
            assumptions = [a.replace("m <= n", "n >= m") for a in assumptions]
    elif kind == 2:
        lhs, rhs = f"Sum({c}*{q}**({exponent}),(k,0,oo))", f"{factor}/(1-{ratio})"
    else:
        lhs = f"Sum({c}*{q}**({k}*(t-i)),(i,1,t))"
        rhs = f"{c}*(1-{ratio}**t)/(1-{ratio})"
        symbols += " t:natural"
    return step(lhs, "==", rhs, symbols, assumptions=assumptions)


PROCEDURE = Procedure("geometric sums", make, 0.85)
