"""Functions beyond arithmetic: absolute value, roots, cases, products, conditional expectations.

As in `terms.py`, the nodes evaluate nothing and know no mathematics.  A truth value is a number: 1 or 0.  Wherever one
is asked for, a relation may stand: `choice(x < y, a, b)`, `Both(x < y, eq(y, z))`, `indicator(x <= y)`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import chain, count
from typing import Any

import sympy

from .errors import StatementError
from .statements import Relation
from .terms import Family, Function, Index, Parameter, Term, substituted, term, walk

__all__ = [
    "Both",
    "Conditional",
    "Either",
    "Negation",
    "absolute",
    "choice",
    "exp",
    "floor",
    "indicator",
    "log",
    "product",
    "real_power",
    "sqrt",
]
"""What a derivation file uses; the other nodes are made by these functions."""


class _Unary(Term):
    def __new__(cls, argument: Any) -> Any:
        return Term.__new__(cls, term(argument))


class _Binary(Term):
    def __new__(cls, left: Any, right: Any) -> Any:
        return Term.__new__(cls, term(left), term(right))


class Absolute(_Unary):
    """`|x|` of a real number."""


class Floor(_Unary):
    """The largest integer that is not above `x`."""


class SquareRoot(_Unary):
    """The principal square root: the nonnegative one of `x >= 0`; of a negative number it is not real."""


class Exponential(_Unary):
    """`exp(x)`."""


class Logarithm(_Unary):
    """The principal logarithm: real for `x > 0`, not real for `x < 0`, undefined at 0."""


class RealPower(_Binary):
    """`a ** x` for an exponent that need not be an integer: the principal value, `0 ** 0 = 1`.

    Undefined for `a = 0` and `x < 0`; real for `a > 0`, for an integer `x`, and for `a = 0`.
    """


def absolute(value: Any) -> Absolute:
    """The absolute value `|x|`; `abs(x)` writes it, too."""
    return Absolute(value)


def floor(value: Any) -> Floor:
    """The largest integer that is not above `x`."""
    return Floor(value)


def sqrt(value: Any) -> SquareRoot:
    """The square root of `x >= 0`, which is a condition of the line."""
    return SquareRoot(value)


def exp(value: Any) -> Exponential:
    """The exponential of `x`."""
    return Exponential(value)


def log(value: Any) -> Logarithm:
    """The natural logarithm of `x > 0`, which is a condition of the line."""
    return Logarithm(value)


def real_power(base: Any, exponent: Any) -> RealPower:
    """`a ** x` for a real exponent and `a > 0`, which is a condition of the line; `a**n` is for integers."""
    return RealPower(base, exponent)


# --- truth values ------------------------------------------------------------------------------------------


class EqualTo(_Binary):
    """1 where `a = b`, else 0."""


class LessThan(_Binary):
    """1 where `a < b`, else 0."""


class AtMost(_Binary):
    """1 where `a <= b`, else 0."""


class _Truth(Term):
    def __new__(cls, *conditions: Any) -> Any:
        return Term.__new__(cls, *map(indicator, conditions))


class Both(_Truth):
    """1 where both truth values are 1, else 0."""

    def __new__(cls, left: Any, right: Any) -> Both:
        return _Truth.__new__(cls, left, right)


class Either(_Truth):
    """1 where one of the truth values is 1, else 0."""

    def __new__(cls, left: Any, right: Any) -> Either:
        return _Truth.__new__(cls, left, right)


class Negation(_Truth):
    """1 where the truth value is 0, else 0."""

    def __new__(cls, condition: Any) -> Negation:
        return _Truth.__new__(cls, condition)


class Choice(Term):
    """`Choice(condition, a, b)`: `a` where the condition holds, else `b`; only the chosen one must be defined."""

    def __new__(cls, condition: Any, then: Any, otherwise: Any) -> Choice:
        return Term.__new__(cls, indicator(condition), term(then), term(otherwise))


def indicator(condition: Any) -> Any:
    """1 where a relation holds, else 0; a truth value stays as it is."""
    if isinstance(condition, Relation):
        if condition.when:
            raise StatementError(f"{condition} has assumptions: an indicator is of a plain relation, such as x <= y")
        left, rel, right = condition.lhs, condition.rel, condition.rhs
        if rel in (">", ">="):
            left, rel, right = right, rel.replace(">", "<"), left
        found = {"==": EqualTo, "!=": EqualTo, "<": LessThan, "<=": AtMost}[rel](left, right)
        return Negation(found) if rel == "!=" else found
    if isinstance(condition, int) and condition in (0, 1):
        return term(int(condition))
    if isinstance(condition, (EqualTo, LessThan, AtMost, _Truth)) or condition in (sympy.Integer(0), sympy.Integer(1)):
        return condition
    raise StatementError(
        f"{condition} is no truth value: use a relation such as x <= y or eq(x, y), Both, Either, Negation, 1 or 0"
    )


def choice(condition: Any, then: Any, otherwise: Any = 0) -> Choice:
    """`then` where the relation or truth value `condition` holds, else `otherwise`."""
    return Choice(condition, then, otherwise)


# --- binders -----------------------------------------------------------------------------------------------


class _Binder(Term):
    """`args` are the body, the bound index and the ends of its range.

    The name of the bound index tells how many such binders are inside, so that renaming it makes no difference.
    `written` is the index with which the author wrote it, for the print.
    """

    __slots__ = ("written",)

    def __new__(cls, *args: Any) -> Any:
        self = Term.__new__(cls, *args)
        self.written = None
        return self

    @property
    def func(self) -> Callable[..., Any]:
        return partial(_bind, type(self), self.written)

    def __reduce_ex__(self, protocol: Any) -> tuple:
        return _bind, (type(self), self.written, *self.args)

    @property
    def body(self) -> Any:
        return self.args[0]

    @property
    def variable(self) -> Index:
        return self.args[1]

    @property
    def free_symbols(self) -> set:
        return (self.body.free_symbols - {self.variable}).union(*(end.free_symbols for end in self.args[2:]))


def _canonical(body: Any, variable: Any, *ends: Any) -> tuple[Any, Index]:
    if not isinstance(variable, Index):
        raise StatementError(f"a product or series runs over an index, not over {variable}: declare it with index(...)")
    for end in ends:
        if variable in end.free_symbols:
            raise StatementError(f"the range of {variable} mentions {variable} itself: rename one of them")
    height = 1 + max((int(node.variable.name[2:]) for node in walk(body) if isinstance(node, _Binder)), default=0)
    bound = Index(f"'k{height}", "integer")  # no name that is written or made elsewhere begins so
    if bound in body.free_symbols - {variable}:
        raise StatementError(f"{bound} is the name of a bound index: rename it")
    return substituted(body, {variable: bound}), bound


def _bind(kind: type[_Binder], written: Index | None, *args: Any) -> Any:
    node = kind(*args)
    node.written = written
    return node


LETTERS = "kjlmnipqrs"


def opened(node: Any, shown: Callable[[Any], str] = str) -> tuple[Any, Index]:
    """The body of a product or series, and its index, named for the print: as its author wrote it, unless something in
    the body is shown alike."""
    symbols = {s for s in walk(node) if isinstance(s, (Parameter, Family, Function)) and s != node.variable}
    taken = {shown(s) for s in symbols} | {getattr(s, "written", None) for s in walk(node.body)}
    more = chain(LETTERS, (f"k{number}" for number in count(1)))
    names = chain([node.written] if node.written is not None else [], (Index(name, "integer") for name in more))
    variable = next(v for v in names if shown(v) not in taken and v not in taken)
    return substituted(node.body, {node.variable: variable}), variable


class Product(_Binder):
    """`prod_{i=a}^{b} f(i)`; an empty range gives 1.  Made by `product`."""


class InfiniteSum(_Binder):
    """`sum_{i=a}^{oo} f(i)`, the limit of the partial sums.  Made by `infinite_sum`.

    Undefined where the series diverges.
    """


def product(body: Any, variable: Index, low: Any, high: Any) -> Product:
    """The finite product of `body` for `variable` from `low` to `high`."""
    low, high = term(low), term(high)
    body, bound = _canonical(term(body), variable, low, high)
    return _bind(Product, variable, body, bound, low, high)


def infinite_sum(body: Any, variable: Index, low: Any) -> InfiniteSum:
    """The series of `body` for `variable` from `low` on."""
    low = term(low)
    body, bound = _canonical(term(body), variable, low)
    return _bind(InfiniteSum, variable, body, bound, low)


# --- moments -----------------------------------------------------------------------------------------------


class Conditional(Term):
    """`E[X | Y, ...]`: a random quantity, a function of `Y, ...`."""

    def __new__(cls, of: Any, *given: Any) -> Conditional:
        if not given:
            raise StatementError("a conditional expectation names what it is conditional on")
        return Term.__new__(cls, term(of), *(term(g) for g in given))
