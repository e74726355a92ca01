"""A preset, what a study says instead, and which numbers nobody gave a source for."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from autarky.scenario import Behaviour
from autarky.simulation.presets import AUTARKY, BOARIO, Parameters, parameters


def chosen(**behaviour: Any) -> Parameters:
    return parameters(Behaviour.model_validate(behaviour))


def test_without_a_word_the_preset_stands_and_its_numbers_are_assumptions() -> None:
    default = chosen()
    assert default.preset == AUTARKY
    for what in (
        "30 days of stock",
        "30 days to reorder",
        "production function: leontief",
        "used to 100%",
        "imports are non-competitive in a national table",
        "over 30 days",
    ):
        assert any(what in sentence for sentence in default.assumptions), what


def test_boario_assumes_nothing_of_its_own() -> None:
    assert chosen(preset="boario").preset == BOARIO
    assert chosen(preset="boario").assumptions == ()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("production", "linear"),
        ("rationing", "priority"),
        ("utilisation", 0.8),
        ("import_spare", 0.1),
        ("negligible_share", 0.02),
        ("substitution_days", 5.0),
    ],
)
def test_what_the_study_says_replaces_the_preset_and_its_assumption(field: str, value: Any) -> None:
    study = chosen(**{field: value})
    assert getattr(study.preset, field) == value
    assert len(study.assumptions) == len(chosen().assumptions) - 1


def test_half_of_an_important_inputs_shortage_is_lost_unless_the_study_says_otherwise() -> None:
    assert chosen(production="critical").preset.importance == 0.5
    assert chosen(production="critical", importance=0.2).preset.importance == 0.2


def test_orders_that_never_move_take_for_ever() -> None:
    study = chosen(substitution_days="off")
    assert study.preset.substitution_days == math.inf
    assert study.in_force()["substitution_days"] is None


def test_overtime_replaces_both_its_numbers() -> None:
    study = chosen(overtime={"max": 2.0, "days": 10})
    assert (study.preset.overtime_max, study.preset.overtime_days) == (2.0, 10.0)


def test_numbers_by_product_are_exceptions_to_the_default() -> None:
    study = chosen(inventory_days={"default": 10.0, "products": {"oil": 90.0}})
    assert study.preset.inventory_days == 10.0
    assert study.inventory_days == {"oil": 90.0}
    assert study.restocking_days == {}


def test_numbers_without_a_source_are_assumptions_and_numbers_with_one_are_not() -> None:
    sentence = "inventory days: the study's numbers, no source given"
    assert sentence in chosen(inventory_days=10).assumptions
    sourced = chosen(inventory_days={"default": 10, "source": "survey 2019, table 3"})
    assert not [text for text in sourced.assumptions if "inventory days" in text]


def test_everything_in_force_can_be_written_down() -> None:
    study = chosen(
        production="critical",
        criticality=[{"inputs": "oil", "level": "important"}],
        imports={"competitive": ["oil"]},
        steps_per_day=2,
    )
    force = json.loads(json.dumps(study.in_force()))
    assert force["production"] == "critical"
    assert force["steps_per_day"] == 2
    assert force["imports_by_product"]["competitive"] == ["oil"]
    assert force["criticality"][0]["level"] == "important"
