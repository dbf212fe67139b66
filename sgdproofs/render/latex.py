r"""LaTeX of terms and statements, in the author's order and form.

`latex(x)` prints what was written and nothing else: `1/N` is `\frac{1}{N}`, `N/N` stays a quotient, and a
bracket stands where precedence needs one.  How the print is read:

* a sum or a limit reaches over the product that follows it, up to the next `+`, `-`, relation or bracket;
* neighbours are multiplied; `\cdot` stands where neighbours would read as one number or as one word;
* `E`, `Var`, `Cov` reach over their square brackets;
* `\mathbf{1}[x < y]` is 1 where the relation holds, else 0.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import sympy

from ..language.errors import StatementError
from ..language.functions import (
    Absolute,
    AtMost,
    Both,
    Choice,
    Conditional,
    Either,
    EqualTo,
    Exponential,
    Floor,
    InfiniteSum,
    LessThan,
    Logarithm,
    Negation,
    Product,
    RealPower,
    SquareRoot,
    opened,
)
from ..language.statements import FunctionOf, Independence, Loops, NotDetermined, Relation, free_indices
from ..language.terms import (
    INFINITY,
    Apply,
    Cov,
    E,
    Element,
    Family,
    Function,
    Index,
    Limit,
    Maximum,
    Minimum,
    Negative,
    Parameter,
    Partial,
    Plus,
    Power,
    Quotient,
    Row,
    Sum,
    Times,
    Var,
    term,
)
from .formula import Tree, parts, tree

__all__ = [
    "RELATIONS",
    "as_sums",
    "assuming",
    "bare",
    "everywhere",
    "free_of",
    "latex",
    "name_latex",
    "on_one_line",
    "ranges",
    "refuse_alike",
]

OPEN, SUM, PRODUCT, FACTOR, ATOM = 0, 1, 2, 3, 4
"""How strongly a printed piece holds together."""

RELATIONS = {"==": "=", "!=": r"\neq", "<=": r"\le", "<": "<", ">=": r"\ge", ">": ">"}


@dataclass(frozen=True)
class Piece:
    """A printed term: its text, how strongly it holds together, whether a sum at its end reaches over what
    follows, and whether it ends in a superscript of its own."""

    text: str
    level: int
    reaches: bool = False
    raised: bool = False


def latex(what: Any) -> str:
    r"""The LaTeX of a term, statement, row or family (math mode).

    >>> from sgdproofs.language.terms import natural, real
    >>> N, v = natural("N", at_least=1), real("v")
    >>> print(latex((1 - 1/N)**2 * v))
    \left(1 - \frac{1}{N}\right)^2 v
    """
    for kind in type(what).__mro__:
        if kind in STATEMENTS:
            return STATEMENTS[kind](what)
    return _piece(what).text


def on_one_line(node: Any) -> str:
    """The LaTeX of a term for running text: a quotient, if it is one, with a slash."""
    if isinstance(node, Quotient):
        above, below = node.args
        return f"{_at(above, PRODUCT, last=False)} / {_at(below, FACTOR if type(below) is Power else ATOM)}"
    return latex(node)


def _piece(node: Any) -> Piece:
    for kind in type(node).__mro__:
        if kind in TERMS:
            return TERMS[kind](node)
    raise StatementError(f"{node!r} of type {type(node).__name__} has no LaTeX: it is not a term of the language")


def _bracketed(text: str) -> str:
    tall = any(sign in text for sign in (r"\frac", r"\sum", r"\prod", r"\left", r"\lim", r"\begin", "^"))
    return rf"\left({text}\right)" if tall else f"({text})"


def _at(node: Any, level: int, *, last: bool = True) -> str:
    """`node` in a place that asks for `level`; `last` says that nothing follows which a sum could swallow."""
    piece = _piece(node)
    return piece.text if piece.level >= level and (last or not piece.reaches) else _bracketed(piece.text)


# --- names -----------------------------------------------------------------------------------------------

GREEK = set(
    re.findall(
        r"\w+",
        "alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi pi rho sigma tau"
        " upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega",
    )
)
ACCENTS = ("hat", "bar", "tilde")


def name_latex(name: str) -> str:
    r"""A name without declared LaTeX: `eta0` is `\eta_0`, `sigma_x` is `\sigma_x`, `rate` is `\mathrm{rate}`.

    Different names print differently: a name that would print like another one (`eta_0` like `eta0`) is
    printed letter by letter, `\mathrm{eta\_0}`.
    """
    bare = name.rstrip("'")
    primes = name[len(bare) :]
    head, *parts = bare.split("_")
    start = re.fullmatch(r"([A-Za-z]+)([0-9]*)", head)
    if start is None or not all(re.fullmatch(r"[A-Za-z]+[0-9]*|[0-9]+", part) for part in parts):
        return _letter_by_letter(name)
    if parts and parts[0].isdigit() and not start[2]:
        return _letter_by_letter(name)
    below = ([start[2]] if start[2] else []) + [part if part.isdigit() else name_latex(part) for part in parts]
    return _word(start[1]) + (_lowered(",".join(below)) if below else "") + primes


def _word(letters: str) -> str:
    if letters in GREEK:
        return "\\" + letters
    if len(letters) == 1:
        return letters
    for accent in ACCENTS:
        base = letters.removesuffix(accent)
        if base != letters and (len(base) == 1 or base in GREEK):
            return rf"\{accent}{_word(base)}" if base in GREEK else rf"\{accent} {base}"
    return rf"\mathrm{{{letters}}}"


def _letter_by_letter(name: str) -> str:
    spelled = "".join(c if c.isascii() else f"{{[{ord(c):04X}]}}" for c in name.replace("_", r"\_"))
    return rf"\mathrm{{{spelled}}}"


def _lowered(text: str) -> str:
    return f"_{text}" if len(text) == 1 else f"_{{{text}}}"


def _lifted(text: str) -> str:
    return f"^{text}" if len(text) == 1 else f"^{{{text}}}"


def _outside_braces(text: str) -> str:
    while (shorter := re.sub(r"\{[^{}]*\}", "", text)) != text:
        text = shorter
    return text


def _symbol(text: str) -> Piece:
    """A superscript, a prime or a second letter at its end keeps an exponent from being that of the whole."""
    read = tree(text)
    last = read[1][-1] if read[0] == "row" and read[1] else read
    changes = read[0] == "row" and bool(read[1]) and read[1][0] in CHANGES
    return Piece(text, ATOM, raised=changes or (last[0] == "script" and last[3] is not None))


def _named(what: Any) -> str:
    if what.tex is None:
        return name_latex(what.name)
    if what.tex.rstrip()[-1:] in ("", "^", "_", "\\") or what.tex.count("{") != what.tex.count("}"):
        raise StatementError(
            f"the LaTeX {what.tex!r} of {what.name} is not complete: close its braces and scripts; the place of an"
            f" index is written #1, as in latex=r'\\hat g^{{#1}}'"
        )
    if NOT_ONE.search(_outside_braces(what.tex)) or BREAKS.search(what.tex) or not _is_symbol(what.tex):
        raise StatementError(
            f"the LaTeX {what.tex!r} of {what.name} is not that of one symbol: it begins with a letter or a command, "
            "and holds no sign of a calculation, a relation, a column or a comment"
        )
    return what.tex


NOT_ONE = re.compile(
    r"^\s*[^A-Za-z\\{\s]|[-+=<>*/;:!]|\\(?:leq?|geq?|neq?|times|cdot|pm|mp|to|mid|sim|equiv|approx|qquad|quad|in|text)(?![A-Za-z])"
)
"""What stands, outside of braces, for more than one symbol."""
BREAKS = re.compile(r"\\\\|(?<!\\)[&%$~]|\n|#(?![1-9])|\\(?:begin|end|tag|label|newline)(?![A-Za-z])")
"""What does not stay within its place on the page."""


CHANGES = {("letter", sign) for sign in "Δδ∇"}
"""Letters that make one name with the letter after them: `\\Delta t`."""


def _is_symbol(tex: str) -> bool:
    """Is it one letter or word, with accents and scripts, and places in brackets: nothing that is a calculation?"""
    try:
        read = tree(re.sub("#[1-9]", "1", tex))
    except StatementError:
        return False
    nodes = list(read[1]) if read[0] == "row" else [read]
    if nodes and nodes[0] in CHANGES and len(nodes) > 1 and nodes[1] != ("sign", "["):
        nodes = nodes[1:]
    if not nodes or not _is_name(nodes[0]):
        return False
    rest = nodes[1:]
    if len(rest) > 1 and rest[0] == ("sign", ".") and _is_name(rest[1]):  # W.grad
        rest = rest[2:]
    return not rest or "#1" in tex and rest[0] == ("sign", "[") and rest[-1] == ("sign", "]")


def _is_name(node: Tree) -> bool:
    if node[0] in ("word", "operator"):
        limits = node[0] == "operator" and node[2]
        return not limits and bool(re.fullmatch(r"[^\W_][\w ]*|\[[0-9A-F]{4,6}\]", node[1]))
    if node[0] == "script":
        return _is_name(node[1])
    if node[0] == "root":
        return node[1] is None and _is_symbol_tree(node[2])
    if node[0] in ("accent", "font", "fence"):
        return _is_symbol_tree(node[2])
    return node[0] == "letter"


def _is_symbol_tree(node: Tree) -> bool:
    if node[0] == "row" and len(node[1]) == 2 and node[1][0] in CHANGES:
        return _is_name(node[1][1])
    return _is_name(node)


def _place(index: Any) -> str:
    """An index, set tight: `t-1`."""
    return latex(term(index)).replace(" + ", "+").replace(" - ", "-")


def _indexed(of: Family, places: tuple[str, ...]) -> str:
    r"""A family at `places`: `x_t`; `\hat g_b[i]` for a draw `b` of random vectors; `W[j,i]` for a matrix.

    LaTeX declared with `#1`, `#2`, ... is a pattern for the places, for instance `g[#1]`.
    """
    name = _named(of)
    if "#1" in name:
        for number, place in enumerate(places, start=1):
            name = name.replace(f"#{number}", place)
        return name
    if not places:
        return name
    if of.arity == 1 or of.random:
        below, beside = places[:1], places[1:]
    else:
        below, beside = (), places
    if below and "_" in _outside_braces(name):
        name = f"{{{name}}}"
    if beside and all(place == r"\cdot" for place in beside) and below:
        beside = ()
    return name + (_lowered(below[0]) if below else "") + (f"[{','.join(beside)}]" if beside else "")


def _row(row: Row) -> Piece:
    rest = (r"\cdot",) * (row.family.arity - len(row.indices))
    return _symbol(_indexed(row.family, tuple(map(_place, row.indices)) + rest))


# --- arithmetic ------------------------------------------------------------------------------------------


def _number(value: sympy.Rational) -> Piece:
    sign = "-" if value < 0 else ""
    whole, below = abs(int(value.p)), int(value.q)
    text = str(whole) if below == 1 else rf"\frac{{{whole}}}{{{below}}}"
    return Piece(sign + text, SUM if sign else ATOM if below == 1 else FACTOR)


def _plus(node: Plus) -> Piece:
    head, *rest = node.args
    # A leading minus needs no bracket; a leading sum in brackets keeps them.
    first = _bracketed(latex(head)) if type(head) is Plus else _at(head, SUM)
    text = first + "".join(
        f" - {_at(arg.args[0], PRODUCT)}" if type(arg) is Negative else f" + {_at(arg, PRODUCT)}" for arg in rest
    )
    return Piece(text, SUM)


def _negative(node: Negative) -> Piece:
    inner = _piece(node.args[0])
    return Piece("-" + _at(node.args[0], PRODUCT), SUM, inner.reaches and inner.level >= PRODUCT)


WORD_AT_END = re.compile(r"\\mathrm\{[^{}]*\}$")
NUMERIC_FRACTION = re.compile(r"\\frac\{\d+\}\{\d+\}")


def _needs_dot(left: str, right: str) -> bool:
    """Would `left right` read as one number, one mixed number, one word, or a function of its argument?"""
    if right[0].isdigit():
        return True
    if left[-1].isdigit() and (NUMERIC_FRACTION.match(right) or right.startswith(r"\mathbf{1}")):
        return True
    return bool(WORD_AT_END.search(left)) and right.startswith((r"\mathrm{", "(", r"\left("))


def _times(node: Times) -> Piece:
    final = len(node.args) - 1
    # `(sum) (sum)`: the last sum needs no bracket, but two alike look alike.
    several = sum(isinstance(arg, (Sum, Product, InfiniteSum)) for arg in node.args) > 1
    text, level = "", PRODUCT
    for place, arg in enumerate(node.args):
        last = place == final and not several
        if place == 0:
            # `-a b` is read as -(a b), which is the same number; elsewhere a minus gets a bracket.
            negative = type(arg) is Negative or (isinstance(arg, sympy.Rational) and arg < 0)
            level = SUM if negative else PRODUCT
            text = _at(arg, level, last=last)
        else:
            more = _at(arg, FACTOR, last=last)
            text += (r" \cdot " if _needs_dot(text, more) else " ") + more
    end = _piece(node.args[-1])
    return Piece(text, level, end.reaches and end.level >= FACTOR and not several)


def _quotient(node: Quotient) -> Piece:
    above, below = node.args
    return Piece(rf"\frac{{{latex(above)}}}{{{latex(below)}}}", FACTOR)


def _power(node: Power | RealPower) -> Piece:
    base, exponent = node.args
    piece = _piece(base)
    text = piece.text if piece.level == ATOM and not piece.raised else _bracketed(piece.text)
    return Piece(text + _lifted(latex(exponent)), FACTOR)


# --- binders, moments, functions -------------------------------------------------------------------------


def _sum(node: Sum) -> Piece:
    r"""`\sum_{b=1}^{B}`; several indices of one range share a sign, `\sum_{b,b'=1}^{B}`; distinct ones say so."""
    variables = [variable for variable, _, _ in reversed(node.ranges)]  # outermost first, as nested signs are read
    bounds = {(low, high) for _, low, high in node.ranges}
    shared = len(bounds) == 1 and not any(v in b.free_symbols for pair in bounds for b in pair for v in variables)
    if shared and len(variables) > 1:
        low, high = next(iter(bounds))
        below = f"{','.join(map(latex, variables))}={_place(low)}"
        if node.distinct:
            pairs = [rf"{latex(b)} \neq {latex(a)}" for k, a in enumerate(variables) for b in variables[k + 1 :]]
            below = rf"\substack{{{below} \\ {', '.join(pairs)}}}"
        signs = [rf"\sum_{{{below}}}^{{{_place(high)}}}"]
    else:
        signs = []
        outer: list[Any] = []
        for variable, low, high in reversed(node.ranges):
            below = f"{latex(variable)}={_place(low)}"
            if node.distinct and outer:
                apart = ", ".join(rf"{latex(variable)} \neq {latex(other)}" for other in outer)
                below = rf"\substack{{{below} \\ {apart}}}"
            signs.append(rf"\sum_{{{below}}}^{{{_place(high)}}}")
            outer.append(variable)
    return Piece(" ".join([*signs, _at(node.body, PRODUCT)]), FACTOR, reaches=True)


def _binder(node: Product | InfiniteSum) -> Piece:
    body, variable = opened(node, latex)
    low, *high = node.args[2:]
    sign = r"\prod" if isinstance(node, Product) else r"\sum"
    above = _place(high[0]) if high else r"\infty"
    text = rf"{sign}_{{{latex(variable)}={_place(low)}}}^{{{above}}} {_at(body, PRODUCT)}"
    return Piece(text, FACTOR, reaches=True)


def _limit(node: Limit) -> Piece:
    body, variable, point = node.args
    # A limit at a number is taken from above: the arrow says so.
    arrow = r"\to" if point is INFINITY else r"\downarrow"
    return Piece(rf"\lim_{{{latex(variable)} {arrow} {latex(point)}}} {_at(body, PRODUCT)}", FACTOR, reaches=True)


def _moment(name: str) -> Callable[[Any], Piece]:
    def printed(node: Any) -> Piece:
        inside = ", ".join(latex(arg) for arg in node.args)
        return Piece(rf"\operatorname{{{name}}}\left[{inside}\right]", ATOM)

    return printed


def _function(name: str) -> Callable[[Any], Piece]:
    return lambda node: Piece(name + _bracketed(", ".join(latex(arg) for arg in node.args)), ATOM)


def _conditional(node: Conditional) -> Piece:
    of, *given = map(latex, node.args)
    return Piece(rf"\operatorname{{E}}\left[{of} \mid {', '.join(given)}\right]", ATOM)


def _fenced(left: str, right: str) -> Callable[[Any], Piece]:
    return lambda node: Piece(rf"\left{left}{latex(node.args[0])}\right{right}", ATOM)


def _condition(node: Any) -> str:
    """What a truth value is one of: a relation, or several of them joined by words."""
    if type(node) in COMPARED:
        left, right = (_at(arg, SUM) for arg in node.args)
        return f"{left} {COMPARED[type(node)]} {right}"
    if isinstance(node, Negation):
        inner = node.args[0]
        if isinstance(inner, EqualTo):
            return rf"{_at(inner.args[0], SUM)} \neq {_at(inner.args[1], SUM)}"
        return rf"\text{{not }} {_bracketed(_condition(inner))}"
    if isinstance(node, (Both, Either)):
        joint = r" \text{ and } " if isinstance(node, Both) else r" \text{ or } "
        return joint.join(
            _bracketed(_condition(a)) if isinstance(a, (Both, Either)) else _condition(a) for a in node.args
        )
    return r"\text{true}" if node == 1 else r"\text{false}"


COMPARED = {EqualTo: "=", LessThan: "<", AtMost: r"\le"}


def _truth(node: Any) -> Piece:
    return Piece(rf"\mathbf{{1}}\left[{_condition(node)}\right]", ATOM)


def _choice(node: Choice) -> Piece:
    condition, then, otherwise = node.args
    rows = rf"{latex(then)} & \text{{if }} {_condition(condition)} \\ {latex(otherwise)} & \text{{otherwise}}"
    return Piece(rf"\begin{{cases}} {rows} \end{{cases}}", OPEN)


def _partial(node: Partial) -> Piece:
    body, variable = node.args
    piece = _piece(body)
    if piece.level == ATOM and isinstance(body, (Parameter, Element, Apply)):
        return Piece(rf"\frac{{\partial {piece.text}}}{{\partial {latex(variable)}}}", FACTOR)
    return Piece(rf"\frac{{\partial}}{{\partial {latex(variable)}}} {_bracketed(piece.text)}", FACTOR, reaches=True)


def _apply(node: Apply) -> Piece:
    head, *arguments = node.args
    if not arguments:  # a quantity that depends on what it does not name, such as a loss
        return _piece(head)
    return Piece(latex(head) + _bracketed(", ".join(latex(a) for a in arguments)), ATOM)


TERMS: dict[type, Callable[[Any], Piece]] = {
    sympy.Rational: _number,
    Parameter: lambda node: _symbol(_named(node)),
    Element: lambda node: _symbol(_indexed(node.family, tuple(map(_place, node.indices)))),
    Family: lambda node: _symbol(_indexed(node, (r"\cdot",) * node.arity if "#1" in _named(node) else ())),
    Function: lambda node: _symbol(_named(node)),
    Row: _row,
    Plus: _plus,
    Negative: _negative,
    Times: _times,
    Quotient: _quotient,
    Power: _power,
    Minimum: _function(r"\min"),
    Maximum: _function(r"\max"),
    Apply: _apply,
    Sum: _sum,
    Product: _binder,
    InfiniteSum: _binder,
    Absolute: _fenced("|", "|"),
    Floor: _fenced(r"\lfloor ", r"\rfloor"),
    SquareRoot: lambda node: Piece(rf"\sqrt{{{latex(node.args[0])}}}", ATOM, raised=True),
    Exponential: _function(r"\exp"),
    Logarithm: _function(r"\log"),
    RealPower: _power,
    EqualTo: _truth,
    LessThan: _truth,
    AtMost: _truth,
    Both: _truth,
    Either: _truth,
    Negation: _truth,
    Choice: _choice,
    Conditional: _conditional,
    E: _moment("E"),
    Var: _moment("Var"),
    Cov: _moment("Cov"),
    Limit: _limit,
    type(INFINITY): lambda node: Piece(r"\infty", ATOM),
    Partial: _partial,
}


# --- statements ------------------------------------------------------------------------------------------


def assuming(assumptions: tuple) -> str:
    r"""`\text{for } ...`; two bounds of one term, `i >= 1` and then `i <= n`, are one, `1 \le i \le n`."""
    said: list[str] = []
    before: Any = None
    for one in assumptions:
        if before is not None and before.lhs == one.lhs and before.rel in (">", ">=") and one.rel in ("<", "<="):
            low = "<" if before.rel == ">" else r"\le"
            said[-1] = f"{latex(before.rhs)} {low} {latex(one.lhs)} {RELATIONS[one.rel]} {latex(one.rhs)}"
            before = None
        else:
            said.append(latex(one))
            before = one
    return r"\text{for } " + r" \text{ and } ".join(said) if said else ""


def free_of(statement: Any) -> list[Index]:
    """The indices for all of whose values a statement is said, by name; those of a loop nest are its own."""
    found = set(free_indices(statement))
    if isinstance(statement, Loops):
        found -= {variable for variable, _, _ in statement.order[0]}
    if isinstance(statement, FunctionOf):
        found = {s for s in statement.target.free_symbols if isinstance(s, Index)}
    return sorted(found, key=lambda index: index.name)


def ranges(indices: Iterable[Index]) -> list[str]:
    r"""The domains of indices, those of one bound together: `t \ge 0`, `i, j \ge 1`, `k \in \mathbb{Z}`."""
    bounds: dict[Any, list[str]] = {}
    for index in indices:
        bounds.setdefault((index.lower, index.upper), []).append(latex(index))
    said = []
    for (low, high), names in bounds.items():
        every = ", ".join(names)
        if low is None and high is None:
            said.append(rf"{every} \in \mathbb{{Z}}")
        elif high is None:
            said.append(rf"{every} \ge {low}")
        else:
            said.append(("" if low is None else rf"{low} \le ") + rf"{every} \le {high}")
    return said


def everywhere(statement: Any) -> str:
    r"""For which values a statement is claimed: `\text{for all } t \ge 5`, or its assumptions with the domains of the
    indices that these do not bound."""
    when = tuple(getattr(statement, "when", ()) or ())
    free = [index for index in free_of(statement) if not any(_bounds(one, index) for one in when)]
    if not when or isinstance(statement, Loops):
        every = r" \text{ and } ".join(ranges(free))
        return rf"\text{{for all }} {every}" if every else ""
    # `i >= 1` of the domain and `i <= n` of an assumption are one range.
    low = {index: Relation(index, ">=", term(index.lower)) for index in free if index.lower is not None}
    said: list[Any] = []
    for one in when:
        said += [low.pop(one.lhs)] if one.lhs in low and one.rel in ("<", "<=") else []
        said.append(one)
    rest = ranges([index for index in free if index in low or index.lower is None])
    return r"\text{for } " + r" \text{ and } ".join([*rest, assuming(tuple(said)).removeprefix(r"\text{for } ")])


def bare(statement: Any) -> str:
    """The LaTeX of a statement without its assumptions."""
    return latex(statement).removesuffix(_tail(tuple(getattr(statement, "when", ()) or ())))


def _bounds(one: Any, index: Index) -> bool:
    """Does the assumption say at least as much as the domain of the index does?"""
    if one.lhs != index or index.upper is not None or not isinstance(one.rhs, sympy.Rational):
        return False
    return one.rel == "==" or index.lower is not None and one.rel in (">", ">=") and one.rhs >= index.lower


def refuse_alike(symbols: Iterable[Any]) -> None:
    """StatementError if two different symbols, or elements of families, of one entry have the same print."""
    seen: dict[Any, Any] = {}
    families: dict[Any, Family] = {}
    for symbol in symbols:
        if isinstance(symbol, Family) and symbol.arity:  # only its elements are printed
            if "#1" not in _named(symbol) and (symbol.arity == 1 or symbol.random):
                families[_look(tree(latex(symbol)))] = symbol
            continue
        if isinstance(symbol, Element) and not symbol.indices:
            symbol = symbol.family
        other = seen.setdefault(_look(tree(latex(symbol))), symbol)
        if other != symbol:
            raise StatementError(
                f"{other} and {symbol} would both be printed as {latex(symbol)}: give one of them another latex=..."
            )
    for text, symbol in seen.items():
        base, index = text[2:] if text[:2] == ("script", None) and len(text) == 4 else (None, ("",))
        if base in families and (index[0] == "number" or index in seen) and not isinstance(symbol, Element):
            raise StatementError(
                f"{symbol} would be printed like an element of {families[base]}, as {latex(symbol)}: "
                "give one of them another latex=..."
            )
    for text in [text for text in seen if text[0] == "row" and text[1] in CHANGES & seen.keys()]:
        raise StatementError(
            f"{seen[text]} would be printed like a product with {seen[text[1]]}: give one of them another latex=..."
        )


def _look(node: Tree) -> Any:
    """What is seen of a formula: the same for two that a reader cannot tell apart."""
    if node[0] == "font" and node[1] == "italic":
        return _look(node[2])
    if node[0] in ("word", "operator") and len(node[1]) == 1:
        return "letter", node[1]
    if node[0] == "row":
        seen = [_look(part) for part in node[1] if part[0] != "space"]
        return seen[0] if len(seen) == 1 else ("row", *seen)
    below = list(parts(node))
    return (*(part for part in node if not isinstance(part, tuple)), *map(_look, below)) if below else node


def _tail(assumptions: tuple) -> str:
    said = assuming(assumptions)
    return rf" \quad {said}" if said else ""


def _relation(statement: Relation) -> str:
    return f"{latex(statement.lhs)} {RELATIONS[statement.rel]} {latex(statement.rhs)}{_tail(statement.when)}"


def _independence(statement: Independence) -> str:
    *most, last = (latex(item) for item in statement.items)
    return rf"{', '.join(most)} \text{{ and }} {last} \text{{ are independent}}{_tail(statement.when)}"


def _function_of(statement: FunctionOf) -> str:
    source, place = statement.source, statement.target.indices[0]
    rest = (r"\cdot",) * (source.arity - 1)
    first = 1 if source.first is None else source.first
    listed = rf"{_indexed(source, (str(first), *rest))}, \dots, {_indexed(source, (_place(place), *rest))}"
    return rf"{latex(statement.target)} \text{{ is a function of }} {listed}"


def _not_determined(statement: NotDetermined) -> str:
    return rf"{latex(statement.target)} \text{{ is not determined by }} {latex(statement.by)}"


def _loops(statement: Loops) -> str:
    order, increment = statement.order
    heads = (rf"{latex(variable)} = {_place(low)}, \dots, {_place(high)}" for variable, low, high in order)
    every = r",\; ".join(heads)
    rows = [
        rf"\textbf{{for }} {every} \text{{:}}",
        rf"\quad {latex(statement.lhs)} \mathrel{{+}}= {latex(increment)}",
    ]
    return r"\begin{array}{l} " + r" \\ ".join(rows) + r" \end{array}"


def as_sums(statement: Loops) -> Relation:
    """What a loop nest that starts at 0 computes, as an equation with sums."""
    return Relation(statement.lhs, statement.rel, statement.rhs, statement.when)


STATEMENTS: dict[type, Callable[[Any], str]] = {
    Loops: _loops,
    Relation: _relation,
    Independence: _independence,
    FunctionOf: _function_of,
    NotDetermined: _not_determined,
}
