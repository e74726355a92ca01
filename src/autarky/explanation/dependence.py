"""Dependence told: measures as printed lines and as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr

from autarky.dependence.measure import Measures
from autarky.economy import Economy
from autarky.explanation.answer import printed
from autarky.explanation.wording import count, listing, percent, plain, rounded

_YES = "(1 yes, 0 no)"
"""In the name of a measure that says yes or no: the places that it says yes to are told."""

_SHOWN = 3
"""Places of a measure that are printed; the page shows more, ``--json`` all."""


def text(measures: Measures, width: int = 100) -> str:
    """A line or two for each measure: its largest numbers, and where they are."""
    accounts, economy = measures.accounts, measures.accounts.economy
    names = long_names(economy)
    home = listing([names.get(region, region) for region in accounts.home], most=6)
    gates = count(len(accounts.sources), "supplier") + " abroad"
    lines = [
        (
            "",
            f"{economy.name} · {economy.year} · home: {home} · "
            f"{count(len(accounts.industries), 'industry', 'industries')} · {gates} · {economy.unit}",
        ),
        ("IMPORTS", economy.import_treatment.value),
    ]
    for family in measures.families:
        for place, one in enumerate(family.measures):
            heading = family.name.replace("_", " ").upper() if place == 0 else ""
            lines.append((heading, f"{_title(one)}: {_largest(one, names)}{_what_remains(one)}"))
    lines.append(("FORMULAS", "with sources and blind spots: --to PAGE.html, or --json"))
    return printed(lines, max(width, 40))


def to_dict(measures: Measures) -> dict[str, Any]:
    """Plain JSON values: every number with its labels, formula, unit, source and blind spots."""
    accounts, economy = measures.accounts, measures.accounts.economy
    return {
        "table": provenance(economy),
        "home": list(accounts.home),
        "families": [
            {
                "family": family.name,
                "question": family.question,
                "measures": [_as_json(one) for one in family.measures],
            }
            for family in measures.families
        ],
    }


def long_names(economy: Economy) -> dict[str, str]:
    """Label → long name, for industries, products, gates and sources."""
    regions = economy.industries.regions
    names = {product: plain(economy.product_name(product)) for product in economy.products}
    for (region, sector), label in zip(economy.industries.pairs, economy.industries.labels, strict=True):
        sector_name = names[sector]
        names[label] = sector_name if len(regions) == 1 else f"{plain(region)}: {sector_name}"
    for gate in economy.gates:
        names[f"{gate.partner}.{gate.product}"] = f"{names[gate.product]} from {plain(gate.partner)}"
    return names


def _title(one: xr.DataArray) -> str:
    title = plain(one.attrs["long_name"])
    return title[:1].upper() + title[1:]


def _what_remains(one: xr.DataArray) -> str:
    """Of a search that may stop early: how much it found, and why it stopped."""
    about = one.attrs
    if "found_share" not in about:
        return ""
    paths = f"{count(int(about['counted']), 'path')} of {rounded(about['smallest'], 2)} or more"
    carried = f"carry {percent(float(about['found_share']))}"
    return f"; {paths} {carried}, {percent(float(about['remaining_share']))} remains ({about['stopped']})"


def _largest(one: xr.DataArray, names: Mapping[str, str]) -> str:
    units = str(one.attrs["units"])
    values = np.asarray(one.values)
    if not values.ndim:
        return _number(float(values), units)
    defined = np.isfinite(values)
    if not defined.any():
        return f"not defined here{_reason(one)}"
    if _YES in str(one.attrs["long_name"]):
        where = [_place(one, at, names) for at in np.argwhere(values == 1)]
        return listing(where, most=2 * _SHOWN) or "none"
    flat = np.where(defined, values, -np.inf).ravel()
    order = np.argsort(-flat, kind="stable")[: min(_SHOWN, int(defined.sum()))]
    told = [
        f"{_place(one, np.array(np.unravel_index(at, values.shape)), names)} {_number(flat[at], units)}"
        for at in order
    ]
    return "; ".join(told)


def _reason(one: xr.DataArray) -> str:
    reason = str(one.attrs.get("undefined", ""))
    return f": {plain(reason)}" if reason else ""


def _place(one: xr.DataArray, at: Any, names: Mapping[str, str]) -> str:
    labels = [str(one.coords[dim].values[k]) for dim, k in zip(one.dims, at, strict=True)]
    # A path is several labels in one.
    return ", ".join(
        " ← ".join(names.get(part, plain(part)) for part in label.split(" ← ")) for label in labels
    )


def _number(value: float, units: str) -> str:
    if not np.isfinite(value):
        return "not defined"
    if units == "1":
        return rounded(value, 3)
    return f"{rounded(value, 3)} {plain(units)}"


def _as_json(one: xr.DataArray) -> dict[str, Any]:
    values = np.asarray(one.values)
    return {
        "name": str(one.name),
        **{str(key): _plain(value) for key, value in one.attrs.items()},
        "dimensions": [str(dim) for dim in one.dims],
        "labels": {str(name): _plain(coordinate.values.tolist()) for name, coordinate in one.coords.items()},
        "values": _plain(values.tolist()),
    }


def _plain(value: Any) -> Any:
    """Nested lists with null for what is not defined."""
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return None if isinstance(value, float) and not np.isfinite(value) else value


def provenance(economy: Economy) -> dict[str, Any]:
    """What a page tells of the table."""
    return {
        "name": economy.name,
        "year": economy.year,
        "unit": economy.unit,
        "valuation": economy.valuation,
        "import_treatment": economy.import_treatment.value,
        "citation": economy.provenance.citation,
        "digest": economy.digest,
    }
