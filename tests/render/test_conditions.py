"""What the ledger says of bound indices, and of conditions that hold only close to the point of a limit."""

from __future__ import annotations

from typing import Any

import pytest

from sgdproofs import (
    Derivation,
    Minimum,
    Sum,
    algebra,
    assume,
    definition,
    eq,
    family,
    gt,
    index,
    limit,
    limits,
    natural,
    number,
    product,
    products,
    real,
    recurrence,
    step,
    sums,
)
from sgdproofs.advice import Search
from sgdproofs.kernel.goal import Goal
from sgdproofs.ledger import factored
from sgdproofs.render import article, html, markdown
from sgdproofs.render.sheet import outline
from sgdproofs.verdicts import judge

x, b, t = family("x", first=1), index("b", at_least=1), index("t")
B, N, z, c = natural("B", at_least=1), real("N", at_least=1), real("z", at_least=0), real("c")
above = assume(gt(x[b], 0))
inverse, inverses = Sum(1 / x[b], (b, 1, B)), product(1 / x[b], b, 1, B)


def judged(statement: Any, by: Any, given: tuple = ()) -> Any:
    return judge(Derivation(name="some", claim=statement, given=given, proof=(step(statement, by=by),)))


def ledger(statement: Any, by: Any, given: tuple = ()) -> dict[str, str | None]:
    return {c.text: c.discharged for c in judged(statement, by, given).conditions}


@pytest.mark.parametrize(
    ("statement", "by"),
    [
        (eq(2 * inverse, Sum(2 / x[b], (b, 1, B))), sums),
        (eq(2 * inverses, inverses * 2), products),
    ],
)
def test_a_bound_index_is_said_with_its_range(statement: Any, by: Any) -> None:
    assert ledger(statement, by(above), (above,))["x[b] != 0"] == "1 <= b <= B, x[b] > 0"
    assert ledger(statement, by())["x[b] != 0 if b >= 1, b <= B"] is None


def test_the_sheet_says_the_range() -> None:
    shown = judged(eq(2 * inverse, Sum(2 / x[b], (b, 1, B))), sums(above), (above,))
    open_ = judged(eq(2 * inverse, Sum(2 / x[b], (b, 1, B))), sums())
    assert r"$x_b \neq 0$ (line 1, from $1 \le b \le B$, $x_b > 0$)" in markdown.write(outline([shown], title="T"))
    assert r"$x_b \neq 0 \ \text{for } 1 \le b \le B$ (line 1, **not shown**)" in markdown.write(
        outline([open_], title="T")
    )
    for report in (shown, open_):
        for form in (article, html):
            assert "the range of" not in form.write(outline([report], title="T"))


def test_a_range_that_depends_on_another_index() -> None:
    nested = Sum(Sum(1 / (t - b), (b, 1, t - 1)), (t, 3, 5))
    assert ledger(eq(nested, nested), sums())["t - b != 0"] == "1 <= b <= t - 1, 3 <= t <= 5"


@pytest.mark.parametrize(
    ("statement", "condition", "how"),
    [
        (eq(limit(1 / (t - 3) + 1, t), 1), "t - 3 != 0", "for all large t"),
        (eq(limit(1 / (t + N), t), 0), "t + N != 0", "N >= 1, integer t >= 0"),
        (eq(limit(z / (1 - z) + c, z, 0), c), "1 - z != 0", "for z close to 0"),
        (eq(limit(z / (1 + z), z, 0), 0), "1 + z != 0", "z >= 0"),
        (eq(limit((t - N) / (t - N + 1) - 1, t), 0), "t - N + 1 != 0", "for all large t, from N >= 1"),
    ],
)
def test_what_holds_only_close_to_the_point_of_a_limit(statement: Any, condition: str, how: str) -> None:
    assert ledger(statement, limits())[condition] == how


def test_an_index_of_a_definition_is_said_with_its_domain() -> None:
    y, s = family("y", first=0), index("s", at_least=1)
    update = recurrence(y[s], y[s - 1] / Minimum(s, N), start={0: c})
    assert ledger(eq(y[1], c), definition(update), (update,))["min(s, N) != 0"] == "N >= 1, integer s >= 1"


def test_a_limit_that_exists_is_said_in_words() -> None:
    settles = assume(eq(limit(x[t], t), c))
    said = ledger(eq(limit(2 * x[t], t), 2 * c), limits(settles), (settles,))
    assert "lim[t -> oo] x[t] exists" in " ".join(said) and "exists(" not in " ".join(said)


m = real("m")


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (6 * (1 - m) * (m + 2), "(-6) (m - 1) (m + 2)"),
        (-(1 - m) * (1 - m), "-(m - 1)^2"),
        ((1 - m) * (-m - 2), "(m - 1) (m + 2)"),
        (number(-3) + 2, "-1"),
    ],
)
def test_the_numbers_in_a_spelled_product_are_multiplied(value: Any, said: str) -> None:
    goal = Goal(eq(m, value), algebra(), advisor=Search())
    n = goal.normal(goal.scope)
    assert str(factored(n.poly(value, {}), goal.scope)) == said
