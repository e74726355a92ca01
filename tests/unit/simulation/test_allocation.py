"""Rules of allocation: bids from the table, efficiencies, changes by date, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from autarky.economy import Economy
from autarky.errors import ScenarioError
from autarky.scenario import Rationing, Scenario
from autarky.simulation import simulate, simulate_panel
from autarky.simulation.channels import users_of
from autarky.simulation.network import build_network
from autarky.simulation.presets import Parameters, parameters
from autarky.study_file import read_study
from autarky.uncertainty import draw_up
from small_economies import chain, date, two_regions

ROOT = Path(__file__).parents[3]


def given(shocks: list[dict[str, Any]] | None = None, **behaviour: Any) -> Scenario:
    groups = {"metal": ["mine", "mill"]}
    return Scenario.model_validate(
        {"start": date(0), "days": 30, "shocks": shocks or [], "behaviour": behaviour, "groups": groups}
    )


def params(scenario: Scenario) -> Parameters:
    return parameters(scenario.behaviour, scenario.groups, scenario.shocks)


def ranks(economy: Economy, product: str, **allocation: Any) -> dict[str, int]:
    """Rank by bid of every user of a product."""
    (institution,) = params(given(rationing="market", allocation=allocation)).institutions
    row = institution.ranks(Rationing.MARKET, users_of(economy))[economy.products.index(product)]
    users = [sector for _, sector in economy.industries.pairs] + [u.category for u in economy.final_users]
    return dict(zip(users, row.tolist(), strict=True))


def test_industries_bid_their_value_added_per_unit_of_what_they_use() -> None:
    """Of the mine's product exports take 1 and bid 1; the mill takes 1, of which it makes no value added."""
    found = ranks(chain(), "mine")
    assert (found["EXP"], found["mill"]) == (0, 1)
    found = ranks(chain(), "mine", willingness_to_pay={"industries": 2.0})
    assert (found["mill"], found["EXP"]) == (0, 1)
    found = ranks(chain(), "mine", willingness_to_pay={"industries": 2.0, "mill": 0.5})
    assert (found["EXP"], found["mill"]) == (0, 1)


@pytest.mark.parametrize(("times", "order"), [(1.01, -1), (1.0 + 1e-12, 0), (1.0, 0), (0.99, 1)])
def test_who_bids_more_is_served_first_and_equal_bids_share_a_rank(times: float, order: int) -> None:
    economy = two_regions()
    use = economy.Z[[k for k, (_, s) in enumerate(economy.industries.pairs) if s == "coal"]].sum(axis=0)
    industry = int(np.flatnonzero(use)[0])
    bid = float(economy.value_added.sum(axis=0)[industry] / use[industry])
    (one,) = params(
        given(rationing="market", allocation={"willingness_to_pay": {"households": bid * times}})
    ).institutions
    row = one.ranks(Rationing.MARKET, users_of(economy))[economy.products.index("coal")]
    n = len(economy.industries)
    households = n + [user.kind.value for user in economy.final_users].index("households")
    assert np.sign(row[households] - row[industry]) == order


def test_efficiency_weighs_capacity_by_what_is_sold_under_each_rule() -> None:
    """Half the mill's sales under a rule with 0.8: its capacity is 0.9 of the base year's, and only its."""
    scenario = given(
        overtime={"max": 1.0},
        allocation={
            "ownership": {
                "state": {
                    "share": 0.5,
                    "products": ["mill"],
                    "rationing": "priority",
                    "efficiency": {"factor": 0.8, "source": "assumption"},
                }
            }
        },
        priority=[["households"]],
    )
    data = simulate(chain(), scenario).data
    share = data["capacity"].values[3] / data["output_base"].values
    np.testing.assert_allclose(
        share, [0.9 if name.endswith("mill") else 1.0 for name in data["industry"].values]
    )


def test_a_change_comes_in_over_its_days_and_goes_out_again() -> None:
    change = {
        "kind": "institution_change",
        "from": date(4),
        "until": date(14),
        "transition_days": 5,
        "rationing": "market",
        "allocation": {"efficiency": {"market": {"factor": 1.5, "source": "assumption"}}},
    }
    data = simulate(chain(), given([change], overtime={"max": 1.0})).data
    share = data["capacity"].values[:, 0] / data["output_base"].values[0]
    expected = np.ones(30)
    expected[4:9] = [1.1, 1.2, 1.3, 1.4, 1.5]
    expected[9:15] = 1.5
    expected[15:19] = [1.4, 1.3, 1.2, 1.1]
    np.testing.assert_allclose(share, expected, rtol=1e-12)


def test_groups_stand_for_their_members() -> None:
    grouped = given(
        rationing="market", allocation={"by_product": {"metal": "proportional", "mill": "market"}}
    )
    (one,) = params(grouped).institutions
    rules = {
        product: [channel.rule.value for channel in one.channels(product)] for product in chain().products
    }
    assert rules["mine"] == ["proportional"]
    assert rules["mill"] == rules["shop"] == ["market"]


