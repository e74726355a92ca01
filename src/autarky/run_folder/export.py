"""A run's numbers for other programs: netCDF, or one table per variable as CSV or XLSX.

In a table, the last dimension of a variable runs across and the others run down. Text that a spreadsheet
would take for a formula gets an apostrophe before it; numbers stay numbers.
"""

from __future__ import annotations

import itertools
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from autarky.errors import InputError, Problem, did_you_mean
from autarky.run_folder.comparison import COMPARISON, ComparisonRun, comparison_tables
from autarky.run_folder.csv_text import csv_bytes, neutral
from autarky.run_folder.ensemble import EnsembleRun
from autarky.run_folder.firms import FIRMS, FirmRun, firm_tables
from autarky.run_folder.folder import Kept, Run
from autarky.run_folder.plan import PLAN, PlanRun
from autarky.run_folder.plan_tables import Cell, plan_tables

EXCEL_ROWS, EXCEL_COLUMNS = 1_048_576, 16_384


class ExportFormat(StrEnum):
    """What a run can be exported to."""

    NETCDF = "netcdf"
    CSV = "csv"
    XLSX = "xlsx"


_ENDINGS = {ExportFormat.NETCDF: ".nc", ExportFormat.CSV: "-csv", ExportFormat.XLSX: ".xlsx"}
_TOLD_IN_TABLES: Mapping[type[Kept], tuple[str, str, str]] = {
    PlanRun: ("plan", "steps and tables", PLAN),
    ComparisonRun: ("comparison", "tables", COMPARISON),
    FirmRun: ("firm result", "tables", FIRMS),
}
"""What has no netCDF: what it is called, what it is made of, and the file that holds it."""


def export_run(
    run: Run | EnsembleRun | PlanRun | ComparisonRun | FirmRun,
    format: ExportFormat | str | None = None,
    target: str | Path | None = None,
) -> Path:
    """Writes the numbers of a run to a file (netcdf, xlsx) or a folder (csv), which must not exist yet.

    Without a target, it is named after the run and lies in the working directory. Without a format it is
    netCDF, and CSV of a plan, a comparison or a firm result, whose tables have rows of their own.

    Raises
    ------
    InputError
        If the target exists or cannot be written, if XLSX is asked for without the extra ``excel``, or
        netCDF of a plan, a comparison or a firm result.
    """
    if format is None:
        format = ExportFormat.NETCDF if isinstance(run, Run | EnsembleRun) else ExportFormat.CSV
    if format not in {str(one) for one in ExportFormat}:
        raise InputError(
            Problem(
                "--format",
                f"unknown format {str(format)!r}",
                did_you_mean(format, [str(one) for one in ExportFormat]),
            )
        )
    format = ExportFormat(format)
    if format is ExportFormat.NETCDF and not isinstance(run, Run | EnsembleRun):
        kind, held, file = _TOLD_IN_TABLES[type(run)]
        what = f"a {kind} is {held}, not arrays over days"
        raise InputError(Problem("--format", what, f"export it to csv or xlsx; {file} holds all of it"))
    target = Path(target) if target is not None else Path(f"{run.id}{_ENDINGS[format]}")
    with written_beside(target) as written:
        match format:
            case ExportFormat.NETCDF:
                assert isinstance(run, Run | EnsembleRun)
                shutil.copyfile(run.numbers, written)
            case ExportFormat.CSV:
                written.mkdir()
                taken: set[str] = set()
                for name, rows in tables(run):
                    (written / f"{_distinct(name, taken, 100)}.csv").write_bytes(csv_bytes(rows))
            case ExportFormat.XLSX:
                write_excel(tables(run), written)
    return target


@contextmanager
def written_beside(target: Path) -> Iterator[Path]:
    """A place beside ``target`` to write a file or a folder to, which becomes it when all is written.

    Raises
    ------
    InputError
        If the target exists or cannot be written; nothing is left then.
    """
    if target.exists():
        raise InputError(
            Problem(str(target), "exists already", "give another name with --to, or move it away")
        )
    try:
        with tempfile.TemporaryDirectory(prefix=".writing-", dir=target.parent) as beside:
            written = Path(beside) / target.name
            yield written
            written.rename(target)
    except OSError as error:
        what = f"cannot be written: {error.strerror or error}"
        raise InputError(Problem(str(target), what, "give another place with --to")) from error


def tables(
    run: Run | EnsembleRun | PlanRun | ComparisonRun | FirmRun,
) -> Iterator[tuple[str, Iterator[list[Cell]]]]:
    """(name, rows) of each variable, then ``variables`` (unit, meaning) and ``labels`` (code, long name).

    Of a plan, a comparison or a firm result, each of its lists.
    """
    if isinstance(run, PlanRun):
        yield from plan_tables(run.found)
        return
    if isinstance(run, ComparisonRun):
        yield from comparison_tables(run.found)
        return
    if isinstance(run, FirmRun):
        yield from firm_tables(run.found)
        return
    data = run.result.data
    for name in sorted(map(str, data.data_vars)):
        yield name, _rows(data[name])
    yield "variables", _description(data)
    yield "labels", _pairs(run.result.labels)


