"""Kernels: the verbs of one day, on plain arrays. Nothing else in autarky has to be fast.

Axes: m suppliers, P pools, R rows (a supplier in a pool), N users (industries first), G groups,
D destinations, K scenarios. The scenario axis stands in the *middle* and users in the vector lanes: a tile of
flows is read from memory once and serves all K scenarios from the second-level cache, and K = 1 is the same
code with the same bytes (docs/decisions/0002).

Flows are in the table's unit per day; stocks in days of base-year use; orders H relative to base-year use.
Kernels raise nothing; ``run`` checks what they filled. The slow twin is tests/reference/day.py.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit, prange

Floats = npt.NDArray[np.float64]

LEONTIEF, CRITICAL, LINEAR = 0, 1, 2
ESSENTIAL, IMPORTANT, NON_BINDING = 1, 2, 3
DEMAND, CAPACITY = -1, -2

_TRICKLE = 1e-3
"""Least weight of a supplier: somebody always asks whether it delivers again."""


class Rules(NamedTuple):
    """How the day goes. Numbers that scenarios may differ in have a scenario axis."""

    production: int
    orders_follow_use: bool
    weigh_by_capacity: bool
    target_follows_demand: bool
    restart_share: float
    signed_scarcity: bool
    scarcity_tolerance: float
    overtime_first_step: int
    closeness_gates: bool
    ranks: int
    step: float
    """Length of a step in days."""
    first_final: int
    """First user that is a final user."""
    grouped: bool
    """Whether suppliers' factors can differ between groups; if not, two are kept: industries, final users."""
    inventory_days: Floats
    """(P, K)"""
    restocking_days: Floats
    """(P, K)"""
    reserve_days: Floats
    """(P, K) days of use below which a stock throttles output."""
    overtime_max: Floats
    """(K,)"""
    overtime_days: Floats
    """(K,)"""
    normal_capacity: Floats
    """(K, m) capacity without losses and overtime, flow per day."""
    urgent_pace: Floats
    """(P, K) share per day, on top of restocking, at which what is missing for a step's need is reordered."""
    substitution_speed: Floats
    """(K,) per day; 0: orders never move."""
    split_industries: npt.NDArray[np.bool_]
    """(K,) whether industries' orders are split over suppliers by weight, and add up to what is wanted."""
    split_final: npt.NDArray[np.bool_]
    """(K,) the same for final users."""


class State(NamedTuple):
    """What one evening hands to the next morning, and the day's workings. Filled in place.

    G' is G where suppliers' factors can differ between groups, else 2.
    """

    stock: Floats
    """(P, K, N) days of base-year use."""
    orders: Floats
    """(P, K, N) orders of each user to each pool, relative to base-year use, placed last evening."""
    weight: Floats
    """(K, G', R) factor on base-year supplier shares."""
    deliver: Floats
    """(K, G', R) the same times the share of orders that is delivered."""
    booked: Floats
    """(K, G', R) orders received from each group, flow per day."""
    accepted: Floats
    """(K, G', R) the same under today's ceilings; kept for rows under a ceiling only."""
    row_demand: Floats
    """(K, R) orders accepted."""
    ceiling: Floats
    """(K, m, D) most that may leave for a destination, flow per day."""
    limited: npt.NDArray[np.bool_]
    """(K, m) whether any ceiling of a supplier is finite."""
    survive: Floats
    """(K, m) capacity factor κ."""
    overtime: Floats
    """(K, m) α."""
    demand: Floats
    """(K, m) orders accepted."""
    call: Floats
    """(K, R) unserved orders that would come if there were room."""
    capacity: Floats
    """(K, m)"""
    possible: Floats
    """(K, m) what stocks allow; inf without binding inputs."""
    output: Floats
    """(K, m)"""
    binding: npt.NDArray[np.int64]
    """(K, m)"""
    made: Floats
    """(K, N) output relative to the base year, by user."""
    wanted: Floats
    """(K, N) output that capacity and demand would allow, relative to the base year, by user."""
    draw: Floats
    """(K, N) share of spare stocks drawn to replace short ones (linear production)."""
    cover: Floats
    """(K, N) days of stock of the scarcest binding input."""
    forgone: Floats
    """(K, N) use of non-binding inputs that was not there, flow per day."""
    demand_factor: Floats
    """(P, K, N) final demand relative to the base year, of the coming evening's orders."""
    received: Floats
    """(P, K, N) deliveries to final users, flow per day."""
    asked_final: Floats
    """(P, K, final users) orders of final users that today's deliveries answer, relative to the base year."""
    before: Floats
    """(2, P, K, N) stocks and orders before the evening, where the preset may want it again; else empty."""
    close: npt.NDArray[np.bool_]
    """(2, P, K) whether a pool's deliveries are close to use, and its stocks to their targets."""


