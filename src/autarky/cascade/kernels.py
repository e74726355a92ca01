"""Kernels: losses spread along links from those nodes that lost more, or gathered by all nodes at once.

``spread`` follows one cascade. A node's block in ``state`` holds ``HEADER`` numbers and its slots:

    UNSOLD     Σ U · (loss of its customers): its loss by lack of demand, unless it failed itself
    SHORT      its loss by lack of supplies: the largest of its slots, at least the share it failed by
    PASSED     the loss it has handed on to its buyers so far, after others stood in for it
    NAME       its position, and in the upper half its place among the nodes that failed (from 1; 0: none)
    slots      Σ L · (loss handed on by the suppliers in the slot)

All rounds are synchronous: what a round hands on is settled before any of it arrives. UNSOLD and SHORT only
grow; a minus sign marks those that grew in the present round and are in its list.

``gather`` runs ``LANES`` cascades side by side over all links, and pays where a cascade touches most of
them. Both do the same rounds and stop at the same one. The slow twin is tests/reference/cascade.py.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from autarky.cascade.processor import LANES, add_share, prefetch

Floats = npt.NDArray[np.float64]
Heads = npt.NDArray[np.uint32]

HEADER = 4
"""Numbers in a node's block before its slots."""
UNSOLD, SHORT, PASSED, NAME = 0, 1, 2, 3
SETTLED, HANDED_OVER = 0, 1
FLOOR, REFERENCE_FLOOR = 1e-12, 1e-10
"""A market is wiped out below this share of what it was; in the published code below this much money."""
_NOISE = 1e-15
"""Share of what was handed on before, below which more of it waits for a later round."""
_NEXT_TO_NOTHING = 1e-250
"""Loss that ends where it is: what it would hand on has fewer digits than other numbers, and slows them."""
_ROUNDING = 1e-12
"""Share by which what a node hands on may fall: rounding alone makes it."""
_CANCELLED = 1e-3
"""Share of a market below which what is left of it is added up anew, not got by subtraction."""
AHEAD = 64
"""Links held back while their targets are brought near."""
_SOON = 8
"""Nodes looked ahead in a list."""


class Graph(NamedTuple):
    """What cascades share; see ``operators.Operators``."""

    rows: npt.NDArray[np.void]
    ups: npt.NDArray[np.void]
    downs: npt.NDArray[np.void]
    market: Floats
    kind_first: npt.NDArray[np.int64]
    member: Heads


class Law(NamedTuple):
    """``Rules`` as numbers."""

    substitution: bool
    reference: bool
    tolerance: float
    most_rounds: int
    most_links: int
    """Links touched at which a cascade is handed over."""


class Desk(NamedTuple):
    """What one worker writes on; clean between cascades."""

    state: Floats
    names: Heads
    """``state`` as whole numbers."""
    touched: Heads
    short: Heads
    """Heads of blocks whose SHORT grew in this round; then positions of those nodes."""
    short_by: Floats
    unsold: Heads
    unsold_by: Floats
    giver: Heads
    """Positions of nodes that hand on a loss to their buyers."""
    given: Floats
    next_of_kind: Heads
    """Node of the same kind that fell short before this one, from 1; 0: none."""
    fell: Heads
    """(K,) the last node of a kind that fell short, from 1; 0: none."""
    market_lost: Floats
    market_round: npt.NDArray[np.int32]
    changed: Heads
    """Kinds with a smaller market."""
    seen: Heads
    """Kinds whose market was touched in this cascade."""
    waiting_head: Heads
    waiting_slot: Heads
    waiting: Floats
    lengths: npt.NDArray[np.int64]
    """Lengths: touched, short, unsold, giver, changed, seen; then links touched and rounds."""


_TOUCHED, _SHORTS, _UNSOLDS, _GIVERS, _CHANGED, _SEEN, LINKS, ROUNDS = range(8)


@njit(cache=True, nogil=True)
def lay_out(rows: Any, state: Floats, names: Heads) -> None:
    """Write each node's position in its block."""
    for node in range(len(rows) - 1):
        names[2 * (np.int64(rows[node].head) + NAME)] = node


