"""The solution sheet: a walk over reports which makes the parts of a sheet, for the writers to print.

Nothing is checked here, and nothing is printed as a result unless its report carries a theorem.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from sympy.core.basic import Basic

from ..kernel.reasons import flat
from ..language.derivation import (
    HYPOTHESIS,
    PREVIOUS,
    At,
    Branches,
    Calc,
    Erratum,
    Induction,
    Lemma,
    Refutation,
    leaves,
)
from ..language.errors import StatementError
from ..language.facts import Across, Fact, Identical
from ..language.report import PROVED, REFUTED, UNDECIDED, UNJUSTIFIED, Condition, Line, Report
from ..language.statements import Loops, symbols_of
from ..language.terms import Element, Family, Function, Index, Parameter
from . import article, html, markdown
from .latex import as_sums, free_of, latex, ranges, refuse_alike
from .layout import width
from .outline import (
    Beside,
    Block,
    Calculation,
    Contents,
    Correction,
    CrossChecks,
    Errata,
    Formula,
    Heading,
    Inset,
    Items,
    NewPage,
    Paragraph,
    Picture,
    Row,
    Sheet,
    row_of,
)
from .told import Phrases, condition_math, exact, families, merged, phrases, told, written
from .witness import witness_words
from .words import (
    Math,
    Text,
    Words,
    domain,
    fact_name,
    fact_sentence,
    joined,
    listed,
    said_everywhere,
    strong,
    taken,
    words,
)
from .worked import worked

__all__ = [
    "checked",
    "entry",
    "errata",
    "outline",
    "result",
    "settled",
    "shown",
    "shown_theorem",
    "solution_sheet",
    "symbols_of_entry",
]

WRITERS = {"latex": article.write, "markdown": markdown.write, "html": html.write}


def solution_sheet(
    entries: Sequence[Report],
    *,
    title: str,
    subtitle: str = "",
    experiments: Mapping[str, Sequence[Any]] | None = None,
    form: str = "latex",
    pictures: Mapping[str, Sequence[Picture]] | None = None,
) -> str:
    """The sheet of `entries`, in their order, as a LaTeX article, as Markdown or as one page of HTML.

    `experiments` gives, by the name of an entry, the outcomes of its numeric cross-checks (each with a
    `describe()` or a text of its own), and `pictures` what they look like, for the page of HTML.  The same input
    gives the same output, to the last character.
    An entry that cannot be printed is named in its place, with the reason, and in a warning.
    """
    if form not in WRITERS:
        raise ValueError(f"{form!r} is not a form of a sheet: use one of {', '.join(WRITERS)}")
    return WRITERS[form](outline(entries, title=title, subtitle=subtitle, experiments=experiments, pictures=pictures))


def result(report: Report, correction: Report | None = None) -> str:
    """One entry as a piece of LaTeX: what is given, the claim with its verdict, and the conditions, or the witness
    against it and what is true instead."""
    subject = report.subject
    refuse_alike(_all_symbols(report))
    if isinstance(subject, Refutation):
        blocks = _refutation(report, {correction.name: correction} if correction else {})[len(_head(report)) :]
    elif settled(report):
        claim = _statement_blocks(subject.claim)
        blocks = [*_given(subject), Heading(words("Result"), 2), *claim, *_conditions(report)]
    else:
        blocks = [
            *_given(subject),
            Heading(words(f"Claim, {report.verdict} and not proved"), 2),
            *_statement_blocks(subject.claim),
        ]
    return article.fragment(blocks)


def shown(report: Report) -> list[Block]:
    """One entry by itself; with the verdict "" as it stands, before any check."""
    subject = report.subject
    refuse_alike(_all_symbols(report))
    if report.verdict:
        return _refutation(report, {}) if isinstance(subject, Refutation) else _derivation(report, {})
    claim = [Heading(words("As printed" if isinstance(subject, Refutation) else "Claim"), 2)]
    proof = [Heading(words("Proof, not checked yet"), 2), *_proof(report)] if report.lines else []
    return [*_head(report), *_given(subject), *claim, *_statement_blocks(subject.claim), *proof]


def shown_theorem(theorem: Any) -> list[Block]:
    """A theorem with the facts and the conditions that it rests on."""
    subject = SimpleNamespace(claim=theorem.claim, given=theorem.facts)
    known = phrases(subject, symbols=dict.fromkeys(_symbols(subject)))
    groups = _intervals(merged(theorem.conditions))
    needs = [words(relation, " (", _how(group[0], known), ")") for relation, group in groups]
    blocks: list[Block] = [Heading(words(f"Theorem {theorem.name}"), entry=theorem.name, verdict=PROVED)]
    blocks += _statement_blocks(theorem.claim, boxed=True)
    if theorem.facts:
        blocks += [Heading(words("Given"), 2), Items(tuple(map(fact_sentence, theorem.facts)))]
    if needs:
        blocks += [Heading(words("Conditions"), 2), Items(tuple(needs))]
    return blocks


def symbols_of_entry(subject: Any) -> list[Any]:
    """The parameters, families and elements that an entry speaks of, each once; of the indices those that are free."""
    free = {i for statement in _said(subject) for i in free_of(statement)}
    free |= {fact.index for fact in subject.given if isinstance(fact, Across | Identical)}
    return [s for s in dict.fromkeys(_symbols(subject)) if not isinstance(s, Index) or s in free]


def outline(
    entries: Sequence[Report],
    *,
    title: str,
    subtitle: str = "",
    experiments: Mapping[str, Sequence[Any]] | None = None,
    pictures: Mapping[str, Sequence[Picture]] | None = None,
) -> Sheet:
    """The parts of the sheet."""
    known = {report.name: report for report in entries}
    results = experiments or {}
    problems = [_problem(report.subject.source) for report in entries]
    blocks = _opening_summary(entries, results)
    corrections: list[Correction] = []
    for number, report in enumerate(entries):
        if len(set(problems)) > 1 and (number == 0 or problems[number] != problems[number - 1]):
            blocks.append(Heading(words(problems[number]), 0))
        own, slips = entry(report, known, results.get(report.name, ()), (pictures or {}).get(report.name, ()))
        blocks += own
        corrections += slips
    blocks += errata(corrections)
    return Sheet(title, subtitle, tuple(blocks))


def entry(
    report: Report,
    known: Mapping[str, Report],
    outcomes: Sequence[Any] = (),
    pictures: Sequence[Picture] = (),
    hide: Hidden = (),
) -> tuple[list[Block], list[Correction]]:
    """The parts of one entry, and its corrections.  `hide` are lines of the proof that are not printed; a line that
    is not proved is printed all the same."""
    hidden = _hidden(report, hide)
    try:
        refuse_alike(_all_symbols(report))
        own = (
            _refutation(report, known) if isinstance(report.subject, Refutation) else _derivation(report, known, hidden)
        ) + _experiments(report, outcomes, tuple(pictures))
        return own, list(_corrections(report, known))
    except StatementError as error:
        warnings.warn(f"entry {report.name} cannot be printed: {error}", stacklevel=3)
        return _unprintable(report, error), []


def errata(corrections: Sequence[Correction]) -> list[Block]:
    """The page of errata, with the remarks on reasons."""
    if not corrections:
        return []
    blocks: list[Block] = [NewPage()]
    for title, remark in (("Errata", False), ("Remarks on reasons", True)):
        if own := tuple(entry for entry in corrections if entry.is_remark == remark):
            blocks += [Heading(words(title), 0), Errata(own)]
    return blocks


def checked(entries: Sequence[Report], results: Mapping[str, Sequence[Any]]) -> list[Block]:
    """What was checked, and how to read the solutions."""
    said = list(_counts(entries, results))
    every = [outcome for r in entries for outcome in results.get(r.name, ())]
    return [
        Heading(words("What was checked"), 2),
        Items(tuple(said)),
        Heading(words("How to read the solutions"), 2),
        Items(tuple(_legend(every))),
    ]


def _problem(source: str) -> str:
    """The problem that an entry belongs to: `Problem 1` of `Problem 1(a), ...`."""
    found = re.match(r"[^\d(,;]*\d+", source)
    return found[0].strip() if found else source or "Other results"


def _unprintable(report: Report, error: Exception) -> list[Block]:
    return [
        Heading(words(f"Entry {report.name}")),
        Paragraph(words(strong("This entry cannot be printed. "), f"{error}")),
    ]


def _corrector(report: Report) -> Words:
    """How a correction names its entry: never as if it were proved when it is not."""
    proved = "" if settled(report) else ", which is not proved"
    return words(written(_title(report.subject)), " (", Text(f"entry {report.name}", entry=report.name), f"{proved})")


def settled(report: Report) -> bool:
    """Is the claim a theorem: every line proved, every condition discharged, and the theorem at hand?"""
    return (
        report.verdict == PROVED
        and report.theorem is not None
        and all(line.verdict == PROVED for line in report.lines)
        and all(condition.discharged is not None for condition in report.conditions)
    )


def _opening_summary(entries: Sequence[Report], results: Mapping[str, Sequence[Any]]) -> list[Block]:
    """What the sheet holds, its entries in their order, and how to read it."""
    if len(entries) < 2:
        return [Paragraph(_summary(entries))] if entries else []
    every = [outcome for r in entries for outcome in results.get(r.name, ())]
    blocks: list[Block] = [Items(tuple(_counts(entries, results)))]
    blocks += [
        Heading(words("Contents"), 2),
        Contents(
            tuple(
                (words(_place(r.subject)), written(_title(r.subject)), "proved" if settled(r) else r.verdict)
                for r in entries
            )
        ),
    ]
    return [*blocks, Heading(words("How to read this sheet"), 2), Items(tuple(_legend(every))), NewPage()]


def _counts(entries: Sequence[Report], results: Mapping[str, Sequence[Any]]) -> Iterator[Words]:
    yield _summary(entries)
    conditions = [c for r in entries for c in r.conditions]
    if conditions:
        met = sum(c.discharged is not None for c in conditions)
        shown = "all shown to hold" if met == len(conditions) else f"{met} shown to hold"
        yield words(f"{_many(len(conditions), 'condition')} (a divisor that is not 0, a ratio below 1, ...): {shown}.")
    slips = [line for r in entries for line in r.errata if not _is_remark(line)]
    remarks = sum(map(_is_remark, (line for r in entries for line in r.errata)))
    if slips:
        kinds = ", ".join(
            f"{n} {kind}"
            for kind in (REFUTED, UNJUSTIFIED, UNDECIDED, PROVED)
            if (n := sum(line.verdict == kind for line in slips))
        )
        yield words(f"{_many(len(slips), 'printed line')} examined: {kinds}. See the errata at the end.")
    if remarks:
        yield words(f"{_many(remarks, 'remark')} on a reason that leaves out a fact, at a line that is right.")
    every = [outcome for r in entries for outcome in results.get(r.name, ())]
    if every and all(hasattr(outcome, "passed") for outcome in every):
        passed = sum(outcome.passed for outcome in every)
        yield words(f"{_many(len(every), 'numeric cross-check')}: {passed} passed.")


def _place(subject: Any) -> str:
    return subject.source.partition(";")[0]


def _legend(outcomes: Sequence[Any]) -> Iterator[Words]:
    yield words(
        "Beside each line stands its reason, with the facts and lines that it uses; but for the domains of the "
        "parameters nothing else was used to check it. A result is in a box only if every line of its proof is "
        "proved and every condition holds. A further result goes beyond the problem set."
    )
    yield words(
        strong("Unjustified"),
        " means: it does not follow from the facts that are cited for it, even if it is true for another reason. ",
        strong("Refuted"),
        " means: it is false, and an example shows it.",
    )
    kinds = {getattr(outcome, "kind", "") for outcome in outcomes}
    if not kinds - {""}:
        return
    yield words(
        "The cross-checks compute from what is given, not from the proof. Each also tries a ",
        strong("near-miss"),
        ", a wrong formula close to the right one, and passes only if that fails.",
    )
    if "exact" in kinds:
        yield words(
            strong("Exact"),
            ": in rational arithmetic, in finite probability spaces in which the given facts "
            "hold; the statements are the lines of the proof and its claim.",
        )
    if "high precision" in kinds:
        yield words(strong("High precision"), ": both sides are computed to many digits and compared.")
    if "Monte Carlo" in kinds:
        alarms = {
            (o.data["false_alarm"], o.data["false_alarm_comparisons"])
            for o in outcomes
            if "false_alarm" in getattr(o, "data", {})
        }
        chance = (
            words(
                f" (in a run of up to {max(n for _, n in alarms)} comparisons a true claim is rejected with "
                "probability at most ",
                told(f"{max(p for p, _ in alarms):.0e}"),
                ")",
            )
            if alarms
            else ()
        )
        yield words(
            strong("Monte Carlo"),
            ": what is given is simulated; ",
            Math("|z|"),
            " is the distance of the two sides in standard errors, and a claim is rejected beyond what is allowed",
            chance,
            ".",
        )


def _summary(entries: Sequence[Report]) -> Words:
    proofs = [r for r in entries if not isinstance(r.subject, Refutation)]
    claims = [r for r in entries if isinstance(r.subject, Refutation)]
    lines = [line for r in proofs for line in r.lines]
    counts = [
        f"{n} {kind}"
        for kind in (PROVED, UNJUSTIFIED, REFUTED, UNDECIDED)
        if (n := sum(line.verdict == kind for line in lines))
    ]
    said = []
    if proofs:
        said.append(f"{_many(len(proofs), 'derivation')} with {_many(len(lines), 'line')}: {', '.join(counts)}.")
    if claims:
        refuted = sum(r.verdict == REFUTED for r in claims)
        said.append(f"{_many(len(claims), 'printed claim')} examined: {refuted} refuted.")
    return words(" ".join(said))


def _many(count: int, thing: str) -> str:
    return f"{count} {thing}{'' if count == 1 else 's'}"


# --- an entry --------------------------------------------------------------------------------------------


def _title(subject: Any) -> str:
    return subject.title or subject.name


def _head(report: Report) -> list[Block]:
    subject = report.subject
    proof = not isinstance(subject, Refutation)
    verdict = report.verdict if not proof or settled(report) or report.verdict != PROVED else UNDECIDED
    blocks: list[Block] = [Heading(written(_title(subject)), entry=report.name, verdict=verdict)]
    if subject.source:
        blocks.append(Paragraph(words(f"{subject.source}. Entry {subject.name}."), small=True))
    else:
        blocks.append(Paragraph(words(f"Entry {subject.name}."), small=True))
    if subject.note:
        blocks.append(Paragraph(written(subject.note)))
    return blocks


def _given(subject: Any) -> list[Block]:
    mentioned = list(dict.fromkeys(_symbols(subject)))
    symbols = [s for s in mentioned if not isinstance(s, Element)]
    # A family is shown at the indices of its first mention, so that `mu[t]` and a `mu` of its own differ.
    shown = {
        e.family: e
        for e in reversed(mentioned)
        if isinstance(e, Element)
        and len(set(e.indices)) == len(e.indices)
        and all(isinstance(i, Index) for i in e.indices)
    }
    parameters = [s for s in symbols if isinstance(s, Parameter) and not isinstance(s, Index)]
    random = [s for s in symbols if isinstance(s, Family) and s.random]
    fixed = [s for s in symbols if isinstance(s, Family) and not s.random]
    items = []
    for kind, sort in (("Real", "real"), ("Integer", "integer")):
        if own := [p for p in parameters if p.sort == sort]:
            items.append(words(f"{kind}: ", joined(domain(p) for p in own)))
    indices = [s for s in symbols_of_entry(subject) if isinstance(s, Index)]
    if every := ranges(sorted(indices, key=lambda index: index.name)):
        items.append(words("Indices: ", joined(map(Math, every))))
    if random:
        items.append(words("Random: ", joined(shown.get(s, s) for s in random)))
    if fixed:
        kind = "Not random: " if random else "Indexed quantities: "
        items.append(words(kind, joined(shown.get(s, s) for s in fixed)))
    letters = _letters(subject)
    items += [words(f"{letters[fact]} " if fact in letters else "", fact_sentence(fact)) for fact in subject.given]
    items += [
        words(f"From entry {lemma.name}: ", said_everywhere(lemma.statement))
        for lemma in getattr(subject, "lemmas", ())
    ]
    return [Heading(words("Given"), 2), Items(tuple(items))] if items else []


def _letters(subject: Any) -> dict[Fact, str]:
    """Letters for the given facts that are too wide to be cited by what they say, or whose names do not tell them
    apart: two of one name, or a label that reads as a statement."""
    names = [fact.name for fact in subject.given]
    wide = [
        fact
        for fact in subject.given
        if _width(fact_name(fact)) > WIDEST_CITATION
        or names.count(fact.name) > 1
        or re.search("[=<>]", fact.label or "")
    ]
    return {fact: f"({_letter(number)})" for number, fact in enumerate(wide)}


WIDEST_CITATION = 22.0
"""In em: about two lines beside a formula."""


def _width(said: Words) -> float:
    return sum(width(part.tex) if isinstance(part, Math) else 0.45 * len(part.text) for part in said)


def _letter(number: int) -> str:
    return chr(ord("A") + number) if number < 26 else _letter(number // 26 - 1) + _letter(number % 26)


def _said(subject: Any) -> Iterator[Any]:
    """The statements of an entry: its claim, its facts and lemmas, its lines."""
    yield subject.claim
    for fact in subject.given:
        found = (getattr(fact, name, None) for name in ("relation", "statement"))
        yield from (statement for statement in found if statement is not None)
    yield from (item.statement for item in getattr(subject, "lemmas", ()))
    yield from (item.conclusion for item in leaves(getattr(subject, "proof", ())))


def _symbols(subject: Any) -> Iterator[Any]:
    statements = [subject.claim]
    for fact in subject.given:
        if isinstance(fact, (Across, Identical)):
            yield from (*fact.families, fact.index)
        statements += [value for value in vars(fact).values() if isinstance(value, Basic)]
        statements += [value for _, value in getattr(fact, "start", ())]
    for item in leaves(getattr(subject, "proof", ())):
        if isinstance(item, Calc):
            statements += [item.start, *(r.expr for r in item.rows)]
        else:
            statements.append(item.conclusion)
    for statement in statements:
        yield from _mentioned(statement)


def _mentioned(statement: Any) -> Iterator[Any]:
    if isinstance(statement, (Parameter, Family, Element, Function)):
        yield statement
    if isinstance(statement, Basic):
        for part in statement.args:
            yield from _mentioned(part)
    else:
        yield from symbols_of(statement)


def _statement_blocks(statement: Any, *, boxed: bool = False) -> list[Block]:
    blocks: list[Block] = [Formula(row_of(statement, domains=True), boxed)]
    if isinstance(statement, Loops):
        blocks += [Paragraph(words("As a sum:")), Formula(row_of(as_sums(statement), domains=True), boxed)]
    return blocks


Hidden = tuple[int, ...] | str
"""The numbers of the lines that are not printed, or "proof" for all of them."""


def _hidden(report: Report, hide: Hidden) -> frozenset[int]:
    """The lines that are left out; StatementError if there is no such line."""
    if hide and isinstance(report.subject, Refutation):
        raise StatementError("it is a refutation, and has no proof to hide")
    lines = {line.number: line.verdict for line in report.lines if not _is_sanity(line)}
    wanted = set(lines) if isinstance(hide, str) else set(hide)
    if unknown := sorted(wanted - set(lines)):
        raise StatementError(f"it has no line {unknown[0]} to hide: the lines of its proof are 1 to {max(lines)}")
    return frozenset(number for number in wanted if lines[number] == PROVED)


def _derivation(report: Report, known: Mapping[str, Report], hidden: frozenset[int] = frozenset()) -> list[Block]:
    subject = report.subject
    lines = {line.number for line in report.lines if not _is_sanity(line)}
    proof = (
        [Paragraph(words(f"The proof, {_many(len(lines), 'line')} that were checked, is not printed here."))]
        if hidden == lines
        else _proof(report, hidden)
    )
    blocks = [*_head(report), *_given(subject), Heading(words("Proof"), 2), *proof]
    if settled(report):
        blocks += [Heading(words("Result"), 2, _room(report)), *_statement_blocks(subject.claim, boxed=True)]
        if points := _points(subject.claim):
            blocks.append(points)
    else:
        why = words(" ", told(report.reason, _phrases(report))) if report.reason else ()
        blocks += [
            Heading(words("Claim, not proved"), 2),
            Paragraph(words(strong(f"The claim is not proved ({report.verdict})."), why)),
            *_statement_blocks(subject.claim),
        ]
    return blocks + _conditions(report) + _sanity(report)


def _room(report: Report) -> int:
    """The lines of text that a result takes with its conditions and sanity checks, so that they stay on one page."""
    rows = [3 if r"\left" in latex(line.statement) else 2 for line in report.lines if _is_sanity(line)]
    return min(5 + (len(report.conditions) + 1) // 2 + (3 + sum(rows) if rows else 0), 22)


def _points(claim: Any) -> Block | None:
    """The two points which show that something is not determined."""
    if not hasattr(claim, "first"):
        return None
    both = [
        joined(Math(f"{latex(symbol)} = {exact(value)}") for symbol, value in point.items())
        for point in (claim.first, claim.second)
    ]
    return Items((words("One point: ", both[0]), words("Another: ", both[1])))


def _conditions(report: Report) -> list[Block]:
    if not report.conditions:
        return []
    known = _phrases(report)
    said = [_condition(relation, group, known) for relation, group in _intervals(merged(report.conditions))]
    return [Paragraph(words(strong("Conditions: "), joined(said, "; "), "."), small=True)]


def _intervals(groups: list[list[Condition]]) -> Iterator[tuple[Math, list[Condition]]]:
    """Each condition; neighbours `q > -1` and `q < 1` of the same lines are one, `-1 < q < 1`."""
    left = list(groups)
    while left:
        one, *left = left
        two = left[0] if left else one
        low, high = one[0].relation, two[0].relation
        if (
            getattr(low, "rel", "") == ">"
            and getattr(high, "rel", "") == "<"
            and low.lhs == high.lhs
            and [(c.line, c.discharged) for c in one] == [(c.line, c.discharged) for c in two]
        ):
            left = left[1:]
            yield Math(f"{latex(low.rhs)} < {condition_math(high).tex}"), two
        else:
            yield condition_math(low), one


def _condition(relation: Math, group: list[Condition], known: Phrases) -> Words:
    """A condition with the lines that need it and how it is known, each way once."""
    ways = {condition.discharged: condition for condition in reversed(group)}
    said = [words(f"line {c.line}, ", _how(c, known)) for c in reversed(ways.values())]
    return words(relation, " (", joined(said, "; "), ")")


def _how(condition: Condition, known: Phrases) -> Words:
    """How a condition is known."""
    if condition.discharged is None:
        return words(strong("not shown"))
    return _once(told(_from(condition.discharged), known))


def _once(said: Words) -> Words:
    """The words without a formula that stands there already, `t >= 1, t >= 1`."""
    kept: list[Any] = []
    for part in said:
        if isinstance(part, Math) and part in kept and getattr(kept[-1], "text", "") == ", ":
            kept.pop()
        else:
            kept.append(part)
    return tuple(kept)


def _from(discharged: str) -> str:
    return discharged if discharged.startswith(("from ", "by ", "since ")) else f"from {discharged}"


def _phrases(report: Report) -> Phrases:
    return phrases(report.subject, (*report.lines, *report.errata), dict.fromkeys(_all_symbols(report)))


def _all_symbols(report: Report) -> Iterator[Any]:
    yield from _symbols(report.subject)
    for line in (*report.lines, *report.errata):
        yield from _mentioned(line.statement)


def _sanity(report: Report) -> list[Block]:
    """The checked values of the claim's right-hand side at particular parameters."""
    blocks: list[Block] = []
    known = _phrases(report)
    rows: list[Row] = []
    lines = list(filter(_is_sanity, report.lines))
    for line in lines:
        point = line.scope.partition(", ")[2]
        reason = words(
            *(("for ", told(point, known)) if point else ()), *(() if line.verdict == PROVED else (": ", line.verdict))
        )
        row = row_of(line.statement, number=line.number, reason=reason)
        rows.append(replace(row, verdict=line.verdict, needs=_needs(line, known), whole=latex(line.statement)))
        if line.verdict != PROVED or line is lines[-1]:
            blocks.append(Calculation(tuple(rows), together=True))
            rows.clear()
        if line.verdict != PROVED:
            blocks += [Paragraph(said) for said in _why(line, report)]
    return [Heading(words(f"Sanity check{'s' * (len(lines) > 1)}"), 2), *blocks] if blocks else []


