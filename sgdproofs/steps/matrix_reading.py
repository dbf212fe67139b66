"""Statements about matrices as polynomials of `matrices.algebra`, and their proof by certificates.

A number and a matrix of one row and one column are told apart: a product of such a matrix with one that does not fit is
undefined for some sizes, though the algebra would take it for a number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ..matrices.algebra import SCALAR, Algebra, Declared, Poly, ShapeError, TooLarge
from ..matrices.check import Checker, Given, Refused
from ..matrices.search import Search
from .reader import RELATIONS, Node, read
from .translate import NotInLanguage

__all__ = ["Proof", "prove"]

SCALAR_DOMAINS = ("real", "bound", "nonzero", "positive", "nonnegative", "unit", "posint", "natural", "integer")
LARGEST_POWER = 12


@dataclass(frozen=True)
class Value:
    """A polynomial; `number` unless it is a matrix, which may have one row and one column."""

    poly: Poly
    number: bool


@dataclass(frozen=True)
class Proof:
    """Whether a statement is proved, what it needed, and if not, why."""

    proved: bool
    reason: str
    conditions: tuple[tuple[str, str | None], ...] = ()


class Reading:
    """The declarations of a case, and the values of its expressions."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.data = data
        self.declared = Declared()
        self.algebra = Algebra(self.declared)
        self.named: dict[str, Value] = {}
        self.squares: dict[Poly, tuple] = {}
        symbols = data.get("symbols") or {}
        for name, domain in symbols.items():
            kind, *sizes = domain.split()
            if kind in SCALAR_DOMAINS:
                self.declared.scalars[name] = kind
        for name, domain in symbols.items():
            kind, *sizes = domain.split()
            if kind not in SCALAR_DOMAINS:
                shape = [self.size(read(s)) for s in sizes]
                self.declared.matrices[name] = (kind, shape[0], 1 if kind == "vector" else shape[-1])
        random = data.get("random") or {}
        for name, own in (random.get("vars") or {}).items():
            self.declared.random[name] = (self.size(read(str(own["dim"]))), 1) if own["type"] == "vector" else SCALAR
            if own["type"] != "vector":
                self.declared.scalars[name] = own.get("values", "real")
        for fact in random.get("facts") or ():
            self._fact(fact)
        self.defined = [Given(kind, p) for (kind, p), sure in self.algebra.needs.items() if sure]
        self.algebra.needs = {}
        for name, text in (random.get("let") or {}).items():
            self.named[name] = self.of(read(text))

    def size(self, node: Node) -> Any:
        if node.kind == "number" and node.value.denominator == 1 and node.value >= 1:
            return int(node.value)
        name = node.value if node.kind == "name" else ""
        if self.declared.scalars.get(name) == "posint" and name not in self.declared.random:
            return name
        raise NotInLanguage("a size that is no symbol or number")

    def _fact(self, fact: Mapping[str, Any]) -> None:
        d, kind, of = self.declared, fact["fact"], fact.get("of", ())
        group = frozenset([of] if isinstance(of, str) else of)
        if kind in ("independent", "iid"):
            d.apart.append(group)
        if kind in ("identical", "iid"):
            d.alike.append(group)
        if kind == "pairwise_independent":
            d.pairs.append(group)
        if kind == "uncorrelated":
            d.uncorrelated.append(group)
        if kind not in ("mean", "var", "cov"):
            return
        value = self.of(read(str(fact["value"]))).poly
        several = [of] if isinstance(of, str) else list(of)
        if kind == "cov" and len(several) > 2:
            raise NotInLanguage("the fact cov of more than two quantities")
        for u, v in [(several[0], several[1])] if len(several) == 2 and kind == "cov" else [(n, n) for n in several]:
            shape = d.random[u] if kind == "mean" else (d.random[u][0], d.random[v][0])
            known = value if value.terms else self.algebra.zero(shape)
            if known.shape != shape:
                raise NotInLanguage(f"the fact {kind} with a value of another shape")
            if kind == "mean":
                d.means[u] = known
            else:
                d.covs[u, v] = known

    # --- expressions --------------------------------------------------------------------------------------

    def of(self, node: Node) -> Value:
        a = self.algebra
        match node.kind:
            case "number":
                return Value(a.number(node.value), True)
            case "name":
                return self._name(node.value)
            case "neg":
                value = self.of(node.parts[0])
                return Value(a.scale(value.poly, -1), value.number)
            case "+":
                values = [self.of(p) for p in node.parts]
                total = values[0].poly
                for v in values[1:]:
                    total = a.add(total, v.poly)
                return Value(total, all(v.number for v in values))
            case "*":
                total_ = self.of(node.parts[0])
                for p in node.parts[1:]:
                    total_ = self._times(total_, self.of(p))
                return total_
            case "/":
                above, below = self.of(node.parts[0]), self.of(node.parts[1])
                if below.poly.shape != SCALAR:
                    raise ShapeError("a division by a matrix")
                return Value(a.mul(above.poly, a.over(below.poly)), above.number)
            case "**":
                return self._power(self.of(node.parts[0]), node.parts[1])
            case "call":
                return self._call(node.value, node.parts)
        raise NotInLanguage(f"{node.kind} in a statement about matrices")

    def _name(self, name: str) -> Value:
        d = self.declared
        if name in self.named:
            return self.named[name]
        if name in d.matrices or name in d.random and d.random[name] != SCALAR:
            return Value(self.algebra.name(name), False)
        if name not in d.scalars:
            vector = (self.data.get("random") or {}).get("vars", {}).get(name, {}).get("type") == "vector"
            if not vector:
                raise NotInLanguage(f"{name}, which is not declared")
            return Value(self.algebra.name(name), False)
        return Value(self.algebra.name(name), True)

    def _times(self, x: Value, y: Value) -> Value:
        if not x.number and not y.number and x.poly.shape[1] != y.poly.shape[0]:
            raise ShapeError(f"shapes {x.poly.shape} and {y.poly.shape} do not multiply")
        return Value(self.algebra.mul(x.poly, y.poly), x.number and y.number)

    def _power(self, base: Value, exponent: Node) -> Value:
        a = self.algebra
        if base.poly.shape[0] != base.poly.shape[1]:
            raise ShapeError(f"a power of a matrix of shape {base.poly.shape}")
        n = self.of(exponent).poly
        constant = n.terms.get(((), ()), Fraction(0))
        if n.shape == SCALAR and set(n.terms) <= {((), ())}:
            if constant.denominator == 2 and base.number and 0 < constant <= LARGEST_POWER:
                return Value(a.power(a.root(base.poly), int(2 * constant)), True)
            if constant.denominator != 1 or abs(constant) > LARGEST_POWER:
                raise NotInLanguage("such a power")
            poly = a.inverse(base.poly) if constant < 0 else base.poly
            return Value(a.power(poly, abs(int(constant))), base.number)
        if base.poly.shape == SCALAR:
            return Value(a.raised(base.poly, n), base.number)
        return Value(a.matrix_power(base.poly, n), False)

    def _call(self, name: str, parts: tuple[Node, ...]) -> Value:
        a = self.algebra
        if name in (self.data.get("functions") or {}) or name in {d["name"] for d in self.data.get("defs") or ()}:
            raise NotInLanguage(f"the function {name} in a statement about matrices")
        if name in ("Eye", "Zeros"):
            sizes = [self.size(p) for p in parts]
            if name == "Eye" and len(sizes) == 1:
                return Value(a.number(1, sizes[0]), False)
            if name == "Zeros" and len(sizes) == 2:
                return Value(a.zero((sizes[0], sizes[1])), False)
            raise NotInLanguage(f"{name} of {len(sizes)} sizes")
        if name == "Sum" and len(parts) == 2:
            return self._sum(parts[0], parts[1])
        function = _FUNCTIONS.get((name, len(parts)))
        if function is None:
            raise NotInLanguage(f"{name} of {len(parts)} arguments in a statement about matrices")
        values = [self.of(p) for p in parts]
        poly = function(self, *(v.poly for v in values))
        same = name in ("Transpose", "Inverse", "E", "Cov") and all(v.number for v in values)
        return Value(poly, same or name in ("Trace", "Det", "dot", "norm", "norm2", "Var", "sqrt", "Abs"))

    def _sum(self, body: Node, limits: Node) -> Value:
        """A sum between two numbers, written out."""
        if limits.kind != "tuple" or len(limits.parts) != 3 or limits.parts[0].kind != "name":
            raise NotInLanguage("such a sum")
        name, ends = limits.parts[0].value, [self.of(p).poly for p in limits.parts[1:]]
        low, high = (p.terms.get(((), ()), Fraction(0)) if set(p.terms) <= {((), ())} else None for p in ends)
        if not any(n.kind == "name" and n.value == name for n in _nodes(body)):
            return self._repeated(self.of(body), low, high, ends)
        if low is None or high is None or low.denominator != 1 or high.denominator != 1 or not low <= high < low + 8:
            raise NotInLanguage("a sum of matrices that is not between two near numbers")
        values = [self.of(_put(body, name, Fraction(k))) for k in range(int(low), int(high) + 1)]
        total = values[0].poly
        for v in values[1:]:
            total = self.algebra.add(total, v.poly)
        return Value(total, all(v.number for v in values))

    def _repeated(self, value: Value, low: Fraction | None, high: Fraction | None, ends: list[Poly]) -> Value:
        """The sum of terms that do not depend on the index, at least one of them."""
        names = [x[1] for m, _ in ends[1].terms for x, _ in m if x[0] == "par"]
        fixed = high is not None and high.denominator == 1
        if high is None and len(ends[1].terms) == 1 and ends[1] == self.algebra.name(names[0]):
            kind = self.declared.scalars.get(names[0]) if names[0] not in self.declared.random else ""
            fixed, high = kind in ("posint", "natural"), Fraction(kind == "posint")
        if not fixed or low is None or low.denominator != 1 or high is None or low > high:
            raise NotInLanguage("a sum of matrices that may be empty")
        a = self.algebra
        count = a.add(a.add(ends[1], ends[0], -1), a.number(1))
        return Value(a.mul(count, value.poly), value.number)

    def squared(self, x: Poly, y: Poly) -> Poly:
        if x.shape[1] != 1 or y.shape[1] != 1:
            raise ShapeError("a matrix stands for a vector")
        return self.algebra.mul(self.algebra.transpose(x), y)

    def scalar(self, p: Poly) -> Poly:
        if p.shape != SCALAR:
            raise ShapeError(f"a matrix of shape {p.shape} stands for a number")
        return p

    def norm(self, x: Poly) -> Poly:
        """The root of `x^T x`, which is no negative number; for numbers the absolute value."""
        square = self.squared(x, x)
        self.squares[square] = ("around", self.algebra.transpose(x), ("number", Fraction(1)))
        return self.algebra.root(square)

    def squared_norm(self, checker: Checker, need: tuple[str, Poly]) -> str:
        """Admit that the square of a norm is not negative."""
        tree = self.squares.get(need[1])
        try:
            if tree is None:
                return ""
            checker.admit(need, ("sign", tree, 1, ()))
            return "a square"
        except Refused:
            return ""

    def outer(self, x: Poly, y: Poly) -> Poly:
        self.squared(x, x), self.squared(y, y)
        return self.algebra.mul(x, self.algebra.transpose(y))

    def cov(self, x: Poly, y: Poly) -> Poly:
        if x.shape[1] != 1 or y.shape[1] != 1:
            raise NotInLanguage("the covariance of matrices")
        return self.algebra.cov(x, y)

    # --- statements ---------------------------------------------------------------------------------------

    def hypotheses(self, node: Node) -> list[Given]:
        """What a condition says, as far as certificates can use it."""
        a = self.algebra
        if node.kind == "call" and node.value == "And":
            return [g for p in node.parts for g in self.hypotheses(p)]
        found: list[Given] = []
        before, a.needs = a.needs, {}
        try:
            if node.kind == "compare":
                for k, rel in enumerate(node.value):
                    found += self._hypothesis(node.parts[k], rel, node.parts[k + 1])
            elif node.kind == "call" and len(node.parts) == 2 and (node.value in RELATIONS or node.value[:4] == "psd_"):
                found += self._hypothesis(node.parts[0], RELATIONS.get(node.value, node.value), node.parts[1])
            found += [Given(kind, p) for (kind, p), sure in a.needs.items() if sure]
        except (ShapeError, TooLarge, NotInLanguage, ZeroDivisionError):
            found = []
        finally:
            a.needs = before
        return found

    def _hypothesis(self, left: Node, rel: str, right: Node) -> list[Given]:
        a = self.algebra
        x, y = self.of(left).poly, self.of(right).poly
        if rel in ("<", "<=", "psd_le"):
            x, y, rel = y, x, {"<": ">", "<=": ">=", "psd_le": "psd_ge"}[rel]
        p = a.add(x, y, -1)
        if rel == "==":
            return [Given("zero", p)]
        if rel == "psd_ge":
            if p.shape[0] != p.shape[1]:
                return []
            return [Given("positive", a.scale(a.add(p, a.transpose(p)), Fraction(1, 2)))]  # whatever else it says
        if rel == "!=" and p.shape[1] == 1 and p.shape != SCALAR:
            p = self.squared(p, p)
        if p.shape != SCALAR:
            return []
        if rel in (">", ">="):
            found = [Given("definite" if rel == ">" else "positive", p)]
            return found + (self._not_zero(p) if rel == ">" else [])
        return self._not_zero(p)

    def _not_zero(self, p: Poly) -> list[Given]:
        """What follows for factors and for matrices whose determinant is a factor."""
        a = self.algebra
        before, a.needs = a.needs, {}
        a.over(p)
        found = [Given(kind, q) for kind, q in a.needs]
        for (m, _), _ in p.terms.items():
            for atom, _ in m if len(p.terms) == 1 else ():
                if atom[0] == "det":
                    a.needs = {}
                    a.inverse(Poly(atom[1][0], dict(atom[1][1])))
                    found += [Given(kind, q) for kind, q in a.needs]
        a.needs = before
        return found