@njit(cache=True, nogil=True)
def _arrive_down(desk: Desk, waiting: int) -> None:
    state, short, short_by = desk.state, desk.short, desk.short_by
    shorts, touched = desk.lengths[_SHORTS], desk.lengths[_TOUCHED]
    for at in range(waiting):
        slot, head = np.int64(desk.waiting_slot[at]), np.int64(desk.waiting_head[at])
        total = state[slot] + desk.waiting[at]
        state[slot] = total
        loss = state[head + SHORT]
        if total > abs(loss):
            if loss >= 0:
                if loss == 0 and state[head] == 0:
                    desk.touched[touched] = head
                    touched += 1
                short[shorts] = head
                short_by[shorts] = loss
                shorts += 1
            state[head + SHORT] = -total
    desk.lengths[_SHORTS], desk.lengths[_TOUCHED] = shorts, touched


@njit(cache=True, nogil=True)
def _arrive_up(desk: Desk, waiting: int) -> None:
    state, unsold, unsold_by = desk.state, desk.unsold, desk.unsold_by
    unsolds, touched = desk.lengths[_UNSOLDS], desk.lengths[_TOUCHED]
    for at in range(waiting):
        head = np.int64(desk.waiting_head[at])
        loss = state[head]
        if loss >= 0:
            if loss == 0 and state[head + SHORT] == 0:
                desk.touched[touched] = head
                touched += 1
            unsold[unsolds] = head
            unsold_by[unsolds] = loss
            unsolds += 1
            loss = -loss
        state[head] = loss - desk.waiting[at]
    desk.lengths[_UNSOLDS], desk.lengths[_TOUCHED] = unsolds, touched


@njit(cache=True, nogil=True)
def _hand_down(graph: Graph, desk: Desk) -> None:
    """What every giver lost reaches its buyers' slots."""
    rows, downs, state = graph.rows, graph.downs, desk.state
    giver, given, givers = desk.giver, desk.given, desk.lengths[_GIVERS]
    heads, slots, values = desk.waiting_head, desk.waiting_slot, desk.waiting
    waiting = 0
    links = np.int64(0)
    desk.lengths[_SHORTS] = 0
    for at in range(givers):
        if at + _SOON < givers:
            prefetch(downs, rows[giver[at + _SOON]].down)
        if at + 2 * _SOON < givers:
            prefetch(rows, giver[at + 2 * _SOON])
        node, amount = np.int64(giver[at]), given[at]
        first, last = np.int64(rows[node].down), np.int64(rows[node + 1].down)
        links += last - first
        for link in range(first, last):
            down = downs[link]
            prefetch(state, down.slot)
            prefetch(state, down.head)
            heads[waiting], slots[waiting], values[waiting] = down.head, down.slot, down.share * amount
            waiting += 1
            if waiting == AHEAD:
                _arrive_down(desk, waiting)
                waiting = 0
    _arrive_down(desk, waiting)
    desk.lengths[LINKS] += links


@njit(cache=True, nogil=True)
def _hand_up(graph: Graph, desk: Desk, losers: int) -> None:
    """What every loser of demand buys less reaches its suppliers."""
    rows, ups, state = graph.rows, graph.ups, desk.state
    loser, lost = desk.unsold, desk.unsold_by
    heads, values = desk.waiting_head, desk.waiting
    # The list of this round is written over that of the last: a copy is read.
    waiting = 0
    links = np.int64(0)
    desk.lengths[_UNSOLDS] = 0
    giver, given = desk.giver, desk.given
    for at in range(losers):
        giver[at], given[at] = loser[at], lost[at]
    for at in range(losers):
        if at + _SOON < losers:
            prefetch(ups, rows[giver[at + _SOON]].up)
            prefetch(ups, rows[giver[at + _SOON]].up + 6)
        if at + 2 * _SOON < losers:
            prefetch(rows, giver[at + 2 * _SOON])
        node, amount = np.int64(giver[at]), given[at]
        first, last = np.int64(rows[node].up), np.int64(rows[node + 1].up)
        links += last - first
        for link in range(first, last):
            up = ups[link]
            prefetch(state, up.head)
            heads[waiting], values[waiting] = up.head, up.share * amount
            waiting += 1
            if waiting == AHEAD:
                _arrive_up(desk, waiting)
                waiting = 0
    _arrive_up(desk, waiting)
    desk.lengths[LINKS] += links


