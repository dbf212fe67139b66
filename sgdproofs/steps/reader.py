"""The reader of step files: text to a tree.  Nothing of it is ever evaluated as Python.

The grammar, loosest first, with the precedence that Python has:

    relation   sum (("==" | "!=" | "<=" | "<" | ">=" | ">") sum)*
    sum        product (("+" | "-") product)*
    product    sign (("*" | "/") sign)*
    sign       ("-" | "+") sign | power
    power      primary ("**" sign)?
    primary    number | name | name "(" arguments ")" | "(" relation ")" | "(" relation "," ... ")" | string

A number is an integer or a decimal fraction, which is read exactly: `0.1` is 1/10.  A string is only the side of a
limit, `'+'` or `'-'`.  Lengths, digits and the depth of brackets are bounded, so that no input can exhaust the stack.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ..language.errors import SgdproofsError

__all__ = ["DIGITS", "RELATIONS", "Node", "ReadingError", "names_in", "read"]

LONGEST, TOKENS, DEPTH, DIGITS = 100_000, 20_000, 60, 300

_TOKEN = re.compile(
    r"""
    (?P<space>[ ]+)
  | (?P<number>[0-9]+(?:\.[0-9]+)?)
  | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
  | (?P<string>'[+-]'|"[+-]")
  | (?P<sign>\*\*|==|!=|<=|>=|[-+*/()<>,])
