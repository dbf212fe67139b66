"""docs/seed.md says what the checker finds: entries, sources, files, verdicts, errata."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sgdproofs.catalogue import load
from sgdproofs.language.derivation import Refutation
from sgdproofs.language.report import Report
from sgdproofs.verdicts import judge

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def reports() -> list[Report]:
    entries = load(str(ROOT / "derivations"))
    return [judge(entry, entries) for entry in entries.selected]


def rows(heading: str) -> list[list[str]]:
    """The cells of the table under a heading, without its head."""
    text = (ROOT / "docs" / "seed.md").read_text(encoding="utf-8")
    section = text.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    found = [line for line in section.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in found[1:]]


def test_every_entry_is_there_with_its_source_file_and_verdict(reports: list[Report]) -> None:
    told = {}
    for where, entry, verdict, _ in rows("Problems and entries"):
        name, link = re.fullmatch(r"\[`(.*)`\]\((.*)\)", entry).groups()
        told[name] = (where, (ROOT / "docs" / link).resolve(), verdict)
    assert told == {r.name: (r.subject.source, Path(r.subject.file).resolve(), r.verdict) for r in reports}


def test_every_erratum_is_there_with_its_verdict_and_ground(reports: list[Report]) -> None:
    found = [(r.name, line) for r in reports for line in (r.lines if isinstance(r.subject, Refutation) else r.errata)]
    told = rows("Errata")
    assert [(name, line.verdict) for name, line in found] == [(row[0].strip("`"), row[2]) for row in told]
    for (_, line), (_, _, _, why, _) in zip(found, told, strict=True):
        assert tuple(re.findall(r"`(.*?)`", why)) == line.missing
        assert f"left {line.witness.lhs}, right {line.witness.rhs}" in why
