"""Step files: line by line, answers in order, no more memory for a million lines than for a few."""

from __future__ import annotations

import itertools
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import get_all_start_methods, get_context
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, BinaryIO

from .case import LONGEST
from .judge import SECONDS, check_step, failed

__all__ = ["MEMORY", "answer", "answers", "lines_of"]

AHEAD = 4
"""How many cases per process are read ahead."""
PATIENCE = 4
"""How many seconds one second of work may take on a machine that does other things, too."""
GLANCE = 0.2
"""How many seconds may pass before an interruption is seen."""
MEMORY = 1024
"""How many mebibytes a process may take beyond what it has when it starts."""
Judge = Callable[[str | None, float], dict[str, Any]]


def lines_of(path: Path, numbers: deque[int] | None = None) -> Iterator[str | None]:
    """The lines of a file that are not blank; None for one that is too long or not UTF-8.

    The number of each in the file is appended to `numbers`.
    """
    with path.open("rb") as file:
        for number in itertools.count(1):
            line = file.readline(4 * LONGEST)
            if not line:
                return
            long = not line.endswith(b"\n") and len(line) == 4 * LONGEST
            if numbers is not None and (long or line.strip()):
                numbers.append(number)
            if long:
                _skip(file)
                yield None
            elif line.strip():
                try:
                    yield line.decode("utf-8-sig" if number == 1 else "utf-8").strip("\r\n\t ")
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
    """OutOfTime after so many seconds of work, where the system has such a clock, also in work that looks at none."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def over(*_: Any) -> None:
        raise OutOfTime

    before = signal.signal(signal.SIGPROF, over)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def answer(line: str | None, seconds: float = SECONDS) -> dict[str, Any]:
    """The answer to one line; whatever happens, there is one."""
    if line is None:
        return failed(None, f"the line is not UTF-8, or longer than {4 * LONGEST} bytes")
    try:
        with _alarm(1.2 * seconds):
            return check_step(line, seconds=seconds)
    except OutOfTime:
        return _budget(line, LATE)
    except (MemoryError, RecursionError):
        return _budget(line, LARGE)
    except Exception as error:  # one case must not end the run
        return {**failed(_name(line), f"an error of sgdproofs itself: {type(error).__name__}: {error}")}


LATE = "budget: the time of the case is over"
LARGE = "budget: the case needs too much memory"


def _budget(line: str | None, reason: str) -> dict[str, Any]:
    return {"id": _name(line), "verdict": "undecided", "reason": reason, "conditions": [], "witness": None, "lines": []}


def _name(line: str | None) -> str | None:
    from .case import parse

    try:
        name = parse(line or "").get("id")
    except Exception:
        return None
    return name if isinstance(name, str) else None


# --- many lines --------------------------------------------------------------------------------------------


@dataclass(eq=False)
class _Worker:
    """A process that answers one line at a time; `due` is when it is killed if it has not answered."""

    process: Any
    pipe: Connection
    due: float = 0.0
    task: dict | None = None


def _serve(pipe: Connection, judge: Judge, seconds: float, memory: int) -> None:
    """Answer lines until there are no more, or until so much memory is in use that a new process is better."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interruption is for the main process, which ends this one
    most = _limit_memory(memory)
    with suppress(EOFError, OSError):
        while True:
            found = judge(pipe.recv(), seconds)
            full = _resident() > most or found["reason"] == LARGE
            pipe.send((found, full))
            if full:
                return


def _limit_memory(memory: int) -> float:
    """Give this process `memory` more mebibytes than it has; the resident bytes at which it is better renewed."""
    try:
        import resource

        with open("/proc/self/statm", encoding="ascii") as file:
            size = int(file.read().split()[0]) * resource.getpagesize()
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        limit = size + memory * 2**20
        resource.setrlimit(resource.RLIMIT_AS, (limit if hard == resource.RLIM_INFINITY else min(limit, hard), hard))
    except (ImportError, OSError, ValueError):  # a system without such limits: the time still bounds the case
        pass
    return _resident() + memory * 2**19


def _resident() -> float:
    """The most bytes that this process has had in memory."""
    try:
        from resource import RUSAGE_SELF, getrusage
    except ImportError:
        return 0.0
    return getrusage(RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def answers(
    lines: Iterable[str | None],
    jobs: int = 1,
    seconds: float = SECONDS,
    memory: int = MEMORY,
    judge: Judge = answer,
) -> Iterator[dict[str, Any]]:
    """The answers in the order of the lines, each as soon as it and those before it are there.

    The work is done in `jobs` processes.  One that does not answer in time, or that the system ends, is replaced, and
    its case is undecided: so no case can take the others with it.
    """
    method: Any = get_context("fork" if "fork" in get_all_start_methods() else "spawn")
    source, waiting, exhausted = iter(lines), deque[dict](), False
    idle: list[_Worker] = []
    busy: dict[Any, _Worker] = {}

    def started() -> _Worker:
        ours, theirs = method.Pipe()
        process = method.Process(target=_serve, args=(theirs, judge, seconds, memory), daemon=True)
        process.start()
        theirs.close()
        return _Worker(process, ours)

    def ended(worker: _Worker) -> None:
        worker.process.kill()
        worker.process.join()
        worker.pipe.close()

    stopped: list[int] = []
    before = _on_interruption(stopped)
    try:
        while True:
            if stopped:
                raise KeyboardInterrupt
            while not exhausted and len(busy) < jobs and len(waiting) < AHEAD * jobs:
                try:
                    task: dict = {"line": next(source)}
                except StopIteration:
                    exhausted = True
                    break
                worker = idle.pop() if idle else started()
                worker.task, worker.due = task, time.monotonic() + PATIENCE * seconds + 5
                waiting.append(task)
                busy[worker.pipe] = worker
                worker.pipe.send(task["line"])
            while waiting and "answer" in waiting[0]:
                yield waiting.popleft()["answer"]
            if not busy:
                if exhausted and not waiting:
                    return
                continue
            now = time.monotonic()
            ready = wait(list(busy), min(GLANCE, max(0.0, min(w.due for w in busy.values()) - now)))
            for pipe in ready:
                worker = busy.pop(pipe)
                try:
                    found, full = worker.pipe.recv()
                except (EOFError, OSError):
                    found, full = _budget(worker.task["line"], LARGE), True  # type: ignore[index]
                worker.task["answer"] = found  # type: ignore[index]
                if full:
                    ended(worker)
                else:
                    idle.append(worker)
            for worker in [w for w in busy.values() if w.due <= time.monotonic()]:
                del busy[worker.pipe]
                worker.task["answer"] = _budget(worker.task["line"], LATE)  # type: ignore[index]
                ended(worker)
    finally:
        for worker in (*idle, *busy.values()):
            ended(worker)
        if before is not None:
            signal.signal(signal.SIGINT, before)


def _on_interruption(stopped: list[int]) -> Any:
    """Note an interruption, to be raised between two answers; the handler before, or None if none is set.

    Raised at once it could cut an answer in two, or be lost where Python deletes an object.  A second one is.
    """
    if threading.current_thread() is not threading.main_thread() or signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        return None

    def note(number: int, _: Any) -> None:
        if stopped:
            raise KeyboardInterrupt
        stopped.append(number)

    return signal.signal(signal.SIGINT, note)
