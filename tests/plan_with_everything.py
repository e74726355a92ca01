"""A small planning problem in which every kind of variable and of constraint has a part."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from autarky.planning.plan import Plan, make_plan
from autarky.planning.problem import (
    Coefficient,
    ForeignExchange,
    Households,
    Labour,
    PlanningProblem,
    Siege,
    Stocks,
    Target,
    Trade,
)

PERIODS = ("2021", "2022", "2023-24", "2025-27")
YEARS = np.array([1.0, 1.0, 2.0, 3.0])
PRODUCTS = ("grain", "fertiliser", "coal", "steel", "machines", "coke")
TECHNIQUES = ("farm", "plots", "mine", "coke steel", "coal steel", "works", "coal gas")
SKILLS = ("workers", "engineers")


def problem(**changes: Any) -> PlanningProblem:
    """Seven techniques, six products, four periods of unlike length; coke comes from abroad alone."""
    n, m, p = len(PRODUCTS), len(TECHNIQUES), len(PERIODS)
    make, use = _filled(MAKES), _filled(USES)
    builds = np.zeros((n, m))
    builds[PRODUCTS.index("machines")] = [0.1, 0, 0.1, 0.4, 0.5, 0.4, 0.5]
    builds[PRODUCTS.index("steel")] = [0.05, 0, 0.1, 0.3, 0.3, 0.2, 0.2]
    starts = np.zeros((p, m))
    starts[:, [0, 2, 4, 5, 6]] = [5.0, 8.0, 3.0, 2.0, 3.0]
    arriving = np.zeros((p, m))
    arriving[1, 2] = 2.0
    draws = np.zeros((1, m))
    draws[0, 2] = 1.1
    given: dict[str, Any] = {
        "title": "everything",
        "periods": PERIODS,
        "years": YEARS,
        "products": PRODUCTS,
        "product_units": ("t",) * n,
        "techniques": TECHNIQUES,
        "technique_units": ("t",) * m,
        "make": make,
        "use": use,
        "yields": np.column_stack([[1.0, 0.9, 1.0, 1.05], *[np.ones(p)] * (m - 1)]),
        "capacity": np.array([100.0, np.inf, 80.0, 20.0, 0.0, 10.0, 4.0]),
        "arriving": arriving,
        "retirement": np.array([0.01, 0.0, 0.03, 0.04, 0.04, 0.05, 0.04]),
        "lag": np.array([1.0, 0.0, 1.5, 2.0, 2.0, 1.0, 1.0]),
        "most_starts": starts,
        "start_growth": np.array([0.0, 0.0, 0.0, 0.0, 0.5, 0.0, 0.0]),
        "builds_with": builds,
        "imports": _trade(
            {"coke": (2.0, 12.0, 1.0), "machines": (3.0, 2.0, 0.0), "grain": (1.5, 6.0, 0.0)}, falls=0.6
        ),
        "exports": _trade({"coal": (0.8, 10.0, 0.0)}, falls=1.0),
        "households": _households(),
        "public_demand": np.tile([0.0, 0.0, 2.0, 1.0, 0.5, 0.0], (p, 1)),
        "foreign_exchange": ForeignExchange(
            "USD", np.array([6.0, 4.0, 2.0, 1.0]), np.array([8.0, 8.0, 6.0, 3.0]), 0.05, 2.0, 1.0
        ),
        "labour": Labour(
            SKILLS,
            np.tile([108.0, 5.0], (p, 1)),
            np.array([[0.5, 1.5, 0.4, 0.8, 0.9, 0.9, 0.5], [0.02, 0.0, 0.05, 0.1, 0.2, 0.3, 0.2]]),
            np.array([[0.2, 0, 0.3, 0.5, 0.5, 0.5, 0.5], [0.05, 0, 0.05, 0.2, 0.3, 0.2, 0.3]]),
            np.array([0.05, 0.1]),
            training=(("workers", "engineers", 1.0),),
            most_trained=np.full((p, 1), 0.9),
            substitutes=(("engineers", "workers", 0.8),),
        ),
        "stocks": Stocks(
            np.array([0, 5]),
            np.array([10.0, 3.0]),
            np.tile([7.5, 20.0], (p, 1)),
            np.array([0.05, 0.01]),
            np.tile([4.0, 0.0], (p, 1)),
        ),
        "siege": Siege(2, np.array([1.0, 1.0, 0.5]), 0.9, 0.3, 1.0),
        "deposits": ("coal field",),
        "deposit": np.array([570.0]),
        "draws": draws,
        "targets": (
            _target("coke imports", 1, [8.0, 7.0, 4.0, 3.0], imports={0: 1.0}),
            _target("coal steel by 2025", 2, [np.nan, np.nan, np.nan, -2.0], capacity={4: -1.0}),
            _target("grain in store", 2, [np.nan, -6.0, -8.0, -8.0], stocks={0: -1.0}),
        ),
        "after_years": 6.0,
        "discount": 0.02,
        "coefficients": COEFFICIENTS,
    }
    return PlanningProblem(**{**given, **changes})


def plan(**changes: Any) -> Plan:
    """The plan of the problem, with changes."""
    made = make_plan(problem(**changes))
    assert isinstance(made, Plan), made
    return made


def poorer() -> dict[str, Any]:
    """Changes by which something is lacking in the baskets: harvests fail."""
    yields = problem().yields.copy()
    yields[:, 0] *= 0.5
    return {"yields": yields, "siege": None}


MAKES = {
    "farm": {"grain": 1.0},
    "plots": {"grain": 1.0},
    "mine": {"coal": 1.0},
    "coke steel": {"steel": 1.0, "fertiliser": 0.02},
    "coal steel": {"steel": 1.0},
    "works": {"machines": 1.0},
    "coal gas": {"fertiliser": 1.0},
}
USES = {
    "farm": {"fertiliser": 0.04, "machines": 0.01, "coal": 0.02},
    "mine": {"machines": 0.02, "steel": 0.01},
    "coke steel": {"coke": 0.6, "coal": 0.2, "machines": 0.01},
    "coal steel": {"coal": 1.4, "machines": 0.03},
    "works": {"steel": 0.7, "coal": 0.2},
    "coal gas": {"coal": 2.0, "machines": 0.02},
}
COEFFICIENTS = tuple(
    Coefficient(technique, kind, item, value, low, high, "t/t", "made for a test", product, factor)
    for technique, kind, item, value, low, high, product, factor in (
        ("farm", "uses", "fertiliser", 0.04, 0.035, 0.05, "fertiliser", 1.0),
        ("farm", "makes", "grain", 1.0, 0.9, 1.1, "grain", 1.0),
        ("coal gas", "uses", "coal", 2000.0, 1800.0, 2300.0, "coal", 0.001),
        ("coal gas", "builds_with", "machines", 0.5, 0.4, 0.9, "machines", 1.0),
        ("farm", "labour", "workers", 0.5, 0.45, 0.6, "", 1.0),
        ("mine", "building_labour", "workers", 0.3, 0.2, 0.5, "", 1.0),
        ("farm", "building_labour", "engineers", 0.05, 0.04, 0.07, "", 1.0),
    )
)


def _filled(given: dict[str, dict[str, float]]) -> npt.NDArray[np.float64]:
    found = np.zeros((len(PRODUCTS), len(TECHNIQUES)))
    for technique, amounts in given.items():
        for product, amount in amounts.items():
            found[PRODUCTS.index(product), TECHNIQUES.index(technique)] = amount
    return found


def _trade(given: dict[str, tuple[float, float, float]], falls: float) -> Trade:
    price, ceiling, contracted = (
        np.tile(column, (len(PERIODS), 1)) for column in zip(*given.values(), strict=True)
    )
    fall = falls ** np.arange(len(PERIODS))[:, None]
    return Trade(
        tuple(("world", product) for product in given),
        np.array([PRODUCTS.index(product) for product in given]),
        price,
        ceiling * fall,
        contracted * fall,
    )


def _households() -> Households:
    basket = np.array([[1.0, 0, 0.05, 0, 0, 0], [0.9, 0, 0.15, 0.02, 0, 0]])
    weights = np.array([[0.9, 0, 0.1, 0, 0, 0], [0.7, 0, 0.2, 0.1, 0, 0]])
    growth = 1.01 ** np.array([0.0, 1.0, 2.5, 5.0])[:, None]
    return Households(("farmers", "townspeople"), growth * [40.0, 50.0], basket, weights, basket)


def _target(
    name: str,
    priority: int,
    level: list[float],
    *,
    imports: dict[int, float] | None = None,
    capacity: dict[int, float] | None = None,
    stocks: dict[int, float] | None = None,
) -> Target:
    def wide(given: dict[int, float] | None, width: int) -> npt.NDArray[np.float64]:
        found = np.zeros((len(PERIODS), width))
        for place, coefficient in (given or {}).items():
            found[:, place] = coefficient
        return found

    m = len(TECHNIQUES)
    return Target(
        name,
        "t / year",
        priority,
        np.array(level),
        5.0,
        wide(None, m),
        wide(imports, 3),
        wide(capacity, m),
        wide(stocks, 2),
    )
