"""Wrong study files through the command line: exit 2, one line per problem, nothing left behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from autarky.cli import main
from wrong_studies import BY_HAND, RIGHT, Wrong, all_drawn


def refused(
    content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> list[str]:
    """The lines on stderr, after everything that holds for every wrong study has been seen to hold."""
    monkeypatch.chdir(tmp_path)
    Path("study.yaml").write_bytes(content)
    assert main(["run", "study.yaml"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "Traceback" not in err
    assert [path.name for path in tmp_path.iterdir()] == ["study.yaml"]
    lines = err.splitlines()
    assert lines
    assert all(line.startswith("study.yaml:") and " — " in line for line in lines)
    return lines


@pytest.mark.parametrize("wrong", BY_HAND, ids=lambda wrong: wrong.name)
def test_a_wrong_study_is_told_by_place_value_and_remedy(
    wrong: Wrong, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = refused(wrong.content, tmp_path, monkeypatch, capsys)
    assert len(lines) == len(wrong.problems), lines
    for line, (place, *words) in zip(lines, wrong.problems, strict=True):
        assert line.startswith(f"study.yaml:{place}: " if place else "study.yaml: "), line
        assert all(word in line for word in words), line


@pytest.mark.parametrize("wrong", all_drawn(), ids=lambda wrong: wrong.name)
def test_a_study_made_wrong_by_chance_is_refused_in_whole_lines(
    wrong: Wrong, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = refused(wrong.content, tmp_path, monkeypatch, capsys)
    ((place, *words),) = wrong.problems
    assert any(
        line.startswith(f"study.yaml:{place}") and all(word in line for word in words) for line in lines
    )


def test_there_are_enough_of_them() -> None:
    assert len({wrong.name for wrong in BY_HAND}) == len(BY_HAND) >= 40


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_line_ends_and_byte_order_marks_change_neither_study_nor_places(
    ending: str,
    mark: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    from autarky.study_file import read_study

    plain, other = tmp_path / "plain.yaml", tmp_path / "other.yaml"
    plain.write_text(RIGHT, encoding="utf-8")
    other.write_bytes((mark + RIGHT).replace("\n", ending).encode())
    assert read_study(other).scenario == read_study(plain).scenario
    plain.unlink()
    other.unlink()
    wrong = (mark + RIGHT).replace("share: 0.2", "share: 20").replace("\n", ending)
    assert refused(wrong.encode(), tmp_path, monkeypatch, capsys)[0].startswith("study.yaml:20:14: ")


@pytest.mark.parametrize(
    "name", ["none.yaml", "no/such/folder/x.yaml", ".", "x\x00y", "a" * 5000, "/dev/null"]
)
def test_a_study_that_is_no_file_is_one_line(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["run", name]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert " — " in err
    assert list(tmp_path.iterdir()) == []


def test_a_missing_study_finds_its_neighbour(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("embargo.yaml").write_text(RIGHT)
    assert main(["run", "embargp.yaml"]) == 2
    assert capsys.readouterr().err == "embargp.yaml: no such file — did you mean 'embargo.yaml'?\n"


def test_problems_as_json_are_on_stdout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("study.yaml").write_text(RIGHT.replace("days: 100", "days: 0"))
    assert main(["run", "study.yaml", "--json"]) == 2
    out, err = capsys.readouterr()
    assert err == ""
    assert json.loads(out) == {
        "error": [
            {
                "place": "study.yaml:7:9",
                "what": "days is 0, and the least allowed is 1",
                "remedy": "write 1 or more",
            }
        ],
        "exit_code": 2,
    }


def test_a_wrong_study_in_a_process_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "study.yaml").write_bytes(RIGHT.replace("ABROAD", '"\\e[2J"').encode())
    done = subprocess.run(
        [sys.executable, "-m", "autarky.cli", "run", "study.yaml"],
        cwd=tmp_path,
        env={**os.environ, "COLUMNS": "40"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr == "study.yaml:12:15: holds the escaped character '\\x1b' — delete it\n"
    assert done.stdout == ""
