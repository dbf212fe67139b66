"""The command line.  SymPy is imported inside the commands, so that `sgdproofs --help` answers at once.

Exit codes: 0 everything is as it should be; 1 something is refuted or unjustified, or an experiment failed;
2 usage, or a file that does not load; 3 undecided; 4 a tool is missing; 70 an error of this program itself;
130 interrupted.
"""

from __future__ import annotations

import json
import os
import shlex
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from .language.errors import CatalogueError, MissingTool, SgdproofsError
from .messages import OK, TOOL_MISSING, USAGE, WRONG

if TYPE_CHECKING:
    from .catalogue import Catalogue, Entry
    from .language.report import Line, Report
    from .sheets import Definition

PROGRAM_ERROR, INTERRUPTED, BROKEN_PIPE = 70, 130, 141

JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON, for other programs.")
OUTPUT = click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write to this file.")


def main() -> NoReturn:
    """Run the command line; every error is one line on stderr."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by the caller
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115  until the process ends
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # a terminal that cannot show a sign is no reason to stop
    code = _run()
    try:
        sys.stdout.flush()
    except OSError:
        code = _quiet()
    sys.exit(code)


def _run() -> int:
    try:
        result = cli.main(prog_name="sgdproofs", standalone_mode=False)
        return result if isinstance(result, int) else OK
    except BrokenPipeError:
        return _quiet()
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except (click.Abort, KeyboardInterrupt):
        _say("interrupted")
        return INTERRUPTED
    except click.UsageError as error:
        context = f" (see `{error.ctx.command_path} --help`)" if error.ctx else ""
        _say(error.format_message() + context)
        return USAGE
    except MissingTool as error:
        _say(str(error))
        return TOOL_MISSING
    except (click.ClickException, SgdproofsError) as error:
        _say(error.format_message() if isinstance(error, click.ClickException) else str(error))
        return USAGE
    except OSError as error:
        _say(f"{error.filename or 'the system'}: {error.strerror or error}")
        return USAGE
    except Exception as error:
        if os.environ.get("SGDPROOFS_TRACEBACK"):
            raise
        _say(f"an error of sgdproofs itself: {type(error).__name__}: {error} (SGDPROOFS_TRACEBACK=1 shows where)")
        return PROGRAM_ERROR


def _say(text: str) -> None:
    click.echo(f"sgdproofs: {' '.join(text.split())}", err=True)


def _quiet() -> int:
    """The reader of our output is gone: end without a word, as other programs do."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return BROKEN_PIPE


class _Commands(click.Group):
    """Click turns a broken pipe into exit code 1 before we see it; here it becomes quiet."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            ctx.exit(_quiet())


@click.group(
    cls=_Commands,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="sgdproofs", message="%(prog)s %(version)s")
@click.pass_context
def cli(context: click.Context) -> None:
    """Derivations, written once: checked line by line, printed, simulated, imported.

    NAME is the name of an entry (`sgdproofs list` shows them); PATH is a derivation file or a folder of them.
    Entries are those that come with sgdproofs, those of other installed packages, and those of ./derivations.
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


# --- shared ----------------------------------------------------------------------------------------------


def _load(targets: Sequence[str]) -> Catalogue:
    from .catalogue import load

    return load(*targets, beside=[Path("derivations")])


def _one(target: str) -> tuple[Entry, Catalogue]:
    """The entry that `NAME`, `FILE` or `FILE::NAME` names."""
    from .catalogue import closest

    place, _, name = target.partition("::")
    catalogue = _load([place])
    if catalogue.errors:
        raise catalogue.errors[0]
    found = {entry.name: entry for entry in catalogue.selected}
    if name and name not in found:
        raise CatalogueError(f"{place} holds no entry called {name!r}{closest(name, found)}")
    if not name and len(found) != 1:
        names = " or ".join(f"{place}::{one}" for one in found)
        raise CatalogueError(f"{place} holds several entries: name one, as {names}")
    return found[name or next(iter(found))], catalogue


