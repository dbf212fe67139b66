"""MathML against the term tree: nothing is lost, and a converter that loses something is found out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

import pytest

from sgdproofs.catalogue import load
from sgdproofs.language.derivation import Calc, leaves
from sgdproofs.language.statements import Loops, Relation
from sgdproofs.language.terms import Sum, index, natural, real
from sgdproofs.render import mathml as module
from sgdproofs.render.latex import latex
from sgdproofs.render.mathml import UnknownMath, mathml

from . import structure

N, v, a = natural("N", at_least=1), real("v"), real("a")
i, j = index("i"), index("j")


def statements() -> Iterator[tuple[str, Any]]:
    """Every claim and every line of the catalogue."""
    for entry in load().selected:
        found = [entry.claim]
        for item in leaves(getattr(entry, "proof", ())):
            found += [Relation(item.start, row.rel, row.expr) for row in item.rows] if isinstance(item, Calc) else [
                item.conclusion]
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


def _drop_denominator(reader: Any) -> Any:
    above = reader.argument()
    reader.argument()
    return module._Piece(above, module.OPERAND)


def _drop_exponents(base: Any, below: str, above: str) -> str:
    return f"<msub>{base.xml}{below}</msub>" if below and base.kind != module.LARGE else base.xml


def _drop_sum_signs(piece: Any) -> Any:
    return lambda reader, name: piece(reader, "quad" if name == "sum" else name)


@pytest.mark.parametrize("broken", ["fractions", "exponents", "sums"])
def test_a_broken_converter_is_found_out(broken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The counts differ as soon as the converter drops a fraction, an exponent or a sum."""
    side = 1/(2*N - 1)*Sum(v**2, (i, 1, N)) + (1 - 1/N)**2*a
    assert structure.of_mathml(mathml(latex(side))) == structure.of_term(side)
    if broken == "fractions":
        monkeypatch.setitem(module.COMMANDS, "frac", _drop_denominator)
    elif broken == "exponents":
        monkeypatch.setattr(module, "_with_scripts", _drop_exponents)
    else:
        monkeypatch.setattr(module._Reader, "command", _drop_sum_signs(module._Reader.command))
    seen, wanted = structure.of_mathml(mathml(latex(side))), structure.of_term(side)
    assert seen[broken] < wanted[broken]
    caught = 0
    for statement in STATEMENTS.values():
        try:
            caught += structure.of_mathml(mathml(latex(statement.rhs))) != structure.of_term(statement.rhs)
        except UnknownMath:
            caught += 1
    assert caught > 20


def test_the_rows_of_a_loop_nest(monkeypatch: pytest.MonkeyPatch) -> None:
    nests = [s for s in STATEMENTS.values() if isinstance(s, Loops)]
    assert nests

    def rows(nest: Loops) -> int:
        return sum(e.tag == "mtr" for e in ElementTree.fromstring(mathml(latex(nest))).iter())

    assert {rows(nest) for nest in nests} == {2}
    table = module._Reader.table
    monkeypatch.setattr(module._Reader, "table", lambda reader: re.sub(r"<mtr>.*?</mtr>", "", table(reader), count=1))
    assert {rows(nest) for nest in nests} == {1}


@pytest.mark.parametrize(("tex", "expected"), [
    ("N", "<mi>N</mi>"),
    (r"12 x", "<mrow><mn>12</mn><mo>&#x2062;</mo><mi>x</mi></mrow>"),
    (r"x^12", "<mrow><msup><mi>x</mi><mn>1</mn></msup><mn>2</mn></mrow>"),
    (r"b'_t", "<msubsup><mi>b</mi><mi>t</mi><mo>′</mo></msubsup>"),
    (r"a < b", "<mrow><mi>a</mi><mo>&lt;</mo><mi>b</mi></mrow>"),
    (r"\text{a <b> }", "<mtext>a &lt;b&gt;\u00a0</mtext>"),
    (r"\sqrt[3]{x}", "<mroot><mi>x</mi><mn>3</mn></mroot>"),
    (r"\sqrt{x}", "<msqrt><mi>x</mi></msqrt>"),
])
def test_exact_print(tex: str, expected: str) -> None:
    assert mathml(tex) == f"<math>{expected}</math>"


def test_an_exponent_belongs_to_its_whole_bracket() -> None:
    root = ElementTree.fromstring(re.sub("&#x206[12];", "", mathml("2 (a + b)^2")))
    power = next(root.iter("msup"))
    assert "".join(power[0].itertext()) == "(a+b)"


def test_what_a_listener_needs() -> None:
    assert mathml("N (a + b)").count("&#x2062;") == 1  # times
    assert mathml("f(a + b)").count("&#x2061;") == 1  # of
    assert "&#x2062;" not in mathml(r"\hat g_b[i]")


@pytest.mark.parametrize("tex", [
    r"\foo{x}", r"\frac{1}", "x^", "x}", "{x", r"\left(x", r"x^2^3", r"\begin{tikzpicture}x\end{tikzpicture}", "a)(b]#",
    r"\text{\foo}",
])
def test_what_is_not_understood_is_refused(tex: str) -> None:
    with pytest.raises(UnknownMath):
        mathml(tex)


@pytest.mark.parametrize("tex", ["[0, 1)", "(", "x \\in [0, 1]", "(a", "||x||", r"\left. x \right)"])
def test_odd_brackets_in_prose_are_printed(tex: str) -> None:
    assert ElementTree.fromstring(mathml(tex)).tag == "math"
