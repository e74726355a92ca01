"""Sobol indices of functions whose indices are known in closed form."""

from __future__ import annotations

import numpy as np
import pytest

from autarky.sensitivity import sobol_indices
from sensitivity_cases import ishigami, saltelli, split


def test_ishigami_function() -> None:
    """Variances as in Saltelli et al. (2008), Global Sensitivity Analysis, §4: a = 7, b = 0.1."""
    a, b = 7.0, 0.1
    V1 = 0.5 * (1 + b * np.pi**4 / 5) ** 2
    V2 = a**2 / 8
    V13 = b**2 * np.pi**8 * (1 / 18 - 1 / 50)
    V = V1 + V2 + V13
    found = sobol_indices(*split(ishigami(saltelli(8192, 3)), 3), resamples=200)
    first, total = np.array([V1, V2, 0.0]) / V, np.array([V1 + V13, V2, V13]) / V
    np.testing.assert_allclose(first, [0.3139, 0.4424, 0.0], atol=5e-5)  # the printed values
    np.testing.assert_allclose(found.first[0][:, 0], first, atol=0.01)
    np.testing.assert_allclose(found.total[0][:, 0], total, atol=0.01)
    for (_, low, high), truth in ((found.first, first), (found.total, total)):
        assert (low[:, 0] <= truth + 1e-12).all() and (truth - 1e-12 <= high[:, 0]).all()
        assert (high - low < 0.08).all()


@pytest.mark.parametrize("a", [(0.0, 1.0, 4.5, 9.0), (0.0, 0.0, 99.0, 99.0)])
def test_sobol_g_function(a: tuple[float, ...]) -> None:
    """``Π (|4 p_i − 2| + a_i) / (1 + a_i)``: V_i = 1 / 3 (1 + a_i)², V = Π (1 + V_i) − 1.

    Saltelli & Sobol (1995), About the use of rank transformation in sensitivity analysis of model output.
    """
    points = saltelli(8192, 4)
    weights = np.array(a)
    outputs = ((np.abs(4 * points - 2) + weights) / (1 + weights)).prod(axis=1)
    V_i = 1 / (3 * (1 + weights) ** 2)
    V = (1 + V_i).prod() - 1
    found = sobol_indices(*split(outputs, 4), resamples=2)
    np.testing.assert_allclose(found.first[0][:, 0], V_i / V, atol=0.01)
    np.testing.assert_allclose(found.total[0][:, 0], V_i * (1 + V) / (1 + V_i) / V, atol=0.01)


def test_limits_contain_the_truth_about_as_often_as_they_say() -> None:
    """Ishigami with random base rows, 40 times: 95 % limits of six indices hold the truth in 88 to 100 %."""
    truth = np.array([[0.313905, 0.442411, 0.0], [0.557589, 0.442411, 0.243684]])
    held = []
    for seed in range(40):
        rng = np.random.default_rng(seed)
        A, B = rng.random((2, 400, 3))
        AB = [np.where(np.arange(3) == d, B, A) for d in range(3)]
        found = sobol_indices(*split(ishigami(np.concatenate([A, B, *AB])), 3), resamples=200, seed=seed)
        for (_, low, high), known in zip((found.first, found.total), truth, strict=True):
            held.append((low[:, 0] <= known) & (known <= high[:, 0]))
    assert 0.88 <= np.mean(held) <= 1.0
