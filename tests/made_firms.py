"""Small firm networks for tests: random ones, and those with published cascades."""

from __future__ import annotations

from typing import Any

import numpy as np

from autarky.economy import Provenance
from autarky.firm_network import FirmNetwork, Nodes, links_in_order


def network(
    supplier: Any,
    buyer: Any,
    sales: Any,
    *,
    kind: Any,
    essentiality: Any,
    output: Any = None,
    sector: Any = None,
    region: Any = None,
    abroad: int = 0,
    ids: Any = None,
    value_added: Any = None,
    jobs: Any = None,
    is_rest: Any = None,
    unit: str = "million USD",
) -> FirmNetwork:
    """A network from plain lists; the last ``abroad`` nodes are suppliers abroad.

    Output is what is sold, sectors are kinds and there is one region, where nothing else is given."""
    kind = np.asarray(kind)
    n = len(kind)
    supplier, buyer = np.asarray(supplier, dtype=np.int64), np.asarray(buyer, dtype=np.int64)
    sales = np.asarray(sales, dtype=np.float64)
    first, buyer, sales = links_in_order(n, supplier, buyer, sales)
    sold = np.add.reduceat(np.append(sales, 0.0), first[:-1]) * (np.diff(first) > 0)
    output = sold if output is None else np.asarray(output, dtype=np.float64)
    bought = np.bincount(buyer, weights=sales, minlength=n)
    essentiality = np.asarray(essentiality, dtype=np.uint8)
    sector = kind if sector is None else np.asarray(sector)
    region = np.where(np.arange(n) < n - abroad, 0, 1) if region is None else np.asarray(region)
    home = np.arange(n) < n - abroad
    return FirmNetwork(
        name="made",
        year=2020,
        currency="USD",
        unit=unit,
        kinds=tuple(f"kind-{k}" for k in range(len(essentiality))),
        essentiality=essentiality,
        sectors=tuple(f"sector-{s}" for s in range(int(sector.max()) + 1)),
        regions=("HOME", "ABROAD", "FARTHER")[: int(region.max()) + 1],
        nodes=Nodes(
            ids=np.array([f"firm-{i}" for i in range(n)] if ids is None else ids, dtype=np.bytes_),
            kind=kind,
            sector=sector,
            region=region,
            output=output,
            value_added=(output - bought) * home if value_added is None else value_added,
            jobs=output * home if jobs is None else jobs,
            is_rest=np.zeros(n, dtype=bool) if is_rest is None else is_rest,
        ),
        firms=n - abroad,
        first=first,
        buyer=buyer,
        sales=sales,
        provenance=Provenance("made", "made for a test"),
    )


def random_network(
    seed: int,
    *,
    firms: int = 30,
    abroad: int = 3,
    kinds: int = 5,
    links: int = 90,
    final: float = 0.5,
    levels: tuple[int, ...] = (0, 1, 2),
) -> FirmNetwork:
    """A random network; ``final``: about this share of output goes to final users."""
    rng = np.random.default_rng(seed)
    n = firms + abroad
    pairs = np.unique(rng.integers(0, n, links) * n + rng.integers(0, firms, links))
    supplier, buyer = pairs // n, pairs % n
    keep = supplier != buyer
    supplier, buyer = supplier[keep], buyer[keep]
    sales = rng.lognormal(0.0, 1.0, len(supplier))
    sold = np.bincount(supplier, weights=sales, minlength=n)
    bought = np.bincount(buyer, weights=sales, minlength=n)
    output = np.maximum(sold / (1 - final), 1.25 * bought) + rng.random(n) * 0.1
    return network(
        supplier,
        buyer,
        sales,
        kind=rng.integers(0, kinds, n),
        essentiality=rng.choice(levels, (kinds, kinds)),
        output=output,
        abroad=abroad,
        jobs=rng.random(n) * 10 * (np.arange(n) < firms),
    )


def eleven_firms(essentiality: Any) -> FirmNetwork:
    """The example of Diem et al. (2022), Fig. 1, with one link for each arrow."""
    links = np.array([(2, 1), (2, 3), (3, 7), (6, 7), (7, 4), (7, 11), (8, 11), (9, 5), (9, 10), (10, 7)]) - 1
    kind = np.array([1, 2, 1, 3, 4, 2, 4, 1, 2, 3, 5]) - 1
    return network(links[:, 0], links[:, 1], np.ones(len(links)), kind=kind, essentiality=essentiality)
