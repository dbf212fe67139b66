"""Titles and names that no page has room for are refused, with the place and the mend."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

import sgdproofs
from sgdproofs import Derivation, StatementError, algebra, assume, eq, erratum, real, step
from sgdproofs.catalogue import load
from sgdproofs.sheets import SheetError, read, template

x = real("x")
LONG = "a b " * 25_000


@pytest.mark.parametrize("key", ["title", "course", "date"])
def test_of_a_sheet(key: str, tmp_path: Path) -> None:
    lines = template().split("\n")
    place = next(n for n, text in enumerate(lines) if text.startswith(f"{key} ="))
    lines[place] = f'{key} = "{LONG}"'
    path = tmp_path / "sheet.toml"
    path.write_text("\n".join(lines))
    with pytest.raises(SheetError) as caught:
        read(path)
    assert str(caught.value) == (
        f"{path}:{place + 1}: {key} has 100,000 letters, and room for 300: shorten it, and write the rest as text"
    )
    lines[place] = f'{key} = "{"a" * 300}"'
    path.write_text("\n".join(lines))
    assert read(path)


@pytest.mark.parametrize("field", ["title", "source", "note"])
def test_of_an_entry(field: str, tmp_path: Path) -> None:
    with pytest.raises(StatementError, match=f"some: {field} has 100,000 letters"):
        Derivation(name="some", claim=eq(x, x), proof=(step(eq(x, x), by=algebra()),), **{field: LONG})
    path = tmp_path / "some.py"
    path.write_text(
        "from sgdproofs import *\nx = real('x')\n"
        f"some = Derivation(name='some', claim=eq(x, x), proof=(step(eq(x, x), by=algebra()),), {field}={LONG!r})\n"
    )
    (error,) = load(path).errors
    assert f"{path}:3: some: {field} has 100,000 letters, and room for" in str(error)


@pytest.mark.parametrize("sign", ["\x1b", "\x00", "\r", "\u202e", "\u2066", "\u200b", "\u2028"])
def test_signs_that_move_what_is_read(sign: str) -> None:
    """On a terminal or a page, a sign that is not seen could put another verdict beside a name."""
    told = f"U\\+{ord(sign):04X}"
    for field in ("title", "source", "note"):
        with pytest.raises(StatementError, match=told):
            Derivation(name="some", claim=eq(x, x), proof=(step(eq(x, x), by=algebra()),), **{field: f"a{sign}b"})
    for make in (
        lambda: assume(eq(x, 1)).named(f"a{sign}b"),
        lambda: step(eq(x, x), by=algebra(), label=f"a{sign}b"),
        lambda: erratum(step(eq(x, 1), by=algebra()), correction=step(eq(x, x), by=algebra()), remark=sign),
    ):
        with pytest.raises(StatementError, match=told):
            make()
    Derivation(name="some", claim=eq(x, x), proof=(step(eq(x, x), by=algebra()),), note="a\nb\u00ad")


def test_of_a_fact() -> None:
    with pytest.raises(StatementError, match="a fact's name has 100,000 letters"):
        assume(eq(x, 1)).named(LONG)


def test_errors_are_named_as_they_are_imported() -> None:
    for name in ("SgdproofsError", "StatementError", "ConditionError", "CatalogueError"):
        error = getattr(sgdproofs, name)
        assert (error.__module__, error.__qualname__) == ("sgdproofs", name)
        assert type(pickle.loads(pickle.dumps(error("said")))) is error
