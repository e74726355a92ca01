"""HiGHS: the one place that speaks to the solver.

References
----------
Huangfu & Hall (2018), *Parallelizing the dual revised simplex method* (HiGHS); Schork & Gondzio (2020) (IPX).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from importlib.metadata import version
from typing import Any

import highspy
import numpy as np
import scipy.sparse as sp

from autarky.errors import SimulationError
from autarky.planning.linear_program import Floats, LinearProgram

LARGE = 7_000
"""Rows above which IPX may stall and HiPO is tried after it (benchmarks/RESULTS.md: it is not faster)."""


class Status(StrEnum):
    """How a solve ended."""

    OPTIMAL = "optimal"
    INFEASIBLE = "infeasible"
    UNBOUNDED = "unbounded"


@dataclass(frozen=True, eq=False)
class Lock:
    """An objective already reached, kept: ``coefficients·x ≤ at_most``."""

    coefficients: Floats
    """(n,)"""
    at_most: float
    slack: float = 0.0
    """How much of that is above what was reached."""

    def loosened(self, times: float) -> Lock:
        """The same with so many times its slack."""
        return replace(self, at_most=self.at_most + (times - 1) * self.slack, slack=times * self.slack)


@dataclass(frozen=True, eq=False)
class Solution:
    """What a solve came to; n variables, m rows, in the order of the program."""

    status: Status
    objective: float
    values: Floats
    """(n,)"""
    row_duals: Floats
    """(m,) change of the least objective per unit of a row's binding side."""
    reduced_costs: Floats
    """(n,) change of the least objective per unit of a variable's binding bound."""
    lock_duals: Floats
    """One for each lock."""
    method: str
    """``ipx``, ``hipo`` or ``simplex``, and whether crossover followed."""


@dataclass(frozen=True, eq=False)
class Reach:
    """How far a row's side, or a variable's bound, can move before another basis takes over, and its dual
    changes."""

    low: Floats
    """(rows,)"""
    high: Floats


@cache
def hipo_there() -> bool:
    """Whether HiPO can be used: it needs the wheel ``highspy-extras``."""
    model = _quiet()
    return bool(model.setOptionValue("solver", "hipo") == highspy.HighsStatus.kOk)


def missing_hipo(program: LinearProgram) -> str:
    """What to tell a user whose program is large and who lacks the solver for it; empty if all is well."""
    rows = len(program.row_lower)
    if rows <= LARGE or hipo_there():
        return ""
    return (
        f"{rows:,} rows: where IPX stalls, which happens above {LARGE:,}, HiPO would be tried, and is not "
        "installed — pip install 'autarky[hipo]'"
    )


def solver_version() -> str:
    """``HiGHS 1.15.1``."""
    return f"HiGHS {version('highspy')}"


def solve(
    program: LinearProgram,
    objective: Floats,
    *,
    locks: Sequence[Lock] = (),
    method: str | None = None,
    crossover: bool = False,
) -> Solution:
    """The least value of ``objective·x`` over the program, from scratch.

    Parameters
    ----------
    objective : (n,) array
        Cost per unit of each variable.
    locks : sequence of Lock, optional
        Further rows.
    method : str, optional
        ``ipx``, ``hipo`` or ``simplex``. By default the interior point method IPX, then what else decides.
    crossover : bool
        Whether to go on to a corner, with a basis: needed for ``reach``.

    Raises
    ------
    SimulationError
        If no method comes to an end.
    """
    return Session(program, locks).solve(objective, method=method, crossover=crossover)


