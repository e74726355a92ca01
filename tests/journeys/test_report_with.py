"""Report with others beside: draws and lifelines fill the sections of a run's page, or are refused."""

import re
from pathlib import Path

import pytest

from autarky import cli
from parsed_page import Page

STUDY = """version: 1
title: No chips
economy: {embedded: usa-2023}
scenario:
  start: 2024-01-01
  days: 40
  shocks:
    - {kind: trade_cut, products: ["334"], from: 2024-01-03, share_kept: 0}
uncertainty:
  draws: 6
  parameters:
    - name: share of the cut that leaks through
      sets: shocks[0].share_kept
      distribution: {kind: uniform, low: 0, high: 0.2}
      source: assumption
"""


def left(runs: Path) -> set[Path]:
    return {path for path in runs.iterdir() if not path.name.startswith(".")}


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    home = tmp_path_factory.mktemp("with")
    (home / "chips.yaml").write_text(STUDY, encoding="utf-8")
    here, runs = {}, home / "runs"
    before: set[Path] = set()
    for name, asked in (
        ("run", ["run", str(home / "chips.yaml"), "--no-variants"]),
        ("draws", ["ensemble", str(home / "chips.yaml"), "--workers", "1"]),
        (
            "kept",
            ["lifelines", str(home / "chips.yaml"), "--candidates", "1", "--workers", "1", "--no-variants"],
        ),
        ("plan", ["plan", "src/autarky/data/studies/plan.yaml"]),
    ):
        assert cli.main([*asked, "--runs", str(runs), "--quiet"]) == 0
        (here[name],) = left(runs) - before
        before = left(runs)
    return here


def sections(page: str) -> dict[str, str]:
    return dict(re.findall(r'<section id="([a-z]+)"(.*?)</section>', page, re.S))


def test_draws_and_lifelines_beside_a_run_fill_its_sections(folders: dict[str, Path], tmp_path: Path) -> None:
    told = tmp_path / "page.html"
    others = ["--with", str(folders["draws"]), "--with", str(folders["kept"])]
    assert cli.main(["report", str(folders["run"]), *others, "--to", str(told), "--quiet"]) == 0
    own = sections((folders["run"] / "report.html").read_text(encoding="utf-8"))
    page = told.read_text(encoding="utf-8")
    with_others = sections(page)
    assert list(own) == list(with_others)
    for name, command, held in (
        ("stocks", "autarky lifelines chips.yaml", folders["kept"]),
        ("keep", "autarky lifelines chips.yaml", folders["kept"]),
        ("sure", "autarky ensemble chips.yaml", folders["draws"]),
    ):
        assert command in own[name] and "<svg" not in own[name]
        assert held.name in with_others[name] and 'role="img"' in with_others[name]
    # What is not asked stays empty, and the rest of the page is the run's own.
    for name in ("answer", "when", "why", "plan", "compare", "evidence", "method"):
        assert with_others[name] == own[name]
    assert Page(page).open == []


def test_lifelines_beside_an_ensemble_fill_its_sections(folders: dict[str, Path], tmp_path: Path) -> None:
    told = tmp_path / "page.html"
    others = ["--with", str(folders["kept"])]
    assert cli.main(["report", str(folders["draws"]), *others, "--to", str(told), "--quiet"]) == 0
    assert folders["kept"].name in sections(told.read_text(encoding="utf-8"))["keep"]


def test_folders_that_cannot_be_beside_are_refused_together_each_in_a_line(
    folders: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = tmp_path / "page.html"
    others = ["--with", str(folders["plan"]), "--with", str(folders["run"])]
    assert cli.main(["report", str(folders["run"]), *others, "--to", str(told)]) == 2
    other_economy, nothing = capsys.readouterr().err.strip().splitlines()
    assert folders["plan"].name in other_economy and folders["run"].name in other_economy
    assert "is of no table" in other_economy and "United States 2023" in other_economy
    assert "holds nothing to lay beside" in nothing
    assert not told.exists()


def test_a_plan_takes_nothing_beside_it(
    folders: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["report", str(folders["plan"]), "--with", str(folders["run"]), "--to", str(tmp_path / "p.html")]
    assert cli.main(asked) == 2
    assert "has a page of its own" in capsys.readouterr().err
