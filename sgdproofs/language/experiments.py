"""Experiments as data: which numeric cross-validation of a claim is to be run, and what it must reject."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from .errors import StatementError
from .facts import Fact
from .statements import Relation
from .terms import Element, Family, Parameter

__all__ = [
    "Discrete",
    "Einsum",
    "Exact",
    "Law",
    "MonteCarlo",
    "Normal",
    "Precision",
    "discrete",
    "einsum",
    "exact",
    "monte_carlo",
    "normal",
    "normal_vector",
    "precision",
]


# --- laws ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Normal:
    """The normal law of a vector with mean `mean` and covariance matrix `covariance`."""

    mean: tuple[Fraction, ...]
    covariance: tuple[tuple[Fraction, ...], ...]

    @property
    def size(self) -> int:
        return len(self.mean)


@dataclass(frozen=True)
class Discrete:
    """The law of a vector with finitely many values: `points` with their `weights`."""

    points: tuple[tuple[Fraction, ...], ...]
    weights: tuple[Fraction, ...]

    @property
    def size(self) -> int:
        return len(self.points[0])


Law = Normal | Discrete


def _exact(value: Any) -> Fraction:
    if isinstance(value, bool) or not isinstance(value, (int, Fraction)):
        raise StatementError(f"{value!r} is no exact number: write an integer or a Fraction")
    return Fraction(value)


def normal(mean: Any, variance: Any) -> Normal:
    """The normal law with this mean and this variance."""
    return normal_vector((mean,), ((variance,),))


def normal_vector(mean: tuple, covariance: tuple) -> Normal:
    """The normal law of a vector, for families with components such as `ghat[b][i]`, `i = 1, 2`."""
    centre = tuple(_exact(m) for m in mean)
    matrix = tuple(tuple(_exact(c) for c in line) for line in covariance)
    if len(matrix) != len(centre) or any(len(line) != len(centre) for line in matrix):
        raise StatementError(f"a mean of {len(centre)} components needs a {len(centre)} by {len(centre)} covariance")
    if any(matrix[i][j] != matrix[j][i] for i in range(len(centre)) for j in range(i)):
        raise StatementError("a covariance matrix is symmetric")
    return Normal(centre, matrix)


def discrete(weights: dict) -> Discrete:
    """A law with finitely many values, `{value: probability}`; a value may be a tuple of components."""
    points = tuple(tuple(_exact(v) for v in (p if isinstance(p, tuple) else (p,))) for p in weights)
    chances = tuple(_exact(w) for w in weights.values())
    if not points or len({len(p) for p in points}) != 1:
        raise StatementError("the values of a discrete law have one number of components")
    if sum(chances) != 1 or min(chances) < 0:
        raise StatementError(f"the probabilities of a discrete law add up to 1, these to {sum(chances)}")
    return Discrete(points, chances)


# --- experiments -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Exact:
    """Every line and the claim, over `count` small finite probability spaces for each scope of the proof, in
    rationals, without tolerance.  `fixed` fixes values of parameters."""

    near_miss: Any = None
    fixed: tuple = ()
    count: int = 24
    facts_dropped: tuple[Fact, ...] = ()

    kind = "exact"


@dataclass(frozen=True)
class Precision:
    """Both sides of the claim, from the givens, to `digits` digits at the points of `at`; limits with `steps` steps."""

    near_miss: Any
    at: tuple = ()
    steps: int = 200
    digits: int = 50
    law: tuple = ()

    kind = "high precision"


@dataclass(frozen=True)
class MonteCarlo:
    """The givens, simulated: random quantities drawn from `law`, the claim's moments estimated from `samples` draws."""

    near_miss: Any = None
    at: tuple = ()
    law: tuple = ()
    samples: int = 2**18
    steps: int | None = None
    facts_dropped: tuple[Fact, ...] = field(default=())

    kind = "Monte Carlo"


@dataclass(frozen=True)
class Einsum:
    """A loop form, run as written on whole numbers and compared with `numpy.einsum`."""

    loops: Any
    near_miss: Any
    at: tuple = ()

    kind = "exact"


def exact(
    *, near_miss: Relation | None = None, fixed: dict | None = None, count: int = 24, facts_dropped: tuple = ()
) -> Exact:
    """Exact enumeration; the near-miss, or the claim without the dropped facts, must fail in some space."""
    _needs_a_miss(near_miss, facts_dropped)
    return Exact(near_miss, _pairs(fixed), count, _facts(facts_dropped))


def precision(
    *, near_miss: Relation, at: dict | None = None, steps: int = 200, digits: int = 50, law: dict | None = None
) -> Precision:
    """High precision; a tuple of values in `at` means each of them in turn."""
    if digits < 15 or steps < 1:
        raise StatementError("high precision takes at least 15 digits and one step")
    return Precision(near_miss, _pairs(at), steps, digits, _laws(law))


def monte_carlo(
    *,
    near_miss: Relation | None = None,
    at: dict | None = None,
    law: dict | None = None,
    samples: int = 2**18,
    steps: int | None = None,
    facts_dropped: tuple = (),
) -> MonteCarlo:
    """Monte Carlo; `law` maps random families (or tuples of them, for a joint law) to laws of their components."""
    _needs_a_miss(near_miss, facts_dropped)
    if samples < 2**12:
        raise StatementError(f"{samples} samples are too few for a standard error: take 4096 or more")
    return MonteCarlo(near_miss, _pairs(at), _laws(law), samples, steps, _facts(facts_dropped))


def einsum(loops: Any, *, near_miss: Any, at: dict | None = None) -> Einsum:
    """The loop form `loops` against numpy's einsum, for lengths given in `at` (small ones unless told)."""
    return Einsum(loops, near_miss, _pairs(at))


def _needs_a_miss(near_miss: Any, facts_dropped: tuple) -> None:
    if near_miss is None and not facts_dropped:
        raise StatementError("an experiment that cannot fail is no check: give near_miss=... or facts_dropped=(...)")


def _facts(facts: Any) -> tuple:
    if not isinstance(facts, tuple) or not all(isinstance(f, Fact) for f in facts):
        raise StatementError("facts_dropped is a tuple of facts, with the comma: facts_dropped=(iid,)")
    return facts


def _pairs(values: dict | None) -> tuple:
    read = []
    for key, value in (values or {}).items():
        if not isinstance(key, (Parameter, Family, Element)):
            raise StatementError(f"{key} is given a value, but it is no parameter, family or element")
        if isinstance(value, (tuple, list)):
            got: Any = tuple(_exact(v) for v in value)
        elif isinstance(value, dict):
            if not isinstance(key, Family):
                raise StatementError(f"{key}: only a family takes a dictionary of values")
            got = tuple(((p if isinstance(p, tuple) else (p,)), _exact(v)) for p, v in value.items())
        else:
            got = _exact(value)
        read.append((key, got))
    return tuple(read)


def _laws(laws: dict | None) -> tuple:
    read = []
    for key, law in (laws or {}).items():
        names = key if isinstance(key, tuple) else (key,)
        families = tuple(n.family if isinstance(n, Element) and not n.indices else n for n in names)
        if not all(isinstance(f, Family) and f.random for f in families):
            raise StatementError(f"a law is stated for random families, not for {key}")
        if not isinstance(law, (Normal, Discrete)):
            raise StatementError(f"{law!r} is no law: use normal(...), normal_vector(...) or discrete({{...}})")
        read.append((families, law))
    return tuple(read)
