"""From the trees of step files to the terms of the language.

Names are looked up in scopes; every bound name becomes a symbol of its own (`i` becomes `i'3`), so that nothing is
captured.  On the way, `Translation` notes what the terms need in order to be defined and real beyond what the kernel
sees: the length of a random sequence, the argument of a logarithm, a square root that is to be real.

There are two readings of a series: as a limit of finite sums, for the kernel, and as one node, for exact values.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from functools import reduce
from typing import Any

import sympy

from ..language import functions as L
from ..language import terms as T
from ..language.errors import SgdproofsError, StatementError
from ..language.statements import Relation, eq, ge, gt, le, ne
from .reader import RELATIONS, Node, ReadingError, names_in, read

__all__ = [
    "ALTERNATIVES",
    "CaseError",
    "Context",
    "Macro",
    "Names",
    "Need",
    "NotInLanguage",
    "Translation",
    "conditions",
    "integral",
    "spread",
]


class CaseError(SgdproofsError):
    """A case that is not well formed: an error of whoever wrote it."""


class NotInLanguage(SgdproofsError):
    """A case that is well formed, and says something that the language cannot say."""


MATRICES = frozenset(
    (
        "Transpose",
        "Inverse",
        "Trace",
        "Det",
        "Eye",
        "Zeros",
        "Ones",
        "dot",
        "norm",
        "norm2",
        "diagmat",
        "psd_ge",
        "psd_le",
        "outer",
        "kron",
    )
)
ALTERNATIVES = 8
"""The most alternatives that assumptions with Or may have."""


@dataclass(frozen=True)
class Need:
    """What must hold for a claim to make sense: `relation` under its own `when`.

    If it is `necessary`, a point where it fails is one where the claim is undefined; otherwise it is only what the
    kernel relies on, such as that a square root is real.
    """

    relation: Relation
    necessary: bool
    real: bool = False
    """Whether it only says that the value of a function is real."""


@dataclass(frozen=True)
class Macro:
    """A definition that is no recurrence: `args` and the tree of its value."""

    name: str
    args: tuple[str, ...]
    body: Node


@dataclass
class Defined:
    """A family that a recurrence defines: its index, its first place, and what its values need."""

    family: T.Family
    over: T.Index
    first: int
    needs: list[Need] = field(default_factory=list)


@dataclass
class Names:
    """What the names of a case mean, outside of every binder."""

    known: dict[str, Any] = field(default_factory=dict)
    lengths: dict[str, tuple] = field(default_factory=dict)
    arities: dict[str, int] = field(default_factory=dict)
    used: dict[str, set[bool]] = field(default_factory=dict)
    count: int = 0
    complexes: list[Any] = field(default_factory=list)
    within: dict[str, set[str]] = field(default_factory=dict)
    """The names that a definition mentions, itself or through others."""

    def define(self, name: str, arguments: Iterable[str], bodies: Iterable[Node]) -> None:
        """Note what a definition mentions."""
        own = {n for body in bodies for n in free(body)} - {name, *arguments}
        self.within[name] = own.union(*(self.within.get(n, ()) for n in own))

    def declare(self, name: str, value: Any) -> None:
        if name in self.known:
            raise CaseError(f"{name} is declared twice: rename one of them")
        self.known[name] = value

    def fresh(self, base: str) -> str:
        self.count += 1
        return f"{base}'{self.count}"


@dataclass(frozen=True)
class Undefined:
    """A declared function; `real` says that some of its arguments are not seen to be integers."""

    name: str
    real: bool = False


Context = tuple[Relation, ...]


class Translation:
    """One reading of expressions; `needs` gathers what they need.  `exact` asks for the form for exact values."""

    def __init__(self, names: Names, exact: bool = False) -> None:
        self.names, self.exact = names, exact
        self.needs: list[Need] = []
        self.also: list[Relation] = []
        self.granted: list[Relation] = []
        """What assumptions need in order to be defined."""
        self.context: list[Relation] = []
        self.scopes: list[dict[str, Any]] = []
        self.assuming = False
        self.inside = 0
        self.limits = 0
        self.defining: Defined | None = None
        self.expanding: list[str] = []

    # --- names --------------------------------------------------------------------------------------------

    def name(self, node: Node) -> Any:
        for scope in reversed(self.scopes):
            if node.value in scope:
                return scope[node.value]
        for other in self.names.within.get(node.value, ()):
            if self.bound(other):
                # Whether the definition means the name outside or the one that is bound here is not said.
                raise NotInLanguage(f"{other} is bound here, and the definition of {node.value} mentions it: rename it")
        return self.names.known.get(node.value)

    def bound(self, name: str) -> bool:
        return any(name in scope for scope in self.scopes)

    @contextmanager
    def scope(self, names: dict[str, Any], context: tuple[Relation, ...] = (), inside: bool = True) -> Iterator[None]:
        self.scopes.append(names)
        self.context += context
        self.inside += inside
        try:
            yield
        finally:
            self.scopes.pop()
            del self.context[len(self.context) - len(context) :]
            self.inside -= inside

    def need(self, relation: Relation, necessary: bool, real: bool = False) -> None:
        """Note a need at the present place; what assumptions need in order to be defined is assumed with them."""
        if self.assuming and necessary:
            if not self.context:  # an assumption is true only where it is defined
                self.granted.append(relation)
            return
        if real and self.limits:
            return  # close to the point of a limit, the kernel asks itself whether a root is real
        necessary = necessary and not self.limits  # what happens at one place does not matter to a limit
        if not (
            isinstance(relation.lhs, sympy.Rational) and isinstance(relation.rhs, sympy.Rational) and _true(relation)
        ):
            self.needs.append(Need(relation.given(*self.context), necessary, real))

    # --- terms --------------------------------------------------------------------------------------------

    def text(self, text: Any) -> Any:
        try:
            return self.term(read(text))
        except ReadingError as error:
            raise CaseError(f"{_short(text)}: {error}") from None

    def term(self, node: Node) -> Any:
        """The term of a tree."""
        handler = getattr(self, f"_{_KINDS.get(node.kind, node.kind)}", None)
        if handler is None:
            raise CaseError(f"at {node.at + 1}: a {node.kind} is no quantity")
        return handler(node)

    def _number(self, node: Node) -> Any:
        return T.number(node.value)

    def _name(self, node: Node) -> Any:
        found = self.name(node)
        if found is None:
            if node.value == "oo":
                raise CaseError(f"at {node.at + 1}: oo stands only at the end of a range or in a limit")
            if node.value in ("True", "False"):
                raise CaseError(f"at {node.at + 1}: {node.value} is a condition, not a quantity")
            raise CaseError(f"at {node.at + 1}: {node.value} is not declared: add it to symbols")
        if isinstance(found, T.Family) and found.arity == 0:
            return T.Element(found)
        if isinstance(found, (T.Family, Undefined, Macro, Defined)):
            if isinstance(found, Macro) and not found.args:
                return self._expanded(found, (), node)
            raise CaseError(f"at {node.at + 1}: {node.value} needs its arguments, as in {node.value}(i)")
        return found

    def _plus(self, node: Node) -> Any:
        return T.Plus(*(self.term(p) for p in node.parts))

    def _times(self, node: Node) -> Any:
        return T.Times(*(self.term(p) for p in node.parts))

    def _over(self, node: Node) -> Any:
        above, below = (self.term(p) for p in node.parts)
        return T.Quotient(above, below)

    def _neg(self, node: Node) -> Any:
        return T.Negative(self.term(node.parts[0]))

    def _power(self, node: Node) -> Any:
        base, exponent = (self.term(p) for p in node.parts)
        exponent = _value(exponent)
        if integral(exponent):
            return T.Power(base, exponent)
        if isinstance(exponent, sympy.Rational) and exponent > 0:
            self.need(ge(base, 0), False, real=True)
        else:
            self.need(gt(base, 0), False, real=True)
        return L.RealPower(base, exponent)

    def _call(self, node: Node) -> Any:
        found = self.name(node)
        builtin = _BUILTIN.get(node.value)
        if isinstance(found, (T.Family, Undefined, Macro, Defined)):
            if builtin is not None or node.value in MATRICES:
                raise NotInLanguage(f"{node.value} is declared, and is a function of the language")
            return self._applied(found, node)
        if node.value in MATRICES:
            raise NotInLanguage("matrices")
        if builtin is None:
            if found is not None:
                raise CaseError(f"at {node.at + 1}: {node.value} is no function")
            raise NotInLanguage(f"the function {node.value}")
        return builtin(self, node)

    def _applied(self, found: Any, node: Node) -> Any:
        arguments = tuple(_value(self.term(p)) for p in node.parts)
        if isinstance(found, Macro):
            return self._expanded(found, arguments, node)
        if not arguments:
            raise CaseError(f"at {node.at + 1}: {node.value}() has no arguments")
        if self.names.arities.setdefault(node.value, len(arguments)) != len(arguments):
            raise CaseError(
                f"at {node.at + 1}: {node.value} takes {self.names.arities[node.value]} arguments, got {len(arguments)}"
            )
        whole = all(map(integral, arguments))
        if isinstance(found, Undefined):
            whole = whole and not found.real and not any(T.is_random(a) for a in arguments)
            self.names.used.setdefault(node.value, set()).add(whole)
            if not whole:
                return T.function(node.value)(*arguments)
            return T.Element(T.family(node.value, arity=len(arguments)), *arguments)
        if not whole:
            raise NotInLanguage(f"{node.value} at a place that is not seen to be an integer")
        family = found.family if isinstance(found, Defined) else found
        try:
            element = T.Element(family, *arguments)
        except StatementError as error:
            raise NotInLanguage(f"an element that does not exist: {error}") from None
        if isinstance(found, Defined):
            self._needs_of(found, arguments[0])
        for place, last in zip(arguments, self.names.lengths.get(node.value, ()), strict=False):
            self.need(le(place, last), True)
        for place in arguments[1:] if node.value in self.names.lengths else ():
            self.need(ge(place, 1), True)
        return element

    def _needs_of(self, found: Defined, place: Any) -> None:
        """What the values of a recurrence up to `place` need."""
        if found is self.defining:
            return
        for n in found.needs:
            self.need(n.relation.given(ge(found.over, found.first), le(found.over, place)), n.necessary)

    def _expanded(self, macro: Macro, arguments: tuple, node: Node) -> Any:
        if len(arguments) != len(macro.args):
            raise CaseError(f"at {node.at + 1}: {macro.name} takes {len(macro.args)} arguments, got {len(arguments)}")
        if macro.name in self.expanding:
            raise NotInLanguage(f"{macro.name} is defined by itself")
        if len(self.expanding) > 20:
            raise NotInLanguage("more than 20 definitions inside one another")
        scopes, self.scopes = self.scopes, [dict(zip(macro.args, arguments, strict=True))]
        self.expanding.append(macro.name)
        try:
            return self.term(macro.body)
        finally:
            self.scopes = scopes
            self.expanding.pop()

    # --- functions ----------------------------------------------------------------------------------------

    def arguments(self, node: Node, count: int) -> list:
        if len(node.parts) != count:
            raise CaseError(
                f"at {node.at + 1}: {node.value} takes {count} argument{'s' * (count > 1)}, got {len(node.parts)}"
            )
        return [self.term(p) for p in node.parts]

    def extreme(self, node: Node) -> Any:
        if not node.parts:
            raise CaseError(f"at {node.at + 1}: {node.value} of nothing")
        kind = T.Minimum if node.value == "Min" else T.Maximum
        return reduce(kind, (self.term(p) for p in node.parts))

    def root(self, node: Node) -> Any:
        (inside,) = self.arguments(node, 1)
        self.need(ge(inside, 0), False, real=True)
        return L.SquareRoot(inside)

    def logarithm(self, node: Node) -> Any:
        (inside,) = self.arguments(node, 1)
        self.need(gt(inside, 0), False, real=True)
        if not self.limits:
            self.need(ne(inside, 0), True)
        return L.Logarithm(inside)

    def delta(self, node: Node) -> Any:
        return L.choice(L.EqualTo(*self.arguments(node, 2)), 1, 0)

    def indicator(self, node: Node) -> Any:
        return L.choice(self.truth(self.one(node)), 1, 0)

    def probability(self, node: Node) -> Any:
        with self.deeper():
            return T.E(self.indicator(node))

    def conditioned(self, node: Node) -> Any:
        """`E[X | A] = E[X 1_A] / P(A)`, where X counts only where A holds."""
        if len(node.parts) != 2:
            raise CaseError(f"at {node.at + 1}: EGiven takes a quantity and a condition")
        with self.deeper():
            condition = self.truth(node.parts[1])
            with self.scope({}, _relations(condition)):
                inside = self.term(node.parts[0])
        return T.Quotient(T.E(L.choice(condition, inside, 0)), T.E(L.choice(condition, 1, 0)))

    def conditional(self, node: Node) -> Any:
        if len(node.parts) < 2:
            raise CaseError(f"at {node.at + 1}: CondE takes a quantity and what it is conditional on")
        with self.deeper():
            return L.Conditional(*(self.term(p) for p in node.parts))

    def moment(self, node: Node) -> Any:
        if node.value == "Cov" and len(node.parts) == 1:
            raise NotInLanguage("matrices (a covariance matrix)")
        count = 2 if node.value == "Cov" else 1
        with self.deeper():
            return {"E": T.E, "Var": T.Var, "Cov": T.Cov}[node.value](*self.arguments(node, count))

    @contextmanager
    def deeper(self) -> Iterator[None]:
        with self.scope({}):
            yield

    def one(self, node: Node) -> Node:
        if len(node.parts) != 1:
            raise CaseError(f"at {node.at + 1}: {node.value} takes one condition")
        return node.parts[0]

    def cases(self, node: Node) -> Any:
        """`Piecewise((a, A), (b, B), ..., (c, True))`."""
        branches = []
        context: list[Relation] = []
        last: Any = None
        granted = len(self.granted)
        for k, part in enumerate(node.parts):
            if part.kind != "tuple" or len(part.parts) != 2:
                raise CaseError(f"at {part.at + 1}: a case is a pair (value, condition)")
            if k == len(node.parts) - 1 and part.parts[1].kind == "name" and part.parts[1].value == "True":
                with self.scope({}, tuple(context)):
                    last = self.term(part.parts[0])
                break
            condition = self.truth(part.parts[1])
            with self.scope({}, (*context, *_relations(condition))):
                branches.append((condition, self.term(part.parts[0])))
            own = _relations(condition)
            context += [own[0].negated()] if len(own) == 1 and not _random(own[0]) else []
        del self.granted[granted:]  # a case that never occurs need not be defined
        if last is None:
            raise NotInLanguage("cases without a last one for True")
        for condition, value in reversed(branches):
            last = L.choice(condition, value, last)
        return last

    def truth(self, node: Node) -> Any:
        """The truth value of a condition as a number."""
        if node.kind == "name" and node.value in ("True", "False") and self.name(node) is None:
            return T.number(1 if node.value == "True" else 0)
        if node.kind == "compare":
            parts = [self.term(p) for p in node.parts]
            found = [_compared(a, sign, b) for a, sign, b in zip(parts, node.value, parts[1:])]
            return reduce(L.Both, found)
        if node.kind == "call" and node.value in RELATIONS:
            left, right = self.arguments(node, 2)
            return _compared(left, RELATIONS[node.value], right)
        if node.kind == "call" and node.value in ("And", "Or") and node.parts:
            parts = [self.truth(p) for p in node.parts]
            return reduce(L.Both if node.value == "And" else L.Either, parts)
        if node.kind == "call" and node.value == "Not":
            return L.Negation(self.truth(self.one(node)))
        raise CaseError(f"at {node.at + 1}: a condition is a relation, And, Or, Not or True")

    # --- binders ------------------------------------------------------------------------------------------

    def total(self, node: Node) -> Any:
        """`Sum` or `Product`: the last range is the outermost."""
        if len(node.parts) < 2:
            raise CaseError(f"at {node.at + 1}: {node.value} takes a body and ranges (i, first, last)")
        body, *ranges = node.parts
        distinct = self._distinct(node)
        if distinct is not None:
            return distinct
        return self._ranged(node.value, body, list(ranges), [])

    def _range(self, place: Node) -> tuple[str, Node, Node]:
        if place.kind != "tuple" or len(place.parts) != 3 or place.parts[0].kind != "name":
            raise CaseError(f"at {place.at + 1}: a range is (i, first, last)")
        return place.parts[0].value, place.parts[1], place.parts[2]

    def _ends(self, first: Node, last: Node, kind: str) -> tuple[Any, Any]:
        low = self.term(first)
        infinite = last.kind == "name" and last.value == "oo" and self.name(last) is None
        high = None if infinite else self.term(last)
        for end in (low, high):
            if end is not None and not integral(end):
                raise NotInLanguage("a range with an end that is not seen to be an integer")
        if high is not None and self.assuming and kind == "Sum":
            self.need(ge(high, low - 1 if isinstance(low, T.Term) else T.number(int(low) - 1)), False)
        return low, high

    def _ranged(self, kind: str, body: Node, ranges: list[Node], opened: list) -> Any:
        if not ranges:
            return self.term(body)
        name, first, last = self._range(ranges[-1])
        low, high = self._ends(first, last, kind)
        variable = T.Index(self.names.fresh(name), "integer")
        context = (ge(variable, low),) + ((le(variable, high),) if high is not None else ())
        with self.scope({name: variable}, context):
            inner = self._ranged(kind, body, ranges[:-1], opened)
        if kind == "Product" or high is None:
            if T.is_random(inner):
                raise NotInLanguage(f"a {'product' if kind == 'Product' else 'series'} of random quantities")
            if high is not None:
                return L.product(inner, variable, low, high)
            if kind == "Product":
                raise NotInLanguage("infinite products")
            if self.exact:
                return L.infinite_sum(inner, variable, low)
            steps = T.Index(self.names.fresh("n"), "integer", 0)
            return T.limit(T.Sum(inner, (variable, low, T.Plus(low, steps))), steps)
        if isinstance(inner, T.Sum) and not inner.distinct and len(ranges) > 1:
            return T.Sum(inner.body, *map(tuple, inner.ranges), (variable, low, high))
        return T.Sum(inner, (variable, low, high))

    def _distinct(self, node: Node) -> Any:
        """`Sum(Piecewise((f, Ne(i, j)), (0, True)), (i, ...), (j, ...))`: the sum over different values."""
        body, *ranges = node.parts
        if (
            node.value != "Sum"
            or len(ranges) != 2
            or body.kind != "call"
            or body.value != "Piecewise"
            or len(body.parts) != 2
        ):
            return None
        (first, rest) = body.parts
        if any(p.kind != "tuple" or len(p.parts) != 2 for p in (first, rest)):
            return None
        zero, always, apart = rest.parts[0], rest.parts[1], first.parts[1]
        if zero.kind != "number" or zero.value or always.kind != "name" or always.value != "True":
            return None
        if not (apart.kind == "call" and apart.value == "Ne" or apart.kind == "compare" and apart.value == ("!=",)):
            return None
        (inner, a, b), (outer, c, d) = (self._range(r) for r in ranges)
        if inner == outer or sorted(p.value for p in apart.parts if p.kind == "name") != sorted((inner, outer)):
            return None
        ends_outer = self._ends(c, d, "Sum")
        ends_inner = self._ends(a, b, "Sum")
        if None in (*ends_outer, *ends_inner) or outer in names_in(a) | names_in(b):
            return None
        variables = [T.Index(self.names.fresh(n), "integer") for n in (inner, outer)]
        places = [(v, *ends) for v, ends in zip(variables, (ends_inner, ends_outer))]
        context = tuple(r for v, low, high in places for r in (ge(v, low), le(v, high))) + (ne(*variables),)
        with self.scope(dict(zip((inner, outer), variables)), context):
            return T.Sum(self.term(first.parts[0]), *places, distinct=True)

    def limit(self, node: Node) -> Any:
        if len(node.parts) not in (3, 4) or node.parts[1].kind != "name":
            raise CaseError(f"at {node.at + 1}: a limit is Limit(f, v, a) or Limit(f, v, a, '+')")
        if self.assuming:
            raise NotInLanguage("a limit in an assumption")
        body, variable, point = node.parts[0], node.parts[1].value, node.parts[2]
        side = node.parts[3].value if len(node.parts) == 4 else ""
        if len(node.parts) == 4 and node.parts[3].kind != "string":
            raise CaseError(f"at {node.parts[3].at + 1}: the side of a limit is '+' or '-'")
        if point.kind == "name" and point.value == "oo" and self.name(point) is None:
            return self._at_infinity(body, variable)
        if names_in(point) & {"oo"} and self.name(Node("name", "oo")) is None:
            raise NotInLanguage("a limit at minus infinity")
        at = self.term(point)
        if T.is_random(at):
            raise NotInLanguage("a limit at a random point")
        if side:
            return self._one_sided(body, variable, at, side)
        if self.inside:
            raise NotInLanguage("a two-sided limit inside of something else")
        right, left = (self._one_sided(body, variable, at, s) for s in "+-")
        # The two-sided limit exists if and only if these two exist and agree; then it is either of them.
        self.also.append(eq(right, left))
        return right

    def _one_sided(self, body: Node, variable: str, at: Any, side: str) -> Any:
        distance = T.Parameter(self.names.fresh("h"), "real", 0, True)
        shifted = distance if side == "+" else T.Negative(distance)
        place = shifted if at == T.number(0) else T.Plus(at, shifted)
        with self.scope({variable: place}), self.limiting():
            return T.limit(self.term(body), distance, 0)

    def _at_infinity(self, body: Node, variable: str) -> Any:
        declared = self.names.known.get(variable)
        counted = (
            _counts(body, variable, self.names) or isinstance(declared, T.Parameter) and declared.sort == "integer"
        )
        kind = T.Index if counted else T.Parameter
        symbol = kind(self.names.fresh(variable), "integer" if counted else "real", 1)
        with self.scope({variable: symbol}), self.limiting():
            return T.limit(self.term(body), symbol)

    @contextmanager
    def limiting(self) -> Iterator[None]:
        self.limits += 1
        try:
            yield
        finally:
            self.limits -= 1

    def partial(self, node: Node) -> Any:
        if len(node.parts) != 2:
            raise CaseError(f"at {node.at + 1}: a derivative is D(f, v)")
        if self.assuming:
            raise NotInLanguage("a derivative in an assumption")
        with self.deeper():
            body, variable = (self.term(p) for p in node.parts)
        try:
            return T.Partial(body, variable)
        except StatementError as error:
            raise NotInLanguage(str(error)) from None

    # --- conditions ---------------------------------------------------------------------------------------

    def alternatives(self, node: Node, positive: bool = True) -> list[Context]:
        """A condition as alternatives of relations, for assumptions and premises."""
        if node.kind == "name" and node.value in ("True", "False") and self.name(node) is None:
            return [()] if (node.value == "True") == positive else []
        if node.kind == "call" and node.value == "Not":
            return self.alternatives(self.one(node), not positive)
        if node.kind == "call" and node.value in ("And", "Or"):
            parts = [self.alternatives(p, positive) for p in node.parts]
            if (node.value == "And") == positive:
                found: list[Context] = [()]
                for options in parts:
                    found = [f + o for f in found for o in options]
                    self._few(found)
                return found
            if not self.exact:
                self.granted.clear()  # not all parts of an alternative need be defined for a proof to hold
            joined = [o for options in parts for o in options]
            if any(_random(r) for o in joined for r in o):
                raise NotInLanguage("alternatives for random quantities")
            if self.exact:  # a condition is true only where all of its parts are defined
                sides = dict.fromkeys(s for o in joined for r in o for s in (r.lhs, r.rhs) if not _total(s))
                joined = [(*(eq(s, s) for s in sides), *o) for o in joined]
            return self._few(joined)
        relations = self.relations(node)
        if positive:
            return [tuple(part for r in relations for part in spread(r, self.names.complexes))]
        if any(map(_random, relations)):
            raise NotInLanguage("the negation of a relation between random quantities")
        return self._few([(r.negated(),) for r in relations])

    def _few(self, found: list) -> list:
        if len(found) > ALTERNATIVES:
            raise NotInLanguage(f"assumptions with more than {ALTERNATIVES} alternatives")
        return found

    def relations(self, node: Node) -> list[Relation]:
        if node.kind == "compare":
            parts = [self.term(p) for p in node.parts]
            return [Relation(a, sign, b) for a, sign, b in zip(parts, node.value, parts[1:])]
        if node.kind == "call" and node.value in RELATIONS:
            left, right = self.arguments(node, 2)
            return [Relation(left, RELATIONS[node.value], right)]
        raise CaseError(f"at {node.at + 1}: a relation such as x > 0 is missing here")


_KINDS = {"+": "plus", "*": "times", "/": "over", "**": "power"}

_BUILTIN: dict[str, Any] = {
    "Sum": Translation.total,
    "Product": Translation.total,
    "Limit": Translation.limit,
    "D": Translation.partial,
    "E": Translation.moment,
    "Var": Translation.moment,
    "Cov": Translation.moment,
    "P": Translation.probability,
    "CondE": Translation.conditional,
    "EGiven": Translation.conditioned,
    "Indicator": Translation.indicator,
    "KroneckerDelta": Translation.delta,
    "Piecewise": Translation.cases,
    "Min": Translation.extreme,
    "Max": Translation.extreme,
    "Abs": lambda t, node: L.Absolute(*t.arguments(node, 1)),
    "exp": lambda t, node: L.Exponential(*t.arguments(node, 1)),
    "floor": lambda t, node: L.Floor(*t.arguments(node, 1)),
    "ceiling": lambda t, node: T.Negative(L.Floor(T.Negative(*t.arguments(node, 1)))),
    "sqrt": Translation.root,
    "log": Translation.logarithm,
}


def conditions(translation: Translation, texts: Any) -> list[Context]:
    """The alternatives of several conditions that all hold."""
    found: list[Context] = [()]
    for text in texts:
        try:
            options = translation.alternatives(read(text))
        except ReadingError as error:
            raise CaseError(f"{_short(text)}: {error}") from None
        found = [(*f, *translation.granted, *o) for f in found for o in options]
        translation.granted.clear()
        if len(found) > ALTERNATIVES:
            raise NotInLanguage(f"assumptions with more than {ALTERNATIVES} alternatives")
    return found


def integral(term: Any) -> bool:
    """True if the term, where it is defined, is seen to be an integer."""
    if isinstance(term, sympy.Rational):
        return bool(term.q == 1)
    if isinstance(term, T.Parameter):
        return bool(term.sort == "integer")
    if isinstance(term, L.Floor):
        return True
    if isinstance(term, (T.Plus, T.Times, T.Negative, T.Minimum, T.Maximum, L.Absolute)):
        return all(map(integral, term.args))
    if isinstance(term, T.Power):
        base, exponent = term.args
        if isinstance(exponent, T.Parameter):
            return integral(base) and exponent.sort == "integer" and exponent.lower is not None and exponent.lower >= 0
        return integral(base) and isinstance(exponent, sympy.Integer) and bool(exponent >= 0)
    return False


def _value(term: Any) -> Any:
    """Arithmetic of plain numbers, so that `1/2` as an exponent or `2 - 1` as an index is seen to be a number."""
    if isinstance(term, T.Negative) and isinstance(term.args[0], sympy.Rational):
        return T.number(-Fraction(int(term.args[0].p), int(term.args[0].q)))
    if isinstance(term, T.Quotient) and all(isinstance(a, sympy.Integer) for a in term.args) and term.args[1] != 0:
        return T.number(Fraction(int(term.args[0]), int(term.args[1])))
    return term


def spread(relation: Relation, complexes: Iterable[Any] = ()) -> Context:
    """`|u| < v` as `-v < u < v`, and the like for `<=`: for real numbers the same; other relations as they are."""
    if any(isinstance(x, (L.SquareRoot, L.Logarithm, L.RealPower)) or x in complexes for x in T.walk(relation)):
        return (relation,)
    left, rel, right = relation.lhs, relation.rel, relation.rhs
    if rel in (">", ">="):
        left, rel, right = right, {">": "<", ">=": "<="}[rel], left
    if rel in ("<", "<=") and isinstance(left, L.Absolute):
        inside = left.args[0]
        return Relation(inside, rel, right, relation.when), Relation(T.Negative(right), rel, inside, relation.when)
    return (relation,)


def _true(relation: Relation) -> bool:
    a, b = (Fraction(int(s.p), int(s.q)) for s in (relation.lhs, relation.rhs))
    return {"==": a == b, "!=": a != b, "<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}[relation.rel]


def _compared(left: Any, sign: str, right: Any) -> Any:
    if sign in (">", ">="):
        left, right, sign = right, left, {">": "<", ">=": "<="}[sign]
    node = {"==": L.EqualTo, "!=": L.EqualTo, "<": L.LessThan, "<=": L.AtMost}[sign](left, right)
    return L.Negation(node) if sign == "!=" else node


def _relations(condition: Any) -> Context:
    """What holds where a truth value is 1, as far as it is a conjunction of relations between numbers."""
    signs = {L.EqualTo: "==", L.LessThan: "<", L.AtMost: "<="}
    if isinstance(condition, L.Both):
        return tuple(r for part in condition.args for r in _relations(part))
    if isinstance(condition, L.Negation) and type(condition.args[0]) in signs:
        inner = condition.args[0]
        relation = Relation(inner.args[0], signs[type(inner)], inner.args[1]).negated()
    elif type(condition) in signs:
        relation = Relation(condition.args[0], signs[type(condition)], condition.args[1])
    else:
        return ()
    return () if _random(relation) else (relation,)


def _random(relation: Relation) -> bool:
    return T.is_random(relation.lhs) or T.is_random(relation.rhs)


def _total(term: Any) -> bool:
    """Whether a term is seen to be defined at every point."""
    return all(isinstance(x, (sympy.Rational, T.Parameter, T.Plus, T.Times, T.Negative)) for x in T.walk(term))


def free(node: Node) -> set[str]:
    """The names in an expression that no sum, product or limit in it binds."""
    if node.kind == "name":
        return {node.value}
    bound: set[str] = set()
    others = list(node.parts)
    if node.kind == "call" and node.value in ("Sum", "Product"):
        places = [p for p in node.parts[1:] if p.kind == "tuple" and p.parts[0].kind == "name"]
        bound = {p.parts[0].value for p in places}
        others = [end for p in places for end in p.parts[1:]]
    elif node.kind == "call" and node.value == "Limit" and len(node.parts) > 1 and node.parts[1].kind == "name":
        bound, others = {node.parts[1].value}, list(node.parts[2:])
    found = {node.value} if node.kind == "call" else set()
    return found.union(free(node.parts[0]) - bound if bound else set(), *map(free, others))


def _counts(body: Node, variable: str, names: Names) -> bool:
    """Whether a variable is one that counts: it occurs in an exponent, as an index, or at the end of a range."""
    for node in body.walk():
        if node.kind == "**" and variable in names_in(node.parts[1]):
            return True
        if node.kind == "call":
            own = names.known.get(node.value)
            if isinstance(own, (T.Family, Defined, Undefined)) and any(variable in names_in(p) for p in node.parts):
                return True
            if node.value in ("Sum", "Product") and any(variable in names_in(p) for p in node.parts[1:]):
                return True
    return False


def _short(text: Any) -> str:
    shown = repr(text)
    return shown if len(shown) <= 80 else shown[:77] + "..."
