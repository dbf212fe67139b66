"""Claims with roots, absolute values, exponentials, ... as claims without them.  What is proved rests on this file.

A claim speaks of all admissible points.  At such a point a path through this file distinguishes cases (of two
opposites one holds), and gives names to values: `s` for a root, `E` for an exponential.  What it then says of the names
is true of those values at that point, so a claim that holds for all values of the names with these properties holds at
the point.  The claim is proved if on each path all `goals` are proved, each from what the path says before it:

    sqrt(p)       s with s >= 0 and s^2 = p where p >= 0;  i s with s^2 = -p where p < 0
    p**(m/D)      s^m with s >= 0 and s^D = p, for p >= 0;  roots of products by their factors, since |f g| = |f| |g|
    |p|           p where p >= 0, -p where p < 0;  of a complex number s >= 0 with s^2 = re^2 + im^2
    min, max      one of the two, by their order;  a case by its condition
    floor(p)      p - r where r in [0, 1) makes it an integer;  one of few integers for p between two numbers;
                  else an integer n with n <= p < n + 1
    exp(p)        products of powers of positive numbers, by exp(a + b) = exp(a) exp(b) and exp(log f) = f
    log(p)        sums over the factors of p, by log|f g| = log|f| + log|g|;  of p < 0 it is log(-p) + i pi
    a**x          exp(x log(a)) for a > 0
    a symbol n    d k + r with an integer k and 0 <= r < d;  s^D with s >= 0, for real n >= 0

Everything else is a complex number in rectangular form.  An argument that disappears from the claim leaves the goal
`p = p`, in which the kernel sees all that `p` needs in order to be defined; an order relation leaves the goal that both
sides are real.  An assumption that holds is defined, so what it needs is known, and one that cannot be said is dropped.
`plan` chooses which symbols to write as `d k + r` or `s^D`, and which further inequalities to say; none of that is
trusted, since each choice is one that is always right.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from fractions import Fraction
from math import floor, lcm
from typing import Any

import sympy

from ..kernel.normal import Normal
from ..kernel.polynomial import Budget, Poly, atom, constant
from ..kernel.scope import Scope
from ..language import functions as L
from ..language import terms as T
from ..language.errors import SgdproofsError
from ..language.statements import Relation, eq, ge, gt, le, lt, ne

__all__ = ["FUNCTIONS", "Plan", "Unsupported", "paths", "reducible"]

FUNCTIONS = (
    L.SquareRoot,
    L.Absolute,
    L.Exponential,
    L.Logarithm,
    L.RealPower,
    L.Floor,
    L.Choice,
    T.Minimum,
    T.Maximum,
)
PATHS = 128
"""The most paths through one claim."""
RESTARTS = 12
"""How often a plan may grow."""
POINTS = 4
"""The most arguments of one function that are compared."""
LARGEST = 24
"""The largest modulus, and the largest order of a root."""

Value = tuple[Any, Any]
"""Real and imaginary part; None for the imaginary part of a real number."""
Proves = Callable[[Relation], bool | None]
"""Whether a relation is proved; None if its assumptions exclude one another."""
ZERO, ONE = T.number(0), T.number(1)


class Unsupported(SgdproofsError):
    """A term that is not reduced."""


class Impossible(Exception):
    """What holds on a path cannot hold together: there is nothing to prove."""


class Restart(Exception):
    """The plan has grown: begin again."""


@dataclass
class Plan:
    """What is chosen for a claim as a whole.  `factors` splits a term into factors, and is checked."""

    factors: Callable[[Poly], list[tuple[Poly, int]]]
    complexes: frozenset[Any] = frozenset()
    fixed: frozenset[Any] = frozenset()
    """Symbols that facts mention, which therefore stay as they are."""
    moduli: dict[Any, int] = field(default_factory=dict)
    """Symbols to write as `d k + r`, where r is an integer if they are integers."""
    powers: set[Any] = field(default_factory=set)
    """Symbols that are powers of their roots of the common order."""
    order: int = 1
    """The common order of all roots: only roots of the same order have the order of what they are roots of."""
    parts: dict[Any, int] = field(default_factory=dict)
    """For each monomial in exponents the denominator of its coefficients."""
    ordered: str = ""
    """Whether to distinguish the orders of the arguments of exponentials, logarithms and roots, and of 0 and 1."""
    tangents: str = ""
    """Tangents of exponentials and logarithms: at 0 and 1 ("one"), or at the arguments of others ("all")."""
    factored: bool = True

    def split(self, symbol: Any, modulus: int) -> None:
        """Write a symbol as `modulus k + r`."""
        self._grow(self.moduli, symbol, modulus)

    def _grow(self, where: dict, what: Any, by: int) -> None:
        new = lcm(where.get(what, 1), by)
        if new > LARGEST:
            raise Unsupported(f"an order or modulus of {new}")
        if new != where.get(what, 1):
            where[what] = new
            raise Restart


def reducible(*terms: Any) -> bool:
    """Whether there is anything to reduce."""
    return any(isinstance(x, FUNCTIONS) for t in terms for x in T.walk(t))


def paths(statement: Relation, plan: Plan, proves: Proves) -> list[Path]:
    """All paths through the claim: it is proved if all goals on all of them are.  The plan may grow on the way."""
    answers: dict[Relation, bool | None] = {}

    def asked(relation: Relation) -> bool | None:
        # The same question has the same answer on every path, so that the paths leave out no case.
        if relation not in answers:
            answers[relation] = proves(relation)
        return answers[relation]

    for _ in range(RESTARTS):
        try:
            return list(_explored(statement, plan, asked))
        except Restart:
            answers.clear()
    raise Unsupported("a plan that keeps growing")


def _explored(statement: Relation, plan: Plan, proves: Proves) -> Iterator[Path]:
    waiting: list[list[tuple[int, list[int]]]] = [[]]
    for _ in range(PATHS):
        start = waiting.pop()
        path = Path(plan, proves, [chosen for chosen, _ in start])
        with suppress(Impossible):  # what was needed before is needed still
            path.run(statement)
        if path.taken[: len(start)] != start:
            raise Unsupported("cases that are not the same again")
        for k in range(len(start), len(path.taken)):
            chosen, options = path.taken[k]
            waiting += [[*path.taken[:k], (other, options)] for other in options if other != chosen]
        yield path
        if not waiting:
            return
    raise Unsupported(f"more than {PATHS} cases")


class Path:
    """One path: what holds on it (`when`), and what has to be proved (`goals`, each with what held before it)."""

    def __init__(self, plan: Plan, proves: Proves, prefix: list[int]) -> None:
        self.plan, self.proves, self.prefix = plan, proves, prefix
        self.taken: list[tuple[int, list[int]]] = []
        self.when: list[Relation] = []
        self.goals: list[Relation] = []
        self.assuming = False
        self.count = 0
        self.scope = Scope()
        self.symbols: dict[Any, Any] = {}
        self.atoms: dict[Any, Any] = {}
        self.memo: dict[Any, Value] = {}
        self.roots: dict[Any, Any] = {}
        self.floors: dict[Any, Any] = {}
        self.below: dict[Any, int] = {}
        """Names of numbers that are not negative, and what they are less than."""
        self.bases: dict[Any, Any] = {}
        self.logs: dict[Any, Any] = {}
        self.antilogs: dict[Any, Any] = {}
        self.angles: dict[Any, Value] = {}
        self.monotone: dict[str, list[tuple[Any, Any]]] = {"exp": [], "root": []}
        self.pi: Any = None

    # --- the claim ----------------------------------------------------------------------------------------

    def run(self, statement: Relation) -> None:
        everything = [statement.lhs, statement.rhs, *(s for w in statement.when for s in (w.lhs, w.rhs))]
        self._symbols(everything)
        simple = [w for w in statement.when if not reducible(w.lhs, w.rhs)]
        self.assuming = True
        for w in (*simple, *(w for w in statement.when if w not in simple)):
            with suppress(Unsupported):  # then less is known
                self._say(*self._said(w))
        self.assuming = False
        claims = self._said(statement)
        self._instances()
        for claim in claims:
            self._goal(claim)

    def _said(self, statement: Relation) -> list[Relation]:
        """What a relation says of real and imaginary parts; an order is one of real numbers."""
        left, right, rel = self.value(statement.lhs), self.value(statement.rhs), statement.rel
        if left[1] is None and right[1] is None:
            return [Relation(left[0], rel, right[0])]
        if rel == "!=":
            return [ne(_distance(left, right), ZERO)]
        if rel == "==":
            return [eq(left[1] or ZERO, right[1] or ZERO), eq(left[0], right[0])]
        return [*(eq(s[1], ZERO) for s in (left, right) if s[1] is not None), Relation(left[0], rel, right[0])]

    def _say(self, *relations: Relation) -> None:
        self.when += [r for r in relations if r not in self.when]

    def _goal(self, relation: Relation) -> None:
        goal = relation.given(*self.when)
        if goal not in self.goals:
            self.goals.append(goal)

    def _defined(self, *terms: Any) -> None:
        """What the terms need in order to be defined is needed by the claim, and known of an assumption."""
        if not self.assuming:
            for t in terms:
                if not isinstance(t, (sympy.Rational, T.Parameter)):
                    self._goal(eq(t, t))

    def holds(self, relation: Relation) -> bool:
        found = self.proves(relation.given(*self.when))
        if found is None:
            raise Impossible
        return found

    def decide(self, *options: Relation) -> int:
        """Which of the options holds; they leave out nothing.  What is proved to hold is no case."""
        for k, option in enumerate(options):
            if self.holds(option):
                return k
        left = [k for k, option in enumerate(options) if not self.holds(option.negated())] or [0]
        chosen = self._chosen(left)
        self._say(options[chosen])
        return chosen

    def _chosen(self, options: list[int]) -> int:
        chosen = self.prefix[len(self.taken)] if len(self.taken) < len(self.prefix) else options[0]
        self.taken.append((chosen, options))
        return chosen

    def fresh(self, base: str, **domain: Any) -> T.Parameter:
        self.count += 1
        return T.Parameter(f"{base}''{self.count}", **domain)

    # --- symbols ------------------------------------------------------------------------------------------

    def _symbols(self, terms: list[Any]) -> None:
        """The symbols that the plan replaces."""
        present = {s for t in terms for s in t.free_symbols if isinstance(s, T.Parameter)}
        for s in sorted(present, key=lambda s: s.name):
            if s in self.plan.complexes:
                self.symbols[s] = (self.fresh("re"), self.fresh("im"))
            elif s in self.plan.moduli:
                part = self._residue if s.sort == "integer" else self._rest
                self.symbols[s] = (part(s, self.plan.moduli[s]), None)
            elif s in self.plan.powers:
                self.symbols[s] = (self._as_power(s, self.plan.order), None)

    def _residue(self, s: T.Parameter, d: int) -> Any:
        r = self._chosen(list(range(d)))
        low = None if s.lower is None else -((r - s.lower) // d)
        high = None if s.upper is None else (s.upper - r) // d
        if low is not None and high is not None and low > high:
            low = high = None
            self._say(eq(ZERO, ONE))
        k = self.fresh("k", sort="integer", lower=low, upper=high)
        return T.Plus(T.Times(T.number(d), k), T.number(r))

    def _rest(self, s: T.Parameter, d: int) -> Any:
        """A real symbol as `d k + r` for an integer k, where 0 <= r < d."""
        rest = self.fresh("r", lower=0, upper=d, open_upper=True)
        self.below[("par", rest.name, ())] = d
        value = T.Plus(T.Times(T.number(d), self.fresh("k", sort="integer")), rest)
        if s.lower is not None:
            self._say((gt if s.open_lower else ge)(value, T.number(s.lower)))
        if s.upper is not None:
            self._say((lt if s.open_upper else le)(value, T.number(s.upper)))
        return value

    def _as_power(self, s: T.Parameter, d: int) -> Any:
        strict = s.lower > 0 or s.open_lower
        root = self.fresh("s", lower=0, open_lower=strict)
        value = T.Power(root, T.number(d))
        self.monotone["root"].append((value, root))
        if s.lower > 0:
            self._say((gt if s.open_lower else ge)(value, T.number(s.lower)))
        if s.upper is not None:
            self._say((lt if s.open_upper else le)(value, T.number(s.upper)))
        return value

    # --- values -------------------------------------------------------------------------------------------

    def real(self, node: Any) -> Any:
        found = self.value(node)
        if found[1] is not None:
            raise Unsupported("a complex number where a real one is needed")
        return found[0]

    def value(self, node: Any) -> Value:
        """The value of a term as real and imaginary part."""
        mark = (node, self.assuming)
        if mark not in self.memo:
            self.memo[mark] = self._value(node)
        return self.memo[mark]

    def _value(self, node: Any) -> Value:
        if isinstance(node, sympy.Rational):
            return node, None
        if isinstance(node, T.Parameter):
            return self.symbols.get(node, (node, None))
        rule = _RULES.get(type(node))
        if rule is None:
            return self._opaque(node), None
        if isinstance(node, FUNCTIONS) and T.is_random(node):
            raise Unsupported("functions of random quantities")  # a case would hold for some outcomes only
        return rule(self, node)

    def _opaque(self, node: Any) -> Any:
        """A sum, a moment or an element: real; functions inside that depend on nothing bound are reduced."""
        bound: set = set()
        for x in T.walk(node):
            if isinstance(x, T.Sum):
                bound |= {v for v, _, _ in x.ranges}
            elif isinstance(x, (L.Product, L.InfiniteSum, T.Limit)):
                bound.add(x.args[1])
        return self._inside(node, bound)

    def _inside(self, node: Any, bound: set) -> Any:
        free = node.free_symbols
        if isinstance(node, (T.Limit, T.Partial, L.Product, L.InfiniteSum, L.Conditional)):
            if any(s in self.symbols for s in free):
                raise Unsupported(f"a symbol inside of a {type(node).__name__}")
            return node
        if isinstance(node, FUNCTIONS) and not free & bound and not T.is_random(node):
            if self.assuming and bound:
                raise Unsupported("a function inside of a sum")  # an empty sum is defined, whatever its body is
            return self.real(node)
        if self.assuming and isinstance(node, L.Choice) and reducible(*node.args[1:]):
            raise Unsupported("a function inside of a case")  # it may be that the case never occurs
        if isinstance(node, T.Parameter):
            return self.real(node)
        if not node.args or isinstance(node, (sympy.Rational, T.Family, T.Function)):
            return node
        if isinstance(node, T.Sum):
            ranges = [(v, self._inside(a, bound), self._inside(b, bound)) for v, a, b in node.ranges]
            return T.Sum(self._inside(node.body, bound), *ranges, distinct=node.distinct)
        return node.func(*(self._inside(a, bound) if isinstance(a, sympy.Expr) else a for a in node.args))

    def plus(self, node: Any) -> Value:
        parts = [self.value(a) for a in node.args]
        imaginary = [im for _, im in parts if im is not None]
        return T.Plus(*(re for re, _ in parts)), (T.Plus(*imaginary, ZERO) if imaginary else None)

    def times(self, node: Any) -> Value:
        values = [self.value(a) for a in node.args]
        if all(im is None for _, im in values):
            return T.Times(*(re for re, _ in values)), None
        found = values[0]
        for v in values[1:]:
            found = _times(found, v)
        return found

    def negative(self, node: Any) -> Value:
        re, im = self.value(node.args[0])
        return T.Negative(re), None if im is None else T.Negative(im)

    def quotient(self, node: Any) -> Value:
        above, below = self.value(node.args[0]), self.value(node.args[1])
        if self.assuming:  # an assumption is defined
            self._say(ne(below[0] if below[1] is None else _distance(below, (ZERO, None)), ZERO))
        return _over(above, below)

    def power(self, node: Any) -> Value:
        base, exponent = self.value(node.args[0]), self.real(node.args[1])
        if base[1] is None:
            return T.Power(base[0], exponent), None
        if not isinstance(exponent, sympy.Integer) or abs(exponent) > 6:
            raise Unsupported("a power of a complex number")
        if exponent == 0:
            self._defined(*base)
        found: Value = (ONE, None)
        for _ in range(abs(int(exponent))):
            found = _times(found, base)
        return found if exponent >= 0 else _over((ONE, None), found)

    # --- cases --------------------------------------------------------------------------------------------

    def absolute(self, node: Any) -> Value:
        inner = node.args[0]
        if isinstance(inner, (T.Times, T.Quotient, T.Negative)):  # |u v| = |u| |v|, |u/v| = |u|/|v|
            parts = [self.real(L.Absolute(a)) for a in inner.args]
            return (parts[0] if isinstance(inner, T.Negative) else inner.func(*parts)), None
        if isinstance(inner, T.Power):
            return T.Power(self.real(L.Absolute(inner.args[0])), self.real(inner.args[1])), None
        if isinstance(inner, L.Exponential):
            re, im = self.value(inner.args[0])
            self._defined(re, *([] if im is None else [im]))
            return self.exp_of(re), None
        re, im = self.value(inner)
        if im is None:
            self._defined(re)
            return self._positive_part(re), None
        return self._modulus(re, im), None

    def _positive_part(self, p: Any) -> Any:
        return p if self.decide(ge(p, ZERO), lt(p, ZERO)) == 0 else T.Negative(p)

    def _modulus(self, re: Any, im: Any) -> Any:
        self._defined(re, im)
        square = T.Plus(T.Power(re, T.number(2)), T.Power(im, T.number(2)))
        return self.root_of(square, 2)

    def extreme(self, node: Any) -> Value:
        left, right = (self.real(a) for a in node.args)
        self._defined(left, right)
        first = self.decide(le(left, right), gt(left, right)) == 0
        return (left if first == isinstance(node, T.Minimum) else right), None

    def choice(self, node: Any) -> Value:
        condition, then, otherwise = node.args
        return self.value(then if self.truth(condition) else otherwise)

    def truth(self, node: Any) -> bool:
        if isinstance(node, L.Both):
            left, right = (self.truth(a) for a in node.args)
            return left and right
        if isinstance(node, L.Either):
            left, right = (self.truth(a) for a in node.args)
            return left or right
        if isinstance(node, L.Negation):
            return not self.truth(node.args[0])
        if isinstance(node, sympy.Integer):
            return bool(node == 1)
        rel = {L.EqualTo: "==", L.LessThan: "<", L.AtMost: "<="}[type(node)]
        left, right = (self.real(a) for a in node.args)
        self._defined(left, right)
        relation = Relation(left, rel, right)
        return self.decide(relation, relation.negated()) == 0

    def floor(self, node: Any) -> Value:
        p = self.real(node.args[0])
        self._defined(p)
        poly = self.poly(p)
        d = lcm(*(Fraction(c).denominator for c in poly.values())) if poly else 1
        if d <= LARGEST:
            for r in range(d):
                rest = T.Plus(p, T.number(Fraction(-r, d)))
                if self._integral(rest):
                    return rest, None
            integers = {a[1] for m in poly for a, _ in m if a in self.scope.integers}
            if all(a in self.scope.integers and e > 0 for m in poly for a, e in m):
                for s in sorted(node.free_symbols, key=lambda s: s.name):
                    if s.name in integers and s not in self.plan.fixed and not isinstance(s, T.Index):
                        self.plan.split(s, d)
            for (a, e), *more in (m for m in poly if m):
                s = None if more or e != 1 else self.atoms.get(a)
                if isinstance(s, T.Parameter) and s in node.free_symbols and self._splits(s):
                    self.plan.split(s, d)
        whole, rest = self._whole_part(poly)
        if whole is not None:
            return T.Plus(whole, self._floor_between(rest)), None
        return self._floor_between(p), None

    def _splits(self, s: T.Parameter) -> bool:
        return s.sort == "real" and s not in self.plan.fixed and not isinstance(s, T.Index)

    def _floor_between(self, p: Any) -> Any:
        """The floor of what lies between two numbers that are close: one of few integers."""
        low = high = Fraction(0)
        for m, c in self.poly(p).items():
            at_most = 1 if not m else self.below.get(m[0][0]) if len(m) == 1 and m[0][1] == 1 else None
            if at_most is None:
                return self._floor_symbol(p)
            low, high = low + min(c * at_most, 0 if m else c), high + max(c * at_most, 0 if m else c)
        n = floor(low)
        if high - n > POINTS:
            return self._floor_symbol(p)
        while n + 1 <= high and self.decide(lt(p, T.number(n + 1)), ge(p, T.number(n + 1))) == 1:
            n += 1
        return T.number(n)

    def _whole_part(self, p: Poly) -> tuple[Any, Any]:
        """The terms of a polynomial that are integers, and the others; None if there are no such two."""
        whole = Poly({m: c for m, c in p.items() if self.scope.integral(Poly({m: c}))})
        rest = Poly({m: c for m, c in p.items() if m not in whole})
        terms = self._term(whole), self._term(rest)
        return terms if whole and rest and None not in terms else (None, None)

    def _floor_symbol(self, p: Any) -> Any:
        mark = self.poly(p)
        if mark not in self.floors:
            n = self.floors[mark] = self.fresh("n", sort="integer")
            self._say(le(n, p), lt(p, T.Plus(n, ONE)))
        return self.floors[mark]

    def _integral(self, term: Any) -> bool:
        return self.scope.integral(self.poly(term))

    # --- roots --------------------------------------------------------------------------------------------

    def square_root(self, node: Any) -> Value:
        re, im = self.value(node.args[0])
        if im is None:
            self._defined(re)
            if self.decide(ge(re, ZERO), lt(re, ZERO)) == 0:
                return self.root_of(re, 2), None
            return ZERO, self.root_of(T.Negative(re), 2)
        self._defined(re, im)
        u, v = self.fresh("re", lower=0), self.fresh("im")
        self._say(eq(T.Plus(T.Power(u, T.number(2)), T.Negative(T.Power(v, T.number(2)))), re))
        self._say(eq(T.Times(T.number(2), u, v), im))
        return u, v

    def root_of(self, p: Any, order: int, times: int = 1) -> Any:
        """`p**(times/order)` for `p >= 0`, by the factors of `p`; each factor counts by its absolute value."""
        if self.plan.order % order:
            new = lcm(self.plan.order, order)
            if new > LARGEST:
                raise Unsupported("a root of high order")
            self.plan.order = new
            raise Restart
        d = self.plan.order
        pieces = []
        for f, e in self.factors(p):
            whole = e * times * d // order
            if whole % d == 0 and (whole // d) % 2 == 0:
                pieces.append(T.Power(f, T.number(whole // d)))
                continue
            g = self._positive_part(f)
            pieces.append(
                T.Power(g, T.number(whole // d)) if whole % d == 0 else T.Power(self._root(g, d), T.number(whole))
            )
        return pieces[0] if len(pieces) == 1 else T.Times(*pieces)

    def _root(self, g: Any, d: int) -> Any:
        """The root of order `d` of `g >= 0`."""
        if isinstance(g, sympy.Rational) and g >= 0:
            exact = _exact_root(Fraction(int(g.p), int(g.q)), d)
            if exact is not None:
                return T.number(exact)
        mark = self.poly(g)
        if mark in self.roots:
            return self.roots[mark]
        if self._power_symbol(g):
            self.plan.powers.add(g)
            raise Restart
        s = self.fresh("s", lower=0, open_lower=self.holds(gt(g, ZERO)))
        self._say(eq(T.Power(s, T.number(d)), g))
        self.roots[mark] = s
        self.monotone["root"].append((g, s))
        return s

    def _power_symbol(self, g: Any) -> bool:
        """Whether a symbol may be written as a power of its root."""
        return (
            isinstance(g, T.Parameter)
            and not isinstance(g, T.Index)
            and g.sort == "real"
            and g.lower is not None
            and g.lower >= 0
            and g not in self.plan.fixed
            and "'" not in g.name
        )

    # --- exponentials and logarithms ----------------------------------------------------------------------

    def exponential(self, node: Any) -> Value:
        re, im = self.value(node.args[0])
        self._defined(re)
        size = self.exp_of(re)
        if im is None:
            return size, None
        self._defined(im)
        found: Value = (size, None)
        for m, c in self.poly(im).items():
            if m not in self.angles:
                u, v = self.fresh("cos"), self.fresh("sin")
                self._say(eq(T.Plus(T.Power(u, T.number(2)), T.Power(v, T.number(2))), ONE))
                self.angles[m] = (u, v)
            c = Fraction(c)
            if c.denominator != 1 or abs(c) > 6:
                raise Unsupported("an angle")
            u, v = self.angles[m]
            for _ in range(abs(int(c))):
                found = _times(found, (u, v if c > 0 or v is None else T.Negative(v)))
        return found

    def exp_of(self, q: Any) -> Any:
        """`exp(q)` for real `q`, as a product over the terms of `q`."""
        pieces: list[Any] = []
        for m, c in self.poly(q).items():
            c = Fraction(c)
            whole = [(a, e) for a, e in m if a in self.scope.integers and e > 0 and a in self.atoms]
            rest = tuple((a, e) for a, e in m if (a, e) not in whole)
            times = [T.Power(self.atoms[a], T.number(e)) for a, e in whole]
            if len(rest) == 1 and rest[0][1] == 1 and rest[0][0] in self.antilogs:
                f = self.antilogs[rest[0][0]]
                if c.denominator == 1:
                    pieces.append(_power(f, c, times))
                    continue
                root, order = self.root_of(f, c.denominator), c.denominator
                pieces.append(_power(root, c * order, times))
                continue
            self.plan._grow(self.plan.parts, rest, c.denominator)
            parts = self.plan.parts.get(rest, 1)
            if rest not in self.bases:
                self.bases[rest] = self.fresh("E", lower=0, open_lower=True)
            pieces.append(_power(self.bases[rest], c * parts, times))
        found = T.Times(*pieces) if len(pieces) > 1 else pieces[0] if pieces else ONE
        if not any(self.poly(q) == self.poly(a) for a, _ in self.monotone["exp"]):
            self.monotone["exp"].append((q, found))
        return found

    def logarithm(self, node: Any) -> Value:
        inner = node.args[0]
        if isinstance(inner, L.Exponential) and self.value(inner.args[0])[1] is None:
            self._defined(self.real(inner.args[0]))
            return self.real(inner.args[0]), None
        re, im = self.value(inner)
        self._defined(re)
        if im is not None:
            self._defined(im)
            square = T.Plus(T.Power(re, T.number(2)), T.Power(im, T.number(2)))
            self._apart(square)
            size = self.fresh("s", lower=0, open_lower=True)
            self._say(eq(T.Power(size, T.number(2)), square))
            angle = self.fresh("arg")
            self.angles[((("par", angle.name, ()), 1),)] = (T.Quotient(re, size), T.Quotient(im, size))
            return self._log_symbol(size), angle
        self._apart(re)
        negative = self.decide(gt(re, ZERO), lt(re, ZERO)) == 1
        size = self.log_of(inner)
        if not negative:
            return size, None
        if self.pi is None:
            self.pi = self.fresh("pi", lower=3, open_lower=True, upper=4, open_upper=True)
            self.angles[((("par", self.pi.name, ()), 1),)] = (T.number(-1), None)
        return size, self.pi

    def _apart(self, p: Any) -> None:
        """A claim needs `p != 0`; what is assumed has it."""
        if not self.holds(ne(p, ZERO)):
            if not self.assuming:
                self._goal(ne(p, ZERO))
            self._say(ne(p, ZERO))

    def log_of(self, node: Any) -> Any:
        """`log|node|` of a real term that is not 0, as a sum over its factors: none of them is 0."""
        if isinstance(node, T.Times) and all(self.value(a)[1] is None for a in node.args):
            return T.Plus(*(self.log_of(a) for a in node.args), ZERO)
        if isinstance(node, T.Quotient) and all(self.value(a)[1] is None for a in node.args):
            return T.Plus(self.log_of(node.args[0]), T.Negative(self.log_of(node.args[1])))
        if isinstance(node, (T.Negative, L.Absolute)) and self.value(node.args[0])[1] is None:
            return self.log_of(node.args[0])
        if isinstance(node, T.Power) and self.value(node.args[0])[1] is None:
            base, exponent = self.real(node.args[0]), self.real(node.args[1])
            if isinstance(exponent, sympy.Integer) and exponent > 0 or self.holds(ne(base, ZERO)):
                return T.Times(exponent, self.log_of(node.args[0]))
        if isinstance(node, L.Exponential) and self.value(node.args[0])[1] is None:
            return self.real(node.args[0])
        if isinstance(node, L.SquareRoot) and self.value(node.args[0])[1] is None:
            return T.Quotient(self.log_of(node.args[0]), T.number(2))
        if isinstance(node, L.RealPower):
            base, exponent = self.value(node.args[0]), self.value(node.args[1])
            if base[1] is None and exponent[1] is None and self.holds(gt(base[0], ZERO)):
                return T.Times(exponent[0], self.log_of(node.args[0]))
        total: list[Any] = [ZERO]
        for f, e in self.factors(self.real(node)):
            total.append(T.Times(T.number(e), self._log_factor(f)))
        return T.Plus(*total)

    def _log_factor(self, f: Any) -> Any:
        if isinstance(f, sympy.Rational):
            numbers = ((n, e) for n, e in _primes(Fraction(int(f.p), int(f.q))) if abs(n) != 1)
            return T.Plus(ZERO, *(T.Times(T.number(e), self._log_symbol(T.number(n))) for n, e in numbers))
        return self._log_symbol(f if self.decide(gt(f, ZERO), lt(f, ZERO)) == 0 else T.Negative(f))

    def _log_symbol(self, g: Any) -> Any:
        """The logarithm of `g > 0`."""
        base = next((m for m, b in self.bases.items() if b == g), None)
        if base is not None and all(a in self.atoms for a, _ in base):
            product = [T.Power(self.atoms[a], T.number(e)) for a, e in base]
            return T.Quotient(T.Times(ONE, *product), T.number(self.plan.parts.get(base, 1)))
        mark = self.poly(g)
        if mark not in self.logs:
            symbol = self.fresh("l")
            self.logs[mark] = symbol
            self.antilogs[("par", symbol.name, ())] = g
            self.monotone["exp"].append((symbol, g))
        return self.logs[mark]

    def real_power(self, node: Any) -> Value:
        base, exponent = self.value(node.args[0]), self.value(node.args[1])
        if isinstance(exponent[0], sympy.Rational) and exponent[0].q == 2 and exponent[1] is None:
            root = T.Power(L.SquareRoot(node.args[0]), T.number(int(exponent[0].p)))
            return self.value(root)  # the principal value is a power of the principal root, for all complex numbers
        if exponent[1] is not None or base[1] is not None:
            raise Unsupported("a power of complex numbers")
        b, x = base[0], exponent[0]
        self._defined(b, x)
        if isinstance(x, sympy.Rational) and x > 0:
            if not self.holds(ge(b, ZERO)):
                if self.assuming:
                    raise Unsupported("a power of a number of unknown sign")
                self._goal(ge(b, ZERO))
                self._say(ge(b, ZERO))
            return self.root_of(b, int(x.q), int(x.p)), None
        if not self.holds(gt(b, ZERO)):
            if self.assuming:
                raise Unsupported("a power of a number of unknown sign")
            self._goal(gt(b, ZERO))
            self._say(gt(b, ZERO))
        return self.exp_of(T.Times(x, self.log_of(node.args[0]))), None

    # --- further inequalities -----------------------------------------------------------------------------

    def _instances(self) -> None:
        """Exponentials, logarithms and roots increase strictly; the first lie above their tangents, the others below.

        exp(a) >= exp(b) (1 + a - b)          b (log(a) - log(b)) <= a - b

        Where a >= b, parabolas and the trapezoid rule tell more; exp is convex, and so are its derivatives:

        exp(a) >= exp(b) (1 + a - b + (a - b)^2/2)          exp(b) <= exp(a) (1 - (a - b) + (a - b)^2/2)
        2 (exp(a) - exp(b)) <= (a - b) (exp(a) + exp(b))
        """
        for kind, points in self.monotone.items():
            fixed = (ZERO, ONE) if kind == "exp" else None
            known = points[:POINTS] + ([fixed] if fixed and points else [])
            pairs = [(p, q) for i, p in enumerate(known) for q in known[i + 1 :]]
            for (a, fa), (b, fb) in pairs:
                self._ordered(a, fa, b, fb, self.plan.ordered == ("one" if fixed in ((a, fa), (b, fb)) else "all"))
            for pair in pairs:
                wanted = self.plan.tangents == ("one" if fixed in pair else "all") and kind != "root"
                for (p, fp), (q, fq) in (pair, pair[::-1]) if wanted else ():
                    gap = T.Plus(p, T.Negative(q))
                    self._say(ge(fp, T.Times(fq, T.Plus(ONE, gap))))
                    if self.holds(ge(gap, ZERO)):
                        half = T.Quotient(T.Power(gap, T.number(2)), T.number(2))
                        both = T.Plus(T.Times(gap, T.Plus(fp, fq)), T.Times(T.number(-2), T.Plus(fp, T.Negative(fq))))
                        self._say(
                            ge(fp, T.Times(fq, T.Plus(ONE, gap, half))),
                            le(fq, T.Times(fp, T.Plus(ONE, T.Negative(gap), half))),
                            ge(both, ZERO),
                        )

    def _ordered(self, a: Any, fa: Any, b: Any, fb: Any, split: bool) -> None:
        if isinstance(a, sympy.Rational) and isinstance(b, sympy.Rational) and isinstance(fa, sympy.Rational):
            return
        for (p, q), (u, w) in (((a, b), (fa, fb)), ((fa, fb), (a, b))):
            if all(isinstance(t, T.Parameter) and "''" in t.name for t in (p, q)):
                continue  # two names: nothing is known but what the other side tells
            rel = next((r for r in ("<=", ">=") if self.holds(Relation(p, r, q))), "")
            if rel:
                sharp = next((r for r in (rel[0], "==") if self.holds(Relation(p, r, q))), rel)
                self._say(Relation(u, sharp, w))
                return
        if split:
            rel = ("<", "==", ">")[self.decide(lt(a, b), eq(a, b), gt(a, b))]
            self._say(Relation(fa, rel, fb))

    # --- polynomials --------------------------------------------------------------------------------------

    def poly(self, term: Any) -> Poly:
        """The normal form, with all symbols counted from 0."""
        try:
            return self._poly(term)
        except (Budget, ZeroDivisionError) as error:
            raise Unsupported(f"a normal form: {error}") from None

    def _poly(self, term: Any) -> Poly:
        for x in T.walk(term):
            if isinstance(x, T.Parameter) and ("par", x.name, ()) not in self.atoms:
                self.scope.origins[x.name] = Fraction(0)
                self.atoms[("par", x.name, ())] = x
        n = Normal(self.scope)
        for x in T.walk(term):
            if isinstance(x, T.Element):
                p = n.poly(x, {})
                if len(p) == 1 and not isinstance(x.args[0], T.Index):
                    ((m, _),) = p.items()
                    if len(m) == 1:
                        self.atoms.setdefault(m[0][0], x)
        return n.lowest(n.poly(term, {}))

    def factors(self, p: Any) -> list[tuple[Any, int]]:
        """`p` as a product of powers, seen to be equal to it by the kernel; `p` itself if that is all that is found."""
        whole = [(p, 1)]
        if not self.plan.factored:
            return whole
        found: list[tuple[Any, int]] = []
        for part, sign in zip(self.poly(p).fraction(), (1, -1), strict=True):
            for q, e in self._split(part):
                term = self._term(q)
                if term is None:
                    return whole
                found.append((term, sign * e))
            if not part:
                return whole
        found = [(f, e) for f, e in found if f != ONE]
        if not found:
            return [(ONE, 1)]
        product = T.Times(ONE, *(T.Power(f, T.number(e)) for f, e in found))
        return found if self.holds(eq(p, product)) else whole

    def _split(self, p: Poly) -> Iterator[tuple[Poly, int]]:
        """The number, the common symbols and the other factors of a polynomial."""
        if len(p) == 1:
            ((m, c),) = p.items()
            yield from ((constant(n), e) for n, e in _primes(Fraction(c)))
            yield from ((atom(a), e) for a, e in m)
            return
        yield from self.plan.factors(p)

    def _term(self, p: Poly) -> Any:
        """A polynomial as a term; None if it has atoms that are no symbols or elements."""
        total: list[Any] = []
        for m, c in p.items():
            if any(a not in self.atoms for a, _ in m):
                return None
            factors = [self.atoms[a] if e == 1 else T.Power(self.atoms[a], T.number(e)) for a, e in m]
            number = T.number(Fraction(c))
            if number != ONE or not factors:
                factors.insert(0, number)
            total.append(factors[0] if len(factors) == 1 else T.Times(*factors))
        return total[0] if len(total) == 1 else T.Plus(*total) if total else ZERO


def _times(a: Value, b: Value) -> Value:
    (x, y), (u, v) = a, b
    if y is None and v is None:
        return T.Times(x, u), None
    y, v = ZERO if y is None else y, ZERO if v is None else v
    return T.Plus(T.Times(x, u), T.Negative(T.Times(y, v))), T.Plus(T.Times(x, v), T.Times(y, u))


def _distance(a: Value, b: Value) -> Any:
    """The square of the distance of two complex numbers."""
    parts = [T.Plus(p or ZERO, T.Negative(q or ZERO)) for p, q in zip(a, b, strict=True)]
    return T.Plus(*(T.Power(p, T.number(2)) for p in parts))


def _over(a: Value, b: Value) -> Value:
    (x, y), (u, v) = a, b
    if v is None:
        return T.Quotient(x, u), None if y is None else T.Quotient(y, u)
    below = T.Plus(T.Power(u, T.number(2)), T.Power(v, T.number(2)))
    top, side = _times(a, (u, T.Negative(v)))
    return T.Quotient(top, below), T.Quotient(ZERO if side is None else side, below)


def _power(base: Any, c: Fraction, times: list[Any]) -> Any:
    exponent = T.number(c) if not times else T.Times(T.number(c), *times)
    return base if exponent == ONE else T.Power(base, exponent)


def _primes(value: Fraction) -> Iterator[tuple[Any, int]]:
    """A rational number as a product of powers of primes and perhaps -1; of large numbers only the value itself."""
    if max(abs(value.numerator), value.denominator).bit_length() > 40 or not value:
        yield value, 1
        return
    if value < 0:
        yield -1, 1
    for n, sign in ((abs(value.numerator), 1), (value.denominator, -1)):
        yield from ((int(prime), sign * int(e)) for prime, e in sympy.factorint(n).items())


def _exact_root(value: Fraction, d: int) -> Fraction | None:
    """The rational root of a nonnegative rational number, if there is one."""
    parts = []
    for n in (value.numerator, value.denominator):
        root, whole = sympy.integer_nthroot(n, d)
        if not whole:
            return None
        parts.append(int(root))
    return Fraction(*parts)


_RULES: dict[type, Callable[[Path, Any], Value]] = {
    T.Plus: Path.plus,
    T.Times: Path.times,
    T.Negative: Path.negative,
    T.Quotient: Path.quotient,
    T.Power: Path.power,
    T.Minimum: Path.extreme,
    T.Maximum: Path.extreme,
    L.Absolute: Path.absolute,
    L.SquareRoot: Path.square_root,
    L.Exponential: Path.exponential,
    L.Logarithm: Path.logarithm,
    L.RealPower: Path.real_power,
    L.Floor: Path.floor,
    L.Choice: Path.choice,
}
