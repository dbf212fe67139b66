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
    atom,
    constant,
    exact,
    has,
    inside,
)
from ..kernel.reasons import Reason, Rule, flat
from ..language import facts as F
from ..language import terms as T
from ..language.functions import Conditional
from ..language.statements import Independence, Relation, free_indices
from .sums import open_sum

MomentRule = Callable[[Normal, Monomial, tuple[Poly, ...]], "Poly | None"]


def known(a: Atom, given: tuple[Poly, ...] = ()) -> bool:
    """True if the atom is seen to be a function of the given quantities: a moment is a number, whatever is inside."""
    if a[0] in ("E", "Var", "Cov"):
        return True
    if a[0] == "rv":
        return atom(a) in given
    return all(_fixed(k, given) for k in (a[2][1:] if a[0] == "Conditional" else a[2]))


def _fixed(k: Poly, given: tuple[Poly, ...]) -> bool:
    return k in given or all(known(a, given) for a in k.atoms)


def expect(n: Normal, p: Poly, *given: Poly) -> Poly:
    """`E[p | given]`, and `E[p]` if nothing is given."""
    return _expect(n, p, tuple(sorted({g for g in given if not _fixed(g, ())})))


def _expect(n: Normal, p: Poly, given: tuple[Poly, ...]) -> Poly:
    """Linear, finite sums pass through, and what the given quantities determine is taken out."""
    total = Poly()
    for monomial, c in p.items():
        fixed = tuple((a, e) for a, e in monomial if known(a, given))
        free = tuple((a, e) for a, e in monomial if not known(a, given))
        total = total + Poly({fixed: c}) * _mean(n, free, given)
    return total


def _mean(n: Normal, free: Monomial, given: tuple[Poly, ...]) -> Poly:
    if not free:
        return constant(1)
    sums = [a for a, e in free if a[0] == "sum" and e > 0]
    if not sums:
        return moment(n, free, given)
    # The shortest is opened first: where indices meet, those of the longer ones are then in range.
    shortest = (a for a in sums if all(n.scope.nonnegative(b[2][1] - a[2][1]) for b in sums))
    a = next(shortest, sums[0])
    binders, body = n.opened(a)
    return n.add_up_all(binders, _expect(n, Poly({free: 1}) * atom(a, -1) * body, given))


def moment(n: Normal, free: Monomial, given: tuple[Poly, ...] = ()) -> Poly:
    """The moment `E[free | given]`, taken as far as the cited facts take it."""
    for rule in (_tower, *n.moment_rules):
        value = rule(n, free, given)
        if value is not None:
            return value
    return atom(("Conditional" if given else "E", "", (Poly({free: 1}), *given)))


def _tower(n: Normal, free: Monomial, given: tuple[Poly, ...]) -> Poly | None:
    """`E[E[X | Z] Y | W]`, where Z determines W: `E[X Y | W]` if Z determines Y, else `E[E[X | Z] E[Y | Z] | W]`."""
    inner = [a for a, e in free if a[0] == "Conditional" and e > 0 and all(_fixed(k, a[2][1:]) for k in given)]
    if not inner or Conditional not in n.opens:
        return None
    first = min(inner, key=lambda a: (len(a[2]), a))
    finer = first[2][1:]
    others = next(iter(Poly({free: 1}) * atom(first, -1)))
    rest = tuple((a, e) for a, e in others if not known(a, finer))
    if rest:
        fixed = tuple((a, e) for a, e in free if known(a, finer))
        return _expect(n, Poly({fixed: 1}) * _mean(n, rest, finer), given)
    if any(a[0] == "Conditional" and a[2][1:] == finer for a, _ in others):
        return None
    return _expect(n, first[2][0] * Poly({others: 1}), given)


def open_expectation(n: Normal, node: Any, env: Environment) -> Poly:
    """`E[X]`, and `E[X | Y, ...]`."""
    return expect(n, *(n.poly(a, env) for a in node.args))


def open_covariance(n: Normal, node: Any, env: Environment) -> Poly:
    """`Cov(X, Y)`, and `Var(X) = Cov(X, X)`."""
    p, q = (n.poly(a, env) for a in (node.args[0], node.args[-1]))
    return expect(n, p * q) - expect(n, p) * expect(n, q)


BINDERS = frozenset({"Product", "InfiniteSum"})
"""Closed nodes with an index of their own: what they hold is no quantity of one block."""
LINEAR = ((T.E, open_expectation), (T.Sum, open_sum))
MOMENTS = (*LINEAR, (T.Var, open_covariance), (T.Cov, open_covariance))
CONDITIONAL = (*MOMENTS, (Conditional, open_expectation))
REMAKES = (("E", expect),)


