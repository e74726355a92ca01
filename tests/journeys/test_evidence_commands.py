"""From figures to verdicts as a user drives them: estimate, backtest, claims, schema, and wrong files."""

from __future__ import annotations

import html
import json
from pathlib import Path

import pytest

from autarky.cli import main
from autarky.estimation.reading import packaged_recipes
from autarky.sources import embedded

DATA = Path(__file__).resolve().parents[2] / "src" / "autarky" / "data"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", ["north-korea-2016", "north-korea-2019"])
def test_an_embedded_estimate_comes_out_again_byte_for_byte(name: str) -> None:
    assert main(["estimate", name, "--out", "again", "-q"]) == 0
    again = {
        path.relative_to("again"): path.read_bytes() for path in Path("again").rglob("*") if path.is_file()
    }
    kept = DATA / name
    assert set(again) == {path.relative_to(kept) for path in kept.rglob("*") if path.is_file()}
    different = [str(path) for path, content in again.items() if content != (kept / path).read_bytes()]
    assert different == []


def test_an_estimate_says_what_it_rests_on_and_passes_the_audit(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["estimate", "north-korea-2019", "--draws", "3", "-q"]) == 0
    out = capsys.readouterr().out
    for said in ("estimated, not observed", "DONORS DISAGREE", "PULL APART", "IN KIND", "by the same method"):
        assert said in out
    assert main(["check", "estimates/north-korea-2019"]) == 0
    assert "0 FAIL" in capsys.readouterr().out
    assert main(["check", "estimates/north-korea-2019#2"]) == 0
    assert main(["check", "estimates/north-korea-2019#3"]) == 2
    assert "holds 3 drawn tables" in capsys.readouterr().err


def test_an_estimate_is_never_written_over(capsys: pytest.CaptureFixture[str]) -> None:
    Path("mine").mkdir()
    assert main(["estimate", "north-korea-2019", "--out", "mine"]) == 2
    assert capsys.readouterr().err == "mine: exists already — choose another name with --out, or remove it\n"
    assert list(Path("mine").iterdir()) == []


def test_every_cell_of_an_estimate_has_its_origin() -> None:
    economy = embedded("north-korea-2019")
    rows = (DATA / "north-korea-2019" / "evidence" / "cells.csv").read_text(encoding="utf-8").splitlines()
    assert rows[0].startswith(
        "block,row,column,value,low,high,prior,china-1987,china-1990,china-1995,india-2014"
    )
    filled = sum(int((block != 0).sum()) for block in (economy.Z, economy.Y, economy.value_added))
    filled += int((economy.imports_intermediate != 0).sum() + (economy.imports_final != 0).sum())
    assert len(rows) - 1 >= filled


def recipe_with(old: str, new: str) -> Path:
    """The recipe of 2019 with one thing changed, beside its claims."""
    path = packaged_recipes()["north-korea-2019"]
    text = path.read_text(encoding="utf-8")
    assert old in text
    Path("mine.yaml").write_text(text.replace(old, new, 1), encoding="utf-8")
    beside = path.with_name("north-korea-assumptions.yaml")
    Path(beside.name).write_bytes(beside.read_bytes())
    return Path("mine.yaml")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("gdp share / mining", "gdp share / minig", "no claim on 'gdp share / minig' — did you mean"),
        ("products: electricity}", "products: electrics}", "unknown name 'electrics' — did you mean"),
        ("name: china-1987", "name: china-1887", "no such donor: china-1887 — did you mean 'china-1987'"),
        ("claims: [north-korea,", "claims: [north-corea,", "no evidence of that name: north-corea — did you"),
        ("errors: {A: 0.02,", "errors: {A: 2,", "mine.yaml:"),
        ("unit: billion KRW", "unit: billion KRV", "unknown unit"),
    ],
)
def test_a_wrong_recipe_gets_one_clear_line(
    old: str, new: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["estimate", str(recipe_with(old, new)), "-q"]) == 2
    err = capsys.readouterr().err
    lines = err.splitlines()
    assert len(lines) == 1 and said in lines[0] and lines[0].startswith("mine.yaml:") and " — " in lines[0]
    assert "Traceback" not in err
    assert not Path("estimates").exists()


