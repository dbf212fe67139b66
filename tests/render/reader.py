"""A reader of the printed LaTeX that shares nothing with the printer.

It reads as TeX does: spaces mean nothing, a script takes one sign or one group, a number stops where its
digits stop, and a number before a fraction of numbers is a mixed number, as on paper.  What is read is a
function from a point to an exact value.  Expectations, derivatives and the like are given arbitrary fixed
meanings, so that a bracket in a wrong place changes the value.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from math import prod
from operator import eq, le, lt, ne

Value = Callable[["Point"], Fraction]


class Undefined(Exception):
    """A quotient by zero, or a power or range that has no meaning, at this point."""


@dataclass
class Point:
    """Values of the symbols; elements of families get theirs from a hash."""

    values: dict[str, Fraction]
    seed: int = 0

    def with_(self, name: str, value: int) -> Point:
        return Point({**self.values, name: Fraction(value)}, self.seed)

    def element(self, name: str, places: tuple[Fraction, ...]) -> Fraction:
        draw = random.Random(f"{self.seed} {name} {places}")
        return Fraction(draw.randint(-9, 9), draw.randint(1, 5))


def quotient(above: Fraction, below: Fraction) -> Fraction:
    if below == 0:
        raise Undefined
    return above / below


def power(base: Fraction, exponent: Fraction) -> Fraction:
    if exponent.denominator != 1 or abs(exponent) > 8 or (base == 0 and exponent < 0):
        raise Undefined
    result = base ** int(exponent)
    if result.numerator.bit_length() + result.denominator.bit_length() > 2000:
        raise Undefined
    return result


def span(low: Fraction, high: Fraction) -> range:
    if low.denominator != 1 or high.denominator != 1 or high - low > 6:
        raise Undefined
    return range(int(low), int(high) + 1)


MEANINGS: dict[str, Callable[..., Fraction]] = {
    "E": lambda a: a * a + 3,
    "Var": lambda a: 5 * a * a - a + 1,
    "Cov": lambda a, b: a * a + 7 * b * b * b - 2 * a * b,
    "f": lambda a: a * a * 3 - 11 * a,
    "partial": lambda body, variable: body * body * 2 + 5 * variable + 1,
    "limit": lambda body, point: 3 * body * body - body + point,
    "given": lambda of, *given: of * of * 2 - of + sum((k + 2) * g * g for k, g in enumerate(given)),
    "root": lambda a: 4 * a * a - 3 * a + 2,
    "exp": lambda a: 6 * a * a - a,
    "log": lambda a: a * a - 8 * a,
}

TOKEN = re.compile(r"\\[A-Za-z]+|\\\\|[0-9]|[A-Za-z]|[^\sA-Za-z0-9]")


class Tokens:
    """The tokens of a text, taken one after another."""

    tokens: list[str]
    at: int

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self, *expected: str) -> str:
        token = self.peek()
        assert not expected or token in expected, f"expected {expected}, got {token!r} in {' '.join(self.tokens)}"
        self.at += 1
        return token


@dataclass
class Reader(Tokens):
    """`symbols` maps the tokens of a declared symbol to (kind, name, indices below, indices beside)."""

    symbols: dict[tuple[str, ...], tuple[str, str, int, int]]
    tokens: list[str] = field(default_factory=list)
    at: int = 0

    def read(self, text: str) -> Value:
        self.tokens, self.at = TOKEN.findall(text), 0
        value = self.expression()
        assert self.at == len(self.tokens), f"left over: {self.tokens[self.at :]} in {text}"
        return value

    # tokens

    def script(self) -> Value:
        """One group or one sign."""
        if self.peek() == "{":
            self.take()
            value = self.expression()
            self.take("}")
            return value
        if self.peek().isdigit():
            digit = int(self.take())
            return lambda point: Fraction(digit)
        return self.symbol()

    def group(self) -> Value:
        self.take("{")
        value = self.expression()
        self.take("}")
        return value

    # expressions

    def expression(self) -> Value:
        negative = self.peek() == "-"
        if negative:
            self.take()
        first = self.product()
        parts = [(-1 if negative else 1, first)]
        while self.peek() in ("+", "-"):
            sign = 1 if self.take() == "+" else -1
            parts.append((sign, self.product()))
        return lambda point: sum((sign * part(point) for sign, part in parts), Fraction(0))

    def product(self) -> Value:
        factors = [self.factor()]
        while self.peek() and self.peek() not in (
            "+",
            "-",
            "}",
            "]",
            ")",
            ",",
            "&",
            "<",
            r"\le",
            r"\mid",
            r"\text",
            r"\end",
            r"\right",
            "=",
            r"\\",
            r"\neq",
        ):
            if self.peek() == r"\cdot":
                self.take()
            factors.append(self.factor())

        def value(point: Point) -> Fraction:
            result = Fraction(1)
            for factor in factors:
                result *= factor(point)
            return result

        return value

    def factor(self) -> Value:
        token = self.peek()
        if token in (r"\sum", r"\prod"):
            return self.total()
        if token == r"\begin":  # a brace without its counterpart: what follows would belong to its last row
            value = self.cases()
            following = self.peek()
            assert following in ("", "}", "]", ")", r"\right", ",", "=", "&", r"\\", r"\mid"), "a brace before a factor"
            return value
        if token == r"\lim":
            return self.limit()
        base = self.atom()
        if self.peek() == "^":
            self.take()
            exponent = self.script()
            assert self.peek() != "^", "double superscript"
            return lambda point: power(base(point), exponent(point))
        return base

    def atom(self) -> Value:
        token = self.peek()
        if token.isdigit():
            return self.number()
        if token == r"\frac":
            return self.fraction()
        if token == r"\sqrt":
            self.take()
            inside = self.group()
            return lambda point: MEANINGS["root"](inside(point))
        if token == r"\mathbf":
            return self.indicator()
        if token == r"\left" and self.tokens[self.at + 1] in ("|", r"\lfloor"):
            self.take()
            sign = self.take()
            inside = self.expression()
            self.take(r"\right")
            self.take("|" if sign == "|" else r"\rfloor")
            return lambda point: abs(inside(point)) if sign == "|" else Fraction(inside(point) // 1)
        if token in (r"\exp", r"\log"):
            self.take()
            (inside,) = self.call()
            return lambda point: MEANINGS[token[1:]](inside(point))
        if token in ("(", r"\left"):
            if token == r"\left":
                self.take()
            self.take("(")
            value = self.expression()
            if self.peek() == r"\right":
                self.take()
            self.take(")")
            return value
        if token == r"\operatorname":
            self.take()
            self.take("{")
            name = ""
            while self.peek() != "}":
                name += self.take()
            self.take("}")
            self.take(r"\left")
            self.take("[")
            arguments = self.arguments()
            if self.peek() == r"\mid":
                assert name == "E" and len(arguments) == 1
                self.take()
                arguments += self.arguments()
                name = "given"
            self.take(r"\right")
            self.take("]")
            return lambda point: MEANINGS[name](*(a(point) for a in arguments))
        if token in (r"\min", r"\max"):
            self.take()
            arguments = self.call()
            pick = min if token == r"\min" else max
            return lambda point: pick(*(a(point) for a in arguments))
        return self.symbol()

    def number(self) -> Value:
        digits = ""
        while self.peek().isdigit():
            digits += self.take()
        whole = Fraction(int(digits))
        mixed = re.match(r"\\frac\{(\d+)\}\{(\d+)\}", "".join(self.tokens[self.at :]))
        if mixed:
            self.fraction()
            return lambda point: whole + Fraction(int(mixed[1]), int(mixed[2]))
        return lambda point: whole

    def fraction(self) -> Value:
        self.take(r"\frac")
        if self.tokens[self.at + 1] == r"\partial":
            self.take("{")
            self.take()
            body = None if self.peek() == "}" else self.expression()
            self.take("}")
            self.take("{")
            self.take(r"\partial")
            variable = self.symbol()
            self.take("}")
            if body is None:
                assert self.peek() in ("(", r"\left"), "a derivative of nothing"
                body = self.atom()
            inside = body
            return lambda point: MEANINGS["partial"](inside(point), variable(point))
        above, below = self.group(), self.group()
        return lambda point: quotient(above(point), below(point))

    def arguments(self) -> list[Value]:
        found = [self.expression()]
        while self.peek() == ",":
            self.take()
            found.append(self.expression())
        return found

    def call(self) -> list[Value]:
        tall = self.peek() == r"\left"
        if tall:
            self.take()
        self.take("(")
        found = self.arguments()
        if tall:
            self.take(r"\right")
        self.take(")")
        return found

    def declared(self) -> tuple[str, str, int, int]:
        for length in range(8, 0, -1):
            head = tuple(self.tokens[self.at : self.at + length])
            if len(head) == length and head in self.symbols:
                self.at += length
                following = self.peek()
                if r"\mathrm" in head and "_" not in head:
                    # As on paper: words run together, and a word before a bracket reads as a function.
                    assert following not in (r"\mathrm", "(", r"\left"), f"{head} runs into {following}"
                if "^" in head or "'" in head:
                    assert following != "^", f"double superscript after {head}"
                return self.symbols[head]
        raise AssertionError(f"unknown symbol at {self.tokens[self.at : self.at + 8]}")

    def symbol(self) -> Value:
        kind, name, below, beside = self.declared()
        if kind == "function":
            arguments = self.call()
            return lambda point: MEANINGS[name](*(a(point) for a in arguments))
        if kind == "parameter":
            return lambda point: point.values[name]
        places = []
        if below:
            self.take("_")
            places.append(self.script())
            assert self.peek() != "_", "double subscript"
        if beside:
            self.take("[")
            places += self.arguments()
            self.take("]")
        assert len(places) == below + beside, f"{name} has {len(places)} indices"
        return lambda point: point.element(name, tuple(p(point) for p in places))

    # binders

    def index(self) -> str:
        kind, name, _, _ = self.declared()
        assert kind == "parameter"
        return name

    def total(self) -> Value:
        times = self.take(r"\sum", r"\prod") == r"\prod"
        self.take("_")
        self.take("{")
        stacked = self.peek() == r"\substack"
        if stacked:
            self.take()
            self.take("{")
        names = [self.index()]
        while self.peek() == ",":
            self.take()
            names.append(self.index())
        self.take("=")
        low = self.expression()
        apart: list[tuple[str, str]] = []
        while stacked and self.peek() in (r"\\", ","):
            self.take()
            one = self.index()
            self.take(r"\neq")
            apart.append((one, self.index()))
        if stacked:
            self.take("}")
        self.take("}")
        self.take("^")
        high: Value = lambda point: Fraction(5)  # noqa: E731 - one value for "infinity"
        if self.tokens[self.at : self.at + 3] == ["{", r"\infty", "}"]:
            self.at += 3
        else:
            high = self.script()
        body = self.product()

        def value(point: Point) -> Fraction:
            def run(left: list[str], here: Point) -> Fraction:
                if not left:
                    if any(here.values[one] == here.values[other] for one, other in apart):
                        return Fraction(0)
                    return body(here)
                every = [run(left[1:], here.with_(left[0], k)) for k in places]
                return prod(every, start=Fraction(1)) if times else sum(every, Fraction(0))

            places = span(low(point), high(point))
            return run(names, point)

        return value

    # conditions

    def indicator(self) -> Value:
        for sign in (r"\mathbf", "{", "1", "}", r"\left", "["):
            self.take(sign)
        holds = self.condition()
        self.take(r"\right")
        self.take("]")
        return lambda point: Fraction(holds(point))

    def text(self) -> str:
        self.take(r"\text")
        self.take("{")
        said = ""
        while self.peek() != "}":
            said += self.take()
        self.take("}")
        return said

    def condition(self) -> Callable[[Point], bool]:
        """Conditions joined by one kind of word; others stand in brackets."""
        parts, words = [self.single()], set()
        while self.peek() == r"\text" and self.tokens[self.at + 2] in ("a", "o"):
            words.add(self.text())
            parts.append(self.single())
        assert len(words) < 2, words
        every = all if words == {"and"} else any
        return lambda point: every([part(point) for part in parts])

    def single(self) -> Callable[[Point], bool]:
        if self.peek() == r"\text":
            word = self.text()
            if word in ("true", "false"):
                return lambda point: word == "true"
            assert word == "not", word
            inner = self.bracketed()
            return lambda point: not inner(point)
        start = self.at
        if self.peek() in ("(", r"\left"):
            try:
                return self.bracketed()
            except AssertionError:
                self.at = start  # a bracket of a term
        left = self.expression()
        sign = self.take("=", "<", r"\le", r"\neq")
        right = self.expression()
        compare = {"=": eq, "<": lt, r"\le": le, r"\neq": ne}[sign]
        return lambda point: compare(left(point), right(point))

    def bracketed(self) -> Callable[[Point], bool]:
        tall = self.peek() == r"\left"
        if tall:
            self.take()
        self.take("(")
        inner = self.condition()
        if tall:
            self.take(r"\right")
        self.take(")")
        assert self.peek() in ("", r"\right", ")", r"\text", r"\\"), "a term goes on"
        return inner

    def cases(self) -> Value:
        for sign in (r"\begin", "{", *"cases", "}"):
            self.take(sign)
        then = self.expression()
        self.take("&")
        assert self.text() == "if"
        holds = self.condition()
        self.take(r"\\")
        otherwise = self.expression()
        self.take("&")
        assert self.text() == "otherwise"
        for sign in (r"\end", "{", *"cases", "}"):
            self.take(sign)
        return lambda point: (then if holds(point) else otherwise)(point)

    def limit(self) -> Value:
        self.take(r"\lim")
        self.take("_")
        self.take("{")
        name = self.index()
        arrow = self.take(r"\to", r"\downarrow")
        if arrow == r"\to":
            self.take(r"\infty")
            place: Value = lambda point: Fraction(101)  # noqa: E731 - one value for "infinity"
        else:
            place = self.expression()
        self.take("}")
        body = self.product()
        return lambda point: MEANINGS["limit"](body(point.with_(name, 3)), place(point))
