"""The refuter: a search for a witness, an exact model in which the facts hold and a statement fails.

The search is not trusted.  A witness is a plain record of rational numbers, and `replay` reads that record
alone: it builds the model anew, verifies every domain and every fact with `meaning`, and evaluates the statement.
`search` returns nothing that does not pass `replay`.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import islice
from typing import Any

from sympy import Rational

from .language.facts import ChainRule, Definition, Fact, WithoutReplacement
from .language.statements import FunctionOf, Independence, NotDetermined, Relation
from .language.terms import Element, Family, Function, Index, Limit, Parameter, walk
from .meaning import (
    Budget,
    Model,
    NotEvaluable,
    NoValue,
    Undefined,
    applies,
    holds,
    in_domain,
    sides,
)
from .models import Draft, asked, covers, drafts, fact_roots, quantified, read_facts, roots, verified, with_value

__all__ = ["Witness", "replay", "search"]


@dataclass(frozen=True)
class Witness:
    """An exact point at which the facts hold and the statement fails.

    `lhs` and `rhs` are the two values (None: undefined, or not a relation), one number or one per outcome;
    `reach` says how far the free indices of the facts were followed.
    """

    model: Model
    indices: Mapping[Index, Fraction]
    lhs: Any
    rhs: Any
    why: str
    reach: Mapping[str, int]
    shown: tuple[tuple, ...] = ()
    alone: tuple[Parameter, ...] = ()
    """The parameters that are a whole side: where there are others, `left` or `right` says their value."""

    def describe(self) -> str:
        """One line, for instance `alpha[1] = 1/2, Sigma_g = 1: left 1/2, right 1`."""
        told = self.alone if self.lhs is not None and self.rhs is not None else ()
        named = [(p, v) for p, v in self.model.parameters.items() if p not in told]
        parts = [f"{p.name} = {v}" for p, v in named or self.model.parameters.items()]
        entries = list(self.model.values.items())
        fixed = [(k, v) for k, v in entries if not isinstance(v, tuple) and (k in self.shown or not self.shown)]
        random = [(k, v) for k, v in entries if isinstance(v, tuple)]
        parts += [f"{_named(key)} = {v}" for key, v in fixed]
        parts += [
            f"{name}({', '.join(map(str, arguments))}) = {v}" for (name, arguments), v in self.model.functions.items()
        ]
        if random:
            shown = [(k, v) for k, v in random if k in self.shown] or random
            parts += _random_text(shown[:6], self.model.probabilities) + ["..."] * (len(shown) > 6)
        if (self.lhs is None and self.rhs is None) or self.why.startswith("undefined"):
            outcome = self.why
        else:
            left, right = self.lhs, self.rhs
            if isinstance(left, tuple) or isinstance(right, tuple):
                pairs = zip(_spread(left, self.model), _spread(right, self.model), strict=True)
                at = next((n for n, (a, b) in enumerate(pairs) if a != b), 0)
                left, right = _spread(left, self.model)[at], _spread(right, self.model)[at]
                parts.append(f"outcome {at + 1}")
            outcome = f"left {left}, right {right}"
        return f"{', '.join(parts)}: {outcome}" if parts else outcome

    __str__ = describe

    def as_json(self) -> dict:
        """The witness as plain data; every number is a string such as `-1/2`."""
        model = self.model
        return {
            "parameters": {p.name: str(v) for p, v in model.parameters.items()},
            "probabilities": [str(p) for p in model.probabilities],
            "values": [
                {"family": name, "indices": list(places), "value": _written(v)}
                for (name, places), v in model.values.items()
            ],
            "functions": [
                {"function": name, "arguments": [str(a) for a in arguments], "value": str(v)}
                for (name, arguments), v in model.functions.items()
            ],
            "reach": dict(self.reach),
            "left": _written(self.lhs),
            "right": _written(self.rhs),
            "why": self.why,
        }


def _named(key: tuple) -> str:
    return key[0] + "".join(f"[{p}]" for p in key[1])


def _random_text(entries: list, probabilities: tuple) -> list[str]:
    """The joint law in words: each outcome that differs, with its probability."""
    law: dict = {}
    for n, weight in enumerate(probabilities):
        seen = tuple(v[n] for _, v in entries)
        law[seen] = law.get(seen, 0) + weight
    names = ", ".join(_named(k) for k, _ in entries)
    names = f"({names})" if len(entries) > 1 else names

    def one(seen: tuple) -> str:
        return f"({', '.join(map(str, seen))})" if len(entries) > 1 else str(seen[0])

    if len(law) == 1:
        return [f"{names} = {one(next(iter(law)))} always"]
    if len(law) > 8:
        return [f"{names} on {len(law)} outcomes"]
    if len(set(law.values())) == 1:
        return [f"{names} in {{{', '.join(map(one, law))}}} equally likely"]
    return [f"{names} = " + " or ".join(f"{one(seen)} with probability {weight}" for seen, weight in law.items())]


def _spread(found: Any, model: Model) -> tuple:
    return found if isinstance(found, tuple) else (found,) * len(model.probabilities)


def _written(found: Any) -> Any:
    if found is None:
        return None
    return [str(v) for v in found] if isinstance(found, tuple) else str(found)


def _numbers(written: Any) -> Any:
    return tuple(Fraction(v) for v in written) if isinstance(written, list) else Fraction(written)


# --- replay ------------------------------------------------------------------------------------------------


def replay(witness: Witness | Mapping, statement: Any, facts: Iterable[Any]) -> bool:
    """Whether the record of `witness` shows, evaluated from nothing, that `statement` does not follow from `facts`."""
    record = witness.as_json() if isinstance(witness, Witness) else witness
    facts = _concerned(statement, read_facts(facts))
    if not all(_settled(fact, facts) for fact in facts):
        return False
    try:
        return _replayed(record, statement, facts)
    except (NotEvaluable, Undefined, KeyError, ValueError, ZeroDivisionError, TypeError):
        return False


def _concerned(statement: Any, facts: tuple[Fact, ...]) -> tuple[Fact, ...]:
    """The facts without definitions by a limit of something that nothing else speaks of: they only name a value."""
    named = [f for f in facts if isinstance(f, Definition) and any(isinstance(n, Limit) for n in walk(f.value))]
    for fact in named:
        rest = tuple(f for f in facts if f is not fact)
        if _symbols(statement, rest).get(fact.head.name) != fact.head:
            return _concerned(statement, rest)
    return facts


def _symbols(statement: Any, facts: tuple) -> dict[str, Any]:
    """Every parameter and family that the statement and the facts mention, by name."""
    found: dict[str, Any] = {}
    nodes = [n for r in (*roots(statement), *(r for f in facts for r in fact_roots(f))) for n in walk(r)]
    for fact in facts:
        nodes += getattr(fact, "families", ())
        nodes += [fact.population] if isinstance(fact, WithoutReplacement) else []
        nodes += [item.family for item in getattr(getattr(fact, "statement", None), "items", ())]
        nodes += [getattr(getattr(fact, "statement", None), "source", None)]
    nodes += [item.family for item in getattr(statement, "items", ())] if isinstance(statement, Independence) else []
    nodes += [getattr(statement, "source", None)]
    if isinstance(statement, NotDetermined):
        nodes += [getattr(key, "family", key) for point in (statement.first, statement.second) for key in point]
    for node in nodes:
        if isinstance(node, (Parameter, Family, Function)):
            found.setdefault(node.name, node)
    return found


def _replayed(record: Mapping, statement: Any, facts: tuple[Fact, ...]) -> bool:
    draft = _rebuilt(record, statement, facts)
    symbols = _symbols(statement, facts)
    for name, places in draft.model.values:
        family = symbols[name]
        if not isinstance(family, Family) or len(places) != family.arity:
            return False
        if not family.random and isinstance(draft.model.values[name, places], tuple):
            return False
    if not covers(facts, asked((statement,), facts, draft.model), draft.reach):
        return False
    return verified(draft, facts) and _fails(statement, draft.model)


def _rebuilt(record: Mapping, statement: Any, facts: tuple[Fact, ...]) -> Draft:
    symbols = _symbols(statement, facts)
    parameters = {}
    for name, written in record["parameters"].items():
        if not isinstance(symbols[name], Parameter):
            raise ValueError(f"{name} is no parameter of the statement")
        parameters[symbols[name]] = _numbers(written)
    values = {
        (entry["family"], tuple(map(int, entry["indices"]))): _numbers(entry["value"]) for entry in record["values"]
    }
    functions = {
        (entry["function"], tuple(map(Fraction, entry["arguments"]))): Fraction(entry["value"])
        for entry in record["functions"]
    }
    definitions = tuple(f for f in facts if isinstance(f, (Definition, ChainRule)))
    model = Model(parameters, tuple(map(Fraction, record["probabilities"])), values, functions, definitions)
    return Draft(model, dict(record["reach"]))


def _fails(statement: Any, model: Model) -> bool:
    """Whether the statement's assumptions apply and it does not hold; a missing value is no failure."""
    return bool(applies(statement, model)) and not holds(statement, model)


