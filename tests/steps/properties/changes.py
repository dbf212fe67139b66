"""Changes of a step: those that may make it false, and those that leave its meaning as it was.

A change takes a case and a random generator and returns another case, or None where it finds nothing to change.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Mapping
from random import Random
from typing import Any

__all__ = ["NEUTRAL", "PERTURBATIONS"]

Case = dict[str, Any]
Places = list[tuple[Callable[[ast.AST], None], ast.AST]]
MIRRORED = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
BINDERS = ("Sum", "Product", "Limit", "D")
NAMES = [
    "N",
    "S",
    "E",
    "I",
    "beta",
    "gamma",
    "zeta",
    "alpha",
    "Q",
    "O",
    "x_prime",
    "sigma2",
    "A",
    "z",
    "i0",
    "_a",
    "pi_",
]
"""Names that mean something elsewhere, and such as turn the order of the letters round."""


def _trees(case: Case) -> dict[str, ast.AST]:
    return {side: ast.parse(case[side], mode="eval").body for side in ("lhs", "rhs")}


def _places(tree: ast.AST) -> Places:
    """Every node below, with what puts another one in its place."""
    found: Places = []
    for node in ast.walk(tree):
        for name, value in ast.iter_fields(node):
            if isinstance(node, ast.Call) and name == "func":
                continue
            if isinstance(value, ast.expr):
                found.append((lambda new, node=node, name=name: setattr(node, name, new), value))
            elif isinstance(value, list):
                found += [
                    (lambda new, value=value, k=k: value.__setitem__(k, new), part)
                    for k, part in enumerate(value)
                    if isinstance(part, ast.expr)
                ]
    return found


def _with_tree(case: Case, rng: Random, change: Callable[[ast.AST, Places, Random], bool]) -> Case | None:
    """The case with one side changed in one place."""
    for side in rng.sample(("lhs", "rhs"), 2):
        root = ast.Expression(_trees(case)[side])
        if change(root, _places(root), rng):
            text = ast.unparse(ast.fix_missing_locations(root))
            if text != case[side]:
                return {**case, side: text}
    return None


# --- changes that may make a statement false -----------------------------------------------------------------


def _bound_names(tree: ast.AST) -> set[int]:
    """The nodes that are the variable of a binder."""
    found: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id in ("Sum", "Product"):
                found |= {id(r.elts[0]) for r in node.args[1:] if isinstance(r, ast.Tuple)}
            elif node.func.id in ("Limit", "D"):
                found.add(id(node.args[1]))
    return found


def _arguments(tree: ast.AST) -> Places:
    """Indices of elements, and the ends of ranges."""
    found: Places = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id in ("Sum", "Product"):
                for r in node.args[1:]:
                    if isinstance(r, ast.Tuple):
                        found += [(lambda new, r=r, k=k: r.elts.__setitem__(k, new), r.elts[k]) for k in (1, 2)]
            elif node.func.id.islower() and node.func.id not in ("sqrt", "exp", "log", "floor"):
                found += [
                    (lambda new, a=node.args, k=k: a.__setitem__(k, new), part) for k, part in enumerate(node.args)
                ]
    return [(put, node) for put, node in found if not (isinstance(node, ast.Name) and node.id == "oo")]


def _plus(node: ast.AST, number: int) -> ast.AST:
    return ast.BinOp(node, ast.Add() if number > 0 else ast.Sub(), ast.Constant(abs(number)))


def _coefficient(root: ast.AST, places: Places, rng: Random) -> bool:
    bound = _bound_names(root)
    inside = [
        (put, n)
        for put, n in places
        if isinstance(n, (ast.Constant, ast.Name, ast.Call))
        and id(n) not in bound
        and not _is_string(n)
        and not _logical(n)
    ]
    if not inside:
        return False
    put, node = rng.choice(inside)
    if isinstance(node, ast.Name) and node.id in ("oo", "True", "False"):
        return False
    put(
        ast.BinOp(ast.Constant(rng.choice((2, 3))), ast.Mult(), node)
        if not isinstance(node, ast.Constant)
        else ast.Constant(node.value + 1)
    )
    return True


def _is_string(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and (isinstance(node.value, (str, bool)))


def _logical(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("Ne", "Eq", "Lt", "Le")


def _exponent(root: ast.AST, places: Places, rng: Random) -> bool:
    powers = [(put, n) for put, n in places if isinstance(n, ast.BinOp) and isinstance(n.op, ast.Pow)]
    if not powers:
        return False
    put, node = rng.choice(powers)
    kind = rng.randrange(3)
    put(node.left if kind == 0 else ast.BinOp(node.left, ast.Pow(), _plus(node.right, 1 if kind == 1 else -1)))
    return True


def _sign(root: ast.AST, places: Places, rng: Random) -> bool:
    sums = [n for _, n in places if isinstance(n, ast.BinOp) and isinstance(n.op, (ast.Add, ast.Sub))]
    if not sums:
        return False
    node = rng.choice(sums)
    node.op = ast.Sub() if isinstance(node.op, ast.Add) else ast.Add()
    return True


def _index(root: ast.AST, places: Places, rng: Random) -> bool:
    found = _arguments(root)
    if not found:
        return False
    put, node = rng.choice(found)
    put(_plus(node, rng.choice((1, -1))))
    return True


def _bracket(root: ast.AST, places: Places, rng: Random) -> bool:
    """`(a + b)*c` to `a + b*c`, and the like."""
    found = [
        (put, n)
        for put, n in places
        if isinstance(n, ast.BinOp)
        and isinstance(n.op, (ast.Mult, ast.Div, ast.Pow))
        and isinstance(n.left, ast.BinOp)
        and isinstance(n.left.op, (ast.Add, ast.Sub, ast.Mult))
    ]
    if not found:
        return False
    put, node = rng.choice(found)
    put(ast.BinOp(node.left.left, node.left.op, ast.BinOp(node.left.right, node.op, node.right)))
    return True


def _dropped_term(root: ast.AST, places: Places, rng: Random) -> bool:
    found = [
        (put, n) for put, n in places if isinstance(n, ast.BinOp) and isinstance(n.op, (ast.Add, ast.Sub, ast.Mult))
    ]
    if not found:
        return False
    put, node = rng.choice(found)
    put(node.left)
    return True


WEAKER = {
    "positive": "real", "nonnegative": "real", "nonzero": "real", "unit": "real", "posint": "natural",
    "natural": "integer", "integer": "real",
}  # fmt: skip


def dropped_fact(case: Case, rng: Random) -> Case | None:
    """An assumption, a premise, a fact or a domain is weaker than it was."""
    options: list[Case] = []
    for key in ("assumptions", "premises"):
        listed = case.get(key) or []
        less = {**case, "solved": None} if key == "premises" else case
        options += [{**less, key: listed[:k] + listed[k + 1 :]} for k in range(len(listed))]
    random = case.get("random") or {}
    facts = random.get("facts") or []
    options += [{**case, "random": {**random, "facts": facts[:k] + facts[k + 1 :]}} for k in range(len(facts))]
    fixed = {str(f.get("value")) for f in facts}
    used = " ".join(str(v.get("upto")) for v in (random.get("vars") or {}).values())
    for name, domain in case["symbols"].items():
        if (
            domain in WEAKER
            and name not in fixed
            and not (domain in ("posint", "natural") and _counts(name, case, used))
        ):
            options.append({**case, "symbols": {**case["symbols"], name: WEAKER[domain]}})
    options = [o for o in options if _fixed(o)]
    return rng.choice(options) if options else None


def _counts(name: str, case: Case, used: str) -> bool:
    """Whether a symbol has to stay an integer because it is an index or the end of a range."""
    return name in used.split() or case["symbols"][name] == "natural" or bool(case.get("random"))


def _fixed(case: Case) -> bool:
    """Whether every symbol that is declared as bound still has a fact that fixes it."""
    facts = (case.get("random") or {}).get("facts") or []
    values = {str(f.get("value")) for f in facts}
    return all(n in values for n, d in case["symbols"].items() if d == "bound")


PERTURBATIONS: dict[str, Callable[[Case, Random], Case | None]] = {
    name: (lambda case, rng, change=change: _with_tree(case, rng, change))
    for name, change in (
        ("coefficient", _coefficient),
        ("exponent", _exponent),
        ("sign", _sign),
        ("index", _index),
        ("bracket", _bracket),
        ("dropped term", _dropped_term),
    )
} | {"dropped fact": dropped_fact}


# --- changes that leave the meaning as it was ----------------------------------------------------------------


def _renamed_text(text: str, names: Mapping[str, str]) -> str:
    tree = ast.parse(text.strip(), mode="eval")
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in names:
            node.id = names[node.id]
    return ast.unparse(tree)


def renamed(case: Case, rng: Random) -> Case:
    """Other names for symbols and sequences; `E` and `I` only for symbols, which are never called."""
    own = [*case["symbols"], *(case.get("functions") or {}), *((case.get("random") or {}).get("vars") or {})]
    own += [d["name"] for d in case.get("defs") or ()] + list((case.get("random") or {}).get("let") or {})
    bound = _variables(case)
    moments = bool(case.get("random"))
    free = [n for n in NAMES if n not in own and n not in bound and not (moments and n == "E")]
    rng.shuffle(free)
    names: dict[str, str] = {}
    for name in own:
        choices = [n for n in free if name in case["symbols"] or n not in ("E", "N", "S", "I")]
        if choices and rng.random() < 0.8:
            names[name] = choices[0]
            free.remove(choices[0])

    def text(found: Any) -> Any:
        return _renamed_text(found, names) if isinstance(found, str) else found

    new = copy.deepcopy(case)
    for side in ("lhs", "rhs"):
        new[side] = text(case[side])
    new["symbols"] = {names.get(n, n): d for n, d in reversed(case["symbols"].items())}
    new["functions"] = {names.get(n, n): d for n, d in (case.get("functions") or {}).items()}
    for key in ("assumptions", "premises"):
        new[key] = [text(t) for t in case.get(key) or ()]
    new["defs"] = [
        {
            **d,
            "name": names.get(d["name"], d["name"]),
            "args": [names.get(a, a) for a in d["args"]],
            "cases": [[text(c), text(v)] for c, v in d["cases"]],
        }
        for d in case.get("defs") or ()
    ]
    if case.get("random"):
        random = new["random"]
        random["vars"] = {
            names.get(n, n): {**v, **({"upto": text(str(v["upto"]))} if "upto" in v else {})}
            for n, v in case["random"]["vars"].items()
        }
        for fact in random["facts"]:
            of = fact["of"]
            fact["of"] = names.get(of, of) if isinstance(of, str) else [names.get(o, o) for o in of]
            if "value" in fact:
                fact["value"] = text(str(fact["value"]))
        random["let"] = {names.get(n, n): text(t) for n, t in (random.get("let") or {}).items()}
    return new


def _variables(case: Case) -> set[str]:
    """Every bound variable of the two sides and the definitions."""
    found: set[str] = set()
    texts = [case["lhs"], case["rhs"]]
    texts += [t for d in case.get("defs") or () for c in d["cases"] for t in c]
    texts += [*(case.get("assumptions") or ()), *(case.get("premises") or ())]
    for text in texts:
        tree = ast.parse(text.strip(), mode="eval")
        marks = _bound_names(tree)
        found |= {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and id(n) in marks}
    return found | {a for d in case.get("defs") or () for a in d["args"]}


def reordered(case: Case, rng: Random) -> Case:
    """Terms and factors in another order; sums of three or more are regrouped."""

    def turned(node: ast.AST) -> ast.AST:
        for name, value in ast.iter_fields(node):
            if isinstance(value, ast.expr):
                setattr(node, name, turned(value))
            elif isinstance(value, list):
                value[:] = [turned(v) if isinstance(v, ast.expr) else v for v in value]
        if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Mult)) and rng.random() < 0.6:
            node.left, node.right = node.right, node.left
        return node

    return {**case, **{s: ast.unparse(turned(t)) for s, t in _trees(case).items()}}


def other_indices(case: Case, rng: Random) -> Case:
    """Other names for bound indices, also such as hide a declared name that the body does not mention."""
    declared = [*case["symbols"], "q", "kk", "zz", "E0", "N_", "b1"]

    def turned(node: ast.AST) -> ast.AST:
        for name, value in ast.iter_fields(node):
            if isinstance(value, ast.expr):
                setattr(node, name, turned(value))
            elif isinstance(value, list):
                value[:] = [turned(v) if isinstance(v, ast.expr) else v for v in value]
        single = (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in ("Sum", "Product")
            and len(node.args) == 2
        )
        if single:
            body, place = node.args  # type: ignore[attr-defined]
            old = place.elts[0].id
            inside = {n.id for n in ast.walk(body) if isinstance(n, ast.Name)}
            choices = [n for n in declared if n not in inside]
            if choices and old not in _variables({"lhs": ast.unparse(body), "rhs": "0"}):
                new = rng.choice(choices)
                for n in ast.walk(body):
                    if isinstance(n, ast.Name) and n.id == old:
                        n.id = new
                place.elts[0] = ast.Name(new)
        return node

    return {**case, **{s: ast.unparse(turned(t)) for s, t in _trees(case).items()}}


def swapped(case: Case, rng: Random) -> Case:
    """Both sides swapped, the relation mirrored."""
    return {**case, "lhs": case["rhs"], "rel": MIRRORED[case["rel"]], "rhs": case["lhs"]}


def irrelevant(case: Case, rng: Random) -> Case:
    """A symbol, an assumption about it, and an independent quantity that the step does not mention."""
    new = copy.deepcopy(case)
    new["symbols"] = {"aa_new": "real", **case["symbols"], "zz_new": "posint"}
    new["assumptions"] = [*(case.get("assumptions") or ()), "aa_new <= 7"]
    if case.get("random"):
        new["random"]["vars"]["Znew"] = {"type": "scalar"}
        new["random"]["facts"] = [{"fact": "mean", "of": "Znew", "value": "0"}, *new["random"]["facts"]]
    return new


NEUTRAL: dict[str, Callable[[Case, Random], Case]] = {
    "renamed": renamed,
    "reordered": reordered,
    "bound indices": other_indices,
    "swapped": swapped,
    "irrelevant": irrelevant,
}