class Days(NamedTuple):
    """What is kept of each day; flows are means over its steps. Filled in place."""

    output: Floats
    """(days, K, industries)"""
    demand: Floats
    capacity: Floats
    binding: npt.NDArray[np.int16]
    cover: Floats
    forgone: Floats
    gate_delivery: Floats
    """(days, K, gates)"""
    consumption: Floats
    """(days, K, products, final users)"""
    unmet: Floats
    inventory: Floats
    """(days or 0, K, P, industries) evening stocks, flow × days."""
    pool_product: npt.NDArray[np.int64]
    """(P,) product of each pool."""
    industry_user: npt.NDArray[np.int64]
    """(industries,) position of each industry among the users."""


# No fastmath as a whole: it lets the compiler assume that NaN never happens. The three flags below keep
# NaN and infinities; they only allow a sum of products to be formed in vector lanes.
_LANES = {"reassoc", "contract", "nsz"}
_contract: Any = njit(cache=True, fastmath={"contract"})
# The loops over threads stand in functions of their own (end of this file) that only call a verb: inside
# ``prange`` numba loses writes to arrays of a named tuple (numba issue 5872).
_threads: Any = njit(cache=True, parallel=True)


_inlined: Any = njit(inline="always")


@_inlined
def across(tile, factor, out):  # type: ignore[no-untyped-def]
    """``out[j] = Σ_r factor[r] · tile[r, j]``."""
    rows, columns = tile.shape
    for j in range(columns):
        out[j] = 0.0
    r = 0
    # Four rows at a time, so that the sums stay in registers for four reads of flows.
    while r + 4 <= rows:
        f0, f1, f2, f3 = factor[r], factor[r + 1], factor[r + 2], factor[r + 3]
        row0, row1, row2, row3 = tile[r], tile[r + 1], tile[r + 2], tile[r + 3]
        for j in range(columns):
            out[j] = (((out[j] + f0 * row0[j]) + f1 * row1[j]) + f2 * row2[j]) + f3 * row3[j]
        r += 4
    while r < rows:
        f0, row0 = factor[r], tile[r]
        for j in range(columns):
            out[j] += f0 * row0[j]
        r += 1


@_inlined
def along(tile, factor, out):  # type: ignore[no-untyped-def]
    """``out[r] = Σ_j tile[r, j] · factor[j]``."""
    rows, columns = tile.shape
    for r in range(rows):
        row, total = tile[r], 0.0
        for j in range(columns):
            total += row[j] * factor[j]
        out[r] = total


@_inlined
def across_twice(tile, factor, other, out, out_other):  # type: ignore[no-untyped-def]
    """``across`` with two sets of factors for one read of the tile."""
    rows, columns = tile.shape
    for j in range(columns):
        out[j], out_other[j] = 0.0, 0.0
    r = 0
    while r + 4 <= rows:
        f0, f1, f2, f3 = factor[r], factor[r + 1], factor[r + 2], factor[r + 3]
        g0, g1, g2, g3 = other[r], other[r + 1], other[r + 2], other[r + 3]
        row0, row1, row2, row3 = tile[r], tile[r + 1], tile[r + 2], tile[r + 3]
        for j in range(columns):
            out[j] = (((out[j] + f0 * row0[j]) + f1 * row1[j]) + f2 * row2[j]) + f3 * row3[j]
            out_other[j] = (((out_other[j] + g0 * row0[j]) + g1 * row1[j]) + g2 * row2[j]) + g3 * row3[j]
        r += 4
    while r < rows:
        f0, g0, row0 = factor[r], other[r], tile[r]
        for j in range(columns):
            out[j] += f0 * row0[j]
            out_other[j] += g0 * row0[j]
        r += 1


# A tile lies with its longer side in memory order: by supplier, or, where it has more suppliers than users
# (a region's final users), by user. What is ``across`` for one is ``along`` for the other.
# Both verbs below go over a block of groups in one call, because calls cost more than small tiles.


@njit(cache=True, fastmath=_LANES)
def bring(  # type: ignore[no-untyped-def]
    flows, tile_start, tile_rows, tile_first, group_start, factors, grouped, final, top, first, last, received
):
    """What suppliers' factors bring to each user of a block of groups."""
    begin = group_start[first]
    for g in range(first, last):
        rows, at, start = tile_rows[g], tile_start[g], group_start[g]
        users = group_start[g + 1] - start
        here = received[start - begin : start - begin + users]
        if rows == 0:
            here[:] = 0.0
            continue
        row = top + tile_first[g]
        factor = factors[g if grouped else final, row : row + rows]
        flat = flows[at : at + rows * users]
        if rows > users:
            along(flat.reshape(users, rows), factor, here)
        else:
            across(flat.reshape(rows, users), factor, here)


@njit(cache=True, fastmath=_LANES)
def bring_and_weigh(  # type: ignore[no-untyped-def]
    flows, tile_start, tile_rows, tile_first, group_start, deliver, weight, grouped, final, top, first, last,
    received, weighted,
):  # fmt: skip
    """``bring`` with deliveries and with weights, for one read of the flows."""
    begin = group_start[first]
    for g in range(first, last):
        rows, at, start = tile_rows[g], tile_start[g], group_start[g]
        users = group_start[g + 1] - start
        here = received[start - begin : start - begin + users]
        there = weighted[start - begin : start - begin + users]
        if rows == 0:
            here[:], there[:] = 0.0, 0.0
            continue
        row, column = top + tile_first[g], g if grouped else final
        factor, other = deliver[column, row : row + rows], weight[column, row : row + rows]
        flat = flows[at : at + rows * users]
        if rows > users:
            along(flat.reshape(users, rows), factor, here)
            along(flat.reshape(users, rows), other, there)
        else:
            across_twice(flat.reshape(rows, users), factor, other, here, there)