# --- search ------------------------------------------------------------------------------------------------


def search(
    statement: Any,
    facts: Iterable[Any],
    *,
    seed: int = 0,
    budget: int = 400,
    seconds: float = 3.0,
    fixed: Mapping | None = None,
) -> Witness | None:
    """A small witness against `statement` under `facts`, or None.

    At most `budget` models are tried, for at most `seconds`.  `fixed` gives values of parameters (or of elements)
    that the witness has to use.  Free indices of relations among the facts are quantified: what is assumed only at
    the point itself (an induction hypothesis, a case) belongs into the statement's `when`.  None proves nothing.
    """
    facts = _concerned(statement, read_facts(facts))
    if not all(_settled(fact, facts) for fact in facts):
        return None
    if not isinstance(statement, (Relation, Independence, FunctionOf)):
        return None
    end = time.thread_time() + seconds
    try:
        found = _first(statement, facts, seed, budget, end, fixed or {})
        if found is None:
            return None
        found = _easier_parameters(found, statement, facts, seed, min(end, time.thread_time() + 0.5), fixed or {})
        found = _shrunk(found, statement, facts, min(end, time.thread_time() + 0.5), fixed or {})
    except NotEvaluable:
        return None
    witness = _witness(found, statement)
    return witness if replay(witness, statement, facts) else None


