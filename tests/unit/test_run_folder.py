"""Run folders: whole or not at all, read-only, and the same numbers out as in."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from autarky import explanation, report
from autarky.errors import InputError, SourceError
from autarky.results import SimulationResult
from autarky.results.netcdf import from_netcdf
from autarky.run_folder import RUN_ID, Run, changed_files, export_run, folder, read_run, save_run, to_netcdf
from autarky.run_folder.csv_text import neutral
from made_results import national_result, world_result


def saved(runs: Path, result: SimulationResult | None = None, title: str = "Crude oil: embargo!") -> Run:
    result = result if result is not None else national_result(60)
    page = report.render(result, explanation.answer(result), command="autarky run x.yaml", digests={})
    return save_run(
        runs,
        title=title,
        study=b"version: 1\n",
        result=result,
        report=page,
        inputs={"command": "autarky run x.yaml", "digests": {}},
        log=[{"seconds": 0.1, "event": "simulated"}],
        seconds=1.5,
    )


def assert_same(left: SimulationResult, right: SimulationResult) -> None:
    assert left.record == right.record
    assert left.labels == right.labels
    assert left.outcome == right.outcome
    assert set(left.data.variables) == set(right.data.variables)
    for name in left.data.variables:
        before, after = left.data[name], right.data[name]
        assert before.dims == after.dims
        assert {k: v for k, v in before.attrs.items() if v != ""} == after.attrs
        if before.dtype.kind in "fc":
            np.testing.assert_array_equal(before.values, after.values)
        else:
            assert (
                before.values.astype(str).tolist() == after.values.astype(before.dtype).astype(str).tolist()
            )


@pytest.mark.parametrize("result", [national_result(40), world_result(30)], ids=["national", "world"])
def test_a_result_comes_back_from_disk_as_it_was(result: SimulationResult) -> None:
    assert_same(result, from_netcdf(to_netcdf(result), "result.nc"))


def test_infinite_and_missing_numbers_and_foreign_letters_survive_the_disk() -> None:
    result = national_result(5, labels={"A01": "Ackerbau – 農業 «é»", "B": ""})
    result.data["stock_cover"].values[0, :3] = [np.inf, np.nan, -0.0]
    assert_same(result, from_netcdf(to_netcdf(result), "result.nc"))


def test_the_page_drawn_from_disk_is_the_page_of_the_run(tmp_path: Path) -> None:
    run = saved(tmp_path / "runs")
    again = report.render(run.result, run.answer, command="autarky run x.yaml", digests={})
    assert again.encode() == run.report.read_bytes()


def test_the_same_result_gives_the_same_bytes_in_every_process() -> None:
    program = (
        "import hashlib; from made_results import national_result; from autarky.run_folder import to_netcdf;"
        "print(hashlib.sha256(to_netcdf(national_result(30))).hexdigest())"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(Path(__file__).parents[1])},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(digests) == 1


def test_a_run_folder_holds_five_files_and_can_no_longer_be_written(tmp_path: Path) -> None:
    run = saved(tmp_path / "runs")
    names = {"manifest.json", "study.yaml", "result.nc", "report.html", "run.log.jsonl"}
    assert {path.name for path in run.path.iterdir()} == names
    assert run.path.stat().st_mode & 0o222 == 0
    assert all(path.stat().st_mode & 0o222 == 0 for path in run.path.iterdir())
    assert [path.name for path in (tmp_path / "runs").iterdir()] == [run.id]
    assert changed_files(run) == []


def test_the_id_is_time_digest_and_name(tmp_path: Path) -> None:
    run = saved(tmp_path, title="Ölembargo — “all of it”, for ever and ever and ever and ever and more")
    assert RUN_ID.fullmatch(run.id)
    assert run.id.split("-", 2)[2].startswith("olembargo-all-of-it")
    assert run.id.split("-")[1] == run.manifest["files"]["result.nc"][:8]
    assert RUN_ID.fullmatch(saved(tmp_path, title="禁輸").id)


def test_the_manifest_names_what_went_in_and_how_it_ended(tmp_path: Path) -> None:
    manifest = json.loads((saved(tmp_path).path / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["ended"] == {"outcome": "COMPLETED", "meaning": "all days were simulated"}
    assert manifest["seconds"] == 1.5
    assert manifest["assumptions"] == list(national_result(5).record.assumptions)
    assert {"created", "files", "inputs", "parameters", "platform", "seed", "versions"} <= set(manifest)


def test_two_runs_of_one_study_in_one_second_do_not_meet(tmp_path: Path) -> None:
    result = national_result(20)
    paths = {saved(tmp_path, result).path for _ in range(3)}
    assert len(paths) == 3
    assert all(RUN_ID.fullmatch(path.name) for path in paths)


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError, MemoryError])
@pytest.mark.parametrize("moment", ["_sync_folder", "_move", "_write"])
def test_an_interrupted_run_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: type[BaseException], moment: str
) -> None:
    def fail(*_: object) -> None:
        raise error("stopped here")

    monkeypatch.setattr(folder, moment, fail)
    with pytest.raises((error, InputError)):
        saved(tmp_path / "new" / "runs")
    assert not (tmp_path / "new" / "runs").exists()
    (tmp_path / "old").mkdir()
    with pytest.raises((error, InputError)):
        saved(tmp_path / "old")
    assert list((tmp_path / "old").iterdir()) == []


def test_runs_that_cannot_be_written_say_where(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("a file in the way")
    with pytest.raises(InputError, match=r"runs: cannot be written: .* — choose another folder with --runs"):
        saved(tmp_path / "runs")


def test_a_run_is_found_by_path_and_by_id(tmp_path: Path) -> None:
    run = saved(tmp_path / "runs")
    assert read_run(run.path).manifest == read_run(run.id, tmp_path / "runs").manifest
    with pytest.raises(SourceError, match="did you mean"):
        read_run(run.path.parent / (run.id + "s"))


def test_an_id_is_not_a_way_out_of_the_folder(tmp_path: Path) -> None:
    run = saved(tmp_path / "elsewhere")
    with pytest.raises(SourceError, match="is not a run folder"):
        read_run(f"../elsewhere/{run.id}", tmp_path / "runs")


def test_a_flipped_byte_is_noticed(tmp_path: Path) -> None:
    run = saved(tmp_path)
    for name in ("result.nc", "report.html", "study.yaml", "run.log.jsonl"):
        content = bytearray((run.path / name).read_bytes())
        content[len(content) // 2] ^= 1
        (run.path / name).chmod(0o644)
        (run.path / name).write_bytes(content)
        assert name in changed_files(run)
    with pytest.raises(SourceError, match=r"result\.nc: was changed after the run"):
        _ = read_run(run.path).result


@pytest.mark.parametrize(
    "manifest", ["", "{", "[]", "null", '{"format": "autarky run 1"}', '{"format": "other", "files": {}}']
)
def test_a_broken_manifest_is_bad_input(tmp_path: Path, manifest: str) -> None:
    (tmp_path / "manifest.json").write_text(manifest)
    with pytest.raises(SourceError, match=r"manifest\.json: is not an 'autarky run 1' manifest"):
        read_run(tmp_path)


def test_the_folder_of_another_command_is_told_from_a_broken_one(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text('{"format": "autarky firms 1", "files": {}, "inputs": {}}')
    with pytest.raises(SourceError, match="but an 'autarky firms 1' one — give another folder"):
        read_run(tmp_path)


@pytest.mark.parametrize(
    "content", [b"", b"CDF\x02", b"CDF\x01" + b"\x00" * 40, b"\x89HDF\r\n\x1a\n", b"text" * 99]
)
def test_what_is_not_a_result_is_bad_input(content: bytes) -> None:
    with pytest.raises(SourceError, match="is not a result of autarky"):
        from_netcdf(content, "result.nc")


def test_text_that_a_spreadsheet_would_run_is_made_inert() -> None:
    for text in ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"):
        assert neutral(text) == "'" + text
    for text in ("334", "Oil and gas", "a=b", ""):
        assert neutral(text) == text


def test_csv_holds_every_number_and_no_formula(tmp_path: Path) -> None:
    labels = {"A01": "=HYPERLINK(1)", "B": "plain"}
    result = national_result(20, labels=labels)
    run = saved(tmp_path / "runs", result)
    target = export_run(run, "csv", tmp_path / "tables")
    with (target / "output.csv").open(newline="", encoding="utf-8") as file:
        head, *rows = csv.reader(file)
    assert head == ["day", *result.data["industry"].values.tolist()]
    assert rows[3][0] == "2024-01-04"
    np.testing.assert_array_equal(
        np.array([[float(cell) for cell in row[1:]] for row in rows]), result.data["output"].values
    )
    with (target / "consumption.csv").open(newline="", encoding="utf-8") as file:
        assert sum(1 for _ in file) == 1 + 20 * result.data.sizes["product"]
    assert "A01,'=HYPERLINK(1)" in (target / "labels.csv").read_text(encoding="utf-8")
    assert "output,day × industry,million USD / day,output" in (target / "variables.csv").read_text("utf-8")
    assert {path.stem for path in target.iterdir()} == {
        *map(str, result.data.data_vars),
        "variables",
        "labels",
    }


def test_excel_keeps_numbers_numbers_and_formulas_text(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl", reason="the extra 'excel' is not installed")
    result = national_result(20, labels={"A01": "=1+1"})
    result.data["stock_cover"].values[0, 0] = np.inf
    target = export_run(saved(tmp_path / "runs", result), "xlsx", tmp_path / "run.xlsx")
    book = openpyxl.load_workbook(target, read_only=True)
    output = list(book["output"].iter_rows(values_only=True))
    assert output[1][1] == result.data["output"].values[0, 0]
    assert next(book["stock_cover"].iter_rows(min_row=2, values_only=True))[1] == "inf"
    assert ("A01", "'=1+1") in list(book["labels"].iter_rows(values_only=True))


def test_netcdf_export_is_the_stored_file(tmp_path: Path) -> None:
    run = saved(tmp_path / "runs")
    assert export_run(run, "netcdf", tmp_path / "a.nc").read_bytes() == (run.path / "result.nc").read_bytes()


def test_an_export_never_overwrites_and_knows_its_formats(tmp_path: Path) -> None:
    run = saved(tmp_path / "runs")
    (tmp_path / "here").write_text("mine")
    with pytest.raises(InputError, match="exists already"):
        export_run(run, "csv", tmp_path / "here")
    with pytest.raises(InputError, match="cannot be written"):
        export_run(run, "csv", tmp_path / "no" / "such" / "folder")
    with pytest.raises(InputError, match="unknown format 'cvs' — did you mean 'csv'"):
        export_run(run, "cvs", tmp_path / "x")
    assert (tmp_path / "here").read_text() == "mine"
    assert {path.name for path in tmp_path.iterdir()} == {"runs", "here"}
