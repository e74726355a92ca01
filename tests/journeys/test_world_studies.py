"""The two studies on the world table, run as a user runs them, with all the table's oddities."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autarky.cli import main
from autarky.run_folder import read_run

STUDIES = Path(__file__).resolve().parents[2] / "studies" / "world"


@pytest.fixture
def run(
    shared_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Any:
    """A function that runs one of the studies beside the table and gives what ``--json`` prints."""
    table = shared_data / "wiod2013" / "wiod2013_2011_41x35.csv.gz"
    if not table.is_file():
        pytest.skip(f"{table.name} is not among the real tables")

    def go(name: str) -> dict[str, Any]:
        shutil.copy(STUDIES / name, tmp_path)
        shutil.copy(table, tmp_path)
        monkeypatch.chdir(tmp_path)
        assert main(["run", name, "--no-variants", "--json"]) == 0
        return dict(json.loads(capsys.readouterr().out))

    return go


def _lost(done: dict[str, Any]) -> dict[str, float]:
    return {region["region"]: region["gdp_lost"] for region in done["answer"]["regions"]}


def test_ninety_days_without_chinas_exports(run: Any) -> None:
    done = run("china-exports.yaml")
    assert done["outcome"] == "completed"
    data = read_run(done["path"]).result.data
    assert data.sizes["day"] == 365 and data.sizes["industry"] == 41 * 35
    assert all(np.isfinite(data[name].values).all() for name in ("output", "gdp", "consumption"))
    # Two industries of Luxembourg have an output of -1 in the table: they make nothing, and nothing breaks.
    for industry in ("LUX.c5", "LUX.c8"):
        assert (data["output"].sel(industry=industry) == 0).all()
    # China loses its buyers at once; others stop when stocks of what they bought run out, after 30 days.
    stopped = data["first_day_below"].sel(level=0.5)
    china = (data["region"] == "CHN").values
    assert 0 <= stopped.values[china][stopped.values[china] >= 0].min() < 5
    abroad = stopped.values[~china][stopped.values[~china] >= 0]
    assert abroad.min() >= 30
    first = np.flatnonzero(~china & (stopped.values == abroad.min()))
    causes = data["cause_supplier"].sel(level=0.5).values[first]
    assert all(str(cause).startswith("CHN.") for cause in causes)
    assert 0 < done["answer"]["consumption_lost"] < 1


def test_europe_without_russian_energy(run: Any) -> None:
    done = run("russia-energy-to-europe.yaml")
    data = read_run(done["path"]).result.data
    lost = _lost(done)
    # The table's refineries that live on Russian crude stand in the Baltic states, Hungary and Bulgaria.
    worst = sorted(lost, key=lambda region: -lost[region])[:6]
    assert {"LTU", "HUN", "BGR"} <= set(worst)
    stopped = data["first_day_below"].sel(level=0.5, industry="LTU.c8")
    assert int(stopped) >= 0
    assert str(data["cause_supplier"].sel(level=0.5, industry="LTU.c8").values) == "RUS.c2"
    assert str(data["cause_reason"].sel(level=0.5, industry="LTU.c8").values) == "trade cut"
    # Countries outside the cut lose little.
    assert abs(lost["USA"]) < 0.01 and abs(lost["JPN"]) < 0.01
