"""Run: a scenario lived through day by day on a network of firms."""

from __future__ import annotations

import datetime
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from autarky.errors import SimulationError
from autarky.firm_network import FirmNetwork
from autarky.firm_network.section import FirmLoss
from autarky.results import FALLS, STOPS, Outcome
from autarky.scenario import Scenario
from autarky.simulation.by_firm import kernels
from autarky.simulation.by_firm.allocation import Allocation, allocation_of
from autarky.simulation.by_firm.forcing import Forcing, build_forcing
from autarky.simulation.by_firm.network import Opening, Slots, open_days, slots_of
from autarky.simulation.network import DAYS_PER_YEAR
from autarky.simulation.opening import BLOCK
from autarky.simulation.presets import parameters

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

DAYS_PER_WEEK = 7


class Crossing(NamedTuple):
    """When each node first fell below a level of its base output, and why, (n,) each."""

    day: Integers
    """Counted from the first day of the run; -1: never."""
    output: Floats
    """Share of base output on that day; NaN if never."""
    bound_by: Integers
    """What bound it on that day: a slot, or -1 demand, -2 capacity (also where it never fell), -3 a cut."""
    stock_days: Floats
    """Days of use of that slot in stock when the run began; NaN where no slot bound."""


@dataclass(frozen=True, eq=False)
class FirmSimulation:
    """What the days left on record: d days, S sectors, w watched nodes. Flows are in the unit per day."""

    start: datetime.date
    days: int
    """Days that were simulated."""
    output: Floats
    """(d, S) of the firms of each sector."""
    base_output: Floats
    """(S,)"""
    value_added: Floats
    """(d,) value added of the base year per unit of output × output."""
    base_value_added: float
    stopped: Floats
    """(weeks, S) share of a sector's firms below half of base output, mean over the days of each week."""
    falls: Crossing
    """Below 0.9 of base output."""
    stops: Crossing
    """Below half."""
    lost: Floats
    """(n,) output (of a supplier abroad: deliveries) lost over the run; below 0: gained."""
    watched: Floats
    """(d, w) output of the watched nodes as a share of the base year's."""
    slots: Slots
    """What each firm needs, and from whom: ``bound_by`` points into it."""
    outcome: Outcome
    parameters: dict[str, Any]
    """Every parameter in force."""
    assumptions: tuple[str, ...]
    """What nobody gave a source for."""
    notes: tuple[str, ...]
    """What of the scenario is left out."""

    @property
    def value_added_lost(self) -> float:
        """Value added lost over the run, as a share of the base year's over as many days."""
        whole = self.base_value_added * self.days
        # Day by day: where nothing moved this is exactly 0, and not what rounding leaves.
        return float((self.base_value_added - self.value_added).sum()) / whole if whole != 0.0 else 0.0


