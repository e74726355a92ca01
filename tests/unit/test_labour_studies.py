"""The study of study sessions: what it withholds, and that its ranges reach output and gardens."""

from __future__ import annotations

import datetime
from pathlib import Path

import numpy as np
import pytest

from autarky.scenario import HoursWithheld
from autarky.simulation import simulate
from autarky.simulation.run import simulate_many
from autarky.sources import embedded
from autarky.study_file import Study, read_study
from autarky.uncertainty import draw_up

DRAWS = 24


@pytest.fixture(scope="module")
def study() -> Study:
    return read_study(Path(__file__).parents[2] / "studies" / "north-korea-study-sessions.yaml")


def test_the_third_session_is_one_shock_and_the_other_two_are_in_the_base_year(study: Study) -> None:
    (shock,) = study.scenario.shocks
    assert isinstance(shock, HoursWithheld)
    assert (shock.cause, shock.start) == ("third session", datetime.date(2021, 6, 1))
    labour = study.scenario.behaviour.labour
    assert labour is not None
    assert {group.hours_a_week.sessions for group in labour.groups.values()} == {2 * shock.hours_a_week}
    # 12.19 million active, 36 % of them in agriculture, 70.2 % of those over 15.
    people = {name: group.people for name, group in labour.groups.items()}
    assert people["farmers"] == pytest.approx(0.36 * 12.19e6, rel=1e-3)
    assert people["farmers"] + people["employees"] == pytest.approx(12.19e6, rel=1e-3)
    assert sum(people.values()) == pytest.approx(12.19e6 / 0.702, rel=1e-3)


def test_with_central_values_gardens_lose_and_output_does_not(study: Study) -> None:
    """Farmers' 10 garden hours lose 0.2 · 0.8 · 2 = 0.32, at elasticity 0.7."""
    data = simulate(embedded("north-korea-2019"), study.scenario).data
    before, after = data.isel(day=150), data.isel(day=-1)
    assert before["garden_food"].values == pytest.approx(data["garden_food_base"].values)
    share = after["garden_food"] / data["garden_food_base"]
    assert float(share.sel(labour_group="farmers")) == pytest.approx((1 - 0.032) ** 0.7)
    assert float(share.sel(labour_group="employees")) == pytest.approx((1 - 0.08) ** 0.7)
    assert after["output"].values == pytest.approx(data["output_base"].values)
    # Plots are 7.5 % of what agriculture makes.
    farms = data["output_base"].sel(industry="agriculture")
    assert float(data["garden_food_base"].sum() / farms) == pytest.approx(0.0754, abs=1e-3)


def test_draws_give_ranges_of_garden_food_and_some_of_them_lose_output(study: Study) -> None:
    economy = embedded("north-korea-2019")
    assert study.uncertainty is not None
    drawn = draw_up(study.uncertainty, study.scenario, economy)
    runs = simulate_many(economy, [drawn.scenario(i) for i in range(DRAWS)])
    food = np.array([float(r.data["garden_food"][-1].sum() / r.data["garden_food_base"].sum()) for r in runs])
    gdp = np.array([float(r.data["gdp"][-1] / r.data["gdp"][0]) for r in runs])
    assert len(set(food.round(12))) == DRAWS
    assert 0.8 < food.min() < 0.97 < food.max() <= 1.0
    assert 0.9 < gdp.min() < 0.999 < gdp.max() == pytest.approx(1.0)
