"""The answer of an ensemble: counted from the draws, rounded to what they bear, never without its range."""

import dataclasses
import json

import numpy as np
import pytest

from autarky.explanation import answer_of_draws
from autarky.explanation.moving import amount
from autarky.explanation.option_words import option_words, where_it_is, with_words
from autarky.explanation.spread import changes, days, losses, numbers
from autarky.explanation.wording import in_draws, rounded, whole
from made_ensembles import INDUSTRIES, PARAMETERS, SHOCK, made_ensemble

HOSTILE = "</script><img src=x onerror=alert(1)>\x1b[31m\x00\u202e"


@pytest.fixture(scope="module")
def result():
    return made_ensemble(200)


@pytest.fixture(scope="module")
def told(result):
    return answer_of_draws(result)


def lines_under(text, heading):
    """Lines from a heading to the next one, joined."""
    found, inside = [], False
    for line in text.splitlines():
        start = line[: len(heading)].strip()
        inside = start == heading.strip() if start else inside
        if inside:
            found.append(line[len(heading) :].strip())
    return " ".join(found)


def test_the_first_to_stop_is_counted_over_the_draws(result, told):
    stops = result.data["first_day_below"].values[:, 1]
    day = np.where(stops < 0, 9999, stops)
    for found in told.industries:
        k = list(INDUSTRIES).index(found.industry)
        own = stops[stops[:, k] >= 0, k]
        assert found.stops == len(own)
        assert found.first == int(((day[:, k] == day.min(axis=1)) & (stops[:, k] >= 0)).sum())
        assert found.day == pytest.approx(tuple(np.quantile(own, (0.05, 0.25, 0.5, 0.75, 0.95)) - SHOCK))
    assert told.still == int((stops < 0).all(axis=1).sum())
    assert [found.first for found in told.industries] == sorted(
        (f.first for f in told.industries), reverse=True
    )


def test_days_are_counted_from_the_first_shock(result, told):
    assert told.day_zero == "2024-01-11"
    first = result.data["measured"].sel(measure="first_need").values
    assert told.measure("first_need").quantiles[2] == pytest.approx(np.median(first) - SHOCK)
    assert told.measure("gdp_lost").quantiles[2] == pytest.approx(
        float(np.median(result.data["measured"].sel(measure="gdp_lost")))
    )


def test_a_need_is_told_by_the_day_by_which_four_fifths_of_all_draws_are_below(result, told):
    first = np.sort(result.data["first_day_below_need"].sel(need="HOM.ENE").values)
    energy = next(need for need in told.needs if need.name == "Energy")
    assert energy.by_share == 0.8
    assert energy.by_day == first[160 - 1] - SHOCK
    assert f"Energy by day {energy.by_day} in 80 % of draws" in told.text()
    food = next(need for need in told.needs if need.name == "Food")
    assert (food.by_share == 0.5) == (100 <= food.below < 160)


def test_a_weighty_need_stands_before_a_trifle(told):
    assert [need.name for need in told.needs][-1] == "Pins"
    assert told.needs[-1].below == 200


def test_the_answer_comes_first_and_the_next_command_last(told):
    lines = told.text(report="runs/x/report.html").splitlines()
    assert lines[0].startswith(
        "No oil · Testland 2019 · 150 days from 1 Jan 2024 · 200 draws of 3 parameters"
    )
    headings = [line.split("  ")[0] for line in lines if line[:1].isupper()]
    order = ["IF", "DRAWN", "FIRST TO STOP", "THEN", "NOTHING STOPS", "IN ALL", "HOUSEHOLDS", "TOTAL"]
    order += ["WOULD CHANGE IT", "BY SOURCE", "HOW SURE", "NEXT"]
    assert [heading for heading in headings if heading in order] == order
    assert "report: runs/x/report.html" in lines[-1]


@pytest.mark.parametrize("width", [40, 72, 100, 160])
def test_no_line_is_wider_than_asked(told, width):
    assert max(map(len, told.text(width).splitlines())) <= width


def test_what_moves_the_answer_is_told_with_its_swing_and_where_the_parameter_stands(result, told):
    first = told.movers[0]
    assert (first.measure, first.parameter) == ("consumption_lost", "leak")
    leak, lost = result.data["value"].values[:, 1], result.data["measured"].values[:, 2]
    tenth = np.quantile(leak, 0.1)
    assert first.places[0].level == pytest.approx(lost[leak <= tenth].mean())
    assert first.places[0].where == f"at most {rounded(tenth)}"
    told_lines = lines_under(told.text(200), "WOULD CHANGE IT")
    assert told_lines.startswith("leak: household consumption −")
    assert "stock of inputs: household consumption" in told_lines
    assert "days" in told_lines


