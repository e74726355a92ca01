"""Choosing a reader, the embedded economies, and writing a CSV folder whole or not at all."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from autarky.checks import Status, check
from autarky.economy import DeclaredGap, Economy, ImportTreatment
from autarky.errors import SourceError
from autarky.sources import FORMATS, embedded, embedded_names, read_table
from autarky.sources.csv_folder import read_csv_folder, write_csv_folder
from autarky.sources.delimited import read_delimited
from wrong_tables import GOOD, GOOD_BEA, write


@pytest.fixture
def norland(tmp_path: Path) -> Economy:
    return read_csv_folder(write(tmp_path))


def test_an_embedded_economy_is_read_by_name_and_passes_its_checks() -> None:
    assert "usa-2023" in embedded_names()
    economy = embedded("usa-2023")
    assert len(economy.industries) == 71
    assert economy.import_treatment is ImportTreatment.MATRIX
    assert economy.sector_names[0] == "Farms"
    assert economy.provenance.licence.startswith("public domain")
    assert not [finding for finding in check(economy) if finding.status is Status.FAIL]


def test_the_embedded_economies_stay_small() -> None:
    import autarky

    folder = Path(autarky.__file__).parent / "data"
    for name in embedded_names():
        assert sum(entry.stat().st_size for entry in (folder / name).iterdir()) < 1_500_000


def test_an_unknown_embedded_economy_is_answered_with_the_nearest() -> None:
    with pytest.raises(SourceError, match="did you mean 'usa-2023'"):
        embedded("usa-2032")


@pytest.mark.parametrize(("files", "name"), [(GOOD, "csv_folder"), (GOOD_BEA, "bea")])
def test_a_folder_is_recognised_by_what_it_holds(files: dict[str, str], name: str, tmp_path: Path) -> None:
    table = write(tmp_path, files)
    assert read_table(table).digest == read_table(table, name).digest


@pytest.mark.parametrize(
    ("place", "name"),
    [
        ("wiod2016_niot/CHN_2014.csv", "WIOD 2016"),
        ("wiod2013/wiod2013_2011_r16s17.csv", "WIOD 2013"),
        ("china_nbs/cn_1987_33.csv", "China"),
        ("uk2010_ons", "UK"),
    ],
)
def test_a_published_table_is_recognised_by_what_it_holds(place: str, name: str, shared_data: Path) -> None:
    assert read_table(shared_data / place).name.startswith(name)


def test_numbers_may_be_given_as_text_as_the_command_line_does(tmp_path: Path) -> None:
    assert read_table(write(tmp_path, GOOD_BEA), year="2020").year == 2020


def test_every_format_has_a_description_and_a_reader_that_takes_its_options() -> None:
    from importlib import import_module
    from inspect import signature

    for name, reader in FORMATS.items():
        function = getattr(import_module(f"autarky.sources.{reader.module}"), reader.function)
        assert reader.description, name
        assert set(reader.options) <= set(signature(function).parameters), name
        assert set(reader.required) <= set(reader.options), name


def test_importing_sources_loads_no_reader_and_no_pandas() -> None:
    code = (
        "import sys, autarky.sources\n"
        "loaded = {name for name in sys.modules if name.startswith('autarky.sources.')}\n"
        "print(sorted(loaded), 'pandas' in sys.modules, 'pymrio' in sys.modules)"
    )
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert output.strip() == "['autarky.sources.delimited'] False False"


def test_a_folder_that_exists_is_never_overwritten(norland: Economy, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    with pytest.raises(SourceError, match="exists already"):
        write_csv_folder(norland, tmp_path / "mine")
    assert list((tmp_path / "mine").iterdir()) == []


def test_a_write_that_fails_half_way_leaves_nothing(
    norland: Economy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = sorted(tmp_path.iterdir())
    calls = []

    def fails_at_the_third(descriptor: int) -> None:
        calls.append(descriptor)
        if len(calls) == 3:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr("autarky.sources.csv_folder.os.fsync", fails_at_the_third)
    with pytest.raises(SourceError, match="cannot be written: No space left on device"):
        write_csv_folder(norland, tmp_path / "new")
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"year": 19}, "four digits"),
        ({"unit": " "}, "unit is empty"),
        ({"final_users": (), "Y": np.zeros((3, 0)), "imports_final": np.zeros((2, 0))}, "no final user"),
        ({"value_added_names": ("wages ", "profits")}, "blanks around it"),
        ({"name": "a\rb"}, "carriage return"),
        ({"declared_gaps": (DeclaredGap("signs", "row A", "because\0"),)}, "null"),
        ({"sector_names": ("\ud800", "", "")}, "half a character"),
    ],
)
def test_what_a_csv_folder_cannot_keep_is_refused_and_not_bent(
    change: dict, message: str, norland: Economy, tmp_path: Path
) -> None:
    with pytest.raises(SourceError, match=message):
        write_csv_folder(replace(norland, **change), tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_a_table_of_two_regions_names_its_industries_by_region_and_sector(tmp_path: Path) -> None:
    files = {
        "economy.csv": GOOD["economy.csv"].replace("matrix", "multi_regional")
        + "region,NOR\nregion,SWE\nnote,first\nnote,second\n",
        "sectors.csv": "sector\nA\n",
        "final_users.csv": "region,category,kind\nSWE,h,households\nNOR,h,households\n",
        "Z.csv": "industry,NOR.A,SWE.A\nNOR.A,1,2\nSWE.A,3,4\n",
        "Y.csv": "industry,SWE.h,NOR.h\nNOR.A,5,6\nSWE.A,7,8\n",
    }
    economy = read_csv_folder(write(tmp_path, files))
    assert economy.industries.pairs == (("NOR", "A"), ("SWE", "A"))
    assert economy.Y.tolist() == [[5, 6], [7, 8]]
    assert economy.provenance.notes == ("first", "second")


def test_packed_files_are_read_like_plain_ones(norland: Economy, tmp_path: Path) -> None:
    import gzip

    (tmp_path / "packed").mkdir()
    table = write(tmp_path / "packed")
    for entry in list(table.iterdir()):
        entry.with_name(entry.name + ".gz").write_bytes(gzip.compress(entry.read_bytes()))
        entry.unlink()
    assert read_table(table).digest == norland.digest


def test_one_bad_cell_does_not_hide_behind_zero_marks(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("code,a,b\nx,...,1\ny,2,....\n")
    table = read_delimited(path, zero_marks=frozenset({"..."}))
    assert table.number(0, 1) == 0
    with pytest.raises(SourceError, match=r"line 3, row 'y', column 'b': '....' is not a number"):
        table.numbers(slice(None), slice(1, None))
    with pytest.raises(SourceError, match="has no column 'c'"):
        table.column("c")
    with pytest.raises(SourceError, match="has no row 'z'"):
        table.row("z")
