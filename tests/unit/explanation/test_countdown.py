"""Countdown, on a mill whose stocks are known."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from autarky.errors import InputError
from autarky.explanation.countdown import Countdown
from autarky.explanation.counting import countdown
from autarky.simulation import simulate
from made_gates import cut_off, fed_through

ECONOMY = fed_through(("CHINA", "oil", 2.0, 0.0), ("CHINA", "ore", 1.0, 0.0), ("CHINA", "toys", 0.0, 1.0))
STOCKS: dict[str, Any] = {"inventory_days": {"default": 30, "products": {"oil": 20}}}


def told(**more: Any) -> Countdown:
    scenario = cut_off(**STOCKS)
    return countdown(ECONOMY, scenario, simulate(ECONOMY, scenario), **more)


def test_the_shortest_stock_stops_the_mill_and_more_of_it_buys_as_many_days() -> None:
    oil, ore = told().rows
    assert (oil.product, oil.origin, oil.name, oil.industry) == ("oil", "abroad", "oil", "mill")
    assert (oil.stock_days, oil.stock_value, oil.added_value) == (20.0, 40.0, 20.0)
    assert oil.day is not None
    assert oil.day.number == 20
    assert oil.stops
    assert (oil.moves, oil.at_least) == (10, False)
    # 1 % of a year's imports cut, 0.01 · 4 · 365 = 14.6, for the 20 that ten days of oil are worth.
    assert oil.days_bought == pytest.approx(10 * 14.6 / 20)
    # Households lose the mill's 9 on 100 of 120 days, and toys, 1, on all; ten days of the first are averted.
    assert oil.averts == pytest.approx(90 / (900 + 120), rel=0.02)
    assert (ore.product, ore.day, ore.days_bought, ore.stock_value) == ("ore", None, None, 30.0)


def test_no_days_are_bought_where_another_input_runs_out_on_the_same_day() -> None:
    scenario = cut_off(inventory_days=20)
    found = countdown(ECONOMY, scenario, simulate(ECONOMY, scenario))
    stopping = [row for row in found.rows if row.day is not None]
    assert [row.moves for row in stopping] == [0]
    assert stopping[0].days_bought == 0.0


def test_days_are_counted_from_the_first_shock() -> None:
    scenario = cut_off(**STOCKS)
    (shock,) = scenario.shocks
    later = scenario.model_copy(
        update={"shocks": (shock.model_copy(update={"start": scenario.start.replace(month=2)}),)}
    )
    oil = countdown(ECONOMY, later, simulate(ECONOMY, later)).rows[0]
    assert oil.day is not None
    assert (oil.day.number, oil.day.date) == (20, "2020-02-21")
    assert oil.moves == 10


def test_a_stop_that_the_run_no_longer_sees_moves_at_least_to_its_end() -> None:
    scenario = cut_off(days=25, **STOCKS)
    oil = countdown(ECONOMY, scenario, simulate(ECONOMY, scenario)).rows[0]
    assert (oil.moves, oil.at_least) == (5, True)


def test_where_nothing_stops_it_says_so() -> None:
    scenario = cut_off(days=10, **STOCKS)
    found = countdown(ECONOMY, scenario, simulate(ECONOMY, scenario))
    assert found.sentences == ("Nothing stops for want of any of 2 inputs.",)
    assert [row.day for row in found.rows] == [None, None]


def test_the_text_says_the_day_and_what_more_stock_does() -> None:
    text = told().text(100)
    assert max(map(len, text.splitlines())) <= 100
    assert "oil runs out first: want of it stops mill on day 20 (21 Jan 2020)" in " ".join(text.split())
    assert "20 million USD more would move it by 10 days" in " ".join(text.split())
    assert json.loads(json.dumps(told().to_dict(), allow_nan=False))["rows"][0]["day"]["number"] == 20


def test_kept_in_a_folder_it_is_the_same(tmp_path: Path) -> None:
    first = told(folder=tmp_path)
    done: list[bool] = []
    again = told(folder=tmp_path, progress=lambda what, made, total: done.append(made == total))
    assert first == again == told()
    assert done == [True]


def test_stock_that_is_not_more_is_refused() -> None:
    with pytest.raises(InputError, match="more_days: is 0"):
        told(more_days=0.0)