def test_what_does_not_stand_out_from_chance_is_not_told_as_moving_the_answer():
    result = made_ensemble(40)
    rng = np.random.default_rng(0)
    result.data["value"].values[:, 0] = rng.random(40)  # a stock that moves nothing
    told = answer_of_draws(result)
    clear = {found.parameter: found.is_clear for found in told.movers if found.measure == "consumption_lost"}
    assert clear["leak"] and not clear["stock of inputs"]
    assert "stock of inputs: household" not in told.text(200)
    none = tuple(dataclasses.replace(mover, is_clear=False) for mover in told.movers)
    silent = dataclasses.replace(told, movers=none)
    assert "No parameter stands out from chance in 40 draws" in silent.text(200)
    assert silent.sentences[4].startswith("No parameter stands out")


def test_parameters_that_do_nothing_seldom_stand_out():
    found = []
    for seed in range(20):
        result = made_ensemble(60, seed=seed)
        result.data["value"].values[:, :2] = np.random.default_rng(seed).random((60, 2))
        told = answer_of_draws(result)
        found += [mover.is_clear for mover in told.movers if mover.parameter in ("leak", "stock of inputs")]
    assert len(found) >= 100 and np.mean(found) < 0.15


def test_a_box_is_told_against_all_draws(told):
    box = next(box for box in told.boxes if box.where)
    assert box.in_words.startswith(box.condition)
    assert box.in_words.endswith("% of all draws") and "% of draws where leak is at most" in box.in_words


def test_sources_that_disagree_stand_side_by_side(told):
    (choice,) = told.sources
    assert [option.option for option in choice.options] == ["ministry", "farmers"]
    line = lines_under(told.text(200), "BY SOURCE")
    assert (
        line.startswith("harvest: household consumption over the run: ministry −") and "; farmers −" in line
    )


def test_what_has_no_source_is_counted(told):
    assert [drawn.is_assumed for drawn in told.parameters] == [False, True, False]
    assert "1 of 3 drawn parameters and 1 fixed assumption have no source" in told.text()


def test_where_nothing_happens_it_says_so():
    told = answer_of_draws(made_ensemble(60, harm=0))
    text = told.text()
    assert "NOTHING STOPS    in every draw" in text and "FIRST TO STOP" not in text
    assert "no need falls below 80 % of base-year consumption in any draw" in text
    assert told.sentences[0].endswith("no industry stops (falls below half of base output) in any draw.")
    assert told.needs == () and told.still == 60


def test_where_everything_always_stops_there_is_no_range_to_invent():
    told = answer_of_draws(made_ensemble(60, harm=10))
    assert len(told.groups) == 1
    assert "day 0   stop in every draw, always among the first" in told.text(200)
    assert "NOTHING STOPS" not in told.text()
    assert {found.stops for found in told.industries} == {60}


def test_more_draws_are_surer():
    few, many = (answer_of_draws(made_ensemble(draws)) for draws in (50, 800))
    assert many.sure_to < few.sure_to / 2
    assert f"shares of draws are sure to within {100 * many.sure_to:.0f} points" in many.text(200)
    assert answer_of_draws(made_ensemble(50, harm=0)).sure_to is None


def test_one_draw_has_no_range():
    text = answer_of_draws(made_ensemble(1)).text()
    assert "one draw has no range" in text and " % of draws" not in text
    assert "(" not in lines_under(text, "TOTAL            ")
    assert "One draw does not tell what moves the answer" in text


def test_failed_draws_are_counted_told_and_left_out():
    whole_one = made_ensemble(5)
    told = answer_of_draws(made_ensemble(5, failed=(0, 1, 2, 4)))
    text = told.text()
    assert "4 of them failed" in text and "4 of 5 draws failed and are left out" in text
    assert "is 1.2 — give a share from 0 to 1 (4 draws)" in " ".join(text.split())
    assert told.told == 1
    own = whole_one.data["measured"].sel(measure="gdp_lost").values[3]
    assert told.measure("gdp_lost").quantiles[2] == pytest.approx(float(own))


def test_if_every_draw_fails_there_is_no_answer_but_the_reason():
    told = answer_of_draws(made_ensemble(3, failed=(0, 1, 2)))
    assert told.sentences == (
        "There is no answer: 3 of 3 draws failed and are left out: shocks[0].share_kept: is 1.2 — give a "
        "share from 0 to 1 (3 draws).",
    )
    assert "FAILED" in told.text() and "TOTAL" not in told.text()


def test_of_a_saltelli_design_only_the_base_samples_are_told():
    told = answer_of_draws(made_ensemble(32, design="saltelli"))
    assert (told.draws, told.told) == (256, 128)
    assert "5 to 95 % of 128 draws (the two base samples of the design)" in " ".join(told.text().split())


