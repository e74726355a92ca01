"""Stages: what a plan is after, strictly in order; each is solved from scratch, and then kept.

Livelihoods come first: the worst coverage of anybody's basket in any year, then all that is lacking. Then the
targets by priority, then consumption beyond the basket, and last a quiet plan: few imports, few starts. One
weighted sum in their stead would buy a little of the later with some of the earlier (docs/plan.md).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from autarky.errors import SimulationError
from autarky.planning.formulation import Formulation
from autarky.planning.highs import Lock, Solution, Status, solve
from autarky.planning.linear_program import Floats, LinearProgram
from autarky.planning.problem import LIVELIHOOD, TARGET

KEPT = 1e-6
"""How much of an earlier stage, relative to it, a later one may take."""

LOOSER = 10.0
"""Times that where the solver does not come to an end with it, as on large plans with much lacking."""

COVERAGE = "worst coverage"
SHORTFALL = "shortfall"
TARGETS = "targets"
GAIN = "consumption beyond the basket"
LEAST = "least"

StageProgress = Callable[[str, int, int], None]
"""Told (stage, number, of how many) before it is solved."""


@dataclass(frozen=True, eq=False)
class Stage:
    """One objective, reached: the program as it stood, what was kept from before, and the solution."""

    name: str
    """``worst coverage``, ``shortfall``, ``targets of priority 1``, … ."""
    unit: str
    value: float
    """In the unit; of coverage and consumption the most, of all else the least."""
    objective: Floats
    """(n,) what was minimised."""
    program: LinearProgram
    locks: tuple[Lock, ...]
    solution: Solution


@dataclass(frozen=True, eq=False)
class Infeasible:
    """What must hold cannot hold together."""

    formulation: Formulation


@dataclass(frozen=True, eq=False)
class Unbounded:
    """Something can be had without end and for nothing."""

    formulation: Formulation
    stage: str


def in_stages(
    formulation: Formulation, progress: StageProgress | None = None, *, quiet: bool = True
) -> tuple[Stage, ...] | Infeasible | Unbounded:
    """Solves one objective after the other, each with all earlier ones kept.

    Without ``quiet`` the last, which only chooses among plans that are equally good, is left out.
    """
    done: list[Stage] = []
    program = formulation.program
    locks: tuple[Lock, ...] = ()
    wanted = list(objectives(formulation))[: None if quiet else -1]
    for k, (name, unit, objective) in enumerate(wanted):
        if progress is not None:
            progress(name, k, len(wanted))
        if name == SHORTFALL and done and done[-1].name == COVERAGE and done[-1].value > 1 - KEPT:
            continue  # nothing is lacking: the coverage that is kept says so
        # A corner is wanted of what is shown and priced; and once something is kept there is little room for
        # a point inside.
        corner = name != COVERAGE or k == len(wanted) - 1
        try:
            locks, solution = _solved(program, objective, locks, corner)
        except SimulationError:
            if done and name.startswith(LEAST):
                break  # what matters is reached; only a quieter plan that does as well is not found
            raise
        if solution.status is Status.UNBOUNDED:
            return Unbounded(formulation, name)
        if solution.status is Status.INFEASIBLE:
            if done:
                raise SimulationError(f"stage {name}: what an earlier stage reached cannot be kept")
            return Infeasible(formulation)
        sign = -1.0 if name in (COVERAGE, GAIN) else 1.0
        value = sign * solution.objective + 0.0
        done.append(Stage(name, unit, value, objective, program, tuple(locks), solution))
        program, locks = _kept(formulation, program, locks, name, objective, solution)
    return tuple(done)


def _solved(
    program: LinearProgram, objective: Floats, locks: tuple[Lock, ...], corner: bool
) -> tuple[tuple[Lock, ...], Solution]:
    """A stage's solution, and its locks: ten times as loose where there is no room between them."""
    try:
        return locks, solve(program, objective, locks=locks, crossover=corner)
    except SimulationError:
        looser = tuple(lock.loosened(LOOSER) for lock in locks)
        if not looser:
            raise
        return looser, solve(program, objective, locks=looser, crossover=corner)


def objectives(formulation: Formulation) -> Iterator[tuple[str, str, Floats]]:
    """(name, unit, (n,) what to minimise) of each stage, in order."""
    problem, blocks = formulation.problem, formulation.variables
    n = len(formulation.program.lower)
    if "basket shortfall" in blocks and LIVELIHOOD not in problem.must_hold:
        coverage = np.zeros(n)
        coverage[blocks["worst coverage"].positions] = -1.0
        yield COVERAGE, "share of the basket", coverage
        yield SHORTFALL, "person-years of basket", shortfall_of(formulation)
    for priority in sorted({target.priority for target in problem.targets}):
        missed = np.zeros(n)
        for target in problem.targets:
            policy = f"{TARGET}: {target.name}"
            if target.priority == priority and policy not in problem.must_hold:
                block = blocks[f"{policy} missed"]
                spans = [problem.spans.index(span) for span in block.labels["span"]]
                missed[block.positions] = problem.span_weights[spans] / target.scale
        if missed.any():
            yield f"{TARGETS} of priority {priority}", "years of whole shortfall", missed
    if "extra consumption" in blocks:
        yield GAIN, "person-years of basket, weighted", -gain_of(formulation)
    yield f"{LEAST} {problem.least}", "weighted", least_of(formulation)


