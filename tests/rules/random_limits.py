"""Random sequences and their limits: what the rule says against exact values far out."""

from __future__ import annotations

from fractions import Fraction
from random import Random
from typing import Any

from sgdproofs import Minimum, Sum, eq, index, natural, real
from sgdproofs.advice import Search
from sgdproofs.kernel.conditions import needs
from sgdproofs.kernel.goal import Goal
from sgdproofs.kernel.polynomial import Budget
from sgdproofs.kernel.scope import Contradiction
from sgdproofs.language.terms import INFINITY, Power, number, substituted
from sgdproofs.meaning import Model, NotEvaluable, Undefined, value
from sgdproofs.models import small_values

from .polynomial_value import polynomial_value

FAR = (60, 960)


class Sequences:
    """Random bodies of limits, in an index or near a point."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.N = real(
            "N", **rng.choice(({"at_least": 1}, {"above": Fraction(1, 2)}, {"above": 0}, {"at_least": 2}, {}))
        )
        self.q = real(
            "q",
            **rng.choice(
                (
                    {"above": -1, "below": 1},
                    {"at_least": 0, "below": 1},
                    {"at_least": -1, "below": 1},
                    {"above": -1, "at_most": 1},
                    {},
                    {"above": 1},
                    {"at_least": 0},
                    {"above": 0, "below": 1},
                    {"above": -2, "below": 0},
                )
            ),
        )
        self.c = real("c", **rng.choice(({}, {"above": 0}, {"at_least": 0}, {"below": 0})))
        self.n = natural("n", at_least=rng.choice((0, 1)))
        self.t = index("t", at_least=rng.choice((0, 1, 2)))
        self.k = index("k")

    def factor(self) -> Any:
        rng, t, q, N, c, n = self.rng, self.t, self.q, self.N, self.c, self.n
        return rng.choice(
            (
                lambda: t,
                lambda: t + 1,
                lambda: t**2 + 1,
                lambda: Power(q, t),
                lambda: Power(q, 2 * t),
                lambda: Power(q, t + 1),
                lambda: Power(1 - 1 / N, t),
                lambda: Power(1 - 1 / N, 2 * t),
                lambda: Power(q, t - 1),
                lambda: Power(q, -t),
                lambda: Power(number(2), -t),
                lambda: Power(number(Fraction(1, 2)), t),
                lambda: Power(number(-1), t),
                lambda: Power(number(2), t),
                lambda: Power(q * (1 - 1 / N), t),
                lambda: c,
                lambda: N,
                lambda: number(rng.choice((1, 2, -1, 0))),
                lambda: 1 - Power(q, t),
                lambda: Power(q / 2, t),
                lambda: 1 / (t + 1),
                lambda: t - n,
                lambda: Sum(Power(q, self.k), (self.k, 0, t)),
                lambda: Sum(Power(q, self.k), (self.k, 1, t - 1)),
                lambda: Power(t, n),
                lambda: Minimum(t, n),
                lambda: Power(q, n * t),
                lambda: Power(q, n - t),
                lambda: Power(t + 1, number(-2)),
                lambda: Sum(self.k, (self.k, 1, t)),
                lambda: q * t + c,
                lambda: c * t + 1,
            )
        )()

    def body(self, depth: int) -> Any:
        if depth == 0:
            return self.factor()
        left, right = self.body(depth - 1), self.body(depth - 1)
        return self.rng.choice(
            (
                lambda: left + right,
                lambda: left - right,
                lambda: left * right,
                lambda: left * right,
                lambda: left / right,
                lambda: left / (right + self.rng.choice((1, 2))),
                lambda: left / (self.t + 1),
            )
        )()

    def near(self) -> tuple[Any, Any, Any]:
        """A rational function, its variable, and the point."""
        rng = self.rng
        x = real(
            "x",
            **rng.choice(
                ({}, {"above": 0}, {"at_least": 0}, {"above": 0, "below": 2}, {"above": -1, "below": 1}, {"above": 1})
            ),
        )

        def more(depth: int) -> Any:
            if depth == 0:
                return rng.choice(
                    (
                        x,
                        x,
                        self.c,
                        self.q,
                        self.N,
                        number(1),
                        number(2),
                        x + 1,
                        1 - x,
                        x - self.c,
                        x**2,
                        Power(x, self.n),
                    )
                )
            left, right = more(depth - 1), more(depth - 1)
            return rng.choice(
                (
                    lambda: left + right,
                    lambda: left - right,
                    lambda: left * right,
                    lambda: left / right,
                    lambda: Minimum(left, right),
                )
            )()

        return more(2), x, rng.choice((0, 0, 1, self.c, 2, -1))


def trial(term: Any, reason: Any, seed: int) -> bool | None:
    """Whether a limit was taken, and is right at random points; None where the kernel does not vouch for it."""
    rng = Random(seed)
    statement = eq(term, 0)
    try:
        goal = Goal(statement, reason, (), (), (), Search(), ())
        n = goal.normal(goal.scope)
        if not all(holds for _, holds in needs(n, term, {})):
            return None
        p = n.poly(term, {})
    except (Budget, Contradiction, ZeroDivisionError, RecursionError):
        return None
    if any(a[0].startswith("Limit") for a in p.within()):
        return None
    body, variable, point = term.args
    free = sorted(term.free_symbols, key=str)
    compared = False
    for _ in range(6):
        parameters = {s: rng.choice(small_values(s)) for s in free}
        model = Model(parameters)
        try:
            right = polynomial_value(p, model, goal.scope)[0]
            gaps = []
            for far in FAR:
                at = number(far) if point is INFINITY else point + number(Fraction(1, 10 ** (3 + far // 100)))
                gaps.append(abs(value(substituted(body, {variable: at}), model) - right))
        except NotEvaluable:
            continue
        except Undefined as error:
            if "in a domain" in str(error):
                continue
            raise AssertionError(f"{term} at {parameters}: {error}") from None
        size = max(1, abs(right))
        good = gaps[1] <= size * Fraction(1, 1000) or gaps[1] <= gaps[0] * Fraction(1, 2)
        assert good, (
            f"{term} is said to be {right} at { {str(k): str(v) for k, v in parameters.items()} }, "
            f"off by {[float(g) for g in gaps]}; domains {[s.domain_text() for s in free]}"
        )
        compared = True
    return compared
