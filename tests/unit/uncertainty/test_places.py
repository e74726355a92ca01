"""Places of a scenario: found however they are spelled, told where they do not exist, and changed alone."""

# A table reads best with one case to a line.
# ruff: noqa: E501

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import Any

import pytest

from autarky.errors import ScenarioError
from autarky.scenario import Criticality, ProductionFunction, Scenario
from autarky.uncertainty.places import find, path_of, shifted, with_values

SCENARIO = Scenario.model_validate(
    {
        "start": "2020-01-01",
        "days": 100,
        "shocks": [
            {"kind": "trade_cut", "from": "2020-01-01", "until": "2020-02-01", "share_kept": 0.5},
            {"kind": "capacity_loss", "from": "2020-01-01", "share": 0.2, "recovery": {"days": 9}},
            {"kind": "trade_cut", "from": "2020-01-01", "ceiling": {"value": 5}, "products": ["coal"]},
            {"kind": "trade_series", "from": "2020-01-01", "shares": [0.1, 0.2]},
            {"kind": "harvest", "crops": [{"month": 10, "share": 1}], "weather": {"2020": 0.9}},
        ],
        "behaviour": {
            "inventory_days": {"default": 30, "products": {"A.B [1]": 60, "334": 5}},
            "criticality": [{"level": "essential"}],
            "priority": [["households"], ["exports"]],
        },
    }
)


@pytest.mark.parametrize(
    ("path", "steps", "central"),
    [
        ("shocks[0].share_kept", ("shocks", 0, "share_kept"), 0.5),
        ("scenario.shocks[0].share_kept", ("shocks", 0, "share_kept"), 0.5),
        ("shocks[0].from", ("shocks", 0, "start"), datetime.date(2020, 1, 1)),
        ("shocks[0].start", ("shocks", 0, "start"), datetime.date(2020, 1, 1)),
        ("shocks[1].recovery.days", ("shocks", 1, "recovery", "days"), 9.0),
        ("shocks[2].ceiling.value", ("shocks", 2, "ceiling", "value"), 5.0),
        ("shocks[2].products[0]", ("shocks", 2, "products", 0), "coal"),
        ("shocks[3].pass_through", ("shocks", 3, "pass_through"), 1.0),
        ("shocks[3].shares[1]", ("shocks", 3, "shares", 1), 0.2),
        ('shocks[4].weather."2020"', ("shocks", 4, "weather", "2020"), 0.9),
        ("shocks[4].fertiliser.elasticity", ("shocks", 4, "fertiliser", "elasticity"), None),
        ("behaviour.importance", ("behaviour", "importance"), None),
        ("behaviour.inventory_days", ("behaviour", "inventory_days", "default"), 30.0),
        ("behaviour.restocking_days", ("behaviour", "restocking_days", "default"), None),
        ('behaviour.inventory_days.products."334"', ("behaviour", "inventory_days", "products", "334"), 5.0),
        ("behaviour.inventory_days.products['A.B [1]']", ("behaviour", "inventory_days", "products", "A.B [1]"), 60.0),
        ("behaviour.inventory_days.products.coal", ("behaviour", "inventory_days", "products", "coal"), None),
        ("behaviour.restocking_days.products.334", ("behaviour", "restocking_days", "products", "334"), None),
        ("behaviour.overtime.max", ("behaviour", "overtime", "max"), None),
        ("behaviour.criticality[0].level", ("behaviour", "criticality", 0, "level"), Criticality.ESSENTIAL),
        ("behaviour.priority[1][0]", ("behaviour", "priority", 1, 0), "exports"),
        ("behaviour.production", ("behaviour", "production"), None),
    ],
)  # fmt: skip
def test_a_place_is_found_as_messages_spell_it(path: str, steps: tuple[Any, ...], central: Any) -> None:
    place = find(path, SCENARIO)
    assert (place.steps, place.central) == (steps, central)
    if "A.B [1]" not in steps:  # a key with dots needs its quotes
        assert find(path_of(steps), SCENARIO) == replace(place, spelt=path_of(steps))


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("shocks[5].share", "shocks has 5 entries, and no 5 — count from 0: shocks[0]"),
        ("shocks.first", "shocks has 5 entries, and no 'first'"),
        ("shocks[0].shre_kept", "there is no 'shre_kept' in shocks[0] — did you mean 'share_kept'?"),
        ("behavior.production", "there is no 'behavior' in a scenario — did you mean 'behaviour'?"),
        ("shocks[0]", "is a group of fields — name one of them: shocks[0].cause, shocks[0].source, shocks[0].from,"),
        ("behaviour.overtime", "is a group of fields — name one of them: behaviour.overtime.max"),
        ("behaviour.inventory_days.products", 'holds several values — name one entry: behaviour.inventory_days.products."code"'),
        ("shocks[0].share_kept[1]", "is a single value, with no 1 in it"),
        ("days", "is the same for all draws"),
        ("groups.a", "is the same for all draws"),
        ("scenario.", "the scenario is the same for all draws"),
        ("shocks[0", "cannot be read as a place from '[0' on"),
    ],
)  # fmt: skip
def test_a_place_that_is_none_is_told_with_a_remedy(path: str, what: str) -> None:
    with pytest.raises(ScenarioError) as error:
        find(path, SCENARIO)
    assert what in str(error.value)


def test_a_value_changes_nothing_beside_it() -> None:
    dump = SCENARIO.model_dump()
    place, other = find("shocks[0].share_kept", SCENARIO), find("behaviour.production", SCENARIO)
    new = with_values(SCENARIO, dump, [(place, 0.1), (other, "leontief")])
    assert new.shocks[0].share_kept == 0.1  # type: ignore[union-attr]
    assert new.behaviour.production is ProductionFunction.LEONTIEF
    assert new.shocks[1:] == SCENARIO.shocks[1:]
    assert with_values(new, new.model_dump(), [(place, 0.5), (other, None)]) == SCENARIO
    assert dump == SCENARIO.model_dump()
    assert with_values(SCENARIO, dump, []) is SCENARIO


def test_what_is_left_to_the_preset_can_be_set() -> None:
    for path, value in {
        "behaviour.restocking_days": 12.0,
        "behaviour.restocking_days.products.coal": 3.0,
        "behaviour.overtime.max": 1.5,
        "behaviour.imports.default": "competitive",
        "behaviour.substitution_days": "off",
    }.items():
        place = find(path, SCENARIO)
        new = with_values(SCENARIO, SCENARIO.model_dump(), [(place, value)])
        assert find(path, new).central == value
        assert new != SCENARIO


def test_a_value_that_does_not_fit_is_told_at_its_place() -> None:
    values = [(find("shocks[0].share_kept", SCENARIO), 0.1), (find("shocks[1].share", SCENARIO), 1.25)]
    with pytest.raises(ScenarioError, match=r"^shocks\[1\]\.share: cannot be 1\.25: it should be less than"):
        with_values(SCENARIO, SCENARIO.model_dump(), values)


def test_dates_move_by_whole_days() -> None:
    date = datetime.date(2020, 2, 27)
    assert [shifted(date, days).day for days in (0, 0.4, 0.6, 2.0, 3.4, -27.2)] == [27, 27, 28, 29, 1, 31]
