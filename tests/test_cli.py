"""The command line: output, JSON, exit codes, and errors of one line.  Verdicts come from a stand-in."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import fake_verdicts
import pytest

from sgdproofs import catalogue, cli
from sgdproofs.experiments import Result

ENTRIES = """
from fake_verdicts import by
from sgdproofs.language.terms import real
from sgdproofs.language.statements import eq
from sgdproofs.language.facts import assume
from sgdproofs.language.derivation import Derivation, Refutation, erratum, step
N, c = real("N", at_least=1), real("c")
fact = assume(eq(c, 1)).named("fixed point")
def derivation(name, *verdicts, **more):
    lines = tuple(step(eq(N, 1/N), by(v, fact)) for v in verdicts)
    return Derivation(name=name, claim=eq(N, 1/N), given=(fact,), proof=lines, **more)
"""
GOOD = (
    ENTRIES
    + """
good = derivation("good-result", "proved", "proved", source="Problem 1(a)",
                  errata=(erratum(step(eq(N, 2), by("unjustified")), correction=step(eq(N, 1), by("proved"))),))
false = Refutation(name="false-claim", claim=eq(N, 2), source="Problem 6", corrected_by="good-result")
"""
)


class Experiment:
    kind = "exact"


@pytest.fixture
def run(tmp_path, monkeypatch, capfd):
    """Run the command line in an empty folder, whose shipped entries are `GOOD`; returns (code, out, err)."""
    shipped = tmp_path / "shipped"
    shipped.mkdir()
    (shipped / "good.py").write_text(GOOD)
    monkeypatch.setattr(catalogue, "shipped_folders", lambda: (shipped,))
    monkeypatch.setitem(sys.modules, "sgdproofs.verdicts", fake_verdicts)
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["sgdproofs", *arguments])
        with pytest.raises(SystemExit) as stop:
            cli.main()
        out, err = capfd.readouterr()
        assert "Traceback" not in err
        return stop.value.code or 0, out, err

    return call


def entry(tmp_path: Path, *verdicts: str, name: str = "mine", more: str = "") -> str:
    path = tmp_path / f"{name}.py"
    path.write_text(ENTRIES + f"\nentry = derivation({name!r}, *{verdicts!r})\n{more}")
    return str(path)


def test_the_summary_says_only_what_there_is(run, tmp_path):
    out = run("check", "false-claim")[1]
    summary = out.partition("\n\n")[2]
    assert "1 erratum: 1 of 1 printed claim seen to be wrong" in summary
    assert not any(text in summary for text in ("0 derivations", "0 lines", "0 conditions", "0 of 0"))
    (tmp_path / "broken.py").write_text("x = 1/0")
    assert run("check", str(tmp_path / "broken.py"))[1] == ""


def test_check_of_everything(run):
    code, out, err = run("check")
    assert (code, err) == (0, "")
    assert out.splitlines()[0].startswith("ok  good-result  proved") and "2 lines, 1 condition, 1 erratum" in out
    assert "ok  false-claim  refuted" in out
    assert "checked 1 derivation (1 proved), 2 lines: 2 proved" in out
    assert "2 errata: 1 of 1 printed line and 1 of 1 printed claim seen to be wrong" in out


@pytest.mark.parametrize(
    "verdicts, code",
    [
        (("proved",), 0),
        (("proved", "refuted"), 1),
        (("unjustified",), 1),
        (("undecided",), 3),
        (("undecided", "refuted"), 1),
    ],
)
def test_exit_codes_of_verdicts(run, tmp_path, verdicts, code):
    for command in (["check"], ["check", "--json"], ["list"], ["show"], ["show", "--json"]):
        assert run(*command, entry(tmp_path, *verdicts))[0] == code, command


def test_a_failing_line_is_told_in_full(run, tmp_path):
    code, out, _ = run("check", entry(tmp_path, "proved", "refuted", "unjustified"))
    assert code == 1
    assert "NO  mine  refuted      3 lines (1 proved, 1 refuted, 1 unjustified)" in out
    assert "line 2\n" in out and "claimed  N = 1/N" in out and "cites: fixed point" in out
    assert "witness  N = 2, c = 1:  left 2, right 3" in out
    assert "missing  x independent" in out


@pytest.mark.parametrize("verdict, code", [("proved", 1), ("undecided", 3), ("refuted", 0), ("unjustified", 0)])
def test_an_erratum_is_an_error_only_if_it_is_seen_to_be_one(run, tmp_path, verdict, code):
    path = entry(
        tmp_path,
        "proved",
        more="from dataclasses import replace\nentry = replace(entry, errata=("
        f"erratum(step(eq(N, 2), by({verdict!r})), correction=step(eq(N, 1), by('proved'))),))\n",
    )
    got, out, _ = run("check", path)
    assert got == code and (code == 0 or f"erratum 1 ({verdict} as printed)" in out)


def test_a_refutation_that_is_not_refuted_is_wrong(run, tmp_path):
    path = tmp_path / "mine.py"
    path.write_text(ENTRIES + "entry = Refutation(name='mine', claim=eq(N, N), note='in fact true')\n")
    code, out, _ = run("check", str(path))
    assert code == 1 and "NO  mine" in out and "it was to be refuted" in out


def test_json_of_check_has_exactly_the_promised_form(run, tmp_path):
    code, out, err = run("check", "--json", entry(tmp_path, "proved", "refuted", "unjustified"))
    (derivation,) = json.loads(out)["derivations"]
    assert list(derivation) == [
        "name",
        "source",
        "verdict",
        "reason",
        "claim",
        "domains",
        "given",
        "lines",
        "conditions",
        "errata",
        "experiments",
    ]
    assert derivation["domains"] == ["N >= 1", "real c"]
    assert derivation["given"] == [{"name": "fixed point", "statement": "c = 1"}]
    keys = ["number", "statement", "by", "cites", "verdict", "reason", "conditions", "witness", "missing"]
    assert [list(line) for line in derivation["lines"]] == [keys] * 3
    first, second, third = derivation["lines"]
    assert first == {
        "number": 1,
        "statement": "N = 1/N",
        "by": "proved",
        "cites": ["fixed point"],
        "verdict": "proved",
        "reason": "",
        "conditions": [{"condition": "N != 0", "line": 1, "discharged": "from the domains"}],
        "witness": None,
        "missing": [],
    }
    assert second["witness"]["point"] == {"N": "2", "c": "1"} and third["missing"] == ["x independent"]
    assert list(json.loads(out)) == ["derivations"]


def test_json_of_check_has_the_errata(run):
    (derivation,) = json.loads(run("check", "--json", "good-result")[1])["derivations"]
    (erratum,) = derivation["errata"]
    assert (erratum["statement"], erratum["verdict"], erratum["correction"]) == ("N = 2", "unjustified", "N = 1")


QUANTIFIED = """
from sgdproofs.language.terms import index, family, random_family
from sgdproofs.language.statements import le
from sgdproofs.language.facts import define, independent_across, recurrence
t, k = index("t", at_least=5), index("k", at_least=None)
x, y, w = family("x"), family("y"), random_family("w")
facts = (assume(eq(x[t], c)), recurrence(y[t], y[t - 1], start={5: c}), independent_across(w, t))
entry = Derivation(name="quantified", claim=eq(x[t], c), given=facts, proof=(step(eq(x[t], c), by("proved")),),
                   errata=(erratum(step(eq(x[k], 2), by("refuted")), correction=step(eq(x[t], c), by("proved"))),))
