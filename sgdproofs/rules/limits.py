"""Limits, by expansion in scales of growth, each step with its condition."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from typing import Any

from ..kernel.goal import Goal, difference, holds
from ..kernel.normal import Environment, Normal, Unseen
from ..kernel.polynomial import UNIT, Atom, Monomial, Poly, atom, constant, inside, total
from ..kernel.reasons import Reason, Rule, flat
from ..language import terms as T
from ..language.statements import Relation, free_indices
from .sums import close_geometric, open_geometric

ORDERS = (1, 4)
"""How many powers of a small u are kept of `(1 + u)^a`, `exp(u)` and `log(1 + u)`: as few as suffice."""
HALF = constant(Fraction(1, 2))


class Near:
    """Expansions for large t: t is the variable itself, or `1/(variable - point)` above a point.

    An expansion is a polynomial in these atoms, beside those that do not depend on t:

        ("log", "", (t,))         log t
        ("exp", "", (m,))         `e^m` for a monomial m in t and log t, with rational exponents: `t^c = (e^(log t))^c`
        ("pow", "", (q, k t))     q^(k t), and ("sgn", "", (t,)) for (-1)^t
        ("error", "", (t, v))     a function that is bounded by a power of log t; each v is another one
    """

    def __init__(self, n: Normal, node: Any, env: Environment, order: int) -> None:
        """Of the body of a limit: all values above the point and close to it have to be in the variable's domain."""
        _, variable, point = node.args
        self.n, self.here, self.order = n, dict(env), order
        self.which = n.open_variable(variable, self.here) if point is T.INFINITY else n.scope.fresh()
        if point is not T.INFINITY:
            at = n.poly(point, env)
            if not n.admits(variable, at) or variable.upper is not None and not n.scope.positive(variable.upper - at):
                raise Unseen
            n.scope.count(self.which, 0, False, ((0, True), None))
            self.here[variable] = at + n.inverse(atom(self.which))
        self.log = ("log", "", (atom(self.which),))
        self.t = ("exp", "", (atom(self.log),))

    def moves(self, a: Atom) -> bool:
        return self.which in inside(a)

    def still(self, p: Poly) -> Poly:
        """The terms that do not depend on t."""
        return Poly({m: c for m, c in p.items() if not any(self.moves(a) for a, _ in m)})

    def made(self, q: Poly, s: Poly, exponent: Poly = UNIT) -> Poly:
        """`(q^t e^s)^exponent`."""
        factors = ((("exp", "", (Poly({m: 1}),)), c) for m, c in (s * exponent).items())
        progression = UNIT if q == UNIT else self.n.powers(q, exponent * atom(self.which))
        return progression * Poly({tuple(sorted(factors)): 1})

    # --- comparing ------------------------------------------------------------------------------------------

    def scale(self, m: Monomial) -> tuple[Poly, Poly]:
        """q and s: the monomial is `q^t e^s`, up to a constant factor, a power of log t and errors."""
        self.n._spend()
        q, s = UNIT, Poly()
        for a, e in m:
            if a[0] == "exp":
                s = s + a[2][0] * e
            elif a[0] in ("pow", "sgn") and self.moves(a):
                base, exponent = a[2] if a[0] == "pow" else (constant(-1), a[2][0])
                rate, rest = exponent.linear(self.which)
                if self.which in {*rate.within(), *rest.within()}:
                    raise Unseen
                q = q * self.n.raised(self.n.powers(base, rate), e)
        return q, s

    def vanishing(self, p: Iterable[Monomial]) -> bool:
        """True if all terms are seen to tend to 0."""
        return all(self._vanishes(q, s) for q, s in dict.fromkeys(map(self.scale, p)))

    def _vanishes(self, q: Poly, s: Poly) -> bool:
        """`q^t e^(-a t - b log t)` also against powers of log t: a >= 0 and |q| < 1; or |q| <= 1, and a or b > 0."""
        signs, (rate, rest) = self.n.scope, (-s).linear(self.t)
        degree, rest = rest.linear(self.log)
        if rest or self.which in {*rate.within(), *degree.within()} or not signs.nonnegative(rate):
            return False
        gaps = UNIT - q, UNIT + q
        if all(map(signs.positive, gaps)):
            self.n.ratios.append(q)  # for the ledger
            return True
        return all(map(signs.nonnegative, gaps)) and (signs.positive(rate) or signs.positive(degree))

    def leading(self, p: Poly) -> tuple[Poly, Poly, Poly, Poly]:
        """q, s, c and u such that `p = q^t e^s c (1 + u)`; u vanishes, and neither q nor c is 0."""
        n = self.n
        for q, s in dict.fromkeys(map(self.scale, p)):
            if n.scope.nonzero(q):
                scaled = p * self.made(q, s, constant(-1))
                c = self.still(scaled)
                if c and self.vanishing(scaled - c) and n.scope.nonzero(c):
                    return q, s, c, (scaled - c) * n.inverse(c)
        raise Unseen

    def holds(self, rel: str, p: Poly) -> bool:
        """True if `p rel 0` is seen to hold for all large t, for `!=`, `>` or `>=`."""
        g = self.of(p)
        if not g:
            return rel == ">="
        q, _, c, _ = self.leading(g)
        return rel == "!=" or self.n.scope.positive(c) and self.n.scope.positive(q)

    def sign(self, p: Poly) -> int:
        """1 if `p >= 0` for all large t, -1 if `p <= 0`."""
        for sign in (1, -1):
            if self.holds(">=", p * sign):
                return sign
        raise Unseen

    def value(self, p: Poly) -> Poly:
        g = self.of(p)
        found = self.still(g)
        if not self.vanishing(g - found):
            raise Unseen
        return found

    # --- expanding ------------------------------------------------------------------------------------------

    def of(self, p: Poly) -> Poly:
        above, below = (side.replaced(self.of_atom) for side in p.fraction(self.moves))
        return self.trimmed(above if below == UNIT else above * self.power(below, constant(-1)))

    def of_atom(self, a: Atom) -> Poly | None:
        """One atom, if it depends on the variable."""
        kind, arguments = a[0], a[2]
        if not self.moves(a):
            return None
        if a == self.which:
            return atom(self.t)
        if kind == "sgn" or kind == "pow" and self.which not in arguments[0].within():
            return atom(a)
        if kind == "Exponential":
            return self.exponential(self.of(arguments[0]))
        if kind == "Logarithm":
            return self.logarithm(self.of(arguments[0]))
        if kind == "Absolute":
            return self.of(arguments[0] * self.sign(arguments[0]))
        if kind == "Minimum":
            left, right = arguments
            return self.of(left if self.sign(left - right) < 0 else right)
        if kind not in ("SquareRoot", "pow", "RealPower"):
            raise Unseen
        base, exponent = self.of(arguments[0]), (*arguments, HALF)[1]
        if self.which in exponent.within():
            sign = self.sign(arguments[0]) if kind == "pow" else 1
            power = self.exponential(self.of(exponent) * self.logarithm(base * sign))
            return power if sign > 0 else power * self.of(self.n.powers(constant(-1), exponent))
        return self.power(base, exponent)

    def trimmed(self, p: Poly) -> Poly:
        """The terms that an error covers as one error: those that differ from it by `t^c` with a number `c <= 0`."""
        kept: dict[Monomial, Any] = {}
        worst: dict[tuple[Poly, Poly], Any] = {}
        exact = {m for m in p if all(a[0] != "error" for a, _ in m)}
        for m in sorted(p, key=exact.__contains__):
            q, s = self.scale(m)
            c = s.get(((self.log, 1),), 0)
            place = q, s - atom(self.log) * c
            if m not in exact:
                worst[place] = max(c, worst.get(place, c))
            elif place not in worst or c > worst[place]:
                kept[m] = p[m]
        errors = (self.made(q, s + atom(self.log) * c) * self.error() for (q, s), c in worst.items())
        return total([Poly(kept), *errors])

    def error(self) -> Poly:
        return atom(("error", "", (atom(self.which), atom(self.n.scope.fresh()))))

    def series(self, first: Poly, u: Poly, ratio: Callable[[int], Poly | Fraction]) -> Poly:
        """A power series in u, which vanishes, by its first term and the ratios of its coefficients.

        The rest is bounded by the first term that is left out.
        """
        found, step = Poly(), first
        for k in range(self.order + 1):
            found, step = found + step, self.trimmed(step * u) * ratio(k)
        return self.trimmed(found + step * self.error())

    def power(self, p: Poly, exponent: Poly) -> Poly:
        """`(q^t e^s c (1 + u))^a` by the binomial series; where a may be no integer, for `q = 1` and positive c."""
        n, (q, s, c, u) = self.n, self.leading(p)
        whole = n.scope.integral(exponent)
        if not whole and (q != UNIT or not n.scope.positive(c)):
            raise Unseen
        real = ("SquareRoot", "", (c,)) if exponent == HALF else ("RealPower", "", (c, exponent))
        lead = UNIT if c == UNIT else n.powers(c, exponent) if whole else n.made(*real)
        return self.series(lead * self.made(q, s, exponent), u, lambda k: (exponent - k) * Fraction(1, k + 1))

    def exponential(self, p: Poly) -> Poly:
        """`exp(c + s + u) = e^c e^s exp(u)`, where u vanishes."""
        c = self.still(p)
        u = Poly({m: d for m, d in (p - c).items() if self.vanishing([m])})
        lead = self.n.made("Exponential", "", (c,)) if c else UNIT
        return self.series(lead * self.made(UNIT, p - c - u), u, lambda k: Fraction(1, k + 1))

    def logarithm(self, p: Poly) -> Poly:
        """`log(e^s c (1 + u)) = s + log c + log(1 + u)` for positive c."""
        q, s, c, u = self.leading(p)
        if q != UNIT or not self.n.scope.positive(c):
            raise Unseen
        lead = Poly() if c == UNIT else self.n.made("Logarithm", "", (c,))
        return s + lead + self.series(u, u, lambda k: Fraction(-k - 1, k + 2))


