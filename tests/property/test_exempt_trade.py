"""Exempt trade: sparing everything is no cut and averts all of the loss, and order decides nothing."""

from __future__ import annotations

import numpy as np
import pytest

from autarky.economy import Economy
from autarky.explanation.ranking import lifelines
from autarky.scenario import Scenario
from autarky.simulation import simulate
from made_economies import START, make_behaviour, make_economy
from made_gates import cut_off, fed_through


def cut(economy: Economy, seed: int, *exempt: dict[str, str]) -> Scenario:
    rng = np.random.default_rng([seed, 1])
    shock = {
        "kind": "trade_cut",
        "destination": economy.industries.regions[0],
        "from": START,
        "share_kept": 0.0,
    }
    return Scenario.model_validate(
        {
            "start": START,
            "days": 40,
            "shocks": [shock],
            "exempt": exempt,
            # Stocks that are not full cost something whatever is kept.
            "behaviour": {
                **make_behaviour(rng, economy, "autarky", "leontief", "proportional"),
                "initial_stocks": 1.0,
            },
        }
    )


def imports_something(economy: Economy) -> bool:
    home = economy.industries.regions[0]
    abroad = [region != home for region, _ in economy.industries.pairs]
    into = [region == home for region, _ in economy.industries.pairs]
    return bool(economy.imports.sum() > 0 or (economy.Z[np.ix_(abroad, into)] > 0).any())


ECONOMIES = [seed for seed in range(14) if imports_something(make_economy(np.random.default_rng(seed)))]


@pytest.mark.parametrize("seed", ECONOMIES)
def test_a_cut_of_which_everything_is_exempt_is_no_cut(seed: int) -> None:
    economy = make_economy(np.random.default_rng(seed))
    spared = cut(economy, seed, {})
    without = spared.model_copy(update={"shocks": (), "exempt": ()})
    one, other = simulate(economy, spared).data, simulate(economy, without).data
    assert one.identical(other)


@pytest.mark.parametrize("seed", ECONOMIES)
def test_keeping_everything_averts_everything_and_nothing_averts_more(seed: int) -> None:
    economy = make_economy(np.random.default_rng(seed))
    found = lifelines(economy, cut(economy, seed), exhaustive=2, precision="float64")
    if found.consumption_lost > 1e-9:
        assert found.greedy[-1].averts == pytest.approx(1.0, abs=1e-9)
        for told in (*found.alone, *found.greedy, *found.best):
            assert told.averts <= 1.0 + 1e-9
    assert found.greedy[-1].imports_share == pytest.approx(1.0)
    assert sum(kept.imports_share for kept in found.alone) == pytest.approx(1.0)


def test_the_order_of_gates_decides_nothing() -> None:
    gates = [
        ("CHINA", "oil", 1.0, 0.1),
        ("CHINA", "ore", 1.0, 0.0),
        ("RUSSIA", "oil", 0.5, 0.3),
        ("IRAN", "gas", 0.2, 0.8),
    ]
    first, second = (lifelines(fed_through(*told), cut_off(days=60)) for told in (gates, gates[::-1]))
    assert [kept.gate for kept in first.alone] == [kept.gate for kept in second.alone]
    assert [step.gate for step in first.greedy] == [step.gate for step in second.greedy]
    assert [best.gates for best in first.best] == [best.gates for best in second.best]
    for one, other in zip(first.greedy, second.greedy, strict=True):
        assert one.averts == pytest.approx(other.averts, abs=1e-12)
