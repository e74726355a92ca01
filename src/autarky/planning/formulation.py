"""Formulation: a planning problem as a linear program, free of any solver.

Every row stands for one sentence: what is used was made, bought or stored; nothing runs beyond its plant; … .
What nature or arithmetic demands is a row without a policy; what somebody wants carries the policy's name,
and only such a row can be given a way out (``giving=True``), by which clashes between policies are found.

References
----------
Koopmans (1951), *Activity Analysis of Production and Allocation* (make and use apart); ten Raa (2005),
*The Economics of Input-Output Analysis*, ch. 4; Miller & Blair (2022), §13.4 (dynamic model).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from autarky.planning.linear_program import Block, Builder, Floats, LinearProgram
from autarky.planning.problem import (
    CONTRACTS,
    DEBT,
    EXPORT_CEILINGS,
    FOREIGN_EXCHANGE,
    IMPORT_CEILINGS,
    LABOUR,
    LIVELIHOOD,
    PUBLIC_DEMAND,
    RESERVES,
    SIEGE,
    TARGET,
    PlanningProblem,
    Trade,
)


@dataclass(frozen=True, eq=False)
class Policy:
    """Something somebody wants, and the variables by which it can give way."""

    name: str
    unit: str
    gives: npt.NDArray[np.int64]
    """Positions of the variables that say how much it gives, in the shape of ``labels``; empty where the
    program was built without ways out."""
    labels: Mapping[str, tuple[str, ...]]
    scale: Floats
    """What counts as giving way wholly, in the shape of ``gives``."""
    most: Floats
    """More than this cannot be given, in the shape of ``gives``: with it nothing is wanted any more; inf: a
    limit, which can be lifted without end."""


@dataclass(frozen=True, eq=False)
class Formulation:
    """A problem, its linear program, and where in it everything stands."""

    problem: PlanningProblem
    program: LinearProgram
    variables: Mapping[str, Block]
    rows: Mapping[str, Block]
    policies: Mapping[str, Policy]


def formulate(problem: PlanningProblem, *, giving: bool = False) -> Formulation:
    """The linear program of a planning problem.

    With ``giving`` every policy's rows have a way out, closed (fixed at 0) for those that must hold.
    """
    work = _Work(problem, giving)
    _production(work)
    _capacity(work)
    _trade(work)
    _stocks(work)
    _consumption(work)
    _labour(work)
    _foreign_exchange(work)
    _deposits(work)
    _targets(work)
    _siege(work)
    return Formulation(problem, work.builder.build(), work.variables, work.rows, work.policies)


@dataclass
class _Work:
    """The program in the making."""

    problem: PlanningProblem
    giving: bool
    builder: Builder = field(default_factory=Builder)
    variables: dict[str, Block] = field(default_factory=dict)
    rows: dict[str, Block] = field(default_factory=dict)
    policies: dict[str, Policy] = field(default_factory=dict)

    def variable(self, name: str, labels: Mapping[str, Any], unit: str, **bounds: npt.ArrayLike) -> Block:
        block = self.builder.variables(name, labels, unit=unit, **bounds)
        self.variables[name] = block
        return block

    def row(
        self, name: str, labels: Mapping[str, Any], unit: str, policy: str = "", **sides: npt.ArrayLike
    ) -> Block:
        block = self.builder.rows(name, labels, unit=unit, policy=policy, **sides)
        self.rows[name] = block
        return block

    def add(self, rows: npt.ArrayLike, variables: npt.ArrayLike, coefficients: npt.ArrayLike) -> None:
        self.builder.add(rows, variables, coefficients)

    def policy(self, rows: Block, sign: float, scale: npt.ArrayLike, most: npt.ArrayLike = np.inf) -> None:
        """Make the rows of one policy able to give: ``sign·give`` is added to them."""
        shape = rows.positions.shape
        whole, all_of_it = (np.broadcast_to(np.asarray(given, np.float64), shape) for given in (scale, most))
        gives = np.zeros((0,), np.int64)
        if self.giving:
            give = self.variable(f"{rows.name} given", rows.labels, rows.unit, upper=0.0)
            self.add(rows.positions, give.positions, sign)
            gives = give.positions
        self.policies[rows.policy] = Policy(rows.policy, rows.unit, gives, rows.labels, whole, all_of_it)

    @property
    def balance(self) -> npt.NDArray[np.int64]:
        """(spans, n) the rows in which each product's coming and going meet."""
        return self.rows["balance"].positions


