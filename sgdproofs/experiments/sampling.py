"""Random quantities as arrays of samples.

A draw is a function of its key alone: experiment, chunk, source and member fix a place in one long stream, so
that a draw can be dropped and made again, in any order and in any process, with the same bits.
"""

from __future__ import annotations

import sys
from collections import OrderedDict
from fractions import Fraction
from typing import Any

import numpy

from ..language.experiments import Law, Normal
from ..language.facts import Definition
from ..language.terms import Element, Index, Negative, Plus, Var, walk
from .evaluate import Interpreter, Undefined, Unsupported
from .moments import ExactMoments
from .setting import Atom, Setting

__all__ = ["Estimates", "Samples", "Sampler"]

_JUMP = 0x9E3779B97F4A7C15F39CC0605CEDC835
"""The odd multiplier with which numpy's own `jumped` keeps streams of one generator apart."""
_KEPT = 8
"""How many draws are remembered: enough for what one step uses, few enough for the cache."""


class Samples:
    """An array whose arithmetic reuses the memory of what is no longer needed."""

    __slots__ = ("array", "temporary")

    def __init__(self, array: Any, temporary: bool = True) -> None:
        self.array, self.temporary = array, temporary

    def _with(self, operation: Any, other: Any, reflected: bool = False) -> Samples:
        out = self.array if self.temporary else None
        if isinstance(other, Samples):
            if out is None and other.temporary:
                out = other.array
            other = other.array
        left, right = (other, self.array) if reflected else (self.array, other)
        return Samples(operation(left, right, out=out))

    def __add__(self, other: Any) -> Samples:
        return self._with(numpy.add, other)

    __radd__ = __add__

    def __sub__(self, other: Any) -> Samples:
        return self._with(numpy.subtract, other)

    def __rsub__(self, other: Any) -> Samples:
        return self._with(numpy.subtract, other, True)

    def __mul__(self, other: Any) -> Samples:
        return self._with(numpy.multiply, other)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Samples:
        if not isinstance(other, Samples):
            return self._with(numpy.multiply, 1.0 / other)
        return self._with(numpy.divide, other)

    def __rtruediv__(self, other: Any) -> Samples:
        return self._with(numpy.divide, other, True)

    def __neg__(self) -> Samples:
        return Samples(numpy.negative(self.array, out=self.array if self.temporary else None))

    def __pow__(self, exponent: int) -> Samples:
        out = self.array if self.temporary else None
        if exponent == 2:
            return Samples(numpy.multiply(self.array, self.array, out=out))
        return Samples(numpy.power(self.array, exponent, out=out))

    def __eq__(self, other: Any) -> bool:
        return bool((self.array == (other.array if isinstance(other, Samples) else other)).any())

    __hash__ = None  # type: ignore[assignment]


class _Forward(Interpreter):
    """What sampling and estimating share: outside a moment the claim's own moments, inside it the given ones."""

    def __init__(self, setting: Setting, steps: int | None) -> None:
        super().__init__(setting, float)
        self.steps = steps
        self.depth = 0
        self.rough = ExactMoments(setting, float)
        self.window = _window(setting)

    def kept(self) -> int | None:
        return self.window

    def limit(self, node: Any, binding: dict) -> Any:
        body, variable, _ = node.args
        if self.steps is None or not isinstance(variable, Index):
            raise Unsupported("only a limit over steps is simulated")
        return self.value(body, {**binding, variable: self.steps})

    def element(self, family: Any, places: tuple[int, ...]) -> Any:
        if self.depth and not family.random:
            return self.rough.element(family, places)
        if not family.random:
            return super().element(family, places)
        self.depth += 1
        try:
            return super().element(family, places)
        finally:
            self.depth -= 1

    def _parameter(self, node: Any, binding: dict) -> Any:
        if self.depth and node not in binding:
            return self.rough.value(node, binding)
        return super()._parameter(node, binding)

    def _follow(self, mark: Any, term: Any, binding: dict) -> Any:
        if mark[-1][0] == "equation":  # a moment that is given: known, not estimated
            try:
                return self.rough._follow(mark, term, binding)
            except Unsupported:
                return None
        return super()._follow(mark, term, binding)

    def _extreme(self, node: Any, binding: dict, pick: Any) -> Any:
        left, right = (self.value(a, binding) for a in node.args)
        if isinstance(left, Samples) or isinstance(right, Samples):
            return Samples(pick(*(v.array if isinstance(v, Samples) else v for v in (left, right))))
        return float(pick(left, right))

    def _minimum(self, node: Any, binding: dict) -> Any:
        return self._extreme(node, binding, numpy.minimum)

    def _maximum(self, node: Any, binding: dict) -> Any:
        return self._extreme(node, binding, numpy.maximum)


