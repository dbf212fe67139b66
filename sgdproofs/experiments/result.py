"""What an experiment returns: plain data, for printing, for tests and for plots."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any

__all__ = ["Result"]


@dataclass(frozen=True)
class Result:
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

    def describe(self) -> str:
        """One line for a reader of the entry: the kind, whether it passed, and the figures."""
        return f"{self.kind[:1].upper()}{self.kind[1:]}{'' if self.passed else ', NOT PASSED'}: {self.summary}"

    def __str__(self) -> str:
        return f"{self.name}: {'passed' if self.passed else 'NOT PASSED'}: {self.summary}"

    def as_json(self) -> str:
        """The result as a JSON object."""
        return json.dumps(asdict(self), sort_keys=True, default=str)
