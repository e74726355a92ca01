"""Firm findings: what cascades and days on a network came to, from arrays into the values of a result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from autarky.explanation.conditions import conditions, premise
from autarky.explanation.firm_names import label_of
from autarky.explanation.wording import plain
from autarky.firm_network import FirmNetwork
from autarky.firm_network.consistency import blocks, places
from autarky.firm_network.from_table import Frame
from autarky.results.firms import CutLoss, NetworkFacts, RankedNode, Ranking, SectorLoss, Spread
from autarky.scenario import Scenario

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

POINTS = 40
"""Points of the cumulative curve."""


def spread(values: npt.ArrayLike) -> Spread:
    """Median, and 5 % and 95 %, of a figure over the draws."""
    low, middle, high = np.quantile(np.asarray(values, dtype=np.float64), (0.05, 0.5, 0.95))
    return Spread(float(middle), float(low), float(high))


class FirmNames:
    """Long names of sectors, partners and firms by code."""

    def __init__(self, network: FirmNetwork) -> None:
        self._network = network
        self._sectors = dict(zip(network.sectors, network.sector_names, strict=True))

    def of(self, code: object) -> str:
        """The long name of a code; the code where there is none."""
        node = self._network.find(str(code))
        if node is not None:
            return label_of(self._network, node)
        return plain(self._sectors.get(str(code), code))


def facts_of(network: FirmNetwork, draws: int, frame: Frame | None) -> NetworkFacts:
    """What is told of a network, and how it agrees with its table."""
    nodes, firms = network.nodes, network.firms
    output = nodes.output[:firms]
    error = 0.0
    if frame is not None:
        found = blocks(network, places(network, frame), frame)
        error = float(np.abs(found - frame.use).max() / max(float(frame.use.sum()), 1e-300))
    return NetworkFacts(
        name=network.name,
        year=network.year,
        unit=network.unit,
        firms=firms,
        foreign_suppliers=len(network) - firms,
        links=len(network.sales),
        kinds=len(np.unique(nodes.kind)),
        sectors=len(np.unique(nodes.sector[:firms])),
        draws=draws,
        is_synthetic=network.is_synthetic,
        is_illustrative=network.is_illustrative,
        final_share=float(network.final_sales[:firms].sum() / output.sum()),
        residual_share=float(output[nodes.is_rest[:firms]].sum() / output.sum()),
        block_error=error,
        notes=network.notes,
    )


def cut_of(
    network: FirmNetwork, numbers: Mapping[str, npt.NDArray[Any]], happens: Scenario, notes: Sequence[str]
) -> CutLoss:
    """What the shock comes to at once.

    Parameters
    ----------
    network : FirmNetwork
        The network, or the first of its draws.
    numbers : mapping
        Of each draw: ``direct``, ``by_firms``, ``by_firms_downstream``, ``by_firms_upstream``, ``by_sector``
        (draws, weights); ``of_sector_by_firms``, ``of_sector_by_sector`` (draws, S); ``shock_rounds``.
    happens : Scenario
        The scenario, with losses of named firms among its shocks.
    notes : sequence of str
        What of it a cascade cannot tell.
    """
    firms, sectors = numbers["by_firms"], numbers["by_sector"]
    with np.errstate(divide="ignore", invalid="ignore"):
        error = np.where(firms[:, 0] > 0, (sectors[:, 0] - firms[:, 0]) / firms[:, 0], 0.0)
    there = np.unique(network.nodes.sector[: network.firms])
    return CutLoss(
        sentence=premise(conditions(happens, FirmNames(network))),
        direct=spread(numbers["direct"][:, 0]),
        loss=tuple(spread(values) for values in firms.T),
        downstream=spread(numbers["by_firms_downstream"][:, 0]),
        upstream=spread(numbers["by_firms_upstream"][:, 0]),
        by_sector=tuple(spread(values) for values in sectors.T),
        error=spread(error),
        sectors=tuple(
            SectorLoss(
                network.sectors[s],
                network.sector_names[s],
                spread(numbers["of_sector_by_firms"][:, s]),
                spread(numbers["of_sector_by_sector"][:, s]),
            )
            for s in there
        ),
        iterations=int(numbers["shock_rounds"].max()),
        notes=tuple(notes),
    )


def ranking_of(
    network: FirmNetwork,
    nodes: Integers,
    numbers: Mapping[str, npt.NDArray[Any]],
    *,
    weights: Sequence[str],
    tolerance: float,
    how: str,
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
    numbers : mapping
        Of each draw: ``joint`` (draws, k, weights), the loss by each node's failure; ``downstream``,
        ``upstream`` (draws, k), the same one way alone in the first weight; ``output`` (draws, k), of all at
        home; ``rounds`` (draws, k).
    every : bool
        Whether ``nodes`` are all nodes: then there is a curve.
    """
    joint, rounds = numbers["joint"], numbers["rounds"]
    middle = np.median(joint[:, :, 0], axis=0)
    # Equal losses stand in the order of the nodes, so that the same network gives the same table.
    order = np.lexsort((nodes, -middle))

    def row(place: int) -> RankedNode:
        at = int(order[place])
        node = int(nodes[at])
        about = network.nodes
        return RankedNode(
            place=place + 1 if every or place < top else None,
            name=network.id_of(node),
            label=label_of(network, node),
            sector=network.sectors[about.sector[node]],
            region=network.regions[about.region[node]],
            kind=network.kinds[about.kind[node]],
            is_foreign=node >= network.firms,
            is_rest=bool(about.is_rest[node]),
            output_share=float(np.median(numbers["output"][:, at])),
            loss=tuple(spread(joint[:, at, w]) for w in range(len(weights))),
            downstream=spread(numbers["downstream"][:, at]),
            upstream=spread(numbers["upstream"][:, at]),
            iterations=int(rounds[:, at].max()),
        )

    abroad = np.flatnonzero(nodes[order] >= network.firms).tolist()
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
        how=how,
        nodes=tuple(row(place) for place in range(min(top, len(order)))),
        foreign=tuple(row(place) for place in abroad[:top]),
        curve=tuple(curve),
    )