# --- independence ----------------------------------------------------------------------------------------


def splits(n: Normal, fact: Any) -> MomentRule | None:
    """The rule that a fact of independence gives: a moment of several blocks is a product of moments."""
    if isinstance(fact, F.Across):
        return lambda m, free, given: _split(m, free, given, fact.strength, lambda a: _place(m, fact, a))
    said = fact.statement if isinstance(fact, F.Given) else fact
    if not isinstance(said, (Independence, F.ConditionallyIndependent)):
        return None
    if not all(holds(n, w, {}) for w in getattr(said, "when", ())):
        return None
    common = tuple(sorted(n.poly(g, {}) for g in getattr(said, "given", ())))

    def rule(m: Normal, free: Monomial, given: tuple[Poly, ...]) -> Poly | None:
        """In two rounds, by the tower property, where less is given than the fact is conditional on."""
        coarser = all(_fixed(k, common) for k in given)
        inner = tuple((a, e) for a, e in free if not (coarser and known(a, common)))
        outer = tuple((a, e) for a, e in free if coarser and known(a, common))
        parts = _split(m, inner, common if coarser else given, "mutual", lambda a: _item(m, said.items, a), common)
        return None if parts is None else _expect(m, Poly({outer: 1}) * parts, given)

    return rule


def _place(n: Normal, fact: F.Across | F.Identical, a: Atom) -> Poly | None:
    """The block of an element, if the fact covers it."""
    if a[1] not in {f.name for f in fact.families}:
        return None
    place = a[2][0]
    return place if n.admits(fact.index, place) else None


def _item(n: Normal, items: tuple, a: Atom) -> Poly | None:
    for k, item in enumerate(items):
        own = tuple(n.poly(i, {}) for i in getattr(item, "indices", ()))
        name = item.name if isinstance(item, T.Family) else item.family.name
        if a[1] == name and a[2][: len(own)] == own:
            return constant(k)
    return None


Place = Callable[[Atom], "Poly | None"]


def _block(p: Poly, place: Place, common: tuple[Poly, ...] = ()) -> Poly | None:
    """The one block that a quantity belongs to, whatever else is common to all blocks."""
    here = [b for b in p.within() if b[0] == "rv" and atom(b) not in common]
    found = set(map(place, here))
    first = found.pop() if len(found) == 1 else None
    if first is None or any(b[0] in BINDERS for b in p.within()) or any(b[0] == "bv" for b in first.within()):
        return None
    return first


def _split(
    n: Normal, free: Monomial, given: tuple[Poly, ...], strength: str, place: Place, common: tuple[Poly, ...] = ()
) -> Poly | None:
    """`E[X_i Y_j | Z_i, Z_j] = E[X_i | Z_i] E[Y_j | Z_j]`, with what is common given in every factor."""
    parts: dict[Poly, list] = {}
    own: dict[Poly, list] = {}
    for p, groups, item in (
        *((atom(a), parts, (a, e)) for a, e in free),
        *((k, own, k) for k in given if k not in common),
    ):
        where = _block(p, place, common)
        if where is None:
            return None
        groups.setdefault(where, []).append(item)
    blocks = list(dict.fromkeys((*parts, *own)))
    if len(blocks) < 2 or not set(common) <= set(given) or len(blocks) > 2 and strength != "mutual":
        return None
    plain = not given and all(len(g) == 1 and g[0][1] == 1 and g[0][0][0] == "rv" for g in parts.values())
    if strength == "uncorrelated" and not plain:
        return None
    for i, k in enumerate(blocks):
        for j in blocks[i + 1 :]:
            gap = k - j
            if not n.scope.nonzero(gap):
                return _by_cases(n, free, given, gap)
    product = constant(1)
    for k, g in parts.items():
        product = product * _mean(n, tuple(sorted(g)), tuple(sorted((*own.get(k, ()), *common))))
    return product


def _by_cases(n: Normal, free: Monomial, given: tuple[Poly, ...], gap: Poly) -> Poly | None:
    """`[gap = 0] E[free there] + [gap != 0] E[free there]`."""
    there = n.solution(gap)
    if not there or any(b[0] == "rv" for b in gap.within()):
        return None
    with n.scope.apart(gap):
        apart = moment(n, free, given)
    equal = expect(n, n.rename(Poly({free: 1}), there), *(n.rename(k, there) for k in given))
    return apart + n.delta(gap) * (equal - apart)


