"""Labour: hours of the people there are, what they are spent on, and what takes them away."""

from __future__ import annotations

import math
from collections.abc import Hashable
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, model_validator

from autarky.declared import ALL, Declared, Name, Names, Share
from autarky.scenario.part import Part
from autarky.scenario.shocks import InWords, Telling

HOURS_A_WEEK = 168.0

Hours = Annotated[float, Field(ge=0, le=HOURS_A_WEEK)]


class Purpose(StrEnum):
    """What withheld hours go to."""

    SESSIONS = "sessions"
    """Study, meetings, self-criticism."""
    MOBILISATION = "mobilisation"
    """Unpaid work outside the table's industries."""
    LOCKDOWN = "lockdown"
    """Staying at home by order."""


class Week(Declared):
    """Hours that a person of the group spends in an average week of the base year. What is left of 168 is
    rest: sleep, meals, care, school, the way to work and everything else."""

    work: Hours = 0.0
    """In the table's industries."""
    garden: Hours = 0.0
    """On the household plot."""
    market: Hours = 0.0
    """Selling, buying and queueing outside the job."""
    sessions: Hours = 0.0
    """In study and meetings that the base year already had."""

    @model_validator(mode="after")
    def _fits_into_a_week(self) -> Week:
        if (spent := self.work + self.garden + self.market + self.sessions) > HOURS_A_WEEK:
            raise ValueError(f"adds to {spent:g} hours, of 168 that a week has; give fewer")
        return self

    @property
    def rest(self) -> float:
        """168 less all other uses."""
        return HOURS_A_WEEK - (self.work + self.garden + self.market + self.sessions)


class Plot(Declared):
    """What a group grows for itself. It stands outside the table.

    food = base · (garden hours / base year's)^elasticity, in an even flow over the year (assumption: a
    harvest is eaten until the next).
    """

    food: dict[Name, Annotated[float, Field(ge=0)]]
    """Product code → value per year at base-year prices, in the table's unit, of the whole group."""
    elasticity: Annotated[float, Field(ge=0, le=1)] = 1.0
    """Per cent by which food falls when hours fall by one: 1 is the same yield of every hour, less is
    diminishing returns, at 0 hours do not matter."""
    household: Names = ALL
    """The final users who eat it, by category; shared by what they used in the base year. All households in
    the regions of the group if left out."""
    source: str | None = None
    """Where the numbers come from; without one, or with the word assumption, they are marked so."""


class WorkingGroup(Declared):
    """People who spend their week alike."""

    people: Annotated[float, Field(gt=0, le=1e11)]
    """Persons."""
    sectors: Names | dict[Name, Share] = ALL
    """Where they work: sector codes (or groups of them), or code → share of their work hours, adding to 1.
    Among the industries of one name hours are spread by base-year value added (assumption)."""
    regions: Names = ALL
    """Regions they work and live in."""
    hours_a_week: Week
    """How they spend the base year's weeks."""
    slack: Annotated[float, Field(ge=0, le=0.99)] = 0.0
    """Share of their work hours that could be missing before output falls: people at work with nothing to
    do."""
    plot: Plot | None = None
    """What they grow for themselves."""
    source: str | None = None
    """Where people, hours and slack come from; without one, or with the word assumption, they are marked."""

    @model_validator(mode="after")
    def _numbers_agree(self) -> WorkingGroup:
        if isinstance(self.sectors, dict) and abs((whole := math.fsum(self.sectors.values())) - 1.0) > 1e-9:
            raise ValueError(f"has shares of sectors that add to {whole:.10g}; make them add to 1")
        if self.plot is not None and self.hours_a_week.garden == 0:
            raise ValueError("has a plot on which nobody works; give garden hours, or leave out the plot")
        return self


