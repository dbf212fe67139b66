"""A goal: one statement, where it is claimed, and what its reason may use."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import sympy

from ..language import terms as T
from ..language.facts import ChainRule, CitedTheorem, Definition, Equation, Fact
from ..language.statements import Relation, free_indices, sides
from .conditions import needs
from .normal import Normal
from .polynomial import Poly
from .reasons import Reason
from .scope import Advisor, Contradiction, Scope


@dataclass
class Goal:
    """`statement` by `reason`, under `assumptions`; `facts` are cited facts, `said` the statements of cited lines.

    `given` are all facts of the derivation.  `local` are the assumptions of the blocks around the line: of the
    indices that they mention, a cited line speaks only at their present value.
    """

    statement: Any
    reason: Reason
    facts: tuple[Fact, ...] = ()
    said: tuple[Any, ...] = ()
    assumptions: tuple[Relation, ...] = ()
    advisor: Advisor | None = None
    given: tuple[Fact, ...] = ()
    local: tuple[Relation, ...] = ()
    scope: Scope = field(init=False)

    def __post_init__(self) -> None:
        self.scope = Scope(self.advisor)
        inequalities = [f.relation for f in self.facts if isinstance(f, Equation) and f.relation.rel != "=="]
        cited = [s for s in self.said if isinstance(s, Relation) and s.rel != "=="]
        own = list(self.assumptions)
        for relation in own + inequalities + cited:
            if not relation.when:
                self._bound(relation)
        for r in filter(_of_a_family, inequalities):
            of = r.lhs.family
            self.scope.signs["rv" if of.random else "el", of.name] = 1 if "=" in r.rel else 2
        plain = self.normal(self.scope)
        for relation in own:
            self._assume(plain, relation)
        for relation in inequalities + cited:
            if all(holds(plain, w, {}) for w in relation.when):
                self._assume(plain, relation)

    def _bound(self, relation: Relation) -> None:
        """`parameter rel number` narrows the domain of the parameter."""
        left, rel, right = relation.lhs, relation.rel, relation.rhs
        if isinstance(right, T.Parameter) and isinstance(left, sympy.Rational):
            left, right = right, left
            rel = {"<=": ">=", ">=": "<=", "<": ">", ">": "<"}.get(rel, rel)
        if not isinstance(left, T.Parameter) or not isinstance(right, sympy.Rational) or rel == "!=":
            return
        self.scope.narrow(left, rel, T._rational(right))

    def _assume(self, n: Normal, relation: Relation) -> None:
        self.scope.assume(difference(n, relation, {}), relation.rel.replace("<", ">"), str(relation))

    def normal(self, scope: Scope) -> Normal:
        """The normal form that the reason allows."""
        openers = self.reason.parts("opens")
        weaker = {getattr(opener, "extends", None) for _, opener in openers}
        opens = {node: opener for node, opener in openers if opener not in weaker}
        n = Normal(scope, opens, self.facts, dict(self.reason.parts("makes")))
        n.equations = self.universal()
        defined = {f.target for f in self.given if isinstance(f, Definition)}
        n.smooth = frozenset(f.function for f in self.given if isinstance(f, ChainRule))
        for f in self.given:
            if isinstance(f, ChainRule):
                defined |= {x for x in T.walk(f.partial) if isinstance(x, (T.Element, T.Parameter))}
        n.elsewhere = frozenset(getattr(t, "family", t).name for t in defined if not isinstance(t, T.Index))
        n.laws = tuple(f.relation for f in self.given if isinstance(f, (Equation, CitedTheorem)))
        rewrites = any(rule.rewrites for rule in self.reason.rules) and not self._differentiates()
        for relation in n.equations if rewrites else ():
            target = relation.lhs
            if _is_pattern(target) and not relation.when:
                known = n.definitions.setdefault(getattr(target, "family", target), [])
                if all(f.over is not None for f in known):
                    known.insert(0, Definition(target, relation.rhs))
        rules = [maker(n, fact) for maker in self.reason.parts("moments") for fact in (*self.facts, *self.said)]
        n.moment_rules = tuple(r for r in rules if r is not None)
        return n

    def _differentiates(self) -> bool:
        """True if a derivative occurs: an equation at one point says nothing about derivatives there."""
        return any(isinstance(x, T.Partial) for side in sides(self.statement) for x in T.walk(side))

    def universal(self) -> tuple[Relation, ...]:
        """The cited equations that hold for all values of their free indices."""
        fixed = {v for a in self.local for v in free_indices(a)}
        lines = [s for s in self.said if isinstance(s, Relation) and not free_indices(s) & fixed]
        facts = [f.relation for f in self.facts if isinstance(f, (Equation, CitedTheorem))]
        return tuple(r for r in lines + facts if r.rel == "==")

    def premises(self, n: Normal) -> list[Poly]:
        """The cited equations as polynomials that are 0, where their assumptions hold."""
        relations = [f.relation for f in self.facts if isinstance(f, (Equation, CitedTheorem))]
        relations += [s for s in self.said if isinstance(s, Relation)]
        relations += [a for a in self.assumptions if a.rel == "=="]
        found: list[Poly] = []
        for r in relations:
            if r.rel == "==" and all(holds(n, w, {}) for w in r.when):
                p = difference(n, r, {})
                if n.scope.nonzero(p):
                    raise Contradiction(f"{r} cannot hold")
                found += [p] if p else []
        return found


def _of_a_family(r: Relation) -> bool:
    """True for `x[i] > 0` or `x[i] >= 0` where the indices are free, and any index is admitted."""
    places = getattr(r.lhs, "indices", ()) if isinstance(r.lhs, T.Element) and r.rhs == 0 and not r.when else None
    if places is None or r.rel[0] != ">" or len(set(places)) < len(places):
        return False
    firsts = (r.lhs.family.first, *(None for _ in places))
    return all(type(i) is T.Index and i.upper is None and i.lower in (None, f) for i, f in zip(places, firsts))


def _is_pattern(target: Any) -> bool:
    """True for a parameter, and for an element whose indices are different and plain."""
    places = getattr(target, "indices", ())
    plain = all(isinstance(i, T.Index) for i in places) and len(set(places)) == len(places)
    return isinstance(target, (T.Parameter, T.Element)) and not isinstance(target, T.Index) and plain


def holds(n: Normal, relation: Relation, env: Any) -> bool:
    """True if an assumption is seen to be defined, and to hold, in the scope."""
    defined = all(met for side in (relation.lhs, relation.rhs) for _, met in needs(n, side, env))
    return defined and seen(n, relation.rel, difference(n, relation, env))


def difference(n: Normal, relation: Relation, env: Any) -> Poly:
    """The larger side minus the smaller; of an equation or its negation, the right side minus the left."""
    gap = n.poly(relation.rhs, env) - n.poly(relation.lhs, env)
    return -gap if relation.rel[0] == ">" else gap


def seen(n: Normal, rel: str, gap: Poly) -> bool:
    """True if a relation with this difference of its sides is seen to hold in the scope."""
    if rel == "!=":
        return n.scope.nonzero(gap)
    return rel != "==" and n.scope.sign(gap, strict="=" not in rel) or "=" in rel and n.zero(gap)
