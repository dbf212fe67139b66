"""The time of a case."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import thread_time

from ..kernel.polynomial import DEADLINE

__all__ = ["Clock"]


class Clock:
    """The time of a case."""

    def __init__(self, seconds: float) -> None:
        self.end = thread_time() + seconds

    def left(self) -> float:
        return self.end - thread_time()

    @contextmanager
    def spend(self, seconds: float) -> Iterator[None]:
        """At most so many seconds, and no more than are left."""
        mark = DEADLINE.set(min(DEADLINE.get(), thread_time() + seconds, self.end))
        try:
            yield
        finally:
            DEADLINE.reset(mark)

    def over(self) -> bool:
        return thread_time() > DEADLINE.get()
