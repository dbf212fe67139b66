"""Expectation, variance and covariance, under the facts that a line cites and no others."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import permutations
from typing import Any

from ..kernel.goal import holds
from ..kernel.normal import Environment, Normal
from ..kernel.polynomial import (
    Atom,
    Monomial,
    Poly,
    add,
    atom,
    constant,
    exact,
    has,
    inside,
    key,
    mul,
    power,
    scale,
    within,
)
from ..kernel.reasons import Reason, flat
from ..language import facts as F
from ..language import terms as T
from ..language.statements import Independence, Relation, free_indices
from .sums import open_sum

MomentRule = Callable[[Normal, Monomial], "Poly | None"]


def is_random(a: Atom) -> bool:
    """True if the atom's value depends on the outcome: an expectation is a number, whatever is inside."""
    if a[0] == "rv":
        return True
    return a[0] not in ("E", "Var", "Cov") and any(is_random(b) for k in a[2] for m, _ in k for b, _ in m)


def expect(n: Normal, p: Poly) -> Poly:
    """`E[p]`: linear, finite sums pass through, and what is not random is a constant."""
    total: Poly = {}
    for monomial, c in p.items():
        fixed = tuple((a, e) for a, e in monomial if not is_random(a))
        free = tuple((a, e) for a, e in monomial if is_random(a))
        total = add(total, mul({fixed: c}, _expect(n, free)))
    return total


def _expect(n: Normal, free: Monomial) -> Poly:
    if not free:
        return constant(1)
    for a, e in free:
        if a[0] == "sum" and e > 0:
            rest = {tuple((b, f - (b == a)) for b, f in free if b != a or f > 1): 1}
            binders, body = n.opened(a)
            return n.add_up_all(binders, expect(n, mul(rest, body)))
    return moment(n, free)


def moment(n: Normal, free: Monomial) -> Poly:
    """The moment `E[free]`, taken as far as the cited facts take it."""
    for rule in n.moment_rules:
        value = rule(n, free)
        if value is not None:
            return value
    return atom(("E", "", (key({free: 1}),)))


def open_expectation(n: Normal, node: Any, env: Environment) -> Poly:
    return expect(n, n.poly(node.args[0], env))


def open_variance(n: Normal, node: Any, env: Environment) -> Poly:
    p = n.poly(node.args[0], env)
    return add(expect(n, mul(p, p)), power(expect(n, p), 2), -1)


def open_covariance(n: Normal, node: Any, env: Environment) -> Poly:
    p, q = (n.poly(a, env) for a in node.args)
    return add(expect(n, mul(p, q)), mul(expect(n, p), expect(n, q)), -1)


BINDERS = frozenset({"Product", "InfiniteSum"})
"""Closed nodes with an index of their own: what they hold is no quantity of one block."""
LINEAR = ((T.E, open_expectation), (T.Sum, open_sum))
MOMENTS = (*LINEAR, (T.Var, open_variance), (T.Cov, open_covariance))
REMAKES = (("E", expect),)


# --- independence ----------------------------------------------------------------------------------------


def splits(n: Normal, fact: Any) -> MomentRule | None:
    """The rule that a fact of independence gives: a moment of several blocks is a product of moments."""
    if isinstance(fact, F.Across):
        return lambda m, free: _split(m, free, fact.strength, lambda a: _place(m, fact, a))
    said = fact.statement if isinstance(fact, F.Given) else fact
    if isinstance(said, Independence) and all(holds(n, w, {}) for w in said.when):
        items = said.items
        return lambda m, free: _split(m, free, "mutual", lambda a: _item(m, items, a))
    return None


def _place(n: Normal, fact: F.Across | F.Identical, a: Atom) -> Poly | None:
    """The block of an element, if the fact covers it."""
    if a[1] not in {f.name for f in fact.families}:
        return None
    place = dict(a[2][0])
    return place if n.admits(fact.index, place) else None


