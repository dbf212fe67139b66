"""How the objects of the library show themselves in a notebook, without knowing who prints them.

`sgdproofs.api` says who does; until then, and without IPython, a thing is its one line of text.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

__all__ = ["Displayed", "display_with"]

_printers: list[Callable[[Any], dict[str, str]]] = []


def display_with(printer: Callable[[Any], dict[str, str]]) -> None:
    """From now on `printer` makes the representations, by their MIME types."""
    _printers[:] = [printer]


class Displayed:
    """Shows itself in IPython, Jupyter and Colab."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<{type(self).__name__.lower()} {getattr(self, 'name', '')}: {getattr(self, 'claim', '')}>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/plain": repr(self), **(_printers[0](self) if _printers else {})}
