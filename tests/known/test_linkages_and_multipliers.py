"""Multipliers and linkages: Miller & Blair's example, and the inverse that the United Kingdom published."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from autarky.accounts import Accounts, open_accounts
from autarky.dependence.exposure import foreign_input_reliance
from autarky.dependence.import_content import import_content
from autarky.dependence.linkages import (
    backward_linkage,
    dispersion_variation,
    forward_linkage,
    key_sectors,
    power_of_dispersion,
    sensitivity_of_dispersion,
)
from autarky.dependence.multipliers import (
    input_multipliers,
    output_multipliers,
    type_i_multipliers,
    value_added_multipliers,
)
from autarky.economy import Economy, FinalUseKind, FinalUser, ImportTreatment, Industries, Provenance
from autarky.sources.ons import read_ons

Matrix = npt.NDArray[np.float64]


@pytest.fixture(scope="module")
def example() -> Accounts:
    """Miller & Blair (2022), Table 2.3: two sectors, x = (1000, 2000)."""
    return open_accounts(
        Economy(
            name="Miller & Blair, Table 2.3",
            year=2022,
            currency="USD",
            unit="USD",
            valuation="basic prices",
            industries=Industries(("HOME",), ("1", "2")),
            Z=np.array([[150.0, 500.0], [200.0, 100.0]]),
            final_users=(FinalUser("HOME", "final demand", FinalUseKind.HOUSEHOLDS),),
            Y=np.array([[350.0], [1700.0]]),
            value_added_names=("payments sector",),
            value_added=np.array([[650.0, 1400.0]]),
            import_treatment=ImportTreatment.NONE,
            provenance=Provenance("example", "Miller & Blair (2022), Table 2.3"),
        )
    )


PRINTED_L = np.array([[1.2541, 0.3300], [0.2640, 1.1221]])


def test_output_multipliers_are_the_column_sums_of_the_printed_inverse(example: Accounts) -> None:
    assert output_multipliers(example).values == pytest.approx(PRINTED_L.sum(axis=0), abs=1e-4)
    assert output_multipliers(example).values == pytest.approx([1.518, 1.452], abs=5e-4)


def test_all_value_is_added_at_home_where_no_imports_are_told(example: Accounts) -> None:
    assert value_added_multipliers(example).values == pytest.approx([1.0, 1.0])
    assert np.isnan(import_content(example)).all()
    assert np.isnan(foreign_input_reliance(example)).all()
    # Direct 0.65 and 0.70 of output.
    type_i = type_i_multipliers(example)
    assert type_i.sel(effect="value added").values == pytest.approx([1 / 0.65, 1 / 0.70])
    assert np.isnan(type_i.sel(effect="imports")).all()


def test_ghosh_row_sums_follow_from_the_printed_inverse(example: Accounts) -> None:
    x = np.array([1000.0, 2000.0])
    G = PRINTED_L * x / x[:, None]
    assert input_multipliers(example).values == pytest.approx(G.sum(axis=1), abs=2e-4)
    assert forward_linkage(example).sel(reach="total").values == pytest.approx(G.sum(axis=1), abs=2e-4)
    assert forward_linkage(example).sel(reach="direct").values == pytest.approx([0.65, 0.15])


def test_linkages_of_the_example_are_those_of_the_printed_inverse(example: Accounts) -> None:
    mean = PRINTED_L.sum() / 2
    assert backward_linkage(example).sel(reach="direct").values == pytest.approx([0.35, 0.30])
    power, sensitivity = PRINTED_L.sum(axis=0) / mean, PRINTED_L.sum(axis=1) / mean
    assert power_of_dispersion(example).values == pytest.approx(power, abs=1e-4)
    assert sensitivity_of_dispersion(example).values == pytest.approx(sensitivity, abs=1e-4)
    assert key_sectors(example).sel(forward="Leontief").values.tolist() == [1.0, 0.0]
    assert key_sectors(example).sel(forward="Ghosh").values.tolist() == [1.0, 0.0]


# ------------------------------------------------------------------------- United Kingdom 2010, 127 products


@pytest.fixture(scope="module")
def uk(shared_data: Path) -> Accounts:
    return open_accounts(read_ons(shared_data / "uk2010_ons"))


@pytest.fixture(scope="module")
def L(shared_data: Path, uk: Accounts) -> Matrix:
    """The published inverse, read without autarky's reader and placed by its own labels."""
    with gzip.open(
        shared_data / "uk2010_ons" / "L_published.csv.gz", "rt", encoding="utf-8", newline=""
    ) as stream:
        header, *rows = csv.reader(stream)
    by_label = {row[0]: dict(zip(header, row, strict=True)) for row in rows}
    return np.array([[float(by_label[i][j]) for j in uk.labels] for i in uk.labels])


def test_uk_multipliers_are_the_column_sums_of_the_published_inverse(uk: Accounts, L: Matrix) -> None:
    assert np.abs(output_multipliers(uk).values - L.sum(axis=0)).max() < 1e-10
    assert np.abs(backward_linkage(uk).sel(reach="total").values - L.sum(axis=0)).max() < 1e-10
    added = uk.value_added / uk.x @ L
    assert np.abs(value_added_multipliers(uk).values - added).max() < 1e-10
    assert np.abs(import_content(uk).values - uk.imported_intermediate.sum(axis=0) / uk.x @ L).max() < 1e-10


def test_uk_dispersion_is_that_of_the_published_inverse(uk: Accounts, L: Matrix) -> None:
    assert np.abs(power_of_dispersion(uk).values - L.mean(axis=0) / L.mean()).max() < 1e-10
    assert np.abs(sensitivity_of_dispersion(uk).values - L.mean(axis=1) / L.mean()).max() < 1e-10
    columns, rows = dispersion_variation(uk).values
    assert np.abs(columns - L.std(axis=0, ddof=1) / L.mean(axis=0)).max() < 1e-9
    assert np.abs(rows - L.std(axis=1, ddof=1) / L.mean(axis=1)).max() < 1e-9


def test_uk_key_sectors_are_those_of_the_published_inverse(uk: Accounts, L: Matrix) -> None:
    G = L * uk.x / uk.x[:, None]
    backward = L.mean(axis=0) > L.mean()
    leontief, ghosh = key_sectors(uk).values
    assert np.array_equal(leontief == 1, backward & (L.mean(axis=1) > L.mean()))
    assert np.array_equal(ghosh == 1, backward & (G.mean(axis=1) > G.mean()))
    assert (leontief.sum(), ghosh.sum()) == (19, 26)


def test_uk_ghosh_multipliers_are_those_of_the_published_inverse(uk: Accounts, L: Matrix) -> None:
    assert np.abs(input_multipliers(uk).values - (L * uk.x / uk.x[:, None]).sum(axis=1)).max() < 1e-9


def test_a_small_block_of_columns_changes_nothing(
    uk: Accounts, L: Matrix, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = dispersion_variation(uk).values
    monkeypatch.setattr("autarky.dependence.linkages.BLOCK", 50)
    assert dispersion_variation(uk).values == pytest.approx(whole, rel=1e-12)
