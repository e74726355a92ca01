"""Measured: a measure's numbers with their labels, unit, formula, source, and what it does not see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy.typing as npt
import xarray as xr


def measured(
    values: npt.ArrayLike,
    coords: Mapping[str, Sequence[str]],
    *,
    name: str,
    long_name: str,
    units: str,
    formula: str,
    source: str,
    blind: str,
) -> xr.DataArray:
    """Numbers as a ``DataArray`` whose dimensions are the keys of ``coords``, in their order.

    Parameters
    ----------
    values : array
        Its shape is the lengths of ``coords``; empty ``coords``: one number. NaN: not defined there.
    name : str
        Name of the measure, in the field's words: ``import_dependency_ratio_net``.
    long_name, units, formula, source, blind : str
        Attributes: what it is in one line, its unit, its formula in plain signs, author and year, and what it
        does not see.
    """
    labels: dict[str, Any] = {dimension: list(label) for dimension, label in coords.items()}
    about = {
        "long_name": long_name,
        "units": units,
        "formula": formula,
        "source": source,
        "blind_spots": blind,
    }
    return xr.DataArray(values, coords=labels, dims=tuple(labels), name=name, attrs=about)
