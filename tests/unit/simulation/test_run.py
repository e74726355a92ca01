"""simulate: labelled days out, the first cause of each fall, and how a run ended."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autarky.errors import ScenarioError
from autarky.results import Binding, Outcome, Reason, SimulationResult
from autarky.simulation import simulate
from autarky.simulation.run import simulate_many
from small_economies import chain, date, scenario

STILL: dict[str, Any] = {
    "inventory_days": 10.0,
    "restocking_days": 30.0,
    "overtime": {"max": 1.0},
    "substitution_days": "off",
}


def oil_cut(**fields: Any) -> dict[str, Any]:
    return {"kind": "trade_cut", "from": date(5), "products": "oil", "share_kept": 0.0, **fields}


def cause(result: SimulationResult, industry: str, level: float = 0.5) -> tuple[int, int, str, str]:
    one = result.data.sel(industry=industry, level=level)
    names = ("first_day_below", "cause_binding", "cause_supplier", "cause_reason")
    day, binding, supplier, reason = (one[name].item() for name in names)
    return day, binding, supplier, reason


def test_stocks_last_their_days_and_each_industry_names_the_one_before() -> None:
    """Ten days of oil from day 5: the mill stops on day 15, and the shop ten days later."""
    result = simulate(chain(), scenario(oil_cut(), **STILL))
    slots = list(result.data["slot"].values)
    oil, mill = slots.index("oil (abroad)"), slots.index("mill (home)")
    assert cause(result, "mill") == (15, oil, "CHINA.oil", Reason.TRADE_CUT.value)
    assert cause(result, "shop") == (25, mill, "mill", Reason.SHORT_ITSELF.value)
    assert result.data["stock_cover"].sel(industry="mill").values[[4, 5, 14]] == pytest.approx([10, 10, 1])


def test_an_industry_that_never_falls_has_no_cause() -> None:
    result = simulate(chain(), scenario(oil_cut(until=date(8)), **STILL))
    assert cause(result, "shop") == (-1, int(Binding.DEMAND), "", "")


def test_the_supplier_that_fell_short_most_is_the_cause() -> None:
    """RUSSIA delivers a tenth of the oil; its cut alone brings the mill below 95 %, not below 90 %."""
    russia = simulate(chain(), scenario(oil_cut(origin="RUSSIA"), **STILL))
    assert cause(russia, "mill", 0.9)[0] == -1
    both = simulate(
        chain(), scenario(oil_cut(origin="RUSSIA"), oil_cut(origin="CHINA", share_kept=0.8), **STILL)
    )
    day, _, supplier, reason = cause(both, "mill", 0.9)
    assert day > 15
    assert (supplier, reason) == ("CHINA.oil", Reason.TRADE_CUT.value)


def test_a_lost_capacity_binds_itself_and_is_the_cause_downstream() -> None:
    loss = {"kind": "capacity_loss", "from": date(5), "sectors": "mill", "share": 1.0}
    result = simulate(chain(), scenario(loss, **STILL))
    assert cause(result, "mill")[:2] == (5, int(Binding.CAPACITY))
    day, _, supplier, reason = cause(result, "shop")
    assert (day, supplier, reason) == (15, "mill", Reason.CAPACITY_LOSS.value)


def test_a_supplier_with_too_many_orders_is_named_as_overbooked() -> None:
    """Exports of the mine times nine: it serves everybody a fifth, and the mill runs out of ore."""
    boom = {"kind": "demand_change", "from": date(5), "users": "exports", "factor": 9.0}
    result = simulate(chain(), scenario(boom, **STILL))
    _, _, supplier, reason = cause(result, "mill")
    assert (supplier, reason) == ("mine", Reason.OVERBOOKED.value)


def test_exports_fall_as_orders_and_what_is_not_ordered_is_not_made() -> None:
    """The mine makes 2 a day, 1 of it for abroad: at 40 % of the exports 1.4, and nobody lacks any."""
    series = {"kind": "trade_series", "origin": "HOME", "from": date(0), "shares": [1.0, 0.4]}
    data = simulate(chain(), scenario(series, **STILL)).data
    mine = data["output"].sel(industry="mine").values
    np.testing.assert_allclose(mine[:31], 2.0)
    np.testing.assert_allclose(mine[31:], 1.4)
    assert (data["unmet_final_demand"].values < 1e-9).all()


def test_a_series_of_ones_changes_nothing_and_more_than_the_base_year_is_not_forced_upon_anybody() -> None:
    for share in (1.0, 1.5):
        series = {"kind": "trade_series", "origin": ["CHINA", "RUSSIA"], "from": date(0), "shares": [share]}
        data = simulate(chain(), scenario(series, import_spare=0.5, **STILL)).data
        np.testing.assert_allclose(data["output"].values / data["output_base"].values, 1.0)
        np.testing.assert_allclose(data["gate_delivery"].values, [[0.9, 0.1, 1.0]] * 60)


def test_a_poor_harvest_is_a_loss_of_capacity_until_the_next() -> None:
    crop = {"kind": "harvest", "sectors": "mine", "crops": [{"month": 2, "share": 1.0}]}
    data = simulate(chain(), scenario({**crop, "weather": {"2020": 0.7}}, **STILL)).data
    mine = data["output"].sel(industry="mine").values
    np.testing.assert_allclose(mine[:31], 2.0)
    np.testing.assert_allclose(mine[31:], 1.4)


def test_every_variable_has_a_unit_a_description_and_the_labels_of_the_table() -> None:
    result = simulate(chain(), scenario(oil_cut(), **STILL), record_inventory=True)
    for name, variable in result.data.data_vars.items():
        assert variable.attrs["units"], name
        assert variable.attrs["long_name"], name
    assert list(result.data["industry"].values) == ["mine", "mill", "shop"]
    assert list(result.data["gate"].values) == ["CHINA.oil", "RUSSIA.oil", "CHINA.ore"]
    assert list(result.data["final_user"].values) == ["HOME.HH", "ABROAD.EXP", "HOME.INV"]
    assert str(result.data["day"].values[0])[:10] == date(0)
    assert result.data["inventory"].sel(slot="oil (abroad)", industry="mill").values[0] == pytest.approx(10.0)


def test_the_base_year_is_labelled_as_the_table_has_it() -> None:
    data = simulate(chain(), scenario(days=3)).data
    np.testing.assert_allclose(data["output_base"], [2.0, 2.0, 3.0])
    np.testing.assert_allclose(data["gate_delivery_base"], [0.9, 0.1, 1.0])
    assert data["consumption_base"].sel(product="ore", final_user="HOME.HH") == 1.0
    np.testing.assert_allclose(data["gdp"], chain().value_added.sum() / 365.0)


def test_a_run_stopped_by_the_user_keeps_the_days_it_has() -> None:
    def stop(done: int, total: int) -> None:
        assert total == 200
        if done >= 60:
            raise KeyboardInterrupt

    result = simulate(chain(), scenario(oil_cut(), days=200, **STILL), progress=stop)
    assert result.outcome is Outcome.INTERRUPTED
    whole = simulate(chain(), scenario(oil_cut(), days=200, **STILL))
    days = result.data.sizes["day"]
    assert 60 <= days < 200
    assert whole.outcome is Outcome.COMPLETED
    np.testing.assert_array_equal(result.data["output"], whole.data["output"][:days])
    assert cause(result, "mill") == cause(whole, "mill")


def test_progress_ends_with_all_days() -> None:
    seen: list[tuple[int, int]] = []
    simulate(chain(), scenario(days=100), progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (100, 100)
    assert [done for done, _ in seen] == sorted({done for done, _ in seen})


@pytest.mark.parametrize(
    "difference",
    [
        {"days": 50},
        {"production": "linear"},
        {"rationing": "priority", "priority": [["mill"]]},
        {"imports": {"default": "competitive"}},
        {"steps_per_day": 2},
        {"preset": "boario"},
    ],
)
def test_scenarios_of_different_networks_are_not_run_side_by_side(difference: dict[str, Any]) -> None:
    with pytest.raises(ScenarioError, match=r"scenario 1 \(scenario\): differs from the first"):
        simulate_many(chain(), [scenario(), scenario(**difference)])


def test_unknown_products_in_a_behaviour_are_refused_with_the_nearest() -> None:
    wrong = scenario(inventory_days={"default": 10, "products": {"oli": 5.0}})
    with pytest.raises(ScenarioError, match="unknown product 'oli' — did you mean 'oil'"):
        simulate(chain(), wrong)


def test_the_record_holds_what_is_needed_to_run_again() -> None:
    one = scenario(oil_cut(), **STILL)
    record = simulate(chain(), one).record
    assert type(one).model_validate(record.scenario) == one
    assert record.economy["digest"] == chain().digest
    assert record.parameters["inventory_days"] == 10.0
    assert {"autarky", "numpy", "numba"} <= set(record.versions)
