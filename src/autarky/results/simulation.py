"""Results: labelled numbers by day, with the record of how they came to be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr


class Outcome(StrEnum):
    """How a run ended; the value is the sentence that is printed."""

    COMPLETED = "all days were simulated"
    INTERRUPTED = "stopped by the user before the last day"


class Binding(IntEnum):
    """What limited an industry's output on a day. From 0 on: the position of an input slot in ``slot``."""

    DEMAND = -1
    CAPACITY = -2


class Reason(StrEnum):
    """Why a supplier delivered, or a final user wanted, less than in the base year; the value is printed."""

    TRADE_CUT = "trade cut"
    CAPACITY_LOSS = "capacity loss"
    SHORT_ITSELF = "itself short of inputs"
    OVERBOOKED = "cannot serve all orders"
    NO_MONEY = "no foreign exchange"
    PROCESSING = "processing trade follows its other half"
    HOURS = "hours withheld"
    STAFF = "too few people at work"
    WORN = "machines worn out for want of parts"
    DESTROYED = "destroyed and not rebuilt"
    TECHNIQUE = "the new technique makes less"
    EFFICIENCY = "less efficient under its rule of allocation"
    LESS_MONEY = "households have less money"
    ELSEWHERE = "households have it from elsewhere"
    SPENDING = "households spend less"


FALLS, STOPS = 0.9, 0.5
"""An industry *falls* below 90 % and *stops* below 50 % of base output: the two ``level`` values."""


@dataclass(frozen=True)
class Variant:
    """What one course of events comes to, in the few numbers that show how far the answer moves.

    Losses are shares of the base year; None where the table has nothing to compare with.
    """

    sentence: str
    """The declared choice that was turned round: ``if every input were essential``."""
    behaviour: str
    """The same as a study writes it: ``production: leontief``."""
    first: tuple[str, ...]
    """Industries that stop first, for one cause; empty: nothing stops."""
    day: int | None
    """Day of that stop, counted from the first shock."""
    cause: str
    stops: int
    """Number of industries that stop."""
    falls: int
    gdp_lost: float | None
    """Over the run."""
    gdp_lost_at_most: float | None
    """On the worst day."""
    consumption_lost: float | None
    """Of households (or all final users), over the run."""
    consumption_lost_at_most: float | None


@dataclass(frozen=True)
class RunRecord:
    """Everything needed to run again and get the same bytes, and to cite the figures used."""

    scenario: Mapping[str, Any]
    """The scenario as declared, JSON-ready."""
    parameters: Mapping[str, Any]
    """Every behavioural parameter in force, JSON-ready: name → value."""
    assumptions: tuple[str, ...]
    """One sentence for each parameter that has no source."""
    economy: Mapping[str, Any]
    """Name, year, unit, currency, valuation, import treatment, digest, citation, notes, declared gaps."""
    versions: Mapping[str, str]
    """autarky, python, numpy, numba, scipy, xarray."""
    seed: int | None = None
    variants: tuple[Variant, ...] = ()
    """What the run comes to under other declared choices; empty where none were tried."""
    chains: tuple[Mapping[str, Any], ...] = ()
    """Why the largest losers made less (``explanation.Why``), JSON-ready; empty where it was not traced."""
    lifelines: Mapping[str, Any] | None = None
    """Which imports to keep (``explanation.Lifelines``), JSON-ready; None where it was not asked."""
    countdown: Mapping[str, Any] | None = None
    """Days of stock by product (``explanation.Countdown``), JSON-ready; None where it was not asked."""
    announced: tuple[Mapping[str, Any], ...] = ()
    """What was announced beside what the run delivers (``explanation.Announced``), JSON-ready."""
    evidence: tuple[Mapping[str, Any], ...] = ()
    """The figures behind an estimated table (``explanation.grounds``), JSON-ready; else empty."""
    sources: tuple[str, ...] = ()
    """Where the study's question and figures come from, as it says itself."""


