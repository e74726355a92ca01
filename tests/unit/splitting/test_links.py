"""Who is chosen as a supplier: by pull, each once, never the buyer, as many as are wanted."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from autarky.firm_network.from_table import frame_of
from autarky.firm_network.section import SplitTable
from autarky.sources import embedded
from autarky.splitting.kernels import choose_suppliers, link_counts, links_expected
from autarky.splitting.links import MAIN_INPUT, drawn_links
from autarky.splitting.sizes import drawn_firms, running


def chosen(pull: list[float], wanted: float, *, buys_own: bool, seed: int = 0) -> list[npt.NDArray[np.int32]]:
    """Suppliers of each firm of an industry of as many firms as there are pulls.

    It buys of itself, or of a second industry that has these pulls and buys nothing."""
    n = len(pull)
    start = np.array([0, n, n if buys_own else 2 * n])
    pulls = running(np.array(pull if buys_own else [1.0] * n + pull))
    shares = np.zeros((2, 2))
    shares[0 if buys_own else 1, 0] = 1.0
    chance = np.random.default_rng(seed)
    rounding, reach, main = chance.random(start[-1]), np.ones(start[-1]), np.zeros((2, 2), dtype=bool)
    first = np.empty(start[-1] + 1, dtype=np.int64)
    link_counts(wanted, reach, start, shares, main, rounding, first)
    m = int(first[-1])
    supplier, group = np.empty(m, dtype=np.int32), np.empty(m, dtype=np.int32)
    points = chance.random(m)
    choose_suppliers(wanted, reach, start, shares, main, rounding, pulls, points, first, supplier, group)
    assert (group == (0 if buys_own else 1)).all()
    return [supplier[first[j] : first[j + 1]] - (0 if buys_own else n) for j in range(n)]


@pytest.mark.parametrize("wanted", [1.0, 3.0, 4.0, 50.0])
@pytest.mark.parametrize("buys_own", [True, False])
def test_suppliers_are_as_many_as_wanted_each_once_and_never_the_buyer(wanted: float, buys_own: bool) -> None:
    for seed in range(20):
        for j, suppliers in enumerate(
            chosen([50.0, 5.0, 1.0, 1.0, 0.1], wanted, buys_own=buys_own, seed=seed)
        ):
            assert len(suppliers) == len(set(suppliers.tolist())) == min(wanted, 4 if buys_own else 5)
            assert set(suppliers.tolist()) <= set(range(5)) - ({j} if buys_own else set())


def test_the_one_with_all_the_pull_is_chosen_by_everyone_else() -> None:
    for suppliers in chosen([0.0, 0.0, 1.0, 0.0], 1.0, buys_own=False):
        assert suppliers.tolist() == [2]
    assert [int(own[0]) for own in chosen([0.0, 0.0, 1.0, 0.0], 1.0, buys_own=True)] == [2, 2, 3, 2]


def test_the_chance_to_be_chosen_is_the_share_in_all_pull() -> None:
    pull = [8.0, 4.0, 2.0, 1.0, 1.0]
    times = sum(
        (
            np.bincount(np.concatenate(chosen(pull, 1.0, buys_own=False, seed=s)), minlength=5)
            for s in range(400)
        ),
        np.zeros(5),
    )
    assert np.abs(times / times.sum() - np.array(pull) / 16).max() < 0.03


def test_a_fraction_of_a_link_is_a_chance_of_one_and_the_largest_always_buys() -> None:
    counts = np.array(
        [[len(own) for own in chosen([1.0] * 50, 0.3, buys_own=False, seed=seed)] for seed in range(100)]
    )
    assert set(counts.ravel().tolist()) == {0, 1} and (counts[:, 0] == 1).all()
    assert abs(counts[:, 1:].mean() - 0.3) < 0.02


def test_links_drawn_are_as_many_as_expected_beyond_what_the_largest_buy() -> None:
    frame, section = frame_of(embedded("usa-2023")), SplitTable(firms=20_000)
    chance = np.random.default_rng(0)
    firms = drawn_firms(chance, frame, section, {})
    links = drawn_links(chance, frame, section, firms)
    forced = int((frame.use > 0).sum())
    assert 0 <= len(links.sales) - 8.0 * 20_000 < forced
    # The slow way to the same number: firm by firm, input by input.
    use, industries = frame.use, len(firms.counts)
    main = use / frame.output[:industries] >= MAIN_INPUT
    reach = -np.sort(-chance.random(int(firms.start[industries])))
    for i in range(industries):
        reach[firms.start[i] : firms.start[i + 1]] = -np.sort(-reach[firms.start[i] : firms.start[i + 1]])
    most = np.diff(firms.start)[:, None] - np.eye(len(use), industries)
    for scale in (1e-3, 1e-1, 10.0, 1e4):
        slow = 0.0
        for i, count in enumerate(firms.counts):
            here = reach[firms.start[i] : firms.start[i] + count, None] * scale * use[:, i] / use[:, i].sum()
            here = np.where(main[:, i], np.maximum(here, 1.0), here) * (use[:, i] > 0)
            slow += np.minimum(here, most[:, i]).sum()
        wanted = use / use.sum(axis=0)
        fast = links_expected(scale, reach, running(reach), firms.start, wanted, main)
        assert fast == pytest.approx(slow, rel=1e-9)
