"""One object of a step file, as claims and facts of the language.

Two readings of the facts are kept apart.  `facts` is what a proof may use: no more than what is declared.  `models` is
what a counterexample must satisfy: no less.  Where the language can say only a part of a fact, the part is a fact of
the first kind, and there is no second reading: then nothing is refuted.
"""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from fractions import Fraction
from functools import cache
from importlib.resources import files
from typing import Any

from ..language import facts as F
from ..language import functions as L
from ..language import terms as T
from ..language.errors import StatementError
from ..language.statements import Independence, Relation, eq, ge, gt, le, ne
from .matrix_judge import MatrixStatement, concerns_matrices
from .reader import DIGITS, Node, ReadingError, names_in, read
from .translate import (
    ALTERNATIVES,
    CaseError,
    Context,
    Defined,
    Macro,
    Names,
    Need,
    NotInLanguage,
    Translation,
    Undefined,
    conditions,
    integral,
    spread,
)

__all__ = ["Case", "Claim", "Item", "Setting", "parse", "read_case"]

LONGEST = 2_000_000
"""The most characters of one case."""
TWO_SIDED = "the two-sided limit, from above (left) against from below (right)"

TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


@dataclass(frozen=True)
class Claim:
    """One relation to be proved: `statement` for the kernel, `exact` for exact values; `needs` as well.

    `sides` says what its two sides are, where they are not those of the case.
    """

    statement: Relation
    exact: Relation
    needs: tuple[Need, ...] = ()
    sides: str = ""


@dataclass
class Setting:
    """The facts around a claim: for proofs, and for models (None: there are none)."""

    facts: tuple = ()
    models: tuple | None = ()
    unsaid: tuple[str, ...] = ()
    complexes: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Item:
    """A relation, a line of a chain or an obligation of an induction: all of `claims` have to hold.

    A statement about matrices has no claims: it is kept as it was read.  `by` is the reason that a line gives.
    """

    name: str
    text: str
    claims: tuple[Claim, ...] = ()
    setting: Setting | None = None
    unsaid: str = ""
    matrices: MatrixStatement | None = None
    by: str = ""


@dataclass(frozen=True)
class Case:
    id: str
    kind: str
    items: tuple[Item, ...] = ()


# --- JSON --------------------------------------------------------------------------------------------------


def parse(text: str) -> dict[str, Any]:
    """The JSON object of one line; CaseError if it is none, or if a key occurs twice, or a number is no number."""
    if len(text) > LONGEST:
        raise CaseError(f"the case has {len(text)} characters: at most {LONGEST} are read")

    def pairs(items: list) -> dict:
        found: dict = {}
        for key, value in items:
            if key in found:
                raise CaseError(f"the key {key!r} occurs twice: keep one of them")
            found[key] = value
        return found

    def constant(name: str) -> Any:
        raise CaseError(f"{name} is not a number: JSON has no such value")

    def whole(digits: str) -> int:
        if len(digits) > DIGITS:
            raise CaseError(f"a number of {len(digits)} digits: at most {DIGITS} are read")
        return int(digits)

    try:
        data = json.loads(text, object_pairs_hook=pairs, parse_constant=constant, parse_int=whole)
    except RecursionError:
        raise CaseError("the case is nested too deeply") from None
    except ValueError as error:
        raise CaseError(f"this is not JSON: {error}") from None
    if not isinstance(data, dict):
        raise CaseError(f"a case is an object {{...}}, got {type(data).__name__}")
    return data


@cache
def _validator() -> Any:
    from jsonschema import Draft202012Validator

    schema = json.loads(files(__package__).joinpath("schema.json").read_text(encoding="utf-8"))
    return Draft202012Validator(schema)


def _validated(data: dict) -> None:
    from jsonschema.exceptions import best_match

    error = best_match(_validator().iter_errors(data))
    if error is not None:
        where = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in error.absolute_path).lstrip(".")
        message = error.message if len(error.message) <= 300 else error.message[:297] + "..."
        if error.validator == "additionalProperties" and "properties" in error.schema:
            known = sorted(error.schema["properties"])
            unknown = min(set(error.instance).difference(known))
            near = get_close_matches(unknown, known, 1)
            message = f"{unknown[:100]!r} is no field" + (f": did you mean {near[0]}?" if near else " here")
        raise CaseError(f"{where + ': ' if where else ''}{message}")


