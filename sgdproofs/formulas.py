"""Proved results as functions: `from sgdproofs.formulas import ema_variance_limit`.

The name of an entry, with underscores for dashes, is a `Formula`: a function of keyword arguments that
computes the right-hand side of the entry's claim by plain Python arithmetic, so that float, Fraction, numpy,
mpmath and tensors with automatic differentiation go through.  It takes

* every parameter and free index of the right-hand side, by its name;
* every family, as a sequence whose first item has the family's first index (1 unless declared), an array or
  nested sequence for several indices, a mapping, or a function of the indices;
* every moment that the right-hand side leaves standing, as a number: `Var(x)` is `var_x`, `E(x)` is `mean_x`.

Arguments outside the domains, or against a condition of the claim, raise ConditionError, and so does a condition on
a quantity that given equations express by the arguments (`eta h < 2` where `eta = B eta_0`).

The arithmetic is that of the arguments.  One float that leaves its range on the way is computed again in wide decimals,
or refused; elements of arrays are refused if they are not finite.  Digits that are lost where large terms nearly cancel
are not noticed: 1e6 steps of a running average cost a float32 result two of its seven digits.  Fraction loses nothing
where the result is rational (a root, an exponential or a logarithm that is not becomes a float), and mpmath numbers of
more digits show how many are right.

Only a proved claim is a formula: the derivation is checked when its formula is first imported, once in a process.
"""

from __future__ import annotations

import ast
import builtins
import dis
import functools
import inspect
import keyword
import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator
from fractions import Fraction
from math import lcm
from typing import TYPE_CHECKING, Any

from . import arithmetic, catalogue
from .language.errors import CatalogueError, StatementError

if TYPE_CHECKING:
    from .language.derivation import Derivation
    from .language.report import Report

HELPERS = (
    *("admit", "elements", "guarded", "require", "close", "smaller", "larger"),
    *("square_root", "exponential", "logarithm", "power_of", "whole_part", "chosen", "multiplied"),
)
FUNCTIONS = {
    "Absolute": "abs",
    "SquareRoot": "square_root",
    "Exponential": "exponential",
    "Logarithm": "logarithm",
    "RealPower": "power_of",
    "Floor": "whole_part",
    "Minimum": "smaller",
    "Maximum": "larger",
}
"""What computes the value of a node, by the name of its type."""
COMPARED: dict[str, type[ast.cmpop]] = {"EqualTo": ast.Eq, "LessThan": ast.Lt, "AtMost": ast.LtE}


class Formula:
    """The right-hand side of a proved equation, as a function of keyword arguments."""

    def __init__(self, report: Report) -> None:
        if report.verdict != "proved" or report.theorem is None:
            raise StatementError(f"{report.name} is {report.verdict}: only a proved claim has a formula")
        self.derivation: Derivation = report.subject
        self.report = report
        self.__name__ = identifier(report.name)
        self._writer = _Writer(report)
        self.definition = self._writer.function()
        self.__doc__ = ast.get_docstring(self.definition)
        namespace: dict[str, Any] = {name: getattr(arithmetic, name) for name in HELPERS} | {"Fraction": Fraction}
        module = ast.fix_missing_locations(ast.Module([self.definition], []))
        exec(compile(module, f"<formula {report.name}>", "exec"), namespace)
        self._function = namespace[self.__name__]
        self.__signature__ = inspect.signature(self._function)

    def __call__(self, *values: Any, **arguments: Any) -> Any:
        return self._function(*values, **arguments)

    def __repr__(self) -> str:
        return f"<formula {self.__name__}{self.__signature__}: {self.derivation.claim}>"

    def __reduce__(self) -> tuple:
        return _formula, (self.derivation.name,)

    @property
    def conditions(self) -> tuple[str, ...]:
        """The domains of the arguments, the assumptions of the claim, and the ledger of its proof."""
        from .render.told import merged

        ledger = [group[0].text for group in merged(self.report.conditions)]
        return tuple(dict.fromkeys([*self._writer.domains(), *self._writer.assumptions(), *ledger]))

    @property
    def latex(self) -> str:
        """The claim, in LaTeX math."""
        from .render.latex import latex

        return latex(self.derivation.claim)

    @property
    def sympy(self) -> Any:
        """The right-hand side as an ordinary SymPy expression of ordinary symbols.

        From here on SymPy's own rules apply, which drop conditions (`x/x` is 1) and give sums over reversed
        ranges another meaning.
        """
        return _ordinary(self.derivation.claim.rhs)


