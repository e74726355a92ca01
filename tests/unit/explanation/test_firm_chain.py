"""Why a firm fell: the chain goes back to what is known to have done it, with days and shares."""

from __future__ import annotations

import datetime

import pytest

from autarky.explanation.firm_chain import chain_of
from autarky.firm_network.section import FirmLoss
from autarky.scenario import Scenario
from autarky.simulation.by_firm.run import simulate_firms
from made_firms import network

START, SHOCK = "2020-01-01", 10
EVERYTHING_ESSENTIAL = [[2] * 5] * 5


def lived(net, *, shocks=(), losses=(), days=150, **behaviour):
    scenario = Scenario.model_validate(
        {"name": "cut", "start": START, "days": days, "shocks": list(shocks), "behaviour": behaviour}
    )
    return simulate_firms(net, scenario, losses)


def cut(**more):
    return {"kind": "trade_cut", "origin": "ABROAD", "share_kept": 0, "from": "2020-01-11"} | more


def loss(*names, share=1.0, first=datetime.date(2020, 1, 11), **more):
    return FirmLoss.model_validate({"firms": list(names), "share": share, "from": first} | more)


def row_of_firms():
    """Abroad (4) → firm-1 → firm-0; firm-2 sells to firm-0 and firm-3 to firm-1, and neither fails."""
    return network(
        [4, 1, 2, 3],
        [1, 0, 0, 1],
        [6, 4, 2, 2],
        kind=[0, 1, 3, 4, 2],
        essentiality=EVERYTHING_ESSENTIAL,
        output=[20, 14, 10, 10, 6],
        abroad=1,
    )


def test_a_chain_goes_back_to_the_cut_abroad_through_every_firm_between():
    net = row_of_firms()
    simulation = lived(net, shocks=[cut()])
    chain = chain_of(net, simulation, 0, SHOCK)
    assert [step.name for step in chain.steps] == ["firm-0", "firm-1", "firm-4"]
    first, second, last = chain.steps
    assert [step.bound_by for step in chain.steps] == ["kind-1", "kind-2", ""]
    # Stocks of 30 days and two of them in a row; firm-1 uses the last of its stock on the thirtieth day.
    assert (first.day, second.day, last.day) == (60, 30, None)
    assert last.date == "2020-01-11" and last.output == pytest.approx(0.0, abs=1e-12) and last.is_foreign
    assert second.stock_days == 30.0 and first.share == second.share == 1.0 and last.share is None
    assert second.date == "2020-02-10"
    assert chain.lost == pytest.approx(simulation.lost[0] / (20 / 365 * 150))
    assert chain.sentence == (
        "firm-0 falls below 90 % of base on day 60 (11 Mar 2020), for want of kind-1 (30 days in stock); "
        "this goes back through 1 other to sector-2 from ABROAD, which is cut: on 11 Jan 2020 it "
        "delivers 0 % of base."
    )


def test_a_firm_that_never_falls_has_no_steps():
    net = row_of_firms()
    chain = chain_of(net, lived(net, shocks=[cut()]), 2, SHOCK)
    assert chain.steps == () and chain.sentence == "firm-2 does not fall below 90 % of base."


def test_a_chain_ends_at_capacity_that_was_lost():
    net = row_of_firms()
    chain = chain_of(net, lived(net, losses=[loss("firm-3")]), 0, SHOCK)
    assert [step.name for step in chain.steps] == ["firm-0", "firm-1", "firm-3"]
    last = chain.steps[-1]
    assert (last.day, last.bound_by, last.share, last.stock_days) == (0, "capacity", None, None)
    assert chain.sentence.endswith(
        "to firm-3, which fell on day 0 (11 Jan 2020), its own capacity being lost."
    )


def test_orders_that_stay_away_lead_to_the_customer_that_fell():
    """firm-1 sells half of what it makes to firm-0, which is closed; nobody lacks anything."""
    net = network([1], [0], [5], kind=[0, 1], essentiality=[[2] * 2] * 2, output=[20, 10])
    chain = chain_of(net, lived(net, losses=[loss("firm-0")]), 1, SHOCK)
    assert [(step.name, step.bound_by, step.share) for step in chain.steps] == [
        ("firm-1", "demand", 0.5),
        ("firm-0", "capacity", None),
    ]


def test_of_two_suppliers_the_one_whose_loss_times_share_is_larger_is_followed():
    """firm-1 and firm-2 make one kind; firm-1 loses half of its capacity, firm-2 all, and it sells less."""
    for sold, worst in (((6, 4), "firm-2"), ((8, 2), "firm-1")):
        net = network([1, 2], [0, 0], sold, kind=[0, 1, 1], essentiality=[[2] * 2] * 2, output=[20, *sold])
        losses = [loss("firm-1", share=0.5), loss("firm-2")]
        chain = chain_of(net, lived(net, losses=losses), 0, SHOCK)
        assert [step.name for step in chain.steps] == ["firm-0", worst]
        assert chain.steps[0].share == pytest.approx(max(sold) / 10 if worst == "firm-1" else min(sold) / 10)


def test_who_falls_only_later_is_no_cause_however_much_it_loses():
    net = network([1, 2], [0, 0], [4, 6], kind=[0, 1, 1], essentiality=[[2] * 2] * 2, output=[20, 4, 6])
    spring = datetime.date(2020, 4, 1)
    losses = [loss("firm-1", until=spring), loss("firm-2", first=spring)]
    simulation = lived(net, losses=losses, days=300)
    chain = chain_of(net, simulation, 0, SHOCK)
    assert simulation.lost[2] > simulation.lost[1]
    assert [step.name for step in chain.steps] == ["firm-0", "firm-1"]


def test_two_firms_that_need_each_other_make_no_circle():
    net = network(
        [3, 0, 1, 2],
        [0, 1, 0, 1],
        [4, 5, 5, 2],
        kind=[0, 1, 3, 2],
        essentiality=[[2] * 4] * 4,
        output=[20, 20, 10, 4],
        abroad=1,
    )
    for node, names in ((1, ["firm-1", "firm-0", "firm-3"]), (0, ["firm-0", "firm-3"])):
        chain = chain_of(net, lived(net, shocks=[cut()], days=300), node, SHOCK)
        assert [step.name for step in chain.steps] == names


def test_where_one_input_stands_in_for_another_the_inputs_together_bind():
    net = row_of_firms()
    chain = chain_of(net, lived(net, shocks=[cut()], production="linear"), 1, SHOCK)
    assert [step.name for step in chain.steps] == ["firm-1", "firm-4"]
    assert chain.steps[0].bound_by == "inputs, all together"
    assert chain.steps[0].share == pytest.approx(6 / 8)


def test_a_supplier_abroad_that_is_asked_about_is_the_cut_itself():
    net = row_of_firms()
    chain = chain_of(net, lived(net, shocks=[cut(share_kept=0.25)]), 4, SHOCK)
    assert chain.sentence == ("sector-2 from ABROAD is cut: on 11 Jan 2020 it delivers 25 % of base.")
