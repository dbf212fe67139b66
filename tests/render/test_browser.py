"""The page in a real browser without a window: nothing asked for, nothing wrong, nothing cut off, open to everybody.

It needs Chromium with its driver, and selenium.  The check of accessibility needs axe-core, which
npm puts into a folder that git ignores:

    npm install --prefix build axe-core

or anywhere else, with SGDPROOFS_AXE naming axe.min.js.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sgdproofs.catalogue import load
from sgdproofs.experiments import run
from sgdproofs.render import solution_sheet
from sgdproofs.render.outline import Picture
from sgdproofs.verdicts import judge

from . import handmade

webdriver = pytest.importorskip("selenium.webdriver", reason="selenium drives the browser: pip install selenium")
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
DRIVER = shutil.which("chromedriver")
ROOT = Path(__file__).resolve().parent.parent.parent
AXE = Path(os.environ.get("SGDPROOFS_AXE", ROOT / "build" / "node_modules" / "axe-core" / "axe.min.js"))

pytestmark = pytest.mark.skipif(
    CHROMIUM is None or DRIVER is None, reason="no Chromium with its driver: apt-get install chromium chromium-driver"
)
SWITCHES = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1280,1000",
)
WIDE, NARROW = (1280, 1000), (360, 800)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page with every shape: proofs, a refutation, errata, an entry that is not proved, and a picture."""
    catalogue = load()
    entry = catalogue["problem-6-as-printed"]
    results = {entry.name: run(entry)}
    pictures = {}
    try:
        from sgdproofs.plots import available, picture

        available()
        pictures = {entry.name: tuple(Picture(*picture(result)) for result in results[entry.name])}
    except Exception:  # without Matplotlib the page has no picture
        pictures = {}
    reports = [*handmade.every(), handmade.very_long(), judge(entry, catalogue)]
    path = tmp_path_factory.mktemp("page") / "sheet.html"
    path.write_text(
        solution_sheet(
            reports, title="A sheet", subtitle="Solutions", form="html", experiments=results, pictures=pictures
        ),
        encoding="utf-8",
    )
    return path


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for switch in (*SWITCHES, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(switch)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    yield driver
    driver.quit()


def opened(browser: Any, page: Path, size: tuple[int, int] = WIDE, scheme: str = "light") -> None:
    width, height = size
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": size == NARROW}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    browser.get(page.as_uri())


def test_no_error_and_no_request(browser: Any, page: Path) -> None:
    browser.get_log("browser")
    browser.get_log("performance")
    opened(browser, page)
    assert browser.get_log("browser") == []
    events = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    asked = [
        e["params"]["request"]["url"]
        for e in events
        if e["method"] == "Network.requestWillBeSent" and e["params"]["documentURL"] == page.as_uri()
    ]
    assert [url for url in asked if not url.startswith("data:")] == [page.as_uri()]


@pytest.mark.parametrize("tag", ["math", "mfrac", "msup", "msubsup", "munderover", "mtable"])
def test_every_part_of_every_equation_is_laid_out(browser: Any, page: Path, tag: str) -> None:
    opened(browser, page)
    browser.execute_script("document.querySelectorAll('details').forEach(one => { one.open = true; });")
    sizes = browser.execute_script(
        f"return [...document.querySelectorAll('{tag}')].map(e => [e.getBoundingClientRect().width,"
        " e.getBoundingClientRect().height]);"
    )
    assert len(sizes) == page.read_text().count(f"<{tag}>") + page.read_text().count(f"<{tag} ")
    assert sizes and all(width > 1 and height > 1 for width, height in sizes)


@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_nothing_is_wider_than_the_window(browser: Any, page: Path, size: tuple[int, int]) -> None:
    opened(browser, page, size)
    assert browser.execute_script("return document.documentElement.scrollWidth") <= size[0]
    # What is wider scrolls in a box of its own, which the keyboard reaches.
    boxes = browser.execute_script(
        "return [...document.querySelectorAll('.wide, .fit')].filter(e => e.scrollWidth > e.clientWidth)"
        ".map(e => e.tabIndex);"
    )
    assert all(place == 0 for place in boxes)
    assert size == WIDE or boxes


@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_a_notebook_has_room_for_its_equations(browser: Any, tmp_path: Path, size: tuple[int, int]) -> None:
    html = load()["ema-variance"]._repr_mimebundle_()["text/html"]
    page = tmp_path / "notebook.html"
    head = '<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    page.write_text(f"{head}<body>{html}", encoding="utf-8")
    opened(browser, page, size)
    assert browser.execute_script("return document.documentElement.scrollWidth") <= size[0]
    boxes = browser.execute_script(
        "return [...document.querySelectorAll('.lines tr')].filter(row => row.querySelector('.why')).map(row =>"
        " [row, row.querySelector('.statement, .continued'), row.querySelector('.why')]"
        ".map(part => part.getBoundingClientRect().toJSON()));"
    )
    assert boxes and all(line["width"] > 0.6 * row["width"] for row, line, _ in boxes)
    assert all((reason["top"] >= line["bottom"]) == (size == NARROW) for _, line, reason in boxes)


def test_a_button_copies_the_latex_and_says_so(browser: Any, page: Path) -> None:
    opened(browser, page)
    button = browser.find_element("css selector", ".tools button.copy")
    browser.execute_script("arguments[0].focus()", button)
    button.send_keys("\ue007")  # Enter
    said = "return document.getElementById('said').textContent"
    for _ in range(50):
        if browser.execute_script(said):
            break
        time.sleep(0.1)
    assert browser.execute_script(said) == "copied"
    assert "\\" in button.get_attribute("data-tex")


def test_reasons_fold_and_unfold(browser: Any, page: Path) -> None:
    opened(browser, page)
    states = "return [...document.querySelectorAll('.why details')].map(e => e.open)"
    assert not any(browser.execute_script(states))
    browser.find_element("css selector", "[data-fold=open]").click()
    assert all(browser.execute_script(states))
    browser.find_element("css selector", "[data-fold=close]").click()
    assert not any(browser.execute_script(states))


@pytest.mark.skipif(not AXE.exists(), reason="no axe-core: npm install --prefix build axe-core")
@pytest.mark.parametrize(("size", "scheme"), [(WIDE, "light"), (WIDE, "dark"), (NARROW, "light")])
def test_open_to_everybody(browser: Any, page: Path, size: tuple[int, int], scheme: str) -> None:
    opened(browser, page, size, scheme)
    browser.execute_script(AXE.read_text(encoding="utf-8"))
    browser.execute_script("document.querySelectorAll('details').forEach(one => { one.open = true; });")
    browser.set_script_timeout(120)
    found = browser.execute_async_script(
        "const done = arguments[arguments.length - 1]; axe.run().then(r => done(r.violations.map("
        "v => v.id + ': ' + v.nodes.slice(0, 3).map(n => n.html).join(' | '))));"
    )
    assert found == []