def identifier(name: str) -> str:
    """The Python name of an entry or parameter: `ema-variance-limit` is `ema_variance_limit`, `mu'` is `mu_prime`."""
    text = unicodedata.normalize("NFKC", name.replace("'", "_prime").replace("-", "_"))
    taken = keyword.iskeyword(text) or text in HELPERS or text == "Fraction" or hasattr(builtins, text)
    if not text.isidentifier():
        text = f"_{text}"
    return f"{text}_" if taken else text


# --- finding a formula -----------------------------------------------------------------------------------


@functools.cache
def _entries() -> catalogue.Catalogue:
    return catalogue.load()


@functools.cache
def _formula(name: str) -> Formula:
    from .verdicts import judge

    entries = _entries()
    entry = entries.entry(name)
    if not hasattr(entry, "proof"):
        raise CatalogueError(f"{name} refutes a claim, so it has no formula")
    report = judge(entry, entries)
    if report.verdict != "proved":
        where = next((f" at line {line.number}" for line in report.lines if line.verdict != "proved"), "")
        raise CatalogueError(f"{name} is {report.verdict}{where}, so it has no formula: see `sgdproofs check {name}`")
    return Formula(report)


def _names() -> dict[str, str]:
    return {
        identifier(entry.name): entry.name
        for entry in _entries().values()
        if hasattr(entry, "proof") and getattr(entry.claim, "rel", None) == "=="
    }


def __getattr__(name: str) -> Formula:
    if name.startswith("__"):
        raise AttributeError(name)
    try:
        known = {identifier(entry): entry for entry in _entries()}
        if name not in known:
            raise CatalogueError(
                f"no entry of the catalogue gives a formula {name!r}{catalogue.closest(name, _names())}"
            )
        return _formula(known[name])
    except (CatalogueError, StatementError) as error:
        # `from sgdproofs.formulas import name` would replace an AttributeError by a message of its own.
        caller = sys._getframe(1)
        imports = caller.f_lasti >= 0 and caller.f_code.co_code[caller.f_lasti] == dis.opmap["IMPORT_FROM"]
        raise (ImportError if imports else AttributeError)(str(error)) from None


def __dir__() -> list[str]:
    return sorted(["Formula", *_names()])


# --- writing the function --------------------------------------------------------------------------------


def _name(text: str) -> ast.Name:
    return ast.Name(text, ast.Load())


def _constant(value: Any) -> ast.expr:
    if isinstance(value, tuple):
        return ast.Tuple([_constant(v) for v in value], ast.Load())
    if isinstance(value, int) and value < 0:
        return ast.UnaryOp(ast.USub(), ast.Constant(-value))
    return ast.Constant(value)


def _call(function: str, *arguments: ast.expr, **named: ast.expr) -> ast.Call:
    return ast.Call(_name(function), list(arguments), [ast.keyword(k, v) for k, v in named.items()])


def _binary(left: ast.expr, sign: ast.operator, right: ast.expr) -> ast.expr:
    return ast.BinOp(left, sign, right)


