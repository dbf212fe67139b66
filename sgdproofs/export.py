"""Entries for other programs: reports as JSON, formulas as Python modules without dependencies, LaTeX."""

from __future__ import annotations

import ast
import inspect
import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from . import arithmetic
from .formulas import Formula, used_helpers
from .messages import domains, everywhere, fact_text, is_remark

if TYPE_CHECKING:
    from .language.report import Condition, Line, Report

__all__ = [
    "condition_data",
    "erratum_data",
    "line_data",
    "plain_data",
    "report_data",
    "to_json",
    "to_latex",
    "to_python",
]


def report_data(report: Report, experiments: Iterable[Any] | None = None) -> dict[str, Any]:
    """A report as plain data; `experiments` are results, or None when none were run."""
    declared = getattr(report.subject, "experiments", ())
    return {
        "name": report.name,
        "source": report.subject.source,
        "verdict": report.verdict,
        "reason": report.reason,
        "claim": everywhere(report.subject.claim),
        "domains": domains(report.subject),
        "given": [{"name": fact.name, "statement": fact_text(fact)} for fact in report.subject.given],
        "lines": [line_data(line) for line in report.lines],
        "conditions": [condition_data(condition) for condition in report.conditions],
        "errata": [erratum_data(line) for line in report.errata],
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
        "reason": line.reason,
        "conditions": [condition_data(condition) for condition in line.conditions],
        "witness": plain_data(line.witness),
        "missing": list(line.missing),
    }


def erratum_data(line: Line) -> dict[str, Any]:
    """A printed line with its verdict, and the line that corrects it, as plain data."""
    correction = getattr(line.item.correction, "conclusion", line.item.correction)
    return {**line_data(line), "correction": str(correction), "remark": line.item.remark, "is_remark": is_remark(line)}


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
    return json.dumps({**report_data(report, experiments), "title": report.subject.title}, indent=2) + "\n"


def to_latex(report: Report, correction: Report | None = None) -> str:
    """An entry as a piece of LaTeX: domains and facts, the claim with its verdict, and the conditions; of a refuted
    claim the witness, and the claim of `correction`."""
    from .render.single import result

    return f"% {report.name}: {report.verdict} (needs amsmath, amssymb and graphicx)\n{result(report, correction)}"


def to_python(formula: Formula) -> str:
    """A module that needs nothing but Python: the formula, the checks of its arguments, conditions and source."""
    definition = formula.definition
    helpers = used_helpers(definition)
    subject = formula.derivation
    source = f" ({subject.source})" if subject.source else ""
    head = f"{subject.title or subject.name}{source}: {everywhere(subject.claim)}"
    facts = "\n".join(f"    {fact_text(fact)}" for fact in subject.given) or "    none"
    conditions = "\n".join(f"    {condition}" for condition in formula.conditions) or "    none"
    text = (
        f"{head}\n\nWritten by `sgdproofs export {subject.name} --to python` from a derivation whose every line is "
        f"proved from the\nfacts\n\n{facts}\n\nunder the conditions\n\n{conditions}\n\n{arithmetic.PRECISION}\n"
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
