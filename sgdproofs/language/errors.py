"""The errors that users meet: one sentence on what is wrong, one on the mend."""

import unicodedata


class SgdproofsError(Exception):
    """Base of every error that this package raises on purpose."""


class StatementError(SgdproofsError):
    """A statement, fact or derivation that cannot be said in the language."""


class ConditionError(SgdproofsError, ValueError):
    """An argument of a formula that breaks a condition under which the formula was proved."""


class CatalogueError(SgdproofsError):
    """A derivation file that does not load, or a name that the catalogue does not hold."""


class MissingTool(SgdproofsError):
    """Something that is not a part of this package is not installed; the message says how to install it."""


SEEN = "\n\t\u00ad\u200c\u200d"
"""Signs of layout and of joined letters, which change nothing of what is read."""


def plain_text(text: str, what: str, longest: int) -> str:
    """`text`, if there is room for it and it has no sign that moves what is read, on a page or on a terminal."""
    if len(text) > longest:
        raise StatementError(f"{what} has {len(text):,} letters, and room for {longest:,}: shorten it")
    for sign in text:
        if unicodedata.category(sign) in ("Cc", "Cf", "Zl", "Zp") and sign not in SEEN:
            raise StatementError(f"{what} holds the sign U+{ord(sign):04X}, which is not seen: leave it out")
    return text


for _public in (SgdproofsError, StatementError, ConditionError, CatalogueError):
    _public.__module__ = "sgdproofs"  # where derivations and programs import them from, as a traceback shows it
