"""The README and the pages tell the truth: their commands and examples are run, and print what they say."""

from __future__ import annotations

import doctest
import os
import re
import shlex
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

README = Path(__file__).resolve().parent.parent / "README.md"
PAGES = [README, *sorted((README.parent / "docs").glob("*.md"))]
FILES = [file for page in PAGES for file in re.findall(r'```python\n(""".*?)```', page.read_text(), re.S)]
CONSOLES = [console for page in PAGES for console in re.findall(r"```console\n(.*?)```", page.read_text(), re.S)]


def commands(console: str) -> list[tuple[str, list[str]]]:
    """The commands of a console, each with the lines that it is to print; `...` stands for any lines."""
    found: list[tuple[str, list[str]]] = []
    for line in console.splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        else:
            found[-1][1].append(line)
    return found


@pytest.mark.parametrize("console", CONSOLES, ids=lambda console: console.splitlines()[0])
def test_consoles(console, tmp_path):
    for command, expected in commands(console):
        program, *arguments = shlex.split(command)
        assert program == "sgdproofs"
        ran = subprocess.run([sys.executable, "-m", program, *arguments], cwd=tmp_path, capture_output=True, text=True)
        pattern = "".join(r"(?:.*\n)*?" if line == "..." else re.escape(line) + r" *\n" for line in expected)
        assert re.fullmatch(pattern, ran.stdout), f"$ {command}\n{ran.stdout}{ran.stderr}"


@pytest.mark.parametrize("page", [page for page in PAGES if "\n>>> " in page.read_text()], ids=lambda page: page.stem)
def test_python(page):
    failed, tried = doctest.testfile(str(page), module_relative=False, optionflags=doctest.ELLIPSIS)
    assert tried and not failed


@pytest.mark.parametrize("text", FILES, ids=lambda text: text.splitlines()[0])
def test_derivation_files(text, tmp_path):
    file = tmp_path / "shown.py"
    file.write_text(text)
    ran = subprocess.run([sys.executable, "-m", "sgdproofs", "check", str(file)], capture_output=True, text=True)
    assert ran.returncode == 0 and ran.stdout.startswith("ok "), ran.stdout + ran.stderr


def test_a_broken_line_fails_as_the_page_shows(tmp_path):
    """The researcher's ten minutes: a new file passes; with one line broken, pytest says which, and why."""
    page = (README.parent / "docs" / "researcher.md").read_text()
    (shown,) = re.findall(r"(?:\n    .+)+", page)
    told = textwrap.dedent(shown).strip() + "\n"
    assert "witness" in told
    file = "derivations/nesterov_limit.py"
    environment = {**os.environ, "COLUMNS": "80"}

    def ran(*arguments: str) -> subprocess.CompletedProcess:
        command = [sys.executable, "-m", *arguments]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, env=environment)

    assert ran("sgdproofs", "new", "nesterov-limit").returncode == 0
    assert ran("pytest", "-q", "-p", "no:cacheprovider").returncode == 0
    path = tmp_path / file
    whole = path.read_text()
    path.write_text(whole.replace("step(eq(y, N*c)", "step(eq(y, (N + 1)*c)"))
    assert path.read_text() != whole
    out = ran("pytest", "-q", "-p", "no:cacheprovider").stdout
    assert told in out and f"FAILED {file}::nesterov-limit::line 3" in out, out


def test_every_command_that_is_named_exists():
    import click

    from sgdproofs.cli import cli

    named = set(re.findall(r"`(?:\$ )?sgdproofs ([a-z]+)", README.read_text()))
    assert named and named <= set(cli.commands)
    assert isinstance(cli, click.Group)
    targets = set(re.findall(r"^([a-z]+):", (README.parent / "Makefile").read_text(), re.M))
    assert {"sheet", "test"} <= set(re.findall(r"^    make ([a-z]+)", README.read_text(), re.M)) <= targets
