"""Firm findings: what cascades and days on a network came to, from arrays into the values of a result."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from autarky.explanation.firm_names import label_of
from autarky.firm_network import FirmNetwork
from autarky.results.firms import RankedNode, Ranking, Spread

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

POINTS = 40
"""Points of the cumulative curve."""


def spread(values: npt.ArrayLike) -> Spread:
    """Median, and 5 % and 95 %, of a figure over the draws."""
    low, middle, high = np.quantile(np.asarray(values, dtype=np.float64), (0.05, 0.5, 0.95))
    return Spread(float(middle), float(low), float(high))


def ranking_of(
    network: FirmNetwork,
    nodes: Integers,
    joint: Floats,
    downstream: Floats,
    upstream: Floats,
    rounds: Integers,
    *,
    weights: Sequence[str],
    tolerance: float,
    how: str,
    is_certified: bool,
    every: bool,
    top: int,
) -> Ranking:
    """The first ``top`` nodes, and the first ``top`` suppliers abroad, by the median loss over the draws.

    Parameters
    ----------
    network : FirmNetwork
        The network, or the first of its draws: names, sectors and regions are those of all.
    nodes : array, shape (k,)
        Nodes whose loss is known.
    joint : array, shape (draws, k, weights)
        Loss by each node's failure.
    downstream, upstream : array, shape (draws, k)
        The same one way alone, in the first weight.
    rounds : array, shape (draws, k)
    every : bool
        Whether ``nodes`` are all nodes: then there is a curve.
    """
    middle = np.median(joint[:, :, 0], axis=0)
    # Equal losses stand in the order of the nodes, so that the same network gives the same table.
    order = np.lexsort((nodes, -middle))
    whole = float(network.nodes.output[: network.firms].sum())

    def row(place: int) -> RankedNode:
        at = int(order[place])
        node = int(nodes[at])
        about = network.nodes
        return RankedNode(
            place=place + 1,
            name=network.id_of(node),
            label=label_of(network, node),
            sector=network.sectors[about.sector[node]],
            region=network.regions[about.region[node]],
            kind=network.kinds[about.kind[node]],
            is_foreign=node >= network.firms,
            is_rest=bool(about.is_rest[node]),
            output_share=float(about.output[node]) / whole,
            loss=tuple(spread(joint[:, at, w]) for w in range(len(weights))),
            downstream=spread(downstream[:, at]),
            upstream=spread(upstream[:, at]),
            iterations=int(rounds[:, at].max()),
        )

    abroad = [place for place in range(len(order)) if nodes[order[place]] >= network.firms]
    curve: list[tuple[int, Spread]] = []
    if every:
        falling = -np.sort(-joint[:, :, 0], axis=1)
        sums = np.cumsum(falling, axis=1)
        shares = sums / np.where(sums[:, -1:] > 0, sums[:, -1:], 1.0)
        places = np.unique(np.geomspace(1, len(nodes), POINTS).round().astype(int))
        curve = [(int(place), spread(shares[:, place - 1])) for place in places]
    return Ranking(
        weights=tuple(weights),
        tolerance=tolerance,
        most_iterations=int(rounds.max()),
        is_certified=is_certified,
        how=how,
        nodes=tuple(row(place) for place in range(min(top, len(order)))),
        foreign=tuple(row(place) for place in abroad[:top]),
        curve=tuple(curve),
    )
