"""The ranked probability score of a normal forecast has a closed form."""

import numpy as np
import pytest
from scipy.special import ndtri
from scipy.stats import norm

from autarky.verdict.scores import crps


@pytest.mark.parametrize(("mean", "sd", "observed"), [(0, 1, 0), (0, 1, 2.5), (-4, 3, -9.6), (10, 0.5, 9)])
def test_many_draws_of_a_normal_score_as_gneiting_and_others_2005_equation_5(mean, sd, observed):
    z = (observed - mean) / sd
    closed = sd * (z * (2 * norm.cdf(z) - 1) + 2 * norm.pdf(z) - 1 / np.sqrt(np.pi))
    sample = mean + sd * ndtri((np.arange(20_000) + 0.5) / 20_000)
    assert crps(sample, observed) == pytest.approx(closed, rel=1e-3, abs=1e-4)
