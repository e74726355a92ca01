"""Shocks: what happens, when, and to whom, declared by name and never by position.

These models are the file format: the docstring under a field is its help text in editors and docs.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, model_validator

from autarky.declared import ALL, Days, Declared, Name, Names, Positive, Share


class Period(StrEnum):
    """The period a ceiling is counted over."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


class Ceiling(Declared):
    """The most that may be traded, in money of the table's unit, over all flows the cut matches."""

    value: Annotated[float, Field(ge=0)]
    """Amount, in the table's unit (for instance million USD)."""
    per: Period = Period.YEAR
    """Period the amount is counted over; a month is a twelfth of a year."""


class Caused(Declared):
    """A shock, and what it is a part of."""

    cause: Name | None = None
    """What the shock belongs to, for instance sanctions: shocks of one cause are counted together when a
    loss is shared out over causes (autarky attribute). A cause of its own if left out."""
    source: str | None = None
    """Where its figures come from, or assumption and why."""


class Starting(Caused):
    """A shock with a first day."""

    start: datetime.date = Field(alias="from")
    """First day on which it acts."""


class Dated(Starting):
    """A shock with a first and a last day."""

    until: datetime.date | None = None
    """Last day on which it acts in full; to the end of the run if left out."""

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Dated:
        if self.until is not None and self.until < self.start:
            raise ValueError(f"ends ({self.until}) before it starts ({self.start}); swap the dates")
        return self


Telling = Callable[[Names, str], str]
"""(names, what to say for all of them) → names in words."""


class InWords(Dated):
    """A shock that tells by itself what it does; its dates are told after it."""

    def clause(self, told: Telling) -> str:
        """What it does, for instance ``every group is at sessions for 2 hours more a week``."""
        raise NotImplementedError


class TradeCut(Dated):
    """Trade from an origin to a destination is limited. Deliveries inside a region are never touched."""

    kind: Literal["trade_cut"] = "trade_cut"
    origin: Names = ALL
    """Regions or partners that deliver (a national table calls unnamed partners ABROAD)."""
    destination: Names = ALL
    """Regions or partners that receive."""
    products: Names = ALL
    """Product (sector) codes, in quotes."""
    share_kept: Share | None = None
    """Share of the base year's flow that may still pass: 0 is a full cut. Give this or a ceiling."""
    ceiling: Ceiling | None = None
    """Most that may pass, in money. Give this or share_kept."""
    ramp_days: Days = 0
    """Days over which the cut comes in, and after ``until`` goes out, in a straight line."""

    @model_validator(mode="after")
    def _one_limit(self) -> TradeCut:
        if (self.share_kept is None) == (self.ceiling is None):
            raise ValueError("needs either share_kept or ceiling, not both or none; keep one of them")
        return self


class RecoveryCurve(StrEnum):
    """How a lost capacity comes back over τ days; k counts days since the loss ended."""

    LINEAR = "linear"
    """What remains lost falls as 1 − k/τ."""
    CONVEX = "convex"
    """Fast first: (1 − k/τ)²."""
    CONCAVE = "concave"
    """Slow first: 1 − (k/τ)²."""


class Recovery(Declared):
    """The way back after the last day of a capacity loss."""

    days: Positive
    """Days until capacity is whole again."""
    curve: RecoveryCurve = RecoveryCurve.LINEAR
    """Shape of the way back."""


class CapacityLoss(Dated):
    """Industries lose a share of what they could make (damage, lockdown, power cut)."""

    kind: Literal["capacity_loss"] = "capacity_loss"
    regions: Names = ALL
    """Regions (or partners: a gate that delivers less) of the industries hit."""
    sectors: Names = ALL
    """Sector codes of the industries hit, in quotes."""
    share: Share
    """Share of capacity lost. Two losses on one industry leave (1 − a)(1 − b)."""
    recovery: Recovery | None = None
    """Capacity is whole again on the day after ``until`` if left out."""


class DemandChange(Dated):
    """Final users want more or less than in the base year."""

    kind: Literal["demand_change"] = "demand_change"
    regions: Names = ALL
    """Regions of the final users (ABROAD for exports of a national table)."""
    users: Names = ALL
    """Final users by code, or by kind: households, government, investment, exports …"""
    products: Names = ALL
    """Product codes, in quotes."""
    factor: Annotated[float, Field(ge=0, le=100)]
    """Demand relative to the base year: 1 is no change, 0 is none at all."""
    ramp_days: Days = 0
    """Days over which the change comes in, and after ``until`` goes out, in a straight line."""


