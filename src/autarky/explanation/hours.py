"""Hours: what a week goes to now and in the base year, who is at work, and what grows on plots."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from autarky.explanation.losses import Array, shares
from autarky.explanation.names import Names, texts
from autarky.explanation.wording import change, date_words, listing, percent, rounded
from autarky.results import SimulationResult

GIVING = ("work", "garden", "market", "rest")
"""Uses that others take hours from."""
MOST_INDUSTRIES = 12
_VISIBLE = 5e-4
"""Changes below 0.05 %, and below 0.05 hours a week, are not told."""
_HOURS = 0.05


@dataclass(frozen=True)
class GroupHours:
    """The week of an average person of a group, in hours by use; each adds to 168."""

    group: str
    name: str
    base: tuple[float, ...]
    mean: tuple[float, ...]
    """Of the run's days."""
    most: tuple[float, ...]
    """Of the month that differs most from the base year."""
    month: datetime.date | None
    """First day of that month; None where no month differs."""
    withheld: float
    """Hours a week that purposes take beyond those of the base year, mean of the run's days."""
    withheld_most: float
    """The same in that month."""


@dataclass(frozen=True)
class IndustryHours:
    """An industry's people and their hours as shares of the base year."""

    industry: str
    name: str
    hours: float
    """Work hours of the people there are, mean of the run's days."""
    hours_lowest: float
    people: float
    """People at work, mean of the run's days."""
    people_lowest: float
    people_base: float
    """Persons."""


@dataclass(frozen=True)
class GardenFood:
    """What a group grows on its plots."""

    group: str
    name: str
    base: float
    """In the base year, in the table's unit per day."""
    share: float
    """Of the base year, mean of the run's days."""
    lowest: float


@dataclass(frozen=True)
class Hours:
    """Everybody's time."""

    uses: tuple[str, ...]
    groups: tuple[GroupHours, ...]
    industries: tuple[IndustryHours, ...]
    """Those whose hours or people change, most hours changed first."""
    about_people: str
    """How people at work are counted."""
    garden: tuple[GardenFood, ...]
    finding: str


def hours(result: SimulationResult) -> Hours | None:
    """What hours went to; None where a run does not count them."""
    data = result.data
    if "hours" not in data:
        return None
    names, uses = Names(result), texts(data, "hours_use")
    found = tuple(_groups(result, names, uses))
    at_work = data["hours_at_work"].transpose("day", "industry").values
    at_work_base = data["hours_at_work_base"].values
    industries = _industries(result, names, at_work, at_work_base)
    garden = tuple(_garden(result, names))
    about = str(data["employment"].attrs.get("long_name", "People at work"))
    whole = float(at_work_base.sum())
    kept = float(at_work.mean(axis=0).sum() / whole) if whole > 0 else float("nan")
    return Hours(
        uses=uses,
        groups=found,
        industries=industries,
        about_people=about,
        garden=garden,
        finding=_finding(uses, found, kept, industries, about, garden),
    )


def _groups(result: SimulationResult, names: Names, uses: Sequence[str]) -> list[GroupHours]:
    data = result.data
    spent = data["hours"].transpose("day", "labour_group", "hours_use").values
    base = data["hours_base"].transpose("labour_group", "hours_use").values
    months = data["day"].values.astype("datetime64[M]")
    starts, first = np.unique(months, return_index=True)
    means = np.array([part.mean(axis=0) for part in np.split(spent, first[1:])])
    taking = np.array([use not in GIVING for use in uses])
    found = []
    for g, group in enumerate(texts(data, "labour_group")):
        moved = np.abs(means[:, g] - base[g]).sum(axis=1) / 2
        # The first of those that differ alike, whatever rounding makes of them.
        k = int(np.argmax(moved >= moved.max() - 1e-9))
        beyond = means[:, g, taking].sum(axis=1) - base[g, taking].sum()
        found.append(
            GroupHours(
                group=group,
                name=_called(names, group),
                base=tuple(map(float, base[g])),
                mean=tuple(map(float, spent[:, g].mean(axis=0))),
                most=tuple(map(float, means[k, g])),
                month=starts[k].astype("datetime64[D]").astype(object) if moved[k] >= 1e-9 else None,
                withheld=float(spent[:, g, taking].mean(axis=0).sum() - base[g, taking].sum()),
                withheld_most=float(beyond[k]),
            )
        )
    return found


