"""What an experiment returns: plain data, for printing, for tests and for plots."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from ..language.display import Displayed

__all__ = ["Result"]


@dataclass(frozen=True, repr=False)
class Result(Displayed):
    """The outcome of one experiment; it passed only if the claim agrees and the near-miss is rejected.

    `summary` is one line with the figures; `data` holds bounded tuples of numbers, for plots.
    """

    name: str
    kind: str
    passed: bool
    summary: str
    near_miss: str = ""
    near_miss_rejected: bool = False
    data: dict[str, Any] = field(default_factory=dict)
    entry: Any = field(default=None, compare=False)
    number: int = field(default=0, compare=False)
    """The entry that the experiment belongs to, and its place there, for pictures."""

    def describe(self) -> str:
        """One line for a reader of the entry: the kind, whether it passed, and the figures."""
        return f"{self.kind[:1].upper()}{self.kind[1:]}{'' if self.passed else ', NOT PASSED'}: {self.summary}"

    def __str__(self) -> str:
        return f"{self.name}: {'passed' if self.passed else 'NOT PASSED'}: {self.summary}"

    def __repr__(self) -> str:
        return f"<result {self}>"

    def as_json(self) -> str:
        """The result as a JSON object."""
        told = {name: value for name, value in vars(self).items() if name not in ("entry", "number")}
        return json.dumps(told, sort_keys=True, default=str)
