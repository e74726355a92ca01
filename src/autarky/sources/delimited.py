"""Comma-separated text, read strictly: a cell that is not what it should be is named by line and column."""

from __future__ import annotations

import csv
import gzip
import hashlib
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, islice
from math import isfinite
from pathlib import Path

import numpy as np
import numpy.typing as npt

from autarky.errors import Problem, SourceError, did_you_mean

MAX_BYTES = 512 * 2**20
"""Most text read from one file, after decompression."""
MAX_LINE_BYTES = 16 * 2**20
MAX_CELLS = 80_000_000
"""Room for 8,000 industries squared."""
MAX_PROBLEMS = 20
"""Problems printed one by one; the rest are counted."""
_ROWS_AT_A_TIME = 1_000

NO_FLOW = "write 0 where there is no flow"
"""Remedy for a cell of a table that holds no number."""
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_NUMBER_SIGNS = frozenset("0123456789+-.eE")
_THOUSANDS = re.compile(r"[+-]?\d{1,3}([,'  \u202f’]\d{3})+(\.\d*)?", re.ASCII)


@dataclass(frozen=True)
class Delimited:
    """A delimited text file: a header, and rows of text as wide as the header.

    Numbers are read on request: ``[+-]digits[.digits][e[+-]digits]``, finite; anything else raises.
    """

    path: Path
    header: tuple[str, ...]
    rows: list[list[str]]
    lines: Sequence[int] = field(repr=False)
    """Line of the file, from 1, on which each row ends."""
    zero_marks: frozenset[str] = frozenset()
    """Cell texts that the source prints for zero."""

    def labels(self, column_index: int = 0) -> tuple[str, ...]:
        """The text of one column, row by row."""
        return tuple(row[column_index] for row in self.rows)

    def column(self, label: str) -> int:
        """Position of a column by its label; SourceError with the nearest labels if there is none."""
        if label in self.header:
            return self.header.index(label)
        raise SourceError(
            Problem(f"{self.path}, line 1", f"has no column {label!r}", did_you_mean(label, self.header))
        )

    def row(self, label: str) -> int:
        """Position of a row by the label in its first cell; SourceError with the nearest labels if none."""
        labels = self.labels()
        if label in labels:
            return labels.index(label)
        raise SourceError(
            Problem(f"{self.path}, column 1", f"has no row {label!r}", did_you_mean(label, labels))
        )

    def place(self, row_index: int, column_index: int) -> str:
        """Where a cell stands, as printed in messages: file, line, row label, column label."""
        row = self.rows[row_index][0] if column_index else ""
        return (
            f"{self.path}, line {self.lines[row_index]}"
            + (f", row {row!r}" if row else "")
            + f", column {self.header[column_index] or column_index + 1!r}"
        )

    def duplicate_columns(self, first_column: int = 1) -> list[Problem]:
        """One problem for each label that stands twice in the header, from ``first_column`` on."""
        problems = []
        seen: dict[str, int] = {}
        for index, label in enumerate(self.header[first_column:], start=first_column):
            if label in seen:
                what = f"column label {label!r} stands twice, in columns {seen[label] + 1} and {index + 1}"
                problems.append(Problem(f"{self.path}, line 1", what, "give each column its own label"))
            seen.setdefault(label, index)
        return problems

    def duplicate_problems(self, first_column: int = 1) -> list[Problem]:
        """One problem for each label that stands twice in the header or in the first column."""
        problems = self.duplicate_columns(first_column)
        seen: dict[str, int] = {}
        for label, line in zip(self.labels(), self.lines, strict=True):
            if label in seen:
                what = f"row label {label!r} stands twice, first on line {seen[label]}"
                problems.append(Problem(f"{self.path}, line {line}", what, "give each row its own label"))
            seen.setdefault(label, line)
        return problems

    def refuse_duplicates(self, first_column: int = 1) -> None:
        """Raise SourceError naming each label that stands twice in the header or the first column."""
        if problems := self.duplicate_problems(first_column):
            raise SourceError(at_most(problems, self.path))

    def number(self, row_index: int, column_index: int) -> float:
        """The number in one cell; SourceError naming the cell if it is none."""
        number = self._read(row_index, column_index)
        if isinstance(number, Problem):
            raise SourceError(number)
        return number

    def numbers(self, rows: slice | Sequence[int], columns: slice | Sequence[int]) -> npt.NDArray[np.float64]:
        """The numbers of a block, (rows, columns); SourceError naming each cell that is none."""
        row_indices = range(len(self.rows))[rows] if isinstance(rows, slice) else rows
        column_indices = range(len(self.header))[columns] if isinstance(columns, slice) else columns
        block = np.empty((len(row_indices), len(column_indices)))
        problems: list[Problem] = []
        for out, i in zip(block, row_indices, strict=True):
            row = self.rows[i]
            cells = [row[j] for j in column_indices]
            # The fast way is taken only if no sign stands that ``float`` reads otherwise than we do:
            # '_', blanks, 'nan' and 'inf', digits of other scripts.
            if _NUMBER_SIGNS.issuperset("".join(cells)):
                try:
                    values = [float(cell) for cell in cells]
                except ValueError:
                    pass
                else:
                    if all(map(isfinite, values)):
                        out[:] = values
                        continue
            for position, j in enumerate(column_indices):
                number = self._read(i, j)
                if isinstance(number, Problem):
                    problems.append(number)
                else:
                    out[position] = number
        if problems:
            raise SourceError(at_most(problems, self.path))
        return block

    def column_numbers(self, column_index: int) -> tuple[npt.NDArray[np.float64], list[Problem]]:
        """The numbers of a long column, NaN for a cell that is none, and the problem of each such cell."""
        cells = [row[column_index] for row in self.rows]
        if _NUMBER_SIGNS.issuperset("".join(cells)):
            try:
                values = np.array(list(map(float, cells)))
            except ValueError:
                pass
            else:
                if np.isfinite(values).all():
                    return values, []
        read = [self._read(i, column_index) for i in range(len(cells))]
        numbers = [np.nan if isinstance(number, Problem) else number for number in read]
        return np.array(numbers), [number for number in read if isinstance(number, Problem)]

    def _read(self, row_index: int, column_index: int) -> float | Problem:
        text = self.rows[row_index][column_index].strip()
        if _NUMBER.fullmatch(text):
            if isfinite(number := float(text)):
                return number
            what, remedy = f"{text!r} is larger than a number can be", "check the digits and the exponent"
        elif text in self.zero_marks:
            return 0.0
        elif not text:
            what, remedy = "is empty", NO_FLOW
        elif _THOUSANDS.fullmatch(text):
            what, remedy = (
                f"{text!r} has thousands separators",
                "write the digits alone, with a decimal point",
            )
        elif re.fullmatch(r"[+-]?\d+,\d+", text):
            what, remedy = f"{text!r} has a decimal comma", "write a decimal point"
        elif text.lower().lstrip("+-") in ("nan", "inf", "infinity", "na", "n/a", "#n/a", "null", "none"):
            what, remedy = f"{text!r} is no finite number", NO_FLOW
        else:
            shown = text if len(text) <= 40 else text[:39] + "…"
            what, remedy = f"{shown!r} is not a number", "write a number such as 1234.5"
        return Problem(self.place(row_index, column_index), what, remedy)


