"""Laws of plans: duality, more is never worse, units, names and order change nothing, the same twice."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from autarky.planning.formulation import formulate
from autarky.planning.highs import solve
from autarky.planning.linear_program import Floats, LinearProgram
from autarky.planning.plan import Plan, make_plan
from autarky.planning.problem import PlanningProblem, Trade
from autarky.planning.stages import COVERAGE, GAIN, SHORTFALL, Stage, shortfall_of
from problems.random_plans import random_plan

KINDS = (
    "debt",
    "joint products",
    "learning",
    "training",
    "scarce labour",
    "unequal periods",
    "no year after",
)


@st.composite
def problems(draw: st.DrawFn) -> PlanningProblem:
    features = draw(st.sets(st.sampled_from(KINDS), max_size=4))
    size = {"products": draw(st.integers(2, 6)), "periods": draw(st.integers(1, 4))}
    return random_plan(draw(st.integers(0, 2**20)), features=sorted(features), **size)


few = settings(max_examples=12)


def made(problem: PlanningProblem) -> Plan:
    plan = make_plan(problem)
    assert isinstance(plan, Plan)
    return plan


def reached(problem: PlanningProblem) -> Floats:
    """Worst coverage, coverage of all together and gain: what comes first comes first."""
    plan = replace(problem, targets=())
    stages = {stage.name: stage.value for stage in made(plan).stages}
    return np.array([stages.get(COVERAGE, 1.0), -stages.get(SHORTFALL, 0.0), stages.get(GAIN, 0.0)])


def slack(values: Floats) -> Floats:
    """What the stages leave open: a later one may take a millionth of what an earlier one reached."""
    return 1e-5 * np.array([1.0, *np.maximum(1.0, np.maximum.accumulate(np.abs(values[1:])))])


def same(values: Floats, expected: Floats) -> None:
    assert (np.abs(values - expected) <= slack(expected)).all(), (values, expected)


def never_worse(before: PlanningProblem, after: PlanningProblem) -> None:
    """Strictly in order: a later goal may give way only where an earlier one has gained."""
    old, new = reached(before), reached(after)
    for one, other, open_ in zip(old, new, slack(old), strict=True):
        assert other >= one - open_, (old, new)
        if other > one + open_:
            return


def dual_objective(stage: Stage) -> float:
    """``Σ dual·its binding side + Σ reduced cost·its binding bound``."""
    program, found = stage.program, stage.solution
    sides = [
        (found.row_duals, program.row_lower, program.row_upper),
        (found.reduced_costs, program.lower, program.upper),
        (
            found.lock_duals,
            np.full(len(stage.locks), -np.inf),
            np.array([lock.at_most for lock in stage.locks]),
        ),
    ]
    total = 0.0
    for duals, low, high in sides:
        side = np.where(duals > 0, low, high)
        total += float(duals[np.isfinite(side)] @ side[np.isfinite(side)])
    return total


@few
@given(problems())
def test_the_dual_comes_to_the_same_in_every_stage(problem: PlanningProblem) -> None:
    for stage in made(problem).stages:
        primal = stage.solution.objective
        scale = max(1.0, abs(primal), float(np.abs(stage.solution.row_duals).max()))
        assert dual_objective(stage) == pytest.approx(primal, rel=1e-7, abs=1e-7 * scale), stage.name


@few
@given(problems(), st.sampled_from(["exchange", "ceilings", "plants", "hours", "technique", "room"]))
def test_more_is_never_worse(problem: PlanningProblem, what: str) -> None:
    assert problem.labour is not None and problem.stocks is not None
    assert problem.foreign_exchange is not None
    exchange, labour, stocks = problem.foreign_exchange, problem.labour, problem.stocks
    if what == "exchange":
        inflow = exchange.inflow + 0.1 * np.abs(exchange.inflow)
        more = replace(problem, foreign_exchange=replace(exchange, inflow=inflow))
    elif what == "ceilings":
        more = replace(problem, imports=replace(problem.imports, ceiling=1.2 * problem.imports.ceiling))
    elif what == "plants":
        # What retires need not be renewed: a plant that is not wanted costs nothing.
        more = replace(problem, capacity=1.1 * problem.capacity)
    elif what == "hours":
        more = replace(problem, labour=replace(labour, hours=1.1 * labour.hours))
    elif what == "technique":
        more = with_another_technique(problem)
    else:
        more = replace(problem, stocks=replace(stocks, most=1.5 * stocks.most, initial=1.5 * stocks.initial))
        assume((stocks.spoilage == 0).all() or len(problem.periods) > 1)
    never_worse(problem, more)


def with_another_technique(problem: PlanningProblem) -> PlanningProblem:
    """The first once more, in need of no plant and a tenth less of all inputs."""
    assert problem.labour is not None
    labour = problem.labour

    def more(array: Floats, times: float = 1.0) -> Floats:
        return np.concatenate([array, times * array[..., :1]], axis=-1)

    return replace(
        problem,
        techniques=(*problem.techniques, "another"),
        technique_units=(*problem.technique_units, "MU"),
        make=more(problem.make),
        use=more(problem.use, 0.9),
        yields=more(problem.yields),
        capacity=np.append(problem.capacity, np.inf),
        arriving=more(problem.arriving, 0.0),
        retirement=np.append(problem.retirement, 0.0),
        lag=more(problem.lag),
        most_starts=more(problem.most_starts, 0.0),
        start_growth=more(problem.start_growth),
        builds_with=more(problem.builds_with),
        labour=replace(labour, per_activity=more(labour.per_activity), per_start=more(labour.per_start)),
    )


@few
@given(problems(), st.floats(0.1, 0.6))
def test_a_siege_never_helps(problem: PlanningProblem, coverage: float) -> None:
    seed = int(problem.title.split()[-1])
    features = ["siege"]
    besieged = random_plan(
        seed, products=len(problem.products), periods=len(problem.periods), features=features
    )
    assert besieged.siege is not None
    strict = replace(problem, siege=replace(besieged.siege, coverage=coverage))
    if isinstance(make_plan(strict), Plan):
        never_worse(strict, problem)


@few
@given(problems(), st.sampled_from([1e-3, 0.5, 40.0]))
def test_a_product_told_in_another_unit_changes_nothing(problem: PlanningProblem, unit: float) -> None:
    other = rescaled(problem, unit)
    same(reached(other), reached(problem))


def rescaled(problem: PlanningProblem, unit: float) -> PlanningProblem:
    """The first product counted ``unit`` per unit: its rows grow, what one of it costs falls."""
    times = np.ones(len(problem.products))
    times[0] = unit
    stocks, households = problem.stocks, problem.households
    assert stocks is not None

    def trade(one: Trade) -> Trade:
        each = times[one.products]
        return replace(
            one, price=one.price / each, ceiling=one.ceiling * each, contracted=one.contracted * each
        )

    kept = times[stocks.products]
    return replace(
        problem,
        make=problem.make * times[:, None],
        use=problem.use * times[:, None],
        builds_with=problem.builds_with * times[:, None],
        public_demand=problem.public_demand * times,
        imports=trade(problem.imports),
        exports=trade(problem.exports),
        households=replace(households, basket=households.basket * times, extra=households.extra * times),
        stocks=replace(
            stocks, initial=stocks.initial * kept, most=stocks.most * kept, least=stocks.least * kept
        ),
    )


@few
@given(problems(), st.randoms(use_true_random=False))
def test_names_and_order_of_products_change_nothing(problem: PlanningProblem, random: object) -> None:
    n = len(problem.products)
    order = np.random.default_rng(n).permutation(n)  # position k holds what was at order[k]
    place = np.argsort(order)
    stocks, households = problem.stocks, problem.households
    assert stocks is not None
    other = replace(
        problem,
        products=tuple(f"Q{k}" for k in range(n)),
        make=problem.make[order],
        use=problem.use[order],
        builds_with=problem.builds_with[order],
        public_demand=problem.public_demand[:, order],
        imports=replace(problem.imports, products=place[problem.imports.products]),
        exports=replace(problem.exports, products=place[problem.exports.products]),
        households=replace(
            households,
            basket=households.basket[:, order],
            weights=households.weights[:, order],
            extra=households.extra[:, order],
        ),
        stocks=replace(stocks, products=place[stocks.products]),
    )
    same(reached(other), reached(problem))


@few
@given(problems(), st.sampled_from([0.1, 3.0]))
def test_an_economy_so_many_times_as_large_has_a_plan_so_many_times_as_large(
    problem: PlanningProblem, times: float
) -> None:
    exchange, labour, stocks = problem.foreign_exchange, problem.labour, problem.stocks
    assert exchange is not None and labour is not None and stocks is not None

    def trade(one: Trade) -> Trade:
        return replace(one, ceiling=times * one.ceiling, contracted=times * one.contracted)

    larger = replace(
        problem,
        capacity=times * problem.capacity,
        arriving=times * problem.arriving,
        most_starts=times * problem.most_starts,
        public_demand=times * problem.public_demand,
        imports=trade(problem.imports),
        exports=trade(problem.exports),
        households=replace(problem.households, persons=times * problem.households.persons),
        foreign_exchange=replace(
            exchange,
            inflow=times * exchange.inflow,
            debt_limit=times * exchange.debt_limit,
            debt=times * exchange.debt,
            reserves=times * exchange.reserves,
        ),
        labour=replace(labour, hours=times * labour.hours, most_trained=times * labour.most_trained),
        stocks=replace(
            stocks, initial=times * stocks.initial, most=times * stocks.most, least=times * stocks.least
        ),
    )
    scaled = reached(problem) * np.array([1.0, times, times])
    same(reached(larger), scaled)


@few
@given(st.integers(0, 2**20), st.integers(1, 3))
def test_knowing_the_single_years_of_longer_periods_is_never_worse(seed: int, periods: int) -> None:
    """Where nothing is built: what can be started in two years could be started at their beginning."""
    problem = random_plan(seed, products=4, periods=periods)
    coarse = replace(
        problem, years=np.full(periods, 2.0), most_starts=0 * problem.most_starts, targets=(), discount=0.0
    )

    def twice(array: Floats) -> Floats:
        return np.repeat(array, 2, axis=0)

    def trade(one: Trade) -> Trade:
        return replace(
            one, price=twice(one.price), ceiling=twice(one.ceiling), contracted=twice(one.contracted)
        )

    exchange, labour, stocks = coarse.foreign_exchange, coarse.labour, coarse.stocks
    assert exchange is not None and labour is not None and stocks is not None
    # What spoils within a period of two years spoils at its beginning; within single years, year by year.
    fine = replace(
        coarse,
        periods=tuple(f"{label} {half}" for label in coarse.periods for half in "ab"),
        years=np.ones(2 * periods),
        yields=twice(coarse.yields),
        arriving=twice(coarse.arriving),
        most_starts=twice(coarse.most_starts),
        imports=trade(coarse.imports),
        exports=trade(coarse.exports),
        households=replace(coarse.households, persons=twice(coarse.households.persons)),
        public_demand=twice(coarse.public_demand),
        foreign_exchange=replace(
            exchange, inflow=twice(exchange.inflow), debt_limit=twice(exchange.debt_limit)
        ),
        labour=replace(labour, hours=twice(labour.hours)),
        stocks=replace(
            stocks, most=twice(stocks.most), least=twice(stocks.least), spoilage=0 * stocks.spoilage
        ),
    )
    never_worse(replace(coarse, stocks=replace(stocks, spoilage=0 * stocks.spoilage)), fine)


@settings(max_examples=6)
@given(problems())
def test_the_same_problem_gives_the_same_bytes(problem: PlanningProblem) -> None:
    first, second = made(problem), made(problem)
    for name, values in first.values.items():
        assert values.values.tobytes() == second.values[name].values.tobytes(), name


def least_corner(program: LinearProgram, objective: Floats) -> float:
    """The least value over all corners, one after the other: n binding sides that meet in one point."""
    A = program.A.toarray()
    n = A.shape[1]
    lines = np.concatenate([A, A, np.eye(n), np.eye(n)])
    sides = np.concatenate([program.row_lower, program.row_upper, program.lower, program.upper])
    finite = np.flatnonzero(np.isfinite(sides))
    least = np.inf
    for chosen in itertools.combinations(finite.tolist(), n):
        square = lines[list(chosen)]
        if abs(np.linalg.det(square)) < 1e-9:
            continue
        x = np.linalg.solve(square, sides[list(chosen)])
        within = (x >= program.lower - 1e-9).all() and (x <= program.upper + 1e-9).all()
        rows = A @ x
        if within and (rows >= program.row_lower - 1e-9).all() and (rows <= program.row_upper + 1e-9).all():
            least = min(least, float(objective @ x))
    return least


@settings(max_examples=8)
@given(st.integers(0, 2**20))
def test_of_all_corners_of_a_tiny_plan_the_best_is_found(seed: int) -> None:
    """Two products, one period, neither trade nor stocks nor plants: 4 variables, all corners tried."""
    rng = np.random.default_rng(seed)
    problem = random_plan(seed, products=2, periods=1, features=["no year after"])
    labour = problem.labour
    assert labour is not None
    nothing = Trade((), np.zeros(0, np.int64), np.zeros((1, 0)), np.zeros((1, 0)), np.zeros((1, 0)))
    m = len(problem.techniques)
    tiny = replace(
        problem,
        imports=nothing,
        exports=nothing,
        stocks=None,
        foreign_exchange=None,
        targets=(),
        capacity=np.full(m, np.inf),
        most_starts=0 * problem.most_starts,
        public_demand=0 * problem.public_demand,
        households=replace(
            problem.households,
            groups=("all",),
            persons=problem.households.persons[:, :1],
            basket=problem.households.basket[:1] + 0.01,
            weights=np.full((1, 2), 0.5),
            extra=np.zeros((1, 2)),
        ),
        labour=replace(
            labour,
            skills=labour.skills[:1],
            hours=labour.hours[:, :1] * rng.uniform(0.1, 0.9),
            per_activity=labour.per_activity[:1],
            per_start=labour.per_start[:1],
            overtime=np.zeros(1),
        ),
    )
    formulation = formulate(tiny)
    program = formulation.program
    assume(program.A.shape[1] <= 6)
    objective = shortfall_of(formulation)
    best = least_corner(program, objective)
    assert solve(program, objective).objective == pytest.approx(best, rel=1e-6, abs=1e-6)
