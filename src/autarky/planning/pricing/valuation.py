"""Valuation: every technique at the plan's prices, what a unit makes against what it takes.

What runs makes as much as it takes, to the last digit; what does not run would lose something with every
unit, and how much says why the plan leaves it out (complementary slackness). The same holds of building.
Values are person-days of basket: of a unit of activity for one year; of building, of a unit of capacity.

References
----------
Kantorovich (1939), *Mathematical Methods of Organizing and Planning Production*, appendix 1; Koopmans (1951),
ch. 3 (efficiency prices: no activity makes a profit, none in use a loss).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from autarky.planning.linear_program import Floats
from autarky.planning.plan import Plan
from autarky.planning.pricing.prices import duals_of
from autarky.planning.problem import DAYS, TARGET, Coefficient, PlanningProblem
from autarky.results.plan import Valuation

TO_BUILD = ", to build"
"""What the name of a technique ends with where its building is valued."""
PLANT = "plant"
PACE = "pace of building"
TOLD = 12
"""Entries of a valuation that are told one by one, the largest first; the others are added up."""
OTHERS = "everything else"
SEEN = 1e-6
"""Share of a technique's largest amount below which it does not count as used; of what it takes, above which
it loses."""
ROUNDING = 1e-9
"""Share of what is taken below which a loss is the solver's last digit."""


def valuations(plan: Plan) -> tuple[Valuation, ...]:
    """Techniques at the plan's prices: the building of each, by period of its start, then its running.

    Valued are techniques that are declared, new or being built, and what makes the same products; all, where
    there are none of these. ``loss = takes − makes`` is the reduced cost of the technique's activity, or of
    its start. A start's plant is worth its rents in all later spans, less what retires of it. A plant that is
    nowhere is let for what its technique could just pay: the loss of one that is not built is then what
    building a unit nevertheless would cost. What holds back a start that would pay is ``pace of building``.
    """
    if plan.priced is None:
        return ()
    prices = _Prices(plan)
    return tuple(told for j in _told(plan) for told in (*_building(prices, j), *_running(prices, j)))


def first_order(plan: Plan) -> list[tuple[Coefficient, float]]:
    """Coefficients with a range, and the person-days that lie across it; the largest first.

    To first order, with the plan's prices and amounts: of an input ``Σ π·x·(high − low)`` over all spans, of
    output, labour, capital goods and hours of building likewise. A large one is worth measuring.
    """
    if plan.priced is None:
        return []
    prices = _Prices(plan)
    found = [
        (coefficient, abs(_slope(prices, coefficient)) * (coefficient.high - coefficient.low) * DAYS)
        for coefficient in plan.problem.coefficients
        if coefficient.high > coefficient.low
    ]
    return sorted(found, key=lambda told: -told[1])