def _item(n: Normal, items: tuple, a: Atom) -> Poly | None:
    for k, item in enumerate(items):
        own = tuple(key(n.poly(i, {})) for i in getattr(item, "indices", ()))
        name = item.name if isinstance(item, T.Family) else item.family.name
        if a[1] == name and a[2][: len(own)] == own:
            return constant(k)
    return None


def _split(n: Normal, free: Monomial, strength: str, place: Callable[[Atom], Poly | None]) -> Poly | None:
    groups: dict[Any, list] = {}
    where: dict[Any, Poly] = {}
    for a, e in free:
        found = [place(b) for b in inside(a) if b[0] == "rv"]
        if any(b[0] in BINDERS for b in inside(a)):
            return None
        own = {key(p): p for p in found if p is not None}
        if len(own) != 1 or None in found:
            return None
        ((k, p),) = own.items()
        if any(b[0] == "bv" for b in within(p)):
            return None
        groups.setdefault(k, []).append((a, e))
        where[k] = p
    blocks = list(groups)
    if len(blocks) < 2 or len(blocks) > 2 and strength != "mutual":
        return None
    if strength == "uncorrelated" and any(len(g) > 1 or g[0][1] != 1 or g[0][0][0] != "rv" for g in groups.values()):
        return None
    for i, k in enumerate(blocks):
        for j in blocks[i + 1 :]:
            gap = add(where[k], where[j], -1)
            if not n.scope.nonzero(gap):
                return _by_cases(n, free, gap)
    product = constant(1)
    for g in groups.values():
        product = mul(product, moment(n, tuple(sorted(g))))
    return product


def _by_cases(n: Normal, free: Monomial, gap: Poly) -> Poly | None:
    """`[gap = 0] E[free there] + [gap != 0] E[free there]`."""
    for m, c in gap.items():
        if len(m) == 1 and m[0][1] == 1 and abs(c) == 1 and m[0][0][0] in ("par", "var"):
            here = m[0][0]
            equal = expect(n, n.rename({free: 1}, {here: add(atom(here), gap, -c)}))
            with n.scope.apart(gap):
                apart = moment(n, free)
            d = n.delta(gap)
            return add(mul(d, equal), mul(add(constant(1), d, -1), apart))
    return None


# --- moments that are given ------------------------------------------------------------------------------


def knows(n: Normal, fact: Any) -> MomentRule | None:
    """The rule that an equation about moments gives, such as `Var(x[t]) = sigma2` for all `t`.

    It is solved for its moment of highest degree, and used for every value of its free indices in their domains.
    """
    relation = getattr(fact, "relation", fact)
    if isinstance(fact, F.Definition) or not isinstance(relation, Relation) or relation not in n.equations:
        return None
    free = sorted(free_indices(relation), key=lambda v: v.name)
    marks: dict[Any, Atom] = {v: ("par", f"?{v.name}", ()) for v in free}
    pattern = {v: atom(mark) for v, mark in marks.items()}
    plain = Normal(
        n.scope,
        dict(MOMENTS),
        tuple(f for f in n.facts if isinstance(f, F.Definition) and f.over is None),
        dict(REMAKES),
    )
    difference = add(plain.poly(relation.lhs, pattern), plain.poly(relation.rhs, pattern), -1)
    degrees = {a: sum(e for _, e in a[2][0][0][0]) for m in difference for a, _ in m if a[0] == "E"}
    if not degrees:
        return None
    lead = max(degrees, key=lambda a: (degrees[a], a))
    c = difference.get(((lead, 1),))
    rest = add(difference, atom(lead), -(c or 0))
    if c is None or any(has(a, lead.__eq__) for m in rest for a, _ in m):
        return None
    if any(d >= degrees[lead] for a, d in degrees.items() if a != lead):
        return None
    value = scale(rest, Fraction(-1) / Fraction(c))
    shape = lead[2][0][0][0]

    def rule(m: Normal, target: Monomial) -> Poly | None:
        for mapping in _matches(shape, target):
            env = _admitted(m, marks, mapping)
            open_ = [w for w in relation.when if not holds(m, w, env)] if env is not None else []
            if env is not None and not open_:
                return _again(m, m.rename(value, mapping))
            if env is not None and len(open_) == 1 and open_[0].rel == "!=":
                gap = add(m.poly(open_[0].lhs, env), m.poly(open_[0].rhs, env), -1)
                return None if not gap else _by_cases(m, target, gap)
        return None

    return rule


