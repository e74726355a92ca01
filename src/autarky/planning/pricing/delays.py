"""Delays: what putting off a start by one period costs, each solved again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from autarky.errors import SimulationError
from autarky.planning.plan import Plan
from autarky.planning.problem import DAYS
from autarky.planning.stages import GAIN, SHORTFALL, Infeasible, Unbounded, in_stages
from autarky.planning.telling.balances import numbers
from autarky.planning.telling.steps import expanding, without_noise


def delay_costs(plan: Plan, at_most: int = 6) -> dict[tuple[str, str], float]:
    """What putting off a start by one period costs, for the largest starts of the first two periods.

    Each is solved again with no such start in that period, all else free, in the same stages. In person-days
    of basket: of shortfall if that changes, else of weighted consumption beyond the basket; inf where there
    is no plan without it; one that the solver does not get through is left out. The largest are those whose
    capital goods are the largest share of all that is built of a product.
    """
    problem, formulation = plan.problem, plan.formulation
    starts = numbers(plan, "starts", len(problem.buildable))
    grows = expanding(plan)[problem.buildable]
    if not grows.any():
        return {}
    starts = without_noise(starts, [problem.technique_units[j] for j in problem.buildable])
    built = problem.builds_with[:, problem.buildable]
    whole = np.maximum(built @ starts.sum(axis=0), 1e-300)
    size = starts * np.max(built / whole[:, None], axis=0, initial=0.0)
    # What is built of nothing is ranked by its share of all that is started of it.
    size = np.where(built.any(axis=0), size, starts / np.maximum(starts.sum(axis=0), 1e-300))
    size[:, ~grows] = 0.0
    first = size[:2]
    order = np.argsort(-first, axis=None, kind="stable")[:at_most]
    costs: dict[tuple[str, str], float] = {}
    for place in order:
        t, column = (int(k) for k in np.unravel_index(place, first.shape))
        if first[t, column] <= 0:
            continue
        upper = formulation.program.upper.copy()
        upper[formulation.variables["starts"].positions[t, column]] = 0.0
        without = replace(formulation, program=formulation.program.with_sides(upper=upper))
        try:
            again = in_stages(without, quiet=False)
        except SimulationError:
            continue  # The plan stands; what this start is worth is not known.
        assert not isinstance(again, Unbounded), "fewer choices cannot make a bounded plan unbounded"
        technique = problem.techniques[problem.buildable[column]]
        if isinstance(again, Infeasible):
            costs[problem.periods[t], technique] = np.inf
            continue
        reached = {stage.name: stage.value for stage in again}
        before = {stage.name: stage.value for stage in plan.stages}
        lost = reached.get(SHORTFALL, 0.0) - before.get(SHORTFALL, 0.0)
        scale = max(abs(before.get(SHORTFALL, 0.0)), abs(reached.get(SHORTFALL, 0.0)), 1e-9)
        if abs(lost) <= 1e-5 * scale:
            lost = before.get(GAIN, 0.0) - reached.get(GAIN, 0.0)
            # Earlier stages are kept to a tolerance only: a difference within it is none.
            lost = lost if abs(lost) > 1e-5 * max(abs(before.get(GAIN, 0.0)), 1e-9) else 0.0
        # Where a target is missed for it, people may even have more: that is no price of the delay.
        if lost >= 0:
            costs[problem.periods[t], technique] = lost * DAYS
    return costs
