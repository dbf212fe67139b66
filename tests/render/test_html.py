"""The page: what is on it, that it asks nobody for anything, and that no text becomes markup."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest

from sgdproofs.catalogue import load
from sgdproofs.language.derivation import Derivation, step
from sgdproofs.language.report import Report
from sgdproofs.language.statements import Loops, Relation, eq
from sgdproofs.language.terms import real
from sgdproofs.render import html as module
from sgdproofs.render import solution_sheet
from sgdproofs.verdicts import judge

from . import handmade, structure

HOSTILE = "<script>alert(1)</script> \"' & <img src=x onerror=alert(2)> </style></title> $<b>$ $\\foo{<i>}$"
VOID = {"meta", "link", "br", "hr", "img"}


@dataclass
class Element:
    tag: str
    attributes: dict[str, str | None]
    parent: Element | None = None
    children: list = field(default_factory=list)

    def all(self, tag: str = "", **wanted: str):
        for child in self.children:
            if isinstance(child, Element):
                if (not tag or child.tag == tag) and all(
                    w in (child.attributes.get(k.rstrip("_")) or "").split() for k, w in wanted.items()
                ):
                    yield child
                yield from child.all(tag, **wanted)

    @property
    def text(self) -> str:
        return "".join(c if isinstance(c, str) else c.text for c in self.children)

    def xml(self) -> ElementTree.Element:
        made = ElementTree.Element(self.tag)
        made.text = "".join(c for c in self.children if isinstance(c, str))
        made.extend(c.xml() for c in self.children if isinstance(c, Element))
        return made


class Tree(HTMLParser):
    """A strict reader: every element that is opened is closed, in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.root = self.here = Element("", {})
        self.feed(text)
        self.close()
        assert self.here is self.root, f"<{self.here.tag}> is not closed"

    def handle_starttag(self, tag, attributes):
        assert len(dict(attributes)) == len(attributes), f"an attribute of <{tag}> is given twice"
        made = Element(tag, dict(attributes), self.here)
        self.here.children.append(made)
        if tag not in VOID:
            self.here = made

    def handle_endtag(self, tag):
        assert tag == self.here.tag, f"</{tag}> closes <{self.here.tag}>"
        self.here = self.here.parent

    def handle_data(self, data):
        self.here.children.append(data)


def page(*reports: Report, **more) -> str:
    return solution_sheet(reports, title=more.pop("title", "A sheet"), subtitle="Solutions", form="html", **more)


@pytest.fixture(scope="module")
def catalogue() -> tuple[list[Report], Element]:
    found = load()
    reports = [judge(entry, found) for entry in found.selected]
    return reports, Tree(page(*reports)).root


def rows_of(root: Element, report: Report) -> dict[int, Element]:
    article = next(h for h in root.all() if h.attributes.get("id") == report.name).parent
    rows = {}
    for table in article.all("table", class_="lines"):
        for body in table.all("tbody"):
            for row in body.all("tr"):
                rows[int(next(row.all("th")).text.strip("()"))] = row
    return rows


def counts(row: Element) -> structure.Counts:
    cell = next(c for c in row.all("td") if c.attributes["class"] in ("statement", "continued"))
    return structure.of_element(next(cell.all("math")).xml())


def test_every_line_of_the_catalogue_is_a_row_with_its_equation_and_verdict(catalogue) -> None:
    reports, root = catalogue
    for report in reports:
        if not isinstance(report.subject, Derivation):
            continue
        rows = rows_of(root, report)
        assert sorted(rows) == [line.number for line in report.lines], report.name
        for line in report.lines:
            row = rows[line.number]
            assert line.verdict in next(row.all(class_="verdict")).text
            plain = isinstance(line.statement, Relation) and not isinstance(line.statement, Loops)
            if plain and not line.statement.when:
                whole, right = structure.of_relation(line.statement), structure.of_term(line.statement.rhs)
                assert counts(row) == (
                    right
                    if line.continued and "continued" in str([c.attributes["class"] for c in row.all("td")])
                    else whole
                ), f"{report.name}, line {line.number}"


def test_nothing_on_the_page_is_left_as_latex(catalogue) -> None:
    _, root = catalogue
    assert not list(root.all("code", class_="tex"))


