"""Losses: who falls below the base year, when, how far and why, read off a result's arrays."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from autarky.explanation.names import Names, texts
from autarky.results import FALLS, STOPS, Binding, Reason, SimulationResult

Array = npt.NDArray[np.float64]

WEIGHTY = 0.001
"""Products below this share of household consumption are listed after the others: a purchase of almost
nothing that falls to nothing must not head the list."""


@dataclass(frozen=True)
class Day:
    """A day, counted from the first day of the first shock (day 0), and its date (ISO)."""

    number: int
    date: str


@dataclass(frozen=True)
class Cause:
    """What limited an industry on the day it fell: an input, its own capacity, or its orders."""

    text: str
    """The whole cause as it is printed after *because:*."""
    clause: str
    """The same inside a sentence: ``for want of …``."""
    kind: str
    """``input``, ``capacity``, ``demand`` or ``unknown``."""
    input: str = ""
    stock_days: float | None = None
    """Days of use of the input in stock on the first day; None where the record does not say."""
    supply: str = ""
    """``non-competitive``: only from abroad; ``competitive``: home suppliers can replace it; or empty."""
    supplier: str = ""
    reason: str = ""


@dataclass(frozen=True)
class IndustryLoss:
    """An industry that falls below 90 % of its base output."""

    industry: str
    name: str
    falls: Day
    stops: Day | None
    cause: Cause
    """Of the stop where it stops, else of the fall."""
    lowest: float
    """Lowest daily output, share of base."""
    lowest_day: Day
    at_end: float
    """Output on the last day, share of base."""
    lost: float
    """Output lost over the run, share of the base output of as many days."""
    value_added_lost: float
    """Base-year value added of the lost output over the run, in the table's unit."""

    @property
    def first(self) -> Day:
        """The day it stops, or falls where it never stops."""
        return self.stops or self.falls


@dataclass(frozen=True)
class ProductLoss:
    """What households receive of a product, against the base year."""

    product: str
    name: str
    weight: float
    """Share of household consumption in the base year."""
    below: Day | None
    """First day below 90 % of base."""
    lowest: float
    lowest_day: Day
    lost_of_year: float
    """Received less than base over the run, as a share of a year's base consumption."""


@dataclass(frozen=True)
class RegionLoss:
    """What a region loses over the run."""

    region: str
    name: str
    consumption_lost: float | None
    """Household consumption, share of base over the run; None where the region has no households."""
    gdp_lost: float | None
    """Value added at base-year coefficients, share of base over the run."""


@dataclass(frozen=True)
class GateLoss:
    """What an import gate delivers less than in the base year."""

    gate: str
    partner: str
    product: str
    below: Day | None
    lowest: float
    lowest_day: Day
    lost_of_year: float


_CAPACITY = "its own lost capacity", "because capacity is lost", "capacity"
_ORDERS = "fewer orders", "for want of orders", "demand"
"""Text, clause and kind of a cause that is no input."""


class Calendar:
    """Positions on the day axis as days counted from the first shock."""

    def __init__(self, result: SimulationResult, origin: datetime.date) -> None:
        days = result.data["day"].values.astype("datetime64[D]")
        self.dates: tuple[datetime.date, ...] = tuple(days.astype(object))
        self.origin = origin

    def day(self, position: int) -> Day:
        """The day at a position of the day axis."""
        date = self.dates[position]
        return Day((date - self.origin).days, date.isoformat())


def shares(values: Array, base: Array) -> Array:
    """``values / base`` by day, shape (days, rows); NaN in rows whose base is not a positive number."""
    usable = np.isfinite(base) & (base > 0)
    divided = values / np.where(usable, base, np.nan)
    return np.where(np.isfinite(divided), divided, np.nan)


def output_shares(result: SimulationResult) -> Array:
    """Output as a share of base, shape (days, industries)."""
    return shares(_days_first(result, "output", "industry"), result.data["output_base"].values)


def delivery_shares(result: SimulationResult) -> Array:
    """Deliveries of import gates as a share of base, shape (days, gates); no columns without gates."""
    if not result.data.sizes.get("gate") or "gate_delivery" not in result.data:
        return np.empty((result.data.sizes["day"], 0))
    return shares(_days_first(result, "gate_delivery", "gate"), result.data["gate_delivery_base"].values)


