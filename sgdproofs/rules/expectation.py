"""Expectation, variance and covariance, under the facts that a line cites and no others."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import combinations
from typing import Any

from ..kernel.goal import holds
from ..kernel.normal import Environment, Normal
from ..kernel.polynomial import Atom, Monomial, Poly, atom, constant, exact, inside, proposed, total
from ..kernel.reasons import Reason, Rule, flat
from ..language import facts as F
from ..language import terms as T
from ..language.functions import Conditional
from ..language.statements import Independence, free_indices
from .sums import open_sum

MomentRule = Callable[[Monomial, tuple[Poly, ...]], "Poly | None"]
"""`E[free | given]` by a cited fact, or None where it says nothing."""


def known(a: Atom, given: tuple[Poly, ...] = ()) -> bool:
    """True if the atom is seen to be a function of the given quantities: a moment is a number, whatever is inside."""
    parts = a[2][1:] if a[0] == "Conditional" else a[2]
    return a[0] in ("E", "Var", "Cov") or atom(a) in given or a[0] != "rv" and all(fixed(k, given) for k in parts)


def fixed(p: Poly, given: tuple[Poly, ...]) -> bool:
    """True if the polynomial is seen to be a function of the given quantities."""
    return p in given or all(known(a, given) for a in p.atoms)


def expect(n: Normal, p: Poly, *given: Poly) -> Poly:
    """`E[p | given]`, or `E[p]`: linear, and what the given quantities determine is taken out."""
    given = tuple(sorted({g for g in given if not fixed(g, ())}))
    parts = p.collected(lambda a: not known(a, given))
    return total(out * _mean(n, free, given) for free, out in parts.items())


def _mean(n: Normal, free: Monomial, given: tuple[Poly, ...]) -> Poly:
    """`E[free | given]`: finite sums pass through, and moments go as far as the cited facts take them."""
    if not free:
        return constant(1)
    sums = [a for a, e in free if a[0] == "sum" and e > 0]
    if sums:
        # The shortest is opened first: where indices meet, those of the longer ones are then in range.
        a = min(sums, key=lambda a: sum(not n.scope.nonnegative(b[2][1] - a[2][1]) for b in sums))
        binders, body = n.opened(a)
        return n.add_up_all(binders, expect(n, Poly({free: 1}) * atom(a, -1) * body, *given))
    closed = atom(("Conditional" if given else "E", "", (Poly({free: 1}), *given)))
    values = (rule(free, given) for rule in (partial(_tower, n), *n.moment_rules))
    return next((value for value in values if value is not None), closed)


def _tower(n: Normal, free: Monomial, given: tuple[Poly, ...]) -> Poly | None:
    """`E[E[X | Z] Y | W]`, where Z determines W: `E[X Y | W]` if Z determines Y, else `E[E[X | Z] E[Y | Z] | W]`."""
    inner = [a for a, e in free if a[0] == "Conditional" and e > 0 and all(fixed(k, a[2][1:]) for k in given)]
    if not inner or Conditional not in n.makes:
        return None
    first = min(inner, key=lambda a: (len(a[2]), a))
    body, *finer = first[2]
    ((rest, out),) = Poly({free: 1}).collected(lambda a: not known(a, first[2][1:])).items()
    if rest:
        return expect(n, out * expect(n, Poly({rest: 1}), *finer), *given)
    others = Poly({free: 1}) * atom(first, -1)
    if any(a[0] == "Conditional" and a[2][1:] == first[2][1:] for a in others.atoms):
        return None
    return expect(n, body * others, *given)


def _by_cases(n: Normal, free: Monomial, given: tuple[Poly, ...], gap: Poly) -> Poly | None:
    """`[gap = 0] E[free there] + [gap != 0] E[free there]`."""
    there = n.solution(gap)
    if not there or any(b[0] == "rv" for b in gap.within()):
        return None
    with n.scope.apart(gap):
        apart = expect(n, Poly({free: 1}), *given)
    equal = expect(n, *(n.rename(k, there) for k in (Poly({free: 1}), *given)))
    return apart + n.delta(gap) * (equal - apart)


def covariance(n: Normal, *pair: Poly) -> Poly:
    """`Cov(X, Y) = E[X Y] - E[X] E[Y]`, and `Var(X) = Cov(X, X)`."""
    return expect(n, pair[0] * pair[-1]) - expect(n, pair[0]) * expect(n, pair[-1])


KINDS = ("E", "Conditional")
BINDERS = frozenset({"Product", "InfiniteSum"})
"""Closed nodes with an index of their own: what they hold is no quantity of one block."""
SUMS = ((T.Sum, open_sum),)
LINEAR = ((T.E, expect), ("E", expect))
MOMENTS = (*LINEAR, (T.Var, covariance), (T.Cov, covariance))
CONDITIONAL = (*MOMENTS, (Conditional, expect), ("Conditional", expect))


# --- independence ----------------------------------------------------------------------------------------


Place = Callable[[Atom], "Poly | None"]
"""The block that a random element belongs to, if a fact covers it."""


def across(n: Normal, fact: F.Across | F.Identical) -> Place:
    """The blocks of families, told by their first index."""
    names = {f.name for f in fact.families}
    return lambda a: a[2][0] if a[1] in names and n.admits(fact.index, a[2][0]) else None


def among(n: Normal, items: tuple) -> Place:
    """Named elements or rows, told by their number."""
    named = [(constant(k), x.family.name, tuple(n.poly(i, {}) for i in x.indices)) for k, x in enumerate(items)]
    return lambda a: next((k for k, name, own in named if (a[1], a[2][: len(own)]) == (name, own)), None)


def _block(p: Poly, place: Place, common: tuple[Poly, ...] = ()) -> Poly | None:
    """The one block that a quantity belongs to, whatever else is common to all blocks."""
    blocks = {place(b) for b in p.within() if b[0] == "rv" and atom(b) not in common}
    block = blocks.pop() if len(blocks) == 1 else None
    closed = block is None or any(b[0] in BINDERS for b in p.within()) or any(b[0] == "bv" for b in block.within())
    return None if closed else block


def splits(n: Normal, fact: Any) -> MomentRule | None:
    """The rule that a fact of independence gives: a moment of several blocks is a product of moments."""
    said = fact.statement if isinstance(fact, F.Given) else fact
    if not isinstance(said, (F.Across, Independence, F.ConditionallyIndependent)):
        return None
    if not all(holds(n, w, {}) for w in getattr(said, "when", ())):
        return None
    common = tuple(sorted(n.poly(g, {}) for g in getattr(said, "given", ())))
    place = across(n, said) if isinstance(said, F.Across) else among(n, said.items)
    strength = getattr(said, "strength", "mutual")

    def rule(free: Monomial, given: tuple[Poly, ...]) -> Poly | None:
        """In two rounds, by the tower property, where less is given than the fact is conditional on."""
        coarser = all(fixed(k, common) for k in given)
        ((inner, out),) = Poly({free: 1}).collected(lambda a: not (coarser and known(a, common))).items()
        parts = split(inner, common if coarser else given)
        return None if parts is None else expect(n, out * parts, *given)

    def split(free: Monomial, given: tuple[Poly, ...]) -> Poly | None:
        """`E[X_i Y_j | Z_i, Z_j] = E[X_i | Z_i] E[Y_j | Z_j]`, with what is common given in every factor."""
        blocks: dict[Any, tuple[list, list]] = {}
        for factor in free:
            blocks.setdefault(_block(atom(factor[0]), place, common), ([], []))[0].append(factor)
        for k in (k for k in given if k not in common):
            blocks.setdefault(_block(k, place, common), ([], []))[1].append(k)
        plain = not given and len(free) == 2 and all(a[0] == "rv" and e == 1 for a, e in free)
        if None in blocks or len(blocks) < 2 or not set(common) <= set(given):
            return None
        if len(blocks) > 2 and strength != "mutual" or strength == "uncorrelated" and not plain:
            return None
        for i, j in combinations(blocks, 2):
            if not n.scope.nonzero(i - j):
                return _by_cases(n, free, given, i - j)
        product = constant(1)
        for parts, own in blocks.values():
            product = product * expect(n, Poly({tuple(parts): 1}), *own, *common)
        return product

    return rule


def centred(n: Normal, fact: Any) -> MomentRule | None:
    """The rule that martingale differences give: `E[d_t f(earlier ones)] = 0`."""
    if not isinstance(fact, F.MartingaleDifference):
        return None

    def rule(free: Monomial, given: tuple[Poly, ...]) -> Poly | None:
        """The latest of different simple factors is later than everything else."""
        single = [a for a, e in free if a[0] == "rv" and e == 1]
        others = [b for k in (*(atom(a) for a, _ in free if a not in single), *given) for b in k.within()]
        whole = [*others, *(b for a in single for b in inside(a))]
        if any(b[0] in (*BINDERS, "bv") or b[0] == "rv" and b[1] != fact.family.name for b in whole):
            return None
        here, there = ([b[2][0] for b in part if b[0] == "rv"] for part in (single, others))
        if not here or not all(n.scope.positive(p - q) for p in here for q in there):
            return None
        equal = next((p - q for p, q in combinations(here, 2) if not n.scope.nonzero(p - q)), None)
        return Poly() if equal is None else _by_cases(n, free, given, equal)

    return rule


# --- moments that are given ------------------------------------------------------------------------------


def knows(n: Normal, fact: Any) -> MomentRule | None:
    """The rule that an equation about moments gives, such as `Var(x[t]) = sigma2` for all `t`.

    It is solved for its conditional mean, or else its moment, of highest degree, and used for every value of its free
    indices in their domains; the advisor proposes the values.
    """
    relation = getattr(fact, "relation", fact)
    if relation not in n.equations:
        return None
    definitions = tuple(f for f in n.facts if isinstance(f, F.Definition) and f.over is None)
    plain = Normal(n.scope, dict(SUMS), definitions, dict(CONDITIONAL))
    general: dict[Any, Poly] = {}
    for v in sorted(free_indices(relation), key=lambda v: v.name):
        n.open_variable(v, general)

    def solved(env: Environment) -> tuple[Atom, Poly] | None:
        """The moment and its value at some values of the indices, if all other moments are of lower degree."""
        gap = plain.poly(relation.lhs, env) - plain.poly(relation.rhs, env)
        moments = [a for a in gap.atoms if a[0] in KINDS]
        degree = {a: (a[0] == "Conditional", sum(e for m in a[2][0] for _, e in m)) for a in moments}
        highest = [a for a in moments if degree[a] == max(degree.values())]
        value = gap.solved(highest[0]) if len(highest) == 1 else None
        return None if value is None else (highest[0], value)

    lead = solved(general)
    if lead is None:
        return None

    def rule(free: Monomial, given: tuple[Poly, ...]) -> Poly | None:
        """`E[X Y | W] = E[E[X | Z] Y | W]`, where Z determines Y and W."""
        named = {b for b in Poly({free: 1}).within() if b[0] in ("par", "var")}
        for values in n.scope.advisor.instances(lead[0], list(general.values()), free):
            env = dict(zip(general, map(proposed, values), strict=True))
            if not all(named.issuperset(p.atoms) and n.admits(v, p) for v, p in env.items()):
                continue
            found = solved(env)
            if found is None:
                continue
            (mean,), finer, value = found[0][2][0], found[0][2][1:], found[1]
            others = tuple(part for part in free if part not in mean)
            if not set(mean) <= set(free) or not all(fixed(k, finer) for k in (Poly({others: 1}), *given)):
                continue
            unseen = [w for w in relation.when if not holds(n, w, env)]
            if not unseen:
                again = value.replaced(lambda a: expect(n, *a[2]) if a[0] in KINDS else None)
                return expect(n, again * Poly({others: 1}), *given)
            gap = n.poly(unseen[0].lhs, env) - n.poly(unseen[0].rhs, env)
            if [w.rel for w in unseen] == ["!="] and gap:
                return _by_cases(n, free, given, gap)
        return None

    return rule


# --- identical distributions -----------------------------------------------------------------------------


def erases(n: Normal, fact: Any) -> MomentRule | None:
    """The rule that identical distribution gives: a moment of one block is that of the first block."""
    if not isinstance(fact, F.Identical):
        return None
    lowest = constant(exact(max(fact.index.lower or 0, *(f.first or 0 for f in fact.families))))
    place = across(n, fact)

    def rule(free: Monomial, given: tuple[Poly, ...]) -> Poly | None:
        whole = Poly({free: 1})
        if given or not n.admits(fact.index, lowest) or _block(whole, place) in (None, lowest):
            return None
        here = {b: atom(("rv", b[1], (lowest, *b[2][1:]))) for b in whole.within() if b[0] == "rv"}
        return expect(n, n.rename(whole, here))

    return rule


# --- the reasons -----------------------------------------------------------------------------------------


LINEARITY = Rule(__name__, opens=SUMS, makes=LINEAR)


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


VARIANCE = Rule(__name__, opens=SUMS, makes=MOMENTS)


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


INDEPENDENCE = Rule(__name__, opens=SUMS, makes=MOMENTS, moments=(splits, centred))


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


KNOWN = Rule(__name__, opens=SUMS, makes=MOMENTS, moments=(knows,))


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


CONDITIONING = Rule(__name__, opens=SUMS, makes=CONDITIONAL, moments=(knows,))


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


IDENTICAL = Rule(__name__, opens=SUMS, makes=MOMENTS, moments=(erases,))


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
