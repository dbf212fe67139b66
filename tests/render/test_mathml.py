"""MathML against the term tree: nothing is lost, and a converter that loses something is found out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

import pytest

from sgdproofs.catalogue import load
from sgdproofs.language.derivation import Calc, leaves
from sgdproofs.language.errors import StatementError
from sgdproofs.language.statements import Loops, Relation
from sgdproofs.language.terms import Sum, index, natural, real
from sgdproofs.render import formula
from sgdproofs.render.latex import latex
from sgdproofs.render.mathml import WRITE, mathml

from . import structure

N, v, a = natural("N", at_least=1), real("v"), real("a")
i, j = index("i"), index("j")


def statements() -> Iterator[tuple[str, Any]]:
    """Every claim and every line of the catalogue."""
    for entry in load().selected:
        found = [entry.claim]
        for item in leaves(getattr(entry, "proof", ())):
            found += (
                [Relation(item.start, row.rel, row.expr) for row in item.rows]
                if isinstance(item, Calc)
                else [item.conclusion]
            )
        for number, statement in enumerate(found):
            if isinstance(statement, Relation):
                yield f"{entry.name}-{number}", statement


STATEMENTS = dict(statements())


@pytest.mark.parametrize("name", STATEMENTS)
def test_every_fraction_exponent_and_sum_is_there(name: str) -> None:
    statement = STATEMENTS[name]
    for side in (statement.lhs, statement.rhs):
        assert structure.of_mathml(mathml(latex(side))) == structure.of_term(side), latex(side)


def test_the_catalogue_has_something_of_each_kind() -> None:
    total = sum((structure.of_relation(s) for s in STATEMENTS.values()), structure.Counter())
    assert all(total[kind] > 20 for kind in ("fractions", "exponents", "sums"))


CARELESS = {
    "fractions": ("fraction", lambda above, below: WRITE[above[0]](*above[1:])),
    "exponents": ("script", lambda base, below, above: WRITE[base[0]](*base[1:])),
    "sums": ("sign", lambda sign: "<mo>+</mo>"),
}


@pytest.mark.parametrize("broken", ["fractions", "exponents", "sums"])
def test_a_broken_converter_is_found_out(broken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The counts differ as soon as the converter drops a fraction, an exponent or a sum."""
    side = 1 / (2 * N - 1) * Sum(v**2, (i, 1, N)) + (1 - 1 / N) ** 2 * a
    assert structure.of_mathml(mathml(latex(side))) == structure.of_term(side)
    monkeypatch.setitem(WRITE, *CARELESS[broken])
    seen, wanted = structure.of_mathml(mathml(latex(side))), structure.of_term(side)
    assert seen[broken] < wanted[broken]
    caught = 0
    for statement in STATEMENTS.values():
        caught += structure.of_mathml(mathml(latex(statement.rhs))) != structure.of_term(statement.rhs)
    assert caught > 20


def test_the_rows_of_a_loop_nest(monkeypatch: pytest.MonkeyPatch) -> None:
    nests = [s for s in STATEMENTS.values() if isinstance(s, Loops)]
    assert nests

    def rows(nest: Loops) -> int:
        return sum(e.tag == "mtr" for e in ElementTree.fromstring(mathml(latex(nest))).iter())

    assert {rows(nest) for nest in nests} == {2}
    table = WRITE["rows"]
    monkeypatch.setitem(WRITE, "rows", lambda *parts: re.sub(r"<mtr>.*?</mtr>", "", table(*parts), count=1))
    assert {rows(nest) for nest in nests} == {1}


