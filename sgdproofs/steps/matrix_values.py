"""Exact values of statements about matrices, and the replay of a witness.

A model gives every symbol a number or a matrix, and every random quantity one value for each outcome.  Here it is
evaluated from the text of the case alone: domains, facts, assumptions and premises first, then the statement.  Roots
are enclosed in intervals; what they cannot decide is decided neither way.

A matrix of one row and one column counts as a number too.  Products that are defined only in this reading (a 1 by 1
matrix times one of another height) are `loose`: no assumption is met by them, and no statement fails for them alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product
from math import isqrt
from typing import Any

from ..language.errors import SgdproofsError
from .enclosure import Interval, _root, point
from .reader import RELATIONS, Node, read
from .translate import NotInLanguage

__all__ = ["LARGEST", "Evaluation", "Matrix", "Model", "NoValue", "Unknown", "failure", "replay"]

LARGEST = 60
"""The most digits of a power's exponent times its base's, the most terms of a sum, the most rows."""
Number = Any
"""A Fraction, or an Interval that contains the number."""


class NoValue(SgdproofsError):
    """The expression is undefined here."""


class Unknown(SgdproofsError):
    """The value is not known: intervals too wide, or too much work."""


# --- numbers and matrices ----------------------------------------------------------------------------------


def _wide(a: Number) -> Interval:
    return a if isinstance(a, Interval) else point(a)


def plus(a: Number, b: Number) -> Number:
    if isinstance(a, Fraction) and isinstance(b, Fraction):
        return a + b
    return _wide(a) + _wide(b)


def times(a: Number, b: Number) -> Number:
    if isinstance(a, Fraction) and isinstance(b, Fraction):
        return a * b
    return _wide(a) * _wide(b)


def inverse(a: Number) -> Number:
    if isinstance(a, Fraction):
        if not a:
            raise NoValue("division by zero")
        return 1 / a
    if a.low <= 0 <= a.high:
        raise Unknown("a divisor that may be 0")
    return a.inverse()


def root(a: Number) -> Number:
    if isinstance(a, Interval):
        if a.low < 0:
            raise Unknown("the root of what may be negative")
        return _root(a)
    if a < 0:
        raise Unknown("the root of a negative number")
    exact = Fraction(isqrt(a.numerator), isqrt(a.denominator))
    return exact if exact * exact == a else _root(point(a))


@dataclass(frozen=True)
class Matrix:
    """Rows of numbers; at least one row and one column."""

    rows: tuple[tuple[Number, ...], ...]

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.rows), len(self.rows[0])

    def map(self, f: Callable[[Number], Number]) -> Matrix:
        return Matrix(tuple(tuple(map(f, row)) for row in self.rows))

    def __add__(self, other: Matrix) -> Matrix:
        if self.shape != other.shape:
            raise NoValue(f"shapes {self.shape} and {other.shape} do not add")
        return Matrix(tuple(tuple(map(plus, a, b)) for a, b in zip(self.rows, other.rows, strict=True)))

    def scaled(self, c: Number) -> Matrix:
        return self.map(lambda a: times(c, a))

    def __matmul__(self, other: Matrix) -> Matrix:
        if self.shape[1] != other.shape[0]:
            raise NoValue(f"shapes {self.shape} and {other.shape} do not multiply")
        columns = list(zip(*other.rows, strict=True))
        return Matrix(tuple(tuple(_dot(row, c) for c in columns) for row in self.rows))

    def transposed(self) -> Matrix:
        return Matrix(tuple(zip(*self.rows, strict=True)))

    def trace(self) -> Number:
        self.square()
        return _dot([r[i] for i, r in enumerate(self.rows)], [Fraction(1)] * len(self.rows))

    def square(self) -> None:
        if self.shape[0] != self.shape[1]:
            raise NoValue(f"a matrix of shape {self.shape} is not square")

    def exact(self) -> None:
        if not all(isinstance(a, Fraction) for row in self.rows for a in row):
            raise Unknown("a matrix of irrational numbers")

    def determinant(self) -> Fraction:
        self.square()
        return self._eliminated()[0]

    def inverse(self) -> Matrix:
        self.square()
        found = self._eliminated()[1]
        if found is None:
            raise NoValue("singular matrix")
        return found

    def _eliminated(self) -> tuple[Fraction, Matrix | None]:
        """The determinant, and the inverse unless it is 0, by Gauss and Jordan."""
        self.exact()
        n = len(self.rows)
        rows = [[*row, *(Fraction(i == j) for j in range(n))] for i, row in enumerate(self.rows)]
        det = Fraction(1)
        for k in range(n):
            at = next((i for i in range(k, n) if rows[i][k]), None)
            if at is None:
                return Fraction(0), None
            if at != k:
                rows[k], rows[at], det = rows[at], rows[k], -det
            det *= rows[k][k]
            rows[k] = [a / rows[k][k] for a in rows[k]]
            for i in range(n):
                if i != k and rows[i][k]:
                    c = rows[i][k]
                    rows[i] = [a - c * b for a, b in zip(rows[i], rows[k], strict=True)]
        return det, Matrix(tuple(tuple(r[n:]) for r in rows))

    def downward(self) -> tuple[Fraction, ...] | None:
        """A vector x with `x^T A x < 0`; None if there is none.  Only the symmetric part of A matters.

        Square by square: `x^T S x = d1 (x1 + ...)^2 + rest`; the first place where this cannot go on gives x.
        """
        self.square()
        self.exact()
        n = len(self.rows)
        s = [[(self.rows[i][j] + self.rows[j][i]) / 2 for j in range(n)] for i in range(n)]
        back: list[tuple[int, list[Fraction]]] = []
        left = list(range(n))
        while left:
            bad = next((i for i in left if s[i][i] < 0), None)
            x: dict[int, Fraction] = {}
            if bad is not None:
                x = {bad: Fraction(1)}
            else:
                pair = next(((i, j) for i in left if not s[i][i] for j in left if s[i][j]), None)
                if pair is not None:
                    i, j = pair
                    # c s_ij x_i x_j grows without bound against s_jj x_j^2.
                    x = {j: Fraction(1), i: -(s[j][j] + 1) / (2 * s[i][j])}
            if x:
                for k, row in reversed(back):
                    x[k] = -sum((row[j] * v for j, v in x.items()), Fraction(0)) / row[k]
                return tuple(x.get(i, Fraction(0)) for i in range(n))
            if all(not s[i][i] for i in left):
                return None
            k = next(i for i in left if s[i][i])
            row = list(s[k])
            back.append((k, row))
            left.remove(k)
            for i in left:
                for j in left:
                    s[i][j] -= row[i] * row[j] / row[k]
        return None

    def as_json(self) -> list[list[str]]:
        return [[_text(a) for a in row] for row in self.rows]


def _dot(a: Sequence[Number], b: Sequence[Number]) -> Number:
    total: Number = Fraction(0)
    for x, y in zip(a, b, strict=True):
        total = plus(total, times(x, y))
    return total


def identity(n: int) -> Matrix:
    return Matrix(tuple(tuple(Fraction(i == j) for j in range(n)) for i in range(n)))


def _text(a: Number) -> str:
    if isinstance(a, Fraction):
        return str(a)
    return f"{float(a.low):.12g}..."


def shown(value: Any) -> Any:
    return value.as_json() if isinstance(value, Matrix) else _text(value)


# --- models ------------------------------------------------------------------------------------------------


@dataclass
class Model:
    """`symbols` have one value; `random` quantities one for each outcome, whose probabilities are `weights`."""

    symbols: dict[str, Any]
    random: dict[str, tuple] = field(default_factory=dict)
    weights: tuple[Fraction, ...] = (Fraction(1),)


class Evaluation:
    """Values in a model; `outcome` is None where a statement is not about one outcome."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.loose = False
        self.left = 20_000

    def of(self, node: Node, outcome: int | None = None, bound: Mapping[str, Any] | None = None) -> Any:
        self.left -= 1
        if self.left < 0:
            raise Unknown("too many operations")
        known = bound or {}

        def part(k: int) -> Any:
            return self.of(node.parts[k], outcome, known)

        match node.kind:
            case "number":
                return Fraction(node.value)
            case "name":
                return self._name(node.value, outcome, known)
            case "neg":
                value = part(0)
                return value.map(lambda a: times(Fraction(-1), a)) if isinstance(value, Matrix) else times(MINUS, value)
            case "+":
                total = part(0)
                for k in range(1, len(node.parts)):
                    total = self._plus(total, part(k))
                return total
            case "*":
                total = part(0)
                for k in range(1, len(node.parts)):
                    total = self._times(total, part(k))
                return total
            case "/":
                below = part(1)
                return self._times(part(0), inverse(self.number(below)))
            case "**":
                return self._power(part(0), part(1))
            case "call":
                return self._call(node, outcome, known)
        raise NotInLanguage(f"{node.kind} in a statement about matrices")

    def number(self, value: Any) -> Number:
        """A number, or a 1 by 1 matrix as one."""
        if not isinstance(value, Matrix):
            return value
        if value.shape != (1, 1):
            raise NoValue(f"a matrix of shape {value.shape} stands for a number")
        return value.rows[0][0]

    def whole(self, node: Node, outcome: int | None = None, bound: Mapping | None = None) -> int:
        value = self.number(self.of(node, outcome, bound))
        if not isinstance(value, Fraction) or value.denominator != 1 or abs(value) > LARGEST:
            raise Unknown("a size or an index that is no small whole number")
        return int(value)

    def _name(self, name: str, outcome: int | None, bound: Mapping) -> Any:
        if name in bound:
            return bound[name]
        if name in self.model.random:
            if outcome is None:
                raise NotInLanguage("a random quantity outside of E, Cov and Var")
            return self.model.random[name][outcome]
        if name not in self.model.symbols:
            raise NotInLanguage(f"{name}, which is not declared")
        return self.model.symbols[name]

    def _plus(self, a: Any, b: Any) -> Any:
        if isinstance(a, Matrix) and isinstance(b, Matrix):
            return a + b
        if isinstance(a, Matrix) or isinstance(b, Matrix):
            return plus(self.number(a), self.number(b))
        return plus(a, b)

    def _times(self, a: Any, b: Any) -> Any:
        if isinstance(a, Matrix) and isinstance(b, Matrix):
            if a.shape[1] == b.shape[0]:
                return a @ b
            if (1, 1) in (a.shape, b.shape):
                self.loose = True
                return b.scaled(self.number(a)) if a.shape == (1, 1) else a.scaled(self.number(b))
            return a @ b
        if isinstance(a, Matrix):
            return a.scaled(b)
        return b.scaled(a) if isinstance(b, Matrix) else times(a, b)

    def _power(self, base: Any, exponent: Any) -> Any:
        n = self.number(exponent)
        if isinstance(n, Interval):
            raise Unknown("a power with an irrational exponent")
        if n.denominator != 1:
            if n.denominator == 2 and not isinstance(base, Matrix):
                return self._power(root(base), n * 2)
            raise Unknown("a power with a fractional exponent")
        if abs(n) > LARGEST:
            raise Unknown("a large exponent")
        if isinstance(base, Matrix):
            base.square()
            total: Any = identity(base.shape[0])
            if n < 0:
                base = base.inverse()
            for _ in range(abs(int(n))):
                total = total @ base
            return total
        total = Fraction(1)
        for _ in range(abs(int(n))):
            total = times(total, base)
        return inverse(total) if n < 0 else total

    def _call(self, node: Node, outcome: int | None, bound: Mapping) -> Any:
        name, parts = node.value, node.parts
        if name in ("E", "Cov", "Var") and name not in self.model.symbols:
            return self._moment(name, parts, bound)
        if name == "Sum" and len(parts) >= 2:
            return self._sum(parts[0], list(parts[1:]), outcome, bound)
        if name in ("Eye", "Zeros", "Ones"):
            sizes = [self.whole(p, outcome, bound) for p in parts]
            if not 1 <= len(sizes) <= 2 or min(sizes) < 1:
                raise Unknown("such a shape")
            if name == "Eye":
                if sizes[0] != sizes[-1]:
                    raise Unknown("an identity that is not square")
                return identity(sizes[0])
            if len(sizes) == 1:
                raise NotInLanguage(f"{name} with one size")
            return Matrix(tuple((Fraction(name == "Ones"),) * sizes[1] for _ in range(sizes[0])))
        values = [self.of(p, outcome, bound) for p in parts]
        function = _FUNCTIONS.get((name, len(values)))
        if function is None:
            raise NotInLanguage(f"{name} of {len(values)} arguments in a statement about matrices")
        return function(self, *values)

    def _sum(self, body: Node, ranges: list[Node], outcome: int | None, bound: Mapping) -> Any:
        if not ranges:
            return self.of(body, outcome, bound)
        *inner, last = ranges
        if last.kind != "tuple" or len(last.parts) != 3 or last.parts[0].kind != "name":
            raise NotInLanguage("such a sum")
        low, high = (self.whole(p, outcome, bound) for p in last.parts[1:])
        total: Any = None
        for k in range(low, high + 1):
            one = self._sum(body, inner, outcome, {**bound, last.parts[0].value: Fraction(k)})
            total = one if total is None else self._plus(total, one)
        if total is None:  # an empty sum: 0, of a shape that nothing shows
            raise Unknown("an empty sum")
        return total

    def _mean(self, values: Sequence[Any]) -> Any:
        total: Any = None
        for weight, value in zip(self.model.weights, values, strict=True):
            part = self._times(weight, value)
            total = part if total is None else self._plus(total, part)
        return total

    def _moment(self, name: str, parts: tuple[Node, ...], bound: Mapping) -> Any:
        if not 1 <= len(parts) <= (2 if name == "Cov" else 1):
            raise NotInLanguage(f"{name} of {len(parts)} arguments")
        columns = [[self.of(p, k, bound) for k in range(len(self.model.weights))] for p in parts]
        if name == "E":
            return self._mean(columns[0])
        left, right = columns[0], columns[-1]
        for value in (*left, *right):
            if isinstance(value, Matrix) and value.shape != (1, 1) and (name == "Var" or value.shape[1] != 1):
                raise NotInLanguage(f"{name} of a matrix of shape {value.shape}")
        return self._plus(
            self._mean([self._times(a, _transposed(b)) for a, b in zip(left, right, strict=True)]),
            self._times(MINUS, self._times(self._mean(left), _transposed(self._mean(right)))),
        )

    # --- truth --------------------------------------------------------------------------------------------

    def holds(self, node: Node) -> bool:
        """Whether an assumption, premise or condition surely holds; Unknown if that is not seen."""
        if node.kind == "compare":
            values = [self.everywhere(p) for p in node.parts]
            return all(
                related(self, a, sign, b) is None
                for k, sign in enumerate(node.value)
                for a, b in zip(values[k], values[k + 1], strict=True)
            )
        if node.kind == "call" and node.value in ("And", "Or"):
            found = [self.holds(p) for p in node.parts]
            return all(found) if node.value == "And" else any(found)
        if node.kind == "call" and node.value == "Not" and len(node.parts) == 1:
            return not self.holds(node.parts[0])
        named = RELATIONS | {"psd_ge": "psd_ge", "psd_le": "psd_le"}
        if node.kind == "call" and node.value in named and len(node.parts) == 2:
            left, right = (self.everywhere(p) for p in node.parts)
            return all(related(self, a, named[node.value], b) is None for a, b in zip(left, right, strict=True))
        raise NotInLanguage("such a condition on matrices")

    def everywhere(self, node: Node) -> list[Any]:
        """The value at each outcome; a value that is not random is the same at all."""
        return [self.of(node, k) for k in range(len(self.model.weights))]


