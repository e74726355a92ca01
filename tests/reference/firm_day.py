"""The slow, readable twin of the firms' days: plain Python, firms and links looked up by name.

It shares nothing with the kernels but parameters and network; docs/firms/days.md has the rules.
"""

from __future__ import annotations

import math
from typing import Any

from autarky.firm_network import FirmNetwork, Level
from autarky.simulation.presets import Parameters

YEAR = 365.0


class FirmTwin:
    """A small network, and the state of one evening.

    ``happens(day)`` → (ceiling of nodes, share of capacity left of nodes, final demand of kinds), each a
    dictionary without what is as in the base year.
    """

    def __init__(self, network: FirmNetwork, params: Parameters, happens: Any, ranks: Any = None) -> None:
        self.preset, self.params, self.happens = params.preset, params, happens
        self.firms = range(network.firms)
        self.nodes = range(len(network))
        self.kind = {i: int(network.nodes.kind[i]) for i in self.nodes}
        self.kinds = range(len(network.kinds))
        self.name = dict(enumerate(network.kinds))
        self.flow: dict[Any, dict[Any, float]] = {i: {} for i in self.nodes}
        for i, j, sold in zip(network.supplier, network.buyer, network.sales, strict=True):
            self.flow[int(i)][int(j)] = float(sold) / YEAR
        self.final = {i: float(network.final_sales[i]) / YEAR for i in self.nodes}
        self.base = {i: sum(self.flow[i].values()) + self.final[i] for i in self.nodes}
        self.use: dict[Any, dict[int, float]] = {j: {} for j in self.firms}
        for i in self.nodes:
            for j, amount in self.flow[i].items():
                self.use[j][self.kind[i]] = self.use[j].get(self.kind[i], 0.0) + amount
        self.level = {
            (j, k): Level(int(network.essentiality[k, self.kind[j]])) for j in self.firms for k in self.use[j]
        }
        target = {k: self._of(k, "inventory_days") for k in self.kinds}
        self.target = {k: max(days, 1.0) for k, days in target.items()}
        self.pace = {k: 1.0 / max(self._of(k, "restocking_days"), 1.0) for k in self.kinds}
        self.stock = {
            (j, k): self._of(k, "initial_stocks") * self.target[k] for j in self.firms for k in self.use[j]
        }
        self.order = dict.fromkeys(self.stock, 1.0)
        # Buyers of one group are served alike: (rank, whether final users).
        self.rank = dict.fromkeys((*self.firms, "final"), 0) if ranks is None else ranks
        self.group = {j: (self.rank[j], j == "final") for j in self.rank}
        self.groups = sorted(set(self.group.values()))
        self.weight = {(i, g): 1.0 for i in self.nodes for g in self.groups}
        self.overtime = dict.fromkeys(self.nodes, 1.0)
        self.call = dict.fromkeys(self.nodes, 0.0)
        self.output = dict(self.base)

    def _of(self, kind: int, what: str) -> float:
        return float(getattr(self.params, what).get(self.name[kind], getattr(self.preset, what)))

    def hand_out(self, there_is: float, asked: dict[Any, float]) -> dict[Any, float]:
        """What each group gets: rank by rank, in it in proportion."""
        got, left = {}, there_is
        for rank in sorted({g[0] for g in asked}):
            members = [g for g in asked if g[0] == rank]
            whole = sum(asked[g] for g in members)
            part = left / whole if whole > left else 1.0
            got |= {g: asked[g] * part for g in members}
            left = max(0.0, left - whole)
        return got

    def one_day(self, day: int) -> dict[str, Any]:
        """One day; returns output and stocks of the evening."""
        preset = self.preset
        ceilings, survive, wanted = self.happens(day)
        of_final = self._final_orders(wanted)
        booked = {}
        for i in self.nodes:
            asked = dict.fromkeys(self.groups, 0.0)
            for j, amount in self.flow[i].items():
                g = self.group[j]
                asked[g] += self.weight[i, g] * amount * self.order[j, self.kind[i]]
            asked[self.group["final"]] += of_final[i]
            booked[i] = asked
        accepted = {i: self.hand_out(ceilings.get(i, math.inf), booked[i]) for i in self.nodes}
        demand = {i: sum(accepted[i].values()) for i in self.nodes}
        capacity, possible, output = {}, {}, {}
        for i in self.nodes:
            calling = demand[i] + self.call[i]
            scarcity = (calling - self.output[i]) / calling if calling > 0 else 0.0
            change = 1.0 - self.overtime[i]
            if scarcity > 1e-9:
                change = (preset.overtime_max - self.overtime[i]) * scarcity
            if preset.overtime_max > 1:
                self.overtime[i] = max(1.0, self.overtime[i] + change / preset.overtime_days)
            normal = self.base[i] / preset.utilisation
            if i not in self.firms:
                normal = self.base[i] * (1.0 + preset.import_spare)
            capacity[i] = normal * survive.get(i, 1.0) * self.overtime[i]
            possible[i] = self._possible(i, capacity[i]) if i in self.firms else math.inf
            output[i] = min(capacity[i], possible[i], demand[i])
        delivered = {i: self.hand_out(output[i], accepted[i]) for i in self.nodes}
        share = {
            (i, g): delivered[i][g] / booked[i][g] if booked[i][g] > 0 else 1.0
            for i in self.nodes
            for g in self.groups
        }
        came = {
            key: sum(
                self.weight[i, self.group[key[0]]] * self.flow[i][key[0]] * share[i, self.group[key[0]]]
                for i in self._sellers(*key)
            )
            * self.order[key]
            for key in self.stock
        }
        self._shift_weights(ceilings, booked, share, demand, capacity, possible)
        made = {j: output[j] / self.base[j] if self.base[j] > 0 else 1.0 for j in self.firms}
        goal = {
            j: min(capacity[j], demand[j]) / self.base[j] if self.base[j] > 0 else 1.0 for j in self.firms
        }
        for j in self.firms:
            used = self._used(j, made[j])
            for k in self.use[j]:
                self.stock[j, k] += came[j, k] / self.use[j][k] - used[k]
                level = min(1.0, goal[j])
                order = goal[j] + max(0.0, self.target[k] * level - self.stock[j, k]) * self.pace[k]
                order += max(0.0, level - self.stock[j, k]) * (1.0 - self.pace[k])
                if preset.substitution_days < math.inf:
                    weighted = sum(
                        self.flow[i][j] * self.weight[i, self.group[j]] for i in self._sellers(j, k)
                    )
                    order *= self.use[j][k] / weighted
                self.order[j, k] = order
        self.output = output
        return {"output": dict(output), "stock": dict(self.stock), "shipped": delivered, "came": came}

    def _sellers(self, j: int, k: int) -> list[int]:
        return [i for i in self.nodes if self.kind[i] == k and j in self.flow[i]]

    def _final_orders(self, wanted: dict[int, float]) -> dict[int, float]:
        """What final users order of each node: of each kind what they want, split by weight."""
        g = self.group["final"]
        orders = {}
        for k in self.kinds:
            makers = [i for i in self.nodes if self.kind[i] == k]
            whole = sum(self.final[i] for i in makers)
            weighted = sum(self.final[i] * self.weight[i, g] for i in makers)
            scale = wanted.get(k, 1.0) * whole / weighted if weighted > 0 else 0.0
            orders |= {i: self.final[i] * self.weight[i, g] * scale for i in makers}
        return orders

    def _possible(self, j: int, capacity: float) -> float:
        preset, use, base = self.preset, self.use[j], self.base[j]
        stock = {k: self.stock[j, k] for k in use}
        if preset.production.value == "linear":
            need = sum(use.values())
            share = sum(use[k] * stock[k] for k in use) / need if need > 0 else math.inf
            return base * max(preset.restart_share, share) if base > 0 else 0.0
        limits = []
        for k in use:
            level = self.level[j, k] if preset.production.value == "critical" else Level.ESSENTIAL
            if use[k] <= preset.negligible_share * base or level == Level.NO_EFFECT:
                continue
            limit = base * stock[k]
            if level == Level.LINEAR:
                limit = preset.importance * limit + (1.0 - preset.importance) * capacity
            limits.append(limit)
        return max(preset.restart_share * base, min(limits, default=math.inf))

    def _used(self, j: int, made: float) -> dict[int, float]:
        stock, use = {k: self.stock[j, k] for k in self.use[j]}, self.use[j]
        share = 0.0
        if self.preset.production.value == "linear":
            short = sum(use[k] * max(0.0, made - stock[k]) for k in use)
            spare = sum(use[k] * max(0.0, stock[k] - made) for k in use)
            share = min(1.0, short / spare) if spare > 0 else 0.0
        return {k: min(made, stock[k]) + share * max(0.0, stock[k] - made) for k in use}

    def _shift_weights(
        self, ceilings: Any, booked: Any, share: Any, demand: Any, capacity: Any, possible: Any
    ) -> None:
        pace = min(1.0, 1.0 / self.preset.substitution_days)
        if pace == 0:
            return
        self.call = dict.fromkeys(self.nodes, 0.0)
        for k in self.kinds:
            makers = [i for i in self.nodes if self.kind[i] == k and self.base[i] > 0]
            if len(makers) < 2:
                continue
            unserved = 0.0
            for g in self.groups:
                asked = sum(booked[i][g] for i in makers)
                missing = sum(booked[i][g] * (1.0 - share[i, g]) for i in makers)
                if missing > 1e-9 * asked:
                    unserved += missing
                    for i in makers:
                        if i not in ceilings:
                            self.call[i] += missing * booked[i][g] / asked
            spare = sum(
                max(0.0, min(capacity[i], possible[i]) - demand[i]) for i in makers if i not in ceilings
            )
            reach = min(1.0, spare / unserved) if unserved > 0 else 0.0
            for i in makers:
                for g in self.groups:
                    fill = 1.0 if share[i, g] > 1.0 - 1e-9 else share[i, g]
                    weight = self.weight[i, g]
                    weight += pace * ((1.0 - weight) * fill - weight * (1.0 - fill) * reach)
                    self.weight[i, g] = max(1e-3, weight)
