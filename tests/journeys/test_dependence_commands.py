"""Where it depends on others, why it stopped, what to keep: measure, why, lifelines as a user drives them."""

from __future__ import annotations

import html
import json
from pathlib import Path

import pytest

from autarky.cli import main

STUDY = Path(__file__).resolve().parents[2] / "studies" / "north-korea-imports-stop.yaml"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a study run with its lifelines."""
    runs = tmp_path_factory.mktemp("lifelines") / "runs"
    command = ["lifelines", str(STUDY), "--runs", str(runs), "--workers", "1", "--no-variants", "-q"]
    assert main([*command, "--candidates", "6"]) == 0
    (folder,) = runs.iterdir()
    return folder


def test_a_table_is_measured_in_words_as_json_and_on_a_page(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["measure", "north-korea-2019", "--to", "page.html", "-q"]) == 0
    out = capsys.readouterr().out
    for said in (
        "home: HOME",
        "Import dependency ratio, net, all products together",
        "Herfindahl-Hirschman index",
        "STRUCTURAL PATHS",
        "remains (share: 0.99",
        "report page.html",
    ):
        assert said in " ".join(out.split())
    page = html.unescape(Path("page.html").read_text(encoding="utf-8"))
    assert "What does a unit of final use come to?" in page
    assert "<script" not in page
    assert main(["measure", "north-korea-2019", "--family", "position", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [one["name"] for one in told["families"][0]["measures"]] == ["upstreamness", "downstreamness"]


def test_a_bloc_is_measured_like_a_country(shared_data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = str(shared_data / "wiod2013" / "wiod2013_2011_r16s17.csv")
    bloc = ["--home", "KOR", "--home", "JPN", "--home", "TWN"]
    assert main(["measure", table, *bloc, "--family", "concentration", "-q"]) == 0
    assert "home: JPN, KOR and TWN" in capsys.readouterr().out


def test_the_chain_goes_from_an_industry_back_to_the_cut(
    kept: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["why", str(kept), "construction", "--relieve", "all", "-q"]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "Construction falls (below 90 % of base)" in out
    assert "for want of Petroleum products and coke (stock lasted" in out
    assert "crude_oil from CHINA, trade cut from day 0, 1 Jan 2020" in out
    assert "GOES BACK TO" in out
    assert "with Petroleum products and coke at hand all along" in out
    assert main(["why", kept.name, "Construction", "--runs", str(kept.parent), "--json", "-q"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert sum(branch["share"] for branch in told["branches"]) == pytest.approx(1.0)
    assert sum(root["share"] for root in told["roots"]) == pytest.approx(1.0, abs=1e-4)


def test_the_run_keeps_its_lifelines_and_its_page_shows_them(
    kept: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert [path.name for path in kept.parent.iterdir()] == [kept.name]
    page = html.unescape((kept / "report.html").read_text(encoding="utf-8"))
    assert "autarky lifelines north-korea-imports-stop.yaml --candidates 6 --no-variants" in page
    for said in ("Keeping the first", "crude_oil from CHINA", "runs out first"):
        assert said in page
    assert len(page) < 300_000
    assert main(["report", str(kept)]) == 0
    capsys.readouterr()
    assert Path(f"{kept.name}.html").read_bytes() == (kept / "report.html").read_bytes()
    assert main(["run", "--verify", str(kept), "-q"]) == 0
    assert "come out the same, byte for byte" in capsys.readouterr().out


def test_other_workers_rank_the_same(kept: Path) -> None:
    command = ["lifelines", str(STUDY), "--workers", "2", "--no-variants", "--candidates", "6", "-q"]
    assert main(command) == 0
    (folder,) = Path("runs").iterdir()
    for name in ("result.nc", "report.html"):
        assert (folder / name).read_bytes() == (kept / name).read_bytes()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["measure", "usa-2032"], "usa-2032: no such table — give a file, a folder, or an embedded table"),
        (["measure", "usa-2023", "--home", "CAN"], "home: unknown region 'CAN' — known: 'USA'"),
        (["measure", "usa-2023", "--family", "exposures"], "did you mean 'exposure'"),
        (["measure", "usa-2023", "--family", "structural_paths", "--share", "2"], "share: is 2.0 — give"),
        (["why", "nowhere", "construction"], "nowhere: is not a run folder"),
        (["why", "RUN", "constructoin"], "no industry 'constructoin' — did you mean 'Construction'"),
        (["why", "RUN", "government"], "never falls below 90 % of its base output"),
        (
            ["why", "RUN", "construction", "--day", "400"],
            "day 400 is not simulated — choose one from 0 to 364",
        ),
        (["why", "RUN", "construction", "--relieve", "gold"], "--relieve: no input 'gold'"),
        (["lifelines", "nowhere.yaml"], "nowhere.yaml"),
        (["lifelines", str(STUDY), "--budget", "3"], "--budget"),
    ],
)
def test_what_cannot_be_answered_is_one_line_with_a_remedy(
    kept: Path, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(kept) if word == "RUN" else word for word in arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err
    assert err.count("\n") == 1
    assert " — " in err
    assert list(Path().iterdir()) == []


def with_cut(cut: str) -> Path:
    """The study with another shock."""
    text = STUDY.read_text(encoding="utf-8")
    own = "{kind: trade_cut, origin: [CHINA, ABROAD], destination: HOME, from: 2020-01-01, share_kept: 0}"
    assert own in text
    Path("mine.yaml").write_text(text.replace(own, cut), encoding="utf-8")
    return Path("mine.yaml")


def test_where_households_lose_nothing_there_is_nothing_to_avert(capsys: pytest.CaptureFixture[str]) -> None:
    study = with_cut(
        "{kind: trade_cut, products: processing_parts, destination: HOME, from: 2020-01-01, share_kept: 0}"
    )
    assert main(["lifelines", str(study), "--workers", "1", "--no-variants", "-q"]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "What households lose is nothing, so there is nothing to avert." in out
    assert "no data" not in out
    (run,) = Path("runs").iterdir()
    assert main(["report", str(run), "--to", "again.html"]) == 0
    assert Path("again.html").read_bytes() == (run / "report.html").read_bytes()


def test_a_study_that_cuts_no_imports_has_nothing_to_keep(capsys: pytest.CaptureFixture[str]) -> None:
    with_cut("{kind: capacity_loss, sectors: [coal], from: 2020-01-01, share: 0.5}")
    assert main(["lifelines", "mine.yaml", "-q"]) == 2
    assert "imports" in capsys.readouterr().err
    assert not Path("runs").exists() or list(Path("runs").iterdir()) == []
