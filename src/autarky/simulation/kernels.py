"""Kernels: the verbs of one day, on plain arrays. Nothing else in autarky has to be fast.

Axes: m suppliers, P pools, R rows (a supplier in a pool), L links (a row in a book), N users (industries
first), G groups, B packs of W scenarios. Scenarios stand last, W to a line of cache, and go through every
operation together (``lanes``): a kernel reads as if there were one scenario. A flow is read from memory once
and serves all packs from the cache (docs/decisions/0002).

Flows are in the table's unit per day; stocks in days of base-year use; orders H relative to base-year use.
Kernels raise nothing; ``run`` checks what they filled. The slow twin is tests/reference/day.py.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit, prange

from autarky.simulation.lanes import add_product, load, maximum, minimum, some, splat, store, where

Floats = npt.NDArray[np.float64]
Packs = npt.NDArray[Any]
"""float64 or float32, (…, W)"""

LEONTIEF, CRITICAL, LINEAR, CES = 0, 1, 2, 3
FOLLOW_NEED, FOLLOW_USE, FOLLOW_DEMAND, FOLLOW_PLANT = 0, 1, 2, 3
TARGET_UP_TO_BASE, TARGET_NEED, TARGET_BASE = 0, 1, 2
ESSENTIAL, IMPORTANT, NON_BINDING = 1, 2, 3
DEMAND, CAPACITY = -1, -2
# Not Python numbers, for each of which the compiler would make its own version of all that takes a part.
MORNING, NOON, AFTERNOON, EVENING = np.int64(0), np.int64(1), np.int64(2), np.int64(3)

_ENOUGH = 1.0 - 1e-12
"""Share of all orders from which all are filled: what is short of it is rounding."""
_TRICKLE = 1e-3
"""Least weight of a supplier: somebody always asks whether it delivers again."""


class Rules(NamedTuple):
    """How the day goes. Numbers that scenarios may differ in are packs."""

    production: int
    orders_follow: int
    weigh_by_capacity: bool
    stock_target: int
    orders_shrink: bool
    half_of_normal: bool
    use_on_arrival: bool
    restart_share: float
    signed_scarcity: bool
    scarcity_tolerance: float
    tolerance: float
    """What rounding may leave undelivered: 1e-9, in float32 1e-6."""
    overtime_first_step: int
    closeness_gates: bool
    ranked: bool
    """Whether somebody is ever served before somebody else."""
    step: float
    """Length of a step in days."""
    first_final: int
    """First user that is a final user."""
    groups_apart: bool
    """Whether suppliers can treat groups of users differently, and orders can move."""
    inventory_days: Packs
    """(P, B, W)"""
    restocking_pace: Packs
    """(P, B, W) share of a gap in stock that is reordered in a day."""
    negligible_share: Packs
    """(B, W) inputs worth at most this share of the user's output never bind."""
    importance: Packs
    """(B, W) share of an important input's shortage that output loses."""
    reserve_days: Packs
    """(P, B, W) days of use below which a stock throttles output."""
    overtime_max: Packs
    """(B, W)"""
    overtime_days: Packs
    """(B, W)"""
    normal_capacity: Packs
    """(m, B, W) capacity without losses and overtime, flow per day."""
    urgent_pace: Packs
    """(P, B, W) share per day, beyond restocking, at which what is missing for a step's need is reordered."""
    substitution_pace: Packs
    """(B, W) per step; 0: orders never move."""
    split: Packs
    """(2, B, W) 1 where orders of industries, of final users, are split by weight to add up to the wanted."""


class State(NamedTuple):
    """What one evening hands to the next morning, and the day's workings. Filled in place."""

    stock: Packs
    """(P, B, N, W) days of base-year use."""
    orders: Packs
    """(P, B, N, W) orders of each user to each pool, relative to base-year use, placed last evening."""
    weight: Packs
    """(B, L, W) factor on base-year supplier shares."""
    served: Packs
    """(B, L, W) share of orders that is delivered; empty where it is the same for all links of a row."""
    deliver: Packs
    """(B, L, W) weight times the share of orders that is delivered."""
    booked: Packs
    """(B, L, W) orders received, flow per day."""
    accepted: Packs
    """(B, L, W) the same under today's ceilings; filled for rows that some cut limits."""
    row_demand: Packs
    """(B, R, W) orders accepted."""
    row_final: Packs
    """(B, R, W) those of final users."""
    call: Packs
    """(B, R, W) unserved orders that would come if there were room."""
    upto: Packs
    """(C, P, B, W) share of what a supplier has that a channel and those before it hand out."""
    ceiling: Packs
    """(B, pairs, W) most that may leave a supplier for a destination, flow per day; inf: no limit."""
    survive: Packs
    """(B, m, W) capacity factor κ."""
    hands: Packs
    """(B, m, W) most that the hours there are can make, flow per day; inf: hours are not counted."""
    overtime: Packs
    """(B, m, W) α."""
    demand: Packs
    """(B, m, W) orders accepted."""
    capacity: Packs
    """(B, m, W)"""
    possible: Packs
    """(B, m, W) what stocks allow; inf without binding inputs."""
    output: Packs
    """(B, m, W)"""
    binding: Packs
    """(B, m, W) whole numbers: what limits output."""
    made: Packs
    """(B, N, W) output relative to the base year, by user."""
    wanted: Packs
    """(B, N, W) output that capacity and demand would allow, relative to the base year, by user."""
    draw: Packs
    """(B, N, W) share of spare stocks drawn to replace short ones (linear production)."""
    intensity: Packs
    """(P, B, industries, W) need of a pool per unit of output, relative to the base year; empty where no
    technique changes."""
    input_class: npt.NDArray[np.int64]
    """(P,) class of inputs a pool belongs to (ces); empty under other production."""
    elasticity: Packs
    """(1 + classes, B, W) of substitution: between classes, within each (ces); empty like ``input_class``."""
    level: Packs
    """(classes, B, industries, W) most that is used of a class's binding inputs, relative to the need of
    base-year output (ces); empty like ``input_class``."""
    cover: Packs
    """(B, N, W) days of stock of the scarcest binding input."""
    appetite: Packs
    """(P, B, final users, W) what final users want before shocks, relative to the base year."""
    demand_factor: Packs
    """(P, B, final users, W) final demand relative to the base year, of the coming evening's orders."""
    asked_final: Packs
    """(P, B, final users, W) orders that today's deliveries answer, relative to the base year."""
    received: Packs
    """(P, B, final users, W) deliveries to final users, flow per day."""
    purse: Packs
    """(B, W) most that today's imports may cost, per day; empty where they are never short of money."""
    gate_price: Packs
    """(B, gates, W) what a unit from each gate costs in foreign exchange; empty like ``purse``."""
    gate_rank: npt.NDArray[np.int64]
    """(gates,) which gates are paid for first, from 0; empty like ``purse``."""
    before: Packs
    """(2, P, B, N, W) stocks and orders before an evening that may be repeated; empty where none is."""
    close: Packs
    """(2, P, B, W) 1 where a pool's deliveries are close to use, and its stocks to their targets."""
    stand: Packs
    """(2, B, W) 1 where no stock moves, and where no gap is reordered, this evening."""
    moved: npt.NDArray[np.bool_]
    """(B, P + G + 1) whether a pool, a group, or a gate is not exactly as the day before."""
    still: npt.NDArray[np.bool_]
    """(B,) whether nothing of a pack moved in the last step."""
    quiet: npt.NDArray[np.bool_]
    """(B,) whether nothing moved in the last two: another step changes nothing, and is not computed."""
    checks: npt.NDArray[np.bool_]
    """(B,) whether an evening may have to be repeated: all that is known so far is close."""
    again: npt.NDArray[np.bool_]
    """(B,) whether a pack's evening is repeated."""


