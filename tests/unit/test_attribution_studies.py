"""North Korea's 2020 shared out over five causes: what the study says of itself, and what comes out."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from autarky.explanation.attribution import Attribution
from autarky.explanation.sharing_out import attribute
from autarky.scenario import TradeSeries
from autarky.study_file import Study, packaged_study, read_study
from autarky.uncertainty import draw_up

PATH = Path(__file__).parents[2] / "studies" / "north-korea-2020-causes.yaml"
CAUSES = ("sanctions", "closed border", "harvest of 2020", "short power", "lockdown")


@pytest.fixture(scope="module")
def study() -> Study:
    return read_study(PATH)


@pytest.fixture(scope="module")
def found(study: Study) -> Attribution:
    return attribute(study.read_economy(), study.scenario_to_run, since=datetime.date(2020, 1, 1))


def test_the_border_has_the_shares_of_the_packaged_study(study: Study) -> None:
    closed = read_study(packaged_study("border-closure-2020")).scenario_to_run.shocks
    recorded = {
        (one.origin, one.destination, one.products): one.shares[:12]
        for one in closed
        if isinstance(one, TradeSeries)
    }
    mine = [one for one in study.scenario_to_run.shocks if one.cause == "closed border"]
    assert len(mine) == len(recorded) - 1  # crude came as ever
    for one in mine:
        assert isinstance(one, TradeSeries)
        shares = one.shares * 12 if len(one.shares) == 1 else one.shares
        assert shares == recorded[one.origin, one.destination, one.products]


def test_each_cause_costs_something_and_sanctions_and_border_overlap(found: Attribution) -> None:
    assert tuple(cause.name for cause in found.causes) == CAUSES
    assert found.sets == 32
    assert (found.since, found.until, found.days) == ("2020-01-01", "2020-12-31", 366)
    for loss in found.losses:
        assert sum(part.part for part in loss.parts) == pytest.approx(loss.total, abs=1e-9)
        assert all(part.part > 0 for part in loss.parts)
        assert {part.cause for part in loss.ranked[:2]} == {"closed border", "sanctions"}
        overlap = min(loss.pairs, key=lambda pair: pair.more)
        assert set(overlap.causes) == {"closed border", "sanctions"}
    power = [row.parts[CAUSES.index("short power")] for row in found.months]
    assert min(power[:4]) > 0.003 > max(power[5:])


def test_ranges_come_from_its_draws(study: Study) -> None:
    assert study.uncertainty is not None
    # Its tables are not needed to see that every parameter reaches the sets.
    without = [one for one in study.uncertainty.parameters if not one.tables]
    few = study.uncertainty.model_copy(update={"draws": 3, "parameters": tuple(without)})
    economy = study.read_economy()
    drawn = draw_up(few, study.scenario_to_run, economy)
    found = attribute(economy, study.scenario_to_run, since=datetime.date(2020, 1, 1), draws=drawn)
    assert (found.draws, found.failed) == (3, 0)
    for loss in found.losses:
        assert sum(part.largest_in or 0.0 for part in loss.parts) == pytest.approx(1.0)
        assert all(part.range[0] < part.range[-1] for part in loss.parts)
