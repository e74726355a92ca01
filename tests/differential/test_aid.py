"""Aid against its slow twin."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autarky.economy import Economy
from autarky.scenario import Scenario
from autarky.simulation import simulate
from made_economies import make_economy, make_scenario, trade_of
from reference.aid import GivingTwin
from reference.day import Twin, live

DAYS = 16


def aid_of(rng: np.random.Generator, economy: Economy) -> dict[str, Any]:
    """Aid in some products from some regions, or a partner abroad, to others."""
    regions = economy.industries.regions
    shock: dict[str, Any] = {
        "kind": "aid",
        "from": str(np.datetime64("2020-01-01") + int(rng.integers(0, 10))),
        "ramp_days": float(rng.choice([0, 6])),
        "basket": {
            product: float(rng.choice([50.0, 1_000.0, 1e6]))
            for product in rng.choice(economy.products, size=min(2, len(economy.products)), replace=False)
        },
    }
    if rng.random() < 0.5:
        shock["until"] = "2020-01-11"
    if not economy.is_multi_regional:
        shock |= {"giver": str(rng.choice([gate.partner for gate in economy.gates])), "receiver": regions[0]}
        if rng.random() < 0.4:
            shock |= {"giver": regions[0], "giver_users": ["GOV", "INV"]}
        elif rng.random() < 0.5:
            shock |= {"receiver_users": ["HH", "GOV"], "shares": {"HH": 0.8, "GOV": 0.2}}
    else:
        mixed = [str(region) for region in rng.permutation(regions)]
        cut = int(rng.integers(1, len(mixed)))
        shock |= {"giver": mixed[:cut], "receiver": mixed[cut:]}
        if rng.random() < 0.4:
            shock["giver_users"] = ["households", "government"]
        if rng.random() < 0.4:
            shares = rng.dirichlet(np.ones(len(mixed) - cut))
            shock["shares"] = dict(zip(mixed[cut:], shares.tolist(), strict=True))
    if rng.random() < 0.3:
        shock["share_passing"] = float(rng.choice([0.0, 0.5, 1.0]))
    return shock


def scenario_of(rng: np.random.Generator, economy: Economy, seed: int) -> Scenario:
    production = ("leontief", "critical", "linear")[seed % 3]
    given = make_scenario(rng, economy, DAYS, "autarky", production).model_dump(by_alias=True)
    origin, _, _ = trade_of(economy)[rng.integers(len(trade_of(economy)))]
    limits = [
        {"kind": "trade_series", "from": "2020-01-01", "shares": [0.6], "origin": [origin]},
        {"kind": "bloc_cut", "from": "2020-01-06", "bloc": [origin], "share_kept": 0.3, "ramp_days": 4.0},
        {"kind": "trade_cut", "from": "2020-01-06", "ceiling": {"value": 900.0}},
    ]
    given["shocks"] = [*given["shocks"], limits[seed % 3], *(aid_of(rng, economy) for _ in range(2))]
    given["exempt"] = [{"origin": [origin]}] if seed % 4 == 0 else []
    given["behaviour"]["steps_per_day"] = 1
    if seed % 2:
        # Ranks bring final users into another order than the table's.
        given["behaviour"] |= {"rationing": "priority", "priority": [["government"], ["industries"]]}
    return Scenario.model_validate(given)


@pytest.mark.parametrize("seed", range(40))
def test_aid_equals_the_slow_twin(seed: int) -> None:
    rng = np.random.default_rng([seed, 43])
    economy = make_economy(rng, regions=3 if seed % 4 else 4, oddities=True)
    scenario = scenario_of(rng, economy, seed)
    data = simulate(economy, scenario).data
    twins: list[GivingTwin] = []

    def begin(twin: Twin) -> GivingTwin:
        twins.append(GivingTwin(twin))
        return twins[0]

    live(economy, scenario, acting=(begin,))
    finals = [("final", user.region, user.category) for user in economy.final_users]
    for day, told in enumerate(twins[0].days):
        given, received, held = (
            np.array([[told[name].get((f, product), 0.0) for f in finals] for product in economy.products])
            for name in ("given", "received", "held")
        )
        scale = max(1.0, np.abs(held).max(), np.abs(received).max())
        abroad = [told["abroad"].get(product, 0.0) for product in economy.products]
        for ours, theirs in (
            ("aid_given", given),
            ("aid_received", received),
            ("aid_from_abroad", abroad),
            ("consumption_after_aid", held - given + received),
        ):
            np.testing.assert_allclose(
                data[ours].values[day], theirs, rtol=1e-9, atol=1e-9 * scale, err_msg=ours
            )