@njit(cache=True, fastmath=_LANES)
def book(  # type: ignore[no-untyped-def]
    flows, tile_start, tile_rows, tile_first, group_start, orders, grouped, final, top, first, last, weight,
    booked, asked,
):  # fmt: skip
    """Book the orders of a block of groups with suppliers: at base-year shares times their weight."""
    for g in range(first, last):
        rows, at, start = tile_rows[g], tile_start[g], group_start[g]
        if rows == 0:
            continue
        users = group_start[g + 1] - start
        placed, flat = orders[start : start + users], flows[at : at + rows * users]
        if rows > users:
            across(flat.reshape(users, rows), placed, asked)
        else:
            along(flat.reshape(rows, users), placed, asked)
        row = top + tile_first[g]
        column = g if grouped else final
        factor, books = weight[column, row : row + rows], booked[column, row : row + rows]
        for r in range(rows):
            books[r] = (0.0 if grouped else books[r]) + factor[r] * asked[r]


@njit(cache=True)
def clear_books(tables, rules, state, p):  # type: ignore[no-untyped-def]
    """Books that add up over groups start at zero."""
    if not rules.grouped:
        state.booked[:, :, tables.pool_start[p] : tables.pool_start[p + 1]] = 0.0


@njit(cache=True)
def book_all(tables, rules, state):  # type: ignore[no-untyped-def]
    """Book ``state.orders`` as they stand: the evening before the first day."""
    for p in range(state.stock.shape[0]):
        top = tables.pool_start[p]
        asked = np.empty(tables.pool_start[p + 1] - top)
        clear_books(tables, rules, state, p)
        for block in range(len(tables.block_start) - 1):
            first, last = tables.block_start[block], tables.block_start[block + 1]
            for k in range(state.demand.shape[0]):
                book(
                    tables.flows, tables.tile_start[p], tables.tile_rows[p], tables.tile_first_row[p],
                    tables.group_start, state.orders[p, k], rules.grouped, int(tables.group_is_final[first]),
                    top, first, last, state.weight[k], state.booked[k], asked,
                )  # fmt: skip


@njit(cache=True)
def apply_shocks(tables, forcing, day, state):  # type: ignore[no-untyped-def]
    """Ceilings and capacity of ``day``: the lowest of the cuts that act, the product of what losses leave."""
    state.ceiling[:] = np.inf
    state.limited[:] = False
    state.survive[:] = 1.0
    cuts = forcing.ceilings
    for shock in range(len(cuts.scenario)):
        k, kept = cuts.scenario[shock], cuts.strength[shock, day]
        if kept == np.inf:
            continue
        for member in range(cuts.start[shock], cuts.start[shock + 1]):
            i, d = cuts.first[member], cuts.second[member]
            most = kept * tables.base_to_destination[i, d]
            state.ceiling[k, i, d] = min(state.ceiling[k, i, d], most)
            state.limited[k, i] = True
    losses = forcing.losses
    for shock in range(len(losses.scenario)):
        k, lost = losses.scenario[shock], losses.strength[shock, day]
        for member in range(losses.start[shock], losses.start[shock + 1]):
            state.survive[k, losses.first[member]] *= 1.0 - lost


@njit(cache=True)
def apply_demand(forcing, day, state):  # type: ignore[no-untyped-def]
    """Final demand of ``day`` relative to the base year: the product of the changes that act."""
    state.demand_factor[:] = 1.0
    changes = forcing.demands
    for shock in range(len(changes.scenario)):
        k, factor = changes.scenario[shock], changes.strength[shock, day]
        for member in range(changes.start[shock], changes.start[shock + 1]):
            state.demand_factor[changes.first[member], k, changes.second[member]] *= factor


@_contract
def collect(tables, rules, state, p):  # type: ignore[no-untyped-def]
    """Demand on each row of a pool: orders booked, cut to the ceilings. Nobody makes what cannot leave."""
    first, last = tables.pool_start[p], tables.pool_start[p + 1]
    industries = np.empty(last - first)
    for k in range(state.demand.shape[0]):
        booked, demand = state.booked[k], state.row_demand[k]
        # Industries and final users are summed apart and group by group, whether kept by group or not:
        # the bytes do not depend on what other scenarios need.
        for row in range(first, last):
            industries[row - first] = 0.0
            demand[row] = 0.0
        for g in range(booked.shape[0]):
            if (rules.grouped and tables.group_is_final[g]) or (not rules.grouped and g == 1):
                for row in range(first, last):
                    demand[row] += booked[g, row]
            else:
                for row in range(first, last):
                    industries[row - first] += booked[g, row]
        for row in range(first, last):
            demand[row] = industries[row - first] + demand[row]
            if state.limited[k, tables.row_supplier[row]]:
                demand[row] = accept(tables, rules, state, k, row)


