"""Meaning: the exact value of a term in a finite probability space.  This file knows no rule.

A model gives every symbol a value: a parameter a rational number, an element of a deterministic family a
rational number, an element of a random family one rational number per outcome.  `value` computes by the
definitions of the language and nothing else, so that rules and witnesses can be tested against it.

All arithmetic is in `fractions.Fraction`.  An empty sum is 0, `0**0` is 1, a quotient by 0 is undefined.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import combinations, permutations, product
from math import comb, isqrt, lcm
from typing import Any

import sympy

from .language.errors import SgdproofsError
from .language.facts import (
    Across,
    ChainRule,
    ConditionallyIndependent,
    Definition,
    Fact,
    Identical,
    MartingaleDifference,
    WithoutReplacement,
)
from .language.functions import (
    Absolute,
    AtMost,
    Both,
    Choice,
    Conditional,
    Either,
    EqualTo,
    Exponential,
    Floor,
    InfiniteSum,
    LessThan,
    Logarithm,
    Negation,
    Product,
    RealPower,
    SquareRoot,
)
from .language.statements import FunctionOf, Independence, Relation, free_indices
from .language.terms import (
    INFINITY,
    Apply,
    Cov,
    E,
    Element,
    Family,
    Function,
    Index,
    Limit,
    Maximum,
    Minimum,
    Negative,
    Parameter,
    Partial,
    Plus,
    Power,
    Quotient,
    Row,
    Sum,
    Times,
    Var,
    term,
    walk,
)

__all__ = [
    "Budget",
    "Irrational",
    "Model",
    "NoValue",
    "NotEvaluable",
    "OutOfRange",
    "Undefined",
    "applies",
    "domains_hold",
    "fact_holds",
    "holds",
    "in_domain",
    "instances",
    "last_of",
    "sides",
    "value",
]

REACH = 3
"""How far the free indices of a fact run when nothing else is said."""
LARGEST = 200_000
"""The most bits that a numerator or a denominator may have."""

LARGEST_POPULATION = 6
"""The largest population whose samples are counted out."""


class Undefined(SgdproofsError):
    """The term has no value at this point, for instance a quotient by 0."""


class OutOfRange(Undefined):
    """An element before the first one of its family."""


class NotEvaluable(SgdproofsError):
    """The term may have a value, but not one that finitely many exact operations give (a limit)."""


class NoValue(NotEvaluable):
    """The model says nothing about `symbol` (at `places`)."""

    def __init__(self, symbol: Any, places: tuple = ()) -> None:
        self.symbol, self.places = symbol, places
        at = "".join(f"[{place}]" for place in places)
        super().__init__(f"the model gives no value to {symbol.name}{at}")


class Budget(NotEvaluable):
    """The value needs more operations, or larger numbers, than the model allows."""


class Irrational(Budget):
    """The value at this point is no rational number; elsewhere it may be one."""


@dataclass(frozen=True, eq=False)
class Model:
    """A point of all domains together with a finite probability space.

    `parameters` are numbers (free indices among them), `probabilities` those of the outcomes.  `values` maps
    (family name, places) to a number or, for a random family, to one number per outcome; `functions` maps
    (function name, arguments) to a number.  `facts` are the definitions, recurrences and chain rules by which
    everything else is computed.  `longest` is the most summands that one evaluation may visit.
    """

    parameters: Mapping[Parameter, Fraction] = field(default_factory=dict)
    probabilities: tuple[Fraction, ...] = (Fraction(1),)
    values: Mapping[tuple, Any] = field(default_factory=dict)
    functions: Mapping[tuple, Fraction] = field(default_factory=dict)
    facts: tuple[Fact, ...] = ()
    longest: int = 100_000
    _defined: dict = field(default_factory=dict, init=False, repr=False)
    _chained: dict = field(default_factory=dict, init=False, repr=False)
    _memo: dict = field(default_factory=dict, init=False, repr=False)
    _weights: tuple = field(default=(), init=False, repr=False)

    def __post_init__(self) -> None:
        if sum(self.probabilities) != 1 or not all(p > 0 for p in self.probabilities):
            raise ValueError(f"the probabilities {self.probabilities} are not positive numbers with the sum 1")
        below = lcm(*(p.denominator for p in self.probabilities))
        counts = [p.numerator * (below // p.denominator) for p in self.probabilities]
        object.__setattr__(self, "_weights", (counts, below))
        for fact in self.facts:
            if isinstance(fact, Definition):
                self._defined.setdefault(_root(fact.target), []).append(fact)
            elif isinstance(fact, ChainRule):
                self._chained.setdefault(_root(fact.function), []).append(fact)


def _root(target: Any) -> Any:
    """What a definition or a chain rule is about: a parameter, a family or an undefined function."""
    return target.args[0] if isinstance(target, (Element, Apply)) else target


# --- derivatives: numbers with infinitesimal parts ---------------------------------------------------------


class _Jet:
    """A polynomial in seeds that square to zero: `parts` maps a set of seeds to a coefficient."""

    __slots__ = ("parts",)

    def __init__(self, parts: dict) -> None:
        self.parts = {seeds: c for seeds, c in parts.items() if c or not seeds}

    @property
    def head(self) -> Fraction:
        return self.parts.get(frozenset(), Fraction(0))

    def tail(self) -> _Jet:
        return _Jet({seeds: c for seeds, c in self.parts.items() if seeds})

    def __add__(self, other: Any) -> _Jet:
        parts = dict(self.parts)
        for seeds, c in _parts(other).items():
            parts[seeds] = parts.get(seeds, 0) + c
        return _Jet(parts)

    def __mul__(self, other: Any) -> _Jet:
        parts: dict = {}
        for left, c in self.parts.items():
            for right, d in _parts(other).items():
                if not left & right:
                    parts[left | right] = parts.get(left | right, 0) + c * d
        return _Jet(parts)

    def __neg__(self) -> _Jet:
        return self * Fraction(-1)

    __radd__, __rmul__ = __add__, __mul__

    def inverse(self) -> _Jet:
        """`1/(a + n) = 1/a - n/a^2 + n^2/a^3 - ...`, which ends because `n` is nilpotent."""
        head, tail = self.head, self.tail()
        total = power = _Jet({frozenset(): 1 / head})
        while any(power.parts.values()):
            power = power * tail * (-1 / head)
            total = total + power
        return total


def _parts(number: Any) -> dict:
    return number.parts if isinstance(number, _Jet) else {frozenset(): number}


def _head(number: Any) -> Fraction:
    return number.head if isinstance(number, _Jet) else number


# --- limits: functions of one variable that grows ----------------------------------------------------------


class _Growth:
    """A quotient of sums `c q**T T**k` with rational c and q and natural k: (q, k) -> c above and below.

    Every such function has a dominant term for large T, so that its limit can be read off.
    """

    __slots__ = ("above", "below")

    def __init__(self, above: dict, below: dict) -> None:
        self.above = {power: c for power, c in above.items() if c}
        self.below = {power: c for power, c in below.items() if c}
        if len(self.above) + len(self.below) > 400:
            raise Budget("a limit of too many terms")

    def __add__(self, other: Any) -> _Growth:
        other = _growth(other)
        above = _product(self.above, other.below)
        for power, c in _product(other.above, self.below).items():
            above[power] = above.get(power, 0) + c
        return _Growth(above, _product(self.below, other.below))

    def __mul__(self, other: Any) -> _Growth:
        other = _growth(other)
        return _Growth(_product(self.above, other.above), _product(self.below, other.below))

    def __neg__(self) -> _Growth:
        return self * Fraction(-1)

    __radd__, __rmul__ = __add__, __mul__

    def inverse(self) -> _Growth:
        if not self.above:
            raise Undefined("division by zero")
        return _Growth(self.below, self.above)

    def exponential(self, base: Any) -> _Growth:
        """`base` to the power of this, for a number `base` and this of the form `a T + b` with integers."""
        slope, rest = self.above.get((Fraction(1), 1), Fraction(0)), self.above.get((Fraction(1), 0), Fraction(0))
        scale = self.below.get((Fraction(1), 0))
        plain = self.above.keys() <= {(Fraction(1), 1), (Fraction(1), 0)} and len(self.below) == 1 and scale is not None
        if not plain or isinstance(base, _Growth | _Jet):
            raise NotEvaluable("the limit of a power whose exponent is not linear")
        slope, rest = slope / scale, rest / scale
        if slope.denominator != 1 or rest.denominator != 1:
            raise Undefined("the exponent is not always an integer")
        if slope == 0:
            return _growth(_raise(base, rest))
        if base == 0 and slope < 0:
            raise Undefined("division by zero (a negative power of 0)")
        return _growth(Fraction(0)) if base == 0 else _Growth({(_raise(base, slope), 0): _raise(base, rest)}, ONE)

    def limit(self) -> Fraction:
        if not self.above:
            return Fraction(0)
        (p, m) = _dominant(self.below)
        size = max((abs(q), k) for q, k in self.above)
        if size < (abs(p), m):
            return Fraction(0)
        if size > (abs(p), m):
            raise Undefined("there is no limit: the absolute value grows without bound")
        found = [(q, k) for q, k in self.above if (abs(q), k) == size]
        if len(found) > 1 or found[0][0] != p:
            # One of the terms changes its sign against the denominator, and nothing of the same size balances it.
            raise Undefined("there is no limit: the sign alternates")
        return self.above[found[0]] / self.below[p, m]

    def series(self, start: int) -> Fraction:
        """The sum over all integers from `start` on."""
        scale = self.below.get((Fraction(1), 0))
        if len(self.below) != 1 or scale is None:
            raise NotEvaluable("the series of a quotient")
        total = Fraction(0)
        for (q, k), c in self.above.items():
            if abs(q) >= 1:
                # Distinct terms of this kind do not cancel: the summands do not tend to 0.
                raise Undefined("the series diverges")
            total += c / scale * _power_series(q, k, start)
        return total


ONE = {(Fraction(1), 0): Fraction(1)}


def _power_series(q: Fraction, k: int, start: int) -> Fraction:
    """`sum_{n >= start} n**k q**n` for `0 < |q| < 1`: for S_k, shifting by one gives `(1 - q) S_k` in lower ones."""
    if k > 64:
        raise Budget(f"a power series of degree {k}")
    sums: list[Fraction] = []
    for degree in range(k + 1):
        first = Fraction(start) ** degree * _raise(q, Fraction(start))
        # sum_{n >= start} n^d q^n = first + q sum_{n >= start} (n + 1)^d q^n
        lower = sum((comb(degree, j) * sums[j] for j in range(degree)), Fraction(0))
        sums.append((first + q * lower) / (1 - q))
    return sums[k]


def _growth(number: Any) -> _Growth:
    return number if isinstance(number, _Growth) else _Growth({(Fraction(1), 0): number}, ONE)


def _product(left: dict, right: dict) -> dict:
    found: dict = {}
    for (q, k), c in left.items():
        for (p, m), d in right.items():
            found[q * p, k + m] = found.get((q * p, k + m), 0) + c * d
    return found


def _dominant(terms: dict) -> tuple[Fraction, int]:
    """The largest term for large T, if there is only one."""
    size = max((abs(q), k) for q, k in terms)
    found = [(q, k) for q, k in terms if (abs(q), k) == size]
    if len(found) > 1:
        raise NotEvaluable("a limit with two dominant terms")
    return found[0]


# --- arithmetic, number by number --------------------------------------------------------------------------


def _add(a: Any, b: Any) -> Any:
    return a + b


def _multiply(a: Any, b: Any) -> Any:
    return _bounded(a * b)


def _divide(a: Any, b: Any) -> Any:
    if isinstance(b, _Growth):
        return b.inverse() * a
    if _head(b) == 0:
        raise Undefined("division by zero")
    if isinstance(a, _Growth):
        return a * (1 / b)
    return a * b.inverse() if isinstance(b, _Jet) else a * (1 / b) if isinstance(a, _Jet) else a / b


def _raise(a: Any, n: Any) -> Any:
    if isinstance(n, _Growth):
        return n.exponential(a)
    if isinstance(n, _Jet):
        if n.tail().parts.keys() - {frozenset()}:
            raise NotEvaluable("a derivative with respect to a symbol in an exponent")
        n = n.head
    if n.denominator != 1:
        raise Undefined(f"the exponent {n} is no integer")
    n = int(n)
    if n < 0 and _head(a) == 0:
        raise Undefined("division by zero (a negative power of 0)")
    if isinstance(a, _Growth):
        if abs(n) > 64:
            raise Budget(f"the limit of a power with exponent {n}")
        total: Any = _growth(Fraction(1))
        for _ in range(abs(n)):
            total = total * a
        return total.inverse() if n < 0 else total
    size = max(abs(_head(a).numerator).bit_length(), _head(a).denominator.bit_length())
    if abs(n) * max(size - 1, 0) > LARGEST:
        raise Budget(f"the power with exponent {n} is too large a number")
    if not isinstance(a, _Jet):
        return a**n
    result: Any = Fraction(1)
    for bit in bin(abs(n))[2:]:
        result = result * result * (a if bit == "1" else Fraction(1))
    return _divide(Fraction(1), result) if n < 0 else result


def _bounded(number: Any) -> Any:
    if isinstance(number, Fraction) and number.numerator.bit_length() > LARGEST:
        raise Budget("a number is too large")
    return number


def _choose(a: Any, b: Any, smaller: bool) -> Any:
    if isinstance(a, _Growth) or isinstance(b, _Growth):
        raise NotEvaluable("the limit of a min or max")
    if _head(a) == _head(b):
        if _parts(a) != _parts(b):
            raise NotEvaluable("a derivative of min or max where their arguments are equal")
        return a
    return a if (_head(a) < _head(b)) == smaller else b


def _each(operation: Callable, a: Any, b: Any) -> Any:
    """`operation` on two values; where one of them is random, outcome by outcome."""
    if isinstance(a, tuple):
        if isinstance(b, tuple):
            return tuple(map(operation, a, b))
        return tuple(operation(x, b) for x in a)
    if isinstance(b, tuple):
        return tuple(operation(a, y) for y in b)
    return operation(a, b)


# --- evaluation --------------------------------------------------------------------------------------------


class _Reading:
    """One evaluation: a model, the seeded variables of the derivatives around it, and what is computed so far."""

    def __init__(self, model: Model, seeds: Mapping | None = None) -> None:
        self.model, self.seeds = model, seeds or {}
        self.memo = {} if seeds else model._memo
        self.in_limit = False
        self.under_way: set = set()
        self.visited = 0

    def of(self, node: Any, env: Mapping) -> Any:
        rule = _RULES.get(type(node))
        if rule is None:
            rule = next((_RULES[kind] for kind in type(node).__mro__ if kind in _RULES), None)
            if rule is None:
                raise NotEvaluable(f"{node} is not a term with a value")
            _RULES[type(node)] = rule
        return rule(self, node, env)

    def visit(self) -> None:
        self.visited += 1
        if self.visited > self.model.longest:
            raise Budget(f"more than {self.model.longest} summands or steps of a recurrence")

    def place(self, node: Any, env: Mapping) -> int:
        found = self.of(node, env)
        if isinstance(found, (tuple, _Jet, _Growth)):
            raise NotEvaluable(f"the index or bound {node} is not a plain number")
        if found.denominator != 1:
            raise Undefined(f"the index or bound {node} = {found} is no integer")
        return int(found)

    def symbol(self, root: Any, places: tuple) -> Any:
        """The value of a parameter or of an element: given, or computed from a definition."""
        key = (root.name, places) if isinstance(root, Family) else root
        if key in self.seeds:
            return self.seeds[key]
        if key in self.memo:
            return self.memo[key]
        found = self.given(root, places, key)
        if found is None:
            found = self.defined(root, places, key)
        if found is None:
            raise NoValue(root, places)
        if self.seeds:
            found = self.changed(root, places, found)
        self.memo[key] = found
        return found

    def given(self, root: Any, places: tuple, key: Any) -> Any:
        source = self.model.values if isinstance(root, Family) else self.model.parameters
        if isinstance(root, Family) and root.first is not None and places and places[0] < root.first:
            raise OutOfRange(f"{root.name}[{places[0]}] is out of range: {root.name} starts at {root.first}")
        try:
            found = source[key]
        except KeyError:
            return None
        if isinstance(found, tuple) and len(found) != len(self.model.probabilities):
            raise ValueError(f"{root.name} has {len(found)} values for {len(self.model.probabilities)} outcomes")
        return found

    def defined(self, root: Any, places: tuple, key: Any) -> Any:
        for fact in self.model._defined.get(root, ()):
            bound = {i: Fraction(p) for i, p in zip(getattr(fact.target, "indices", ()), places, strict=True)}
            starting = fact.over is not None and any(places[0] == at for at, _ in fact.start)
            if not all(in_domain(i, p) for i, p in bound.items() if not (starting and i == fact.over)):
                continue  # the definition does not speak of this element
            if fact.over is None:
                return self.guarded(key, fact.value, bound)
            starts = dict(fact.start)
            if places[0] in starts:
                return self.guarded(key, starts[places[0]], bound)
            if places[0] >= fact.first:
                return self.recurrence(fact, root, places, bound)
        return None

    def guarded(self, key: Any, node: Any, env: Mapping) -> Any:
        if key in self.under_way:
            raise NotEvaluable(f"the definition of {key if isinstance(key, Parameter) else key[0]} runs in a circle")
        self.under_way.add(key)
        try:
            return self.of(node, env)
        finally:
            self.under_way.discard(key)

    def recurrence(self, fact: Definition, root: Family, places: tuple, bound: dict) -> Any:
        """From the last index that is known upwards, so that no long chain of calls arises."""
        first, rest = places[0], places[1:]
        while first > fact.first and not self.known((root.name, (first - 1, *rest))):
            self.visit()
            first -= 1
        for place in range(first, places[0] + 1):
            self.visit()
            key = (root.name, (place, *rest))
            own = self.given(root, (place, *rest), key)
            found = self.guarded(key, fact.value, {**bound, fact.over: Fraction(place)}) if own is None else own
            if place < places[0]:
                self.memo[key] = found
        return found

    def known(self, key: Any) -> bool:
        return key in self.memo or key in self.seeds

    def changed(self, root: Any, places: tuple, found: Any) -> Any:
        """The first-order change of a differentiable function with its variables."""
        for fact in self.model._chained.get(root, ()):
            bound = _matched(fact.function, places, self)
            if bound is None:
                continue
            seeds: set = set()
            for env in self.runs(fact.ranges, bound):
                moved = self.of(fact.through, env)
                for number in moved if isinstance(moved, tuple) else (moved,):
                    seeds.update(*_parts(number))
                if len(seeds) > 1:
                    raise NotEvaluable(f"a second derivative of {fact.function}")
                tail = _each(lambda n, _: n.tail() if isinstance(n, _Jet) else Fraction(0), moved, Fraction(0))
                found = _each(_add, found, _each(_multiply, self.of(fact.partial, env), tail))
            return found
        return found

    def runs(self, ranges: tuple, env: Mapping) -> Iterator[dict]:
        """The values of the indices of a sum: the last range is the outermost."""
        if not ranges:
            yield dict(env)
            return
        *inner, (variable, low, high) = ranges
        for place in range(self.place(term(low), env), self.place(term(high), env) + 1):
            self.visit()
            yield from self.runs(tuple(inner), {**env, variable: Fraction(place)})

    def mean(self, *factors: Any) -> Any:
        """The expectation of the product of `factors`."""
        if not any(isinstance(f, tuple) for f in factors):
            return factors[0] if len(factors) == 1 else factors[0] * factors[1]
        if self.seeds or self.in_limit:
            found = factors[0] if len(factors) == 1 else _each(_multiply, *factors)
            total: Any = Fraction(0)
            for weight, number in zip(self.model.probabilities, found, strict=True):
                total = total + number * weight
            return total
        # In integers over common denominators: the same number, many times faster than sums of fractions.
        counts, below = self.model._weights
        for factor in factors:
            numbers = factor if isinstance(factor, tuple) else (factor,) * len(counts)
            common = lcm(*{n.denominator for n in numbers})
            counts = [c * n.numerator * (common // n.denominator) for c, n in zip(counts, numbers, strict=True)]
            below *= common
        return Fraction(sum(counts), below)


def _matched(pattern: Any, places: tuple, reading: _Reading) -> dict | None:
    bound: dict = {}
    for node, place in zip(getattr(pattern, "indices", ()), places, strict=True):
        if isinstance(node, Index):
            bound[node] = Fraction(place)
        elif reading.place(node, {}) != place:
            return None
    return bound


_NUMBERS: dict[Any, Fraction] = {}


def _number(here: _Reading, node: Any, env: Mapping) -> Fraction:
    found = _NUMBERS.get(node)
    if found is None:
        found = _NUMBERS[node] = Fraction(int(node.p), int(node.q))
    return found


def _parameter(here: _Reading, node: Parameter, env: Mapping) -> Any:
    return env[node] if node in env else here.symbol(node, ())


def _element(here: _Reading, node: Element, env: Mapping) -> Any:
    return here.symbol(node.family, tuple(here.place(i, env) for i in node.indices))


def _plus(here: _Reading, node: Plus, env: Mapping) -> Any:
    total = here.of(node.args[0], env)
    for arg in node.args[1:]:
        total = _each(_add, total, here.of(arg, env))
    return total


def _times(here: _Reading, node: Times, env: Mapping) -> Any:
    total = here.of(node.args[0], env)
    for arg in node.args[1:]:
        total = _each(_multiply, total, here.of(arg, env))
    return total


def _negative(here: _Reading, node: Negative, env: Mapping) -> Any:
    return _each(_multiply, here.of(node.args[0], env), Fraction(-1))


def _quotient(here: _Reading, node: Quotient, env: Mapping) -> Any:
    return _each(_divide, here.of(node.args[0], env), here.of(node.args[1], env))


def _power(here: _Reading, node: Power, env: Mapping) -> Any:
    return _each(_raise, here.of(node.args[0], env), here.of(node.args[1], env))


def _extreme(here: _Reading, node: Any, env: Mapping) -> Any:
    smaller = isinstance(node, Minimum)
    return _each(lambda a, b: _choose(a, b, smaller), here.of(node.args[0], env), here.of(node.args[1], env))


def _sum(here: _Reading, node: Sum, env: Mapping) -> Any:
    total: Any = Fraction(0)
    indices = [variable for variable, _, _ in node.ranges]
    for inner in here.runs(node.ranges, env):
        if node.distinct and len({inner[i] for i in indices}) < len(indices):
            continue
        total = _each(_add, total, here.of(node.body, inner))
    return total


def _mean(here: _Reading, node: E, env: Mapping) -> Any:
    return here.mean(here.of(node.args[0], env))


def _covariance(here: _Reading, node: Any, env: Mapping) -> Any:
    left = here.of(node.args[0], env)
    right = left if isinstance(node, Var) else here.of(node.args[1], env)
    apart = here.mean(left) * here.mean(right)
    return here.mean(left, right) + -apart


def _partial(here: _Reading, node: Partial, env: Mapping) -> Any:
    body, variable = node.args
    if variable in env:
        raise NotEvaluable(f"a derivative with respect to the index {variable}")
    places = tuple(here.place(i, env) for i in variable.indices) if isinstance(variable, Element) else ()
    root = _root(variable)
    key = (root.name, places) if isinstance(root, Family) else root
    seed = frozenset([object()])
    at = _each(_add, here.symbol(root, places), _Jet({frozenset(): Fraction(0), seed: Fraction(1)}))
    inner = _Reading(here.model, {**here.seeds, key: at})
    inner.visited = here.visited
    found = inner.of(body, env)

    def slope(number: Any, _: Any) -> Any:
        parts = {seeds - seed: c for seeds, c in _parts(number).items() if seed <= seeds}
        return _Jet(parts) if here.seeds else parts.get(frozenset(), Fraction(0))

    return _each(slope, found, Fraction(0))


def _apply(here: _Reading, node: Apply, env: Mapping) -> Any:
    arguments = [here.of(a, env) for a in node.args[1:]]
    if here.seeds and not arguments:
        return here.changed(node.args[0], (), _looked_up(here, node.args[0], ()))
    outcomes = range(len(here.model.probabilities)) if any(isinstance(a, tuple) for a in arguments) else (0,)
    found = tuple(
        _looked_up(here, node.args[0], tuple(a[o] if isinstance(a, tuple) else a for a in arguments)) for o in outcomes
    )
    return found if len(outcomes) == len(here.model.probabilities) and isinstance(outcomes, range) else found[0]


def _looked_up(here: _Reading, function: Function, arguments: tuple) -> Fraction:
    if any(_parts(a).keys() - {frozenset()} for a in arguments):
        raise NotEvaluable(f"a derivative of the undefined function {function}")
    key = (function.name, tuple(map(_head, arguments)))
    try:
        return here.model.functions[key]
    except KeyError:
        raise NoValue(function, key[1]) from None


def _limit(here: _Reading, node: Limit, env: Mapping) -> Any:
    """The limit of a term that is built from powers of the variable and powers with it as the exponent."""
    body, variable, point = node.args
    counts = isinstance(variable, Index)
    inner = list(walk(body))
    if (
        here.seeds
        or here.in_limit
        or any(isinstance(n, (Partial, Limit, Apply)) for n in inner)
        # The model does not say what else depends on a parameter of its own; on an index, only elements can depend.
        or (not counts and body.free_symbols - {variable} and _spoken_of(variable, here.model))
        or (not counts and any(isinstance(n, (Element, Sum)) for n in inner))
        or (not counts and any(isinstance(n, Power) and variable in n.args[1].free_symbols for n in inner))
        or (counts and point is not INFINITY)
    ):
        raise NotEvaluable(f"the limit {node} is not a finite computation")
    grows = _Growth({(Fraction(1), 1): Fraction(1)}, ONE)
    if point is not INFINITY:
        grows = grows.inverse() + here.of(point, env)  # from above
    here.in_limit = True
    try:
        found = here.of(body, {**env, variable: grows})
    finally:
        here.in_limit = False
    return _each(lambda number, _: _growth(number).limit(), found, Fraction(0))


def _spoken_of(variable: Parameter, model: Model) -> bool:
    """Whether the model or one of its definitions mentions a parameter."""
    if variable in model.parameters:
        return True
    sides = [
        side
        for fact in model.facts
        for side in (
            (fact.value, fact.target)
            if isinstance(fact, Definition)
            else (fact.function, fact.partial)
            if isinstance(fact, ChainRule)
            else ()
        )
    ]
    return any(variable in side.free_symbols for side in sides)


# --- functions ---------------------------------------------------------------------------------------------


def _plain_number(number: Any) -> Fraction:
    """A number that neither a derivative nor a limit moves."""
    if isinstance(number, _Growth) or (isinstance(number, _Jet) and any(number.tail().parts.values())):
        raise NotEvaluable("a derivative or a limit of a function that is not arithmetic")
    return _head(number)


def _absolute_value(a: Any, _: Any) -> Any:
    if isinstance(a, _Jet) and a.head:
        return a if a.head > 0 else -a
    return abs(_plain_number(a))


def _square_root(a: Any, _: Any) -> Fraction:
    a = _plain_number(a)
    if a < 0:
        raise Irrational(f"the square root of {a} is not real")
    found = Fraction(isqrt(a.numerator), isqrt(a.denominator))
    if found * found != a:
        raise Irrational(f"the square root of {a} is irrational")
    return found


def _exponential(a: Any, _: Any) -> Fraction:
    if _plain_number(a):
        raise Irrational(f"exp({a}) is irrational")
    return Fraction(1)


def _logarithm(a: Any, _: Any) -> Fraction:
    a = _plain_number(a)
    if a == 0:
        raise Undefined("the logarithm of 0")
    if a != 1:
        raise Irrational(f"log({a}) is irrational or not real")
    return Fraction(0)


def _real_power(a: Any, x: Any) -> Any:
    x = x if isinstance(x, _Growth) else _plain_number(x)
    if isinstance(x, _Growth) or x.denominator == 1:
        if isinstance(x, _Growth):
            raise NotEvaluable("the limit of a power with a real exponent")
        return _raise(a, x)
    a = _plain_number(a)
    if a == 0 and x < 0:
        raise Undefined("division by zero (a negative power of 0)")
    if a < 0:
        raise Irrational(f"the power of {a} with the exponent {x} is not real")
    top, bottom = (_integer_root(n, x.denominator) for n in (a.numerator, a.denominator))
    return _raise(Fraction(top, bottom), Fraction(x.numerator))


def _integer_root(n: int, k: int) -> int:
    """The k-th root of a natural number, if it is one."""
    if n.bit_length() > 10_000 or k > 10_000:
        raise Budget("the root of too large a number")
    found = int(sympy.integer_nthroot(n, k)[0])
    if found**k != n:
        raise Irrational(f"the root of {n} is irrational")
    return found


def _one_argument(operation: Callable) -> Callable[[_Reading, Any, Mapping], Any]:
    return lambda here, node, env: _each(operation, here.of(node.args[0], env), Fraction(0))


def _two_arguments(operation: Callable) -> Callable[[_Reading, Any, Mapping], Any]:
    return lambda here, node, env: _each(operation, *(here.of(a, env) for a in node.args))


def _compared(test: Callable[[Fraction, Fraction], bool]) -> Callable[[_Reading, Any, Mapping], Any]:
    return _two_arguments(lambda a, b: Fraction(test(_plain_number(a), _plain_number(b))))


def _choice(here: _Reading, node: Choice, env: Mapping) -> Any:
    condition, then, otherwise = node.args
    chosen = here.of(condition, env)
    if not isinstance(chosen, tuple):
        return here.of(then if _plain_number(chosen) else otherwise, env)
    found: list = []
    for branch, own in ((then, 1), (otherwise, 0)):
        if own not in chosen:
            found.append(None)
            continue
        try:
            found.append(here.of(branch, env))
        except Undefined as error:
            if set(chosen) == {own}:
                raise
            # It may be undefined only at outcomes at which the other branch is chosen.
            raise Irrational(f"a case that is not defined everywhere: {error}") from None
    return tuple(
        (own[n] if isinstance(own, tuple) else own) for n, own in enumerate(found[0] if c else found[1] for c in chosen)
    )


def _product_of(here: _Reading, node: Product, env: Mapping) -> Any:
    body, variable, low, high = node.args
    total: Any = Fraction(1)
    for inner in here.runs(((variable, low, high),), env):
        total = _each(_multiply, total, here.of(body, inner))
    return total


def _series(here: _Reading, node: InfiniteSum, env: Mapping) -> Any:
    """The sum of terms `c q**k k**m`, exactly: finitely many terms one by one, and the rest in closed form."""
    body, variable, low = node.args
    if here.seeds or here.in_limit or any(isinstance(n, (Partial, Limit, Apply, InfiniteSum)) for n in walk(body)):
        raise NotEvaluable(f"the series {node} is not a finite computation")
    start = here.place(low, env)
    # The powers of 0 are 0 from the second term on, and 1 at most at the first one.
    total = here.of(body, {**env, variable: Fraction(start)})
    here.in_limit = True
    try:
        tail = here.of(body, {**env, variable: _Growth({(Fraction(1), 1): Fraction(1)}, ONE)})
    finally:
        here.in_limit = False
    return _each(_add, total, _each(lambda number, _: _growth(number).series(start + 1), tail, Fraction(0)))


def _conditional(here: _Reading, node: Conditional, env: Mapping) -> Any:
    count = len(here.model.probabilities)
    columns = [here.of(a, env) for a in node.args]
    of, *given = (found if isinstance(found, tuple) else (found,) * count for found in columns)
    for number in (n for column in (of, *given) for n in column):
        _plain_number(number)
    seen = list(zip(*given, strict=True))
    weight: dict = {}
    total: dict = {}
    for key, number, p in zip(seen, of, here.model.probabilities, strict=True):
        weight[key] = weight.get(key, 0) + p
        total[key] = total.get(key, 0) + p * _head(number)
    return tuple(total[key] / weight[key] for key in seen)


_RULES: dict[type, Callable[[_Reading, Any, Mapping], Any]] = {
    sympy.Rational: _number,
    Parameter: _parameter,
    Element: _element,
    Plus: _plus,
    Times: _times,
    Negative: _negative,
    Quotient: _quotient,
    Power: _power,
    Minimum: _extreme,
    Maximum: _extreme,
    Sum: _sum,
    E: _mean,
    Var: _covariance,
    Cov: _covariance,
    Partial: _partial,
    Apply: _apply,
    Limit: _limit,
    Absolute: _one_argument(_absolute_value),
    Floor: _one_argument(lambda a, _: Fraction(_plain_number(a) // 1)),
    SquareRoot: _one_argument(_square_root),
    Exponential: _one_argument(_exponential),
    Logarithm: _one_argument(_logarithm),
    RealPower: _two_arguments(_real_power),
    Product: _product_of,
    InfiniteSum: _series,
    Conditional: _conditional,
    EqualTo: _compared(lambda a, b: a == b),
    LessThan: _compared(lambda a, b: a < b),
    AtMost: _compared(lambda a, b: a <= b),
    Both: _compared(lambda a, b: bool(a and b)),
    Either: _compared(lambda a, b: bool(a or b)),
    Negation: _one_argument(lambda a, _: 1 - _plain_number(a)),
    Choice: _choice,
}


def value(node: Any, model: Model, env: Mapping[Parameter, Fraction] | None = None) -> Any:
    """The exact value of the term `node`: a Fraction, or for a random term one Fraction per outcome."""
    return _Reading(model).of(node, env or {})


# --- statements --------------------------------------------------------------------------------------------

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<=": lambda a, b: a <= b,
    "<": lambda a, b: a < b,
    ">=": lambda a, b: a >= b,
    ">": lambda a, b: a > b,
}


def applies(statement: Any, model: Model, env: Mapping | None = None) -> bool:
    """Whether the assumptions of a statement are defined and true."""
    return all(holds(assumption, model, env) for assumption in statement.when)


def sides(relation: Relation, model: Model, env: Mapping | None = None) -> tuple[Any, Any, str]:
    """The two values of a relation (None for an undefined one) and why it fails (empty when it holds)."""
    found, why = [], ""
    for side in (relation.lhs, relation.rhs):
        try:
            found.append(value(side, model, env))
        except Undefined as error:
            found.append(None)
            why = why or f"undefined: {error}"
    if not why:
        judged = _each(_COMPARE[relation.rel], *found)
        if not (all(judged) if isinstance(judged, tuple) else judged):
            said = {"==": "equal to", "!=": "different from"}.get(relation.rel, relation.rel)
            why = f"the left side is not {said} the right"
    return found[0], found[1], why


def holds(statement: Any, model: Model, env: Mapping | None = None) -> bool:
    """Whether a relation, an independence or a dependence holds; true where its assumptions do not apply."""
    if not applies(statement, model, env):
        return True
    if isinstance(statement, Relation):
        return not sides(statement, model, env)[2]
    try:
        if isinstance(statement, Independence):
            return _independent([_joint(item, model, env) for item in statement.items], model.probabilities)
        if isinstance(statement, FunctionOf):
            return _is_function_of(statement, model, env)
    except Undefined:
        return False
    raise NotEvaluable(f"{statement} says nothing about one model")


def _random(found: Any, model: Model) -> tuple:
    return found if isinstance(found, tuple) else (found,) * len(model.probabilities)


def _joint(item: Any, model: Model, env: Mapping | None) -> tuple:
    """What an element or a whole row is, outcome by outcome."""
    if not isinstance(item, Row):
        return _random(value(item, model, env), model)
    here = _Reading(model)
    head = tuple(here.place(i, env or {}) for i in item.indices)
    return _together(model, [(item.family, head + rest) for rest in _components(item.family, model, len(head))])


def _components(family: Family, model: Model, given: int = 1) -> list[tuple]:
    """The places after the first `given` ones that the model speaks of."""
    own = {places[given:] for name, places in model.values if name == family.name}
    if not own and family.arity > given:
        width = max((max(places[1:]) for _, places in model.values if len(places) > 1), default=2)
        own = set(product(range(1, width + 1), repeat=family.arity - given))
    return sorted(own) or [()]


def _together(model: Model, keys: list[tuple]) -> tuple:
    here = _Reading(model)
    return tuple(zip(*(_random(here.symbol(root, places), model) for root, places in keys), strict=True))


def _law(joint: tuple, probabilities: tuple) -> dict:
    law: dict = {}
    for seen, weight in zip(joint, probabilities, strict=True):
        law[seen] = law.get(seen, 0) + weight
    return law


def _independent(items: list[tuple], probabilities: tuple) -> bool:
    """Whether the joint law is the product of the laws of the items."""
    laws = [_law(item, probabilities) for item in items]
    joint = _law(tuple(zip(*items, strict=True)), probabilities)
    size = 1
    for law in laws:
        size *= len(law)
    if len(joint) != size:
        return False
    for seen, weight in joint.items():
        expected = Fraction(1)
        for law, one in zip(laws, seen, strict=True):
            expected *= law[one]
        if weight != expected:
            return False
    return True


def _is_function_of(statement: FunctionOf, model: Model, env: Mapping | None) -> bool:
    """Outcomes that agree on the source up to the index of the target agree on the target."""
    here = _Reading(model)
    last = here.place(statement.target.indices[0], env or {})
    keys = sorted(p for name, p in model.values if name == statement.source.name and p[0] <= last)
    past = _together(model, [(statement.source, p) for p in keys]) if keys else ((),) * len(model.probabilities)
    target = _random(value(statement.target, model, env), model)
    seen: dict = {}
    return all(seen.setdefault(before, now) == now for before, now in zip(past, target, strict=True))


# --- facts -------------------------------------------------------------------------------------------------


def in_domain(parameter: Parameter, number: Fraction) -> bool:
    """Whether `number` is an admissible value of `parameter`."""
    low, high = parameter.lower, parameter.upper
    return not (
        (parameter.sort == "integer" and number.denominator != 1)
        or (low is not None and (number < low or (parameter.open_lower and number == low)))
        or (high is not None and (number > high or (parameter.open_upper and number == high)))
    )


def domains_hold(model: Model) -> bool:
    """Whether every parameter of the model lies in its domain."""
    return all(in_domain(parameter, number) for parameter, number in model.parameters.items())


def last_of(index: Index, reach: int | Mapping[str, int]) -> int:
    """The last value that an index takes when a fact is verified up to `reach` (one number, or one per index name)."""
    last = reach if isinstance(reach, int) else reach.get(index.name, REACH)
    return last if index.upper is None else min(last, int(index.upper))


def first_of(index: Index) -> int:
    """The first value that an index takes when a fact is verified: -1 where its domain has no lower end."""
    return -1 if index.lower is None else int(index.lower)


def instances(indices: Any, reach: int | Mapping[str, int]) -> Iterator[dict]:
    """The values of `indices` in their domains, from `first_of` each up to `reach`."""
    order = sorted(indices, key=lambda i: i.name)
    ranges = [range(first_of(i), last_of(i, reach) + 1) for i in order]
    for places in product(*ranges):
        yield {i: Fraction(p) for i, p in zip(order, places, strict=True)}


def fact_holds(fact: Fact, model: Model, reach: int | Mapping[str, int] = REACH) -> bool:
    """Whether `fact` holds in the model, for all values of its free indices up to `reach`.

    Instances that mention an element before the first of its family are none.  Raises NoValue when an
    instance needs a value that the model does not give, NotEvaluable at a limit.
    """
    if isinstance(fact, Across):
        return _across_holds(fact, model, reach)
    if isinstance(fact, Identical):
        blocks = _blocks(fact, model, reach)
        return all(_law(block, model.probabilities) == _law(blocks[0], model.probabilities) for block in blocks)
    if isinstance(fact, Definition):
        return _definition_holds(fact, model, reach)
    if isinstance(fact, ChainRule):
        return _chain_holds(fact, model, reach)
    if isinstance(fact, ConditionallyIndependent):
        return _conditionally_independent(fact, model)
    if isinstance(fact, MartingaleDifference):
        return _centred_holds(fact, model)
    if isinstance(fact, WithoutReplacement):
        return _drawn_holds(fact, model)
    statement = getattr(fact, "relation", None)
    statement = getattr(fact, "statement", None) if statement is None else statement
    if statement is None:
        raise NotEvaluable(f"{fact} is not a fact that a finite model can be asked about")
    return _everywhere(statement, free_indices(statement), model, reach)


def _everywhere(statement: Any, indices: Any, model: Model, reach: int | Mapping[str, int]) -> bool:
    if isinstance(statement, FunctionOf):
        indices = {i for i in statement.target.indices if isinstance(i, Index)}
    for env in instances(indices, reach):
        if isinstance(statement, Relation):
            try:
                if not applies(statement, model, env):
                    continue
                left, right = value(statement.lhs, model, env), value(statement.rhs, model, env)
            except OutOfRange:
                continue
            except Undefined:
                return False
            judged = _each(_COMPARE[statement.rel], left, right)
            if not (all(judged) if isinstance(judged, tuple) else judged):
                return False
        elif not holds(statement, model, env):
            return False
    return True


def _blocks(fact: Across | Identical, model: Model, reach: int | Mapping[str, int]) -> list[tuple]:
    """For every first index: the elements of the families at it, outcome by outcome."""
    firsts: set[int] = set()
    for family in fact.families:
        given = {places[0] for name, places in model.values if name == family.name}
        if not given:
            low = fact.index.lower if fact.index.lower is not None else 0
            given = set(range(int(low), last_of(fact.index, reach) + 1))
        firsts |= given
    return [
        _together(model, [(f, (first, *rest)) for f in fact.families for rest in _components(f, model)])
        for first in sorted(firsts)
    ]


def _across_holds(fact: Across, model: Model, reach: int | Mapping[str, int]) -> bool:
    blocks = _blocks(fact, model, reach)
    if fact.strength == "mutual":
        return _independent(blocks, model.probabilities)
    if fact.strength == "pairwise":
        return all(_independent([one, other], model.probabilities) for one, other in combinations(blocks, 2))
    here = _Reading(model)
    for one, other in combinations(blocks, 2):
        for left, right in product(zip(*one, strict=True), zip(*other, strict=True)):
            if here.mean(left, right) != here.mean(left) * here.mean(right):
                return False
    return True


def _conditionally_independent(fact: ConditionallyIndependent, model: Model) -> bool:
    """Independence on each part of the space on which what is given is constant."""
    items = [_joint(item, model, None) for item in fact.items]
    given = list(zip(*(_joint(item, model, None) for item in fact.given), strict=True))
    for seen in set(given):
        here = [n for n, one in enumerate(given) if one == seen]
        whole = sum((model.probabilities[n] for n in here), Fraction(0))
        weights = tuple(model.probabilities[n] / whole for n in here)
        if not _independent([tuple(item[n] for n in here) for item in items], weights):
            return False
    return True


def _members(family: Family, model: Model) -> list[tuple]:
    """The members of a random sequence from the first to the last that the model speaks of, outcome by outcome."""
    last = max((places[0] for name, places in model.values if name == family.name), default=0)
    first = 1 if family.first is None else family.first
    here = _Reading(model)
    return [_random(here.symbol(family, (k,)), model) for k in range(first, last + 1)]


def _centred_holds(fact: MartingaleDifference, model: Model) -> bool:
    members = _members(fact.family, model)
    for k, own in enumerate(members):
        total: dict = {}
        for n, number in enumerate(own):
            past = tuple(m[n] for m in members[:k])
            total[past] = total.get(past, 0) + model.probabilities[n] * number
        if any(total.values()):
            return False
    return True


def _drawn_holds(fact: WithoutReplacement, model: Model) -> bool:
    """The joint law of the draws is that of the values at distinct places, every choice of places being as likely."""
    size = value(fact.size, model)
    members = _members(fact.family, model)
    if not isinstance(size, Fraction) or size.denominator != 1 or not len(members) <= size <= LARGEST_POPULATION:
        return False
    here = _Reading(model)
    population = [here.symbol(fact.population, (k,)) for k in range(1, int(size) + 1)]
    choices = list(permutations(population, len(members)))
    law = _law(tuple(choices), (Fraction(1, len(choices)),) * len(choices))
    return _law(tuple(zip(*members, strict=True)), model.probabilities) == law if members else True


def _definition_holds(fact: Definition, model: Model, reach: int | Mapping[str, int]) -> bool:
    if isinstance(fact.target, Parameter):
        if not _everywhere(fact.relation, (), model, reach):
            return False
        found = value(fact.target, model)
        return not isinstance(found, tuple) and in_domain(fact.target, found)
    if fact.over is None:
        return _everywhere(fact.relation, fact.target.indices, model, reach)
    rest = [i for i in fact.target.indices if i != fact.over]
    here = _Reading(model)
    starts = dict(fact.start)
    for env in instances(rest, reach):
        places = [*starts, *range(fact.first, last_of(fact.over, reach) + 1)]
        for place in places:
            inner = {**env, fact.over: Fraction(place)}
            try:
                if here.of(fact.target, inner) != here.of(starts.get(place, fact.value), inner):
                    return False
            except OutOfRange:
                continue
            except Undefined:
                return False
    return True


def _chain_holds(fact: ChainRule, model: Model, reach: int | Mapping[str, int]) -> bool:
    free = {s for s in getattr(fact.function, "indices", ()) if isinstance(s, Index)}
    here = _Reading(model)
    slope = Partial(fact.function, fact.through)
    try:
        return all(
            here.of(slope, inner) == here.of(fact.partial, inner)
            for env in instances(free, reach)
            for inner in here.runs(fact.ranges, env)
        )
    except Undefined:
        return False


def symbols_in(node: Any) -> Iterator[Any]:
    """The parameters, families and functions of a term."""
    for inner in walk(node):
        if isinstance(inner, (Parameter, Family, Function)):
            yield inner