def _settled(fact: Fact, facts: tuple[Fact, ...]) -> bool:
    """True if a fact that holds for all values of its indices can be met at all of them once it is met at a few.

    That is so if the indices occur only as plain places of elements that no definition computes, as in
    `Var(x[t]) = sigma2` or `E(ghat[b][i]) = g[i]`: further elements are chosen like the first ones.  It is not for
    `t x <= 1` (for all t) or `y[t] = y[t + 1]`: a model seen up to some t says nothing of the rest.
    """
    said = getattr(fact, "relation", getattr(fact, "statement", None))
    if isinstance(fact, Definition) or said is None:
        return True
    free = quantified(said)
    computed = {f.head for f in facts if isinstance(f, Definition)}

    def chosen(item: Any) -> bool:
        """True for an element, or a row, that has one place for each value of its indices."""
        return item.family not in computed and all(i in free or not free & i.free_symbols for i in item.indices)

    def plain(node: Any) -> bool:
        if isinstance(node, Element) and any(free & i.free_symbols for i in node.indices):
            return chosen(node)
        return (
            not free & node.free_symbols
            or node not in free
            and bool(node.args)
            and all(plain(part) for part in node.args if hasattr(part, "free_symbols"))
        )

    if not all(_near(side) for w in said.when for side in (w.lhs, w.rhs)):
        return False
    if isinstance(said, Relation):
        return plain(said.lhs) and plain(said.rhs)
    items = getattr(said, "items", None) or (said.target,)
    return all(chosen(item) for item in items if any(free & i.free_symbols for i in item.indices))


