"""Arrays in, arrays out: the verbs of a day on a network of firms.

n nodes (firms, then suppliers abroad), s slots (what a firm needs of one kind), m links in the order of
slots, K kinds, P products, B blocks, C channels by which a product is handed out. Buyers stand in G groups
that are served alike, the last being final users. Flows are per day, stocks in days of base-year use, orders
relative to base-year use. Every verb takes one block and writes nothing that another block reads or writes,
so that threads change no byte; how a network is cut into blocks depends on the network alone. The slow twin
is tests/reference/firm_day.py.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

LEONTIEF, CRITICAL, LINEAR = 0, 1, 2
NEVER_BINDS, HALF_BINDS, BINDS = 0, 1, 2
DEMAND, CAPACITY, CEILING = -1, -2, -3

BLOCKS = 8
"""Parts of a large network that threads share out. A number of its own, so that bytes do not depend on the
machine."""

_TRICKLE = 1e-3
"""Least weight of a supplier: somebody always asks whether it delivers again."""
_ROUNDING = 1e-9
"""Share of orders that rounding may leave undelivered."""


class Tables(NamedTuple):
    """The network of the base year."""

    kind: npt.NDArray[np.int32]
    """(n,)"""
    product: Integers
    """(K,) product that a kind counts as."""
    group: npt.NDArray[np.uint16]
    """(firms,) group a firm buys in."""
    base: Floats
    """(n,) output, flow per day."""
    final: Floats
    """(n,) sales to final users, flow per day."""
    final_of_kind: Floats
    """(K,) all final sales of a kind."""
    first_slot: npt.NDArray[np.uint32]
    """(firms + 1,) first slot of each firm."""
    slot_kind: npt.NDArray[np.int32]
    """(s,)"""
    first_link: npt.NDArray[np.uint32]
    """(s + 1,) first link of each slot."""
    use: Floats
    """(s,) base-year use, flow per day."""
    level: npt.NDArray[np.uint8]
    """(s,) ``NEVER_BINDS``, ``HALF_BINDS`` or ``BINDS``."""
    supplier: npt.NDArray[np.uint32]
    """(m,)"""
    flow: Floats
    """(m,) base-year flow per day."""
    moves: npt.NDArray[np.bool_]
    """(K,) whether orders of a kind can move: it has several suppliers."""
    nodes: Integers
    """(B + 1,) first node of each block."""
    buyers: Integers
    """(B + 1,) first buyer of each block."""


class Rules(NamedTuple):
    """How the day goes."""

    production: int
    normal: Floats
    """(n,) capacity without losses and overtime, flow per day."""
    target: Floats
    """(K,) days of stock aimed at."""
    pace: Floats
    """(K,) share of a gap in stock that is reordered in a day."""
    importance: float
    """Share of a half-binding input's shortage that output loses."""
    restart_share: float
    """Output relative to the base year that is always possible."""
    overtime_max: float
    overtime_days: float
    substitution_pace: float
    """Per day; 0: orders never move."""
    ranking: Integers
    """(C, P) which ranking a channel goes by."""
    turn: Integers
    """(rankings, P, G) groups in the order in which they are served."""
    rank: Integers
    """(rankings, P, G) rank of each group; those of one rank share."""


class State(NamedTuple):
    """What one evening hands to the next morning, and the day's workings. Filled in place."""

    stock: Floats
    """(s,)"""
    order: Floats
    """(s,)"""
    asked: Floats
    """(B, G - 1, n) orders of firms before weights, by the block that placed them."""
    offer: Floats
    """(G, n, 2) weight × share of orders that is delivered; weight. Beside each other: read together."""
    booked: Floats
    """(G, n) orders received, flow per day."""
    upto: Floats
    """(C, P) share of what there is that goes by a channel or one before it."""
    ceiling: Floats
    """(n,) most that may leave a supplier; inf: no limit."""
    survive: Floats
    """(n,) share of capacity left; above 1 under a rule of allocation that is more efficient."""
    wanted_final: Floats
    """(K,) final demand relative to the base year."""
    final_scale: Floats
    """(K,) makes weighted final orders add up to what is wanted."""
    overtime: Floats
    """(n,)"""
    call: Floats
    """(n,) unserved orders that would come if there were room."""
    output: Floats
    """(n,)"""
    bound_by: Integers
    """(n,) slot, or ``DEMAND``, ``CAPACITY``, ``CEILING`` (orders were cut)."""
    made: Floats
    """(n,) output relative to the base year."""
    goal: Floats
    """(n,) output that capacity and demand would allow, relative to the base year."""
    draw: Floats
    """(n,) share of spare stocks drawn to replace short ones (linear)."""
    asked_of_kind: Floats
    """(B, K, G) orders booked."""
    missing_of_kind: Floats
    """(B, K, G) orders not delivered."""
    spare_of_kind: Floats
    """(B, K) what could be delivered beyond orders."""
    weighted_of_kind: Floats
    """(B, K) final sales times weights."""
    part: Floats
    """(K, G) share of orders of a kind that stays undelivered; 0 within rounding."""
    reach: Floats
    """(K,) share of those that others of the kind could deliver."""


