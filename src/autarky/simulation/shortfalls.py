"""Shortfalls: what an industry did not make, traced back along the days to the shocks that it comes from.

A loss is passed on, day by day and without remainder, from where it shows to what it comes from:

* of a day's lost output, what fewer orders or lost capacity would have cost by themselves goes to them; the
  rest to the input whose morning stock bound output, or to capacity;
* a missing stock comes, first of all, from what yesterday's deliveries fell short of the use that was wanted;
  what is left of the gap was there the morning before, and is passed on to it;
* deliveries that fell short are laid to the suppliers that fell short, by their base-year shares: to the cut
  where a ceiling let through least, else to what the supplier itself did not make of the base year's orders;
  what it could not serve beyond them, to all suppliers of its product by what they failed to deliver;
* fewer orders are laid to the users that wanted less, and to the ceilings and changes of demand that act;
* where behaviours say why a supplier could make less, lost capacity is laid to that, and to shocks on
  capacity, in proportion to what each takes away; what they say that final users do not ask for, to that;
* people who were let go are missing, as long as output is low, for what there was nothing to do for them.

Every step but those of one morning goes back in time, so that nothing goes round for ever, and the parts of
a loss add up to it. They tell what bound, in the order in which it bound; relieving one input alone may give
less than its part, because another binds next, or more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from enum import Enum
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from autarky.economy import Economy
from autarky.results import Binding, Outcome, Reason, SimulationResult
from autarky.scenario import Scenario
from autarky.simulation import kernels
from autarky.simulation.forcing import Effects, Forcing
from autarky.simulation.labelling import label_days
from autarky.simulation.limits import NO_LIMITS, Limits
from autarky.simulation.network import DAYS_PER_YEAR, NON_BINDING, Network, build_network
from autarky.simulation.opening import Keep, by_slot, keep_everything
from autarky.simulation.presets import OrdersFollow, Parameters, parameters
from autarky.simulation.run import live_through

Floats = npt.NDArray[np.float64]

_NOTHING = 1e-9
"""Share of a base-year flow that counts as none."""


class Place(Enum):
    """Where a part of a loss is on its way back. The last seven are where it ends."""

    LOST = "output lost"
    SHORT = "less made than ordered"
    OVERRUN = "more ordered than in the base year"
    ORDERS = "fewer orders"
    INPUT = "an input's stock"
    CUT = "trade cut"
    CAPACITY = "capacity lost"
    LIMIT = "a behaviour's limit on capacity"
    DEMAND = "demand changed"
    UNWANTED = "not asked for"
    STOCK = "stock too small"
    UNTOLD = "not told"


ENDS = frozenset(
    {Place.CUT, Place.CAPACITY, Place.LIMIT, Place.DEMAND, Place.UNWANTED, Place.STOCK, Place.UNTOLD}
)
REASONS = tuple(Reason)
"""Why a limit is one, by position."""


class Node(NamedTuple):
    """A place and whose it is: an industry; a pool and an industry (INPUT, STOCK); a supplier and a
    destination (CUT); a supplier and a reason (LIMIT); a final user and a product (DEMAND), or a reason
    (UNWANTED)."""

    place: Place
    first: int
    second: int = -1


Parts = list[tuple[Node, Floats]]
"""What a load by day goes on to: loads by day that add up to it."""


def simulate_and_trace(
    economy: Economy,
    scenario: Scenario,
    *,
    at_hand: tuple[str, str] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[SimulationResult, Trace]:
    """Simulate as ``simulate``, and keep what it takes to trace losses back.

    Parameters
    ----------
    at_hand : (industry, slot), optional
        Labels of an industry and of an input slot that never binds its output, however little is in stock.

    Raises
    ------
    KeyError
        If ``at_hand`` names no slot of an industry.
    Otherwise as ``simulate``.
    """
    params = parameters(scenario.behaviour, scenario.groups, scenario.shocks)
    network = build_network(economy, params)
    if at_hand is not None:
        network = _without_binding(network, *at_hand)
    lived = live_through(
        network, [scenario], [params], keep_everything(network), stocks=np.float32, progress=progress
    )
    if lived.outcome is Outcome.INTERRUPTED:
        raise KeyboardInterrupt
    days, limits = lived.record.days_of(0, lived.done), lived.limits_of(0)
    result = label_days(
        network,
        scenario,
        params,
        lived.forcing,
        days._replace(inventory=days.inventory[:0]),
        0,
        lived.outcome,
        lived.acting,
        limits,
    )
    return result, Trace(network, params, lived.forcing, days, limits)


def outputs(
    economy: Economy,
    scenarios: Sequence[Scenario],
    *,
    progress: Callable[[int, int], None] | None = None,
) -> Floats:
    """Output of each industry on each day under scenarios that share a network, (scenarios, T, n), per day.

    Raises
    ------
    As ``simulate``.
    """
    each = [parameters(scenario.behaviour, scenario.groups, scenario.shocks) for scenario in scenarios]
    network = build_network(economy, each[0])
    keep = Keep(False, np.full(len(economy.final_users), -1, dtype=np.int64))
    lived = live_through(network, scenarios, each, keep, progress=progress)
    if lived.outcome is Outcome.INTERRUPTED:
        raise KeyboardInterrupt
    return np.asarray(lived.record.values["output"])


def stocks_needed(economy: Economy, scenario: Scenario) -> int:
    """Bytes that all stocks of all days take, at most."""
    return 2 * len(economy.products) * len(economy.industries) * scenario.days * 4


def _without_binding(network: Network, industry: str, slot: str) -> Network:
    """The network in which one industry's output does not depend on one input."""
    slots = [str(one) for one in network.slots]
    labels = network.economy.industries.labels
    if slot not in slots or industry not in labels:
        raise KeyError((industry, slot))
    p = slots.index(slot)
    user = np.flatnonzero(network.tables.user_industry == labels.index(industry))
    if not network.tables.base_use[p, user].any():
        raise KeyError((industry, slot))
    criticality = network.tables.criticality.copy()
    criticality[p, user] = NON_BINDING
    return replace(network, tables=network.tables._replace(criticality=criticality))