def _nodes(node: Node) -> Iterator[Node]:
    yield node
    for part in node.parts:
        yield from _nodes(part)


def _put(node: Node, name: str, value: Fraction) -> Node:
    """The expression with a number for a name."""
    if node.kind == "name" and node.value == name:
        return Node("number", value, (), node.at)
    if node.kind == "call" and node.value == "Sum" and any(p.kind == "tuple" for p in node.parts):
        raise NotInLanguage("a sum of matrices within a sum")
    return Node(node.kind, node.value, tuple(_put(p, name, value) for p in node.parts), node.at)


_FUNCTIONS: dict[tuple[str, int], Callable[..., Poly]] = {
    ("Transpose", 1): lambda r, p: r.algebra.transpose(p),
    ("Inverse", 1): lambda r, p: r.algebra.inverse(p),
    ("Trace", 1): lambda r, p: r.algebra.trace(p),
    ("Det", 1): lambda r, p: r.algebra.det(p),
    ("dot", 2): lambda r, p, q: r.squared(p, q),
    ("outer", 2): lambda r, p, q: r.outer(p, q),
    ("norm2", 1): lambda r, p: r.squared(p, p),
    ("norm", 1): lambda r, p: r.norm(p),
    ("diagmat", 1): lambda r, p: r.algebra.diagonal(p),
    ("sqrt", 1): lambda r, p: r.algebra.root(r.scalar(p)),
    ("Abs", 1): lambda r, p: r.norm(r.scalar(p)),
    ("E", 1): lambda r, p: r.algebra.mean(p),
    ("Cov", 1): lambda r, p: r.cov(p, p),
    ("Cov", 2): lambda r, p, q: r.cov(p, q),
    ("Var", 1): lambda r, p: r.cov(r.scalar(p), r.scalar(p)),
}


