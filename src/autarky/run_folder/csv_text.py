"""CSV text: tables for other programs, in which no text is a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable

from autarky.run_folder.plan_tables import Cell


def neutral(text: str) -> str:
    """Text that no spreadsheet takes for a formula (CWE-1236): an apostrophe stands before one.

    Taking that apostrophe away gives the text back, because text that has one of its own gets a second.
    """
    return f"'{text}" if _FORMULA.match(text) else text


# What a spreadsheet skips or drops at the beginning, then what begins a formula, full-width forms too.
_BEGINNING = r"[\s\0-\x1f\ufeff\u200b-\u200f\u2060']*[=+\-@＝＋－＠]"
_FORMULA = re.compile(rf"{_BEGINNING}|'*[\t\r\n\0]")
_INSIDE = re.compile(rf"(?<=[;\t\r\n])(?={_BEGINNING})")


def csv_bytes(rows: Iterable[Iterable[Cell]]) -> bytes:
    """A table as CSV in UTF-8, lines ended as RFC 4180 says; no text in it is a formula."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    for row in rows:
        # A spreadsheet whose separator is not the comma splits texts too: each of their parts is kept tame.
        writer.writerow([_INSIDE.sub("'", neutral(cell)) if isinstance(cell, str) else cell for cell in row])
    return text.getvalue().encode(errors="backslashreplace")
