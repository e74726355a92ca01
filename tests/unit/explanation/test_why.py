"""Why an industry made less: the tree, its words, what relieving changes, and what is refused."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from autarky.errors import InputError
from autarky.explanation.answer import json_ready
from autarky.explanation.stored import restored
from autarky.explanation.tracing import largest_losers, why
from autarky.explanation.why import Branch, Root, Why
from autarky.simulation import simulate
from autarky.simulation.shortfalls import simulate_and_trace
from small_economies import chain, date, scenario, three_regions

OIL = {"kind": "trade_cut", "products": "oil", "from": date(5), "share_kept": 0.0}
STUDY = scenario(OIL, inventory_days=4)


@pytest.fixture(scope="module")
def shop() -> Why:
    return why(chain(), STUDY, "shop")


def _levels(branches: tuple[Branch, ...]) -> list[str]:
    found = []
    while branches:
        found.append(f"{branches[0].kind} {branches[0].code}")
        branches = branches[0].branches
    return found


def _add_up(branches: tuple[Branch, ...], share: float) -> None:
    if branches:
        assert sum(branch.share for branch in branches) == pytest.approx(share, abs=1e-5)
    for branch in branches:
        _add_up(branch.branches, branch.share)


def test_the_chain_goes_from_the_shop_to_the_gate(shop: Why) -> None:
    assert _levels(shop.branches) == [
        "input mill (home)",
        "supplier mill",
        "input oil (abroad)",
        "gate CHINA.oil",
    ]


def test_shares_add_up_at_every_branch(shop: Why) -> None:
    _add_up(shop.branches, 1.0)
    assert sum(root.share for root in shop.roots) == pytest.approx(1.0, abs=1e-5)


def test_stocks_last_as_long_as_they_were_held_and_days_follow_one_another(shop: Why) -> None:
    bought, made = shop.branches[0], shop.branches[0].branches[0].branches[0]
    # Four days of oil, from the cut on; then four days of what the mill makes.
    assert (made.first.number, made.stock_days) == (0, 4.0)
    assert (bought.first.number, bought.stock_days) == (4, 4.0)
    assert shop.day.number == 8
    assert shop.day.date == date(5 + 8)


def test_amounts_are_what_did_not_come_in_the_unit_of_the_table(shop: Why) -> None:
    gate = shop.branches[0].branches[0].branches[0].branches[0]
    # 0.9 a day, on all days that matter to the shop.
    assert gate.short == pytest.approx(gate.of)
    assert gate.short / 0.9 == pytest.approx(round(gate.short / 0.9))


def test_what_is_printed_says_the_day_the_share_the_stock_and_the_cut(shop: Why) -> None:
    text = shop.text(120)
    assert "shop stops (below 50 % of base) on day 8" in text
    assert "90 %  oil from CHINA, trade cut from day 0, 6 Jan 2020" in text
    assert "GOES BACK TO  90 % oil from CHINA, trade cut; kept alone, " in text
    assert "10 % oil from RUSSIA, trade cut; kept alone, " in text
    assert shop.because == "shop ← mill 100 % ← mill 100 % ← oil 100 % ← oil from CHINA 90 %"


def test_it_comes_back_from_plain_values_as_it_was(shop: Why) -> None:
    assert restored(Why, json.loads(json.dumps(json_ready(shop)))) == shop


def test_what_keeping_an_import_alone_averts_is_simulated(shop: Why) -> None:
    kept = {root.code: root.averts for root in shop.roots if root.kind == "gate"}
    half = scenario(OIL | {"origin": ["RUSSIA"]}, inventory_days=4)
    lost = {
        name: np.maximum(3.0 - simulate(chain(), one).data["output"].sel(industry="shop").values, 0).sum()
        for name, one in (("all", STUDY), ("half", half))
    }
    assert kept["CHINA.oil"] == pytest.approx(1 - lost["half"] / lost["all"], rel=1e-6)
    assert 0 <= kept["RUSSIA.oil"] < kept["CHINA.oil"]


@pytest.mark.parametrize("name", ["oil (abroad)", "oil", "OIL"])
def test_an_input_is_named_by_its_slot_or_its_product(name: str) -> None:
    (one,) = why(chain(), STUDY, "mill", relieve=[name]).relieved
    assert (one.input, one.lost_share, one.day) == ("oil", 0.0, None)


def test_keeping_an_import_may_make_a_loss_larger() -> None:
    root = Root("gate", "oil from CHINA, trade cut", "CHINA.oil", 1.0, "HOME", -0.5)
    told = replace(why(chain(), STUDY, "shop"), roots=(root,)).text()
    assert "kept alone, the loss is 50 % larger" in " ".join(told.split())


def test_one_day_is_told_alone() -> None:
    one = why(chain(), STUDY, "shop", day=9)
    assert one.window[0] == one.window[1]
    assert one.window[0].number == 9
    assert one.lost == pytest.approx(3.0, rel=2e-3)


def test_an_input_that_had_not_run_out_leaves_what_binds_next() -> None:
    ore = {"kind": "capacity_loss", "sectors": ["mine"], "from": date(5), "share": 0.6}
    told = why(chain(), scenario(OIL, ore, inventory_days=4), "mill", relieve=["all"])
    one = next(one for one in told.relieved if one.input == "oil")
    assert one.then == "mine"
    assert one.lost_share < told.lost_share
    assert one.day is not None
    assert "with oil at hand all along it would have lost" in told.text()


def test_the_largest_losers_come_first_and_an_economy_without_losers_has_none() -> None:
    result, trace = simulate_and_trace(chain(), STUDY)
    assert [one.industry for one in largest_losers(result, trace, STUDY, most=2)] == ["shop", "mill"]
    calm = scenario()
    assert largest_losers(*simulate_and_trace(chain(), calm), calm) == ()


def test_between_regions_a_cut_names_both_ends() -> None:
    cut = {"kind": "trade_cut", "origin": ["CHN"], "destination": ["NOR"], "from": date(5), "share_kept": 0}
    study = scenario(cut, substitution_days="off", inventory_days=4)
    told = why(three_regions(), study, "NOR.food")
    gates = [root for root in told.roots if root.kind == "gate"]
    assert gates
    assert all(root.name.startswith("CHN: ") and " to NOR" in root.name for root in gates)


@pytest.mark.parametrize(
    ("industry", "options", "said"),
    [
        ("shops", {}, "no industry 'shops' — did you mean 'shop'"),
        ("mine", {}, "never falls below 90 %"),
        ("shop", {"day": 2}, "loses nothing on day 2"),
        ("shop", {"day": 4000}, "day 4000 is not simulated — choose one from 0 to 54"),
        ("shop", {"relieve": ["gold"]}, "no input 'gold'"),
        ("shop", {"relieve": ["oil"]}, "shop has no input 'oil .abroad"),
    ],
)
def test_what_cannot_be_explained_is_refused(industry: str, options: dict[str, object], said: str) -> None:
    with pytest.raises(InputError, match=said):
        why(chain(), STUDY, industry, **options)
