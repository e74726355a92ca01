"""autarky's own format as one Excel workbook: a sheet for each file of the CSV folder → Economy."""

from __future__ import annotations

import csv
import re
import tempfile
from dataclasses import replace
from pathlib import Path

from autarky.economy import Economy
from autarky.errors import InputError, Problem, SourceError, did_you_mean
from autarky.sources.csv_folder import OPTIONAL_FILES, REQUIRED_FILES, read_csv_folder
from autarky.sources.delimited import file_digest
from autarky.sources.spreadsheet import Cell, read_workbook_sheets

SHEETS = tuple(name.removesuffix(".csv") for name in (*REQUIRED_FILES, *OPTIONAL_FILES))
"""Names of the sheets, those of the files without their ending."""


def read_workbook(path: str | Path) -> Economy:
    """One table in a workbook whose sheets are the files of a CSV folder (``docs/formats/csv-folder.md``).

    Only saved values count: formulas are not calculated, and macros not run.

    Parameters
    ----------
    path : str or Path
        A file ``.xlsx`` or ``.xlsm``.

    Returns
    -------
    Economy

    Raises
    ------
    SourceError
        No workbook, too large, a sheet missing or of another name, and whatever ``read_csv_folder`` finds.
    EconomyError
        What was read cannot be one table.
    """
    path = Path(path)
    book = read_workbook_sheets(path, SHEETS)
    if strange := [name for name in book.names if name not in SHEETS]:
        raise SourceError(
            Problem(f"{path}, sheet {name!r}", "is no sheet of this format", did_you_mean(name, SHEETS))
            for name in strange[:20]
        )
    with tempfile.TemporaryDirectory(prefix="autarky-") as folder:
        for name, rows in book.sheets.items():
            _write(Path(folder) / f"{name}.csv", rows)
        try:
            economy = read_csv_folder(folder)
        except InputError as error:
            raise type(error)([_in_workbook(problem, folder, path) for problem in error.problems]) from None
    said = ("The workbook holds macros; they were not run.",) if book.has_macros else ()
    about = economy.provenance
    files = (*about.files, file_digest(path))
    return replace(economy, provenance=replace(about, files=files, notes=(*about.notes, *said)))


def _write(path: Path, rows: list[list[Cell]]) -> None:
    """One line for each row, so that problems name it by its number; each as wide as the header."""
    width = len(rows[0]) if rows else 0
    with path.open("w", encoding="utf-8", errors="replace", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        for row in rows:
            padded = [*row, *[None] * (width - len(row))] if row else []
            writer.writerow([_text(cell) for cell in padded])


def _text(cell: Cell) -> str:
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        # A spreadsheet keeps no whole numbers apart: a code 10 must not become the label 10.0.
        return str(int(cell))
    return "" if cell is None else " ".join(str(cell).split())


def _in_workbook(problem: Problem, folder: str, path: Path) -> Problem:
    """A problem of a file of the folder, as one of a sheet."""

    def told(text: str) -> str:
        text = re.sub(rf"{re.escape(folder)}/(\w+)\.csv", lambda found: f"{path}, sheet {found[1]!r}", text)
        return text.replace(folder, str(path))

    return Problem(
        told(problem.place),
        told(problem.what),
        problem.remedy.replace("docs/formats/csv-folder.md", "the guide to the CSV folder"),
    )