def _judge(entry: Entry, catalogue: Catalogue) -> Report:
    from .verdicts import judge

    return judge(entry, catalogue)


class ProgramError(CatalogueError):
    """An entry that makes this program fail: told like other errors, so that the other entries are still reported."""


def _judged(catalogue: Catalogue, errors: list[SgdproofsError]) -> Iterator[Report]:
    """Reports on the selected entries; what cannot be loaded or checked is told on stderr, and added to `errors`."""
    for error in catalogue.errors:
        _say(str(error))
        errors.append(error)
    for entry in catalogue.selected:
        try:
            yield _judge(entry, catalogue)
        except SgdproofsError as error:
            where = f"{entry.file}: " if entry.file and entry.file not in str(error) else ""
            _say(f"{where}{error}")
            errors.append(error)
        except Exception as error:  # one entry must not take the others with it
            text = f"{entry.file}: {entry.name}: an error of sgdproofs itself: {type(error).__name__}: {error}"
            told = ProgramError(text)
            _say(str(told))
            errors.append(told)


def _code(reports: Sequence[Report], errors: Sequence[object] = (), results: Sequence[Any] = ()) -> int:
    from .messages import exit_code

    code = exit_code(reports)
    if code == WRONG or any(not result.passed for result in results):
        return WRONG
    if any(isinstance(error, ProgramError) for error in errors):
        return PROGRAM_ERROR
    return USAGE if errors else code


def _print_json(data: Any) -> None:
    click.echo(json.dumps(data, indent=2))


def _write(text: str, output: Path | None) -> None:
    if output is None:
        click.echo(text, nl=False)
        return
    from .printing import put

    put(output, text.encode())
    _tell(f"wrote {output}")


def _tell(text: str) -> None:
    """Something about the run, not a part of its output."""
    click.echo(text, err=True)


@contextmanager
def _progress(label: str) -> Iterator[Callable[..., None]]:
    """A function that shows how far a long run is: a bar on a terminal, nothing in a pipe."""
    if not sys.stderr.isatty():
        yield lambda *_: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=None)
        yield lambda done, total, what=label: bar.update(task, completed=done, total=total, description=what)


def _colour(verdict: str, good: bool, text: str) -> str:
    return click.style(text, fg="green" if good else "yellow" if verdict == "undecided" else "red")


def _show_entry(report: Report, width: int) -> None:
    from .messages import as_expected, entry_line, failing_lines, line_failure

    good = as_expected(report)
    click.echo(_colour(report.verdict, good, "ok  " if good else "NO  ") + entry_line(report, width))
    if good:
        return
    for name, line in failing_lines(report):
        click.echo(f"      {name}")
        for text in line_failure(line):
            click.echo(f"        {text}")
    if report.reason:
        click.echo(f"      {report.reason}")


# --- commands --------------------------------------------------------------------------------------------


