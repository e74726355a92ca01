"""Why capacity or wants were smaller, where a behaviour made them so: named, and losses traced to it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from autarky.economy import Economy, FinalUseKind, FinalUser
from autarky.explanation.answer import answer
from autarky.explanation.tracing import why
from autarky.results import Binding, Reason, SimulationResult
from autarky.scenario import Scenario
from autarky.simulation import simulate
from autarky.simulation.shortfalls import REASONS, Node, Place, Trace, simulate_and_trace
from small_economies import chain, date, scenario

MINE, MILL, SHOP = range(3)
STILL = {"overtime": {"max": 1}}
"""Capacity is what is declared."""


def traced(one: Scenario, economy: Economy | None = None) -> tuple[SimulationResult, Trace]:
    return simulate_and_trace(economy or chain(), one)


def cause(result: SimulationResult, industry: str, level: float = 0.9) -> tuple[int, str, str]:
    at = result.data.sel(level=level, industry=industry)
    return int(at["cause_binding"]), str(at["cause_supplier"].values), str(at["cause_reason"].values)


def ends(trace: Trace, j: int, day: int | None = None) -> dict[str, float]:
    """What an industry's loss goes back to, by reason where a behaviour gives one; shares."""
    load = trace.lost[:, j].copy()
    if day is not None:
        load[np.arange(len(load)) != day] = 0.0
    found: dict[str, float] = {}
    for node, share in trace.roots(Node(Place.LOST, j), load).items():
        is_reason = node.place in (Place.LIMIT, Place.UNWANTED)
        what = REASONS[node.second].value if is_reason else node.place.name
        found[what] = found.get(what, 0.0) + share
    return {what: share for what, share in found.items() if share > 1e-3}


def workers(**group: Any) -> dict[str, Any]:
    week = {"work": 40, "garden": 0, "market": 0, "sessions": 0}
    return {"groups": {"millers": {"people": 10, "sectors": ["mill"], "hours_a_week": week, **group}}}


def withheld(hours: float, **more: Any) -> dict[str, Any]:
    taken = {"taken_from": {"work": 1}, "hours_a_week": hours, "from": date(5)}
    return {"kind": "hours_withheld", **taken, **more}


def test_hours_withheld_are_why_there_is_less_capacity_and_why_others_go_short() -> None:
    result, trace = traced(scenario(withheld(30), inventory_days=4, labour=workers(), **STILL))
    assert cause(result, "mill") == (int(Binding.CAPACITY), "", Reason.HOURS)
    assert cause(result, "shop")[1:] == ("mill", Reason.HOURS)
    assert ends(trace, MILL) == {Reason.HOURS: pytest.approx(1.0)}
    assert ends(trace, SHOP)[Reason.HOURS] == pytest.approx(1.0, abs=2e-3)
    assert "because: its own lost capacity: hours withheld" in " ".join(answer(result).text(200).split())


def test_lost_machines_and_withheld_hours_share_a_loss_by_what_each_takes_away() -> None:
    """A fifth of the machines is gone, and hands for three quarters of those that are left."""
    lost = {"kind": "capacity_loss", "sectors": ["mill"], "share": 0.2, "from": date(5)}
    result, trace = traced(scenario(withheld(16), lost, labour=workers(), **STILL))
    assert float(result.data["capacity"].sel(industry="mill")[10]) == pytest.approx(2 * 0.6)
    told = ends(trace, MILL, day=10)
    assert told["CAPACITY"] == pytest.approx(0.2 / 0.45)
    assert told[Reason.HOURS] == pytest.approx(0.25 / 0.45)
    assert cause(result, "mill")[2] == Reason.HOURS


def test_machines_that_hours_could_still_serve_are_no_matter_of_hours() -> None:
    lost = {"kind": "capacity_loss", "sectors": ["mill"], "share": 0.5, "from": date(5)}
    result, trace = traced(scenario(withheld(4), lost, labour=workers(), **STILL))
    assert ends(trace, MILL) == {"CAPACITY": pytest.approx(1.0)}
    assert cause(result, "mill")[2] == ""


