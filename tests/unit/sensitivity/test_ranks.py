"""Rank regression: coefficients of planted effects, choices without order, and what it cannot see."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from autarky.sensitivity import analyse, rank_regression
from autarky.sensitivity.ranks import ranks
from sensitivity_cases import ensemble


def test_ranks_are_those_of_scipy() -> None:
    values = np.random.default_rng(0).integers(0, 20, 100).astype(float)
    np.testing.assert_array_equal(ranks(values), stats.rankdata(values))


def test_one_parameter_alone_has_the_rank_correlation_of_spearman() -> None:
    rng = np.random.default_rng(0)
    x = rng.random((200, 1))
    y = x + rng.normal(0, 0.3, (200, 1))
    (estimate, low, high), explained = rank_regression(x, y)
    truth = stats.spearmanr(x[:, 0], y[:, 0]).statistic
    assert estimate[0, 0] == pytest.approx(truth)
    assert explained[0] == pytest.approx(truth**2)
    assert low[0, 0] < truth < high[0, 0]


def test_coefficients_are_those_of_least_squares_on_standardised_ranks() -> None:
    rng = np.random.default_rng(1)
    x = rng.random((300, 3))
    x[:, 2] += x[:, 0]  # correlated parameters
    y = np.column_stack([np.exp(3 * x[:, 0]) - x[:, 1], x[:, 2] ** 3])
    (estimate, _, _), explained = rank_regression(x, y, resamples=2)
    X = stats.zscore(stats.rankdata(x, axis=0))
    Y = stats.zscore(stats.rankdata(y, axis=0))
    beta, residual, _, _ = np.linalg.lstsq(X, Y)
    np.testing.assert_allclose(estimate, beta, atol=1e-10)
    np.testing.assert_allclose(explained, 1 - residual / 300, atol=1e-10)


def test_a_choice_among_three_has_no_order() -> None:
    """The middle option gives most: as a number it would have no effect, as a choice it has all of it."""
    rng = np.random.default_rng(2)
    option = rng.integers(0, 3, 900).astype(float)
    x = np.column_stack([option, rng.random(900)])
    y = np.where(option == 1, 5.0, 0.0)[:, None] + 0.01 * x[:, 1:]
    (as_number, _, _), _ = rank_regression(x, y, resamples=2)
    (as_choice, _, _), explained = rank_regression(x, y, [3, 0], resamples=2)
    assert abs(as_number[0, 0]) < 0.1
    assert as_choice[0, 0] == pytest.approx(0.82, abs=0.05)
    (renamed, _, _), _ = rank_regression(np.column_stack([2 - option, x[:, 1]]), y, [3, 0], resamples=2)
    np.testing.assert_allclose(renamed, as_choice, atol=1e-10)
    assert explained[0] > as_choice[0, 0] ** 2


def test_an_effect_that_turns_round_is_not_seen_and_the_share_explained_says_so() -> None:
    x = np.random.default_rng(3).random((500, 2))
    (estimate, _, _), explained = rank_regression(x, ((x[:, :1] - 0.5) ** 2), resamples=2)
    assert abs(estimate).max() < 0.2
    assert explained[0] < 0.05


def test_an_ensemble_tells_the_strongest_first_and_nothing_of_what_stands_still() -> None:
    points = np.random.default_rng(4).random((200, 3))
    result = ensemble(points, {"gdp_lost": 0.3 * points[:, 0] - points[:, 2]})
    found = analyse(result)
    assert found.indices == ()
    told = {answer.measure: answer for answer in found.ranks}
    assert [row.parameter for row in told["gdp_lost"].coefficients] == ["p2", "p0", "p1"]
    strongest = told["gdp_lost"].coefficients[0]
    assert strongest.coefficient is not None
    assert strongest.coefficient < -0.8
    assert told["gdp_lost"].explained == pytest.approx(1.0, abs=0.05)
    assert {row.coefficient for row in told["falls"].coefficients} == {None}


def test_zeros_that_differ_by_rounding_are_one_zero() -> None:
    """Three draws in four lose nothing, give or take 1e-16: their ranks must not be drawn by lot."""
    rng = np.random.default_rng(6)
    x = rng.random((400, 2))
    y = np.maximum(x[:, :1] - 0.75, 0.0)
    noisy = y + rng.normal(0, 1e-16, y.shape)
    clean, noise = (rank_regression(x, one, resamples=2) for one in (y, noisy))
    np.testing.assert_allclose(clean[0][0], noise[0][0], atol=1e-12)
    np.testing.assert_allclose(clean[1], noise[1], atol=1e-12)


def test_sources_at_the_same_points_are_resampled_together() -> None:
    x = np.random.default_rng(5).random((100, 2))
    y = x[:, :1] + x[:, 1:] ** 2
    alone, _ = rank_regression(x, y, seed=1)
    twice, _ = rank_regression(
        np.tile(x, (2, 1)), np.tile(y, (2, 1)), None, np.tile(np.arange(100), 2), seed=1
    )
    for one, other in zip(alone, twice, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-10)
