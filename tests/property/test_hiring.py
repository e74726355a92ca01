"""Hiring does not turn a passing shock into a lasting one."""

from __future__ import annotations

import numpy as np
import pytest

from autarky.scenario import Scenario
from autarky.simulation import simulate
from autarky.sources import embedded

EVERYBODY = {"people": 1, "hours_a_week": {"work": 40}}


CUTS: dict[str, dict[str, object]] = {
    "usa-2023": {"products": ["334", "211", "325"]},
    "north-korea-2019": {"origin": "CHINA"},
}


@pytest.mark.parametrize("table", CUTS)
def test_output_comes_back_after_a_cut_although_people_were_let_go(table: str) -> None:
    shock = {
        "kind": "trade_cut",
        "share_kept": 0.2,
        "from": "2020-02-01",
        "until": "2020-06-30",
        **CUTS[table],
    }
    labour = {"groups": {"everybody": EVERYBODY}, "hiring": {}}
    given = {"start": "2020-01-01", "days": 1000, "shocks": [shock], "behaviour": {"labour": labour}}
    found = simulate(embedded(table), Scenario.model_validate(given)).data
    gdp = (found["gdp"] / found["value_added_base"].sum()).values
    employed = (found["employment"].sum("industry") / found["employment_base"].sum()).values
    assert gdp.min() < 0.6
    assert employed.min() < 0.9
    assert gdp[-1] == pytest.approx(1.0, abs=0.01)
    assert np.abs(employed[-1] - 1.0) < 0.01
