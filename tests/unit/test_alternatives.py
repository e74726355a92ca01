"""Alternatives: behaviour laid over behaviour, causes left out, problems told where they stand."""

from __future__ import annotations

from pathlib import Path

import pytest

from autarky.errors import ScenarioError
from autarky.scenario import Scenario
from autarky.scenario.alternatives import Alternative, merged
from autarky.study_file import study_from_bytes
from small_economies import scenario

SHOCKS = (
    {"kind": "trade_cut", "origin": "CHINA", "share_kept": 0.5, "from": "2020-01-05", "cause": "closure"},
    {"kind": "capacity_loss", "sectors": ["mine"], "share": 0.2, "from": "2020-01-10"},
    {"kind": "demand_change", "products": ["shop"], "factor": 0.9, "from": "2020-01-12", "cause": "closure"},
)
STUDY = """\
version: 1
title: Two rules
economy: {embedded: north-korea-2019}
scenario:
  start: 2020-01-01
  days: 30
  shocks:
    - {kind: trade_cut, origin: CHINA, share_kept: 0, from: 2020-01-05, cause: closure}
  behaviour:
    inventory_days: {default: 10, products: {"coal": 20}}
alternatives:
  by rank:
    behaviour: {rationing: priority, priority: [[households]]}
"""


def central() -> Scenario:
    return scenario(*SHOCKS, inventory_days={"default": 10, "products": {"oil": 20}, "source": "a"})


def told(text: str) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        study_from_bytes(text.encode(), Path("mine.yaml"))
    return [str(problem) for problem in caught.value.problems]


def test_an_alternative_that_says_nothing_is_the_scenario() -> None:
    assert Alternative().of(central()) == central()
    same = Alternative(behaviour={"inventory_days": {"products": {"oil": 20}}})
    assert same.of(central()) == central()


def test_groups_of_fields_are_merged_and_everything_else_is_replaced() -> None:
    other = Alternative(behaviour={"inventory_days": {"products": {"ore": 5}}, "restocking_days": 3}).of(
        central()
    )
    held, again = other.behaviour.inventory_days, other.behaviour.restocking_days
    assert held is not None and again is not None
    assert (held.default, held.products, held.source) == (10, {"oil": 20, "ore": 5}, "a")
    assert again.default == 3
    whole = Alternative(behaviour={"inventory_days": 7}).of(central()).behaviour.inventory_days
    assert whole is not None and (whole.default, whole.products) == (7, {})


def test_null_goes_back_to_the_preset() -> None:
    assert Alternative(behaviour={"inventory_days": None}).of(central()).behaviour.inventory_days is None


def test_merging_changes_neither_side() -> None:
    base, other = {"a": {"b": 1, "c": [1]}, "d": 2}, {"a": {"c": [2]}, "e": 3}
    assert merged(base, other) == {"a": {"b": 1, "c": [2]}, "d": 2, "e": 3}
    assert base == {"a": {"b": 1, "c": [1]}, "d": 2} and other == {"a": {"c": [2]}, "e": 3}


def test_shocks_of_a_cause_are_left_out_and_others_come_after_the_rest() -> None:
    more = Alternative.model_validate({"without": ["closure"], "shocks": [{**SHOCKS[2], "factor": 2}]})
    kinds = [(shock.kind, shock.cause) for shock in more.of(central()).shocks]
    assert kinds == [("capacity_loss", None), ("demand_change", "closure")]


def test_a_place_in_an_alternative_is_a_place_in_the_study() -> None:
    one = Alternative.model_validate(
        {"without": ["closure"], "shocks": [SHOCKS[1]], "behaviour": {"priority": [["mine"]]}}
    )

    def place(spelt: str) -> str:
        return one.place_in_study(spelt, central(), "other rule")

    assert place("shocks[0].sectors[0]") == "shocks[1].sectors[0]"
    assert place("shocks[1].sectors[0]") == "alternatives.other rule.shocks[0].sectors[0]"
    assert place("behaviour.priority[0]") == "alternatives.other rule.behaviour.priority[0]"
    assert place("behaviour.imports.competitive[0]") == "behaviour.imports.competitive[0]"
    assert place("groups.x") == "groups.x"


def test_behaviour_that_does_not_fit_is_refused_in_python_too() -> None:
    with pytest.raises(ScenarioError, match=r"behaviour\.rationing"):
        Alternative(behaviour={"rationing": "prority"}).of(central())


def test_a_right_study_has_its_alternatives() -> None:
    study = study_from_bytes(STUDY.encode(), Path("mine.yaml"))
    other = study.alternatives["by rank"].of(study.scenario_to_run)
    assert other.behaviour.rationing == "priority"
    assert study.locate("alternatives.by rank.behaviour.priority[0]") == "mine.yaml:13:49"


@pytest.mark.parametrize(
    ("wrong", "problems"),
    [
        ("behaviour: {rationing: prority}", ["mine.yaml:13:28: behaviour.rationing"]),
        ("behaviour: {rationig: priority}", ["mine.yaml:13:17: unknown field 'rationig'"]),
        ("behaviour: {inventory_days: {products: {coal: -1}}}", ["mine.yaml:13:51: "]),
        (
            "without: [clousre]",
            ["mine.yaml:13:15: no shock has the cause 'clousre' — did you mean 'closure'?"],
        ),
        ("behavior: {rationing: priority}", ["mine.yaml:13:5: unknown field 'behavior'"]),
        (
            "shocks: [{kind: capacity_loss, share: 0.1, from: 2021-01-01}]",
            ["mine.yaml:13:54: shocks[0].from is 2021-01-01, after the last day of the run, 2020-01-30"],
        ),
        (
            "behaviour: {imports: {competitive: [coal], non_competitive: [coal]}}",
            ["mine.yaml:13:66: 'coal' is both competitive and non_competitive"],
        ),
    ],
)
def test_problems_are_told_where_they_stand(wrong: str, problems: list[str]) -> None:
    lines = STUDY.splitlines()
    lines[12] = f"    {wrong}"
    found = told("\n".join(lines) + "\n")
    assert len(found) == len(problems)
    for line, start in zip(found, problems, strict=True):
        assert line.startswith(start)


def test_all_problems_of_all_alternatives_are_told_together() -> None:
    more = STUDY + "  other:\n    without: [nothing]\n    behaviour: {restocking_days: -1}\n"
    assert len(told(more.replace("[[households]]", "households"))) == 3


def test_alternatives_need_a_scenario() -> None:
    text = (
        STUDY[: STUDY.index("scenario:")]
        + STUDY[STUDY.index("alternatives:") :]
        + "plan: {periods: [2020]}\n"
    )
    assert any("alternatives and no scenario" in line for line in told(text))
