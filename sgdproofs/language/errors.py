"""The errors that users meet: one sentence on what is wrong, one on the mend."""


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


for _public in (SgdproofsError, StatementError, ConditionError, CatalogueError):
    _public.__module__ = "sgdproofs"  # where derivations and programs import them from, as a traceback shows it
