"""Ensembles as a user drives them: asked for, stopped, killed, resumed, read again, asked for wrongly."""

from __future__ import annotations

import json
import os
import pty
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import xarray as xr

from autarky.cli import main
from autarky.ensemble import claimed
from autarky.run_folder import ENSEMBLE_ID, read_ensemble
from autarky.sources.csv_folder import write_csv_folder
from small_economies import chain

AUTARKY = [sys.executable, "-m", "autarky.cli"]
KILLS = 50

STUDY = """\
version: 1
title: Oil stops
economy: {path: table}
scenario:
  start: 2020-01-01
  days: 15
  shocks:
    - {kind: trade_cut, origin: CHINA, products: oil, share_kept: 0.3, from: 2020-01-03}
  behaviour: {inventory_days: 5}
"""
UNCERTAINTY = """\
uncertainty:
  draws: 96
  parameters:
    - name: oil kept
      distribution: {kind: uniform, low: 0.0, high: 0.6}
      source: assumption
      sets: "shocks[0].share_kept"
    - name: stock
      unit: days
      distribution: {kind: uniform, low: 2, high: 8}
      source: assumption
      sets: "behaviour.inventory_days"
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a table, a study of it, and the same study without a word on what is uncertain."""
    folder = tmp_path_factory.mktemp("ensemble")
    write_csv_folder(chain(), folder / "table")
    (folder / "study.yaml").write_text(STUDY + UNCERTAINTY)
    (folder / "certain.yaml").write_text(STUDY)
    return folder