def _experiments(report: Report, outcomes: Sequence[Any], pictures: tuple[Picture, ...] = ()) -> list[Block]:
    known = _phrases(report)
    declared = getattr(report.subject, "experiments", ())
    said: list[Words] = []
    before = None
    for number, outcome in enumerate(outcomes):
        head, colon, rest = _described(outcome).partition(": ")
        miss = getattr(declared[number], "near_miss", None) if len(declared) == len(outcomes) else None
        # The near-miss of a refuted claim is what is true instead, which the entry names anyway.
        new = miss is not None and miss != before and not isinstance(report.subject, Refutation)
        shown = words(" (near-miss: ", Math(row_of(miss).tex), ")") if new and not isinstance(miss, Loops) else ()
        said.append(words(strong(f"{head}:") if colon else head, " ", told(rest, known), shown, "." * bool(colon)))
        before = miss
    return [Heading(words("Numeric cross-checks"), 2), CrossChecks(tuple(said), pictures)] if said else []


def _described(what: Any) -> str:
    describe = getattr(what, "describe", None)
    return describe() if callable(describe) else str(what)


def _refutation(report: Report, known: Mapping[str, Report]) -> list[Block]:
    subject = report.subject
    printed: list[Block] = [Heading(words("As printed"), 2), Formula(row_of(subject.claim, domains=True))]
    if report.verdict == REFUTED:
        printed.append(Paragraph(words(strong("Refuted."), " Under what is given the printed claim is false.")))
    else:
        why = words(" ", told(report.reason, _phrases(report))) if report.reason else ()
        printed.append(Paragraph(words(strong(f"Not refuted ({report.verdict})."), why)))
    for line in report.lines:
        printed += [Paragraph(said) for said in _witness(line, report)]
        if line.witness is not None and report.verdict == REFUTED:
            printed += worked(line.witness, subject.claim, subject.given)
    correct: list[Block] = []
    if subject.corrected_by:
        correct.append(Paragraph(words(strong("Correction: "), _corrected(subject, known))))
        if right := _right(subject, known):
            correct.append(Formula(right))
    return [*_head(report), *_given(subject), Beside(tuple(printed), tuple(correct))]