def test_people_who_were_let_go_are_missing_when_orders_are_back() -> None:
    less = {
        "kind": "demand_change",
        "users": ["households"],
        "factor": 0.2,
        "from": date(5),
        "until": date(25),
    }
    hiring = {"hiring": {"hiring_days": 60, "firing_days": 2}}
    result, trace = traced(scenario(less, labour=workers() | hiring, **STILL))
    assert cause(result, "mill")[0] == Binding.DEMAND
    assert int(result.data["binding"].sel(industry="mill")[35]) == Binding.CAPACITY
    # They were let go because there was nothing to do.
    assert ends(trace, MILL, day=35) == {"DEMAND": pytest.approx(1.0)}


def test_people_who_were_let_go_for_want_of_an_input_are_missing_for_it() -> None:
    cut = {"kind": "trade_cut", "products": "oil", "share_kept": 0.2, "from": date(5), "until": date(30)}
    hiring = {"hiring": {"hiring_days": 30, "firing_days": 2}}
    result, trace = traced(scenario(cut, labour=workers() | hiring, inventory_days=5, **STILL))
    slots = [str(slot) for slot in trace.network.slots]
    bound = result.data["binding"].sel(industry="mill").values
    last = int(np.flatnonzero(bound == slots.index("oil (abroad)"))[-1])
    assert bound[last + 3] == Binding.CAPACITY
    assert ends(trace, MILL, day=last + 3)["CUT"] == pytest.approx(1.0, abs=2e-3)
    assert ends(trace, MILL)["CUT"] == pytest.approx(1.0, abs=2e-3)
    assert Reason.STAFF not in ends(trace, SHOP)
    assert cause(result, "shop")[1:] == ("mill", Reason.SHORT_ITSELF)


def test_people_whom_a_loss_of_capacity_kept_from_work_are_missing_for_it() -> None:
    lost = {"kind": "capacity_loss", "sectors": ["mill"], "share": 0.5, "from": date(5), "until": date(10)}
    hiring = {"hiring": {"hiring_days": 60, "firing_days": 2}}
    _, trace = traced(scenario(lost, labour=workers() | hiring, **STILL))
    assert trace.lost[15, MILL] > 0.1
    assert ends(trace, MILL, day=15) == {"CAPACITY": pytest.approx(1.0)}


BANNED = {"kind": "trade_cut", "origin": "HOME", "share_kept": 0, "from": date(5)}


def test_imports_that_nobody_can_pay_for_are_told_so_and_not_as_a_cut() -> None:
    money = {"foreign_exchange": {"reserves": 0}}
    result, trace = traced(scenario(BANNED, inventory_days=4, **money))
    assert cause(result, "mill")[1:] == ("CHINA.oil", Reason.NO_MONEY)
    assert ends(trace, MILL)[Reason.NO_MONEY] == pytest.approx(1.0, abs=2e-3)
    told = why(chain(), scenario(BANNED, inventory_days=4, **money), "mill")
    assert "oil from CHINA, no foreign exchange" in told.text()
    assert {root.kind for root in told.roots if root.share > 0.01} == {"money"}


def test_a_gate_under_a_cut_that_cannot_be_paid_for_either_is_short_of_both() -> None:
    """Of CHINA's oil a fifth may not come; of what may come a part is paid for, once exports have ended."""
    cut = {"kind": "trade_cut", "origin": "CHINA", "products": "oil", "share_kept": 0.8, "from": date(5)}
    one = scenario(BANNED, cut, inventory_days=20, foreign_exchange={"reserves": 0}, import_spare=0)
    result, trace = traced(one)
    china = 3 + trace.network.economy.gates.index(("CHINA", "oil"))  # type: ignore[arg-type]
    slot = [str(one) for one in trace.network.slots].index("oil (abroad)")
    short, flow = trace.shortfall_of(china, slot, MILL)
    came = result.data["gate_delivery"].sel(gate="CHINA.oil").values
    np.testing.assert_allclose(short[8:12], flow - came[8:12], rtol=1e-6)
    passed, paid = 0.8, result.data["import_paid_share"].sel(gate="CHINA.oil").values[10]
    assert paid < 0.9
    load = np.zeros(len(trace))
    load[10] = 1.0
    parts = dict(trace._of_supplier(china, 0, load, trace._passed(china, 0)))
    money = parts[Node(Place.LIMIT, china, REASONS.index(Reason.NO_MONEY))][10]
    assert money == pytest.approx(passed * (1 - paid) / (1 - passed * paid))
    assert parts[Node(Place.CUT, china, 0)][10] == pytest.approx(1 - money)


