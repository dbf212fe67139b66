"""What people read on a terminal: reports in plain text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .language.report import Line, Report

__all__ = [
    "domains",
    "everywhere",
    "fact_text",
    "as_expected",
    "claim_failure",
    "closing",
    "counted",
    "entry_line",
    "exit_code",
    "expected",
    "failing_lines",
    "is_error",
    "is_remark",
    "line_failure",
    "refuted_claim",
]

OK, WRONG, USAGE, UNDECIDED, TOOL_MISSING = 0, 1, 2, 3, 4
"""Exit codes; an interrupt ends with 130."""


def expected(entry: Any) -> str:
    """The verdict that an entry is there for: a derivation is to be proved, a refutation refuted."""
    return "proved" if hasattr(entry, "proof") else "refuted"


def is_error(line: Line) -> bool:
    """Whether a printed line is seen to be an error: it is false, or does not follow from what it cites."""
    return line.verdict in ("refuted", "unjustified")


def is_remark(line: Line) -> bool:
    """Whether an examined line says what its correction says: the line is right, and only its reason is too short."""
    correction = getattr(line.item, "correction", None)
    return getattr(correction, "conclusion", correction) == line.statement


def as_expected(report: Report) -> bool:
    """Whether an entry is what it says it is, and every printed line that it corrects is seen to be an error."""
    return report.verdict == expected(report.subject) and all(map(is_error, report.errata))


def exit_code(reports: Iterable[Report]) -> int:
    """0 if every entry is as expected, 3 if some are undecided and the others as expected, 1 otherwise."""
    wrong = [report for report in reports if not as_expected(report)]
    if not wrong:
        return OK
    undecided = (
        r.verdict == "undecided"
        or (all(is_error(e) or e.verdict == "undecided" for e in r.errata) and r.verdict == expected(r.subject))
        for r in wrong
    )
    return UNDECIDED if all(undecided) else WRONG


def failing_lines(report: Report) -> Iterator[tuple[str, Line]]:
    """The lines that keep an entry from being what it is there for, each with its name."""
    for line in report.lines:
        if line.verdict != expected(report.subject):
            yield f"line {line.number}", line
    for number, line in enumerate(report.errata, 1):
        if not is_error(line):
            yield f"erratum {number} ({line.verdict} as printed)", line


def line_failure(line: Line) -> list[str]:
    """What a line claims and cites, and why that does not do."""
    by = getattr(line.by, "name", None) or str(line.by or "")
    cites = ", ".join(line.cites)
    told = [f"claimed  {line.statement}      " + (f"cites: {cites}" if cites else f"by: {by}")]
    if line.witness is not None:
        text = line.witness.describe() if hasattr(line.witness, "describe") else str(line.witness)
        told += _under("witness", text)
    told += [f"open     {condition.text}" for condition in line.conditions if condition.discharged is None]
    if line.missing:
        told.append(f"missing  {', '.join(line.missing)}")
    elif line.reason and line.reason != getattr(line.witness, "why", None):  # else it repeats what is said
        told += _under("reason", line.reason)
    return told


def claim_failure(report: Report) -> list[str]:
    """What an entry claims, and what keeps it from being what it is there for."""
    reasons = [report.reason] if report.reason else []
    reasons += [name if "erratum" in name else f"{name} is {line.verdict}" for name, line in failing_lines(report)]
    return [f"claimed  {report.subject.claim}", *_under("reason", "\n".join(reasons))]


def _under(label: str, text: str) -> list[str]:
    first, *rest = text.splitlines() or [""]
    return [f"{label:<9}{first}", *(f"{'':<9}{more}" for more in rest)]


def entry_line(report: Report, width: int) -> str:
    """One line on an entry: name, verdict and counts."""
    kinds = Counter(line.verdict for line in report.lines)
    lines = counted(len(report.lines), "line")
    if set(kinds) - {expected(report.subject)}:
        lines += " (" + ", ".join(f"{count} {verdict}" for verdict, count in kinds.items()) + ")"
    wrong = report.verdict == "proved" and expected(report.subject) == "refuted"
    what = "proved, but it was to be refuted" if wrong else report.verdict
    parts = [lines, counted(len(report.conditions), "condition")]
    remarks = sum(map(is_remark, report.errata))
    parts += [counted(len(report.errata) - remarks, "erratum", "errata")] if len(report.errata) > remarks else []
    parts += [counted(remarks, "remark")] if remarks else []
    source = f"  [{report.subject.source}]" if report.subject.source else ""
    return f"{report.name:<{width}}  {what:<11}  {', '.join(parts)}{source}"


def closing(reports: Sequence[Report], seconds: float, experiments: Sequence[Any] | None = None) -> str:
    """The summary: entries, lines, verdicts, conditions, errata, experiments, time."""
    verdicts = Counter(
        line.verdict for report in reports if expected(report.subject) == "proved" for line in report.lines
    )
    lines = sum(verdicts.values())
    told = ", ".join(f"{verdicts[v]} {v}" for v in ("proved", "unjustified", "refuted", "undecided") if verdicts[v])
    derivations = [report for report in reports if expected(report.subject) == "proved"]
    refutations = [report for report in reports if expected(report.subject) == "refuted"]
    proved = sum(report.verdict == "proved" for report in derivations)
    refuted = sum(report.verdict == "refuted" for report in refutations)
    conditions = [condition for report in reports for condition in report.conditions]
    still_open = sum(condition.discharged is None for condition in conditions)
    errata = [line for report in reports for line in report.errata if not is_remark(line)]
    remarks = [line for report in reports for line in report.errata if is_remark(line)]
    parts = []
    if derivations:
        parts.append(
            f"checked {counted(len(derivations), 'derivation')} ({proved} proved), {counted(lines, 'line')}"
            + (f": {told}" if told else "")
        )
    if conditions:
        parts.append(f"{counted(len(conditions), 'condition')}, {len(conditions) - still_open} discharged")
    wrong = [f"{sum(map(is_error, errata))} of {counted(len(errata), 'printed line')}"] if errata else []
    wrong += [f"{refuted} of {counted(len(refutations), 'printed claim')}"] if refutations else []
    if wrong:
        number = counted(len(errata) + len(refutations), "erratum", "errata")
        parts.append(f"{number}: {' and '.join(wrong)} seen to be wrong")
    if remarks:
        parts.append(f"{counted(len(remarks), 'remark')}: a line that is right, with facts that its reason leaves out")
    if experiments is not None:
        passed = sum(result.passed for result in experiments)
        parts.append(f"{counted(len(experiments), 'experiment')}, {passed} passed")
    return "\n".join([*parts, f"{seconds:.1f} s"])


def refuted_claim(report: Report, right: Report | None) -> str:
    """A printed claim that is false, its witness, and what is proved instead: what the two have in common, and the
    components for which both are said, are left out."""
    from .language.terms import Times
    from .render.latex import free_of

    subject = report.subject
    witness: Any = next((line.witness for line in report.lines if line.witness is not None), None)
    instead = right.subject.claim if right is not None and right.verdict == "proved" else None
    claim, components = subject.claim, frozenset(free_of(subject.claim))
    printed, proved = str(claim), str(instead)
    symbols: set[str] = set()
    if (
        instead is not None
        and claim.rel == instead.rel == "=="
        and claim.lhs == instead.lhs
        and all(type(side.rhs) is Times for side in (claim, instead))
    ):
        own, other = list(claim.rhs.args), list(instead.rhs.args)
        common = [factor for factor in own if factor in other]
        differs = [[f for f in factors if f not in common] for factors in (own, other)]
        try:
            printed = _brief_product(own, components)
            proved = _brief_product(differs[1], components)
            symbols = {name for factor in differs[0] for name in _families(factor)}
        except LookupError:
            pass
    where, sides = "", ""
    if witness is not None and hasattr(witness, "model") and not isinstance(witness.lhs, tuple):
        where, sides = _point(witness, symbols), f"{witness.lhs} against {witness.rhs}"
    elif witness is not None:
        where = " ".join(str(witness.describe() if hasattr(witness, "describe") else witness).split())
    told = f"{subject.title or report.name}, {printed}, is REFUTED at {where}" + (f": {sides}" if sides else "")
    if instead is not None:
        return f"{told}; the sheet proves {proved}"
    return f"{told}; corrected by {subject.corrected_by}, which is not proved here" if subject.corrected_by else told


def _brief_product(factors: Sequence[Any], components: frozenset[Any]) -> str:
    said = [_brief(factor, components, {}) for factor in factors]
    return " ".join(f"({text})" if " " in text and len(said) > 1 else text for text in said)


LETTERS = "ijklmn"


def _brief(node: Any, components: frozenset[Any], names: dict[Any, str]) -> str:
    """A term in few words: no ranges, no components, bound indices from i on.  LookupError where that does not do."""
    from .language.terms import Element, Parameter, Power, Sum

    if isinstance(node, Sum):
        inner = names | {v: LETTERS[len(names) + k] for k, (v, _, _) in enumerate(reversed(node.ranges))}
        return f"sum {_brief(node.body, components, inner)}"
    if isinstance(node, Element):
        kept = [names[i] if i in names else str(i) for i in node.indices if i not in components]
        return "_".join([node.family.name, *kept])
    if isinstance(node, Power):
        base, exponent = (_brief(arg, components, names) for arg in node.args)
        if " " in base or " " in exponent:
            raise LookupError(node)
        return f"{base}^{exponent}"
    if isinstance(node, Parameter) or getattr(node, "is_Rational", False):
        return names.get(node, str(node))
    raise LookupError(node)


def _families(node: Any) -> Iterator[str]:
    from .language.terms import Element, walk

    yield from (part.family.name for part in walk(node) if isinstance(part, Element))


def _point(witness: Any, symbols: set[str]) -> str:
    """`alpha = (1/2, 1/2)` for the symbols that matter; everything, if that is not known."""
    found: dict[str, list[Any]] = {}
    for (name, places), value in sorted(witness.model.values.items(), key=str):
        told = not witness.shown or (name, places) in witness.shown
        if name in symbols and told and not isinstance(value, tuple):
            found.setdefault(name, []).append(value)
    if symbols and found.keys() == symbols:
        lists = ((name, ", ".join(map(str, values)), len(values)) for name, values in found.items())
        return ", ".join(f"{name} = ({text})" if count > 1 else f"{name} = {text}" for name, text, count in lists)
    text = " ".join(witness.describe().split())
    return text.rpartition(": left")[0] or text


def everywhere(statement: Any) -> str:
    """A statement in plain text, with the values of its indices for which it is said."""
    from .language.statements import Loops
    from .render.latex import as_sums, free_of

    free = free_of(as_sums(statement) if isinstance(statement, Loops) else statement)
    bounds = [_bound(index) for index in free]
    return f"{statement}{', for all ' if bounds else ''}{', '.join(bounds)}"


def _bound(index: Any) -> str:
    text = index.domain_text()
    return text if index.lower is None else text.removeprefix("integer ")


def fact_text(fact: Any) -> str:
    """What a fact says, in plain text, with the values of its indices."""
    if getattr(fact, "start", ()):
        relation, over = fact.relation, fact.over
        others = [f", {_bound(i)}" for i in fact.target.indices if i != over]
        starts = ", ".join(f"{fact.target.family.name}[{place}] = {value}" for place, value in fact.start)
        return f"{relation}, for all {over} >= {fact.first}{''.join(others)}, starting from {starts}"
    said = getattr(fact, "statement", None)
    said = getattr(fact, "relation", None) if said is None else said
    if said is not None:
        return everywhere(said)
    return f"{fact}, {_bound(fact.index)}" if hasattr(fact, "index") else str(fact)


def domains(subject: Any) -> list[str]:
    """The domains of the parameters and free indices of an entry."""
    from .language.terms import Parameter
    from .render.subjects import symbols_of_entry

    return [symbol.domain_text() for symbol in symbols_of_entry(subject) if isinstance(symbol, Parameter)]


def counted(number: int, word: str, plural: str | None = None) -> str:
    """`1 line`, `2 lines`."""
    return f"{number} {word if number == 1 else plural or word + 's'}"