class Trace:
    """The days of one scenario, and how a loss on them is passed on. T days, n industries; positions as in
    ``Network``."""

    def __init__(
        self,
        network: Network,
        params: Parameters,
        forcing: Forcing,
        days: kernels.Days,
        limits: Limits = NO_LIMITS,
    ) -> None:
        self.network, self.params, self.forcing, self.days = network, params, forcing, days
        self.limits = limits
        self.n = len(network.economy.industries)
        self.base = network.tables.base_output[: self.n]
        self._asked = np.maximum(days.demand - network.tables.exogenous_supply[: self.n], 0.0)
        self._all = np.ones(len(days.output))
        self._known_served: dict[int, tuple[Floats, Floats]] = {}
        self._known_passed: dict[tuple[int, int], Floats] = {}
        self._known_unsold: dict[int, Parts] = {}
        self._known_staff: dict[int, Floats] = {}

    def __len__(self) -> int:
        return len(self.days.output)

    @cached_property
    def lost(self) -> Floats:
        """(T, n) output below the base year's, flow per day."""
        return np.maximum(self.base * (1.0 - _NOTHING) - self.days.output, 0.0)

    @cached_property
    def goal(self) -> Floats:
        """(T, n) output that orders and capacity would allow, flow per day."""
        return np.asarray(np.minimum(self.days.capacity, self._asked))

    def pass_on(self, node: Node, load: Floats) -> Parts:
        """What a load on a node, (T,), comes from: loads on other nodes that add up to it.

        Raises
        ------
        ValueError
            For a node that ends a way back.
        """
        match node.place:
            case Place.LOST:
                parts = self._of_loss(node.first, load)
            case Place.SHORT:
                parts = self._of_short(node.first, load)
            case Place.OVERRUN:
                parts = self._of_overrun(node.first, load)
            case Place.ORDERS:
                parts = self._of_orders(node.first, load)
            case Place.INPUT:
                parts = self._of_input(node.first, node.second, load)
            case _:
                raise ValueError(f"{node.place} comes from nothing else")
        return self._by_reason(parts)

    def roots(self, node: Node, load: Floats, *, told: float = 0.995) -> dict[Node, float]:
        """What a loss goes back to: share of each end, in the order of their size; the shares add to 1.

        The largest loads are passed on first, fewer orders last and all together, until ``told`` of the loss
        has come to an end; the rest is ``UNTOLD``.
        """
        whole = float(load.sum())
        ends: dict[Node, float] = {}
        waiting: dict[Node, Floats] = {}
        size: dict[Node, float] = {}
        orders = np.zeros((len(self), self.n))

        def take(parts: Parts) -> None:
            for other, part in parts:
                amount = float(part.sum())
                if other.place in ENDS:
                    ends[other] = ends.get(other, 0.0) + amount
                elif other.place is Place.ORDERS:
                    orders[:, other.first] += part
                elif amount > 1e-7 * whole:
                    waiting[other] = waiting[other] + part if other in waiting else part
                    size[other] = size.get(other, 0.0) + amount

        take([(node, load)])
        while sum(ends.values()) < told * whole:
            if waiting:
                at = max(size, key=lambda one: size[one])
                del size[at]
                take(self.pass_on(at, waiting.pop(at)))
            elif orders.any():
                placed, orders = orders, np.zeros_like(orders)
                take(self._by_reason(self._of_all_orders(placed)))
            else:
                break
        untold = Node(Place.UNTOLD, -1)
        ends[untold] = ends.get(untold, 0.0) + max(0.0, whole - sum(ends.values()))
        ordered = sorted(ends.items(), key=lambda end: (-end[1], end[0].place.value, end[0][1:]))
        return {end: amount / whole for end, amount in ordered if amount > 1e-6 * whole}

    def shortfall(self, p: int, j: int) -> Floats:
        """(T,) what deliveries of an input fell short of the use that was wanted, flow per day."""
        suppliers, flows = self.suppliers(p, j)
        short, _ = self._short_shares(suppliers, self._destination(j))
        # einsum sums in one order; a library's product may not.
        return np.asarray(self._wanted(j) * np.einsum("i,it->t", flows, short))

    def shortfall_of(self, i: int, p: int, j: int) -> tuple[Floats, float]:
        """(T,) the part of it that one supplier fell short, and its base-year flow, flow per day."""
        suppliers, flows = self.suppliers(p, j)
        short, _ = self._short_shares(suppliers, self._destination(j))
        at = int(np.flatnonzero(suppliers == i)[0])
        return np.asarray(self._wanted(j) * flows[at] * short[at]), float(flows[at])

    def suppliers(self, p: int, j: int) -> tuple[npt.NDArray[np.int64], Floats]:
        """Suppliers of an industry's input slot, and their base-year flows per day."""
        tables = self.network.tables
        user = int(self.days.industry_user[j])
        g = int(np.searchsorted(tables.group_start, user, side="right") - 1)
        entries = slice(*tables.entry_start[p, user : user + 2])
        sellers = tables.tile_row[tables.tile_start[p, g] : tables.tile_start[p, g + 1]]
        found = tables.row_supplier[tables.pool_start[p] + sellers[tables.entry_row[entries]]]
        flows = np.asarray(tables.flows[entries], dtype=np.float64)
        return found[flows > 0], flows[flows > 0]

    def _of_loss(self, j: int, load: Floats) -> Parts:
        anyway, fewer = self._lost_anyway[:, j], self._fewer_orders[:, j]
        return _loads(
            (Node(Place.SHORT, j), load * (1.0 - anyway)),
            (Node(Place.ORDERS, j), load * anyway * fewer),
            (Node(Place.CAPACITY, j), load * anyway * ~fewer),
        )

    @cached_property
    def _lost_anyway(self) -> Floats:
        """(T, n) part of lost output that fewer orders or lost capacity would have cost by themselves."""
        anyway = np.clip(self.base - self.goal, 0.0, self.lost)
        return np.divide(anyway, self.lost, out=np.zeros_like(anyway), where=self.lost > 0)

    def _of_short(self, j: int, load: Floats) -> Parts:
        binding = self.days.binding[:, j]
        found: list[tuple[Node, Floats]] = []
        for code in np.unique(binding[load > 0]).astype(int):
            node = Node(Place.INPUT, code, j)
            if code == Binding.CAPACITY:
                node = Node(Place.CAPACITY, j)
            elif code == Binding.DEMAND:
                node = Node(Place.ORDERS, j)
            found.append((node, np.where(binding == code, load, 0.0)))
        return _loads(*found)

    def _of_input(self, p: int, j: int, load: Floats) -> Parts:
        suppliers, flows = self.suppliers(p, j)
        share = flows / flows.sum()
        short, passed = self._short_shares(suppliers, self._destination(j))
        parts = self._wanted(j) * share[:, None] * short
        missed = parts.sum(axis=0)
        gap = self._gap(p, j)
        fresh = np.divide(missed, gap[1:], out=np.ones(len(missed)), where=gap[1:] > missed)
        fresh[missed <= _NOTHING] = 0.0
        # From the last morning back: what is not fresh was missing the morning before.
        laid, carried = np.zeros(len(load)), 0.0
        for morning in range(len(load) - 1, 0, -1):
            carried += load[morning]
            laid[morning - 1] = carried * fresh[morning - 1]
            carried -= laid[morning - 1]
        begun = np.zeros(len(load))
        begun[0] = carried + load[0]
        by_supplier = np.divide(laid, missed, out=np.zeros(len(laid)), where=missed > _NOTHING) * parts
        found = [(Node(Place.STOCK, p, j), begun)]
        for i, part, through in zip(suppliers, by_supplier, passed, strict=True):
            found += self._of_supplier(int(i), self._destination(j), part, through)
        return _loads(*found)

    def _of_supplier(self, i: int, destination: int, load: Floats, passed: Floats) -> Parts:
        """Why a supplier fell short: the cut where that let through least, else what it did not make."""
        if not load.any():
            return []
        served, made = self._served(i)
        is_cut = passed <= served
        rest = np.where(is_cut, 0.0, load)
        if i >= self.n:
            # Money limits what is left by cuts and capacity.
            came, paid = np.minimum(served, passed), self._paid(i)
            short = 1.0 - came * paid
            unpaid = load * np.divide(came * (1.0 - paid), short, out=np.zeros(len(load)), where=short > 0)
            is_short = np.where(is_cut, 0.0, load - unpaid)
            return [
                (Node(Place.CUT, i, destination), load - unpaid - is_short),
                (Node(Place.CAPACITY, i), is_short),
                (Node(Place.LIMIT, i, REASONS.index(Reason.NO_MONEY)), unpaid),
            ]
        unserved = 1.0 - served
        own = np.divide(1.0 - made, unserved, out=np.zeros(len(load)), where=unserved > 0)
        return [
            (Node(Place.CUT, i, destination), load - rest),
            (Node(Place.SHORT, i), rest * own),
            (Node(Place.OVERRUN, i), rest * (1.0 - own)),
        ]

    def _of_overrun(self, i: int, load: Floats) -> Parts:
        """Orders that came on top: from users of all suppliers of the same product that failed."""
        others, flow = self._of_same_pool(i)
        failed: list[Floats] = []
        nodes: list[Node] = []
        for k, to in zip(others, flow, strict=True):
            made = self._served(int(k))[1]
            for destination in np.flatnonzero(to > 0):
                passed = self._passed(int(k), int(destination))
                failed.append(to[destination] * (1.0 - passed))
                nodes.append(Node(Place.CUT, int(k), int(destination)))
            failed.append(to.sum() * (1.0 - made))
            nodes.append(Node(Place.SHORT if k < self.n else Place.CAPACITY, int(k)))
            if k >= self.n:
                failed.append(to.sum() * made * (1.0 - self._paid(int(k))))
                nodes.append(Node(Place.LIMIT, int(k), REASONS.index(Reason.NO_MONEY)))
        return _in_proportion(nodes, failed, load, Node(Place.UNTOLD, i))

    def _of_orders(self, j: int, load: Floats) -> Parts:
        """Fewer orders for an industry: by shocks of the day, and by what users decided the day before."""
        direct = self._unsold(j)
        sold = np.maximum(self.network.economy.Z[j], 0.0) / DAYS_PER_YEAR
        by_user = sold * self._wanted_less
        total = np.sum([weight for _, weight in direct], axis=0) + by_user.sum(axis=1)
        told = total > _NOTHING * self.base[j]
        scale = np.divide(load, total, out=np.zeros(len(load)), where=told)
        parts = [(node, weight * scale) for node, weight in direct]
        for u in np.flatnonzero(by_user.any(axis=0)):
            parts += self._decided_by(int(u), np.append((by_user[:, u] * scale)[1:], 0.0))
        return _loads(*parts, (Node(Place.UNTOLD, j), np.where(told, 0.0, load)))

    def _of_all_orders(self, loads: Floats) -> Parts:
        """The same for loads on all industries, (T, n), with whatever orders those come from, to the end.

        From the last day back: each day's loads meet those that the day after passed on.
        """
        sold = np.maximum(self.network.economy.Z, 0.0) / DAYS_PER_YEAR
        direct = [self._unsold(j) for j in range(self.n)]
        on_the_day = np.stack([sum((w for _, w in ends), np.zeros(len(self))) for ends in direct], axis=1)
        waiting, scales, untold = loads.copy(), np.zeros_like(loads), 0.0
        # A user that orders what it uses wants less as it makes less, for whatever reason that was.
        follows_use = self._follows_use
        short = 1.0 - self._lost_anyway if follows_use else np.zeros_like(loads)
        full = np.where(self._fewer_orders, 0.0, 1.0 - short)
        if self._follows_demand:
            full[:] = 0.0
        by_stock, by_capacity = np.zeros_like(loads), np.zeros_like(loads)
        for day in range(len(self) - 1, -1, -1):
            load, less = waiting[day], self._wanted_less[day]
            # einsum sums in one order; a library's product may not.
            total = on_the_day[day] + np.einsum("ju,u->j", sold, less)
            told = total > _NOTHING * self.base
            untold += float(load[~told].sum())
            scales[day] = np.divide(load, total, out=np.zeros(self.n), where=told)
            if day:
                decided = np.einsum("j,ju->u", scales[day], sold) * less
                by_stock[day - 1] = decided * short[day - 1]
                by_capacity[day - 1] = decided * full[day - 1]
                waiting[day - 1] += decided - by_stock[day - 1] - by_capacity[day - 1]
        parts = [(node, weight * scales[:, j]) for j, ends in enumerate(direct) for node, weight in ends]
        for place, load in ((Place.SHORT, by_stock), (Place.CAPACITY, by_capacity)):
            parts += [(Node(place, int(u)), load[:, u]) for u in np.flatnonzero(load.any(axis=0))]
        rest = np.zeros(len(self))
        rest[0] = untold
        return _loads(*parts, (Node(Place.UNTOLD, -1), rest))

    @property
    def _needed(self) -> Floats:
        """(T, n) output for which inputs are ordered, flow per day."""
        return self._asked if self._follows_demand else self.goal

    @property
    def _follows_demand(self) -> bool:
        return self.params.preset.orders_follow is OrdersFollow.DEMAND

    @property
    def _follows_use(self) -> bool:
        return self.params.preset.orders_follow is OrdersFollow.USE

    def _decided_by(self, u: int, load: Floats) -> Parts:
        """Why a user wanted less: its own orders, or its capacity, whichever allowed less."""
        if self._follows_use:
            return [(Node(Place.LOST, u), load)]
        if self._follows_demand:
            return [(Node(Place.ORDERS, u), load)]
        fewer = self._fewer_orders[:, u]
        return [(Node(Place.ORDERS, u), load * fewer), (Node(Place.CAPACITY, u), load * ~fewer)]

    def _unsold(self, j: int) -> Parts:
        """(T,) what shocks of the day keep an industry from selling: cuts of its sales, and final users."""
        if j not in self._known_unsold:
            flow = self.network.tables.base_to_destination[j]
            found = []
            for d in np.flatnonzero(flow > 0):
                passed = self._passed(j, int(d))
                if (passed < 1.0).any():
                    found.append((Node(Place.CUT, j, int(d)), flow[d] * (1.0 - passed)))
            for c, (bought, factor) in self._final_orders(j).items():
                found.append((Node(Place.DEMAND, c, j), np.maximum(bought * (1.0 - factor), 0.0)))
            found += self._of_unwanted(j)
            self._known_unsold[j] = found
        return self._known_unsold[j]

    @cached_property
    def _wanted_less(self) -> Floats:
        """(T, n) share of its base-year inputs that an industry did not want the evening before."""
        level = self.days.output if self._follows_use else self._needed
        part = np.divide(level, self.base, out=np.ones_like(level), where=self.base > 0)
        less = np.zeros_like(level)
        less[1:] = np.maximum(1.0 - part[:-1], 0.0)
        less[less < _NOTHING] = 0.0
        return less

    @cached_property
    def _fewer_orders(self) -> npt.NDArray[np.bool_]:
        """(T, n) whether orders, and not capacity, are what allowed less."""
        return np.asarray(self._asked <= self.days.capacity)

    def _wanted(self, j: int) -> Floats:
        """(T,) use of inputs that was ordered for, relative to the base year."""
        return np.asarray(np.minimum(self._needed[:, j] / self.base[j], 1.0))

    def _gap(self, p: int, j: int) -> Floats:
        """(T + 1,) what the stock lacks to its target each morning, in days of base-year use."""
        target = by_slot(self.network, self.params.preset.inventory_days, self.params.inventory_days)[p]
        filled = by_slot(self.network, self.params.preset.initial_stocks, self.params.initial_stocks)[p]
        user = int(self.days.industry_user[j])
        use = float(self.network.tables.base_use[p, user])
        target = max(float(target), 1.0 / self.params.behaviour.steps_per_day)
        stock = np.concatenate([[target * filled], self.days.inventory[:, p, j] / use])
        return np.asarray(np.maximum(target - stock, 0.0))

    def _destination(self, j: int) -> int:
        tables = self.network.tables
        g = np.searchsorted(tables.group_start, int(self.days.industry_user[j]), side="right") - 1
        return int(tables.group_destination[g])

    def _short_shares(self, suppliers: npt.NDArray[np.int64], destination: int) -> tuple[Floats, Floats]:
        """(suppliers, T) share of its orders that each does not deliver; share that its ceiling lets pass."""
        served = np.stack([self._served(int(i))[0] for i in suppliers])
        passed = np.stack([self._passed(int(i), destination) for i in suppliers])
        paid = np.stack([self._paid(int(i)) for i in suppliers])
        short = 1.0 - np.minimum(served, passed) * paid
        short[short < _NOTHING] = 0.0
        return short, passed

    def _served(self, i: int) -> tuple[Floats, Floats]:
        """(T,) share of its orders that a supplier could serve, and of those up to the base year's."""
        if i not in self._known_served:
            self._known_served[i] = self._find_served(i)
        return self._known_served[i]

    def _find_served(self, i: int) -> tuple[Floats, Floats]:
        if i >= self.n:
            kept = np.minimum(self._survived(i), 1.0)
            for reason, left in self._left(i).items():
                kept = kept if reason is Reason.NO_MONEY else kept * left
            return kept, kept
        output, asked = self.days.output[:, i], self._asked[:, i]
        served = np.divide(output, asked, out=np.ones(len(asked)), where=asked > 0)
        usual = np.minimum(asked, self.base[i])
        made = np.divide(output, usual, out=np.ones(len(asked)), where=usual > 0)
        made = np.where(made > 1.0 - _NOTHING, 1.0, made)
        return np.minimum(np.where(served > 1.0 - _NOTHING, 1.0, served), made), made

    def _passed(self, i: int, destination: int) -> Floats:
        """(T,) share of a base-year flow that ceilings let through, at most 1."""
        shocks = self._cuts.get((i, destination))
        if shocks is None:
            return self._all
        if (i, destination) not in self._known_passed:
            strength = self.forcing.ceilings.strength[shocks, : len(self)]
            self._known_passed[i, destination] = np.minimum(strength.min(axis=0), 1.0)
        return self._known_passed[i, destination]

    def _survived(self, i: int) -> Floats:
        """(T,) share of a supplier's capacity that losses leave."""
        left = np.ones(len(self))
        for shock in self._losses.get((i, -1), ()):
            left = left * (1.0 - self.forcing.losses.strength[shock, : len(self)])
        return np.asarray(left)

    def _left(self, i: int) -> dict[Reason, Floats]:
        """(T,) share that each reason behaviours give leaves a supplier of what it could make."""
        return self.limits.left(i, len(self))

    def _paid(self, i: int) -> Floats:
        """(T,) share that money pays of what a gate would deliver."""
        return self._left(i).get(Reason.NO_MONEY, self._all)

    def _by_reason(self, parts: Parts) -> Parts:
        """Parts in which lost capacity is laid to what it goes back to."""
        found: Parts = []
        for node, load in self._by_limit(parts):
            found += self._of_people(node.first, load) if _is_staff(node) else [(node, load)]
        return _loads(*found)

    def _of_people(self, i: int, load: Floats) -> Parts:
        """Too few people: let go for what output lacked the days before, as far as it lacked anything."""
        staff, lost = self._share_of_staff(i), self.lost[:, i]
        # From the last day back: what is not for want of people either is what they were let go for.
        laid, there, carried = np.zeros(len(load)), np.zeros(len(load)), 0.0
        for day in range(len(load) - 1, -1, -1):
            carried += load[day]
            if day and lost[day - 1] > 0.0:
                laid[day - 1] = carried
                carried *= staff[day - 1]
            else:
                there[day], carried = carried, 0.0
        before = [(node, part) for node, part in self._of_day(i, laid) if not _is_staff(node)]
        return [(Node(Place.LIMIT, i, REASONS.index(Reason.STAFF)), there), *before]

    def _share_of_staff(self, i: int) -> Floats:
        """(T,) part of an industry's lost output that is for want of people."""
        if i not in self._known_staff:
            parts = [part for node, part in self._of_day(i, self._all) if _is_staff(node)]
            self._known_staff[i] = sum(parts, np.zeros(len(self)))
        return self._known_staff[i]

    def _of_day(self, i: int, load: Floats) -> Parts:
        """What limited an industry on the day."""
        parts: Parts = []
        for node, part in self._of_loss(i, load):
            parts += self._of_short(i, part) if node.place is Place.SHORT else [(node, part)]
        return self._by_limit(parts)

    def _by_limit(self, parts: Parts) -> Parts:
        """Parts in which lost capacity is laid to shocks and to what behaviours give as reasons."""
        found: Parts = []
        for node, load in parts:
            left = self._left(node.first) if node.place is Place.CAPACITY else {}
            left.pop(Reason.NO_MONEY, None)  # comes on top, and was told apart
            nodes = [Node(Place.LIMIT, node.first, REASONS.index(reason)) for reason in left]
            weights = [1.0 - share for share in left.values()]
            if nodes:
                weights.append(1.0 - self._survived(node.first))
                found += _in_proportion([*nodes, node], weights, load, node)
            else:
                found.append((node, load))
        return _loads(*found)

    def _of_unwanted(self, j: int) -> Parts:
        """(T,) what final users do not ask for of an industry, by what keeps them from it."""
        changed, found = self._final_orders(j), []
        for (p, f), said in self.limits.users.items():
            column = int(self.network.users[self.n + f]) - self.n
            bought = max(float(self.network.economy.Y[j, column]), 0.0) / DAYS_PER_YEAR
            if p in self.network.pools_of(j) and bought > 0:
                factor = changed[column][1] if column in changed else self._all
                for reason, missing in said.items():
                    node = Node(Place.UNWANTED, column, REASONS.index(reason))
                    found.append((node, bought * factor * missing))
        return found

    def _of_same_pool(self, i: int) -> tuple[npt.NDArray[np.int64], Floats]:
        """All suppliers of what a supplier makes, and their base-year flows to each destination."""
        tables = self.network.tables
        found: dict[int, None] = {}
        for p in self.network.pools_of(i):
            rows = tables.row_supplier[tables.pool_start[p] : tables.pool_start[p + 1]]
            found.update(dict.fromkeys(int(k) for k in rows))
        others = np.array(list(found), dtype=np.int64)
        return others, tables.base_to_destination[others]

    def _final_orders(self, j: int) -> dict[int, tuple[float, Floats]]:
        """Final users whose wants a shock changes: what they bought of an industry, and the factor by day."""
        pools = self.network.pools_of(j)
        found: dict[int, tuple[float, Floats]] = {}
        for (p, user), shocks in self._changes.items():
            column = int(self.network.users[user]) - self.n
            bought = max(float(self.network.economy.Y[j, column]), 0.0) / DAYS_PER_YEAR
            if p in pools and bought > 0:
                factor = np.ones(len(self))
                for shock in shocks:
                    factor = factor * self.forcing.demands.strength[shock, : len(self)]
                found[column] = bought, factor
        return found

    @cached_property
    def _cuts(self) -> dict[tuple[int, int], list[int]]:
        return _members(self.forcing.ceilings)

    @cached_property
    def _losses(self) -> dict[tuple[int, int], list[int]]:
        return _members(self.forcing.losses)

    @cached_property
    def _changes(self) -> dict[tuple[int, int], list[int]]:
        return _members(self.forcing.demands)


