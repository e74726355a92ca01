"""Timelines: means over weeks of what is made, received and delivered, as shares of the base year."""

from __future__ import annotations

import datetime
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from autarky.explanation.losses import (
    Array,
    consumption,
    consumption_shares,
    delivery_shares,
    output_shares,
    total_share,
)
from autarky.explanation.names import texts
from autarky.results import EnsembleResult, SimulationResult

PERIODS = (
    (1, "day"),
    (7, "week"),
    (28, "four weeks"),
    (91, "quarter of 13 weeks"),
    (364, "year of 52 weeks"),
)
"""What a column of a timeline may stand for."""
MOST_COLUMNS = 106
"""Two years of weeks; a longer run is shown in longer periods."""


@dataclass(frozen=True, eq=False)
class Timeline:
    """Rows by periods: the mean of each period's days as a share of the base year; NaN without a base."""

    codes: tuple[str, ...]
    starts: tuple[datetime.date, ...]
    """First day of each period; the last period may be cut short by the end of the run."""
    days: int
    """Days of a full period."""
    period: str
    """What a period is called: ``day``, ``week`` …"""
    shares: Array
    """Shape (rows, periods), read-only."""

    def row(self, code: str) -> Array:
        """The shares of one row, shape (periods,)."""
        return np.asarray(self.shares[self.codes.index(code)])


def weekly_output(result: SimulationResult) -> Timeline:
    """Output of each industry against base, by week."""
    return timeline_of(result, texts(result.data, "industry"), output_shares(result))


def weekly_median_output(result: EnsembleResult) -> Timeline:
    """The median over the draws of each industry's output on a day against base, by week."""
    daily = result.data["output"].sel(quantile=0.5).transpose("day", "industry").values
    return timeline_of(result, texts(result.data, "industry"), np.asarray(daily, dtype=np.float64))


def weekly_consumption(result: SimulationResult) -> Timeline:
    """What households receive of each product against base, by week."""
    return timeline_of(result, texts(result.data, "product"), consumption_shares(result))


def weekly_consumption_by_region(result: SimulationResult) -> Timeline:
    """What the households of each region receive, all products together, against base, by week."""
    regions = tuple(dict.fromkeys(texts(result.data, "final_region")))
    columns = [total_share(*consumption(result, region)) for region in regions]
    return timeline_of(result, regions, np.stack(columns, axis=1))


def weekly_deliveries(result: SimulationResult) -> Timeline:
    """What each import gate delivers against base, by week; no rows for a multi-regional table."""
    daily = delivery_shares(result)
    return timeline_of(result, texts(result.data, "gate")[: daily.shape[1]], daily)


def weekly_quantiles(result: EnsembleResult, series: str, need: str | None = None) -> Timeline:
    """The quantiles of a series of an ensemble by week, a row for each (of a need, if one is named)."""
    values = result.data[series]
    if need is not None:
        values = values.sel(need=need)
    daily = np.asarray(values.transpose("day", "quantile").values, dtype=np.float64)
    return timeline_of(result, [f"{quantile:g}" for quantile in result.data["quantile"].values], daily)


def timeline_of(result: SimulationResult | EnsembleResult, codes: Sequence[str], daily: Array) -> Timeline:
    """The mean of each period of shares by day, shape (days, rows): a row for each code."""
    dates = result.data["day"].values.astype("datetime64[D]").astype(object)
    # Two months are told by day: a week would swallow most of what happens.
    length, period = next(
        (
            (length, period)
            for length, period in PERIODS
            if len(dates) <= (62 if length == 1 else MOST_COLUMNS * length)
        ),
        PERIODS[-1],
    )
    starts = range(0, len(dates), length)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Mean of empty slice", RuntimeWarning)
        means = np.array([np.nanmean(daily[start : start + length], axis=0) for start in starts]).T
    means.flags.writeable = False
    return Timeline(
        tuple(codes),
        tuple(dates[start] for start in starts),
        length,
        period,
        means.reshape(len(codes), len(starts)),
    )
