"""North Korea's studies: their series come from claims, add up to them, and act where the studies say."""

from __future__ import annotations

import csv
import datetime
import runpy
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autarky.evidence import packaged_evidence, read_evidence
from autarky.scenario import Scenario, TradeSeries
from autarky.simulation import simulate
from autarky.study_file import Study, packaged_study, read_study
from autarky.uncertainty import Parameter

ROOT = Path(__file__).parents[2]
DATA = ROOT / "src" / "autarky" / "data"
STUDIES = ("border-closure-2020", "sanctions-2017")
SERIES = {"border-closure-series.csv": "share_of_2019", "calibration-series.csv": "share_of_2016"}


def study(name: str) -> Study:
    return read_study(Path(str(packaged_study(name))))


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / "north-korea" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def parameter(name: str, one: Study) -> Parameter:
    assert one.uncertainty is not None
    return next(p for p in one.uncertainty.parameters if p.name == name)


def test_the_series_and_the_studies_are_what_the_script_makes_of_the_claims(tmp_path: Path) -> None:
    script: dict[str, Any] = runpy.run_path(str(ROOT / "scripts" / "carry_border_closure.py"))
    script["build"](tmp_path)
    made = sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*.*"))
    assert len(made) == 4
    for path in made:
        assert (tmp_path / path).read_bytes() == (DATA / path).read_bytes(), path


@pytest.mark.parametrize("name", SERIES)
def test_every_share_lies_in_its_range_and_names_the_claims_it_comes_from(name: str) -> None:
    assumptions = DATA / "recipes" / "north-korea-assumptions.yaml"
    known = {claim.id for claim in packaged_evidence("north-korea").claims}
    known |= {claim.id for claim in read_evidence(assumptions).claims}
    for row in rows(name):
        assert 0 <= float(row["low"]) <= float(row[SERIES[name]]) <= float(row["high"]), row
        for source in row["derived_from"].split("; "):
            assert source in known or source.startswith("UN resolution"), source


def test_months_add_up_to_what_customs_published() -> None:
    script: dict[str, Any] = runpy.run_path(str(ROOT / "scripts" / "carry_border_closure.py"))
    base = script["base_2019"](script["Facts"]())
    products = {script["PRODUCTS"][group]: value for group, value in base.items()}
    found: dict[str, float] = defaultdict(float)
    for row in rows("border-closure-series.csv"):
        if row["flow"] == "imports" and row["partner"] == "CHINA" and row["product"] in products:
            first = datetime.date.fromisoformat(f"{row['month']}-01")
            days = ((first + datetime.timedelta(days=31)).replace(day=1) - first).days
            found[row["month"]] += float(row["share_of_2019"]) * products[row["product"]] / 365 * days
    claims = packaged_evidence("north-korea").on("china trade by month / imports")
    published = {claim.as_of: claim.value for claim in claims if claim.as_of in found}
    assert len(published) > 30
    for month, value in published.items():
        assert found[month] == pytest.approx(value, rel=2e-3, abs=0.1), month


@pytest.mark.parametrize("name", STUDIES)
def test_pass_throughs_drive_the_shocks_that_their_names_say(name: str) -> None:
    one = study(name)
    fuel = (("petroleum", "coal"), ("crude_oil",))

    def places(flow: str) -> set[str]:
        series = [(k, s) for k, s in enumerate(one.scenario.shocks) if isinstance(s, TradeSeries)]
        if flow == "exports":
            return {f"shocks[{k}].pass_through" for k, s in series if s.origin == ("HOME",)}
        goods = [k for k, s in series if s.destination == ("HOME",) and s.products not in fuel]
        return {f"shocks[{k}].pass_through" for k in goods}

    for flow in ("imports", "exports"):
        assert set(parameter(f"pass-through of lost {flow}", one).sets or ()) == places(flow)


def test_both_studies_react_alike_and_share_what_is_calibrated() -> None:
    closed, sanctions = map(study, STUDIES)
    assert closed.scenario.behaviour == sanctions.scenario.behaviour
    for name in ("importance of an important input", "pass-through of lost exports"):
        one, other = parameter(name, closed), parameter(name, sanctions)
        assert one.distribution == other.distribution and one.source == other.source


@pytest.mark.parametrize(("name", "base"), [("border-closure-2020", 2019), ("sanctions-2017", 2016)])
def test_each_study_begins_the_year_after_its_table_and_ends_with_a_year(name: str, base: int) -> None:
    one = study(name)
    assert one.read_economy().year == base
    assert one.scenario.start == datetime.date(base + 1, 1, 1)
    assert (one.scenario.end.month, one.scenario.end.day) == (12, 31)


def test_no_more_of_a_product_comes_in_than_its_series_lets_pass() -> None:
    one = study("border-closure-2020")
    year: Scenario = one.scenario.model_copy(update={"days": 366})
    economy = one.read_economy()
    data = simulate(economy, year).data
    gates = [f"{gate.partner}.{gate.product}" for gate in economy.gates]
    cloth = gates.index("CHINA.textiles")
    base = float(economy.imports[cloth]) / 365
    series = next(s for s in year.shocks if isinstance(s, TradeSeries) and s.products == ("textiles",))
    months = data["day"].values.astype("datetime64[M]").astype(int) % 12
    delivered = data["gate_delivery"].values[:, cloth]
    assert (delivered <= np.array(series.shares)[months] * base * (1 + 1e-9) + 1e-12).all()
    assert delivered[months == 10].mean() < 1e-3 * base < delivered[0]
