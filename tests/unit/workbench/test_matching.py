"""Matching: what shocks touch is told while a study is written; to touch nothing is an error."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from autarky import sources
from autarky.study_file import packaged_study
from autarky.workbench.matching import Checked, Known, checked, near
from autarky.workbench.workspace import Workspace

HERE = Path(__file__).parents[3] / "studies"
STUDY = (HERE / "us-semiconductors.yaml").read_text(encoding="utf-8")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path, tmp_path / "runs")


def _look(text: str, workspace: Workspace) -> Checked:
    return checked(text.encode(), workspace.hidden / "studies" / "x" / "study.yaml", workspace)


def test_a_cut_is_told_by_its_share_of_imports(workspace: Workspace) -> None:
    found = _look(STUDY, workspace)
    economy = sources.embedded("usa-2023")
    gate = next(k for k, one in enumerate(economy.gates) if one.product == "334")
    share = float(economy.imports[gate] / economy.imports.sum())
    (shock,) = found.shocks
    told = re.fullmatch(r"Touches 1 flow: (.+) % of imports of the base year\.", shock.says)
    # Negative imports (stocks run down) are no flow that could be cut.
    assert told is not None and float(told[1]) == pytest.approx(share * 100, rel=0.01)
    assert (
        (shock.first, shock.after) == (0, 180) and found.problems == () and found.can == ("run", "lifelines")
    )
    assert [known.code for known in shock.names[0].matched] == ["334"]
    known = next(one for one in found.names["products"] if one.code == "334")
    assert known.name == "Computer and electronic products"
    assert known.imports == pytest.approx(float(economy.imports[gate]), rel=0.01)


def test_unknown_names_are_counted_and_those_that_hold_them_are_offered(workspace: Workspace) -> None:
    found = _look(STUDY.replace('["334"]', '["334", "comp", "33X"]'), workspace)
    (names, *_), says = found.shocks[0].names, found.shocks[0].says
    assert (names.given, len(names.matched)) == (3, 1) and says == ""
    assert [wrong.given for wrong in names.unknown] == ["comp", "33X"]
    assert names.unknown[0].near[0].code == "334" and names.unknown[1].near == ()
    assert names.unknown[1].remedy.startswith("did you mean")
    assert ["13:43" in problem.place or "13:51" in problem.place for problem in found.problems] == [
        True,
        True,
    ]


def test_a_cut_that_touches_nothing_is_an_error_with_what_would_match(workspace: Workspace) -> None:
    found = _look(STUDY.replace("{kind: trade_cut,", "{kind: trade_cut, destination: ABROAD,"), workspace)
    assert any("touches no trade flow" in problem.what for problem in found.problems) or any(
        "unknown" in problem.what for problem in found.problems
    )
    nothing = _look(STUDY.replace('["334"]', '["23"]'), workspace)
    (problem,) = nothing.shocks[0].problems
    assert (
        problem.what == "touches no trade flow of the base year"
        and "products that would match" in problem.remedy
    )
    assert nothing.shocks[0].says == "" and len(nothing.problems) == 1


def test_what_is_right_is_matched_though_the_rest_is_wrong(workspace: Workspace) -> None:
    wrong = STUDY.replace("days: 730", "days: many").replace("negligible_share", "neglible_share")
    found = _look(wrong, workspace)
    assert [problem.place.rpartition("/")[2] for problem in found.problems] == [
        "study.yaml:8:9",
        "study.yaml:19:5",
    ]
    assert found.shocks[0].says.startswith("Touches 1 flow") and found.can == ()


def test_a_table_that_is_not_there_is_told_at_its_line_even_in_a_wrong_study(workspace: Workspace) -> None:
    wrong = STUDY.replace("usa-2023", "usa-2024")
    for text in (wrong, wrong.replace("days: 730", "days: many")):
        told = [problem for problem in _look(text, workspace).problems if "usa-2024" in problem.what]
        assert [problem.place.rpartition("/")[2] for problem in told] == ["study.yaml:5:21"]


def test_a_table_outside_the_workspace_is_not_opened(workspace: Workspace, tmp_path: Path) -> None:
    outside = tmp_path / "secret"
    outside.write_text("x")
    for days in ("730", "many"):
        text = STUDY.replace("embedded: usa-2023", f'path: "{outside}"').replace("days: 730", f"days: {days}")
        found = _look(text, workspace)
        assert any("neither embedded nor one of this workspace" in problem.what for problem in found.problems)
        assert found.shocks == () and found.table == ""


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n", "is an anchor"),
        ("title: [" * 40, "nested more than 20 deep"),
        ("title: !!python/object:os.system x\n", "carries a tag"),
        ("title: {\n", "is not YAML"),
    ],
)
def test_a_text_that_is_no_study_is_told_and_nothing_else(workspace: Workspace, text: str, told: str) -> None:
    found = _look(text, workspace)
    assert any(told in problem.what for problem in found.problems) and found.shocks == ()


def test_every_study_that_comes_with_autarky_is_without_problem(workspace: Workspace) -> None:
    for path in (*packaged_study().parent.glob("*.yaml"), *HERE.glob("*.yaml")):
        found = checked(path.read_bytes(), path, workspace)
        assert found.problems == (), path.name
        assert found.can, path.name


def test_names_near_what_is_typed_begin_with_it_first() -> None:
    known = [Known("a1", "steel works", 5.0), Known("steel", "", 1.0), Known("b", "Steel tubes", 9.0)]
    assert [one.code for one in near("STEEL", known)] == ["steel", "b", "a1"]
    assert near(" ", known) == () and near("zinc", known) == ()
