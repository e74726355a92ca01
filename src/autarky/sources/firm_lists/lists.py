"""A list on disk, CSV or Parquet, read some rows at a time and within the memory there is."""

from __future__ import annotations

import gzip
import importlib.util
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from autarky.errors import Problem, SourceError
from autarky.memory import SHARE, free_memory, in_words
from autarky.sources.delimited import (
    MAX_PROBLEMS,
    NO_FLOW,
    Delimited,
    at_most,
    column_problems,
    delimited_parts,
    require_file,
)

ADD_IT = "add it, as docs/firms/files.md describes"
ROWS_AT_A_TIME = 10_000
_SAMPLE = 2**20
_MOST_TEXT = 2**38
"""Most text of one list after decompression: memory is what ends a list, this ends one of blank lines."""


class Part(NamedTuple):
    """Some rows of a list."""

    at: Sequence[int]
    """Line of each in a CSV file, row in a Parquet file, from 1."""
    texts: dict[str, list[str]]
    numbers: dict[str, npt.NDArray[np.float64]]
    """NaN where a cell holds no number, which is told already."""


class Faults:
    """What is wrong in lists: at most ``MAX_PROBLEMS`` of a sort one by one, the rest counted."""

    def __init__(self) -> None:
        self._told: dict[tuple[Path, str], list[Problem]] = {}
        self._left: dict[tuple[Path, str], int] = {}

    def add(self, path: Path, sort: str, problem: Problem) -> None:
        """Keep one problem."""
        told = self._told.setdefault((path, sort), [])
        if len(told) < MAX_PROBLEMS:
            told.append(problem)
        else:
            self._left[path, sort] = self._left.get((path, sort), 0) + 1

    def refuse(self) -> None:
        """Raise SourceError with all of them, if there is any."""
        problems = []
        for (path, sort), told in self._told.items():
            problems += told
            if left := self._left.get((path, sort)):
                what = f"{left:,} more of these ({sort})"
                problems.append(Problem(str(path), what, "correct those above and read again"))
        if problems:
            raise SourceError(problems)


@dataclass(frozen=True)
class ListFile:
    """A list with named columns."""

    path: Path
    required: tuple[str, ...]
    optional: tuple[str, ...]
    numbers: frozenset[str]
    """Columns that hold numbers."""
    bytes_per_row: int
    """Memory that what is kept of a row takes, about."""

    @property
    def is_parquet(self) -> bool:
        """Whether it is Parquet; else it is CSV."""
        return self.path.suffix == ".parquet"

    def place(self, at: int, column: str = "") -> str:
        """Where a row stands, as printed in messages."""
        where = f"{self.path}, {'row' if self.is_parquet else 'line'} {at}"
        return f"{where}, column {column!r}" if column else where

    def parts(self, faults: Faults) -> Iterator[Part]:
        """All rows, some at a time.

        Raises
        ------
        SourceError
            The file cannot be read as such a list, or what is kept of it does not fit in memory.
        """
        require_file(self.path)
        room = int(free_memory() * SHARE)
        self._refuse_too_large(self._rows_about(), room)
        rows = 0
        for part in self._parquet_parts(faults) if self.is_parquet else self._csv_parts(faults):
            yield part
            rows += len(part.at)
            self._refuse_too_large(rows, room)

    def _refuse_too_large(self, rows: int, room: int) -> None:
        needed = rows * self.bytes_per_row
        if needed > room:
            what = (
                f"has about {rows:,} rows, which take {in_words(needed)} of memory; {in_words(room)} are free"
            )
            remedy = "read it on a machine with more memory, or leave out the smallest firms and links"
            raise SourceError(Problem(str(self.path), what, remedy))

    def _rows_about(self) -> int:
        """Rows, guessed from the length of the first ones; of Parquet as the file says."""
        if self.is_parquet:
            return int(_parquet(self.path).rows_of(self.path))
        try:
            with self.path.open("rb") as raw:
                if self.path.suffix == ".gz":
                    start = gzip.GzipFile(fileobj=raw).read(_SAMPLE)
                else:
                    start = raw.read(_SAMPLE)
                share = raw.tell() / self.path.stat().st_size
        except (OSError, EOFError, ValueError):
            # What is wrong with it is told by who reads it.
            return 0
        return int(start.count(b"\n") / share) if share else 0

    def _csv_parts(self, faults: Faults) -> Iterator[Part]:
        first = True
        for table in delimited_parts(self.path, ROWS_AT_A_TIME, _MOST_TEXT):
            if first and (problems := column_problems(table, self.required, self.optional)):
                raise SourceError(at_most(problems, self.path))
            first = False
            columns = dict(zip(table.header, zip(*table.rows, strict=True), strict=True))
            yield Part(
                table.lines,
                {name: list(cells) for name, cells in columns.items() if name not in self.numbers},
                {
                    name: self._numbers(table, column, faults)
                    for column, name in enumerate(table.header)
                    if name in self.numbers
                },
            )

    def _numbers(self, table: Delimited, column: int, faults: Faults) -> npt.NDArray[np.float64]:
        values, problems = table.column_numbers(column)
        for problem in problems:
            if table.header[column] == "sales" and problem.remedy == NO_FLOW:
                problem = replace(problem, remedy="leave out the link where there is no trade")
            faults.add(self.path, f"no number in {table.header[column]}", problem)
        return values

    def _parquet_parts(self, faults: Faults) -> Iterator[Part]:
        for at, texts, numbers in _parquet(self.path).parts(
            self.path, self.required, self.optional, self.numbers, ROWS_AT_A_TIME
        ):
            for name, values in numbers.items():
                for i in np.flatnonzero(~np.isfinite(values))[: MAX_PROBLEMS + 1]:
                    what = "is empty, or no finite number"
                    problem = Problem(self.place(at[i], name), what, "give a number such as 1234.5")
                    faults.add(self.path, f"no number in {name}", problem)
            yield Part(at, texts, numbers)


def _parquet(path: Path) -> ModuleType:
    if importlib.util.find_spec("pyarrow") is None:
        remedy = "pip install 'autarky[parquet]', or save it as CSV"
        raise SourceError(Problem(str(path), "is Parquet, which this installation does not read", remedy))
    from autarky.sources.firm_lists import parquet

    return parquet


def shown(text: str) -> str:
    """A text of the file for a message: in quotes, what does not print escaped, not too long."""
    return repr(text if len(text) <= 60 else text[:59] + "…")


def find_file(folder: Path, found: Iterable[Path], name: str, needed: bool) -> Path | None:
    """The file of a list, whether CSV or Parquet; SourceError if there are two, or none and it is needed."""
    own = [path for path in found if path.name.split(".")[0] == name]
    if len(own) > 1:
        what = f"stands beside {own[1].name}"
        raise SourceError(Problem(str(own[0]), what, "keep one of the two"))
    if not own and needed:
        raise SourceError(Problem(str(folder / f"{name}.csv"), "does not exist", ADD_IT))
    return own[0] if own else None