# --- the case ----------------------------------------------------------------------------------------------


def read_case(data: dict[str, Any]) -> Case:
    """A checked object as a case; CaseError if it is malformed.  What the language cannot say is noted in the items."""
    _validated(data)
    kind = data["kind"]
    if kind == "relation":
        items: Iterable[Item] = [_item("", data, data, data["rel"])]
    elif kind == "chain":
        items = _chain(data)
    else:
        items = [
            _item(o["name"] or f"obligation {k}", _merged(data, o), o, o["rel"])
            for k, o in enumerate(data["obligations"], 1)
        ]
    return Case(data["id"], kind, tuple(items))


def _merged(data: Mapping, own: Mapping) -> dict:
    """The declarations of an obligation on top of those around it."""
    kept = ("symbols", "functions", "defs", "random", "assumptions", "premises", "direction")
    found = {k: data.get(k) for k in kept}
    for key in ("symbols", "functions"):
        found[key] = {**(data.get(key) or {}), **(own.get(key) or {})}
    names = {d["name"] for d in own.get("defs") or ()}
    found["defs"] = [*(d for d in data.get("defs") or () if d["name"] not in names), *(own.get("defs") or ())]
    for key in ("assumptions", "premises"):
        found[key] = [*(data.get(key) or ()), *(own.get(key) or ())]
    return found


def _chain(data: Mapping) -> Iterable[Item]:
    lines = data["lines"]
    for k, line in enumerate(lines[1:], 1):
        if "rel" not in line:
            raise CaseError(f"lines[{k}] has no rel: say how it relates to the line above")
        own = {"lhs": lines[k - 1]["expr"], "rhs": line["expr"]}
        yield replace(_item(f"line {k}", data, own, line["rel"]), by=line.get("by", ""))


def _item(name: str, around: Mapping, own: Mapping, rel: str) -> Item:
    text = f"{own['lhs']} {rel} {own['rhs']}"
    try:
        if concerns_matrices(around, own["lhs"], rel, own["rhs"]):
            statement = MatrixStatement(around, own["lhs"], rel, own["rhs"])
            statement.read()
            return Item(name, text, matrices=statement)
        builder = _Builder(around)
        claims = builder.claims(own["lhs"], rel, own["rhs"])
        mixed = frozenset(f for f, uses in builder.names.used.items() if len(uses) > 1)
        if mixed:  # a function of integers here and of real numbers there is a function of real numbers
            builder = _Builder(around, mixed)
            claims = builder.claims(own["lhs"], rel, own["rhs"])
        return Item(name, text, claims, builder.setting())
    except NotInLanguage as error:
        return Item(name, text, unsaid=str(error))
    except StatementError as error:
        return Item(name, text, unsaid=str(error))
    except RecursionError:
        raise CaseError("the case is nested too deeply") from None


