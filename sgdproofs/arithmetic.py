"""What a formula needs besides plain arithmetic: checks of its arguments, elements of families, min and max, functions.

`sgdproofs export NAME --to python` copies from this file, which is why it needs nothing but Python.  Arguments may
be int, float, Fraction, numpy or mpmath numbers, arrays and tensors: only operators are used on them, and for roots,
exponentials and logarithms the functions of the library that they come from.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .language.errors import ConditionError

PRECISION = (
    "The arithmetic is that of the arguments.  Where large terms nearly cancel, floats lose digits and float32 more:\n"
    "pass Fraction, or mpmath numbers with more digits, to see how many are right."
)


def all_of(outcome: Any) -> bool:
    """Whether a comparison holds, for every element if it is one of arrays."""
    return bool(outcome.all()) if hasattr(outcome, "all") else bool(outcome)


def shown(value: Any) -> str:
    """The value for a message, short."""
    text = " ".join(str(value).split())
    return text if len(text) <= 60 else text[:57] + "..."


def guarded(formula: str) -> Callable[..., Any]:
    """A formula that takes its arguments by name, and whose result is finite.

    Floats that leave their range on the way (the result is 0, infinite or not a number) are computed again with
    exponents of any size; where that cannot be done, ConditionError says so.
    """
    from functools import wraps  # the imports stand here, since this function is copied

    def around(function: Any) -> Any:
        @wraps(function)
        def named(*values: Any, **arguments: Any) -> Any:
            if values:
                names = function.__code__.co_varnames[: function.__code__.co_kwonlyargcount]
                raise TypeError(f"{formula}: name the arguments: {', '.join(f'{name}=...' for name in names)}")
            try:
                result = function(**arguments)
            except (OverflowError, ZeroDivisionError):
                result = float("nan")
            if isinstance(result, float):
                return result if is_finite(result) and result != 0 else again(formula, function, arguments, result)
            if not is_finite(result):
                raise ConditionError(f"{formula}: the result overflows: pass Fraction or mpmath numbers")
            return result

        return named

    return around


def is_finite(value: Any) -> bool:
    """Whether a number, or every element of an array, is finite; what cannot be compared is taken as it is."""
    try:
        return all_of(abs(value) < float("inf"))
    except TypeError:
        return True


def again(formula: str, function: Any, arguments: dict, before: float) -> float:
    """The value of a formula whose floats left their range, or a zero that is one, computed in wide decimals."""
    from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal, localcontext

    def wide(value: Any) -> Any:
        if isinstance(value, (list, tuple)):
            return [wide(one) for one in value]
        if isinstance(value, dict):
            return {place: wide(one) for place, one in value.items()}
        return Decimal(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else value

    try:
        with localcontext(Context(prec=1000, Emax=MAX_EMAX, Emin=MIN_EMIN)):
            result = float(function(**{name: wide(value) for name, value in arguments.items()}))
    except ConditionError:
        raise
    except (ArithmeticError, TypeError):
        result = before
    if not is_finite(result):
        raise ConditionError(f"{formula}: the result, or a part of it, overflows: pass Fraction or mpmath numbers")
    return type(before)(result)


def admit(formula: str, name: str, value: Any, needs: str, whole: bool, bounds: tuple, scalar: bool) -> Any:
    """`value` if it is a number, or an array of numbers, in the domain; raise ConditionError otherwise.

    `bounds` are `(sign, p, q, open)` for `sign * value >= sign * p/q`; `whole` asks for
    integers, `scalar` for one number.
    """
    kind = str(getattr(value, "dtype", type(value).__name__)).lower()
    odd = ("bool", "str", "<u", "bytes", "complex", "datetime", "timedelta", "mpc")
    if any(word in kind for word in odd) or not (hasattr(value, "__mul__") and hasattr(value, "__sub__")):
        raise TypeError(
            f"{formula}: {name} is a real number or an array of them, got {type(value).__name__} {shown(value)}"
        )
    if scalar and getattr(value, "shape", None):
        raise TypeError(f"{formula}: {name} counts or numbers something: it is one integer, not an array")
    if hasattr(value, "astype") and "int" in kind:
        # Integers of fixed width would wrap around without a word.
        value = value.astype(float) if value.shape else int(value)
    try:
        if not all_of(value - value == 0):
            raise ConditionError(f"{formula} needs {name} to be a finite number, got {name} = {shown(value)}")
        if whole and not all_of(value % 1 == 0):
            raise ConditionError(f"{formula} needs {name} to be an integer, got {name} = {shown(value)}")
        for sign, p, q, is_open in bounds:
            distance = sign * (value * q - p)
            if not all_of(distance > 0 if is_open else distance >= 0):
                raise ConditionError(f"{formula} needs {needs}, got {name} = {shown(value)}")
    except (TypeError, ArithmeticError) as error:
        raise TypeError(
            f"{formula}: {name} is a real number or an array of them, got {shown(value)}: {error}"
        ) from None
    return int(value) if scalar and whole else value


def close(left: Any, right: Any) -> Any:
    """Equality; of inexact numbers up to rounding."""
    gap = abs(left - right)
    return (gap == 0) | (1_000_000_000 * gap <= abs(left) + abs(right))


def require(formula: str, holds: Any, needs: str, /, **values: Any) -> None:
    """Raise ConditionError unless a condition on the arguments holds."""
    if not all_of(holds):
        got = ", ".join(f"{name} = {shown(value)}" for name, value in values.items())
        raise ConditionError(f"{formula} needs {needs}" + (f", got {got}" if got else ""))


def elements(
    formula: str, name: str, values: Any, first: int, arity: int, conditions: tuple = ()
) -> Callable[..., Any]:
    """A family as a function of its indices.

    `values` is a function of the indices, a mapping, or a sequence (a nested one, or an array, for several
    indices) whose first item has the index `first`; further indices count from 1.
    """
    if callable(values):
        fetch = values
    elif isinstance(values, dict):

        def fetch(*places: int) -> Any:
            return values[places if arity > 1 else places[0]]
    elif isinstance(values, (str, bytes)) or not hasattr(values, "__getitem__"):
        raise TypeError(
            f"{formula}: {name} is a sequence, an array, a mapping or a function of its index, "
            f"got {type(values).__name__} {shown(values)}"
        )
    else:

        def fetch(*places: int) -> Any:
            value = values
            for start, place in zip((first,) + (1,) * (arity - 1), places):
                value = value[place - start]
            return value

    def element(*places: Any) -> Any:
        text = name + "".join(f"[{place}]" for place in places)
        if not callable(values) and not isinstance(values, dict):
            for start, place in zip((first,) + (1,) * (arity - 1), places):
                if place < start:
                    raise ConditionError(f"{formula} needs {text}, and the indices of {name} start at {start}")
        try:
            value = fetch(*places)
        except (IndexError, KeyError):
            raise ConditionError(f"{formula} needs {text}, which is not among the values given for {name}") from None
        value = admit(formula, text, value, "", False, (), False)
        for needs, holds in conditions:
            require(formula, holds(*places, value), needs, **{text: value})
        return value

    return element


def smaller(left: Any, right: Any) -> Any:
    """The minimum, element by element for arrays."""
    return pick(left <= right, left > right, left, right)


def larger(left: Any, right: Any) -> Any:
    """The maximum, element by element for arrays."""
    return pick(left >= right, left < right, left, right)


def pick(first: Any, second: Any, left: Any, right: Any) -> Any:
    """`left` where `first` holds, `right` where `second`, its opposite, does."""
    if getattr(first, "shape", ()):
        return first * left + second * right
    return left if first else right


# --- functions ---------------------------------------------------------------------------------------------


def called(function: str, value: Any) -> Any:
    """`sqrt`, `exp` or `log` of a number or array, by the library that it comes from."""
    import math
    import sys

    if hasattr(value, "__array_namespace__"):
        return getattr(value.__array_namespace__(), function)(value)
    if type(value).__module__ == "decimal":
        return getattr(value, "ln" if function == "log" else function)()
    library = sys.modules[type(value).__module__.partition(".")[0]]
    return getattr(library if hasattr(library, function) else math, function)(value)


def needed(holds: Any, what: str, value: Any) -> None:
    """Raise ConditionError unless a function is defined, which it may fail to be where floats have rounded."""
    if not all_of(holds):
        raise ConditionError(f"{what} {shown(value)} is not real: pass Fraction, or mpmath numbers with more digits")


def square_root(value: Any) -> Any:
    """The square root; of an int or a Fraction exactly, where it is rational."""
    needed(value >= 0, "the square root of", value)
    if type(value).__name__ in ("int", "Fraction"):
        from fractions import Fraction
        from math import isqrt

        exact = Fraction(isqrt(value.numerator), isqrt(value.denominator))
        if exact * exact == value:
            return exact if exact.denominator != 1 else exact.numerator
    return called("sqrt", value)


def exponential(value: Any) -> Any:
    """The exponential; of an exact 0 exactly 1."""
    return 1 if type(value).__name__ in ("int", "Fraction") and value == 0 else called("exp", value)


def logarithm(value: Any) -> Any:
    """The natural logarithm; of an exact 1 exactly 0."""
    needed(value > 0, "the logarithm of", value)
    return 0 if type(value).__name__ in ("int", "Fraction") and value == 1 else called("log", value)


def power_of(base: Any, exponent: Any) -> Any:
    """A power with a real exponent."""
    needed(base > 0, "a power with a real exponent, of the base", base)
    return base**exponent


def whole_part(value: Any) -> Any:
    """The largest integer that is not above the value."""
    return value - value % 1


def chosen(condition: Any, then: Callable[[], Any], otherwise: Callable[[], Any]) -> Any:
    """A case where the condition is 1, else the other; of arrays element by element, from both."""
    if getattr(condition, "shape", ()):
        return condition * then() + (1 - condition) * otherwise()
    return then() if condition else otherwise()


def multiplied(factors: Any) -> Any:
    """The product of all factors."""
    result: Any = 1
    for factor in factors:
        result = result * factor
    return result
