r"""A formula as a tree: read strictly from its LaTeX, spoken in plain words, counted.

The sheets carry formulas as LaTeX.  Other forms of print are built from this tree, node by node, so that nothing can
be lost without an error: a command that is not in the tables below is refused by its name.

>>> tree(r"\frac{1}{N} v")
('row', (('fraction', ('number', '1'), ('letter', 'N')), ('letter', 'v')))
>>> spoken(tree(r"\left(1 - \frac{1}{N}\right)^2 v"))
'(1 minus 1 over N) squared v'
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from ..language.errors import StatementError

__all__ = ["Tree", "counts", "marked", "parts", "spoken", "tree"]

Tree = tuple[Any, ...]
"""A node: its kind, and its parts.

letter, number, sign, word (upright), text, bold: a string.  row: a tuple of nodes.  fraction, binomial: above, below.
root: degree or None, body.  script: base, below or None, above or None.  accent: mark, base.  font: style, body.
fence: opening sign, body, closing sign.  operator: name, whether its scripts stand above and below it.
class: how it is spaced, body.  space: em.  rows: alignments, rows of cells, opening sign, closing sign.
"""

GREEK = {
    "alpha": "α",
    "beta": "β",
    "gamma": "γ",
    "delta": "δ",
    "epsilon": "ϵ",
    "varepsilon": "ε",
    "zeta": "ζ",
    "eta": "η",
    "theta": "θ",
    "vartheta": "ϑ",
    "iota": "ι",
    "kappa": "κ",
    "lambda": "λ",
    "mu": "μ",
    "nu": "ν",
    "xi": "ξ",
    "pi": "π",
    "varpi": "ϖ",
    "rho": "ρ",
    "varrho": "ϱ",
    "sigma": "σ",
    "varsigma": "ς",
    "tau": "τ",
    "upsilon": "υ",
    "phi": "ϕ",
    "varphi": "φ",
    "chi": "χ",
    "psi": "ψ",
    "omega": "ω",
    "Gamma": "Γ",
    "Delta": "Δ",
    "Theta": "Θ",
    "Lambda": "Λ",
    "Xi": "Ξ",
    "Pi": "Π",
    "Sigma": "Σ",
    "Upsilon": "Υ",
    "Phi": "Φ",
    "Psi": "Ψ",
    "Omega": "Ω",
    "partial": "∂",
    "nabla": "∇",
    "ell": "ℓ",
    "hbar": "ℏ",
    "aleph": "ℵ",
}
LETTER_NAMES: dict[Any, str] = {sign: name.removeprefix("var") for name, sign in GREEK.items() if name.isalpha()} | {
    "∂": "partial",
    "∇": "gradient",
    "ℓ": "l",
    **{sign: f"capital {name}" for name, sign in GREEK.items() if name[0].isupper()},
}
SIGNS = {
    "cdot": "⋅",
    "times": "×",
    "pm": "±",
    "mp": "∓",
    "div": "÷",
    "ast": "∗",
    "star": "⋆",
    "circ": "∘",
    "oplus": "⊕",
    "otimes": "⊗",
    "odot": "⊙",
    "cup": "∪",
    "cap": "∩",
    "setminus": "∖",
    "wedge": "∧",
    "vee": "∨",
    "le": "≤",
    "leq": "≤",
    "ge": "≥",
    "geq": "≥",
    "neq": "≠",
    "ne": "≠",
    "ll": "≪",
    "gg": "≫",
    "approx": "≈",
    "sim": "∼",
    "simeq": "≃",
    "equiv": "≡",
    "cong": "≅",
    "propto": "∝",
    "in": "∈",
    "notin": "∉",
    "ni": "∋",
    "subset": "⊂",
    "subseteq": "⊆",
    "supset": "⊃",
    "supseteq": "⊇",
    "to": "→",
    "rightarrow": "→",
    "leftarrow": "←",
    "gets": "←",
    "mapsto": "↦",
    "Rightarrow": "⇒",
    "Leftarrow": "⇐",
    "Leftrightarrow": "⇔",
    "iff": "⇔",
    "implies": "⇒",
    "leftrightarrow": "↔",
    "downarrow": "↓",
    "uparrow": "↑",
    "longrightarrow": "⟶",
    "perp": "⊥",
    "mid": "∣",
    "parallel": "∥",
    "infty": "∞",
    "emptyset": "∅",
    "varnothing": "∅",
    "forall": "∀",
    "exists": "∃",
    "neg": "¬",
    "dots": "…",
    "ldots": "…",
    "cdots": "⋯",
    "vdots": "⋮",
    "ddots": "⋱",
    "prime": "′",
    "top": "⊤",
    "lbrace": "{",
    "rbrace": "}",
    "langle": "⟨",
    "rangle": "⟩",
    "lfloor": "⌊",
    "rfloor": "⌋",
    "lceil": "⌈",
    "rceil": "⌉",
    "vert": "|",
    "lvert": "|",
    "rvert": "|",
    "Vert": "‖",
    "lVert": "‖",
    "rVert": "‖",
    "colon": ":",
    "sum": "∑",
    "prod": "∏",
    "int": "∫",
    "bigcup": "⋃",
    "bigcap": "⋂",
    "{": "{",
    "}": "}",
    "|": "‖",
    "%": "%",
    "&": "&",
    "#": "#",
    "_": "_",
    "$": "$",
}
PLAIN = {"-": "−", "*": "∗", **{sign: sign for sign in "+=<>()[],;:./!?|"}}
SPACES = {
    "quad": 1.0,
    "qquad": 2.0,
    ",": 3 / 18,
    ":": 4 / 18,
    ">": 4 / 18,
    ";": 5 / 18,
    "!": -3 / 18,
    " ": 0.33,
    "enspace": 0.5,
    "thinspace": 3 / 18,
}
OPERATORS = {
    **dict.fromkeys(("lim", "max", "min", "sup", "inf", "det", "gcd", "Pr", "limsup", "liminf"), True),
    **dict.fromkeys(
        ("log", "ln", "exp", "sin", "cos", "tan", "arg", "deg", "dim", "ker", "tanh", "sinh", "cosh"), False
    ),
}
ACCENTS = {
    "hat": "hat",
    "widehat": "hat",
    "bar": "bar",
    "overline": "overline",
    "underline": "underline",
    "tilde": "tilde",
    "widetilde": "tilde",
    "vec": "vec",
    "dot": "dot",
    "ddot": "ddot",
    "check": "check",
    "breve": "breve",
}
FONTS = {
    "mathbb": "blackboard",
    "mathcal": "script",
    "mathbf": "bold",
    "boldsymbol": "bold italic",
    "bm": "bold italic",
    "mathit": "italic",
    "mathsf": "sans",
    "mathtt": "mono",
    "mathfrak": "fraktur",
}
CLASSES = {
    "mathrel": "relation",
    "mathbin": "binary",
    "mathord": "normal",
    "mathop": "large",
    "mathopen": "opening",
    "mathclose": "closing",
    "mathpunct": "punctuation",
}
TEXTS = {
    "mathrm": "word",
    "text": "text",
    "textrm": "text",
    "mbox": "text",
    "textbf": "bold",
    "textit": "text",
    "texttt": "text",
}
NOTHING = {
    "displaystyle",
    "textstyle",
    "limits",
    "nolimits",
    "relax",
    "big",
    "Big",
    "bigl",
    "bigr",
    "Bigl",
    "Bigr",
    "biggl",
    "biggr",
    "nonumber",
    "notag",
}
"""Commands that change the size or the place of what follows, and nothing of what is said."""
TABLES = {
    "matrix": ("", ""),
    "pmatrix": ("(", ")"),
    "bmatrix": ("[", "]"),
    "vmatrix": ("|", "|"),
    "Vmatrix": ("‖", "‖"),
    "Bmatrix": ("{", "}"),
    "cases": ("{", ""),
    "aligned": ("", ""),
    "array": ("", ""),
    "gathered": ("", ""),
}

TOKEN = re.compile(r"\\[A-Za-z]+|\\.|\s+|\d+(?:\.\d+)?|.", re.DOTALL)


@lru_cache(maxsize=4096)
def tree(tex: str) -> Tree:
    """The tree of a formula; StatementError with the command or sign that cannot be read."""
    return _read(_Reader(TOKEN.findall(tex), tex))


def _read(reader: _Reader) -> Tree:
    found = reader.row(())
    if reader.place < len(reader.tokens):
        raise reader.error(f"{reader.tokens[reader.place]} has nothing that it closes")
    return found


def marked(tex: str) -> Tree:
    r"""The tree with what is said and not seen: `("mark", "times")` in a product of neighbours, `("mark", "apply")`
    between a function and its argument.  A factor has a space before it, a bracket of arguments has none."""
    return _read(_Marking(TOKEN.findall(tex), tex))


DEEPEST = 20
"""How deep groups, fractions and brackets are nested at most, which every writer can set."""


class _Reader:
    """Reads tokens from left to right, one function a construction."""

    def __init__(self, tokens: list[str], tex: str) -> None:
        self.tokens, self.place, self.tex, self.depth = tokens, 0, tex, 0

    def error(self, what: str) -> StatementError:
        shown = self.tex if len(self.tex) < 200 else f"{self.tex[:200]} ..."
        return StatementError(f"the formula {shown!r} cannot be read: {what}")

    def peek(self) -> str:
        while self.place < len(self.tokens) and self.tokens[self.place].isspace():
            self.place += 1
        return self.tokens[self.place] if self.place < len(self.tokens) else ""

    def take(self) -> str:
        token = self.peek()
        if not token:
            raise self.error("something is missing at its end")
        self.place += 1
        return token

    def row(self, ends: tuple[str, ...]) -> Tree:
        """Nodes up to one of `ends`, which is left standing."""
        nodes: list[Tree] = []
        self.depth += 1
        if self.depth > DEEPEST:
            raise self.error(f"it is nested more than {DEEPEST} deep: give a part of it a name")
        while (token := self.peek()) and token not in ends and token not in ("}", r"\right", r"\end", "&", r"\\"):
            if token in ("^", "_", "'"):
                base = nodes.pop() if nodes else ("row", ())
                nodes.append(self.scripts(base))
            else:
                mark = self.mark(nodes)
                node = self.atom()
                if node is not None:
                    nodes += [*([mark] if mark else []), node]
        self.depth -= 1
        return nodes[0] if len(nodes) == 1 else ("row", tuple(nodes))

    def mark(self, nodes: list[Tree]) -> Tree | None:
        """What is said between the nodes and what comes next."""
        return None

    def scripts(self, base: Tree) -> Tree:
        below: Tree | None = None
        above: Tree | None = None
        while (token := self.peek()) in ("^", "_", "'") and token:
            self.take()
            if token == "_":
                if below is not None:
                    raise self.error("a sign with two subscripts: put braces around the first")
                below = self.argument()
            elif token == "^":
                if above is not None and above[0] != "primes":
                    raise self.error("a sign with two superscripts: put braces around the first")
                more = self.argument()
                above = more if above is None else ("row", (above, more))
            else:
                number = 1
                while self.peek() == "'":
                    self.take()
                    number += 1
                above = ("primes", number)
        return "script", base, below, above

    def argument(self) -> Tree:
        """A group, or one token."""
        if self.peek() == "{":
            self.take()
            found = self.row(())
            self.close("}")
            return found
        return self.atom(single=True) or ("row", ())

    def close(self, sign: str) -> None:
        if self.peek() != sign:
            raise self.error(f"{sign} is missing" + (f" before {self.peek()}" if self.peek() else " at its end"))
        self.take()

    def raw(self) -> str:
        """The text of a group as it stands, spaces and all."""
        self.close("{")
        depth, said = 1, []
        while depth:
            if self.place >= len(self.tokens):
                raise self.error("} is missing at its end")
            token = self.tokens[self.place]
            self.place += 1
            depth += (token == "{") - (token == "}")
            if depth:
                said.append(token)
        return "".join(said)

    def atom(self, single: bool = False) -> Tree | None:
        token = self.take()
        if token == "{":
            inside = self.row(())
            self.close("}")
            return inside
        if token[0].isdigit():
            if single and len(token) > 1:
                self.place -= 1
                self.tokens[self.place] = token[1:]
                token = token[0]
            return "number", token
        if token in PLAIN:
            return "sign", PLAIN[token]
        if token[0] != "\\":
            if token.isalpha():
                return "letter", token
            if token == "~":
                return "space", 0.33
            if token.isprintable() and token not in "&%#$\\^_{}":
                return "sign", token
            raise self.error(f"{token!r} has no place in it")
        return self.command(token[1:])

    def command(self, name: str) -> Tree | None:
        if name in GREEK:
            return "letter", GREEK[name]
        if name in OPERATORS:
            return "operator", name, OPERATORS[name]
        if name in SIGNS:
            return "sign", SIGNS[name]
        if name in SPACES:
            return "space", SPACES[name]
        if name in NOTHING:
            return None
        if name in ("frac", "dfrac", "tfrac", "binom"):
            kind = "binomial" if name == "binom" else "fraction"
            return kind, self.argument(), self.argument()
        if name == "sqrt":
            degree = None
            if self.peek() == "[":
                self.take()
                degree = self.row(("]",))
                self.close("]")
            return "root", degree, self.argument()
        if name in ACCENTS:
            return "accent", ACCENTS[name], self.argument()
        if name in FONTS:
            return "font", FONTS[name], self.argument()
        if name in CLASSES:
            return "class", CLASSES[name], self.argument()
        if name in TEXTS:
            return self.texts(TEXTS[name])
        if name == "operatorname":
            limits = self.peek() == "*"
            if limits:
                self.take()
            return "operator", _plain(self.raw(), self), limits
        if name == "substack":
            self.close("{")
            rows = self.table(("}",))
            self.close("}")
            return "rows", "c", rows, "", ""
        if name == "left":
            return self.fence()
        if name == "begin":
            return self.environment()
        raise self.error(rf"the command \{name} is not known here")

    def texts(self, kind: str) -> Tree:
        said = self.raw()
        if "$" not in said:
            return kind, _plain(said, self)
        parts: list[Tree] = []
        for number, part in enumerate(said.split("$")):
            if part:
                parts.append(tree(part) if number % 2 else (kind, _plain(part, self)))
        return "row", tuple(parts)

    def fence(self) -> Tree:
        opening = self.fence_sign()
        body = self.row(())
        if self.peek() != r"\right":
            raise self.error(r"a \left has no \right")
        self.take()
        return "fence", opening, body, self.fence_sign()

    def fence_sign(self) -> str:
        sign = self.take()
        if sign == ".":
            return ""
        found = PLAIN.get(sign) or SIGNS.get(sign[1:] if sign[0] == "\\" else "")
        if found is None:
            raise self.error(f"{sign} is no bracket")
        return found

    def environment(self) -> Tree:
        name = self.raw()
        if name not in TABLES:
            raise self.error(rf"the environment {name} is not known here")
        align = {"cases": "ll", "aligned": "rlrlrlrl"}.get(name, "c")
        if name == "array":
            align = re.sub("[^lcr]", "", self.raw()) or "c"
        rows = self.table(())
        if self.peek() != r"\end":
            raise self.error(rf"\end{{{name}}} is missing")
        self.take()
        if (other := self.raw()) != name:
            raise self.error(rf"\begin{{{name}}} ends with \end{{{other}}}")
        return "rows", align, rows, *TABLES[name]

    def table(self, ends: tuple[str, ...]) -> tuple[tuple[Tree, ...], ...]:
        rows: list[list[Tree]] = [[]]
        while True:
            rows[-1].append(self.row(ends))
            token = self.peek()
            if token == "&":
                self.take()
            elif token == r"\\":
                self.take()
                rows.append([])
            else:
                break
        if len(rows) > 1 and rows[-1] == [("row", ())]:
            rows.pop()
        return tuple(map(tuple, rows))


class _Marking(_Reader):
    def mark(self, nodes: list[Tree]) -> Tree | None:
        token = self.peek()
        if not nodes or not _begins(token):
            return None
        if is_function(nodes[-1]):
            return "mark", "apply"
        if not _is_value(nodes[-1]) or nodes[-1] in (("letter", "∂"), ("letter", "∇")):
            return None
        if token in ("(", "[", r"\left") and not self.tokens[self.place - 1].isspace():
            return "mark", "apply" if _is_named(nodes[-1]) else "times"
        return ("mark", "times") if self.tokens[self.place - 1].isspace() else None


OPENING, CLOSING = "([{⌊⌈⟨", ")]}⌋⌉⟩"
LARGE = {"lim", "limsup", "liminf", "sup", "inf"}


def _begins(token: str) -> bool:
    """Can a value begin with the token?"""
    if token[0] != "\\":
        return token[0].isalnum() or token in ("(", "[", "{")
    name = token[1:]
    if name in SIGNS:
        return SIGNS[name] in OPENING or name in ("sum", "prod", "int", "infty", "bigcup", "bigcap")
    return name not in SPACES.keys() | NOTHING | CLASSES.keys() | (TEXTS.keys() - {"mathrm"}) | {"right"}


def _base(node: Tree) -> Tree:
    return _base(node[1]) if node[0] == "script" else node


def is_large(node: Tree) -> bool:
    """A sum, a limit: what reaches over what follows, with bounds below and above."""
    base = _base(node)
    return base[0] == "sign" and base[1] in "∑∏∫⋃⋂" or base[0] == "operator" and base[1] in LARGE


def is_function(node: Tree) -> bool:
    """A name or a derivative that takes an argument."""
    base = _base(node)
    return base[0] == "operator" and not is_large(node) or base[0] == "fraction" and base[1] == ("letter", "∂")


def _is_named(node: Tree) -> bool:
    return _base(node)[0] in ("letter", "word", "accent", "font", "row")


def _is_value(node: Tree) -> bool:
    base = _base(node)
    if base[0] == "sign":
        return base[1] in CLOSING or base[1] == "∞"
    return base[0] in (
        "letter",
        "number",
        "word",
        "fraction",
        "binomial",
        "root",
        "accent",
        "font",
        "fence",
        "row",
        "rows",
    )


def _plain(text: str, reader: _Reader) -> str:
    """The text of a group of words."""
    said = re.sub(r"\\([_&%#${} ])", r"\1", text).replace("~", "\u00a0").replace(r"\,", "\u2009")
    said = re.sub(r"\{\[([0-9A-F]{4,6})\]\}", lambda m: chr(int(m[1], 16)), said)
    said = said.replace("``", "“").replace("''", "”").replace("--", "–")
    if any(sign in said for sign in "\\{}") or re.search(r"(?<!\\)[_^&%#$]", text):
        raise reader.error(f"the words {text!r} hold more than words")
    return said


# --- counted ---------------------------------------------------------------------------------------------


def parts(node: Tree) -> Iterator[Tree]:
    """The nodes directly below."""
    for part in node[1:]:
        if isinstance(part, tuple) and part and isinstance(part[0], str):
            yield part
        elif isinstance(part, tuple):
            for item in part:
                if item and isinstance(item[0], str):
                    yield item
                else:
                    yield from item


def counts(node: Tree) -> Counter[str]:
    """How many fractions, powers, sums, rows, roots, limits, accents and moments stand in a formula.

    A power is what has a superscript; the bounds of a sum are none.
    """
    found: Counter[str] = Counter()
    kind = node[0]
    if kind == "script" and node[3] is not None and node[3][0] != "primes" and not _is_binder(node[1]):
        found["power"] += 1
    if kind in ("fraction", "root", "accent", "binomial"):
        found[kind] += 1
    if kind == "rows":
        found["row"] += len(node[2])
    if kind == "sign" and node[1] in "∑∏":
        found["sum"] += 1
    if kind == "operator":
        found[node[1]] += 1
    for part in parts(node):
        found += counts(part)
    return found


def _is_binder(node: Tree) -> bool:
    return node[0] == "sign" and node[1] in "∑∏∫⋃⋂" or node[0] == "operator" and node[2]


# --- spoken ----------------------------------------------------------------------------------------------

SAID: dict[Any, str] = {
    "+": "plus",
    "−": "minus",
    "=": "equals",
    "<": "is less than",
    ">": "is greater than",
    "≤": "is at most",
    "≥": "is at least",
    "≠": "is not",
    "⋅": "times",
    "×": "times",
    "±": "plus or minus",
    "∓": "minus or plus",
    "∗": "star",
    "→": "to",
    "↓": "down to",
    "⇒": "implies",
    "⇔": "if and only if",
    "∈": "in",
    "∉": "not in",
    "∞": "infinity",
    "…": "and so on",
    "⋯": "and so on",
    "∑": "sum",
    "∏": "product",
    "∫": "integral",
    "/": "over",
    "∼": "is distributed as",
    "≈": "is about",
    "≡": "is identical to",
    "∝": "is proportional to",
    "∣": "given",
    "⊂": "is a subset of",
    "⊆": "is a subset of",
    "∪": "union",
    "∩": "intersection",
    "∀": "for all",
    "∃": "there is",
    "¬": "not",
    "∅": "the empty set",
    "‖": "norm",
    "⊤": "transpose",
    "←": "becomes",
    "≪": "is much less than",
    "≫": "is much greater than",
    "⟶": "to",
    "↦": "maps to",
    "⊥": "is orthogonal to",
}
NAMES: dict[Any, str] = {
    "Var": "the variance of",
    "Cov": "the covariance of",
    "E": "the expectation of",
    "lim": "the limit",
    "min": "the minimum of",
    "max": "the maximum of",
    "exp": "the exponential of",
    "log": "the logarithm of",
}
FENCES = {("|", "|"): "the absolute value of", ("⌊", "⌋"): "the floor of", ("⌈", "⌉"): "the ceiling of"}
INDICATOR: Tree = ("font", "bold", ("number", "1"))
TIGHT = {"(", "[", "{"}, {")", "]", "}", ",", ";", ":", ".", "!", "?"}


def spoken(node: Tree) -> str:
    """A formula in plain words, for those who hear it."""
    said: list[str] = []
    for word in _words(node):
        if said and (word in TIGHT[1] or said[-1][-1:] in TIGHT[0]):
            said[-1] += word
        elif word:
            said.append(word)
    return re.sub(r"\s+", " ", " ".join(said)).strip()


def _words(node: Tree) -> Iterator[str]:
    kind: str = node[0]
    if kind == "letter":
        yield str(LETTER_NAMES.get(node[1], node[1]))
    elif kind == "sign":
        yield str(SAID.get(node[1], node[1]))
    elif kind in ("number", "word", "text", "bold"):
        yield node[1].strip()
    elif kind == "operator":
        yield str(NAMES.get(node[1], node[1]))
    elif kind == "fraction":
        yield from (*_grouped(node[1]), "over", *_grouped(node[2]))
    elif kind == "binomial":
        yield from (*_words(node[1]), "choose", *_words(node[2]))
    elif kind == "root":
        yield from (("the square root of",) if node[1] is None else ("the root of degree", *_words(node[1]), "of"))
        yield from _grouped(node[2])
    elif kind == "script":
        yield from _script(*node[1:])
    elif kind == "primes":
        yield "prime" if node[1] == 1 else f"{node[1]} primes"
    elif kind == "accent":
        yield from (*_words(node[2]), node[1])
    elif kind == "fence" and node[1::2] in FENCES:
        yield from (FENCES[node[1::2]], *_grouped(node[2]))
    elif node == INDICATOR:
        yield "the indicator of"
    elif kind == "fence":
        yield from (*([node[1]] if node[1] else []), *_words(node[2]), *([node[3]] if node[3] else []))
    elif kind == "rows":
        for number, row in enumerate(node[2]):
            yield from ([";"] if number else [])
            for cell in row:
                yield from _words(cell)
    else:
        for part in parts(node):
            yield from _words(part)


def _grouped(node: Tree) -> Iterator[str]:
    """In brackets where more than one thing would be heard."""
    single = node[0] in ("letter", "number", "word", "fence", "accent") or node[0] == "script" and node[3] is None
    yield from _words(node) if single else ("(", *_words(node), ")")


def _script(base: Tree, below: Tree | None, above: Tree | None) -> Iterator[str]:
    if _is_binder(base):
        yield ("the " if base[0] == "sign" else "") + " ".join(_words(base)).removesuffix(" of")
        if below is not None:
            yield from ("as" if base[1] == "lim" else "over", *_words(below))
        if above is not None:
            yield from ("to", *_words(above))
        yield "of"
        return
    yield from _words(base)
    if below is not None:
        yield from ("sub", *_words(below))
    if above is None:
        return
    if above[0] == "primes":
        yield from _words(above)
    elif above in (("number", "2"), ("number", "3")):
        yield "squared" if above[1] == "2" else "cubed"
    elif above == ("sign", "⊤"):
        yield "transpose"
    elif above[0] == "letter" and above[1].isupper():
        yield from ("superscript", *_words(above))
    else:
        yield from ("to the power", *_grouped(above))
