"""Laws of the autarky frontier: it rises, ever more slowly, to what is best without a budget."""

from dataclasses import replace

import numpy as np
import pytest

from autarky.planning.plan import Plan, make_plan
from autarky.planning.problem import PlanningProblem
from autarky.planning.questions.frontier import frontier, years_needed
from problems.random_plans import random_plan

FEATURES = (
    (),
    ("siege", "deposits"),
    ("debt", "learning", "unequal periods"),
    ("joint products", "training"),
)
BUDGETS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.6, 1.0)


def bounded(seed: int) -> PlanningProblem:
    """A random plan in which every import has a ceiling."""
    problem = random_plan(seed, products=7, periods=3, features=FEATURES[seed % len(FEATURES)])
    trade = problem.imports
    highest = 2 * trade.ceiling[np.isfinite(trade.ceiling)].max()
    ceiling = np.where(np.isfinite(trade.ceiling), trade.ceiling, highest)
    return replace(problem, imports=replace(trade, ceiling=ceiling))


@pytest.mark.parametrize("seed", range(6))
def test_a_frontier_rises_ever_more_slowly_to_what_is_best_without_a_budget(seed: int) -> None:
    problem = bounded(seed)
    points = frontier(problem, BUDGETS, livelihoods=(), public_share=0.5).points
    known = [point for point in points if not np.isnan(point.livelihood)]
    values = np.array([point.livelihood for point in known])
    budgets = np.array([point.budget for point in known])
    assert points[-len(known) :] == tuple(known), "with more to spend more is possible"
    scale = 1e-5 * values.max()
    assert (np.diff(values) >= -scale).all()
    slopes = np.diff(values) / np.diff(budgets)
    assert (np.diff(slopes) <= scale / np.diff(budgets).min()).all()
    base = frontier(problem, (1.0,), livelihoods=()).base_imports
    (free,) = frontier(
        problem, (1.0,), livelihoods=(), public_share=0.5, base_imports=1e3 * max(base, 1.0)
    ).points
    assert values[-1] == pytest.approx(free.livelihood, rel=1e-5, abs=1e-6)
    for point in known:
        assert point.spent <= point.budget * base * (1 + 1e-6) + 1e-6


@pytest.mark.parametrize("seed", (0, 1, 3, 6, 9))
def test_the_livelihood_of_the_plan_can_be_kept_from_the_first_year_and_no_larger_one(seed: int) -> None:
    problem = bounded(seed)
    plan = make_plan(problem)
    assert isinstance(plan, Plan) and plan.worst_coverage < 0.99, "something must be lacking"
    reached = plan.worst_coverage
    kept, more = years_needed(problem, (0.999 * reached, 1.001 * reached), (1.0,))
    assert kept.years == 0.0
    assert more.years is None or more.years > 0
