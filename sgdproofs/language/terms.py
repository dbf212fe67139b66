"""Terms: SymPy expressions that are kept exactly as they were written.

Every node is a `sympy.Expr`, but its operators never evaluate: `x/x` stays a quotient, so that its
divisor can be seen, and `a + b` keeps the author's order.  Nothing in this file knows any mathematics
beyond the shape of the nodes.

Numbers are integers and `fractions.Fraction`; a float is refused, since `0.1 + 0.2` is not `3/10`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import sympy
from sympy.core.basic import Basic

from .errors import StatementError

__all__ = [
    "Apply",
    "Cov",
    "E",
    "Element",
    "Family",
    "Function",
    "Index",
    "Limit",
    "Maximum",
    "Minimum",
    "Negative",
    "Parameter",
    "Partial",
    "Plus",
    "Power",
    "Quotient",
    "Row",
    "Sum",
    "Term",
    "Times",
    "Var",
    "family",
    "function",
    "index",
    "integer",
    "limit",
    "natural",
    "nonnegative",
    "number",
    "positive",
    "random_family",
    "random_variable",
    "real",
    "substituted",
    "term",
    "walk",
]


BITS = 4_000


def number(value: int | Fraction) -> sympy.Rational:
    """The exact rational `value` as a term."""
    fraction = Fraction(value)
    if max(abs(fraction.numerator), fraction.denominator).bit_length() > BITS:
        raise StatementError(f"a number of more than {BITS} binary digits: give it a name with real(...)")
    return sympy.Rational(fraction.numerator, fraction.denominator)


def term(value: Any) -> sympy.Expr:
    """Read `value` as a term; raise StatementError if it is a float, a string or a foreign symbol."""
    if isinstance(value, (Term, sympy.Rational)):
        return value
    if isinstance(value, (float, complex, sympy.Float)):
        raise StatementError(
            f"{value!r} is a floating point number: write an exact one, such as Fraction(1, 2), "
            "number(Fraction(1, 2))**t or a quotient of two terms"
        )
    if isinstance(value, bool) or not isinstance(value, (int, Fraction)):
        if isinstance(value, sympy.Symbol):
            raise StatementError(
                f"the symbol {value} has no domain: declare it, for instance {value} = real('{value}')"
            )
        if isinstance(value, (Family, Row)):
            raise StatementError(f"{value} is a family: say which element is meant, for instance {value}[t]")
        raise StatementError(f"{value!r} of type {type(value).__name__} is not a term of the language")
    return number(value)


def unchanging(self: Any, name: str, value: Any) -> None:
    """Set an attribute of a symbol or a statement once: what was proved is about it as it was."""
    if not name.startswith("_") and hasattr(self, name):
        raise AttributeError(f"{name} of {self} does not change: make another one")
    object.__setattr__(self, name, value)


DEPTH, SIZE = 200, 20_000
"""How deep and how large a term may be: what is larger is not read by people, and not checked in time."""


def _flat(node: Any) -> Iterator[Any]:
    """The terms in nested tuples, such as the ranges of a sum."""
    for part in node.args:
        yield from _flat(part) if isinstance(part, sympy.Tuple) else (part,)


class Term(sympy.Expr):
    """A node whose operators build larger nodes and evaluate nothing."""

    __slots__ = ("depth", "size")
    _op_priority = 100.0
    is_commutative = True

    def __new__(cls, *args: Any) -> Term:
        self = Basic.__new__(cls, *args)
        parts = [b for a in args for b in (_flat(a) if isinstance(a, sympy.Tuple) else (a,))]
        self.depth = 1 + max((getattr(a, "depth", 1) for a in parts), default=0)
        self.size = 1 + sum(getattr(a, "size", 1) for a in parts)
        if self.depth > DEPTH or self.size > SIZE:
            raise StatementError(
                f"a term is nested {self.depth} deep and has {self.size} parts (at most {DEPTH} and {SIZE}): "
                "give names to its parts with define(...)"
            )
        return self

    def __pos__(self) -> Term:
        return self

    def __abs__(self) -> Term:
        from .functions import Absolute

        return Absolute(self)

    def __neg__(self) -> Term:
        return Negative(self)

    def __add__(self, other: Any) -> Term:
        return _joined(Plus, self, term(other))

    def __radd__(self, other: Any) -> Term:
        return _joined(Plus, term(other), self)

    def __sub__(self, other: Any) -> Term:
        return _joined(Plus, self, Negative(term(other)))

    def __rsub__(self, other: Any) -> Term:
        return _joined(Plus, term(other), Negative(self))

    def __mul__(self, other: Any) -> Term:
        return _joined(Times, self, term(other))

    def __rmul__(self, other: Any) -> Term:
        return _joined(Times, term(other), self)

    def __truediv__(self, other: Any) -> Term:
        return Quotient(self, term(other))

    def __rtruediv__(self, other: Any) -> Term:
        return Quotient(term(other), self)

    def __pow__(self, other: Any, mod: Any = None) -> Term:
        return Power(self, term(other))

    def __rpow__(self, other: Any) -> Term:
        return Power(term(other), self)

    def __le__(self, other: Any) -> Any:
        return _relation(self, "<=", other)

    def __lt__(self, other: Any) -> Any:
        return _relation(self, "<", other)

    def __ge__(self, other: Any) -> Any:
        return _relation(self, ">=", other)

    def __gt__(self, other: Any) -> Any:
        return _relation(self, ">", other)

    def __float__(self) -> float:
        raise TypeError(f"{self} is a statement's term, not a number")

    def _sympystr(self, printer: Any) -> str:
        from .text import plain

        return plain(self)

    def __repr__(self) -> str:
        from .text import plain

        return plain(self)

    __str__ = __repr__


def _relation(lhs: Any, rel: str, rhs: Any) -> Any:
    from .statements import Relation

    return Relation(term(lhs), rel, term(rhs))


def _joined(node: type[Term], left: Any, right: Any) -> Term:
    """`(a + b) + c` as one sum of three; a bracket on the right stays a bracket."""
    head = left.args if type(left) is node else (left,)
    return node(*head, right)


class Plus(Term):
    """`a + b + ...` in the order written; `a - b` is `a + Negative(b)`."""


class Times(Term):
    """`a b ...` in the order written."""


class Negative(Term):
    """`-a`."""


class Quotient(Term):
    """`a / b`; undefined where `b = 0`."""


class Power(Term):
    """`a ** n`; `0 ** 0 = 1`.  Undefined for `a = 0` and `n < 0`, and for an exponent that is no integer."""


class Minimum(Term):
    """`min(a, b)`."""

    def __new__(cls, left: Any, right: Any) -> Minimum:
        return Term.__new__(cls, term(left), term(right))


class Maximum(Term):
    """`max(a, b)`."""

    def __new__(cls, left: Any, right: Any) -> Maximum:
        return Term.__new__(cls, term(left), term(right))


# --- symbols ---------------------------------------------------------------------------------------------

LOOKS = str.maketrans("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧοινυραɑɡıſ", "ABEZHIKMNOPTYXoivupaagif")
"""Letters that readers cannot tell from a plain one."""
WORDS = frozenset(
    ("E", "Var", "Cov", "Sum", "Product", "lim", "min", "max", "abs", "sqrt", "exp", "log", "floor", "choice")
)
"""Words of the language, in print."""


def readable(name: Any) -> str:
    """`name`, if people can read it: letters of Latin and Greek, digits, underscores and, at its end, primes.

    Letters that run from right to left, that are not seen, or that look like an exponent would make a text say
    something else than what was written.
    """
    plain = name.rstrip("'") if isinstance(name, str) else ""
    letters = [c for c in plain if not c.isascii()]
    known = all(unicodedata.name(c, "").startswith(("LATIN", "GREEK")) and c.isalpha() for c in letters)
    if len(plain) > 60:
        raise StatementError(f"a name of {len(plain):,} letters: use at most 60, and latex=... for the print")
    if not plain.isidentifier() or not known or unicodedata.normalize("NFKC", plain) != plain:
        raise StatementError(
            f"{name!a} is not a name: use letters, digits and underscores, and latex=... for the print"
        )
    return name


def look(name: str) -> str:
    """The name as it is seen: the same for two that readers cannot tell apart."""
    return name.translate(LOOKS)


class Parameter(Term):
    """A symbol with a declared domain: `sort` is real or integer, with optional bounds.

    `lower` and `upper` are rationals or None; `open_lower` and `open_upper` say that the bound itself is
    excluded.  Two parameters are the same only if name, domain and LaTeX agree.
    """

    __slots__ = ("name", "sort", "lower", "open_lower", "upper", "open_upper", "tex")
    __setattr__ = unchanging
    is_Atom = True

    def __new__(
        cls,
        name: str,
        sort: str = "real",
        lower: Any = None,
        open_lower: bool = False,
        upper: Any = None,
        open_upper: bool = False,
        tex: str | None = None,
    ) -> Parameter:
        if not isinstance(name, str) or not name.replace("'", "").isidentifier():
            raise StatementError(
                f"{name!r} is not a name: use letters, digits and underscores, and latex=... for the print"
            )
        self = Term.__new__(cls)
        self.name, self.sort = name, sort
        self.lower = None if lower is None else Fraction(_rational(lower))
        self.upper = None if upper is None else Fraction(_rational(upper))
        self.open_lower, self.open_upper, self.tex = open_lower, open_upper, tex
        if sort == "integer" and any(b is not None and b.denominator != 1 for b in (self.lower, self.upper)):
            raise StatementError(f"{name} is an integer, so its bounds are integers")
        if (
            self.lower is not None
            and self.upper is not None
            and (self.lower > self.upper or (self.lower == self.upper and (open_lower or open_upper)))
        ):
            raise StatementError(f"the domain of {name} is empty: {self.domain_text()}")
        return self

    def _hashable_content(self) -> tuple:
        return (self.name, self.sort, self.lower, self.open_lower, self.upper, self.open_upper, self.tex)

    def __getnewargs__(self) -> tuple:
        return self._hashable_content()

    def __getstate__(self) -> None:
        return None

    def __reduce_ex__(self, protocol: Any) -> tuple:
        return type(self), self._hashable_content()

    @property
    def free_symbols(self) -> set:
        return {self}

    def admits(self, value: Fraction) -> bool:
        """True if the number lies in the domain."""
        low = self.lower is None or value > self.lower or value == self.lower and not self.open_lower
        high = self.upper is None or value < self.upper or value == self.upper and not self.open_upper
        return low and high and (self.sort != "integer" or value.denominator == 1)

    def domain_text(self) -> str:
        """The domain in plain text, for instance `N natural, N >= 1` or `0 < mu < 1`."""
        low = "" if self.lower is None else f"{self.lower} {'<' if self.open_lower else '<='} "
        high = "" if self.upper is None else f" {'<' if self.open_upper else '<='} {self.upper}"
        if low and not high:
            bounds = f"{self.name} {'>' if self.open_lower else '>='} {self.lower}"
        else:
            bounds = f"{low}{self.name}{high}" if low or high else ""
        kind = "integer " if self.sort == "integer" else ("real " if not bounds else "")
        return f"{kind}{bounds}" if bounds else f"{kind}{self.name}"


class Index(Parameter):
    """An integer symbol that facts quantify over and sums, limits and inductions bind."""

    __slots__ = ()


def _rational(value: Any) -> Fraction:
    read = term(value)
    if not isinstance(read, sympy.Rational):
        raise StatementError(f"{value!r} is not a number: a bound of a domain is an integer or a Fraction")
    return Fraction(int(read.p), int(read.q))


def real(
    name: str,
    *,
    at_least: Any = None,
    above: Any = None,
    at_most: Any = None,
    below: Any = None,
    latex: str | None = None,
) -> Parameter:
    """A real parameter, for instance `real("mu", above=0, below=1)` for `0 < mu < 1`."""
    if at_least is not None and above is not None or at_most is not None and below is not None:
        raise StatementError(f"{name} has two bounds on one side: keep one of them")
    return Parameter(
        readable(name),
        "real",
        at_least if above is None else above,
        above is not None,
        at_most if below is None else below,
        below is not None,
        latex,
    )


def positive(name: str, *, latex: str | None = None) -> Parameter:
    """A real parameter with `name > 0`."""
    return real(name, above=0, latex=latex)


def nonnegative(name: str, *, latex: str | None = None) -> Parameter:
    """A real parameter with `name >= 0`."""
    return real(name, at_least=0, latex=latex)


def natural(name: str, *, at_least: int = 0, at_most: int | None = None, latex: str | None = None) -> Parameter:
    """An integer parameter with `name >= at_least` (0 unless told)."""
    return Parameter(readable(name), "integer", at_least, False, at_most, False, latex)


def integer(
    name: str, *, at_least: int | None = None, at_most: int | None = None, latex: str | None = None
) -> Parameter:
    """An integer parameter."""
    return Parameter(readable(name), "integer", at_least, False, at_most, False, latex)


def index(name: str, *, at_least: int | None = 0, latex: str | None = None) -> Index:
    """An integer index with `name >= at_least`; facts that mention it hold for all its values."""
    return Index(readable(name), "integer", at_least, False, None, False, latex)


# --- families --------------------------------------------------------------------------------------------


class Family(Basic):
    """Indexed quantities `x[t]`, `ghat[b][i]`: one declaration for all of them.

    `arity` is the number of indices, `random` says whether the elements are random variables, `first` is
    the smallest admissible first index (None: any integer).
    """

    __slots__ = ("name", "arity", "random", "first", "tex")
    __setattr__ = unchanging

    def __new__(
        cls, name: str, arity: int = 1, random: bool = False, first: int | None = None, tex: str | None = None
    ) -> Family:
        if not isinstance(name, str) or not name.isidentifier():
            raise StatementError(
                f"{name!r} is not a name: use letters, digits and underscores, and latex=... for the print"
            )
        self = Basic.__new__(cls)
        self.name, self.arity, self.random, self.first, self.tex = name, arity, random, first, tex
        return self

    def _hashable_content(self) -> tuple:
        return (self.name, self.arity, self.random, self.first, self.tex)

    def __getnewargs__(self) -> tuple:
        return self._hashable_content()

    def __reduce_ex__(self, protocol: Any) -> tuple:
        return type(self), self._hashable_content()

    def __str__(self) -> str:
        return self.name

    __repr__ = __str__

    def __getitem__(self, indices: Any) -> Any:
        return Row(self, ())[indices]

    def __iter__(self) -> Any:
        raise StatementError(f"{self.name} is a family of symbolic length: it cannot be looped over")


class Row:
    """A family with some of its indices given: `ghat[b]` of `ghat[b][i]`, the whole draw `b`."""

    def __init__(self, of: Family, indices: tuple) -> None:
        self.family, self.indices = of, indices

    def __getitem__(self, indices: Any) -> Any:
        more = tuple(term(i) for i in (indices if isinstance(indices, tuple) else (indices,)))
        got = self.indices + more
        if len(got) > self.family.arity:
            raise StatementError(f"{self.family.name} takes {self.family.arity} indices, got {len(got)}")
        return Element(self.family, *got) if len(got) == self.family.arity else Row(self.family, got)

    def __iter__(self) -> Any:
        raise StatementError(f"{self} cannot be looped over")

    def __eq__(self, other: Any) -> bool:
        return isinstance(other, Row) and (self.family, self.indices) == (other.family, other.indices)

    def __hash__(self) -> int:
        return hash((self.family, self.indices))

    def __str__(self) -> str:
        return self.family.name + (f"[{', '.join(map(str, self.indices))}]" if self.indices else "")

    __repr__ = __str__


class Element(Term):
    """One element of a family: `args` are the family and its indices."""

    def __new__(cls, of: Family, *indices: Any) -> Element:
        if len(indices) != of.arity:
            raise StatementError(f"{of.name} takes {of.arity} indices, got {len(indices)}")
        places = tuple(term(i) for i in indices)
        for place in places:
            if isinstance(place, sympy.Rational) and place.q != 1:
                raise StatementError(f"{of.name}[{place}]: an index is an integer")
        if places and of.first is not None and isinstance(places[0], sympy.Rational) and places[0] < of.first:
            raise StatementError(f"{of.name}[{places[0]}] is out of range: {of.name} starts at {of.first}")
        return Term.__new__(cls, of, *places)

    @property
    def family(self) -> Family:
        return self.args[0]

    @property
    def indices(self) -> tuple:
        return self.args[1:]


def family(name: str, *, arity: int = 1, first: int | None = None, latex: str | None = None) -> Family:
    """Deterministic indexed quantities; `first` is the smallest admissible first index."""
    return Family(readable(name), arity, False, first, latex)


def random_family(name: str, *, arity: int = 1, first: int | None = None, latex: str | None = None) -> Family:
    """Random indexed quantities.  Nothing is independent or identically distributed unless a fact says so."""
    return Family(readable(name), arity, True, first, latex)


def random_variable(name: str, *, latex: str | None = None) -> Element:
    """One random variable, with finite moments."""
    return Element(Family(readable(name), 0, True, None, latex))


class Function(Basic):
    """An undefined deterministic function: equal arguments give equal values, and nothing else is known."""

    __slots__ = ("name", "tex")

    def __new__(cls, name: str, tex: str | None = None) -> Function:
        self = Basic.__new__(cls)
        self.name, self.tex = name, tex
        return self

    def _hashable_content(self) -> tuple:
        return (self.name, self.tex)

    def __reduce_ex__(self, protocol: Any) -> tuple:
        return type(self), self._hashable_content()

    def __call__(self, *arguments: Any) -> Apply:
        return Apply(self, *(term(a) for a in arguments))

    def __str__(self) -> str:
        return self.name

    __repr__ = __str__


class Apply(Term):
    """An undefined function of some terms."""


def function(name: str, *, latex: str | None = None) -> Function:
    """An undefined function, for instance the stationary law as a function of drift and noise covariance."""
    return Function(readable(name), latex)


# --- binders and moments ---------------------------------------------------------------------------------


class Sum(Term):
    """`Sum(body, (i, a, b), (j, c, d), ...)`: the finite sum, first range innermost; an empty range gives 0.

    With `distinct=True` the indices run over pairwise different values.
    """

    def __new__(cls, body: Any, *ranges: Any, distinct: Any = False) -> Sum:
        read = []
        for place in ranges:
            if not isinstance(place, (tuple, sympy.Tuple)) or len(place) != 3:
                raise StatementError(f"a sum has ranges (index, first, last), such as (b, 1, B), not {place}")
            variable, low, high = place
            if not isinstance(variable, Index):
                raise StatementError(f"a sum runs over an index, not over {variable}: declare it with index(...)")
            read.append(sympy.Tuple(variable, term(low), term(high)))
        for k, (_, low, high) in enumerate(read):
            for inner, _, _ in read[: k + 1]:
                if inner in low.free_symbols | high.free_symbols:
                    raise StatementError(
                        f"the range of {read[k][0]} mentions {inner}, which this sum binds: rename one of them"
                    )
        if len({place[0] for place in read}) != len(read):
            raise StatementError("a sum binds one index twice: rename one of them")
        flag = sympy.true if distinct and distinct is not sympy.false else sympy.false
        return Term.__new__(cls, term(body), sympy.Tuple(*read), flag)

    def __reduce_ex__(self, protocol: Any) -> tuple:
        return _read_sum, (self.body, tuple(map(tuple, self.ranges)), self.distinct)

    @property
    def body(self) -> Any:
        return self.args[0]

    @property
    def ranges(self) -> tuple:
        return tuple(self.args[1])

    @property
    def distinct(self) -> bool:
        return self.args[2] is sympy.true

    @property
    def free_symbols(self) -> set:
        free: set = set(self.body.free_symbols)
        bound: set = set()
        for variable, low, high in self.ranges:
            free = (free - {variable}) | low.free_symbols | high.free_symbols
        return free - bound


def _read_sum(body: Any, ranges: tuple, distinct: bool) -> Sum:
    return Sum(body, *ranges, distinct=distinct)


class _Moment(Term):
    pass


class E(_Moment):
    """The expectation `E[X]`."""

    def __new__(cls, of: Any) -> E:
        return Term.__new__(cls, term(of))


class Var(_Moment):
    """The variance `E[X^2] - E[X]^2`."""

    def __new__(cls, of: Any) -> Var:
        return Term.__new__(cls, term(of))


class Cov(_Moment):
    """The covariance `E[X Y] - E[X] E[Y]`."""

    def __new__(cls, left: Any, right: Any) -> Cov:
        return Term.__new__(cls, term(left), term(right))


class Limit(Term):
    """The limit of a term as a symbol tends to infinity (over the integers for an index) or to a number.

    An equation about a limit says also that the limit exists.
    """

    @property
    def free_symbols(self) -> set:
        return (self.args[0].free_symbols - {self.args[1]}) | self.args[2].free_symbols


class _Infinity(Term):
    """The point that an index tends to; not a number, and no argument of arithmetic.  There is one."""

    def __new__(cls) -> _Infinity:
        return globals().get("INFINITY") or Term.__new__(cls)

    def __reduce__(self) -> str:
        return "INFINITY"

    def __reduce_ex__(self, protocol: Any) -> str:
        return "INFINITY"


INFINITY = _Infinity()


def limit(body: Any, variable: Parameter, point: Any = INFINITY) -> Limit:
    """`lim_{variable -> point} body`; to infinity unless a point is given (then from above, within the domain)."""
    if not isinstance(variable, Parameter):
        raise StatementError(f"a limit is taken in a parameter or an index, not in {variable}")
    if point is INFINITY:
        if variable.upper is not None:
            raise StatementError(f"{variable} cannot tend to infinity: {variable.domain_text()}")
        return Limit(term(body), variable, point)
    point = term(point)
    if isinstance(variable, Index) or variable.sort == "integer":
        raise StatementError(f"{variable} is an integer: it can tend to infinity only")
    if variable in point.free_symbols:
        raise StatementError(f"{variable} cannot tend to {point}, which depends on it")
    return Limit(term(body), variable, point)


class Partial(Term):
    """The partial derivative of a term with respect to a parameter or an element of a family."""

    def __new__(cls, body: Any, variable: Any) -> Partial:
        if not isinstance(variable, (Parameter, Element)):
            raise StatementError(f"a derivative is taken with respect to a symbol or an element, not {variable}")
        if isinstance(variable, Parameter) and variable.sort == "integer":
            raise StatementError(f"{variable} is an integer: there is no derivative with respect to it")
        if isinstance(variable, Parameter) and variable.lower is not None and variable.lower == variable.upper:
            raise StatementError(f"{variable} has one value only: there is no derivative with respect to it")
        return Term.__new__(cls, term(body), variable)


def is_random(node: Any) -> bool:
    """True if the value of a term depends on the outcome; a moment is a number."""
    if isinstance(node, _Moment):
        return False
    return isinstance(node, Element) and node.family.random or any(is_random(a) for a in node.args)


def walk(node: Any) -> Iterator[Any]:
    """Every subterm of `node`, itself included, outside in."""
    stack = [node]
    while stack:
        here = stack.pop()
        yield here
        stack.extend(reversed(here.args))


def bound_by(node: Any) -> set:
    """The symbols that a node binds."""
    if isinstance(node, Limit) or hasattr(node, "variable"):
        return {node.args[1]}
    return {v for v, _, _ in getattr(node, "ranges", ())}


def substituted(node: Any, values: dict) -> Any:
    """`node` with parameters replaced by terms, as written; a bound index is not replaced, and nothing is captured."""
    if node in values:
        return term(values[node])
    bound = bound_by(node)
    if bound:
        values = {v: new for v, new in values.items() if v not in bound and v in node.free_symbols}
        for new in values.values():
            for symbol in bound & term(new).free_symbols:
                raise StatementError(f"{symbol} is bound in {node}: rename it before {new} is put in")
    if not values or not node.args or isinstance(node, (Family, Parameter, Function)):
        return node
    if isinstance(node, sympy.Tuple):
        return sympy.Tuple(*(substituted(a, values) for a in node.args))
    arguments = [substituted(a, values) if isinstance(a, (sympy.Expr, sympy.Tuple)) else a for a in node.args]
    return (
        node.func(*arguments) if not isinstance(node, Sum) else Sum(arguments[0], *arguments[1], distinct=node.distinct)
    )
