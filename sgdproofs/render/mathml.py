r"""Presentation MathML of the LaTeX that is printed.

The LaTeX of a term decides once where brackets stand and in which order things are written; names that an author
declares and the mathematics in prose are LaTeX, too.  So MathML is read from that LaTeX, formula by formula, and what
is not understood is refused: `UnknownMath` names it, and nothing is ever left out of a formula.

Three things are made explicit for those who listen: a product of neighbours has an invisible times, a function and
its bracket an invisible application, and an exponent belongs to the whole bracket before it.  The printer writes a
space before a factor, and none before a bracket of arguments or indices or within a name of several letters.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape

__all__ = ["UnknownMath", "mathml"]


class UnknownMath(ValueError):
    """LaTeX that is not read here; the message says which part."""


def mathml(tex: str, *, display: bool = False) -> str:
    r"""One `<math>` element.

    >>> print(mathml(r"\frac{1}{N} x"))
    <math><mrow><mfrac><mn>1</mn><mi>N</mi></mfrac><mo>&#x2062;</mo><mi>x</mi></mrow></math>
    """
    reader = _Reader(tex)
    inside = _row(reader.run(()))
    if reader.peek():
        raise UnknownMath(f"{reader.peek()} closes nothing, in {tex}")
    block = ' display="block"' if display else ""
    return f"<math{block}>{inside}</math>"


TIMES, APPLY, THIN = "<mo>&#x2062;</mo>", "<mo>&#x2061;</mo>", '<mspace width="0.167em"></mspace>'

OPERAND, OPERATOR, FUNCTION, LARGE, SPACE = "operand", "operator", "function", "large", "space"
"""What a piece is to its neighbours: a value, a sign between values, a name that takes arguments, a sign with limits
that reaches over what follows, room."""


@dataclass(frozen=True)
class _Piece:
    xml: str
    kind: str
    bracket: bool = False
    spaced: bool = False
    """Did space stand before it?"""


LETTERS = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ϵ", "varepsilon": "ε", "zeta": "ζ", "eta": "η",
    "theta": "θ", "vartheta": "ϑ", "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ",
    "pi": "π", "rho": "ρ", "sigma": "σ", "tau": "τ", "upsilon": "υ", "phi": "ϕ", "varphi": "φ", "chi": "χ", "psi": "ψ",
    "omega": "ω", "ell": "ℓ",
}  # fmt: skip
UPRIGHT = {
    "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π", "Sigma": "Σ", "Upsilon": "Υ",
    "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω", "infty": "∞", "partial": "∂", "nabla": "∇", "emptyset": "∅", "dots": "…",
    "ldots": "…", "cdots": "⋯", "top": "⊤", "bot": "⊥",
}  # fmt: skip
SIGNS = {
    "le": "≤", "leq": "≤", "ge": "≥", "geq": "≥", "neq": "≠", "ne": "≠", "to": "→", "rightarrow": "→",
    "downarrow": "↓", "uparrow": "↑", "mapsto": "↦", "cdot": "⋅", "times": "×", "pm": "±", "mp": "∓", "in": "∈",
    "notin": "∉", "sim": "∼", "approx": "≈", "equiv": "≡", "mid": "∣", "ll": "≪", "gg": "≫", "propto": "∝",
    "forall": "∀", "exists": "∃", "Rightarrow": "⇒", "implies": "⟹", "iff": "⟺", "subset": "⊂", "subseteq": "⊆",
    "cup": "∪", "cap": "∩", "setminus": "∖", "circ": "∘", "otimes": "⊗", "land": "∧", "lor": "∨", "neg": "¬",
    "wedge": "∧", "vee": "∨", "lnot": "¬", "colon": ":", "vert": "|", "Vert": "‖",
}  # fmt: skip
PLAIN_SIGNS = {"-": "−", "*": "∗", **{sign: sign for sign in "+=<>,;:/.!|"}}
NAMES = {"min", "max", "exp", "log", "ln", "sin", "cos", "tan", "det", "tr", "gcd", "deg", "dim", "ker", "Pr", "arg"}
LIMITS = {"lim": "lim", "sup": "sup", "inf": "inf", "limsup": "lim sup", "liminf": "lim inf"}
SUMS = {"sum": "∑", "prod": "∏", "int": "∫", "bigcup": "⋃", "bigcap": "⋂"}
ACCENTS = {
    "hat": "^",
    "widehat": "^",
    "bar": "¯",
    "overline": "¯",
    "tilde": "~",
    "widetilde": "~",
    "vec": "→",
    "dot": "˙",
    "ddot": "¨",
}
WIDE_ACCENTS = {"widehat", "overline", "widetilde"}
ROOMS = {",": "0.167em", ";": "0.278em", ":": "0.222em", "!": "0em", " ": "0.333em", "quad": "1em", "qquad": "2em"}
OPENING = {
    "(": "(",
    "[": "[",
    r"\{": "{",
    r"\lfloor": "⌊",
    r"\lceil": "⌈",
    r"\langle": "⟨",
    r"\lbrace": "{",
    r"\lvert": "|",
    r"\lVert": "‖",
}
CLOSING = {
    ")": ")",
    "]": "]",
    r"\}": "}",
    r"\rfloor": "⌋",
    r"\rceil": "⌉",
    r"\rangle": "⟩",
    r"\rbrace": "}",
    r"\rvert": "|",
    r"\rVert": "‖",
}
EITHER = {"|": "|", r"\|": "‖", r"\vert": "|", r"\Vert": "‖", "/": "/", ".": ""}
"""What `\\left` and `\\right` take besides brackets; a full stop stands for nothing."""
SKIPPED = {"displaystyle", "textstyle", "limits", "nolimits", "allowbreak", "nonumber"}
SIZED = {"big", "Big", "bigl", "bigr", "Bigl", "Bigr", "bigg", "biggl", "biggr"}
TABLES = {
    "array": ("", ""),
    "aligned": ("", ""),
    "cases": ("{", ""),
    "matrix": ("", ""),
    "pmatrix": ("(", ")"),
    "bmatrix": ("[", "]"),
    "vmatrix": ("|", "|"),
}
DOUBLE_STRUCK = dict(zip("CHNPQRZ", "ℂℍℕℙℚℝℤ")) | {"E": "𝔼", "1": "𝟙", "V": "𝕍"}
SCRIPT = dict(zip("BEFHILMRe", "ℬℰℱℋℐℒℳℛℯ"))

TOKEN = re.compile(r"\s+|\\[A-Za-z]+\*?|\\\\|\\.|\d+|.", re.DOTALL)


class _Reader:
    def __init__(self, tex: str) -> None:
        self.tex = tex
        self.tokens = TOKEN.findall(tex)
        self.at = 0

    # tokens

    def peek(self) -> str:
        """The next token that is no space."""
        while self.at < len(self.tokens) and self.tokens[self.at].isspace():
            self.at += 1
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self) -> str:
        token = self.peek()
        if not token:
            raise UnknownMath(f"{self.tex} ends too early")
        self.at += 1
        return token

    def expect(self, wanted: str) -> None:
        found = self.take()
        if found != wanted:
            raise UnknownMath(f"{found} stands for {wanted}, in {self.tex}")

    def verbatim(self) -> str:
        """The text of a group, spaces included."""
        self.expect("{")
        depth, said = 1, ""
        while depth:
            if self.at >= len(self.tokens):
                raise UnknownMath(f"a brace is not closed, in {self.tex}")
            token = self.tokens[self.at]
            self.at += 1
            depth += {"{": 1, "}": -1}.get(token, 0)
            said += token if depth else ""
        return said

    # rows

    def run(self, stops: tuple[str, ...]) -> list[_Piece]:
        """The pieces up to one of `stops`, which is left there; a closing brace always stops."""
        pieces: list[_Piece] = []
        while True:
            token = self.peek()
            spaced = self.at > 0 and self.tokens[self.at - 1].isspace()
            if not token or token in stops or token in ("}", r"\right", r"\end", "&", r"\\"):
                return pieces
            piece = self.scripted(spaced)
            if piece is not None:
                pieces.append(piece)

    def scripted(self, spaced: bool) -> _Piece | None:
        """One piece with its scripts and primes."""
        base = self.piece()
        if base is None:
            return None
        below = above = ""
        primes = 0
        while (token := self.peek()) in ("^", "_", "'"):
            self.take()
            if token == "'":
                primes += 1
            elif token == "^":
                if above:
                    raise UnknownMath(f"two superscripts on one sign, in {self.tex}")
                above = self.argument()
            else:
                if below:
                    raise UnknownMath(f"two subscripts on one sign, in {self.tex}")
                below = self.argument()
        if primes:
            prime = f"<mo>{'′' * primes}</mo>"
            above = f"<mrow>{prime}{above}</mrow>" if above else prime
        xml = _with_scripts(base, below, above)
        return _Piece(xml, base.kind, base.bracket, spaced)

    def argument(self) -> str:
        """A group, or the next sign, as one element."""
        if self.peek() == "{":
            self.take()
            inside = self.run(())
            self.expect("}")
            return _row(inside)
        token = self.peek()
        if token.isdigit() and len(token) > 1:  # TeX takes one digit only
            self.tokens[self.at : self.at + 1] = [token[0], token[1:]]
        piece = self.piece()
        if piece is None:
            raise UnknownMath(f"a script or an argument is missing, in {self.tex}")
        return piece.xml

    # pieces

    def piece(self) -> _Piece | None:
        token = self.take()
        if token.isdigit():
            number = token
            while self.at + 1 < len(self.tokens) and self.tokens[self.at] == "." and self.tokens[self.at + 1].isdigit():
                number += "." + self.tokens[self.at + 1]
                self.at += 2
            return _Piece(f"<mn>{number}</mn>", OPERAND)
        if token == "{":
            inside = self.run(())
            self.expect("}")
            return _Piece(_row(inside), OPERAND if inside else SPACE)
        if token in OPENING:
            return self.bracket(token)
        if token in CLOSING:
            return _Piece(_sign(CLOSING[token]), OPERATOR)
        if token == "|":
            return _Piece('<mo lspace="0.06em" rspace="0.06em" stretchy="false">|</mo>', OPERATOR)
        if token in PLAIN_SIGNS:
            return _Piece(_sign(PLAIN_SIGNS[token]), OPERATOR)
        if token == "~":
            return _Piece(_room("0.333em"), SPACE)
        if token.startswith("\\"):
            return self.command(token[1:])
        if token.isalpha():
            return _Piece(f"<mi>{escape(token)}</mi>", OPERAND)
        raise UnknownMath(f"{token} is not read, in {self.tex}")

    def bracket(self, token: str) -> _Piece:
        """A bracket up to the one that closes it; where none does, the sign alone."""
        here = self.at
        try:
            inside = self.run(tuple(CLOSING))
            closing = self.take()
            if closing not in CLOSING:
                raise UnknownMath(closing)
        except UnknownMath:
            self.at = here
            if OPENING[token] == CLOSING.get(token):
                raise
            rest = "".join(self.tokens[here:])
            if any(sign in rest for sign in (")", "]")):
                raise
            return _Piece(_sign(OPENING[token]), OPERATOR)
        xml = f"<mrow>{_fence(OPENING[token])}{_row(inside)}{_fence(CLOSING[closing])}</mrow>"
        return _Piece(xml, OPERAND, bracket=True)

    def stretched(self) -> _Piece:
        """What stands between `\\left` and `\\right`."""
        first = self.take()
        inside = self.run(())
        self.expect(r"\right")
        last = self.take()
        known = OPENING | CLOSING | EITHER
        if first not in known or last not in known:
            raise UnknownMath(f"{first} ... {last} are no brackets, in {self.tex}")
        opening, closing = (_fence(known[sign], stretchy=True) if known[sign] else "" for sign in (first, last))
        return _Piece(f"<mrow>{opening}{_row(inside)}{closing}</mrow>", OPERAND, bracket=bool(known[first]))

    def command(self, name: str) -> _Piece | None:
        if name in LETTERS:
            return _Piece(f"<mi>{LETTERS[name]}</mi>", OPERAND)
        if name in UPRIGHT:
            return _Piece(f'<mi mathvariant="normal">{UPRIGHT[name]}</mi>', OPERAND)
        if name in SIGNS:
            return _Piece(_sign(SIGNS[name]), OPERATOR)
        if name in NAMES:
            return _Piece(f"<mi>{name}</mi>", FUNCTION)
        if name in LIMITS:
            return _Piece(f'<mo movablelimits="true" lspace="0em" rspace="0em">{LIMITS[name]}</mo>', LARGE)
        if name in SUMS:
            return _Piece(f"<mo>{SUMS[name]}</mo>", LARGE)
        if name in ROOMS:
            return _Piece(_room(ROOMS[name]), SPACE)
        if name in SKIPPED:
            return None
        if name in SIZED:
            return self.piece()
        if f"\\{name}" in OPENING:
            return self.bracket(f"\\{name}")
        if f"\\{name}" in CLOSING:
            return _Piece(_sign(CLOSING[f"\\{name}"]), OPERATOR)
        if name in "%&$#_" and name:
            return _Piece(f"<mi>{escape(name)}</mi>", OPERAND)
        if name in ACCENTS:
            stretchy = "true" if name in WIDE_ACCENTS else "false"
            accent = f'<mo stretchy="{stretchy}">{ACCENTS[name]}</mo>'
            return _Piece(f'<mover accent="true">{self.argument()}{accent}</mover>', OPERAND)
        method = COMMANDS.get(name)
        if method is None:
            raise UnknownMath(f"\\{name} is not read, in {self.tex}")
        return method(self)

    def fraction(self) -> _Piece:
        above = self.argument()
        derivative = above == f'<mi mathvariant="normal">{UPRIGHT["partial"]}</mi>'
        return _Piece(f"<mfrac>{above}{self.argument()}</mfrac>", FUNCTION if derivative else OPERAND)

    def root(self) -> _Piece:
        if self.peek() == "[":
            self.take()
            degree = _row(self.run(("]",)))
            self.expect("]")
            return _Piece(f"<mroot>{self.argument()}{degree}</mroot>", OPERAND)
        return _Piece(f"<msqrt>{self.argument()}</msqrt>", OPERAND)

    def operator_name(self) -> _Piece:
        return _Piece(f'<mi mathvariant="normal">{escape(self.verbatim())}</mi>', FUNCTION)

    def upright(self) -> _Piece:
        name = re.sub(r"\\(.)|[{}]", r"\1", self.verbatim())
        return _Piece(f'<mi mathvariant="normal">{escape(name)}</mi>', OPERAND)

    def words(self, *, strong: bool = False) -> _Piece:
        text = escape(re.sub(r"\\([%&$#_ ])", r"\1", self.verbatim()))
        if "\\" in text or "{" in text:
            raise UnknownMath(f"the text {text} is not read, in {self.tex}")
        # A space at either end of <mtext> would be dropped.
        text = re.sub(r"^ | $", "\u00a0", text)
        shape = ' class="strong"' if strong else ""
        return _Piece(f"<mtext{shape}>{text}</mtext>", SPACE)

    def mapped(self, letters: dict[str, str]) -> _Piece:
        name = self.verbatim()
        if name not in letters:
            raise UnknownMath(f"the letter {name} is not there in this alphabet, in {self.tex}")
        return _Piece(f"<mi>{letters[name]}</mi>", OPERAND)

    def bold(self) -> _Piece:
        return _Piece(f'<mrow class="strong">{self.argument()}</mrow>', OPERAND)

    def relation(self) -> _Piece:
        """`\\mathrel{+}=` is one sign."""
        sign = re.sub(r"\s", "", self.verbatim())
        if not re.fullmatch(r"[-+*/:=<>]+", sign):
            raise UnknownMath(f"\\mathrel of {sign} is not read, in {self.tex}")
        if self.peek() == "=":
            sign += self.take()
        return _Piece(_sign(sign), OPERATOR)

    def stack(self) -> _Piece:
        self.expect("{")
        table = self.table()
        self.expect("}")
        return _Piece(table, OPERAND)

    def table(self) -> str:
        """Rows of cells up to a closing brace or an `\\end`."""
        rows: list[list[str]] = [[]]
        while True:
            rows[-1].append(f"<mtd>{_row(self.run(()))}</mtd>")
            token = self.peek()
            if token == "&":
                self.take()
            elif token == r"\\":
                self.take()
                rows.append([])
            else:
                break
        if len(rows) > 1 and rows[-1] == ["<mtd><mrow></mrow></mtd>"]:
            rows.pop()
        return "<mtable>" + "".join(f"<mtr>{''.join(cells)}</mtr>" for cells in rows) + "</mtable>"

    def environment(self) -> _Piece:
        name = self.verbatim()
        if name not in TABLES:
            raise UnknownMath(f"the environment {name} is not read, in {self.tex}")
        if name == "array":
            self.verbatim()
        table = self.table()
        self.expect(r"\end")
        if self.verbatim() != name:
            raise UnknownMath(f"the environment {name} is not closed, in {self.tex}")
        before, after = (_fence(sign, stretchy=True) if sign else "" for sign in TABLES[name])
        shape = ' class="left"' if name in ("array", "cases") else ' class="equations"' if name == "aligned" else ""
        table = table.replace("<mtable>", f"<mtable{shape}>", 1)
        return _Piece(f"<mrow>{before}{table}{after}</mrow>" if before or after else table, OPERAND)

    def box(self) -> _Piece:
        return _Piece(f'<mrow class="boxed">{self.argument()}</mrow>', OPERAND)


COMMANDS = {
    "frac": _Reader.fraction, "tfrac": _Reader.fraction, "dfrac": _Reader.fraction, "sqrt": _Reader.root,
    "operatorname": _Reader.operator_name, "operatorname*": _Reader.operator_name, "mathrm": _Reader.upright,
    "mathit": _Reader.upright, "text": _Reader.words, "textrm": _Reader.words, "mbox": _Reader.words,
    "textbf": lambda reader: reader.words(strong=True), "mathbf": _Reader.bold, "boldsymbol": _Reader.bold,
    "mathbb": lambda reader: reader.mapped(DOUBLE_STRUCK), "mathcal": lambda reader: reader.mapped(SCRIPT),
    "mathrel": _Reader.relation, "substack": _Reader.stack, "left": _Reader.stretched, "begin": _Reader.environment,
    "boxed": _Reader.box,
}  # fmt: skip


def _sign(sign: str) -> str:
    return f"<mo>{escape(sign)}</mo>"


def _fence(sign: str, *, stretchy: bool = False) -> str:
    return f'<mo stretchy="{"true" if stretchy else "false"}">{escape(sign)}</mo>'


def _room(wide: str) -> str:
    return f'<mspace width="{wide}"></mspace>'


def _with_scripts(base: _Piece, below: str, above: str) -> str:
    if not below and not above:
        return base.xml
    low, high, both = ("munder", "mover", "munderover") if base.kind == LARGE else ("msub", "msup", "msubsup")
    if below and above:
        return f"<{both}>{base.xml}{below}{above}</{both}>"
    return f"<{low}>{base.xml}{below}</{low}>" if below else f"<{high}>{base.xml}{above}</{high}>"


def _row(pieces: list[_Piece]) -> str:
    """The pieces as one element, with invisible times and applications between them."""
    said: list[str] = []
    before: _Piece | None = None
    for piece in pieces:
        if before is not None and piece.kind in (OPERAND, FUNCTION, LARGE):
            if piece.bracket and not piece.spaced and before.kind in (OPERAND, FUNCTION) or before.kind == FUNCTION:
                said.append(APPLY)
            elif before.kind == OPERAND and piece.spaced:
                said.append(TIMES)
            if piece.kind != OPERAND and before.kind in (OPERAND, FUNCTION) or before.kind == LARGE:
                said.append(THIN)
        said.append(piece.xml)
        before = piece
    if len(said) == 1:
        return said[0]
    return f"<mrow>{''.join(said)}</mrow>"
