"""Workbooks, good and hostile, made when they are needed: bombs, far cells, entities, macros, long texts."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import openpyxl

SHEET = "xl/worksheets/sheet1.xml"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_HEAD = f'<?xml version="1.0"?><worksheet xmlns="{_MAIN}"><sheetData>'
_TAIL = "</sheetData></worksheet>"
_LAUGHS = '<!DOCTYPE x [<!ENTITY a0 "lol">{}]>'.format(
    "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 12))
)


def workbook_of(folder: Path, more: Mapping[str, list[list[object]]] | None = None) -> bytes:
    """A folder of CSV files as a workbook, its numbers numbers."""
    book = openpyxl.Workbook(write_only=True)
    for file in sorted(folder.glob("*.csv")):
        sheet = book.create_sheet(file.stem)
        with file.open(encoding="utf-8", newline="") as stream:
            for row in csv.reader(stream):
                sheet.append([_number(cell) for cell in row])
    for name, rows in (more or {}).items():
        sheet = book.create_sheet(name)
        for line in rows:
            sheet.append(line)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _number(cell: str) -> str | float:
    try:
        return float(cell)
    except ValueError:
        return cell


def changed(content: bytes, parts: Mapping[str, bytes | Callable[[bytes], bytes]]) -> bytes:
    """A workbook with parts in the place of its own, or besides."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as before,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as after,
    ):
        for name in dict.fromkeys([*before.namelist(), *parts]):
            given = parts.get(name, lambda old: old)
            after.writestr(name, given if isinstance(given, bytes) else given(before.read(name)))
    return stream.getvalue()


def _small() -> bytes:
    """One sheet named Z."""
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.title = "Z"
    book.active.append(["industry", "mills"])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _with_texts(content: bytes, texts: str) -> bytes:
    """A workbook whose cells share texts."""
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    listed = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}"/></Types>'.encode()
    return changed(
        content,
        {
            "xl/sharedStrings.xml": texts.encode(),
            "[Content_Types].xml": lambda old: old.replace(b"</Types>", listed),
        },
    )


def _sheet(rows: str) -> bytes:
    return changed(_small(), {SHEET: f"{_HEAD}{rows}{_TAIL}".encode()})


def zip_bomb() -> bytes:
    """150 MiB of blanks in one part."""
    return _sheet(" " * (150 * 2**20))


def cells_bomb() -> bytes:
    """Three million cells in one row, of various numbers so that the pack's ratio is ordinary."""
    cells = "".join(f"<c><v>{i * 7919 % 99991}</v></c>" for i in range(3_000_000))
    return _sheet(f"<row>{cells}</row>")


def rows_bomb() -> bytes:
    """A million rows of a cell each."""
    return _sheet("".join(f"<row><c><v>{i * 7919 % 99991}</v></c></row>" for i in range(1_000_000)))


def far_cell() -> bytes:
    """Two cells: the first and the last that Excel knows."""
    rows = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    return _sheet(rows)


def farther_cell() -> bytes:
    """A cell in a row that no spreadsheet has."""
    return _sheet('<row r="99999999999"><c r="A99999999999"><v>1</v></c></row>')


def wide_rows() -> bytes:
    """A cell far to the right, again and again."""
    return _sheet("".join(f'<row r="{i}"><c r="XFD{i}"><v>{i}</v></c></row>' for i in range(1, 5000)))


def said_to_be_large() -> bytes:
    """One cell, in a sheet that says it reaches to the end."""
    content = _sheet('<row r="1"><c r="A1"><v>1</v></c></row>')
    size = b'<dimension ref="A1:XFD1048576"/><sheetData>'
    return changed(content, {SHEET: lambda old: old.replace(b"<sheetData>", size)})


def laughs_in_a_sheet() -> bytes:
    """A billion laughs (an entity of entities of entities) in a cell."""
    cell = '<row r="1"><c r="A1" t="inlineStr"><is><t>&a11;</t></is></c></row>'
    return changed(_small(), {SHEET: f"{_HEAD}{cell}{_TAIL}".replace("?>", "?>" + _LAUGHS, 1).encode()})


def laughs_in_the_texts() -> bytes:
    """The same among the texts that cells share."""
    texts = f'<?xml version="1.0"?>{_LAUGHS}<sst xmlns="{_MAIN}"><si><t>&a11;</t></si></sst>'
    return _with_texts(_small(), texts)


def laughs_in_the_list_of_sheets() -> bytes:
    """The same in the workbook's own list."""

    def laughing(old: bytes) -> bytes:
        return _LAUGHS.encode() + old.replace(b'name="Z"', b'name="&a11;"')

    return changed(_small(), {"xl/workbook.xml": laughing})


def a_file_of_ours() -> bytes:
    """An entity that names a file of the reader's machine."""
    sheet = f"{_HEAD}<row><c t='inlineStr'><is><t>&x;</t></is></c></row>{_TAIL}"
    entity = '?><!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
    return changed(_small(), {SHEET: sheet.replace("?>", entity, 1).encode()})


def one_text_everywhere() -> bytes:
    """A text of 32 kB, kept once, in nine thousand cells."""
    text = "".join(chr(97 + i * 7919 % 26) for i in range(32_000))
    texts = f'<?xml version="1.0"?><sst xmlns="{_MAIN}"><si><t>{text}</t></si></sst>'
    cells = '<row><c t="s"><v>0</v></c></row>' * 9_000
    return _with_texts(_sheet(cells), texts)


def half_a_file() -> bytes:
    """The first half of a workbook."""
    content = _small()
    return content[: len(content) // 2]


def other_archive() -> bytes:
    """A ZIP that is no workbook."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("readme.txt", "nothing")
    return stream.getvalue()


HOSTILE_WORKBOOKS: tuple[Callable[[], bytes], ...] = (
    zip_bomb,
    cells_bomb,
    rows_bomb,
    far_cell,
    farther_cell,
    wide_rows,
    laughs_in_a_sheet,
    laughs_in_the_texts,
    laughs_in_the_list_of_sheets,
    a_file_of_ours,
    one_text_everywhere,
    half_a_file,
    other_archive,
)
"""Each is refused, in little time and memory, in one line."""


def with_macros(content: bytes) -> bytes:
    """A workbook that carries macros."""
    plain = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    enabled = b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"
    return changed(
        content,
        {
            "[Content_Types].xml": lambda old: old.replace(plain, enabled),
            "xl/vbaProject.bin": b"Sub Auto_Open()",
        },
    )
