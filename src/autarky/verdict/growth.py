"""Growth: yearly growth of real value added by group of industries, as computed and as observed."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from autarky.economy import Economy
from autarky.errors import EconomyError, Problem, SourceError, did_you_mean
from autarky.evidence import Evidence, resolve

Floats = npt.NDArray[np.float64]

HEADLINE: Mapping[str, tuple[str, ...]] = {
    "mining": ("coal", "other_mining"),
    "light_industry": ("food", "textiles", "other_manufacturing"),
    "heavy_chemical": ("chemicals", "petroleum", "building_materials", "metals", "machinery"),
    "construction": ("construction",),
    "services": ("trade", "transport", "market_services", "government", "education_health"),
}
"""Industries that are scored: group → sector codes."""
MANUFACTURING = "manufacturing"
"""Stands in, as a whole, in years in which light or heavy industry has no figure of its own."""
WEATHER: Mapping[str, tuple[str, ...]] = {
    "agri_forestry_fishing": ("agriculture", "fishing"),
    "electricity_gas_water": ("electricity",),
}
"""Shown and never scored: harvests and rain move them more than trade."""
GROUPS: Mapping[str, tuple[str, ...]] = {
    **HEADLINE,
    MANUFACTURING: HEADLINE["light_industry"] + HEADLINE["heavy_chemical"],
    **WEATHER,
}
"""Every group of industries in the order in which predictions hold them."""
IN_WORDS: Mapping[str, str] = {
    "mining": "mining",
    "light_industry": "light industry",
    "heavy_chemical": "heavy and chemical industry",
    "construction": "construction",
    "services": "services",
    "manufacturing": "manufacturing",
    "agri_forestry_fishing": "crops and fishing",
    "electricity_gas_water": "electricity, gas and water",
}

GRADE_SD: Mapping[str, float] = {"A": 0.5, "B": 1.0, "C": 2.0, "D": 4.0, "E": 8.0, "F": 8.0}
"""Assumption: standard deviation of a growth figure's own error by the reliability of its source, points."""


@dataclass(frozen=True)
class Observed:
    """A year's growth of an industry that somebody published."""

    year: int
    industry: str
    """A key of ``GROUPS``."""
    growth: float
    """Real growth on the year before, %."""
    sd: float
    """Standard deviation of its own error, percentage points."""
    source: str


def value_added_weights(economy: Economy) -> Floats:
    """Base-year value added by sector, all regions together, shape (n,) in the order of the industries."""
    return np.asarray(economy.value_added.sum(axis=0), dtype=np.float64)


def group_growth(economy: Economy, output: Floats) -> Floats:
    """``100·(Σ v_j r_j(t) / Σ v_j r_j(t−1) − 1)``: growth of each group's value added at base-year weights.

    A group's value added that falls to nothing has grown by −100 %; one that comes back from nothing has no
    growth rate (NaN).

    Parameters
    ----------
    economy : Economy
        Whose value added v weighs the sectors; the base year precedes the first year.
    output : array, shape (draws, years, n), base year 1
        Output of each industry, mean of each year.

    Returns
    -------
    growth : array, shape (draws, years, groups), %
        Groups in the order of ``GROUPS``.
    """
    weights = value_added_weights(economy)
    sectors = np.array([sector for _, sector in economy.industries.pairs])
    member = np.array([np.isin(sectors, codes) * weights for codes in GROUPS.values()])
    levels = np.einsum("dyj,gj->dyg", output, member)
    before = np.concatenate(
        [np.broadcast_to(member.sum(axis=1), levels[:, :1].shape), levels[:, :-1]], axis=1
    )
    possible = before > 0
    return np.where(possible, 100.0 * (levels / np.where(possible, before, 1.0) - 1.0), np.nan)


def headline_growth(economy: Economy, output: Floats) -> Floats:
    """Growth of all headline industries together, shape (draws, years), %; weighed as ``group_growth``."""
    sectors = [sector for _, sector in economy.industries.pairs]
    codes = {code for group in HEADLINE.values() for code in group}
    weights = value_added_weights(economy) * [sector in codes for sector in sectors]
    levels = np.einsum("dyj,j->dy", output, weights)
    before = np.concatenate([np.full_like(levels[:, :1], weights.sum()), levels[:, :-1]], axis=1)
    return np.asarray(100.0 * (levels / before - 1.0), dtype=np.float64)


def require_sectors(economy: Economy) -> None:
    """Refuses a table in which a sector of some group is missing, or a group makes no value added."""
    known = economy.industries.sectors
    found = [
        Problem(
            f"{economy.name}: sectors", f"{code!r} ({IN_WORDS[group]}) is missing", did_you_mean(code, known)
        )
        for group, codes in GROUPS.items()
        if group != MANUFACTURING
        for code in codes
        if code not in known
    ]
    if not found:
        weights = value_added_weights(economy)
        sectors = np.array([sector for _, sector in economy.industries.pairs])
        found = [
            Problem(f"{economy.name}: value added", f"{IN_WORDS[group]} makes none", "check the table")
            for group, codes in GROUPS.items()
            if weights[np.isin(sectors, codes)].sum() <= 0
        ]
    if found:
        raise EconomyError(found)


