"""Sheets of an Excel workbook as rows of plain cells, read within limits by a process of its own.

Formulas are not calculated: a cell holds the value that was last saved with it. Macros, links to other
workbooks, pictures and charts are not read.
"""

from __future__ import annotations

import datetime
import importlib.util
import zipfile
from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple, TypeAlias

from autarky.errors import InputError, Problem, SourceError
from autarky.limited import check_archive, in_limited_child
from autarky.sources.delimited import require_file

Cell: TypeAlias = str | int | float | bool | None

MAX_ROWS = MAX_COLUMNS = 10_000
MAX_CELLS = 500_000
"""Room for 700 industries squared, about five seconds; larger tables are given as CSV."""
MAX_MEMORY = 2**29
"""Most bytes for reading it: a row is held in memory whole before its cells can be counted."""
MAX_TEXT = 64 * 2**20
"""Most characters: one text can stand in every cell and take its room in the file once."""
_SAVE_AGAIN = "open it in a spreadsheet and save it again as .xlsx"


class Workbook(NamedTuple):
    """What was asked for of a workbook."""

    names: tuple[str, ...]
    """All its sheets."""
    sheets: dict[str, list[list[Cell]]]
    """Name → rows; blanks at the end of a row are left out, those between are None."""
    has_macros: bool


def read_workbook_sheets(path: Path, wanted: Collection[str]) -> Workbook:
    """The cells of those sheets that are there; the names of all.

    Raises
    ------
    SourceError
        No workbook, or one that takes more room or time than the limits; the extra ``excel`` is missing.
    """
    require_file(path)
    # Without defusedxml, openpyxl would expand entities.
    if missing := [name for name in ("openpyxl", "defusedxml") if not importlib.util.find_spec(name)]:
        remedy = "install the extra: pip install 'autarky[excel]', or save the sheets as CSV"
        raise SourceError(Problem(str(path), f"needs {missing[0]} to be read", remedy))
    with path.open("rb") as stream:
        if not stream.read(4).startswith(b"PK"):
            raise SourceError(Problem(str(path), "is not an Excel workbook", "give the .xlsx file"))
    check_archive(path, str(path))
    try:
        return in_limited_child(_read, path, tuple(wanted), memory=MAX_MEMORY, place=str(path))
    except SourceError:
        raise
    except InputError as error:
        raise SourceError(error.problems) from None


def _read(path: Path, wanted: tuple[str, ...]) -> Workbook:
    """In the child."""
    import openpyxl
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet

    # What a sheet says of its size is not asked: it need not be true, rows would be filled up to it, and
    # where it is missing the whole sheet would be gone through for it.
    ReadOnlyWorksheet._get_size = lambda sheet: None
    try:
        with zipfile.ZipFile(path) as archive:
            has_macros = any(name.lower().endswith("vbaproject.bin") for name in archive.namelist())
        book = openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
        cells = text = 0
        sheets: dict[str, list[list[Cell]]] = {}
        for sheet in book.worksheets:
            if sheet.title not in wanted:
                continue
            rows = sheets[sheet.title] = []
            for row in sheet.iter_rows(values_only=True):
                cells += len(row)
                if len(rows) >= MAX_ROWS or len(row) > MAX_COLUMNS or cells > MAX_CELLS:
                    what = f"goes beyond {MAX_ROWS:,} rows, {MAX_COLUMNS:,} columns or {MAX_CELLS:,} cells"
                    remedy = "delete what stands far from the table, or give the table as CSV"
                    raise SourceError(Problem(f"{path}, sheet {sheet.title!r}", what, remedy))
                plain = [_plain(cell) for cell in row]
                text += sum(len(cell) for cell in plain if isinstance(cell, str))
                if text > MAX_TEXT:
                    what = f"holds more than {MAX_TEXT // 2**20} million characters"
                    raise SourceError(Problem(f"{path}, sheet {sheet.title!r}", what, "shorten its labels"))
                while plain and plain[-1] in (None, ""):
                    plain.pop()
                rows.append(plain)
        return Workbook(tuple(book.sheetnames), sheets, has_macros)
    except (SourceError, MemoryError):
        raise
    except Exception as error:  # openpyxl raises what its parts raise: KeyError, ValueError, ParseError …
        what = f"cannot be read as a workbook ({type(error).__name__})"
        raise SourceError(Problem(str(path), what, _SAVE_AGAIN)) from None


def _plain(cell: object) -> Cell:
    if cell is None or isinstance(cell, str | int | float | bool):
        return cell
    if isinstance(cell, datetime.date | datetime.time):
        return cell.isoformat()
    return str(cell)
