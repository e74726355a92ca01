"""Balance: one industry on one day: what it could make, what it lacked, and who got its product."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from autarky.errors import InputError, Problem, did_you_mean
from autarky.explanation.conditions import first_shock_day
from autarky.explanation.losses import Calendar, Day, industry_losses
from autarky.explanation.names import Names, texts
from autarky.explanation.tracing import explained, with_what_keeping_averts
from autarky.explanation.why import Why
from autarky.results import Binding, SimulationResult
from autarky.scenario import ProductionFunction, Scenario, TechniqueChange
from autarky.simulation.network import ESSENTIAL, IMPORTANT
from autarky.simulation.opening import by_slot
from autarky.simulation.shortfalls import Trace, simulate_and_trace, stocks_needed
from autarky.workbench.levers import as_declared

Floats = npt.NDArray[np.float64]

MOST_BYTES = 2**30
"""Memory that all stocks of all days may take."""
_TINY = 1e-12


@dataclass(frozen=True)
class Input:
    """An input on a day, in the table's unit: ``needed = at_hand + short``, and
    ``left = stock + delivered − used``."""

    name: str
    code: str
    binds: str
    """``essential``, ``important`` or ``non-essential``."""
    needed: float
    """For the output that orders and capacity would allow."""
    at_hand: float
    """Of that, what the morning's stock had."""
    short: float
    """Needed and not there."""
    used: float
    delivered: float
    """Into the stock, during the day."""
    stock: float
    """In the morning."""
    left: float
    """In the evening."""
    left_days: float
    """The same in days of base-year use."""
    limits: bool
    """Whether it is what limited output."""


@dataclass(frozen=True)
class Received:
    """What a user got of the industry's product, from all its suppliers, per day."""

    name: str
    base: float
    received: float

    @property
    def share(self) -> float:
        """Of the base year; NaN without a base."""
        return self.received / self.base if self.base > 0 else float("nan")


@dataclass(frozen=True)
class Balance:
    """An industry on a day; flows in the table's unit per day."""

    industry: str
    name: str
    product: str
    unit: str
    day: Day
    base: float
    """Output of the base year."""
    orders: float
    capacity: float
    output: float
    limit: str
    """What limited output, in words."""
    inputs: tuple[Input, ...]
    """Those that lacked most of their need first; empty where the record does not say what was used."""
    note: str
    """Why ``inputs`` and ``users`` are empty; else empty."""
    suppliers: tuple[Received, ...]
    """Who delivered the product: this industry first, others that make it, then import gates."""
    users: tuple[Received, ...]
    """Who received it, the largest of the base year first; they add up to what ``suppliers`` delivered."""

    @property
    def share(self) -> float:
        """Output as a share of the base year's."""
        return self.output / self.base if self.base > 0 else float("nan")


@dataclass(frozen=True)
class Explained:
    """What the drawer shows of an industry on a day."""

    balance: Balance
    why: Why | None
    """None where there is nothing to explain; ``nothing`` then says why."""
    nothing: str
    industries: tuple[tuple[str, str], ...]
    """(code, name) of all, those that fall first."""
    first: int
    last: int
    """Days of the run, counted from the first shock."""


def explain(
    content: bytes, path: Path, digest: str, industry: str, day: int | datetime.date | None
) -> Explained:
    """Why an industry made less on a day of a study, and its balance.

    Parameters
    ----------
    content, path, digest
        The study file, where it counts as lying, and the digest of the run's table.
    industry : str
        Its code; empty: the first that falls.
    day : int, date or None
        Counted from the first shock, or as a date; None: the industry's worst.

    Raises
    ------
    InputError
        If there is no such industry or day, the table is gone or another, or stocks take too much memory.
    """
    scenario, result, trace = _traced(content, path, digest)
    names, calendar = Names(result), Calendar(result, first_shock_day(scenario))
    falling = [loss.industry for loss in industry_losses(result, names, calendar)]
    industry = industry or (falling or list(names.industry_codes))[0]
    if industry not in names.industry_codes:
        remedy = did_you_mean(industry, names.industry_codes)
        raise InputError(Problem("industry", f"there is no industry {industry[:80]!r}", remedy))
    position = _position(result, names, calendar, industry, day)
    chain, nothing = None, ""
    try:
        chain = _chain(content, path, digest, industry, calendar.day(position).number)
    except InputError as error:
        nothing = error.problems[0].what
    ordered = sorted(
        range(len(names.industries)),
        key=lambda j: falling.index(code) if (code := names.industry_codes[j]) in falling else len(falling),
    )
    return Explained(
        balance=balance_of(result, trace, scenario, industry, position),
        why=chain,
        nothing=nothing,
        industries=tuple((names.industry_codes[j], names.industries[j]) for j in ordered),
        first=calendar.day(0).number,
        last=calendar.day(len(calendar.dates) - 1).number,
    )


