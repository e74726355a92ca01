"""The catalogue says what the folders say, whatever has become of its file."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from autarky.cli import main
from autarky.run_folder import Run
from autarky.run_folder.catalogue import BROKEN, Catalogue
from autarky.sources.csv_folder import write_csv_folder
from autarky.study import run_study
from small_economies import chain

STUDY = """\
version: 1
title: Oil stops
economy: {path: table}
scenario:
  start: 2020-01-01
  days: 15
  shocks:
    - {kind: trade_cut, origin: CHINA, products: oil, share_kept: 0.3, from: 2020-01-03}
"""


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run as it is written."""
    folder = tmp_path_factory.mktemp("runs")
    write_csv_folder(chain(), folder / "table")
    (folder / "study.yaml").write_text(STUDY)
    return run_study(folder / "study.yaml", folder / "runs", variants=False)


@pytest.fixture
def runs(one: Run, tmp_path: Path) -> Path:
    """A folder with three copies of it, each under a name of its own."""
    folder = tmp_path / "runs"
    for day in (1, 2, 3):
        copy(one, folder, day)
    return folder


def copy(one: Run, runs: Path, day: int) -> Path:
    """The run as if it had been made on a day of January."""
    path = runs / f"202001{day:02d}T000000Z-{day:08x}-oil-stops"
    shutil.copytree(one.path, path)
    path.chmod(0o755)
    change(path, created=f"2020-01-{day:02d}T00:00:00+00:00")
    return path


def change(path: Path, **values: object) -> None:
    """Other values in a manifest."""
    manifest = path / "manifest.json"
    told = json.loads(manifest.read_bytes()) | values
    manifest.chmod(0o644)
    manifest.write_text(json.dumps({name: value for name, value in told.items() if value is not None}))


def test_an_entry_is_what_the_manifest_says_and_the_first_sentence_of_the_answer(one: Run) -> None:
    (entry,) = Catalogue(one.path.parent).entries()
    assert (entry.id, entry.kind, entry.title, entry.economy) == (one.id, "run", "Oil stops", "chain")
    assert entry.headline == one.answer.sentences[0]
    assert entry.created == one.manifest["created"]
    assert entry.study_sha256 == one.manifest["inputs"]["study"]["sha256"]


def test_what_is_new_is_taken_in_what_changed_is_read_again_and_what_is_gone_is_forgotten(
    runs: Path, one: Run, tmp_path: Path
) -> None:
    catalogue = Catalogue(runs, tmp_path / "c.sqlite")
    assert [entry.created[8:10] for entry in catalogue.entries()] == ["03", "02", "01"]
    first, second, _ = sorted(runs.iterdir())
    shutil.rmtree(first)
    change(second, headline="Something else.")
    copy(one, runs, 4)
    found = catalogue.entries()
    assert [entry.created[8:10] for entry in found] == ["04", "03", "02"]
    assert found[-1].headline == "Something else."
    assert found == Catalogue(runs, tmp_path / "c.sqlite").reindex()


def test_a_second_look_reads_no_manifest(runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    catalogue = Catalogue(runs, tmp_path / "c.sqlite")
    before = catalogue.entries()
    monkeypatch.setattr(Path, "read_bytes", lambda path: pytest.fail(f"{path} was read"))
    assert catalogue.entries() == before


@pytest.mark.parametrize(
    ("spoil", "what"),
    [
        (lambda path: (path / "manifest.json").unlink(), "manifest cannot be read"),
        (lambda path: (path / "manifest.json").write_bytes(b"\0{"), "not one that autarky wrote"),
        (lambda path: (path / "manifest.json").write_text("[" * 100_000), "not one that autarky wrote"),
        (lambda path: change(path, format="something else"), "not one that autarky wrote"),
        (lambda path: change(path, inputs=["no"]), "not one that autarky wrote"),
        (lambda path: change(path, seconds="long"), "not one that autarky wrote"),
        (lambda path: change(path, seconds="nan"), "not one that autarky wrote"),
        (lambda path: change(path, headline="\ud800"), "not one that autarky wrote"),
        (lambda path: (path / "report.html").unlink(), "report.html is missing"),
    ],
)
def test_a_broken_folder_is_listed_with_what_is_wrong(
    spoil: object, what: str, runs: Path, tmp_path: Path
) -> None:
    path = sorted(runs.iterdir())[1]
    (path / "manifest.json").chmod(0o644)
    spoil(path)  # type: ignore[operator]
    found = {entry.id: entry for entry in Catalogue(runs, tmp_path / "c.sqlite").entries()}
    assert len(found) == 3
    assert found[path.name].kind == BROKEN
    assert what in found[path.name].headline
    assert [entry.kind for entry in found.values()].count("run") == 2


def test_a_manifest_without_a_headline_is_listed_by_its_title(runs: Path) -> None:
    path = sorted(runs.iterdir())[0]
    change(path, headline=None)
    entry = Catalogue(runs).entry(path.name)
    assert entry is not None
    assert entry.headline == "Oil stops"


def test_links_ensembles_under_way_and_other_folders_are_left_out(runs: Path, one: Run) -> None:
    (runs / "20200105T000000Z-00000005-linked").symlink_to(one.path)
    (runs / "ensemble-oil-stops-0123456789").mkdir()
    (runs / ".writing-x").mkdir()
    (runs / "notes").mkdir()
    assert len(Catalogue(runs).entries()) == 3


def _other_columns(file: Path) -> None:
    with sqlite3.connect(file) as table:
        table.execute("DROP TABLE IF EXISTS entry")
        table.execute("CREATE TABLE entry (id, something)")
        table.execute("PRAGMA user_version = 1")
    table.close()


def _another_version(file: Path) -> None:
    _other_columns(file)
    with sqlite3.connect(file) as table:
        table.execute("PRAGMA user_version = 99")
    table.close()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda file: file.write_bytes(b"this is not a database" * 500),
        lambda file: file.write_bytes(b""),
        lambda file: file.write_bytes(file.read_bytes()[:5000]),
        _other_columns,
        _another_version,
    ],
    ids=["garbage", "empty", "cut off", "other columns", "another version"],
)
def test_a_file_that_is_broken_or_of_another_version_is_made_anew(
    spoil: object, runs: Path, tmp_path: Path
) -> None:
    catalogue = Catalogue(runs, tmp_path / "c.sqlite")
    before = catalogue.entries()
    spoil(catalogue.file)  # type: ignore[operator]
    assert catalogue.entries() == before
    with sqlite3.connect(tmp_path / "c.sqlite") as table:
        assert table.execute("SELECT count(*) FROM entry").fetchone() == (3,)
    table.close()