MINUS = Fraction(-1)


def _transposed(value: Any) -> Any:
    return value.transposed() if isinstance(value, Matrix) else value


def _column(value: Any) -> Matrix:
    if not isinstance(value, Matrix):
        return Matrix(((value,),))
    if value.shape[1] != 1:
        raise Unknown(f"a matrix of shape {value.shape} stands for a vector")
    return value


def _squared(e: Evaluation, value: Any) -> Number:
    column = _column(value)
    return e.number(column.transposed() @ column)


def _as_matrix(value: Any) -> Matrix:
    return value if isinstance(value, Matrix) else Matrix(((value,),))


def _diagonal(value: Matrix) -> Matrix:
    column = _column(value)
    n = len(column.rows)
    return Matrix(tuple(tuple(column.rows[i][0] if i == j else Fraction(0) for j in range(n)) for i in range(n)))


def _absolute(value: Number) -> Number:
    if isinstance(value, Fraction):
        return abs(value)
    if value.low >= 0:
        return value
    return -value if value.high <= 0 else Interval(Fraction(0), max(-value.low, value.high))


def _extreme(choose: Callable) -> Callable:
    def of(e: Evaluation, a: Any, b: Any) -> Number:
        x, y = e.number(a), e.number(b)
        if isinstance(x, Fraction) and isinstance(y, Fraction):
            return choose(x, y)
        x, y = _wide(x), _wide(y)
        return Interval(choose(x.low, y.low), choose(x.high, y.high))

    return of


