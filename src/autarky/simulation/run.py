"""Run: names in, labelled days out."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from autarky.economy import Economy
from autarky.errors import Problem, ScenarioError, SimulationError
from autarky.results import Outcome, SimulationResult
from autarky.scenario import Scenario, TechniqueChange
from autarky.simulation import kernels
from autarky.simulation.behaviours import Acting, Setting, begin
from autarky.simulation.forcing import Forcing, build_forcing
from autarky.simulation.labelling import label_days
from autarky.simulation.limits import NO_LIMITS, Limits, LimitsKept
from autarky.simulation.network import Network, build_network, in_precision, keep_books
from autarky.simulation.opening import (
    BLOCK,
    Floats,
    Keep,
    Record,
    build_rules,
    empty_days,
    fill_packs,
    keep_everything,
    opening_state,
)
from autarky.simulation.presets import Parameters, parameters

_WORTH_THREADS = 100_000
"""Flows × packs from which a day is shared out among threads; below, waking them costs more."""


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

    They may differ in shocks, stocks, restocking, overtime, utilisation, substitution days and negligible
    share; start, number of days and everything else that shapes the network must be the same. Each result
    is the same, to the byte, as that of the scenario alone.

    Raises
    ------
    ScenarioError
        If they differ in what must be the same; otherwise as ``simulate``.
    """
    each = [parameters(scenario.behaviour, scenario.groups, scenario.shocks) for scenario in scenarios]
    require_common_network(scenarios, each)
    network = build_network(economy, each[0])
    lived = live_through(
        network,
        scenarios,
        each,
        keep_everything(network),
        stocks=np.float64 if record_inventory else None,
        progress=progress,
    )
    return [
        label_days(
            network,
            scenario,
            params,
            lived.forcing,
            lived.record.days_of(k, lived.done),
            k,
            lived.outcome,
            lived.acting,
            lived.limits_of(k),
        )
        for k, (scenario, params) in enumerate(zip(scenarios, each, strict=True))
    ]


@dataclass(frozen=True)
class Lived:
    """What the days left on record, how many of them, and why no more."""

    forcing: Forcing
    record: Record
    acting: tuple[Acting, ...]
    """Behaviours that were switched on, with what they kept."""
    done: int
    outcome: Outcome
    limits: LimitsKept | None = None
    """What behaviours said of why less was possible or wanted; None where days are not kept in full."""

    def limits_of(self, k: int) -> Limits:
        """Those of one scenario."""
        return self.limits.of(k, self.done) if self.limits else NO_LIMITS


