"""Autarky frontier: the largest livelihood that can go on for ever, by how much may be spent on imports.

Its version in time: how many years it takes until a livelihood can be kept up at such a budget.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from autarky.errors import InputError, Problem
from autarky.planning.formulation import formulate
from autarky.planning.highs import Lock, Session, Solution, Status
from autarky.planning.linear_program import Floats
from autarky.planning.problem import LIVELIHOOD, PlanningProblem
from autarky.planning.stages import least_of
from autarky.results.plan import Frontier, FrontierPoint, YearsNeeded

BUDGETS = tuple(k / 19 for k in range(20))
"""Shares of the base year's spending on imports."""

YEARS_AT = (0.0, 0.25, 0.5, 0.75, 1.0)
"""Budgets at which the years needed are told."""

RUNS = 1e-4
"""Activity above which a technique runs, as a share of the largest that its plants allow or that it has."""

Progress = Callable[[int, int], None]
"""Told (points done, of how many)."""


def frontier(
    problem: PlanningProblem,
    budgets: Sequence[float] = BUDGETS,
    *,
    livelihoods: Sequence[float] = (1.0,),
    base_imports: float | None = None,
    floor: float = 0.0,
    public_share: float = 1.0,
    progress: Progress | None = None,
) -> Frontier:
    """``max λ`` such that everybody has λ baskets in the year after, with ``Σ price·imports ≤ budget·base``.

    λ is the same for all groups and products and may pass 1. Only the year after the plan, which goes on for
    ever, must reach it (the last period where that year is no part of the plan); the budget binds in every
    period, from the first. Within the plan livelihoods may fall to ``floor``, so that all is built that can
    be. Ceilings, public demand, foreign exchange, labour, a siege and targets that must hold stay; contracted
    imports, targets that may be missed and consumption beyond the basket are left out. λ never falls as
    the budget rises, and gains ever less (it is concave): both follow from linearity.

    Parameters
    ----------
    budgets
        Shares of ``base_imports``.
    livelihoods
        Baskets for which the years needed are told, at budgets of a quarter each.
    base_imports
        Currency per year. By default what buys all ceilings in the dearest period; where an import has no
        ceiling, the most that is spent in a period for the largest livelihood without a budget, while
        importing and building as little as that allows.
    floor
        Share of the basket that all groups keep in the years before.
    public_share
        Share of public demand that is met, at every budget.
    progress
        Told (points done, of how many).

    Returns
    -------
    Frontier
        λ is nan at budgets with which what must hold cannot. The techniques of a point are those that run in
        the year after there and not at every point: what switches on and off along the curve.

    Raises
    ------
    InputError
        If nobody has a basket; if livelihoods can grow without end.

    References
    ----------
    ten Raa (2005), *The Economics of Input-Output Analysis* (expansion of a basket in fixed proportions).
    """
    largest = _Largest(problem, floor, public_share, base_imports)
    found: dict[float, tuple[float, float, Floats]] = {}
    # From the largest down: what is best with more and costs no more than there is stays best.
    asked = sorted(set(budgets), reverse=True)
    for done, budget in enumerate(asked):
        found[budget] = largest.quietly(budget)
        if progress is not None:
            progress(done + 1, len(asked))
    known = {budget: activity for budget, (value, _, activity) in found.items() if not np.isnan(value)}
    levels = np.array(list(known.values())).reshape(len(known), len(problem.techniques))
    plants = np.where(np.isfinite(problem.capacity), problem.capacity, 0.0) + problem.most_starts.max(axis=0)
    runs = levels > RUNS * np.maximum(levels.max(axis=0, initial=0.01), plants)
    switching = np.flatnonzero(runs.any(axis=0) & ~runs.all(axis=0))
    running = {
        budget: tuple(problem.techniques[j] for j in switching if row[j])
        for budget, row in zip(known, runs, strict=True)
    }
    points = tuple(
        FrontierPoint(budget, spent, value, running.get(budget, ()))
        for budget, (value, spent, _) in sorted(found.items())
    )
    years = largest.years_needed(livelihoods, YEARS_AT)
    return Frontier(largest.currency, largest.base, points, years)


def years_needed(
    problem: PlanningProblem,
    livelihoods: Sequence[float],
    budgets: Sequence[float] = YEARS_AT,
    *,
    base_imports: float | None = None,
    floor: float = 0.0,
    public_share: float = 1.0,
) -> tuple[YearsNeeded, ...]:
    """Fewest years after which everybody has a livelihood in every later period and in the year after.

    By bisection over the period from which it is kept: the later, the more has been built. Parameters and
    what stays and what does not as in ``frontier``.
    """
    return _Largest(problem, floor, public_share, base_imports).years_needed(livelihoods, budgets)


