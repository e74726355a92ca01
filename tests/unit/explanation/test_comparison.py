"""Runs side by side: numbers by hand, what all agree on, and ranges of differences draw by draw."""

from __future__ import annotations

import datetime
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from autarky.errors import InputError
from autarky.explanation.answer import json_ready
from autarky.explanation.comparison import Comparison, Drawn, compare, difference, drawn, with_draws
from autarky.explanation.comparison_text import difference_words, in_short, sentences, text, value_words
from autarky.explanation.conclusions import QUESTIONS
from autarky.explanation.measured import BELOW, LOST, STOPPED, WORST, measured
from autarky.explanation.stored import restored
from autarky.results import SimulationResult, variable
from made_results import START, made_result

DAYS = 100
SECTORS = {"f": "Farms", "m": "Mills", "s": "Shops"}
USERS = (("HH", "households"), ("GOV", "government"), ("EXP", "exports"))
CUT = {"kind": "trade_cut", "origin": "ABROAD", "share_kept": 0, "from": "2024-01-11"}


def run(mills: float, *, farms: float = 1.0, users: Any = USERS, **scenario: Any) -> SimulationResult:
    """Mills (and farms) make a share of base from day 20 on; day 0 is the eleventh of the run."""
    shares = np.ones((DAYS, 3))
    shares[20:, 1], shares[20:, 0] = mills, farms
    declared = {"name": "a cut", "shocks": [CUT], **scenario}
    return made_result(
        shares, sectors=SECTORS, base=np.array([10.0, 20.0, 30.0]), consumers=users, scenario=declared
    )


def value(found: Comparison, key: str) -> tuple[float, ...]:
    return next(row.values for row in found.rows if row.key == key)


def test_losses_and_days_are_those_by_hand() -> None:
    """Mills are a third of value added; they make 40 % on 80 of 100 days."""
    found = compare("two", [run(0.4), run(0.76)], ["one", "other"])
    assert value(found, f"economy/gdp/{LOST}") == pytest.approx((0.8 * 0.6 / 3, 0.8 * 0.24 / 3))
    assert value(found, f"economy/gdp/{WORST}") == pytest.approx((0.6 / 3, 0.24 / 3))
    assert value(found, "economy/industries/that stop below 50 %") == (1.0, 0.0)
    assert value(found, "economy/industries/that fall below 90 %") == (1.0, 1.0)
    assert value(found, f"industries/m/{STOPPED}") == (10.0, math.inf)
    # Users receive of each product what its maker makes, and buy 20 of 60 from mills.
    assert value(found, f"users/households/{LOST}") == pytest.approx((0.16, 0.064))
    assert value(found, f"users/households/{BELOW}") == (10.0, math.inf)
    assert value(found, f"products/m/{LOST}") == pytest.approx((0.48, 0.192))
    assert [column.first for column in found.columns] == [("Mills",), ()]


def test_differences_are_against_the_first() -> None:
    found = compare("two", [run(0.4), run(0.7), run(0.4)], ["one", "other", "again"])
    rows = {row.key: row.differences for row in found.rows}
    assert rows[f"economy/gdp/{LOST}"] == pytest.approx((0.0, -0.08, 0.0))
    assert rows[f"industries/m/{STOPPED}"] == (0.0, math.inf, 0.0)
    for row in found.rows:
        assert row.differences[0] == 0.0 == row.differences[2]


def test_never_less_never_is_no_difference() -> None:
    assert difference(math.inf, math.inf) == 0.0
    assert difference(math.inf, 3.0) == math.inf
    assert difference(3.0, math.inf) == -math.inf
    assert math.isnan(difference(math.nan, 1.0))


