"""Scores: a forecast in many draws held against what was observed; coverage never without width."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def crps(sample: Floats, observed: float, *, fair: bool = True) -> float:
    """Continuous ranked probability score ``E|X − y| − ½ E|X − X′|``, in the sample's unit; 0 is perfect.

    Of one draw it is the absolute error. The fair form divides the second mean by m (m − 1) in place of m²,
    so that forecasts of few and of many draws are compared as if all had infinitely many; it may then fall
    slightly below zero.

    Parameters
    ----------
    sample : array, shape (m,)
        Draws of the forecast, equally likely.
    observed : float
        What came, y.
    fair : bool

    References
    ----------
    Gneiting & Raftery (2007), J. Am. Stat. Assoc. 102(477), eq. 21; fair: Ferro (2014), Q. J. R. Meteorol.
    Soc. 140, eq. 3. The unfair form is ``∫ (F(x) − 1{x ≥ y})² dx`` of the sample's step function F.
    """
    m = len(sample)
    away = float(np.abs(sample - observed).mean())
    if m == 1:
        return away
    # Σᵢⱼ|xᵢ − xⱼ| of sorted draws: each counts as often as it lies above less as often as it lies below.
    apart = 2.0 * float((np.sort(sample) * (2.0 * np.arange(m) - m + 1.0)).sum())
    return away - 0.5 * apart / (m * (m - 1.0) if fair else float(m) * m)


@dataclass(frozen=True)
class Score:
    """How a forecast did, in percentage points of growth unless it says otherwise; a mean over ``count``."""

    count: int
    """Observations behind it."""
    crps: float
    """Continuous ranked probability score, fair form."""
    error: float
    """Mean of the draws less what was observed: above zero, the forecast was too high."""
    absolute_error: float
    """Distance of the median of the draws from what was observed."""
    covered_50: float
    """Share of observations inside the middle half of the draws."""
    width_50: float
    """Width of that interval."""
    covered_90: float
    """Share of observations between the 5 % and the 95 % quantile of the draws."""
    width_90: float
    """Width of that interval."""


def score(sample: Floats, observed: float) -> Score:
    """Every score of one forecast, shape (m,), against one observation."""
    low, lower, middle, upper, high = np.quantile(sample, (0.05, 0.25, 0.5, 0.75, 0.95))
    return Score(
        count=1,
        crps=crps(sample, observed),
        error=float(sample.mean() - observed),
        absolute_error=float(abs(middle - observed)),
        covered_50=float(lower <= observed <= upper),
        width_50=float(upper - lower),
        covered_90=float(low <= observed <= high),
        width_90=float(high - low),
    )


def mean_score(scores: Iterable[Score]) -> Score:
    """The mean of several scores, each observation counting the same."""
    each = list(scores)
    names = ("crps", "error", "absolute_error", "covered_50", "width_50", "covered_90", "width_90")
    count = sum(one.count for one in each)
    means = {name: sum(getattr(one, name) * one.count for one in each) / count for name in names}
    return Score(count=count, **means)


def skill(score: Score, baseline: Score) -> float:
    """``1 − CRPS / CRPS of the baseline``: 1 is perfect, 0 no better than the baseline, below 0 worse.

    NaN if the baseline is perfect.
    """
    return 1.0 - score.crps / baseline.crps if baseline.crps > 0 else float("nan")
