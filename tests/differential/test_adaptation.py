"""Search, spare parts and rebuilding against their slow twins, day by day, alone and together."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autarky.economy import Economy, FinalUseKind, FinalUser, Gate, ImportTreatment, Industries, Provenance
from autarky.scenario import Scenario
from autarky.simulation import simulate
from reference.adaptation import Rebuilding, Searching, Wear
from reference.day import live

DAYS = 200
SECTORS = ("farm", "works", "builders", "shop")


def nation(seed: int) -> Economy:
    """Four sectors, imports from two partners, households and somebody who invests."""
    rng = np.random.default_rng(seed)
    Y = rng.lognormal(0.0, 0.5, (4, 3))
    A = rng.lognormal(0.0, 1.0, (4, 4)) * (rng.random((4, 4)) < 0.8)
    A *= 0.5 / np.maximum(A.sum(axis=0), 1e-9)
    x = np.linalg.solve(np.eye(4) - A, Y.sum(axis=1))
    gates = tuple(Gate(p, q) for p in ("CHINA", "RUSSIA") for q in ("works", "oil"))
    imports = rng.uniform(0.02, 0.1, (4, 4)) * x
    imports_final = rng.lognormal(-1.5, 0.5, (4, 3)) * [1, 1, 0]
    return Economy(
        name=f"nation {seed}",
        year=2019,
        currency="USD",
        unit="million USD",
        valuation="basic prices",
        industries=Industries(("HOME",), SECTORS),
        Z=A * x * 365.0,
        final_users=(
            FinalUser("HOME", "HH", FinalUseKind.HOUSEHOLDS),
            FinalUser("HOME", "GFCF", FinalUseKind.INVESTMENT),
            FinalUser("CHINA", "EXP", FinalUseKind.EXPORTS),
        ),
        Y=Y * 365.0,
        value_added_names=("value added",),
        value_added=(x - (A * x).sum(axis=0) - imports.sum(axis=0))[None, :] * 365.0,
        import_treatment=ImportTreatment.MATRIX,
        provenance=Provenance("nation", "assumption: drawn"),
        gates=gates,
        imports_intermediate=imports * 365.0,
        imports_final=imports_final * 365.0,
    )


def scenario(seed: int, *parts: str) -> Scenario:
    rng = np.random.default_rng(10_000 + seed)
    given: dict[str, Any] = {
        "search": {
            "days": float(rng.uniform(5, 200)),
            "most": float(rng.uniform(0, 1)),
            "cost": float(rng.uniform(0, 2)),
        },
        "spare_parts": {
            "products": ["works"],
            "users": rng.choice(SECTORS, 2, replace=False).tolist(),
            "wear_days": float(rng.uniform(20, 400)),
            "store_days": float(rng.uniform(0, 40)),
            "salvaged": float(rng.uniform(0, 0.9)),
            "repair_days": float(rng.uniform(10, 400)),
        },
    }
    shocks: list[dict[str, Any]] = [
        {
            "kind": "trade_cut",
            "origin": ["CHINA"],
            "share_kept": float(rng.uniform(0, 0.8)),
            "from": "2020-01-11",
            "until": str(np.datetime64("2020-01-11") + int(rng.integers(20, 150))),
        }
    ]
    if "rebuilding" in parts:
        first = float(rng.uniform(0.1, 0.9))
        shocks.append(
            {
                "kind": "destruction",
                "sectors": ["farm", "shop"],
                "share": float(rng.uniform(0.05, 0.6)),
                "capital_years": float(rng.uniform(0.1, 3)),
                "goods": {"builders": first, "works": 1.0 - first},
                "days": float(rng.uniform(20, 200)),
                "from": "2020-02-01",
            }
        )
    behaviour = {name: part for name, part in given.items() if name in parts}
    behaviour |= {"inventory_days": float(rng.uniform(2, 20)), "import_spare": 0.1, "utilisation": 0.9}
    told = {"start": "2020-01-01", "days": DAYS, "shocks": shocks, "behaviour": behaviour}
    return Scenario.model_validate(told)


TWINS = {"search": Searching, "spare_parts": Wear, "rebuilding": Rebuilding}


@pytest.mark.parametrize("seed", range(16))
def test_every_day_is_that_of_the_twins(seed: int) -> None:
    parts = [("search",), ("spare_parts",), ("rebuilding",), tuple(TWINS)][seed % 4]
    table, one = nation(seed), scenario(seed, *parts)
    acting: list[Any] = []

    def begin(name: str) -> Any:
        def at_work(twin: Any) -> Any:
            acting.append(TWINS[name](twin))
            return acting[-1]

        return at_work

    slow = live(table, one, [begin(name) for name in parts])
    found = simulate(table, one).data
    scale = float(found["output_base"].max())
    for day, (happened,) in enumerate(slow):
        made = [happened["output"]["industry", "HOME", sector] for sector in SECTORS]
        assert found["output"].values[day] == pytest.approx(made, abs=1e-9 * scale), f"day {day}"
        came = [happened["sent"]["gate", *gate] for gate in table.gates]
        assert found["gate_delivery"].values[day] == pytest.approx(came, abs=1e-9 * scale), f"day {day}"
    for name, twin in zip(parts, acting, strict=True):
        match name:
            case "search":
                assert found["search_cost"].values == pytest.approx(twin.cost, abs=1e-9 * scale)
            case "spare_parts":
                machines = [told["HOME"] for told in twin.told]
                assert found["machines"].values[:, 0] == pytest.approx(machines, abs=1e-9)
            case "rebuilding":
                assert found["damage_left"].values == pytest.approx(twin.told, abs=1e-9 * twin.damage)
