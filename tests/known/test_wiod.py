"""WIOD 2016 national tables and WIOD 2013 world tables carry the numbers that their files print."""

from __future__ import annotations

import csv
import json
import time
from pathlib import Path

import numpy as np
import pytest

from autarky import iomath
from autarky.checks import Status, check
from autarky.economy import ABROAD, Economy, FinalUseKind, ImportTreatment
from autarky.errors import SourceError
from autarky.sources.wiod2013 import UNALLOCATED, read_wiod2013
from autarky.sources.wiod2016 import ADJUSTMENTS, read_wiod2016


@pytest.fixture(scope="module")
def national(shared_data: Path) -> Path:
    return shared_data / "wiod2016_niot"


@pytest.fixture(scope="module")
def world(shared_data: Path) -> Path:
    return shared_data / "wiod2013"


@pytest.fixture(scope="module")
def world_2011(world: Path) -> Economy:
    return read_wiod2013(world / "wiod2013_2011_41x35.csv.gz")


# ---------------------------------------------------------------------------------------- national, 2016


def test_the_three_layouts_give_the_same_table(national: Path) -> None:
    single = read_wiod2016(national / "RUS_2014.csv")
    stacked = read_wiod2016(national / "niot_2014_all43.csv.gz", "RUS")
    workbook = read_wiod2016(national / "raw" / "RUS_NIOT_nov16.xlsx", year=2014)
    assert single.name == stacked.name == workbook.name == "WIOD 2016 RUS 2014"
    assert single.digest == workbook.digest
    # The stacked file is rounded to three decimals, the other two are not.
    for block in ("Z", "Y", "imports_intermediate", "imports_final", "value_added", "adjustments"):
        assert np.abs(getattr(single, block) - getattr(stacked, block)).max() <= 0.00051, block


def test_russia_2014_has_the_cells_that_the_file_prints(national: Path) -> None:
    russia = read_wiod2016(national / "RUS_2014.csv")
    assert russia.Z[0, 0] == 13762.171009832808
    assert russia.Z[0, 4] == 24401.155057504475
    assert [u.category for u in russia.final_users] == [
        "CONS_h", "CONS_np", "CONS_g", "GFCF", "INVEN", "EXP",
    ]  # fmt: skip
    assert russia.Y[0, -1] == 7716.541260860586
    assert russia.final_users[-1] == (ABROAD, "EXP", FinalUseKind.EXPORTS)
    assert russia.value_added[0, 0] == 50566.0260129008
    assert russia.adjustments[ADJUSTMENTS.index("TXSP"), 0] == 2930.4450359033167
    assert russia.adjustments[ADJUSTMENTS.index("IntTTM"), 0] == 517.7021832204586
    assert russia.gates[0] == (ABROAD, "A01")
    assert russia.imports_intermediate.shape == (56, 56)
    assert russia.import_treatment is ImportTreatment.MATRIX
    assert russia.sector_names[0] == "Crop and animal production, hunting and related service activities"
    assert russia.provenance.licence == "CC BY 4.0"


def test_imports_and_output_of_all_43_countries_are_those_of_an_independent_reading(national: Path) -> None:
    with (national / "checks.csv").open(encoding="utf-8", newline="") as stream:
        expected = {row["country"]: row for row in csv.DictReader(stream) if row["year"] == "2014"}
    assert len(expected) == 43
    for country, row in expected.items():
        economy = read_wiod2016(national / "niot_2014_all43.csv.gz", country)
        assert economy.x.sum() == pytest.approx(float(row["x"]), rel=1e-5), country
        assert economy.imports_intermediate.sum() == pytest.approx(float(row["imports_interm"]), rel=1e-4), (
            country
        )
        assert economy.value_added.sum() == pytest.approx(float(row["va"]), rel=1e-5), country


def test_an_earlier_year_of_the_workbook_is_read_from_the_same_sheet(national: Path) -> None:
    economy = read_wiod2016(national / "raw" / "RUS_NIOT_nov16.xlsx", year=2000)
    assert (economy.year, economy.Z[0, 0]) == (2000, 5633.8550151222225)


