"""The commands as a user drives them: what they print, where they write, how they end."""

from __future__ import annotations

import html
import importlib
import json
import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from autarky.cli import app, main
from autarky.study_file import packaged_study

REPOSITORY = Path(__file__).parents[2]
STUDIES = sorted(
    path
    for folder in ("studies", "src/autarky/data/studies")
    for path in (REPOSITORY / folder).glob("*.yaml")
    if "\nscenario:" in path.read_text(encoding="utf-8")
)
"""Studies that are run; others are planned."""
AUTARKY = [sys.executable, "-m", "autarky.cli"]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def demo_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The study that new ones begin from, run once."""
    folder = tmp_path_factory.mktemp("demo")
    assert main(["run", str(packaged_study("demo")), "--runs", str(folder / "runs"), "--json"]) == 0
    (run,) = (folder / "runs").iterdir()
    return run


def test_the_demo_answers_first_with_ranges_and_says_where_the_report_is(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # A fifth of its draws: all of them are drawn by `make demo`. Whoever takes the study over by name while
    # he is loaded is loaded before.
    importlib.import_module("autarky.inquiry")
    study = packaged_study("border-closure-2020").read_text(encoding="utf-8")
    assert study.count("draws: 400") == 1
    Path("demo.yaml").write_text(study.replace("draws: 400", "draws: 80"), encoding="utf-8")
    monkeypatch.setattr("autarky.study_file.packaged_study", lambda name: Path("demo.yaml"))
    assert main(["demo"]) == 0
    out, _ = capsys.readouterr()
    (run,) = Path("runs").iterdir()
    assert "North Korea 2019 (estimated)" in out.splitlines()[0]
    assert "HOUSEHOLDS" in out and "draws" in out
    assert f"{run}/report.html" in out
    assert out.count("HOW FAR OFF  ") == 3
    assert "autarky backtest" in out and "autarky claims" in out
    page = html.unescape((run / "report.html").read_text(encoding="utf-8"))
    assert (run / "report.html").stat().st_size < 300_000
    assert "default-src 'none'" in page
    assert "<script" not in page
    assert "estimated, not observed" in page
    assert "it rests on 34 figures with 34 claims in use" in page


@pytest.mark.parametrize("path", STUDIES, ids=lambda path: path.stem)
def test_every_study_of_the_repository_runs_and_its_answer_names_the_cause(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", str(path), "--json"]) == 0
    out, err = capsys.readouterr()
    done = json.loads(out)
    assert err == ""
    assert done["outcome"] == "completed"
    assert Path(done["report"]).is_file()
    answer = done["answer"]
    first, *_ = answer["sentences"]
    # A study of prices alone has no shock to name.
    assert answer["conditions"] or answer["rules"]
    told = [one["text"] in first or one["short"] in first for one in answer["conditions"]]
    series = sum(condition["kind"] == "trade_series" for condition in answer["conditions"])
    if series < 3:
        assert all(told) or (f"{len(told) - 2} more" in first and told[:2] == [True, True])
    else:
        assert "If trade follows what was recorded from" in first
    assert all(industry["cause"]["clause"] for industry in answer["industries"])
    if answer["falling_count"]:
        assert answer["groups"][0]["cause"]["clause"] in first
    else:
        assert "no industry falls below 90 %" in first


def test_new_then_run_then_verify(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new", "my.yaml", "--from", "demo"]) == 0
    text = Path("my.yaml").read_text(encoding="utf-8")
    assert capsys.readouterr().out == "my.yaml written; edit it, then: autarky run my.yaml\n"
    Path("my.yaml").write_text(text.replace("days: 730", "days: 200"), encoding="utf-8")
    assert main(["run", "my.yaml"]) == 0
    capsys.readouterr()
    (run,) = Path("runs").iterdir()
    assert main(["run", "--verify", run.name]) == 0
    assert (
        capsys.readouterr().out == f"{run.name}: result.nc and report.html come out the same, byte for byte\n"
    )
    run.chmod(0o755)
    (run / "report.html").chmod(0o644)
    (run / "report.html").write_text("forged")
    assert main(["run", "--verify", str(run), "--json"]) == 2
    assert json.loads(capsys.readouterr().out) == {
        "run": run.name,
        "same": False,
        "differences": ["report.html was changed after the run"],
    }


def test_new_never_overwrites(capsys: pytest.CaptureFixture[str]) -> None:
    Path("my.yaml").write_text("mine")
    assert main(["new", "my.yaml"]) == 2
    assert capsys.readouterr().err == "my.yaml: exists already — choose another name\n"
    assert Path("my.yaml").read_text() == "mine"
    assert main(["new", "no/such/folder.yaml"]) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_what_would_change_the_answer_is_left_out_if_asked(capsys: pytest.CaptureFixture[str]) -> None:
    path = str(next(path for path in STUDIES if path.stem == "us-semiconductors"))
    assert main(["run", path, "--no-variants", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["answer"]["variants"] == []
    assert main(["run", path]) == 0
    out = capsys.readouterr().out
    assert "WOULD CHANGE IT" in out
    assert "if home products could replace imports: first to stop" in " ".join(out.split())


def test_check_prints_every_finding_and_counts_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "usa-2023"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("United States 2023")
    assert lines[-1].startswith("0 FAIL · ")
    assert all(line.startswith(("PASS", "WARNING", "SKIPPED")) for line in lines[1:-1])
    assert main(["check", "usa-2023", "--json"]) == 0
    audit = json.loads(capsys.readouterr().out)
    assert audit["passes"] is True
    assert {"check", "status", "message", "row", "column", "difference"} <= set(audit["findings"][0])


def test_a_table_that_fails_exits_2(shared_data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = shared_data / "wiod2016_niot" / "niot_2014_all43.csv.gz"
    assert main(["check", str(table), "--option", "country=ROU", "--option", "year=2014"]) == 2
    out = capsys.readouterr().out
    assert any(line.startswith("FAIL") and "R_S" in line for line in out.splitlines())


def test_report_draws_the_same_page_again(demo_run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", str(demo_run)]) == 0
    assert capsys.readouterr().out == f"{demo_run.name}.html\n"
    assert Path(f"{demo_run.name}.html").read_bytes() == (demo_run / "report.html").read_bytes()
    assert main(["report", str(demo_run)]) == 2
    assert "exists already" in capsys.readouterr().err
    assert main(["report", demo_run.name, "--runs", str(demo_run.parent), "--to", "a.html", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"run": demo_run.name, "report": "a.html"}


def test_export_writes_netcdf_and_csv(demo_run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", str(demo_run), "--to", "run.nc"]) == 0
    assert Path("run.nc").read_bytes() == (demo_run / "result.nc").read_bytes()
    assert main(["export", str(demo_run), "--format", "csv", "--to", "run", "--json"]) == 0
    assert json.loads(capsys.readouterr().out.split("\n", 1)[1])["export"] == "run"
    assert len(Path("run/gdp.csv").read_text().splitlines()) == 731


def test_schema_is_json_schema(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema"]) == 0
    assert json.loads(capsys.readouterr().out)["title"] == "autarky study"


def test_doctor_names_what_it_found(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--json"]) == 0
    health = json.loads(capsys.readouterr().out)
    assert health["well"] is True
    assert {"numpy", "numba", "cores", "memory"} <= {found["name"] for found in health["conditions"]}
    assert {"pymrio"} <= {found["name"] for found in health["extras"]}


def test_doctor_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from importlib import metadata

    def version(name: str) -> str:
        if name in ("numba", "pymrio"):
            raise metadata.PackageNotFoundError(name)
        return "1"

    monkeypatch.setattr(metadata, "version", version)
    assert main(["doctor"]) == 2
    out = capsys.readouterr().out
    assert "numba                  missing — set up again: make install" in out
    assert "pymrio                 missing — optional: pip install 'autarky[pymrio]'" in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["runn"], "no such command 'runn'"),
        (["run"], "needs either STUDY or --verify RUN"),
        (["run", "a.yaml", "--verify", "b"], "needs either STUDY or --verify RUN"),
        (["run", "--nonsense"], "--nonsense"),
        (["check"], "TABLE"),
        (["new"], "STUDY"),
        (["report", "none"], "none: is not a run folder"),
        (["export", "none"], "none: is not a run folder"),
        (["check", "none"], "none: no such table"),
        (["check", "usa-2023", "--option", "year"], "'year' is not name=value"),
        (["check", "usa-2023", "--format", "exel"], "unknown format 'exel'"),
        (["new", "a.yaml", "--from", "dem"], "did you mean 'demo'?"),
    ],
    ids=" ".join,
)
def test_misuse_is_one_line_with_a_remedy(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert said in err and " — " in err
    assert list(Path().iterdir()) == []


def test_every_command_knows_json_quiet_and_debug() -> None:
    for command in app.registered_commands:
        done = subprocess_help(command.callback.__name__)  # type: ignore[union-attr]
        assert all(option in done for option in ("--json", "--quiet", "--debug"))


def subprocess_help(command: str) -> str:
    done = subprocess.run([*AUTARKY, command, "--help"], capture_output=True, text=True, check=True)
    return done.stdout


def test_a_bug_is_one_line_and_exit_4(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken() -> str:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr("autarky.study_file.schema_text", broken)
    assert main(["schema"]) == 4
    err = capsys.readouterr().err
    assert err.startswith("autarky: internal error: ZeroDivisionError: a bug — run again with --debug")
    assert err.count("\n") == 1
    assert main(["schema", "--debug"]) == 4
    assert "Traceback" in capsys.readouterr().err


def test_bad_input_with_debug_shows_where(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "none.yaml", "--debug"]) == 2
    assert "Traceback" in capsys.readouterr().err


def test_an_interruption_is_130_and_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("autarky.study.simulate", interrupted)
    assert main(["run", str(packaged_study("demo"))]) == 130
    assert capsys.readouterr().err == "autarky: interrupted — nothing was written\n"
    assert list(Path().iterdir()) == []


def test_control_c_during_a_run_leaves_nothing() -> None:
    Path("long.yaml").write_text(
        "version: 1\ntitle: long\neconomy: {embedded: usa-2023}\n"
        "scenario: {start: 1900-01-01, days: 36500, behaviour: {steps_per_day: 24}}\n"
    )
    running = subprocess.Popen([*AUTARKY, "run", "long.yaml"], stderr=subprocess.PIPE, text=True)
    time.sleep(4)
    assert running.poll() is None
    running.send_signal(signal.SIGINT)
    _, err = running.communicate(timeout=60)
    assert running.returncode == 130, err
    assert err == "autarky: interrupted — nothing was written\n"
    assert [path.name for path in Path().iterdir()] == ["long.yaml"]


def test_a_reader_that_leaves_early_is_no_error() -> None:
    done = subprocess.run(
        ["bash", "-c", f"{' '.join(AUTARKY)} schema | head -1; echo ${{PIPESTATUS[0]}}"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "{\n0\n"
    assert done.stderr == ""


def in_a_terminal(environment: dict[str, str], *arguments: str) -> str:
    """What a command writes to stderr when stderr is a terminal."""
    leader, follower = pty.openpty()
    with subprocess.Popen(
        [*AUTARKY, *arguments], stdout=subprocess.DEVNULL, stderr=follower, env={**os.environ, **environment}
    ) as running:
        os.close(follower)
        seen = b""
        while True:
            try:
                chunk = os.read(leader, 4096)
            except OSError:
                break
            if not chunk:
                break
            seen += chunk
    os.close(leader)
    assert running.returncode == 0
    return seen.decode()


def test_the_bar_is_shown_in_a_terminal_without_colour_if_asked_and_not_at_all_if_quiet() -> None:
    plain = {"NO_COLOR": "1", "TERM": "xterm-256color"}
    study = str(packaged_study("demo"))
    bar = in_a_terminal(plain, "run", study)
    assert "simulating the study" in bar and "/730" in bar
    assert "simulating if every input were essential" in bar
    assert "\x1b[3" not in bar
    assert in_a_terminal(plain, "run", study, "--quiet") == ""
