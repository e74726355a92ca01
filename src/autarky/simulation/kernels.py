"""Kernels: the verbs of one day, on plain arrays. Nothing else in autarky has to be fast.

Axes: m suppliers, P pools, R rows (a supplier in a pool), N users (industries first), G groups,
D destinations, K scenarios. The scenario axis stands in the *middle* and users in the vector lanes: a tile of
flows is read from memory once and serves all K scenarios from the first-level cache, and K = 1 is the same
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


class Rules(NamedTuple):
    """How the day goes. Numbers that scenarios may differ in have a scenario axis."""

    production: int
    orders_follow_use: bool
    normalise_by_capacity: bool
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
    substitution_speed: Floats
    """(K,) per day; 0: orders never move."""


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
    close: npt.NDArray[np.bool_]
    """(2, P) whether a pool's deliveries are close to use, and its stocks to their targets."""


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


@_contract
def across(flows, factors, out):  # type: ignore[no-untyped-def]
    """``out[c] = Σ_r factors[r] · flows[r, c]``."""
    rows, columns = flows.shape
    for c in range(columns):
        out[c] = 0.0
    r = 0
    # Four rows at a time, so that the sums stay in registers for four reads of flows.
    while r + 4 <= rows:
        f0, f1, f2, f3 = factors[r], factors[r + 1], factors[r + 2], factors[r + 3]
        row0, row1, row2, row3 = flows[r], flows[r + 1], flows[r + 2], flows[r + 3]
        for c in range(columns):
            out[c] = (((out[c] + f0 * row0[c]) + f1 * row1[c]) + f2 * row2[c]) + f3 * row3[c]
        r += 4
    while r < rows:
        factor, row = factors[r], flows[r]
        for c in range(columns):
            out[c] += factor * row[c]
        r += 1


@njit(cache=True, fastmath=_LANES)
def along(flows, factors, out):  # type: ignore[no-untyped-def]
    """``out[r] = Σ_c flows[r, c] · factors[c]``."""
    rows, columns = flows.shape
    for r in range(rows):
        row, total = flows[r], 0.0
        for c in range(columns):
            total += row[c] * factors[c]
        out[r] = total


# A tile lies with its longer side in memory order: by supplier, or, where it has more suppliers than users
# (a region's final users), by user. What is ``across`` for one is ``along`` for the other.


@_contract
def tile(tables, p, g):  # type: ignore[no-untyped-def]
    """Flows of a tile as they lie in memory."""
    rows, users = tables.tile_rows[p, g], tables.group_start[g + 1] - tables.group_start[g]
    flat = tables.flows[tables.tile_start[p, g] : tables.tile_start[p, g] + rows * users]
    if rows > users:
        return flat.reshape(users, rows)
    return flat.reshape(rows, users)


@_contract
def bring(tables, p, g, flows, factors, received):  # type: ignore[no-untyped-def]
    """What suppliers' factors bring to each user of a tile."""
    if tables.tile_rows[p, g] > len(received):
        along(flows, factors, received)
    else:
        across(flows, factors, received)


@_contract
def book(tables, rules, state, p, g, k, flows, orders, asked):  # type: ignore[no-untyped-def]
    """Book one group's orders with the suppliers of a tile, at base-year shares times their weight."""
    rows = tables.tile_rows[p, g]
    if rows > len(orders):
        across(flows, orders, asked)
    else:
        along(flows, orders, asked)
    top = tables.pool_start[p] + tables.tile_first_row[p, g]
    if rules.grouped:
        weight, booked = state.weight[k, g], state.booked[k, g]
        for r in range(rows):
            booked[top + r] = weight[top + r] * asked[r]
    else:
        final = int(tables.group_is_final[g])
        weight, booked = state.weight[k, final], state.booked[k, final]
        for r in range(rows):
            booked[top + r] += weight[top + r] * asked[r]


@_contract
def clear_books(tables, rules, state, p):  # type: ignore[no-untyped-def]
    """Books that add up over groups start at zero."""
    if not rules.grouped:
        for k in range(state.demand.shape[0]):
            for row in range(tables.pool_start[p], tables.pool_start[p + 1]):
                state.booked[k, 0, row] = 0.0
                state.booked[k, 1, row] = 0.0


