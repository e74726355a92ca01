"""Blocs: trade inside is kept, trade across the border is limited."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import model_validator

from autarky.declared import ALL, Days, Names, Share
from autarky.scenario.shocks import Ceiling, InWords, Telling


class Directions(StrEnum):
    """Which trade across the border of a bloc is limited."""

    IMPORTS = "imports"
    """What the bloc buys from outside."""
    EXPORTS = "exports"
    """What the bloc sells outside."""
    BOTH = "both"
    """Both ways."""


class BlocCut(InWords):
    """Trade across the border of a bloc is limited; trade inside it, and among those outside, is not.

    The same as a trade_cut from everybody outside to the bloc and another from the bloc to everybody outside.
    """

    kind: Literal["bloc_cut"] = "bloc_cut"
    bloc: Names
    """Regions, or groups of them, that go on trading with each other. In a national table: its region and
    partners; buyers abroad who are not told apart (ABROAD) are outside unless named."""
    directions: Directions = Directions.BOTH
    """imports, exports or both, as the bloc sees them."""
    products: Names = ALL
    """Product (sector) codes, in quotes."""
    share_kept: Share | None = None
    """Share of the base year's flow that may still pass: 0 is a full cut. Give this or a ceiling."""
    ceiling: Ceiling | None = None
    """Most that may pass, in money, all flows and both directions together. Give this or share_kept."""
    ramp_days: Days = 0
    """Days over which the cut comes in, and after ``until`` goes out, in a straight line."""

    @model_validator(mode="after")
    def _one_limit(self) -> BlocCut:
        if (self.share_kept is None) == (self.ceiling is None):
            raise ValueError("needs either share_kept or ceiling, not both or none; keep one of them")
        return self

    def crosses(self, delivers_inside: bool, receives_inside: bool) -> bool:
        """Whether trade between these two sides of the border is what is limited."""
        if self.directions is Directions.IMPORTS:
            return receives_inside and not delivers_inside
        if self.directions is Directions.EXPORTS:
            return delivers_inside and not receives_inside
        return delivers_inside != receives_inside

    def clause(self, told: Telling) -> str:
        """``trade of all products between the bloc of FRA and DEU and all others is cut to nothing``."""
        what, others = f"trade in {told(self.products, 'all products')}", "everybody else"
        bloc = f"the bloc of {told(self.bloc, 'everybody')}"
        ends = {
            Directions.IMPORTS: f"from {others} to {bloc}",
            Directions.EXPORTS: f"from {bloc} to {others}",
            Directions.BOTH: f"between {bloc} and {others}",
        }[self.directions]
        if self.ceiling is not None:
            limit = f"is held to {self.ceiling.value:,.6g} (table's unit) a {self.ceiling.per.value}"
        elif self.share_kept:
            limit = f"is held to {100.0 * self.share_kept:.3g} % of the base year"
        else:
            limit = "is cut to nothing"
        return f"{what} {ends} {limit}"