# --- the lines of a proof --------------------------------------------------------------------------------

Path = tuple[tuple[Any, Any], ...]
"""The inductions and cases around a line, outermost first, each with the part that the line is in."""


def _paths(items: tuple, around: Path = ()) -> Iterator[tuple[int, Path]]:
    for item in items:
        yield id(item), around
        if isinstance(item, Calc):
            yield from ((id(r), around) for r in item.rows)
        elif isinstance(item, Induction):
            yield from _paths(item.base, (*around, (item, "base")))
            yield from _paths(item.step, (*around, (item, "step")))
        elif isinstance(item, Branches):
            for number, (_, lines) in enumerate(item.parts):
                yield from _paths(lines, (*around, (item, number)))


def _proof(report: Report, hidden: Set[int] = frozenset()) -> list[Block]:
    paths = dict(_paths(report.subject.proof))
    numbers, letters = _numbers(report), _letters(report.subject)
    before, known = _above(report), _phrases(report)
    stack: list[list[Block]] = [[]]
    here: Path = ()
    rows: list[Row] = []
    doubtful: set[int] = set()
    omitted: list[int] = []

    def flush() -> None:
        if rows:
            stack[-1].append(Calculation(tuple(rows)))
            rows.clear()

    def told_omitted() -> None:
        if omitted:
            stack[-1].append(Paragraph(words(_omitted(omitted)), small=True))
            omitted.clear()

    def close(path: Path) -> None:
        """Close the parts that `path` is not in."""
        flush()
        told_omitted()
        kept = 0
        while kept < min(len(path), len(here)) and _same(path[kept], here[kept]):
            kept += 1
        for depth in reversed(range(kept, len(here))):
            inner = stack.pop()
            stack[-1].append(Inset(tuple(inner)))
            container = here[depth][0]
            if (depth >= len(path) or path[depth][0] is not container) and id(container) not in doubtful:
                stack[-1] += _closing(container, numbers.get(id(container), THE_CLAIM))

    for line in report.lines:
        if _is_sanity(line):
            continue
        path = _path(line, paths, here)
        if line.verdict not in (PROVED, ""):
            doubtful.update(id(container) for container, _ in path)
        same = len(path) == len(here) and all(map(_same, path, here))
        if not same:
            close(path)
        for depth in range(len(stack) - 1, len(path)):
            around, part = path[depth]
            if depth >= len(here) or here[depth][0] is not around:
                stack[-1] += _opening(around, numbers.get(id(around), THE_CLAIM))
            stack.append(_part(around, part))
        here = path
        if line.number in hidden:
            flush()
            omitted.append(line.number)
            continue
        told_omitted()
        fresh = not rows
        row = row_of(
            line.statement,
            number=line.number,
            reason=_reason(line, numbers, letters, before),
            continued=line.continued and not fresh,
        )
        rows.append(
            replace(
                row,
                verdict=line.verdict,
                uses=_uses(line, numbers, letters, before),
                needs=_needs(line, known),
                whole=latex(line.statement),
            )
        )
        if line.verdict not in (PROVED, ""):
            flush()
            stack[-1] += [Paragraph(said) for said in _why(line, report)]
    close(())
    return stack[0]


