"""Ensemble results: what many draws of one study come to, with the record that repeats them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import xarray as xr

from autarky.results.simulation import RunRecord

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
"""The five quantiles kept of every series by day."""

MEASURES = (
    "gdp_lost",
    "gdp_lost_at_most",
    "consumption_lost",
    "consumption_lost_at_most",
    "stops",
    "falls",
    "first_stop",
    "first_need",
)
"""What is kept of each draw as one number: losses as shares of the base year (over the run, and on the worst
day), numbers of industries that stop and fall, and the days, from the first day of the run, on which the
first industry stops and the first weighty household need is not met (NaN: never)."""


@dataclass(frozen=True)
class EnsembleRecord:
    """Everything needed to draw and run again and get the same bytes."""

    run: RunRecord
    """The study's own scenario (central values), parameters in force, table and versions."""
    uncertainty: Mapping[str, Any]
    """The study's ``uncertainty`` section with what the command line changed, JSON-ready."""
    draws: int
    """Number of draws in all, failed ones included."""
    precision: str
    """float64 or float32."""
    parameters: tuple[Mapping[str, Any], ...] = ()
    """By parameter: name, sentence, source, kind, options (of choices), unit; JSON-ready."""


@dataclass(frozen=True, eq=False)
class EnsembleResult:
    """Many draws of one study. ``data`` is an ``xarray.Dataset`` with units on every variable.

    Dimensions: ``draw`` (0 … N−1), ``parameter`` (names), ``measure`` (``MEASURES``), ``level`` (falls,
    stops), ``industry`` (as in a run, with ``region`` and ``sector``), ``need`` (households' consumption of a
    product: ``REGION.product``, with coordinates ``need_region`` and ``need_product``), ``day`` (dates),
    ``quantile`` (``QUANTILES``). Series are relative to the base year (1 = as much as then).

    ======================  ==========================  ====================================================
    point                   draw, parameter             where in its distribution the draw lies, 0 to 1
    value                   draw, parameter             value drawn; of a choice: position of the option
    stratum                 draw                        combination of ``each`` sources, from 0
    failed                  draw                        text: why the draw failed; empty if it did not
    measured                draw, measure               one number per draw (``MEASURES``); NaN: never, failed
    first_day_below         draw, level, industry       first day output is below level × base; -1: never
    first_day_below_need    draw, need                  first day consumption is below need; -1: never
    need_base               need                        base-year consumption, table's unit per day
    output_base             industry                    base-year output, table's unit per day
    gdp                     quantile, day               value added at base-year coefficients
    household_consumption   quantile, day               all products together
    output                  quantile, day, industry
    consumption             quantile, day, need         households' consumption of a product
    ======================  ==========================  ====================================================
    """

    data: xr.Dataset
    record: EnsembleRecord
    labels: Mapping[str, str] = field(default_factory=dict)
    """Code → long name, for sectors, products and regions."""
