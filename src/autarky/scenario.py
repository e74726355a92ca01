"""Scenario: what happens and how the economy behaves, declared by name and never by position.

These models are the file format: the docstring under a field is its help text in editors and docs.
"""

from __future__ import annotations

import datetime
import math
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from autarky.declared import ALL, Declared, Name, Names, Share

Days = Annotated[float, Field(ge=0, le=36_500)]
Positive = Annotated[float, Field(gt=0, le=36_500)]


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


class Starting(Declared):
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
    """Trade that no trade_cut and no trade_series touches, whatever they name (a humanitarian exemption)."""

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


class Harvest(Declared):
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


Shock = Annotated[TradeCut | CapacityLoss | DemandChange | TradeSeries | Harvest, Field(discriminator="kind")]


class PerProduct(Declared):
    """A number for every product, with exceptions by code."""

    default: Annotated[float, Field(ge=0, le=36_500)] | None = None
    """For products not named; the preset's value if left out."""
    products: dict[Name, Annotated[float, Field(ge=0, le=36_500)]] = Field(default_factory=dict)
    """Product code, or group → value. A product's own number outranks that of its group."""
    source: str | None = None
    """Where the numbers come from; without one they are marked as an assumption."""


class Criticality(StrEnum):
    """How much an industry can do without an input (Pichler et al. 2022)."""

    ESSENTIAL = "essential"
    IMPORTANT = "important"
    NON_ESSENTIAL = "non_essential"


ByProduct = Annotated[
    PerProduct,
    BeforeValidator(
        lambda given: {"default": given} if isinstance(given, int | float) else given,
        json_schema_input_type=PerProduct | float,
    ),
]
"""One number for all products, or a default with exceptions."""


class CriticalityRule(Declared):
    """Says how critical some inputs are to some users; later rules override earlier ones."""

    inputs: Names = ALL
    """Product codes of the inputs."""
    users: Names = ALL
    """Sector codes of the industries that use them."""
    level: Criticality
    """essential, important or non_essential."""
    source: str | None = None
    """Where this comes from; without one, or with the word assumption, it is marked as an assumption."""


class ProductionFunction(StrEnum):
    """What limits output when inputs run short."""

    LEONTIEF = "leontief"
    """Every input binds."""
    CRITICAL = "critical"
    """Essential inputs bind, important ones in part, non-essential ones not (Pichler et al. 2022)."""
    LINEAR = "linear"
    """Inputs replace each other one for one."""


class Rationing(StrEnum):
    """Who is served when a supplier cannot serve all."""

    PROPORTIONAL = "proportional"
    """Everybody gets the same share of what they ordered."""
    PRIORITY = "priority"
    """Rank by rank; within a rank the same share."""


class Overtime(Declared):
    """Capacity above normal while demand is unmet (Hallegatte 2008)."""

    max: Annotated[float, Field(ge=1, le=10)] = 1.25
    """Highest capacity relative to normal; 1 switches it off."""
    days: Positive = 365
    """Days to get there under full scarcity, and back."""


class ImportMode(StrEnum):
    """Whether home suppliers can fill an imported input's slot."""

    COMPETITIVE = "competitive"
    NON_COMPETITIVE = "non_competitive"


class ImportRule(Declared):
    """Which imported products home suppliers could replace. The choice decides results: try both."""

    default: ImportMode | None = None
    """For products not named below; the preset's mode if left out."""
    competitive: tuple[Name, ...] = ()
    """Product codes (or groups) that home suppliers can replace."""
    non_competitive: tuple[Name, ...] = ()
    """Product codes (or groups) that they cannot."""
    source: str | None = None
    """Where this comes from; without one it is marked as an assumption."""


class PresetName(StrEnum):
    """Complete parameter sets, see ``autarky.simulation.presets``."""

    AUTARKY = "autarky"
    BOARIO = "boario"


class Behaviour(Declared):
    """How industries, traders and final users react. What is left out comes from the preset."""

    preset: PresetName = PresetName.AUTARKY
    """Complete parameter set to start from."""
    production: ProductionFunction | None = None
    """leontief, critical or linear."""
    criticality: tuple[CriticalityRule, ...] = ()
    """For production: critical. Inputs without a rule are essential."""
    inventory_days: ByProduct | None = None
    """Days of use of an input that an industry likes to hold."""
    restocking_days: ByProduct | None = None
    """Days over which a gap in stock is reordered."""
    initial_stocks: ByProduct | None = None
    """Stock on the first day as a share of its target (1 = full)."""
    rationing: Rationing | None = None
    """proportional or priority."""
    priority: tuple[tuple[Name, ...], ...] = ()
    """Ranks, first served first: sector codes, or kinds of final user (households, exports …), or
    ``industries`` for all industries not named. Users not named come last, together."""
    overtime: Overtime | None = None
    """Capacity above normal while demand is unmet."""
    utilisation: Annotated[float, Field(gt=0, le=1)] | None = None
    """Base year output as a share of capacity."""
    substitution_days: Positive | Literal["off"] | None = None
    """Days in which orders that one supplier leaves unserved move to others of the same product that have
    spare capacity; ``off``: never."""
    imports: ImportRule | None = None
    """Which imports compete with home products."""
    negligible_share: Share | None = None
    """Inputs worth at most this share of the user's output never stop it."""
    importance: Share | None = None
    """Share of an important input's shortage that output loses, for production: critical. 0.5 in Pichler et
    al. (2022); at 1 important inputs are essential, at 0 non_essential."""
    import_spare: Annotated[float, Field(ge=0, le=100)] | None = None
    """Share by which import gates of a national table can deliver more than in the base year."""
    steps_per_day: Annotated[int, Field(ge=1, le=24)] = 1
    """Steps the day is cut into; results are by day whatever it is."""


class Scenario(Declared):
    """What happens, when, to whom, and how everybody reacts."""

    name: Name = "scenario"
    """A short name, printed on the answer."""
    start: datetime.date
    """First day of the simulation."""
    days: Annotated[int, Field(ge=1, le=36_500)]
    """Number of days."""
    groups: dict[Name, tuple[Name, ...]] = Field(default_factory=dict)
    """Names for lists of regions, sectors or users, to be used wherever one of them is. A group is not called
    like one of them."""
    shocks: tuple[Shock, ...] = ()
    """What happens: trade_cut, trade_series, capacity_loss, harvest, demand_change."""
    exempt: tuple[Exemption, ...] = ()
    """Trade that goes on as in the base year: no trade_cut and no trade_series touches it."""
    behaviour: Behaviour = Behaviour()
    """How everybody reacts."""

    @property
    def end(self) -> datetime.date:
        """Last day of the simulation."""
        return self.start + datetime.timedelta(days=self.days - 1)
