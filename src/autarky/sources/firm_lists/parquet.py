"""Parquet lists: looked at in a bounded process of its own, then read some rows at a time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from autarky.errors import Problem, SourceError, did_you_mean
from autarky.limited import in_limited_child

MEMORY = 2**31
"""Most memory that decoding may take: a page may unpack to anything. Arrow reserves half of it at once."""
BYTES_PER_SECOND = 5_000_000
"""Least speed of the look in advance; a slower file unpacks to far more than it is."""


def rows_of(path: Path) -> int:
    """Rows that the file says it has."""
    try:
        return int(pq.read_metadata(path).num_rows)
    except (pa.ArrowException, OSError) as error:
        raise _damaged(path, error) from None


def parts(
    path: Path, required: tuple[str, ...], optional: tuple[str, ...], numbers: frozenset[str], size: int
) -> Iterator[tuple[range, dict[str, list[str]], dict[str, npt.NDArray[np.float64]]]]:
    """Row numbers from 1, text columns and number columns of at most ``size`` rows at a time.

    Raises
    ------
    SourceError
        A column is missing, unknown or of another type; the file is damaged.
    InputError
        Decoding it takes too much time or memory.
    """
    columns = _columns(path, required, optional, numbers)
    seconds = 30 + path.stat().st_size / BYTES_PER_SECOND
    in_limited_child(decode, path, columns, size, seconds=seconds, memory=MEMORY, place=str(path))
    row = 1
    try:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(size, columns=columns, use_threads=False):
                texts, amounts = {}, {}
                for name, column in zip(columns, batch.columns, strict=True):
                    if name in numbers:
                        amounts[name] = pc.fill_null(column.cast(pa.float64(), safe=False), np.nan).to_numpy()
                    else:
                        texts[name] = _texts(column)
                yield range(row, row + len(batch)), texts, amounts
                row += len(batch)
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise _damaged(path, error) from None
    if row == 1:
        raise SourceError(Problem(str(path), "has no rows", "give a table with rows"))


def decode(path: Path, columns: list[str], size: int) -> int:
    """Rows found when the columns are read and thrown away: to be run within limits."""
    try:
        with pq.ParquetFile(path) as file:
            return sum(len(batch) for batch in file.iter_batches(size, columns=columns, use_threads=False))
    except MemoryError:
        raise
    except (pa.ArrowException, OSError) as error:
        raise _damaged(path, error) from None


def _columns(
    path: Path, required: tuple[str, ...], optional: tuple[str, ...], numbers: frozenset[str]
) -> list[str]:
    try:
        schema = pq.read_schema(path)
    except (pa.ArrowException, OSError) as error:
        raise _damaged(path, error) from None
    known = (*required, *optional)
    problems = [
        Problem(f"{path}, column {name!r}", "is unknown", did_you_mean(name, known))
        for name in schema.names
        if name not in known
    ]
    problems += [
        Problem(str(path), f"has no column {name!r}", f"give it the columns {', '.join(required)}")
        for name in required
        if name not in schema.names
    ]
    for name in dict.fromkeys(schema.names):
        if schema.names.count(name) > 1:
            problems.append(Problem(f"{path}, column {name!r}", "stands twice", "keep one"))
        elif name in numbers and not _is_number(schema.field(name).type):
            what = f"holds {schema.field(name).type}, not numbers"
            problems.append(Problem(f"{path}, column {name!r}", what, "save it as float64"))
        elif name in known and name not in numbers and not _is_text(schema.field(name).type):
            what = f"holds {schema.field(name).type}, not text"
            problems.append(Problem(f"{path}, column {name!r}", what, "save it as string"))
    if problems:
        raise SourceError(problems[:20])
    return list(schema.names)


def _is_number(kind: Any) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))


def _is_text(kind: Any) -> bool:
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_integer(kind))


def _texts(column: Any) -> list[str]:
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    texts: list[str] = pc.fill_null(column.cast(pa.string()), "").to_numpy(zero_copy_only=False).tolist()
    return texts


def _damaged(path: Path, error: Exception) -> SourceError:
    what = f"is not Parquet, or damaged: {str(error).splitlines()[0][:120] if str(error) else 'unreadable'}"
    return SourceError(Problem(str(path), what, "write it again, or give CSV"))