def _answer(n: Normal, node: Any, env: Environment, question: Callable[[Near], Any]) -> Any:
    """What the first expansion says that suffices; None if none does."""
    for order in ORDERS:
        try:
            return question(Near(n, node, env, order))
        except (Unseen, ZeroDivisionError):
            continue
    return None


def open_limit(n: Normal, node: Any, env: Environment) -> Poly:
    """The limit as a polynomial without the variable, or the closed node where no rule applies."""

    def value(near: Near) -> Poly:
        body = n.poly(node.args[0], near.here)
        return near.value(close_geometric(n, _rewritten(n, body, node.args[1], near.here)))

    found = _answer(n, node, env, value)
    return n.closed(node, env) if found is None else found


def eventually(n: Normal, node: Any, env: Environment, relation: Relation) -> bool:
    """True if what the body of a limit needs holds close to the point; that is enough for a limit."""
    bound = {v for x in T.walk(node.args[0]) for v in T.bound_by(x)}
    if relation.rel == "==" or bound & (relation.lhs.free_symbols | relation.rhs.free_symbols):
        return False
    rel = relation.rel.replace("<", ">")
    return bool(_answer(n, node, env, lambda near: near.holds(rel, difference(n, relation, near.here))))


open_limit.eventually = eventually  # type: ignore[attr-defined]  # the conditions of limits ask it


