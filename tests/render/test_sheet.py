"""The sheet: exact golden texts, what may be called a result, escaping, and compilation."""

from __future__ import annotations

import difflib
import os
import re
import shutil
import subprocess
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from sgdproofs.catalogue import load
from sgdproofs.experiments import run
from sgdproofs.language.derivation import PREVIOUS, Derivation, Refutation, at, calc, induction, lemma, row, step
from sgdproofs.language.facts import assume, define, independent_across
from sgdproofs.language.report import PROVED, REFUTED, UNDECIDED, Condition, Line, Report
from sgdproofs.language.statements import Relation, eq, ge, gt, le, lt, ne
from sgdproofs.language.terms import Apply, Sum, family, function, index, limit, natural, random_family, real
from sgdproofs.meaning import Model
from sgdproofs.refute import Witness
from sgdproofs.render import article, latex, markdown, solution_sheet
from sgdproofs.render.article import escape
from sgdproofs.render.layout import broken, width
from sgdproofs.render.markdown import escape as escape_markdown
from sgdproofs.render.outline import Items, Sheet, Table
from sgdproofs.render.told import condition_math, phrases, told, written
from sgdproofs.render.witness import witness_words
from sgdproofs.render.words import Math, words
from sgdproofs.verdicts import judge

from . import handmade

GOLDEN = Path(__file__).parent.parent / "golden"
NASTY = r"A title_with & % # $ { } \ ~ ^ <b> |x| [y](z) `code` *bold* – é ∑"
MAKERS = {
    "ema-variance": handmade.ema_variance,
    "minibatch": handmade.minibatch,
    "momentum": handmade.momentum,
    "bias": handmade.bias,
    "batch-gradient": handmade.batch_gradient,
    "mean-square": handmade.mean_square,
    "weighted": handmade.weighted,
}


def agrees(name: str, text: str) -> None:
    """Compare with the golden file; SGDPROOFS_GOLDEN=write refreshes it."""
    path = GOLDEN / name
    if os.environ.get("SGDPROOFS_GOLDEN") == "write":
        path.write_text(text, encoding="utf-8")
    expected = path.read_text(encoding="utf-8") if path.exists() else ""
    if text != expected:
        before, after = expected.splitlines(True), text.splitlines(True)
        diff = "".join(difflib.unified_diff(before, after, f"golden/{name}", "printed"))
        pytest.fail(f"the print has changed; if that is meant, run with SGDPROOFS_GOLDEN=write\n{diff}", pytrace=False)


def printed(*reports: Report, form: str = "latex", title: str = "A sheet") -> str:
    return solution_sheet(reports, title=title, subtitle="Solutions", form=form)


@pytest.mark.parametrize("name", MAKERS)
def test_golden_latex(name: str) -> None:
    whole = printed(MAKERS[name]())
    # The preamble is the same everywhere and has a golden file of its own.
    agrees(f"{name}.tex", whole.partition("\\begin{document}\n")[2])


def test_golden_preamble() -> None:
    agrees("preamble.tex", printed().partition("\\begin{document}\n")[0])


def test_golden_markdown() -> None:
    agrees("sheet.md", printed(*handmade.every(), form="markdown"))


def test_the_same_input_gives_the_same_bytes() -> None:
    for form in ("latex", "markdown"):
        one = printed(*handmade.every(), form=form)
        slow = [replace(report, seconds=12.5) for report in handmade.every()]
        assert one == printed(*slow, form=form)
        assert not re.search(r"\\today|\d{4}-\d\d-\d\d|/home/|/root/|/tmp/", one)


def test_unknown_form() -> None:
    with pytest.raises(ValueError, match="not a form of a sheet"):
        printed(form="word")


# --- what may be called a result -------------------------------------------------------------------------