@_contract
def accept(tables, rules, state, k, row):  # type: ignore[no-untyped-def]
    """Cut one row's orders to its ceilings, rank by rank, within a rank all alike; return what is left."""
    groups = len(tables.group_rank)
    ceiling = state.ceiling[k, tables.row_supplier[row]]
    for g in range(groups):
        state.accepted[k, g, row] = state.booked[k, g, row]
    for d in range(len(ceiling)):
        left = ceiling[d]
        if left == np.inf:
            continue
        for rank in range(rules.ranks):
            asked = 0.0
            for g in range(groups):
                if tables.group_destination[g] == d and tables.group_rank[g] == rank:
                    asked += state.booked[k, g, row]
            if asked > left:
                share = left / asked
                for g in range(groups):
                    if tables.group_destination[g] == d and tables.group_rank[g] == rank:
                        state.accepted[k, g, row] = state.booked[k, g, row] * share
            left = max(0.0, left - asked)
    industries, final = 0.0, 0.0
    for g in range(groups):
        if tables.group_is_final[g]:
            final += state.accepted[k, g, row]
        else:
            industries += state.accepted[k, g, row]
    return industries + final


@_contract
def count_hours(tables, rules, step_number, state, suppliers):  # type: ignore[no-untyped-def]
    """Demand on each of some suppliers, and their capacity with overtime.

    Overtime rises towards its maximum with scarcity and relaxes without (ARIO: Hallegatte 2008).
    """
    for i in suppliers:
        first, second = tables.supplier_rows[i, 0], tables.supplier_rows[i, 1]
        for k in range(state.demand.shape[0]):
            demand, call = 0.0, 0.0
            if first >= 0:
                demand, call = state.row_demand[k, first], state.call[k, first]
            if second >= 0:
                demand, call = demand + state.row_demand[k, second], call + state.call[k, second]
            state.demand[k, i] = demand
            alpha = state.overtime[k, i]
            if step_number >= rules.overtime_first_step and rules.overtime_max[k] > 1.0:
                asked = demand - tables.exogenous_supply[i] + call
                scarcity = (asked - state.output[k, i]) / asked if asked > 0.0 else 0.0
                if not rules.signed_scarcity and scarcity <= rules.scarcity_tolerance:
                    scarcity = 0.0
                pace = rules.step / rules.overtime_days[k]
                up = (rules.overtime_max[k] - alpha) * scarcity * pace
                down = (1.0 - alpha) * pace if abs(scarcity) <= rules.scarcity_tolerance else 0.0
                alpha = max(1.0, alpha + up + down)
            state.overtime[k, i] = alpha
            state.capacity[k, i] = rules.normal_capacity[k, i] * state.survive[k, i] * alpha


@_contract
def scan_stocks(  # type: ignore[no-untyped-def]
    stock, level, reserve_days, half_binding, first, last, full, allowed, slot, cover
):
    """Output that each binding stock of a group's industries allows, relative to the base year: the lowest.

    ``leontief`` every essential input; ``critical`` important inputs half (Pichler et al. 2022).
    Written without branches in the loops over users, so that they run in vector lanes.
    """
    for j in range(last - first):
        allowed[j], cover[j], slot[j] = np.inf, np.inf, CAPACITY
    for p in range(stock.shape[0]):
        reserve = 1.0 / reserve_days[p]
        for j in range(last - first):
            held = stock[p, first + j] if level[p, first + j] == ESSENTIAL else np.inf
            limit = held * reserve
            lower = limit < allowed[j]
            allowed[j] = limit if lower else allowed[j]
            slot[j] = p if lower else slot[j]
            cover[j] = held if held < cover[j] else cover[j]
        if half_binding:
            for j in range(last - first):
                if level[p, first + j] == IMPORTANT:
                    held = stock[p, first + j]
                    limit = 0.5 * (held * reserve + full[j])
                    if limit < allowed[j]:
                        allowed[j], slot[j] = limit, p
                    cover[j] = min(cover[j], held)


@_contract
def pool_stocks(tables, rules, state, g, k, allowed):  # type: ignore[no-untyped-def]
    """Output that all stocks together allow (``linear``), relative to the base year."""
    for j in range(tables.group_start[g], tables.group_start[g + 1]):
        held, need = 0.0, 0.0
        for p in range(state.stock.shape[0]):
            use = tables.base_use[p, j]
            held += use * state.stock[p, k, j] / rules.reserve_days[p, k]
            need += use
        allowed[j - tables.group_start[g]] = held / need if need > 0.0 else np.inf


@_contract
def draw_on_others(tables, rules, state, k, j):  # type: ignore[no-untyped-def]
    """Share of what other stocks have to spare that replaces the short ones (``linear``)."""
    use, short, spare = state.made[k, j] * rules.step, 0.0, 0.0
    for p in range(state.stock.shape[0]):
        gap = tables.base_use[p, j] * (use - state.stock[p, k, j])
        short += max(0.0, gap)
        spare += max(0.0, -gap)
    return min(1.0, short / spare) if spare > 0.0 else 0.0


