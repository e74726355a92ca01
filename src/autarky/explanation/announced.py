"""Announced and delivered: by month and group, the gap between what a sentence said and what a run brings."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from autarky.announcements import Announcement, Measure, Opinion, Sense
from autarky.declared import ALL, Names
from autarky.errors import Problem, ScenarioError, did_you_mean
from autarky.explanation.names import texts
from autarky.explanation.opinion import drawn_weights, opinions
from autarky.explanation.wording import count, date_words, percent
from autarky.results import SimulationResult

Array = npt.NDArray[np.float64]
EVERYBODY = "everybody"
VISIBLE = 5e-4
"""Gaps below this share are not told."""
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(frozen=True)
class GroupDelivered:
    """What one group has in the run, by month, beside what was announced."""

    group: str
    delivered: tuple[float, ...]
    """Mean of each month's days, relative to the base year or to the need; NaN where nothing was wanted."""
    gap: tuple[float, ...]
    """How far from the reading that is easiest to meet; 0 where it is met. NaN where it was not said."""
    held: tuple[tuple[float, ...], ...] = ()
    """Of each of ``QUANTILES``, by month: how far the sentence is held to be so in the illustration."""
    outlives: tuple[float, ...] = ()
    """By month: share of the draws in which it is held to be so further than it is so."""


@dataclass(frozen=True)
class Announced:
    """One sentence held against a run."""

    text: str
    speaker: str
    source: str
    reading: str
    measure: str
    of: str
    """What it is about, in words."""
    sense: str
    low: float
    high: float
    months: tuple[str, ...]
    """First day of each month of the run (ISO)."""
    spoken: tuple[bool, ...]
    """Whether it was announced for some day of the month."""
    groups: tuple[GroupDelivered, ...]
    illustrated: str = ""
    """What the opinion model is, with its draws and seed; empty where none was asked for."""

    @property
    def finding(self) -> str:
        """What the run delivers of it, in a sentence."""
        told = "; ".join(self._worst(group) for group in self.groups)
        return f"“{self.text}” ({self.speaker}), read as {self.asked} of {self.of}: {told}."

    @property
    def asked(self) -> str:
        """The level in words: ``at least 90 % to 100 %``."""
        level = percent(self.low) if self.low == self.high else f"{percent(self.low)} to {percent(self.high)}"
        return f"{self.sense.replace('_', ' ')} {level}"

    def _worst(self, group: GroupDelivered) -> str:
        whom = "" if group.group == EVERYBODY else f"for {group.group} "
        gaps = [(gap, k) for k, gap in enumerate(group.gap) if math.isfinite(gap)]
        if not gaps:
            return f"{whom}there is nothing to compare with"
        largest, k = max(gaps, key=lambda pair: (pair[0], -pair[1]))
        kept = sum(gap < VISIBLE for gap, _ in gaps)
        so = f"in this run it is so {whom}in {kept} of {count(len(gaps), 'month')}"
        far = f", furthest from it in {_month(self.months[k])}, {percent(group.delivered[k])}"
        return so + (far if largest >= VISIBLE else "")


def _month(start: str) -> str:
    """``Jun 2020``."""
    return date_words(datetime.date.fromisoformat(start)).split(" ", 1)[1]


def announced(
    result: SimulationResult, said: Sequence[Announcement], opinion: Opinion | None = None
) -> tuple[Announced, ...]:
    """Each sentence held against a run, in the order of the study.

    Raises
    ------
    ScenarioError
        All names that the run does not know, and announcements outside the run's days, at once.
    """
    problems: list[Problem] = []
    found = [_held(result, one, k, problems) for k, one in enumerate(said)]
    groups = {group.group for one in found if one is not None for group in one.groups}
    for name in opinion.weights if opinion is not None else ():
        if not problems and name not in groups:
            what = f"unknown group {name!r}"
            problems.append(Problem(f"opinion.weights.{name}", what, did_you_mean(name, sorted(groups))))
    if problems:
        raise ScenarioError(problems)
    return tuple(_illustrated(one, opinion) for one in found if one is not None)


def _held(result: SimulationResult, said: Announcement, k: int, problems: list[Problem]) -> Announced | None:
    place, before = f"announcements[{k}]", len(problems)
    dates = result.data["day"].values.astype("datetime64[D]")
    first, last = dates[0].astype(object), dates[-1].astype(object)
    if said.start > last or (said.until is not None and said.until < first):
        what = f"speaks of days outside the run, {first} to {last}"
        problems.append(Problem(f"{place}.from", what, "move it, or change the scenario's start or days"))
    series = list(_series(result, said, place, problems))
    if len(problems) > before:
        return None
    until = last if said.until is None else said.until
    month = dates.astype("datetime64[M]")
    starts = np.flatnonzero(np.r_[True, month[1:] != month[:-1]])
    spoken_days = (dates >= np.datetime64(said.start)) & (dates <= np.datetime64(until))
    spoken = np.add.reduceat(spoken_days, starts) > 0
    groups = []
    for name, got, base in series:
        whole = np.add.reduceat(np.full(len(dates), base), starts)
        mean = np.add.reduceat(got, starts) / whole if base > 0 else np.full(len(starts), np.nan)
        missing = said.low - mean if said.sense is Sense.AT_LEAST else mean - said.high
        gap = np.where(spoken, np.maximum(missing, 0.0), np.nan)
        groups.append(GroupDelivered(name, tuple(map(float, mean)), tuple(map(float, gap))))
    return Announced(
        text=said.text,
        speaker=said.speaker,
        source=said.source,
        reading=said.reading,
        measure=said.measure.value,
        sense=said.sense.value,
        of=_about(result, said),
        low=said.low,
        high=said.high,
        months=tuple(str(dates[start]) for start in starts),
        spoken=tuple(map(bool, spoken)),
        groups=tuple(groups),
    )