def _omitted(numbers: Sequence[int]) -> str:
    """Which lines are left out."""
    first, last = numbers[0], numbers[-1]
    which = f"Line ({first}) is" if first == last else f"Lines ({first}) to ({last}) are"
    return f"{which} checked, and not printed here."


def _path(line: Line, paths: Mapping[int, Path], here: Path) -> Path:
    """The inductions and cases around a line.  The last line of a base, step or case comes from its container."""
    around = paths.get(id(line.item))
    if around is None:
        return here[: line.depth] + ((None, line.scope),) * (line.depth - len(here))
    if line.depth > len(around) and isinstance(line.item, Induction):
        return (*around, (line.item, "base" if line.scope.startswith("base") else "step"))
    if line.depth > len(around) and isinstance(line.item, Branches):
        found = [n for n, (condition, _) in enumerate(line.item.parts) if line.scope == f"case {condition}"]
        return (*around, (line.item, found[0]) if found else (None, line.scope))
    return around


def _is_sanity(line: Line) -> bool:
    """Does the line belong to no item of the proof, but to a sanity check of the claim?"""
    return line.item is None and line.scope.startswith("sanity")


def _same(one: tuple, other: tuple) -> bool:
    return one[0] is other[0] and one[1] == other[1]


def _opening(around: Any, claim: str) -> list[Block]:
    if isinstance(around, Induction):
        start = Math(rf"{latex(around.over)} \ge {around.start}")
        return _said_of(words(strong("Induction"), " over ", start, f" for {claim}"), around.claim)
    if isinstance(around, Branches):
        cases = listed(condition for condition, _ in around.parts)
        return _said_of(words(strong("Cases "), cases, f" for {claim}"), around.claim)
    return []


