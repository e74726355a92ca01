"""Aggregation: the same shock on firms and on sectors as single firms, and by how much the two differ."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from autarky.cascade.operators import build_operators
from autarky.cascade.rules import Rules
from autarky.cascade.run import cascade
from autarky.declared import ALL
from autarky.firm_network import FirmNetwork, Nodes, links_in_order
from autarky.firm_network.section import FirmLoss

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class CascadeLoss:
    """What one shock comes to on one network. A part of the weights is what nodes at home count for."""

    joint: Floats
    """(w,) share lost of each weight: each node loses the worse of lost supplies and lost demand."""
    downstream: Floats
    """(w,) by lost supplies alone."""
    upstream: Floats
    """(w,) by lost demand alone."""
    of_sector: Floats
    """(S,) output lost in each sector at home as a share of its own; 0 where it has none."""
    rounds: int


@dataclass(frozen=True)
class Compared:
    """The same shock on firms, and on each sector of each region as one firm."""

    direct: Floats
    """(w,) lost where it strikes; 0 where only suppliers abroad fail."""
    by_firms: CascadeLoss
    by_sector: CascadeLoss
    error: Floats
    """(w,) aggregation error: (sector result − firm result) / firm result; nan where firms lose nothing."""


def by_sector(network: FirmNetwork) -> FirmNetwork:
    """The network of a sector table: the firms of each sector in each region as one that trades with itself.

    A sector makes the kind that most of its output is of; suppliers abroad stay as they are.
    """
    group, heads = _groups(network)
    nodes, firms = network.nodes, network.firms
    n = len(heads)
    number = len(network.kinds)
    of_kind = np.bincount(
        group[:firms].astype(np.int64) * number + nodes.kind[:firms],
        weights=nodes.output[:firms],
        minlength=int(group[:firms].max() + 1) * number,
    ).reshape(-1, number)
    at_home = len(of_kind)
    several = len(np.unique(nodes.region[:firms])) > 1
    names = [
        (f"{network.regions[nodes.region[i]]}." if several else "")
        + f"{network.sectors[nodes.sector[i]]}-rest"
        for i in heads[:at_home]
    ]
    key = group[network.supplier].astype(np.int64) * n + group[network.buyer]
    pairs, place = np.unique(key, return_inverse=True)
    together = np.asarray(np.bincount(place, weights=network.sales), dtype=np.float64)
    first, buyer, sales = links_in_order(n, pairs // n, pairs % n, together)

    def total(amount: Floats) -> Floats:
        return np.asarray(np.bincount(group, amount, n), dtype=np.float64)

    return dataclasses.replace(
        network,
        name=f"{network.name}, by sector",
        nodes=Nodes(
            ids=np.concatenate([np.array([name.encode() for name in names]), nodes.ids[firms:]]),
            kind=np.concatenate([of_kind.argmax(axis=1), nodes.kind[firms:]]),
            sector=nodes.sector[heads],
            region=nodes.region[heads],
            output=total(nodes.output),
            value_added=total(nodes.value_added),
            jobs=total(nodes.jobs),
            is_rest=np.arange(n) < at_home,
        ),
        firms=at_home,
        first=first,
        buyer=buyer,
        sales=sales,
    )


def on_sectors(network: FirmNetwork, losses: Sequence[FirmLoss]) -> tuple[FirmLoss, ...]:
    """The same losses on the network of ``by_sector``: a sector loses what its named firms make of it.

    Names are those of the network; suppliers abroad keep theirs.
    """
    group, _ = _groups(network)
    nodes, together = network.nodes, by_sector(network)
    told = []
    for loss in losses:
        if loss.firms == ALL:
            told.append(loss)
            continue
        named = np.unique([node for name in loss.firms if (node := network.find(name)) is not None])
        struck = np.bincount(group[named], nodes.output[named], len(together))
        for sector in map(int, np.flatnonzero(struck > 0)):
            share = min(1.0, loss.share * float(struck[sector] / together.nodes.output[sector]))
            told.append(loss.model_copy(update={"firms": (together.id_of(sector),), "share": share}))
    return tuple(told)


def compared(network: FirmNetwork, remaining: Floats, rules: Rules, weights: Floats) -> Compared:
    """One shock on firms and on sectors; a sector is left what its firms are, weighted by their output.

    Parameters
    ----------
    network : FirmNetwork
    remaining : array, shape (n,), 0 to 1
        What is left of each node's capacity.
    rules : Rules
    weights : array, shape (w, n)

    References
    ----------
    Diem, Borsos, Reisch, Kertész, Thurner (2024), PNAS Nexus 3:pgae064: sectors err by up to 37 %.
    """
    group, heads = _groups(network)
    n = len(heads)
    # Firms of a sector without output count alike; a little for each is nothing beside any output.
    size = network.nodes.output + 1e-12 * max(float(network.nodes.output.max()), 1e-300)
    left = np.bincount(group, size * remaining, n) / np.bincount(group, size, n)
    together = np.array([np.bincount(group, weight, n) for weight in weights], dtype=np.float64)
    firms = _lost(network, remaining, rules, weights)
    sectors = _lost(by_sector(network), left, rules, together)
    with np.errstate(divide="ignore", invalid="ignore"):
        error = np.where(firms.joint > 0, (sectors.joint - firms.joint) / firms.joint, np.nan)
    share = weights / weights.sum(axis=1, keepdims=True)
    return Compared(direct=share @ (1.0 - remaining), by_firms=firms, by_sector=sectors, error=error)


def _groups(network: FirmNetwork) -> tuple[Integers, Integers]:
    """(n,) sector node of each node, sectors in order of region and code; (sector nodes,) a node in each."""
    firms = network.firms
    place = (
        network.nodes.region[:firms].astype(np.int64) * len(network.sectors) + network.nodes.sector[:firms]
    )
    found, heads, group = np.unique(place, return_index=True, return_inverse=True)
    abroad = np.arange(len(network) - firms)
    return np.concatenate([group, len(found) + abroad]), np.concatenate([heads, firms + abroad])


def _lost(network: FirmNetwork, remaining: Floats, rules: Rules, weights: Floats) -> CascadeLoss:
    settled = cascade(build_operators(network, rules), remaining)
    share = weights / weights.sum(axis=1, keepdims=True)
    left = np.minimum(settled.downstream, settled.upstream)
    return CascadeLoss(
        joint=share @ (1.0 - left),
        downstream=share @ (1.0 - settled.downstream),
        upstream=share @ (1.0 - settled.upstream),
        of_sector=losses_by_sector(network, left),
        rounds=settled.rounds,
    )


def losses_by_sector(network: FirmNetwork, left: Floats) -> Floats:
    """Output lost in each sector at home as a share of its own, (S,); 0 where it makes nothing.

    Parameters
    ----------
    network : FirmNetwork
    left : array, shape (n,)
        What is left of each node's output.
    """
    sector, output = network.nodes.sector[: network.firms], network.nodes.output[: network.firms]
    number = len(network.sectors)
    made = np.bincount(sector, output, number)
    lost = np.bincount(sector, output * (1.0 - left[: network.firms]), number)
    return np.divide(lost, made, out=np.zeros(number), where=made > 0)
