"""Rolling horizon: what it costs not to know the years to come; planned again every period with a window.

References
----------
Sethi & Sorger (1991), *A theory of rolling horizon decision making* (what a window of forecasts is worth).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import xarray as xr

from autarky.planning.formulation import Formulation, formulate
from autarky.planning.linear_program import Block, Floats
from autarky.planning.plan import Plan, make_plan
from autarky.planning.problem import DAYS, Matrix, PlanningProblem, Trade
from autarky.planning.stages import TARGETS, gain_of, in_stages, shortfall_of
from autarky.results.plan import RollingHorizon

HARDLY = 1e-4
"""Person-years beyond the basket, per person and year, of which no share is told; years of whole shortfall
that are not worth a note."""

Progress = Callable[[int, int], None]
"""Told (periods decided, of how many)."""


def rolling(
    problem: PlanningProblem,
    window: int,
    *,
    plan: Plan | None = None,
    stationary: bool = True,
    progress: Progress | None = None,
) -> RollingHorizon:
    """The path of a planner who sees ``window`` periods, held against the plan with all of them known.

    Each period is planned in stages, like the plan, over the window that begins with it; its decisions are
    carried out, and the next period finds what they left: plants and those under way, stocks, debt, trained
    people, deposits. As soon as the window reaches the last period nothing new will be learnt, and the rest
    is carried out as planned: a window of all periods is the plan. What a plant begun within a window still
    needs after it is counted in the window's last period; a window of one period does not see it.

    Parameters
    ----------
    window
        Periods that are known, 1 or more, the present one among them.
    plan
        The plan with all years known; made if left out.
    stationary
        Whether the planner expects that after the window a year like its last comes for ever, as the plan
        does after its end. Without it what lies beyond a window is worth nothing. Where the plan has no year
        after, no window has.
    progress
        Told (periods decided, of how many).

    Returns
    -------
    RollingHorizon
        Never better than the plan in its own order: coverage, then shortfall, then targets (a note says
        which are missed by more), then consumption. With nan and a note if at some period what must hold no
        longer can.

    Raises
    ------
    ValueError
        If the window is shorter than one period; if there is no plan to hold the path against.
    """
    if window < 1:
        raise ValueError(f"a window of {window} periods: it takes 1 at least")
    known = plan or make_plan(problem)
    if not isinstance(known, Plan):
        raise ValueError(f"{problem.title}: there is no plan with all years known")
    periods = len(problem.periods)
    whole = max(periods - window, 0)
    reached = known.stages
    done: Mapping[str, xr.DataArray] = {}
    for now in range(whole + 1 if whole else 0):
        all_seen = now == whole
        seen = problem if all_seen else _seen(problem, now, now + window, stationary)
        formulation = known.formulation if all_seen else formulate(seen)
        found = in_stages(_with_past(formulation, problem.periods[:now], done))
        if not isinstance(found, tuple):
            note = f"in {problem.periods[now]} what must hold no longer can, after what was done before"
            return RollingHorizon(window, np.nan, np.nan, np.nan, (note,))
        reached = found
        done = formulation.program.labelled(reached[-1].solution.values)
        if progress is not None:
            progress(periods if all_seen else now + 1, periods)
    return _judged(known, reached[-1].solution.values, window)


def _with_past(
    formulation: Formulation, past: Sequence[str], done: Mapping[str, xr.DataArray]
) -> Formulation:
    """The same with all variables of past periods as they were, and none of their rows asked any more."""
    program = formulation.program
    lower, upper = program.lower.copy(), program.upper.copy()
    row_lower, row_upper = program.row_lower.copy(), program.row_upper.copy()
    for name, block in formulation.variables.items():
        if gone := _gone(block, past):
            was = done.get(name)
            labels = {dim: list(told) for dim, told in block.labels.items()}
            # What could not be begun in the windows before was not.
            values = 0.0 if was is None else was.reindex(labels, fill_value=0.0).values[gone]
            lower[block.positions[gone]] = upper[block.positions[gone]] = values
    for block in formulation.rows.values():
        if gone := _gone(block, past):
            row_lower[block.positions[gone]] = -np.inf
            row_upper[block.positions[gone]] = np.inf
    return replace(
        formulation,
        program=program.with_sides(lower=lower, upper=upper, row_lower=row_lower, row_upper=row_upper),
    )


def _gone(block: Block, past: Sequence[str]) -> list[int]:
    """Places of past periods along the first dimension of a block."""
    dimension, labels = next(iter(block.labels.items()), ("", ()))
    return [k for k, label in enumerate(labels) if label in past] if dimension in ("span", "period") else []


def _judged(known: Plan, values: Floats, window: int) -> RollingHorizon:
    """The path that was gone, measured over the whole horizon."""
    formulation, problem = known.formulation, known.problem
    planned = known.stages[-1].solution.values
    coverage, more = 1.0, 0.0
    if "basket shortfall" in formulation.variables:
        lack = np.maximum(values[formulation.variables["basket shortfall"].positions], 0.0)
        needs = formulation.program.row_upper[formulation.rows["coverage"].positions]
        coverage -= float(np.max(lack[needs > 0] / needs[needs > 0], initial=0.0))
        more = float(shortfall_of(formulation) @ (values - planned))
    gain = np.nan
    if "extra consumption" in formulation.variables:
        worth = gain_of(formulation)
        persons = (problem.span_weights[:, None] * problem.spread(problem.households.persons)).sum()
        gain = float(worth @ values / (worth @ planned)) if worth @ planned > HARDLY * persons else np.nan
    notes = []
    for stage in known.stages:
        if stage.name.startswith(TARGETS):
            missed = float(stage.objective @ (values - planned))
            if missed > HARDLY:
                notes.append(f"{stage.name}: {missed:.3g} {stage.unit} more than with all years known")
    return RollingHorizon(window, coverage, more * DAYS, gain, tuple(notes))


def _seen(problem: PlanningProblem, now: int, end: int, stationary: bool) -> PlanningProblem:
    """The problem up to the end of a window, with all that has been.

    Past periods are part of it, so that what they left is what the same rows say.
    """

    def cut(by_period: Matrix) -> Matrix:
        return by_period[:end]

    def trade(one: Trade) -> Trade:
        return replace(one, price=cut(one.price), ceiling=cut(one.ceiling), contracted=cut(one.contracted))

    exchange, labour, stocks, siege = (
        problem.foreign_exchange,
        problem.labour,
        problem.stocks,
        problem.siege,
    )
    seen = replace(
        problem,
        periods=problem.periods[:end],
        years=cut(problem.years),
        yields=cut(problem.yields),
        arriving=cut(problem.arriving),
        most_starts=cut(problem.most_starts),
        imports=trade(problem.imports),
        exports=trade(problem.exports),
        households=replace(problem.households, persons=cut(problem.households.persons)),
        public_demand=cut(problem.public_demand),
        foreign_exchange=exchange
        and replace(exchange, inflow=cut(exchange.inflow), debt_limit=cut(exchange.debt_limit)),
        labour=labour and replace(labour, hours=cut(labour.hours), most_trained=cut(labour.most_trained)),
        stocks=stocks and replace(stocks, most=cut(stocks.most), least=cut(stocks.least)),
        siege=siege if siege is not None and siege.first < end else None,
        targets=tuple(
            replace(
                target,
                level=cut(target.level),
                activity=cut(target.activity),
                imports=cut(target.imports),
                capacity=cut(target.capacity),
                stocks=cut(target.stocks),
            )
            for target in problem.targets
        ),
        stationary_after=problem.stationary_after and stationary,
        # What the year after the window stands for: the rest of the plan, and the year after that.
        after_years=problem.after_years + float(problem.years[end:].sum()),
    )
    # What building takes is that of the whole plan. The rest of what is begun in this window falls into its
    # last period, which is planned again before it comes.
    building = problem.building[:end, :end].copy()
    if end - now > 1:
        paid = np.einsum("bdj,d->bj", building[now:], seen.years)
        building[now:, -1] += np.maximum(1.0 - paid, 0.0) / seen.years[-1]
    seen.__dict__["building"] = building
    return seen
