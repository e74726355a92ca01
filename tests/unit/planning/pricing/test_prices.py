"""Prices of scarcity: never below zero, true to what solving again tells, and told in person-days."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from autarky.planning.highs import Session, solve
from autarky.planning.linear_program import Builder
from autarky.planning.plan import Plan, make_plan
from autarky.planning.pricing.prices import OBLIGATIONS, contradictions, keep, limits, product_prices
from autarky.planning.pricing.valuation import valuations
from autarky.planning.stages import GAIN, SHORTFALL
from autarky.results.plan import Limit
from plan_with_everything import plan, poorer, problem
from problems.random_plans import random_plan


@pytest.fixture(scope="module")
def plenty() -> Plan:
    return plan()


@pytest.fixture(scope="module")
def short() -> Plan:
    return plan(**poorer())


@pytest.fixture(scope="module", params=["plenty", "short"])
def made(request: pytest.FixtureRequest) -> Plan:
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Plan)
    return found


@pytest.fixture(scope="module")
def all_checked(made: Plan) -> tuple[Limit, ...]:
    return limits(made, checked=40)


def test_what_lacks_is_priced_first_and_what_is_gained_else(plenty: Plan, short: Plan) -> None:
    assert plenty.priced is not None and plenty.priced.name == GAIN
    assert short.priced is not None and short.priced.name == SHORTFALL


def test_every_worth_holds_within_its_validity_range(all_checked: tuple[Limit, ...]) -> None:
    assert contradictions(all_checked) == ()
    inside = [
        change
        for limit in all_checked
        for change, _ in limit.checked
        if -limit.valid_down <= change <= limit.valid_up
    ]
    assert len(inside) > 40


def test_more_of_a_limit_or_less_of_an_obligation_is_never_worth_less_than_nothing(
    all_checked: tuple[Limit, ...],
) -> None:
    for limit in all_checked:
        assert limit.worth > 0
        sign = -1 if limit.kind in OBLIGATIONS else 1
        for change, gained in limit.checked:
            assert sign * change * gained >= -1e-6


def test_limits_are_ranked_by_what_one_percent_brings_when_solved_again(made: Plan) -> None:
    told = limits(made)
    percents = [limit.worth_of_percent for limit in told]
    assert percents == sorted(percents, reverse=True)
    assert all(change for limit in told for change, _ in limit.checked)
    for limit in told[:8]:
        gains = [gained for _, gained in limit.checked]
        assert any(gained == pytest.approx(limit.worth_of_percent) for gained in gains)
        # Relief brings less and less: the rate is the most that it can bring.
        assert all(
            abs(gained) <= limit.worth * abs(change) * (1 + 1e-6)
            for change, gained in limit.checked
            if gained > 0
        )
    assert sum(bool(limit.checked) for limit in told) >= 8
    assert all(not limit.checked for limit in limits(made, checked=0))


def test_a_worth_that_solving_again_contradicts_is_told() -> None:
    wrong = Limit(
        "import ceiling", "world.coke", "2022", "t / year", 10.0, 1.0, 1.0, 0.5, ((0.5, 7.0), (2.0, 9.0))
    )
    assert contradictions([wrong]) == (
        "import ceiling, world.coke in 2022: +0.5 t / year should be worth 5 person-days; "
        "solved again it is 7",
    )
    assert contradictions([replace(wrong, checked=((0.5, 5.01), (2.0, 9.0)))]) == ()
    obligation = replace(wrong, kind="public demand", checked=((-0.5, 5.0),))
    assert contradictions([obligation]) == ()
    assert contradictions([replace(obligation, checked=((-0.5, -5.0),))]) != ()


def test_every_kind_of_scarcity_is_told(plenty: Plan, short: Plan) -> None:
    kinds = {limit.kind for made in (plenty, short) for limit in limits(made, checked=0)}
    assert kinds >= {
        "import ceiling", "foreign exchange", "debt limit", "labour", "capacity", "public demand", "target",
        "deposit", "contract", "strategic reserve", "pace of building", "room for stocks", "overtime",
        "training", "siege", "export ceiling",
    }  # fmt: skip


def test_a_problem_of_its_own_with_one_more_unit_gains_what_the_price_says(plenty: Plan) -> None:
    """Not the solver's rows but the problem: a thousandth more public demand, before any siege."""
    base = plenty.stage(GAIN)
    assert base is not None
    worth = product_prices(plenty)
    for product, period in (("steel", 1), ("coal", 0), ("machines", 1)):
        demand = problem().public_demand.copy()
        place = problem().products.index(product)
        demand[period, place] += 1e-3
        again = plan(public_demand=demand)
        stage = again.stage(GAIN)
        assert stage is not None
        # The same aims kept as in the first plan, to the digit.
        moved = stage.program.with_sides(lower=base.program.lower, upper=base.program.upper)
        lost = base.value + solve(moved, stage.objective, locks=base.locks, crossover=True).objective
        years = problem().years[period]
        price = float(worth.sel(span=problem().periods[period], product=product))
        assert lost * 365 == pytest.approx(price * years * 1e-3, rel=1e-4)


