"""Preset pichler2022 against its slow twin: output, deliveries, stocks, people at work and spending."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import reference.pichler as twin
from autarky.economy import Economy, FinalUseKind, FinalUser, Gate, ImportTreatment, Industries, Provenance
from autarky.scenario import Scenario
from autarky.simulation import simulate

DAYS = 120


def economy(seed: int) -> Economy:
    """Five sectors and three imports; households, a government and buyers abroad."""
    rng, sectors = np.random.default_rng(1000 + seed), ("farm", "mine", "mill", "power", "shop")
    Y = rng.lognormal(0.0, 0.7, (5, 3))
    A = rng.lognormal(0.0, 1.0, (5, 5)) * (rng.random((5, 5)) < 0.7)
    A *= 0.5 / np.maximum(A.sum(axis=0), 1e-9)
    x = np.linalg.solve(np.eye(5) - A, Y.sum(axis=1))
    Z, imports = A * x, rng.uniform(0.02, 0.15, (3, 5)) * x * (rng.random((3, 5)) < 0.8)
    imports_final = rng.lognormal(-1.0, 0.5, (3, 3)) * [1, 1, 0]
    return Economy(
        name=f"nation {seed}",
        year=2019,
        currency="USD",
        unit="million USD",
        valuation="basic prices",
        industries=Industries(("HOME",), sectors),
        Z=Z * 365.0,
        final_users=(
            FinalUser("HOME", "HH", FinalUseKind.HOUSEHOLDS),
            FinalUser("HOME", "GOV", FinalUseKind.GOVERNMENT),
            FinalUser("ABROAD", "EXP", FinalUseKind.EXPORTS),
        ),
        Y=Y * 365.0,
        value_added_names=("value added",),
        value_added=(x - Z.sum(axis=0) - imports.sum(axis=0))[None, :] * 365.0,
        import_treatment=ImportTreatment.MATRIX,
        provenance=Provenance("nation", "assumption: drawn"),
        gates=tuple(Gate("CHINA", product) for product in ("oil", "mill", "cloth")),
        imports_intermediate=imports * 365.0,
        imports_final=imports_final * 365.0,
    )


@pytest.mark.parametrize("seed", range(25))
def test_every_day_is_that_of_the_paper(seed: int) -> None:
    table, rng = economy(seed), np.random.default_rng(seed)
    n, sectors = len(table.industries), list(table.industries.sectors)
    products = list(table.products)
    kinds = {"essential": "critical", "important": "important", "non_essential": "not"}
    levels = rng.choice(list(kinds), size=(len(products), n), p=[0.3, 0.3, 0.4])
    left = np.where(rng.random(n) < 0.4, rng.uniform(0.2, 1.0, n), 1.0)
    comes = np.where(rng.random(len(table.gates)) < 0.3, rng.uniform(0.0, 1.0, len(table.gates)), 1.0)
    wants = np.where(rng.random(len(products)) < 0.4, rng.uniform(0.3, 1.0, len(products)), 1.0)
    first, last = 5, 60
    window = {"from": "2020-01-06", "until": "2020-03-01"}
    shocks: list[dict[str, Any]] = [
        {"kind": "capacity_loss", "sectors": [sector], "share": 1.0 - share, **window}
        for sector, share in zip(sectors, left, strict=True)
        if share < 1.0
    ]
    shocks += [
        {
            "kind": "trade_cut",
            "origin": [gate.partner],
            "products": [gate.product],
            "share_kept": share,
            **window,
        }
        for gate, share in zip(table.gates, comes, strict=True)
        if share < 1.0
    ]
    bought = {
        product
        for product in products
        for f, user in enumerate(table.final_users)
        if user.kind.value == "households" and _uses(table, product, f) > 0
    }
    shocks += [
        {"kind": "demand_change", "users": "households", "products": [product], "factor": factor, **window}
        for product, factor in zip(products, wants, strict=True)
        if factor < 1.0 and product in bought
    ]
    rules = [
        {"inputs": [product], "users": [sector], "level": levels[p, j]}
        for p, product in enumerate(products)
        for j, sector in enumerate(sectors)
    ]
    behaviour = {"preset": "pichler2022", "criticality": rules, "inventory_days": {"default": 12}}
    scenario = Scenario.model_validate(
        {"start": "2020-01-01", "days": DAYS, "shocks": shocks, "behaviour": behaviour}
    )
    found = simulate(table, scenario).data

    supplied = [*(sector for _, sector in table.industries.pairs), *(gate.product for gate in table.gates)]

    def acts(day: int) -> bool:
        return first <= day <= last

    def wanted(f: int, i: int, day: int) -> float:
        is_household = table.final_users[f].kind.value == "households"
        return float(wants[products.index(supplied[i])]) if acts(day) and is_household else 1.0

    days = twin.live(
        table,
        DAYS,
        lambda i, j: kinds[levels[products.index(supplied[i]), j]],
        twin.Numbers(inventory_days=12.0),
        lambda i, day: float(left[i]) if acts(day) else 1.0,
        lambda gate, day: float(comes[gate]) if acts(day) else 1.0,
        wanted,
    )
    scale = max(days[0]["x"].values())
    for day, told in enumerate(days):
        made = found["output"].values[day]
        assert made == pytest.approx([told["x"][i] for i in range(n)], abs=1e-9 * scale), f"output, day {day}"
        for f in range(len(table.final_users)):
            for p, product in enumerate(products):
                came = sum(told["came"][i, f] for i, of in enumerate(supplied) if of == product)
                assert found["consumption"].values[day, p, f] == pytest.approx(came, abs=1e-9 * scale)
        staff = (found["employment"] / found["employment_base"]).values[day]
        assert staff == pytest.approx([told["labour"][i] for i in range(n)], abs=1e-9)
        assert found["household_spending_share"].values[day, 0] == pytest.approx(told["spending"], abs=1e-9)


def _uses(table: Economy, product: str, f: int) -> float:
    home = sum(table.Y[i, f] for i, (_, sector) in enumerate(table.industries.pairs) if sector == product)
    abroad = sum(table.imports_final[g, f] for g, gate in enumerate(table.gates) if gate.product == product)
    return float(home + abroad)


def test_the_base_year_stands_still_for_ten_years() -> None:
    table = economy(3)
    scenario = Scenario.model_validate(
        {"start": "2020-01-01", "days": 3650, "behaviour": {"preset": "pichler2022"}}
    )
    found = simulate(table, scenario).data
    assert np.abs(found["output"].values / found["output_base"].values - 1).max() < 1e-9
