"""Groups: one name for several, wherever a name may stand, and nothing else."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autarky.economy import Economy
from autarky.errors import ScenarioError
from autarky.scenario import Behaviour, Scenario
from autarky.simulation import simulate
from autarky.simulation.presets import parameters
from made_economies import make_economy

GROUPS = {"fuels": ["coal", "oil"], "makers": ["food", "steel"], "home": ["HH", "GOV"]}


@pytest.fixture(scope="module")
def economy() -> Economy:
    """A nation of five sectors that also imports oil."""
    return make_economy(np.random.default_rng(8), national=True, sectors=5)


def scenario(behaviour: dict[str, Any], groups: dict[str, list[str]], **more: Any) -> Scenario:
    return Scenario.model_validate(
        {
            "start": "2024-01-01",
            "days": 60,
            "groups": groups,
            "behaviour": behaviour,
            "shocks": [{"kind": "trade_cut", "from": "2024-01-05", "share_kept": 0.1}],
            **more,
        }
    )


@pytest.mark.parametrize(
    ("grouped", "spelt_out"),
    [
        (
            {"production": "critical", "criticality": [{"level": "non_essential"},
                {"inputs": "fuels", "users": "makers", "level": "essential"}]},
            {"production": "critical", "criticality": [{"level": "non_essential"},
                {"inputs": ["coal", "oil"], "users": ["food", "steel"], "level": "essential"}]},
        ),
        (
            {"rationing": "priority", "priority": [["home"], ["makers", "power"]]},
            {"rationing": "priority", "priority": [["HH", "GOV"], ["food", "steel", "power"]]},
        ),
        (
            {"imports": {"default": "competitive", "competitive": ["makers"], "non_competitive": ["fuels"]}},
            {"imports": {"default": "competitive", "competitive": ["food", "steel"],
                         "non_competitive": ["coal", "oil"]}},
        ),
        (
            {"inventory_days": {"products": {"fuels": 3, "oil": 9}},
             "restocking_days": {"products": {"makers": 4}},
             "initial_stocks": {"products": {"fuels": 0.5}}},
            {"inventory_days": {"products": {"coal": 3, "oil": 9}},
             "restocking_days": {"products": {"food": 4, "steel": 4}},
             "initial_stocks": {"products": {"coal": 0.5, "oil": 0.5}}},
        ),
    ],
    ids=["criticality", "priority", "imports", "numbers by product"],
)  # fmt: skip
def test_a_group_stands_for_its_members(
    economy: Economy, grouped: dict[str, Any], spelt_out: dict[str, Any]
) -> None:
    short = simulate(economy, scenario(grouped, GROUPS))
    long = simulate(economy, scenario(spelt_out, {}))
    assert short.data.identical(long.data)
    assert short.record.parameters == long.record.parameters
    without = simulate(economy, scenario({}, {}))
    assert not np.array_equal(short.data["output"].values, without.data["output"].values)


@pytest.mark.parametrize(
    ("groups", "behaviour", "said"),
    [
        ({"coal": ["food"]}, {}, "groups.coal: the group 'coal' is called like a sector or product"),
        ({"NOR": ["food"]}, {}, "groups.NOR: the group 'NOR' is called like a region"),
        (
            {"households": ["food"]},
            {},
            "the group 'households' is called like a final user",
        ),
        ({"industries": ["food"]}, {}, "the group 'industries' is called like a word for all industries"),
        ({"unused": ["food", "steal"]}, {}, "groups.unused[1]: unknown name 'steal' in group 'unused'"),
        ({"unused": []}, {}, "groups.unused: the group 'unused' is empty"),
        ({"who": ["HH"]}, {"imports": {"competitive": ["who"]}}, "unknown product 'HH' (in group 'who')"),
        (
            {},
            {"criticality": [{"users": ["fuels"], "level": "important"}]},
            "criticality[0].users[0]",
        ),
        ({}, {"priority": [["food"], ["nobody"]]}, "behaviour.priority[1][0]: unknown user 'nobody'"),
        ({}, {"inventory_days": {"products": {"gas": 1}}}, "unknown product 'gas'"),
        (
            {"a": ["coal"], "b": ["coal"]},
            {"inventory_days": {"products": {"a": 1, "b": 2}}},
            "'coal' is in several of these groups",
        ),
        (
            {"a": ["coal"]},
            {"imports": {"competitive": ["a"], "non_competitive": ["coal"]}},
            "'coal' is declared both competitive and non-competitive",
        ),
    ],
)
def test_a_group_that_misleads_is_refused(
    economy: Economy, groups: dict[str, list[str]], behaviour: dict[str, Any], said: str
) -> None:
    with pytest.raises(ScenarioError) as refused:
        simulate(economy, scenario(behaviour, groups))
    assert len(refused.value.problems) == 1
    assert said in str(refused.value)


def test_problems_of_groups_behaviour_and_shocks_are_told_together(economy: Economy) -> None:
    wrong = scenario(
        {"imports": {"competitive": ["ore"]}},
        {"x": ["y"]},
        shocks=[{"kind": "trade_cut", "from": "2024-01-05", "share_kept": 0, "products": ["x", "z"]}],
    )
    with pytest.raises(ScenarioError) as refused:
        simulate(economy, wrong)
    assert [problem.what.split("'")[1] for problem in refused.value.problems] == ["y", "ore", "z"]


def test_a_source_that_is_the_word_assumption_is_listed_as_one() -> None:
    behaviour = {
        "production": "critical",
        "criticality": [
            {"level": "non_essential", "source": "Pichler et al. 2022"},
            {"inputs": ["coal"], "level": "essential", "source": "assumption: fires need fuel"},
            {"inputs": ["food"], "level": "important"},
        ],
        "inventory_days": {"default": 4, "source": "assumption"},
    }
    listed = parameters(Behaviour.model_validate(behaviour)).assumptions
    assert "which inputs are critical: assumption: fires need fuel" in listed
    assert "which inputs are critical: the study's choice, no source given" in listed
    assert "inventory days: assumption" in listed
    assert not any("Pichler" in sentence or "without a criticality rule" in sentence for sentence in listed)
