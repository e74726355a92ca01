"""Probabilities: in what share of draws something has happened by a day, and what is most likely to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from autarky.results import QUANTILES
from autarky.sensitivity.sample import Floats

SHARES = (0.05, 0.1, 0.25, 0.5, 0.75, 0.8, 0.9, 0.95)
"""Shares of draws for which the day is told by which it has happened in so many."""

CURVES = 12
"""So many of each kind come with their whole curve."""

WEIGHTY = 0.01
"""Needs worth less than this share of their region's consumption are listed last, as in ``first_need``."""


@dataclass(frozen=True)
class Curve:
    """By day from the first on: share of draws in which it has happened, with its confidence limits."""

    share: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]


@dataclass(frozen=True)
class Chance:
    """How likely something is to happen to a need or an industry within the run, and when."""

    kind: str
    """``need``: consumption below need; ``falls``, ``stops``: output below 90 % and 50 % of base."""
    name: str
    weight: float
    """Share of its region's household consumption or output in the base year."""
    draws: int
    happened: int
    """Number of draws in which it happens."""
    share: float
    low: float
    high: float
    """Confidence limits of the share (Wilson, 95 %)."""
    when: tuple[float, ...]
    """Day it happens among the draws in which it does: 5, 25, 50, 75 and 95 % (``QUANTILES``)."""
    by: tuple[int | None, ...]
    """Day by which it has happened in 5, 10, 25, 50, 75, 80, 90 and 95 % of all draws (``SHARES``); None:
    not within the run."""
    curve: Curve | None = None


def wilson(share: npt.ArrayLike, draws: int, confidence: float = 0.95) -> tuple[Floats, Floats]:
    """Confidence limits of a share p̂ seen in n draws: ``(p̂ + z²/2n ± z √(p̂(1−p̂)/n + z²/4n²)) / (1 + z²/n)``.

    They contain p̂, stay within 0 and 1, and say something when p̂ is 0 or 1. They suppose independent draws;
    Latin hypercube and Sobol draws are spread more evenly than that, so the limits are rather too wide.

    References
    ----------
    Wilson (1927), Probable inference, the law of succession, and statistical inference. JASA 22, 209–212.
    """
    share = np.asarray(share, dtype=np.float64)
    z = float(ndtri(0.5 + confidence / 2))
    middle = share + z**2 / (2 * draws)
    half = z * np.sqrt(share * (1 - share) / draws + (z / (2 * draws)) ** 2)
    scale = 1 + z**2 / draws
    # Rounding must not put a limit on the wrong side of what it limits.
    low = np.clip((middle - half) / scale, 0.0, share)
    return low, np.clip((middle + half) / scale, share, 1.0)


def counts_by_day(first: npt.NDArray[Any], days: int) -> npt.NDArray[np.int64]:
    """Number of draws in which it has happened by each day.

    Parameters
    ----------
    first : integer array, shape (draws, things)
        Day on which it happens, from 0; negative: never.
    days : int
        Length of the run.

    Returns
    -------
    counts : array, shape (days, things)
    """
    things = first.shape[1]
    day = np.where((first < 0) | (first >= days), days, first).astype(np.int64)
    cell = day * things + np.arange(things)
    table = np.bincount(cell.ravel(), minlength=(days + 1) * things).reshape(days + 1, things)
    return np.cumsum(table[:days], axis=0)


def day_by(counts: npt.NDArray[np.int64], draws: int, share: float) -> npt.NDArray[np.int64]:
    """First day by which it has happened in at least ``share`` of the draws, by thing; −1: never."""
    # A hair less: 0.8 × 10 must be 8 draws, whatever the rounding.
    reached = counts >= share * draws * (1 - 1e-12)
    return np.where(reached.any(axis=0), reached.argmax(axis=0), -1)


def chances(
    kind: str,
    names: Sequence[str],
    weights: Floats,
    first: npt.NDArray[Any],
    days: int,
    *,
    points: int | None = None,
    weighty: float = 0.0,
    curves: int = CURVES,
) -> tuple[Chance, ...]:
    """What happens in at least one draw, most probable first, then earliest, then heaviest.

    Parameters
    ----------
    kind : str
        What happens.
    names : sequence of str, one by thing
    weights : array, shape (things,)
        Share of the thing in its region; things below ``weighty`` come after all others.
    first : integer array, shape (draws, things)
        Day on which it happens, from 0; negative: never. Without failed draws.
    days : int
        Length of the run.
    points : int, optional
        Number of independent points behind the draws, for the confidence limits: fewer than draws where
        several sources were run at the same points. All draws if left out.
    weighty : float
    curves : int
        So many, from the top, get their curve.
    """
    draws = len(first)
    if not draws:
        return ()
    size = points or draws
    counts = counts_by_day(first, days)
    total = counts[-1]
    some = np.flatnonzero(total > 0)
    counts, total = counts[:, some], total[some]
    low, high = wilson(total / draws, size)
    when = np.array([_quantile(counts, total, share) for share in QUANTILES])
    by = np.array([day_by(counts, draws, share) for share in SHARES])
    light = weights[some] < weighty
    order = np.lexsort((-weights[some], when[QUANTILES.index(0.5)], -total, light))
    return tuple(
        Chance(
            kind=kind,
            name=names[some[k]],
            weight=float(weights[some[k]]),
            draws=draws,
            happened=int(total[k]),
            share=float(total[k] / draws),
            low=float(low[k]),
            high=float(high[k]),
            when=tuple(float(day) for day in when[:, k]),
            by=tuple(int(day) if day >= 0 else None for day in by[:, k]),
            curve=_curve(counts[:, k] / draws, size) if rank < curves else None,
        )
        for rank, k in enumerate(order)
    )


def _curve(share: Floats, points: int) -> Curve:
    low, high = wilson(share, points)
    return Curve(tuple(share.tolist()), tuple(low.tolist()), tuple(high.tolist()))


def _quantile(counts: npt.NDArray[np.int64], total: npt.NDArray[np.int64], share: float) -> Floats:
    """Quantile of the day among the draws in which it happens, as ``sample_quantiles`` defines it."""
    place = share * (total - 1)
    below = np.floor(place)
    lower = (counts <= below).sum(axis=0)  # the k-th draw in order happens on the first day with more than k
    upper = (counts <= np.minimum(below + 1, total - 1)).sum(axis=0)
    return np.asarray(lower + (place - below) * (upper - lower), dtype=np.float64)


def share_of_region(base: Floats, regions: Sequence[str]) -> Floats:
    """Each base-year amount as a share of its region's total; 0 where the region has none."""
    _, place = np.unique(np.asarray(regions, dtype=str), return_inverse=True)
    whole = np.bincount(place, weights=base)[place]
    return np.where(whole > 0, base / np.where(whole > 0, whole, 1.0), 0.0)
