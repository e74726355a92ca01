"""The kernels equal their slow twin, tests/reference/day.py, on 200 random economies × 60 days.

Faults that were seeded in the kernels once, by hand, each alone:

FAULTS_TABLE
"""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from made_economies import make_economy, make_scenario
from reference.day import live

from autarky.economy import Economy
from autarky.scenario import Scenario
from autarky.simulation import simulate

DAYS = 60
ECONOMIES = 200
COMBINATIONS = list(
    product(("autarky", "boario"), ("leontief", "critical", "linear"), ("proportional", "priority"))
)


@pytest.mark.parametrize("seed", range(ECONOMIES))
def test_kernels_equal_the_slow_twin(seed: int) -> None:
    rng = np.random.default_rng(seed)
    preset, production, rationing = COMBINATIONS[seed % len(COMBINATIONS)]
    # boario rations negative demand in proportion; rank by rank it has no meaning.
    economy = make_economy(rng, negative_inventories=preset == "autarky")
    scenario = make_scenario(rng, economy, DAYS, preset, production, rationing)
    _compare(economy, scenario)


def _compare(economy: Economy, scenario: Scenario) -> None:
    data = simulate(economy, scenario, record_inventory=True).data
    days = live(economy, scenario)
    dt = 1.0 / scenario.behaviour.steps_per_day
    base = economy.x / 365.0
    industries = [("industry", *pair) for pair in economy.industries.pairs]
    for name in ("output", "demand", "capacity", "forgone"):
        theirs = np.array([[dt * sum(part[name][i] for part in day) for i in industries] for day in days])
        variable = {"forgone": "forgone_inputs"}.get(name, name)
        _close(data[variable].values, theirs, base, variable)
    stock = np.array(
        [
            [[day[-1]["stock"][i].get((p, o), 0.0) for i in industries] for p, o in _slots(data)]
            for day in days
        ]
    )
    held, use = data["inventory"].values, _base_use(economy, data)
    relative = np.divide(held, use, out=np.zeros_like(held), where=use > 0)
    _close(relative, stock, np.array(1.0), "inventory")
    if economy.gates:
        gates = [("gate", *gate) for gate in economy.gates]
        sent = np.array([[dt * sum(part["sent"][g] for part in day) for g in gates] for day in days])
        _close(data["gate_delivery"].values, sent, data["gate_delivery_base"].values, "gate_delivery")
    finals = [("final", user.region, user.category) for user in economy.final_users]
    for name, variable in (("came", "consumption"), ("unmet", "unmet_final_demand")):
        theirs = np.array(
            [
                [
                    [
                        dt * sum(sum(v for s, v in part[name][f].items() if s[0] == p) for part in day)
                        for f in finals
                    ]
                    for p in economy.products
                ]
                for day in days
            ]
        )
        _close(data[variable].values, theirs, np.array(np.abs(theirs).max() + base.mean()), variable)


def _slots(data) -> list[tuple[str, str]]:
    return list(zip(data["slot_product"].values.tolist(), data["slot_origin"].values.tolist(), strict=True))


def _base_use(economy: Economy, data) -> np.ndarray:
    """Base-year use per day of each slot by each industry, (slots, industries), from the tables themselves."""
    pairs = economy.industries.pairs
    out = np.zeros((data.sizes["slot"], len(pairs)))
    for s, (slot_product, origin) in enumerate(_slots(data)):
        for j, (region, _) in enumerate(pairs):
            for i, (place, made) in enumerate([*pairs, *economy.gates]):
                fits = origin == "any" or (origin == "home") == (place == region)
                if made == slot_product and fits:
                    table, row = (
                        (economy.Z, i) if i < len(pairs) else (economy.imports_intermediate, i - len(pairs))
                    )
                    out[s, j] += max(0.0, table[row, j]) / 365.0
    return out


def _close(ours: np.ndarray, theirs: np.ndarray, base: np.ndarray, name: str) -> None:
    apart = np.abs(ours - theirs) / np.where(base > 0, base, 1.0)
    where = np.unravel_index(np.argmax(apart), apart.shape)
    assert apart.max() < 1e-9, f"{name} differs by {apart.max():.2e} of base at {where}"
