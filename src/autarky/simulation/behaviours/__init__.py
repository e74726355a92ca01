"""Behaviours: what a study can switch on beyond the plain day, a file each, named as in ``scenario``.

They act once a day, before its kernels and after them, on the same arrays, with scenarios on the trailing
axis; a scenario's numbers never depend on those of another. What is switched off costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable

from autarky.errors import Problem, ScenarioError
from autarky.simulation.behaviours import (
    aid,
    allocation,
    consumption,
    elasticities,
    foreign_exchange,
    households,
    labour,
    rebuilding,
    search,
    spare_parts,
    techniques,
)
from autarky.simulation.behaviours.acting import Acting, Setting, Told

_BEGIN: tuple[Callable[[Setting], Acting | None], ...] = (
    allocation.begin,
    labour.begin,
    aid.begin,
    households.begin,
    consumption.begin,
    search.begin,
    foreign_exchange.begin,
    spare_parts.begin,
    rebuilding.begin,
    techniques.begin,
    elasticities.begin,
)
"""In the order in which they act."""

__all__ = ["Acting", "Setting", "Told", "begin"]


def begin(setting: Setting) -> tuple[Acting, ...]:
    """The behaviours that some scenario switches on, ready for the first day.

    Raises
    ------
    ScenarioError
        All problems at once: names that match nothing, numbers that do not fit the table.
    """
    found = [acting for one in _BEGIN if (acting := one(setting)) is not None]
    if found and setting.rules.step != 1.0:
        what = f"is {round(1.0 / setting.rules.step)}, while behaviours that act by day are switched on"
        setting.problems.append(Problem("behaviour.steps_per_day", what, "leave it at 1"))
    if setting.problems:
        raise ScenarioError(list(dict.fromkeys(setting.problems)))
    return tuple(found)
