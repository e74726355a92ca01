"""float32 against float64: how far a panel moves when its numbers have seven digits instead of sixteen.

Bound, stated in ``simulate_panel``: losses differ by less than 1e-4 of the base year, and a series on any day
by less than 1e-2; days on which something first falls by at most one where it hangs on the last digit.
"""

from __future__ import annotations

import numpy as np
import pytest

from autarky.results import MEASURES
from autarky.simulation import simulate_panel
from autarky.study_file import packaged_study, read_study
from autarky.uncertainty import draw_up
from made_economies import make_economy, make_scenario

LOSSES = [position for position, name in enumerate(MEASURES) if name.endswith("_lost")]


def test_on_the_demo_losses_agree_to_a_ten_thousandth() -> None:
    study = read_study(packaged_study("demo"))
    economy = study.read_economy()
    assert study.uncertainty is not None
    draws = draw_up(study.uncertainty, study.scenario, economy)
    scenarios = [draws.scenario(i) for i in range(0, 1000, 40)]
    double = simulate_panel(economy, scenarios)
    single = simulate_panel(economy, scenarios, precision="float32")
    lost = double["measured"].values[:, LOSSES]
    assert lost.max() > 0.01, "the draws lose something"
    assert np.abs(single["measured"].values[:, LOSSES] - lost).max() < 1e-4
    for name in ("gdp", "household_consumption"):
        assert np.abs(single[name].values - double[name].values).max() < 1e-2
    both = (double["first_day_below"].values >= 0) & (single["first_day_below"].values >= 0)
    apart = np.abs(double["first_day_below"].values - single["first_day_below"].values)[both]
    assert (apart <= 1).mean() > 0.999


@pytest.mark.parametrize("seed", range(8))
def test_on_any_economy_losses_agree_to_a_ten_thousandth(seed: int) -> None:
    rng = np.random.default_rng(seed)
    economy = make_economy(rng, negative_inventories=True, oddities=True)
    production = ("leontief", "critical", "linear")[seed % 3]
    scenarios = [make_scenario(rng, economy, 60, "autarky", production, "proportional") for _ in range(6)]
    for scenario in scenarios:
        double = simulate_panel(economy, [scenario])["measured"].values[:, LOSSES]
        single = simulate_panel(economy, [scenario], precision="float32")["measured"].values[:, LOSSES]
        assert np.abs(single - double).max() < 1e-4


def test_nothing_moves_in_float32_without_a_shock() -> None:
    study = read_study(packaged_study("demo"))
    still = study.scenario.model_copy(update={"shocks": (), "days": 1000})
    panel = simulate_panel(study.read_economy(), [still], precision="float32")
    assert np.abs(panel["output"].values - 1.0).max() < 1e-5
