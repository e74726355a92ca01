"""Action plan in words: the answer comes first, amounts are physical first, and person-days say of what."""

import re
from dataclasses import replace

import pytest

from autarky.explanation.action_plan import (
    LEADS,
    checklist,
    clash_text,
    delay_words,
    ending,
    frontier_text,
    keep_list,
    large,
    limit_sentence,
    measured,
    named,
    person_days,
    scarcest,
    sentences,
    step_sentence,
    text,
)
from autarky.results.plan import Clash, Measure
from made_plans import made_clash, made_plan


def told(**changed):
    return dict(zip(LEADS, sentences(made_plan(**changed)), strict=True))


def test_a_basket_not_whole_is_said_at_once_with_product_share_and_year():
    answer = told()["Can it be done"]
    assert answer.startswith("Not wholly: at worst 80 % of the need of towns for Grain is met, in 2031.")
    assert "whole in 2033 and the years after" in answer
    assert "1 target of 2 missed, at most: less naphtha by 0.5 million ARD in 2031" in answer


def test_a_whole_basket_is_a_yes_that_goes_on_for_ever_only_with_a_year_after():
    whole = tuple(replace(one, share=1.0) for one in made_plan().coverages)
    answer = told(coverages=whole, worst_coverage=1.0)["Can it be done"]
    assert answer.startswith("Yes: everybody's whole basket") and "for ever" in answer
    spans = made_plan().periods
    ends = told(coverages=whole, worst_coverage=1.0, spans=spans)["Can it be done"]
    assert "for ever" not in ends


def test_the_worst_off_group_is_told_by_year():
    assert told()["Livelihood"].startswith(
        "The worst-off group has 80 % of the basket in 2031 and 100 % in the years after."
    )


def test_what_others_wait_for_comes_first_and_then_what_costs_most_to_put_off():
    found = [step.what for step in checklist(made_plan())]
    assert found[:2] == ["works", "coalgas"]
    assert set(found) == {step.what for step in made_plan().steps if step.period == "2031"}
    free = tuple(replace(step, preceded_by=()) for step in made_plan().steps)
    assert [step.what for step in checklist(made_plan(steps=free))][:2] == ["coalgas", "works"]


def test_starts_that_wait_for_each_other_do_not_wait_for_ever():
    steps = tuple(
        replace(step, preceded_by=("Fertiliser from coal gas (started 2031)",))
        if step.what == "works"
        else step
        for step in made_plan().steps
    )
    assert {step.what for step in checklist(made_plan(steps=steps))} >= {"works", "coalgas"}


def test_physical_units_come_first_and_money_beside():
    assert measured(Measure(12.0, "million ARD", 24000.0, "t")) == "24,000 t (12 million ARD)"
    assert measured(Measure(12.0, "million ARD")) == "12 million ARD"


def test_a_start_tells_amount_lead_time_needs_what_precedes_it_and_what_delay_costs():
    start = made_plan().steps[0]
    assert step_sentence(start) == (
        "start building Fertiliser from coal gas: 24,000 t / year (12 million ARD / year); ready 2032; takes "
        "Machines 6 million ARD; and work of fitters 4,000 hours; after Machine works (started 2031); then "
        "Fertiliser from coal gas can run and no more Naphtha from abroad from 2033; put off by one period "
        "it costs 1,250 person-days of basket"
    )


def test_fewer_imports_are_told_with_what_there_was():
    less = made_plan().steps[4]
    assert step_sentence(less) == (
        "import less Naphtha from abroad: 1.5 million ARD / year, before 2 million ARD / year"
    )


@pytest.mark.parametrize(
    ("cost", "words"),
    [
        (float("inf"), "without it at this time there is no plan"),
        (0.0, "can be put off by one period at no loss"),
        (12.0, "put off by one period it costs 12 person-days of basket"),
    ],
)
def test_a_delay_is_told_by_what_it_costs(cost, words):
    assert delay_words(cost) == words


def test_imports_that_end_and_those_to_keep_are_named_with_the_year():
    assert [(one.code, span) for one, span in ending(made_plan().imports, made_plan())] == [
        ("ABROAD.naphtha", "2033")
    ]
    assert "Naphtha from abroad (from 2033)" in told()["Imports"]
    assert [kept.channel for kept in keep_list(made_plan())] == ["ABROAD.naphtha", "ABROAD.machines"]


