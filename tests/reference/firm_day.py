"""The slow, readable twin of the firms' days: plain Python, firms and links looked up by name.

It shares nothing with the kernels but parameters and network; docs/firms/days.md has the rules.
"""

from __future__ import annotations

import hashlib
import math
from typing import Any

from autarky.firm_network import FirmNetwork, Level
from autarky.scenario import Rationing
from autarky.simulation.channels import Institution
from autarky.simulation.presets import Parameters

YEAR = 365.0


class TwinAllocation:
    """By which rules a product goes on a day: lists of (share, gain in capacity, rank of each buyer).

    What an institution's channels are is taken from the sector engine, which has a twin of its own.
    ``holds(day)``: how far each institution holds.
    """

    def __init__(self, network: FirmNetwork, institutions: tuple[Institution, ...], holds: Any) -> None:
        self.network, self.institutions, self.holds = network, institutions, holds
        nodes = network.nodes
        self.made = [network.sectors[s] for s in nodes.sector]
        self.region = [network.regions[r] for r in nodes.region]
        self.firms = range(network.firms)
        self.products = sorted(set(self.made))
        self.kind_product = {int(k): self.made[i] for i, k in reversed(list(enumerate(nodes.kind)))}
        self.use: dict[Any, dict[str, float]] = {}
        for i, j, sold in zip(network.supplier, network.buyer, network.sales, strict=True):
            self._count(self.user(int(j)), self.kind_product[int(nodes.kind[i])], float(sold))
        for i, sold in enumerate(network.final_sales):
            self._count(self.user("final"), self.kind_product[int(nodes.kind[i])], float(sold))
        self.value_added: dict[Any, float] = {}
        for j in self.firms:
            user = self.user(j)
            self.value_added[user] = self.value_added.get(user, 0.0) + float(nodes.value_added[j])
        self.ranks = {
            (k, product, channel.rule): self._ranks(one, product, channel.rule)
            for k, one in enumerate(institutions)
            for product in self.products
            for channel in one.channels(product)
        }
        self.buyers = {self.group(buyer): self.user(buyer) for buyer in (*self.firms, "final")}

    def user(self, buyer: Any) -> Any:
        """Firms of a sector and region are one user."""
        return "final" if buyer == "final" else (self.region[buyer], self.made[buyer])

    def group(self, buyer: Any) -> Any:
        """Who is nowhere told apart from others."""
        return buyer == "final", tuple(ranks[self.user(buyer)] for ranks in self.ranks.values())

    def on(self, day: int, kind: int) -> list[tuple[float, float, dict[Any, int]]]:
        """(share, gain, rank by group) of each channel."""
        found, product = [], self.kind_product[kind]
        for k, (one, weight) in enumerate(zip(self.institutions, self.holds(day), strict=True)):
            for channel in one.channels(product):
                ranks = self.ranks[k, product, channel.rule]
                of_group = {group: ranks[user] for group, user in self.buyers.items()}
                found.append((weight * channel.share, channel.gain, of_group))
        return found

    def _count(self, user: Any, product: str, sold: float) -> None:
        mine = self.use.setdefault(user, {})
        mine[product] = mine.get(product, 0.0) + sold

    def _ranks(self, one: Institution, product: str, rule: Rationing) -> dict[Any, int]:
        users = ["final", *self.value_added]
        given = one.allocation
        if rule is Rationing.PRIORITY:
            place = {name: rank for rank, names in enumerate(one.priority) for name in names}
            return {user: place.get(self._called(user, place), len(one.priority)) for user in users}
        if rule is Rationing.MARKET:
            bids = {}
            for user in users:
                used = self.use.get(user, {}).get(product, 0.0)
                bid = 1.0 if user == "final" else self.value_added[user] / used if used else 0.0
                willing = given.willingness_to_pay
                if used:
                    bids[user] = willing.get(self._called(user, willing), bid)
            ranks = dict.fromkeys(users, 0)
            for user, bid in bids.items():
                ranks[user] = len({other for other in bids.values() if other > bid * (1 + 1e-9)})
            return ranks
        if rule is Rationing.RANDOM:
            home = self.region[0]

            def drawn(user: Any) -> bytes:
                region, name = (home, "final users") if user == "final" else user
                return hashlib.blake2b(f"{given.seed}\n{product}\n{region}.{name}".encode()).digest()

            return {user: rank for rank, user in enumerate(sorted(users, key=drawn))}
        return dict.fromkeys(users, 0)

    def _called(self, user: Any, given: Any) -> str:
        names = ("households",) if user == "final" else (user[1], "industries")
        return next((name for name in names if name in given), "")


class FirmTwin:
    """A small network, and the state of one evening.

    ``happens(day)`` → (ceiling of nodes, share of capacity left of nodes, final demand of kinds), each a
    dictionary without what is as in the base year.
    """

    def __init__(self, network: FirmNetwork, params: Parameters, happens: Any, rules: TwinAllocation) -> None:
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
        self.rules = rules
        self.group = {j: rules.group(j) for j in (*self.firms, "final")}
        self.groups = sorted(set(self.group.values()))
        self.weight = {(i, g): 1.0 for i in self.nodes for g in self.groups}
        self.overtime = dict.fromkeys(self.nodes, 1.0)
        self.call = dict.fromkeys(self.nodes, 0.0)
        self.output = dict(self.base)

    def _of(self, kind: int, what: str) -> float:
        return float(getattr(self.params, what).get(self.name[kind], getattr(self.preset, what)))

    def hand_out(self, there_is: float, asked: dict[Any, float], day: int, i: int) -> dict[Any, float]:
        """What each group gets: channel after channel, rank by rank, in it in proportion."""
        got, left = dict.fromkeys(asked, 0.0), 0.0
        if there_is >= sum(asked.values()):
            return dict(asked)
        for share, _, rank_of in self.rules.on(day, self.kind[i]):
            left += share * there_is
            for rank in sorted({rank_of[g] for g in asked}):
                members = [g for g in asked if rank_of[g] == rank]
                whole = sum(asked[g] - got[g] for g in members)
                part = left / whole if whole > left else 1.0
                got |= {g: got[g] + (asked[g] - got[g]) * part for g in members}
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
        accepted = {i: self.hand_out(ceilings.get(i, math.inf), booked[i], day, i) for i in self.nodes}
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
            else:
                normal *= 1.0 + sum(share * gain for share, gain, _ in self.rules.on(day, self.kind[i]))
            capacity[i] = normal * survive.get(i, 1.0) * self.overtime[i]
            possible[i] = self._possible(i, capacity[i]) if i in self.firms else math.inf
            output[i] = min(capacity[i], possible[i], demand[i])
        delivered = {i: self.hand_out(output[i], accepted[i], day, i) for i in self.nodes}
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