WIDEST_IN_TEXT = 14.0
"""In em: a wider formula is displayed."""


def _said_of(said: Words, statement: Any) -> list[Block]:
    """A sentence that ends in a statement, displayed where it is wide."""
    row = row_of(statement)
    if width(row.tex) <= WIDEST_IN_TEXT:
        return [Paragraph(words(said, ": ", Math(row.tex), "."))]
    return [Paragraph(words(said, ":")), Formula(row)]


def _closing(around: Any, claim: str) -> list[Block]:
    if isinstance(around, Induction):
        start = Math(rf"{latex(around.over)} \ge {around.start}")
        return [Paragraph(words(f"By induction {claim} holds for all ", start, "."))]
    if isinstance(around, Branches):
        return [Paragraph(words(f"The cases are exhaustive, so {claim} holds."))]
    return []


def _part(around: Any, part: Any) -> list[Block]:
    if isinstance(around, Induction):
        over = latex(around.over)
        if part == "base":
            return [Paragraph(words(strong("Base, "), Math(f"{over} = {around.start}"), "."))]
        hypothesis = around.claim.at({around.over: around.over - 1})
        first = Math(rf"{over} \ge {around.start + 1}")
        return _said_of(words(strong("Step, "), first, ", with the induction hypothesis"), hypothesis)
    if isinstance(around, Branches):
        return [Paragraph(words(strong("Case "), around.parts[part][0], "."))]
    return [Paragraph(words(strong(f"{part[:1].upper()}{part[1:]}.")))] if part else []


