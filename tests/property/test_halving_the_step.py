"""Cutting the day into steps moves an annual loss by under 1 %: lasting cuts, long stocks, slow restocking.

That is 45 days of stock and 30 of restocking, or more. A step is also the time a delivery takes and the stock
below which output is throttled, so the error is of first order in the step. With stocks of a few days, with
restocking so fast that a collapsed economy flickers, with partial losses that spread slowly through a chain,
and with linear production it is larger: see docs/model.md.
"""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from autarky.simulation import simulate
from cases import Case, day, law, scenario

A_YEAR = 365

economies = st.builds(
    Case,
    seed=st.integers(0, 2**32 - 1),
    national=st.booleans(),
    sectors=st.integers(2, 5),
    regions=st.integers(2, 4),
    production=st.sampled_from(("leontief", "critical")),
)


def _annual_loss(case: Case, behaviour: dict[str, Any], steps: int) -> float:
    """Output lost in a year, as a share of the base year's."""
    cut = {"kind": "trade_cut", "from": day(10), "share_kept": 0.0}
    behaviour = {**behaviour, "production": case.production, "steps_per_day": steps}
    data = simulate(case.economy(), scenario(A_YEAR, [cut], behaviour)).data
    base = float(data["output_base"].sum()) * A_YEAR
    return 1.0 - float(data["output"].sum()) / base


@law(25)
@given(economies, st.floats(45.0, 120.0), st.floats(30.0, 120.0))
def test_halving_the_step_moves_an_annual_loss_by_under_a_hundredth(
    case: Case, inventory: float, restocking: float
) -> None:
    behaviour = {"inventory_days": inventory, "restocking_days": restocking}
    once, twice, four = (_annual_loss(case, behaviour, steps) for steps in (1, 2, 4))
    small = 1e-5
    assert abs(twice - once) <= max(small, 0.01 * once)
    assert abs(four - twice) <= max(small, 0.01 * twice)