@lru_cache(maxsize=1)
def _traced(content: bytes, path: Path, digest: str) -> tuple[Scenario, SimulationResult, Trace]:
    """The study simulated with its stocks on record; kept for the next question."""
    scenario, economy, _ = as_declared(content, path, digest)
    if (needed := stocks_needed(economy, scenario)) > MOST_BYTES:
        what = f"all stocks of all days take {needed / 2**30:.1f} GiB, which is too much to answer at once"
        raise InputError(Problem("explain", what, "ask in a terminal: autarky why RUN INDUSTRY"))
    return scenario, *simulate_and_trace(economy, scenario)


@lru_cache(maxsize=64)
def _chain(content: bytes, path: Path, digest: str, industry: str, day: int) -> Why:
    scenario, result, trace = _traced(content, path, digest)
    found = explained(result, trace, scenario, industry, day=day)
    return with_what_keeping_averts([found], trace.network.economy, scenario, trace)[0]


def _position(
    result: SimulationResult,
    names: Names,
    calendar: Calendar,
    industry: str,
    day: int | datetime.date | None,
) -> int:
    """Position of a day; the worst of the industry where none is given."""
    if day is None:
        output = result.data["output"].transpose("day", "industry").values
        return int(np.argmin(output[:, names.industry_codes.index(industry)]))
    if isinstance(day, datetime.date):
        day = (day - calendar.origin).days
    position = day - calendar.day(0).number
    if not 0 <= position < len(calendar.dates):
        last = calendar.day(len(calendar.dates) - 1).number
        remedy = f"choose one from {calendar.day(0).number} to {last}"
        raise InputError(Problem("day", f"day {day} is not simulated", remedy))
    return position


def balance_of(result: SimulationResult, trace: Trace, scenario: Scenario, industry: str, t: int) -> Balance:
    """The balance of an industry (its code) on the day at position ``t``.

    Output, orders and capacity are the result's. What an industry used of an input is what its output takes
    and its morning stock had (``min(made·use, stock)``); what was delivered is the change of the stock and
    that. Stocks are on record in float32, so that deliveries are exact to 1e-7 of the stock.
    """
    names, data = Names(result), result.data
    j = names.industry_codes.index(industry)

    def at(name: str) -> float:
        return float(data[name].transpose("day", "industry").values[t, j])

    base, binding = float(data["output_base"].values[j]), int(at("binding"))
    note = _not_on_record(trace, scenario)
    inputs: tuple[Input, ...] = ()
    suppliers: tuple[Received, ...] = ()
    users: tuple[Received, ...] = ()
    if not note:
        inputs = _inputs(trace, names, j, t, binding)
        suppliers, users = _handed_out(result, trace, names, j, t)
    if binding == Binding.DEMAND:
        limit = "its orders: it made all that was asked of it"
    else:
        limit = "its own capacity" if binding < 0 else f"its stock of {names.slots[binding]}"
    _, product = trace.network.economy.industries.pairs[j]
    return Balance(
        industry=industry,
        name=names.industries[j],
        product=names.of(product),
        unit=str(result.record.economy["unit"]),
        day=Calendar(result, first_shock_day(scenario)).day(t),
        base=base,
        orders=at("demand"),
        capacity=at("capacity"),
        output=at("output"),
        limit=limit,
        inputs=inputs,
        note=note,
        suppliers=suppliers,
        users=users,
    )


def _not_on_record(trace: Trace, scenario: Scenario) -> str:
    """Why what is used of each input cannot be told from stocks; empty where it can."""
    preset, steps = trace.params.preset, trace.params.behaviour.steps_per_day
    if preset.production not in (ProductionFunction.LEONTIEF, ProductionFunction.CRITICAL):
        return f"with production: {preset.production.value} what is used of each input is not on record"
    if any(isinstance(shock, TechniqueChange) for shock in scenario.shocks):
        return "where techniques change, what is used of each input is not on record"
    if steps != 1 or preset.use_on_arrival or preset.closeness_gates or preset.shortest_inventory_days:
        return "under this preset, or several steps a day, what is used of each input is not on record"
    return ""


def _stock(trace: Trace, t: int) -> Floats:
    """(P, n) stocks in the evening of the day at position ``t``; -1: of the day before the first."""
    if t >= 0:
        return np.asarray(trace.days.inventory[t], dtype=np.float64)
    preset, params = trace.params.preset, trace.params
    days = np.maximum(by_slot(trace.network, preset.inventory_days, params.inventory_days), 1.0)
    filled = by_slot(trace.network, preset.initial_stocks, params.initial_stocks)
    return np.asarray((days * filled)[:, None] * _base_use(trace))