@dataclass(frozen=True, eq=False)
class SimulationResult:
    """What happened, day by day. ``data`` is an ``xarray.Dataset`` with units on every variable.

    Dimensions: ``day`` (dates), ``industry`` (labels, with coordinates ``region`` and ``sector``),
    ``gate`` (import gates of a national table, with ``partner`` and ``gate_product``), ``product``,
    ``final_user`` (with ``final_region``, ``category``, ``kind``), ``slot`` (input slots, with
    ``slot_product`` and ``slot_origin``: any | home | abroad).

    Variables, flows in the table's unit per day:

    ====================  =============================  ================================================
    output                day, industry                  made
    output_base           industry                       made in the base year, per day
    demand                day, industry                  orders received after ceilings
    capacity              day, industry                  could be made with all inputs at hand
    binding               day, industry                  what limited output (``Binding`` or a slot)
    stock_cover           day, industry                  days of base-year use left of the scarcest input
    forgone_inputs        day, industry                  use of non-binding inputs that was not there
    value_added_base      industry                       base-year value added per day
    gdp                   day                            value added at base-year coefficients
    gate_delivery         day, gate                      delivered by an import gate
    gate_delivery_base    gate                           the same in the base year, per day
    consumption           day, product, final_user       received by final users, home and imported together
    consumption_base      product, final_user            the same in the base year, per day
    unmet_final_demand    day, product, final_user       wanted and not received
    inventory             day, slot, industry            stock in the evening (only when asked for)
    first_day_below       level, industry                first day output is below level × base; -1: never
    cause_binding         level, industry                ``binding`` on that day
    cause_supplier        level, industry                text: supplier of that slot that fell short most
    cause_reason          level, industry                text: why it fell short (``Reason``), or empty
    ====================  =============================  ================================================

    Variables that a behaviour, or a shock of it, adds where it is switched on, with labels of its own:
    ``labour_group``, ``hours_use``, ``household``, ``income_source``, ``need``, ``home_region``,
    ``parts_region``, ``technique``. A name with ``_base`` is the same in the base year, without ``day``.

    ========================  ===============================  ==============================================
    hours, hours_base         day, labour_group, hours_use     labour: hours a week of a person
    employment, …_base        day, industry                    labour: people at work
    hours_at_work, …_base     day, industry                    labour: work hours a day of those there are
    garden_food, …_base       day, labour_group                labour: grown on plots, outside the table
    aid_given                 day, product, final_user         aid: given to others
    aid_received              day, product, final_user         aid: received, from abroad too
    aid_from_abroad           day, product                     aid: what a partner abroad gave
    consumption_after_aid     day, product, final_user         aid: consumption − given + received
    eaten, eaten_base         day, product, household          households: used, wherever it came from
    household_cash, …_base    day, household                   households: money held, table's unit
    household_income, …_base  day, household, income_source    households: money earned
    household_spending, …_base  day, household                   households: money paid for what came
    household_food_stock      day, household                   households: days of base-year use held
    need_share                day, household, need             households: use relative to the basket
    first_day_below_need      household, need                  households: first such day below 1; -1: never
    household_spending_share  day, home_region                 consumption: wanted in all, base year = 1
    capacity_found            day                              search: what found suppliers could deliver
    search_cost               day                              search: paid for it beyond old prices
    export_earnings, …_base   day                              foreign_exchange: exports of the day before
    unrecorded_finance        day                              foreign_exchange: comes in beside exports
    debt_service              day                              foreign_exchange: due, before any import
    purse                     day                              foreign_exchange: most that imports may cost
    import_payments, …_base   day                              foreign_exchange: paid for imports
    reserves                  day                              foreign_exchange: held, table's unit
    arrears                   day                              foreign_exchange: due and not paid, added up
    money_bound               day                              foreign_exchange: 1 where money was short
    import_paid_share         day, gate                        foreign_exchange: paid part of a delivery
    machines                  day, parts_region                spare_parts: capacity, first day = 1
    parts_in_store            day, parts_region                spare_parts: days of base-year use
    damage_left               day                              destruction: cost of what is not rebuilt
    goods_waiting             day                              destruction: goods that wait for others
    technique_share           day, technique                   technique_change: share of output
    technique_practice        day, technique                   technique_change: inputs, declared = 1
    technique_output          day, technique                   technique_change: made by it
    technique_cost            day, technique                   technique_change: inputs beyond the old recipe
    ========================  ===============================  ==============================================
    """

    data: xr.Dataset
    outcome: Outcome
    record: RunRecord
    labels: Mapping[str, str] = field(default_factory=dict)
    """Code → long name, for sectors, products and regions."""


def variable(
    values: npt.NDArray[Any], dims: Sequence[str], units: str, description: str
) -> tuple[tuple[str, ...], npt.NDArray[Any], dict[str, str]]:
    """An array with its dimensions, unit and description, as ``xarray.Dataset`` takes it."""
    return tuple(dims), values, {"units": units, "long_name": description}


def day_axis(start: Any, days: int) -> npt.NDArray[np.datetime64]:
    """The dates of a run, shape (days,)."""
    return np.datetime64(start, "D") + np.arange(days)