def test_the_order_of_the_others_only_permutes_columns() -> None:
    runs = [run(0.4), run(0.7), run(0.9, farms=0.2)]
    one = compare("x", runs, ["a", "b", "c"])
    other = compare("x", [runs[0], runs[2], runs[1]], ["a", "c", "b"])
    assert one.keys == other.keys
    for before, after in zip(one.rows, other.rows, strict=True):
        assert after.values == tuple(before.values[k] for k in (0, 2, 1))
        assert after.differences == tuple(before.differences[k] for k in (0, 2, 1))
    for said, again in zip(one.conclusions, other.conclusions, strict=True):
        assert said.sentence == again.sentence and said.number == again.number


def test_rows_do_not_depend_on_which_run_comes_first() -> None:
    runs = [run(0.4), run(0.9, farms=0.2)]
    assert compare("x", runs, ["a", "b"]).keys == compare("x", runs[::-1], ["b", "a"]).keys


def test_what_holds_in_all_and_what_flips_is_computed() -> None:
    found = compare("x", [run(0.4), run(0.3), run(0.9, farms=0.2)], ["a", "b", "c"])
    said = {one.question: one for one in found.conclusions}
    first = said["Which industry stops first?"]
    assert first.sentence == "the first to stop is Mills"
    assert (first.holds, first.number, first.holds_in_all) == ((True, True, False), 2, False)
    assert first.answers[2] == "the first to stop is Farms"
    assert said["Do households lose a larger share than the government?"].sentence == (
        "households lose about the same share as the government does"
    )
    assert said["Do households fall below 90 % of base?"].holds_in_all
    # One household is no group, and nobody asks which group loses most.
    assert "Which group of households loses most?" not in said
    told = sentences(found)
    assert "households fall" not in told[3] and "Mills" in told[3] and "under c" in told[3]


def test_in_short_only_the_questions_that_flip_are_named() -> None:
    found = compare("x", [run(0.4), run(0.3), run(0.9, farms=0.2)], ["a", "b", "c"])
    flips = [one.question for one in found.conclusions if not one.holds_in_all]
    told, whole = in_short(found), sentences(found)
    assert flips and told[:3] == whole[:3] and told[4] == whole[4]
    assert told[3].startswith(f"{len(flips)} conclusion") and "?" not in told[3]
    assert all(one[1:].removesuffix("?") in told[3] for one in flips) and len(told[3]) < len(whole[3])


def test_households_and_value_added_are_told_apart_either_way() -> None:
    """Where consumption falls by more than value added, and the other way round."""
    base = run(0.4)
    hungry, fed = run(0.4), run(0.4)
    for result, factor in ((hungry, 0.5), (fed, 2.0)):
        lost = result.data["consumption_base"] - result.data["consumption"]
        result.data["consumption"] = (base.data["consumption"].dims, (
            result.data["consumption_base"] - lost * (1 / factor)
        ).transpose("day", "product", "final_user").values)  # fmt: skip
    asked = "Do households lose a larger share than value added?"
    found = compare("x", [base, hungry, fed], ["a", "b", "c"])
    answers = next(one.answers for one in found.conclusions if one.question == asked)
    assert answers == (
        "households lose about the same share as value added does",
        "households lose a larger share than value added does",
        "households lose a smaller share than value added does",
    )


def test_groups_of_households_are_rows_of_their_own() -> None:
    users = (("TOWN", "households"), ("LAND", "households"), ("EXP", "exports"))
    one, other = run(0.4, users=users), run(0.4, users=users)
    course = other.data["consumption"].values.copy()
    course[:, :, 1] = other.data["consumption_base"].values[:, 1]
    other.data["consumption"] = (("day", "product", "final_user"), course)
    found = compare("x", [one, other], ["a", "b"])
    rows = {row.subject: row for row in found.of("groups", what=LOST)}
    assert rows["HOM.LAND"].values == pytest.approx((0.16, 0.0))
    assert rows["HOM.TOWN"].values == pytest.approx((0.16, 0.16))
    said = next(one for one in found.conclusions if one.question.startswith("Which group"))
    assert said.answers == (
        "all groups of households lose the same share",
        "of the groups of households, TOWN loses most",
    )


