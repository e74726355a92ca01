"""Adaptation: techniques that come in, and what practice makes of them."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Annotated, Literal

from pydantic import Field

from autarky.declared import ALL, Days, Declared, Name, Names, Share
from autarky.scenario.part import Part
from autarky.scenario.shocks import InWords, Telling


class Learning(Declared):
    """Learning by doing (Wright 1936; Arrow 1962): inputs per unit fall with all that was ever made.

    With Q made so far by the technique, its named inputs are ``factor·max(floor, initial·(1 + Q/Q₁)^−rate)``.
    """

    rate: Annotated[float, Field(ge=0, le=5)]
    """Exponent b: each doubling of experience leaves 2^−b of the inputs (0.32: a fifth less)."""
    initial: Annotated[float, Field(ge=0, le=1000)]
    """Inputs on the first day relative to ``factor``: above 1 beginners need more."""
    floor: Annotated[float, Field(ge=0, le=1000)] = 1.0
    """Least that practice leads to, relative to ``factor``."""
    first_days: Annotated[float, Field(gt=0, le=36_500)]
    """Q₁, experience at the start, in days of the industry's base-year output."""
    source: str | None = None
    """Where the numbers come from; without one they are marked as an assumption."""


class Adaptation(Part):
    """How techniques are learnt."""

    learning: Learning | None = None
    """Learning by doing of every technique_change that declares none of its own."""

    def assumptions(self) -> tuple[str, ...]:
        """The curve of learning, where it has no source."""
        learning = self.learning
        if learning is None or (learning.source and not learning.source.startswith("assumption")):
            return ()
        return (f"learning by doing: {learning.source or 'the study has no source'}",)

    def in_common(self) -> Hashable:
        """Nothing: numbers may differ."""
        return ()


class NewInput(Declared):
    """What a technique needs of an input that the industry bought in the base year."""

    product: Name
    """Product code, in quotes, or a group."""
    origin: Literal["home", "abroad", "any"] = "any"
    """home or abroad where imports do not compete with home products; any: wherever it comes from."""
    factor: Annotated[float, Field(ge=0, le=1000)]
    """Need per unit of output relative to the base year's: 0 does without, 1 changes nothing."""


class TechniqueChange(InWords):
    """Industries come to make a share of their output by another technique, which needs more of some inputs
    and less of others. The rest is made as in the base year.

    Of a slot an industry needs ``1 − Σφ + Σφ·factor`` per unit of output, relative to the base year, over the
    techniques that have come in, φ being their shares in output on the day.
    """

    kind: Literal["technique_change"] = "technique_change"
    name: Name | None = None
    """What the technique is called in the answer."""
    regions: Names = ALL
    """Regions of the industries."""
    sectors: Names
    """Sector codes of the industries, in quotes."""
    inputs: tuple[NewInput, ...]
    """What the technique needs; inputs not named stay as they are. Where two name a slot the later counts."""
    share: Share = 1.0
    """Share of output made by the technique once it has come in. Shares of an industry add to at most 1."""
    ramp_days: Days = 0
    """Days over which the share comes in, and after ``until`` goes out, in a straight line."""
    capacity: Annotated[float, Field(gt=0, le=100)] = 1.0
    """What the same plant can make by the technique, relative to the base year's."""
    learning: Learning | None = None
    """Learning by doing; without it the technique is known."""

    def clause(self, told: Telling) -> str:
        """``80% of chemicals is made with 0 × imported fertiliser and 1.5 × coal from home``."""
        places = {"home": " from home", "abroad": " from abroad", "any": ""}
        needs = [
            f"{one.factor:g} × the {told((one.product,), 'every product')}{places[one.origin]}"
            for one in self.inputs
        ]
        where = "" if self.regions == ALL else f" in {told(self.regions, 'every region')}"
        made = f"{self.share:.0%} of the output of {told(self.sectors, 'every industry')}{where}"
        return f"{made} is made with {' and '.join(needs) or 'the same inputs'}"