def _undischarged(report: Report) -> Report:
    line = report.lines[0]
    conditions = tuple(replace(c, discharged=None) for c in line.conditions)
    return replace(report, lines=(replace(line, conditions=conditions), *report.lines[1:]))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda r: replace(r, theorem=None),
        lambda r: replace(r, verdict=UNDECIDED),
        lambda r: replace(r, lines=(*r.lines[:-1], replace(r.lines[-1], verdict=UNDECIDED))),
        _undischarged,
    ],
)
@pytest.mark.parametrize("form", ["latex", "markdown"])
def test_only_a_theorem_is_printed_as_a_result(spoil, form: str) -> None:
    good = handmade.ema_variance()
    assert r"\boxed" in printed(good, form=form)
    assert "Claim, not proved" not in printed(good, form=form)
    spoiled = printed(spoil(good), form=form)
    assert r"\boxed" not in spoiled
    assert "Claim, not proved" in spoiled


@pytest.mark.parametrize("form", ["latex", "markdown"])
def test_a_line_that_is_not_proved_says_so(form: str) -> None:
    text = printed(handmade.bias(), form=form)
    assert "Line (3): Undecided." in text
    assert "The budget of 2 seconds is spent" in text
    assert "not shown" in text
    assert "The cases are exhaustive" not in text
    assert "Undecided" not in printed(handmade.ema_variance(), form=form)


def test_an_induction_with_a_line_in_doubt_is_not_concluded() -> None:
    report = handmade.momentum()
    assert "By induction claim 1 holds" in printed(report)
    doubt = (replace(report.lines[0], verdict=UNDECIDED), *report.lines[1:])
    assert "By induction claim 1 holds" not in printed(replace(report, lines=doubt))


@pytest.mark.parametrize("form", ["latex", "markdown"])
def test_conditions_stand_under_the_result(form: str) -> None:
    text = printed(handmade.ema_variance(), form=form)
    after = text[text.index(r"\boxed") :]
    assert r"$N \neq 0$ (line 1, from $N \ge 1$)" in after
    assert r"$\left(2 - \frac{1}{N}\right) N \neq 0$ (line 5, from N = 1 + M" in after


def test_a_refutation_that_failed_is_no_refutation() -> None:
    report = replace(handmade.weighted(), verdict=UNDECIDED, lines=(), reason="no witness found")
    text = printed(report)
    assert "Not refuted (undecided)." in text
    assert "is false" not in text


def test_errata_have_a_page_of_their_own() -> None:
    text = printed(handmade.minibatch(), handmade.weighted())
    page = text[text.rindex(r"\clearpage") :].replace("\n", " ")
    assert page.index("Errata") < page.index("Problem 5") < page.index("Problem 6")
    page = page.replace(r"\nopagebreak ", "")
    assert r"\textbf{Unjustified.} It does not follow from what it cites; it also needs" in page
    assert r"\textbf{Witness: }n = 2" in page
    assert "The bracket is missing in print." in page
    assert r"\clearpage" not in printed(handmade.momentum())


def test_a_correction_that_is_not_proved_says_so() -> None:
    good, doubtful = handmade.minibatch(), replace(handmade.minibatch(), verdict=UNDECIDED)
    assert "which is not proved" not in printed(good, handmade.weighted())
    assert "which is not proved" in printed(doubtful, handmade.weighted())
    assert "which is not in this sheet" in printed(handmade.weighted())
    assert r"\textbf{Correct:}" in printed(good)
    assert r"\textbf{Correction, not proved:}" in printed(doubtful)
    assert "(not proved)" in printed(doubtful, form="markdown")


def test_rows_of_a_calculation_continue() -> None:
    text = printed(handmade.minibatch(), form="markdown")
    body = text[text.index("aligned") : text.index("end{aligned}")]
    assert body.count(r"\Sigma^B[i,j]") == 1
    assert body.count("&=") == 7


# --- text ------------------------------------------------------------------------------------------------


def test_text_of_objects_is_escaped() -> None:
    for sign in "&%#${}":
        assert escape(sign) == "\\" + sign
    assert escape("a_b~^\\") == r"a\_b\textasciitilde{}\textasciicircum{}\textbackslash{}"
    assert escape("N >= 1") == r"N \ensuremath{\ge} 1"
    assert escape("∑é") == "[U+2211]é"
    assert escape_markdown("a_b *c* [d](e) <f> $x$ | `g`") == r"a\_b \*c\* \[d\](e) \<f\> \$x\$ \| \`g\`"
    assert escape_markdown("1. one") == r"1\. one"
    assert escape_markdown("- one") == r"\- one"
    assert escape_markdown("1) one") == r"1\) one"
    assert escape_markdown("a\u202eb\x1b[2J\nc") == "a\ufffdb\ufffd\\[2J c"
    assert [escape(text) for text in ("a--b", "''q''", "?`")] == ["a-{}-b", "'{}'q'{}'", "?{}`"]