THE_CLAIM = "the claim"


def _numbers(report: Report) -> dict[int, str]:
    """How each item of the proof is cited: a line or calculation by the number of the line in which it ends, what is
    shown by induction or by cases as a claim of its own, since no single line inside is that claim."""
    numbers = {
        id(line.item): f"({line.number})"
        for line in report.lines
        if line.item is not None and not isinstance(line.item, Induction | Branches)
    }
    for item in leaves(getattr(report.subject, "proof", ())):
        if isinstance(item, Calc):
            last = next((numbers[id(row)] for row in reversed(item.rows) if id(row) in numbers), None)
            if last is not None:
                numbers[id(item)] = last
    before = _above(report)
    cited = {
        id(getattr(cite, "item", cite))
        for line in (*report.lines, *report.errata)
        for cite in flat(getattr(_reason_of(line), "cites", ()))
    }
    cited |= {id(before.get(_own(line))) for line in report.lines if PREVIOUS in flat(getattr(line.by, "cites", ()))}
    claims = [
        item
        for item in _in_order(getattr(report.subject, "proof", ()))
        if isinstance(item, Induction | Branches) and id(item) in cited
    ]
    for number, item in enumerate(claims, start=1):
        numbers[id(item)] = f"claim {number}"
    return numbers


def _reason_of(line: Line) -> Any:
    return line.item.printed.by if isinstance(line.item, Erratum) else line.by


