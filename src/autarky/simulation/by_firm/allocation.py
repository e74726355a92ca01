"""Allocation: who is served before whom on a network of firms, and by which rules on which day.

The firms of a sector in a region are one user, and so are all final users: they bid, are drawn and stand in a
list as the industries of a table do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from autarky.economy import FinalUseKind
from autarky.errors import Problem, ScenarioError
from autarky.firm_network import FirmNetwork
from autarky.memory import SHARE, free_memory, in_words
from autarky.scenario import Rationing, Scenario
from autarky.simulation.by_firm import kernels
from autarky.simulation.channels import (
    INDUSTRIES,
    Institution,
    Users,
    build_channels,
    problems_of,
    shared_up_to,
    shares_and_gains,
    weights_by_day,
)
from autarky.simulation.presets import Parameters

Booleans = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

FINAL_USERS = tuple(kind.value for kind in FinalUseKind)
"""Names by which a study can call final users."""
_BYTES = 8 * (3 + kernels.BLOCKS)
"""What a day keeps for each node and group of buyers: orders by block and in all, weights, deliveries."""


@dataclass(frozen=True, eq=False)
class Allocation:
    """G groups of buyers that are served alike (the last: final users), C channels, P products, K kinds."""

    group: npt.NDArray[np.uint16]
    """(firms,) group a firm buys in."""
    product: Integers
    """(K,) product that a kind counts as."""
    ranks: Integers
    """(rankings, P, G) who is served before whom, 0 first; those of one rank share."""
    ranking: Integers
    """(C, P) which ranking a channel goes by."""
    shares: Floats
    """(C, P) of what there is, while the channel's institution holds."""
    gains: Floats
    """(C, P) what capacity gains by it, relative to the base year's."""
    weights: Floats
    """(C, days + 1) how far the channel's institution holds."""

    @property
    def changes(self) -> Booleans:
        """(days + 1,) whether other rules hold than on the day before."""
        changes = np.zeros(self.weights.shape[1], dtype=np.bool_)
        changes[1:] = (np.diff(self.weights, axis=1) != 0.0).any(axis=0)
        return changes

    def act(self, day: int, tables: kernels.Tables, state: kernels.State) -> None:
        """Let the rules of a day hold: what goes by which channel, and the capacity under them."""
        now = self.weights[:, day, None]
        state.upto[:] = shared_up_to(now, self.shares)
        if self.gains.any():
            factor = 1.0 + (now * self.gains).sum(axis=0)
            firms = len(self.group)
            state.survive[:firms] *= factor[self.product[tables.kind[:firms]]]


def allocation_of(network: FirmNetwork, scenario: Scenario, params: Parameters) -> Allocation:
    """What a study's rules of allocation come to for the buyers of a network.

    Raises
    ------
    ScenarioError
        If they tell so many groups of buyers apart that a day does not fit into memory.
    """
    products, product = _products(network)
    code, pairs = _pairs(network)
    channels = build_channels(_users_of(network, products, product, code, pairs), params.institutions)
    # Firms that are nowhere served before or after another stand in one group.
    vectors = channels.ranks.reshape(-1, len(pairs) + 1)
    _, first, alike = np.unique(vectors[:, :-1], axis=1, return_index=True, return_inverse=True)
    _check_memory(len(network), len(first) + 1)
    shares, gains = shares_and_gains(params.institutions, channels, products)
    return Allocation(
        group=alike.reshape(-1).astype(np.uint16)[code],
        product=product,
        ranks=np.ascontiguousarray(channels.ranks[:, :, np.append(first, len(pairs))]),
        ranking=channels.ranking,
        shares=shares,
        gains=gains,
        weights=weights_by_day(scenario)[list(channels.institution)],
    )