def centred(n: Normal, fact: Any) -> MomentRule | None:
    """The rule that martingale differences give: `E[d_t f(earlier ones)] = 0`."""
    if not isinstance(fact, F.MartingaleDifference):
        return None

    def rule(m: Normal, free: Monomial, given: tuple[Poly, ...]) -> Poly | None:
        """The latest of different simple factors is later than everything else."""
        single = [a for a, e in free if a[0] == "rv" and e == 1]
        others = [b for a, _ in free if a not in single for b in inside(a) if b[0] == "rv"]
        others += [b for k in given for b in k.within() if b[0] == "rv"]
        whole = [*Poly({free: 1}).within(), *single, *others]
        if any(b[0] in (*BINDERS, "bv") or b[0] == "rv" and b[1] != fact.family.name for b in whole):
            return None
        here, there = ([b[2][0] for b in part] for part in (single, others))
        if not here or not all(any(m.scope.positive(p - q) for p in here) for q in there):
            return None
        gaps = [p - q for k, p in enumerate(here) for q in here[k + 1 :]]
        equal = next((gap for gap in gaps if not m.scope.nonzero(gap)), None)
        return Poly() if equal is None else _by_cases(m, free, given, equal)

    return rule


# --- moments that are given ------------------------------------------------------------------------------


def knows(n: Normal, fact: Any) -> MomentRule | None:
    """The rule that an equation about moments gives, such as `Var(x[t]) = sigma2` for all `t`.

    It is solved for its conditional mean, or else its moment, of highest degree, and used for every value of its free
    indices in their domains.
    """
    relation = getattr(fact, "relation", fact)
    if isinstance(fact, F.Definition) or not isinstance(relation, Relation) or relation not in n.equations:
        return None
    free = sorted(free_indices(relation), key=lambda v: v.name)
    marks: dict[Any, Atom] = {v: ("par", f"?{v.name}", ()) for v in free}
    pattern = {v: atom(mark) for v, mark in marks.items()}
    plain = Normal(
        n.scope,
        dict(CONDITIONAL),
        tuple(f for f in n.facts if isinstance(f, F.Definition) and f.over is None),
        dict.fromkeys(KINDS, expect),
    )
    difference = plain.poly(relation.lhs, pattern) - plain.poly(relation.rhs, pattern)
    degrees = {a: (a[0] == "Conditional", _degree(a[2][0])) for a in difference.atoms if a[0] in KINDS}
    if not degrees:
        return None
    lead = max(degrees, key=lambda a: (degrees[a], a))
    c = difference.get(((lead, 1),))
    rest = difference - atom(lead) * (c or 0)
    if c is None or any(has(a, lead.__eq__) for m in rest for a, _ in m):
        return None
    if any(d >= degrees[lead] for a, d in degrees.items() if a != lead):
        return None
    value = rest * (Fraction(-1) / Fraction(c))
    shape = next(iter(lead[2][0]))

    def rule(m: Normal, target: Monomial, given: tuple[Poly, ...]) -> Poly | None:
        for mapping, others in _matches(shape, target):
            finer = tuple(m.rename(k, mapping) for k in lead[2][1:])
            env = _admitted(m, marks, mapping)
            if env is None or not all(known(a, finer) for a, _ in others) or not all(_fixed(k, finer) for k in given):
                continue
            open_ = [w for w in relation.when if not holds(m, w, env)]
            if not open_:
                return _expect(m, _again(m, m.rename(value, mapping)) * Poly({others: 1}), given)
            if len(open_) == 1 and open_[0].rel == "!=":
                gap = m.poly(open_[0].lhs, env) - m.poly(open_[0].rhs, env)
                return None if not gap else _by_cases(m, target, given, gap)
        return None

    return rule


KINDS = ("E", "Conditional")


def _degree(p: Poly) -> int:
    return max(sum(e for _, e in m) for m in p)


def _again(n: Normal, p: Poly) -> Poly:
    """Every moment of `p` taken through the rules once more; their degree is lower than before."""
    return p.replaced(lambda a: expect(n, *a[2]) if a[0] in KINDS else None)


def _matches(shape: Monomial, target: Monomial) -> Any:
    """The ways in which the pattern `shape` becomes a part of `target`: values for its `?` indices, and the rest."""
    for order in permutations(target, len(shape)):
        mapping: dict[Atom, Poly] = {}
        if all(_match_atom(a, e, b, f, mapping) for (a, e), (b, f) in zip(shape, order)):
            yield mapping, tuple(part for part in target if part not in order)


