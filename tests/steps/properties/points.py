"""Random admissible points of a step: exact values for all that it declares, with every fact built in.

A fact that a point cannot be built for is an error of the tests, never passed over: what is declared and not met would
make false statements out of true ones.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Mapping
from fractions import Fraction
from itertools import permutations, product
from random import Random
from typing import Any

from .exact import Model, Undefined, power

__all__ = ["falsified", "point", "refuted_at"]

NUMBERS = [Fraction(x) for x in (-4, -3, -2, -1, 0, 1, 2, 3, 5)]
NUMBERS += [Fraction(x, y) for x, y in ((1, 2), (-1, 2), (1, 3), (3, 2), (-2, 3), (5, 2), (3, 4), (-5, 4))]
STANDARD = (
    ((Fraction(1, 2), Fraction(1)), (Fraction(1, 2), Fraction(-1))),
    ((Fraction(1, 5), Fraction(-2)), (Fraction(4, 5), Fraction(1, 2))),
    ((Fraction(1, 5), Fraction(2)), (Fraction(4, 5), Fraction(-1, 2))),
)
"""Laws with mean 0 and variance 1."""


class Rejected(Exception):
    """The point that was drawn is not admissible."""


def falsified(case: Mapping, rng: Random, points: int = 40, tries: int = 1500, wanted: int = 0) -> dict | None:
    """A point at which the step fails, or None; `wanted` points at least, or AssertionError."""
    seen = 0
    for _ in range(tries):
        if seen >= points:
            break
        try:
            model = point(case, rng)
        except (Rejected, Undefined):
            continue
        seen += 1
        try:
            if not model.holds(case["lhs"], case["rel"], case["rhs"]):
                return {"symbols": model.symbols, "sequences": model.sequences, "space": model.space}
        except Undefined as why:
            return {"symbols": model.symbols, "sequences": model.sequences, "space": model.space, "why": str(why)}
    assert seen >= wanted, f"only {seen} admissible points in {tries} tries: {case}"
    return None


def point(case: Mapping, rng: Random) -> Model:
    """One admissible point; Rejected or Undefined if what was drawn is none.

    `case["solved"]` gives symbols whose value an equation fixes, as texts in the others.
    """
    symbols = {n: _symbol(d, rng) for n, d in case["symbols"].items() if d != "bound"}
    functions = case.get("functions") or {}

    def draw(name: str) -> Fraction:
        found = Fraction(rng.randint(-6, 6), rng.choice((1, 1, 2, 3)))
        if functions[name] == "positive":
            return abs(found) + Fraction(1, 2)
        return abs(found) if functions[name] == "nonnegative" else found

    model = Model(symbols, tuple(functions), case.get("defs") or (), draw)
    for name, text in (case.get("solved") or {}).items():
        model.symbols[name] = model.number(text)
        if not _inside(case["symbols"][name], model.symbols[name]):
            raise Rejected
    conditions = [*(case.get("assumptions") or ()), *(case.get("premises") or ())]
    random = case.get("random") or None
    if random is None and not all(map(model.true, conditions)):
        raise Rejected
    if random is not None:
        if not all(model.true(c) for c in conditions if not _mentions(c, random["vars"])):
            raise Rejected
        model.space = _space(random, model, rng)
        for fact in random["facts"]:
            if fact["fact"] in ("mean", "var") and case["symbols"].get(str(fact["value"])) == "bound":
                element = fact["of"] if random["vars"][fact["of"]]["type"] == "scalar" else f"{fact['of']}(1)"
                model.symbols[fact["value"]] = model.number(f"{'E' if fact['fact'] == 'mean' else 'Var'}({element})")
        for name, text in (random.get("let") or {}).items():
            model.symbols[name] = model.number(text)
        if not all(model.true(c) for c in conditions if _mentions(c, random["vars"])):
            raise Rejected
    return model


# --- what the checker shows as a witness -----------------------------------------------------------------------


def refuted_at(case: Mapping, witness: Mapping) -> str:
    """Nothing if the step fails at the witness, and all that is declared holds there; otherwise what is wrong.

    A witness does not name what does not matter; there some values are tried.
    """
    rng = Random("witness")
    for _ in range(20):
        wrong = _wrong_at(case, witness, rng)
        if not wrong:
            break
    return wrong


def _wrong_at(case: Mapping, witness: Mapping, rng: Random) -> str:
    symbols = {}
    for name, domain in case["symbols"].items():
        if name in witness["parameters"]:
            symbols[name] = Fraction(witness["parameters"][name])
            if domain != "bound" and not _admits(domain, symbols[name]):
                return f"{name} is not {domain}"
        elif domain != "bound":
            symbols[name] = _symbol(domain, rng)
    functions = tuple(case.get("functions") or ())
    random = (case.get("random") or {}).get("vars") or {}
    model = Model(symbols, functions, case.get("defs") or (), lambda name: Fraction(1))
    weights = [Fraction(p) for p in witness["probabilities"]]
    outcomes: list[dict] = [
        {n: {} if v["type"] != "scalar" else Fraction(0) for n, v in random.items()} for _ in weights
    ]
    for entry in witness["values"]:
        name, place, values = entry["family"], tuple(entry["indices"]), entry["value"]
        values = [Fraction(v) for v in values] if isinstance(values, list) else [Fraction(values)] * len(weights)
        if name in functions:
            model.sequences[name][place] = values[0]
        elif name in random:
            for outcome, value in zip(outcomes, values):
                if place:
                    outcome[name][place] = value
                else:
                    outcome[name] = value
    if random:
        model.space = list(zip(weights, outcomes))
        for name, shape in random.items():  # beyond its length a sequence has no elements
            if shape["type"] != "scalar":
                length = model.number(shape["upto"])
                for outcome in outcomes:
                    outcome[name] = {k: v for k, v in outcome[name].items() if 1 <= k[0] <= length}
        for name, text in (case["random"].get("let") or {}).items():
            try:
                model.symbols[name] = model.number(text)
            except Undefined:
                model.lost.add(name)
        for fact in case["random"]["facts"]:
            wrong = _broken(fact, model, case)
            if wrong:
                return wrong
    for text in [*(case.get("assumptions") or ()), *(case.get("premises") or ())]:
        try:
            if not model.true(text):
                return f"{text} does not hold"
        except Undefined as why:
            return f"{text}: {why}"
    try:
        return "the step holds" if model.holds(case["lhs"], case["rel"], case["rhs"]) else ""
    except Undefined:
        return ""


def _admits(domain: str, value: Fraction) -> bool:
    whole = value.denominator == 1
    return (
        {
            "posint": whole and value >= 1,
            "natural": whole and value >= 0,
            "integer": whole,
            "bound": True,
        }.get(domain)
        if domain in ("posint", "natural", "integer")
        else _inside(domain, value)
    )  # type: ignore[return-value]


def _broken(fact: Mapping, model: Model, case: Mapping) -> str:
    """What of a declared fact fails on the space of the model."""
    names = [fact["of"]] if isinstance(fact["of"], str) else list(fact["of"])
    kind = fact["fact"]
    elements: list[list[Fraction]] = []
    weights = [p for p, _ in model.space]
    for name in names:
        values = [o[name] for _, o in model.space]
        if isinstance(values[0], dict):
            elements += [[v[k] for v in values] for k in sorted(values[0])]
        else:
            elements.append(values)

    def mean(values: list) -> Fraction:
        return sum((p * v for p, v in zip(weights, values)), Fraction(0))

    def law(*columns: list) -> dict:
        found: dict = {}
        for p, row in zip(weights, zip(*columns)):
            found[row] = found.get(row, 0) + p
        return found

    def apart(*columns: list) -> bool:
        joint, single = law(*columns), [law(c) for c in columns]
        return all(
            joint.get(tuple(x[0] for x in row), 0) == math.prod(one[x] for one, x in zip(single, row))
            for row in product(*single)
        )

    pairs = [(a, b) for k, a in enumerate(elements) for b in elements[k + 1 :]]
    if kind in ("mean", "var"):
        for values in elements:
            m = mean(values)
            found = m if kind == "mean" else mean([v * v for v in values]) - m * m
            if case["symbols"].get(str(fact["value"])) == "bound" and str(fact["value"]) not in model.symbols:
                model.symbols[fact["value"]] = found
            if found != model.number(fact["value"]):
                return f"{fact} does not hold"
    if kind in ("iid", "identical") and any(law(e) != law(elements[0]) for e in elements):
        return f"{fact}: the laws differ"
    if kind in ("iid", "independent", "independent_seq") and not apart(*elements):
        return f"{fact}: not independent"
    if kind == "pairwise_independent" and not all(apart(a, b) for a, b in pairs):
        return f"{fact}: not independent in pairs"
    if kind == "equicov":
        found_ = {mean([x * y for x, y in zip(a, b)]) - mean(a) * mean(b) for a, b in pairs}
        if len(found_) > 1:
            return f"{fact}: the covariances differ"
    return ""


def _mentions(text: str, names: Mapping) -> bool:
    return any(isinstance(n, ast.Name) and n.id in {*names, "E", "Var", "Cov"} for n in ast.walk(ast.parse(text)))


def _number(rng: Random) -> Fraction:
    return rng.choice(NUMBERS) if rng.random() < 0.7 else Fraction(rng.randint(-20, 20), rng.choice((1, 3, 7)))


def _symbol(domain: str, rng: Random) -> Fraction:
    found = _number(rng)
    if domain == "unit":
        return Fraction(rng.randint(1, 9), 10)
    if domain == "positive":
        return abs(found) or Fraction(1, 2)
    if domain == "nonnegative":
        return abs(found)
    if domain == "nonzero":
        return found or Fraction(-1)
    if domain == "posint":
        return Fraction(rng.choice((1, 1, 2, 2, 3, 4)))
    if domain == "natural":
        return Fraction(rng.choice((0, 0, 1, 1, 2, 3, 4)))
    if domain == "integer":
        return Fraction(rng.randint(-4, 4))
    assert domain == "real", domain
    return found


def _inside(domain: str, value: Any) -> bool:
    return {
        "real": True,
        "unit": 0 < value < 1,
        "positive": value > 0,
        "nonnegative": value >= 0,
        "nonzero": value != 0,
    }[domain]


# --- probability spaces ------------------------------------------------------------------------------------


def _law(rng: Random, mean: Fraction | None = None, deviation: Fraction | None = None) -> list:
    """A law on two or three points; of the mean and the standard deviation that are asked for."""
    if deviation is not None:
        at = rng.choice(NUMBERS) if mean is None else mean
        return [(p, at + deviation * x) for p, x in rng.choice(STANDARD)]
    weights = [rng.randint(1, 4) for _ in range(rng.choice((2, 2, 3)))]
    law = [(Fraction(w, sum(weights)), Fraction(rng.randint(-3, 3), rng.choice((1, 1, 2)))) for w in weights]
    if mean is not None:
        shift = mean - sum(p * x for p, x in law)
        law = [(p, x + shift) for p, x in law]
    return law


def _together(laws: list[list]) -> list[tuple[Fraction, tuple]]:
    found: list[tuple[Fraction, tuple]] = [(Fraction(1), ())]
    for law in laws:
        found = [(p * q, (*values, x)) for p, values in found for q, x in law]
    return found


def _space(random: Mapping, model: Model, rng: Random) -> list:
    kinds: dict[str, set[str]] = {name: set() for name in random["vars"]}
    groups: list[list[str]] = []
    fixed: dict[tuple[str, str], Fraction] = {}
    for fact in random["facts"]:
        of = [fact["of"]] if isinstance(fact["of"], str) else list(fact["of"])
        if fact["fact"] in ("mean", "var"):
            value = str(fact["value"])
            kinds[of[0]].add(fact["fact"])
            try:
                fixed[of[0], fact["fact"]] = model.number(value)
            except NotImplementedError:
                continue  # a name for a moment, which is taken from the space
        elif fact["fact"] == "independent" and len(of) > 1:
            groups.append(of)
        else:
            assert len(of) == 1 and fact["fact"] in ("iid", "independent_seq", "equicov", "pairwise_independent"), fact
            kinds[of[0]].add(fact["fact"])
    assert len(groups) <= 1, groups
    own = {name: _own(name, random["vars"][name], kinds[name], fixed, model, rng) for name in random["vars"]}
    apart = [
        n for n in own if n in (groups[0] if groups else ()) or kinds[n] & {"var", "iid", "equicov"} or len(own) == 1
    ]
    space = [(Fraction(1), {})]
    for name in apart:
        space = [(p * q, {**o, name: x}) for p, o in space for q, x in own[name]]
    rest = [n for n in own if n not in apart]
    if rest:  # all that no fact keeps apart goes together, and depends on the others
        space = [(p / 2, dict(o)) for p, o in space for _ in range(2)]
        for name in rest:
            assert random["vars"][name]["type"] == "scalar", name
            values = [Fraction(rng.randint(-3, 3), rng.choice((1, 2))) for _ in space]
            if (name, "mean") in fixed:
                shift = fixed[name, "mean"] - sum(p * x for (p, _), x in zip(space, values))
                values = [x + shift for x in values]
            for (_, outcome), x in zip(space, values):
                outcome[name] = x
    if len(space) > 400:
        raise Rejected
    return space


def _own(name: str, shape: Mapping, kinds: set, fixed: Mapping, model: Model, rng: Random) -> list:
    mean, variance = fixed.get((name, "mean")), fixed.get((name, "var"))
    deviation = None
    if variance is not None:
        if variance < 0:
            raise Rejected
        deviation = power(variance, Fraction(1, 2))
        if not isinstance(deviation, Fraction):
            raise Rejected
    if shape["type"] == "scalar":
        return _law(rng, mean, deviation)
    assert shape["type"] == "seq", shape
    length = model.number(shape["upto"])
    if length > 4:
        raise Rejected
    places = [(k,) for k in range(1, int(length) + 1)]
    if "iid" in kinds:
        law = _law(rng, mean, deviation)
        laws = [law for _ in places]
    elif "independent_seq" in kinds:
        laws = [_law(rng, mean, deviation) for _ in places]
        if "var" in kinds and deviation is None or "mean" in kinds and mean is None:
            size, at = Fraction(rng.randint(0, 3)), Fraction(rng.randint(-2, 2))
            laws = [_law(rng, at if "mean" in kinds else None, size if "var" in kinds else None) for _ in places]
    elif "pairwise_independent" in kinds:
        size, at = Fraction(rng.randint(0, 3)) if deviation is None else deviation, mean or Fraction(rng.randint(-2, 2))
        if len(places) == 3:
            signs = [(1, 1, 1), (1, -1, -1), (-1, 1, -1), (-1, -1, 1)]
            return [(Fraction(1, 4), {q: at + size * s for q, s in zip(places, row)}) for row in signs]
        law = [(Fraction(1, 2), at + size), (Fraction(1, 2), at - size)]
        laws = [law for _ in places]
    elif "equicov" in kinds:
        if rng.random() < 0.5:
            urn = [Fraction(rng.randint(-3, 3)) for _ in places]
            orders = list(permutations(urn))
            return [(Fraction(1, len(orders)), dict(zip(places, order))) for order in orders]
        common, law = _law(rng), _law(rng)
        return [
            (p, {q: shared + x for q, x in zip(places, xs)})
            for p, (shared, *xs) in _together([common] + [law] * len(places))
        ]
    elif kinds:  # means and variances alone: every element is one of two standard quantities, scaled
        assert kinds <= {"mean", "var", "identical"}, f"{kinds} of {name}"
        size = Fraction(rng.randint(0, 3)) if deviation is None else deviation
        at = Fraction(rng.randint(-2, 2)) if mean is None else mean
        law = _together([rng.choice(STANDARD)] * 2)
        picks = [rng.randrange(2) for _ in places]
        return [(p, {q: at + size * pair[k] for q, k in zip(places, picks)}) for p, pair in law]
    else:
        weights = [rng.randint(1, 3) for _ in range(3)]
        return [(Fraction(w, sum(weights)), {q: Fraction(rng.randint(-3, 3)) for q in places}) for w in weights]
    return [(p, dict(zip(places, xs))) for p, xs in _together(laws)]
