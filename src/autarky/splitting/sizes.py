"""Sizes: how many firms each industry has, and how its output is spread over them."""

from __future__ import annotations

from math import inf
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from autarky.errors import Problem, ScenarioError
from autarky.firm_network.demography import Demography, SizeClass
from autarky.firm_network.from_table import Frame
from autarky.firm_network.network import Floats, Integers
from autarky.firm_network.section import SplitTable

COUNT_POWER = 0.5
"""Without counted firms an industry's number of firms grows with its output to this power: assumption."""
NO_LARGER = 0.1
"""A sector's largest firm is no larger than the largest is on average among 1 / this as many: assumption."""


ONE_CLASS = (SizeClass(1.0, inf, 1.0),)


def firm_counts(frame: Frame, section: SplitTable, demography: Demography) -> Integers:
    """(I,) number of firms of each industry, the same in every draw.

    At least one in each industry that makes or uses anything; else in proportion to counted firms, which
    regions share by the sector's output, or to output to the power ``COUNT_POWER`` where none are counted.

    Raises
    ------
    ScenarioError
        If fewer firms are asked for than there are industries, or no industry makes anything.
    """
    industries = len(frame.industry_sector)
    output = frame.output[:industries]
    if not output.any():
        what = "no industry of the table makes anything"
        raise ScenarioError(Problem("firms.split", what, "name a table with outputs"))
    active = (output > 0) | (frame.use.sum(axis=0) > 0)
    if section.firms < active.sum():
        what = f"{section.firms:,} firms for {int(active.sum()):,} industries"
        raise ScenarioError(Problem("firms.split.firms", what, "give at least one for each industry"))
    # Shares, not amounts: the unit of money must not matter.
    weight = (output / output.sum()) ** COUNT_POWER
    by_sector = np.bincount(frame.industry_sector, weights=output, minlength=len(frame.sectors))
    counted = np.zeros(industries)
    for i, sector in enumerate(frame.industry_sector):
        if by_sector[sector] > 0:
            firms = sum(size.firms for size in demography.get(frame.sectors[sector], ()))
            counted[i] = firms * output[i] / by_sector[sector]
    if counted.any():
        weight = np.where(counted > 0, counted, weight * (counted.sum() / weight[counted > 0].sum()))
    return _shared_out(section.firms, np.where(active, weight, 0.0), active)


def _shared_out(total: int, weight: Floats, active: npt.NDArray[np.bool_]) -> Integers:
    """Whole numbers in proportion to ``weight``, at least 1 where active, that add up to ``total``."""
    one = active & (weight <= 0)
    while True:
        rest = active & ~one
        quota = np.where(one, 1.0, 0.0)
        quota[rest] = (total - one.sum()) * weight[rest] / weight[rest].sum()
        small = rest & (quota < 1)
        if not small.any():
            break
        one |= small
    counts = np.floor(quota).astype(np.int64)
    order = np.argsort(counts - quota, kind="stable")
    counts[order[: total - counts.sum()]] += 1
    return counts


class Firms(NamedTuple):
    """Firms of a draw: industry after industry, in it the largest first, then the suppliers abroad."""

    counts: Integers
    """(I,) firms of each industry."""
    start: Integers
    """(I + g + 1,) first node of each industry and of each supplier abroad."""
    share: Floats
    """(N,) of a firm in its industry's output."""
    output: Floats
    """(nodes,) currency / year."""


def drawn_firms(
    chance: np.random.Generator, frame: Frame, section: SplitTable, demography: Demography
) -> Firms:
    """Firms with sizes from the Pareto tail; where firms are counted, from each size class as many as it has.

    Output is in proportion to persons engaged (assumption). An industry's firms add up to its output.
    """
    counts = firm_counts(frame, section, demography)
    industries = len(counts)
    start = np.concatenate([[0], np.cumsum(np.append(counts, np.ones(len(frame.gate_sector), np.int64)))])
    share = np.empty(start[industries])
    for i, count in enumerate(counts):
        if count == 0:
            continue
        classes = demography.get(frame.sectors[frame.industry_sector[i]])
        place = chance.random(count)
        if classes:
            # One draw from each of `count` equal layers: classes come out as counted.
            place = (np.arange(count) + place) / count
        # A Pareto law has no end: now and then one firm would be its whole sector.
        place = np.maximum(place, NO_LARGER / count)
        size = -np.sort(-_size_at(place, classes or ONE_CLASS, section.size_tail))
        share[start[i] : start[i + 1]] = size / size.sum()
    at_home = np.repeat(frame.output[:industries], counts) * share
    return Firms(counts, start, share, np.append(at_home, frame.output[industries:]))


def running(amounts: Floats) -> Floats:
    """(n + 1,) sum of the amounts before each, and of all."""
    return np.concatenate([[0.0], np.cumsum(amounts)])


def _size_at(place: Floats, classes: tuple[SizeClass, ...], tail: float) -> Floats:
    """Size of the firm above which a share ``place`` of firms stands; a Pareto law inside each class."""
    firms = np.array([size.firms for size in classes])
    above = running(firms) / firms.sum()
    which = np.clip(np.searchsorted(above, place, side="right") - 1, 0, len(classes) - 1)
    low = np.array([size.low for size in classes])[which] ** -tail
    high = np.array([size.high for size in classes])[which] ** -tail
    inside = np.clip((place - above[which]) / np.diff(above)[which], 0.0, 1.0)
    size: Floats = (high + (low - high) * inside) ** (-1.0 / tail)
    return size
