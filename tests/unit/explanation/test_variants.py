"""What would change the answer: which choices are turned round, and how the rows stand beside each other."""

import json
from dataclasses import replace

import numpy as np
import pytest

from autarky.explanation import answer, other_choices
from autarky.report import render
from autarky.results import Binding, Reason, Variant
from autarky.scenario import ImportMode, Scenario
from autarky.simulation import simulate
from autarky.sources import embedded
from made_results import NATIONAL, dip, made_result, national_result, world_result

COMPETITIVE, NON_COMPETITIVE = ImportMode.COMPETITIVE, ImportMode.NON_COMPETITIVE


def choices(result, **behaviour):
    # The made nation declares one product competitive, as its slots say.
    behaviour.setdefault("imports", {"competitive": ["C25"]})
    declared = Scenario.model_validate({**result.record.scenario, "behaviour": behaviour})
    return other_choices(declared, result)


def with_production(result, production):
    parameters = {**result.record.parameters, "production": production}
    return replace(result, record=replace(result.record, parameters=parameters))


VARIANT = Variant(
    sentence="if inputs could replace each other",
    behaviour="production: linear",
    first=(),
    day=None,
    cause="",
    stops=0,
    falls=2,
    gdp_lost=0.01,
    gdp_lost_at_most=0.02,
    consumption_lost=None,
    consumption_lost_at_most=None,
)
OTHER = replace(
    VARIANT,
    sentence="if home products could replace imports",
    behaviour="imports: {default: competitive}",
    first=("Mining", "Ships"),
    day=60,
    cause="Ore",
    stops=2,
    consumption_lost=0.5,
    consumption_lost_at_most=0.75,
)


def varied():
    result = national_result()
    return replace(result, record=replace(result.record, variants=(OTHER, VARIANT)))


def test_imports_and_the_production_function_are_turned_round_one_at_a_time():
    result = national_result()
    imports, linear = choices(result, inventory_days=7)
    assert imports.scenario.behaviour.imports.default is COMPETITIVE
    assert imports.sentence == "if home products could replace imports"
    assert imports.scenario.behaviour.production is None
    assert linear.scenario.behaviour.production == "linear"
    assert linear.scenario.behaviour.imports.default is None
    for other in (imports, linear):
        assert other.scenario.behaviour.inventory_days.default == 7
        assert other.scenario.shocks == Scenario.model_validate(result.record.scenario).shocks


def test_there_are_at_most_three_and_both_extremes_where_inputs_differ_in_criticality():
    told = choices(with_production(national_result(), "critical"))
    assert [other.behaviour for other in told] == [
        "imports: {default: competitive}",
        "production: leontief",
        "production: linear",
    ]


def test_between_regions_the_default_is_the_other_way_round():
    assert choices(world_result())[0].scenario.behaviour.imports.default is NON_COMPETITIVE


def test_products_that_are_named_keep_their_declaration():
    (imports, _) = choices(national_result(), imports={"competitive": ["C25"], "non_competitive": ["B"]})
    rule = imports.scenario.behaviour.imports
    assert (rule.default, rule.competitive, rule.non_competitive) == (COMPETITIVE, ("C25",), ("B",))


def test_where_every_import_is_named_or_there_is_none_the_default_decides_nothing():
    gates = ["B", "C20", "C25", "C10", "COFFEE"]
    (linear,) = choices(national_result(), imports={"competitive": gates})
    assert linear.behaviour == "production: linear"
    shock = {"kind": "capacity_loss", "from": "2024-01-05", "share": 0.5}
    closed = made_result(np.ones((20, 12)), sectors=NATIONAL, scenario={"shocks": [shock]})
    assert [other.behaviour for other in choices(closed)] == ["production: linear"]


def test_without_a_shock_there_is_nothing_to_turn_round():
    assert choices(made_result(np.ones((20, 12)), sectors=NATIONAL)) == ()


def test_this_run_in_short_says_what_the_answer_says():
    told = answer(national_result())
    short = told.in_short("if so", "so: yes")
    assert (short.first, short.day, short.cause) == (
        told.groups[0].names,
        told.groups[0].first.number,
        told.groups[0].cause.text,
    )
    assert (short.stops, short.falls) == (4, 8)
    assert short.gdp_lost == told.gdp_lost and short.gdp_lost_at_most == 1 - told.gdp_lowest
    data = national_result().data
    own = (data["kind"] == "households").values
    received = data["consumption"].values[:, :, own].sum(axis=(1, 2))
    base = data["consumption_base"].values[:, own].sum()
    assert short.consumption_lost == pytest.approx(1 - received.mean() / base)
    assert short.consumption_lost_at_most == pytest.approx(1 - received.min() / base)


def test_the_printed_answer_sets_this_run_beside_the_others():
    text = answer(varied()).text(400)
    lines = text[text.index("WOULD CHANGE IT") : text.index("ASSUMPTIONS")].splitlines()
    assert lines[0].split("  ")[1].startswith("as declared: first to stop Manufacture of coke")
    assert lines[1].strip() == (
        "if home products could replace imports: first to stop Mining and 1 more on day 60, because: Ore; "
        "2 stop; GDP −1 % (worst day −2 %); households −50 % (worst day −75 %)"
    )
    assert lines[2].strip() == (
        "if inputs could replace each other: nothing stops, 2 fall below 90 %; GDP −1 % (worst day −2 %)"
    )
    assert "try behaviour" not in text
    assert "WOULD CHANGE IT" not in answer(national_result()).text()


def test_the_sentence_on_certainty_gives_the_range_over_the_choices():
    told = answer(varied())
    day = told.as_declared.day
    assert f"moves the first stop (day {day} to day 60, or nothing stops)" in told.sentences[4]
    assert "to −2 %)" in told.sentences[4]
    assert json.loads(json.dumps(told.to_dict()))["variants"][0]["first"] == ["Mining", "Ships"]


def test_the_page_has_the_table_of_choices_if_some_were_tried():
    page = render(varied(), answer(varied()))
    assert "What would change it" in page and "<code>production: linear</code>" in page
    assert "day 60: Mining and Ships, because: Ore" in page
    assert "This run beside the others" not in render(national_result(), answer(national_result()))


def test_an_industry_without_orders_is_not_the_first_to_stop_where_another_lacks_an_input_that_day():
    shares = np.ones((60, 12))
    # The larger industry falls earlier and lacks orders; both stop on one day.
    shares[:, 2] = dip(60, 10, 0.8, ramp=20)
    shares[:, 3] = dip(60, 22, 0.9, ramp=1)
    stops = [int(np.argmax(shares[:, i] < 0.5)) for i in (2, 3)]
    assert stops[0] == stops[1]
    causes = {2: (int(Binding.DEMAND), "", ""), 3: (1, "B", str(Reason.SHORT_ITSELF))}
    first, second = answer(made_result(shares, sectors=NATIONAL, causes=causes)).groups
    assert (first.cause.kind, second.cause.kind) == ("input", "demand")


def test_a_technique_that_changes_where_an_input_comes_from_leaves_imports_as_they_are() -> None:
    table = embedded("north-korea-2019")
    new = {"product": "fertiliser", "origin": "abroad", "factor": 0.5}
    change = {"kind": "technique_change", "sectors": ["agriculture"], "from": "2020-01-02"}
    for inputs, number in (([new], 1), ([{**new, "origin": "any"}], 2)):
        given = {"start": "2020-01-01", "days": 5, "shocks": [{**change, "inputs": inputs}]}
        scenario = Scenario.model_validate(given)
        assert len(other_choices(scenario, simulate(table, scenario))) == number
