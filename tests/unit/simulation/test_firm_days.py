"""What the days on firms record, and what of a scenario they refuse or leave out, in one line each."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autarky.errors import ScenarioError
from autarky.firm_network import FirmNetwork
from autarky.firm_network.section import FirmLoss
from autarky.results import Outcome
from autarky.scenario import Scenario
from autarky.simulation.by_firm import kernels
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
            "rationing": "market",
            "spare_parts": {"products": ["sector-0"], "wear_days": 100, "store_days": 10},
        },
    )
    told = problems(given, {"from": "2020-01-02", "firms": ["spiner"], "share": 1})
    assert [line.split(":")[0] for line in told] == [
        "behaviour.spare_parts",
        "behaviour.rationing",
        "behaviour.steps_per_day",
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


def test_ranks_that_tell_final_users_apart_are_refused() -> None:
    behaviour = {"rationing": "priority", "priority": [["households"], ["industries"], ["exports"]]}
    assert "into one rank" in problems(scenario(behaviour=behaviour))[0]


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
