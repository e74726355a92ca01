"""Dates: how far a dated shock acts on each day of a run."""

from __future__ import annotations

import datetime

import numpy as np
import numpy.typing as npt

from autarky.errors import Problem
from autarky.scenario import Dated, Harvest, Scenario, Shock

Floats = npt.NDArray[np.float64]


def day_of(date: datetime.date, scenario: Scenario) -> int:
    """The position of a date in a run; 0 is its first day."""
    return (date - scenario.start).days


def acts(shock: Shock | Dated, scenario: Scenario, place: str, problems: list[Problem]) -> bool:
    """Whether a shock's dates meet the simulated period; if not, say so."""
    if isinstance(shock, Harvest):
        return True
    if shock.start > scenario.end:
        what, field = f"starts on {shock.start}, after the last simulated day {scenario.end}", "from"
    elif isinstance(shock, Dated) and shock.until is not None and shock.until < scenario.start:
        what, field = f"ends on {shock.until}, before the first simulated day {scenario.start}", "until"
    else:
        return True
    problems.append(Problem(f"{place}.{field}", what, "move the shock, or change start or days"))
    return False


def weight(shock: Dated, scenario: Scenario, ramp_days: float) -> Floats:
    """How far a shock acts, (days + 1,): 1 while in full, straight lines of ``ramp_days`` in and out."""
    day = np.arange(scenario.days + 1, dtype=np.float64)
    first = day_of(shock.start, scenario)
    after = np.inf if shock.until is None else day_of(shock.until, scenario) + 1.0
    if ramp_days == 0:
        return ((day >= first) & (day < after)).astype(np.float64)
    coming = np.clip((day - first + 1.0) / ramp_days, 0.0, 1.0)
    going = np.clip((after + ramp_days - 1.0 - day) / ramp_days, 0.0, 1.0)
    return np.minimum(coming, going)


def between(outside: float, inside: float, weight: Floats) -> Floats:
    """Straight line from ``outside`` (weight 0) to ``inside`` (weight 1); both ends are met exactly."""
    return outside * (1.0 - weight) + inside * weight