def test_hours_needs_and_reserves_are_told_where_a_run_has_them() -> None:
    one, other = run(0.4), run(0.4)
    hours, need, money = np.full((DAYS, 2), 40.0), np.ones((DAYS, 2)), np.linspace(10, 0, DAYS)
    need[30:, 1] = 0.8
    for result, less in ((one, 0.0), (other, 2.0)):
        spent = np.stack([hours - less, 0 * hours + less], axis=2)
        result.data["hours"] = variable(spent, ("day", "working_group", "hours_use"), "h / week", "hours")
        result.data["need_share"] = variable(need, ("day", "working_group"), "1", "need met")
        result.data["reserves"] = variable(money, ("day",), "million USD", "reserves")
        result.data.coords["working_group"] = ["farmers", "miners"]
        result.data.coords["hours_use"] = ["work", "sessions"]
    found = compare("x", [one, other], ["a", "b"])
    rows = {row.key: row.values for row in found.of("besides")}
    assert rows["besides/hours.miners work/mean of the days"] == (40.0, 38.0)
    assert rows["besides/hours.farmers sessions/mean of the days"] == (0.0, 2.0)
    assert rows["besides/need_share.miners/first day below need"] == (20.0, 20.0)
    assert rows["besides/need_share.farmers/first day below need"] == (math.inf, math.inf)
    assert rows["besides/reserves/on the last day"] == (0.0, 0.0)


def test_other_money_is_refused_and_another_table_is_told() -> None:
    one, other = run(0.4), run(0.4)
    won = replace(
        other, record=replace(other.record, economy={**other.record.economy, "unit": "million KRW"})
    )
    with pytest.raises(InputError, match="b: is in million KRW, and a in million USD — compare runs in the"):
        compare("x", [one, won], ["a", "b"])
    table = replace(other, record=replace(other.record, economy={**other.record.economy, "digest": "other"}))
    assert "different tables" in compare("x", [one, table], ["a", "b"]).remarks[0]
    assert compare("x", [one, other], ["a", "b"]).remarks == ()


def test_what_a_run_declares_otherwise_is_found_in_its_record() -> None:
    behaviour = {"rationing": "priority", "allocation": {"plan_share": 0.5}}
    more = {"kind": "demand_change", "users": "households", "factor": 2, "from": "2024-02-01"}
    other = run(0.4, behaviour=behaviour, shocks=[more])
    found = compare("x", [run(0.4), other], ["a", "b"])
    assert found.columns[0].differs == ()
    assert found.columns[1].differs == (
        "rationing: priority instead of what the preset has",
        "allocation.plan_share: 0.5 instead of what the preset has",
        "left out: trade in all products from ABROAD is cut to nothing from 11 Jan 2024 on",
        "besides: households want 200 % of their base-year demand for all products from 1 Feb 2024 on",
    )


def test_days_are_counted_from_the_earliest_shock_of_runs_that_start_together() -> None:
    later = [{**CUT, "from": "2024-01-21"}]
    found = compare("x", [run(0.4, shocks=later), run(0.4), run(0.4, shocks=[])], ["a", "b", "c"])
    assert {column.day_zero for column in found.columns} == {"2024-01-11"}
    assert value(found, f"industries/m/{STOPPED}") == (10.0, 10.0, 10.0)


def drawn_from(found: Comparison, runs: list[SimulationResult]) -> tuple[Drawn, ...]:
    return tuple(drawn(found, result, k) for k, result in enumerate(runs))


