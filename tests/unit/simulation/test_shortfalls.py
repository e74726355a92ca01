"""Losses traced back in economies where the way back is known, and held against the branch relieved."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from autarky.simulation import simulate
from autarky.simulation.shortfalls import Node, Place, Trace, simulate_and_trace
from small_economies import chain, coal_from_apart, date, scenario

OIL = {"kind": "trade_cut", "products": "oil", "from": date(5), "share_kept": 0.0}


def _roots(trace: Trace, industry: str) -> dict[tuple[str, str], float]:
    j = trace.network.economy.industries.labels.index(industry)
    return {
        (node.place.name, trace.network.supplier_labels[node.first] if node.place is Place.CUT else ""): share
        for node, share in trace.roots(Node(Place.LOST, j), trace.lost[:, j]).items()
    }


def _lost(one: Any, industry: str) -> float:
    result = simulate(chain(), one)
    made = result.data["output"].sel(industry=industry).values
    return float(np.maximum(made[0] - made, 0).sum())


def test_a_loss_two_steps_from_the_gate_goes_back_to_it() -> None:
    _, trace = simulate_and_trace(chain(), scenario(OIL, inventory_days=4))
    roots = _roots(trace, "shop")
    assert roots["CUT", "CHINA.oil"] == pytest.approx(0.9, abs=1e-3)
    assert roots["CUT", "RUSSIA.oil"] == pytest.approx(0.1, abs=1e-3)


@pytest.mark.parametrize("partner", ["CHINA", "RUSSIA"])
def test_between_suppliers_of_one_input_the_share_is_what_relieving_one_of_them_averts(partner: str) -> None:
    both = scenario(OIL, days=400, inventory_days=1)
    _, trace = simulate_and_trace(chain(), both)
    share = _roots(trace, "mill")["CUT", f"{partner}.oil"]
    other = {"CHINA": "RUSSIA", "RUSSIA": "CHINA"}[partner]
    relieved = scenario(OIL | {"origin": [other]}, days=400, inventory_days=1)
    averted = 1 - _lost(relieved, "mill") / _lost(both, "mill")
    # A stock that a tenth is short of lasts ten times as long: 9 days in 395, which no share tells.
    assert share == pytest.approx(averted, abs=0.025)


def test_the_input_that_binds_first_takes_the_whole_loss_and_the_next_takes_over_when_it_is_relieved() -> (
    None
):
    lost_ore = {"kind": "capacity_loss", "sectors": ["mine"], "from": date(5), "share": 0.5}
    shocks = (OIL, lost_ore)
    # Ore is short by half, oil wholly: oil binds.
    _, trace = simulate_and_trace(chain(), scenario(*shocks, inventory_days=3))
    assert sum(share for (place, _), share in _roots(trace, "mill").items() if place == "CUT") > 0.95
    _, relieved = simulate_and_trace(
        chain(), scenario(*shocks, inventory_days=3), at_hand=("mill", "oil (abroad)")
    )
    assert _roots(relieved, "mill") == {("CAPACITY", ""): pytest.approx(1.0)}
    # Half the ore at most: the mill, which reorders what it lacks, gets more of it than those who do not.
    assert 0.3 < relieved.lost[:, 1].sum() / trace.lost[:, 1].sum() < 0.5


def test_fewer_orders_go_back_to_who_wants_less() -> None:
    less = {"kind": "demand_change", "users": ["households"], "from": date(5), "factor": 0.4}
    _, trace = simulate_and_trace(chain(), scenario(less))
    assert _roots(trace, "mine").keys() == {("DEMAND", "")}


def test_what_cannot_be_sold_abroad_goes_back_to_the_cut_of_sales() -> None:
    cut = {
        "kind": "trade_cut",
        "origin": ["HOME"],
        "destination": ["ABROAD"],
        "from": date(5),
        "share_kept": 0,
    }
    _, trace = simulate_and_trace(chain(), scenario(cut))
    assert _roots(trace, "mine")["CUT", "mine"] == pytest.approx(1.0, abs=1e-3)


def test_a_stock_that_was_low_from_the_beginning_is_told_apart_from_deliveries() -> None:
    cut = OIL | {"from": date(0), "until": date(3)}
    _, trace = simulate_and_trace(chain(), scenario(cut, inventory_days=10, initial_stocks=0.2))
    roots = _roots(trace, "mill")
    assert roots["STOCK", ""] > 0.3
    assert roots["CUT", "CHINA.oil"] > 0.2


def test_an_input_at_hand_that_the_industry_does_not_have_is_an_error() -> None:
    with pytest.raises(KeyError):
        simulate_and_trace(chain(), scenario(OIL), at_hand=("mill", "gold"))


def test_a_node_that_ends_a_way_comes_from_nothing_else() -> None:
    _, trace = simulate_and_trace(chain(), scenario(OIL))
    with pytest.raises(ValueError, match="comes from nothing"):
        trace.pass_on(Node(Place.CUT, 3, 0), trace.lost[:, 1])


def _on(trace: Trace, day: int, amount: float = 1.0) -> Any:
    load = np.zeros(len(trace))
    load[day] = amount
    return load


def test_fewer_orders_of_an_industry_were_decided_the_evening_before() -> None:
    less = {"kind": "demand_change", "users": ["households"], "from": date(5), "factor": 0.4}
    _, trace = simulate_and_trace(chain(), scenario(less))
    mine, mill = 0, 1
    parts = dict(trace.pass_on(Node(Place.ORDERS, mine), _on(trace, 20)))
    np.testing.assert_array_equal(parts[Node(Place.ORDERS, mill)], _on(trace, 19))
    # On the first day on which the mill makes less, the mine still has its orders of the day before.
    first = int(np.flatnonzero(trace.lost[:, mill] > 0)[0])
    assert [node.place for node, _ in trace.pass_on(Node(Place.ORDERS, mine), _on(trace, first))] == [
        Place.UNTOLD
    ]


def test_a_stock_is_short_of_what_was_wanted_not_of_the_base_year() -> None:
    half = {"kind": "demand_change", "users": ["households"], "from": date(0), "factor": 0.5}
    stocks = {"inventory_days": 10, "initial_stocks": 0.2, "restocking_days": 36_000}
    _, trace = simulate_and_trace(chain(), scenario(half, OIL | {"from": date(20)}, **stocks))
    # Of the ten days of oil that are missing when it binds, half a day's use did not come on each day since
    # the cut; the rest was missing before.
    oil = [str(slot) for slot in trace.network.slots].index("oil (abroad)")
    first = int(np.flatnonzero(trace.days.binding[:, 1] == oil)[0])
    parts = dict(trace.pass_on(Node(Place.INPUT, oil, 1), _on(trace, first)))
    assert parts[Node(Place.STOCK, oil, 1)].sum() == pytest.approx(1 - 0.05 * (first - 20), abs=0.01)


def test_a_supplier_that_makes_as_much_as_ever_and_is_overrun_did_not_fail() -> None:
    cut = {"kind": "trade_cut", "origin": ["CHINA"], "products": "coal", "from": date(5), "share_kept": 0.0}
    behaviour = {"imports": {"default": "competitive"}, "substitution_days": 3, "overtime": {"max": 1}}
    # Food buys coal at home as well.
    apart = coal_from_apart()
    Z, value_added = np.array(apart.Z), np.array(apart.value_added)
    Z[1, 0], value_added[0] = 0.2 * 365, np.array([1.0, 0.4]) * 365
    mixed = replace(apart, Z=Z, value_added=value_added)
    _, trace = simulate_and_trace(mixed, scenario(cut, inventory_days=10, **behaviour))
    food, coal = 0, 1
    overrun = (trace.days.output[:, coal] >= trace.base[coal] * (1 - 1e-9)) & (
        trace.days.demand[:, coal] > 1.05 * trace.base[coal]
    )
    day = int(np.flatnonzero(overrun)[0])
    (slot,) = [p for p, one in enumerate(trace.network.slots) if str(one) == "coal"]
    parts = dict(trace.pass_on(Node(Place.INPUT, slot, food), _on(trace, day + 1)))
    assert parts[Node(Place.OVERRUN, coal)].sum() > 0
    assert Node(Place.SHORT, coal) not in parts
    # Its orders came from those whom the cut leaves without coal.
    onward = dict(trace.pass_on(Node(Place.OVERRUN, coal), _on(trace, day)))
    assert {node.place for node in onward} == {Place.CUT}
