"""Steps: what a plan does is told once, with what it needs, lets go, and costs to put off."""

import math
from dataclasses import replace

import numpy as np
import pytest

from autarky.explanation.answer import json_ready
from autarky.explanation.stored import restored
from autarky.planning.plan import Plan, make_plan
from autarky.planning.pricing.delays import DAYS, delay_costs
from autarky.planning.problem import AFTER, Coefficient, Siege
from autarky.planning.telling.balances import OTHERS
from autarky.planning.telling.result import plan_result
from autarky.planning.telling.steps import steps
from autarky.results.plan import Certificate, Measure, Need, Valuation
from made_problems import fading_naphtha
from problems.random_plans import random_plan

CERTIFICATE = Certificate("made", 1, 1, 1, 0.0, "", 0.0)


@pytest.fixture(scope="module")
def plan():
    found = make_plan(fading_naphtha())
    assert isinstance(found, Plan)
    return found


@pytest.fixture(scope="module")
def result(plan):
    return plan_result(plan, certificate=CERTIFICATE, economy="a made economy")


def step(found, act, what, period=None):
    return next(one for one in found if one.act == act and one.what == what and period in (None, one.period))


def test_a_substitute_is_started_commissioned_and_run_in_turn_and_the_import_ends(result):
    start = step(result.steps, "start", "from coal")
    assert start.ready == step(result.steps, "commission", "from coal").period
    assert step(result.steps, "run", "from coal").period == start.ready
    assert step(result.steps, "stop importing", "ABROAD.naphtha").period == "2033"
    assert step(result.steps, "stop", "from naphtha").period == "2033"
    assert "no more Naphtha from abroad from 2033" in start.unlocks
    assert "Fertiliser from coal can run" in start.unlocks


def test_what_is_started_and_commissioned_adds_up_to_the_same_capacity(result):
    started = sum(one.amount.value for one in result.steps if one.act == "start")
    commissioned = sum(one.amount.value for one in result.steps if one.act == "commission")
    assert started == pytest.approx(commissioned)


def test_a_start_needs_its_capital_goods_over_the_whole_time_of_building(result):
    start = step(result.steps, "start", "from coal")
    assert [(need.what, need.amount.value) for need in start.needs] == [
        ("machines", pytest.approx(start.amount.value))
    ]


def test_amounts_are_told_in_physical_units_where_there_are_any(result):
    start = step(result.steps, "start", "from coal")
    assert start.amount.unit == "money / year" and start.amount.physical_unit == "t / year"
    assert start.amount.physical == pytest.approx(1000 * start.amount.value)
    run = step(result.steps, "run", "from coal")
    assert run.needs[0].what == "coal" and run.needs[0].amount.physical is None


def test_plants_that_only_take_the_place_of_what_retires_are_one_line(result):
    """The farm loses a tenth of its plant a year, and less than that can be begun: it never grows."""
    assert not any(one.what == "farm" for one in result.steps if one.act in ("start", "commission"))
    kept = [one for one in result.steps if one.act == "keep up"]
    assert kept
    assert all(one.amount.unit == "money / year" and one.amount.value > 0 for one in kept)
    assert len({one.period for one in kept}) == len(kept)


def test_a_start_is_preceded_by_the_start_that_supplies_its_machines():
    problem = fading_naphtha()
    lag, most = problem.lag.copy(), problem.most_starts.copy()
    most[:, 4] = 5.0
    capacity = problem.capacity.copy()
    capacity[4] = 0.2
    most[0, 2] = 0.0
    ceiling = np.array([[1.5], [1.5], [0.0], [0.0]])
    imports = replace(problem.imports, ceiling=ceiling)
    found = make_plan(replace(problem, lag=lag, most_starts=most, capacity=capacity, imports=imports))
    start = step(steps(found), "start", "from coal")
    assert "works (started 2031)" in start.preceded_by


def test_delaying_the_start_that_saves_a_harvest_costs_what_is_then_lacking(plan):
    """Solved once more by hand: no start of fertiliser from coal in the first year."""
    problem = plan.problem
    costs = delay_costs(plan)
    period = step(steps(plan), "start", "from coal").period
    most = problem.most_starts.copy()
    most[problem.periods.index(period), 2] = 0.0
    again = make_plan(replace(problem, most_starts=most))
    shortfall = {stage.name: stage.value for stage in again.stages}.get("shortfall", 0.0)
    before = {stage.name: stage.value for stage in plan.stages}.get("shortfall", 0.0)
    gain = plan.stages[-2].value - again.stages[-2].value
    lost = shortfall - before if shortfall > before + 1e-5 else gain
    assert lost > 0
    assert costs[period, "from coal"] == pytest.approx(lost * DAYS, rel=1e-3)
    told = steps(plan, delays=costs)
    assert step(told, "start", "from coal", period).delay_cost == costs[period, "from coal"]


def test_a_start_without_which_there_is_no_plan_costs_without_end():
    problem = replace(fading_naphtha(), must_hold=frozenset({"livelihood"}))
    most = problem.most_starts.copy()
    most[1:, 2] = 0.0
    found = make_plan(replace(problem, most_starts=most))
    assert isinstance(found, Plan)
    assert delay_costs(found)["2031", "from coal"] == math.inf


def test_noise_of_the_solver_is_no_step(plan):
    values = plan.stages[-1].solution.values.copy()
    block = plan.formulation.variables["starts"].positions
    values[block[values[block] == 0]] = 1e-9
    last = replace(plan.stages[-1], solution=replace(plan.stages[-1].solution, values=values))
    noisy = Plan(plan.formulation, (*plan.stages[:-1], last))
    assert [(one.period, one.act, one.what) for one in steps(noisy)] == [
        (one.period, one.act, one.what) for one in steps(plan)
    ]


