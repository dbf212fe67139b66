"""The house: who may import whom, what the trusted part may not mention, and how long it is."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "sgdproofs"
FILES = sorted(PACKAGE.rglob("*.py"))
TRUSTED = [path for path in FILES if path.relative_to(PACKAGE).parts[0] in ("kernel", "rules")]

# Each room and the rooms that it may import; the package's own __init__ names everything and is imported by none.
MAY_IMPORT: dict[str, set[str]] = {
    "language": set(),
    "kernel": {"language"},
    "rules": {"kernel", "language"},
    "meaning": {"language"},
    "models": {"meaning", "language"},
    "refute": {"models", "meaning", "language"},
    "experiments": {"models", "meaning", "kernel", "language"},
    "render": {"meaning", "kernel", "language", "sheets"},
    "sheets": {"language"},
    "printing": {"render", "language"},
    "ledger": {"kernel", "language"},
    "checker": {"advice", "kernel", "language"},
    "advice": {"ledger", "kernel", "rules", "language"},
    "verdicts": {"checker", "refute", "models", "meaning", "advice", "rules", "kernel", "language"},
    "mutants": {
        "catalogue",
        "checker",
        "models",
        "refute",
        "advice",
        "kernel",
        "rules",
        "language",
        "meaning",
        "verdicts",
    },
    "matrices": set(),
    "steps": {
        "advice",
        "checker",
        "kernel",
        "language",
        "ledger",
        "matrices",
        "meaning",
        "models",
        "refute",
        "rules",
        "verdicts",
    },
    "catalogue": {"language"},
    "arithmetic": {"language"},
    "formulas": {"arithmetic", "catalogue", "verdicts", "render", "kernel", "language"},
    "export": {"arithmetic", "formulas", "messages", "render", "kernel", "language"},
    "plots": {"printing", "render", "language"},
    "notebook": {"plots", "render", "language"},
    "messages": {"kernel", "language", "render"},
    "templates": set(),
    "api": {"checker", "notebook", "language", "kernel", "rules", "steps"},
    "__init__": {"api"},
    "cli": {
        "catalogue",
        "verdicts",
        "render",
        "experiments",
        "plots",
        "formulas",
        "export",
        "messages",
        "templates",
        "sheets",
        "printing",
        "steps",
        "kernel",
        "language",
    },
    "pytest_plugin": {"catalogue", "verdicts", "experiments", "messages", "language"},
    "__main__": {"cli"},
}
# What is installed and may be imported, besides Python itself.
OUTSIDE: dict[str, set[str]] = {
    "language": {"sympy"},
    "kernel": {"sympy"},
    "rules": {"sympy"},
    "meaning": {"sympy"},
    "models": {"sympy"},
    "refute": {"sympy"},
    "experiments": {"sympy", "numpy", "mpmath"},
    "render": {"sympy", "typst"},
    "advice": {"sympy"},
    "verdicts": {"sympy"},
    "steps": {"sympy", "jsonschema"},
    "mutants": {"sympy"},
    "formulas": {"sympy"},
    "plots": {"matplotlib"},
    "cli": {"click", "rich", "distributed"},
    "pytest_plugin": {"pytest"},
}
REDUCTIONS = [PACKAGE / "steps" / name for name in ("reductions.py", "strategies.py", "lemmas.py")]
"""Where verdicts on steps with roots, absolute values, exponentials rest on more than the kernel."""
LINES_OF_REDUCTIONS = 1_000
TRUSTED_MATRICES = [PACKAGE / "matrices" / name for name in ("algebra.py", "check.py")]
LINES_OF_TRUSTED_MATRICES = 701
"""The same count for the certificates of matrices; a ceiling, to be lowered."""
LINES_OF_TRUSTED_CODE = 2_000
"""Code without blank lines, comments and docstrings, kernel and rules together: a ceiling, to be lowered."""


def room(path: Path) -> str:
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def imports(path: Path) -> Iterator[tuple[str, str]]:
    """(package, room of sgdproofs or nothing) for every import statement in a file, wherever it stands."""
    here = ("sgdproofs", *path.relative_to(PACKAGE).parent.parts)
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = here[: len(here) - node.level + 1] if node.level else ()
            module = ".".join((*base, *filter(None, [node.module])))
            names = [f"{module}.{alias.name}" for alias in node.names] if module == "sgdproofs" else [module]
        else:
            continue
        for name in names:
            top, *rest = name.split(".")
            yield top, rest[0] if top == "sgdproofs" and rest else ""


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_the_direction_of_imports(path):
    own = room(path)
    assert own in MAY_IMPORT, f"a new room: say in MAY_IMPORT what {own} may import"
    for package, other in imports(path):
        if package == "sgdproofs":
            assert other == own or other in MAY_IMPORT[own], (
                f"{path.name}: {own} may not import {other or 'the whole package'}"
            )
        else:
            assert package in sys.stdlib_module_names or package in OUTSIDE.get(own, set()), (
                f"{path.name}: {own} may not import {package}"
            )
        assert package != "derivations"


def test_imports_of_all_forms_are_seen(tmp_path, monkeypatch):
    monkeypatch.setitem(globals(), "PACKAGE", tmp_path)
    (tmp_path / "kernel").mkdir()
    path = tmp_path / "kernel" / "bad.py"
    path.write_text(
        "import numpy.linalg\nfrom ..render import latex\nfrom .. import refute\nfrom . import scope\n"
        "from sgdproofs import models\n"
        "def inner():\n    import sgdproofs.cli\n    from ..experiments.exact import run\n"
    )
    assert list(imports(path)) == [
        ("numpy", ""),
        ("sgdproofs", "render"),
        ("sgdproofs", "refute"),
        ("sgdproofs", "kernel"),
        ("sgdproofs", "models"),
        ("sgdproofs", "cli"),
        ("sgdproofs", "experiments"),
    ]


def test_renderers_experiments_and_the_refuter_do_not_know_one_another():
    for one in ("render", "experiments", "refute"):
        assert not MAY_IMPORT[one] & {"render", "experiments", "refute", "verdicts", "cli", "catalogue"}


def test_derivations_import_only_sgdproofs():
    for path in sorted((ROOT / "derivations").rglob("*.py")):
        assert {package for package, _ in imports_of_text(path)} <= {"sgdproofs"}, path


def imports_of_text(path: Path) -> Iterator[tuple[str, str]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((alias.name.split(".")[0], "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").split(".")[0], ""


FORBIDDEN_NAMES = {
    "eval",
    "exec",
    "compile",
    "__import__",
    "sympify",
    "parse_expr",
    "S",
    "simplify",
    "cancel",
    "factor",
    "apart",
    "together",
    "expand",
    "solve",
    "solveset",
    "rsolve",
    "summation",
    "ask",
    "refine",
    "Limit",
    "open",
    "print",
    "random",
}
FORBIDDEN_METHODS = {
    "doit",
    "limit",
    "simplify",
    "subs",
    "evalf",
    "expand",
    "cancel",
    "factor",
    "rewrite",
    "equals",
    "is_zero",
    "is_positive",
    "is_negative",
    "is_nonzero",
    "is_real",
    "xreplace",
    "replace_all",
    "as_numer_denom",
}


@pytest.mark.parametrize("path", [*TRUSTED, *REDUCTIONS, *TRUSTED_MATRICES], ids=lambda p: str(p.relative_to(PACKAGE)))
def test_the_trusted_part_asks_sympy_for_no_mathematics(path):
    """Its terms are SymPy's nodes; SymPy's evaluation and its assumptions are never part of a verdict."""
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func
            if isinstance(called, ast.Name):
                assert called.id not in FORBIDDEN_NAMES - {"Limit"}, f"{path.name}:{node.lineno} calls {called.id}"
            elif isinstance(called, ast.Attribute):
                of_sympy = isinstance(called.value, ast.Name) and called.value.id == "sympy"
                assert not (of_sympy and called.attr in FORBIDDEN_NAMES), (
                    f"{path.name}:{node.lineno} calls sympy.{called.attr}"
                )
                assert called.attr not in FORBIDDEN_METHODS, f"{path.name}:{node.lineno} calls .{called.attr}()"
        elif isinstance(node, ast.Attribute):
            assert not node.attr.startswith("is_") or node.attr in ALLOWED_PROPERTIES, (
                f"{path.name}:{node.lineno} asks for .{node.attr}"
            )
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "sympy":
            assert not {alias.name for alias in node.names} & FORBIDDEN_NAMES, f"{path.name}:{node.lineno}"


ALLOWED_PROPERTIES = {"is_constant", "is_random"}
"""Names of our own functions; SymPy's `.is_...` are its assumption system."""