def at_most(problems: Sequence[Problem], path: Path) -> list[Problem]:
    """The first ``MAX_PROBLEMS`` problems, and one line that counts the rest."""
    shown = list(problems[:MAX_PROBLEMS])
    if len(problems) > MAX_PROBLEMS:
        more = f"{len(problems) - MAX_PROBLEMS} more of the kind"
        shown.append(Problem(str(path), more, "correct those above and read again"))
    return shown


def unmatched_labels(place: str, what: str, found: Sequence[str], expected: Sequence[str]) -> list[Problem]:
    """One problem for each label that is not expected, and for each that is missing."""
    strange = [label for label in dict.fromkeys(found) if label not in set(expected)]
    missing = [label for label in expected if label not in set(found)]
    problems = [
        Problem(place, f"{what} {label!r} is unknown", did_you_mean(label, missing or expected))
        for label in strange
    ]
    return problems + [Problem(place, f"has no {what} {label!r}", f"add the {what}") for label in missing]


def require_file(path: Path) -> None:
    """Raise SourceError unless ``path`` is a file with something in it."""
    try:
        if path.is_dir():
            raise SourceError(Problem(str(path), "is a folder", "give the path of one file"))
        if not path.exists():
            raise SourceError(Problem(str(path), "does not exist", nearest_path(path)))
        if not path.is_file():
            raise SourceError(Problem(str(path), "is not a regular file", "give the path of a file"))
        if path.stat().st_size == 0:
            raise SourceError(Problem(str(path), "is empty (0 bytes)", "give a file with a table in it"))
    except (OSError, ValueError) as error:  # ValueError: a NUL byte in the path
        raise SourceError(unreadable(path, error)) from None