def test_processing_ends_with_its_parts() -> None:
    cut = {"kind": "trade_cut", "products": "oil", "share_kept": 0, "from": date(5)}
    link = {"imports": ["oil"], "exports": ["mine"]}
    result, trace = traced(scenario(cut, foreign_exchange={"reserves": 0, "processing": [link]}))
    assert cause(result, "mine") == (int(Binding.DEMAND), "", Reason.PROCESSING)
    assert ends(trace, MINE, day=8)[Reason.PROCESSING] == pytest.approx(1.0)


def test_machines_wear_out_for_want_of_parts() -> None:
    """Ore stands for parts that only the shop's machines need."""
    cut = {"kind": "trade_cut", "products": "ore", "share_kept": 0, "from": date(5)}
    parts = {"products": ["ore"], "users": ["shop"], "wear_days": 20, "store_days": 0}
    result, trace = traced(scenario(cut, spare_parts=parts, **STILL))
    assert cause(result, "shop") == (int(Binding.CAPACITY), "", Reason.WORN)
    assert ends(trace, SHOP) == {Reason.WORN: pytest.approx(1.0)}


def test_what_is_destroyed_and_not_rebuilt_is_told_so() -> None:
    *users, _ = chain().final_users
    investors = (*users, FinalUser("HOME", "INV", FinalUseKind.INVESTMENT))
    economy = replace(chain(shop_inventories=0.5), final_users=investors)
    storm = {"kind": "destruction", "sectors": ["mill"], "share": 0.6, "capital_years": 2, "days": 300}
    storm |= {"goods": {"shop": 1.0}, "from": date(5)}
    result, trace = traced(scenario(storm, **STILL), economy)
    assert cause(result, "mill") == (int(Binding.CAPACITY), "", Reason.DESTROYED)
    assert ends(trace, MILL)[Reason.DESTROYED] == pytest.approx(1.0, abs=1e-3)


def test_a_rule_under_which_less_is_made_is_told_so() -> None:
    rule = {"efficiency": {"priority": {"factor": 0.7, "source": "assumption"}}}
    change = {"kind": "institution_change", "rationing": "priority", "allocation": rule, "from": date(5)}
    change |= {"priority": [["households"]]}
    result, trace = traced(scenario(change, **STILL))
    assert cause(result, "mine")[2] == Reason.EFFICIENCY
    assert ends(trace, MINE)[Reason.EFFICIENCY] > 0.5


def lives(**part: Any) -> dict[str, Any]:
    return {"households": {"groups": {"HH": {"income": {"transfers": 1.0}}}, "overhang_days": 1, **part}}


def test_who_has_less_money_asks_for_less() -> None:
    taken = {"kind": "transfer", "share": -0.5, "from": date(5)}
    result, trace = traced(scenario(taken, **lives()))
    assert cause(result, "shop") == (int(Binding.DEMAND), "", Reason.LESS_MONEY)
    assert ends(trace, SHOP, day=20) == {Reason.LESS_MONEY: pytest.approx(1.0)}
    # What is not ordered this evening is missing in tomorrow's orders.
    (unwanted, *_) = [missing for said in trace.limits.users.values() for missing in said.values()]
    assert np.flatnonzero(unwanted)[0] == np.flatnonzero(trace.lost[:, SHOP])[0]
    # The mill's orders come from the shop, and go back to the same end.
    assert cause(result, "mill") == (int(Binding.DEMAND), "", "")
    assert ends(trace, MILL, day=20) == {Reason.LESS_MONEY: pytest.approx(1.0)}
    said = " ".join(why(chain(), scenario(taken, **lives()), "mill").text(300).split())
    assert "GOES BACK TO" in said
    assert "HH ask for less, households have less money" in said


