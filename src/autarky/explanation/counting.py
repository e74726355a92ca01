"""Counting: days to the first stop for want of each input, and, simulated, what more of it in stock buys."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from autarky.economy import Economy
from autarky.ensemble import Executor, Sweep, run_sweep
from autarky.errors import InputError, Problem
from autarky.explanation.conditions import first_shock_day
from autarky.explanation.countdown import Countdown, ProductCountdown
from autarky.explanation.gates import Progress, resumable
from autarky.explanation.losses import Calendar
from autarky.explanation.names import Names, texts
from autarky.explanation.wording import plain, rounded
from autarky.results import FALLS, STOPS, SimulationResult
from autarky.scenario import Scenario
from autarky.simulation.network import Network
from autarky.simulation.presets import parameters
from autarky.simulation.sweep import has_households, limited_imports, network_of, stock_days

MORE_DAYS = 10.0
"""Days of base-year use by which a stock is raised, to see what that buys."""


def countdown(
    economy: Economy,
    scenario: Scenario,
    result: SimulationResult,
    *,
    regions: Sequence[str] | None = None,
    more_days: float = MORE_DAYS,
    folder: Path | None = None,
    executor: Executor | None = None,
    command: str = "autarky lifelines STUDY",
    progress: Progress | None = None,
) -> Countdown:
    """For each input: days to the first stop for want of it, its stock, and days that more of it buys.

    Told are inputs whose imports the scenario limits, and those for want of which an industry stops or falls.
    For each of the latter the scenario is simulated again with ``more_days`` days of base-year use more of
    this input alone, in stock and as the stock that industries like to hold; all of them in one sweep.

    Parameters
    ----------
    economy : Economy
    scenario : Scenario
    result : SimulationResult
        Of this scenario on this economy.
    regions : sequence of str, optional
        Whose industries and households; all regions that lose imports if left out (all if none does).
    more_days : float
    folder : Path, optional
        Where what is simulated is kept, so that the same call goes on where it was stopped.
    executor : Executor, optional
        Who does the work where there is much; else this process.
    command : str
        What the user is told to give again after an interruption.
    progress : callable, optional

    Raises
    ------
    InputError
        If ``more_days`` is not above 0, the folder cannot be written, or as ``simulate``.
    StoppedError
        If the user stops it while there is a folder: what is done is kept there.
    """
    if not 0.0 < more_days < math.inf:
        raise InputError(Problem("more_days", f"is {more_days:g}", "give a number of days above 0"))
    network = network_of(economy, scenario)
    flows = limited_imports(network, scenario, regions)
    losing = {place for flow in flows for place in flow.destinations} or set(economy.industries.regions)
    places = tuple(
        region for region in economy.industries.regions if region in (losing if regions is None else regions)
    )
    held, worth = _stocks(network, scenario, places)
    first = _first_stops(result, places)
    limited = {flow.product for flow in flows}
    told = [
        p
        for p, slot in enumerate(network.slots)
        if p in first or (slot.product in limited and slot.origin != "home" and worth[p] > 0)
    ]
    raised = [p for p in told if p in first]
    sweep = Sweep(
        network,
        (scenario,) * (len(raised) + 1),
        places,
        first_days=True,
        # The scenario as it stands comes first.
        more_stock=((str(network.slots[0]), 0.0), *((str(network.slots[p]), more_days) for p in raised)),
    )
    told_of = None if progress is None else partial(progress, "more stock")
    with resumable(folder, command):
        found = run_sweep(sweep, folder=folder, executor=executor, progress=told_of)
    names = Names(result)
    calendar = Calendar(result, first_shock_day(scenario))
    cut = math.fsum(flow.imports for flow in flows)
    lost = found["lost"][:, 0]
    after = dict(zip(raised, zip(found["first_day"][1:], lost[1:], strict=True), strict=True))
    rows = []
    for p in told:
        slot = network.slots[p]
        row = ProductCountdown(
            product=slot.product,
            name=names.of(slot.product),
            origin=slot.origin,
            stock_days=float(held[p]),
            day=None,
            industry="",
            stock_value=float(held[p] * worth[p]),
            days_bought=None,
            averts=None,
            added_value=float(more_days * worth[p]),
        )
        if p in first:
            level, day, industry = first[p]
            later = int(after[p][0][level, industry])
            moves = (later if later >= 0 else scenario.days) - day
            row = replace(
                row,
                day=calendar.day(day),
                industry=names.industries[industry],
                stops=level == _STOP,
                moves=moves,
                at_least=later < 0,
                days_bought=moves * 0.01 * cut / row.added_value if row.added_value * cut > 0 else None,
                averts=float((lost[0] - after[p][1]) / lost[0]) if lost[0] > 1e-9 else None,
            )
        rows.append(row)
    return Countdown(
        scenario=plain(scenario.name),
        economy=plain(economy.name),
        unit=plain(economy.unit),
        consumers="households" if has_households(economy) else "final users",
        day_zero=calendar.origin.isoformat(),
        rows=tuple(sorted(rows, key=_rank)),
        notes=_notes(more_days, cut, economy),
    )


_FALL, _STOP = 0, 1
"""Rows of ``first_day``."""


def _stocks(
    network: Network, scenario: Scenario, regions: Sequence[str]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """(P,) days of use in stock on the first day; (P,) daily use by the industries of these regions."""
    here = [
        column < len(network.economy.industries) and network.economy.industries.pairs[column][0] in regions
        for column in network.users
    ]
    held = stock_days(network, parameters(scenario.behaviour, scenario.groups, scenario.shocks))
    return held, network.tables.base_use[:, here].sum(axis=1)


def _first_stops(result: SimulationResult, regions: Sequence[str]) -> dict[int, tuple[int, int, int]]:
    """For each slot that stops an industry of these regions (or makes one fall): level, day, industry."""
    data = result.data
    here = np.isin(texts(data, "region"), list(regions))
    levels = [float(level) for level in data["level"].values]
    found: dict[int, tuple[int, int, int]] = {}
    for row, level in ((_FALL, FALLS), (_STOP, STOPS)):
        at = int(np.argmin(np.abs(np.array(levels) - level)))
        days = data["first_day_below"].transpose("level", "industry").values[at]
        binding = data["cause_binding"].transpose("level", "industry").values[at]
        base = data["output_base"].values
        by_slot: dict[int, tuple[int, float, int]] = {}
        for j in np.flatnonzero(here & (days >= 0) & (binding >= 0)):
            # The first; of one day the largest.
            told = (int(days[j]), -float(base[j]), int(j))
            slot = int(binding[j])
            by_slot[slot] = min(by_slot.get(slot, told), told)
        found |= {slot: (row, day, j) for slot, (day, _, j) in by_slot.items()}
    return found


def _rank(row: ProductCountdown) -> tuple[int, int, float, str, str]:
    kind = 2 if row.day is None else 0 if row.stops else 1
    return kind, row.day.number if row.day else 0, -row.stock_value, row.product, row.origin


def _notes(more_days: float, cut: float, economy: Economy) -> tuple[str, ...]:
    told = [
        "The first stop for want of an input is that of the first industry below half of its base output "
        "that this input limits on that day, of several the largest; where it stops nobody, the first fall "
        "below 90 %. Day 0 is the first day of the first shock. A stock's value is days in stock times daily "
        "use in the base year.",
        f"To see what a stock buys, {rounded(more_days, 3)} days of use of one input were added to what "
        "industries hold, and like to hold, of it. Days bought are the days by which that industry stops "
        f"later, per added stock worth 1 % of a year's imports cut ({rounded(0.01 * cut, 3)} "
        f"{plain(economy.unit)}). None are bought where another input runs out on the same day: both are "
        "needed.",
    ]
    if economy.is_multi_regional:
        told.append(
            "Industries of all regions hold the stock added; its value is told of those that lose imports."
        )
    return tuple(told)
