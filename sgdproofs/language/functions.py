"""Functions beyond arithmetic: absolute value, roots, cases, products, conditional expectations.

As in `terms.py`, the nodes evaluate nothing and know no mathematics.  A truth value is a number: 1 or 0.
"""

from __future__ import annotations

from typing import Any

import sympy

from .errors import StatementError
from .terms import Index, Term, substituted, term, walk

__all__ = [
    "Absolute",
    "AtMost",
    "Both",
    "Choice",
    "Conditional",
    "Either",
    "EqualTo",
    "Exponential",
    "Floor",
    "InfiniteSum",
    "LessThan",
    "Logarithm",
    "Negation",
    "Product",
    "RealPower",
    "SquareRoot",
    "choice",
    "infinite_sum",
    "product",
]


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


# --- truth values ------------------------------------------------------------------------------------------


class EqualTo(_Binary):
    """1 where `a = b`, else 0."""


class LessThan(_Binary):
    """1 where `a < b`, else 0."""


class AtMost(_Binary):
    """1 where `a <= b`, else 0."""


class Both(_Binary):
    """1 where both truth values are 1, else 0."""


class Either(_Binary):
    """1 where one of the truth values is 1, else 0."""


class Negation(_Unary):
    """1 where the truth value is 0, else 0."""


class Choice(Term):
    """`Choice(condition, a, b)`: `a` where the condition holds, else `b`; only the chosen one must be defined."""

    def __new__(cls, condition: Any, then: Any, otherwise: Any) -> Choice:
        return Term.__new__(cls, term(condition), term(then), term(otherwise))


def choice(condition: Any, then: Any, otherwise: Any = 0) -> Choice:
    """`then` where the truth value `condition` is 1, else `otherwise`."""
    if not isinstance(condition, (EqualTo, LessThan, AtMost, Both, Either, Negation, sympy.Integer)):
        raise StatementError(
            f"{condition} is no truth value: use EqualTo, LessThan, AtMost, Both, Either, Negation, 1 or 0"
        )
    return Choice(condition, then, otherwise)


# --- binders -----------------------------------------------------------------------------------------------


class _Binder(Term):
    """`args` are the body, the bound index and the ends of its range.

    The name of the bound index tells how many such binders are inside, so that renaming it makes no difference.
    """

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
    return Product(body, bound, low, high)


def infinite_sum(body: Any, variable: Index, low: Any) -> InfiniteSum:
    """The series of `body` for `variable` from `low` on."""
    low = term(low)
    body, bound = _canonical(term(body), variable, low)
    return InfiniteSum(body, bound, low)


# --- moments -----------------------------------------------------------------------------------------------


class Conditional(Term):
    """`E[X | Y, ...]`: a random quantity, a function of `Y, ...`."""

    def __new__(cls, of: Any, *given: Any) -> Conditional:
        if not given:
            raise StatementError("a conditional expectation names what it is conditional on")
        return Term.__new__(cls, term(of), *(term(g) for g in given))
