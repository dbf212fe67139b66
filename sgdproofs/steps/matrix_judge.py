"""The verdict on a statement about matrices or random vectors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..language.errors import SgdproofsError
from ..language.report import PROVED, REFUTED, UNDECIDED
from .clock import Clock
from .matrix_models import witness
from .matrix_reading import Proof, prove
from .matrix_values import MATRICES, SCALARS
from .outcome import Outcome, condition
from .reader import Node, ReadingError, read
from .translate import MATRICES as FUNCTIONS
from .translate import CaseError, NotInLanguage

__all__ = ["MatrixStatement", "concerns_matrices", "decide"]


@dataclass(frozen=True)
class MatrixStatement:
    """`lhs rel rhs` under the declarations of a case."""

    data: Mapping[str, Any]
    lhs: str
    rel: str
    rhs: str

    def read(self) -> None:
        """CaseError if a text is none of the language; NotInLanguage if a domain is unknown."""
        data = self.data
        random = data.get("random") or {}
        named = random.get("let") or {}
        texts = [self.lhs, self.rhs, *(data.get("assumptions") or ()), *(data.get("premises") or ()), *named.values()]
        for name, domain in (data.get("symbols") or {}).items():
            kind, *sizes = domain.split() or [""]
            if kind not in SCALARS and kind not in MATRICES:
                raise NotInLanguage(f"the domain {domain} of {name}")
            wanted = {"vector": (1,), "matrix": (1, 2)}.get(kind, (1,) if kind in MATRICES else (0,))
            if len(sizes) not in wanted:
                raise CaseError(f"the domain {domain!r} of {name} has {len(sizes)} sizes: it takes {wanted[-1]}")
            for size in sizes:
                _check_size(size, f"the domain {domain!r} of {name}")
        for name, own in (random.get("vars") or {}).items():
            if own["type"] == "vector":
                if "dim" not in own:
                    raise CaseError(f"the random vector {name} has no dimension: add dim")
                _check_size(str(own["dim"]), f"the random vector {name}")
            elif own["type"] != "scalar":
                raise NotInLanguage(f"random quantities of type {own['type']} beside matrices")
        both = ({*(data.get("symbols") or ())} | {*named}) & {*(random.get("vars") or ())}
        if both:
            raise CaseError(f"{min(both)} is declared twice: rename one of them")
        for fact in random.get("facts") or ():
            of = fact.get("of", ())
            if not of:
                raise CaseError(f"the fact {fact['fact']} says nothing of what it holds: add of")
            if fact["fact"] in ("mean", "var", "cov"):
                if "value" not in fact:
                    raise CaseError(f"the fact {fact['fact']}: value is missing")
                texts.append(str(fact["value"]))
            for name in [of] if isinstance(of, str) else of:
                if name not in (random.get("vars") or ()):
                    raise CaseError(f"{name} is not declared as random: add it to random.vars")
        for text in texts:
            _tree(text)


def _tree(text: str) -> Node:
    try:
        return read(text)
    except ReadingError as error:
        raise CaseError(f"{text!r}: {error}") from None


def _check_size(text: str, where: str) -> None:
    """CaseError for a number that is no size."""
    node = _tree(text)
    inner = node.parts[0] if node.kind == "neg" else node
    if inner.kind == "number" and (inner is not node or inner.value < 1 or inner.value.denominator != 1):
        raise CaseError(f"{where} has the size {text}: a size is a whole number from 1 on")


def concerns_matrices(data: Mapping[str, Any], lhs: str, rel: str, rhs: str) -> bool:
    """Whether matrices or random vectors occur in a statement or its declarations."""
    if rel in ("psd_ge", "psd_le"):
        return True
    if any((d.split() or [""])[0] in MATRICES for d in (data.get("symbols") or {}).values()):
        return True
    random = data.get("random") or {}
    if any(v["type"] == "vector" for v in (random.get("vars") or {}).values()):
        return True
    known = {*(data.get("symbols") or ()), *(data.get("functions") or ()), *(d["name"] for d in data.get("defs") or ())}
    texts = [lhs, rhs, *(data.get("assumptions") or ()), *(data.get("premises") or ())]
    try:
        return any(here.kind == "call" and here.value in FUNCTIONS - known for t in texts for here in read(t).walk())
    except ReadingError:
        return False


def decide(statement: MatrixStatement, clock: Clock) -> Outcome:
    """A quick search for a witness, a proof, a longer search."""
    quick, unsaid = _witness(statement, clock.left(0.03))
    if quick is not None:
        return quick
    with clock.share(0.6, "the proof"):
        proof = _proof(statement, clock)
    conditions = [condition(c, how) for c, how in proof.conditions]
    if proof.proved:
        return Outcome(PROVED, proof.reason, conditions)
    found, _ = _witness(statement, clock.left(0.6))
    if found is not None:
        return found
    reason = proof.reason or (f"not in the language ({unsaid})" if unsaid else "no rule applies")
    return Outcome(UNDECIDED, reason, [c for c in conditions if c["discharged"] is None])


def _witness(s: MatrixStatement, seconds: float) -> tuple[Outcome | None, str]:
    """A refutation, or what the language of the models cannot say."""
    try:
        found = witness(s.data, s.lhs, s.rel, s.rhs, seconds)
    except SgdproofsError as error:
        return None, str(error)
    return None if found is None else Outcome(REFUTED, described(found), witness=found), ""


class _Late(Exception):
    """The time for a proof is over."""


def _proof(s: MatrixStatement, clock: Clock) -> Proof:
    def tick() -> None:
        if clock.over():
            raise _Late

    try:
        return prove(s.data, s.lhs, s.rel, s.rhs, tick)
    except _Late:
        return Proof(False, "budget: the time for the proof is over")
    except NotInLanguage as error:
        return Proof(False, f"not in the language ({error})")


def described(found: Mapping[str, Any]) -> str:
    """A witness in words."""
    values = [f"{n} = {v}" for n, v in found["parameters"].items()]
    values += [f"{n} = {_matrix(v)}" for n, v in found["matrices"].items()]
    if "outcomes" in found:
        values += [
            f"with probability {o['probability']}: " + ", ".join(f"{n} = {_matrix(v)}" for n, v in o["values"].items())
            for o in found["outcomes"]
        ]
    sides = [f"{side} {_matrix(found[side])}" for side in ("left", "right") if found[side] is not None]
    said = ": ".join(filter(None, (", ".join(values), ", ".join(sides))))
    return f"{said} ({found['why']})" if said else found["why"]


def _matrix(value: Any) -> str:
    if isinstance(value, str):
        return value
    return "[" + "; ".join(", ".join(row) for row in value) + "]"