def _in_order(items: tuple) -> Iterator[Any]:
    """The items of a proof, those inside an induction or a case after it."""
    for item in items:
        if hasattr(item, "conclusion"):
            yield item
        for _, lines in _blocks_of(item):
            yield from _in_order(lines)


def _blocks_of(item: Any) -> Iterator[tuple[Any, tuple]]:
    if isinstance(item, Induction):
        yield from (("base", item.base), ("step", item.step))
    elif isinstance(item, Branches):
        yield from ((f"case {condition}", lines) for condition, lines in item.parts)


def _before(items: tuple, last: Any) -> dict[Any, Any]:
    """The item that stands directly above each line, by what `_own` says of the line."""
    found: dict[Any, Any] = {}
    for item in items:
        found[id(item)] = last
        if isinstance(item, Calc):
            found.update({id(row): last for row in item.rows})
        for part, lines in _blocks_of(item):
            found |= _before(lines[:-1], last)
            found[id(item), part] = lines[-2] if len(lines) > 1 else last
        last = item
    return found


def _above(report: Report) -> dict[Any, Any]:
    """What stands above each line of a proof; above the first one are the lemmas."""
    lemmas = getattr(report.subject, "lemmas", ())
    return _before(getattr(report.subject, "proof", ()), lemmas[-1] if lemmas else None)


def _own(line: Line) -> Any:
    """The place of a line in the proof: its item, or its container and the part that it ends."""
    if isinstance(line.item, Induction):
        return id(line.item), "base" if line.scope.startswith("base") else "step"
    return (id(line.item), line.scope) if isinstance(line.item, Branches) else id(line.item)


def _reason(line: Line, numbers: Mapping[int, str], letters: Mapping[Fact, str], before: Mapping[Any, Any]) -> Words:
    if line.by is None:
        return ()
    above = before.get(_own(line))
    cited = [
        _citation(above if cite is PREVIOUS and above is not None else cite, numbers, letters)
        for cite in flat(getattr(line.by, "cites", ()))
    ]
    name = getattr(line.by, "name", None) or str(line.by)
    if cited and str(getattr(cited[0][0], "text", "")).startswith(name):
        return joined(cited)
    return words(name, ": " if cited else "", joined(cited))


def _uses(
    line: Line, numbers: Mapping[int, str], letters: Mapping[Fact, str], before: Mapping[Any, Any]
) -> tuple[Words, ...]:
    """What a reason cites, each with what it says."""
    above = before.get(_own(line))
    said: list[Words] = []
    for cite in flat(getattr(line.by, "cites", ())):
        cite = above if cite is PREVIOUS and above is not None else cite
        if isinstance(cite, Fact):
            said.append(words(f"{letters[cite]} " if cite in letters else "", fact_sentence(cite)))
            continue
        item = cite.item if isinstance(cite, At) else cite
        statement = getattr(item, "conclusion", None)
        says = words(": ", said_everywhere(statement)) if statement is not None else ()
        said.append(words(_citation(cite, numbers, letters), says))
    return tuple(said)