@njit(cache=True, nogil=True)
def _short_since(graph: Graph, law: Law, desk: Desk) -> float:
    """The nodes of the list fell short by more: largest difference; their markets have shrunk."""
    rows, state, names = graph.rows, desk.state, desk.names
    short, short_by = desk.short, desk.short_by
    most = 0.0
    kept = 0
    shorts = desk.lengths[_SHORTS]
    for at in range(shorts):
        if at + _SOON < shorts:
            prefetch(state, short[at + _SOON])
        head, old = np.int64(short[at]), short_by[at]
        new = min(1.0, -state[head + SHORT])
        state[head + SHORT] = new
        if new > old and new > _NEXT_TO_NOTHING:
            most = max(most, new - old)
            node = names[2 * (head + NAME)]
            prefetch(rows, node)
            # A minus sign: for the first time in this cascade.
            short[kept], short_by[kept] = node, new - old if old > _NEXT_TO_NOTHING else old - new
            kept += 1
    _shrink(graph, law, desk, kept)
    return most


@njit(cache=True, nogil=True)
def _shrink(graph: Graph, law: Law, desk: Desk, shorts: int) -> None:
    """Take what the nodes of the list lost from their markets; note who has something to hand on."""
    rows, lengths = graph.rows, desk.lengths
    now = lengths[ROUNDS]
    for at in range(shorts):
        node, loss, first = np.int64(desk.short[at]), abs(desk.short_by[at]), desk.short_by[at] < 0
        row = rows[node]
        sells = rows[node + 1].down > row.down
        if not law.substitution:
            if sells:
                desk.giver[lengths[_GIVERS]], desk.given[lengths[_GIVERS]] = node, loss
                lengths[_GIVERS] += 1
            continue
        if row.sold == 0:
            continue
        kind = row.kind
        if desk.market_round[kind] == 0:
            desk.seen[lengths[_SEEN]] = kind
            lengths[_SEEN] += 1
        if desk.market_round[kind] != now:
            desk.market_round[kind] = now
            desk.changed[lengths[_CHANGED]] = kind
            lengths[_CHANGED] += 1
        desk.market_lost[kind] += row.sold * loss
        if sells and first:
            desk.next_of_kind[node] = desk.fell[kind]
            desk.fell[kind] = node + 1


@njit(cache=True, nogil=True)
def _unsold_since(graph: Graph, desk: Desk, failed_by: Floats) -> tuple[float, int]:
    """The nodes of the list sell less: largest difference, and how many lost more than before."""
    rows, state, names = graph.rows, desk.state, desk.names
    unsold, unsold_by = desk.unsold, desk.unsold_by
    most = 0.0
    kept = 0
    unsolds = desk.lengths[_UNSOLDS]
    for at in range(unsolds):
        if at + _SOON < unsolds:
            prefetch(state, unsold[at + _SOON])
        head, old = np.int64(unsold[at]), min(1.0, unsold_by[at])
        new = -state[head]
        state[head] = new
        new = min(1.0, new)
        failed = names[2 * (head + NAME) + 1]
        if failed:
            own = failed_by[failed - 1]
            old, new = max(own, old), max(own, new)
        if new - old > _NEXT_TO_NOTHING:
            most = max(most, new - old)
            node = names[2 * (head + NAME)]
            prefetch(rows, node)
            unsold[kept], unsold_by[kept] = node, new - old
            kept += 1
    return most, kept