def _production(work: _Work) -> None:
    problem = work.problem
    spans = problem.spans
    demand = problem.spread(problem.public_demand)
    balance = work.row("balance", {"span": spans, "product": problem.products}, "units of product / year")
    # Its lower sides are set here and lowered where something comes in from before the plan.
    activity = work.variable(
        "activity", {"span": spans, "technique": problem.techniques}, "units of technique / year"
    )
    yields = problem.spread(problem.yields)
    i, j = np.nonzero((problem.make != 0) | (problem.use != 0))
    net = problem.make[i, j] * yields[:, j] - problem.use[i, j]
    work.add(balance.positions[:, i], activity.positions[:, j], net)
    sides = work.builder.sides_of(balance)
    sides.lower[:] = demand
    there = demand > 0
    if work.giving and there.any():
        # met + given = wanted; what is met is taken from the balance.
        wanted = work.row(
            "public demand",
            {"span": spans, "product": problem.products},
            "units of product / year",
            policy=PUBLIC_DEMAND,
            lower=demand,
        )
        met = work.variable(
            "public demand met", wanted.labels, wanted.unit, lower=np.minimum(demand, 0.0), upper=demand
        )
        work.add(wanted.positions, met.positions, 1.0)
        sides.lower[:] = 0.0
        work.add(balance.positions, met.positions, -1.0)
        work.policy(wanted, 1.0, np.where(there, demand, 1.0), np.where(there, demand, 0.0))


def _capacity(work: _Work) -> None:
    problem = work.problem
    plants, built = problem.with_plants, problem.buildable
    periods, spans = len(problem.periods), len(problem.spans)
    if not len(plants):
        return
    names = tuple(problem.techniques[j] for j in plants)
    labels = {"span": problem.spans, "technique": names}
    capacity = work.variable("capacity", labels, "units of technique / year")
    within = work.row("within capacity", labels, "units of technique / year", upper=0.0)
    activity = work.variables["activity"].positions
    work.add(within.positions, activity[:, plants], 1.0)
    work.add(within.positions, capacity.positions, -1.0)
    # K[t] = K[t−1] less what retires + what arrives; in the year after no more than that, kept up.
    kept = work.row("capacity kept", labels, "units of technique / year")
    sides = work.builder.sides_of(kept)
    arriving = problem.arriving[:, plants]
    sides.upper[:periods] = arriving
    sides.lower[:periods] = arriving
    sides.upper[periods:] = 0.0
    left = problem.left[:, plants]
    sides.upper[0] += problem.capacity[plants] * left[0]
    sides.lower[0] += problem.capacity[plants] * left[0]
    work.add(kept.positions, capacity.positions, 1.0)
    for t in range(1, spans):
        work.add(kept.positions[t], capacity.positions[t - 1], -left[t])
    # Plants that are kept up in the year after are rebuilt as they retire.
    if problem.stationary_after:
        renewal = problem.builds_with[:, plants] * problem.retirement[plants]
        i, j = np.nonzero(renewal)
        work.add(work.balance[-1, i], capacity.positions[-1, j], -renewal[i, j])
    if not len(built):
        return
    limits = problem.most_starts[:, built] * problem.years[:, None]
    learns = problem.start_growth[built] > 0
    starts = work.variable(
        "starts",
        {"period": problem.periods, "technique": [problem.techniques[j] for j in built]},
        "units of technique / year",
        upper=np.where(learns, np.inf, limits),
    )
    if learns.any():
        pace = work.row(
            "pace of building",
            {"period": problem.periods, "technique": [problem.techniques[j] for j in built[learns]]},
            "units of technique / year",
            upper=limits[:, learns],
        )
        work.add(pace.positions, starts.positions[:, learns], 1.0)
        for t in range(1, periods):
            before = starts.positions[:t, learns]
            growth = -problem.start_growth[built[learns]] * problem.years[t]
            work.add(np.broadcast_to(pace.positions[t], before.shape), before, growth)
    place = np.searchsorted(plants, built)
    arrival = problem.arrival[:, built]
    for t in range(periods):
        there = arrival[t] < spans
        rows = kept.positions[np.minimum(arrival[t], spans - 1), place]
        work.add(rows[there], starts.positions[t, there], -1.0)
    building = problem.building[:, :, built]
    i, j = np.nonzero(problem.builds_with[:, built])
    for begun, during in zip(*np.nonzero(building.any(axis=2)), strict=True):
        needs = problem.builds_with[i, built[j]] * building[begun, during, j]
        work.add(work.balance[during, i], starts.positions[begun, j], -needs)