@pytest.mark.parametrize(
    ("file", "country", "year", "message"),
    [
        ("niot_2014_all43.csv.gz", "RUS ", 2014, "did you mean 'RUS'"),
        ("niot_2014_all43.csv.gz", "ROM", 2014, "did you mean 'ROU'"),
        ("niot_2014_all43.csv.gz", None, 2014, "holds several countries"),
        ("RUS_2014.csv", None, 2013, "holds no year 2013 for RUS"),
        ("raw/RUS_NIOT_nov16.xlsx", None, 2016, "holds no year 2016"),
        ("raw/RUS_NIOT_nov16.xlsx", "KOR", 2014, "holds no country 'KOR'"),
        ("codes.csv", None, 2014, "a WIOD 2016 table starts with Country, Year, Code, Origin"),
    ],
)
def test_what_a_file_does_not_hold_is_named(
    national: Path, file: str, country: str | None, year: int, message: str
) -> None:
    with pytest.raises(SourceError, match=message):
        read_wiod2016(national / file, country, year)


def test_a_missing_row_and_a_word_for_a_number_are_named(national: Path, tmp_path: Path) -> None:
    lines = (national / "RUS_2014.csv").read_text(encoding="utf-8").splitlines()
    short = tmp_path / "short.csv"
    short.write_text("\n".join(line for line in lines if ",VA,TOT," not in line), encoding="utf-8")
    with pytest.raises(SourceError, match="has no row 'VA' of origin 'TOT'"):
        read_wiod2016(short)
    word = tmp_path / "word.csv"
    word.write_text("\n".join(lines).replace("13762.171009832808", "many", 1), encoding="utf-8")
    with pytest.raises(SourceError, match=r"line 2, row 'RUS', column 'A01': 'many' is not a number"):
        read_wiod2016(word)
    twice = tmp_path / "twice.csv"
    twice.write_text("\n".join([*lines, lines[1]]), encoding="utf-8")
    with pytest.raises(SourceError, match="row 'A01' of origin 'Domestic' stands twice"):
        read_wiod2016(twice)


def test_a_workbook_that_is_none_is_refused_with_a_remedy(tmp_path: Path) -> None:
    fake = tmp_path / "RUS_NIOT_nov16.xlsx"
    fake.write_bytes(b"not a workbook")
    with pytest.raises(SourceError, match="is not an Excel workbook"):
        read_wiod2016(fake)