def test_what_is_given_is_not_bought() -> None:
    aid = {
        "kind": "aid",
        "giver": ["CHINA"],
        "receiver": ["HOME"],
        "basket": {"shop": 365.0 * 1.5},
        "from": date(5),
    }
    result, trace = traced(scenario(aid, **lives()))
    assert cause(result, "shop") == (int(Binding.DEMAND), "", Reason.ELSEWHERE)
    assert ends(trace, SHOP, day=20) == {Reason.ELSEWHERE: pytest.approx(1.0)}


def test_a_change_of_wants_and_want_of_money_share_fewer_orders_by_what_each_takes() -> None:
    """Wants fall to 0.8; with half its money a household buys 2 of the 3.2 that it then wants."""
    taken = {"kind": "transfer", "share": -0.5, "from": date(5)}
    less = {"kind": "demand_change", "users": ["households"], "factor": 0.8, "from": date(0)}
    _, trace = traced(scenario(taken, less, **lives()))
    told = ends(trace, SHOP, day=20)
    assert told == {"DEMAND": pytest.approx(0.2 / 0.5), Reason.LESS_MONEY: pytest.approx(0.3 / 0.5)}


def test_households_who_earn_less_spend_less() -> None:
    """Half of the mine's pay is gone for good; nothing is short of the shop's goods for a while."""
    lost = {"kind": "capacity_loss", "sectors": ["mine"], "share": 0.9, "from": date(5)}
    spending = {"consumption": {"replaced": 0, "pessimists": 1, "persistence": 0}}
    _, trace = traced(scenario(lost, days=120, inventory_days=60, **spending))
    assert ends(trace, SHOP, day=40) == {Reason.SPENDING: pytest.approx(1.0)}


def test_without_behaviours_nothing_is_said_of_capacity_or_orders() -> None:
    lost = {"kind": "capacity_loss", "sectors": ["mill"], "share": 0.5, "from": date(5)}
    less = {"kind": "demand_change", "users": ["households"], "factor": 0.2, "from": date(5)}
    for shock, binding in ((lost, Binding.CAPACITY), (less, Binding.DEMAND)):
        result, trace = traced(scenario(shock, **STILL))
        assert cause(result, "mill") == (int(binding), "", "")
        assert trace.limits.suppliers == trace.limits.users == {}
        assert answer(result).rules == ()
        assert "UNDER" not in answer(result).text()


def test_what_is_traced_has_all_that_behaviours_tell() -> None:
    one = scenario(withheld(30), labour=workers())
    assert set(traced(one)[0].data.variables) == set(simulate(chain(), one).data.variables)


def test_the_answer_names_the_behaviours_it_runs_under() -> None:
    one = scenario(
        rationing="priority",
        priority=[["households"]],
        labour=workers() | {"hiring": {}},
        **lives(),
        foreign_exchange={"reserves": 0},
        spare_parts={"products": ["ore"], "wear_days": 20, "store_days": 0},
        search={"products": ["oil"], "days": 30, "most": 0.5},
    )
    told = " ".join(answer(simulate(chain(), one)).text(300).split())
    assert (
        "UNDER rationing by priority; hours counted and people hired and fired; households pay out of "
        "income; imports paid from export earnings; importers search elsewhere; machines wear out "
        "without parts"
    ) in told


def test_the_answer_names_a_rule_that_changes_and_sellers_with_rules_of_their_own() -> None:
    owners = {
        "state": {"share": 0.5, "rationing": "priority"},
        "traders": {"share": 0.2, "rationing": "market"},
    }
    change = {"kind": "institution_change", "rationing": "market", "from": date(5)}
    one = scenario(change, priority=[["households"]], allocation={"ownership": owners})
    assert answer(simulate(chain(), one)).rules == (
        "rationing in proportion, at first (state and traders by rules of their own)",
    )
