"""Countdown: days from the cut to the first stop for want of each product, and days that more stock buys."""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from autarky.economy import Economy
from autarky.ensemble import Executor, Sweep, claimed, run_sweep
from autarky.errors import InputError, Problem, StoppedError
from autarky.explanation.answer import json_ready, printed
from autarky.explanation.conditions import first_shock_day
from autarky.explanation.gates import Progress
from autarky.explanation.losses import Calendar, Day
from autarky.explanation.names import Names, texts
from autarky.explanation.wording import count, date_words, percent, plain, rounded
from autarky.results import FALLS, STOPS, SimulationResult
from autarky.scenario import Scenario
from autarky.simulation.network import Network
from autarky.simulation.presets import parameters
from autarky.simulation.sweep import has_households, limited_imports, network_of, stock_days

MORE_DAYS = 10.0
"""Days of base-year use by which a stock is raised, to see what that buys."""


@dataclass(frozen=True)
class ProductCountdown:
    """What is known of an input slot: its stock, the first stop for want of it, and what more stock buys."""

    product: str
    name: str
    origin: str
    """Where its suppliers may be: ``any``, ``home`` or ``abroad``."""
    stock_days: float
    """Days of base-year use in stock on the first day."""
    day: Day | None
    """Of the first industry below half of base for want of it (below 90 % where ``stops`` is False); None:
    there is none."""
    industry: str
    """The largest that stops on that day, as printed; empty where there is none."""
    stock_value: float
    """Of what all industries of the regions hold of it on the first day, table's unit."""
    days_bought: float | None
    """Days by which that stop moves per added stock worth 1 % of a year's imports cut; None: no stop."""
    averts: float | None
    """Share of the households' loss averted by the stock added."""
    stops: bool = True
    """False: nothing stops for want of it, and ``day`` is the first fall below 90 %."""
    moves: int | None = None
    """Days by which the industry stops later with the stock added, whatever it lacks then."""
    at_least: bool = False
    """With the stock added it does not stop within the run: it gains ``moves`` days or more."""
    added_value: float = 0.0
    """Of the stock added, table's unit."""


@dataclass(frozen=True)
class Countdown:
    """Products by the day on which want of them first stops an industry."""

    scenario: str
    economy: str
    unit: str
    consumers: str
    """``households``, or ``final users`` where the table names no households."""
    day_zero: str
    """Date of day 0, the first day of the first shock (ISO)."""
    rows: tuple[ProductCountdown, ...]
    """Those that stop an industry by day, then those that make one fall, then the others."""
    notes: tuple[str, ...]

    @property
    def sentences(self) -> tuple[str, ...]:
        """Which product stops an industry first, and of which more stock buys most days."""
        stopping = [row for row in self.rows if row.day is not None and row.stops]
        if not stopping:
            told = f"Nothing stops for want of any of {count(len(self.rows), 'input')}"
            falling = [row for row in self.rows if row.day is not None]
            if falling:
                first = falling[0]
                told += f"; {first.name} is the first for want of which an industry falls below 90 %: "
                told += f"{first.industry}, on {_day(first.day)}"
            return (f"{told}.",)
        first = stopping[0]
        sentences = [
            f"{first.name} runs out first: want of it stops {first.industry} on {_day(first.day)}, with "
            f"{rounded(first.stock_days, 3)} days of use in stock; {len(stopping):,} of "
            f"{count(len(self.rows), 'input')} stop an industry."
        ]
        bought = [row for row in stopping if row.days_bought is not None and row.days_bought > 0]
        if bought:
            most = max(bought, key=lambda row: row.days_bought or 0.0)
            sentences.append(
                f"More of {most.name} in stock buys most: {rounded(most.days_bought or 0.0, 3)} days"
                f"{' or more' if most.at_least else ''} per stock worth 1 % of a year's imports cut."
            )
        return tuple(sentences)

    def text(self, width: int = 100) -> str:
        """The printed countdown, ``width`` columns wide."""
        lines = [("", f"{self.scenario} · {self.economy} · countdown from {_words(self.day_zero)}")]
        lines += [("COUNTDOWN", sentence) for sentence in self.sentences]
        told = [row for row in self.rows if row.day is not None]
        lines += [(_heading(row), _line(row, self.unit, self.consumers)) for row in told[:12]]
        if len(told) > 12:
            lines.append(("", f"and {count(len(told) - 12, 'more input')}"))
        lines += [("NOTE", note) for note in self.notes]
        return printed(lines, max(width, 40))

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values, with the sentences."""
        return {"sentences": list(self.sentences), **json_ready(self)}


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
    try:
        with claimed(folder) if folder is not None else nullcontext():
            found = run_sweep(
                sweep,
                folder=folder,
                executor=executor,
                progress=None
                if progress is None
                else lambda done, total: progress("more stock", done, total),
            )
    except KeyboardInterrupt as error:
        if folder is None:
            raise
        what = f"interrupted: what is done is kept in {folder}"
        raise StoppedError(Problem("autarky lifelines", what, f"to resume: {command}")) from error
    except OSError as error:
        if folder is None:
            raise
        what = f"cannot be written or read: {error.strerror or error}"
        raise InputError(Problem(str(folder), what, f"put that right, then: {command}")) from error
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
    held = stock_days(network, parameters(scenario.behaviour, scenario.groups))
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


def _heading(row: ProductCountdown) -> str:
    return "STOPS" if row.stops else "FALLS"


def _line(row: ProductCountdown, unit: str, consumers: str) -> str:
    line = f"{row.name}{'' if row.origin == 'any' else f' ({row.origin})'}: {_day(row.day)}, {row.industry}; "
    line += f"{rounded(row.stock_days, 3)} days in stock, worth {rounded(row.stock_value, 3)} {unit}"
    if row.moves is not None:
        line += f"; {rounded(row.added_value, 3)} {unit} more would move it by "
        line += f"{'at least ' if row.at_least else ''}{count(row.moves, 'day')}"
    if row.averts is not None:
        line += f" and avert {percent(row.averts)} of what {consumers} lose"
    return line


def _day(day: Day | None) -> str:
    assert day is not None  # asked only of rows that have one
    number = f"{day.number:,}".replace("-", "−")
    return f"day {number} ({_words(day.date)})"


def _words(iso: str) -> str:
    return date_words(datetime.date.fromisoformat(iso))
