"""Loading: which files are entries, and what is said of those that are not."""

from __future__ import annotations

import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sgdproofs import catalogue
from sgdproofs.language.errors import CatalogueError

HEAD = """
from sgdproofs.language.terms import *
from sgdproofs.language.statements import *
from sgdproofs.language.facts import *
from sgdproofs.language.derivation import *
from sgdproofs.kernel.reasons import Reason
c = real("c")
"""
ENTRY = (
    HEAD
    + """
entry = Derivation(name="{name}", claim=eq(c, c), proof=(step(eq(c, c), Reason("algebra")),), source="{source}")
"""
)


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def message(path: Path) -> str:
    with pytest.raises(CatalogueError) as error:
        catalogue.load_file(path)
    assert "\n" not in str(error.value)
    return str(error.value)


def test_every_entry_of_a_file_is_found_in_its_order(tmp_path):
    path = written(
        tmp_path,
        "two.py",
        ENTRY.format(name="second", source="")
        + """
again = entry
refuted = Refutation(name="first", claim=eq(c, 1))
""",
    )
    first, second = catalogue.load_file(path)
    assert (first.name, second.name) == ("second", "first")
    assert first.file == second.file == str(path)


def test_loading_leaves_no_trace_on_the_import_system(tmp_path):
    path = written(tmp_path, "numpy.py", ENTRY.format(name="a", source=""))
    before = list(sys.path)
    catalogue.load_file(path)
    assert sys.path == before
    assert Path(sys.modules["numpy"].__file__).parent != tmp_path if "numpy" in sys.modules else True
    assert not list(tmp_path.rglob("__pycache__"))


def test_a_changed_file_is_read_anew(tmp_path):
    """Bytecode caches compare whole seconds; two versions of one length must not be mixed up."""
    path = written(tmp_path, "e.py", ENTRY.format(name="a", source=""))
    assert catalogue.load_file(path)[0].name == "a"
    written(tmp_path, "e.py", ENTRY.format(name="b", source=""))
    assert catalogue.load_file(path)[0].name == "b"


@pytest.mark.parametrize(
    "text, line, parts",
    [
        ("x = 1\n\nimport surely_not_there\n", 3, ["ModuleNotFoundError", "imports only sgdproofs"]),
        ("x = (1,\n", 1, ["SyntaxError"]),
        (HEAD + "\nclaim = eq(c, 0.5)\n", 9, ["0.5 is a floating point number", "Fraction"]),
        (HEAD + "\nclaim = eq(c, d)\n", 9, ["NameError", "declare it"]),
        (HEAD + "\ndef inner():\n    return c + 'x'\n\ninner()\n", 10, ["'x' of type str"]),
        (HEAD + "\nimport sympy\nclaim = eq(c, sympy.Symbol('z'))\n", 10, ["the symbol z has no domain", "declare it"]),
        (HEAD + "x = family('x', first=1)\nclaim = eq(c, x[0])\n", 9, ["x[0] is out of range"]),
        (HEAD + "raise SystemExit\n", 8, ["SystemExit", "only defines values"]),
        (HEAD + "raise ValueError('first\\nsecond')\n", 8, ["first second"]),
        (HEAD + "raise ValueError\n", 8, ["no message"]),
    ],
)
def test_a_bad_file_is_one_line_with_file_line_and_mend(tmp_path, text, line, parts):
    path = written(tmp_path, "bad.py", text)
    said = message(path)
    assert said.startswith(f"{path}:{line}: ")
    for part in parts:
        assert part in said


def test_two_symbols_of_one_name(tmp_path):
    text = (
        HEAD
        + """
d = real("c", above=0)
entry = Derivation(name="a", claim=eq(c, d), proof=(step(eq(c, d), Reason("algebra")),))
"""
    )
    assert "two different symbols are called c" in message(written(tmp_path, "bad.py", text))


def test_a_file_without_an_entry_or_without_text(tmp_path):
    assert "defines no entry" in message(written(tmp_path, "empty.py", ""))
    (tmp_path / "latin.py").write_bytes(b"x = '\xe9'\n")
    assert "UTF-8" in message(tmp_path / "latin.py")
    assert "make the file readable" in message(tmp_path / "missing.py")


