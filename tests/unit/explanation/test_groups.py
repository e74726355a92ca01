"""What a group lives on, where it is declared by a name for several final users."""

from __future__ import annotations

import pytest

from autarky.explanation.groups import groups
from autarky.simulation.run import simulate
from small_economies import chain, date, scenario

CUT = {"kind": "trade_cut", "from": date(2), "origin": "CHINA", "products": "ore", "share_kept": 0}
LIFE = {"income": {"transfers": 1.0}, "food_stock_days": 4, "basket": {"ore": {"ore": 0.5}}}


@pytest.mark.parametrize("declared", ["HH", "households", "poor", "everybody"])
def test_what_was_held_is_not_told_as_grown_whatever_the_household_is_called(declared: str) -> None:
    """Four days of ore are held when it is cut off on day 2 of 20, and nothing grows on plots."""
    one = scenario(CUT, days=20, households={"groups": {declared: LIFE}, "food": ["ore"]})
    one = one.model_copy(update={"groups": {"poor": ("HH",), "everybody": ("households",)}})
    found = groups(simulate(chain(), one))
    assert found is not None
    (food,) = found.food
    assert food.sources == pytest.approx({"deliveries": 0.1, "aid": 0.0, "plots": 0.0, "store": 0.2})
