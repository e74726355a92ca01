"""A firm result in words: the answer first, every figure with its range, the aggregation error always."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from autarky.explanation.firms import error_words, loss_words, lost_words, sentences, step_sentence, text
from autarky.results.firms import ChainStep, Spread
from made_firm_results import MADE, about, drawn, given, plant, sure


def flat(result, width=100):
    return " ".join(text(result, width).split())


@pytest.mark.parametrize("name", MADE)
@pytest.mark.parametrize("width", [40, 72, 100, 140])
def test_no_line_is_wider_than_asked(name, width):
    assert max(map(len, text(MADE[name](), width).splitlines())) <= width


def test_the_head_says_how_large_the_network_is_and_what_of_it_is_not_firm_by_firm():
    told = flat(drawn())
    assert told.startswith(
        "Imports stop · somewhere-2020 10,000 firms, 64 suppliers abroad, 81,234 links; 45 % of output "
        "goes to final users, and 0 % is made by rest-of-sector firms; 20 draws: firms are drawn to add up "
        "to the table, and no real firm is meant"
    )
    assert "12 % is made by rest-of-sector firms" in flat(given())


def test_rules_are_printed_and_chains_of_drawn_firms_are_said_to_be_of_one_draw():
    told = flat(given())
    assert "harbour-town 2020 4 firms" in told and "tolerance: 0.01" in told
    one = plant()
    several = replace(one, network=replace(one.network, draws=20))
    assert flat(several).count(", in the first of the draws") == 1 + len(one.days.chains)
    assert "first of the draws" not in flat(one)


def test_what_was_not_asked_has_no_sentence():
    assert [lead for lead, _ in sentences(given())] == ["Most systemic", "How sure"]
    assert [lead for lead, _ in sentences(drawn())] == [
        "The cut",
        "Firms or sectors",
        "Most systemic",
        "How sure",
    ]
    assert len(sentences(plant())) == 5


def test_the_aggregation_error_is_told_wherever_something_is_cut():
    assert "aggregation error −24 % (−36 to −5 %)" in flat(drawn())
    told = flat(plant())
    assert "aggregation error +19 %" in told and "the firms 12 %: aggregation error −25 %" in told


def test_with_draws_every_loss_has_its_range_and_without_none_has():
    told = flat(drawn())
    ranked = re.findall(r"\d+\. [^:]+: (.+?) of output; ", told)
    assert len(ranked) == 6
    assert all(re.fullmatch(r"[\d.]+ % \([\d.]+ to [\d.]+ %\)", one) for one in ranked)
    assert not re.search(r"\([\d.]+ to [\d.]+ %\)", text(given()))
    assert loss_words(about(0.34)) == "34 % (27 to 41 %)" and loss_words(sure(0.34)) == "34 %"
    assert error_words(Spread(0.1, -0.05, 0.2)) == "+10 % (−5 to +20 %)"


def test_drawn_and_illustrative_firms_are_marked_wherever_they_are_named():
    for result, name, mark in (
        (drawn(), r"firm of (?:Chemicals|Metals)", " (drawn)"),
        (plant(), "Fishing-gear factory", " (illustrative)"),
    ):
        told = flat(result)
        named = [told[found.end() : found.end() + len(mark)] for found in re.finditer(name, told)]
        assert named and set(named) == {mark}


def test_suppliers_abroad_beyond_the_first_nodes_are_told_with_their_places():
    told = flat(drawn())
    assert "AND ABROAD 37. Rubber from FARTHER: 0.4 % (0.3 to 0.5 %) of output; imports of 0.1 %" in told
    assert "1. Crude oil from ABROAD" in told and told.count("1. Crude oil from ABROAD") == 1


def test_how_the_ranking_is_known_is_told():
    assert drawn().ranking.how in flat(drawn())
    assert given().ranking.how in flat(given())


def test_the_chain_is_told_step_by_step_to_the_cut():
    told = flat(plant())
    steps = [
        "← Fishing-gear factory (illustrative): below 90 % from day 29 (13 Feb 2020), for want of Plastics "
        "(18.5 days in stock); 70 % of it came from the next",
        "← Plastics (all other firms): below 90 % from day 7 (22 Jan 2020)",
        "← Naphtha from ABROAD is cut: on 15 Jan 2020 it delivers 0 % of base",
    ]
    places = [told.index(step) for step in steps]
    assert places == sorted(places)


def test_a_step_bound_by_orders_or_by_capacity_says_so():
    step = ChainStep("a", "A", "s", False, 3, "2020-01-04", 0.5, "demand", None, 0.25)
    assert step_sentence(step) == (
        "A: below 90 % from day 3 (4 Jan 2020), for want of orders; 25 % of its output went to the next"
    )
    lost = step_sentence(replace(step, bound_by="capacity", share=None))
    assert lost == "A: below 90 % from day 3 (4 Jan 2020), its own capacity being lost"


def test_a_firm_that_gains_is_said_to_make_more():
    assert lost_words(0.25) == "loses 25 % of its output over the run"
    assert lost_words(-0.003) == "makes 0.3 % more over the run"
    assert lost_words(-1e-9) == "loses 0 % of its output over the run"


def test_a_network_that_nothing_happens_to_has_no_first_to_fall():
    result = plant()
    quiet = replace(result, days=replace(result.days, first=(), chains=()))
    assert "No firm falls below 90 % of base." in flat(quiet)
