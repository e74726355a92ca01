"""A plan lived through: every year is the plan's own, and what its average hides is found."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from autarky.explanation.plan_by_days import lived_through, planned_year
from autarky.planning.plan import Plan, make_plan
from autarky.planning.posing.assembly import plan_problem
from autarky.planning.posing.section import PlanSection
from autarky.planning.problem import PlanningProblem
from autarky.study_file import packaged_study, read_study


@cache
def island() -> Plan:
    study = read_study(packaged_study("plan"))
    assert study.plan is not None
    plan = make_plan(plan_problem(study.plan, None, title=study.title))
    assert isinstance(plan, Plan)
    return plan


def bakery(persons: list[float]) -> PlanningProblem:
    """Bread from flour, which people eat as well, and no more plant than that takes."""
    years = [str(2026 + t) for t in range(len(persons))]
    plants = {year: 2 * max(persons[: t + 1]) for t, year in enumerate(years)}
    section = {
        "periods": years,
        "after": {"stationary": False},
        "products": [{"name": "bread", "unit": "t"}, {"name": "flour", "unit": "t"}],
        "techniques": [
            {
                "name": "milling",
                "makes": {"flour": 1},
                "capacity": plants,
            },
            {"name": "baking", "makes": {"bread": 1}, "uses": {"flour": 1}},
        ],
        "households": {
            "groups": [
                {
                    "name": "people",
                    "persons": persons,
                    "basket": [{"product": "bread", "amount": 1}, {"product": "flour", "amount": 1}],
                    "extra": [],
                }
            ]
        },
    }
    return plan_problem(PlanSection.model_validate(section), None, title="Bakery")


@pytest.mark.parametrize("t", range(6))
def test_each_year_makes_buys_and_gives_what_the_plan_does(t: int) -> None:
    plan = island()
    problem, values = plan.problem, plan.values
    year = planned_year(problem, values, t)
    assert year is not None
    made = problem.make * problem.spread(problem.yields)[t] @ values["activity"].to_numpy()[t]
    of = dict(zip(year.economy.industries.sectors, year.economy.x, strict=True))
    for product, amount in zip(problem.products, made, strict=True):
        assert of.get(product, 0.0) == pytest.approx(amount, abs=1e-6)
    bought = {
        (g.partner, g.product): m for g, m in zip(year.economy.gates, year.economy.imports, strict=True)
    }
    for (partner, product), amount in zip(
        problem.imports.channels, values["imports"].to_numpy()[t], strict=True
    ):
        assert bought.get((partner, product), 0.0) == pytest.approx(amount, abs=1e-6)
    eaten = year.users["households"]
    needs = problem.households.needs(min(t, 4)).sum(axis=0)
    assert (eaten >= needs * plan.worst_coverage - 1e-6).all()


def test_a_year_like_the_one_before_is_entered_without_loss() -> None:
    problem = bakery([100.0, 100.0])
    plan = make_plan(problem)
    assert isinstance(plan, Plan)
    contradictions, notes = lived_through(problem, plan.values)
    assert contradictions == ()
    assert any("30 days" in note for note in notes)


def test_stocks_that_must_grow_are_not_in_a_year_s_average() -> None:
    # Twice the bread takes twice the flour in the baker's store, and the mill has no room to fill it.
    problem = bakery([100.0, 200.0])
    plan = make_plan(problem)
    assert isinstance(plan, Plan)
    assert plan.worst_coverage == pytest.approx(1.0, abs=1e-5)
    (flour,) = lived_through(problem, plan.values)[0]
    assert (flour.span, flour.product) == ("2027", "flour")
    assert flour.cause == "entered from 2026: others' orders come before people's"
    # The store grows from 30 days of last year's use to 30 days of this year's: 15 days of it.
    assert flour.planned - flour.simulated == pytest.approx(flour.planned * 15 / 365, rel=0.1)


def test_a_siege_survived_by_choosing_may_not_be_survived_in_proportion() -> None:
    plan = island()
    assert plan.problem.siege is not None
    under_siege = [row for row in lived_through(plan.problem, plan.values)[0] if "siege" in row.cause]
    assert under_siege
    for row in under_siege:
        assert row.simulated < row.planned
    without = replace(plan.problem, siege=None)
    told = make_plan(without)
    assert isinstance(told, Plan)
    assert not [row for row in lived_through(without, told.values)[0] if "siege" in row.cause]


def test_nothing_is_made_out_of_nothing() -> None:
    plan = island()
    for t in range(len(plan.problem.spans)):
        year = planned_year(plan.problem, plan.values, t)
        assert year is not None
        economy = year.economy
        assert (economy.Z >= 0).all() and (economy.Y >= -1e-9).all()
        used = economy.Z.sum() + economy.imports_intermediate.sum()
        technical = plan.problem.use @ plan.values["activity"].to_numpy()[t]
        assert used == pytest.approx(float(np.sum(technical)), rel=1e-6)


def test_a_year_in_which_nothing_is_made_is_not_lived_through() -> None:
    problem = bakery([0.0, 100.0])
    plan = make_plan(problem)
    assert isinstance(plan, Plan)
    assert planned_year(problem, plan.values, 0) is None


def test_a_year_after_one_in_which_nothing_is_made_stands_on_its_own() -> None:
    # Entered from 2026 its stores would be half full, and no mill has room to fill them.
    problem = bakery([100.0, 0.0, 200.0])
    plan = make_plan(problem)
    assert isinstance(plan, Plan)
    assert lived_through(problem, plan.values)[0] == ()
