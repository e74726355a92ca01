"""The slow twin of aid: goods given out of what givers received, in dictionaries, from the equations."""

from __future__ import annotations

from typing import Any

from autarky.scenario import Aid, BlocCut, TradeCut, TradeSeries
from reference.day import YEAR, Twin


class GivingTwin:
    """Evening by evening: what each final user gives and receives of each product."""

    def __init__(self, twin: Twin) -> None:
        self.twin = twin
        self.aids = [shock for shock in twin.scenario.shocks if isinstance(shock, Aid)]
        self.days: list[dict[str, dict[Any, float]]] = []

    def morning(self, day: int) -> None:
        """Aid changes nobody's orders."""

    def evening(self, day: int, happened: dict[str, Any]) -> None:
        twin = self.twin
        products = sorted({product for aid in self.aids for product in aid.basket})
        held: dict[Any, float] = {}
        for final, came in happened["came"].items():
            for slot, amount in came.items():
                held[final, slot[0]] = held.get((final, slot[0]), 0.0) + amount
        # A promise: (aid, giver or partner, receiver, product) → amount, before several promises compete.
        promised: dict[Any, float] = {}
        for number, aid in enumerate(self.aids):
            for product in products:
                wanted = aid.basket.get(product, 0.0) / YEAR * twin._weight_of(aid, day, aid.ramp_days)
                givers = {f: max(0.0, held.get((f, product), 0.0)) for f in self._givers(aid)}
                partner = self._partner(aid)
                if partner is not None:
                    aside = {partner: wanted}
                else:
                    whole = sum(givers.values())
                    part = min(1.0, wanted / whole) if whole > 0 else 0.0
                    aside = {f: amount * part for f, amount in givers.items()}
                for giver, amount in aside.items():
                    for receiver, share in self._shares(aid, product).items():
                        origin = giver if isinstance(giver, str) else giver[1]
                        passes = self._passing(aid, origin, receiver[1], product, day)
                        promised[number, giver, receiver, product] = amount * share * passes
        given: dict[Any, float] = {}
        for (_, giver, _, product), amount in promised.items():
            given[giver, product] = given.get((giver, product), 0.0) + amount
        told: dict[str, dict[Any, float]] = {"given": {}, "received": {}, "abroad": {}}
        for (_, giver, receiver, product), amount in promised.items():
            abroad = isinstance(giver, str)
            if not abroad and given[giver, product] > 0:
                amount *= min(1.0, max(0.0, held.get((giver, product), 0.0)) / given[giver, product])
            key = ("abroad", product) if abroad else ("given", (giver, product))
            told[key[0]][key[1]] = told[key[0]].get(key[1], 0.0) + amount
            told["received"][receiver, product] = told["received"].get((receiver, product), 0.0) + amount
        told["held"] = held
        self.days.append(told)

    def _partner(self, aid: Aid) -> str | None:
        home = self.twin.economy.industries.regions
        return next((name for name in aid.giver if name not in home), None)

    def _users(self, regions: Any, users: Any) -> list[Any]:
        twin = self.twin
        return [
            f
            for f in twin.finals
            if twin._in(f[1], regions) and (twin._in(f[2], users) or twin._in(twin.kind[f], users))
        ]

    def _givers(self, aid: Aid) -> list[Any]:
        return [] if self._partner(aid) is not None else self._users(aid.giver, aid.giver_users)

    def _shares(self, aid: Aid, product: str) -> dict[Any, float]:
        receivers = self._users(aid.receiver, aid.receiver_users)
        if not aid.shares:
            return self._by_use(receivers, product)
        found: dict[Any, float] = {}
        for name, share in aid.shares.items():
            some = [f for f in receivers if name in f[1:]]
            for f, part in self._by_use(some, product).items():
                found[f] = share * part
        return found

    def _by_use(self, users: list[Any], product: str) -> dict[Any, float]:
        use = self.twin.use
        keys = [
            {f: sum(v for slot, v in use[f].items() if slot[0] == product) for f in users},
            {f: sum(use[f].values()) for f in users},
            dict.fromkeys(users, 1.0),
        ]
        key = next(key for key in keys if sum(key.values()) > 0)
        return {f: key[f] / sum(key.values()) for f in users}

    def _passing(self, aid: Aid, origin: str, end: str, product: str, day: int) -> float:
        twin = self.twin
        if origin == end:
            return 1.0
        if aid.share_passing is not None:
            return aid.share_passing
        trade = ("", origin, product)
        if any(twin._names(exemption, trade, end) for exemption in twin.scenario.exempt):
            return 1.0
        passes = 1.0
        for shock in twin.scenario.shocks:
            if isinstance(shock, TradeSeries) and twin._names(shock, trade, end):
                kept = twin._series(shock, day)
                passes = passes if kept is None else min(passes, kept)
            if isinstance(shock, TradeCut | BlocCut) and twin._names(shock, trade, end):
                weight = twin._weight_of(shock, day, shock.ramp_days)
                share = shock.share_kept
                if share is None:
                    days = {"day": 1.0, "month": YEAR / 12, "year": YEAR}[shock.ceiling.per.value]
                    places = {j[1] for j in twin.users}
                    total = sum(twin._cut_flow(shock, i, place) for i in twin.suppliers for place in places)
                    share = shock.ceiling.value / days / total
                if weight > 0:
                    passes = min(passes, (1.0 - weight) + share * weight)
        return passes
