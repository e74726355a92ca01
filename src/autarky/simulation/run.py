"""Run: names in, labelled days out."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable, Sequence
from importlib import metadata
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from autarky.economy import Economy
from autarky.errors import Problem, ScenarioError, SimulationError
from autarky.results import (
    FALLS,
    STOPS,
    Binding,
    Outcome,
    Reason,
    RunRecord,
    SimulationResult,
    day_axis,
    variable,
)
from autarky.scenario import ProductionFunction, Scenario
from autarky.simulation import kernels
from autarky.simulation.forcing import Forcing, build_forcing
from autarky.simulation.network import DAYS_PER_YEAR, Network, Tables, build_network
from autarky.simulation.presets import Parameters, parameters

Floats = npt.NDArray[np.float64]

_PRODUCTION = {
    ProductionFunction.LEONTIEF: kernels.LEONTIEF,
    ProductionFunction.CRITICAL: kernels.CRITICAL,
    ProductionFunction.LINEAR: kernels.LINEAR,
}

_WORTH_THREADS = 300_000
"""Flows × scenarios from which a day is shared out among threads; below, waking them costs more."""

_BLOCK = 30
"""Days between two looks at the progress bar and the keyboard."""


def simulate(
    economy: Economy,
    scenario: Scenario,
    *,
    record_inventory: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> SimulationResult:
    """Simulate one scenario, day by day.

    Parameters
    ----------
    economy : Economy
    scenario : Scenario
    record_inventory : bool
        Keep every stock on every evening (large: days × slots × industries).
    progress : callable, optional
        Called with (days done, days in all) about once a month of simulated time.

    Returns
    -------
    result : SimulationResult

    Raises
    ------
    ScenarioError
        Names that match nothing, dates outside the period, shocks that touch no flow; all at once.
    EconomyError
        A table that no base year can stand on.
    SimulationError
        A state the model excludes: a bug in autarky.
    """
    return simulate_many(economy, [scenario], record_inventory=record_inventory, progress=progress)[0]


def simulate_many(
    economy: Economy,
    scenarios: Sequence[Scenario],
    *,
    record_inventory: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> list[SimulationResult]:
    """Simulate scenarios side by side: one read of the table a day serves all of them.

    They may differ in shocks, dates of shocks, stock, restocking, overtime, utilisation and substitution
    days; start, number of days and everything that shapes the network must be the same. Each result is
    the same, to the byte, as that of the scenario alone.

    Raises
    ------
    ScenarioError
        If they differ in what must be the same; otherwise as ``simulate``.
    """
    each = [parameters(scenario.behaviour, scenario.groups) for scenario in scenarios]
    _require_common_network(scenarios, each)
    network = build_network(economy, each[0])
    forcing = build_forcing(network, scenarios)
    rules = _rules(network, each, forcing)
    state = _opening_state(network, each, rules, forcing)
    days = _empty_days(network, scenarios[0].days, len(scenarios), record_inventory)
    outcome = Outcome.COMPLETED
    team = _Team(network.tables.flows.size * len(scenarios))
    total = scenarios[0].days
    done = 0
    try:
        while done < total:
            upto = min(total, done + _BLOCK)
            for day in range(done, upto):
                threads, before = team.threads(day), time.perf_counter()
                _live(network.tables, rules, forcing, state, days, day, threads)
                team.learn(threads, time.perf_counter() - before, day)
            done = upto
            if progress is not None:
                progress(done, total)
    except KeyboardInterrupt:
        if done == 0:
            raise
        outcome = Outcome.INTERRUPTED
    _refuse_impossible(network, days, done)
    return [
        _result(network, scenario, params, forcing, days, k, done, outcome)
        for k, (scenario, params) in enumerate(zip(scenarios, each, strict=True))
    ]


class _Team:
    """Decides, block of days by block, whether a day is shared out among threads.

    On a busy machine threads wait for each other longer than the work takes, so each block times one day
    with and one without. The bytes are the same either way.
    """

    def __init__(self, work: int) -> None:
        self.possible = work > _WORTH_THREADS
        self.took = {True: 0.0, False: 0.0}

    def threads(self, day: int) -> bool:
        """Whether this day runs on threads."""
        if not self.possible:
            return False
        trial = day % _BLOCK
        return trial == 0 or (trial > 1 and self.took[True] < self.took[False])

    def learn(self, threads: bool, seconds: float, day: int) -> None:
        """Remember how long a trial day took; the very first pays for compiling and does not count."""
        if day % _BLOCK <= 1:
            self.took[threads] = seconds if day > 1 else 0.0


def _live(
    tables: Tables,
    rules: kernels.Rules,
    forcing: Forcing,
    state: kernels.State,
    days: kernels.Days,
    day: int,
    threads: bool,
) -> None:
    """One day: the whole model in one screen."""
    if forcing.changes[day]:
        kernels.apply_shocks(tables, forcing, day, state)
    if threads:
        morning, noon = kernels.morning_threads, kernels.noon_threads
        afternoon, evening = kernels.afternoon_threads, kernels.evening_threads
    else:
        pools, groups = (0, len(tables.base_use)), (0, len(tables.group_rank))
        morning, noon = _over(kernels.morning, pools), _over(kernels.noon, groups)
        afternoon, evening = _over(kernels.afternoon, pools), _over(kernels.evening, pools)
    steps = round(1.0 / rules.step)
    for part in range(steps):
        number = day * steps + part
        morning(tables, rules, state)
        noon(tables, rules, number, state)
        kernels.open_gates(tables, rules, number, days.output.shape[2], state)
        afternoon(tables, rules, state)
        state.asked_final[:] = state.orders[:, :, rules.first_final :]
        if part == steps - 1 and forcing.changes[day + 1]:
            kernels.apply_demand(forcing, day + 1, state)
        if rules.closeness_gates:
            _gated_evening(evening, tables, rules, state)
        else:
            evening(tables, rules, state, False, False)
        kernels.record(tables, rules, state, days, day)


def _gated_evening(
    evening: Callable[..., None], tables: Tables, rules: kernels.Rules, state: kernels.State
) -> None:
    """The evening; again with stocks, or gaps, standing still if all are close to use, or to target."""
    stock, orders = state.stock.copy(), state.orders.copy()
    evening(tables, rules, state, False, False)
    stocks_stand = bool(state.close[0].all())
    for gaps_stand in (False, True):
        if state.close[1].all() if gaps_stand else stocks_stand:
            state.stock[:], state.orders[:] = stock, orders
            evening(tables, rules, state, stocks_stand, gaps_stand)


def _over(verb: Callable[..., None], span: tuple[int, int]) -> Callable[..., None]:
    """A verb on all of its items, in this thread."""
    return lambda *arguments: verb(*arguments, *span)


def _require_common_network(scenarios: Sequence[Scenario], each: Sequence[Parameters]) -> None:
    """What shapes the network or the record must be the same for scenarios run side by side."""

    def shape(scenario: Scenario, params: Parameters) -> tuple[Any, ...]:
        preset, behaviour = params.preset, params.behaviour
        return (
            scenario.start,
            scenario.days,
            behaviour.preset,
            preset.production,
            preset.rationing,
            preset.imports,
            preset.negligible_share,
            behaviour.criticality,
            behaviour.priority,
            behaviour.imports,
            behaviour.steps_per_day,
        )

    first = shape(scenarios[0], each[0])
    for position, (scenario, params) in enumerate(zip(scenarios, each, strict=True)):
        if shape(scenario, params) != first:
            raise ScenarioError(
                Problem(
                    f"scenario {position} ({scenario.name})",
                    "differs from the first in start, days, preset, production, rationing, imports, "
                    "negligible_share, criticality or steps_per_day",
                    "run it on its own",
                )
            )


def _by_slot(network: Network, default: float, exceptions: dict[str, float]) -> Floats:
    return np.array([exceptions.get(slot.product, default) for slot in network.slots])


def _rules(network: Network, each: Sequence[Parameters], forcing: Forcing) -> kernels.Rules:
    tables, preset = network.tables, each[0].preset
    step = 1.0 / each[0].behaviour.steps_per_day
    target = np.stack(
        [
            np.maximum(
                _by_slot(network, params.preset.inventory_days, params.inventory_days),
                # A product that does not keep is still held for the step in which it is used.
                max(step, params.preset.shortest_inventory_days)
                if params.preset.shortest_inventory_days == 0.0
                else 0.0,
            )
            for params in each
        ],
        axis=1,
    )
    for k, params in enumerate(each):
        shortest = params.preset.shortest_inventory_days
        if shortest > 0.0:
            target[target[:, k] <= 1.0, k] = shortest
    restocking = np.stack(
        [
            np.maximum(_by_slot(network, params.preset.restocking_days, params.restocking_days), step)
            for params in each
        ],
        axis=1,
    )
    reserve = np.stack(
        [
            np.full(len(network.slots), step)
            if params.preset.reserve_share is None
            else params.preset.reserve_share * target[:, k]
            for k, params in enumerate(each)
        ],
        axis=1,
    )
    speed = np.array([1.0 / params.preset.substitution_days for params in each])
    # Without ceilings, priorities or moving orders a supplier treats all groups alike.
    grouped = network.ranks > 1 or len(forcing.ceilings.first) > 0
    grouped |= bool(speed.any()) and bool((np.diff(tables.pool_start) > 1).any())
    return kernels.Rules(
        production=_PRODUCTION[preset.production],
        orders_follow_use=preset.orders_follow_use,
        normalise_by_capacity=preset.normalise_by_capacity,
        signed_scarcity=preset.signed_scarcity,
        scarcity_tolerance=preset.scarcity_tolerance,
        overtime_first_step=preset.overtime_first_step,
        closeness_gates=preset.closeness_gates,
        ranks=network.ranks,
        step=step,
        first_final=int(tables.group_start[np.argmax(tables.group_is_final)])
        if tables.group_is_final.any()
        else len(network.users),
        grouped=grouped,
        inventory_days=target,
        restocking_days=restocking,
        reserve_days=reserve,
        overtime_max=np.array([params.preset.overtime_max for params in each]),
        overtime_days=np.array([params.preset.overtime_days for params in each]),
        normal_capacity=np.stack([_normal_capacity(network, params) for params in each]),
        substitution_speed=speed,
    )


def _normal_capacity(network: Network, params: Parameters) -> Floats:
    """Capacity of industries (base year / utilisation) and import gates (base year × (1 + spare)), (m,)."""
    n = len(network.economy.industries)
    capacity = network.tables.base_output.copy()
    capacity[:n] /= params.preset.utilisation
    capacity[n:] *= 1.0 + params.preset.import_spare
    return capacity


def _opening_state(
    network: Network, each: Sequence[Parameters], rules: kernels.Rules, forcing: Forcing
) -> kernels.State:
    """The evening before the first day: base-year output, stocks as declared, base-year orders."""
    tables = network.tables
    m, K = len(tables.base_output), len(each)
    P, N = tables.base_use.shape
    G, D = len(tables.group_rank), len(network.destinations)
    filled = np.stack(
        [_by_slot(network, params.preset.initial_stocks, params.initial_stocks) for params in each], axis=1
    )
    stock = np.repeat((filled * rules.inventory_days)[:, :, None], N, axis=2)
    rows = len(tables.row_supplier)
    factors = (K, G if rules.grouped else 2, rows)
    output = np.repeat(tables.base_output[None, :], K, axis=0)
    state = kernels.State(
        stock=stock,
        orders=np.ones((P, K, N)),
        weight=np.ones(factors),
        deliver=np.ones(factors),
        booked=np.zeros(factors),
        accepted=np.zeros(factors),
        row_demand=np.zeros((K, rows)),
        ceiling=np.full((K, m, D), np.inf),
        limited=np.zeros((K, m), dtype=np.bool_),
        survive=np.ones((K, m)),
        overtime=np.ones((K, m)),
        demand=np.zeros((K, m)),
        call=np.zeros((K, rows)),
        capacity=output.copy(),
        possible=np.full((K, m), np.inf),
        output=output,
        binding=np.full((K, m), int(Binding.DEMAND), dtype=np.int64),
        made=np.zeros((K, N)),
        wanted=np.zeros((K, N)),
        draw=np.zeros((K, N)),
        cover=np.full((K, N), np.inf),
        forgone=np.zeros((K, N)),
        demand_factor=np.ones((P, K, N)),
        received=np.zeros((P, K, N)),
        asked_final=np.zeros((P, K, N - rules.first_final)),
        close=np.zeros((2, P), dtype=np.bool_),
    )
    kernels.apply_demand(forcing, 0, state)
    state.orders[:, :, rules.first_final :] = state.demand_factor[:, :, rules.first_final :]
    kernels.book_all(tables, rules, state)
    return state


def _empty_days(network: Network, days: int, K: int, record_inventory: bool) -> kernels.Days:
    economy = network.economy
    n, g, P = len(economy.industries), len(economy.gates), len(network.slots)
    Q, F = len(economy.products), len(economy.final_users)
    industry_user = np.empty(n, dtype=np.int64)
    is_industry = network.tables.user_industry >= 0
    industry_user[network.tables.user_industry[is_industry]] = np.flatnonzero(is_industry)
    return kernels.Days(
        output=np.zeros((days, K, n)),
        demand=np.zeros((days, K, n)),
        capacity=np.zeros((days, K, n)),
        binding=np.zeros((days, K, n), dtype=np.int16),
        cover=np.zeros((days, K, n)),
        forgone=np.zeros((days, K, n)),
        gate_delivery=np.zeros((days, K, g)),
        consumption=np.zeros((days, K, Q, F)),
        unmet=np.zeros((days, K, Q, F)),
        inventory=np.zeros((days if record_inventory else 0, K, P, n)),
        pool_product=np.array(
            [economy.products.index(slot.product) for slot in network.slots], dtype=np.int64
        ),
        industry_user=industry_user,
    )


def _refuse_impossible(network: Network, days: kernels.Days, done: int) -> None:
    """Kernels raise nothing: a state the model excludes is found here."""
    for name in ("output", "demand", "consumption", "gate_delivery"):
        values = getattr(days, name)[:done]
        if not np.isfinite(values).all():
            day = int(np.argwhere(~np.isfinite(values))[0][0])
            raise SimulationError(f"{name} is not finite on day {day}: please report this with the study")
    if (days.output[:done] < 0).any():
        raise SimulationError("output is negative: please report this with the study")


def _result(
    network: Network,
    scenario: Scenario,
    params: Parameters,
    forcing: Forcing,
    days: kernels.Days,
    k: int,
    done: int,
    outcome: Outcome,
) -> SimulationResult:
    economy, tables = network.economy, network.tables
    n = len(economy.industries)
    flow = f"{economy.unit} per day"
    first_final = len(network.users) - len(economy.final_users)
    final_columns = network.users[first_final:] - n
    table_order = np.argsort(final_columns)
    base_final = np.zeros((len(economy.products), len(economy.final_users)))
    np.add.at(base_final, days.pool_product, tables.base_use[:, first_final:])
    base_final = base_final[:, table_order]
    value_added = economy.value_added.sum(axis=0) / DAYS_PER_YEAR
    output = days.output[:done, k]
    base_output = tables.base_output[:n]
    share = np.divide(value_added, base_output, out=np.zeros(n), where=base_output > 0)
    data: dict[str, Any] = {
        "output": variable(output, ("day", "industry"), flow, "Output"),
        "output_base": variable(base_output, ("industry",), flow, "Output in the base year"),
        "demand": variable(
            days.demand[:done, k], ("day", "industry"), flow, "Orders received after ceilings"
        ),
        "capacity": variable(
            days.capacity[:done, k], ("day", "industry"), flow, "Output possible with all inputs at hand"
        ),
        "binding": variable(
            days.binding[:done, k].astype(np.int32),
            ("day", "industry"),
            "1",
            "What limited output: -1 demand, -2 capacity, else the position of an input slot",
        ),
        "stock_cover": variable(
            days.cover[:done, k],
            ("day", "industry"),
            "day",
            "Morning stock of the scarcest binding input, in days of base-year use",
        ),
        "forgone_inputs": variable(
            days.forgone[:done, k], ("day", "industry"), flow, "Use of non-binding inputs that was not there"
        ),
        "value_added_base": variable(value_added, ("industry",), flow, "Value added in the base year"),
        "gdp": variable(output @ share, ("day",), flow, "Value added at base-year coefficients"),
        "gate_delivery": variable(
            days.gate_delivery[:done, k], ("day", "gate"), flow, "Delivered by import gate"
        ),
        "gate_delivery_base": variable(
            (tables.base_output + tables.exogenous_supply)[n:],
            ("gate",),
            flow,
            "Delivered by import gate in the base year",
        ),
        "consumption": variable(
            days.consumption[:done, k][:, :, table_order],
            ("day", "product", "final_user"),
            flow,
            "Received by final users, home and imported together",
        ),
        "consumption_base": variable(
            base_final, ("product", "final_user"), flow, "Received by final users in the base year"
        ),
        "unmet_final_demand": variable(
            days.unmet[:done, k][:, :, table_order],
            ("day", "product", "final_user"),
            flow,
            "Wanted by final users and not received",
        ),
    }
    if len(days.inventory):
        data["inventory"] = variable(
            days.inventory[:done, k],
            ("day", "slot", "industry"),
            economy.unit,
            "Stock of each input, in the morning of the next day",
        )
    data |= _causes(network, params, forcing, days, k, done)
    gates = [f"{gate.partner}.{gate.product}" for gate in economy.gates]
    users = [f"{user.region}.{user.category}" for user in economy.final_users]
    coords: dict[str, Any] = {
        "day": day_axis(scenario.start, done),
        "industry": list(economy.industries.labels),
        "region": ("industry", [region for region, _ in economy.industries.pairs]),
        "sector": ("industry", [sector for _, sector in economy.industries.pairs]),
        "gate": gates,
        "partner": ("gate", [gate.partner for gate in economy.gates]),
        "gate_product": ("gate", [gate.product for gate in economy.gates]),
        "product": list(economy.products),
        "final_user": users,
        "final_region": ("final_user", [user.region for user in economy.final_users]),
        "category": ("final_user", [user.category for user in economy.final_users]),
        "kind": ("final_user", [user.kind.value for user in economy.final_users]),
        "slot": [str(slot) for slot in network.slots],
        "slot_product": ("slot", [slot.product for slot in network.slots]),
        "slot_origin": ("slot", [slot.origin for slot in network.slots]),
        "level": [FALLS, STOPS],
    }
    labels = dict(zip(economy.industries.sectors, economy.sector_names, strict=True))
    return SimulationResult(
        data=xr.Dataset(data, coords=coords),
        outcome=outcome,
        record=_record(network, scenario, params),
        labels=labels,
    )


def _causes(
    network: Network, params: Parameters, forcing: Forcing, days: kernels.Days, k: int, done: int
) -> dict[str, Any]:
    """When each industry first falls below each level, what bound it, and which supplier fell short most.

    A supplier's shortfall is its base-year flow to the industry times the share it could not deliver, the
    mean over the days in which the stock ran down: what its ceilings left, or what it made.
    """
    tables, economy = network.tables, network.economy
    n, levels = len(economy.industries), (FALLS, STOPS)
    base = tables.base_output[:n]
    first = np.full((len(levels), n), -1, dtype=np.int32)
    binding = np.full((len(levels), n), int(Binding.DEMAND), dtype=np.int32)
    supplier = np.full((len(levels), n), "", dtype=object)
    reason = np.full((len(levels), n), "", dtype=object)
    for row, level in enumerate(levels):
        below = days.output[:done, k] < level * base * (1.0 - 1e-9)
        for j in np.flatnonzero(below.any(axis=0) & (base > 0)):
            day = int(np.argmax(below[:, j]))
            first[row, j] = day
            binding[row, j] = days.binding[day, k, j]
            if binding[row, j] >= 0:
                supplier[row, j], reason[row, j] = _shortest_supplier(
                    network, params, forcing, days, k, int(binding[row, j]), int(j), day
                )
    return {
        "first_day_below": variable(
            first, ("level", "industry"), "day", "First day output is below level × base year; -1: never"
        ),
        "cause_binding": variable(binding, ("level", "industry"), "1", "What limited output on that day"),
        "cause_supplier": variable(
            supplier.astype(str), ("level", "industry"), "1", "Supplier of that input that fell short most"
        ),
        "cause_reason": variable(reason.astype(str), ("level", "industry"), "1", "Why it fell short"),
    }


def _shortest_supplier(
    network: Network,
    params: Parameters,
    forcing: Forcing,
    days: kernels.Days,
    k: int,
    p: int,
    industry: int,
    day: int,
) -> tuple[str, str]:
    """Label of the supplier of slot p that fell short most before ``day``, and why."""
    tables = network.tables
    n = len(network.economy.industries)
    user = int(days.industry_user[industry])
    g = int(np.searchsorted(tables.group_start, user, side="right") - 1)
    rows = int(tables.tile_rows[p, g])
    if rows == 0:
        return "", ""
    users = int(tables.group_start[g + 1] - tables.group_start[g])
    flat = tables.flows[tables.tile_start[p, g] : tables.tile_start[p, g] + rows * users]
    column = user - int(tables.group_start[g])
    flows = flat.reshape(users, rows)[column] if rows > users else flat.reshape(rows, users)[:, column]
    top = int(tables.pool_start[p] + tables.tile_first_row[p, g])
    suppliers = tables.row_supplier[top : top + rows]
    held = _by_slot(network, params.preset.inventory_days, params.inventory_days)[p]
    window = slice(max(0, day - max(1, round(float(held)))), day + 1)
    destination = tables.group_destination[g]
    worst, answer = 0.0, ("", "")
    for flow, i in zip(flows, suppliers, strict=True):
        passed = _mean_strength(forcing.ceilings, k, int(i), int(destination), window)
        made = 1.0
        if i < n and tables.base_output[i] > 0:
            made = float(days.output[window, k, i].mean() / tables.base_output[i])
        lost = _mean_strength(forcing.losses, k, int(i), -1, window)
        shortfall = flow * (1.0 - min(passed, made, 1.0 - lost))
        if shortfall > worst:
            worst = shortfall
            if passed <= min(made, 1.0 - lost):
                why = Reason.TRADE_CUT
            elif lost > 0.0 and 1.0 - lost <= made + 0.05:
                why = Reason.CAPACITY_LOSS
            elif i < n and days.binding[window, k, i].max() >= 0:
                why = Reason.SHORT_ITSELF
            else:
                why = Reason.OVERBOOKED
            answer = network.supplier_labels[i], why.value
    return answer


def _mean_strength(effects: Any, k: int, first: int, second: int, window: slice) -> float:
    """Mean share kept (at most 1) or lost over a window of days, all shocks on one member together."""
    is_cut = second >= 0
    total = np.ones(window.stop - window.start)
    for shock in np.flatnonzero(effects.scenario == k):
        members = slice(effects.start[shock], effects.start[shock + 1])
        if ((effects.first[members] == first) & (effects.second[members] == second)).any():
            strength = effects.strength[shock, window]
            total = np.minimum(total, strength) if is_cut else total * (1.0 - strength)
    return float(total.mean() if is_cut else 1.0 - total.mean())


def _record(network: Network, scenario: Scenario, params: Parameters) -> RunRecord:
    economy = network.economy
    assumptions = list(params.assumptions)
    if network.negative_flows:
        assumptions.append(
            f"{len(network.negative_flows)} negative flows of the table are supply that always goes on: "
            + "; ".join(network.negative_flows[:5])
            + ("; …" if len(network.negative_flows) > 5 else "")
        )
    packages = ("autarky", "numpy", "numba", "scipy", "xarray")
    return RunRecord(
        scenario=scenario.model_dump(mode="json", by_alias=True),
        parameters=params.in_force(),
        assumptions=tuple(assumptions),
        economy={
            "name": economy.name,
            "year": economy.year,
            "unit": economy.unit,
            "currency": economy.currency,
            "valuation": economy.valuation,
            "import_treatment": economy.import_treatment.value,
            "digest": economy.digest,
            "title": economy.provenance.title,
            "citation": economy.provenance.citation,
            "licence": economy.provenance.licence,
            "url": economy.provenance.url,
            "notes": list(economy.provenance.notes),
            "declared_gaps": [
                {"check": gap.check, "place": gap.place, "reason": gap.reason}
                for gap in economy.declared_gaps
            ],
        },
        versions={"python": platform.python_version(), **{name: metadata.version(name) for name in packages}},
    )
