"""Laws that hold only under conditions, applied whether these hold or not.

Nothing says beforehand whether such a statement is true.  What the checker proves must survive an exact evaluation at
many points; what it refutes must fail at its witness.
"""

from __future__ import annotations

from random import Random

from .harness import answer, step
from .points import falsified, refuted_at

DOMAINS = ("real", "real", "nonzero", "positive", "nonnegative", "unit", "posint", "natural", "integer")


def small(rng: Random, depth: int = 1) -> str:
    """A small term in the symbols x, y, n, k."""
    if depth == 0 or rng.random() < 0.45:
        return rng.choice(("x", "y", "x", "y", "n", "k", "1", "2"))
    a, b = small(rng, depth - 1), small(rng, depth - 1)
    return rng.choice(("({a}+{b})", "({a}-{b})", "{a}*{b}", "({a})**2", "-{a}", "{a}/({b})", "Abs({a})")).format(
        a=a, b=b
    )


LAWS = [
    ("sqrt(({a})**2)", "{a}"),
    ("sqrt(({a})*({b}))", "sqrt({a})*sqrt({b})"),
    ("sqrt(({a})/({b}))", "sqrt({a})/sqrt({b})"),
    ("sqrt({a})**2", "{a}"),
    ("sqrt(1/({a}))", "1/sqrt({a})"),
    ("1/(sqrt({a})-sqrt({b}))", "(sqrt({a})+sqrt({b}))/({a}-({b}))"),
    ("log(({a})*({b}))", "log({a})+log({b})"),
    ("log(({a})**2)", "2*log({a})"),
    ("log(({a})/({b}))", "log({a})-log({b})"),
    ("log(exp({a}))", "{a}"),
    ("exp(log({a}))", "{a}"),
    ("exp(({a})+({b}))", "exp({a})*exp({b})"),
    ("exp({a})**n", "exp(n*({a}))"),
    ("Abs(({a})*({b}))", "Abs({a})*Abs({b})"),
    ("Abs({a})", "{a}"),
    ("Abs(({a})-({b}))", "({b})-({a})"),
    ("Abs({a})**2", "({a})**2"),
    ("({a})**(n+k)", "({a})**n*({a})**k"),
    ("({a})**(n-k)", "({a})**n/({a})**k"),
    ("(({a})**n)**k", "({a})**(n*k)"),
    ("(({a})*({b}))**n", "({a})**n*({b})**n"),
    ("(({a})**2)**(1/2)", "Abs({a})"),
    ("({a})**(1/2)*({a})**(1/2)", "{a}"),
    ("(-1)**(n+k)", "(-1)**(n-k)"),
    ("(-1)**(2*n+k)", "(-1)**k"),
    ("(-1)**(n*k)", "(-1)**n"),
    ("0**n", "0"),
    ("({a})**0", "1"),
    ("({a})/({a})", "1"),
    ("({a})*({b})/({b})", "{a}"),
    ("1/(1/({a}))", "{a}"),
    ("floor({a}+n)", "floor({a})+n"),
    ("floor({a})+floor(-({a}))", "0"),
    ("ceiling({a})", "floor({a})+1"),
    ("floor({a})", "{a}"),
    ("ceiling({a})", "-floor(-({a}))"),
    ("Min({a},{b})", "{a}"),
    ("Max({a},{b})", "Max({b},{a})"),
    ("Min({a}+n,{b}+n)", "Min({a},{b})+n"),
    ("Max(x*({a}),x*({b}))", "x*Max({a},{b})"),
    ("Min({a},{b})*Max({a},{b})", "({a})*({b})"),
    ("Max({a},{b})-Min({a},{b})", "Abs(({a})-({b}))"),
    ("Piecewise(({a},x>0),({b},True))", "{a}"),
    ("Piecewise(({a},x>0),(-({a}),True))", "Abs({a})"),
    ("Sum({a},(i,1,n))", "n*({a})"),
    ("Sum({a},(i,k,n))", "(n-k+1)*({a})"),
    ("Sum(x**i,(i,0,n))", "(1-x**(n+1))/(1-x)"),
    ("Product({a},(i,1,n))", "({a})**n"),
    ("Limit(({a})**t,t,oo)", "0"),
    ("Limit(({a}+t)/({b}+t),t,oo)", "1"),
    ("Limit(({a})/t,t,oo)", "0"),
    ("Limit(t**2/({b}+t**2*({a})),t,oo)", "1/({a})"),
    ("D(({a})**2,x)", "2*({a})*D({a},x)"),
]
BOUNDS = [
    ("Abs({a}+({b}))", "<=", "Abs({a})+Abs({b})"),
    ("sqrt({a})", ">=", "0"),
    ("exp({a})", ">=", "1+({a})"),
    ("exp({a})", ">", "0"),
    ("log({a})", "<=", "{a}-1"),
    ("floor({a})", "<=", "{a}"),
    ("Min({a},{b})", "<=", "{b}"),
    ("Max({a},{b})", ">=", "0"),
    ("({a})**2", ">=", "{a}"),
    ("({a})*({b})", "<=", "(({a})**2+({b})**2)/2"),
    ("sqrt(({a})*({b}))", "<=", "({a}+({b}))/2"),
    ("({a})**n", ">=", "0"),
    ("({a})**n", ">=", "1+n*({a}-1)"),
    ("2**n", ">=", "n"),
    ("1/({a})", ">", "0"),
    ("{a}+1/({a})", ">=", "2"),
    ("sqrt({a}+({b}))", "<=", "sqrt({a})+sqrt({b})"),
    ("({a})/({b})", "<=", "({a})"),
    ("floor({a})+1", ">", "{a}"),
    ("({a})**2", "!=", "-1"),
    ("{a}", "!=", "{b}"),
]
ASSUMPTIONS = (
    "x > 0",
    "x < 1",
    "x <= y",
    "x != y",
    "y >= 1",
    "x*y > 0",
    "Abs(x) < 1",
    "n >= 2",
    "k <= n",
    "x + y > 0",
    "sqrt(x) >= 1",
    "x**2 < 1",
    "1/x > 0",
    "floor(x) == x",
)
PREMISES = ("x == y", "x**2 == y**2", "x*y == 1", "x == 2*y", "x <= y", "exp(x) == y", "sqrt(x) == y", "x*k == y*k")


