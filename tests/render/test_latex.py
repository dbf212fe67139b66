"""What is printed means what was written: the print is read back and evaluated."""

from __future__ import annotations

import itertools
import operator
import random
import re
from fractions import Fraction
from math import prod
from typing import Any

import pytest
import sympy

from sgdproofs.language.errors import StatementError
from sgdproofs.language.functions import (
    Absolute,
    AtMost,
    Both,
    Choice,
    Conditional,
    Either,
    EqualTo,
    Exponential,
    Floor,
    InfiniteSum,
    LessThan,
    Logarithm,
    Negation,
    Product,
    RealPower,
    SquareRoot,
    choice,
    infinite_sum,
    product,
)
from sgdproofs.language.statements import (
    eq,
    function_of,
    ge,
    independent,
    le,
    loops,
    not_determined,
)
from sgdproofs.language.terms import (
    INFINITY,
    Apply,
    Cov,
    E,
    Element,
    Limit,
    Maximum,
    Minimum,
    Negative,
    Parameter,
    Partial,
    Plus,
    Power,
    Quotient,
    Sum,
    Times,
    Var,
    family,
    function,
    index,
    limit,
    natural,
    number,
    positive,
    random_family,
    random_variable,
    real,
    substituted,
    term,
)
from sgdproofs.render.formula import tree
from sgdproofs.render.latex import as_sums, latex, name_latex, refuse_alike
from sgdproofs.render.layout import broken

from .reader import MEANINGS, TOKEN, Point, Reader, Undefined, power, quotient, span

N, v, eta0, rate, other = natural("N", at_least=1), real("v"), real("eta0"), real("rate"), real("mom")
sigma2 = positive("sigma2", latex=r"\sigma_x^2")
b, b2, i, j, t = index("b"), index("b'"), index("i"), index("j"), index("t")
x, g, W = random_family("x"), random_family("ghat", arity=2), family("W", arity=2)
mu, low = random_family("mu", latex=r"\hat\mu"), family("low", latex=r"c_0")
alone = random_variable("z")
f = function("f")

PARAMETERS = (N, v, eta0, rate, other, sigma2, b, b2, i, j, t)
SYMBOLS = {tuple(TOKEN.findall(latex(p))): ("parameter", p.name, 0, 0) for p in PARAMETERS}
SYMBOLS |= {
    tuple(TOKEN.findall(tex)): ("family", name, below, beside)
    for tex, name, below, beside in (
        ("x", "x", 1, 0),
        (r"\hat g", "ghat", 1, 1),
        ("W", "W", 0, 2),
        (r"\hat\mu", "mu", 1, 0),
        ("{c_0}", "low", 1, 0),
        ("z", "z", 0, 0),
    )
}
SYMBOLS |= {(letter,): ("parameter", letter, 0, 0) for letter in "klmnpqrs"}  # for indices that need another name
SYMBOLS[("f",)] = ("function", "f", 0, 0)


