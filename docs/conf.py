"""The pages of sgdproofs: `make docs` builds them into build/docs, executed, with warnings as errors and no network."""

from __future__ import annotations

import re
from importlib.metadata import version as installed

project = "sgdproofs"
author = "The sgdproofs contributors"
copyright = author
version = release = installed("sgdproofs")

extensions = ["sphinx.ext.autodoc", "myst_nb", "sphinx-mathjax-offline"]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = "sgdproofs"
html_static_path = ["_static"]
html_css_files = ["pages.css"]
html_copy_source = False

myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_timeout = 300
nb_merge_streams = True

add_module_names = False
autodoc_member_order = "bysource"
autodoc_typehints = "none"
autodoc_inherit_docstrings = False
autodoc_default_options = {"exclude-members": "free_symbols"}  # what SymPy asks of its nodes
autodoc_preserve_defaults = True
# SymPy's nodes take any arguments; what a node means is in its text.
autodoc_class_signature = "mixed"


def as_restructured_text(app, what, name, obj, options, lines):
    """Docstrings are plain text: what is indented is a figure, what is in backticks is code."""
    found: list[str] = []
    figure = False
    for line in lines:
        if not line.strip():
            found.append("")
        elif line.startswith(">>>") or (found and found[-1].startswith((">>>", "...")) and not line.startswith(" ")):
            figure = False
            found.append(line)
        elif line.startswith("  "):
            if not figure:
                found += ["", ".. code-block:: text", ""]
            figure = True
            found.append("    " + line)
        else:
            if figure:
                found.append("")
            figure = False
            pieces = re.split(r"(`[^`]*`)", line)
            plain = (p if p.startswith("`") else re.sub(r"([*|]|_(?=\W|$))", r"\\\1", p) for p in pieces)
            found.append("".join(f"`{p}`" if p.startswith("`") else p for p in plain))
    lines[:] = found


def setup(app):
    app.connect("autodoc-process-docstring", as_restructured_text)
