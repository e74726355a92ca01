"""The slow twin of households: one household and one product at a time, straight from docs/households.md.

It shares nothing with ``simulation/behaviours/households.py`` but the declaration.
"""

from __future__ import annotations

from typing import Any

from autarky.declared import ALL
from autarky.scenario import RationChange, Transfer
from reference.day import YEAR, Twin


class TwinHousehold:
    """One household: its money, its stocks and its orders."""

    def __init__(self, twin: Twin, final: Any, key: str, outside: Any) -> None:
        self.twin, self.final, self.key = twin, final, key
        part = twin.scenario.behaviour.households
        assert part is not None
        self.part, self.life = part, part.groups[key]
        self.outside_base: dict[str, dict[str, float]] = outside
        self.base: dict[str, float] = {}
        for slot, amount in twin.use[final].items():
            self.base[slot[0]] = self.base.get(slot[0], 0.0) + max(0.0, amount)
        self.other_base = {q: sum(o.get(q, 0.0) for o in outside.values()) for q in twin.economy.products}
        foods = self._opened(part.food)
        self.target = {
            q: (self.life.food_stock_days if q in foods else 0.0)
            * (self.base.get(q, 0.0) + self.other_base[q])
            for q in twin.economy.products
        }
        self.stock = dict(self.target)
        self.entitled = {q: self._number(self.life.rations, q) * c for q, c in self.base.items()}
        rations = sum(self.entitled.values())
        self.earns = sum(self.base.values()) - rations + self.life.ration_price * rations
        self.ration = {q: min(self.entitled[q], self.wish(q, 0)) for q in self.base}
        self.bought = {q: self.wish(q, 0) - self.ration[q] for q in self.base}
        self.set_aside = self._cost(self.bought, self.ration)
        self.purse = self.income = self.earns
        self.told: list[dict[str, Any]] = []

    def _opened(self, names: Any) -> list[str]:
        if names == ALL:
            return list(self.twin.economy.products)
        return [item for name in names for item in self.twin.scenario.groups.get(name, (name,))]

    def _number(self, given: dict[str, float], product: str) -> float:
        if product in given:
            return given[product]
        return max([v for name, v in given.items() if product in self._opened([name])], default=0.0)

    def _cost(self, bought: dict[str, float], ration: dict[str, float]) -> float:
        return sum(bought.values()) + self.life.ration_price * sum(ration.values())

    def wish(self, product: str, day: int) -> float:
        """Purchases wanted: the base year's times changes of demand."""
        return self.twin._wanted(self.final, product, day) * self.base[product]

    def _hits(self, shock: Any) -> bool:
        return shock.groups == ALL or self.key in self._opened(shock.groups)

    def _rationed(self, product: str, day: int) -> float:
        factor = 1.0
        for shock in self.twin.scenario.shocks:
            named = isinstance(shock, RationChange) and self._hits(shock)
            if named and (shock.products == ALL or product in self._opened(shock.products)):
                weight = self.twin._weight_of(shock, day, shock.ramp_days)
                factor *= 1.0 - weight + weight * shock.factor
        return factor * self.entitled[product]

    def morning(self, day: int, outside: Any) -> None:
        """Rations first, then rank by rank as far as money goes."""
        useful: dict[str, float] = {}
        for q in self.base:
            wanted = self.wish(q, day + 1)
            if wanted > 0.0:
                less = sum(reached.get(q, 0.0) for reached in outside.values()) - self.other_base[q]
                gap = (self.target[q] - self.stock[q]) / self.part.restocking_days
                useful[q] = max(0.0, wanted - less + gap)
            else:
                useful[q] = 0.0
        left = self.income + max(0.0, self.purse - self.income) / self.part.overhang_days
        ration = {q: min(self._rationed(q, day + 1), useful[q]) for q in self.base}
        price = self.life.ration_price * sum(ration.values())
        share = min(1.0, left / price) if price > 0.0 else 1.0
        to_buy = {q: useful[q] - ration[q] for q in self.base}
        ration = {q: amount * share for q, amount in ration.items()}
        left = max(0.0, left - price)
        bought = dict.fromkeys(self.base, 0.0)
        ranks = [self._opened(rank) for rank in self.part.essentials]
        ranks.append([q for q in self.base if not any(q in rank for rank in ranks)])
        for rank in ranks:
            price = sum(to_buy.get(q, 0.0) for q in rank)
            share = min(1.0, left / price) if price > 0.0 else 1.0
            for q in rank:
                if q in self.base:
                    bought[q] = share * to_buy[q]
            left = max(0.0, left - price)
        self.next_ration, self.next_bought = ration, bought
        self.next_set_aside = self._cost(bought, ration)
        self.purse -= self.next_set_aside
        for slot in self.twin.use[self.final]:
            q = slot[0]
            wanted = self.wish(q, day + 1)
            self.twin.appetite[self.final, slot] = (ration[q] + bought[q]) / wanted if wanted > 0.0 else 1.0

    def _moved(self, sectors: Any, output: Any) -> float:
        """Value added of sectors here relative to the base year, each at its base-year weight."""
        twin, now, then = self.twin, 0.0, 0.0
        for position, i in enumerate(twin.industries):
            added = max(0.0, float(twin.economy.value_added[:, position].sum()))
            if i[1] == self.final[1] and i[2] in sectors and twin.base[i] > 0.0:
                now += added * output[i] / twin.base[i]
                then += added
        return now / then if then > 0.0 else 1.0

    def evening(self, day: int, happened: Any, outside: Any) -> None:
        """Pay, eat, earn."""
        received = dict.fromkeys(self.twin.economy.products, 0.0)
        for slot, amount in happened["came"][self.final].items():
            received[slot[0]] += amount
        paid = 0.0
        for q in self.base:
            ordered = self.ration[q] + self.bought[q]
            if ordered > 0.0:
                paid += received[q] * (self.bought[q] + self.life.ration_price * self.ration[q]) / ordered
        eaten: dict[str, float] = {}
        for q in self.twin.economy.products:
            other = sum(reached.get(q, 0.0) for reached in outside.values())
            wanted = (self.wish(q, day) if q in self.base else 0.0) + self.other_base[q]
            eaten[q] = min(wanted, received[q] + other + self.stock[q])
            self.stock[q] += received[q] + other - eaten[q]
        self.purse += self.set_aside - paid
        share = dict(zip(("wages", "plots", "markets", "transfers"), self.life.income.shares, strict=True))
        known = [i[2] for i in self.twin.industries]
        sectors = self.life.income.wage_sectors
        income = {name: share[name] * self.earns for name in share}
        income["wages"] *= self._moved(known if sectors == ALL else self._opened(sectors), happened["output"])
        income["markets"] *= self._moved(self._opened(self.life.income.market_sectors), happened["output"])
        grown = sum(self.outside_base.get("plots", {}).values())
        if grown > 0.0:
            income["plots"] *= sum(outside.get("plots", {}).values()) / grown
        given = sum(self._given(shock, day) for shock in self.twin.scenario.shocks)
        income["transfers"] += max(given, -max(0.0, self.purse + sum(income.values())))
        self.income = max(0.0, sum(income.values()))
        self.purse += sum(income.values())
        self.ration, self.bought, self.set_aside = self.next_ration, self.next_bought, self.next_set_aside
        self.told.append(
            {
                "eaten": eaten,
                "income": income,
                "spending": paid,
                "cash": self.purse + self.set_aside,
                "stock": dict(self.stock),
            }
        )

    def _given(self, shock: Any, day: int) -> float:
        if not isinstance(shock, Transfer) or not self._hits(shock):
            return 0.0
        weight = self.twin._weight_of(shock, day, shock.ramp_days)
        if shock.share is not None:
            return weight * shock.share * self.earns
        together = [h for h in self.all if h._hits(shock)]
        return weight * shock.money / YEAR * self.earns / sum(h.earns for h in together)


class TwinHouseholds:
    """All households that the scenario declares, in the order declared."""

    def __init__(self, twin: Twin, outside: Any = None, outside_base: Any = None) -> None:
        self.outside = outside or (lambda day: {})
        self.members: list[TwinHousehold] = []
        for key in twin.scenario.behaviour.households.groups:  # type: ignore[union-attr]
            for final in twin.finals:
                if twin.kind[final] == "households" and (key in (final[2], "households")):
                    base = {s: o.get(final, {}) for s, o in (outside_base or {}).items()}
                    self.members.append(TwinHousehold(twin, final, key, base))
        for member in self.members:
            member.all = self.members

    def _of(self, final: Any, day: int) -> dict[str, dict[str, float]]:
        return {source: reached.get(final, {}) for source, reached in self.outside(day).items()}

    def morning(self, day: int) -> None:
        for member in self.members:
            member.morning(day, self._of(member.final, day))

    def evening(self, day: int, happened: Any) -> None:
        for member in self.members:
            member.evening(day, happened, self._of(member.final, day))
