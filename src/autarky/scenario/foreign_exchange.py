"""Foreign exchange: what exports earn, what imports may cost, and what is held in between."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Annotated

from pydantic import Field

from autarky.declared import ALL, Declared, Name, Names, Share
from autarky.scenario.part import Part
from autarky.scenario.shocks import Dated

Money = Annotated[float, Field(ge=0)]


class Finance(Dated):
    """How much of unrecorded finance goes on.

    Unrecorded finance is F = M⁰ − E⁰, what the base year's imports cost beyond what its exports earned:
    unrecorded exports, wages from abroad, credit, aid, or what one side of the border counts and the other
    does not. It has nothing to do with ``pass_through`` of a trade_series, which is about unrecorded goods.
    """

    share: Share
    """Share of F that goes on while this acts; all of it before and after."""
    source: str | None = None
    """Where this comes from; without one it is marked as an assumption."""


class PriceChange(Dated):
    """What is traded with abroad changes its price. Two changes on one product multiply."""

    products: Names = ALL
    """Product codes, in quotes."""
    factor: Annotated[float, Field(ge=0, le=100)]
    """Price relative to the base year's, whatever that was: where the base year sold at 55 % of the world
    price, the world price is the factor 1/0.55."""
    source: str | None = None
    """Where this comes from; without one it is marked as an assumption."""


class DebtService(Dated):
    """What creditors abroad are owed, paid before any import."""

    per_year: Money
    """Interest and repayment in a year, in the table's unit."""
    source: str | None = None
    """Where this comes from; without one it is marked as an assumption."""


class Processing(Declared):
    """Processing trade: a partner sends parts and buys what is made of them."""

    partners: Names = ALL
    """Partners who send the parts and buy the products."""
    imports: Names
    """Product codes of the parts."""
    exports: Names
    """Product codes of what is made of them."""
    share_of_exports: Share = 1.0
    """Share of these exports that the partners order only as far as the parts come through."""
    share_of_imports: Share = 1.0
    """Share of these imports that the partners send only as far as the exports may leave."""
    source: str | None = None
    """Where this comes from; without one it is marked as an assumption."""


class ForeignExchange(Part):
    """What a day's imports may cost: E + F − debt service + max(0, reserves − minimum) / spending_days.

    E is what the exports delivered the day before earned, F unrecorded finance. Money in the table's unit;
    national tables only.
    """

    reserves: Money
    """Foreign exchange held on the first morning."""
    minimum: Money = 0.0
    """Reserves that no import may touch."""
    spending_days: Annotated[float, Field(ge=1, le=36_500)] = 365.0
    """Days over which reserves above the minimum may be spent: a day's imports may use this part of them."""
    unrecorded: Finance | None = None
    """How much of unrecorded finance goes on; all of it if left out."""
    export_prices: tuple[PriceChange, ...] = ()
    """What a unit sold abroad brings in, relative to the base year."""
    import_prices: tuple[PriceChange, ...] = ()
    """What a unit bought abroad costs, relative to the base year."""
    debt_service: DebtService | None = None
    """What creditors abroad are owed; what cannot be paid is in arrears."""
    first_paid: tuple[tuple[Name, ...], ...] = ()
    """Ranks of imported products, first paid first. Products not named come last, together."""
    processing: tuple[Processing, ...] = ()
    """Exports that live on imported parts."""
    source: str | None = None
    """Where reserves, minimum and spending days come from; without one they are marked as an assumption."""

    def assumptions(self) -> tuple[str, ...]:
        """One sentence for each number that has no source, for the record of the run."""
        return tuple(_told(self))

    def in_common(self) -> Hashable:
        """Who is paid first and what is processed: the same for all that run side by side."""
        return self.first_paid, tuple((one.partners, one.imports, one.exports) for one in self.processing)


def _told(given: ForeignExchange) -> Iterator[str]:
    declared: list[tuple[str, str | None]] = [("reserves of foreign exchange", given.source)]
    if given.unrecorded is not None:
        declared.append(("unrecorded finance that goes on", given.unrecorded.source))
    declared += [("prices of exports", change.source) for change in given.export_prices]
    declared += [("prices of imports", change.source) for change in given.import_prices]
    if given.debt_service is not None:
        declared.append(("debt service", given.debt_service.source))
    declared += [("processing trade", one.source) for one in given.processing]
    for what, source in dict.fromkeys(declared):
        if source is None:
            yield f"{what}: the study's numbers, no source given"
        elif source.startswith("assumption"):
            yield f"{what}: {source}"
    if "spending_days" not in given.model_fields_set:
        yield f"reserves above their minimum can be spent over {given.spending_days:g} days"
