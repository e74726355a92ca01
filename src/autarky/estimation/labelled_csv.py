"""Small labelled CSV tables (concordances, coefficients): read strictly, written with six decimals."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from autarky.errors import Problem, SourceError, did_you_mean

Matrix = npt.NDArray[np.float64]

DECIMALS = 6
"""Decimals of a written coefficient."""
MAX_BYTES = 16 * 2**20
"""Most text read from one file."""


def read_rows(path: Path, header: Sequence[str] | None = None) -> tuple[tuple[str, ...], list[list[str]]]:
    """Header and rows of a CSV file; rows as wide as the header, blank lines passed over.

    Parameters
    ----------
    path : Path
    header : sequence of str, optional
        The columns that must stand there, in this order.

    Raises
    ------
    SourceError
        Missing, too large, not UTF-8 text, other columns, ragged rows: all rows at once.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise SourceError(
                Problem(str(path), f"is larger than {MAX_BYTES // 2**20} MiB", "give a smaller table")
            )
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise SourceError(Problem(str(path), "is not UTF-8 text", "save it as 'CSV UTF-8'")) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise SourceError(
            Problem(str(path), f"cannot be read: {reason}", "check the path and its permissions")
        ) from None
    try:
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        lines = [
            (reader.line_num, [cell.strip() for cell in row]) for row in reader if any(map(str.strip, row))
        ]
    except csv.Error as error:
        raise SourceError(
            Problem(str(path), f"is not comma-separated text: {error}", "save it as 'CSV UTF-8'")
        ) from None
    if not lines:
        raise SourceError(Problem(str(path), "is empty", "give it a header and rows"))
    found = tuple(lines[0][1])
    if header is not None and found != tuple(header):
        remedy = f"the columns are {', '.join(header)}"
        raise SourceError(Problem(f"{path}, line 1", f"has the columns {', '.join(found)}", remedy))
    ragged = [
        Problem(
            f"{path}, line {line}",
            f"has {len(row)} cells, the header {len(found)}",
            "give each row one cell per column; put text with commas in double quotes",
        )
        for line, row in lines[1:]
        if len(row) != len(found)
    ]
    if ragged:
        raise SourceError(ragged)
    return found, [row for _, row in lines[1:]]


def number(text: str, place: str) -> float | Problem:
    """The finite number that a cell holds, or what is wrong with it."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if math.isfinite(value) and "_" not in text:
        return value
    return Problem(place, f"{text!r} is not a number" if text else "is empty", "write a number such as 0.25")


def read_block(
    path: Path, rows: Sequence[str] | None = None, columns: Sequence[str] | None = None
) -> tuple[tuple[str, ...], tuple[str, ...], Matrix]:
    """Row labels, column labels and numbers of a table whose first column names its rows.

    Parameters
    ----------
    path : Path
    rows, columns : sequence of str, optional
        The labels that must stand there, in whatever order; numbers are returned in the order given here.

    Returns
    -------
    rows, columns : tuple of str
    numbers : array, shape (rows, columns)

    Raises
    ------
    SourceError
        Labels that are unknown, missing or doubled; cells that are no numbers: all at once.
    """
    header, body = read_rows(path)
    labels = {"row": tuple(row[0] for row in body), "column": header[1:]}
    wanted = {"row": rows, "column": columns}
    problems = []
    for what, found in labels.items():
        expected = wanted[what]
        for label in dict.fromkeys(found):
            if found.count(label) > 1:
                problems.append(Problem(str(path), f"{what} {label!r} stands twice", "keep one"))
            if expected is not None and label not in expected:
                problems.append(
                    Problem(str(path), f"{what} {label!r} is unknown", did_you_mean(label, list(expected)))
                )
        problems += [
            Problem(str(path), f"has no {what} {label!r}", f"add the {what}; write 0 where there is nothing")
            for label in expected or ()
            if label not in found
        ]
    numbers = np.zeros((len(body), len(header) - 1))
    for i, row in enumerate(body):
        for j, cell in enumerate(row[1:]):
            value = number(cell, f"{path}, row {row[0]!r}, column {header[j + 1]!r}")
            if isinstance(value, Problem):
                problems.append(value)
            else:
                numbers[i, j] = value
    if problems:
        raise SourceError(problems)
    order_rows, order_columns = (tuple(wanted[what] or found) for what, found in labels.items())
    at_rows = [labels["row"].index(label) for label in order_rows]
    at_columns = [labels["column"].index(label) for label in order_columns]
    return order_rows, order_columns, numbers[np.ix_(at_rows, at_columns)]


def block_rows(corner: str, rows: Sequence[str], columns: Sequence[str], numbers: Matrix) -> list[list[str]]:
    """A labelled table as rows of text, header first, numbers with ``DECIMALS`` decimals."""
    body = [[label, *map(decimal, values)] for label, values in zip(rows, numbers, strict=True)]
    return [[corner, *columns], *body]


def decimal(value: float) -> str:
    """A number with at most ``DECIMALS`` decimals and no trailing zeros; never ``-0``."""
    text = f"{value:.{DECIMALS}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def encoded(rows: Iterable[Sequence[str]]) -> bytes:
    """Rows of text as the bytes of a CSV file, lines ended by LF."""
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator="\n").writerows(rows)
    return stream.getvalue().encode()