class _Writer:
    """Writes a claim's right-hand side, and the checks of its arguments, as the syntax tree of a function.

    A term becomes a pair (c, tree), meaning c times the tree with a rational c; the tree is None for 1.  So
    no fraction stands in the arithmetic, and arrays and tensors, which do not mix with Fraction, go through.
    """

    def __init__(self, report: Report) -> None:
        claim = report.subject.claim
        if getattr(claim, "rel", None) != "==":
            raise StatementError(f"{report.name} claims {claim}, which is no equation, so it has no formula")
        self.report, self.claim, self.name = report, claim, report.name
        self.arguments: dict[str, Any] = {}
        """The arguments by their Python names: Parameter, Family, Function or a moment."""
        self.bound: dict[Any, ast.expr] = {}
        """What stands for a term here: bound indices, and the element that a condition is about."""
        self.counting: set[Any] = set()
        """Parameters in bounds of sums and in places of elements: single integers."""
        self.result = self.whole(claim.rhs)
        self.element_conditions: dict[Any, list[tuple[str, ast.Lambda]]] = {}
        self.checks: list[ast.stmt] = []
        self._conditions()

    # terms

    def whole(self, node: Any) -> ast.expr:
        """The tree of a term, its rational factor included."""
        return self._joined(*self.write(node))

    def _joined(self, c: Fraction, tree: ast.expr | None) -> ast.expr:
        if tree is None:
            return (
                _constant(c.numerator)
                if c.denominator == 1
                else _call("Fraction", _constant(c.numerator), _constant(c.denominator))
            )
        if abs(c.numerator) != 1:
            tree = _binary(_constant(abs(c.numerator)), ast.Mult(), tree) if c else _constant(0)
        if c.denominator != 1:
            tree = _binary(tree, ast.Div(), _constant(c.denominator))
        return ast.UnaryOp(ast.USub(), tree) if c < 0 else tree

    def write(self, node: Any) -> tuple[Fraction, ast.expr | None]:
        import sympy

        from .language import functions, terms

        if node in self.bound:
            return Fraction(1), self.bound[node]
        if isinstance(node, sympy.Rational):
            return Fraction(int(node.p), int(node.q)), None
        if isinstance(node, terms.Parameter):
            return Fraction(1), self.argument(node.name, node)
        if isinstance(node, terms.Element):
            named = self.argument(node.family.name, node.family)
            return Fraction(1), ast.Call(
                named, [self._integer(place) for place in node.indices], []
            ) if node.indices else named
        for kind, method in (
            (terms.Plus, self._plus),
            (terms.Times, self._times),
            (terms.Quotient, self._quotient),
            (terms.Power, self._power),
            (terms.Sum, self._sum),
            (functions.Product, self._product),
            (functions.Choice, self._choice),
        ):
            if isinstance(node, kind):
                return method(node)
        if isinstance(node, terms.Negative):
            c, tree = self.write(node.args[0])
            return -c, tree
        name = type(node).__name__
        if name in FUNCTIONS:
            return Fraction(1), _call(FUNCTIONS[name], *map(self.whole, node.args))
        if name in COMPARED:
            left, right = map(self.whole, node.args)
            outcome = ast.Compare(left, [COMPARED[name]()], [right])
            return Fraction(1), _binary(outcome, ast.Mult(), _constant(1))
        if isinstance(node, functions.Negation):
            return self.write(1 - node.args[0])
        if isinstance(node, functions.Both):
            return self._times(node)
        if isinstance(node, functions.Either):
            one, other = node.args
            return self.write(functions.Negation(functions.Both(*map(functions.Negation, (one, other)))))
        if isinstance(node, (terms.E, terms.Var, terms.Cov)):
            return Fraction(1), self._moment(node)
        if isinstance(node, terms.Apply):
            head = self.argument(node.args[0].name, node.args[0])
            return Fraction(1), ast.Call(head, [self.whole(a) for a in node.args[1:]], [])
        raise StatementError(f"{self.name} has no formula: {node} is not plain arithmetic")

    def argument(self, name: str, what: Any) -> ast.Name:
        text = identifier(name)
        if self.arguments.setdefault(text, what) != what:
            raise StatementError(f"{self.name} has no formula: two arguments would be called {text}")
        return _name(text)

    def _plus(self, node: Any) -> tuple[Fraction, ast.expr | None]:
        parts = [self.write(a) for a in node.args]
        if all(tree is None for _, tree in parts):
            return sum((c for c, _ in parts), Fraction(0)), None
        scale = lcm(*(c.denominator for c, tree in parts if tree is None))
        tree: ast.expr | None = None
        for c, part in parts:
            sign = ast.Sub() if c < 0 and tree is not None else ast.Add()
            shown = self._joined(scale * (abs(c) if tree is not None else c), part)
            tree = shown if tree is None else _binary(tree, sign, shown)
        return Fraction(1, scale), tree

    def _times(self, node: Any) -> tuple[Fraction, ast.expr | None]:
        scale, tree = Fraction(1), None
        for c, part in (self.write(a) for a in node.args):
            scale *= c
            if part is not None:
                tree = part if tree is None else _binary(tree, ast.Mult(), part)
        return scale, tree

    def _quotient(self, node: Any) -> tuple[Fraction, ast.expr | None]:
        (above, tree), (below, divisor) = (self.write(a) for a in node.args)
        if not below:
            raise StatementError(f"{self.name} has no formula: {node} divides by zero")
        scale = above / below
        if divisor is None:
            return scale, tree
        top = self._joined(Fraction(abs(scale.numerator)), tree)
        return Fraction(-1 if scale < 0 else 1, scale.denominator), _binary(top, ast.Div(), divisor)

    def _power(self, node: Any) -> tuple[Fraction, ast.expr | None]:
        (c, tree), (power, exponent) = (self.write(a) for a in node.args)
        if exponent is None and power.denominator == 1:
            k = power.numerator
            if not c and k < 0:
                raise StatementError(f"{self.name} has no formula: {node} divides by zero")
            if tree is None:
                return c**k, None
            raised = tree if abs(k) == 1 else _binary(tree, ast.Pow(), _constant(abs(k)))
            return c**k, _binary(_constant(1), ast.Div(), raised) if k < 0 else raised
        if exponent is None:
            raise StatementError(f"{self.name} has no formula: the exponent of {node} is no integer")
        return Fraction(1), _binary(self._joined(c, tree), ast.Pow(), self._joined(power, exponent))

    def _sum(self, node: Any) -> tuple[Fraction, ast.expr | None]:
        outer, loops, names = dict(self.bound), [], []
        for variable, low, high in reversed(node.ranges):  # the last range is the outermost
            stop = _binary(self._integer(high), ast.Add(), _constant(1))
            text = identifier(variable.name)
            while text in self.arguments or text in {n.id for n in self.bound.values() if isinstance(n, ast.Name)}:
                text += "_"
            loops.append(
                ast.comprehension(ast.Name(text, ast.Store()), _call("range", self._integer(low), stop), [], 0)
            )
            self.bound[variable] = _name(text)
            names.append(text)
        if node.distinct:
            loops[-1].ifs = [
                ast.Compare(_name(a), [ast.NotEq()], [_name(b)]) for k, a in enumerate(names) for b in names[k + 1 :]
            ]
        c, tree = self.write(node.body)
        self.bound = outer
        return c, _call("sum", ast.GeneratorExp(tree or _constant(1), loops))

    def _product(self, node: Any) -> tuple[Fraction, ast.expr | None]:
        body, variable, low, high = node.args
        from .language.functions import opened
        from .language.terms import Sum

        body, variable = opened(node)
        c, tree = self._sum(Sum(body, (variable, low, high)))
        assert isinstance(tree, ast.Call)
        (every,) = tree.args
        assert isinstance(every, ast.GeneratorExp)
        every.elt = self._joined(c, every.elt)
        return Fraction(1), _call("multiplied", every)

    def _choice(self, node: Any) -> tuple[Fraction, ast.expr | None]:
        condition, then, otherwise = node.args
        empty = ast.arguments([], [], None, [], [], None, [])
        return Fraction(1), _call(
            "chosen", self.whole(condition), *(ast.Lambda(empty, self.whole(a)) for a in (then, otherwise))
        )

    def _integer(self, node: Any) -> ast.expr:
        """A bound of a sum or the place of an element."""
        from .language.terms import Parameter, Quotient, walk

        for inner in walk(node):
            if isinstance(inner, Quotient):
                raise StatementError(f"{self.name} has no formula: {node} counts something, and holds a division")
            if isinstance(inner, Parameter):
                self.counting.add(inner)
        return self.whole(node)

    def _moment(self, node: Any) -> ast.Name:
        from .language.terms import E, Parameter, walk

        if any(inner in self.bound for inner in walk(node) if isinstance(inner, Parameter)):
            raise StatementError(f"{self.name} has no formula: {node} stands under a sum")
        inside = "_".join(re.sub(r"\W+", "_", str(a)).strip("_") for a in node.args)
        return self.argument(f"{'mean' if isinstance(node, E) else type(node).__name__.lower()}_{inside}", node)

    # conditions

    def _known_relations(self) -> Iterator[tuple[Any, bool]]:
        """The assumptions of the claim, and the given relations: (relation, whether its indices mean any value)."""
        from .language.facts import Definition, Equation

        for relation in self.claim.when:
            yield relation, False
        for fact in self.report.subject.given:
            if isinstance(fact, Equation) or (isinstance(fact, Definition) and fact.over is None):
                yield fact.relation, True
                yield from ((relation, True) for relation in fact.relation.when)

    def _equations(self) -> dict[Any, tuple[Any, Any]]:
        """What given equations say of parameters that are no arguments: the term, and the relation that says it."""
        from .language.terms import Index, Parameter

        known = set(self.arguments.values())
        found: dict[Any, tuple[Any, Any]] = {}
        for relation, general in self._known_relations():
            if relation.rel != "==" or relation.when or not general:
                continue
            for side, other in ((relation.lhs, relation.rhs), (relation.rhs, relation.lhs)):
                if (
                    isinstance(side, Parameter)
                    and not isinstance(side, Index)
                    and side not in known
                    and side not in other.free_symbols
                    and not any(isinstance(s, Index) for s in other.free_symbols)
                    and side not in found
                ):
                    found[side] = other, relation
                    break
        return found

    def _required(self) -> Iterator[tuple[Any, bool, str]]:
        """Every relation that the arguments have to satisfy, in terms of them, whether its indices mean any value, and
        how it is told.  Parameters that are no arguments are replaced by what given equations say of them."""
        from .language.statements import ge, gt, le, lt
        from .language.terms import Limit, Parameter, Var, number

        equations = self._equations()
        relations = [(relation, general, str(relation)) for relation, general in self._known_relations()]
        for p in equations:
            text = p.domain_text()
            if p.lower is not None:
                relations.append(((gt if p.open_lower else ge)(p, number(p.lower)), True, text))
            if p.upper is not None:
                relations.append(((lt if p.open_upper else le)(p, number(p.upper)), True, text))
        for relation, general in self._known_relations():
            for side, other in ((relation.lhs, relation.rhs), (relation.rhs, relation.lhs)):
                of = other.args[0] if isinstance(other, Limit) else other
                if not (general and relation.rel == "==" and isinstance(side, Parameter) and isinstance(of, Var)):
                    continue
                if side.lower is None or side.lower < 0:
                    relations.append((ge(side, 0), True, f"{side} >= 0"))
        known = list(self.arguments.values())
        for relation, general, text in relations:
            where = ""
            for _ in range(len(equations)):
                p = next((p for p in equations if p in _parameters(relation) and equations[p][1] is not relation), None)
                if p is None or self._about(relation, known):
                    break
                where += f", where {p} = {equations[p][0]}"
                relation = relation.at({p: equations[p][0]})
            if self._about(relation, known) and relation.lhs != relation.rhs:
                yield relation, general, text + where

    def _whole_numbers(self) -> Iterator[tuple[Any, str]]:
        """Terms in the arguments that are integers, since a given equation says that an integer parameter is equal to
        them, and how that is told."""
        from .language.statements import eq

        known = list(self.arguments.values())
        for p, (value, _) in self._equations().items():
            if p.sort == "integer" and self._about(eq(value, value), known):
                yield value, f"integer {p}, where {p} = {value}"

    def _conditions(self) -> None:
        from .language.statements import eq, free_indices
        from .language.terms import Element, Index

        known = list(self.arguments.values())
        for value, text in self._whole_numbers():
            values = {identifier(p.name): _name(identifier(p.name)) for p in _parameters(eq(value, value))}
            rest = _binary(self.whole(value), ast.Mod(), _constant(1))
            test: ast.expr = ast.Compare(rest, [ast.Eq()], [_constant(0)])
            self.checks.append(ast.Expr(_call("require", _constant(self.name), test, _constant(text), **values)))
        for relation, general, text in self._required():
            places = free_indices(relation)
            if not general and places <= set(known):
                places = set()
            if not places:
                values = {identifier(p.name): _name(identifier(p.name)) for p in _parameters(relation)}
                test = self._test(relation)
                self.checks.append(ast.Expr(_call("require", _constant(self.name), test, _constant(text), **values)))
                continue
            found = {
                node
                for side in (relation.lhs, relation.rhs)
                for node in _outer_elements(side)
                if node.free_symbols & places
            }
            if len(found) != 1 or relation.when or not general:
                continue
            (element,) = found
            if (
                not isinstance(element, Element)
                or set(element.indices) != places
                or not all(isinstance(p, Index) for p in element.indices)
            ):
                continue
            variables = [f"{identifier(p.name)}_" for p in element.indices]
            outer = dict(self.bound)
            self.bound |= {element: _name("value")} | {p: _name(v) for p, v in zip(element.indices, variables)}
            arguments = ast.arguments([], [ast.arg(v) for v in [*variables, "value"]], None, [], [], None, [])
            check = ast.Lambda(arguments, self._test(relation))
            self.bound = outer
            self.element_conditions.setdefault(element.family, []).append((text, check))

    def _test(self, relation: Any) -> ast.expr:
        left, right = self.whole(relation.lhs), self.whole(relation.rhs)
        if relation.rel == "==":
            return _call("close", left, right)
        sign = {"!=": ast.NotEq, "<=": ast.LtE, "<": ast.Lt, ">=": ast.GtE, ">": ast.Gt}[relation.rel]()
        return ast.Compare(left, [sign], [right])

    def _about(self, relation: Any, known: list) -> bool:
        """Whether the relation speaks of arguments of the formula alone, and of at least one, in plain arithmetic."""
        from .language.terms import Apply, Cov, E, Family, Function, Index, Limit, Parameter, Partial, Var

        found = False
        stack = [relation.lhs, relation.rhs]
        bound = {variable for side in stack for variable in _bound_indices(side)}
        while stack:
            node = stack.pop()
            if isinstance(node, (E, Var, Cov)):
                if node not in known:
                    return False
                found = True
                continue
            if isinstance(node, (Limit, Partial)):
                return False
            if isinstance(node, (Parameter, Family, Function)) and node not in bound:
                if node not in known and not isinstance(node, Index):
                    return False
                found = found or node in known
            if isinstance(node, Apply) and node.args[0] not in known:
                return False
            stack.extend(node.args)
        return found

    def domains(self) -> Iterator[str]:
        from .language.terms import Parameter, Var

        for text, what in self.arguments.items():
            if isinstance(what, Parameter):
                yield what.domain_text()
            elif isinstance(what, Var):
                yield f"{text} >= 0"

    def assumptions(self) -> Iterator[str]:
        yield from (str(relation) for relation in self.claim.when)
        yield from (text for _, text in self._whole_numbers())
        yield from (text for _, _, text in self._required())

    # the function

    def function(self) -> ast.FunctionDef:
        names = [ast.arg(text) for text in self.arguments]
        arguments = ast.arguments([], [], None, names, [None] * len(names), None, [])
        body: list[ast.stmt] = [ast.Expr(ast.Constant(self._docstring()))]
        body += [check for text, what in self.arguments.items() for check in self._admission(text, what)]
        body += [*self.checks, ast.Return(self.result)]
        function = ast.FunctionDef(identifier(self.name), arguments, body, [_call("guarded", _constant(self.name))])
        setattr(function, "type_params", [])  # noqa: B010  a field that type checkers know from Python 3.12 on
        return ast.fix_missing_locations(function)

    def _admission(self, text: str, what: Any) -> Iterator[ast.stmt]:
        from .language.terms import Family, Function, Parameter, Var

        if isinstance(what, Function):
            return
        if isinstance(what, Family) and what.arity:
            tests = ast.Tuple(
                [
                    ast.Tuple([_constant(needs), test], ast.Load())
                    for needs, test in self.element_conditions.get(what, ())
                ],
                ast.Load(),
            )
            first = 1 if what.first is None else what.first
            value = _call(
                "elements",
                _constant(self.name),
                _constant(text),
                _name(text),
                _constant(first),
                _constant(what.arity),
                tests,
            )
        else:
            bounds: list[tuple] = [(1, 0, 1, False)] if isinstance(what, Var) else []
            needs, is_whole = f"{text} >= 0" if bounds else "", False
            if isinstance(what, Parameter):
                is_whole = what.sort == "integer"
                if what.lower is not None:
                    bounds.append((1, what.lower.numerator, what.lower.denominator, what.open_lower))
                if what.upper is not None:
                    bounds.append((-1, what.upper.numerator, what.upper.denominator, what.open_upper))
                needs = what.domain_text().removeprefix("integer ").removeprefix("real ") + self._line_of(what)
            value = _call(
                "admit",
                _constant(self.name),
                _constant(text),
                _name(text),
                _constant(needs),
                _constant(is_whole),
                _constant(tuple(bounds)),
                _constant(what in self.counting),
            )
        yield ast.Assign([ast.Name(text, ast.Store())], value)

    def _line_of(self, parameter: Any) -> str:
        """The first line of the proof with a condition that mentions `parameter`."""
        for line in self.report.lines:
            if any(parameter in _parameters(condition.relation) for condition in line.conditions):
                return f" (line {line.number})"
        return ""

    def _docstring(self) -> str:
        subject = self.report.subject
        lines = [
            f"{subject.title or subject.name}{f' ({subject.source})' if subject.source else ''}.",
            "",
            f"    {self.claim}",
            "",
        ]
        lines += (
            ["Needs " + ", ".join(dict.fromkeys([*self.domains(), *self.assumptions()])) + "."]
            if [*self.domains()]
            else []
        )
        families = [text for text, what in self.arguments.items() if getattr(what, "arity", 0)]
        if families:
            lines += [
                f"{', '.join(families)}: a sequence from the first index on, a mapping, or a function of the index."
            ]
        return "\n".join(lines).strip()


