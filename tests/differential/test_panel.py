"""The panel of an ensemble against its slow twin, which reads the same numbers from labelled runs."""

from __future__ import annotations

import numpy as np
import pytest

from autarky.scenario import Scenario
from autarky.simulation import simulate_panel
from made_economies import make_economy, make_scenario
from reference.panel import panel_of

DAYS = 40


def _scenarios(rng: np.random.Generator, economy: object, preset: str, draws: int) -> list[Scenario]:
    """Draws that differ in shocks, stocks, and in what shapes the network."""
    functions = ("leontief", "critical", "linear")
    return [
        make_scenario(rng, economy, DAYS, preset, functions[k % 3 if k > 2 else 0], "proportional")
        for k in range(draws)
    ]


@pytest.mark.parametrize("seed", range(6))
def test_a_panel_holds_what_the_runs_say(seed: int) -> None:
    rng = np.random.default_rng(seed)
    preset = ("autarky", "boario")[seed % 2]
    economy = make_economy(rng, negative_inventories=preset == "autarky", oddities=True)
    steps = make_scenario(rng, economy, DAYS, preset, "leontief", "proportional").behaviour.steps_per_day
    scenarios = [
        scenario.model_copy(
            update={"behaviour": scenario.behaviour.model_copy(update={"steps_per_day": steps})}
        )
        for scenario in _scenarios(rng, economy, preset, 10)
    ]
    ours, theirs = simulate_panel(economy, scenarios), panel_of(economy, scenarios)
    assert set(ours.data_vars) == set(theirs.data_vars)
    assert {name: list(ours[name].values) for name in ("industry", "need", "need_region", "measure")} == {
        name: list(theirs[name].values) for name in ("industry", "need", "need_region", "measure")
    }
    for name in theirs.data_vars:
        assert ours[name].dims == theirs[name].dims, name
        np.testing.assert_allclose(ours[name].values, theirs[name].values, rtol=1e-6, atol=1e-9, err_msg=name)


def test_a_draw_has_the_same_bytes_whatever_its_company() -> None:
    rng = np.random.default_rng(7)
    economy = make_economy(rng, negative_inventories=True, oddities=True)
    scenarios = [
        scenario.model_copy(update={"behaviour": scenario.behaviour.model_copy(update={"steps_per_day": 1})})
        for scenario in _scenarios(rng, economy, "autarky", 21)
    ]
    for precision in ("float64", "float32"):
        together = simulate_panel(economy, scenarios, precision=precision)
        backwards = simulate_panel(economy, scenarios[::-1], precision=precision)
        for k in (0, 8, 20):
            alone = simulate_panel(economy, [scenarios[k]], precision=precision)
            for name, values in alone.data_vars.items():
                if "draw" in values.dims:
                    mine = values.values[0].tobytes()
                    assert together[name].values[k].tobytes() == mine, (name, k)
                    assert backwards[name].values[20 - k].tobytes() == mine, (name, k)
