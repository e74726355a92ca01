"""Reduction: from the files of all blocks to what is kept of an ensemble, in little memory.

Quantiles are exact: of all draws that did not fail, by linear interpolation between order statistics
(Hyndman & Fan 1996, type 7). They are worked out some days at a time; no byte depends on how many.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import xarray as xr
from scipy.io import netcdf_file

from autarky.ensemble.blocks import file_name
from autarky.ensemble.executors import Task
from autarky.results import QUANTILES, EnsembleRecord, EnsembleResult, variable

if TYPE_CHECKING:
    from autarky.uncertainty import Draws

BYTES = 256 * 2**20
"""Memory that the draws' values of some days may take."""

DEFINITION = "by linear interpolation between order statistics, over the draws that did not fail"


def reduced(
    blocks: Path,
    tasks: Sequence[Task],
    draws: Draws,
    template: xr.Dataset,
    record: EnsembleRecord,
    labels: dict[str, str],
) -> EnsembleResult:
    """The ensemble in its blocks' files: every draw's own numbers, and quantiles of every series by day.

    Raises
    ------
    OSError
        If a block's file is gone or damaged.
    """
    files = [blocks / file_name(task) for task in tasks]
    failed = np.concatenate([_texts(path, "failed") for path in files])
    alive = failed == ""
    data: dict[str, Any] = {
        "point": variable(draws.points, ("draw", "parameter"), "1", "Point of the draw in its distribution"),
        "value": variable(draws.values, ("draw", "parameter"), "", "Value drawn; of a choice: its position"),
        "stratum": variable(np.asarray(draws.strata, np.int32), ("draw",), "", "Combination of sources"),
        "failed": variable(failed, ("draw",), "", "Why the draw failed; empty if it did not"),
    }
    for name, found in template.data_vars.items():
        key = str(name)
        if "draw" not in found.dims:
            data[key] = (found.dims, found.values, found.attrs)
        elif "day" in found.dims:
            quantiles = _quantiles(files, key, alive, found)
            attributes = {**found.attrs, "long_name": f"{found.attrs['long_name']}; quantiles {DEFINITION}"}
            data[key] = (("quantile", *found.dims[1:]), quantiles, attributes)
        else:
            data[key] = (found.dims, np.concatenate([_values(path, key) for path in files]), found.attrs)
    coords = {name: found for name, found in template.coords.items() if "draw" not in found.dims}
    dataset = xr.Dataset(data, coords=coords).assign_coords(
        draw=np.arange(len(failed)), parameter=list(draws.names), quantile=list(QUANTILES)
    )
    return EnsembleResult(dataset, record, labels)


def _quantiles(
    files: Sequence[Path], name: str, alive: npt.NDArray[np.bool_], found: xr.DataArray
) -> npt.NDArray[Any]:
    """Quantiles over the draws, shape (quantiles, days, …)."""
    _, days, *rest = found.shape
    result = np.full((len(QUANTILES), days, *rest), np.nan, found.dtype)
    if not alive.any():
        return result
    bytes_of_a_day = len(alive) * int(np.prod(rest, dtype=np.int64)) * found.dtype.itemsize
    step = max(1, BYTES // max(1, bytes_of_a_day))
    for start in range(0, days, step):
        upto = min(days, start + step)
        # Draws innermost: sorting what lies side by side is several times as fast.
        values = np.empty((upto - start, *rest, len(alive)), found.dtype)
        first = 0
        for path in files:
            part = _values(path, name, slice(start, upto))
            values[..., first : first + len(part)] = np.moveaxis(part, 0, -1)
            first += len(part)
        values = values if alive.all() else values[..., alive]
        values.sort(axis=-1)
        result[:, start:upto] = [_quantile(values, share) for share in QUANTILES]
    return result


def _quantile(ordered: npt.NDArray[Any], share: float) -> npt.NDArray[np.float64]:
    """``x[k] + (h − k)(x[k+1] − x[k])`` with ``h = share (N − 1)``, ``k = ⌊h⌋``; x ascending."""
    h = share * (ordered.shape[-1] - 1)
    k = int(h)
    low, high = (ordered[..., min(at, ordered.shape[-1] - 1)].astype(np.float64) for at in (k, k + 1))
    return np.asarray(low + (h - k) * (high - low))


def _values(path: Path, name: str, days: slice | None = None) -> npt.NDArray[Any]:
    """A variable of a block, all of it or some days; only these are read from the disk."""
    part = (slice(None), *([] if days is None else [days]))
    with _opened(path) as file:
        found = np.array(file.variables[name][part])  # a copy: the file is mapped, and about to be closed
    return found.astype(found.dtype.newbyteorder("="))


def _texts(path: Path, name: str) -> npt.NDArray[np.str_]:
    letters = _values(path, name)
    return np.array([b"".join(row).rstrip(b"\0").decode() for row in letters], dtype=str)


def _opened(path: Path) -> Any:
    return netcdf_file(path, "r", mmap=True)
