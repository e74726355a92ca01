"""Destruction: a typhoon, a flood or a war takes capital away, and goods and time bring it back."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from autarky.declared import ALL, Name, Names, Positive, Share
from autarky.scenario.shocks import InWords, Telling


class Destruction(InWords):
    """Capital is destroyed; capacity comes back as it is rebuilt, and rebuilding takes goods from others.

    Damage = share · ``capital_years`` · output of a base year. Each day a part of it, damage / ``days``, is
    ordered of the ``goods`` by those who invest in the region, on top of what they order anyway, as long as
    goods for that much are still missing. What comes of a good beyond its share waits for the others: capital
    is rebuilt in the proportions given.
    """

    kind: Literal["destruction"] = "destruction"
    regions: Names = ALL
    """Regions of the industries hit."""
    sectors: Names = ALL
    """Sector codes of the industries hit, in quotes."""
    share: Share
    """Share of their capital, and so of their capacity, that is destroyed."""
    capital_years: Annotated[float, Field(gt=0, le=100)]
    """Capital per output: years of base-year output that an industry's capital is worth."""
    goods: dict[Name, Annotated[float, Field(gt=0, le=1)]]
    """Product code → share of the cost of rebuilding, adding to 1."""
    days: Positive
    """Least days in which it could be rebuilt if all goods came."""

    @model_validator(mode="after")
    def _goods_are_all(self) -> Destruction:
        if self.until is not None:
            raise ValueError("has an until, and lasts until it is rebuilt; leave until out")
        if abs((whole := sum(self.goods.values())) - 1.0) > 1e-9:
            raise ValueError(f"has goods that add to {whole:.10g} of the cost; make them add to 1")
        return self

    def clause(self, told: Telling) -> str:
        """``10% of the capital of farms is destroyed``."""
        where = "" if self.regions == ALL else f" in {told(self.regions, 'every region')}"
        whose = told(self.sectors, "every industry")
        return f"{100 * self.share:.3g} % of the capital of {whose}{where} is destroyed and has to be rebuilt"
