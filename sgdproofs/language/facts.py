"""Facts: the hypotheses that lines may cite.  A fact holds for all values of the indices that are free in it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from .errors import StatementError, plain_text
from .statements import Relation, eq
from .terms import Apply, Element, Family, Index, Parameter, bound_by, is_random, term, walk

__all__ = [
    "Across",
    "ChainRule",
    "CitedTheorem",
    "ConditionallyIndependent",
    "Definition",
    "Equation",
    "Fact",
    "Identical",
    "Given",
    "MartingaleDifference",
    "WithoutReplacement",
    "assume",
    "cited_theorem",
    "define",
    "differentiable",
    "identical_across",
    "independent_across",
    "pairwise_independent_across",
    "recurrence",
    "uncorrelated_across",
]


@dataclass(frozen=True)
class Fact:
    """A hypothesis; `label` is how messages and sheets name it."""

    label: str | None = field(default=None, kw_only=True)

    def named(self, label: str) -> Any:
        """The same fact under another name."""
        plain_text(label, "a fact's name", 300)
        return replace(self, label=label)

    @property
    def name(self) -> str:
        return self.label or str(self)


@dataclass(frozen=True)
class Definition(Fact):
    """`target = value`, by definition.  With `start`, a recurrence in the last index `over`: it holds for
    `over > max(start)`, and `start` gives the values at the smaller indices."""

    target: Any
    value: Any
    over: Index | None = None
    start: tuple = ()
    at_index: Any = None

    def at(self, place: Any) -> Definition:
        """The instance of a recurrence at the index `place`."""
        if self.over is None:
            raise StatementError(f"{self.name} is no recurrence: it has no index to be taken at")
        return replace(self, at_index=term(place))

    @property
    def head(self) -> Any:
        """What is defined: the parameter, or the family of the element."""
        return getattr(self.target, "family", self.target)

    @property
    def first(self) -> int:
        """The first index at which a recurrence applies."""
        return max(place for place, _ in self.start) + 1

    @property
    def relation(self) -> Relation:
        return eq(self.target, self.value)

    def __str__(self) -> str:
        return f"definition of {self.target}"


@dataclass(frozen=True)
class Equation(Fact):
    """A relation that is assumed: a moment, a constraint on parameters, a hypothesis of a theorem."""

    relation: Relation

    def __str__(self) -> str:
        return str(self.relation)


@dataclass(frozen=True)
class Given(Fact):
    """A statement of another form that is assumed, such as independence of some named quantities."""

    statement: Any

    def __str__(self) -> str:
        return str(self.statement)


@dataclass(frozen=True)
class _OfBlocks(Fact):
    """A fact about the blocks of `families` at the values of their first index."""

    families: tuple[Family, ...]
    index: Index

    @property
    def blocks(self) -> str:
        return ", ".join(f"{f.name}[{self.index.name}]" for f in self.families)


@dataclass(frozen=True)
class _OfMembers(Fact):
    """A fact about the members of one random sequence."""

    family: Family

    @property
    def families(self) -> tuple[Family, ...]:
        return (self.family,)


@dataclass(frozen=True)
class Across(_OfBlocks):
    """The blocks of `families` at different values of their first index do not depend on one another.

    `strength`: mutual (independent), pairwise (any two are), uncorrelated (any two have covariance 0).
    """

    strength: str = "mutual"

    def __str__(self) -> str:
        return f"{self.blocks} {'independent' if self.strength == 'mutual' else self.strength} across {self.index.name}"


@dataclass(frozen=True)
class Identical(_OfBlocks):
    """The blocks of `families` have one distribution for all values of their first index."""

    def __str__(self) -> str:
        return f"{self.blocks} identically distributed over {self.index.name}"


@dataclass(frozen=True)
class ConditionallyIndependent(Fact):
    """The `items` (elements) are independent of one another, conditionally on the elements `given`."""

    items: tuple
    given: tuple

    def __str__(self) -> str:
        return f"{', '.join(map(str, self.items))} independent given {', '.join(map(str, self.given))}"


@dataclass(frozen=True)
class MartingaleDifference(_OfMembers):
    """The members of a random sequence have mean 0 given all earlier ones: `E[d_t | d_s for s < t] = 0`."""

    def __str__(self) -> str:
        return f"{self.family.name} are martingale differences"


@dataclass(frozen=True)
class WithoutReplacement(_OfMembers):
    """`family[1], family[2], ...` are drawn without replacement from `population[1], ..., population[size]`."""

    population: Family
    size: Any

    def __str__(self) -> str:
        return f"{self.family.name} drawn without replacement from {self.population.name}[1..{self.size}]"


@dataclass(frozen=True)
class ChainRule(Fact):
    """`function` depends on its variables only through `through` over `ranges`, with partial derivatives `partial`."""

    function: Any
    through: Element
    ranges: tuple
    partial: Any

    def __post_init__(self) -> None:
        if is_random(self.through) or is_random(self.partial):
            raise StatementError(
                f"{self.function} would be random, and is a number: state its chain rule for families that are not"
            )

    def __str__(self) -> str:
        return f"{self.function} is a differentiable function of {self.through}"


@dataclass(frozen=True)
class CitedTheorem(Fact):
    """A theorem that is taken from the literature, not proved here: `conclusion`, for the functions it names."""

    title: str
    source: str
    conclusion: Relation

    @property
    def relation(self) -> Relation:
        return self.conclusion

    def __str__(self) -> str:
        return f"{self.title} ({self.source})"


def define(target: Any, value: Any) -> Definition:
    """`target = value` by definition; `target` is a parameter, or an element with distinct plain indices."""
    value = term(value)
    _check_target(target, value)
    if target in set(walk(value)):
        raise StatementError(f"{target} is defined by itself: use recurrence(...) with a start")
    return Definition(target, value)


def recurrence(target: Element, value: Any, *, start: dict) -> Definition:
    """`target[t] = value` for `t` beyond the start; `start` maps the first indices to their values."""
    value = term(value)
    if not isinstance(start, dict) or not all(type(place) is int for place in start):
        raise StatementError(f"the recurrence for {target} needs a start, for instance start={{0: 0}}, not {start!r}")
    _check_target(target, value, *(term(v) for v in start.values()))
    over = next(iter(getattr(target, "indices", ())), None)
    if not isinstance(over, Index):
        raise StatementError(f"a recurrence needs an index in first place, got {target}")
    if over.lower is None or not start or over.lower > max(start) + 1:
        raise StatementError(f"the recurrence for {target} leaves out indices after its start: {over.domain_text()}")
    for node in walk(value):
        if over in bound_by(node):
            raise StatementError(f"the recurrence for {target} binds {over} again in {node}: rename the bound index")
    if sorted(start) != list(range(min(start), max(start) + 1)):
        raise StatementError(f"the start of {target} has a gap: give every index from {min(start)} to {max(start)}")
    return Definition(target, value, over, tuple((place, term(v)) for place, v in sorted(start.items())))


def _check_target(target: Any, *values: Any) -> None:
    for v in values:
        loose = {s for s in v.free_symbols if isinstance(s, Index)} - set(getattr(target, "indices", ()))
        if loose:
            names = ", ".join(sorted(s.name for s in loose))
            raise StatementError(f"{target} is defined by what depends on {names}: give it {names} as an index")
    if any(is_random(v) for v in values) and not is_random(target):
        raise StatementError(
            f"{target} is declared as deterministic, but its value is random: declare it with random_family(...)"
        )
    if isinstance(target, Index):
        raise StatementError(
            f"{target} is an index, which takes all its values: define a parameter, such as natural(...)"
        )
    if isinstance(target, Parameter):
        if target.lower is not None or target.upper is not None:
            raise StatementError(
                f"{target} is defined, so its domain follows from its value: declare it with real(...) and no bounds"
            )
        return
    if not isinstance(target, Element):
        raise StatementError(f"only a parameter or an element of a family can be defined, not {target}")
    places = [i for i in target.indices if isinstance(i, Index)]
    if len(places) != len(target.indices) or len(set(places)) != len(places):
        raise StatementError(f"{target}: the indices of a defined element are different plain indices")


def assume(relation: Relation) -> Equation:
    """A relation as a fact, for instance `assume(eq(Var(x[t]), sigma2))`."""
    if not isinstance(relation, Relation):
        raise StatementError(f"assume(...) takes a relation, got {relation}")
    return Equation(relation)


def independent_across(families: Family | tuple, over: Index) -> Across:
    """The members of a family are mutually independent for different first indices (with all their components)."""
    return Across(_families(families), _counted(over))


def pairwise_independent_across(families: Family | tuple, over: Index) -> Across:
    """Any two members are independent; three may not be."""
    return Across(_families(families), _counted(over), "pairwise")


def uncorrelated_across(families: Family | tuple, over: Index) -> Across:
    """Any two members have covariance zero: each component of the one with each component of the other."""
    return Across(_families(families), _counted(over), "uncorrelated")


def identical_across(families: Family | tuple, over: Index) -> Identical:
    """The members of a family have the same joint distribution of their components."""
    return Identical(_families(families), _counted(over))


def _counted(over: Any) -> Index:
    if not isinstance(over, Index):
        raise StatementError(f"members of a family are counted by an index, not by {over}: declare it with index(...)")
    return over


def _families(families: Family | tuple) -> tuple:
    read = families if isinstance(families, tuple) else (families,)
    for f in read:
        if not isinstance(f, Family) or not f.random:
            raise StatementError(
                f"{f} is not a random family: only random quantities are independent or identically distributed"
            )
        if f.arity < 1:
            raise StatementError(f"{f} has no index to be independent across: use Given(independent(...))")
    return read


def differentiable(function: Any, through: Element, ranges: tuple, partial: Any) -> ChainRule:
    """`function` is differentiable in `through`, with partial derivatives `partial`, and depends on nothing else."""
    function = term(function)
    if not isinstance(function, Apply) or len(function.args) != 1:
        raise StatementError(
            f"{function}: what a chain rule differentiates is an undefined function, as in function('L')()"
        )
    if not isinstance(through, Element):
        raise StatementError(f"{through} is no element: a chain rule goes through the elements of a family")
    over = [variable for variable, _, _ in map(_range, ranges)]
    plain = [i for i in through.indices if set(over) & i.free_symbols]
    if len(set(over)) != len(over) or sorted(map(str, plain)) != sorted(map(str, over)):
        raise StatementError(f"{through} has to be another element for each value of {', '.join(map(str, over))}")
    return ChainRule(function, through, tuple(ranges), term(partial))


def _range(place: Any) -> tuple:
    if not isinstance(place, tuple) or len(place) != 3 or not isinstance(place[0], Index):
        raise StatementError(f"a range is (index, first, last), such as (b, 1, B), not {place}")
    return place[0], term(place[1]), term(place[2])


def cited_theorem(title: str, *, source: str, conclusion: Relation) -> CitedTheorem:
    """A theorem from the literature, named and with its source; it is printed as an assumption of the result."""
    if not isinstance(conclusion, Relation):
        raise StatementError(f"a cited theorem concludes in a relation, such as eq(a, b), not in {conclusion!r}")
    return CitedTheorem(title, source, conclusion)
