"""Every study that comes with autarky, on its first days: nothing moves before a shock, nothing breaks."""

from __future__ import annotations

import datetime
from pathlib import Path

import numpy as np
import pytest

from autarky.scenario import ForeignExchange, Harvest, Scenario
from autarky.scenario.shocks import Starting
from autarky.simulation import simulate
from autarky.study_file import Study, read_study

ROOT = Path(__file__).parents[2]
STUDIES = sorted([*(ROOT / "studies").glob("*.yaml"), *(ROOT / "src/autarky/data/studies").glob("*.yaml")])
QUIET, DAYS = 14, 60
"""Days that are put before a study's first, and how many of its own are run."""


def _first_days(scenario: Scenario) -> Scenario:
    """A fortnight before the study begins and its first days, with what is dated no later than that."""
    start = scenario.start - datetime.timedelta(days=QUIET)
    end = scenario.start + datetime.timedelta(days=DAYS - 1)
    shocks = tuple(one for one in scenario.shocks if not (isinstance(one, Starting) and one.start > end))
    behaviour = scenario.behaviour
    if (money := behaviour.foreign_exchange) is not None:
        behaviour = behaviour.model_copy(update={"foreign_exchange": _until(money, end)})
    changes = {"start": start, "days": QUIET + DAYS, "shocks": shocks, "behaviour": behaviour}
    return scenario.model_copy(update=changes)


def _until(money: ForeignExchange, end: datetime.date) -> ForeignExchange:
    """Payments without what begins later."""
    changes: dict[str, object] = {}
    for name, value in money:
        if isinstance(value, Starting) and value.start > end:
            changes[name] = None
        elif isinstance(value, tuple):
            changes[name] = tuple(one for one in value if not (isinstance(one, Starting) and one.start > end))
    return money.model_copy(update=changes)


def _stands_still(scenario: Scenario) -> bool:
    """Whether its base year holds until a shock: not where a rule of allocation changes what is made."""
    allocation = scenario.behaviour.allocation
    rules = () if allocation is None else (*allocation.efficiency.values(),)
    owners = () if allocation is None else tuple(one.efficiency for one in allocation.ownership.values())
    return all(one is None or one.factor == 1.0 for one in (*rules, *owners))


@pytest.mark.parametrize("path", STUDIES, ids=lambda path: path.stem)
def test_its_first_days_are_finite_and_its_base_year_stands_until_something_happens(path: Path) -> None:
    study: Study = read_study(path)
    if study.scenario is None:
        assert study.plan is not None
        pytest.skip("it is planned, not run")
    scenario = _first_days(study.scenario)
    data = simulate(study.read_economy(), scenario).data
    assert data.sizes["day"] == QUIET + DAYS
    for name in ("output", "consumption", "gate_delivery"):
        values, base = data[name], data[f"{name}_base"]
        assert np.isfinite(values).all(), name
        assert float(values.min()) >= min(0.0, float(base.min())), name
        if _stands_still(scenario):
            moved = abs(values - base).isel(day=slice(0, QUIET))
            assert (moved <= 1e-9 * np.maximum(abs(base), 1e-6)).all(), name
    assert np.isfinite(data["demand"]).all()
    assert np.isfinite(data["gdp"]).all()
    assert (data["gdp"] >= 0.0).all()


def test_harvests_before_the_first_year_are_the_base_years() -> None:
    """What the fortnight before a study rests on: no study says anything of the year before it."""
    for path in STUDIES:
        scenario = read_study(path).scenario
        for shock in scenario.shocks if scenario is not None else ():
            if isinstance(shock, Harvest):
                years = [*shock.weather, *(shock.fertiliser.supply if shock.fertiliser else ())]
                assert all(int(year) >= scenario.start.year for year in years), path.name