def is_consumer(result: SimulationResult) -> tuple[str, npt.NDArray[np.bool_]]:
    """Whose consumption is told, and which final users they are: all, where the table has no households."""
    kinds = np.array(texts(result.data, "kind"), dtype=object)
    households = kinds == "households"
    if households.any():
        return "households", households
    return "final users", np.ones(len(kinds), dtype=bool)


def consumption(result: SimulationResult, region: str | None = None) -> tuple[Array, Array]:
    """Consumption of households (of a region) by day and product, (days, products); its base, (products,)."""
    _, chosen = is_consumer(result)
    if region is not None:
        chosen = chosen & (np.array(texts(result.data, "final_region"), dtype=object) == region)
    data = result.data
    values = data["consumption"].transpose("day", "product", "final_user").values[:, :, chosen].sum(axis=2)
    base = data["consumption_base"].transpose("product", "final_user").values[:, chosen].sum(axis=1)
    return values, base


def consumption_shares(result: SimulationResult) -> Array:
    """Household consumption by product as a share of base, shape (days, products)."""
    return shares(*consumption(result))


def total_share(values: Array, base: Array) -> Array:
    """All rows together as a share of their base, shape (days,): rows whose base is not positive stay out."""
    usable = np.isfinite(base) & (base > 0)
    total = base[usable].sum()
    if not total > 0:
        return np.full(len(values), np.nan)
    return np.asarray(values[:, usable].sum(axis=1) / total)


def industry_losses(result: SimulationResult, names: Names, calendar: Calendar) -> tuple[IndustryLoss, ...]:
    """Industries that fall, in the order in which they stop, then fall.

    On one day those that lack an input or capacity come before those that lack orders, and larger ones first.
    """
    data = result.data
    share = output_shares(result)
    first = data["first_day_below"].transpose("level", "industry").values
    falls, stops = _level(result, FALLS), _level(result, STOPS)
    value_added = data["value_added_base"].values
    found = []
    for i in np.flatnonzero((first[falls] >= 0) & np.isfinite(share).any(axis=0)):
        stopped = first[stops, i] >= 0
        lowest = int(np.nanargmin(share[:, i]))
        missing = float(np.nansum(1 - share[:, i]))
        found.append(
            IndustryLoss(
                industry=names.industry_codes[i],
                name=names.industries[i],
                falls=calendar.day(int(first[falls, i])),
                stops=calendar.day(int(first[stops, i])) if stopped else None,
                cause=_cause(result, names, stops if stopped else falls, int(i)),
                lowest=float(share[lowest, i]),
                lowest_day=calendar.day(lowest),
                at_end=float(share[-1, i]),
                lost=missing / len(share),
                value_added_lost=missing * float(value_added[i]) if np.isfinite(value_added[i]) else 0.0,
            )
        )
    base = dict(zip(names.industry_codes, data["output_base"].values, strict=True))
    return tuple(
        sorted(
            found,
            key=lambda loss: (
                loss.stops is None,
                loss.first.number,
                loss.cause.kind == "demand",
                loss.falls.number,
                -base[loss.industry],
                loss.industry,
            ),
        )
    )


def product_losses(result: SimulationResult, names: Names, calendar: Calendar) -> tuple[ProductLoss, ...]:
    """Products that households buy, those that fall most first (share of a year's base consumption lost)."""
    share = consumption_shares(result)
    _, base = consumption(result)
    whole = base[np.isfinite(base) & (base > 0)].sum()
    found = [
        ProductLoss(
            product=names.product_codes[p],
            name=names.products[p],
            weight=float(base[p] / whole),
            below=_first_below(share[:, p], calendar),
            lowest=float(np.nanmin(share[:, p])),
            lowest_day=calendar.day(int(np.nanargmin(share[:, p]))),
            lost_of_year=float(np.nansum(1 - share[:, p])) / 365,
        )
        for p in np.flatnonzero(np.isfinite(share).any(axis=0))
    ]
    return tuple(sorted(found, key=lambda loss: (loss.weight < WEIGHTY, -loss.lost_of_year, loss.product)))


def region_losses(result: SimulationResult, names: Names) -> tuple[RegionLoss, ...]:
    """Regions of a multi-regional table, the one whose households lose most first; empty for one region."""
    if not names.is_multi_regional:
        return ()
    regions = np.array(texts(result.data, "region"), dtype=object)
    value_added = result.data["value_added_base"].values
    output = output_shares(result)
    made = np.nan_to_num(output) * value_added
    found = []
    for region in dict.fromkeys(regions):
        here = (regions == region) & np.isfinite(output).any(axis=0)
        consumed = total_share(*consumption(result, region))
        found.append(
            RegionLoss(
                region=region,
                name=names.of(region),
                consumption_lost=_lost(consumed),
                gdp_lost=_lost(total_share(made[:, here], value_added[here])),
            )
        )
    return tuple(
        sorted(found, key=lambda loss: (-(loss.consumption_lost or 0), -(loss.gdp_lost or 0), loss.region))
    )


