"""Households: money, rations and what is grown → what is ordered; what is delivered → what is eaten.

For each household h and product q, per day: base-year purchases c⁰, what reached it besides o⁰ (plots, aid),
wanted f·c⁰ + o⁰ with f the changes of demand. In the morning it orders for tomorrow

    most it has use for    u = f·c⁰ + (o⁰ − o) + (S* − S)/τ_S, not below 0
    ration                 r = min(g·ρ·c⁰, u), g the changes of rations, as far as its price ρ_p can be paid
    bought                 b = (u − r)·k, k ≤ 1 the same for a rank, rank by rank as far as the money goes
    money for it           I + H/τ_H: income of yesterday, and a part of what is left beyond it

and in the evening, of what was ordered yesterday, d came. It pays b·d/(r + b) + ρ_p·r·d/(r + b), eats
min(f·c⁰ + o⁰, d + o + S), and keeps the rest as stock. Money set aside for an order comes back where it is
not filled. Base-year income is base-year spending, so that the base year stands still.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from autarky.declared import Names
from autarky.economy import FinalUseKind
from autarky.errors import Problem
from autarky.results import Reason, variable
from autarky.scenario import DemandChange, Households, RationChange, Scenario, Transfer
from autarky.scenario.households import HouseholdLife
from autarky.simulation.behaviours.acting import Booleans, Floats, Setting, Told, added
from autarky.simulation.dates import acts, between, weight
from autarky.simulation.lookup import Lookup
from autarky.simulation.network import DAYS_PER_YEAR

Integers = npt.NDArray[np.int64]

INCOMES = ("wages", "plots", "markets", "transfers")
HOUSEHOLDS = FinalUseKind.HOUSEHOLDS.value
_PLACE = "behaviour.households"
_STILL = 1e-3
"""Orders this share of ``rules.tolerance`` away from the base year's count as the base year's."""


def begin(setting: Setting) -> HouseholdsAtWork | None:
    """Households that count their money, where the scenarios declare some."""
    if setting.scenarios[0].behaviour.households is None:
        for scenario in setting.scenarios:
            for k, shock in enumerate(scenario.shocks):
                if isinstance(shock, RationChange | Transfer):
                    what = f"is a {shock.kind}, and nobody counts money or rations"
                    remedy = "declare behaviour.households, or delete the shock"
                    setting.problems.append(Problem(f"shocks[{k}]", what, remedy))
        return None
    before = len(setting.problems)
    who = _Who(setting)
    return HouseholdsAtWork(setting, who) if len(setting.problems) == before else None


def _part(scenario: Scenario) -> Households:
    """What a scenario declares of them; scenarios side by side all do."""
    part = scenario.behaviour.households
    assert part is not None
    return part


@dataclass(frozen=True)
class _Change:
    """A shock on some households in one lane, by day."""

    lane: tuple[int, int]
    cells: Booleans
    """(Q, H) products and households it hits; (H,) of a transfer."""
    strength: Floats
    """(days + 1,)"""


class _Who:
    """Names → positions. Q products, H households, P pools."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        network = self.network = setting.network
        self.names = setting.lookup(setting.scenarios[0])
        part = _part(setting.scenarios[0])
        economy, n = network.economy, len(network.economy.industries)
        self.products = economy.products
        self.keys: list[str] = []
        """(H,) the name under which each is declared."""
        self.columns: list[int] = []
        """(H,) column among the final users of the table."""
        self._find(part)
        columns = list(network.users[-len(economy.final_users) :] - n)
        self.place = np.array([columns.index(column) for column in self.columns], dtype=np.int64)
        """(H,) position among the final users of the network."""
        self.labels = [
            f"{economy.final_users[c].region}.{economy.final_users[c].category}" for c in self.columns
        ]
        self.product_of = np.array([self.products.index(slot.product) for slot in network.slots])
        """(P,)"""
        base_use = np.maximum(network.tables.base_use[:, n:][:, self.place], 0.0)
        self.purchases = np.zeros((len(self.products), len(self.columns)))
        """(Q, H) c⁰"""
        np.add.at(self.purchases, self.product_of, base_use)
        self.food = self.cells(part.food, f"{_PLACE}.food")
        """(Q,)"""
        self.ranks = self._ranks(part)
        """Products of each rank, first bought first."""
        self.wages = self._sectors(part, "wage_sectors")
        self.markets = self._sectors(part, "market_sectors")
        self.needs = tuple(dict.fromkeys(need for life in part.groups.values() for need in life.basket))
        for name, life in part.groups.items():
            place = f"{_PLACE}.groups.{name}"
            self.by_product(life.rations, f"{place}.rations")
            for need, products in life.basket.items():
                self.by_product(products, f"{place}.basket.{need}")

    def _find(self, part: Households) -> None:
        """The final users that each name stands for."""
        users = self.network.economy.final_users
        kept = [(c, user) for c, user in enumerate(users) if user.kind is FinalUseKind.HOUSEHOLDS]
        known = tuple(dict.fromkeys([*(user.category for _, user in kept), HOUSEHOLDS]))
        for name in part.groups:
            place = f"{_PLACE}.groups.{name}"
            found = self.names.resolve((name,), known, place, "household")
            for column, user in kept:
                if user.category not in found and HOUSEHOLDS not in found:
                    continue
                if column in self.columns:
                    other = self.keys[self.columns.index(column)]
                    what = f"{user.category!r} is declared by {other!r} already"
                    self.setting.problems.append(Problem(place, what, "declare it once"))
                else:
                    self.columns.append(column)
                    self.keys.append(name)
        if not self.columns:
            what = "declares no household of the table"
            remedy = f"name some of these: {', '.join(known)}"
            self.setting.problems.append(Problem(f"{_PLACE}.groups", what, remedy))

    def cells(self, given: Names, place: str) -> Booleans:
        """(Q,) the products named."""
        found = self.names.resolve(given, self.products, place, "product")
        return np.array([product in found for product in self.products])

    def _ranks(self, part: Households) -> list[Integers]:
        """(products of a rank,) positions; those not named come last."""
        left = np.ones(len(self.products), dtype=np.bool_)
        ranks = []
        for k, given in enumerate(part.essentials):
            place = f"{_PLACE}.essentials[{k}]"
            cells = self.cells(given, place)
            for product in np.flatnonzero(cells & ~left):
                what = f"{self.products[product]!r} stands in an earlier rank"
                self.setting.problems.append(Problem(place, what, "name it once"))
            ranks.append(np.flatnonzero(cells & left))
            left &= ~cells
        return [rank for rank in (*ranks, np.flatnonzero(left)) if len(rank)]

    def _sectors(self, part: Households, field: str) -> list[tuple[Integers, Floats]]:
        """(H,) industries of a household's region that an income moves with, and their weights, which add
        to 1."""
        economy = self.network.economy
        share = 0 if field == "wage_sectors" else 2
        made = np.maximum(economy.value_added.sum(axis=0), 0.0)
        made[self.network.tables.base_output[: len(made)] <= 0.0] = 0.0
        found = []
        for key, column in zip(self.keys, self.columns, strict=True):
            income, region = part.groups[key].income, economy.final_users[column].region
            place = f"{_PLACE}.groups.{key}.income.{field}"
            sectors = self.names.resolve(getattr(income, field), economy.industries.sectors, place, "sector")
            mine = np.array([where == region and what in sectors for where, what in economy.industries.pairs])
            weights = np.where(mine, made, 0.0)
            if weights.sum() <= 0.0 and income.shares[share] > 0.0 and (sectors or field == "wage_sectors"):
                what = f"pay nothing in {region!r}: their value added is not above 0"
                self.setting.problems.append(Problem(place, what, "name other sectors"))
            industries = np.flatnonzero(weights > 0.0)
            found.append((industries, weights[industries] / max(weights.sum(), 1e-300)))
        return found

    def by_product(self, given: Mapping[str, float], place: str) -> Floats:
        """(Q,) numbers given by product or group of them; a product's own number outranks that of a group."""
        values = np.zeros(len(self.products))
        for name in sorted(given, key=lambda name: name not in self.names.groups):
            values[self.cells((name,), f"{place}.{name}")] = given[name]
        return values

    def matched(self, given: Names, place: str) -> Booleans:
        """(H,) the households a shock names, by the names that the behaviour gives them."""
        known = tuple(dict.fromkeys(self.keys))
        found = self.names.resolve(given, known, place, "household")
        return np.array([key in found for key in self.keys])


