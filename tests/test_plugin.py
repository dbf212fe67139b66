"""The pytest plugin, run by pytest in a folder of its own.  Verdicts come from a stand-in."""

from __future__ import annotations

import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

CONFTEST = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
import fake_verdicts
sys.modules["sgdproofs.verdicts"] = fake_verdicts
import types
from sgdproofs.experiments import Result
experiments = types.ModuleType("sgdproofs.experiments")
def run(entry):
    return tuple(Result("x", e.kind, e.passed, "1/2 against 1/3", "", e.passed) for e in entry.experiments)
experiments.run = run
sys.modules["sgdproofs.experiments"] = experiments
"""
HEAD = """
from types import SimpleNamespace
from fake_verdicts import by
from sgdproofs import *
N, c = real("N", at_least=1), real("c")
fact = assume(eq(c, 1)).named("fixed point")
def derivation(name, *verdicts, **more):
    lines = tuple(step(eq(N, 1/N), by(v, fact)) for v in verdicts)
    return Derivation(name=name, claim=eq(N, 1/N), given=(fact,), proof=lines, **more)
"""
GOOD = (
    HEAD
    + """
good = derivation("good-result", "proved", "proved", experiments=(SimpleNamespace(kind="exact", passed=True),))
false = Refutation(name="false-claim", claim=eq(N, 2))
"""
)
BAD = (
    HEAD
    + """
failing = SimpleNamespace(kind="exact", passed=False)
bad = derivation("bad-result", "proved", "refuted", "unjustified", experiments=(failing,))
"""
)


class Project:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.write("conftest.py", CONFTEST)
        self.write("pytest.ini", "[pytest]\n")

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def run(self, *arguments: str) -> tuple[int, str]:
        ran = subprocess.run(
            [sys.executable, "-m", "pytest", "-rA", "--color=no", *arguments],
            cwd=self.folder,
            capture_output=True,
            text=True,
        )
        return ran.returncode, ran.stdout + ran.stderr


@pytest.fixture
def project(tmp_path):
    return Project(tmp_path)


def test_one_item_a_line_and_one_an_experiment(project):
    project.write("derivations/good.py", GOOD)
    project.write("deep/derivations/more/also.py", HEAD + 'entry = derivation("deep-result", "proved")\n')
    code, out = project.run("-v")
    assert code == 0, out
    for name in (
        "good-result::line 1",
        "good-result::line 2",
        "good-result::claim",
        "good-result::experiment 1 (exact)",
        "false-claim::line 1",
        "false-claim::claim",
    ):
        assert f"derivations/good.py::{name} PASSED" in out
    assert "deep/derivations/more/also.py::deep-result::line 1 PASSED" in out
    assert "8 passed" in out


def test_a_failure_says_why_without_a_traceback(project):
    project.write("derivations/bad.py", BAD)
    code, out = project.run()
    assert code == 1 and "1 passed" in out and "4 failed" in out
    assert "FAILED derivations/bad.py::bad-result::line 2" in out
    for text in (
        "claimed  N = 1/N",
        "cites: fixed point",
        "witness  N = 2, c = 1:  left 2, right 3",
        "missing  x independent",
        "1/2 against 1/3",
        "not proved\n  claimed  N = 1/N\n  reason   line 2 is refuted\n           line 3 is unjustified\n",
    ):
        assert text in out
    assert "Traceback" not in out and "pytest_plugin.py" not in out


def test_selection_by_keyword_by_id_and_last_failed(project):
    project.write("derivations/good.py", GOOD)
    project.write("derivations/bad.py", BAD)
    assert "1 passed, 10 deselected" in project.run("-k", "good-result and line and 2")[1]
    assert "1 passed" in project.run("derivations/good.py::good-result::line 2")[1]
    assert "3 passed" in project.run("derivations/bad.py::bad-result", "derivations/good.py::false-claim")[1]
    assert "4 failed, 7 passed" in project.run()[1]
    assert "4 failed" in (out := project.run("--lf")[1]) and "passed" not in out.splitlines()[-1]


def test_junit(project):
    project.write("derivations/bad.py", BAD)
    project.run("--junitxml=report.xml")
    cases = {c.get("name"): c for c in ElementTree.parse(project.folder / "report.xml").iter("testcase")}
    assert set(cases) == {"line 1", "line 2", "line 3", "claim", "experiment 1 (exact)"}
    assert "bad-result" in cases["line 2"].get("classname")
    assert "witness" in cases["line 2"].find("failure").text and cases["line 1"].find("failure") is None


def test_xdist(project):
    pytest.importorskip("xdist")
    project.write("derivations/good.py", GOOD)
    project.write("derivations/bad.py", BAD)
    code, out = project.run("-n", "2")
    assert code == 1 and "4 failed, 7 passed" in out


def test_a_file_that_does_not_load_is_one_collection_error(project):
    project.write("derivations/good.py", GOOD)
    project.write("derivations/bad.py", HEAD + "\n1/0\n")
    code, out = project.run("--continue-on-collection-errors")
    assert code == 1 and "1 error" in out and "6 passed" in out
    assert f"bad.py:{len(HEAD.splitlines()) + 2}: ZeroDivisionError: division by zero" in out
    assert "Traceback" not in out
    project.write("derivations/bad.py", "from sgdproofs import *\n")
    assert "it defines no entry" in project.run()[1]


def test_a_name_that_is_used_twice(project):
    project.write("derivations/a.py", HEAD + 'entry = derivation("same", "proved")\n')
    project.write("derivations/b.py", HEAD + 'entry = derivation("same", "proved")\n')
    code, out = project.run()
    assert code != 0 and "two entries are called same" in out and "a.py" in out and "b.py" in out


def test_unrelated_folders_and_files_are_left_alone(project):
    project.write("derivations/words.py", "import surely_not_there\nENGLISH = 'sgdproofs'\n")
    project.write("derivations/plots.py", "from sgdproofs.formulas import nothing_of_the_kind\n")
    project.write("derivations/_helper.py", "from sgdproofs import *\n")
    project.write("elsewhere/good.py", GOOD)
    project.write("test_mine.py", "def test_mine(): pass\n")
    code, out = project.run()
    assert code == 0 and "1 passed" in out


def test_files_named_on_the_command_line_and_by_the_option(project):
    project.write("elsewhere/good.py", GOOD)
    code, out = project.run("elsewhere/good.py")
    assert code == 0 and "6 passed" in out
    project.write("pytest.ini", "[pytest]\nsgdproofs_derivations = results elsewhere/g*.py\n")
    project.write("results/also.py", HEAD + 'entry = derivation("also", "proved")\n')
    project.write("derivations/not.py", GOOD.replace("good-result", "other").replace("false-claim", "another"))
    code, out = project.run()
    assert code == 0 and "8 passed" in out


def test_loading_the_plugin_does_not_import_sympy(project):
    project.write("conftest.py", "")
    project.write(
        "test_mine.py",
        "import sys\ndef test_mine():\n    assert 'sgdproofs.pytest_plugin' in sys.modules\n"
        "    assert 'sympy' not in sys.modules\n",
    )
    code, out = project.run()
    assert code == 0 and "1 passed" in out
