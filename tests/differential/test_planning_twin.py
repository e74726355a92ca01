"""The planner's formulation equals its slow twin, tests/reference/plan.py, stage by stage, on 60 problems.

Faults that were seeded once, by hand, each alone, in the formulation, the timing of a problem or the
objectives, and in how many of the 60 each was caught. The first draft, 24 problems in which hours were
plenty, missed nine of them.

    yields on inputs too                      19    segments of the first period's persons    18
    retirement without years                  18    overtime without limit                    16
    first year retires nothing                28    standing in worth all                      8
    retirement of the period before           16    trainees come back                         2
    year after without renewal                26    training takes no time                     7
    … without the labour of renewal           15    training without years (was real)          1
    starts without years                      18    building labour times years               14
    learning without years                     3    debt without interest                     13
    learning from the last period alone        5    debt without years                         8
    capacity a period late                    28    old debt forgotten                        13
    capacity under way a period late           7    the year after pays no interest            6
    building needs with the wrong sign        54    exports cost                              39
    building needs without years              21    deposits without years                    12
    what is built after the plan is free      12    a target's shortfall counts double        44
    what comes after the plan is lost         10    targets of other periods                  50
    lag a year short                          36    target coefficients of other periods      45
    stock without years                       27    contracts do not bind                      8
    spoilage without years                    20    reserves do not bind                      15
    initial stock does not spoil              46    siege keeps what it cuts                  12
    stock of the year after does not spoil    16    siege lasts a year                        10
    coverage of the first period's needs      36    stocks do not spoil in a siege             3
    shortfall counts less                     36    no overtime in a siege                     2
    the year after counts once                36    no public share in a siege                14
    the year after as the first               38    siege with capacity of other periods       4
    shortfall in units                        26    discount from the beginning               48
    shortfall without years                   21    no concavity                              23
    targets without scale                     44
"""

from __future__ import annotations

import numpy as np
import pytest

from autarky.planning.formulation import formulate
from autarky.planning.problem import PlanningProblem
from autarky.planning.stages import COVERAGE, Infeasible, Stage, Unbounded, in_stages
from problems.random_plans import FEATURES, random_plan
from reference.plan import Plan as Twin
from reference.plan import Terms

TOGETHER = {
    # What shows only where two things meet, and meets too seldom by chance.
    ("siege", "scarce labour"): range(20, 30),
    ("learning", "unequal periods", "more targets"): range(10),
}


def any_features() -> list[PlanningProblem]:
    """Small problems; each feature is in every other one, as if by throws of a coin."""
    found = []
    for seed in range(40):
        rng = np.random.default_rng([seed, 7])
        features = [name for name in FEATURES if rng.random() < 0.5]
        size = {"products": int(rng.integers(3, 7)), "periods": int(rng.integers(1, 5))}
        found.append(random_plan(seed, features=features, **size))
    return found


def chosen_features() -> list[PlanningProblem]:
    return [
        random_plan(seed, products=5, periods=4, features=features)
        for features, seeds in TOGETHER.items()
        for seed in seeds
    ]


def keep(twin: Twin, stage: Stage, later: Stage, cost: Terms) -> tuple[Terms, float] | None:
    """What is kept of a stage: a sum in the twin's words and its limit, or bounds, set at once."""
    if len(later.locks) > len(stage.locks):
        lock = later.locks[-1]
        scale = np.abs(stage.objective).max() / np.abs(lock.coefficients).max()
        return cost, float(lock.at_most * scale)
    bounds, wanted = twin.model.bounds, np.flatnonzero(stage.objective)
    if stage.name == COVERAGE:
        bounds[("worst",)] = (float(later.program.lower[wanted[0]]), 1.0)
    else:
        most = float((later.program.upper[wanted] * stage.objective[wanted]).max())
        for key, each in cost.items():
            bounds[key] = (bounds[key][0], min(bounds[key][1], most / each))
    return None


@pytest.mark.parametrize(
    "problem", any_features() + chosen_features(), ids=lambda problem: str(problem.title)
)
def test_each_stage_reaches_what_the_twin_reaches(problem: PlanningProblem) -> None:
    twin = Twin(problem)
    reached = in_stages(formulate(problem))
    assert not isinstance(reached, Unbounded)
    if isinstance(reached, Infeasible):
        assert twin.model.least({}) is None
        return
    kept: list[tuple[Terms, float]] = []
    for stage, later in zip(reached, [*reached[1:], None], strict=True):
        cost = {key: value for key, value in twin.cost_of(stage.name).items() if value}
        least = twin.model.least(cost, kept)
        assert least == pytest.approx(stage.solution.objective, rel=1e-7, abs=1e-7), stage.name
        if later is not None and (bound := keep(twin, stage, later, cost)) is not None:
            kept.append(bound)