def _near(side: Any) -> bool:
    """True for what an assumption of a fact may compare indices with: symbols, and numbers within any reach."""
    return isinstance(side, Parameter) or (not side.free_symbols and isinstance(side, Rational) and side <= 3)


def _refutes(draft: Draft, statement: Any, facts: tuple) -> bool:
    try:
        return _fails(statement, draft.model) and verified(draft, facts)
    except (NoValue, Budget, Undefined):
        return False


def _first(
    statement: Any, facts: tuple, seed: int, budget: int, end: float, fixed: Mapping, enough: int = 3
) -> Draft | None:
    """The simplest of the first few drafts that refute."""
    best: list[Draft] = []
    wait = None
    for trial, draft in enumerate(islice(drafts((statement,), facts, seed=seed, fixed=fixed), budget)):
        if draft is not None and _refutes(draft, statement, facts):
            best.append(draft)
            wait = trial + 8 if wait is None else wait
        if len(best) >= enough or (wait is not None and trial >= wait) or time.thread_time() > end:
            break
    return min(best, key=_complexity, default=None)


def _weight(number: Fraction) -> int:
    """How hard a number is to read: 0, 1, 2 are easiest, then small integers, then fractions."""
    return (
        abs(number.numerator).bit_length()
        + 3 * (number.denominator.bit_length() - 1)
        + (number < 0)
        + (number.denominator != 1)
    )


def _complexity(draft: Draft) -> tuple:
    model = draft.model
    numbers = sum(_weight(v) for v in model.parameters.values())
    numbers += sum(1 + sum(map(_weight, v if isinstance(v, tuple) else (v,))) for v in model.values.values())
    numbers += sum(_weight(v) for v in model.functions.values())
    return (len(model.probabilities) * 4 + numbers + 2 * len(set(model.probabilities)), len(model.values))


def _easier_parameters(found: Draft, statement: Any, facts: tuple, seed: int, end: float, fixed: Mapping) -> Draft:
    """Draw anew with easier values of single parameters: sizes first, since they say how many draws there are."""
    order = sorted(found.model.parameters, key=lambda s: (s.sort != "integer", s.name))
    keep = {**fixed, **{s: found.model.parameters[s] for s in order if s.sort == "integer"}}
    for symbol in order:
        if symbol in fixed or symbol not in found.model.parameters:
            continue
        now = found.model.parameters[symbol]
        if symbol.sort == "integer":
            low = int(symbol.lower) if symbol.lower is not None else 0
            options = [Fraction(n) for n in range(low, int(now))]
        else:
            options = [v for v in EASY if in_domain(symbol, v) and _weight(v) < _weight(now)]
        for option in options:
            if time.thread_time() > end:
                return found
            better = _first(statement, facts, seed, 12, end, {**keep, symbol: option}, enough=2)
            if better is not None and _complexity(better) <= _complexity(found):
                found = better
                keep[symbol] = option
                break
    return found


EASY = (Fraction(0), Fraction(1), Fraction(2), Fraction(-1), Fraction(1, 2), Fraction(3))


def _shrunk(found: Draft, statement: Any, facts: tuple, end: float, fixed: Mapping) -> Draft:
    """Replace values by easier ones, drop outcomes and values: as long as the facts hold and the statement fails."""
    held = {s if isinstance(s, Parameter) else (s.family.name, tuple(int(i) for i in s.indices)) for s in fixed}
    again = True
    while again and time.thread_time() < end:
        again = False
        for change in _changes(found, held):
            if time.thread_time() > end:
                break
            try:
                draft = Draft(change(found.model), found.reach)
            except (ValueError, KeyError):
                continue
            if (
                _complexity(draft) < _complexity(found)
                and _refutes(draft, statement, facts)
                and covers(facts, asked((statement,), facts, draft.model), draft.reach)
            ):
                found, again = draft, True
    return found


