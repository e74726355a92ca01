"""How many firms, how large: counted firms are met."""

from __future__ import annotations

from dataclasses import replace
from math import inf

import numpy as np
import pytest

from autarky.errors import ScenarioError
from autarky.firm_network.demography import SizeClass
from autarky.firm_network.from_table import frame_of
from autarky.firm_network.section import SplitTable
from autarky.splitting.sizes import drawn_firms, firm_counts
from small_economies import chain

FRAME = frame_of(chain())
COUNTED = {"mill": (SizeClass(250, inf, 2), SizeClass(10, 250, 18), SizeClass(1, 10, 80))}


def test_as_many_firms_as_are_counted_come_out_class_by_class() -> None:
    firms = drawn_firms(np.random.default_rng(0), FRAME, SplitTable(firms=200), COUNTED)
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


def test_a_table_in_which_nobody_makes_anything_is_refused() -> None:
    idle = replace(FRAME, output=np.zeros_like(FRAME.output))
    with pytest.raises(ScenarioError, match=r"firms.split: no industry of the table makes anything"):
        firm_counts(idle, SplitTable(firms=9), {})


def test_counted_sectors_share_firms_as_counted_and_others_by_output() -> None:
    demography = {"mine": (SizeClass(1, inf, 30),), "mill": (SizeClass(1, inf, 10),)}
    counts = firm_counts(FRAME, SplitTable(firms=500), demography)
    assert counts.sum() == 500 and abs(counts[0] - 3 * counts[1]) <= 3
    root = np.sqrt(FRAME.output[:3])
    assert abs(counts[2] / (counts[0] + counts[1]) - root[2] / (root[0] + root[1])) < 0.01


def test_no_firm_is_nearly_all_of_a_sector_of_many_and_the_largest_differ_between_draws() -> None:
    largest = []
    for seed in range(50):
        firms = drawn_firms(np.random.default_rng(seed), FRAME, SplitTable(firms=150, size_tail=1.05), {})
        largest += firms.share[firms.start[:3]].tolist()
    assert 0.5 < max(largest) < 0.8 and min(largest) < 0.15
