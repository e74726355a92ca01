"""Extraction and concentration on WIOD 2011: Korea's numbers, against plain numpy on the whole table."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from autarky.accounts import Accounts, open_accounts
from autarky.dependence.concentration import (
    eu_dependency_indicators,
    import_concentration,
    single_point_of_failure,
    world_export_concentration,
)
from autarky.dependence.extraction import (
    hypothetical_extraction,
    import_extraction,
    import_requirement_at_risk,
    trade_extraction,
)
from autarky.sources.wiod2013 import read_wiod2013

MINING, CARS = "c2", "c15"


@pytest.fixture(scope="module")
def korea(shared_data: Path) -> Accounts:
    economy = read_wiod2013(shared_data / "wiod2013" / "wiod2013_2011_41x35.csv.gz")
    return open_accounts(economy, ("KOR",))


def lost(korea: Accounts, A: np.ndarray, Y: np.ndarray) -> np.ndarray:
    return np.asarray(korea.economy.x - np.linalg.solve(np.eye(len(A)) - A, Y.sum(axis=1)))


def test_without_its_car_industry_korea_and_the_world_lose_what_numpy_says(korea: Accounts) -> None:
    economy = korea.economy
    j = economy.industries.labels.index(f"KOR.{CARS}")
    A, Y = economy.A.copy(), economy.Y.copy()
    A[j], A[:, j], Y[j] = 0.0, 0.0, 0.0
    expected = lost(korea, A, Y)
    output, added = hypothetical_extraction(korea)
    own = output.sel(industry=f"KOR.{CARS}", where="own").item()
    assert own == economy.x[j] == 236_638
    home = output.sel(industry=f"KOR.{CARS}", where="others_at_home").item()
    assert home == pytest.approx(expected[korea.positions].sum() - expected[j], rel=1e-9)
    total = added.sel(industry=f"KOR.{CARS}").sum().item()
    assert total == pytest.approx(expected @ (economy.value_added[0] / economy.x.clip(1)), rel=1e-9)


def test_without_chinas_deliveries_and_without_trade_with_china(korea: Accounts) -> None:
    economy = korea.economy
    region = np.array([region for region, _ in economy.industries.pairs])
    buyer = np.array([user.region for user in economy.final_users])
    A, Y = economy.A.copy(), economy.Y.copy()
    A[np.ix_(region == "CHN", region == "KOR")] = Y[np.ix_(region == "CHN", buyer == "KOR")] = 0.0
    expected = lost(korea, A, Y)
    output, _ = import_extraction(korea, by="origin")
    parts = [expected[region == "KOR"].sum(), expected[region != "KOR"].sum()]
    assert output.sel(origin="CHN").values == pytest.approx(parts, rel=1e-8)
    A[np.ix_(region == "KOR", region == "CHN")] = Y[np.ix_(region == "KOR", buyer == "CHN")] = 0.0
    expected = lost(korea, A, Y)
    output, _ = trade_extraction(korea)
    china = output.sel(origin="CHN")
    assert china.sel(where="home").item() == pytest.approx(expected[region == "KOR"].sum(), rel=1e-8)
    assert china.sel(where="partner").item() == pytest.approx(expected[region == "CHN"].sum(), rel=1e-8)


def test_what_contains_imports_adds_to_the_imports_of_the_table(korea: Accounts) -> None:
    at_risk = import_requirement_at_risk(korea, by="all").sel(origin="all")
    carried = at_risk.sel(contained_in=["home_final_use", "exports"]).sum().item()
    assert carried == pytest.approx(korea.imports.sum(), rel=1e-9)
    L = np.linalg.inv(np.eye(35) - korea.A)
    content = (korea.A_imported @ L).sum(axis=0)
    assert at_risk.sel(contained_in="value_added").item() == pytest.approx(content @ korea.value_added)


def test_the_concentration_of_koreas_mining_imports(korea: Accounts) -> None:
    economy = korea.economy
    rows = np.array([sector == MINING for _, sector in economy.industries.pairs])
    region = np.array([region for region, _ in economy.industries.pairs])
    buyer = np.array([user.region for user in economy.final_users])
    sold = economy.Z[rows][:, region == "KOR"].sum(axis=1) + economy.Y[rows][:, buyer == "KOR"].sum(axis=1)
    sold[economy.industries.regions.index("KOR")] = 0.0
    share = sold / sold.sum()
    hhi = import_concentration(korea).sel(product=MINING, use="total")
    assert hhi.values == pytest.approx([share @ share] * 2, rel=1e-12)
    assert 0.48 < share @ share < 0.4815
    _, exceeded = eu_dependency_indicators(korea)
    assert exceeded.sel(product=MINING, condition=["CDI1", "CDI3"]).values.tolist() == [1.0, 1.0]
    exports = np.array(
        [
            economy.Z[i][region != region[i]].sum() + economy.Y[i][buyer != region[i]].sum()
            for i in np.flatnonzero(rows)
        ]
    )
    assert exports.min() == -205  # Lithuania: stocks abroad ran down, which is no supply
    world = exports.clip(0) / exports.clip(0).sum()
    assert world_export_concentration(korea).sel(product=MINING).item() == pytest.approx(world @ world)
    top = single_point_of_failure(korea).sel(product=MINING)
    assert top.coords["top_exporter"].item() == "RoW"
    assert top.sel(share="world_exports_lost").item() == pytest.approx(world.max())
    assert top.sel(share="imports_lost").item() == pytest.approx(share[-1])