_FUNCTIONS: dict[tuple[str, int], Callable] = {
    ("Transpose", 1): lambda e, a: _transposed(a),
    ("Inverse", 1): lambda e, a: a.inverse() if isinstance(a, Matrix) else inverse(a),
    ("Trace", 1): lambda e, a: _as_matrix(a).trace(),
    ("Det", 1): lambda e, a: _as_matrix(a).determinant(),
    ("dot", 2): lambda e, a, b: e.number(_column(a).transposed() @ _column(b)),
    ("outer", 2): lambda e, a, b: _column(a) @ _column(b).transposed(),
    ("norm2", 1): lambda e, a: _squared(e, a),
    ("norm", 1): lambda e, a: root(_squared(e, a)),
    ("diagmat", 1): lambda e, a: _diagonal(a),
    ("sqrt", 1): lambda e, a: root(e.number(a)),
    ("Abs", 1): lambda e, a: _absolute(e.number(a)),
    ("Min", 2): _extreme(min),
    ("Max", 2): _extreme(max),
}


def related(e: Evaluation, left: Any, rel: str, right: Any) -> str | None:
    """None if the relation surely holds, or why it surely fails; Unknown if neither is seen."""
    if rel in ("psd_ge", "psd_le"):
        if rel == "psd_le":
            left, right = right, left
        difference = _as_matrix(left) + _as_matrix(right).scaled(MINUS)
        x = difference.downward()
        if x is not None:
            return f"the quadratic form is negative at ({', '.join(map(str, x))})"
        if difference != difference.transposed():
            raise Unknown("an order between matrices whose difference is not symmetric")
        return None
    if rel in ("==", "!="):
        if any(isinstance(v, Matrix) and v.shape != (1, 1) and w == 0 for v, w in ((left, right), (right, left))):
            raise Unknown("a matrix compared with the number 0")
        if isinstance(left, Matrix) and isinstance(right, Matrix):
            if left.shape != right.shape:
                raise NoValue(f"shapes {left.shape} and {right.shape} are compared")
        else:
            left, right = (_as_matrix(e.number(v)) for v in (left, right))
        pairs = [(a, b) for r, s in zip(left.rows, right.rows, strict=True) for a, b in zip(r, s, strict=True)]
        apart = any(_apart(a, b) for a, b in pairs)
        same = all(isinstance(a, Fraction) and a == b for a, b in pairs)
        if not apart and not same:
            raise Unknown("irrational numbers that may be equal")
        return None if same == (rel == "==") else ("the two sides differ" if apart else "the two sides are equal")
    if any(isinstance(v, Matrix) and v.shape != (1, 1) for v in (left, right)):
        raise Unknown("matrices compared as numbers")
    a, b = e.number(left), e.number(right)
    if rel in (">", ">="):
        a, b = b, a
    a, b = _wide(a), _wide(b)
    strict = rel in ("<", ">")
    if a.high < b.low or not strict and a.high <= b.low:
        return None
    if a.low > b.high or strict and a.low >= b.high:
        return "the relation fails"
    raise Unknown("irrational numbers too close to be compared")