@dataclass(frozen=True, eq=False)
class _Prices:
    """Duals of the priced stage as prices, none below zero, and its amounts, by the problem's own labels.

    s spans, p periods, n products, m techniques; a price is of one unit per year throughout its span.
    """

    plan: Plan

    @property
    def problem(self) -> PlanningProblem:
        return self.plan.problem

    @cached_property
    def values(self) -> Floats:
        assert self.plan.priced is not None
        return self.plan.priced.solution.values

    @cached_property
    def costs(self) -> Floats:
        assert self.plan.priced is not None
        return self.plan.priced.solution.reduced_costs

    @cached_property
    def product(self) -> Floats:
        """(s, n)"""
        return duals_of(self.plan, "balance")

    @cached_property
    def under_siege(self) -> Floats:
        """(s, n) of a product under siege, zero in spans without one."""
        found = np.zeros_like(self.product)
        if self.problem.siege is not None:
            found[self.problem.siege.first :] = duals_of(self.plan, "siege")
        return found

    @cached_property
    def hours(self) -> Floats:
        """(s, skills)"""
        labour = self.problem.labour
        skills = () if labour is None else labour.skills
        columns = [-duals_of(self.plan, f"labour of {skill}") for skill in skills]
        return np.array(columns).T.reshape(len(self.problem.spans), len(skills))

    @cached_property
    def hours_under_siege(self) -> Floats:
        """(s, skills) zero in spans without a siege."""
        found = np.zeros_like(self.hours)
        if self.problem.siege is not None and self.problem.labour is not None:
            found[self.problem.siege.first :] = -duals_of(self.plan, "labour under siege")
        return found

    @cached_property
    def deposit(self) -> Floats:
        """(deposits,)"""
        return -duals_of(self.plan, "deposit") if self.problem.deposits else np.zeros(0)

    @cached_property
    def targets(self) -> list[tuple[str, Floats]]:
        """(name, (s,)) of each target; zero in spans in which nothing is wanted."""
        found = []
        for target in self.problem.targets:
            rows = self.plan.formulation.rows[f"{TARGET}: {target.name}"]
            by_span = np.zeros(len(self.problem.spans))
            wanted = [self.problem.spans.index(span) for span in rows.labels["span"]]
            by_span[wanted] = -duals_of(self.plan, rows.name)
            found.append((target.name, by_span))
        return found

    @cached_property
    def rent(self) -> Floats:
        """(s, m) of a unit of plant; of one that is not there, what its technique could just pay."""
        return self._rent("within capacity", "activity", 0)

    @cached_property
    def rent_under_siege(self) -> Floats:
        """(s, m) zero in spans without a siege."""
        siege = self.problem.siege
        if siege is None:
            return np.zeros((len(self.problem.spans), len(self.problem.techniques)))
        return self._rent("within capacity under siege", "activity under siege", siege.first)

    def _rent(self, rows: str, activity: str, first: int) -> Floats:
        plants = self.problem.with_plants
        found = np.zeros((len(self.problem.spans), len(self.problem.techniques)))
        if len(plants):
            rent = -duals_of(self.plan, rows)
            lost = np.maximum(0.0, self.costs[self.plan.formulation.variables[activity].positions][:, plants])
            # Where there is no plant, any rent between what it could earn and what one costs would do.
            absent = self.values[self.plan.formulation.variables["capacity"].positions][first:] <= 1e-9
            found[first:, plants] = np.where(absent, np.maximum(0.0, rent - lost), rent)
        return found

    @cached_property
    def pace(self) -> Floats:
        """(p, m) of the limit that grows with what was built before."""
        found = np.zeros((len(self.problem.periods), len(self.problem.techniques)))
        rows = self.plan.formulation.rows.get("pace of building")
        if rows is not None:
            places = [self.problem.techniques.index(name) for name in rows.labels["technique"]]
            found[:, places] = -duals_of(self.plan, "pace of building")
        return found

    @cached_property
    def held_back(self) -> Floats:
        """(p, m) of a fixed limit of building: what one more start would bring."""
        found = np.zeros_like(self.pace)
        if "starts" in self.plan.formulation.variables:
            costs = self.costs[self.plan.formulation.variables["starts"].positions]
            found[:, self.problem.buildable] = np.maximum(0.0, -costs)
        return found

    def construction(self, span: int, technique: int) -> Iterator[tuple[str, float]]:
        """What a unit of capacity built per year in a span takes."""
        problem = self.problem
        for i in np.flatnonzero(problem.builds_with[:, technique]):
            yield problem.products[i], float(problem.builds_with[i, technique] * self.product[span, i])
        if problem.labour is not None:
            for s, skill in enumerate(problem.labour.skills):
                if hours := problem.labour.per_start[s, technique]:
                    yield _hours(skill), float(hours * self.hours[span, s])


def _told(plan: Plan) -> Iterable[int]:
    """Positions of the techniques that are valued."""
    problem = plan.problem
    declared = {coefficient.technique for coefficient in problem.coefficients}
    named = {j for j, technique in enumerate(problem.techniques) if technique in declared}
    named |= {j for j in problem.buildable.tolist() if problem.capacity[j] == 0}
    made = np.any(problem.make[:, sorted(named)] > 0, axis=1)
    named |= set(np.flatnonzero(np.any(problem.make[made] > 0, axis=0)).tolist())
    if "starts" in plan.values:
        most = plan.values["starts"].max("period").values
        named |= set(problem.buildable[most > SEEN * max(1.0, most.max())].tolist())
    return sorted(named) or range(len(problem.techniques))


def _running(prices: _Prices, j: int) -> Iterator[Valuation]:
    problem = prices.problem
    yields = problem.spread(problem.yields)
    activity = prices.plan.values["activity"].values[:, j]
    for t, span in enumerate(problem.spans):
        makes: dict[str, float] = {}
        takes: dict[str, float] = {}
        for i in np.flatnonzero(problem.make[:, j]):
            _add(makes, problem.products[i], problem.make[i, j] * yields[t, j] * prices.product[t, i])
        for i in np.flatnonzero(problem.use[:, j]):
            _add(takes, problem.products[i], problem.use[i, j] * prices.product[t, i])
        if problem.labour is not None:
            for s, skill in enumerate(problem.labour.skills):
                _add(takes, _hours(skill), problem.labour.per_activity[s, j] * prices.hours[t, s])
        _add(takes, PLANT, prices.rent[t, j])
        for d, deposit in enumerate(problem.deposits):
            _add(takes, deposit, problem.draws[d, j] * problem.span_weights[t] * prices.deposit[d])
        for target, (name, price) in zip(problem.targets, prices.targets, strict=True):
            each = target.activity[min(t, len(problem.periods) - 1), j] * price[t]
            _add(takes if each > 0 else makes, f"{TARGET}: {name}", abs(each))
        used = bool(activity[t] > SEEN * max(1.0, activity.max()))
        yield _valuation(problem, j, "", span, used, makes, takes, DAYS / float(problem.span_weights[t]))


