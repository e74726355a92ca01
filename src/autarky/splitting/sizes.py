"""Sizes: how many firms each industry has, and how its output is spread over them."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from itertools import pairwise
from math import inf, isfinite
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from autarky.errors import Problem, ScenarioError, SourceError, did_you_mean
from autarky.firm_network.from_table import Frame
from autarky.firm_network.network import Floats, Integers
from autarky.firm_network.section import SplitTable

COUNT_POWER = 0.5
"""Without counted firms an industry's number of firms grows with its output to this power: assumption."""
NO_LARGER = 0.1
"""A sector's largest firm is no larger than the largest is on average among 1 / this as many: assumption."""
COLUMNS = ("sector", "from", "to", "firms")
MOST_TOLD = 20


@dataclass(frozen=True)
class SizeClass:
    """Firms of a sector with ``low`` to below ``high`` persons engaged."""

    low: float
    high: float
    """Infinite in the open class."""
    firms: float


ONE_CLASS = (SizeClass(1.0, inf, 1.0),)

Demography = dict[str, tuple[SizeClass, ...]]
"""Sector → its size classes, the largest first."""


def firm_counts(frame: Frame, section: SplitTable, demography: Demography) -> Integers:
    """(I,) number of firms of each industry, the same in every draw.

    At least one in each industry that makes or uses anything; else in proportion to counted firms, which
    regions share by the sector's output, or to output to the power ``COUNT_POWER`` where none are counted.

    Raises
    ------
    ScenarioError
        If fewer firms are asked for than there are industries.
    """
    industries = len(frame.industry_sector)
    output = frame.output[:industries]
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


def read_demography(path: Path, sectors: tuple[str, ...]) -> Demography:
    """Counted firms by sector and size, from a CSV with the columns sector, from, to, firms.

    Parameters
    ----------
    path : Path
        ``from`` and ``to``: persons engaged, both included; ``to`` is empty in the open class.
    sectors : tuple of str
        Sectors there are.

    Raises
    ------
    SourceError
        The file cannot be read; a column is missing or unknown; a cell is no number; classes overlap; a
        sector is unknown. Each problem with its file, row and column.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.reader(stream, strict=True))
    except (OSError, ValueError, csv.Error) as error:
        raise SourceError(Problem(str(path), f"cannot be read: {error}", "save it as 'CSV UTF-8'")) from None
    header = [cell.strip() for cell in rows[0]] if rows else []
    if sorted(header) != sorted(COLUMNS):
        what = f"has the columns {', '.join(header) or 'none'}"
        raise SourceError(Problem(f"{path}, line 1", what, f"name them {', '.join(COLUMNS)}"))
    problems: list[Problem] = []
    found: dict[str, list[tuple[SizeClass, int]]] = {}
    for line, row in enumerate(rows[1:], start=2):
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != len(header):
            remedy = "give each row one cell per column"
            problems.append(Problem(f"{path}, line {line}", f"has {len(row)} cells", remedy))
            continue
        cells = {name: cell.strip() for name, cell in zip(header, row, strict=True)}
        if cells["sector"] not in sectors:
            remedy = did_you_mean(cells["sector"], sectors)
            place = f"{path}, line {line}, column 'sector'"
            problems.append(Problem(place, f"sector {cells['sector']!r} is unknown", remedy))
        numbers = {}
        for name in COLUMNS[1:]:
            number = _number(cells[name], inf if name == "to" else None)
            if number is None:
                place = f"{path}, line {line}, column {name!r}"
                problems.append(Problem(place, f"{cells[name]!r} is no number from 0 on", "correct it"))
            else:
                numbers[name] = number
        if len(numbers) < len(COLUMNS) - 1:
            continue
        if numbers["to"] < numbers["from"]:
            problems.append(Problem(f"{path}, line {line}, column 'to'", "is below from", "correct it"))
        elif numbers["firms"] > 0:
            # A firm has somebody who runs it.
            low = max(numbers["from"], 1.0)
            size = SizeClass(low, max(numbers["to"] + 1.0, low + 1.0), numbers["firms"])
            found.setdefault(cells["sector"], []).append((size, line))
    demography = {}
    for sector, classes in found.items():
        classes.sort(key=lambda entry: -entry[0].low)
        for (upper, line), (lower, _) in pairwise(classes):
            if lower.high > upper.low:
                what = f"overlaps with another size class of {sector!r}"
                problems.append(
                    Problem(f"{path}, line {line}, column 'from'", what, "let classes not overlap")
                )
        demography[sector] = tuple(size for size, _ in classes)
    if not problems and not demography:
        problems.append(Problem(str(path), "counts no firm", "give a table with rows"))
    if problems:
        more = Problem(str(path), f"{len(problems) - MOST_TOLD} more of these", "correct those above first")
        raise SourceError(problems[:MOST_TOLD] + ([more] if len(problems) > MOST_TOLD else []))
    return demography


def _number(text: str, empty: float | None) -> float | None:
    """A number from 0 on; ``empty`` for an empty cell, None for anything else."""
    if not text:
        return empty
    try:
        number = float(text)
    except ValueError:
        return None
    return number if isfinite(number) and number >= 0 else None
