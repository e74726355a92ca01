"""Measured: one run in comparable numbers: who loses how much, and from which day on."""

from __future__ import annotations

import datetime
import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from autarky.explanation.losses import (
    Array,
    consumption,
    is_consumer,
    output_shares,
    shares,
    total_share,
)
from autarky.explanation.names import Names, texts
from autarky.results import FALLS, STOPS, SimulationResult

LOST, WORST, BELOW, STOPPED = (
    "lost over the run",
    "lost on the worst day",
    "first day below 90 %",
    "first day below 50 %",
)
"""What is measured of a subject; shares are of the base year."""
ECONOMY, USERS, GROUPS, PRODUCTS, INDUSTRIES, BESIDES = (
    "economy",
    "users",
    "groups",
    "products",
    "industries",
    "besides",
)
"""Sections of subjects, in the order in which they are told."""
HOUSEHOLDS = "households"
_BESIDES = {"need_share": "mean", "eaten": "mean", "garden_food": "mean", "hours": "mean", "reserves": "last"}
"""Variables that behaviours add to a result, and what of their course is told."""


@dataclass(frozen=True)
class Measure:
    """A number of a run, the same in every run that it is compared with."""

    section: str
    subject: str
    """Code of who or what it is of."""
    name: str
    what: str
    unit: str
    """``share`` (lost, of the base year), ``day`` (from day 0; infinite: never), ``count``, or a unit."""
    value: float
    """NaN where there is nothing to compare with."""
    weight: float = 0.0
    """How much is lost, in money, for choosing what is shown."""

    @property
    def key(self) -> str:
        """What it is called in every run."""
        return f"{self.section}/{self.subject}/{self.what}"


@dataclass(frozen=True)
class Measured:
    """All measures of a run."""

    measures: tuple[Measure, ...]

    @cached_property
    def by_key(self) -> dict[str, Measure]:
        """Key → measure."""
        return {one.key: one for one in self.measures}

    def of(self, section: str, what: str) -> list[Measure]:
        """The measures of a kind that have a value, in the order of the table."""
        return [
            one
            for one in self.measures
            if one.section == section and one.what == what and not math.isnan(one.value)
        ]

    def value(self, section: str, subject: str, what: str = LOST) -> float:
        """A single one; NaN where there is none."""
        found = self.by_key.get(f"{section}/{subject}/{what}")
        return found.value if found else math.nan

    @property
    def first_to_stop(self) -> tuple[tuple[str, ...], float]:
        """Names of the industries that stop first, and the day; none and infinity if nothing stops."""
        days = self.of(INDUSTRIES, STOPPED)
        first = min((one.value for one in days), default=math.inf)
        return tuple(one.name for one in days if one.value == first < math.inf), first


def measured(result: SimulationResult, day_zero: datetime.date) -> Measured:
    """What a run comes to; days are counted from ``day_zero``."""
    names = Names(result)
    passed = (day_zero - result.data["day"].values[0].astype("datetime64[D]").astype(object)).days
    return Measured(
        (
            *_economy(result, passed),
            *_users(result, passed),
            *_groups(result, names, passed),
            *_products(result, names),
            *_industries(result, names, passed),
            *_besides(result, passed),
        )
    )


def _economy(result: SimulationResult, passed: int) -> Iterator[Measure]:
    data = result.data
    value_added = float(np.nansum(data["value_added_base"].values))
    gdp = np.asarray(data["gdp"].values) / (value_added if 0 < value_added < np.inf else np.nan)
    yield Measure(ECONOMY, "gdp", "value added", LOST, "share", _lost(gdp), value_added)
    yield Measure(ECONOMY, "gdp", "value added", WORST, "share", float(1 - gdp.min()))
    first = data["first_day_below"].transpose("level", "industry").values
    levels = data["level"].values.astype(float)
    for level, verb in ((FALLS, "fall"), (STOPS, "stop")):
        hit = first[int(np.argmin(np.abs(levels - level)))]
        what = f"that {verb} below {100 * level:.0f} %"
        yield Measure(ECONOMY, "industries", "industries", what, "count", float((hit >= 0).sum()))


def _users(result: SimulationResult, passed: int) -> Iterator[Measure]:
    """Final users by kind: households, government, investment, exports …"""
    kinds = np.array(texts(result.data, "kind"), dtype=object)
    received, base = _by_user(result)
    for kind in dict.fromkeys(kinds):
        chosen = kinds == kind
        course = total_share(received[:, :, chosen].reshape(len(received), -1), base[:, chosen].reshape(-1))
        yield from _of_users(USERS, kind, kind, course, float(base[:, chosen].sum()), passed)


