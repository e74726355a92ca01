"""Firm chain: why one firm made less, traced from firm to firm back to the cut."""

from __future__ import annotations

import datetime

import numpy as np
import numpy.typing as npt

from autarky.explanation.firm_names import label_of
from autarky.explanation.firms import CAPACITY, ORDERS, bound_words, cut_words, day_words
from autarky.explanation.wording import count, percent
from autarky.firm_network import FirmNetwork
from autarky.results import FALLS
from autarky.results.firms import ChainStep, FirmChain
from autarky.scenario import ProductionFunction
from autarky.simulation.by_firm import kernels
from autarky.simulation.by_firm.run import FirmSimulation
from autarky.simulation.network import DAYS_PER_YEAR

Floats = npt.NDArray[np.float64]
Nodes = npt.NDArray[np.integer]

TOGETHER = "inputs, all together"
"""What binds under linear production, where one input stands in for another."""


def chain_of(network: FirmNetwork, simulation: FirmSimulation, node: int, start: int) -> FirmChain:
    """The way from a firm's first day below 0.9 of base back to a supplier abroad that was cut.

    At each firm the chain follows what bound it on that day: of the suppliers of the input that had run out
    (where orders bound: of its customers) it takes, among those that had fallen on an earlier day, the one
    for which share of the input × share of its own output lost over the run is largest. Days only go back,
    so that no chain goes in a circle. It ends at a supplier abroad, at capacity that was lost, or where
    nobody had fallen before. A firm that never falls has no steps.

    Parameters
    ----------
    network : FirmNetwork
    simulation : FirmSimulation
        Of the same network.
    node : int
    start : int
        Day of the first shock, counted from the first day of the run; days of the chain count from it.
    """
    steps: list[ChainStep] = []
    at: int | None = node if simulation.falls.day[node] >= 0 else None
    before = np.inf
    while at is not None:
        here = at
        step, at = _step(network, simulation, here, start, before)
        steps.append(step)
        before = float(simulation.falls.day[here])
    label = label_of(network, node)
    return FirmChain(
        firm=network.id_of(node),
        label=label,
        lost=float(_lost(network, simulation, np.array([node]))[0]),
        steps=tuple(steps),
        sentence=_sentence(steps) if steps else f"{label} does not fall below {percent(FALLS)} of base.",
    )


def _step(
    network: FirmNetwork,
    simulation: FirmSimulation,
    node: int,
    start: int,
    before: float,
) -> tuple[ChainStep, int | None]:
    """What is told of a node that fell ``before`` a day, and the node with which the chain goes on."""
    is_foreign = node >= network.firms
    # A supplier abroad is cut by steps: told is the day on which it came to deliver less than half.
    halved = is_foreign and 0 <= simulation.stops.day[node] < before
    falls = simulation.stops if halved else simulation.falls
    day, bound = int(falls.day[node]), int(falls.bound_by[node])
    words, stock, share, after = "", None, None, None
    if not is_foreign:
        after, share = _before(network, simulation, node, bound, day)
        if bound == kernels.DEMAND:
            words = ORDERS
        elif bound >= 0:
            words, stock = _kind_words(network, int(simulation.slots.kind[bound])), falls.stock_days[node]
        else:
            words = CAPACITY if after is None else TOGETHER
    told = ChainStep(
        name=network.id_of(node),
        label=label_of(network, node),
        sector=network.sectors[network.nodes.sector[node]],
        is_foreign=is_foreign,
        day=None if is_foreign else day - start,
        date=(simulation.start + datetime.timedelta(day)).isoformat(),
        output=float(falls.output[node]),
        bound_by=words,
        stock_days=None if stock is None else float(stock),
        share=share,
    )
    return told, after


def _before(
    network: FirmNetwork, simulation: FirmSimulation, node: int, bound: int, day: int
) -> tuple[int | None, float | None]:
    """Who had fallen before and matters most, and the share of the input (of sales) that ties them."""
    falls = simulation.falls
    others, shares = _others(network, simulation, node, bound)
    fell = falls.day[others]
    matters = (fell >= 0) & (fell < day)
    if bound != kernels.DEMAND:
        # A firm that makes less for want of orders leaves nobody short; a ceiling abroad shows as fewer.
        matters &= (falls.bound_by[others] != kernels.DEMAND) | (others >= network.firms)
    weight = np.where(matters, shares * np.maximum(_lost(network, simulation, others), 0.0), 0.0)
    if not weight.any():
        return None, None
    worst = int(weight.argmax())
    return int(others[worst]), float(shares[worst])


def _others(network: FirmNetwork, simulation: FirmSimulation, node: int, bound: int) -> tuple[Nodes, Floats]:
    """Those through whom what bound a firm reaches it: suppliers of the input, or customers; their shares."""
    slots = simulation.slots
    if bound == kernels.DEMAND:
        links = slice(int(network.first[node]), int(network.first[node + 1]))
        return network.buyer[links], network.sales[links] / network.nodes.output[node]
    if bound >= 0:
        return slots.suppliers_of(bound)
    if simulation.parameters["production"] != ProductionFunction.LINEAR:
        return np.zeros(0, dtype=np.int64), np.zeros(0)
    first, last = (int(slots.first_link[slots.first_slot[at]]) for at in (node, node + 1))
    flow = slots.flow[first:last]
    return slots.supplier[first:last], flow / flow.sum()


def _lost(network: FirmNetwork, simulation: FirmSimulation, nodes: Nodes) -> Floats:
    """Output lost over the run, as a share of what would have been made."""
    whole = network.nodes.output[nodes] * (simulation.days / DAYS_PER_YEAR)
    return np.divide(simulation.lost[nodes], whole, out=np.zeros(len(nodes)), where=whole > 0)


def _kind_words(network: FirmNetwork, kind: int) -> str:
    """A kind of product by the long name of its sector; ``(abroad)`` stays where home has none of it."""
    code, abroad, _ = network.kinds[kind].partition(" (abroad)")
    return dict(zip(network.sectors, network.sector_names, strict=True)).get(code, code) + abroad


def _sentence(steps: list[ChainStep]) -> str:
    first, last = steps[0], steps[-1]
    if first.day is None:
        return f"{first.label} {cut_words(first)}."
    told = (
        f"{first.label} falls below {percent(FALLS)} of base on day {first.day:,} "
        f"({day_words(first.date)}), {bound_words(first)}"
    )
    if last is first:
        return f"{told}."
    through = f" through {count(len(steps) - 2, 'other')}" if len(steps) > 2 else ""
    end = (
        cut_words(last)
        if last.day is None
        else f"fell on day {last.day:,} ({day_words(last.date)}), {bound_words(last)}"
    )
    return f"{told}; this goes back{through} to {last.label}, which {end}."
