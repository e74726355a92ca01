"""A split table: what a reader is told of it, and whether it looks like an economy."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from autarky.firm_network import FirmNetwork
from autarky.firm_network.from_table import Frame, frame_of
from autarky.firm_network.section import SplitTable
from autarky.sources import embedded
from autarky.splitting.links import MAIN_INPUT
from autarky.splitting.split import split
from reference.splitting import blocks, wanted_blocks
from small_economies import chain, two_regions


@pytest.fixture(scope="module")
def usa() -> Frame:
    return frame_of(embedded("usa-2023"))


@pytest.fixture(scope="module")
def large(usa: Frame) -> FirmNetwork:
    return split(usa, SplitTable(firms=50_000, seed=1), 0)


def test_the_united_states_in_three_thousand_firms_add_up(usa: Frame) -> None:
    network = split(usa, SplitTable(firms=3_000), 7)
    found, wanted = blocks(network), wanted_blocks(usa)
    assert found.keys() == wanted.keys()
    assert max(abs(found[block] / amount - 1) for block, amount in wanted.items()) <= 1e-9


def test_ids_name_the_sector_and_the_largest_first() -> None:
    network = split(frame_of(chain()), SplitTable(firms=12, size_tail=1.5), 0)
    names = [network.id_of(i) for i in range(len(network))]
    assert names[0] == "mine-00001" and names[-3:] == ["CHINA.oil", "RUSSIA.oil", "CHINA.ore"]
    assert len(set(names)) == len(names) and network.firms == 12
    for start in np.flatnonzero([name.endswith("-00001") for name in names]):
        assert (
            network.nodes.output[start]
            == network.nodes.output[network.nodes.sector == network.nodes.sector[start]].max()
        )
    assert split(frame_of(two_regions()), SplitTable(firms=40), 0).id_of(0) == "NOR.food-00001"


def test_more_than_99999_firms_of_a_sector_have_names_of_their_own() -> None:
    network = split(frame_of(chain()), SplitTable(firms=500_000, links_per_firm=0.1), 0)
    assert network.id_of(0) == "mine-000001" and len(np.unique(network.nodes.ids)) == len(network)


def test_a_reader_is_told_that_no_firm_is_real_and_what_was_assumed(usa: Frame) -> None:
    network = split(usa, SplitTable(firms=500), 0)
    told = " ".join(network.notes)
    assert network.is_synthetic and "none of them is a real firm" in told and "(assumption)" in told
    assert f"{len(network.sales) / 500:.1f} links per firm" in told
    assert network.provenance == usa.economy.provenance and network.unit == usa.economy.unit
    assert not network.nodes.jobs.any()


def test_every_firm_has_a_supplier_of_each_main_input(usa: Frame, large: FirmNetwork) -> None:
    industries = len(usa.industry_sector)
    sector = large.nodes.sector[: large.firms]
    kind = large.nodes.kind.astype(np.int64)
    has = np.zeros((large.firms, len(large.kinds)), dtype=bool)
    has[large.buyer, kind[large.supplier]] = True
    seller_kind = np.concatenate([usa.industry_kind, usa.gate_kind])
    for block in np.argwhere(usa.use / usa.output[:industries] >= MAIN_INPUT):
        assert has[sector == block[1], seller_kind[block[0]]].all()
    # Giants buy everything their sector buys.
    first = np.unique(sector, return_index=True)[1]
    assert (has[first].sum(axis=1) >= (usa.use > 0).sum(axis=0)[sector[first]]).all()


def test_what_a_firm_buys_follows_its_output(usa: Frame, large: FirmNetwork) -> None:
    industries = len(usa.industry_sector)
    firms, sector = slice(0, large.firms), large.nodes.sector[: large.firms]
    share = (usa.use.sum(axis=0) / usa.output[:industries])[sector]
    ratio = large.bought[firms] / large.nodes.output[firms] / share
    assert (np.abs(ratio - 1) < 0.2).mean() > 0.98
    assert (large.bought[firms] > large.nodes.output[firms]).mean() < 1e-3


def test_sizes_and_degrees_have_the_tails_asked_for(large: FirmNetwork) -> None:
    firms = slice(0, large.firms)
    assert 0.95 < hill(large.nodes.output[firms]) < 1.3
    # Pareto tail 1.1 over powers 0.55 and 0.75 of size: 2.0 and 1.47.
    assert 1.7 < hill(np.bincount(large.buyer, minlength=large.firms)) < 2.4
    assert 1.25 < hill(np.diff(large.first)[firms]) < 1.8
    assert abs(len(large.sales) / large.firms - 8.0) < 0.3


def test_sizes_hang_on_the_tail_and_links_on_their_number(usa: Frame) -> None:
    flat = split(usa, SplitTable(firms=20_000, size_tail=3.0, links_per_firm=20), 0)
    assert 2.2 < hill(flat.nodes.output[flat.nodes.sector == flat.nodes.sector[0]]) < 4.5
    assert abs(len(flat.sales) / flat.firms - 20.0) < 0.5


def hill(sizes: npt.NDArray[np.generic]) -> float:
    """Tail exponent of the largest 1 %, or of 30."""
    largest = np.sort(sizes.astype(np.float64))[::-1][: max(30, len(sizes) // 100) + 1]
    return float(1 / np.log(largest[:-1] / largest[-1]).mean())