def test_why_weighs_what_a_unit_makes_against_what_it_takes(plan):
    start = step(steps(plan), "start", "from coal")
    worth = Valuation(
        "from coal",
        "Fertiliser from coal",
        start.ready,
        True,
        (("fertiliser", 40.0),),
        (("coal", 40.0),),
        0.0,
    )
    told = step(steps(plan, valuations=[worth]), "start", "from coal").why
    assert told.startswith(
        f"in {start.ready} one money of it makes fertiliser worth 40 person-days of basket"
    )
    assert "imports of Naphtha from abroad" in told


def test_stocks_that_grow_are_a_step_and_never_more_than_there_is_room_for(result):
    built = [one for one in result.steps if one.act == "stock"]
    assert built
    assert all(one.before < one.amount.value <= 3.0 + 1e-9 for one in built)


def test_an_empty_year_has_no_coverage_where_there_is_no_need(result):
    assert {(one.group, one.product) for one in result.coverages} == {("people", "Grain")}
    assert len(result.coverages) == len(result.spans)
    assert [one.basket for one in result.livelihoods] == pytest.approx(
        [one.share for one in result.coverages]
    )


def test_series_carry_limits_and_the_physical_unit(result):
    coal = next(one for one in result.activities if one.code == "from coal")
    assert coal.physical_per_unit == 1000.0
    assert all(made <= most + 1e-6 for made, most in zip(coal.by_span, coal.limit, strict=True))
    assert result.imports[0].limit == (1.5, 1.0, 0.0, 0.0, 0.0)
    assert result.imports[0].name == "Naphtha from abroad"


@pytest.mark.parametrize("seed", range(4))
def test_balances_are_the_slack_of_the_program(seed):
    """Of random plans with every feature that changes what comes or goes: computed without the matrix."""
    wanted = ("joint products", "harvests", "under way", "unequal periods", "training", "debt")
    problem = random_plan(seed, features=wanted)
    found = make_plan(problem)
    assert isinstance(found, Plan)
    told = plan_result(found, certificate=CERTIFICATE)
    program, rows = found.formulation.program, found.formulation.rows["balance"].positions
    slack = program.A @ found.stages[-1].solution.values - program.row_lower
    by_place = {(one.span, one.product): one for one in told.balances}
    for t, span in enumerate(problem.spans):
        for i, product in enumerate(problem.products):
            one = by_place.get((span, problem.name_of(product)))
            left = one.left_over if one else 0.0
            scale = 1.0 + sum(amount for _, amount in one.comes) if one else 1.0
            assert left == pytest.approx(slack[rows[t, i]], abs=1e-9 * scale)
            assert left > -1e-5 * scale
    assert any(OTHERS in dict(one.goes) for one in told.balances)


def test_the_year_after_renews_its_plants_and_stocks_come_and_go(result):
    flows = {(one.span, what) for one in result.balances for what, _ in (*one.comes, *one.goes)}
    assert (AFTER, "built into farm, as it retires") in flows
    assert {("2031", "from stock"), ("2034", "into stock"), ("2031", "households")} <= flows
    assert ("2031", "built into Fertiliser from coal") in flows
    assert (AFTER, "built into Fertiliser from coal") not in flows


def test_a_siege_leaves_what_was_asked_for_and_its_coverage_is_the_largest_possible():
    siege = Siege(first=1, cut=np.ones(1), coverage=0.6, public_share=0.0, years=1.0)
    found = make_plan(replace(fading_naphtha(), siege=siege))
    told = plan_result(found, certificate=CERTIFICATE).siege
    assert [one.span for one in told] == ["2032", "2033", "2034", AFTER]
    assert all(one.coverage >= 0.6 - 1e-6 for one in told)
    # In the last year all fertiliser is made from coal: a farm's grain per unit of it tells the coverage.
    made = min(float(found.values["capacity"].sel(span="2034", technique="from coal")), 10.0 / 1.5)
    farm = min(float(found.values["capacity"].sel(span="2034", technique="farm")), made / 0.2)
    stock = float(found.values["stock"].sel(period="2034", product="grain"))
    assert told[2].coverage == pytest.approx(min(1.0, (farm + stock) / 10.0), abs=1e-6)
    assert all(one.scarcest == ("Grain" if one.coverage < 1 - 1e-6 else "") for one in told)


def test_without_a_siege_asked_for_nothing_is_told_of_one(result):
    assert result.siege == ()


def test_what_a_start_takes_has_the_range_that_the_technique_declares():
    problem = fading_naphtha()
    machines = Coefficient(
        technique="from coal",
        kind="builds_with",
        item="machines",
        value=1.0,
        low=0.5,
        high=3.0,
        unit="1",
        source="a survey",
        product="machines",
    )
    fixed = replace(machines, kind="uses", low=0.0)
    found = make_plan(replace(problem, coefficients=(machines, fixed)))
    assert isinstance(found, Plan)
    told = plan_result(found, certificate=CERTIFICATE, economy="a made economy").steps
    (need,) = step(told, "start", "from coal").needs
    begun = need.amount.value
    assert (need.low, need.high) == (pytest.approx(0.5 * begun), pytest.approx(3.0 * begun))
    assert all(need.low is None for one in told if one.act == "run" for need in one.needs)


def test_what_is_kept_without_a_range_is_read_without_one():
    kept = json_ready(Need("machines", Measure(1.0, "units")))
    assert restored(Need, {key: kept[key] for key in ("what", "amount")}).low is None
    with pytest.raises(KeyError):
        restored(Need, {"what": "machines"})
