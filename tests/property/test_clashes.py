"""A clash names no policy too many, and its repair, carried out, makes a plan possible."""

from dataclasses import replace

import numpy as np
import pytest

from autarky.planning.formulation import Formulation, formulate
from autarky.planning.highs import Status, solve
from autarky.planning.plan import Plan, make_plan
from autarky.planning.problem import (
    EXPORT_CEILINGS,
    FOREIGN_EXCHANGE,
    IMPORT_CEILINGS,
    LABOUR,
    LIVELIHOOD,
    PlanningProblem,
    Trade,
)
from autarky.planning.questions.clash import clash
from autarky.results.plan import Clash
from problems.random_plans import random_plan

SEEDS = range(6)
FEATURES = (("siege",), ("contracts", "debt"), ("strategic reserves", "unequal periods"))


def cut_off(seed: int) -> PlanningProblem:
    """A random plan with full livelihoods that must hold and a quarter of the imports."""
    problem = random_plan(seed, products=8, periods=3, features=FEATURES[seed % len(FEATURES)])
    trade = problem.imports
    ceiling = np.where(np.isfinite(trade.ceiling), trade.ceiling, 0.0) / 4
    trade = replace(trade, ceiling=ceiling, contracted=np.minimum(trade.contracted, ceiling))
    return replace(problem, imports=trade, must_hold=frozenset({LIVELIHOOD}))


@pytest.fixture(scope="module", params=SEEDS)
def found(request: pytest.FixtureRequest) -> tuple[PlanningProblem, Clash]:
    problem = cut_off(request.param)
    return problem, clash(problem)


def can_hold(formulation: Formulation, held: set[str]) -> bool:
    lower, upper = formulation.program.lower.copy(), formulation.program.upper.copy()
    for name, policy in formulation.policies.items():
        if name not in held:
            upper[policy.gives] = policy.most
            if name == LIVELIHOOD:
                lower[formulation.variables["worst coverage"].positions] = 0.0
    program = formulation.program.with_sides(lower=lower, upper=upper)
    return solve(program, np.zeros(len(lower))).status is Status.OPTIMAL


def test_the_policies_clash_and_any_but_one_of_them_do_not(found: tuple[PlanningProblem, Clash]) -> None:
    problem, told = found
    formulation = formulate(problem, giving=True)
    assert told.policies
    assert not can_hold(formulation, set(told.policies))
    for name in told.policies:
        assert can_hold(formulation, set(told.policies) - {name})


def test_the_curve_between_two_policies_falls_ever_more_slowly(found: tuple[PlanningProblem, Clash]) -> None:
    # What is let in first does most.
    exchange = np.array(found[1].exchange)
    if len(exchange):
        assert (np.diff(exchange[:, 1]) <= 1e-6 * exchange[0, 1]).all()
        assert (np.diff(exchange[:, 1], 2) >= -1e-4 * exchange[0, 1]).all()


def repaired(problem: PlanningProblem, told: Clash) -> PlanningProblem:
    """The problem with limits lifted by what the repair gives."""
    for giving in told.repair:
        given = {place: amount.value * (1 + 1e-6) + 1e-9 for place, amount in giving.by_place}
        if giving.policy == IMPORT_CEILINGS:
            problem = replace(problem, imports=_lifted(problem, problem.imports, given))
        elif giving.policy == EXPORT_CEILINGS:
            problem = replace(problem, exports=_lifted(problem, problem.exports, given))
        elif giving.policy == FOREIGN_EXCHANGE:
            exchange = problem.foreign_exchange
            assert exchange is not None
            more = replace(exchange, inflow=exchange.inflow + _by_period(problem, given))
            problem = replace(problem, foreign_exchange=more)
        elif giving.policy.startswith(LABOUR):
            labour = problem.labour
            assert labour is not None
            hours = labour.hours.copy()
            skill = labour.skills.index(giving.policy.removeprefix(f"{LABOUR}: "))
            hours[:, skill] += _by_period(problem, given)
            problem = replace(problem, labour=replace(labour, hours=hours))
        else:
            raise AssertionError(f"{giving.policy} gives though it is dear")
    return problem


def _lifted(problem: PlanningProblem, trade: Trade, given: dict[str, float]) -> Trade:
    more = np.array([_by_period(problem, given, f", {label}") for label in trade.labels]).T
    return replace(trade, ceiling=trade.ceiling + more)


def _by_period(problem: PlanningProblem, given: dict[str, float], place: str = "") -> np.ndarray:
    # The year after is as the last period: both get what the greater needs.
    spans = np.array([given.get(f"{span}{place}", 0.0) for span in problem.spans])
    periods = spans[: len(problem.periods)].copy()
    periods[-1] = spans[len(problem.periods) - 1 :].max()
    return periods


@pytest.mark.parametrize("seed", SEEDS)
def test_the_repair_carried_out_makes_a_plan_possible(seed: int) -> None:
    problem = cut_off(seed)
    dear = dict.fromkeys(
        [LIVELIHOOD, "public demand", "siege", "contracted imports", "strategic reserves", "debt limit"], 1e4
    )
    told = clash(problem, worth=dear)
    assert not isinstance(make_plan(problem), Plan)
    assert isinstance(make_plan(repaired(problem, told)), Plan)
