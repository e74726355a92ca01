"""How many firms, how large: counted firms are met; a file that counts them wrongly is told cell by cell."""

from __future__ import annotations

from math import inf
from pathlib import Path

import numpy as np
import pytest

from autarky.errors import ScenarioError, SourceError
from autarky.firm_network.from_table import frame_of
from autarky.firm_network.section import SplitTable
from autarky.splitting.sizes import SizeClass, drawn_firms, firm_counts, read_demography
from small_economies import chain

FRAME = frame_of(chain())
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


def test_as_many_firms_as_are_counted_come_out_class_by_class(tmp_path: Path) -> None:
    demography = read_demography(counted(tmp_path, COUNTED), SECTORS)
    firms = drawn_firms(np.random.default_rng(0), FRAME, SplitTable(firms=200), demography)
    mill = firms.share[firms.start[1] : firms.start[2]]
    assert (np.diff(mill) < 0).all() and np.isclose(mill.sum(), 1.0)
    # Two in a hundred have 250 persons or more, twenty at least ten. Sizes are known relative to the
    # smallest, which has 1 to 2.
    persons = mill / mill[-1]
    two, twenty = round(0.02 * len(mill)), round(0.2 * len(mill))
    assert persons[two - 1] >= 250 / 2 and persons[two] <= 250
    assert persons[twenty - 1] >= 10 / 2 and persons[twenty] <= 10


def test_every_sector_that_makes_or_uses_anything_has_a_firm_and_counts_follow_output() -> None:
    counts = firm_counts(FRAME, SplitTable(firms=1000), {})
    wanted = 1000 * np.sqrt(FRAME.output[:3]) / np.sqrt(FRAME.output[:3]).sum()
    assert counts.sum() == 1000 and np.abs(counts - wanted).max() <= 1
    assert firm_counts(FRAME, SplitTable(firms=3), {}).tolist() == [1, 1, 1]


def test_fewer_firms_than_industries_are_refused() -> None:
    with pytest.raises(
        ScenarioError, match=r"firms.split.firms: 2 firms for 3 industries — give at least one"
    ):
        firm_counts(FRAME, SplitTable(firms=2), {})


def test_counted_sectors_share_firms_as_counted_and_others_by_output() -> None:
    demography = {"mine": (SizeClass(1, inf, 30),), "mill": (SizeClass(1, inf, 10),)}
    counts = firm_counts(FRAME, SplitTable(firms=500), demography)
    assert counts.sum() == 500 and abs(counts[0] - 3 * counts[1]) <= 3
    root = np.sqrt(FRAME.output[:3])
    assert abs(counts[2] / (counts[0] + counts[1]) - root[2] / (root[0] + root[1])) < 0.01


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("sector,from,to\nmill,1,2\n", "line 1: has the columns sector, from, to — name them"),
        ("", "line 1: has the columns none"),
        (
            "sector,from,to,firms\nmil,1,2,3\n",
            "line 2, column 'sector': sector 'mil' is unknown — did you mean",
        ),
        ("sector,from,to,firms\nmill,x,2,3\n", "line 2, column 'from': 'x' is no number from 0 on"),
        ("sector,from,to,firms\nmill,1,2,-3\n", "line 2, column 'firms': '-3' is no number from 0 on"),
        ("sector,from,to,firms\nmill,1,2,nan\n", "line 2, column 'firms': 'nan' is no number"),
        ("sector,from,to,firms\nmill,,2,3\n", "line 2, column 'from': '' is no number from 0 on"),
        ("sector,from,to,firms\nmill,9,2,3\n", "line 2, column 'to': is below from"),
        ("sector,from,to,firms\nmill,9,2\n", "line 2: has 3 cells"),
        ("sector,from,to,firms\nmill,1,9,3\nmill,9,20,1\n", "line 3, column 'from': overlaps"),
        ("sector,from,to,firms\nmill,1,9,0\n", "counts no firm"),
        ('sector,from,to,firms\n"mill,1,9,0\n', "cannot be read"),
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
    assert "70 more of these" in str(caught.value.problems[-1])


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot be read"):
        read_demography(tmp_path / "none.csv", SECTORS)


def test_no_firm_is_nearly_all_of_a_sector_of_many_and_the_largest_differ_between_draws() -> None:
    largest = []
    for seed in range(50):
        firms = drawn_firms(np.random.default_rng(seed), FRAME, SplitTable(firms=150, size_tail=1.05), {})
        largest += firms.share[firms.start[:3]].tolist()
    assert 0.5 < max(largest) < 0.8 and min(largest) < 0.15