def code_lines(path: Path) -> int:
    """Lines that hold code: no blank lines, comments or docstrings."""
    text = path.read_text()
    lines = {n for n, line in enumerate(text.splitlines(), 1) if line.strip() and not line.strip().startswith("#")}
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            lines -= set(range(node.lineno, node.end_lineno + 1))
    return len(lines)


def test_the_trusted_part_can_be_read_in_one_sitting():
    counts = {str(path.relative_to(PACKAGE)): code_lines(path) for path in TRUSTED}
    for name, count in counts.items():
        print(f"{count:>6}  {name}")
    total = sum(counts.values())
    print(f"{total:>6}  kernel and rules, code without comments and docstrings")
    assert total <= LINES_OF_TRUSTED_CODE


def test_the_reductions_can_be_read_in_one_sitting():
    assert sum(map(code_lines, REDUCTIONS)) <= LINES_OF_REDUCTIONS


def test_the_trusted_part_about_matrices_knows_no_search_and_can_be_read_in_one_sitting():
    for path in TRUSTED_MATRICES:
        own = {
            node.module
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.ImportFrom) and node.level
        }
        assert own <= {"algebra"}, path
        assert {package for package, _ in imports(path)} <= {"sgdproofs", *sys.stdlib_module_names}
    total = sum(map(code_lines, TRUSTED_MATRICES))
    print(f"{total:>6}  matrices, code without comments and docstrings")
    assert total <= LINES_OF_TRUSTED_MATRICES
