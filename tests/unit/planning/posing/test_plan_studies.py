"""Studies that plan: what they ask is a plan, or the proof that there is none."""

from __future__ import annotations

import csv
from collections import defaultdict
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from autarky.accounts import open_accounts
from autarky.planning.plan import Plan, make_plan
from autarky.planning.posing.assembly import plan_problem, with_sets
from autarky.planning.posing.from_table import TableBase, table_base
from autarky.planning.posing.packaged import technique_set, technique_sets
from autarky.planning.posing.section import HouseholdsRule, PlanSection, PublicDemand
from autarky.planning.problem import LIVELIHOOD, PlanningProblem
from autarky.planning.questions.clash import clash
from autarky.planning.stages import Infeasible
from autarky.study_file import Study, packaged_study, read_study

ROOT = Path(__file__).parents[4]
DATA = ROOT / "src" / "autarky" / "data"
FIVE_YEARS = packaged_study("north-korea-five-years")
WITHOUT_IMPORTS = ROOT / "studies" / "north-korea-without-imports.yaml"
UNITED_STATES = ROOT / "studies" / "us-without-its-largest-gate.yaml"


def section_of(study: Study) -> PlanSection:
    assert study.plan is not None
    return with_sets(study.plan, {name: technique_set(name) for name in technique_sets()})


def posed(study: Study, section: PlanSection) -> tuple[TableBase, PlanningProblem]:
    base = table_base(open_accounts(study.read_economy(), section.home), section)
    return base, plan_problem(section, base, title=study.title)


@cache
def five_years() -> tuple[TableBase, Plan]:
    study = read_study(FIVE_YEARS)
    base, problem = posed(study, section_of(study))
    plan = make_plan(problem)
    assert isinstance(plan, Plan)
    return base, plan


def activity(plan: Plan, technique: str) -> np.ndarray:
    return np.asarray(plan.values["activity"].sel(technique=technique))


def test_under_the_trade_of_2020_the_plan_starts_the_techniques_the_country_speaks_of() -> None:
    _, plan = five_years()
    for technique in ("steel with anthracite and oxygen", "urea from anthracite", "vinylon from carbide"):
        assert activity(plan, technique)[-1] > 1, technique
    assert activity(plan, "steel with anthracite and oxygen")[:2] == pytest.approx(0, abs=1e-6)
    # What loses at the table's own prices is not chosen either.
    for technique in ("urea from naphtha", "oil from coal", "steel with imported coke"):
        assert activity(plan, technique) == pytest.approx(0, abs=1e-4), technique


def test_no_import_passes_what_came_in_2020_and_the_basket_is_whole() -> None:
    base, plan = five_years()
    imports = plan.values["imports"]
    before = dict(zip(base.import_channels, base.imports_base, strict=True))
    assert float(imports.sel(channel="CHINA.textiles").max()) <= 0.09 * before["CHINA", "textiles"] + 1e-6
    assert float(imports.sum("channel").max()) < 0.4 * sum(before.values())
    assert float(plan.values["worst coverage"]) == pytest.approx(1, abs=1e-5)


def test_without_cuts_the_same_problem_repeats_the_year_2019() -> None:
    study = read_study(FIVE_YEARS)
    section = section_of(study)
    assert section.households is not None
    everybody = section.households.groups[0].model_copy(update={"share_of_base": 1.0, "basket": ()})
    section = section.model_copy(
        update={
            "imports": (),
            "exports": (),
            "targets": (),
            "public": PublicDemand(),
            "households": HouseholdsRule(groups=(everybody,)),
        }
    )
    plan = make_plan(posed(study, section)[1])
    assert isinstance(plan, Plan)
    assert float(plan.values["worst coverage"]) == pytest.approx(1, abs=1e-5)


def test_ceilings_lie_within_the_ranges_of_the_months_of_2020() -> None:
    ranges: dict[str, list[tuple[float, float]]] = defaultdict(list)
    with (DATA / "north-korea" / "border-closure-series.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["flow"] == "imports" and row["partner"] == "CHINA" and row["month"].startswith("2020"):
                for product in row["product"].split():
                    ranges[product].append((float(row["low"]), float(row["high"])))
    section = read_study(FIVE_YEARS).plan
    assert section is not None
    held = 0
    for rule in section.imports:
        if rule.partners == ("CHINA",) and rule.share is not None:
            for product in rule.products:
                if product in ranges:
                    low, high = np.mean(ranges[product], axis=0)
                    assert isinstance(rule.share, float) and low <= rule.share <= high, product
                    held += 1
    assert held == len(ranges) == 15


def test_all_of_2019_without_imports_cannot_be_and_two_demands_are_in_each_others_way() -> None:
    study = read_study(WITHOUT_IMPORTS)
    _, problem = posed(study, section_of(study))
    assert isinstance(make_plan(problem), Infeasible)
    told = clash(problem, title=study.title)
    assert set(told.policies) == {LIVELIHOOD, "import ceilings"}
    by_policy = {one.policy: one for one in told.alone}
    assert by_policy["import ceilings"].possible
    assert any("crude_oil" in place for place, _ in by_policy["import ceilings"].by_place)


def test_the_gate_that_the_american_study_closes_is_the_largest() -> None:
    study = read_study(UNITED_STATES)
    base, problem = posed(study, section_of(study))
    largest = base.import_channels[int(np.argmax(base.imports_base))]
    assert largest == ("ABROAD", "3361MV")
    c = problem.imports.channels.index(largest)
    assert problem.imports.ceiling[:, c] == pytest.approx([base.imports_base.max()] * 2 + [0] * 4)


def test_korea_closes_the_largest_of_its_gates(shared_data: Path, tmp_path: Path) -> None:
    name = "wiod2013_2011_41x35.csv.gz"
    if not (shared_data / "wiod2013" / name).exists():
        pytest.skip("the world table is not there")
    (tmp_path / name).symlink_to(shared_data / "wiod2013" / name)
    path = tmp_path / "korea.yaml"
    path.write_bytes((ROOT / "studies" / "world" / "korea-without-its-largest-gate.yaml").read_bytes())
    study = read_study(path)
    base, problem = posed(study, section_of(study))
    largest = base.import_channels[int(np.argmax(base.imports_base))]
    assert largest == ("RoW", "imported c2")
    assert problem.imports.ceiling[1:, problem.imports.channels.index(largest)] == pytest.approx(0)
