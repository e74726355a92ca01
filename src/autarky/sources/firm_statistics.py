"""Firm statistics: persons engaged by sector, from a list on disk."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import numpy.typing as npt

from autarky.errors import Problem, SourceError, did_you_mean
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


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None
