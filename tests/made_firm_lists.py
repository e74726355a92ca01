"""Firms that are part of a table: drawn so that they have all of it, then some of them or of their links."""

from __future__ import annotations

import numpy as np

from autarky.economy import Provenance
from autarky.firm_network import FirmNetwork, Nodes, links_in_order
from autarky.firm_network.from_table import Frame


def firms_of(frame: Frame, rng: np.random.Generator, *, most: int = 4) -> FirmNetwork:
    """Up to ``most`` firms in each industry, which together have all of a table; one supplier per gate."""
    industries, size = len(frame.value_added), len(frame.output)
    many = np.append(rng.integers(1, most + 1, industries), np.ones(size - industries, dtype=np.int64))
    place = np.repeat(np.arange(size), many)
    n, firms = len(place), int(many[:industries].sum())
    share = rng.random(n) + 0.1
    share /= np.bincount(place, share)[place]
    supplier, buyer = np.nonzero(
        (place[:, None] != place[:firms]) | (np.arange(n)[:, None] != np.arange(firms))
    )
    # Nobody sells to himself: what an industry sells to itself is split over the others, or left out.
    weight = share[supplier] * share[buyer]
    cell = place[supplier] * industries + place[buyer]
    weight /= np.bincount(cell, weight, size * industries)[cell]
    sales = weight * frame.use.ravel()[cell]
    keep = sales > 0
    sold = np.bincount(supplier, np.where(keep, sales, 0.0), n)
    final = frame.output - np.bincount(place, sold, size)
    labels = (*frame.economy.industries.labels, *frame.gate_names)
    number = np.arange(n) - np.repeat(np.cumsum(many) - many, many)
    first, buyers, amounts = links_in_order(n, supplier[keep], buyer[keep], sales[keep])
    return FirmNetwork(
        name="made",
        year=frame.economy.year,
        currency=frame.economy.currency,
        unit=frame.economy.unit,
        kinds=frame.kinds,
        essentiality=frame.essentiality,
        sectors=frame.sectors,
        regions=frame.regions,
        nodes=Nodes(
            ids=np.array(
                [
                    f"{labels[p]}-{i + 1:05}".encode() if p < industries else labels[p].encode()
                    for p, i in zip(place, number, strict=True)
                ],
                dtype=np.bytes_,
            ),
            kind=np.append(frame.industry_kind, frame.gate_kind)[place],
            sector=np.append(frame.industry_sector, frame.gate_sector)[place],
            region=np.append(frame.industry_region, frame.gate_region)[place],
            output=sold + share * final[place],
            value_added=share * np.append(frame.value_added, np.zeros(size - industries))[place],
            jobs=np.where(place < industries, share * 100.0, 0.0),
            is_rest=np.zeros(n, dtype=bool),
        ),
        firms=firms,
        first=first,
        buyer=buyers,
        sales=amounts,
        provenance=Provenance("made", "made for a test"),
    )


def some_of(network: FirmNetwork, rng: np.random.Generator, nodes: float, links: float) -> FirmNetwork:
    """About this share of its nodes, and of the links between them."""
    stays = rng.random(len(network)) < nodes
    stays[0] = True
    position = np.cumsum(stays) - 1
    keep = stays[network.supplier] & stays[network.buyer] & (rng.random(len(network.sales)) < links)
    first, buyer, sales = links_in_order(
        int(stays.sum()), position[network.supplier[keep]], position[network.buyer[keep]], network.sales[keep]
    )
    kept = {name: getattr(network.nodes, name)[stays] for name in Nodes.__dataclass_fields__}
    fields = {name: getattr(network, name) for name in FirmNetwork.__dataclass_fields__}
    return FirmNetwork(
        **fields
        | {
            "nodes": Nodes(**kept),
            "firms": int(stays[: network.firms].sum()),
            "first": first,
            "buyer": buyer,
            "sales": sales,
        }
    )
