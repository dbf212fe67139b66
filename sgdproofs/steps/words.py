"""What the reason of a line in a chain may use, read from its words.

A line may always use algebra, sums, linearity, the definitions of moments, the declared values of means and variances,
and all assumptions.  What it may use beyond that, dependence and equal distributions, is a matter of its words:

    expand, simplify, definition of variance ...                 nothing beyond
    linearity, identical, same distribution ...                  that the members of a sequence are alike
    independence, uncorrelated, iid, tower, conditional ...      all facts

Words that are not in the vocabulary, or in several of its rows, are read in the most generous way: all facts.
"""

from __future__ import annotations

import re
from typing import Any

from ..language import facts as F
from ..language import functions as L
from ..language import terms as T
from ..language.statements import Independence

__all__ = ["beyond"]

PLAIN = re.compile(
    r"\b(algebra\w*|arithmetic|simplif\w*|expand\w*|expansion|cancel\w*|collect\w*|factor(is|iz|ing)?\w*|rearrang\w*"
    r"|common denominator|multiply out|binomial\w*|square of a sum|complet\w* the square|linear\w*|bilinear\w*"
    r"|pull\w* out|homogene\w*|scal(e|ing)|constant\w*|definition\w*|by def|partial fractions?|re-?index\w*"
    r"|split\w*|swap\w*|interchange\w*|double sum\w*|diagonal|telescop\w*|distribut(e|ing|ive)\w*|sum(s|mation)?)\b"
)
ALIKE = re.compile(
    r"\b(identical\w*|equal\w* distribut\w*|(same|equal) (distributions?|laws?|variances?|means?|"
    r"moments?)|stationar\w*|exchangeab\w*)\b"
)
OTHER = re.compile(
    r"independen|correlat|orthogonal|i\.?i\.?d|martingale|tower|condition|given|vanish|zero|cross|off-?diagonal|replacement"
    r"|additiv|sums? (rule )?(of|for) (the )?varianc"
    r"|covarianc|assum|hypothes|premise|fact|recurr|induct|moment|mean|centred|centered|noise|unbiased|variance of"
)
LITERAL = re.compile(
    r"\b(definitions? of (the )?(co)?varianc\w*( and (the )?(co)?varianc\w*)?|definition of (the )?moments?"
    r"|bilinear\w* of (the )?covariance|linear\w* of (the )?(mean|expectation)s?)\b"
)


def beyond(words: str, facts: tuple) -> tuple:
    """The facts that a reason in these words does not use; none if the words leave it open."""
    text = LITERAL.sub("definition", words.lower())
    alike = bool(ALIKE.search(text)) or "linear" in text
    if OTHER.search(ALIKE.sub("", text)) or not (alike or PLAIN.search(text)):
        return ()
    return tuple(f for f in facts if _dependence(f) or isinstance(f, F.Identical) and not alike)


def _dependence(fact: Any) -> bool:
    """A fact that says how several random quantities depend on one another."""
    if isinstance(fact, (F.Across, F.ConditionallyIndependent, F.MartingaleDifference, F.WithoutReplacement)):
        return True
    if isinstance(fact, F.Given):
        return isinstance(fact.statement, Independence)
    relation = getattr(fact, "relation", None)
    if not isinstance(fact, F.Equation) or relation is None:
        return False
    nodes = [x for side in (relation.lhs, relation.rhs) for x in T.walk(side)]
    products = (x for x in nodes if isinstance(x, T.E))
    return any(isinstance(x, (T.Cov, L.Conditional)) for x in nodes) or any(
        len({e for e in T.walk(x) if isinstance(e, T.Element) and e.family.random}) > 1 for x in products
    )
