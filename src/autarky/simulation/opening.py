"""Opening: the rules of the day and the evening before the first one, from names to arrays."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from autarky.results import Binding
from autarky.scenario import ProductionFunction
from autarky.simulation import kernels
from autarky.simulation.forcing import Forcing
from autarky.simulation.network import Network
from autarky.simulation.presets import Parameters

Floats = npt.NDArray[np.float64]

_PRODUCTION = {
    ProductionFunction.LEONTIEF: kernels.LEONTIEF,
    ProductionFunction.CRITICAL: kernels.CRITICAL,
    ProductionFunction.LINEAR: kernels.LINEAR,
}


def by_slot(network: Network, default: float, exceptions: dict[str, float]) -> Floats:
    """A number for each slot, (P,): the default, or the exception of its product."""
    return np.array([exceptions.get(slot.product, default) for slot in network.slots])


def build_rules(network: Network, each: Sequence[Parameters], forcing: Forcing) -> kernels.Rules:
    """Parameters of each scenario as the kernels read them; what shapes the day is taken from the first."""
    tables, preset = network.tables, each[0].preset
    step = 1.0 / each[0].behaviour.steps_per_day
    target = np.stack([_target_days(network, params, step) for params in each], axis=1)
    restocking = np.stack(
        [by_slot(network, params.preset.restocking_days, params.restocking_days) for params in each], axis=1
    )
    # A gap is reordered, and a stock used, over no less than a step.
    restocking = np.maximum(restocking, step)
    share = preset.reserve_share
    reserve = np.full_like(target, step) if share is None else share * target
    speed = np.array([1.0 / params.preset.substitution_days for params in each])
    # Without ceilings, priorities or moving orders a supplier treats all groups alike.
    grouped = network.ranks > 1 or len(forcing.ceilings.first) > 0
    grouped |= bool(speed.any()) and bool((np.diff(tables.pool_start) > 1).any())
    return kernels.Rules(
        production=_PRODUCTION[preset.production],
        orders_follow_use=preset.orders_follow_use,
        weigh_by_capacity=preset.weigh_by_capacity,
        target_follows_demand=preset.target_follows_demand,
        restart_share=preset.restart_share,
        signed_scarcity=preset.signed_scarcity,
        scarcity_tolerance=preset.scarcity_tolerance,
        overtime_first_step=preset.overtime_first_step,
        closeness_gates=preset.closeness_gates,
        ranks=network.ranks,
        step=step,
        first_final=int(tables.group_start[np.argmax(tables.group_is_final)])
        if tables.group_is_final.any()
        else len(network.users),
        grouped=grouped,
        inventory_days=target,
        restocking_days=restocking,
        reserve_days=reserve,
        overtime_max=np.array([params.preset.overtime_max for params in each]),
        overtime_days=np.array([params.preset.overtime_days for params in each]),
        normal_capacity=np.stack([_normal_capacity(network, params) for params in each]),
        # The step's need is ordered within the step; restocking already orders a part of it.
        urgent_pace=np.maximum(0.0, 1.0 / step - 1.0 / restocking) * preset.need_is_urgent,
        substitution_speed=speed,
        split_industries=preset.weigh_by_capacity | (speed > 0.0),
        split_final=speed > 0.0,
    )


def _target_days(network: Network, params: Parameters, step: float) -> Floats:
    """Days of use each slot likes to hold, (P,); what does not keep is held for the step of its use."""
    days = by_slot(network, params.preset.inventory_days, params.inventory_days)
    shortest = params.preset.shortest_inventory_days
    return np.where(days <= 1.0, shortest, days) if shortest > 0.0 else np.maximum(days, step)


def _normal_capacity(network: Network, params: Parameters) -> Floats:
    """Capacity of industries (base year / utilisation) and import gates (base year × (1 + spare)), (m,)."""
    n = len(network.economy.industries)
    capacity = network.tables.base_output.copy()
    capacity[:n] /= params.preset.utilisation
    capacity[n:] *= 1.0 + params.preset.import_spare
    return capacity


def opening_state(
    network: Network, each: Sequence[Parameters], rules: kernels.Rules, forcing: Forcing
) -> kernels.State:
    """The evening before the first day: base-year output, stocks as declared, base-year orders."""
    tables = network.tables
    m, K = len(tables.base_output), len(each)
    P, N = tables.base_use.shape
    G, D = len(tables.group_rank), len(network.destinations)
    filled = np.stack(
        [by_slot(network, params.preset.initial_stocks, params.initial_stocks) for params in each], axis=1
    )
    stock = np.repeat((filled * rules.inventory_days)[:, :, None], N, axis=2)
    rows = len(tables.row_supplier)
    factors = (K, G if rules.grouped else 2, rows)
    output = np.repeat(tables.base_output[None, :], K, axis=0)
    state = kernels.State(
        stock=stock,
        orders=np.ones((P, K, N)),
        weight=np.ones(factors),
        deliver=np.ones(factors),
        booked=np.zeros(factors),
        accepted=np.zeros(factors),
        row_demand=np.zeros((K, rows)),
        ceiling=np.full((K, m, D), np.inf),
        limited=np.zeros((K, m), dtype=np.bool_),
        survive=np.ones((K, m)),
        overtime=np.ones((K, m)),
        demand=np.zeros((K, m)),
        call=np.zeros((K, rows)),
        capacity=output.copy(),
        possible=np.full((K, m), np.inf),
        output=output,
        binding=np.full((K, m), int(Binding.DEMAND), dtype=np.int64),
        made=np.zeros((K, N)),
        wanted=np.zeros((K, N)),
        draw=np.zeros((K, N)),
        cover=np.full((K, N), np.inf),
        forgone=np.zeros((K, N)),
        demand_factor=np.ones((P, K, N)),
        received=np.zeros((P, K, N)),
        asked_final=np.zeros((P, K, N - rules.first_final)),
        before=np.zeros((2, P, K, N) if rules.closeness_gates else (0, 0, 0, 0)),
        close=np.zeros((2, P, K), dtype=np.bool_),
    )
    kernels.apply_demand(forcing, 0, state)
    state.orders[:, :, rules.first_final :] = state.demand_factor[:, :, rules.first_final :]
    kernels.book_all(tables, rules, state)
    return state


def empty_days(network: Network, days: int, K: int, record_inventory: bool) -> kernels.Days:
    """Room for what is kept of each day, filled with zeros."""
    economy = network.economy
    n, g, P = len(economy.industries), len(economy.gates), len(network.slots)
    Q, F = len(economy.products), len(economy.final_users)
    industry_user = np.empty(n, dtype=np.int64)
    is_industry = network.tables.user_industry >= 0
    industry_user[network.tables.user_industry[is_industry]] = np.flatnonzero(is_industry)
    return kernels.Days(
        output=np.zeros((days, K, n)),
        demand=np.zeros((days, K, n)),
        capacity=np.zeros((days, K, n)),
        binding=np.zeros((days, K, n), dtype=np.int16),
        cover=np.zeros((days, K, n)),
        forgone=np.zeros((days, K, n)),
        gate_delivery=np.zeros((days, K, g)),
        consumption=np.zeros((days, K, Q, F)),
        unmet=np.zeros((days, K, Q, F)),
        inventory=np.zeros((days if record_inventory else 0, K, P, n)),
        pool_product=np.array(
            [economy.products.index(slot.product) for slot in network.slots], dtype=np.int64
        ),
        industry_user=industry_user,
    )