class _Builder:
    """The names, facts and claims of one item."""

    def __init__(self, data: Mapping, reals: frozenset[str] = frozenset()) -> None:
        self.data = data
        self.names = Names()
        self.facts: list = []
        self.derived: list = []
        self.stronger: list = []
        self.modelled = True
        self.unsaid: list[str] = []
        self.assumed: list[Relation] = []
        self.let_needs: list[Need] = []
        self.fixed: set[str] = set()
        self.bounds: dict[str, list] = {}
        self.kept: list[str] = []
        self.complexes: list[Any] = []
        self._fold()
        for name, domain in (data.get("symbols") or {}).items():
            self._symbol(name, domain)
        for name, codomain in (data.get("functions") or {}).items():
            if codomain not in ("real", "positive", "nonnegative"):
                raise NotInLanguage(f"functions with values that are {codomain}")
            self.names.declare(name, Undefined(name, name in reals))
        random = data.get("random") or {}
        self.alike = self._members(random)
        for name, own in (random.get("vars") or {}).items():
            self._random(name, own)
        self.random_names = set(random.get("vars") or ())
        for fact in random.get("facts") or ():
            self._fact(dict(fact))
        for name, text in (random.get("let") or {}).items():
            self._let(name, text)
        self._definitions()
        unbound = [n for n, d in (data.get("symbols") or {}).items() if d == "bound" and n not in self.fixed]
        if unbound:
            raise NotInLanguage(f"{unbound[0]} is declared as bound, but no fact fixes its value")

    # --- symbols ------------------------------------------------------------------------------------------

    def _fold(self) -> None:
        """Assumptions `symbol rel number` are taken into the domain of the symbol, if it has one: a name for a moment
        has none."""
        named = (self.data.get("random") or {}).get("let") or {}
        symbols = {name: domain for name, domain in (self.data.get("symbols") or {}).items() if name not in named}
        builtin = "Abs" not in self._declared()
        for text in self.data.get("assumptions") or ():
            found = _simple_bounds(self._tree(text), symbols, builtin)
            for name, rel, value in found:
                self.bounds.setdefault(name, []).append((rel, value))
            if not found:
                self.kept.append(text)

    def _declared(self) -> set[str]:
        """All names that the case declares."""
        random = self.data.get("random") or {}
        parts = (self.data.get("symbols"), self.data.get("functions"), random.get("vars"), random.get("let"))
        return {name for part in parts for name in part or ()} | {d["name"] for d in self.data.get("defs") or ()}

    def _tree(self, text: str) -> Node:
        try:
            return read(text)
        except ReadingError as error:
            raise CaseError(f"{text!r}: {error}") from None

    def _symbol(self, name: str, domain: str) -> None:
        if domain == "complex":
            # Read as a real number, about which nothing is then proved; a witness may take complex values.
            self.names.declare(name, T.Parameter(name))
            self.complexes.append(self.names.known[name])
            self.names.complexes.append(self.names.known[name])
            if name in self.bounds:
                raise NotInLanguage("complex numbers")
            return
        known = {
            "real": (),
            "bound": (),
            "nonzero": (),
            "positive": ((">", Fraction(0)),),
            "nonnegative": ((">=", Fraction(0)),),
            "unit": ((">", Fraction(0)), ("<", Fraction(1))),
            "posint": ((">=", Fraction(1)),),
            "natural": ((">=", Fraction(0)),),
            "integer": (),
        }
        if domain not in known:
            raise NotInLanguage(f"the domain {domain} of {name}")
        whole = domain in ("posint", "natural", "integer")
        low: tuple | None = None
        high: tuple | None = None
        for rel, value in (*known[domain], *self.bounds.get(name, ())):
            if rel in (">", ">="):
                edge = (
                    (Fraction(-(-value // 1)) + (rel == ">" and value % 1 == 0), False)
                    if whole
                    else (value, rel == ">")
                )
                low = edge if low is None else max(low, edge)
            else:
                edge = (Fraction(value // 1) - (rel == "<" and value % 1 == 0), True) if whole else (value, rel != "<")
                high = edge if high is None else min(high, edge)
        self.names.declare(
            name,
            T.Parameter(
                name,
                "integer" if whole else "real",
                low and low[0],
                bool(low and low[1]),
                high and high[0],
                bool(high and not high[1]),
            ),
        )
        if domain == "nonzero":
            self.assumed.append(ne(self.names.known[name], 0))

    def _members(self, random: Mapping) -> dict[str, T.Element]:
        """Single quantities that are said to be alike, as members of one sequence."""
        scalars = {name for name, own in (random.get("vars") or {}).items() if own["type"] == "scalar"}
        found: dict[str, T.Element] = {}
        for fact in random.get("facts") or ():
            names = fact.get("of")
            if fact["fact"] in ("iid", "identical") and isinstance(names, list) and scalars.issuperset(names):
                if len(names) < 2 or len(set(names)) < len(names) or not found.keys().isdisjoint(names):
                    raise NotInLanguage(f"the fact {fact['fact']} about {', '.join(names)}")
                name = "_".join(names)
                while name in self._declared():
                    name += "_"
                family = T.random_family(name, first=1)
                found |= {name: family[k] for k, name in enumerate(names, 1)}
        return found

    def _random(self, name: str, own: Mapping) -> None:
        kind, upto = own["type"], own.get("upto")
        if kind == "scalar":
            family: Any = self.alike.get(name) or T.Family(name, 0, True)
        elif kind == "seq" and isinstance(upto, str | int):
            family = T.random_family(name, first=1)
            if upto != "oo":
                self.names.lengths[name] = (self._length(upto),)
        elif kind == "seq2" and isinstance(upto, list):
            family = T.random_family(name, arity=2, first=1)
            self.names.lengths[name] = tuple(map(self._length, upto))
        else:
            raise NotInLanguage(f"random quantities of type {kind}")
        self.names.declare(name, family)
        values = own.get("values", "real")
        if values not in ("real", "positive", "nonnegative"):
            raise NotInLanguage(f"random quantities with values that are {values}")
        if values != "real":
            self.facts.append(F.assume((gt if values == "positive" else ge)(self._element(name)[0], 0)))

    def _length(self, text: Any) -> Any:
        if not names_in(self._tree(str(text))) <= set(self.names.known):
            raise NotInLanguage(f"a sequence of the length {text}, which is not declared")
        found = Translation(self.names).text(str(text))
        if not integral(found):
            raise NotInLanguage(f"a sequence of the length {text}")
        return found

    def _index(self) -> T.Index:
        return T.Index(self.names.fresh("i"), "integer", 1)

    def _element(self, name: str) -> tuple[Any, tuple]:
        """The quantity, or an arbitrary element of the sequence, with its indices."""
        family = self.names.known.get(name)
        if name in self.alike:
            return self.alike[name], ()
        if name not in (self.data["random"].get("vars") or ()) or not isinstance(family, T.Family):
            raise CaseError(f"{name} is not declared as random: add it to random.vars")
        places = tuple(self._index() for _ in range(family.arity))
        return T.Element(family, *places), places

    # --- facts --------------------------------------------------------------------------------------------

    def _fact(self, fact: dict) -> None:
        kind, of = fact.pop("fact"), fact.pop("of", ())
        names = [of] if isinstance(of, str) else list(of)
        if not names:
            raise CaseError(f"the fact {kind} says nothing of what it holds: add of")
        handler = getattr(self, f"_fact_{kind}", None) if kind in _FACTS else None
        for name in names:
            self._element(name)
        if handler is None:
            self.unsaid.append(kind)
            self.modelled = False
            return
        extra = set(fact) - _FACTS[kind]
        missing = _FACTS[kind] - set(fact)
        if extra or missing:
            raise CaseError(
                f"the fact {kind}: " + (f"unknown field {min(extra)}" if extra else f"{min(missing)} is missing")
            )
        handler(names, **fact)

    def _sequences(self, kind: str, names: list[str]) -> list[T.Family] | None:
        """The families, or None if single quantities are named."""
        found = [self.names.known[n] for n in names]
        several = [f for f in found if isinstance(f, T.Family) and f.arity]
        if several and len(several) < len(found):
            raise NotInLanguage(f"{kind} of quantities and sequences together")
        return several or None

    def _items(self, names: list[str]) -> list:
        found = (self.names.known[n] for n in names)
        return [f if isinstance(f, T.Element) else T.Row(f, ()) if f.arity else T.Element(f) for f in found]

    def _across(self, kind: str, names: list[str], strength: str) -> bool:
        """The fact within one sequence; False for single quantities."""
        families = self._sequences(kind, names)
        if families is None:
            return False
        if len(families) > 1:
            raise NotInLanguage(f"{kind} of several sequences")
        self.facts.append(F.Across(tuple(families), self._index(), strength))
        return True

    def _fact_independent(self, names: list[str]) -> None:
        if len(names) == 1:
            if self._sequences("independent", names) is None:
                raise CaseError("the fact independent names one quantity: independent of what?")
            self._fact_independent_seq(names)
        else:
            self.facts.append(F.Given(Independence(*self._items(names))))

    def _fact_independent_seq(self, names: list[str]) -> None:
        if not self._across("independent_seq", names, "mutual"):
            raise CaseError("the fact independent_seq is about a sequence")

    def _fact_iid(self, names: list[str]) -> None:
        if not self._across("iid", names, "mutual"):
            self._fact_independent(names)
        self._fact_identical(names)

    def _fact_identical(self, names: list[str]) -> None:
        families = self._sequences("identical", names) or [self.alike[n].family for n in names[:1]]
        if len(families) > 1:
            raise NotInLanguage("identical distribution of several sequences")
        self.facts.append(F.Identical(tuple(families), self._index()))

    def _fact_pairwise_independent(self, names: list[str]) -> None:
        if not self._across("pairwise_independent", names, "pairwise"):
            items = self._items(names)
            self.facts += [F.Given(Independence(a, b)) for k, a in enumerate(items) for b in items[k + 1 :]]

    def _fact_uncorrelated(self, names: list[str]) -> None:
        if not self._across("uncorrelated", names, "uncorrelated"):
            items = self._items(names)
            self.facts += [F.assume(eq(T.Cov(a, b), 0)) for k, a in enumerate(items) for b in items[k + 1 :]]

    def _moment(self, moment: Any, names: list[str], value: Any) -> None:
        for name in names:
            node = self._tree(str(value))
            number = Translation(self.names).term(node)
            self._fixes(node)
            # Members of one distribution have the moment together.
            own = self.alike[name].family[self._index()] if name in self.alike else self._element(name)[0]
            self.facts.append(F.assume(eq(moment(own), number).given(*self._existing(own))))
            if moment is T.Var and number.free_symbols and not self._existing(own):
                self.derived.append(F.assume(ge(number, 0)))

    def _existing(self, element: T.Element) -> tuple[Relation, ...]:
        """That an arbitrary member exists, where there may be none.  Beyond the last one there may be more of them."""
        ends = self.names.lengths.get(element.family.name, ())
        empty = any(
            not (isinstance(n, T.Parameter) and n.lower and n.lower >= 1 or n.is_Integer and n >= 1) for n in ends
        )
        return tuple(le(i, n) for i, n in zip(element.indices, ends)) if empty else ()

    def _fixes(self, node: Node) -> None:
        """A symbol that stands alone as the value of a moment is fixed by it."""
        if node.kind == "name":
            self.fixed.add(node.value)

    def _fact_mean(self, names: list[str], value: Any) -> None:
        self._moment(T.E, names, value)

    def _fact_var(self, names: list[str], value: Any) -> None:
        self._moment(T.Var, names, value)

    def _fact_equicov(self, names: list[str]) -> None:
        """Any two members have the same covariance.  Models have members of one distribution, too."""
        families = self._sequences("equicov", names)
        if families is None or len(families) > 1 or families[0].arity > 1:
            raise NotInLanguage("equal covariances of other than one sequence")
        if names[0] not in self.names.lengths:
            raise NotInLanguage("equal covariances of an infinite sequence")
        (family,), (last,) = families, self.names.lengths[names[0]]
        common = T.Parameter(self.names.fresh("c"))
        i, j = self._index(), self._index()
        said = eq(T.Cov(family[i], family[j]), common).given(ne(i, j), le(i, last), le(j, last))
        self.facts.append(F.assume(said))
        # A model has all the members: some of them alone may have covariances that the others exclude.
        k, members = self._index(), T.Times(last, T.Plus(last, T.number(-1)))
        whole = T.Plus(T.Sum(T.Var(family[k]), (k, 1, last)), T.Times(members, common))
        self.stronger += [
            F.Identical((family,), self._index()),
            F.assume(eq(T.Var(T.Sum(family[k], (k, 1, last))), whole)),
        ]

    def _fact_condmean0(self, names: list[str], given: Any) -> None:
        self._fact_condmean(names, given, "0")

    def _fact_condmean(self, names: list[str], given: Any, value: Any) -> None:
        """`E[X | Y, ...] = value`."""
        known = self._scalars("a conditional mean", [given] if isinstance(given, str) else list(given))
        node = self._tree(str(value))
        for own in self._scalars("a conditional mean", names):
            self.facts.append(F.assume(eq(L.Conditional(own, *known), Translation(self.names).term(node))))
        self._fixes(node)

    def _fact_condindependent(self, names: list[str], given: Any) -> None:
        known = self._scalars("conditional independence", [given] if isinstance(given, str) else list(given))
        items = self._scalars("conditional independence", names)
        if len(items) < 2 or not known:
            raise CaseError("the fact condindependent is about two or more quantities, given some others")
        self.facts.append(F.ConditionallyIndependent(tuple(items), tuple(known)))

    def _fact_cov(self, names: list[str], value: Any) -> None:
        if len(names) != 2:
            raise CaseError("the fact cov is about two quantities")
        node = self._tree(str(value))
        number = Translation(self.names).term(node)
        self._fixes(node)
        self.facts.append(F.assume(eq(T.Cov(*self._scalars("a covariance", names)), number)))

    def _scalars(self, what: str, names: list[str]) -> list:
        for name in names:
            if self._element(name)[1]:
                raise NotInLanguage(f"{what} of a sequence")
        return [self._element(n)[0] for n in names]

    def _sequence(self, kind: str, names: list[str]) -> T.Family:
        """The one plain sequence that a fact is about."""
        families = self._sequences(kind, names)
        if families is None or len(families) > 1 or families[0].arity > 1:
            raise NotInLanguage(f"{kind} of other than one sequence")
        return families[0]

    def _fact_martingale_diff(self, names: list[str]) -> None:
        self.facts.append(F.MartingaleDifference(self._sequence("martingale_diff", names)))

    def _fact_swor(self, names: list[str], population: Any, size: Any, draws: Any) -> None:
        """Draws without replacement.  For proofs the moments that follow: of one draw, and of the product of two."""
        family = self._sequence("swor", names)
        values, reading = self.names.known.get(population), Translation(self.names)
        size, draws = reading.text(str(size)), reading.text(str(draws))
        if not isinstance(values, Undefined) or values.real or not integral(size) or not integral(draws):
            raise NotInLanguage(f"draws from {population}")
        if self.names.lengths.get(family.name) != (draws,):
            raise NotInLanguage(f"{draws} draws in a sequence of another length")
        self.names.used.setdefault(population, set()).add(True)
        self.names.arities.setdefault(population, 1)
        every = T.family(population)
        self.stronger += [F.WithoutReplacement(family, every, size), F.assume(le(draws, size))]
        k, i, j = T.Index(self.names.fresh("k"), "integer"), self._index(), self._index()
        one, two = (T.Sum(T.Power(every[k], T.number(r)), (k, 1, size)) for r in (1, 2))
        self.derived += [
            F.assume(
                eq(
                    T.E(T.Power(family[i], T.number(r))),
                    T.Quotient(T.Sum(T.Power(every[k], T.number(r)), (k, 1, size)), size),
                ).given(le(i, draws))
            )
            for r in range(1, 5)
        ]
        pairs = T.Quotient(
            T.Plus(T.Power(one, T.number(2)), T.Negative(two)), T.Times(size, T.Plus(size, T.number(-1)))
        )
        self.derived.append(F.assume(eq(T.E(family[i] * family[j]), pairs).given(ne(i, j), le(i, draws), le(j, draws))))
        self.derived.append(F.assume(le(draws, size)))

    def _let(self, name: str, text: str) -> None:
        reading = Translation(self.names)
        number = reading.text(text)
        self.let_needs += reading.needs
        if reading.also:
            raise NotInLanguage("a limit in a definition")
        if T.is_random(number):
            raise NotInLanguage(f"{name} stands for a random quantity")
        symbols = self.data.get("symbols") or {}
        if name in symbols:
            if symbols[name] not in ("bound", "real"):
                raise CaseError(f"{name} is declared twice: rename one of them")
            del self.names.known[name]
            self.fixed.add(name)
        self.names.declare(name, T.Parameter(name))
        node = self._tree(text)
        self.names.define(name, (), [node])
        if node.kind == "call" and node.value == "Var":
            self.derived.append(F.assume(ge(self.names.known[name], 0)))
        self.facts.append(F.define(self.names.known[name], number))

    # --- definitions --------------------------------------------------------------------------------------

    def _definitions(self) -> None:
        definitions = self.data.get("defs") or ()
        randoms = set(self.random_names)
        for own in definitions:
            trees = [(self._tree(c), self._tree(v)) for c, v in own["cases"]]
            self.names.define(own["name"], own["args"], [v for _, v in trees])
            mentioned = {n for _, v in trees for n in names_in(v)}
            random = bool(mentioned & randoms)
            if random:
                randoms.add(own["name"])
            if len(trees) == 1 and trees[0][0].kind == "name" and trees[0][0].value == "True":
                if own["name"] in mentioned:
                    raise NotInLanguage(f"{own['name']} is defined by itself")
                self.names.declare(own["name"], Macro(own["name"], tuple(own["args"]), trees[0][1]))
            else:
                self._recurrence(own, trees, random)

    def _recurrence(self, own: Mapping, trees: list, random: bool) -> None:
        name = own["name"]
        if len(own["args"]) != 1:
            raise NotInLanguage("a recurrence in other than one index")
        (arg,) = own["args"]
        starts, first, body = _shape(arg, trees)
        family = T.Family(name, 1, random, min(starts))
        over = T.Index(self.names.fresh(arg), "integer", min(starts))
        defined = Defined(family, over, min(starts))
        self.names.declare(name, defined)
        reading = Translation(self.names)
        reading.defining = defined
        values = {place: reading.term(tree) for place, tree in starts.items()}
        with reading.scope({arg: over}, (ge(over, first),)):
            value = reading.term(body)
        if reading.also:
            raise NotInLanguage("a limit in a definition")
        defined.needs = reading.needs
        fact = F.recurrence(T.Element(family, over), value, start=values)
        if fact.first != first:
            raise NotInLanguage(f"the cases of {name}")
        self.facts.append(fact)

    # --- claims -------------------------------------------------------------------------------------------

    def claims(self, left: str, rel: str, right: str) -> tuple[Claim, ...]:
        premises = list(self.data.get("premises") or ())
        found = []
        for context, context_exact, needs in self._contexts([*self.kept, *premises]):
            found += self._relation(left, rel, right, context, context_exact, needs)
        if self.data.get("direction") == "iff":
            found += self._converse(left, rel, right, premises)
        return tuple(found)

    def _contexts(self, texts: list[str]) -> list[tuple[Context, Context, list[Need]]]:
        """The alternatives of the assumptions: for proofs, for exact values, and what they need."""
        proof, exact = Translation(self.names), Translation(self.names, exact=True)
        proof.assuming = exact.assuming = True
        return [
            ((*self.assumed, *a), (*self.assumed, *b), proof.needs)
            for a, b in zip(conditions(proof, texts), conditions(exact, texts), strict=True)
        ]

    def _relation(
        self, left: str, rel: str, right: str, when: Context, when_exact: Context, needs: list[Need]
    ) -> list[Claim]:
        proof, exact = Translation(self.names), Translation(self.names, exact=True)
        statement = Relation(proof.text(left), rel, proof.text(right), when)
        said = Relation(exact.text(left), rel, exact.text(right), when_exact)
        wanted = _wanted(when, needs, (*self.let_needs, *proof.needs))
        found = [
            Claim(one, other, wanted) for one, other in zip(self._spread(statement), self._spread(said), strict=True)
        ]
        for one, other in zip(proof.also, exact.also, strict=True):
            found.append(Claim(one.given(*when), other.given(*when_exact), sides=TWO_SIDED))
        return found

    def _spread(self, relation: Relation) -> Context:
        return spread(relation, self.complexes)

    def _converse(self, left: str, rel: str, right: str, premises: list[str]) -> list[Claim]:
        """Where the relation holds, the premises are true and defined."""
        relation = f"({left}) {rel} ({right})"
        contexts = self._contexts([*self.kept, relation])
        found = []
        for text in premises:
            reading = Translation(self.names)
            alternatives = conditions(reading, [text])
            if reading.also or not alternatives or math.prod(map(len, alternatives)) > ALTERNATIVES:
                raise NotInLanguage("an equivalence with alternatives")
            for when, when_exact, needs in contexts:
                wanted = _wanted(when, needs, reading.needs)
                for r in _clauses(alternatives):
                    for part in self._spread(r):
                        found.append(Claim(part.given(*when), part.given(*when_exact), wanted))
        return found

    def setting(self) -> Setting:
        for name, uses in self.names.used.items():
            codomain = (self.data.get("functions") or {}).get(name)
            if len(uses) > 1:
                self.modelled = False
            if codomain != "real":
                if uses != {True}:
                    raise NotInLanguage(f"a function of real numbers with values that are {codomain}")
                places = [T.Index(self.names.fresh("i"), "integer") for _ in range(self.names.arities[name])]
                element = T.Element(T.family(name, arity=len(places)), *places)
                self.facts.append(F.assume((gt if codomain == "positive" else ge)(element, 0)))
        models = (*self.facts, *self.stronger) if self.modelled else None
        facts = (*self.facts, *self.derived)
        return Setting(facts, models, tuple(self.unsaid), tuple(self.complexes))


_FACTS: dict[str, set[str]] = {
    "independent": set(),
    "independent_seq": set(),
    "iid": set(),
    "identical": set(),
    "pairwise_independent": set(),
    "uncorrelated": set(),
    "mean": {"value"},
    "var": {"value"},
    "equicov": set(),
    "condmean0": {"given"},
    "condmean": {"given", "value"},
    "condindependent": {"given"},
    "cov": {"value"},
    "martingale_diff": set(),
    "swor": {"population", "size", "draws"},
}


def _clauses(alternatives: list[Context]) -> Iterator[Relation]:
    """What holds if one of the alternatives does: for each choice of one relation from each, the last where the
    others fail.  All of them are defined."""
    if len(alternatives) > 1:
        for side in dict.fromkeys(s for own in alternatives for r in own for s in (r.lhs, r.rhs)):
            yield eq(side, side)
    for choice in itertools.product(*alternatives):
        *others, last = choice
        yield last.given(*(r.negated() for r in others))


def _wanted(when: Context, of_assumptions: Iterable[Need], own: Iterable[Need]) -> tuple[Need, ...]:
    """What a claim needs, under its assumptions.

    What an assumption itself needs, such as that the range of its sum is not reversed, must not be proved from such
    assumptions: that would be a circle.
    """
    plain = [
        r
        for r in when
        if not any(
            isinstance(x, T.Sum) or type(x).__module__ == L.__name__ for side in (r.lhs, r.rhs) for x in T.walk(side)
        )
    ]
    return (
        *(Need(n.relation.given(*plain), n.necessary, n.real) for n in of_assumptions),
        *(Need(n.relation.given(*when), n.necessary, n.real) for n in own),
    )


def _simple_bound(node: Node, symbols: Mapping[str, str]) -> tuple[str, str, Fraction] | None:
    """`symbol rel number`, for a real or integer symbol and an order relation."""
    if node.kind != "compare" or len(node.value) != 1 or node.value[0] in ("==", "!="):
        return None
    (left, right), (sign,) = node.parts, node.value
    if left.kind != "name":
        left, right, sign = right, left, TURNED[sign]
    number = _plain_number(right)
    if left.kind != "name" or left.value not in symbols or number is None:
        return None
    return left.value, sign, number


def _simple_bounds(node: Node, symbols: Mapping[str, str], absolute: bool) -> list[tuple[str, str, Fraction]]:
    """`symbol rel number`, and `Abs(symbol) rel number` as two such bounds, if Abs is the absolute value."""
    bound = _simple_bound(node, symbols)
    if bound is not None:
        return [bound]
    if not absolute or node.kind != "compare" or len(node.value) != 1 or node.value[0] not in ("<", "<=", ">", ">="):
        return []
    (left, right), (sign,) = node.parts, node.value
    if sign in (">", ">="):
        left, right, sign = right, left, TURNED[sign]
    number = _plain_number(right)
    if left.kind != "call" or left.value != "Abs" or len(left.parts) != 1 or number is None:
        return []
    inner = left.parts[0]
    if inner.kind != "name" or inner.value not in symbols or symbols[inner.value] == "complex":
        return []
    return [(inner.value, sign, number), (inner.value, TURNED[sign], -number)]


def _plain_number(node: Node) -> Fraction | None:
    if node.kind == "number":
        return Fraction(node.value)
    if node.kind == "neg":
        inner = _plain_number(node.parts[0])
        return None if inner is None else -inner
    if node.kind == "/":
        above, below = map(_plain_number, node.parts)
        return above / below if above is not None and below else None
    return None


def _shape(arg: str, trees: list) -> tuple[dict[int, Node], int, Node]:
    """The start values, the first place of the recurrence and its value, for `t == 0`, ..., `t >= k`."""
    starts: dict[int, Node] = {}
    for condition, value in trees[:-1]:
        place = _compared_with(arg, condition, "==")
        if place is None or place in starts:
            raise NotInLanguage("a definition with such cases")
        starts[place] = value
    last = _compared_with(arg, trees[-1][0], ">=")
    if last is None:
        beyond = _compared_with(arg, trees[-1][0], ">")
        last = None if beyond is None else beyond + 1
    if last is None or not starts or sorted(starts) != list(range(min(starts), last)):
        raise NotInLanguage("a definition with such cases")
    return starts, last, trees[-1][1]


def _compared_with(arg: str, node: Node, sign: str) -> int | None:
    if node.kind != "compare" or node.value != (sign,) or node.parts[0].kind != "name" or node.parts[0].value != arg:
        return None
    number = _plain_number(node.parts[1])
    return int(number) if number is not None and number.denominator == 1 else None