class HouseholdsAtWork:
    """Households of all scenarios side by side; arrays are (Q, H, B, W) or (H, B, W), in float64."""

    def __init__(self, setting: Setting, who: _Who) -> None:
        self.setting, self.who = setting, who
        state = setting.state
        Q, H = who.purchases.shape
        self.B, self.W = state.output.shape[0], state.output.shape[-1]
        packs = (self.B, self.W)
        self.base = _spread(who.purchases, packs)
        groups = [_part(scenario).groups for scenario in setting.scenarios]

        def lives(of: Mapping[str, HouseholdLife]) -> list[HouseholdLife]:
            return [of[key] for key in who.keys]

        def by_life(numbers: Sequence[Sequence[object]]) -> Floats:
            """(lanes, H, …) → (…, H, B, W)."""
            values = np.array(numbers, dtype=np.float64)
            values = np.moveaxis(values, (0, 1), (-1, -2))
            return np.ascontiguousarray(values.reshape(*values.shape[:-1], *packs))

        self.shares = by_life([[life.income.shares for life in lives(g)] for g in groups])
        """(4, H, B, W) of income in the base year"""
        rations = by_life([[who.by_product(life.rations, "") for life in lives(g)] for g in groups])
        self.entitled = rations * self.base
        named = by_life(
            [[who.by_product(dict.fromkeys(life.rations, 1.0), "") for life in lives(g)] for g in groups]
        )
        self.is_rationed = (named > 0.0) & (self.base > 0.0)
        """Where a ration is declared, be it of nothing."""
        self.ration_price = by_life([[life.ration_price for life in lives(g)] for g in groups])
        held = by_life([[life.food_stock_days for life in lives(g)] for g in groups])
        self.days_held = who.food[:, None, None, None] * held
        self.needed = [
            by_life([[who.by_product(life.basket.get(need, {}), "") for life in lives(g)] for g in groups])
            for need in who.needs
        ]
        """By need, (Q, H, B, W) share of base-year use."""
        self.overhang_days = setting.declared("households", "overhang_days")
        self.restocking_days = setting.declared("households", "restocking_days")
        self.spending_base = self._cost(self.base - self.entitled, self.entitled)
        self.demands, self.rationed, self.transfers = self._changes()
        self.bought, self.ration = self._opening_order()
        self.next_bought, self.next_ration = self.bought, self.ration
        self.set_aside = self._cost(self.bought, self.ration)
        self.to_set_aside = np.zeros_like(self.set_aside)
        self.purse = self.spending_base.copy()
        """Money beyond what is set aside for orders."""
        self.last_income = self.spending_base.copy()
        self.cash_base = self.purse + self.set_aside
        self.appetite = np.ones((Q, H, *packs))
        days = setting.days if setting.records else 0
        self.kept = {
            "eaten": np.zeros((days, Q, H, *packs)),
            "household_income": np.zeros((days, 4, H, *packs)),
            "household_cash": np.zeros((days, H, *packs)),
            "household_spending": np.zeros((days, H, *packs)),
            "household_food_stock": np.zeros((days, H, *packs)),
            "need_share": np.zeros((days, len(who.needs), H, *packs)),
        }

    # --- what does not change ------------------------------------------------------------------------

    def _cost(self, bought: Floats, ration: Floats) -> Floats:
        """(H, B, W) what is bought, and rations at their price."""
        return added(bought) + self.ration_price * added(ration)

    def _opening_order(self) -> tuple[Floats, Floats]:
        """What was bought, and rationed, the evening before the first day."""
        wanted = self._factor(self.demands, 0) * self.base
        ration = np.minimum(self.entitled, wanted)
        return wanted - ration, ration

    def _changes(self) -> tuple[list[_Change], list[_Change], list[_Change]]:
        """Changes of demand, of rations and of money."""
        demands: list[_Change] = []
        rations: list[_Change] = []
        transfers: list[_Change] = []
        who, setting = self.who, self.setting
        for lane, scenario, names in self._each_lane():
            for k, shock in enumerate(scenario.shocks):
                place = f"shocks[{k}]"
                if not isinstance(shock, DemandChange | RationChange | Transfer):
                    continue
                if not acts(shock, scenario, place, setting.problems):
                    continue
                far = weight(shock, scenario, shock.ramp_days)
                if isinstance(shock, DemandChange):
                    cells = self._wanted(names, shock, place)
                    demands.append(_Change(lane, cells, between(1.0, shock.factor, far)))
                    continue
                hit = who.matched(shock.groups, f"{place}.groups")
                if isinstance(shock, RationChange):
                    cells = who.cells(shock.products, f"{place}.products")[:, None] & hit
                    if cells.any() and not (cells & self.is_rationed[..., lane[0], lane[1]]).any():
                        what = "changes no ration of the base year"
                        remedy = "name other groups or products, or declare rations"
                        setting.problems.append(Problem(place, what, remedy))
                    rations.append(_Change(lane, cells, between(1.0, shock.factor, far)))
                elif shock.share is not None:
                    transfers.append(_Change(lane, hit, shock.share * far))
                else:
                    assert shock.money is not None
                    whole = float(self.spending_base[hit, lane[0], lane[1]].sum())
                    share = shock.money / DAYS_PER_YEAR / whole if whole > 0.0 else 0.0
                    transfers.append(_Change(lane, hit, share * far))
        return demands, rations, transfers

    def _each_lane(self) -> Iterator[tuple[tuple[int, int], Scenario, Lookup]]:
        names, last = self.who.names, self.setting.scenarios[0]
        for k, scenario in enumerate(self.setting.scenarios):
            if scenario.groups != last.groups:
                names, last = self.setting.lookup(scenario), scenario
            yield divmod(k, self.W), scenario, names

    def _wanted(self, names: Lookup, shock: DemandChange, place: str) -> Booleans:
        """(Q, H) what a change of demand touches."""
        first = len(self.who.network.economy.industries)
        touched = np.zeros(self.who.purchases.shape, dtype=np.bool_)
        found = {int(place): h for h, place in enumerate(self.who.place)}
        for pool, user in names.final_slots(shock, place):
            if user - first in found:
                touched[self.who.product_of[pool], found[user - first]] = True
        return touched

    def _factor(self, changes: list[_Change], day: int) -> Floats:
        """(Q, H, B, W) product of the changes that act on a day."""
        factor = np.ones((*self.who.purchases.shape, self.B, self.W))
        for change in changes:
            factor[:, :, change.lane[0], change.lane[1]][change.cells] *= change.strength[day]
        return factor

    # --- the day -------------------------------------------------------------------------------------

    def _outside(self, reached: Mapping[str, Floats], source: str | None = None) -> Floats:
        """(Q, H, B, W) what reaches households besides deliveries, from one source or from all."""
        whole = np.zeros_like(self.base)
        for name, amount in reached.items():
            if source in (None, name):
                whole += amount[:, self.who.columns]
        return whole

    def morning(self, day: int) -> Booleans:
        """Order for tomorrow, as far as rations and money go."""
        if day == 0:
            # Others say what reaches households in the base year by their own first morning at the latest.
            self.outside_base = self._outside(self.setting.outside_base)
            self.plots_base = added(self._outside(self.setting.outside_base, "plots"))
            self.use_base = self.base + self.outside_base
            self.target = self.days_held * self.use_base
            self.stock = self.target.copy()
        wish = self._factor(self.demands, day + 1)
        purchases = wish * self.base
        more = self.outside_base - self._outside(self.setting.outside)
        useful = purchases + more + (self.target - self.stock) / self.restocking_days
        useful = np.where(purchases > 0.0, np.maximum(useful, 0.0), 0.0)
        ration = np.minimum(self._factor(self.rationed, day + 1) * self.entitled, useful)
        to_buy = useful - ration
        left = self.last_income + np.maximum(self.purse - self.last_income, 0.0) / self.overhang_days
        price = self.ration_price * added(ration)
        ration *= _up_to(left, price)
        left = np.maximum(left - price, 0.0)
        bought = np.zeros_like(to_buy)
        for rank in self.who.ranks:
            price = added(to_buy[rank])
            bought[rank] = to_buy[rank] * _up_to(left, price)
            left = np.maximum(left - price, 0.0)
        self.next_bought, self.next_ration = bought, ration
        if self.setting.records:
            self._say_why_less(purchases, useful, ration + bought)
        self.to_set_aside = self._cost(bought, ration)
        self.purse -= self.to_set_aside
        return self._order(
            np.divide(ration + bought, purchases, out=np.ones_like(wish), where=purchases > 0.0)
        )

    def _say_why_less(self, purchases: Floats, useful: Floats, ordered: Floats) -> None:
        """Of what they bought: what they have from elsewhere, and what the money is missing for."""
        there = purchases > 0.0
        missing = 1.0 - np.divide(ordered, purchases, out=np.ones_like(ordered), where=there)
        spared = 1.0 - np.divide(useful, purchases, out=np.ones_like(useful), where=there)
        missing = np.where(missing > _STILL * self.setting.rules.tolerance, missing, 0.0)
        spared = np.clip(spared, 0.0, missing)
        for reason, part in ((Reason.ELSEWHERE, spared), (Reason.LESS_MONEY, missing - spared)):
            told = self.setting.unwanted.setdefault(reason, np.zeros_like(self.setting.state.appetite))
            for pool, product in enumerate(self.who.product_of):
                told[pool][:, self.who.place] = np.moveaxis(part[product], 0, 1)

    def _order(self, appetite: Floats) -> Booleans:
        """Ask all pools of a product alike; (B,) whether anybody asks for something else than before."""
        near = _STILL * self.setting.rules.tolerance
        appetite = np.where(np.abs(appetite - 1.0) <= near, 1.0, appetite)
        changed: Booleans = (appetite != self.appetite).any(axis=(0, 1, 3))
        self.appetite = appetite
        for pool, product in enumerate(self.who.product_of):
            self.setting.state.appetite[pool][:, self.who.place] = np.moveaxis(appetite[product], 0, 1)
        return changed

    def evening(self, day: int) -> None:
        """Pay for what came, eat, and earn."""
        ordered = self.bought + self.ration
        received = self._received()
        filled = np.divide(received, ordered, out=np.zeros_like(ordered), where=ordered > 0.0)
        paid = self._cost(self.bought * filled, self.ration * filled)
        outside = self._outside(self.setting.outside)
        at_hand = received + outside + self.stock
        eaten = np.minimum(self._factor(self.demands, day) * self.base + self.outside_base, at_hand)
        self.stock = at_hand - eaten
        self.purse += self.set_aside - paid
        income = self._income(day)
        self.last_income = np.maximum(added(income), 0.0)
        self.purse += added(income)
        self.bought, self.ration, self.set_aside = self.next_bought, self.next_ration, self.to_set_aside
        if self.setting.records:
            self._keep(day, eaten, income, paid)

    def _received(self) -> Floats:
        """(Q, H, B, W) what was delivered, home and imported together."""
        whole = np.zeros_like(self.base)
        for pool, product in enumerate(self.who.product_of):
            whole[product] += np.moveaxis(self.setting.state.received[pool][:, self.who.place], 1, 0)
        return whole

    def _income(self, day: int) -> Floats:
        """(4, H, B, W) money earned today, by source."""
        n = len(self.who.network.economy.industries)
        base = self.who.network.tables.base_output[:n, None, None]
        output = np.moveaxis(self.setting.state.output[:, :n], 1, 0)
        # Exactly 0 where output is the base year's, up to rounding: else rounding would add up, since what is
        # not earned is not spent, and so not earned again.
        gone = np.divide(output, base, out=np.ones(output.shape), where=base > 0.0) - 1.0
        gone[np.abs(gone) <= self.setting.rules.tolerance] = 0.0
        grown = np.ones_like(self.plots_base)
        plots = added(self._outside(self.setting.outside, "plots"))
        np.divide(plots, self.plots_base, out=grown, where=self.plots_base > 0.0)
        grown[np.abs(grown - 1.0) <= self.setting.rules.tolerance] = 1.0
        income = np.zeros_like(self.shares)
        for source, sectors in ((0, self.who.wages), (2, self.who.markets)):
            for h, (industries, weights) in enumerate(sectors):
                income[source, h] = 1.0 + added(weights[:, None, None] * gone[industries])
        income[1] = grown
        income[3] = 1.0
        given = np.zeros_like(self.purse)
        for change in self.transfers:
            given[:, change.lane[0], change.lane[1]][change.cells] += change.strength[day]
        income *= self.shares * self.spending_base
        earned = added(income)
        income[3] += np.maximum(given * self.spending_base, -np.maximum(self.purse + earned, 0.0))
        return income

    # --- what is told --------------------------------------------------------------------------------

    def _keep(self, day: int, eaten: Floats, income: Floats, paid: Floats) -> None:
        kept, who = self.kept, self.who
        kept["eaten"][day] = eaten
        kept["household_income"][day] = income
        kept["household_cash"][day] = self.purse + self.set_aside
        kept["household_spending"][day] = paid
        food = who.food[:, None, None, None]
        use = added(food * self.use_base)
        kept["household_food_stock"][day] = np.divide(
            added(food * self.stock), use, out=np.full_like(use, np.nan), where=use > 0.0
        )
        for k, shares in enumerate(self.needed):
            need = added(shares * self.use_base)
            got = added((shares > 0.0) * eaten)
            kept["need_share"][day, k] = np.divide(
                got, need, out=np.full_like(need, np.nan), where=need > 0.0
            )

    def told(self, k: int, done: int) -> Told:
        """What scenario k's first ``done`` days came to."""
        b, w = divmod(k, self.W)
        who = self.who
        unit = who.network.economy.unit
        flow = f"{unit} per day"
        of = {name: np.moveaxis(values[:done, ..., b, w], -1, 1) for name, values in self.kept.items()}
        below = of["need_share"] < 1.0 - 1e-9
        first = np.where(below.any(axis=0), below.argmax(axis=0) if done else -1, -1)
        by_product = ("day", "product", "household")
        by_source = ("day", "household", "income_source")
        by_need = ("day", "household", "need")
        base = self.spending_base[:, b, w]
        variables = {
            "eaten": variable(
                np.moveaxis(of["eaten"], 1, 2), by_product, flow, "Used by households, whatever it came from"
            ),
            "eaten_base": variable(
                self.use_base[..., b, w], by_product[1:], flow, "Used by households in the base year"
            ),
            "household_cash": variable(
                of["household_cash"], by_product[::2], unit, "Money held, with what is set aside for orders"
            ),
            "household_cash_base": variable(
                self.cash_base[:, b, w], ("household",), unit, "Money held on the first morning"
            ),
            "household_income": variable(of["household_income"], by_source, flow, "Money earned, by source"),
            "household_income_base": variable(
                (self.shares[..., b, w] * base).T, by_source[1:], flow, "Money earned in the base year"
            ),
            "household_spending": variable(
                of["household_spending"], by_product[::2], flow, "Money paid for what was delivered"
            ),
            "household_spending_base": variable(
                base, ("household",), flow, "Money paid for what was delivered in the base year"
            ),
            "household_food_stock": variable(
                of["household_food_stock"],
                by_product[::2],
                "day",
                "Food that households hold in the evening, in days of base-year use",
            ),
            "need_share": variable(
                of["need_share"], by_need, "1", "What was used relative to the livelihood basket, by need"
            ),
            "first_day_below_need": variable(
                first.astype(np.int32),
                by_need[1:],
                "1",
                "First day on which less was used than the livelihood basket has; -1 never",
            ),
        }
        coords = {"household": who.labels, "income_source": list(INCOMES), "need": list(who.needs)}
        return Told(variables, coords)


def _up_to(left: Floats, price: Floats) -> Floats:
    """The share of a price that the money pays."""
    paid = np.divide(left, price, out=np.ones_like(price), where=price > 0.0)
    return np.minimum(paid, 1.0)


def _spread(values: Floats, packs: tuple[int, int]) -> Floats:
    """The same for all lanes."""
    return np.ascontiguousarray(np.broadcast_to(values[..., None, None], (*values.shape, *packs)))