class _Largest:
    """A problem in the solver's hands, for the largest livelihood from some span on within some budget."""

    def __init__(
        self, problem: PlanningProblem, floor: float, public_share: float, base_imports: float | None
    ) -> None:
        free = replace(
            problem,
            must_hold=problem.must_hold - {LIVELIHOOD},
            imports=replace(problem.imports, contracted=np.zeros_like(problem.imports.contracted)),
            public_demand=public_share * problem.public_demand,
            least="imports and starts",
        )
        self._problem = problem
        self._formulation = formulation = formulate(free)
        if "worst coverage" not in formulation.variables:
            what = "says of nobody what they live on: there is no frontier"
            raise InputError(Problem("plan.households", what, "give a basket to a group"))
        program, blocks = formulation.program, formulation.variables
        upper = program.upper.copy()
        self._worst = blocks["worst coverage"].positions
        upper[self._worst] = np.inf
        if "extra consumption" in blocks:
            upper[blocks["extra consumption"].positions] = 0.0
        self._lack = blocks["basket shortfall"].positions
        self._needs = program.upper[self._lack]
        self._share = formulation.rows["coverage"].positions
        self._floor = floor
        self._objective = np.zeros(len(upper))
        self._objective[self._worst] = -1.0
        spending = np.zeros((len(problem.spans), len(upper)))
        price = problem.spread(problem.imports.price)
        if "imports" in blocks:
            spending[np.arange(len(spending))[:, None], blocks["imports"].positions] = price
        self._unit = float(price.max(initial=0.0)) or 1.0
        locks = [Lock(row / self._unit, np.inf) for row in spending]
        self._spending = spending
        self._budgets = len(program.row_lower) + np.arange(len(locks))
        self._session = Session(program.with_sides(upper=upper), locks)
        self._first = -1
        self._memory: dict[tuple[int, float], float] = {}
        # What ``quietly`` found last: with how much allowed, and the most of it spent in a span.
        self._best: tuple[float, Solution | None] = (np.nan, None)
        self._spent, self._allowed = np.inf, -np.inf
        exchange = problem.foreign_exchange
        self.currency = exchange.currency if exchange is not None else "at the prices of imports"
        self.base = self._reference() if base_imports is None else base_imports

    def _reference(self) -> float:
        trade = self._problem.imports
        if np.isfinite(trade.ceiling).all():
            return float((trade.price * trade.ceiling).sum(axis=1).max())
        self._session.set_sides(self._budgets, -np.inf, np.inf)
        _, solution = self._quiet()
        return 0.0 if solution is None else float((self._spending @ solution.values).max())

    def value(self, first: int, budget: float) -> float:
        """Largest livelihood in all spans from one on; nan: what must hold cannot."""
        if (first, budget) not in self._memory:
            self._allow(budget)
            self._memory[first, budget] = self._solve(first)[0]
        return self._memory[first, budget]

    def quietly(self, budget: float) -> tuple[float, float, Floats]:
        """(largest livelihood in the last span, spent on imports then, (m,) activity then), importing and
        building no more than it takes."""
        allowed = budget * self.base
        if not (self._spent <= allowed <= self._allowed):
            self._allow(budget)
            self._best = self._quiet()
            solution = self._best[1]
            self._spent = np.inf if solution is None else float((self._spending @ solution.values).max())
            self._allowed = allowed
        value, solution = self._best
        self._memory[len(self._problem.spans) - 1, budget] = value
        if solution is None:
            return value, np.nan, np.full(len(self._problem.techniques), np.nan)
        activity = self._formulation.variables["activity"].positions[-1]
        spent = max(float(self._spending[-1] @ solution.values), 0.0)
        return value, spent, solution.values[activity]

    def years_needed(self, livelihoods: Sequence[float], budgets: Sequence[float]) -> tuple[YearsNeeded, ...]:
        """As the function of this name."""
        return tuple(
            YearsNeeded(budget, livelihood, self._years(livelihood, budget))
            for livelihood in livelihoods
            for budget in budgets
        )

    def _years(self, livelihood: float, budget: float) -> float | None:
        def reached(first: int) -> bool:
            return self.value(first, budget) >= livelihood * (1 - 1e-6)

        low, high = 0, len(self._problem.spans) - 1
        if not reached(high):
            return None
        while low < high:
            middle = (low + high) // 2
            low, high = (low, middle) if reached(middle) else (middle + 1, high)
        return float(self._problem.starts_at[high])

    def _allow(self, budget: float) -> None:
        self._session.set_sides(self._budgets, -np.inf, budget * self.base / self._unit)

    def _solve(self, first: int) -> tuple[float, Solution | None]:
        self._begin(first)
        self._session.set_bounds(self._worst, 0.0, np.inf)
        solution = self._session.solve(self._objective)
        if solution.status is Status.UNBOUNDED:
            what = "can grow without end: something is made of nothing"
            raise InputError(Problem("plan", f"livelihoods {what}", "look for techniques without inputs"))
        if solution.status is Status.INFEASIBLE:
            return np.nan, None
        return -solution.objective + 0.0, solution

    def _quiet(self) -> tuple[float, Solution | None]:
        value, solution = self._solve(len(self._problem.spans) - 1)
        if solution is None:
            return value, None
        self._session.set_bounds(self._worst, value * (1 - 1e-7) - 1e-9, np.inf)
        return value, self._session.solve(least_of(self._formulation))

    def _begin(self, first: int) -> None:
        """Let the livelihood hold from a span on."""
        if first == self._first:
            return
        self._first = first
        before, then = self._lack[:first], self._lack[first:]
        self._session.set_bounds(before, 0.0, (1.0 - self._floor) * self._needs[:first].ravel())
        # Below zero: more than a basket.
        self._session.set_bounds(then, -np.inf, self._needs[first:].ravel())
        self._session.set_sides(self._share[:first], -np.inf, np.inf)
        self._session.set_sides(self._share[first:], -np.inf, self._needs[first:].ravel())