class Days(NamedTuple):
    """What is kept of each day; flows are means over its steps. Filled in place; without days: not kept."""

    output: Packs
    """(days, B, industries, W)"""
    demand: Packs
    capacity: Packs
    binding: Packs
    cover: Packs
    forgone: Packs
    gate_delivery: Packs
    """(days, B, gates, W)"""
    consumption: Packs
    """(days, B, products, columns, W)"""
    unmet: Packs
    inventory: Packs
    """(days, B, P, industries, W or, in a single pack, scenarios) evening stocks, flow × days."""
    pool_product: npt.NDArray[np.int64]
    """(P,) product of each pool."""
    industry_user: npt.NDArray[np.int64]
    """(industries,) position of each industry among the users."""
    final_column: npt.NDArray[np.int64]
    """(final users,) column of ``consumption``; -1: not kept."""


# Always inlined: a call hands over every array of the named tuples, which costs more than most verbs.
_verb: Any = njit(cache=True, forceinline=True)
_entry: Any = njit(cache=True)
# The loops over threads stand in functions of their own (end of this file) that only call a verb: inside
# ``prange`` numba loses writes to arrays of a named tuple (numba issue 5872). Of them and what calls them
# only ``live`` is kept on disk: made of such a part that was loaded, not compiled, it would run, be kept, and
# crash every process that loads it afterwards (numba issue 8578). A first run that was stopped while it
# compiled, or two that compiled at the same time, would leave that behind.
_threads: Any = njit(parallel=True)
_around_threads: Any = njit()

_ONE, _TWO = np.uint64(1), np.uint64(2)


@_verb
def bring(flows, entry_link, start, end, b, factors):  # type: ignore[no-untyped-def]
    """``Σ_i z_ij f_i``: what suppliers' factors bring to one user; even and odd entries apart, for speed."""
    even, odd = splat(0.0, factors), splat(0.0, factors)
    # Unsigned positions spare a check for negative ones at every flow.
    e = start
    while e < end:
        even = add_product(flows[e], load(factors, (b, entry_link[e])), even)
        odd = add_product(flows[e + _ONE], load(factors, (b, entry_link[e + _ONE])), odd)
        e += _TWO
    return even + odd


@_verb
def bring_both(flows, entry_link, start, end, b, factors, others):  # type: ignore[no-untyped-def]
    """``bring`` with two sets of factors for one read of the flows."""
    even, odd = splat(0.0, factors), splat(0.0, factors)
    other_even, other_odd = even, odd
    e = start
    while e < end:
        flow, line = flows[e], (b, entry_link[e])
        even = add_product(flow, load(factors, line), even)
        other_even = add_product(flow, load(others, line), other_even)
        flow, line = flows[e + _ONE], (b, entry_link[e + _ONE])
        odd = add_product(flow, load(factors, line), odd)
        other_odd = add_product(flow, load(others, line), other_odd)
        e += _TWO
    return even + odd, other_even + other_odd


@_verb
def book(flows, entry_row, start, end, order, asked):  # type: ignore[no-untyped-def]
    """Add one user's orders, at base-year shares, to what is asked of each supplier."""
    e = start
    while e < end:
        row = entry_row[e]
        store(asked, row, add_product(flows[e], order, load(asked, row)))
        e += _ONE


@_verb
def close_books(booked, weight, groups_apart, b, tile_link, first, last, asked):  # type: ignore[no-untyped-def]
    """Book what a group asks: base-year shares times the suppliers' weights."""
    for r in range(first, last):
        line = (b, tile_link[r])
        placed = load(weight, line) * load(asked, r - first)
        store(booked, line, placed if groups_apart else load(booked, line) + placed)


@_verb
def spread(packs, first, last, value):  # type: ignore[no-untyped-def]
    """The same number in a stretch of lines."""
    for line in range(first, last):
        store(packs, line, splat(value, packs))


@_verb
def scratch(packs, lines):  # type: ignore[no-untyped-def]
    """Room for some packs."""
    return np.empty((lines, packs.shape[-1]), packs.dtype)


@_entry
def book_all(tables, books, rules, state):  # type: ignore[no-untyped-def]
    """Book ``state.orders`` as they stand: the evening before the first day."""
    orders, weight, booked, tile_link = state.orders, state.weight, state.booked, books.tile_link
    for p in range(orders.shape[0]):
        asked = scratch(orders, tables.pool_start[p + 1] - tables.pool_start[p])
        for b in range(orders.shape[1]):
            for g in range(len(tables.group_is_final)):
                first, last = tables.tile_start[p, g], tables.tile_start[p, g + 1]
                spread(asked, 0, last - first, 0.0)
                for j in range(tables.group_start[g], tables.group_start[g + 1]):
                    start, end = tables.entry_start[p, j], tables.entry_start[p, j + 1]
                    book(tables.flows, tables.entry_row, start, end, load(orders, (p, b, j)), asked)
                close_books(booked, weight, rules.groups_apart, b, tile_link, first, last, asked)


@_verb
def follow(packs, first, last, used):  # type: ignore[no-untyped-def]
    """Lanes that fill a last pack follow its last scenario: left alone they would cost more."""
    lanes = packs.shape[-1]
    if used < lanes:
        flat = packs.reshape(-1)
        for line in range(first, last):
            for lane in range(used, lanes):
                flat[line * lanes + lane] = flat[line * lanes + used - 1]


@_entry
def apply_shocks(tables, cuts, losses, cut_pair, scenarios, day, state, b):  # type: ignore[no-untyped-def]
    """Ceilings and capacity of ``day``: the lowest of the cuts that act, the product of what losses leave."""
    ceiling, survive = state.ceiling[b], state.survive[b]
    lanes, base = ceiling.shape[-1], tables.base_to_destination
    spread(ceiling, 0, len(ceiling), np.inf)
    spread(survive, 0, len(survive), 1.0)
    for shock in range(len(cuts.scenario)):
        lane, kept = cuts.scenario[shock] - b * lanes, cuts.strength[shock, day]
        if 0 <= lane < lanes and kept < np.inf:
            for member in range(cuts.start[shock], cuts.start[shock + 1]):
                pair, most = cut_pair[member], kept * base[cuts.first[member], cuts.second[member]]
                ceiling[pair, lane] = min(ceiling[pair, lane], most)
    for shock in range(len(losses.scenario)):
        lane = losses.scenario[shock] - b * lanes
        if 0 <= lane < lanes:
            left = 1.0 - losses.strength[shock, day]
            for member in range(losses.start[shock], losses.start[shock + 1]):
                survive[losses.first[member], lane] *= left
    follow(ceiling, 0, len(ceiling), scenarios - b * lanes)
    follow(survive, 0, len(survive), scenarios - b * lanes)


@_entry
def apply_demand(  # type: ignore[no-untyped-def]
    changes, scenarios, first_final, day, appetite, demand_factor, b
):
    """Final demand of ``day`` relative to the base year: what is wanted times the changes that act."""
    pools, _, finals, lanes = demand_factor.shape
    demand_factor[:, b] = appetite[:, b]
    for shock in range(len(changes.scenario)):
        lane = changes.scenario[shock] - b * lanes
        if 0 <= lane < lanes:
            for member in range(changes.start[shock], changes.start[shock + 1]):
                user = changes.second[member] - first_final
                demand_factor[changes.first[member], b, user, lane] *= changes.strength[shock, day]
    for p in range(pools):
        follow(demand_factor[p, b], 0, finals, scenarios - b * lanes)


@_verb
def collect(tables, books, state, p, b):  # type: ignore[no-untyped-def]
    """Demand on each row of a pool: orders booked."""
    top, end = tables.pool_start[p], tables.pool_start[p + 1]
    booked, industries, final, link_row = state.booked, state.row_demand, state.row_final, books.link_row
    # Industries and final users are summed apart and book by book, whether groups have books of their own or
    # not: the bytes do not depend on what other scenarios need.
    spread(industries[b], top, end, 0.0)
    spread(final[b], top, end, 0.0)
    for n in range(books.start[p], books.start[p + 1]):
        sums = final[b] if books.is_final[n] else industries[b]
        for line in range(books.link[n], books.link[n + 1]):
            row = link_row[line]
            store(sums, row, load(sums, row) + load(booked, (b, line)))
    for row in range(top, end):
        store(industries, (b, row), load(industries, (b, row)) + load(final, (b, row)))


