"""Laws of households: money and goods close, nobody eats more than wanted, essentials come first."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from autarky.economy import Economy
from autarky.household_groups import HouseholdGroup, with_household_groups
from autarky.results import SimulationResult
from autarky.scenario import Scenario
from autarky.simulation.run import simulate, simulate_many
from cases import day, law
from made_economies import START, make_behaviour, make_economy, make_shocks
from made_households import in_groups, make_changes, make_households

DAYS = 30
seeds = st.integers(0, 2**32 - 1)


def _economy(seed: int) -> Economy:
    rng = np.random.default_rng(seed)
    return in_groups(make_economy(rng), rng)


def _scenario(
    economy: Economy, seed: int, *shocks: dict[str, Any], days: int = DAYS, **changes: Any
) -> Scenario:
    """Random rules and households; ``changes`` are behaviour."""
    rng = np.random.default_rng([seed, 1])
    behaviour = make_behaviour(rng, economy, "autarky", "leontief", "proportional")
    behaviour |= {"steps_per_day": 1, "households": make_households(rng, economy)}
    groups = {"everything": list(economy.industries.sectors)}
    fields = {"start": START, "days": days, "groups": groups, "shocks": shocks}
    return Scenario.model_validate({**fields, "behaviour": behaviour | changes})


def _shocks(economy: Economy, seed: int) -> list[dict[str, Any]]:
    rng = np.random.default_rng([seed, 2])
    return [*make_shocks(rng, economy, DAYS), *make_changes(rng, economy, DAYS)]


@cache
def _lived(seed: int) -> tuple[Economy, Scenario, SimulationResult]:
    economy = _economy(seed)
    scenario = _scenario(economy, seed, *_shocks(economy, seed))
    return economy, scenario, simulate(economy, scenario)


def _wanted(economy: Economy, scenario: Scenario, data: xr.Dataset) -> xr.DataArray:
    """Base-year use times the changes of demand that act: an upper bound of what anybody has use for."""
    factor = np.ones((len(data["day"]), len(economy.products)))
    for shock in scenario.shocks:
        if shock.kind == "demand_change":
            hit = [q in shock.products for q in economy.products]
            factor[:, hit] *= max(1.0, shock.factor)
    return data["eaten_base"] * xr.DataArray(factor, dims=("day", "product"))


@law(12)
@given(seeds)
def test_nobody_eats_more_than_is_wanted(seed: int) -> None:
    economy, scenario, result = _lived(seed)
    most = _wanted(economy, scenario, result.data)
    assert float((result.data["eaten"] - most * (1.0 + 1e-9)).max()) <= 1e-12
    assert float(result.data["eaten"].min()) >= 0.0


@law(12)
@given(seeds)
def test_money_earned_is_spent_or_held(seed: int) -> None:
    _, _, result = _lived(seed)
    data = result.data
    cash = data["household_cash"].values
    before = np.vstack([data["household_cash_base"].values[None], cash[:-1]])
    after = before + data["household_income"].sum("income_source").values - data["household_spending"].values
    size = float(data["household_cash_base"].max())
    np.testing.assert_allclose(cash, after, rtol=1e-9, atol=1e-9 * size)
    assert float(data["household_cash"].min()) >= -1e-9 * size


@law(12)
@given(seeds)
def test_goods_delivered_are_eaten_or_held(seed: int) -> None:
    """Over the run, for foods in days of use; what does not keep is eaten on its day, or not delivered."""
    economy, _, result = _lived(seed)
    data = result.data
    got = data["consumption"].sel(final_user=data["household"].values).values
    eaten = data["eaten"].values
    # Stocks of all products together: what came and was not eaten, from the first morning on.
    held = np.cumsum(got - eaten, axis=0)
    days = result.record.scenario["behaviour"]["households"]["groups"]
    keys = [str(label).partition(".")[2] for label in data["household"].values]
    food = economy.industries.sectors[0]
    target = np.array([days[key]["food_stock_days"] for key in keys])
    for q, product in enumerate(economy.products):
        start = data["eaten_base"].values[q] * (target if product == food else 0.0)
        size = 1.0 + np.abs(start).max() + got[:, q].max()
        assert (start + held[:, q] >= -1e-9 * size).all(), product
        if product == food and (use := data["eaten_base"].values[q]).all():
            told = data["household_food_stock"].values * use
            np.testing.assert_allclose(told, start + held[:, q], rtol=1e-9, atol=1e-9 * size)


@law(12)
@given(seeds)
def test_a_household_that_cannot_pay_for_its_essentials_buys_nothing_else(seed: int) -> None:
    """Supply is ample, so that money alone limits; stocks are nil, what is bought is eaten."""
    economy = _economy(seed)
    first = economy.industries.sectors[0]
    life = {"basket": {first: {first: 1.0}}, "income": {"transfers": 1.0}}
    part = {"groups": {"households": life}, "essentials": [[first]], "overhang_days": 1}
    cut = float(np.random.default_rng(seed).uniform(0.1, 0.95))
    taken = {"kind": "transfer", "from": day(3), "share": -cut}
    data = simulate(economy, _scenario(economy, seed, taken, households=part)).data
    covered = (data["eaten"] / data["eaten_base"].where(data["eaten_base"] > 1e-6)).isel(day=20)
    for label in data["household"].values:
        mine = covered.sel(household=label).dropna("product")
        if first in mine["product"]:
            essential = float(mine.sel(product=first))
            rest = mine.drop_sel(product=first).values
            assert (essential >= rest - 1e-9).all()
            assert essential >= 1.0 - 1e-9 or (rest <= 1e-9).all()


@law(10)
@given(seeds, st.floats(0.01, 0.5))
def test_more_money_never_means_less_to_eat_where_supply_is_ample(seed: int, more: float) -> None:
    economy = _economy(seed)
    life = {"groups": {"households": {"income": {"transfers": 1.0}}}}
    rules = {"households": life, "initial_stocks": 1.0}
    taken = {"kind": "transfer", "from": day(3), "share": -0.6}
    given_back = {"kind": "transfer", "from": day(5), "groups": "households", "share": more}
    poor, richer = simulate_many(
        economy,
        [_scenario(economy, seed, taken, **rules), _scenario(economy, seed, taken, given_back, **rules)],
    )
    less = poor.data["eaten"].sum(("day", "product")) - richer.data["eaten"].sum(("day", "product"))
    assert float(less.max()) <= 1e-9 * float(poor.data["eaten"].sum("day").max())


@pytest.mark.parametrize("seed", range(2))
def test_the_base_year_stands_still_for_ten_years(seed: int) -> None:
    economy = _economy(seed)
    data = simulate(economy, _scenario(economy, seed, days=3650, initial_stocks=1.0)).data
    for name, base in (
        ("output", data["output_base"]),
        ("eaten", data["eaten_base"]),
        ("household_cash", data["household_cash_base"]),
        ("household_spending", data["household_spending_base"]),
    ):
        away = np.abs(data[name] - base) / np.maximum(base, float(base.max()) * 1e-6)
        assert float(away.max()) < 1e-9, name
    assert (data["first_day_below_need"] == -1).all()


@law(12)
@given(seeds, st.integers(1, 9), st.integers(0, 9))
def test_company_does_not_change_a_byte(seed: int, count: int, place: int) -> None:
    economy, scenario, alone = _lived(seed)
    part = scenario.behaviour.households
    assert part is not None
    others = []
    for k in range(count):
        days = part.model_copy(update={"overhang_days": 2.0 + k, "restocking_days": 1.0 + 3 * k})
        behaviour = scenario.behaviour.model_copy(update={"households": days})
        shocks = _scenario(economy, seed, *_shocks(economy, seed + 1 + k)).shocks
        others.append(scenario.model_copy(update={"shocks": shocks, "behaviour": behaviour}))
    place = min(place, count)
    together = simulate_many(economy, [*others[:place], scenario, *others[place:]])[place]
    assert set(together.data.variables) == set(alone.data.variables)
    for name, mine in alone.data.variables.items():
        assert mine.values.tobytes() == together.data[name].values.tobytes(), name


@law(10)
@given(seeds)
def test_groups_alike_make_what_undivided_households_make(seed: int) -> None:
    rng = np.random.default_rng(seed)
    economy = make_economy(rng)
    shocks = make_shocks(rng, economy, DAYS)
    parts = [float(share) for share in rng.dirichlet(np.ones(3))]
    groups = {
        f"g{k}": HouseholdGroup.model_validate({"share": share, "source": "assumption"})
        for k, share in enumerate(parts)
    }
    scenario = _scenario(economy, seed, *shocks, households=None)
    whole = simulate(economy, scenario).data
    split = simulate(with_household_groups(economy, groups), scenario).data
    size = float(whole["output"].max())
    np.testing.assert_allclose(split["output"].values, whole["output"].values, rtol=1e-9, atol=1e-9 * size)
    assert "eaten" not in whole