def _for_large(n: Normal, index: T.Parameter, here: Environment) -> Iterator[tuple[Poly, Poly]]:
    """Both sides of each cited equation about a sequence that holds for all large values of its index."""
    for r in n.equations:
        large = [w for w in r.when if w.lhs == index and w.rel[0] == ">" and not w.rhs.free_symbols]
        others = (w for w in r.when if w not in large)
        if index in r.lhs.free_symbols and all(not free_indices(w) and holds(n, w, {}) for w in others):
            yield n.poly(r.lhs, here), n.poly(r.rhs, here)


def _rewritten(n: Normal, p: Poly, variable: T.Parameter, here: Environment) -> Poly:
    """`p` with what a cited equation is about, for all large values of the variable, given by its right-hand side."""
    for left, right in _for_large(n, variable, here) if isinstance(variable, T.Index) else ():
        for a in sorted(b for b in left.atoms if b[0] in ("sum", "el", "Product", "E", "Var", "Cov")):
            times, rest = left.linear(a)
            if a not in {*times.within(), *rest.within()} and n.scope.nonzero(times):
                p = n.rename(p, {a: (right - rest) * n.inverse(times)})
                break
    return p


LIMITS = Rule(__name__, opens=((T.Limit, open_limit), (T.Sum, open_geometric)))