_UNWRITABLE = re.compile(r"[\0-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
EXCEL_TEXT = 32_767
"""Characters that a cell of Excel can hold."""


def _distinct(name: str, taken: set[str], most: int) -> str:
    """A name as that of a sheet or a file: its characters allowed, its length too, no other so called."""
    plain = re.sub(r"[^\w .-]", "_", name).strip(" .'")[:most] or "table"
    # Excel keeps this name for itself, and neither it nor some file systems tell cases apart.
    given, count = plain, 1
    while given.casefold() in taken | {"history"}:
        count += 1
        given = f"{plain[: most - len(str(count)) - 1]}-{count}"
    taken.add(given.casefold())
    return given


def _description(data: xr.Dataset) -> Iterator[list[Cell]]:
    yield ["variable", "dimensions", "units", "meaning"]
    for name in sorted(map(str, data.data_vars)):
        found = data[name]
        yield [
            name,
            " × ".join(map(str, found.dims)),
            found.attrs.get("units", ""),
            found.attrs.get("long_name", ""),
        ]


def _pairs(labels: Mapping[str, str]) -> Iterator[list[Cell]]:
    yield ["code", "name"]
    for code, name in labels.items():
        yield [code, name]


def _rows(variable: xr.DataArray) -> Iterator[list[Cell]]:
    *down, across = variable.dims if variable.ndim > 1 else (*variable.dims, None)
    heads = [_labels(variable, dim) for dim in down]
    columns = _labels(variable, across) if across is not None else [str(variable.name)]
    yield [*map(str, down), *columns]
    lines = variable.values.reshape(-1, len(columns)) if len(columns) else np.empty((0, 0))
    for head, line in zip(itertools.product(*heads), lines, strict=False):
        yield [*head, *map(_cell, line)]


def _labels(variable: xr.DataArray, dim: Any) -> list[Cell]:
    return (
        [_cell(label) for label in variable.indexes[dim]]
        if dim in variable.indexes
        else list(range(variable.sizes[dim]))
    )


def _cell(value: Any) -> Cell:
    if hasattr(value, "isoformat") or isinstance(value, np.datetime64):
        return str(np.datetime64(value, "D"))
    if isinstance(value, str):
        return value
    number = value.item() if isinstance(value, np.generic) else value
    return str(number) if isinstance(number, tuple) else number


def write_excel(named: Iterable[tuple[str, Iterable[Sequence[Cell]]]], path: Path) -> None:
    """(name, rows) as the sheets of a workbook, in which every text is a text and no formula.

    Raises
    ------
    InputError
        If the extra ``excel`` is not installed, or something is too large for Excel.
    """
    try:
        from openpyxl import Workbook
        from openpyxl.cell import WriteOnlyCell
    except ImportError as error:
        remedy = "install it with: pip install 'autarky[excel]', or export to csv"
        raise InputError(
            Problem("--format xlsx", "needs openpyxl, which is not installed", remedy)
        ) from error
    book = Workbook(write_only=True)
    taken: set[str] = set()

    def written(cell: Cell, name: str) -> Any:
        if isinstance(cell, float) and not np.isfinite(cell):
            cell = str(cell)  # Excel has no infinity and no NaN.
        if not isinstance(cell, str):
            return cell
        # What XML cannot hold is written as the workbook format says (ST_Xstring): _x0007_ and the like.
        told = _UNWRITABLE.sub(lambda found: f"_x{ord(found[0]):04X}_", neutral(cell))
        if len(told) > EXCEL_TEXT:
            what = f"a text in {name} is longer than a cell of Excel holds ({EXCEL_TEXT:,} characters)"
            raise InputError(Problem("--format xlsx", what, "export to csv or netcdf"))
        made = WriteOnlyCell(sheet, told)
        made.data_type = "s"  # openpyxl would take "#REF!" for an error and "=1" for a formula.
        return made

    for name, rows in named:
        sheet = book.create_sheet(_distinct(name, taken, 31))
        for count, row in enumerate(rows, start=1):
            if count > EXCEL_ROWS or len(row) > EXCEL_COLUMNS:
                what = f"{name} is larger than a sheet of Excel ({EXCEL_ROWS:,} × {EXCEL_COLUMNS:,})"
                raise InputError(Problem("--format xlsx", what, "export to csv or netcdf"))
            sheet.append([written(cell, name) for cell in row])
    book.save(path)
