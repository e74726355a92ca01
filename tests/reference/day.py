"""The slow, readable twin of the simulation: one day in plain Python, straight from the equations.

It shares nothing with the kernels but the parameters: no arrays, no pools of padded rows, no tiles.
Suppliers and users are looked up by name in dictionaries. docs/model.md numbers the steps.
"""

from __future__ import annotations

import datetime
import math
from typing import Any

from autarky.declared import ALL
from autarky.economy import Economy
from autarky.scenario import (
    BlocCut,
    CapacityLoss,
    Criticality,
    DemandChange,
    Exemption,
    Harvest,
    ImportMode,
    Period,
    ProductionFunction,
    RecoveryCurve,
    Scenario,
    TradeCut,
    TradeSeries,
)
from autarky.simulation.presets import OrdersFollow, Parameters, StockTarget, parameters
from reference.allocation import Rules
from reference.techniques import blended, taken

YEAR = 365.0


class Twin:
    """A small economy, and the state of one evening."""

    def __init__(self, economy: Economy, scenario: Scenario) -> None:
        self.economy, self.scenario = economy, scenario
        self.params: Parameters = parameters(scenario.behaviour, scenario.groups, scenario.shocks)
        self.preset = self.params.preset
        self.dt = 1.0 / scenario.behaviour.steps_per_day
        n = len(economy.industries)
        # Suppliers and users are (region, product) and (region, name) pairs, with a tag against clashes.
        self.industries = [("industry", *pair) for pair in economy.industries.pairs]
        self.gates = [("gate", *gate) for gate in economy.gates]
        self.suppliers = self.industries + self.gates
        self.finals = [("final", user.region, user.category) for user in economy.final_users]
        self.kind = {f: user.kind.value for f, user in zip(self.finals, economy.final_users, strict=True)}
        self.users = self.industries + self.finals
        self.flow: dict[Any, dict[Any, float]] = {i: {} for i in self.suppliers}
        self.exogenous = dict.fromkeys(self.suppliers, 0.0)
        for row, i in enumerate(self.suppliers):
            for column, j in enumerate(self.users):
                if row < n:
                    annual = economy.Z[row, column] if column < n else economy.Y[row, column - n]
                elif column < n:
                    annual = economy.imports_intermediate[row - n, column]
                else:
                    annual = economy.imports_final[row - n, column - n]
                if annual < 0 and self.preset.negative_demand_is_supply:
                    self.exogenous[i] += -float(annual) / YEAR
                elif annual != 0:
                    self.flow[i][j] = float(annual) / YEAR
        self.base = {i: sum(self.flow[i].values()) - self.exogenous[i] for i in self.suppliers}
        if self.preset.negative_demand_is_supply:
            self.base = {i: max(0.0, made) for i, made in self.base.items()}
        # slot[i][j]: the name of the slot of user j that supplier i fills.
        self.slot_of = {i: {j: self._slot(i, j) for j in self.flow[i]} for i in self.suppliers}
        self.use: dict[Any, dict[Any, float]] = {j: {} for j in self.users}
        for i in self.suppliers:
            for j, amount in self.flow[i].items():
                slot = self.slot_of[i][j]
                self.use[j][slot] = self.use[j].get(slot, 0.0) + amount
        self.target: dict[Any, float] = {}
        self.pace: dict[Any, float] = {}
        self.stock: dict[Any, dict[Any, float]] = {j: {} for j in self.industries}
        for j in self.users:
            for slot in self.use[j]:
                product = slot[0]
                days = self.params.inventory_days.get(product, self.preset.inventory_days)
                if self.preset.shortest_inventory_days > 0:
                    days = self.preset.shortest_inventory_days if days <= 1 else days
                else:
                    days = max(days, self.dt)
                self.target[slot] = days
                restocking = self.params.restocking_days.get(product, self.preset.restocking_days)
                self.pace[slot] = 1.0 / max(restocking, self.dt)
                if j in self.stock:
                    filled = self.params.initial_stocks.get(product, self.preset.initial_stocks)
                    self.stock[j][slot] = filled * days
        self.level = {j: {slot: self._level(j, slot) for slot in self.use[j]} for j in self.industries}
        self.allocation = Rules(self)
        self.order = {j: dict.fromkeys(self.use[j], 1.0) for j in self.users}
        for f in self.finals:
            for slot in self.use[f]:
                self.order[f][slot] = self._wanted(f, slot[0], 0)
        self.wish = {f: dict(self.order[f]) for f in self.finals}
        # What behaviours say in the morning: most that hours allow, appetite of (final user, slot) before
        # shocks, foreign exchange for the day, price and rank of gates. Each twin of a behaviour fills these.
        self.hands: dict[Any, float] = {}
        self.scales: list[dict[Any, float]] = []
        self.appetite: dict[Any, float] = {}
        self.purse: float = math.inf
        self.gate_price: dict[Any, float] = {}
        self.gate_rank: dict[Any, int] = {}
        # Needs per unit of output by (industry, slot) relative to the base year, classes of slots and
        # elasticities of ces production. reference/techniques.py fills these.
        self.intensity: dict[Any, float] = {}
        self.input_class: dict[Any, str] = {}
        self.sigma: dict[Any, float] = {}
        # Factors on base-year shares by (supplier, destination, kind of group); 1 if not there.
        self.weight: dict[Any, float] = {}
        self.overtime = dict.fromkeys(self.suppliers, 1.0)
        self.output = dict(self.base)
        self.call = dict.fromkeys(self.suppliers, 0.0)
        self.step = 0

    # --- structure -------------------------------------------------------------------------------

    def _slot(self, i: Any, j: Any) -> tuple[str, str]:
        """Product, and where its suppliers may be."""
        product = i[2]
        mode = self.preset.imports
        if mode is None:
            many = self.economy.is_multi_regional
            mode = ImportMode.COMPETITIVE if many else ImportMode.NON_COMPETITIVE
        rule = self.params.behaviour.imports
        if rule is not None and product in rule.competitive:
            mode = ImportMode.COMPETITIVE
        elif rule is not None and product in rule.non_competitive:
            mode = ImportMode.NON_COMPETITIVE
        if mode is ImportMode.COMPETITIVE:
            return product, "any"
        return product, "home" if i[1] == j[1] else "abroad"

    def _level(self, j: Any, slot: Any) -> str:
        """How an input binds."""
        if self.use[j][slot] <= 0:
            return "none"
        level = Criticality.ESSENTIAL
        if self.preset.production is ProductionFunction.CRITICAL:
            for rule in self.params.behaviour.criticality:
                if (rule.inputs == ALL or slot[0] in rule.inputs) and (
                    rule.users == ALL or j[2] in rule.users
                ):
                    level = rule.level
        return level

    def _group(self, j: Any) -> tuple[Any, ...]:
        """Destination, final or not, who else is always served with him: supplier factors do not differ."""
        return j[1], j in self.kind, self.allocation.standing[j]

    # --- shocks ----------------------------------------------------------------------------------

    def _weight_of(self, shock: Any, day: int, ramp: float) -> float:
        first = (shock.start - self.scenario.start).days
        after = math.inf if shock.until is None else (shock.until - self.scenario.start).days + 1
        if ramp == 0:
            return 1.0 if first <= day < after else 0.0
        coming = min(1.0, max(0.0, (day - first + 1) / ramp))
        going = min(1.0, max(0.0, (after + ramp - 1 - day) / ramp)) if after < math.inf else 1.0
        return min(coming, going)

    def _in(self, name: str, names: Any) -> bool:
        if names == ALL:
            return True
        opened = [item for given in names for item in self.scenario.groups.get(given, (given,))]
        return name in opened

    def _series(self, series: TradeSeries, day: int) -> float | None:
        """Share of the base flow that a series lets pass; None before it begins."""
        date = self.scenario.start + datetime.timedelta(days=day)
        months = 12 * (date.year - series.start.year) + date.month - series.start.month
        if months < 0:
            return None
        position = months // 12 if series.per == "year" else months
        share = series.shares[min(position, len(series.shares) - 1)]
        return 1.0 - series.pass_through * (1.0 - share)

    def _is_abroad(self, place: str) -> bool:
        return not self.economy.is_multi_regional and place not in self.economy.industries.regions

    def _names(self, flows: TradeCut | TradeSeries | BlocCut | Exemption, i: Any, destination: str) -> bool:
        if isinstance(flows, BlocCut):
            out, into = self._in(i[1], flows.bloc), self._in(destination, flows.bloc)
            imports, exports = into and not out, out and not into
            cut = {"imports": imports, "exports": exports, "both": imports or exports}
            return cut[flows.directions.value] and self._in(i[2], flows.products)
        return (
            self._in(i[1], flows.origin)
            and self._in(destination, flows.destination)
            and self._in(i[2], flows.products)
        )

    def _cut_flow(self, cut: TradeCut | TradeSeries | BlocCut, i: Any, destination: str) -> float:
        """Base-year flow of supplier i to a destination if the cut limits it, else 0."""
        if i[1] == destination or not self._names(cut, i, destination):
            return 0.0
        if any(self._names(exemption, i, destination) for exemption in self.scenario.exempt):
            return 0.0
        return sum(amount for j, amount in self.flow[i].items() if j[1] == destination)

    def ceiling(self, i: Any, destination: str, day: int) -> float:
        """Most that supplier i may send to a destination (inf: no limit)."""
        most = math.inf
        for shock in self.scenario.shocks:
            if isinstance(shock, TradeSeries) and not self._is_abroad(destination):
                kept = self._series(shock, day)
                base = self._cut_flow(shock, i, destination)
                if kept is not None and base > 0:
                    most = min(most, kept * base)
            if not isinstance(shock, TradeCut | BlocCut):
                continue
            base = self._cut_flow(shock, i, destination)
            weight = self._weight_of(shock, day, shock.ramp_days)
            if base <= 0 or weight == 0:
                continue
            share = shock.share_kept
            if share is None:
                # A ceiling counts what is still cut: ``_cut_flow`` leaves out what is exempt.
                days = {Period.DAY: 1.0, Period.MONTH: YEAR / 12, Period.YEAR: YEAR}[shock.ceiling.per]
                places = {j[1] for j in self.users}
                total = sum(
                    self._cut_flow(shock, other, place) for other in self.suppliers for place in places
                )
                share = shock.ceiling.value / days / total
            most = min(most, ((1.0 - weight) + share * weight) * base)
        return most

    def surviving(self, i: Any, day: int) -> float:
        """Share of capacity left."""
        left = 1.0
        home = self.economy.industries.regions
        for shock in self.scenario.shocks:
            if not isinstance(shock, CapacityLoss | Harvest):
                continue
            if not (
                self._in(i[1], shock.regions if shock.regions != ALL else home)
                and self._in(i[2], shock.sectors)
            ):
                continue
            if isinstance(shock, Harvest):
                left *= self._harvested(shock, day)
                continue
            first = (shock.start - self.scenario.start).days
            if day < first:
                continue
            lost = shock.share
            if shock.until is not None:
                since = day - (shock.until - self.scenario.start).days
                if since > 0:
                    part = min(1.0, since / shock.recovery.days) if shock.recovery else 1.0
                    curve = shock.recovery.curve if shock.recovery else RecoveryCurve.LINEAR
                    lost *= {
                        RecoveryCurve.LINEAR: 1 - part,
                        RecoveryCurve.CONVEX: (1 - part) ** 2,
                        RecoveryCurve.CONCAVE: 1 - part**2,
                    }[curve]
            left *= 1.0 - lost
        return left

    def _harvested(self, harvest: Harvest, day: int) -> float:
        """Capacity that the latest crops leave."""
        date = self.scenario.start + datetime.timedelta(days=day)
        capacity = 0.0
        for crop in harvest.crops:
            year = str(date.year if date.month >= crop.month else date.year - 1)
            grown = harvest.weather.get(year, 1.0)
            if harvest.fertiliser is not None:
                grown *= harvest.fertiliser.supply.get(year, 1.0) ** harvest.fertiliser.elasticity
            capacity += crop.share * grown
        return capacity

    def _wanted(self, f: Any, product: str, day: int) -> float:
        factor = 1.0
        for shock in self.scenario.shocks:
            if isinstance(shock, TradeSeries) and self._is_abroad(f[1]):
                kept = self._series(shock, day)
                sold = any(i[2] == product and self._cut_flow(shock, i, f[1]) > 0 for i in self.suppliers)
                if kept is not None and sold:
                    factor *= kept
            if not isinstance(shock, DemandChange):
                continue
            named = self._in(f[2], shock.users) or self._in(self.kind[f], shock.users)
            if self._in(f[1], shock.regions) and named and self._in(product, shock.products):
                weight = self._weight_of(shock, day, shock.ramp_days)
                factor *= (1.0 - weight) + shock.factor * weight
        return factor

    # --- the day ---------------------------------------------------------------------------------

    def one_step(self, day: int, last_of_day: bool) -> dict[str, Any]:
        """Steps 1 to 9 of docs/model.md; returns what happened."""
        preset, dt = self.preset, self.dt
        booked = {
            i: {
                j: self.weight.get((i, self._group(j)), 1.0) * amount * self.order[j][self.slot_of[i][j]]
                for j, amount in self.flow[i].items()
            }
            for i in self.suppliers
        }
        # Ceilings bind on orders, by the rules by which there would be served.
        accepted = {i: dict(booked[i]) for i in self.suppliers}
        for i in self.suppliers:
            for place in {j[1] for j in booked[i]}:
                left = self.ceiling(i, place, day)
                if left == math.inf:
                    continue
                there = {j: amount for j, amount in booked[i].items() if j[1] == place}
                accepted[i] |= self.allocation.hand_out(day, i[2], left, there)
        demand = {i: sum(accepted[i].values()) for i in self.suppliers}

        capacity, plant, possible, output = {}, {}, {}, {}
        for i in self.suppliers:
            asked = demand[i] - self.exogenous[i]
            if self.step >= preset.overtime_first_step and preset.overtime_max > 1:
                calling = asked + self.call[i]
                scarcity = (calling - self.output[i]) / calling if calling > 0 else 0.0
                if not preset.signed_scarcity and scarcity <= preset.scarcity_tolerance:
                    scarcity = 0.0
                change = (preset.overtime_max - self.overtime[i]) * scarcity
                if abs(scarcity) <= preset.scarcity_tolerance:
                    change += 1.0 - self.overtime[i]
                self.overtime[i] = max(1.0, self.overtime[i] + change * dt / preset.overtime_days)
            normal = (
                self.base[i] * (1.0 + preset.import_spare)
                if i in self.gates
                else self.base[i] / preset.utilisation
            )
            machines = normal * self.surviving(i, day)
            for scales in self.scales:
                machines *= scales.get(i, 1.0)
            if i in self.industries:
                machines *= self.allocation.efficiency(day, i[2])
            plant[i] = machines * self.overtime[i]
            capacity[i] = min(machines, self.hands.get(i, math.inf)) * self.overtime[i]
        self._pay(demand, capacity)
        for i in self.suppliers:
            asked = max(0.0, demand[i] - self.exogenous[i])
            possible[i] = math.inf if i in self.gates else self._possible(i, capacity[i])
            output[i] = min(capacity[i], possible[i], asked)

        # Rationing of what is made and what is there anyway.
        delivered: dict[Any, dict[Any, float]] = {i: {} for i in self.suppliers}
        for i in self.suppliers:
            there_is = output[i] + self.exogenous[i]
            delivered[i] = self.allocation.hand_out(day, i[2], there_is, accepted[i])
        came: dict[Any, dict[Any, float]] = {j: dict.fromkeys(self.use[j], 0.0) for j in self.users}
        for i in self.suppliers:
            for j, amount in delivered[i].items():
                came[j][self.slot_of[i][j]] += amount

        self._shift_weights(booked, delivered, demand, capacity, possible, day)

        forgone = dict.fromkeys(self.industries, 0.0)
        used: dict[Any, dict[Any, float]] = {}
        made = {i: output[i] / self.base[i] if self.base[i] > 0 else 0.0 for i in self.industries}
        asked_of = {i: max(0.0, demand[i] - self.exogenous[i]) for i in self.industries}
        if preset.orders_follow is OrdersFollow.PLANT:
            asked_of = {i: min(plant[i], asked) for i, asked in asked_of.items()}
        elif preset.orders_follow is not OrdersFollow.DEMAND:
            asked_of = {i: min(capacity[i], asked) for i, asked in asked_of.items()}
        goal = {i: asked_of[i] / self.base[i] if self.base[i] > 0 else 0.0 for i in self.industries}
        for j in self.industries:
            used[j] = self._used(j, made[j])
            if preset.production not in (ProductionFunction.LINEAR, ProductionFunction.CES):
                forgone[j] = sum(
                    self.use[j][slot]
                    / dt
                    * max(0.0, self._need(j, slot) * made[j] * dt - self.stock[j][slot])
                    for slot in self.use[j]
                )
        stocks = {
            j: {s: self.stock[j][s] + dt * came[j][s] / self.use[j][s] - used[j][s] for s in self.use[j]}
            for j in self.industries
        }
        if preset.closeness_gates and self._all_close(
            [
                (came[j][s], self.use[j][s] * self._need(j, s) * made[j])
                for j in self.industries
                for s in self.use[j]
            ]
        ):
            stocks = self.stock
        level = {
            j: {
                StockTarget.NEED: goal[j],
                StockTarget.NEED_UP_TO_BASE: min(1.0, goal[j]),
                StockTarget.BASE: 1.0,
            }[preset.stock_target]
            for j in self.industries
        }
        gaps = {
            j: {
                s: max(
                    -math.inf if preset.orders_shrink else 0.0,
                    self.target[s] * self._need(j, s) * level[j] - stocks[j][s],
                )
                * self.pace[s]
                for s in self.use[j]
            }
            for j in self.industries
        }
        if preset.need_is_urgent:
            # What is missing for one step's need is ordered within the step.
            for j in self.industries:
                for s in self.use[j]:
                    urgent = max(0.0, self._reserve(s) * self._need(j, s) * level[j] - stocks[j][s])
                    gaps[j][s] += urgent * max(0.0, 1.0 / dt - self.pace[s])
        if preset.closeness_gates and self._all_close(
            [
                (
                    stocks[j][s] * self.use[j][s],
                    self.target[s] * self._need(j, s) * goal[j] * self.use[j][s],
                )
                for j in self.industries
                for s in self.use[j]
            ]
        ):
            gaps = {j: dict.fromkeys(self.use[j], 0.0) for j in self.industries}
        wished = self.wish
        orders: dict[Any, dict[Any, float]] = {}
        for j in self.industries:
            follow = made[j] if preset.orders_follow is OrdersFollow.USE else goal[j]
            orders[j] = {s: max(0.0, self._need(j, s) * follow + gaps[j][s]) for s in self.use[j]}
        self.wish = {
            f: {
                s: self.appetite.get((f, s), 1.0) * self._wanted(f, s[0], day + 1 if last_of_day else day)
                for s in self.use[f]
            }
            for f in self.finals
        }
        for f in self.finals:
            orders[f] = dict(self.wish[f])
        if preset.weigh_by_capacity:
            for i in self.suppliers:
                factor = capacity[i] / self.base[i] if self.base[i] != 0 else 1.0
                self.weight |= {(i, self._group(j)): factor for j in self.industries}
        if preset.weigh_by_capacity or preset.substitution_days < math.inf:
            finals = self.finals if preset.substitution_days < math.inf else []
            self._split(orders, [*self.industries, *finals])
        self.order, self.stock, self.output = orders, stocks, output
        self.step += 1
        return {
            "output": output,
            "demand": {i: max(0.0, demand[i] - self.exogenous[i]) for i in self.industries},
            "capacity": capacity,
            "possible": possible,
            "forgone": forgone,
            "stock": stocks,
            "sent": {i: min(output[i] + self.exogenous[i], demand[i]) for i in self.gates},
            "came": {f: came[f] for f in self.finals},
            "unmet": {
                f: {
                    s: max(0.0, self.use[f][s] * wished[f][s] - came[f][s])
                    if self.use[f][s] > 0
                    else self.use[f][s] * wished[f][s] - came[f][s]
                    for s in self.use[f]
                }
                for f in self.finals
            },
        }

    def _pay(self, demand: Any, capacity: Any) -> None:
        """Gates deliver what foreign exchange pays for: rank by rank, within a rank the same share."""
        if self.purse == math.inf:
            return
        left = self.purse
        for rank in sorted({self.gate_rank.get(gate, 0) for gate in self.gates}):
            paid_now = [gate for gate in self.gates if self.gate_rank.get(gate, 0) == rank]
            bought = {g: min(capacity[g], max(0.0, demand[g] - self.exogenous[g])) for g in paid_now}
            cost = sum(self.gate_price.get(gate, 1.0) * bought[gate] for gate in paid_now)
            if cost > left:
                for gate in paid_now:
                    capacity[gate] = bought[gate] * left / cost
            left = max(0.0, left - cost)

    def _reserve(self, slot: Any) -> float:
        """Days of use that must be in stock for full output."""
        return self.dt if self.preset.reserve_share is None else self.preset.reserve_share * self.target[slot]

    def _possible(self, j: Any, capacity: float) -> float:
        """What morning stocks allow."""
        stock, use, base = self.stock[j], self.use[j], self.base[j]
        if self.preset.production is ProductionFunction.CES:
            return base * max(self.preset.restart_share, blended(self, j))
        binding = [s for s in use if self._binds(j, s)]
        if self.preset.production is ProductionFunction.LINEAR:
            need = sum(use[s] * self._need(j, s) for s in use)
            if need <= 0:
                return math.inf
            held = sum(use[s] * stock[s] / self._reserve(s) for s in use)
            return base * max(self.preset.restart_share, held / need)
        limits = []
        for s in binding:
            limit = base * stock[s] / (self._reserve(s) * self._need(j, s))
            if self.level[j][s] is Criticality.IMPORTANT:
                theta = self.preset.importance
                limit = theta * limit + (1.0 - theta) * capacity
            limits.append(limit)
        # Nobody is locked at zero: a trace of output is always possible.
        return max(self.preset.restart_share * base, min(limits, default=math.inf))

    def _need(self, j: Any, slot: Any) -> float:
        """Need of a slot per unit of output, relative to the base year."""
        return self.intensity.get((j, slot), 1.0)

    def _binds(self, j: Any, slot: Any) -> bool:
        """Whether a shortage of an input lowers output at all."""
        level = self.level[j][slot]
        output = self.economy.x[self.industries.index(j)] / YEAR
        if self.use[j][slot] * self._need(j, slot) <= self.preset.negligible_share * output:
            return False
        some = level == Criticality.IMPORTANT and self.preset.importance > 0.0
        return some or level == Criticality.ESSENTIAL

    def _used(self, j: Any, made: float) -> dict[Any, float]:
        """Days of base-year use taken from each slot."""
        stock, use = self.stock[j], self.use[j]
        if self.preset.production is ProductionFunction.CES:
            return taken(self, j, made)
        need = {s: self._need(j, s) * made * self.dt for s in use}
        share = 0.0
        if self.preset.production is ProductionFunction.LINEAR:
            short = sum(use[s] * max(0.0, need[s] - stock[s]) for s in use)
            spare = sum(use[s] * max(0.0, stock[s] - need[s]) for s in use)
            share = min(1.0, short / spare) if spare > 0 else 0.0
        return {s: min(need[s], stock[s]) + share * max(0.0, stock[s] - need[s]) for s in use}

    def _shift_weights(
        self, booked: Any, delivered: Any, demand: Any, capacity: Any, possible: Any, day: int
    ) -> None:
        """Step 9: users of a slot lean on suppliers that deliver, as far as there is spare capacity."""
        pace = min(1.0, self.dt / self.preset.substitution_days)
        if pace == 0:
            return
        self.call = dict.fromkeys(self.suppliers, 0.0)
        groups = sorted({self._group(j) for j in self.users})
        for slot in sorted({slot for i in self.suppliers for slot in self.slot_of[i].values()}):
            fills = [i for i in self.suppliers if slot in self.slot_of[i].values()]
            if len(fills) < 2:
                continue
            unserved, spare = 0.0, 0.0
            for group in groups:
                asked = {i: sum(booked[i][j] for j in self._buyers(i, group, slot)) for i in fills}
                total = sum(asked.values())
                missing = total - sum(
                    sum(delivered[i][j] for j in self._buyers(i, group, slot)) for i in fills
                )
                if missing > 1e-9 * total:
                    unserved += missing
                    for i in fills:
                        if self.ceiling(i, group[0], day) == math.inf:
                            self.call[i] += missing * asked[i] / total
            for i in fills:
                if not any(self.ceiling(i, place, day) < math.inf for place in {j[1] for j in self.users}):
                    most = min(capacity[i], possible[i]) + self.exogenous[i]
                    spare += max(0.0, most - demand[i]) / len(set(self.slot_of[i].values()))
            reach = min(1.0, spare / unserved) if unserved > 0 else 0.0
            for group in groups:
                for i in fills:
                    buyers = self._buyers(i, group, slot)
                    if not buyers:
                        continue
                    weight = self.weight.get((i, group), 1.0)
                    asked_of = sum(booked[i][j] for j in buyers)
                    # Who was not asked has left nothing unserved.
                    fill = sum(delivered[i][j] for j in buyers) / asked_of if asked_of else 1.0
                    fill = 1.0 if fill > 1.0 - 1e-9 else fill
                    weight += pace * ((1.0 - weight) * fill - weight * (1.0 - fill) * reach)
                    self.weight[i, group] = max(1e-3, weight)

    def _buyers(self, i: Any, group: Any, slot: Any) -> list[Any]:
        return [j for j in self.flow[i] if self._group(j) == group and self.slot_of[i][j] == slot]

    def _split(self, orders: Any, users: list[Any]) -> None:
        """Supplier shares ∝ base-year flow × weight; each user's orders add up to what he wants."""
        for j in users:
            for slot in self.use[j]:
                fills = [i for i in self.suppliers if j in self.flow[i] and self.slot_of[i][j] == slot]
                weighted = sum(self.flow[i][j] * self.weight.get((i, self._group(j)), 1.0) for i in fills)
                orders[j][slot] *= self.use[j][slot] / weighted if weighted != 0 else 0.0

    @staticmethod
    def _all_close(pairs: list[tuple[float, float]]) -> bool:
        return all(abs(one - other) <= 1e-8 + 1e-5 * abs(other) for one, other in pairs)


def live(economy: Economy, scenario: Scenario, acting: Any = ()) -> list[list[dict[str, Any]]]:
    """All days: for each day, what happened in each of its steps.

    ``acting``: for each behaviour that is switched on, a function from the twin to an object with
    ``morning(day)``, which sets the twin's attributes, and ``evening(day, happened)``.
    """
    twin = Twin(economy, scenario)
    behaviours = [begin(twin) for begin in acting]
    steps = scenario.behaviour.steps_per_day
    days = []
    for day in range(scenario.days):
        for behaviour in behaviours:
            behaviour.morning(day)
        happened = [twin.one_step(day, part == steps - 1) for part in range(steps)]
        for behaviour in behaviours:
            behaviour.evening(day, happened[-1])
        days.append(happened)
    return days
