"""Processing trade: exports follow the parts that could come, and parts the exports that may leave.

Neither follows what was in fact ordered: each would wait for the other, for ever, after any interruption.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from autarky.errors import Problem
from autarky.results import Reason
from autarky.scenario import Scenario
from autarky.scenario.foreign_exchange import Processing
from autarky.simulation.behaviours.acting import Booleans, Floats, Setting
from autarky.simulation.forcing import Effects, Forcing
from autarky.simulation.lookup import Lookup
from autarky.simulation.network import Network

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Link:
    """Parts that come through some gates, and the exports that are made of them."""

    gates: Integers
    sales: Integers
    """(sales, 2) pool, and position of the exporter among the final users."""
    makers: Integers
    """(sales,) supplier at home of what is sold."""
    buyers: Integers
    """(sales,) destination."""


def find_link(setting: Setting, names: Lookup, exporters: Integers, given: Processing, place: str) -> Link:
    """What a declaration names in this table; names that match nothing are added to the problems."""
    network = setting.network
    economy, base = network.economy, network.tables.base_use
    n = len(economy.industries)
    abroad = tuple(dict.fromkeys((*names.origins, *names.final_regions)))
    partners = names.resolve(given.partners, abroad, f"{place}.partners", "partner")
    imports = names.resolve(given.imports, economy.products, f"{place}.imports", "product")
    exports = names.resolve(given.exports, economy.products, f"{place}.exports", "product")
    gates = [
        k for k, gate in enumerate(economy.gates) if gate.partner in partners and gate.product in imports
    ]
    sales, makers, buyers = [], [], []
    for f in exporters:
        region = economy.final_users[network.users[n + f] - n].region
        for p, slot in enumerate(network.slots):
            if region in partners and slot.product in exports and base[p, n + f] > 0:
                home = [i for i in range(n) if network.supplier_products[i] == slot.product]
                sales.append((p, f))
                makers.append(home[0] if home else -1)
                buyers.append(network.destinations.index(region))
    if not gates:
        what = "no gate of these partners brings in these parts"
        setting.problems.append(Problem(place, what, "name other imports or partners"))
    if not sales:
        what = "none of these partners buys these exports"
        setting.problems.append(Problem(place, what, "name other exports or partners"))
    return Link(
        np.array(gates, dtype=np.int64),
        np.array(sales, dtype=np.int64).reshape(-1, 2),
        np.array(makers, dtype=np.int64),
        np.array(buyers, dtype=np.int64),
    )


class ProcessingTrade:
    """All links of processing trade, for all scenarios side by side."""

    def __init__(self, setting: Setting, links: Sequence[Link]) -> None:
        self.setting, self.state, self.links = setting, setting.state, links
        network = setting.network
        self.n = len(network.economy.industries)
        forcing = setting.forcing
        self.base_gates = network.tables.base_output[self.n :]
        self.shares: list[tuple[Floats, Floats]] = []
        self.unwanted = np.zeros_like(setting.state.appetite)
        setting.unwanted[Reason.PROCESSING] = self.unwanted
        self.let_in: list[Floats] = []
        """For each link, what shocks let in through each of its gates, (gates, days + 1, B, W)."""
        self.let_out: list[Floats] = []
        """For each link, what shocks let its exports be of the base year, (days + 1, B, W)."""
        for k, link in enumerate(links):
            given = [_processing(scenario)[k] for scenario in setting.scenarios]
            shape = setting.state.purse.shape
            self.shares.append(
                (
                    np.array([one.share_of_exports for one in given]).reshape(shape),
                    np.array([one.share_of_imports for one in given]).reshape(shape),
                )
            )
            lanes = range(len(setting.scenarios))
            let_in = np.stack([_let_in(network, forcing, lane, link) for lane in lanes], axis=-1)
            let_out = np.stack([_let_out(network, forcing, lane, link) for lane in lanes], axis=-1)
            self.let_in.append(let_in.reshape(*let_in.shape[:-1], *shape))
            self.let_out.append(let_out.reshape(*let_out.shape[:-1], *shape))

    def morning(self, day: int, through: Floats) -> Booleans:
        """Appetite of the partners from yesterday's parts, capacity of the gates from today's bans.

        ``through``: what money let through each gate yesterday, as a share, (B, gates, W).
        """
        state = self.state
        appetite = {(p, f): np.ones(state.purse.shape) for link in self.links for p, f in link.sales}
        capacity = {g: np.ones(state.purse.shape) for link in self.links for g in link.gates}
        for link, (of_exports, of_imports), let_in, let_out in zip(
            self.links, self.shares, self.let_in, self.let_out, strict=True
        ):
            base = self.base_gates[link.gates]
            came = np.zeros(state.purse.shape)
            for position, gate in enumerate(link.gates):
                # Before the first day was the base year.
                let = np.minimum(let_in[position, day - 1] if day else 1.0, state.survive[:, self.n + gate])
                came += base[position] * np.minimum(let, 1.0) * through[:, gate]
            came = came / base.sum() if base.sum() > 0 else np.ones(state.purse.shape)
            for p, f in link.sales:
                appetite[p, f] *= 1.0 - of_exports * (1.0 - came)
            for gate in link.gates:
                capacity[gate] *= 1.0 - of_imports * (1.0 - let_out[day])
        changed = np.zeros(len(state.purse), dtype=np.bool_)
        for (p, f), wants in appetite.items():
            changed |= (state.appetite[p, :, f] != wants).any(axis=1)
            state.appetite[p, :, f] = wants
            self.unwanted[p, :, f] = 1.0 - wants
        factor = np.ones(self.setting.rules.normal_capacity.shape)
        for gate, most in capacity.items():
            factor[self.n + gate] = most
        return np.asarray(changed | self.setting.scale_capacity(Reason.PROCESSING, factor))


def _processing(scenario: Scenario) -> tuple[Processing, ...]:
    part = scenario.behaviour.foreign_exchange
    return part.processing if part is not None else ()


def _of_lane(effects: Effects, lane: int) -> Sequence[tuple[Integers, Integers, Floats]]:
    """Members and strength by day of each of a scenario's shocks."""
    return [
        (effects.first[start:end], effects.second[start:end], effects.strength[shock])
        for shock, (start, end) in enumerate(zip(effects.start, effects.start[1:], strict=False))
        if effects.scenario[shock] == lane
    ]