@_contract
def produce(tables, rules, state, g):  # type: ignore[no-untyped-def]
    """Output = min(capacity, what morning stocks allow, demand), and which of them binds."""
    first, last = tables.group_start[g], tables.group_start[g + 1]
    allowed, full = np.empty(last - first), np.empty(last - first)
    slot = np.empty(last - first, dtype=np.int64)
    for k in range(state.demand.shape[0]):
        for j in range(first, last):
            i = tables.user_industry[j]
            base = tables.base_output[i]
            full[j - first] = state.capacity[k, i] / base if base > 0.0 else 0.0
        scan_stocks(
            state.stock[:, k],
            tables.criticality,
            rules.reserve_days[:, k],
            rules.production == CRITICAL,
            first,
            last,
            full,
            allowed,
            slot,
            state.cover[k, first:last],
        )
        if rules.production == LINEAR:
            pool_stocks(tables, rules, state, g, k, allowed)
        for j in range(first, last):
            i = tables.user_industry[j]
            base, capacity = tables.base_output[i], state.capacity[k, i]
            asked = max(0.0, state.demand[k, i] - tables.exogenous_supply[i])
            goal = min(capacity, asked)
            # Without binding inputs the share is inf, and inf × 0 would not be a number.
            share = max(allowed[j - first], rules.restart_share)
            inputs = share * base if share < np.inf else np.inf
            output = min(goal, inputs)
            if output >= asked * (1.0 - 1e-12):
                state.binding[k, i] = DEMAND
            elif inputs < capacity:
                state.binding[k, i] = slot[j - first]
            else:
                state.binding[k, i] = CAPACITY
            state.possible[k, i], state.output[k, i] = inputs, output
            state.made[k, j] = output / base if base > 0.0 else 0.0
            state.wanted[k, j] = goal / base if base > 0.0 else 0.0
            state.draw[k, j] = (
                draw_on_others(tables, rules, state, k, j) if rules.production == LINEAR else 0.0
            )


@njit(cache=True)
def open_gates(tables, rules, step_number, industries, state):  # type: ignore[no-untyped-def]
    """Import gates deliver what is ordered, up to their capacity: they have no inputs of ours."""
    gates = np.arange(industries, len(tables.base_output))
    count_hours(tables, rules, step_number, state, gates)
    for i in gates:
        for k in range(state.demand.shape[0]):
            asked = max(0.0, state.demand[k, i] - tables.exogenous_supply[i])
            state.possible[k, i] = np.inf
            state.output[k, i] = min(state.capacity[k, i], asked)
            state.binding[k, i] = DEMAND if asked <= state.capacity[k, i] else CAPACITY


@_contract
def ration(tables, rules, state, p):  # type: ignore[no-untyped-def]
    """Divide what there is among those who ordered: the same share for all, or rank by rank."""
    first, last = tables.pool_start[p], tables.pool_start[p + 1]
    fill = np.empty(last - first)
    for k in range(state.demand.shape[0]):
        weight, deliver = state.weight[k], state.deliver[k]
        for row in range(first, last):
            i = tables.row_supplier[row]
            demand = state.demand[k, i]
            there_is = state.output[k, i] + tables.exogenous_supply[i]
            fill[row - first] = min(1.0, there_is / demand) if demand != 0.0 else 0.0
        scale_rows(weight, fill, deliver, first, last)
        if rules.ranks > 1:
            for row in range(first, last):
                serve_ranks(tables, rules, state, k, row)
        for row in range(first, last):
            if state.limited[k, tables.row_supplier[row]]:
                for g in range(deliver.shape[0]):
                    booked, accepted = state.booked[k, g, row], state.accepted[k, g, row]
                    if booked != accepted:
                        deliver[g, row] *= accepted / booked


@_contract
def scale_rows(weight, fill, deliver, first, last):  # type: ignore[no-untyped-def]
    """``deliver[g, row] = weight[g, row] · fill[row]``."""
    for g in range(deliver.shape[0]):
        for row in range(first, last):
            deliver[g, row] = weight[g, row] * fill[row - first]


@_contract
def serve_ranks(tables, rules, state, k, row):  # type: ignore[no-untyped-def]
    """Fill one row's orders rank by rank; a supplier's ranks go over all of its rows."""
    i = tables.row_supplier[row]
    orders = state.accepted[k] if state.limited[k, i] else state.booked[k]
    left = state.output[k, i] + tables.exogenous_supply[i]
    for rank in range(rules.ranks):
        asked = 0.0
        for n in range(2):
            other = tables.supplier_rows[i, n]
            if other >= 0:
                for g in range(len(tables.group_rank)):
                    if tables.group_rank[g] == rank:
                        asked += orders[g, other]
        fill = min(1.0, left / asked) if asked > 0.0 else 0.0
        left = max(0.0, left - asked)
        for g in range(len(tables.group_rank)):
            if tables.group_rank[g] == rank:
                state.deliver[k, g, row] = state.weight[k, g, row] * fill


