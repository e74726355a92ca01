"""Laws of what draws say: order, scale and names change nothing that they must not change."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autarky.sensitivity import dots, rank_regression, sample_quantiles, sobol_indices, wilson
from autarky.sensitivity.probabilities import chances
from sensitivity_cases import Floats, saltelli, split

seeds = st.integers(0, 2**32 - 1)
days = st.one_of(st.just(float("inf")), st.floats(-1e6, 1e6))


@given(st.lists(days, min_size=1, max_size=80))
def test_dots_rise_and_stay_among_the_values(values: list[float]) -> None:
    told = dots(values)
    assert len(told) == 50
    assert (told[1:] >= told[:-1]).all()
    assert min(values) <= told[0]
    assert told[-1] <= max(values)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=80), st.floats(0, 1))
def test_a_quantile_is_that_of_numpy(values: list[float], share: float) -> None:
    expected = np.quantile(values, share)
    assert sample_quantiles(values, (share,))[0] == pytest.approx(expected, rel=1e-12, abs=1e-9)


@given(st.integers(1, 10_000), st.floats(0, 1), st.floats(0.5, 0.999))
def test_wilson_limits_contain_the_share(draws: int, part: float, confidence: float) -> None:
    share = round(part * draws) / draws
    low, high = wilson(share, draws, confidence)
    assert 0 <= low <= share <= high <= 1
    mirrored = wilson(1 - share, draws, confidence)
    assert (1 - high, 1 - low) == pytest.approx((float(mirrored[0]), float(mirrored[1])), abs=1e-12)


@given(seeds, st.integers(1, 40), st.integers(1, 30))
def test_chances_rise_by_day_and_agree_with_counting(seed: int, draws: int, length: int) -> None:
    first = np.random.default_rng(seed).integers(-1, length, (draws, 3))
    for one in chances("need", list("abc"), np.ones(3), first, length):
        column = first[:, "abc".index(one.name)]
        assert one.curve is not None
        assert list(one.curve.share) == [((column >= 0) & (column <= day)).mean() for day in range(length)]
        known = np.quantile(column[column >= 0], (0.05, 0.25, 0.5, 0.75, 0.95))
        assert one.when == pytest.approx(known)


def _model(points: Floats, rng: np.random.Generator) -> Floats:
    """A function with curvature and one product of parameters."""
    a, b = rng.normal(size=(2, points.shape[1]))
    product = points[:, 0] * points[:, -1] * rng.normal()
    return np.asarray(points @ a + np.sin(3 * points) @ b + product)


@settings(max_examples=30)
@given(seeds, st.permutations(range(4)))
def test_reordering_parameters_reorders_their_indices(seed: int, order: list[int]) -> None:
    points = saltelli(64, 4)
    outputs = _model(points, np.random.default_rng(seed))
    A, B, AB = split(outputs, 4)
    one = sobol_indices(A, B, AB, resamples=20, seed=1)
    other = sobol_indices(A, B, AB[:, order], resamples=20, seed=1)
    for mine, theirs in zip((*one.first, *one.total), (*other.first, *other.total), strict=True):
        np.testing.assert_allclose(mine[order], theirs, atol=1e-12)


@settings(max_examples=30)
@given(seeds, st.floats(-50, 50), st.floats(0.1, 1000))
def test_shifting_and_scaling_a_measure_changes_no_index(seed: int, shift: float, scale: float) -> None:
    outputs = _model(saltelli(64, 3), np.random.default_rng(seed))
    one = sobol_indices(*split(outputs, 3), resamples=20)
    other = sobol_indices(*split(shift + scale * outputs, 3), resamples=20)
    for mine, theirs in zip((*one.first, *one.total), (*other.first, *other.total), strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-6)


@settings(max_examples=30)
@given(seeds)
def test_first_and_total_indices_of_a_sum_are_equal_and_add_up_to_one(seed: int) -> None:
    rng = np.random.default_rng(seed)
    points = saltelli(1024, 4, seed=int(rng.integers(1000)))
    outputs = points @ rng.normal(size=4) + 0.5 * points**2 @ rng.normal(size=4)
    found = sobol_indices(*split(outputs, 4), resamples=100)
    first, first_low, first_high = (part[:, 0] for part in found.first)
    assert first_low.sum() <= 1.0 <= first_high.sum()
    assert first.sum() == pytest.approx(1.0, abs=0.05)
    np.testing.assert_allclose(first, found.total[0][:, 0], atol=0.05)


@settings(max_examples=30)
@given(seeds, st.sampled_from([np.exp, np.cbrt, np.arctan, lambda y: 3 * y + 1]))
def test_a_rising_transformation_changes_no_rank_coefficient(seed: int, rising: object) -> None:
    rng = np.random.default_rng(seed)
    x = rng.random((60, 3))
    y = _model(x, rng)[:, None]
    one, _ = rank_regression(x, y, resamples=20)
    other, _ = rank_regression(np.exp(x), rising(y), resamples=20)  # type: ignore[operator]
    for mine, theirs in zip(one, other, strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-9)