def _parameters(relation: Any) -> list[Any]:
    """The parameters and indices that are free in a relation, in the order of their names."""
    from .language.terms import Parameter

    sides = (relation.lhs, relation.rhs) if hasattr(relation, "lhs") else ()
    return sorted({s for side in sides for s in side.free_symbols if isinstance(s, Parameter)}, key=lambda s: s.name)


def _bound_indices(node: Any) -> Iterator[Any]:
    from .language.terms import bound_by, walk

    for inner in walk(node):
        yield from bound_by(inner)


def _outer_elements(node: Any) -> Iterator[Any]:
    from .language.terms import Element, Index

    if isinstance(node, (Element, Index)):
        yield node
        return
    for inner in node.args:
        yield from _outer_elements(inner)


def used_helpers(definition: ast.FunctionDef) -> tuple[str, ...]:
    """The functions of `arithmetic` that a formula's definition needs, those that they call included."""
    sources = {name: value for name, value in vars(arithmetic).items() if inspect.isfunction(value)}
    needed: set[str] = set()
    stack: list[Iterable[str]] = [[n.id for n in ast.walk(definition) if isinstance(n, ast.Name)]]
    while stack:
        for name in stack.pop():
            if name in sources and name not in needed:
                needed.add(name)
                codes = [sources[name].__code__]
                for code in codes:
                    stack.append(code.co_names)
                    codes.extend(c for c in code.co_consts if inspect.iscode(c))
    return tuple(name for name in sources if name in needed)


