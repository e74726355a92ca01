"""Techniques, learning and ces equal their slow twin, tests/reference/techniques.py: 60 random economies."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autarky.economy import Economy
from autarky.scenario import Scenario, TechniqueChange
from autarky.simulation.run import simulate_many
from made_economies import make_economy, make_scenario
from reference.day import live
from reference.techniques import Elasticities, Techniques

DAYS = 50
PRODUCTION = ("leontief", "critical", "linear", "ces", "ces", "ces")


def _change(rng: np.random.Generator, economy: Economy, share: float) -> dict[str, Any]:
    """An industry comes to need less of one thing that it buys, and more or less of another."""
    n = len(economy.industries)
    j = int(rng.choice(np.flatnonzero((economy.x > 0) & (economy.Z.max(axis=0) > 0))))
    region, sector = economy.industries.pairs[j]
    bought = [i for i in range(n) if economy.Z[i, j] > 0]
    first, second = (economy.industries.pairs[int(rng.choice(bought))][1] for _ in range(2))
    change: dict[str, Any] = {
        "kind": "technique_change",
        "from": str(np.datetime64("2020-01-01") + int(rng.integers(0, 20))),
        "regions": region,
        "sectors": [sector],
        "inputs": [
            {"product": first, "factor": float(rng.choice([0.0, 0.5]))},
            {"product": second, "factor": float(rng.choice([0.0, 1.3, 2.0]))},
        ],
        "share": share,
        "ramp_days": float(rng.choice([0, 10, 30])),
        "capacity": float(rng.choice([1.0, 0.7, 1.2])),
        "name": f"technique {rng.random()}",
    }
    if rng.random() < 0.5:
        learning = {"rate": 0.3, "initial": 1.6, "floor": 1.05, "first_days": 5}
        change["learning"] = learning
    if rng.random() < 0.3:
        change["until"] = "2020-02-10"
    return change


def _elasticities(rng: np.random.Generator, economy: Economy) -> dict[str, Any]:
    def number() -> float:
        return float(rng.choice([0.0, 0.2, 0.5, 1.0, 2.0, 6.0]))

    sectors = economy.industries.sectors
    given: dict[str, Any] = {
        "between": {"short": number()},
        "classes": {"fuels": {"products": list(sectors[:2]), "short": number()}},
        "others": {"short": number()},
    }
    if rng.random() < 0.5:
        given["long_run_days"] = 20
        given["between"]["long"] = number()
        given["classes"]["fuels"]["long"] = number()
    return given


def _given(seed: int) -> tuple[Economy, Scenario]:
    rng = np.random.default_rng([seed, 45])
    economy = make_economy(rng, oddities=True)
    production = PRODUCTION[seed % len(PRODUCTION)]
    made = make_scenario(rng, economy, DAYS, "autarky", production if production != "ces" else "leontief")
    given = made.model_dump(by_alias=True, mode="json")
    given["behaviour"] |= {"steps_per_day": 1, "production": production}
    if production == "ces":
        given["behaviour"]["elasticities"] = _elasticities(rng, economy)
    if production != "ces" or rng.random() < 0.5:
        changes = [_change(rng, economy, share) for share in ((0.6, 0.4) if rng.random() < 0.5 else (1.0,))]
        given["shocks"] += changes
    if rng.random() < 0.3:
        learning = {"rate": 0.5, "initial": 1.3, "first_days": 2}
        given["behaviour"]["adaptation"] = {"learning": learning}
    return economy, Scenario.model_validate(given)


@pytest.mark.parametrize("seed", range(60))
def test_techniques_and_elasticities_equal_the_slow_twin(seed: int) -> None:
    economy, scenario = _given(seed)
    plain = [shock for shock in scenario.shocks if not isinstance(shock, TechniqueChange)]
    beside = [scenario.model_copy(update={"shocks": tuple(plain)})] if seed % 2 else []
    data = simulate_many(economy, [*beside, scenario])[-1].data
    acting: list[Any] = [Techniques]
    if scenario.behaviour.production == "ces":
        acting.append(Elasticities)
    lived: list[Any] = []
    days = live(economy, scenario, tuple(lambda twin, one=one: _kept(one(twin), lived) for one in acting))
    base = np.maximum(economy.x / 365.0, 1e-12)
    industries = [("industry", *pair) for pair in economy.industries.pairs]
    for name, variable in (("output", "output"), ("demand", "demand"), ("forgone", "forgone_inputs")):
        theirs = np.array([[part[name][i] for i in industries] for (part,) in days])
        apart = np.abs(data[variable].values - theirs) / base
        where = np.unravel_index(np.argmax(apart), apart.shape)
        assert apart.max() < 1e-8, f"{variable} differs by {apart.max():.2e} of base at {where}"
    twin = lived[0]
    if twin.changes:
        np.testing.assert_allclose(
            data["technique_practice"].values[-1],
            twin.before,
            rtol=1e-9,
        )


def _kept(acting: Any, lived: list[Any]) -> Any:
    lived.append(acting)
    if isinstance(acting, Techniques):
        count = acting.evening

        def evening(day: int, happened: Any) -> None:
            acting.before = [acting.practice(n) for n in range(len(acting.changes))]
            count(day, happened)

        acting.evening = evening
    return acting
