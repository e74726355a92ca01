"""Plans under draws: planned again for tables and coefficients that could as well be true.

Which first steps would be taken whatever the numbers are? A draw is one table of the plausible set, if there
is one, and one value of each coefficient that has a range (Latin hypercube over triangles). Draws are kept in
files as soon as a few are done: the same call goes on where it stopped.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from autarky import sources
from autarky.accounts import open_accounts
from autarky.economy import Economy
from autarky.ensemble.blocks import UNSEALED, is_of_plan, sealed, tasks, write_atomically
from autarky.ensemble.executors import Executor, Task
from autarky.errors import AutarkyError
from autarky.planning.coefficients import drawn, uncertain
from autarky.planning.plan import Plan, make_plan
from autarky.planning.posing.assembly import plan_problem
from autarky.planning.posing.from_table import table_base
from autarky.planning.posing.section import PlanSection
from autarky.planning.problem import PlanningProblem
from autarky.planning.telling.steps import steps
from autarky.results.plan import Robustness
from autarky.uncertainty.design import Design, unit_points

Progress = Callable[[int, int], None]
"""Told (draws done, draws in all)."""

FEW = 4
"""Draws in a block."""


@dataclass(frozen=True)
class DrawnPlans:
    """Draws of one plan's problem; called with a block of them it makes these plans."""

    section: PlanSection
    """With its sets of techniques already joined in."""
    title: str
    economy: Economy | None
    """The table of draws that have none of their own."""
    tables: tuple[str, ...]
    """Place of each draw's table: an embedded name, or a path; empty: all have the same."""
    draws: int
    seed: int

    def __call__(self, task: Task) -> bytes:
        """As JSON, for each draw: its worst coverage and its steps, or why there is no plan."""
        draws = []
        for draw in range(*task):
            try:
                told = _told(make_plan(self.problem(draw)))
            except AutarkyError as error:
                # A drawn table can fail where the central one does not; that is a finding, not the end.
                told = {"failed": str(error)}
            draws.append(told)
        block = {"digest": UNSEALED, "plan": self.plan, "draws": draws}
        return sealed(json.dumps(block, ensure_ascii=False).encode())

    def problem(self, draw: int) -> PlanningProblem:
        """The problem of one draw."""
        central = self._problem(self._table(draw))
        points = unit_points(Design.LATIN_HYPERCUBE, self.seed, self.draws, len(uncertain(central)))
        return drawn(central, points[draw])

    def _problem(self, economy: Economy | None) -> PlanningProblem:
        home = () if self.section.home == "all" else self.section.home
        base = None if economy is None else table_base(open_accounts(economy, home), self.section)
        return plan_problem(self.section, base, title=self.title)

    def _table(self, draw: int) -> Economy | None:
        if not self.tables:
            return self.economy
        place = self.tables[draw % len(self.tables)]
        if place.rpartition("#")[0] in sources.embedded_names():
            return sources.embedded(place)
        return sources.read_table(Path(place))

    @property
    def plan(self) -> str:
        """SHA-256 over what decides every draw."""
        told = {
            "version": version("autarky"),
            "section": self.section.model_dump(mode="json"),
            "economy": None if self.economy is None else self.economy.digest,
            "tables": self.tables,
            "draws": self.draws,
            "seed": self.seed,
        }
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def plan_under_draws(
    drawn_plans: DrawnPlans, folder: Path, executor: Executor, *, progress: Progress | None = None
) -> Robustness:
    """Makes the plan of each draw and counts in how many each step appears.

    Draws done are kept in ``folder`` and not made again.
    """
    folder.mkdir(parents=True, exist_ok=True)
    blocks = tasks(drawn_plans.draws, FEW)
    files = {task: folder / f"{task[0]:06d}-{task[1]:06d}.json" for task in blocks}
    missing = [task for task in blocks if not is_of_plan(files[task], drawn_plans.plan)]
    done = drawn_plans.draws - sum(last - first for first, last in missing)
    if progress is not None:
        progress(done, drawn_plans.draws)
    with closing(executor.run(drawn_plans, missing)) as made:
        for task, content in made:
            write_atomically(files[task], content)
            done += task[1] - task[0]
            if progress is not None:
                progress(done, drawn_plans.draws)
    told = [draw for task in blocks for draw in json.loads(files[task].read_bytes())["draws"]]
    return _counted(told, drawn_plans)


def _told(reached: object) -> dict[str, Any]:
    if not isinstance(reached, Plan):
        return {"failed": "no plan"}
    taken = sorted({(step.period, step.act, step.what) for step in steps(reached)})
    return {"coverage": reached.worst_coverage, "steps": taken}


def _counted(told: Sequence[dict[str, Any]], of: DrawnPlans) -> Robustness:
    there = [draw for draw in told if "steps" in draw]
    count = Counter(tuple(step) for draw in there for step in draw["steps"])
    ranked = sorted(count.items(), key=lambda item: (-item[1], item[0]))
    worst = [draw["coverage"] for draw in there] or [np.nan]
    low, middle, high = np.quantile(worst, [0.05, 0.5, 0.95]).tolist()
    return Robustness(
        draws=len(told),
        feasible=len(there),
        steps=tuple((*step, number / len(there)) for step, number in ranked),
        coverage=(low, middle, high),
        sources=of.tables[:1],
    )
