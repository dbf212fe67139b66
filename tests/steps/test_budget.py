"""Hostile cases: each gets one answer within its time and memory, and every other case is still answered."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from itertools import count, islice
from pathlib import Path

import pytest

from sgdproofs.steps.run import answers, lines_of

GOOD = json.dumps({"id": "good", "kind": "relation", "lhs": "a", "rel": "==", "rhs": "a", "symbols": {"a": "real"}})


def line(lhs: str, rhs: str = "0", **more) -> str:
    return json.dumps({"id": "bad", "kind": "relation", "lhs": lhs, "rel": "==", "rhs": rhs, **more})


NAMES = [f"x{k}" for k in range(60)]
REALS = {"symbols": dict.fromkeys([*NAMES, "x"], "real")}
MILLION = "*".join(f"({'+'.join(NAMES[:20])}+{k})" for k in range(1, 16))
HOSTILE = {
    "a million terms": line(f"{MILLION} - {MILLION.replace('+1)', '+16)', 1)}", **REALS),
    "a high power": line(f"({'+'.join(NAMES)})**40", **REALS),
    "a tower": line("9**9**9**9"),
    "a long sum": line("Sum(1/i**2,(i,1,10**9))"),
    "long sums inside one another": line("Sum(Sum(Sum(1/(i+j+k),(i,1,5000)),(j,1,5000)),(k,1,5000))"),
    "a large factor": line("Product(i,(i,1,10**7))", "1"),
    "deep brackets": line("(" * 20_000 + "1" + ")" * 20_000),
    "deep functions": line("exp(" * 50 + "x" + ")" * 50, **REALS),
    "derivatives of derivatives": line("D(" * 20 + "(x+x**2)**30" + ",x)" * 20, **REALS),
    "many alternatives": line("x", **REALS, assumptions=[f"Or({n} > 0, {n} < -1)" for n in NAMES]),
    "ten megabytes": line("x+" * 5_000_000 + "x", **REALS),
    "control characters": '{"id": "bad", "kind": "relation", "lhs": "a\\u0000\\u001b[2J", "rel": "==", "rhs": "1"}',
    "raw control characters": '{"id": "bad\x01\x02"}',
    "a key twice": '{"id": "bad", "id": "bad"}',
    "not a number": '{"id": "bad", "difficulty": NaN}',
    "infinite": '{"id": "bad", "difficulty": -Infinity}',
    "an unknown field": line("1", "1", colour="red"),
    "cut off": GOOD[:-20],
    "no object": "[[[[]]]]",
    "deep JSON": "[" * 200_000,
    "wide JSON": '{"id": "bad", "symbols": {' + ",".join(f'"a{k}": "real"' for k in range(20_000)) + "}}",
    "a lone surrogate": '{"id": "\\ud800", "kind": "relation", "lhs": "1", "rel": "==", "rhs": "1"}',
    "a huge number": '{"id": "bad", "kind": "relation", "lhs": "1", "rel": "==", "rhs": "1", "difficulty": 1'
    + "0" * 5000
    + "}",
}
HARMLESS = {"a lone surrogate"}
MALFORMED = {
    "deep brackets",
    "ten megabytes",
    "control characters",
    "raw control characters",
    "a key twice",
    "not a number",
    "infinite",
    "an unknown field",
    "cut off",
    "no object",
    "deep JSON",
    "wide JSON",
    "a huge number",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_one_answer_and_the_run_goes_on(name, tmp_path):
    path = tmp_path / "hostile.jsonl"
    path.write_text(f"{GOOD}\n{HOSTILE[name]}\n{GOOD}\n", encoding="utf-8")
    began = time.monotonic()
    found = list(answers(lines_of(path), seconds=2, memory=512))
    assert time.monotonic() - began < 15
    assert [a["verdict"] for a in found][::2] == ["proved", "proved"]
    assert found[1]["verdict"] in (["proved"] if name in HARMLESS else ["undecided", "refuted"])
    assert len(found[1]["reason"]) < 1000 and "\x1b" not in found[1]["reason"] and "\n" not in found[1]["reason"]
    assert bool(found[1].get("error")) == (name in MALFORMED)


# What the processes do when a case does not behave.  The functions stand in for `answer`.


def _stuck(text: str | None, seconds: float) -> dict:
    if text == "stuck":
        signal.pthread_sigmask(signal.SIG_BLOCK, set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP})
        time.sleep(60)
    return {"id": text, "reason": "", "verdict": "proved"}


def _dead(text: str | None, seconds: float) -> dict:
    if text == "dead":
        os._exit(9)
    return {"id": text, "reason": "", "verdict": "proved"}


def _greedy(text: str | None, seconds: float) -> dict:
    if text == "greedy":
        try:
            block = bytearray(1)
            while True:
                block += block
        except MemoryError:
            return {"id": text, "reason": "budget: the case needs too much memory", "verdict": "undecided"}
    return {"id": text, "reason": "", "verdict": "proved"}


@pytest.mark.parametrize(("judge", "word"), [(_stuck, "stuck"), (_dead, "dead"), (_greedy, "greedy")])
@pytest.mark.parametrize("jobs", [1, 3])
def test_a_process_that_does_not_answer_is_replaced(judge, word, jobs):
    began = time.monotonic()
    names = ["a", word, "b", "c", "d"]
    found = list(answers(names, jobs, seconds=0.1, memory=256, judge=judge))
    assert [a["verdict"] for a in found] == ["proved", "undecided", "proved", "proved", "proved"]
    assert found[1]["reason"].startswith("budget")
    assert [a["id"] for k, a in enumerate(found) if k != 1] == ["a", "b", "c", "d"]
    assert time.monotonic() - began < 30


def _plain(text: str | None, seconds: float) -> dict:
    return {"id": text, "reason": "", "verdict": "proved"}


def test_lines_are_read_as_they_are_needed():
    read = []

    def endless():
        for k in count():
            read.append(k)
            yield str(k)

    found = answers(endless(), 2, judge=_plain)
    assert [a["id"] for a in islice(found, 50)] == [str(k) for k in range(50)]
    found.close()
    assert len(read) < 70


def test_an_interruption_leaves_what_was_answered(tmp_path):
    path = tmp_path / "many.jsonl"
    path.write_text((GOOD + "\n") * 100_000, encoding="utf-8")
    command = [sys.executable, "-m", "sgdproofs", "check", str(path), "--json"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    listening = lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)  # noqa: E731  where the tests run it may be ignored
    with subprocess.Popen(command, preexec_fn=listening, **pipes) as process:
        first = [process.stdout.readline() for _ in range(20)]
        process.send_signal(signal.SIGINT)
        rest, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert said.strip() == "sgdproofs: interrupted"
    for text in (*first, *rest.splitlines()):
        assert json.loads(text)["verdict"] == "proved"


def test_exit_codes(tmp_path):
    def code(*lines: str) -> int:
        path = Path(tmp_path / "some.jsonl")
        path.write_text("\n".join(lines), encoding="utf-8")
        command = [sys.executable, "-m", "sgdproofs", "check", str(path), "--json", "--seconds", "1"]
        done = subprocess.run(command, capture_output=True, text=True)
        assert len(done.stdout.splitlines()) == len(lines)
        return done.returncode

    assert code(GOOD) == 0
    assert code(GOOD, line("1", "2")) == 1
    assert code(GOOD, line("1", "2"), "garbage") == 2
    assert code(GOOD, HOSTILE["a long sum"]) == 3
