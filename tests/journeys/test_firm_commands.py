"""Firms as a user asks for them: drawn, recorded, plants; cut, closed, asked why; stopped; asked wrongly."""

from __future__ import annotations

import csv
import html
import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from autarky import firms
from autarky.cascade.rules import Rules
from autarky.cli import main
from autarky.ensemble import firm_questions
from autarky.errors import StoppedError
from autarky.firm_network import FirmNetwork
from autarky.simulation.by_firm.run import FirmSimulation, simulate_firms

ROOT = Path(__file__).resolve().parents[2]

DRAWN = """\
version: 1
title: Crude stops, seen by drawn firms
economy: {embedded: north-korea-2019}
scenario:
  start: 2020-01-01
  days: 60
  shocks: [{kind: trade_cut, origin: CHINA, products: [crude_oil], from: 2020-01-01, share_kept: 0}]
firms:
  split: {firms: 60, links_per_firm: 6}
  weights: [output, value_added]
  top: 5
"""

FIRMS = """\
id,kind,sector,region,output,jobs
mine,ore,mining,north,100,10
smelter,metal,metals,north,200,20
forge,tools,metals,south,150,30
"""
LINKS = """\
supplier,buyer,sales
mine,smelter,80
smelter,forge,90
ABROAD.coke,smelter,40
"""
FOREIGN = """\
partner,product,kind
ABROAD,coke,coke
"""
NETWORK = """\
field,value
name,three firms
year,2020
currency,USD
unit,million USD
citation,made for a test
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder with a study and a folder of lists in it."""
    monkeypatch.chdir(tmp_path)
    Path("drawn.yaml").write_text(DRAWN, encoding="utf-8")
    lists = Path("lists")
    lists.mkdir()
    for name, text in (("firms", FIRMS), ("links", LINKS), ("foreign", FOREIGN), ("network", NETWORK)):
        (lists / f"{name}.csv").write_text(text, encoding="utf-8")
    return tmp_path


def folder(runs: str = "runs") -> Path:
    """The one run folder there."""
    (found,) = Path(runs).iterdir()
    return found