@_verb
def hand_out(books, orders, upto, p, b, there_is, turn, first, last, filled):  # type: ignore[no-untyped-def]
    """Share of each order that is filled when a supplier hands out what there is, channel after channel.

    A channel serves rank by rank what is not filled yet; within a rank all get the same share of it. What
    nobody takes passes on. ``turn[:, first:last]``: which of ``books.mine`` are served, by rank. Where there
    is enough for all, all is filled: what rounding leaves short of the last rank would grow where stocks are
    of a day.
    """
    mine, link_book, rank_of = books.mine, books.link_book, books.rank
    none, one = splat(0.0, filled), splat(1.0, filled)
    whole = none
    for n in range(first, last):
        whole = whole + load(orders, (b, mine[n]))
    enough = whole * _ENOUGH <= load(upto, (upto.shape[0] - 1, p, b)) * there_is
    spread(filled, 0, last - first, 0.0)
    handed, before = none, none
    for c in range(upto.shape[0]):
        until = load(upto, (c, p, b))
        acts = until > before
        before = until
        if some(acts):
            ranking = books.ranking[c, p]
            # What is endless, times nothing, would not be a number.
            left = where(acts, maximum(until * there_is - handed, 0.0), none)
            at = first
            while at < last:
                rank, end, asked = rank_of[ranking, link_book[mine[turn[ranking, at]]]], at, none
                while end < last and rank_of[ranking, link_book[mine[turn[ranking, end]]]] == rank:
                    position = turn[ranking, end]
                    open_share = one - load(filled, position - first)
                    asked = asked + load(orders, (b, mine[position])) * open_share
                    end += 1
                share = where(asked > left, left / asked, one)
                handed = handed + minimum(asked, left)
                left = maximum(left - asked, 0.0)
                for n in range(at, end):
                    line = turn[ranking, n] - first
                    part = load(filled, line)
                    store(filled, line, where(share < 1.0, part + (one - part) * share, one))
                at = end
    if some(enough):
        for line in range(last - first):
            store(filled, line, where(enough, one, load(filled, line)))


@_verb
def accept(tables, books, pairs, state, p, b, row):  # type: ignore[no-untyped-def]
    """Cut one row's orders to its ceilings, in the order in which they would be served; sum up the rest.

    Nobody makes what cannot leave.
    """
    i, booked, accepted, row_link = tables.row_supplier[row], state.booked, state.accepted, books.row_link
    link_book, mine = books.link_book, books.mine
    first, last = books.row_start[row], books.row_start[row + 1]
    for n in range(first, last):
        store(accepted, (b, row_link[n]), load(booked, (b, row_link[n])))
    none = splat(0.0, booked)
    for pair in range(pairs.start[i], pairs.start[i + 1]):
        place, most = pairs.destination[pair], load(state.ceiling, (b, pair))
        start, end = books.mine_start[i, place], books.mine_start[i, place + 1]
        # A supplier's flows to one destination stand in one row.
        if start < end and books.link_row[mine[start]] == row and some(most < np.inf):
            filled = scratch(booked, end - start)
            hand_out(books, booked, state.upto, p, b, most, books.turn_there, start, end, filled)
            for n in range(start, end):
                line = (b, mine[n])
                share = where(most < np.inf, load(filled, n - start), splat(1.0, none))
                store(accepted, line, load(booked, line) * share)
    industries, final = none, none
    for n in range(first, last):
        line = row_link[n]
        if books.is_final[link_book[line]]:
            final = final + load(accepted, (b, line))
        else:
            industries = industries + load(accepted, (b, line))
    store(state.row_demand, (b, row), industries + final)
    store(state.row_final, (b, row), final)


@_verb
def count_hours(tables, rules, step_number, state, b, first, last, suppliers):  # type: ignore[no-untyped-def]
    """Demand on some suppliers, and their capacity with overtime; returns whether overtime moved.

    Overtime rises towards its maximum with scarcity and relaxes without (ARIO: Hallegatte 2008).
    ``suppliers[first:last]`` are counted.
    """
    row_demand, call, supplier_rows = state.row_demand, state.call, tables.supplier_rows
    overtime, output, demand, capacity = state.overtime, state.output, state.demand, state.capacity
    exogenous, normal, survive = tables.exogenous_supply, rules.normal_capacity, state.survive
    hands = state.hands
    most, pace = load(rules.overtime_max, b), rules.step / load(rules.overtime_days, b)
    none, tolerance = splat(0.0, most), rules.scarcity_tolerance
    counts = step_number >= rules.overtime_first_step and some(most > 1.0)
    moved = False
    for position in range(first, last):
        i = suppliers[position]
        asked, called = none, none
        for n in range(2):
            row = supplier_rows[i, n]
            if row >= 0:
                asked = asked + load(row_demand, (b, row))
                called = called + load(call, (b, row))
        store(demand, (b, i), asked)
        alpha = load(overtime, (b, i))
        if counts:
            asked = asked - exogenous[i] + called
            scarcity = where(asked > 0.0, (asked - load(output, (b, i))) / asked, none)
            if not rules.signed_scarcity:
                scarcity = where(scarcity <= tolerance, none, scarcity)
            up = (most - alpha) * scarcity * pace
            is_none = maximum(scarcity, none - scarcity) <= tolerance
            down = where(is_none, (1.0 - alpha) * pace, none)
            after = where(most > 1.0, maximum(alpha + up + down, 1.0), alpha)
            moved |= some(after != alpha)
            alpha = after
            store(overtime, (b, i), alpha)
        machines = load(normal, (i, b)) * load(survive, (b, i))
        store(capacity, (b, i), minimum(machines, load(hands, (b, i))) * alpha)
    return moved


@_verb
def scan_stocks(tables, rules, state, g, b, full, allowed, slot):  # type: ignore[no-untyped-def]
    """Output that each binding stock of a group's industries allows, relative to the base year: the lowest.

    ``leontief`` every essential input; ``critical`` important inputs in part: θ·(what the stock allows) +
    (1 − θ)·capacity with the importance θ (Pichler et al. 2022: ½), and at θ = 0 not at all.
    """
    first, last = tables.group_start[g], tables.group_start[g + 1]
    stock, cover, criticality = state.stock, state.cover, tables.criticality
    base_use, user_output, negligible = tables.base_use, tables.user_output, load(rules.negligible_share, b)
    endless, importance = splat(np.inf, allowed), load(rules.importance, b)
    intensity, adapts, need = state.intensity, len(state.intensity) > 0, splat(1.0, allowed)
    for j in range(first, last):
        store(allowed, j - first, endless)
        store(slot, j - first, splat(CAPACITY, slot))
        store(cover, (b, j), endless)
    levels = IMPORTANT if rules.production == CRITICAL else ESSENTIAL
    for p in range(stock.shape[0]):
        reserve = 1.0 / load(rules.reserve_days, (p, b))
        for level in range(ESSENTIAL, levels + 1):
            for j in range(first, last):
                if criticality[p, j] != level:
                    continue
                held, lowest = load(stock, (p, b, j)), load(allowed, j - first)
                if adapts:
                    need = load(intensity, (p, b, j))
                binds = negligible * user_output[j] < need * base_use[p, j]
                if level == IMPORTANT:
                    binds = binds & (importance > 0.0)
                held = where(binds, held / need, endless)
                limit = held * reserve
                if level == IMPORTANT:
                    # What does not bind is inf, and inf × 0 would not be a number.
                    part = importance * limit + (1.0 - importance) * load(full, j - first)
                    limit = where(binds, part, endless)
                store(slot, j - first, where(limit < lowest, splat(p, slot), load(slot, j - first)))
                store(allowed, j - first, minimum(limit, lowest))
                store(cover, (b, j), minimum(held, load(cover, (b, j))))