def prove(data: Mapping[str, Any], lhs: str, rel: str, rhs: str, tick: Callable[[], None]) -> Proof:
    """A proof of `lhs rel rhs` from the declarations, assumptions and premises; for `iff` of both directions."""
    assumptions = [read(t) for t in data.get("assumptions") or ()]
    premises = [read(t) for t in data.get("premises") or ()]
    goal = (read(lhs), rel, read(rhs))
    found = [_implied(data, [*assumptions, *premises], goal, tick)]
    if data.get("direction") == "iff":
        sides = (goal[0], goal[2])
        own = Node("call", rel, sides) if rel in ("psd_ge", "psd_le") else Node("compare", (rel,), sides)
        for p in premises:
            signs = (p.value,) if p.kind == "call" and p.value in ("psd_ge", "psd_le") else p.value
            if len(p.parts) != 2 or p.kind != "compare" and signs is p.value:
                return Proof(False, "not in the language (an equivalence with such a premise)")
            found.append(_implied(data, [*assumptions, own], (p.parts[0], signs[0], p.parts[1]), tick))
    conditions = tuple(c for f in found for c in f.conditions)
    failed = next((f for f in found if not f.proved), None)
    return Proof(failed is None, failed.reason if failed else "by expansion", conditions)


def _implied(data: Mapping[str, Any], given: list[Node], goal: tuple, tick: Callable[[], None]) -> Proof:
    left, rel, right = goal
    try:
        reading = Reading(data)
        a = reading.algebra
        hypotheses = tuple(g for node in given for g in reading.hypotheses(node))
        hypotheses += tuple(reading.defined)
        x, y = reading.of(left).poly, reading.of(right).poly
        if rel in ("<", "<=", "psd_le"):
            x, y, rel = y, x, {"<": ">", "<=": ">=", "psd_le": "psd_ge"}[rel]
        if x.shape != y.shape:
            raise ShapeError(f"shapes {x.shape} and {y.shape} are compared")
        if rel in (">", ">=") and x.shape != SCALAR:
            raise ShapeError("matrices are compared as numbers")
        needs = list(a.needs)
        checker = Checker(a, hypotheses)
        search = Search(checker, tick)
        conditions: list[tuple[str, str | None]] = []
        waiting = [n for n in needs if n not in checker.known]
        while waiting:
            left_over = []
            for need in waiting:
                how = reading.squared_norm(checker, need) or search.admit(need)
                if how is None:
                    left_over.append(need)
                else:
                    conditions.append((_condition(need), how))
            if len(left_over) == len(waiting):
                open_ = [(_condition(n), None) for n in left_over]
                return Proof(False, f"a condition is not discharged: {open_[0][0]}", (*conditions, *open_))
            waiting = left_over
        if rel == "==":
            done = search.equation(x, y) is not None
            if not done and x.shape == SCALAR and reading.squares:  # both ways
                both = [search.sign(a.add(*sides, -1), False) for sides in ((x, y), (y, x))]
                done = all(
                    _holds(checker, a.add(*sides, -1), f) for sides, f in zip(((x, y), (y, x)), both, strict=True)
                )
        elif rel == "!=":
            difference = a.add(x, y, -1)  # a matrix is not 0 if its trace is not
            if x.shape[0] == x.shape[1]:
                done = search.admit(("nonzero", a.trace(difference))) is not None
            else:
                done = False
        else:
            difference = a.add(x, y, -1)
            done = _holds(checker, difference, search.sign(difference, rel == ">"), rel == ">")
        return Proof(done, "" if done else "no certificate was found", tuple(conditions))
    except ShapeError as error:
        return Proof(False, f"undefined for some sizes: {error}")
    except (TooLarge, Refused, RecursionError) as error:
        return Proof(False, f"not in the language ({error})")
    except ZeroDivisionError:
        return Proof(False, "a division by zero")


