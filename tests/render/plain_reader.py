"""A reader of the plain text of terms, which shares nothing with what writes it.

Neighbours are multiplied, `*` and `/` are taken from left to right, a bracket that touches a name is that of a function
or of an index.  What is read is a function from a point to an exact value, as in `reader.py`.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from math import prod

from .reader import MEANINGS, Point, Tokens, Value, power, quotient, span

TOKEN = re.compile(r"\s*(\d+|[A-Za-z_][A-Za-z_0-9]*'*|\.\.|->|<=|>=|!=|[-+*/^()\[\]|,=<>])")
ENDS = ("", "+", "-", ")", "]", ",", "|", "..", "=", "<", "<=", ">=", ">", "!=", "and", "or", "->")
SIGNS = {"=": operator.eq, "<": operator.lt, "<=": operator.le, "!=": operator.ne}
FUNCTIONS: dict[str, Callable[..., Fraction]] = {
    "min": min,
    "max": max,
    "abs": abs,
    "floor": lambda x: Fraction(x // 1),
    "sqrt": MEANINGS["root"],
    **{name: MEANINGS[name] for name in ("exp", "log", "E", "Var", "Cov", "f")},
}


@dataclass
class PlainReader(Tokens):
    """`families` maps the name of each family to the number of its indices; other names are symbols."""

    families: dict[str, int]
    tokens: list[str] = field(default_factory=list)
    tight: list[bool] = field(default_factory=list)
    at: int = 0

    def read(self, text: str) -> Value:
        self.tokens, self.tight, self.at, place = [], [], 0, 0
        while place < len(text):
            found = TOKEN.match(text, place)
            assert found, f"{text[place:]!r} in {text!r}"
            self.tokens.append(found[1])
            self.tight.append(found.start(1) == place)
            place = found.end()
        value = self.sum()
        assert self.at == len(self.tokens), f"left over: {self.tokens[self.at :]} in {text}"
        return value

    def touches(self, sign: str) -> bool:
        return self.peek() == sign and self.tight[self.at]

    def sum(self) -> Value:
        sign = -1 if self.peek() == "-" and self.take() else 1
        parts = [(sign, self.product())]
        while self.peek() in ("+", "-"):
            parts.append((1 if self.take() == "+" else -1, self.product()))
        return lambda point: sum((sign * part(point) for sign, part in parts), Fraction(0))

    def product(self) -> Value:
        factors = [("*", self.factor())]
        while self.peek() not in ENDS:
            sign = self.take() if self.peek() in ("*", "/") else "*"
            factors.append((sign, self.factor()))

        def value(point: Point) -> Fraction:
            result = Fraction(1)
            for sign, factor in factors:
                result = result * factor(point) if sign == "*" else quotient(result, factor(point))
            return result

        return value

    def factor(self) -> Value:
        if self.peek() == "lim":
            return self.limit()
        base = self.atom()
        if self.peek() != "^":
            return base
        self.take()
        exponent = self.atom()
        assert self.peek() != "^", "a power of a power"
        return lambda point: power(base(point), exponent(point))

    def arguments(self, end: str = ")") -> list[Value]:
        found = [self.sum()]
        while self.peek() == ",":
            self.take()
            found.append(self.sum())
        self.take(end)
        return found

    def atom(self) -> Value:
        token = self.take()
        if token.isdigit():
            return lambda point: Fraction(int(token))
        if token == "(":
            value = self.sum()
            self.take(")")
            return value
        if token == "[":
            holds = self.condition()
            self.take("]")
            return lambda point: Fraction(holds(point))
        assert token[0].isalpha() or token[0] == "_", f"{token!r} begins nothing in {' '.join(self.tokens)}"
        if token == "E" and self.touches("["):
            self.take()
            of = self.sum()
            self.take("|")
            given = self.arguments("]")
            return lambda point: MEANINGS["given"](of(point), *(g(point) for g in given))
        if self.touches("("):
            self.take()
            return self.call(token)
        if token in self.families:
            places = []
            for _ in range(self.families[token]):
                assert self.touches("[")
                self.take()
                places.append(self.sum())
                self.take("]")
            return lambda point: point.element(token, tuple(p(point) for p in places))
        return lambda point: point.values[token]

    def call(self, name: str) -> Value:
        if name in ("Sum", "Product"):
            return self.binder(name)
        if name == "choice":
            holds = self.condition()
            self.take(",")
            then, otherwise = self.arguments()
            return lambda point: then(point) if holds(point) else otherwise(point)
        if name == "d":
            (body,) = self.arguments()
            for sign in ("/", "d", "("):
                self.take(sign)
            (variable,) = self.arguments()
            return lambda point: MEANINGS["partial"](body(point), variable(point))
        arguments = self.arguments()
        return lambda point: FUNCTIONS[name](*(a(point) for a in arguments))

    def binder(self, name: str) -> Value:
        body, ranges, distinct = self.sum(), [], False
        while self.peek() == ",":
            self.take()
            if self.peek() == "distinct":
                distinct = bool(self.take())
                continue
            variable = self.take()
            self.take("=")
            low = self.sum()
            self.take("..")
            infinite = self.peek() == "oo" and self.take()
            ranges.append((variable, low, (lambda point: Fraction(5)) if infinite else self.sum()))
        self.take(")")

        def value(point: Point) -> Fraction:
            def run(left: list, here: Point) -> Fraction:
                if not left:
                    places = [here.values[variable] for variable, _, _ in ranges]
                    return Fraction(0) if distinct and len(set(places)) < len(places) else body(here)
                *inner, (variable, low, high) = left
                every = [run(inner, here.with_(variable, k)) for k in span(low(here), high(here))]
                return sum(every, Fraction(0)) if name == "Sum" else prod(every, start=Fraction(1))

            return run(ranges, point)

        return value

    def limit(self) -> Value:
        for sign in ("lim", "["):
            self.take(sign)
        variable = self.take()
        self.take("->")
        infinite = self.peek() == "oo" and self.take()
        to: Value = (lambda point: Fraction(101)) if infinite else self.sum()
        for word in () if infinite else (",", "from", "above"):
            self.take(word)
        self.take("]")
        body = self.product()
        return lambda point: MEANINGS["limit"](body(point.with_(variable, 3)), to(point))

    def condition(self) -> Callable[[Point], bool]:
        parts, words = [self.single()], set()
        while self.peek() in ("and", "or"):
            words.add(self.take())
            parts.append(self.single())
        assert len(words) < 2, words
        every = all if words == {"and"} else any
        return lambda point: every([part(point) for part in parts])

    def single(self) -> Callable[[Point], bool]:
        if self.peek() in ("true", "false"):
            word = self.take()
            return lambda point: word == "true"
        negative = self.peek() == "not" and bool(self.take())
        start = self.at
        if self.peek() == "(":
            try:
                self.take()
                inner = self.condition()
                self.take(")")
                assert self.peek() in ("", "]", ")", ",", "and", "or"), "a term goes on"
                return lambda point: inner(point) != negative
            except AssertionError:
                self.at = start  # a bracket of a term
        assert not negative
        left, sign, right = self.sum(), self.take(*SIGNS), self.sum()
        return lambda point: SIGNS[sign](left(point), right(point))
