"""With eta = B eta_0 the stationary law of the Langevin dynamics does not depend on the batch size (Problem 5)."""

from sgdproofs import *

B, d = natural("B", at_least=1), natural("d", at_least=1)
eta, eta0 = real("eta", latex=r"\eta"), positive("eta_0", latex=r"\eta_0")
b, i, j = index("b", at_least=1), index("i", at_least=1), index("j", at_least=1)
ghat, g = random_family("ghat", arity=2, first=1, latex=r"\hat g"), family("g", first=1, latex="g[#1]")
ghatB = random_family("ghatB", first=1, latex=r"\hat g^B[#1]")
SigmaB = family("SigmaB", arity=2, first=1, latex=r"\Sigma^B")
Sigma1 = family("Sigma1", arity=2, first=1, latex=r"\Sigma^1")
C, u = family("C", arity=2, first=1), family("u", first=1, latex="u[#1]")
law, stationary = real("law", latex=r"p^B"), function("stationary", latex=r"p_{\infty}")

average = define(ghatB[i], 1/B*Sum(ghat[b][i], (b, 1, B))).named("batch average")
covariance_of_batch = define(SigmaB[i, j], E((ghatB[i] - g[i])*(ghatB[j] - g[j])))
covariance_of_one = define(Sigma1[i, j], E((ghat[1][i] - g[i])*(ghat[1][j] - g[j])))
mean = assume(eq(E(ghat[b][i]), g[i]))
independent_draws, identical_draws = independent_across(ghat, b), identical_across(ghat, b)
learning_rate = define(eta, B*eta0).named("learning rate")
langevin_noise = define(C[i, j], eta*SigmaB[i, j]).named("covariance of the Langevin noise")
minibatch = lemma("minibatch-covariance", eq(SigmaB[i, j], 1/B*Sigma1[i, j]))

# A vector and a symmetric matrix are told by their linear and quadratic form: u stands for every direction.
drift = -Sum(g[i]*u[i], (i, 1, d))
noise = Sum(C[i, j]*u[i]*u[j], (j, 1, d), (i, 1, d))
noise_of_one = Sum(eta0*Sigma1[i, j]*u[i]*u[j], (j, 1, d), (i, 1, d))
determined = cited_theorem(
    "The stationary law of a diffusion is determined by its drift and its noise covariance: "
    "the stationary Fokker-Planck equation has one normalised solution",
    source="H. Risken, The Fokker-Planck Equation, 2nd ed. 1996, chapter 6; G. Pavliotis, Stochastic Processes and "
           "Applications, 2014, chapter 4",
    conclusion=eq(law, stationary(drift, noise)),
)

covariance_free_of_B = calc(
    C[i, j],
    row(eta*SigmaB[i, j], by=definition(langevin_noise)),
    row(eta*(1/B*Sigma1[i, j]), by=algebra(minibatch)),
    row(eta0*Sigma1[i, j], by=definition(learning_rate)),
)
same_law = calc(
    law,
    row(stationary(drift, noise), by=algebra(determined)),
    row(stationary(drift, noise_of_one), by=substitution(covariance_free_of_B) & sums()),
)

temperature_batch_size = Derivation(
    name="temperature-batch-size",
    title="The batch size and the stationary law",
    source="Problem 5",
    given=(average, covariance_of_batch, covariance_of_one, mean, independent_draws, identical_draws, learning_rate,
           langevin_noise, determined),
    claim=same_law.conclusion,
    proof=(covariance_free_of_B, same_law),
    lemmas=(minibatch,),
    experiments=(
        exact(near_miss=eq(law, stationary(drift, Sum(eta*Sigma1[i, j]*u[i]*u[j], (j, 1, d), (i, 1, d)))), count=8),
    ),
    note="The drift $-g$ does not depend on $B$ either. The cited theorem needs a diffusion that is ergodic (a "
         "confining loss, noise that is not degenerate). Drift and noise are those at every point, and $u$ is any "
         "vector.",
)
