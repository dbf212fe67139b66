"""What a notebook shows, in an executed one, and what a terminal prints."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from sgdproofs.catalogue import load
from sgdproofs.experiments import run
from sgdproofs.language.derivation import Derivation
from sgdproofs.notebook import unchecked
from sgdproofs.verdicts import judge

CATALOGUE = load()
NAMES = list(CATALOGUE)


@pytest.mark.parametrize("name", NAMES)
def test_an_entry_and_its_report_show_themselves(name: str) -> None:
    entry = CATALOGUE[name]
    report = judge(entry, CATALOGUE)
    for thing in (entry, report):
        told = thing._repr_mimebundle_()
        assert set(told) == {"text/plain", "text/html", "text/latex"}
        assert "\n" not in told["text/plain"] and told["text/plain"] == repr(thing)
        assert told["text/latex"].startswith("$$\n\\begin{aligned}")
        assert told["text/latex"].endswith("\\end{aligned}\n$$")
        assert "align*" not in told["text/latex"]
        assert "<math" in told["text/html"] and "<script" not in told["text/html"]
        assert not re.search(r"https?:|url\(|@import", told["text/html"])
    assert report.verdict in report._repr_mimebundle_()["text/html"]
    if isinstance(entry, Derivation):
        assert "not checked yet" in entry._repr_mimebundle_()["text/html"]


@pytest.mark.parametrize("name", NAMES)
def test_the_lines_before_a_check_are_those_that_a_check_meets(name: str) -> None:
    entry = CATALOGUE[name]
    if not isinstance(entry, Derivation):
        pytest.skip("a refutation has no lines of its own")
    checked = [line for line in judge(entry, CATALOGUE).lines if not line.scope.startswith("sanity")]
    plain = unchecked(entry).lines
    assert [(n.number, n.statement, n.depth, n.scope, n.continued) for n in plain] == [
        (n.number, n.statement, n.depth, n.scope, n.continued) for n in checked
    ]
    assert not any(line.verdict for line in plain)


def test_a_theorem_shows_its_facts_and_conditions() -> None:
    theorem = judge(CATALOGUE["ema-variance"], CATALOGUE).theorem
    told = theorem._repr_mimebundle_()
    assert told["text/plain"].startswith("<theorem ema-variance:")
    assert "Given" in told["text/html"] and "Conditions" in told["text/html"] and 'class="result"' in told["text/html"]
    assert "given update" in str(theorem)


def test_a_result_shows_its_picture() -> None:
    pytest.importorskip("matplotlib", reason="pictures need Matplotlib")
    (result,) = run(CATALOGUE["problem-6-as-printed"])
    told = result._repr_mimebundle_()
    assert "<svg" in told["text/html"] and "passed" in told["text/plain"]
    assert "\n" not in repr(result)


def test_a_report_prints_as_a_table() -> None:
    report = judge(CATALOGUE["ema-variance"], CATALOGUE)
    first, *rows = str(report).splitlines()
    assert first == "ema-variance: proved"
    assert rows[0].split()[:2] == ["1", "proved"] and "function of the past: update" in rows[0]
    assert sum(bool(re.match(r" *\d+  proved", row)) for row in rows) == len(report.lines)
    assert any(row.startswith("needs N != 0") for row in rows)


def test_the_style_of_a_fragment_stays_within_it() -> None:
    html = CATALOGUE["ema-variance"]._repr_mimebundle_()["text/html"]
    style = html[html.index("<style>") + 7 : html.index("</style>")].strip()
    assert style.startswith(".sgdproofs {") and style.endswith("}")
    depth = 0
    for place, sign in enumerate(style):
        depth += {"{": 1, "}": -1}.get(sign, 0)
        assert depth > 0 or place == len(style) - 1 or place < len(".sgdproofs {")


CELLS = (
    "from sgdproofs.catalogue import load\nfrom sgdproofs.verdicts import judge\nfrom sgdproofs.experiments import run",
    "catalogue = load()\nentry = catalogue['ema-variance']\nentry",
    "report = judge(entry, catalogue)\nreport",
    "report.theorem",
    "judge(catalogue['problem-6-as-printed'], catalogue)",
    "run(catalogue['problem-6-as-printed'])[0]",
    "print(report)",
)


def executed(folder: Path):
    nbclient = pytest.importorskip("nbclient", reason="nbclient runs notebooks")
    nbformat = pytest.importorskip("nbformat", reason="nbformat writes notebooks")
    pytest.importorskip("ipykernel", reason="ipykernel is the kernel of the notebook")
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS])
    nbclient.NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(folder)}}).execute()
    return notebook


def test_an_executed_notebook(tmp_path) -> None:
    pytest.importorskip("matplotlib", reason="pictures need Matplotlib")
    outputs = [cell.outputs for cell in executed(tmp_path).cells]
    assert not outputs[0]
    for shown in outputs[1:6]:
        data = shown[0].data
        assert shown[0].output_type == "execute_result"
        assert data["text/html"].startswith('<div class="sgdproofs">') and "\n" not in data["text/plain"]
        HTMLParser().feed(data["text/html"])
    assert "<svg" in outputs[5][0].data["text/html"]
    assert outputs[6][0].text.startswith("ema-variance: proved\n")