@_verb
def pool_stocks(tables, rules, state, b, j):  # type: ignore[no-untyped-def]
    """Output that all stocks together allow (``linear``), relative to the base year."""
    none = splat(0.0, state.stock)
    held, need, intensity, adapts = none, none, splat(1.0, none), len(state.intensity) > 0
    for p in range(state.stock.shape[0]):
        use = tables.base_use[p, j]
        held = held + use * load(state.stock, (p, b, j)) / load(rules.reserve_days, (p, b))
        if adapts:
            intensity = load(state.intensity, (p, b, j))
        need = need + use * intensity
    return where(need > 0.0, held / need, splat(np.inf, held))


@_verb
def draw_on_others(tables, rules, state, b, j, made):  # type: ignore[no-untyped-def]
    """Share of what other stocks have to spare that replaces the short ones (``linear``)."""
    none = splat(0.0, made)
    use, short, spare = made * rules.step, none, none
    intensity, adapts = splat(1.0, none), len(state.intensity) > 0
    for p in range(state.stock.shape[0]):
        if adapts:
            intensity = load(state.intensity, (p, b, j))
        gap = tables.base_use[p, j] * (use * intensity - load(state.stock, (p, b, j)))
        short = short + maximum(gap, 0.0)
        spare = spare + maximum(none - gap, 0.0)
    return where(spare > 0.0, minimum(short / spare, 1.0), none)


# CES production (Arrow, Chenery, Minhas & Solow 1961; nested: Sato 1967) of one industry in one scenario, on
# plain numbers: powers have no lanes. Held against the need of base-year output, h = σ / (θ a), inputs allow
# F = (Σ w h^ρ)^(1/ρ), ρ = (s − 1)/s, with the value weights w of what one unit of output takes.


@_entry
def most_blended(weight, held, sigma, cost):  # type: ignore[no-untyped-def]
    """Largest y with ``F(min(h, κ y)) = y``: short inputs are used up, the others stretched to κ y.

    ``κ = cost^(−s)``: an input is stretched as long as what it adds is worth more than it costs at base-year
    prices, ``∂F/∂h > w·cost`` (cost: of all inputs per unit of output). Weights add to 1; those of 0 do not
    count. Newton on a piecewise linear function of y^ρ, from above: ends after as many rounds as inputs.
    """
    lowest, highest = np.inf, 0.0
    for n in range(len(weight)):
        if weight[n] > 0.0:
            lowest, highest = min(lowest, held[n]), max(highest, held[n])
    if sigma == 0.0 or cost >= 1.0 or lowest == highest or lowest == np.inf:
        return lowest
    if sigma <= 1.0 and lowest == 0.0:
        return 0.0
    rho = (sigma - 1.0) / sigma
    unit = lowest if sigma <= 1.0 else highest
    stretch = np.exp(-sigma * np.log(cost))
    gain = power_less_one(stretch, rho)
    most, short_before = np.inf, len(weight) + 1
    while True:
        short, total, part = 0, 0.0, 0.0
        for n in range(len(weight)):
            if weight[n] > 0.0 and held[n] < stretch * most:
                short += 1
                total += weight[n]
                part += weight[n] * power_less_one(held[n] / unit, rho)
        rest = 1.0 - total if most < np.inf else 0.0
        loss = rest * gain if rest > 0.0 else 0.0
        whole = total - loss if rho != 0.0 else total
        if short >= short_before or whole <= 0.0:
            return max(most, lowest)
        most, short_before = unit * root_of(part + loss, whole, rho), short


@_entry
def level_of(weight, held, sigma, cost, goal):  # type: ignore[no-untyped-def]
    """Lowest t with ``F(min(h, t)) = goal``, at most κ·goal: how far inputs that are not short are used."""
    if sigma == 0.0 or cost >= 1.0 or goal <= 0.0:
        return goal
    rho = (sigma - 1.0) / sigma
    most, level, short_before = goal * np.exp(-sigma * np.log(cost)), goal, 0
    while True:
        short, rest, part = 0, 0.0, 0.0
        for n in range(len(weight)):
            if weight[n] > 0.0 and held[n] < level:
                short += 1
                part += weight[n] * power_less_one(held[n] / goal, rho)
            else:
                rest += weight[n]
        if short <= short_before:
            return level
        if rest <= 0.0 or (rho != 0.0 and part >= rest):
            return most
        level = min(goal * root_of(-part, rest, rho), most)
        short_before = short


@_entry
def power_less_one(ratio, rho):  # type: ignore[no-untyped-def]
    """``ratio^ρ − 1``; in the limit ρ = 0 (Cobb–Douglas) ``ln ratio``: exact near 1 and near ρ = 0."""
    log = np.log(ratio) if ratio > 0.0 else -np.inf
    return np.expm1(rho * log) if rho != 0.0 else log


@_entry
def root_of(part, whole, rho):  # type: ignore[no-untyped-def]
    """``(1 + part/whole)^(1/ρ)``; in the limit ρ = 0 ``exp(part/whole)``."""
    return np.exp(np.log1p(part / whole) / rho) if rho != 0.0 else np.exp(part / whole)


@_verb
def weigh_inputs(tables, rules, state, b, j, lane, weight, held, reserve):  # type: ignore[no-untyped-def]
    """Value weights of an industry's binding inputs, what is held of each, and the cost of all; filled in.

    Held is relative to the need of base-year output: of ``reserve_days``, or (``reserve`` False) of a step.
    """
    cost, output, adapts = 0.0, tables.user_output[j], len(state.intensity) > 0
    least = rules.negligible_share[b, lane] * output
    for p in range(len(weight)):
        need = state.intensity[p, b, j, lane] if adapts else 1.0
        value = tables.base_use[p, j] * need
        cost += value
        binds = tables.criticality[p, j] == ESSENTIAL and value > least
        days = rules.reserve_days[p, b, lane] if reserve else rules.step
        weight[p] = value if binds else 0.0
        held[p] = state.stock[p, b, j, lane] / (days * need) if binds else 0.0
    return cost / output if output > 0.0 else 1.0


@_entry
def blend_classes(input_class, elasticity, weight, held, cost, share, most):  # type: ignore[no-untyped-def]
    """What each class of inputs allows (``most``), and its share in all inputs (``share``); filled in.

    Returns what all classes together allow. Weights become shares in their class.
    """
    whole = weight.sum()
    if whole <= 0.0:
        return np.inf
    within = np.zeros_like(weight)
    for c in range(len(most)):
        share[c] = 0.0
        for p in range(len(weight)):
            if input_class[p] == c:
                share[c] += weight[p]
        for p in range(len(weight)):
            within[p] = weight[p] / share[c] if input_class[p] == c and share[c] > 0.0 else 0.0
        most[c] = most_blended(within, held, elasticity[1 + c], cost)
    for p in range(len(weight)):
        of_class = share[input_class[p]]
        weight[p] = weight[p] / of_class if of_class > 0.0 else 0.0
    share /= whole
    return most_blended(share, most, elasticity[0], cost)


@_verb
def blend_stocks(tables, rules, state, b, j, full, allowed):  # type: ignore[no-untyped-def]
    """Output that stocks allow where some are too short for capacity (``ces``), relative to the base year."""
    pools, classes = state.stock.shape[0], len(state.level)
    weight, held = np.empty(pools), np.empty(pools)
    share, most = np.empty(classes), np.empty(classes)
    lanes = scratch(state.stock, 3)
    store(lanes, 0, full)
    store(lanes, 1, allowed)
    store(lanes, 2, allowed)
    for lane in range(lanes.shape[1]):
        if lanes[1, lane] < lanes[0, lane]:
            cost = weigh_inputs(tables, rules, state, b, j, lane, weight, held, True)
            sigma = state.elasticity[:, b, lane].astype(np.float64)
            blended = blend_classes(state.input_class, sigma, weight, held, cost, share, most)
            lanes[2, lane] = max(blended, lanes[1, lane])
    return load(lanes, 2)


