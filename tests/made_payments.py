"""Random declarations of foreign exchange that fit a national table, made from a seed."""

from __future__ import annotations

from typing import Any

import numpy as np

from autarky.economy import Economy, FinalUseKind
from made_economies import START


def make_payments(rng: np.random.Generator, economy: Economy, days: int) -> dict[str, Any]:
    """Everything that can be declared, some of it left out."""
    a_day = float(economy.imports_intermediate.sum() + economy.imports_final.sum()) / 365.0
    bought = sorted({gate.product for gate in economy.gates})
    abroad = next(k for k, user in enumerate(economy.final_users) if user.kind is FinalUseKind.EXPORTS)
    sold = [s for s, flow in zip(economy.industries.sectors, economy.Y[:, abroad], strict=True) if flow > 0]

    def dates() -> dict[str, str]:
        first = int(rng.integers(0, days // 2))
        until = {"until": str(np.datetime64(START) + first + int(rng.integers(1, 20)))}
        return {"from": str(np.datetime64(START) + first), **(until if rng.random() < 0.5 else {})}

    def prices(names: list[str]) -> list[dict[str, Any]]:
        named = {"products": [str(rng.choice(names))]} if rng.random() < 0.6 else {}
        return [{"factor": float(rng.choice([0.0, 0.5, 1.5])), **named, **dates()}]

    given: dict[str, Any] = {
        "reserves": a_day * float(rng.choice([0.0, 2.0, 40.0])),
        "minimum": a_day * float(rng.choice([0.0, 1.0])),
        "spending_days": float(rng.choice([1.0, 10.0, 365.0])),
    }
    if rng.random() < 0.5:
        given["unrecorded"] = {"share": float(rng.choice([0.0, 0.6])), **dates()}
    if rng.random() < 0.5:
        given["debt_service"] = {"per_year": 365.0 * a_day * float(rng.choice([0.1, 1.5])), **dates()}
    if rng.random() < 0.5 and sold:
        given["export_prices"] = prices(sold) + (prices(sold) if rng.random() < 0.5 else [])
    if rng.random() < 0.4:
        given["import_prices"] = prices(bought)
    if rng.random() < 0.6:
        given["first_paid"] = [[str(rng.choice(bought))]]
    partner = economy.final_users[abroad].region
    parts = [gate.product for gate in economy.gates if gate.partner == partner]
    if rng.random() < 0.6 and sold and parts:
        given["processing"] = [
            {
                "partners": [partner],
                "imports": [str(rng.choice(parts))],
                "exports": [str(rng.choice(sold))],
                "share_of_exports": float(rng.choice([1.0, 0.5])),
                "share_of_imports": float(rng.choice([1.0, 0.3])),
            }
        ]
    return given
