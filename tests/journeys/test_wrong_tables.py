"""Wrong tables through the command line: exit 2, one line per problem on stderr, nothing left behind."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from autarky.cli import main
from wrong_tables import WRONG_TABLES, WrongTable, generated, write

CASES = [*WRONG_TABLES, *(generated(seed) for seed in range(40))]
IN_A_PROCESS = ("no Z", "NaN", "unbalanced row", "year as words")


def command(path: Path, options: Mapping[str, Any]) -> list[str]:
    """The arguments that check a table; ``format`` is an option of its own."""
    arguments = ["check", str(path)]
    for name, value in options.items():
        arguments += ["--format", str(value)] if name == "format" else ["--option", f"{name}={value}"]
    return arguments


def must_say(wrong: WrongTable, err: str) -> None:
    """What holds for every wrong table: whole lines, and one of them with everything expected."""
    lines = err.splitlines()
    assert all(re.fullmatch(r".+: .+ — .+", line) for line in lines), err
    assert len([line for line in lines if all(part in line for part in wrong.expected)]) == 1, err
    assert "Traceback" not in err


@pytest.mark.parametrize("wrong", CASES, ids=[wrong.name for wrong in CASES])
def test_a_wrong_table_exits_2_with_place_value_and_remedy_and_leaves_nothing(
    wrong: WrongTable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    path = wrong.make(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    assert main(command(path, wrong.options)) == 2
    out, err = capsys.readouterr()
    must_say(wrong, err)
    # A table that can be read has findings; each that fails is told on stderr again, with its remedy.
    assert out.count("\nFAIL ") == (err.count("\n") if out else 0)
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    "wrong", [wrong for wrong in WRONG_TABLES if wrong.name in IN_A_PROCESS], ids=lambda wrong: wrong.name
)
def test_the_same_in_a_process_of_its_own(wrong: WrongTable, tmp_path: Path) -> None:
    path = wrong.make(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    done = subprocess.run(
        [sys.executable, "-m", "autarky.cli", *command(path, wrong.options)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    must_say(wrong, done.stderr)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_study_on_a_wrong_table_leaves_no_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    next(wrong for wrong in WRONG_TABLES if wrong.name == "NaN").make(tmp_path)
    Path("study.yaml").write_text(
        "version: 1\ntitle: a\neconomy: {path: table}\nscenario: {start: 2024-01-01, days: 3}\n"
    )
    assert main(["run", "study.yaml"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1 and "Z.csv, line 3, row 'mills', column 'mills'" in err and " — " in err
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["study.yaml", "table"]


def test_failures_as_json_are_one_document_with_every_finding(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = next(wrong for wrong in WRONG_TABLES if wrong.name == "unbalanced row").make(tmp_path)
    assert main(["check", str(path), "--json"]) == 2
    out, err = capsys.readouterr()
    assert err == ""
    audit = json.loads(out)
    failed = [finding for finding in audit["findings"] if finding["status"] == "FAIL"]
    assert audit["passes"] is False and len(failed) == audit["counts"]["FAIL"] > 0
    assert any((found["left"], found["right"]) == (130, 100) for found in failed)


def test_the_good_table_exits_0(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(write(tmp_path))]) == 0
    assert capsys.readouterr().err == ""
