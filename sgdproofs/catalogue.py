"""The catalogue: finds derivation files and loads the entries that they define.

One result, one file: every `Derivation` and `Refutation` at the top level of a file is an entry.  Nothing
is proved here, and SymPy is imported only once a file is loaded.

Entries come from, in this order,

1. the folder that ships with this package (`derivations/` of a checkout, `sgdproofs/_catalogue` of a wheel);
2. the folders of other packages, which name them in the entry point group `sgdproofs.derivations`;
3. files and folders that the caller names.
"""

from __future__ import annotations

import difflib
import hashlib
import importlib.util
import re
import signal
import sys
import threading
import time
import types
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING

from .language.errors import CatalogueError, SgdproofsError

if TYPE_CHECKING:
    from .language.derivation import Derivation, Refutation

    Entry = Derivation | Refutation

__all__ = [
    "Catalogue",
    "closest",
    "files_in",
    "is_derivation_file",
    "load",
    "load_file",
    "own_folder",
    "shipped_folders",
]

ENTRY_POINTS = "sgdproofs.derivations"
_LANGUAGE_IMPORT = re.compile(
    rb"^[ \t]*(?:from[ \t]+sgdproofs(?:\.language[\w.]*)?[ \t]+import\b|import[ \t]+sgdproofs\b)", re.M
)