def test_the_text_of_an_item_is_not_its_label_and_a_norm_is_no_new_line() -> None:
    sheet = Sheet("t", "", (Items((words("[x] done"),)), Table((words(Math(r"\|x\| + |y|")),), ())))
    assert r"\item{} [x] done" in article.write(sheet)
    assert r"| $\Vert x\Vert  + \vert y\vert $ |" in markdown.write(sheet)


# --- width -----------------------------------------------------------------------------------------------


def test_a_formula_breaks_before_a_sign_within_its_room() -> None:
    tex = r"\frac{1}{B^2} \left(\sum_{b=1}^{B} \operatorname{E}\left[a_b + c_b\right] + \sum_{b=1}^{B} d_b\right)"
    rows = broken(tex, 13)
    assert rows == [
        r"\frac{1}{B^2} \left(\sum_{b=1}^{B} \operatorname{E}\left[a_b + c_b\right] \right.",
        r"\left. {} + \sum_{b=1}^{B} d_b\right)",
    ]
    assert all(width(row) <= 13 for row in rows)
    assert broken(tex, 40) == [tex]


def test_broken_rows_have_their_brackets_in_pairs() -> None:
    long = " + ".join(rf"\left(a_{k} + \frac{{1}}{{b_{k}}}\right)" for k in range(9))
    for room in (8, 12, 20):
        for piece in broken(rf"c \left({long}\right)", room):
            assert piece.count(r"\left") == piece.count(r"\right")
            assert piece.count("{") == piece.count("}")


# --- pdflatex --------------------------------------------------------------------------------------------

needs_pdflatex = pytest.mark.skipif(
    shutil.which("pdflatex") is None, reason="pdflatex is missing: apt-get install texlive-latex-recommended lmodern"
)


def compiled(text: str, folder: Path) -> str:
    """Compile and return the log."""
    (folder / "sheet.tex").write_text(text, encoding="utf-8")
    run = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "sheet.tex"],
        cwd=folder,
        capture_output=True,
        timeout=120,
        check=False,
    )
    log = (folder / "sheet.log").read_text(encoding="utf-8", errors="replace")
    assert run.returncode == 0, log[-2000:]
    return log


@needs_pdflatex
@pytest.mark.parametrize("title", ["A sheet", NASTY])
def test_the_sheet_compiles_without_a_warning(title: str, tmp_path: Path) -> None:
    log = compiled(printed(*handmade.every(), title=title), tmp_path)
    assert not re.findall(r".*(?:Warning|Overfull|Underfull|Missing character).*", log)


@needs_pdflatex
def test_long_lines_stay_out_of_the_margin(tmp_path: Path) -> None:
    log = compiled(printed(handmade.very_long()), tmp_path)
    assert not re.findall(r".*(?:Warning|Overfull).*", log)


@needs_pdflatex
def test_widths_are_estimated_on_the_large_side(tmp_path: Path) -> None:
    """Each formula of the handmade reports, as pdflatex measures it."""
    formulas = [latex(line.statement) for report in [*handmade.every(), handmade.very_long()] for line in report.lines]
    body = "".join(rf"\setbox0\hbox{{$\displaystyle {tex}$}}\typeout{{WIDTH \the\wd0}}" + "\n" for tex in formulas)
    log = compiled(
        "\\documentclass[10pt]{article}\\usepackage[T1]{fontenc}\\usepackage{lmodern}\\usepackage{amsmath}"
        f"\\begin{{document}}\n{body}x\\end{{document}}\n",
        tmp_path,
    )
    measured = [float(found) / 10 for found in re.findall(r"WIDTH ([0-9.]+)pt", log)]
    assert len(measured) == len(formulas)
    for tex, found in zip(formulas, measured, strict=True):
        assert found <= width(tex) <= 1.6 * found + 1.5, f"{width(tex):.1f} for {found:.1f} em: {tex}"