def _again(n: Normal, p: Poly) -> Poly:
    """Every moment of `p` taken through the rules once more; their degree is lower than before."""
    total: Poly = {}
    for monomial, c in p.items():
        product = constant(c)
        for a, e in monomial:
            product = mul(product, power(expect(n, dict(a[2][0])), e) if a[0] == "E" and e > 0 else atom(a, e))
        total = add(total, product)
    return total


def _matches(shape: Monomial, target: Monomial) -> Any:
    """The ways in which the pattern `shape` becomes `target`: values for its `?` indices."""
    if len(shape) != len(target):
        return
    for order in permutations(target):
        mapping: dict[Atom, Poly] = {}
        if all(_match_atom(a, e, b, f, mapping) for (a, e), (b, f) in zip(shape, order)):
            yield mapping


def _match_atom(a: Atom, e: int, b: Atom, f: int, mapping: dict[Atom, Poly]) -> bool:
    if e != f or a[0] != "rv" or b[0] != "rv" or a[1] != b[1] or len(a[2]) != len(b[2]):
        return False
    for k, j in zip(a[2], b[2]):
        p = dict(k)
        marks = [x for m in p for x, _ in m if x[0] == "par" and x[1].startswith("?")]
        if not marks:
            if k != j:
                return False
            continue
        mark = marks[0]
        if len(marks) > 1 or p.get(((mark, 1),)) != 1:
            return False
        value = add(dict(j), add(p, atom(mark), -1), -1)
        if mapping.setdefault(mark, value) != value:
            return False
    return True


def _admitted(n: Normal, marks: dict[Any, Atom], mapping: dict[Atom, Poly]) -> dict[Any, Poly] | None:
    """The matched indices, if they all lie in their domains."""
    env = {}
    for v, mark in marks.items():
        value = mapping.get(mark)
        if value is None or not n.admits(v, value):
            return None
        env[v] = value
    return env


# --- identical distributions -----------------------------------------------------------------------------


def erases(n: Normal, fact: Any) -> MomentRule | None:
    """The rule that identical distribution gives: a moment of one block is that of the first block."""
    if not isinstance(fact, F.Identical):
        return None
    lowest = constant(exact(max(fact.index.lower or 0, *(f.first or 0 for f in fact.families))))

    def rule(m: Normal, free: Monomial) -> Poly | None:
        found = [_place(m, fact, b) for a, _ in free for b in inside(a) if b[0] == "rv"]
        if any(b[0] in BINDERS for a, _ in free for b in inside(a)):
            return None
        places = {key(p) for p in found if p is not None}
        if None in found or len(places) != 1 or places == {key(lowest)}:
            return None
        if any(b[0] == "bv" for k in places for b in within(dict(k))):
            return None
        return moment(m, tuple(sorted((_moved(a, lowest), e) for a, e in free)))

    return rule


def _moved(a: Atom, place: Poly) -> Atom:
    if a[0] == "rv":
        return ("rv", a[1], (key(place), *a[2][1:]))
    return (
        a[0],
        a[1],
        tuple(tuple(sorted((tuple(sorted((_moved(b, place), e) for b, e in m)), c) for m, c in k)) for k in a[2]),
    )


# --- the reasons -----------------------------------------------------------------------------------------


def linearity(*cites: Any) -> Reason:
    """Expectation is linear.

        E[a X + b Y + c] = a E[X] + b E[Y] + c        E[sum_i X_i] = sum_i E[X_i]

    for deterministic a, b, c and a finite sum.  Every random quantity is taken to have the moments that occur.

    Fails: a product of random quantities (`E[X Y]` stays closed; that is for `independence`).

    >>> from sgdproofs import *; from sgdproofs.verdicts import verdict
    >>> X, Y, a = random_variable("X"), random_variable("Y"), real("a")
    >>> verdict(eq(E(a*X + Y), a*E(X) + E(Y)), linearity()), verdict(eq(E(X*Y), E(X)*E(Y)), linearity())
    ('proved', 'refuted')
    """
    return Reason("linearity of expectation", flat(cites), opens=LINEAR, remakes=REMAKES)


