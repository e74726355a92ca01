"""Numbers too far apart are named where no solver can tell them from rounding."""

from __future__ import annotations

from typing import Any

from autarky.planning.magnitudes import too_far_apart
from autarky.planning.posing.assembly import plan_problem
from autarky.planning.posing.section import PlanSection


def smelter(ore: float) -> Any:
    section = {
        "periods": [2026],
        "products": [{"name": "iron", "unit": "t"}, {"name": "ore", "unit": "t"}],
        "techniques": [{"name": "smelting", "makes": {"iron": 1}, "uses": {"ore": ore}}],
    }
    return plan_problem(PlanSection.model_validate(section), None, title="smelter")


def test_the_largest_and_the_smallest_number_are_named_with_their_places() -> None:
    found = too_far_apart(smelter(2e12))
    assert found is not None
    assert "from 1 (activity[2026, smelting] in balance[2026, iron])" in found.what
    assert "to 2e+12 (activity[2026, smelting] in balance[2026, ore])" in found.what


def test_usual_numbers_are_no_reason() -> None:
    assert too_far_apart(smelter(1.6)) is None
