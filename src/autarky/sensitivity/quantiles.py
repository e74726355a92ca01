"""Quantiles: measures of many draws in five numbers, and as fifty dots."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from autarky.results import QUANTILES
from autarky.sensitivity.sample import Floats, number

DOTS = 50
"""Dots of a quantile dotplot: each stands for one draw in fifty."""


@dataclass(frozen=True)
class Summary:
    """A measure among draws. None: never (later than any day of the run)."""

    measure: str
    draws: int
    """Number of draws behind the numbers."""
    never: int
    """Among them, those in which it never happens."""
    quantiles: tuple[float | None, ...]
    """5, 25, 50, 75 and 95 % of draws lie below (``QUANTILES``)."""
    lowest: float | None
    highest: float | None
    dots: tuple[float | None, ...] = ()
    """The fifty values of a quantile dotplot."""


def sample_quantiles(values: npt.ArrayLike, shares: Sequence[float]) -> Floats:
    """Sample quantiles ``x₍k₎ + (h − k) (x₍k+1₎ − x₍k₎)`` with ``h = (n − 1) p + 1``, ``k = ⌊h⌋``.

    Definition 7 of Hyndman & Fan (1996), numpy's ``linear``. Infinity (never) is a value above all others:
    a quantile is infinite as soon as its upper neighbour is and it does not lie on the lower one.

    Parameters
    ----------
    values : array, shape (n,)
        No NaN; at least one.
    shares : sequence
        Probabilities p, 0 to 1.

    Raises
    ------
    ValueError
        If there is no value, or a NaN.

    References
    ----------
    Hyndman & Fan (1996), Sample quantiles in statistical packages. The American Statistician 50(4).
    """
    ordered = np.sort(np.asarray(values, dtype=np.float64))
    if not len(ordered) or np.isnan(ordered[-1]):
        raise ValueError("quantiles need at least one value, and no NaN")
    place = np.asarray(shares, dtype=np.float64) * (len(ordered) - 1)
    below = np.floor(place).astype(np.int64)
    lower, upper = ordered[below], ordered[np.minimum(below + 1, len(ordered) - 1)]
    part = place - below
    finite = np.isfinite(upper)
    with np.errstate(invalid="ignore"):  # inf − inf, replaced in the next line
        between = lower + part * (upper - lower)
    return np.where(finite, between, np.where(part > 0, upper, lower))


def dots(values: npt.ArrayLike, count: int = DOTS) -> Floats:
    """The values of a quantile dotplot: quantiles ``(i − ½) / count``, i = 1 … count, from low to high.

    Each dot stands for the same number of draws, so that chances can be counted instead of estimated by eye.

    References
    ----------
    Kay, Kola, Hullman & Munson (2016), When (ish) is my bus? CHI '16, 5092–5103.
    """
    return sample_quantiles(values, tuple((np.arange(count) + 0.5) / count))


def summary(measure: str, values: Floats, *, with_dots: bool = True) -> Summary:
    """A measure in five numbers; infinity counts as never."""
    return Summary(
        measure=measure,
        draws=len(values),
        never=int(np.isposinf(values).sum()),
        quantiles=tuple(number(value) for value in sample_quantiles(values, QUANTILES)),
        lowest=number(values.min()),
        highest=number(values.max()),
        dots=tuple(number(value) for value in dots(values)) if with_dots else (),
    )