def variance(*cites: Any) -> Reason:
    """The definitions of variance and covariance, and linearity.

        Var(X) = E[X^2] - E[X]^2        Cov(X, Y) = E[X Y] - E[X] E[Y]

    Fails: wherever independence would be needed: `Var(X + Y) = Var(X) + Var(Y)` does not follow.

    >>> from sgdproofs import *; from sgdproofs.verdicts import verdict
    >>> X, Y, a = random_variable("X"), random_variable("Y"), real("a")
    >>> verdict(eq(Var(a*X + 1), a**2*Var(X)), variance()), verdict(eq(Var(X + Y), Var(X) + Var(Y)), variance())
    ('proved', 'refuted')
    """
    return Reason("definition of variance", flat(cites), opens=MOMENTS, remakes=REMAKES)


def independence(*cites: Any) -> Reason:
    """A moment of independent blocks is the product of their moments; with linearity, Var and Cov.

        blocks i != j of the cited fact
        -------------------------------
          E[X_i Y_j] = E[X_i] E[Y_j]

    Where two indices may be equal, both cases are kept: `[i = j] E[X_i Y_i] + [i != j] E[X_i] E[Y_j]`.

    Fails: independence that is not cited; a quantity that the fact does not cover; three blocks under pairwise
    independence; anything but a plain product of two under `uncorrelated`.

    >>> from sgdproofs import *; from sgdproofs.verdicts import verdict
    >>> X, Y = random_variable("X"), random_variable("Y")
    >>> apart = Given(independent(X, Y))
    >>> verdict(eq(E(X*Y), E(X)*E(Y)), independence(apart), apart)
    'proved'
    >>> verdict(eq(E(X*Y), E(X)*E(Y)), independence(), apart)
    'unjustified'
    """
    return Reason("independence", flat(cites), opens=MOMENTS, remakes=REMAKES, moments=(splits,))


def moments(*cites: Any) -> Reason:
    """The cited moments, put in; with linearity, Var and Cov.

        E[X_t] = m for all t,  Var(X_t) = s for all t
        ---------------------------------------------
            E[X_t] -> m,  E[X_t^2] -> s + m^2

    Fails: a moment that is not cited, or cited under an assumption that is not seen to hold.

    >>> from sgdproofs import *; from sgdproofs.verdicts import verdict
    >>> x, t, m = random_family("x", first=1), index("t", at_least=1), real("m")
    >>> mean = assume(eq(E(x[t]), m))
    >>> verdict(eq(E(x[t] - m), 0), moments(mean), mean), verdict(eq(E(x[t]**2), m**2), moments(mean), mean)
    ('proved', 'refuted')
    """
    return Reason("known moments", flat(cites), opens=MOMENTS, remakes=REMAKES, moments=(knows,))


def identical_distribution(*cites: Any) -> Reason:
    """Identically distributed blocks have the same moments; with linearity, Var and Cov.

        X_1, X_2, ... identically distributed
        -------------------------------------
               E[f(X_t)] = E[f(X_1)]

    Fails: a moment of several blocks (`E[X_1 X_2]` is not `E[X_1^2]`).

    >>> from sgdproofs import *; from sgdproofs.verdicts import verdict
    >>> x, t = random_family("x", first=1), index("t", at_least=1)
    >>> same = identical_across(x, t)
    >>> verdict(eq(E(x[t]**3), E(x[1]**3)), identical_distribution(same), same)
    'proved'
    >>> verdict(eq(E(x[1]*x[2]), E(x[1]**2)), identical_distribution(same), same)
    'refuted'
    """
    return Reason("identical distribution", flat(cites), opens=MOMENTS, remakes=REMAKES, moments=(erases,))
