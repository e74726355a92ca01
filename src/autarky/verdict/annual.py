"""Annual: many scenarios on many tables, of which only each industry's mean output of a year is kept."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from autarky.economy import Economy
from autarky.ensemble.executors import Executor, Task
from autarky.scenario import Scenario
from autarky.simulation.panel import simulate_panel
from autarky.uncertainty import Draws

Floats = npt.NDArray[np.float64]

SIDE_BY_SIDE = 32
"""Scenarios of one table that are simulated together; no number depends on it."""


@dataclass(frozen=True)
class Job:
    """Scenarios on one table, and the rows of the answer that they fill."""

    economy: Economy
    scenarios: tuple[Scenario, ...]
    rows: tuple[int, ...]


def by_table(
    draws: Draws, chosen: Sequence[int], turned: Callable[[Scenario], Scenario] = lambda scenario: scenario
) -> list[Job]:
    """Jobs for some of the draws, those on one table together; ``turned`` changes each scenario first."""
    alike: dict[Hashable, list[int]] = {}
    for row, draw in enumerate(chosen):
        alike.setdefault(draws.economy_key(draw), []).append(row)
    jobs = []
    for rows in alike.values():
        economy = draws.economy(chosen[rows[0]])
        for first in range(0, len(rows), SIDE_BY_SIDE):
            part = tuple(rows[first : first + SIDE_BY_SIDE])
            jobs.append(Job(economy, tuple(turned(draws.scenario(chosen[row])) for row in part), part))
    return jobs


def annual_output(
    jobs: Sequence[Job], executor: Executor, progress: Callable[[int], None] | None = None
) -> Floats:
    """Output by draw, calendar year and industry: the mean of its days, base year 1.

    Parameters
    ----------
    jobs : sequence of Job
        Over the same days and industries; their rows together are 0 … draws − 1.
    executor : Executor
        Where it is done: no number depends on it.
    progress : callable, optional
        Called with the number of scenarios just done.

    Returns
    -------
    output : array, shape (draws, years, n)
    """
    parts: dict[int, Floats] = {}
    for (first, _), content in executor.run(_Work(tuple(jobs)), [(k, k + 1) for k in range(len(jobs))]):
        parts[first] = pickle.loads(content)
        if progress is not None:
            progress(len(jobs[first].rows))
    output = np.empty((sum(len(job.rows) for job in jobs), *parts[0].shape[1:]))
    for k, job in enumerate(jobs):
        output[list(job.rows)] = parts[k]
    return output


@dataclass(frozen=True)
class _Work:
    """What a worker does to a job: simulate it and average its days by year."""

    jobs: tuple[Job, ...]

    def __call__(self, task: Task) -> bytes:
        job = self.jobs[task[0]]
        panel = simulate_panel(job.economy, job.scenarios)
        if panel.sizes["day"] != job.scenarios[0].days:
            raise KeyboardInterrupt  # which the day loop takes as a wish for the days so far
        output = panel["output"].values.astype(np.float64)
        years = panel["day"].values.astype("datetime64[Y]")
        starts = np.flatnonzero(np.r_[True, years[1:] != years[:-1]])
        days = np.diff(np.r_[starts, len(years)])
        return pickle.dumps(np.add.reduceat(output, starts, axis=1) / days[None, :, None])
