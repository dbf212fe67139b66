"""Step files: line by line, answers in order, no more memory for a million lines than for a few."""

from __future__ import annotations

import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from .case import LONGEST
from .judge import SECONDS, check_step, failed

__all__ = ["answer", "answers", "lines_of"]

AHEAD = 4
"""How many cases per process are read ahead."""


def lines_of(path: Path) -> Iterator[str | None]:
    """The lines of a file that are not blank; None for one that is too long or not UTF-8."""
    with path.open("rb") as file:
        while True:
            line = file.readline(4 * LONGEST)
            if not line:
                return
            if not line.endswith(b"\n") and len(line) == 4 * LONGEST:
                _skip(file)
                yield None
                continue
            if line.strip():
                try:
                    yield line.decode("utf-8").strip("\r\n\t ")
                except UnicodeDecodeError:
                    yield None


def _skip(file: BinaryIO) -> None:
    """The rest of a line that is too long."""
    while True:
        rest = file.readline(LONGEST)
        if not rest or rest.endswith(b"\n"):
            return


class OutOfTime(BaseException):
    """The time of a case is over, wherever the work is; nothing on the way may catch it."""


@contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    """OutOfTime after so many seconds, where the system has such a clock, also in work that looks at none."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def over(*_: Any) -> None:
        raise OutOfTime

    before = signal.signal(signal.SIGALRM, over)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def answer(line: str | None, seconds: float = SECONDS) -> dict[str, Any]:
    """The answer to one line; whatever happens, there is one."""
    if line is None:
        return failed(None, f"the line is not UTF-8, or longer than {4 * LONGEST} bytes")
    try:
        with _alarm(1.2 * seconds):
            return check_step(line, seconds=seconds)
    except OutOfTime:
        return _budget(line, "budget: the time of the case is over")
    except (MemoryError, RecursionError):
        return _budget(line, "budget: the case is too large")
    except Exception as error:  # one case must not end the run
        return {**failed(_name(line), f"an error of sgdproofs itself: {type(error).__name__}: {error}")}


def _budget(line: str, reason: str) -> dict[str, Any]:
    return {"id": _name(line), "verdict": "undecided", "reason": reason, "conditions": [], "witness": None, "lines": []}


def _name(line: str) -> str | None:
    from .case import parse

    try:
        return parse(line).get("id")
    except Exception:
        return None


def answers(
    lines: Iterable[str | None],
    jobs: int = 1,
    seconds: float = SECONDS,
    judge: Callable[[str | None, float], dict] = answer,
) -> Iterator[dict[str, Any]]:
    """The answers in the order of the lines, each as soon as it and those before it are there."""
    if jobs <= 1:
        yield from (judge(line, seconds) for line in lines)
        return
    waiting: deque[Future] = deque()
    with ProcessPoolExecutor(jobs) as pool:
        try:
            for line in lines:
                waiting.append(pool.submit(judge, line, seconds))
                if len(waiting) >= AHEAD * jobs:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()