@_contract
def substitute(tables, rules, state, p):  # type: ignore[no-untyped-def]
    """Let users of a pool lean on suppliers that deliver, as far as the pool has spare capacity.

    A supplier's weight for a group moves at ``substitution_speed``: back towards 1 by the share f of its
    orders that it delivers, and down by the share 1 − f that it does not, times
    λ = min(1, spare capacity of the pool / orders the pool leaves unserved). Orders are split by weight and
    add up to what each user wants; without spare capacity nothing moves.
    """
    first, last = tables.pool_start[p], tables.pool_start[p + 1]
    if last - first < 2:
        return
    for k in range(state.demand.shape[0]):
        pace = min(1.0, rules.substitution_speed[k] * rules.step)
        if pace == 0.0:
            continue
        state.call[k, first:last] = 0.0
        weight, deliver, booked = state.weight[k], state.deliver[k], state.booked[k]
        unserved = 0.0
        for g in range(weight.shape[0]):
            asked, missing = count_missing(weight[g], deliver[g], booked[g], first, last)
            if missing > 1e-9 * asked:
                unserved += missing
                for row in range(first, last):
                    if state.ceiling[k, tables.row_supplier[row], tables.group_destination[g]] == np.inf:
                        state.call[k, row] += missing * booked[g, row] / asked
        reach = 0.0
        if unserved > 0.0:
            reach = min(1.0, spare_capacity(tables, state, k, first, last) / unserved)
        for g in range(weight.shape[0]):
            shift_weights(weight[g], deliver[g], booked[g], pace, reach, first, last)


@njit(cache=True, fastmath=_LANES)
def count_missing(weight, deliver, booked, first, last):  # type: ignore[no-untyped-def]
    """Of one pool and group: orders, and orders not delivered, flow per day."""
    asked, missing = 0.0, 0.0
    for row in range(first, last):
        asked += booked[row]
        missing += booked[row] * (1.0 - deliver[row] / weight[row])
    return asked, missing


@_contract
def spare_capacity(tables, state, k, first, last):  # type: ignore[no-untyped-def]
    """What suppliers of a pool could deliver beyond today's orders; those under a ceiling offer nothing."""
    total = 0.0
    for row in range(first, last):
        i = tables.row_supplier[row]
        if not state.limited[k, i]:
            most = min(state.capacity[k, i], state.possible[k, i]) + tables.exogenous_supply[i]
            # A supplier in two pools offers each half, so that both together stay within it.
            part = 0.5 if tables.supplier_rows[i, 1] >= 0 else 1.0
            total += part * max(0.0, most - state.demand[k, i])
    return total


@_contract
def shift_weights(weight, deliver, booked, pace, reach, first, last):  # type: ignore[no-untyped-def]
    """One step of ``w ← w + pace · ((1 − w) f − w (1 − f) λ)``; a trickle of orders goes on asking."""
    for row in range(first, last):
        w = weight[row]
        fill = deliver[row] / w
        # Who delivers all but rounding, or was not asked, has left nothing unserved.
        fill = 1.0 if (fill > 1.0 - 1e-9) | (booked[row] == 0.0) else fill
        moved = w + pace * ((1.0 - w) * fill - w * (1.0 - fill) * reach)
        weight[row] = max(_TRICKLE, moved)


@_contract
def weigh_by_capacity(tables, rules, state, p):  # type: ignore[no-untyped-def]
    """Weigh suppliers of industries by capacity relative to the base year (BoARIO's ``alt`` orders)."""
    for k in range(state.demand.shape[0]):
        for row in range(tables.pool_start[p], tables.pool_start[p + 1]):
            i = tables.row_supplier[row]
            base = tables.base_output[i]
            factor = state.capacity[k, i] / base if base != 0.0 else 1.0
            for g in range(state.weight.shape[1]):
                if (rules.grouped and not tables.group_is_final[g]) or (not rules.grouped and g == 0):
                    state.weight[k, g, row] = factor


