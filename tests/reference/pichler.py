"""The slow twin of preset pichler2022, written from the paper's equations and from nothing of autarky.

Pichler, Pangallo, del Rio-Chanona, Lafond & Farmer (2022), *Journal of Economic Dynamics and Control* 144,
104527. One region, one supplier of each slot; imports are suppliers without inputs that deliver no more
than they did. Numbers are per day; ``labour`` is relative to the base year. What differs from the paper
stands with the preset (``presets.PICHLER2022``).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

YEAR = 365.0


@dataclass
class Numbers:
    """Parameters; ``critical[input][user]`` is 'critical', 'important' or 'not'."""

    inventory_days: float = 30.0
    restocking_days: float = 10.0
    hiring: float = 1.0 / 30.0
    firing: float = 1.0 / 15.0
    persistence: float = 0.6
    replaced: float = 0.8
    pessimists: float = 0.5
    saved: float = 0.5


class Economy:
    """Flows of ``home`` producers and ``abroad`` suppliers to producers and to final users."""

    def __init__(self, table: Any) -> None:
        n, g = len(table.industries), len(table.gates)
        self.producers = list(range(n))
        self.suppliers = list(range(n + g))
        self.to_producers = {
            (i, j): (table.Z[i, j] if i < n else table.imports_intermediate[i - n, j]) / YEAR
            for i in self.suppliers
            for j in self.producers
        }
        self.final = list(range(len(table.final_users)))
        self.households = [f for f in self.final if table.final_users[f].kind.value == "households"]
        self.to_final = {
            (i, f): (table.Y[i, f] if i < n else table.imports_final[i - n, f]) / YEAR
            for i in self.suppliers
            for f in self.final
        }
        self.made = {
            i: sum(self.to_producers[i, j] for j in self.producers)
            + sum(self.to_final[i, f] for f in self.final)
            for i in self.suppliers
        }
        self.wages = [max(0.0, float(v)) for v in table.value_added.sum(axis=0)]


def live(
    table: Any,
    days: int,
    kind: Any,
    numbers: Numbers,
    supply_left: Any,
    gate_left: Any,
    wants_left: Any,
) -> list[dict[str, Any]]:
    """All days.

    ``kind(i, j)`` how input i binds producer j; ``supply_left(i, day)`` share of a producer's labour that
    may work (1 − ε^S); ``gate_left(i, day)`` share of an import that may come; ``wants_left(f, i, day)``
    factor on what a final user wants of product i (1 − ε^D).
    """
    e = Economy(table)
    n = len(e.producers)
    inputs = {j: [i for i in e.suppliers if e.to_producers[i, j] > 0] for j in e.producers}
    stock = {(i, j): numbers.inventory_days * e.to_producers[i, j] for j in e.producers for i in inputs[j]}
    labour = dict.fromkeys(e.producers, 1.0)
    rho = 1.0 - (1.0 - numbers.persistence) / 90.0
    spending, income = 0.0, 1.0  # log of spending, and labour income, relative to the base year
    wanted_by = {f: {i: wants_left(f, i, 0) for i in e.suppliers} for f in e.final}
    orders = {(i, j): e.to_producers[i, j] for j in e.producers for i in inputs[j]}
    told = []
    for day in range(days):
        # Households decide in the morning what they order in the evening.
        whole = sum(e.to_final[i, f] for i in e.suppliers for f in e.households)
        left = sum(
            e.to_final[i, f] / whole * wants_left(f, i, day) for i in e.suppliers for f in e.households
        )
        earned = 1.0 - (1.0 - numbers.replaced) * (1.0 - income)
        expected = 1.0 - numbers.pessimists * (1.0 - earned)
        spending = rho * spending + (1.0 - rho) * (
            0.5 * math.log(earned) + 0.5 * math.log(expected) + math.log(1.0 - numbers.saved * (1.0 - left))
        )
        level = math.exp(spending) / left

        kept_on = dict(labour)

        # Ceilings on imports bind on orders, all users alike.
        asked = {
            i: sum(orders[i, j] for j in e.producers if i in inputs[j])
            + sum(e.to_final[i, f] * wanted_by[f][i] for f in e.final)
            for i in e.suppliers
        }
        demand = {
            i: asked[i] if i < n else min(asked[i], gate_left(i - n, day) * e.made[i]) for i in e.suppliers
        }
        x_cap = {i: (min(labour[i], supply_left(i, day)) if i < n else 1.0) * e.made[i] for i in e.suppliers}
        x_inp = {}
        for j in e.producers:
            binds = [math.inf]
            for i in inputs[j]:
                allows = stock[i, j] / (e.to_producers[i, j] / e.made[j])
                if kind(i, j) == "critical":
                    binds.append(allows)
                elif kind(i, j) == "important":
                    binds.append(0.5 * (allows + e.made[j]))
            x_inp[j] = min(binds)
        x = {
            i: min(x_cap[i], x_inp.get(i, math.inf), demand[i]) if e.made[i] > 0 else 0.0 for i in e.suppliers
        }
        share = {i: min(1.0, x[i] / asked[i]) if asked[i] > 0 else 0.0 for i in e.suppliers}

        for j in e.producers:
            for i in inputs[j]:
                used = e.to_producers[i, j] / e.made[j] * x[j]
                stock[i, j] = max(0.0, stock[i, j] + orders[i, j] * share[i] - used)
        came = {(i, f): e.to_final[i, f] * wanted_by[f][i] * share[i] for i in e.suppliers for f in e.final}

        # Orders of tomorrow: what today's demand would need, and a tenth of what stocks lack.
        for j in e.producers:
            for i in inputs[j]:
                gap = numbers.inventory_days * e.to_producers[i, j] - stock[i, j]
                need = e.to_producers[i, j] / e.made[j] * demand[j]
                orders[i, j] = max(0.0, need + gap / numbers.restocking_days)
        wanted_by = {
            f: {i: wants_left(f, i, day + 1) * (level if f in e.households else 1.0) for i in e.suppliers}
            for f in e.final
        }
        here = {}
        for i in e.producers:
            here[i] = min(labour[i], supply_left(i, day))
            if e.made[i] > 0:
                change = (min(x_inp[i], demand[i]) - here[i] * e.made[i]) / e.made[i]
                speed = numbers.hiring if change >= 0 else numbers.firing
                labour[i] = min(max(0.0, here[i] + speed * change), supply_left(i, day))
        # Those who were kept on this morning earn, whatever they made.
        income = sum(wage * kept_on[j] for j, wage in enumerate(e.wages)) / sum(e.wages)
        told.append(
            {"x": x, "came": came, "labour": here, "stock": dict(stock), "spending": math.exp(spending)}
        )
    return told
