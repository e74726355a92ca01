"""Households by hand: what they can pay for, what they are rationed, what they hold; and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autarky.errors import ScenarioError
from autarky.results import SimulationResult
from autarky.simulation.run import simulate
from small_economies import chain, date, scenario, two_regions

RELIEF = {"income": {"transfers": 1.0}}
"""All money is given, so that income is what transfers say."""


def lived(*shocks: dict[str, Any], days: int = 20, life: Any = RELIEF, **part: Any) -> SimulationResult:
    """The chain's households, which buy 3 of the shop and 1 of ore a day."""
    households = {"groups": {"HH": life}, "overhang_days": 1, **part}
    return simulate(chain(), scenario(*shocks, days=days, households=households))


def eaten(result: SimulationResult, product: str) -> Any:
    return result.data["eaten"].sel(product=product, household="HOME.HH").values


def taken(share: float, day: int = 3) -> dict[str, Any]:
    return {"kind": "transfer", "from": date(day), "share": -share}


def test_with_half_the_money_essentials_are_bought_first() -> None:
    """Earned on the evening of day 3: 2 of 4; ordered on the morning of day 4; eaten on day 5."""
    result = lived(taken(0.5), essentials=[["shop"]])
    np.testing.assert_allclose(eaten(result, "shop")[3:7], [3, 3, 2, 2], rtol=1e-12)
    np.testing.assert_allclose(eaten(result, "ore")[3:7], [1, 1, 0, 0], atol=1e-12)


def test_without_essentials_everything_is_bought_in_proportion() -> None:
    result = lived(taken(0.5))
    np.testing.assert_allclose(eaten(result, "shop")[4:7], [3, 1.5, 1.5], rtol=1e-12)
    np.testing.assert_allclose(eaten(result, "ore")[4:7], [1, 0.5, 0.5], rtol=1e-12)


def test_a_free_ration_comes_whatever_the_money() -> None:
    """A third of what the shop sells is a ration, so that 3 of 4 are paid for; all money is taken."""
    life = {**RELIEF, "rations": {"shop": 1 / 3}}
    result = lived(taken(1.0), life=life)
    np.testing.assert_allclose(eaten(result, "shop")[4:7], [3, 1, 1], rtol=1e-12)
    np.testing.assert_allclose(eaten(result, "ore")[5:7], 0.0, atol=1e-12)
    assert float(result.data["household_spending_base"][0]) == pytest.approx(3.0)


def test_a_ration_that_has_a_price_has_to_be_paid_for_first() -> None:
    """Base spending 2 + 1 + 0.5: a seventh of it pays for the ration, so that nothing else is bought."""
    life = {**RELIEF, "rations": {"shop": 1 / 3}, "ration_price": 0.5}
    result = lived(taken(6 / 7), life=life)
    np.testing.assert_allclose(eaten(result, "shop")[4:7], [3, 1, 1], rtol=1e-9)
    np.testing.assert_allclose(eaten(result, "ore")[5:7], 0.0, atol=1e-9)


def test_a_ration_cut_is_bought_instead_as_far_as_money_goes() -> None:
    """Ration 1 of 3 ends for deliveries of day 3 on: 4 are wanted, 3 can be paid for."""
    cut = {"kind": "ration_change", "from": date(3), "factor": 0.0}
    result = lived(cut, life={**RELIEF, "rations": {"shop": 1 / 3}})
    np.testing.assert_allclose(eaten(result, "shop")[1:5], [3, 3, 2.25, 2.25], rtol=1e-12)
    np.testing.assert_allclose(eaten(result, "ore")[1:5], [1, 1, 0.75, 0.75], rtol=1e-12)


def test_a_ration_of_nothing_means_none_whatever_changes_it() -> None:
    """A draw of the share that was handed out may come out at 0."""
    raised = {"kind": "ration_change", "from": date(3), "factor": 2.0}
    result = lived(raised, life={**RELIEF, "rations": {"shop": 0.0}})
    np.testing.assert_allclose(eaten(result, "shop"), 3, rtol=1e-12)


def test_food_in_store_is_eaten_before_anybody_goes_short() -> None:
    """Four days of ore are held when it is cut off: on the fifth there is none, and the basket of half of
    base-year use, shop and ore together, still holds."""
    cut = {"kind": "trade_cut", "from": date(2), "origin": "CHINA", "products": "ore", "share_kept": 0}
    life = {
        **RELIEF,
        "food_stock_days": 4,
        "basket": {"ore": {"ore": 0.5}, "both": {"ore": 0.5, "shop": 0.5}},
    }
    result = lived(cut, life=life, food=["ore"])
    np.testing.assert_allclose(eaten(result, "ore")[1:8], [1, 1, 1, 1, 1, 0, 0], atol=1e-9)
    stock = result.data["household_food_stock"].values[:8, 0]
    np.testing.assert_allclose(stock, [4, 4, 3, 2, 1, 0, 0, 0], atol=1e-9)
    first = result.data["first_day_below_need"].sel(household="HOME.HH")
    assert int(first.sel(need="ore")) == 6
    assert int(first.sel(need="both")) == -1
    assert float(result.data["need_share"].sel(need="both")[6, 0]) == pytest.approx(1.5)


def test_money_that_finds_no_goods_is_kept_and_spent_when_they_are_back() -> None:
    cut = {"kind": "trade_cut", "from": date(2), "until": date(5), "origin": "CHINA", "products": "ore"}
    result = lived({**cut, "share_kept": 0}, days=30)
    cash = result.data["household_cash"].values[:, 0]
    np.testing.assert_allclose(cash[[1, 5, 29]], [8, 12, 12], rtol=1e-9)
    poorer = lived({**cut, "share_kept": 0}, taken(0.25, 10), days=30).data["household_cash"].values[:, 0]
    np.testing.assert_allclose(poorer[9:14], [12, 11, 10, 9, 8], rtol=1e-9)
    np.testing.assert_allclose(eaten(lived({**cut, "share_kept": 0}, taken(0.25, 10)), "shop")[10:15], 3.0)


