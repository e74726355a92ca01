"""Households equal their slow twin, tests/reference/households.py, on 40 random economies × 30 days."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pytest

from autarky.economy import Economy
from autarky.scenario import Scenario
from autarky.simulation import behaviours
from autarky.simulation.behaviours import Setting, Told, households
from autarky.simulation.run import simulate_many
from made_economies import START, make_behaviour, make_economy, make_shocks
from made_households import in_groups, make_changes, make_households
from reference.day import live
from reference.households import TwinHouseholds

DAYS = 30


def made(seed: int) -> tuple[Economy, dict[str, Any]]:
    """A random economy, and the fields of a scenario in which its households count their money."""
    rng = np.random.default_rng([seed, 40])
    economy = in_groups(make_economy(rng, negative_inventories=bool(seed % 2)), rng)
    rationing, production = ("proportional", "priority")[seed % 2], ("leontief", "critical")[seed % 3 == 1]
    behaviour = make_behaviour(rng, economy, "autarky", production, rationing) | {"steps_per_day": 1}
    behaviour["households"] = make_households(rng, economy)
    return economy, {
        "start": START,
        "days": DAYS,
        "groups": {"everything": list(economy.industries.sectors)},
        "shocks": [*make_shocks(rng, economy, DAYS), *make_changes(rng, economy, DAYS)],
        "behaviour": behaviour,
    }


class Harvest:
    """Plots and aid that come and go, for both: what another behaviour would say."""

    def __init__(self, economy: Economy, setting: Setting | None = None) -> None:
        self.economy, self.setting = economy, setting
        if setting is not None:
            packs = (setting.state.output.shape[0], setting.state.output.shape[-1])
            self.ones = np.ones((len(economy.products), len(economy.final_users), *packs))
            setting.outside_base |= {name: self.ones * amount for name, amount in self.amounts(None).items()}

    @staticmethod
    def amounts(day: int | None) -> dict[str, float]:
        """By source, the same of every product to everybody."""
        return {
            "plots": 0.3 if day is None else 0.3 + 0.2 * np.sin(day / 4.0),
            "aid": 0.0 if day is None or day < 20 else 0.4,
        }

    def by_final(self, day: int | None) -> dict[str, dict[Any, dict[str, float]]]:
        """By source, final user and product."""
        finals = [("final", user.region, user.category) for user in self.economy.final_users]
        return {
            source: {final: dict.fromkeys(self.economy.products, amount) for final in finals}
            for source, amount in self.amounts(day).items()
        }

    def morning(self, day: int) -> Any:
        assert self.setting is not None
        self.setting.outside |= {name: self.ones * amount for name, amount in self.amounts(day).items()}
        return np.zeros(self.ones.shape[2], dtype=np.bool_)

    def evening(self, day: int) -> None:
        pass

    def told(self, k: int, done: int) -> Told:
        return Told({})


@pytest.mark.parametrize("seed", range(40))
def test_households_equal_their_slow_twin(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every second economy beside another scenario; every fourth with plots and aid."""
    economy, given = made(seed)
    scenario = Scenario.model_validate(given)
    together = [scenario]
    if seed % 2:
        rest = Scenario.model_validate({**given, "shocks": given["shocks"][:1]})
        together = [rest, scenario]
    twin = TwinHouseholds
    acting = (households.begin,)
    if seed % 4 == 0:
        harvest = Harvest(economy)
        twin = partial(  # type: ignore[assignment]
            TwinHouseholds, outside=harvest.by_final, outside_base=harvest.by_final(None)
        )
        acting = (lambda setting: Harvest(economy, setting), *acting)  # type: ignore[assignment]
    monkeypatch.setattr(behaviours, "_BEGIN", acting)
    data = simulate_many(economy, together)[-1].data
    kept: list[Any] = []

    def begin(one: Any) -> Any:
        kept.append(twin(one))
        return kept[0]

    days = live(economy, scenario, (begin,))
    labels = [f"{m.final[1]}.{m.final[2]}" for m in kept[0].members]
    assert sorted(labels) == sorted(data["household"].values)
    for member, label in zip(kept[0].members, labels, strict=True):
        mine = data.sel(household=label)
        by_day = [
            ("household_cash", [day["cash"] for day in member.told]),
            ("household_spending", [day["spending"] for day in member.told]),
            ("household_income", [list(day["income"].values()) for day in member.told]),
            ("eaten", [[day["eaten"][q] for q in economy.products] for day in member.told]),
        ]
        for name, theirs in by_day:
            size = max(1.0, float(np.abs(theirs).max()))
            np.testing.assert_allclose(mine[name].values, theirs, rtol=1e-7, atol=1e-7 * size, err_msg=name)
    output = [[day[-1]["output"][("industry", *pair)] for pair in economy.industries.pairs] for day in days]
    size = float(np.abs(output).max())
    np.testing.assert_allclose(data["output"].values, output, rtol=1e-7, atol=1e-7 * size)