@_verb
def stretch_inputs(tables, rules, state, b, j, allowed, made):  # type: ignore[no-untyped-def]
    """How far each class is used where some inputs are short of output (``ces``): level by level.

    Classes that are short are used up, the others rise alike until all together make the output; inside a
    class its inputs do the same.
    """
    pools, classes = state.stock.shape[0], len(state.level)
    weight, held, within = np.empty(pools), np.empty(pools), np.empty(pools)
    share, most = np.empty(classes), np.empty(classes)
    lanes = scratch(state.stock, 2)
    store(lanes, 0, allowed)
    store(lanes, 1, made)
    for lane in range(lanes.shape[1]):
        goal = lanes[1, lane]
        if lanes[0, lane] < goal:
            cost = weigh_inputs(tables, rules, state, b, j, lane, weight, held, False)
            sigma = state.elasticity[:, b, lane].astype(np.float64)
            blend_classes(state.input_class, sigma, weight, held, cost, share, most)
            together = level_of(share, most, sigma[0], cost, goal)
            for c in range(classes):
                for p in range(pools):
                    within[p] = weight[p] if state.input_class[p] == c else 0.0
                mine = level_of(within, held, sigma[1 + c], cost, min(together, most[c]))
                state.level[c, b, j, lane] = mine if share[c] > 0.0 else goal


@_verb
def produce(tables, rules, step_number, state, g, b):  # type: ignore[no-untyped-def]
    """Output = min(capacity, what morning stocks allow, demand), and which of them binds."""
    first, last = tables.group_start[g], tables.group_start[g + 1]
    user_industry, base_output, exogenous = tables.user_industry, tables.base_output, tables.exogenous_supply
    demand, capacity, output, possible = state.demand, state.capacity, state.output, state.possible
    binding, made, wanted = state.binding, state.made, state.wanted
    full, allowed, slot = (
        scratch(demand, last - first),
        scratch(demand, last - first),
        scratch(demand, last - first),
    )
    moved = count_hours(tables, rules, step_number, state, b, first, last, user_industry)
    none = splat(0.0, demand)
    for j in range(first, last):
        base = base_output[user_industry[j]]
        whole = load(capacity, (b, user_industry[j]))
        if rules.half_of_normal:
            whole = load(rules.normal_capacity, (user_industry[j], b))
        store(full, j - first, whole / base if base > 0.0 else none)
    scan_stocks(tables, rules, state, g, b, full, allowed, slot)
    for j in range(first, last):
        i = user_industry[j]
        base, most = base_output[i], load(capacity, (b, i))
        asked = maximum(load(demand, (b, i)) - exogenous[i], 0.0)
        goal = minimum(most, asked)
        share = load(allowed, j - first)
        if rules.production == LINEAR:
            share = pool_stocks(tables, rules, state, b, j)
        elif rules.production == CES and some(share < load(full, j - first)):
            share = blend_stocks(tables, rules, state, b, j, load(full, j - first), share)
        share = maximum(share, rules.restart_share)
        # Without binding inputs the share is inf, and inf × 0 would not be a number.
        inputs = where(share < np.inf, share * base, share)
        makes = minimum(goal, inputs)
        limit = where(inputs < most, load(slot, j - first), splat(CAPACITY, none))
        limit = where(makes >= asked * (1.0 - 1e-12), splat(DEMAND, none), limit)
        moved |= some(makes != load(output, (b, i)))
        store(binding, (b, i), limit)
        store(possible, (b, i), inputs)
        store(output, (b, i), makes)
        part = makes / base if base > 0.0 else none
        store(made, (b, j), part)
        needed = asked if rules.orders_follow == FOLLOW_DEMAND else goal
        if rules.orders_follow == FOLLOW_PLANT:
            plant = load(rules.normal_capacity, (i, b)) * load(state.survive, (b, i))
            needed = minimum(plant * load(state.overtime, (b, i)), asked)
        store(wanted, (b, j), needed / base if base > 0.0 else none)
        if rules.production == LINEAR:
            store(state.draw, (b, j), draw_on_others(tables, rules, state, b, j, part))
        elif rules.production == CES:
            level = state.level
            for c in range(len(level)):
                store(level, (c, b, j), part)
            if some(load(allowed, j - first) < part):
                stretch_inputs(tables, rules, state, b, j, load(allowed, j - first), part)
    return moved


@_verb
def open_gates(tables, rules, step_number, industries, state, b):  # type: ignore[no-untyped-def]
    """Import gates deliver what is ordered, up to their capacity: they have no inputs of ours."""
    suppliers = len(tables.base_output)
    everybody = np.arange(suppliers)
    moved = count_hours(tables, rules, step_number, state, b, industries, suppliers, everybody)
    if len(state.purse) > 0:
        pay(tables, industries, state, b)
    for i in range(industries, suppliers):
        most = load(state.capacity, (b, i))
        asked = maximum(load(state.demand, (b, i)) - tables.exogenous_supply[i], 0.0)
        output = minimum(most, asked)
        moved |= some(output != load(state.output, (b, i)))
        store(state.possible, (b, i), splat(np.inf, output))
        store(state.output, (b, i), output)
        store(state.binding, (b, i), where(asked <= most, splat(DEMAND, output), splat(CAPACITY, output)))
    return moved


@_verb
def pay(tables, industries, state, b):  # type: ignore[no-untyped-def]
    """Let gates deliver what foreign exchange pays for: rank by rank, within a rank the same share."""
    left, capacity, demand, price = load(state.purse, b), state.capacity, state.demand, state.gate_price
    exogenous, rank_of = tables.exogenous_supply, state.gate_rank
    for rank in range(rank_of.max() + 1 if len(rank_of) > 0 else 0):
        cost = splat(0.0, left)
        for gate in range(len(rank_of)):
            if rank_of[gate] == rank:
                asked = maximum(load(demand, (b, industries + gate)) - exogenous[industries + gate], 0.0)
                bought = minimum(load(capacity, (b, industries + gate)), asked)
                cost = cost + load(price, (b, gate)) * bought
        share = where(cost > left, left / cost, splat(1.0, cost))
        for gate in range(len(rank_of)):
            if rank_of[gate] == rank:
                i = industries + gate
                asked = maximum(load(demand, (b, i)) - exogenous[i], 0.0)
                most = load(capacity, (b, i))
                store(capacity, (b, i), where(share < 1.0, minimum(most, asked) * share, most))
        left = maximum(left - cost, 0.0)


@_verb
def ration(tables, books, rules, pairs, state, p, b, fill):  # type: ignore[no-untyped-def]
    """Divide what there is among those who ordered, the same share for all.

    Returns whether links of one row may be served differently (``served``); if not, ``fill`` holds for all.
    """
    top, end = tables.pool_start[p], tables.pool_start[p + 1]
    demand, output, weight, deliver = state.demand, state.output, state.weight, state.deliver
    served, link_row, row_supplier = state.served, books.link_row, tables.row_supplier
    differs = rules.ranked
    for row in range(top, end):
        i = row_supplier[row]
        asked = load(demand, (b, i))
        there_is = load(output, (b, i)) + tables.exogenous_supply[i]
        share = where(asked != 0.0, minimum(there_is / asked, 1.0), splat(0.0, asked))
        store(fill, row - top, share)
        differs |= pairs.start[i] < pairs.start[i + 1]
    first, last = books.link[books.start[p]], books.link[books.start[p + 1]]
    if differs:
        for line in range(first, last):
            store(served, (b, line), load(fill, link_row[line] - top))
    else:
        for line in range(first, last):
            store(deliver, (b, line), load(weight, (b, line)) * load(fill, link_row[line] - top))
    return differs


@_verb
def deliver_apart(tables, books, pairs, state, p, b):  # type: ignore[no-untyped-def]
    """Deliver what each link is served, under the ceilings."""
    deliver, weight, served, row_supplier = state.deliver, state.weight, state.served, tables.row_supplier
    for row in range(tables.pool_start[p], tables.pool_start[p + 1]):
        if pairs.start[row_supplier[row]] < pairs.start[row_supplier[row] + 1]:
            hold_back(books, state, b, row)
    for line in range(books.link[books.start[p]], books.link[books.start[p + 1]]):
        store(deliver, (b, line), load(weight, (b, line)) * load(served, (b, line)))


