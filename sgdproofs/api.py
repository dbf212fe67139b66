"""What a derivation file may use: every name here is a name of `sgdproofs`, too."""

from __future__ import annotations

from fractions import Fraction as Fraction

from . import notebook
from .checker import check
from .kernel.check import Theorem
from .language import derivation, experiments, facts, functions, statements, terms
from .language.derivation import *  # noqa: F403  the language is meant to be imported by name from here
from .language.display import display_with
from .language.errors import CatalogueError, ConditionError, SgdproofsError, StatementError
from .language.experiments import *  # noqa: F403
from .language.facts import *  # noqa: F403
from .language.functions import *  # noqa: F403
from .language.report import Condition, Line, Report
from .language.statements import *  # noqa: F403
from .language.terms import *  # noqa: F403
from .rules.algebra import algebra, definition, substitution
from .rules.dependence import disjoint_blocks, function_of_past, two_points
from .rules.derivatives import differentiation
from .rules.expectation import conditioning, identical_distribution, independence, linearity, moments, variance
from .rules.limits import limits, passage_to_limit
from .rules.products import products
from .rules.sums import geometric_sum, sums
from .rules.truth import cases
from .steps.judge import check_step

display_with(notebook.mime_bundle)

__all__ = [
    *terms.__all__,
    *functions.__all__,
    *statements.__all__,
    *facts.__all__,
    *derivation.__all__,
    *experiments.__all__,
    "CatalogueError",
    "Condition",
    "ConditionError",
    "Fraction",
    "Line",
    "Report",
    "SgdproofsError",
    "StatementError",
    "Theorem",
    "algebra",
    "cases",
    "check",
    "check_step",
    "conditioning",
    "definition",
    "differentiation",
    "disjoint_blocks",
    "function_of_past",
    "geometric_sum",
    "identical_distribution",
    "independence",
    "limits",
    "linearity",
    "moments",
    "passage_to_limit",
    "products",
    "substitution",
    "sums",
    "two_points",
    "variance",
]
