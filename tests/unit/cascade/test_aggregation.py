"""Firms and sectors under the same shock."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from autarky.cascade.aggregation import by_sector, compared, losses_by_sector, on_sectors
from autarky.cascade.operators import build_operators, weights_of
from autarky.cascade.rules import Rules
from autarky.cascade.run import cascade
from autarky.firm_network import FirmNetwork
from autarky.firm_network.section import FirmLoss
from made_firms import network, random_network

EXACT = Rules(tolerance=1e-12)


def two_regions(seed: int) -> FirmNetwork:
    firms = random_network(seed, firms=60, kinds=5, links=300)
    region = np.where(firms.is_foreign, 2, np.arange(len(firms)) % 2)
    nodes = dataclasses.replace(firms.nodes, region=region)
    return dataclasses.replace(firms, nodes=nodes, regions=("NORTH", "SOUTH", "ABROAD"))


def test_a_sector_is_one_firm_with_all_that_its_firms_have():
    firms = two_regions(1)
    sectors = by_sector(firms)
    assert sectors.firms == 10
    assert bytes(sectors.nodes.ids[0]) == b"NORTH.sector-0-rest"
    assert sectors.nodes.ids[10:].tolist() == firms.nodes.ids[60:].tolist()
    assert sectors.nodes.is_rest.tolist() == [True] * 10 + [False] * 3
    for name in ("output", "value_added", "jobs"):
        mine, theirs = getattr(firms.nodes, name), getattr(sectors.nodes, name)
        for node in range(10):
            members = (firms.nodes.region == node // 5) & (firms.nodes.sector == node % 5)
            members[60:] = False
            assert theirs[node] == pytest.approx(mine[members].sum())
    from_to = np.zeros((2, 5, 2, 5))
    home = firms.supplier < 60
    ends = [of[firms.supplier[home]] for of in (firms.nodes.region, firms.nodes.sector)]
    ends += [of[firms.buyer[home]] for of in (firms.nodes.region, firms.nodes.sector)]
    np.add.at(from_to, tuple(ends), firms.sales[home])
    again = np.zeros((10, 10))
    home = sectors.supplier < 10
    again[sectors.supplier[home], sectors.buyer[home]] = sectors.sales[home]
    assert np.allclose(again, from_to.reshape(10, 10))
    assert sectors.sales.sum() == pytest.approx(firms.sales.sum())


def test_a_sector_makes_the_kind_that_most_of_its_output_is_of():
    firms = network(
        [0, 1, 2],
        [3, 3, 3],
        [1.0, 1, 1],
        kind=[0, 1, 1, 2],
        essentiality=np.full((3, 3), 2),
        sector=[0, 0, 0, 1],
        output=[5.0, 2.0, 2.0, 9.0],
    )
    assert by_sector(firms).nodes.kind.tolist() == [0, 2]
    bigger = dataclasses.replace(firms.nodes, output=np.array([5.0, 3.0, 3.0, 9.0]))
    assert by_sector(dataclasses.replace(firms, nodes=bigger)).nodes.kind.tolist() == [1, 2]


@pytest.mark.parametrize("seed", range(4))
def test_where_every_sector_is_one_firm_there_is_no_aggregation_error(seed):
    sectors = by_sector(two_regions(seed))
    remaining = np.random.default_rng(seed).random(len(sectors))
    weights = weights_of(sectors, ("output", "jobs"))
    found = compared(sectors, remaining, EXACT, weights)
    assert np.abs(found.error).max() < 1e-9
    assert found.by_firms.of_sector == pytest.approx(found.by_sector.of_sector)


def test_what_sectors_are_left_is_what_their_firms_are_weighted_by_output():
    firms = two_regions(2)
    remaining = np.where(np.arange(len(firms)) == 7, 0.0, 1.0)
    weights = weights_of(firms, ("output", "jobs"))
    found = compared(firms, remaining, EXACT, weights)
    assert found.direct == pytest.approx(weights[:, 7] / weights.sum(axis=1))
    sectors = by_sector(firms)
    left = np.ones(len(sectors))
    place = 5 * (7 % 2) + firms.nodes.sector[7]
    left[place] = 1 - firms.nodes.output[7] / sectors.nodes.output[place]
    settled = cascade(build_operators(sectors, EXACT), left)
    lost = 1 - np.minimum(settled.downstream, settled.upstream)
    share = sectors.nodes.output * ~sectors.is_foreign
    assert found.by_sector.joint[0] == pytest.approx(share @ lost / share.sum())
    assert found.by_sector.rounds == settled.rounds
    assert found.error == pytest.approx(found.by_sector.joint / found.by_firms.joint - 1)


def test_the_firm_that_a_sector_hides_is_what_the_error_is_about():
    """Half of a sector sells to nobody: losing that half costs firms that half, and the sector table more."""
    firms = network(
        [1], [2], [5.0], kind=[0, 0, 1], essentiality=np.full((2, 2), 2), output=[10.0, 10.0, 20.0]
    )
    found = compared(firms, np.array([0.0, 1.0, 1.0]), EXACT, weights_of(firms, ("output",)))
    assert found.by_firms.joint[0] == pytest.approx(10 / 40)
    assert found.by_sector.joint[0] == pytest.approx((10 + 20 * 0.5) / 40)
    assert found.error[0] == pytest.approx(1.0)
    assert found.by_firms.of_sector == pytest.approx([0.5, 0.0])
    assert found.by_sector.of_sector == pytest.approx([0.5, 0.5])


def test_a_cut_of_imports_is_the_same_shock_on_both_and_strikes_nobody_at_home():
    firms = two_regions(3)
    remaining = np.where(firms.is_foreign, 0.0, 1.0)
    found = compared(firms, remaining, EXACT, weights_of(firms, ("output",)))
    assert found.direct.tolist() == [0.0]
    assert found.by_firms.upstream.tolist() == [0.0]
    assert found.by_firms.joint[0] == found.by_firms.downstream[0] > 0
    nothing = compared(firms, np.ones(len(firms)), EXACT, weights_of(firms, ("output",)))
    assert np.isnan(nothing.error).all()


def test_losses_by_sector_are_shares_of_output_at_home():
    firms = random_network(4, firms=20, abroad=2, kinds=3)
    left = np.random.default_rng(0).random(len(firms))
    for sector, lost in enumerate(losses_by_sector(firms, left)):
        members = np.flatnonzero(firms.nodes.sector[:20] == sector)
        assert lost == pytest.approx(1 - np.average(left[members], weights=firms.nodes.output[members]))


def test_a_sector_loses_what_its_named_firms_make_of_it():
    firms = random_network(3)
    name = firms.id_of(0)
    (told,) = on_sectors(
        firms, [FirmLoss.model_validate({"from": "2020-01-01", "firms": [name], "share": 0.5})]
    )
    alike = firms.nodes.sector[: firms.firms] == firms.nodes.sector[0]
    assert told.firms == (f"{firms.sectors[firms.nodes.sector[0]]}-rest",)
    whole = firms.nodes.output[: firms.firms][alike].sum()
    assert 0 < told.share < 0.5 and told.share == pytest.approx(0.5 * firms.nodes.output[0] / whole)
