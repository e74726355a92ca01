"""An economy becomes suppliers, pools, groups and tiles; every flow of the table is in one of them, once."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autarky.economy import Economy
from autarky.errors import EconomyError, ScenarioError
from autarky.scenario import Behaviour
from autarky.simulation import simulate
from autarky.simulation.network import ESSENTIAL, IMPORTANT, NO_SLOT, NON_BINDING, Network, build_network
from autarky.simulation.presets import parameters
from made_economies import make_economy
from small_economies import YEAR, chain, date, scenario, two_regions


def network(economy: Economy, **behaviour: Any) -> Network:
    return build_network(economy, parameters(Behaviour.model_validate(behaviour)))


def slots(economy: Economy, **behaviour: Any) -> list[str]:
    return [str(slot) for slot in network(economy, **behaviour).slots]


def test_imports_have_slots_of_their_own_in_a_national_table() -> None:
    assert slots(chain()) == [
        f"{product} ({origin})"
        for product in ("mine", "mill", "shop", "oil", "ore")
        for origin in ("home", "abroad")
    ]


def test_home_and_foreign_suppliers_share_slots_in_a_multi_regional_table() -> None:
    assert slots(two_regions()) == ["food", "coal"]


def test_a_study_may_choose_by_product_which_imports_compete() -> None:
    mixed = {"default": "non_competitive", "competitive": ["coal"]}
    assert slots(two_regions(), imports=mixed) == ["food (home)", "food (abroad)", "coal"]
    mixed = {"default": "competitive", "non_competitive": ["coal"]}
    assert slots(two_regions(), imports=mixed) == ["food", "coal (home)", "coal (abroad)"]


def test_a_pool_serves_its_users_what_they_bought_of_it() -> None:
    one = network(two_regions(), imports={"default": "non_competitive"})
    home = one.tables.base_use[[str(slot) for slot in one.slots].index("food (home)")]
    np.testing.assert_allclose(home, [0.1, 0.1, 0.1, 0.1, 1.0, 1.0])
    both = network(two_regions()).tables.base_use[0]
    np.testing.assert_allclose(both, [0.2, 0.2, 0.2, 0.2, 2.0, 2.0])


@pytest.mark.parametrize("mode", ["competitive", "non_competitive"])
@pytest.mark.parametrize("national", [True, False])
def test_tiles_hold_every_positive_flow_once(mode: str, national: bool) -> None:
    economy = make_economy(np.random.default_rng(4), national=national)
    tables = network(economy, imports={"default": mode}).tables
    rows = np.hstack([economy.Z, economy.Y])
    gates = np.hstack([economy.imports_intermediate, economy.imports_final])
    flows = np.maximum(np.vstack([rows, gates]), 0.0) / YEAR
    assert tables.flows.sum() == pytest.approx(flows.sum(), rel=1e-12)
    np.testing.assert_allclose(tables.base_use.sum(), flows.sum(), rtol=1e-12)
    np.testing.assert_allclose(tables.base_to_destination.sum(axis=1), flows.sum(axis=1), rtol=1e-12)


def test_negative_flows_are_supply_that_goes_on_and_are_listed() -> None:
    economy = chain(shop_inventories=-0.5)
    one = network(economy)
    assert one.negative_flows == ("shop → HOME.INV: -182.5 million USD a year",)
    np.testing.assert_allclose(one.tables.exogenous_supply[:3], [0.0, 0.0, 0.5])
    np.testing.assert_allclose(one.tables.base_output[:3], [2.0, 2.0, 2.5])
    (sentence,) = (
        text for text in simulate(economy, scenario(days=2)).record.assumptions if "negative" in text
    )
    assert "shop → HOME.INV: -182.5 million USD a year" in sentence


def test_boario_keeps_negative_final_demand_and_refuses_negative_use() -> None:
    assert network(chain(shop_inventories=-0.5), preset="boario").negative_flows == ()
    economy = chain()
    Z = economy.Z.copy()
    Z[2, 0] = -1.0
    wrong = Economy(**{name: getattr(economy, name) for name in _fields(economy)} | {"Z": Z})
    with pytest.raises(EconomyError, match="row shop, column mine: is -1 million USD"):
        network(wrong, preset="boario")


def _fields(economy: Economy) -> list[str]:
    return list(economy.__dataclass_fields__)


def test_priority_puts_users_into_ranks() -> None:
    one = network(chain(), rationing="priority", priority=[["mill"], ["households"]])
    by_user = dict(
        zip(one.users, np.repeat(one.tables.group_rank[0, 0], np.diff(one.tables.group_start)), strict=True)
    )
    mine, mill, shop, households, exports, inventories = range(6)
    assert [by_user[user] for user in (mill, households)] == [0, 1]
    assert {by_user[user] for user in (mine, shop, exports, inventories)} == {2}


@pytest.mark.parametrize(
    ("priority", "message"),
    [
        ([], "behaviour.priority: priority is empty"),
        ([["mill"], ["mill"]], r"behaviour.priority\[1\]: 'mill' already stands in rank 1"),
    ],
)
def test_priority_that_cannot_be_is_refused(priority: list[list[str]], message: str) -> None:
    with pytest.raises(ScenarioError, match=message):
        network(chain(), rationing="priority", priority=priority)


def test_criticality_says_which_slots_bind() -> None:
    rules = [
        {"inputs": "all", "level": "important"},
        {"inputs": "oil", "users": "mill", "level": "essential"},
        {"inputs": "mill", "level": "non_essential"},
    ]
    one = network(chain(), production="critical", criticality=rules, negligible_share=0.0)
    level = {
        (str(slot), str(one.economy.industries.labels[user])): one.tables.criticality[p, column]
        for p, slot in enumerate(one.slots)
        for column, user in enumerate(one.tables.user_industry)
        if user >= 0
    }
    assert level["oil (abroad)", "mill"] == ESSENTIAL
    assert level["mine (home)", "mill"] == IMPORTANT
    assert level["mill (home)", "shop"] == NON_BINDING
    assert level["oil (abroad)", "shop"] == NO_SLOT


def test_inputs_worth_next_to_nothing_never_bind() -> None:
    """Oil is worth half of what the mill makes: at a share of exactly that it stops nobody."""
    cut = {"kind": "trade_cut", "from": date(1), "products": "oil", "share_kept": 0.0}
    for share, stops in ((0.4, True), (0.5, False)):
        result = simulate(chain(), scenario(cut, days=90, negligible_share=share))
        day = result.data["first_day_below"].sel(level=0.5, industry="mill")
        assert (int(day) >= 0) is stops
