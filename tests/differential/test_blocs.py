"""Blocs against the slow twin, and against the trade cuts that they stand for."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from autarky.economy import Economy
from autarky.scenario import Scenario
from autarky.simulation import simulate
from made_economies import make_economy, make_scenario, trade_of
from reference.day import live

DAYS = 30
COMBINATIONS = list(product(("autarky", "boario"), ("leontief", "critical"), ("proportional", "priority")))


def places(economy: Economy) -> list[str]:
    """Everybody who delivers or receives."""
    ends = {user.region for user in economy.final_users} | {gate.partner for gate in economy.gates}
    return sorted(ends | set(economy.industries.regions))


def blocs(rng: np.random.Generator, economy: Economy) -> dict[str, object]:
    """A bloc with one end of some trade in it and the other outside, cut in a direction that has trade."""
    origin, destination, traded = trade_of(economy)[rng.integers(len(trade_of(economy)))]
    inside = {origin, *(place for place in places(economy) if place != destination and rng.random() < 0.4)}
    shock = {
        "kind": "bloc_cut",
        "from": "2020-01-05",
        "bloc": sorted(inside),
        "directions": str(rng.choice(["exports", "both"])),
        "ramp_days": float(rng.choice([0, 7])),
    }
    if rng.random() < 0.5:
        shock |= {"bloc": sorted({*places(economy)} - inside), "directions": "imports"}
    if rng.random() < 0.5:
        shock["products"] = [traded]
    if rng.random() < 0.5:
        shock["until"] = "2020-01-22"
    limited = rng.random() < 0.4
    return shock | ({"ceiling": {"value": 500.0, "per": "year"}} if limited else {"share_kept": 0.1})


def scenario_of(rng: np.random.Generator, economy: Economy, seed: int) -> Scenario:
    preset, production, rationing = COMBINATIONS[seed % len(COMBINATIONS)]
    given = make_scenario(rng, economy, DAYS, preset, production, rationing).model_dump(by_alias=True)
    given["shocks"] = [blocs(rng, economy), *given["shocks"][:1]]
    if seed % 3 == 0:
        # The exemption is of a flow that is cut.
        origin, destination, _ = next(
            flow for flow in trade_of(economy) if _crosses(given["shocks"][0], flow)
        )
        given["exempt"] = [{"origin": [origin], "destination": [destination]}]
    return Scenario.model_validate(given)


def _crosses(shock: dict[str, object], flow: tuple[str, str, str]) -> bool:
    inside = [flow[0] in shock["bloc"], flow[1] in shock["bloc"]]  # type: ignore[operator]
    ways = {"imports": [[False, True]], "exports": [[True, False]], "both": [[False, True], [True, False]]}
    return inside in ways[str(shock["directions"])] and flow[2] in shock.get("products", [flow[2]])  # type: ignore[operator]


@pytest.mark.parametrize("seed", range(40))
def test_a_bloc_cut_off_equals_the_slow_twin(seed: int) -> None:
    rng = np.random.default_rng([seed, 41])
    ours = COMBINATIONS[seed % len(COMBINATIONS)][0] == "autarky"
    economy = make_economy(rng, negative_inventories=ours, oddities=True)
    scenario = scenario_of(rng, economy, seed)
    data, days = simulate(economy, scenario).data, live(economy, scenario)
    dt = 1.0 / scenario.behaviour.steps_per_day
    for name, members, base in (
        ("output", [("industry", *pair) for pair in economy.industries.pairs], data["output_base"]),
        ("sent", [("gate", *gate) for gate in economy.gates], data["gate_delivery_base"]),
    ):
        theirs = np.array([[dt * sum(part[name][i] for part in day) for i in members] for day in days])
        ours = data[{"sent": "gate_delivery"}.get(name, name)].values
        apart = np.abs(ours - theirs.reshape(ours.shape)) / np.where(base > 0, base, 1.0)
        assert apart.max(initial=0.0) < 1e-9, name
    finals = [("final", user.region, user.category) for user in economy.final_users]
    came = [[dt * sum(sum(part["came"][f].values()) for part in day) for f in finals] for day in days]
    np.testing.assert_allclose(data["consumption"].sum("product"), came, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("seed", range(12))
def test_a_bloc_cut_off_is_two_trade_cuts(seed: int) -> None:
    rng = np.random.default_rng([seed, 42])
    economy = make_economy(rng, oddities=True)
    given = make_scenario(rng, economy, DAYS).model_dump(by_alias=True)
    origin, _, _ = trade_of(economy)[0]
    bloc, outside = [origin], [place for place in places(economy) if place != origin]
    limit = {"from": "2020-01-05", "share_kept": 0.2, "ramp_days": 5.0}
    whole = {"kind": "bloc_cut", "bloc": bloc, **limit}
    sells = {gate.partner for gate in economy.gates} | set(economy.industries.regions)
    buys = {user.region for user in economy.final_users} | set(economy.industries.regions)

    def between(origins: list[str], ends: list[str]) -> list[dict[str, object]]:
        """A cut of what is traded, where something is."""
        some = any(one in origins and other in ends for one, other, _ in trade_of(economy))
        named = {"origin": sorted(set(origins) & sells), "destination": sorted(set(ends) & buys)}
        return [{"kind": "trade_cut", **named, **limit}] if some else []

    halves = [*between(bloc, outside), *between(outside, bloc)]
    one, other = (
        simulate(economy, Scenario.model_validate({**given, "shocks": shocks})).data
        for shocks in ([whole], halves)
    )
    assert one.identical(other)
    assert not np.allclose(one["output"], one["output_base"])
