"""The action plan as a user asks for it: a plan, why there is none, a frontier, and wrong studies."""

from __future__ import annotations

import html
import json
from pathlib import Path

import pytest

from autarky.cli import main
from autarky.study_file import packaged_study

PUBLISHED = Path(__file__).resolve().parents[2] / "studies" / "published"
ISLAND = packaged_study("plan").read_text(encoding="utf-8")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder with the island's study in it."""
    monkeypatch.chdir(tmp_path)
    Path("island.yaml").write_text(ISLAND, encoding="utf-8")
    return tmp_path


def changed(*changes: tuple[str, str]) -> str:
    """The island's study with some of its text replaced."""
    text = ISLAND
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    Path("changed.yaml").write_text(text, encoding="utf-8")
    return "changed.yaml"


def test_a_study_comes_to_an_action_plan(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "island.yaml", "-q"]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "fertiliser from coal" in out
    assert "person-day" in out
    (folder,) = Path("runs").iterdir()
    assert {path.name for path in folder.iterdir()} == {
        "manifest.json", "study.yaml", "plan.json", "report.html", "run.log.jsonl",
    }  # fmt: skip
    page = html.unescape((folder / "report.html").read_text(encoding="utf-8"))
    assert "fertiliser from coal" in page
    assert "<script" not in page
    assert json.loads((folder / "plan.json").read_text())["certificate"]["violation"] < 1e-6
    assert main(["report", folder.name, "--to", "again.html", "-q"]) == 0
    assert Path("again.html").read_bytes() == (folder / "report.html").read_bytes()


def test_a_plan_comes_out_the_same_twice(capsys: pytest.CaptureFixture[str]) -> None:
    for runs in ("one", "two"):
        assert main(["plan", "island.yaml", "--runs", runs, "--frontier", "--window", "3", "-q"]) == 0
    one, two = ((next(Path(runs).iterdir())) for runs in ("one", "two"))
    for name in ("plan.json", "report.html"):
        assert (one / name).read_bytes() == (two / name).read_bytes()
    assert "frontier" in capsys.readouterr().out.lower()


def test_draws_say_which_steps_to_take_whatever_the_numbers_are(capsys: pytest.CaptureFixture[str]) -> None:
    command = ["plan", "island.yaml", "--draws", "8", "--no-days", "-q", "--json"]
    plans = []
    for workers in ("1", "2"):
        assert main([*command, "--workers", workers]) == 0
        plans.append(json.loads(capsys.readouterr().out)["plan"])
    robust = plans[0]["robustness"]
    assert plans[0] == plans[1]
    assert (robust["draws"], robust["feasible"]) == (8, 8)
    assert any(share == 1 for *_, share in robust["steps"])
    assert not [path for path in Path("runs").iterdir() if path.name.startswith(".plan")]


def test_what_cannot_be_is_explained_with_exit_code_3(capsys: pytest.CaptureFixture[str]) -> None:
    study = changed(
        ("#must_hold: [livelihood, naphtha imports end]", "must_hold: [livelihood, naphtha imports end]"),
        ("capacity: 118 ", "capacity: 70 "),
    )
    assert main(["plan", study, "-q"]) == 3
    out = " ".join(capsys.readouterr().out.split())
    assert "no plan" in out.lower()
    assert "livelihood" in out
    (folder,) = Path("runs").iterdir()
    assert json.loads((folder / "manifest.json").read_text())["ended"]["outcome"] == "INFEASIBLE"
    assert "livelihood" in (folder / "report.html").read_text(encoding="utf-8")
    assert main(["plan", study, "-q", "--json"]) == 3
    assert "livelihood" in json.loads(capsys.readouterr().out)["clash"]["policies"]


FREE_POWER = """uses: {coal: 0.5}
      labour: {workers: 0.004, engineers: 0.002}
      capacity: 140
      retirement: 0.03
      lag: 3
      builds_with: {machines: 0.06, steel: 0.02}
      most_starts: 12"""