def test_where_no_file_can_be_written_the_folders_are_read(runs: Path, tmp_path: Path) -> None:
    (tmp_path / "c.sqlite").mkdir()
    (tmp_path / "file").touch()
    for place in (tmp_path / "c.sqlite", tmp_path / "file" / "c.sqlite"):
        assert len(Catalogue(runs, place).entries()) == 3


BUSY = """
import sys
from pathlib import Path
from autarky.run_folder.catalogue import Catalogue

catalogue = Catalogue(Path(sys.argv[1]), Path(sys.argv[2]))
print("ready", flush=True)
for turn in range(int(sys.stdin.readline())):
    found = catalogue.reindex() if turn % 3 == 0 else catalogue.entries()
    assert len(found) >= 3 and all(entry.kind == "run" for entry in found), found
"""


def test_two_processes_at_once_lose_nothing_and_never_fail(runs: Path, one: Run, tmp_path: Path) -> None:
    file = tmp_path / "c.sqlite"
    file.write_bytes(b"this is not a database" * 500)
    command = [sys.executable, "-c", BUSY, str(runs), str(file)]
    processes = [
        subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("60\n")
        process.stdin.flush()
    ours = Catalogue(runs, file)
    for day in range(4, 14):
        # Beside first, as runs are written: nobody sees half a folder.
        path = copy(one, tmp_path / "beside", day)
        path.rename(runs / path.name)
        assert len(ours.entries()) == day
    for process in processes:
        _, told = process.communicate(timeout=60)
        assert process.returncode == 0, told
    assert len(ours.entries()) == len(Catalogue(runs).entries()) == 13


def test_runs_list_prints_a_line_for_each_that_no_title_can_break(
    runs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change(sorted(runs.iterdir())[2], headline="one\nline\x1b[2Jonly")
    assert main(["runs", "list", "--runs", str(runs)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:2] for line in lines] == [
        [f"2020-01-0{day}T00:00:00+00:00", "run"] for day in (3, 2, 1)
    ]
    assert lines[0].endswith("one line[2Jonly")
    assert "Oil stops" in lines[1]
    assert main(["runs", "list", "--runs", str(runs), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [entry["id"] for entry in found] == sorted((path.name for path in runs.iterdir()), reverse=True)


def test_runs_list_of_a_folder_without_runs_says_so_and_makes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["runs", "list"]) == 0
    assert capsys.readouterr().out == "no runs in runs\n"
    assert list(tmp_path.iterdir()) == []


def test_runs_reindex_says_how_many_there_are_and_which_are_broken(
    runs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = sorted(runs.iterdir())[0]
    (path / "report.html").unlink()
    where = ["--runs", str(runs), "--folder", str(tmp_path)]
    assert main(["runs", "reindex", *where]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[0].startswith("3 in the catalogue")
    assert told[1] == f"{path.name}: broken: report.html is missing"
    assert (tmp_path / ".autarky" / "catalogue.sqlite").is_file()
    assert main(["runs", "reindex", *where, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["runs"] == 3
