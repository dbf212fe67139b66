"""Every procedure that has random statements of its own."""

from . import (
    covariance,
    geometric,
    inequalities,
    integers,
    limits,
    moments,
    rational,
    recurrences,
    solving,
    sums,
)

PROCEDURES = [
    m.PROCEDURE
    for m in (rational, sums, geometric, recurrences, moments, covariance, inequalities, limits, integers, solving)
]
