"""Coefficients with a range: drawn inside it, together where one number was declared, in their own units."""

from __future__ import annotations

import numpy as np
import pytest

from autarky.planning.coefficients import drawn, uncertain, with_values
from autarky.planning.posing.assembly import plan_problem
from autarky.planning.posing.section import PlanSection
from autarky.planning.problem import PlanningProblem
from autarky.study_file import packaged_study, read_study


@pytest.fixture(scope="module")
def island() -> PlanningProblem:
    study = read_study(packaged_study("plan"))
    assert study.plan is not None
    return plan_problem(study.plan, None, title="island")


def test_only_coefficients_with_a_range_are_drawn(island: PlanningProblem) -> None:
    ((one,),) = uncertain(island)
    assert (one.technique, one.kind, one.item) == ("farming", "uses", "fertiliser")
    i, j = island.products.index("fertiliser"), island.techniques.index("farming")
    low, middle, high = (drawn(island, np.array([point])).use[i, j] for point in (1e-9, 0.4, 1 - 1e-9))
    assert low == pytest.approx(0.07, abs=1e-4)
    assert high == pytest.approx(0.12, abs=1e-4)
    # A triangle from 0.07 by 0.09 to 0.12 has two fifths of its mass below its mode.
    assert middle == pytest.approx(0.09)
    other = drawn(island, np.array([0.9]))
    changed = other.use != island.use
    assert changed.sum() == 1 and changed[i, j]
    assert (other.make == island.make).all() and (other.builds_with == island.builds_with).all()


def test_a_value_in_its_declared_unit_moves_the_coefficient_in_the_problem_s() -> None:
    section = {
        "periods": [2026],
        "products": [{"name": "iron", "unit": "t"}, {"name": "coal", "unit": "kt"}],
        "techniques": [
            {
                "name": "smelting",
                "makes": {"iron": 1},
                "uses": {"coal": {"value": 500, "low": 400, "high": 800, "unit": "kg"}},
            }
        ],
    }
    problem = plan_problem(PlanSection.model_validate(section), None, title="smelter")
    assert problem.use[1, 0] == pytest.approx(5e-4)
    ((coal,),) = uncertain(problem)
    assert with_values(problem, [coal], [700.0]).use[1, 0] == pytest.approx(7e-4)
    assert problem.use[1, 0] == pytest.approx(5e-4)


def test_an_investment_made_up_of_many_products_is_one_number() -> None:
    from autarky import sources
    from autarky.accounts import open_accounts
    from autarky.planning.posing.from_table import table_base

    section = PlanSection.model_validate(
        {
            "periods": [2020],
            "techniques": [
                {
                    "name": "oxygen steel",
                    "makes": {"metals": 1},
                    "rest_of": "metals",
                    "capacity": 0,
                    "most_starts": 10,
                    "invest": {"value": 2, "low": 1, "high": 4},
                }
            ],
        }
    )
    base = table_base(open_accounts(sources.embedded("north-korea-2019"), ()), section)
    problem = plan_problem(section, base, title="steel")
    (together,) = uncertain(problem)
    assert len(together) > 5
    j = problem.techniques.index("oxygen steel")
    twice = with_values(problem, together, [one.high for one in together])
    assert twice.builds_with[:, j].sum() == pytest.approx(4.0)
    assert twice.builds_with[:, j] == pytest.approx(2 * problem.builds_with[:, j])
    assert drawn(problem, np.array([1e-12])).builds_with[:, j].sum() == pytest.approx(1.0, abs=1e-4)
