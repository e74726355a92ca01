"""Spare parts: capacity wears while parts are short, a store delays it, repair brings it back."""

from __future__ import annotations

import numpy as np

from autarky.errors import Problem
from autarky.results import Reason, variable
from autarky.scenario import SpareParts
from autarky.simulation.behaviours.acting import Booleans, Floats, Setting, Told


def begin(setting: Setting) -> Wear | None:
    """Ready for the first day, if machines wear out."""
    part = setting.scenarios[0].behaviour.spare_parts
    return None if part is None else Wear(setting, part)


class Wear:
    """Store and capacity by region, relative to the first day (``scenario.SpareParts``)."""

    def __init__(self, setting: Setting, part: SpareParts) -> None:
        self.setting = setting
        network, economy = setting.network, setting.network.economy
        lookup, place = setting.lookup(setting.scenarios[0]), "behaviour.spare_parts"
        parts = lookup.resolve(part.products, economy.products, f"{place}.products", "product")
        users = lookup.resolve(part.users, economy.industries.sectors, f"{place}.users", "sector")
        self.regions = economy.industries.regions
        makes = np.array([product in parts for product in network.supplier_products])
        where = [network.destinations.index(region) for region in self.regions]
        flows = np.maximum(network.tables.base_to_destination[:, where], 0.0) * makes[:, None]
        total = flows.sum(axis=0)
        if not total.any() and not setting.problems:
            what = "names products that nobody delivered in the base year"
            setting.problems.append(Problem(f"{place}.products", what, "name machinery and its parts"))
        self.weight = np.divide(flows, total, out=np.zeros_like(flows), where=total > 0.0)
        """(m, regions) share of a region's parts that comes from a supplier."""
        self.wears = np.array(
            [
                [home == region and sector in users for home, sector in economy.industries.pairs]
                for region in self.regions
            ]
        )

        def lanes(name: str) -> Floats:
            return setting.declared("spare_parts", name)

        self.wear = (1.0 - lanes("salvaged")) / lanes("wear_days")
        self.repair = 1.0 / lanes("repair_days")
        shape = (len(self.regions), *self.wear.shape)
        self.store = np.broadcast_to(lanes("store_days"), shape).copy()
        self.capacity = np.ones(shape)
        self.factor = np.ones((len(network.tables.base_output), *self.wear.shape))
        days = setting.days if setting.records else 0
        self.kept = np.ones((2, days, *shape))

    def morning(self, day: int) -> Booleans:
        """What machines there are."""
        for users, capacity in zip(self.wears, self.capacity, strict=True):
            self.factor[: len(users)][users] = capacity
        return self.setting.scale_capacity(Reason.WORN, self.factor)

    def evening(self, day: int) -> None:
        """Parts that came, parts from the store, and what their lack wears away."""
        base = self.setting.network.tables.base_output[None, :, None]
        output = self.setting.state.output.astype(np.float64)
        came = np.minimum(np.divide(output, base, out=np.ones_like(output), where=base > 0.0), 1.0)
        if self.setting.records:
            self.kept[:, day] = self.capacity, self.store
        # 1 − Σ w (1 − came): exactly 1 where all came.
        there = 1.0 - np.einsum("mr,bmw->rbw", self.weight, 1.0 - came)
        drawn = np.minimum(self.store, 1.0 - there)
        self.store = self.store - drawn
        lack = 1.0 - there - drawn
        worn = self.capacity * lack * self.wear
        mended = (1.0 - self.capacity) * np.maximum(there + drawn - lack, 0.0) * self.repair
        self.capacity = np.clip(self.capacity - worn + mended, 0.0, 1.0)

    def told(self, k: int, done: int) -> Told:
        """Machines and store by region."""
        width = self.kept.shape[-1]
        capacity, store = self.kept[:, :done, :, k // width, k % width]
        dims = ("day", "parts_region")
        return Told(
            {
                "machines": variable(capacity, dims, "1", "Capacity that machines allow, of the first day's"),
                "parts_in_store": variable(store, dims, "day", "Parts in store, in days of base-year use"),
            },
            {"parts_region": list(self.regions)},
        )
