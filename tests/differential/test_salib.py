"""Sobol indices are those of SALib, given the same draws: of the Ishigami function and of our own model."""

from __future__ import annotations

import datetime

import numpy as np
import pytest

from autarky.results import MEASURES
from autarky.scenario import Behaviour, Overtime, PerProduct, Scenario, TradeCut
from autarky.sensitivity import analyse, sobol_indices
from autarky.sensitivity.indices import Estimates
from autarky.simulation import simulate_panel
from autarky.sources import embedded
from sensitivity_cases import Floats, ensemble, ishigami, saltelli, split

sobol = pytest.importorskip("SALib.analyze.sobol")


def salib(outputs: Floats, D: int) -> tuple[Floats, Floats]:
    """First and total indices by SALib, which wants A, AB_0 … AB_{D−1}, B row by row."""
    blocks = outputs.reshape(D + 2, -1)
    rows = np.concatenate([blocks[:1], blocks[2:], blocks[1:2]]).T.ravel()
    problem = {"num_vars": D, "names": [f"p{d}" for d in range(D)], "bounds": [[0, 1]] * D}
    found = sobol.analyze(problem, rows, calc_second_order=False, num_resamples=2, seed=1)
    return found["S1"], found["ST"]


def same(outputs: Floats, D: int, found: Estimates, column: int) -> None:
    """The estimates of one measure agree to 1e-10."""
    first, total = salib(outputs, D)
    np.testing.assert_allclose(found.first[0][:, column], first, rtol=0, atol=1e-10)
    np.testing.assert_allclose(found.total[0][:, column], total, rtol=0, atol=1e-10)


@pytest.mark.parametrize("shift", [0.0, 1000.0])
def test_ishigami(shift: float) -> None:
    outputs = ishigami(saltelli(512, 3)) + shift
    same(outputs, 3, sobol_indices(*split(outputs, 3), resamples=2), 0)


def test_our_own_model() -> None:
    """Electronics imports of the US cut for 40 days: stocks, share kept, overtime; 8 base rows, 40 runs."""
    points = saltelli(8, 3)
    start = datetime.date(2024, 1, 1)
    scenarios = [
        Scenario(
            start=start,
            days=50,
            shocks=(
                TradeCut.model_validate(
                    {
                        "products": ["334"],
                        "from": start,
                        "until": start + datetime.timedelta(40),
                        "share_kept": float(p[1]) / 2,
                    }
                ),
            ),
            behaviour=Behaviour(
                inventory_days=PerProduct(default=2 + 20 * float(p[0])),
                overtime=Overtime(max=1 + float(p[2]) / 2, days=100),
            ),
        )
        for p in points
    ]
    measured = simulate_panel(embedded("usa-2023"), scenarios)["measured"].values
    columns = {name: measured[:, m] for m, name in enumerate(MEASURES)}
    result = ensemble(points, columns, design="saltelli", base=8)
    found = {answer.measure: answer for answer in analyse(result).indices}
    told = 0
    for name in ("gdp_lost", "gdp_lost_at_most", "consumption_lost", "consumption_lost_at_most", "falls"):
        first, total = salib(columns[name], 3)
        by_name = {index.parameter: index for index in found[name].indices}
        assert found[name].rows == 8
        for d in range(3):
            assert by_name[f"p{d}"].first == pytest.approx(first[d], abs=1e-10)
            assert by_name[f"p{d}"].total == pytest.approx(total[d], abs=1e-10)
            told += total[d] > 0.05
    assert told >= 5  # the parameters matter: it was not zero held against zero