# --- the catalogue ---------------------------------------------------------------------------------------

DERIVATIONS = Path(__file__).parents[2] / "derivations"


@pytest.fixture(scope="module")
def catalogued() -> tuple[list[Report], dict[str, tuple]]:
    """The reports and the outcomes of the experiments of the entries that ship, in the order of a sheet."""
    entries = load(str(DERIVATIONS))
    assert entries.selected and not entries.errors
    return (
        [judge(entry, entries) for entry in entries.selected],
        {entry.name: run(entry) for entry in entries.selected},
    )


@needs_pdflatex
def test_the_sheet_of_the_catalogue_compiles_without_a_warning(catalogued, tmp_path: Path) -> None:
    reports, results = catalogued
    text = solution_sheet(reports, title="SGD problems: solutions", experiments=results)
    log = compiled(text, tmp_path)
    assert not re.findall(r".*(?:Warning|Overfull|Underfull|Missing character).*", log)


def test_the_sheet_of_the_catalogue_reads_as_mathematics(catalogued) -> None:
    reports, results = catalogued
    text = solution_sheet(reports, title="SGD problems: solutions", experiments=results)
    assert text.count(r"\boxed") == sum(r.verdict == "proved" for r in reports) + 1  # one result is printed twice
    plain = re.sub(r"\$[^$]*\$|\\\[.*?\\\]|\\begin\{flalign\*\}.*?\\end\{flalign\*\}", "", text, flags=re.DOTALL)
    for sign in ("sigma2", "alpha[", "ghat", r"Sigma\_", r"\textasciicircum", "True", "NOT PASSED", "cannot be"):
        assert sign not in plain
    assert r"starting from $y_0 = 0$" in text
    assert r"\hat g^B[i]" in text and "g_i" not in text


def test_the_order_of_the_catalogue_is_that_of_the_problems(catalogued) -> None:
    problems = [int(re.search(r"\d+", report.subject.source)[0]) for report in catalogued[0]]
    assert problems == sorted(problems)
    names = [report.name for report in catalogued[0]]
    assert names.index("ema-variance-limit") < names.index("ema-against-mean")
    assert names.index("problem-6-as-printed") < names.index("weighted-update-covariance")


@pytest.mark.parametrize("form", ["latex", "markdown"])
def test_an_entry_that_cannot_be_printed_is_named_and_the_others_are_printed(form: str) -> None:
    bad = real("bad", latex=r"\hat g^")
    claim = eq(bad, bad)
    line = step(claim, handmade.By("algebra"))
    broken_entry = Report(
        Derivation(name="broken-entry", source="Problem 3", claim=claim, proof=(line,), experiments=()),
        PROVED,
        (Line(1, claim, line.by, PROVED, item=line),),
        handmade.THEOREM,
    )
    with pytest.warns(UserWarning, match=r"entry broken-entry cannot be printed: .*\\hat g\^"):
        text = printed(handmade.ema_variance(), broken_entry, handmade.weighted(), form=form)
    assert "This entry cannot be printed." in text
    assert text.count(r"\boxed") == 1
    assert "Covariance of a weighted update" in text


# --- witnesses and told texts ----------------------------------------------------------------------------


def said(parts) -> str:
    return "".join(f"${part.tex}$" if isinstance(part, Math) else part.text for part in parts)