def _called(names: Names, group: str) -> str:
    return names.of(group).replace("_", " ")


def _industries(
    result: SimulationResult, names: Names, at_work: Array, at_work_base: Array
) -> tuple[IndustryHours, ...]:
    data = result.data
    people_base = data["employment_base"].values
    spent = shares(at_work, at_work_base)
    people = shares(data["employment"].transpose("day", "industry").values, people_base)
    worked = np.flatnonzero(np.isfinite(spent).all(axis=0) & np.isfinite(people).all(axis=0))
    moved = np.abs(at_work.mean(axis=0) - at_work_base)
    fewer = np.abs(people - 1).mean(axis=0)
    changed = [i for i in worked if max(moved[i] / at_work_base[i], fewer[i]) >= _VISIBLE]
    changed.sort(key=lambda i: (-moved[i], -fewer[i] * people_base[i]))
    return tuple(
        IndustryHours(
            industry=names.industry_codes[i],
            name=names.industries[i],
            hours=float(spent[:, i].mean()),
            hours_lowest=float(spent[:, i].min()),
            people=float(people[:, i].mean()),
            people_lowest=float(people[:, i].min()),
            people_base=float(people_base[i]),
        )
        for i in changed
    )


def _garden(result: SimulationResult, names: Names) -> list[GardenFood]:
    data = result.data
    base = data["garden_food_base"].values
    share = shares(data["garden_food"].transpose("day", "labour_group").values, base)
    return [
        GardenFood(
            group=group,
            name=_called(names, group),
            base=float(base[g]),
            share=float(share[:, g].mean()),
            lowest=float(share[:, g].min()),
        )
        for g, group in enumerate(texts(data, "labour_group"))
        if base[g] > 0
    ]


def month_words(month: datetime.date) -> str:
    """The month of a date: ``Jun 2021``."""
    return date_words(month).partition(" ")[2]


def _finding(
    uses: Sequence[str],
    found: Sequence[GroupHours],
    kept: float,
    industries: Sequence[IndustryHours],
    about_people: str,
    garden: Sequence[GardenFood],
) -> str:
    """Who gives most hours to what, from what; hours at work; food from plots."""
    most = max(found, key=lambda group: group.withheld_most)
    told = []
    if most.month is None or most.withheld_most < _HOURS:
        told.append("Nobody's week differs visibly from that of the base year.")
    else:
        moved = {
            use: now - was for use, now, was in zip(uses, most.most, most.base, strict=True) if now != was
        }
        to = listing([use for use, hours in moved.items() if hours >= _HOURS])
        given = [f"{rounded(-hours)} from {use}" for use, hours in moved.items() if hours <= -_VISIBLE]
        alike = [one.name for one in found if one.withheld_most > most.withheld_most - _HOURS]
        who = listing(alike)
        each, whose = (" each", f"{most.name}: ") if len(alike) > 1 else ("", "")
        told.append(
            f"{who[0].upper()}{who[1:]}: {rounded(most.withheld_most)} hours a week{each} go to {to} in "
            f"{month_words(most.month)} beyond those of the base year ({whose}{listing(given, most=4)})."
        )
    if abs(1 - kept) >= _VISIBLE:
        told.append(f"Hours at work change by {change(1 - kept)} over the run.")
    else:
        told.append("Hours at work stay those of the base year.")
    if people := [one for one in industries if one.people < 1 - _VISIBLE]:
        least = min(people, key=lambda one: one.people * one.people_base - one.people_base)
        told.append(f"{about_people} change most in {least.name}: {change(1 - least.people)}.")
    if garden:
        base = sum(one.base for one in garden)
        share = sum(one.base * one.share for one in garden) / base
        if abs(1 - share) >= _VISIBLE:
            least_grown = min(garden, key=lambda one: one.share)
            told.append(
                f"Food from plots changes by {change(1 - share)}, most for {least_grown.name}: "
                f"{percent(least_grown.share)} of the base year."
            )
        else:
            told.append("Food from plots stays that of the base year.")
    return " ".join(told)