def test_figures_that_cannot_hold_end_with_3_and_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    # Construction eight times as large leaves no room for what the other shares ask.
    path = recipe_with("figure: gdp share / construction", "scale: 8\n    figure: gdp share / construction")
    text = path.read_text(encoding="utf-8").replace("  - {scale: 8\n    figure:", "  - {scale: 8, figure:")
    path.write_text(text, encoding="utf-8")
    assert main(["estimate", str(path), "-q"]) == 3
    err = capsys.readouterr().err
    assert "gdp share / construction, 2019" in err and "gdp share / services, 2019" in err
    assert not Path("estimates").exists()


CLAIM = (
    "gdp,gdp share / mining,{value},,,{unit},2019,{source},statistical_office,,A,2,,\n"
    "cap,gdp share / caps,10,12,8,pct of total,2019,office,survey,,A,2,,\n"
)
COLUMNS = "id,figure,value,low,high,unit,as_of,source,kind,method,reliability,credibility,quote,note\n"


@pytest.mark.parametrize(
    ("value", "unit", "source", "said"),
    [
        ("130", "pct of total", "office", "share"),
        ("11", "pct of totals", "office", "unknown unit"),
        ("11", "pct of total", "", "source"),
        ("11", "pct of total", "offices", "offices"),
    ],
)
def test_a_wrong_claim_file_gets_a_line_for_each_mistake(
    value: str, unit: str, source: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("claims.csv").write_text(COLUMNS + CLAIM.format(value=value, unit=unit, source=source))
    Path("sources.csv").write_text("key,title,publisher,date,url,note\noffice,Figures,Office,2020,,\n")
    path = recipe_with("claims: [north-korea,", "claims: [claims.csv,")
    assert main(["estimate", str(path), "-q"]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2
    assert all("claims.csv, line" in line and " — " in line for line in lines)
    assert sum(said in line for line in lines) == 1
    assert sum("low ≤ value ≤ high" in line for line in lines) == 1
    assert not Path("estimates").exists()


def test_the_backtest_seals_before_it_scores_and_says_whether_the_table_adds_anything(
    capsys: pytest.CaptureFixture[str],
) -> None:
    # That the same comes out again, and elsewhere, is asked in tests/unit/verdict/test_backtest.py.
    given = ["backtest", "--draws", "20", "--permutations", "20", "--workers", "1", "-q"]
    assert main([*given, "--to", "page.html"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("Of the variance of predicted 2020 growth")
    for said in (
        "hindcast conditional on observed imports",
        "predictions sha256",
        "no change",
        "pure Leontief without stocks",
        "preset boario",
        "exposures permuted",
        "2021, 2022, 2023 unscored",
        "never a target",
    ):
        assert said in out
    page = Path("page.html").read_text(encoding="utf-8")
    assert "<script" not in page and "default-src 'none'" in html.unescape(page)


def test_a_page_is_never_written_over(capsys: pytest.CaptureFixture[str]) -> None:
    Path("page.html").write_text("mine", encoding="utf-8")
    for command in ("backtest", "claims"):
        assert main([command, "--to", "page.html"]) == 2
        assert capsys.readouterr().err == "page.html: exists already — choose another name\n"
    assert Path("page.html").read_text(encoding="utf-8") == "mine"


def test_observed_figures_of_one_s_own_are_checked_before_anything_runs(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("seen.csv").write_text("year,industry,growth_pct\n2021,minning,1\n2035,mining,1\n2021,mining,x\n")
    assert main(["backtest", "--observed", "seen.csv", "-q"]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 3 and all("seen.csv" in line and " — " in line for line in lines)


def test_every_sentence_gets_a_verdict_that_the_same_command_repeats(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["claims", "--draws", "4", "--to", "page.html", "--json", "-q"]) == 0
    first = json.loads(capsys.readouterr().out)
    assert "page.html" not in json.dumps(first["inputs"])
    assert main(["claims", "--draws", "4", "--json", "-q"]) == 0
    again = json.loads(capsys.readouterr().out)
    assert again == first
    assert len(first["verdicts"]) == 67
    page = Path("page.html").read_text(encoding="utf-8")
    assert "<script" not in page and page.count("<html") == 1


@pytest.mark.parametrize("of", ["study", "claims", "recipe"])
def test_each_kind_of_file_has_a_schema(of: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema", of]) == 0
    assert json.loads(capsys.readouterr().out)["title"].startswith("autarky")


def test_no_schema_of_an_unknown_kind(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema", "clams"]) == 2
    assert "did you mean 'claims'" in capsys.readouterr().err