def _apart(a: Number, b: Number) -> bool:
    x, y = _wide(a), _wide(b)
    return x.high < y.low or y.high < x.low


# --- what a model must satisfy -----------------------------------------------------------------------------


def domain_holds(name: str, domain: str, model: Model) -> bool:
    """Whether the value of a symbol lies in its domain, the sizes read from the model."""
    kind, *sizes = domain.split()
    value = model.symbols[name]
    if kind in SCALARS:
        if isinstance(value, Matrix):
            return kind == "bound"
        return isinstance(value, Fraction) and SCALARS[kind](value)
    e = Evaluation(model)
    shape = [e.whole(read(s)) for s in sizes]
    if kind == "vector":
        shape = [shape[0], 1]
    wanted = (shape[0], shape[-1])
    if not isinstance(value, Matrix) or value.shape != wanted or min(wanted) < 1:
        return False
    value.exact()
    return kind in MATRICES and MATRICES[kind](value)


SCALARS: dict[str, Callable[[Fraction], bool]] = {
    "real": lambda v: True,
    "bound": lambda v: True,
    "nonzero": lambda v: v != 0,
    "positive": lambda v: v > 0,
    "nonnegative": lambda v: v >= 0,
    "unit": lambda v: 0 < v < 1,
    "posint": lambda v: v.denominator == 1 and v >= 1,
    "natural": lambda v: v.denominator == 1 and v >= 0,
    "integer": lambda v: v.denominator == 1,
}


