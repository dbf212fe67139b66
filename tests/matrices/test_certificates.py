"""What the checker takes for 0 or positive is so in random models; true statements are proved, neighbours are not."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from random import Random

import pytest

from sgdproofs.api import check_step
from sgdproofs.matrices.algebra import SCALAR, ShapeError, TooLarge
from sgdproofs.matrices.check import Checker, Given, Part, Refused
from sgdproofs.matrices.search import Search
from sgdproofs.steps.matrix_models import _Draw, witness
from sgdproofs.steps.matrix_reading import Reading, prove
from sgdproofs.steps.matrix_values import NoValue, Unknown, admissible
from sgdproofs.steps.reader import read

from .test_algebra import FACTS, SYMBOLS, Meaning, data
from .test_refuting import case

# Statements whose candidates are looked at; not all of them are true.
TARGETS = [
    ("A*P*Transpose(A)", []),
    ("P + W - K", ["psd_ge(P, S)"]),
    ("Inverse(W + P) + S*S", ["psd_ge(W, P)"]),
    ("norm2(x) - norm2(K*x)", ["norm2(y) > 0"]),
    ("dot(x, W*x) + Trace(P*W)", ["norm2(x) > 0"]),
    ("norm2(x)*norm2(y) - dot(x, y)**2", []),
    ("norm(x) + norm(y) - norm(x+y)", []),
    ("Det(W) + Det(P)", []),
    ("eta*norm2(x) + 2*dot(x, y) + norm2(y)/eta", ["a >= 0", "dot(x,y) == 0"]),
    ("Trace(S*S) - Trace(S)", ["psd_ge(S, Eye(n))"]),
    ("b*norm2(x) + (1-b)*norm2(y) - norm2(b*x + (1-b)*y)", []),
]
RANDOM_TARGETS = [
    ("Cov(u) + Cov(v)", []),
    ("E(norm2(u)) - norm2(E(u))", []),
    ("E(norm(u)) - norm(E(u))", []),
    ("E(norm2(u))*E(norm2(v)) - E(dot(u, v))**2", []),
    ("Var(X) + E(X**2)", []),
    ("A*Cov(u)*Transpose(A)", []),
]
CASES = [(text, given, None) for text, given in TARGETS]
CASES += [(text, given, facts) for text, given in RANDOM_TARGETS for facts in (FACTS[0], FACTS[1], FACTS[5])]


def prepared(text, given, facts):
    base = {**data(facts), "premises": given}
    reading = Reading(base)
    hypotheses = tuple(g for t in given for g in reading.hypotheses(read(t)))
    reading.algebra.needs = {}
    target = reading.of(read(text)).poly
    checker = Checker(reading.algebra, hypotheses)
    for square, tree in reading.squares.items():
        checker.admit(("nonnegative", square), ("sign", tree, 1, ()))
    search = Search(checker)
    for need in list(reading.algebra.needs):
        assert search.admit(need), need
    return base, target, checker, search


def models(base, count, seed=3):
    draw = _Draw(base, Random(seed))
    found = []
    for attempt in range(400):
        try:
            model = draw.model(attempt)
        except (NoValue, Unknown):
            continue
        if model is not None and admissible(base, model):
            found.append(model)
        if len(found) == count:
            return found
    raise AssertionError("no models")


def kinds(tree):
    yield tree[0]
    for part in tree[1:]:
        if isinstance(part, tuple):
            yield from kinds(part)


def sampled(target, search):
    trees = list(search._trees(target))
    rooted = list(search._roots(target, 0)) if target.shape == SCALAR else []
    return [*Random(1).sample(trees, min(len(trees), 24)), *rooted[:6]]


def enclosed(value):
    return all(isinstance(v, Fraction) for row in value.rows for v in row)


@pytest.mark.parametrize(("text", "given", "facts"), CASES, ids=str)
def test_candidates_for_signs_have_the_sign(text, given, facts):
    base, target, checker, search = prepared(text, given, facts)
    spaces = [Meaning(m) for m in models(base, 2)]
    count = 0
    for tree in sampled(target, search):
        try:
            poly, strict = checker.sign(tree)
        except (Refused, ShapeError, TooLarge, ZeroDivisionError):
            continue
        count += 1
        for space in spaces:
            outcomes = range(len(space.model.weights)) if any(checker.algebra.randoms(*poly.terms)) else (0,)
            for k in outcomes:
                value = space.poly(poly, k)
                if not enclosed(value):
                    assert value.rows[0][0].high >= 0
                    continue
                assert value == value.transposed() and value.downward() is None, (tree, space.model)
                assert not strict or value.determinant() > 0, (tree, space.model)
    assert count >= 5, count


def test_every_kind_of_sign_is_among_the_samples():
    wanted = {"number", "name", "given", "cov", "root", "times", "around", "trace", "inverse", "det", "mean", "gram"}
    wanted |= {"mean gram", "roots", "shared", "rest"}
    seen = set()
    for text, given, facts in CASES:
        _, target, _, search = prepared(text, given, facts)
        for tree in sampled(target, search):
            seen |= set(kinds(tree))
    assert wanted <= seen, wanted - seen


ZEROS = [
    ("Inverse(V + P)*S", ["Det(V + P) != 0"]),
    ("Det(V + x*Transpose(y)) + Det(Q)", []),
    ("Det(Eye(n) + A*S)", []),
    ("diagmat(x)*y + L*x", []),
    ("diagmat(x)*L", []),
    ("x/(1 + norm2(x))", []),
    ("V*S", ["V*S == S*V", "A*x == y"]),
]


@pytest.mark.parametrize(("text", "given"), ZEROS, ids=str)
def test_generators_are_zero(text, given):
    base, target, _, search = prepared(text, given, None)
    found = search.generators(target)
    assert found
    for model in models(base, 5):
        for g in found:
            value = Meaning(model).poly(g.value, 0)
            assert all(v == 0 for row in value.rows for v in row), g


SHERMAN = "Inverse(V) - Inverse(V)*x*Transpose(y)*Inverse(V)/(1+dot(y,Inverse(V)*x))"
TRUE = [
    case("Transpose(A*B)", "==", "Transpose(B)*Transpose(A)"),
    case("Trace(A*B*D)", "==", "Trace(D*A*B)"),
    case("Inverse(Eye(n)+A*B)*A", "==", "A*Inverse(Eye(n)+B*A)", assumptions=["Det(Eye(n)+A*B) != 0"]),
    case(
        "Inverse(V + x*Transpose(y))",
        "==",
        SHERMAN,
        assumptions=["1 + dot(y,Inverse(V)*x) != 0"],
    ),
    case("Det(V+x*Transpose(y))", "==", "Det(V)*(1+Transpose(y)*Inverse(V)*x)"),
    case("Inverse(W + P)*(W + P)", "==", "Eye(n)"),
    case("Inverse(P)", "psd_ge", "Inverse(W)", premises=["psd_ge(W,P)"], assumptions=["Det(P) != 0"]),
    case("norm2(x+y)", "<=", "2*norm2(x) + 2*norm2(y)"),
    case("dot(x,y)", "<=", "norm(x)*norm(y)"),
    case("Transpose(x)*W*x", ">", "0", assumptions=["x != Zeros(n,1)"]),
    case("Det(Transpose(F)*F + Eye(m))", ">", "0", symbols={"F": "matrix n m"}),
    case("K**k", "==", "K", symbols={"k": "posint"}),
    case("A**(k+1)*A", "==", "A*A*A**k", symbols={"k": "natural"}),
    case("dot(x,y)", "==", "0", premises=["S*x == a*x", "S*y == b*y", "a != b"], symbols={"b": "real"}),
    case("diagmat(x)*y", "==", "diagmat(y)*x"),
    case("Sum(A**i,(i,0,2))", "==", "Eye(n) + A + A*A"),
    case("A*x", "==", "Zeros(n,1)", premises=["Transpose(A)*A*x == Zeros(n,1)"]),
    case("x", "==", "Zeros(n,1)", premises=["norm2(x) == 0"]),
    case("norm2(b*x+(1-b)*y)", "<=", "b*norm2(x)+(1-b)*norm2(y)", symbols={"b": "unit"}),
    case("b*P+(1-b)*R", "psd_ge", "Zeros(n,n)", symbols={"b": "unit"}),
]
NEIGHBOURS = [
    case("Transpose(A*B)", "==", "Transpose(A)*Transpose(B)"),
    case("Trace(A*B*D)", "==", "Trace(A*D*B)"),
    case("Inverse(Eye(n)+A*B)*A", "==", "A*Inverse(Eye(n)+B*A)"),
    case("Inverse(V + x*Transpose(y))", "==", SHERMAN),
    case("Det(V+x*Transpose(y))", "==", "Det(V)*(1+Transpose(x)*Inverse(V)*y)"),
    case("Inverse(S + P)*(S + P)", "==", "Eye(n)"),
    case("Inverse(W)", "psd_ge", "Inverse(P)", premises=["psd_ge(W,P)"], assumptions=["Det(P) != 0"]),
    case("norm2(x+y)", "<=", "norm2(x) + norm2(y)"),
    case("norm(x)*norm(y)", "<=", "dot(x,y)"),
    case("Transpose(x)*W*x", ">", "0"),
    case("Transpose(x)*P*x", ">", "0", assumptions=["x != Zeros(n,1)"]),
    case("Det(Transpose(F)*F)", ">", "0", symbols={"F": "matrix n m"}),
    case("K**k", "==", "K", symbols={"k": "natural"}),
    case("dot(x,y)", "==", "0", premises=["S*x == a*x", "S*y == b*y"], symbols={"b": "real"}),
    case("diagmat(x)*A", "==", "A*diagmat(x)"),
    case("A*x", "==", "Zeros(n,1)", premises=["Transpose(x)*A*x == 0"]),
    case("norm2(b*x+(1-b)*y)", "<=", "b*norm2(x)+(1-b)*norm2(y)", symbols={"b": "real"}),
    case("x", "==", "Zeros(n,1)", premises=["Transpose(x)*P*x == 0"]),
    case("P*R", "psd_ge", "Zeros(n,n)"),
    case("Trace(P*R*W)", ">=", "0"),
    case("Transpose(x)*y", "==", "x*Transpose(y)"),
    case("F*A", "==", "F*A"),
    case("A + 1", "==", "A + 1"),
    case("x/norm(x)", "==", "x/norm(x)"),
    case("Inverse(A)*A", "==", "Eye(n)"),
    case("Trace(F)", "==", "Trace(F)"),
    case("1/Det(A)", "==", "1/Det(A)"),
]


@pytest.mark.parametrize("one", TRUE, ids=lambda c: f"{c['lhs']} {c['rel']} {c['rhs']}")
def test_true_statements_are_proved(one):
    found = check_step(one, seconds=40)
    assert found["verdict"] == "proved", found
    assert all(c["discharged"] for c in found["conditions"])


@pytest.mark.parametrize("one", NEIGHBOURS, ids=lambda c: f"{c['lhs']} {c['rel']} {c['rhs']}")
def test_neighbours_are_refuted(one):
    assert not prove(one, one["lhs"], one["rel"], one["rhs"], lambda: None).proved
    assert check_step(one, seconds=40)["verdict"] == "refuted"


def rewritten(r, word):
    """The same product, written differently: transposed twice, associated, multiplied by an inverse pair, expanded."""
    k = r.randint(1, len(word) - 1) if len(word) > 1 else 0
    left, right = "*".join(word[:k]), "*".join(word[k:])
    options = [
        lambda: "Transpose(" + "*".join(f"Transpose({x})" for x in reversed(word)) + ")",
        lambda: f"({'*'.join(word)} + S) - S",
        lambda: f"{'*'.join(word)}*V*Inverse(V)",
        lambda: f"Transpose(Q)*Q*{'*'.join(word)}",
    ]
    if k:
        options += [lambda: f"({left})*({right})", lambda: f"({left} - A)*({right}) + A*{right}"]
    return r.choice(options)()


def test_random_products_and_their_neighbours():
    """Two ways to write a product are proved equal; with two factors exchanged they are only if the values say so."""
    r = Random(11)
    names = ["A", "S", "P", "W", "V", "Q", "K", "Inverse(V)", "Transpose(A)", "Inverse(W + P)", "x*Transpose(y)"]
    counts = Counter()
    symbols = {k: v for k, v in SYMBOLS.items() if k in "nASPWVQKxy"}
    for _ in range(25):
        word = [r.choice(names) for _ in range(r.randint(2, 4))]
        one = {"symbols": symbols}
        left, right = "*".join(word), rewritten(r, word)
        if r.random() < 0.5:
            left, right = f"Trace({left})", f"Trace({right})"
        assert prove(one, left, "==", right, lambda: None).proved, (left, right)
        k = r.randrange(len(word) - 1)
        other = [*word[:k], word[k + 1], word[k], *word[k + 2 :]]
        right = rewritten(r, other)
        if left.startswith("Trace"):
            right = f"Trace({right})"
        proved = prove(one, left, "==", right, lambda: None).proved
        refuted = witness(one, left, "==", right, 1.0) is not None
        assert not (proved and refuted), (left, right)
        counts["proved" if proved else "refuted" if refuted else "open"] += 1
    assert counts["refuted"] > 8 and counts["open"] < 5, counts


def test_a_certificate_is_checked():
    reading = Reading({"symbols": SYMBOLS})
    a = reading.algebra
    s, p, one = reading.of(read("S")).poly, reading.of(read("P")).poly, a.number(1, "n")
    checker = Checker(a, (Given("zero", a.add(s, p, -1)),))
    checker.equal(s, p, (Part(a.number(1), ("given", 0), one),))
    for bad in ((), (Part(a.number(2), ("given", 0), one),), (Part(a.number(1), ("given", 0), p),)):
        with pytest.raises(Refused):
            checker.equal(s, p, bad)
    with pytest.raises(Refused):  # no inverse that is not known to exist
        checker.sound(a.inverse(s))
    with pytest.raises(Refused):
        checker.admit(("invertible", s), ("sign", ("name", "P"), 1, ()))
    three = ("trace", *[("name", "P")] * 3)
    for bad_tree in (("name", "S"), ("name", "a"), ("number", Fraction(-1)), three, ("given", 0)):
        with pytest.raises(Refused):
            checker.sign(bad_tree)
