"""Hand-outs: the prose of a definition, problems and solutions, what is hidden, the exam class, a worked witness."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from sgdproofs import printing, sheets
from sgdproofs.catalogue import load
from sgdproofs.language.errors import MissingTool
from sgdproofs.language.report import UNDECIDED
from sgdproofs.language.statements import eq
from sgdproofs.printing import PrintError, compile_latex
from sgdproofs.render import exam, html, markdown, pdf
from sgdproofs.render.corrections import errata
from sgdproofs.render.entry import entry
from sgdproofs.render.handout import handout, prose
from sgdproofs.render.outline import (
    Beside,
    Calculation,
    Formula,
    Items,
    Paragraph,
    Part,
    Problem,
    Row,
    Sheet,
    Solution,
    Table,
    plain,
)
from sgdproofs.render.words import Text
from sgdproofs.render.worked import worked
from sgdproofs.sheets import SheetError, read
from sgdproofs.verdicts import judge

from . import handmade

CATALOGUE = load()


def reports(*names: str):
    return [judge(CATALOGUE.entry(name), CATALOGUE) for name in names]


@pytest.fixture(scope="module")
def homework():
    """The template of a definition with the reports on its entries."""
    definition = sheets.read(sheets.FOLDER / "_template.toml")
    return definition, reports(*(name for name, _ in definition.named()))


# --- the definition --------------------------------------------------------------------------------------


def test_every_entry_of_the_catalogue_stands_on_the_sheet_of_the_problem_set() -> None:
    definition = sheets.read(sheets.shipped()["sgd-problems"])
    own = {entry.name for entry in CATALOGUE.selected if "derivations" in (entry.file or "")}
    assert {name for name, _ in definition.named()} == own
    assert [len(problem.parts) for problem in definition.problems] == [2, 3, 0, 4, 0, 0]


def test_the_prose_of_a_definition() -> None:
    text = "First $x$ and **strong**,\nof 5\\$.\n\n$$\na = b\n$$\nthen\n- one\n  more\n- two $y$\n\nlast"
    blocks = prose(text)
    assert [type(block) for block in blocks] == [Paragraph, Formula, Paragraph, Items, Paragraph]
    assert [getattr(part, "text", "$") for part in blocks[0].words] == ["First ", "$", " and ", "strong", ", of 5$."]
    assert blocks[0].words[3].strong and blocks[1].row.tex == "a = b"
    assert [item[0].text for item in blocks[3].items] == ["one more", "two "]
    assert prose("") == []


def test_what_stands_out_may_hold_a_formula() -> None:
    (paragraph,) = prose(r"**all $x$ of it** and \*\* not")
    said = [(part.text, part.strong) for part in paragraph.words if isinstance(part, Text)]
    assert said == [("all ", True), (" of it", True), (" and ** not", False)]


@pytest.mark.parametrize(
    "text",
    [
        "2**3",
        "$$ $$",
        "a $$",
        "$ $",
        "**a\n\nb**",
        r"$\mathrm{a_b}$",
        r"$\text{50%}$",
        r"$$\begin{align*} a \end{align*}$$",
    ],
)
def test_prose_that_would_print_otherwise_is_refused(text: str) -> None:
    with pytest.raises(SheetError):
        prose(text, "hw.toml:3")


def test_a_backslash_that_toml_takes_for_a_sign_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "hw.toml"

    def text(value: str) -> str:
        path.write_text(f"title = 'T'\n[[problem]]\ntitle = 'a'\ntext = {value}\n", encoding="utf-8")
        return read(path).problems[0].text

    swallowed = ((r'"For $\tau$"', r"\tau"), (r'"one\ntwo $x \nu$"', r"\nu"), (r'"$\\alpha \frac12$"', r"\frac"))
    for value, said in swallowed:
        with pytest.raises(SheetError, match=rf"hw.toml:4: TOML reads .* of {re.escape(said)} .*: write "):
            text(value)
    assert text(r"'For $\tau$'") == text(r'"For $\\tau$"') == r"For $\tau$"
    assert text(r'"one\ntwo $x$"') == "one\ntwo $x$"


def test_problems_tell_no_solution_and_solutions_repeat_the_problems(homework) -> None:
    definition, own = homework
    problems, solutions = (handout(definition, own, solutions=told) for told in (False, True))
    for sheet, told in ((problems, False), (solutions, True)):
        text = markdown.write(sheet)
        assert "To what does the variance" in text and "Problem 1. Averages with a long memory (8 points)" in text
        assert ("Proof" in text) == ("## Errata" in text) == ("proved" in text) == told
        assert sheet.points == 12
    assert problems.subtitle == "" and solutions.subtitle == "Solutions"
    (first, second) = [block for block in problems.blocks if isinstance(block, Problem)]
    assert [part.letter for part in first.blocks if isinstance(part, Part)] == ["a", "b"] and second.points == 4
    assert not any(isinstance(block, (Problem, Part, Solution)) for block in plain(solutions.blocks))


def test_what_is_hidden_is_said_to_be_and_what_is_not_proved_is_never_hidden() -> None:
    (report,) = reports("ema-variance-limit")
    shown = markdown.write(handout_of(report))
    assert "not printed here" not in shown
    proof = markdown.write(handout_of(report, hide="proof"))
    assert "The proof, 10 lines that were checked, is not printed here." in proof and "boxed" in proof
    some = markdown.write(handout_of(report, hide=(4, 7, 8)))
    assert "Line (4) is checked, and not printed here." in some
    assert "Lines (7) to (8) are checked, and not printed here." in some and "(7)})" not in some
    lines = [line.judged(verdict=UNDECIDED, reason="too hard") if line.number == 7 else line for line in report.lines]
    doubtful = replace(report, lines=tuple(lines), verdict=UNDECIDED, theorem=None)
    for hide in ("proof", (6, 7, 8)):
        assert "Line (7): Undecided." in markdown.write(handout_of(doubtful, hide=hide))


def handout_of(report, hide=()):
    from sgdproofs.render.outline import Sheet

    blocks, _ = entry(report, {report.name: report}, hide=hide)
    return Sheet("A sheet", "", tuple(blocks))


# --- LaTeX -----------------------------------------------------------------------------------------------

needs_latex = pytest.mark.skipif(shutil.which("latexmk") is None, reason=f"latexmk is missing: {printing.APT}")


def test_the_exam_class_has_questions_parts_points_and_answers(homework) -> None:
    definition, own = homework
    problems, solutions = (exam.write(handout(definition, own, solutions=told)) for told in (False, True))
    assert r"\documentclass[10pt,a4paper,fleqn,addpoints]{exam}" in problems
    assert re.search(r"^\\printanswers", solutions, re.M) and not re.search(r"^\\printanswers", problems, re.M)
    assert problems.count(r"\titledquestion") == 2 and problems.count(r"\part") - problems.count(r"\partshook") == 2
    assert r"\part[6]" in problems and r"\titledquestion{Minibatches}[4]" in problems
    assert r"\begin{solution}" in solutions and r"\begin{solution}" not in problems
    assert solutions.count(r"\begin{questions}") == solutions.count(r"\end{questions}") == 2  # prose stands between


@needs_latex
@pytest.mark.parametrize("solutions", [False, True])
def test_the_exam_compiles_and_nothing_is_too_wide(homework, solutions: bool, tmp_path: Path) -> None:
    import subprocess

    definition, own = homework
    text = exam.write(handout(definition, own, solutions=solutions))
    (tmp_path / "sheet.tex").write_text(text, encoding="utf-8")
    command = ["latexmk", "-norc", "-pdf", "-interaction=nonstopmode", "-halt-on-error", "sheet.tex"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=200, check=False)
    log = (tmp_path / "sheet.log").read_text(encoding="utf-8", errors="replace")
    assert ran.returncode == 0, log[-2000:]
    assert not re.findall(r".*(?:Warning|Overfull|Missing character).*", log)


@needs_latex
def test_a_failing_compile_names_the_line_and_quotes_it() -> None:
    document = "\\documentclass{article}\n\\begin{document}\n$\\nosuchcommand{x}$\n\\end{document}\n"
    with pytest.raises(PrintError, match=r"line 3 of the \.tex: Undefined control sequence: \$\\nosuchcommand\{x\}\$"):
        compile_latex(document)
    with pytest.raises(MissingTool, match=r"LaTeX has no nosuchclass\.cls: apt-get install texlive-latex-recommended"):
        compile_latex(document.replace("{article}", "{nosuchclass}"))
    with pytest.raises(PrintError, match=r"did not end within 2 s"):
        compile_latex("\\documentclass{article}\\begin{document}\\loop\\iftrue\\repeat\\end{document}\n", seconds=2)


@needs_latex
def test_the_same_text_compiles_to_the_same_bytes() -> None:
    document = "\\documentclass{article}\\begin{document}x\\end{document}\n"
    assert compile_latex(document, 86400) == compile_latex(document, 86400) != compile_latex(document, 0)


# --- a witness, worked out -------------------------------------------------------------------------------


def test_the_witness_against_problem_6_is_worked_out_with_its_numbers() -> None:
    (report,) = reports("problem-6-as-printed")
    table, left, right = worked(report.lines[0].witness, report.subject.claim, report.subject.given)
    assert isinstance(table, Table) and [cell[0].tex for cell in table.head[1:]] == [
        r"\hat g_1[1]",
        r"\hat g_2[1]",
        r"\Delta\Phi[1]",
    ]
    assert [[cell[0].tex for cell in row] for row in table.rows] == [
        [r"\frac{1}{4}", *row] for row in (["2", "2", "2"], ["2", "0", "1"], ["0", "2", "1"], ["0", "0", "0"])
    ]
    assert isinstance(left, Calculation) and [row.right for row in left.rows][-2:] == [
        r"\frac{3}{2} - 1 \cdot 1",
        r"\frac{1}{2}",
    ]
    assert [row.right for row in right.rows] == [
        r"(\alpha_1 + \alpha_2) \Sigma_g[1,1]",
        r"\left(\frac{1}{2} + \frac{1}{2}\right) \cdot 1",
        "1",
    ]
    assert pdf.write(handout_of(report)).startswith(b"%PDF")


def test_in_latex_a_correction_stands_beside_the_printed_claim_where_there_is_room(tmp_path: Path) -> None:
    names = ("weighted-update-covariance", "problem-6-as-printed")
    known = {name: judge(CATALOGUE[name], CATALOGUE) for name in names}
    own = entry(known[names[1]], known)[0]
    (beside,) = [block for block in own if isinstance(block, Beside)]
    text = exam.write(Sheet("t", "", (beside,)))
    assert text.count(r"\begin{minipage}") == 2 and r"\end{minipage}\hfill" in text
    first, second = (part.partition(r"\end{minipage}")[0] for part in text.split(r"\begin{minipage}")[1:])
    assert "As printed" in first and r"\alpha_k\right)" in first
    assert "Correction" in second and r"\alpha_k^2\right)" in second
    wide = Formula(Row("a", "=", " + ".join(["x"] * 60)))
    assert "minipage" not in exam.write(Sheet("t", "", (replace(beside, correct=(wide,)),)))
    if shutil.which("latexmk"):
        compile_latex(text)


def test_a_false_line_of_the_errata_is_worked_out_in_every_form() -> None:
    report = judge(CATALOGUE["minibatch-covariance"], CATALOGUE)
    blocks = errata(entry(report, {})[1])
    (slip,) = [one for block in blocks for one in getattr(block, "entries", ()) if one.verdict == "refuted"]
    table, left, right = slip.shown
    assert isinstance(table, Table) and len(table.rows) == 4
    assert [row.right for row in left.rows] == [r"\frac{1}{2}"]
    assert [row.right for row in right.rows] == [r"\frac{1}{2^2} \cdot 3", r"\frac{3}{4}"]
    sheet = Sheet("Errata", "", tuple(blocks))
    for writer in (markdown, exam, html):
        assert "probability" in writer.write(sheet) and "the values" in writer.write(sheet)
    assert '"probability"' in json.dumps(pdf.data(sheet))
    unjustified = [one for block in blocks for one in getattr(block, "entries", ()) if one.verdict != "refuted"]
    assert unjustified and not any(one.shown for one in unjustified)


def test_a_line_whose_value_is_not_that_of_its_side_is_not_printed() -> None:
    (report,) = reports("problem-6-as-printed")
    witness = replace(report.lines[0].witness, lhs=Fraction(7))
    blocks = worked(witness, report.subject.claim, report.subject.given)
    assert not any("Cov" in row.right for block in blocks if isinstance(block, Calculation) for row in block.rows)


def test_what_cannot_be_worked_out_is_left_out() -> None:
    (report,) = reports("problem-6-as-printed")
    witness = report.lines[0].witness
    assert worked(replace(witness, lhs=None), report.subject.claim, ()) == []
    assert worked(replace(witness, lhs=(Fraction(1),)), report.subject.claim, ()) == []
    assert worked(handmade.Shown("x = 1"), eq(handmade.N, 1), ()) == []
