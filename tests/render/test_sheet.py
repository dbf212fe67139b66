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
from sgdproofs.kernel.report import PROVED, UNDECIDED, Condition, Line, Report
from sgdproofs.language.derivation import Derivation, step
from sgdproofs.language.facts import assume
from sgdproofs.language.statements import eq, gt, lt
from sgdproofs.language.terms import family, index, natural, random_family, real
from sgdproofs.meaning import Model
from sgdproofs.refute import Witness
from sgdproofs.render import latex, solution_sheet
from sgdproofs.render.article import escape
from sgdproofs.render.layout import broken, width
from sgdproofs.render.markdown import escape as escape_markdown
from sgdproofs.render.told import phrases, told, written
from sgdproofs.render.witness import witness_words
from sgdproofs.render.words import Math
from sgdproofs.verdicts import judge

from . import handmade

GOLDEN = Path(__file__).parent.parent / "golden"
NASTY = r"A title_with & % # $ { } \ ~ ^ <b> |x| [y](z) `code` *bold* – é ∑"
MAKERS = {
    "ema-variance": handmade.ema_variance, "minibatch": handmade.minibatch, "momentum": handmade.momentum,
    "bias": handmade.bias, "batch-gradient": handmade.batch_gradient, "mean-square": handmade.mean_square,
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
        assert not re.search(r"\\today|\d{4}-\d\d-\d\d|/home/|/tmp/|/work/", one)


def test_unknown_form() -> None:
    with pytest.raises(ValueError, match="not a form of a sheet"):
        printed(form="word")


# --- what may be called a result -------------------------------------------------------------------------


def _undischarged(report: Report) -> Report:
    line = report.lines[0]
    conditions = tuple(replace(c, discharged=None) for c in line.conditions)
    return replace(report, lines=(replace(line, conditions=conditions), *report.lines[1:]))


@pytest.mark.parametrize("spoil", [
    lambda r: replace(r, theorem=None),
    lambda r: replace(r, verdict=UNDECIDED),
    lambda r: replace(r, lines=(*r.lines[:-1], replace(r.lines[-1], verdict=UNDECIDED))),
    _undischarged,
])
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
    assert "By induction the claim holds" in printed(report)
    doubt = (replace(report.lines[0], verdict=UNDECIDED), *report.lines[1:])
    assert "By induction the claim holds" not in printed(replace(report, lines=doubt))


@pytest.mark.parametrize("form", ["latex", "markdown"])
def test_conditions_stand_under_the_result(form: str) -> None:
    text = printed(handmade.ema_variance(), form=form)
    after = text[text.index(r"\boxed"):]
    assert r"$N \neq 0$ (line 1, from $N \ge 1$)" in after
    assert r"$\left(2 - \frac{1}{N}\right) N \neq 0$ (line 5, from N = 1 + M" in after


def test_a_refutation_that_failed_is_no_refutation() -> None:
    report = replace(handmade.weighted(), verdict=UNDECIDED, lines=(), reason="no witness found")
    text = printed(report)
    assert "Not refuted (undecided)." in text
    assert "is false" not in text


def test_errata_have_a_page_of_their_own() -> None:
    text = printed(handmade.minibatch(), handmade.weighted())
    page = text[text.rindex(r"\clearpage"):].replace("\n", " ")
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
    body = text[text.index("aligned"):text.index("end{aligned}")]
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
        for row in broken(rf"c \left({long}\right)", room):
            assert row.count(r"\left") == row.count(r"\right")
            assert row.count("{") == row.count("}")


# --- pdflatex --------------------------------------------------------------------------------------------

needs_pdflatex = pytest.mark.skipif(shutil.which("pdflatex") is None,
                                    reason="pdflatex is missing: apt-get install texlive-latex-recommended lmodern")


def compiled(text: str, folder: Path) -> str:
    """Compile and return the log."""
    (folder / "sheet.tex").write_text(text, encoding="utf-8")
    run = subprocess.run(["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "sheet.tex"], cwd=folder,
                         capture_output=True, timeout=120, check=False)
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
    log = compiled("\\documentclass[10pt]{article}\\usepackage[T1]{fontenc}\\usepackage{lmodern}\\usepackage{amsmath}"
                   f"\\begin{{document}}\n{body}x\\end{{document}}\n", tmp_path)
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
    return ([judge(entry, entries) for entry in entries.selected],
            {entry.name: run(entry) for entry in entries.selected})


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
        PROVED, (Line(1, claim, line.by, PROVED, item=line),), handmade.THEOREM,
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
    model = Model({n: Fraction(2), i: Fraction(1)}, (half / 2,) * 4, {
        ("alpha", (1,)): half, ("alpha", (2,)): half,
        ("ghat", (1, 1)): (2, 2, 0, 0), ("ghat", (2, 1)): (2, 0, 2, 0),
    })
    witness = Witness(model, {i: Fraction(1)}, half, Fraction(1), "", {})
    text = said(witness_words(witness, {"alpha": alpha, "ghat": ghat}))
    assert text == (r"take $n = 2$, $i = 1$ and $\alpha_1 = \alpha_2 = \frac{1}{2}$; $(\hat g_1[1], \hat g_2[1])$ "
                    r"takes the values $(2, 2)$, $(2, 0)$, $(0, 2)$ and $(0, 0)$, each with probability $\frac{1}{4}$. "
                    r"Then the left side is $\frac{1}{2}$ and the right side is $1$.")
    uneven = replace(witness, model=replace(model, probabilities=(half, half / 2, half / 4, half / 4)))
    assert r"is $(2, 2)$ with probability $\frac{1}{2}$, $(2, 0)$ with probability $\frac{1}{4}$" in said(
        witness_words(uneven, {"alpha": alpha, "ghat": ghat}))
    outcomes = replace(witness, lhs=(2, 2, 0, 0), rhs=(2, 0, 2, 0))
    assert "Where the values are $2$, $0$, the left side is $2$ and the right side is $0$." in said(
        witness_words(outcomes, {"alpha": alpha, "ghat": ghat}))
    unknown = replace(witness, lhs=None, rhs=None, why="undefined at n = 2")
    assert said(witness_words(unknown, {})).endswith("Undefined at n = 2.")


def test_told_texts_change_only_what_is_known() -> None:
    mu, n = real("mu", at_least=0, below=1, latex=r"\mu"), natural("n", at_least=1)
    stable = assume(mu*n < 2).named("stability")
    line = step(eq(mu, mu), handmade.By("algebra"))
    entry = Derivation(name="told", claim=line.statement, proof=(line,), given=(stable,))
    known = phrases(entry, (), (mu, n))
    for plain, expected in (
        ("from 0 <= mu < 1", r"from $0 \le \mu < 1$"), ("integer n >= 1, mu * n < 2", r"$n \ge 1$, $\mu n < 2$"),
        ("n = 2 + 1", "n = 2 + 1"), ("mun < 3 of n", "mun < 3 of n"), ("1 - mu = 0", "1 - mu = 0"),
        ("remainder below 10^-56", "remainder below $10^{-56}$"), ("largest |z| = 2.34, n", "largest $|z| = 2.34$, n"),
        ("at 1e-06", "at $10^{-6}$"), ("x10^2", "x10^2"),
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
