"""The time of a case, in shares."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import thread_time

from ..kernel.polynomial import DEADLINE

__all__ = ["Clock"]


class Clock:
    """The time of a case: whoever tries several ways gives each a share of what is left.

    Inside of a share the clock shows the share alone, and the kernel stops where it ends; what a share does not use
    is there for those after it.  `short` names what came to the end of its share, the innermost first.
    """

    def __init__(self, seconds: float) -> None:
        self.end = thread_time() + seconds
        self.purpose = "the case"
        self.short: list[str] = []

    def left(self, part: float = 1.0) -> float:
        """The seconds that are left, or a part of them."""
        return part * max(0.0, self.end - thread_time())

    def over(self) -> bool:
        return thread_time() >= self.end

    @contextmanager
    def share(self, part: float, purpose: str = "") -> Iterator[None]:
        """A part of what is left, for a purpose, or for a piece of that around it."""
        whole, around = self.end, self.purpose
        self.end, self.purpose = thread_time() + self.left(part), purpose or around
        mark = DEADLINE.set(min(DEADLINE.get(), self.end))
        try:
            yield
        finally:
            if self.over():
                self.short.append(self.purpose)
            self.end, self.purpose = whole, around
            DEADLINE.reset(mark)