_verb: Any = njit(cache=True, nogil=True)
# Always inlined: it is called for every node.
_inlined: Any = njit(cache=True, forceinline=True)


@_inlined
def hand_out(there_is, orders, p, upto, ranking, turn, rank, filled):  # type: ignore[no-untyped-def]
    """Share of each group's orders of a product that is filled, channel after channel, in each rank by rank.

    Within a rank all get the same share of what is not filled yet; what nobody takes passes on. Where there
    is enough, all of it is filled: what rounding leaves short of the last rank would grow where stocks are
    of a day.
    """
    groups, whole = len(filled), 0.0
    for g in range(groups):
        whole += orders[g]
    if whole <= there_is:
        filled[:] = 1.0
        return
    filled[:] = 0.0
    handed, before = 0.0, 0.0
    for c in range(upto.shape[0]):
        if upto[c, p] <= before:
            continue
        before, by = upto[c, p], ranking[c, p]
        left, at = max(before * there_is - handed, 0.0), 0
        while at < groups:
            end, asked = at, 0.0
            while end < groups and rank[by, p, turn[by, p, end]] == rank[by, p, turn[by, p, at]]:
                g = turn[by, p, end]
                asked += orders[g] * (1.0 - filled[g])
                end += 1
            share = left / asked if asked > left else 1.0
            for n in range(at, end):
                g = turn[by, p, n]
                filled[g] = filled[g] + (1.0 - filled[g]) * share if share < 1.0 else 1.0
            handed += min(asked, left)
            left = max(left - asked, 0.0)
            at = end


@_inlined
def possible_output(pools, importance, use, level, stock, first, last, full):  # type: ignore[no-untyped-def]
    """What morning stocks allow relative to the base year (inf: no input binds), and the scarcest slot."""
    slot = np.int64(CAPACITY)
    if pools:
        held, need = 0.0, 0.0
        for s in range(first, last):
            held += use[s] * stock[s]
            need += use[s]
        return (held / need if need > 0.0 else np.inf), slot
    lowest = np.inf
    for s in range(first, last):
        if level[s] != NEVER_BINDS:
            limit = stock[s]
            if level[s] == HALF_BINDS:
                limit = importance * limit + (1.0 - importance) * full
            if limit < lowest:
                lowest, slot = limit, np.int64(s)
    return lowest, slot


@_inlined
def draw_on_others(use, stock, first, last, made):  # type: ignore[no-untyped-def]
    """Share of what other stocks have to spare that replaces the short ones (``linear``)."""
    short, spare = 0.0, 0.0
    for s in range(first, last):
        gap = use[s] * (made - stock[s])
        short += max(gap, 0.0)
        spare += max(-gap, 0.0)
    return min(short / spare, 1.0) if spare > 0.0 else 0.0