@pytest.fixture(autouse=True)
def here(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The working folder is that of the study."""
    monkeypatch.chdir(home)


@pytest.fixture(scope="module")
def done(home: Path) -> Path:
    """The ensemble, run once in this process, with its draws kept."""
    arguments = ["ensemble", str(home / "study.yaml"), "--runs", str(home / "done"), "--workers", "1"]
    assert main([*arguments, "--keep-draws", "--json"]) == 0
    (folder,) = (home / "done").iterdir()
    return folder


def begun(*arguments: str, **options: object) -> subprocess.Popen[str]:
    """The ensemble in a process of its own."""
    return subprocess.Popen(
        [*AUTARKY, "ensemble", "study.yaml", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,  # type: ignore[call-overload]
    )


def wait_for_a_block(runs: Path, process: subprocess.Popen[str]) -> None:
    """Until the first draws are done."""
    upto = time.monotonic() + 120
    while not any(runs.glob("*/blocks/[0-9]*.nc")):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < upto
        time.sleep(0.005)


def test_the_answer_comes_first_with_its_ranges_and_the_same_command_shows_it_again(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["ensemble", "study.yaml", "--workers", "1"]
    assert main(command) == 0
    out, err = capsys.readouterr()
    assert out.startswith("Oil stops · chain 2019 · 15 days")
    assert "96 draws of 2 parameters" in out
    (folder,) = (home / "runs").iterdir()
    assert ENSEMBLE_ID.fullmatch(folder.name)
    assert f"runs/{folder.name}/report.html" in out
    lines = err.splitlines()
    assert lines[0] == "0 of 96 draws"
    assert len(lines) <= 11
    assert re.fullmatch(r"96 of 96 draws · [0-9.]+ draws/s · 0 s remain", lines[-1])
    assert sorted(path.name for path in folder.iterdir()) == [
        "ensemble.nc",
        "manifest.json",
        "plan.json",
        "report.html",
        "run.log.jsonl",
        "study.yaml",
    ]
    assert all(path.stat().st_mode & 0o222 == 0 for path in [folder, *folder.iterdir()])
    assert (folder / "study.yaml").read_bytes() == (home / "study.yaml").read_bytes()
    assert main(command) == 0
    again, err = capsys.readouterr()
    assert again == out
    assert err == ""


def test_workers_change_no_byte(done: Path, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ensemble", "study.yaml", "--runs", "shared", "--workers", "2", "--keep-draws", "-q"]) == 0
    assert capsys.readouterr().err == ""
    found = home / "shared" / done.name
    names = sorted(str(path.relative_to(done)) for path in done.rglob("*.*"))
    assert names == sorted(str(path.relative_to(found)) for path in found.rglob("*.*"))
    for name in names:
        if name not in ("manifest.json", "run.log.jsonl"):
            assert (found / name).read_bytes() == (done / name).read_bytes(), name
    assert "manifest.json" in names and "blocks/000000-000008.nc" in names


def test_a_cluster_changes_no_byte(done: Path, home: Path) -> None:
    distributed = pytest.importorskip("distributed", reason="needs the extra: pip install 'autarky[dask]'")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=":0", silence_logs=50
    ) as cluster:
        address = cluster.scheduler_address
        assert main(["ensemble", "study.yaml", "--runs", "cluster", "--cluster", address, "-q"]) == 0
    for name in ("ensemble.nc", "plan.json", "report.html"):
        assert (home / "cluster" / done.name / name).read_bytes() == (done / name).read_bytes()


def test_kept_draws_are_plain_netcdf_and_stand_in_the_manifest(done: Path) -> None:
    manifest = json.loads((done / "manifest.json").read_text())
    assert manifest["ended"] == {"draws": 96, "failed": 0, "kept": True}
    files = sorted((done / "blocks").iterdir())
    assert [f"blocks/{path.name}" for path in files] == sorted(n for n in manifest["files"] if "/" in n)
    with xr.open_dataset(files[-1], engine="scipy") as block:
        assert block["draw"].values.tolist() == list(range(88, 96))
        assert block["output"].dims == ("draw", "day", "industry")


def test_a_report_and_an_export_come_from_an_ensemble_as_from_a_run(
    done: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", str(done), "--to", str(tmp_path / "page.html")]) == 0
    assert (tmp_path / "page.html").read_bytes() == (done / "report.html").read_bytes()
    assert main(["export", done.name, "--runs", str(done.parent), "--to", str(tmp_path / "e.nc")]) == 0
    assert (tmp_path / "e.nc").read_bytes() == (done / "ensemble.nc").read_bytes()
    assert main(["export", str(done), "--format", "csv", "--to", str(tmp_path / "csv")]) == 0
    values = (tmp_path / "csv" / "value.csv").read_text().splitlines()
    assert values[0] == "draw,oil kept,stock"
    assert len(values) == 97
    assert main(["export", str(done), "--format", "xlsx", "--to", str(tmp_path / "e.xlsx")]) == 0


def test_numbers_that_were_changed_are_not_shown(done: Path, tmp_path: Path) -> None:
    from shutil import copytree

    folder = copytree(done, tmp_path / "e")
    numbers = folder / "ensemble.nc"
    numbers.chmod(0o644)
    numbers.write_bytes(numbers.read_bytes()[:-1] + b"x")
    assert main(["report", str(folder), "--to", str(tmp_path / "page.html")]) == 2


@pytest.mark.slow
def test_killed_at_any_moment_it_resumes_and_nothing_is_lost_or_made_twice(
    home: Path, tmp_path: Path
) -> None:
    program = Path(__file__).with_name("killed_ensembles.py")
    arguments = [str(home / "study.yaml"), str(tmp_path), str(KILLS), "1"]
    # It forks, which a process with threads of its own should not.
    alone = {**os.environ, "NUMBA_NUM_THREADS": "1", "NUMBA_THREADING_LAYER": "workqueue"}
    ended = subprocess.run(
        [sys.executable, str(program), *arguments], capture_output=True, text=True, timeout=400, env=alone
    )
    assert ended.returncode == 0, ended.stderr
    seen = json.loads(ended.stdout)
    assert seen["wrong"] == []
    assert seen["killed"] == KILLS
    assert len(seen["moments"]) > 5  # early, late and in between


def test_killed_with_its_workers_at_work_it_leaves_none_of_them_and_resumes(done: Path, home: Path) -> None:
    process = begun("--workers", "2", "--runs", "killed", "--keep-draws", start_new_session=True)
    wait_for_a_block(home / "killed", process)
    process.kill()
    process.communicate()
    upto = time.monotonic() + 10
    while members(process.pid):
        assert time.monotonic() < upto, "workers live on"
        time.sleep(0.05)
    assert main(["report", str(home / "killed" / done.name), "--to", "no.html"]) == 2  # not done
    assert main(["ensemble", "study.yaml", "--workers", "1", "--runs", "killed", "--keep-draws", "-q"]) == 0
    for path in (done / "blocks").iterdir():
        assert (home / "killed" / done.name / "blocks" / path.name).read_bytes() == path.read_bytes()


def members(session: int) -> list[int]:
    """Processes of a session that are alive."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, _, its_session = path.read_text().rpartition(")")[2].split()[:4]
        except OSError:
            continue
        if int(its_session) == session and state != "Z":
            found.append(int(path.parent.name))
    return found


