"""What the days on firms record, and what of a scenario they refuse or leave out, in one line each."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from autarky.errors import ScenarioError
from autarky.firm_network import FirmNetwork
from autarky.firm_network.section import FirmLoss
from autarky.results import Outcome
from autarky.scenario import Scenario
from autarky.simulation.by_firm import allocation, kernels
from autarky.simulation.by_firm.run import FirmSimulation, simulate_firms
from made_firms import network, random_network

CUT = {
    "kind": "trade_cut",
    "from": "2020-01-11",
    "origin": "ABROAD",
    "destination": "HOME",
    "share_kept": 0.0,
}


def scenario(*shocks: Any, days: int = 60, **given: Any) -> Scenario:
    return Scenario.model_validate({"start": "2020-01-01", "days": days, "shocks": list(shocks)} | given)


def chain() -> FirmNetwork:
    """Abroad → spinner → knitter, each with one supplier; half of what is made goes to final users."""
    return network(
        [2, 0],
        [0, 1],
        [365.0, 730.0],
        kind=[0, 1, 2],
        essentiality=np.full((3, 3), 2),
        output=[1460.0, 1460.0, 365.0],
        abroad=1,
        ids=["spinner", "knitter", "ABROAD.fibre"],
        value_added=[1095.0, 730.0, 0.0],
    )


def problems(given: Scenario, *losses: Any, on: FirmNetwork | None = None) -> list[str]:
    firm_losses = [FirmLoss.model_validate(loss) for loss in losses]
    with pytest.raises(ScenarioError) as caught:
        simulate_firms(on or chain(), given, firm_losses)
    return [str(problem) for problem in caught.value.problems]


def test_a_cut_runs_down_one_stock_after_the_other() -> None:
    result = simulate_firms(
        chain(), scenario(CUT, days=100, behaviour={"overtime": {"max": 1}}), watch=[0, 1]
    )
    # The last delivery came on the day before the cut, for use on its first day: 30 days of stock are left.
    assert result.stops.day[0] == 10 + 30
    slot = result.stops.bound_by[0]
    assert slot == 0 and result.slots.buyer[slot] == 0 and result.slots.kind[slot] == 2
    assert result.stops.stock_days[0] == 30
    assert result.stops.output[0] == pytest.approx(0.001)
    suppliers, shares = result.slots.suppliers_of(slot)
    assert suppliers.tolist() == [2] and shares.tolist() == [1.0]
    assert result.falls.day[2] == 10 and result.falls.bound_by[2] == kernels.CEILING
    assert result.stops.day[1] > result.stops.day[0]
    lost = (1 - result.watched).sum(axis=0) * 4
    np.testing.assert_allclose(result.lost[:2], lost, rtol=1e-12)
    whole = 3 * result.watched[:, 0] + 2 * result.watched[:, 1]
    np.testing.assert_allclose(result.value_added, whole, rtol=1e-12)
    assert result.value_added_lost == pytest.approx(1 - whole.mean() / 5)
    assert result.outcome is Outcome.COMPLETED


def test_sectors_add_up_and_weeks_count_the_firms_that_stand_still() -> None:
    made = random_network(3, firms=40)
    told = scenario(CUT, days=45)
    result = simulate_firms(made, told, watch=range(made.firms))
    base = made.nodes.output[: made.firms] / 365
    for sector in range(len(made.sectors)):
        members = np.flatnonzero(made.nodes.sector[: made.firms] == sector)
        by_firm = (result.watched[:, members] * base[members]).sum(axis=1)
        np.testing.assert_allclose(result.output[:, sector], by_firm, rtol=1e-9)
        still = (result.watched[:, members] < 0.5).mean(axis=1)
        np.testing.assert_allclose(
            result.stopped[:, sector], [still[w : w + 7].mean() for w in range(0, 45, 7)]
        )
    for level, crossing in ((0.9, result.falls), (0.5, result.stops)):
        below = result.watched < level
        first = np.where(below.any(axis=0), below.argmax(axis=0), -1)
        assert crossing.day[: made.firms].tolist() == first.tolist()


def test_a_firm_without_output_goes_on_buying() -> None:
    made = network(
        [0, 1],
        [1, 2],
        [365.0, 365.0],
        kind=[0, 1, 2],
        essentiality=np.full((3, 3), 2),
        output=[365.0, 730.0, 0.0],
    )
    result = simulate_firms(made, scenario(days=50), watch=[0, 1, 2])
    assert (result.watched == 1.0).all()


def test_named_firms_are_lost_and_come_back() -> None:
    loss = FirmLoss.model_validate(
        {
            "from": "2020-01-03",
            "until": "2020-01-05",
            "firms": ["spinner"],
            "share": 0.8,
            "recovery": {"days": 4},
        }
    )
    result = simulate_firms(chain(), scenario(days=20, behaviour={"overtime": {"max": 1}}), [loss], watch=[0])
    np.testing.assert_allclose(result.watched[:9, 0], [1, 1, 0.2, 0.2, 0.2, 0.4, 0.6, 0.8, 1.0], rtol=1e-12)


def test_what_firms_cannot_live_through_is_refused_all_of_it_at_once() -> None:
    given = scenario(
        {"kind": "demand_change", "from": "2020-01-05", "users": ["households"], "factor": 0.5},
        {"kind": "trade_cut", "from": "2020-01-05", "origin": ["MARS"], "share_kept": 0},
        {"kind": "capacity_loss", "from": "2020-01-05", "sectors": ["sector-9"], "share": 0.5},
        {"kind": "transfer", "from": "2020-01-05", "share": 0.1},
        {"kind": "trade_cut", "from": "2020-01-05", "origin": "HOME", "destination": "HOME", "share_kept": 0},
        behaviour={
            "steps_per_day": 2,
            "rationing": "random",
            "spare_parts": {"products": ["sector-0"], "wear_days": 100, "store_days": 10},
        },
    )
    told = problems(given, {"from": "2020-01-02", "firms": ["spiner"], "share": 1})
    assert [line.split(":")[0] for line in told] == [
        "behaviour.spare_parts",
        "behaviour.steps_per_day",
        "behaviour.allocation.seed",
        "shocks[0]",
        "shocks[1].origin[0]",
        "shocks[2].sectors[0]",
        "shocks[3]",
        "shocks[4]",
        "firms.shocks[0].firms[0]",
    ]
    assert "did you mean 'spinner'?" in told[-1]
    assert all(" — " in line and "\n" not in line for line in told)


@pytest.mark.parametrize("preset", ["boario", "pichler2022"])
def test_other_presets_are_refused(preset: str) -> None:
    assert problems(scenario(behaviour={"preset": preset}))[0].startswith("behaviour.preset")


def test_ranks_and_bids_that_tell_final_users_apart_are_refused() -> None:
    behaviour = {"rationing": "priority", "priority": [["households"], ["industries"], ["exports"]]}
    (line,) = problems(scenario(behaviour=behaviour))
    assert line.startswith("behaviour.priority: tells final users apart") and "the same rank" in line
    pays = {"willingness_to_pay": {"households": 2, "government": 0.5}}
    change = {"kind": "institution_change", "from": "2020-01-05", "rationing": "market", "allocation": pays}
    (line,) = problems(scenario(change))
    assert line.startswith("shocks[0].allocation.willingness_to_pay: tells final users apart")
    alike = pays | {"willingness_to_pay": {"households": 2, "government": 2}}
    assert simulate_firms(chain(), scenario(change | {"allocation": alike})).value_added_lost == 0.0


def test_rules_of_allocation_are_told_what_they_lack_and_what_they_do_not_know() -> None:
    change = {"kind": "institution_change", "from": "2021-01-05", "rationing": "priority"}
    behaviour = {
        "rationing": "mixed",
        "priority": [["sector-7"]],
        "allocation": {
            "willingness_to_pay": {"households": 1, "industry": 1},
            "by_product": {"sector-8": "market"},
            "ownership": {"state": {"share": 0.8, "rationing": "market", "products": ["sector-9"]}},
        },
    }
    told = problems(scenario(change, behaviour=behaviour))
    assert [line.split(":")[0] for line in told] == [
        "behaviour.priority[0][0]",
        "behaviour.allocation.willingness_to_pay.industry[0]",
        "behaviour.allocation.by_product.sector-8[0]",
        "behaviour.allocation.ownership.state.products[0]",
        "behaviour.allocation.plan_share",
        "shocks[0].from",
    ]
    assert "'industries'" in told[1]


def test_a_market_needs_to_know_what_firms_make_of_it() -> None:
    made = chain()
    unknown = replace(made, nodes=replace(made.nodes, value_added=np.zeros(3)))
    (line,) = problems(scenario(behaviour={"rationing": "market"}), on=unknown)
    assert line.startswith("behaviour.rationing: industries bid their value added") and "willingness" in line
    stated = {"rationing": "market", "allocation": {"willingness_to_pay": {"industries": 1}}}
    assert simulate_firms(unknown, scenario(behaviour=stated)).value_added_lost == 0.0


def test_more_groups_of_buyers_than_memory_holds_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(allocation, "free_memory", lambda: 1000)
    told = scenario(behaviour={"rationing": "random", "allocation": {"seed": 1}})
    (line,) = problems(told, on=random_network(3))
    assert line.startswith("behaviour.rationing: tells 6 groups of buyers apart; 33 nodes need")
    assert "800 bytes are free" in line and "proportional" in line
    monkeypatch.setattr(allocation, "free_memory", lambda: 1_000_000)
    simulate_firms(random_network(3), told)


def served(**behaviour: Any) -> dict[str, float]:
    """Shares of what two knitters and final users ordered, on the day after half of the spinner is lost."""
    made = network(
        [0, 0, 3],
        [1, 2, 0],
        [365.0, 365.0, 365.0],
        kind=[0, 1, 2, 3],
        essentiality=np.full((4, 4), 2),
        output=[1460.0, 1460.0, 1460.0, 365.0],
        abroad=1,
        value_added=[1095.0, 730.0, 182.5, 0.0],
    )
    told = scenario(
        {"kind": "capacity_loss", "from": "2020-01-02", "sectors": ["sector-0"], "share": 0.5},
        behaviour={"overtime": {"max": 1}, "inventory_days": 1, "substitution_days": "off"} | behaviour,
        days=4,
    )
    result = simulate_firms(made, told, watch=[1, 2])
    return dict(zip(("rich", "poor"), result.watched[2].tolist(), strict=True))


def test_who_is_served_follows_from_the_rule() -> None:
    """The spinner makes 2 a day: each knitter asks 1, of which they make 2 and 0.5; final users ask 2."""
    assert served() == {"rich": 0.5, "poor": 0.5}
    assert served(rationing="market") == {"rich": 1.0, "poor": 0.001}
    pays = {"willingness_to_pay": {"sector-2": 9, "households": 3}}
    assert served(rationing="market", allocation=pays) == {"rich": 0.001, "poor": 1.0}
    ranked = {"rationing": "priority", "priority": [["sector-2"], ["households"]]}
    assert served(**ranked) == {"rich": 0.001, "poor": 1.0}
    # Of 2 the plan hands out the poor one's 1; of the other 1 nobody makes more than the rich one.
    half = {"plan_share": 0.5}
    assert served(**ranked | {"rationing": "mixed", "allocation": half}) == {"rich": 1.0, "poor": 1.0}
    quarter = {"plan_share": 0.25}
    assert served(**ranked | {"rationing": "mixed", "allocation": quarter}) == {"rich": 1.0, "poor": 0.5}
    first = {"by_product": {"sector-0": "priority"}}
    assert served(**ranked | {"rationing": "market", "allocation": first}) == served(**ranked)


def test_a_change_of_rules_acts_from_its_date_and_a_rule_may_be_more_efficient() -> None:
    change = {
        "kind": "institution_change",
        "from": "2020-01-11",
        "until": "2020-01-20",
        "rationing": "priority",
    }
    change |= {"priority": [["sector-1"]], "transition_days": 0}
    change["allocation"] = {"efficiency": {"priority": {"factor": 0.5, "source": "assumption"}}}
    told = scenario(change, days=30, behaviour={"overtime": {"max": 1}, "inventory_days": 1})
    result = simulate_firms(chain(), told, watch=[0, 1])
    assert (result.watched[:10] == 1.0).all() and (result.watched[10:20] < 0.51).all()
    # Priority serves the knitter first: half of what the spinner makes is all that it needs.
    assert result.watched[11:20, 0] == pytest.approx(0.5)
    assert result.watched[-1] == pytest.approx(1.0)


def test_exports_go_on_and_the_result_says_so() -> None:
    everything = CUT | {"origin": "all", "destination": "all"}
    both = simulate_firms(chain(), scenario(everything), watch=[0])
    imports = simulate_firms(chain(), scenario(CUT), watch=[0])
    assert both.watched.tobytes() == imports.watched.tobytes()
    assert both.notes[0].startswith("shocks[0]: exports go on") and not imports.notes
    bloc = {"kind": "bloc_cut", "from": "2020-01-11", "bloc": ["HOME"], "share_kept": 0}
    by_bloc = simulate_firms(chain(), scenario(bloc), watch=[0])
    assert by_bloc.watched.tobytes() == imports.watched.tobytes() and by_bloc.notes == both.notes


def test_a_ceiling_in_money_an_exemption_and_a_series_limit_what_comes_in() -> None:
    money = {key: value for key, value in CUT.items() if key != "share_kept"}
    capped = scenario(money | {"ceiling": {"value": 0.25, "per": "day"}})
    series = {"kind": "trade_series", "from": "2020-01-01", "origin": "ABROAD", "shares": [0.25]}
    for told in (capped, scenario(series | {"destination": "HOME"})):
        result = simulate_firms(chain(), told, watch=[2])
        assert result.watched[-1, 0] == pytest.approx(0.25)
    spared = scenario(CUT, exempt=[{"products": ["sector-2"]}])
    assert simulate_firms(chain(), spared).value_added_lost == 0.0


def test_essentiality_counts_where_production_is_critical() -> None:
    made = chain()
    loose = network(
        made.supplier,
        made.buyer,
        made.sales,
        kind=[0, 1, 2],
        essentiality=np.zeros((3, 3)),
        output=made.nodes.output,
        abroad=1,
    )
    critical = scenario(CUT, behaviour={"production": "critical"})
    assert simulate_firms(loose, critical).value_added_lost == pytest.approx(0.0)
    leontief = simulate_firms(loose, scenario(CUT))
    assert leontief.value_added_lost > 0.1
    assert "production: critical heeds it" in leontief.notes[0]


def test_a_run_that_is_broken_off_keeps_its_days() -> None:
    told, days = scenario(CUT, days=90), []

    def stop(done: int, total: int) -> None:
        days.append((done, total))
        if done == 60:
            raise KeyboardInterrupt

    result = simulate_firms(chain(), told, watch=[0], progress=stop)
    assert days == [(30, 90), (60, 90)]
    assert result.outcome is Outcome.INTERRUPTED and result.days == 60
    assert result.watched.shape == (60, 1) and result.stopped.shape[0] == 9
    whole: FirmSimulation = simulate_firms(chain(), told, watch=[0])
    assert whole.watched[:60].tobytes() == result.watched.tobytes()


def test_two_losses_on_one_firm_multiply_and_of_two_cuts_the_deeper_holds() -> None:
    half = {"from": "2020-01-05", "firms": ["ABROAD.fibre"], "share": 0.5}
    losses = [FirmLoss.model_validate(half), FirmLoss.model_validate(half | {"share": 0.2})]
    steady = {"behaviour": {"overtime": {"max": 1}, "import_spare": 0}}
    lost = simulate_firms(chain(), scenario(days=10, **steady), losses, watch=[2])
    assert lost.watched[-1, 0] == pytest.approx(0.5 * 0.8)
    deeper, other = (CUT | {"from": "2020-01-05", "share_kept": kept} for kept in (0.25, 0.75))
    for cuts in ((deeper, other), (other, deeper)):
        cut = simulate_firms(chain(), scenario(*cuts, days=10), watch=[2])
        assert cut.watched[-1, 0] == pytest.approx(0.25)
