"""Probabilities: counts by day, confidence limits, days by which, and the order in which they are told."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from autarky.results import QUANTILES
from autarky.sensitivity.probabilities import SHARES, WEIGHTY, chances, counts_by_day, share_of_region, wilson
from autarky.simulation import panel


def test_wilson_limits_are_those_of_scipy() -> None:
    for happened, draws in ((0, 10), (3, 10), (10, 10), (80, 100), (1, 10_000)):
        low, high = wilson(happened / draws, draws)
        truth = stats.binomtest(happened, draws).proportion_ci(0.95, method="wilson")
        assert (float(low), float(high)) == pytest.approx((truth.low, truth.high), abs=1e-12)


def test_draws_are_counted_from_the_day_it_happens_on() -> None:
    first = np.array([[0, -1], [2, -1], [2, 1], [-1, 3]])
    np.testing.assert_array_equal(counts_by_day(first, 4).T, [[1, 1, 3, 3], [0, 1 * 1, 1, 2]])


def test_food_below_need_by_day_96_in_80_percent_of_draws() -> None:
    """Of 10 draws, eight are below by day 96 and two never."""
    first = np.array([90, 91, 92, 93, 94, 95, 95, 96, -1, -1])[:, None]
    (rice,) = chances("need", ["rice"], np.ones(1), first, 100)
    by = dict(zip(SHARES, rice.by, strict=True))
    assert (rice.happened, rice.share, by[0.8], by[0.5], by[0.9]) == (8, 0.8, 96, 94, None)
    assert rice.when == tuple(np.quantile([90, 91, 92, 93, 94, 95, 95, 96], QUANTILES))
    assert rice.curve is not None
    assert (rice.curve.share[89], rice.curve.share[90], rice.curve.share[99]) == (0.0, 0.1, 0.8)
    assert rice.curve.low[95] < 0.7 < rice.curve.high[95]
    assert (rice.curve.low[99], rice.curve.high[99]) == (rice.low, rice.high)


def test_the_most_probable_comes_first_then_the_earliest_and_the_light_last() -> None:
    never = np.full(4, -1)
    first = np.column_stack([[5, 5, -1, -1], [9, 9, 9, 9], [3, 3, -1, -1], [0, 0, 0, 0], never])
    weights = np.array([0.3, 0.3, 0.3, 0.001, 0.1])
    told = chances("need", list("abcde"), weights, first, 10, weighty=0.01, curves=2)
    assert [one.name for one in told] == ["b", "c", "a", "d"]
    assert [one.curve is not None for one in told] == [True, True, False, False]


def test_draws_that_share_their_points_make_wider_limits() -> None:
    first = np.array([5, -1] * 50)[:, None]
    (alone,) = chances("need", ["a"], np.ones(1), first, 10)
    (together,) = chances("need", ["a"], np.ones(1), first, 10, points=50)
    assert alone.share == together.share
    assert together.low < alone.low
    assert together.high > alone.high


def test_shares_are_of_the_own_region() -> None:
    base = np.array([1.0, 3.0, 2.0, 0.0])
    np.testing.assert_array_equal(share_of_region(base, ["B", "B", "A", "C"]), [0.25, 0.75, 1.0, 0.0])


def test_weighty_needs_are_those_of_the_measure_first_need() -> None:
    assert WEIGHTY == panel.WEIGHTY