def _trade(work: _Work) -> None:
    problem = work.problem
    for name, trade, sign, policy in (
        ("imports", problem.imports, 1.0, IMPORT_CEILINGS),
        ("exports", problem.exports, -1.0, EXPORT_CEILINGS),
    ):
        if not trade.channels:
            continue
        labels = {"span": problem.spans, "channel": trade.labels}
        flow = work.variable(name, labels, "units of product / year")
        work.add(work.balance[:, trade.products], flow.positions, sign)
        # Rows, not bounds: a ceiling has a price, and a way out.
        ceiling = problem.spread(trade.ceiling)
        limited = np.isfinite(ceiling).any(axis=0)
        if limited.any():
            told = {"span": problem.spans, "channel": np.array(trade.labels)[limited].tolist()}
            below = work.row(
                f"{name[:-1]} ceiling",
                told,
                "units of product / year",
                policy=policy,
                upper=ceiling[:, limited],
            )
            work.add(below.positions, flow.positions[:, limited], 1.0)
            work.policy(below, -1.0, _usual(problem, trade)[limited])
        contracted = problem.spread(trade.contracted)
        if name == "imports" and (bound := contracted.any(axis=0)).any():
            told = {"span": problem.spans, "channel": np.array(trade.labels)[bound].tolist()}
            above = work.row(
                "contract", told, "units of product / year", policy=CONTRACTS, lower=contracted[:, bound]
            )
            work.add(above.positions, flow.positions[:, bound], 1.0)
            work.policy(above, 1.0, contracted[:, bound].max(axis=0), contracted[:, bound])


def _usual(problem: PlanningProblem, trade: Trade) -> Floats:
    """(c,) what counts as a whole ceiling: the highest there is; of an embargo all use of the product with
    every plant at work."""
    highest = np.where(np.isfinite(trade.ceiling), trade.ceiling, 0.0).max(axis=0)
    plants = np.where(np.isfinite(problem.capacity), problem.capacity, 0.0)
    needs = np.einsum("ph,hi->pi", problem.households.persons, problem.households.basket)
    use = problem.use @ plants + (needs + problem.public_demand).max(axis=0)
    there = np.where(highest > 0, highest, use[trade.products])
    return np.where(there > 0, there, 1.0)


def _stocks(work: _Work) -> None:
    problem = work.problem
    stocks = problem.stocks
    if stocks is None:
        return
    names = [problem.products[i] for i in stocks.products]
    stock = work.variable(
        "stock", {"period": problem.periods, "product": names}, "units of product", upper=stocks.most
    )
    kept = (1.0 - stocks.spoilage) ** problem.years[:, None]
    rows = work.balance[:, stocks.products]
    for t, years in enumerate(problem.years):
        work.add(rows[t], stock.positions[t], -1.0 / years)
        if t:
            work.add(rows[t], stock.positions[t - 1], kept[t] / years)
        else:
            sides = work.builder.sides_of(work.rows["balance"])
            sides.lower[0, stocks.products] -= kept[0] * stocks.initial / years
    if stocks.least.any():
        reserve = work.row(
            "strategic reserve", stock.labels, "units of product", policy=RESERVES, lower=stocks.least
        )
        work.add(reserve.positions, stock.positions, 1.0)
        work.policy(reserve, 1.0, np.where(stocks.least > 0, stocks.least, 1.0), stocks.least)
    if problem.stationary_after and stocks.spoilage.any():
        # The year after keeps what the plan ends with: what spoils is made again.
        work.add(rows[-1], stock.positions[-1], -stocks.spoilage)


