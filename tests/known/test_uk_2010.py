"""The UK table of 2010 gives the technical coefficients and the inverse that its office published."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from autarky import iomath
from autarky.checks import Status, check
from autarky.economy import ABROAD, Economy, FinalUseKind, ImportTreatment
from autarky.errors import SourceError
from autarky.sources.ons import read_ons


@pytest.fixture(scope="module")
def folder(shared_data: Path) -> Path:
    return shared_data / "uk2010_ons"


@pytest.fixture(scope="module")
def uk(folder: Path) -> Economy:
    return read_ons(folder)


def published(path: Path, products: tuple[str, ...]) -> npt.NDArray[np.float64]:
    """A published matrix, read without autarky's reader and placed by its own labels."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as stream:
        header, *rows = csv.reader(stream)
    by_label = {row[0]: dict(zip(header, row, strict=True)) for row in rows}
    return np.array([[float(by_label[i][j]) for j in products] for i in products])


def test_technical_coefficients_are_the_published_ones(uk: Economy, folder: Path) -> None:
    A = published(folder / "A_published.csv.gz", uk.industries.sectors)
    assert np.abs(uk.A - A).max() < 1e-12


def test_the_leontief_inverse_is_the_published_one(uk: Economy, folder: Path) -> None:
    L = published(folder / "L_published.csv.gz", uk.industries.sectors)
    assert np.abs(iomath.leontief_inverse(uk.A) - L).max() < 1e-10


def test_it_has_127_products_and_its_true_import_matrix(uk: Economy) -> None:
    assert uk.Z.shape == (127, 127)
    assert uk.import_treatment is ImportTreatment.MATRIX
    imported = uk.imports_intermediate.sum()
    assert imported / (imported + uk.Z.sum()) == pytest.approx(0.225, abs=0.0005)
    assert uk.sector_names[uk.industries.sectors.index("05")] == "Coal and lignite"
    assert [u.category for u in uk.final_users if u.region == ABROAD] == [
        "Exports of goods",
        "Exports of services",
    ]
    households = [u.kind for u in uk.final_users].index(FinalUseKind.HOUSEHOLDS)
    # The source's own column: 720,306 domestic and 921,034 in all, of which imports and product taxes.
    assert uk.Y[:, households].sum() == pytest.approx(720_306)
    assert uk.Y[:, households].sum() + uk.imports_final[:, households].sum() < 921_034


def test_every_check_passes(uk: Economy) -> None:
    assert {finding.status for finding in check(uk)} == {Status.PASS}


def test_a_folder_without_the_import_matrix_is_refused_by_name(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "iot_domestic_pxp.csv.gz").write_bytes((folder / "iot_domestic_pxp.csv.gz").read_bytes())
    with pytest.raises(SourceError, match=r"use_imports_pxp\.csv\.gz: does not exist"):
        read_ons(tmp_path)


def test_a_path_that_is_no_folder_is_refused(folder: Path) -> None:
    with pytest.raises(SourceError, match="is not a folder"):
        read_ons(folder / "labels.csv")