def _symmetric(a: Matrix) -> bool:
    return a == a.transposed()


MATRICES: dict[str, Callable[[Matrix], bool]] = {
    "vector": lambda a: True,
    "matrix": lambda a: True,
    "sym": _symmetric,
    "psd": lambda a: _symmetric(a) and a.downward() is None,
    "spd": lambda a: _symmetric(a) and a.downward() is None and a.determinant() != 0,
    "invertible": lambda a: a.shape[0] == a.shape[1] and a.determinant() != 0,
    "orthogonal": lambda a: a.shape[0] == a.shape[1] and a.transposed() @ a == identity(a.shape[0]),
    "projection": lambda a: _symmetric(a) and a @ a == a,
    "diag": lambda a: all(not v for i, row in enumerate(a.rows) for j, v in enumerate(row) if i != j),
}


def fact_holds(fact: Mapping[str, Any], model: Model) -> bool:
    """Whether a declared fact holds on the space itself."""
    kind, of = fact["fact"], fact.get("of", ())
    names = [of] if isinstance(of, str) else list(of)
    e = Evaluation(model)
    columns = [model.random[n] for n in names]
    if kind in ("independent", "pairwise_independent", "iid") and len(names) > 1:
        groups = [names]
        if kind == "pairwise_independent":
            groups = [[a, b] for k, a in enumerate(names) for b in names[k + 1 :]]
        if not all(_independent([model.random[n] for n in g], model.weights) for g in groups):
            return False
        return kind != "iid" or all(_law(c, model.weights) == _law(columns[0], model.weights) for c in columns)
    if kind == "identical" and len(names) > 1:
        return all(_law(c, model.weights) == _law(columns[0], model.weights) for c in columns)
    if kind == "uncorrelated" and len(names) > 1:
        pairs = [(a, b) for k, a in enumerate(names) for b in names[k + 1 :]]
        return all(_zero(e.of(read(f"Cov({a}, {b})"))) for a, b in pairs)
    if kind == "cov" and len(names) > 1:
        if len(names) > 2:
            raise NotInLanguage("the fact cov of more than two quantities")
        found, value = e.of(read(f"Cov({names[0]}, {names[1]})")), e.of(read(str(fact["value"])))
        return (_zero(found) if value == 0 else related(e, found, "==", value) is None) and not e.loose
    if kind in ("mean", "var", "cov"):
        moment = {"mean": "E", "var": "Cov", "cov": "Cov"}[kind]
        for name in names:
            found, value = e.of(read(f"{moment}({name})")), e.of(read(str(fact["value"])))
            if not (_zero(found) if value == 0 else related(e, found, "==", value) is None) or e.loose:
                return False
        return bool(names)
    raise NotInLanguage(f"the fact {kind} about vectors")


