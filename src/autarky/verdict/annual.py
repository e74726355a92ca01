"""Annual: many scenarios on many tables, of which only each industry's mean output of a year is kept."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from autarky.economy import Economy
from autarky.ensemble.executors import Executor, Task
from autarky.errors import InputError, Problem, ScenarioError, SimulationError
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
) -> tuple[Floats, dict[int, str]]:
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
        NaN for a draw that failed, for instance on a table in which nothing is left of what is cut.
    failed : mapping of row to str
        Why, in one line.

    Raises
    ------
    ScenarioError
        If every draw failed.
    """
    parts: dict[int, Floats] = {}
    failed: dict[int, str] = {}
    for (first, _), content in executor.run(_Work(tuple(jobs)), [(k, k + 1) for k in range(len(jobs))]):
        parts[first], wrong = pickle.loads(content)
        failed |= {jobs[first].rows[k]: why for k, why in wrong.items()}
        if progress is not None:
            progress(len(jobs[first].rows))
    done = {k: part for k, part in parts.items() if part.size}
    draws = sum(len(job.rows) for job in jobs)
    if not done:
        why = failed[min(failed)]
        what = f"all {draws} draws failed, the first with: {why}"
        raise ScenarioError(Problem("backtest", what, "mend the study"))
    output = np.full((draws, *next(iter(done.values())).shape[1:]), np.nan)
    for k, part in done.items():
        output[list(jobs[k].rows)] = part
    return output, dict(sorted(failed.items()))


@dataclass(frozen=True)
class _Work:
    """What a worker does to a job: simulate it and average its days by year."""

    jobs: tuple[Job, ...]

    def __call__(self, task: Task) -> bytes:
        job = self.jobs[task[0]]
        failed: dict[int, str] = {}
        parts = list(_simulated(job.economy, job.scenarios, 0, failed))
        output = np.empty(0)
        if parts:
            output = np.full((len(job.scenarios), *parts[0][1].shape[1:]), np.nan)
            for first, part in parts:
                output[first : first + len(part)] = part
        return pickle.dumps((output, failed))


def _simulated(
    economy: Economy, scenarios: Sequence[Scenario], first: int, failed: dict[int, str]
) -> Iterator[tuple[int, Floats]]:
    """(position, annual output) of scenarios; where they fail together, of each half by itself."""
    try:
        yield first, _annual(economy, scenarios)
    except (InputError, SimulationError) as error:
        if len(scenarios) == 1:
            failed[first] = " ".join(str(error).splitlines()[0].split())
            return
        half = len(scenarios) // 2
        yield from _simulated(economy, scenarios[:half], first, failed)
        yield from _simulated(economy, scenarios[half:], first + half, failed)


def _annual(economy: Economy, scenarios: Sequence[Scenario]) -> Floats:
    panel = simulate_panel(economy, scenarios)
    if panel.sizes["day"] != scenarios[0].days:
        raise KeyboardInterrupt  # which the day loop takes as a wish for the days so far
    output = panel["output"].values.astype(np.float64)
    years = panel["day"].values.astype("datetime64[Y]")
    starts = np.flatnonzero(np.r_[True, years[1:] != years[:-1]])
    days = np.diff(np.r_[starts, len(years)])
    return np.asarray(np.add.reduceat(output, starts, axis=1) / days[None, :, None], dtype=np.float64)
