"""A derivation of a single line."""

from __future__ import annotations

from typing import Any

from sgdproofs import Derivation, check, step


def verdict_of(claim: Any, by: Any, *given: Any) -> str:
    """The verdict of the kernel on one line; nothing looks for witnesses or missing facts."""
    return check(Derivation("attack", claim, (step(claim, by=by),), given)).verdict