def _zero(value: Any) -> bool:
    return all(a == 0 for row in _as_matrix(value).rows for a in row)


def _law(column: Sequence[Any], weights: Sequence[Fraction]) -> dict:
    law: dict = {}
    for value, p in zip(column, weights, strict=True):
        law[value] = law.get(value, 0) + p
    return law


def _independent(columns: list, weights: tuple) -> bool:
    joint = _law(list(zip(*columns, strict=True)), weights)
    for values in product(*(_law(c, weights).items() for c in columns)):
        expected = Fraction(1)
        for _, p in values:
            expected *= p
        if joint.get(tuple(v for v, _ in values), 0) != expected:
            return False
    return True


# --- failure and replay ------------------------------------------------------------------------------------


def admissible(data: Mapping[str, Any], model: Model, premises: bool = True) -> bool:
    """Whether domains, facts, the names of moments, assumptions and premises surely hold in the model."""
    try:
        symbols, random = data.get("symbols") or {}, data.get("random") or {}
        named = random.get("let") or {}
        if set(model.symbols) != {*symbols, *named} or set(model.random) != set(random.get("vars") or ()):
            return False
        if sum(model.weights) != 1 or min(model.weights) <= 0:
            return False
        if not all(domain_holds(n, d, model) for n, d in symbols.items()):
            return False
        e = Evaluation(model)
        for name, own in (random.get("vars") or {}).items():
            size = e.whole(read(str(own["dim"]))) if own["type"] == "vector" else None
            for value in model.random[name]:
                if size is None and not isinstance(value, Fraction):
                    return False
                if size is not None and not (isinstance(value, Matrix) and value.shape == (size, 1)):
                    return False
                sign = SCALARS.get(own.get("values", "real"))
                if sign is None or isinstance(value, Fraction) and not sign(value):
                    return False
        if not all(fact_holds(f, model) for f in random.get("facts") or ()):
            return False
        if not all(e.of(read(text)) == model.symbols[name] for name, text in named.items()):
            return False
        wanted = [*(data.get("assumptions") or ()), *((data.get("premises") or ()) if premises else ())]
        return all(e.holds(read(text)) for text in wanted) and not e.loose
    except (Unknown, NoValue, KeyError):
        return False