def nearest_path(path: Path) -> str:
    """The remedy for a path that does not exist: the nearest names beside it."""
    try:
        beside = sorted(entry.name for entry in path.parent.iterdir())
    except OSError:
        return f"the folder {str(path.parent)!r} does not exist either; check the path"
    remedy = did_you_mean(path.name, beside)
    return remedy if remedy.startswith("did you mean") else "check the path"


def unreadable(path: Path, error: Exception, done: str = "read") -> Problem:
    """The problem for a file that the operating system does not let us read or write."""
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return Problem(repr(str(path))[1:-1], f"cannot be {done}: {reason}", "check the path and its permissions")


def file_digest(path: Path) -> tuple[str, str]:
    """``(file name, sha256)`` of a file, for the provenance of what was read."""
    with path.open("rb") as stream:
        return path.name, hashlib.file_digest(stream, "sha256").hexdigest()


def read_delimited(path: Path, *, zero_marks: frozenset[str] = frozenset()) -> Delimited:
    """Read a comma-separated text file (``.gz``: gzip), its first line being the header.

    UTF-8, with or without a byte order mark; line ends LF or CRLF; blank lines are passed over; labels lose
    blanks around them. At most ``MAX_BYTES`` after decompression.

    Parameters
    ----------
    path : Path
    zero_marks : frozenset of str
        Cell texts that this source prints for zero, for instance ``{"...", ""}``.

    Returns
    -------
    Delimited

    Raises
    ------
    SourceError
        File missing, empty, too large, not text, not comma-separated; rows not as wide as the header.
    """
    rows: list[list[str]] = []
    lines: list[int] = []
    header: tuple[str, ...] = ()
    for part in delimited_parts(path, _ROWS_AT_A_TIME):
        header = part.header
        rows += part.rows
        lines += part.lines
        if len(rows) * len(header) > MAX_CELLS:
            what = f"has more than {MAX_CELLS:,} cells"
            raise SourceError(Problem(str(path), what, "give a smaller table"))
    for row in rows:
        row[0] = row[0].strip()
    return Delimited(path, header, rows, lines, zero_marks)


def delimited_parts(path: Path, size: int, most: int = MAX_BYTES) -> Iterator[Delimited]:
    """What ``read_delimited`` reads, ``size`` rows at a time, and at most ``most`` bytes of text in all.

    Raises
    ------
    SourceError
        As ``read_delimited``, as soon as a part shows it.
    """
    require_file(path)
    reader = csv.reader(text_lines(path, most), strict=True)
    header: tuple[str, ...] | None = None
    found = False
    try:
        while True:
            before = reader.line_num
            rows = list(islice(reader, size))
            if not rows:
                break
            lines: Sequence[int] = range(before + 1, before + 1 + len(rows))
            if reader.line_num != lines[-1]:
                # A cell in quotes may hold line breaks.
                breaks = (1 + sum(cell.count("\n") for cell in row) for row in rows)
                lines = list(accumulate(breaks, initial=before))[1:]
            if header is None or {*map(len, rows)} != {len(header)} or not all(map(any, rows)):
                # Blank, or a row of nothing but commas, which spreadsheets leave under a table.
                filled = [(row, line) for row, line in zip(rows, lines, strict=True) if any(row)]
                if filled and header is None:
                    header = _header(path, filled.pop(0)[0])
                if ragged := [
                    _ragged(path, row, line, header)
                    for row, line in filled
                    if header and len(row) != len(header)
                ]:
                    raise SourceError(at_most(ragged, path))
                rows, lines = [row for row, _ in filled], [line for _, line in filled]
            if rows and header is not None:
                found = True
                yield Delimited(path, header, rows, lines)
    except csv.Error as error:
        what = f"is not comma-separated text: {error}"
        raise SourceError(
            Problem(f"{path}, line {reader.line_num}", what, "save it as 'CSV UTF-8 (comma delimited)'")
        ) from None
    if header is None:
        raise SourceError(Problem(str(path), "holds no text but blank lines", "give a table with a header"))
    if not found:
        raise SourceError(Problem(str(path), "has a header and no rows", "give a table with rows"))


