"""Slow twins of search, spare parts and rebuilding: names in dictionaries, from the equations."""

from __future__ import annotations

import math
from typing import Any

from autarky.scenario import Destruction
from reference.day import Twin


def _scale(twin: Twin, scales: dict[Any, float]) -> None:
    """Capacity of suppliers relative to that of the first day, on top of what others make of it."""
    twin.scales.append(scales)


class Searching:
    def __init__(self, twin: Twin) -> None:
        self.twin, self.part = twin, twin.scenario.behaviour.search
        self.scales: dict[Any, float] = {}
        _scale(twin, self.scales)
        named = twin.economy.products if self.part.products == "all" else self.part.products
        self.gates = {q: [g for g in twin.gates if g[2] == q] for q in named}
        self.gates = {q: gates for q, gates in self.gates.items() if len({g[1] for g in gates}) > 1}
        self.found = dict.fromkeys(self.gates, 0.0)
        self.cost: list[float] = []

    def _open(self, gate: Any, day: int) -> bool:
        places = {j[1] for j in self.twin.users}
        limited = any(self.twin.ceiling(gate, place, day) < math.inf for place in places)
        return not limited and self.twin.surviving(gate, day) >= 1.0

    def _normal(self, gate: Any) -> float:
        """What a gate can deliver with nothing found and without overtime."""
        return self.twin.base[gate] * (1.0 + (self.twin.scenario.behaviour.import_spare or 0.0))

    def morning(self, day: int) -> None:
        # Yesterday's ceilings: those of today are not known before the day begins.
        for q, gates in self.gates.items():
            room = {g: self.twin.base[g] for g in gates if self._open(g, max(day - 1, 0))}
            for g in gates:
                whole = sum(room.values())
                found = self.found[q] * room[g] / whole if g in room and whole > 0 else 0.0
                self.scales[g] = 1.0 + (found / self._normal(g) if found else 0.0)

    def evening(self, day: int, happened: Any) -> None:
        cost = 0.0
        for q, gates in self.gates.items():
            missing = 0.0
            for g in gates:
                came, base = happened["output"][g], self.twin.base[g]
                anyway = self._normal(g) * self.twin.surviving(g, day) * self.twin.overtime[g]
                cost += self.part.cost * max(came - anyway, 0.0)
                if not self._open(g, day):
                    missing += max(base - came, 0.0)
            gap = self.part.most * missing - self.found[q]
            if gap > 0:
                self.found[q] += gap * (1.0 - math.exp(-1.0 / self.part.days))
        self.cost.append(cost)


class Wear:
    def __init__(self, twin: Twin) -> None:
        self.twin, self.part = twin, twin.scenario.behaviour.spare_parts
        self.scales: dict[Any, float] = {}
        _scale(twin, self.scales)
        self.regions = twin.economy.industries.regions
        self.capacity = dict.fromkeys(self.regions, 1.0)
        self.store = dict.fromkeys(self.regions, self.part.store_days)
        self.told: list[dict[str, float]] = []

    def morning(self, day: int) -> None:
        for j in self.twin.industries:
            if self.part.users == "all" or j[2] in self.part.users:
                self.scales[j] = self.capacity[j[1]]

    def evening(self, day: int, happened: Any) -> None:
        self.told.append(dict(self.capacity))
        for region in self.regions:
            sent, came = 0.0, 0.0
            for i in self.twin.suppliers:
                if i[2] in self.part.products:
                    flow = sum(amount for j, amount in self.twin.flow[i].items() if j[1] == region)
                    base = self.twin.base[i]
                    sent += flow
                    came += flow * min(1.0, happened["output"][i] / base if base > 0 else 1.0)
            there = came / sent if sent > 0 else 1.0
            drawn = min(self.store[region], 1.0 - there)
            self.store[region] -= drawn
            lack = 1.0 - there - drawn
            k = self.capacity[region]
            k += -k * lack * (1.0 - self.part.salvaged) / self.part.wear_days
            k += (1.0 - self.capacity[region]) * max(there + drawn - lack, 0.0) / self.part.repair_days
            self.capacity[region] = min(max(k, 0.0), 1.0)


class Rebuilding:
    """One shock in one region, of a national table."""

    def __init__(self, twin: Twin) -> None:
        self.twin = twin
        (self.shock,) = (shock for shock in twin.scenario.shocks if isinstance(shock, Destruction))
        self.scales: dict[Any, float] = {}
        _scale(twin, self.scales)
        named = self.shock.sectors
        self.hit = [j for j in twin.industries if (named == "all" or j[2] in named) and twin.base[j] > 0]
        self.damage = (
            self.shock.share * self.shock.capital_years * 365.0 * sum(twin.base[j] for j in self.hit)
        )
        self.left = self.damage
        self.day = (self.shock.start - twin.scenario.start).days
        (self.investor,) = (f for f in twin.finals if twin.kind[f] == "investment")
        self.waiting = dict.fromkeys(self.shock.goods, 0.0)
        self.ordered = dict.fromkeys(self.shock.goods, 0.0)
        self.part: dict[Any, float] = {}
        self.told: list[float] = []

    def morning(self, day: int) -> None:
        if day < self.day:
            return
        use = self.twin.use[self.investor]
        self.part = {slot: 1.0 - 1.0 / self.twin.appetite.get((self.investor, slot), 1.0) for slot in use}
        coming = dict(self.ordered)
        for good, share in self.shock.goods.items():
            missing = max(self.left * share - self.waiting[good] - coming[good], 0.0)
            self.ordered[good] = min(self.damage / self.shock.days * share, missing)
            slots = [slot for slot in use if slot[0] == good and use[slot] > 0]
            whole = sum(use[slot] for slot in slots)
            for slot in slots:
                self.twin.appetite[self.investor, slot] = 1.0 + self.ordered[good] / whole
        for j in self.hit:
            self.scales[j] = 1.0 - self.shock.share * self.left / self.damage

    def evening(self, day: int, happened: Any) -> None:
        if day >= self.day:
            for slot, part in self.part.items():
                if slot[0] in self.waiting:
                    self.waiting[slot[0]] += happened["came"][self.investor][slot] * part
            goods = self.shock.goods
            built = min(self.left, min(self.waiting[good] / goods[good] for good in goods))
            for good in goods:
                self.waiting[good] -= built * goods[good]
            self.left = self.left - built if self.left - built > 1e-9 * self.damage else 0.0
        self.told.append(self.left if day >= self.day else 0.0)
