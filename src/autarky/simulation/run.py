"""Run: names in, labelled days out."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from autarky.economy import Economy
from autarky.errors import Problem, ScenarioError, SimulationError
from autarky.results import Outcome, SimulationResult
from autarky.scenario import Scenario
from autarky.simulation import kernels
from autarky.simulation.forcing import Forcing, build_forcing
from autarky.simulation.labelling import label_days
from autarky.simulation.network import Network, Tables, build_network
from autarky.simulation.opening import build_rules, empty_days, opening_state
from autarky.simulation.presets import Parameters, parameters

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
    rules = build_rules(network, each, forcing)
    state = opening_state(network, each, rules, forcing)
    days = empty_days(network, scenarios[0].days, len(scenarios), record_inventory)
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
        label_days(network, scenario, params, forcing, days, k, done, outcome)
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
    pools, groups = (0, len(tables.base_use)), (0, len(tables.group_rank))
    morning, afternoon = _over(kernels.morning, pools), _over(kernels.afternoon, pools)
    noon, evening = _over(kernels.noon, groups), _over(kernels.evening, pools)
    if threads:
        # Only what takes long enough to be worth waking the others for.
        evening = kernels.evening_threads
        if rules.grouped:
            morning, afternoon = kernels.morning_threads, kernels.afternoon_threads
        if state.stock.size > _WORTH_THREADS // 3:
            noon = kernels.noon_threads
    nobody = np.zeros(len(state.demand), dtype=np.bool_)
    steps = round(1.0 / rules.step)
    for part in range(steps):
        number = day * steps + part
        morning(tables, rules, state)
        noon(tables, rules, number, state)
        kernels.open_gates(tables, rules, number, days.output.shape[2], state)
        afternoon(tables, rules, state)
        state.asked_final[:] = state.demand_factor[:, :, rules.first_final :]
        if part == steps - 1 and forcing.changes[day + 1]:
            kernels.apply_demand(forcing, day + 1, state)
        evening(tables, rules, state, nobody, nobody)
        if rules.closeness_gates:
            _repeat_evening(evening, tables, rules, state, nobody)
        kernels.record(tables, rules, state, days, day)


def _repeat_evening(
    evening: Callable[..., None],
    tables: Tables,
    rules: kernels.Rules,
    state: kernels.State,
    nobody: npt.NDArray[np.bool_],
) -> None:
    """The evening again for scenarios whose deliveries are all close to use, or stocks all close to target.

    In the first no stock moves, in the second no gap is reordered; the others repeat what they did.
    """
    stocks_stand = state.close[0].all(axis=0)
    if stocks_stand.any():
        state.stock[:], state.orders[:] = state.before
        evening(tables, rules, state, stocks_stand, nobody)
    gaps_stand = state.close[1].all(axis=0)
    if gaps_stand.any():
        state.stock[:], state.orders[:] = state.before
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


def _refuse_impossible(network: Network, days: kernels.Days, done: int) -> None:
    """Kernels raise nothing: a state the model excludes is found here."""
    for name in ("output", "demand", "consumption", "gate_delivery"):
        values = getattr(days, name)[:done]
        if not np.isfinite(values).all():
            day = int(np.argwhere(~np.isfinite(values))[0][0])
            raise SimulationError(f"{name} is not finite on day {day}: please report this with the study")
    if (days.output[:done] < 0).any():
        raise SimulationError("output is negative: please report this with the study")