def _base_use(trace: Trace) -> Floats:
    """(P, n) base-year use per day."""
    return np.asarray(trace.network.tables.base_use[:, trace.days.industry_user])


def _used_and_delivered(trace: Trace, t: int) -> tuple[Floats, Floats]:
    """(P, n) what was used of each input, and what came, on a day."""
    use, held, left = _base_use(trace), _stock(trace, t - 1), _stock(trace, t)
    made = np.divide(trace.days.output[t], trace.base, out=np.zeros_like(trace.base), where=trace.base > 0)
    used = np.minimum(made * use, held)
    # Stocks are rounded to float32: nothing is ever sent back.
    return used, np.maximum(left - held + used, 0.0)


def _inputs(trace: Trace, names: Names, j: int, t: int, binding: int) -> tuple[Input, ...]:
    use = _base_use(trace)[:, j]
    used, delivered = (values[:, j] for values in _used_and_delivered(trace, t))
    stock = _stock(trace, t - 1)[:, j]
    goal = trace.goal[t, j] / trace.base[j] if trace.base[j] > 0 else 0.0
    levels = {ESSENTIAL: "essential", IMPORTANT: "important"}
    level = trace.network.tables.criticality[:, int(trace.days.industry_user[j])]
    found = [
        Input(
            name=names.slots[p] + _origin(trace, p),
            code=str(trace.network.slots[p]),
            binds=levels.get(int(level[p]), "non-essential"),
            needed=(needed := float(goal * use[p])),
            at_hand=min(needed, float(stock[p])),
            short=max(needed - float(stock[p]), 0.0),
            used=float(used[p]),
            delivered=float(delivered[p]),
            stock=float(stock[p]),
            left=(left := float(stock[p] + delivered[p] - used[p])),
            left_days=left / float(use[p]),
            limits=p == binding,
        )
        for p in np.flatnonzero(use > _TINY).tolist()
    ]
    return tuple(sorted(found, key=lambda one: (not one.limits, -one.short, -one.needed, one.code)))


def _origin(trace: Trace, p: int) -> str:
    """`` from abroad``, where the same product has a stock from home too."""
    slot = trace.network.slots[p]
    several = sum(other.product == slot.product for other in trace.network.slots) > 1
    return f", from {slot.origin}" if several and slot.origin != "any" else ""


def _handed_out(
    result: SimulationResult, trace: Trace, names: Names, j: int, t: int
) -> tuple[tuple[Received, ...], tuple[Received, ...]]:
    """Who delivered the industry's product that day, and who received it."""
    data, economy = result.data, trace.network.economy
    product = economy.industries.pairs[j][1]
    tables, n = trace.network.tables, trace.n
    makers = [k for k, (_, sector) in enumerate(economy.industries.pairs) if sector == product]
    output = data["output"].transpose("day", "industry").values[t]
    suppliers = [
        Received(names.industries[k], float(trace.base[k]), float(output[k]))
        for k in sorted(makers, key=lambda k: (k != j, -trace.base[k]))
    ]
    gates = [g for g, gate in enumerate(economy.gates) if gate.product == product]
    if gates:
        sent = data["gate_delivery"].transpose("day", "gate").values[t]
        base = data["gate_delivery_base"].values
        suppliers += [
            Received(f"imports from {names.gates[g].partner}", float(base[g]), float(sent[g])) for g in gates
        ]
    given = float(tables.exogenous_supply[[*makers, *(n + g for g in gates)]].sum())
    if given > _TINY:
        suppliers.append(Received("taken from inventories", given, given))
    slots = [p for p, slot in enumerate(trace.network.slots) if slot.product == product]
    came, use = _used_and_delivered(trace, t)[1][slots].sum(axis=0), _base_use(trace)[slots].sum(axis=0)
    users = [
        Received(names.industries[k], float(use[k]), float(came[k]))
        for k in np.flatnonzero(use > _TINY).tolist()
    ]
    q = texts(data, "product").index(product)
    got = data["consumption"].transpose("day", "product", "final_user").values[t, q]
    wanted = data["consumption_base"].transpose("product", "final_user").values[q]
    regions, kinds = texts(data, "final_region"), texts(data, "kind")
    categories = [
        name if (name := names.of(code)) != code else f"{code} ({kind})"
        for code, kind in zip(texts(data, "category"), kinds, strict=True)
    ]
    several = len(set(regions)) > 1 and names.is_multi_regional
    users += [
        Received(
            (f"{names.of(regions[f])}: " if several else "") + categories[f],
            float(wanted[f]),
            float(got[f]),
        )
        for f in range(len(wanted))
        if abs(wanted[f]) > _TINY or abs(got[f]) > _TINY
    ]
    return tuple(suppliers), tuple(sorted(users, key=lambda one: (-one.base, one.name)))
