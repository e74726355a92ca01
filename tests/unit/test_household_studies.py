"""The study of North Korea's households runs, and tells who falls below a need first."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from autarky.results import SimulationResult
from autarky.scenario import TradeSeries
from autarky.simulation.run import simulate, simulate_many
from autarky.study import accepted
from autarky.study_file import packaged_study, read_study
from autarky.uncertainty import draw_up

ROOT = Path(__file__).parents[2]
STUDY = ROOT / "studies" / "north-korea-households.yaml"
GROUPS = ("rural-lower", "rural-upper", "urban-lower", "urban-upper")


@pytest.fixture(scope="module")
def result() -> SimulationResult:
    study = read_study(STUDY)
    return simulate(accepted(study.read_economy(), study), study.scenario_to_run)


def test_it_is_told_who_falls_below_which_need_first(result: SimulationResult) -> None:
    data = result.data
    first = data["first_day_below_need"]
    assert list(first["household"].values) == [f"HOME.households-{name}" for name in GROUPS]
    assert list(first["need"].values) == ["food", "energy"]
    below = data["need_share"] < 1.0 - 1e-9
    for household in first["household"].values:
        for need in first["need"].values:
            days = np.flatnonzero(below.sel(household=household, need=need))
            assert int(first.sel(household=household, need=need)) == (days[0] if len(days) else -1)
    # Those who use least fall below the basket that all have by head, and those who use most do not.
    for need, spared in (("food", "households-urban-upper"), ("energy", "households-rural-upper")):
        assert int(first.sel(household="HOME.households-urban-lower", need=need)) > 31
        assert int(first.sel(household=f"HOME.{spared}", need=need)) == -1


def test_money_is_left_over_where_goods_do_not_come(result: SimulationResult) -> None:
    cash = result.data["household_cash"]
    assert (cash[-1] > 2.0 * cash[0]).all()


def test_its_trade_is_that_of_the_packaged_study_for_the_year() -> None:
    mine, theirs = (
        [shock for shock in read_study(path).scenario_to_run.shocks if isinstance(shock, TradeSeries)]
        for path in (STUDY, Path(str(packaged_study("border-closure-2020"))))
    )
    assert len(mine) == len(theirs)
    for one, other in zip(mine, theirs, strict=True):
        assert one == other.model_copy(update={"shares": other.shares[:12], "source": one.source})


def test_its_weakest_numbers_are_drawn_side_by_side() -> None:
    study = read_study(STUDY)
    assert study.uncertainty is not None
    economy = study.read_economy()
    few = study.uncertainty.model_copy(update={"draws": 8})
    draws = draw_up(few, study.scenario_to_run, economy)
    scenarios = [draws.scenario(i) for i in range(len(draws))]
    results = simulate_many(economy, scenarios)
    first = [int(one.data["first_day_below_need"].sel(need="food")[2]) for one in results]
    assert len(set(first)) > 3


def test_every_group_says_what_is_an_assumption(result: SimulationResult) -> None:
    said = " ".join(result.record.assumptions)
    for name in GROUPS:
        assert f"households households-{name}: assumption" in said
    assert "shortage raises no price" in said
    assert "Households are split" in " ".join(result.record.economy["notes"])
