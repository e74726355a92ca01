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
