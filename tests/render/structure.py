"""Counts of what a reader sees, from the term tree and from MathML, by code that shares nothing with the printer."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

import sympy

from sgdproofs.language.statements import Relation
from sgdproofs.language.terms import Element, Family, Function, Parameter, Partial, Power, Quotient, Sum

Counts = Counter[str]


def of_term(node: Any) -> Counts:
    """Fractions, exponents and sums of a term, those in declared names included."""
    if isinstance(node, sympy.Rational):
        return Counter(fractions=int(node.q != 1))
    if isinstance(node, (Parameter, Family, Function)):
        return Counter(exponents=(node.tex or "").count("^"))
    if isinstance(node, Element):
        return of_term(node.family) + sum(map(of_term, node.indices), Counter())
    if isinstance(node, Sum):
        variables = [variable for variable, _, _ in node.ranges]
        bounds = [(low, high) for _, low, high in node.ranges]
        shared = len(set(bounds)) == 1 and not any(
            v in b.free_symbols for pair in bounds for b in pair for v in variables
        )
        signs = 1 if shared else len(bounds)
        printed = Counter(sums=signs) + of_term(node.body)
        for low, high in bounds[:1] if shared else bounds:
            printed += of_term(low) + of_term(high)
        for place, variable in enumerate(variables):  # once below the sign, and once for each index it differs from
            apart = len(variables) - 1 if node.distinct else 0
            named = 1 + apart if shared or node.distinct else 1
            del place
            printed += Counter({kind: n * named for kind, n in of_term(variable).items()})
        return printed
    own = Counter(fractions=int(isinstance(node, (Quotient, Partial))), exponents=int(isinstance(node, Power)))
    return own + sum(map(of_term, node.args), Counter())


def of_relation(statement: Relation) -> Counts:
    return of_term(statement.lhs) + of_term(statement.rhs)


def of_mathml(text: str) -> Counts:
    """The same of a `<math>` element."""
    return of_element(ElementTree.fromstring(re.sub(r"&#x206[12];", "", text)))


def of_element(root: ElementTree.Element) -> Counts:
    found: Counts = Counter()
    for element in root.iter():
        if element.tag == "mfrac":
            found["fractions"] += len(element) == 2 and all(map(_visible, element))
        elif element.tag in ("msup", "msubsup"):
            found["exponents"] += not set("".join(element[-1].itertext())) <= {"′"}
        elif element.tag == "mo" and element.text == "∑":
            found["sums"] += 1
    return +found


def _visible(element: ElementTree.Element) -> bool:
    return any(part.tag in ("mi", "mn", "mo") and part.text for part in element.iter())


def leaves(text: str) -> Iterator[str]:
    """The signs of a `<math>` element in reading order, without those that only speak."""
    for element in ElementTree.fromstring(re.sub(r"<mo>&#x206[12];</mo>", "", text)).iter():
        if element.tag in ("mi", "mn", "mo", "mtext") and element.text:
            yield element.text
