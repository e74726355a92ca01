"""The base year stands still, and shocks that change nothing change nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autarky.simulation import simulate
from cases import Case, base_use, cases, day, law

TEN_YEARS = 3650

AT_REST: dict[str, Any] = {"initial_stocks": 1.0}


@law(16)
@given(cases())
def test_the_base_year_stands_still_for_ten_years(case: Case) -> None:
    economy = case.economy()
    data = simulate(economy, case.scenario(TEN_YEARS, [], **AT_REST), record_inventory=True).data
    industries, final, gates = (
        data[f"{name}_base"].values for name in ("output", "consumption", "gate_delivery")
    )
    for name, base in (("output", industries), ("consumption", final), ("gate_delivery", gates)):
        drift = np.abs(data[name].values - base)
        assert (drift <= 1e-9 * np.abs(base) + 1e-15 * economy.x.sum()).all(), name
    stock = data["inventory"].values
    use = base_use(economy, data)
    assert (np.abs(stock - stock[0]) <= 1e-9 * np.abs(stock[0]) + 1e-9 * use).all()
    assert (data["first_day_below"].values == -1).all()


@law(30)
@given(cases(), st.sampled_from([0.0, 0.5, 7.0]))
def test_shocks_that_take_nothing_change_nothing(case: Case, ramp: float) -> None:
    """A cut that keeps everything, a loss of nothing, demand times one."""
    economy = case.economy()
    idle = [
        {"kind": "trade_cut", "from": day(3), "until": day(30), "share_kept": 1.0, "ramp_days": ramp},
        {"kind": "capacity_loss", "from": day(5), "until": day(20), "share": 0.0},
        {"kind": "demand_change", "from": day(7), "users": "households", "factor": 1.0, "ramp_days": ramp},
    ]
    data = simulate(economy, case.scenario(60, idle, **AT_REST)).data
    for name in ("output", "consumption", "gate_delivery"):
        base = data[f"{name}_base"].values
        assert np.abs(data[name].values - base).max(initial=0.0) <= 1e-9 * np.abs(base).max(initial=0.0)


@law(20)
@given(cases("autarky"))
def test_a_ceiling_of_the_base_flow_changes_nothing(case: Case) -> None:
    economy = case.economy()
    regions = economy.industries.regions
    flows = np.vstack(
        [np.hstack([economy.Z, economy.Y]), np.hstack([economy.imports_intermediate, economy.imports_final])]
    )
    places = [region for region, _ in economy.industries.pairs] + [
        user.region for user in economy.final_users
    ]
    origins = [region for region, _ in (*economy.industries.pairs, *economy.gates)]
    abroad = np.array([[here != there for there in places] for here in origins])
    to_home = np.array([place in regions for place in places])
    total = float(flows[abroad & to_home[None, :] & (flows > 0)].sum())
    for per, days in (("day", 365.0), ("month", 12.0), ("year", 1.0)):
        cut = {
            "kind": "trade_cut",
            "from": day(0),
            "destination": list(regions),
            "ceiling": {"value": total / days, "per": per},
        }
        data = simulate(economy, case.scenario(60, [cut], **AT_REST)).data
        base = data["output_base"].values
        assert np.abs(data["output"].values - base).max() <= 1e-9 * base.max(), per


@pytest.mark.parametrize("kept", [0.0, 0.3, 0.75])
@law(10)
@given(st.integers(0, 2**32 - 1))
def test_a_cut_of_all_gates_leaves_the_share_it_says(kept: float, seed: int) -> None:
    """From the day it starts every gate delivers its base flow times the share kept: orders are not below."""
    economy = Case(seed, national=True, sectors=3, regions=1).economy()
    case = Case(seed, national=True, sectors=3, regions=1)
    cut = {"kind": "trade_cut", "from": day(10), "destination": "NOR", "share_kept": kept}
    behaviour = {"inventory_days": 60.0, "overtime": {"max": 1.0}, **AT_REST, "import_spare": 0.0}
    data = simulate(economy, case.scenario(40, [cut], **behaviour)).data
    delivered, base = data["gate_delivery"].values, data["gate_delivery_base"].values
    np.testing.assert_allclose(delivered[:10], np.broadcast_to(base, (10, len(base))), rtol=1e-9)
    np.testing.assert_allclose(delivered[10:], np.broadcast_to(kept * base, (30, len(base))), rtol=1e-9)