def test_draws_are_paired_so_that_differences_have_ranges_of_their_own() -> None:
    """Mills' loss is drawn from 0 to 0.99 in both; the other loses 0.005 more in all draws but one."""
    found = compare("x", [run(0.5), run(0.4)], ["a", "b"])
    draws = []
    for k in range(100):
        less = -0.005 if k == 50 else 0.005
        draws.append(drawn_from(found, [run(1 - k / 100), run(1 - k / 100 - less)]))
    found = with_draws(found, draws, failed=1, told="by hand")
    row = next(row for row in found.rows if row.key == f"products/m/{LOST}")
    own, other = row.ranges
    assert (own.low, own.middle, own.high) == pytest.approx((0.04 * 0.8, 0.49 * 0.8, 0.94 * 0.8))
    assert (own.difference_low, own.difference_high, own.sign_holds) == (0.0, 0.0, 1.0)
    assert (other.difference_low, other.difference_middle) == pytest.approx((0.004, 0.004))
    assert other.sign_holds == pytest.approx(0.99)
    # The same seen from the other run: a difference downwards, which one draw in a hundred turns round.
    turned = compare("x", [run(0.4), run(0.5)], ["b", "a"])
    turned = with_draws(turned, [(pair[1], pair[0]) for pair in draws], failed=0, told="by hand")
    back = next(row for row in turned.rows if row.key == f"products/m/{LOST}").ranges[1]
    assert (back.difference_middle, back.sign_holds) == pytest.approx((-0.004, 0.99))
    stops = next(row for row in found.rows if row.key == f"industries/m/{STOPPED}")
    assert stops.ranges[0].low == 10.0 and stops.ranges[0].high == math.inf
    said = next(one for one in found.conclusions if one.question == "Which industry stops first?")
    # Without draws the first run's mills make a half, and do not stop.
    assert said.sentence == "no industry stops (falls below half of base)"
    assert said.shares[0] == pytest.approx(0.51) and said.share <= min(said.shares)
    assert (found.draws, found.failed) == (100, 1)


def test_a_comparison_comes_back_from_json_as_it_was() -> None:
    found = compare("x", [run(0.4), run(0.7)], ["a", "b"], ["", "a note"])
    found = with_draws(found, [drawn_from(found, [run(0.4), run(0.7)])], failed=0, told="one")
    assert restored(Comparison, json_ready(found, infinity=True)) == found


def test_the_printed_text_says_who_loses_what_and_what_holds() -> None:
    printed = text(compare("Two mills", [run(0.4), run(0.7)], ["worse", "better"]))
    assert "Two mills · 2 side by side" in printed
    assert "households, lost over the run" in printed
    line = next(line for line in printed.splitlines() if line.startswith("households, lost over the run"))
    assert line.split()[-4:] == ["−16", "%", "−8", "%"]
    assert "HOLDS IN ALL" in printed and "FLIPS" in printed
    assert "only draws can tell" in " ".join(printed.split())


@pytest.mark.parametrize(
    ("number", "unit", "words"),
    [
        (0.08, "share", "−8 %"),
        (-0.08, "share", "+8 %"),
        (math.inf, "day", "never"),
        (-3.0, "day", "day −3"),
        (12.0, "count", "12"),
        (40.0, "h / week", "40"),
        (math.nan, "share", "no data"),
    ],
)
def test_numbers_are_told_in_their_units(number: float, unit: str, words: str) -> None:
    assert value_words(number, unit) == words


@pytest.mark.parametrize(
    ("number", "unit", "words"),
    [
        (0.012, "share", "−1.2 points"),
        (-0.012, "share", "+1.2 points"),
        (9.0, "day", "9 days later"),
        (-1.0, "day", "1 day earlier"),
        (math.inf, "day", "never instead"),
        (0.0, "day", "the same"),
        (-2.0, "count", "2 fewer"),
        (2.5, "h / week", "+2.5"),
    ],
)
def test_a_larger_loss_is_a_change_downwards(number: float, unit: str, words: str) -> None:
    assert difference_words(number, unit) == words


def test_a_run_without_a_shock_loses_nothing_and_agrees_with_itself() -> None:
    calm = run(1.0, shocks=[])
    numbers = measured(calm, datetime.date(START.year, START.month, START.day))
    assert all(abs(one.value) < 1e-12 for one in numbers.measures if one.unit == "share")
    found = compare("x", [calm, calm], ["a", "b"])
    assert all(one.holds_in_all for one in found.conclusions)
    assert len(found.conclusions) <= len(QUESTIONS)
