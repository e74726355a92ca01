"""The packaged donors and trials are what their tables give."""

from __future__ import annotations

import csv
import importlib.util
from dataclasses import astuple
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

import autarky
from autarky.checks import Status, check
from autarky.estimation.aggregation import aggregate, national, packaged_concordance
from autarky.estimation.donors import donor_names, packaged_donor
from autarky.estimation.known_errors import known_errors, read_trials
from autarky.iomath import technical_coefficients
from autarky.sources import read_table
from autarky.verdict.trials import trials_csv

DATA = Path(autarky.__file__).parent / "data"
SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"


def script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, SCRIPTS / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_packaged_donors_are_made_from_their_tables_to_the_byte(
    shared_data: Path, tmp_path: Path
) -> None:
    script("make_donors").build(shared_data, tmp_path)
    made = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*.csv")}
    packaged = DATA / "donors"
    assert made == {path.relative_to(packaged): path.read_bytes() for path in packaged.rglob("*.csv")}
    assert {path.parts[0] for path in made} == set(donor_names())


def test_the_packaged_trials_are_what_the_trials_give(shared_data: Path, tmp_path: Path) -> None:
    made = tmp_path / "trials.csv"
    made.write_bytes(trials_csv(script("run_trials").trials(shared_data)))
    # Solvers differ from machine to machine in digits that nobody reads.
    for one, packaged in zip(read_trials(made), known_errors(), strict=True):
        assert (one.country, one.donor) == (packaged.country, packaged.donor)
        figures = [
            [value for value in astuple(trial) if isinstance(value, float)] for trial in (one, packaged)
        ]
        assert figures[0] == pytest.approx(figures[1], abs=2e-3)


@pytest.mark.parametrize("year", [1987, 1990, 1995])
def test_china_keeps_its_totals_when_aggregated(year: int, shared_data: Path) -> None:
    table = read_table(shared_data / "china_nbs" / f"cn_{year}_33.csv")
    found = aggregate(table, packaged_concordance("nbs-33"))
    assert found.x.sum() == pytest.approx(table.x.sum())
    assert found.value_added.sum() == pytest.approx(table.value_added.sum())
    sectors = found.industries.sectors
    assert found.x[sectors.index("coal")] == pytest.approx(table.x[1])
    assert not [finding for finding in check(found) if finding.status is Status.FAIL]


def test_china_1995_taken_out_of_the_world_has_the_coefficients_computed_elsewhere(shared_data: Path) -> None:
    # The folder's own coefficients of China 1995 were worked out from the same table by another program.
    world = read_table(shared_data / "wiod2013" / "wiod2013_1995_41x35.csv.gz")
    nation = national(world, "CHN")
    assert nation.reported_output is not None

    def block(name: str) -> np.ndarray:
        path = shared_data / "dprk" / "donor" / f"chn1995_wiod35_A_{name}.csv"
        with path.open(newline="") as stream:
            return np.array([row[1:36] for row in list(csv.reader(stream))[1:]], dtype=np.float64)

    domestic = technical_coefficients(nation.Z, nation.reported_output)
    imported = technical_coefficients(nation.imports_intermediate, nation.reported_output)
    assert domestic == pytest.approx(block("domestic"), abs=2e-6)
    assert imported == pytest.approx(block("imported"), abs=2e-6)
    assert not [finding for finding in check(nation) if finding.status is Status.FAIL]


def test_the_donors_differ_where_their_economies_do() -> None:
    donors = [packaged_donor(name) for name in donor_names()]
    metals, machinery = donors[0].products.index("metals"), donors[0].sectors.index("machinery")
    assert len({round(float(donor.A[metals, machinery]), 3) for donor in donors}) == len(donors)