def test_drawn_firms_are_ranked_cut_and_lived_through_over_draws(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["firms", "drawn.yaml", "--workers", "1", "-q"]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "20 draws" in out and "no real firm is meant" in out
    assert "aggregation error" in out
    made = folder()
    assert {path.name for path in made.iterdir()} == {
        "manifest.json", "study.yaml", "firms.json", "ranking.csv", "report.html", "run.log.jsonl",
    }  # fmt: skip
    found = json.loads((made / "firms.json").read_text())
    assert found["network"]["draws"] == 20
    assert found["network"]["block_error"] < 1e-9
    assert found["cut"]["loss"][0]["high"] > found["cut"]["loss"][0]["low"] > 0
    ranking = list(csv.DictReader((made / "ranking.csv").open(encoding="utf-8-sig")))
    losses = [float(row["loss of output"]) for row in ranking]
    assert len(ranking) == 60 + found["network"]["foreign_suppliers"]
    assert losses == sorted(losses, reverse=True)
    page = html.unescape((made / "report.html").read_text(encoding="utf-8"))
    assert "no real firm is meant" in page and "<script" not in page
    assert main(["report", made.name, "--to", "again.html", "-q"]) == 0
    assert Path("again.html").read_bytes() == (made / "report.html").read_bytes()


def test_draws_come_out_the_same_after_a_stop(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert main(["firms", "drawn.yaml", "--workers", "1", "--runs", "one", "-q"]) == 0
    told = []

    def stops(what: str, done: int, total: int) -> None:
        told.append((what, done, total))
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(StoppedError) as stopped:
        firms.ask_firms("drawn.yaml", "two", workers=1, progress=stops)
    assert "3 of 20 draws are done" in str(stopped.value)
    assert told[-1] == ("draws", 3, 20)
    assert main(["firms", "drawn.yaml", "--workers", "1", "--runs", "two", "-q"]) == 0
    for name in ("firms.json", "ranking.csv", "report.html"):
        assert (folder("one") / name).read_bytes() == (folder("two") / name).read_bytes()


def test_a_folder_of_lists_is_asked_as_it_is_and_with_a_supplier_abroad_cut_off(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["firms", "lists", "--cut", "ABROAD.coke", *2 * ["--why", "forge"], "--json", "-q"]) == 0
    found = json.loads(capsys.readouterr().out)["firms"]
    assert found["network"]["firms"] == 3 and not found["network"]["is_synthetic"]
    names = [node["name"] for node in found["ranking"]["nodes"]]
    # Without ore nothing is made. Without coke no metal and no tools; that ore is then not sold, the index
    # does not tell: it never lets lost supplies become lost demand.
    assert names == ["mine", "smelter", "ABROAD.coke", "forge"]
    mine, _, coke, _ = (node["loss"][0]["middle"] for node in found["ranking"]["nodes"])
    assert mine == pytest.approx(1.0) and coke == pytest.approx((200 + 150) / 450)
    (chain,) = found["days"]["chains"]
    assert [step["name"] for step in chain["steps"]] == ["forge", "smelter", "ABROAD.coke"]


@pytest.mark.parametrize("date", ["2020-01-01", "2020-01-08"])
def test_who_falls_first_is_counted_from_the_first_shock_and_may_fall_on_that_day(date: str) -> None:
    asked = f"""
  days: 20
firms:
  plants: [{{name: mill, sector: textiles, share_of_sector: 0.1, source: a}}]
  shocks: [{{from: {date}, firms: mill, share: 1}}]
"""
    Path("late.yaml").write_text(DRAWN.partition("\n  days:")[0] + asked, encoding="utf-8")
    days = firms.ask_firms("late.yaml").found.days
    assert days is not None and days.first_shock == int(date[-1]) - 1
    assert days.first[0] == ("mill (illustrative)", 0)


def test_days_are_lived_once_and_to_their_end_or_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    lived = []

    def counted(network: FirmNetwork, *given: Any, **how: Any) -> FirmSimulation:
        lived.append(network.firms)
        return simulate_firms(network, *given, **how)

    def stops(what: str, done: int, _: int) -> None:
        if what == "days" and done < 365:
            raise KeyboardInterrupt

    monkeypatch.setattr(firm_questions, "simulate_firms", counted)
    cut = firms.Asked(cut=(("ABROAD.coke", 1.0),))
    with pytest.raises(StoppedError, match=r"kept in runs.*to resume: autarky firms lists --cut ABROAD.coke"):
        firms.ask_firms("lists", asked=cut, progress=stops)
    assert lived == [3]
    found = firms.ask_firms("lists", asked=cut).found
    # Once by firms, once by sectors, of which there are as many here.
    assert lived == [3, 3, 3] and found.days is not None and found.days.days == 365


def test_without_a_scenario_days_heed_what_lists_call_not_essential(
    capsys: pytest.CaptureFixture[str],
) -> None:
    levels = "supplier_kind,buyer_kind,level\ncoke,metal,0\n"
    Path("lists", "essentiality.csv").write_text(levels, encoding="utf-8")
    assert main(["firms", "lists", "--cut", "ABROAD.coke", "--json", "-q"]) == 0
    found = json.loads(capsys.readouterr().out)["firms"]
    assert found["cut"]["loss"][0]["middle"] == 0 and found["days"]["first"] == []


def test_a_place_that_is_not_known_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(firms, "EVERY", 0)
    run = firms.ask_firms("lists", asked=firms.Asked(top=2))
    ranking = run.found.ranking
    assert [(node.name, node.place) for node in ranking.nodes] == [("mine", 1), ("smelter", 2)]
    assert [(node.name, node.place) for node in ranking.foreign] == [("ABROAD.coke", None)]
    assert "supplier abroad is coke from ABROAD, after the first 2" in " ".join(run.text().split())
    page = html.unescape(run.report.read_text(encoding="utf-8"))
    assert "None" not in page and "after the first 2" in page


def test_a_closed_firm_stops_who_buys_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["firms", "lists", "--close", "smelter=0.5", "--no-days", "--json", "-q"]) == 0
    found = json.loads(capsys.readouterr().out)["firms"]
    assert found["days"] is None
    whole = 450.0
    # The smelter makes half; nobody else makes metal, so the forge makes half.
    assert found["cut"]["direct"]["middle"] == pytest.approx(100 / whole)
    assert found["cut"]["downstream"]["middle"] == pytest.approx(175 / whole)


def test_the_plants_of_the_packaged_illustration_are_marked_on_every_page(
    capsys: pytest.CaptureFixture[str],
) -> None:
    study = ROOT / "studies" / "fishing-gear-factory.yaml"
    assert main(["firms", str(study), "-q"]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "fishing-gear factory (illustrative)" in out
    assert "Textiles, clothing and leather from CHINA" in out
    chains = {
        chain["firm"]: chain for chain in json.loads((folder() / "firms.json").read_text())["days"]["chains"]
    }
    first, *_, last = chains["fishing-gear factory"]["steps"]
    assert first["day"] > 60 and last["is_foreign"] and last["output"] < 0.5


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (["drawn.yaml", "--cut", "CHINA.crude_oli"], "did you mean 'CHINA.crude_oil'"),
        (["drawn.yaml", "--cut", "CHINA.crude_oil=2"], "a share up to 1"),
        (["drawn.yaml", "--close", "coal-99999"], "unknown firm 'coal-99999'"),
        (["lists", "--why", "smeltre"], "did you mean 'smelter'?"),
        (["nowhere.yaml"], "nowhere.yaml"),
        (["lists", "--why", "smelter"], "nothing happens, so there is no shortage to trace — add --cut"),
        (["lists/firms.csv"], "is no study, but a list — give its folder: lists"),
        (["lists", "--close", "a = b"], "NAME=1 if NAME has '=' in it"),
    ],
)
def test_a_wrong_name_is_told_in_one_line_and_nothing_is_written(
    wrong: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["firms", *wrong, "-q"]) == 2
    err = capsys.readouterr().err.strip()
    assert said in err and "Traceback" not in err
    assert len(err.splitlines()) == 1
    assert not Path("runs").exists() or not list(Path("runs").iterdir())


