"""Scores: the ranked probability score against its integral, and coverage beside width."""

import itertools
import math

import numpy as np
import pytest

from autarky.verdict.scores import crps, mean_score, score, skill


def integrated(sample, observed):
    """``∫ (F(x) − 1{x ≥ y})² dx`` of the sample's step function, piece by piece: the slow twin."""
    ends = sorted([*sample, observed])
    whole = 0.0
    for left, right in itertools.pairwise(ends):
        below = sum(x <= left for x in sample) / len(sample)
        whole += (below - (left >= observed)) ** 2 * (right - left)
    return whole


@pytest.mark.parametrize("seed", range(20))
def test_the_unfair_score_is_the_integral_of_the_squared_distance_of_distributions(seed):
    rng = np.random.default_rng(seed)
    sample = rng.choice([rng.normal(0, 3, 30), rng.integers(0, 4, 30)]).astype(float)[: rng.integers(1, 30)]
    observed = float(rng.normal(0, 4))
    assert crps(sample, observed, fair=False) == pytest.approx(
        integrated(sample.tolist(), observed), abs=1e-12
    )


def test_a_single_draw_scores_its_absolute_error():
    assert crps(np.array([3.0]), 5.5) == 2.5


def test_the_fair_score_of_few_draws_is_on_average_that_of_many():
    rng = np.random.default_rng(0)
    few = np.mean([crps(rng.normal(size=4), 0.7) for _ in range(4000)])
    unfair = np.mean([crps(rng.normal(size=4), 0.7, fair=False) for _ in range(4000)])
    many = crps(rng.normal(size=40_000), 0.7)
    assert few == pytest.approx(many, abs=0.03)
    assert unfair > many + 0.1


def test_coverage_stands_beside_the_width_of_the_same_interval():
    found = score(np.arange(101.0), 80.0)
    assert (found.covered_50, found.width_50) == (0.0, 50.0)
    assert (found.covered_90, found.width_90) == (1.0, 90.0)
    assert found.error == -30.0 and found.absolute_error == 30.0


def test_a_mean_counts_every_observation_the_same():
    one, two = score(np.array([0.0]), 1.0), score(np.array([0.0]), 4.0)
    assert mean_score([mean_score([one, one]), two]).crps == pytest.approx((1 + 1 + 4) / 3)


def test_skill_is_nought_against_itself_and_undefined_against_perfection():
    one, perfect = score(np.array([0.0]), 1.0), score(np.array([1.0]), 1.0)
    assert skill(one, one) == 0.0 and skill(perfect, one) == 1.0
    assert math.isnan(skill(one, perfect))