false = Refutation(name="false", claim=eq(x[t], 2), given=facts, corrected_by="quantified")
"""


def test_every_index_is_said_with_its_bound(run, tmp_path):
    path = tmp_path / "mine.py"
    path.write_text(ENTRIES + QUANTIFIED)
    out = run("list", str(path))[1]
    assert "x[t] = c, for all t >= 5" in out and "x[t] = 2, for all t >= 5" in out
    run("check", str(path))
    (tmp_path / "derivations").mkdir()
    path.rename(tmp_path / "derivations" / "mine.py")
    out = run("show", "quantified")[1]
    assert "claim    x[t] = c, for all t >= 5\n" in out and "domains  integer t >= 5, real c\n" in out
    assert "  x[t] = c, for all t >= 5\n" in out and "w[t] independent across t, t >= 5" in out
    assert "y[t] = y[t - 1], for all t >= 6, starting from y[5] = c" in out
    assert "printed    x[k] = 2, for all integer k" in out
    data = json.loads(run("export", "quantified", "--to", "json")[1])
    assert data["claim"] == "x[t] = c, for all t >= 5" and data["domains"] == ["integer t >= 5", "real c"]
    latex = run("export", "quantified", "--to", "latex")[1]
    assert r"x_t = c \quad \text{for all } t \ge 5" in latex and r"$x_t = c$ for all $t \ge 5$" in latex
    assert r"Indices: $t \ge 5$" in latex
    latex = run("export", "false", "--to", "latex")[1]
    assert r"\textbf{Refuted.}" in latex and "N = 2, c = 1" in latex and r"x_t = c \quad \text{for all }" in latex
    assert r"\textbf{Correction: }" in latex


def test_a_correction_that_is_not_proved_is_not_called_so(run, tmp_path):
    path = tmp_path / "mine.py"
    path.write_text(ENTRIES + "other = Refutation(name='other', claim=eq(N, 2), corrected_by='good-result')\n")
    out = run("sheet", str(path), "--no-experiments", "-o", "a.tex")[1]
    assert "corrected by good-result, which is not proved here" in out and "the sheet proves" not in out


def test_a_proved_entry_with_a_blessed_erratum_is_not_said_to_be_refuted(run, tmp_path):
    more = "erratum(step(eq(N, 2), by('undecided')), correction=step(eq(N, 1), by('proved')))"
    more = f"from dataclasses import replace\nentry = replace(entry, errata=({more},))\n"
    path = entry(tmp_path, "proved", more=more)
    out = run("check", path)[1]
    assert "NO  mine  proved " in out and "to be refuted" not in out


def test_one_of_several_entries_of_a_file_is_named(run, tmp_path):
    path = entry(tmp_path, "proved", more="other = derivation('other', 'undecided')")
    code, _, err = run("show", path)
    assert code == 2 and f"name one, as {path}::mine or {path}::other" in err
    assert run("show", f"{path}::mine")[1].startswith("mine\n")
    assert run("show", f"{path}::mein")[2].strip().endswith("holds no entry called 'mein': did you mean mine?")
    for form in ("python", "latex", "json"):
        assert run("export", f"{path}::other", "--to", form)[0] == 3, form
    data = json.loads(run("show", "--json", f"{path}::other")[1])["derivations"][0]
    assert data["lines"][0]["reason"] == "the budget is spent"


def test_names_and_paths_select(run, tmp_path):
    assert "false-claim" not in run("check", "good-result")[1]
    out = run("check", "good-result", entry(tmp_path, "proved"))[1]
    assert "mine" in out and "good-result" in out and "false-claim" not in out
    folder = tmp_path / "folder"
    folder.mkdir()
    entry(folder, "proved", name="inside")
    assert "inside" in run("check", str(folder))[1]
    (tmp_path / "derivations").mkdir()
    entry(tmp_path / "derivations", "proved", name="in-the-project")
    assert "in-the-project" in run("check")[1], "./derivations belongs to the catalogue of a project"


@pytest.mark.parametrize(
    "arguments, said",
    [
        (["check", "god-result"], "did you mean good-result"),
        (["check", "nowhere.py"], "there is no such file or folder"),
        (["show"], "Missing argument 'NAME'"),
        (["chekc"], "No such command"),
        (["check", "--colour"], "No such option"),
        (["export", "good-result", "--to", "word"], "'word' is not one of"),
        (["simulate", "good-result", "--workers", "-1"], "--workers"),
        (["new", "Bad Name"], "is not a name"),
        (["new", "good-result"], "is there already"),
    ],
)
def test_usage_errors_are_one_line_and_exit_2(run, arguments, said):
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert said in err and err.count("\n") == 1 and err.startswith("sgdproofs: ")


def test_a_file_that_does_not_load_is_one_line_and_the_others_are_checked(run, tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    entry(folder, "proved")
    (folder / "bad.py").write_text(ENTRIES + "\n1/0\n")
    code, out, err = run("check", str(folder))
    assert code == 2 and "ok  mine" in out
    assert err.count("\n") == 1 and f"{folder / 'bad.py'}:13: ZeroDivisionError" in err
    code, out, err = run("check", "--json", str(folder))
    assert code == 2 and json.loads(out)["derivations"][0]["name"] == "mine"
    entry(folder, "refuted")
    assert run("check", str(folder))[0] == 1


def test_an_error_of_the_program_is_one_line(run, monkeypatch):
    monkeypatch.setattr(fake_verdicts, "judge", lambda *_: 1 / 0)
    code, _, err = run("check")
    assert code == 70 and err.count("\n") == 2 and err.count("ZeroDivisionError") == 2  # one line an entry


def test_a_line_that_is_right_with_a_reason_that_is_too_short_is_a_remark(run, tmp_path):
    more = "erratum(step(eq(N, 2), by('unjustified')), correction=step(eq(N, 2), by('proved')))"
    more = f"from dataclasses import replace\nentry = replace(entry, errata=({more},))\n"
    out = run("check", entry(tmp_path, "proved", more=more))[1]
    assert "1 line, 1 condition, 1 remark\n" in out
    assert "\n1 remark: " in out and " errata: " not in out


def test_a_helper_in_the_folder_of_derivations_is_left_alone(run, tmp_path):
    (tmp_path / "derivations").mkdir()
    (tmp_path / "derivations" / "helper.py").write_text("raise SystemExit\n")
    assert run("check")[0] == 0
    entry(tmp_path / "derivations", "proved")
    code, out, err = run("check")
    assert code == 0 and "ok  mine" in out and err == ""


def test_list(run):
    code, out, _ = run("list")
    assert code == 0 and out.splitlines()[0].split() == ["good-result", "Problem", "1(a)", "proved", "N", "=", "1/N"]
    data = json.loads(run("list", "--json")[1])["derivations"]
    assert [(d["name"], d["kind"], d["verdict"]) for d in data] == [
        ("good-result", "derivation", "proved"),
        ("false-claim", "refutation", "refuted"),
    ]


def test_show(run):
    code, out, _ = run("show", "good-result")
    assert code == 0
    for text in (
        "good-result",
        "Problem 1(a)",
        "fixed point",
        "needs N != 0: from the domains",
        "errata",
        "printed    N = 2",
    ):
        assert text in out
    code, out, _ = run("show", "false-claim")
    assert code == 0 and "witness  N = 2, c = 1:  left 2, right 3" in out and "corrected by good-result" in out


def test_export(run, tmp_path):
    code, out, _ = run("export", "good-result", "--to", "python")
    assert code == 0 and "def good_result(*, N):" in out
    code, out, err = run("export", "good-result", "--to", "json", "-o", "deep/er/out.json")
    assert (code, out) == (0, "") and json.loads(Path("deep/er/out.json").read_text())["claim"] == "N = 1/N"
    assert "wrote deep/er/out.json" in err
    assert r"\frac{1}{N}" in run("export", "good-result", "--to", "latex")[1]
    code, out, err = run("export", entry(tmp_path, "unjustified"), "--to", "python")
    assert code != 0 and out == "" and "mine is unjustified" in err
    code, _, err = run("export", "false-claim", "--to", "python")
    assert code != 0 and err.count("\n") == 1
    blocked = tmp_path / "blocked"
    blocked.write_text("")
    code, _, err = run("export", "good-result", "--to", "json", "-o", "blocked/out.json")
    assert code == 2 and "blocked" in err and err.count("\n") == 1


def experiments(monkeypatch, *passed: bool) -> list:
    """Give every entry experiments with these outcomes; returns the calls."""
    calls = []

    def ran(entry, **settings):
        calls.append((entry.name, {k: v for k, v in settings.items() if k != "progress"}))
        return tuple(Result("x", "exact", ok, "24 spaces", "1/(2N)", ok) for ok in passed)

    monkeypatch.setattr("sgdproofs.experiments.run", ran)
    return calls


def test_simulate(run, tmp_path, monkeypatch):
    assert "declares no experiment" in run("simulate", "good-result")[1]
    path = entry(
        tmp_path,
        "proved",
        more="from types import SimpleNamespace\nfrom dataclasses import replace\n"
        "entry = replace(entry, experiments=(SimpleNamespace(kind='exact'),))",
    )
    calls = experiments(monkeypatch, True)
    code, out, _ = run("simulate", path, "--workers", "2")
    assert code == 0 and "ok  x: 24 spaces" in out and calls == [("mine", {"workers": 2})]
    data = json.loads(run("simulate", path, "--json")[1])
    assert data["name"] == "mine" and data["experiments"][0]["passed"] is True
    experiments(monkeypatch, True, False)
    code, out, _ = run("simulate", path)
    assert code == 1 and "NO  x" in out
    assert run("check", "--experiments", path)[0] == 1
    assert (
        json.loads(run("check", "--experiments", "--json", path)[1])["derivations"][0]["experiments"][1]["passed"]
        is False
    )


def test_simulate_draws(run, tmp_path):
    pytest.importorskip("matplotlib", reason="pictures need Matplotlib")
    shipped = Path(cli.__file__).parent.parent / "derivations" / "problem_6_as_printed.py"
    code, _, err = run("simulate", str(shipped), "--plot", "pictures/out.svg")
    assert code == 0 and "wrote pictures/out.svg" in err
    assert Path("pictures/out.svg").read_text().lstrip().startswith("<?xml")


def test_what_cannot_be_drawn_is_one_line_before_any_work(run, tmp_path, monkeypatch):
    monkeypatch.setattr("sgdproofs.experiments.run", lambda *_, **__: pytest.fail("the experiments ran"))
    shipped = str(Path(cli.__file__).parent.parent / "derivations" / "problem_6_as_printed.py")
    for arguments, code, said in (
        ((shipped, "--plot", "out.docx"), 2, "a picture ends in .svg, .png or .pdf"),
        (("good-result", "--plot", "out.svg"), 2, "declares no experiment"),
    ):
        got, _, err = run("simulate", *arguments)
        assert got == code and said in err and err.count("\n") == 1
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    code, _, err = run("simulate", shipped, "--plot", "out.svg")
    assert code == 4 and 'pip install "sgdproofs[plot]"' in err and err.count("\n") == 1


def test_a_missing_tool_is_exit_4(run, tmp_path, monkeypatch):
    path = entry(
        tmp_path,
        "proved",
        more="from types import SimpleNamespace\nfrom dataclasses import replace\n"
        "entry = replace(entry, experiments=(SimpleNamespace(kind='exact'),))",
    )
    experiments(monkeypatch, True)
    monkeypatch.setitem(sys.modules, "distributed", None)
    code, _, err = run("simulate", path, "--dask", "tcp://localhost:1")
    assert code == 4 and "pip install 'sgdproofs[dask]'" in err and err.count("\n") == 1


SHEET = """
title = "Homework"
[[problem]]
title = "A result"
points = 5
text = "Show it for $N$."
entries = ["good-result", "false-claim"]
"""


def test_a_sheet_of_entries_is_written_in_the_forms_that_are_asked_for(run, monkeypatch, tmp_path):
    experiments(monkeypatch, True)
    code, out, err = run("sheet", "good-result", "false-claim", "-o", "a.tex", "-o", "b.md", "--title", "Mine")
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        "checked 1 derivation, 2 lines: 2 proved",
        "false-claim, N = 2, is REFUTED at N = 2, c = 1: left 2, right 3; the sheet proves N = 1/N",
        "wrote a.tex, b.md",
    ]
    assert "Mine" in Path("a.tex").read_text() and Path("b.md").read_text().startswith("# Mine")
    code, out, err = run("sheet", entry(tmp_path, "undecided"), "-o", "other")
    assert code == 3 and "NO  mine" in out
    assert {path.name for path in Path().glob("other.*")} >= {"other.pdf", "other.tex", "other.md"}
    assert json.loads(run("sheet", "good-result", "-o", "c.md", "--json")[1])["written"] == ["c.md"]


def test_a_sheet_definition_gives_problems_and_solutions(run):
    Path("hw.toml").write_text(SHEET)
    code, out, err = run("sheet", "hw.toml", "-o", "out/hw.pdf", "-o", "out/hw.tex", "-o", "out/hw.md", "--both")
    assert (code, err) == (0, "")
    assert out.splitlines()[-1] == "wrote " + ", ".join(
        f"out/hw-{kind}{end}" for kind in ("problems", "solutions") for end in (".pdf", ".tex", ".md")
    )
    problems, solutions = (Path(f"out/hw-{kind}.tex").read_text() for kind in ("problems", "solutions"))
    assert "\n\\printanswers" in solutions and "\n\\printanswers" not in problems
    assert r"\titledquestion{A result}[5]" in problems and r"\begin{solution}" in solutions
    assert "proved" not in Path("out/hw-problems.md").read_text() and "solution}" not in problems
    assert "the proof" not in problems.lower()
    assert run("sheet", "hw.toml", "--problems", "-o", "only.md")[0] == 0
    assert Path("only.md").read_text() == Path("out/hw-problems.md").read_text()


def test_a_pdf_is_the_same_to_the_last_byte_for_a_fixed_date(run, monkeypatch):
    Path("hw.toml").write_text(SHEET)
    for name in ("a", "b"):
        assert run("sheet", "hw.toml", "-o", f"{name}.pdf", "--date", "2026-11-22")[0] == 0
    assert Path("a.pdf").read_bytes() == Path("b.pdf").read_bytes() and b"2026-11-22" in Path("a.pdf").read_bytes()
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    assert run("sheet", "hw.toml", "-o", "c.pdf")[0] == 0
    assert b"1970-01-02" in Path("c.pdf").read_bytes()
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "soon")
    code, _, err = run("sheet", "hw.toml", "-o", "d.pdf")
    assert code == 2 and "SOURCE_DATE_EPOCH is 'soon'" in err and not Path("d.pdf").exists()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "hw.toml:1: the file is empty: write a title"),
        ("# nothing\n", "hw.toml:1: the file is empty"),
        ("[[problem]]\ntext = 'x'\n", "the sheet has no title: write title"),
        ("title = 'a'\n", "hw.toml:1: the sheet has no problem: add [[problem]]"),
        ("title = 'a'\n[[problem]]\n", "hw.toml:2: the problem is empty"),
        ("title = 'a'\n[[problem]]\ntext = 'x'\n[[problem.part]]\n", "hw.toml:4: the part is empty"),
        ("title = 'a'\ntitel = 'b'\n", "hw.toml:2: the sheet has no key 'titel': did you mean title"),
        (
            "title = 'a'\n[[problem]]\ntext = '''\npoints = 3\n'''\nx = 1\n",
            "hw.toml:6: a problem has no key 'x': known are",
        ),
        (
            "title = 'a'\n[[problem]]\ntext='x'\npoints = 'ten'\n",
            "hw.toml:4: points is a text, and has to be a whole number",
        ),
        ("title = 'a'\n[[problem]]\ntext='x'\npoints = -3\n", "hw.toml:4: points is a negative number"),
        ("title = 'a'\n[[problem]]\ntext='x'\npoints = true\n", "hw.toml:4: points is true or false"),
        ("title = 7\n", "hw.toml:1: title is a number, and has to be a text"),
        ("title = 'a'\nproblem = 'b'\n", "hw.toml:2: problem is a text, and has to be tables: write [[problem]]"),
        (
            "title = 'a'\n[problem]\ntext='x'\n",
            "hw.toml:2: problem is a table, and has to be tables: write [[problem]]",
        ),
        (
            "title = 'a'\n[[problem]]\nentries = ['good-resul']\n",
            "hw.toml:3: no entry is called 'good-resul': did you mean good-result",
        ),
        (
            "title = 'a'\n[[problem]]\nentries = ['good-result']\n[[problem]]\nentries = ['good-result']\n",
            "hw.toml:5: the entry good-result stands on the sheet twice, first at hw.toml:3",
        ),
        (
            "title = 'a'\n[[problem]]\nentries = ['good-result', 3]\n",
            "hw.toml:3: entries is a list that holds something",
        ),
        (
            "title = 'a'\n[[problem]]\nentries = ['good-result']\nhide = {good-reslt = [1]}\n",
            "hw.toml:4: hide names 'good-reslt', which is not among the entries here: did you mean good-result",
        ),
        (
            "title = 'a'\n[[problem]]\nentries = ['good-result']\nhide = {good-result = [9]}\n",
            "hw.toml:4: hide of good-result: it has no line 9 to hide: the lines of its proof are 1 to 2",
        ),
        (
            "title = 'a'\n[[problem]]\nentries = ['false-claim']\nhide = {false-claim = 'proof'}\n",
            "hw.toml:4: hide of false-claim: it is a refutation, and has no proof to hide",
        ),
        (
            "title = 'a'\n[[problem]]\nentries = ['good-result']\nhide = {good-result = 'all'}\n",
            "hw.toml:4: hide is a table, and has to be entries with their lines",
        ),
        (
            "title = 'a'\n[[problem]]\ntext = 'x'\npoints = 3\n[[problem.part]]\ntext = 'y'\npoints = 2\n",
            "hw.toml:4: the problem has 3 points and its parts 2 together",
        ),
        ("title = 'a'\n[[problem]]\ntext = 'so $x is'\n", "hw.toml:3: a $ has no partner near"),
        (
            "title = 'a'\n[[problem]]\ntext = 'so $\\foo{x}$'\n",
            r"hw.toml:3: the formula '\\foo{x}' cannot be read: the command \foo is not known here",
        ),
        ("title = 'a'\n[[problem]\n", "hw.toml:2: "),
        ("title = 'a'\ntitle = 'b'\n", "hw.toml:2: Cannot overwrite a value"),
        ('title = "\\alpha"\n', "hw.toml:1: "),
        ("title = 'a'\n[[problem]]\ntext = '**a'\n", "hw.toml:3: a ** has no partner"),
        ("title = 'a'\n[[problem]]\ntext = '$$ $$'\n", "hw.toml:3: there is nothing between two $"),
        (
            "title = 'a'\n[[problem]]\ntext = '$" + "{" * 900 + "x" + "}" * 900 + "$'\n",
            "it is nested more than 20 deep",
        ),
        ("title = 'a'\n[[problem]]\n[problem.part]\n", "has to be tables: write [[problem.part]] above its keys"),
        ("title = 'a'\n[[problem]]\n" + "[[problem.part]]\ntext = 'x'\n" * 27, "a problem has at most 26 parts"),
        ("title = '" + "a" * 600_000 + "'\n", "the file has 600,011 bytes"),
        (b"title = 'a'\ncourse = '\xfc'\n", "hw.toml:2: the byte 0xfc is not UTF-8: save the file as UTF-8"),
    ],
)
def test_a_malformed_sheet_is_one_line_with_the_place_and_the_mend(run, text, told):
    Path("hw.toml").write_bytes(text if isinstance(text, bytes) else text.encode())
    code, out, err = run("sheet", "hw.toml", "-o", "hw.pdf")
    assert (code, out) == (2, "") and told in err and err.count("\n") == 1, err
    assert not Path("hw.pdf").exists()


def test_a_target_that_cannot_be_written_is_told_before_anything_is_checked(run, monkeypatch):
    Path("hw.toml").write_text(SHEET)
    Path("folder.pdf").mkdir()
    Path("folder").mkdir()
    Path("file").write_text("")
    for target, told in (
        ("folder.pdf", "folder.pdf: this is a folder"),
        ("file/hw.pdf", "is a file, and not a folder"),
        ("folder", "folder: this is a folder"),
        ("", ".: this is a folder"),
        ("hw.docx", "hw.docx: .docx is no form of a sheet: use .pdf, .html, .tex, .md"),
    ):
        code, out, err = run("sheet", "hw.toml", "-o", target)
        assert (code, out) == (2, "") and told in err and err.count("\n") == 1, err
    monkeypatch.setattr("os.access", lambda *_: False)
    code, _, err = run("sheet", "hw.toml", "-o", "hw.pdf")
    assert code == 2 and "no permission to write there" in err and err.count("\n") == 1


def test_a_sheet_that_is_not_there_says_which_are(run):
    code, _, err = run("sheet", "hw4.toml", "-o", "a.md")
    assert code == 2 and "hw4.toml: No such file" in err
    code, _, err = run("sheet", "sgd-problem", "-o", "a.md", "--both")
    assert code == 2 and "did you mean sgd-problems" in err and err.count("\n") == 1
    Path("hw.toml").write_text(SHEET)
    code, _, err = run("sheet", "hw.toml", "--both", "--problems")
    assert code == 2 and "leave out one of the two" in err
    code, _, err = run("sheet", "hw.toml", "good-result")
    assert code == 2 and "name it alone" in err


def test_an_interrupted_write_leaves_nothing(tmp_path, monkeypatch):
    from sgdproofs.printing import PrintError, put

    (tmp_path / "a.md").write_text("before")
    for error, seen in ((KeyboardInterrupt(), KeyboardInterrupt), (OSError(28, "No space left"), PrintError)):
        monkeypatch.setattr(Path, "replace", lambda *_, error=error: (_ for _ in ()).throw(error))
        with pytest.raises(seen):
            put(tmp_path / "a.md", b"after")
    assert [path.name for path in tmp_path.iterdir()] == ["a.md"] and (tmp_path / "a.md").read_text() == "before"


def test_a_name_with_spaces_is_quoted_in_the_advice(run):
    assert "`sgdproofs sheet 'my hw.toml' -o 'my hw.pdf' --both`" in run("new-sheet", "my hw.toml")[1]


def test_a_missing_typst_or_latexmk_is_exit_4_with_the_mend(run, monkeypatch):
    import importlib.util
    import shutil

    Path("hw.toml").write_text(SHEET)
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *rest: None if name == "typst" else find(name, *rest))
    code, out, err = run("sheet", "hw.toml", "-o", "a.pdf")
    assert (code, out) == (4, "") and 'pip install "sgdproofs[pdf]"' in err and err.count("\n") == 1
    assert run("sheet", "hw.toml", "-o", "a.md")[0] == 0, "what needs no Typst is written without it"
    monkeypatch.setattr(shutil, "which", lambda name, **_: None)
    code, out, err = run("sheet", "hw.toml", "-o", "a.pdf", "--engine", "latex")
    line = "apt-get install texlive-latex-recommended texlive-latex-extra latexmk lmodern"
    assert (code, out) == (4, "") and line in err and err.count("\n") == 1
    assert run("sheet", "hw.toml", "-o", "a.tex")[0] == 0


def test_new_sheet_writes_a_definition_that_can_be_read_and_never_overwrites(run):
    from sgdproofs.sheets import read

    code, out, _ = run("new-sheet", "hw3.toml")
    assert code == 0 and "sgdproofs sheet hw3.toml -o hw3.pdf --both" in out
    assert read(Path("hw3.toml")).title == "Homework 3"
    code, _, err = run("new-sheet", "hw3.toml")
    assert code == 2 and "is there already" in err
    code, _, err = run("new-sheet", "hw3")
    assert code == 2 and "ends in .toml" in err


def test_new_writes_a_file_that_loads_and_never_overwrites(run):
    code, out, _ = run("new", "nesterov-limit")
    path = Path("derivations/nesterov_limit.py")
    assert code == 0 and str(path) in out
    (written,) = catalogue.load_file(path)
    assert written.name == "nesterov-limit"
    before = path.read_text()
    path.write_text(before + "# changed\n")
    code, _, err = run("new", "nesterov-limit")
    assert code == 2 and "is there already" in err and path.read_text() == before + "# changed\n"
    assert run("new", "lambda")[0] == 0, "a name that Python reserves"
    catalogue.load_file("derivations/lambda_.py")


# --- as a process ----------------------------------------------------------------------------------------


def process(*arguments: str, **settings) -> subprocess.CompletedProcess:
    settings.setdefault("env", dict(os.environ))
    return subprocess.run([sys.executable, "-m", "sgdproofs", *arguments], capture_output=True, **settings)


def test_help_is_fast_and_complete():
    code = "import sys, sgdproofs.cli; assert not {'sympy', 'numpy', 'pytest', 'mpmath'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
    out = process("--help").stdout.decode()
    for command in ("list", "check", "show", "sheet", "simulate", "export", "new", "new-sheet"):
        assert f"\n  {command} " in out


def test_no_command_is_help():
    ran = process()
    assert ran.returncode == 0 and ran.stderr == b"" and ran.stdout == process("--help").stdout


@pytest.mark.parametrize("closed", [">&-", ">&- 2>&-"])
def test_a_closed_output_is_quiet(project, closed):
    folder, command, env = project
    ran = subprocess.run(
        ["sh", "-c", f'"$@" {closed}', "sh", *command, "check", "many.py"], cwd=folder, env=env, capture_output=True
    )
    assert (ran.returncode, ran.stdout, ran.stderr) == (1, b"", b"")


def test_version():
    from importlib.metadata import version

    assert process("--version").stdout.decode().split() == ["sgdproofs", version("sgdproofs")]


@pytest.fixture
def project(tmp_path):
    """A folder with a derivation file, for a process with the stand-in on its path."""
    text = ENTRIES + 'good = derivation("gut", *["refuted"] * 3000, title="\\u03c3\\u00b2 und \\u0177")\n'
    (tmp_path / "many.py").write_text(text)
    start = (
        "import sys; import fake_verdicts; sys.modules['sgdproofs.verdicts'] = fake_verdicts\n"
        "from sgdproofs.cli import main; main()"
    )
    env = os.environ | {"PYTHONPATH": str(Path(__file__).parent)}
    return tmp_path, [sys.executable, "-c", start], env


def test_a_broken_pipe_is_quiet(project):
    folder, command, env = project
    process = subprocess.Popen(
        [*command, "check", "many.py"], cwd=folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    process.stdout.readline()
    process.stdout.close()
    err = process.stderr.read()
    process.stderr.close()
    assert process.wait(timeout=60) == 141
    assert err == b""


def test_a_terminal_that_is_not_utf_8(project):
    folder, command, env = project
    for encoding, printed in (
        ("latin-1", b"gut: \\u03c3\xb2 und \\u0177"),
        ("ascii", "gut: \u03c3\u00b2 und \u0177".encode()),
    ):
        ran = subprocess.run(
            [*command, "show", "many.py"], cwd=folder, env=env | {"PYTHONIOENCODING": encoding}, capture_output=True
        )
        assert ran.returncode == 1 and printed in ran.stdout and ran.stderr == b""


def test_an_interrupt_ends_with_130(project):
    folder, _, env = project
    start = (
        "import sys, time, types\nmodule = types.ModuleType('v')\n"
        "def judge(*_):\n    print('ready', flush=True)\n    time.sleep(60)\nmodule.judge = judge\n"
        "module.REWRITING = None\nsys.modules['sgdproofs.verdicts'] = module\nfrom sgdproofs.cli import main; main()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", start, "check", "many.py"],
        cwd=folder,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # where the tests run it may be ignored
    )
    assert process.stdout.readline() == b"ready\n"
    time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130 and b"Traceback" not in err, err
