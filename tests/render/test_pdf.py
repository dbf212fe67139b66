"""The PDF without LaTeX: nothing of a formula is lost on the way to the page, everything can be heard, nothing runs
into the margin, and the same sheet gives the same bytes."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typst

from sgdproofs.catalogue import load
from sgdproofs.language.derivation import leaves
from sgdproofs.language.errors import StatementError
from sgdproofs.language.statements import Loops, Relation
from sgdproofs.render import formula, html, pdf
from sgdproofs.render.formula import counts, spoken, tree
from sgdproofs.render.latex import latex
from sgdproofs.render.outline import Formula, Paragraph, Row, Sheet
from sgdproofs.render.sheet import outline
from sgdproofs.render.words import Math, Text

from . import handmade, structure

# --- from the term to the tree ---------------------------------------------------------------------------


def statements() -> Iterator[tuple[str, Relation]]:
    """Every line, claim and fact of the catalogue that is a relation."""
    for entry in load().selected:
        every = [entry.claim, *(item.conclusion for item in leaves(getattr(entry, "proof", ())))]
        every += [getattr(fact, "relation", None) for fact in entry.given]
        for number, statement in enumerate(every):
            if isinstance(statement, Relation) and not isinstance(statement, Loops):
                yield f"{entry.name}-{number}", statement


STATEMENTS = dict(statements())


def wanted(side: Any) -> dict[str, int]:
    found = structure.of_term(side)
    return {kind: found[kind] for kind in ("fractions", "exponents", "sums")}


def seen(node: Any) -> dict[str, int]:
    found = counts(node)
    return {"fractions": found["fraction"], "exponents": found["power"], "sums": found["sum"]}


@pytest.mark.parametrize("name", STATEMENTS)
def test_no_fraction_power_or_sum_is_lost_between_the_term_and_the_tree(name: str) -> None:
    for side in (STATEMENTS[name].lhs, STATEMENTS[name].rhs):
        assert seen(tree(latex(side))) == wanted(side), latex(side)


def test_the_catalogue_has_what_is_counted() -> None:
    total = sum((structure.of_relation(s) for s in STATEMENTS.values()), Counter())
    assert min(total["fractions"], total["exponents"], total["sums"]) > 30


@pytest.mark.parametrize("lost", ["fractions", "exponents", "sums"])
def test_a_reader_that_loses_something_is_caught(lost: str, monkeypatch) -> None:
    prints = [(wanted(s.rhs), latex(s.rhs)) for s in STATEMENTS.values()]
    tree.cache_clear()
    command, scripts = formula._Reader.command, formula._Reader.scripts

    def careless_command(self: Any, name: str) -> Any:
        found = command(self, name)
        if lost == "fractions" and name == "frac":
            return found[1]
        return ("space", 0.0) if lost == "sums" and name == "sum" else found

    def careless_scripts(self: Any, base: Any) -> Any:
        found = scripts(self, base)
        return (*found[:3], None) if lost == "exponents" else found

    monkeypatch.setattr(formula._Reader, "command", careless_command)
    monkeypatch.setattr(formula._Reader, "scripts", careless_scripts)
    caught = sum(seen(tree(print)) != term for term, print in prints if term[lost])
    tree.cache_clear()
    assert caught == sum(bool(term[lost]) for term, _ in prints) > 0


# --- from the tree to what Typst sets --------------------------------------------------------------------


def sheet() -> Sheet:
    return outline([*handmade.every(), handmade.very_long()], title="A sheet")


def formulas(data: Any) -> Iterator[tuple[str, Any]]:
    """Every formula in the data of the template: its plain words and its tree."""
    if isinstance(data, dict):
        if "math" in data:
            yield data["alt"], data["math"]
        else:
            for value in data.values():
                yield from formulas(value)
    elif isinstance(data, list):
        for value in data:
            yield from formulas(value)


def compiler(data: dict[str, Any], template: Path) -> typst.Compiler:
    return typst.Compiler(
        template, root=template.parent, ignore_system_fonts=True, sys_inputs={"data": json.dumps(data)}
    )


def of_content(content: Any) -> Counter[str]:
    """The same counts of the content that Typst sets, as it tells it."""
    found: Counter[str] = Counter()
    if isinstance(content, list):
        return sum(map(of_content, content), found)
    if not isinstance(content, dict):
        return found
    kind = content.get("func")
    if kind == "frac":
        found["fraction"] += 1
    elif kind == "attach" and "t" in content:
        base = content["base"].get("func")
        primes = set(re.findall(r'"text": "([^"]*)"', json.dumps(content["t"], ensure_ascii=False))) <= {"′"}
        found["power"] += base not in ("limits", "op") and not primes
    elif kind == "symbol" and content["text"] == "∑":
        found["sum"] += 1
    elif kind == "linebreak":
        found["break"] += 1
    elif kind == "mat":
        found["break"] += len(content["rows"]) - 1
    elif kind in ("root", "accent"):
        found[kind] += 1
    return sum((of_content(value) for value in content.values()), found)


def of_tree(node: Any) -> Counter[str]:
    found = counts(node)
    rows = [part for part in nodes(node) if part[0] == "rows"]
    return +Counter(
        fraction=found["fraction"],
        power=found["power"],
        sum=found["sum"],
        root=found["root"],
        accent=found["accent"],
        **{"break": sum(len(part[2]) - 1 for part in rows)},
    )


def nodes(node: Any) -> Iterator[Any]:
    yield node
    for part in formula.parts(node):
        yield from nodes(part)


def compared(template: Path) -> tuple[Counter[Any], Counter[Any]]:
    """Every formula with its counts: as it is given to the template, and as Typst sets it."""
    data = pdf.data(sheet())
    given = Counter((alt, tuple(sorted(of_tree(node).items()))) for alt, node in formulas(data))
    # Trees as JSON: tuples and lists are the same to the template.
    content = json.loads(compiler(json.loads(json.dumps(data)), template).query("math.equation"))
    made = Counter((one["alt"], tuple(sorted((+of_content(one["body"])).items()))) for one in content)
    return given, made


def test_every_formula_is_set_with_all_its_parts_and_its_words() -> None:
    given, made = compared(pdf.TEMPLATE)
    assert given == made and sum(given.values()) > 150
    kinds = {kind for _, parts in given for kind, _ in parts}
    assert kinds == {"fraction", "power", "sum", "accent", "break"}


@pytest.mark.parametrize(
    ("part", "careless"),
    [
        ("math.frac(node(n.at(1)), node(n.at(2)))", "node(n.at(1))"),
        ("math.attach(set-base, t: above)", "set-base"),
        (".join(linebreak())", ".first()"),
        ("math.mat(..rows,", "math.mat(rows.first(),"),
    ],
)
def test_a_template_that_loses_a_part_is_caught(part: str, careless: str, tmp_path: Path) -> None:
    text = pdf.TEMPLATE.read_text(encoding="utf-8")
    assert text.count(part) == 1
    (tmp_path / "handout.typ").write_text(text.replace(part, careless), encoding="utf-8")
    given, made = compared(tmp_path / "handout.typ")
    assert given != made


@pytest.mark.parametrize(("tex", "plain"), [
    (r"\left. s \frac{a}{b} y[i] \right.", r"s \frac{a}{b} y[i]"),
    (r"\left. s \frac{a}{b} y[i] \right)", r"\left( s \frac{a}{b} y[i] \right)"),
    (r"\left( s \frac{a}{b} y[i] \right.", r"\left( s \frac{a}{b} y[i] \right)"),
])  # fmt: skip
def test_a_row_inside_of_brackets_keeps_the_size_of_its_own(tex: str, plain: str) -> None:
    assert signs_of(tex) <= signs_of(plain)


def signs_of(tex: str) -> set[str]:
    """The outlines of the signs with which a formula is set: a stretched bracket is another sign."""
    one = pdf.data(Sheet("", "", (Formula(Row("", "", tex)),)))
    (page,) = [compiler(json.loads(json.dumps(one)), pdf.TEMPLATE).compile(format="svg")]
    return set(re.findall(r'<symbol id="[^"]*"[^>]*>(.*?)</symbol>', page.decode(), re.S))


def test_every_line_of_every_derivation_is_there_once() -> None:
    data = pdf.data(sheet())
    numbers = [line["number"] for block in calculations(data["blocks"]) for line in block["lines"] if "number" in line]
    reports = [*handmade.every(), handmade.very_long()]
    expected = [line.number for report in reports if hasattr(report.subject, "proof") for line in report.lines]
    assert sorted(n for n in numbers if n is not None) == sorted(expected)


def calculations(blocks: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for block in blocks:
        if block["kind"] == "calculation":
            yield block
        for key in ("blocks", "one", "other"):
            yield from calculations(block.get(key, []))


# --- the file --------------------------------------------------------------------------------------------


def test_the_file_is_tagged_and_says_its_title_and_language() -> None:
    made = pdf.write(Sheet("A title: α & <b>", "Solutions", (Paragraph((Text("Text."),)),)), stamp=1_000_000_000)
    assert b"pdfuaid:part>1<" in made and b"/Lang" in made and b"/MarkInfo" in made
    assert "A title: α &amp; &lt;b>: Solutions".encode() in made or b"A title: \xce\xb1 &amp; &lt;b&gt;" in made
    assert b"2001-09-09" in made


def test_the_same_sheet_gives_the_same_bytes() -> None:
    first = pdf.write(sheet(), stamp=0)
    assert first == pdf.write(sheet(), stamp=0) != pdf.write(sheet(), stamp=86400)
    assert pdf.write(sheet()) == pdf.write(sheet())


def test_text_is_never_read_as_a_document() -> None:
    nasty = '#panic() *a* _b_ `c` $d$ \\e "f" // g /* h */ <i> @j = k #{ [ ( ~ -- ...'
    row = Row("x", "=", r"\text{\#panic() *a*}")
    made = Sheet(nasty, nasty, (Paragraph((Text(nasty), Math("x"))), Formula(row)), course=nasty, date=nasty)
    data = json.loads(json.dumps(pdf.data(made)))
    content = compiler(data, pdf.TEMPLATE).query("math.equation")
    assert "#panic() *a*" in content
    assert pdf.write(made).startswith(b"%PDF")


def test_signs_that_no_font_has_are_named_and_none_turns_the_text_around(tmp_path: Path) -> None:
    nasty = "a \U0001f642 \u4e2d b \u202e cd \x07 \u200b \u00a0e"
    made = pdf.write(Sheet(nasty, "", (Paragraph((Text(nasty),)),), course=nasty))
    (tmp_path / "a.pdf").write_bytes(made)
    if shutil.which("pdftotext"):
        text = subprocess.run(["pdftotext", tmp_path / "a.pdf", "-"], capture_output=True, text=True, check=True).stdout
        assert "a [U+1F642] [U+4E2D] b [U+202E] cd [U+0007] [U+200B]" in text
    html_page = html.write(Sheet(nasty, "", ()))
    assert "\u202e" not in html_page and "\u00a0e" in html_page


needs_poppler = pytest.mark.skipif(
    shutil.which("pdftotext") is None, reason="pdftotext is missing: apt-get install poppler-utils"
)
LEFT, RIGHT, MM = 20.0, 190.0, 72 / 25.4


@needs_poppler
def test_nothing_runs_into_the_margin(tmp_path: Path) -> None:
    terms = " + ".join(rf"\frac{{a_{{{k}}}}}{{b_{{{k}}}}} \left(x_{{{k}}} - y_{{{k}}}\right)^2" for k in range(40))
    product = " ".join(rf"\left(1 - \frac{{1}}{{N_{{{k}}}}}\right)" for k in range(30))
    wide = rf"\operatorname{{E}}\left[{' '.join(['x'] * 150)}\right]"
    more = tuple(
        Formula(Row(left, "=", right, r"\text{for all } t \ge 0"), boxed)
        for boxed in (False, True)
        for left, right in (("s", terms), (terms, "s"), (product, product), ("y", wide), (wide, "y"))
    )
    whole = outline([*handmade.every(), handmade.very_long()], title="A sheet")
    path = tmp_path / "sheet.pdf"
    path.write_bytes(pdf.write(Sheet("A sheet", "", (*more, *whole.blocks))))
    ran = subprocess.run(["pdftotext", "-bbox", str(path), "-"], capture_output=True, check=True, text=True)
    word = r'<word xMin="([\d.-]+)" yMin="[\d.-]+" xMax="([\d.-]+)" yMax="[\d.-]+">(.*?)</word>'
    boxes = [(float(a), float(b), text) for a, b, text in re.findall(word, ran.stdout)]
    assert len(boxes) > 1000
    outside = [box for box in boxes if box[0] < LEFT * MM - 1.5 or box[1] > RIGHT * MM + 1.5]
    assert not outside


def test_the_template_and_the_widths_agree() -> None:
    text = pdf.TEMPLATE.read_text(encoding="utf-8")
    assert f"#let reason-width = {pdf.REASON}em" in text and f"#let number-width = {pdf.NUMBER}em" in text
    assert f"margin: (x: {LEFT:g}mm," in text
    assert pytest.approx((RIGHT - LEFT) * MM / 10, abs=0.7) == pdf.LINE
    assert "@preview" not in text and "import" not in text


# --- in plain words --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tex", "said"),
    [
        (r"\left(1 - \frac{1}{N}\right)^2 v", "(1 minus 1 over N) squared v"),
        (r"\frac{a + b}{c}", "(a plus b) over c"),
        (r"\operatorname{Var}\left[\hat\mu_{t-1}\right] \ge 0", "the variance of [mu hat sub t minus 1] is at least 0"),
        (r"\sum_{b=1}^{B} \hat g_b[i]", "the sum over b equals 1 to B of g hat sub b [i]"),
        (r"\lim_{t \to \infty} y_t", "the limit as t to infinity of y sub t"),
        (r"x^{n + 1} \neq \sqrt{y}", "x to the power (n plus 1) is not the square root of y"),
        (r"b' \in \mathbb{Z}", "b prime in Z"),
        (r"\text{for all } t \ge 0", "for all t is at least 0"),
        (r"W[j,i] \mathrel{+}= \frac{1}{B}", "W [j, i] plus equals 1 over B"),
        (r"\Sigma_{\Delta\Phi}", "capital Sigma sub capital Delta capital Phi"),
    ],
)
def test_a_formula_in_plain_words(tex: str, said: str) -> None:
    assert spoken(tree(tex)) == said


@pytest.mark.parametrize(
    ("tex", "told"),
    [
        (r"\foo{x}", r"the command \foo is not known here"),
        (r"\frac{1}", "something is missing at its end"),
        (r"\left(x", r"a \left has no \right"),
        ("x^2^3", "two superscripts"),
        ("x_1_2", "two subscripts"),
        ("{x", "} is missing at its end"),
        ("x}", "} has nothing that it closes"),
        ("a & b", "& has nothing"),
        (r"\begin{tikz}x\end{tikz}", "the environment tikz is not known here"),
        ("a # b", "has no place in it"),
        (r"\begin{cases}x\end{matrix}", r"\begin{cases} ends with \end{matrix}"),
        (r"\left\foo x\right)", "is no bracket"),
        (r"\text{a {b} c}", "hold more than words"),
        (r"\text{a", "} is missing"),
    ],
)
def test_what_cannot_be_read_is_refused_by_its_name(tex: str, told: str) -> None:
    with pytest.raises(StatementError, match=re.escape(told)):
        tree(tex)


@pytest.mark.parametrize(
    "tex",
    [
        r"\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}",
        r"\begin{cases} x & \text{if } y \\ 0 & \text{else} \end{cases}",
        r"\begin{aligned} a &= b \\ &= c \end{aligned}",
        r"\binom{n}{k} \sqrt[3]{x} \overline{y} \vec v \ddot z",
        r"\mathcal{N}(0, \sigma^2) \mathbb{R} \mathbf{x} \mathsf{A} \mathtt{b} \mathfrak{c} \boldsymbol{\mu}",
        r"\prod_{i=1}^n \int_0^1 f \, dx \quad \max_{x} \log y",
        r"f'' \left\{ x \mid y \right\} \left\lVert z \right\rVert",
    ],
)
def test_what_a_lecturer_writes_is_set(tex: str) -> None:
    assert pdf.write(Sheet("A sheet", "", (Formula(Row("", "", tex)), Paragraph((Math(tex),))))).startswith(b"%PDF")
