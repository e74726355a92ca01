"""Tornado: levels where a parameter lies low, high, or at an option, with the draws behind each."""

from __future__ import annotations

import numpy as np
import pytest

from autarky.sensitivity import read_sample, tornado_of
from sensitivity_cases import DAYS, ensemble


def grid(draws: int) -> np.ndarray:
    rng = np.random.default_rng(0)
    return np.column_stack([(rng.permutation(draws) + 0.5) / draws for _ in range(3)])


def test_ends_are_the_means_over_the_lowest_and_the_highest_tenth() -> None:
    points = grid(200)
    sample = read_sample(ensemble(points, {"gdp_lost": 2 * points[:, 1] - points[:, 0]}))
    told = tornado_of(sample, "gdp_lost")
    assert [bar.parameter for bar in told.bars[:2]] == ["p1", "p0"]
    low, high = told.bars[0].ends
    assert (low.where, low.draws, high.where, high.draws) == ("lowest tenth", 20, "highest tenth", 20)
    y, x = 2 * points[:, 1] - points[:, 0], points[:, 1]
    assert low.level == pytest.approx(y[x < 0.1].mean())
    assert high.level == pytest.approx(y[x > 0.9].mean())
    assert told.bars[0].swing == pytest.approx(high.level - low.level)
    assert told.level == pytest.approx(y.mean())


def test_a_choice_has_an_end_for_every_option_drawn_and_what_stands_still_has_no_bar() -> None:
    points = grid(100)
    values = points.copy()
    values[:, 0] = np.where(points[:, 0] < 0.3, 0.0, 2.0)
    values[:, 2] = 4.0
    measured = {"gdp_lost": np.where(values[:, 0] == 2, 0.5, 0.1)}
    sample = read_sample(ensemble(points, measured, values=values, options={0: ["UN", "IMF", "state"]}))
    told = tornado_of(sample, "gdp_lost")
    assert {bar.parameter for bar in told.bars} == {"p0", "p1"}
    assert [(e.where, e.limit, e.draws, e.level) for e in told.bars[0].ends] == [
        ("UN", None, 30, pytest.approx(0.1)),
        ("state", None, 70, pytest.approx(0.5)),
    ]


def test_days_have_medians_and_never_is_the_length_of_the_run() -> None:
    points = grid(100)
    days = np.where(points[:, 0] > 0.5, 30.0, np.nan)
    told = tornado_of(read_sample(ensemble(points, {"first_stop": days})), "first_stop")
    assert [end.level for end in told.bars[0].ends] == [DAYS, 30.0]


def test_failed_draws_are_left_out() -> None:
    points = grid(100)
    broken = [int(draw) for draw in np.flatnonzero(points[:, 0] < 0.05)]
    sample = read_sample(ensemble(points, {"gdp_lost": points[:, 0]}, failed=broken))
    told = tornado_of(sample, "gdp_lost")
    assert told.bars[0].ends[0].draws == 10
    assert told.bars[0].ends[0].level > 0.09
