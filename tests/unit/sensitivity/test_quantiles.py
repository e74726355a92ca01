"""Quantiles: the definition stated, never as a value above all days, fifty dots."""

from __future__ import annotations

import numpy as np
import pytest

from autarky.sensitivity.quantiles import dots, sample_quantiles, summary


def test_quantiles_are_those_of_definition_7() -> None:
    values = np.random.default_rng(0).normal(size=101)
    shares = (0.0, 0.05, 0.123, 0.5, 0.95, 1.0)
    np.testing.assert_allclose(sample_quantiles(values, shares), np.quantile(values, shares), rtol=1e-14)
    np.testing.assert_array_equal(sample_quantiles([4.0, 1.0, 2.0], (0.25, 0.75)), [1.5, 3.0])


def test_a_quantile_between_a_day_and_never_is_never() -> None:
    assert sample_quantiles([1.0, 2.0, np.inf], (0.5, 0.51, 1.0)).tolist() == [2.0, np.inf, np.inf]
    assert sample_quantiles([np.inf, np.inf], (0.5,)).tolist() == [np.inf]


@pytest.mark.parametrize("values", [[], [1.0, np.nan]])
def test_nothing_and_nan_have_no_quantiles(values: list[float]) -> None:
    with pytest.raises(ValueError, match="at least one value, and no NaN"):
        sample_quantiles(values, (0.5,))


def test_fifty_dots_stand_in_the_middles_of_fifty_equal_parts() -> None:
    np.testing.assert_allclose(dots(np.arange(1001.0)), 20.0 * np.arange(50) + 10.0)


def test_a_summary_counts_never_apart_and_writes_it_as_none() -> None:
    told = summary("first_stop", np.array([3.0, 5.0, 9.0, np.inf]))
    assert (told.draws, told.never, told.lowest, told.highest) == (4, 1, 3.0, None)
    assert told.quantiles == (pytest.approx(3.3), 4.5, 7.0, None, None)
    assert len(told.dots) == 50
    assert told.dots[-1] is None
