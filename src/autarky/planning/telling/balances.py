"""Balances: of each product in each span, what came and from where, what went and whereto."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from autarky.planning.linear_program import Floats
from autarky.planning.plan import Plan
from autarky.results.plan import Balance

SMALL = 0.005
"""Share of all that comes, or goes, below which flows are told together."""
OTHERS = "others, together"

Flow = tuple[int, int, str, float]
"""(span, product, from where or whereto, amount per year)."""


def balances(plan: Plan) -> tuple[Balance, ...]:
    """What comes − what goes = what is left over ≥ 0, for every product and span in which anything moves.

    Amounts are what the solver found, not rounded, so that each balance adds up to the slack of its row.
    Flows below ``SMALL`` of their side are added up under one name.
    """
    problem = plan.problem
    comes, goes = (_collected(flows) for flows in (_coming(plan), _going(plan)))
    return tuple(
        Balance(
            span,
            problem.name_of(product),
            f"{problem.product_units[i]} / year",
            _largest_first(comes.get((t, i), [])),
            _largest_first(goes.get((t, i), [])),
        )
        for i, product in enumerate(problem.products)
        for t, span in enumerate(problem.spans)
        if (t, i) in comes or (t, i) in goes
    )


def numbers(plan: Plan, block: str, columns: int = 0) -> Floats:
    """Values of one block of variables, as they were found; zeros (spans, columns) where there is none."""
    if block in plan.values:
        return np.asarray(plan.values[block].values, np.float64)
    return np.zeros((len(plan.problem.spans), columns))


def _coming(plan: Plan) -> Iterator[Flow]:
    problem = plan.problem
    activity = numbers(plan, "activity")
    yields = problem.spread(problem.yields)
    for i, j in zip(*np.nonzero(problem.make), strict=True):
        made = problem.make[i, j] * yields[:, j] * activity[:, j]
        yield from _by_span(made, i, f"made by {problem.name_of(problem.techniques[j])}")
    arriving = numbers(plan, "imports", len(problem.imports.channels))
    for c, (partner, _) in enumerate(problem.imports.channels):
        told = f"imported from {problem.name_of(partner)}"
        yield from _by_span(arriving[:, c], problem.imports.products[c], told)
    if problem.stocks is not None:
        stocks, years = problem.stocks, problem.years[:, None]
        before = np.vstack([stocks.initial, numbers(plan, "stock")[:-1]])
        taken = (1.0 - stocks.spoilage) ** years * before / years
        for k, i in enumerate(stocks.products.tolist()):
            yield from _by_span(taken[:, k], i, "from stock")


def _going(plan: Plan) -> Iterator[Flow]:
    problem = plan.problem
    activity = numbers(plan, "activity")
    for i, j in zip(*np.nonzero(problem.use), strict=True):
        told = f"used by {problem.name_of(problem.techniques[j])}"
        yield from _by_span(problem.use[i, j] * activity[:, j], i, told)
    yield from _built(plan)
    for i, needed in enumerate(basket_met(plan).sum(axis=1).T):
        yield from _by_span(needed, i, "households")
    if "extra consumption" in plan.values:
        found = plan.values["extra consumption"]
        bundles = [problem.households.bundles.index(str(bundle)) for bundle in found["bundle"].values]
        taken = found.values.sum(axis=2) @ problem.households.extra[bundles]
        for i, beyond in enumerate(taken.T):
            yield from _by_span(beyond, i, "households, beyond the basket")
    for i, demand in enumerate(problem.spread(problem.public_demand).T):
        yield from _by_span(demand, i, "public demand")
    leaving = numbers(plan, "exports", len(problem.exports.channels))
    for c, (partner, _) in enumerate(problem.exports.channels):
        told = f"exported to {problem.name_of(partner)}"
        yield from _by_span(leaving[:, c], problem.exports.products[c], told)
    if problem.stocks is not None:
        stock = numbers(plan, "stock")
        for k, i in enumerate(problem.stocks.products.tolist()):
            yield from _by_span(stock[:, k] / problem.years, i, "into stock")
            if problem.stationary_after:
                spoilt = problem.stocks.spoilage[k] * stock[-1, k]
                yield len(problem.periods), i, "spoilt in stock", float(spoilt)


def _built(plan: Plan) -> Iterator[Flow]:
    """What goes into plants: those begun, and in the year after those that retire."""
    problem = plan.problem
    if "starts" in plan.values:
        starts = numbers(plan, "starts")
        for column, j in enumerate(problem.buildable):
            by_period = starts[:, column] @ problem.building[:, :, j]
            told = f"built into {problem.name_of(problem.techniques[j])}"
            for i in np.flatnonzero(problem.builds_with[:, j]).tolist():
                yield from _by_span(problem.builds_with[i, j] * by_period, i, told)
    if problem.stationary_after and "capacity" in plan.values:
        capacity = numbers(plan, "capacity")
        for column, j in enumerate(problem.with_plants.tolist()):
            told = f"built into {problem.name_of(problem.techniques[j])}, as it retires"
            for i in np.flatnonzero(problem.builds_with[:, j]).tolist():
                renewed = problem.builds_with[i, j] * problem.retirement[j] * capacity[-1, column]
                yield len(problem.periods), i, told, float(renewed)


def basket_met(plan: Plan) -> Floats:
    """(spans, h, n) what each group gets of its basket, units of product per year."""
    problem = plan.problem
    households = problem.households
    met = problem.spread(households.persons)[:, :, None] * households.basket
    if "basket shortfall" in plan.values:
        h, i = np.nonzero(households.basket > 0)
        met[:, h, i] -= numbers(plan, "basket shortfall")
    return np.asarray(met)


def _by_span(amounts: Floats, product: int, told: str) -> Iterator[Flow]:
    for t in np.flatnonzero(amounts):
        yield int(t), int(product), told, float(amounts[t])


def _collected(flows: Iterator[Flow]) -> dict[tuple[int, int], list[tuple[str, float]]]:
    found: dict[tuple[int, int], list[tuple[str, float]]] = defaultdict(list)
    for t, i, told, amount in flows:
        if amount:
            found[t, i].append((told, amount))
    return dict(found)


def _largest_first(flows: list[tuple[str, float]]) -> tuple[tuple[str, float], ...]:
    whole = sum(abs(amount) for _, amount in flows)
    told = sorted((flow for flow in flows if abs(flow[1]) >= SMALL * whole), key=lambda flow: -flow[1])
    rest = [amount for _, amount in flows if abs(amount) < SMALL * whole]
    return (*told, (OTHERS, sum(rest))) if rest else tuple(told)