@njit(cache=True)
def book_all(tables, rules, state):  # type: ignore[no-untyped-def]
    """Book ``state.orders`` as they stand: the evening before the first day."""
    for p in range(state.stock.shape[0]):
        asked = np.empty(tables.pool_start[p + 1] - tables.pool_start[p])
        clear_books(tables, rules, state, p)
        for g in range(len(tables.group_rank)):
            if tables.tile_rows[p, g] > 0:
                flows = tile(tables, p, g)
                for k in range(state.demand.shape[0]):
                    orders = state.orders[p, k, tables.group_start[g] : tables.group_start[g + 1]]
                    book(tables, rules, state, p, g, k, flows, orders, asked)


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
def count_hours(tables, rules, step_number, state, i):  # type: ignore[no-untyped-def]
    """A supplier's demand, and its capacity with overtime.

    Overtime rises towards its maximum with scarcity and relaxes without (ARIO: Hallegatte 2008).
    """
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
def scan_stocks(tables, rules, state, g, k, allowed, slot):  # type: ignore[no-untyped-def]
    """Output that each binding stock of a group's industries allows, relative to the base year: the lowest.

    ``leontief`` every essential input; ``critical`` important inputs half (Pichler et al. 2022).
    Written without branches in the loops over users, so that they run in vector lanes.
    """
    first, last = tables.group_start[g], tables.group_start[g + 1]
    cover, full = state.cover[k, first:last], np.empty(last - first)
    for j in range(last - first):
        i = tables.user_industry[first + j]
        base = tables.base_output[i]
        full[j] = state.capacity[k, i] / base if base > 0.0 else 0.0
        allowed[j], cover[j], slot[j] = np.inf, np.inf, CAPACITY
    for p in range(state.stock.shape[0]):
        reserve = 1.0 / rules.reserve_days[p, k]
        stock, level = state.stock[p, k, first:last], tables.criticality[p, first:last]
        for j in range(last - first):
            held = stock[j] if (level[j] == ESSENTIAL) | (level[j] == IMPORTANT) else np.inf
            limit = held * reserve
            limit = 0.5 * (limit + full[j]) if level[j] == IMPORTANT else limit
            lower = limit < allowed[j]
            allowed[j] = limit if lower else allowed[j]
            slot[j] = p if lower else slot[j]
            cover[j] = held if held < cover[j] else cover[j]


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
    allowed, slot = np.empty(last - first), np.empty(last - first, dtype=np.int64)
    for k in range(state.demand.shape[0]):
        scan_stocks(tables, rules, state, g, k, allowed, slot)
        if rules.production == LINEAR:
            pool_stocks(tables, rules, state, g, k, allowed)
        for j in range(first, last):
            i = tables.user_industry[j]
            base, capacity = tables.base_output[i], state.capacity[k, i]
            asked = max(0.0, state.demand[k, i] - tables.exogenous_supply[i])
            goal = min(capacity, asked)
            # Without binding inputs the share is inf, and inf × 0 would not be a number.
            inputs = allowed[j - first] * base if allowed[j - first] < np.inf else np.inf
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
    for i in range(industries, len(tables.base_output)):
        count_hours(tables, rules, step_number, state, i)
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
        for g in range(deliver.shape[0]):
            for row in range(first, last):
                deliver[g, row] = weight[g, row] * fill[row - first]
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


@njit(cache=True, fastmath=_LANES)
def count_missing(weight, deliver, booked):  # type: ignore[no-untyped-def]
    """Of one pool and group: orders at base-year shares, deliveries, and orders moved in, flow per day."""
    base, delivered, moved = 0.0, 0.0, 0.0
    for r in range(len(booked)):
        plain = booked[r] / weight[r]
        base += plain
        delivered += plain * deliver[r]
        moved += booked[r] - plain
    return base, delivered, moved


