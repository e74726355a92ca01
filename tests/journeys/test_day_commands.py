"""The whole day as a user asks for it: compared, shared out over causes, run, drawn again, exported."""

from __future__ import annotations

import contextlib
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import xarray as xr

from autarky.cli import main
from parsed_page import Page

STUDIES = Path(__file__).parents[2] / "studies"
REGIMES, CAUSES, HOUSEHOLDS = (
    str(STUDIES / f"north-korea-{name}.yaml") for name in ("regimes", "2020-causes", "households")
)
MOST_BYTES = 300_000
"""Of a page: read on a telephone, sent by mail."""


@dataclass(frozen=True)
class Home:
    """What was asked for once, for all tests: a folder and what was printed there."""

    runs: Path
    page: Path
    compared: dict[str, Any]
    shared_out: dict[str, Any]
    ran: dict[str, Any]


def ask(*arguments: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of a command."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(arguments)
    return code, out.getvalue(), err.getvalue()


def answered(*arguments: str) -> dict[str, Any]:
    """What a command that ends well prints as JSON, on stdout alone."""
    code, out, err = ask(*arguments, "--json")
    assert (code, err) == (0, "")
    found = json.loads(out, parse_constant=pytest.fail)
    assert isinstance(found, dict)
    return found


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    folder = tmp_path_factory.mktemp("day")
    runs, page = folder / "runs", folder / "causes.html"
    return Home(
        runs,
        page,
        answered("compare", REGIMES, "--runs", str(runs)),
        answered("attribute", CAUSES, "--workers", "1", "--runs", str(runs), "--to", str(page)),
        answered("run", HOUSEHOLDS, "--no-variants", "--runs", str(runs)),
    )


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_five_regimes_stand_side_by_side(home: Home) -> None:
    assert len(home.compared["comparison"]["columns"]) == 5
    assert home.compared["sentences"]
    run = Path(home.compared["path"])
    assert {path.name for path in run.iterdir()} >= {
        "comparison.json",
        "manifest.json",
        "report.html",
        "study.yaml",
    }


def test_a_loss_is_shared_out_over_its_causes(home: Home) -> None:
    assert "sanctions" in home.shared_out["sentences"][1]
    assert not [
        path for path in home.runs.iterdir() if path.name.startswith(".")
    ]  # nothing half done is left


def test_households_are_run_and_the_answer_tells_of_them(home: Home) -> None:
    assert home.ran["outcome"] == "completed"
    told = json.dumps(home.ran["answer"])
    assert "urban-lower" in told


def test_every_page_is_small_and_has_no_script(home: Home) -> None:
    for page in (Path(home.compared["report"]), home.page, Path(home.ran["report"])):
        text = page.read_text(encoding="utf-8")
        assert len(text.encode()) < MOST_BYTES, page
        assert "<script" not in text.lower()
        assert "default-src 'none'" in text.replace("&#x27;", "'").replace("&#39;", "'")
        assert "nan" not in " ".join(Page(text).text).lower().split()
        assert "http://" not in text.replace("http://www.w3.org", "")


@pytest.mark.parametrize("which", ["compared", "ran"])
def test_a_page_is_drawn_again_from_the_stored_numbers(home: Home, which: str) -> None:
    run = getattr(home, which)
    told = answered("report", run["run"], "--runs", str(home.runs), "--to", "again.html")
    assert told == {"run": run["run"], "report": "again.html"}
    assert Path("again.html").read_bytes() == Path(run["report"]).read_bytes()
    code, out, err = ask("report", run["run"], "--runs", str(home.runs), "--to", "again.html")
    assert (code, out, err.count("\n")) == (2, "", 1)


def test_numbers_are_exported(home: Home) -> None:
    name = home.ran["run"]
    where = ["--runs", str(home.runs)]
    target = Path(answered("export", name, *where)["export"])
    with xr.open_dataset(target) as data:
        assert {"eaten", "need_share", "household_cash"} <= set(data.data_vars)
    tables = Path(answered("export", name, "--format", "csv", "--to", "tables", *where)["export"])
    assert {"eaten.csv", "need_share.csv", "first_day_below_need.csv"} <= {
        path.name for path in tables.iterdir()
    }
    compared = Path(
        answered("export", home.compared["run"], "--format", "csv", "--to", "side", *where)["export"]
    )
    assert "values.csv" in {path.name for path in compared.iterdir()}


def test_what_is_asked_wrongly_is_one_line(home: Home) -> None:
    study = Path("dollars.yaml")
    study.write_text(
        "version: 1\ntitle: dollars\neconomy: {embedded: usa-2023}\n"
        "scenario:\n  start: 2024-01-01\n  days: 5\n"
        "  shocks: [{kind: demand_change, factor: 0.9, from: 2024-01-02}]\n"
    )
    dollars = answered("run", str(study), "--no-variants", "--runs", str(home.runs))["run"]
    ran, runs = home.ran["run"], ["--runs", str(home.runs)]
    for arguments, words in (
        (["compare", ran, *runs], "got 1 run — give 2 to 5"),
        (["compare", ran, dollars, *runs], "same currency"),
        (["compare", ran, home.compared["run"], *runs], "neither a run nor an ensemble"),
        (["compare", HOUSEHOLDS, *runs], "has nothing to compare with"),
        (["compare", "nowhere.yaml", *runs], "nowhere.yaml"),
        (["attribute", CAUSES, "--since", "March 2020"], "--since"),
        (["attribute", CAUSES, "--since", "2031-01-01"], "--since"),
        (["attribute", HOUSEHOLDS, "--draws", "0"], "--draws"),
        (["attribute", CAUSES, "--to", str(home.page)], str(home.page)),
        (["export", ran, "--format", "pdf", *runs], "pdf"),
        (["run", "no.yaml"], "no.yaml"),
    ):
        code, out, err = ask(*arguments)
        assert (code, out, err.count("\n")) == (2, "", 1), (arguments, err)
        assert words in err and " — " in err, err
    assert [path.name for path in Path().iterdir()] == ["dollars.yaml"]
