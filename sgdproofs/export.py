"""Entries for other programs: reports as JSON, formulas as Python modules without dependencies, LaTeX."""

from __future__ import annotations

import ast
import inspect
import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from . import arithmetic
from .formulas import Formula, used_helpers

if TYPE_CHECKING:
    from .kernel.report import Condition, Line, Report

__all__ = ["condition_data", "line_data", "plain_data", "report_data", "to_json", "to_latex", "to_python"]


def report_data(report: Report, experiments: Iterable[Any] | None = None) -> dict[str, Any]:
    """A report as plain data; `experiments` are results, or None when none were run."""
    declared = getattr(report.subject, "experiments", ())
    return {
        "name": report.name,
        "source": report.subject.source,
        "verdict": report.verdict,
        "lines": [line_data(line) for line in report.lines],
        "conditions": [condition_data(condition) for condition in report.conditions],
        "experiments": [{"kind": e.kind, "passed": None} for e in declared]
        if experiments is None
        else [plain_data(result) for result in experiments],
    }


def line_data(line: Line) -> dict[str, Any]:
    """One line as plain data."""
    return {
        "number": line.number,
        "statement": str(line.statement),
        "by": getattr(line.by, "name", None) or str(line.by),
        "cites": list(line.cites),
        "verdict": line.verdict,
        "conditions": [condition_data(condition) for condition in line.conditions],
        "witness": plain_data(line.witness),
        "missing": list(line.missing),
    }


def condition_data(condition: Condition) -> dict[str, Any]:
    """A condition: what has to hold, where it arose, and how it was discharged (null: it was not)."""
    return {"condition": condition.text, "line": condition.line, "discharged": condition.discharged}


def plain_data(value: Any) -> Any:
    """What an object says of itself, as plain data; None stays None."""
    if value is None:
        return None
    told = value.as_json() if hasattr(value, "as_json") else str(value)
    return json.loads(told) if isinstance(told, str) and hasattr(value, "as_json") else told


def to_json(report: Report, experiments: Iterable[Any] | None = None) -> str:
    """One report, with its claim and facts, as JSON."""
    subject = report.subject
    data = report_data(report, experiments)
    facts = [fact.name for fact in subject.given]
    return json.dumps({**data, "title": subject.title, "claim": str(subject.claim), "given": facts}, indent=2) + "\n"


def to_latex(report: Report) -> str:
    """The claim of an entry with its conditions, as a LaTeX equation."""
    from .render.latex import latex

    # Each condition of the ledger was discharged from the domains and facts; the reader sees both.
    needs = ", ".join(f"${latex(condition.relation)}$" for condition in report.conditions)
    lines = [
        f"% {report.name}: {report.verdict}",
        r"\begin{equation*}",
        f"  {latex(report.subject.claim)}",
        r"\end{equation*}",
    ]
    return "\n".join(lines + ([f"Conditions: {needs}."] if needs else [])) + "\n"


def to_python(formula: Formula) -> str:
    """A module that needs nothing but Python: the formula, the checks of its arguments, conditions and source."""
    definition = formula.definition
    helpers = used_helpers(definition)
    subject = formula.derivation
    head = f"{subject.title or subject.name}{f' ({subject.source})' if subject.source else ''}: {subject.claim}"
    conditions = "\n".join(f"    {condition}" for condition in formula.conditions) or "    none"
    text = (
        f"{head}\n\nWritten by `sgdproofs export {subject.name} --to python` from a derivation whose every line is "
        f"proved, under the\nconditions\n\n{conditions}\n"
    )
    sources = [inspect.getsource(getattr(arithmetic, name)).rstrip() for name in helpers]
    sources = [
        "class ConditionError(ValueError):\n"
        '    """An argument that breaks a condition under which the formula was proved."""',
        *sources,
    ]
    module = ast.Module([ast.Expr(ast.Constant(text))], [])
    imports = "from __future__ import annotations\n\nfrom collections.abc import Callable\nfrom typing import Any"
    if any(isinstance(node, ast.Name) and node.id == "Fraction" for node in ast.walk(definition)):
        imports = imports.replace("\nfrom typing", "\nfrom fractions import Fraction\nfrom typing")
    if not any("Callable" in source for source in sources):
        imports = imports.replace("from collections.abc import Callable\n", "")
    exported = f"__all__ = [{definition.name!r}, 'ConditionError']"
    return (
        ast.unparse(module)
        + "\n\n"
        + imports
        + "\n\n"
        + exported
        + "\n\n\n"
        + "\n\n\n".join([*sources, ast.unparse(definition)])
        + "\n"
    )
