"""Telling: a plan in the values that are shown and kept, without what is worked out from its prices."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from autarky.planning.plan import Plan
from autarky.planning.posing.from_table import TableBase
from autarky.planning.problem import TARGET
from autarky.planning.stages import KEPT
from autarky.planning.telling.balances import balances, basket_met, numbers
from autarky.planning.telling.siege import siege_coverage
from autarky.planning.telling.steps import Delays, measure, physical_of, scales, steps, without_noise
from autarky.results.plan import (
    Certificate,
    Coverage,
    KeptImport,
    Limit,
    Livelihood,
    PlanResult,
    Series,
    StageReached,
    TargetReached,
    Valuation,
)

WHOLE = 1.0 - 2.0 * KEPT
"""Share above which nothing is lacking: the stages keep what was reached no closer than this."""


def plan_result(
    plan: Plan,
    *,
    certificate: Certificate,
    limits: Sequence[Limit] = (),
    keep: Sequence[KeptImport] = (),
    valuations: Sequence[Valuation] = (),
    economy: str = "",
    base: TableBase | None = None,
    delays: Delays | None = None,
) -> PlanResult:
    """The action plan: livelihoods, steps, activities, trade, balances, targets and what a siege leaves.

    Parameters
    ----------
    certificate, limits, keep, valuations
        What was checked, and the prices of scarcity.
    economy
        Name and year of the table.
    base
        That table's year: flows are compared with it.
    delays
        As from ``delay_costs``.
    """
    problem = plan.problem
    return PlanResult(
        problem.title,
        economy,
        problem.periods,
        tuple(float(years) for years in problem.years),
        problem.spans,
        float(problem.households.persons[0].sum()),
        tuple(StageReached(stage.name, stage.unit, float(stage.value)) for stage in plan.stages),
        plan.worst_coverage,
        tuple(coverages(plan)),
        tuple(livelihoods(plan)),
        steps(plan, base=base, valuations=valuations, keep=keep, delays=delays),
        tuple(_activities(plan, base)),
        tuple(_trade(plan, "imports", base)),
        tuple(_trade(plan, "exports", base)),
        balances(plan),
        tuple(_targets(plan)),
        certificate,
        plan.priced.name if plan.priced is not None else "",
        tuple(limits),
        tuple(keep),
        tuple(valuations),
        siege_coverage(plan),
        assumptions=problem.assumptions,
        sources=tuple(dict.fromkeys(filter(None, (*problem.sources, *_quoted(plan))))),
        names=dict(problem.names),
        currency=problem.foreign_exchange.currency if problem.foreign_exchange is not None else "",
    )


def coverages(plan: Plan) -> Iterator[Coverage]:
    """Share ``1 − shortfall / need`` of each product of each group's basket, where there is a need."""
    problem = plan.problem
    households = problem.households
    met = basket_met(plan)
    persons = problem.spread(households.persons)
    for t, span in enumerate(problem.spans):
        needs = persons[t][:, None] * households.basket
        for h, i in zip(*np.nonzero(needs > 0), strict=True):
            product = problem.products[i]
            share = float(np.clip(met[t, h, i] / needs[h, i], 0.0, 1.0))
            share = 1.0 if share > WHOLE else share
            need = measure(problem, product, float(needs[h, i]), per_year=True)
            yield Coverage(span, households.groups[h], problem.name_of(product), need, share)


def livelihoods(plan: Plan) -> Iterator[Livelihood]:
    """Weighted share of the basket, and person-years beyond it per person, of each group that has people."""
    problem = plan.problem
    households = problem.households
    persons = problem.spread(households.persons)
    met = basket_met(plan)
    beyond = np.zeros(persons.shape)
    if "extra consumption" in plan.values:
        found = plan.values["extra consumption"]
        for b, bundle in enumerate(found["bundle"].values):
            of = households.bundles.index(str(bundle))
            years = found.values[:, b].sum(axis=1) * households.bundle_weights[of]
            beyond[:, households.bundle_groups[of]] += years
    for t, span in enumerate(problem.spans):
        for h, group in enumerate(households.groups):
            if persons[t, h] <= 0:
                continue
            needs = persons[t, h] * households.basket[h]
            has = needs > 0
            lacking = households.weights[h, has] * (1.0 - met[t, h, has] / needs[has])
            basket = float(np.clip(1.0 - lacking.sum(), 0.0, 1.0))
            extra = max(float(beyond[t, h] / persons[t, h]), 0.0)
            yield Livelihood(span, group, 1.0 if basket > WHOLE else basket, extra if extra > 1e-6 else 0.0)


def _activities(plan: Plan, base: TableBase | None) -> Iterator[Series]:
    problem = plan.problem
    values = without_noise(numbers(plan, "activity"), problem.technique_units, scales(plan))
    limits = np.full(values.shape, np.inf)
    if "capacity" in plan.values:
        limits[:, problem.with_plants] = np.maximum(numbers(plan, "capacity"), 0.0)
    before = dict(zip(base.techniques, base.output, strict=True)) if base is not None else {}
    for j, technique in enumerate(problem.techniques):
        physical = physical_of(problem, j)
        yield Series(
            technique,
            problem.name_of(technique),
            f"{problem.technique_units[j]} / year",
            tuple(map(float, values[:, j])),
            tuple(map(float, limits[:, j])),
            float(before[technique]) if technique in before else None,
            f"{physical[0]} / year" if physical else "",
            physical[1] if physical else None,
        )


def _trade(plan: Plan, what: str, base: TableBase | None) -> Iterator[Series]:
    problem = plan.problem
    trade = problem.imports if what == "imports" else problem.exports
    units = [problem.product_units[i] for i in trade.products]
    values = without_noise(numbers(plan, what, len(trade.channels)), units, scales(plan))
    ceiling = problem.spread(trade.ceiling)
    before: dict[str, float] = {}
    if base is not None:
        channels = base.import_channels if what == "imports" else base.export_channels
        flows = base.imports_base if what == "imports" else base.exports_base
        labels = (f"{partner}.{product}" for partner, product in channels)
        before = dict(zip(labels, map(float, flows), strict=True))
    for c, label in enumerate(trade.labels):
        partner, product = trade.channels[c]
        # What one unit is in the physical unit, where there is one.
        one = measure(problem, product, 1.0, per_year=True)
        yield Series(
            label,
            f"{problem.name_of(product)} {'from' if what == 'imports' else 'to'} {problem.name_of(partner)}",
            one.unit,
            tuple(map(float, values[:, c])),
            tuple(map(float, ceiling[:, c])),
            before.get(label),
            one.physical_unit,
            one.physical,
        )


def _targets(plan: Plan) -> Iterator[TargetReached]:
    problem = plan.problem
    for target in problem.targets:
        policy = f"{TARGET}: {target.name}"
        found = plan.values[f"{policy} missed"]
        spans = [str(span) for span in found["span"].values]
        level = problem.spread(target.level)
        for span, missed in zip(spans, found.values, strict=True):
            # What is wanted at least stands in the problem with its sign turned round.
            wanted = abs(float(level[problem.spans.index(span)]))
            lacking = float(missed) if missed > 2 * KEPT * target.scale else 0.0
            yield TargetReached(
                target.name,
                span,
                target.unit,
                wanted,
                lacking,
                target.priority,
                policy in problem.must_hold,
            )


def _quoted(plan: Plan) -> Iterator[str]:
    problem = plan.problem
    yield from (quantity.source for quantity in problem.quantities)
    yield from (coefficient.source for coefficient in problem.coefficients)
    yield from (target.source for target in problem.targets)