# --- SymPy -----------------------------------------------------------------------------------------------


def _ordinary(node: Any) -> Any:
    """The term with SymPy's own nodes, symbols and evaluation."""
    import sympy

    from .language import functions, terms

    if isinstance(node, sympy.Rational):
        return node
    if isinstance(node, terms.Parameter):
        known: dict[str, bool] = {"integer" if node.sort == "integer" else "real": True}
        if node.lower is not None and node.lower >= 0:
            known["positive" if node.lower > 0 or node.open_lower else "nonnegative"] = True
        return sympy.Symbol(node.name, **known)
    if isinstance(node, terms.Element):
        if not node.indices:
            return sympy.Symbol(node.family.name, real=True)
        return sympy.IndexedBase(node.family.name, real=True)[tuple(map(_ordinary, node.indices))]
    if isinstance(node, terms.Sum):
        ranges = [tuple(map(_ordinary, place)) for place in node.ranges]
        body = _ordinary(node.body)
        if node.distinct:
            for k, (first, *_) in enumerate(ranges):
                for second, *_ in ranges[k + 1 :]:
                    body *= 1 - sympy.KroneckerDelta(first, second)
        return sympy.Sum(body, *ranges)
    if isinstance(node, (terms.E, terms.Var, terms.Cov)):
        return sympy.Symbol(str(node), real=True)
    if isinstance(node, terms.Apply):
        return sympy.Function(node.args[0].name)(*map(_ordinary, node.args[1:]))
    parts = [_ordinary(a) for a in node.args]
    if isinstance(node, terms.Plus):
        return sympy.Add(*parts)
    if isinstance(node, terms.Times):
        return sympy.Mul(*parts)
    if isinstance(node, terms.Negative):
        return -parts[0]
    if isinstance(node, terms.Quotient):
        return parts[0] / parts[1]
    if isinstance(node, terms.Power):
        return parts[0] ** parts[1]
    if isinstance(node, terms.Minimum):
        return sympy.Min(*parts)
    if isinstance(node, terms.Maximum):
        return sympy.Max(*parts)
    plain = {
        functions.Absolute: sympy.Abs,
        functions.SquareRoot: sympy.sqrt,
        functions.Exponential: sympy.exp,
        functions.Logarithm: sympy.log,
        functions.RealPower: sympy.Pow,
        functions.Floor: sympy.floor,
    }
    if type(node) in plain:
        return plain[type(node)](*parts)
    raise StatementError(f"{node} has no counterpart as an ordinary SymPy expression")
