"""Foreign input reliance of manufacturing on WIOD 2011 is the independent computation's, to its digits."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autarky.accounts import open_accounts
from autarky.dependence.exposure import foreign_input_reliance, hidden_exposure, territorial_input_reliance
from autarky.dependence.position import upstreamness
from autarky.economy import Economy, FinalUseKind, FinalUser
from autarky.sources.wiod2013 import UNALLOCATED, read_wiod2013

MANUFACTURING = [f"c{number}" for number in range(3, 17)]
HALF_A_DIGIT = 0.5e-4 * 1.001


@pytest.fixture(scope="module")
def world(shared_data: Path) -> Economy:
    return read_wiod2013(shared_data / "wiod2013" / "wiod2013_2011_41x35.csv.gz")


@pytest.fixture(scope="module")
def with_reported_output(world: Economy) -> Economy:
    """The same with the truncation gap as a final use: the reference divides by the column GO."""
    assert world.reported_output is not None
    gap = (world.reported_output - world.x)[:, None]
    user = FinalUser(UNALLOCATED, "DISC", FinalUseKind.DISCREPANCY)
    return replace(world, Y=np.hstack([world.Y, gap]), final_users=(*world.final_users, user))


@pytest.fixture(scope="module")
def reference(shared_data: Path) -> dict[str, Any]:
    file = shared_data / "wiod2013" / "reference_indicators_2011_41x35.json"
    loaded: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return loaded


def test_manufacturing_relies_on_inputs_from_abroad_as_the_reference_says(
    with_reported_output: Economy, reference: dict[str, Any]
) -> None:
    assert len(reference) == 8
    for country, expected in reference.items():
        accounts = open_accounts(with_reported_output, (country,))
        face, look, _ = territorial_input_reliance(accounts, sectors=MANUFACTURING).values
        assert abs(face - expected["mfg_face_value_foreign"]) <= HALF_A_DIGIT, country
        assert abs(look - expected["mfg_lookthrough_foreign"]) <= HALF_A_DIGIT, country
        if country != "CHN":
            on_china = territorial_input_reliance(accounts, sectors=MANUFACTURING, by_origin=True)
            face, look, _ = on_china.sel(origin="CHN").values
            assert abs(face - expected["mfg_face_CHN"]) <= HALF_A_DIGIT, country
            assert abs(look - expected["mfg_look_CHN"]) <= HALF_A_DIGIT, country


def test_output_as_the_rows_add_up_moves_the_reference_by_less_than_a_thousandth(
    world: Economy, reference: dict[str, Any]
) -> None:
    for country, expected in reference.items():
        accounts = open_accounts(world, (country,))
        face, look, _ = territorial_input_reliance(accounts, sectors=MANUFACTURING).values
        assert face == pytest.approx(expected["mfg_face_value_foreign"], abs=1e-3), country
        assert look == pytest.approx(expected["mfg_lookthrough_foreign"], abs=1e-3), country


def test_industries_that_buy_nothing_rely_on_nothing_that_is_defined(world: Economy) -> None:
    reliance = foreign_input_reliance(open_accounts(world, world.industries.regions[1:])).values
    buys = world.Z.sum(axis=0)[35:] > 0
    assert (~buys).sum() > 40
    assert np.array_equal(np.isnan(reliance), np.broadcast_to(~buys, reliance.shape))


def test_nothing_hidden_is_negative_in_the_world_of_2011(world: Economy) -> None:
    hidden = hidden_exposure(open_accounts(world, ("KOR",)))
    assert hidden.shape == (40, 35)
    made = ~np.isnan(hidden.values)
    assert made.sum() == 40 * 34  # no private household employs anybody in Korea's table
    assert (hidden.values[made] >= 0).all()


def test_metals_and_chemicals_of_korea_are_upstream_of_its_schools_and_buildings(world: Economy) -> None:
    ranked = upstreamness(open_accounts(world, ("KOR",))).to_series().dropna().sort_values()
    assert set(ranked.index[-3:]) == {"KOR.c2", "KOR.c12", "KOR.c9"}
    assert {"KOR.c32", "KOR.c18"} <= set(ranked.index[:4])
    assert ranked.min() >= 1.0