@_verb
def hold_back(books, state, b, row):  # type: ignore[no-untyped-def]
    """Serve no more of a row than the ceilings let through."""
    booked, accepted, served, row_link = state.booked, state.accepted, state.served, books.row_link
    for n in range(books.row_start[row], books.row_start[row + 1]):
        line = (b, row_link[n])
        asked, passed, share = load(booked, line), load(accepted, line), load(served, line)
        store(served, line, where(asked != passed, share * (passed / asked), share))


@_verb
def serve(tables, books, pairs, state, p, b, row):  # type: ignore[no-untyped-def]
    """Fill one row's orders by the rules of allocation; a supplier hands out to all of its rows at once."""
    i, mine, served = tables.row_supplier[row], books.mine, state.served
    first, last = books.mine_start[i, 0], books.mine_start[i, -1]
    orders = state.accepted if pairs.start[i] < pairs.start[i + 1] else state.booked
    there_is = load(state.output, (b, i)) + tables.exogenous_supply[i]
    filled = scratch(served, last - first)
    hand_out(books, orders, state.upto, p, b, there_is, books.turn, first, last, filled)
    for n in range(first, last):
        if books.link_row[mine[n]] == row:
            store(served, (b, mine[n]), load(filled, n - first))


@_verb
def substitute(tables, books, rules, pairs, state, p, b, fill, differs):  # type: ignore[no-untyped-def]
    """Let users of a pool lean on suppliers that deliver, as far as the pool has spare capacity.

    A supplier's weight for a group moves at ``substitution_pace``: back towards 1 by the share f of its
    orders that it delivers, and down by the share 1 − f that it does not, times
    λ = min(1, spare capacity of the pool / orders the pool leaves unserved). Orders are split by weight and
    add up to what each user wants; without spare capacity nothing moves. Returns whether a weight moved.
    """
    booked, served, weight, call = state.booked, state.served, state.weight, state.call
    capacity, possible, demand, ceiling = state.capacity, state.possible, state.demand, state.ceiling
    link, destination = books.link, books.destination
    pace, tolerance = load(rules.substitution_pace, b), rules.tolerance
    none, one, moves = splat(0.0, pace), splat(1.0, pace), pace > 0.0
    top, link_row = tables.pool_start[p], books.link_row
    spread(call[b], top, tables.pool_start[p + 1], 0.0)
    unserved = none
    for n in range(books.start[p], books.start[p + 1]):
        asked, missing = none, none
        for line in range(link[n], link[n + 1]):
            orders = load(booked, (b, line))
            share = load(served, (b, line)) if differs else load(fill, link_row[line] - top)
            asked = asked + orders
            missing = missing + orders * (1.0 - share)
        missing = where((missing > asked * tolerance) & moves, missing, none)
        unserved = unserved + missing
        if some(missing > 0.0):
            part = where(missing > 0.0, missing / asked, none)
            for line in range(link[n], link[n + 1]):
                # Who stands under a ceiling to this destination cannot send more.
                extra = load(booked, (b, line)) * part
                row = link_row[line]
                i = tables.row_supplier[row]
                for pair in range(pairs.start[i], pairs.start[i + 1]):
                    if pairs.destination[pair] == destination[n]:
                        extra = where(load(ceiling, (b, pair)) == np.inf, extra, none)
                store(call, (b, row), load(call, (b, row)) + extra)
    reach = none
    if some(unserved > 0.0):
        spare = spare_capacity(tables, pairs, capacity, possible, demand, ceiling, p, b)
        reach = where(unserved > 0.0, minimum(spare / unserved, 1.0), none)
    moved = False
    for line in range(link[books.start[p]], link[books.start[p + 1]]):
        before = load(weight, (b, line))
        share = load(served, (b, line)) if differs else load(fill, link_row[line] - top)
        # Who delivers all but rounding, or was not asked, has left nothing unserved.
        whole = (share > 1.0 - tolerance) | (load(booked, (b, line)) == 0.0)
        share = where(whole, one, share)
        change = pace * ((1.0 - before) * share - before * (1.0 - share) * reach)
        after = where(moves, maximum(before + change, _TRICKLE), before)
        moved |= some(after != before)
        store(weight, (b, line), after)
    return moved


@_verb
def spare_capacity(tables, pairs, capacity, possible, demand, ceiling, p, b):  # type: ignore[no-untyped-def]
    """What suppliers of a pool could deliver beyond today's orders; those under a ceiling offer nothing."""
    row_supplier, supplier_rows, exogenous = (
        tables.row_supplier,
        tables.supplier_rows,
        tables.exogenous_supply,
    )
    total = splat(0.0, capacity)
    for row in range(tables.pool_start[p], tables.pool_start[p + 1]):
        i = row_supplier[row]
        most = minimum(load(capacity, (b, i)), load(possible, (b, i))) + exogenous[i]
        # A supplier in two pools offers each half, so that both together stay within it.
        part = 0.5 if supplier_rows[i, 1] >= 0 else 1.0
        offer = part * maximum(most - load(demand, (b, i)), 0.0)
        for pair in range(pairs.start[i], pairs.start[i + 1]):
            offer = where(load(ceiling, (b, pair)) == np.inf, offer, splat(0.0, offer))
        total = total + offer
    return total


@_verb
def weigh_by_capacity(tables, books, capacity, weight, p, b):  # type: ignore[no-untyped-def]
    """Weigh suppliers of industries by capacity relative to the base year (BoARIO's ``alt`` orders)."""
    base_output, row_supplier, link_row = tables.base_output, tables.row_supplier, books.link_row
    for n in range(books.start[p], books.start[p + 1]):
        if not books.is_final[n]:
            for line in range(books.link[n], books.link[n + 1]):
                i = row_supplier[link_row[line]]
                now = load(capacity, (b, i))
                factor = now / base_output[i] if base_output[i] != 0.0 else splat(1.0, now)
                store(weight, (b, line), factor)