@_verb
def produce(tables, rules, state, block):  # type: ignore[no-untyped-def]
    """Orders come in, output is made and shared out among groups; returns whether anything moved."""
    # Arrays get a name of their own first: each look into a named tuple costs as much as a few flows.
    kind, base_output, final_sales, firms = tables.kind, tables.base, tables.final, len(tables.group)
    first_slot, use, level, stock = tables.first_slot, tables.use, tables.level, state.stock
    normal, pools, product, upto = rules.normal, rules.production == LINEAR, tables.product, state.upto
    ranking, turn, rank = rules.ranking, rules.turn, rules.rank
    importance, restart_share = rules.importance, rules.restart_share
    most, days = rules.overtime_max, rules.overtime_days
    asked_by, offer, booked, final_scale = state.asked, state.offer, state.booked, state.final_scale
    ceiling, survive, overtime, calls = state.ceiling, state.survive, state.overtime, state.call
    outputs, bounds, made, goal, draw = state.output, state.bound_by, state.made, state.goal, state.draw
    asked_of, missing_of = state.asked_of_kind[block], state.missing_of_kind[block]
    spare_of, blocks, groups = state.spare_of_kind[block], asked_by.shape[0], len(offer)
    final = groups - 1
    orders, accepted, filled = np.empty(groups), np.empty(groups), np.empty(groups)
    asked_of[:] = 0.0
    missing_of[:] = 0.0
    spare_of[:] = 0.0
    moved = False
    for i in range(tables.nodes[block], tables.nodes[block + 1]):
        k, base, most_out = kind[i], base_output[i], ceiling[i]
        demand = 0.0
        for g in range(final):
            asked = 0.0
            for b in range(blocks):
                asked += asked_by[b, g, i]
            orders[g] = asked * offer[g, i, 1]
            demand += orders[g]
        orders[final] = final_sales[i] * offer[final, i, 1] * final_scale[k]
        demand += orders[final]
        # A ceiling binds on orders: nobody makes what cannot leave.
        for g in range(groups):
            accepted[g] = orders[g]
        is_cut = demand > most_out
        if is_cut:
            hand_out(most_out, orders, product[k], upto, ranking, turn, rank, filled)
            demand = 0.0
            for g in range(groups):
                accepted[g] = orders[g] * filled[g]
                demand += accepted[g]

        alpha = overtime[i]
        if most > 1.0:
            calling = demand + calls[i]
            scarcity = (calling - outputs[i]) / calling if calling > 0.0 else 0.0
            scarcity = scarcity if scarcity > _ROUNDING else 0.0
            change = (most - alpha) * scarcity + (1.0 - alpha if scarcity == 0.0 else 0.0)
            alpha = max(1.0, alpha + change / days)
            moved |= alpha != overtime[i]
            overtime[i] = alpha
        capacity = normal[i] * survive[i] * alpha

        share, slot = np.inf, np.int64(CAPACITY)
        if i < firms:
            full = capacity / base if base > 0.0 else 0.0
            first, last = first_slot[i], first_slot[i + 1]
            share, slot = possible_output(pools, importance, use, level, stock, first, last, full)
            share = max(share, restart_share)
        # Without binding inputs the share is inf, and inf × 0 would not be a number.
        inputs = share * base if share < np.inf else share
        output = min(capacity, inputs, demand)
        bound_by = slot if inputs < capacity else np.int64(CAPACITY)
        if output >= demand * (1.0 - 1e-12):
            bound_by = np.int64(CEILING if is_cut else DEMAND)
        bounds[i] = bound_by
        moved |= output != outputs[i]
        outputs[i] = output
        # A firm without output that buys goes on buying.
        made[i] = output / base if base > 0.0 else 1.0
        goal[i] = min(capacity, demand) / base if base > 0.0 else 1.0
        if pools and i < firms:
            draw[i] = draw_on_others(use, stock, first_slot[i], first_slot[i + 1], made[i])

        hand_out(output, accepted, product[k], upto, ranking, turn, rank, filled)
        for g in range(groups):
            served = filled[g]
            if accepted[g] != orders[g]:
                served *= accepted[g] / orders[g]
            offer[g, i, 0] = offer[g, i, 1] * served
            booked[g, i] = orders[g]
            asked_of[k, g] += orders[g]
            missing_of[k, g] += orders[g] * (1.0 - served)
        if most_out == np.inf:
            spare_of[k] += max(min(capacity, inputs) - demand, 0.0)
    return moved


@_verb
def weigh_up(state):  # type: ignore[no-untyped-def]
    """By kind: which orders stay undelivered, and how many of them others could deliver."""
    part, reach, groups = state.part, state.reach, state.part.shape[1]
    for k in range(len(reach)):
        unserved, spare = 0.0, 0.0
        for b in range(state.spare_of_kind.shape[0]):
            spare += state.spare_of_kind[b, k]
        for g in range(groups):
            asked, missing = 0.0, 0.0
            for b in range(state.asked_of_kind.shape[0]):
                asked += state.asked_of_kind[b, k, g]
                missing += state.missing_of_kind[b, k, g]
            part[k, g] = 0.0
            if missing > _ROUNDING * asked:
                part[k, g] = missing / asked
                unserved += missing
        reach[k] = min(1.0, spare / unserved) if unserved > 0.0 else 0.0


@_verb
def substitute(tables, rules, state, block):  # type: ignore[no-untyped-def]
    """Buyers lean on suppliers that deliver, as far as the kind has spare capacity; whether any moved.

    A weight moves back towards 1 by the share of orders that is delivered, and down by the share that is
    not, times the share of those that others could deliver.
    """
    offer, booked, pace = state.offer, state.booked, rules.substitution_pace
    kind, moves, final_sales, groups = tables.kind, tables.moves, tables.final, len(state.offer)
    ceiling, part, reach, calls = state.ceiling, state.part, state.reach, state.call
    weighted = state.weighted_of_kind[block]
    weighted[:] = 0.0
    moved = False
    for i in range(tables.nodes[block], tables.nodes[block + 1]):
        k = kind[i]
        if moves[k]:
            call, limited = 0.0, ceiling[i] < np.inf
            for g in range(groups):
                if not limited:
                    call += booked[g, i] * part[k, g]
                before = offer[g, i, 1]
                share = offer[g, i, 0] / before
                # Who delivers all but rounding, or was not asked, has left nothing unserved.
                if share > 1.0 - _ROUNDING or booked[g, i] == 0.0:
                    share = 1.0
                change = pace * ((1.0 - before) * share - before * (1.0 - share) * reach[k])
                after = max(before + change, _TRICKLE)
                moved |= after != before
                offer[g, i, 1] = after
            moved |= call != calls[i]
            calls[i] = call
        weighted[k] += final_sales[i] * offer[groups - 1, i, 1]
    return moved


