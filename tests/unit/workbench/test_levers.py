"""Levers: where they stand as declared nothing changes; moved, they change what they say and no more."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autarky.economy import Economy
from autarky.errors import InputError
from autarky.explanation.lifelines import Lifelines
from autarky.results import SimulationResult
from autarky.scenario import Scenario
from autarky.simulation import simulate
from autarky.study_file import packaged_study, read_study, study_from_bytes
from autarky.workbench.levers import Lever, edits_of, levers_of, solve, study_with, told, with_levers
from cases import law
from made_lifelines import lifelines
from small_economies import START, chain

CUT = {"kind": "trade_cut", "origin": "CHINA", "from": START, "share_kept": 0.2}
SERIES = {
    "kind": "trade_series",
    "origin": "RUSSIA",
    "from": START,
    "shares": [0.5, 0.1],
    "pass_through": 0.8,
}


def scenario(*shocks: dict[str, Any], days: int = 60, **behaviour: Any) -> Scenario:
    given = {"start": START, "days": days, "shocks": shocks, "behaviour": behaviour}
    return Scenario.model_validate(given)


def run(*shocks: dict[str, Any], **behaviour: Any) -> tuple[Economy, Scenario, SimulationResult]:
    economy, declared = chain(), scenario(*shocks, **behaviour)
    return economy, declared, simulate(economy, declared)


def named(levers: tuple[Lever, ...]) -> dict[str, Lever]:
    return {lever.name: lever for lever in levers}


def test_levers_that_stand_as_declared_leave_the_scenario_itself() -> None:
    _, declared, result = run(CUT, SERIES, inventory_days={"default": 20, "products": {"oil": 10}})
    levers = levers_of(declared, result)
    assert with_levers(declared, {lever.name: lever.declared for lever in levers}, result) is declared
    assert with_levers(declared, {}, result) is declared
    assert told(levers, {"trade": "0", "stocks": " 100 "}) == ()


def test_one_cut_has_a_lever_that_stands_where_it_is_declared() -> None:
    _, declared, result = run(CUT)
    levers = named(levers_of(declared, result))
    assert levers["trade"].declared == "20" and "trade-0" not in levers
    moved = with_levers(declared, {"trade": "75"}, result)
    assert moved.shocks[0].share_kept == 0.75
    assert moved.model_copy(update={"shocks": declared.shocks}) == declared


def test_cuts_that_differ_have_one_lever_together_and_one_each() -> None:
    _, declared, result = run(CUT, SERIES)
    levers = named(levers_of(declared, result))
    assert (levers["trade"].declared, levers["trade-0"].declared) == ("0", "20")
    together = with_levers(declared, {"trade": "50"}, result).shocks
    assert together[0].share_kept == pytest.approx(0.6) and together[1].pass_through == pytest.approx(0.4)
    apart = with_levers(declared, {"trade": "50", "trade-1": "100"}, result).shocks
    assert apart[0].share_kept == pytest.approx(0.6) and apart[1].pass_through == 0


def test_cuts_of_exports_and_of_amounts_stay_as_declared_and_are_told() -> None:
    exports = {"kind": "trade_cut", "origin": "HOME", "destination": "ABROAD", "from": START, "share_kept": 0}
    money = {**CUT, "origin": "RUSSIA", "ceiling": {"value": 1}}
    del money["share_kept"]
    _, declared, result = run(CUT, exports, money)
    assert "2 of the cuts" in named(levers_of(declared, result))["trade"].note
    moved = with_levers(declared, {"trade": "100"}, result)
    assert moved.shocks[0].share_kept == 1.0 and moved.shocks[1:] == declared.shocks[1:]


def test_everything_let_through_is_no_cut() -> None:
    economy, declared, result = run(CUT, SERIES)
    free = simulate(economy, with_levers(declared, {"trade": "100"}, result))
    without = simulate(economy, declared.model_copy(update={"shocks": ()}))
    np.testing.assert_allclose(free.data["output"].values, without.data["output"].values, rtol=1e-12)


def test_stocks_are_multiplied_and_one_of_them_is_set_in_days() -> None:
    _, declared, result = run(CUT, inventory_days={"default": 20, "products": {"oil": 10}})
    levers = named(levers_of(declared, result))
    assert levers["stock"].label == "Stock of oil" and levers["stock"].declared == "10"
    doubled = with_levers(declared, {"stocks": "200"}, result).behaviour.inventory_days
    assert (doubled.default, doubled.products) == (40, {"oil": 20})
    own = with_levers(declared, {"stocks": "200", "stock": "7"}, result).behaviour.inventory_days
    assert (own.default, own.products) == (40, {"oil": 7})


def test_stocks_left_to_the_preset_are_multiplied_too() -> None:
    _, declared, result = run(CUT)
    half = with_levers(declared, {"stocks": "50"}, result).behaviour.inventory_days
    assert half.default == result.record.parameters["inventory_days"] / 2


def test_an_import_kept_by_name_is_exempt_from_every_cut() -> None:
    economy, declared, result = run({**CUT, "share_kept": 0})
    names = [value for value, _ in named(levers_of(declared, result))["gate-1"].options]
    assert names == ["ore from CHINA", "oil from CHINA"], "only those that deliver less, the largest first"
    kept = simulate(economy, with_levers(declared, {"gate-2": "oil from CHINA"}, result)).data
    assert kept["gate_delivery"].sel(gate="CHINA.oil").min() == pytest.approx(0.9)
    assert kept["gate_delivery"].sel(gate="CHINA.ore").max() == 0


def test_the_first_imports_of_a_list_are_kept_in_its_order() -> None:
    _, declared, result = run(CUT)
    first: Lifelines = lifelines(6)
    options = dict(named(levers_of(declared, result, first))["keep"].options)
    assert list(options) == ["", "1", "3", "5"]
    exempt = with_levers(declared, {"keep": "3"}, result, first).exempt
    assert [(one.origin[0], one.products[0]) for one in exempt] == [
        next((kept.partner, kept.product) for kept in first.alone if kept.gate == step.gate)
        for step in first.greedy[:3]
    ]


def test_who_is_served_and_what_decides_are_choices_of_the_study() -> None:
    _, declared, result = run(CUT, priority=[["exports"]])
    first = with_levers(declared, {"rationing": "households_first"}, result).behaviour
    assert first.rationing == "priority" and first.priority[0] == ("households",)
    own = with_levers(declared, {"rationing": "priority"}, result).behaviour
    assert own.rationing == "priority" and own.priority == (("exports",),)
    other = with_levers(declared, {"choice": "production: linear"}, result).behaviour
    assert other.production == "linear" and other.priority == declared.behaviour.priority


def test_what_cannot_be_is_told_for_each_lever_at_once() -> None:
    _, declared, result = run(CUT)
    wrong = {"trade": "101", "stocks": "much", "gate-1": "oil from MARS", "rationing": "<b>"}
    with pytest.raises(InputError) as caught:
        with_levers(declared, wrong, result)
    assert [problem.place for problem in caught.value.problems] == [
        "Imports let through",
        "Stocks of all inputs",
        "Keep also, 1",
        "Who is served when not all can be",
    ]


@law(40)
@given(st.integers(0, 100), st.integers(0, 100), st.sampled_from(["autarky"]), st.sampled_from([5, 20, 45]))
def test_letting_more_through_never_costs_households_more(
    one: int, two: int, preset: str, stock: int
) -> None:
    """In a chain without substitutes, where nobody competes for what comes in: not in every economy."""
    economy, declared, result = run(
        {**CUT, "origin": "all"}, preset=preset, inventory_days=stock, rationing="proportional"
    )
    less, more = sorted((one, two))
    received = [
        simulate(economy, with_levers(declared, {"trade": str(share)}, result)).data["consumption"].values
        for share in (less, more)
    ]
    assert received[1][..., 0].sum() >= received[0][..., 0].sum() * (1 - 1e-12)


def demo() -> tuple[bytes, Path, str]:
    study = read_study(packaged_study())
    return study.content, packaged_study(), study.read_economy().digest


def test_solving_with_nothing_moved_is_the_declared_run_and_moved_stands_beside_it() -> None:
    content, path, digest = demo()
    same = solve(content, path, digest, {})
    assert same.changes == () and same.before == same.after
    assert same.moved.gdp_lost == same.declared.gdp_lost and same.moved.day == same.declared.day == 30
    open_ = solve(content, path, digest, {"trade": "100"})
    assert open_.changes == ("Imports let through: 100 % instead of 0 %",)
    assert open_.moved.day is None and open_.declared == same.declared
    assert open_.after == pytest.approx([1.0] * len(open_.starts)) and min(open_.before) < 0.95


def test_another_table_than_the_runs_is_told_in_one_line() -> None:
    content, path, _ = demo()
    with pytest.raises(InputError, match="is not the one of the run"):
        solve(content, path, "0" * 64, {})


def test_a_study_made_of_levers_runs_the_same_scenario_and_says_what_was_moved() -> None:
    content, path, _ = demo()
    study = study_from_bytes(content, path)
    result = simulate(study.read_economy(), study.scenario_to_run)
    settings = {"trade": "40", "stocks": "150", "rationing": "households_first"}
    edits = edits_of(study.scenario_to_run, settings, result)
    changes = told(levers_of(study.scenario_to_run, result), settings)
    written = study_with(content, edits, changes, "RUN")
    made = study_from_bytes(written, path)
    moved = with_levers(study.scenario_to_run, settings, result)
    assert made.scenario_to_run == moved.model_copy(update={"name": made.title})
    text = written.decode()
    assert "#   Imports let through: 40 % instead of 0 %\n" in text and text.startswith(
        "# Made from the run RUN"
    )
    assert "# computer and electronic products; all if left out" in text, "comments stay"
