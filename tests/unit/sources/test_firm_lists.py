"""Firm lists: what a folder says is what the network has, whatever the format and the order of rows."""

from __future__ import annotations

import csv
import json
import random
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autarky.firm_network import FirmNetwork
from autarky.firm_network.consistency import agreement
from autarky.firm_network.from_table import frame_of
from autarky.firm_network.rest import completed
from autarky.scenario import CriticalityRule
from autarky.sources.firm_lists import read_firm_lists
from tests.small_economies import chain, two_regions

Rows = Sequence[Sequence[object]]
NETWORK: Rows = [
    ("field", "value"),
    ("name", "Three firms"),
    ("citation", "made up"),
    ("year", 2019),
    ("currency", "USD"),
    ("unit", "million USD"),
]
FIRMS: Rows = [
    ("id", "sector", "output", "value_added", "jobs"),
    ("Pit 1", "mine", 365, 300, 10),
    ("Grinder", "mill", 365, 10, 20),
    ("Corner shop", "shop", 400, 35, 5),
]
LINKS: Rows = [
    ("supplier", "buyer", "sales"),
    ("Pit 1", "Grinder", 200),
    ("CHINA.oil", "Grinder", 155.5),
    ("Grinder", "Corner shop", 365),
]


def folder_of(place: Path, **lists: Rows) -> Path:
    """The three firms of ``chain``, with lists in the place of their own."""
    place.mkdir(parents=True, exist_ok=True)
    for name, rows in ({"network": NETWORK, "firms": FIRMS, "links": LINKS} | lists).items():
        with (place / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows(rows)
    return place


def told(network: FirmNetwork) -> dict[str, Any]:
    """Everything but where it was read."""
    names = [network.id_of(i) for i in range(len(network))]
    return {
        "firms": names,
        "links": sorted(
            (names[s], names[b], float(v))
            for s, b, v in zip(network.supplier, network.buyer, network.sales, strict=True)
        ),
        "digest": network.digest,
    }


def test_a_folder_becomes_the_network_it_describes(tmp_path: Path) -> None:
    network = read_firm_lists(folder_of(tmp_path), chain())
    assert told(network)["firms"] == ["Corner shop", "Grinder", "Pit 1", "CHINA.oil"]
    assert told(network)["links"] == [
        ("CHINA.oil", "Grinder", 155.5),
        ("Grinder", "Corner shop", 365.0),
        ("Pit 1", "Grinder", 200.0),
    ]
    assert network.firms == 3 and network.year == 2019 and network.unit == "million USD"
    assert network.nodes.output.tolist() == [400, 365, 365, 155.5]
    assert network.nodes.jobs.tolist() == [5, 20, 10, 0]
    assert network.nodes.value_added.tolist() == [35, 10, 300, 0]
    assert [network.kinds[k] for k in network.nodes.kind] == ["shop", "mill", "mine", "oil (abroad)"]
    assert [network.regions[r] for r in network.nodes.region] == ["HOME", "HOME", "HOME", "CHINA"]
    assert network.provenance.citation == "made up"
    assert {name for name, _ in network.provenance.files} == {"network.csv", "firms.csv", "links.csv"}