def test_a_witness_is_read_as_mathematics() -> None:
    n, i = natural("n", at_least=1), index("i", at_least=1)
    alpha, ghat = family("alpha"), random_family("ghat", arity=2, latex=r"\hat g")
    half = Fraction(1, 2)
    model = Model(
        {n: Fraction(2), i: Fraction(1)},
        (half / 2,) * 4,
        {
            ("alpha", (1,)): half,
            ("alpha", (2,)): half,
            ("ghat", (1, 1)): (2, 2, 0, 0),
            ("ghat", (2, 1)): (2, 0, 2, 0),
        },
    )
    witness = Witness(model, {i: Fraction(1)}, half, Fraction(1), "", {})
    text = said(witness_words(witness, {"alpha": alpha, "ghat": ghat}))
    assert text == (
        r"take $n = 2$, $i = 1$ and $\alpha_1 = \alpha_2 = \frac{1}{2}$; $(\hat g_1[1], \hat g_2[1])$ "
        r"takes the values $(2, 2)$, $(2, 0)$, $(0, 2)$ and $(0, 0)$, each with probability $\frac{1}{4}$. "
        r"Then the left side is $\frac{1}{2}$ and the right side is $1$."
    )
    uneven = replace(witness, model=replace(model, probabilities=(half, half / 2, half / 4, half / 4)))
    assert r"is $(2, 2)$ with probability $\frac{1}{2}$, $(2, 0)$ with probability $\frac{1}{4}$" in said(
        witness_words(uneven, {"alpha": alpha, "ghat": ghat})
    )
    outcomes = replace(witness, lhs=(2, 2, 0, 0), rhs=(2, 0, 2, 0))
    assert "Where the values are $2$, $0$, the left side is $2$ and the right side is $0$." in said(
        witness_words(outcomes, {"alpha": alpha, "ghat": ghat})
    )
    unknown = replace(witness, lhs=None, rhs=None, why="undefined at n = 2")
    assert said(witness_words(unknown, {})).endswith("Undefined at n = 2.")


def test_told_texts_change_only_what_is_known() -> None:
    mu, n = real("mu", at_least=0, below=1, latex=r"\mu"), natural("n", at_least=1)
    stable = assume(mu * n < 2).named("stability")
    line = step(eq(mu, mu), handmade.By("algebra"))
    entry = Derivation(name="told", claim=line.statement, proof=(line,), given=(stable,))
    known = phrases(entry, (), (mu, n))
    for plain, expected in (
        ("from 0 <= mu < 1", r"from $0 \le \mu < 1$"),
        ("integer n >= 1, mu n < 2", r"$n \ge 1$, $\mu n < 2$"),
        ("n = 2 + 1", "n = 2 + 1"),
        ("mun < 3 of n", "mun < 3 of n"),
        ("1 - mu = 0", "1 - mu = 0"),
        ("remainder below 10^-56", "remainder below $10^{-56}$"),
        ("largest |z| = 2.34, n", "largest $|z| = 2.34$, n"),
        ("at 1e-06", "at $10^{-6}$"),
        ("x10^2", "x10^2"),
    ):
        assert said(told(plain, known)) == expected


def test_text_between_dollar_signs_is_mathematics() -> None:
    assert said(written(r"line $\mu$ of 2")) == r"line $\mu$ of 2"
    assert said(written("costs 5 $")) == "costs 5 $"
    assert not any(isinstance(part, Math) for part in written("a $ {b $"))


def test_a_long_derivation_of_conditions_is_short() -> None:
    report = handmade.ema_variance()
    q = N_MINUS_1 / handmade.N
    pair = tuple(Condition(relation, 1, "from N >= 1, N >= 1") for relation in (gt(q, -1), lt(q, 1)))
    text = printed(replace(report, lines=(replace(report.lines[0], conditions=pair), *report.lines[1:])))
    assert r"$-1 < (N - 1) / N < 1$ (line 1, from $N \ge 1$)" in text


N_MINUS_1 = handmade.N - 1


def test_the_head_of_a_sheet_counts_what_is_there() -> None:
    text = printed(*handmade.every(), form="markdown")
    assert "7 printed claims" not in text
    assert re.search(r"6 derivations with \d+ lines: \d+ proved, \d+ undecided\.", text)
    assert "1 printed claim examined: 1 refuted." in text
    assert "1 printed line examined: 1 unjustified." in text
    assert re.search(r"\d+ conditions \(.*\): \d+ shown to hold\.", text)
    assert "all shown to hold" not in text  # one of them is not


# --- what a statement is said for, and how it is cited ---------------------------------------------------


def proved(claim, given=(), lemmas=()) -> Report:
    line = step(claim, handmade.By("algebra"))
    entry = Derivation(name="an-entry", claim=claim, proof=(line,), given=given, lemmas=lemmas)
    return Report(entry, PROVED, (Line(1, claim, line.by, PROVED, item=line),), handmade.THEOREM)


