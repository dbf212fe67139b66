"""Sheet definitions: what is handed out, as a TOML file, and the sheets that ship with this package.

A definition names entries of the catalogue; what is proved about them is looked up when the sheet is made.  Both the
problems and the solutions are printed from it.
"""

from __future__ import annotations

import datetime
import difflib
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..language.errors import SgdproofsError

__all__ = ["Definition", "Part", "Problem", "SheetError", "closest", "find", "read", "shipped", "template"]

FOLDER = Path(__file__).parent


class SheetError(SgdproofsError):
    """A sheet definition that cannot be used; the message names the place and the mend."""


@dataclass(frozen=True)
class Part:
    """A part (a), (b), ... of a problem; `solution` is prose before its entries."""

    text: str
    points: int | None = None
    entries: tuple[str, ...] = ()
    solution: str = ""
    hide: Mapping[str, tuple[int, ...] | str] = field(default_factory=dict)
    where: Mapping[str, str] = field(default_factory=dict)
    """The place, `file:line`, of each key."""


@dataclass(frozen=True)
class Problem(Part):
    """A problem; `before` is prose above it."""

    title: str = ""
    before: str = ""
    parts: tuple[Part, ...] = ()

    @property
    def worth(self) -> int | None:
        """Its points, or those of its parts together."""
        if self.points is not None or all(part.points is None for part in self.parts):
            return self.points
        return sum(part.points or 0 for part in self.parts)


@dataclass(frozen=True)
class Definition:
    """A whole sheet.  `further` are entries that only the solutions show, at their end."""

    title: str
    problems: tuple[Problem, ...]
    course: str = ""
    date: str = ""
    day: datetime.date | None = None
    text: str = ""
    further: tuple[str, ...] = ()
    where: Mapping[str, str] = field(default_factory=dict)

    @property
    def worth(self) -> int | None:
        """The points of all problems together, if any has points."""
        points = [problem.worth for problem in self.problems]
        return None if all(p is None for p in points) else sum(p or 0 for p in points)

    def named(self) -> Iterator[tuple[str, str]]:
        """Every entry in order, each with the place that names it."""
        for problem in self.problems:
            for part in (problem, *problem.parts):
                yield from ((name, part.where["entries"]) for name in part.entries)
        yield from ((name, self.where["further"]) for name in self.further)


# --- where sheets are ------------------------------------------------------------------------------------


def shipped() -> dict[str, Path]:
    """The sheets of this package, by name."""
    return {path.stem: path for path in sorted(FOLDER.glob("*.toml")) if not path.name.startswith("_")}


def find(target: str) -> Path | None:
    """The file of a sheet: a path that ends in .toml, or the name of one that ships; None if it is neither."""
    return Path(target) if target.endswith(".toml") else shipped().get(target)


def template() -> str:
    """A commented definition that works, to start from."""
    return (FOLDER / "_template.toml").read_text(encoding="utf-8")


def closest(name: str, names: Iterable[str]) -> str:
    """`: did you mean ...?`, or nothing."""
    found = difflib.get_close_matches(name, list(names), n=2, cutoff=0.5)
    return f": did you mean {' or '.join(found)}?" if found else ""


# --- reading ---------------------------------------------------------------------------------------------

TEXT, COUNT, NAMES, DATE, HIDE, TABLES = "text", "count", "names", "date", "hide", "tables"
WANTED = {
    TEXT: 'a text, as in {key} = "..."',
    COUNT: "a whole number of at least 0, as in {key} = 10",
    NAMES: 'names of entries, as in {key} = ["ema-variance"]',
    DATE: "a date, as in {key} = 2026-11-22, or a text",
    HIDE: 'entries with their lines, as in {key} = {{ ema-variance = [2, 3] }}, or = {{ ema-variance = "proof" }}',
    TABLES: "tables: write [[{key}]] above its keys",
}
PART = {"text": TEXT, "points": COUNT, "entries": NAMES, "solution": TEXT, "hide": HIDE}
PROBLEM = {"title": TEXT, "before": TEXT, **PART, "part": TABLES}
SHEET = {"title": TEXT, "course": TEXT, "date": DATE, "text": TEXT, "problem": TABLES, "further": NAMES}


LARGEST = 500_000
"""Bytes: some hundred pages."""
LONGEST = 300
"""Letters of what stands on a line of its own, in a heading or at the top of every page."""


