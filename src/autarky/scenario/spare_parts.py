"""Spare parts: machines wear out without them, and one can be taken apart to keep another."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Annotated

from pydantic import Field

from autarky.declared import ALL, Days, Names, Positive, Share
from autarky.scenario.part import Part


class SpareParts(Part):
    """Capacity k of the users wears while parts are short and is repaired when they come again.

    With a the share of base-year parts that came today and r what the store adds (as long as it lasts), the
    lack is l = 1 − a − r, and k ← k − k l (1 − salvaged) / wear_days + (1 − k)(a + r − l)⁺ / repair_days.
    """

    products: Names
    """Products that stand for machines and their parts, in quotes."""
    users: Names = ALL
    """Sectors whose machines need them."""
    wear_days: Positive
    """Days in which machines without any parts fall to 1/e of their capacity, none taken apart for others."""
    store_days: Days
    """Parts in store on the first day, in days of base-year use."""
    salvaged: Share = 0.0
    """Share of what breaks that is repaired with parts of other broken machines."""
    repair_days: Annotated[float, Field(gt=0, le=36_500)] = 365.0
    """Days in which 1 − 1/e of lost capacity is repaired once parts come in full."""
    source: str | None = None
    """Where the numbers come from; without one, or with the word assumption, they are marked so."""

    def assumptions(self) -> tuple[str, ...]:
        """The numbers, where they have no source."""
        if self.source is None:
            return ("spare parts: the study's numbers, no source given",)
        return (f"spare parts: {self.source}",) if self.source.startswith("assumption") else ()

    def in_common(self) -> Hashable:
        """Products and users; every number may differ."""
        return (self.products, self.users)
