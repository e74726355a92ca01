"""What regions and sectors are called, how they are ordered and what money they count in changes nothing."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from autarky.economy import Economy, FinalUser, Gate, Industries
from autarky.scenario import Scenario
from autarky.simulation import simulate
from cases import Case, Floats, cases, law

DAYS = 60

NEW_NAMES = {
    **{"food": "C10", "coal": "B05", "steel": "C24", "power": "D35", "cloth": "C13", "oil": "B06"},
    **{"NOR": "zz", "CHN": "m", "PRK": "Ä", "USA": "1", "CHINA": "c", "RUSSIA": "b"},
}


def _renamed(scenario: Scenario) -> Scenario:
    text = scenario.model_dump_json(by_alias=True)
    for old, new in NEW_NAMES.items():
        text = text.replace(json.dumps(old), json.dumps(new, ensure_ascii=False))
    return Scenario.model_validate_json(text)


def _rearranged(economy: Economy, rng: np.random.Generator) -> tuple[Economy, list[Floats]]:
    """The economy under new names and in another order, and the old place of each industry, user, gate."""

    def new(name: str) -> str:
        return NEW_NAMES.get(name, name)

    R, S = len(economy.industries.regions), len(economy.industries.sectors)
    regions, sectors = rng.permutation(R), rng.permutation(S)
    rows = (regions[:, None] * S + sectors[None, :]).ravel()
    users, gates = rng.permutation(len(economy.final_users)), rng.permutation(len(economy.gates))
    old = economy.industries
    other = replace(
        economy,
        industries=Industries(
            tuple(new(old.regions[r]) for r in regions), tuple(new(old.sectors[s]) for s in sectors)
        ),
        sector_names=(),
        Z=economy.Z[np.ix_(rows, rows)],
        Y=economy.Y[np.ix_(rows, users)],
        value_added=economy.value_added[:, rows],
        final_users=tuple(
            FinalUser(new(u.region), u.category, u.kind) for u in (economy.final_users[k] for k in users)
        ),
        gates=tuple(Gate(new(g.partner), new(g.product)) for g in (economy.gates[k] for k in gates)),
        imports_intermediate=economy.imports_intermediate[np.ix_(gates, rows)],
        imports_final=economy.imports_final[np.ix_(gates, users)],
    )
    return other, [rows, users, gates]


@law(60)
@given(cases("autarky"), st.integers(0, 2**32 - 1))
def test_other_names_in_another_order_change_nothing(case: Case, seed: int) -> None:
    economy, scenario = case.economy(), case.scenario(DAYS)
    other, (rows, users, gates) = _rearranged(economy, np.random.default_rng(seed))
    one = simulate(economy, scenario).data
    two = simulate(other, _renamed(scenario)).data
    base = economy.x[rows] / 365.0
    for name in ("output", "demand", "capacity"):
        assert (np.abs(one[name].values[:, rows] - two[name].values) <= 1e-9 * base + 1e-15).all(), name
    assert np.allclose(one["gate_delivery"].values[:, gates], two["gate_delivery"].values, 1e-9, 1e-9)
    products = [other.products.index(NEW_NAMES[product]) for product in economy.products]
    assert np.allclose(
        one["consumption"].values[:, :, users], two["consumption"].values[:, products], 1e-9, 1e-9
    )


@pytest.mark.parametrize("factor", [1000.0, 1.0 / 7.0])
@law(30)
@given(cases("autarky"))
def test_another_currency_scales_every_flow(factor: float, case: Case) -> None:
    economy, dearer = case.economy(), case.economy(scale=factor)
    assume(np.allclose(dearer.Z, economy.Z * factor, rtol=1e-12))
    shocks = case.shocks(DAYS)
    exchanged = json.loads(json.dumps(shocks))
    for shock in exchanged:
        if "ceiling" in shock:
            shock["ceiling"]["value"] *= factor
    one = simulate(economy, case.scenario(DAYS, shocks)).data
    two = simulate(dearer, case.scenario(DAYS, exchanged)).data
    for name in ("output", "demand", "capacity", "gate_delivery", "consumption", "gdp", "forgone_inputs"):
        mine, theirs = one[name].values, two[name].values / factor
        assert np.allclose(mine, theirs, rtol=1e-9, atol=1e-9 * economy.x.mean() / 365.0), name
    assert np.allclose(one["stock_cover"].values, two["stock_cover"].values, rtol=1e-9, atol=1e-9)
