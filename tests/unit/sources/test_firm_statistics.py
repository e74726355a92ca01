"""Counted firms and persons engaged are read by sector; a list that is wrong is told line by line."""

from __future__ import annotations

from math import inf
from pathlib import Path

import pytest

from autarky.errors import SourceError
from autarky.firm_network.demography import SizeClass
from autarky.firm_network.from_table import frame_of
from autarky.sources.firm_statistics import read_demography, read_jobs
from small_economies import chain

SECTORS = ("mine", "mill", "shop")
COUNTED = """sector,from,to,firms
mill,0,9,80
mill,250,,2
mill,10,249,18
"""


def counted(folder: Path, text: str) -> Path:
    path = folder / "firms.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_classes_are_read_from_the_largest_down_with_both_ends_included(tmp_path: Path) -> None:
    found = read_demography(counted(tmp_path, COUNTED), SECTORS)
    assert found == {"mill": (SizeClass(250, inf, 2), SizeClass(10, 250, 18), SizeClass(1, 10, 80))}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("sector,from,to\nmill,1,2\n", "line 1: has no column 'firms'"),
        ("", ""),
        (
            "sector,from,to,firms\nmil,1,2,3\n",
            "line 2, column 'sector': unknown sector 'mil' — did you mean",
        ),
        ("sector,from,to,firms\nmill,x,2,3\n", "line 2, column 'from': 'x' is no number from 0 on"),
        ("sector,from,to,firms\nmill,1,2,-3\n", "line 2, column 'firms': '-3' is no number from 0 on"),
        ("sector,from,to,firms\nmill,1,2,nan\n", "line 2, column 'firms': 'nan' is no number"),
        ("sector,from,to,firms\nmill,,2,3\n", "line 2, column 'from': '' is no number from 0 on"),
        ("sector,from,to,firms\nmill,9,2,3\n", "line 2, column 'to': is below from"),
        ("sector,from,to,firms\nmill,9,2\n", "line 2"),
        ("sector,from,to,firms\nmill,1,9,3\nmill,9,20,1\n", "line 3, column 'from': overlaps"),
        ("sector,from,to,firms\nmill,1,9,0\n", "counts no firm"),
        ('sector,from,to,firms\n"mill,1,9,0\n', ""),
    ],
)
def test_what_is_wrong_in_a_file_is_told_by_line_and_column(tmp_path: Path, text: str, told: str) -> None:
    path = counted(tmp_path, text)
    with pytest.raises(SourceError) as caught:
        read_demography(path, SECTORS)
    assert told in str(caught.value) and str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)


def test_all_problems_of_a_file_are_told_together_and_the_rest_counted(tmp_path: Path) -> None:
    text = "sector,from,to,firms\n" + "mill,a,b,c\n" * 30
    with pytest.raises(SourceError) as caught:
        read_demography(counted(tmp_path, text), SECTORS)
    assert len(caught.value.problems) == 21
    assert "70 more of the kind" in str(caught.value.problems[-1])


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="does not exist"):
        read_demography(tmp_path / "none.csv", SECTORS)


def test_persons_engaged_are_read_by_sector_and_are_none_where_nothing_is_said(tmp_path: Path) -> None:
    jobs = read_jobs(counted(tmp_path, "sector,jobs\nshop,30\nmine,12.5\n"), frame_of(chain()))
    assert jobs.tolist() == [12.5, 0.0, 30.0]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("mien,3", "line 2, column 'sector': unknown sector 'mien' — did you mean 'mine'?"),
        ("mine,-3", "line 2, column 'jobs': '-3' is no number from 0 on"),
        ("mine,1\nmine,2", "line 3: sector 'mine' stands twice"),
    ],
)
def test_wrong_persons_engaged_are_told_by_line(tmp_path: Path, row: str, told: str) -> None:
    with pytest.raises(SourceError) as caught:
        read_jobs(counted(tmp_path, f"sector,jobs\n{row}\n"), frame_of(chain()))
    assert told in str(caught.value)
