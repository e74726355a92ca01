"""Timelines: means over weeks, as shares of the base year."""

import numpy as np
import pytest

from autarky.explanation.timeline import (
    weekly_consumption,
    weekly_consumption_by_region,
    weekly_deliveries,
    weekly_output,
)
from made_results import NATIONAL, made_result, national_result, world_result


def test_a_week_is_the_mean_of_its_days_and_the_last_may_be_short():
    result = national_result()
    timeline = weekly_output(result)
    daily = (result.data["output"] / result.data["output_base"]).sel(industry="C19").values
    assert timeline.period == "week" and len(timeline.starts) == 29
    assert timeline.row("C19")[5] == pytest.approx(daily[35:42].mean())
    assert timeline.row("C19")[-1] == pytest.approx(daily[196:].mean())
    assert str(timeline.starts[1]) == "2024-01-08"


def test_an_industry_that_makes_nothing_in_the_base_year_has_no_share():
    assert np.isnan(weekly_output(national_result()).row("T")).all()


@pytest.mark.parametrize(
    ("days", "period", "columns"),
    [(1, "day", 1), (62, "day", 62), (63, "week", 9), (730, "week", 105), (3650, "quarter of 13 weeks", 41)],
)
def test_longer_runs_are_told_in_longer_periods(days, period, columns):
    timeline = weekly_output(made_result(np.ones((days, 12)), sectors=NATIONAL))
    assert (timeline.period, len(timeline.starts)) == (period, columns)
    assert timeline.shares.shape == (12, columns)


def test_consumption_counts_households_only():
    result = national_result()
    data = result.data
    own = data["kind"] == "households"
    received = data["consumption"].sel(final_user=own).sum("final_user").sel(product="B").values
    base = float(data["consumption_base"].sel(final_user=own).sum("final_user").sel(product="B"))
    assert weekly_consumption(result).row("B")[6] == pytest.approx(received[42:49].mean() / base)


def test_regions_and_gates_have_their_own_rows():
    result = world_result()
    assert weekly_consumption_by_region(result).codes == ("ARC", "BOR", "CAL", "DEL", "ELD")
    assert weekly_deliveries(result).codes == ()
    assert weekly_deliveries(national_result()).row("ABROAD.B")[5] == 0
