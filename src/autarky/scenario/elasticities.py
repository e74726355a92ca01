"""Elasticities: how easily inputs replace each other, at once and in the long run."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Annotated

from pydantic import Field, model_validator

from autarky.declared import Declared, Name, Names, Positive
from autarky.scenario.part import Part

Number = Annotated[float, Field(ge=0, le=1000)]


class Elasticity(Declared):
    """An elasticity of substitution: per cent by which the ratio of two inputs rises when that of their
    marginal products falls by one. 0: fixed proportions; 1: Cobb–Douglas."""

    short: Number
    """At once."""
    long: Number | None = None
    """After ``long_run_days``; as at once if left out."""


class InputClass(Elasticity):
    """Inputs that stand for each other, for instance fuels."""

    products: Names
    """Product codes, or groups. Home and foreign slots of a product are in the same class."""


class Elasticities(Part):
    """For production: ces, nested: inputs of a class make up its composite, classes the output."""

    between: Elasticity
    """Between classes."""
    classes: dict[Name, InputClass] = Field(default_factory=dict)
    """Name → the products of a class, and the elasticity between them. A product is in one class."""
    others: Elasticity = Elasticity(short=0.0)
    """Between products that are in no class: they are a class together."""
    long_run_days: Positive | None = None
    """Days from the first day of the scenario's first shock over which elasticities move, in a straight line,
    from short to long."""
    source: str | None = None
    """Where the numbers come from; without one they are marked as an assumption."""

    @model_validator(mode="after")
    def _the_long_run_has_days(self) -> Elasticities:
        moves = [one for one in (self.between, self.others, *self.classes.values()) if one.long is not None]
        if moves and self.long_run_days is None:
            raise ValueError("has a long elasticity and no long_run_days; say how long it takes")
        return self

    def assumptions(self) -> tuple[str, ...]:
        """The numbers, without a source; and what is left to the default."""
        said: tuple[str, ...] = ()
        if not self.source or self.source.startswith("assumption"):
            said = (f"elasticities of substitution: {self.source or 'the study has no source'}",)
        if "others" not in self.model_fields_set:
            said += ("inputs that are in no class of elasticities do not replace each other",)
        return said

    def in_common(self) -> Hashable:
        """Which products are in which class; the numbers may differ."""
        return tuple((name, tuple(one.products)) for name, one in self.classes.items())
