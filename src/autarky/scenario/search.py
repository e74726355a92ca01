"""Search: importers look for other suppliers abroad when theirs fail, at a price."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Annotated

from pydantic import Field

from autarky.declared import ALL, Names, Positive
from autarky.scenario.part import Part


class Search(Part):
    """Partners that are not cut come to deliver more of a product whose imports fall short.

    Of each product with gates at several partners: found ← found + (target − found) · pace while the target,
    ``most`` · (base-year deliveries that gates under a limit did not make), is above it; the pace is
    1 − exp(−1 / ``days``) a day. What is found adds to what the gates that no ceiling limited the day before
    can deliver anyway (``import_spare`` and all), in proportion to what they delivered in the base year, and
    orders move there as ``substitution_days`` lets them. What was found stays. ``cost`` is paid for what
    a gate delivers beyond what it could anyway, overtime included.
    """

    products: Names = ALL
    """Products, in quotes, for which importers search."""
    days: Positive
    """Days in which 1 − 1/e of what can be found is found."""
    most: Annotated[float, Field(ge=0, le=1)]
    """Share of what is missing that can be found elsewhere in the end."""
    cost: Annotated[float, Field(ge=0, le=100)] = 0.0
    """What the found costs beyond the old price, as a share of it."""
    source: str | None = None
    """Where the numbers come from; without one, or with the word assumption, they are marked so."""

    def assumptions(self) -> tuple[str, ...]:
        """The numbers, where they have no source."""
        if self.source is None:
            return ("search for suppliers: the study's numbers, no source given",)
        return (f"search for suppliers: {self.source}",) if self.source.startswith("assumption") else ()

    def in_common(self) -> Hashable:
        """The products; every number may differ."""
        return self.products