def test_without_openpyxl_the_extra_is_named(national: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(SourceError, match=r"autarky\[excel\]"):
        read_wiod2016(national / "raw" / "RUS_NIOT_nov16.xlsx")


def test_a_workbook_that_unpacks_too_large_is_refused_unopened(
    national: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("autarky.limited.MAX_UNPACKED", 1_000_000)
    with pytest.raises(SourceError, match="unpacks to"):
        read_wiod2016(national / "raw" / "RUS_NIOT_nov16.xlsx")


# ------------------------------------------------------------------------------------------- world, 2013


def test_the_world_of_2011_has_1435_industries_and_the_printed_totals(world_2011: Economy) -> None:
    assert len(world_2011.industries) == 1435
    assert (len(world_2011.industries.regions), len(world_2011.industries.sectors)) == (41, 35)
    # checks.csv of the source folder: Z, Y and output of 2011.
    assert world_2011.Z.sum() == 72_440_092
    assert world_2011.Y.sum() == 69_268_600
    assert world_2011.reported_output is not None
    assert world_2011.reported_output.sum() == 141_767_904
    assert iomath.spectral_radius(world_2011.A) == pytest.approx(0.6101618961551192, abs=2e-4)
    assert world_2011.sector_names[1] == "Mining and quarrying"


def test_output_is_the_row_sum_and_never_the_truncated_tables_printed_output(world_2011: Economy) -> None:
    assert world_2011.reported_output is not None
    shortfall = world_2011.reported_output - world_2011.x
    assert shortfall.max() == 108
    assert shortfall.sum() == 141_767_904 - 72_440_092 - 69_268_600


def test_the_world_table_has_no_failing_check(world_2011: Economy) -> None:
    findings = check(world_2011)
    assert Status.FAIL not in {finding.status for finding in findings}
    column = next(finding for finding in findings if finding.check == "column balance")
    assert (column.status, "largest gap 108" in column.message) == (Status.PASS, True)


def test_foreign_content_of_exports_agrees_with_an_independent_calculation(
    world: Path, world_2011: Economy
) -> None:
    """Foreign value added in a region's exports e: ``Σ_foreign v·L·e / Σ e`` (Koopman, Wang & Wei 2014)."""
    file = world / "reference_indicators_2011_41x35.json"
    expected = json.loads(file.read_text(encoding="utf-8"))
    A = iomath.technical_coefficients(world_2011.Z, np.asarray(world_2011.reported_output))
    sectors = len(world_2011.industries.sectors)
    regions = np.array([user.region for user in world_2011.final_users])
    exporters = ("DEU", "KOR", "USA", "CHN")
    home = np.array([np.repeat(r, sectors) for r in world_2011.industries.regions]).ravel()
    exports = np.zeros((len(A), len(exporters)))
    for k, region in enumerate(exporters):
        own = home == region
        exports[own, k] = world_2011.Z[own][:, ~own].sum(axis=1)
        exports[own, k] += world_2011.Y[own][:, regions != region].sum(axis=1)
    needed = np.linalg.solve(np.eye(len(A)) - A, exports)
    added = 1 - A.sum(axis=0)
    for k, region in enumerate(exporters):
        own = home == region
        share = added[~own] @ needed[~own, k] / exports[:, k].sum()
        assert share == pytest.approx(expected[region]["VS_share_of_exports"], abs=1e-4), region
        imported = world_2011.Z[~own][:, own].sum() / world_2011.Z[:, own].sum()
        assert imported == pytest.approx(expected[region]["imported_share_intermediate"], abs=1e-4), region


def test_the_aggregated_table_balances_exactly_with_its_discrepancy_column(world: Path) -> None:
    economy = read_wiod2013(world / "wiod2013_2011_r16s17.csv")
    assert economy.final_users[-1] == (UNALLOCATED, "DISC", FinalUseKind.DISCREPANCY)
    assert UNALLOCATED not in economy.industries.regions
    assert np.array_equal(economy.x, economy.reported_output)
    assert np.array_equal(economy.Z.sum(axis=0) + economy.value_added[0], economy.x)
    assert economy.sector_names[economy.industries.sectors.index("TEX")] == (
        "Textiles and textile products; Leather and footwear"
    )


def test_the_world_table_is_read_in_under_three_seconds(world: Path) -> None:
    start = time.perf_counter()
    read_wiod2013(world / "wiod2013_1995_41x35.csv.gz")
    assert time.perf_counter() - start < 3  # a third of a second on an idle machine


def test_a_row_out_of_order_and_a_column_of_unknown_meaning_are_named(world: Path, tmp_path: Path) -> None:
    lines = (world / "wiod2013_2011_r16s17.csv").read_text(encoding="utf-8").splitlines()
    lines[1], lines[2] = lines[2], lines[1]
    swapped = tmp_path / "wiod2013_2011_swapped.csv"
    swapped.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(SourceError, match=r"row 'AUS\.MIN' does not match column 2, 'AUS\.AGR'"):
        read_wiod2013(swapped)
    lines[1], lines[2] = lines[2], lines[1]
    lines[0] = lines[0].replace("AUS.CONS_h", "AUS.CONS_x")
    unknown = tmp_path / "unknown.csv"
    unknown.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(SourceError, match=r"'AUS.CONS_x' is neither .* did you mean 'CONS_h'"):
        read_wiod2013(unknown, year=2011)
    with pytest.raises(SourceError, match="does not tell its year"):
        read_wiod2013(unknown)
