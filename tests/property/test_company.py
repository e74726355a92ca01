"""A scenario alone and the same scenario among others come out the same, to the last byte."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autarky.economy import Economy, FinalUseKind, FinalUser, ImportTreatment, Industries, Provenance
from autarky.results import SimulationResult
from autarky.scenario import Scenario
from autarky.simulation import run
from autarky.simulation.run import simulate, simulate_many
from cases import Case, cases, day, law
from made_economies import make_shocks

DAYS = 40


def _same(one: SimulationResult, other: SimulationResult) -> None:
    assert one.outcome == other.outcome
    assert set(one.data.variables) == set(other.data.variables)
    for name, mine in one.data.variables.items():
        assert mine.values.tobytes() == other.data[name].values.tobytes(), name


def _others(case: Case, rng: np.random.Generator, count: int) -> list[Scenario]:
    """Scenarios that may stand beside the case's: other shocks, stocks, overtime, moves, the same network."""
    preset = case.preset
    others = []
    for _ in range(count):
        changes: dict[str, Any] = {
            "inventory_days": float(rng.choice([1.0, 20.0, 60.0])),
            "restocking_days": float(rng.choice([1.0, 40.0])),
            "initial_stocks": float(rng.choice([0.3, 1.0])),
            "negligible_share": float(rng.choice([0.0, 0.001, 0.1])),
            "importance": float(rng.choice([0.0, 0.5, 1.0])),
            "overtime": {"max": float(rng.choice([1.0, 1.5])), "days": 30.0},
        }
        if preset == "autarky":
            changes["substitution_days"] = [2.0, 50.0, "off"][int(rng.integers(3))]
            changes["utilisation"] = float(rng.choice([1.0, 0.7]))
        others.append(case.scenario(DAYS, make_shocks(rng, case.economy(), DAYS), **changes))
    return others


@law(50)
@given(cases(), st.integers(1, 17), st.integers(0, 17), st.integers(0, 2**32 - 1))
def test_company_does_not_change_a_byte(case: Case, count: int, place: int, seed: int) -> None:
    economy, scenario = case.economy(), case.scenario(DAYS)
    company = _others(case, np.random.default_rng(seed), count)
    place = min(place, count)
    together = simulate_many(economy, [*company[:place], scenario, *company[place:]], record_inventory=True)
    _same(simulate(economy, scenario, record_inventory=True), together[place])


def test_boario_judges_closeness_for_each_scenario_by_itself() -> None:
    """A ripple so small that alone all stocks stand still; beside a real shock they must stand still too."""
    case = Case(5, national=False, sectors=3, regions=2, preset="boario")
    rest = {"initial_stocks": 1.0, "steps_per_day": 1}
    ripple = {"kind": "demand_change", "from": day(3), "users": "households", "factor": 1.0 + 1e-6}
    loss = {"kind": "capacity_loss", "from": day(3), "share": 0.5}
    economy, still = case.economy(), case.scenario(DAYS, [ripple], **rest)
    alone = simulate(economy, still, record_inventory=True)
    together = simulate_many(economy, [still, case.scenario(DAYS, [loss], **rest)], record_inventory=True)
    _same(alone, together[0])


@pytest.fixture(scope="module")
def large() -> Economy:
    """12 regions × 45 sectors: large enough for threads."""
    rng = np.random.default_rng(0)
    R, S = 12, 45
    n = R * S
    Z = rng.lognormal(0.0, 1.0, (n, n))
    Z /= Z.sum(axis=0) * 2.0
    finals = [FinalUser(f"R{r}", "HH", FinalUseKind.HOUSEHOLDS) for r in range(R)]
    Y = rng.lognormal(0.0, 1.0, (n, R))
    x = np.linalg.solve(np.eye(n) - Z, Y.sum(axis=1))
    Z *= x
    return Economy(
        name="large",
        year=2019,
        currency="USD",
        unit="million USD",
        valuation="basic prices",
        industries=Industries(tuple(f"R{r}" for r in range(R)), tuple(f"S{s}" for s in range(S))),
        Z=Z,
        final_users=tuple(finals),
        Y=Y,
        value_added_names=("value added",),
        value_added=(x - Z.sum(axis=0))[None, :],
        import_treatment=ImportTreatment.MULTI_REGIONAL,
        provenance=Provenance("large", "assumption: random numbers"),
    )


def _large_scenarios(rationing: str) -> list[Scenario]:
    cut = {"kind": "trade_cut", "from": "2020-01-03", "origin": "R3", "share_kept": 0.1}
    loss = {"kind": "capacity_loss", "from": "2020-01-02", "regions": "R5", "share": 0.7}
    priority = {"priority": [["households"], ["S1", "S2"]]} if rationing == "priority" else {}
    return [
        Scenario.model_validate(
            {
                "start": "2020-01-01",
                "days": 25,
                "shocks": shocks,
                "behaviour": {"rationing": rationing, "inventory_days": days, **priority},
            }
        )
        for shocks, days in (([cut], 5.0), ([loss], 10.0), ([cut, loss], 3.0))
    ]


@pytest.mark.parametrize("rationing", ["proportional", "priority"])
def test_threads_and_company_do_not_change_a_byte(
    large: Economy, rationing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenarios = _large_scenarios(rationing)
    monkeypatch.setattr(run, "_WORTH_THREADS", np.inf)
    alone = [simulate(large, scenario) for scenario in scenarios]
    monkeypatch.setattr(run, "_WORTH_THREADS", 0)
    before = numba.get_num_threads()
    try:
        for threads in {1, min(2, numba.config.NUMBA_NUM_THREADS)}:
            numba.set_num_threads(threads)
            for one, together in zip(alone, simulate_many(large, scenarios), strict=True):
                _same(one, together)
    finally:
        numba.set_num_threads(before)