def _consumption(work: _Work) -> None:
    problem = work.problem
    households = problem.households
    spans = len(problem.spans)
    persons = problem.spread(households.persons)
    needs = persons[:, :, None] * households.basket
    balance = work.builder.sides_of(work.rows["balance"])
    balance.lower[:] += needs.sum(axis=1)
    h, i = np.nonzero(households.basket > 0)
    if len(h):
        pairs = [f"{households.groups[a]}.{problem.products[b]}" for a, b in zip(h, i, strict=True)]
        labels = {"span": problem.spans, "basket": pairs}
        held = LIVELIHOOD in problem.must_hold
        upper = 0.0 if held else needs[:, h, i]
        lack = work.variable("basket shortfall", labels, "units of product / year", upper=upper)
        work.add(work.balance[:, i], lack.positions, 1.0)
        worst = work.variable("worst coverage", {}, "1", lower=1.0 if held else 0.0, upper=1.0)
        # u ≤ (1 − λ)·F: nobody lacks a larger share of anything than 1 − λ.
        share = work.row("coverage", labels, "units of product / year", upper=needs[:, h, i])
        work.add(share.positions, lack.positions, 1.0)
        work.add(share.positions, worst.positions, needs[:, h, i])
        whole = np.where(needs[:, h, i] > 0, needs[:, h, i], 1.0)
        work.policies[LIVELIHOOD] = Policy(
            LIVELIHOOD, "units of product / year", lack.positions, lack.labels, whole, needs[:, h, i]
        )
    grouped = np.flatnonzero(households.extra.any(axis=1))
    if not len(grouped):
        return
    widths = np.array([width for width, _ in households.segments])
    segments = [str(s + 1) for s in range(len(widths))]
    # Where nobody is, nothing is wanted, not even without end.
    there = persons[:, households.bundle_groups[grouped], None]
    room = np.multiply(there, widths, where=there > 0, out=np.zeros((spans, len(grouped), len(widths))))
    extra = work.variable(
        "extra consumption",
        {"span": problem.spans, "bundle": [households.bundles[b] for b in grouped], "segment": segments},
        "person-years / year",
        upper=room,
    )
    b, i = np.nonzero(households.extra[grouped])
    taken = households.extra[grouped][b, i]
    for segment in range(len(segments)):
        work.add(work.balance[:, i], extra.positions[:, b, segment], np.broadcast_to(-taken, (spans, len(b))))


def _labour(work: _Work) -> None:
    problem = work.problem
    labour = problem.labour
    if labour is None:
        return
    unit = f"{labour.unit} / year"
    hours = problem.spread(labour.hours)
    activity = work.variables["activity"].positions
    rows: list[Block] = []
    for s, skill in enumerate(labour.skills):
        row = work.row(
            f"labour of {skill}",
            {"span": problem.spans},
            unit,
            policy=f"{LABOUR}: {skill}",
            upper=hours[:, s],
        )
        rows.append(row)
        j = np.flatnonzero(labour.per_activity[s])
        work.add(row.positions[:, None], activity[:, j], labour.per_activity[s, j])
        _building_labour(work, row, s)
        work.policy(row, -1.0, np.where(hours[:, s] > 0, hours[:, s], 1.0))
    skilled = np.flatnonzero(labour.overtime > 0)
    if len(skilled):
        names = [labour.skills[s] for s in skilled]
        over = work.variable(
            "overtime",
            {"span": problem.spans, "skill": names},
            unit,
            upper=hours[:, skilled] * labour.overtime[skilled],
        )
        for column, s in enumerate(skilled.tolist()):
            work.add(rows[s].positions, over.positions[:, column], -1.0)
    if labour.substitutes:
        pairs = [f"{a} for {b}" for a, b, _ in labour.substitutes]
        stands_in = work.variable("standing in", {"span": problem.spans, "pair": pairs}, unit)
        for column, (a, b, worth) in enumerate(labour.substitutes):
            work.add(rows[labour.skills.index(a)].positions, stands_in.positions[:, column], 1.0)
            work.add(rows[labour.skills.index(b)].positions, stands_in.positions[:, column], -worth)
    if labour.training:
        pairs = [f"{a} to {b}" for a, b, _ in labour.training]
        trained = work.variable(
            "training",
            {"period": problem.periods, "pair": pairs},
            unit,
            upper=labour.most_trained * problem.years[:, None],
        )
        starts = problem.starts_at
        for column, (a, b, lasts) in enumerate(labour.training):
            for t in range(len(problem.periods)):
                gone = rows[labour.skills.index(a)].positions[t:]
                work.add(gone, trained.positions[t, column], 1.0)
                there = int(np.searchsorted(starts, starts[t] + lasts - 1e-9))
                work.add(rows[labour.skills.index(b)].positions[there:], trained.positions[t, column], -1.0)