def moment_key(node: Any, binding: dict) -> tuple:
    """A moment of the claim at a point: the term and the values of its free symbols."""
    free = node.free_symbols
    return node, tuple(sorted((i.name, p) for i, p in binding.items() if i in free))


class Sampler(_Forward):
    """One chunk: random quantities are arrays of `size` samples, and each moment met leaves its statistics."""

    def __init__(self, setting: Setting, steps: int | None, seeds: Any, size: int, batches: int) -> None:
        super().__init__(setting, steps)
        self.bits = numpy.random.PCG64DXSM(seeds)
        self.origin = self.bits.state
        self.generator = numpy.random.Generator(self.bits)
        self.size, self.batches = size, batches
        self.drawn_members: OrderedDict = OrderedDict()
        self.statistics: dict = {}
        self.shapes: dict = {}
        self.spare: list = []

    # --- draws ---

    def drawn(self, atom: Atom) -> Samples:
        source, member, component = atom
        key = (source, member)
        if key in self.drawn_members:
            self.drawn_members.move_to_end(key)
        else:
            self.drawn_members[key] = self._draw(source, member)
            if len(self.drawn_members) > _KEPT:
                self._recycle(self.drawn_members.popitem(last=False)[1])
        return Samples(self.drawn_members[key][component], temporary=False)

    def element(self, family: Any, places: tuple[int, ...]) -> Any:
        # Draws are remembered by member, a bounded number of them, not by element.
        if family.random and family not in self.setting.defined and (family, places) not in self.setting.elements:
            self.depth += 1
            try:
                found = self._look_up(family, places)
            finally:
                self.depth -= 1
            if found is not None:
                return found
            if family.first is not None and places and places[0] < family.first:
                raise Undefined(f"{family}[{places[0]}] is out of range: {family} starts at {family.first}")
            return self.drawn(self.setting.atom(family, places))
        value = super().element(family, places)
        if isinstance(value, Samples):
            value.temporary = False
        return value

    def _recycle(self, rows: list) -> None:
        """Keep the memory of a draw for the next one, unless somebody still looks at it."""
        if all(sys.getrefcount(rows[k]) == 2 for k in range(len(rows))):  # the list and the argument
            base = rows[0].base
            if base is not None and base.shape == (len(rows), self.size):
                self.spare.append(base)

    def _seek(self, source: int, slot: int) -> None:
        self.bits.state = self.origin
        self.bits.advance((((source + 1) << 48) + (1 << 40) + slot) * _JUMP % (1 << 128))

    def _draw(self, number: int, member: int) -> list:
        source = self.setting.sources[number]
        law = self.setting.law(number, member)
        self._seek(number, member)
        latent = self._latent(law)
        if source.share:
            copies = self.generator.random(self.size) < float(source.share)
            self._seek(number, -(1 << 39))
            latent = numpy.where(copies, self._latent(law), latent)
        return self._shaped(law, latent, self.setting.scale(number, member))

    def _latent(self, law: Law) -> Any:
        if isinstance(law, Normal):
            if law.size == 1 and self.spare:
                return self.generator.standard_normal(out=self.spare.pop())
            return self.generator.standard_normal((law.size, self.size))
        return self.generator.random((1, self.size))

    def _shaped(self, law: Law, latent: Any, scale: int) -> list:
        # by identity, since hashing a law costs more than a step; the setting keeps its laws
        held = self.shapes.get(id(law))
        if held is None:
            held = self.shapes[id(law)] = (law, _shape(law))
        shape = held[1]
        centre, matrix, borders = shape
        if isinstance(law, Normal):
            if law.size == 1:
                latent *= matrix[0, 0] * scale
                if centre[0]:
                    latent += centre[0]
                return [latent[0]]
            # one fixed order of additions, so that the bits do not depend on a linear algebra library
            parts = []
            for line, mean in zip(matrix, centre, strict=True):
                total = latent[0] * (line[0] * scale)
                for factor, row in zip(line[1:], latent[1:], strict=True):
                    total += row * (factor * scale)
                total += mean
                parts.append(total)
            return parts
        picked = numpy.searchsorted(borders, latent[0], side="right")
        return [mean + scale * (column[picked] - mean) for column, mean in zip(matrix, centre, strict=True)]

    # --- statistics ---

    def moment(self, node: Any, binding: dict) -> Any:
        if self.depth:
            return self.rough.value(node, binding)
        key = moment_key(node, binding)
        if key not in self.statistics:
            self.depth += 1
            try:
                values = [self.value(a, binding) for a in node.args]
            finally:
                self.depth -= 1
            if not any(isinstance(v, Samples) for v in values):
                return self.rough.value(node, binding)
            arrays = [v.array if isinstance(v, Samples) else numpy.full(self.size, v) for v in values]
            self.statistics[key] = self._summed(node, arrays)
        means = self.statistics[key]
        return float(numpy.mean(means[-1])) / (self.size // self.batches if len(means) > 1 else 1)

    def _summed(self, node: Any, arrays: list) -> tuple:
        """Per batch: the mean of one array; or both means and the centred sum of products."""
        parts = [a.reshape(self.batches, -1) for a in arrays]
        if isinstance(node, Var):
            parts = [parts[0], parts[0]]
        means = [p.mean(axis=1) for p in parts]
        if len(parts) == 1:
            return (means[0],)
        if parts[0] is parts[1]:
            centred = parts[0] - means[0][:, None]
            numpy.multiply(centred, centred, out=centred)
        else:
            centred = (parts[0] - means[0][:, None]) * (parts[1] - means[1][:, None])
        return means[0], means[1], centred.sum(axis=1)


class Estimates(_Forward):
    """The claim with its estimated moments: arrays of the estimate and its leave-one-batch-out replicates."""

    def __init__(self, setting: Setting, steps: int | None, statistics: dict, length: int) -> None:
        super().__init__(setting, steps)
        self.moments = {key: _replicates(parts, length) for key, parts in statistics.items()}

    def moment(self, node: Any, binding: dict) -> Any:
        key = moment_key(node, binding)
        if not self.depth and key in self.moments:
            return Samples(self.moments[key], temporary=False)
        return self.rough.value(node, binding)

    def drawn(self, atom: Atom) -> Any:
        raise Unsupported("a random quantity outside a moment")


def _replicates(parts: tuple, length: int) -> Any:
    """The estimate from all batches, then without each of them; `length` samples in a batch."""
    keep = numpy.vstack([numpy.ones(len(parts[0])), 1 - numpy.eye(len(parts[0]))])
    count = keep.sum(axis=1)

    def average(values: Any) -> Any:
        return (keep * values).sum(axis=1) / count

    if len(parts) == 1:
        return average(parts[0])
    left, right, centred = parts
    a, b = average(left), average(right)
    between = (keep * ((left[None, :] - a[:, None]) * (right[None, :] - b[:, None]))).sum(axis=1)
    return ((keep * centred).sum(axis=1) + length * between) / (count * length - 1)


def _shape(law: Law) -> tuple:
    if isinstance(law, Normal):
        return [float(m) for m in law.mean], _root(law.covariance), None
    columns = numpy.array([[float(v) for v in point] for point in law.points]).T
    means = [
        float(sum((p[k] * w for p, w in zip(law.points, law.weights, strict=True)), Fraction(0)))
        for k in range(law.size)
    ]
    return means, columns, numpy.cumsum([float(w) for w in law.weights])[:-1]


def _root(covariance: tuple) -> Any:
    """The lower triangular root of a covariance matrix, singular ones included (a row of zeros then)."""
    size = len(covariance)
    root = numpy.zeros((size, size))
    for i in range(size):
        for j in range(i + 1):
            rest = float(covariance[i][j]) - sum(root[i, k] * root[j, k] for k in range(j))
            if i == j:
                if rest < -1e-12:
                    raise Unsupported("the covariance matrix of a law has a negative direction: it is no covariance")
                root[i, i] = max(rest, 0.0) ** 0.5
            elif root[j, j] > 0:
                root[i, j] = rest / root[j, j]
            elif abs(rest) > 1e-12:
                raise Unsupported("the covariance matrix of a law has a negative direction: it is no covariance")
    return root


def _window(setting: Setting) -> int | None:
    """How many past values the recurrences look back on, and one more; None where that cannot be read off."""
    deepest = 1
    for fact in setting.recurrences.values():
        assert isinstance(fact, Definition)
        for node in walk(fact.value):
            if isinstance(node, Element) and node.family in setting.recurrences:
                lag = _lag(node.indices[0], fact.over)
                if lag is None:
                    return None
                deepest = max(deepest, lag)
    return deepest + 1


def _lag(place: Any, over: Any) -> int | None:
    if place == over:
        return 0
    if isinstance(place, Plus) and len(place.args) == 2 and place.args[0] == over and type(place.args[1]) is Negative:
        back = place.args[1].args[0]
        return int(back) if getattr(back, "is_Integer", False) else None
    return None