def test_limits_are_ranked_by_what_one_per_cent_is_worth_each_once():
    twice = (*made_plan().limits, replace(made_plan().limits[0], span="2032", worth_of_percent=20.0))
    found = scarcest(made_plan(limits=twice))
    assert [(one.kind, one.span) for one in found] == [
        ("import ceiling", "2032"),
        ("foreign exchange", "2032"),
    ]


def test_person_days_always_say_of_what():
    for written in (text(made_plan(), 4000), frontier_text(made_plan().frontier, 4000)):
        assert not re.search(r"person-days(?! of basket)", written)
        assert not re.search(r"\bnan\b|\binf\b", written)


def test_the_printed_plan_keeps_its_width_and_begins_with_the_answer():
    lines = text(made_plan(), 80).splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[0].startswith("A made plan · Arden 2030 · 2031 to 2033")
    assert lines[1].startswith("CAN IT BE DONE")


def test_labels_cannot_reach_the_terminal_as_commands():
    steps = (replace(made_plan().steps[0], name="evil\x1b[31m\nname"),)
    assert "\x1b" not in text(made_plan(steps=steps))


def test_a_clash_names_the_policies_what_each_gives_alone_and_the_trade_between_two():
    written = clash_text(made_clash(), 4000)
    assert "There is no plan: livelihood and import ceilings cannot both hold." in written
    gives = "livelihood gives: 120 person-years of basket over all years, 6 % of all it is about"
    assert f"{gives}; most in 2031, Grain" in written
    assert "import ceilings gives: even giving way wholly it does not suffice" in written
    assert (
        "If livelihood gives 0 person-years of basket, import ceilings must give 12 million USD; if it gives "
        "120, 0." in written
    )
    assert max(map(len, clash_text(made_clash(), 72).splitlines())) <= 72


def test_a_clash_of_nothing_wanted_says_that_what_is_there_contradicts_itself():
    written = clash_text(Clash("t", (), (), ()), 4000)
    assert "contradicts itself" in written


def test_the_frontier_tells_both_ends_and_when_the_basket_is_whole():
    written = frontier_text(made_plan().frontier, 4000)
    assert "With no imports 55 % of the basket can be kept up for ever" in written
    assert "The whole basket is covered from 100 % of the base year's imports on." in written
    assert "90 % of the basket at 0 % of base imports: not within the plan" in written


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("coal", "Coal"),
        ("ABROAD.coal", "Coal from ABROAD"),
        ("NEAR.coal", "Coal from the neighbour"),
        ("works", "works"),
        ("a.b", "a.b"),
    ],
)
def test_codes_of_channels_are_told_by_product_and_partner(code, name):
    assert named(code, {"coal": "Coal", "NEAR": "the neighbour"}) == name


@pytest.mark.parametrize(
    ("value", "words"),
    [(5.19e9, "5.19 billion"), (2.5e6, "2.5 million"), (1250.0, "1,250"), (-3e12, "−3 trillion")],
)
def test_large_numbers_are_told_in_words(value, words):
    assert large(value) == words


def test_person_days_are_told_for_each_person_where_that_can_be_grasped():
    assert person_days(9.3e8, 2.5e7) == "930 million person-days of basket, 37 for each person"
    assert person_days(9.3, 2.5e7) == "9.3 person-days of basket"


def test_an_import_that_is_only_a_solvers_rounding_is_not_to_be_kept():
    gone = tuple(replace(one, by_span=(0.0,) * 4) for one in made_plan().imports)
    assert keep_list(made_plan(imports=gone)) == ()


def test_a_budget_without_a_plan_is_told_and_nowhere_a_number():
    points = made_plan().frontier.points
    none = replace(points[0], livelihood=float("nan"), techniques=())
    written = frontier_text(replace(made_plan().frontier, points=(none, *points[1:])), 4000)
    assert "With no imports there is no plan" in written and "no data" not in written
    assert "0 % of base imports: no plan" in written


def test_of_an_obligation_less_is_worth_something():
    limit = replace(made_plan().limits[0], kind="public demand", what="coal")
    assert limit_sentence(limit, {"coal": "Coal"}).startswith(
        "public demand: Coal in 2031: 1 % less is worth 13.5"
    )
    assert "1 % more is worth" in limit_sentence(made_plan().limits[0], {})
