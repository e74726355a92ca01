"""Frontiers known by hand: baskets by how much oil may be bought, and the years until none is needed."""

from dataclasses import replace

import numpy as np
import pytest

from autarky.errors import InputError
from autarky.planning.plan import make_plan
from autarky.planning.problem import PlanningProblem
from autarky.planning.questions.frontier import frontier, years_needed
from autarky.planning.stages import Infeasible
from problems.farms import farms, plots


def livelihoods(problem: PlanningProblem, budgets: tuple[float, ...], **options: float) -> list[float]:
    return [point.livelihood for point in frontier(problem, budgets, **options).points]  # type: ignore[arg-type]


def test_baskets_rise_with_the_oil_that_may_be_bought_until_the_farms_are_full() -> None:
    found = frontier(farms(ceiling=20.0), (0.0, 0.25, 0.5, 0.75, 1.0))
    assert found.base_imports == 60.0
    assert [point.livelihood for point in found.points] == pytest.approx([0, 0.5, 1, 1.2, 1.2], abs=1e-6)
    assert [point.spent for point in found.points] == pytest.approx([0, 15, 30, 36, 36], abs=1e-4)
    assert [point.techniques for point in found.points] == [(), *4 * [("farm",)]]


def test_budgets_are_shares_of_what_is_called_the_base() -> None:
    assert livelihoods(farms(), (0.5, 1.0), base_imports=20.0) == pytest.approx([1 / 3, 2 / 3], abs=1e-6)


def test_without_ceilings_the_base_is_what_the_best_livelihood_costs() -> None:
    found = frontier(farms(ceiling=np.inf), (0.5, 1.0))
    assert found.base_imports == pytest.approx(36.0, rel=1e-5)
    assert [point.livelihood for point in found.points] == pytest.approx([0.6, 1.2], rel=1e-5)


def test_what_must_hold_may_leave_no_frontier_and_says_so() -> None:
    problem = farms(ceiling=20.0, public_demand=np.tile([60.0, 0.0], (2, 1)))
    points = frontier(problem, (0.0, 0.5)).points
    assert np.isnan(points[0].livelihood) and np.isnan(points[0].spent)
    assert points[1].livelihood == pytest.approx(0.4, abs=1e-6)
    assert livelihoods(problem, (0.0, 0.5), public_share=0.5) == pytest.approx([np.nan, 0.7], nan_ok=True)
    assert livelihoods(problem, (0.0, 0.5), public_share=0.0) == pytest.approx([0.0, 1.0], abs=1e-6)


def test_contracts_and_livelihoods_that_must_hold_do_not_bind_a_frontier() -> None:
    problem = farms(ceiling=20.0)
    held = replace(problem, imports=replace(problem.imports, contracted=np.full((2, 1), 15.0)))
    assert livelihoods(held, (0.25,)) == pytest.approx([0.5])


def test_only_the_last_year_must_reach_it_and_those_before_keep_a_floor() -> None:
    # Plots take grain to make: what is eaten in the years before cannot be sown.
    problem = farms(
        ceiling=3.0,
        most_starts=plots(2),
        builds_with=np.array([[0.0, 1.0], [0.0, 0.0]]),
    )
    assert livelihoods(problem, (1.0,)) == pytest.approx([0.6])
    assert livelihoods(problem, (1.0,), floor=0.1) == pytest.approx([0.5])
    assert np.isnan(livelihoods(problem, (1.0,), floor=0.4)[0])


def test_years_are_counted_until_plots_without_oil_feed_all() -> None:
    problem = farms(periods=4, most_starts=plots(4), ceiling=10.0)
    found = years_needed(problem, (0.5, 1.0, 1.5, 2.5), (0.0, 0.5, 1.0))
    told = {(one.livelihood, one.budget): one.years for one in found}
    # 60 t after a year, 120 after two, 180 after three; oil adds up to 100 t each year.
    assert told[0.5, 0.0] == 1.0 and told[0.5, 0.5] == 0.0
    assert told[1.0, 0.0] == 2.0 and told[1.0, 0.5] == 1.0 and told[1.0, 1.0] == 0.0
    assert told[1.5, 0.0] == 3.0 and told[1.5, 1.0] == 1.0
    assert told[2.5, 0.0] is None and told[2.5, 1.0] == 3.0


def test_the_year_after_counts_as_later_than_all_periods() -> None:
    problem = farms(periods=2, most_starts=plots(2), ceiling=0.0, stationary_after=True)
    (found,) = years_needed(problem, (1.0,), (1.0,))
    assert found.years == 2.0


def test_nobody_has_a_frontier_without_a_basket() -> None:
    problem = farms()
    households = replace(problem.households, basket=np.zeros((1, 2)))
    with pytest.raises(InputError, match="there is no frontier"):
        frontier(replace(problem, households=households))


def test_a_livelihood_without_end_is_refused() -> None:
    with pytest.raises(InputError, match="can grow without end"):
        frontier(farms(capacity=np.array([120.0, np.inf])))


def test_a_frontier_tells_how_far_it_is_and_of_problems_without_a_plan_too() -> None:
    told: list[tuple[int, int]] = []
    problem = farms(ceiling=4.0)
    assert isinstance(make_plan(problem), Infeasible)
    found = frontier(problem, (0.0, 1.0), progress=lambda done, of: told.append((done, of)))
    assert told == [(1, 2), (2, 2)]
    assert found.points[-1].livelihood == pytest.approx(0.4)
