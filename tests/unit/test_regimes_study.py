"""Five rules of allocation on the closure of 2020: the same trade, nobody more efficient, nothing later."""

from __future__ import annotations

from pathlib import Path

import pytest

from autarky.comparer import OWN, compare_study
from autarky.explanation.comparison import Comparison
from autarky.explanation.measured import LOST
from autarky.scenario import Harvest, Rationing, TradeSeries
from autarky.study_file import packaged_study, read_study

PATH = Path(__file__).parents[2] / "studies" / "north-korea-regimes.yaml"


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Comparison:
    return compare_study(PATH, tmp_path_factory.mktemp("runs"), draws=2).found


def test_five_rules_differ_in_who_is_served_and_in_nothing_else() -> None:
    study = read_study(PATH)
    scenario = study.scenario_to_run
    others = [one.of(scenario) for one in study.alternatives.values()]
    assert {one.behaviour.rationing for one in (scenario, *others)} == set(Rationing)
    for other in others:
        same = other.behaviour.model_copy(update={"rationing": scenario.behaviour.rationing})
        assert other.model_copy(update={"behaviour": same}) == scenario
        assert other.behaviour.allocation is not None and not other.behaviour.allocation.efficiency


def test_its_trade_and_crop_are_those_of_the_closure_in_its_first_year_and_no_later() -> None:
    own = read_study(PATH).scenario_to_run
    closure = read_study(packaged_study("border-closure-2020")).scenario_to_run
    assert own.end.year == 2020
    assert len(own.shocks) == len(closure.shocks)
    for one, other in zip(own.shocks, closure.shocks, strict=True):
        if isinstance(one, TradeSeries) and isinstance(other, TradeSeries):
            assert one.shares == other.shares[:12]
            assert (one.origin, one.destination, one.products) == (
                other.origin,
                other.destination,
                other.products,
            )
            assert one.pass_through == other.pass_through
        else:
            assert isinstance(one, Harvest) and isinstance(other, Harvest)
            assert one.weather == {"2020": other.weather["2020"]}


def test_it_says_who_loses_what_under_each_and_what_holds_under_all(found: Comparison) -> None:
    assert found.names == (OWN, "by rank", "by market", "half plan, half market", "by lot")
    lost = {row.subject: row.values for row in found.of("users", what=LOST)}
    # The government stands first in the list, households after industries.
    assert lost["government"][1] < lost["government"][0]
    assert lost["households"][1] > lost["households"][0]
    assert found.draws + found.failed == 2 and found.draws
    assert {one.number for one in found.conclusions} <= {1, 2, 3, 4, 5}
    assert any(one.holds_in_all for one in found.conclusions)
