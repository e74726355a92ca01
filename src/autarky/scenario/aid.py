"""Aid: goods given in kind, by whom, to whom, and how much of each."""

from __future__ import annotations

import math
from typing import Annotated, Literal

from pydantic import Field, model_validator

from autarky.declared import Days, Name, Names, Share
from autarky.scenario.shocks import InWords, Telling


class Aid(InWords):
    """Final users give goods to others, in kind: out of what reached them that day, product by product.

    No more is given than givers received; no more passes a border than cuts of that trade leave. A partner
    abroad of a national table gives what it promised, as far as it passes.
    """

    kind: Literal["aid"] = "aid"
    giver: Names
    """Regions whose final users give; or one partner abroad of a national table, whose own users the table
    does not tell."""
    giver_users: Names = ("households",)
    """Final users that give, by code or by kind, each in proportion to what it received of the product."""
    receiver: Names
    """Regions of the final users that receive."""
    receiver_users: Names = ("households",)
    """Final users that receive, by code or by kind."""
    basket: Annotated[dict[Name, Annotated[float, Field(ge=0)]], Field(min_length=1)]
    """Product code, in quotes, → amount a year, in the table's unit, given by all and received by all; a
    group of products stands for that amount of each."""
    shares: dict[Name, Share] = Field(default_factory=dict)
    """Receiving region, or code of a final user → its share of what is given; they add to 1. If left out
    everybody receives in proportion to base-year use of the product (of all products, where nobody there used
    it)."""
    share_passing: Share | None = None
    """Share of what is given across a border that passes whatever is cut: 1 for aid that no cut touches. If
    left out each product passes as far as cuts of its trade from giver to receiver leave."""
    ramp_days: Days = 0
    """Days over which it comes in, and after ``until`` goes out, in a straight line."""

    @model_validator(mode="after")
    def _all_is_shared_out(self) -> Aid:
        if self.shares and abs((whole := math.fsum(self.shares.values())) - 1.0) > 1e-9:
            raise ValueError(f"has shares that add to {whole:.10g}; make them add to 1")
        return self

    def clause(self, told: Telling) -> str:
        """``households in GRC are given up to 300 (table's unit) a year of food by DEU``."""
        receivers = f"{told(self.receiver_users, 'all final users')} in {told(self.receiver, 'every region')}"
        givers = told(self.giver, "every region")
        if self.giver_users != ("households",):
            givers = f"{told(self.giver_users, 'all final users')} in {givers}"
        worth, goods = math.fsum(self.basket.values()), told(tuple(self.basket), "")
        return f"{receivers} are given up to {worth:,.6g} (table's unit) a year of {goods} by {givers}"
