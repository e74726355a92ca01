"""Nothing is made beyond capacity, nobody gets what was not there, and a full cut lets nothing through."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from autarky.simulation import simulate
from cases import Case, base_use, cases, day, law

DAYS = 80
ROUNDING = 1.0 + 1e-12


@law(60)
@given(cases())
def test_output_stays_within_capacity_demand_and_stocks(case: Case) -> None:
    economy = case.economy()
    data = simulate(economy, case.scenario(DAYS), record_inventory=True).data
    output = data["output"].values
    assert (output >= 0).all()
    assert (output <= data["capacity"].values * ROUNDING).all()
    assert (output <= data["demand"].values * ROUNDING + 1e-12 * economy.x.max()).all()
    use = base_use(economy, data, negative=case.preset == "boario")
    assert (data["inventory"].values >= -1e-12 * use).all()
    assert (data["forgone_inputs"].values >= 0).all()


@law(40)
@given(cases("autarky"))
def test_final_users_get_no_more_than_they_wanted(case: Case) -> None:
    """Without moved orders; the next law is about those."""
    economy = case.economy()
    data = simulate(economy, case.scenario(DAYS, substitution_days="off")).data
    base = data["consumption_base"].values
    wanted = data["consumption"].values + data["unmet_final_demand"].values
    assert (data["consumption"].values >= 0).all()
    assert (data["unmet_final_demand"].values >= 0).all()
    raised = max([1.0, *(s["factor"] for s in case.shocks(DAYS) if s["kind"] == "demand_change")])
    most = base * raised ** sum(s["kind"] == "demand_change" for s in case.shocks(DAYS))
    assert (wanted <= most * ROUNDING).all(), "consumption and what is unmet add up to what is wanted"


@law(40)
@given(cases("autarky"), st.sampled_from([1.0, 5.0, 30.0]))
def test_moved_orders_bring_final_users_no_more_than_they_wanted(case: Case, moving: float) -> None:
    """Users split one order over suppliers: an old supplier that is back never overlaps with its stand-in."""
    economy = case.economy()
    shocks = [shock for shock in case.shocks(DAYS) if shock["kind"] != "demand_change"]
    data = simulate(economy, case.scenario(DAYS, shocks, substitution_days=moving)).data
    assert (data["consumption"].values <= data["consumption_base"].values * ROUNDING).all()


@law(30)
@given(cases("autarky"), st.integers(1, 30), st.integers(1, 30))
def test_nothing_arrives_through_a_full_cut(case: Case, start: int, length: int) -> None:
    economy = case.economy()
    regions = list(economy.industries.regions)
    cut = {
        "kind": "trade_cut",
        "from": day(start),
        "until": day(start + length - 1),
        "destination": regions,
        "share_kept": 0.0,
    }
    behaviour = {"imports": {"default": "non_competitive"}, "steps_per_day": 1}
    data = simulate(economy, case.scenario(DAYS, [cut], **behaviour), record_inventory=True).data
    cut_off = slice(start, start + length)
    abroad = data["slot_origin"].values == "abroad"
    arrived = np.diff(data["inventory"].values, axis=0)[start - 1 : start + length - 1, abroad]
    assert (arrived <= 1e-12 * base_use(economy, data)[abroad]).all()
    if case.national:
        assert (data["gate_delivery"].values[cut_off] == 0.0).all()
        at_home = set(economy.industries.sectors)
        imported_only = [product not in at_home for product in economy.products]
        inside = [user.region in regions for user in economy.final_users]
        assert (data["consumption"].values[cut_off][:, imported_only][:, :, inside] == 0.0).all()