def _holds(checker: Checker, difference: Poly, found: Any, strict: bool = False) -> bool:
    """Whether a tree of signs and a combination are accepted for `difference >= 0`, or `> 0`."""
    if found is None:
        return False
    value, positive = checker.sign(found[0])
    checker.equal(difference, value, found[1])
    return positive or not strict


def _condition(need: tuple[str, Poly]) -> str:
    kind, p = need
    text = shown(p)
    return {"invertible": f"Det({text}) != 0", "nonzero": f"{text} != 0", "nonnegative": f"{text} >= 0"}[kind]


def shown(p: Poly) -> str:
    """A polynomial as text of the step language."""
    if not p.terms:
        return "0" if p.shape == SCALAR else f"Zeros({p.shape[0]},{p.shape[1]})"
    terms = []
    for (m, w), c in p.terms.items():
        factors = [_atom(x, e) for x, e in m] + [_letter(x) for x in w]
        if not w and p.shape != SCALAR:
            factors.append(f"Eye({p.shape[0]})")
        if abs(c) != 1 or not factors:
            factors.insert(0, str(abs(c)))
        terms.append((c < 0, "*".join(factors)))
    first, *rest = terms
    return ("-" if first[0] else "") + first[1] + "".join(f" {'-' if n else '+'} {t}" for n, t in rest)


