"""Households: what each group earns, is rationed, grows, holds, and needs."""

from __future__ import annotations

import math
from collections.abc import Hashable
from typing import Annotated, Literal

from pydantic import Field, model_validator

from autarky.declared import ALL, Days, Declared, Name, Names, Share
from autarky.scenario.part import Part
from autarky.scenario.shocks import InWords, Telling

Need = Annotated[float, Field(ge=0, le=10)]
DaysOfSpending = Annotated[float, Field(ge=1, le=36_500)]


class Income(Declared):
    """Where a group's money came from in the base year, in which it spent what it earned; shares add to 1."""

    wages: Share | None = None
    """Follows the value added of ``wage_sectors``. What the other three leave, if left out."""
    plots: Share = 0.0
    """From what is grown on plots and sold; follows their harvest where behaviour.labour counts it."""
    markets: Share = 0.0
    """From trading and side jobs; follows the value added of ``market_sectors``."""
    transfers: Share = 0.0
    """From the state or relatives; what it was, until a transfer changes it."""
    wage_sectors: Names = ALL
    """Sectors that pay the wages, in proportion to their value added."""
    market_sectors: tuple[Name, ...] = ()
    """Sectors that market incomes move with, in proportion to their value added."""

    @model_validator(mode="after")
    def _is_all_income(self) -> Income:
        others = math.fsum((self.plots, self.markets, self.transfers))
        whole = others + (max(0.0, 1.0 - others) if self.wages is None else self.wages)
        if abs(whole - 1.0) > 1e-9:
            raise ValueError(f"has shares that add to {whole:.10g}; make them add to 1")
        if self.markets > 0.0 and not self.market_sectors:
            raise ValueError("has income from markets and no market_sectors; name what it moves with")
        return self

    @property
    def shares(self) -> tuple[float, float, float, float]:
        """Of wages, plots, markets and transfers."""
        others = self.plots, self.markets, self.transfers
        return (1.0 - math.fsum(others) if self.wages is None else self.wages), *others


class HouseholdLife(Declared):
    """How one group of households lives."""

    income: Income = Income()
    """Where its money came from in the base year; all of it wages if left out."""
    rations: dict[Name, Share] = Field(default_factory=dict)
    """Product code, or group of them → share of base-year purchases that was handed out as a ration."""
    ration_price: Annotated[float, Field(ge=0, le=1)] = 0.0
    """Price of a ration relative to the market's; 0: it is free."""
    food_stock_days: Days = 0.0
    """Days of base-year use of the foods that it holds, full on the first day."""
    basket: dict[Name, dict[Name, Need]] = Field(default_factory=dict)
    """Livelihood basket: name of a need, for instance food → product, or group of them → share of base-year
    use that is needed. Products of one need replace each other, by value."""
    source: str | None = None
    """Where the numbers come from; without one they are marked as an assumption."""


class Households(Part):
    """What households earn, are rationed, grow and hold. Prices are those of the base year throughout.

    Every morning a household spends the last day's income and a part of the money it has left: essentials
    first. It eats what comes of it, its ration, what it grew, what it is given and what it holds, up to what
    it wants: use in the base year times changes of demand.
    """

    groups: dict[Name, HouseholdLife]
    """Code of a final user of kind households (or ``households``: all of them) → how it lives. Households not
    named want what they wanted in the base year, whatever they earn."""
    food: tuple[Name, ...] = ()
    """Products, or groups of them, that households hold stocks of."""
    essentials: tuple[tuple[Name, ...], ...] = ()
    """Ranks of products, or groups of them, first bought first. All other products come last, together."""
    overhang_days: DaysOfSpending = 90.0
    """Days over which money is spent that is left beyond the last day's income. Assumption."""
    restocking_days: DaysOfSpending = 30.0
    """Days over which a gap in food stocks is bought back. Assumption."""
    source: str | None = None
    """Where these two numbers come from; without one they are marked as an assumption."""

    def assumptions(self) -> tuple[str, ...]:
        """One sentence for each number that has no source, and for what the behaviour itself assumes."""
        days = (
            f"households spend money left over in {self.overhang_days:g} days and fill food stocks in "
            f"{self.restocking_days:g}"
        )
        said = [_told(f"households {name}", life.source) for name, life in self.groups.items()]
        fixed = "what households pay is counted at base-year prices: shortage raises no price"
        return (*filter(None, [_told(days, self.source), *said]), fixed)

    def in_common(self) -> Hashable:
        """All names; numbers may differ."""
        return (
            self.food,
            self.essentials,
            *(
                (
                    name,
                    life.income.wage_sectors,
                    life.income.market_sectors,
                    tuple(life.rations),
                    tuple((need, tuple(products)) for need, products in life.basket.items()),
                )
                for name, life in self.groups.items()
            ),
        )


def _told(what: str, source: str | None) -> str:
    if source is None:
        return f"{what}: no source given"
    return f"{what}: {source}" if source.startswith("assumption") else ""


class RationChange(InWords):
    """Rations are cut or raised."""

    kind: Literal["ration_change"] = "ration_change"
    groups: Names = ALL
    """Households by the names that behaviour.households gives them."""
    products: Names = ALL
    """Product codes, in quotes."""
    factor: Annotated[float, Field(ge=0, le=100)]
    """Ration relative to the base year's: 0 is none at all."""
    ramp_days: Days = 0.0
    """Days over which the change comes in, and after ``until`` goes out, in a straight line."""

    def clause(self, told: Telling) -> str:
        """``rations of food for rural households are 50 % of the base year's``."""
        what, whom = told(self.products, "all products"), told(self.groups, "all households")
        return f"rations of {what} for {whom} are {100.0 * self.factor:.3g} % of the base year's"


class Transfer(InWords):
    """Money is given to households, or taken. Where it comes from, or goes, is not followed."""

    kind: Literal["transfer"] = "transfer"
    groups: Names = ALL
    """Households by the names that behaviour.households gives them."""
    money: float | None = None
    """Money a year in the table's unit, over all households it matches in proportion to their base-year
    income; below 0 it is taken, as far as they have any. Give this or share."""
    share: Annotated[float, Field(ge=-1, le=100)] | None = None
    """The same as a share of each one's base-year income. Give this or money."""
    ramp_days: Days = 0.0
    """Days over which it comes in, and after ``until`` goes out, in a straight line."""

    @model_validator(mode="after")
    def _one_amount(self) -> Transfer:
        if (self.money is None) == (self.share is None):
            raise ValueError("needs either money or share, not both or none; keep one of them")
        return self

    def clause(self, told: Telling) -> str:
        """``all households are given 10 % of their base-year income``."""
        amount = self.share if self.money is None else self.money
        assert amount is not None
        does = "is taken from" if amount < 0.0 else "is given to"
        whom = told(self.groups, "all households")
        if self.money is None:
            return f"{100.0 * abs(amount):.3g} % of base-year income {does} {whom}"
        return f"{abs(amount):,.6g} (table's unit) a year {does} {whom}"
