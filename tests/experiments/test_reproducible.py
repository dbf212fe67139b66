"""The same digits serially, on processes, on a cluster and on every run; and the decision's error rate."""

from __future__ import annotations

import pickle
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction

import numpy
import pytest

from sgdproofs.experiments import run
from sgdproofs.experiments.moments import ExactMoments, law_moment
from sgdproofs.experiments.monte_carlo import RUN_COMPARISONS, RUN_FALSE_ALARM, threshold
from sgdproofs.experiments.sampling import Sampler
from sgdproofs.experiments.setting import Setting
from sgdproofs.language.experiments import discrete, monte_carlo, normal_vector

from .conftest import entry


@pytest.fixture
def simulated(ema):
    experiment = monte_carlo(
        near_miss=ema.finite_miss, at={ema.N: 3, ema.sigma2: 2, ema.t: (2, 9)}, samples=2**17, facts_dropped=(ema.iid,)
    )
    return entry("reproducible", ema.finite, ema.given, experiment)


def test_processes_and_threads_give_the_same_bits(simulated):
    serial = run(simulated)
    assert serial[0].passed, str(serial[0])
    assert run(simulated, workers=2) == serial
    with ThreadPoolExecutor(3) as pool:
        assert run(simulated, executor=pool) == serial
    assert run(simulated) == serial


def test_a_dask_cluster_gives_the_same_bits(simulated):
    distributed = pytest.importorskip("distributed", reason="the extra [dask] is not installed")
    serial = run(simulated)
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
    ):
        assert run(simulated, executor=client.get_executor()) == serial


def test_the_seed_is_the_name_unless_given(ema, simulated):
    other = entry("another-name", simulated.claim, simulated.given, *simulated.experiments)
    left, right = run(simulated)[0].data["left"], run(other)[0].data["left"]
    assert left != right
    assert run(simulated, seed=5)[0].data["left"] == run(simulated, seed=5)[0].data["left"] != left


def test_progress_counts_every_chunk(simulated):
    seen = []
    run(simulated, progress=lambda done, total, label: seen.append((done, total, label)))
    assert [s[0] for s in seen] == list(range(1, seen[-1][1] + 1))
    assert "reproducible" in seen[0][2]


def test_entries_and_results_pickle(simulated, minibatch):
    assert pickle.loads(pickle.dumps(simulated)).experiments == simulated.experiments
    assert pickle.loads(pickle.dumps(minibatch.given)) == minibatch.given
    (result,) = run(simulated)
    assert pickle.loads(pickle.dumps(result)) == result


def test_a_draw_can_be_made_again(ema):
    setting = Setting(ema.given, ((ema.N, Fraction(3)), (ema.sigma2, Fraction(2))))
    sampler = Sampler(setting, None, numpy.random.SeedSequence(1), 1024, 4)
    first = sampler.element(ema.x, (1,)).array.copy()
    sampler.element(ema.mu, (60,))
    again = sampler.element(ema.x, (1,)).array
    assert (first == again).all()
    assert abs(numpy.corrcoef(first, sampler.element(ema.x, (2,)).array)[0, 1]) < 0.15


def test_samples_have_the_stated_moments(minibatch):
    law = normal_vector((1, -2), ((2, Fraction(1, 2)), (Fraction(1, 2), 1)))
    for given, members in ((minibatch.given, 0.0), ([f for f in minibatch.given if f != minibatch.iid], 0.25)):
        setting = Setting(given, (), (((minibatch.ghat,), law),))
        sampler = Sampler(setting, None, numpy.random.SeedSequence(7), 2**17, 4)
        draws = [sampler.element(minibatch.ghat, p).array for p in ((1, 1), (1, 2), (2, 1))]
        assert numpy.allclose([d.mean() for d in draws], [1, -2, 1], atol=0.03)
        assert numpy.allclose(numpy.cov(draws)[:2, :2], [[2, 0.5], [0.5, 1]], atol=0.03)
        assert abs(numpy.cov(draws)[0, 2] - 2 * members) < 0.03
        exact = ExactMoments(setting, Fraction)
        one, three = (exact.element(minibatch.ghat, p) for p in ((1, 1), (2, 1)))
        assert exact.covariance(one, three) == 2 * Fraction(members)
        assert exact.expectation(one * three) - 1 == 2 * Fraction(members)


def test_moments_of_laws():
    law = normal_vector((1, 0), ((2, 1), (1, 3)))
    assert law_moment(law, (0, 0)) == 3 and law_moment(law, (0, 1)) == 1
    assert law_moment(law, (1, 1, 1, 1)) == 3 * 9
    assert law_moment(law, (0, 0, 1, 1)) == (2 + 1) * 3 + 2 * 1 + 0
    coin = discrete({0: Fraction(1, 3), 3: Fraction(2, 3)})
    assert law_moment(coin, (0,)) == 2 and law_moment(coin, (0, 0, 0)) == 18


def test_the_threshold_is_the_stated_tail():
    stats = pytest.importorskip("scipy.stats", reason="scipy is an independent table of Student's t")
    for batches in (32, 64, 256):
        tail = 2 * stats.t.sf(threshold(batches), batches - 1)
        assert tail == pytest.approx(RUN_FALSE_ALARM / RUN_COMPARISONS, rel=1e-4)


def test_scores_are_spread_as_stated(two):
    scores = []
    for seed in range(60):
        experiment = monte_carlo(near_miss=two.miss, samples=2**12)
        (result,) = run(entry("scores", two.claim, two.given, experiment), seed=seed)
        scores += result.data["z"]
    assert 0.7 < numpy.std(scores) < 1.4 and abs(numpy.mean(scores)) < 0.5
