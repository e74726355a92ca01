"""Siege: the largest share of the basket that each span's plants and stocks could keep up under a cut."""

from __future__ import annotations

import numpy as np

from autarky.planning.highs import Status, solve
from autarky.planning.linear_program import Builder
from autarky.planning.plan import Plan
from autarky.planning.telling.balances import numbers
from autarky.results.plan import SiegeCoverage


def siege_coverage(plan: Plan) -> tuple[SiegeCoverage, ...]:
    """``max ρ`` by span: ``V·x − U·x + imports left + stocks ≥ ρ·basket + public share``, nothing new built.

    Plants, imports and stocks are those of the plan; ρ is at most 1. Empty where no siege was asked for, and
    where the share of public demand that must be left cannot be.
    """
    problem = plan.problem
    siege = problem.siege
    if siege is None:
        return ()
    first, spans = siege.first, problem.spans[siege.first :]
    persons = problem.spread(problem.households.persons)[first:]
    needs = (persons[:, :, None] * problem.households.basket).sum(axis=1)
    builder = Builder()
    share = builder.variables("share", {"span": spans}, upper=1.0)
    capacity = np.full((len(spans), len(problem.techniques)), np.inf)
    if len(problem.with_plants):
        capacity[:, problem.with_plants] = np.maximum(numbers(plan, "capacity")[first:], 0.0)
    activity = builder.variables("activity", {"span": spans, "technique": problem.techniques}, upper=capacity)
    demand = siege.public_share * problem.spread(problem.public_demand)[first:]
    row = builder.rows("siege", {"span": spans, "product": problem.products}, lower=demand)
    builder.add(row.positions, share.positions[:, None], -needs)
    i, j = np.nonzero((problem.make != 0) | (problem.use != 0))
    yields = problem.spread(problem.yields)[first:]
    net = problem.make[i, j] * yields[:, j] - problem.use[i, j]
    builder.add(row.positions[:, i], activity.positions[:, j], net)
    if problem.imports.channels:
        left = np.maximum((1.0 - siege.cut) * numbers(plan, "imports")[first:], 0.0)
        arriving = builder.variables(
            "imports", {"span": spans, "channel": problem.imports.labels}, upper=left
        )
        builder.add(row.positions[:, problem.imports.products], arriving.positions, 1.0)
    if problem.stocks is not None:
        stock = numbers(plan, "stock")
        at_end = np.minimum(np.arange(first, len(problem.spans)), len(stock) - 1)
        there = np.maximum((1.0 - problem.stocks.spoilage) * stock[at_end] / siege.years, 0.0)
        names = [problem.products[k] for k in problem.stocks.products]
        used = builder.variables("stock", {"span": spans, "product": names}, upper=there)
        builder.add(row.positions[:, problem.stocks.products], used.positions, 1.0)
    if problem.labour is not None:
        labour = problem.labour
        limit = problem.spread(labour.hours)[first:] * (1.0 + labour.overtime)
        hours = builder.rows("labour", {"span": spans, "skill": labour.skills}, upper=limit)
        s, j = np.nonzero(labour.per_activity)
        builder.add(hours.positions[:, s], activity.positions[:, j], labour.per_activity[s, j])
    program = builder.build()
    cost = np.zeros(len(program.lower))
    cost[share.positions] = -1.0
    solution = solve(program, cost, crossover=True)
    if solution.status is not Status.OPTIMAL:
        return ()
    # What 1 % more of a product in everybody's basket costs: these add up to 1 where a basket is not whole.
    weight = solution.row_duals[row.positions] * needs
    reached = solution.values[share.positions]
    return tuple(
        SiegeCoverage(
            span,
            float(min(max(reached[t], 0.0), 1.0)),
            problem.name_of(problem.products[int(np.argmax(weight[t]))]) if reached[t] < 1 - 1e-6 else "",
        )
        for t, span in enumerate(spans)
    )
