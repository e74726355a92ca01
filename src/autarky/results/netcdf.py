"""Results as netCDF-3 bytes and back: the same result gives the same bytes.

Format: netCDF-3 with 64-bit offsets (CDF-2), which every netCDF reader opens. It knows no 64-bit
integers and no strings: integers are stored in 32 bits, texts as characters in UTF-8. The run's record is
JSON in the attributes.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
import xarray as xr

from autarky.errors import Problem, SourceError
from autarky.results.ensemble import EnsembleRecord, EnsembleResult
from autarky.results.simulation import Outcome, RunRecord, SimulationResult, Variant

FORMAT = "autarky result 1"
ENSEMBLE_FORMAT = "autarky ensemble 1"


def to_netcdf(result: SimulationResult | EnsembleResult) -> bytes:
    """The result as netCDF bytes; no time and no place of writing is in them.

    Raises
    ------
    OverflowError
        If an integer does not fit in 32 bits.
    """
    told = {
        "record": json.dumps(asdict(result.record), ensure_ascii=False),
        "labels": json.dumps(dict(result.labels), ensure_ascii=False),
    }
    if isinstance(result, EnsembleResult):
        return dataset_to_netcdf(result.data, {"format": ENSEMBLE_FORMAT, **told})
    return dataset_to_netcdf(result.data, {"format": FORMAT, "outcome": result.outcome.name, **told})


def from_netcdf(content: bytes, name: str) -> SimulationResult:
    """The result in netCDF bytes; ``name`` stands for the file in messages.

    Raises
    ------
    SourceError
        If the bytes are not a result that autarky wrote.
    """
    data, told = dataset_from_netcdf(content, name, FORMAT)
    try:
        record = _record(json.loads(told["record"]))
        return SimulationResult(data, Outcome[told["outcome"]], record, json.loads(told["labels"]))
    except (ValueError, KeyError, TypeError) as error:
        raise _not_a_result(name, error) from error


def ensemble_from_netcdf(content: bytes, name: str) -> EnsembleResult:
    """The ensemble in netCDF bytes; ``name`` stands for the file in messages.

    Raises
    ------
    SourceError
        If the bytes are not an ensemble that autarky wrote.
    """
    data, told = dataset_from_netcdf(content, name, ENSEMBLE_FORMAT)
    try:
        stored = json.loads(told["record"])
        stored |= {"run": _record(stored["run"]), "parameters": tuple(stored["parameters"])}
        return EnsembleResult(data, EnsembleRecord(**stored), json.loads(told["labels"]))
    except (ValueError, KeyError, TypeError) as error:
        raise _not_a_result(name, error) from error


def dataset_to_netcdf(data: xr.Dataset, attributes: Mapping[str, str]) -> bytes:
    """A dataset as netCDF bytes, with texts about the whole of it.

    Raises
    ------
    OverflowError
        If an integer does not fit in 32 bits.
    """
    data = data.copy()
    data.attrs = dict(attributes)
    empty = [name for name, variable in data.variables.items() if 0 in variable.shape]
    data.attrs["empty"] = json.dumps({str(name): _outline(data[name]) for name in empty}, ensure_ascii=False)
    # To netCDF-3, a dimension of length 0 is one that grows: variables without values go into the attributes.
    data = data.drop_vars(empty)
    for name in data.variables:
        variable = data[name]
        # A netCDF-3 reader loses its place at an empty attribute.
        variable.attrs = {key: value for key, value in variable.attrs.items() if value != ""}
        variable.encoding = {}
        if variable.dtype.kind in "iu":
            data[name] = variable.astype(np.int32, keep_attrs=True)
            if not np.array_equal(data[name].values, variable.values):
                raise OverflowError(f"{name} holds integers beyond 32 bits")
    return bytes(data.to_netcdf(engine="scipy", format="NETCDF3_64BIT"))


def dataset_from_netcdf(content: bytes, name: str, format: str) -> tuple[xr.Dataset, Mapping[str, Any]]:
    """The dataset in netCDF bytes and the texts about it; ``name`` stands for the file in messages.

    Raises
    ------
    SourceError
        If the bytes are not of this format of autarky.
    """
    try:
        coder = xr.coders.CFDatetimeCoder(time_unit="s")
        with xr.open_dataset(io.BytesIO(content), engine="scipy", decode_times=coder) as opened:
            data = opened.load()
        told = dict(data.attrs)
        if told.get("format") != format:
            raise ValueError(f"its format is {told.get('format')!r}, not {format!r}")
        empty = json.loads(told["empty"])
    except (ValueError, KeyError, TypeError, IndexError, EOFError, AssertionError, OverflowError) as error:
        raise _not_a_result(name, error) from error
    for text in [key for key, variable in data.variables.items() if variable.dtype.kind in "OS"]:
        data[text] = data[text].astype(str)
    for key, outline in empty.items():
        shape = [data.sizes.get(dim, 0) for dim in outline["dims"]]
        values = np.zeros(shape, dtype=outline["dtype"])
        made = xr.Variable(outline["dims"], values, outline["attrs"])
        data = data.assign_coords({key: made}) if outline["is_coordinate"] else data.assign({key: made})
    data.attrs = {}
    return data, told


def _not_a_result(name: str, error: Exception) -> SourceError:
    why = " ".join(str(error).split())[:200]
    return SourceError(Problem(name, f"is not a result of autarky: {why}", "run the study again"))


def _outline(variable: xr.DataArray) -> dict[str, Any]:
    return {
        "dims": [str(dim) for dim in variable.dims],
        "dtype": "U1" if variable.dtype.kind in "OSU" else variable.dtype.str,
        "attrs": {key: str(value) for key, value in variable.attrs.items() if value != ""},
        "is_coordinate": variable.name in variable.coords,
    }


def _record(stored: dict[str, Any]) -> RunRecord:
    variants = tuple(Variant(**{**told, "first": tuple(told["first"])}) for told in stored["variants"])
    lists = ("assumptions", "chains", "announced", "evidence", "sources")
    told = {name: tuple(stored.get(name, ())) for name in lists}
    return RunRecord(**{**stored, **told, "variants": variants})