class Hiring(Declared):
    """Labour follows what output needs, up in ``hiring_days`` and down in ``firing_days``.

    Pichler et al. (2022), J. Econ. Dyn. Control 144, eq. for labour: l += γ (l⁰/x⁰)[min(x^inp, d) − x^cap]
    with γ = 1/30 up and 1/15 down, and no more people than a shock to capacity leaves.
    """

    hiring_days: Annotated[float, Field(ge=1, le=36_500)] = 30.0
    """Days in which 1/e of a gap would be left."""
    firing_days: Annotated[float, Field(ge=1, le=36_500)] = 15.0
    """The same when there are more people than needed."""
    most: Annotated[float, Field(ge=1, le=100)] = 1.0
    """Most people in an industry relative to the base year."""
    source: str | None = None
    """Where the numbers come from; without one they are those of the paper, an assumption elsewhere."""


class LabourTime(Part):
    """Hours of the people there are.

    Hands of an industry = base output · Σ_g w_g · (work hours now / base year's) / (1 − slack), where w_g is
    the share of group g in the industry's hours. Industries in which no group works are not limited.
    """

    groups: Annotated[dict[Name, WorkingGroup], Field(min_length=1)]
    """Name of your choice (employees, farmers …) → who they are."""
    hiring: Hiring | None = None
    """Hiring and firing; without it the same people go to work every day."""

    def assumptions(self) -> tuple[str, ...]:
        """What has no source, or is called an assumption."""
        told: list[str] = []

        def declare(what: str, source: str | None) -> None:
            if source is None:
                told.append(f"{what}: the study's choice, no source given")
            elif source.startswith("assumption"):
                told.append(f"{what}: {source}")

        for name, group in self.groups.items():
            declare(f"people, hours and slack of {name}", group.source)
            if group.plot is not None:
                declare(f"household plots of {name}", group.plot.source)
        if self.hiring is not None:
            declare("hiring and firing", self.hiring.source)
        return tuple(told)

    def in_common(self) -> Hashable:
        """Names of the groups and whether anybody is hired; every number may differ."""
        return (tuple(self.groups), self.hiring is None)


class Shares(Declared):
    """Uses that give up hours; what is left to 1 comes from rest."""

    work: Share = 0.0
    """Of each hour withheld."""
    garden: Share = 0.0
    """Of each hour withheld."""
    market: Share = 0.0
    """Of each hour withheld."""

    @model_validator(mode="after")
    def _no_more_than_all(self) -> Shares:
        if (whole := self.work + self.garden + self.market) > 1.0 + 1e-12:
            raise ValueError(f"adds to {whole:.10g}; shares add to at most 1, and rest gives what is left")
        return self


class HoursWithheld(InWords):
    """Hours that people must spend on something and cannot spend on work, gardens, markets or rest.

    A use gives up no more than it has; what it lacks comes from rest, and what rest lacks is not withheld,
    so that the hours of a week add to 168 whatever is declared.
    """

    kind: Literal["hours_withheld"] = "hours_withheld"
    groups: Names = ALL
    """Groups of behaviour.labour."""
    hours_a_week: Hours
    """Of each person covered."""
    people_share: Share = 1.0
    """Share of the people who are covered."""
    taken_from: Shares = Shares()
    """Where the hours come from. All from rest if left out (assumption: people give up free time first)."""
    purpose: Purpose = Purpose.SESSIONS
    """What the hours go to: sessions, mobilisation or lockdown."""

    def clause(self, told: Telling) -> str:
        """``2 hours a week of every group go to sessions (30% from work, the rest from rest)``."""
        who = told(self.groups, "every group")
        who = who if self.people_share == 1 else f"{100 * self.people_share:.3g}% of {who}"
        given = {name: share for name, share in self.taken_from.model_dump().items() if share > 0}
        sources = [f"{100 * share:.3g}% from {name}" for name, share in given.items()]
        if sum(given.values()) < 1:
            sources.append("the rest from rest" if given else "all from rest")
        hours, go = ("1 hour", "goes") if self.hours_a_week == 1 else (f"{self.hours_a_week:.4g} hours", "go")
        return f"{hours} a week of {who} {go} to {self.purpose.value} ({', '.join(sources)})"