def simulate_firms(
    network: FirmNetwork,
    scenario: Scenario,
    losses: Sequence[FirmLoss] = (),
    *,
    watch: Sequence[int] = (),
    threads: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> FirmSimulation:
    """Simulate one scenario on a network of firms, day by day.

    The day is that of ``simulate`` under the preset ``autarky``: with every industry one firm, and no product
    that several suppliers sell to several final users, it gives the same numbers. Final users of a kind are
    one user. Memory does not grow with days × firms.

    Parameters
    ----------
    network : FirmNetwork
    scenario : Scenario
    losses : sequence of FirmLoss
        What happens to named firms, beside what the scenario says.
    watch : sequence of int
        Nodes whose output is kept for every day.
    threads : int, optional
        As many as there are processors if left out; they change no byte.
    progress : callable, optional
        Called with (days done, days in all) about once a month of simulated time.

    Raises
    ------
    ScenarioError
        Unknown names, dates outside the period, shocks that strike nothing, and what a network of firms
        cannot live through; all at once.
    SimulationError
        A state the model excludes: a bug in autarky.
    """
    params = parameters(scenario.behaviour, scenario.groups, scenario.shocks)
    forcing = build_forcing(network, scenario, losses, params)
    allocation = allocation_of(network, scenario, params)
    slots = slots_of(network)
    opening = open_days(network, slots, params, allocation)
    record = _Record(network, opening, scenario.days, watch)
    outcome = Outcome.COMPLETED
    blocks = len(opening.tables.nodes) - 1
    team = min(blocks, threads or os.cpu_count() or 1)
    try:
        with _on_blocks(blocks, team) as on_blocks:
            _live(opening, forcing, allocation, record, on_blocks, progress)
    except KeyboardInterrupt:
        if record.done == 0:
            raise
        outcome = Outcome.INTERRUPTED
    return record.sealed(scenario, slots, outcome, params.in_force(), params.assumptions, forcing.notes)


OnBlocks = Callable[[Callable[[int], Any]], list[Any]]


@contextmanager
def _on_blocks(blocks: int, threads: int) -> Iterator[OnBlocks]:
    """Something that does a verb for every block, on threads: compiled verbs let go of the interpreter."""
    if threads == 1:
        yield lambda verb: [verb(block) for block in range(blocks)]
        return
    with ThreadPoolExecutor(threads) as pool:
        yield lambda verb: list(pool.map(verb, range(blocks)))


def _live(
    opening: Opening,
    forcing: Forcing,
    allocation: Allocation,
    record: _Record,
    on_blocks: OnBlocks,
    progress: Callable[[int, int], None] | None,
) -> None:
    tables, rules, state = opening.tables, opening.rules, opening.state
    changes = forcing.changes | allocation.changes
    days = len(changes) - 1
    moved = True
    for day in range(days):
        if changes[day]:
            forcing.act(day, tables, state)
            allocation.act(day, tables, state)
            kernels.scale_final(tables, state)
            moved = True
        if moved:
            # A day on which nothing moved is followed by one like it, until something happens.
            moved = any(on_blocks(lambda block: kernels.produce(tables, rules, state, block)))
            if rules.substitution_pace > 0.0:
                kernels.weigh_up(state)
                moved |= any(on_blocks(lambda block: kernels.substitute(tables, rules, state, block)))
                kernels.scale_final(tables, state)
            moved |= any(on_blocks(lambda block: kernels.exchange(tables, rules, state, block)))
        record.take(day)
        if progress is not None and (record.done % BLOCK == 0 or record.done == days):
            progress(record.done, days)


class _Record:
    """Takes each day over; sized by days × sectors and by firms, never by both."""

    def __init__(self, network: FirmNetwork, opening: Opening, days: int, watch: Sequence[int]) -> None:
        self.network, self.opening = network, opening
        self.watch = np.array(watch, dtype=np.int64)
        n, S, firms = len(network), len(network.sectors), network.firms
        base, nodes = opening.tables.base, network.nodes
        self.sector = nodes.sector[:firms].astype(np.int64)
        self.coefficient = np.divide(
            nodes.value_added[:firms] / DAYS_PER_YEAR,
            base[:firms],
            out=np.zeros(firms),
            where=base[:firms] > 0,
        )
        self.levels = np.array([FALLS, STOPS])
        # Summed as each day is, so that a day like the base year's is the same to the last bit.
        self.base_value_added = float(
            kernels.add_up(
                self.sector, self.coefficient, opening.state, base, STOPS, np.zeros(S), np.zeros(S)
            )
        )
        self.output, self.value_added = np.zeros((days, S)), np.zeros(days)
        self.stopped = np.zeros((-(-days // DAYS_PER_WEEK), S))
        self.watched = np.zeros((days, len(watch)))
        self.lost = np.zeros(n)
        self.crossed = np.full((2, n), -1, dtype=np.int64)
        self.made_then = np.full((2, n), np.nan)
        self.bound_then = np.full((2, n), kernels.CAPACITY, dtype=np.int64)
        self.done = 0

    def take(self, day: int) -> None:
        """Take over the day that was just lived through."""
        tables, state = self.opening.tables, self.opening.state
        kernels.take_note(
            tables, state, day, self.levels, self.lost, self.crossed, self.made_then, self.bound_then
        )
        week = self.stopped[day // DAYS_PER_WEEK]
        self.value_added[day] = kernels.add_up(
            self.sector, self.coefficient, state, tables.base, STOPS, self.output[day], week
        )
        self.watched[day] = state.made[self.watch]
        self.done = day + 1

    def sealed(
        self,
        scenario: Scenario,
        slots: Slots,
        outcome: Outcome,
        in_force: dict[str, Any],
        assumptions: tuple[str, ...],
        notes: tuple[str, ...],
    ) -> FirmSimulation:
        """The record of the days that are done."""
        done, base = self.done, self.opening.tables.base[: self.network.firms]
        if not (np.isfinite(self.output[:done]).all() and (self.output[:done] >= 0.0).all()):
            raise SimulationError("output is not a number from 0 on: please report this with the study")
        sectors = len(self.network.sectors)
        weeks = -(-done // DAYS_PER_WEEK)
        in_week = np.minimum(DAYS_PER_WEEK, done - DAYS_PER_WEEK * np.arange(weeks))
        firms = np.bincount(self.sector, minlength=sectors)
        base_output = np.bincount(self.sector, weights=base, minlength=sectors).astype(np.float64)
        return FirmSimulation(
            start=scenario.start,
            days=done,
            output=self.output[:done],
            base_output=base_output,
            value_added=self.value_added[:done],
            base_value_added=self.base_value_added,
            stopped=self.stopped[:weeks] / (in_week[:, None] * np.maximum(firms, 1)),
            falls=self._crossing(0, slots),
            stops=self._crossing(1, slots),
            lost=self.lost,
            watched=self.watched[:done],
            slots=slots,
            outcome=outcome,
            parameters=in_force,
            assumptions=assumptions,
            notes=notes,
        )

    def _crossing(self, level: int, slots: Slots) -> Crossing:
        bound_by = self.bound_then[level]
        kinds = slots.kind[np.maximum(bound_by, 0)] if len(slots.kind) else np.zeros_like(bound_by)
        stock = np.where(bound_by >= 0, self.opening.stock_days[kinds], np.nan)
        return Crossing(self.crossed[level], self.made_then[level], bound_by, stock)
