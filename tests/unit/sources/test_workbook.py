"""Tables in Excel workbooks: the same as from the folder of CSV files; hostile ones refused within limits."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import hostile_files
from autarky.errors import SourceError
from autarky.sources import read_table
from autarky.sources.csv_folder import write_csv_folder
from autarky.sources.workbook import read_workbook
from hostile_files import HOSTILE_WORKBOOKS, with_macros, workbook_of
from made_economies import make_economy

WATCHED = """
import json, resource, sys, time
from autarky.errors import SourceError
from autarky.sources import read_table
begun = time.monotonic()
try:
    read_table(sys.argv[1])
    told = None
except SourceError as error:
    told = str(error)
own = next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1]
child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(json.dumps([told, time.monotonic() - begun, int(own), child]))
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_csv_folder(make_economy(np.random.default_rng(3), national=True), tmp_path / "table")
    return tmp_path / "table"


def written(tmp_path: Path, content: bytes, name: str = "table.xlsx") -> Path:
    (tmp_path / name).write_bytes(content)
    return tmp_path / name


def test_a_workbook_gives_the_economy_of_the_folder_it_was_made_from(folder: Path, tmp_path: Path) -> None:
    plain = read_table(folder)
    found = read_table(written(tmp_path, workbook_of(folder)))
    # openpyxl writes 16 digits of a number, one less than it takes to read back each.
    for block in ("Z", "Y", "value_added", "imports_intermediate", "imports_final"):
        np.testing.assert_allclose(getattr(found, block), getattr(plain, block), rtol=1e-15)
    assert found.industries == plain.industries and found.gates == plain.gates
    assert found.provenance.notes == plain.provenance.notes
    assert [name for name, _ in found.provenance.files] == [*dict(plain.provenance.files), "table.xlsx"]


def test_macros_are_not_run_and_that_is_said(folder: Path, tmp_path: Path) -> None:
    found = read_table(written(tmp_path, with_macros(workbook_of(folder)), "table.xlsm"))
    assert found.provenance.notes[-1] == "The workbook holds macros; they were not run."


def test_a_formula_that_was_never_calculated_is_an_empty_cell_named_by_sheet_and_line(
    folder: Path, tmp_path: Path
) -> None:
    lines = (folder / "Z.csv").read_text(encoding="utf-8").splitlines()
    label, _, *rest = lines[1].split(",")
    (folder / "Z.csv").write_text(
        "\n".join([lines[0], ",".join([label, "=1+1", *rest]), *lines[2:]]), encoding="utf-8"
    )
    path = written(tmp_path, workbook_of(folder))
    with pytest.raises(SourceError, match=r"table\.xlsx, sheet 'Z', line 2, row '.*', column '.*': is empty"):
        read_workbook(path)


def test_a_sheet_that_is_missing_or_of_another_name_is_named(folder: Path, tmp_path: Path) -> None:
    path = written(tmp_path, workbook_of(folder, {"secotrs": [["sector"]]}))
    with pytest.raises(SourceError, match=r"table\.xlsx, sheet 'secotrs': is no sheet .*'sectors'"):
        read_workbook(path)
    (folder / "Z.csv").unlink()
    path.write_bytes(workbook_of(folder))
    with pytest.raises(SourceError, match=r"table\.xlsx, sheet 'Z': does not exist — add it") as found:
        read_workbook(path)
    assert "/autarky-" not in str(found.value)


def test_what_a_sheet_says_of_its_size_is_not_believed(tmp_path: Path) -> None:
    path = written(tmp_path, hostile_files.said_to_be_large())
    with pytest.raises(SourceError, match="sheet 'economy': does not exist"):
        read_workbook(path)


@pytest.mark.parametrize("made", HOSTILE_WORKBOOKS, ids=lambda made: made.__name__)
def test_a_hostile_workbook_is_refused_in_one_line_little_time_and_little_memory(
    made: object, tmp_path: Path
) -> None:
    path = written(tmp_path, made())  # type: ignore[operator]
    run = subprocess.run(
        [sys.executable, "-c", WATCHED, str(path)], capture_output=True, text=True, timeout=60, check=True
    )
    told, seconds, own, child = json.loads(run.stdout)
    assert told is not None and len(told.splitlines()) == 1 and " — " in told, told
    assert "Traceback" not in run.stderr
    assert seconds < 20
    assert own < 150 * 1024 and child < 700 * 1024, (own, child)
