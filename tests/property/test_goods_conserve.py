"""What is shipped is received: goods are neither made nor lost between supplier and user."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given

from autarky.economy import Economy
from autarky.simulation import simulate
from cases import Case, Floats, base_use, cases, law

DAYS = 40


@law(60)
@given(cases())
def test_what_is_shipped_is_received(case: Case) -> None:
    economy = case.economy()
    data = simulate(economy, case.scenario(DAYS, steps_per_day=1), record_inventory=True).data
    shipped, certain = _shipped(economy, data, negative_is_supply=case.preset == "autarky")
    received = _received(economy, data, case.production)
    # While all deliveries are within 1e-5 of use, boario leaves all stocks as they are: a quirk of its own.
    tolerance = 1e-9 if case.preset == "autarky" else 2e-5
    scale = economy.x.mean() / 365.0 + np.abs(shipped)
    assert (received - shipped <= tolerance * scale).all(), "more arrived than was sent"
    assert (shipped - received <= tolerance * scale)[certain].all(), "less arrived than was sent"
    all_certain = certain.all(axis=1)
    total = np.abs(shipped.sum(axis=1) - received.sum(axis=1))
    assert (total <= tolerance * scale.sum(axis=1))[all_certain].all()


def _shipped(economy: Economy, data: Any, negative_is_supply: bool) -> tuple[Floats, Any]:
    """Sent by all suppliers of each product, (days - 1, products), and whether that is known for certain.

    Where nobody orders more than what negative flows supply, the record does not say how much of it went.
    """
    rows = np.hstack([economy.Z, economy.Y])
    given_anyway = -np.minimum(rows, 0.0).sum(axis=1) / 365.0 * negative_is_supply
    shipped = np.zeros((data.sizes["day"] - 1, len(economy.products)))
    certain = np.ones(shipped.shape, dtype=bool)
    for i, (_, product) in enumerate(economy.industries.pairs):
        p = economy.products.index(product)
        shipped[:, p] += data["output"].values[1:, i] + given_anyway[i]
        certain[:, p] &= (given_anyway[i] == 0.0) | (data["demand"].values[1:, i] > 0.0)
    for g, gate in enumerate(economy.gates):
        shipped[:, economy.products.index(gate.product)] += data["gate_delivery"].values[1:, g]
    return shipped, certain


def _received(economy: Economy, data: Any, production: str) -> Floats:
    """What industries put into stock or used, and what final users got, (days - 1, products)."""
    use_base = base_use(economy, data)
    stock = data["inventory"].values
    base = data["output_base"].values
    made = np.divide(data["output"].values, base, out=np.zeros(data["output"].shape), where=base > 0)
    made = made[1:, None, :]
    held = stock[:-1]
    use = np.minimum(made * use_base, held)
    if production == "linear":
        short = (made * use_base - use).sum(axis=1, keepdims=True)
        spare = held - use
        all_spare = spare.sum(axis=1, keepdims=True)
        share = np.divide(short, all_spare, out=np.zeros_like(short), where=all_spare > 0)
        use = use + np.minimum(1.0, share) * spare
    into_industries = stock[1:] - held + use
    received = data["consumption"].values[1:].sum(axis=2)
    for s, product in enumerate(data["slot_product"].values):
        received[:, economy.products.index(product)] += into_industries[:, s].sum(axis=1)
    return received