def test_a_row_that_is_lost_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    report = handmade.ema_variance()
    whole = rows_of(Tree(page(report)).root, report)
    calculation = module._calculation
    monkeypatch.setitem(
        module.WRITE,
        module.outline.Calculation,
        lambda p, block: calculation(p, replace(block, rows=block.rows[1:] or block.rows)),
    )
    assert len(rows_of(Tree(page(report)).root, report)) == len(whole) - 1


def test_uses_and_needs_are_folded_with_each_line(catalogue) -> None:
    reports, root = catalogue
    for report in reports:
        for number, row in rows_of(root, report).items():
            line = report.lines[number - 1]
            folded = "".join(d.text for d in row.all("details"))
            if line.conditions:
                assert "Needs" in folded, f"{report.name}, line {number}"
            if getattr(line.by, "cites", ()) and not line.scope.startswith("sanity"):
                assert "Uses" in folded, f"{report.name}, line {number}"


def test_the_page_asks_nobody_for_anything(catalogue) -> None:
    reports, root = catalogue
    text = page(*reports)
    assert not re.search(r"https?:|//[a-z]|@import|url\(", text.replace("http://www.w3.org", ""))
    policy = next(m for m in root.all("meta") if m.attributes.get("http-equiv"))
    assert policy.attributes["content"].startswith("default-src 'none'")
    for element in root.all():
        assert "src" not in element.attributes
        assert not [name for name in element.attributes if name.startswith("on")]


def test_landmarks_headings_links_and_tables(catalogue) -> None:
    _, root = catalogue
    assert next(root.all("html")).attributes["lang"] == "en"
    for landmark in ("header", "nav", "main", "footer"):
        assert len(list(root.all(landmark))) == 1
    levels = [int(e.tag[1]) for e in root.all() if re.fullmatch("h[1-6]", e.tag)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    ids = [e.attributes["id"] for e in root.all() if "id" in e.attributes]
    assert len(ids) == len(set(ids))
    links = [e.attributes["href"] for e in root.all("a")]
    assert links and all(link.startswith("#") and link[1:] in ids for link in links)
    for table in root.all("table"):
        assert next(table.all("caption")).text
        assert list(table.all("th"))
    for summary in root.all("summary"):
        assert not list(summary.all("a")) and not list(summary.all("button"))


def test_a_refutation_stands_beside_its_correction(catalogue) -> None:
    _, root = catalogue
    article = next(h for h in root.all() if h.attributes.get("id") == "problem-6-as-printed").parent
    printed, correct = next(article.all(class_="printed")), next(article.all(class_="correct"))
    assert "Refuted." in printed.text and "Witness:" in printed.text and list(printed.all("math"))
    assert "#weighted-update-covariance" in [a.attributes["href"] for a in correct.all("a")]
    assert list(correct.all("math"))


def test_text_never_becomes_markup() -> None:
    x = real("x")
    entry = Derivation(
        "hostile", eq(x, x), (step(eq(x, x), by=handmade.By(HOSTILE)),), title=HOSTILE, source=HOSTILE, note=HOSTILE
    )
    line = handmade.Line(1, eq(x, x), handmade.By(HOSTILE), "undecided", HOSTILE, item=entry.proof[0])
    report = Report(entry, "undecided", (line,), reason=HOSTILE)
    plain = Tree(page(handmade.weighted())).root
    root = Tree(page(report, title=HOSTILE, experiments={"hostile": [HOSTILE]})).root
    assert len(list(root.all("script"))) == len(list(plain.all("script"))) == 1
    assert len(list(root.all("style"))) == 1
    assert not list(root.all("img")) and not list(root.all("b")) and not list(root.all("i"))
    assert root.text.count("<script>alert(1)</script>") >= 5


def test_a_verdict_is_said_in_words(catalogue) -> None:
    _, root = catalogue
    for badge in root.all(class_="verdict"):
        assert re.search("proved|refuted|unjustified|undecided", badge.text)


def test_the_same_input_gives_the_same_page() -> None:
    assert page(*handmade.every()) == page(*handmade.every())


def test_what_cannot_be_read_as_mathematics_is_shown_as_written() -> None:
    assert module._math(r"\foo{<b>}") == '<code class="tex">\\foo{&lt;b&gt;}</code>'
