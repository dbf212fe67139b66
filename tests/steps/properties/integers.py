"""Facts of integers: parity, floor, minimum and maximum, strictness, powers of zero."""

from __future__ import annotations

from random import Random

from .harness import Procedure, step


def parity(rng: Random) -> dict:
    k, m = rng.choice(("n", "n+j", "n*j")), rng.choice(("j", "n", "1", "0"))
    return step(f"(-1)**(2*({k}) + {m})", "==", f"(-1)**({m})", "n:integer j:integer")


def floors(rng: Random) -> dict:
    k = rng.choice(("n", "n + j", "2*n", "n - 1", "n*j"))
    return step(f"floor(x + {k})", "==", f"floor(x) + {k}", "x:real n:integer j:integer")


def strict(rng: Random) -> dict:
    k = rng.choice((1, 2, 3))
    return step(f"{k}*n + {k}", "<=", f"{k}*j", "n:integer j:integer", premises=["n < j"])


def extremes(rng: Random) -> dict:
    k = rng.choice(("c", "n", "(c - 2)"))
    p = rng.choice(("p", "2", "(p+1)"))
    lhs, rhs = rng.choice(
        (
            (f"Min(a + {k}, b + {k})", f"Min(a,b) + {k}"),
            (f"Max({p}*a, {p}*b)", f"{p}*Max(a,b)"),
            ("Max(a,b)", "-Min(-a,-b)"),
            ("Min(a,b) + Max(a,b)", "a + b"),
            ("Min(a,b)*Max(a,b)", "a*b"),
            ("Max(a,b) - Min(a,b)", "Abs(a-b)"),
            ("Max(a,0) + Min(a,0)", "a"),
            ("Max(a,0) - Min(a,0)", "Abs(a)"),
        )
    )
    return step(lhs, "==", rhs, "a:real b:real c:real p:positive n:integer")


def bounds(rng: Random) -> dict:
    lhs, rel, rhs = rng.choice(
        (
            ("Min(a,b)", "<=", "a"),
            ("Max(a,b,c)", ">=", "b"),
            ("floor(x)", "<=", "x"),
            ("floor(x) + 1", ">", "x"),
            ("n**2", ">=", "n"),
            ("2*k", ">=", "k + 1"),
            ("k*(k+1)", ">=", "2"),
            ("1/Min(k,j)", "<=", "1"),
            ("1 - 1/k", ">=", "0"),
            ("ceiling(x)", ">=", "x"),
        )
    )
    return step(lhs, rel, rhs, "a:real b:real c:real x:real n:integer k:posint j:posint")


def zero(rng: Random) -> dict:
    return step(f"0**(k + {rng.choice((0, 1, 2))}) + c", "==", "c", "k:posint c:real")


def make(rng: Random) -> dict:
    return rng.choice((parity, floors, strict, extremes, extremes, bounds, zero))(rng)


PROCEDURE = Procedure("integer facts", make, 0.9)