@_contract
def substitute(tables, rules, state, p):  # type: ignore[no-untyped-def]
    """Move orders that some suppliers of a pool leave unserved to others with spare capacity.

    For each group: missing = orders at base-year shares − deliveries. What is missing is asked of the pool's
    suppliers in proportion to their spare capacity, never more than it, and moves at ``substitution_speed``.
    Deliveries beyond the orders (the old supplier is back) cancel moved orders at once.
    """
    first, last = tables.pool_start[p], tables.pool_start[p + 1]
    rows, groups = last - first, len(tables.group_rank)
    if rows < 2:
        return
    for k in range(state.demand.shape[0]):
        pace = rules.substitution_speed[k] * rules.step
        if pace == 0.0:
            continue
        for row in range(first, last):
            state.call[k, row] = 0.0
        short = False
        for g in range(groups):
            if tables.tile_rows[p, g] == 0:
                continue
            weight = state.weight[k, g, first:last]
            base, delivered, moved = count_missing(
                weight, state.deliver[k, g, first:last], state.booked[k, g, first:last]
            )
            missing = base - delivered
            if missing > 1e-9 * base:
                short = True
            elif missing < -1e-9 * base and moved > 0.0:
                keep = max(0.0, 1.0 + missing / moved)
                for r in range(rows):
                    weight[r] = 1.0 + (weight[r] - 1.0) * keep
        if short:
            move_orders(tables, state, k, p, pace)


@_contract
def move_orders(tables, state, k, p, pace):  # type: ignore[no-untyped-def]
    """Ask spare capacity for what is missing, group by group; grant no supplier more than it has."""
    first, last = tables.pool_start[p], tables.pool_start[p + 1]
    rows, groups = last - first, len(tables.group_rank)
    spare, asked, room = np.empty(rows), np.zeros(rows), np.empty(rows)
    request = np.zeros((groups, rows))
    for r in range(rows):
        i = tables.row_supplier[first + r]
        most = min(state.capacity[k, i], state.possible[k, i]) + tables.exogenous_supply[i]
        spare[r] = max(0.0, most - state.demand[k, i])
        if tables.supplier_rows[i, 1] >= 0:
            # A supplier in two pools offers each half, so that both together stay within it.
            spare[r] *= 0.5
    for g in range(groups):
        if tables.tile_rows[p, g] == 0:
            continue
        weight, booked = state.weight[k, g, first:last], state.booked[k, g, first:last]
        base, delivered, _ = count_missing(weight, state.deliver[k, g, first:last], booked)
        missing = base - delivered
        if missing <= 1e-9 * base:
            continue
        d = tables.group_destination[g]
        offered = 0.0
        for r in range(rows):
            room[r] = 0.0
            if booked[r] > 0.0:
                room[r] = spare[r]
                if state.limited[k, tables.row_supplier[first + r]]:
                    room[r] = min(spare[r], room_under_ceiling(tables, state, k, first + r, d))
                offered += room[r]
        for r in range(rows):
            if offered > 0.0:
                request[g, r] = missing * room[r] / offered
                asked[r] += request[g, r]
            if booked[r] > 0.0 and state.ceiling[k, tables.row_supplier[first + r], d] == np.inf:
                state.call[k, first + r] += missing * (booked[r] / weight[r]) / base
    for g in range(groups):
        for r in range(rows):
            if request[g, r] > 0.0:
                granted = request[g, r] * min(1.0, spare[r] / asked[r])
                plain = state.booked[k, g, first + r] / state.weight[k, g, first + r]
                state.weight[k, g, first + r] += pace * granted / plain