@njit(cache=True, nogil=True)
def _left_of(graph: Graph, desk: Desk, kind: int) -> float:
    """What is left of a kind's market, currency / year."""
    whole = float(graph.market[kind])
    left = whole - float(desk.market_lost[kind])
    if left < _CANCELLED * whole:
        left = 0.0
        for at in range(graph.kind_first[kind], graph.kind_first[kind + 1]):
            row = graph.rows[graph.member[at]]
            left += row.sold * (1 - desk.state[np.int64(row.head) + SHORT])
    return left


@njit(cache=True, nogil=True)
def stands_in(sold: float, left: float, whole: float, reference: bool) -> float:
    """Share of a node's loss that its buyers feel: others of the kind make up for the rest."""
    if reference:
        return min(1.0, sold / (left if left > REFERENCE_FLOOR else 1.0))
    return min(1.0, sold / left) if left > FLOOR * whole else 1.0


@njit(cache=True, nogil=True)
def _givers(graph: Graph, law: Law, desk: Desk) -> bool:
    """Who hands on how much more, now that markets have shrunk; False: somebody would hand on less."""
    rows, state = graph.rows, desk.state
    givers = 0
    for at in range(desk.lengths[_CHANGED]):
        kind = desk.changed[at]
        following = desk.fell[kind]
        if following == 0:
            continue
        whole, left = graph.market[kind], _left_of(graph, desk, kind)
        while following:
            node = np.int64(following) - 1
            following = desk.next_of_kind[node]
            row = rows[node]
            head = np.int64(row.head)
            before = state[head + PASSED]
            loss = stands_in(row.sold, left, whole, law.reference) * state[head + SHORT]
            if loss - before > max(before * _NOISE, _NEXT_TO_NOTHING):
                state[head + PASSED] = loss
                desk.giver[givers], desk.given[givers] = node, loss - before
                givers += 1
            elif before - loss > before * _ROUNDING:
                return False
    desk.lengths[_GIVERS] = givers
    return True


@njit(cache=True, nogil=True)
def spread(graph: Graph, law: Law, desk: Desk, failing: Any, failed_by: Floats) -> tuple[int, float]:
    """Follow one cascade from the nodes that fail, each by its share: SETTLED or not, and the last change."""
    rows, state, names, lengths = graph.rows, desk.state, desk.names, desk.lengths
    lengths[:] = 0
    lengths[ROUNDS] = 1
    losers = 0
    for at in range(len(failing)):
        node, loss = failing[at], failed_by[at]
        head = np.int64(rows[node].head)
        names[2 * (head + NAME) + 1] = at + 1
        state[head + SHORT] = loss
        desk.touched[lengths[_TOUCHED]] = head
        lengths[_TOUCHED] += 1
        desk.short[at], desk.short_by[at] = node, -loss
        desk.unsold[at], desk.unsold_by[at] = node, loss
    losers = len(failing)
    _shrink(graph, law, desk, losers)
    change = 0.0
    while True:
        if law.substitution and not _givers(graph, law, desk):
            return HANDED_OVER, change
        lengths[_CHANGED] = 0
        _hand_down(graph, desk)
        _hand_up(graph, desk, losers)
        lengths[_GIVERS] = 0
        rounds = lengths[ROUNDS]
        lengths[ROUNDS] = rounds + 1
        change = _short_since(graph, law, desk)
        less, losers = _unsold_since(graph, desk, failed_by)
        change = max(change, less)
        if change <= law.tolerance or rounds >= law.most_rounds:
            lengths[ROUNDS] = rounds
            return SETTLED, change
        if lengths[LINKS] > law.most_links:
            return HANDED_OVER, change


@njit(cache=True, nogil=True)
def clear(graph: Graph, desk: Desk) -> None:
    """Make a desk clean for the next cascade."""
    rows, state, names = graph.rows, desk.state, desk.names
    touched = desk.lengths[_TOUCHED]
    for at in range(touched):
        head = np.int64(desk.touched[at])
        node = np.int64(names[2 * (head + NAME)])
        names[2 * (head + NAME) + 1] = 0
        state[head + UNSOLD] = state[head + SHORT] = state[head + PASSED] = 0.0
        for slot in range(head + HEADER, np.int64(rows[node + 1].head)):
            state[slot] = 0.0
    for at in range(desk.lengths[_SEEN]):
        kind = desk.seen[at]
        desk.market_lost[kind] = 0.0
        desk.market_round[kind] = 0
        desk.fell[kind] = 0


