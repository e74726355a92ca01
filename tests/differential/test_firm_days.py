"""The days on firms equal the sector engine where every industry is one firm, and their slow twin elsewhere.

With industries as firms the two engines give the same numbers where final users are one user, or where no
product has several suppliers of whom some serve final users; and, with overtime, where nobody abroad buys:
the sector engine counts home suppliers of exports among the makers of the product abroad.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from autarky.economy import Economy
from autarky.firm_network import FirmNetwork
from autarky.firm_network.from_table import frame_of
from autarky.firm_network.plants import with_plants
from autarky.firm_network.section import FirmLoss
from autarky.scenario import Scenario
from autarky.simulation import simulate
from autarky.simulation.by_firm.run import simulate_firms
from autarky.simulation.channels import weights_by_day
from autarky.simulation.presets import parameters
from autarky.sources import embedded
from made_economies import make_economy
from made_firms import random_network
from reference.firm_day import FirmTwin, TwinAllocation

PRODUCTION = ("leontief", "critical", "linear")
RATIONING = ("proportional", "priority", "market", "mixed", "random")
DAYS = 28


def one_final_user(economy: Economy) -> Economy:
    """All final users as the first of them, and nothing negative."""
    (first, *_) = economy.final_users
    return replace(
        economy,
        final_users=(first._replace(category="final users"),),
        Z=np.maximum(economy.Z, 0.0),
        Y=np.maximum(economy.Y.sum(axis=1, keepdims=True), 0.0),
        imports_intermediate=np.maximum(economy.imports_intermediate, 0.0),
        imports_final=np.maximum(economy.imports_final.sum(axis=1, keepdims=True), 0.0),
    )


def difference(economy: Economy, scenario: Scenario) -> float:
    """Largest difference in the output of an industry on a day, as a share of its base output."""
    by_sector = simulate(economy, scenario).data["output"].values
    behaviour = scenario.behaviour
    network = with_plants(frame_of(economy, behaviour.imports, behaviour.criticality), ())
    by_firm = simulate_firms(network, scenario, watch=range(network.firms))
    base = np.where(economy.x > 0, economy.x, 1.0) / 365.0
    assert by_firm.value_added_lost != 0.0
    return float(np.abs(by_sector.reshape(by_firm.watched.shape) / base - by_firm.watched).max())


def changed(seed: int) -> list[dict[str, Any]]:
    """Other rules for some weeks; after the first seeds."""
    told = {"kind": "institution_change", "from": "2020-02-01", "until": "2020-03-01", "transition_days": 6}
    return [told | {"rationing": RATIONING[(seed + 1) % 5]}] if seed > 1 else []


def shocks(economy: Economy) -> list[dict[str, Any]]:
    first, second, *_ = economy.industries.sectors
    told: list[dict[str, Any]] = [
        {"kind": "capacity_loss", "from": "2020-02-10", "until": "2020-02-20", "sectors": [second]}
        | {"share": 0.4, "recovery": {"days": 20, "curve": "convex"}},
        {"kind": "demand_change", "from": "2020-01-05", "until": "2020-02-01", "products": [first]}
        | {"factor": 1.1, "ramp_days": 3},
    ]
    if economy.gates:
        told.append(
            {"kind": "trade_cut", "from": "2020-01-20", "until": "2020-03-20", "ramp_days": 2}
            | {"origin": [economy.gates[0].partner], "destination": list(economy.industries.regions)}
            | {"share_kept": 0.2}
        )
    return told


def rules(economy: Economy, seed: int) -> dict[str, Any]:
    first, *_, last = economy.industries.sectors
    given: dict[str, Any] = {
        "production": PRODUCTION[seed % 3],
        "rationing": RATIONING[seed % 5],
        "import_spare": 0.3,
        "utilisation": 0.9,
        "inventory_days": {"default": 20, "products": {first: 0}},
        "restocking_days": {"default": 15, "products": {last: 3}},
    }
    if seed:
        given["priority"] = [[first], ["households"], ["industries"]] if seed % 4 else [["industries"]]
    if seed > 1:
        given["allocation"] = {
            "plan_share": 0.4,
            "seed": seed,
            "willingness_to_pay": {"households": 0.7} if seed % 2 else {last: 2.0},
            "by_product": {first: RATIONING[seed // 2 % 5]},
        }
    if seed > 6:
        half = {"share": 0.5, "rationing": RATIONING[seed % 4], "products": [last]}
        given["allocation"]["ownership"] = {"state": half}
        given["allocation"]["efficiency"] = {"market": {"factor": 0.8, "source": "assumption"}}
    if given["production"] == "critical":
        given["criticality"] = [
            {"inputs": [first], "users": "all", "level": "important"},
            {"inputs": [last], "users": "all", "level": "non_essential"},
        ]
    return given


def scenario(economy: Economy, *more: dict[str, Any], **behaviour: Any) -> Scenario:
    happens = [*shocks(economy), *more]
    return Scenario.model_validate(
        {"start": "2020-01-01", "days": 120, "shocks": happens, "behaviour": behaviour}
    )


@pytest.mark.parametrize("seed", range(30))
def test_industries_as_firms_equal_the_sector_engine_where_final_users_are_one(seed: int) -> None:
    made = make_economy(np.random.default_rng(seed), national=True, negative_inventories=False)
    economy = one_final_user(made)
    mode = "competitive" if seed % 2 else "non_competitive"
    given = scenario(economy, *changed(seed), **rules(economy, seed), imports={"default": mode})
    assert difference(economy, given) < 1e-9


@pytest.mark.parametrize("seed", range(6))
def test_industries_as_firms_equal_the_sector_engine_in_a_table_of_several_regions(seed: int) -> None:
    """Where orders stay with their suppliers, else each final user would split its own, and where a rule does
    not tell final users apart.
    """
    economy = make_economy(np.random.default_rng(seed), national=False, negative_inventories=False)
    given = rules(economy, seed) | {"priority": [["industries"]]}
    given["rationing"] = ("proportional", "priority", "market", "mixed")[seed % 4]
    if seed > 1:
        given["allocation"]["willingness_to_pay"] = {"industries": 0.8}
    assert difference(economy, scenario(economy, **given, substitution_days="off")) < 1e-9


@pytest.mark.parametrize("name", ["north-korea-2019", "usa-2023"])
def test_industries_as_firms_equal_the_sector_engine_on_a_whole_country(name: str) -> None:
    economy = one_final_user(embedded(name))
    cut = {"kind": "trade_cut", "from": "2020-01-20", "share_kept": 0.3}
    cut |= {"origin": [economy.gates[0].partner], "destination": list(economy.industries.regions)}
    given = Scenario.model_validate({"start": "2020-01-01", "days": 120, "shocks": [cut]})
    assert difference(economy, given) < 1e-9


def drawn(seed: int) -> tuple[FirmNetwork, Scenario, tuple[FirmLoss, ...]]:
    """A network, and what happens to it."""
    rng = np.random.default_rng(seed)
    network = random_network(seed, firms=10, abroad=2, kinds=4, links=36)
    sectors = [network.sectors[s] for s in np.unique(network.nodes.sector[: network.firms])]
    loss, product = str(rng.choice(sectors)), str(rng.choice(sectors))
    priority = [[str(rng.choice(sectors))], ["households"]] if rng.random() < 0.5 else [["industries"]]
    behaviour = {
        "production": PRODUCTION[seed % 3],
        "rationing": RATIONING[seed % 5],
        "priority": priority,
        "inventory_days": {"default": int(rng.integers(1, 15)), "products": {product: 0}},
        "restocking_days": int(rng.integers(1, 20)),
        "initial_stocks": float(rng.choice([0.5, 1.0, 1.3])),
        "utilisation": float(rng.choice([0.8, 1.0])),
        "import_spare": float(rng.choice([0.0, 0.5])),
        "substitution_days": [5, 30, "off"][int(rng.integers(3))],
        "overtime": {"max": float(rng.choice([1.0, 1.5])), "days": 20},
    }
    pays, hers = str(rng.choice(["households", "industries", loss])), str(rng.choice(RATIONING))
    behaviour["allocation"] = {
        "plan_share": float(rng.choice([0.0, 0.3, 1.0])),
        "seed": seed,
        "willingness_to_pay": {pays: float(rng.choice([0.5, 1.0, 3.0]))} if rng.random() < 0.5 else {},
        "by_product": {product: hers} if rng.random() < 0.3 else {},
        "ownership": {"hers": {"share": 0.6, "rationing": "random", "products": [loss]}}
        if rng.random() < 0.3
        else {},
        "efficiency": {"market": {"factor": 1.2, "source": "assumption"}} if rng.random() < 0.3 else {},
    }
    happens: list[dict[str, Any]] = [
        {"kind": "trade_cut", "from": "2020-01-04", "until": "2020-01-25", "share_kept": 0.1}
        | {"origin": "ABROAD", "destination": "HOME"},
        {"kind": "capacity_loss", "from": "2020-01-08", "until": "2020-01-12", "sectors": [loss]}
        | {"share": 0.7, "recovery": {"days": 4}},
        {"kind": "demand_change", "from": "2020-01-15", "products": [product], "factor": 1.3},
    ]
    if rng.random() < 0.4:
        happens.append(
            {"kind": "institution_change", "from": "2020-01-09", "until": "2020-01-20", "transition_days": 5}
            | {"rationing": str(rng.choice(RATIONING))}
        )
    given = {"start": "2020-01-01", "days": DAYS, "shocks": happens, "behaviour": behaviour}
    closed = FirmLoss.model_validate({"from": "2020-01-06", "firms": ["firm-3"], "share": 1.0})
    return network, Scenario.model_validate(given), (closed,)


@pytest.mark.parametrize("seed", range(200))
def test_days_on_firms_equal_their_slow_twin(seed: int) -> None:
    network, given, losses = drawn(seed)
    _, loss, change, *_ = given.shocks
    abroad = range(network.firms, len(network))
    made = [network.sectors[s] for s in network.nodes.sector]

    def happens(day: int) -> tuple[dict[int, float], dict[int, float], dict[int, float]]:
        ceilings = {i: 0.1 * network.nodes.output[i] / 365 for i in abroad} if 3 <= day <= 24 else {}
        left = {3: 0.0} if day >= 5 else {}
        lost = 0.7 if 7 <= day <= 11 else max(0.0, 0.7 * (1 - (day - 11) / 4)) if day > 11 else 0.0
        for i in range(network.firms):
            if made[i] in loss.sectors:
                left[i] = left.get(i, 1.0) * (1 - lost)
        kinds = {int(network.nodes.kind[i]): 1.3 for i in range(len(network)) if made[i] in change.products}
        return ceilings, left, kinds if day >= 14 else {}

    params = parameters(given.behaviour, given.groups, given.shocks)
    by_product = dict(zip(network.nodes.kind, made, strict=True))
    days_of = {network.kinds[k]: params.inventory_days.get(sector) for k, sector in by_product.items()}
    known = {kind: days for kind, days in days_of.items() if days is not None}
    holds = weights_by_day(given)
    allocation = TwinAllocation(network, params.institutions, lambda day: holds[:, day])
    twin = FirmTwin(network, replace(params, inventory_days=known), happens, allocation)
    result = simulate_firms(network, given, losses, watch=range(len(network)))
    for day in range(DAYS):
        output = twin.one_day(day)["output"]
        expected = [output[i] / twin.base[i] for i in twin.nodes]
        np.testing.assert_allclose(result.watched[day], expected, rtol=1e-9, atol=1e-9)
