"""Allocation: who gets what is scarce, under which rule, and how fast the rule can change."""

from __future__ import annotations

from collections.abc import Hashable
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, model_validator

from autarky.declared import ALL, Days, Declared, Name, Names, Share
from autarky.scenario.part import Part
from autarky.scenario.shocks import InWords, Telling


class Rationing(StrEnum):
    """Who is served when a supplier cannot serve all."""

    PROPORTIONAL = "proportional"
    """Everybody gets the same share of what they ordered."""
    PRIORITY = "priority"
    """Rank by rank, as the plan's list has it; within a rank the same share."""
    MARKET = "market"
    """Who makes, or pays, most per unit of the product is served first."""
    MIXED = "mixed"
    """A share of what there is by priority, the rest by market."""
    RANDOM = "random"
    """User by user, in an order that is drawn for each product."""


class Efficiency(Declared):
    """What a rule of allocation does to the capacity of the industries that sell under it."""

    factor: Annotated[float, Field(gt=0, le=10)]
    """Capacity relative to the base year's; 1 changes nothing."""
    source: Annotated[str, Field(min_length=1)]
    """Where the number comes from, or the word assumption."""


class Ownership(Declared):
    """Sellers of one kind: the state, enterprises with autonomy, private traders …"""

    share: Share
    """Their share of what each supplier of the products sells."""
    products: Names = ALL
    """Product codes, in quotes, or groups of them."""
    rationing: Rationing
    """The rule by which they sell."""
    efficiency: Efficiency | None = None
    """Of what they make, instead of that of their rule."""
    source: str | None = None
    """Where the share comes from; without one it is marked as an assumption."""


class Allocation(Part):
    """Who is served under which rule."""

    plan_share: Share | None = None
    """For rationing: mixed. Share of what there is that goes by priority; the rest goes by market."""
    willingness_to_pay: dict[Name, Annotated[float, Field(ge=0, le=1e12)]] = Field(default_factory=dict)
    """For rationing: market. Sector code, final user, kind of final user or ``industries`` → value per unit
    of any product. An industry not named bids its value added per unit of the product that it uses; a final
    user not named bids 1."""
    seed: Annotated[int, Field(ge=0)] | None = None
    """For rationing: random. Another seed is another draw."""
    by_product: dict[Name, Rationing] = Field(default_factory=dict)
    """Product code, or group → rule for this product instead of ``rationing``."""
    ownership: dict[Name, Ownership] = Field(default_factory=dict)
    """Name of your choice (state, enterprise, private …) → what its sellers have and by which rule they sell.
    What is left of a product is sold by ``rationing``."""
    efficiency: dict[Rationing, Efficiency] = Field(default_factory=dict)
    """Rule → capacity under it, relative to the base year. Under mixed each part has that of its own rule.
    Without it no rule is more efficient than another."""
    source: str | None = None
    """Where plan_share and willingness_to_pay come from; without one they are marked as assumptions."""

    @model_validator(mode="after")
    def _mixed_has_parts(self) -> Allocation:
        if Rationing.MIXED in self.efficiency:
            raise ValueError(
                "gives mixed an efficiency of its own; give those of its parts, priority and market"
            )
        return self

    def assumptions(self) -> tuple[str, ...]:
        """What has no source, or is called an assumption."""
        told: list[str] = []

        def declare(what: str, source: str | None) -> None:
            if source is None:
                told.append(f"{what}: the study's choice, no source given")
            elif source.startswith("assumption"):
                told.append(f"{what}: {source}")

        if self.plan_share is not None or self.willingness_to_pay:
            declare("plan share and willingness to pay", self.source)
        for name, owner in self.ownership.items():
            declare(f"share sold by {name}", owner.source)
            if owner.efficiency is not None:
                declare(f"efficiency of {name}", owner.efficiency.source)
        for rule, efficiency in self.efficiency.items():
            declare(f"efficiency under {rule.value}", efficiency.source)
        return tuple(told)

    def rules(self, rationing: Rationing | None) -> set[Rationing]:
        """The rules by which something is handed out, where all else goes by ``rationing``."""
        owners = (owner.rationing for owner in self.ownership.values())
        return {rationing or Rationing.PROPORTIONAL, *self.by_product.values(), *owners}

    def in_common(self) -> Hashable:
        """Nothing by itself: which rules hold is compared product by product (simulation/channels.py)."""
        return None


class InstitutionChange(InWords):
    """The rules of allocation change, at once or in a transition; after ``until`` they change back."""

    kind: Literal["institution_change"] = "institution_change"
    rationing: Rationing | None = None
    """The new rule; as in ``behaviour`` if left out."""
    priority: tuple[tuple[Name, ...], ...] | None = None
    """The new ranks; as in ``behaviour`` if left out."""
    allocation: Allocation | None = None
    """The new details, all of them; as in ``behaviour`` if left out."""
    transition_days: Days = 0
    """Days in which more and more goes by the new rules and less by the old, in a straight line."""

    @model_validator(mode="after")
    def _changes_something(self) -> InstitutionChange:
        if self.rationing is None and not self.priority and self.allocation is None:
            raise ValueError("changes nothing; give rationing, priority or allocation")
        return self

    def clause(self, told: Telling) -> str:
        """What changes, in words."""
        parts = [f"rationing turns to {self.rationing.value}"] if self.rationing is not None else []
        parts += ["the ranks of priority change"] if self.priority else []
        parts += ["the details of allocation change"] if self.allocation is not None else []
        within = f", over {self.transition_days:g} days" if self.transition_days else ""
        return " and ".join(parts) + within
