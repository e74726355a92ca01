"""Sweeps: the same numbers as single runs, on any number of workers, from blocks that are kept."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from autarky.ensemble import Processes, Sweep, run_sweep, sweep
from autarky.errors import ScenarioError
from autarky.results import Outcome
from autarky.scenario import Scenario
from autarky.simulation import run, simulate
from autarky.simulation.sweep import network_of, simulate_sweep
from small_economies import chain, scenario, two_regions


def cuts(number: int, **behaviour: object) -> tuple[Scenario, ...]:
    shock = {"kind": "trade_cut", "destination": "HOME", "from": "2020-01-05"}
    return tuple(
        scenario({**shock, "share_kept": k / number}, days=50, inventory_days=5, **behaviour)
        for k in range(number)
    )


def test_what_is_lost_is_what_a_single_run_loses() -> None:
    each = cuts(3)
    told = simulate_sweep(network_of(chain(), each[0]), each, ["HOME"], first_days=True)
    for k, one in enumerate(each):
        alone = simulate(chain(), one).data
        consumed = alone["consumption"].sel(final_user="HOME.HH").sum("product").mean("day")
        base = alone["consumption_base"].sel(final_user="HOME.HH").sum("product")
        assert told["lost"].values[k, 0] == pytest.approx(float(1 - consumed / base), abs=1e-12)
        gdp = 1 - alone["gdp"].mean("day") / alone["value_added_base"].sum()
        assert told["lost"].values[k, 1] == pytest.approx(float(gdp), abs=1e-12)
        assert (told["first_day"].values[k] == alone["first_day_below"].values).all()


def test_only_the_regions_asked_for_count() -> None:
    shock = {"kind": "trade_cut", "origin": "NOR", "from": "2020-01-05", "share_kept": 0.0}
    one = scenario(shock, days=50, substitution_days="off")
    network = network_of(two_regions(), one)
    nor, chn, both = (
        simulate_sweep(network, [one], r)["lost"].values[0] for r in (["NOR"], ["CHN"], ["NOR", "CHN"])
    )
    assert both == pytest.approx((nor + chn) / 2)
    assert chn[0] > nor[0]


def test_more_of_one_slot_is_in_stock_and_stays() -> None:
    economy, one = chain(), scenario(days=30)
    network = network_of(economy, one)
    slot = "oil (abroad)"
    shock = {
        "kind": "trade_cut",
        "destination": "HOME",
        "products": "oil",
        "from": "2020-01-11",
        "share_kept": 0.0,
    }
    cut = scenario(shock, days=60)
    more = simulate_sweep(
        network, [cut, cut], ["HOME"], first_days=True, more_stock=[(slot, 0.0), (slot, 7.0)]
    )
    first = more["first_day"].sel(level=0.5, industry="mill").values
    assert first[1] - first[0] == 7
    assert simulate_sweep(network, [one], ["HOME"], more_stock=[(slot, 7.0)])["lost"].values == pytest.approx(
        0.0
    )


def test_blocks_and_workers_do_not_change_a_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep, "FEW", 8)
    monkeypatch.setattr(sweep, "FEWEST", 16)
    each = cuts(40)
    network = network_of(chain(), each[0])
    asked = Sweep(network, each, ("HOME",), "float32", first_days=True)
    whole = simulate_sweep(network, each, ("HOME",), precision="float32", first_days=True)
    here = run_sweep(asked, folder=tmp_path / "a")
    there = run_sweep(asked, folder=tmp_path / "b", executor=Processes(2))
    for name in ("lost", "first_day"):
        assert here[name].tobytes() == there[name].tobytes() == whole[name].values.tobytes()
    files = [{path.name: path.read_bytes() for path in (tmp_path / x).rglob("*.nc")} for x in "ab"]
    assert files[0] == files[1]
    assert sorted(files[0]) == ["000000-000016.nc", "000016-000032.nc", "000032-000040.nc"]


def test_a_block_that_is_damaged_is_made_again_and_others_are_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep, "FEW", 8)
    monkeypatch.setattr(sweep, "FEWEST", 16)
    each = cuts(40)
    asked = Sweep(network_of(chain(), each[0]), each, ("HOME",))
    first = run_sweep(asked, folder=tmp_path)
    damaged = next(tmp_path.rglob("000016-000032.nc"))
    content = bytearray(damaged.read_bytes())
    content[-3] ^= 1
    damaged.write_bytes(content)
    told: list[tuple[int, int]] = []
    again = run_sweep(asked, folder=tmp_path, progress=lambda done, total: told.append((done, total)))
    assert told == [(24, 40), (40, 40)]
    assert again["lost"].tobytes() == first["lost"].tobytes()


def test_other_scenarios_have_another_plan() -> None:
    each = cuts(3)
    network = network_of(chain(), each[0])
    plans = {
        Sweep(network, each, ("HOME",)).plan,
        Sweep(network, each[:2], ("HOME",)).plan,
        Sweep(network, each, ("HOME",), "float32").plan,
        Sweep(network, each, ("HOME",), first_days=True).plan,
        Sweep(network, each, ("HOME",), more_stock=(("oil (abroad)", 1.0),) * 3).plan,
        Sweep(network_of(chain(0.1), each[0]), each, ("HOME",)).plan,
    }
    assert len(plans) == 6


def test_scenarios_that_need_another_network_are_refused() -> None:
    first, second = scenario(days=20), scenario(days=21)
    with pytest.raises(ScenarioError, match="scenario 1"):
        simulate_sweep(network_of(chain(), first), [first, second], ["HOME"])


def test_a_part_of_the_days_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    (one,) = cuts(1)

    def interrupted(*given: object, **more: object) -> run.Lived:
        lived = run.live_through(*given, **more)  # type: ignore[arg-type]
        return run.Lived(lived.forcing, lived.record, lived.acting, 30, Outcome.INTERRUPTED)

    monkeypatch.setattr("autarky.simulation.sweep.live_through", interrupted)
    with pytest.raises(KeyboardInterrupt):
        simulate_sweep(network_of(chain(), one), [one], ["HOME"])


def test_without_households_all_final_users_of_the_regions_count() -> None:
    economy = two_regions()
    assert np.isfinite(
        simulate_sweep(network_of(economy, cuts(1)[0]), [scenario(days=5)], ["NOR"])["lost"]
    ).all()