def observed_growth(evidence: Evidence, years: Iterable[int]) -> tuple[Observed, ...]:
    """Growth by group and year from claims on figures ``growth / <group>``, in the order year, group.

    Several claims on one figure come to the best graded one with the range of all; a quarter of the range
    (two standard deviations either side) is added to the error that goes with the grade.
    """
    found = []
    names = {_plain(claim.figure): claim.figure for claim in evidence.claims}
    for year in years:
        for group in GROUPS:
            figure = names.get(f"growth/{group}")
            claims = evidence.on(figure, str(year)) if figure else ()
            if not claims:
                continue
            (best,) = resolve(claims)
            claim = evidence.claim(best.claims[0])
            sd = math.hypot(GRADE_SD[claim.reliability], (best.high - best.low) / 4.0)
            found.append(Observed(year, group, best.value, sd, evidence.cite(claim)))
    return tuple(found)


def _plain(figure: str) -> str:
    topic, _, variable = figure.partition("/")
    return f"{topic.strip()}/{variable.strip().lower().replace(' ', '_')}"


def scored(observed: Sequence[Observed]) -> tuple[Observed, ...]:
    """Those that count: headline industries, and manufacturing where light or heavy has no figure."""
    known = {(one.year, one.industry) for one in observed}
    return tuple(
        one
        for one in observed
        if one.industry in HEADLINE
        or (
            one.industry == MANUFACTURING
            and not {(one.year, "light_industry"), (one.year, "heavy_chemical")} <= known
        )
    )


_COLUMNS = ("year", "industry", "growth_pct")
_MOST = 300.0


def read_observed(path: Path, years: Sequence[int]) -> tuple[Observed, ...]:
    """Growth figures from a CSV file with columns year, industry, growth_pct and perhaps source.

    Parameters
    ----------
    path : Path
    years : sequence of int
        Years that are predicted; others are refused.

    Raises
    ------
    SourceError
        With everything wrong, a line each.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise SourceError(
            Problem(str(path), f"cannot be read ({error.strerror or 'no file'})", "check the path")
        ) from error
    except UnicodeDecodeError as error:
        raise SourceError(Problem(str(path), "is not UTF-8 text", "save it as CSV in UTF-8")) from error
    lines = csv.reader(text.splitlines())
    header = [name.strip() for name in next(lines, [])]
    if wrong := list(_wrong_header(str(path), header)):
        raise SourceError(wrong)
    problems: list[Problem] = []
    rows: dict[tuple[int, str], Observed] = {}
    for number, cells in enumerate(lines, start=2):
        if not any(cell.strip() for cell in cells):
            continue
        place = f"{path}:{number}"
        if len(cells) != len(header):
            what = f"has {len(cells)} cells under {len(header)} column names"
            problems.append(Problem(place, what, "give a cell for each column"))
            continue
        row = dict(zip(header, (cell.strip() for cell in cells), strict=True))
        wrong, one = _row(place, row, years)
        if one is not None and (one.year, one.industry) in rows:
            wrong = [Problem(place, f"{one.year} {one.industry} stands twice", "keep one figure for each")]
        problems += wrong
        if one is not None and not wrong:
            rows[one.year, one.industry] = one
    if not problems and not rows:
        problems.append(Problem(str(path), "holds no figure", "add a line such as 2021,mining,-1.5"))
    if problems:
        raise SourceError(problems)
    return tuple(rows.values())


def _wrong_header(place: str, header: Sequence[str]) -> Iterator[Problem]:
    for name in _COLUMNS:
        if name not in header:
            yield Problem(
                place, f"has no column {name!r}", "the first line is year,industry,growth_pct,source"
            )
    for name in dict.fromkeys(header):
        if name not in (*_COLUMNS, "source"):
            yield Problem(place, f"has an unknown column {name!r}", did_you_mean(name, (*_COLUMNS, "source")))
        elif header.count(name) > 1:
            yield Problem(place, f"has the column {name!r} twice", "delete one")


def _row(place: str, row: Mapping[str, str], years: Sequence[int]) -> tuple[list[Problem], Observed | None]:
    wrong: list[Problem] = []
    if row["year"] not in map(str, years):
        span = f"{min(years)} to {max(years)}"
        wrong.append(Problem(place, f"year {row['year']!r} is not predicted", f"give a year from {span}"))
    if row["industry"] not in GROUPS:
        remedy = did_you_mean(row["industry"], tuple(GROUPS))
        wrong.append(Problem(place, f"unknown industry {row['industry']!r}", remedy))
    try:
        growth = float(row["growth_pct"])
    except ValueError:
        growth = math.nan
    if not math.isfinite(growth):
        remedy = "give per cent as a number, for instance -3.8"
        wrong.append(Problem(place, f"growth_pct {row['growth_pct']!r} is not a number", remedy))
    elif not -100.0 <= growth <= _MOST:
        remedy = f"give per cent on the year before, between -100 and {_MOST:g}"
        wrong.append(Problem(place, f"growth_pct {growth:g} is out of range", remedy))
    if wrong:
        return wrong, None
    source = row.get("source") or "not stated"
    return [], Observed(int(row["year"]), row["industry"], growth, 0.0, source)