def live_through(
    network: Network,
    scenarios: Sequence[Scenario],
    each: Sequence[Parameters],
    keep: Keep,
    *,
    precision: npt.DTypeLike = np.float64,
    stocks: npt.DTypeLike | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Lived:
    """All days of scenarios that share a network; if interrupted, those that are done.

    ``stocks``: in which precision every stock on every evening is kept; None: not at all.
    """
    forcing = build_forcing(network, scenarios)
    filled = fill_packs(each, precision)
    acting_for = fill_packs(scenarios, precision)
    tables = in_precision(network.tables, precision)
    rules = build_rules(network, filled, forcing, precision)
    books = keep_books(network, rules.groups_apart)
    adapts = any(isinstance(shock, TechniqueChange) for one in scenarios for shock in one.shocks)
    state = opening_state(network, books, filled, rules, forcing, precision, adapts=adapts)
    packs, total = len(state.quiet), scenarios[0].days
    starts = np.arange(1, packs) * (len(filled) // packs)
    wakes = np.stack([part.any(axis=1) for part in np.array_split(forcing.changes, starts, axis=1)], axis=1)
    # Lanes that only fill the last pack are kept for a block of days, not for good.
    stocks_of = 0 if stocks is None else len(scenarios)
    setting = Setting(network, acting_for, filled, rules, state, forcing, total, keep.everything)
    acting = begin(setting)
    limits = LimitsKept(setting) if keep.everything else None
    days = empty_days(network, min(total, BLOCK), packs, precision, keep, stocks_of)
    record = Record(days, len(scenarios), total, stocks)
    team = _Team(tables.flows.size * packs)
    done, outcome = 0, Outcome.COMPLETED
    try:
        while done < total:
            upto, threads = team.next(done, total)
            if acting:
                upto = done + 1
                for behaviour in acting:
                    changed = behaviour.morning(done)
                    wakes[done] |= changed
                    wakes[upto] |= changed
            before = time.perf_counter()
            first = done - done % BLOCK
            kernels.live(tables, books, rules, forcing, wakes, state, days, first, done, upto, threads)
            for behaviour in acting:
                behaviour.evening(done)
            if limits is not None:
                for day in range(done, upto):
                    limits.take(day)
            team.learn(threads, time.perf_counter() - before, done, upto)
            done = upto
            if done % BLOCK == 0 or done == total:
                record.take(days, first, done)
                if progress is not None:
                    progress(done, total)
    except KeyboardInterrupt:
        done = record.done
        if done == 0:
            raise
        outcome = Outcome.INTERRUPTED
    _refuse_impossible(record.values, done)
    return Lived(forcing, record, acting, done, outcome, limits)


class _Team:
    """Decides, block of days by block, whether days are shared out among threads.

    On a busy machine threads wait for each other longer than the work takes, so each block times one day
    with and one without. The bytes are the same either way.
    """

    def __init__(self, work: int) -> None:
        self.possible = work > _WORTH_THREADS
        self.took = {True: 0.0, False: 0.0}

    def next(self, done: int, total: int) -> tuple[int, bool]:
        """The day up to which to go in one stretch, and whether on threads."""
        if not self.possible:
            return min(total, done + BLOCK), False
        trial = done % BLOCK
        if trial < 2:
            return done + 1, trial == 0
        return min(total, done - trial + BLOCK), self.took[True] < self.took[False]

    def learn(self, threads: bool, seconds: float, done: int, upto: int) -> None:
        """Remember how long a trial day took; the very first pays for compiling and does not count."""
        if done % BLOCK < 2 and upto == done + 1:
            self.took[threads] = seconds if done > 1 else 0.0


def network_key(scenario: Scenario, params: Parameters) -> tuple[Any, ...]:
    """What shapes the network or the record: scenarios that run side by side have it in common."""
    preset, behaviour = params.preset, params.behaviour
    return (
        scenario.start,
        scenario.days,
        behaviour.preset,
        preset.production,
        preset.imports,
        behaviour.criticality,
        behaviour.imports,
        behaviour.steps_per_day,
        *(institution.in_common() for institution in params.institutions),
        *((name, part.in_common()) for name, part in behaviour.parts.items()),
        # Parts name groups: what these mean has to be the same too.
        tuple(sorted(scenario.groups.items())) if behaviour.parts else (),
    )


def require_common_network(scenarios: Sequence[Scenario], each: Sequence[Parameters]) -> None:
    """Raises ``ScenarioError`` for the first scenario that cannot run beside the first."""
    first = network_key(scenarios[0], each[0])
    for position, (scenario, params) in enumerate(zip(scenarios, each, strict=True)):
        if network_key(scenario, params) != first:
            raise ScenarioError(
                Problem(
                    f"scenario {position} ({scenario.name})",
                    "differs from the first in start, days, preset, production, imports, criticality, "
                    "steps_per_day, rules of allocation or in what its behaviours must have in common, "
                    "groups included",
                    "run it on its own",
                )
            )


def _refuse_impossible(record: Mapping[str, Floats], done: int) -> None:
    """Kernels raise nothing: a state the model excludes is found here."""
    for name in ("output", "demand", "consumption", "gate_delivery"):
        values = record[name][:, :done]
        if not np.isfinite(values).all():
            day = int(np.argwhere(~np.isfinite(values))[0][1])
            raise SimulationError(f"{name} is not finite on day {day}: please report this with the study")
    if (record["output"][:, :done] < 0).any():
        raise SimulationError("output is negative: please report this with the study")
