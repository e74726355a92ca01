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
from autarky.simulation.presets import parameters
from autarky.sources import embedded
from made_economies import make_economy
from made_firms import random_network
from reference.firm_day import FirmTwin

PRODUCTION = ("leontief", "critical", "linear")
DAYS = 28


def one_final_user(economy: Economy) -> Economy:
    """All final users as the first of them, and nothing negative."""
    return replace(
        economy,
        final_users=economy.final_users[:1],
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
        "rationing": ("proportional", "priority")[seed // 3 % 2],
        "import_spare": 0.3,
        "utilisation": 0.9,
        "inventory_days": {"default": 20, "products": {first: 0}},
        "restocking_days": {"default": 15, "products": {last: 3}},
    }
    if given["rationing"] == "priority":
        given["priority"] = [[first], ["households"], ["industries"]] if seed % 4 else [["industries"]]
    if given["production"] == "critical":
        given["criticality"] = [
            {"inputs": [first], "users": "all", "level": "important"},
            {"inputs": [last], "users": "all", "level": "non_essential"},
        ]
    return given


def scenario(economy: Economy, **behaviour: Any) -> Scenario:
    return Scenario.model_validate(
        {"start": "2020-01-01", "days": 120, "shocks": shocks(economy), "behaviour": behaviour}
    )


@pytest.mark.parametrize("seed", range(12))
def test_industries_as_firms_equal_the_sector_engine_where_final_users_are_one(seed: int) -> None:
    made = make_economy(np.random.default_rng(seed), national=True, negative_inventories=False)
    economy = one_final_user(made)
    mode = "competitive" if seed % 2 else "non_competitive"
    given = scenario(economy, **rules(economy, seed), imports={"default": mode})
    assert difference(economy, given) < 1e-9


@pytest.mark.parametrize("seed", range(6))
def test_industries_as_firms_equal_the_sector_engine_in_a_table_of_several_regions(seed: int) -> None:
    """Where orders stay with their suppliers: else each final user would split its own."""
    economy = make_economy(np.random.default_rng(seed), national=False, negative_inventories=False)
    given = rules(economy, seed)
    if given["rationing"] == "priority":
        given["priority"] = [["industries"]]
    assert difference(economy, scenario(economy, **given, substitution_days="off")) < 1e-9


@pytest.mark.parametrize("name", ["north-korea-2019", "usa-2023"])
def test_industries_as_firms_equal_the_sector_engine_on_a_whole_country(name: str) -> None:
    economy = one_final_user(embedded(name))
    cut = {"kind": "trade_cut", "from": "2020-01-20", "share_kept": 0.3}
    cut |= {"origin": [economy.gates[0].partner], "destination": list(economy.industries.regions)}
    given = Scenario.model_validate({"start": "2020-01-01", "days": 120, "shocks": [cut]})
    assert difference(economy, given) < 1e-9


def drawn(seed: int) -> tuple[FirmNetwork, Scenario, tuple[FirmLoss, ...], dict[Any, int]]:
    """A network, what happens to it, and ranks of its firms and of final users."""
    rng = np.random.default_rng(seed)
    network = random_network(seed, firms=10, abroad=2, kinds=4, links=36)
    sectors = [network.sectors[s] for s in np.unique(network.nodes.sector[: network.firms])]
    loss, product = str(rng.choice(sectors)), str(rng.choice(sectors))
    priority = [[str(rng.choice(sectors))], ["households"]] if rng.random() < 0.5 else [["industries"]]
    behaviour = {
        "production": PRODUCTION[seed % 3],
        "rationing": "priority" if seed % 2 else "proportional",
        "priority": priority,
        "inventory_days": {"default": int(rng.integers(1, 15)), "products": {product: 0}},
        "restocking_days": int(rng.integers(1, 20)),
        "initial_stocks": float(rng.choice([0.5, 1.0, 1.3])),
        "utilisation": float(rng.choice([0.8, 1.0])),
        "import_spare": float(rng.choice([0.0, 0.5])),
        "substitution_days": [5, 30, "off"][int(rng.integers(3))],
        "overtime": {"max": float(rng.choice([1.0, 1.5])), "days": 20},
    }
    happens = [
        {"kind": "trade_cut", "from": "2020-01-04", "until": "2020-01-25", "share_kept": 0.1}
        | {"origin": "ABROAD", "destination": "HOME"},
        {"kind": "capacity_loss", "from": "2020-01-08", "until": "2020-01-12", "sectors": [loss]}
        | {"share": 0.7, "recovery": {"days": 4}},
        {"kind": "demand_change", "from": "2020-01-15", "products": [product], "factor": 1.3},
    ]
    given = {"start": "2020-01-01", "days": DAYS, "shocks": happens, "behaviour": behaviour}
    closed = FirmLoss.model_validate({"from": "2020-01-06", "firms": ["firm-3"], "share": 1.0})
    places = {name: rank for rank, names in enumerate(priority) for name in names}
    last = len(priority)
    ranks: dict[Any, int] = {"final": places.get("households", last)}
    for j in range(network.firms):
        sector = network.sectors[network.nodes.sector[j]]
        ranks[j] = places.get(sector, places.get("industries", last))
    if not seed % 2:
        ranks = dict.fromkeys(ranks, 0)
    return network, Scenario.model_validate(given), (closed,), ranks


@pytest.mark.parametrize("seed", range(200))
def test_days_on_firms_equal_their_slow_twin(seed: int) -> None:
    network, given, losses, ranks = drawn(seed)
    _, loss, change = given.shocks
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
    twin = FirmTwin(network, replace(params, inventory_days=known), happens, ranks)
    result = simulate_firms(network, given, losses, watch=range(len(network)))
    for day in range(DAYS):
        output = twin.one_day(day)["output"]
        expected = [output[i] / twin.base[i] for i in twin.nodes]
        np.testing.assert_allclose(result.watched[day], expected, rtol=1e-9, atol=1e-9)
