"""The normal form against exact values: a random expression and its polynomial have the same value in random models.

The polynomials are evaluated here by their definition, atom by atom and letter by letter, in models that
`matrix_models` draws and `matrix_values.admissible` accepts.
"""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from random import Random

import pytest

from sgdproofs.matrices.algebra import SCALAR, Poly, ShapeError, TooLarge, unkey
from sgdproofs.steps.matrix_models import _Draw
from sgdproofs.steps.matrix_reading import Reading
from sgdproofs.steps.matrix_values import (
    Evaluation,
    Matrix,
    NoValue,
    Unknown,
    admissible,
    identity,
    inverse,
    plus,
    root,
    times,
)
from sgdproofs.steps.reader import read

SYMBOLS = {"n": "posint", "m": "posint", "a": "real", "c": "nonzero", "eta": "positive", "b": "unit"}
SYMBOLS |= {"A": "matrix n", "F": "matrix m n", "S": "sym n", "P": "psd n", "W": "spd n", "V": "invertible n"}
SYMBOLS |= {"Q": "orthogonal n", "K": "projection n", "L": "diag n", "x": "vector n", "y": "vector n", "z": "vector m"}
FACTS = [
    [],
    [{"fact": "independent", "of": ["u", "v"]}, {"fact": "independent", "of": ["X", "Y"]}],
    [{"fact": "independent", "of": ["u", "v", "X", "Y"]}],
    [{"fact": "iid", "of": ["u", "v"]}],
    [{"fact": "uncorrelated", "of": ["u", "v"]}],
    [{"fact": "mean", "of": "u", "value": "0"}, {"fact": "mean", "of": "v", "value": "y"}],
    [{"fact": "independent", "of": ["u", "v"]}, {"fact": "mean", "of": "u", "value": "0"}],
]


def data(facts=None):
    if facts is None:
        return {"symbols": SYMBOLS}
    kinds = {"u": {"type": "vector", "dim": "n"}, "v": {"type": "vector", "dim": "n"}}
    kinds |= {"X": {"type": "scalar"}, "Y": {"type": "scalar"}}
    return {"symbols": SYMBOLS, "random": {"vars": kinds, "facts": facts, "let": {}}}


class Meaning:
    """The value of a polynomial, by its definition."""

    def __init__(self, model):
        self.model, self.e = model, Evaluation(model)

    def poly(self, p, k=None):
        rows, columns = (s if isinstance(s, int) else int(self.model.symbols[s]) for s in p.shape)
        total = Matrix(((Fraction(0),) * columns,) * rows)
        for (m, w), c in p.terms.items():
            value = None
            for x in w:
                value = self.letter(x, k) if value is None else value @ self.letter(x, k)
            if value is None:
                assert rows == columns
                value = identity(rows)
            for atom, e in m:
                one = self.atom(atom, k)
                for _ in range(abs(e)):
                    c = times(c, one if e > 0 else inverse(one))
            total = total + value.scaled(c)
        return total

    def mean(self, f):
        total = None
        for k, weight in enumerate(self.model.weights):
            value = f(k).scaled(weight)
            total = value if total is None else total + value
        return total

    def known(self, name, k):
        value = self.model.random[name][k] if name in self.model.random else self.model.symbols[name]
        return value if isinstance(value, Matrix) else Matrix(((value,),))

    def cov(self, u, v):
        joint = self.mean(lambda k: self.known(u, k) @ self.known(v, k).transposed())
        first, second = (self.mean(lambda k, n=n: self.known(n, k)) for n in (u, v))
        return joint + (first @ second.transposed()).scaled(Fraction(-1))

    def letter(self, x, k):
        kind, what = x[0], x[1]
        if kind == "name":
            value = self.known(what[0], k)
            return value.transposed() if what[1] else value
        if kind == "inverse":
            return self.poly(unkey(what), k).inverse()
        if kind == "cov":
            return self.cov(*what)
        if kind == "mean":
            value = self.mean(lambda o: self.known(what[0], o))
            return value.transposed() if what[1] else value
        if kind == "diag":
            entries = [r[0] for r in self.poly(unkey(what), k).rows]
            return Matrix(
                tuple(tuple(v if i == j else Fraction(0) for j in range(len(entries))) for i, v in enumerate(entries))
            )
        assert kind == "E"
        value = self.mean(
            lambda o: self.poly(Poly((x[2], x[3]) if not what[1] else (x[3], x[2]), {what[0]: Fraction(1)}), o)
        )
        return value.transposed() if what[1] else value

    def atom(self, x, k):
        kind, what = x
        if kind == "par":
            return self.known(what, k).rows[0][0]
        if kind == "trace":
            value = self.letter(what[0], k)
            for y in what[1:]:
                value = value @ self.letter(y, k)
            return value.trace()
        if kind == "det":
            return self.poly(unkey(what), k).determinant()
        if kind == "over":
            return inverse(self.poly(unkey(what), k).rows[0][0])
        if kind == "root":
            return root(self.poly(unkey(what), k).rows[0][0])
        if kind == "number":
            return what
        if kind == "power":
            exponent = self.poly(Poly(SCALAR, {(what[1], ()): Fraction(1)}), k).rows[0][0]
            return self.atom(what[0], k) ** int(exponent)
        if kind == "mean":
            return self.mean(lambda o: self.known(what, o)).rows[0][0]
        if kind == "cov":
            return self.cov(*what).rows[0][0]
        assert kind == "E"
        return self.mean(lambda o: self.poly(Poly(SCALAR, {what: Fraction(1)}), o)).rows[0][0]