def make(rng: Random) -> dict:
    law = rng.choice(LAWS + BOUNDS) if rng.random() < 0.7 else rng.choice(LAWS)
    left, rel, right = law if len(law) == 3 else (law[0], "==", law[1])
    a, b = small(rng), small(rng)
    sides = [s.format(a=a, b=b) for s in (left, right)]
    around = rng.choice(("{}", "{}", "{}", "y*({})", "({}) + x", "({})**2") if rel == "==" else ("{}",))
    domains = {name: rng.choice(DOMAINS) for name in ("x", "y")}
    domains |= {name: rng.choice(("posint", "natural", "natural", "integer")) for name in ("n", "k")}
    symbols = " ".join(f"{n}:{d}" for n, d in domains.items())
    return step(
        around.format(sides[0]), rel, around.format(sides[1]), symbols,
        assumptions=rng.sample(ASSUMPTIONS, rng.choice((0, 0, 1, 2))),
        premises=rng.sample(PREMISES, rng.choice((0, 0, 0, 1))),
    )  # fmt: skip


def judged(seed: str) -> tuple[str, str]:
    """The verdict on the statement with this seed, and what is wrong with the verdict, or nothing."""
    rng = Random(seed)
    case = make(rng)
    found = answer(case)
    wrong = ""
    if found["verdict"] == "proved" and (fails := falsified(case, rng, 60, 600)) is not None:
        wrong = f"proved, and fails at {fails}: {case}"
    if found["verdict"] == "refuted" and (why := refuted_at(case, found["witness"])):
        wrong = f"refuted, but not at {found['witness']} ({why}): {case}"
    return found["verdict"], wrong
