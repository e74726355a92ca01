"""A dynamic Leontief economy on its ray: the factor of growth, quantities and prices in closed form.

Output x needs inputs A·x and capacity; a unit of capacity takes B and is there a year later. If all that is
not used is built, capacity K grows by ``B·(K[t+1] − K[t]) = (I − A)·K[t]``: on a ray with
``(I − A)·k = r·B·k`` by the factor 1 + r. At prices q with ``q·(I − A) = r·q·B`` nothing can grow faster:
``q·B·K[t+1] ≤ (1 + r)·q·B·K[t]``.

References
----------
Leontief (1953), *Studies in the Structure of the American Economy*, ch. 3 (dynamic model); Dorfman, Samuelson
& Solow (1958), *Linear Programming and Economic Analysis*, ch. 11 and 12. Coefficients made so that r = 0.2.
"""

from __future__ import annotations

import numpy as np
import pytest

from autarky.planning.plan import Plan, make_plan
from autarky.planning.posing.assembly import plan_problem
from autarky.planning.posing.section import PlanSection

GOODS = ["corn", "iron"]
A = np.array([[0.2, 0.3], [0.1, 0.4]])
B = np.array([[1.0, 1.5], [2.0, 0.5]])
RAY = np.array([1.0, 1.0])
PRICES = np.array([1.0, 1.2])
RATE = 0.2
YEARS = 5


@pytest.fixture(scope="module")
def plan() -> Plan:
    """Capacity on the ray grows for five years; then its net output is what households take."""
    section = {
        "periods": [str(year) for year in range(YEARS + 1)],
        "after": {"stationary": False},
        "products": [{"name": good, "unit": "t"} for good in GOODS],
        "techniques": [
            {
                "name": f"{good} industry",
                "makes": {good: 1},
                "uses": dict(zip(GOODS, A[:, j].tolist(), strict=True)),
                "builds_with": dict(zip(GOODS, B[:, j].tolist(), strict=True)),
                "capacity": RAY[j],
                "lag": 1,
                "most_starts": 100,
            }
            for j, good in enumerate(GOODS)
        ],
        "households": {
            "groups": [
                {
                    "name": "everybody",
                    "persons": {"0": 0, str(YEARS): 1},
                    "extra": [
                        {"product": good, "amount": amount}
                        for good, amount in zip(GOODS, (RAY - A @ RAY).tolist(), strict=True)
                    ],
                }
            ],
            "segments": [{"worth": 1}],
        },
    }
    made = make_plan(plan_problem(PlanSection.model_validate(section), None, title="On the ray"))
    assert isinstance(made, Plan)
    return made


def test_the_ray_and_the_prices_are_those_of_the_closed_form() -> None:
    assert pytest.approx(RATE * B @ RAY) == RAY - A @ RAY
    assert pytest.approx(RATE * PRICES @ B) == PRICES - PRICES @ A


def test_consumption_after_five_years_has_grown_by_the_factor_five_times(plan: Plan) -> None:
    gain = plan.stage("consumption beyond the basket")
    assert gain is not None
    assert gain.value == pytest.approx((1 + RATE) ** YEARS, rel=1e-9)


def test_the_plants_there_are_at_first_are_worth_all_that_they_grow_into(plan: Plan) -> None:
    gain = plan.stage("consumption beyond the basket")
    assert gain is not None
    worth = plan.formulation.program.labelled(-gain.solution.row_duals, of="rows")["capacity kept"].values[0]
    assert worth @ RAY == pytest.approx((1 + RATE) ** YEARS)