def shortfall_of(formulation: Formulation) -> Floats:
    """(n,) person-years of basket that each unit of basket shortfall takes away."""
    problem, blocks = formulation.problem, formulation.variables
    cost = np.zeros(len(formulation.program.lower))
    households = problem.households
    h, i = np.nonzero(households.basket > 0)
    each = households.weights[h, i] / households.basket[h, i]
    cost[blocks["basket shortfall"].positions] = problem.span_weights[:, None] * each
    return cost


def gain_of(formulation: Formulation) -> Floats:
    """(n,) worth of extra consumption: person-years, each segment weighted, later years discounted."""
    problem, blocks = formulation.problem, formulation.variables
    households = problem.households
    worth = np.zeros(len(formulation.program.lower))
    slopes = np.array([slope for _, slope in households.segments])
    weights = households.bundle_weights[households.extra.any(axis=1)]
    middle = problem.starts_at[:-1] + problem.years / 2
    if problem.stationary_after:
        middle = np.append(middle, problem.starts_at[-1] + problem.after_years / 2)
    by_span = problem.span_weights * (1.0 + problem.discount) ** -middle
    worth[blocks["extra consumption"].positions] = by_span[:, None, None] * weights[:, None] * slopes
    return worth


def _whole_gain(formulation: Formulation) -> float:
    """Worth of all extra consumption that has an end."""
    upper = formulation.program.upper
    ends = np.where(np.isfinite(upper), upper, 0.0)
    return float(gain_of(formulation) @ ends)


def least_of(formulation: Formulation) -> Floats:
    """(n,) what the last stage keeps small."""
    problem, blocks = formulation.problem, formulation.variables
    cost = np.zeros(len(formulation.program.lower))
    weights = problem.span_weights
    for name, trade, sign in (("imports", problem.imports, 1.0), ("exports", problem.exports, -1.0)):
        if name in blocks and (sign > 0 or problem.least == "foreign exchange"):
            price = problem.spread(trade.price) * weights[:, None]
            cost[blocks[name].positions] = sign * price
    if problem.least == "foreign exchange":
        return cost
    if problem.least == "labour":
        assert problem.labour is not None
        hours = np.zeros_like(cost)
        hours[blocks["activity"].positions] = problem.labour.per_activity.sum(axis=0) * weights[:, None]
        if "starts" in blocks:
            per_start = problem.labour.per_start.sum(axis=0)[problem.buildable]
            hours[blocks["starts"].positions] = np.broadcast_to(per_start, blocks["starts"].positions.shape)
        return hours
    # Only to choose between plans that are equally good: nothing runs, is built, kept or owed for nothing.
    for name, each in (
        ("starts", 1.0),
        ("activity", 1e-3),
        ("stock", 1e-3),
        ("debt", 1e-3),
        ("reserves", 1e-4),
    ):
        if name in blocks:
            cost[blocks[name].positions] = each
    for name in (
        "activity under siege",
        "imports under siege",
        "stock used under siege",
        "overtime",
        "training",
    ):
        if name in blocks:
            cost[blocks[name].positions] = 1e-3
    return cost


def _kept(
    formulation: Formulation,
    program: LinearProgram,
    locks: tuple[Lock, ...],
    name: str,
    objective: Floats,
    solution: Solution,
) -> tuple[LinearProgram, tuple[Lock, ...]]:
    """The program and the locks with which the next stage starts."""
    if name == COVERAGE:
        # By a bound, which is easier on the solver than a row.
        lower = program.lower.copy()
        lower[formulation.variables["worst coverage"].positions] = max(0.0, -solution.objective - KEPT)
        return program.with_sides(lower=lower), locks
    if name == GAIN and -solution.objective <= KEPT * _whole_gain(formulation):
        return program, locks  # what is left over of earlier stages, which no row could hold
    touched = np.flatnonzero(objective)
    if solution.objective < KEPT and (objective[touched] > 0).all() and name != SHORTFALL:
        upper = program.upper.copy()
        upper[touched] = np.minimum(upper[touched], KEPT / objective[touched])
        return program.with_sides(upper=upper), locks
    # Scaled to numbers near 1, as the solver likes its rows, and no tighter than it can tell.
    scale = float(np.abs(objective[touched]).max())
    slack = max(KEPT * abs(solution.objective), 1e-7 * scale)
    return program, (*locks, Lock(objective / scale, (solution.objective + slack) / scale, slack / scale))