def _atom(x: tuple, e: int) -> str:
    kind, what = x
    if kind == "par":
        text = what
    elif kind == "number":
        text = f"({what})"
    elif kind == "trace":
        narrow = any(y[2] == 1 for y in what)
        text = "*".join(map(_letter, what)) if narrow else f"Trace({'*'.join(map(_letter, what))})"
        text = f"({text})" if narrow and e != 1 else text
    elif kind in ("det", "over", "root"):
        inner = shown(Poly(what[0], dict(what[1])))
        text = {"det": f"Det({inner})", "over": f"(1/({inner}))", "root": f"sqrt({inner})"}[kind]
    elif kind == "power":
        text = f"{_atom(what[0], 1)}**({'*'.join(_atom(y, f) for y, f in what[1])})"
    elif kind == "mean":
        text = f"E({what})"
    elif kind == "cov":
        text = f"Cov({what[0]}, {what[1]})"
    else:
        text = f"E({'*'.join([_atom(y, f) for y, f in what[0]] + [_letter(y) for y in what[1]])})"
    return text if e == 1 else f"{text}**{e}" if e > 0 else f"{text}**({e})"


def _letter(x: tuple) -> str:
    kind, what = x[0], x[1]
    if kind == "name":
        return f"Transpose({what[0]})" if what[1] else what[0]
    if kind == "inverse":
        return f"Inverse({shown(Poly(what[0], dict(what[1])))})"
    if kind == "diag":
        return f"diagmat({shown(Poly(what[0], dict(what[1])))})"
    if kind == "power":
        return f"({shown(Poly(what[0][0], dict(what[0][1])))})**{what[1]}"
    if kind == "cov":
        return f"Cov({what[0]}, {what[1]})"
    if kind == "mean":
        return f"Transpose(E({what[0]}))" if what[1] else f"E({what[0]})"
    inner = "*".join([_atom(y, f) for y, f in what[0][0]] + [_letter(y) for y in what[0][1]])
    return f"Transpose(E({inner}))" if what[1] else f"E({inner})"