def _match_atom(a: Atom, e: int, b: Atom, f: int, mapping: dict[Atom, Poly]) -> bool:
    if (a, e) == (b, f):
        return not any(x[1].startswith("?") for x in inside(a) if x[0] == "par")
    if (e, a[0], a[1], len(a[2])) != (f, "rv", b[1], len(b[2])) or b[0] != "rv":
        return False
    for k, j in zip(a[2], b[2]):
        gap, marks = j - k, [x for x in k.within() if x[0] == "par" and x[1].startswith("?")]
        if len(marks) > 1 or marks and k.get(((marks[0], 1),)) != 1 or not marks and gap:
            return False
        if marks and mapping.setdefault(marks[0], gap + atom(marks[0])) != gap + atom(marks[0]):
            return False
    return True


def _admitted(n: Normal, marks: dict[Any, Atom], mapping: dict[Atom, Poly]) -> dict[Any, Any] | None:
    """The matched indices, if they all lie in their domains."""
    env = {v: mapping.get(mark) for v, mark in marks.items()}
    return env if all(p is not None and n.admits(v, p) for v, p in env.items()) else None


# --- identical distributions -----------------------------------------------------------------------------


def erases(n: Normal, fact: Any) -> MomentRule | None:
    """The rule that identical distribution gives: a moment of one block is that of the first block."""
    if not isinstance(fact, F.Identical):
        return None
    lowest = constant(exact(max(fact.index.lower or 0, *(f.first or 0 for f in fact.families))))

    def rule(m: Normal, free: Monomial, given: tuple[Poly, ...]) -> Poly | None:
        where = None if given else _block(Poly({free: 1}), lambda a: _place(m, fact, a))
        if where is None or where == lowest:
            return None
        here = {b: atom(("rv", b[1], (lowest, *b[2][1:]))) for b in Poly({free: 1}).within() if b[0] == "rv"}
        return expect(m, m.rename(Poly({free: 1}), here))

    return rule


# --- the reasons -----------------------------------------------------------------------------------------


LINEARITY = Rule(__name__, opens=LINEAR, remakes=REMAKES)


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
    return Reason("linearity of expectation", flat(cites), (LINEARITY,))


VARIANCE = Rule(__name__, opens=MOMENTS, remakes=REMAKES)


def variance(*cites: Any) -> Reason:
    """The definitions of variance and covariance, and linearity.

        Var(X) = E[X^2] - E[X]^2        Cov(X, Y) = E[X Y] - E[X] E[Y]

    Fails: wherever independence would be needed: `Var(X + Y) = Var(X) + Var(Y)` does not follow.

    >>> from sgdproofs import *; from sgdproofs.verdicts import verdict
    >>> X, Y, a = random_variable("X"), random_variable("Y"), real("a")
    >>> verdict(eq(Var(a*X + 1), a**2*Var(X)), variance()), verdict(eq(Var(X + Y), Var(X) + Var(Y)), variance())
    ('proved', 'refuted')
    """
    return Reason("definition of variance", flat(cites), (VARIANCE,))


INDEPENDENCE = Rule(__name__, opens=MOMENTS, remakes=REMAKES, moments=(splits, centred))


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
    return Reason("independence", flat(cites), (INDEPENDENCE,))


KNOWN = Rule(__name__, opens=MOMENTS, remakes=REMAKES, moments=(knows,))


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
    return Reason("known moments", flat(cites), (KNOWN,))


CONDITIONING = Rule(__name__, opens=CONDITIONAL, remakes=tuple((kind, expect) for kind in KINDS), moments=(knows,))


def conditioning(*cites: Any) -> Reason:
    """Conditional expectation: linear, what is given is taken out, and the tower property.

        Y determines Z                    Y determines Z
        --------------------------        -------------------------
        E[Z X | Y] = Z E[X | Y]           E[E[X | Y] | Z] = E[X | Z]        E[E[X | Y]] = E[X]

    A cited `E[X | Y] = m` is put in, also under an expectation: `E[X f(Y)] = E[m f(Y)]`.

    Fails: dropping the condition (`E[X | Y] = E[X]` is for `independence`); taking out what is not given.

    >>> from sgdproofs import *; from sgdproofs.verdicts import verdict
    >>> from sgdproofs.language.functions import Conditional
    >>> X, Y = random_variable("X"), random_variable("Y")
    >>> verdict(eq(E(Y*Conditional(X, Y)), E(X*Y)), conditioning())
    'proved'
    >>> verdict(eq(Conditional(X*Y, Y), X*Conditional(Y, Y)), conditioning())
    'refuted'
    """
    return Reason("conditional expectation", flat(cites), (CONDITIONING,))


IDENTICAL = Rule(__name__, opens=MOMENTS, remakes=REMAKES, moments=(erases,))


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
    return Reason("identical distribution", flat(cites), (IDENTICAL,))
