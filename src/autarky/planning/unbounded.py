"""Unbounded: what can be had without end and for nothing, when a problem forgets to say what it takes."""

from __future__ import annotations

import numpy as np

from autarky.errors import Problem
from autarky.planning.formulation import Formulation, formulate
from autarky.planning.highs import Status, solve
from autarky.planning.linear_program import Floats
from autarky.planning.problem import PlanningProblem
from autarky.planning.stages import objectives

SHOWN = 4
"""Names told of each kind."""


def unbounded_problem(problem: PlanningProblem) -> Problem:
    """One line that names the techniques and imports by which something can be had without end.

    They are those of a ray: a direction in which the plan can go on for ever and get better all the way. It
    is found as the plan of the same programme with every finite side set to 0 and every step at most 1.
    """
    formulation = formulate(problem)
    for _, _, objective in objectives(formulation):
        ray = _ray(formulation, objective)
        if ray is not None:
            return _told(formulation, ray)
    remedy = "give techniques a capacity, imports a ceiling"
    return Problem("plan", "something can be had without end and for nothing", remedy)


def _ray(formulation: Formulation, objective: Floats) -> Floats | None:
    """(variables,) the best direction without end; None if there is none."""
    program = formulation.program

    def side(values: Floats) -> Floats:
        return np.where(np.isfinite(values), 0.0, values)

    cone = program.with_sides(
        lower=np.maximum(side(program.lower), -1.0),
        upper=np.minimum(side(program.upper), 1.0),
        row_lower=side(program.row_lower),
        row_upper=side(program.row_upper),
    )
    solution = solve(cone, objective)
    if solution.status is not Status.OPTIMAL or solution.objective > -1e-9:
        return None
    return solution.values


def _told(formulation: Formulation, ray: Floats) -> Problem:
    problem, blocks = formulation.problem, formulation.variables

    def running(block: str, dim: str) -> list[str]:
        if block not in blocks:
            return []
        most = ray[blocks[block].positions].max(axis=0)
        return [
            problem.name_of(name)
            for name, value in zip(blocks[block].labels[dim], most, strict=True)
            if value > 1e-9
        ]

    imports, techniques = running("imports", "channel"), running("activity", "technique")
    exports = running("exports", "channel")
    households = problem.households
    wanted: list[str] = []
    if "extra consumption" in blocks and ray[blocks["extra consumption"].positions].max(initial=0) > 1e-9:
        wanted = [problem.name_of(problem.products[i]) for i in np.flatnonzero(households.extra.any(axis=0))]
    by = [
        f"{kind} {_listed(names)}"
        for kind, names in (
            ("importing", imports),
            ("running", techniques),
            ("exporting", exports),
        )
        if names
    ]
    what = f"{_listed(wanted) or 'something'} can be had without end and for nothing"
    if by:
        what += f", by {' and '.join(by)}"
    lacking = [
        *(["imports a ceiling, or foreign exchange that pays for them"] if imports else []),
        *(["techniques a capacity, hours or inputs that run out"] if techniques else []),
    ]
    return Problem("plan", what, f"give {' and '.join(lacking) or 'consumption an end'}")


def _listed(names: list[str]) -> str:
    shown = ", ".join(names[:SHOWN])
    return shown + (f" and {len(names) - SHOWN} more" if len(names) > SHOWN else "")
