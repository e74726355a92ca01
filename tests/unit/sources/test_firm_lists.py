"""Firm lists: what a folder says is what the network has, whatever the format and the order of rows."""

from __future__ import annotations

import csv
import json
import random
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.small_economies import chain, two_regions

from autarky.firm_network import FirmNetwork
from autarky.firm_network.consistency import agreement
from autarky.firm_network.from_table import frame_of
from autarky.firm_network.rest import completed
from autarky.scenario import CriticalityRule
from autarky.sources.firm_lists import read_firm_lists

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
    ("Grinder", "mill", 365, 0, 20),
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
    assert network.nodes.value_added.tolist() == [35, 0, 300, 0]
    assert [network.kinds[k] for k in network.nodes.kind] == ["shop", "mill", "mine", "oil (abroad)"]
    assert [network.regions[r] for r in network.nodes.region] == ["HOME", "HOME", "HOME", "CHINA"]
    assert network.provenance.citation == "made up"
    assert {name for name, _ in network.provenance.files} == {"network.csv", "firms.csv", "links.csv"}


def test_the_example_of_the_page_is_read_as_it_stands(tmp_path: Path) -> None:
    page = (Path(__file__).parents[3] / "docs/firms/files.md").read_text(encoding="utf-8")
    block = page.partition("## Example")[2].split("```")[1].strip("\n").splitlines()
    for start, end in ((0, 32), (32, 70), (70, None)):
        file = tmp_path / "none"
        for line in filter(None, (line[start:end].strip() for line in block)):
            if line.endswith(".csv"):
                file = tmp_path / line
            else:
                with file.open("a", encoding="utf-8") as stream:
                    stream.write(f"{line}\n")
    assert told(read_firm_lists(tmp_path))["firms"] == ["Corner shop", "Grinder", "Pit 1", "CHINA.oil"]
    assert len(list(tmp_path.iterdir())) == 5


def test_without_a_table_the_lists_have_codes_of_their_own(tmp_path: Path) -> None:
    foreign = [("partner", "product", "output"), ("CHINA", "oil", 155.5)]
    firms = [(*row[:3], *row[4:]) for row in FIRMS]
    network = read_firm_lists(folder_of(tmp_path, firms=firms, foreign=foreign))
    assert network.sectors == ("mill", "mine", "shop", "oil") and network.regions == ("HOME", "CHINA")
    assert network.kinds == ("mill", "mine", "shop", "oil (abroad)")
    assert (network.essentiality == 2).all()
    # Output less purchases in the list.
    assert network.nodes.value_added.tolist() == [35, 9.5, 365, 0]
    assert any("less their purchases" in note for note in network.notes)


def test_kinds_finer_than_sectors_begin_with_their_sector(tmp_path: Path) -> None:
    firms = [("id", "kind", "sector", "output"), ("a", "mine.coal", "mine", 10), ("b", "mill", "mill", 10)]
    links = [("supplier", "buyer", "sales"), ("a", "b", 5)]
    pairs = [("supplier_kind", "buyer_kind", "level"), ("mine.coal", "mill", 1), ("mine", "mill", 0)]
    rules = (CriticalityRule(inputs=("mine",), users=("shop",), level="important", source="assumption"),)
    folder = folder_of(tmp_path, firms=firms, links=links, essentiality=pairs)
    network = read_firm_lists(folder, chain(), essentiality=rules)
    level = {
        (one, other): int(network.essentiality[i, j])
        for i, one in enumerate(network.kinds)
        for j, other in enumerate(network.kinds)
    }
    assert level["mine.coal", "mill"] == 1 and level["mine", "mill"] == 0
    # A rule about a sector holds for its finer kinds too; what nobody speaks of is essential.
    assert level["mine.coal", "shop"] == level["mine", "shop"] == 1
    assert level["mine.coal", "mine"] == 2
    agreement(network, frame_of(chain()))


def test_the_order_of_rows_changes_nothing(tmp_path: Path) -> None:
    lists = {"firms": list(FIRMS), "links": list(LINKS)}
    shuffled = {}
    for name, rows in lists.items():
        body = list(rows[1:])
        random.Random(3).shuffle(body)
        assert body != rows[1:]
        shuffled[name] = [rows[0], *body]
    one = read_firm_lists(folder_of(tmp_path / "one"), chain())
    other = read_firm_lists(folder_of(tmp_path / "other", **shuffled), chain())
    assert told(one) == told(other)


def as_parquet(folder: Path, name: str, **types: str) -> Path:
    pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        header, *rows = csv.reader(stream)
    numbers = {"output", "value_added", "jobs", "sales"}
    columns = {
        label: [float(cell) if label in numbers else cell for cell in cells]
        for label, cells in zip(header, zip(*rows, strict=True), strict=True)
    }
    path = folder / f"{name}.parquet"
    pq.write_table(pa.table(columns), path, row_group_size=2)
    (folder / f"{name}.csv").unlink()
    return path


def test_parquet_says_what_csv_says(tmp_path: Path) -> None:
    one = read_firm_lists(folder_of(tmp_path / "one"), chain())
    folder = folder_of(tmp_path / "other")
    as_parquet(folder, "firms")
    as_parquet(folder, "links")
    assert told(read_firm_lists(folder, chain())) == told(one)


def test_lists_may_be_packed_and_be_links(tmp_path: Path) -> None:
    import gzip

    folder = folder_of(tmp_path / "one")
    content = (folder / "links.csv").read_bytes()
    (folder / "links.csv").unlink()
    (tmp_path / "far.csv.gz").write_bytes(gzip.compress(content))
    (folder / "links.csv.gz").symlink_to(tmp_path / "far.csv.gz")
    one = read_firm_lists(folder_of(tmp_path / "plain"), chain())
    assert told(read_firm_lists(folder, chain())) == told(one)


