"""Announcements: what somebody said would be, read as a number, to be held against what a run delivers.

They are measured against, never written, aimed or improved: a reading of a sentence is the study's, with its
source, and every speaker is read alike.
"""

from __future__ import annotations

import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field, model_validator

from autarky.declared import ALL, Declared, Name, Names, Share

Level = Annotated[float, Field(ge=0, le=100)]


class Measure(StrEnum):
    """What a sentence is about."""

    OUTPUT = "output"
    """What the named sectors make, weighted by what they made in the base year."""
    GDP = "gdp"
    """Value added at base-year coefficients."""
    CONSUMPTION = "consumption"
    """What final users receive of the named products, group by group."""
    NEED = "need"
    """What households have of what they need to live, group by group (behaviour: households)."""


class Sense(StrEnum):
    """Which way a sentence errs where it errs; the value is printed before the level."""

    AT_LEAST = "at_least"
    AT_MOST = "at_most"


class Announcement(Declared):
    """A sentence that says how something would be, and how the study reads it."""

    text: Annotated[str, Field(min_length=1, max_length=500)]
    """The words that were said, as short as they can be quoted."""
    speaker: Name
    """Who said it."""
    source: Annotated[str, Field(min_length=1, max_length=2000)]
    """Where it was said."""
    reading: Annotated[str, Field(min_length=1, max_length=2000)]
    """How the words become the numbers below; without a source for that, with the word assumption."""
    measure: Measure
    """output, gdp, consumption or need."""
    of: Names = ALL
    """Sectors (output), products (consumption) or needs (need); codes in quotes."""
    users: Names = ("households",)
    """Final users by code or kind, whose consumption or need it is."""
    sense: Sense = Sense.AT_LEAST
    """at_least: what is less than announced is a gap; at_most: what is more."""
    low: Level
    """Lowest reading of the level that was announced, relative to the base year (of a need: to what is
    needed)."""
    high: Level
    """Highest reading; equal to ``low`` where the sentence has one."""
    start: datetime.date = Field(alias="from")
    """First day for which it was said."""
    until: datetime.date | None = None
    """Last day for which it was said; to the end of the run if left out."""

    @model_validator(mode="after")
    def _in_order(self) -> Announcement:
        if self.low > self.high:
            raise ValueError(f"has low ({self.low:g}) above high ({self.high:g}); swap them")
        if self.until is not None and self.until < self.start:
            raise ValueError(f"ends ({self.until}) before it starts ({self.start}); swap the dates")
        return self


class Weights(Declared):
    """What a group's opinion of next month is made of; what is left to 1 is what it thought at first."""

    others: Share
    """Weight of the other groups' and its own opinion of last month."""
    message: Share
    """Weight of what is announced."""
    experience: Share
    """Weight of what was delivered."""
    source: Name = "assumption"
    """Where the weights come from."""

    @model_validator(mode="after")
    def _at_most_whole(self) -> Weights:
        if (whole := self.others + self.message + self.experience) > 1 + 1e-9:
            raise ValueError(f"has weights that add to {whole:g}; make them add to at most 1")
        return self


class Opinion(Declared):
    """An illustration of how far announcements could outlive experience; it is not evidence of any opinion.

    Friedkin & Johnsen (1990) with two signals from outside. Weights that are not given are drawn evenly over
    all that are possible, so that what shows in nearly every draw does not hang on a choice of them.
    """

    weights: dict[Name, Weights] = Field(default_factory=dict)
    """Group → weights; groups not named have drawn ones. Groups are the final users told of (gdp, output:
    ``everybody``)."""
    draws: Annotated[int, Field(ge=20, le=100_000)] = 1000
    """Number of draws of weights and first opinions."""
    seed: Annotated[int, Field(ge=0)] = 0
    """Starts the draws."""
