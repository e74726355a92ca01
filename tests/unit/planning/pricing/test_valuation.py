"""Valuations: what runs balances, what does not loses, and by as much as solving again with it costs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from autarky.planning.formulation import formulate
from autarky.planning.highs import Session, solve
from autarky.planning.plan import Plan
from autarky.planning.pricing.valuation import OTHERS, PACE, TO_BUILD, TOLD, first_order, valuations
from autarky.planning.problem import Coefficient, PlanningProblem
from autarky.results.plan import Valuation
from plan_with_everything import plan, poorer

CHANGES: dict[str, dict[str, Any]] = {
    "plenty": {},
    "short": poorer(),
    "without targets": {"targets": ()},
    "without the year after": {"stationary_after": False},
    "without siege or labour": {"siege": None, "labour": None, "coefficients": ()},
}


@pytest.fixture(scope="module", params=list(CHANGES))
def made(request: pytest.FixtureRequest) -> Plan:
    return plan(**CHANGES[request.param])


def reduced_costs(made: Plan, block: str) -> np.ndarray[Any, Any]:
    stage = made.priced
    assert stage is not None
    return np.asarray(stage.solution.reduced_costs[made.formulation.variables[block].positions])


def amounts(made: Plan, block: str) -> np.ndarray[Any, Any]:
    stage = made.priced
    assert stage is not None
    return np.asarray(stage.solution.values[made.formulation.variables[block].positions])


def running(told: tuple[Valuation, ...]) -> list[Valuation]:
    return [each for each in told if not each.name.endswith(TO_BUILD)]


def building(told: tuple[Valuation, ...]) -> list[Valuation]:
    return [each for each in told if each.name.endswith(TO_BUILD)]


def plant_of(made: Plan, technique: str) -> np.ndarray[Any, Any]:
    """(s,) its capacity in the stage that is priced; inf: it needs none."""
    problem = made.problem
    j = problem.techniques.index(technique)
    if not np.isfinite(problem.capacity[j]):
        return np.full(len(problem.spans), np.inf)
    return np.asarray(amounts(made, "capacity")[:, problem.with_plants.tolist().index(j)])


def test_the_loss_of_running_is_the_reduced_cost_of_the_activity(made: Plan) -> None:
    problem = made.problem
    costs = reduced_costs(made, "activity")
    told = running(valuations(made))
    assert len(told) >= 2 * len(problem.spans)
    for each in told:
        t, j = problem.spans.index(each.span), problem.techniques.index(each.technique)
        reduced = costs[t, j] * 365 / problem.span_weights[t]
        if plant_of(made, each.technique)[t] > 1e-9:
            assert each.loss == pytest.approx(reduced, abs=1e-6)
        else:
            # Without a plant the rent is what could just be paid, never more than the solver's.
            assert -1e-6 <= each.loss <= reduced + 1e-6


def test_what_runs_and_what_is_built_makes_as_much_as_it_takes(made: Plan) -> None:
    for block, told in (("activity", running(valuations(made))), ("starts", building(valuations(made)))):
        values = made.formulation.program.labelled(made.priced.solution.values)[block]  # type: ignore[union-attr]
        for each in told:
            when = {"span" if block == "activity" else "period": each.span}
            if float(values.sel(technique=each.technique, **when)) > 1e-6:
                assert each.loss == pytest.approx(0.0, abs=1e-5)
            assert each.loss >= -1e-6


def test_the_loss_of_building_is_the_reduced_cost_of_the_start(made: Plan) -> None:
    problem = made.problem
    costs = reduced_costs(made, "starts") * 365
    compared = 0
    for each in building(valuations(made)):
        t, j = problem.periods.index(each.span), problem.techniques.index(each.technique)
        reduced = costs[t, problem.buildable.tolist().index(j)]
        # A start that its limit holds back would gain: told as the price of the pace of building.
        if (plant_of(made, each.technique)[int(problem.arrival[t, j]) :] > 1e-9).all():
            assert each.loss == pytest.approx(max(0.0, reduced), abs=1e-5)
            assert dict(each.takes).get(PACE, 0.0) >= -reduced - 1e-6
            compared += 1
        else:
            assert each.loss >= reduced - 1e-6
    assert compared


def test_what_is_told_adds_up_to_the_loss(made: Plan) -> None:
    for each in valuations(made):
        takes, makes = (sum(value for _, value in side) for side in (each.takes, each.makes))
        assert takes - makes == pytest.approx(each.loss, abs=1e-8 * max(1.0, takes))
        assert all(type(value) is float for _, value in (*each.takes, *each.makes))
        assert not np.signbit(each.loss) or each.loss < 0


def test_a_plant_that_is_left_out_costs_its_loss_if_it_is_built_nevertheless() -> None:
    """Not built at all without its target: some of it is forced, and the same stage solved again."""
    made = plan(targets=())
    stage = made.priced
    assert stage is not None
    starts = made.formulation.variables["starts"]
    session = Session(stage.program, stage.locks)
    before = session.solve(stage.objective, crossover=True).objective
    rejected = [each for each in building(valuations(made)) if each.loss > 1.0]
    assert {each.technique for each in rejected} >= {"coal steel", "mine"}
    for each in rejected:
        at = starts[
            starts.labels["period"].index(each.span), starts.labels["technique"].index(each.technique)
        ]
        session.set_bounds([at], [1e-3], [stage.program.upper[at]])
        forced = session.solve(stage.objective, method="simplex").objective
        session.set_bounds([at], [0.0], [stage.program.upper[at]])
        assert (forced - before) * 365 / 1e-3 == pytest.approx(each.loss, rel=1e-4)


def test_each_start_is_paid_by_the_rents_of_its_plant_and_by_the_target_it_serves() -> None:
    made = plan()
    told = [each for each in building(valuations(made)) if each.technique == "coal steel" and each.used]
    assert told
    for each in told:
        assert any(what == "target: coal steel by 2025" and worth > 0 for what, worth in each.makes)
        assert {"machines", "steel"} <= {what for what, _ in each.takes}


def changed(problem: PlanningProblem, coefficient: Coefficient, by: float) -> PlanningProblem:
    j = problem.techniques.index(coefficient.technique)
    labour = problem.labour
    assert labour is not None
    arrays = {
        "uses": problem.use,
        "makes": problem.make,
        "builds_with": problem.builds_with,
        "labour": labour.per_activity,
        "building_labour": labour.per_start,
    }
    array = arrays[coefficient.kind].copy()
    rows = problem.products if coefficient.product else labour.skills
    array[rows.index(coefficient.product or coefficient.item), j] += by * coefficient.factor
    fields = {"uses": "use", "makes": "make", "builds_with": "builds_with"}
    if coefficient.kind in fields:
        return replace(problem, **{fields[coefficient.kind]: array})
    field = "per_activity" if coefficient.kind == "labour" else "per_start"
    return replace(problem, labour=replace(labour, **{field: array}))


@pytest.mark.parametrize("changes", [{}, poorer()], ids=["plenty", "short"])
def test_what_lies_across_a_range_is_what_solving_again_says(changes: dict[str, Any]) -> None:
    made = plan(**changes)
    stage = made.priced
    assert stage is not None
    told = first_order(made)
    assert {coefficient.kind for coefficient, _ in told} == {
        "uses", "makes", "builds_with", "labour", "building_labour",
    }  # fmt: skip
    worth = [days for _, days in told]
    assert worth == sorted(worth, reverse=True) and worth[-1] > 0
    base = solve(stage.program, stage.objective, locks=stage.locks, crossover=True).objective
    for coefficient, days in told:
        # Better for those who live on it: worse might leave no way to keep what was reached before.
        step = 1e-6 * coefficient.value * (1.0 if coefficient.kind == "makes" else -1.0)
        program = formulate(changed(made.problem, coefficient, step)).program
        program = program.with_sides(lower=stage.program.lower, upper=stage.program.upper)
        again = solve(program, stage.objective, locks=stage.locks, crossover=True).objective
        slope = (base - again) * 365 / abs(step)
        assert slope * (coefficient.high - coefficient.low) == pytest.approx(days, rel=2e-3)


def test_a_long_recipe_is_told_by_its_largest_entries_and_the_rest() -> None:
    """The farm takes twenty parts that come from abroad, each at its price."""
    base = plan().problem
    n, p, parts = len(base.products), len(base.periods), tuple(f"part {k}" for k in range(20))

    def longer(array: np.ndarray[Any, Any], axis: int) -> np.ndarray[Any, Any]:
        wide = [(0, len(parts) if k == axis else 0) for k in range(array.ndim)]
        return np.pad(array, wide)

    use = longer(base.use, 0)
    use[n:, 0] = 1e-4 * np.arange(1, 21)
    trade = base.imports
    imports = replace(
        trade,
        channels=trade.channels + tuple(("world", part) for part in parts),
        products=np.concatenate([trade.products, n + np.arange(20)]),
        price=np.hstack([trade.price, np.ones((p, 20))]),
        ceiling=np.hstack([trade.ceiling, np.full((p, 20), np.inf)]),
        contracted=longer(trade.contracted, 1),
    )
    people = base.households
    households = replace(
        people,
        **{name: longer(getattr(people, name), 1) for name in ("basket", "weights", "extra")},
    )
    made = plan(
        products=base.products + parts,
        product_units=base.product_units + ("t",) * 20,
        use=use,
        make=longer(base.make, 0),
        builds_with=longer(base.builds_with, 0),
        public_demand=longer(base.public_demand, 1),
        imports=imports,
        households=households,
        targets=(),
        siege=None,
    )
    farm = [each for each in running(valuations(made)) if each.technique == "farm"]
    for each in farm:
        assert len(each.takes) == TOLD + 1
        assert each.takes[-1][0] == OTHERS and each.takes[-1][1] > 0
        values = [value for _, value in each.takes[:-1]]
        assert values == sorted(values, reverse=True)
        assert sum(value for _, value in each.takes) == pytest.approx(sum(v for _, v in each.makes))


def test_nothing_is_valued_where_nobody_lives() -> None:
    made = plan()
    bare = Plan(made.formulation, made.stages[-1:])
    assert bare.priced is None
    assert valuations(bare) == () and first_order(bare) == []