@_verb
def exchange(tables, books, rules, state, p, b, asked):  # type: ignore[no-untyped-def]
    """Receive today's deliveries, use inputs, place tomorrow's orders, book them: one read of all flows.

    Returns whether a stock or an order moved.
    """
    # Arrays get a name of their own first: each look into a named tuple costs as much as a few flows.
    flows, entry_row, entry_start = tables.flows, tables.entry_row, tables.entry_start
    entry_link, tile_link, tile_start = books.entry_link, books.tile_link, tables.tile_start
    base_use, inverse_base_use, group_start = tables.base_use, tables.inverse_base_use, tables.group_start
    deliver, weight, booked = state.deliver, state.weight, state.booked
    stock, orders, received, factor = state.stock, state.orders, state.received, state.demand_factor
    made, wanted, draw, before = state.made, state.wanted, state.draw, state.before
    intensity, level, input_class = state.intensity, state.level, state.input_class
    adapts, blends = len(intensity) > 0, len(level) > 0
    user_output, negligible = tables.user_output, load(rules.negligible_share, b)
    target, urgent = load(rules.inventory_days, (p, b)), load(rules.urgent_pace, (p, b))
    pace, reserve = load(rules.restocking_pace, (p, b)), load(rules.reserve_days, (p, b))
    stocks_stand, gaps_stand = load(state.stand, (0, b)) > 0.0, load(state.stand, (1, b)) > 0.0
    none = splat(0.0, target)
    pace = where(gaps_stand, none, pace)
    near_use, near_target = splat(1.0, target), splat(1.0, target)
    need = splat(1.0, target)
    checks, keeps = state.checks[b], state.checks[b] and not state.again[b]
    moved = False
    if not rules.groups_apart:
        spread(booked[b], books.link[books.start[p]], books.link[books.start[p + 1]], 0.0)
    for g in range(len(tables.group_is_final)):
        first, last, final = tile_start[p, g], tile_start[p, g + 1], tables.group_is_final[g]
        if first == last:
            continue
        split = load(rules.split, (int(final), b)) > 0.0
        splits = some(split)
        spread(asked, 0, last - first, 0.0)
        for j in range(group_start[g], group_start[g + 1]):
            start, end = entry_start[p, j], entry_start[p, j + 1]
            if start == end:
                continue
            base, placed = base_use[p, j], load(orders, (p, b, j))
            if splits:
                brought, weighted = bring_both(flows, entry_link, start, end, b, deliver, weight)
            else:
                brought, weighted = bring(flows, entry_link, start, end, b, deliver), none
            brought = brought * placed
            if final:
                store(received, (p, b, j - rules.first_final), brought)
                order = load(factor, (p, b, j - rules.first_final))
            else:
                if adapts:
                    need = load(intensity, (p, b, j))
                held, came = load(stock, (p, b, j)), brought * inverse_base_use[p, j]
                output, goal = load(made, (b, j)) * need, load(wanted, (b, j)) * need
                takes = output
                if blends:
                    # What never binds is used by the recipe.
                    binds = negligible * user_output[j] < need * base
                    takes = where(binds, load(level, (input_class[p], b, j)) * need, output)
                left = use_stock(rules, held, came, takes, load(draw, (b, j)))
                left = where(stocks_stand, held, left)
                order = reorder(rules, left, output, goal, need, target, pace, reserve, urgent)
                moved |= some(left != held)
                if checks:
                    near_use = minimum(near_use, is_close(came, output, base))
                    near_target = minimum(near_target, is_close(left, target * goal, base))
                if keeps:
                    store(before, (0, p, b, j), held)
                store(stock, (p, b, j), left)
            if keeps:
                store(before, (1, p, b, j), placed)
            if splits:
                whole = where(weighted != 0.0, order * base / weighted, none)
                order = where(split, whole, order)
            moved |= some(order != placed)
            store(orders, (p, b, j), order)
            book(flows, entry_row, start, end, order, asked)
        close_books(booked, weight, rules.groups_apart, b, tile_link, first, last, asked)
    store(state.close, (0, p, b), near_use)
    store(state.close, (1, p, b), near_target)
    return moved


@_verb
def use_stock(rules, held, came, takes, draw):  # type: ignore[no-untyped-def]
    """A stock after deliveries and use: ``σ + came − u`` with ``u = min(y, σ) + draw · max(0, σ − y)``."""
    need = takes * rules.step
    use = minimum(need, held + rules.step * came if rules.use_on_arrival else held)
    if rules.production == LINEAR:
        use = use + draw * maximum(held - need, 0.0)
    return held + rules.step * came - use


@_verb
def reorder(rules, stock, made, goal, need, target, pace, reserve, urgent):  # type: ignore[no-untyped-def]
    """Orders ``H = ŷ + max(0, n ȳ − σ')/τ`` with ŷ what capacity and demand would allow, ȳ = min(a, ŷ).

    ``made`` and ``goal`` are output times the intensity a (``need``), 1 in the base year. What is missing for
    a step's need, ``max(0, θ ȳ − σ')``, is ordered at once.
    """
    level = goal
    if rules.stock_target == TARGET_UP_TO_BASE:
        level = minimum(goal, need)
    elif rules.stock_target == TARGET_BASE:
        level = need
    gap, need_now = target * level - stock, maximum(reserve * level - stock, 0.0)
    order = made if rules.orders_follow == FOLLOW_USE else goal
    if rules.orders_shrink:
        return maximum(order + gap * pace + need_now * urgent, 0.0)
    return order + maximum(gap, 0.0) * pace + need_now * urgent


@_verb
def is_close(value, goal, base):  # type: ignore[no-untyped-def]
    """1 where a value is close to its goal, in flows, else 0 (BoARIO's gates)."""
    none = splat(0.0, value)
    gap = value - goal
    far = maximum(gap, none - gap) * base > 1e-8 + 1e-5 * goal * base
    return where(far, none, splat(1.0, value))


@_verb
def record(tables, rules, state, days, day, b):  # type: ignore[no-untyped-def]
    """Add one step to the day's record."""
    for i in range(days.output.shape[2]):
        keep(days.output, day, b, i, rules.step * load(state.output, (b, i)))
    if len(days.demand) > 0:
        record_industries(tables, rules, state, days, day, b)
    for j in range(rules.first_final, state.stock.shape[2]):
        user = j - rules.first_final
        column = days.final_column[user]
        if column < 0:
            continue
        for p in range(state.stock.shape[0]):
            base = tables.base_use[p, j]
            if base == 0.0:
                continue
            product, got = days.pool_product[p], load(state.received, (p, b, user))
            keep_cell(days.consumption, day, b, product, column, rules.step * got)
            if len(days.unmet) > 0:
                missing = base * load(state.asked_final, (p, b, user)) - got
                # Rounding can bring a hair more than was asked; negative demand (boario) keeps its sign.
                if base > 0.0:
                    missing = maximum(missing, 0.0)
                keep_cell(days.unmet, day, b, product, column, rules.step * missing)
    if len(days.inventory) > 0:
        record_stocks(tables, rules.first_final, state.stock, days.inventory, day, b)


@_verb
def record_stocks(tables, industries, stock, inventory, day, b):  # type: ignore[no-untyped-def]
    """Set the day's stocks: lanes that are scenarios, in the order in which stocks lie in memory."""
    base_use, user_industry = tables.base_use, tables.user_industry
    for p in range(stock.shape[0]):
        for j in range(industries):
            for lane in range(inventory.shape[-1]):
                inventory[day, b, p, user_industry[j], lane] = stock[p, b, j, lane] * base_use[p, j]


@_verb
def record_industries(tables, rules, state, days, day, b):  # type: ignore[no-untyped-def]
    """Add one step of industries and gates to the day's record."""
    industries, step = days.output.shape[2], rules.step
    for i in range(industries):
        j = days.industry_user[i]
        asked = maximum(load(state.demand, (b, i)) - tables.exogenous_supply[i], 0.0)
        keep(days.demand, day, b, i, step * asked)
        keep(days.capacity, day, b, i, step * load(state.capacity, (b, i)))
        store(days.binding, (day, b, i), load(state.binding, (b, i)))
        store(days.cover, (day, b, i), load(state.cover, (b, j)))
    for gate in range(days.gate_delivery.shape[2]):
        i = industries + gate
        sent = minimum(load(state.output, (b, i)) + tables.exogenous_supply[i], load(state.demand, (b, i)))
        keep(days.gate_delivery, day, b, gate, step * sent)


@_verb
def record_forgone(tables, rules, state, days, day, b, j):  # type: ignore[no-untyped-def]
    """What an industry would have used of inputs that do not bind, and did not have, flow per day."""
    makes = load(state.made, (b, j)) * rules.step
    missing, need, adapts = splat(0.0, makes), makes, len(state.intensity) > 0
    for p in range(state.stock.shape[0]):
        use = tables.base_use[p, j]
        if use > 0.0:
            if adapts:
                need = makes * load(state.intensity, (p, b, j))
            missing = missing + use * maximum(need - load(state.stock, (p, b, j)), 0.0) / rules.step
    keep(days.forgone, day, b, tables.user_industry[j], rules.step * missing)


@_verb
def keep(record, day, b, line, value):  # type: ignore[no-untyped-def]
    """Add to a day's record."""
    store(record, (day, b, line), load(record, (day, b, line)) + value)


@_verb
def keep_cell(record, day, b, row, column, value):  # type: ignore[no-untyped-def]
    """Add to a cell of a day's record."""
    store(record, (day, b, row, column), load(record, (day, b, row, column)) + value)


# The four parts of a day, over a stretch of groups or of pools in their order. No two items write to one
# place, so stretches can be shared out among threads, and the bytes are the same for any number of them. A
# pool serves all packs before the next pool: its flows are read from memory once.


