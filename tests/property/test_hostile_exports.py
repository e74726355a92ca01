"""Whatever a label is: no export has a formula, a script or markup of its making; the label comes back."""

from __future__ import annotations

import csv
import html
import io
import re
import tempfile
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from autarky.errors import InputError
from autarky.explanation.wording import plain
from autarky.report.card import card
from autarky.report.figures import figures_of
from autarky.run_folder.csv_text import csv_bytes, neutral
from autarky.run_folder.export import EXCEL_TEXT, write_excel
from hostile import HOSTILE
from made_pages import PAGES
from parsed_page import Page

LEADS = [
    "=",
    "+",
    "-",
    "@",
    "＝",
    "＋",
    "－",
    "＠",
    "\t",
    "\r",
    "\n",
    "\0",
    " ",
    "'",
    '"',
    ";",
    ",",
    "\ufeff",
]
labels = st.one_of(
    st.sampled_from(HOSTILE),
    st.lists(st.sampled_from([*LEADS, "\u200b", "\x1f", "a", "1", "_x000D_", "|"]), max_size=8).map("".join),
    st.text(max_size=20),
)
cells = st.one_of(labels, st.floats(allow_nan=False, allow_infinity=False), st.integers(-(2**53), 2**53))
DROPPED = " \t\r\n\0\ufeff\u200b" + "".join(map(chr, range(1, 32)))
FORMULA = tuple("=+-@＝＋－＠")


def without_quotes(text: str) -> str:
    """A text read from a table, without the apostrophes that autarky put before formulas."""
    inner = re.sub(r"(?<=[;\t\r\n])'(?=[\s\0-\x1f\ufeff\u200b']*[=+\-@＝＋－＠])", "", text)
    bare = inner.removeprefix("'")
    return bare if bare != inner and neutral(bare) == inner else inner


def unescaped(text: str) -> str:
    """A text of a workbook as a spreadsheet shows it (ST_Xstring)."""
    return re.sub("_x([0-9A-F]{4})_", lambda found: chr(int(found[1], 16)), text)


def is_tame(text: str) -> bool:
    """Whether no spreadsheet would take a text for a formula, whatever it drops at the beginning."""
    return not text.lstrip(DROPPED).startswith(FORMULA) and not text.startswith(("\t", "\r", "\n", "\0"))


@given(st.lists(st.lists(cells, min_size=2, max_size=2), min_size=1, max_size=4))
@settings(max_examples=300)
def test_no_cell_of_a_csv_is_a_formula_and_every_label_comes_back(rows: list[list[object]]) -> None:
    text = csv_bytes(rows).decode()
    read = list(csv.reader(io.StringIO(text, newline="")))
    assert [len(row) for row in read] == [2] * len(rows)
    for row, given_row in zip(read, rows, strict=True):
        for cell, given_cell in zip(row, given_row, strict=True):
            if isinstance(given_cell, str):
                assert is_tame(cell)
                # Where the separator is another, every part of the cell is a cell.
                assert all(is_tame(part.strip("\t\r\n\0")) for part in re.split("[;\t\r\n]", cell))
                assert without_quotes(cell) == given_cell
            else:
                assert float(cell) == given_cell


@given(
    st.lists(st.lists(cells, min_size=1, max_size=2), min_size=1, max_size=3), st.lists(labels, min_size=1)
)
@settings(max_examples=60)
def test_no_cell_of_a_workbook_is_a_formula_and_every_label_comes_back(
    rows: list[list[object]], names: list[str]
) -> None:
    names = names[:4]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.xlsx"
        write_excel([(name, rows) for name in names], path)
        book = load_workbook(path)
        with zipfile.ZipFile(path) as content:
            assert not any(b"<f" in content.read(one) for one in content.namelist() if "sheets/" in one)
    titles = book.sheetnames
    assert len({title.casefold() for title in titles}) == len(names) == len(titles)
    assert all(0 < len(title) <= 31 and not re.search(r"[\[\]:*?/\\\0-\x1f]", title) for title in titles)
    assert not any(title.startswith("'") or title.casefold() == "history" for title in titles)
    for sheet in book:
        for row, given_row in zip(sheet.iter_rows(), rows, strict=True):
            for cell, given_cell in zip(row, given_row, strict=False):
                assert cell.data_type != "f"
                if isinstance(given_cell, str):
                    shown = unescaped(str(cell.value or ""))
                    assert is_tame(shown)
                    assert shown == neutral(given_cell)
                else:
                    assert cell.data_type == "n" and float(cell.value) == pytest.approx(given_cell, rel=1e-15)


def test_every_hostile_label_is_a_text_in_a_workbook_and_names_a_sheet(tmp_path: Path) -> None:
    write_excel([(label, [[one] for one in HOSTILE]) for label in HOSTILE], tmp_path / "a.xlsx")
    book = load_workbook(tmp_path / "a.xlsx")
    assert len({title.casefold() for title in book.sheetnames} - {"history"}) == len(HOSTILE)
    for cell, label in zip(book.worksheets[0]["A"], HOSTILE, strict=True):
        assert cell.data_type == "s" or not label
        assert unescaped(str(cell.value or "")) == neutral(label)


def test_numbers_stay_numbers_and_labels_that_look_like_them_stay_text() -> None:
    assert (
        csv_bytes([["-3.2", -3.2, None, "−3 %", "steel - flat"]])
        == b"'-3.2,-3.2,,\xe2\x88\x923 %,steel - flat\r\n"
    )


def test_a_text_that_is_too_long_for_excel_is_refused_rather_than_cut(tmp_path: Path) -> None:
    write_excel([("a", [["x" * EXCEL_TEXT]])], tmp_path / "a.xlsx")
    with pytest.raises(InputError, match="longer than a cell of Excel"):
        write_excel([("a", [["x" * (EXCEL_TEXT + 1)]])], tmp_path / "b.xlsx")


TAGS = {
    tag for make in PAGES.values() for tag, _ in Page(make()).elements
}  # What pages are made of where no label attacks.


@pytest.mark.parametrize("kind", sorted(PAGES))
def test_hostile_labels_are_text_in_pages_figures_and_cards(kind: str) -> None:
    label = "".join(HOSTILE[:-1])
    page = PAGES[kind](label)
    figures = figures_of(page)
    shown = [page, *(one.svg() for one in figures.values()), card(page, figures.values(), label)]
    for text in shown:
        found = Page(re.sub(r"(<img[^>]*)>", r"\1/>", text))
        for tag, attributes in found.elements:
            assert tag in TAGS | {"img", "tspan"}
            assert not any(
                name.startswith("on") or name in ("srcdoc", "action", "formaction") for name in attributes
            )
            address = attributes.get("href") or attributes.get("src") or "#"
            assert address.startswith(("#", "data:image/svg+xml;base64,"))
        assert not re.search("[\\0-\\x08\\x0b-\\x1f\\x7f-\\x9f\\u202a-\\u202e\\u2066-\\u2069\\ufeff]", text)
    beginning = html.escape(plain(label)[:20], quote=False)
    assert beginning in page
    for one in figures.values():
        ElementTree.fromstring(one.svg())


@pytest.mark.parametrize("label", HOSTILE, ids=range(len(HOSTILE)))
def test_each_hostile_label_leaves_a_plan_whole(label: str) -> None:
    for one in figures_of(PAGES["plan"](label)).values():
        root = ElementTree.fromstring(one.svg())
        assert not [name for element in root.iter() for name in element.attrib if name.startswith("on")]
        assert float(root.get("width", "0")) < 2_000
