"""Network: a firm network as slots and links in the order in which buyers need them, and its base year."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from autarky.firm_network import FirmNetwork, Level
from autarky.scenario import ProductionFunction
from autarky.simulation.by_firm import kernels
from autarky.simulation.by_firm.allocation import Allocation, product_of_kinds
from autarky.simulation.network import DAYS_PER_YEAR
from autarky.simulation.presets import Parameters

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

_WORTH_BLOCKS = 100_000
"""Links from which a network is cut into blocks."""
_PRODUCTION = {
    ProductionFunction.LEONTIEF: kernels.LEONTIEF,
    ProductionFunction.CRITICAL: kernels.CRITICAL,
    ProductionFunction.LINEAR: kernels.LINEAR,
}
_LEVELS = {
    Level.ESSENTIAL: kernels.BINDS,
    Level.LINEAR: kernels.HALF_BINDS,
    Level.NO_EFFECT: kernels.NEVER_BINDS,
}


@dataclass(frozen=True, eq=False)
class Slots:
    """What each firm needs: s slots, buyer after buyer, in it by kind; m links, slot after slot."""

    first_slot: npt.NDArray[np.uint32]
    """(firms + 1,) first slot of each firm."""
    buyer: npt.NDArray[np.uint32]
    """(s,)"""
    kind: npt.NDArray[np.int32]
    """(s,)"""
    first_link: npt.NDArray[np.uint32]
    """(s + 1,) first link of each slot."""
    supplier: npt.NDArray[np.uint32]
    """(m,) node that sells."""
    flow: Floats
    """(m,) base-year flow, per day."""

    def suppliers_of(self, slot: int) -> tuple[npt.NDArray[np.uint32], Floats]:
        """The nodes that fill a slot, and their shares of it in the base year."""
        links = slice(int(self.first_link[slot]), int(self.first_link[slot + 1]))
        flow = self.flow[links]
        return self.supplier[links], flow / flow.sum()


def slots_of(network: FirmNetwork) -> Slots:
    """The links of a network, in the order of their buyers' slots."""
    kinds = np.uint64(len(network.kinds))
    key = network.buyer * kinds + network.nodes.kind[network.supplier].astype(np.uint64)
    order = np.argsort(key, kind="stable")
    key = key[order]
    new = np.ones(len(key), dtype=np.bool_)
    new[1:] = key[1:] != key[:-1]
    first_link = np.append(np.flatnonzero(new), len(key)).astype(np.uint32)
    buyer = (key[new] // kinds).astype(np.uint32)
    return Slots(
        first_slot=np.searchsorted(buyer, np.arange(network.firms + 1)).astype(np.uint32),
        buyer=buyer,
        kind=(key[new] % kinds).astype(np.int32),
        first_link=first_link,
        supplier=network.supplier[order],
        flow=network.sales[order] / DAYS_PER_YEAR,
    )


def by_kind(
    network: FirmNetwork, products: tuple[str, ...], default: float, exceptions: dict[str, float]
) -> Floats:
    """A number for each kind, (K,): the default, or the exception of its product, or of the kind itself."""
    return np.array(
        [
            exceptions.get(kind, exceptions.get(product, default))
            for kind, product in zip(network.kinds, products, strict=True)
        ]
    )


@dataclass(frozen=True, eq=False)
class Opening:
    """The evening before the first day."""

    tables: kernels.Tables
    rules: kernels.Rules
    state: kernels.State
    stock_days: Floats
    """(K,) days of use in stock."""


def open_days(network: FirmNetwork, slots: Slots, params: Parameters, allocation: Allocation) -> Opening:
    """Base-year orders and output, stocks as declared, and the rules of the day."""
    tables, asked, weighted = _base_year(network, slots, allocation)
    preset, n, firms, K = params.preset, len(network), network.firms, len(network.kinds)
    G, B = allocation.ranks.shape[-1], len(asked)
    _set_levels(network, tables, slots, params)
    normal = tables.base.copy()
    normal[:firms] /= preset.utilisation
    normal[firms:] *= 1.0 + preset.import_spare
    products = product_of_kinds(network)
    # What does not keep is held for the day of its use.
    target = np.maximum(by_kind(network, products, preset.inventory_days, params.inventory_days), 1.0)
    restocking = by_kind(network, products, preset.restocking_days, params.restocking_days)
    filled = by_kind(network, products, preset.initial_stocks, params.initial_stocks)
    rules = kernels.Rules(
        production=_PRODUCTION[preset.production],
        normal=normal,
        target=target,
        pace=1.0 / np.maximum(restocking, 1.0),
        importance=preset.importance,
        restart_share=preset.restart_share,
        overtime_max=preset.overtime_max,
        overtime_days=preset.overtime_days,
        substitution_pace=min(1.0, 1.0 / preset.substitution_days),
        ranking=allocation.ranking,
        turn=np.argsort(allocation.ranks, axis=-1, kind="stable").astype(np.int64),
        rank=allocation.ranks,
    )
    state = kernels.State(
        stock=(filled * target)[slots.kind],
        order=np.ones(len(slots.kind)),
        asked=asked,
        offer=np.ones((G, n, 2)),
        booked=np.zeros((G, n)),
        upto=np.ones(allocation.ranking.shape),
        ceiling=np.full(n, np.inf),
        survive=np.ones(n),
        wanted_final=np.ones(K),
        final_scale=np.ones(K),
        overtime=np.ones(n),
        call=np.zeros(n),
        output=tables.base.copy(),
        bound_by=np.full(n, kernels.DEMAND, dtype=np.int64),
        made=np.ones(n),
        goal=np.ones(n),
        draw=np.zeros(n),
        asked_of_kind=np.zeros((B, K, G)),
        missing_of_kind=np.zeros((B, K, G)),
        spare_of_kind=np.zeros((B, K)),
        weighted_of_kind=weighted,
        part=np.zeros((K, G)),
        reach=np.zeros(K),
    )
    return Opening(tables, rules, state, filled * target)


def _base_year(
    network: FirmNetwork, slots: Slots, allocation: Allocation
) -> tuple[kernels.Tables, Floats, Floats]:
    """The tables, orders of the base year by block, final sales of kinds by block.

    Everything is summed as a day sums it, so that the base year stands still to the last bit.
    """
    K, n, m = len(network.kinds), len(network), len(slots.flow)
    kind, final = network.nodes.kind.astype(np.int32), network.final_sales / DAYS_PER_YEAR
    B = kernels.BLOCKS if m > _WORTH_BLOCKS else 1
    cuts = np.arange(1, B)
    nodes = np.concatenate([[0], cuts * n // B, [n]]).astype(np.int64)
    links = slots.first_link[slots.first_slot].astype(np.int64)
    buyers = np.concatenate([[0], np.searchsorted(links, cuts * m // B), [network.firms]]).astype(np.int64)
    weighted: Floats = np.stack(
        [
            np.bincount(kind[first:last], weights=final[first:last], minlength=K)
            for first, last in pairwise(nodes)
        ]
    )
    tables = kernels.Tables(
        kind=kind,
        product=allocation.product,
        group=allocation.group,
        base=np.zeros(n),
        final=final,
        final_of_kind=np.array(reduce(np.add, weighted)),
        first_slot=slots.first_slot,
        slot_kind=slots.kind,
        first_link=slots.first_link,
        use=np.zeros(len(slots.kind)),
        level=np.full(len(slots.kind), kernels.BINDS, dtype=np.uint8),
        supplier=slots.supplier,
        flow=slots.flow,
        moves=np.bincount(kind[network.nodes.output > 0.0], minlength=K) > 1,
        nodes=nodes,
        buyers=buyers,
    )
    asked = np.zeros((B, allocation.ranks.shape[-1] - 1, n))
    for block in range(B):
        kernels.book(tables, block, asked[block])
    tables.base[:] = reduce(np.add, [reduce(np.add, asked[:, g]) for g in range(asked.shape[1])]) + final
    return tables, asked, weighted


def _set_levels(network: FirmNetwork, tables: kernels.Tables, slots: Slots, params: Parameters) -> None:
    """How each slot binds: by essentiality where production is critical, else all do.

    Inputs worth at most ``negligible_share`` of the buyer's output never bind.
    """
    level = tables.level
    if params.preset.production is ProductionFunction.CRITICAL:
        codes = np.array([_LEVELS[one] for one in sorted(Level)], dtype=np.uint8)
        level[:] = codes[network.essentiality[slots.kind, network.nodes.kind[slots.buyer]]]
        if params.preset.importance == 0.0:
            level[level == kernels.HALF_BINDS] = kernels.NEVER_BINDS
    level[tables.use <= params.preset.negligible_share * tables.base[slots.buyer]] = kernels.NEVER_BINDS