def test_prices_of_products_are_person_days_per_unit_whatever_the_length_of_the_span(made: Plan) -> None:
    worth = product_prices(made)
    assert worth.attrs["units"] == "person-days / unit of product"
    assert float(worth.min()) >= -1e-6
    assert float(worth.sel(product="grain").max()) > 0


def test_imports_are_kept_by_their_worth_for_what_they_cost(made: Plan) -> None:
    kept = keep(made)
    worth = product_prices(made)
    amounts = made.values["imports"]
    assert {(each.channel, each.span) for each in kept} == {
        (str(channel), str(span))
        for span in amounts.span.values
        for channel in amounts.channel.values
        if float(amounts.sel(span=span, channel=channel)) > 1e-6
    }
    ranks = [each.worth_per_currency for each in kept]
    assert ranks == sorted(ranks, reverse=True)
    for each in kept:
        at_home = float(worth.sel(span=each.span, product=each.channel.removeprefix("world.")))
        assert each.worth >= at_home - 1e-6
        assert each.worth_per_currency == pytest.approx(each.worth / each.price)
        if made.problem.siege is None:
            assert each.worth == pytest.approx(at_home)


def test_an_import_is_worth_what_it_costs_and_what_its_ceiling_and_contract_hold_back(made: Plan) -> None:
    """``π + what a siege leaves = price·π_FX + ceiling − contract + target`` for each import that runs."""
    rows, stage = made.formulation.rows, made.priced
    assert stage is not None
    duals = stage.solution.row_duals
    trade, problem_ = made.problem.imports, made.problem
    paid = -duals[rows["foreign exchange"].positions][:, None] * problem_.spread(trade.price)
    ceiling = -duals[rows["import ceiling"].positions]
    target = np.zeros_like(paid)
    target[:, 0] = -duals[rows["target: coke imports"].positions]
    contract = np.zeros_like(paid)
    contract[:, :1] = duals[rows["contract"].positions]
    takes = (paid + ceiling + target - contract) / problem_.span_weights[:, None] * 365
    spans, channels = list(problem_.spans), list(trade.labels)
    imports = stage.solution.values[made.formulation.variables["imports"].positions]
    for each in keep(made):
        place = spans.index(each.span), channels.index(each.channel)
        if imports[place] > 1e-6:
            assert each.worth == pytest.approx(takes[place], rel=1e-6, abs=1e-4)


def test_the_ceiling_of_an_embargo_is_told_and_ranked_by_the_usual_one() -> None:
    base = problem(siege=None)
    ceiling = base.imports.ceiling.copy()
    ceiling[1:, 0] = 0.0
    trade = replace(base.imports, ceiling=ceiling, contracted=np.zeros_like(ceiling))
    told = limits(plan(siege=None, imports=trade), checked=3)
    embargo = [limit for limit in told if limit.kind == "import ceiling" and limit.what == "world.coke"]
    assert embargo and all(limit.worth_of_percent > 0 for limit in embargo)


def test_the_same_plan_has_the_same_prices_to_the_digit(short: Plan) -> None:
    assert limits(short) == limits(short)


@pytest.mark.parametrize("seed", range(5))
def test_worths_of_random_plans_hold_within_their_ranges(seed: int) -> None:
    made = make_plan(random_plan(seed, products=6, periods=3, features=("debt", "contracts")))
    assert isinstance(made, Plan)
    told = limits(made, checked=6)
    assert len(told) >= 6
    assert contradictions(told) == ()
    assert all(each.loss >= -1e-9 * sum(value for _, value in each.takes) for each in valuations(made))


def test_ranges_are_told_of_a_basis_that_the_solver_has_not_factored() -> None:
    """Two machines make both parts of a set: crossover leaves a basis whose ranges HiGHS refuses."""
    parts = Builder()
    machines = {"machine": ["a", "b"]}
    first, second, sets = (
        parts.variables("first", machines), parts.variables("second", machines), parts.variables("sets"),
    )  # fmt: skip
    hours = parts.rows("hours", machines, upper=1.0)
    parts.add(hours.positions, first.positions, 0.1)
    parts.add(hours.positions, second.positions, [0.05, 0.1])
    for made in (first, second):
        enough = parts.rows(f"enough of {made.name}", lower=0.0)
        parts.add(enough.positions, made.positions, 1.0)
        parts.add(enough.positions, sets.positions, -1.0)
    program = parts.build()
    objective = np.zeros(len(program.lower))
    objective[sets.positions] = -1.0
    session = Session(program)
    solution = session.solve(objective, crossover=True)
    assert solution.objective == pytest.approx(-40 / 3)
    reach = session.reach(hours.positions)
    # To either end of its range an hour is worth as much.
    for row, (low, high) in enumerate(zip(reach.low, reach.high, strict=True)):
        for hours_there in (max(low, 0.0), min(high, 10.0)):
            session.set_sides([row], -np.inf, hours_there)
            again = session.solve(objective, method="simplex").objective
            assert again - solution.objective == pytest.approx(solution.row_duals[row] * (hours_there - 1.0))
            session.set_sides([row], -np.inf, 1.0)