def problems_with(network: FirmNetwork, params: Parameters) -> list[Problem]:
    """What the rules of a study lack, and where they tell apart what firms know only together."""
    found = problems_of(params.institutions, _products(network)[0])
    for one in params.institutions:
        ranks = {name: rank for rank, names in enumerate(one.priority) for name in names}
        rules = one.allocation.rules(one.rationing)
        by_market = bool(rules & {Rationing.MARKET, Rationing.MIXED})
        asked: dict[str, Mapping[str, float]] = {
            "priority": ranks if rules & {Rationing.PRIORITY, Rationing.MIXED} else {},
            "allocation.willingness_to_pay": one.allocation.willingness_to_pay if by_market else {},
        }
        for field, given in asked.items():
            if len({given[name] for name in FINAL_USERS if name in given}) > 1:
                what = "tells final users apart, and firms know them only all together"
                remedy = "give all of them the same rank or number"
                found.append(Problem(f"{one.place}.{field}", what, remedy))
        if by_market and not network.nodes.value_added.any() and not _all_bid(network, one):
            what = "industries bid their value added, and that of no firm is known"
            remedy = "give the firms a value added, or the industries a willingness_to_pay"
            found.append(Problem(f"{one.place}.rationing", what, remedy))
    return found


def _all_bid(network: FirmNetwork, institution: Institution) -> bool:
    """Whether a study says what every sector bids."""
    given = institution.allocation.willingness_to_pay
    return INDUSTRIES in given or set(network.sectors).issubset(given)


def product_of_kinds(network: FirmNetwork) -> tuple[str, ...]:
    """(K,) sector whose product a kind is: that of the first node that makes it; else the kind itself."""
    made, first = np.unique(network.nodes.kind, return_index=True)
    products = list(network.kinds)
    for kind, node in zip(made, first, strict=True):
        products[kind] = network.sectors[network.nodes.sector[node]]
    return tuple(products)


def _products(network: FirmNetwork) -> tuple[tuple[str, ...], Integers]:
    """The products of a network, and which of them each kind counts as."""
    by_kind = product_of_kinds(network)
    products = tuple(dict.fromkeys(by_kind))
    return products, np.array([products.index(product) for product in by_kind], dtype=np.int64)


def _pairs(network: FirmNetwork) -> tuple[Integers, Integers]:
    """(firms,) which region and sector each firm is of, and those there are, (pairs, 2)."""
    nodes, firms, sectors = network.nodes, network.firms, len(network.sectors)
    key = nodes.region[:firms].astype(np.int64) * sectors + nodes.sector[:firms]
    kept, code = np.unique(key, return_inverse=True)
    return code.reshape(-1), np.stack(np.divmod(kept, sectors), axis=1)


def _users_of(
    network: FirmNetwork, products: tuple[str, ...], product: Integers, code: Integers, pairs: Integers
) -> Users:
    """Sectors by region, then final users, as the users of a table."""
    places = [(network.regions[region], network.sectors[sector]) for region, sector in pairs]
    shape = len(products), len(pairs) + 1
    made = product[network.nodes.kind]

    def use() -> Floats:
        place = made[network.supplier] * shape[1] + code[network.buyer]
        found = np.bincount(place, weights=network.sales, minlength=shape[0] * shape[1]).reshape(shape)
        found[:, -1] += np.bincount(made, weights=network.final_sales, minlength=shape[0])
        return found.astype(np.float64)

    return Users(
        products=products,
        places=(*places, (places[0][0] if places else "", "final users")),
        names=(*((sector, INDUSTRIES) for _, sector in places), FINAL_USERS),
        value_added=np.bincount(code, network.nodes.value_added[: network.firms], len(pairs)).astype(
            np.float64
        ),
        use=use,
    )


def _check_memory(nodes: int, groups: int) -> None:
    needed, free = _BYTES * nodes * groups, int(free_memory() * SHARE)
    if needed > free:
        what = f"tells {groups} groups of buyers apart; {nodes:,} nodes need {in_words(needed)} for that"
        remedy = f"{in_words(free)} are free: take rationing: proportional, or few ranks by priority"
        raise ScenarioError(Problem("behaviour.rationing", what, remedy))
