"""Plan: what a planning problem comes to, every number with its labels."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import xarray as xr

from autarky.planning.formulation import Formulation, formulate
from autarky.planning.problem import PlanningProblem
from autarky.planning.stages import (
    GAIN,
    SHORTFALL,
    Infeasible,
    Stage,
    StageProgress,
    Unbounded,
    in_stages,
)


@dataclass(frozen=True, eq=False)
class Plan:
    """The plan of a problem: all its stages, the last of which holds its values."""

    formulation: Formulation
    stages: tuple[Stage, ...]

    @property
    def problem(self) -> PlanningProblem:
        """What was planned for."""
        return self.formulation.problem

    @cached_property
    def values(self) -> dict[str, xr.DataArray]:
        """Every variable by its labels: ``activity`` (span, technique), ``starts`` (period, technique), … .

        The year after the plan is the span ``after``.
        """
        return self.formulation.program.labelled(self.stages[-1].solution.values)

    @property
    def worst_coverage(self) -> float:
        """Share of its basket that the worst-off group has of the scarcest product, in the worst year."""
        return float(self.values["worst coverage"]) if "worst coverage" in self.values else 1.0

    def stage(self, name: str) -> Stage | None:
        """A stage by its name; None if it was not needed."""
        return next((stage for stage in self.stages if stage.name == name), None)

    @property
    def priced(self) -> Stage | None:
        """The stage whose duals are the prices of scarcity: what is lacking, if anything is, else what is
        gained beyond the basket."""
        return self.stage(SHORTFALL) or self.stage(GAIN)


def make_plan(
    problem: PlanningProblem, progress: StageProgress | None = None
) -> Plan | Infeasible | Unbounded:
    """The plan of a problem, by the default way: all years known in advance."""
    formulation = formulate(problem)
    reached = in_stages(formulation, progress)
    return reached if isinstance(reached, Infeasible | Unbounded) else Plan(formulation, reached)