def _building_labour(work: _Work, row: Block, skill: int) -> None:
    problem = work.problem
    assert problem.labour is not None
    built, plants = problem.buildable, problem.with_plants
    per_start = problem.labour.per_start[skill]
    if problem.stationary_after and len(plants):
        renewal = per_start[plants] * problem.retirement[plants]
        j = np.flatnonzero(renewal)
        work.add(row.positions[-1], work.variables["capacity"].positions[-1, j], renewal[j])
    j = np.flatnonzero(per_start[built])
    if not len(j):
        return
    building = problem.building[:, :, built[j]]
    starts = work.variables["starts"].positions
    for begun, during in zip(*np.nonzero(building.any(axis=2)), strict=True):
        needs = per_start[built[j]] * building[begun, during]
        work.add(row.positions[during], starts[begun, j], needs)


def _foreign_exchange(work: _Work) -> None:
    problem = work.problem
    exchange = problem.foreign_exchange
    if exchange is None:
        return
    unit = f"{exchange.currency} / year"
    inflow = problem.spread(exchange.inflow)
    row = work.row("foreign exchange", {"span": problem.spans}, unit, policy=FOREIGN_EXCHANGE, upper=inflow)
    earned = np.zeros(len(problem.spans))
    for name, trade, sign in (("imports", problem.imports, 1.0), ("exports", problem.exports, -1.0)):
        if trade.channels:
            price = problem.spread(trade.price)
            work.add(row.positions[:, None], work.variables[name].positions, sign * price)
            earned = np.maximum(earned, price @ _usual(problem, trade))
    held = work.variable("reserves", {"period": problem.periods}, exchange.currency)
    owed = work.variable("debt", {"period": problem.periods}, exchange.currency)
    limit = work.row(
        "debt limit", {"period": problem.periods}, exchange.currency, policy=DEBT, upper=exchange.debt_limit
    )
    work.add(limit.positions, owed.positions, 1.0)
    sides = work.builder.sides_of(row)
    for t, years in enumerate(problem.years):
        # What is put aside and what is paid back must be earned; what was put aside, or is borrowed, pays.
        work.add(row.positions[t], held.positions[t], 1.0 / years)
        work.add(row.positions[t], owed.positions[t], -1.0 / years)
        due = 1.0 / years + exchange.interest
        if t:
            work.add(row.positions[t], held.positions[t - 1], -1.0 / years)
            work.add(row.positions[t], owed.positions[t - 1], due)
        else:
            sides.upper[0] += exchange.reserves / years - due * exchange.debt
    if problem.stationary_after and exchange.interest:
        work.add(row.positions[-1], owed.positions[-1], exchange.interest)
    work.policy(row, -1.0, max(float(np.abs(inflow).max()), float(earned.max())) or 1.0)
    work.policy(limit, -1.0, max(float(exchange.debt_limit.max()), float(earned.max())) or 1.0)


def _deposits(work: _Work) -> None:
    problem = work.problem
    if not problem.deposits:
        return
    row = work.row("deposit", {"deposit": problem.deposits}, "units of deposit", upper=problem.deposit)
    d, j = np.nonzero(problem.draws)
    activity = work.variables["activity"].positions
    for span, weight in enumerate(problem.span_weights):
        work.add(row.positions[d], activity[span, j], problem.draws[d, j] * weight)