def test_needs_of_several_regions_are_told_with_their_region():
    result = made_ensemble(60)
    data = result.data.assign_coords(need_region=("need", ["HOM", "HOM", "FAR", "FAR"]))
    labels = {**result.labels, "HOM": "Homeland", "FAR": "Farland"}
    told = answer_of_draws(dataclasses.replace(result, data=data, labels=labels))
    assert {need.name for need in told.needs} >= {"Homeland: Energy", "Farland: Clothing"}


def test_hostile_labels_cannot_steer_a_terminal():
    parameters = [{**row, "name": f"{HOSTILE}{k}", "sentence": HOSTILE} for k, row in enumerate(PARAMETERS)]
    result = made_ensemble(60, failed=(3,), error=HOSTILE, parameters=parameters)
    labels = {code: f"{HOSTILE}{code}" for code in result.labels}
    told = answer_of_draws(dataclasses.replace(result, labels=labels))
    for text in (told.text(), *told.sentences, json.dumps(told.to_dict(), ensure_ascii=False)):
        assert not set(text) & set("\x1b\x00\u202e")


def test_the_answer_is_ready_for_json(told):
    written = json.loads(json.dumps(told.to_dict(), allow_nan=False))
    assert written["industries"][0]["name"] == "Refining"
    assert written["sentences"] == list(told.sentences)
    assert written["movers"][0]["places"][0]["where"].startswith("at most")


def test_the_same_draws_give_the_same_words(told):
    assert answer_of_draws(made_ensemble(200)).text() == told.text()


@pytest.mark.parametrize(
    ("number", "told", "words"),
    [
        (800, 1000, "80 % of draws"),
        (805, 1000, "80 % of draws"),
        (3, 1000, "less than 1 % of draws"),
        (999, 1000, "more than 99 % of draws"),
        (1000, 1000, "every draw"),
        (0, 1000, "no draw"),
        (27, 80, "27 of 80 draws"),
        (1, 1, "the one draw"),
    ],
)
def test_shares_of_draws_have_the_digits_that_draws_bear(number, told, words):
    assert in_draws(number, told) == words


def test_ranges_in_words():
    assert days((24, 30, 34.4, 40, 51)) == "day 34 (24 to 51)"
    assert days((24, 30, 34, None, None)) == "day 34 (24 to never)"
    assert days((24, None, None, None, None)) == "never (day 24 to never)"
    assert days((None,) * 5) == "never"
    assert days((-3, 0, 1, 2, 1234)) == "day 1 (−3 to 1,234)"
    assert numbers((3, 5, 12, 20, 25)) == "12 (3 to 25)"
    assert changes((0.0131, 0.02, 0.0412, 0.06, 0.0821)) == "−4.1 % (−1.3 to −8.2 %)"
    assert changes((-0.0003, 0, 0.0001, 0.01, 0.02)) == "0 % (0 to −2 %)"
    assert losses((0.0131, 0.02, 0.0412, 0.06, 0.0821)) == "4.1 % (1.3 to 8.2 %)"
    assert changes((0.2,) * 5) == "−20 %"


@pytest.mark.parametrize(
    ("value", "words"),
    [(0.04712, "0.047"), (24.31, "24"), (1234.0, "1,200"), (0, "0"), (-3.14159, "−3.1"), (99.6, "100")],
)
def test_numbers_have_two_digits(value, words):
    assert rounded(value) == words
    assert amount(value, "days") == f"{words} days"
    assert amount(value, "") == words


def test_whole_numbers_have_a_real_minus():
    assert whole(-1234.4) == "−1,234"


def test_options_of_the_study_format_are_told_as_clauses():
    row = {"name": "imports", "options": ["non_competitive", "competitive"]}
    words = option_words([row, {"name": "table", "options": ["competitive", "mine"]}, {"name": "days"}])
    assert set(words) == {"imports"}
    assert where_it_is("non_competitive", words["imports"]) == "home goods do not replace imports"
    assert where_it_is("mine", {}) == "it is mine"
    told = with_words("one of non_competitive (50%), competitive (50%), named competitive", words["imports"])
    assert told == (
        "one of home goods do not replace imports (50%), home goods replace imports (50%), named competitive"
    )


def test_a_choice_of_the_study_format_moves_the_answer_in_words():
    parameters = [*PARAMETERS[:2], {**PARAMETERS[2], "options": ["non_competitive", "competitive"]}]
    told = answer_of_draws(made_ensemble(200, parameters=parameters))
    (mover,) = [one for one in told.movers if one.parameter == "harvest"][:1]
    assert "where home goods do not replace imports" in mover.in_words
    assert {place.where for place in mover.places} == {"non-competitive", "competitive"}
    assert "non_competitive" not in told.text()
