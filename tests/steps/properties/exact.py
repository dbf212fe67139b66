"""The value of a step at one point: a second reading of the language, which shares nothing with sgdproofs.

Numbers are Fractions as long as they can be; roots, exponentials and limits are taken with sixty digits.  Randomness
is a finite probability space, limits are looked at far out, a derivative is a symmetric difference of a tiny width.
That proves nothing true, but what fails here is false: it is used to reject, not to accept.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import mpmath

__all__ = ["Model", "Undefined", "power"]

SIGNS = {"Eq": "==", "NotEq": "!=", "Lt": "<", "LtE": "<=", "Gt": ">", "GtE": ">="}
WORDS = {"Eq": "==", "Ne": "!=", "Lt": "<", "Le": "<=", "Gt": ">", "Ge": ">="}
MOMENTS = ("E", "Var", "Cov", "P")
TINY = mpmath.mpf(10) ** -35
LOOSE = mpmath.mpf(10) ** -4
FAR = {"closed": (10**5, 10**5 + 1, 10**9, 10**9 + 1), "stepwise": (200, 201, 600, 601)}


class Undefined(Exception):
    """The expression has no value at this point."""


class Model:
    """A point: symbols, sequences (filled by `draw` when first asked for), definitions, and a probability space.

    `space` is a list of (probability, values); a value is a number or, of a sequence, a dict from index to number.
    """

    def __init__(
        self,
        symbols: Mapping[str, Any],
        functions: tuple[str, ...] = (),
        definitions: list | tuple = (),
        draw: Callable[[str], Fraction] | None = None,
    ) -> None:
        self.symbols = dict(symbols)
        self.sequences: dict[str, dict] = {name: {} for name in functions}
        self.definitions = {d["name"]: d for d in definitions}
        self.draw = draw
        self.space: list[tuple[Fraction, dict]] = []
        self.outcome: dict | None = None
        self.loose = False
        self.shifted: dict[Any, Any] = {}
        self.lost: set[str] = set()
        """Names for what has no value at this point."""

    # --- statements ----------------------------------------------------------------------------------------

    @mpmath.workdps(60)
    def holds(self, left: str, rel: str, right: str) -> bool:
        """Whether the relation holds, almost surely if it is one between random quantities; Undefined if a side is."""
        trees = [ast.parse(side.strip(), mode="eval").body for side in (left, right)]
        outcomes = [o for _, o in self.space] if any(map(self._varies, trees)) else [None]
        return all(self._at(o, lambda: self.compare(self.value(trees[0]), rel, self.value(trees[1]))) for o in outcomes)

    @mpmath.workdps(60)
    def true(self, condition: str) -> bool:
        tree = ast.parse(condition.strip(), mode="eval").body
        outcomes = [o for _, o in self.space] if self._varies(tree) else [None]
        return all(self._at(o, lambda: bool(self.value(tree))) for o in outcomes)

    def number(self, text: Any) -> Any:
        return self.value(ast.parse(str(text).strip(), mode="eval").body)

    def _at(self, outcome: dict | None, what: Callable[[], Any]) -> Any:
        before, self.outcome = self.outcome, outcome
        try:
            return what()
        finally:
            self.outcome = before

    def _random(self) -> set[str]:
        return set(self.space[0][1]) if self.space else set()

    def _varies(self, tree: ast.AST, bound: frozenset[str] = frozenset()) -> bool:
        """Whether a random quantity stands outside of every moment."""
        if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name):
            name = tree.func.id
            if name in MOMENTS:
                return False
            if name in self._random():
                return True
            if name in self.definitions and any(
                self._varies(ast.parse(t, mode="eval").body)
                for case in self.definitions[name]["cases"]
                for t in case
                if f"{name}(" not in t or any(f"{r}(" in t for r in self._random())
            ):
                return True
        if isinstance(tree, ast.Name):
            return tree.id in self._random()
        return any(self._varies(child, bound) for child in ast.iter_child_nodes(tree))

    def compare(self, a: Any, rel: str, b: Any) -> bool:
        if rel not in ("==", "!=") and (_imaginary(a) or _imaginary(b)):
            raise Undefined("the order of numbers that are not real")
        gap = a - b if _exact(a) and _exact(b) else _float(a) - _float(b)
        if not _exact(gap):
            if abs(gap) < (LOOSE if self.loose else TINY) * (1 + abs(_float(a))):
                gap = 0
            elif isinstance(gap, mpmath.mpc):
                gap = gap.real if rel not in ("==", "!=") else abs(gap)
        return {
            "==": gap == 0, "!=": gap != 0, "<": gap < 0, "<=": gap <= 0, ">": gap > 0, ">=": gap >= 0,
        }[rel]  # fmt: skip

    # --- terms ---------------------------------------------------------------------------------------------

    def value(self, tree: ast.AST) -> Any:
        match tree:
            case ast.Constant(value=bool() as found):
                return found
            case ast.Constant(value=found):
                return found if isinstance(found, str) and found in "+-" else Fraction(str(found))
            case ast.Name(id=name):
                return self._name(name)
            case ast.UnaryOp(op=sign, operand=inner):
                return self.value(inner) * (-1 if isinstance(sign, ast.USub) else 1)
            case ast.BinOp(left=left, op=sign, right=right):
                return self._operation(type(sign).__name__, self.value(left), self.value(right))
            case ast.Compare(left=left, ops=signs, comparators=rest):
                values = [self.value(left), *map(self.value, rest)]
                return all(self.compare(a, SIGNS[type(s).__name__], b) for a, s, b in zip(values, signs, values[1:]))
            case ast.Call(func=ast.Name(id=name), args=arguments):
                return self._call(name, arguments)
        raise NotImplementedError(ast.dump(tree))

    def _name(self, name: str) -> Any:
        for where in (self.shifted, self.symbols, self.outcome or {}):
            if name in where:
                return where[name]
        if name in ("True", "False"):
            return name == "True"
        if name in self.lost:
            raise Undefined(f"{name} names what is undefined")
        if name == "oo":
            return math.inf
        raise NotImplementedError(f"the name {name}")

    def _operation(self, sign: str, a: Any, b: Any) -> Any:
        if not (_exact(a) and _exact(b)) and sign != "Pow":
            a, b = _float(a), _float(b)
        if sign == "Add":
            return a + b
        if sign == "Sub":
            return a - b
        if sign == "Mult":
            return a * b
        if sign == "Div":
            if _zero(b):
                raise Undefined("a division by zero")
            return a / b
        return power(a, b)

    def _call(self, name: str, arguments: list) -> Any:
        if name in self.sequences or name in self._random():
            place = tuple(self._index(a) for a in arguments)
            if (name, place) in self.shifted:
                return self.shifted[name, place]
            if name in self.sequences:
                if place not in self.sequences[name]:
                    assert self.draw is not None
                    self.sequences[name][place] = self.draw(name)
                return self.sequences[name][place]
            if self.outcome is None:
                raise NotImplementedError(f"{name} outside of a moment")
            if place not in self.outcome[name]:
                raise Undefined(f"{name}{place} is outside of the sequence")
            return self.outcome[name][place]
        if name in self.definitions:
            return self._defined(self.definitions[name], [self.value(a) for a in arguments])
        if name in ("Sum", "Product"):
            return self._total(name, arguments[0], arguments[1:])
        if name in MOMENTS:
            return self._moment(name, arguments)
        if name == "Limit":
            return self._limit(arguments)
        if name == "D":
            return self._derivative(*arguments)
        if name == "Piecewise":
            for case in arguments:
                if self.value(case.elts[1]):
                    return self.value(case.elts[0])
            raise Undefined("no case applies")
        return self._function(name, [self.value(a) for a in arguments])

    def _function(self, name: str, values: list) -> Any:
        if name in WORDS:
            return self.compare(values[0], WORDS[name], values[1])
        if name in ("And", "Or", "Not"):
            return all(values) if name == "And" else any(values) if name == "Or" else not values[0]
        if name == "Indicator":
            return Fraction(bool(values[0]))
        if name == "KroneckerDelta":
            return Fraction(values[0] == values[1])
        if name in ("Min", "Max"):
            if any(map(_imaginary, values)):
                raise Undefined("the order of numbers that are not real")
            return (min if name == "Min" else max)(values)
        if name == "floor":
            return Fraction(math.floor(values[0]))
        if name == "ceiling":
            return Fraction(math.ceil(values[0]))
        if name == "Abs":
            return abs(values[0])
        if name == "sqrt":
            return power(values[0], Fraction(1, 2))
        if name == "exp":
            return Fraction(1) if values[0] == 0 else mpmath.exp(_float(values[0]))
        if name == "log":
            if values[0] == 0:
                raise Undefined("the logarithm of zero")
            return _real(mpmath.log(_float(values[0])))
        raise NotImplementedError(f"the function {name}")

    def _index(self, tree: ast.AST) -> int:
        found = self.value(tree)
        if not _exact(found) or Fraction(found).denominator != 1:
            raise Undefined("an index that is no integer")
        return int(found)

    def _bound(self, name: str, value: Any, what: Callable[[], Any]) -> Any:
        """`what` with the name bound; it hides what has the same name."""
        missing = object()
        before, shifted = self.symbols.get(name, missing), self.shifted
        self.symbols[name] = value
        self.shifted = {k: v for k, v in shifted.items() if k != name}
        try:
            return what()
        finally:
            self.shifted = shifted
            if before is missing:
                del self.symbols[name]
            else:
                self.symbols[name] = before

    def _defined(self, definition: Mapping, values: list) -> Any:
        def cases() -> Any:
            for condition, text in definition["cases"]:
                if self.number(condition):
                    return self.number(text)
            raise Undefined(f"no case of {definition['name']} applies")

        (name,) = definition["args"]
        start = values[0]
        known = self.shifted.get(("known", definition["name"])) or {}
        if start in known and self.outcome is None:
            return known[start]
        if definition.get("recursive", True) and _exact(start) and start > 50 and self.outcome is None:
            table: dict = {}
            before = self.shifted
            self.shifted = {**before, ("known", definition["name"]): table}
            try:  # upwards, so that nothing is nested deeply
                for k in range(int(start) + 1):
                    table[Fraction(k)] = _float(self._bound(name, Fraction(k), cases))
            finally:
                self.shifted = before
            return table[start]
        return self._bound(name, start, cases)

    def _total(self, name: str, body: ast.AST, ranges: list) -> Any:
        if not ranges:
            return self.value(body)
        (variable, first, last), inner = ranges[-1].elts, ranges[:-1]
        low = self._index(first)
        joined = "Add" if name == "Sum" else "Mult"
        found: Any = Fraction(joined == "Mult")
        if isinstance(last, ast.Name) and last.id == "oo" and "oo" not in self.symbols:
            small = 0
            for k in range(low, low + 3000):
                part = self._bound(variable.id, Fraction(k), lambda: self._total(name, body, inner))
                part = _float(part)
                found = _float(found) + part
                small = small + 1 if abs(part) < mpmath.mpf(10) ** -45 * (1 + abs(found)) else 0
                if small > 5:
                    return found
                if abs(found) > 10**15:
                    break
            raise Undefined("the series does not converge")
        for k in range(low, self._index(last) + 1):
            part = self._bound(variable.id, Fraction(k), lambda: self._total(name, body, inner))
            found = self._operation(joined, found, part)
        return found

    def _moment(self, name: str, arguments: list) -> Any:
        def mean(tree: Callable[[], Any]) -> Any:
            found: Any = Fraction(0)
            for probability, outcome in self.space:
                found = self._operation("Add", found, self._operation("Mult", probability, self._at(outcome, tree)))
            return found

        if name == "P":
            return mean(lambda: Fraction(bool(self.value(arguments[0]))))
        if name == "E":
            return mean(lambda: self.value(arguments[0]))
        first, second = arguments[0], arguments[-1]
        both = mean(lambda: self._operation("Mult", self.value(first), self.value(second)))
        product = self._operation("Mult", mean(lambda: self.value(first)), mean(lambda: self.value(second)))
        return self._operation("Sub", both, product)

    # --- limits and derivatives ----------------------------------------------------------------------------

    def _limit(self, arguments: list) -> Any:
        body, variable, point = arguments[:3]
        name = variable.id
        self.loose = True
        with mpmath.workdps(150):
            if isinstance(point, ast.Name) and point.id == "oo" and "oo" not in self.symbols:
                stepwise = any(
                    isinstance(n, ast.Call) and n.func.id in {"Sum", "Product", *self.definitions}
                    for n in ast.walk(body)
                )
                places = FAR["stepwise" if stepwise else "closed"]
                return _settled([self._bound(name, Fraction(k), lambda: self.value(body)) for k in places])
            at, side = self.value(point), self.value(arguments[3]) if len(arguments) > 3 else "+-"
            found = []
            for sign in side:
                steps = [Fraction(37 if sign == "+" else -37, 41 * 10**k) for k in (7, 10, 13, 16)]
                places = [self._operation("Add", at, s) for s in steps]
                found.append(_settled([self._bound(name, p, lambda: self.value(body)) for p in places]))
            if abs(found[0] - found[-1]) > LOOSE * (1 + abs(found[0])):
                raise Undefined("the limits from both sides differ")
            return found[0]

    def _derivative(self, body: ast.AST, variable: ast.AST) -> Any:
        key: Any = variable.id if isinstance(variable, ast.Name) else None
        if isinstance(variable, ast.Call):
            key = (variable.func.id, tuple(map(self._index, variable.args)))  # type: ignore[attr-defined]
        width, found, before = mpmath.mpf(10) ** -25, [], self.shifted
        with mpmath.workdps(120):
            at = _float(self.value(variable))
            for sign in (1, -1):
                self.shifted = {**before, key: at + sign * width}
                try:
                    found.append(_float(self.value(body)))
                finally:
                    self.shifted = before
            return (found[0] - found[1]) / (2 * width)


def _exact(x: Any) -> bool:
    return isinstance(x, (int, Fraction))


def _float(x: Any) -> Any:
    return mpmath.mpf(x.numerator) / x.denominator if isinstance(x, Fraction) else mpmath.mpmathify(x)


def _imaginary(x: Any) -> bool:
    return isinstance(x, mpmath.mpc) and abs(x.imag) > TINY


def _real(x: Any) -> Any:
    return x.real if isinstance(x, mpmath.mpc) and abs(x.imag) < TINY**1.2 else x


def _zero(x: Any) -> bool:
    return bool(x == 0) if _exact(x) else bool(abs(x) < TINY)


def power(a: Any, b: Any) -> Any:
    if _exact(b) and Fraction(b).denominator == 1:
        n = int(b)
        if n == 0:
            return Fraction(1)
        if n < 0 and _zero(a):
            raise Undefined("a negative power of zero")
        if _exact(a) and abs(n) <= 2000:
            return Fraction(a) ** n
        return mpmath.power(_float(a), n)
    if _zero(a):
        if mpmath.re(_float(b)) > 0:
            return Fraction(0)
        raise Undefined("zero to a power that is not positive")
    if _exact(a) and a > 0 and b == Fraction(1, 2):
        p, q = math.isqrt(Fraction(a).numerator), math.isqrt(Fraction(a).denominator)
        if Fraction(p, q) ** 2 == a:
            return Fraction(p, q)
    return _real(mpmath.exp(_float(b) * mpmath.log(_float(a))))


def _settled(values: list) -> Any:
    values = [_float(v) for v in values]
    last = values[-1]
    if abs(last) > 10**8 or any(abs(v - last) > LOOSE * (1 + abs(last)) for v in values[len(values) // 2 :]):
        raise Undefined("the limit does not exist")
    return last
