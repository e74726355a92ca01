"""Designs: the same points for ever, spread as they promise, reordered only where ranks shall correlate."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from autarky.uncertainty.design import (
    Design,
    base_of,
    correlated,
    in_words,
    is_possible,
    runs_of,
    unit_points,
)
from autarky.uncertainty.distributions import NEAREST

PLAIN = [design for design in Design if design is not Design.SALTELLI]


@pytest.mark.parametrize("design", Design)
def test_points_are_the_same_for_a_seed_and_others_for_another(design: Design) -> None:
    points = unit_points(design, 3, 100, 4)
    assert points.shape == (runs_of(design, 100, 4), 4)
    assert (points == unit_points(design, 3, 100, 4)).all()
    assert (points != unit_points(design, 4, 100, 4)).any()
    assert points.min() >= NEAREST and points.max() <= 1 - NEAREST


@pytest.mark.parametrize("design", PLAIN)
@pytest.mark.parametrize("draws", [1, 2, 100, 128])
def test_every_number_of_draws_is_possible(design: Design, draws: int) -> None:
    assert unit_points(design, 0, draws, 3).shape == (draws, 3)
    assert unit_points(design, 0, draws, 0).shape == (draws, 0)


@pytest.mark.parametrize("draws", [1, 7, 1000])
def test_a_latin_hypercube_meets_each_part_of_each_range_once(draws: int) -> None:
    parts = np.floor(unit_points(Design.LATIN_HYPERCUBE, 5, draws, 6) * draws)
    assert (np.sort(parts, axis=0) == np.arange(draws)[:, None]).all()


def test_a_sobol_sequence_of_a_power_of_two_has_a_point_in_every_interval_of_its_kind() -> None:
    points = unit_points(Design.SOBOL, 1, 256, 2)
    # A (0, 8, 2)-net: every elementary interval of area 1/256 holds one point (Niederreiter 1992, ch. 4).
    for across in range(9):
        cells = np.floor(points * [2**across, 2 ** (8 - across)])
        assert len({tuple(cell) for cell in cells}) == 256


def test_a_sequence_cut_short_is_the_beginning_of_the_longer_one() -> None:
    assert (unit_points(Design.SOBOL, 1, 100, 3) == unit_points(Design.SOBOL, 1, 128, 3)[:100]).all()


def test_a_sequence_integrates_better_than_random_points() -> None:
    def error(design: Design) -> float:
        means = [
            np.prod(12 * (unit_points(design, seed, 512, 3) - 0.5) ** 2, axis=1).mean() for seed in range(20)
        ]
        return float(np.sqrt(np.mean((np.array(means) - 1) ** 2)))

    assert error(Design.SOBOL) < error(Design.RANDOM) / 3
    assert error(Design.HALTON) < error(Design.RANDOM) / 3


def test_a_saltelli_design_is_a_then_b_then_a_with_each_column_of_b() -> None:
    points = unit_points(Design.SALTELLI, 2, 16, 3)
    first, second, *mixed = np.split(points, 5)
    both = unit_points(Design.SOBOL, 2, 16, 6)
    assert (np.hstack([first, second]) == both).all()
    for d, block in enumerate(mixed):
        assert (block[:, d] == second[:, d]).all()
        assert (np.delete(block, d, axis=1) == np.delete(first, d, axis=1)).all()
    assert [base_of(i, 16) for i in (0, 15, 16, 32, 79)] == [(0, 0), (15, 0), (0, 1), (0, 2), (15, 4)]


def test_only_a_number_that_is_no_power_of_two_is_warned_of() -> None:
    assert in_words(Design.SOBOL, 0, 1024, 3) == "1,024 draws from a scrambled Sobol sequence, seed 0"
    told = in_words(Design.SOBOL, 0, 1000, 3)
    assert "no power of two" in told and "512 or 1,024" in told
    assert "no power of two" not in in_words(Design.LATIN_HYPERCUBE, 0, 1000, 3)
    assert "5,120 runs" in in_words(Design.SALTELLI, 0, 1024, 3)


@pytest.mark.parametrize("design", [Design.LATIN_HYPERCUBE, Design.RANDOM])
def test_ranks_correlate_as_asked_and_no_value_changes(design: Design) -> None:
    points = unit_points(design, 1, 2000, 5)
    wanted = np.array([[1, 0.8, -0.3], [0.8, 1, 0.1], [-0.3, 0.1, 1]])
    found = correlated(points, [0, 2, 4], wanted)
    assert (np.sort(found, axis=0) == np.sort(points, axis=0)).all()
    assert (found[:, [1, 3]] == points[:, [1, 3]]).all()
    assert np.abs(stats.spearmanr(found[:, [0, 2, 4]]).statistic - wanted).max() < 0.02


def test_correlations_that_no_sample_can_have_are_known() -> None:
    assert is_possible(np.array([[1, 0.9], [0.9, 1]]))
    assert not is_possible(np.array([[1, 0.9, 0], [0.9, 1, 0.9], [0, 0.9, 1]]))
