"""Pictures: drawn from results alone, the same to the last byte, with what convinces visibly in them."""

from __future__ import annotations

import re
import sys
from xml.etree import ElementTree

import pytest

from sgdproofs.catalogue import load
from sgdproofs.experiments import run
from sgdproofs.language.errors import MissingTool, SgdproofsError

pytest.importorskip("matplotlib", reason="pictures need Matplotlib")

from sgdproofs import plots

CATALOGUE = load()
KINDS = {
    "ema-variance-limit": "exact, a law over N, Monte Carlo",
    "mean-square-not-determined": "two points",
    "problem-6-as-printed": "a refutation",
    "batch-gradient-loops": "loops, and digits without a law",
}


@pytest.fixture(scope="module")
def results() -> dict:
    return {name: run(CATALOGUE[name]) for name in KINDS}


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_is_drawn_the_same_way_twice(name: str, results: dict) -> None:
    first, again = ([plots.picture(result) for result in results[name]] for _ in range(2))
    assert first == again
    assert len(first) == len(results[name])
    for svg, text in first:
        root = ElementTree.fromstring(svg[svg.index("<svg") :])
        assert len(list(root.iter("{http://www.w3.org/2000/svg}path"))) > 10
        assert text.startswith("Picture of the check")
        assert "<dc:date>" not in svg


@pytest.mark.parametrize(("ending", "start"), [(".svg", b"<?xml"), (".png", b"\x89PNG"), (".pdf", b"%PDF")])
def test_files_of_each_form_are_the_same_bytes(ending: str, start: bytes, results: dict, tmp_path) -> None:
    name = "problem-6-as-printed"
    for place in ("one", "two"):
        plots.save(results[name], tmp_path / place / f"out{ending}")
    one, two = ((tmp_path / place / f"out{ending}").read_bytes() for place in ("one", "two"))
    assert one == two
    assert one.startswith(start)


def test_what_the_band_shows(results: dict) -> None:
    data = results["ema-variance-limit"][2].data
    assert all(abs(z) <= data["threshold"] for *_, z in data["series"]["claim"])
    assert all(abs(z) > data["threshold"] for *_, z in data["series"]["near-miss"])
    assert [point[1] for point in data["series"]["claim"]] == list(data["left"])
    running = data["running"]
    assert running["samples"][-1] == data["samples"]
    assert running["claim"][-1][1] == pytest.approx(data["standard_error"][0])
    errors = [error for _, error in running["claim"]]
    assert errors[-1] < errors[0]
    assert min(gap for gap, _ in running["near-miss"]) > 5 * errors[-1]


def test_what_the_law_shows(results: dict) -> None:
    data = results["ema-variance-limit"][1].data
    law = data["law"]
    ((_, right, miss),) = law["lines"]
    assert law["over"] == "N" and law["places"][0] == 1 and law["places"][-1] == 10
    at = dict(zip(law["places"], right, strict=True))
    for where, left in zip(data["points"], data["left"], strict=True):
        assert at[plots._place(where, "N")] == pytest.approx(float(left))
    assert all(a > b for a, b in zip(right, miss, strict=True))


def test_exact_pairs_carry_their_verdict(results: dict) -> None:
    pairs = results["problem-6-as-printed"][0].data["pairs"]
    assert all(left == right and holds for left, right, holds in pairs["claim"])
    assert any(not holds for *_, holds in pairs["near-miss"])
    assert all(holds == (left == right) for left, right, holds in pairs["near-miss"])


def test_the_legend_says_the_statements_of_the_entry(results: dict) -> None:
    entry = CATALOGUE["problem-6-as-printed"]
    names = plots._names(results[entry.name][0])
    assert names["claim"].startswith("what is true:") and r"\alpha_k^2" in names["claim"]
    assert names["near-miss"].startswith("as printed:") and r"\alpha_k^2" not in names["near-miss"]


def test_without_matplotlib_one_line_says_the_mend(monkeypatch, results: dict, tmp_path) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    entry = CATALOGUE["problem-6-as-printed"]
    with pytest.raises(MissingTool, match=re.escape('pip install "sgdproofs[plot]"')):
        plots.save(results[entry.name], tmp_path / "out.svg")


def test_a_picture_of_another_form_is_refused(results: dict, tmp_path) -> None:
    entry = CATALOGUE["problem-6-as-printed"]
    with pytest.raises(SgdproofsError, match=r"ends in one of \.svg"):
        plots.save(results[entry.name], tmp_path / "out.docx")