def test_money_given_in_the_tables_unit_is_shared_by_income() -> None:
    """182.5 a year are 0.5 a day, an eighth of the income of 4."""
    result = lived({"kind": "transfer", "from": date(3), "money": 182.5})
    earned = result.data["household_income"].sel(income_source="transfers").values[2:5, 0]
    np.testing.assert_allclose(earned, [4.0, 4.5, 4.5], rtol=1e-12)


def test_wages_fall_with_the_sectors_that_pay_them() -> None:
    """The mine makes 2 a day, and half its capacity goes; it pays all wages, and they are half the income."""
    life = {"income": {"transfers": 0.5, "wage_sectors": ["mine"]}}
    loss = {"kind": "capacity_loss", "from": date(4), "sectors": ["mine"], "share": 0.5}
    result = lived(loss, life=life)
    earned = result.data["household_income"].sel(income_source="wages").values[3:5, 0]
    np.testing.assert_allclose(earned, [2.0, 1.0], rtol=1e-12)


def test_less_is_wanted_where_demand_falls_and_the_money_is_left() -> None:
    """Demand for ore falls to half from day 4 on: half an ore less is paid for, day by day."""
    change = {"kind": "demand_change", "from": date(4), "users": "HH", "products": "ore", "factor": 0.5}
    result = lived(change, days=10)
    np.testing.assert_allclose(eaten(result, "ore")[2:6], [1, 1, 0.5, 0.5], rtol=1e-12)
    np.testing.assert_allclose(result.data["household_cash"].values[3:6, 0], [8, 8.5, 9.0], rtol=1e-12)


PROBLEMS: tuple[tuple[dict[str, Any], tuple[dict[str, Any], ...], str], ...] = (
    ({"groups": {"EXP": {}}}, (), "behaviour.households.groups.EXP[0]: unknown household 'EXP'"),
    ({"groups": {"HH": {}, "households": {}}}, (), "'HH' is declared by 'HH' already"),
    ({"groups": {"HH": {}}, "food": ["fodo"]}, (), "behaviour.households.food[0]: unknown product 'fodo'"),
    (
        {"groups": {"HH": {}}, "essentials": [["shop"], ["shop"]]},
        (),
        "behaviour.households.essentials[1]: 'shop' stands in an earlier rank",
    ),
    (
        {"groups": {"HH": {"income": {"wage_sectors": ["mien"]}}}},
        (),
        "behaviour.households.groups.HH.income.wage_sectors[0]: unknown sector 'mien'",
    ),
    ({"groups": {"HH": {"rations": {"mil": 1}}}}, (), "groups.HH.rations.mil[0]: unknown product 'mil'"),
    (
        {"groups": {"HH": {"basket": {"food": {"mil": 1}}}}},
        (),
        "groups.HH.basket.food.mil[0]: unknown product",
    ),
    (
        {"groups": {"HH": {}}},
        ({"kind": "ration_change", "from": date(1), "factor": 0.5},),
        "shocks[0]: changes no ration of the base year",
    ),
    (
        {"groups": {"HH": {"rations": {"mill": 0.5}}}},
        ({"kind": "ration_change", "from": date(1), "factor": 0.5},),
        "shocks[0]: changes no ration of the base year",
    ),
    (
        {"groups": {"HH": {}}},
        ({"kind": "transfer", "from": date(1), "groups": "HJ", "share": 1},),
        "shocks[0].groups[0]: unknown household 'HJ'",
    ),
)


@pytest.mark.parametrize(("part", "shocks", "told"), PROBLEMS)
def test_what_does_not_fit_the_table_is_told(part: Any, shocks: Any, told: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        simulate(chain(), scenario(*shocks, households=part))
    assert told in str(caught.value)


def test_money_is_not_given_where_nobody_counts_it() -> None:
    with pytest.raises(
        ScenarioError, match=r"shocks\[0\]: is a transfer, and nobody counts money or rations"
    ):
        simulate(chain(), scenario(taken(0.1)))


@pytest.mark.parametrize(
    ("income", "told"),
    [
        ({"wages": 0.5, "plots": 0.4}, "shares that add to 0.9"),
        ({"plots": 0.7, "transfers": 0.6}, "shares that add to 1.3"),
        ({"markets": 0.5}, "no market_sectors"),
    ],
)
def test_income_is_all_income(income: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        scenario(households={"groups": {"HH": {"income": income}}})


def test_no_more_is_taken_than_there_is() -> None:
    """10 a day are to be taken of 4: what is in hand goes, what is set aside is spent."""
    cash = lived({"kind": "transfer", "from": date(3), "money": -3650.0}).data["household_cash"].values[:, 0]
    np.testing.assert_allclose(cash[2:6], [8, 4, 0, 0], atol=1e-12)


def test_a_trace_of_income_lost_is_not_lost_for_ever() -> None:
    """Where households alone buy, and wages are all they have, what is not spent is not earned again."""
    trace = {"kind": "transfer", "from": date(3), "until": date(3), "share": -1e-10}
    data = simulate(two_regions(), scenario(trace, days=20, households={"groups": {"households": {}}})).data
    earned = data["household_income"].sum("income_source") / data["household_income_base"].sum(
        "income_source"
    )
    assert float(abs(earned[3] - 1.0).max()) > 5e-11
    assert float(abs(earned[4:] - 1.0).max()) < 1e-14
