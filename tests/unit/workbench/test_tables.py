"""Uploaded tables: what is taken and refused, the doctor's cells for each finding, corrections."""

from __future__ import annotations

import csv
import io
import shutil
import threading
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from autarky.checks import Status, check
from autarky.economy import Economy
from autarky.errors import InputError
from autarky.sources import read_table
from autarky.study_file import read_study
from autarky.workbench.doctoring import Window, effect, examine
from autarky.workbench.tables import Tables
from autarky.workbench.workspace import Workspace
from hostile import HOSTILE
from wrong_tables import GOOD, WRONG_TABLES, changed, scaled, transposed, with_totals


@pytest.fixture
def tables(tmp_path: Path) -> Tables:
    return Tables(Workspace(tmp_path, tmp_path / "runs"))


@pytest.fixture(scope="module")
def uploaded(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace with the good table."""
    folder = tmp_path_factory.mktemp("uploaded")
    workspace = Workspace(folder, folder / "runs")
    Tables(workspace).upload("n.zip", packed(GOOD))
    return workspace


@pytest.fixture
def name(uploaded: Workspace, tables: Tables) -> str:
    """The id of the good table, in a workspace of the test's own: reading it once is enough."""
    shutil.copytree(uploaded.hidden, tables.workspace.hidden)
    return tables.all()[0].id


def packed(files: dict[str, str], below: str = "") -> bytes:
    """A ZIP of text files."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, text in files.items():
            archive.writestr(below + name, text)
    return stream.getvalue()


def read(make: Callable[[Path], Path], folder: Path) -> Economy:
    return read_table(make(folder))


def windows(economy: Economy, name: str) -> list[Window]:
    """Windows of the failing findings of one check."""
    (one,) = (one for one in examine(economy).checks if one.name == name)
    assert one.status is Status.FAIL
    found = [shown.window for shown in one.shown if shown.finding.status is Status.FAIL]
    assert None not in found
    return [window for window in found if window is not None]


def values(window: Window) -> dict[str, list[float]]:
    return {row.label: [cell.value for cell in row.cells] for row in window.rows}


def wrong(window: Window) -> list[tuple[str, str]]:
    return [
        (cell.row, cell.column) for row in window.rows for cell in row.cells if cell.is_wrong and cell.block
    ]


# ------------------------------------------------------------------------------------------ the doctor


def test_a_negative_use_is_marked_among_its_neighbours(tmp_path: Path) -> None:
    (window,) = windows(read(changed("Z.csv", "5,20,5", "5,-20,5"), tmp_path), "signs")
    assert wrong(window) == [("mills", "mills")]
    assert values(window)["mills"] == [5, -20, 5]
    assert window.columns == ("farms", "mills", "power")


def test_a_row_that_does_not_balance_shows_its_cells_its_sum_and_what_is_printed(tmp_path: Path) -> None:
    (window,) = windows(read(changed("Y.csv", "60,10", "90,10"), tmp_path), "row balance")
    told = values(window)
    assert told["household, final demand"] == [90]
    assert told["sum of the row"] == [130]
    assert told["expected: the printed output"] == [100]
    assert told["difference"] == [30]


def test_a_column_that_does_not_balance_shows_its_cells_its_sum_and_the_output(tmp_path: Path) -> None:
    (window,) = windows(read(changed("value_added.csv", "15,8", "45,8"), tmp_path), "column balance")
    told = values(window)
    assert (told["wages, value added"], told["difference"]) == ([45], [30])
    assert told["sum of inputs, value added and adjustments"] == [130]
    assert told["expected: its output, the sum of row mills"] == [100]


def test_a_turned_table_shows_what_is_bought_beside_what_is_sold(tmp_path: Path) -> None:
    (window,) = windows(read(transposed("Z.csv"), tmp_path), "orientation")
    economy = read_table(tmp_path / "table")
    j = economy.industries.sectors.index(window.caption.split()[0])
    assert [values(window)[label] for label in economy.industries.sectors] == [
        [economy.Z[k, j], economy.Z[j, k]] for k in range(3)
    ]


def test_a_block_in_another_unit_is_marked_among_the_blocks(tmp_path: Path) -> None:
    window = windows(read(scaled("value_added.csv", 1000), tmp_path), "unit slips")[0]
    assert [row.label for row in window.rows if row.cells[0].is_wrong] == ["value added"]
    assert values(window)["value added"] == [115_000]


def test_a_row_in_another_unit_than_its_printed_output_shows_that_row(tmp_path: Path) -> None:
    (window,) = windows(read(changed("output.csv", "mills,100", "mills,100000"), tmp_path), "unit slips")
    assert values(window)["sum of the row"] == [100]
    assert values(window)["expected: the printed output"] == [100_000]


def test_a_total_stands_below_what_it_is_the_sum_of_and_can_be_taken_out(tmp_path: Path) -> None:
    economy = read(with_totals, tmp_path)
    (one,) = (one for one in examine(economy).checks if one.name == "totals read as industries")
    shown = one.shown[0]
    assert shown.total == ("Z", "total")
    assert shown.window is not None
    told = values(shown.window)
    assert told["sum of these"] == told["total"]
    assert [sum(column) for column in zip(told["farms"], told["mills"], told["power"], strict=True)] == told[
        "total"
    ]


def test_imports_beyond_use_and_an_industry_without_output_show_their_cells(tmp_path: Path) -> None:
    negative = changed("Z.csv", "mills,5,20", "mills,5,-2")
    (window,) = windows(read(negative, tmp_path), "imports within use")
    assert values(window)["ABROAD.mills, imports for industries"] == [5]
    assert values(window)["mills, intermediate use"] == [-2]
    assert values(window)["difference"] == [2]
    (idle,) = (one for one in WRONG_TABLES if one.name == "industry without output")
    (tmp_path / "idle").mkdir()
    (window,) = windows(read(idle.make, tmp_path / "idle"), "near-zero output")
    assert values(window)["sum of inputs"] == [25]


@pytest.mark.parametrize(
    "case", [case for case in WRONG_TABLES[-8:] if case.name != "swapped axes"], ids=lambda c: c.name
)
def test_every_failing_finding_of_a_wrong_table_has_cells(case: object, tmp_path: Path) -> None:
    seen = examine(read_table(case.make(tmp_path)))  # type: ignore[attr-defined]
    assert not seen.passes
    failing = [shown for one in seen.checks for shown in one.shown if shown.finding.status is Status.FAIL]
    for shown in failing:
        assert shown.window is not None, shown.finding
        assert any(cell.is_wrong for row in shown.window.rows for cell in row.cells), shown.finding
        assert len(shown.window.rows) <= 14


@pytest.mark.parametrize(
    ("make", "block", "row", "column", "expected"),
    [
        (changed("Z.csv", "10,30,0", "10,130,0"), "Z", "farms", "mills", 30),
        (changed("Y.csv", "60,10", "90,10"), "Y", "mills", "household", 60),
        (changed("value_added.csv", "15,8", "45,8"), "value_added", "wages", "mills", 15),
        (changed("Z.csv", "5,20,5", "5,-20,5"), "Z", "mills", "mills", 20),
        (changed("output.csv", "mills,100", "mills,70"), "reported_output", "mills", "output", 100),
    ],
)
def test_the_cell_that_alone_explains_it_is_named_with_its_value(
    make: Callable[[Path], Path], block: str, row: str, column: str, expected: float, tmp_path: Path
) -> None:
    seen = examine(read(make, tmp_path)).suspects
    named = {(one.cell.block, one.cell.row, one.cell.column): one.expected for one in seen}
    assert named[block, row, column] == expected
    assert len(named) <= 2


def test_without_printed_output_both_cells_that_explain_two_columns_are_named(tmp_path: Path) -> None:
    table = changed("Z.csv", "10,30,0", "10,130,0")(tmp_path)
    (table / "output.csv").unlink()
    seen = examine(read_table(table)).suspects
    named = {(one.cell.row, one.cell.column): one.expected for one in seen if one.cell.block == "Z"}
    assert named == {("farms", "mills"): 30, ("mills", "farms"): 105}


@pytest.mark.parametrize("make", [with_totals, transposed("Z.csv"), scaled("value_added.csv", 1000)])
def test_no_single_cell_is_named_where_a_whole_row_or_block_is_at_fault(
    make: Callable[[Path], Path], tmp_path: Path
) -> None:
    seen = examine(read(make, tmp_path))
    assert not seen.passes
    assert seen.suspects == ()


def test_the_verdict_counts_what_fails_what_warns_and_what_cannot_be_made(tmp_path: Path) -> None:
    good = changed("Z.csv", "10,30,0", "10,30,0")(tmp_path)
    assert examine(read_table(good)).verdict == "This table passes all 9 checks: a study can run on it."
    (good / "output.csv").unlink()
    told = examine(read_table(good)).verdict
    assert told.startswith("This table passes 8 of 9 checks (row balance: it lacks the figures)")
    (tmp_path / "bad").mkdir()
    told = examine(read(changed("Y.csv", "60,10", "90,10"), tmp_path / "bad")).verdict
    assert told.startswith("This table fails 2 of 9 checks (row balance, column balance)")


def test_a_large_table_is_shown_in_windows_and_their_sums_hold() -> None:
    economy = read_table(Path(__file__).parents[3] / "src/autarky/data/north-korea-2019")
    Z = economy.Z.copy()
    Z[3, 5] += 1e4
    seen = examine(replace(economy, Z=Z))
    assert not seen.passes
    row, column = economy.industries.labels[3], economy.industries.labels[5]
    cells = [
        cell
        for one in seen.checks
        for shown in one.shown
        if shown.window
        for r in shown.window.rows
        for cell in r.cells
    ]
    assert any((cell.block, cell.row, cell.column) == ("Z", row, column) for cell in cells)
    for one in seen.checks:
        for shown in one.shown:
            if shown.window is not None and shown.window.caption.startswith("Column "):
                rows = shown.window.rows
                assert len(rows) <= 11
                total = next(row.cells[0].value for row in rows if row.label.startswith("sum of"))
                parts = sum(row.cells[0].value for row in rows if not row.is_sum)
                assert parts == pytest.approx(total)


def test_what_a_change_did_is_told_by_check(tmp_path: Path) -> None:
    good = check(read(lambda folder: changed("Z.csv", "10,30,0", "10,30,0")(folder), tmp_path))
    (tmp_path / "bad").mkdir()
    bad = check(read(changed("Y.csv", "60,10", "90,10"), tmp_path / "bad"))
    told = effect(bad, good)
    assert "row balance now passes; before, it failed" in told
    assert effect(good, good) == ("no check came out differently",)


# ------------------------------------------------------------------------------------------- uploads


@pytest.mark.parametrize("below", ["", "Norland/", "a/b/"])
def test_a_zip_of_a_folder_is_kept_as_it_came_and_read(tables: Tables, below: str) -> None:
    content = packed(GOOD, below)
    table = tables.table(tables.upload("Norland.zip", content))
    assert table.read().industries.sectors == ("farms", "mills", "power")
    assert table.folder is not None
    assert (table.folder.parent / "original" / "table.zip").read_bytes() == content
    assert [one.id for one in tables.all()] == [table.id]


def test_a_single_file_of_a_known_format_is_read(tables: Tables) -> None:
    rows = [["A.x", "A.y", "A.CONS_h", "GO"], [2, 3, 5, 10], [1, 4, 5, 10]]
    stream = io.StringIO()
    csv.writer(stream).writerows(
        [["", *rows[0]], ["A.x", *rows[1]], ["A.y", *rows[2]], ["VA_residual", 7, 3, 0, 0]]
    )
    name = tables.upload("world_2011.csv", stream.getvalue().encode(), "wiod2013", {"year": "2011"})
    assert tables.table(name).read().year == 2011


def test_a_workbook_is_read(tables: Tables) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.remove(book.active)
    for file, text in GOOD.items():
        sheet = book.create_sheet(file.removesuffix(".csv"))
        for row in csv.reader(io.StringIO(text)):
            sheet.append([int(cell) if cell.lstrip("-").isdigit() else cell for cell in row])
    stream = io.BytesIO()
    book.save(stream)
    table = tables.table(tables.upload("n.xlsx", stream.getvalue()))
    assert table.read().Z.sum() == 90


def test_a_study_names_an_uploaded_table_by_its_reference(tables: Tables, name: str) -> None:
    table = tables.table(name)
    file = tables.workspace.new("studies") / "study.yaml"
    lines = "".join(f"  {key}: {value}\n" for key, value in table.reference.items())
    file.write_text(
        f"version: 1\ntitle: t\neconomy:\n{lines}"
        "scenario: {name: s, start: 2020-01-01, days: 5, shocks: []}\n"
    )
    assert read_study(file).read_economy().digest == table.read().digest
    assert tables.table("usa-2023").reference == {"embedded": "usa-2023"}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is empty"),
        (b"a,b\n1,2\n", "no format known by its header"),
        (b"PK\x03\x04rest", "not a ZIP archive"),
        (b"\x1f\x8bnot gzip", "given.zip"),
        (b"\x89PNG\r\n\x1a\n\0", "0x89"),
        (packed({}), "holds no folder"),
        (packed({"read me.txt": "x"}), "holds no folder"),
        (packed({"a/Z.csv": "", "b/Z.csv": ""}), "holds no folder"),
        (packed({**GOOD, "../Z.csv": "x"}), "leads elsewhere"),
        (packed({**GOOD, "<b>.csv": "x"}), "holds a file called '<b>.csv'"),
        (packed({"Z.csv": GOOD["Z.csv"]}), "Y.csv: does not exist"),
        (packed({**GOOD, "Z.csv": GOOD["Z.csv"].replace("30", "x")}), "Z.csv, line 2, row 'farms'"),
    ],
)
def test_what_is_no_table_is_refused_by_its_own_name_and_leaves_nothing(
    tables: Tables, content: bytes, told: str
) -> None:
    with pytest.raises(InputError) as refused:
        tables.upload("given.zip", content)
    assert told in str(refused.value)
    assert str(tables.workspace.folder) not in str(refused.value)
    assert tables.workspace.names("tables") == []


def test_hostile_names_of_files_are_shown_and_never_become_paths(tables: Tables) -> None:
    content = packed(GOOD)
    for name in ("../../etc/passwd</script>a\0b\u202egnp.zip" + "x" * 5_000, ""):
        table = tables.table(tables.upload(name, content))
        assert table.folder is not None
        assert table.folder.resolve().is_relative_to(tables.workspace.hidden.resolve())
        assert table.name.isprintable()
        assert 0 < len(table.name) <= 200


def test_hostile_labels_are_read_as_they_are_or_refused(tables: Tables) -> None:
    kept = 0
    for label in HOSTILE:
        stream = {}
        for file in (
            "sectors.csv",
            "Z.csv",
            "Y.csv",
            "value_added.csv",
            "imports_intermediate.csv",
            "output.csv",
        ):
            rows = [
                [label if cell == "farms" else cell for cell in row]
                for row in csv.reader(io.StringIO(GOOD[file]))
            ]
            text = io.StringIO()
            csv.writer(text, lineterminator="\n").writerows(rows)
            stream[file] = text.getvalue()
        try:
            name = tables.upload("h.zip", packed({**GOOD, **stream}))
        except (InputError, UnicodeEncodeError):
            continue
        assert label in tables.table(name).read().industries.sectors
        kept += 1
        if kept == 2:  # each takes a child; the screens show them all in the browser's tests
            break
    assert kept == 2


# ---------------------------------------------------------------------------------- changes by hand


def correct(tables: Tables, name: str, revision: str, was: float, now: float) -> None:
    tables.correct(
        name,
        revision,
        block="Z",
        row="farms",
        column="mills",
        was=was,
        now=now,
        reason="misprint in the source",
    )


def test_a_correction_is_written_told_in_the_notes_and_can_be_undone(tables: Tables) -> None:
    faulty = {**GOOD, "Z.csv": GOOD["Z.csv"].replace("10,30,0", "10,130,0")}
    name = tables.upload("n.zip", packed(faulty))
    before = tables.table(name)
    as_read = before.read()
    correct(tables, name, before.revision, 130, 30)
    after = tables.table(name)
    assert after.read().Z[0, 1] == 30
    assert all(finding.status is not Status.FAIL for finding in check(after.read()))
    (change,) = after.changes
    assert (change.was, change.now, change.reason) == (130, 30, "misprint in the source")
    assert "Changed by hand: 1 cell" in after.read().provenance.notes
    assert "130 became 30 million NOK" in after.read().provenance.notes[-1]
    assert any("row balance now passes" in told for told in after.effect)
    assert after.revision != before.revision
    tables.undo(name, after.revision, change.id)
    again = tables.table(name)
    assert np.array_equal(again.read().Z, as_read.Z)
    assert again.read().provenance == as_read.provenance
    assert again.changes[0].undone
    with pytest.raises(LookupError):
        tables.undo(name, again.revision, change.id)


def test_two_corrections_of_a_cell_stand_one_upon_the_other(tables: Tables, name: str) -> None:
    correct(tables, name, tables.table(name).revision, 30, 31)
    correct(tables, name, tables.table(name).revision, 31, 32)
    table = tables.table(name)
    assert "Changed by hand: 1 cell" in table.read().provenance.notes
    tables.undo(name, table.revision, table.changes[0].id)
    assert tables.table(name).read().Z[0, 1] == 32


def test_a_stale_correction_is_refused_with_both_values(tables: Tables, name: str) -> None:
    seen = tables.table(name).revision
    correct(tables, name, seen, 30, 31)
    with pytest.raises(InputError, match="is now 31; you saw 30 and wanted 29"):
        correct(tables, name, seen, 30, 29)
    other = tables.table(name).revision
    tables.accept(name, other, "signs", "printed so")
    with pytest.raises(InputError, match="is now 31; you saw 31 and wanted 29"):
        correct(tables, name, other, 31, 29)
    assert tables.table(name).read().Z[0, 1] == 31


def test_of_many_corrections_at_once_exactly_one_is_made(tables: Tables, name: str) -> None:
    seen, refused = tables.table(name).revision, []

    def at_once(value: float) -> None:
        try:
            correct(tables, name, seen, 30, value)
        except InputError as error:
            refused.append(error)

    threads = [threading.Thread(target=at_once, args=(40.0 + k,)) for k in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    table = tables.table(name)
    assert len(refused) == 5
    assert len(table.changes) == 1
    assert table.read().Z[0, 1] == table.changes[0].now


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"reason": " \n"}, "reason: is missing"),
        ({"reason": "x" * 501}, "more than 500"),
        ({"row": "farm"}, "did you mean 'farms'"),
        ({"block": "x"}, "unknown block"),
        ({"now": float("nan")}, "no number"),
        ({"now": 30.0}, "is 30 already"),
    ],
)
def test_a_correction_that_cannot_be_is_refused(
    tables: Tables, name: str, given: dict[str, object], told: str
) -> None:
    asked = {"block": "Z", "row": "farms", "column": "mills", "was": 30.0, "now": 31.0, "reason": "r"} | given
    with pytest.raises(InputError, match=told):
        tables.correct(name, tables.table(name).revision, **asked)  # type: ignore[arg-type]
    assert tables.table(name).changes == ()


def test_a_total_taken_out_leaves_the_table_without_it_and_balanced(tables: Tables, tmp_path: Path) -> None:
    made = with_totals(tmp_path)
    name = tables.upload("t.zip", packed({file.name: file.read_text() for file in made.iterdir()}))
    tables.take_out(name, tables.table(name).revision, block="Z", label="total", reason="a total")
    table = tables.table(name)
    assert table.read().industries.sectors == ("farms", "mills", "power")
    assert all(finding.status is not Status.FAIL for finding in check(table.read()))
    assert "industry total taken out" in table.read().provenance.notes[-1]
    tables.undo(name, table.revision, table.changes[0].id)
    assert tables.table(name).read().industries.sectors[-1] == "total"


def test_an_accepted_check_goes_into_the_reference_and_can_be_taken_back(tables: Tables, name: str) -> None:
    tables.accept(name, tables.table(name).revision, "row balance", "the source says so")
    table = tables.table(name)
    assert table.reference["accept"] == {"row balance": "the source says so"}
    tables.accept(name, table.revision, "row balance", "")
    assert "accept" not in tables.table(name).reference
    with pytest.raises(InputError, match="did you mean 'row balance'"):
        tables.accept(name, tables.table(name).revision, "row balanc", "r")


def test_a_crash_between_two_names_loses_neither_table(tables: Tables, name: str) -> None:
    correct(tables, name, tables.table(name).revision, 30, 31)
    folder = tables.table(name).folder
    assert folder is not None
    folder.rename(folder.with_name("table.next"))  # as it is when the old name is gone and the new not there
    assert tables.table(name).read().Z[0, 1] == 31


def test_what_comes_with_autarky_is_not_changed(tables: Tables) -> None:
    with pytest.raises(InputError, match="is not changed here"):
        correct(tables, "usa-2023", "", 1, 2)
    for name in ("nothing", "../x", "0" * 11 + "-" + "0" * 10):
        with pytest.raises(LookupError):
            tables.table(name)
