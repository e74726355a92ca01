"""Import content of WIOD 2011 to the digits of an independent calculation, and of true import matrices."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autarky.accounts import open_accounts
from autarky.dependence.import_content import imports_embodied, vertical_specialisation
from autarky.dependence.proportionality import misplaced_imports, proportional_imports
from autarky.dependence.self_sufficiency import self_sufficiency_ratio
from autarky.dependence.value_added_in_exports import (
    domestic_value_added_share_of_exports,
    foreign_value_added_share_of_exports,
    value_added_share_of_exports,
)
from autarky.economy import Economy, FinalUseKind, FinalUser
from autarky.sources.bea import read_bea
from autarky.sources.ons import read_ons
from autarky.sources.wiod2013 import UNALLOCATED, read_wiod2013

REFERENCE = "reference_indicators_2011_41x35.json"
COUNTRIES = ("CHN", "DEU", "IDN", "JPN", "KOR", "RUS", "TWN", "USA")


@pytest.fixture(scope="module")
def world(shared_data: Path) -> Economy:
    """The table with printed output: what its whole numbers fall short of it is used by nobody."""
    economy = read_wiod2013(shared_data / "wiod2013" / "wiod2013_2011_41x35.csv.gz")
    assert economy.reported_output is not None
    gap = economy.reported_output - economy.x
    return replace(
        economy,
        final_users=(*economy.final_users, FinalUser(UNALLOCATED, "DISC", FinalUseKind.DISCREPANCY)),
        Y=np.column_stack([economy.Y, gap]),
    )


@pytest.fixture(scope="module")
def reference(shared_data: Path) -> dict[str, Any]:
    indicators: dict[str, Any] = json.loads(
        (shared_data / "wiod2013" / REFERENCE).read_text(encoding="utf-8")
    )
    return indicators


def test_foreign_value_added_in_exports_has_the_four_digits_calculated_elsewhere(
    world: Economy, reference: dict[str, Any]
) -> None:
    # The file calls it VS share; it is V_foreign·L·e / Σe with the world's L.
    assert sorted(reference) == list(COUNTRIES)
    for country in COUNTRIES:
        accounts = open_accounts(world, (country,))
        foreign = foreign_value_added_share_of_exports(accounts).item()
        assert round(foreign, 4) == reference[country]["VS_share_of_exports"], country
        assert domestic_value_added_share_of_exports(accounts).item() == pytest.approx(1 - foreign)
        # What returns home is all that lies between the two.
        assert foreign < vertical_specialisation(accounts).item() < foreign + 0.014


def test_the_imported_share_of_inputs_has_the_four_digits_calculated_elsewhere(
    world: Economy, reference: dict[str, Any]
) -> None:
    for country in COUNTRIES:
        accounts = open_accounts(world, (country,))
        imported, home = accounts.imported_intermediate.sum(), accounts.Z.sum()
        share = reference[country]["imported_share_intermediate"]
        assert round(imported / (imported + home), 4) == share, country


def test_every_import_of_korea_ends_in_a_final_use(shared_data: Path) -> None:
    world = read_wiod2013(shared_data / "wiod2013" / "wiod2013_2011_41x35.csv.gz")
    accounts = open_accounts(world, ("KOR",))
    embodied = imports_embodied(accounts, by="source")
    scale = accounts.imports.sum()
    assert np.abs(embodied.sum(["route", "final_user"]).values - accounts.imports).max() < 1e-12 * scale


def test_a_bloc_of_all_but_one_has_that_one_as_its_only_origin(world: Economy) -> None:
    rest = tuple(region for region in world.industries.regions if region != "KOR")
    accounts = open_accounts(world, rest)
    shares = value_added_share_of_exports(accounts)
    foreign = foreign_value_added_share_of_exports(accounts).item()
    assert foreign == pytest.approx(shares.sel(origin="KOR").item())
    assert imports_embodied(accounts, by="origin")["origin"].values.tolist() == ["KOR"]
    assert accounts.imports.sum() == open_accounts(world, ("KOR",)).exports.sum()


def test_proportionality_moves_a_fifth_of_british_imports_and_a_seventh_of_american_ones(
    shared_data: Path,
) -> None:
    kingdom = open_accounts(read_ons(shared_data / "uk2010_ons"))
    states = open_accounts(read_bea(shared_data / "bea_us", year=2023))
    for accounts, about in ((kingdom, 1 / 5), (states, 1 / 7)):
        # Without a gate by gate account: products that home makes, users without negative entries.
        sectors = [sector for _, sector in accounts.industries]
        made = [sectors.index(source.product) for source in accounts.sources if source.product in sectors]
        rows = [source.product in sectors for source in accounts.sources]
        imported = np.hstack([accounts.imported_intermediate, accounts.imported_final])[rows]
        home = np.hstack([accounts.Z, accounts.final])[made]
        counted = (imported >= 0) & (home >= 0)
        used = np.where(counted, imported + home, 0.0)
        of_each = (imported * counted).sum(axis=1) / np.maximum(used.sum(axis=1), 1e-9)
        moved = np.abs(used * of_each[:, None] - imported * counted).sum() / 2
        all_imported = np.abs(accounts.imported_intermediate).sum() + np.abs(accounts.imported_final).sum()
        share = misplaced_imports(accounts).item()
        assert share == pytest.approx(moved / all_imported)
        assert share == pytest.approx(about, abs=0.02)
        # The ratios ask who made and who imported, not who used: they are the same.
        assert self_sufficiency_ratio(proportional_imports(accounts)).values == pytest.approx(
            self_sufficiency_ratio(accounts).values, nan_ok=True
        )