@pytest.mark.parametrize("workers", ["1", "2"])
def test_ctrl_c_says_how_many_draws_are_done_and_what_resumes_them(home: Path, workers: str) -> None:
    runs = f"stopped {workers}"
    arguments = ("--draws", "400", "--workers", workers, "--runs", runs)
    process = begun(*arguments, start_new_session=True)
    wait_for_a_block(home / runs, process)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to the workers too
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert out == ""
    *_, last = err.splitlines()
    told = re.fullmatch(
        r"autarky ensemble: interrupted: (\d+) of 400 draws are done and kept in stopped .*/ensemble-oil-"
        r"stops-[0-9a-f]{10} — to resume: (autarky ensemble .*)",
        last,
    )
    assert told, err
    assert 0 < int(told[1]) < 400
    assert "Traceback" not in err
    command = shlex.split(told[2])
    assert command == ["autarky", "ensemble", "study.yaml", "--runs", runs, "--draws", "400"]
    (folder,) = (home / runs).iterdir()
    assert not (folder / "manifest.json").exists()
    assert sum(1 for _ in (folder / "blocks").glob("[0-9]*.nc")) > 0
    resumed = subprocess.run([*AUTARKY, *command[1:], "--workers", "1"], capture_output=True, text=True)
    assert resumed.returncode == 0
    assert re.match(r"(\d+) of 400 draws\n", resumed.stderr)[1] == told[1]  # type: ignore[index]
    assert read_ensemble(folder).manifest["ended"]["draws"] == 400


def test_ctrl_c_while_workers_start_is_one_line_too(home: Path) -> None:
    process = begun("--workers", "2", "--runs", "early", start_new_session=True)
    upto = time.monotonic() + 60
    while not any((home / "early").glob("*/plan.json")):
        assert time.monotonic() < upto and process.poll() is None
        time.sleep(0.005)
    time.sleep(0.4)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert out == ""
    assert err.splitlines()[-1].startswith("autarky ensemble: interrupted: ")
    assert "Traceback" not in err


def test_on_a_terminal_there_is_a_bar_with_the_rate(home: Path) -> None:
    watched, terminal = pty.openpty()
    with subprocess.Popen(
        [*AUTARKY, "ensemble", "study.yaml", "--runs", "watched", "--workers", "1"],
        stdout=subprocess.DEVNULL,
        stderr=terminal,
        env={**os.environ, "COLUMNS": "100", "TERM": "xterm"},
    ) as process:
        os.close(terminal)
        seen = b""
        while True:
            try:
                part = os.read(watched, 4096)
            except OSError:
                break
            if not part:
                break
            seen += part
    assert process.returncode == 0
    assert b"simulating" in seen and b"/96" in seen and b"draws/s" in seen


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (
            ["certain.yaml"],
            "certain.yaml: says nothing of what is uncertain, so there is nothing to draw — ",
        ),
        (["study.yaml", "--draws", "0"], "autarky ensemble: invalid value for '--draws'"),
        (["study.yaml", "--design", "sobel"], "--design: unknown design 'sobel' — did you mean 'sobol'?"),
        (["study.yaml", "--precision", "float16"], "--precision: unknown precision 'float16'"),
        (["study.yaml", "--workers", "0"], "autarky ensemble: invalid value for '--workers'"),
        (["study.yaml", "--workers", "2", "--cluster", "tcp://127.0.0.1:9"], "--workers: is given beside"),
        (["study.yaml", "--cluster", "nonsense"], "--cluster nonsense: "),
        (["study.yaml", "--runs", "study.yaml"], "study.yaml/ensemble-oil-stops-"),
        (["nowhere.yaml"], "nowhere.yaml"),
    ],
)
def test_wrong_input_is_one_line_and_nothing_is_written(
    home: Path, arguments: list[str], problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    where = [] if "--runs" in arguments else ["--runs", "wrong"]
    assert main(["ensemble", *arguments, *where]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(problem)
    assert " — " in err and len(err.splitlines()) == 1
    assert not (home / "wrong").exists()


def test_a_study_that_fits_in_no_memory_says_what_it_needs_before_anything_starts(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("autarky.ensemble.executors.free_memory", lambda: 20_000)
    assert main(["ensemble", "study.yaml", "--runs", "wrong"]) == 2
    err = capsys.readouterr().err
    assert re.match(
        r"memory: one draw needs [0-9.]+ [kMG]B, and each worker may take [0-9.]+ [kMG]B — give", err
    )
    assert not (home / "wrong").exists()


def test_a_folder_in_use_is_left_alone(done: Path, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with claimed(home / "busy" / done.name):
        (home / "busy" / done.name / "plan.json").touch()
        assert main(["ensemble", "study.yaml", "--runs", "busy", "--workers", "1"]) == 2
    assert "another process is running this ensemble — wait for it" in capsys.readouterr().err


def test_draws_that_were_not_kept_are_not_promised(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["ensemble", "study.yaml", "--runs", "unkept", "--workers", "1", "-q"]
    assert main(command) == 0
    assert main([*command, "--keep-draws"]) == 2
    assert "is done, and its draws were not kept — move the folder away" in capsys.readouterr().err