class Writer:
    """Random expressions of a given shape."""

    def __init__(self, random, chance):
        self.random, self.chance = random, chance

    def of(self, shape, depth, inside=False):
        r = self.random
        rows, columns = shape
        options = []
        if depth <= 0:
            return self.leaf(shape, inside)
        options += [
            lambda: f"({self.of(shape, depth - 1, inside)} {r.choice('+-')} {self.of(shape, depth - 1, inside)})"
        ] * 2
        if shape == (1, 1):
            mid = r.choice("nm")
            options += [
                lambda: f"Trace({self.of((mid, mid), depth - 1, inside)})",
                lambda: f"dot({self.of((mid, 1), depth - 1, inside)}, {self.of((mid, 1), depth - 1, inside)})",
                lambda: f"norm2({self.of((mid, 1), depth - 1, inside)})",
                lambda: f"({self.of(shape, depth - 1, inside)}*{self.of(shape, depth - 1, inside)})",
                lambda: f"Transpose({self.of((mid, 1), 0, inside)})*{self.of((mid, 1), depth - 1, inside)}",
            ]
            if not inside:
                options += [
                    lambda: f"Det({self.of(('n', 'n'), depth - 1, inside)})",
                    lambda: f"(1/(1 + norm2({self.of((mid, 1), 0, inside)})))",
                    lambda: f"Abs({self.of(shape, depth - 1, inside)})*eta",
                ]
            if self.chance and not inside:
                options += [
                    lambda: f"E({self.of(shape, depth, True)})",
                    lambda: f"Var({self.of(shape, 1, True)})",
                ] * 2
        else:
            mid = r.choice("nm")
            options += [
                lambda: f"{self.of((rows, mid), depth - 1, inside)}*{self.of((mid, columns), depth - 1, inside)}",
                lambda: f"{self.of((rows, 1), 0, inside)}*Transpose({self.of((columns, 1), depth - 1, inside)})",
                lambda: f"Transpose({self.of((columns, rows), depth - 1, inside)})",
                lambda: f"{r.choice(['a', 'c', '2', '1/3'])}*{self.of(shape, depth - 1, inside)}",
            ] * 2
            if rows == columns == "n" and not inside:
                options += [
                    lambda: (
                        f"Inverse({r.choice(['V', 'W', 'Q', 'V*W', 'P + W', 'W + eta*Eye(n)', 'c*V', 'Transpose(V)'])})"
                    ),
                    lambda: f"diagmat({self.of(('n', 1), 0, inside)})",
                ]
            if self.chance and not inside and rows == columns == "n":
                options += [
                    lambda: f"Cov({self.of(('n', 1), 1, True)})",
                    lambda: f"Cov({self.of(('n', 1), 1, True)}, {self.of(('n', 1), 1, True)})",
                ] * 2
            if self.chance and not inside:
                options += [lambda: f"E({self.of(shape, depth, True)})"] * 3
        return r.choice(options)()

    def leaf(self, shape, inside):
        r = self.random
        one, other = (["X", "Y"], ["u", "v"] * 3) if inside else ([], [])
        table = {
            (1, 1): ["a", "c", "eta", "2", *one],
            ("n", 1): ["x", "y", "A*x", *other],
            ("m", 1): ["z", "F*x", *(["F*u"] if inside else [])],
            ("n", "n"): ["A", "S", "P", "W", "V", "Q", "K", "L", "Transpose(A)", "Transpose(Q)", "Eye(n)"],
            ("m", "n"): ["F", "z*Transpose(x)"],
            ("n", "m"): ["Transpose(F)", "x*Transpose(z)"],
            ("m", "m"): ["F*Transpose(F)", "Eye(m)", "F*S*Transpose(F)"],
        }
        if shape not in table:
            return f"Transpose({self.leaf(shape[::-1], inside)})"
        return r.choice(table[shape])


SHAPES = [(1, 1), ("n", "n"), ("n", 1), ("m", "n"), ("m", 1)]


@pytest.mark.parametrize("facts", [None, *FACTS], ids=lambda f: "-".join(x["fact"] for x in f) if f else str(f))
def test_an_expression_and_its_polynomial_have_the_same_value(facts):
    r = Random(repr(facts))
    case = data(facts)
    draw = _Draw(case, Random(5))
    writer = Writer(r, facts is not None)
    seen = Counter()
    attempt = 0
    while seen["same"] < 120:
        attempt += 1
        assert attempt < 1500, seen
        text = writer.of(r.choice(SHAPES), r.randint(1, 3))
        try:
            poly = Reading(case).of(read(text)).poly
        except (ShapeError, TooLarge, ZeroDivisionError):
            continue
        model = draw.model(attempt)
        if model is None or len(poly.terms) > 60 or not admissible(case, model):
            continue
        try:
            expected = Evaluation(model).everywhere(read(text))
            found = Meaning(model).poly(poly, 0)
        except (NoValue, Unknown, ZeroDivisionError):
            continue
        expected = expected[0] if isinstance(expected[0], Matrix) else Matrix(((expected[0],),))
        for e, f in zip(expected.rows, found.rows, strict=True):
            for a, b in zip(e, f, strict=True):
                if isinstance(a, Fraction) and isinstance(b, Fraction):
                    assert a == b, (text, model)
                else:  # roots: enclosed on both sides
                    gap = plus(a, times(Fraction(-1), b))
                    assert gap.low <= 0 <= gap.high, (text, model)
        seen["same"] += 1
        seen["random"] += "Cov(" in text or "E(" in text
        seen["nested"] += len(text) > 30
    assert seen["nested"] > 20
    assert facts is None or seen["random"] > 20