@_verb
def scale_final(tables, state):  # type: ignore[no-untyped-def]
    """Let what final users order of a kind add up to what they want of it."""
    for k in range(len(state.final_scale)):
        weighted = 0.0
        for b in range(state.weighted_of_kind.shape[0]):
            weighted += state.weighted_of_kind[b, k]
        whole = tables.final_of_kind[k] / weighted if weighted != 0.0 else 0.0
        state.final_scale[k] = state.wanted_final[k] * whole


@_verb
def exchange(tables, rules, state, block):  # type: ignore[no-untyped-def]
    """Receive, use inputs, order for tomorrow, and book the orders; whether a stock or an order moved."""
    first_slot, first_link, slot_kind = tables.first_slot, tables.first_link, tables.slot_kind
    supplier, flow, use = tables.supplier, tables.flow, tables.use
    stock, orders, target, pace = state.stock, state.order, rules.target, rules.pace
    mades, goals, draws, groups = state.made, state.goal, state.draw, tables.group
    offers, booked, splits = state.offer, state.asked[block], rules.substitution_pace > 0.0
    moved = False
    booked[:] = 0.0
    for j in range(tables.buyers[block], tables.buyers[block + 1]):
        made, goal, draw = mades[j], goals[j], draws[j]
        offer, asked = offers[groups[j]], booked[groups[j]]
        level = min(1.0, goal)
        for s in range(first_slot[j], first_slot[j + 1]):
            start, end, k = first_link[s], first_link[s + 1], slot_kind[s]
            brought, weighted = 0.0, 0.0
            for at in range(start, end):
                i = supplier[at]
                brought += flow[at] * offer[i, 0]
                weighted += flow[at] * offer[i, 1]
            held = stock[s]
            used = min(made, held) + draw * max(held - made, 0.0)
            left = held + (brought * orders[s] / use[s] - used)
            # What one day needs is ordered at once; only the stock beyond it is rebuilt over time.
            order = goal + max(target[k] * level - left, 0.0) * pace[k]
            order += max(level - left, 0.0) * (1.0 - pace[k])
            if splits:
                order = order * use[s] / weighted if weighted != 0.0 else 0.0
            moved |= left != held or order != orders[s]
            stock[s] = left
            orders[s] = order
            for at in range(start, end):
                asked[supplier[at]] += flow[at] * order
    return moved


@_verb
def book(tables, block, asked):  # type: ignore[no-untyped-def]
    """Orders of the base year, ``asked`` of (groups of firms, nodes), and base-year use; filled in."""
    for j in range(tables.buyers[block], tables.buyers[block + 1]):
        mine = asked[tables.group[j]]
        for s in range(tables.first_slot[j], tables.first_slot[j + 1]):
            tables.use[s] = 0.0
            for at in range(tables.first_link[s], tables.first_link[s + 1]):
                tables.use[s] += tables.flow[at]
                mine[tables.supplier[at]] += tables.flow[at]


@_verb
def take_note(tables, state, day, levels, lost, crossed, made_then, bound_then):  # type: ignore[no-untyped-def]
    """What a day leaves on record of each node: output lost, and when it first fell below each level."""
    for i in range(len(lost)):
        made = state.made[i]
        lost[i] += tables.base[i] - state.output[i]
        for n in range(len(levels)):
            if made < levels[n] and crossed[n, i] < 0:
                crossed[n, i] = day
                made_then[n, i] = made
                bound_then[n, i] = state.bound_by[i]


@_verb
def add_up(sector, coefficient, state, base, stop, output, stopped):  # type: ignore[no-untyped-def]
    """Add the output of firms, and those that make less than ``stop``, by sector; returns value added."""
    value = 0.0
    for i in range(len(sector)):
        made = state.output[i]
        output[sector[i]] += made
        value += coefficient[i] * made
        if base[i] > 0.0 and state.made[i] < stop:
            stopped[sector[i]] += 1.0
    return value
