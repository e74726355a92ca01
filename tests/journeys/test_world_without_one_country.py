"""A world table with all its oddities: every flow out of one country is cut, and the run stands."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from autarky.cli import main
from autarky.run_folder import read_run

STUDY = """\
version: 1
title: Nobody gets anything from China for 90 days
economy: {{path: "{table}"}}
scenario:
  start: 2024-01-01
  days: 100
  shocks:
    - {{kind: trade_cut, origin: CHN, from: 2024-01-01, until: 2024-03-30, share_kept: 0}}
"""


def test_ninety_days_without_china_run_on_41_regions_and_35_industries(
    shared_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    table = shared_data / "wiod2013" / "wiod2013_2011_41x35.csv.gz"
    if not table.is_file():
        pytest.skip(f"{table.name} is not among the real tables")
    monkeypatch.chdir(tmp_path)
    Path("study.yaml").write_text(STUDY.format(table=table), encoding="utf-8")
    assert main(["run", "study.yaml", "--no-variants", "--json"]) == 0
    done = json.loads(capsys.readouterr().out)
    assert done["outcome"] == "completed"
    data = read_run(done["path"]).result.data
    assert data.sizes["day"] == 100 and data.sizes["industry"] == 41 * 35
    assert all(np.isfinite(data[name].values).all() for name in ("output", "gdp", "consumption"))
    # Two industries of Luxembourg have an output of -1 in the table: they make nothing, and nothing breaks.
    for industry in ("LUX.c5", "LUX.c8"):
        assert (data["output"].sel(industry=industry) == 0).all()
    # While the cut lasts somebody loses; the cut country loses its buyers, others lose what they bought.
    lost = {region["region"]: region["gdp_lost"] for region in done["answer"]["regions"]}
    assert lost["CHN"] > 0.05
    assert sum(lost[region] > 0.01 for region in lost if region not in ("CHN", "UNALLOCATED")) > 5
    assert 0 < done["answer"]["consumption_lost"] < 1
