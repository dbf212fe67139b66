"""Finite sums with symbolic ends: shifted, split, reversed, swapped, multiplied out, telescoped."""

from __future__ import annotations

from random import Random

from .harness import Procedure, step


def body(rng: Random, i: str) -> str:
    return rng.choice((f"x({i})", f"a*x({i})", f"x({i})*y({i})", f"x({i})**2", f"{i}*x({i})", f"(x({i}) - a)**2"))


def linear(rng: Random) -> dict:
    f, g, k = body(rng, "i"), body(rng, "i"), rng.choice(("a", "2", "3"))
    g2 = g.replace("(i)", "(j)").replace("i*", "j*")
    return step(f"Sum({k}*{f} - {g},(i,1,n))", "==", f"{k}*Sum({f},(i,1,n)) - Sum({g2},(j,1,n))", "n:natural a:real")


def shifted(rng: Random) -> dict:
    s, f = rng.randint(1, 3), body(rng, "i")
    g = f.replace("(i)", f"(k-{s})").replace("i*", f"(k-{s})*")
    return step(f"Sum({f},(i,1,n))", "==", f"Sum({g},(k,{1 + s},n+{s}))", "n:natural a:real")


def split(rng: Random) -> dict:
    f = body(rng, "i")
    rhs = f"Sum({f},(i,1,m)) + Sum({f},(i,m+1,n))"
    return step(f"Sum({f},(i,1,n))", "==", rhs, "n:natural m:natural a:real", assumptions=["m <= n"])


def reverse(rng: Random) -> dict:
    f = body(rng, "i")
    g = f.replace("(i)", "(n+1-i)").replace("i*", "(n+1-i)*")
    return step(f"Sum({f},(i,1,n))", "==", f"Sum({g},(i,1,n))", "n:natural a:real")


def end(rng: Random) -> dict:
    f = body(rng, "i")
    last = f.replace("(i)", "(n)").replace("i*", "n*")
    return step(f"Sum({f},(i,1,n))", "==", f"{last} + Sum({f},(i,1,n-1))", "n:posint a:real")


def exchanged(rng: Random) -> dict:
    f = rng.choice(("z(i,j)", "x(i)*y(j)", "z(i,j)*x(j)", "a*z(j,i)", "z(i,j)**2"))
    first = f"Sum(Sum({f},(i,1,n)),(j,1,m))"
    return step(first, "==", f"Sum(Sum({f},(j,1,m)),(i,1,n))", "n:natural m:natural a:real")


def squared(rng: Random) -> dict:
    f = rng.choice(("x(i)", "a*x(i)", "x(i)*y(i)"))
    pair = f"({f})*({f.replace('(i)', '(j)')})"
    rhs = f"Sum(({f})**2,(i,1,n)) + Sum(Piecewise(({pair},Ne(i,j)),(0,True)),(i,1,n),(j,1,n))"
    return step(f"Sum({f},(i,1,n))**2", "==", rhs, "n:natural a:real")


def product(rng: Random) -> dict:
    f, g = body(rng, "i"), body(rng, "j")
    return step(
        f"Sum({f},(i,1,n))*Sum({g},(j,1,m))", "==", f"Sum(({f})*({g}),(i,1,n),(j,1,m))", "n:natural m:natural a:real"
    )


def telescope(rng: Random) -> dict:
    s = rng.choice((1, 1, 2))
    f = rng.choice(("x({})", "x({})**2", "{}*x({})", "x({})*y({})"))

    def at(k: str) -> str:
        return f.replace("{}", k)

    step_ = f"{at(f'(i+{s})' if f.startswith('{}') else f'i+{s}')} - {at('i')}"
    ends = [(f"n+{k}", str(k)) for k in range(1, s + 1)]
    rhs = " + ".join(f"{at(f'({a})')} - {at(b)}" for a, b in ends)
    return step(f"Sum({step_},(i,1,n))", "==", rhs, "n:natural")


def centred(rng: Random) -> dict:
    mean = "Sum(x(j),(j,1,n))/n"
    k = rng.choice(("a", "1", "0"))
    return step(
        f"Sum((x(i) - {k})**2,(i,1,n))",
        "==",
        f"Sum((x(i) - {mean})**2,(i,1,n)) + n*({mean} - {k})**2",
        "n:posint a:real",
    )


def powers(rng: Random) -> dict:
    a, b, c = (rng.randint(-3, 3) for _ in range(3))
    rhs = f"({a})*n*(n+1)*(2*n+1)/6 + ({b})*n*(n+1)/2 + ({c})*n"
    return step(f"Sum(({a})*i**2 + ({b})*i + ({c}),(i,1,n))", "==", rhs, "n:natural")


def make(rng: Random) -> dict:
    kinds = (linear, shifted, split, reverse, end, exchanged, squared, product, telescope, centred, powers)
    case = rng.choice(kinds)(rng)
    return {**case, "functions": {"x": "real", "y": "real", "z": "real"}}


PROCEDURE = Procedure("finite sums", make, 0.75)