def test_lists_that_are_not_completed_say_what_of_the_table_they_lack(
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = Path("few")
    folder.mkdir()
    (folder / "network.csv").write_text("field,value\ncitation,made\n", encoding="utf-8")
    (folder / "firms.csv").write_text("id,sector,output\na = b,coal,9\nc,metals,8\n", encoding="utf-8")
    (folder / "links.csv").write_text("supplier,buyer,sales\na = b,c,2\n", encoding="utf-8")
    text = "version: 1\ntitle: two\neconomy: {embedded: north-korea-2019}\n"
    files = "firms: {files: {path: few, complete: false}}\n"
    Path("few.yaml").write_text(text + files, encoding="utf-8")
    assert main(["firms", "few.yaml", "--close", "a = b=1", "--no-days", "-q"]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "0 % is made by rest-of-sector firms" in out
    assert "Not in the firm data: 100 % of output" in out and "what the listed firms make" in out
    made = json.loads((next(Path("runs").iterdir()) / "manifest.json").read_text())
    assert made["inputs"]["command"].endswith("--close 'a = b=1.0' --no-days")
    Path("few.yaml").write_text(text + files.replace("}}", "}, weights: [jobs]}"), encoding="utf-8")
    assert main(["firms", "few.yaml", "-q"]) == 2
    assert "jobs: known of no firm — count losses in output" in capsys.readouterr().err
    assert main(["run", "few.yaml", "-q"]) == 2
    assert "give it to: autarky firms" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("firms_of", "behaviour", "said"),
    [
        (
            "plants: [{name: p, sector: textile, share_of_sector: 0.1, source: a}]",
            "{}",
            "asked.yaml:9:30: plant p, sector: no sector 'textile' in the table",
        ),
        (
            "plants: [{name: p, sector: textiles, share_of_sector: 0.9, source: a}]",
            "{}",
            "asked.yaml:9:11: plants p: leave the rest of textiles",
        ),
        (
            "plants: [{name: p, sector: textiles, share_of_sector: 0.1, source: a}]",
            "{imports: {competitive: [coal, gaol]}}",
            "asked.yaml:7:45: unknown kind 'gaol'",
        ),
        (
            "plants: [{name: p, sector: textiles, share_of_sector: 0.1, source: a}]",
            "{production: critical, criticality: [{inputs: gaol, level: important}]}",
            "asked.yaml:7:60: unknown kind 'gaol'",
        ),
        ("shocks: [{from: 2020-01-02, firms: [], share: 1}]", "{}", "names no firm"),
    ],
)
def test_what_is_wrong_with_a_study_of_firms_is_told_with_its_place(
    firms_of: str, behaviour: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = DRAWN.partition("  shocks:")[0]
    Path("asked.yaml").write_text(
        f"{before}  behaviour: {behaviour}\nfirms:\n  {firms_of}\n", encoding="utf-8"
    )
    assert main(["firms", "asked.yaml", "-q"]) == 2
    err = capsys.readouterr().err
    assert said in err and "Traceback" not in err


def test_cascades_that_were_left_before_they_had_settled_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "went on" not in firms.ask_firms("lists").found.ranking.how
    monkeypatch.setattr(firms, "Rules", partial(Rules, most_rounds=1))
    assert firms.ask_firms("lists").found.ranking.how.endswith(
        " 4 cascades went on after 1 round, and more may be lost."
    )


def test_a_study_without_firms_says_how_to_ask_for_them(capsys: pytest.CaptureFixture[str]) -> None:
    Path("plain.yaml").write_text(DRAWN.partition("firms:")[0], encoding="utf-8")
    assert main(["firms", "plain.yaml", "-q"]) == 2
    assert "add a section 'firms:'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("mine,smelter,-80", "-80"),
        ("mine,mine,80", "itself"),
        ("mine,smelter,80\nmine,smelter,80", "twice"),
        ("mine,smelter,800", "800"),
        ("mine,smelterr,80", "did you mean 'smelter'?"),
    ],
)
def test_wrong_lists_are_told_with_file_and_line(
    rows: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("lists/links.csv").write_text(f"supplier,buyer,sales\n{rows}\n", encoding="utf-8")
    assert main(["firms", "lists", "-q"]) == 2
    err = capsys.readouterr().err
    assert said in err and "Traceback" not in err
    assert "links.csv" in err or "firms.csv" in err
