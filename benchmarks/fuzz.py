"""Hostile and random input for the reader and the checker of steps; `make fuzz MINUTES=60` runs it for so long.

    python benchmarks/fuzz.py reader --minutes 30      coverage-guided (needs atheris)
    python benchmarks/fuzz.py checker --minutes 30     the examples with words, signs and fields changed

The reader must return a tree or raise ReadingError, and a tree must survive printing and reading.  The checker must
answer, within its time, without an error of its own, and never prove what an exact search for a counterexample
refutes, or the other way round when the case is only written differently.  What is found is printed, and becomes a
test in tests/steps/test_fuzz_finds.py.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import FunctionType
from typing import Any

from sgdproofs.language.errors import SgdproofsError
from sgdproofs.refute import search
from sgdproofs.steps import reader
from sgdproofs.steps.case import read_case
from sgdproofs.steps.reader import Node, ReadingError, read
from sgdproofs.steps.run import answer

FILE = Path(__file__).resolve().parent.parent / "tests" / "steps" / "steps.jsonl"
SECONDS = 3.0


# --- the reader --------------------------------------------------------------------------------------------


def printed(node: Node) -> str:
    """The tree as text, with every bracket."""
    parts = [printed(p) for p in node.parts]
    if node.kind == "number":
        return str(node.value) if node.value.denominator == 1 else f"({node.value.numerator}/{node.value.denominator})"
    if node.kind == "name":
        return str(node.value)
    if node.kind == "string":
        return f"'{node.value}'"
    if node.kind == "call":
        return f"{node.value}({', '.join(parts)})"
    if node.kind == "tuple":
        return f"({', '.join(parts)})"
    if node.kind == "compare":
        return "(" + parts[0] + "".join(f" {sign} {part}" for sign, part in zip(node.value, parts[1:])) + ")"
    if node.kind == "neg":
        return f"(-{parts[0]})"
    return "(" + f" {node.kind} ".join(parts) + ")"


def shape(node: Node) -> Any:
    """The tree without places; what brackets do not change is made flat."""
    parts: list[Any] = []
    for part in map(shape, node.parts):
        parts += part[2] if part[0] == node.kind and node.kind in "+*" else [part]
    return (node.kind, node.value, parts)


def try_reader(text: str) -> None:
    """AssertionError, or any error but ReadingError, if the reader misbehaves on a text."""
    try:
        tree = read(text)
    except ReadingError as error:
        assert "\n" not in str(error)
        return
    if any(n.kind == "number" and n.value.denominator != 1 for n in _walk(tree)):
        return  # a decimal fraction is printed as a quotient
    with contextlib.suppress(ReadingError):  # with every bracket it may be nested too deeply
        assert shape(read(printed(tree))) == shape(tree)


def _walk(node: Node) -> Iterator[Node]:
    yield node
    for part in node.parts:
        yield from _walk(part)


def fuzz_reader(minutes: float) -> int:
    try:
        import atheris
    except ImportError:
        print("atheris is not installed: pip install atheris", file=sys.stderr)
        return 4

    def one(data: bytes) -> None:
        try_reader(data.decode("utf-8", "replace"))

    corpus = Path("build/fuzz-reader")
    corpus.mkdir(parents=True, exist_ok=True)
    for k, case in enumerate(examples()):
        (corpus / f"example-{k}").write_text(str(case.get("lhs", case.get("lines", ""))), encoding="utf-8")
    for name in ("_tokens", "_check_number", "_unknown"):
        setattr(reader, name, atheris.instrument_func(getattr(reader, name)))
    for name, function in vars(reader._Parser).items():
        if isinstance(function, FunctionType):
            setattr(reader._Parser, name, atheris.instrument_func(function))
    atheris.Setup([sys.argv[0], f"-max_total_time={int(60 * minutes)}", "-max_len=400", str(corpus)], one)
    atheris.Fuzz()
    return 0


# --- the checker -------------------------------------------------------------------------------------------

WORD = re.compile(r"[A-Za-z_]+|\d+|\*\*|[=!<>]=|[-+*/(),<>]")
SIGNS = ["+", "-", "*", "/", "**", "==", "<=", "<", ",", "(", ")", "0", "1", "2", "-1", "oo"]


def examples() -> list[dict[str, Any]]:
    return [json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines()]


def changed_text(text: str, words: list[str], chance: random.Random) -> str:
    """An expression with one or two of its words replaced, doubled, swapped or left out."""
    parts = WORD.findall(text)
    for _ in range(chance.choice((1, 1, 2))):
        if not parts:
            return text
        k = chance.randrange(len(parts))
        kind = chance.randrange(5)
        if kind == 0:
            parts[k] = chance.choice(words)
        elif kind == 1:
            del parts[k]
        elif kind == 2:
            parts.insert(k, chance.choice(words))
        elif kind == 3:
            j = chance.randrange(len(parts))
            parts[k], parts[j] = parts[j], parts[k]
        elif parts[k].isdigit():
            parts[k] = str(int(parts[k]) + chance.choice((-1, 1)))
        else:
            same = [w for w in words if w[0].isalpha() == parts[k][0].isalpha()]
            parts[k] = chance.choice(same or words)
    return " ".join(parts)


def changed(case: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """A case with something in it changed: mostly an expression, now and then a fact, a domain or an assumption."""
    case = json.loads(json.dumps(case))
    names = [
        *(case.get("symbols") or {}),
        *((case.get("random") or {}).get("vars") or {}),
        *(case.get("functions") or {}),
    ]
    words = SIGNS + names * 2
    kind = chance.randrange(10)
    holders = [case, *(case.get("obligations") or ())]
    own = chance.choice(holders)
    if kind < 6 and "lhs" in own:
        side = chance.choice(("lhs", "rhs"))
        own[side] = changed_text(own[side], words, chance)
    elif kind < 6 and case.get("lines"):
        line = chance.choice(case["lines"])
        line["expr"] = changed_text(line["expr"], words, chance)
    elif kind == 6 and case.get("symbols"):
        name = chance.choice(list(case["symbols"]))
        case["symbols"][name] = chance.choice(
            ("real", "positive", "nonnegative", "unit", "integer", "natural", "posint", "nonzero")
        )
    elif kind == 7 and (case.get("random") or {}).get("facts"):
        facts = case["random"]["facts"]
        if chance.random() < 0.5:
            facts.pop(chance.randrange(len(facts)))
        else:
            fact = chance.choice(facts)
            fact["fact"] = chance.choice(
                ("iid", "independent", "identical", "mean", "var", "uncorrelated", "equicov", "swor")
            )
    else:
        for key in ("assumptions", "premises"):
            if case.get(key):
                k = chance.randrange(len(case[key]))
                if chance.random() < 0.4:
                    case[key].pop(k)
                else:
                    case[key][k] = changed_text(case[key][k], words, chance)
                break
    return case


def contradiction(case: dict[str, Any], found: dict[str, Any]) -> str:
    """A counterexample, by a longer search, to something that was proved; "" if there is none."""
    proved = [line["verdict"] == "proved" for line in found["lines"]] or [found["verdict"] == "proved"]
    for item, yes in zip(read_case(case).items, proved):
        if not yes or item.setting is None or item.setting.models is None:
            continue
        for claim in item.claims:
            for statement in (claim.exact, *(n.relation for n in claim.needs if n.necessary)):
                with contextlib.suppress(SgdproofsError, RecursionError):
                    witness = search(statement, item.setting.models, seconds=SECONDS, seed=1)
                    if witness is not None:
                        return witness.describe()
    return ""


def fuzz_checker(minutes: float, seed: int, file: Path) -> int:
    chance = random.Random(seed)
    cases = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    end, counts, wrong, slowest = time.monotonic() + 60 * minutes, Counter[str](), 0, 0.0
    while time.monotonic() < end:
        case = changed(chance.choice(cases), chance)
        text = json.dumps(case)
        began = time.monotonic()
        found = answer(text, SECONDS)
        slowest = max(slowest, time.monotonic() - began)
        error = found.get("error", "")
        counts["malformed" if error else found["verdict"]] += 1
        bad = error if "sgdproofs itself" in error else ""
        if not bad and not error and "proved" in (found["verdict"], *(x["verdict"] for x in found["lines"])):
            bad = contradiction(case, found)
            counts["proofs searched for a counterexample"] += 1
        if bad:
            wrong += 1
            print(f"WRONG  {bad}\n       {text}", flush=True)
    print(f"seed {seed}: {dict(counts)}; wrong {wrong}; the slowest took {slowest:.1f} s (its time is {SECONDS} s)")
    return 1 if wrong else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=("reader", "checker"))
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--file", type=Path, default=FILE)
    options = parser.parse_args()
    if options.what == "reader":
        return fuzz_reader(options.minutes)
    return fuzz_checker(options.minutes, options.seed, options.file)


if __name__ == "__main__":
    sys.exit(main())
