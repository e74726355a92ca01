"""Causes: when each industry first falls and stops, which input bound it, and who fell short of it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autarky.results import FALLS, STOPS, Binding, Reason, variable
from autarky.simulation import kernels
from autarky.simulation.forcing import Forcing
from autarky.simulation.limits import NO_LIMITS, Limits
from autarky.simulation.network import DAYS_PER_YEAR, Network
from autarky.simulation.opening import by_slot
from autarky.simulation.presets import Parameters


def find_causes(
    network: Network,
    params: Parameters,
    forcing: Forcing,
    days: kernels.Days,
    k: int,
    limits: Limits = NO_LIMITS,
) -> dict[str, Any]:
    """When each industry first falls below each level, what bound it, and which supplier fell short most.

    A supplier's shortfall is its base-year flow to the industry times the share it could not deliver, the
    mean over the days in which the stock ran down: what its ceilings left, or the part of orders it served.
    Of its own capacity, and of final users who want less, the reason is told that took most on that day, if a
    behaviour said one.
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
            if binding[row, j] == Binding.CAPACITY and j in limits.suppliers:
                left = _capacity_left(forcing, limits, k, int(j), slice(day, day + 1))
                reason[row, j] = min(left, key=lambda why: left[why]).value
            elif binding[row, j] == Binding.DEMAND:
                reason[row, j] = _why_unwanted(network, days, limits, int(j), day)
            elif binding[row, j] >= 0:
                supplier[row, j], reason[row, j] = _shortest_supplier(
                    network, params, forcing, days, k, limits, int(binding[row, j]), int(j), day
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
    limits: Limits,
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
        left = _capacity_left(forcing, limits, k, int(i), window)
        paid = left.pop(Reason.NO_MONEY, 1.0)
        starves = i < n and days.binding[window, i].max() >= 0
        if starves:
            left.pop(Reason.STAFF, None)  # let go for want of inputs
        able = math.prod(left.values())
        shortfall = flow * (1.0 - min(passed, served, able) * paid)
        if shortfall > worst:
            worst = shortfall
            if paid < min(passed, served, able):
                why = Reason.NO_MONEY
            elif passed <= min(served, able):
                why = Reason.TRADE_CUT
            elif able < 1.0 and able <= served + 0.05:
                why = min(left, key=lambda one: left[one])
            elif starves:
                why = Reason.SHORT_ITSELF
            else:
                why = Reason.OVERBOOKED
            answer = network.supplier_labels[i], why.value
    return answer


def _capacity_left(forcing: Forcing, limits: Limits, k: int, i: int, window: slice) -> dict[Reason, float]:
    """Share of what a supplier could make that each reason leaves it, the mean over a window of days."""
    lost = _mean_strength(forcing.losses, k, i, -1, window)
    said = limits.suppliers.get(i, {})
    return {Reason.CAPACITY_LOSS: 1.0 - lost} | {
        reason: float(1.0 - missing[window].mean()) for reason, missing in said.items()
    }


def _why_unwanted(network: Network, days: kernels.Days, limits: Limits, j: int, day: int) -> str:
    """What keeps final users from asking for half of what an industry sells less; else empty."""
    tables, economy = network.tables, network.economy
    n, pools = len(economy.industries), network.pools_of(j)
    unwanted: dict[Reason, float] = {}
    for (p, f), said in limits.users.items():
        bought = float(economy.Y[j, network.users[n + f] - n]) / DAYS_PER_YEAR
        if bought > 0 and p in pools:
            for reason, missing in said.items():
                unwanted[reason] = unwanted.get(reason, 0.0) + bought * float(missing[day])
    lost = float(tables.base_output[j] - days.demand[day, j])
    most = max(unwanted, key=lambda one: unwanted[one], default=None)
    return most.value if most is not None and unwanted[most] >= 0.5 * lost > 0 else ""


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
