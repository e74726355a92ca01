"""Comparing as a user asks for it: alternatives, runs on disk, draws, exports, and what is refused."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Sequence
from pathlib import Path

import pytest

from autarky import comparer
from autarky.comparer import OWN, compare_any, compare_runs, compare_study
from autarky.economy import Economy
from autarky.errors import InputError, ScenarioError
from autarky.explanation.comparison import Comparison
from autarky.results import SimulationResult
from autarky.run_folder import export_run, read_any
from autarky.scenario import Scenario
from autarky.simulation.run import simulate_many
from autarky.study import report_again, run_study

STUDY = """\
version: 1
title: Who is served first
economy: {embedded: north-korea-2019}
scenario:
  start: 2020-01-01
  days: 90
  shocks:
    - {kind: trade_cut, origin: [CHINA, ABROAD], destination: HOME, from: 2020-01-11, share_kept: 0.1, cause: closure}
    - {kind: capacity_loss, sectors: [agriculture], share: 0.1, from: 2020-01-15, cause: crop failure}
  behaviour:
    inventory_days: 10
    priority: [[government], [industries], [households]]
alternatives:
  the same: {note: nothing is otherwise}
  by rank: {behaviour: {rationing: priority}}
  no crop failure: {without: [crop failure]}
uncertainty:
  draws: 500
  design: saltelli
  parameters:
    - {name: kept, source: assumption, distribution: {kind: uniform, low: 0.05, high: 0.4}, sets: "shocks[0].share_kept"}
    - {name: steel, source: assumption, distribution: {kind: uniform, low: 0.9, high: 1.1}, coefficients: {inputs: [metals], users: all}}
"""  # noqa: E501


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder with the study in it."""
    monkeypatch.chdir(tmp_path)
    Path("mine.yaml").write_text(STUDY, encoding="utf-8")
    return tmp_path


def changed(*changes: tuple[str, str]) -> str:
    text = STUDY
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    Path("changed.yaml").write_text(text, encoding="utf-8")
    return "changed.yaml"


def row(found: Comparison, name: str, what: str = "lost over the run") -> tuple[float, ...]:
    return next(row.values for row in found.rows if row.name == name and row.what == what)


def test_a_study_is_compared_with_its_alternatives_and_kept(capsys: pytest.CaptureFixture[str]) -> None:
    run = compare_study("mine.yaml")
    found = run.found
    assert found.names == (OWN, "the same", "by rank", "no crop failure")
    assert found.columns[1].note == "nothing is otherwise"
    # Who stands first loses less, and who stands after loses more; a shock left out makes a difference.
    assert row(found, "government")[2] < row(found, "government")[0]
    assert row(found, "exports")[2] > row(found, "exports")[0]
    assert row(found, "value added")[3] != row(found, "value added")[0]
    assert {path.name for path in run.path.iterdir()} == {
        "manifest.json", "study.yaml", "comparison.json", "report.html", "run.log.jsonl",
    }  # fmt: skip
    assert "by rank" in run.text() and "HOLDS IN ALL" in run.text()
    assert json.dumps(run.to_dict(), allow_nan=False)
    again, page = report_again(run.id)
    assert again.id == run.id and page.encode() == (run.path / "report.html").read_bytes()
    kept = read_any(run.path)
    assert isinstance(kept, type(run)) and kept.found == found


def test_an_alternative_equal_to_the_study_differs_by_exactly_nothing() -> None:
    found = compare_study("mine.yaml", draws=5).found
    for one in found.rows:
        assert one.differences[1] == 0.0 or math.isnan(one.values[0])
        assert one.ranges[1].difference_low == one.ranges[1].difference_high == 0.0
        assert one.ranges[1].sign_holds == 1.0
    assert all(conclusion.holds[1] for conclusion in found.conclusions)


def test_the_order_of_alternatives_only_permutes_columns() -> None:
    lines = STUDY.splitlines()
    (k,) = (k for k, line in enumerate(lines) if line.startswith("  by rank"))
    Path("turned.yaml").write_text(
        "\n".join([*lines[: k - 1], *lines[k : k + 2], lines[k - 1], *lines[k + 2 :]])
    )
    one, other = compare_study("mine.yaml", draws=4).found, compare_study("turned.yaml", draws=4).found
    assert other.names == (OWN, "by rank", "no crop failure", "the same")
    order = [one.names.index(name) for name in other.names]
    for before, after in zip(one.rows, other.rows, strict=True):
        assert after.values == pytest.approx(tuple(before.values[k] for k in order), abs=0, nan_ok=True)
        assert after.ranges == tuple(before.ranges[k] for k in order)


def test_draws_come_out_the_same_twice_and_in_any_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[str, int, int]] = []
    one = compare_study("mine.yaml", "one", draws=6, progress=lambda *now: told.append(now))
    monkeypatch.setattr(comparer, "_BLOCK", 4)
    other = compare_study("mine.yaml", "other", draws=6)
    for name in ("comparison.json", "report.html"):
        assert (one.path / name).read_bytes() == (other.path / name).read_bytes()
    # A Saltelli design would make base points of six draws; pairs are drawn as they are asked for.
    assert (one.found.draws, one.found.failed) == (6, 0)
    assert told[-1] == ("draws", 6, 6) and ("alternatives", 4, 4) in told
    assert compare_study("mine.yaml", draws=6, seed=5).found.rows != one.found.rows


