"""Foreign exchange: what yesterday's exports earned is in today's purse, and today's imports cost no more.

M_t ≤ E_{t−1} + F_t − D_t + max(0, R_t − R_min)/θ, and R_{t+1} = R_t + E_{t−1} + F_t − D_t − M_t, with
F = M⁰ − E⁰, so that the base year stands still. What debt service D takes beyond the last reserves is in
arrears.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from autarky.economy import FinalUseKind
from autarky.errors import Problem
from autarky.results import Reason, variable
from autarky.scenario import ForeignExchange, Scenario
from autarky.scenario.foreign_exchange import PriceChange
from autarky.scenario.shocks import Dated
from autarky.simulation import dates
from autarky.simulation.behaviours.acting import Booleans, Floats, Setting, Told
from autarky.simulation.behaviours.processing import Link, ProcessingTrade, find_link
from autarky.simulation.lookup import Lookup
from autarky.simulation.network import DAYS_PER_YEAR, Network

Integers = npt.NDArray[np.int64]


def begin(setting: Setting) -> Payments | None:
    """Foreign exchange of all scenarios, if they count it; what does not fit is added to the problems."""
    if setting.scenarios[0].behaviour.foreign_exchange is None:
        return None
    before = len(setting.problems)
    economy = setting.network.economy
    if economy.is_multi_regional:
        _refuse(setting, "", "needs a national table; this one has several regions and no import gates")
    elif not economy.gates:
        _refuse(setting, "", "needs imports to pay for; this table has no import gates")
    elif _exporters(setting.network).size == 0:
        _refuse(setting, "", "needs exports to earn from; this table has no final users of the kind exports")
    else:
        ranks, links = _agreed(setting)
        payments = Payments(setting, links)
        if len(setting.problems) == before:
            setting.state.gate_rank[:] = ranks
            return payments
    return None


def _refuse(setting: Setting, field: str, what: str, remedy: str = "leave it out") -> None:
    setting.problems.append(Problem(f"behaviour.foreign_exchange{field}", what, remedy))


def _part(scenario: Scenario) -> ForeignExchange:
    part = scenario.behaviour.foreign_exchange
    assert part is not None  # all that run side by side count foreign exchange, or none does
    return part


def _exporters(network: Network) -> Integers:
    """Positions of the final users who buy exports, among the final users in network order."""
    users, n = network.economy.final_users, len(network.economy.industries)
    kinds = [users[column - n].kind for column in network.users if column >= n]
    return np.flatnonzero([kind is FinalUseKind.EXPORTS for kind in kinds]).astype(np.int64)


def _agreed(setting: Setting) -> tuple[Integers, list[Link]]:
    """Rank of each gate, (gates,), and the links of processing trade: the same for all scenarios."""
    first = setting.scenarios[0]
    part = _part(first)
    names, exporters = setting.lookup(first), _exporters(setting.network)
    return _ranks(setting, names, part), [
        find_link(setting, names, exporters, one, f"behaviour.foreign_exchange.processing[{k}]")
        for k, one in enumerate(part.processing)
    ]


def _ranks(setting: Setting, names: Lookup, part: ForeignExchange) -> Integers:
    """Rank of each gate, from 0: that of its product, or the last."""
    products = [gate.product for gate in setting.network.economy.gates]
    chosen: dict[str, int] = {}
    for rank, given in enumerate(part.first_paid):
        place = f"behaviour.foreign_exchange.first_paid[{rank}]"
        for product in sorted(
            names.resolve(given, tuple(dict.fromkeys(products)), place, "imported product")
        ):
            if product in chosen:
                what = f"{product!r} already stands in rank {chosen[product] + 1}"
                setting.problems.append(Problem(place, what, "name each product once"))
            chosen[product] = rank
    return np.array([chosen.get(product, len(part.first_paid)) for product in products], dtype=np.int64)


class Payments:
    """What is earned, held and paid, for all scenarios side by side; (B, W) unless said otherwise."""

    def __init__(self, setting: Setting, links: Sequence[Link]) -> None:
        network, state = setting.network, setting.state
        self.setting, self.state, self.rules = setting, state, setting.rules
        self.n = len(network.economy.industries)
        self.exporters = _exporters(network)
        self.exogenous = network.tables.exogenous_supply[self.n :, None]
        self.gates_base = network.tables.base_output[self.n :, None]
        self.paid_base = float(network.tables.base_output[self.n :].sum())
        self.earned_base = float(network.tables.base_use[:, self.n + self.exporters].sum())
        self.finance_base = self.paid_base - self.earned_base
        # What rounding may leave unpaid.
        self.slack = self.paid_base * (1e-12 if state.output.dtype == np.float64 else 1e-6)
        self.reserves, self.minimum, self.spending_days = (
            setting.declared("foreign_exchange", name) for name in ("reserves", "minimum", "spending_days")
        )
        self.lost = self._by_day(
            "unrecorded", lambda part: part.unrecorded, lambda one: (1.0 - one.share) * self.finance_base
        )
        self.debt = self._by_day(
            "debt_service", lambda part: part.debt_service, lambda one: one.per_year / DAYS_PER_YEAR
        )
        pools = tuple(slot.product for slot in network.slots)
        gates = tuple(gate.product for gate in network.economy.gates)
        self.export_prices = _Prices(setting, "export_prices", lambda part: part.export_prices, pools)
        self.import_prices = _Prices(setting, "import_prices", lambda part: part.import_prices, gates)
        self.processing = ProcessingTrade(setting, links) if links else None
        width = state.purse.shape
        self.arriving = np.full(width, self.earned_base)
        self.paid = np.full(width, self.paid_base)
        self.through = np.ones(state.gate_price.shape)
        self.bound = np.zeros(width, dtype=np.bool_)
        self.arrears = np.zeros(width)
        self.purse = np.full(width, np.inf)
        self.paid_for = np.ones(setting.rules.normal_capacity.shape)
        """(m, B, W) of what suppliers would deliver, the share that there is money for."""
        self.kept: dict[str, list[npt.NDArray[Any]]] = {name: [] for name in _TOLD}

    def _by_day(
        self, field: str, of: Callable[[ForeignExchange], Any], amount: Callable[[Any], float]
    ) -> Floats:
        """What something that has dates comes to on each day, (days + 1, B, W)."""

        def series(scenario: Scenario) -> Floats:
            given = of(_part(scenario))
            if given is None:
                return np.zeros(scenario.days + 1)
            return amount(given) * _weight(self.setting, given, scenario, f".{field}")

        return self.setting.lanes(series)

    def morning(self, day: int) -> Booleans:
        """Fill the purse, set prices, and let processing trade follow its parts."""
        state = self.state
        changed = self.export_prices.turn(day) | self.import_prices.turn(day)
        state.gate_price[:] = np.moveaxis(self.import_prices.now, 0, 1)
        if self.setting.premium is not None:
            state.gate_price[:] *= 1.0 + self.setting.premium
        spendable = np.maximum(self.reserves - self.minimum, 0.0) / self.spending_days
        # As changes against the base year, in which imports cost what they cost, to the last bit.
        self.balance = self.paid_base + (self.arriving - self.earned_base) - self.lost[day] - self.debt[day]
        before, self.purse = self.purse, np.maximum(self.balance + spendable, 0.0) + self.slack
        state.purse[:] = self.purse
        # A purse that has moved is felt only where it binds, or begins to.
        felt = (self.purse != before) & (self.bound | (self.purse < self.paid))
        changed |= felt.any(axis=1)
        if self.processing is not None:
            changed |= self.processing.morning(day, self.through)
        return changed

    def evening(self, day: int) -> None:
        """Count what was paid and earned, and what is left."""
        state, n = self.state, self.n
        prices = state.gate_price.astype(np.float64)
        can = np.minimum(
            np.moveaxis(self.rules.normal_capacity[n:], 0, 1) * state.survive[:, n:], state.hands[:, n:]
        )
        wanted = np.minimum(
            np.maximum(state.demand[:, n:] - self.exogenous, 0.0), can * state.overtime[:, n:]
        )
        came = state.output[:, n:]
        self.paid = (prices * came).sum(axis=1)
        self.bound = self.paid < (prices * wanted).sum(axis=1) * (1.0 - self.rules.tolerance)
        paid_share = np.divide(came, wanted, out=np.ones(prices.shape), where=wanted > 0.0)
        # Who restocks asks for more than the base year: parts for all that is made come through all the same.
        whole = self.gates_base > 0.0
        of_base = np.divide(came, self.gates_base, out=np.ones(prices.shape), where=whole)
        self.through = np.minimum(np.maximum(paid_share, of_base), 1.0)
        left = self.reserves + (self.balance - self.paid)
        owed = np.where(left < -2.0 * self.slack, -left, 0.0)
        self.arrears = self.arrears + owed
        self.reserves = np.maximum(left, 0.0)
        if self.setting.records:
            self.paid_for[n:] = np.moveaxis(paid_share, 1, 0)
            self.setting.limits[Reason.NO_MONEY] = self.paid_for
            told = {
                "export_earnings": self.arriving,
                "unrecorded_finance": self.finance_base - self.lost[day],
                "debt_service": self.debt[day],
                "purse": self.purse,
                "import_payments": self.paid,
                "reserves": self.reserves,
                "arrears": self.arrears,
                "money_bound": self.bound,
                "import_paid_share": paid_share,
            }
            for name, values in told.items():
                self.kept[name].append(values)
        received = state.received[:, :, self.exporters].astype(np.float64)
        self.arriving = (self.export_prices.now[:, :, None] * received).sum(axis=2).sum(axis=0)

    def told(self, k: int, done: int) -> Told:
        """What scenario k earned, paid and held on its first ``done`` days."""
        unit = self.setting.network.economy.unit
        b, w = divmod(k, self.state.output.shape[-1])
        units = {"flow": f"{unit} per day", "stock": unit, "1": "1"}
        variables = {
            name: variable(
                np.stack([values[b, ..., w] for values in self.kept[name][:done]]).astype(dtype),
                dims,
                units[measure],
                description,
            )
            for name, (dtype, dims, measure, description) in _TOLD.items()
        }
        for name, value, description in (
            ("export_earnings_base", self.earned_base, "Earned by exports in the base year"),
            ("import_payments_base", self.paid_base, "Paid for imports in the base year"),
        ):
            variables[name] = variable(np.array(value), (), units["flow"], description)
        return Told(variables)


_DAY = ("day",)
_TOLD: dict[str, tuple[type[np.generic], tuple[str, ...], str, str]] = {
    "export_earnings": (
        np.float64,
        _DAY,
        "flow",
        "Foreign exchange from exports of the day before",
    ),
    "unrecorded_finance": (
        np.float64,
        _DAY,
        "flow",
        "Foreign exchange that trade statistics do not record",
    ),
    "debt_service": (np.float64, _DAY, "flow", "Foreign exchange due to creditors abroad, before any import"),
    "purse": (np.float64, _DAY, "flow", "Most that the day's imports may cost"),
    "import_payments": (np.float64, _DAY, "flow", "Foreign exchange paid for imports"),
    "reserves": (np.float64, _DAY, "stock", "Foreign exchange held in the evening"),
    "arrears": (np.float64, _DAY, "stock", "Due to creditors abroad and not paid, added up"),
    "money_bound": (
        np.int32,
        _DAY,
        "1",
        "1 on days on which imports are short for want of money",
    ),
    "import_paid_share": (
        np.float64,
        ("day", "gate"),
        "1",
        "Share, of what a gate would have delivered, that was paid for",
    ),
}


def _weight(setting: Setting, given: Dated, scenario: Scenario, field: str) -> Floats:
    """1 on each day on which something acts, (days + 1,); what never does is a problem."""
    weight = dates.weight(given, scenario, 0.0)
    if not weight[:-1].any():
        what = f"acts on no day of the run, {scenario.start} to {scenario.end}"
        _refuse(setting, field, what, "move its dates, or change start or days")
    return weight


class _Prices:
    """Prices of pools or gates relative to the base year, and the days on which they turn."""

    def __init__(
        self,
        setting: Setting,
        field: str,
        of: Callable[[ForeignExchange], Sequence[PriceChange]],
        products: tuple[str, ...],
    ) -> None:
        self.width = setting.state.output.shape[-1]
        packs = setting.state.output.shape[0]
        self.now = np.ones((len(products), packs, self.width))
        """(pools or gates, B, W)"""
        self.changes: list[tuple[int, Booleans, Floats]] = []
        self.turning = np.zeros(setting.days + 1, dtype=np.bool_)
        for lane, scenario in enumerate(setting.scenarios):
            names = setting.lookup(scenario) if of(_part(scenario)) else None
            for k, change in enumerate(of(_part(scenario))):
                assert names is not None
                place = f".{field}[{k}]"
                found = names.resolve(
                    change.products,
                    tuple(dict.fromkeys(products)),
                    f"behaviour.foreign_exchange{place}.products",
                    "product",
                )
                weight = _weight(setting, change, scenario, place)
                self.turning |= np.diff(weight, prepend=0.0) != 0.0
                hit = np.array([product in found for product in products])
                self.changes.append((lane, hit, np.where(weight > 0.0, change.factor, 1.0)))

    def turn(self, day: int) -> Booleans:
        """Bring prices up to date; which packs feel it, (B,)."""
        if not self.turning[day]:
            return np.zeros(self.now.shape[1], dtype=np.bool_)
        before, self.now = self.now, np.ones_like(self.now)
        for lane, hit, factors in self.changes:
            b, w = divmod(lane, self.width)
            self.now[hit, b, w] *= factors[day]
        return np.asarray((self.now != before).any(axis=(0, 2)))