@njit(cache=True, nogil=True)
def fail_each(
    graph: Graph,
    law: Law,
    desk: Desk,
    failing: Any,
    failed_by: Floats,
    weights: Floats,
    joint: Floats,
    downstream: Floats,
    upstream: Floats,
    rounds: Any,
    links: Any,
) -> None:
    """Let nodes fail one after another; weighted losses, rounds (0: handed over) and links touched."""
    state, names, lengths = desk.state, desk.names, desk.lengths
    for at in range(len(failing)):
        outcome, _ = spread(graph, law, desk, failing[at : at + 1], failed_by)
        links[at] = lengths[LINKS]
        rounds[at] = lengths[ROUNDS] if outcome == SETTLED else 0
        if outcome == SETTLED:
            touched = lengths[_TOUCHED]
            for place in range(touched):
                if place + 2 * _SOON < touched:
                    prefetch(state, desk.touched[place + 2 * _SOON])
                if place + _SOON < touched:
                    soon = names[2 * (np.int64(desk.touched[place + _SOON]) + NAME)]
                    prefetch(weights, np.int64(soon) * weights.shape[1])
                    prefetch(graph.rows, soon)
                head = np.int64(desk.touched[place])
                node = names[2 * (head + NAME)]
                short, unsold = state[head + SHORT], min(1.0, state[head + UNSOLD])
                if names[2 * (head + NAME) + 1]:
                    unsold = max(unsold, failed_by[0])
                worse = max(short, unsold)
                for w in range(weights.shape[1]):
                    weight = weights[node, w]
                    joint[at, w] += weight * worse
                    downstream[at, w] += weight * short
                    upstream[at, w] += weight * unsold
                names[2 * (head + NAME) + 1] = 0
                state[head + UNSOLD] = state[head + SHORT] = state[head + PASSED] = 0.0
                for slot in range(head + HEADER, np.int64(graph.rows[node + 1].head)):
                    state[slot] = 0.0
            lengths[_TOUCHED] = 0
        clear(graph, desk)


@njit(cache=True, nogil=True)
def what_is_left(graph: Graph, desk: Desk, failed_by: Floats, down: Floats, up: Floats) -> None:
    """Where ``spread`` left every node it touched."""
    for at in range(desk.lengths[_TOUCHED]):
        head = np.int64(desk.touched[at])
        node, failed = desk.names[2 * (head + NAME)], desk.names[2 * (head + NAME) + 1]
        unsold = min(1.0, desk.state[head + UNSOLD])
        down[node] = 1 - desk.state[head + SHORT]
        up[node] = 1 - (max(unsold, failed_by[failed - 1]) if failed else unsold)


class Pull(NamedTuple):
    """The links as each node gathers them; see ``operators.Operators``."""

    kind: npt.NDArray[np.int32]
    sold: Floats
    market: Floats
    customer_first: npt.NDArray[np.int64]
    customer: Heads
    customer_share: Floats
    slot_first: npt.NDArray[np.int64]
    input_first: npt.NDArray[np.int64]
    input: Heads
    input_share: Floats


class Table(NamedTuple):
    """What one worker gathers on, (n, LANES) each."""

    short: Floats
    passed: Floats
    unsold: Floats
    next_unsold: Floats


@njit(cache=True, nogil=True)
def _hand_on(pull: Pull, law: Law, short: Floats, left: Floats, passed: Floats) -> None:
    """Every node's loss that its buyers feel."""
    kind, sold = pull.kind, pull.sold
    if law.substitution:
        left[:] = 0.0
        for node in range(len(kind)):
            for lane in range(LANES):
                left[kind[node], lane] += sold[node] * (1 - short[node, lane])
        for node in range(len(kind)):
            for lane in range(LANES):
                loss = short[node, lane]
                if loss > 0:
                    of_kind = kind[node]
                    share = stands_in(sold[node], left[of_kind, lane], pull.market[of_kind], law.reference)
                    loss *= share
                passed[node, lane] = loss
    else:
        passed[:] = short


