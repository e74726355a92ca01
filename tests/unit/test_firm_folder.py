"""Firm folders: what was found comes back whole, is listed and shown, and nothing in it is a formula."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from autarky.errors import InputError, SourceError
from autarky.explanation.answer import json_ready
from autarky.explanation.firms import sentences
from autarky.results.firms import FirmResult
from autarky.run_folder import FirmRun, export_run, read_any, save_firms
from autarky.run_folder.catalogue import Catalogue
from autarky.study import laid_beside, report_again
from autarky.workbench.screens.result import kind_of
from hostile import FORMULAS
from made_firm_results import MADE, drawn, given

ROWS = (("place", "name", "lost of output"), (1, "=1+1", 0.25), (2, "firm-2", 0.125))


def saved(runs: Path, found: FirmResult) -> FirmRun:
    return save_firms(
        runs,
        title=found.title,
        study=b"version: 1\n",
        found=found,
        ranking=ROWS,
        inputs={
            "command": "autarky firms x.yaml",
            "digests": {"study.yaml": "ab"},
            "economy": {"name": "somewhere"},
        },
        versions={"autarky": "0"},
        log=[{"seconds": 0.1, "event": "ranked"}],
        seconds=1.5,
    )


@pytest.mark.parametrize("name", MADE)
def test_what_was_found_comes_back_from_disk_as_it_was(tmp_path: Path, name: str) -> None:
    found = MADE[name]()
    run = read_any(saved(tmp_path, found).path)
    assert isinstance(run, FirmRun) and kind_of(run) == "firm result"
    assert json_ready(run.found) == json_ready(found)  # what has no number is not equal to itself
    assert run.page().encode() == (run.path / "report.html").read_bytes()


def test_a_folder_holds_the_files_it_says_and_no_more(tmp_path: Path) -> None:
    run = saved(tmp_path, given())
    files = {"manifest.json", "study.yaml", "firms.json", "ranking.csv", "report.html", "run.log.jsonl"}
    assert {path.name for path in run.path.iterdir()} == files
    assert set(run.manifest["files"]) == files - {"manifest.json"}


def test_the_ranking_holds_every_row_and_no_formula(tmp_path: Path) -> None:
    rows = list(csv.reader(saved(tmp_path, given()).ranking.read_text().splitlines()))
    assert rows == [["place", "name", "lost of output"], ["1", "'=1+1", "0.25"], ["2", "firm-2", "0.125"]]


def test_what_is_printed_ends_with_where_it_lies_and_what_comes_next(tmp_path: Path) -> None:
    run = saved(tmp_path, drawn())
    *_, report, ranking, after = run.text().splitlines()
    assert report.split() == ["report", str(run.report)] and ranking.split() == ["ranking", str(run.ranking)]
    assert after.split() == ["next", "autarky", "export", str(run.path), "--format", "xlsx"]
    told = json.loads(json.dumps(run.to_dict(), allow_nan=False))
    assert told["firms"]["network"]["draws"] == 20 and told["sentences"][0] == sentences(drawn())[0][1]


def test_it_is_listed_and_its_page_is_drawn_again(tmp_path: Path) -> None:
    run = saved(tmp_path, drawn())
    (entry,) = Catalogue(tmp_path).entries()
    assert (entry.id, entry.kind) == (run.id, "firm result")
    assert entry.headline == sentences(drawn())[0][1]
    again, page = report_again(run.path)
    assert isinstance(again, FirmRun) and page == run.page()
    with pytest.raises(InputError, match="has a page of its own"):
        report_again(run.path, others=[run.path])


def test_a_changed_result_is_not_read(tmp_path: Path) -> None:
    run = saved(tmp_path, given())
    file = run.path / "firms.json"
    file.chmod(0o644)
    file.write_bytes(file.read_bytes().replace(b"Anchor mill", b"Anchor Mill"))
    with pytest.raises(SourceError, match=r"firms\.json: was changed after ranking — rank the firms again"):
        assert read_any(run.path).found


@pytest.mark.parametrize("name", MADE)
def test_an_export_is_a_table_for_each_list_and_no_netcdf(tmp_path: Path, name: str) -> None:
    run = saved(tmp_path / "runs", MADE[name]())
    with pytest.raises(InputError, match=r"a firm result is tables.*firms\.json holds all of it"):
        export_run(run, "netcdf", tmp_path / "x.nc")
    folder = export_run(run, target=tmp_path / "tables")
    tables = {path.stem: list(csv.reader(path.open(newline=""))) for path in folder.iterdir()}
    found = run.found
    assert {row[1] for row in tables["nodes"][1:]} >= {node.name for node in found.ranking.nodes}
    if found.cut is not None:
        errors = next(row for row in tables["cut"] if row[0] == "aggregation error")
        assert [float(cell) for cell in errors[2:]] == [
            found.cut.error.middle,
            found.cut.error.low,
            found.cut.error.high,
        ]
    if found.days is not None:
        assert ("days" in tables) == bool(found.days.courses)
        assert len(tables.get("days", [])) in (0, found.days.days + 1)
        assert len(tables["weeks"]) == 3 * len(found.days.sectors) + 1
    assert all(len(row) == len(rows[0]) for rows in tables.values() for row in rows)


def test_a_workbook_of_hostile_names_has_no_formula(tmp_path: Path) -> None:
    found = given()
    nodes = tuple(
        replace(found.ranking.nodes[0], place=k, label=formula) for k, formula in enumerate(FORMULAS, start=1)
    )
    run = saved(tmp_path / "runs", replace(found, ranking=replace(found.ranking, nodes=nodes, foreign=())))
    book = openpyxl.load_workbook(export_run(run, "xlsx", tmp_path / "x.xlsx"))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert all(cell.data_type != "f" for cell in cells)


def test_it_cannot_be_laid_beside_a_run(tmp_path: Path) -> None:
    run = saved(tmp_path, given())
    with pytest.raises(InputError, match="has a page of its own — open its own page"):
        laid_beside(run, [run.path])