class Catalogue(Mapping[str, "Entry"]):
    """Entries by name.  `selected` are those that were asked for, in the order of a sheet; the others are
    there so that lemmas and corrections can be looked up.  `errors` are the files that did not load."""

    def __init__(
        self,
        entries: Mapping[str, Entry],
        selected: Iterable[str] | None = None,
        errors: tuple[CatalogueError, ...] = (),
    ) -> None:
        self._entries = dict(entries)
        names = self._entries if selected is None else selected
        self.selected = tuple(sorted((self._entries[n] for n in dict.fromkeys(names)), key=_place_in_sheet))
        self.errors = errors

    def __getitem__(self, name: str) -> Entry:
        return self._entries[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def entry(self, name: str) -> Entry:
        """The entry called `name`; raise CatalogueError with the closest names if there is none."""
        if name in self._entries:
            return self._entries[name]
        broken = f"; {len(self.errors)} file(s) did not load, the first: {self.errors[0]}" if self.errors else ""
        raise CatalogueError(f"no entry is called {name!r}{closest(name, self._entries)}{broken}")


def closest(name: str, names: Iterable[str]) -> str:
    """`: did you mean ...?` for a name that is not among `names`, or nothing when none is close."""
    found = difflib.get_close_matches(name, list(names), n=3, cutoff=0.5)
    return f": did you mean {' or '.join(found)}?" if found else ""


def own_folder() -> Path | None:
    """The folder of the entries that ship with this package, or None if there is none."""
    package = Path(__file__).resolve().parent
    for folder in (package / "_catalogue", package.parent / "derivations"):
        if folder.is_dir():
            return folder
    return None


def shipped_folders() -> tuple[Path, ...]:
    """The folder of this package and those that other packages name by their entry points."""
    own = own_folder()
    found = [] if own is None else [own]
    for point in sorted(entry_points(group=ENTRY_POINTS), key=lambda p: p.name):
        try:
            spec = importlib.util.find_spec(point.module)
        except (ImportError, ValueError) as error:
            raise CatalogueError(
                f"entry point {point.name} of {ENTRY_POINTS}: {error}: name a package that holds derivations"
            ) from None
        places = spec.submodule_search_locations if spec else None
        if not places:
            raise CatalogueError(
                f"entry point {point.name} of {ENTRY_POINTS}: {point.value} is not a package with a folder"
            )
        found += [Path(place) for place in places]
    return tuple(found)


def files_in(folder: Path) -> tuple[Path, ...]:
    """The derivation files below `folder`: the Python files that import the language, except tests and those whose name
    starts with `_`.  A file of another kind, such as a helper of somebody's, is left alone."""
    return tuple(
        path
        for path in sorted(folder.rglob("*.py"))
        if not path.name.startswith(("_", ".", "test_"))
        and path.name != "conftest.py"
        and not any(part.startswith(("_", ".")) for part in path.relative_to(folder).parts[:-1])
        and is_derivation_file(path)
    )


def is_derivation_file(path: Path) -> bool:
    """Whether the text of `path` imports the language; cheap, and nothing of the file is run."""
    try:
        return _LANGUAGE_IMPORT.search(path.read_bytes()) is not None
    except OSError:
        return path.is_file()  # one that cannot be read is named when it is loaded, not passed over


SECONDS = 30.0
"""How long a file may take to load; its entries are only built, so that a fraction of a second is the rule."""


class _TooLong(BaseException):
    """The time of a file is over; no Exception, so that the file itself cannot go on after it."""


@contextmanager
def _time_limit(seconds: float) -> Iterator[None]:
    """Raise _TooLong after `seconds`; on the main thread only, and where the system has an alarm."""
    if not hasattr(signal, "SIGALRM") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(*_: object) -> None:
        raise _TooLong(f"it does not finish loading in {seconds:g} s")

    before = signal.signal(signal.SIGALRM, stop)
    began, left = time.monotonic(), signal.setitimer(signal.ITIMER_REAL, seconds, 1.0)[0]
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        if left:  # somebody else's alarm, such as that of a test runner
            signal.setitimer(signal.ITIMER_REAL, max(left - (time.monotonic() - began), 0.001))


def load(*targets: str | Path, beside: Iterable[Path] = ()) -> Catalogue:
    """The catalogue; `targets` are names of entries, files or folders, and select (none: everything).

    `beside` are more folders to look in.  An entry of a file that is named hides a shipped entry of the same
    name, so that a changed copy can be checked; otherwise a name that is used twice is an error.  Files that
    do not load are collected in `errors`.
    """
    named = [Path(t) for t in targets if _is_path(t)]
    for path in named:
        if not path.exists():
            raise CatalogueError(f"{path}: there is no such file or folder")
    errors: list[CatalogueError] = []
    own = _collect(
        [file for path in named for file in ([path] if path.is_file() else _files_or_error(path, errors))], errors
    )
    shipped_errors: list[CatalogueError] = []
    folders = [*shipped_folders(), *(f for f in beside if f.is_dir())]
    taken = {Path(entry.file or "").resolve() for entry in own.values()} | {Path(p).resolve() for p in named}
    files = [file for folder in folders for file in files_in(folder) if file.resolve() not in taken]
    entries = _collect(files, shipped_errors) | own
    wanted = [str(t) for t in targets if not _is_path(t)]
    # A shipped file that is broken concerns those who ask for everything, or for a name that is not found.
    catalogue = Catalogue(entries, errors=tuple(errors + shipped_errors))
    for name in wanted:
        catalogue.entry(name)
    if not targets:
        return catalogue
    return Catalogue(entries, [*wanted, *own], tuple(errors))


def load_file(path: str | Path) -> tuple[Entry, ...]:
    """The entries that the file at `path` defines, in its order; raise CatalogueError if there is none."""
    from .language.derivation import Derivation, Refutation

    path = Path(path)
    module = _run(path)
    found: dict[int, Entry] = {}
    for value in vars(module).values():
        # An entry that carries a file was loaded from there; here it is only looked at.
        if isinstance(value, (Derivation, Refutation)) and value.file is None:
            found.setdefault(id(value), value)
    if not found:
        raise CatalogueError(
            f"{path}: it defines no entry: put a NAME = Derivation(...) or Refutation(...) at its top level"
        )
    entries = tuple(replace(entry, file=str(path)) for entry in found.values())
    _collect_entries(entries, {})
    return entries


def _is_path(target: str | Path) -> bool:
    return (
        isinstance(target, Path) or target.endswith(".py") or "/" in target or "\\" in target or Path(target).is_dir()
    )


def _files_or_error(folder: Path, errors: list[CatalogueError]) -> tuple[Path, ...]:
    files = files_in(folder)
    if not files:
        errors.append(CatalogueError(f"{folder}: there is no derivation file in this folder"))
    return files


def _collect(files: Iterable[Path], errors: list[CatalogueError]) -> dict[str, Entry]:
    entries: dict[str, Entry] = {}
    seen: set[Path] = set()
    for file in files:
        if file.resolve() in seen:
            continue
        seen.add(file.resolve())
        try:
            _collect_entries(load_file(file), entries)
        except CatalogueError as error:
            errors.append(error)
    return entries


def _collect_entries(more: Iterable[Entry], entries: dict[str, Entry]) -> None:
    for entry in more:
        other = entries.setdefault(entry.name, entry)
        if other is not entry:
            where = f"{other.file} and {entry.file}" if other.file != entry.file else f"{entry.file}, twice"
            raise CatalogueError(f"two entries are called {entry.name} ({where}): rename one of them")


def _run(path: Path) -> types.ModuleType:
    """Run the file as a module of its own.  Its text is compiled here, so that no stale bytecode is read or written."""
    name = f"_sgdproofs_entry_{hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:12]}_{path.stem}"
    module = types.ModuleType(name)
    module.__file__ = str(path)
    try:
        code = compile(path.read_bytes(), str(path), "exec", dont_inherit=True)
        sys.modules[name] = module  # dataclasses, pickle and inspect look a module up by its name
        with _time_limit(SECONDS):
            exec(code, module.__dict__)
    except (Exception, SystemExit, _TooLong) as error:
        sys.modules.pop(name, None)
        raise CatalogueError(_told(path, error)) from error
    return module


def _told(path: Path, error: BaseException) -> str:
    """One line: file, line within that file, what is wrong and the mend."""
    line = None
    if isinstance(error, SyntaxError):
        line = error.lineno
    else:
        trace = error.__traceback__
        while trace is not None:
            if trace.tb_frame.f_code.co_filename == str(path):
                line = trace.tb_lineno
            trace = trace.tb_next
    said = " ".join((error.msg if isinstance(error, SyntaxError) else str(error)).split())
    where = f"{path}:{line}" if line else str(path)
    if isinstance(error, SgdproofsError):
        return f"{where}: {said}"
    mend = next(
        (text for kind, text in _MENDS if isinstance(error, kind)), "correct this line; the file has to run on its own"
    )
    kind = "" if isinstance(error, _TooLong) else f"{type(error).__name__}: "
    return f"{where}: {kind}{said or 'no message'}: {mend}"


_MENDS: tuple[tuple[type[BaseException], str], ...] = (
    (ImportError, "a derivation imports only sgdproofs; cite another entry by lemma(name, statement)"),
    (NameError, "declare it first, for instance N = natural('N', at_least=1), and import the functions that are used"),
    (SyntaxError, "correct the Python syntax (of a text in UTF-8)"),
    (OSError, "make the file readable"),
    (_TooLong, "a derivation file only builds values: end this loop, or make it shorter"),
    (SystemExit, "a derivation file only defines values"),
)


def _place_in_sheet(entry: Entry) -> tuple:
    """By source in natural order (Problem 2 before Problem 10, `Problem 1` before `Problem 1(a)`), then by file."""
    words = tuple(
        (0, int(w), "") if w.isdigit() else (1, 0, w) for w in re.findall(r"\d+|[^\W\d_]+", entry.source.lower())
    )
    return (not words, words, entry.file or "")
