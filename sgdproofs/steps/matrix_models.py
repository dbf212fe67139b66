"""The search for a model in which a statement about matrices fails.

Nothing here is trusted: `matrix_values.replay` evaluates what is found again.  Sizes are small, entries are small
whole numbers, and premises that are linear in one of their symbols are solved for it exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from itertools import product
from random import Random
from time import thread_time
from typing import Any

from ..language.errors import SgdproofsError
from .matrix_values import (
    Evaluation,
    Matrix,
    Model,
    NoValue,
    Unknown,
    as_json,
    identity,
    plus,
    replay,
    times,
)
from .reader import Node, read

__all__ = ["witness"]

SIZES = (2, 1, 2, 3, 2)
"""The sizes tried for symbolic dimensions, in this order over and over."""
LARGEST_SIZE = 12
"""More rows of a matrix take too long to be worth a search."""
ZERO, ONE = Fraction(0), Fraction(1)


def witness(data: Mapping[str, Any], lhs: str, rel: str, rhs: str, seconds: float) -> dict[str, Any] | None:
    """The record of a model where all that is declared holds and the statement fails, replayed; or None."""
    if data.get("functions") or data.get("defs"):
        return None
    end = thread_time() + seconds
    draw = _Draw(data, Random(7))
    for attempt in range(3000):
        if thread_time() > end:
            return None
        try:
            model = draw.model(attempt)
        except (NoValue, Unknown):
            continue
        if model is None:
            continue
        record = as_json(model, {})
        found = replay(data, lhs, rel, rhs, record)
        if found is not None:
            return {**record, **found}
    return None


class _Draw:
    """Random models of the declarations of a case."""

    def __init__(self, data: Mapping[str, Any], random: Random) -> None:
        self.data, self.random = data, random
        self.symbols: dict[str, str] = dict(data.get("symbols") or {})
        chance = data.get("random") or {}
        self.vars: dict[str, Mapping] = dict(chance.get("vars") or {})
        self.facts: list[Mapping] = list(chance.get("facts") or ())
        self.named: dict[str, str] = dict(chance.get("let") or {})
        texts = [*(data.get("assumptions") or ()), *(data.get("premises") or ())]
        self.wanted = [read(t) for t in texts]
        self.sizes = {
            name
            for text in (
                *(" ".join(d.split()[1:]) for d in self.symbols.values()),
                *(str(v.get("dim", "")) for v in self.vars.values()),
            )
            for part in text.split()
            for name in _names(read(part))
        }
        self.valued = {  # symbols that a fact fixes
            str(f["value"]): f for f in self.facts if f.get("value") in self.symbols
        }

    def model(self, attempt: int) -> Model | None:
        common = SIZES[attempt % len(SIZES)]
        self.family = self.random.choice(("any", "any", "any", "diagonal", "one", "thin", "commuting"))
        self.base = self._entries(common, common)
        symbols: dict[str, Any] = {}
        model = Model(symbols)
        e = Evaluation(model)
        for name in self.symbols:
            if name in self.sizes:
                other = self.random.random() < 0.4
                symbols[name] = Fraction(self.random.choice((1, 2, 3)) if other and len(self.sizes) > 1 else common)
        for name, domain in self.symbols.items():
            if name not in self.sizes and domain.split()[0] not in _MAKERS:
                symbols[name] = self._scalar(domain)
        for name, domain in self.symbols.items():
            kind, *sizes = domain.split()
            if kind in _MAKERS:
                shape = [e.whole(read(s)) for s in sizes]
                if min(shape) < 1 or max(shape) > LARGEST_SIZE and kind != "vector":
                    raise Unknown("such a size")
                symbols[name] = self._matrix(kind, shape[0], 1 if kind == "vector" else shape[-1])
        if self.vars and not self._space(model):
            return None
        for name, text in self.named.items():
            symbols[name] = Evaluation(model).of(read(text))
        if self.wanted and not self._meets(model):
            return self._solved(model)
        return model

    def _meets(self, model: Model) -> bool:
        e = Evaluation(model)
        try:
            return all(e.holds(t) for t in self.wanted)
        except (NoValue, Unknown):
            return False

    # --- single values ------------------------------------------------------------------------------------

    def _scalar(self, domain: str) -> Fraction:
        r = self.random
        if domain == "unit":
            return Fraction(r.randint(1, 4), 5)
        if domain in ("posint", "natural", "integer"):
            return Fraction(
                r.choice(
                    (1, 2, 3, 1, 2)
                    if domain == "posint"
                    else (0, 1, 2, 3)
                    if domain == "natural"
                    else (-2, -1, 0, 1, 2)
                )
            )
        value = Fraction(r.choice((-3, -2, -1, -1, 0, 1, 1, 2, 3)), r.choice((1, 1, 1, 2)))
        if domain == "nonnegative":
            return abs(value)
        return abs(value) or ONE if domain == "positive" else value or (ONE if domain == "nonzero" else ZERO)

    def _entries(self, rows: int, columns: int) -> Matrix:
        r = self.random
        return Matrix(tuple(tuple(Fraction(r.randint(-2, 2)) for _ in range(columns)) for _ in range(rows)))

    def _matrix(self, kind: str, rows: int, columns: int) -> Matrix:
        return _MAKERS[kind](self, rows, columns)

    def general(self, rows: int, columns: int) -> Matrix:
        if rows == columns and self.family == "commuting" and self.base.shape == (rows, rows):
            return identity(rows).scaled(self._scalar("real")) + self.base.scaled(self._scalar("real"))
        found = self._entries(rows, columns)
        if self.family == "diagonal":
            return Matrix(
                tuple(tuple(v if i == j else ZERO for j, v in enumerate(row)) for i, row in enumerate(found.rows))
            )
        if self.family == "one":
            at = self.random.randrange(rows), self.random.randrange(columns)
            return Matrix(tuple(tuple(ONE if (i, j) == at else ZERO for j in range(columns)) for i in range(rows)))
        if self.family == "thin" and columns > 1:
            return self._entries(rows, 1) @ self._entries(1, columns)
        return found

    def symmetric(self, rows: int, _: int) -> Matrix:
        if self.family == "commuting" and self.base.shape == (rows, rows):
            own = self.base + self.base.transposed()
            return identity(rows).scaled(self._scalar("real")) + own.scaled(self._scalar("real"))
        found = self.general(rows, rows)
        return found + found.transposed()

    def positive(self, rows: int, _: int) -> Matrix:
        found = self.symmetric(rows, rows) if self.family == "commuting" else self.general(rows, rows)
        return found.transposed() @ found

    def definite(self, rows: int, _: int) -> Matrix:
        return self.positive(rows, rows) + identity(rows).scaled(Fraction(1, self.random.choice((1, 1, 2, 4))))

    def invertible(self, rows: int, _: int) -> Matrix:
        for _ in range(30):
            found = self.general(rows, rows) if self.family not in ("one", "thin") else self._entries(rows, rows)
            if found.determinant():
                return found
        return identity(rows)

    def orthogonal(self, rows: int, _: int) -> Matrix:
        """Cayley: `(I - K)^-1 (I + K)` for K antisymmetric; with signs."""
        k = self._entries(rows, rows)
        k = k + k.transposed().scaled(Fraction(-1))
        unit = identity(rows)
        found = (unit + k.scaled(Fraction(-1))).inverse() @ (unit + k)
        signs = [self.random.choice((ONE, -ONE)) for _ in range(rows)]
        return Matrix(tuple(tuple(s * v for v in row) for s, row in zip(signs, found.rows, strict=True)))

    def projection(self, rows: int, _: int) -> Matrix:
        rank = self.random.randint(0, rows)
        if rank == 0:
            return identity(rows).scaled(ZERO)
        for _ in range(30):
            b = self._entries(rows, rank)
            square = b.transposed() @ b
            if square.determinant():
                return b @ square.inverse() @ b.transposed()
        return identity(rows)

    def diagonal(self, rows: int, _: int) -> Matrix:
        found = self._entries(rows, rows)
        return Matrix(
            tuple(tuple(v if i == j else ZERO for j, v in enumerate(row)) for i, row in enumerate(found.rows))
        )

    # --- random quantities --------------------------------------------------------------------------------

    def _space(self, model: Model) -> bool:
        """A space of few outcomes with the declared facts; False if this one cannot have them."""
        r, names = self.random, list(self.vars)
        apart: set[str] = set()
        same: list[list[str]] = []
        opposed: list[list[str]] = []
        for fact in self.facts:
            of = [fact["of"]] if isinstance(fact["of"], str) else list(fact["of"])
            if fact["fact"] in ("independent", "pairwise_independent", "iid"):
                apart |= set(of)
            if fact["fact"] in ("identical", "iid"):
                same.append(of)
            if fact["fact"] == "uncorrelated":
                opposed.append(of)
        for of in opposed:
            if r.random() < 0.5 or len(of) > 2:
                apart |= set(of)
        count = r.choice((1, 2, 2, 3, 4))
        laws: dict[str, list] = {}
        for name in names:
            size = 2 if name in apart else count
            laws[name] = [self._value(name, model) for _ in range(size)]
        for group in same:
            for name in group[1:]:
                laws[name] = list(laws[group[0]])
        for of in opposed:
            if not apart & set(of):
                # X and s X with a fair sign s are uncorrelated, and X^2 is common to both.
                base = [self._value(of[0], model) for _ in range(2)]
                laws = {n: laws[n][:1] * 4 for n in names}
                laws[of[0]] = [base[0], base[0], base[1], base[1]]
                laws[of[1]] = [base[0], _negative(base[0]), base[1], _negative(base[1])]
                count = 4
        for fact in self.facts:
            if fact["fact"] == "mean":
                of = [fact["of"]] if isinstance(fact["of"], str) else list(fact["of"])
                for name in of:
                    wanted = Evaluation(model).of(read(str(fact["value"])))
                    laws[name] = [_sum(v, _negative(_average(laws[name]))) for v in laws[name]]
                    if wanted != 0:
                        laws[name] = [_sum(v, wanted) for v in laws[name]]
        free = [n for n in names if n not in apart]
        alone = [n for n in names if n in apart]
        outcomes = [
            {**{n: laws[n][k] for n in free}, **dict(zip(alone, values, strict=True))}
            for k in range(count if free else 1)
            for values in product(*(laws[n] for n in alone))
        ]
        model.random = {n: tuple(o[n] for o in outcomes) for n in names}
        model.weights = (Fraction(1, len(outcomes)),) * len(outcomes)
        for fact in self.facts:
            if fact["fact"] in ("var", "cov") and fact.get("value") in self.symbols:
                of = [fact["of"]] if isinstance(fact["of"], str) else list(fact["of"])
                own = ", ".join(of if fact["fact"] == "cov" else of[:1])
                model.symbols[fact["value"]] = Evaluation(model).of(read(f"Cov({own})"))
        return True

    def _value(self, name: str, model: Model) -> Any:
        own = self.vars[name]
        if own["type"] == "vector":
            size = Evaluation(model).whole(read(str(own["dim"])))
            if size < 1:
                raise Unknown("such a size")
            return self._entries(size, 1)
        return self._scalar(own.get("values", "real"))

    # --- premises -----------------------------------------------------------------------------------------

    def _solved(self, model: Model) -> Model | None:
        """The model with one symbol, or one after another, chosen so that the equations among the premises hold.

        An equation that is affine in the entries of a symbol is solved exactly; an order `L >= R` between matrices as
        `L - R = W` with W a random positive one.
        """
        equations: list[tuple[Node, Node, Any]] = []
        for tree in self.wanted:
            if tree.kind == "compare" and tree.value == ("==",):
                equations.append((tree.parts[0], tree.parts[1], None))
            elif tree.kind == "call" and tree.value in ("psd_ge", "psd_le") and len(tree.parts) == 2:
                above, below = tree.parts if tree.value == "psd_ge" else tree.parts[::-1]
                equations.append((above, below, "psd"))
        if not equations:
            return None
        held = {*self.named, *self.sizes, *self.valued}
        for _ in range(3):
            candidates = sorted(
                {n for a, b, _ in equations for n in (*_names(a), *_names(b))} & set(self.symbols) - held
            )
            if not candidates:
                return None
            name = self.random.choice(candidates)
            mine = [q for q in equations if name in (*_names(q[0]), *_names(q[1]))]
            try:
                value = self._solve(model, name, mine)
            except SgdproofsError:
                value = None
            if value is not None:
                model.symbols[name] = value
                held.add(name)
            if self._meets(model):
                return model
        return None

    def _solve(self, model: Model, name: str, equations: list) -> Any:
        basis = self._basis(model, name)
        targets: list[Matrix | None] = []
        for left, _, order in equations:
            if order:
                shape = Evaluation(model).of(left).shape
                targets.append(self.positive(*shape))
            else:
                targets.append(None)

        def residual(value: Any) -> list[Fraction]:
            trial = Model({**model.symbols, name: value}, model.random, model.weights)
            e = Evaluation(trial)
            found: list[Fraction] = []
            for (left, right, _), target in zip(equations, targets, strict=True):
                a, b = e.of(left), e.of(right)
                if isinstance(a, Matrix) and isinstance(b, Matrix):
                    difference = a + b.scaled(Fraction(-1))
                    if target is not None:
                        difference = difference + target.scaled(Fraction(-1))
                    found += [v for row in difference.rows for v in row]
                else:
                    found.append(plus(e.number(a), times(Fraction(-1), e.number(b))))
            if not all(isinstance(v, Fraction) for v in found):
                raise Unknown("irrational")
            return found

        origin = _combined(basis, [ZERO] * len(basis))
        start = residual(origin)
        columns = [[v - s for v, s in zip(residual(b), start, strict=True)] for b in basis]
        weights = [Fraction(self.random.randint(-2, 2)) for _ in basis]
        expected = [
            s + sum((w * c[i] for w, c in zip(weights, columns, strict=True)), ZERO) for i, s in enumerate(start)
        ]
        if residual(_combined(basis, weights)) != expected:
            return None  # not affine in this symbol
        solution = _solution([[c[i] for c in columns] for i in range(len(start))], [-s for s in start], weights)
        return None if solution is None else _combined(basis, solution)

    def _basis(self, model: Model, name: str) -> list[Any]:
        """A basis of the values that a symbol may have, as far as its domain is linear."""
        value = model.symbols[name]
        if not isinstance(value, Matrix):
            return [ONE]
        rows, columns = value.shape
        kind = self.symbols[name].split()[0]
        found = []
        for i in range(rows):
            for j in range(columns):
                unit = Matrix(tuple(tuple(Fraction((a, b) == (i, j)) for b in range(columns)) for a in range(rows)))
                if kind in ("sym", "psd", "spd", "projection"):
                    if j < i:
                        continue
                    unit = unit if i == j else unit + unit.transposed()
                if kind == "diag" and i != j:
                    continue
                found.append(unit)
        return found


_MAKERS: dict[str, Callable[..., Matrix]] = {
    "vector": lambda d, rows, columns: d._entries(rows, columns),
    "matrix": _Draw.general,
    "sym": _Draw.symmetric,
    "psd": _Draw.positive,
    "spd": _Draw.definite,
    "invertible": _Draw.invertible,
    "orthogonal": _Draw.orthogonal,
    "projection": _Draw.projection,
    "diag": _Draw.diagonal,
}


def _names(node: Node) -> Iterator[str]:
    if node.kind == "name":
        yield node.value
    for part in node.parts:
        yield from _names(part)


def _sum(a: Any, b: Any) -> Any:
    if isinstance(a, Matrix) != isinstance(b, Matrix):
        raise NoValue("a number and a matrix do not add")
    return a + b


def _negative(a: Any) -> Any:
    return a.scaled(Fraction(-1)) if isinstance(a, Matrix) else -a


def _average(values: list) -> Any:
    total = values[0]
    for v in values[1:]:
        total = _sum(total, v)
    share = Fraction(1, len(values))
    return total.scaled(share) if isinstance(total, Matrix) else total * share


def _combined(basis: list, weights: list[Fraction]) -> Any:
    if not isinstance(basis[0], Matrix):
        return basis[0] * weights[0]
    total = basis[0].scaled(weights[0])
    for b, w in zip(basis[1:], weights[1:], strict=True):
        total = total + b.scaled(w)
    return total


def _solution(rows: list[list[Fraction]], right: list[Fraction], free: list[Fraction]) -> list[Fraction] | None:
    """A solution of `rows x = right` whose free variables have the given values; None if there is none."""
    lines = [[*row, b] for row, b in zip(rows, right, strict=True)]
    pivots: list[int] = []
    count = len(free)
    for c in range(count):
        at = next((i for i in range(len(pivots), len(lines)) if lines[i][c]), None)
        if at is None:
            continue
        k = len(pivots)
        lines[k], lines[at] = lines[at], lines[k]
        lines[k] = [v / lines[k][c] for v in lines[k]]
        for i, line in enumerate(lines):
            if i != k and line[c]:
                lines[i] = [v - line[c] * w for v, w in zip(line, lines[k], strict=True)]
        pivots.append(c)
    if any(line[-1] for line in lines[len(pivots) :]):
        return None
    solution = list(free)
    for k, c in enumerate(pivots):
        solution[c] = lines[k][-1] - sum((lines[k][j] * free[j] for j in range(count) if j not in pivots), ZERO)
    return solution