def limits(*cites: Any) -> Reason:
    """Limits by expansion for large t; at a point, from above, with `x = a + 1/t`.  Where a rule gives one, it exists.

        |q| < 1, or |q| <= 1 and a < 0      u -> 0                                    f = c s (1 + u), c != 0, u -> 0
        ------------------------------      --------------------------------------    -------------------------------
        q^t t^a (log t)^l -> 0              (1 + u)^a = 1 + a u + ... + O(u^5)        f^a = c^a s^a (1 + u)^a
                                            exp(u) and log(1 + u) likewise            (a no integer: c > 0, s > 0)

    A sum of such terms tends to the coefficient of 1, if all other terms and all errors vanish.  Geometric sums inside
    are closed first.  What a body needs (a divisor that is not 0) it needs close to the point only.

    Fails: `|q| < 1` not seen from the domains (for `q = 1 - 1/N` it needs `N > 1/2`); a leading coefficient that may
    be 0; terms that cancel beyond the order of the expansion.

    >>> from sgdproofs import *; from sgdproofs.verdicts import verdict
    >>> N, q, t = real("N", above=Fraction(1, 2)), real("q"), index("t")
    >>> verdict(eq(limit((1 - 1/N)**t, t), 0), limits()), verdict(eq(limit(q**t, t), 0), limits())
    ('proved', 'refuted')
    >>> verdict(eq(limit((1 - 1/N)**2*t/(t + N), t), (1 - 1/N)**2), limits())
    'proved'
    """
    return Reason("limit", flat(cites), (LIMITS,))


def pass_to_limit(goal: Goal, n: Normal) -> list[Poly]:
    """From `lim a_t = L` and an equation between `a_t, a_{t-1}, ...` for all large t: the equation between the limits.

    Only polynomials in quantities whose limit is known to exist are passed to the limit; these are continuous.
    A limit that a cited line names by a symbol may go by that name.
    """
    known = [r for r in n.equations if isinstance(r.lhs, T.Limit) and r.lhs.args[2] is T.INFINITY and not r.when]
    found: list[Poly] = []
    for index in sorted({r.lhs.args[1] for r in known if isinstance(r.lhs.args[1], T.Index)}, key=lambda v: v.name):
        here: dict[Any, Poly] = {}
        which = n.open_variable(index, here)
        images: dict[Poly, Poly] = {}
        for r in (r for r in known if r.lhs.args[1] == index):
            value, body = n.closed(r.lhs, {}), n.poly(r.lhs.args[0], here)
            images.update({n.rename(body, {which: atom(which) + k}): value for k in range(-2, 3)})
            found += [value - n.poly(r.rhs, {})] if isinstance(r.rhs, T.Parameter) else []
        for left, right in _for_large(n, index, here):
            numerator, _ = (left - right).fraction()
            image = numerator.replaced({a: images[atom(a)] for a in numerator.atoms if atom(a) in images}.get)
            found += [image] if which not in image.within() else []
    return found


PASSAGE = Rule(__name__, premises=(pass_to_limit,), plain=False)


def passage_to_limit(*cites: Any) -> Reason:
    """An equation that holds for all t holds between the limits, if these exist.

        lim_t a_t = L      a_t = f(a_{t-1}) for all t, f a polynomial
        --------------------------------------------------------------
                              L = f(L)

    Fails: no line that says that the limit exists: a fixed point alone is no limit (`a_t = 2 a_{t-1} + 1` has the
    fixed point -1 and diverges).

    >>> from sgdproofs import *; from sgdproofs.verdicts import verdict
    >>> y, t, c, L = family("y", first=0), index("t"), real("c"), real("L")
    >>> settles = assume(eq(limit(y[t], t), L))
    >>> recursion = assume(eq(y[t], y[t - 1]/2 + c).given(t >= 1))
    >>> verdict(eq(L, L/2 + c), passage_to_limit(settles, recursion), settles, recursion)
    'proved'
    >>> verdict(eq(L, L/2 + c), passage_to_limit(recursion), settles, recursion)
    'unjustified'
    """
    return Reason("passage to the limit", flat(cites), (PASSAGE,))
