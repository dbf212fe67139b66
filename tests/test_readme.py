"""The README tells the truth: its commands and examples are run, and print what it says."""

from __future__ import annotations

import doctest
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

README = Path(__file__).resolve().parent.parent / "README.md"
CONSOLES = re.findall(r"```console\n(.*?)```", README.read_text(), re.S)


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


def test_python():
    failed, tried = doctest.testfile(str(README), module_relative=False, optionflags=doctest.ELLIPSIS)
    assert tried and not failed


def test_every_command_that_is_named_exists():
    import click

    from sgdproofs.cli import cli

    named = set(re.findall(r"`(?:\$ )?sgdproofs ([a-z]+)", README.read_text()))
    assert named and named <= set(cli.commands)
    assert isinstance(cli, click.Group)
    targets = set(re.findall(r"^([a-z]+):", (README.parent / "Makefile").read_text(), re.M))
    assert {"sheet", "test"} <= set(re.findall(r"^    make ([a-z]+)", README.read_text(), re.M)) <= targets
