r"""Presentation MathML of the LaTeX that is printed, made from the tree of the formula node by node.

What the tree cannot read is refused there, so that nothing is ever left out of a formula.  Three things are made
explicit for those who listen: a product of neighbours has an invisible times, a function and its bracket an invisible
application, and an exponent belongs to the whole bracket before it.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

from .formula import CLOSING, OPENING, Tree, is_function, is_large, marked

__all__ = ["mathml"]


def mathml(tex: str, *, display: bool = False) -> str:
    r"""One `<math>` element; StatementError for what is not read.

    >>> print(mathml(r"\frac{1}{N} x"))
    <math><mrow><mfrac><mn>1</mn><mi>N</mi></mfrac><mo>&#x2062;</mo><mi>x</mi></mrow></math>
    """
    block = ' display="block"' if display else ""
    return f"<math{block}>{_xml(marked(tex))}</math>"


MARKS = {"times": "<mo>&#x2062;</mo>", "apply": "<mo>&#x2061;</mo>"}
THIN = '<mspace width="0.167em"></mspace>'
NAMES = {"limsup": "lim sup", "liminf": "lim inf"}
UPRIGHT = "ΓΔΘΛΞΠΣΥΦΨΩ∂∇ℏℵ"
NOT_OPERATORS = "∞…⋯⋮⋱∅⊤%&#_$"
"""Signs that stand for something, and not between two things."""
ACCENTS = {
    "hat": "^",
    "bar": "¯",
    "overline": "¯",
    "tilde": "~",
    "vec": "→",
    "dot": "˙",
    "ddot": "¨",
    "check": "ˇ",
    "breve": "˘",
}
ALPHABETS = {"blackboard": 0x1D538, "script": 0x1D49C, "fraktur": 0x1D504, "sans": 0x1D5A0, "mono": 0x1D670}
"""Where the letters A to Z and a to z of an alphabet begin."""
ELSEWHERE = {
    "blackboard": dict(zip("CHNPQRZ1", "ℂℍℕℙℚℝℤ𝟙", strict=True)),
    "script": dict(zip("BEFHILMRego", "ℬℰℱℋℐℒℳℛℯℊℴ", strict=True)),
    "fraktur": dict(zip("CHIRZ", "ℭℌℑℜℨ", strict=True)),
}


def _xml(node: Tree) -> str:
    return WRITE[node[0]](*node[1:])


def _sign(sign: str) -> str:
    if sign in NOT_OPERATORS:
        return f'<mi mathvariant="normal">{escape(sign)}</mi>'
    if sign == "|":
        return '<mo lspace="0.06em" rspace="0.06em" stretchy="false">|</mo>'
    return _fence(sign) if sign in OPENING + CLOSING + "‖" else f"<mo>{escape(sign)}</mo>"


def _fence(sign: str, *, stretchy: bool = False) -> str:
    return f'<mo stretchy="{"true" if stretchy else "false"}">{escape(sign)}</mo>' if sign else ""


def _letter(letter: str) -> str:
    return f'<mi mathvariant="normal">{letter}</mi>' if letter in UPRIGHT else f"<mi>{escape(letter)}</mi>"


def _word(word: str) -> str:
    return f'<mi mathvariant="normal">{escape(word)}</mi>'


def _text(text: str, *, strong: bool = False) -> str:
    said = escape(text)
    if said[:1] == " ":  # a space at either end of <mtext> would be dropped
        said = "\u00a0" + said[1:]
    if said[-1:] == " ":
        said = said[:-1] + "\u00a0"
    shape = ' class="strong"' if strong else ""
    return f"<mtext{shape}>{said}</mtext>"


def _row(nodes: tuple[Tree, ...]) -> str:
    """The nodes as one element, what stands between two brackets as one within."""
    said = _pieces(list(nodes))
    return said[0] if len(said) == 1 else f"<mrow>{''.join(said)}</mrow>"


def _pieces(nodes: list[Tree]) -> list[str]:
    said: list[str] = []
    before: Tree | None = None
    while nodes:
        node = nodes.pop(0)
        if node[0] == "class" and node[2][0] == "sign" and nodes and nodes[0] == ("sign", "="):
            node = "sign", node[2][1] + nodes.pop(0)[1]  # `\mathrel{+}=` is one sign
        if node[0] != "mark" and before is not None and before[0] != "space":
            after = is_large(node) or is_function(node) and node[0] != "fraction"
            if is_large(before) and node[0] != "space" or after and before[0] == "mark":
                said.append(THIN)
        if node[0] == "sign" and node[1] in OPENING and (end := _closing(nodes)) is not None:
            inside, last = nodes[:end], nodes[end]
            del nodes[: end + 1]
            body = _row(tuple(inside))
            if last[0] == "script":
                group = ("xml", f"<mrow>{_fence(node[1])}{body}{_fence(last[1][1])}</mrow>")
                node = "script", group, *last[2:]
                said.append(_script(*node[1:]))
            else:
                said.append(f"<mrow>{_fence(node[1])}{body}{_fence(last[1])}</mrow>")
        else:
            said.append(_xml(node))
        before = node
    return said


def _closing(nodes: list[Tree]) -> int | None:
    """Where the bracket that was opened before `nodes` is closed: `[0, 1)` has its own."""
    depth = 1
    for place, node in enumerate(nodes):
        sign = node[1] if node[0] == "script" else node
        if sign[0] == "sign":
            depth += (node[0] == "sign" and sign[1] in OPENING) - (sign[1] in CLOSING)
        if not depth:
            return place
    return None


def _script(base: Tree, below: Tree | None, above: Tree | None) -> str:
    names = ("munder", "mover", "munderover") if _has_limits(base) else ("msub", "msup", "msubsup")
    inside = "".join(_xml(part) for part in (base, below, above) if part is not None)
    name = names[2] if below is not None and above is not None else names[0] if below is not None else names[1]
    return f"<{name}>{inside}</{name}>"


def _has_limits(base: Tree) -> bool:
    return base[0] == "operator" and base[2] or base[0] == "sign" and base[1] in "∑∏⋃⋂"


def _operator(name: str, limits: bool) -> str:
    said = escape(NAMES.get(name, name))
    if limits and name not in ("max", "min"):
        return f'<mo movablelimits="true" lspace="0em" rspace="0em">{said}</mo>'
    return f'<mi mathvariant="normal">{said}</mi>' if len(said) == 1 else f"<mi>{said}</mi>"


def _accent(mark: str, base: Tree) -> str:
    if mark == "underline":
        return f'<munder accentunder="true">{_xml(base)}<mo stretchy="true">_</mo></munder>'
    stretchy = "true" if mark == "overline" or base[0] == "row" else "false"
    return f'<mover accent="true">{_xml(base)}<mo stretchy="{stretchy}">{ACCENTS[mark]}</mo></mover>'


def _font(style: str, body: Tree) -> str:
    if style in ("bold", "bold italic"):
        return f'<mrow class="strong">{_xml(body)}</mrow>'
    return _xml(body if style == "italic" else _styled(style, body))


def _styled(style: str, node: Any) -> Any:
    """The same node in the letters of another alphabet."""
    if isinstance(node, tuple) and node and node[0] in ("letter", "number"):
        letters = ELSEWHERE.get(style, {})
        first = ALPHABETS[style]
        said = [letters.get(c) or _there(c, first) for c in node[1]]
        return "letter" if node[0] == "letter" else "number", "".join(said)
    return tuple(_styled(style, part) for part in node) if isinstance(node, tuple) else node


def _there(letter: str, first: int) -> str:
    if "A" <= letter <= "Z":
        return chr(first + ord(letter) - ord("A"))
    return chr(first + 26 + ord(letter) - ord("a")) if "a" <= letter <= "z" else letter


def _rows(align: str, rows: tuple[tuple[Tree, ...], ...], opening: str, closing: str) -> str:
    cells = ("".join(f"<mtd>{_xml(cell)}</mtd>" for cell in row) for row in rows)
    shape = ' class="equations"' if align.startswith("rl") else ' class="left"' if align.startswith("l") else ""
    table = f"<mtable{shape}>{''.join(f'<mtr>{row}</mtr>' for row in cells)}</mtable>"
    before, after = (_fence(sign, stretchy=True) for sign in (opening, closing))
    return f"<mrow>{before}{table}{after}</mrow>" if before or after else table


WRITE: dict[str, Callable[..., str]] = {
    "letter": _letter,
    "number": lambda number: f"<mn>{number}</mn>",
    "sign": _sign,
    "word": _word,
    "text": _text,
    "bold": lambda text: _text(text, strong=True),
    "row": _row,
    "fraction": lambda above, below: f"<mfrac>{_xml(above)}{_xml(below)}</mfrac>",
    "binomial": lambda above, below: (
        f'<mrow>{_fence("(", stretchy=True)}<mfrac linethickness="0">{_xml(above)}{_xml(below)}</mfrac>'
        f"{_fence(')', stretchy=True)}</mrow>"
    ),
    "root": lambda degree, body: (
        f"<msqrt>{_xml(body)}</msqrt>" if degree is None else f"<mroot>{_xml(body)}{_xml(degree)}</mroot>"
    ),
    "script": _script,
    "primes": lambda number: f"<mo>{'′' * number}</mo>",
    "accent": _accent,
    "font": _font,
    "fence": lambda opening, body, closing: (
        f"<mrow>{_fence(opening, stretchy=True)}{_xml(body)}{_fence(closing, stretchy=True)}</mrow>"
    ),
    "operator": _operator,
    "class": lambda kind, body: _xml(body),
    "space": lambda wide: f'<mspace width="{wide:.3g}em"></mspace>',
    "rows": _rows,
    "mark": lambda kind: MARKS[kind],
    "xml": lambda text: text,
}