""",
    re.VERBOSE,
)
RELATIONS = {"Eq": "==", "Ne": "!=", "Lt": "<", "Le": "<=", "Gt": ">", "Ge": ">="}
"""The relations that are written as calls, and their signs."""


class ReadingError(SgdproofsError):
    """Text that is no expression of the language; the message says where, and what would do."""


@dataclass(frozen=True, slots=True)
class Node:
    """`kind` is number, name, string, call, tuple, compare, or one of `+ * / ** neg`; `at` the place in the text.

    `value` is the number, the name, the called name, or the signs of a comparison; `parts` are the operands.
    """

    kind: str
    value: Any = None
    parts: tuple[Node, ...] = ()
    at: int = 0

    def walk(self) -> Iterator[Node]:
        """Every node below, this one included."""
        stack = [self]
        while stack:
            here = stack.pop()
            yield here
            stack.extend(here.parts)


def names_in(node: Node) -> set[str]:
    """The names that stand in an expression, those of what is called included."""
    return {here.value for here in node.walk() if here.kind in ("name", "call")}


def read(text: Any) -> Node:
    """The tree of one expression or relation; ReadingError if there is none."""
    if not isinstance(text, str):
        raise ReadingError(f"an expression is a string, got {type(text).__name__}")
    if len(text) > LONGEST:
        raise ReadingError(f"the expression has {len(text)} characters: at most {LONGEST} are read")
    parser = _Parser(text, _tokens(text))
    node = parser.relation(0)
    parser.end()
    return node


def _tokens(text: str) -> list[tuple[str, str, int]]:
    found: list[tuple[str, str, int]] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise _unknown(text, at)
        kind = str(match.lastgroup)
        if kind == "number":
            _check_number(text, match)
        if kind != "space":
            if len(found) >= TOKENS:
                raise ReadingError(f"the expression has more than {TOKENS} parts: split it")
            found.append((kind, match.group(), at))
        at = match.end()
    return found


def _check_number(text: str, match: re.Match) -> None:
    digits, end = match.group(), match.end()
    if len(digits) > DIGITS:
        raise ReadingError(f"at {match.start() + 1}: a number of {len(digits)} digits: at most {DIGITS} are read")
    if digits[0] == "0" and digits[1:2].isdigit():
        raise ReadingError(f"at {match.start() + 1}: {digits} begins with 0: leave it out")
    following = text[end : end + 1]
    if following.isalpha() or following in ("_", "."):
        mend = "write a fraction such as 1/1000" if following in "eE." else f"write {digits}*{following}"
        raise ReadingError(f"at {end + 1}: {following!r} cannot follow the number {digits}: {mend}")


def _unknown(text: str, at: int) -> ReadingError:
    sign = text[at]
    mend = {
        "^": "write ** for a power",
        "=": "write == for an equation",
        "[": "write x(i) for an element",
        "]": "write x(i) for an element",
        ".": "write 1/2 or 0.5",
        "{": "use brackets ( )",
        "}": "use brackets ( )",
        "'": "a string is only '+' or '-', the side of a limit",
        '"': "a string is only '+' or '-', the side of a limit",
        "&": "write And(a, b)",
        "|": "write Or(a, b)",
        "~": "write Not(a)",
        "%": "there is no remainder in the language",
        "!": "write != or Not(a)",
    }.get(sign, "use letters, digits, brackets and + - * / ** == != <= < >= >")
    shown = repr(sign) if sign.isprintable() else f"the control character {sign!r}"
    return ReadingError(f"at {at + 1}: {shown} is not part of the language: {mend}")


class _Parser:
    """Recursive descent; every way down goes through `deeper`, which counts."""

    def __init__(self, text: str, tokens: list[tuple[str, str, int]]) -> None:
        self.text, self.tokens, self.next = text, tokens, 0

    def peek(self) -> str:
        return self.tokens[self.next][1] if self.next < len(self.tokens) and self.tokens[self.next][0] == "sign" else ""

    def here(self) -> int:
        return self.tokens[self.next][2] if self.next < len(self.tokens) else len(self.text)

    def take(self) -> str:
        self.next += 1
        return self.tokens[self.next - 1][1]

    def deeper(self, depth: int) -> int:
        if depth >= DEPTH:
            raise ReadingError(
                f"at {self.here() + 1}: more than {DEPTH} brackets or signs inside one another: name a part"
            )
        return depth + 1

    def end(self) -> None:
        if self.next < len(self.tokens):
            self.wrong("the expression ends before this")

    def wrong(self, what: str) -> None:
        at = self.here()
        shown = f"{self.tokens[self.next][1]!r}" if self.next < len(self.tokens) else "the end"
        raise ReadingError(f"at {at + 1}: {shown} cannot stand here: {what}")

    def relation(self, depth: int) -> Node:
        at, parts, signs = self.here(), [self.sum(depth)], []
        while self.peek() in RELATIONS.values():
            signs.append(self.take())
            parts.append(self.sum(depth))
        return Node("compare", tuple(signs), tuple(parts), at) if signs else parts[0]

    def sum(self, depth: int) -> Node:
        at, parts = self.here(), [self.product(depth)]
        while self.peek() in ("+", "-"):
            sign, place = self.take(), self.here()
            part = self.product(depth)
            parts.append(Node("neg", None, (part,), place) if sign == "-" else part)
        return Node("+", None, tuple(parts), at) if len(parts) > 1 else parts[0]

    def product(self, depth: int) -> Node:
        at, found = self.here(), self.sign(depth)
        factors, quotients = [found], 0
        while self.peek() in ("*", "/"):
            if self.take() == "*":
                factors.append(self.sign(depth))
                continue
            quotients += 1
            if quotients > DEPTH:
                raise ReadingError(f"at {self.here() + 1}: more than {DEPTH} divisions in a row: use brackets")
            above = Node("*", None, tuple(factors), at) if len(factors) > 1 else factors[0]
            factors = [Node("/", None, (above, self.sign(depth)), at)]
        return Node("*", None, tuple(factors), at) if len(factors) > 1 else factors[0]

    def sign(self, depth: int) -> Node:
        if self.peek() not in ("-", "+"):
            return self.power(depth)
        at, sign = self.here(), self.take()
        part = self.sign(self.deeper(depth))
        return Node("neg", None, (part,), at) if sign == "-" else part

    def power(self, depth: int) -> Node:
        at, base = self.here(), self.primary(depth)
        if self.peek() != "**":
            return base
        self.take()
        return Node("**", None, (base, self.sign(self.deeper(depth))), at)

    def primary(self, depth: int) -> Node:
        if self.next >= len(self.tokens):
            self.wrong("an expression is missing")
        kind, text, at = self.tokens[self.next]
        if kind == "sign":
            if text != "(":
                self.wrong("a number, a name or a bracket is missing")
            parts = self.bracket(depth)
            if not parts:
                raise ReadingError(f"at {at + 1}: these brackets are empty")
            return parts[0] if len(parts) == 1 else Node("tuple", None, parts, at)
        self.take()
        if kind == "number":
            return Node("number", Fraction(text), (), at)
        if kind == "string":
            return Node("string", text[1], (), at)
        if self.peek() == "(":
            return Node("call", text, self.bracket(depth), at)
        if self.next < len(self.tokens) and self.tokens[self.next][0] != "sign":
            self.wrong("a sign such as * is missing before it")
        return Node("name", text, (), at)

    def bracket(self, depth: int) -> tuple[Node, ...]:
        self.take()
        inner = self.deeper(depth)
        parts: list[Node] = []
        while self.peek() != ")":
            parts.append(self.relation(inner))
            if self.peek() == ",":
                self.take()
            elif self.peek() != ")":
                self.wrong("a comma or a closing bracket is missing")
        self.take()
        return tuple(parts)