def _about(result: SimulationResult, said: Announcement) -> str:
    """What a sentence is about, in words."""
    if said.measure is Measure.GDP:
        return "base-year value added"
    named = "all" if said.of == ALL else ", ".join(result.labels.get(code, code) for code in said.of)
    match said.measure:
        case Measure.OUTPUT:
            return f"base-year output ({named})"
        case Measure.CONSUMPTION:
            return f"base-year consumption ({named})"
    return f"what is needed ({named})"


def _series(
    result: SimulationResult, said: Announcement, place: str, problems: list[Problem]
) -> Iterator[tuple[str, Array, float]]:
    """(group, what it got by day, base per day) of each group that a sentence is about."""
    data = result.data

    def chosen(given: Names, known: Sequence[str], field: str, what: str) -> list[int]:
        if given == ALL:
            return list(range(len(known)))
        for n, name in enumerate(given):
            if name not in known:
                told = did_you_mean(name, tuple(dict.fromkeys(known)))
                problems.append(Problem(f"{place}.{field}[{n}]", f"unknown {what} {name!r}", told))
        return [k for k, name in enumerate(known) if name in given]

    if said.measure is Measure.GDP:
        yield EVERYBODY, np.asarray(data["gdp"].values), float(data["value_added_base"].values.sum())
    elif said.measure is Measure.OUTPUT:
        rows = chosen(said.of, texts(data, "sector"), "of", "sector")
        made = float(data["output_base"].values[rows].sum())
        yield EVERYBODY, data["output"].values[:, rows].sum(axis=1), made
    else:
        is_need = said.measure is Measure.NEED
        if is_need and "need_share" not in data:
            what = "is measured in needs, and the scenario declares none"
            problems.append(Problem(f"{place}.measure", what, "add behaviour.households with a basket"))
            return
        axis = "household" if is_need else "final_user"
        users = texts(data, axis)
        kinds = ["households"] * len(users) if is_need else texts(data, "kind")
        category = dict(zip(texts(data, "final_user"), texts(data, "category"), strict=True))
        codes = [category[user] for user in users]
        # A national table has one region, which needs no naming.
        names = codes if len(set(texts(data, "region"))) == 1 else users
        known = (*users, *codes, *kinds)
        named = set(chosen(said.users, known, "users", "final user")) if said.users != ALL else None
        columns = [
            k for k in range(len(users)) if named is None or {k, len(users) + k, 2 * len(users) + k} & named
        ]
        if is_need:
            rows = chosen(said.of, texts(data, "need"), "of", "need")
            if not problems:
                values = data["need_share"].transpose("day", "need", "household").values
                for k in columns:
                    # Of several needs the one that is met least: food does not make up for heat.
                    yield names[k], values[:, rows, k].min(axis=1), 1.0
            return
        rows = chosen(said.of, texts(data, "product"), "of", "product")
        got, had = data["consumption"].values, data["consumption_base"].values
        for k in columns:
            base = float(np.maximum(had[rows, k], 0.0).sum())
            if base > 0:
                yield names[k], got[:, rows, k].sum(axis=1), base


def _illustrated(one: Announced, opinion: Opinion | None) -> Announced:
    """The same with how far it could be held to be so."""
    if opinion is None or not one.groups or one.low == 0.0:
        return one
    delivered = np.array([group.delivered for group in one.groups]).T
    if one.sense == Sense.AT_LEAST:
        experience = np.minimum(delivered / one.low, 1.0)
    else:
        experience = np.minimum(one.high / np.maximum(delivered, one.high), 1.0)
    names = [group.group for group in one.groups]
    weights, first = drawn_weights(opinion, names)
    contacts = np.full((len(names), len(names)), 1.0 / len(names))
    held = opinions(np.array(one.spoken), experience, weights, first, contacts)
    quantiles = np.quantile(held, QUANTILES, axis=0)
    outlives = (held > experience + 1e-9).mean(axis=0)
    groups = tuple(
        GroupDelivered(
            group.group,
            group.delivered,
            group.gap,
            tuple(tuple(map(float, quantile)) for quantile in quantiles[:, :, k]),
            tuple(map(float, outlives[:, k])),
        )
        for k, group in enumerate(one.groups)
    )
    told = (
        f"Friedkin–Johnsen with a message and an experience, {opinion.draws:,} draws of what is not given, "
        f"seed {opinion.seed}; every group meets every group alike (assumption)"
    )
    return Announced(**{**vars(one), "groups": groups, "illustrated": told})
