"""Magnitudes: when no solver comes to an end, the numbers that lie too far apart to be told from rounding."""

from __future__ import annotations

import numpy as np

from autarky.errors import Problem
from autarky.planning.formulation import formulate
from autarky.planning.problem import PlanningProblem

APART = 1e9
"""Ratio of coefficients from which on a solver that fails is not to blame; double precision has 1e16."""


def too_far_apart(problem: PlanningProblem) -> Problem | None:
    """What to look at if a plan cannot be worked out; None if its numbers are no reason."""
    program = formulate(problem).program
    size = np.abs(program.coefficients)
    if not size.size or size.max() < APART * size.min():
        return None
    told = [
        f"{size[at]:.3g} ({program.variable(int(program.entry_column[at]))} in "
        f"{program.row(int(program.entry_row[at]))})"
        for at in (int(size.argmin()), int(size.argmax()))
    ]
    what = f"has numbers too far apart for any solver, from {told[0]} to {told[1]}"
    return Problem("plan", what, "check the unit of the last, or count it in a larger one")
