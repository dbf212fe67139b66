"""Limits of rational and geometric expressions, and difference quotients of polynomials."""

from __future__ import annotations

from random import Random

from .harness import Procedure, step


def quotient(rng: Random) -> dict:
    top, bottom = rng.choice(("a", "2", "(a+1)", "p")), rng.choice(("p", "2", "(p+1)", "3"))
    d = rng.choice((1, 2))
    low = rng.choice((" + b", " - 3", ""))
    above = f"{top}*n**{d}{low}" if rng.random() < 0.7 else f"{top}*n**{d} + b*n**{d - 1}"
    below = f"{bottom}*n**{d} + " + rng.choice(("1", "q", "n", "q + 2") if d == 2 else ("1", "q"))
    return step(f"Limit(({above})/({below}),n,oo)", "==", f"{top}/{bottom}", "a:real b:real p:positive q:positive")


def vanishing(rng: Random) -> dict:
    d = rng.choice((1, 2))
    return step(f"Limit(c + a/(n**{d} + q),n,oo)", "==", "c", "a:real c:real q:positive")


def geometric(rng: Random) -> dict:
    q, symbols, assumptions = rng.choice(
        (
            ("r", "r:unit", []),
            ("(1-r)", "r:unit", []),
            ("(1-eta*h)", "eta:positive h:positive", ["eta*h < 2"]),
            ("(1-1/N)", "N:real", ["N > 1/2"]),
            ("(-r)", "r:unit", []),
        )
    )
    k = rng.choice(("t", "(2*t)", "(t+1)"))
    return step(f"Limit(c + d*{q}**{k},t,oo)", "==", "c", f"c:real d:real {symbols}", assumptions=assumptions)


def difference_quotient(rng: Random) -> dict:
    degree = rng.choice((1, 2, 3))
    f = f"a*(%s)**{degree} + b*(%s)"
    quotient = f"({f % ('x+h', 'x+h')} - ({f % ('x', 'x')}))/h"
    return step(f"Limit({quotient},h,0)", "==", f"{degree}*a*x**{degree - 1} + b", "a:real b:real x:real")


def removable(rng: Random) -> dict:
    c = rng.choice(("1", "2", "a"))
    f = rng.choice((("x + 1", "{c} + 1"), ("x**2", "{c}**2"), ("b*x", "b*{c}")))
    return step(f"Limit((x - {c})*({f[0]})/(x - {c}),x,{c})", "==", f[1].format(c=c), "a:real b:real")


def make(rng: Random) -> dict:
    return rng.choice((quotient, vanishing, geometric, difference_quotient, removable))(rng)


PROCEDURE = Procedure("limits", make, 0.9, points=5)