class Session:
    """One program in the solver's hands, solved for several objectives and sides."""

    def __init__(self, program: LinearProgram, locks: Sequence[Lock] = ()) -> None:
        self.program = program
        self._locks = tuple(locks)
        A = program.A
        if locks:
            further = sp.csr_array(np.array([lock.coefficients for lock in locks]))
            A = sp.csc_array(sp.vstack([A, further]))
        above = np.concatenate([program.row_upper, [lock.at_most for lock in locks]])
        below = np.concatenate([program.row_lower, np.full(len(locks), -np.inf)])
        given = highspy.HighsLp()
        given.num_col_, given.num_row_ = A.shape[1], A.shape[0]
        given.col_cost_ = np.zeros(A.shape[1])
        given.col_lower_, given.col_upper_ = _in_range(program.lower), _in_range(program.upper)
        given.row_lower_, given.row_upper_ = _in_range(below), _in_range(above)
        given.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        given.a_matrix_.start_, given.a_matrix_.index_ = A.indptr, A.indices
        given.a_matrix_.value_ = A.data
        self._model = _quiet()
        self._model.passModel(given)

    def solve(self, objective: Floats, *, method: str | None = None, crossover: bool = False) -> Solution:
        """As the function ``solve``."""
        model = self._model
        columns = np.arange(len(objective), dtype=np.int32)
        costs = np.asarray(objective, np.float64)
        scale = self.scale_of(costs)
        model.changeColsCost(len(columns), columns, costs * scale)
        for chosen, to_a_corner, presolve in self._attempts(method, crossover):
            status = self._run(chosen, to_a_corner, presolve)
            told = chosen if chosen == "simplex" or not to_a_corner else f"{chosen}, crossover"
            if status is not None:
                break
            how = model.modelStatusToString(model.getModelStatus())
            model.clearSolver()  # a point that led nowhere is no place to begin
        if status is Status.INFEASIBLE:
            # Presolve takes numbers near its tolerance for a contradiction: nothing is denied on its word.
            model.clearSolver()
            status = self._run(method or "ipx", crossover, presolve="off") or status
        if status is None:
            raise SimulationError(f"HiGHS ended with the status {how}")
        m = len(self.program.row_lower)
        found = model.getSolution()
        duals = np.asarray(found.row_dual, np.float64) / scale
        if status is not Status.OPTIMAL:
            nothing = np.zeros(0)
            return Solution(status, np.nan, nothing, nothing, nothing, nothing, told)
        return Solution(
            status,
            float(model.getInfo().objective_function_value) / scale,
            np.asarray(found.col_value, np.float64),
            duals[:m],
            np.asarray(found.col_dual, np.float64) / scale,
            duals[m:],
            told,
        )

    def scale_of(self, costs: Floats) -> float:
        """What brings the duals of an objective near 1: the solver's tolerance is 1e-7 whatever they count.

        A share of a basket worth millions has duals below it, and any plan would do.
        """
        largest = abs(self.program.A).max(axis=0).toarray().ravel()
        there = (costs != 0) & (largest > 0)
        if not there.any():
            return 1.0
        # A power of two, so that no digit of a cost is lost.
        return float(2.0 ** -np.round(np.log2(np.max(np.abs(costs[there]) / largest[there]))))

    def set_bounds(self, variables: Any, lower: Any, upper: Any) -> None:
        """Other bounds of some variables, by position."""
        positions = np.asarray(variables, np.int32).ravel()
        low, high = (
            _in_range(np.array(np.broadcast_to(side, positions.shape), np.float64)) for side in (lower, upper)
        )
        self._model.changeColsBounds(len(positions), positions, low, high)

    def set_sides(self, rows: Any, lower: Any, upper: Any) -> None:
        """Other sides of some rows, by position."""
        positions = np.asarray(rows, np.int64).ravel()
        sides = (np.broadcast_to(side, positions.shape) for side in (lower, upper))
        for row, low, high in zip(positions, *sides, strict=True):
            self._model.changeRowBounds(int(row), *map(float, _in_range(np.array([low, high], np.float64))))

    def reach(self, rows: Any, variables: Any = ()) -> Reach:
        """Validity range of the duals of some rows, then of some variables' bounds; after a solve with
        crossover or by simplex."""
        status, ranging = self._model.getRanging()
        if status != highspy.HighsStatus.kOk:
            # What presolve alone has solved has a basis that nobody factored: simplex does, and stays there.
            self._run("simplex", crossover=False, presolve="off")
            status, ranging = self._model.getRanging()
        if status != highspy.HighsStatus.kOk:
            raise SimulationError("HiGHS tells no ranges: it was solved without a basis")
        at_rows, at_columns = (np.asarray(given, np.int64).ravel() for given in (rows, variables))
        low, high = (
            np.concatenate([np.asarray(row.value_)[at_rows], np.asarray(column.value_)[at_columns]])
            for row, column in (
                (ranging.row_bound_dn, ranging.col_bound_dn),
                (ranging.row_bound_up, ranging.col_bound_up),
            )
        )
        infinite = highspy.kHighsInf
        return Reach(np.where(low <= -infinite, -np.inf, low), np.where(high >= infinite, np.inf, high))

    def _attempts(self, method: str | None, crossover: bool) -> Iterator[tuple[str, bool, str]]:
        """(method, crossover, presolve), one after the other until one decides."""
        first = method or "ipx"
        yield first, crossover, "choose"
        if first == "simplex":
            yield "ipx", True, "choose"
        elif not crossover:
            # An interior point method may stall just short of its tolerance; a corner is exact.
            yield first, True, "choose"
        if len(self.program.row_lower) <= LARGE:
            # Presolve may not tell infeasible from unbounded. Simplex on the program as it is needs longer
            # and decides; on a large one it would not come to an end.
            yield "simplex", crossover, "off"
        elif first != "hipo" and hipo_there():
            yield "hipo", True, "choose"

    def _run(self, method: str, crossover: bool, presolve: str = "choose") -> Status | None:
        model = self._model
        for option, value in (
            ("solver", method),
            ("run_crossover", "on" if crossover else "off"),
            ("presolve", presolve),
        ):
            if model.setOptionValue(option, value) != highspy.HighsStatus.kOk:
                raise SimulationError(f"HiGHS does not take {option} = {value}")
        model.run()
        return self._status()

    def _status(self) -> Status | None:
        found = self._model.getModelStatus()
        known = {
            highspy.HighsModelStatus.kOptimal: Status.OPTIMAL,
            highspy.HighsModelStatus.kInfeasible: Status.INFEASIBLE,
            highspy.HighsModelStatus.kUnbounded: Status.UNBOUNDED,
        }
        return known.get(found)


def _quiet() -> Any:
    model = highspy.Highs()
    model.setOptionValue("output_flag", False)
    model.setOptionValue("log_to_console", False)
    # One thread and a fixed seed: the same bytes on any machine.
    model.setOptionValue("threads", 1)
    model.setOptionValue("random_seed", 0)
    return model


def _in_range(sides: Floats) -> Floats:
    return np.clip(sides, -highspy.kHighsInf, highspy.kHighsInf)
