"""Names of firms as they are told: drawn ones by size and sector, since they are nobody."""

from __future__ import annotations

from autarky.firm_network import FirmNetwork


def label_of(network: FirmNetwork, node: int) -> str:
    """How a node is told to a reader; an example is marked as one.

    A drawn firm's name ends in its place by size among the firms of its sector, see ``splitting``.
    """
    nodes = network.nodes
    name = network.id_of(node)
    sector = network.sector_names[nodes.sector[node]]
    region = network.regions[nodes.region[node]]
    several = bool((nodes.region[: network.firms] != nodes.region[0]).any())
    place = f" in {region}" if several else ""
    if node >= network.firms:
        return f"{sector} from {region}"
    if nodes.is_rest[node]:
        firms = slice(network.firms)
        beside = (nodes.sector[firms] == nodes.sector[node]) & (nodes.region[firms] == nodes.region[node])
        return f"{sector}{place} (all {'other ' if beside.sum() > 1 else ''}firms)"
    if not network.is_synthetic:
        return f"{name} (illustrative)" if network.is_illustrative else name
    rank = int(name.rpartition("-")[2])
    which = "largest" if rank == 1 else f"{_ordinal(rank)} largest"
    return f"{which} firm of {sector}{place} (drawn)"


def _ordinal(number: int) -> str:
    tail = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{tail}"