def gate_losses(result: SimulationResult, names: Names, calendar: Calendar) -> tuple[GateLoss, ...]:
    """Import gates that deliver less than 99 % of base on some day, those that lose most value first."""
    share = delivery_shares(result)
    if not share.shape[1]:
        return ()
    base = result.data["gate_delivery_base"].values
    found = []
    for g in np.flatnonzero((share < 0.99).any(axis=0)):
        lost = float(np.nansum(1 - share[:, g])) / 365
        loss = GateLoss(
            gate=names.gate_codes[g],
            partner=names.gates[g].partner,
            product=names.gates[g].product,
            below=_first_below(share[:, g], calendar),
            lowest=float(np.nanmin(share[:, g])),
            lowest_day=calendar.day(int(np.nanargmin(share[:, g]))),
            lost_of_year=lost,
        )
        found.append((-lost * float(base[g]), loss.gate, loss))
    return tuple(loss for _, _, loss in sorted(found, key=lambda item: item[:2]))


def _days_first(result: SimulationResult, name: str, along: str) -> Array:
    return np.asarray(result.data[name].transpose("day", along).values, dtype=np.float64)


def _level(result: SimulationResult, level: float) -> int:
    return int(np.argmin(np.abs(result.data["level"].values.astype(np.float64) - level)))


def _first_below(share: Array, calendar: Calendar) -> Day | None:
    below = np.flatnonzero(share < FALLS)
    return calendar.day(int(below[0])) if len(below) else None


def _lost(share: Array) -> float | None:
    return float(1 - share.mean()) if np.isfinite(share).all() else None


def _cause(result: SimulationResult, names: Names, level: int, industry: int) -> Cause:
    data = result.data

    def at(variable: str) -> Any:
        return data[variable].transpose("level", "industry").values[level, industry]

    binding = int(at("cause_binding"))
    source, reason = str(at("cause_supplier")), str(at("cause_reason"))
    if binding in (Binding.CAPACITY, Binding.DEMAND):
        own = binding == Binding.CAPACITY
        text, clause, kind = _CAPACITY if own else _ORDERS
        said = f": {reason}" if reason not in ("", Reason.CAPACITY_LOSS) else ""
        return Cause(f"{text}{said}", f"{clause}{f' ({said[2:]})' if said else ''}", kind, reason=reason)
    if not 0 <= binding < len(names.slots):
        return Cause("not recorded", "for a reason that is not recorded", "unknown")
    code, name = texts(data, "slot_product")[binding], names.slots[binding]
    stock = _stock_days(result.record.parameters, code)
    supply = _supply(result, code, binding)
    held = ", ".join(word for word in (f"stock {stock:g} d" if stock is not None else "", supply) if word)
    origin = ": ".join(word for word in (names.origin(source), reason) if word)
    both = "; ".join(word for word in (held, origin) if word)
    return Cause(
        text=name + (f" ({held})" if held else "") + (f" ← {origin}" if origin else ""),
        clause=f"for want of {name}" + (f" ({both})" if both else ""),
        kind="input",
        input=name,
        stock_days=stock,
        supply=supply,
        supplier=names.supplier(source) if source else "",
        reason=reason,
    )


def _supply(result: SimulationResult, product: str, slot: int) -> str:
    origin = texts(result.data, "slot_origin")[slot]
    if origin == "abroad":
        return "non-competitive"
    return "competitive" if origin == "any" and product in imported_products(result) else ""


def imported_products(result: SimulationResult) -> frozenset[str]:
    """Codes of the products that have an import gate."""
    return frozenset(texts(result.data, "gate_product"))


def _stock_days(parameters: Mapping[str, Any], product: str) -> float | None:
    """Days of use of a product in stock on the first day: target days × share of the target in stock."""
    exceptions = parameters.get("by_product") or {}

    def of(name: str) -> Any:
        return (exceptions.get(name) or {}).get(product, parameters.get(name))

    days, full = of("inventory_days"), of("initial_stocks")
    return float(days) * float(1 if full is None else full) if days is not None else None
