"""The studies of foreign exchange run, and say what their titles ask."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

from autarky.simulation import simulate
from autarky.sources import embedded
from autarky.study_file import read_study
from autarky.uncertainty.places import find

STUDIES = Path(__file__).parents[2] / "studies"


def run(name: str, **money: Any) -> xr.Dataset:
    study = read_study(STUDIES / f"{name}.yaml")
    given = study.scenario.model_dump(mode="json", by_alias=True)
    given["behaviour"]["foreign_exchange"] |= money
    return simulate(embedded("north-korea-2016"), type(study.scenario).model_validate(given)).data


def of_base(data: xr.Dataset, year: int) -> float:
    """A year's imports as a share of the base year's."""
    return float((data["import_payments"].sel(day=str(year)) / data["import_payments_base"]).mean())


def test_banned_exports_take_imports_with_them_as_far_as_nothing_else_pays() -> None:
    central = run("north-korea-export-ban")
    # Recorded: 2,600 of 3,730 million USD. The study's reserves are chosen for it; money is short all year.
    assert of_base(central, 2018) == pytest.approx(2600 / 3730, abs=0.03)
    assert central["money_bound"].sel(day="2018").mean() > 0.9
    ended = {"share": 0.0, "from": "2017-08-05"}
    bare = run("north-korea-export-ban", reserves=0.0, unrecorded=ended)
    paid, earned = (bare[name].sel(day="2018").values for name in ("import_payments", "export_earnings"))
    np.testing.assert_allclose(paid, earned, rtol=1e-9)
    assert of_base(bare, 2018) < 0.1
    rich = run("north-korea-export-ban", reserves=8000.0)
    assert of_base(bare, 2018) < of_base(central, 2018) < of_base(rich, 2018)


def test_what_is_paid_first_is_bought_while_there_is_money_for_it() -> None:
    data = run("north-korea-export-ban")
    share = data["import_paid_share"].sel(day="2019").mean("day")
    crude = share.where(data["gate_product"] == "crude_oil", drop=True)
    cloth = share.where(data["gate_product"] == "textiles", drop=True)
    assert float(crude.min()) == pytest.approx(1.0) and float(cloth.max()) < 0.8


def test_the_world_price_of_coal_and_ore_pays_for_what_unrecorded_finance_did() -> None:
    dear, cheap = run("north-korea-world-prices"), run("north-korea-world-prices", export_prices=[])
    assert of_base(dear, 2018) == pytest.approx(1.0, abs=1e-3)
    assert of_base(cheap, 2018) < 0.75


@pytest.mark.parametrize("name", ["north-korea-export-ban", "north-korea-world-prices"])
def test_every_range_sets_a_place_that_the_study_has(name: str) -> None:
    study = read_study(STUDIES / f"{name}.yaml")
    assert study.uncertainty is not None
    for parameter in study.uncertainty.parameters:
        places = [parameter.sets] if isinstance(parameter.sets, str) else parameter.sets
        assert places
        for place in places:
            assert find(place, study.scenario).central is not None, place