def test_users_are_told_apart_only_where_a_rule_does() -> None:
    alike = build_network(chain(), params(given(rationing="proportional")))
    apart = build_network(chain(), params(given(rationing="random", allocation={"seed": 1})))
    assert not alike.channels.ranked and apart.channels.ranked
    assert len(apart.tables.group_is_final) > len(alike.tables.group_is_final)


def test_what_no_source_supports_is_told() -> None:
    scenario = given(
        rationing="mixed",
        priority=[["mill"]],
        allocation={
            "plan_share": 0.5,
            "efficiency": {"market": {"factor": 1.1, "source": "assumption: a guess"}},
        },
    )
    told = params(scenario).assumptions
    assert "plan share and willingness to pay: the study's choice, no source given" in told
    assert "efficiency under market: assumption: a guess" in told
    assert any(sentence.startswith("allocation by market: an industry bids") for sentence in told)


_RANDOM = {"kind": "institution_change", "from": date(3), "rationing": "random"}


@pytest.mark.parametrize(
    ("shocks", "behaviour", "message"),
    [
        ([], {"rationing": "mixed", "priority": [["mill"]]}, "allocation.plan_share: plan_share is left out"),
        ([], {"rationing": "mixed", "allocation": {"plan_share": 0.5}}, "priority: priority is empty"),
        ([], {"rationing": "random"}, "behaviour.allocation.seed: seed is left out"),
        ([_RANDOM], {}, r"shocks\[0\].allocation.seed: seed is left out"),
        (
            [{**_RANDOM, "rationing": "priority", "priority": [["mill"], ["mill"]]}],
            {},
            r"shocks\[0\].priority\[1\]: 'mill' already stands in rank 1",
        ),
        (
            [{**_RANDOM, "rationing": "priority", "priority": [["mil"]]}],
            {},
            r"shocks\[0\].priority\[0\]\[0\]: unknown user 'mil' — .*mill",
        ),
        (
            [],
            {"allocation": {"by_product": {"min": "market"}}},
            "behaviour.allocation.by_product.min.*unknown product 'min' — .*mine",
        ),
        (
            [],
            {"rationing": "market", "allocation": {"willingness_to_pay": {"household": 2.0}}},
            "willingness_to_pay.household.*unknown user 'household' — .*households",
        ),
        (
            [],
            {
                "allocation": {
                    "ownership": {"state": {"share": 0.5, "products": "mil", "rationing": "market"}}
                }
            },
            r"behaviour.allocation.ownership.state.products\[0\]: unknown product 'mil'",
        ),
        (
            [],
            {
                "allocation": {
                    "ownership": {
                        "state": {"share": 0.7, "rationing": "market"},
                        "private": {"share": 0.4, "products": "mill", "rationing": "market"},
                    }
                }
            },
            "behaviour.allocation.ownership: has shares that add to 1.1 of mill — let them add to 1 at most",
        ),
        (
            [{**_RANDOM, "from": date(99), "allocation": {"seed": 1}}],
            {},
            r"shocks\[0\].from: starts on .*, after the last simulated day",
        ),
        (
            [{**_RANDOM, "allocation": {"seed": 1}}],
            {"steps_per_day": 2},
            "behaviour.steps_per_day: steps_per_day is 2, while behaviours that act by day are switched on",
        ),
    ],
)
def test_what_cannot_be_is_refused(
    shocks: list[dict[str, Any]], behaviour: dict[str, Any], message: str
) -> None:
    with pytest.raises(ScenarioError, match=message):
        simulate(chain(), given(shocks, **behaviour))


@pytest.mark.parametrize(
    ("shocks", "behaviour", "message"),
    [
        ([{"kind": "institution_change", "from": date(3)}], {}, "changes nothing; give rationing"),
        (
            [],
            {"allocation": {"efficiency": {"mixed": {"factor": 1.1, "source": "assumption"}}}},
            "give those of its parts",
        ),
        ([], {"allocation": {"efficiency": {"market": {"factor": 1.1}}}}, "source"),
        ([], {"allocation": {"plan_share": 1.2}}, "less than or equal to 1"),
        ([], {"rationing": "barter"}, "'proportional', 'priority', 'market', 'mixed' or 'random'"),
    ],
)
def test_what_a_file_may_not_say_is_refused(
    shocks: list[dict[str, Any]], behaviour: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValidationError, match=message):
        given(shocks, **behaviour)


def test_the_study_of_control_taken_back_runs_with_its_draws() -> None:
    study = read_study(ROOT / "studies" / "north-korea-control.yaml")
    economy = study.read_economy()
    assert study.uncertainty is not None
    draws = draw_up(study.uncertainty, study.scenario_to_run, economy)
    data = simulate_panel(economy, [draws.scenario(k) for k in range(3)])
    assert np.isfinite(data["gdp"].values).all()
    alone = study.scenario_to_run.model_copy(update={"shocks": study.scenario_to_run.shocks[:1]})
    both, closure = (simulate(economy, one).data["gdp"].values for one in (study.scenario_to_run, alone))
    assert (both[:91] == pytest.approx(closure[:91], rel=1e-9)) and np.abs(both / closure - 1.0).max() > 1e-4
