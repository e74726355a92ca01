"""Firm statistics: persons engaged by sector, and firms by sector and size, from lists on disk."""

from __future__ import annotations

import math
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from autarky.errors import Problem, SourceError, did_you_mean
from autarky.firm_network.demography import Demography, SizeClass
from autarky.firm_network.from_table import Frame
from autarky.sources.delimited import at_most, read_records


def read_jobs(path: Path, frame: Frame) -> npt.NDArray[np.float64]:
    """Persons engaged by industry, (I,), from a CSV with the columns sector, jobs and, of a table with many
    regions, region; 0 where the list says nothing.

    Raises
    ------
    SourceError
        The file cannot be read, a sector or region is unknown or stands twice, or a number is none: each with
        its line.
    """
    economy = frame.economy
    regions = economy.industries.regions
    several = len(regions) > 1
    place = {pair: i for i, pair in enumerate(economy.industries.pairs)}
    jobs, seen = np.zeros(len(place)), set()
    problems = []
    for where, cells in read_records(path, ("sector", "jobs", *(("region",) if several else ()))):
        sector, region = cells["sector"], cells["region"] if several else regions[0]
        number = _number(cells["jobs"])
        if sector not in economy.industries.sectors:
            remedy = did_you_mean(sector, economy.industries.sectors)
            problems.append(Problem(f"{where}, column 'sector'", f"unknown sector {sector!r}", remedy))
        elif region not in regions:
            remedy = did_you_mean(region, regions)
            problems.append(Problem(f"{where}, column 'region'", f"unknown region {region!r}", remedy))
        elif number is None:
            what, remedy = f"{cells['jobs']!r} is no number from 0 on", "give persons engaged"
            problems.append(Problem(f"{where}, column 'jobs'", what, remedy))
        elif (sector, region) in seen:
            problems.append(Problem(where, f"sector {sector!r} stands twice", "add the two together"))
        else:
            seen.add((sector, region))
            jobs[place[region, sector]] = number
    if problems:
        raise SourceError(at_most(problems, path))
    return jobs


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
        The file cannot be read; a cell is no number; classes overlap; a sector is unknown; no firm is
        counted: each with its line.
    """
    problems: list[Problem] = []
    found: dict[str, list[tuple[SizeClass, str]]] = {}
    for where, cells in read_records(path, ("sector", "from", "to", "firms")):
        sector = cells["sector"]
        if sector not in sectors:
            remedy = did_you_mean(sector, sectors)
            problems.append(Problem(f"{where}, column 'sector'", f"unknown sector {sector!r}", remedy))
        low, firms = _number(cells["from"]), _number(cells["firms"])
        high = _number(cells["to"]) if cells["to"] else math.inf
        for name, number in (("from", low), ("to", high), ("firms", firms)):
            if number is None:
                what = f"{cells[name]!r} is no number from 0 on"
                problems.append(Problem(f"{where}, column {name!r}", what, "correct it"))
        if low is None or high is None or firms is None:
            continue
        if high < low:
            problems.append(Problem(f"{where}, column 'to'", "is below from", "correct it"))
        elif firms > 0:
            # A firm has somebody who runs it.
            low = max(low, 1.0)
            found.setdefault(sector, []).append((SizeClass(low, max(high + 1.0, low + 1.0), firms), where))
    demography = {}
    for sector, classes in found.items():
        classes.sort(key=lambda entry: -entry[0].low)
        for (upper, where), (lower, _) in pairwise(classes):
            if lower.high > upper.low:
                what = f"overlaps with another size class of {sector!r}"
                problems.append(Problem(f"{where}, column 'from'", what, "let classes not overlap"))
        demography[sector] = tuple(size for size, _ in classes)
    if not problems and not demography:
        problems.append(Problem(str(path), "counts no firm", "give a table with rows"))
    if problems:
        raise SourceError(at_most(problems, path))
    return demography


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None