def read_records(
    path: Path, required: Sequence[str], optional: Sequence[str] = ()
) -> list[tuple[str, dict[str, str]]]:
    """The rows of a list of things: where each stands, and its cells by column."""
    table = read_delimited(path)
    if problems := column_problems(table, required, optional):
        raise SourceError(at_most(problems, path))
    return [
        (f"{path}, line {line}", dict(zip(table.header, row, strict=True)))
        for line, row in zip(table.lines, table.rows, strict=True)
    ]


def column_problems(table: Delimited, required: Sequence[str], optional: Sequence[str]) -> list[Problem]:
    """One problem for each column of a list that is unknown, missing, or there twice."""
    path, known = table.path, (*required, *optional)
    problems = [
        Problem(f"{path}, line 1, column {label!r}", "is unknown", did_you_mean(label, known))
        for label in table.header
        if label not in known
    ]
    problems += [
        Problem(f"{path}, line 1", f"has no column {label!r}", f"begin the file with {','.join(required)}")
        for label in required
        if label not in table.header
    ]
    return problems + table.duplicate_columns(0)


def files_of(folder: Path, ends: str, holds: str) -> list[Path]:
    """Files of a folder whose name ends as a pattern says; ``holds`` is a file that such a folder has.

    Raises
    ------
    SourceError
        It does not exist, is a file, or may not be read.
    """
    try:
        if not folder.exists():
            raise SourceError(Problem(str(folder), "does not exist", nearest_path(folder)))
        if not folder.is_dir():
            remedy = f"give the folder that holds {holds}"
            raise SourceError(Problem(str(folder), "is a file, not a folder", remedy))
        return sorted(entry for entry in folder.iterdir() if re.search(ends, entry.name))
    except (OSError, ValueError) as error:
        raise SourceError(unreadable(folder, error)) from None


def _header(path: Path, row: Sequence[str]) -> tuple[str, ...]:
    header = tuple(label.strip() for label in row)
    if len(header) == 1 and (other := max(";\t|", key=header[0].count)) in header[0]:
        what = f"columns are separated by {other!r}"
        raise SourceError(Problem(f"{path}, line 1", what, "separate columns by commas, decimals by a point"))
    return header


def _ragged(path: Path, row: Sequence[str], line: int, header: Sequence[str]) -> Problem:
    what = f"row {row[0]!r} has {len(row)} cells, the header {len(header)}"
    remedy = "give each row one cell per column; put text with commas in double quotes"
    return Problem(f"{path}, line {line}", what, remedy)


def text_lines(path: Path, most: int = MAX_BYTES) -> Iterator[str]:
    """Decoded lines of a text file (``.gz``: gzip), each and all (``most`` bytes) within their limits."""
    total = 0
    number = 0
    try:
        with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as stream:
            while line := stream.readline(MAX_LINE_BYTES + 1):
                number += 1
                total += len(line)
                if total > most:
                    what = f"holds more than {most // 2**20} MiB of text"
                    raise SourceError(Problem(str(path), what, "give a smaller table"))
                if number == 1 and (kind := _binary_kind(line)):
                    raise SourceError(Problem(str(path), f"is {kind}", "save it as 'CSV UTF-8'"))
                if len(line) > MAX_LINE_BYTES:
                    what = f"line is longer than {MAX_LINE_BYTES // 2**20} MiB"
                    raise SourceError(Problem(f"{path}, line {number}", what, "give a table with rows"))
                yield line.decode("utf-8-sig" if number == 1 else "utf-8")
    except UnicodeDecodeError as error:
        what = f"byte {error.start + 1} (0x{error.object[error.start]:02x}) is not UTF-8"
        raise SourceError(Problem(f"{path}, line {number}", what, "save it as 'CSV UTF-8'")) from None
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        if isinstance(error, gzip.BadGzipFile) and not number:
            remedy = "rename it, or compress it with gzip"
            raise SourceError(Problem(str(path), "is named .gz and is not gzip", remedy)) from None
        what = f"compressed data end or break after line {number}"
        raise SourceError(Problem(str(path), what, "fetch the file again; this copy is damaged")) from None
    except OSError as error:
        raise SourceError(unreadable(path, error)) from None


def _binary_kind(start: bytes) -> str:
    """What a file is that is no UTF-8 text, or nothing."""
    if start.startswith(b"PK\x03\x04"):
        return "a zip archive or an Excel workbook, not text"
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "UTF-16 text, not UTF-8"
    if start.startswith(b"\x1f\x8b"):
        return "gzip-compressed and not named .gz"
    return "a binary file, not text" if b"\x00" in start else ""