def failure(lhs: str, rel: str, rhs: str, model: Model) -> dict[str, Any] | None:
    """Both sides, and why the relation surely fails or is undefined; None if that is not seen."""
    e = Evaluation(model)
    sides: list[list[Any]] = []
    try:
        for text in (lhs, rhs):
            sides.append(e.everywhere(read(text)))
        for left, right in zip(*sides, strict=True):
            why = related(e, left, rel, right)
            if why is not None:
                return {"left": shown(left), "right": shown(right), "why": why}
    except NoValue as error:
        values = [shown(s[0]) for s in sides] + [None, None]
        return {"left": values[0], "right": values[1], "why": f"undefined: {error}"}
    except Unknown:
        pass
    return None


def as_json(model: Model, found: Mapping[str, Any]) -> dict[str, Any]:
    """The witness as plain data."""
    numbers = {n: str(v) for n, v in model.symbols.items() if not isinstance(v, Matrix)}
    matrices = {n: v.as_json() for n, v in model.symbols.items() if isinstance(v, Matrix)}
    record: dict[str, Any] = {"parameters": numbers, "matrices": matrices}
    if model.random:
        record["outcomes"] = [
            {"probability": str(p), "values": {n: shown(v[k]) for n, v in model.random.items()}}
            for k, p in enumerate(model.weights)
        ]
    return {**record, **found}


def _from_json(record: Mapping[str, Any]) -> Model:
    def value(v: Any) -> Any:
        return Fraction(v) if isinstance(v, str) else Matrix(tuple(tuple(map(Fraction, row)) for row in v))

    symbols = {n: value(v) for n, v in (*record["parameters"].items(), *record["matrices"].items())}
    outcomes = record.get("outcomes") or [{"probability": "1", "values": {}}]
    names = outcomes[0]["values"]
    random = {n: tuple(value(o["values"][n]) for o in outcomes) for n in names}
    return Model(symbols, random, tuple(Fraction(o["probability"]) for o in outcomes))


def replay(data: Mapping[str, Any], lhs: str, rel: str, rhs: str, record: Mapping[str, Any]) -> dict | None:
    """The sides and the failure at a printed witness, evaluated from nothing; None if it is no witness."""
    model = _from_json(record)
    if data.get("functions") or data.get("defs"):
        return None
    try:
        if data.get("direction") == "iff":
            if not admissible(data, model, premises=False):
                return None
            e = Evaluation(model)
            given = all(e.holds(read(text)) for text in data.get("premises") or ())
            found = failure(lhs, rel, rhs, model)
            if given:
                return None if e.loose else found
            if found is not None:
                return None
            again = Evaluation(model)
            if any(
                related(again, a, rel, b) is not None
                for a, b in zip(again.everywhere(read(lhs)), again.everywhere(read(rhs)), strict=True)
            ):
                return None
            if again.loose:
                return None
            left, right = (shown(again.everywhere(read(s))[0]) for s in (lhs, rhs))
            return {"left": left, "right": right, "why": "the relation holds and a premise does not"}
        return failure(lhs, rel, rhs, model) if admissible(data, model) else None
    except (Unknown, NoValue):
        return None