def _needs(line: Line, known: Phrases) -> tuple[Words, ...]:
    """The conditions of one line, each with how it is known."""
    groups = _intervals(merged(line.conditions))
    return tuple(words(relation, " (", _how(group[0], known), ")") for relation, group in groups)


def _citation(cite: Any, numbers: Mapping[int, str], letters: Mapping[Fact, str]) -> Words:
    if cite in (HYPOTHESIS, PREVIOUS):
        return words(str(cite))
    if isinstance(cite, Fact):
        return words(letters[cite]) if cite in letters else fact_name(cite)
    if isinstance(cite, At):
        places = listed(taken(v, w) for v, w in cite.values)
        return words(_citation(cite.item, numbers, letters), " ", places)
    if id(cite) in numbers:
        return words(numbers[id(cite)])
    if isinstance(cite, Lemma):
        return words(Text(f"entry {cite.name}", entry=cite.name))
    return words(getattr(cite, "name", None) or str(cite))


def _missing(line: Line, given: tuple) -> Words:
    """The facts that a line would have had to cite as well."""
    named = {fact.name: fact_name(fact) for fact in given}
    return listed(named.get(name, name) for name in line.missing)


def _why(line: Line, report: Report) -> list[Words]:
    """The verdict of a line that is not proved, with what shows it."""
    if line.verdict == PROVED:
        return []
    head = strong(f"Line ({line.number}): {line.verdict.capitalize()}.")
    first, *rest = _grounds(line, report) or [()]
    return [words(head, " " if first else "", first), *rest]


def _grounds(line: Line, report: Report) -> list[Words]:
    """Why a line is not proved: the facts it should have cited, the reason, the witness."""
    seen = _witness(line, report)
    if line.verdict == UNJUSTIFIED and line.missing:
        missing = _missing(line, report.subject.given)
        return [words("It does not follow from what it cites; it also needs ", missing, "."), *seen]
    if line.reason and not (line.verdict == REFUTED and seen):
        return [words(told(_sentence(line.reason), _phrases(report))), *seen]
    return seen


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."


def _witness(line: Line, report: Report) -> list[Words]:
    if line.witness is None:
        return []
    kind = "Where only the cited facts hold: " if line.verdict == UNJUSTIFIED else "Witness: "
    if hasattr(line.witness, "model"):
        named = {s.name: s for s in _all_symbols(report) if isinstance(s, Function)}
        return [words(strong(kind), witness_words(line.witness, {**named, **families(_all_symbols(report))}))]
    first, *rest = [text.strip() for text in _described(line.witness).splitlines() if text.strip()] or [""]
    return [words(strong(kind), first), *(words(text) for text in rest)]


# --- errata ----------------------------------------------------------------------------------------------


def _corrected(subject: Refutation, known: Mapping[str, Report]) -> Words:
    instead = subject.corrected_by
    if instead not in known:
        return words(f"entry {instead}, which is not in this sheet.")
    return words(_corrector(known[instead]), ".")


def _right(subject: Refutation, known: Mapping[str, Report]) -> Row | None:
    """The claim that corrects a refuted one, where it is proved in this sheet."""
    report = known.get(subject.corrected_by or "")
    return row_of(report.subject.claim, domains=True) if report is not None and settled(report) else None


def _corrections(report: Report, known: Mapping[str, Report]) -> Iterator[Correction]:
    subject = report.subject
    where = words(f"{_place(subject)} " if subject.source else written(f"{_title(subject)} "), f"(entry {report.name})")
    if isinstance(subject, Refutation):
        why = [said for line in report.lines for said in _witness(line, report)]
        right = _right(subject, known)
        see = words("see ", _corrector(known[subject.corrected_by or ""])) if right else ()
        remark = words(strong("Correction: "), _corrected(subject, known)) if subject.corrected_by and not right else ()
        yield Correction(
            where,
            row_of(subject.claim, domains=True),
            (),
            report.verdict,
            tuple(why),
            right,
            remark,
            right is not None,
            see,
        )
        return
    numbers = _numbers(report)
    for line in getattr(report, "errata", ()):
        if not isinstance(line.item, Erratum):
            continue
        printed = line.item.printed
        right = line.item.correction
        right = getattr(right, "conclusion", right)
        remark = written(line.item.remark) if line.item.remark else ()
        if right == printed.statement and settled(report):
            remark = words("With all its facts the entry proves the line. ", remark)
            right = None
        reason = _reason(line.judged(by=printed.by), numbers, _letters(subject), {})
        yield Correction(
            where,
            row_of(printed.statement, domains=True),
            reason,
            line.verdict,
            tuple(_grounds(line, report)),
            None if right is None else row_of(right, domains=True),
            remark,
            settled(report),
            is_remark=_is_remark(line),
            shown=tuple(worked(line.witness, printed.statement, subject.given)) if line.verdict == REFUTED else (),
        )


def _is_remark(line: Line) -> bool:
    """Is the printed line right, so that only its reason is corrected?"""
    correction = getattr(line.item, "correction", None)
    return bool(getattr(correction, "conclusion", correction) == line.statement)
