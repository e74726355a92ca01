"""When all cuts have ended and capacity is whole, output is back within 1 % of base in five years."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autarky.economy import Economy
from autarky.simulation import simulate
from cases import PRODUCTION, Case, day, law, scenario
from small_economies import coal_from_apart, three_regions, two_regions

FIVE_YEARS = 5 * 365
FIRST, LONGEST = 10, 120

economies = st.builds(
    Case,
    seed=st.integers(0, 2**32 - 1),
    national=st.booleans(),
    sectors=st.integers(2, 5),
    regions=st.integers(2, 4),
)
# Both ends of the range come often: short stocks and slow restocking are the hardest.
some_days = st.sampled_from([1.0, 120.0]) | st.floats(1.0, 120.0)


@st.composite
def passing_shocks(draw: st.DrawFn) -> list[dict[str, Any]]:
    """A trade cut, a capacity loss or both; partial or full; over within 120 days and a week of ramp."""
    kinds = draw(st.sampled_from([("trade_cut",), ("capacity_loss",), ("trade_cut", "capacity_loss")]))
    shocks = []
    for kind in kinds:
        until = FIRST + draw(st.integers(1, LONGEST)) - 1
        size = draw(st.sampled_from([0.0, 0.2, 0.5, 0.8]))
        dates = {"kind": kind, "from": day(FIRST), "until": day(until)}
        if kind == "trade_cut":
            one = draw(st.booleans())
            origin = {"origin": "NOR"} if one else {}
            shocks.append({**dates, **origin, "share_kept": size, "ramp_days": draw(st.sampled_from([0, 7]))})
        else:
            few = draw(st.booleans())
            sectors = {"sectors": "food"} if few else {}
            shocks.append({**dates, **sectors, "share": 1.0 - size})
    return shocks


behaviours = st.fixed_dictionaries(
    {
        "inventory_days": some_days,
        "restocking_days": some_days,
        "overtime": st.sampled_from(
            [{"max": 1.0}, {"max": 1.25, "days": 10.0}, {"max": 1.25, "days": 365.0}]
        ),
        "substitution_days": st.sampled_from(["off", 1.0, 5.0, 30.0, 120.0]),
        "imports": st.sampled_from([{"default": "competitive"}, {"default": "non_competitive"}]),
        "utilisation": st.sampled_from([1.0, 0.8]),
        "steps_per_day": st.sampled_from([1, 1, 1, 2]),
    }
)

# By market whoever makes much of little is served first, and who he lives on may starve (docs/allocation.md).
RANKS = (["industries"], ["households", "industries"])
"""Ranks under which no final user is served before an industry that it cannot do without."""


def _still_off(economy: Economy, shocks: list[dict[str, Any]], behaviour: dict[str, Any]) -> float:
    """Largest deviation of an industry's output from its base year, five years after the last shock."""
    last = FIRST + LONGEST + 7
    data = simulate(economy, scenario(last + FIVE_YEARS, shocks, behaviour)).data
    base = data["output_base"].values
    made = base > 0
    return float(np.abs(data["output"].values[-1, made] / base[made] - 1.0).max())


@pytest.mark.parametrize("rationing", ["proportional", "priority"])
@pytest.mark.parametrize("production", PRODUCTION)
@law(30)
@given(economies, passing_shocks(), behaviours)
def test_output_is_back_five_years_after_a_passing_shock(
    production: str, rationing: str, case: Case, shocks: list[dict[str, Any]], behaviour: dict[str, Any]
) -> None:
    economy = case.economy()
    if case.national:
        shocks = [{name: value for name, value in shock.items() if name != "origin"} for shock in shocks]
    rules: dict[str, Any] = {"production": production, "rationing": rationing}
    if rationing == "priority":
        rules["priority"] = [RANKS[case.seed % len(RANKS)]]
    if production == "critical":
        rules["criticality"] = [{"inputs": "food", "level": "important"}]
    assert _still_off(economy, shocks, behaviour | rules) < 0.01


SLOW = {"restocking_days": 120.0, "overtime": {"max": 1.0}}
FULL_CUT = {"kind": "trade_cut", "from": day(FIRST), "until": day(49), "share_kept": 0.0}
LESS_COAL = {"kind": "capacity_loss", "from": day(FIRST), "until": day(119), "share": 0.2, "sectors": "coal"}
A_DAY_OFF = {"kind": "capacity_loss", "from": day(FIRST), "until": day(FIRST), "share": 1.0}
MEETING = {"imports": {"default": "competitive"}}
APART = {"imports": {"default": "non_competitive"}, "substitution_days": "off"}


@pytest.mark.parametrize(
    ("economy", "shock", "behaviour"),
    [
        pytest.param(
            two_regions(),
            FULL_CUT,
            {"inventory_days": 10.0, **APART},
            id="all stocks ran out on both sides of a cut",
        ),
        pytest.param(
            two_regions(),
            LESS_COAL,
            {"inventory_days": 1.0, **SLOW},
            id="a day of stock, reordered over four months",
        ),
        pytest.param(
            three_regions(),
            FULL_CUT,
            {"inventory_days": 5.0, "substitution_days": 1.0, **SLOW},
            id="orders moved to suppliers that cannot serve them either",
        ),
        pytest.param(
            coal_from_apart(),
            A_DAY_OFF,
            {"utilisation": 0.8, "overtime": {"max": 1.0}, **MEETING},
            id="moved orders reach users who missed nothing",
        ),
    ],
)
def test_output_is_back_after_shocks_that_can_keep_it_away(
    economy: Economy, shock: dict[str, Any], behaviour: dict[str, Any]
) -> None:
    assert _still_off(economy, [shock], behaviour) < 0.01


@law(20)
@given(st.integers(0, 2**32 - 1), st.sampled_from([0.0, 1e-7, 1e-3]))
def test_a_ripple_of_demand_dies_away(seed: int, ripple: float) -> None:
    """One day of a little more demand, with spare capacity, full stocks and quick restocking."""
    case = Case(seed, national=bool(seed % 2), sectors=3, regions=3)
    more = {
        "kind": "demand_change",
        "from": day(3),
        "until": day(3),
        "users": "households",
        "factor": 1 + ripple,
    }
    behaviour = {"utilisation": 0.8, "inventory_days": 120.0, "restocking_days": 1.0, "import_spare": 0.25}
    data = simulate(case.economy(), scenario(400, [more], behaviour)).data
    base = data["output_base"].values
    deviation = np.abs(data["output"].values[:, base > 0] / base[base > 0] - 1.0)
    assert deviation[-1].max() <= 1e-9 + 1e-3 * ripple
    assert deviation.max() <= 1e-9 + 20.0 * ripple


@pytest.mark.xfail(strict=True, reason="served last, industries get no inputs while anybody else is short")
def test_output_comes_back_when_households_are_served_before_all_industries() -> None:
    """Strict priority of final use eats the seed corn: a known limit of the rule, not of the shock."""
    loss = {"kind": "capacity_loss", "from": day(FIRST), "until": day(FIRST + 59), "share": 0.6}
    ranks = {"rationing": "priority", "priority": [["households"]]}
    assert _still_off(two_regions(), [loss], {"inventory_days": 5.0, **ranks}) < 0.01
