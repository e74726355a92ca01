"""What an estimated table rests on: figures held and moved, figures that clash, and how far donors differ."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from autarky import iomath
from autarky.estimation.estimate import Estimate, MeasureFound
from autarky.explanation.wording import rounded

Floats = npt.NDArray[np.float64]

_SHOWN = 5
"""Clashes and sectors that are printed; the folder holds all."""


def text(estimate: Estimate) -> str:
    """The estimate in about a page: first what it is, then what moved, what clashes, what is borrowed."""
    return "\n".join(_lines(estimate))


def _lines(estimate: Estimate) -> Iterator[str]:
    recipe, economy = estimate.recipe, estimate.economy
    sources = {
        estimate.evidence.claim(id).source for one in estimate.measures for id in one.reading.figure.claims
    }
    yield (
        f"{economy.name} · estimated, not observed · {len(economy.industries)} industries · "
        f"{len(economy.gates)} import gates · {economy.unit} · {len(estimate.draws)} draws"
    )
    yield f"FIGURES          {len(estimate.measures)} from {len(sources)} sources; donors " + ", ".join(
        f"{choice.name} ({choice.reason})" for choice in recipe.donors
    )
    rates = [drawn.rate for drawn in estimate.draws]
    if rates and max(rates) > min(rates):
        span = f"{rounded(min(rates), 3)} to {rounded(max(rates), 3)}"
        yield f"CONVERSION       {span} {recipe.currency} for foreign money over the draws"
    yield "                 figure: asked (low to high), donors alone, table"
    for one in estimate.measures:
        yield f"  {_measure_line(one)}"
    for pull in estimate.pulls[:_SHOWN]:
        yield f"PULL APART       {pull.first} against {pull.second}"
    yield from (f"NOT DRAWN        {reason}" for reason in estimate.failed[:_SHOWN])
    yield "DONORS DISAGREE  import content of a unit of final use, lowest to highest over the donors"
    contents = {name: import_content(estimate, cells) for name, cells in estimate.by_donor.items()}
    for k in _widest(contents):
        low, high = (
            min((c[k], name) for name, c in contents.items()),
            max((c[k], name) for name, c in contents.items()),
        )
        sector = estimate.frame.sectors[k]
        yield f"  {sector}: {low[0]:.3f} ({low[1]}) to {high[0]:.3f} ({high[1]})"
    for companion in estimate.companions:
        figure = companion.figure
        span = (
            "" if figure.low == figure.high else f" ({rounded(figure.low, 3)} to {rounded(figure.high, 3)})"
        )
        amount = f"{rounded(figure.value, 3)}{span} {figure.unit}"
        yield f"IN KIND          {companion.product}, {companion.flow}: {amount}, {figure.as_of}"
    yield from (f"NOTE             {note}" for note in economy.provenance.notes)


def _measure_line(one: MeasureFound) -> str:
    reading = one.reading
    sign = {"equal": "", "at_least": "at least ", "at_most": "at most "}[reading.measure.bound]
    size = 100.0 if reading.whole is not None else 1.0
    unit = " %" if reading.whole is not None else ""
    low, value, high, prior, found = (
        f"{rounded(size * at, 3)}{unit}" for at in (one.low, one.target, one.high, one.prior, one.found)
    )
    edge = " · held at the edge of its range" if one.at_edge and reading.measure.bound == "equal" else ""
    return f"{reading.name}: {sign}{value} ({low} to {high}), {prior}, {found}{edge}"


def _widest(contents: dict[str, Floats]) -> list[int]:
    """Sectors on which donors differ most, widest first."""
    if len(contents) < 2:
        return []
    spread = np.ptp(np.array(list(contents.values())), axis=0)
    return [int(k) for k in np.argsort(-spread, kind="stable")[:_SHOWN]]


def import_content(estimate: Estimate, cells: Floats) -> Floats:
    """Import multipliers of a table given as cells, (n,), dimensionless."""
    blocks = estimate.frame.blocks(cells)
    x = blocks["Z"].sum(axis=1) + blocks["Y"].sum(axis=1)
    return iomath.import_multipliers(
        iomath.technical_coefficients(blocks["Z"], x),
        iomath.technical_coefficients(blocks["imports_intermediate"], x),
    )


def to_dict(estimate: Estimate) -> dict[str, Any]:
    """The same as plain JSON values."""
    return {
        "economy": {
            "name": estimate.economy.name,
            "year": estimate.economy.year,
            "unit": estimate.economy.unit,
            "digest": estimate.economy.digest,
            "industries": list(estimate.economy.industries.sectors),
            "notes": list(estimate.economy.provenance.notes),
        },
        "figures": [
            {
                "figure": one.reading.figure.figure,
                "as_of": one.reading.figure.as_of,
                "claims": list(one.reading.figure.claims),
                "how": one.reading.figure.sentence,
                "bound": one.reading.measure.bound,
                "low": one.low,
                "value": one.target,
                "high": one.high,
                "donors_alone": one.prior,
                "found": one.found,
                "multiplier": one.multiplier,
                "at_edge": one.at_edge,
            }
            for one in estimate.measures
        ],
        "pulls": [[pull.first, pull.second, pull.strength] for pull in estimate.pulls],
        "draws": [{"donor": one.donor, "conversion_rate": one.rate} for one in estimate.draws],
        "not_drawn": list(estimate.failed),
        "import_content_by_donor": {
            name: dict(zip(estimate.frame.sectors, map(float, import_content(estimate, cells)), strict=True))
            for name, cells in estimate.by_donor.items()
        },
    }
