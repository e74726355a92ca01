"""Search: what importers find at partners that are not cut, and what it costs them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from autarky.errors import Problem
from autarky.results import variable
from autarky.scenario import Search
from autarky.simulation.behaviours.acting import Booleans, Setting, Told

Integers = npt.NDArray[np.int64]


def begin(setting: Setting) -> Searching | None:
    """Ready for the first day, if importers search."""
    if (part := setting.scenarios[0].behaviour.search) is None:
        return None
    if not setting.network.economy.gates:
        what = "has no import gates to search among"
        remedy = "in a multi-regional table orders move between suppliers by themselves; leave search out"
        setting.problems.append(Problem("behaviour.search", what, remedy))
        return None
    return Searching(setting, part)


class Searching:
    """Capacity found, by product, and the gates that have it (``scenario.Search``)."""

    def __init__(self, setting: Setting, part: Search) -> None:
        self.setting = setting
        economy, self.n = setting.network.economy, len(setting.network.economy.industries)
        lookup = setting.lookup(setting.scenarios[0])
        named = lookup.resolve(part.products, economy.products, "behaviour.search.products", "product")
        products = np.array([gate.product for gate in economy.gates])
        partners = np.array([gate.partner for gate in economy.gates])
        of_product = [np.flatnonzero(products == product) for product in sorted(named)]
        # Where one partner delivers a product, there is nobody else in the table to ask.
        self.gates = [gates for gates in of_product if len(set(partners[gates])) > 1]
        if not self.gates and not setting.problems:
            what = "names no product that comes from two partners in the base year"
            remedy = "name one that does, or leave search out"
            setting.problems.append(Problem("behaviour.search.products", what, remedy))
        self.base = np.maximum(setting.network.tables.base_output[self.n :], 0.0)
        self.normal = setting.rules.normal_capacity[self.n :].astype(np.float64)
        """(gates, B, W) what gates could deliver on the first day, ``import_spare`` and all."""

        self.most, self.cost = setting.declared("search", "most"), setting.declared("search", "cost")
        self.pace = 1.0 - np.exp(-1.0 / setting.declared("search", "days"))
        packs = self.pace.shape
        self.found = np.zeros((len(self.gates), *packs))
        """(products, B, W) capacity found, flow per day."""
        self.factor = np.ones((len(self.base) + self.n, *packs))
        self.paid = np.zeros((setting.days if setting.records else 0, *packs))
        self.kept = np.zeros((setting.days if setting.records else 0, *packs))
        setting.premium = np.zeros((packs[0], len(self.base), packs[1]))

    def morning(self, day: int) -> Booleans:
        """Gates that no ceiling limited the day before can deliver what was found besides what they could."""
        if not self.found.any():
            return np.zeros(self.found.shape[1], dtype=np.bool_)
        for found, gates in zip(self.found, self.gates, strict=True):
            room = np.where(self._is_open(gates), self.base[gates, None, None], 0.0)
            whole = room.sum(axis=0)
            extra = np.divide(found, whole, out=np.zeros_like(found), where=whole > 0.0) * room
            more = np.divide(extra, self.normal[gates], out=np.zeros_like(extra), where=extra > 0.0)
            self.factor[self.n + gates] = 1.0 + more
        return self.setting.scale_capacity("search", self.factor)

    def _is_open(self, gates: Integers) -> Booleans:
        """(gates, B, W) whether nothing limited what a gate delivered, as of last evening."""
        pairs, state = self.setting.forcing.pairs, self.setting.state
        lost = state.survive[:, self.n + gates].transpose(1, 0, 2) < 1.0
        limited = [
            np.isfinite(state.ceiling[:, pairs.start[self.n + g] : pairs.start[self.n + g + 1]]).any(axis=1)
            for g in gates
        ]
        return np.asarray(~(lost | np.array(limited)))

    def evening(self, day: int) -> None:
        """Look on for what did not come, and pay for what came from the found."""
        state = self.setting.state
        came, able = (
            flow[:, self.n :].transpose(1, 0, 2).astype(np.float64) for flow in (state.output, state.capacity)
        )
        # What gates could have sent anyway, with import_spare and overtime, costs what it cost.
        found = np.maximum(came - able / self.factor[self.n :], 0.0)
        dear = self.cost * np.divide(found, came, out=np.zeros_like(found), where=came > 0.0)
        self.setting.premium = dear.transpose(1, 0, 2)
        for k, gates in enumerate(self.gates):
            # What gates under a limit do not send is looked for, whether or not others already stand in.
            lacking = np.maximum(self.base[gates, None, None] - came[gates], 0.0)
            missing = np.where(self._is_open(gates), 0.0, lacking).sum(axis=0)
            self.found[k] += np.maximum(self.most * missing - self.found[k], 0.0) * self.pace
        if len(self.paid):
            self.paid[day], self.kept[day] = self.cost * found.sum(axis=0), self.found.sum(axis=0)

    def told(self, k: int, done: int) -> Told:
        """What was found, and what it cost."""
        width, flow = self.paid.shape[-1], f"{self.setting.network.economy.unit} per day"
        lane = (slice(done), k // width, k % width)
        return Told(
            {
                "capacity_found": variable(
                    self.kept[lane], ("day",), flow, "What importers could get from suppliers they found"
                ),
                "search_cost": variable(
                    self.paid[lane], ("day",), flow, "Paid beyond old prices for what found suppliers sent"
                ),
            }
        )