@pytest.mark.parametrize("study", sorted(PUBLISHED.glob("*.yaml")), ids=lambda path: path.stem)
def test_published_problems_come_out_of_the_command_line(
    study: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["plan", str(study), "-q"]) == (3 if study.stem == "rcot-infeasible" else 0)
    out, err = capsys.readouterr()
    assert out and not err
    (folder,) = Path("runs").iterdir()
    assert main(["export", str(folder), "--to", "tables", "-q"]) == 0
    assert any(path.read_text(encoding="utf-8").count("\n") > 1 for path in Path("tables").iterdir())
    capsys.readouterr()


WRONG = {
    "an unknown product": ("uses: {naphtha: 0.7,", "uses: {naphta: 0.7,", "'naphtha'"),
    "an unknown technique": ("techniques: fertiliser from", "techniques: fertilizer from", "from coal"),
    "a negative coefficient": ("uses: {steel: 0.1, power: 0.05}", "uses: {steel: -0.1, power: 0.05}", "-0.1"),
    "an unproductive technique": ("uses: {coal: 0.5}", "uses: {coal: 0.5, power: 1.2}", "power"),
    "units that do not fit": ("{value: 200, unit: kg, source", "{value: 200, unit: kWh, source", "kWh"),
    "a ceiling below a contract": ('#contracted: {"2026": 2, "2027": 0}', "contracted: 50", "50"),
    "a name given twice": ("- {name: naphtha, unit: kt}", "- {name: coal, unit: kt}", "coal"),
    "a period that is not there": ("from: 2029", "from: 2039", "2039"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_plan_is_told_in_clear_lines(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    old, new, word = WRONG[name]
    assert main(["plan", changed((old, new)), "-q"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "Traceback" not in err
    lines = err.splitlines()
    assert lines
    assert all(line.startswith("changed.yaml") and " — " in line for line in lines), lines
    assert any(word in line for line in lines), lines
    assert not Path("runs").exists()


def test_what_comes_out_of_nothing_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    cloth = ", {product: cloth, amount: {value: 2, unit: kg}}]"
    study = changed((FREE_POWER, "source: out of nothing"), (cloth, "]"))
    assert main(["plan", study, "-q"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "power from coal" in line and " — " in line
    assert not Path("runs").exists()


@pytest.mark.parametrize(
    ("section", "told"),
    [
        ("periods: [2020]", "4:3: has no products — "),
        ("{periods: [2020], products: [{name: a, unit: t}]}", "makes nothing, and nothing comes in — "),
        ("periods: []", "4:12: "),
    ],
)
def test_a_plan_of_nothing_is_refused(section: str, told: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("empty.yaml").write_text(f"version: 1\ntitle: x\nplan:\n  {section}\n", encoding="utf-8")
    assert main(["plan", "empty.yaml", "-q"]) == 2
    assert told in capsys.readouterr().err
    assert not Path("runs").exists()


def test_a_plan_without_plants_or_people_is_one(capsys: pytest.CaptureFixture[str]) -> None:
    study = (
        "version: 1\ntitle: x\nplan:\n  periods: [2020, 2021]\n"
        "  products: [{name: a, unit: t}, {name: b, unit: t}]\n"
        "  techniques: [{name: t, makes: {a: 1}, uses: {b: 2}}]\n  imports: [{products: b, ceiling: 5}]\n"
    )
    Path("bare.yaml").write_text(study + "  public: {items: {a: 2}}\n", encoding="utf-8")
    assert main(["plan", "bare.yaml", "--frontier", "-q"]) == 2  # a frontier of whose livelihood?
    assert "there is no frontier" in capsys.readouterr().err
    assert main(["plan", "bare.yaml", "--window", "1", "--draws", "2", "--workers", "1", "-q"]) == 0
    people = "  households: {groups: [{name: all, persons: 3, basket: [{product: a, amount: 1}]}]}\n"
    Path("people.yaml").write_text(study + people, encoding="utf-8")
    assert main(["plan", "people.yaml", "--frontier", "-q"]) == 0
    assert "83 % of the need for a is met" in " ".join(capsys.readouterr().out.split())


def test_a_study_without_a_plan_says_so_and_one_without_a_scenario_too(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["plan", str(packaged_study("demo")), "-q"]) == 2
    assert "has no plan to make — give it to: autarky run" in capsys.readouterr().err
    assert main(["run", "island.yaml", "-q"]) == 2
    assert capsys.readouterr().err.count("\n") == 1
