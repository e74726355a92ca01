"""The slow twin of foreign exchange: one purse, in plain floats, straight from docs/foreign-exchange.md."""

from __future__ import annotations

import math
from typing import Any

from autarky.declared import ALL
from reference.day import YEAR, Twin


class ForeignExchangeTwin:
    """What is earned, held and paid in one scenario. ``told`` has a row for each day."""

    def __init__(self, twin: Twin) -> None:
        self.twin = twin
        self.declared: Any = twin.scenario.behaviour.foreign_exchange
        self.abroad = [f for f in twin.finals if twin.kind[f] == "exports"]
        self.paid_base = sum(twin.base[gate] for gate in twin.gates)
        self.earned_base = sum(sum(twin.use[f].values()) for f in self.abroad)
        self.finance = self.paid_base - self.earned_base
        self.reserves = self.declared.reserves
        self.arrears = 0.0
        self.arriving = self.earned_base
        self.paid_share: dict[Any, float] = dict.fromkeys(twin.gates, 1.0)
        self.survived: dict[Any, float] = dict.fromkeys(twin.gates, 1.0)
        self.sent: dict[Any, float] = dict(twin.base)
        self.sends: dict[Any, float] = dict.fromkeys(twin.gates, 1.0)
        self.wanted: dict[Any, float] = {}
        self.told: list[dict[str, Any]] = []
        for gate in twin.gates:
            ranks = self.declared.first_paid
            held = [rank for rank, names in enumerate(ranks) if gate[2] in self._opened(names)]
            twin.gate_rank[gate] = held[0] if held else len(ranks)
        # What gates could deliver is known only between orders and payment.
        self.pay, twin._pay = twin._pay, self.count_and_pay  # type: ignore[method-assign]

    def count_and_pay(self, demand: Any, capacity: Any) -> None:
        """Gates send less of the parts whose products are banned; what they would deliver is noted."""
        for gate in self.twin.gates:
            capacity[gate] *= self.sends[gate]
            asked = max(0.0, demand[gate] - self.twin.exogenous[gate])
            self.wanted[gate] = min(capacity[gate], asked)
        self.pay(demand, capacity)

    def morning(self, day: int) -> None:
        declared, twin = self.declared, self.twin
        for gate in twin.gates:
            twin.gate_price[gate] = self._price(declared.import_prices, gate[2], day)
        share = 1.0
        if declared.unrecorded is not None and self._acts(declared.unrecorded, day):
            share = declared.unrecorded.share
        owed = 0.0
        if declared.debt_service is not None and self._acts(declared.debt_service, day):
            owed = declared.debt_service.per_year / YEAR
        self.now = {"arriving": self.arriving, "finance": share * self.finance, "owed": owed}
        over = max(0.0, self.reserves - declared.minimum) / declared.spending_days
        twin.purse = max(0.0, self.arriving + share * self.finance - owed + over) + 1e-12 * self.paid_base
        self._process(day)

    def evening(self, day: int, happened: dict[str, Any]) -> None:
        twin = self.twin
        paid = sum(twin.gate_price[gate] * happened["output"][gate] for gate in twin.gates)
        asked = sum(twin.gate_price[gate] * self.wanted[gate] for gate in twin.gates)
        for gate in twin.gates:
            wanted = self.wanted[gate]
            self.paid_share[gate] = happened["output"][gate] / wanted if wanted > 0 else 1.0
            self.sent[gate] = happened["output"][gate]
            self.survived[gate] = twin.surviving(gate, day)
        left = self.reserves + self.now["arriving"] + self.now["finance"] - self.now["owed"] - paid
        if left < -2e-12 * self.paid_base:
            self.arrears -= left
        self.reserves = max(0.0, left)
        self.told.append(
            {
                "export_earnings": self.now["arriving"],
                "unrecorded_finance": self.now["finance"],
                "debt_service": self.now["owed"],
                "purse": twin.purse,
                "import_payments": paid,
                "reserves": self.reserves,
                "arrears": self.arrears,
                "money_bound": paid < asked * (1.0 - 1e-9),
                "import_paid_share": dict(self.paid_share),
            }
        )
        self.arriving = sum(
            self._price(self.declared.export_prices, slot[0], day) * amount
            for f in self.abroad
            for slot, amount in happened["came"][f].items()
        )

    def _process(self, day: int) -> None:
        """Exports follow yesterday's parts, parts follow today's bans."""
        twin = self.twin
        wants: dict[Any, float] = {}
        sends: dict[Any, float] = dict.fromkeys(twin.gates, 1.0)
        for one in self.declared.processing:
            partners, imports, exports = (self._opened(x) for x in (one.partners, one.imports, one.exports))
            gates = [g for g in twin.gates if self._in(g[1], partners) and self._in(g[2], imports)]
            whole = sum(twin.base[g] for g in gates)
            came = sum(twin.base[g] * self._could_come(g, day) for g in gates) / whole if whole > 0 else 1.0
            sales = [
                (f, slot)
                for f in self.abroad
                for slot in twin.use[f]
                if self._in(f[1], partners) and self._in(slot[0], exports) and twin.use[f][slot] > 0
            ]
            sold = sum(twin.use[f][slot] for f, slot in sales)
            leaves = sum(twin.use[f][slot] * self._may_leave(f, slot, day) for f, slot in sales)
            for sale in sales:
                wants[sale] = wants.get(sale, 1.0) * (1.0 - one.share_of_exports * (1.0 - came))
            for gate in gates:
                sends[gate] *= 1.0 - one.share_of_imports * (1.0 - min(1.0, leaves / sold))
        twin.appetite |= wants
        self.sends = sends

    def _could_come(self, gate: Any, day: int) -> float:
        """Share of a gate's base flow that shocks and money let in the day before."""
        if day == 0:
            return 1.0
        twin = self.twin
        let = 0.0
        for place in {j[1] for j in twin.flow[gate]}:
            flow = sum(amount for j, amount in twin.flow[gate].items() if j[1] == place)
            let += min(flow, twin.ceiling(gate, place, day - 1))
        let_in = let / sum(twin.flow[gate].values()) if twin.flow[gate] else 1.0
        of_base = self.sent[gate] / twin.base[gate] if twin.base[gate] > 0 else 1.0
        return min(1.0, let_in, self.survived[gate]) * min(1.0, max(self.paid_share[gate], of_base))

    def _may_leave(self, f: Any, slot: Any, day: int) -> float:
        """Share of a base-year export that abroad would take under today's cuts and changes of demand."""
        twin = self.twin
        maker = next(i for i in twin.industries if i[2] == slot[0])
        flow = sum(amount for j, amount in twin.flow[maker].items() if j[1] == f[1])
        ceiling = twin.ceiling(maker, f[1], day)
        open_to = ceiling / flow if flow > 0 and ceiling < math.inf else math.inf
        return min(twin._wanted(f, slot[0], day), open_to)

    def _price(self, changes: Any, product: str, day: int) -> float:
        price = 1.0
        for change in changes:
            if self._acts(change, day) and self._in(product, self._opened(change.products)):
                price *= change.factor
        return price

    def _acts(self, dated: Any, day: int) -> bool:
        start = self.twin.scenario.start
        last = math.inf if dated.until is None else (dated.until - start).days
        return (dated.start - start).days <= day <= last

    def _opened(self, names: Any) -> Any:
        if names == ALL:
            return ALL
        groups = self.twin.scenario.groups
        return [member for name in names for member in groups.get(name, (name,))]

    @staticmethod
    def _in(name: str, names: Any) -> bool:
        return names == ALL or name in names