class TradeSeries(Starting):
    """Trade from an origin to a destination follows a series of shares of the base year's flow.

    Imports, and trade between regions, get a ceiling: a share above 1 lifts it and moves nothing by itself,
    since users order what they need and gates deliver at most 1 + ``import_spare`` of the base year. Exports
    of a national table are orders from abroad: final users there want the share, even more than in the base
    year.

    What is recorded may not be all that matters: kept = 1 − ``pass_through``·(1 − share). One number says how
    much of a recorded difference from the base year takes effect, so that where nothing differs nothing is
    corrected; a fixed amount of unrecorded trade would have to vanish in some months and not in others.
    """

    kind: Literal["trade_series"] = "trade_series"
    origin: Names = ALL
    """Regions or partners that deliver (a national table calls unnamed partners ABROAD)."""
    destination: Names = ALL
    """Regions or partners that receive."""
    products: Names = ALL
    """Product (sector) codes, in quotes."""
    shares: tuple[Annotated[float, Field(ge=0, le=1000)], ...]
    """What is recorded in each month or year, per day, as a share of the base year's flow per day; the first
    belongs to the month of ``from``, and after the last one the last one holds."""
    per: Literal["month", "year"] = "month"
    """Whether a share holds for a calendar month, or for twelve of them."""
    pass_through: Share = 1.0
    """Share of the difference from the base year that takes effect; the rest is unrecorded trade or, of
    exports, what is sold in another way."""

    @model_validator(mode="after")
    def _months_in_full(self) -> TradeSeries:
        if not self.shares:
            raise ValueError("has no shares; give one for each month, or year, from the first")
        if self.start.day != 1:
            first = self.start.replace(day=1)
            raise ValueError(f"starts on {self.start}, inside a month; begin on its first day, {first}")
        return self


class Exemption(Declared):
    """Trade that no trade_cut, bloc_cut or trade_series touches (a humanitarian exemption)."""

    origin: Names = ALL
    """Regions or partners that deliver."""
    destination: Names = ALL
    """Regions or partners that receive."""
    products: Names = ALL
    """Product (sector) codes, in quotes."""


Year = Annotated[str, Field(pattern=r"^[12]\d{3}$")]
ByYear = dict[Year, Annotated[float, Field(ge=0, le=100)]]
"""Calendar year, in quotes → a number relative to the base year's; 1 for years not named."""


class Crop(Declared):
    """One of the harvests of a year."""

    month: Annotated[int, Field(ge=1, le=12)]
    """Month, 1 to 12, from whose first day on it is eaten."""
    share: Annotated[float, Field(gt=0, le=1)]
    """Its share of the year's crop."""


class Fertiliser(Declared):
    """What fertiliser does to the crop of a year."""

    supply: ByYear
    """Year → what reaches the fields in that year's window, relative to the base year. Declared here, not
    simulated: the chain from gates and chemical works to the fields is the study's to work out."""
    elasticity: Annotated[float, Field(ge=0, le=1)]
    """Per cent by which the crop falls when supply falls by one."""


class Harvest(Caused):
    """Crops come once a year and feed the flow until the next crop of the same month.

    Capacity of the sectors on a day is Σ share·yield over the latest crop of each harvest, relative to the
    base year, with yield = weather·supply^elasticity of the crop's year. A better crop than the base year's
    can be delivered, and is where somebody orders it.
    """

    kind: Literal["harvest"] = "harvest"
    regions: Names = ALL
    """Regions whose crops they are."""
    sectors: Names = ALL
    """Sector codes, in quotes."""
    crops: tuple[Crop, ...]
    """The year's harvests; their shares add to 1."""
    weather: ByYear = Field(default_factory=dict)
    """Year → yield under that year's weather with base-year fertiliser, relative to the base year."""
    fertiliser: Fertiliser | None = None
    """Without it only weather counts."""

    @model_validator(mode="after")
    def _crops_are_a_year(self) -> Harvest:
        if abs(whole := math.fsum(crop.share for crop in self.crops) - 1.0) > 1e-9:
            raise ValueError(f"has crops that add to {1.0 + whole:.10g} of a year's; make them add to 1")
        return self

    def crop_of(self, year: str) -> float:
        """Yield of a year's crops relative to the base year: weather·supply^elasticity."""
        fed = self.fertiliser
        grown = 1.0 if fed is None else fed.supply.get(year, 1.0) ** fed.elasticity
        return self.weather.get(year, 1.0) * grown
