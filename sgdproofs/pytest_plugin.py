"""pytest: derivation files become items, one a line and one an experiment.

A file is collected if it imports the language of sgdproofs and either lies in a folder called `derivations`
(ini option `sgdproofs_derivations`: names of folders, or patterns of paths) or is named on the command line.
Files whose names start with `_` or `test_` are left alone.  SymPy is imported only once a file is collected.

    derivations/ema.py::ema-variance-limit::line 3
    derivations/ema.py::ema-variance-limit::claim
    derivations/ema.py::ema-variance-limit::experiment 1 (exact)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from .catalogue import files_in, is_derivation_file, load, load_file
from .language.errors import SgdproofsError
from .messages import as_expected, claim_failure, expected, is_error, line_failure

CATALOGUES = pytest.StashKey[dict[Path, Any]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addini(
        "sgdproofs_derivations",
        "names of folders, or patterns of paths, that hold derivation files",
        type="args",
        default=["derivations"],
    )


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> Any:
    others = yield
    # A derivation file is not also a module of tests, which pytest would make of a file that it is given by name.
    return [DerivationFile.from_parent(parent, path=file_path)] if _is_ours(file_path, parent) else others


def _is_ours(path: Path, parent: pytest.Collector) -> bool:
    if path.suffix != ".py" or path.name.startswith(("_", "test_", ".")) or path.name == "conftest.py":
        return False
    root = parent.config.rootpath
    inside = path.relative_to(root) if path.is_relative_to(root) else path
    places = parent.config.getini("sgdproofs_derivations")
    named = any(place in inside.parts[:-1] or inside.match(place) for place in places)
    return (named or parent.session.isinitpath(path)) and is_derivation_file(path)


class DerivationFile(pytest.File):
    """A derivation file: one collector for each of its entries."""

    def collect(self) -> Iterator[EntryItems]:
        try:
            entries = load_file(self.path)
        except SgdproofsError as error:
            raise self.CollectError(str(error)) from None
        for entry in entries:
            first = self.catalogue.get(entry.name, entry)
            if first.file != entry.file:
                raise self.CollectError(
                    f"two entries are called {entry.name} ({first.file} and {entry.file}): rename one of them"
                )
            yield EntryItems.from_parent(self, name=entry.name, entry=entry)

    @property
    def catalogue(self) -> Any:
        """Where lemmas are looked up: the folder of derivations around this file, then what is installed."""
        places = self.config.getini("sgdproofs_derivations")
        folder = next((f for f in reversed(self.path.parents) if f.name in places), self.path.parent)
        known = self.config.stash.setdefault(CATALOGUES, {})
        if folder not in known:
            known[folder] = load(*files_in(folder))
        return known[folder]


class EntryItems(pytest.Collector):
    """An entry: it is checked once, when its first item runs or is collected."""

    parent: DerivationFile

    def __init__(self, entry: Any, **settings: Any) -> None:
        super().__init__(**settings)
        self.entry = entry

    @cached_property
    def report(self) -> Any:
        from .verdicts import judge

        return judge(self.entry, self.parent.catalogue)

    def collect(self) -> Iterator[pytest.Item]:
        try:
            lines = self.report.lines
        except SgdproofsError as error:
            raise self.CollectError(f"{self.path}: {error}") from None
        for line in lines:
            yield LineItem.from_parent(self, name=f"line {line.number}", line=line)
        for number, line in enumerate(self.report.errata, 1):
            yield ErratumItem.from_parent(self, name=f"erratum {number}", line=line)
        yield ClaimItem.from_parent(self, name="claim")
        for number, experiment in enumerate(getattr(self.entry, "experiments", ()), 1):
            yield ExperimentItem.from_parent(
                self, name=f"experiment {number} ({experiment.kind})", experiment=experiment
            )


class _Failed(Exception):
    """An item that is not as it should be; the text says why."""


class _Item(pytest.Item):
    parent: EntryItems

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        if isinstance(excinfo.value, (_Failed, SgdproofsError)):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        return self.path, None, f"{self.parent.name}::{self.name}"


class LineItem(_Item):
    """A line of a derivation is proved; the line of a refutation is refuted."""

    def __init__(self, line: Any, **settings: Any) -> None:
        super().__init__(**settings)
        self.line = line

    def runtest(self) -> None:
        if self.line.verdict != expected(self.parent.entry):
            raise _Failed("\n".join([self.line.verdict, *(f"  {text}" for text in line_failure(self.line))]))


class ErratumItem(LineItem):
    """A line as it was printed is seen to be an error."""

    def runtest(self) -> None:
        if not is_error(self.line):
            raise _Failed(
                "\n".join([f"{self.line.verdict} as printed", *(f"  {text}" for text in line_failure(self.line))])
            )


class ClaimItem(_Item):
    """The entry as a whole is what it says it is."""

    def runtest(self) -> None:
        report = self.parent.report
        if not as_expected(report):
            told = [f"not {expected(report.subject)}", *(f"  {text}" for text in claim_failure(report))]
            raise _Failed("\n".join(told))


class ExperimentItem(_Item):
    """An experiment agrees with the claim and rejects its near-miss."""

    def __init__(self, experiment: Any, **settings: Any) -> None:
        super().__init__(**settings)
        self.experiment = experiment

    def runtest(self) -> None:
        from .experiments import run

        for result in run(replace(self.parent.entry, experiments=(self.experiment,))):
            if not result.passed:
                raise _Failed(f"{result.kind}\n  {result.summary}")
