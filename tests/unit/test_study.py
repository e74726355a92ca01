"""The whole line: what goes in is checked, what comes out is kept, and what was kept comes out again."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from autarky import audit, sources, study
from autarky.economy import (
    Economy,
    FinalUseKind,
    FinalUser,
    Gate,
    ImportTreatment,
    Industries,
    Provenance,
)
from autarky.errors import InputError, ScenarioError
from autarky.results import Outcome, SimulationResult
from autarky.run_folder import Run
from autarky.sources.csv_folder import write_csv_folder

STUDY = """\
version: 1
title: Ore is cut
economy:
  path: table
scenario:
  start: 2024-01-01
  days: 60
  shocks:
    - {kind: trade_cut, products: ["ore"], from: 2024-01-05, share_kept: 0}
"""


def economy(unbalanced: float = 0.0) -> Economy:
    """Farms, mills and shops at home, ore from abroad; mills need it. ``unbalanced`` spoils their output."""
    Z = np.array([[5.0, 20, 10], [10, 10, 30], [5, 10, 5]])
    Y = np.array([[65.0], [50], [80]])
    imports = np.array([[0.0, 20, 0]])
    x = Z.sum(axis=1) + Y.sum(axis=1)
    reported = x.copy()
    reported[1] += unbalanced
    return Economy(
        name="Testland",
        year=2020,
        currency="USD",
        unit="million USD",
        valuation="basic prices",
        industries=Industries(("HOME",), ("farm", "mill", "shop")),
        Z=Z,
        final_users=(FinalUser("HOME", "C", FinalUseKind.HOUSEHOLDS),),
        Y=Y,
        value_added_names=("labour",),
        value_added=(x - Z.sum(axis=0) - imports.sum(axis=0))[None, :],
        import_treatment=ImportTreatment.MATRIX,
        provenance=Provenance("Testland 2020", "Made for a test."),
        gates=(Gate("ABROAD", "ore"),),
        imports_intermediate=imports,
        imports_final=np.zeros((1, 1)),
        reported_output=reported,
    )


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with a study and its table."""
    monkeypatch.chdir(tmp_path)
    write_csv_folder(economy(), tmp_path / "table")
    (tmp_path / "study.yaml").write_text(STUDY)
    return tmp_path


def writable(path: Path) -> Path:
    path.parent.chmod(0o755)
    path.chmod(0o644)
    return path


def test_a_study_becomes_a_run_folder_whose_answer_names_the_cause(here: Path) -> None:
    run = study.run_study("study.yaml", "runs", progress=None)
    assert run.path.parent == Path("runs")
    assert run.answer.title.startswith("Ore is cut · Testland")
    mill = run.result.data.sel(industry="mill")
    # All but the trace that is always possible.
    assert mill["output"].values[-1] < 0.002 * float(mill["output_base"])
    assert "ore" in run.answer.text()
    assert run.manifest["inputs"]["economy"]["location"] == str(here / "table")
    assert (run.path / "study.yaml").read_text() == STUDY


def test_the_paths_of_a_study_count_from_its_own_folder(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "elsewhere").mkdir()
    monkeypatch.chdir(here / "elsewhere")
    assert study.run_study("../study.yaml").result.record.economy["name"] == "Testland"


def test_progress_is_told_in_days(here: Path) -> None:
    told: dict[str, list[tuple[int, int]]] = {}
    study.run_study(
        "study.yaml", progress=lambda what, done, total: told.setdefault(what, []).append((done, total))
    )
    assert list(told) == [
        "the study",
        "if home products could replace imports",
        "if inputs could replace each other",
    ]
    for days in told.values():
        assert days[-1] == (60, 60)
        assert days == sorted(days)


def test_a_variant_is_what_a_study_with_that_choice_answers(here: Path) -> None:
    run = study.run_study("study.yaml")
    for variant in run.answer.variants:
        (here / "other.yaml").write_text(STUDY + f"  behaviour: {{{variant.behaviour}}}\n")
        other = study.run_study("other.yaml", variants=False)
        assert other.answer.in_short(variant.sentence, variant.behaviour) == variant
    assert [variant.behaviour for variant in run.answer.variants] == [
        "imports: {default: competitive}",
        "production: linear",
    ]
    assert run.to_dict()["answer"]["variants"][0]["behaviour"] == "imports: {default: competitive}"
    told = [json.loads(line) for line in (run.path / "run.log.jsonl").read_text().splitlines()]
    assert sum(event["event"] == "simulated" for event in told) == 3


def test_without_variants_the_run_is_alone_and_is_verified_alone(here: Path) -> None:
    run = study.run_study("study.yaml", variants=False)
    assert run.answer.variants == ()
    assert "WOULD CHANGE IT" not in run.answer.text()
    assert "autarky run study.yaml --no-variants" in run.report.read_text()
    assert study.verify_run(run.id).differences == ()
    whole = study.run_study("study.yaml")
    assert whole.result.data.identical(run.result.data)


def test_an_interrupted_simulation_is_not_kept(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*given: object, **named: object) -> SimulationResult:
        return replace(study_simulate(*given, **named), outcome=Outcome.INTERRUPTED)  # type: ignore[arg-type]

    study_simulate = study.simulate
    monkeypatch.setattr(study, "simulate", interrupted)
    with pytest.raises(KeyboardInterrupt):
        study.run_study("study.yaml")
    assert not Path("runs").exists()


