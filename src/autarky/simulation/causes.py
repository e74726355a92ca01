"""Causes: when each industry first falls and stops, which input bound it, and who fell short of it."""

from __future__ import annotations

from typing import Any

import numpy as np

from autarky.results import FALLS, STOPS, Binding, Reason, variable
from autarky.simulation import kernels
from autarky.simulation.forcing import Forcing
from autarky.simulation.network import Network
from autarky.simulation.opening import by_slot
from autarky.simulation.presets import Parameters


def find_causes(
    network: Network, params: Parameters, forcing: Forcing, days: kernels.Days, k: int
) -> dict[str, Any]:
    """When each industry first falls below each level, what bound it, and which supplier fell short most.

    A supplier's shortfall is its base-year flow to the industry times the share it could not deliver, the
    mean over the days in which the stock ran down: what its ceilings left, or the part of orders it served.
    """
    tables, economy = network.tables, network.economy
    n, levels = len(economy.industries), (FALLS, STOPS)
    base = tables.base_output[:n]
    first = np.full((len(levels), n), -1, dtype=np.int32)
    binding = np.full((len(levels), n), int(Binding.DEMAND), dtype=np.int32)
    supplier = np.full((len(levels), n), "", dtype=object)
    reason = np.full((len(levels), n), "", dtype=object)
    for row, level in enumerate(levels):
        below = days.output < level * base * (1.0 - 1e-9)
        for j in np.flatnonzero(below.any(axis=0) & (base > 0)):
            day = int(np.argmax(below[:, j]))
            first[row, j] = day
            binding[row, j] = days.binding[day, j]
            if binding[row, j] >= 0:
                supplier[row, j], reason[row, j] = _shortest_supplier(
                    network, params, forcing, days, k, int(binding[row, j]), int(j), day
                )
    return {
        "first_day_below": variable(
            first, ("level", "industry"), "day", "First day output is below level × base year; -1: never"
        ),
        "cause_binding": variable(binding, ("level", "industry"), "1", "What limited output on that day"),
        "cause_supplier": variable(
            supplier.astype(str), ("level", "industry"), "1", "Supplier of that input that fell short most"
        ),
        "cause_reason": variable(reason.astype(str), ("level", "industry"), "1", "Why it fell short"),
    }


def _shortest_supplier(
    network: Network,
    params: Parameters,
    forcing: Forcing,
    days: kernels.Days,
    k: int,
    p: int,
    industry: int,
    day: int,
) -> tuple[str, str]:
    """Label of the supplier of slot p that fell short most before ``day``, and why."""
    tables = network.tables
    n = len(network.economy.industries)
    user = int(days.industry_user[industry])
    g = int(np.searchsorted(tables.group_start, user, side="right") - 1)
    entries = slice(*tables.entry_start[p, user : user + 2])
    flows = tables.flows[entries]
    sellers = tables.tile_row[tables.tile_start[p, g] : tables.tile_start[p, g + 1]]
    suppliers = tables.row_supplier[tables.pool_start[p] + sellers[tables.entry_row[entries]]]
    held = by_slot(network, params.preset.inventory_days, params.inventory_days)[p]
    window = slice(max(0, day - max(1, round(float(held)))), day + 1)
    destination = tables.group_destination[g]
    worst, answer = 0.0, ("", "")
    for flow, i in zip(flows, suppliers, strict=True):
        passed = _mean_strength(forcing.ceilings, k, int(i), int(destination), window)
        served = 1.0
        if i < n:
            output, demand = days.output[window, i], days.demand[window, i]
            served = float(np.divide(output, demand, out=np.ones(len(demand)), where=demand > 0).mean())
        lost = _mean_strength(forcing.losses, k, int(i), -1, window)
        shortfall = flow * (1.0 - min(passed, served, 1.0 - lost))
        if shortfall > worst:
            worst = shortfall
            if passed <= min(served, 1.0 - lost):
                why = Reason.TRADE_CUT
            elif lost > 0.0 and 1.0 - lost <= served + 0.05:
                why = Reason.CAPACITY_LOSS
            elif i < n and days.binding[window, i].max() >= 0:
                why = Reason.SHORT_ITSELF
            else:
                why = Reason.OVERBOOKED
            answer = network.supplier_labels[i], why.value
    return answer


def _mean_strength(effects: Any, k: int, first: int, second: int, window: slice) -> float:
    """Mean share kept (at most 1) or lost over a window of days, all shocks on one member together."""
    is_cut = second >= 0
    total = np.ones(window.stop - window.start)
    for shock in np.flatnonzero(effects.scenario == k):
        members = slice(effects.start[shock], effects.start[shock + 1])
        if ((effects.first[members] == first) & (effects.second[members] == second)).any():
            strength = effects.strength[shock, window]
            total = np.minimum(total, strength) if is_cut else total * (1.0 - strength)
    return float(total.mean() if is_cut else 1.0 - total.mean())
