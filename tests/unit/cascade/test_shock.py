"""What a scenario leaves of each node's capacity."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from autarky.cascade.shock import remaining_after
from autarky.errors import ScenarioError
from autarky.firm_network import FirmNetwork, links_in_order
from autarky.firm_network.section import FirmLoss
from autarky.scenario import Scenario
from made_firms import network

NEAR_OIL, NEAR_STEEL, FAR_OIL = 4, 5, 6


def made() -> FirmNetwork:
    """A mill and a farm in each of two regions; oil and steel from NEAR, oil from FAR."""
    firms = network(
        [0, 1, 2, 4, 4, 5, 6, 6],
        [1, 0, 3, 0, 2, 1, 2, 3],
        [1.0, 1.0, 1.0, 3.0, 1.0, 2.0, 5.0, 5.0],
        kind=[0, 1, 0, 1, 2, 3, 2],
        essentiality=np.full((4, 4), 2),
        output=[9, 9, 9, 9, 4, 2, 20],
        region=[0, 0, 0, 0, 1, 1, 2],
        abroad=3,
        ids=["mill-1", "farm-1", "mill-2", "farm-2", "NEAR.oil", "NEAR.steel", "FAR.oil"],
    )
    nodes = dataclasses.replace(firms.nodes, region=np.array([0, 0, 1, 1, 2, 2, 3]))
    return dataclasses.replace(
        firms,
        nodes=nodes,
        regions=("NORTH", "SOUTH", "NEAR", "FAR"),
        sectors=("mill", "farm", "oil", "steel"),
        kinds=("mill", "farm", "oil", "steel"),
        sector_names=(),
    )


def scenario(*shocks, **others) -> Scenario:
    given = {"start": "2020-01-01", "days": 366, "shocks": list(shocks), **others}
    return Scenario.model_validate(given)


def cut(kind="trade_cut", **others):
    dated = {"from": "2020-02-01"} if kind != "harvest" else {}
    return {"kind": kind, **dated, **others}


def left(*shocks, losses=(), **others):
    return remaining_after(made(), scenario(*shocks, **others), losses).share


def loss(**others) -> FirmLoss:
    return FirmLoss.model_validate({"from": "2020-03-01", **others})


def test_a_cut_strikes_suppliers_abroad_by_partner_and_product():
    assert left(cut(origin="NEAR", share_kept=0.25)).tolist() == [1, 1, 1, 1, 0.25, 0.25, 1]
    assert left(cut(origin=["NEAR", "FAR"], products="oil", share_kept=0)).tolist() == [1, 1, 1, 1, 0, 1, 0]


def test_groups_stand_for_their_members():
    found = left(
        cut(origin="world", products="fuels", share_kept=0.5),
        groups={"world": ["NEAR", "FAR"], "fuels": ["oil"]},
    )
    assert found.tolist() == [1, 1, 1, 1, 0.5, 1, 0.5]


def test_what_strikes_twice_multiplies():
    found = left(
        cut(origin="NEAR", share_kept=0.5),
        cut(origin="all", destination=["NORTH", "SOUTH"], products="oil", share_kept=0.5),
        cut("capacity_loss", regions="NEAR", sectors="oil", share=0.2),
        losses=(loss(firms=["NEAR.oil", "mill-1", "mill-1"], share=0.5), loss(firms="mill-1", share=0.5)),
    )
    assert found.tolist() == pytest.approx([0.25, 1, 1, 1, 0.5 * 0.5 * 0.8 * 0.5, 0.5, 0.5])


def test_a_cut_towards_one_region_takes_that_share_of_a_suppliers_sales_and_says_so():
    shock = remaining_after(made(), scenario(cut(origin="NEAR", destination="NORTH", share_kept=0)))
    assert shock.share.tolist() == pytest.approx([1, 1, 1, 1, 0.25, 0, 1])  # oil: 3 of 4 go to NORTH
    assert any("from some regions only" in note for note in shock.notes)


def test_what_is_exempt_goes_on():
    found = left(cut(origin="NEAR", share_kept=0), exempt=[{"products": "steel"}])
    assert found.tolist() == [1, 1, 1, 1, 0, 1, 1]


def test_a_ceiling_in_money_is_a_share_of_what_it_limits():
    found = left(cut(products="oil", origin=["NEAR", "FAR"], ceiling={"value": 1, "per": "month"}))
    assert found.tolist() == pytest.approx([1, 1, 1, 1, 0.5, 1, 0.5])  # 12 of 24 a year
    assert left(cut(origin="NEAR", ceiling={"value": 1000})).tolist() == [1] * 7


def test_a_series_counts_at_its_lowest_while_the_scenario_runs():
    series = {"kind": "trade_series", "origin": "NEAR", "from": "2019-12-01"}
    assert left({**series, "shares": [0, 0.8, 0.4, 1.5]})[NEAR_OIL] == pytest.approx(0.4)
    assert left({**series, "shares": [0, 0.8, 0.4], "pass_through": 0.5})[NEAR_OIL] == pytest.approx(0.7)
    assert left({**series, "shares": [1.2, 1.4]})[NEAR_OIL] == 1.0
    assert left({**series, "shares": [0.9, 0.3], "per": "year"})[NEAR_OIL] == pytest.approx(0.3)


def test_a_ramp_that_is_not_over_by_the_last_day_cuts_as_far_as_it_came():
    ramp = cut(origin="NEAR", share_kept=0, ramp_days=100, until="2020-02-25")
    assert left(ramp)[NEAR_OIL] == pytest.approx(0.75)


def test_a_bloc_strikes_those_outside_who_sell_inside():
    bloc = cut("bloc_cut", bloc=["NORTH", "SOUTH", "FAR"], share_kept=0)
    assert left(bloc).tolist() == [1, 1, 1, 1, 0, 0, 1]
    with_note = remaining_after(made(), scenario({**bloc, "directions": "exports"}))
    assert with_note.share.tolist() == [1] * 7
    assert len(with_note.notes) == 1


def test_losses_of_capacity_strike_firms_at_home_unless_a_partner_is_named():
    assert left(cut("capacity_loss", share=0.4)).tolist() == [0.6] * 4 + [1] * 3
    assert left(cut("capacity_loss", sectors="mill", regions="SOUTH", share=1)).tolist() == [
        1,
        1,
        0,
        1,
        1,
        1,
        1,
    ]
    ruin = {"kind": "destruction", "from": "2020-02-01", "sectors": "farm", "share": 0.5, "capital_years": 2}
    ruin |= {"goods": {"mill": 1.0}, "days": 100}
    assert left(ruin).tolist() == [1, 0.5, 1, 0.5, 1, 1, 1]


def test_what_has_no_place_in_a_cascade_is_told_once():
    demand = {"kind": "demand_change", "from": "2020-02-01", "factor": 0.5}
    shock = remaining_after(made(), scenario(demand, demand, cut(origin="NORTH", share_kept=0)))
    assert shock.share.tolist() == [1] * 7
    assert shock.notes == (
        "The cascade leaves out changed demand of final users: it starts from supply that is lost.",
        "The cascade leaves out what a cut does to exports and to trade between regions at home: it starts "
        "from supply that is lost.",
    )


def test_imports_that_final_users_alone_buy_are_missed_by_no_firm():
    given = made()
    far = np.arange(7) == FAR_OIL
    keep = ~far[given.supplier]
    first, buyer, sales = links_in_order(7, given.supplier[keep], given.buyer[keep], given.sales[keep])
    given = dataclasses.replace(given, first=first, buyer=buyer, sales=sales)
    shock = remaining_after(given, scenario(cut(origin="FAR", share_kept=0)))
    assert shock.share.tolist() == [1] * 7
    assert shock.notes == ("The cascade leaves out imports that final users alone buy: no firm lacks them.",)


@pytest.mark.parametrize(
    ("shock", "told"),
    [
        (
            cut(origin="NEAT", share_kept=0),
            "shocks[0].origin[0]: unknown region or partner 'NEAT' — did you mean 'NEAR'?",
        ),
        (
            cut(products="oli", share_kept=0),
            "shocks[0].products[0]: unknown product 'oli' — did you mean 'oil'?",
        ),
        (
            cut(origin="FAR", products="steel", share_kept=0),
            "shocks[0]: cuts nothing that firms buy abroad — suppliers abroad that would match: 'FAR.oil'",
        ),
        (
            cut("capacity_loss", regions="FAR", sectors="steel", share=1),
            "shocks[0]: strikes no firm of the network — name another region or sector",
        ),
        (
            {"kind": "capacity_loss", "from": "2021-03-01", "share": 1},
            "shocks[0]: does not act on the simulated days, 2020-01-01 to 2020-12-31 — move the shock, or "
            "change the days",
        ),
    ],
)
def test_what_strikes_nothing_is_told_with_what_would(shock, told):
    with pytest.raises(ScenarioError) as error:
        left(shock)
    assert str(error.value) == told


def test_an_unknown_firm_is_told_with_the_nearest_and_all_problems_come_together():
    with pytest.raises(ScenarioError) as error:
        left(cut(origin="NEAT", share_kept=0), losses=(loss(firms=["mill-1", "mill-9"], share=1),))
    first, second = str(error.value).splitlines()
    assert first.startswith("shocks[0].origin[0]")
    assert second == "firms.shocks[0].firms[1]: unknown firm 'mill-9' — did you mean 'mill-2' or 'mill-1'?"
