"""The slow twin of allocation: who is handed what, by which rule, straight from the definitions.

Written from docs/allocation.md in dictionaries and floats; it shares only the declaration with the kernels.
"""

from __future__ import annotations

import hashlib
import math
from typing import Any

from autarky.declared import ALL
from autarky.scenario import Allocation, InstitutionChange


class Rules:
    """What is in force on each day, for a twin of the day."""

    def __init__(self, twin: Any) -> None:
        self.twin = twin
        behaviour = twin.scenario.behaviour
        first = (
            twin.preset.rationing.value,
            behaviour.priority,
            behaviour.allocation or Allocation(),
        )
        self.changes = [shock for shock in twin.scenario.shocks if isinstance(shock, InstitutionChange)]
        self.institutions = [first]
        for change in self.changes:
            self.institutions.append(
                (
                    change.rationing.value if change.rationing is not None else first[0],
                    change.priority or first[1],
                    change.allocation or first[2],
                )
            )
        self.products = sorted({i[2] for i in twin.suppliers})
        self.use = {
            (q, j): sum(twin.flow[i].get(j, 0.0) for i in twin.suppliers if i[2] == q)
            for q in self.products
            for j in twin.users
        }
        worth = twin.economy.value_added.sum(axis=0)
        self.worth = {j: float(worth[n]) / 365.0 for n, j in enumerate(twin.industries)}
        self.rank = {
            (k, q): self._ranked(one, q) for k, one in enumerate(self.institutions) for q in self.products
        }
        # Who is before or after another in some channel of some product has books of his own.
        self.standing = {
            j: tuple(rank[j] for k_q in sorted(self.rank) for _, rank, _ in self.rank[k_q])
            for j in twin.users
        }

    def _names(self, j: Any) -> list[str]:
        return [j[2], self.twin.kind[j]] if j in self.twin.kind else [j[2], "industries"]

    def _open(self, names: Any) -> list[str]:
        return [one for name in names for one in self.twin.scenario.groups.get(name, (name,))]

    def _said(self, given: Any, names: list[str]) -> Any:
        """What is said of the first of these names that something is said of: of itself, or of its group."""
        for name in names:
            if name in given:
                return given[name]
            for group, members in self.twin.scenario.groups.items():
                if name in members and group in given:
                    return given[group]
        return None

    def _ranked(self, institution: Any, product: str) -> list[tuple[float, Any, float]]:
        """(share, rank of each user, efficiency) of the channels of one product, the first first."""
        rationing, priority, given = institution
        sold: list[tuple[float, str, Any]] = []
        left = 1.0
        for owner in given.ownership.values():
            if owner.products == ALL or product in self._open(owner.products):
                sold.append((owner.share, owner.rationing.value, owner.efficiency))
                left -= owner.share
        own = self._said(given.by_product, [product])
        sold.append((left, own.value if own is not None else rationing, None))
        channels = []
        for share, rule, efficiency in sold:
            parts = [(share, rule)]
            if rule == "mixed":
                plan = given.plan_share
                parts = [(share * plan, "priority"), (share * (1.0 - plan), "market")]
            for part, pure in parts:
                if part <= 1e-12:
                    continue  # nothing goes this way, and nobody is told apart by it
                stated = efficiency or {one.value: e for one, e in given.efficiency.items()}.get(pure)
                rank = {
                    "proportional": lambda: dict.fromkeys(self.twin.users, 0),
                    "priority": lambda: self._by_list(priority),
                    "market": lambda: self._by_bid(given, product),
                    "random": lambda: self._by_lot(given.seed, product),
                }[pure]()
                channels.append((part, rank, 1.0 if stated is None else stated.factor))
        return channels

    def _by_list(self, priority: Any) -> dict[Any, int]:
        found = {}
        for j in self.twin.users:
            places = [
                rank
                for name in self._names(j)
                for rank, members in enumerate(priority)
                if name in self._open(members)
            ]
            found[j] = places[0] if places else len(priority)
        return found

    def _by_bid(self, given: Any, product: str) -> dict[Any, int]:
        bids: dict[Any, float] = {}
        for j in self.twin.users:
            if self.use[product, j] <= 0.0:
                continue
            stated = self._said(given.willingness_to_pay, self._names(j))
            if stated is not None:
                bids[j] = stated
            else:
                bids[j] = self.worth[j] / self.use[product, j] if j in self.worth else 1.0
        found = dict.fromkeys(self.twin.users, 0)
        for j in bids:
            above = [bid for bid in bids.values() if bid - bids[j] > 1e-9 * abs(bid)]
            found[j] = len(above)
        return found

    def _by_lot(self, seed: int, product: str) -> dict[Any, int]:
        def lot(j: Any) -> bytes:
            return hashlib.blake2b(f"{seed}\n{product}\n{j[1]}.{j[2]}".encode()).digest()

        return {j: rank for rank, j in enumerate(sorted(self.twin.users, key=lot))}

    def _in_force(self, day: int, product: str) -> list[tuple[float, Any, float]]:
        """The channels of a day: a change takes its weight from all that was declared before it."""
        weights = [1.0]
        for change in self.changes:
            phi = self.twin._weight_of(change, day, change.transition_days)
            weights = [weight * (1.0 - phi) for weight in weights] + [phi]
        return [
            (weight * share, rank, efficiency)
            for k, weight in enumerate(weights)
            for share, rank, efficiency in self.rank[k, product]
        ]

    def efficiency(self, day: int, product: str) -> float:
        """Capacity of those who make a product, relative to the base year."""
        return sum(share * efficiency for share, _, efficiency in self._in_force(day, product))

    def hand_out(self, day: int, product: str, there_is: float, orders: dict[Any, float]) -> dict[Any, float]:
        """What each user gets: channel after channel, in it rank after rank, in it in proportion."""
        in_force = list(self._in_force(day, product))
        if math.fsum(orders.values()) * (1 - 1e-12) <= there_is * sum(share for share, _, _ in in_force):
            return dict(orders)
        got = dict.fromkeys(orders, 0.0)
        left = 0.0
        for share, rank, _ in in_force:
            if share <= 0.0:
                continue
            left += share * there_is
            for step in sorted({rank[j] for j in orders}):
                missing = {j: orders[j] - got[j] for j in orders if rank[j] == step}
                asked = math.fsum(missing.values())
                part = left / asked if asked > left else 1.0
                for j in missing:
                    got[j] += missing[j] * part
                left = max(0.0, left - asked)
        return got
