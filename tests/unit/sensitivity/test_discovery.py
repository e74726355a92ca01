"""Scenario discovery: planted boxes are found, noise is not, and figures are not flattered."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy import stats

from autarky.sensitivity import Discovery, analyse, discover
from autarky.sensitivity.discovery import COVERAGE, tail
from sensitivity_cases import ensemble

NAMES = [f"p{d}" for d in range(6)]


def limits(found: Discovery) -> dict[str, tuple[float | None, float | None]]:
    return {one.parameter: (one.low, one.high) for one in found.restrictions}


def test_a_planted_box_is_found_with_its_limits() -> None:
    x = np.random.default_rng(0).random((2000, 6))
    inside = (x[:, 1] > 0.6) & (x[:, 4] < 0.5)
    found = discover("it holds", x, inside, NAMES)
    assert found.found
    assert set(limits(found)) == {"p1", "p4"}
    assert limits(found)["p1"] == (pytest.approx(0.6, abs=0.05), None)
    assert limits(found)["p4"] == (None, pytest.approx(0.5, abs=0.05))
    assert found.density is not None
    assert found.coverage is not None
    assert found.density > 0.93
    assert found.coverage > 0.9
    assert found.mass == pytest.approx(0.2, abs=0.03)
    assert all(one.quasi_p < 1e-6 for one in found.restrictions)
    assert found.base_rate == inside.mean()


def test_a_box_in_fog_is_found_and_its_density_is_not_flattered() -> None:
    rng = np.random.default_rng(1)
    x = rng.random((4000, 6))
    inside = (x[:, 0] > 0.7) & (x[:, 2] > 0.5)
    happened = rng.random(4000) < np.where(inside, 0.8, 0.05)
    found = discover("it holds", x, happened, NAMES)
    assert {"p0", "p2"} <= set(limits(found))
    assert found.density == pytest.approx(0.8, abs=0.08)


def test_both_sides_of_a_parameter_may_be_limited() -> None:
    x = np.random.default_rng(2).random((3000, 6))
    found = discover("it holds", x, np.abs(x[:, 3] - 0.5) < 0.1, NAMES)
    assert limits(found) == {"p3": (pytest.approx(0.4, abs=0.03), pytest.approx(0.6, abs=0.03))}


def test_a_choice_is_peeled_by_option() -> None:
    rng = np.random.default_rng(3)
    x = rng.random((1500, 3))
    x[:, 1] = rng.integers(0, 4, 1500)
    happened = np.isin(x[:, 1], [0, 3]) & (x[:, 0] > 0.5)
    options = [(), ("UN", "IMF", "state", "press"), ()]
    found = discover("it holds", x, happened, ["stock", "source", "other"], options)
    told = {one.parameter: one for one in found.restrictions}
    assert set(told) == {"stock", "source"}
    assert told["source"].options == ("UN", "press")
    assert (told["source"].low, told["source"].high) == (None, None)


def test_equal_values_are_peeled_together() -> None:
    rng = np.random.default_rng(4)
    x = rng.integers(0, 3, (1200, 2)).astype(float)
    found = discover("it holds", x, x[:, 0] == 2, ["a", "b"])
    assert limits(found) == {"a": (2.0, None)}
    assert found.density == 1.0
    assert found.coverage == 1.0


@pytest.mark.parametrize("seed", range(8))
def test_noise_has_no_box(seed: int) -> None:
    rng = np.random.default_rng(seed)
    found = discover("it holds", rng.random((600, 6)), rng.random(600) < 0.3, NAMES, seed=seed)
    assert not found.found
    assert found.restrictions == ()
    assert "in no part" in found.verdict


def test_the_trajectory_goes_from_all_draws_to_few_and_the_rule_of_coverage_holds() -> None:
    rng = np.random.default_rng(6)
    x = rng.random((2000, 4))
    happened = rng.random(2000) < x[:, 0] ** 3
    found = discover("it holds", x, happened, NAMES[:4])
    masses = [step.mass for step in found.trajectory]
    assert (masses[0], found.trajectory[0].coverage, found.trajectory[0].restricted) == (1.0, 1.0, 0)
    assert all(one > other for one, other in itertools.pairwise(masses))
    assert masses[-1] >= 0.05
    assert found.coverage is not None
    assert found.coverage > COVERAGE - 0.1  # of the other half


@pytest.mark.parametrize(
    ("hits", "words"), [(3, "too few"), (597, "without it"), (0, "too few"), (600, "without it")]
)
def test_what_hardly_ever_or_almost_always_holds_is_said_to(hits: int, words: str) -> None:
    x = np.random.default_rng(7).random((600, 2))
    found = discover("it holds", x, np.arange(600) < hits, NAMES[:2])
    assert not found.found
    assert f"holds in {hits} of 600 draws" in found.verdict
    assert words in found.verdict


def test_the_tail_is_that_of_the_binomial() -> None:
    for count, size, rate in ((0, 10, 0.3), (4, 10, 0.3), (10, 10, 0.3), (60, 100, 0.5)):
        assert tail(count, size, rate) == pytest.approx(stats.binom.sf(count - 1, size, rate))


def test_one_point_under_several_sources_is_not_counted_as_several() -> None:
    """Noise that is the same under 20 sources would look like a box if every draw counted by itself."""
    rng = np.random.default_rng(8)
    x, happened = rng.random((100, 6)), rng.random(100) < 0.4
    point = np.tile(np.arange(100), 20)
    found = discover("it holds", np.tile(x, (20, 1)), np.tile(happened, 20), NAMES, points=point)
    assert not found.found


def test_where_most_draws_lose_nothing_those_that_lose_are_looked_for() -> None:
    rng = np.random.default_rng(10)
    points = rng.random((800, 3))
    lost = np.maximum(points[:, 1] - 0.8, 0.0) + rng.normal(0, 1e-16, 800)
    _, worst = analyse(ensemble(points, {"consumption_lost": lost})).discoveries
    assert worst.condition == "households lose more than 0.0% of consumption"
    assert worst.happened == (points[:, 1] > 0.8).sum()
    assert limits(worst) == {"p1": (pytest.approx(0.8, abs=0.03), None)}


def test_an_ensemble_is_searched_for_unmet_needs_and_for_the_worst_quarter() -> None:
    points = np.random.default_rng(9).random((800, 3))
    measured = {
        "first_need": np.where(points[:, 0] < 0.4, 20.0, np.nan),
        "consumption_lost": points[:, 2],
    }
    needs, worst = analyse(ensemble(points, measured)).discoveries
    assert needs.condition == "a weighty need of households is not met"
    assert limits(needs) == {"p0": (None, pytest.approx(0.4, abs=0.03))}
    assert "consumption" in worst.condition
    assert limits(worst) == {"p2": (pytest.approx(0.75, abs=0.03), None)}
