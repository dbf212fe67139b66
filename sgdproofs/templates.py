"""What `sgdproofs new` writes: a derivation that passes as it stands, to be changed line by line."""

DERIVATION = '''\
"""The average of B independent draws has 1/B of the variance of one draw."""

from sgdproofs import *

# Symbols, each with its domain.  The domain is what discharges the condition B != 0 of the division below.
B = natural("B", at_least=1)
sigma2 = nonnegative("sigma2", latex=r"\\sigma^2")
b = index("b", at_least=1)
x = random_family("x", first=1)

# Facts that lines may cite.  Nothing is independent, and no moment is known, unless a fact says so.
draws = independent_across(x, b).named("independent draws")
one_draw = assume(eq(Var(x[b]), sigma2)).named("variance of one draw")

average = 1/B*Sum(x[b], (b, 1, B))

VARIABLE = Derivation(
    name="NAME",
    title="The variance of an average",
    source="",
    given=(draws, one_draw),
    claim=eq(Var(average), sigma2/B),
    proof=(
        # A calculation a = b = c; each row follows from its reason and the facts that it cites, and nothing else.
        calc(
            Var(average),
            row(1/B**2*Sum(Var(x[b]), (b, 1, B)), by=independence(draws)),
            row(1/B**2*Sum(sigma2, (b, 1, B)), by=moments(one_draw)),
            row(sigma2/B, by=sums()),
        ),
    ),
    # What the right-hand side of the claim must be at some values of the parameters.
    sanity=(({B: 1}, sigma2),),
)
'''
