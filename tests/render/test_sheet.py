"""The sheet: exact golden texts, what may be called a result, escaping, and compilation."""

from __future__ import annotations

import difflib
import os
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from sgdproofs.kernel.report import UNDECIDED, Report
from sgdproofs.render import latex, solution_sheet
from sgdproofs.render.article import escape
from sgdproofs.render.layout import broken, width
from sgdproofs.render.markdown import escape as escape_markdown

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
    for tex, real in zip(formulas, measured, strict=True):
        assert real <= width(tex) <= 1.6 * real + 1.5, f"{width(tex):.1f} for {real:.1f} em: {tex}"
