"""Foreign exchange keeps its books: nothing moves without a shock, no import is unpaid, no money appears."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from autarky.economy import Economy
from autarky.scenario import Scenario
from autarky.simulation.run import simulate, simulate_many
from cases import Case, law
from made_economies import make_economy, make_scenario
from made_payments import make_payments

DAYS = 60

PURSES = st.builds(
    Case,
    seed=st.integers(0, 2**32 - 1),
    national=st.just(True),
    sectors=st.integers(2, 4),
    regions=st.just(1),
    production=st.sampled_from(("leontief", "critical", "linear")),
    rationing=st.sampled_from(("proportional", "priority")),
)


def payments(case: Case) -> dict[str, Any]:
    return make_payments(np.random.default_rng([case.seed, 3]), case.economy(), DAYS)


def day_of(case: Case, given: dict[str, Any], scale: float = 1.0, **changes: Any) -> xr.Dataset:
    scenario = case.scenario(DAYS, steps_per_day=1, foreign_exchange=given, **changes)
    return simulate(case.economy(scale), scenario).data


@law(5)
@given(PURSES, st.sampled_from([0.0, 1000.0]))
def test_the_base_year_stands_still_for_ten_years(case: Case, reserves: float) -> None:
    """Whoever is paid first, whatever is processed, and without a single coin in reserve."""
    declared = payments(case)
    still = {name: declared[name] for name in ("first_paid", "processing") if name in declared}
    fx = {"reserves": reserves, "spending_days": 1.0, **still}
    scenario = case.scenario(3650, [], initial_stocks=1.0, steps_per_day=1, foreign_exchange=fx)
    data = simulate(case.economy(), scenario).data
    for name in ("output", "consumption", "gate_delivery", "export_earnings", "import_payments"):
        base = data[f"{name}_base"].values
        assert (np.abs(data[name].values - base) <= 1e-9 * np.abs(base).max(initial=0.0)).all(), name
    assert not data["money_bound"].any() and not data["arrears"].any()
    assert np.abs(data["reserves"] - reserves).max() <= 1e-9 * float(data["import_payments_base"]) * 365


@law(15)
@given(PURSES)
def test_the_books_close_every_day_and_nothing_is_bought_on_tick(case: Case) -> None:
    given = payments(case)
    data = day_of(case, given)
    money = float(data["import_payments_base"]) + float(data["export_earnings_base"])
    before = data["reserves"].shift(day=1, fill_value=given["reserves"])
    came = data["export_earnings"] + data["unrecorded_finance"]
    owed = data["arrears"] - data["arrears"].shift(day=1, fill_value=0.0)
    left = before + came - data["import_payments"] - data["debt_service"] + owed
    assert np.abs(left - data["reserves"]).max() <= 1e-9 * money
    assert (data["import_payments"] <= data["purse"] * (1 + 1e-12)).all()
    assert (data["reserves"] >= 0).all() and (owed >= 0).all()
    # Imports leave the minimum alone.
    spent = data["import_payments"] > np.maximum(came - data["debt_service"], 0.0) + 1e-9 * money
    assert (data["reserves"].values[spent.values] >= given["minimum"] - 1e-9 * money).all()


@law(15)
@given(PURSES)
def test_who_is_paid_later_gets_nothing_while_somebody_before_him_is_short(case: Case) -> None:
    given = payments(case)
    data = day_of(case, given)
    ranks = given.get("first_paid", [])
    rank = np.array(
        [next((k for k, r in enumerate(ranks) if p in r), len(ranks)) for p in data["gate_product"].values]
    )
    share, sent = data["import_paid_share"].values, data["gate_delivery"].values
    costs = all(change["factor"] > 0.0 for change in given.get("import_prices", []))
    for first in range(len(ranks) if costs else 0):
        short = (share[:, rank == first] < 1 - 1e-6).any(axis=1)
        later = sent[:, rank > first] - exogenous(case.economy())[rank > first]
        assert (later[short] <= 1e-9 * data["gate_delivery_base"].values.max()).all()
    if not ranks and costs:
        asked = share < 1.0
        for day in np.flatnonzero(asked.any(axis=1)):
            assert np.ptp(share[day][asked[day]]) <= 1e-9


def exogenous(economy: Economy) -> np.ndarray:
    """Supply of each gate that is not bought, per day."""
    return np.maximum(-economy.imports_final, 0.0).sum(axis=1) / 365.0


@law(6)
@given(PURSES, st.sampled_from([1e-3, 1300.0]))
def test_another_currency_changes_no_share(case: Case, scale: float) -> None:
    given = payments(case)
    other = {**given, "reserves": given["reserves"] * scale, "minimum": given["minimum"] * scale}
    if "debt_service" in given:
        debt = given["debt_service"]
        other["debt_service"] = {**debt, "per_year": debt["per_year"] * scale}
    shocks = [shock for shock in case.shocks(DAYS) if "ceiling" not in shock]
    mine = simulate(case.economy(), case.scenario(DAYS, shocks, steps_per_day=1, foreign_exchange=given)).data
    scenario = case.scenario(DAYS, shocks, steps_per_day=1, foreign_exchange=other)
    theirs = simulate(case.economy(scale), scenario).data
    for name in ("output", "gate_delivery", "export_earnings", "reserves", "arrears"):
        size = np.abs(mine[name].values).max(initial=0.0) + mine["output_base"].values.max()
        assert np.abs(theirs[name].values / scale - mine[name].values).max(initial=0.0) <= 1e-9 * size, name


@law(6)
@given(PURSES, st.integers(1, 9))
def test_a_purse_does_not_depend_on_its_company(case: Case, count: int) -> None:
    given = payments(case)
    alone = case.scenario(DAYS, steps_per_day=1, foreign_exchange=given)
    others = []
    for k in range(count):
        money = {**given, "reserves": given["reserves"] + 10.0 * k, "minimum": 5.0 * k}
        if "processing" in given:
            money["processing"] = [{**given["processing"][0], "share_of_exports": 0.1 * k}]
        others.append(case.scenario(DAYS, [], steps_per_day=1, foreign_exchange=money))
    together = simulate_many(case.economy(), [*others, alone])[-1]
    for name, mine in simulate(case.economy(), alone).data.variables.items():
        assert mine.values.tobytes() == together.data[name].values.tobytes(), name


@pytest.mark.parametrize("seed", range(12))
def test_more_reserves_never_bring_less_in(seed: int) -> None:
    """What is imported, and what final users receive, in total over a run.

    No theorem, and not so of output: in some of these economies more money for imports that compete with home
    products leaves less to be made at home, by up to 6 % (seed 20 of the draws this was looked for in).
    """
    rng = np.random.default_rng([seed, 23])
    economy = make_economy(rng, national=True)
    given = make_scenario(rng, economy, DAYS, production=("leontief", "critical", "linear")[seed % 3])
    declared = given.model_dump(by_alias=True)
    declared["behaviour"] |= {"steps_per_day": 1, "rationing": "proportional"}
    money = make_payments(rng, economy, DAYS)
    declared["shocks"] = [
        *declared["shocks"][:1],
        {"kind": "demand_change", "users": ["exports"], "from": "2020-01-05", "factor": 0.1},
    ]
    a_day = float(economy.imports_intermediate.sum() + economy.imports_final.sum()) / 365.0
    scenarios = []
    for days in (0, 1, 3, 10, 30):
        declared["behaviour"]["foreign_exchange"] = {**money, "reserves": days * a_day}
        scenarios.append(Scenario.model_validate(declared))
    results = [result.data for result in simulate_many(economy, scenarios)]
    for name in ("import_payments", "consumption"):
        totals = [float(data[name].sum()) for data in results]
        assert all(more >= less * (1 - 1e-9) for less, more in pairwise(totals)), name