@_contract
def room_under_ceiling(tables, state, k, row, d):  # type: ignore[no-untyped-def]
    """What a destination could still order from a row under today's ceiling."""
    left = state.ceiling[k, tables.row_supplier[row], d]
    if left == np.inf:
        return left
    for g in range(len(tables.group_rank)):
        if tables.group_destination[g] == d:
            left -= state.booked[k, g, row]
    return max(0.0, left)


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

    use ``u = min(y, σ) + draw · max(0, σ − y)``; stock ``σ' = σ + received − u``;
    orders ``H = ŷ + max(0, n ŷ − σ')/τ`` with ŷ what capacity and demand would allow (or, when orders
    follow use, what was made).
    """
    widest = 0
    for g in range(len(tables.group_rank)):
        widest = max(widest, tables.group_start[g + 1] - tables.group_start[g])
    buffer, asked = np.empty(widest), np.empty(tables.pool_start[p + 1] - tables.pool_start[p])
    state.close[0, p], state.close[1, p] = True, True
    clear_books(tables, rules, state, p)
    for g in range(len(tables.group_rank)):
        rows = tables.tile_rows[p, g]
        if rows == 0:
            continue
        flows = tile(tables, p, g)
        start, end = tables.group_start[g], tables.group_start[g + 1]
        top = tables.pool_start[p] + tables.tile_first_row[p, g]
        final = tables.group_is_final[g]
        factors = g if rules.grouped else int(final)
        received = buffer[: end - start]
        for k in range(state.demand.shape[0]):
            orders = state.orders[p, k, start:end]
            bring(tables, p, g, flows, state.deliver[k, factors, top : top + rows], received)
            if final:
                got, factor = state.received[p, k, start:end], state.demand_factor[p, k, start:end]
                for j in range(end - start):
                    got[j] = received[j] * orders[j]
                    orders[j] = factor[j]
            else:
                restock(tables, rules, state, stocks_stand, gaps_stand, p, k, start, end, received)
                if rules.normalise_by_capacity:
                    bring(tables, p, g, flows, state.weight[k, factors, top : top + rows], received)
                    base = tables.base_use[p, start:end]
                    for j in range(end - start):
                        orders[j] = orders[j] * base[j] / received[j] if received[j] != 0.0 else 0.0
            book(tables, rules, state, p, g, k, flows, orders, asked)


@_contract
def restock(  # type: ignore[no-untyped-def]
    tables, rules, state, stocks_stand, gaps_stand, p, k, start, end, received
):
    """Stocks of one group after deliveries and use, and the orders that follow."""
    step, follow_use = rules.step, rules.orders_follow_use
    target, pace = rules.inventory_days[p, k], 1.0 / rules.restocking_days[p, k]
    if gaps_stand:
        pace = 0.0
    per_use = tables.inverse_base_use[p, start:end]
    stock, orders = state.stock[p, k, start:end], state.orders[p, k, start:end]
    made, wanted, draw = state.made[k, start:end], state.wanted[k, start:end], state.draw[k, start:end]
    if rules.closeness_gates:
        compare(tables, rules, state, stocks_stand, p, k, start, end, received)
    for j in range(end - start):
        need, held = made[j] * step, stock[j]
        use = min(need, held) + draw[j] * max(0.0, held - need)
        came = received[j] * orders[j] * per_use[j]
        left = held if stocks_stand else held + step * came - use
        stock[j] = left
        orders[j] = (made[j] if follow_use else wanted[j]) + max(0.0, target * wanted[j] - left) * pace


@_contract
def compare(  # type: ignore[no-untyped-def]
    tables, rules, state, stocks_stand, p, k, start, end, received
):
    """Whether deliveries are close to use and stocks to their targets, in flows (BoARIO's gates)."""
    target = rules.inventory_days[p, k]
    for j in range(start, end):
        base, made, wanted, held = (
            tables.base_use[p, j],
            state.made[k, j],
            state.wanted[k, j],
            state.stock[p, k, j],
        )
        if base == 0.0:
            continue
        came = received[j - start] * state.orders[p, k, j] / base
        need = made * rules.step
        use = min(need, held) + state.draw[k, j] * max(0.0, held - need)
        left = held if stocks_stand else held + rules.step * came - use
        if abs(came - made) * base > 1e-8 + 1e-5 * made * base:
            state.close[0, p] = False
        if abs(left - target * wanted) * base > 1e-8 + 1e-5 * target * wanted * base:
            state.close[1, p] = False


@_contract
def count_forgone(tables, rules, state, g):  # type: ignore[no-untyped-def]
    """What industries would have used of inputs that do not bind, and did not have."""
    first, last = tables.group_start[g], tables.group_start[g + 1]
    for k in range(state.demand.shape[0]):
        forgone, made = state.forgone[k, first:last], state.made[k, first:last]
        for j in range(last - first):
            forgone[j] = 0.0
        if rules.production == LINEAR:
            continue
        for p in range(state.stock.shape[0]):
            base, stock = tables.base_use[p, first:last], state.stock[p, k, first:last]
            for j in range(last - first):
                forgone[j] += base[j] * max(0.0, made[j] * rules.step - stock[j]) / rules.step


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
                # Moved orders can bring a little more than was asked on one day; that is not negative need.
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
            for j in range(tables.group_start[g], tables.group_start[g + 1]):
                count_hours(tables, rules, step_number, state, tables.user_industry[j])
            produce(tables, rules, state, g)
            count_forgone(tables, rules, state, g)


@njit(cache=True)
def afternoon(tables, rules, state, first, last):  # type: ignore[no-untyped-def]
    """Pools divide what there is, and move orders to where there is more."""
    for p in range(first, last):
        ration(tables, rules, state, p)
        if rules.normalise_by_capacity:
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
    """``noon`` of all groups, shared out among threads."""
    for g in prange(len(tables.group_rank)):
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
