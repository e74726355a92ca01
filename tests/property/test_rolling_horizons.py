"""Laws of the rolling horizon: knowing less is never better, and knowing all is the plan."""

from itertools import pairwise

import numpy as np
import pytest

from autarky.planning.plan import Plan, make_plan
from autarky.planning.questions.rolling import rolling
from autarky.planning.stages import TARGETS
from problems.random_plans import random_plan

FEATURES = (
    (),
    ("learning", "training", "debt"),
    ("deposits", "unequal periods", "siege"),
    ("strategic reserves", "under way", "more targets"),
    ("no year after", "standing in", "harvests"),
)


@pytest.mark.parametrize(("seed", "features"), list(enumerate(FEATURES)))
def test_a_shorter_window_is_never_better_in_the_order_of_the_stages(
    seed: int, features: tuple[str, ...]
) -> None:
    problem = random_plan(seed, products=6, periods=4, features=features)
    plan = make_plan(problem)
    assert isinstance(plan, Plan)
    persons = float((problem.span_weights[:, None] * problem.spread(problem.households.persons)).sum())
    for window in (1, 2, 3):
        found = rolling(problem, window, plan=plan, stationary=window != 2)
        if np.isnan(found.worst_coverage):
            assert found.notes
            continue
        close = 3e-6
        assert found.worst_coverage <= plan.worst_coverage + close
        if found.worst_coverage < plan.worst_coverage - close:
            continue
        assert found.shortfall >= -1e-5 * persons * 365
        if found.shortfall > 1e-5 * persons * 365 or any(note.startswith(TARGETS) for note in found.notes):
            continue
        assert np.isnan(found.gain) or found.gain <= 1 + 1e-3


@pytest.mark.parametrize("seed", range(2))
def test_a_window_of_all_periods_or_more_is_the_plan(seed: int) -> None:
    problem = random_plan(seed, products=6, periods=3, features=("debt", "learning"))
    for window in (3, 5):
        found = rolling(problem, window)
        plan = make_plan(problem)
        assert isinstance(plan, Plan)
        assert found.worst_coverage == pytest.approx(plan.worst_coverage, abs=3e-6)
        assert found.shortfall == 0.0
        assert np.isnan(found.gain) or found.gain == 1.0
        assert found.notes == ()


@pytest.mark.parametrize("seed", range(2))
def test_the_path_is_told_period_by_period_and_comes_out_the_same_twice(seed: int) -> None:
    problem = random_plan(seed, products=6, periods=4)
    told: list[tuple[int, int]] = []
    first = rolling(problem, 2, progress=lambda done, of: told.append((done, of)))
    assert repr(first) == repr(rolling(problem, 2))
    assert told[-1] == (4, 4) and all(a < b for a, b in pairwise(told))