@_entry
def morning(tables, books, rules, pairs, state, first, last):  # type: ignore[no-untyped-def]
    """Pools count the orders their suppliers can accept."""
    for p in tables.pool_order[first:last]:
        for b in range(state.stock.shape[1]):
            if not state.quiet[b]:
                collect(tables, books, state, p, b)
                # Not from within: a verb that makes room for something costs whoever calls it, called or not.
                for row in range(tables.pool_start[p], tables.pool_start[p + 1]):
                    i = tables.row_supplier[row]
                    if pairs.start[i] < pairs.start[i + 1]:
                        accept(tables, books, pairs, state, p, b, row)


@_entry
def noon(tables, rules, state, days, day, step_number, first, last):  # type: ignore[no-untyped-def]
    """Groups of industries make what they can."""
    for g in range(first, last):
        for b in range(state.stock.shape[1]):
            if not state.quiet[b]:
                moved = produce(tables, rules, step_number, state, g, b)
                state.moved[b, state.stock.shape[0] + g] = moved
            if rules.production < LINEAR and len(days.forgone) > 0:
                for j in range(tables.group_start[g], tables.group_start[g + 1]):
                    record_forgone(tables, rules, state, days, day, b, j)


@_entry
def afternoon(tables, books, rules, pairs, state, first, last):  # type: ignore[no-untyped-def]
    """Pools divide what there is, and move orders to where there is more."""
    for p in tables.pool_order[first:last]:
        suppliers = tables.pool_start[p + 1] - tables.pool_start[p]
        fill = scratch(state.stock, suppliers)
        for b in range(state.stock.shape[1]):
            if not state.quiet[b]:
                moved = False
                differs = ration(tables, books, rules, pairs, state, p, b, fill)
                if rules.ranked:
                    for row in range(tables.pool_start[p], tables.pool_start[p + 1]):
                        serve(tables, books, pairs, state, p, b, row)
                if differs:
                    deliver_apart(tables, books, pairs, state, p, b)
                if rules.weigh_by_capacity:
                    weigh_by_capacity(tables, books, state.capacity, state.weight, p, b)
                # A substitute takes a second supplier.
                if rules.groups_apart and suppliers > 1 and some(load(rules.substitution_pace, b) > 0.0):
                    moved = substitute(tables, books, rules, pairs, state, p, b, fill, differs)
                state.moved[b, p] = moved


@_entry
def evening(tables, books, rules, state, first, last):  # type: ignore[no-untyped-def]
    """Pools deliver, and book tomorrow's orders."""
    for p in tables.pool_order[first:last]:
        asked = scratch(state.stock, tables.pool_start[p + 1] - tables.pool_start[p])
        for b in range(state.stock.shape[1]):
            if not state.quiet[b]:
                moved = exchange(tables, books, rules, state, p, b, asked)
                state.moved[b, p] |= moved


@_entry
def do(part, tables, books, rules, pairs, state, days, day, number, first, last):  # type: ignore[no-untyped-def]
    """One part of the day, for a stretch of its items."""
    if part == MORNING:
        morning(tables, books, rules, pairs, state, first, last)
    elif part == NOON:
        noon(tables, rules, state, days, day, number, first, last)
    elif part == AFTERNOON:
        afternoon(tables, books, rules, pairs, state, first, last)
    else:
        evening(tables, books, rules, state, first, last)


@_threads
def share_out(part, tables, books, rules, pairs, state, days, day, number, first, last):  # type: ignore[no-untyped-def]
    """``do``, shared out among threads."""
    for n in prange(first, last):
        do(part, tables, books, rules, pairs, state, days, day, number, np.int64(n), np.int64(n) + 1)


@_around_threads
def live_part(  # type: ignore[no-untyped-def]
    part, tables, books, rules, pairs, state, days, day, number, threads
):
    """One part of the day."""
    first, last = np.int64(0), np.int64(state.stock.shape[0])
    if part == NOON:
        last = len(tables.group_is_final) - tables.group_is_final.sum()
    if part == EVENING and rules.closeness_gates:
        # Where already the first pool is far from balance and target in every scenario of a pack, no gate
        # can hold, and nothing has to be kept for a repetition.
        state.checks[:] = True
        evening(tables, books, rules, state, first, first + 1)
        first, witness = first + 1, tables.pool_order[0]
        for b in range(len(state.checks)):
            state.checks[b] = state.close[:, witness, b].any()
    if threads:
        share_out(part, tables, books, rules, pairs, state, days, day, number, first, last)
    else:
        do(part, tables, books, rules, pairs, state, days, day, number, first, last)


@_around_threads
def repeat_evening(tables, books, rules, pairs, state, days, day, number, threads):  # type: ignore[no-untyped-def]
    """The evening again for scenarios whose deliveries are all close to use, or stocks all close to target.

    In the first no stock moves, in the second no gap is reordered; the others of a pack repeat what they did.
    """
    packs = state.stock.shape[1]
    quiet = state.quiet.copy()
    for gate in range(2):
        for b in range(packs):
            state.again[b] = False
            if not quiet[b] and state.checks[b]:
                stands = splat(1.0, state.close)
                for p in range(state.stock.shape[0]):
                    stands = minimum(stands, load(state.close, (gate, p, b)))
                store(state.stand, (gate, b), stands)
                state.again[b] = some(stands > 0.0)
        if state.again.any():
            for b in range(packs):
                state.quiet[b] = not state.again[b]
                if state.again[b]:
                    for p in range(state.stock.shape[0]):
                        for j in range(state.stock.shape[2]):
                            store(state.stock, (p, b, j), load(state.before, (0, p, b, j)))
                            store(state.orders, (p, b, j), load(state.before, (1, p, b, j)))
            live_part(EVENING, tables, books, rules, pairs, state, days, day, number, threads)
    state.quiet[:] = quiet
    state.again[:] = False
    state.stand[:] = 0.0


@_entry
def live(  # type: ignore[no-untyped-def]
    tables, books, rules, forcing, wakes, state, days, kept_from, first_day, last_day, threads
):
    """Some days: the whole model in one screen.

    ``wakes``, (days + 1, B): a shock of the pack changes. ``kept_from``: day of the first record of ``days``.
    """
    packs, industries, scenarios = state.stock.shape[1], days.output.shape[2], forcing.changes.shape[1]
    pairs = forcing.pairs
    steps = round(1.0 / rules.step)
    for day in range(first_day, last_day):
        row = day - kept_from
        for b in range(packs):
            if wakes[day, b]:
                cuts, losses = forcing.ceilings, forcing.losses
                apply_shocks(tables, cuts, losses, forcing.cut_pair, scenarios, day, state, b)
                for p in range(state.stock.shape[0]):
                    for user in range(state.asked_final.shape[2]):
                        store(state.asked_final, (p, b, user), load(state.demand_factor, (p, b, user)))
            if wakes[day, b] or wakes[day + 1, b]:
                state.quiet[b], state.still[b] = False, False
        for part in range(steps):
            number = day * steps + part
            live_part(MORNING, tables, books, rules, pairs, state, days, row, number, threads)
            live_part(NOON, tables, books, rules, pairs, state, days, row, number, threads)
            for b in range(packs):
                if not state.quiet[b]:
                    moved = open_gates(tables, rules, number, industries, state, b)
                    state.moved[b, -1] = moved
            live_part(AFTERNOON, tables, books, rules, pairs, state, days, row, number, threads)
            for b in range(packs):
                if part == steps - 1 and wakes[day + 1, b]:
                    changes, first = forcing.demands, rules.first_final
                    apply_demand(changes, scenarios, first, day + 1, state.appetite, state.demand_factor, b)
            live_part(EVENING, tables, books, rules, pairs, state, days, row, number, threads)
            if rules.closeness_gates:
                repeat_evening(tables, books, rules, pairs, state, days, row, number, threads)
            for b in range(packs):
                record(tables, rules, state, days, row, b)
                if not state.quiet[b]:
                    is_still = not state.moved[b].any()
                    # Two: what was called for yesterday still moves overtime today.
                    state.quiet[b], state.still[b] = state.still[b] and is_still, is_still
