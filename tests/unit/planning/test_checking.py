"""The checker: every seeded fault of a plan's amounts, and of the program that found them, is seen."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from autarky.errors import SimulationError
from autarky.planning.checking import MOST, certificate, checked
from autarky.planning.plan import Plan, make_plan
from autarky.planning.problem import PlanningProblem
from plan_with_everything import plan, poorer, problem
from problems.random_plans import random_plan


@pytest.fixture(scope="module", params=["something for everybody", "baskets are short"])
def made(request: pytest.FixtureRequest) -> Plan:
    return plan() if request.param == "something for everybody" else plan(**poorer())


@pytest.fixture(scope="module")
def whole() -> Plan:
    return plan()


BLOCKS = (
    "activity", "capacity", "starts", "imports", "exports", "stock", "basket shortfall", "worst coverage",
    "extra consumption", "overtime", "standing in", "training", "reserves", "debt",
    "target: coke imports missed", "target: coal steel by 2025 missed", "target: grain in store missed",
    "activity under siege", "imports under siege", "stock used under siege",
)  # fmt: skip


def with_values(made: Plan, block: str, change: float) -> Plan:
    """The plan with every amount of one block changed, one place at a time being enough to break it."""
    values = {name: array.copy() for name, array in made.values.items()}
    values[block] = values[block] + change
    altered = replace(made)
    altered.__dict__["values"] = values
    return altered


def test_a_plan_is_true_to_every_sentence_of_its_problem(made: Plan) -> None:
    found = checked(made)
    assert found.violation < 1e-9
    assert found.gap < 1e-9
    assert found.rows == len(made.formulation.program.row_lower)


def test_the_test_problem_has_every_block_of_the_program(whole: Plan) -> None:
    assert set(whole.values) == set(BLOCKS)


@pytest.mark.parametrize("change", [-1e3, 1e4])
@pytest.mark.parametrize("block", BLOCKS)
def test_an_amount_that_is_wrong_is_seen(whole: Plan, block: str, change: float) -> None:
    assert certificate(with_values(whole, block, change)).violation > 1e-3


@pytest.mark.parametrize(
    ("block", "change"),
    [
        ("activity", 1e-3),
        ("capacity", 1e-3),
        ("starts", 1e-3),
        ("exports", 1e-3),
        ("stock", -1e-3),
        ("extra consumption", 1e-3),
        ("overtime", -1e-3),
        ("debt", 1e-3),
        ("activity under siege", 1e-3),
    ],
)
def test_a_small_error_in_what_binds_is_seen(whole: Plan, block: str, change: float) -> None:
    assert certificate(with_values(whole, block, change)).violation > MOST


def test_the_place_of_a_breach_is_told_in_words(whole: Plan) -> None:
    values = {name: array.copy() for name, array in whole.values.items()}
    values["activity"].loc[{"span": "2022", "technique": "coke steel"}] -= 5.0
    altered = replace(whole)
    altered.__dict__["values"] = values
    found = certificate(altered)
    assert found.violation > MOST
    assert found.where == "balance of steel in 2022"
    with pytest.raises(SimulationError, match="balance of steel in 2022 is broken by"):
        checked(altered)


def overlooked() -> dict[str, dict[str, Any]]:
    """What a program may overlook, as a change that makes it so."""
    base = problem()
    labour, stocks, exchange, siege = base.labour, base.stocks, base.foreign_exchange, base.siege
    assert labour is not None and stocks is not None and exchange is not None and siege is not None
    imports, exports, households = base.imports, base.exports, base.households
    no_builds = np.zeros_like(base.builds_with)
    return {
        "inputs": {"use": base.use * 0.9},
        "outputs": {"make": base.make * 1.1},
        "bad harvests": {"yields": np.ones_like(base.yields)},
        "the lag": {"lag": np.zeros_like(base.lag)},
        "retirement": {"retirement": np.zeros_like(base.retirement)},
        "years of unlike length": {"years": np.ones_like(base.years)},
        "capital goods": {"builds_with": no_builds},
        "capacity at the beginning": {"capacity": base.capacity * 1.2},
        "what is under way already": {"arriving": base.arriving * 2},
        "how fast one can build": {"most_starts": base.most_starts * 2},
        "how fast one learns": {"start_growth": base.start_growth + 1},
        "import ceilings": {"imports": replace(imports, ceiling=imports.ceiling * 2)},
        "export ceilings": {"exports": replace(exports, ceiling=exports.ceiling * 2)},
        "prices of imports": {"imports": replace(imports, price=imports.price / 2)},
        "prices of exports": {"exports": replace(exports, price=exports.price * 2)},
        "the inflow": {"foreign_exchange": replace(exchange, inflow=exchange.inflow + 2)},
        "interest": {"foreign_exchange": replace(exchange, interest=0.0)},
        "old debt": {"foreign_exchange": replace(exchange, debt=0.0)},
        "the debt limit": {"foreign_exchange": replace(exchange, debt_limit=exchange.debt_limit * 2)},
        "reserves at the beginning": {"foreign_exchange": replace(exchange, reserves=5.0)},
        "hours": {"labour": replace(labour, hours=labour.hours * 1.1)},
        "hours of building": {"labour": replace(labour, per_start=labour.per_start * 0)},
        "hours of running": {"labour": replace(labour, per_activity=labour.per_activity * 0.9)},
        "the end of overtime": {"labour": replace(labour, overtime=labour.overtime * 2)},
        "years of training": {"labour": replace(labour, training=(("workers", "engineers", 0.0),))},
        "how many can be trained": {"labour": replace(labour, most_trained=labour.most_trained * 2)},
        "what standing in is worth": {
            "labour": replace(labour, substitutes=(("engineers", "workers", 2.0),))
        },
        "stocks at the beginning": {"stocks": replace(stocks, initial=stocks.initial + 3)},
        "spoilage": {"stocks": replace(stocks, spoilage=stocks.spoilage * 0)},
        "room for stocks": {"stocks": replace(stocks, most=stocks.most + 1)},
        "strategic reserves": {"stocks": replace(stocks, least=stocks.least * 0)},
        "the deposit": {"deposit": base.deposit * 2},
        "draws": {"draws": base.draws / 2},
        "how long the year after is": {"after_years": 3.0},
        "growing numbers": {
            "households": replace(households, persons=np.tile(households.persons[0], (4, 1)))
        },
        "public demand": {"public_demand": base.public_demand * 0.5},
        "a target": {"targets": base.targets[1:]},
        "the level of a target": {
            "targets": tuple(replace(target, level=target.level + 0.5) for target in base.targets)
        },
        "how much a siege cuts": {"siege": replace(siege, cut=siege.cut / 2)},
        "what a siege must leave": {"siege": replace(siege, coverage=0.7)},
        "when a siege may come": {"siege": replace(siege, first=3)},
        "the year after": {"stationary_after": False},
    }


@pytest.mark.parametrize("what", sorted(overlooked()))
def test_a_program_that_overlooks_something_is_seen(what: str) -> None:
    true: PlanningProblem = problem()
    wrong = make_plan(replace(true, **overlooked()[what]))
    assert isinstance(wrong, Plan)
    assert certificate(wrong).violation < 1e-9
    # The same plan, as if it had been made from the true problem.
    believed = Plan(replace(wrong.formulation, problem=true), wrong.stages)
    assert certificate(believed).violation > MOST


def test_a_gap_between_the_two_values_is_seen(whole: Plan) -> None:
    last = whole.stages[-1]
    wrong = replace(last.solution, row_duals=last.solution.row_duals * 1.01)
    altered = Plan(whole.formulation, (*whole.stages[:-1], replace(last, solution=wrong)))
    assert certificate(altered).gap > 1e-6


@pytest.mark.parametrize(
    ("seed", "feature"),
    [
        (4, "siege"),
        (1, "debt"),
        (2, "training"),
        (3, "unequal periods"),
        (4, "learning"),
        (5, "no year after"),
    ],
)
def test_random_plans_are_true_to_their_problems(seed: int, feature: str) -> None:
    made = make_plan(random_plan(seed, products=6, periods=3, features=(feature,)))
    assert isinstance(made, Plan)
    found = checked(made)
    assert found.violation < 1e-7
    assert found.gap < 1e-7
