"""Sheets as files: which forms there are, what each needs, and how it is written.  Nothing is checked here."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from .language.errors import MissingTool, SgdproofsError

if TYPE_CHECKING:
    from .render.outline import Sheet

__all__ = ["APT", "FORMS", "PrintError", "compile_latex", "put", "stamp", "targets", "tools", "written"]

APT = "apt-get install texlive-latex-recommended texlive-latex-extra latexmk lmodern"
"""What Debian and Ubuntu need to compile a sheet."""
PIP = 'pip install "sgdproofs[pdf]"'


class PrintError(SgdproofsError):
    """A sheet that cannot be written."""


def _markdown(sheet: Sheet, stamp: int | None) -> bytes:
    from .render import markdown

    return markdown.write(sheet).encode()


def _latex(sheet: Sheet, stamp: int | None) -> bytes:
    from .render import exam

    return exam.write(sheet).encode()


def _html(sheet: Sheet, stamp: int | None) -> bytes:
    from .render import html

    return html.write(sheet).encode()


def _typst(sheet: Sheet, stamp: int | None) -> bytes:
    from .render import pdf

    return pdf.write(sheet, stamp=stamp)


def _latexmk(sheet: Sheet, stamp: int | None) -> bytes:
    from .render import exam

    return compile_latex(exam.write(sheet), stamp)


FORMS: dict[str, Callable[[Sheet, int | None], bytes]] = {
    ".pdf": _typst,
    ".html": _html,
    ".tex": _latex,
    ".md": _markdown,
}
"""The forms of a sheet, by the ending of the file."""


def targets(outputs: Iterable[Path]) -> list[Path]:
    """The files to write: a name without an ending stands for every form."""
    found: list[Path] = []
    for output in outputs:
        if not output.name or output.is_dir():
            raise PrintError(f"{output}: this is a folder: name a file in it")
        if output.suffix in FORMS:
            found.append(output)
        elif output.suffix:
            raise PrintError(
                f"{output}: {output.suffix} is no form of a sheet: use {', '.join(FORMS)}, or no ending for all of them"
            )
        else:
            found += [output.with_name(output.name + ending) for ending in FORMS]
    for path in found:
        _writable(path)
    return list(dict.fromkeys(found))


def _writable(path: Path) -> None:
    """PrintError if the file cannot be written, before anything else is done."""
    if path.is_dir():
        raise PrintError(f"{path}: this is a folder: name a file")
    folder = next(folder for folder in (path.absolute().parent, *path.absolute().parents) if folder.exists())
    if not folder.is_dir():
        raise PrintError(f"{path}: {folder} is a file, and not a folder: write to another place with -o")
    if not os.access(folder, os.W_OK) or (path.exists() and not os.access(path, os.W_OK)):
        raise PrintError(f"{path}: no permission to write there: write to another place with -o")


def tools(paths: Iterable[Path], engine: str) -> None:
    """MissingTool if a form needs what is not installed."""
    if not any(path.suffix == ".pdf" for path in paths):
        return
    if engine == "typst" and importlib.util.find_spec("typst") is None:
        raise MissingTool(f"a PDF needs Typst, which is not installed: {PIP} (or, where LaTeX is: --engine latex)")
    if engine == "latex":
        for tool in ("latexmk", "pdflatex"):
            if shutil.which(tool) is None:
                raise MissingTool(f"--engine latex needs {tool}, which is not installed: {APT} (or leave out --engine)")


def stamp(day: date | None) -> int | None:
    """The seconds since 1970 that date a file: those of the sheet's day, or of SOURCE_DATE_EPOCH, or none."""
    if day is not None:
        return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
    given = os.environ.get("SOURCE_DATE_EPOCH", "").strip()
    if not given:
        return None
    if not given.isascii() or not given.isdigit() or int(given) >= 253402300800:  # the year 10000
        raise PrintError(
            f"SOURCE_DATE_EPOCH is {given!r}, and has to be a number of seconds since 1970: correct or unset it"
        )
    return int(given)


def written(sheet: Sheet, path: Path, *, engine: str = "typst", day: int | None = None) -> None:
    """Write the sheet in the form that the name asks for; the file is there as a whole or not at all."""
    make = _latexmk if path.suffix == ".pdf" and engine == "latex" else FORMS[path.suffix]
    content = make(sheet, day)
    put(path, content)


def put(path: Path, content: bytes) -> None:
    """Write a file: it is there as a whole or not at all, whatever interrupts this."""
    beside = path.with_name(f".{path.name[:100]}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and not path.is_file():  # a pipe or a device
            path.write_bytes(content)
            return
        beside.write_bytes(content)
        beside.replace(path)
    except BaseException as error:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise PrintError(f"{path}: {error.strerror or error}: write to another place") from None
        raise


def compile_latex(text: str, day: int | None = None, *, seconds: float = 300) -> bytes:
    """The PDF of a LaTeX document, made in a temporary folder."""
    environment = os.environ | {"FORCE_SOURCE_DATE": "1", "max_print_line": "1000", "SOURCE_DATE_EPOCH": str(day or 0)}
    command = ["latexmk", "-norc", "-pdf", "-interaction=nonstopmode", "-halt-on-error", "-file-line-error"]
    with tempfile.TemporaryDirectory(prefix="sgdproofs-") as folder:
        place = Path(folder)
        (place / "sheet.tex").write_text(text, encoding="utf-8")
        try:
            running = subprocess.Popen(
                [*command, "sheet.tex"],
                cwd=place,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        except FileNotFoundError:
            raise MissingTool(f"--engine latex needs latexmk, which is not installed: {APT}") from None
        try:
            _, complaint = running.communicate(timeout=seconds)
        except BaseException as error:  # latexmk and what it runs
            with suppress(ProcessLookupError):
                os.killpg(running.pid, signal.SIGKILL)
            running.communicate()
            if not isinstance(error, subprocess.TimeoutExpired):
                raise
            raise PrintError(f"latexmk did not end within {seconds:g} s: write the .tex, and see there") from None
        made = place / "sheet.pdf"
        if running.returncode == 0 and made.exists():
            return made.read_bytes()
        log = place / "sheet.log"
        said = (log.read_bytes() if log.exists() else complaint).decode(errors="replace")
    raise _failure(said, text)


def _failure(log: str, text: str) -> SgdproofsError:
    """What stopped LaTeX, with the line of the document, or which of its files is missing."""
    if missing := re.search(r"File `([^']+)'\s+not\s+found", log):
        return MissingTool(f"LaTeX has no {missing[1]}: {APT}")
    found = re.search(r"^(?:\./)?sheet\.tex:(\d+): (.+)$", log, re.M)
    if found is None:
        first = next((line for line in log.splitlines() if line.startswith("!")), "it left no word in its log")
        return PrintError(f"latexmk stopped: {first.lstrip('! ')}: write the .tex and compile it by hand")
    lines, number = text.split("\n"), int(found[1])
    source = lines[number - 1].strip() if number <= len(lines) else ""
    return PrintError(
        f"pdflatex stopped at line {number} of the .tex: {found[2].rstrip('.')}: {source[:120]}: mend "
        "the LaTeX of that entry or text, or write the .tex and mend it there"
    )