def _changes(found: Draft, held: set) -> Iterable[Any]:
    """The single steps towards an easier model, the largest first."""
    model = found.model
    yield _merged
    if len(model.probabilities) > 1:
        for n in range(min(len(model.probabilities), 8)):
            yield lambda m, n=n: _without(m, n)
        yield lambda m: replace(m, probabilities=(Fraction(1, len(m.probabilities)),) * len(m.probabilities))
    for key in model.values:
        if key not in held:
            yield lambda m, key=key: replace(m, values={k: v for k, v in m.values.items() if k != key})
    for where in ("parameters", "values", "functions"):
        for key, own in getattr(model, where).items():
            if key in held:
                continue
            if isinstance(own, tuple):
                for v in EASY[:2]:
                    yield lambda m, key=key, v=v: _set(m, "values", key, (v,) * len(m.probabilities))
                for n in range(len(own)) if len(own) <= 8 else ():
                    yield from (lambda m, key=key, v=v, n=n: _set_outcome(m, key, n, v) for v in EASY[:4])
            else:
                for v in (v for v in EASY if _weight(v) < _weight(own)):
                    yield lambda m, key=key, v=v, where=where: _set(m, where, key, v)


def _set(model: Model, where: str, key: Any, number: Any) -> Model:
    if isinstance(key, Parameter) and not in_domain(key, number):
        raise ValueError(f"{key} = {number} is outside the domain")
    known = getattr(model, where)
    if key not in known:
        raise KeyError(key)
    return with_value(model, where, key, number)


def _set_outcome(model: Model, key: tuple, n: int, number: Fraction) -> Model:
    own = model.values[key]
    if n >= len(own):
        raise KeyError(key)
    return _set(model, "values", key, (*own[:n], number, *own[n + 1 :]))


def _without(model: Model, n: int) -> Model:
    """The model conditioned on the other outcomes."""
    if not 0 <= n < len(model.probabilities) or len(model.probabilities) == 1:
        raise KeyError(n)
    rest = 1 - model.probabilities[n]
    values = {k: (*v[:n], *v[n + 1 :]) if isinstance(v, tuple) else v for k, v in model.values.items()}
    weights = tuple(p / rest for i, p in enumerate(model.probabilities) if i != n)
    return replace(model, probabilities=weights, values=values)


def _merged(model: Model) -> Model:
    """Outcomes that nothing tells apart become one."""
    keys = [k for k, v in model.values.items() if isinstance(v, tuple)]
    law: dict = {}
    for n, weight in enumerate(model.probabilities):
        seen = tuple(model.values[k][n] for k in keys)
        law[seen] = law.get(seen, 0) + weight
    columns = list(zip(*law, strict=True)) if keys else []
    values = {**model.values, **dict(zip(keys, columns, strict=True))}
    return replace(model, probabilities=tuple(law.values()), values=values)


def _witness(found: Draft, statement: Any) -> Witness:
    model = found.model
    indices = {p: v for p, v in model.parameters.items() if isinstance(p, Index)}
    needed = tuple(asked((statement,), (), model))
    if isinstance(statement, Relation):
        left, right, why = sides(statement, model)
        alone = tuple(s for s in (statement.lhs, statement.rhs) if isinstance(s, Parameter))
        return Witness(model, indices, left, right, why, found.reach, needed, alone)
    kind = "are not independent" if isinstance(statement, Independence) else "is not determined there"
    subject = ", ".join(map(str, statement.items)) if isinstance(statement, Independence) else str(statement.target)
    return Witness(model, indices, None, None, f"{subject} {kind}", found.reach, needed)