def test_names_with_markup_formulas_and_quotes_stay_as_they_are(tmp_path: Path) -> None:
    names = ['=1+1"', "<b>x</b>", "a, 'b'", "Ж漢字"]
    firms = [("id", "sector", "output"), *((name, "mill", 10) for name in names)]
    links = [("supplier", "buyer", "sales"), *zip(names, [*names[1:], names[0]], [1] * 4, strict=True)]
    network = read_firm_lists(folder_of(tmp_path, firms=firms, links=links), chain())
    assert told(network)["firms"] == sorted(names)


def test_what_is_completed_reads_back_as_it_is(tmp_path: Path) -> None:
    economy = chain()
    frame = frame_of(economy)
    whole = completed(read_firm_lists(folder_of(tmp_path / "part"), economy), frame)
    ids = [whole.id_of(i) for i in range(len(whole))]
    firms = [
        ("id", "sector", "output", "value_added", "jobs"),
        *(
            (
                ids[i],
                whole.sectors[whole.nodes.sector[i]],
                *(repr(float(v[i])) for v in (whole.nodes.output, whole.nodes.value_added, whole.nodes.jobs)),
            )
            for i in range(whole.firms)
        ),
    ]
    foreign = [
        ("partner", "product", "output"),
        *((*ids[i].split("."), repr(float(whole.nodes.output[i]))) for i in range(whole.firms, len(whole))),
    ]
    links = [
        ("supplier", "buyer", "sales"),
        *(
            (ids[s], ids[b], repr(float(v)))
            for s, b, v in zip(whole.supplier, whole.buyer, whole.sales, strict=True)
        ),
    ]
    again = read_firm_lists(folder_of(tmp_path / "all", firms=firms, links=links, foreign=foreign), economy)
    assert told(again)["links"] == told(whole)["links"]
    assert sorted(told(again)["firms"]) == sorted(told(whole)["firms"])
    assert again.nodes.is_rest.sum() == 3
    np.testing.assert_allclose(agreement(again, frame).residual_links, 0, atol=1e-12)


def test_the_network_of_500_firms_reads_as_it_was_published(tmp_path: Path) -> None:
    source = Path(__file__).parents[4] / "shared" / "data" / "esri_fixtures"
    if not source.exists():
        pytest.skip("the fixture is not here")
    with (source / "net500_firms.csv").open() as stream:
        firms = [("id", "sector", "output"), *list(csv.reader(stream))[1:]]
    with (source / "net500_edges.csv").open() as stream:
        links = [("supplier", "buyer", "sales"), *list(csv.reader(stream))[1:]]
    with (source / "net500_essentiality.csv").open() as stream:
        levels = list(csv.reader(stream))
    kinds = {row[1] for row in firms[1:]}
    pairs = [
        ("supplier_kind", "buyer_kind", "level"),
        *(
            (i, j, level)
            for i, row in enumerate(levels)
            for j, level in enumerate(row)
            if {str(i), str(j)} <= kinds
        ),
    ]
    network = read_firm_lists(folder_of(tmp_path, firms=firms, links=links, essentiality=pairs))
    assert network.firms == 500 and len(network.sales) == len(links) - 1
    one, other, sales = links[7]
    first, last = network.find(one), network.find(other)
    found = network.sales[(network.supplier == first) & (network.buyer == last)]
    assert found.tolist() == [float(sales)]
    assert network.essentiality[network.kinds.index("17"), network.kinds.index("10")] == int(levels[17][10])


def test_regions_of_a_table_of_several_are_asked_for(tmp_path: Path) -> None:
    economy = two_regions()
    firms = [("id", "sector", "region", "output"), ("a", "food", "NOR", 1), ("b", "coal", "CHN", 1)]
    links = [("supplier", "buyer", "sales"), ("b", "a", 0.1)]
    network = completed(
        read_firm_lists(folder_of(tmp_path, firms=firms, links=links), economy), frame_of(economy)
    )
    assert told(network)["firms"] == ["a", "b", *(f"{label}-rest" for label in economy.industries.labels)]
    assert agreement(network, frame_of(economy)).residual_output < 1e-12


MEMORY = """
import json, resource, sys
import autarky.sources.firm_lists
from pathlib import Path
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
network = autarky.sources.firm_lists.read_firm_lists(Path(sys.argv[1]))
print(json.dumps([len(network.sales), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before]))
"""


def test_many_links_take_no_more_memory_than_planned(tmp_path: Path) -> None:
    from autarky.sources.firm_lists import BYTES_PER_FIRM, BYTES_PER_LINK

    n, m = 2_000, 400_000
    firms = [("id", "sector", "output"), *((f"F{i:06}", f"S{i % 20}", 1e6) for i in range(n))]
    links = [("supplier", "buyer", "sales")]
    links += [(f"F{i:06}", f"F{(i + 1 + step) % n:06}", 1.5) for i in range(n) for step in range(m // n)]
    folder_of(tmp_path, firms=firms, links=links)
    ran = subprocess.run(
        [sys.executable, "-c", MEMORY, str(tmp_path)], check=True, capture_output=True, text=True
    )
    count, kilobytes = json.loads(ran.stdout)
    assert count == m
    chunk = 24 * 2**20
    assert kilobytes * 1024 < BYTES_PER_LINK * m + BYTES_PER_FIRM * n + chunk
