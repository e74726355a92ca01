"""China's planned-economy tables: subtotals left out, net exports and errors kept, printed totals met."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from autarky import iomath
from autarky.checks import Status, check
from autarky.economy import ABROAD, FinalUseKind, ImportTreatment
from autarky.errors import SourceError
from autarky.sources.nbs import read_nbs


@pytest.fixture(scope="module")
def folder(shared_data: Path) -> Path:
    return shared_data / "china_nbs"


@pytest.mark.parametrize(
    ("year", "output", "radius", "net_exports", "error"),
    # Totals: the rows STII / TII and column STO / GO of the files; radius: an independent calculation.
    [
        (1987, 256_628_339, 0.5491971993920454, -2_173_215, -43_780),
        (1990, 422_134_328, 0.5983514488987546, 5_899_282, -1_065_879),
        (1992, 684_639_769, 0.621968667431136, 2_507_565, 1_664_428),
        (1995, 1_565_449_240, 0.6306299487950876, 5_430_017, 0),
    ],
)
def test_each_year_meets_its_printed_totals(
    folder: Path, year: int, output: int, radius: float, net_exports: int, error: int
) -> None:
    china = read_nbs(folder / f"cn_{year}_33.csv")
    assert china.Z.shape == (33, 33)
    assert (china.year, china.unit, china.valuation) == (year, "ten thousand CNY", "producers' prices")
    assert china.reported_output is not None
    assert china.reported_output.sum() == pytest.approx(output, abs=1)
    assert china.x.sum() == pytest.approx(output, abs=50)
    assert iomath.spectral_radius(china.A) == pytest.approx(radius, abs=1e-6)
    assert china.import_treatment is ImportTreatment.NET_EXPORTS
    kinds = [user.kind for user in china.final_users]
    column = china.Y[:, kinds.index(FinalUseKind.EXPORTS)]
    assert column.sum() == pytest.approx(net_exports, abs=20)
    assert column.min() < 0  # some products are imported on balance
    assert china.final_users[kinds.index(FinalUseKind.EXPORTS)].region == ABROAD
    errors = [j for j, kind in enumerate(kinds) if kind is FinalUseKind.DISCREPANCY]
    assert len(errors) == (0 if year == 1995 else 1)
    assert china.Y[:, errors].sum() == pytest.approx(error, abs=20)


def test_no_subtotal_is_read_as_a_sector_a_final_use_or_value_added(folder: Path) -> None:
    china = read_nbs(folder / "cn_1987_33.csv")
    assert china.industries.sectors == tuple(f"{i:02d}" for i in range(1, 34))
    assert [user.category for user in china.final_users] == [
        "SB101", "SB102", "SB103", "SB201", "SB202", "SB203", "SB204", "SB205", "SB301", "SB401",
    ]  # fmt: skip
    assert china.value_added_names == ("SA101", "SA102", "SA201", "SA202", "SA203", "SA204")
    # STPI, the printed total of primary inputs: 114,240,700 in column STIU.
    assert china.value_added.sum() == pytest.approx(114_240_700, abs=100)
    # 1990 prints fixed capital formation as one column only, which in 1987 is a subtotal.
    assert "STFF" in [user.category for user in read_nbs(folder / "cn_1990_33.csv").final_users]


def test_columns_sum_to_total_input(folder: Path) -> None:
    china = read_nbs(folder / "cn_1992_33.csv")
    assert np.array_equal(china.Z.sum(axis=0) + china.value_added.sum(axis=0), china.reported_output)


@pytest.mark.parametrize("year", [1987, 1990, 1992, 1995])
def test_no_check_fails_and_imports_are_skipped_with_the_reason(folder: Path, year: int) -> None:
    findings = check(read_nbs(folder / f"cn_{year}_33.csv"))
    assert Status.FAIL not in {finding.status for finding in findings}
    imports = next(finding for finding in findings if finding.check == "imports within use")
    assert imports.status is Status.SKIPPED
    assert "net exports" in imports.message


def test_marks_for_zero_are_read_as_zero_and_an_unknown_column_is_refused(
    folder: Path, tmp_path: Path
) -> None:
    text = (folder / "cn_1987_33.csv").read_text(encoding="utf-8")
    row = next(line for line in text.splitlines() if line.startswith("33,"))
    marked = tmp_path / "cn_1987_33.csv"
    marked.write_text(text.replace(row, row.replace(",0.0,", ",...,", 3)), encoding="utf-8")
    assert read_nbs(marked).digest == read_nbs(folder / "cn_1987_33.csv").digest
    odd = tmp_path / "cn_1987_odd.csv"
    odd.write_text(text.replace("SB205", "SB999", 1), encoding="utf-8")
    with pytest.raises(SourceError, match="column 'SB999' is of unknown meaning"):
        read_nbs(odd)


def test_a_table_with_another_import_treatment_is_refused(folder: Path) -> None:
    with pytest.raises(SourceError, match="expected code, name_zh, name_en"):
        read_nbs(folder / "cn_1997_40.csv")
