"""Slow twin of what a split table has to add up to: dictionaries over ids, link by link."""

from __future__ import annotations

from collections import defaultdict
from math import fsum

from autarky.firm_network import FirmNetwork
from autarky.firm_network.from_table import Frame


def industry_of(name: str) -> str:
    """``sector`` or ``region.sector`` of a firm's name."""
    return name.rpartition("-")[0]


def blocks(network: FirmNetwork) -> dict[tuple[str, str], float]:
    """Sales from each industry, or supplier abroad, to each industry that buys."""
    sums: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
    for supplier in range(len(network)):
        seller = network.id_of(supplier)
        group = industry_of(seller) if supplier < network.firms else seller
        for link in range(network.first[supplier], network.first[supplier + 1]):
            buyer = industry_of(network.id_of(int(network.buyer[link])))
            sums[group, buyer].append(float(network.sales[link]))
    return {block: fsum(parts) for block, parts in sums.items()}


def wanted_blocks(frame: Frame) -> dict[tuple[str, str], float]:
    """The same of the table."""
    names = industry_names(frame)
    sellers = [*names, *frame.gate_names]
    return {
        (sellers[i], names[j]): float(frame.use[i, j])
        for i in range(len(sellers))
        for j in range(len(names))
        if frame.use[i, j] > 0
    }


def industry_names(frame: Frame) -> list[str]:
    """As firms' names begin."""
    many = frame.economy.is_multi_regional
    return [f"{region}.{sector}" if many else sector for region, sector in frame.economy.industries.pairs]