def test_every_index_is_printed_with_its_bound() -> None:
    t, k, s, free = index("t", at_least=5), index("k", at_least=3), index("s", at_least=1), index("z", at_least=None)
    x, y, w = family("x"), family("y"), random_family("w")
    a, n = real("a"), natural("n")
    given = (assume(eq(x[t], a)), define(y[k], a / (k - 2)), independent_across(w, s), assume(gt(x[free], 0)))
    report = proved(eq(x[t] + 1, a + 1), given, (lemma("other", eq(y[k], a)),))
    for form in ("latex", "markdown"):
        text = printed(report, form=form)
        for said in (
            r"$x_t = a$ for all $t \ge 5$",
            r"for all $k \ge 3$, by definition",
            r"across $s \ge 1$",
            r"$x_z > 0$ for all $z \in \mathbb{Z}$",
            r"$y_k = a$ for all $k \ge 3$",
            "Indices: ",
            r"\boxed{x_t + 1 = a + 1 \quad \text{for all } t \ge 5}",
        ):
            assert said in text, said
    some = eq(x[t], a).given(le(t, n))
    assert r"\boxed{x_t = a \quad \text{for } 5 \le t \le n}" in printed(proved(some))
    assert r"\boxed{x_t = a \quad \text{for } t \ge 7}" in printed(proved(eq(x[t], a).given(ge(t, 7))))
    assert r"\text{for } t \ge 5 \text{ and } t > n" in printed(proved(eq(x[t], a).given(gt(t, n))))
    assert r"\text{for } s \ge 1 \text{ and } a > 0" in printed(proved(eq(x[s], a).given(gt(a, 0))))
    assert "for all" not in printed(proved(eq(Sum(x[s], (s, 1, n)), a)))
    false = Refutation(name="false", claim=eq(x[t], a))
    line = Line(1, false.claim, None, REFUTED, item=false, witness=handmade.Shown("a = 1"))
    assert r"x_t = a \quad \text{for all } t \ge 5" in printed(Report(false, REFUTED, (line,)))


def test_what_is_shown_by_induction_is_cited_as_a_claim_and_not_by_a_line_within() -> None:
    t, y, c = handmade.t, handmade.y, handmade.c
    by = handmade.By
    first = induction(eq(y[t], c), over=t, base=by("start"), step=by("step"))
    second = step(eq(y[t] + 1, c + 1), by("algebra", (PREVIOUS,)))
    third = step(eq(y[t] + 2, c + 2), by("algebra", (PREVIOUS, at(first, {t: t + 1}))))
    entry = Derivation(name="cites", claim=third.statement, proof=(first, second, third))
    lines = (
        Line(1, eq(y[0], c), by("start"), PROVED, item=first, depth=1, scope="base, t = 0"),
        Line(2, eq(y[t], c), by("step"), PROVED, item=first, depth=1, scope="step, t - 1 to t"),
        Line(3, second.statement, second.by, PROVED, item=second),
        Line(4, third.statement, third.by, PROVED, item=third),
    )
    text = printed(Report(entry, PROVED, lines, handmade.THEOREM), form="markdown")
    assert "By induction claim 1 holds" in text
    assert "(3) algebra: claim 1\n" in text and "(4) algebra: (3), claim 1 with" in text


def test_the_line_above_is_that_of_the_proof_and_not_the_one_with_the_number_before() -> None:
    y, c, by = handmade.y, handmade.c, handmade.By
    first = step(eq(y[1], c), by("algebra"))
    whole = calc(y[2], row(y[1], by("algebra")), row(c, by("substitution", (PREVIOUS,))))
    entry = Derivation(name="rows", claim=whole.conclusion, proof=(first, whole))
    lines = (
        Line(1, first.statement, first.by, PROVED, item=first),
        *(Line(n, eq(y[2], r.expr), r.by, PROVED, item=r, continued=n > 2) for n, r in enumerate(whole.rows, 2)),
    )
    assert "(3) substitution: (1)" in printed(Report(entry, PROVED, lines, handmade.THEOREM), form="markdown")


