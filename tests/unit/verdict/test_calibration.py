"""Calibration: weights, what they are worth, resampling, and what is not identified."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import chi2, multivariate_normal

from autarky.verdict.calibration import (
    contractions,
    effective_sample_size,
    log_weights,
    noise,
    normalised,
    systematic,
)


def test_weights_are_the_normal_density_with_its_common_factor_integrated_out():
    sd, degrees = np.array([1.0, 2.0, 0.5]), 4.0
    residuals = np.array([[0.5, -1.0, 0.2], [3.0, 1.0, -2.0]])

    def marginal(row):
        def integrand(factor2):
            prior = chi2.pdf(degrees / factor2, degrees) * degrees / factor2**2
            return multivariate_normal.pdf(row, cov=np.diag(factor2 * sd**2)) * prior

        return quad(integrand, 1e-6, 400, limit=400)[0]

    slow = np.log(marginal(residuals[0]) / marginal(residuals[1]))
    fast = -np.subtract(*log_weights(residuals, sd, degrees)[::-1])
    assert fast == pytest.approx(slow, rel=1e-5)


def test_equal_weights_are_worth_all_draws_and_one_draw_is_worth_one():
    assert effective_sample_size(np.full(50, 0.02)) == pytest.approx(50)
    assert effective_sample_size(np.eye(50)[3]) == 1


def test_a_draw_without_a_fit_gets_no_weight_and_all_without_are_refused():
    weights = normalised(np.array([0.0, np.nan, -1000.0, 0.0]))
    assert weights.tolist() == [0.5, 0.0, 0.0, 0.5]
    with pytest.raises(ValueError, match="no draw"):
        normalised(np.array([np.nan]))


def test_resampling_takes_each_draw_as_often_as_its_weight_says():
    rng = np.random.default_rng(0)
    weights = rng.dirichlet(np.ones(30))
    for count in (7, 200):
        often = np.bincount(systematic(weights, count, np.random.default_rng(1)), minlength=30)
        assert often.sum() == count
        assert (np.abs(often - count * weights) < 1).all()


def test_resampling_is_the_same_for_the_same_seed():
    weights = np.random.default_rng(0).dirichlet(np.ones(30))
    first, second = (systematic(weights, 50, np.random.default_rng(1)) for _ in range(2))
    assert first.tolist() == second.tolist()


def test_what_was_observed_identifies_what_it_depends_on_and_nothing_else():
    rng = np.random.default_rng(0)
    values = rng.random((4000, 2))
    predicted = 100 * values[:, :1]
    weights = normalised(log_weights(predicted - 30.0, np.array([5.0])))
    told, silent = contractions(["drives", "idle"], values, weights, ["drives"])
    assert told.is_calibrated and told.is_identified and told.posterior_mean == pytest.approx(0.3, abs=0.03)
    assert not silent.is_calibrated and not silent.is_identified
    assert abs(silent.contraction) < 3 * silent.error


def test_few_draws_that_count_do_not_pass_for_knowledge():
    rng = np.random.default_rng(0)
    found = []
    for _ in range(300):
        weights = np.zeros(100)
        weights[rng.choice(100, 4, replace=False)] = 0.25
        found.append(contractions(["idle"], rng.random((100, 1)), weights, [])[0].posterior_sd)
    assert np.mean(np.square(found)) == pytest.approx(1 / 12, rel=0.1)


def test_a_parameter_that_does_not_vary_is_not_identified():
    (found,) = contractions(["still"], np.ones((20, 1)), np.full(20, 0.05), ["still"])
    assert np.isnan(found.contraction) and not found.is_identified


def test_the_noise_of_a_draw_grows_with_how_badly_it_fitted():
    residuals = np.repeat([[1.0] * 15, [10.0] * 15], 4000, axis=0)
    drawn = noise(residuals, np.ones(15), np.random.default_rng(0)).reshape(2, -1)
    expected = [(4 + 15) / (4 + 15 - 2), (4 + 1500) / (4 + 15 - 2)]
    assert (drawn**2).mean(axis=1) == pytest.approx(expected, rel=0.05)
