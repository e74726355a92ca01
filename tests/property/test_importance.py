"""The importance of important inputs spans the levels of criticality: at 1 essential, at 0 non-essential."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from autarky.results import SimulationResult
from autarky.simulation import simulate
from cases import Case, cases, law
from small_economies import chain, date, scenario

DAYS = 40


def _run(case: Case, level: str, importance: float) -> SimulationResult:
    rules = [{"inputs": "all", "users": "all", "level": level}]
    changes: dict[str, Any] = {"production": "critical", "criticality": rules, "importance": importance}
    return simulate(case.economy(), case.scenario(DAYS, **changes))


@law(15)
@given(cases("autarky"))
def test_fully_important_is_essential_and_unimportant_is_non_essential_to_the_byte(case: Case) -> None:
    for level, importance in (("essential", 1.0), ("non_essential", 0.0)):
        stated, spanned = _run(case, level, 0.7), _run(case, "important", importance)
        for name, values in stated.data.variables.items():
            assert values.values.tobytes() == spanned.data[name].values.tobytes(), (level, name)


@pytest.mark.parametrize("importance", [0.2, 0.5, 0.9])
def test_without_an_important_input_output_is_what_its_importance_leaves_of_capacity(
    importance: float,
) -> None:
    cut = {"kind": "trade_cut", "products": "oil", "from": date(5), "share_kept": 0.0}
    rules = [
        {"inputs": "all", "level": "non_essential"},
        {"inputs": "oil", "level": "important"},
    ]
    behaviour = {"production": "critical", "criticality": rules, "importance": importance}
    one = scenario(cut, **behaviour, inventory_days=2, overtime={"max": 1})
    result = simulate(chain(), one)
    mill = result.data["output"].sel(industry="mill").values
    assert mill[-1] / mill[0] == pytest.approx(1.0 - importance, abs=1e-9)