def test_an_interrupt_is_not_swallowed(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        catalogue.load_file(written(tmp_path, "bad.py", "raise KeyboardInterrupt\n"))


def test_names_are_unique_and_both_files_are_named(tmp_path):
    a = written(tmp_path, "a.py", ENTRY.format(name="same", source=""))
    b = written(tmp_path, "b.py", ENTRY.format(name="same", source=""))
    (error,) = catalogue.load(tmp_path).errors
    assert str(a) in str(error) and str(b) in str(error) and "rename" in str(error)
    twice = written(
        tmp_path, "c.py", ENTRY.format(name="x", source="") + "other = Refutation(name='x', claim=eq(c, 1))\n"
    )
    assert "twice" in message(twice)


def test_a_broken_file_does_not_hide_the_others(tmp_path):
    written(tmp_path, "good.py", ENTRY.format(name="good", source=""))
    written(tmp_path, "bad.py", HEAD + "1/0\n")
    loaded = catalogue.load(tmp_path)
    assert [entry.name for entry in loaded.selected] == ["good"]
    assert len(loaded.errors) == 1 and "ZeroDivisionError" in str(loaded.errors[0])


def test_tests_and_underscored_files_are_no_derivations(tmp_path):
    for name in ("_helper.py", "test_x.py", "conftest.py", "__init__.py", "_old/x.py", ".hidden/x.py"):
        written(tmp_path, name, "")
    written(tmp_path, "helper.py", "raise SystemExit\n")
    good = written(tmp_path, "deep/good.py", HEAD)
    assert catalogue.files_in(tmp_path) == (good,)


def test_the_order_is_that_of_the_sources(tmp_path):
    for name, source in (
        ("a", "Problem 10"),
        ("b", "Problem 2(a)"),
        ("c", "Problem 2"),
        ("d", ""),
        ("e", "Problem 2(b)"),
    ):
        written(tmp_path, f"{name}.py", ENTRY.format(name=name, source=source))
    assert [entry.name for entry in catalogue.load(tmp_path).selected] == ["c", "b", "e", "a", "d"]


def test_names_paths_and_what_is_unknown(tmp_path, monkeypatch):
    shipped = tmp_path / "shipped"
    written(shipped, "e.py", ENTRY.format(name="ema-mean", source="shipped"))
    written(shipped, "f.py", ENTRY.format(name="ema-variance", source="shipped"))
    monkeypatch.setattr(catalogue, "shipped_folders", lambda: (shipped,))
    assert [e.name for e in catalogue.load("ema-mean").selected] == ["ema-mean"]
    with pytest.raises(CatalogueError, match=r"no entry is called 'ema-maen': did you mean ema-mean"):
        catalogue.load("ema-maen")
    with pytest.raises(CatalogueError, match="there is no such file or folder"):
        catalogue.load("nowhere/x.py")
    mine = written(tmp_path, "mine.py", ENTRY.format(name="ema-mean", source="mine"))
    loaded = catalogue.load(mine)
    assert [e.source for e in loaded.selected] == ["mine"]
    assert loaded["ema-variance"].source == "shipped", "the others stay known, as lemmas"
    assert not loaded.errors


def test_the_same_folder_twice_is_one_folder(tmp_path, monkeypatch):
    written(tmp_path, "e.py", ENTRY.format(name="a", source=""))
    monkeypatch.setattr(catalogue, "shipped_folders", lambda: (tmp_path,))
    loaded = catalogue.load(beside=[tmp_path / ".." / tmp_path.name])
    assert len(loaded) == 1 and not loaded.errors


def test_other_packages_ship_derivations_by_an_entry_point(tmp_path, monkeypatch):
    written(tmp_path, "theirs/__init__.py", "")
    written(tmp_path, "theirs/results/__init__.py", "raise RuntimeError('a folder of derivations is not imported')\n")
    written(tmp_path, "theirs/results/e.py", ENTRY.format(name="theirs", source=""))
    written(tmp_path, "theirs-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: theirs\nVersion: 1\n")
    written(tmp_path, "theirs-1.dist-info/entry_points.txt", "[sgdproofs.derivations]\ntheirs = theirs.results\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert "theirs" in catalogue.load()
    written(tmp_path, "theirs-1.dist-info/entry_points.txt", "[sgdproofs.derivations]\ntheirs = not_there.results\n")
    with pytest.raises(CatalogueError, match="entry point theirs"):
        catalogue.load()


def test_finding_entries_needs_no_sympy():
    code = "import sys, sgdproofs.catalogue, sgdproofs.pytest_plugin, sgdproofs.cli; assert 'sympy' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("loop", ["while True: pass", "while True:\n    try: c\n    except: pass"])
def test_a_file_that_never_ends_is_ended_and_named(tmp_path, monkeypatch, loop):
    monkeypatch.setattr(catalogue, "SECONDS", 0.3)
    path = written(tmp_path, "slow.py", HEAD + loop + "\n")
    before = signal.getsignal(signal.SIGALRM)
    said = message(path)
    assert f"{path}:" in said and "does not finish loading in 0.3 s" in said and "end this loop" in said
    assert signal.getsignal(signal.SIGALRM) is before and signal.getitimer(signal.ITIMER_REAL)[0] == 0


def test_the_alarm_of_somebody_else_still_rings(tmp_path):
    path = written(tmp_path, "quick.py", ENTRY.format(name="quick", source=""))
    rung = []
    before = signal.signal(signal.SIGALRM, lambda *_: rung.append(1))
    try:
        signal.setitimer(signal.ITIMER_REAL, 60)
        catalogue.load_file(path)
        assert 50 < signal.getitimer(signal.ITIMER_REAL)[0] <= 60
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_a_file_loads_on_another_thread(tmp_path):
    path = written(tmp_path, "quick.py", ENTRY.format(name="quick", source=""))
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(catalogue.load_file, path).result()[0].name == "quick"