def read(path: Path) -> Definition:
    """The definition in a file; SheetError, in one line with the place and the mend, if there is anything wrong."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        others = [str(other) for other in sorted(path.parent.glob("*.toml")) if other.is_file()]
        other = closest(str(path), [*others, *shipped()])
        raise SheetError(f"{path}: {error.strerror or error}{other}") from None
    if len(raw) > LARGEST:
        raise SheetError(
            f"{path}: the file has {len(raw):,} bytes, and a sheet at most {LARGEST:,}: make several of it"
        )
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        byte = f"{raw[error.start]:#04x}"
        raise SheetError(f"{path}:{line}: the byte {byte} is not UTF-8: save the file as UTF-8") from None
    text = text.replace("\r\n", "\n")
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SheetError(f"{path}{_told(str(error), text)}") from None
    except RecursionError:
        raise SheetError(f"{path}: its brackets are nested too deeply: write it flat") from None
    _refuse_swallowed(path, text)
    if not data:
        raise SheetError(
            f"{path}:1: the file is empty: write a title and a [[problem]], or start with `sgdproofs new-sheet`"
        )
    return _Reader(path, text).sheet(data)


def _refuse_swallowed(path: Path, text: str) -> None:
    """In "..." TOML reads how \\tau, \\nu or \\frac begin as a tab, a line or a form feed: `au` would be printed."""
    for number, line in enumerate(text.split("\n"), 1):
        value = re.match(r'\s*[\w-]+\s*=\s*"((?!"")(?:[^"\\]|\\.)*)"', line)
        formulas = value[1].replace(r"\\", " ").split("$")[1::2] if value else []
        found = re.search(r"\\[bfnrt][A-Za-z]+", " ".join(formulas))
        if found:
            mend = f"write \\{found[0]}, or '...' for \"...\""
            raise SheetError(f'{path}:{number}: TOML reads {found[0][:2]} of {found[0]} in "..." as a sign: {mend}')


def _told(said: str, text: str) -> str:
    found = re.search(r"^(.*?) \(at (?:line (\d+), column \d+|end of document)\)$", said)
    line = int(found[2]) if found and found[2] else text.count("\n") + 1
    what = found[1] if found else said
    return f":{line}: {what}: correct the TOML of this line" + (
        " (a backslash in \"...\" is written twice; '...' and '''...''' take it as it is)" if "escape" in what else ""
    )


class _Reader:
    """Turns tables into a definition, and knows at which line each key stands."""

    def __init__(self, path: Path, text: str) -> None:
        self.path, self.lines = path, _lines(text)
        self.seen: dict[str, str] = {}

    def place(self, *keys: Any) -> str:
        while keys and keys not in self.lines:
            keys = keys[:-1]
        return f"{self.path}:{self.lines[keys]}" if keys else f"{self.path}:1"

    def sheet(self, data: dict[str, Any]) -> Definition:
        self.keys((), data, SHEET)
        if not data.get("title", "").strip():
            raise SheetError(f'{self.place("title")}: the sheet has no title: write title = "..." at its top')
        problems = tuple(self.problem(("problem", n), one) for n, one in enumerate(data.get("problem", ())))
        further = self.entries((), data, "further")
        if not problems and not further:
            raise SheetError(f'{self.place()}: the sheet has no problem: add [[problem]] with entries = ["..."]')
        date = data.get("date", "")
        day = date if isinstance(date, datetime.date) else None
        return Definition(
            data["title"],
            problems,
            data.get("course", ""),
            _date(date),
            day,
            data.get("text", ""),
            further,
            self.where((), SHEET),
        )

    def problem(self, at: tuple, data: dict[str, Any]) -> Problem:
        self.keys(at, data, PROBLEM)
        parts = tuple(self.part((*at, "part", n), one) for n, one in enumerate(data.get("part", ())))
        whole = [part.points for part in parts if part.points is not None]
        if len(parts) > 26:
            raise SheetError(
                f"{self.place(*at, 'part', 26)}: a problem has at most 26 parts, (a) to (z): make two of it"
            )
        if "points" in data and whole and data["points"] != sum(whole):
            raise SheetError(
                f"{self.place(*at, 'points')}: the problem has {data['points']} points and its parts "
                f"{sum(whole)} together: leave one of the two out, or make them agree"
            )
        if not any(data.get(key) for key in ("title", "text", "entries", "part")):
            raise SheetError(f"{self.place(*at)}: the problem is empty: give it a title, a text, entries or parts")
        common = self.common(at, data)
        return Problem(**common, title=data.get("title", ""), before=data.get("before", ""), parts=parts)

    def part(self, at: tuple, data: dict[str, Any]) -> Part:
        self.keys(at, data, PART)
        if not data.get("text", "").strip() and not data.get("entries"):
            raise SheetError(f"{self.place(*at)}: the part is empty: give it a text or entries")
        return Part(**self.common(at, data))

    def common(self, at: tuple, data: dict[str, Any]) -> dict[str, Any]:
        entries = self.entries(at, data, "entries")
        hide = {name: what if what == "proof" else tuple(what) for name, what in data.get("hide", {}).items()}
        for name in hide:
            if name not in entries:
                raise SheetError(
                    f"{self.place(*at, 'hide')}: hide names {name!r}, which is not among the entries "
                    f"here{closest(name, entries)}"
                )
        return {
            "text": data.get("text", ""),
            "points": data.get("points"),
            "entries": entries,
            "solution": data.get("solution", ""),
            "hide": hide,
            "where": self.where(at, PROBLEM),
        }

    def where(self, at: tuple, known: Mapping[str, str]) -> dict[str, str]:
        return {key: self.place(*at, key) for key in known}

    def entries(self, at: tuple, data: dict[str, Any], key: str) -> tuple[str, ...]:
        for name in data.get(key, ()):
            here = self.place(*at, key)
            if name in self.seen:
                raise SheetError(
                    f"{here}: the entry {name} stands on the sheet twice, first at {self.seen[name]}: "
                    "leave one of the two out"
                )
            self.seen[name] = here
        return tuple(data.get(key, ()))

    def keys(self, at: tuple, data: Any, known: Mapping[str, str]) -> None:
        """Every key is known, and its value is of its kind."""
        for key, value in data.items():
            if key not in known:
                here = "a part" if "part" in at else "a problem" if at else "the sheet"
                mend = closest(key, known) or f": known are {', '.join(known)}"
                raise SheetError(f"{self.place(*at, key)}: {here} has no key {key!r}{mend}")
            if not _is(known[key], value):
                whole = ".".join(name for name in (*at, key) if isinstance(name, str)) if known[key] == TABLES else key
                wanted = WANTED[known[key]].format(key=whole)
                raise SheetError(f"{self.place(*at, key)}: {key} is {_kind(value)}, and has to be {wanted}")
            if key in ("title", "course", "date") and isinstance(value, str) and len(value) > LONGEST:
                raise SheetError(
                    f"{self.place(*at, key)}: {key} has {len(value):,} letters, and room for {LONGEST}: shorten it, "
                    "and write the rest as text"
                )


def _is(kind: str, value: Any) -> bool:
    if kind == TEXT:
        return isinstance(value, str)
    if kind == COUNT:
        return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**6
    if kind == NAMES:
        return isinstance(value, list) and all(isinstance(one, str) for one in value)
    if kind == DATE:
        return isinstance(value, (str, datetime.date))
    if kind == TABLES:
        return isinstance(value, list) and all(isinstance(one, dict) for one in value)
    return isinstance(value, dict) and all(
        what == "proof" or isinstance(what, list) and what and all(_is(COUNT, n) and n > 0 for n in what)
        for what in value.values()
    )


def _kind(value: Any) -> str:
    kinds = {
        bool: "true or false",
        int: "a number",
        float: "a number with a point",
        str: "a text",
        list: "a list",
        dict: "a table",
    }
    if isinstance(value, list) and value and not all(isinstance(one, str) for one in value):
        return "a list that holds something else"
    if isinstance(value, int) and value < 0:
        return "a negative number"
    return kinds.get(type(value), "something else")


def _date(value: Any) -> str:
    """A date in words: 22 November 2026."""
    return f"{value.day} {value:%B} {value.year}" if isinstance(value, datetime.date) else value


def _lines(text: str) -> dict[tuple, int]:
    """The line of each table and key: ("problem", 0), ("problem", 0, "part", 1, "points")."""
    found: dict[tuple, int] = {}
    counts: dict[tuple, int] = {}
    at: tuple = ()
    within = ""
    for number, line in enumerate(text.split("\n"), start=1):
        if within:
            within = "" if within in line else within
            continue
        bare = line.split("#")[0].strip() if '"' not in line and "'" not in line else line.strip()
        if header := re.match(r"\[\[\s*([\w.-]+)\s*\]\]", bare):
            at = ()
            *outer, last = header[1].split(".")
            for name in outer:
                at = (*at, name, counts.get((*at, name), 1) - 1)
            counts[(*at, last)] = counts.get((*at, last), 0) + 1
            at = (*at, last, counts[(*at, last)] - 1)
            found.setdefault(at, number)
        elif header := re.match(r"\[\s*([\w.-]+)\s*\]", bare):
            at = ()
            for name in header[1].split("."):
                at = (*at, name) if (*at, name) not in counts else (*at, name, counts[(*at, name)] - 1)
                found.setdefault(at, number)
        elif key := re.match(r"""["']?([\w-]+)["']?\s*(?:\.[\w.-]+\s*)?=\s*(.*)""", bare):
            found.setdefault((*at, key[1]), number)
            for mark in ('"""', "'''"):
                if key[2].startswith(mark) and mark not in key[2][3:]:
                    within = mark
    return found
