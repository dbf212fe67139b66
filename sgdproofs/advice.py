"""The search behind the kernel: factors, certificates of sign, cofactors of equations.

Nothing here is trusted.  The kernel verifies by arithmetic whatever is proposed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import islice, permutations, product
from typing import Any

import sympy

from .kernel.polynomial import (
    Atom,
    Budget,
    Monomial,
    Poly,
    atom,
    constant,
    join,
    spend,
)
from .kernel.scope import Advisor, Certificate, Scope
from .ledger import discharged_by, factored, remainder


class Search(Advisor):
    """The advisor in everyday use."""

    def factors(self, p: Poly) -> list[tuple[Poly, int]]:
        return _factors(p)

    def combination(self, p: Poly, known: list[Poly], signed: Callable[[Atom], int]) -> Certificate:
        chosen = relevant(p, known)
        here = set(p.atoms).union(*(known[i].atoms for i in chosen))
        found = self.certificate(p, [known[i] for i in chosen], frozenset(a for a in here if signed(a)))
        return [(c, tuple(chosen[i] for i in product), root) for c, product, root in found]

    def certificate(self, p: Poly, known: list[Poly], signed: frozenset[Atom]) -> Certificate:
        """`combination` of what is known and relevant, for atoms of known sign."""
        return combination(p, known, signed)

    def cofactors(self, residual: Poly, premises: list[Poly]) -> Iterator[list[Poly]]:
        return cofactors(residual, premises)

    def arrangement(
        self, binders: list[tuple[Atom, Poly]], monomial: Monomial, arranged: Callable
    ) -> tuple[Sequence[int], Sequence[Poly]]:
        return min(arrangements(binders, monomial), key=lambda choice: arranged(*choice))

    def instances(self, moment: Atom, indices: list[Poly], target: Monomial) -> Iterator[list[Poly]]:
        return instances(moment, indices, target)

    def spelled(self, p: Poly, scope: Scope) -> Any:
        return factored(p, scope)

    def remainder(self, p: Poly, scope: Scope) -> str:
        return remainder(p, scope)

    def discharged_by(self, relation: Any, goal: Any) -> str:
        return discharged_by(relation, goal)


@lru_cache(maxsize=4096)
def _factors(p: Poly) -> list[tuple[Poly, int]]:
    if p.is_constant:
        n = p.constant_term
        primes = sympy.factorint(n) if type(n) is int and n.bit_length() <= 40 else {n: 1}
        return [(constant(int(q) if type(n) is int else q), e) for q, e in primes.items()]
    names = sorted(p.atoms)
    if len(p) < 2 or len(p) > 80 or len(names) > 10 or max(sum(abs(e) for _, e in m) for m in p) > 24:
        return [(p, 1)]
    if any(p.solved(a) is not None for a in names):  # linear in an atom, with a number as coefficient: irreducible
        content = p.content()
        return [(constant(content), 1)] * (content != 1) + [(p * (Fraction(1) / content), 1)]
    symbols = [sympy.Symbol(f"a{i}") for i in range(len(names))]
    place = {a: i for i, a in enumerate(names)}
    terms: dict[tuple[int, ...], Any] = {}
    for monomial, c in p.items():
        exponents = [0] * len(names)
        for a, e in monomial:
            exponents[place[a]] = e
        terms[tuple(exponents)] = sympy.Rational(Fraction(c).numerator, Fraction(c).denominator)
    c, parts = sympy.Poly.from_dict(terms, *symbols).factor_list()
    found, number = [], _number(c)
    for part, e in parts:
        q = Poly({tuple(sorted((names[i], n) for i, n in enumerate(m) if n)): _number(v) for m, v in part.terms()})
        sign = 1 if q.content() > 0 else -1
        found.append((q * sign, e))
        number *= sign**e
    return [(constant(number), 1)] * (number != 1) + found


def _number(value: Any) -> Any:
    value = Fraction(int(value.p), int(value.q))
    return value.numerator if value.denominator == 1 else value


# --- arrangements of sums --------------------------------------------------------------------------------


def arrangements(
    binders: list[tuple[Atom, Poly]], monomial: Monomial
) -> Iterator[tuple[tuple[int, ...], tuple[Poly, ...]]]:
    """The orders in which no range depends on a later index, each with the shifts that anchor its indices."""
    if len(binders) > 5:
        raise Budget(f"a sum over {len(binders)} indices")
    needed = [{k for k, (v, _) in enumerate(binders) if v in set(length.within())} for _, length in binders]
    anchors = _anchors([v for v, _ in binders], monomial)
    for order in permutations(range(len(binders))):
        if all(needed[k] <= set(order[:place]) for place, k in enumerate(order)):
            for shifts in islice(product(*(anchors[k] for k in order)), 24):
                yield order, shifts


def _anchors(indices: list[Atom], monomial: Monomial) -> list[list[Poly]]:
    """For each index, the offsets at which some element of the body would carry it plainly.

    The index is shifted so that this element is the anchor; the shift of a range then changes nothing.
    """
    found: list[dict[Any, Poly]] = [{} for _ in indices]
    for place in (k for a in Poly({monomial: 1}).within() if a[0] in ("el", "rv") for k in a[2]):
        for v, offsets in zip(indices, found, strict=True):
            offset = place - atom(v)
            if place.get(((v, 1),)) == 1 and not any(b in indices or b[0] == "bv" for b in offset.within()):
                offsets[offset] = offset
    return [list(offsets.values())[:4] or [Poly()] for offsets in found]


# --- instances of moments --------------------------------------------------------------------------------


def instances(moment: Atom, indices: list[Poly], target: Monomial) -> Iterator[list[Poly]]:
    """The values of the indices at which each factor of the moment is a different factor of the target."""
    (shape,), open_atoms = moment[2][0], [next(iter(p.atoms)) for p in indices]
    for order in permutations(target, len(shape)):
        values: dict[Atom, Poly] = {}
        matched = (_matched(a, b, values, open_atoms) for (a, e), (b, f) in zip(shape, order, strict=True) if e == f)
        if sum(matched) == len(shape) and all(a in values for a in open_atoms):
            yield [p + values[a] - atom(a) for p, a in zip(indices, open_atoms, strict=True)]


def _matched(a: Atom, b: Atom, values: dict[Atom, Poly], open_atoms: list[Atom]) -> bool:
    """True if the open atoms of `a` have values at which it is `b`; they are put into `values`."""
    if a[:2] != b[:2] or len(a[2]) != len(b[2]):
        return False
    for p, q in zip(a[2], b[2], strict=True):
        mark = next((c for c in p.atoms if c in open_atoms), None)
        value = None if mark is None else (p - q).solved(mark)
        if p != q and (mark is None or value is None or values.setdefault(mark, value) != value):
            return False
    return True


# --- certificates of sign --------------------------------------------------------------------------------


def relevant(p: Poly, known: list[Poly]) -> list[int]:
    """Which known polynomials speak of the atoms of `p`, and of the atoms that these bring in."""
    chosen: list[int] = []
    here, rest = set(p.within()), [(i, set(q.within())) for i, q in enumerate(known)]
    while True:
        new = [(i, own) for i, own in rest if own & here]
        if not new:
            return chosen
        rest = [(i, own) for i, own in rest if not own & here]
        chosen += [i for i, _ in new]
        here = here.union(*({a for a in own if a[0] != "var"} for _, own in new))


def combination(p: Poly, known: list[Poly], signed: frozenset[Atom]) -> Certificate:
    """Nonnegative multiples of products of known polynomials, and of squares, with `p` minus them in nonnegative terms.

    A linear program over the rationals.  First with the known polynomials alone; then with products of two of them,
    with monomials that occur as multipliers, and with squares of sums and differences of two monomials.
    """
    if len(p) > 40 or len(known) > 12:
        return []
    return _combination(p, tuple(known), signed)


Column = tuple[Poly, Poly, tuple[int, ...], Poly]


@lru_cache(maxsize=4096)
def _combination(p: Poly, known: tuple[Poly, ...], signed: frozenset[Atom]) -> Certificate:
    one = constant(1)
    columns: list[Column] = [(one, q, (i,), one) for i, q in enumerate(known)]
    found = _weighted(p, columns, signed)
    if found:
        return found
    monomials = {tuple((a, e) for a, e in m if e > 0) for m in p}
    small = {m for m in monomials if len(m) == 1} | {((a, 1),) for m in monomials for a, _ in m}
    small = {m for m in small if all(e % 2 == 0 or a in signed for a, e in m)}
    for i, q in enumerate(known):
        columns += [(Poly({m: 1}), Poly({m: 1}) * q, (i,), one) for m in sorted(small)]
        columns += [(one, q * known[j], (i, j), one) for j in range(i, len(known))]
    roots = sorted(tuple((a, e // 2) for a, e in m) for m in p if all(e % 2 == 0 for _, e in m))[:8]
    for i, m in enumerate(roots):
        for other in roots[i + 1 :]:
            for root in (Poly({m: 1, other: 1}), Poly({m: 1, other: -1})):
                columns.append((one, root * root, (), root))
    found = _weighted(p, columns, signed)
    if found or len(p) < 3 or max(sum(e for _, e in m) for m in p) < 2:
        return found
    return _weighted(p, _multiples(p, known, signed), signed)


def _multiples(p: Poly, known: tuple[Poly, ...], signed: frozenset[Atom]) -> list[Column]:
    """What is known, times monomials by which its terms become terms of `p`; and squares that `p` has as factors."""
    one = constant(1)
    columns: dict[Poly, Column] = {q: (one, q, (i,), one) for i, q in enumerate(known)}
    for i, q in enumerate(known):
        for t, u in product(p, q):
            m = join(t, tuple((a, -e) for a, e in u))
            if all(e > 0 and (e % 2 == 0 or a in signed) for a, e in m):
                columns.setdefault(Poly({m: 1}) * q, (Poly({m: 1}), Poly({m: 1}) * q, (i,), one))
    for a in sorted(a for a in p.atoms if a in signed):
        coefficient, _ = p.linear(a)
        root = one
        for q, e in _factors(coefficient) if len(coefficient) > 2 else ():
            root = root * q ** (e // 2)
        columns.setdefault(atom(a) * root * root, (atom(a), atom(a) * root * root, (), root))
    return list(columns.values())[:80]


def _weighted(p: Poly, columns: list[Column], signed: frozenset[Atom]) -> Certificate:
    """Weights of the columns with `p` minus their sum in terms with nonnegative coefficients; [] if there are none."""
    rows = sorted(set(p) | {m for _, q, _, _ in columns for m in q})
    free = {m for m in rows if any(e % 2 and a not in signed for a, e in m)}
    signs = {(m, c > 0) for _, q, _, _ in columns for m, c in q.items()}
    if any((c < 0 or m in free) and (m, c > 0) not in signs for m, c in p.items()):
        return []
    matrix = [[Fraction(q.get(m, 0)) for _, q, _, _ in columns] for m in rows]
    bound = [Fraction(p.get(m, 0)) for m in rows]
    for row, b, m in list(zip(matrix, bound, rows, strict=True)):
        if m in free:  # a term of unknown sign must vanish: a second inequality
            matrix.append([-v for v in row])
            bound.append(-b)
    weights = _linear_program(matrix, bound)
    return [(m * w, product, root) for w, (m, _, product, root) in zip(weights or [], columns, strict=False) if w]


def _linear_program(matrix: list[list[Fraction]], bound: list[Fraction]) -> list[Fraction] | None:
    """x >= 0 with `matrix x <= bound`, by the simplex method in exact arithmetic (Bland's rule); None if none is."""
    rows, columns = len(matrix), len(matrix[0]) if matrix else 0
    if rows * columns > 4_000:
        return None
    # Phase one: an artificial variable lets every row be satisfied; minimise it.
    tableau = [
        list(r) + [Fraction(int(i == k)) for k in range(rows)] + [Fraction(-1), b]
        for i, (r, b) in enumerate(zip(matrix, bound))
    ]
    basis = [columns + i for i in range(rows)]
    artificial = columns + rows
    worst = min(range(rows), key=lambda i: bound[i], default=None)
    if worst is None or bound[worst] >= 0:
        return [Fraction(0)] * columns
    objective = [Fraction(0)] * artificial + [Fraction(1), Fraction(0)]

    def pivot(r: int, c: int) -> None:
        lead = tableau[r][c]
        tableau[r] = [v / lead for v in tableau[r]]
        for line in [*tableau[:r], *tableau[r + 1 :], objective]:
            factor = line[c]
            if factor:
                line[:] = [v - factor * w if w else v for v, w in zip(line, tableau[r])]
        basis[r] = c

    pivot(worst, artificial)
    for _step in range(200):
        spend()
        entering = next((c for c in range(artificial + 1) if objective[c] < 0), None)
        if entering is None:
            break
        ratios = [(tableau[r][-1] / tableau[r][entering], basis[r], r) for r in range(rows) if tableau[r][entering] > 0]
        if not ratios:
            return None
        pivot(min(ratios)[2], entering)
    if -objective[-1] != 0:
        return None
    result = [Fraction(0)] * columns
    for r, b in enumerate(basis):
        if b < columns:
            result[b] = tableau[r][-1]
    return result


# --- cofactors -------------------------------------------------------------------------------------------


def cofactors(residual: Poly, premises: list[Poly]) -> Iterator[list[Poly]]:
    """Candidates for multiples of the premises that add up to the residual.

    First elimination: each premise is solved for an atom in which it is linear; then one multiple, by division.
    """
    count = len(premises)
    for order in permutations(range(count)) if count <= 4 else [tuple(range(count))]:
        found = _eliminated(residual, premises, order)
        if found is not None:
            yield found
    if count <= 5:
        found = _triangular(residual, premises)
        if found is not None:
            yield found
    for k, p in enumerate(premises):
        if p.fraction()[0]:
            yield [_ratio(residual, p) if i == k else Poly() for i in range(count)]


def _ratio(p: Poly, q: Poly) -> Poly:
    """`p / q` in lowest terms, by comparing factors."""
    top, bottom = p.fraction(), q.fraction()
    powers: dict[Any, int] = {}
    for whole, sign in ((top[0], 1), (bottom[1], 1), (top[1], -1), (bottom[0], -1)):
        for g, e in _factors_of(whole):
            powers[g] = powers.get(g, 0) + sign * e
    result = constant(1)
    for k, e in powers.items():
        result = result * (k**e if e >= 0 else k.inverse() ** (-e))
    return result


def _factors_of(p: Poly) -> list[tuple[Poly, int]]:
    if len(p) == 1:
        ((m, c),) = p.items()
        return ([(constant(c), 1)] if c != 1 else []) + [(atom(a), e) for a, e in m]
    return _factors(p)


def _eliminated(residual: Poly, premises: list[Poly], order: tuple[int, ...]) -> list[Poly] | None:
    rest = residual
    result: list[Poly] = [Poly() for _ in premises]
    for k in order:
        choice = _leading(premises[k], rest)
        if choice is None:
            continue
        a, c = choice
        for _ in range(8):  # a power of the atom takes one round for each degree
            degree = max((dict(m).get(a, 0) for m in rest), default=0)
            if degree < 1:
                break
            own = {
                tuple((b, f - (b == a)) for b, f in m if b != a or f > 1): v
                for m, v in rest.items()
                if dict(m).get(a, 0) == degree
            }
            factor = _ratio(Poly(own), c)
            result[k] = result[k] + factor
            rest = rest - factor * premises[k]
        if not rest.fraction()[0]:
            return result
    return result if not rest.fraction()[0] else None


def _triangular(residual: Poly, premises: list[Poly]) -> list[Poly] | None:
    """Elimination as for linear systems: each premise rids the others of an atom in which it is linear."""
    count = len(premises)
    rows = [(p.fraction()[0], [constant(int(i == k)) for i in range(count)]) for k, p in enumerate(premises)]
    rows = [(p, [c * premises[i].fraction()[1] for i, c in enumerate(own)]) for p, own in rows]
    rest, result = residual, [constant(0)] * count
    done: list[tuple[Poly, list[Poly]]] = []
    while rows:
        options = [
            (len(c), k, a, c) for k, (p, _) in enumerate(rows) for a in sorted(p.atoms) if (c := _coefficient(p, a))
        ]
        if not options:
            return None
        _, k, a, c = min(options, key=lambda o: o[:3])
        p, own = rows.pop(k)
        done.append((p, own))
        cleared = []
        for q, other in rows:
            d = _coefficient(q, a)
            if d:
                q = (c * q - d * p).fraction()[0]
                other = [c * x - d * y for x, y in zip(other, own, strict=True)]
            if q:
                cleared.append((q, other))
        rows = cleared
        d = _coefficient(rest, a)
        if d:
            factor = _ratio(d, c)
            rest = rest - factor * p
            result = [x + factor * y for x, y in zip(result, own, strict=True)]
        if not rest.fraction()[0]:
            return result
    return None


def _leading(p: Poly, rest: Poly) -> tuple[Atom, Poly] | None:
    """An atom of the residual in which the premise is linear, with the simplest coefficient, and this coefficient."""
    options = []
    for a in sorted(p.atoms & rest.atoms):
        c = _coefficient(p, a)
        if c:
            kind = {"Var": 0, "Cov": 0, "E": 1, "rv": 2, "el": 3}.get(a[0], 4)
            options.append((kind, len(c), max((len(m) for m in c), default=0), a, c))
    if not options:
        return None
    _, _, _, a, c = min(options, key=lambda o: o[:4])
    return a, c


def _coefficient(p: Poly, a: Atom) -> Poly | None:
    """The coefficient of `a` in `p`, if `p` is linear in it; None if not."""
    total = Poly()
    for m, c in p.items():
        e = dict(m).get(a, 0)
        if e not in (0, 1):
            return None
        if e == 1:
            total = total + Poly({tuple((b, f) for b, f in m if b != a): c})
    return total