@_contract
def exchange(tables, rules, state, stocks_stand, gaps_stand, p):  # type: ignore[no-untyped-def]
    """Receive today's deliveries, use inputs, place tomorrow's orders, book them: one read of all flows.

    use ``u = min(y, σ) + draw · max(0, σ − y)``; stock ``σ' = σ + received − u``; orders
    ``H = ŷ + max(0, n ȳ − σ')/τ`` with ŷ what capacity and demand would allow and ȳ = min(1, ŷ); what is
    missing for a step's need, ``max(0, θ ȳ − σ')``, is ordered at once. ``stocks_stand`` and ``gaps_stand``,
    (K,), hold what the preset's gates stop.
    """
    flows, starts, counts, firsts = (
        tables.flows,
        tables.tile_start[p],
        tables.tile_rows[p],
        tables.tile_first_row[p],
    )
    base, per_use, group_start = tables.base_use[p], tables.inverse_base_use[p], tables.group_start
    top, grouped = tables.pool_start[p], rules.grouped
    received, weighted = np.empty(state.stock.shape[2]), np.empty(state.stock.shape[2])
    asked = np.empty(tables.pool_start[p + 1] - top)
    state.close[:, p] = True
    clear_books(tables, rules, state, p)
    for block in range(len(tables.block_start) - 1):
        first, last = tables.block_start[block], tables.block_start[block + 1]
        start, end, final = group_start[first], group_start[last], int(tables.group_is_final[first])
        for k in range(state.stock.shape[1]):
            if rules.closeness_gates and not stocks_stand[k] and not gaps_stand[k]:
                state.before[0, p, k, start:end] = state.stock[p, k, start:end]
                state.before[1, p, k, start:end] = state.orders[p, k, start:end]
            split = rules.split_final[k] if final else rules.split_industries[k]
            if split:
                bring_and_weigh(
                    flows, starts, counts, firsts, group_start, state.deliver[k], state.weight[k], grouped,
                    final, top, first, last, received, weighted,
                )  # fmt: skip
            else:
                bring(
                    flows, starts, counts, firsts, group_start, state.deliver[k], grouped, final, top,
                    first, last, received,
                )  # fmt: skip
            orders, stock = state.orders[p, k], state.stock[p, k]
            if final:
                serve(received, orders, state.demand_factor[p, k], state.received[p, k], start, end)
            else:
                target = rules.inventory_days[p, k]
                pace = 0.0 if gaps_stand[k] else 1.0 / rules.restocking_days[p, k]
                made, wanted = state.made[k], state.wanted[k]
                urgent, reserve = rules.urgent_pace[p, k], rules.reserve_days[p, k]
                most = np.inf if rules.target_follows_demand else 1.0
                restock(
                    received, per_use, stock, orders, made, wanted, state.draw[k], start, end,
                    target, pace, reserve, urgent, most, rules.step, stocks_stand[k], rules.orders_follow_use,
                )  # fmt: skip
                if rules.closeness_gates:
                    state.close[0, p, k] &= close(received, made, base, start, end)
                    state.close[1, p, k] &= close_to_target(stock, wanted, base, start, end, target)
            if split:
                share_out(weighted, orders, base, start, end)
            book(
                flows, starts, counts, firsts, group_start, orders, grouped, final, top, first, last,
                state.weight[k], state.booked[k], asked,
            )  # fmt: skip


@_contract
def restock(  # type: ignore[no-untyped-def]
    received, per_use, stock, orders, made, wanted, draw, start, end,
    target, pace, reserve, urgent, most, step, stocks_stand, follow_use,
):  # fmt: skip
    """Stocks of a block's industries after deliveries and use, and the orders that follow.

    ``received`` leaves as deliveries relative to base-year use.
    """
    coming, use_of = orders[start:end], per_use[start:end]
    holding, output, goal, drawing = stock[start:end], made[start:end], wanted[start:end], draw[start:end]
    for j in range(end - start):
        need, held = output[j] * step, holding[j]
        use = min(need, held) + drawing[j] * max(0.0, held - need)
        came = received[j] * coming[j] * use_of[j]
        left = held if stocks_stand else held + step * came - use
        received[j] = came
        holding[j] = left
        level = min(most, goal[j])
        gap, need_now = max(0.0, target * level - left), max(0.0, reserve * level - left)
        coming[j] = (output[j] if follow_use else goal[j]) + gap * pace + need_now * urgent


@_contract
def serve(received, orders, factor, got, start, end):  # type: ignore[no-untyped-def]
    """Final users of a block receive, and order what they want tomorrow."""
    asked, delivered, wish = orders[start:end], got[start:end], factor[start:end]
    for j in range(end - start):
        delivered[j] = received[j] * asked[j]
        asked[j] = wish[j]


@_contract
def share_out(weighted, orders, base, start, end):  # type: ignore[no-untyped-def]
    """Scale a block's orders so that, at weighted shares, they add up to what is wanted."""
    placed, use = orders[start:end], base[start:end]
    for j in range(end - start):
        placed[j] = placed[j] * use[j] / weighted[j] if weighted[j] != 0.0 else 0.0


@_contract
def close(came, made, base, start, end):  # type: ignore[no-untyped-def]
    """Whether a block's deliveries are all close to its use, in flows (BoARIO's first gate)."""
    for j in range(start, end):
        if abs(came[j - start] - made[j]) * base[j] > 1e-8 + 1e-5 * made[j] * base[j]:
            return False
    return True


@_contract
def close_to_target(stock, wanted, base, start, end, target):  # type: ignore[no-untyped-def]
    """Whether a block's stocks are all close to their targets, in flow × days (BoARIO's second gate)."""
    for j in range(start, end):
        goal = target * wanted[j]
        if abs(stock[j] - goal) * base[j] > 1e-8 + 1e-5 * goal * base[j]:
            return False
    return True


