"""Windows whose price is known by hand: what is not seen coming is not built in time."""

from dataclasses import replace

import numpy as np
import pytest

from autarky.planning.plan import Plan, make_plan
from autarky.planning.problem import LIVELIHOOD
from autarky.planning.questions.rolling import rolling
from problems.farms import farms, plots

ENDS = {"periods": 4, "ceiling": (20.0, 20.0, 4.0, 0.0), "most_starts": plots(4)}


def test_who_sees_the_end_of_imports_a_year_ahead_is_as_well_off_as_who_always_knew() -> None:
    # 60 t are missing in the third year, and are a year's work.
    found = rolling(farms(must_hold=(), **ENDS), 2)  # type: ignore[arg-type]
    assert found.worst_coverage == pytest.approx(1.0, abs=1e-5)
    assert found.shortfall == pytest.approx(0.0, abs=0.1)
    assert found.notes == ()


def test_who_sees_no_further_than_the_year_begins_too_late() -> None:
    found = rolling(farms(must_hold=(), **ENDS), 1)  # type: ignore[arg-type]
    assert found.worst_coverage == pytest.approx(0.0, abs=1e-5)
    # 60 t are missing in the third year and all in the fourth: nothing is ever begun for a year not seen.
    assert found.shortfall == pytest.approx(160 * 365, rel=1e-5)


def test_expecting_that_a_year_comes_for_ever_one_builds_for_it() -> None:
    problem = farms(must_hold=(), stationary_after=True, **ENDS)  # type: ignore[arg-type]
    blind, trusting = rolling(problem, 1, stationary=False), rolling(problem, 1)
    # For a year that goes on for ever, plots are the quieter way than oil, and are begun at once.
    assert trusting.shortfall == pytest.approx(0.0, abs=1.0)
    assert blind.shortfall > 160 * 365


def test_consumption_beyond_the_basket_that_was_not_built_for_is_told_as_a_share() -> None:
    problem = farms(must_hold=(), periods=3, ceiling=12.0, most_starts=plots(3))
    problem = replace(problem, households=replace(problem.households, extra=np.array([[1.0, 0.0]])))
    # 20 t beyond the basket are worth 10 + 0.8·10; 80 t 10 + 16 + 24 + 0.4·10; 140 t 10 + 16 + 24 + 0.4·70.
    found = rolling(problem, 1)
    assert found.gain == pytest.approx(3 * 18 / (18 + 54 + 78), rel=1e-4)
    assert rolling(problem, 2).gain == pytest.approx(1.0, rel=1e-4)
    assert (found.worst_coverage, found.shortfall) == (
        pytest.approx(1.0, abs=2e-6),
        pytest.approx(0.0, abs=0.1),
    )


def test_a_livelihood_that_must_hold_ends_the_path_where_it_no_longer_can() -> None:
    found = rolling(farms(must_hold=(LIVELIHOOD,), **ENDS), 1)  # type: ignore[arg-type]
    assert np.isnan([found.worst_coverage, found.shortfall, found.gain]).all()
    assert found.notes == ("in 2033 what must hold no longer can, after what was done before",)


def test_a_plot_begun_is_paid_for_as_agreed_and_once() -> None:
    # Two years of work at 40 t a year for 40 t more: seen from any window the same.
    problem = farms(
        must_hold=(),
        periods=5,
        ceiling=(12.0, 12.0, 12.0, 10.0, 6.0),
        most_starts=np.tile([0.0, 40.0], (5, 1)),
        lag=np.array([1.0, 2.0]),
        builds_with=np.array([[0.0, 1.0], [0.0, 0.0]]),
    )
    plan = make_plan(problem)
    assert isinstance(plan, Plan)
    assert plan.worst_coverage == pytest.approx(1.0, abs=1e-5)
    # 20 t each in the second and third year, which oil still allows; three years ahead that is seen.
    assert rolling(problem, 4, plan=plan).worst_coverage == pytest.approx(1.0, abs=1e-5)
    assert rolling(problem, 2, plan=plan).worst_coverage == pytest.approx(0.6, abs=1e-5)


def test_a_window_of_all_years_is_the_plan() -> None:
    problem = farms(must_hold=(), **ENDS)  # type: ignore[arg-type]
    plan = make_plan(problem)
    assert isinstance(plan, Plan)
    for window in (4, 9):
        found = rolling(problem, window, plan=plan)
        assert (found.worst_coverage, found.shortfall) == (pytest.approx(1.0, abs=2e-6), 0.0)


def test_a_window_that_shows_nothing_and_a_path_without_a_plan_are_refused() -> None:
    with pytest.raises(ValueError, match="a window of 0 periods"):
        rolling(farms(), 0)
    with pytest.raises(ValueError, match="there is no plan"):
        rolling(farms(ceiling=0.0), 1)