def _targets(work: _Work) -> None:
    problem = work.problem
    blocks = work.variables
    for target in problem.targets:
        level = problem.spread(target.level)
        when = np.flatnonzero(~np.isnan(level))
        policy = f"{TARGET}: {target.name}"
        name = policy
        row = work.row(
            name, {"span": [problem.spans[t] for t in when]}, target.unit, policy=policy, upper=level[when]
        )
        parts = {
            "activity": (target.activity, None),
            "imports": (target.imports, None),
            "capacity": (target.capacity, problem.with_plants),
            "stock": (target.stocks, None),
        }
        for block, (coefficients, columns) in parts.items():
            if block not in blocks or not coefficients.any():
                continue
            by_span = problem.spread(coefficients)[when]
            if columns is not None:
                by_span = by_span[:, columns]
            positions = blocks[block].positions
            # Stocks end with the plan; the year after keeps what is there then.
            rows_of = np.minimum(when, len(positions) - 1)
            k, j = np.nonzero(by_span)
            work.add(row.positions[k], positions[rows_of[k], j], by_span[k, j])
        held = policy in problem.must_hold
        lack = work.variable(f"{name} missed", row.labels, target.unit, upper=0.0 if held else np.inf)
        work.add(row.positions, lack.positions, -1.0)
        work.policies[policy] = Policy(
            policy,
            target.unit,
            lack.positions,
            lack.labels,
            np.full(len(when), target.scale),
            np.full(len(when), np.inf),
        )


def _siege(work: _Work) -> None:
    problem = work.problem
    siege = problem.siege
    if siege is None:
        return
    spans = problem.spans[siege.first :]
    first = siege.first
    unit = "units of product / year"
    persons = problem.spread(problem.households.persons)[first:]
    needs = (persons[:, :, None] * problem.households.basket).sum(axis=1)
    demand = problem.spread(problem.public_demand)[first:]
    wanted = siege.coverage * needs + siege.public_share * demand
    row = work.row("siege", {"span": spans, "product": problem.products}, unit, policy=SIEGE, lower=wanted)
    activity = work.variable(
        "activity under siege", {"span": spans, "technique": problem.techniques}, "units of technique / year"
    )
    i, j = np.nonzero((problem.make != 0) | (problem.use != 0))
    yields = problem.spread(problem.yields)[first:]
    net = problem.make[i, j] * yields[:, j] - problem.use[i, j]
    work.add(row.positions[:, i], activity.positions[:, j], net)
    plants = problem.with_plants
    if len(plants):
        within = work.row(
            "within capacity under siege",
            {"span": spans, "technique": [problem.techniques[j] for j in plants]},
            "units of technique / year",
            upper=0.0,
        )
        work.add(within.positions, activity.positions[:, plants], 1.0)
        work.add(within.positions, work.variables["capacity"].positions[first:], -1.0)
    if problem.imports.channels:
        labels = {"span": spans, "channel": problem.imports.labels}
        arriving = work.variable("imports under siege", labels, unit)
        work.add(row.positions[:, problem.imports.products], arriving.positions, 1.0)
        part = work.row("imports left under siege", labels, unit, upper=0.0)
        work.add(part.positions, arriving.positions, 1.0)
        work.add(part.positions, work.variables["imports"].positions[first:], -(1.0 - siege.cut))
    if problem.stocks is not None:
        names = tuple(problem.products[k] for k in problem.stocks.products)
        labels = {"span": spans, "product": names}
        used = work.variable("stock used under siege", labels, unit)
        work.add(row.positions[:, problem.stocks.products], used.positions, 1.0)
        there = work.row("stock there under siege", labels, "units of product", upper=0.0)
        work.add(there.positions, used.positions, siege.years)
        stock = work.variables["stock"].positions
        at_end = np.minimum(np.arange(first, first + len(spans)), len(stock) - 1)
        work.add(there.positions, stock[at_end], -(1.0 - problem.stocks.spoilage))
    if problem.labour is not None:
        labour = problem.labour
        told = {"span": spans, "skill": labour.skills}
        limit = problem.spread(labour.hours)[first:] * (1.0 + labour.overtime)
        hours = work.row("labour under siege", told, f"{labour.unit} / year", upper=limit)
        s, j = np.nonzero(labour.per_activity)
        work.add(hours.positions[:, s], activity.positions[:, j], labour.per_activity[s, j])
    work.policy(row, 1.0, np.where(wanted > 0, wanted, 1.0), wanted)