def test_a_table_that_fails_a_check_is_refused_in_the_line_of_the_study(here: Path) -> None:
    write_csv_folder(economy(unbalanced=50), here / "spoilt")
    (here / "study.yaml").write_text(STUDY.replace("path: table", "path: spoilt"))
    with pytest.raises(ScenarioError) as refused:
        study.run_study("study.yaml")
    lines = str(refused.value).splitlines()
    assert lines
    for line in lines:
        assert line.startswith("study.yaml:4:3: the table fails the check ")
        assert "accept it with a reason" in line
    assert any("mill" in line for line in lines)
    assert not Path("runs").exists()


def test_a_failure_that_is_accepted_with_a_reason_stands_in_the_record(here: Path) -> None:
    write_csv_folder(economy(unbalanced=50), here / "spoilt")
    failed = {
        finding.check for finding in audit.check_table(here / "spoilt").findings if finding.status == "FAIL"
    }
    accept = ", ".join(f"{name}: printed in a hurry" for name in failed)
    (here / "study.yaml").write_text(STUDY.replace("path: table", f"path: spoilt\n  accept: {{{accept}}}"))
    run = study.run_study("study.yaml")
    gaps = run.result.record.economy["declared_gaps"]
    assert {gap["check"] for gap in gaps} == failed
    assert all("accepted in the study: printed in a hurry" in gap["reason"] for gap in gaps)
    assert set(run.manifest["inputs"]["economy"]["accept"]) == failed


def test_a_run_done_again_gives_the_same_bytes(here: Path) -> None:
    run = study.run_study("study.yaml")
    verified = study.verify_run(run.id)
    assert verified.differences == ()
    assert verified.to_dict() == {"run": run.id, "same": True, "differences": []}
    assert study.report_again(run.id)[1].encode() == run.report.read_bytes()


def test_a_run_is_verified_from_its_folder_when_the_study_is_gone(here: Path) -> None:
    run = study.run_study("study.yaml")
    (here / "study.yaml").unlink()
    run.path.rename(here / "kept")
    assert study.verify_run(here / "kept").differences == ()


def flip(run: Run, name: str) -> None:
    path = writable(run.path / name)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize("name", ["result.nc", "report.html", "study.yaml", "run.log.jsonl"])
def test_a_flipped_byte_is_found_out(here: Path, name: str) -> None:
    run = study.run_study("study.yaml")
    flip(run, name)
    assert study.verify_run(run.path).differences == (f"{name} was changed after the run",)


def test_a_changed_table_is_found_out_by_name(here: Path) -> None:
    run = study.run_study("study.yaml")
    other = replace(economy(), Z=economy().Z + np.eye(3) * 0.5)
    for path in (here / "table").iterdir():
        path.unlink()
    (here / "table").rmdir()
    write_csv_folder(replace(other, value_added=economy().value_added, reported_output=None), here / "table")
    differences = study.verify_run(run.path).differences
    assert any(
        line.startswith(f"the table {here / 'table'} is not the one of the run") for line in differences
    )
    assert "result.nc comes out differently" in differences


def test_a_table_that_is_gone_is_bad_input(here: Path) -> None:
    run = study.run_study("study.yaml")
    (here / "table").rename(here / "moved")
    with pytest.raises(InputError, match="no such table"):
        study.verify_run(run.path)


def test_other_versions_are_named_when_the_bytes_differ(here: Path) -> None:
    run = study.run_study("study.yaml")
    manifest = dict(run.manifest)
    manifest["versions"] = {**manifest["versions"], "numpy": "1.0"}
    manifest["files"] = {**manifest["files"], "result.nc": "0" * 64}
    writable(run.path / "manifest.json").write_text(json.dumps(manifest))
    differences = study.verify_run(run.path).differences
    assert differences[:2] == ("result.nc was changed after the run", "result.nc comes out differently")
    assert f"numpy is {np.__version__}, was 1.0" in differences


def test_an_audit_counts_what_it_found(here: Path) -> None:
    found = audit.check_table("table")
    assert found.passes
    assert found.to_dict()["counts"]["FAIL"] == 0
    assert found.text().splitlines()[0].startswith("Testland · 2020 · 3 industries · 1 import gates")
    assert audit.check_table("usa-2023").economy.digest == sources.embedded("usa-2023").digest
    with pytest.raises(InputError, match=r"nowhere: no such table — give .*usa-2023"):
        audit.check_table("nowhere")
    with pytest.raises(InputError, match="unknown format 'cvs_folder' — did you mean 'csv_folder'"):
        audit.check_table("table", "cvs_folder")


def test_a_table_that_fails_a_check_is_measured_with_a_warning(here: Path) -> None:
    write_csv_folder(economy(unbalanced=50), here / "spoilt")
    found = audit.measure_table(here / "spoilt", families=["position"])
    assert found.text().startswith("The table fails the check ")
    assert found.to_dict()["warnings"] == list(found.warnings)
    assert "The table fails the check" in found.page
    assert audit.measure_table(here / "table", families=["position"]).warnings == ()
