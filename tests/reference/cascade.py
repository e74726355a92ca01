"""The slow twin of the cascade: dense matrices and the equations of Diem et al. (2022), one after another."""

from __future__ import annotations

from typing import Any

import numpy as np

from autarky.firm_network import FirmNetwork


def cascade(
    network: FirmNetwork,
    remaining: Any,
    *,
    substitution: bool = True,
    denominator: str = "output",
    tolerance: float = 1e-2,
    reference: bool = False,
    negligible_share: float = 0.0,
) -> tuple[Any, Any, int]:
    """What is left of each node after lost supplies and after lost demand, and the rounds it took."""
    n = len(network)
    W = np.zeros((n, n))
    W[network.supplier, network.buyer] = network.sales
    kind, E = network.nodes.kind, network.essentiality
    sold, bought = W.sum(axis=1), W.sum(axis=0)
    revenue = network.nodes.output if denominator == "output" else sold
    down = up = np.asarray(remaining, dtype=float)
    rounds = 0
    while True:
        rounds += 1
        felt = np.ones(n)
        if substitution:
            for i in range(n):
                market = sum(sold[j] * down[j] for j in range(n) if kind[j] == kind[i])
                whole = sum(sold[j] for j in range(n) if kind[j] == kind[i])
                if reference:
                    felt[i] = min(1.0, sold[i] / (market if market > 1e-10 else 1.0))
                elif market > 1e-12 * whole:
                    felt[i] = min(1.0, sold[i] / market)
        new_down, new_up = np.empty(n), np.empty(n)
        for j in range(n):
            essential: dict[int, float] = {}
            linear = 0.0
            for i in np.flatnonzero(W[:, j]):
                shortfall = felt[i] * (1 - down[i])
                if E[kind[i], kind[j]] == 2:
                    of_kind = W[kind == kind[i], j].sum()
                    if negligible_share and of_kind <= negligible_share * network.nodes.output[j]:
                        continue
                    essential[kind[i]] = essential.get(kind[i], 0.0) + W[i, j] / of_kind * shortfall
                elif E[kind[i], kind[j]] == 1:
                    linear += W[i, j] / bought[j] * shortfall
            lost = max([linear, *essential.values()])
            new_down[j] = max(0.0, min(remaining[j], 1 - lost))
            unsold = sum(W[j, b] / revenue[j] * (1 - up[b]) for b in np.flatnonzero(W[j]))
            new_up[j] = max(0.0, min(remaining[j], 1 - unsold))
        change = max((down - new_down).max(), (up - new_up).max())
        down, up = new_down, new_up
        if change <= tolerance:
            return down, up, rounds