@cli.command("list")
@click.argument("targets", nargs=-1, metavar="[NAME or PATH ...]")
@JSON
def list_entries(targets: tuple[str, ...], as_json: bool) -> int:
    """List the entries: name, source, verdict, claim."""
    from .messages import everywhere, expected

    errors: list[SgdproofsError] = []
    reports = list(_judged(_load(targets), errors))
    if as_json:
        _print_json(
            {
                "derivations": [
                    {
                        "name": r.name,
                        "source": r.subject.source,
                        "title": r.subject.title,
                        "kind": "derivation" if expected(r.subject) == "proved" else "refutation",
                        "verdict": r.verdict,
                        "claim": str(r.subject.claim),
                        "file": r.subject.file,
                    }
                    for r in reports
                ]
            }
        )
    elif reports:
        rows = [(r.name, r.subject.source or "-", r.verdict, everywhere(r.subject.claim)) for r in reports]
        widths = [max(len(row[k]) for row in rows) for k in range(3)]
        for row in rows:
            click.echo("  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths)) + f"  {row[3]}")
    return _code(reports, errors)


@cli.command()
@click.argument("targets", nargs=-1, metavar="[NAME or PATH ...]")
@click.option("--experiments", is_flag=True, help="Run the experiments, too.")
@click.option("--jobs", type=click.IntRange(min=1), default=1, show_default=True, help="Processes, for step files.")
@click.option(
    "--seconds",
    type=click.FloatRange(min=0.1),
    default=10.0,
    show_default=True,
    help="Time for one case of a step file.",
)
@click.option(
    "--memory",
    type=click.IntRange(min=64),
    default=1024,
    show_default=True,
    help="Memory in MiB for one case of a step file.",
)
@JSON
def check(targets: tuple[str, ...], experiments: bool, jobs: int, seconds: float, memory: int, as_json: bool) -> int:
    """Check entries line by line (all of them unless told), or the cases of step files (FILE.jsonl).

    Of a step file, each case is answered in order, with --json as one JSON object a line. Exit codes then: 0 every
    case is proved; 1 one is refuted or unjustified; 2 a line could not be read; 3 one is undecided.
    """
    if any(target.endswith(".jsonl") for target in targets):
        return _check_steps(targets, jobs, seconds, memory, as_json)
    from .export import report_data
    from .messages import closing

    began = time.perf_counter()
    catalogue = _load(targets)
    width = max((len(entry.name) for entry in catalogue.selected), default=0)
    errors: list[SgdproofsError] = []
    reports: list[Report] = []
    results: list[Any] = []
    data: list[dict[str, Any]] = []
    for report in _judged(catalogue, errors):
        reports.append(report)
        own = _simulate(report.subject, 0, None) if experiments else None
        results += own or ()
        if as_json:
            data.append(report_data(report, own))
            continue
        _show_entry(report, width)
        for result in own or ():
            _show_result(result)
    if as_json:
        _print_json({"derivations": data})
    elif reports:
        click.echo(f"\n{closing(reports, time.perf_counter() - began, results if experiments else None)}")
    return _code(reports, errors, results)


def _check_steps(targets: tuple[str, ...], jobs: int, seconds: float, memory: int, as_json: bool) -> int:
    from collections import Counter, deque

    from .messages import UNDECIDED, counted
    from .steps.run import answers, lines_of

    if not all(target.endswith(".jsonl") for target in targets):
        raise click.UsageError("step files (.jsonl) and entries are checked in two commands")
    began, verdicts, unread = time.perf_counter(), Counter[str](), 0
    for target in targets:
        numbers: deque[int] = deque()
        for found in answers(lines_of(Path(target), numbers), jobs, seconds, memory):
            number = numbers.popleft()
            verdicts[found["verdict"]] += 1
            unread += "error" in found
            if as_json:
                click.echo(json.dumps(found))
            else:
                place = f"{target}:{number}" if "error" in found else ""
                name = f"{found['id']} ({place})" if found["id"] and place else found["id"] or place or "?"
                click.echo(
                    f"{_colour(found['verdict'], found['verdict'] == 'proved', found['verdict']):<11} "
                    f"{name}" + (f"  {found['reason']}" if found["reason"] else "")
                )
            sys.stdout.flush()
    if not as_json:
        told = ", ".join(f"{n} {verdict}" for verdict, n in verdicts.items())
        told += f" ({unread} could not be read)" if unread else ""
        click.echo(f"\nchecked {counted(verdicts.total(), 'case')}: {told}\n{time.perf_counter() - began:.1f} s")
    if unread:
        return USAGE
    return WRONG if verdicts["refuted"] or verdicts["unjustified"] else UNDECIDED if verdicts["undecided"] else OK


@cli.command()
@click.argument("target", metavar="NAME")
@JSON
def show(target: str, as_json: bool) -> int:
    """Show one entry (NAME, FILE or FILE::NAME): facts, lines with reasons and verdicts, conditions."""
    from .export import report_data

    entry, catalogue = _one(target)
    report = _judge(entry, catalogue)
    if as_json:
        _print_json({"derivations": [report_data(report)]})
    else:
        for text in _shown(report):
            click.echo(text)
    return _code([report])


def _shown(report: Report) -> Iterator[str]:
    from .messages import domains, everywhere, expected, fact_text, line_failure

    subject = report.subject
    yield f"{report.name}: {subject.title}" if subject.title else report.name
    yield from (
        f"{label:<9}{text}"
        for label, text in (("source", subject.source), ("file", subject.file), ("claim", everywhere(subject.claim)))
        if text
    )
    if known := domains(subject):
        yield f"domains  {', '.join(known)}"
    yield f"verdict  {report.verdict}" + (f": {report.reason}" if report.reason else "")
    if subject.given:
        yield "given"
        yield from (f"  {f'{fact.label}: ' if fact.label else ''}{fact_text(fact)}" for fact in subject.given)
    yield "lines"
    for line in report.lines:
        indent = "  " * (line.depth + 1)
        by = getattr(line.by, "name", None) or str(line.by or "")
        scope = f"({line.scope}) " if line.scope else ""
        yield f"{indent}{line.number:>3}  {scope}{_row(line)}"
        reason = by + (f": {', '.join(line.cites)}" if line.cites else "")
        yield f"{indent}     {line.verdict}{' by' if line.verdict == 'proved' else ':'} {reason}"
        needs = (f"needs {c.text}: {c.discharged or 'NOT DISCHARGED'}" for c in line.conditions)
        yield from (f"{indent}     {text}" for text in dict.fromkeys(needs))
        if line.verdict != expected(subject) or line.witness is not None:
            yield from (f"{indent}     {text}" for text in line_failure(line)[1:])
    if report.errata:
        yield "errata"
    for line in report.errata:
        yield f"  printed    {everywhere(line.statement)}"
        yield f"             {line.verdict}"
        yield f"             by       {line.by}" + (f": {', '.join(line.cites)}" if line.cites else "")
        yield from (f"             {text}" for text in line_failure(line)[1:])
        yield f"  corrected  {getattr(line.item.correction, 'conclusion', line.item.correction)}"
        if line.item.remark:
            yield f"             {line.item.remark}"
    if getattr(subject, "corrected_by", ""):
        yield f"corrected by {subject.corrected_by}"
    if subject.note:
        yield f"note     {subject.note}"


def _row(line: Line) -> str:
    """The statement of a line; a row of a calculation goes on from the row above, without its left side."""
    text = str(line.statement)
    return "  " + text.removeprefix(str(line.statement.lhs)) if line.continued else text


@cli.command()
@click.argument("targets", nargs=-1, metavar="[SHEET, or NAME or PATH ...]")
@click.option(
    "-o",
    "--output",
    "outputs",
    type=click.Path(path_type=Path),
    multiple=True,
    default=(Path("build/sgd"),),
    help="Where to write, in the form of the ending: .pdf, .tex, .md, .html; without one, in all of them. Repeatable.",
)
@click.option("--both", is_flag=True, help="Write NAME-problems and NAME-solutions, for an output called NAME.")
@click.option("--problems", is_flag=True, help="Write the problems only, not the solutions.")
@click.option("--engine", type=click.Choice(["typst", "latex"]), default="typst", show_default=True, help="For a PDF.")
@click.option("--date", "day", type=click.DateTime(["%Y-%m-%d"]), help="Print this date, and date the file with it.")
@click.option("--title", help="Of a sheet that is made of entries.")
@click.option("--experiments/--no-experiments", default=True, show_default=True, help="Run the experiments, too.")
@click.option("--plots/--no-plots", default=None, help="Pictures of the experiments (unless told: in HTML only).")
@click.option("--workers", type=click.IntRange(min=0), default=0, help="Processes for the experiments.")
@JSON
def sheet(
    targets: tuple[str, ...],
    outputs: tuple[Path, ...],
    both: bool,
    problems: bool,
    engine: str,
    day: datetime | None,
    title: str | None,
    experiments: bool,
    plots: bool | None,
    workers: int,
    as_json: bool,
) -> int:
    """Check what stands on a sheet, and write its problems and its solutions.

    SHEET is a definition (`sgdproofs new-sheet FILE.toml` writes one to start from) or the name of one that comes with
    sgdproofs, as sgd-problems. Entries that are named instead are printed in the order of their sources, with their
    proofs. Without anything, sgd-problems is written in every form to build/, problems and solutions.
    """
    from . import printing, sheets
    from .export import report_data
    from .messages import as_expected, closing, counted, refuted_claim
    from .render.handout import handout
    from .render.sheet import outline

    began = time.perf_counter()
    if both and problems:
        raise click.UsageError("--both writes the solutions, and --problems does not: leave out one of the two")
    whole = not targets
    both = both or (whole and not problems)
    names = targets or ("sgd-problems",)
    place = sheets.find(names[0])
    if place is not None and len(names) > 1:
        raise click.UsageError(f"{names[0]} is a whole sheet: name it alone")
    if place is None and (both or problems):
        raise click.UsageError(
            f"only a sheet has problems{sheets.closest(names[0], sheets.shipped())}: write a "
            "definition (`sgdproofs new-sheet FILE.toml`), or leave out --both and --problems"
        )
    definition = None if place is None else sheets.read(place)
    kinds = ("problems", "solutions") if both else ("problems",) if problems else ("solutions",)
    files = {kind: printing.targets([_called(path, kind) if both else path for path in outputs]) for kind in kinds}
    printing.tools([path for paths in files.values() for path in paths], engine)
    if plots:
        _can_plot()
    stamp = printing.stamp(day.date() if day else definition.day if definition else None)

    catalogue = _load([] if definition else names)
    errors: list[SgdproofsError] = []
    if definition is not None:
        if day is not None:
            definition = replace(definition, date=f"{day.day} {day:%B} {day.year}")
        catalogue = _named_by(definition, catalogue)
    reports = list(_judged(catalogue, errors))
    if definition is not None:
        order = [name for name, _ in definition.named()]
        reports.sort(key=lambda report: order.index(report.name))
        if len(reports) < len(order):  # what is missing was told
            return _code(reports, errors)
    if not reports and definition is None:
        raise CatalogueError("there is no entry to print: name a file or folder of derivations")
    results = {r.name: _simulate(r.subject, workers, None) for r in reports} if experiments else {}
    width = max((len(report.name) for report in reports), default=0)
    for report in reports:
        if not as_json and not as_expected(report):
            _show_entry(report, width)
    everything = [result for own in results.values() for result in own]
    for result in everything:
        if not as_json and not result.passed:
            _show_result(result)
    illustrated = {".html"} if plots is None else {".html", ".pdf"} if plots else set()
    forms = {path.suffix for kind in files.keys() & {"solutions"} for path in files[kind]}
    pictures = _pictures(results) if illustrated & forms else {}
    made = []
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always", UserWarning)
        for kind, paths in files.items():
            for path in paths:
                drawn = pictures if path.suffix in illustrated else {}
                shown: dict[str, Any] = {"experiments": results or None, "pictures": drawn}
                if definition is None:
                    parts = outline(reports, title=title or "Derivations", **shown)
                else:
                    parts = handout(definition, reports, solutions=kind == "solutions", **shown)
                printing.written(parts, path, engine=engine, day=stamp)
                made.append(str(path))
    for text in dict.fromkeys(str(warning.message) for warning in told):
        errors.append(CatalogueError(text))
        _say(text)
    if as_json:
        _print_json({"derivations": [report_data(r, results.get(r.name)) for r in reports], "written": made})
        return _code(reports, errors, everything)
    known = {report.name: report for report in reports}
    proofs = [report for report in reports if hasattr(report.subject, "proof")]
    verdicts = [line.verdict for report in proofs for line in report.lines]
    counts = ", ".join(f"{verdicts.count(v)} {v}" for v in dict.fromkeys(["proved", *verdicts]))
    click.echo(f"checked {counted(len(proofs), 'derivation')}, {counted(len(verdicts), 'line')}: {counts}")
    for report in reports:
        if report not in proofs and report.verdict == "refuted":
            click.echo(refuted_claim(report, known.get(report.subject.corrected_by)))
    if whole:  # the first line of the summary is said above
        summary = closing(reports, time.perf_counter() - began, everything if experiments else None)
        click.echo(summary.partition("\n")[2])
    click.echo(f"wrote {', '.join(made)}")
    return _code(reports, errors, everything)


def _called(path: Path, kind: str) -> Path:
    """`sgd-problems.pdf` for `sgd.pdf`."""
    if not path.name or path.is_dir():
        return path  # it is told to be a folder
    return path.with_name(f"{path.stem}-{kind}{path.suffix}")


def _named_by(definition: Definition, catalogue: Catalogue) -> Catalogue:
    """The entries of a sheet, selected; an entry that is not there is told with its place on the sheet."""
    from .catalogue import Catalogue
    from .sheets import SheetError, closest

    for name, where in definition.named():
        if name not in catalogue:
            broken = f"; {catalogue.errors[0]}" if catalogue.errors else ""
            mend = closest(name, catalogue) or ": `sgdproofs list` shows the entries"
            raise SheetError(f"{where}: no entry is called {name!r}{mend}{broken}")
    return Catalogue(catalogue, [name for name, _ in definition.named()])


@cli.command("new-sheet")
@click.argument("path", metavar="FILE.toml", type=click.Path(path_type=Path))
def new_sheet(path: Path) -> int:
    """Write a commented sheet definition that works, to start from."""
    from .sheets import template

    if path.suffix != ".toml":
        raise click.UsageError(f"{path}: the name of a sheet definition ends in .toml, as in hw3.toml")
    if path.exists():
        raise click.ClickException(f"{path} is there already: choose another name, or change that file")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("x", encoding="utf-8") as file:
        file.write(template())
    source, output = (shlex.quote(str(name)) for name in (path, path.with_suffix(".pdf")))
    click.echo(f"wrote {path}: it works as it stands; `sgdproofs sheet {source} -o {output} --both` prints it")
    return OK


@cli.command()
@click.argument("target", metavar="NAME")
@click.option(
    "--workers", type=click.IntRange(min=0), default=0, help="Processes (0: this one). The digits do not depend on it."
)
@click.option("--dask", metavar="ADDRESS", help="Run on the Dask cluster whose scheduler is at ADDRESS.")
@click.option(
    "--plot",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Draw the results: FILE ends in .svg, .png or .pdf.",
)
@JSON
def simulate(target: str, workers: int, dask: str | None, plot: Path | None, as_json: bool) -> int:
    """Run the experiments of one entry."""
    entry, _ = _one(target)
    if plot is not None:
        _can_plot(plot, entry)  # before the work, not after it
    results = _simulate(entry, workers, dask)
    if plot is not None:
        from .plots import save

        save(results, plot)
        _tell(f"wrote {plot}")
    if as_json:
        from .export import plain_data

        _print_json({"name": entry.name, "experiments": [plain_data(result) for result in results]})
    elif not results:
        click.echo(f"{entry.name} declares no experiment")
    else:
        for result in results:
            _show_result(result)
    return OK if all(result.passed for result in results) else WRONG


def _pictures(results: dict[str, tuple[Any, ...]]) -> dict[str, tuple[Any, ...]]:
    """The picture of every result, by entry; none where Matplotlib is missing, which a sheet can do without."""
    from .plots import available, picture
    from .render.outline import Picture

    try:
        available()
    except MissingTool as error:
        _tell(f"no pictures of the experiments: {error}")
        return {}
    found: dict[str, tuple[Any, ...]] = {}
    with _progress("pictures") as progress:
        for number, (name, own) in enumerate(results.items()):
            found[name] = tuple(Picture(*picture(result)) for result in own)
            progress(number + 1, len(results))
    return found


def _can_plot(path: Path | None = None, entry: Entry | None = None) -> None:
    """An error if no picture can be drawn, or none of this kind."""
    from .plots import ENDINGS, available

    if path is not None and path.suffix not in ENDINGS:
        raise click.UsageError(f"{path}: a picture ends in {', '.join(ENDINGS[:-1])} or {ENDINGS[-1]}")
    if entry is not None and not entry.experiments:
        raise click.UsageError(f"{entry.name} declares no experiment: there is nothing to draw")
    available()


def _simulate(entry: Entry, workers: int, dask: str | None) -> tuple[Any, ...]:
    from .experiments import run

    if not getattr(entry, "experiments", ()):
        return ()
    with _progress(entry.name) as progress:
        if dask is None:
            return tuple(run(entry, workers=workers, progress=progress))
        try:
            from distributed import Client
        except ImportError:
            raise MissingTool("--dask needs Dask: pip install 'sgdproofs[dask]'") from None
        try:
            client = Client(dask, timeout=10)
        except (OSError, ValueError, TimeoutError) as error:
            raise MissingTool(f"no Dask scheduler answers at {dask}: {error}") from None
        with client:
            return tuple(run(entry, executor=client.get_executor(), progress=progress))


def _show_result(result: Any) -> None:
    verdict = _colour("", result.passed, "ok  " if result.passed else "NO  ")
    click.echo(f"{verdict}{result.name}: {result.summary}")


@cli.command()
@click.argument("target", metavar="NAME")
@click.option("--to", "form", type=click.Choice(["python", "latex", "json"]), required=True)
@OUTPUT
def export(target: str, form: str, output: Path | None) -> int:
    """Write one entry for other programs: a Python module without dependencies, LaTeX, or JSON."""
    from .export import to_json, to_latex, to_python
    from .formulas import Formula

    entry, catalogue = _one(target)
    report = _judge(entry, catalogue)
    code = _code([report])
    if form == "json":
        _write(to_json(report), output)
        return code
    if code != OK:
        _say(f"{entry.name} is {report.verdict}, so it is not exported: see `sgdproofs show {target}`")
        return code
    corrected = catalogue.get(getattr(entry, "corrected_by", ""))
    text = (
        to_python(Formula(report))
        if form == "python"
        else to_latex(report, _judge(corrected, catalogue) if corrected is not None else None)
    )
    _write(text, output)
    return code


@cli.command()
@click.argument("name")
@click.option(
    "--folder", type=click.Path(path_type=Path, file_okay=False), default=Path("derivations"), show_default=True
)
def new(name: str, folder: Path) -> int:
    """Write a commented derivation file that already passes, to start from."""
    import keyword
    import re

    from .templates import DERIVATION

    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", name):
        raise click.UsageError(f"{name!r} is not a name: use small letters, digits and dashes, such as nesterov-limit")
    stem = name.replace("-", "_")
    path = folder / f"{stem}{'_' if keyword.iskeyword(stem) else ''}.py"
    if path.exists():
        raise click.ClickException(f"{path} is there already: choose another name, or change that file")
    known = _load([])
    if name in known:
        raise click.ClickException(
            f"an entry called {name} is there already, in {known[name].file}: choose another name"
        )
    folder.mkdir(parents=True, exist_ok=True)
    with path.open("x", encoding="utf-8") as file:
        file.write(DERIVATION.replace("NAME", name).replace("VARIABLE", path.stem))
    click.echo(f"wrote {path}: it passes as it stands; change it line by line and run `sgdproofs check {path}`")
    return OK