def value(node: Any, point: Point) -> Fraction:
    """The value of a term, with the reader's meanings of what is no arithmetic."""

    def of(part: Any) -> Fraction:
        return value(part, point)

    if isinstance(node, sympy.Rational):
        return Fraction(int(node.p), int(node.q))
    if isinstance(node, Parameter):
        return point.values[node.name]
    if isinstance(node, Element):
        return point.element(node.family.name, tuple(map(of, node.indices)))
    if isinstance(node, Plus):
        return sum(map(of, node.args), Fraction(0))
    if isinstance(node, Times):
        result = Fraction(1)
        for part in node.args:
            result *= of(part)
        return result
    if isinstance(node, Negative):
        return -of(node.args[0])
    if isinstance(node, Quotient):
        return quotient(*map(of, node.args))
    if isinstance(node, Power):
        return power(*map(of, node.args))
    if isinstance(node, Minimum):
        return min(map(of, node.args))
    if isinstance(node, Maximum):
        return max(map(of, node.args))
    if isinstance(node, Apply):
        return MEANINGS["f"](*map(of, node.args[1:]))
    if isinstance(node, Partial):
        return MEANINGS["partial"](*map(of, node.args))
    if isinstance(node, Limit):
        body, variable, to = node.args
        far = Fraction(101) if to is INFINITY else of(to)
        return MEANINGS["limit"](value(body, point.with_(variable.name, 3)), far)
    if isinstance(node, Sum):

        def run(ranges: tuple, here: Point) -> Fraction:
            if not ranges:
                places = [here.values[variable.name] for variable, _, _ in node.ranges]
                return Fraction(0) if node.distinct and len(set(places)) < len(places) else value(node.body, here)
            *rest, (variable, first, last) = ranges
            return sum(
                (run(tuple(rest), here.with_(variable.name, k)) for k in span(value(first, here), value(last, here))),
                Fraction(0),
            )

        return run(node.ranges, point)
    if isinstance(node, (Product, InfiniteSum)):
        body, variable, first, *last = node.args
        hidden = index(f"hidden{variable.name[2:]}")  # one for each height
        body = substituted(body, {variable: hidden})
        every = [value(body, point.with_(hidden.name, k)) for k in span(of(first), of(*last) if last else Fraction(5))]
        return prod(every, start=Fraction(1)) if isinstance(node, Product) else sum(every, Fraction(0))
    if isinstance(node, Choice):
        return of(node.args[1] if of(node.args[0]) else node.args[2])
    if isinstance(node, Absolute):
        return abs(of(node.args[0]))
    if isinstance(node, Floor):
        return Fraction(of(node.args[0]) // 1)
    if isinstance(node, (EqualTo, LessThan, AtMost)):
        return Fraction(COMPARED[type(node)](*map(of, node.args)))
    if isinstance(node, (Both, Either)):
        return (min if isinstance(node, Both) else max)(map(of, node.args))
    if isinstance(node, Negation):
        return 1 - of(node.args[0])
    if isinstance(node, RealPower):
        return power(*map(of, node.args))
    return MEANINGS[NAMED.get(type(node), type(node).__name__)](*map(of, node.args))


COMPARED = {EqualTo: operator.eq, LessThan: operator.lt, AtMost: operator.le}
NAMED = {Conditional: "given", SquareRoot: "root", Exponential: "exp", Logarithm: "log"}


def some_index(draw: random.Random) -> Any:
    return draw.choice([b, b2, i, j, t, t - 1, t + 1, 2 * t, Plus(t, number(-1)), term(draw.randint(0, 12))])


def some_term(draw: random.Random, depth: int) -> Any:
    """A random term; nodes are built directly, so that every nesting occurs."""
    if depth == 0 or draw.random() < 0.1:
        return draw.choice(
            [
                N,
                v,
                eta0,
                rate,
                other,
                sigma2,
                b2,
                t,
                alone.__class__(alone.family),
                number(draw.randint(-3, 12)),
                number(Fraction(draw.randint(-5, 5), draw.randint(1, 4))),
                x[some_index(draw)],
                g[some_index(draw)][some_index(draw)],
                W[some_index(draw)][some_index(draw)],
                mu[some_index(draw)],
                low[some_index(draw)],
            ]
        )

    def part() -> Any:
        return some_term(draw, depth - 1)

    kind = draw.choice(
        ["plus"] * 3
        + ["times"] * 4
        + ["negative"] * 2
        + ["quotient"] * 2
        + ["power"] * 2
        + ["sum"] * 2
        + [
            "double",
            "distinct",
            "limit",
            "moment",
            "min",
            "partial",
            "apply",
            "digits",
            "function",
            "function",
            "product",
            "truth",
            "truth",
            "choice",
            "conditional",
            "series",
        ]
    )

    def condition(depth: int = 2) -> Any:
        if depth == 0 or draw.random() < 0.5:
            return draw.choice([EqualTo, LessThan, AtMost])(part(), part())
        return draw.choice(
            [
                lambda: Negation(condition(depth - 1)),
                lambda: Both(condition(depth - 1), condition(depth - 1)),
                lambda: Either(condition(depth - 1), draw.choice([1, 0, condition(depth - 1)])),
            ]
        )()

    match kind:
        case "function":
            return draw.choice([Absolute, Floor, SquareRoot, Exponential, Logarithm])(part())
        case "product":
            return product(part(), draw.choice([b, i]), draw.randint(0, 2), draw.choice([N, Plus(N, term(1)), t]))
        case "series":
            return infinite_sum(part(), draw.choice([b, i]), draw.randint(1, 2))
        case "truth":
            return condition()
        case "choice":
            return choice(condition(1), part(), part())
        case "conditional":
            return Conditional(part(), *(part() for _ in range(draw.randint(1, 2))))
        case "plus":
            return Plus(*(part() for _ in range(draw.randint(2, 3))))
        case "times":
            return Times(*(part() for _ in range(draw.randint(2, 3))))
        case "digits":
            return Times(
                *(
                    draw.choice([term(2), term(10), number(Fraction(1, 2)), Quotient(term(3), term(4)), v])
                    for _ in range(3)
                )
            )
        case "negative":
            return Negative(part())
        case "quotient":
            return Quotient(part(), part())
        case "power":
            exponents = [term(2), term(3), t, number(-1), Plus(t, term(1)), Times(term(2), t)]
            return draw.choice([Power, RealPower])(part(), draw.choice(exponents))
        case "sum":
            return Sum(part(), (draw.choice([b, i]), term(draw.randint(0, 2)), draw.choice([N, Plus(N, term(1)), t])))
        case "double":
            return Sum(part(), (b, term(1), N), (b2, draw.choice([term(1), term(0), t]), draw.choice([N, t])))
        case "distinct":
            third = [(i, term(1), draw.choice([N, b]))] * draw.randint(0, 1)
            return Sum(part(), *third, (b, term(1), N), (b2, term(1), N), distinct=True)
        case "limit":
            return draw.choice([lambda: limit(part(), t), lambda: limit(part(), v, draw.choice([0, 1]))])()
        case "moment":
            return draw.choice([lambda: E(part()), lambda: Var(part()), lambda: Cov(part(), part())])()
        case "min":
            return draw.choice([Minimum, Maximum])(part(), part())
        case "partial":
            return Partial(part(), draw.choice([v, eta0, x[t], W[j][i]]))
        case _:
            return f(part())


def some_point(draw: random.Random, seed: int) -> Point:
    values = {p.name: Fraction(draw.randint(-7, 7), draw.randint(1, 4)) for p in PARAMETERS}
    values |= {name: Fraction(draw.randint(1, 4)) for name in ("N", "b", "b'", "i", "j", "t")}
    return Point(values, seed)


def at(what: Any, point: Point) -> Fraction | None:
    try:
        return what(point)
    except Undefined:
        return None


@pytest.mark.parametrize("seed", range(8))
def test_the_print_means_what_was_written(seed: int) -> None:
    draw = random.Random(f"print {seed}")
    compared, defined = 0, 0
    for number_of_term in range(500):
        node = some_term(draw, draw.randint(1, 4))
        text = latex(node)
        back = Reader(SYMBOLS).read(text)
        for place in range(2):
            point = some_point(draw, number_of_term * 10 + place)
            written, printed = at(lambda p, n=node: value(n, p), point), at(back, point)
            compared += 1
            defined += written is not None
            assert written == printed, f"{node}\nprints as\n{text}"
    # Most of the comparisons are of numbers, not of two undefined values.
    assert defined > 0.6 * compared


def test_different_terms_print_differently() -> None:
    """All small terms over a few leaves: equal prints have equal values everywhere."""
    leaves = [v, rate, other, term(2), number(-1), number(Fraction(1, 2)), sigma2, x[t]]
    small = [node(a, c) for node in (Plus, Times, Quotient, Power, Minimum) for a in leaves for c in leaves]
    small += [node(a) for node in (Negative, E, Var) for a in leaves]
    small += [Sum(a, (b, term(1), N)) for a in leaves] + [limit(a, t) for a in leaves]
    draw = random.Random("different")
    large = [
        node(a, c)
        for node in (Plus, Times, Quotient, Power)
        for a, c in itertools.chain(
            zip(draw.sample(small, 300), draw.choices(leaves, k=300), strict=True),
            zip(draw.choices(leaves, k=300), draw.sample(small, 300), strict=True),
        )
    ]
    prints: dict[str, list[Any]] = {}
    for node in dict.fromkeys([*leaves, *small, *large]):
        prints.setdefault(latex(node), []).append(node)
    assert len(prints) > 2000
    points = [some_point(draw, k) for k in range(6)]
    for text, nodes in prints.items():
        values = {tuple(at(lambda p, n=node: value(n, p), point) for point in points) for node in nodes}
        assert len(values) == 1, f"{text} is the print of {nodes}"


@pytest.mark.parametrize(
    ("name", "tex"),
    [
        ("N", "N"),
        ("eta", r"\eta"),
        ("eta0", r"\eta_0"),
        ("Sigma1", r"\Sigma_1"),
        ("sigma_x", r"\sigma_x"),
        ("rate", r"\mathrm{rate}"),
        ("ghat", r"\hat g"),
        ("muhat", r"\hat\mu"),
        ("b'", "b'"),
        ("x12", "x_{12}"),
        ("eta_0", r"\mathrm{eta\_0}"),
        ("sigma_x_2", r"\sigma_{x,2}"),
        ("sigma_x2", r"\sigma_{x_2}"),
        ("learning_rate", r"\mathrm{learning}_{\mathrm{rate}}"),
        ("_", r"\mathrm{\_}"),
        ("Alpha", r"\mathrm{Alpha}"),
        ("μ", r"\mathrm{{[03BC]}}"),
    ],
)
def test_names(name: str, tex: str) -> None:
    assert name_latex(name) == tex


def test_different_names_print_differently() -> None:
    parts = ["x", "xy", "eta", "g", "hat", "0", "1", "10", "_", "'", "a", "b"]
    names = {"".join(p) for n in range(1, 5) for p in itertools.product(parts, repeat=n)}
    names = {name for name in names if name.replace("'", "").isidentifier()}
    assert len(names) > 5000
    prints: dict[str, str] = {}
    for name in sorted(names):
        seen = prints.setdefault(_as_seen(name_latex(name)), name)
        assert seen == name, f"{seen} and {name} both print as {name_latex(name)}"


def _as_seen(tex: str) -> str:
    """What the eye sees: braces around one sign and spaces after commands do not show."""
    return tex.replace(" ", "").replace("{", "").replace("}", "") if "mathrm" not in tex else tex


B = natural("B", at_least=1)
mean = family("g", latex="g[#1]")


@pytest.mark.parametrize(
    ("node", "tex"),
    [
        ((1 - 1 / N) ** 2 * v, r"\left(1 - \frac{1}{N}\right)^2 v"),
        (term(-2) / N + 1 / N**2, r"\frac{-2}{N} + \frac{1}{N^2}"),
        (N / N, r"\frac{N}{N}"),
        (v * 2 * 3, r"v \cdot 2 \cdot 3"),
        (2 * v, "2 v"),
        (v * (N * eta0), r"v (N \eta_0)"),
        (2 * (-v), "2 (-v)"),
        (-v * N, "-v N"),
        (-(v * N), "-v N"),
        (v - (N - 1), "v - (N - 1)"),
        (1 / N * x[t], r"\frac{1}{N} x_t"),
        ((1 / N) ** 2, r"\left(\frac{1}{N}\right)^2"),
        ((-v) ** 2, "(-v)^2"),
        ((v * N) ** 2, "(v N)^2"),
        ((v**2) ** 3, r"\left(v^2\right)^3"),
        (sigma2**2, r"\left(\sigma_x^2\right)^2"),
        (rate * other, r"\mathrm{rate} \cdot \mathrm{mom}"),
        (Times(term(2), number(Fraction(1, 2))), r"2 \cdot \frac{1}{2}"),
        (mu[t - 1], r"\hat\mu_{t-1}"),
        (g[b][i], r"\hat g_b[i]"),
        (W[j, i], "W[j,i]"),
        (mean[i], "g[i]"),
        (low[t], "{c_0}_t"),
        (Sum(g[b][i] - mean[i], (b, 1, B)), r"\sum_{b=1}^{B} (\hat g_b[i] - g[i])"),
        (Sum(g[b][i], (b, 1, B)) - mean[i], r"\sum_{b=1}^{B} \hat g_b[i] - g[i]"),
        (Sum(x[b], (b, 1, B)) * v, r"\left(\sum_{b=1}^{B} x_b\right) v"),
        (v * Sum(x[b], (b, 1, B)), r"v \sum_{b=1}^{B} x_b"),
        (Sum(x[b] * x[b2], (b2, 1, B), (b, 1, B)), r"\sum_{b,b'=1}^{B} x_b x_{b'}"),
        (
            Sum(x[b] * x[b2], (b2, 1, B), (b, 1, B), distinct=True),
            r"\sum_{\substack{b,b'=1 \\ b' \neq b}}^{B} x_b x_{b'}",
        ),
        (Sum(x[b] * x[b2], (b, 1, b2), (b2, 1, B)), r"\sum_{b'=1}^{B} \sum_{b=1}^{b'} x_b x_{b'}"),
        (E(x[t] * x[t - 1]), r"\operatorname{E}\left[x_t x_{t-1}\right]"),
        (Cov(x[t], v), r"\operatorname{Cov}\left[x_t, v\right]"),
        (limit(Var(mu[t]), t), r"\lim_{t \to \infty} \operatorname{Var}\left[\hat\mu_t\right]"),
        (limit(v * N, v, 0), r"\lim_{v \downarrow 0} v N"),
        (Minimum(t, N), r"\min(t, N)"),
        (Partial(f(v), v), r"\frac{\partial f(v)}{\partial v}"),
        (function("loss", latex=r"\ell")(), r"\ell"),
        (function("loss", latex=r"\ell^1")() ** 2, r"\left(\ell^1\right)^2"),
        (Partial(v**2, v), r"\frac{\partial}{\partial v} \left(v^2\right)"),
        (eq(x[t], v).given(ge(t, 1), le(t, N)), r"x_t = v \quad \text{for } 1 \le t \le N"),
        (eq(x[t], v).given(ge(t, 1), le(N, 7)), r"x_t = v \quad \text{for } t \ge 1 \text{ and } N \le 7"),
        (independent(g[b], g[b2]), r"\hat g_b \text{ and } \hat g_{b'} \text{ are independent}"),
        (function_of(mu[t], x), r"\hat\mu_t \text{ is a function of } x_1, \dots, x_t"),
        (not_determined(v, N, {}, {}), r"v \text{ is not determined by } N"),
    ],
)
def test_exact_prints(node: Any, tex: str | None) -> None:
    if tex is not None:
        assert latex(node) == tex


def test_loops_print_as_loops_and_as_sums() -> None:
    nest = loops(((b, 1, B), (i, 1, N), (j, 1, N)), W[j, i], 1 / B * g[b][i] * x[j])
    assert latex(nest) == (
        r"\begin{array}{l} \textbf{for } b = 1, \dots, B,\; i = 1, \dots, N,\; j = 1, \dots, N \text{:} \\"
        r" \quad W[j,i] \mathrel{+}= \frac{1}{B} \hat g_b[i] x_j \end{array}"
    )
    assert latex(as_sums(nest)) == (
        r"W[j,i] = \sum_{b=1}^{B} \frac{1}{B} \hat g_b[i] x_j"
        r" \quad \text{for } 1 \le i \le N \text{ and } 1 \le j \le N"
    )


def test_an_index_as_superscript_is_a_pattern() -> None:
    of_batch = random_family("gB", latex=r"\hat g^{#1}")
    assert latex(of_batch[B]) == r"\hat g^{B}"
    assert latex(of_batch[B] ** 2) == r"\left(\hat g^{B}\right)^2"


@pytest.mark.parametrize("tex", [r"\hat g^", "g_", "{g", ""])
def test_incomplete_latex_is_refused(tex: str) -> None:
    with pytest.raises(StatementError, match="is not complete"):
        latex(random_family("g", latex=tex)[t])


def test_what_is_no_term_is_refused() -> None:
    with pytest.raises(StatementError, match="has no LaTeX"):
        latex(sympy.Symbol("y") + 1)


@pytest.mark.parametrize(
    "tex",
    [
        "a+b",
        "2",
        "2x",
        r"a \\ 1=2",
        "a%",
        "a & b",
        "a = b",
        r"a \le b",
        r"a \cdot b",
        "a_{b % c}",
        "",
        "$a$",
        "a, b = c",
        r"\begin{array}{l} a \end{array}",
        r"a \text{ is }",
        "{a+b}",
        r"\frac{a}{b}",
        r"\sum",
        r"\mathrm{a+b}",
        r"\hat{a+b}",
        r"\min",
        r"\infty",
        "x y",
        r"x\ y",
        "a(b)",
        "a|b",
        "a[1]",
        r"\mu\nu",
        r"\foo",
        r"\input{secret}",
        r"\def\x{y}",
        r"\color{white}x",
        r"\phantom{x}",
        r"\mathrm{}",
        "{}",
        "x}{",
        r"\left(",
        r"\hspace{-3em}x",
        r"\sqrt{a+b}",
        r"\mathrm{x_y}",
    ],
)
def test_declared_latex_is_that_of_one_symbol(tex: str) -> None:
    with pytest.raises(StatementError, match=r"not (complete|that of one symbol)"):
        latex(real("c", latex=tex))


@pytest.mark.parametrize(
    "tex",
    [
        r"\sigma_{\hat\mu,\infty}^2",
        r"\mathcal{L}",
        r"\sqrt{\Delta t}",
        r"W.\mathrm{grad}",
        r"a_{i+1}",
        r"\ell'",
        r"{x}",
        r"\left(x\right)",
        r"\Delta t",
        r"\operatorname{tr}",
    ],
)
def test_latex_of_one_symbol_is_kept(tex: str) -> None:
    assert latex(real("c", latex=tex)) == tex


@pytest.mark.parametrize(
    ("tex", "power"),
    [
        (r"\Delta t", r"(\Delta t)^2"),
        ("{x^2}", r"\left({x^2}\right)^2"),
        ("x'", "(x')^2"),
        ("x_{a^2}", "x_{a^2}^2"),
    ],
)
def test_an_exponent_is_that_of_the_whole_symbol(tex: str, power: str) -> None:
    assert latex(real("c", latex=tex) ** 2) == power


def test_a_derivative_reaches_over_its_bracket_only() -> None:
    assert latex(Partial(v * v, v) * N) == r"\left(\frac{\partial}{\partial v} (v v)\right) N"


@pytest.mark.parametrize(
    "alike",
    [
        (real("a", latex=r"\hat\mu"), real("b", latex=r"\widehat{\mu}")),
        (real("a", latex="x_1^2"), real("b", latex="x^2_1")),
        (real("a", latex=r"\mathit{x}"), real("x")),
        (real("a", latex=r"\mathrm{x}"), real("x")),
        (real("x1"), family("x")[1]),
        (real("a", latex=r"\Delta t"), real("b", latex=r"\Delta")),
    ],
)
def test_symbols_that_look_alike_are_refused(alike: tuple[Any, Any]) -> None:
    with pytest.raises(StatementError, match=r"would (both )?be printed"):
        refuse_alike(alike)
    refuse_alike(alike[:1] * 2)


@pytest.mark.parametrize("room", [5.0, 9.0, 22.0])
def test_a_formula_in_rows_means_what_was_written(room: float) -> None:
    """Each row can be read by itself, and all of them together are the formula; nothing goes on for ever."""
    draw = random.Random(f"rows {room}")
    several = 0
    for number_of_term in range(300):
        node = some_term(draw, draw.randint(3, 4))
        rows = broken(latex(node), room)
        several += len(rows) > 1
        for row in rows:
            tree(row)
        joined = re.sub(r"\\left\. | \\right\.|\{\} ", "", " ".join(rows))
        back = Reader(SYMBOLS).read(joined)
        point = some_point(draw, number_of_term)
        assert at(lambda p, n=node: value(n, p), point) == at(back, point), rows
    assert several > 25


def test_a_row_that_cannot_be_shorter_ends() -> None:
    tex = r"\left|\operatorname{E}\left[v \frac{3}{4} \frac{3}{4}\right]\right|"
    assert broken(tex, 5.0)[-1].endswith(r"\frac{3}{4}\right]\right|")


def test_a_very_long_formula_is_broken_in_time() -> None:
    tex = " + ".join(f"x_{{{k}}} v" for k in range(1500))
    rows = broken(tex, 30.0)
    assert len(rows) > 150 and re.sub(r"\{\} ", "", " ".join(rows)) == tex
