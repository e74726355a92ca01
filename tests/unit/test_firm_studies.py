"""Studies with firms that come with autarky: what their stories rest on holds in the network they make."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from autarky.firm_network import FirmNetwork
from autarky.firms import Asked, posed_by
from autarky.simulation.by_firm.run import simulate_firms
from autarky.study import Log
from autarky.study_file import Study, packaged_study, read_study

GEAR = Path(__file__).parents[2] / "studies" / "fishing-gear-factory.yaml"


@cache
def made(path: Path) -> tuple[Study, FirmNetwork]:
    study = read_study(path)
    return study, posed_by(study, Asked(), Log()).network


def test_yarn_runs_out_first_then_nets_and_the_sectors_around_them_never_fall_as_far() -> None:
    study, network = made(GEAR)
    assert study.scenario is not None
    names = ["fishing-gear factory", "fishing fleet", "textiles-rest", "fishing-rest"]
    nodes = [network.find(name) for name in names]
    assert None not in nodes
    run = simulate_firms(network, study.scenario, watch=[node for node in nodes if node is not None])
    factory, fleet, textiles, fishing = run.watched.T
    fell = [int(np.argmax(course < 0.5)) for course in (factory, fleet)]
    assert (factory[: fell[0]] >= 0.5).all()
    # Stocks of two months: yarn to the end of March, nets for two months more.
    assert 60 < fell[0] < fell[1] - 45 < 140
    assert factory[fell[1]] < 0.2
    assert textiles.min() > 0.4
    assert fishing.min() > 0.7


def test_the_plants_are_small_beside_the_table_and_marked_as_illustrations() -> None:
    _, network = made(GEAR)
    assert network.is_illustrative
    assert network.nodes.output[:2].sum() < 0.01 * network.nodes.output.sum()
    assert all("illustration" in note for note in network.notes[-2:])


def test_only_the_fleet_buys_nets_and_it_cannot_fish_without_them() -> None:
    _, network = made(GEAR)
    factory, fleet = network.find("fishing-gear factory"), network.find("fishing fleet")
    assert network.buyer[network.supplier == factory].tolist() == [fleet]
    assert network.essentiality[network.kinds.index("fishing nets"), network.kinds.index("fishing")] == 2


def test_the_plants_of_the_whole_day_fit_into_its_table() -> None:
    study, network = made(Path(str(packaged_study("whole-day"))))
    assert study.firms is not None
    works = network.find(study.firms.plants[0].name)
    assert works is not None
    assert network.nodes.value_added[works] > 0
    assert network.final_sales[works] == pytest.approx(0.2 * network.nodes.output[works])
