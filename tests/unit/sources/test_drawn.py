"""Tables drawn beside an estimated one, by number, and files that are no such tables."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from autarky.errors import SourceError
from autarky.sources import embedded, read_table
from autarky.sources.drawn import ARRAYS, drawn_with

DATA = Path(__file__).resolve().parents[3] / "src" / "autarky" / "data"


def test_a_drawn_table_has_the_labels_of_the_central_one_and_other_cells() -> None:
    central, drawn = embedded("north-korea-2019"), embedded("north-korea-2019#7")
    assert drawn.industries == central.industries and drawn.gates == central.gates
    assert drawn.name == "North Korea 2019 (estimated) #7"
    assert drawn.digest != central.digest != embedded("north-korea-2019#8").digest
    costs = drawn.Z.sum(axis=0) + drawn.imports_intermediate.sum(axis=0) + drawn.value_added.sum(axis=0)
    np.testing.assert_allclose(costs, drawn.x, atol=1e-9)


def test_every_drawn_table_says_what_it_was_drawn_with() -> None:
    rows = drawn_with("north-korea-2019", Path())
    assert [row["draw"] for row in rows] == [str(k) for k in range(100)]
    assert {row["donor"] for row in rows} == {"china-1987", "china-1990", "china-1995", "india-2014"}
    assert all(400 <= float(row["conversion_rate"]) <= 2800 for row in rows)


def test_numbers_beyond_the_last_are_refused() -> None:
    with pytest.raises(SourceError, match="holds 100 drawn tables; #100 is asked for"):
        embedded("north-korea-2019#100")


def test_a_table_without_draws_says_so(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="holds no drawn tables"):
        embedded("usa-2023#0")
    with pytest.raises(SourceError, match="estimate the table again"):
        drawn_with("usa-2023", tmp_path)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 nothing", b"no archive at all"])
def test_a_spoilt_file_of_draws_is_an_error_and_no_traceback(tmp_path: Path, content: bytes) -> None:
    folder = tmp_path / "table"
    shutil.copytree(DATA / "north-korea-2019", folder)
    (folder / ARRAYS).write_bytes(content)
    with pytest.raises(SourceError, match="holds no drawn tables"):
        read_table(f"{folder}#0")


def test_a_folder_whose_name_ends_in_a_number_is_read_as_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "table#3"
    shutil.copytree(DATA / "north-korea-2019", folder)
    assert read_table(folder).digest == embedded("north-korea-2019").digest
