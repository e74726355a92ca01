"""Tornado: what a measure comes to where a parameter lies low, high, or at each of its options."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from autarky.sensitivity.quantiles import sample_quantiles
from autarky.sensitivity.sample import TIMES, Flags, Floats, Sample, is_constant

TENTH = 0.1


@dataclass(frozen=True)
class End:
    """One end of a bar: the draws in which a parameter lies there, and the measure in them."""

    where: str
    """``lowest tenth``, ``highest tenth``, or the option of a choice."""
    limit: float | None
    """The parameter is at most (lowest tenth) or at least (highest tenth) this; None: of a choice."""
    draws: int
    level: float
    """Mean of the measure over these draws; of a day the median, never counting as the length of the run."""


@dataclass(frozen=True)
class Bar:
    """How far a measure swings with one parameter, the others being as they happen to be."""

    parameter: str
    ends: tuple[End, ...]
    """Lowest and highest tenth, or every option that was drawn, in order."""
    swing: float
    """Greatest level less smallest."""


@dataclass(frozen=True)
class Tornado:
    """The bars of one measure, widest first."""

    measure: str
    level: float
    """Over all draws."""
    bars: tuple[Bar, ...]


def tornado_of(sample: Sample, measure: str) -> Tornado:
    """Conditional levels ``E[y | x_j ≤ q₀.₁]`` and ``E[y | x_j ≥ q₀.₉]``, from the draws there are.

    No parameter is moved by hand while others are held at their central value: what is seen is the effect of
    each amid all the others, correlations included. With n draws about n / 10 stand behind each end; equal
    values are not parted, so it may be more. Parameters that do not vary have no bar.
    """
    rows = sample.independent
    y = sample.within_run[rows, sample.measures.index(measure)]
    median = measure in TIMES
    bars = []
    for j in sample.varied:
        x = sample.values[rows, j]
        places: list[tuple[str, float | None, Flags]]
        if sample.options[j]:
            places = [(option, None, x == k) for k, option in enumerate(sample.options[j])]
        else:
            low, high = (float(limit) for limit in sample_quantiles(x, (TENTH, 1 - TENTH)))
            places = [("lowest tenth", low, x <= low), ("highest tenth", high, x >= high)]
        ends = tuple(
            End(where, limit, int(here.sum()), _level(y[here], median))
            for where, limit, here in places
            if here.any()
        )
        levels = [end.level for end in ends]
        bars.append(Bar(sample.names[j], ends, max(levels) - min(levels)))
    bars.sort(key=lambda bar: -bar.swing)
    return Tornado(measure, _level(y, median), tuple(bars))


def tornadoes(sample: Sample) -> tuple[Tornado, ...]:
    """The tornado of every measure that varies."""
    still = is_constant(sample.within_run[sample.independent])
    return tuple(tornado_of(sample, measure) for m, measure in enumerate(sample.measures) if not still[m])


def _level(y: Floats, median: bool) -> float:
    return float(np.median(y) if median else y.mean())