def _let_in(network: Network, forcing: Forcing, lane: int, link: Link) -> Floats:
    """Share of each gate's base flow that cuts let in, (gates, days + 1); at most 1."""
    n, days = len(network.economy.industries), forcing.changes.shape[0]
    flows = network.tables.base_to_destination
    let = np.zeros((len(link.gates), days))
    for position, gate in enumerate(link.gates):
        into = flows[n + gate]
        kept = np.ones((len(into), days))
        for suppliers, destinations, strength in _of_lane(forcing.ceilings, lane):
            hit = destinations[suppliers == n + gate]
            kept[hit] = np.minimum(kept[hit], strength)
        let[position] = into @ kept / into.sum() if into.sum() > 0 else 1.0
    return let


def _let_out(network: Network, forcing: Forcing, lane: int, link: Link) -> Floats:
    """Share of a link's base exports that cuts, and what abroad wants, let leave, (days + 1,); at most 1."""
    n, days = len(network.economy.industries), forcing.changes.shape[0]
    base = np.array([network.tables.base_use[p, n + f] for p, f in link.sales])
    leaves = np.zeros((len(base), days))
    for position, ((p, f), maker, buyer) in enumerate(zip(link.sales, link.makers, link.buyers, strict=True)):
        wants, kept = np.ones(days), np.full(days, np.inf)
        for pools, users, strength in _of_lane(forcing.demands, lane):
            if ((pools == p) & (users == n + f)).any():
                wants = wants * strength
        for suppliers, destinations, strength in _of_lane(forcing.ceilings, lane):
            if ((suppliers == maker) & (destinations == buyer)).any():
                kept = np.minimum(kept, strength)
        leaves[position] = np.minimum(wants, kept)
    return np.asarray(np.minimum(base @ leaves / base.sum(), 1.0)) if base.sum() > 0 else np.ones(days)