@pytest.mark.parametrize("pair", ["x_1", "x_t", "tex"])
def test_elements_and_parameters_that_print_alike_are_not_printed(pair: str) -> None:
    x, t = family("x"), index("t")
    one, two = {"x_1": (x[1], real("x1")), "x_t": (x[t], real("x_t")), "tex": (x[2], real("b", latex="x_{2}"))}[pair]
    with pytest.warns(UserWarning, match="would both be printed as"):
        text = printed(proved(eq(one, two)))
    assert r"\boxed" not in text


def test_a_function_and_a_number_of_one_print_are_not_printed() -> None:
    f, g, x = function("f"), real("g", latex=r"\mathit{f}"), real("x")
    with pytest.warns(UserWarning, match="would both be printed as"):
        assert r"\boxed" not in printed(proved(eq(f(x + 1), g * (x + 1))))


def test_a_witness_names_a_function_by_its_declared_latex() -> None:
    f, x = function("f", latex=r"\varphi"), real("x")
    claim = eq(f(x), x)
    model = Model({x: Fraction(2)}, (Fraction(1),), {}, {("f", (Fraction(2),)): Fraction(3)})
    line = Line(1, claim, None, "refuted", witness=Witness(model, {}, Fraction(3), Fraction(2), "", {}))
    text = printed(Report(Refutation(name="no", claim=claim), "refuted", (line,)), form="markdown")
    assert r"$\varphi(2) = 3$" in text


def test_facts_whose_names_do_not_tell_them_apart_are_cited_by_letters() -> None:
    a, b = real("a"), real("b")
    facts = (assume(eq(a, 1)).named("A fact"), assume(eq(b, 2)).named("A fact"), assume(eq(a, 7)).named("b = 7"))
    line = step(eq(a, b), handmade.By("algebra", facts))
    entry = Derivation(name="labels", claim=line.statement, proof=(line,), given=facts)
    text = printed(Report(entry, PROVED, (Line(1, line.statement, line.by, PROVED, item=line),)), form="markdown")
    assert "(1) algebra: (A), (B), (C)" in text and "- (C) b = 7: " in text


def test_conditions_that_differ_in_order_and_sign_only_are_printed_once() -> None:
    report, n = handmade.ema_variance(), handmade.N
    both = (
        Condition(ne(1 - n, 0), 1, "from N >= 1"),
        Condition(ne(n - 1, 0), 2, "from N >= 1"),
        Condition(ne(0, -n + 1), 3, "from N >= 7"),
        Condition(ne(n + 1, 0), 4, "from N >= 1"),
        Condition(ne(n - 1, 0), 5, None),
    )
    text = printed(replace(report, lines=(replace(report.lines[0], conditions=both),)), form="markdown")
    assert r"$1 - N \neq 0$ (line 1, from $N \ge 1$; line 3, from $N \ge 7$); $N + 1 \neq 0$" in text
    assert r"$N - 1 \neq 0$ (line 5, **not shown**)" in text


@pytest.mark.parametrize("text", ["Costs $5 and 100% of $6", "$}{$", "a $x & y$", r"$x \\ y$", "$ $ 5", "$x #1$"])
def test_dollars_that_are_no_mathematics_are_printed_as_such(text: str) -> None:
    assert not any(isinstance(part, Math) for part in written(text))


def test_a_limit_that_exists_is_said_in_words() -> None:
    exists = Relation(Apply(function("exists"), limit(handmade.y[handmade.t], handmade.t)), "==", 1)
    assert condition_math(exists).tex == r"\lim_{t \to \infty} y_t \text{ exists}"


def test_a_remark_stands_apart_from_the_errata() -> None:
    good = handmade.minibatch()
    (slip,) = good.subject.errata
    remark = replace(slip, correction=step(slip.printed.statement, slip.printed.by))
    entry = replace(good.subject, errata=(remark,))
    text = printed(
        replace(good, subject=entry, errata=(replace(good.errata[0], item=remark),)),
        handmade.momentum(),
        form="markdown",
    )
    assert "## Remarks on reasons" in text and "## Errata" not in text
    assert "1 remark on a reason" in text and "printed line examined" not in text
