"""What `sgdproofs new` writes: a derivation that passes as it stands, to be changed line by line."""

DERIVATION = '''\
"""Momentum with a constant input c comes to rest at N c."""

from sgdproofs import *

# Symbols, each with its domain.  The domain is what discharges the condition N != 0 of the divisions below.
N = natural("N", at_least=2)
c = real("c")
y = real("y")

# Facts that lines may cite.  Nothing is known of y but this: the update y -> (1 - 1/N) y + c leaves it as it is.
fixed_point = assume(eq(y, (1 - 1/N)*y + c)).named("fixed point")

VARIABLE = Derivation(
    name="NAME",
    title="The fixed point of momentum with a constant input",
    source="",
    given=(fixed_point,),
    claim=eq(y, N*c),
    proof=(
        # Each line follows from its reason and from the facts that it cites, and from nothing else.
        step(eq(y, y - 1/N*y + c), by=algebra(fixed_point)),
        step(eq(1/N*y, c), by=algebra(PREVIOUS)),
        step(eq(y, N*c), by=algebra(fixed_point)),
    ),
    # What the right-hand side of the claim must be at some values of the parameters.
    sanity=(({N: 2}, 2*c),),
    # Exact numbers for the facts; the near-miss is a claim that they must reject.
    experiments=(exact(near_miss=eq(y, (N + 1)*c)),),
)
'''
