"""Resampling: how far an estimate would move with other draws of the same size (bootstrap)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from autarky.sensitivity.sample import Floats

CONFIDENCE = 0.95
RESAMPLES = 1000

_TOGETHER = 100


def bootstrap(
    statistic: Callable[[Floats], Floats],
    rows: int,
    *,
    resamples: int = RESAMPLES,
    confidence: float = CONFIDENCE,
    seed: int = 0,
) -> tuple[Floats, Floats, Floats]:
    """Estimate and percentile limits of a statistic under resampling of its rows with replacement.

    Parameters
    ----------
    statistic : function of an array (k, rows)
        Given how often each row counts, in k resamples at once, returns an array (k, …).
    rows : int
    resamples : int
    confidence : float
    seed : int
        The same seed gives the same limits.

    Returns
    -------
    estimate, low, high : arrays
        The estimate counts each row once. NaN where the statistic is not defined.

    References
    ----------
    Efron & Tibshirani (1993), An Introduction to the Bootstrap, §13.3.
    """
    estimate = statistic(np.ones((1, rows)))[0]
    # Its own stream: the draws themselves come from the seed too.
    rng = np.random.default_rng((seed, 0x626F6F74))
    parts = []
    for begin in range(0, resamples, _TOGETHER):
        chosen = rng.integers(rows, size=(min(_TOGETHER, resamples - begin), rows))
        weights = np.array([np.bincount(row, minlength=rows) for row in chosen], dtype=np.float64)
        parts.append(statistic(weights))
    tail = (1 - confidence) / 2
    every = np.concatenate(parts)
    # A resample may hold one row only, and then no variance: it says nothing and is passed over.
    blank = np.isnan(every).all(axis=0)
    low, high = np.nanquantile(np.where(blank, 0.0, every), (tail, 1 - tail), axis=0)
    return estimate, np.where(blank, np.nan, low), np.where(blank, np.nan, high)