@pytest.mark.parametrize(
    ("tex", "expected"),
    [
        ("N", "<mi>N</mi>"),
        (r"12 x", "<mrow><mn>12</mn><mo>&#x2062;</mo><mi>x</mi></mrow>"),
        (r"x^12", "<mrow><msup><mi>x</mi><mn>1</mn></msup><mn>2</mn></mrow>"),
        (r"b'_t", "<msubsup><mi>b</mi><mi>t</mi><mo>′</mo></msubsup>"),
        (r"a < b", "<mrow><mi>a</mi><mo>&lt;</mo><mi>b</mi></mrow>"),
        (r"\text{a <b> }", "<mtext>a &lt;b&gt;\u00a0</mtext>"),
        (r"\sqrt[3]{x}", "<mroot><mi>x</mi><mn>3</mn></mroot>"),
        (r"\sqrt{x}", "<msqrt><mi>x</mi></msqrt>"),
    ],
)
def test_exact_print(tex: str, expected: str) -> None:
    assert mathml(tex) == f"<math>{expected}</math>"


def test_an_exponent_belongs_to_its_whole_bracket() -> None:
    root = ElementTree.fromstring(re.sub("&#x206[12];", "", mathml("2 (a + b)^2")))
    power = next(root.iter("msup"))
    assert "".join(power[0].itertext()) == "(a+b)"


def test_what_a_listener_needs() -> None:
    assert mathml("N (a + b)").count("&#x2062;") == 1  # times
    assert mathml("f(a + b)").count("&#x2061;") == 1  # of
    assert "&#x2062;" not in mathml(r"\hat g_b[i]") and "&#x2062;" not in mathml(r"\partial x")
    assert mathml("2(a + b)(c)").count("&#x2062;") == 2 and "&#x2062;" not in mathml("a + b")
    assert mathml(r"\operatorname{E}\left[x\right] y").count("&#x2062;") == 1


@pytest.mark.parametrize(
    "tex",
    [
        r"\foo{x}",
        r"\frac{1}",
        "x^",
        "x}",
        "{x",
        r"\left(x",
        r"x^2^3",
        r"\begin{tikzpicture}x\end{tikzpicture}",
        "a)(b]#",
        r"\text{a_b}",
        r"\left. x",
        r"\text{\foo}",
    ],
)
def test_what_is_not_understood_is_refused(tex: str) -> None:
    with pytest.raises(StatementError):
        mathml(tex)


@pytest.mark.parametrize("tex", ["[0, 1)", "(", "x \\in [0, 1]", "(a", "||x||", r"\left. x \right)"])
def test_odd_brackets_in_prose_are_printed(tex: str) -> None:
    assert ElementTree.fromstring(mathml(tex)).tag == "math"


COMMANDS = [
    *(rf"a \{name} b" for name in formula.SIGNS),
    *(rf"\{name} x" for name in formula.GREEK),
    *(rf"\{name}{{x}}" for name in formula.ACCENTS),
    *(rf"\{name}{{A b 1 + \mu}}" for name in formula.FONTS),
    *(rf"a \{name}{{+}} b" for name in formula.CLASSES),
    *(rf"\{name}{{ab}} x" for name in formula.TEXTS),
    *(rf"\{name}_x y" for name in formula.OPERATORS),
    *(rf"a\{name} b" for name in formula.SPACES),
    *(rf"\begin{{{name}}}{'{ll}' * (name == 'array')} a & b \\ c \end{{{name}}}" for name in formula.TABLES),
    r"\binom{a}{b}",
    r"\operatorname*{argmin}_x y",
    r"\sum_{\substack{a \\ b}} x",
    r"\text{a $x$ b}",
]


@pytest.mark.parametrize("tex", COMMANDS)
def test_whatever_a_sheet_reads_is_on_the_page_sign_by_sign(tex: str) -> None:
    """The letters and signs of the tree are those of the page, so that no writer knows less than another."""
    seen = "".join(structure.leaves(mathml(tex))).replace("\u00a0", " ").replace(" ", "")
    for sign in "abxy":
        if re.search(rf"(?<![A-Za-z]){sign}(?![A-Za-z])", tex) and "math" not in tex:
            assert sign in seen, seen
    assert seen and "\\" not in seen