@njit(cache=True, nogil=True)
def gather(
    pull: Pull,
    law: Law,
    table: Table,
    failing: Any,
    lane_of: Any,
    failed_by: Floats,
    weights: Floats,
    joint: Floats,
    downstream: Floats,
    upstream: Floats,
    rounds: Any,
) -> float:
    """Run up to ``LANES`` cascades side by side; weighted losses, rounds, and the last change of the first.

    ``failing``, ``lane_of`` and ``failed_by`` say who fails in which cascade by how much, node after node.
    Afterwards ``short`` and ``unsold`` of the table are as the last round left them.
    """
    n, lanes = len(pull.kind), len(rounds)
    short, passed, unsold, next_unsold = table.short, table.passed, table.unsold, table.next_unsold
    short[:] = 0.0
    unsold[:] = 0.0
    left, total = np.empty((len(pull.market), LANES)), np.empty((3, LANES))
    change = np.empty(LANES)
    for at in range(len(failing)):
        node, lane = failing[at], lane_of[at]
        short[node, lane] = unsold[node, lane] = failed_by[at]
    rounds[:] = 0
    running = lanes
    number = 0
    while running:
        number += 1
        change[:] = -1.0
        _hand_on(pull, law, short, left, passed)
        at = 0
        for node in range(n):
            total[1] = 0.0
            for slot in range(pull.slot_first[node], pull.slot_first[node + 1]):
                total[0] = 0.0
                last = pull.input_first[slot + 1]
                for link in range(pull.input_first[slot], last):
                    prefetch(passed, LANES * np.int64(pull.input[min(link + _SOON, last - 1)]))
                    add_share(total, 0, pull.input_share[link], passed, pull.input[link])
                for lane in range(LANES):
                    total[1, lane] = max(total[1, lane], total[0, lane])
            at = _settle_node(total, failing, lane_of, failed_by, at, node, short, short, change)
        at = 0
        for node in range(n):
            total[1] = 0.0
            last = pull.customer_first[node + 1]
            for link in range(pull.customer_first[node], last):
                prefetch(unsold, LANES * np.int64(pull.customer[min(link + _SOON, last - 1)]))
                add_share(total, 1, pull.customer_share[link], unsold, pull.customer[link])
            at = _settle_node(total, failing, lane_of, failed_by, at, node, unsold, next_unsold, change)
        unsold, next_unsold = next_unsold, unsold
        for lane in range(lanes):
            if rounds[lane] == 0 and (change[lane] <= law.tolerance or number >= law.most_rounds):
                rounds[lane] = number
                running -= 1
                for node in range(n):
                    worse = max(short[node, lane], unsold[node, lane])
                    for w in range(weights.shape[1]):
                        joint[lane, w] += weights[node, w] * worse
                        downstream[lane, w] += weights[node, w] * short[node, lane]
                        upstream[lane, w] += weights[node, w] * unsold[node, lane]
    table.unsold[:] = unsold
    return float(change[0])


@njit(cache=True, nogil=True)
def _settle_node(
    total: Floats,
    failing: Any,
    lane_of: Any,
    failed_by: Floats,
    at: int,
    node: int,
    before: Floats,
    after: Floats,
    change: Floats,
) -> int:
    """A node's new loss in every cascade, at least what it failed by; the place of the next failure."""
    total[2] = 0.0
    while at < len(failing) and failing[at] == node:
        total[2, lane_of[at]] = failed_by[at]
        at += 1
    for lane in range(LANES):
        loss = max(min(1.0, total[1, lane]), total[2, lane])
        change[lane] = max(change[lane], loss - before[node, lane])
        after[node, lane] = loss
    return at
