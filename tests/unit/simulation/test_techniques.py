"""Techniques: a home input takes over from a foreign one, practice helps, and what cannot be is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from autarky.errors import ScenarioError
from autarky.explanation.conditions import conditions
from autarky.explanation.names import Names
from autarky.scenario import Behaviour, Scenario, TechniqueChange
from autarky.simulation.run import simulate, simulate_many
from autarky.study_file import read_study
from small_economies import chain, scenario, two_regions

STUDIES = Path(__file__).parents[3] / "studies"
CUT = {"kind": "trade_cut", "from": "2020-01-11", "share_kept": 0, "products": ["oil"]}


def switch(**changes: Any) -> dict[str, Any]:
    """The mill does without oil, on twice the ore."""
    return {
        "kind": "technique_change",
        "from": "2020-01-06",
        "sectors": ["mill"],
        "inputs": [
            {"product": "oil", "origin": "abroad", "factor": 0},
            {"product": "mine", "origin": "home", "factor": 2},
        ],
        **changes,
    }


def data(*shocks: dict[str, Any], days: int = 120, **behaviour: Any) -> Any:
    return simulate(chain(), scenario(*shocks, days=days, utilisation=0.5, **behaviour)).data


def mill(of: Any) -> Any:
    return of["output"].sel(industry="mill") / 2.0


def test_a_technique_without_the_cut_input_outlives_the_cut():
    without, having = data(CUT, days=500), data(CUT, switch(ramp_days=20), days=500)
    assert float(mill(without)[-1]) < 0.01
    np.testing.assert_allclose(mill(having), 1.0, rtol=1e-9)
    # Twice the ore: the mine makes 2 for the mill and 1 to sell abroad.
    np.testing.assert_allclose(having["output"].sel(industry="mine")[-1], 3.0, rtol=1e-6)


def test_what_a_technique_takes_is_told_at_base_year_prices():
    told = data(switch(ramp_days=10, name="dry"), days=30)
    assert told["technique"].values.tolist() == ["dry"]
    np.testing.assert_allclose(
        told["technique_share"].values[4:16, 0], [0.0, *np.arange(0.1, 1.05, 0.1), 1.0]
    )
    # A day's 2 of output take 1 of ore more and 1 of oil less.
    np.testing.assert_allclose(told["technique_cost"].values[-1], [0.0], atol=1e-12)
    np.testing.assert_allclose(told["technique_output"].values[-1], [2.0])


def test_practice_makes_cheaper_along_wrights_curve_and_not_below_its_floor():
    learning = {"rate": 0.32, "initial": 1.5, "floor": 1.1, "first_days": 10}
    told = data(switch(learning=learning))["technique_practice"].values[:, 0]
    np.testing.assert_allclose(told[5:15], 1.5 * (1.0 + np.arange(10) / 10) ** -0.32)
    np.testing.assert_allclose(told[15], 1.5 * 0.8, rtol=2e-3)
    assert (np.diff(told) <= 0).all() and told[-1] == 1.1
    default = data(switch(), adaptation={"learning": learning})["technique_practice"].values[:, 0]
    np.testing.assert_array_equal(default, told)


def test_a_factor_of_one_changes_not_a_byte():
    same = [{"product": "mine", "factor": 1}, {"product": "oil", "factor": 1}]
    plain, idle = data(CUT), data(CUT, switch(inputs=same))
    for name in plain.data_vars:
        assert plain[name].values.tobytes() == idle[name].values.tobytes(), name


def test_a_plant_that_can_make_less_by_the_new_technique_makes_less():
    told = data(switch(capacity=0.25, ramp_days=4), overtime={"max": 1.0})
    np.testing.assert_allclose(mill(told)[-1], 0.5)
    back = data(switch(capacity=0.25, until="2020-02-01", ramp_days=4), overtime={"max": 1.0})
    np.testing.assert_allclose(back["capacity"].sel(industry="mill")[-1], 4.0, rtol=1e-12)


def test_two_techniques_share_the_output():
    half = {"product": "oil", "factor": 0}
    both = data(switch(share=0.6, inputs=[half], name="a"), switch(share=0.4, inputs=[half], name="b"), CUT)
    np.testing.assert_allclose(mill(both), 1.0, rtol=1e-9)


def test_company_does_not_change_a_byte():
    learning = {"rate": 0.3, "initial": 1.4, "first_days": 3}
    shocks = ([CUT], [CUT, switch(ramp_days=9, learning=learning)], [switch(share=0.3, capacity=0.8), CUT])
    given = [scenario(*one, days=60) for one in shocks]
    for one, together in zip(given, simulate_many(chain(), given), strict=True):
        alone = simulate(chain(), one).data
        assert set(alone.variables) == set(together.data.variables)
        for name in alone.variables:
            assert alone[name].values.tobytes() == together.data[name].values.tobytes(), name


@pytest.mark.parametrize(
    ("shocks", "says"),
    [
        ([switch(sectors=["mlil"])], "shocks[0].sectors[0]: unknown sector 'mlil'"),
        (
            [switch(inputs=[{"product": "ole", "factor": 0}])],
            "shocks[0].inputs[0].product[0]: unknown product",
        ),
        (
            [switch(inputs=[{"product": "shop", "factor": 2}])],
            "shocks[0].inputs[0]: mill bought no 'shop' in the base year: there is nothing to scale",
        ),
        (
            [switch(share=0.7, name="a"), switch(share=0.4, name="b")],
            "shocks[1].share: makes shares of mill",
        ),
        ([switch(inputs=[])], "shocks[0]: changes nothing"),
        ([switch(share=0.2, name="a"), switch(share=0.2, name="a")], "two techniques are called 'a'"),
    ],
)
def test_what_cannot_be_is_told(shocks: list[dict[str, Any]], says: str) -> None:
    with pytest.raises(ScenarioError) as told:
        data(*shocks)
    assert says in str(told.value)


def test_where_imports_compete_a_need_has_no_origin():
    change = switch(sectors=["food"], inputs=[{"product": "coal", "origin": "abroad", "factor": 0}])
    with pytest.raises(ScenarioError, match=r"inputs\[0\].origin: 'coal' is one input, wherever"):
        simulate(two_regions(), scenario(change))


def test_elasticities_are_asked_for_and_their_classes_do_not_overlap():
    with pytest.raises(ValidationError, match="has production: ces and no elasticities"):
        Behaviour(production="ces")
    with pytest.raises(ValidationError, match="has a long elasticity and no long_run_days"):
        Behaviour.model_validate({"elasticities": {"between": {"short": 0, "long": 1}}})
    classes = {name: {"products": ["oil"], "short": 1} for name in ("fuels", "liquids")}
    with pytest.raises(ScenarioError, match="'oil' is already in class 'fuels'"):
        data(production="ces", elasticities={"between": {"short": 0.5}, "classes": classes})


def test_the_answer_says_what_changes():
    given = scenario(switch(share=0.5, ramp_days=30), days=9)
    (said,) = conditions(given, Names(simulate(chain(), given)))
    assert said.text.startswith("50% of the output of")
    assert "0 × the" in said.text and "coming in over 30 days" in said.text


def test_north_korea_on_home_fertiliser_and_fibre_keeps_more_grain_and_cloth():
    study = read_study(STUDIES / "north-korea-home-techniques.yaml")
    given = study.scenario
    kept = tuple(shock for shock in given.shocks if not isinstance(shock, TechniqueChange))
    without = Scenario.model_validate(given.model_copy(update={"shocks": kept}).model_dump(by_alias=True))
    having, stopped = (run.data for run in simulate_many(study.read_economy(), [given, without]))
    for sector in ("agriculture", "textiles"):
        gained = having["output"].sel(industry=sector)[-1] / stopped["output"].sel(industry=sector)[-1]
        assert gained > 1.01, (sector, float(gained))
    assert having["technique_cost"].sel(technique="home fertiliser")[-1] > -0.5