def _groups(result: SimulationResult, names: Names, passed: int) -> Iterator[Measure]:
    """Groups of households, where the table or the study tells several apart."""
    _, consumers = is_consumer(result)
    data = result.data
    positions = np.flatnonzero(consumers)
    if len(positions) < 2:
        return
    codes, regions, categories = (texts(data, name) for name in ("final_user", "final_region", "category"))
    several = len({regions[u] for u in positions}) > 1
    received, base = _by_user(result)
    for u in positions:
        told = f"{names.of(regions[u])}: {names.of(categories[u])}" if several else names.of(categories[u])
        course = total_share(received[:, :, u], base[:, u])
        yield from _of_users(GROUPS, codes[u], told, course, float(base[:, u].sum()), passed)


def _of_users(
    section: str, code: str, name: str, course: Array, base: float, passed: int
) -> Iterator[Measure]:
    if not np.isfinite(course).all():
        return
    lost = _lost(course)
    yield Measure(section, code, name, LOST, "share", lost, lost * base)
    yield Measure(section, code, name, WORST, "share", float(1 - course.min()))
    yield Measure(section, code, name, BELOW, "day", _first(course < FALLS, passed))


def _products(result: SimulationResult, names: Names) -> Iterator[Measure]:
    """What households receive of each product."""
    received, base = consumption(result)
    share = shares(received, base)
    for p in np.flatnonzero(np.isfinite(share).all(axis=0)):
        lost = _lost(share[:, p])
        yield Measure(
            PRODUCTS,
            names.product_codes[p],
            names.products[p],
            LOST,
            "share",
            lost,
            lost * float(base[p]),
        )


def _industries(result: SimulationResult, names: Names, passed: int) -> Iterator[Measure]:
    share = output_shares(result)
    value_added = np.nan_to_num(np.asarray(result.data["value_added_base"].values, dtype=np.float64))
    first = result.data["first_day_below"].transpose("level", "industry").values
    stops = first[int(np.argmin(np.abs(result.data["level"].values.astype(float) - STOPS)))]
    for i in np.flatnonzero(np.isfinite(share).all(axis=0)):
        lost = _lost(share[:, i])
        code, name = names.industry_codes[i], names.industries[i]
        weight = lost * float(value_added[i])
        yield Measure(INDUSTRIES, code, name, LOST, "share", lost, weight)
        day = float(stops[i]) - passed if stops[i] >= 0 else math.inf
        yield Measure(INDUSTRIES, code, name, STOPPED, "day", day, weight)


def _besides(result: SimulationResult, passed: int) -> Iterator[Measure]:
    """What behaviours tell of: by group, use of hours and need where they know them; products added up."""
    for variable, how in _BESIDES.items():
        if variable not in result.data or "day" not in result.data[variable].dims:
            continue
        values = result.data[variable]
        if "product" in values.dims:
            values = values.sum("product")
        others = [str(dim) for dim in values.dims if dim != "day"]
        unit = str(result.data[variable].attrs.get("units", "1"))
        courses = np.asarray(values.transpose("day", *others).values, dtype=np.float64)
        labels = [" ".join(one) for one in itertools.product(*(texts(result.data, dim) for dim in others))]
        for label, course in zip(labels, courses.reshape(len(courses), -1).T, strict=True):
            if not np.isfinite(course).all():
                continue
            name = f"{variable.replace('_', ' ')}{': ' if label else ''}{label}"
            told = float(course[-1]) if how == "last" else float(course.mean())
            what = "on the last day" if how == "last" else "mean of the days"
            code = f"{variable}.{label}" if label else variable
            yield Measure(BESIDES, code, name, what, unit, told)
            if variable == "need_share":
                below = _first(course < 1 - 1e-6, passed)
                yield Measure(BESIDES, code, name, "first day below need", "day", below)


def _by_user(result: SimulationResult) -> tuple[Array, Array]:
    """Consumption, (days, products, final users), and its base, (products, final users)."""
    data = result.data
    received = data["consumption"].transpose("day", "product", "final_user").values
    return received, data["consumption_base"].transpose("product", "final_user").values


def _lost(course: Array) -> float:
    return float(1 - course.mean())


def _first(hit: npt.NDArray[np.bool_], passed: int) -> float:
    days = np.flatnonzero(hit)
    return float(days[0]) - passed if len(days) else math.inf
