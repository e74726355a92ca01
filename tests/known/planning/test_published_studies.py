"""Published problems with known optima, stated in the study format: studies/published.

Each study cites where its data and its optimum are printed, and says what stands for what.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from autarky.planning.highs import Solution, solve
from autarky.planning.plan import Plan, make_plan
from autarky.planning.posing.assembly import plan_problem
from autarky.planning.posing.section import PlanSection
from autarky.planning.pricing.prices import limits
from autarky.planning.problem import DAYS, IMPORT_CEILINGS, PUBLIC_DEMAND, PlanningProblem
from autarky.planning.questions.clash import clash
from autarky.planning.stages import Infeasible, Stage
from autarky.study_file import Study, read_study

PUBLISHED = Path(__file__).parents[3] / "studies" / "published"
STUDIES = sorted(PUBLISHED.glob("*.yaml"))


def study(name: str) -> Study:
    return read_study(PUBLISHED / f"{name}.yaml")


def problem(name: str, **instead: object) -> PlanningProblem:
    """A study's problem, with some of its plan's fields replaced."""
    one = study(name)
    given = one.plan.model_dump(by_alias=True, exclude_unset=True) | instead
    return plan_problem(PlanSection.model_validate(given), None, title=one.title)


def planned(name: str, **instead: object) -> Plan:
    plan = make_plan(problem(name, **instead))
    assert isinstance(plan, Plan)
    return plan


def corner(stage: Stage) -> Solution:
    """A stage to the last digit: its own optimum, of which later stages may take a millionth."""
    return solve(stage.program, stage.objective, locks=stage.locks, crossover=True)


def prices(plan: Plan, stage: Stage) -> xr.DataArray:
    """(span, product) what a unit of each product is worth to a stage."""
    return plan.formulation.program.labelled(corner(stage).row_duals, of="rows")["balance"]


@pytest.mark.parametrize("path", STUDIES, ids=lambda path: path.stem)
def test_a_published_study_says_where_it_comes_from_and_what_stands_for_what(path: Path) -> None:
    one = read_study(path)
    assert one.sources
    assert one.notes
    assert one.economy is None and one.plan is not None


def test_kantorovichs_machines_make_86_sets_and_two_thirds() -> None:
    plan = planned("kantorovich-1939")
    stage = plan.stage("consumption beyond the basket")
    assert stage.value == pytest.approx(86 + 2 / 3, abs=1e-9)
    # One first part is worth two second ones: his resolving multipliers.
    day = prices(plan, stage).sel(span="day")
    assert float(day.sel(product="first part") / day.sel(product="second part")) == pytest.approx(2)
    # Only machines of the kind that works on both parts decide: a lathe earns by first parts, the automatic
    # by second ones.
    made = plan.formulation.program.labelled(corner(stage).values)["activity"].sel(span="day")
    idle = ["second part turned", "first part by automatic"]
    assert (made.sel(technique=idle) <= 1e-9).all()
    assert float(made.sel(technique="first part milled")) == pytest.approx(8 / 3)


def test_kantorovichs_machines_are_worth_their_best_work_as_far_as_that_goes() -> None:
    worth = {limit.what: limit for limit in limits(planned("kantorovich-1939"))}
    # At 2/3 and 1/3 of a set a part, until some kind of machine changes over to one part wholly.
    known = {
        "milling machines": (10 * 2 / 3, 1.0, np.inf),
        "turret lathes": (20 * 2 / 3, 0.5, 4.0),
        "automatic turret lathe": (80 / 3, 1.0, 0.125),
    }
    assert set(worth) == set(known)
    for machine, (sets, down, up) in known.items():
        limit = worth[machine]
        assert (limit.kind, limit.unit) == ("labour", "machine-days / year")
        assert limit.worth / DAYS == pytest.approx(sets)
        assert (limit.valid_down, limit.valid_up) == pytest.approx((down, up))


def test_joint_producers_cost_what_is_published_at_the_published_prices() -> None:
    plan = planned("rcot")
    least = plan.stages[-1]
    assert least.value == pytest.approx(261.9, abs=1e-9)
    assert plan.values["activity"].values == pytest.approx(np.ones((1, 3)))
    told = prices(plan, least).sel(span="year", product=["product 1", "product 2", "product 3"])
    assert told.values == pytest.approx([2.198445693706355, 2.1208619175194343, 2.3871054943124426])


def test_more_of_one_product_is_infeasible_within_the_factors_there_are() -> None:
    assert isinstance(make_plan(problem("rcot-infeasible")), Infeasible)


def test_without_limits_more_of_one_product_would_take_the_published_factors() -> None:
    demand = {"items": {"product 1": 26, "product 2": 24, "product 3": 68}}
    plan = planned("rcot", public=demand)
    assert plan.stages[-1].value == pytest.approx(270.3834476700777)
    needs = [35.35034476700777, 25.5431683429224, 26.806675743335237, 30.2998111467346]
    assert plan.values["imports"].values[0] == pytest.approx(needs)


def test_it_is_the_demand_and_the_factors_that_clash() -> None:
    found = clash(problem("rcot-infeasible"))
    assert set(found.policies) == {PUBLIC_DEMAND, IMPORT_CEILINGS}
    by_policy = {giving.policy: giving for giving in found.alone}
    more = by_policy[IMPORT_CEILINGS]
    assert more.possible
    # As much more as the published needs pass what there is: 1.350, 0.543, 0.807 and 1.300.
    given = {place.split(".")[-1]: amount.value for place, amount in more.by_place}
    assert given == pytest.approx(
        {"factor 1": 1.35034477, "factor 2": 0.54316834, "factor 3": 0.80667574, "factor 4": 1.29981115},
        rel=1e-5,
    )
    assert more.total == pytest.approx(270.3834476700777 - 261.9, rel=1e-5)


def test_another_technique_cures_it() -> None:
    plan = planned("rcot-with-technique")
    assert plan.stages[-1].value == pytest.approx(183.228515285881)
    activity = [0.841260210035006, 0.997899649941657, 0.0, 5.445694282380398]
    assert plan.values["activity"].values[0] == pytest.approx(activity)


def test_mexican_steel_costs_what_is_published() -> None:
    plan = planned("mexss")
    assert plan.stages[-1].value == pytest.approx(538.8112, abs=5e-5)


def test_the_cheapest_diet_is_the_published_one() -> None:
    plan = planned("dantzig-diet")
    assert plan.stages[-1].value == pytest.approx(0.1086623, abs=5e-8)
    bought = plan.values["activity"].sel(span="day")
    eaten = set(bought.technique.values[bought.values > 1e-6])
    assert eaten == {"wheat flour", "liver", "cabbage", "spinach", "navy beans"}


def test_an_economy_grows_by_the_known_factor_and_no_faster() -> None:
    plan = planned("gale-1960")
    stage = plan.stage("consumption beyond the basket")
    assert stage.value == pytest.approx(4.0, abs=1e-9)
    # Nothing comes from elsewhere: what there is at first, at its prices, is worth all there is at the end.
    first = prices(plan, stage).sel(span="0")
    assert float(first.sum()) == pytest.approx(4.0)


WILLIAMS = "williams-economic-planning"
PLANTS = ["coal plant", "steel plant", "transport plant"]
UNLIMITED = {"unit": "million pounds", "skills": [{"name": "manpower", "hours": 100_000}]}
NO_CONSUMPTION = {
    # What must come out in the year after stays.
    "items": {
        "coal": {"0": 0, "6": 166.3967611336032},
        "steel": {"0": 0, "6": 105.6680161943320},
        "transport": {"0": 0, "6": 92.3076923076923},
    }
}


def reached(plan: Plan) -> dict[str, xr.DataArray]:
    """What the goal comes to, before anything is made small at its cost."""
    return plan.formulation.program.labelled(corner(plan.stages[0]).values)


def test_capacity_can_grow_as_far_as_is_published() -> None:
    capacity = reached(planned(WILLIAMS))["capacity"]
    assert float(capacity.sel(span="5", technique=PLANTS).sum()) == pytest.approx(2141.875197, abs=5e-7)


def test_output_can_grow_as_far_as_is_published() -> None:
    goal = {
        "name": "output",
        "kind": "activity",
        "techniques": ["coal", "steel", "transport"],
        "level": {"4": 5000, "6": 0},
    }
    activity = reached(planned(WILLIAMS, targets=[goal], public=NO_CONSUMPTION))["activity"]
    output = activity.sel(span=["4", "5"], technique=["coal", "steel", "transport"]).sum()
    assert float(output) == pytest.approx(2618.579115, abs=5e-7)


def test_as_much_work_can_be_had_as_is_published() -> None:
    goal = {"name": "work", "kind": "employment", "level": {"2": 1000}}
    plan = planned(WILLIAMS, targets=[goal], labour=UNLIMITED)
    activity = reached(plan)["activity"].values
    hours = activity @ plan.problem.labour.per_activity[0]
    assert hours[2:].sum() == pytest.approx(2450.026622821, abs=5e-7)
