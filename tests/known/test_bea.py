"""United States: BEA's published totals, and what its tables hold that no table should.

Figures: U.S. Bureau of Economic Analysis, Input-Output Accounts, before redefinitions, producers' prices
(files ``Summary_*_{2017,2023}`` and ``Detail_*_2017``).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from autarky import sources
from autarky.checks import Status, check
from autarky.economy import Economy, FinalUseKind
from autarky.errors import SourceError
from autarky.sources.bea import read_bea
from autarky.sources.csv_folder import write_csv_folder

pytestmark = pytest.mark.filterwarnings("error")


@pytest.fixture(scope="module")
def bea(shared_data: Path) -> Path:
    return shared_data / "bea_us"


@pytest.fixture(scope="module")
def summary(bea: Path) -> Economy:
    return read_bea(bea, year=2023)


@pytest.fixture(scope="module")
def detail(bea: Path) -> Economy:
    return read_bea(bea, level="detail")


def column(economy: Economy, category: str) -> int:
    return [user.category for user in economy.final_users].index(category)


def column_gap(economy: Economy) -> np.ndarray:
    blocks = (economy.Z, economy.imports_intermediate, economy.value_added, economy.adjustments)
    return sum(block.sum(axis=0) for block in blocks) - economy.x


def test_output_of_2023_is_the_published_48_386_792_million(summary: Economy) -> None:
    assert summary.reported_output is not None
    # 'Total Industry Output' of the make table, all industries; its cells are rounded.
    assert summary.reported_output.sum() == pytest.approx(48_386_792, abs=71)
    assert np.abs(summary.x - summary.reported_output).max() < 9
    assert np.abs(column_gap(summary)).max() < 9


def test_value_added_of_2023_is_gross_domestic_product(summary: Economy) -> None:
    # 'Total Value Added' of the use table, row sum over industries (V001 + V002 + V003).
    assert summary.value_added_names == ("V001", "V002", "V003")
    # GDP 2023 in BEA's National Income and Product Accounts, 2024 annual update: 27,720.7 billion USD.
    assert summary.value_added.sum() == pytest.approx(27_720_700, abs=50)


def test_imports_of_2023_are_the_published_matrix_and_not_the_use_tables_column(summary: Economy) -> None:
    assert summary.imports.sum() == 3_548_654  # domestic port value; the use table says 3,436,905
    margins = summary.Y[:, column(summary, "IMPORT_VALUATION")]
    assert margins.sum() == pytest.approx(3_548_700 - 3_436_905)
    # 81,633 of duties go to wholesale trade, which makes nearly all of the commodity '42'.
    assert summary.industries.sectors[int(margins.argmax())] == "42"


def test_28_cells_of_2023_have_imports_beyond_use_and_7_of_them_are_purchases_by_industries(
    summary: Economy,
) -> None:
    places = [gap.place for gap in summary.declared_gaps if gap.check == "imports within use"]
    assert len(places) == 28
    assert sum("USA." not in place for place in places) == 7
    assert "row 111CA, column GFGN" in places


def test_18_purchases_by_industries_in_the_detail_of_2017_have_imports_beyond_use(detail: Economy) -> None:
    places = [gap.place for gap in detail.declared_gaps if gap.check == "imports within use"]
    assert sum("USA." not in place for place in places) == 18
    assert "row 325414, column 325412" in places  # biologics: use 29,485, imports 31,558


@pytest.mark.parametrize("name", ["summary", "detail"])
def test_no_purchase_by_an_industry_is_negative(name: str, request: pytest.FixtureRequest) -> None:
    economy: Economy = request.getfixturevalue(name)
    assert economy.Z.min() >= 0
    assert economy.imports_intermediate.min() >= 0
    stocks = [user.kind is FinalUseKind.INVENTORIES for user in economy.final_users]
    moved = [user.category == "NEGATIVE_USE" for user in economy.final_users]
    others = ~(np.array(stocks) | np.array(moved))
    assert economy.imports_final[:, others].min() >= 0


def test_negative_purchases_are_moved_and_not_lost(summary: Economy) -> None:
    # General government, nondefense, bought −156 of farm products, 107 of them imported: −263 at home.
    assert summary.Y[:, column(summary, "NEGATIVE_USE")].sum() == pytest.approx(-263)
    # With the ten negative purchases of imports, −5 −4 −2 −88 −3 −57 −2 −52 −44 −115 = −372.
    assert summary.adjustments[summary.adjustment_names.index("NEGATIVE_USE")].sum() == -263 - 372


def test_scrap_and_used_goods_are_sold_by_their_makers_and_bought_as_an_adjustment(summary: Economy) -> None:
    sold = summary.Y[:, column(summary, "Used")]
    assert sold.sum() == 14_460  # make table, column 'Used'
    assert sold[summary.industries.sectors.index("GSLG")] == 5_412
    bought = summary.adjustments[summary.adjustment_names.index("Used")]
    assert bought[summary.industries.sectors.index("441")] == 30 - 40  # use − imports


def test_one_purchase_can_be_followed_by_hand(summary: Economy, bea: Path) -> None:
    """Oil bought by refineries: only industries that make commodity 211 sell it, by their share in it."""
    sectors = summary.industries.sectors
    gates = [gate.product for gate in summary.gates]
    oil, refineries = sectors.index("211"), sectors.index("324")
    make = sources.delimited.read_delimited(bea / "Summary_Make_2023_BeforeRedef_17sch.csv")
    use = sources.delimited.read_delimited(bea / "Summary_Use_2023_PRO_BeforeRedef_17sch.csv")
    imports = sources.delimited.read_delimited(bea / "Summary_Import_2023_BeforeRedef_17sch.csv")
    expected = 0.0
    for commodity in sectors:
        made = make.number(make.row("211"), make.column(commodity))
        total = sum(make.number(make.row(sector), make.column(commodity)) for sector in sectors)
        bought = use.number(use.row(commodity), use.column("324"))
        imported = imports.number(imports.row(commodity), imports.column("324"))
        expected += made / total * (bought - imported)
    assert summary.Z[oil, refineries] == pytest.approx(expected, rel=1e-12)
    assert summary.imports_intermediate[gates.index("211"), refineries] == imports.number(
        imports.row("211"), imports.column("324")
    )


def test_the_detail_of_2017_balances_to_within_its_rounding(detail: Economy) -> None:
    assert len(detail.industries) == 402
    assert detail.x.sum() == pytest.approx(34_468_047, rel=2e-5)
    assert detail.reported_output is not None
    # The source's own rows close to 26, its columns to 13; shares carry the rounding over.
    assert np.abs(detail.x - detail.reported_output).max() < 28
    assert np.abs(column_gap(detail)).max() < 32
    assert detail.sector_names[0] == "Oilseed farming"


def test_every_check_passes_but_for_what_the_source_declares(summary: Economy) -> None:
    statuses = {(finding.check, finding.status) for finding in check(summary)}
    assert {name for name, status in statuses if status is Status.FAIL} == set()
    assert {name for name, status in statuses if status is Status.WARNING} == {"signs", "imports within use"}


def test_commodity_technology_balances_and_leaves_its_negative_cells_to_be_seen(bea: Path) -> None:
    economy = read_bea(bea, year=2023, assumption="commodity_technology")
    assert economy.reported_output is not None
    assert np.abs(economy.x - economy.reported_output).max() < 11
    assert np.abs(column_gap(economy)).max() < 11

    negative = economy.Z < -0.5
    assert negative.any()
    note = next(note for note in economy.provenance.notes if "cells of domestic use are negative" in note)
    assert note.startswith(f"{int(negative.sum())} cells")
    assert any("Model A" in note for note in economy.provenance.notes)
    assert {finding.check for finding in check(economy) if finding.status is Status.FAIL} >= {"signs"}


def test_commodity_technology_refuses_the_detail_tables_and_says_why(bea: Path) -> None:
    with pytest.raises(SourceError, match="402 industries make 398 commodities") as caught:
        read_bea(bea, level="detail", assumption="commodity_technology")
    assert "industry_technology" in str(caught.value)


def test_a_folder_with_several_tables_wants_to_know_which(bea: Path) -> None:
    with pytest.raises(SourceError, match="detail 2017, summary 2017, summary 2023"):
        read_bea(bea)


def test_the_embedded_economy_is_rebuilt_to_the_byte(bea: Path, tmp_path: Path) -> None:
    write_csv_folder(sources.read_table(bea, "bea", year=2023, level="summary"), tmp_path / "again")
    packed = Path(sources.__file__).parents[1] / "data" / "usa-2023"
    names = sorted(entry.name for entry in packed.iterdir())
    assert names == sorted(entry.name for entry in (tmp_path / "again").iterdir())
    for name in names:
        assert (packed / name).read_bytes() == (tmp_path / "again" / name).read_bytes(), name