def _is_staff(node: Node) -> bool:
    return node.place is Place.LIMIT and REASONS[node.second] is Reason.STAFF


def _members(effects: Effects) -> dict[tuple[int, int], list[int]]:
    """The shocks that act on each member."""
    found: dict[tuple[int, int], list[int]] = {}
    for shock in range(len(effects.scenario)):
        for member in range(int(effects.start[shock]), int(effects.start[shock + 1])):
            key = (int(effects.first[member]), int(effects.second[member]))
            found.setdefault(key, []).append(shock)
    return found


def _loads(*parts: tuple[Node, Floats]) -> Parts:
    """Parts that are not empty, those of one node together."""
    found: dict[Node, Floats] = {}
    for node, part in parts:
        if part.any():
            found[node] = found[node] + part if node in found else part
    return list(found.items())


def _in_proportion(nodes: list[Node], weights: list[Floats], load: Floats, otherwise: Node) -> Parts:
    """A load spread over nodes by weights of the day; on days without any, on the node ``otherwise``."""
    total = np.sum(weights, axis=0) if weights else np.zeros(len(load))
    any_weight = total > _NOTHING * (total.max(initial=0.0) or 1.0)
    scale = np.divide(load, total, out=np.zeros(len(load)), where=any_weight)
    parts = [(node, weight * scale) for node, weight in zip(nodes, weights, strict=True)]
    return _loads(*parts, (otherwise, np.where(any_weight, 0.0, load)))