def test_every_draw_has_the_same_values_in_every_alternative() -> None:
    """Where only the share kept is drawn, and fixed by an alternative, its draws are all alike."""
    shocks = (
        "{without: [closure], shocks: [{kind: trade_cut, origin: [CHINA, ABROAD], destination: HOME, from: "
    )
    shocks += "2020-01-11, share_kept: 0.1}]}"
    study = changed(("{note: nothing is otherwise}", shocks))
    text = "\n".join(line for line in Path(study).read_text().splitlines() if "name: steel" not in line)
    Path(study).write_text(text + "\n")
    found = compare_study(study, draws=5).found
    lost = next(row for row in found.rows if row.key == "economy/gdp/lost over the run")
    assert lost.ranges[1].low == lost.ranges[1].high
    assert lost.ranges[0].high > lost.ranges[0].low
    # Summed in another order of shocks: the same number to rounding.
    assert lost.ranges[1].middle == pytest.approx(lost.values[0], rel=1e-9)


def test_draws_run_side_by_side_where_alternatives_differ_in_a_change_of_institutions(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    change = "    - {kind: institution_change, rationing: priority, from: 2020-01-21, cause: control}\n"
    study = changed(
        ("  behaviour:\n", f"{change}  behaviour:\n"), ("[crop failure]}\nunc", "[control]}\nunc")
    )
    # A table of its own for each draw keeps draws apart, whatever they have in common.
    text = "\n".join(line for line in Path(study).read_text().splitlines() if "name: steel" not in line)
    Path(study).write_text(text + "\n")
    beside: list[int] = []

    def counted(economy: Economy, scenarios: Sequence[Scenario]) -> list[SimulationResult]:
        beside.append(len(scenarios))
        return simulate_many(economy, scenarios)

    monkeypatch.setattr("autarky.comparer.simulate_many", counted)
    assert compare_study(study, draws=3).found.draws == 3
    # Four alone; then three draws of the study and of the alternative like it, and of each of two others.
    assert sorted(beside) == [1, 1, 1, 1, 3, 3, 6]


def test_tables_are_exported() -> None:
    run = compare_study("mine.yaml", draws=3)
    folder = export_run(run)
    assert {path.name for path in folder.iterdir()} == {
        "runs.csv", "values.csv", "differences.csv", "conclusions.csv", "ranges.csv",
    }  # fmt: skip
    with (folder / "values.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    assert header[5:] == list(run.found.names)
    assert [float(cell) for cell in rows[0][5:]] == list(run.found.rows[0].values)
    with pytest.raises(InputError, match=r"comparison\.json holds all of it"):
        export_run(run, "netcdf")


def test_runs_on_disk_are_compared() -> None:
    one = run_study("mine.yaml", variants=False)
    two = run_study(changed(("share_kept: 0.1", "share_kept: 0.6"), ("Who is", "Is who")), variants=False)
    run = compare_runs([one.id, two.path])
    assert run.found.names == ("Who is served first", "Is who served first")
    assert row(run.found, "value added")[1] < row(run.found, "value added")[0]
    assert (run.path / "study-2.yaml").read_bytes() == Path("changed.yaml").read_bytes()
    assert report_again(run.path)[1].encode() == (run.path / "report.html").read_bytes()
    # The same study twice is told apart by the runs' names.
    assert compare_runs([one.id, one.id]).found.names == (f"Who is served first ({one.id})",) * 2


def test_too_few_runs_other_folders_and_other_money_are_refused() -> None:
    one = run_study("mine.yaml", variants=False)
    with pytest.raises(InputError, match="got 1 run — give 2 to 5"):
        compare_runs([one.id])
    with pytest.raises(InputError, match="got 6 runs"):
        compare_runs([one.id] * 6)
    compared = compare_study("mine.yaml")
    with pytest.raises(InputError, match="is neither a run nor an ensemble"):
        compare_runs([one.id, compared.id])
    dollars = changed(
        ("north-korea-2019", "usa-2023"),
        ("[CHINA, ABROAD], destination: HOME", "ABROAD"),
        ("[agriculture]", '["111CA"]'),
    )
    other = run_study(dollars, variants=False)
    with pytest.raises(InputError, match="compare runs in the same currency and unit"):
        compare_runs([one.id, other.id])


def test_one_name_is_a_study_and_several_are_runs() -> None:
    assert compare_any(["mine.yaml"], draws=2).found.draws == 2
    ran = run_study("mine.yaml", variants=False)
    assert len(compare_any([ran.id, ran.id]).found.columns) == 2
    with pytest.raises(InputError, match="--draws: runs that are done have no draws in common"):
        compare_any([ran.id, ran.id], draws=2)
    with pytest.raises(InputError, match="got 1 run"):
        compare_any([ran.id])
    with pytest.raises(InputError, match=r"nowhere\.yaml"):
        compare_any(["nowhere.yaml"])


def test_a_study_without_alternatives_or_uncertainty_says_what_is_missing() -> None:
    bare = STUDY[: STUDY.index("alternatives:")]
    Path("bare.yaml").write_text(bare, encoding="utf-8")
    with pytest.raises(ScenarioError, match="has nothing to compare with"):
        compare_study("bare.yaml")
    Path("bare.yaml").write_text(STUDY[: STUDY.index("uncertainty:")], encoding="utf-8")
    with pytest.raises(ScenarioError, match="says nothing of what is uncertain"):
        compare_study("bare.yaml", draws=3)
    assert not Path("runs").exists()


def test_a_name_the_table_does_not_know_is_told_at_its_place_in_the_alternative() -> None:
    wrong = changed(("{rationing: priority}", "{rationing: priority, priority: [[househods]]}"))
    with pytest.raises(ScenarioError, match=r"changed\.yaml:15:\d+: .*househods"):
        compare_study(wrong)
    wrong = changed(
        (
            "{without: [crop failure]}",
            "{shocks: [{kind: capacity_loss, sectors: [coall], share: 0.1, from: 2020-02-01}]}",
        )
    )
    with pytest.raises(ScenarioError, match=r"changed\.yaml:16:\d+: .*coall"):
        compare_study(wrong)
