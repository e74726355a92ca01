"""The line of a plan: what is asked, what a table opens, what other choices come to."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from autarky.errors import ScenarioError
from autarky.planner import Asked, Posed, as_open_as, drawn_tables, otherwise, plan_study, problem_of
from autarky.planning.plan import Plan, make_plan
from autarky.results.plan import PlanResult
from autarky.study import Log
from autarky.study_file import packaged_study, read_study, study_from_bytes

STUDY = b"""
version: 1
title: What comes in halves
economy: {embedded: north-korea-2019}
plan:
  periods: [2020, 2021]
  industries: {competitive: all, slack: 0.1}
  imports: [{share: 0.5}]
  households: {groups: [{name: all, persons: 25000000, share_of_base: 0.6}]}
  public: {share_of_base: 0.7}
"""


@pytest.fixture(scope="module")
def posed() -> Posed:
    return problem_of(study_from_bytes(STUDY, Path("study.yaml")), Log())


def test_what_is_asked_comes_back_as_options() -> None:
    assert Asked().options == []
    asked = Asked(True, 3, 20, 7, days=False, variants=False)
    told = "--frontier --window 3 --draws 20 --seed 7 --no-days --no-variants"
    assert " ".join(asked.options) == told


def test_the_frontier_may_buy_what_the_table_s_year_bought(posed: Posed) -> None:
    assert posed.base is not None
    opened = as_open_as(posed.base, posed.problem)
    assert opened.imports.ceiling[0].sum() == pytest.approx(posed.base.imports_base.sum())
    assert posed.problem.imports.ceiling[0].sum() == pytest.approx(0.5 * posed.base.imports_base.sum())
    assert (opened.imports.ceiling >= posed.problem.imports.ceiling).all()


def test_the_choice_that_the_study_did_not_make_is_planned_too(posed: Posed) -> None:
    plan = make_plan(posed.problem)
    assert isinstance(plan, Plan) and posed.economy is not None
    (other,) = otherwise(plan, posed.economy, posed.section)
    assert other.choice == "home products can stand for no import"
    assert math.isnan(other.worst_coverage) == bool(other.clash)
    # What can be replaced by nothing is missed at least as much as what can.
    assert other.clash or other.worst_coverage <= plan.worst_coverage + 1e-6


def test_tables_drawn_beside_an_estimate_are_found() -> None:
    drawn = drawn_tables(study_from_bytes(STUDY, Path("study.yaml")))
    assert len(drawn) == 100 and drawn[7] == "north-korea-2019#7"
    assert (
        drawn_tables(study_from_bytes(STUDY.replace(b"north-korea-2019", b"usa-2023"), Path("s.yaml"))) == ()
    )
    assert drawn_tables(read_study(packaged_study("plan"))) == ()


def test_draws_on_an_estimate_take_its_drawn_tables(tmp_path: Path) -> None:
    (tmp_path / "study.yaml").write_bytes(STUDY)
    asked = Asked(draws=4, days=False, variants=False)
    found = plan_study(tmp_path / "study.yaml", tmp_path / "runs", asked=asked, workers=1).found
    assert isinstance(found, PlanResult) and found.robustness is not None
    assert found.robustness.draws == 4
    low, _, high = found.robustness.coverage
    assert low < high or np.isclose(low, 1.0, atol=1e-5)


def test_a_study_that_plans_nothing_is_told_what_to_do(tmp_path: Path) -> None:
    study = read_study(packaged_study("demo"))
    with pytest.raises(ScenarioError, match="has no plan to make — give it to: autarky run"):
        problem_of(study, Log())