def _building(prices: _Prices, j: int) -> Iterator[Valuation]:
    problem = prices.problem
    if j not in problem.buildable:
        return
    starts = prices.plan.values["starts"].sel(technique=problem.techniques[j]).values
    for begun in np.flatnonzero(problem.most_starts[:, j]):
        makes: dict[str, float] = {}
        takes: dict[str, float] = {}
        for during in np.flatnonzero(problem.building[begun, :, j]):
            share = problem.building[begun, during, j]
            for what, value in prices.construction(int(during), j):
                _add(takes, what, share * value)
        _add(takes, PACE, prices.pace[begun, j] + prices.held_back[begun, j])
        later = slice(begun + 1, None)
        learnt = problem.start_growth[j] * problem.years[later] @ prices.pace[later, j]
        _add(makes, "what is learnt", float(learnt))
        left = 1.0
        first = int(problem.arrival[begun, j])
        for t in range(first, len(problem.spans)):
            left *= problem.left[t, j] if t > first else 1.0
            earns, costs = _kept(prices, t, j)
            # In the year after a plant need not be kept; what it earns must be worth its upkeep.
            if t == len(problem.periods) and sum(earns.values()) < sum(costs.values()):
                break
            for entries, given in ((makes, earns), (takes, costs)):
                for what, value in given.items():
                    _add(entries, what, left * value)
        used = bool(starts[begun] > SEEN * max(1.0, starts.max()))
        yield _valuation(problem, j, TO_BUILD, problem.periods[begun], used, makes, takes, DAYS)


def _kept(prices: _Prices, t: int, j: int) -> tuple[dict[str, float], dict[str, float]]:
    """What a unit of plant earns in a span, and what it costs to have it."""
    problem = prices.problem
    earns: dict[str, float] = {}
    costs: dict[str, float] = {}
    span = problem.spans[t]
    _add(earns, f"{PLANT} in {span}", prices.rent[t, j])
    _add(earns, f"{PLANT} under siege in {span}", prices.rent_under_siege[t, j])
    for target, (name, price) in zip(problem.targets, prices.targets, strict=True):
        each = target.capacity[min(t, len(problem.periods) - 1), j] * price[t]
        _add(costs if each > 0 else earns, f"{TARGET}: {name}", abs(each))
    if t == len(problem.periods):
        for what, value in prices.construction(t, j):
            _add(costs, f"upkeep: {what}", problem.retirement[j] * value)
    return earns, costs


def _slope(prices: _Prices, coefficient: Coefficient) -> float:
    """∂(what is minimised)/∂(a coefficient as declared), person-years per its unit."""
    problem = prices.problem
    j = problem.techniques.index(coefficient.technique)
    variables = prices.plan.formulation.variables
    spans, periods = len(problem.spans), len(problem.periods)
    siege = problem.siege
    if coefficient.kind in ("labour", "building_labour"):
        assert problem.labour is not None
        s = problem.labour.skills.index(coefficient.item)
        price, besieged = prices.hours[:, s], prices.hours_under_siege[:, s]
    else:
        i = problem.products.index(coefficient.product)
        price, besieged = prices.product[:, i], prices.under_siege[:, i]
    if coefficient.kind in ("uses", "makes", "labour"):
        each = -problem.spread(problem.yields)[:, j] if coefficient.kind == "makes" else np.ones(spans)
        found = float((each * price) @ prices.values[variables["activity"].positions[:, j]])
        if siege is not None:
            running = prices.values[variables["activity under siege"].positions[:, j]]
            found += float((each * besieged)[siege.first :] @ running)
    else:
        found = 0.0
        if j in problem.buildable:
            place = int(np.searchsorted(problem.buildable, j))
            starts = prices.values[variables["starts"].positions[:, place]]
            found += float(starts @ problem.building[:, :, j] @ price[:periods])
        if problem.stationary_after and j in problem.with_plants:
            place = int(np.searchsorted(problem.with_plants, j))
            kept = prices.values[variables["capacity"].positions[-1, place]]
            found += float(problem.retirement[j] * kept * price[-1])
    return found * coefficient.factor


def _valuation(
    problem: PlanningProblem,
    j: int,
    suffix: str,
    span: str,
    used: bool,
    makes: dict[str, float],
    takes: dict[str, float],
    scale: float,
) -> Valuation:
    technique = problem.techniques[j]
    taken = sum(takes.values())
    loss = taken - sum(makes.values())
    if abs(loss) <= ROUNDING * taken:
        loss = 0.0
    # What runs at a loss only spends what a later stage may take of an earlier one.
    used = used and loss <= SEEN * taken
    return Valuation(
        technique,
        problem.name_of(technique) + suffix,
        span,
        used,
        _largest(makes, scale),
        _largest(takes, scale),
        loss * scale,
    )


def _largest(entries: dict[str, float], scale: float) -> tuple[tuple[str, float], ...]:
    ranked = sorted(entries.items(), key=lambda entry: -abs(entry[1]))
    told, others = ranked[:TOLD], ranked[TOLD:]
    rest = [(OTHERS, sum(value for _, value in others))] if others else []
    return tuple((what, value * scale) for what, value in told + rest)


def _add(entries: dict[str, float], what: str, value: float) -> None:
    if value:
        entries[what] = entries.get(what, 0.0) + float(value)


def _hours(skill: str) -> str:
    return f"hours of {skill}"