@_contract
def count_forgone(stock, base_use, made, step, forgone, first, last):  # type: ignore[no-untyped-def]
    """What industries would have used of inputs that do not bind, and did not have, flow per day."""
    for j in range(first, last):
        forgone[j] = 0.0
    for p in range(stock.shape[0]):
        for j in range(first, last):
            forgone[j] += base_use[p, j] * max(0.0, made[j] * step - stock[p, j]) / step


@njit(cache=True)
def record(tables, rules, state, days, day):  # type: ignore[no-untyped-def]
    """Add one step to the day's record."""
    industries = days.output.shape[2]
    step, first_final = rules.step, rules.first_final
    for k in range(state.demand.shape[0]):
        for i in range(industries):
            j = days.industry_user[i]
            days.output[day, k, i] += step * state.output[k, i]
            days.demand[day, k, i] += step * max(0.0, state.demand[k, i] - tables.exogenous_supply[i])
            days.capacity[day, k, i] += step * state.capacity[k, i]
            days.forgone[day, k, i] += step * state.forgone[k, j]
            days.binding[day, k, i] = state.binding[k, i]
            days.cover[day, k, i] = state.cover[k, j]
        for gate in range(days.gate_delivery.shape[2]):
            i = industries + gate
            sent = min(state.output[k, i] + tables.exogenous_supply[i], state.demand[k, i])
            days.gate_delivery[day, k, gate] += step * sent
        for user in range(days.consumption.shape[3]):
            j = first_final + user
            for p in range(state.stock.shape[0]):
                base = tables.base_use[p, j]
                if base == 0.0:
                    continue
                product = days.pool_product[p]
                got, want = state.received[p, k, j], base * state.asked_final[p, k, user]
                days.consumption[day, k, product, user] += step * got
                # Rounding can bring a hair more than was asked; negative demand (boario) keeps its sign.
                days.unmet[day, k, product, user] += step * (
                    max(0.0, want - got) if base > 0.0 else want - got
                )
        if days.inventory.shape[0] > 0:
            for i in range(industries):
                j = days.industry_user[i]
                for p in range(state.stock.shape[0]):
                    days.inventory[day, k, p, i] = state.stock[p, k, j] * tables.base_use[p, j]


# The four parts of a day, over a range of groups or pools. No two items write to one place, so ranges can be
# shared out among threads, and the bytes are the same for any number of them.


@njit(cache=True)
def morning(tables, rules, state, first, last):  # type: ignore[no-untyped-def]
    """Pools count the orders their suppliers can accept."""
    for p in range(first, last):
        collect(tables, rules, state, p)


@njit(cache=True)
def noon(tables, rules, step_number, state, first, last):  # type: ignore[no-untyped-def]
    """Groups of industries make what they can."""
    for g in range(first, last):
        if not tables.group_is_final[g]:
            first_user, last_user = tables.group_start[g], tables.group_start[g + 1]
            count_hours(tables, rules, step_number, state, tables.user_industry[first_user:last_user])
            produce(tables, rules, state, g)
            if rules.production != LINEAR:
                for k in range(state.demand.shape[0]):
                    count_forgone(
                        state.stock[:, k],
                        tables.base_use,
                        state.made[k],
                        rules.step,
                        state.forgone[k],
                        first_user,
                        last_user,
                    )


@njit(cache=True)
def afternoon(tables, rules, state, first, last):  # type: ignore[no-untyped-def]
    """Pools divide what there is, and move orders to where there is more."""
    for p in range(first, last):
        ration(tables, rules, state, p)
        if rules.weigh_by_capacity:
            weigh_by_capacity(tables, rules, state, p)
        if rules.grouped:
            substitute(tables, rules, state, p)


@njit(cache=True)
def evening(tables, rules, state, stocks_stand, gaps_stand, first, last):  # type: ignore[no-untyped-def]
    """Pools deliver, and book tomorrow's orders."""
    for p in range(first, last):
        exchange(tables, rules, state, stocks_stand, gaps_stand, p)


@_threads
def morning_threads(tables, rules, state):  # type: ignore[no-untyped-def]
    """``morning`` of all pools, shared out among threads."""
    for p in prange(state.stock.shape[0]):
        morning(tables, rules, state, np.int64(p), np.int64(p) + 1)


@_threads
def noon_threads(tables, rules, step_number, state):  # type: ignore[no-untyped-def]
    """``noon`` of all groups, shared out among threads; final users come last and have nothing to make."""
    making = len(tables.group_rank) - tables.group_is_final.sum()
    for g in prange(making):
        noon(tables, rules, step_number, state, np.int64(g), np.int64(g) + 1)


@_threads
def afternoon_threads(tables, rules, state):  # type: ignore[no-untyped-def]
    """``afternoon`` of all pools, shared out among threads."""
    for p in prange(state.stock.shape[0]):
        afternoon(tables, rules, state, np.int64(p), np.int64(p) + 1)


@_threads
def evening_threads(tables, rules, state, stocks_stand, gaps_stand):  # type: ignore[no-untyped-def]
    """``evening`` of all pools, shared out among threads."""
    for p in prange(state.stock.shape[0]):
        evening(tables, rules, state, stocks_stand, gaps_stand, np.int64(p), np.int64(p) + 1)
